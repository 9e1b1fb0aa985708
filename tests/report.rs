//! The reports of a run from end to end: JSON, JUnit, Markdown, SARIF, annotations, and the site, on planted claims.

mod site;

use serde_json::Value;
use site::xml::{self, Element};
use site::{Planted, files, theoremcheck};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One run for all tests.
static PLANTED: LazyLock<Planted> = LazyLock::new(|| Planted::new("all"));

fn json() -> Value {
    serde_json::from_str(&PLANTED.read("run.json")).unwrap()
}

fn page(path: &str) -> Element {
    xml::parse(&PLANTED.read(&format!("site/{path}"))).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words of a page, its markup gone.
fn words(element: &Element) -> String {
    let inner: String = element.children.iter().map(|child| words(child) + " ").collect();
    format!("{} {inner}", element.text)
}

#[test]
fn every_report_is_written_though_claims_failed_and_one_is_malformed() {
    assert_eq!(PLANTED.status, Some(2), "{}", PLANTED.stdout);
    for file in ["run.json", "junit.xml", "run.md", "run.sarif"] {
        assert!(!PLANTED.read(file).is_empty(), "{file}");
    }
    let verdicts: BTreeMap<String, String> = json()["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| (claim["id"].as_str().unwrap().to_owned(), claim["verdict"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("coin", "held"),
        ("decay", "held"),
        ("hostile", "refuted"),
        ("large", "not-run"),
        ("law", "held"),
        ("monotone", "refuted"),
        ("monotone-corrected", "held"),
        ("never", "vacuous"),
        ("rests", "held"),
        ("rests-far", "proved"),
        ("surprise", "refuted"),
    ];
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(stem, verdict)| (format!("planted/{stem}"), (*verdict).to_owned())).collect();
    assert_eq!(verdicts, expected);
}

#[test]
fn the_json_says_what_a_claim_is_so_that_no_file_is_needed() {
    let report = json();
    assert_eq!(report["papers"]["planted"]["year"], 1999);
    let claims = report["claims"].as_array().unwrap();
    let claim = |id: &str| claims.iter().find(|claim| claim["id"] == id).unwrap();
    let monotone = &claim("planted/monotone")["statement"];
    assert_eq!(monotone["corrected"], "planted/monotone-corrected");
    assert_eq!(monotone["file"], "claims/planted/monotone.toml");
    let sections: Vec<&str> =
        monotone["checked"].as_array().unwrap().iter().map(|section| section["title"].as_str().unwrap()).collect();
    assert_eq!(sections, ["given", "claimed"]);
    assert_eq!(monotone["checked"][1]["lines"][0], "square: $S^2 \\preceq (S+P)^2$");
    assert_eq!(claim("planted/monotone")["predicates"][0]["written"]["expression"], "S^2 <= (S + P)^2");
    assert_eq!(claim("planted/rests")["statement"]["uses"][0], "planted/monotone");
    assert!(claim("planted/rests")["summary"].as_str().unwrap().contains("closest"));
}

/// Claims of the kinds that [`PLANTED`] lacks, and what a quick run makes of each.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "works",
        "held",
        "[given]\nn = \"int in 1..=8\"\nL = \"real in (0, inf)\"\nS = \"symmetric(n, [-L, L])\"\n[constant]\nname = \"c\"\nseek = \"greatest\"\n\
         sweep = { n = [1, 2, 4, 8] }\nclaim = \"norm_nuc(S) >= c*norm_F(S)\"\n",
    ),
    (
        "grows",
        "drifts",
        "[given]\nkappa = \"real in [1, 1000] log\"\ns = \"real in [1/kappa, 1]\"\n[constant]\nname = \"c_7\"\n\
         sweep = { kappa = \"log [1, 1000] 7\" }\nclaim = \"1/s <= c_7*sqrt(kappa)\"\n",
    ),
    (
        "units",
        "refuted",
        "[given]\nn = \"int in 1..=8\"\nL = \"real in (0, inf)\"\nS = \"symmetric(n, [-L, L])\"\n[constant]\nname = \"c\"\n\
         sweep = { n = [1, 2, 4, 8] }\nclaim = \"norm(S*S) <= c*L\"\n",
    ),
    (
        "none",
        "refuted",
        "[given]\nx = \"real in [0, 1]\"\nn = \"int in 1..=4\"\n[constant]\nname = \"c\"\nsweep = { n = [1, 2, 3, 4] }\nclaim = \"x <= c*n*(1 - x)\"\n",
    ),
    (
        "barred",
        "rejected",
        "[given]\ns = \"real in [1, 8]\"\n[constant]\nname = \"c\"\nrandom = { z = \"normal\" }\nat_least = \"9/10\"\n\
         sweep = { s = [1, 2, 4, 8] }\nclaim = \"z <= 1 and abs(z) <= c*s\"\n",
    ),
    (
        "often",
        "refuted",
        "[given]\nq = \"real in [1/4, 1/2]\"\n[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= q\"\nat_most = \"0\"\n",
    ),
    (
        "curve",
        "rejected",
        "[given]\nq = \"real in (0, 2]\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"q*x\" }\nsteps = 10\n\
         [experiment]\nsweep = { q = [\"1/2\", \"1/4\"] }\n[experiment.number]\nlast = \"x\"\n[experiment.plot.x]\ny = \"x\"\n\
         [experiment.reading]\nrises = \"last[1] < last[2]\"\n",
    ),
    (
        "bottom",
        "proved",
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\nz = \"real in [0, 1]\"\n[claim]\n\
         at_bottom = \"exp(x + y + z) + (x - 1/3)^2 + (y - 3/7)^2 + (z - sqrt(1/2))^2 >= 1 + x + y + z\"\n",
    ),
    (
        "late",
        "refuted",
        "[given]\nx = \"real in [1/2, 1]\"\nn = \"int in 1..=4\"\n[flow]\nstate = { y = \"1\" }\nrate = { y = \"x*y\" }\nend = \"1\"\nat = 4\n\
         [constant]\nname = \"c\"\nsweep = { n = [1, 2, 3, 4] }\nalways = \"y - 1 <= c*n*t*max(0, 1/4 - t)\"\n",
    ),
    (
        "silent",
        "held",
        "[given]\nx = \"real in [0, 1]\"\nn = \"int in 1..=8\"\n[constant]\nname = \"c\"\nsweep = { n = [1, 2, 4, 8] }\nclaim = \"x - 2 <= c*n\"\n",
    ),
    (
        "under",
        "held",
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n[claim]\nabove = \"x > y => exp(x) > exp(y)\"\n",
    ),
];

/// A run of them, and its site.
static OTHERS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = site::scratch("kinds");
    fs::create_dir_all(folder.join("claims/kinds")).unwrap();
    for (stem, _, text) in KINDS {
        let text = format!("title = \"{stem}\"\nat = \"(1)\"\n{text}");
        fs::write(folder.join(format!("claims/kinds/{stem}.toml")), text).unwrap();
    }
    theoremcheck(&folder, &["check", "--budget", "quick", "--json", "run.json"]);
    let report = theoremcheck(&folder, &["report", "run.json", "-o", "site"]);
    assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
    folder
});

/// What a page says, in its order, without markup.
fn said(path: &str) -> String {
    let html = fs::read_to_string(OTHERS.join("site").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let text: String = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&#39;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_field_of_this_program_is_shown_as_one_that_is_not_known() {
    let report: Value = serde_json::from_str(&fs::read_to_string(OTHERS.join("run.json")).unwrap()).unwrap();
    let found: BTreeMap<&str, &str> = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| (claim["id"].as_str().unwrap(), claim["verdict"].as_str().unwrap()))
        .map(|(id, verdict)| (id.strip_prefix("kinds/").unwrap(), verdict))
        .collect();
    let wanted: BTreeMap<&str, &str> = KINDS.iter().map(|(stem, verdict, _)| (*stem, *verdict)).collect();
    assert_eq!(found, wanted);
    for root in [OTHERS.join("site"), PLANTED.folder.join("site")] {
        for path in files(&root).iter().filter(|path| path.ends_with(".html")) {
            let page = fs::read_to_string(root.join(path)).unwrap();
            assert!(!page.contains("class=\"more\""), "{path}: {page}");
        }
    }
}

#[test]
fn a_constant_is_said_to_work_only_where_its_claim_holds() {
    let works = said("claims/kinds/works.html");
    assert!(works.contains("that works in all cases that were seen is 1"), "{works}");
    for (stem, says) in [
        ("grows", "The most that a case asked for is"),
        ("units", "The most that a case asked for is"),
        ("none", "The most that a case asked for, of those that some c meets, is"),
        ("barred", "What is asked of c could not be measured."),
    ] {
        let page = said(&format!("claims/kinds/{stem}.html"));
        assert!(page.contains(says) && !page.contains("that works in"), "{stem}: {page}");
    }
    let explained = theoremcheck(&OTHERS, &["explain", "kinds/grows", "--budget", "quick"]);
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(explained.contains("\n  a case asks for c_7 >= "), "{explained}");
    assert!(explained.contains("over kappa: 1 → 1, 3.16 → "), "{explained}");
    // The table of the paper has it, too.
    let paper = said("papers/kinds.html");
    assert!(paper.contains("a case asks for") && paper.contains("fails by 0.99"), "{paper}");
}

#[test]
fn what_is_said_of_a_verdict_is_true_of_the_kind_of_claim() {
    for (stem, says) in [
        ("works", "one constant works in all cases that were seen"),
        ("grows", "what its constant must meet grows over the sweep"),
        ("units", "no constant works at all scales, certified"),
        ("none", "at a case no constant works, proved in exact arithmetic"),
        ("barred", "in too many trials no constant works"),
        ("often", "a trial that contradicts it is proved in exact arithmetic"),
        ("silent", "no case that was measured asks anything of its constant"),
        ("under", "not violated in any case that was drawn or hunted"),
    ] {
        let page = said(&format!("claims/kinds/{stem}.html"));
        assert!(page.contains(says), "{stem}: {page}");
    }
    let coin = PLANTED.read("site/claims/planted/coin.html");
    assert!(coin.contains("the trials are consistent with it"), "{coin}");
}

#[test]
fn a_trend_is_of_what_is_asked_and_the_place_of_a_failure_has_one_name() {
    let report: Value = serde_json::from_str(&fs::read_to_string(OTHERS.join("run.json")).unwrap()).unwrap();
    let summary = |stem: &str| {
        let claims = report["claims"].as_array().unwrap();
        let claim = claims.iter().find(|claim| claim["id"] == format!("kinds/{stem}")).unwrap();
        claim["summary"].as_str().unwrap().to_owned()
    };
    assert_eq!(summary("silent"), "nothing is asked of c");
    assert!(said("claims/kinds/silent.html").contains("nothing is asked as n grows"));
    assert!(
        summary("works").ends_with("; no more is asked as n grows, as L grows, as L falls"),
        "{}",
        summary("works")
    );
    assert!(summary("late").ends_with(" at t = 1/4 of the end"), "{}", summary("late"));
    let late = said("claims/kinds/late.html");
    assert!(
        late.contains(" at t = 1/4 of the end; ") && !late.contains("at look") && !late.contains("step 1"),
        "{late}"
    );
    // The hunt counts what is in the branch, too; the cases are those that meet the hypotheses.
    let under = said("claims/kinds/under.html");
    assert!(under.contains("evaluations met the hypotheses and the premise"), "{under}");
    assert!(
        under.contains("2,000 of 2,000 cases met the hypotheses.") && under.contains("Cases by stratum"),
        "{under}"
    );
    assert!(late.contains("Looks by stratum"), "{late}");
}

#[test]
fn a_stored_counterexample_is_proved_where_there_is_no_budget_to_search() {
    let folder = site::scratch("stored");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let least = "[budget]\ncases = 5000\n";
    let plain = "[given]\nx = \"real in [0, 1]\"\n[claim]\nless = \"x^2 < x\"\nmost = \"exp(x) >= 1 + x\"\n";
    for (stem, expect, text) in [
        ("plain", "{ less = \"refuted\", most = \"not-run\" }", plain),
        ("sought", "\"refuted\"", KINDS.iter().find(|(stem, ..)| *stem == "none").unwrap().2),
    ] {
        let text = format!("title = \"{stem}\"\nat = \"(1)\"\nexpect = {expect}\n{text}{least}");
        fs::write(folder.join(format!("claims/p/{stem}.toml")), text).unwrap();
    }
    let run = |arguments: &[&str]| {
        let run = theoremcheck(&folder, &[&["check", "--json", "run.json"], arguments].concat());
        let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap();
        (run.status.code(), report["claims"].clone())
    };
    let (_, claims) = run(&["--budget", "quick"]);
    assert_eq!((&claims[0]["verdict"], &claims[1]["verdict"]), (&"not-run".into(), &"not-run".into()));
    run(&["--accept-witness"]);
    let (status, claims) = run(&["--budget", "quick"]);
    assert_eq!(status, Some(0), "{claims}");
    let [plain, sought] = [&claims[0], &claims[1]];
    assert_eq!(plain["predicates"][0]["verdict"], "refuted");
    assert_eq!(plain["predicates"][1]["verdict"], "not-run");
    assert_eq!(plain["predicates"][1]["reason"], plain["reason"]);
    assert_eq!((&sought["verdict"], &sought["reason"], &sought["cases"]), (&"refuted".into(), &Value::Null, &0.into()));
    let predicate = &sought["predicates"][0];
    assert_eq!(predicate["reason"], "no positive `c` works at a case, certified: its room is 0, in 128 bits");
    assert_eq!(predicate["evidence"]["stored_witness"], "proved");
    assert_eq!(
        predicate["says"],
        serde_json::json!(["the stored witness proves it", "what other cases ask of c was not sought"])
    );
    // One of another statement proves nothing.
    let path = folder.join("claims/p/sought.toml");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("c*n*(1 - x)", "c*n*(1 - x/2)")).unwrap();
    let (status, claims) = run(&["--budget", "quick"]);
    assert_eq!((status, &claims[1]["verdict"]), (Some(4), &"not-run".into()));
}

#[test]
fn the_site_writes_names_as_the_claim_does() {
    let grows = said("claims/kinds/grows.html");
    assert!(grows.contains("A case asks for c_7 ≥ ") && !grows.contains("C_7"), "{grows}");
    let says = said("claims/kinds/often.html");
    assert!(says.contains("at_most fails") && !says.contains("At_most"), "{says}");
}

#[test]
fn all_that_is_false_is_among_the_errata_with_its_reason() {
    let errata = said("errata.html");
    for what in [
        "7 claims.",
        "3 refuted by a counterexample in exact numbers",
        "1 refuted by an exact change of scale",
        "2 rejected by trials, a fitted slope or the runs of a figure",
        "1 drifts by the measured growth of what a constant must meet",
        "No such constant: c7: the least constant with",
        "What c_7 must meet grows as kappa grows (exponent ",
        "no c works at all scales, certified.",
        "Rejected: rises",
        "The runs do not show it.",
    ] {
        assert!(errata.contains(what), "{what} is not in\n{errata}");
    }
}

#[test]
fn where_the_hunt_came_nearest_its_case_is_shown_by_a_line_too() {
    let line = "theoremcheck replay kinds/bottom --hunted at_bottom --seed 1 --budget quick";
    let page = said("claims/kinds/bottom.html");
    assert!(page.contains(line), "{page}");
    let margin = page.split("The nearest case of the hunt: margin ").nth(1).and_then(|rest| rest.split(' ').next());
    let margin = margin.unwrap_or_else(|| panic!("{page}"));
    let arguments: Vec<&str> = line.split(' ').skip(1).collect();
    let replayed = String::from_utf8(theoremcheck(&OTHERS, &arguments).stdout).unwrap();
    assert!(replayed.contains(&format!("at_bottom: holds, margin {margin},")), "{margin}: {replayed}");
    let explained = theoremcheck(&OTHERS, &["explain", "kinds/bottom", "--budget", "quick"]);
    assert!(String::from_utf8_lossy(&explained.stdout).contains(line));
    // No budget has the hunt of a number of cases of one's own.
    let explained = theoremcheck(&OTHERS, &["explain", "kinds/bottom", "--cases", "100"]);
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("--case ") && !explained.contains("--hunted"), "{explained}");
}

#[test]
fn an_interval_near_1_is_told_by_what_it_lacks() {
    let folder = site::scratch("near-one");
    let mut report = json();
    let claims = report["claims"].as_array_mut().unwrap();
    let coin = claims.iter_mut().find(|claim| claim["id"] == "planted/coin").unwrap();
    coin["probability"]["settings"][0]["interval"] = serde_json::json!([1.0 - 4.151e-4, 1.0]);
    fs::write(folder.join("run.json"), report.to_string()).unwrap();
    assert!(theoremcheck(&folder, &["report", "run.json", "-o", "site"]).status.success());
    let coin = fs::read_to_string(folder.join("site/claims/planted/coin.html")).unwrap();
    assert!(coin.contains("[1 − 0.000416, 1]"), "{coin}");
}

/// What a schema says of each element: its attributes, those that must be there, its children.
struct Rule {
    attributes: BTreeSet<String>,
    required: BTreeSet<String>,
    children: BTreeSet<String>,
}

fn rules(xsd: &Element) -> BTreeMap<String, Rule> {
    let own = |element: &&Element| element.name == "xs:element" && element.attribute("name").is_some();
    let rule = |element: &Element| {
        let below = element.all();
        let named = |tag: &str, key: &str| -> BTreeSet<String> {
            below.iter().filter(|e| e.name == tag).filter_map(|e| e.attribute(key).map(str::to_owned)).collect()
        };
        let required = below.iter().filter(|e| e.name == "xs:attribute" && e.attribute("use") == Some("required"));
        Rule {
            attributes: named("xs:attribute", "name"),
            required: required.filter_map(|e| e.attribute("name").map(str::to_owned)).collect(),
            children: named("xs:element", "ref"),
        }
    };
    xsd.children.iter().filter(own).map(|e| (e.attribute("name").unwrap().to_owned(), rule(e))).collect()
}

fn wrong_with(element: &Element, rules: &BTreeMap<String, Rule>) -> Vec<String> {
    let Some(rule) = rules.get(&element.name) else { return vec![format!("<{}> is not known", element.name)] };
    let mut wrong = Vec::new();
    let there: BTreeSet<&String> = element.attributes.keys().collect();
    wrong.extend(there.iter().filter(|a| !rule.attributes.contains(**a)).map(|a| format!("<{} {a}>", element.name)));
    wrong.extend(rule.required.iter().filter(|a| !there.contains(a)).map(|a| format!("<{}> lacks {a}", element.name)));
    if let Some(time) = element.attribute("time") {
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
            wrong.push(format!("time {time}"));
        }
    }
    for child in &element.children {
        if !rule.children.contains(&child.name) {
            wrong.push(format!("<{}> in <{}>", child.name, element.name));
        }
        wrong.extend(wrong_with(child, rules));
    }
    wrong
}

#[test]
fn junit_meets_the_schema_that_ci_systems_read() {
    let xsd = fs::read_to_string("tests/schemas/junit-10.xsd").unwrap();
    let rules = rules(&xml::parse(&xsd).unwrap());
    let junit = xml::parse(&PLANTED.read("junit.xml")).unwrap();
    assert_eq!(wrong_with(&junit, &rules), Vec::<String>::new());
    // The check finds what is wrong.
    let wrong =
        xml::parse("<testsuites skipped=\"1\"><testsuite name=\"a\"><testcase/></testsuite></testsuites>").unwrap();
    assert_eq!(wrong_with(&wrong, &rules).len(), 5, "{:?}", wrong_with(&wrong, &rules));
}

#[test]
fn junit_has_a_suite_a_claim_a_test_a_predicate_and_the_margins() {
    let junit = xml::parse(&PLANTED.read("junit.xml")).unwrap();
    let suite = |name: &str| junit.children.iter().find(|s| s.attribute("name") == Some(name)).unwrap();
    let property = |suite: &Element, name: &str| {
        let all = suite.all();
        let found = all.iter().find(|p| p.name == "property" && p.attribute("name") == Some(name));
        found.map(|p| p.attribute("value").unwrap().to_owned())
    };
    let outcome = |name: &str| {
        let test = suite(name).children.iter().find(|child| child.name == "testcase").unwrap();
        test.children.first().map_or("passed", |child| child.name.as_str())
    };
    let rests = suite("planted/rests");
    assert_eq!(rests.attribute("tests"), Some("2"));
    let margin: f64 = property(rests, "a.margin").unwrap().parse().unwrap();
    assert!((0.0..0.1).contains(&margin), "{margin}");
    assert_eq!(property(rests, "b.verdict").as_deref(), Some("proved"));
    assert!(property(suite("planted/monotone"), "square.refuted.margin").unwrap().starts_with('-'));
    let outcomes =
        ["rests", "monotone", "surprise", "never", "large", "broken"].map(|s| outcome(&format!("planted/{s}")));
    assert_eq!(outcomes, ["passed", "passed", "failure", "error", "skipped", "error"]);
    let failures: u32 = junit.attribute("failures").unwrap().parse().unwrap();
    assert_eq!(failures, 2);
    let surprise = suite("planted/surprise").all().into_iter().find(|e| e.name == "failure").unwrap().text.clone();
    assert!(surprise.contains("theoremcheck replay planted/surprise --case "), "{surprise}");
}

#[test]
fn sarif_meets_its_schema_and_points_at_the_line() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string("tests/schemas/sarif-schema-2.1.0.json").unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let sarif: Value = serde_json::from_str(&PLANTED.read("run.sarif")).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&sarif).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut wrong = sarif.clone();
    wrong["runs"][0]["results"][0]["level"] = "false".into();
    assert!(!validator.is_valid(&wrong));

    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let found: BTreeMap<String, (&str, &str)> = results
        .iter()
        .map(|r| {
            let uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            (uri.to_owned(), (r["ruleId"].as_str().unwrap(), r["level"].as_str().unwrap()))
        })
        .collect();
    let at = |stem: &str| found.get(&format!("claims/planted/{stem}.toml")).copied();
    assert_eq!(at("surprise"), Some(("refuted", "error")));
    assert_eq!(at("never"), Some(("vacuous", "warning")));
    assert_eq!(at("large"), Some(("not-run", "warning")));
    assert_eq!(at("broken"), Some(("malformed", "error")));
    assert_eq!(at("monotone"), None, "it is as expected");
    let surprise = results
        .iter()
        .find(|r| r["partialFingerprints"]["theoremcheck/v1"] == "refuted:planted/surprise/less")
        .unwrap();
    let region = &surprise["locations"][0]["physicalLocation"]["region"];
    assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(6), Some(9)), "{region}");
}

#[test]
fn annotations_are_workflow_commands_that_a_title_cannot_forge() {
    let commands: Vec<&str> = PLANTED.stdout.lines().filter(|line| line.starts_with("::")).collect();
    let of = |stem: &str| commands.iter().filter(|c| c.contains(&format!("file=claims/planted/{stem}.toml"))).count();
    assert_eq!(["surprise", "never", "large", "hostile", "monotone"].map(of), [1, 1, 1, 1, 0]);
    assert!(of("broken") >= 1);
    assert!(commands.iter().any(|c| c.starts_with("::error file=claims/planted/surprise.toml,line=6,endLine=6,col=9")));
    assert!(commands.iter().any(|c| c.starts_with("::warning file=claims/planted/never.toml")));
    assert!(commands.iter().all(|c| c.starts_with("::error ") || c.starts_with("::warning ")), "{commands:?}");
}

#[test]
fn markdown_says_first_what_is_not_as_expected_and_takes_no_markup() {
    let markdown = PLANTED.read("run.md");
    assert!(markdown.starts_with("## theoremcheck: 11 claims, 4 not as expected\n"), "{markdown}");
    let place = |what: &str| markdown.find(what).unwrap_or_else(|| panic!("{what} is not in\n{markdown}"));
    assert!(place("**`planted/surprise`**") < place("<details><summary>Refuted"));
    assert!(markdown.contains("- `less`: **refuted**, expected held: certified counterexample"), "{markdown}");
    assert!(markdown.contains("theoremcheck replay planted/surprise --case "));
    assert!(markdown.contains("`claims/planted/broken.toml:6:10`"), "{markdown}");
    assert!(
        !markdown.contains("<script") && !markdown.contains("<img") && markdown.contains("&lt;script&gt;"),
        "{markdown}"
    );
}

#[test]
fn two_reports_cannot_share_standard_output() {
    let folder = site::scratch("two");
    let run = theoremcheck(&folder, &["check", "--json", "-", "--sarif", "-"]);
    assert_eq!(run.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(stderr.contains("JSON and SARIF cannot all be written to standard output"), "{stderr}");
}

/// A folder with one claim.
fn small(name: &str) -> std::path::PathBuf {
    let folder = site::scratch(name);
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let claim = "title = \"t\"\nat = \"a\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\na = \"x >= 0\"\n";
    fs::write(folder.join("claims/p/c.toml"), claim).unwrap();
    folder
}

#[test]
fn a_report_that_cannot_be_written_keeps_no_other_from_it_and_fails_the_run() {
    let folder = small("unwritable");
    let run =
        theoremcheck(&folder, &["check", "--json", "nowhere/run.json", "--sarif", "run.sarif", "--budget", "quick"]);
    assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stderr).contains("cannot write nowhere/run.json"));
    assert!(fs::read_to_string(folder.join("run.sarif")).unwrap().contains("\"results\": []"));
}

#[test]
fn every_report_that_cannot_be_written_is_told() {
    let folder = small("none-writable");
    let run = theoremcheck(
        &folder,
        &["check", "--budget", "quick", "--json", "no/a", "--junit", "no/b", "--markdown", "no/c", "--sarif", "no/d"],
    );
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(3), "{stderr}");
    for path in ["no/a", "no/b", "no/c", "no/d"] {
        assert!(stderr.contains(&format!("error: cannot write {path}: ")), "{stderr}");
    }
}

#[test]
fn outputs_that_would_overwrite_each_other_are_refused_before_the_run() {
    let folder = small("apart");
    for (arguments, says) in [
        (&["--json", "same", "--junit", "./same"][..], "--json and --junit are both ./same"),
        (&["--resume", "jj", "--json", "jj"], "--json and --resume are both jj"),
        (&["--baseline", "bb", "--accept-baseline", "--json", "bb"], "--json and --baseline are both bb"),
        (&["--markdown", "claims/../x", "--sarif", "x"], "--markdown and --sarif are both x"),
    ] {
        let run = theoremcheck(&folder, &[&["check", "--budget", "quick"], arguments].concat());
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
        assert!(run.stdout.is_empty());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is written");
    let shard = theoremcheck(&folder, &["check", "--budget", "quick", "--shard", "1/1", "--json", "1.json"]);
    assert_eq!(shard.status.code(), Some(0));
    let merge = theoremcheck(&folder, &["merge", "1.json", "--json", "1.json"]);
    assert_eq!(merge.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&merge.stderr).contains("SHARD.json and --json are both 1.json"));
    // Nothing is lost in what keeps nothing.
    #[cfg(unix)]
    {
        let run = theoremcheck(
            &folder,
            &["check", "--budget", "quick", "--json", "/dev/null", "--junit", "/dev/null", "--sarif", "-"],
        );
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

/// Every file under a folder, with its text.
fn texts(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(texts(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn no_output_is_written_over_a_file_that_is_read() {
    let folder = small("spared");
    fs::create_dir(folder.join("claims/p/settings")).unwrap();
    fs::write(folder.join("claims/p/settings/s.toml"), "").unwrap();
    fs::write(folder.join("claims/p/paper.toml"), "title = \"T\"\nauthors = [\"A\"]\nyear = 2021\n").unwrap();
    fs::write(folder.join("kernel.py"), "").unwrap();
    let run = theoremcheck(&folder, &["check", "--budget", "quick", "--json", "run.json"]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    fs::create_dir(folder.join("site")).unwrap();
    fs::rename(folder.join("run.json"), folder.join("site/index.html")).unwrap();
    let mut refused = vec![
        (&["check", "--json", "claims/p/c.toml"][..], "--json would be written over claims/p/c.toml"),
        (&["check", "claims", "--junit", "./claims/q/../p/paper.toml"], "claims/p/paper.toml"),
        (&["check", "claims/p/c.toml", "--markdown", "claims/p/settings/s.toml"], "--markdown would be written over"),
        (&["check", "--sarif", "claims/p/c.witness.json"], "claims/p/c.witness.json"),
        (&["check", "--resume", "claims/p/settings/s.toml"], "--resume would be written over claims/p/settings/s.toml"),
        (&["report", "site/index.html", "-o", "site"], "--output would be written over site/index.html"),
        (&["kernels", "--with", "python3 kernel.py", "--json", "kernel.py"], "--json would be written over kernel.py"),
        (
            &["kernels", "--with", "none", "--claims", "claims", "--json", "claims/p/c.toml"],
            "--json would be written over claims/p/c.toml",
        ),
    ];
    fs::create_dir(folder.join("claims/q")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("claims/p/c.toml", folder.join("link.json")).unwrap();
        let says = "--json would be written over claims/p/c.toml, which is read (link.json is that file)";
        refused.push((&["check", "--json", "link.json"], says));
    }
    let before = texts(&folder);
    for (arguments, says) in refused {
        let run = theoremcheck(&folder, arguments);
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
        assert!(run.stdout.is_empty(), "nothing is run");
        assert!(texts(&folder) == before, "{arguments:?} wrote something");
    }
}

#[cfg(unix)]
#[test]
fn no_figure_is_written_over_a_claim_that_a_link_leads_to() {
    let folder = small("figure-spared");
    let claim = "title = 't'\nat = 'a'\n[given]\nq = 'real in (0, 2]'\n[trajectory]\nstate = { x = '1' }\nstep = { x = 'q*x' }\n\
        steps = 10\n[experiment]\nsweep = { q = [1, 2] }\n[experiment.plot.x]\ny = 'x'\n[experiment.number]\nlast = 'x'\n\
        [experiment.reading]\ngrows = 'last[1] < last[2]'\n";
    fs::write(folder.join("claims/p/c.toml"), claim).unwrap();
    fs::create_dir_all(folder.join("figures/p")).unwrap();
    std::os::unix::fs::symlink("../../claims/p/c.toml", folder.join("figures/p/c.csv")).unwrap();
    let run = theoremcheck(&folder, &["plot"]);
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("--output would be written over claims/p/c.toml, which is read (figures/p/c.csv is that file)"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(folder.join("claims/p/c.toml")).unwrap(), claim);
}

#[test]
fn junit_is_xml_whatever_a_text_has() {
    let folder = small("noncharacters");
    let claim = fs::read_to_string(folder.join("claims/p/c.toml")).unwrap();
    let hostile = "t\u{fffe}\u{ffff}\u{85}&<";
    fs::write(folder.join("claims/p/c.toml"), claim.replace("\"t\"", &format!("'{hostile}'"))).unwrap();
    let bad = format!("'\u{ffff}' = 3\n{claim}");
    fs::write(folder.join("claims/p/bad.toml"), bad).unwrap();
    theoremcheck(&folder, &["check", "--budget", "quick", "--junit", "junit.xml"]);
    let junit = fs::read_to_string(folder.join("junit.xml")).unwrap();
    assert!(junit.contains("p/bad") && junit.contains("p/c"), "{junit}");
    // XML 1.0, production 2: surrogates are no characters of Rust, and all others are.
    let forbidden = |c: char| (c < ' ' && !"\t\n\r".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!junit.contains(forbidden), "{junit:?}");
    xml::parse(&junit).unwrap();
}

#[cfg(unix)]
#[test]
fn a_report_is_written_to_what_a_link_leads_to() {
    let folder = small("link");
    fs::write(folder.join("kept.json"), "old").unwrap();
    std::os::unix::fs::symlink("kept.json", folder.join("run.json")).unwrap();
    let run = theoremcheck(&folder, &["check", "--budget", "quick", "--json", "run.json"]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(fs::symlink_metadata(folder.join("run.json")).unwrap().is_symlink());
    assert!(fs::read_to_string(folder.join("kept.json")).unwrap().contains("theoremcheck-report"));
}

#[test]
fn what_is_no_report_makes_no_site() {
    let folder = site::scratch("none");
    fs::write(folder.join("x.json"), "{\"format\": \"theoremcheck-kernels\", \"version\": 1}").unwrap();
    let run = theoremcheck(&folder, &["report", "x.json", "-o", "site"]);
    assert_eq!(run.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(stderr.contains("x.json is no report: its `format` is `theoremcheck-kernels`"), "{stderr}");
    assert!(!folder.join("site").exists());
}

#[test]
fn the_site_has_a_page_a_claim_a_page_a_paper_an_overview_and_the_errata() {
    let there = files(&PLANTED.folder.join("site"));
    let mut wanted =
        vec!["errata.html", "index.html", "math.woff2", "math.woff2.OFL.txt", "papers/planted.html", "style.css"];
    let claims = json();
    let claims: Vec<String> = claims["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("claims/{}.html", c["id"].as_str().unwrap()))
        .collect();
    wanted.extend(claims.iter().map(String::as_str));
    wanted.sort_unstable();
    assert_eq!(there, wanted);
}

#[test]
fn every_page_is_well_formed_loads_nothing_from_elsewhere_and_runs_nothing() {
    let root = PLANTED.folder.join("site");
    for path in files(&root).iter().filter(|path| path.ends_with(".html")) {
        for element in page(path).all() {
            assert!(
                !["script", "iframe", "object", "embed", "img", "base"].contains(&element.name.as_str()),
                "<{}> in {path}",
                element.name
            );
            for (name, value) in &element.attributes {
                assert!(
                    !name.starts_with("on") && name != "src" && name != "srcset" && name != "action",
                    "{name} in {path}"
                );
                assert!(!value.to_ascii_lowercase().contains("javascript:"), "{value} in {path}");
            }
            let Some(link) = element.attribute("href") else { continue };
            if element.name == "a" && link == "https://example.org/paper" || link == "data:," {
                continue;
            }
            let target = link.split('#').next().unwrap_or_default();
            let resolved = root.join(path).parent().unwrap().join(target);
            assert!(resolved.is_file(), "{path} links to {link}");
            let inside = fs::canonicalize(&resolved).unwrap().starts_with(fs::canonicalize(&root).unwrap());
            assert!(inside, "{path} links to {link}");
        }
    }
    let style = PLANTED.read("site/style.css");
    let loads: Vec<&str> = style.split("url(").skip(1).map(|rest| rest.split(')').next().unwrap_or_default()).collect();
    assert_eq!(loads, ["math.woff2"]);
    assert!(!style.contains("@import") && !style.contains("//"));
}

#[test]
fn a_claims_page_shows_statement_evidence_and_how_to_see_it_again() {
    let html = page("claims/planted/monotone.html");
    let words = words(&html);
    for what in [
        "Squaring keeps the order",
        "As printed",
        "As checked",
        "Counterexample",
        "refuted",
        "corrected by",
        "theoremcheck replay planted/monotone --case ",
        "@article{x, title = {On <squares>}}",
        "A classic;",
    ] {
        assert!(words.contains(what), "{what} is not in\n{words}");
    }
    let all = html.all();
    assert!(all.iter().any(|e| e.name == "math"));
    let matrix = all.iter().find(|e| e.attribute("class") == Some("matrix")).unwrap();
    assert_eq!(matrix.all().iter().filter(|e| e.name == "td").count(), 4);
    assert!(all.iter().any(|e| e.attribute("class") == Some("histogram")));
}

#[test]
fn acceptance_trials_and_slopes_are_shown() {
    let corrected = words(&page("claims/planted/monotone-corrected.html"));
    assert!(corrected.contains("assume small") && corrected.contains("false in "), "{corrected}");
    let coin = page("claims/planted/coin.html");
    assert!(coin.all().iter().any(|e| e.attribute("class") == Some("interval")));
    let law = page("claims/planted/law.html");
    assert!(law.all().iter().any(|e| e.attribute("class") == Some("scatter")));
    assert!(words(&law).contains("claimed is about 2 within 0.1"), "{}", words(&law));
}

#[test]
fn what_rests_on_what_is_false_is_marked_near_and_far() {
    let paper = page("papers/planted.html");
    let row = |stem: &str| {
        let link = format!("../claims/planted/{stem}.html");
        let holds = |e: &&Element| e.name == "tr" && e.all().iter().any(|a| a.attribute("href") == Some(&link));
        paper.all().into_iter().find(holds).map(|row| row.attribute("class").unwrap().to_owned()).unwrap()
    };
    assert_eq!(row("rests"), "v-held shaken");
    assert_eq!(row("rests-far"), "v-proved shaken");
    assert_eq!(row("monotone"), "v-refuted");
    assert_eq!(row("surprise"), "v-refuted unexpected-row");
    let rings = paper.all().iter().filter(|e| e.attribute("class") == Some("shaken")).count();
    assert_eq!(rings, 2);
    assert!(words(&page("claims/planted/rests-far.html")).contains("rests on what is false"));
}

#[test]
fn the_errata_show_the_statement_the_counterexample_and_the_correction() {
    let errata = words(&page("errata.html"));
    for what in ["Squaring keeps the order", "Counterexample", "Corrected:", "No correction is given."] {
        assert!(errata.contains(what), "{what} is not in\n{errata}");
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let hostile = PLANTED.read("site/claims/planted/hostile.html");
    assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!hostile.contains("<script") && !hostile.contains("<img") && !hostile.contains("<iframe"));
    assert!(!hostile.contains('\u{202e}'));
}

#[test]
fn evidence_of_a_kind_that_is_not_known_is_shown_all_the_same() {
    let folder = site::scratch("unknown");
    let mut report = json();
    report["claims"][0]["novelty"] =
        serde_json::json!({"name": "c", "sweep": [{"d": 2, "least": 1.5}, {"d": 4, "least": 3.25}]});
    report["claims"][0]["predicates"][0]["evidence"] = serde_json::json!({
        "hunt": null, "settled": null, "refutation": null, "proof": null, "tightness": null, "stored_witness": null,
        "figure": ["x", "<y>"]
    });
    fs::write(folder.join("run.json"), report.to_string()).unwrap();
    let run = theoremcheck(&folder, &["report", "run.json", "-o", "site"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let path = format!("site/claims/{}.html", report["claims"][0]["id"].as_str().unwrap());
    let words = words(&xml::parse(&fs::read_to_string(folder.join(path)).unwrap()).unwrap());
    for what in ["Novelty", "sweep", "least", "3.25", "Figure", "x, <y>"] {
        assert!(words.contains(what), "{what} is not in\n{words}");
    }
}

#[test]
fn the_site_is_the_same_byte_for_byte() {
    let again = theoremcheck(&PLANTED.folder, &["report", "run.json", "-o", "again", "--quiet"]);
    assert!(again.status.success() && again.stdout.is_empty());
    let (one, two) = (PLANTED.folder.join("site"), PLANTED.folder.join("again"));
    assert_eq!(files(&one), files(&two));
    for file in files(&one) {
        assert!(fs::read(one.join(&file)).unwrap() == fs::read(two.join(&file)).unwrap(), "{file}");
    }
}

#[test]
fn all_tex_of_the_library_and_all_that_is_checked_of_it_can_be_typeset() {
    use theoremcheck::check::CheckOptions;
    use theoremcheck::engine::budget::Budget;
    use theoremcheck::engine::files::scan;
    use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED};
    use theoremcheck::report::html::mathml;
    use theoremcheck::report::run_report::Setup;
    use theoremcheck::report::statement::checked;
    let check = CheckOptions {
        seed: SEED,
        backend: theoremcheck::arith::Backend::Scalar,
        max_elements: MAX_ELEMENTS,
        kernel: None,
    };
    let setup = Setup { options: RunOptions { budget: Budget::Quick, cases: None, jobs: 1, check }, paths: Vec::new() };
    let library = scan(&[Path::new("claims").to_owned()]).unwrap().library().unwrap();
    let claims: Vec<_> = library.claims.iter().filter_map(|loaded| loaded.claim.as_ref().ok()).collect();
    assert!(claims.len() > 700, "{}", claims.len());
    let bad: Vec<&str> = claims
        .iter()
        .filter(|claim| claim.tex.as_ref().is_some_and(|tex| mathml::typeset(tex.trim()).is_none()))
        .map(|claim| claim.id.0.as_str())
        .collect();
    assert_eq!(bad, Vec::<&str>::new());
    let bad: Vec<String> = claims
        .iter()
        .flat_map(|claim| checked(claim, &setup))
        .flat_map(|section| section.lines)
        .filter(|line| mathml::prose(line).contains("class=\"tex\""))
        .collect();
    assert_eq!(bad, Vec::<String>::new());
}

//! The reports of a run from end to end: JSON, JUnit, Markdown, SARIF, annotations, and where they are written, on planted claims. The site is
//! in `tests/site_pages.rs`.

mod site;

use serde_json::Value;
use site::xml::{self, Element};
use site::{Planted, theoremcheck};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One run for all tests.
static PLANTED: LazyLock<Planted> = LazyLock::new(|| Planted::new("all"));

#[test]
fn every_report_is_written_though_claims_failed_and_one_is_malformed() {
    assert_eq!(PLANTED.status, Some(2), "{}", PLANTED.stdout);
    for file in ["run.json", "junit.xml", "run.md", "run.sarif"] {
        assert!(!PLANTED.read(file).is_empty(), "{file}");
    }
    let verdicts: BTreeMap<String, String> = PLANTED.json()["claims"]
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
    let report = PLANTED.json();
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

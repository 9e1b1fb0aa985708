//! The site of a run: its pages, and the words in which they say what became of claims of every kind.

mod site;

use serde_json::Value;
use site::xml::{self, Element};
use site::{Planted, files, theoremcheck};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One run for all tests.
static PLANTED: LazyLock<Planted> = LazyLock::new(|| Planted::new("pages"));

fn page(path: &str) -> Element {
    xml::parse(&PLANTED.read(&format!("site/{path}"))).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words of a page, its markup gone.
fn words(element: &Element) -> String {
    let inner: String = element.children.iter().map(|child| words(child) + " ").collect();
    format!("{} {inner}", element.text)
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
        "usual",
        "held",
        "[given]\ns = \"real in [1, 8]\"\n[constant]\nname = \"c\"\nrandom = { u = \"real in [0, 1]\" }\nat_least = \"9/10\"\n\
         sweep = { s = [1, 2, 4, 8] }\nclaim = \"s*u <= c*s\"\n",
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
    // With chance it is an estimate.
    let usual = said("claims/kinds/usual.html");
    let found = "The least c that works as often as is claimed, in all settings that were seen, is about 0.9";
    assert!(usual.contains(found) && usual.contains(" to 0.9") && !usual.contains("c ≥ 0."), "{usual}");
    // The table of the paper has it, too.
    let paper = said("papers/kinds.html");
    assert!(paper.contains("a case asks for") && paper.contains("fails by 0.99"), "{paper}");
    assert!(paper.contains("c\u{a0}≈\u{a0}0.") || paper.contains("c ≈ 0."), "{paper}");
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
    let mut report = PLANTED.json();
    let claims = report["claims"].as_array_mut().unwrap();
    let coin = claims.iter_mut().find(|claim| claim["id"] == "planted/coin").unwrap();
    coin["probability"]["settings"][0]["interval"] = serde_json::json!([1.0 - 4.151e-4, 1.0]);
    fs::write(folder.join("run.json"), report.to_string()).unwrap();
    assert!(theoremcheck(&folder, &["report", "run.json", "-o", "site"]).status.success());
    let coin = fs::read_to_string(folder.join("site/claims/planted/coin.html")).unwrap();
    assert!(coin.contains("[1 − 0.000416, 1]"), "{coin}");
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
    let claims = PLANTED.json();
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
    let mut report = PLANTED.json();
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

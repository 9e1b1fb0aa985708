//! The command from the outside: what it prints, what it writes, how it exits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CLAIMS: &str = "tests/fixtures/claims";

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn theoremcheck(arguments: &[&str]) -> Run {
    in_folder(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn in_folder(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BACKEND", "THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED", "NO_COLOR"] {
        command.env_remove(variable);
    }
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of this test's own, empty.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn fixture(paper: &str) -> String {
    format!("{CLAIMS}/{paper}")
}

#[test]
fn claims_that_do_as_expected_exit_with_0() {
    let run = theoremcheck(&["check", &fixture("good")]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    for id in ["good/means", "good/square", "good/order", "good/refuted"] {
        assert!(run.stdout.contains(id), "{}", run.stdout);
    }
    assert!(run.stdout.contains("1 refuted, all as expected"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_path_alone_means_check() {
    let run = theoremcheck(&[&fixture("good/means.toml")]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("all as expected"), "{}", run.stdout);
}

#[test]
fn a_claim_decided_otherwise_exits_with_1() {
    let run = theoremcheck(&["check", &fixture("surprise")]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("proved, expected refuted"), "{}", run.stdout);
}

#[test]
fn a_claim_that_could_not_be_decided_exits_with_4() {
    let run = theoremcheck(&["check", &fixture("undecided")]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("bound: suspect, expected held: violated beyond rounding in"), "{}", run.stdout);
    assert!(
        run.stdout.contains("bound: vacuous, expected held: 0 of 20000 cases met the hypotheses"),
        "{}",
        run.stdout
    );
    let replay = "theoremcheck replay undecided/violated --case ";
    assert!(run.stdout.contains(replay), "{}", run.stdout);
}

#[test]
fn malformed_claims_exit_with_2_and_the_report_is_written_all_the_same() {
    let report = scratch("malformed").join("report.json");
    let run = theoremcheck(&["check", CLAIMS, "--json", report.to_str().unwrap(), "--budget", "quick"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("malformed/syntax.toml:8:"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `sigma`?"), "{}", run.stderr);
    let report = json(&report);
    assert_eq!(report["format"], "theoremcheck-report");
    let ids = |list: &str| -> Vec<String> {
        report[list].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("errors"), ["malformed/syntax", "malformed/unknown"]);
    assert_eq!(
        ids("claims"),
        [
            "good/means",
            "good/order",
            "good/refuted",
            "good/square",
            "malformed/fine",
            "surprise/holds",
            "undecided/vacuous",
            "undecided/violated"
        ]
    );
}

#[test]
fn the_report_is_the_same_byte_for_byte_for_any_number_of_threads_and_every_back_end() {
    let folder = scratch("jobs");
    let report = |name: &str, more: &[&str]| {
        let path = folder.join(name);
        let mut arguments = vec!["check", CLAIMS, "--json", path.to_str().unwrap()];
        arguments.extend(more);
        theoremcheck(&arguments);
        fs::read(&path).unwrap()
    };
    let one = report("1.json", &["--jobs", "1"]);
    assert!(one.len() > 1000);
    assert!(one == report("2.json", &["--jobs", "2"]));
    assert!(one == report("5.json", &["--jobs", "5"]));
    assert!(one == report("scalar.json", &["--backend", "scalar"]));
    assert!(one != report("seed.json", &["--seed", "8"]), "the seed must matter");
}

#[test]
fn the_report_goes_to_standard_output_in_place_of_the_table() {
    let run = theoremcheck(&["check", &fixture("good/means.toml"), "--json", "-"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["claims"][0]["verdict"], "held");
    assert!(run.stderr.contains("1 claim: 1 held"), "{}", run.stderr);
}

#[test]
fn a_report_that_cannot_be_written_exits_with_3() {
    let run = theoremcheck(&["check", &fixture("good/means.toml"), "--json", "no/such/folder/report.json"]);
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("cannot write no/such/folder/report.json"), "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_to_standard_output_exits_with_3() {
    let means = fixture("good/means.toml");
    let folder = scratch("full");
    let shard = folder.join("1.json");
    let shard = shard.to_str().unwrap();
    theoremcheck(&["check", &means, "--budget", "quick", "--shard", "1/1", "--json", shard]);
    for arguments in [
        &["check", &means, "--budget", "quick"][..],
        &["check", &means, "--budget", "quick", "--json", "-"],
        &["check", &means, "--budget", "quick", "--quiet", "--sarif", "-"],
        &["merge", shard],
        &["merge", shard, "--json", "-"],
        &["list", &means],
        &["kernels"],
        &["completions", "bash"],
        &["man"],
        &["schema"],
        &["explain", "good/means", "--path", &means],
        &["--help"],
        &["--version"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).stdout(full);
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {stderr}");
        assert!(
            stderr.ends_with("error: cannot write to standard output: No space left on device (os error 28)\n"),
            "{stderr}"
        );
        // A reader that goes away wants no more: that is no failure.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn what_is_named_as_a_claim_file_and_is_none_is_malformed() {
    use std::os::unix::fs::symlink;
    let folder = scratch("no-file");
    let paper = folder.join("claims/p");
    fs::create_dir_all(paper.join("folder.toml")).unwrap();
    fs::create_dir_all(paper.join("settings")).unwrap();
    fs::write(paper.join("c.toml"), fs::read(fixture("good/means.toml")).unwrap()).unwrap();
    symlink("nowhere", paper.join("link.toml")).unwrap();
    symlink("nowhere", paper.join("settings/setting.toml")).unwrap();
    symlink("nowhere", paper.join("paper.toml")).unwrap();
    symlink("nowhere", paper.join("c.witness.json")).unwrap();
    let fifo = Command::new("mkfifo").arg(paper.join("pipe.toml")).status().is_ok_and(|status| status.success());
    let run = in_folder(&folder, &["check", "--budget", "quick"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    for (file, why) in [
        ("folder.toml", "a folder"),
        ("link.toml", "a link to nowhere"),
        ("settings/setting.toml", "a link to nowhere"),
        ("paper.toml", "a link to nowhere"),
        ("c.witness.json", "a link to nowhere"),
        ("pipe.toml", "not a regular file"),
    ] {
        let told = run.stderr.contains(&format!("claims/p/{file}")) && run.stderr.contains(why);
        assert!(told || (file == "pipe.toml" && !fifo), "{file}: {}", run.stderr);
    }
    // The claim that is one is run, and those that are none are no claims.
    assert!(run.stdout.contains("p/c"), "{}", run.stdout);
    // A file that is named by itself comes with what its paper says, or should.
    let alone = in_folder(&folder, &["check", "--budget", "quick", "claims/p/c.toml"]);
    assert_eq!(alone.status, 2);
    assert!(alone.stderr.contains("claims/p/paper.toml"), "{}", alone.stderr);
}

#[cfg(unix)]
#[test]
fn a_link_is_what_its_place_says() {
    use std::os::unix::fs::symlink;
    let folder = scratch("links");
    let claim = |given: &str| {
        format!("title = \"t\"\nat = \"a\"\nsetting = \"s\"\n[given]\n{given}\n[claim]\nc = \"x >= 0\"\n")
    };
    fs::create_dir_all(folder.join("claims/p/settings")).unwrap();
    fs::create_dir_all(folder.join("claims/q/settings")).unwrap();
    fs::write(folder.join("claims/p/settings/s.toml"), "[given]\nx = \"real in [0, 1]\"\n").unwrap();
    symlink("../../p/settings/s.toml", folder.join("claims/q/settings/s.toml")).unwrap();
    fs::write(folder.join("claims/p/ok.toml"), claim("y = \"real in [0, 1]\"")).unwrap();
    symlink("ok.toml", folder.join("claims/p/alias.toml")).unwrap();
    symlink("../p/ok.toml", folder.join("claims/q/other.toml")).unwrap();
    // A paper, and folders that lead into themselves.
    symlink("p", folder.join("claims/r")).unwrap();
    symlink("..", folder.join("claims/q/up")).unwrap();
    symlink("../..", folder.join("claims/q/out")).unwrap();
    let ids = |arguments: &[&str]| {
        let run = in_folder(&folder, &[&["list"], arguments].concat());
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        run.stdout.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["p/alias", "p/ok", "q/other", "r/alias", "r/ok"];
    assert_eq!(ids(&[]), all);
    // One place that is named twice is one.
    assert_eq!(ids(&["claims", "claims/p/ok.toml", "./claims/../claims/p"]), all);
    assert_eq!(ids(&["claims/p/alias.toml"]), ["p/alias"]);
    let run = in_folder(&folder, &["check", "--budget", "quick"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_claim_file_of_a_bad_name_is_told_so_however_it_is_named() {
    let folder = scratch("bad-name");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    fs::copy(fixture("good/means.toml"), folder.join("claims/p/spa ce.toml")).unwrap();
    for path in ["claims/p/spa ce.toml", "claims/p", "claims"] {
        let run = in_folder(&folder, &["check", path]);
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("a file that is in no claim's place"), "{path}: {}", run.stderr);
        assert!(run.stderr.contains("claims/p/spa ce.toml"), "{path}: {}", run.stderr);
    }
}

#[test]
fn a_title_stands_on_one_line() {
    let folder = scratch("title");
    let new = in_folder(&folder, &["new", "p/c"]);
    assert_eq!(new.status, 0, "{}", new.stderr);
    let path = folder.join("claims/p/c.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, title) = text.split_once("title").unwrap();
    let after = title.split_once('\n').unwrap().1;
    fs::write(&path, format!("{before}title = \"::error::one\\n::error::two\"\n{after}")).unwrap();
    for arguments in [&["list"][..], &["explain", "p/c"], &["replay", "p/c", "--case", "0"]] {
        let run = in_folder(&folder, arguments);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("::error::one\\n::error::two"), "{arguments:?}: {}", run.stdout);
        let command = run.stdout.lines().find(|line| line.trim_start().starts_with("::"));
        assert_eq!(command, None, "{arguments:?}");
    }
}

#[test]
fn what_is_no_witness_cannot_be_verified() {
    let folder = scratch("no-witness");
    fs::create_dir(folder.join("claims")).unwrap();
    fs::write(folder.join("report.json"), "{}").unwrap();
    let run = in_folder(&folder, &["verify", "report.json"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("report.json is neither a witness (`<claim>.witness.json`)"), "{}", run.stderr);
}

#[test]
fn a_malformed_paper_is_no_claim() {
    let folder = scratch("paper");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    fs::write(folder.join("claims/p/c.toml"), fs::read(fixture("good/means.toml")).unwrap()).unwrap();
    fs::write(folder.join("claims/p/paper.toml"), "title = 3\n").unwrap();
    let run = in_folder(&folder, &["check", "--budget", "quick"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 claim: 1 held, 1 malformed file\n"), "{}", run.stdout);
}

#[test]
fn a_scale_is_stated_as_the_file_states_it() {
    let folder = scratch("scale");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let claim = "title = \"t\"\nat = \"a\"\n[given]\nn = \"int in 1..=4\"\nx = \"real in (0, inf)\"\n[constant]\nname = \"c\"\n\
                 sweep = { n = [1, 2, 3, 4] }\nclaim = \"n*x <= c*n*x\"\n";
    fs::write(folder.join("claims/p/c.toml"), claim).unwrap();
    let shown = in_folder(&folder, &["explain", "p/c"]);
    assert!(shown.stdout.contains("x ∈ (0, ∞)"), "{}{}", shown.stdout, shown.stderr);
    let tex = in_folder(&folder, &["explain", "p/c", "--tex"]);
    assert!(tex.stdout.contains("x \\in (0, \\infty)"), "{}{}", tex.stdout, tex.stderr);
}

#[test]
fn a_replay_gives_the_margin_of_the_report_to_the_bit() {
    let path = scratch("replay").join("report.json");
    theoremcheck(&["check", &fixture("undecided/violated.toml"), "--seed", "3", "--json", path.to_str().unwrap()]);
    let worst = json(&path)["claims"][0]["predicates"][0]["worst_violation"].clone();
    let (case, margin) = (worst["case"].to_string(), worst["margin"].as_f64().unwrap());
    let again = || {
        let arguments = ["replay", "undecided/violated", "--case", &case, "--seed", "3", "--path", CLAIMS, "--bits"];
        let run = theoremcheck(&arguments);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    let shown = again();
    assert!(shown.contains(&format!("{:#018x}", margin.to_bits())), "{shown}");
    assert!(shown.contains("bound: violated"), "{shown}");
    assert!(shown.contains("hypotheses: met"), "{shown}");
    assert_eq!(shown, again());
}

const FALSE: &str = "title = \"t\"\nat = \"Lemma 1\"\n[given]\nn = \"int in 1..=3\"\nS = \"symmetric(n, [0, 1])\"\n\
    P = \"symmetric(n, [0, 1])\"\n[claim]\nsquare = \"S^2 <= (S + P)^2\"\nsmall = \"lambda_max(S) < 1\"\n";

#[test]
fn a_counterexample_is_stored_on_request_and_proved_again_from_its_values() {
    let folder = scratch("witness");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let (claim, witness) = (folder.join("claims/p/a.toml"), folder.join("claims/p/a.witness.json"));
    fs::write(&claim, FALSE).unwrap();
    let run = in_folder(&folder, &["check", "--budget", "quick"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(!witness.exists());
    let run = in_folder(&folder, &["check", "--budget", "quick", "--accept-witness"]);
    assert!(run.stdout.contains("stored claims/p/a.witness.json"), "{}", run.stdout);
    let stored = fs::read_to_string(&witness).unwrap();
    let run = in_folder(&folder, &["verify"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("✓ p/a square: refuted") && run.stdout.contains("2 witnesses"), "{}", run.stdout);
    // What is expected is met by the stored ones; they are not written again.
    fs::write(&claim, format!("expect = \"refuted\"\n{FALSE}")).unwrap();
    let run = in_folder(&folder, &["check", "--accept-witness", "-v", "--seed", "7"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("the stored witness proves it") && !run.stdout.contains("stored claims"),
        "{}",
        run.stdout
    );
    assert_eq!(fs::read_to_string(&witness).unwrap(), stored);
    // A value that is moved out of its sampler is no counterexample.
    fs::write(&witness, stored.replacen("\"n\": 1", "\"n\": 4", 1).replacen("\"n\": 2", "\"n\": 5", 1)).unwrap();
    let run = in_folder(&folder, &["verify"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("not proved"), "{}", run.stdout);
    // A predicate that does not exist has not changed.
    fs::write(&witness, stored.replace("\"square\"", "\"sqare\"")).unwrap();
    let run = in_folder(&folder, &["verify"]);
    assert!(run.stdout.contains("no predicate `sqare`; did you mean `square`?"), "{}", run.stdout);
    // A witness without a claim is not passed over.
    let orphan = folder.join("claims/p/b.witness.json");
    fs::write(&orphan, &stored).unwrap();
    fs::write(&witness, &stored).unwrap();
    let run = in_folder(&folder, &["verify"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("claims/p/b.witness.json: a witness without a claim"), "{}", run.stderr);
    assert_eq!(in_folder(&folder, &["verify", "--filter", "p/a"]).status, 0);
    fs::remove_file(orphan).unwrap();
    // A statement that was changed makes its witness stale, and it is hunted anew.
    fs::write(&witness, &stored).unwrap();
    fs::write(&claim, FALSE.replace("<= (S + P)^2", "<= 2*(S + P)^2")).unwrap();
    let run = in_folder(&folder, &["verify", "claims/p/a.witness.json"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("square: stale"), "{}", run.stdout);
    fs::write(&witness, "{ \"format\": 1").unwrap();
    assert_eq!(in_folder(&folder, &["verify"]).status, 2);
    let run = in_folder(&folder, &["check"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("1 claim: ") && run.stdout.contains("1 malformed witness"), "{}", run.stdout);
}

#[test]
fn a_value_that_its_given_does_not_allow_is_named() {
    let folder = scratch("outside");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let claim = "title = \"t\"\nat = \"a\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\nb = \"x <= 1/2\"\n";
    fs::write(folder.join("claims/p/a.toml"), claim).unwrap();
    in_folder(&folder, &["check", "--budget", "quick", "--accept-witness"]);
    let witness = folder.join("claims/p/a.witness.json");
    let stored = fs::read_to_string(&witness).unwrap();
    fs::write(&witness, stored.replace("\"x\": \"1\"", "\"x\": \"2\"")).unwrap();
    let run = in_folder(&folder, &["verify"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    let said = "not proved: `x = 2` is not in what its given allows, `real in [0, 1]`";
    assert!(run.stdout.contains(said), "{}", run.stdout);
}

#[test]
fn the_nearest_case_of_the_hunt_is_replayed() {
    let id = "good/square";
    let path = fixture("good");
    let run = theoremcheck(&["replay", id, "--path", &path, "--hunted", "absent"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("has no predicate `absent`"), "{}", run.stderr);
}

#[test]
fn the_power_of_a_claim_is_a_table_of_its_mutants() {
    let folder = scratch("power");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let text = "title = \"t\"\nat = \"1\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x^2 <= 1*x\"\n";
    fs::write(folder.join("claims/p/a.toml"), text).unwrap();
    let run = in_folder(&folder, &["power", "p/a"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("mutants refuted") && run.stdout.contains("refuted by x ="), "{}", run.stdout);
}

#[test]
fn a_filter_is_a_piece_of_the_id_or_a_pattern() {
    let checked = |filter: &str| {
        let run = theoremcheck(&["check", CLAIMS, "--filter", filter, "--budget", "quick"]);
        (run.status, run.stdout.lines().filter(|line| line.contains("cases")).count())
    };
    assert_eq!(checked("good/").0, 0);
    assert_eq!(checked("good/s*").0, 0);
    assert_eq!(checked("surprise").0, 1);
    let run = theoremcheck(&["check", CLAIMS, "--filter", "good/meens"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("no claim matches the filter `good/meens`; did you mean `good/means`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn only_what_is_unexpected_is_shown_quietly() {
    let quiet = theoremcheck(&["check", &fixture("good"), "--quiet"]);
    assert_eq!((quiet.status, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    let loud = theoremcheck(&["check", &fixture("undecided"), "--quiet", "--filter", "violated"]);
    assert!(loud.stdout.contains("undecided/violated"), "{}", loud.stdout);
}

#[test]
fn verbose_shows_strata_counts_and_rejections() {
    let run = theoremcheck(&["check", &fixture("good/order.toml"), "-v"]);
    for text in ["below: held", "above: held", "plain ", "rejected: small false in", "in units of"] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
}

#[test]
fn a_number_of_cases_is_what_is_run() {
    let run = theoremcheck(&["check", &fixture("good/means.toml"), "--cases", "100"]);
    assert!(run.stdout.contains("of 104 cases"), "{}", run.stdout);
}

#[test]
fn an_explanation_has_the_statement_the_evidence_and_a_replay_line() {
    let run = theoremcheck(&["explain", "good/means", "--path", CLAIMS]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    for text in [
        "Theorem 1",
        "Inequalities that hold (Fixtures, 2026)",
        r"\frac{a+b}{2} \ge \sqrt{ab}",
        "≥ √",
        "means: held",
        "theoremcheck replay good/means --case ",
        "--path tests/fixtures/claims",
    ] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    let order = theoremcheck(&["explain", "good/order", "--path", CLAIMS]);
    assert!(order.stdout.contains("below: T ⪯ 3I"), "{}", order.stdout);
    let tex = theoremcheck(&["explain", "good/means", "--path", CLAIMS, "--tex"]);
    assert!(tex.stdout.contains(r"means: \frac{a+b}{2} \ge \sqrt{ab}"), "{}", tex.stdout);
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest() {
    for command in
        [&["explain", "good/meens", "--path", CLAIMS][..], &["replay", "good/meens", "--case", "1", "--path", CLAIMS]]
    {
        let run = theoremcheck(command);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("there is no claim `good/meens`; did you mean `good/means`?"), "{}", run.stderr);
    }
}

#[test]
fn a_list_runs_nothing_and_marks_what_is_malformed() {
    let run = theoremcheck(&["list", CLAIMS]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("good/means          Theorem 1: The arithmetic mean"), "{}", run.stdout);
    assert!(run.stdout.contains("(expect refuted)"), "{}", run.stdout);
    assert!(run.stdout.contains("malformed/syntax    malformed"), "{}", run.stdout);
    assert_eq!(theoremcheck(&["list", &fixture("good")]).status, 0);
}

#[test]
fn the_index_shows_what_is_missing_and_what_is_extra() {
    let folder = scratch("index");
    let run = || in_folder(&folder, &["list", "--index"]);
    assert_eq!(in_folder(&folder, &["new", "p/a"]).status, 0);
    assert_eq!(in_folder(&folder, &["new", "p/c"]).status, 0);
    let none = run();
    assert_eq!(none.status, 2);
    assert!(none.stderr.contains("index.tsv"), "{}", none.stderr);
    let index = |rows: &str| {
        fs::write(folder.join("claims/index.tsv"), format!("claim\twhere\twhat\tkind\tleft out\n{rows}")).unwrap()
    };
    index("p/a\tLemma 1\ta bound\tpointwise\np/b\t(2)\tan identity\tidentity\n");
    let two = run();
    assert_eq!(two.status, 1, "{}", two.stderr);
    assert!(two.stdout.contains("  p/b ((2)): an identity, identity\n"), "{}", two.stdout);
    assert!(two.stdout.contains("claims without a row that correct none\n  p/c\n"), "{}", two.stdout);
    index(
        "p/a\tLemma 1\ta bound\tpointwise\np/b\t(2)\tan identity\tidentity\tillegible\np/c\t(3)\ta bound\tpointwise\n",
    );
    let good = run();
    assert_eq!(good.status, 0, "{}{}", good.stdout, good.stderr);
    assert!(good.stdout.contains("all                3       2         1        0\n"), "{}", good.stdout);
    index("p/a\tLemma 1\ta bound\tpointwize\n");
    let bad = run();
    assert_eq!(bad.status, 2);
    assert!(bad.stderr.contains("did you mean `pointwise`?") && bad.stderr.contains("index.tsv:2:1"), "{}", bad.stderr);
    for (path, help) in [("claims/p", "folder of papers, `claims`"), ("claims/index.tsv", "it is in: `claims`")] {
        let run = in_folder(&folder, &["list", "--index", path]);
        assert!(run.status == 2 && run.stderr.contains(help), "{}", run.stderr);
    }
    // A malformed claim is neither there nor missing.
    index("p/a\tLemma 1\ta bound\tpointwise\np/c\t(3)\ta bound\tpointwise\tleft\u{1b}[31mout\n");
    fs::write(folder.join("claims/p/a.toml"), "title = ").unwrap();
    fs::write(folder.join("claims/p/d.toml"), "corrects = \"a\"\n").unwrap();
    let bad = run();
    assert_eq!(bad.status, 2);
    assert!(bad.stdout.contains("claims that are malformed\n  p/a\n  p/d\n"), "{}", bad.stdout);
    assert!(bad.stderr.contains("p/a.toml") && !bad.stdout.contains('\u{1b}'), "{}{}", bad.stdout, bad.stderr);
}

#[test]
fn errata_are_what_stored_counterexamples_prove() {
    let folder = scratch("errata");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join("claims/p").join(name), text).unwrap();
    write("paper.toml", "title = \"On x\"\nauthors = [\"A. B.\"]\nyear = 2020\n");
    let claim = |head: &str, relation: &str| {
        format!(
            "title = \"A bound\"\nat = \"(1)\"\n{head}[given]\nx = \"real in [0, 2]\"\n[claim]\nb = \"x^2 {relation}\"\n"
        )
    };
    write(
        "a.toml",
        &claim("tex = 'x^2 \\le x'\nexpect = \"refuted\"\ncorrected = \"a-corrected\"\nnotes = \"A slip.\"\n", "<= x"),
    );
    write("a-corrected.toml", &claim("tex = 'x^2 \\le 2x'\ncorrects = \"a\"\n", "<= 2*x"));
    let errata = || in_folder(&folder, &["list", "--errata"]);
    let none = errata();
    assert_eq!(none.status, 1);
    assert!(none.stderr.contains("`p/a`: no counterexample of `b` is stored"), "{}", none.stderr);
    assert_eq!(in_folder(&folder, &["check", "--accept-witness"]).status, 0);
    let one = errata();
    assert_eq!(one.status, 0, "{}", one.stderr);
    for piece in [
        "## A. B., On x (2020)",
        "### (1): A bound",
        "x^2 \\le x\n",
        "**False**, `b`: `x^2 <= x`",
        "`x = 2`",
        "it says 4 ≤ 2",
        "A slip.",
        "**Corrected**, `p/a-corrected`",
        "x^2 \\le 2x\n",
    ] {
        assert!(one.stdout.contains(piece), "{piece}: {}", one.stdout);
    }
    // The correction belongs to it, whether its file was named or not.
    let alone = in_folder(&folder, &["list", "--errata", "claims/p/a.toml"]);
    assert!(alone.stdout.contains("**Corrected**, `p/a-corrected`"), "{}{}", alone.stdout, alone.stderr);
    write("a-corrected.toml", "corrects = \"a\"\n");
    for arguments in [&["claims/p/a.toml"][..], &["--filter", "p/a"], &[]] {
        let bad = in_folder(&folder, &[&["list", "--errata"], arguments].concat());
        assert_eq!(bad.status, 2, "{}", bad.stderr);
        assert!(bad.stdout.contains("**The correction**, `p/a-corrected`, is malformed."), "{}", bad.stdout);
        assert!(bad.stderr.contains("a-corrected.toml"), "{}", bad.stderr);
    }
    write("a-corrected.toml", &claim("corrects = \"a\"\n", "<= 2*x"));
    // What a claim says of itself neither steers a terminal nor ends a block.
    let hostile = "tex = \"a\\u001b[31m```\\n# b\"\nexpect = \"refuted\"\nnotes = \"n\\u001b[31m\"\n";
    write("a.toml", &claim(hostile, "<= x"));
    let hostile = errata();
    assert!(hostile.stdout.contains("````tex\na?[31m```\n# b\n````\n"), "{}", hostile.stdout);
    assert!(!hostile.stdout.contains('\u{1b}'));
    // The statement changes: what is stored no longer speaks of it.
    write("a.toml", &claim("expect = \"refuted\"\n", "<= x/2"));
    let stale = errata();
    assert_eq!(stale.status, 1);
    assert!(stale.stderr.contains("a.witness.json: ") && stale.stderr.contains("stale"), "{}", stale.stderr);
}

#[test]
fn a_new_claim_holds_as_it_is_and_is_never_written_over_another() {
    let folder = scratch("new");
    let run = in_folder(&folder, &["new", "my-paper/lemma-1", "--title", "My \"first\" lemma"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("claims/my-paper/lemma-1.toml"), "{}", run.stdout);
    let check = in_folder(&folder, &[]);
    assert_eq!(check.status, 0, "{}{}", check.stdout, check.stderr);
    assert!(check.stdout.contains("my-paper/lemma-1"), "{}", check.stdout);
    let again = in_folder(&folder, &["new", "my-paper/lemma-1"]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
    for bad in ["../evil/x", "no-paper", "a/b/c", ""] {
        assert_eq!(in_folder(&folder, &["new", bad]).status, 2, "{bad}");
    }
}

#[test]
fn the_schema_is_json() {
    let run = theoremcheck(&["schema"]);
    assert_eq!(run.status, 0);
    let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(schema["properties"]["claim"].is_object());
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let run = theoremcheck(&["completions", shell]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.contains("explain"));
    }
}

#[test]
fn manual_pages_are_made_of_the_command_line() {
    let all = theoremcheck(&["man"]);
    assert_eq!(all.status, 0, "{}", all.stderr);
    for part in [".TH theoremcheck 1", "checks every claim", "Exit status", "theoremcheck\\-merge(1)"] {
        assert!(all.stdout.contains(part), "{part}: {}", all.stdout);
    }
    let check = theoremcheck(&["man", "check"]);
    assert!(check.stdout.contains("\\-\\-accept\\-baseline"), "{}", check.stdout);
    let synopsis = check.stdout.lines().skip_while(|line| *line != ".SH SYNOPSIS").nth(1).unwrap();
    assert!(synopsis.trim_end().ends_with("[\\fIPATH\\fR]..."), "{synopsis}");
    let synopsis = |command: &str| {
        let page = theoremcheck(&["man", command]).stdout;
        page.lines().skip_while(|line| *line != ".SH SYNOPSIS").nth(1).unwrap().trim_end().to_owned()
    };
    assert!(synopsis("merge").ends_with("<\\fISHARD.json\\fR>..."), "{}", synopsis("merge"));
    assert!(synopsis("report").ends_with("\\-\\-output\\fR \\fIDIR\\fR> <\\fIRUN.json\\fR>"), "{}", synopsis("report"));
    let synopsis = synopsis("check");
    for part in ["[\\fB\\-\\-json\\fR \\fIFILE\\fR]", "\\-\\-jobs\\fR \\fIN\\fR]", "[\\fB\\-\\-annotations\\fR]"] {
        assert!(synopsis.contains(part), "{part}: {synopsis}");
    }
    let unknown = theoremcheck(&["man", "chekc"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("there is no command `chekc`; did you mean `check`?"), "{}", unknown.stderr);
    let folder = scratch("man");
    assert_eq!(in_folder(&folder, &["man", "--output", "man1"]).status, 0);
    let page = fs::read_to_string(folder.join("man1/theoremcheck-check.1")).unwrap();
    assert_eq!(page, check.stdout);
    assert_eq!(fs::read_to_string(folder.join("man1/theoremcheck.1")).unwrap(), all.stdout);
    assert!(!folder.join("man1/theoremcheck-help.1").exists());
}

#[test]
fn bad_arguments_exit_with_2_and_say_what_would_be_right() {
    for (arguments, says) in [
        (&["--frobnicate"][..], "--frobnicate"),
        (&["check", "--budget", "huge"], "quick, default, deep"),
        (&["check", "--cases", "0"], "--cases"),
        (&["check", "--jobs", "0"], "--jobs"),
        (&["check", "--max-elements", "0"], "--max-elements"),
        (&["check", "--seed", "minus one"], "--seed"),
        (&["check", "--backend", "abacus"], "no back end `abacus`"),
        (&["replay", "good/means"], "`--case N` names a random one, as a report does, `--hunted PREDICATE`"),
        (&["chekc"], "did you mean the command `check`?"),
        (
            &["bogus"],
            "cannot read bogus: No such file or directory (os error 2) (nor is it a command: `theoremcheck --help`",
        ),
        (&["no/such/path"], "cannot read no/such/path"),
    ] {
        let run = theoremcheck(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(says), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_folder_without_claims_is_an_error_that_says_what_was_expected() {
    let folder = scratch("empty");
    let run = in_folder(&folder, &[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("claims are looked for in ./claims"), "{}", run.stderr);
    fs::create_dir(folder.join("claims")).unwrap();
    let report = folder.join("report.json");
    let run = in_folder(&folder, &["check", "--json", report.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("<paper>/<claim>.toml"), "{}", run.stderr);
    assert_eq!(json(&report)["errors"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_is_coloured_that_is_not_a_terminal() {
    let run = theoremcheck(&["check", CLAIMS, "--budget", "quick"]);
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'));
}

/// Ends when the row of the first claim is there.
#[cfg(unix)]
#[test]
fn an_interrupted_run_tells_what_it_has_and_exits_with_130() {
    use std::io::{BufRead, BufReader, Read};
    let folder = scratch("interrupted");
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    let claim = |given: &str, is: &str| format!("title = \"t\"\nat = \"a\"\n[given]\n{given}\n[claim]\nc = \"{is}\"\n");
    fs::write(folder.join("claims/p/a.toml"), claim("x = \"real in [0, 1]\"", "x >= 0")).unwrap();
    let slow = claim("n = \"int in 5..=8\"\nS = \"symmetric(n, [0, 1])\"", "norm(S) <= 3/2");
    fs::write(folder.join("claims/p/b.toml"), slow).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    command.args(["check", "--budget", "deep", "--jobs", "1", "--json", "run.json", "--resume", "run.jsonl"]);
    command.current_dir(&folder).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    stdout.read_line(&mut shown).unwrap();
    assert!(shown.contains("p/a"), "{shown}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.starts_with("1 claim: 1 proved\n"), "{rest}");
    assert!(rest.contains("seed 1; interrupted: 1 of 2 claims are finished\n"), "{rest}");
    assert!(rest.ends_with("the same command goes on from run.jsonl\n"), "{rest}");
    assert!(!folder.join("run.json").exists(), "a report of a part would look like one of the whole");
    assert!(fs::read_to_string(folder.join("run.jsonl")).unwrap().contains("p/a"));
}

/// What a terminal is shown; nothing where there is no `script` to make one.
#[cfg(target_os = "linux")]
fn on_a_terminal(arguments: &str, no_color: Option<&str>) -> Option<String> {
    let mut command = Command::new("script");
    let line = format!("'{}' {arguments}", env!("CARGO_BIN_EXE_theoremcheck"));
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("TERM", "xterm").env_remove("NO_COLOR");
    no_color.map(|value| command.env("NO_COLOR", value));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(std::process::Stdio::null());
    match command.output() {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap()),
        Err(_) => {
            eprintln!("left out: there is no `script`");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colours_and_an_estimate_unless_they_are_not_wanted() {
    let check = format!("check {} --budget quick", fixture("good"));
    // What is over at once has no time left to speak of.
    let Some(shown) = on_a_terminal(&format!("check {}", fixture("good")), None) else { return };
    assert!(shown.contains("\u{1b}[32m") && !shown.contains("about 0s"), "{shown:?}");
    assert!(shown.contains(" left ") && shown.contains(" of 4 claims"), "{shown:?}");
    let plain = [on_a_terminal(&check, Some("1")), on_a_terminal(&format!("{check} --no-color"), None)];
    for shown in plain.into_iter().flatten() {
        assert!(shown.contains("all as expected") && !shown.contains("\u{1b}[3"), "{shown:?}");
    }
    // An empty variable says nothing (no-color.org).
    assert!(on_a_terminal(&check, Some("")).is_some_and(|shown| shown.contains("\u{1b}[32m")));
    assert_eq!(on_a_terminal(&format!("{check} --quiet"), None).as_deref(), Some(""));
}

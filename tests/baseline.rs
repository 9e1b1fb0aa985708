//! A baseline made today: an untouched rerun passes, and what got worse is told and has its exit status.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

fn in_folder(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BACKEND", "THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED", "NO_COLOR"] {
        command.env_remove(variable);
    }
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of this test's own, with two claims.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("baseline-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("claims/p")).unwrap();
    fs::create_dir_all(folder.join("claims/q")).unwrap();
    fs::write(folder.join("claims/p/loose.toml"), claim("norm(S) <= 3/2")).unwrap();
    fs::write(folder.join("claims/q/other.toml"), claim("norm(S) <= 5/2")).unwrap();
    folder
}

fn claim(bound: &str) -> String {
    format!(
        "title = \"t\"\nat = \"a\"\n[given]\nn = \"int in 1..=3\"\nS = \"symmetric(n, [0, 1])\"\n[claim]\n\
         bound = \"{bound}\"\nsame = \"S*S == S^2\"\n"
    )
}

const CHECK: [&str; 5] = ["check", "--budget", "quick", "--baseline", "baseline.json"];

fn check(folder: &Path, more: &[&str]) -> Ran {
    in_folder(folder, &[&CHECK[..], more].concat())
}

/// A baseline in which the least margin of `p/loose` is so many times what it was found to be.
fn scaled(folder: &Path, factor: f64) {
    let path = folder.join("baseline.json");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.contains("p/loose") && line.contains("\"bound\"")).unwrap();
    let mut read: serde_json::Value = serde_json::from_str(line.trim_end_matches(',')).unwrap();
    let margin = read["margin"].as_f64().unwrap();
    read["margin"] = (margin * factor).into();
    let end = if line.ends_with(',') { "," } else { "" };
    fs::write(&path, text.replace(line, &format!("{read}{end}"))).unwrap();
}

#[test]
fn an_untouched_rerun_passes_and_what_is_worse_by_five_per_cent_does_not() {
    let folder = scratch("drift");
    let made = check(&folder, &["--accept-baseline"]);
    assert_eq!(made.status, 0, "{}{}", made.stdout, made.stderr);
    assert!(made.stdout.contains("baseline baseline.json: 4 new, within 1 %; 4 predicates written"), "{}", made.stdout);
    let accepted = fs::read_to_string(folder.join("baseline.json")).unwrap();
    let lines: Vec<&str> = accepted.lines().filter(|line| line.starts_with("{\"claim\":")).collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[0].starts_with("{\"claim\":\"p/loose\",\"predicate\":\"bound\",\"verdict\":\"held\",\"margin\":"),
        "{accepted}"
    );

    for jobs in ["1", "2"] {
        let again = check(&folder, &["--jobs", jobs]);
        assert_eq!(again.status, 0, "{}{}", again.stdout, again.stderr);
        assert!(again.stdout.ends_with("baseline baseline.json: 4 as before, within 1 %\n"), "{}", again.stdout);
    }
    let quiet = check(&folder, &["--quiet"]);
    assert_eq!((quiet.status, quiet.stdout.as_str()), (0, ""));

    // It was better by 5 %: so it is worse now.
    scaled(&folder, 1.0 / 0.95);
    let drifted = check(&folder, &[]);
    assert_eq!(drifted.status, 5, "{}{}", drifted.stdout, drifted.stderr);
    let told = drifted.stdout.lines().find(|line| line.starts_with("✗ p/loose bound: margin ")).unwrap();
    assert!(told.contains("worse by 5 %; the statement is the same, sha256:"), "{told}");
    assert!(
        drifted.stdout.ends_with("baseline baseline.json: 1 drifted, 3 as before, within 1 %\n"),
        "{}",
        drifted.stdout
    );
    assert_eq!(check(&folder, &["--tolerance", "6%"]).status, 0);
    assert_eq!(check(&folder, &["--quiet"]).status, 5);

    // Accepted, it is the baseline of what was found.
    let accept = check(&folder, &["--accept-baseline"]);
    assert_eq!(accept.status, 0, "{}{}", accept.stdout, accept.stderr);
    assert!(accept.stdout.contains("✗ p/loose bound: margin "), "{}", accept.stdout);
    assert_eq!(fs::read_to_string(folder.join("baseline.json")).unwrap(), accepted);

    scaled(&folder, 0.9);
    let better = check(&folder, &[]);
    assert_eq!(better.status, 0);
    assert!(better.stdout.contains("+ p/loose bound: margin "), "{}", better.stdout);
}

#[test]
fn what_is_gone_has_drifted_unless_it_was_not_asked_for() {
    let folder = scratch("gone");
    check(&folder, &["--accept-baseline"]);
    fs::remove_file(folder.join("claims/q/other.toml")).unwrap();
    let gone = check(&folder, &[]);
    assert_eq!(gone.status, 5, "{}{}", gone.stdout, gone.stderr);
    assert!(gone.stdout.contains("✗ q/other bound: gone; it was held (sha256:"), "{}", gone.stdout);
    assert_eq!(check(&folder, &["--filter", "p/"]).status, 0);
    assert_eq!(check(&folder, &["claims/p"]).status, 0);
    assert_eq!(check(&folder, &["claims/p/loose.toml"]).status, 0);
    // To accept a part keeps the rest.
    check(&folder, &["claims/p", "--accept-baseline"]);
    assert!(fs::read_to_string(folder.join("baseline.json")).unwrap().contains("q/other"));
    check(&folder, &["--accept-baseline"]);
    assert!(!fs::read_to_string(folder.join("baseline.json")).unwrap().contains("q/other"));
    // A claim that is malformed has its own status, and keeps its lines.
    fs::write(folder.join("claims/p/loose.toml"), "title = 3\n").unwrap();
    assert_eq!(check(&folder, &[]).status, 2);
    check(&folder, &["--accept-baseline"]);
    assert!(fs::read_to_string(folder.join("baseline.json")).unwrap().contains("p/loose"));
}

#[test]
fn another_statement_is_no_drift_and_a_graver_status_wins() {
    let folder = scratch("statement");
    check(&folder, &["--accept-baseline"]);
    fs::write(folder.join("claims/p/loose.toml"), claim("norm(S) <= 5/4")).unwrap();
    let other = check(&folder, &[]);
    assert_eq!(other.status, 0, "{}{}", other.stdout, other.stderr);
    assert!(other.stdout.contains("~ p/loose bound: another statement (sha256:"), "{}", other.stdout);
    assert!(other.stdout.contains("1 of another statement, 3 as before"), "{}", other.stdout);
    // Layout and titles are no part of a statement.
    fs::write(folder.join("claims/p/loose.toml"), claim("norm(S)  <=  3/2").replace("\"t\"", "\"other\"")).unwrap();
    assert!(check(&folder, &[]).stdout.contains("4 as before"));
    scaled(&folder, 2.0);
    fs::write(folder.join("claims/q/other.toml"), claim("norm(S) <= 1/2")).unwrap();
    let both = check(&folder, &[]);
    assert_eq!(both.status, 1, "{}{}", both.stdout, both.stderr);
    assert!(both.stdout.contains("1 drifted"), "{}", both.stdout);
}

#[test]
fn a_baseline_of_another_run_is_refused_before_anything_runs() {
    let folder = scratch("other");
    let absent = check(&folder, &[]);
    assert_eq!(absent.status, 2);
    assert!(
        absent.stderr.contains("there is no baseline baseline.json; `--accept-baseline` writes"),
        "{}",
        absent.stderr
    );
    check(&folder, &["--accept-baseline"]);
    for (more, why) in [(["--seed", "2"], "its seed is 1"), (["--cases", "8"], "its --cases is not given")] {
        let other = check(&folder, &more);
        assert_eq!((other.status, other.stdout.as_str()), (2, ""), "{}", other.stderr);
        assert!(other.stderr.contains(why), "{}", other.stderr);
    }
    fs::write(folder.join("baseline.json"), "{}").unwrap();
    assert!(check(&folder, &[]).stderr.contains("baseline.json is no baseline: missing field"));
    assert_eq!(in_folder(&folder, &["check", "--tolerance", "1%"]).status, 2);
    assert_eq!(in_folder(&folder, &["check", "--accept-baseline"]).status, 2);
}

#[test]
fn shards_are_compared_when_they_are_merged() {
    let folder = scratch("merge");
    check(&folder, &["--accept-baseline"]);
    let merge = ["merge", "1.json", "2.json", "--baseline", "baseline.json"];
    for shard in ["1/2", "2/2"] {
        let report = format!("{}.json", &shard[..1]);
        let run = check(&folder, &["--shard", shard, "--json", &report]);
        // What falls to the other shard is not gone.
        assert!(run.status == 0 && run.stdout.contains("2 as before"), "{}{}", run.stdout, run.stderr);
    }
    let run = in_folder(&folder, &merge);
    assert!(run.status == 0 && run.stdout.contains("4 as before"), "{}{}", run.stdout, run.stderr);
    scaled(&folder, 1.1);
    assert_eq!(in_folder(&folder, &merge).status, 5);
    let accepted = in_folder(&folder, &[&merge[..], &["--accept-baseline"]].concat());
    assert_eq!(accepted.status, 0, "{}{}", accepted.stdout, accepted.stderr);
    assert_eq!(in_folder(&folder, &merge).status, 0);
}

/// The reports of the two shards of a run of these paths through this filter.
fn two_shards(folder: &Path, more: &[&str]) {
    for (shard, report) in [("1/2", "1.json"), ("2/2", "2.json")] {
        let run =
            in_folder(folder, &[&["check", "--budget", "quick", "--shard", shard, "--json", report], more].concat());
        assert!(folder.join(report).exists(), "{}{}", run.stdout, run.stderr);
    }
}

/// What follows the table.
fn told(run: &Ran) -> (i32, String) {
    let after = run.stdout.split_once("random evaluations").map_or("", |(_, after)| after);
    (run.status, after.split_once('\n').map_or("", |(_, told)| told).to_owned())
}

#[test]
fn shards_of_a_part_of_a_library_are_held_against_that_part() {
    let folder = scratch("part");
    check(&folder, &["--accept-baseline"]);
    let whole = fs::read_to_string(folder.join("baseline.json")).unwrap();
    let merge = ["merge", "1.json", "2.json", "--baseline", "baseline.json"];
    for part in [&["claims/p"][..], &["--filter", "p/"], &["claims/p/loose.toml", "claims/q/other.toml"]] {
        two_shards(&folder, part);
        let (single, merged) = (told(&check(&folder, part)), told(&in_folder(&folder, &merge)));
        assert_eq!(merged, single, "{part:?}");
        assert_eq!(merged.0, 0, "{part:?}");
        // Lines of what was not asked for stay.
        assert_eq!(in_folder(&folder, &[&merge[..], &["--accept-baseline"]].concat()).status, 0);
        assert_eq!(fs::read_to_string(folder.join("baseline.json")).unwrap(), whole, "{part:?}");
    }
    // What was asked for and is gone is gone of shards, too.
    fs::write(folder.join("claims/p/more.toml"), claim("norm(S) <= 7/2")).unwrap();
    fs::remove_file(folder.join("claims/p/loose.toml")).unwrap();
    for part in [&["claims/p"][..], &["--filter", "p/"]] {
        two_shards(&folder, part);
        let (single, merged) = (told(&check(&folder, part)), told(&in_folder(&folder, &merge)));
        assert_eq!(merged, single, "{part:?}");
        assert!(merged.0 == 5 && merged.1.contains("✗ p/loose bound: gone"), "{part:?}: {merged:?}");
    }
    fs::copy(folder.join("baseline.json"), folder.join("kept.json")).unwrap();
    check(&folder, &["claims/p", "--accept-baseline"]);
    let single = fs::read_to_string(folder.join("baseline.json")).unwrap();
    fs::copy(folder.join("kept.json"), folder.join("baseline.json")).unwrap();
    in_folder(&folder, &[&merge[..], &["--accept-baseline"]].concat());
    assert_eq!(fs::read_to_string(folder.join("baseline.json")).unwrap(), single);
    // Shards of other questions are not of one run, though they have the same claims.
    for (shard, report, filter) in [("1/2", "1.json", "p/"), ("2/2", "2.json", "p/*")] {
        let arguments = ["check", "--budget", "quick", "--shard", shard, "--json", report, "--filter", filter];
        in_folder(&folder, &arguments);
    }
    let refused = in_folder(&folder, &["merge", "1.json", "2.json"]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("`shard.asked` is "), "{}", refused.stderr);
}

#[test]
fn a_merge_writes_its_reports_though_there_is_no_baseline() {
    let folder = scratch("absent");
    two_shards(&folder, &[]);
    in_folder(&folder, &["check", "--budget", "quick", "--json", "single.json"]);
    check(&folder, &["--accept-baseline", "--seed", "9"]);
    for (baseline, why) in [("none.json", "there is no baseline none.json"), ("baseline.json", "its seed is 9")] {
        let _ = fs::remove_file(folder.join("merged.json"));
        let run = in_folder(&folder, &["merge", "1.json", "2.json", "--json", "merged.json", "--baseline", baseline]);
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why) && run.stdout.contains("2 claims: "), "{}{}", run.stdout, run.stderr);
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        assert!(read("merged.json") == read("single.json"));
    }
}

#[test]
fn drift_is_in_what_people_and_code_hosts_read_of_a_run_and_of_its_shards() {
    let folder = scratch("reports");
    check(&folder, &["--accept-baseline"]);
    scaled(&folder, 1.1);
    two_shards(&folder, &[]);
    let outputs = |name: &str| {
        [("--json", "json"), ("--junit", "xml"), ("--markdown", "md"), ("--sarif", "sarif")]
            .map(|(argument, kind)| (argument, format!("{name}.{kind}")))
    };
    let run = |start: &[&str], name: &str| {
        let outputs = outputs(name);
        let more = outputs.iter().flat_map(|(argument, path)| [*argument, path.as_str()]);
        let arguments: Vec<&str> =
            start.iter().copied().chain(more).chain(["--baseline", "baseline.json", "--annotations"]).collect();
        let ran = in_folder(&folder, &arguments);
        assert_eq!(ran.status, 5, "{}{}", ran.stdout, ran.stderr);
        let commands: Vec<String> =
            ran.stdout.lines().filter(|line| line.starts_with("::")).map(str::to_owned).collect();
        (outputs.map(|(_, path)| fs::read_to_string(folder.join(path)).unwrap()), commands)
    };
    let (single, commands) = run(&["check", "--budget", "quick"], "single");
    assert_eq!(run(&["merge", "1.json", "2.json"], "merged"), (single.clone(), commands.clone()));
    let [json, junit, markdown, sarif] = single;
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(
        commands[0].starts_with("::warning file=claims/p/loose.toml,line=7,")
            && commands[0]
                .contains("title=p/loose%3A worse-than-baseline::worse than in baseline.json: bound: margin "),
        "{commands:?}"
    );
    assert!(markdown.starts_with("## theoremcheck: 2 claims, worse than the baseline\n"), "{markdown}");
    assert!(markdown.contains("### Worse than in `baseline.json`\n\n- `p/loose` `bound`: margin "), "{markdown}");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let sarif = &sarif["runs"][0];
    assert_eq!(sarif["invocations"][0]["exitCode"], 5);
    assert_eq!(sarif["results"].as_array().unwrap().len(), 1);
    assert_eq!(sarif["results"][0]["ruleId"], "worse-than-baseline");
    let rule = usize::try_from(sarif["results"][0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(sarif["tool"]["driver"]["rules"][rule]["id"], "worse-than-baseline");
    // What a run found does not depend on what it is compared with.
    in_folder(&folder, &["check", "--budget", "quick", "--json", "alone.json", "--junit", "alone.xml"]);
    let alone = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(alone("alone.json") == json && alone("alone.xml") == junit);

    // Accepted, it is none.
    let accepted = check(&folder, &["--accept-baseline", "--sarif", "accepted.sarif"]);
    assert_eq!(accepted.status, 0);
    assert!(alone("accepted.sarif").contains("\"exitCode\": 0"));
}

#[test]
fn a_baseline_that_cannot_be_written_is_told_beside_the_report_that_cannot() {
    let folder = scratch("unwritable");
    let arguments =
        ["check", "--budget", "quick", "--baseline", "no/b.json", "--accept-baseline", "--json", "no/run.json"];
    let run = in_folder(&folder, &[&arguments[..], &["--junit", "run.xml"]].concat());
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    for path in ["no/run.json", "no/b.json"] {
        assert!(run.stderr.contains(&format!("error: cannot write {path}: ")), "{}", run.stderr);
    }
    assert!(folder.join("run.xml").exists() && run.stdout.contains("2 claims: "), "{}", run.stdout);
    assert!(!run.stdout.contains("predicates written"), "{}", run.stdout);
}

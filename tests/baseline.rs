//! A baseline made today: an untouched rerun passes, and what got worse is told and has its exit status.

use nalgebra::DMatrix;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::ClaimId;
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::Outcome;
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, run};
use theoremcheck::kernel::{Kernel, KernelError, Kind, Problem, SharedKernel, State, shapes};
use theoremcheck::report::baseline::{Baseline, Of, Standing};
use theoremcheck::report::entry::Entry;
use theoremcheck::report::json;
use theoremcheck::report::run_report::Setup;

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

/// Gradient descent that is right one step at a time, as a check of single steps sees it, and drifts over several at once.
struct Hasty {
    drift: f64,
}

impl Kernel for Hasty {
    fn name(&self) -> &str {
        "hasty"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, _at: u64, steps: u64) -> Result<(), KernelError> {
        shapes::check(self, problem, state)?;
        let (sigma, eta) = (&problem.data[0], problem.scalars[0]);
        for _ in 0..steps {
            let x: DMatrix<f64> = state[0].clone();
            state[0] = &x + eta * (sigma - &x * x.transpose()) * &x;
        }
        if steps > 1 {
            state[0] *= 1.0 + self.drift;
        }
        Ok(())
    }
}

const DESCENT: &str = r#"title = "The iterate stays below 2"
at = "Example"
[given]
n   = "int in 2..=3"
S   = "symmetric(n, [9/10, 1])"
X0  = "matrix(n, n, sv in [9/10, 1])"
eta = "real in [1/64, 1/32]"
[trajectory]
state  = { X = "X0" }
step   = { X = "X + eta*(S - X*X')*X" }
kernel = { kind = "symmetric-gd", Sigma = "S" }
steps  = "10"
at     = "every 10"
[trajectory.finally]
bounded = "2 - norm(X) >= 0"
[margin]
unit = "1"
"#;

fn descent(drift: f64) -> Entry {
    let claim = load(DESCENT, Path::new("descent.toml"), ClaimId("p/descent".to_owned()), &|_| None).unwrap();
    let kernel = Some(SharedKernel(Arc::new(Hasty { drift })));
    let check = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel };
    let options = RunOptions { budget: Budget::Quick, cases: None, jobs: 1, check };
    match run(&[&claim], &options, &|_| {}).unwrap().pop() {
        Some(Outcome::Checked(result)) => {
            let setup = Setup { options, paths: Vec::new() };
            Entry::read(&json::entry(&result, Some(&claim), &setup).unwrap()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_kernel_that_makes_margins_five_per_cent_worse_is_flagged() {
    let of = Of { seed: 1, budget: "quick".to_owned(), cases: None, max_elements: MAX_ELEMENTS };
    let today = Baseline::empty(of.clone()).with(of, &[descent(0.0)], &|_| true);
    let today = Baseline::read(&today.render().unwrap()).unwrap();
    let compared = |drift: f64| {
        let entry = descent(drift);
        let mut compared = today.compare(&[entry], &|_| true, 0.01);
        assert_eq!(compared.len(), 1);
        compared.remove(0)
    };
    assert_eq!(compared(0.0).standing, Standing::Same);
    // The iterate is near 1, and so is the margin: one is 5 % more where the other is 5 % less.
    let worse = compared(0.05);
    assert_eq!(worse.standing, Standing::Drift, "{}", worse.says);
    let percent = worse.says.split("worse by ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    assert!(percent.is_some_and(|percent| (3.0..7.0).contains(&percent)), "{}", worse.says);
    assert!(!worse.says.contains("was held"), "the verdict is the same: {}", worse.says);
    assert_eq!(compared(-0.05).standing, Standing::Better);
}

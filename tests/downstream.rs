//! Another project's `cargo test` runs its claims and its kernels: `tests/fixtures/downstream`, as its owner would have it. So does its
//! `cargo nextest`, where there is one; where `THEOREMCHECK_NEXTEST` is set there must be.

use std::path::Path;
use std::process::{Command, Output};

/// In our workspace, and with our package named beside it: so what was built for these tests serves, too.
fn cargo_test(test: &str, more: &[&str]) -> Output {
    let of = ["test", "--offline", "--quiet", "-p", "theoremcheck", "-p", "downstream", "--test", test, "--"];
    cargo(&[&of[..], more].concat())
}

fn cargo(arguments: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let of_this_package = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if of_this_package || name.starts_with("THEOREMCHECK_") || name.starts_with("NEXTEST") {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", target);
    command.args(arguments).output().expect("cargo starts")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// One test, because each would wait for the other's build.
#[test]
fn claims_and_kernels_are_tests_of_the_project_that_holds_them() {
    claims();
    kernels();
    partitions();
}

fn claims() {
    let list = text(&cargo_test("means", &["--list", "--format", "terse"]));
    let names: Vec<&str> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    assert_eq!(names, ["means::arithmetic-geometric", "means::harmonic", "library"], "{list}");

    let all = cargo_test("means", &[]);
    let shown = text(&all);
    assert!(!all.status.success(), "{shown}");
    assert!(shown.contains("means::harmonic"), "{shown}");
    assert!(shown.contains("theoremcheck replay means/harmonic --case "), "{shown}");
    assert!(shown.contains("2 passed; 1 failed"), "{shown}");

    let one = cargo_test("means", &["--exact", "means::arithmetic-geometric", "--nocapture"]);
    assert!(one.status.success(), "{}", text(&one));
    assert!(text(&one).contains("1 passed"), "{}", text(&one));
}

/// Claims are shared out by nextest, each to one partition; a false one fails with what a person needs to see it.
fn partitions() {
    if !cargo(&["nextest", "--version"]).status.success() {
        assert!(std::env::var_os("THEOREMCHECK_NEXTEST").is_none(), "there is no cargo nextest");
        return;
    }
    let run = |partition: &str| {
        let of = ["nextest", "run", "--offline", "-p", "theoremcheck", "-p", "downstream", "--test", "means"];
        let how = ["--color", "never", "--no-fail-fast", "--no-tests", "pass", "--partition", partition];
        text(&cargo(&[&of[..], &how].concat()))
    };
    let (one, two) = (run("hash:1/2"), run("hash:2/2"));
    let both = format!("{one}{two}");
    for (fate, name) in [("PASS", "library"), ("PASS", "means::arithmetic-geometric"), ("FAIL", "means::harmonic")] {
        let there = |shown: &str| shown.lines().any(|line| line.contains(fate) && line.ends_with(name));
        assert!(there(&one) != there(&two), "{name}: {both}");
    }
    assert!(both.contains("theoremcheck replay means/harmonic --case "), "{both}");
}

fn kernels() {
    let list = text(&cargo_test("descent", &["--list", "--format", "terse"]));
    let names: Vec<&str> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let kernels = ["kernel::in-place", "kernel::in-place::claims", "kernel::right", "kernel::right::claims"];
    assert_eq!(&names[..kernels.len()], kernels, "{list}");

    let right = cargo_test("descent", &["kernel::right"]);
    assert!(right.status.success(), "{}", text(&right));
    assert!(text(&right).contains("2 passed"), "{}", text(&right));

    let wrong = cargo_test("descent", &["kernel::in-place"]);
    let shown = text(&wrong);
    assert!(!wrong.status.success(), "{shown}");
    assert!(
        shown.contains("diagnosis: entries of the state are overwritten while the same step still reads them"),
        "{shown}"
    );
    assert!(shown.contains("is not the `step` of this claim"), "{shown}");
    assert!(shown.contains("0 passed; 2 failed"), "{shown}");
}

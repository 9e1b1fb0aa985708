//! Another project's `cargo test` runs its claims: `tests/fixtures/downstream`, as its owner would have it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A copy with absolute paths, our lock file (so that nothing is fetched), and a target folder that later runs reuse.
fn cargo_test(more: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("downstream");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("downstream");
    copy(&root.join("tests/fixtures/downstream"), &package);
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let absolute = manifest.replace("\"../../..\"", &format!("{:?}", root.to_str().unwrap()));
    assert_ne!(manifest, absolute);
    fs::write(package.join("Cargo.toml"), absolute).unwrap();
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let of_this_package = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if of_this_package || name.starts_with("THEOREMCHECK_") || name.starts_with("NEXTEST") {
            command.env_remove(name);
        }
    }
    command.current_dir(&package).env("CARGO_TARGET_DIR", target).env_remove("RUSTFLAGS").env_remove("RUSTDOCFLAGS");
    command.args(["test", "--offline", "--quiet", "--test", "claims", "--"]).args(more).output().unwrap()
}

fn copy(from: &Path, to: &PathBuf) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// One test, because each would wait for the other's build.
#[test]
fn a_claim_is_a_test_of_the_project_that_holds_it() {
    let text = |output: &Output| {
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };

    let list = text(&cargo_test(&["--list", "--format", "terse"]));
    let names: Vec<&str> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    assert_eq!(names, ["means::arithmetic-geometric", "means::harmonic", "library"], "{list}");

    let all = cargo_test(&[]);
    let shown = text(&all);
    assert!(!all.status.success(), "{shown}");
    assert!(shown.contains("means::harmonic"), "{shown}");
    assert!(shown.contains("theoremcheck replay means/harmonic --case "), "{shown}");
    assert!(shown.contains("2 passed; 1 failed"), "{shown}");

    let one = cargo_test(&["--exact", "means::arithmetic-geometric", "--nocapture"]);
    assert!(one.status.success(), "{}", text(&one));
    assert!(text(&one).contains("1 passed"), "{}", text(&one));
}

//! Claims whose truth is known, at the default budget: every false one is refuted, no true one is doubted, and a flat needle
//! stays `held`. `tests/planted/README.md` says what the set is.

use std::fs;
use std::path::{Path, PathBuf};
use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Expect, Verdict};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::Outcome;
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    False,
    True,
    Needle,
}

struct Planted {
    name: String,
    kind: Kind,
    claim: Claim,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted")
}

/// All planted claims, by name.
fn planted() -> Vec<Planted> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml") && !path.ends_with("paper.toml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let kind = match name.split('-').next() {
            Some("false") => Kind::False,
            Some("true") => Kind::True,
            Some("needle") => Kind::Needle,
            _ => panic!("{name} says neither false, true nor needle"),
        };
        let id = ClaimId(format!("planted/{name}"));
        let text = fs::read_to_string(path).unwrap();
        let claim = load(&text, path, id, &|_| None).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
        Planted { name, kind, claim }
    };
    paths.iter().map(read).collect()
}

/// What came of each, and whether that is wrong.
fn verdicts(set: &[Planted]) -> Vec<(Verdict, String)> {
    let claims: Vec<&Claim> = set.iter().map(|p| &p.claim).collect();
    let check = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let options = RunOptions { budget: Budget::Default, cases: None, jobs: 2, check };
    let outcomes = run(&claims, &options, &|_| {}).expect("threads");
    let read = |outcome: &Outcome| match outcome {
        Outcome::Checked(result) => {
            (result.verdict, format!("{:?} {:?}", result.predicates[0].judgement, result.failure))
        }
        Outcome::Malformed(malformed) => panic!("{}", malformed.diagnostics.render(100, false)),
    };
    outcomes.iter().map(read).collect()
}

#[test]
fn false_ones_are_refuted_true_ones_are_not_doubted_and_needles_are_held() {
    let set = planted();
    let verdicts = verdicts(&set);
    assert_eq!(set.len(), verdicts.len());
    let mut wrong = Vec::new();
    for (Planted { name, kind, .. }, (verdict, why)) in set.iter().zip(&verdicts) {
        let right = match kind {
            Kind::False => *verdict == Verdict::Refuted,
            Kind::True => !matches!(verdict, Verdict::Refuted | Verdict::Suspect | Verdict::Rejected | Verdict::Error),
            // False, so not to be proved either.
            Kind::Needle => *verdict == Verdict::Held,
        };
        if !right {
            wrong.push(format!("{name}: {verdict:?}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), set.len(), wrong.join("\n"));
}

#[test]
fn the_set_is_large_enough_and_half_of_it_is_held_out() {
    let set = planted();
    let count = |kind| set.iter().filter(|p| p.kind == kind).count();
    assert!(count(Kind::False) >= 40 && count(Kind::True) >= 20 && count(Kind::Needle) >= 1);
    let text = fs::read_to_string(folder().join("held_out.txt")).unwrap();
    let held_out: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for name in &held_out {
        assert!(set.iter().any(|p| p.name == *name), "no such claim: {name}");
    }
    let difference = set.len().abs_diff(2 * held_out.len());
    assert!(difference <= 1, "{} of {} are held out", held_out.len(), set.len());
}

#[test]
fn each_claim_expects_what_its_name_says() {
    for Planted { name, kind, claim } in planted() {
        let expected = if kind == Kind::False { Verdict::Refuted } else { Verdict::Held };
        assert_eq!(claim.expect, Expect::All(expected), "{name}");
    }
}

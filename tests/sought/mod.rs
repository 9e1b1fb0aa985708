//! What tests of `[constant]` share: a claim from its text, what becomes of it, and the constant that was found.

// Each test program uses its own part of this.
#![allow(dead_code)]

use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::check::constant::Constant;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::{ClaimResult, Outcome};
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};

pub fn claim(name: &str, text: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"Lemma 1\"\n{text}");
    let id = ClaimId(format!("constants/{name}"));
    load(&text, Path::new("claims/constants/c.toml"), id, &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

pub fn checked(claims: &[Claim], jobs: usize) -> Vec<ClaimResult> {
    let check = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let options = RunOptions { budget: Budget::Default, cases: None, jobs, check };
    let claims: Vec<&Claim> = claims.iter().collect();
    let outcomes = run(&claims, &options, &|_| {}).expect("threads");
    let result = |outcome: Outcome| match outcome {
        Outcome::Checked(result) => *result,
        Outcome::Malformed(malformed) => panic!("{}", malformed.diagnostics.render(100, false)),
    };
    outcomes.into_iter().map(result).collect()
}

pub fn check(name: &str, text: &str) -> ClaimResult {
    checked(&[claim(name, text)], 2).remove(0)
}

pub fn sought(result: &ClaimResult) -> &Constant {
    result.constant.as_ref().unwrap_or_else(|| panic!("{:?} {:?}", result.failure, result.predicates))
}

pub fn value(result: &ClaimResult) -> f64 {
    sought(result).value().unwrap_or_else(|| panic!("nothing is asked: {result:?}"))
}

pub fn near(found: f64, wanted: f64, within: f64) -> bool {
    (found - wanted).abs() <= within * wanted
}

/// A claim of one line each: its givens, its sweep, what stands under `[constant]` beside it.
pub fn of(name: &str, given: &str, sweep: &str, rest: &str) -> ClaimResult {
    checked(&[claim_of(name, given, sweep, rest)], 2).remove(0)
}

/// The claim itself.
pub fn claim_of(name: &str, given: &str, sweep: &str, rest: &str) -> Claim {
    claim(name, &format!("[given]\n{given}\n[constant]\nname = \"c\"\nsweep = {{ {sweep} }}\n{rest}\n"))
}

/// The norm of a gaussian matrix, nine times out of ten.
pub const CHANCE: &str = r#"
[given]
n = "int in 4..=64"
k = "int in 1..=4"
[constant]
name = "c"
random = { W = "gaussian(n, k)" }
at_least = "9/10"
sweep = { n = [4, 8, 16, 32, 64], k = [1, 2, 4] }
claim = "norm(W) <= c*BOUND"
"#;

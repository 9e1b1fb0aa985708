//! Claims written in a test: loaded from their text, and run.

use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::{ClaimResult, Outcome};
use theoremcheck::engine::run::{RunOptions, run};

/// The claim of a text without the keys that name it.
pub fn claim(text: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"here\"\n{text}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".to_owned()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

pub fn options(backend: Backend) -> CheckOptions {
    CheckOptions { seed: 1, backend, max_elements: 1 << 16, kernel: None }
}

/// What the quick budget finds, in so many cases where they are given.
pub fn check_with(text: &str, cases: Option<u64>, check: CheckOptions) -> ClaimResult {
    let options = RunOptions { budget: Budget::Quick, cases, jobs: 1, check };
    let mut outcomes = run(&[&claim(text)], &options, &|_| {}).expect("one thread starts");
    match outcomes.remove(0) {
        Outcome::Checked(result) => *result,
        Outcome::Malformed(m) => panic!("{m:?}"),
    }
}

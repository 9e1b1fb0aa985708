//! The bridge to `cargo test`: every claim of a folder is a test.
//!
//! ```no_run
//! // tests/claims.rs, with `harness = false` in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     theoremcheck::harness("claims")
//! }
//! ```
//!
//! A test is named `<paper>::<claim>`. Listing them opens no file, and one test opens only its claim, its settings and its paper,
//! so a runner that starts a process a test (cargo nextest) costs no more than one process. What is wrong with anything else,
//! a citation, a file in no claim's place, a reference to a claim that does not exist, is the test `library`. A claim that
//! asks for more than the budget is ignored, and says so. `THEOREMCHECK_BUDGET`, `THEOREMCHECK_SEED` and `THEOREMCHECK_BACKEND`
//! override the quick budget, the seed and the processor's back end.
//!
//! The one place that knows libtest-mimic.

use crate::check::CheckOptions;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{ClaimId, Verdict};
use crate::engine::budget::Budget;
use crate::engine::environment;
use crate::engine::files::{Scan, scan};
use crate::engine::guard::report_quietly;
use crate::engine::outcome::Outcome;
use crate::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};
use crate::report::paint::Paint;
use crate::report::run_report::Setup;
use crate::report::terminal::{Table, WIDTH};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the claims under `folder` (relative to the package) as tests, as the command line asks. Call it from `main`.
pub fn harness(folder: impl AsRef<Path>) -> ExitCode {
    let arguments = Arguments::from_args();
    let setup = match setup(folder.as_ref()) {
        Ok(setup) => Arc::new(setup),
        Err(message) => {
            super::console::err(&format!("error: {message}\n"));
            return ExitCode::from(2);
        }
    };
    report_quietly();
    libtest_mimic::run(&arguments, trials(folder.as_ref(), &setup)).exit_code()
}

fn setup(folder: &Path) -> Result<Setup, String> {
    let check = CheckOptions {
        seed: environment::seed()?.unwrap_or(SEED),
        backend: environment::backend(None)?,
        max_elements: MAX_ELEMENTS,
        kernel: None,
    };
    // Tests run beside each other already.
    let options = RunOptions { budget: environment::budget()?.unwrap_or(Budget::Quick), cases: None, jobs: 1, check };
    let default = folder == Path::new(super::CLAIMS);
    Ok(Setup { options, paths: if default { Vec::new() } else { vec![folder.to_owned()] } })
}

fn trials(folder: &Path, setup: &Arc<Setup>) -> Vec<Trial> {
    let scan = match scan(&[PathBuf::from(folder)]) {
        Ok(scan) => Arc::new(scan),
        // A folder that cannot be read must not look like one whose claims all hold.
        Err(error) => return vec![Trial::test("library", move || Err(Failed::from(error.to_string())))],
    };
    let mut ids: Vec<ClaimId> = scan.claims().into_iter().map(|(id, _)| id.clone()).collect();
    ids.dedup();
    let claims = ids.into_iter().map(|id| {
        let (scan, setup) = (Arc::clone(&scan), Arc::clone(setup));
        Trial::ignorable_test(id.0.replace('/', "::"), move || claim(&scan, &id, &setup))
    });
    let library = {
        let scan = Arc::clone(&scan);
        Trial::test("library", move || library(&scan))
    };
    claims.chain([library]).collect()
}

fn claim(scan: &Scan, id: &ClaimId, setup: &Setup) -> Result<Completion, Failed> {
    let Some((loaded, _)) = scan.claim(&id.0) else { return Err(Failed::from(format!("`{id}` is gone"))) };
    let claim = loaded.claim.map_err(|errors| malformed(&errors))?;
    let mut outcomes = run(&[&claim], &setup.options, &|_| {}).map_err(Failed::from)?;
    match outcomes.pop() {
        Some(Outcome::Checked(result)) if result.as_expected => Ok(Completion::Completed),
        Some(Outcome::Checked(result)) if result.verdict == Verdict::NotRun => {
            Ok(Completion::ignored_with(result.failure.map(|failure| failure.reason()).unwrap_or_default()))
        }
        Some(Outcome::Checked(result)) => {
            Err(Failed::from(Table::new(setup, Paint::OFF, false, false, &[id]).claim(&result)))
        }
        Some(Outcome::Malformed(bad)) => Err(malformed(&bad.diagnostics)),
        None => Err(Failed::from(format!("`{id}` was not run"))),
    }
}

/// What is wrong with anything but a claim.
fn library(scan: &Scan) -> Result<(), Failed> {
    let library = scan.library().map_err(|errors| malformed(&errors))?;
    let problems: Vec<_> = library.problems.into_iter().flat_map(|errors| errors.0).collect();
    if problems.is_empty() { Ok(()) } else { Err(malformed(&Diagnostics(problems))) }
}

fn malformed(errors: &Diagnostics) -> Failed {
    Failed::from(errors.render(WIDTH, false))
}

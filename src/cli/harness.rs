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
//! Kernels of the crate's own are tests, too: `kernel::<name>` holds one against its kind, `kernel::<name>::claims` runs the claims that
//! name its kind by it.
//!
//! ```no_run
//! # use theoremcheck::kernel::{Kind, plain::Plain};
//! # let my_kernel = Plain(Kind::SymmetricGd);
//! // as above, with
//! theoremcheck::Harness::new().claims("claims").kernel(my_kernel).run();
//! ```
//!
//! The one place that knows libtest-mimic.

use crate::check::CheckOptions;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{Claim, ClaimId, Verdict};
use crate::engine::budget::Budget;
use crate::engine::environment;
use crate::engine::files::{Scan, scan};
use crate::engine::guard::{guard, report_quietly};
use crate::engine::kernels::{claims_broken, names_kind};
use crate::engine::outcome::Outcome;
use crate::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};
use crate::kernel::judge::judge;
use crate::kernel::{Kernel, Precision, SharedKernel};
use crate::report::kernels::{self, KernelReport};
use crate::report::paint::Paint;
use crate::report::run_report::Setup;
use crate::report::terminal::{Table, WIDTH};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What is to be tests.
#[derive(Clone, Debug, Default)]
pub struct Harness {
    claims: Option<PathBuf>,
    kernels: Vec<SharedKernel>,
}

/// Runs the claims under `folder` (relative to the package) as tests, as the command line asks. Call it from `main`.
pub fn harness(folder: impl AsRef<Path>) -> ExitCode {
    Harness::new().claims(folder).run()
}

impl Harness {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The claims under a folder (relative to the package).
    #[must_use]
    pub fn claims(mut self, folder: impl AsRef<Path>) -> Self {
        self.claims = Some(folder.as_ref().to_owned());
        self
    }

    /// A kernel. It is held against its kind, and runs those of the claims that name it.
    #[must_use]
    pub fn kernel(mut self, kernel: impl Kernel + 'static) -> Self {
        self.kernels.push(SharedKernel(Arc::new(kernel)));
        self
    }

    /// Runs the tests that the command line asks for. Call it from `main`.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let setup = match setup(self.claims.as_deref()) {
            Ok(setup) => Arc::new(setup),
            Err(message) => {
                super::console::err(&format!("error: {message}\n"));
                return ExitCode::from(2);
            }
        };
        report_quietly();
        let scan = self.claims.as_deref().map(|folder| match scan(&[folder.to_owned()]) {
            Ok(scan) => Ok(Arc::new(scan)),
            Err(error) => Err(error.to_string()),
        });
        let mut trials: Vec<Trial> = self.kernels.iter().flat_map(|kernel| of_kernel(kernel, &scan, &setup)).collect();
        match scan {
            None => {}
            Some(Ok(scan)) => trials.extend(of_claims(&scan, &setup)),
            // A folder that cannot be read must not look like one whose claims all hold.
            Some(Err(error)) => trials.push(Trial::test("library", move || Err(Failed::from(error)))),
        }
        libtest_mimic::run(&arguments, trials).exit_code()
    }
}

fn setup(folder: Option<&Path>) -> Result<Setup, String> {
    let check = CheckOptions {
        seed: environment::seed()?.unwrap_or(SEED),
        backend: environment::backend(None)?,
        max_elements: MAX_ELEMENTS,
        kernel: None,
    };
    // Tests run beside each other already.
    let options = RunOptions { budget: environment::budget()?.unwrap_or(Budget::Quick), cases: None, jobs: 1, check };
    let elsewhere = folder.filter(|folder| *folder != Path::new(super::CLAIMS));
    Ok(Setup { options, paths: elsewhere.map(Path::to_owned).into_iter().collect() })
}

fn of_claims(scan: &Arc<Scan>, setup: &Arc<Setup>) -> Vec<Trial> {
    let mut ids: Vec<ClaimId> = scan.claims().into_iter().map(|(id, _)| id.clone()).collect();
    ids.dedup();
    let claims = ids.into_iter().map(|id| {
        let (scan, setup) = (Arc::clone(scan), Arc::clone(setup));
        Trial::ignorable_test(id.0.replace('/', "::"), move || claim(&scan, &id, &setup))
    });
    let library = {
        let scan = Arc::clone(scan);
        Trial::test("library", move || library(&scan))
    };
    claims.chain([library]).collect()
}

/// A kernel against its kind; and, where there are claims, those that name its kind, by it.
fn of_kernel(kernel: &SharedKernel, scan: &Option<Result<Arc<Scan>, String>>, setup: &Arc<Setup>) -> Vec<Trial> {
    let words: Vec<&str> = kernel.0.name().split_whitespace().collect();
    let name = format!("kernel::{}", words.join("-"));
    let mut trials = Vec::new();
    let judged = kernel.clone();
    trials.push(Trial::test(name.clone(), move || {
        // Guarded, so that a kernel's panics print nothing between the tests: the judge reports them.
        let judgement = guard(|| judge(&*judged.0)).map_err(Failed::from)?;
        let judgement = judgement.map_err(|error| Failed::from(error.to_string()))?;
        passed(&KernelReport { judgement, claims: None, speed: None })
    }));
    if let Some(Ok(scan)) = scan {
        let (kernel, scan, setup) = (kernel.clone(), Arc::clone(scan), Arc::clone(setup));
        trials.push(Trial::ignorable_test(format!("{name}::claims"), move || claims_by(&kernel, &scan, &setup)));
    }
    trials
}

fn claims_by(kernel: &SharedKernel, scan: &Scan, setup: &Setup) -> Result<Completion, Failed> {
    let library = scan.library().map_err(|errors| malformed(&errors))?;
    // What is no claim is a failure of its own test.
    let claims: Vec<Claim> = library.claims.into_iter().filter_map(|loaded| loaded.claim.ok()).collect();
    let named: Vec<&Claim> = claims.iter().filter(|claim| names_kind(claim, kernel.0.kind())).collect();
    if named.is_empty() {
        return Ok(Completion::ignored_with(format!("no claim names {}", kernel.0.kind().name())));
    }
    if kernel.0.precision() != Precision::Double {
        return Ok(Completion::ignored_with(format!("claims are not about {}", kernel.0.precision().name())));
    }
    let found = claims_broken(kernel, &named, &setup.options, &|_| {}, &|| false).map_err(Failed::from)?;
    if found.broken.is_empty() {
        return Ok(Completion::Completed);
    }
    let ids: Vec<&ClaimId> = found.broken.iter().map(|claim| &claim.id).collect();
    let table = Table::new(setup, Paint::OFF, false, false, &ids);
    Err(Failed::from(found.broken.iter().map(|claim| table.claim(claim)).collect::<String>()))
}

fn passed(report: &KernelReport) -> Result<(), Failed> {
    if report.passed() {
        Ok(())
    } else {
        Err(Failed::from(kernels::judged(report, Paint::OFF) + &kernels::claims(report, Paint::OFF)))
    }
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

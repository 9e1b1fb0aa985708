//! What a kernel means for claims, and how fast it is: the claims that name its kind, run by it.
//!
//! A claim is *broken* by a kernel if it comes out otherwise than expected with the kernel, and as expected without it: what is
//! wrong with a claim anyway is not held against a kernel.

use super::outcome::{ClaimResult, Malformed, Outcome};
use super::run::{EngineError, RunOptions, run};
use crate::claim::model::{Claim, ClaimId, Verdict};
use crate::kernel::trials::Trial;
use crate::kernel::{Kernel, KernelError, Kind, Precision, SharedKernel};
use std::time::{Duration, Instant};

/// What came of claims that were run by a kernel.
#[derive(Clone, Debug, Default)]
pub struct KernelClaims {
    /// As expected, by the kernel.
    pub kept: Vec<ClaimResult>,
    /// As expected without it alone: by the kernel.
    pub broken: Vec<ClaimResult>,
    /// Not as expected in either way: by the kernel.
    pub amiss: Vec<ClaimResult>,
    /// Those for which the kernel had no time left.
    pub unfinished: Vec<ClaimResult>,
    /// Experiments that name the kind: they are made at a paper's size, and are left to the kernels that are built in.
    pub experiments: Vec<ClaimId>,
    /// Those that turned out to be no claims.
    pub malformed: Vec<Malformed>,
}

/// Whether a claim is run by a kernel of this kind.
#[must_use]
pub fn names_kind(claim: &Claim, kind: Kind) -> bool {
    let kernel = claim.trajectory.as_ref().and_then(|trajectory| trajectory.kernel.as_ref());
    kernel.is_some_and(|kernel| kernel.kind.value == kind)
}

/// Runs those of the claims that name the kernel's kind, but for experiments, by the kernel, one after the other; `next` is told which, and `late` says whether the
/// kernel's time is up. None of them is run by one that computes in less than the claims do: it would not be the `step` of any.
///
/// # Errors
/// If no thread can be started.
pub fn claims_broken(
    kernel: &SharedKernel,
    claims: &[&Claim],
    options: &RunOptions,
    next: &dyn Fn(&ClaimId),
    late: &dyn Fn() -> bool,
) -> Result<KernelClaims, EngineError> {
    let mut found = KernelClaims::default();
    if kernel.0.precision() != Precision::Double {
        return Ok(found);
    }
    let named = claims.iter().copied().filter(|claim| names_kind(claim, kernel.0.kind()));
    let (experiments, named): (Vec<&Claim>, Vec<&Claim>) = named.partition(|claim| claim.experiment.is_some());
    found.experiments = experiments.into_iter().map(|claim| claim.id.clone()).collect();
    let mut with = options.clone();
    with.check.kernel = Some(kernel.clone());
    let mut without = options.clone();
    without.check.kernel = None;
    for claim in named {
        next(&claim.id);
        let Some(outcome) = run(&[claim], &with, &|_| {})?.pop() else { continue };
        match outcome {
            Outcome::Malformed(malformed) => found.malformed.push(malformed),
            Outcome::Checked(result) if result.as_expected => found.kept.push(*result),
            Outcome::Checked(result) if result.verdict == Verdict::Error && late() => found.unfinished.push(*result),
            Outcome::Checked(result) => {
                let anyway = run(&[claim], &without, &|_| {})?;
                let fine = anyway.iter().all(|outcome| matches!(outcome, Outcome::Checked(again) if again.as_expected));
                if fine { found.broken.push(*result) } else { found.amiss.push(*result) }
            }
        }
    }
    Ok(found)
}

/// Steps that are asked for at once when a kernel is timed: few enough that no run has come to rest.
const TIMED_STEPS: u64 = 32;

/// How long a kernel is timed.
const TIMED: Duration = Duration::from_millis(100);

/// Nanoseconds a step, the least of several runs of a trial.
///
/// # Errors
/// If the kernel does not run it.
pub fn nanoseconds_a_step(kernel: &dyn Kernel, trial: &Trial) -> Result<f64, KernelError> {
    let started = Instant::now();
    let mut least = f64::INFINITY;
    let mut runs = 0;
    while runs < 3 || started.elapsed() < TIMED {
        let mut state = trial.state.clone();
        let run = Instant::now();
        kernel.run(&trial.problem, &mut state, 0, TIMED_STEPS)?;
        least = least.min(run.elapsed().as_nanos() as f64 / TIMED_STEPS as f64);
        runs += 1;
    }
    Ok(least)
}

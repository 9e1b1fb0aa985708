//! A kernel held against its kind, on the problems of [`super::trials`].
//!
//! Every step is judged from the state that the kernel itself came to, by the ratio of its error to what rounding may do (see
//! [`super::reference`](mod@super::reference)): an error that grows along a run is the iteration's, not the kernel's. Then what the trait asks for: the same problem gives the
//! same bits again, whatever was asked in between; many steps at once are as many single ones; no steps leave the state; nothing is changed but
//! the state; what is not finite is passed on.

use super::diagnose::{Diagnosis, Observation, diagnose};
use super::reference::Instance;
use super::trials::{SOME, Trial, trials};
use super::{Kernel, KernelError, Kind, Precision, Problem, State};
use nalgebra::DMatrix;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The greatest ratio of a kernel that agrees. Any order of operations on the problem as it is stays below 1; one that turns it first, into the
/// singular vectors of its target, say, makes a few roundings more. Mistakes are at 10 and far above.
pub const THRESHOLD: f64 = 4.0;

/// So many steps are held against what a kernel may do instead.
const MOST_SEEN: usize = 160;

/// A run whose entries leave this is judged no further: their products must not leave the range of `f64`. No right kernel comes near.
const LARGEST: f64 = 1e60;

/// What was found of a kernel.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub kernel: String,
    pub kind: Kind,
    pub precision: Precision,
    /// Problems tried, and steps that could be judged.
    pub trials: usize,
    pub steps: u64,
    /// For each array of the state.
    pub arrays: Vec<Worst>,
    /// Where it gave no answer, and why. That it does not take a problem is not held against it.
    pub failures: Vec<(Place, KernelError)>,
    /// Why it disagrees, if it does.
    pub diagnosis: Option<Diagnosis>,
    pub checks: Vec<Check>,
}

/// The worst ratio of an array.
#[derive(Clone, Debug)]
pub struct Worst {
    pub array: &'static str,
    pub ratio: f64,
    /// Nothing if no step could be judged.
    pub at: Option<Place>,
    /// The worst step of each trial in which it disagrees.
    pub beyond: Vec<(Place, f64)>,
}

impl Worst {
    fn see(&mut self, place: &Place, ratio: f64) {
        if self.at.is_none() || ratio > self.ratio {
            (self.ratio, self.at) = (ratio, Some(place.clone()));
        }
        if ratio <= THRESHOLD {
            return;
        }
        match self.beyond.last_mut() {
            Some((known, worst)) if known.trial == place.trial => {
                if ratio > *worst {
                    (*known, *worst) = (place.clone(), ratio);
                }
            }
            _ => self.beyond.push((place.clone(), ratio)),
        }
    }
}

/// A step of a trial; the first is step 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub trial: String,
    pub step: u64,
}

/// Something else that the trait asks for.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// With what is worth knowing.
    Noted(String),
    Failed(String),
    /// No trial came so far.
    NotAsked,
}

impl Judgement {
    /// Whether there is nothing wrong with it.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.agrees()
            && self.failures.iter().all(|(_, error)| matches!(error, KernelError::Unsupported(_)))
            && self.checks.iter().all(|check| matches!(check.outcome, Outcome::Passed | Outcome::Noted(_)))
    }

    /// Whether every step that could be judged is that of its kind.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.arrays.iter().all(|worst| worst.ratio <= THRESHOLD)
    }
}

/// Judges a kernel. The answer depends on nothing but the kernel.
///
/// # Errors
/// If the kind has no reference to judge by.
pub fn judge(kernel: &dyn Kernel) -> Result<Judgement, KernelError> {
    let (kind, precision) = (kernel.kind(), kernel.precision());
    let trials = trials(kind, precision);
    if trials.is_empty() {
        return Err(super::reference::none(kind));
    }
    let mut worst: Vec<Worst> = kind
        .state()
        .iter()
        .map(|array| Worst { array: array.name, ratio: 0.0, at: None, beyond: Vec::new() })
        .collect();
    let mut seen = Vec::new();
    let mut steps = 0;
    let mut failures = Vec::new();
    let mut runs = Vec::new();
    for trial in &trials {
        let mut run = vec![trial.state.clone()];
        for t in 0..trial.steps {
            let place = Place { trial: trial.name.clone(), step: t + 1 };
            let before = &run[run.len() - 1];
            let instance = Instance::new(&trial.problem, before)?;
            let returned = match call(kernel, &trial.problem, before, t, 1) {
                Ok(returned) => returned,
                Err(error) => {
                    failures.push((place, error));
                    break;
                }
            };
            steps += 1;
            let next = instance.step();
            let mut agrees = true;
            for ((worst, next), returned) in worst.iter_mut().zip(&next).zip(&returned) {
                let ratio = next.ratio(returned, precision.unit());
                agrees &= ratio <= THRESHOLD;
                worst.see(&place, ratio);
            }
            if !moderate(&returned) {
                break;
            }
            run.push(returned.clone());
            // The rest of a long run would tell no more of what the kernel does instead, but where it begins to.
            if t < SOME || !agrees && seen.len() < MOST_SEEN {
                seen.push(Observation { before: instance, next, returned });
            }
        }
        runs.push(run);
    }
    let wrong: Vec<bool> = worst.iter().map(|worst| worst.ratio > THRESHOLD).collect();
    let names: Vec<&'static str> = worst.iter().map(|worst| worst.array).collect();
    let diagnosis = wrong.contains(&true).then(|| diagnose(precision, &seen, &names, &wrong));
    let checks = vec![
        Check { name: "the same twice", outcome: repeats(kernel, &trials, &runs) },
        Check { name: "many steps at once", outcome: together(kernel, &trials, &runs)? },
        Check { name: "no steps", outcome: no_steps(kernel, &trials, &runs) },
        Check { name: "NaN and overflow", outcome: not_finite(kernel, &trials, &runs) },
    ];
    let kernel = kernel.name().to_owned();
    Ok(Judgement { kernel, kind, precision, trials: trials.len(), steps, arrays: worst, failures, diagnosis, checks })
}

/// The state that a kernel returns, or what went wrong: its error, a panic, arrays of other shapes, a problem that is not what it was.
fn call(kernel: &dyn Kernel, problem: &Problem, state: &State, at: u64, steps: u64) -> Result<State, KernelError> {
    let failed = |message: String| Err(KernelError::Failed(message));
    let mut returned = state.clone();
    let given = problem.clone();
    let run = AssertUnwindSafe(|| kernel.run(&given, &mut returned, at, steps));
    match catch_unwind(run) {
        Ok(done) => done?,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            return failed(format!("it panicked: {}", text.as_deref().unwrap_or("without a message")));
        }
    }
    let shapes = |state: &State| state.iter().map(DMatrix::shape).collect::<Vec<_>>();
    let (found, wanted) = (shapes(&returned), shapes(state));
    if found != wanted {
        let shown = |shapes: &[(usize, usize)]| {
            let each: Vec<String> = shapes.iter().map(|(rows, cols)| format!("{rows}×{cols}")).collect();
            if each.is_empty() { "none".to_owned() } else { each.join(", ") }
        };
        return failed(format!(
            "it returned arrays of shapes {}, where {} are expected",
            shown(&found),
            shown(&wanted)
        ));
    }
    let kept = given.kind == problem.kind
        && same_bits(&given.data, &problem.data)
        && given.scalars.iter().map(|x| x.to_bits()).eq(problem.scalars.iter().map(|x| x.to_bits()));
    if kept { Ok(returned) } else { failed("it changed the problem, which is to stay as it is".to_owned()) }
}

fn finite(state: &State) -> bool {
    state.iter().all(|array| array.iter().all(|x| x.is_finite()))
}

fn moderate(state: &State) -> bool {
    state.iter().all(|array| array.iter().all(|x| x.abs() < LARGEST))
}

fn same_bits(a: &[DMatrix<f64>], b: &[DMatrix<f64>]) -> bool {
    let bits = |arrays: &[DMatrix<f64>]| -> Vec<u64> {
        arrays.iter().flat_map(|array| array.iter().map(|x| x.to_bits())).collect()
    };
    bits(a) == bits(b)
}

/// The first step of each trial again, in the opposite order, so that something else was asked before.
fn repeats(kernel: &dyn Kernel, trials: &[Trial], runs: &[Vec<State>]) -> Outcome {
    let mut asked = false;
    for (trial, run) in trials.iter().zip(runs).rev() {
        let [start, first, ..] = &run[..] else { continue };
        asked = true;
        match call(kernel, &trial.problem, start, 0, 1) {
            Ok(again) if same_bits(&again, first) => {}
            Ok(again) => {
                let size = relative(&again, first);
                return Outcome::Failed(format!("other bits the second time ({}; differs by {size:.1e})", trial.name));
            }
            Err(error) => return Outcome::Failed(format!("{error} (the second time, {})", trial.name)),
        }
    }
    if asked { Outcome::Passed } else { Outcome::NotAsked }
}

/// All steps of each trial at once, twice.
fn together(kernel: &dyn Kernel, trials: &[Trial], runs: &[Vec<State>]) -> Result<Outcome, KernelError> {
    let (mut asked, mut noted): (bool, Option<(f64, &Trial)>) = (false, None);
    for (trial, run) in trials.iter().zip(runs) {
        if run.len() as u64 != trial.steps + 1 {
            continue;
        }
        asked = true;
        let place = format!("{}, {} steps", trial.name, trial.steps);
        let once = match call(kernel, &trial.problem, &trial.state, 0, trial.steps) {
            Ok(once) => once,
            Err(error) => return Ok(Outcome::Failed(format!("{error} ({place})"))),
        };
        match call(kernel, &trial.problem, &trial.state, 0, trial.steps) {
            Ok(again) if same_bits(&again, &once) => {}
            Ok(_) => return Ok(Outcome::Failed(format!("other bits the second time ({place})"))),
            Err(error) => return Ok(Outcome::Failed(format!("{error} (the second time, {place})"))),
        }
        if same_bits(&once, &run[run.len() - 1]) {
            continue;
        }
        let ratio = drift_ratio(kernel.precision(), trial, run, &once)?;
        if ratio <= THRESHOLD {
            if noted.is_none_or(|(worst, _)| ratio > worst) {
                noted = Some((ratio, trial));
            }
            continue;
        }
        let other = run.iter().position(|state| same_bits(state, &once));
        let instead = other.map(|steps| format!(": they are what {steps} single steps give")).unwrap_or_default();
        return Ok(Outcome::Failed(format!("not as many single steps{instead} ({place}; ratio {ratio:.3e})")));
    }
    Ok(match noted {
        Some((ratio, trial)) => Outcome::Noted(format!(
            "as many single steps to rounding, but not to the bit (ratio {ratio:.2e}, {})",
            trial.name
        )),
        None if asked => Outcome::Passed,
        None => Outcome::NotAsked,
    })
}

/// How far two runs of the same steps are apart, as a multiple of what rounding may do to both: the bound of each step, carried on by a
/// Lipschitz constant of the step in the Frobenius norm of the whole state.
fn drift_ratio(precision: Precision, trial: &Trial, run: &[State], once: &State) -> Result<f64, KernelError> {
    let target = trial.problem.data.last().map_or(0.0, DMatrix::norm);
    let mut allowed = 0.0;
    for before in &run[..run.len() - 1] {
        let instance = Instance::new(&trial.problem, before)?;
        let next = instance.step();
        let rounding: f64 = next.iter().map(|next| next.allowed(precision.unit())).sum();
        // The derivative of (T - L U') C in all its factors, for two arrays.
        let squares = before.iter().map(|array| array.norm_squared()).fold(0.0, f64::max);
        let lipschitz = 1.0 + 2.0 * trial.problem.scalars[0].abs() * instance.gain() * (target + 3.0 * squares);
        allowed = lipschitz * allowed + rounding;
    }
    let apart: f64 = run[run.len() - 1].iter().zip(once).map(|(a, b)| (a - b).norm()).sum();
    // NaN is far apart.
    Ok(if apart == 0.0 {
        0.0
    } else if apart.is_finite() {
        apart / (2.0 * allowed)
    } else {
        f64::INFINITY
    })
}

/// No steps: not a bit of the state may change.
fn no_steps(kernel: &dyn Kernel, trials: &[Trial], runs: &[Vec<State>]) -> Outcome {
    let Some((trial, _)) = trials.iter().zip(runs).find(|(_, run)| run.len() > 1) else { return Outcome::NotAsked };
    match call(kernel, &trial.problem, &trial.state, 0, 0) {
        Ok(state) if same_bits(&state, &trial.state) => Outcome::Passed,
        Ok(_) => Outcome::Failed(format!("0 steps change the state ({})", trial.name)),
        Err(error) => Outcome::Failed(format!("{error} (0 steps, {})", trial.name)),
    }
}

/// A NaN in the first entry of any input reaches the first entry of every result, and what overflows is not finite. A run that has
/// diverged must look like one.
fn not_finite(kernel: &dyn Kernel, trials: &[Trial], runs: &[Vec<State>]) -> Outcome {
    let Some((trial, _)) = trials.iter().zip(runs).find(|(_, run)| run.len() > 1) else { return Outcome::NotAsked };
    let kind = kernel.kind();
    let mut inputs: Vec<(String, Problem, State)> = Vec::new();
    for (i, name) in kind.scalars().iter().enumerate() {
        let mut problem = trial.problem.clone();
        problem.scalars[i] = f64::NAN;
        inputs.push((format!("{name} = NaN"), problem, trial.state.clone()));
    }
    for (i, array) in kind.data().iter().enumerate() {
        let mut problem = trial.problem.clone();
        problem.data[i][(0, 0)] = f64::NAN;
        inputs.push((format!("a NaN in {}[1, 1]", array.name), problem, trial.state.clone()));
    }
    for (i, array) in kind.state().iter().enumerate() {
        let mut state = trial.state.clone();
        state[i][(0, 0)] = f64::NAN;
        inputs.push((format!("a NaN in {}[1, 1]", array.name), trial.problem.clone(), state));
    }
    for (what, problem, state) in &inputs {
        let returned = match call(kernel, problem, state, 0, 1) {
            Ok(returned) => returned,
            Err(error) => return Outcome::Failed(format!("{error} ({what}, {})", trial.name)),
        };
        for (array, value) in kind.state().iter().zip(&returned) {
            if !value[(0, 0)].is_nan() {
                let (name, entry) = (array.name, value[(0, 0)]);
                return Outcome::Failed(format!("{what} is hidden: {name}[1, 1] is {entry:.3e} ({})", trial.name));
            }
        }
    }
    let large = if kernel.precision() == Precision::Single { 1e30 } else { 1e200 };
    let state: State = trial.state.iter().map(|array| array * large).collect();
    let state = state.into_iter().map(|array| array.map(|x| kernel.precision().round(x))).collect();
    match call(kernel, &trial.problem, &state, 0, 1) {
        Ok(returned) if finite(&returned) => Outcome::Failed(format!(
            "a step beyond the range comes back finite (state times {large:.0e}, {})",
            trial.name
        )),
        Ok(_) => Outcome::Passed,
        Err(error) => Outcome::Failed(format!("{error} (state times {large:.0e}, {})", trial.name)),
    }
}

fn relative(a: &State, b: &State) -> f64 {
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm()).sum();
    apart / b.iter().map(DMatrix::norm).sum::<f64>()
}

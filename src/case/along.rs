//! What predicates do along a run, lane by lane: the worst of their looks.
//!
//! A run counts as one case. A violation comes before anything undecided, that before anything undefined, and among equals the least margin
//! (of an identity, the greatest ratio to the floor).

use super::fast::Fast;
use super::flow;
use super::octet::{Compiled, hypotheses, lanes_of, looks, looks_where};
use super::path::{self, Moment, Watch, begin, follow};
use super::record::{Fate, Hypotheses, Look};
use super::shadow::{Companion, Exact, Moved, Origin};
use crate::arith::lane::{Lane8, Mask};
use crate::arith::lane_wide::Wide8;
use crate::arith::number::Number;
use crate::claim::program::{Course, Path, Program, When};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::run::run;
use crate::kernel::Kernel;

/// Nothing was asked.
const NOT_ASKED: Look = Look { fate: Fate::OutOfBranch, margin: f64::NAN, floor: f64::NAN, at: None };

/// Eight runs of a claim from what `origin` puts into the machine, which has the plan loaded: the hypotheses, and the looks, eight for each
/// predicate one after the other. `exact`: its rounding is watched in double-doubles, else by a second run.
///
/// # Errors
/// As [`follow`].
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the parts of one run")]
fn along<N: Number>(
    program: &Program,
    path: &Path,
    compiled: &Compiled,
    steps: u64,
    origin: Origin<'_>,
    exact: bool,
    kernel: Option<&dyn Kernel>,
    m: &mut Machine<N>,
    seen: &mut [[Look; 8]],
) -> Result<[Hypotheses; 8], PlanError> {
    let plan = &compiled.plan;
    seen.fill([NOT_ASKED; 8]);
    origin.put(plan, m);
    run(plan, path::SETUP, m)?;
    let met = hypotheses(compiled, m);
    let mut started: Mask = 0;
    for (lane, h) in met.iter().enumerate() {
        started |= Mask::from(*h == Hypotheses::Met) << lane;
    }
    once(program, compiled, m, seen);
    if started != 0 {
        let fast = kernel.zip(path.kernel.as_ref()).map(|(kernel, binding)| {
            begin(plan, path, m);
            Fast::new(kernel, binding, plan, path, m, started)
        });
        let companion = match (&fast, exact) {
            (Some(_), _) => Companion::None,
            (None, true) => Companion::Exact(Box::new(Exact::new(origin))),
            (None, false) => Companion::Moved(Box::new(Moved::new(plan, path, m))),
        };
        let mut watch = Watch { companion, fast };
        let mut look = |moment: Moment, m: &Machine<N>| {
            note(program, compiled, m, moment, seen);
            true
        };
        follow(plan, path, steps, m, started, &mut watch, &mut look)?;
    }
    Ok(met)
}

/// Predicates on the givens alone.
#[inline(always)]
fn once<N: Number>(program: &Program, compiled: &Compiled, m: &Machine<N>, seen: &mut [[Look; 8]]) {
    for (p, _) in program.asked.iter().enumerate().filter(|(_, a)| a.when == When::Once) {
        seen[p] = looks(&compiled.plan, m, &compiled.asked[p]);
    }
}

/// Machines for eight runs: lanes of `f64`, and, where values leave its range, lanes whose exponents have no bound.
pub struct Runs<V> {
    narrow: Machine<V>,
    wide: Machine<Wide8>,
    seen: Vec<[Look; 8]>,
    again: Vec<[Look; 8]>,
}

/// What became of eight runs.
#[derive(Clone, Copy, Debug)]
pub struct Eight<'a> {
    pub met: [Hypotheses; 8],
    /// Lanes that were run with exponents that have no bound.
    pub scaled: [bool; 8],
    /// Eight for each predicate.
    pub looks: &'a [[Look; 8]],
}

impl<V: Lane8> Default for Runs<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Lane8> Runs<V> {
    pub fn new() -> Self {
        Self { narrow: Machine::new(), wide: Machine::new(), seen: Vec::new(), again: Vec::new() }
    }

    /// Eight runs of a claim, by a kernel where there is one.
    ///
    /// # Errors
    /// As [`follow`].
    #[inline(always)]
    pub fn run(
        &mut self,
        program: &Program,
        path: &Path,
        compiled: &Compiled,
        steps: u64,
        origin: Origin<'_>,
        kernel: Option<&dyn Kernel>,
    ) -> Result<Eight<'_>, PlanError> {
        let Self { narrow, wide, seen, again } = self;
        seen.resize(program.asked.len(), [NOT_ASKED; 8]);
        narrow.load(&compiled.plan);
        let mut met = along(program, path, compiled, steps, origin, true, kernel, narrow, seen)?;
        let scaled = std::array::from_fn(|lane| leaves_f64(met[lane], seen.iter().map(|looks| looks[lane])));
        if scaled.contains(&true) {
            again.resize(program.asked.len(), [NOT_ASKED; 8]);
            wide.load(&compiled.plan);
            let met_again = along(program, path, compiled, steps, origin, false, None, wide, again)?;
            for lane in (0..8).filter(|lane| scaled[*lane]) {
                met[lane] = met_again[lane];
                for (seen, again) in seen.iter_mut().zip(again.iter()) {
                    seen[lane] = again[lane];
                }
            }
        }
        Ok(Eight { met, scaled, looks: seen })
    }

    /// Eight flows of a claim, in the lanes of `wanted`.
    ///
    /// # Errors
    /// As [`flow::follow`].
    #[inline(always)]
    pub fn flow(
        &mut self,
        program: &Program,
        course: &Course,
        compiled: &Compiled,
        origin: Origin<'_>,
        wanted: Mask,
    ) -> Result<Eight<'_>, PlanError> {
        let Self { narrow: m, seen, .. } = self;
        let plan = &compiled.plan;
        seen.clear();
        seen.resize(program.asked.len(), [NOT_ASKED; 8]);
        m.load(plan);
        origin.put(plan, m);
        run(plan, path::SETUP, m)?;
        let met = hypotheses(compiled, m);
        let mut started: Mask = 0;
        for (lane, h) in met.iter().enumerate() {
            started |= Mask::from(*h == Hypotheses::Met) << lane;
        }
        once(program, compiled, m, seen);
        let mut look = |moment: Moment, m: &Machine<V>| note(program, compiled, m, moment, seen);
        flow::follow(plan, course, m, started & wanted, &mut look)?;
        Ok(Eight { met, scaled: [false; 8], looks: seen })
    }
}

/// Whether something in a run was beyond `f64`.
fn leaves_f64(met: Hypotheses, mut looks: impl Iterator<Item = Look>) -> bool {
    match met {
        Hypotheses::Met => looks.any(|look| matches!(look.fate, Fate::OutOfRange | Fate::Unplaced)),
        Hypotheses::GivenOutOfRange(_) | Hypotheses::Undecided(_) => true,
        Hypotheses::EmptyGiven(_) | Hypotheses::Failed(_) | Hypotheses::Undefined(_) => false,
    }
}

/// Lanes in which a predicate is asked at a moment.
pub fn asked_in(when: When, looks_back: bool, moment: Moment) -> Mask {
    match when {
        When::Once => 0,
        // There is nothing one step before the start.
        When::Always if looks_back && moment.t == 0 => 0,
        When::Always => moment.running,
        When::Finally => moment.last,
    }
}

#[inline(always)]
fn note<N: Number>(program: &Program, compiled: &Compiled, m: &Machine<N>, moment: Moment, seen: &mut [[Look; 8]]) {
    for (p, asked) in program.asked.iter().enumerate() {
        let lanes = asked_in(asked.when, asked.looks_back, moment);
        if lanes == 0 {
            continue;
        }
        let waiting = asked.when == When::Always && program.has_first_times();
        let now = looks_where(&compiled.plan, m, &compiled.asked[p], waiting);
        for lane in lanes_of(lanes) {
            let new = Look { at: Some(moment.t), ..now[lane] };
            if worse(&new, &seen[p][lane], asked.predicate.identity) {
                seen[p][lane] = new;
            }
        }
    }
}

/// Whether a look says more against a predicate than what is known of the run so far.
fn worse(new: &Look, old: &Look, identity: bool) -> bool {
    let rank = |look: &Look| match look.fate {
        Fate::OutOfBranch => 0,
        Fate::Unplaced => 1,
        Fate::Held => 2,
        Fate::Undefined => 3,
        Fate::OutOfRange => 4,
        Fate::WithinFloor => 5,
        Fate::Violated => 6,
    };
    let (a, b) = (rank(new), rank(old));
    if a != b {
        return a > b;
    }
    if identity && new.fate == Fate::WithinFloor {
        return new.margin.abs() * old.floor > old.margin.abs() * new.floor;
    }
    new.margin < old.margin
}

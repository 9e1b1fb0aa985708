//! What predicates do along a run, lane by lane: the worst of their looks.
//!
//! A run counts as one case. A violation comes before anything undecided, that before anything undefined, and among equals the least margin
//! (of an identity, the greatest ratio to the floor).

use super::fast::Fast;
use super::flow;
use super::octet::{Compiled, hypotheses, lanes_of, looks, looks_where};
use super::path::{self, Ending, Moment, Watch, follow};
use super::record::{Fate, Hypotheses, Look};
use super::shadow::{Companion, Exact, Moved, Origin};
use super::way::Way;
use crate::arith::lane::{self, Lane8, Mask};
use crate::arith::lane_wide::Wide8;
use crate::arith::number::Number;
use crate::claim::program::{Path, Program, When};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::run::run;
use crate::kernel::Kernel;

/// Nothing was asked.
const NOT_ASKED: Look = Look { fate: Fate::OutOfBranch, margin: f64::NAN, floor: f64::NAN, at: None, cut: false };

/// The lanes that met the hypotheses.
fn met_in(met: &[Hypotheses; 8]) -> Mask {
    met.iter().enumerate().fold(0, |mask, (lane, h)| mask | Mask::from(*h == Hypotheses::Met) << lane)
}

/// What an octet is followed from: its claim, its plan, what is put into the machine.
#[derive(Clone, Copy)]
struct Octet<'a> {
    program: &'a Program,
    compiled: &'a Compiled,
    origin: Origin<'a>,
}

impl Octet<'_> {
    /// Loads the plan and runs the set-up: the hypotheses, and the looks of what is asked of the givens.
    #[inline(always)]
    fn set_up<N: Number>(&self, m: &mut Machine<N>, seen: &mut Vec<[Look; 8]>) -> Result<[Hypotheses; 8], PlanError> {
        let Self { program, compiled, origin } = self;
        seen.clear();
        seen.resize(program.asked.len(), [NOT_ASKED; 8]);
        m.load(&compiled.plan);
        origin.put(&compiled.plan, m);
        run(&compiled.plan, path::SETUP, m)?;
        for (p, _) in program.asked.iter().enumerate().filter(|(_, a)| a.when == When::Once) {
            seen[p] = looks(&compiled.plan, m, &compiled.asked[p]);
        }
        Ok(hypotheses(compiled, m))
    }

    /// An iteration from the set-up on. `exact`: its rounding is watched in double-doubles, else by a second run; by a kernel it is watched
    /// as [`Fast`] says.
    #[inline(always)]
    fn iterate<N: Number>(
        &self,
        (path, steps, kernel): (&Path, u64, Option<&dyn Kernel>),
        exact: bool,
        started: Mask,
        m: &mut Machine<N>,
        seen: &mut [[Look; 8]],
    ) -> Result<Ending, PlanError> {
        let plan = &self.compiled.plan;
        if started == 0 {
            return Ok(Ending::default());
        }
        let fast = Fast::for_claim(kernel, plan, path, m, started, true);
        let companion = match (&fast, exact) {
            (Some(_), _) => Companion::None,
            (None, true) => Companion::Exact(Box::new(Exact::new(self.origin))),
            (None, false) => Companion::Moved(Box::new(Moved::new(plan, path, m))),
        };
        let mut watch = Watch { companion, fast, goes_on: false };
        let mut look = |moment: Moment, m: &Machine<N>| {
            note(self.program, self.compiled, m, moment, seen);
            true
        };
        follow(plan, path, steps, m, started, &mut watch, &mut look)
    }

    /// From the set-up on, which is run anew, in lanes whose exponents have no bound; the hypotheses as they are met there, and how it ended.
    #[inline(never)]
    fn iterate_wide(
        &self,
        (path, steps): (&Path, u64),
        lanes: Mask,
        m: &mut Machine<Wide8>,
        seen: &mut Vec<[Look; 8]>,
    ) -> Result<([Hypotheses; 8], Ending), PlanError> {
        let met = self.set_up(m, seen)?;
        let ending = self.iterate((path, steps, None), false, met_in(&met) & lanes, m, seen)?;
        Ok((met, ending))
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

    /// Eight cases of a claim, from what `origin` puts into a machine, followed on their way in the lanes of `wanted`.
    ///
    /// # Errors
    /// As [`follow`] and [`flow::follow`].
    pub fn run<'a>(
        &'a mut self,
        program: &'a Program,
        compiled: &'a Compiled,
        way: Way<'a>,
        origin: Origin<'a>,
        wanted: Mask,
    ) -> Result<Eight<'a>, PlanError> {
        V::enter(Along { runs: self, octet: Octet { program, compiled, origin }, way, wanted })
    }
}

/// Eight runs are compiled once a back end, whoever asks for them.
struct Along<'a, V> {
    runs: &'a mut Runs<V>,
    octet: Octet<'a>,
    way: Way<'a>,
    wanted: Mask,
}

impl<'a, V: Lane8> lane::Kernel<V> for Along<'a, V> {
    type Out = Result<Eight<'a>, PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { runs: Runs { narrow, wide, seen, again }, octet, way, wanted } = self;
        let Octet { program, compiled, .. } = octet;
        let mut met = octet.set_up(narrow, seen)?;
        let started = met_in(&met) & wanted;
        let (path, steps, kernel) = match way {
            Way::Steps { path, steps, kernel } => (path, steps, kernel),
            Way::Flow(course) => {
                let mut look = |moment: Moment, m: &Machine<V>| note(program, compiled, m, moment, seen);
                flow::follow(&compiled.plan, course, narrow, started, &mut look)?;
                return Ok(Eight { met, scaled: [false; 8], looks: seen });
            }
        };
        let ending = octet.iterate((path, steps, kernel), true, started, narrow, seen)?;
        let open = |lane: usize| open_beyond(&ending, lane);
        let mut scaled: [bool; 8] = std::array::from_fn(|lane| {
            let left = || leaves_f64(met[lane], seen.iter().map(|looks| looks[lane])) || open(lane).is_some();
            wanted >> lane & 1 == 1 && left()
        });
        if scaled.contains(&true) {
            let mask = scaled.iter().enumerate().fold(0, |mask, (lane, is)| mask | Mask::from(*is) << lane);
            let (met_again, ending_again) = octet.iterate_wide((path, steps), mask, wide, again)?;
            for lane in 0..8 {
                // What is as open there is no matter of range.
                let left = leaves_f64(met[lane], seen.iter().map(|looks| looks[lane]));
                let same = |t: u64| ending_again.open.iter().any(|open| open.lanes >> lane & 1 == 1 && open.t <= t);
                scaled[lane] &= left || !open(lane).is_some_and(same);
                if !scaled[lane] {
                    continue;
                }
                met[lane] = met_again[lane];
                for (seen, again) in seen.iter_mut().zip(again.iter()) {
                    seen[lane] = again[lane];
                }
            }
        }
        Ok(Eight { met, scaled, looks: seen })
    }
}

/// The step from which on a run says nothing since its end, a first time or a hypothesis on the path is not decided, where that may be for want of range.
fn open_beyond(ending: &Ending, lane: usize) -> Option<u64> {
    let mut of_lane = ending.open.iter().filter(|open| open.lanes >> lane & 1 == 1);
    of_lane.next().filter(|open| open.beyond >> lane & 1 == 1).map(|open| open.t)
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
            let cut = asked.when == When::Finally && moment.cut >> lane & 1 == 1;
            let known = &mut seen[p][lane];
            if worse(&new, known, asked.predicate.identity) {
                *known = new;
            }
            known.cut |= cut;
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

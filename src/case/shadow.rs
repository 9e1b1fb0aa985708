//! What rounding does to a long run, seen by a second run beside it.
//!
//! Two kinds. A run in `f64` is watched by the same run in double-doubles ([`Double8`]), from the same draws: their distance *is* the
//! rounding error, to many more digits than are asked. It is begun when the carried bound is given up in a lane, and then catches up; from then on that lane's floors are what it shows. A run whose
//! values leave the range of `f64` is watched by a second one like itself, from a start moved by one part in 2^30, which shows what the
//! iteration does to its roundings: with `D_t` the distance of the two runs and `A_t = D_t / D_0`, an error of size `e` made at step `s` has grown
//! to about `e A_t / A_s` at step `t`. Relative roundings `u` at every step, taken as independent, then add up to about
//! `8 √(t+1) u 2^30 D_t / min(1, min A_s)`; directions that the start does not move are not seen. Both are estimates, and called so.

use super::octet::Drawn;
use super::path::{Capped, SETUP, STEP, advance, begin, input_slot, set_time};
use crate::arith::lane::{ALL, Mask};
use crate::arith::lane_double::Double8;
use crate::arith::number::{Number, UNIT};
use crate::claim::program::Path;
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::Bounded;
use crate::eval::run::run;
use crate::lang::ir::InputId;
use crate::sample::strata::Lanes;

/// How far the start of the second run is moved, relatively.
pub(super) const MOVED: f64 = 1.0 / (1 << 30) as f64;
/// Below this the two runs are as close as rounding lets them be.
pub(super) const LEAST: f64 = 1.0 / (1 << 24) as f64;
/// From this share of the state on two runs have parted.
const PARTED: f64 = 1.0 / 64.0;
/// The share of a state that is half of its digits.
const LOST: f64 = 1.0 / (1 << 26) as f64;
/// The part of an error that its double-double sees; the rest is what its functions lack (see [`Double8`]).
const SEEN: f64 = 2.0;

/// What a run starts from: draws, and inputs that are supplied.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub drawn: &'a [Drawn],
    pub draws: &'a [Lanes],
    pub reals: &'a [(InputId, f64)],
}

impl Origin<'_> {
    /// Draws and inputs into a machine that has the plan loaded.
    #[inline(always)]
    pub fn put<N: Number>(&self, plan: &Plan, m: &mut Machine<N>) {
        for (slot, place, norm) in self.drawn {
            m.set_draw(plan, *slot, &self.draws[place.clone()], *norm);
        }
        for (input, value) in self.reals {
            if let Some(slot) = input_slot(plan, *input) {
                m.set_real(plan, slot, Bounded { value: N::from_f64(*value), error: N::zero() }, 0);
            }
        }
    }
}

/// Who watches a run.
pub enum Companion<'a, N> {
    /// Nobody: the arithmetic carries its own bounds, or only a proposal is asked.
    None,
    /// The same run in double-doubles.
    Exact(Box<Exact<'a>>),
    /// A second run from a start that is moved a little.
    Moved(Box<Moved<N>>),
}

impl<N: Number> Companion<'_, N> {
    /// Takes the step after that number `t`, and raises the bounds that are no longer carried to what is seen.
    ///
    /// # Errors
    /// As [`run`].
    #[inline(always)]
    pub fn step(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        t: u64,
        capped: &Capped,
    ) -> Result<(), PlanError> {
        match self {
            Self::None => Ok(()),
            Self::Exact(exact) => exact.step(plan, path, m, t, capped),
            Self::Moved(moved) => moved.step(plan, path, m, t, capped),
        }
    }

    /// Whether its last step changed nothing, or could not.
    #[inline(always)]
    pub fn is_still(&self) -> bool {
        match self {
            // In an arithmetic that rounds, what stands still is only the rounded run: its bound has to grow.
            Self::None => !N::TRACKED,
            // Not begun: likewise.
            Self::Exact(exact) => exact.still,
            Self::Moved(moved) => moved.still,
        }
    }
}

/// The run in double-doubles.
pub struct Exact<'a> {
    origin: Origin<'a>,
    run: Option<Box<Machine<Double8>>>,
    /// Lanes whose bound was given up.
    given_up: Mask,
    /// For each lane the greatest norm of the state so far, and the step at which half of its digits were lost.
    greatest: [f64; 8],
    half_lost: [Option<u64>; 8],
    still: bool,
}

impl<'a> Exact<'a> {
    pub fn new(origin: Origin<'a>) -> Self {
        Self { origin, run: None, given_up: 0, greatest: [0.0; 8], half_lost: [None; 8], still: false }
    }

    #[inline(always)]
    fn step<N: Number>(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        t: u64,
        capped: &Capped,
    ) -> Result<(), PlanError> {
        self.given_up |= capped.iter().fold(0, |all, (_, lanes)| all | lanes);
        let lanes = self.given_up;
        if lanes == 0 {
            return Ok(());
        }
        let from = if self.run.is_some() { t } else { 0 };
        self.still = self.catch_up(plan, path, from, t)?;
        let Some(run) = &self.run else { return Ok(()) };
        for (slot, _) in capped {
            let mut sums = [0.0_f64; 8];
            for at in plan.slots[*slot as usize].range() {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let gap = run.numbers[at].distance(lane, m.numbers[at].to_f64(lane));
                    *sum = gap.mul_add(gap, *sum);
                }
            }
            let norm = &m.norms[*slot as usize];
            let mut seen = sums.map(|sum| SEEN * sum.sqrt());
            for (lane, seen) in seen.iter_mut().enumerate() {
                self.greatest[lane] = self.greatest[lane].max(norm.to_f64(lane));
                // Half of the digits of `f64` are lost, and at that rate all that a double-double has are not before twice as many steps.
                if *seen > LOST * self.greatest[lane] {
                    self.half_lost[lane].get_or_insert(t + 1);
                }
                if self.half_lost[lane].is_some_and(|step| t + 1 > 2 * step) {
                    *seen = f64::INFINITY;
                }
            }
            let seen = N::from_lanes(&seen);
            // A rounding of the last step is always there.
            let estimate = seen.max(&norm.mul(&N::from_f64(UNIT))).add(&seen.mul(&N::zero()));
            m.errors[*slot as usize] = N::select(lanes, &estimate, &m.errors[*slot as usize]);
        }
        Ok(())
    }

    /// Steps number `from` to `to`, the last one too; whether the last one changed nothing.
    #[inline(never)]
    fn catch_up(&mut self, plan: &Plan, path: &Path, from: u64, to: u64) -> Result<bool, PlanError> {
        let fresh = self.run.is_none();
        let origin = self.origin;
        let machine = self.run.get_or_insert_with(|| Box::new(Machine::new()));
        if fresh {
            machine.load(plan);
            origin.put(plan, machine);
            run(plan, SETUP, machine)?;
            begin(plan, path, machine);
        }
        let nexts: Vec<Option<SlotId>> =
            path.state.iter().map(|c| plan.roots.get(STEP).and_then(|r| r.get(&c.next)).copied()).collect();
        let mut buffer = Vec::new();
        let mut still = false;
        for t in from..=to {
            set_time(plan, machine, path.time, |_| t as f64, ALL);
            run(plan, STEP, machine)?;
            still = advance(plan, path, &nexts, machine, &mut buffer).1;
        }
        Ok(still)
    }
}

/// The second run.
pub struct Moved<N> {
    machine: Machine<N>,
    /// The input slots of the state.
    state: Vec<SlotId>,
    /// The distance at the start, and the least amplification since, at most 1.
    start: N,
    least: N,
    /// The greatest norm of the state so far, and the lanes in which the two runs have parted.
    greatest: N,
    parted: Mask,
    buffer: Vec<N>,
    still: bool,
}

impl<N: Number> Moved<N> {
    /// A run beside that of `m`, whose set-up was run.
    #[inline(always)]
    pub fn new(plan: &Plan, path: &Path, m: &Machine<N>) -> Self {
        let state: Vec<SlotId> = path.state.iter().filter_map(|c| input_slot(plan, c.input)).collect();
        let mut machine = m.clone();
        begin(plan, path, &mut machine);
        let original = machine.clone();
        for (component, slot) in state.iter().enumerate() {
            for (i, at) in plan.slots[*slot as usize].range().enumerate() {
                // Entries move up and down by turns; a zero stays one, as it does under rounding.
                let sign = if (i + component).is_multiple_of(2) { MOVED } else { -MOVED };
                machine.numbers[at] = original.numbers[at].mul(&N::from_f64(1.0 + sign));
            }
        }
        let mut moved = Self {
            machine,
            state,
            start: N::zero(),
            least: N::one(),
            greatest: N::zero(),
            parted: 0,
            buffer: Vec::new(),
            still: false,
        };
        moved.start = moved.distance(plan, &original, None).max(&N::lost(1e-290));
        moved
    }

    /// The distance of the two runs: of all components together, or of one.
    #[inline(always)]
    fn distance(&self, plan: &Plan, m: &Machine<N>, only: Option<usize>) -> N {
        let mut sum = N::zero();
        for (component, slot) in self.state.iter().enumerate() {
            if only.is_some_and(|c| c != component) {
                continue;
            }
            for at in plan.slots[*slot as usize].range() {
                let gap = m.numbers[at].sub(&self.machine.numbers[at]);
                sum = gap.mul_add(&gap, &sum);
            }
        }
        sum.sqrt()
    }

    #[inline(always)]
    fn step(&mut self, plan: &Plan, path: &Path, m: &mut Machine<N>, t: u64, capped: &Capped) -> Result<(), PlanError> {
        set_time(plan, &mut self.machine, path.time, |_| t as f64, ALL);
        run(plan, STEP, &mut self.machine)?;
        let nexts: Vec<Option<SlotId>> =
            path.state.iter().map(|c| plan.roots.get(STEP).and_then(|r| r.get(&c.next)).copied()).collect();
        self.still = advance(plan, path, &nexts, &mut self.machine, &mut self.buffer).1;
        self.raise(plan, m, t + 1, capped);
        Ok(())
    }

    /// Estimates what rounding has done to each component after `t` steps, and raises its bound to that where `capped` says that the
    /// bound is no longer carried.
    #[inline(always)]
    fn raise(&mut self, plan: &Plan, m: &mut Machine<N>, t: u64, capped: &[(SlotId, Mask)]) {
        let apart = self.distance(plan, m, None);
        let mut squares = N::zero();
        for slot in &self.state {
            let norm = &m.norms[*slot as usize];
            squares = norm.mul_add(norm, &squares);
        }
        self.greatest = self.greatest.max(&squares.sqrt());
        // Runs that have parted say no more how an error grows.
        self.parted |= self.greatest.mul(&N::from_f64(PARTED)).lt(&apart);
        let amplified = apart.div(&self.start);
        self.least = self.least.min(&amplified.max(&N::from_f64(LEAST)));
        let scale = N::from_f64(8.0 * ((t + 1) as f64).sqrt() * UNIT / MOVED).div(&self.least);
        for (component, slot) in self.state.iter().enumerate() {
            let lanes = capped.iter().find(|(s, _)| s == slot).map_or(0, |(_, lanes)| *lanes);
            if lanes == 0 {
                continue;
            }
            let estimate = self.distance(plan, m, Some(component)).mul(&scale);
            let bound = &m.errors[*slot as usize];
            // Not finite where the runs have parted for good.
            let raised = bound.max(&estimate).add(&estimate.mul(&N::zero()));
            let raised = N::select(self.parted, &N::from_f64(f64::INFINITY), &raised);
            m.errors[*slot as usize] = N::select(lanes, &raised, bound);
        }
    }
}

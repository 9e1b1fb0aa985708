//! What rounding does to a long run, seen by a second run beside it.
//!
//! Two kinds. A run in `f64` is watched by the same run in double-doubles ([`Double8`]), from the same draws: their distance *is* the
//! rounding error, to many more digits than are asked. It is begun when the carried bound is given up in a lane, and then catches up; from then on that lane's floors are what it shows. A run whose
//! values leave the range of `f64` is watched by a second one like itself, from a start moved by one part in 2^30, which shows what the
//! iteration does to its roundings: with `D_t` the distance of the two runs and `A_t = D_t / D_0`, an error of size `e` made at step `s` has grown
//! to about `e A_t / A_s` at step `t`. Relative roundings `u` at every step, taken as independent, then add up to about
//! `8 √(t+1) u 2^30 D_t / min(1, min A_s)`; directions that the start does not move are not seen. Both are estimates, and called so.

use super::octet::Drawn;
use super::path::{Capped, SETUP, Stride, begin, input_slot};
use crate::arith::lane::Mask;
use crate::arith::lane_double::Double8;
use crate::arith::number::{Number, UNIT};
use crate::claim::program::Path;
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::{self, Bounded};
use crate::eval::run::run;
use crate::lang::ir::InputId;
use crate::sample::strata::Lanes;

/// How far the start of the second run is moved, relatively.
const MOVED: f64 = 1.0 / (1 << 30) as f64;
/// Below this the two runs are as close as rounding lets them be.
const LEAST: f64 = 1.0 / (1 << 24) as f64;
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
            Self::Exact(exact) => exact.run.as_ref().is_some_and(|(_, stride)| stride.still),
            Self::Moved(moved) => moved.stride.still,
        }
    }
}

/// The run in double-doubles.
pub struct Exact<'a> {
    origin: Origin<'a>,
    run: Option<(Machine<Double8>, Stride<Double8>)>,
    /// Lanes whose bound was given up.
    given_up: Mask,
    /// For each lane the greatest norm of the state so far, and the step at which half of its digits were lost.
    greatest: [f64; 8],
    half_lost: [Option<u64>; 8],
}

impl<'a> Exact<'a> {
    pub fn new(origin: Origin<'a>) -> Self {
        Self { origin, run: None, given_up: 0, greatest: [0.0; 8], half_lost: [None; 8] }
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
        self.catch_up(plan, path, from, t)?;
        let Some((run, _)) = &self.run else { return Ok(()) };
        for (slot, _) in capped {
            let mut sums = [0.0_f64; 8];
            for at in plan.slots[*slot as usize].range() {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let gap = run.numbers[at].0[lane].distance(m.numbers[at].to_f64(lane));
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

    /// Steps number `from` to `to`, the last one too.
    #[inline(never)]
    fn catch_up(&mut self, plan: &Plan, path: &Path, from: u64, to: u64) -> Result<(), PlanError> {
        let fresh = self.run.is_none();
        let (machine, stride) = self.run.get_or_insert_with(|| (Machine::new(), Stride::new(plan, path)));
        if fresh {
            machine.load(plan);
            self.origin.put(plan, machine);
            run(plan, SETUP, machine)?;
            begin(plan, path, machine);
        }
        (from..=to).try_for_each(|t| stride.step(plan, path, machine, t))
    }
}

/// By what entry number `i` of a moved start is multiplied: entries move up and down by turns; a zero stays one, as it does under rounding.
pub(super) fn moved_by(i: usize) -> f64 {
    if i.is_multiple_of(2) { 1.0 + MOVED } else { 1.0 - MOVED }
}

/// How two runs from starts a little apart part, and what that says of roundings.
pub(super) struct Growth<N> {
    /// The distance at the start, and the least amplification since, at most 1.
    start: N,
    least: N,
    /// The greatest norm of the state so far, and the lanes in which the two runs have parted.
    greatest: N,
    parted: Mask,
}

impl<N: Number> Growth<N> {
    pub fn new(start: N) -> Self {
        Self { start: start.max(&N::lost(1e-290)), least: N::one(), greatest: N::zero(), parted: 0 }
    }

    /// The distance of the two runs now, and the norm of the state.
    #[inline(always)]
    pub fn see(&mut self, apart: &N, size: &N) {
        self.greatest = self.greatest.max(size);
        // Runs that have parted say no more how an error grows.
        self.parted |= self.greatest.mul(&N::from_f64(PARTED)).lt(apart);
        let amplified = apart.div(&self.start);
        self.least = self.least.min(&amplified.max(&N::from_f64(LEAST)));
    }

    /// What rounding has done after `t` steps to a component whose two runs are so far apart; not finite where they have parted.
    #[inline(always)]
    pub fn estimate(&self, t: u64, apart: &N) -> N {
        let scale = N::from_f64(8.0 * ((t + 1) as f64).sqrt() * UNIT / MOVED).div(&self.least);
        let estimate = apart.mul(&scale);
        N::select(self.parted | !estimate.finite(), &N::from_f64(f64::INFINITY), &estimate)
    }
}

/// The second run.
pub struct Moved<N> {
    machine: Machine<N>,
    /// The input slots of the state.
    state: Vec<SlotId>,
    growth: Growth<N>,
    stride: Stride<N>,
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
                machine.numbers[at] = original.numbers[at].mul(&N::from_f64(moved_by(i + component)));
            }
        }
        let start = distance(plan, &machine, &original, &state);
        Self { machine, state, growth: Growth::new(start), stride: Stride::new(plan, path) }
    }

    /// Takes the step after that number `t`, and raises each component's bound to what rounding is estimated to have done where `capped` says
    /// that the bound is no longer carried.
    #[inline(always)]
    fn step(&mut self, plan: &Plan, path: &Path, m: &mut Machine<N>, t: u64, capped: &Capped) -> Result<(), PlanError> {
        self.stride.step(plan, path, &mut self.machine, t)?;
        let mut squares = N::zero();
        for slot in &self.state {
            let norm = &m.norms[*slot as usize];
            squares = norm.mul_add(norm, &squares);
        }
        self.growth.see(&distance(plan, &self.machine, m, &self.state), &squares.sqrt());
        for slot in &self.state {
            let lanes = capped.iter().find(|(s, _)| s == slot).map_or(0, |(_, lanes)| *lanes);
            if lanes == 0 {
                continue;
            }
            let estimate = self.growth.estimate(t + 1, &distance(plan, &self.machine, m, std::slice::from_ref(slot)));
            let bound = &m.errors[*slot as usize];
            m.errors[*slot as usize] = N::select(lanes, &rounding::join(bound, &estimate), bound);
        }
        Ok(())
    }
}

/// The Frobenius distance of what two machines hold in these slots.
#[inline(always)]
fn distance<N: Number>(plan: &Plan, a: &Machine<N>, b: &Machine<N>, slots: &[SlotId]) -> N {
    let mut sum = N::zero();
    for at in slots.iter().flat_map(|slot| plan.slots[*slot as usize].range()) {
        let gap = a.numbers[at].sub(&b.numbers[at]);
        sum = gap.mul_add(&gap, &sum);
    }
    sum.sqrt()
}

//! How much an iteration amplifies what rounding does to its state: a second run beside the first, from a start moved by one part in 2^30.
//!
//! An iteration that drives nearby states apart loses digits at that rate, whatever a bound that is not followed to the end says. The
//! shadow measures the rate: with `D_t` the distance of the two runs and `A_t = D_t / D_0`, an error of size `e` made at step `s` has grown to
//! about `e A_t / A_s` at step `t`. Relative roundings `u` at every step, taken as independent, then add up to about
//! `8 √(t+1) u 2^30 D_t / min(1, min A_s)`. That is an estimate, not a proof: directions that the start does not move are not seen.

use crate::arith::lane::Mask;
use crate::arith::number::{Number, UNIT};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};

/// How far the start is moved, relatively.
const MOVED: f64 = 1.0 / (1 << 30) as f64;
/// Below this the two runs are as close as rounding lets them be.
const LEAST: f64 = 1.0 / (1 << 24) as f64;

/// The second run.
pub struct Shadow<N> {
    pub machine: Machine<N>,
    /// The input slots of the state.
    state: Vec<SlotId>,
    /// The distance at the start, and the least amplification since, at most 1.
    start: N,
    least: N,
}

impl<N: Number> Shadow<N> {
    /// A run beside that of `m`, whose state is in place.
    #[inline(always)]
    pub fn new(plan: &Plan, m: &Machine<N>, state: Vec<SlotId>) -> Self {
        let mut machine = m.clone();
        for (component, slot) in state.iter().enumerate() {
            for (i, at) in plan.slots[*slot as usize].range().enumerate() {
                // Entries move up and down by turns; a zero stays one, as it does under rounding.
                let sign = if (i + component).is_multiple_of(2) { MOVED } else { -MOVED };
                machine.numbers[at] = m.numbers[at].mul(&N::from_f64(1.0 + sign));
            }
        }
        let mut shadow = Self { machine, state, start: N::zero(), least: N::one() };
        shadow.start = shadow.distance(plan, m, None).max(&N::from_f64(1e-290));
        shadow
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

    /// Estimates what rounding has done to each component after `t` steps, and raises its bound to that where `capped` says that the
    /// bound is no longer carried.
    #[inline(always)]
    pub fn raise(&mut self, plan: &Plan, m: &mut Machine<N>, t: u64, capped: &[(SlotId, Mask)]) {
        let amplified = self.distance(plan, m, None).div(&self.start);
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
            m.errors[*slot as usize] = N::select(lanes, &raised, bound);
        }
    }
}

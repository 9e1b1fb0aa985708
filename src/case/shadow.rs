//! What rounding does to a long run, seen by a second run beside it.
//!
//! Two kinds. A run in `f64` is watched by the same run in double-doubles ([`Double8`]), from the same draws: their distance *is* the
//! rounding error, to many more digits than are asked. It is begun when the carried bound is given up in a lane, and then catches up; from then on that lane's floors are what it shows.
//!
//! A run whose values leave the range of `f64` is watched by a second one like itself, from a start moved by one part in 2^30, which shows what the
//! iteration does to its roundings (`Growth`): with `D_t` the distance of the two runs, an error `e` made at step `s` has become
//! about `e D_t / D_s` at step `t`. Relative roundings `u` of every step, taken as independent, are added up so, eightfold. Once the two have met no more is seen: errors
//! are taken to stay what they are. And a run that has come to rest is off by more than that, since it rests where a step
//! is lost in rounding: `u` of the state's size over what the two runs, while they were closing, lost of their distance in a
//! step. Directions that the start does not move are not seen. Both kinds are estimates, and called so.

use super::octet::Drawn;
use super::path::{Capped, SETUP, STEP, Stride, begin, input_slot};
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
/// So many roundings of the state apart, two runs are as close as rounding lets them be.
const MET: f64 = 64.0;
/// How many times as large as the sum of independent roundings the error is taken to be.
const CAUTION: f64 = 8.0;
/// From this share of the state on two runs have parted.
const PARTED: f64 = 1.0 / 64.0;
/// The share of a state that is half of its digits.
const LOST: f64 = 1.0 / (1 << 26) as f64;
/// The part of an error that its double-double sees; the rest is what its functions lack (see [`Double8`]).
const SEEN: f64 = 2.0;

/// A number that is supplied: lane by lane the nearest float, and how much more than that it is.
#[derive(Clone, Copy, Debug)]
pub struct Supplied {
    pub input: InputId,
    pub value: [f64; 8],
    pub rest: [f64; 8],
}

/// What a run starts from: draws, and inputs that are supplied.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub drawn: &'a [Drawn],
    pub draws: &'a [Lanes],
    pub reals: &'a [Supplied],
}

impl Origin<'_> {
    /// Draws and inputs into a machine that has the plan loaded.
    #[inline(always)]
    pub fn put<N: Number>(&self, plan: &Plan, m: &mut Machine<N>) {
        for (slot, place, norm) in self.drawn {
            m.set_draw(plan, *slot, &self.draws[place.clone()], *norm);
        }
        for Supplied { input, value, rest } in self.reals {
            if let Some(slot) = input_slot(plan, *input) {
                let (value, error) = N::from_sums(value, rest);
                m.set_real(plan, slot, Bounded { value, error }, 0);
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
        capped: &[Capped],
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
    /// Whether something in the run is known to the digits of `f64` alone, in double-doubles too.
    rough: bool,
}

impl<'a> Exact<'a> {
    pub fn new(origin: Origin<'a>) -> Self {
        Self { origin, run: None, given_up: 0, greatest: [0.0; 8], half_lost: [None; 8], rough: false }
    }

    #[inline(always)]
    fn step<N: Number>(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        t: u64,
        capped: &[Capped],
    ) -> Result<(), PlanError> {
        self.given_up |= capped.iter().fold(0, |all, component| all | component.cut | component.jumped);
        let lanes = self.given_up;
        if lanes == 0 {
            return Ok(());
        }
        let from = if self.run.is_some() { t } else { 0 };
        self.catch_up(plan, path, from, t)?;
        let Some((run, _)) = &self.run else { return Ok(()) };
        for Capped { slot, .. } in capped {
            let mut sums = [0.0_f64; 8];
            for at in plan.slots[*slot as usize].range() {
                let gaps = run.numbers[at].distances(&m.numbers[at].to_lanes());
                for (sum, gap) in sums.iter_mut().zip(gaps) {
                    *sum = gap.mul_add(gap, *sum);
                }
            }
            let norm = &m.norms[*slot as usize];
            // What both know to the same digits only, a sine in the step, is off alike at every step.
            let alike = if self.rough { ((t + 1) as f64).sqrt() } else { 1.0 };
            let mut seen = sums.map(|sum| alike * SEEN * sum.sqrt());
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
            // What is not known stays so.
            let bad = seen.mul(&N::zero()).add(&m.errors[*slot as usize].mul(&N::zero()));
            // A rounding of the last step is always there.
            let estimate = seen.max(&norm.mul(&N::from_f64(UNIT))).add(&bad);
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
            self.rough = plan.is_rough(&[SETUP, STEP]);
        }
        (from..=to).try_for_each(|t| stride.step(plan, path, machine, t))
    }
}

/// By what entry number `i` of a moved start is multiplied: entries move up and down by turns; a zero stays one, as it does under rounding.
pub(super) fn moved_by(i: usize) -> f64 {
    if i.is_multiple_of(2) { 1.0 + MOVED } else { 1.0 - MOVED }
}

/// How two runs from starts a little apart part and close, and what that says of roundings.
pub(super) struct Growth<N> {
    /// The distance of the two and the norm of the state when they were last seen.
    apart: N,
    size: N,
    /// What rounding has done to the state until then.
    error: N,
    /// A distance of the two, and how many steps ago it was theirs.
    mark: N,
    since: N,
    /// What the two lose of their distance in a step, the last time that half of it went, and the lanes in which it ever did.
    closing: N,
    closes: Mask,
    /// The greatest norm of the state so far, and the lanes in which the two runs have parted.
    greatest: N,
    parted: Mask,
    /// The lanes in which they are as close as rounding lets them be.
    met: Mask,
}

impl<N: Number> Growth<N> {
    /// From the distance at the start, and the error that it has.
    pub fn new(start: N, error: N) -> Self {
        Self {
            mark: start.clone(),
            since: N::zero(),
            apart: start,
            size: N::zero(),
            error,
            closing: N::one(),
            closes: 0,
            greatest: N::zero(),
            parted: 0,
            met: 0,
        }
    }

    /// The distance of the two runs now, and the norm of the state, so many steps after they were last seen; and by how much each of these was
    /// off since what it is made of is.
    #[inline(always)]
    pub fn see(&mut self, apart: &N, size: &N, steps: u64, off: &N) {
        self.greatest = self.greatest.max(size);
        // Runs that have parted say no more how an error grows.
        self.parted |= self.greatest.mul(&N::from_f64(PARTED)).lt(apart);
        let near = size.mul(&N::from_f64(MET * UNIT));
        let met = !near.lt(apart);
        let unseen = met | self.met;
        let grown = N::select(unseen, &N::one(), &apart.div(&self.apart));
        let made = size.max(&self.size).mul(&grown.max(&N::one())).mul(&N::from_f64(UNIT * (steps as f64).sqrt()));
        // What is off is so at every step alike, and is forgotten as fast as the two runs close.
        let remembered = N::select(self.closes, &N::one().div(&self.closing), &N::from_f64(f64::INFINITY));
        let alike = off.mul(&grown.max(&N::one())).mul(&remembered.min(&N::from_f64(steps as f64)));
        let error = hypotenuse(&self.error.mul(&grown), &made).add(&alike);
        // By what two runs part that had met, rounding has parted them.
        self.error = N::select(self.met & !met, &error.max(apart), &error);
        self.since = self.since.add(&N::from_f64(steps as f64));
        // They may have met long ago.
        let kept = apart.max(&near).div(&self.mark);
        // From step to step the roundings of the two would hide it.
        let halved = kept.le(&N::from_f64(0.5)) & !self.met;
        // At most the logarithm of what is kept, downwards, per step.
        let halvings = kept.split_exponent().1.neg().sub(&N::one()).max(&N::one());
        let rate = halvings.mul(&N::from_f64(std::f64::consts::LN_2)).div(&self.since);
        self.closing = N::select(halved, &rate.div(&rate.add(&N::one())), &self.closing);
        self.closes |= halved;
        let marked = halved | unseen | self.mark.lt(apart);
        self.mark = N::select(marked, apart, &self.mark);
        self.since = N::select(marked, &N::zero(), &self.since);
        (self.apart, self.size, self.met) = (apart.clone(), size.clone(), met);
    }

    /// What rounding has done to a component of this norm, of which the two runs are so far apart; not finite where they have parted.
    #[inline(always)]
    pub fn estimate(&self, apart: &N, size: &N) -> N {
        let shares = N::select(self.met, &N::zero(), &apart.div(&self.apart)).max(&size.div(&self.size));
        let share = N::select(shares.finite(), &shares, &N::one());
        let rest = self.size.mul(&N::from_f64(2.0 * UNIT)).div(&self.closing);
        let rest = N::select(self.met & self.closes, &rest, &N::zero());
        let estimate = self.error.mul(&N::from_f64(CAUTION)).add(&rest).mul(&share);
        N::select(self.parted | !estimate.finite(), &N::from_f64(f64::INFINITY), &estimate)
    }
}

/// `√(a² + b²)`, of which neither is negative, without the squares.
fn hypotenuse<N: Number>(a: &N, b: &N) -> N {
    let (most, least) = (a.max(b), a.min(b));
    let ratio = least.div(&most);
    let ratio = N::select(ratio.finite(), &ratio, &N::zero());
    ratio.mul_add(&ratio, &N::one()).sqrt().mul(&most)
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
        Self { machine, state, growth: Growth::new(start, N::zero()), stride: Stride::new(plan, path) }
    }

    /// Takes the step after that number `t`, and raises each component's bound to what rounding is estimated to have done where `capped` says
    /// that the bound is no longer carried.
    #[inline(always)]
    fn step(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        t: u64,
        capped: &[Capped],
    ) -> Result<(), PlanError> {
        self.stride.step(plan, path, &mut self.machine, t)?;
        let mut squares = N::zero();
        for slot in &self.state {
            let norm = &m.norms[*slot as usize];
            squares = norm.mul_add(norm, &squares);
        }
        self.growth.see(&distance(plan, &self.machine, m, &self.state), &squares.sqrt(), 1, &N::zero());
        for slot in &self.state {
            let lanes = capped.iter().find(|component| component.slot == *slot).map_or(0, |component| component.cut);
            if lanes == 0 {
                continue;
            }
            let apart = distance(plan, &self.machine, m, std::slice::from_ref(slot));
            let estimate = self.growth.estimate(&apart, &m.norms[*slot as usize]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Lane8;
    use crate::arith::lane_wide::Wide8;

    /// What is said of a run of `step` from `start`, looked at every so many steps, once it has come to rest; and where it rests.
    fn rest(start: f64, every: u64, step: impl Fn(f64) -> f64) -> (f64, f64) {
        let (mut x, mut beside) = (start, start * moved_by(0));
        let mut growth = Growth::<Wide8>::new(Wide8::splat(x.abs() * MOVED), Wide8::splat(0.0));
        loop {
            let before = x;
            for _ in 0..every {
                (x, beside) = (step(x), step(beside));
            }
            let (apart, size) = (Wide8::splat((x - beside).abs()), Wide8::splat(x.abs()));
            growth.see(&apart, &size, every, &Wide8::splat(0.0));
            if x == before {
                return (growth.estimate(&apart, &size).to_f64(0), x);
            }
        }
    }

    #[test]
    fn a_run_at_rest_is_known_to_be_off_by_what_its_steps_lose() {
        for (every, powers) in [(1, [4, 8, 12]), (100, [4, 10, 16]), (4096, [4, 12, 20])] {
            for power in powers {
                let eta = 0.5_f64.powi(power);
                // To the root of 1/3 from above, and to 1 from almost 0.
                let (descent, limit) = (|x: f64| x + eta * (1.0 / 3.0 - x), 1.0 / 3.0);
                let logistic = |x: f64| x + eta * x * (1.0 - x);
                for (said, off) in [
                    {
                        let (said, x) = rest(2.0, every, descent);
                        (said, (x - limit).abs())
                    },
                    {
                        let (said, x) = rest(1e-8, every, logistic);
                        (said, (x - 1.0).abs())
                    },
                ] {
                    assert!(said >= off, "eta = 2^-{power}, every {every}: {said:e} is less than {off:e}");
                    assert!(said <= 1e3 * off.max(UNIT), "eta = 2^-{power}, every {every}: {said:e} for {off:e}");
                }
            }
        }
    }
}

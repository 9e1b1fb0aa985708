//! Eight solutions of a differential equation, a lane each, from one time to a later one.
//!
//! The method is DOP853, explicit, of order 8 with a step chosen by error estimates of order 5 and 3; its coefficients are those of the
//! `differential-equations` library, whose own stepping follows one solution at a time. Here the stages of eight are made side by side,
//! so that the rate is asked once for all of them, and each lane has a time, a step and a rejection of its own: what becomes of
//! a solution does not depend on those beside it. A lane that has arrived waits for the others.
//!
//! The tolerance is relative to the Frobenius norm of each part of the state, not of each entry, so that zeros in a matrix ask for nothing.
//! What is asked below the rounding of the rate itself (its *noise*) is not asked: no step is short enough to reach it.
//!
//! Work is bounded: a solution that asks for more than [`MOST_STEPS`] steps ends, where it is. Every operation is one that IEEE 754 rounds
//! correctly (the eighth root of an error is three square roots), so that the same steps are taken on every machine.
//!
//! Not here: what a rate is (`super::flow`), and how wrong a solution may be, which two of them tell.
//!
//! Reference: Hairer, Nørsett & Wanner, *Solving Ordinary Differential Equations I*, 2nd ed., §II.5 and §II.10.

use super::distance::norms;
use super::octet::lanes_of;
use crate::arith::lane::{Kernel, Lane8, Mask};
use differential_equations::tableau::ButcherTableau;
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

/// Steps of one solution, those that are tried again included.
pub const MOST_STEPS: u32 = 5_000;

/// The stages of the method.
const STAGES: usize = 12;

/// A step is this part of what the error estimate allows, and no more than so many times, no less than such a part of, the one before.
const SAFETY: f64 = 0.9;
const SHRINKS: f64 = 0.2;
const GROWS: f64 = 10.0;

/// A step that comes as near to the end as this part of itself goes there.
const LANDS: f64 = 1.01;

/// Entries at a time of which all stages are combined: they stay in the first cache.
const TOGETHER: usize = 64;

/// The rates of change of eight states at a time each: the entries of all parts, and behind them a bound on the rounding of each part.
/// What is given back are the lanes in which it is known.
pub type Rates<'a, V> = dyn FnMut(V, &[V], &mut [V]) -> Mask + 'a;

/// The coefficients, without zeros.
struct Method {
    /// Of a stage: where it is, and how much of each earlier stage's rate goes into it.
    stages: Vec<(f64, Vec<(usize, f64)>)>,
    /// Of the step.
    step: Vec<(usize, f64)>,
    /// Of the step, less those of a step of order 3.
    third: Vec<(usize, f64)>,
    /// Those of the error of order 5.
    fifth: Vec<(usize, f64)>,
}

static METHOD: LazyLock<Method> = LazyLock::new(|| {
    let tableau = ButcherTableau::<f64, STAGES, 16>::dop853();
    let terms = |all: &[f64]| all.iter().copied().enumerate().filter(|term| term.1 != 0.0).collect::<Vec<_>>();
    let third = tableau.bh.map_or(tableau.b, |low| std::array::from_fn(|j| tableau.b[j] - low[j]));
    Method {
        stages: (0..STAGES).map(|i| (tableau.c[i], terms(&tableau.a[i][..i]))).collect(),
        step: terms(&tableau.b),
        third: terms(&third),
        fifth: terms(&tableau.er.unwrap_or(tableau.b)),
    }
});

/// Solutions and how far they have come.
#[derive(Clone, Debug)]
pub struct Solutions<V> {
    pub t: [f64; 8],
    /// The entries of all parts.
    pub x: Vec<V>,
    /// Steps made, those that were tried again included.
    pub steps: [u32; 8],
    /// For each part, the sum of what the method's own estimates say that its steps were off, since this was last cleared: what is let pass as
    /// noise is in it.
    pub off: Vec<[f64; 8]>,
    /// Where each part's entries end.
    ends: Rc<[usize]>,
    tolerance: f64,
    /// The longest step, as a share of the way to the next time that is asked for.
    longest: f64,
    /// The step that is tried next; 0 before the first.
    step: [f64; 8],
    /// The rate where they are, and where it is known; empty before the first step.
    rate: Vec<V>,
    known: Mask,
}

/// Room for a step.
#[derive(Clone, Debug)]
pub struct Room<V> {
    /// The rates of the stages.
    rates: Vec<Vec<V>>,
    /// A stage, and then the end of the step.
    stage: Vec<V>,
    fifth: Vec<V>,
    third: Vec<V>,
}

impl<V: Lane8> Solutions<V> {
    pub fn new(x: Vec<V>, ends: Rc<[usize]>, tolerance: f64, longest: f64) -> Self {
        let off = vec![[0.0; 8]; ends.len()];
        let (t, steps, step) = ([0.0; 8], [0; 8], [0.0; 8]);
        Self { t, x, steps, off, ends, tolerance, longest, step, rate: Vec::new(), known: 0 }
    }

    /// Goes on to the times `to` in some lanes, and gives back those that are there. Not there is one where the rate is not known on the way,
    /// the step vanishes, or it takes too many.
    pub fn advance(&mut self, to: &[f64; 8], lanes: Mask, room: &mut Room<V>, rates: &mut Rates<'_, V>) -> Mask {
        V::enter(Advance { solutions: self, to, lanes, room, rates })
    }

    fn part(&self, part: usize) -> Range<usize> {
        let from = if part == 0 { 0 } else { self.ends[part - 1] };
        from..self.ends[part]
    }
}

struct Advance<'a, 'r, V> {
    solutions: &'a mut Solutions<V>,
    to: &'a [f64; 8],
    lanes: Mask,
    room: &'a mut Room<V>,
    rates: &'a mut Rates<'r, V>,
}

impl<V: Lane8> Kernel<V> for Advance<'_, '_, V> {
    type Out = Mask;

    #[inline(always)]
    fn run(self) -> Mask {
        let Self { solutions, to, lanes, room, rates } = self;
        let mut arrived: Mask = 0;
        let mut going: Mask = 0;
        let (mut most, mut next) = ([0.0; 8], [0.0; 8]);
        for lane in lanes_of(lanes) {
            let length = to[lane] - solutions.t[lane];
            if length <= 0.0 {
                arrived |= 1 << lane;
            } else if length.is_finite() {
                most[lane] = length * solutions.longest;
                let step = solutions.step[lane];
                next[lane] = if step > 0.0 { step.min(most[lane]) } else { most[lane] };
                going |= 1 << lane;
            }
        }
        room.fit(solutions);
        if solutions.rate.is_empty() && going != 0 {
            solutions.rate = room.stage.clone();
            solutions.known = rates(V::load(&solutions.t), &solutions.x, &mut solutions.rate);
        }
        let mut again: Mask = 0;
        while going != 0 {
            going &= solutions.known;
            // A lane that does not go on stays where it is, with a step of 0.
            let (mut steps, mut landing) = ([0.0; 8], 0);
            for lane in lanes_of(going) {
                let t = solutions.t[lane];
                let lands = t + next[lane] * LANDS >= to[lane];
                let step = if lands { to[lane] - t } else { next[lane] };
                if solutions.steps[lane] >= MOST_STEPS || step.is_nan() || t + step <= t {
                    going &= !(1 << lane);
                    continue;
                }
                solutions.steps[lane] += 1;
                steps[lane] = step;
                landing |= Mask::from(lands) << lane;
            }
            if going == 0 {
                break;
            }
            let known = room.make(solutions, &steps, rates);
            let (errors, felt) = room.errors(solutions, &steps);
            let mut accepted: Mask = 0;
            for lane in lanes_of(going) {
                let error = if known >> lane & 1 == 1 { errors[lane] } else { f64::INFINITY };
                // What is no number was far too long.
                let scale = SAFETY / error.sqrt().sqrt().sqrt();
                let mut scale = if scale.is_nan() { SHRINKS } else { scale.clamp(SHRINKS, GROWS) };
                let bit = 1 << lane;
                if error <= 1.0 {
                    accepted |= bit;
                    for (off, felt) in solutions.off.iter_mut().zip(&felt) {
                        off[lane] += steps[lane] * felt[lane];
                    }
                    // No longer at once where one was too long.
                    if again & bit != 0 {
                        scale = scale.min(1.0);
                    }
                    again &= !bit;
                } else {
                    again |= bit;
                }
                let after = (steps[lane] * scale).min(most[lane]);
                if landing & accepted & bit != 0 {
                    // A step that was cut short to land says little about the next one.
                    solutions.step[lane] = next[lane].max(after);
                    solutions.t[lane] = to[lane];
                } else if accepted & bit != 0 {
                    solutions.t[lane] += steps[lane];
                }
                next[lane] = after;
            }
            if accepted == 0 {
                continue;
            }
            for (x, new) in solutions.x.iter_mut().zip(&room.stage) {
                *x = V::select(accepted, *new, *x);
            }
            // The last stage's room is free again.
            let fresh = &mut room.rates[STAGES - 1];
            let known = rates(V::load(&solutions.t), &solutions.x, fresh);
            for (rate, fresh) in solutions.rate.iter_mut().zip(&*fresh) {
                *rate = V::select(accepted, *fresh, *rate);
            }
            solutions.known = (known & accepted) | (solutions.known & !accepted);
            let there = landing & accepted;
            arrived |= there;
            going &= !there;
        }
        let mut finite = lanes;
        for x in &solutions.x {
            finite &= x.finite();
        }
        arrived & finite
    }
}

impl<V: Lane8> Room<V> {
    pub const fn new() -> Self {
        Self { rates: Vec::new(), stage: Vec::new(), fifth: Vec::new(), third: Vec::new() }
    }

    #[inline(always)]
    fn fit(&mut self, solutions: &Solutions<V>) {
        let (entries, all) = (solutions.x.len(), solutions.x.len() + solutions.ends.len());
        self.rates.resize_with(STAGES, Vec::new);
        self.rates.iter_mut().chain([&mut self.stage]).for_each(|room| room.resize(all, V::zero()));
        [&mut self.fifth, &mut self.third].into_iter().for_each(|room| room.resize(entries, V::zero()));
    }

    /// The stages of a step and its end, and where all rates are known.
    #[inline(always)]
    fn make(&mut self, solutions: &Solutions<V>, steps: &[f64; 8], rates: &mut Rates<'_, V>) -> Mask {
        let (h, entries) = (V::load(steps), solutions.x.len());
        let mut known: Mask = !0;
        self.rates[0].copy_from_slice(&solutions.rate);
        for (i, (at, terms)) in METHOD.stages.iter().enumerate().skip(1) {
            combine(&mut self.stage[..entries], &solutions.x, terms, h, &self.rates);
            let t = V::splat(*at).mul_add(h, V::load(&solutions.t));
            known &= rates(t, &self.stage[..entries], &mut self.rates[i]);
        }
        combine(&mut self.stage[..entries], &solutions.x, &METHOD.step, h, &self.rates);
        self.fifth.fill(V::zero());
        self.third.fill(V::zero());
        let one = V::one();
        add(&mut self.fifth, &METHOD.fifth, one, &self.rates);
        add(&mut self.third, &METHOD.third, one, &self.rates);
        known
    }

    /// How far a step is off, in tolerances; and for each part what it is off by, as a rate.
    #[inline(always)]
    fn errors(&self, solutions: &Solutions<V>, steps: &[f64; 8]) -> ([f64; 8], Vec<[f64; 8]>) {
        let entries = solutions.x.len();
        let (mut fifth, mut third) = ([0.0; 8], [0.0; 8]);
        let mut felt = Vec::with_capacity(solutions.ends.len());
        for part in 0..solutions.ends.len() {
            let range = solutions.part(part);
            let before = norms(&solutions.x[range.clone()]).to_array();
            let after = norms(&self.stage[range.clone()]).to_array();
            let by_fifth = norms(&self.fifth[range.clone()]).to_array();
            let by_third = norms(&self.third[range.clone()]).to_array();
            let noise = |terms: &[(usize, f64)]| {
                let mut sum = V::zero();
                for (j, factor) in terms {
                    sum = V::splat(factor.abs()).mul_add(self.rates[*j][entries + part], sum);
                }
                sum.to_array()
            };
            let (noise_fifth, noise_third) = (noise(&METHOD.fifth), noise(&METHOD.third));
            let weight = range.len() as f64;
            felt.push(std::array::from_fn(|lane| {
                let allowed = solutions.tolerance * before[lane].max(after[lane]);
                let term = |wrong: f64, noise: f64| {
                    if !(before[lane].is_finite() && after[lane].is_finite() && wrong.is_finite()) {
                        return f64::INFINITY;
                    }
                    let excess = (wrong - noise).max(0.0);
                    if excess > 0.0 { weight * (excess / allowed) * (excess / allowed) } else { 0.0 }
                };
                fifth[lane] += term(by_fifth[lane], noise_fifth[lane]);
                third[lane] += term(by_third[lane], noise_third[lane]);
                together(by_fifth[lane], by_third[lane])
            }));
        }
        let error = |lane: usize| {
            let (fifth, third): (f64, f64) = (fifth[lane], third[lane]);
            let both = fifth + third / 100.0;
            let both = if both <= 0.0 { 1.0 } else { both };
            steps[lane] * fifth * (1.0 / (both * entries.max(1) as f64)).sqrt()
        };
        (std::array::from_fn(error), felt)
    }
}

/// The two estimates put together as the method does (Hairer, Nørsett & Wanner, II.10, (10.17)).
fn together(fifth: f64, third: f64) -> f64 {
    let third = third / 10.0;
    let most = fifth.max(third);
    if fifth > 0.0 && most.is_finite() {
        let (a, b) = (fifth / most, third / most);
        fifth * (a / (a * a + b * b).sqrt())
    } else {
        0.0
    }
}

/// `x` and a step's part of some rates.
#[inline(always)]
fn combine<V: Lane8>(out: &mut [V], x: &[V], terms: &[(usize, f64)], h: V, rates: &[Vec<V>]) {
    out.copy_from_slice(x);
    add(out, terms, h, rates);
}

#[inline(always)]
fn add<V: Lane8>(out: &mut [V], terms: &[(usize, f64)], h: V, rates: &[Vec<V>]) {
    for (block, out) in out.chunks_mut(TOGETHER).enumerate() {
        for (j, factor) in terms {
            let factor = V::splat(*factor).mul(h);
            for (out, rate) in out.iter_mut().zip(&rates[*j][block * TOGETHER..]) {
                *out = factor.mul_add(*rate, *out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Scalar8 as V;

    /// Starts, the same tolerance for all, and the time that is asked for in each lane.
    fn solved(
        x: &[[f64; 8]],
        tolerance: f64,
        to: [f64; 8],
        rate: impl Fn(f64, &[f64], &mut [f64]) + Copy,
    ) -> (Solutions<V>, Mask) {
        let mut solutions = Solutions::new(x.iter().map(V::load).collect(), Rc::from([x.len()]), tolerance, 1.0);
        let there = solutions.advance(&to, 0xff, &mut Room::new(), &mut by_lane(rate));
        (solutions, there)
    }

    /// Rates of eight from the rate of one.
    fn by_lane(rate: impl Fn(f64, &[f64], &mut [f64]) + Copy) -> impl FnMut(V, &[V], &mut [V]) -> Mask {
        move |t: V, x: &[V], out: &mut [V]| {
            let mut all = vec![[0.0; 8]; out.len()];
            for lane in 0..8 {
                let x: Vec<f64> = x.iter().map(|x| x.to_array()[lane]).collect();
                let mut one = vec![0.0; out.len()];
                rate(t.to_array()[lane], &x, &mut one);
                all.iter_mut().zip(one).for_each(|(all, one)| all[lane] = one);
            }
            out.iter_mut().zip(&all).for_each(|(out, all)| *out = V::load(all));
            0xff
        }
    }

    fn turning(_: f64, x: &[f64], out: &mut [f64]) {
        (out[0], out[1]) = (x[1], -x[0]);
    }

    #[test]
    fn a_tighter_tolerance_makes_a_smaller_error() {
        let errors: Vec<f64> = [1e-4, 1e-6, 1e-8, 1e-10, 1e-12]
            .into_iter()
            .map(|tolerance| {
                let (solutions, there) = solved(&[[0.0; 8], [1.0; 8]], tolerance, [10.0; 8], turning);
                assert_eq!(there, 0xff);
                let at = |i: usize| solutions.x[i].to_array()[5];
                let error = (at(0) - 10.0_f64.sin()).hypot(at(1) - 10.0_f64.cos());
                assert!(error < 100.0 * tolerance, "{tolerance:e}: {error:e}");
                error
            })
            .collect();
        assert!(errors.windows(2).all(|pair| pair[1] < pair[0] / 10.0), "{errors:?}");
    }

    #[test]
    fn a_solution_does_not_depend_on_those_beside_it() {
        // Lanes with starts, sizes and ways of their own, one of which never arrives.
        let sizes = [1.0, 1e-8, 3.0, 1e12, 0.5, 7.0, 1e-200, 1.0];
        let to = [10.0, 1.0, 0.0, 30.0, 2.5, 7.0, 4.0, f64::NAN];
        let (all, there) = solved(&[[0.0; 8], sizes], 1e-10, to, turning);
        assert_eq!(there, 0x7f);
        for lane in 0..8 {
            let alone = |own: f64, other: f64| std::array::from_fn(|i| if i == lane { own } else { other });
            let (one, there) = solved(&[[0.0; 8], alone(sizes[lane], 1.0)], 1e-10, alone(to[lane], 0.25), turning);
            assert_eq!(there >> lane & 1 == 1, lane != 7);
            assert_eq!(one.steps[lane], all.steps[lane]);
            for (a, b) in one.x.iter().zip(&all.x) {
                assert_eq!(a.to_array()[lane].to_bits(), b.to_array()[lane].to_bits());
            }
        }
    }

    #[test]
    fn a_lane_that_was_not_asked_for_stays_where_it_is() {
        let mut solutions = Solutions::new(vec![V::splat(0.0), V::splat(1.0)], Rc::from([2]), 1e-10, 1.0);
        let there = solutions.advance(&[1.0; 8], 0b101, &mut Room::new(), &mut by_lane(turning));
        assert_eq!(there, 0b101);
        assert_eq!((solutions.t[1], solutions.x[1].to_array()[1], solutions.steps[1]), (0.0, 1.0, 0));
        assert!((solutions.x[1].to_array()[2] - 1.0_f64.cos()).abs() < 1e-9);
    }

    #[test]
    fn a_zero_entry_asks_for_no_accuracy_of_its_own() {
        let rate = |_: f64, x: &[f64], out: &mut [f64]| (out[0], out[1]) = (-x[0], 1e-17);
        let (solutions, there) = solved(&[[1.0; 8], [0.0; 8]], 1e-12, [5.0; 8], rate);
        assert!(there == 0xff && solutions.steps[0] < 40, "{:?}", solutions.steps);
    }

    #[test]
    fn noise_is_not_integrated_to_a_tolerance_below_it() {
        let rate = |t: f64, _: &[f64], out: &mut [f64]| {
            // A part that is nothing but rounding, and says so.
            let noise = if t.to_bits().is_multiple_of(3) { 1e-16 } else { -1e-16 };
            (out[0], out[1]) = (noise, 4e-16);
        };
        let (solutions, there) = solved(&[[0.0; 8]], 1e-13, [5.0; 8], rate);
        assert!(there == 0xff && solutions.steps[0] < 40, "{:?}", solutions.steps);
    }

    #[test]
    fn what_blows_up_or_is_stiff_ends_in_bounded_work() {
        assert_eq!(solved(&[[1.0; 8]], 1e-10, [2.0; 8], |_, x, out| out[0] = x[0] * x[0]).1, 0);
        assert_eq!(solved(&[[1.0; 8]], 1e-10, [10.0; 8], |t, x, out| out[0] = -1e9 * (x[0] - t.cos())).1, 0);
        let mut never = Solutions::new(vec![V::splat(1.0)], Rc::from([1]), 1e-10, 1.0);
        assert_eq!(never.advance(&[1.0; 8], 0xff, &mut Room::new(), &mut |_: V, _: &[V], _: &mut [V]| 0xf0), 0xf0);
    }

    #[test]
    fn a_time_that_is_asked_for_is_the_time_that_is_reached() {
        let mut solutions = Solutions::new(vec![V::splat(1.0)], Rc::from([1]), 1e-13, 0.5);
        let mut room = Room::new();
        for k in 1..=64 {
            let to: [f64; 8] = std::array::from_fn(|lane| 3.0 * f64::from(k) / 64.0 * (1.0 + lane as f64));
            let mut rates = by_lane(|_, x, out| out[0] = -x[0]);
            assert_eq!(solutions.advance(&to, 0xff, &mut room, &mut rates), 0xff);
            assert_eq!(solutions.t, to);
            for (lane, x) in solutions.x[0].to_array().into_iter().enumerate() {
                assert!((x * to[lane].exp() - 1.0).abs() < 1e-12, "{k}");
            }
        }
    }
}

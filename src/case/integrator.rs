//! One solution of a differential equation in `f64`, from one time to a later one: where the library of integrators is met.
//!
//! The method is DOP853, explicit, of order 8 with a step chosen by error estimates of order 5 and 3. Its tolerance is relative to the
//! Frobenius norm of each part of the state, not of each entry, so that zeros in a matrix ask for nothing. What is asked below the
//! rounding of the rate itself (its *noise*) is not asked: no step is short enough to reach it.
//!
//! The library's step sizes come from the system's `pow`. They are cut to a few bits here, so that the same steps are taken whatever
//! the last bits of that are. Work is bounded: a solution that asks for more than [`MOST_STEPS`] steps ends, where it is.
//!
//! Not here: what a rate is (`super::flow`), and how wrong a solution may be, which two of them tell.
//!
//! Reference: Hairer, Nørsett & Wanner, *Solving Ordinary Differential Equations I*, 2nd ed., §II.5 and §II.10.

use super::distance::norm;
use differential_equations::methods::ExplicitRungeKutta;
use differential_equations::ode::{ODE, OrdinaryNumericalMethod};
use differential_equations::status::Status;
use differential_equations::tolerance::Tolerance;
use differential_equations::traits::State;
use std::cell::RefCell;
use std::rc::Rc;

/// Steps of one solution, those that are tried again included.
pub const MOST_STEPS: u32 = 5_000;

/// Bits of a step size that are kept behind the first.
const STEP_BITS: u32 = 16;

/// The rate of change at a time and a state: the entries of all parts, and behind them a bound on the rounding of each part. `false` where
/// it is not known.
pub type Rate<'a> = dyn FnMut(f64, &[f64], &mut [f64]) -> bool + 'a;

/// A solution and how far it has come.
#[derive(Clone, Debug)]
pub struct Solution {
    pub t: f64,
    /// The entries of all parts.
    pub x: Vec<f64>,
    /// Steps made, those that were tried again included.
    pub steps: u32,
    /// For each part, the sum of what the method's own estimates say that its steps were off, since this was last cleared: what is let pass as
    /// noise is in it.
    pub off: Vec<f64>,
    /// Where each part's entries end.
    ends: Rc<[usize]>,
    tolerance: f64,
    /// The longest step, as a share of the way to the next time that is asked for.
    longest: f64,
    /// The step that is tried next; 0 before the first.
    step: f64,
}

impl Solution {
    pub fn new(x: Vec<f64>, ends: Rc<[usize]>, tolerance: f64, longest: f64) -> Self {
        let off = vec![0.0; ends.len()];
        Self { t: 0.0, x, steps: 0, off, ends, tolerance, longest, step: 0.0 }
    }

    /// Goes on to the time `to`; `false` where that is not reached: the rate is not known on the way, the step size vanishes, or it takes
    /// too many steps.
    pub fn advance(&mut self, to: f64, rate: &mut Rate<'_>) -> bool {
        let length = to - self.t;
        if length <= 0.0 {
            return true;
        }
        if !length.is_finite() {
            return false;
        }
        let most = length * self.longest;
        let first = if self.step > 0.0 { self.step.min(most) } else { most };
        let felt = Rc::new(RefCell::new(Felt::default()));
        let start = Parts::new(&self.x, &self.ends, &felt);
        let field = Field { rate: RefCell::new(rate) };
        let mut method =
            ExplicitRungeKutta::dop853().rtol(self.tolerance).h0(first).h_max(most).max_steps(MOST_STEPS as usize + 1);
        if method.init(&field, self.t, to, &start).is_err() {
            return false;
        }
        method.set_status(Status::Solving);
        loop {
            let (t, wanted) = (method.t(), method.h());
            // A step that nearly reaches the end does.
            let lands = t + wanted * 1.01 >= to;
            if lands {
                method.set_h(to - t);
            }
            if self.steps >= MOST_STEPS || method.h().is_nan() || t + method.h() <= t {
                return false;
            }
            self.steps += 1;
            let length = method.h();
            felt.replace(Felt::default());
            if method.step(&field).is_err() {
                return false;
            }
            let rejected = matches!(method.status(), Status::RejectedStep);
            if !rejected {
                for (part, off) in self.off.iter_mut().enumerate() {
                    *off += length * felt.borrow().of(part);
                }
            }
            if lands && !rejected {
                // A step that was cut short to land says little about the next one.
                self.step = shortened(wanted.max(method.h()));
                break;
            }
            method.set_h(shortened(method.h()));
        }
        self.t = to;
        let entries = self.x.len();
        self.x.copy_from_slice(&method.y().values[..entries]);
        self.x.iter().all(|x| x.is_finite())
    }
}

/// Without the last bits, which the system's `pow` may have rounded otherwise.
fn shortened(step: f64) -> f64 {
    f64::from_bits(step.to_bits() >> (52 - STEP_BITS) << (52 - STEP_BITS))
}

/// The library's view of the rate.
struct Field<'a, 'r> {
    rate: RefCell<&'a mut Rate<'r>>,
}

impl ODE<f64, Parts> for Field<'_, '_> {
    fn diff(&self, t: f64, x: &Parts, rate: &mut Parts) {
        let entries = x.entries();
        let known = match self.rate.try_borrow_mut() {
            Ok(mut ask) => ask(t, &x.values[..entries], &mut rate.values),
            Err(_) => false,
        };
        if !known {
            // The method takes a step with such a rate for one that is far too long.
            rate.values.fill(f64::NAN);
        }
    }
}

/// What the method's two estimates, of order 5 and 3, said of a step: for each part, a rate.
#[derive(Clone, Debug, Default)]
struct Felt {
    fifth: Vec<f64>,
    third: Vec<f64>,
}

impl Felt {
    /// The two put together as the method does (Hairer, Nørsett & Wanner, II.10, (10.17)).
    fn of(&self, part: usize) -> f64 {
        let read = |estimates: &[f64]| estimates.get(part).copied().unwrap_or(0.0);
        let (fifth, third) = (read(&self.fifth), read(&self.third));
        let all = fifth.hypot(third / 10.0);
        if all > 0.0 { fifth * (fifth / all) } else { 0.0 }
    }
}

/// A state in its parts: the entries, and behind them a number for each part, the noise of a rate (of a combination of rates, a bound on it).
#[derive(Clone, Debug)]
struct Parts {
    values: Vec<f64>,
    ends: Rc<[usize]>,
    felt: Rc<RefCell<Felt>>,
}

impl Parts {
    fn new(x: &[f64], ends: &Rc<[usize]>, felt: &Rc<RefCell<Felt>>) -> Self {
        let mut values = x.to_vec();
        values.resize(x.len() + ends.len(), 0.0);
        Self { values, ends: Rc::clone(ends), felt: Rc::clone(felt) }
    }

    fn entries(&self) -> usize {
        self.values.len() - self.ends.len()
    }

    /// The Frobenius norm of a part.
    fn norm(&self, part: usize) -> f64 {
        let from = if part == 0 { 0 } else { self.ends[part - 1] };
        norm(self.values[from..self.ends[part]].iter().copied())
    }
}

impl State<f64> for Parts {
    fn len(&self) -> usize {
        self.entries()
    }

    fn get_component(&self, index: usize) -> f64 {
        self.values[index]
    }

    fn set_component(&mut self, index: usize, value: f64) {
        self.values[index] = value;
    }

    fn map_components_mut<F: FnMut(usize, &mut f64)>(&mut self, mut f: F) {
        let entries = self.entries();
        self.values[..entries].iter_mut().enumerate().for_each(|(i, x)| f(i, x));
    }

    fn zeros_like(&self) -> Self {
        Self { values: vec![0.0; self.values.len()], ends: Rc::clone(&self.ends), felt: Rc::clone(&self.felt) }
    }

    fn zeros() -> Self {
        Self { values: Vec::new(), ends: Rc::from([]), felt: Rc::default() }
    }

    fn mul_add_assign(&mut self, alpha: f64, other: &Self) {
        self.add_scaled(alpha, other);
    }

    fn scale_mut(&mut self, alpha: f64) {
        let entries = self.entries();
        self.values[..entries].iter_mut().for_each(|x| *x *= alpha);
        self.values[entries..].iter_mut().for_each(|noise| *noise *= alpha.abs());
    }

    fn add_scaled(&mut self, alpha: f64, other: &Self) -> &mut Self {
        let entries = self.entries();
        for (i, (x, y)) in self.values.iter_mut().zip(&other.values).enumerate() {
            *x += if i < entries { alpha } else { alpha.abs() } * y;
        }
        self
    }

    fn scale_by(&mut self, alpha: f64) -> &mut Self {
        self.scale_mut(alpha);
        self
    }

    /// The sum over all entries of the square of error over tolerance, each part's error less what is noise.
    fn error_norm(&self, new: &Self, error: &Self, _: &Tolerance<f64>, relative: &Tolerance<f64>) -> f64 {
        let mut sum = 0.0;
        let mut from = 0;
        if let Ok(mut felt) = self.felt.try_borrow_mut() {
            // The method asks for the estimate of order 5 first.
            let estimates: Vec<f64> = (0..self.ends.len()).map(|part| error.norm(part)).collect();
            if felt.fifth.is_empty() { felt.fifth = estimates } else { felt.third = estimates }
        }
        for (part, end) in self.ends.iter().enumerate() {
            let (before, after, wrong) = (self.norm(part), new.norm(part), error.norm(part));
            if !(before.is_finite() && after.is_finite() && wrong.is_finite()) {
                return f64::INFINITY;
            }
            let excess = (wrong - error.values[self.entries() + part]).max(0.0);
            if excess > 0.0 {
                let ratio = excess / (relative[0] * before.max(after));
                sum += (end - from) as f64 * ratio * ratio;
            }
            from = *end;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(x: Vec<f64>, tolerance: f64, to: f64, rate: impl Fn(f64, &[f64], &mut [f64]) + Copy) -> Option<Solution> {
        let ends = Rc::from([x.len()]);
        let mut solution = Solution::new(x, ends, tolerance, 1.0);
        let reached = solution.advance(to, &mut |t, x, out| {
            rate(t, x, out);
            true
        });
        reached.then_some(solution)
    }

    #[test]
    fn a_tighter_tolerance_makes_a_smaller_error() {
        let errors: Vec<f64> = [1e-4, 1e-6, 1e-8, 1e-10, 1e-12]
            .into_iter()
            .map(|tolerance| {
                let rate = |_: f64, x: &[f64], out: &mut [f64]| (out[0], out[1]) = (x[1], -x[0]);
                let solution = solved(vec![0.0, 1.0], tolerance, 10.0, rate).expect("it is reached");
                let error = (solution.x[0] - 10.0_f64.sin()).hypot(solution.x[1] - 10.0_f64.cos());
                assert!(error < 100.0 * tolerance, "{tolerance:e}: {error:e}");
                error
            })
            .collect();
        assert!(errors.windows(2).all(|pair| pair[1] < pair[0] / 10.0), "{errors:?}");
    }

    #[test]
    fn a_zero_entry_asks_for_no_accuracy_of_its_own() {
        let rate = |_: f64, x: &[f64], out: &mut [f64]| (out[0], out[1]) = (-x[0], 1e-17);
        let steps = solved(vec![1.0, 0.0], 1e-12, 5.0, rate).expect("it is reached").steps;
        assert!(steps < 40, "{steps}");
    }

    #[test]
    fn noise_is_not_integrated_to_a_tolerance_below_it() {
        let rate = |t: f64, _: &[f64], out: &mut [f64]| {
            // A part that is nothing but rounding, and says so.
            let noise = if t.to_bits().is_multiple_of(3) { 1e-16 } else { -1e-16 };
            (out[0], out[1]) = (noise, 4e-16);
        };
        let steps = solved(vec![0.0], 1e-13, 5.0, rate).expect("it is reached").steps;
        assert!(steps < 40, "{steps}");
    }

    #[test]
    fn what_blows_up_or_is_stiff_ends_in_bounded_work() {
        assert!(solved(vec![1.0], 1e-10, 2.0, |_, x, out| out[0] = x[0] * x[0]).is_none());
        assert!(solved(vec![1.0], 1e-10, 10.0, |t, x, out| out[0] = -1e9 * (x[0] - t.cos())).is_none());
        let mut never = Solution::new(vec![1.0], Rc::from([1]), 1e-10, 1.0);
        assert!(!never.advance(1.0, &mut |_, _, _| false));
    }

    #[test]
    fn a_time_that_is_asked_for_is_the_time_that_is_reached() {
        let mut solution = Solution::new(vec![1.0], Rc::from([1]), 1e-13, 0.5);
        for k in 1..=64 {
            let to = 3.0 * f64::from(k) / 64.0;
            assert!(solution.advance(to, &mut |_, x, out| {
                out[0] = -x[0];
                true
            }));
            assert_eq!(solution.t, to);
            assert!((solution.x[0] * to.exp() - 1.0).abs() < 1e-12, "{k}");
        }
    }
}

//! An enclosure of the solution of a differential equation, from one time to a later one: validated Taylor steps.
//!
//! A step has three parts. The rate's plan is run on power series, which gives the Taylor coefficients of all solutions that start in the
//! enclosure. A box is found that no solution leaves during the step: one that `x + [0, h] f(box)` maps into itself (Picard and Lindelöf, with
//! interval arithmetic). The coefficient of the first power that is left out, taken of all solutions that start in the box, bounds the
//! remainder (Lagrange), and is known only if the rate is smooth there. So the result holds the solution, whatever else happens.
//!
//! Enclosures of what an enclosure starts grow as if errors were never damped, `e^{Lt}` times for a rate of Lipschitz constant `L`: what is far
//! away is reached by more bits, or not at all. Order, tolerance and work are the caller's to choose.
//!
//! Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, *Introduction to Interval Analysis* (2009), §10.1; R. J. Lohner, "Enclosing the
//! solutions of ordinary initial and boundary value problems" (1987).

use crate::arith::ball::Ball;
use crate::arith::number::Number;
use crate::arith::series::{Series, with_order};
use crate::case::path::{STEP, input_slot};
use crate::claim::program::Course;
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::lang::ir::InputId;
use dashu_ratio::RBig;

/// How closely a solution is enclosed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// The power of the step that bounds the remainder.
    pub order: usize,
    /// The remainder that a step may leave, in the size of the state.
    pub tolerance: f64,
    /// Multiplications of enclosures, about.
    pub work: u64,
}

/// Attempts to find a box for a step before it is halved, and halvings before a step is given up.
const BOXES: usize = 8;
const HALVINGS: usize = 40;

/// One part of the state: its input, and where its rate is.
struct Part {
    input: InputId,
    rate: SlotId,
    len: usize,
}

/// A solution, enclosed at a time.
pub(super) struct Solution<'a> {
    plan: &'a Plan,
    machine: Machine<Series>,
    time: InputId,
    parts: Vec<Part>,
    pub t: Ball,
    /// The entries of all parts.
    pub x: Vec<Ball>,
    effort: Effort,
    /// Multiplications of one rate.
    work: u64,
    spent: u64,
}

impl<'a> Solution<'a> {
    /// At its start, from the machine of the same plan whose set-up was run; `None` where that is not known.
    pub fn new(plan: &'a Plan, course: &Course, setup: &Machine<Ball>, effort: Effort) -> Option<Self> {
        let (mut parts, mut x) = (Vec::new(), Vec::new());
        for part in &course.state {
            let start = *plan.roots.first()?.get(&part.start)?;
            let rate = *plan.roots.get(STEP)?.get(&part.rate)?;
            let numbers = &setup.numbers[plan.slots[start as usize].range()];
            if setup.undefined[start as usize] & 1 == 1 || !numbers.iter().all(Ball::is_known) {
                return None;
            }
            parts.push(Part { input: part.input, rate, len: numbers.len() });
            x.extend_from_slice(numbers);
        }
        let mut machine = Machine::<Series>::new();
        machine.load(plan);
        machine.numbers = setup.numbers.iter().cloned().map(Series::constant).collect();
        machine.undefined.clone_from(&setup.undefined);
        machine.truths.clone_from(&setup.truths);
        let rate = plan.sections.get(STEP).and_then(|section| plan.code.get(section.clone())).unwrap_or_default();
        let work = rate.iter().map(|instruction| instruction.work(&plan.slots)).sum::<u64>().max(1);
        Some(Self { plan, machine, time: course.time, parts, t: Ball::zero(), x, effort, work, spent: 0 })
    }

    /// Goes on to the time `to`; `false` where the solution cannot be enclosed so far.
    ///
    /// # Errors
    /// As [`run`].
    pub fn advance(&mut self, to: &Ball) -> Result<bool, PlanError> {
        loop {
            let left = to.sub(&self.t);
            if left.is_zero() {
                return Ok(true);
            }
            if self.spent > self.effort.work {
                return Ok(false);
            }
            let reach = left.to_f64(0);
            if !(left.is_positive() && reach.is_finite()) {
                return Ok(false);
            }
            // Rationals would grow with every coefficient.
            self.x.iter_mut().for_each(|x| *x = widened(x));
            let Some(taylor) = self.coefficients(&self.t.clone(), &self.x.clone(), self.effort.order - 1)? else {
                return Ok(false);
            };
            let Some((next, lands)) = self.step(&taylor, &left, reach)? else { return Ok(false) };
            self.t = if lands { to.clone() } else { self.t.add(&next.0) };
            self.x = next.1;
            if lands {
                return Ok(true);
            }
        }
    }

    /// One step of at most `left`, from Taylor coefficients at the state: its length, the state behind it, and whether it is all of `left`.
    #[expect(clippy::type_complexity, reason = "a step, the state behind it, and whether it is the last")]
    fn step(
        &mut self,
        taylor: &[Vec<Ball>],
        left: &Ball,
        reach: f64,
    ) -> Result<Option<((Ball, Vec<Ball>), bool)>, PlanError> {
        let order = self.effort.order;
        let size = largest(&self.x);
        let most = self.effort.tolerance * if size > 0.0 { size } else { 1.0 };
        let mut length = reach;
        for _ in 0..HALVINGS {
            // What the last terms are is what the first one left out will be, about.
            let small = |k: usize| largest(&taylor[k]) * length.powi(k as i32) <= most;
            let lands = length >= reach;
            let step = if lands { left.clone() } else { Ball::from_f64(length) };
            if small(order - 1)
                && (order < 3 || small(order - 2))
                && let Some(held) = self.held(&step)?
            {
                let span = self.t.hull(&self.t.add(&step));
                if let Some(last) = self.coefficients(&span, &held, order)?.and_then(|mut all| all.pop()) {
                    let next = value(taylor, &last, &step);
                    let rest = largest(&last) * length.powi(order as i32);
                    if rest <= 64.0 * most && next.iter().all(Ball::is_known) {
                        return Ok(Some(((step, next), lands)));
                    }
                }
            }
            if self.spent > self.effort.work {
                return Ok(None);
            }
            length = below(length);
        }
        Ok(None)
    }

    /// A box that no solution from the state leaves during a step, if one is found: as long as a solution is in `inside` it is in `reached`, and
    /// that lies in the interior, so that it cannot get out. The rate is asked for on a neighbourhood of the state: where it has no value beside
    /// a point, or one that is not known (a root at 0), there may be solutions that leave the point, and there is no box.
    fn held(&mut self, step: &Ball) -> Result<Option<Vec<Ball>>, PlanError> {
        let span = Ball::zero().hull(step);
        let times = self.t.hull(&self.t.add(step));
        let start = self.x.clone();
        let least = Ball::from(RBig::ONE / RBig::from(dashu_int::UBig::ONE << (crate::arith::ball::bits() / 2)));
        let slack: Vec<Ball> = start.iter().map(|x| x.abs().add(&Ball::one()).mul(&least)).collect();
        let mut inside: Vec<Ball> = start.iter().zip(&slack).map(|(x, slack)| x.widened(&slack.add(slack))).collect();
        for _ in 0..BOXES {
            let Some(rate) = self.rates(&times, &[&inside])? else { return Ok(None) };
            let reached: Vec<Ball> = start.iter().zip(&rate).map(|(x, f)| x.add(&span.mul(f))).collect();
            if !reached.iter().all(Ball::is_known) {
                return Ok(None);
            }
            let within = reached.iter().zip(&inside).zip(&slack);
            if within.into_iter().all(|((new, old), slack)| new.widened(slack).is_within(old)) {
                return Ok(Some(reached));
            }
            let eighth = Ball::from_f64(0.125);
            let wider = |(new, old): (&Ball, &Ball)| {
                let both = new.hull(old);
                both.widened(&both.sub(&both).mul(&eighth))
            };
            inside = reached.iter().zip(&inside).map(wider).collect();
        }
        Ok(None)
    }

    /// Taylor coefficients, up to a power, of the solutions that are in `x` at `t`; `None` where one is not known.
    fn coefficients(&mut self, t: &Ball, x: &[Ball], order: usize) -> Result<Option<Vec<Vec<Ball>>>, PlanError> {
        let mut all = vec![x.to_vec()];
        for k in 0..order {
            let powers: Vec<&Vec<Ball>> = all.iter().collect();
            let Some(rate) = self.rates(t, &powers)? else { return Ok(None) };
            let by = Ball::from(RBig::from(k + 1));
            all.push(rate.iter().map(|f| f.div(&by)).collect());
        }
        Ok(Some(all))
    }

    /// The coefficient, of the greatest power that is given of the state, of the rate.
    fn rates(&mut self, t: &Ball, powers: &[&Vec<Ball>]) -> Result<Option<Vec<Ball>>, PlanError> {
        let order = powers.len() - 1;
        self.spent += self.work * ((order + 1) * (order + 2) / 2) as u64;
        let Self { plan, machine, time, parts, .. } = self;
        with_order(order, || {
            if input_slot(plan, *time).is_some() {
                machine.set_numbers(plan, *time, &[Series::new(vec![t.clone(), Ball::one()])]);
            }
            let mut from = 0;
            for part in parts.iter() {
                let entry = |i: usize| Series::new(powers.iter().map(|power| power[i].clone()).collect());
                let numbers: Vec<Series> = (from..from + part.len).map(entry).collect();
                machine.set_numbers(plan, part.input, &numbers);
                from += part.len;
            }
            run(plan, STEP, machine)?;
            let mut rate = Vec::new();
            for part in parts.iter() {
                if machine.undefined[part.rate as usize] & 1 == 1 {
                    return Ok(None);
                }
                let numbers = &machine.numbers[plan.slots[part.rate as usize].range()];
                rate.extend(numbers.iter().map(|series| series.coefficient(order)));
            }
            Ok(rate.iter().all(Ball::is_known).then_some(rate))
        })
    }
}

/// The sum of the powers of a step, the last of them with an enclosure of its coefficient.
fn value(taylor: &[Vec<Ball>], last: &[Ball], step: &Ball) -> Vec<Ball> {
    let entry =
        |(i, last): (usize, &Ball)| taylor.iter().rev().fold(last.clone(), |sum, power| sum.mul(step).add(&power[i]));
    last.iter().enumerate().map(entry).collect()
}

/// The greatest absolute value, about; NaN where one is not known.
fn largest(x: &[Ball]) -> f64 {
    x.iter()
        .map(|x| x.mag().map_or(f64::NAN, |mag| crate::arith::float::to_f64(&mag)))
        .fold(0.0, |most, x| if x.is_nan() || x > most { x } else { most })
}

/// The greatest power of two that is below a positive number.
fn below(x: f64) -> f64 {
    let power = f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000);
    if power < x { power } else { x / 2.0 }
}

/// An enclosure in place of a rational, at the working precision; zero is left.
fn widened(x: &Ball) -> Ball {
    if !x.is_exact() || x.is_zero() {
        return x.clone();
    }
    let last = Ball::from(RBig::ONE / RBig::from(dashu_int::UBig::ONE << crate::arith::ball::bits()));
    x.widened(&x.mul(&last))
}

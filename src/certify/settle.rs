//! From a case's draws to exact values of its givens.
//!
//! Samplers are rational in the draws but for irrational ends of intervals. What is taken from such an interval is replaced by a rational
//! certainly inside it, from an enclosure of fixed precision, before anything else is computed from it; so the values are rationals, and
//! a function of the draws alone.

use super::plans::Purpose;
use super::{Certifier, CertifyError, Settled};
use crate::arith::ball::{Ball, with_bits};
use crate::case::point::{Exactly, Point, Values};
use crate::claim::by_values::ValueGiven;
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId, Op, Type};
use crate::sample::lower::Stage;
use crate::sample::strata::Lanes;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The precision at which irrational ends are enclosed.
const SETTLE_BITS: usize = 128;
/// The digits that are kept of an irrational value that is none of an interval (a normal one whose deviation is a root, say).
const ROUNDED_BITS: i64 = 64;

struct Settling<'a> {
    certifier: &'a Certifier,
    ints: BTreeMap<IntId, i64>,
    inputs: Vec<(InputId, Vec<Ball>)>,
    draws: Vec<Lanes>,
    /// Where each block of draws begins.
    starts: Vec<usize>,
}

impl Certifier {
    /// Exact values of the sampled givens at a point. Those in `fixed` are set, and later ones follow from them; an integer that the
    /// draws are for cannot be set to another.
    ///
    /// # Errors
    /// If a value is irrational or too long, an interval is empty, or the point does not fit the claim.
    pub fn values(&self, point: &Point, fixed: &Values) -> Result<Settled, CertifyError> {
        with_bits(SETTLE_BITS, || self.settled(point, fixed))
    }

    fn settled(&self, point: &Point, fixed: &Values) -> Result<Settled, CertifyError> {
        let program = self.program();
        let mut settling = Settling {
            certifier: self,
            ints: point.ints.clone(),
            inputs: Vec::new(),
            draws: point.draws.iter().map(|x| Lanes([*x; 8])).collect(),
            starts: Vec::new(),
        };
        let sizes = self.blocks(&settling.ints)?;
        let asked: usize = sizes.iter().sum();
        if asked != point.draws.len() {
            return Err(CertifyError::Draws { asked, found: point.draws.len() });
        }
        settling.starts = sizes
            .iter()
            .scan(0, |at, size| {
                *at += size;
                Some(*at - size)
            })
            .collect();
        let mut settled = Settled { values: Values::new(), inside: Vec::new() };
        for (place, value) in program.values.iter().enumerate() {
            let found = match fixed.get(&value.given) {
                Some(found) => found.clone(),
                None => {
                    let mut inside = false;
                    for (i, stage) in value.stages.iter().enumerate() {
                        inside |= settling.stage(Purpose::Stage(place, i), value, stage)?;
                    }
                    let (found, rounded) = settling.sample(Purpose::Sample(place), value)?;
                    if inside || rounded {
                        settled.inside.push(value.given);
                    }
                    found
                }
            };
            if let Some(input) = value.input {
                let numbers = self.numbers(value, &found, &settling.ints)?;
                settling.inputs.push((input, numbers));
            } else if let Op::Int(id) = &program.graph.node(value.value).op {
                let kind = |wanted: String| CertifyError::Kind { name: self.name(value.given), wanted };
                let Exactly::Int(i) = found else { return Err(kind("an integer".to_owned())) };
                if let Some(known) = settling.ints.insert(*id, i).filter(|known| *known != i) {
                    return Err(kind(format!("{known}, which its draws are for")));
                }
            }
            settled.values.insert(value.given, found);
        }
        Ok(settled)
    }
}

impl Settling<'_> {
    /// Settles what is taken from an interval; whether anything was irrational.
    fn stage(&mut self, purpose: Purpose, value: &ValueGiven, stage: &Stage) -> Result<bool, CertifyError> {
        let name = || self.certifier.name(value.given);
        let (plan, machine) = self.run(purpose, || vec![stage.compute, stage.lo, stage.hi])?;
        let read = |node: NodeId| machine.numbers[plan.slots[plan.roots[0][&node] as usize].range()].to_vec();
        let (computed, lo, hi) = (read(stage.compute), read(stage.lo), read(stage.hi));
        let mut numbers = Vec::with_capacity(computed.len());
        let mut replaced = false;
        for (i, x) in computed.iter().enumerate() {
            if x.is_exact() {
                numbers.push(x.clone());
                continue;
            }
            let place = if stage.indexed { i } else { 0 };
            let (Some(lo), Some(hi)) = (lo.get(place), hi.get(place)) else {
                return Err(CertifyError::NotExact(name()));
            };
            let inside = inside(x, (lo, stage.lo_open), (hi, stage.hi_open));
            numbers.push(Ball::from(inside.ok_or_else(|| CertifyError::Empty(name()))?));
            replaced = true;
        }
        drop((plan, machine));
        self.inputs.push((stage.input, numbers));
        Ok(replaced)
    }

    /// The value, and whether it was rounded.
    fn sample(&self, purpose: Purpose, value: &ValueGiven) -> Result<(Exactly, bool), CertifyError> {
        let program = self.certifier.program();
        let name = || self.certifier.name(value.given);
        if let Op::Int(id) = program.graph.node(value.value).op {
            if let Some(i) = self.ints.get(&id) {
                return Ok((Exactly::Int(*i), false));
            }
            let (plan, machine) = self.run(purpose, || vec![program.int_given(id).value])?;
            let slot = plan.roots[0][&program.int_given(id).value];
            let found = machine.real(&plan, slot).value;
            return whole(&found).map(|i| (Exactly::Int(i), false)).ok_or_else(|| CertifyError::NotExact(name()));
        }
        let (plan, machine) = self.run(purpose, || vec![value.sample])?;
        let slot = plan.slots[plan.roots[0][&value.sample] as usize];
        if machine.undefined[plan.roots[0][&value.sample] as usize] & 1 == 1 {
            return Err(CertifyError::NotExact(name()));
        }
        let (rows, cols) = (slot.rows as usize, slot.cols as usize);
        let numbers = &machine.numbers[slot.range()];
        let symmetric = rows == cols && program.graph.symmetric.contains(&value.value);
        let mut rounded = false;
        let mut entries = Vec::with_capacity(numbers.len());
        for (at, x) in numbers.iter().enumerate() {
            // Rounded alike on both sides of the diagonal.
            let x = if symmetric && at % cols > at / cols { &numbers[at % cols * cols + at / cols] } else { x };
            entries.push(match x.rational() {
                Some(x) => x.clone(),
                None => {
                    rounded = true;
                    let near =
                        x.enclosure().filter(|_| value.rounds).map(|(lo, hi)| short((lo + hi) / RBig::from(2u8)));
                    near.ok_or_else(|| CertifyError::NotExact(name()))?
                }
            });
        }
        let found = match program.graph.ty(value.value) {
            Type::Matrix(..) => Exactly::Matrix { rows, cols, entries },
            ty => {
                let x = entries.pop().ok_or_else(|| CertifyError::NotExact(name()))?;
                match whole(&Ball::from(x.clone())).filter(|_| *ty == Type::Int) {
                    Some(i) => Exactly::Int(i),
                    None => Exactly::Rational(x),
                }
            }
        };
        Ok((found, rounded))
    }

    fn run(
        &self,
        purpose: Purpose,
        roots: impl FnOnce() -> Vec<NodeId>,
    ) -> Result<(Arc<Plan>, Machine<Ball>), CertifyError> {
        let plan = self.certifier.plan(purpose, &self.ints, roots)?;
        let mut machine = Machine::<Ball>::new();
        machine.load(&plan);
        for (draw, slot) in &plan.draws {
            let start = self.starts.get(draw.0 as usize).copied().unwrap_or(0);
            let len = plan.slots[*slot as usize].len();
            let Some(draws) = self.draws.get(start..start + len) else {
                return Err(CertifyError::Draws { asked: start + len, found: self.draws.len() });
            };
            machine.set_draw(&plan, *slot, draws, None);
        }
        for (input, numbers) in &self.inputs {
            machine.set_numbers(&plan, *input, numbers);
        }
        run(&plan, 0, &mut machine)?;
        Ok((plan, machine))
    }
}

/// The integer, if it is one that is not huge.
fn whole(x: &Ball) -> Option<i64> {
    x.rational().filter(|x| x.is_int()).and_then(|x| i64::try_from(x.numerator().clone()).ok())
}

/// A dyadic number of few digits near `x`.
fn short(x: RBig) -> RBig {
    let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let exponent = size(x.numerator().bit_len()) - size(x.denominator().bit_len());
    let shift = ROUNDED_BITS - exponent;
    let power = RBig::from(UBig::ONE << usize::try_from(shift.unsigned_abs()).unwrap_or(0));
    let scaled: IBig = if shift < 0 { (x / &power).round() } else { (x * &power).round() };
    if shift < 0 { RBig::from(scaled) * power } else { RBig::from(scaled) / power }
}

/// A rational near `x` that is certainly within the ends.
fn inside(x: &Ball, lo: (&Ball, bool), hi: (&Ball, bool)) -> Option<RBig> {
    let ((a, b), (_, least), (most, _)) = (x.enclosure()?, lo.0.enclosure()?, hi.0.enclosure()?);
    let two = RBig::from(2u8);
    let middle = (a + b) / &two;
    let clamped = middle.max(least.clone()).min(most.clone());
    // An end that is rational belongs to the interval or not; of an irrational one, its inner side is inside.
    let open = |end: (&Ball, bool)| end.1 && end.0.is_exact();
    let excluded = (open(lo) && clamped <= least) || (open(hi) && clamped >= most);
    let found = if excluded { (&least + &most) / two } else { clamped };
    let (above, below) =
        (if open(lo) { found > least } else { found >= least }, if open(hi) { found < most } else { found <= most });
    (above && below).then_some(found)
}

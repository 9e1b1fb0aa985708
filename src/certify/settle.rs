//! From a case's draws to exact values of its givens.
//!
//! Samplers are rational in the draws but for irrational ends of intervals. What is taken from such an interval is replaced by a rational
//! certainly inside it, from an enclosure of fixed precision, before anything else is computed from it; so the values are rationals, and
//! a function of the draws alone.

use super::{Certifier, CertifyError, Settled};
use crate::arith::ball::{Ball, with_bits};
use crate::case::point::{Exactly, Point, Values};
use crate::claim::program::ValueGiven;
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId, Op, Type};
use crate::sample::lower::Stage;
use crate::sample::strata::Lanes;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// The precision at which irrational ends are enclosed.
const SETTLE_BITS: usize = 128;

struct Settling<'a> {
    certifier: &'a Certifier,
    ints: BTreeMap<IntId, i64>,
    inputs: Vec<(InputId, Vec<Ball>)>,
    draws: Vec<Lanes>,
    /// Where each block of draws begins.
    starts: Vec<usize>,
}

impl Certifier {
    /// Exact values of the sampled givens at a point. Those in `fixed` are set, and later ones follow from them.
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
        for value in &program.values {
            let found = match fixed.get(&value.given) {
                Some(found) => found.clone(),
                None => {
                    let mut inside = false;
                    for stage in &value.stages {
                        inside |= settling.stage(value, stage)?;
                    }
                    if inside {
                        settled.inside.push(value.given);
                    }
                    settling.sample(value)?
                }
            };
            if let Some(input) = value.input {
                let numbers = self.numbers(value, &found, &settling.ints)?;
                settling.inputs.push((input, numbers));
            } else if let (Op::Int(id), Exactly::Int(i)) = (&program.graph.node(value.value).op, &found) {
                settling.ints.insert(*id, *i);
            }
            settled.values.insert(value.given, found);
        }
        Ok(settled)
    }
}

impl Settling<'_> {
    /// Settles what is taken from an interval; whether anything was irrational.
    fn stage(&mut self, value: &ValueGiven, stage: &Stage) -> Result<bool, CertifyError> {
        let name = || self.certifier.name(value.given);
        let (plan, machine) = self.run(vec![stage.compute, stage.lo, stage.hi])?;
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

    fn sample(&self, value: &ValueGiven) -> Result<Exactly, CertifyError> {
        let program = self.certifier.program();
        let name = || self.certifier.name(value.given);
        if let Op::Int(id) = program.graph.node(value.value).op {
            if let Some(i) = self.ints.get(&id) {
                return Ok(Exactly::Int(*i));
            }
            let (plan, machine) = self.run(vec![program.int_given(id).value])?;
            let slot = plan.roots[0][&program.int_given(id).value];
            let found = machine.real(&plan, slot).value;
            let whole = found.rational().filter(|x| x.is_int()).and_then(|x| i64::try_from(x.numerator().clone()).ok());
            return whole.map(Exactly::Int).ok_or_else(|| CertifyError::NotExact(name()));
        }
        let (plan, machine) = self.run(vec![value.sample])?;
        let slot = plan.slots[plan.roots[0][&value.sample] as usize];
        if machine.undefined[plan.roots[0][&value.sample] as usize] & 1 == 1 {
            return Err(CertifyError::NotExact(name()));
        }
        let entries: Option<Vec<RBig>> = machine.numbers[slot.range()].iter().map(|x| x.rational().cloned()).collect();
        let mut entries = entries.ok_or_else(|| CertifyError::NotExact(name()))?;
        Ok(match program.graph.ty(value.value) {
            Type::Matrix(..) => Exactly::Matrix { rows: slot.rows as usize, cols: slot.cols as usize, entries },
            _ => Exactly::Rational(entries.pop().ok_or_else(|| CertifyError::NotExact(name()))?),
        })
    }

    fn run(&self, roots: Vec<NodeId>) -> Result<(Plan, Machine<Ball>), CertifyError> {
        let plan = self.certifier.plan(&self.ints, roots)?;
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

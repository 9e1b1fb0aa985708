//! Hypotheses and a predicate, decided from values at rising precision.

use super::plans::Purpose;
use super::{Certificate, Certifier, CertifyError, Decision, Enclosure, LEAST_BITS, Part, Relation, Sides};
use crate::arith::ball::{Ball, with_bits};
use crate::case::point::Values;
use crate::eval::machine::{Machine, Truth};
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId, Op};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// Plans and inputs of one case.
pub(super) struct Case<'a> {
    certifier: &'a Certifier,
    pub(super) ints: BTreeMap<IntId, i64>,
    inputs: Vec<(InputId, Vec<Ball>)>,
}

/// A truth at some precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Undefined,
    Open,
}

impl From<Truth> for Answer {
    fn from(truth: Truth) -> Self {
        match (truth.yes & 1, truth.no & 1, truth.undefined & 1) {
            (1, _, _) => Self::Yes,
            (_, 1, _) => Self::No,
            (_, _, 1) => Self::Undefined,
            _ => Self::Open,
        }
    }
}

impl Certifier {
    /// Decides predicate number `predicate` (in the order of the program) of these values.
    ///
    /// # Errors
    /// If the values are not of the claim's kinds and shapes, or no plan can be made for them.
    pub fn decide(&self, values: &Values, predicate: usize, most_bits: usize) -> Result<Decision, CertifyError> {
        let Some(asked) = self.program.asked.get(predicate) else { return Err(CertifyError::NoPredicate) };
        if let Some(motion) = self.program.motion_of(asked.when) {
            return self.decide_moving(values, motion, predicate, most_bits);
        }
        let case = self.case(values)?;
        let mut hypotheses = self.hypotheses_on_values();
        hypotheses.extend(asked.predicate.guards.iter().enumerate().map(|(i, guard)| (Part::Guard(i), *guard)));
        let purpose = Purpose::Hypotheses(predicate);
        let hypotheses_plan = self.plan(purpose, &case.ints, || hypotheses.iter().map(|h| h.1).collect())?;
        let (truth, margin) = (asked.predicate.truth, asked.predicate.margin);
        let comparison = self.comparison(truth);
        let mut roots = vec![truth, margin];
        roots.extend(comparison.iter().flat_map(|(_, a, b)| [*a, *b]).chain(asked.predicate.unit));
        let predicate_plan = self.plan(Purpose::Predicate(predicate), &case.ints, || roots)?;

        let mut settled = false;
        let mut open = Part::Predicate;
        let mut bits = LEAST_BITS;
        while bits <= most_bits.max(LEAST_BITS) {
            if !settled {
                match case.hypotheses(&hypotheses_plan, &hypotheses, bits)? {
                    Ok(None) => settled = true,
                    Ok(Some(part)) => open = part,
                    Err(decision) => return Ok(decision),
                }
            }
            if settled {
                let machine = case.run(&predicate_plan, bits)?;
                let slot = |node: NodeId| predicate_plan.roots[0][&node];
                let answer = Answer::from(machine.truths[slot(truth) as usize]);
                let enclosure = |slot: SlotId| {
                    let known = machine.undefined[slot as usize] & 1 == 0;
                    Enclosure::of(&machine.real(&predicate_plan, slot).value).filter(|_| known)
                };
                let sides = comparison.and_then(|(relation, a, b)| {
                    Some(Sides { relation, left: enclosure(slot(a))?, right: enclosure(slot(b))? })
                });
                let margin = slot(margin);
                let certificate = |margin| Certificate { margin, sides, bits, at: None };
                match (answer, enclosure(margin)) {
                    (Answer::Undefined, _) => return Ok(Decision::Undefined),
                    // False or true, but measured in a unit that is not positive.
                    (Answer::Yes | Answer::No, None) if machine.undefined[margin as usize] & 1 == 1 => {
                        return Ok(Decision::Undefined);
                    }
                    // Nothing over nothing: that supports nothing.
                    (Answer::Yes, Some(_))
                        if asked.predicate.unit.is_some_and(|unit| is_zero(enclosure(slot(unit)))) =>
                    {
                        return Ok(Decision::Undefined);
                    }
                    (Answer::Yes, Some(margin)) => return Ok(Decision::Holds(certificate(margin))),
                    (Answer::No, Some(margin)) => return Ok(Decision::Violated(certificate(margin))),
                    (Answer::Yes, None)
                        if matches!(machine.real(&predicate_plan, margin).value, Ball::Infinite { .. }) =>
                    {
                        return Ok(Decision::Holds(certificate(Enclosure { lo: RBig::ONE, hi: RBig::ONE })));
                    }
                    (Answer::Yes | Answer::No | Answer::Open, _) => open = Part::Predicate,
                }
            }
            bits *= 2;
        }
        Ok(Decision::Undecided(open))
    }

    /// That the values are those of their samplers, and `[assume]`.
    pub(super) fn hypotheses_on_values(&self) -> Vec<(Part, NodeId)> {
        let members = self.program.values.iter().map(|value| (Part::Given(value.given), value.member));
        members.chain(self.program.assume.iter().enumerate().map(|(i, a)| (Part::Assume(i), a.node))).collect()
    }

    /// A predicate that is one comparison of two reals, of an inequality the side first that is to be the smaller.
    pub(super) fn comparison(&self, truth: NodeId) -> Option<(Relation, NodeId, NodeId)> {
        let node = self.program.graph.node(truth);
        let relation = match node.op {
            Op::Less => Relation::Less,
            Op::LessEqual => Relation::LessEqual,
            Op::Equal => Relation::Equal,
            _ => return None,
        };
        match node.args.as_slice() {
            &[a, b] if !crate::lang::types::is_matrix(&self.program.graph, a) => Some((relation, a, b)),
            _ => None,
        }
    }

    pub(super) fn case(&self, values: &Values) -> Result<Case<'_>, CertifyError> {
        let ints = self.integers(values)?;
        let mut inputs = Vec::new();
        for value in &self.program.values {
            let Some(input) = value.input else { continue };
            let Some(found) = values.get(&value.given) else {
                return Err(CertifyError::Missing(self.name(value.given)));
            };
            inputs.push((input, self.numbers(value, found, &ints)?));
        }
        Ok(Case { certifier: self, ints, inputs })
    }
}

pub(super) fn is_zero(x: Option<Enclosure>) -> bool {
    x.is_some_and(|x| x.lo.is_zero() && x.hi.is_zero())
}

impl Case<'_> {
    /// `Ok(None)`: all hold. `Ok(Some(part))`: this one is open. `Err`: the decision that a false or undefined one is.
    fn hypotheses(
        &self,
        plan: &Plan,
        hypotheses: &[(Part, NodeId)],
        bits: usize,
    ) -> Result<Result<Option<Part>, Decision>, CertifyError> {
        Ok(Self::met(plan, &self.run(plan, bits)?, hypotheses).map_err(|decision| *decision))
    }

    /// What [`Self::hypotheses`] says, of a machine that has run them as its first section.
    pub(super) fn met(
        plan: &Plan,
        machine: &Machine<Ball>,
        hypotheses: &[(Part, NodeId)],
    ) -> Result<Option<Part>, Box<Decision>> {
        let mut open = None;
        for (part, node) in hypotheses {
            let answer = Answer::from(machine.truths[plan.roots[0][node] as usize]);
            match (answer, part) {
                (Answer::Yes, _) => {}
                (Answer::No, Part::Guard(_)) if open.is_none() => return Err(Box::new(Decision::OutOfBranch)),
                (Answer::Undefined, Part::Guard(_)) if open.is_none() => return Err(Box::new(Decision::Undefined)),
                (Answer::No | Answer::Undefined, Part::Given(_) | Part::Assume(_)) => {
                    return Err(Box::new(Decision::Outside(*part)));
                }
                _ => open = open.or(Some(*part)),
            }
        }
        Ok(open)
    }

    fn run(&self, plan: &Plan, bits: usize) -> Result<Machine<Ball>, CertifyError> {
        with_bits(bits, || {
            let mut machine = Machine::<Ball>::new();
            machine.load(plan);
            self.put(plan, &mut machine)?;
            run(plan, 0, &mut machine)?;
            Ok(machine)
        })
    }

    /// The values into a machine that has the plan loaded.
    pub(super) fn put(&self, plan: &Plan, machine: &mut Machine<Ball>) -> Result<(), CertifyError> {
        for (input, numbers) in &self.inputs {
            if !machine.set_numbers(plan, *input, numbers) {
                let value = self.certifier.program.values.iter().find(|value| value.input == Some(*input));
                let name = value.map(|value| self.certifier.name(value.given)).unwrap_or_default();
                let wanted = "of the shape that its integers give it".to_owned();
                return Err(CertifyError::Kind { name, wanted });
            }
        }
        Ok(())
    }
}

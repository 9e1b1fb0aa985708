//! A predicate along what moves, decided from values, at rising precision.
//!
//! A violation at a look is certain once the hypotheses on the givens are proved, those on the path are proved at every look up to it, what moves
//! is proved not to have ended before, and the predicate is proved false there; what comes after it does not matter. That it holds
//! is certain, at the looks, only if all of it was followed. How an iteration is followed is in [`super::path`], how a flow in [`super::flow`].

use super::decide::{Answer, Case, is_zero};
use super::plans::Purpose;
use super::{Certificate, Certifier, CertifyError, Decision, Enclosure, LEAST_BITS, Part, Sides};
use super::{flow, path};
use crate::arith::ball::{Ball, with_bits};
use crate::case::along::asked_in;
use crate::case::path::{LOOK, Moment, SETUP};
use crate::case::point::Values;
use crate::case::way::sections_of;
use crate::claim::program::{Asked, Motion};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::lang::ir::NodeId;

/// What the looks of a run have shown.
#[derive(Default)]
pub(super) struct Seen {
    pub violated: Option<Certificate>,
    /// The least margin of those that hold.
    pub held: Option<Certificate>,
    pub undefined: bool,
    pub open: Option<Part>,
}

impl Seen {
    /// What was seen of a run that was followed as far as it matters; `doubt` is what kept it from being followed further.
    pub(super) fn decided(self, doubt: Option<Part>) -> Result<Decision, Part> {
        if let Some(certificate) = self.violated {
            return Ok(Decision::Violated(certificate));
        }
        if let Some(part) = doubt.or(self.open) {
            return Err(part);
        }
        Ok(match self.held {
            _ if self.undefined => Decision::Undefined,
            Some(certificate) => Decision::Holds(certificate),
            None => Decision::OutOfBranch,
        })
    }
}

/// A predicate that is being decided at a precision.
pub(super) struct Question<'a> {
    pub asked: &'a Asked,
    pub plan: &'a Plan,
    pub bits: usize,
}

impl Certifier {
    /// Decides a predicate that is asked along what moves.
    pub(super) fn decide_moving(
        &self,
        values: &Values,
        motion: &Motion,
        predicate: usize,
        most_bits: usize,
    ) -> Result<Decision, CertifyError> {
        let Some(asked) = self.program.asked.get(predicate) else { return Err(CertifyError::NoPredicate) };
        let case = self.case(values)?;
        let hypotheses = self.hypotheses_on_values();
        let (truth, margin) = (asked.predicate.truth, asked.predicate.margin);
        let comparison = self.comparison(truth);
        let plan = self.plan_of(Purpose::Run(predicate), &case.ints, || {
            let once = hypotheses.iter().map(|h| h.1).collect();
            let mut look = asked.predicate.guards.clone();
            look.extend([truth, margin]);
            look.extend(comparison.iter().flat_map(|(_, a, b)| [*a, *b]).chain(asked.predicate.unit));
            sections_of(motion, once, look)
        })?;
        let (steps, most_bits) = match motion {
            Motion::Iteration(path) => (path::steps(&self.program, path, &case.ints, &plan)?, most_bits),
            Motion::Flow(_) => (0, most_bits.min(flow::MOST_BITS)),
        };
        let mut open = Part::Predicate;
        let mut bits = LEAST_BITS;
        while bits <= most_bits.max(LEAST_BITS) {
            let question = Question { asked, plan: &plan, bits };
            let decided = with_bits(bits, || -> Result<Result<Decision, Part>, CertifyError> {
                let mut machine = Machine::<Ball>::new();
                machine.load(&plan);
                case.put(&plan, &mut machine)?;
                run(&plan, SETUP, &mut machine)?;
                match Case::met(&plan, &machine, &hypotheses) {
                    Ok(None) => {}
                    Ok(Some(part)) => return Ok(Err(part)),
                    Err(decision) => return Ok(Ok(*decision)),
                }
                match motion {
                    Motion::Iteration(path) => self.along_path(question, path, steps, &mut machine),
                    Motion::Flow(course) => self.along_flow(question, course, &mut machine),
                }
            })?;
            match decided {
                Ok(decision) => return Ok(decision),
                Err(part) => open = part,
            }
            bits *= 2;
        }
        Ok(Decision::Undecided(open))
    }

    /// What a look shows of the predicate.
    pub(super) fn look(
        &self,
        Question { asked, plan, bits }: &Question,
        moment: Moment,
        machine: &Machine<Ball>,
        seen: &mut Seen,
    ) {
        if asked_in(asked.when, asked.looks_back, moment) & 1 == 0 {
            return;
        }
        let slot = |node: NodeId| plan.roots[LOOK][&node];
        for (i, guard) in asked.predicate.guards.iter().enumerate() {
            match Answer::from(machine.truths[slot(*guard) as usize]) {
                Answer::Yes => {}
                Answer::No => return,
                // It may speak of a first time that has not come.
                Answer::Undefined if self.program.has_first_times() => return,
                Answer::Undefined => {
                    seen.undefined = true;
                    return;
                }
                Answer::Open => {
                    seen.open.get_or_insert(Part::Guard(i));
                    return;
                }
            }
        }
        let enclosure = |slot: SlotId| {
            let known = machine.undefined[slot as usize] & 1 == 0;
            Enclosure::of(&machine.real(plan, slot).value).filter(|_| known)
        };
        let sides = self.comparison(asked.predicate.truth).and_then(|(relation, a, b)| {
            Some(Sides { relation, left: enclosure(slot(a))?, right: enclosure(slot(b))? })
        });
        let margin = slot(asked.predicate.margin);
        let unitless = asked.predicate.unit.is_some_and(|unit| is_zero(enclosure(slot(unit))));
        match (Answer::from(machine.truths[slot(asked.predicate.truth) as usize]), enclosure(margin)) {
            (Answer::Undefined, _) => seen.undefined = true,
            (Answer::Yes | Answer::No, None) if machine.undefined[margin as usize] & 1 == 1 => seen.undefined = true,
            (Answer::Yes, Some(_)) if unitless => seen.undefined = true,
            (Answer::No, Some(margin)) => {
                seen.violated = Some(Certificate { margin, sides, bits: *bits, at: Some(moment.t) })
            }
            (Answer::Yes, Some(margin)) => {
                if seen.held.as_ref().is_none_or(|known| margin.lo < known.margin.lo) {
                    seen.held = Some(Certificate { margin, sides, bits: *bits, at: Some(moment.t) });
                }
            }
            // An order of empty matrices.
            (Answer::Yes, None) if matches!(machine.real(plan, margin).value, Ball::Infinite { .. }) => {}
            (Answer::Yes | Answer::No | Answer::Open, _) => {
                seen.open.get_or_insert(Part::Predicate);
            }
        }
    }
}

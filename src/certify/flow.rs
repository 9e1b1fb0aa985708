//! A predicate along a flow, decided from values: the solution is enclosed from look to look.
//!
//! A violation at a look is certain once the hypotheses on the givens are proved, those on the path are proved at every look up to it, the flow
//! is proved not to have ended before, and the predicate is proved false there; what comes after it does not matter. That it holds
//! is certain, at the looks, only if the whole flow was followed.

use super::decide::{Answer, Case};
use super::path::Seen;
use super::plans::Purpose;
use super::solution::{Effort, Solution};
use super::{Certifier, CertifyError, Decision, LEAST_BITS, Part};
use crate::arith::ball::{Ball, with_bits};
use crate::arith::number::Number;
use crate::case::flow;
use crate::case::path::{LOOK, Moment, SETUP, input_slot};
use crate::case::point::Values;
use crate::case::times::shares;
use crate::claim::program::{Asked, Course};
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::eval::rounding::Bounded;
use crate::eval::run::run;
use crate::lang::ir::{InputId, NodeId};

/// Multiplications of enclosures for one flow at one precision: a second or two.
const MOST_FLOW_WORK: u64 = 2_000_000;

/// Past this precision a flow is not tried again: what 2,000 bits do not reach takes too many steps.
const MOST_BITS: usize = 1 << 10;

/// How closely a solution is enclosed at a precision: a remainder of a quarter of the bits, by as high an order as keeps steps of a fair length.
fn effort(bits: usize) -> Effort {
    let (order, tolerance) = match bits {
        ..=128 => (10, 30),
        129..=256 => (16, 64),
        257..=512 => (24, 128),
        _ => (32, 256),
    };
    Effort { order, tolerance: 2.0_f64.powi(-tolerance), work: MOST_FLOW_WORK }
}

impl Certifier {
    /// Decides a predicate that is asked along a flow.
    pub(super) fn decide_flow(
        &self,
        values: &Values,
        course: &Course,
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
            flow::sections(course, once, look)
        })?;
        let mut open = Part::Predicate;
        let mut bits = LEAST_BITS;
        while bits <= most_bits.clamp(LEAST_BITS, MOST_BITS) {
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
                self.followed(&plan, course, asked, &mut machine, bits)
            })?;
            match decided {
                Ok(decision) => return Ok(decision),
                Err(part) => open = part,
            }
            bits *= 2;
        }
        Ok(Decision::Undecided(open))
    }

    /// Follows the flow from its set-up, and decides the predicate; `Err` with what stayed open.
    fn followed(
        &self,
        plan: &Plan,
        course: &Course,
        asked: &Asked,
        m: &mut Machine<Ball>,
        bits: usize,
    ) -> Result<Result<Decision, Part>, CertifyError> {
        let slot = |section: usize, node: NodeId| plan.roots[section].get(&node).copied();
        let Some(end) = slot(SETUP, course.end) else { return Ok(Err(Part::Solution)) };
        let undefined = m.undefined[end as usize] & 1 == 1;
        let end = m.real(plan, end).value;
        if undefined || end.neg().is_positive() {
            return Ok(Ok(Decision::Undefined));
        }
        let Some(mut solution) = Solution::new(plan, course, m, effort(bits)) else { return Ok(Err(Part::Solution)) };
        let set = |m: &mut Machine<Ball>, input: InputId, value: Option<&Ball>| {
            if let Some(slot) = input_slot(plan, input) {
                let known = value.is_some();
                let value = value.cloned().unwrap_or_else(Ball::zero);
                m.set_real(plan, slot, Bounded { value, error: Ball::zero() }, if known { 0 } else { !0 });
            }
        };
        let mut first: Vec<Option<Ball>> = course.first.iter().map(|_| None).collect();
        let mut seen = Seen::default();
        let shares = shares(course.looks);
        for (index, share) in shares.iter().enumerate() {
            let time = end.mul(&Ball::from_f64(share.part)).div(&Ball::from_f64(share.of));
            if !solution.advance(&time)? {
                return Ok(seen.decided(Some(Part::Solution)));
            }
            set(m, course.time, Some(&time));
            let mut from = 0;
            for part in &course.state {
                let len = slot(SETUP, part.start).map_or(0, |start| plan.slots[start as usize].len());
                m.set_numbers(plan, part.input, &solution.x[from..from + len]);
                from += len;
            }
            for ((_, input, _), at) in course.first.iter().zip(&first) {
                set(m, *input, at.as_ref());
            }
            run(plan, LOOK, m)?;
            let answer = |m: &Machine<Ball>, node: NodeId| {
                slot(LOOK, node).map_or(Answer::Open, |slot| Answer::from(m.truths[slot as usize]))
            };
            for (i, hypothesis) in course.assume.iter().enumerate() {
                match answer(m, hypothesis.node) {
                    Answer::Yes => {}
                    // The flow says nothing more.
                    Answer::No | Answer::Undefined => return Ok(seen.decided(None)),
                    Answer::Open => return Ok(seen.decided(Some(Part::Path(i)))),
                }
            }
            let mut found = false;
            for (i, ((_, input, truth), at)) in course.first.iter().zip(&mut first).enumerate() {
                match answer(m, *truth) {
                    _ if at.is_some() => {}
                    Answer::Yes => {
                        *at = Some(time.clone());
                        set(m, *input, at.as_ref());
                        found = true;
                    }
                    Answer::Open => return Ok(seen.decided(Some(Part::First(i)))),
                    Answer::No | Answer::Undefined => {}
                }
            }
            if found {
                // Predicates may speak of the time that was just found.
                run(plan, LOOK, m)?;
            }
            let ended = match course.until.map(|until| answer(m, until)) {
                None | Some(Answer::No | Answer::Undefined) => false,
                Some(Answer::Yes) => true,
                Some(Answer::Open) => return Ok(seen.decided(Some(Part::Until))),
            };
            let last = ended || index + 1 == shares.len();
            let moment = Moment { t: index as u64, running: 1, last: u8::from(last), fallen: 0 };
            self.look(asked, plan, moment, m, bits, &mut seen);
            if seen.violated.is_some() || last {
                break;
            }
        }
        Ok(seen.decided(None))
    }
}

//! A flow, followed by enclosing its solution from look to look.

use super::decide::Answer;
use super::moving::{Question, Seen};
use super::solution::{Effort, Solution};
use super::{Certifier, CertifyError, Decision, Part};
use crate::arith::ball::Ball;
use crate::arith::number::Number;
use crate::case::path::{LOOK, Moment, SETUP, input_slot};
use crate::case::times::shares;
use crate::claim::program::Course;
use crate::eval::machine::Machine;
use crate::eval::rounding::Bounded;
use crate::eval::run::run;
use crate::lang::ir::{InputId, NodeId};

/// Multiplications of enclosures for one flow at one precision: a second or two.
const MOST_FLOW_WORK: u64 = 2_000_000;

/// Past this precision a flow is not tried again: what 2,000 bits do not reach takes too many steps.
pub(super) const MOST_BITS: usize = 1 << 10;

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
    /// Follows the flow from its set-up, and decides the predicate; `Err` with what stayed open.
    pub(super) fn along_flow(
        &self,
        question: Question,
        course: &Course,
        m: &mut Machine<Ball>,
    ) -> Result<Result<Decision, Part>, CertifyError> {
        let plan = question.plan;
        let slot = |section: usize, node: NodeId| plan.roots[section].get(&node).copied();
        let Some(end) = slot(SETUP, course.end) else { return Ok(Err(Part::Solution)) };
        let undefined = m.undefined[end as usize] & 1 == 1;
        let end = m.real(plan, end).value;
        if undefined || end.neg().is_positive() {
            return Ok(Ok(Decision::Undefined));
        }
        let Some(mut solution) = Solution::new(plan, course, m, effort(question.bits)) else {
            return Ok(Err(Part::Solution));
        };
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
            let cut = course.until.is_some() && !ended && last;
            let t = index as u64;
            let moment = Moment { t, running: 1, last: u8::from(last && !cut), fallen: 0, cut: 0 };
            self.look(&question, moment, m, &mut seen);
            if cut && seen.violated.is_none() {
                set(m, course.time, None);
                run(plan, LOOK, m)?;
                self.look(&question, Moment { t, running: 0, last: 1, fallen: 0, cut: 1 }, m, &mut seen);
            }
            if seen.violated.is_some() || last {
                break;
            }
        }
        Ok(seen.decided(None))
    }
}

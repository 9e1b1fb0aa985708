//! Claims about flows in their plain form: each case is integrated in `f64`, and predicates are asked at the times looked at.
//!
//! A run counts as one case, and what a predicate did in it is the worst of its looks, as in a trajectory.

use crate::arith::lane::{Backend, Job, Lane8, Mask};
use crate::case::along::Runs;
use crate::case::evaluate::once_roots;
use crate::case::flow;
use crate::case::octet::{BLANK, Integers, Plans, integers};
use crate::case::record::{CaseRecord, Hypotheses, Look};
use crate::case::shadow::Origin;
use crate::claim::program::{Course, Program};
use crate::eval::compile::PlanError;
use crate::lang::ast::Looks;
use crate::lang::ir::NodeId;
use crate::sample::strata::{Filler, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// The roots of a flow's plan.
pub fn sections(program: &Program, course: &Course) -> Vec<Vec<NodeId>> {
    flow::sections(program, course, once_roots(program), &[])
}

/// Evaluations that each look of a flow counts for: two solutions, a step or two in each and a dozen rates a step, each by itself.
const EVALUATIONS_A_LOOK: u64 = 1;

/// Evaluations that a flow counts for.
pub fn evaluations_of(looks: Looks) -> u64 {
    let (Looks::Even(count) | Looks::Log(count)) = looks;
    EVALUATIONS_A_LOOK * (count + 1)
}

pub struct FlowRun<'a> {
    pub program: &'a Program,
    pub course: &'a Course,
    pub plans: &'a Plans,
    pub key: &'a Key,
    pub backend: Backend,
    pub cases: Range<u64>,
    pub sink: &'a mut dyn FnMut(&CaseRecord<'_>),
}

impl Job for FlowRun<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, course, plans, key, backend, cases, sink } = self;
        let none = BTreeMap::new();
        let mut stream = Stream::new(key, 0);
        let mut runs = Runs::<V>::new();
        let mut filler = Filler::new();
        let mut looks = vec![BLANK; program.asked.len()];
        for octet in cases.start / 8..cases.end.div_ceil(8) {
            let stratum = stratum_of(octet);
            stream.seek(octet);
            let ints = match integers(program, &mut stream, stratum, &none)? {
                Integers::Chosen(ints) => ints,
                Integers::Empty { given } => {
                    for index in (octet * 8..octet * 8 + 8).filter(|index| cases.contains(index)) {
                        let hypotheses = Hypotheses::EmptyGiven(given);
                        sink(&CaseRecord { index, stratum, hypotheses, scaled: false, looks: &[] });
                    }
                    continue;
                }
            };
            let compiled = plans.get(program, &ints)?;
            let draws = filler.fill::<V>(backend, &mut stream, stratum, &compiled.blocks);
            let origin = Origin { drawn: &compiled.drawn, draws, reals: &[] };
            let mut wanted: Mask = 0;
            for lane in 0..8 {
                wanted |= Mask::from(cases.contains(&(octet * 8 + lane))) << lane;
            }
            let eight = runs.flow(program, course, &compiled, origin, wanted)?;
            for lane in 0..8 {
                let index = octet * 8 + lane as u64;
                if cases.contains(&index) {
                    let hypotheses = eight.met[lane];
                    for (look, seen) in looks.iter_mut().zip(eight.looks) {
                        *look = seen[lane];
                    }
                    let looks: &[Look] = if hypotheses == Hypotheses::Met { &looks } else { &[] };
                    sink(&CaseRecord { index, stratum, hypotheses, scaled: false, looks });
                }
            }
        }
        Ok(())
    }
}

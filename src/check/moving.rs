//! Claims about values that move, by the steps of an iteration or along a flow: predicates are asked at the steps or times looked at.
//!
//! A case counts as one, and what a predicate did in it is the worst of its looks (see [`crate::case::along`]). A run of an iteration whose
//! values leave the range of `f64` is made again in lanes whose exponents have no bound, and counts as that run then.

use crate::arith::lane::{Backend, Job, Lane8, Mask};
use crate::case::along::Runs;
use crate::case::octet::{BLANK, Integers, Plans, integers};
use crate::case::record::{CaseRecord, Hypotheses, Look};
use crate::case::schedule::looked_at;
use crate::case::shadow::Origin;
use crate::case::way::Way;
use crate::claim::program::{Motion, Program};
use crate::eval::compile::PlanError;
use crate::kernel::Kernel;
use crate::lang::ast::Looks;
use crate::sample::strata::{Filler, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// Steps that count as one evaluation.
const STEPS_AN_EVALUATION: u64 = 10;
/// The same where a kernel takes the steps; a look counts as a step of the claim's own.
const KERNEL_STEPS_AN_EVALUATION: u64 = 500;

/// Evaluations that a case counts for; each look of a flow counts for one.
pub fn evaluations_of(way: Way<'_>) -> u64 {
    let own = |steps: u64| steps.div_ceil(STEPS_AN_EVALUATION).max(1);
    match way {
        Way::Steps { steps, kernel: None, .. } => own(steps),
        Way::Steps { path, steps, kernel: Some(_) } => {
            let looks = looked_at(path.schedule, steps).len() as u64;
            steps.div_ceil(KERNEL_STEPS_AN_EVALUATION).max(own(looks))
        }
        Way::Flow(course) => {
            let (Looks::Even(count) | Looks::Log(count)) = course.looks;
            count + 1
        }
    }
}

pub struct MovingRun<'a> {
    pub program: &'a Program,
    pub motion: &'a Motion,
    pub plans: &'a Plans,
    pub key: &'a Key,
    pub backend: Backend,
    /// What takes the steps of an iteration, in place of `step`.
    pub kernel: Option<&'a dyn Kernel>,
    pub cases: Range<u64>,
    pub sink: &'a mut dyn FnMut(&CaseRecord<'_>),
}

impl Job for MovingRun<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, motion, plans, key, backend, kernel, cases, sink } = self;
        let none = BTreeMap::new();
        let mut stream = Stream::new(key, 0);
        let mut runs = Runs::<V>::new();
        let mut filler = Filler::new();
        let mut looks = vec![BLANK; program.asked.len()];
        for octet in cases.start / 8..cases.end.div_ceil(8) {
            let stratum = stratum_of(octet);
            stream.seek(octet);
            let lanes = (0..8).filter(|lane| cases.contains(&(octet * 8 + *lane as u64)));
            let ints = match integers(program, &mut stream, stratum, &none)? {
                Integers::Chosen(ints) => ints,
                Integers::Empty { given } => {
                    for lane in lanes {
                        let (index, hypotheses) = (octet * 8 + lane as u64, Hypotheses::EmptyGiven(given));
                        sink(&CaseRecord { index, stratum, hypotheses, scaled: false, looks: &[] });
                    }
                    continue;
                }
            };
            let compiled = plans.get(program, &ints)?;
            let draws = filler.fill::<V>(backend, &mut stream, stratum, &compiled.blocks);
            let origin = Origin { drawn: &compiled.drawn, draws, reals: &[] };
            let wanted = lanes.clone().fold(0, |mask: Mask, lane| mask | 1 << lane);
            let way = Way::new(program, motion, &ints, kernel)?;
            let eight = runs.run(program, &compiled, way, origin, wanted)?;
            for lane in lanes {
                let (index, hypotheses, scaled) = (octet * 8 + lane as u64, eight.met[lane], eight.scaled[lane]);
                for (look, seen) in looks.iter_mut().zip(eight.looks) {
                    *look = seen[lane];
                }
                let looks: &[Look] = if hypotheses == Hypotheses::Met { &looks } else { &[] };
                sink(&CaseRecord { index, stratum, hypotheses, scaled, looks });
            }
        }
        Ok(())
    }
}

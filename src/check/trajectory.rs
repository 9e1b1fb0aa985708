//! Claims about iterates: the reference `step` is run in `f64`, and predicates are asked at the steps looked at.
//!
//! A run counts as one case (see [`crate::case::along`]). A run whose values leave the range of `f64` is run again in lanes whose
//! exponents have no bound, and counts as that run then.

use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::along::Runs;
use crate::case::evaluate::once_roots;
use crate::case::octet::{BLANK, Integers, Plans, integers};
use crate::case::path::{self, steps};
use crate::case::record::{CaseRecord, Hypotheses, Look};
use crate::case::shadow::Origin;
use crate::claim::program::{Path, Program};
use crate::eval::compile::PlanError;
use crate::kernel::Kernel;
use crate::lang::ir::NodeId;
use crate::sample::strata::{Filler, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// The roots of a trajectory's plan.
pub fn sections(program: &Program, path: &Path) -> Vec<Vec<NodeId>> {
    path::sections(program, path, once_roots(program), &[])
}

/// Steps that count as one evaluation.
const STEPS_AN_EVALUATION: u64 = 10;

/// The same where a kernel takes the steps; a look counts as a step of the claim's own.
const KERNEL_STEPS_AN_EVALUATION: u64 = 500;

/// Evaluations that a run of so many steps counts for.
pub fn evaluations_of(steps: u64) -> u64 {
    steps.div_ceil(STEPS_AN_EVALUATION).max(1)
}

/// Evaluations that a run by a kernel counts for, with so many looks.
pub fn evaluations_by_kernel(steps: u64, looks: u64) -> u64 {
    steps.div_ceil(KERNEL_STEPS_AN_EVALUATION).max(evaluations_of(looks))
}

pub struct TrajectoryRun<'a> {
    pub program: &'a Program,
    pub path: &'a Path,
    pub plans: &'a Plans,
    pub key: &'a Key,
    pub backend: Backend,
    /// What takes the steps, in place of `step`.
    pub kernel: Option<&'a dyn Kernel>,
    pub cases: Range<u64>,
    pub sink: &'a mut dyn FnMut(&CaseRecord<'_>),
}

impl Job for TrajectoryRun<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, path, plans, key, backend, kernel, cases, sink } = self;
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
            let eight = runs.run(program, path, &compiled, steps(program, path, &ints)?, origin, kernel)?;
            for lane in 0..8 {
                let index = octet * 8 + lane as u64;
                if cases.contains(&index) {
                    let (hypotheses, scaled) = (eight.met[lane], eight.scaled[lane]);
                    for (look, seen) in looks.iter_mut().zip(eight.looks) {
                        *look = seen[lane];
                    }
                    let looks: &[Look] = if hypotheses == Hypotheses::Met { &looks } else { &[] };
                    sink(&CaseRecord { index, stratum, hypotheses, scaled, looks });
                }
            }
        }
        Ok(())
    }
}

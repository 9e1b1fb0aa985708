//! An iteration, followed in enclosures until one cannot tell how it goes on.
//!
//! Enclosures grow with every step, so that a run of some hundreds of steps takes thousands of bits, and one that is longer is refused.

use super::moving::{Question, Seen};
use super::{Certifier, CertifyError, Decision, Part};
use crate::arith::ball::Ball;
use crate::case::path::{self, Doubt, Moment, Watch, follow};
use crate::claim::program::{Path, Program};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::lang::ir::IntId;
use std::collections::BTreeMap;

/// Multiplications of one run.
const MOST_RUN_WORK: u64 = 2_000_000;

impl From<Doubt> for Part {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::Assume(i) => Self::Path(i),
            Doubt::Until => Self::Until,
            Doubt::First(i) => Self::First(i),
        }
    }
}

/// The steps of a run, if they are not too many to be followed.
pub(super) fn steps(
    program: &Program,
    path: &Path,
    ints: &BTreeMap<IntId, i64>,
    plan: &Plan,
) -> Result<u64, CertifyError> {
    let steps = path::steps(program, path, ints)?;
    if plan.work.saturating_mul(steps.max(1)) > MOST_RUN_WORK {
        return Err(PlanError::TooMuchWork { limit: MOST_RUN_WORK }.into());
    }
    Ok(steps)
}

impl Certifier {
    /// Follows the run from its set-up, and decides the predicate; `Err` with what stayed open.
    pub(super) fn along_path(
        &self,
        question: Question,
        path: &Path,
        steps: u64,
        machine: &mut Machine<Ball>,
    ) -> Result<Result<Decision, Part>, CertifyError> {
        let mut seen = Seen::default();
        let mut look = |moment: Moment, machine: &Machine<Ball>| {
            self.look(&question, moment, machine, &mut seen);
            seen.violated.is_none()
        };
        let ending = follow(question.plan, path, steps, machine, 1, &mut Watch::none(), &mut look)?;
        Ok(seen.decided(ending.open.first().map(|open| Part::from(open.what))))
    }
}

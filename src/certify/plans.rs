//! Plans of a certifier, kept by what they are for and their integers.
//!
//! A certificate costs a thousand times what a case costs in `f64`, so a plan may take far less work than one that is sampled: what is
//! past the limit is refused, not begun. Few plans are kept, and none that is long.

use super::Certifier;
use crate::eval::compile::{PlanError, Request, compile};
use crate::eval::plan::Plan;
use crate::lang::ir::{IntId, NodeId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Multiplications of one run of a plan: seconds in rationals.
const MOST_WORK: u64 = 4_000_000;
/// Plans that are kept.
const MOST_PLANS: usize = 1024;
/// Instructions that the kept plans may have together.
const MOST_KEPT_INSTRUCTIONS: usize = 1_000_000;

/// What a plan computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// A stage of a sampled given, by their places in the program.
    Stage(usize, usize),
    /// The value of a sampled given, from its stages.
    Sample(usize),
    /// Members and assumptions, and the guards of this predicate.
    Hypotheses(usize),
    Predicate(usize),
    /// An iteration or a flow on which this predicate is asked, in its three sections.
    Run(usize),
}

type Key = (Purpose, BTreeMap<IntId, i64>);

/// Plans, and how many instructions they have together.
#[derive(Default)]
pub(super) struct Plans(Mutex<(HashMap<Key, Arc<Plan>>, usize)>);

impl Certifier {
    /// A plan with one section of these roots, all known integers being constants.
    pub(super) fn plan(
        &self,
        purpose: Purpose,
        ints: &BTreeMap<IntId, i64>,
        roots: impl FnOnce() -> Vec<NodeId>,
    ) -> Result<Arc<Plan>, PlanError> {
        self.plan_of(purpose, ints, || vec![roots()])
    }

    /// A plan with these sections, all known integers being constants.
    pub(super) fn plan_of(
        &self,
        purpose: Purpose,
        ints: &BTreeMap<IntId, i64>,
        sections: impl FnOnce() -> Vec<Vec<NodeId>>,
    ) -> Result<Arc<Plan>, PlanError> {
        let key = (purpose, ints.clone());
        if let Some(found) = self.plans.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(&key) {
            return Ok(found.clone());
        }
        let mut plan = compile(&Request {
            graph: &self.program.graph,
            analysis: &self.program.analysis,
            ints,
            lane_ints: &BTreeMap::new(),
            sections: &sections(),
            max_elements: self.max_elements,
        })?;
        if plan.work > MOST_WORK {
            return Err(PlanError::TooMuchWork { limit: MOST_WORK });
        }
        plan.most_work = plan.most_work.min(MOST_WORK);
        let plan = Arc::new(plan);
        let mut kept = self.plans.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = plan.code.len();
        if kept.0.len() < MOST_PLANS && kept.1 + size < MOST_KEPT_INSTRUCTIONS {
            kept.1 += size;
            kept.0.insert(key, plan.clone());
        }
        Ok(plan)
    }
}

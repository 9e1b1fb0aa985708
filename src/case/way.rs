//! The way of a case whose values move: what is followed from its set-up on, and the three sections of the plan that this needs.

use super::flow;
use super::octet::section_of;
use super::path::{self, LOOK};
use crate::claim::program::{Course, Motion, Path, Program};
use crate::eval::compile::PlanError;
use crate::kernel::Kernel;
use crate::lang::ir::{IntId, NodeId};
use std::collections::BTreeMap;

/// What is followed.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// So many steps of an iteration, taken by a kernel where there is one.
    Steps {
        path: &'a Path,
        steps: u64,
        kernel: Option<&'a dyn Kernel>,
    },
    Flow(&'a Course),
}

impl<'a> Way<'a> {
    /// For these integers.
    ///
    /// # Errors
    /// If there are too many steps.
    pub fn new(
        program: &Program,
        motion: &'a Motion,
        ints: &BTreeMap<IntId, i64>,
        kernel: Option<&'a dyn Kernel>,
    ) -> Result<Self, PlanError> {
        Ok(match motion {
            Motion::Iteration(path) => Self::Steps { path, steps: path::steps(program, path, ints)?, kernel },
            Motion::Flow(course) => Self::Flow(course),
        })
    }
}

/// The roots of a plan in which every predicate is asked: `once` are those of the set-up, `last` what is read at the end.
pub fn sections(program: &Program, mut once: Vec<NodeId>, last: &[NodeId]) -> Vec<Vec<NodeId>> {
    let Some(motion) = &program.motion else {
        once.extend(last);
        return vec![once];
    };
    let mut look = last.to_vec();
    for asked in program.asked.iter().filter(|a| section_of(a.when) == LOOK) {
        look.extend(asked.predicate.roots());
    }
    sections_of(motion, once, look)
}

/// The roots of the three sections, with what the way itself needs, from those of the set-up and of a look.
pub fn sections_of(motion: &Motion, once: Vec<NodeId>, look: Vec<NodeId>) -> Vec<Vec<NodeId>> {
    match motion {
        Motion::Iteration(path) => path::sections(path, once, look),
        Motion::Flow(course) => flow::sections(course, once, look),
    }
}

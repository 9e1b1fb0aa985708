//! What moves in a claim: the state of an iteration or of a flow, as inputs of the claim's graph.

use super::program::Bound;
use crate::kernel::Kind;
use crate::lang::ast;
use crate::lang::ir::{InputId, NodeId};

/// A component of a trajectory's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub name: String,
    pub input: InputId,
    /// Its value now, as a node.
    pub node: NodeId,
    /// The value one step before, for `prev`.
    pub previous: InputId,
    pub start: NodeId,
    pub next: NodeId,
}

/// The kernel of a trajectory: what of the claim its arrays and numbers are, in the order of the kind.
#[derive(Clone, Debug)]
pub struct KernelBinding {
    pub kind: Kind,
    /// Components of the state, by place.
    pub state: Vec<usize>,
    pub data: Vec<NodeId>,
    pub scalars: Vec<NodeId>,
}

/// A trajectory's part of the graph.
#[derive(Clone, Debug)]
pub struct Path {
    pub state: Vec<Component>,
    pub time: InputId,
    pub steps: NodeId,
    pub schedule: ast::Schedule,
    pub until: Option<NodeId>,
    /// Whether a step depends on its number.
    pub timed: bool,
    pub lets: Vec<Bound>,
    pub assume: Vec<Bound>,
    /// First times: the input that holds the time, and the truth that is waited for.
    pub first: Vec<(String, InputId, NodeId)>,
    pub kernel: Option<KernelBinding>,
}

/// A part of a flow's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Moving {
    pub name: String,
    pub input: InputId,
    /// Its value at a time.
    pub node: NodeId,
    pub start: NodeId,
    pub rate: NodeId,
}

/// A flow's part of the graph.
#[derive(Clone, Debug)]
pub struct Course {
    pub state: Vec<Moving>,
    pub time: InputId,
    /// The time as a value.
    pub t: NodeId,
    pub end: NodeId,
    pub looks: ast::Looks,
    pub until: Option<NodeId>,
    pub lets: Vec<Bound>,
    pub assume: Vec<Bound>,
    /// First times: the input that holds the time, and the truth that is waited for.
    pub first: Vec<(String, InputId, NodeId)>,
}

/// What moves: a claim has one of them, or nothing that does.
#[derive(Clone, Debug)]
pub enum Motion {
    Iteration(Path),
    Flow(Course),
}

impl Motion {
    /// The parts of the state with their starts.
    pub fn starts(&self) -> Vec<(&str, NodeId)> {
        match self {
            Self::Iteration(path) => path.state.iter().map(|part| (part.name.as_str(), part.start)).collect(),
            Self::Flow(course) => course.state.iter().map(|part| (part.name.as_str(), part.start)).collect(),
        }
    }

    /// What has a name on the way: the time of a flow, the parts of the state, then what is named of them.
    pub fn named(&self) -> Vec<(&str, NodeId)> {
        let state: Vec<(&str, NodeId)> = match self {
            Self::Iteration(path) => path.state.iter().map(|part| (part.name.as_str(), part.node)).collect(),
            Self::Flow(course) => {
                let state = course.state.iter().map(|part| (part.name.as_str(), part.node));
                std::iter::once(("t", course.t)).chain(state).collect()
            }
        };
        state.into_iter().chain(self.lets().iter().map(|bound| (bound.name.as_str(), bound.node))).collect()
    }

    pub fn lets(&self) -> &[Bound] {
        match self {
            Self::Iteration(path) => &path.lets,
            Self::Flow(course) => &course.lets,
        }
    }

    /// Hypotheses on the way.
    pub fn assume(&self) -> &[Bound] {
        match self {
            Self::Iteration(path) => &path.assume,
            Self::Flow(course) => &course.assume,
        }
    }

    /// First times: the input that holds the time, and the truth that is waited for.
    pub fn first(&self) -> &[(String, InputId, NodeId)] {
        match self {
            Self::Iteration(path) => &path.first,
            Self::Flow(course) => &course.first,
        }
    }

    /// What ends it before its time.
    pub fn until(&self) -> Option<NodeId> {
        match self {
            Self::Iteration(path) => path.until,
            Self::Flow(course) => course.until,
        }
    }

    /// All nodes that it needs.
    pub fn roots(&self) -> Vec<NodeId> {
        let mut roots: Vec<NodeId> = self.lets().iter().chain(self.assume()).map(|bound| bound.node).collect();
        roots.extend(self.first().iter().map(|first| first.2));
        match self {
            Self::Iteration(path) => {
                roots.extend(path.state.iter().flat_map(|part| [part.start, part.next]));
                roots.extend(path.until);
                roots.extend(path.kernel.iter().flat_map(|k| k.data.iter().chain(&k.scalars)).copied());
            }
            Self::Flow(course) => {
                roots.extend(course.state.iter().flat_map(|part| [part.start, part.rate]));
                roots.extend(course.until);
                roots.push(course.end);
            }
        }
        roots
    }
}

//! What an ordinate of a fit would be had its counts been one step off.
//!
//! A number of steps, a first time, a whole part: each stands for a real that it is less than a step away from, and says nothing within the step. A line
//! through such numbers may be exact to the last bit and still not the one that is meant. How much a step makes of the ordinate is
//! asked of the claim's own expression, with the count a step less and a step more.
//!
//! A step is what lies between two looks, since an end and a first time are only seen there. Counts that the givens are made of (a stepsize
//! `1/ceil(..)`, say) are parameters, which are what they are.

use super::Bound;
use crate::claim::motion::Motion;
use crate::lang::ast::{Looks, Schedule};
use crate::lang::build;
use crate::lang::ir::{Graph, InputId, NodeId, Op, RealFn, Type};
use crate::lang::structural::structural_nodes;
use crate::lang::substitute::{SubstituteError, substitute};
use crate::lang::types::reachable;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// For each count that an ordinate is made of: the ordinate with the count a step less, and a step more.
///
/// # Errors
/// If the graph grows too large.
pub fn off_by_a_step(
    graph: &mut Graph,
    ordinate: NodeId,
    motion: Option<&Motion>,
    givens: &[Bound],
) -> Result<Vec<[NodeId; 2]>, SubstituteError> {
    let below = reachable(graph, &[ordinate]);
    let sizes: BTreeSet<NodeId> = reachable(graph, &structural_nodes(graph, &[ordinate])).into_iter().collect();
    let parameters: Vec<NodeId> = givens.iter().map(|given| given.node).collect();
    let parameters: BTreeSet<NodeId> = reachable(graph, &parameters).into_iter().collect();
    let times = motion.map(times).unwrap_or_default();
    let mut counts: Vec<(NodeId, Option<NodeId>)> = Vec::new();
    for id in below {
        match graph.node(id).op {
            Op::Input(input) if times.contains(&input) => counts.push((id, Some(id))),
            Op::Real(RealFn::Floor | RealFn::Ceil) if !sizes.contains(&id) && !parameters.contains(&id) => {
                counts.push((id, None));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (count, time) in counts {
        let step = match (time, motion) {
            (Some(time), Some(motion)) => between_looks(graph, motion, time),
            _ => build::int(graph, 1),
        };
        let (less, more) = (build::sub(graph, count, step), build::add(graph, count, step));
        let mut with = |other| substitute(graph, ordinate, &BTreeMap::from([(count, other)]));
        out.push([with(less)?, with(more)?]);
    }
    Ok(out)
}

/// The inputs that hold a time which was waited for.
fn times(motion: &Motion) -> BTreeSet<InputId> {
    let end = match motion {
        Motion::Iteration(path) => path.until.map(|_| path.time),
        Motion::Flow(course) => course.until.map(|_| course.time),
    };
    end.into_iter().chain(motion.first().iter().map(|first| first.1)).collect()
}

/// What lies between the look at a time and the one before, in the whole steps of an iteration.
fn between_looks(graph: &mut Graph, motion: &Motion, time: NodeId) -> NodeId {
    // The share of a time that lies between, where looks are spread in the logarithm from 1 to so many.
    let share = |graph: &mut Graph, ratio: NodeId, looks: u64| {
        let (looks, one) = (graph.number(RBig::from(looks.max(1))), build::int(graph, 1));
        let log = build::real_fn(graph, RealFn::Log, ratio);
        let (log, zero) = (build::div(graph, log, looks), build::int(graph, 0));
        let less = build::sub(graph, zero, log);
        let kept = build::real_fn(graph, RealFn::Exp, less);
        let lost = build::sub(graph, one, kept);
        build::mul(graph, time, lost)
    };
    match motion {
        Motion::Iteration(path) => match path.schedule {
            Schedule::Every(stride) => graph.number(RBig::from(stride.max(1))),
            Schedule::Log(looks) => {
                let part = share(graph, path.steps, looks);
                let whole = graph.add(Op::Real(RealFn::Ceil), vec![part], Type::Int);
                let one = build::int(graph, 1);
                build::extreme(graph, true, vec![one, whole])
            }
        },
        Motion::Flow(course) => match course.looks {
            Looks::Even(looks) => {
                let looks = graph.number(RBig::from(looks.max(1)));
                build::div(graph, course.end, looks)
            }
            Looks::Log(looks) => {
                // From a millionth of the end on.
                let ratio = build::int(graph, 1_000_000);
                share(graph, ratio, looks.saturating_sub(1))
            }
        },
    }
}

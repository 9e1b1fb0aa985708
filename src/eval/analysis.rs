//! What a plan's compiler wants to know of a graph and that does not depend on the integers: computed once a claim.

use crate::lang::ir::{Graph, InputId, NodeId, Op, Type, VarId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Facts about every node, by index.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Loop indices that the value or the shape depends on and that the node does not bind itself; sorted.
    free: Vec<Arc<[VarId]>>,
    /// Loop indices that the shape depends on; sorted.
    shape_free: Vec<Arc<[VarId]>>,
    /// Whether the value depends on an [`Op::Input`], and so changes from section to section.
    volatile: Vec<bool>,
}

impl Analysis {
    /// `held` inputs keep their value for a whole run (a swept given): they are not volatile.
    pub fn new(graph: &Graph, held: &BTreeSet<InputId>) -> Self {
        let none: Arc<[VarId]> = Arc::from([]);
        let mut analysis = Self { free: Vec::new(), shape_free: Vec::new(), volatile: Vec::new() };
        for index in 0..graph.len() {
            let node = graph.node(NodeId(index as u32));
            let mut shape: Vec<VarId> = Vec::new();
            if let Type::Matrix(rows, cols) = &node.ty {
                for atoms in rows.terms.keys().chain(cols.terms.keys()) {
                    for atom in atoms {
                        shape.extend(analysis.free[atom.0 as usize].iter());
                    }
                }
            }
            let mut free = shape.clone();
            for arg in &node.args {
                free.extend(analysis.free[arg.0 as usize].iter());
            }
            match &node.op {
                Op::Var(var) => free.push(*var),
                Op::Fold { vars, .. } => free.retain(|v| !vars.contains(v)),
                Op::Build { row, col } => free.retain(|v| v != row && Some(*v) != *col),
                _ => {}
            }
            let changes = matches!(&node.op, Op::Input(input) if !held.contains(input));
            let volatile = changes || node.args.iter().any(|arg| analysis.volatile[arg.0 as usize]);
            analysis.free.push(interned(free, &none));
            analysis.shape_free.push(interned(shape, &none));
            analysis.volatile.push(volatile);
        }
        analysis
    }

    pub fn free(&self, id: NodeId) -> &[VarId] {
        &self.free[id.0 as usize]
    }

    pub fn shape_free(&self, id: NodeId) -> &[VarId] {
        &self.shape_free[id.0 as usize]
    }

    pub fn volatile(&self, id: NodeId) -> bool {
        self.volatile[id.0 as usize]
    }
}

fn interned(mut vars: Vec<VarId>, none: &Arc<[VarId]>) -> Arc<[VarId]> {
    if vars.is_empty() {
        return none.clone();
    }
    vars.sort_unstable();
    vars.dedup();
    Arc::from(vars)
}

/// Nodes reachable from `roots`, without descending below a node for which `stop` holds (such nodes are left out).
pub fn reachable(
    graph: &Graph,
    roots: impl IntoIterator<Item = NodeId>,
    extra: &dyn Fn(&Op) -> Option<NodeId>,
    stop: &dyn Fn(NodeId) -> bool,
) -> Vec<NodeId> {
    let mut seen = std::collections::HashSet::new();
    let mut stack: Vec<NodeId> = roots.into_iter().collect();
    while let Some(id) = stack.pop() {
        if stop(id) || !seen.insert(id) {
            continue;
        }
        let node = graph.node(id);
        stack.extend(node.args.iter().copied());
        stack.extend(extra(&node.op));
    }
    let mut all: Vec<NodeId> = seen.into_iter().collect();
    all.sort_unstable();
    all
}

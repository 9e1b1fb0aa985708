//! Which integers give a claim its structure: those that shapes, ranges and positions depend on.
//!
//! Cases that agree in them run the same plan side by side; the other integers (exponents, step counts, plain numbers) may
//! differ from case to case.

use super::ir::{Graph, IntId, NodeId, Op};
use super::types::{atoms, reachable};
use std::collections::BTreeSet;

/// The integer givens among [`structural_nodes`], and among what these are made of.
pub fn structural_ints(graph: &Graph, roots: &[NodeId]) -> BTreeSet<IntId> {
    let below = reachable(graph, &structural_nodes(graph, roots));
    below
        .into_iter()
        .filter_map(|id| match graph.node(id).op {
            Op::Int(int) => Some(int),
            _ => None,
        })
        .collect()
}

/// What stands in the sizes of any node that the roots are made of, in the ranges of folds, and in the positions of
/// entries, blocks, eigenvalues, singular values, projectors and unit vectors, and in the exponents of matrices.
pub fn structural_nodes(graph: &Graph, roots: &[NodeId]) -> Vec<NodeId> {
    let mut structural: Vec<NodeId> = Vec::new();
    for id in reachable(graph, roots) {
        let node = graph.node(id);
        structural.extend(atoms(&node.ty));
        match (&node.op, node.args.as_slice()) {
            (Op::Fold { vars, .. }, args) => structural.extend(&args[..2 * vars.len()]),
            (Op::Entry | Op::Block, &[_, i, j]) => structural.extend([i, j]),
            (Op::Lambda | Op::Sigma | Op::Projector | Op::UnitVector, &[i, ..]) | (Op::MatPow, &[_, i]) => {
                structural.push(i)
            }
            _ => {}
        }
    }
    structural
}

#[cfg(test)]
mod tests {
    use super::super::ir::IntId;
    use super::super::reference::World;
    use super::structural_ints;
    use std::collections::BTreeSet;

    #[test]
    fn sizes_ranges_positions_and_exponents_of_matrices_count_and_those_of_numbers_do_not() {
        // In the world d, m, n, k are the integers 0, 1, 2, 3.
        for (text, ints) in [
            ("x^k + n", &[][..]),
            ("tr(W^k)", &[0, 3]),
            ("norm(A)", &[0, 1]),
            ("u[k]", &[0, 3]),
            ("sum(i in 1..=n: x^i)", &[2]),
            ("sigma(k, zeros(2, 2))", &[3]),
            ("norm(zeros(m*n, 2))", &[1, 2]),
            ("1/2^k", &[]),
        ] {
            let mut world = World::new();
            let id = world.node(text).expect("well formed");
            let expected: BTreeSet<IntId> = ints.iter().map(|&i| IntId(i)).collect();
            assert_eq!(structural_ints(&world.graph, &[id]), expected, "{text}");
        }
    }
}

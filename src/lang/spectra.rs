//! Eigenvalues and singular values, read off where they are known by construction.
//!
//! A matrix sampled with a given spectrum has *exactly* that spectrum, so `lambda_min(S)` is an entry of it and needs no
//! eigenvalue computation.

use super::build;
use super::ir::{Dim, Graph, NodeId, Op, Type};
use super::types::{is_matrix, is_scalar, shape};

/// The column of singular values that is known of a matrix or of what it transposes, if it lists all `min(m, n)` of them.
fn known_singular(graph: &Graph, m: NodeId) -> Option<NodeId> {
    let under = |id: NodeId| match graph.node(id).op {
        Op::Transpose => graph.node(id).args[0],
        _ => id,
    };
    let v = *graph.singular_values_of.get(&m).or_else(|| graph.singular_values_of.get(&under(m)))?;
    if is_scalar(graph, v) {
        return None;
    }
    let (rows, cols) = shape(graph, m);
    let length = shape(graph, v).0;
    // A list as long as a side holds all of them: there are never more, and it never holds fewer.
    let least = |id: NodeId| matches!(graph.node(id).op, Op::Least);
    let is_min =
        length.terms.len() == 1 && length.terms.iter().all(|(atoms, &c)| c == 1 && atoms.len() == 1 && least(atoms[0]));
    (length == rows || length == cols || is_min).then_some(v)
}

/// `lambda(i, M)` of a symmetric matrix.
pub fn lambda(graph: &mut Graph, i: NodeId, m: NodeId) -> NodeId {
    if is_scalar(graph, m) && build::literal_int(graph, i) == Some(1) {
        return m;
    }
    let one = build::int(graph, 1);
    match graph.eigenvalues_of.get(&m).copied() {
        Some(v) => {
            let sorted = sorted(graph, v);
            build::entry(graph, sorted, i, one)
        }
        None => build::real(graph, Op::Lambda, vec![i, m]),
    }
}

pub fn eigenvalues(graph: &mut Graph, m: NodeId) -> NodeId {
    if is_scalar(graph, m) {
        return m;
    }
    match graph.eigenvalues_of.get(&m).copied() {
        Some(v) => sorted(graph, v),
        None => {
            let ty = Type::of_shape(shape(graph, m).0, Dim::constant(1));
            build::op(graph, Op::Eigenvalues, vec![m], ty)
        }
    }
}

pub fn norm(graph: &mut Graph, m: NodeId) -> NodeId {
    if !is_matrix(graph, m) {
        return build::abs(graph, m);
    }
    let known = graph.eigenvalues_of.get(&m).copied().or_else(|| known_singular(graph, m));
    match known {
        Some(v) => build::real(graph, Op::MaxAbs, vec![v]),
        None => build::real(graph, Op::Norm, vec![m]),
    }
}

/// `sigma(i, M)`: 0 past the smaller dimension, which a list of the values does not know by itself.
pub fn sigma(graph: &mut Graph, i: NodeId, m: NodeId) -> NodeId {
    let literal = build::literal_int(graph, i);
    if is_scalar(graph, m) && literal == Some(1) {
        return build::abs(graph, m);
    }
    let known = known_singular(graph, m);
    if literal == Some(1) && (known.is_some() || graph.eigenvalues_of.contains_key(&m)) {
        return norm(graph, m);
    }
    let Some(v) = known else { return build::real(graph, Op::Sigma, vec![i, m]) };
    let length = graph.dim_node(&shape(graph, v).0);
    let (one, zero) = (build::int(graph, 1), build::int(graph, 0));
    let sorted = sorted(graph, v);
    let value = build::entry(graph, sorted, i, one);
    let inside = build::truth(graph, Op::LessEqual, i, length);
    build::choose(graph, inside, value, zero)
}

/// The column of all singular values; `least` is the smaller dimension.
pub fn singular_values(graph: &mut Graph, m: NodeId, least: Dim) -> NodeId {
    if is_scalar(graph, m) {
        return build::abs(graph, m);
    }
    match known_singular(graph, m) {
        Some(v) if shape(graph, v).0 == least => sorted(graph, v),
        _ => build::op(graph, Op::SingularValues, vec![m], Type::of_shape(least, Dim::constant(1))),
    }
}

fn sorted(graph: &mut Graph, v: NodeId) -> NodeId {
    if is_scalar(graph, v) {
        return v;
    }
    let ty = graph.ty(v).clone();
    build::op(graph, Op::SortDecreasing, vec![v], ty)
}

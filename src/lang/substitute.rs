//! Replacing nodes by others in a graph: `prev(e)`, the size of `I`, the variable of a binder.
//!
//! Binders whose body changes get fresh variables, so that every binder keeps variables of its own. Sizes in types are
//! replaced with the rest. Nothing here recurses: nodes are rebuilt in increasing order.

use super::ir::{Graph, NodeId, Op, Type, VarId};
use super::types::{atoms, dim_of, reachable, replace_atoms};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteError {
    #[error("the claim has more than {0} nodes")]
    TooLarge(usize),
    #[error("a size grows past what is followed symbolically")]
    Size,
}

/// The most nodes that one claim may have.
pub const MAX_NODES: usize = 200_000;

/// The node with every occurrence of a key replaced by its value.
pub fn substitute(graph: &mut Graph, node: NodeId, with: &BTreeMap<NodeId, NodeId>) -> Result<NodeId, SubstituteError> {
    Ok(substitute_all(graph, &[node], with)?[0])
}

/// Several roots at once, so that a binder that they share stays one.
pub fn substitute_all(
    graph: &mut Graph,
    roots: &[NodeId],
    with: &BTreeMap<NodeId, NodeId>,
) -> Result<Vec<NodeId>, SubstituteError> {
    let order = reachable(graph, roots);
    let renamed = changed_binders(graph, &order, with);
    let mut fresh: HashMap<VarId, VarId> = HashMap::new();
    for &v in &renamed {
        fresh.insert(v, graph.fresh_var());
    }
    let mut new: HashMap<NodeId, NodeId> = with.iter().map(|(&k, &v)| (k, v)).collect();
    for &id in &order {
        if new.contains_key(&id) {
            continue;
        }
        let node = graph.node(id);
        let changed = |a: &NodeId| new.get(a).is_some_and(|n| n != a);
        let binds = binder_vars(&node.op).iter().any(|v| renamed.contains(v));
        let is_renamed_var = matches!(node.op, Op::Var(v) if renamed.contains(&v));
        if !binds && !is_renamed_var && !node.args.iter().any(&changed) && !atoms(&node.ty).any(|a| changed(&a)) {
            continue;
        }
        let mut node = node.clone();
        for arg in &mut node.args {
            *arg = new.get(arg).copied().unwrap_or(*arg);
        }
        rename(&mut node.op, &fresh);
        if let Type::Matrix(rows, cols) = &node.ty {
            let value = |atom: NodeId| new.get(&atom).map(|&n| dim_of(graph, n));
            let (rows, cols) = (replace_atoms(rows, &value), replace_atoms(cols, &value));
            let (Some(rows), Some(cols)) = (rows, cols) else { return Err(SubstituteError::Size) };
            node.ty = Type::of_shape(rows, cols);
        }
        let made = match (&node.op, &node.ty) {
            // A shape that turns out as 1×1.
            (Op::Identity | Op::Ones, Type::Real) => graph.number(1),
            (Op::Zeros, Type::Real) => graph.number(0),
            _ => graph.add(node.op, node.args, node.ty),
        };
        if graph.len() > MAX_NODES {
            return Err(SubstituteError::TooLarge(MAX_NODES));
        }
        for table in [Table::Eigenvalues, Table::Singular] {
            carry_spectrum(graph, table, id, made, &new);
        }
        if graph.symmetric.contains(&id) {
            graph.symmetric.insert(made);
        }
        new.insert(id, made);
    }
    Ok(roots.iter().map(|r| new.get(r).copied().unwrap_or(*r)).collect())
}

#[derive(Clone, Copy)]
enum Table {
    Eigenvalues,
    Singular,
}

/// A rebuilt node keeps its known spectrum where that is rebuilt or unchanged too.
fn carry_spectrum(graph: &mut Graph, table: Table, old: NodeId, made: NodeId, new: &HashMap<NodeId, NodeId>) {
    let known = match table {
        Table::Eigenvalues => &mut graph.eigenvalues_of,
        Table::Singular => &mut graph.singular_values_of,
    };
    let Some(spectrum) = known.get(&old) else { return };
    // The spectrum is part of what a sampled node is made of, so it was visited before the node.
    let spectrum = new.get(spectrum).copied().unwrap_or(*spectrum);
    known.insert(made, spectrum);
}

/// The variables of the binders that contain something to replace, or a renamed variable of such a binder around them.
fn changed_binders(graph: &Graph, order: &BTreeSet<NodeId>, with: &BTreeMap<NodeId, NodeId>) -> BTreeSet<VarId> {
    let mut renamed: BTreeSet<VarId> = BTreeSet::new();
    loop {
        let mut changed: BTreeSet<NodeId> = with.keys().copied().collect();
        let before = renamed.len();
        for &id in order {
            let node = graph.node(id);
            let parts_change =
                node.args.iter().any(|a| changed.contains(a)) || atoms(&node.ty).any(|a| changed.contains(&a));
            if parts_change || matches!(node.op, Op::Var(v) if renamed.contains(&v)) {
                changed.insert(id);
            }
            if parts_change {
                renamed.extend(binder_vars(&node.op).into_iter().filter(|&v| !replaced(graph, with, v)));
            }
        }
        if renamed.len() == before {
            return renamed;
        }
    }
}

/// Whether the variable itself is being replaced.
fn replaced(graph: &Graph, with: &BTreeMap<NodeId, NodeId>, v: VarId) -> bool {
    with.keys().any(|&k| graph.node(k).op == Op::Var(v))
}

/// The variables that an operation binds.
pub fn binder_vars(op: &Op) -> Vec<VarId> {
    match op {
        Op::Fold { vars, .. } => vars.clone(),
        Op::Build { row, col } => std::iter::once(*row).chain(*col).collect(),
        _ => Vec::new(),
    }
}

fn rename(op: &mut Op, fresh: &HashMap<VarId, VarId>) {
    let new = |v: &mut VarId| *v = fresh.get(v).copied().unwrap_or(*v);
    match op {
        Op::Fold { vars, .. } => vars.iter_mut().for_each(new),
        Op::Build { row, col } => {
            new(row);
            col.iter_mut().for_each(new);
        }
        Op::Var(v) => new(v),
        _ => {}
    }
}

/// Whether a node depends on one of these variables from outside.
pub fn mentions(graph: &Graph, roots: &[NodeId], vars: &[VarId]) -> bool {
    reachable(graph, roots).into_iter().any(|id| matches!(graph.node(id).op, Op::Var(v) if vars.contains(&v)))
}

/// The node with fresh variables for these binders' variables: the body of a second binder. Gives the new variables.
pub fn with_fresh_vars(
    graph: &mut Graph,
    roots: &[NodeId],
    vars: &[VarId],
) -> Result<(Vec<NodeId>, Vec<VarId>), SubstituteError> {
    let mut with = BTreeMap::new();
    let mut new = Vec::new();
    for &v in vars {
        let fresh = graph.fresh_var();
        let (old_node, new_node) = (super::build::var(graph, v), super::build::var(graph, fresh));
        with.insert(old_node, new_node);
        new.push(fresh);
    }
    Ok((substitute_all(graph, roots, &with)?, new))
}

#[cfg(test)]
mod tests {
    use super::super::ir::{Op, Type};
    use super::super::reference::World;
    use super::*;

    #[test]
    fn a_replaced_leaf_is_replaced_everywhere_even_under_binders() {
        let mut world = World::new();
        let old = world.node("sum(i in 1..=d: x*u[i] + sum(j in 1..=i: x^j))").expect("well formed");
        let expected = world.node("sum(i in 1..=d: y*u[i] + sum(j in 1..=i: y^j))").expect("well formed");
        let with = BTreeMap::from([(world.name("x"), world.name("y"))]);
        let new = substitute(&mut world.graph, old, &with).expect("small");
        assert_ne!(new, old);
        for seed in 0..5 {
            let case = world.case(seed);
            assert!((case.real(new) - case.real(expected)).abs() <= 1e-12 * (1.0 + case.real(new).abs()));
        }
    }

    #[test]
    fn a_changed_binder_has_variables_of_its_own_and_an_unchanged_one_stays() {
        let mut world = World::new();
        let fixed = world.node("sum(j in 1..=d: u[j])").expect("well formed");
        world.define("fixed", fixed);
        let old = world.node("sum(i in 1..=d: x*fixed*u[i])").expect("well formed");
        let with = BTreeMap::from([(world.name("x"), world.name("y"))]);
        let new = substitute(&mut world.graph, old, &with).expect("small");
        let vars = |id| binder_vars(&world.graph.node(id).op);
        assert_ne!(vars(old), vars(new));
        assert!(reachable(&world.graph, &[new]).contains(&fixed));
    }

    #[test]
    fn sizes_are_replaced_with_the_rest() {
        let mut world = World::new();
        let old = world.node("zeros(d + 1, m)").expect("well formed");
        let with = BTreeMap::from([(world.name("d"), world.name("n"))]);
        let new = substitute(&mut world.graph, old, &with).expect("small");
        assert_eq!(new, world.node("zeros(n + 1, m)").expect("well formed"));
        let one = world.node("1").expect("well formed");
        let square = world.node("zeros(d, m)").expect("well formed");
        let with = BTreeMap::from([(world.name("d"), one), (world.name("m"), one)]);
        let scalar = substitute(&mut world.graph, square, &with).expect("small");
        assert_eq!(*world.graph.ty(scalar), Type::Int);
        assert!(matches!(world.graph.node(scalar).op, Op::Number(_)));
    }
}

//! A predicate made of equalities as a number that is zero where it holds, at points that no hypothesis binds.
//!
//! A *generic point* is a choice of everything that the samplers choose freely: numbers of intervals (whatever the interval: an identity
//! of rational functions holds everywhere it is defined or almost nowhere), normal numbers, reflectors. All that the samplers make
//! hold by construction (orthogonality, commuting, a given spectrum, symmetry) holds there exactly.
//!
//! Eigenvalues that are read off in decreasing order are a difficulty: the order is no rational function. Where the column that is sorted is
//! free and has no other use, the sorted column is free; and where its only other use is as the spectrum of `Q diag(d) Q'` with a
//! `Q` of its own, any order of `d` gives the same matrices, so `d` may be taken sorted. Everything else is refused.
//!
//! What holds at generic points holds everywhere only where the free numbers reach everything that the hypotheses allow by
//! one rational map. A square block of reflectors ends in a sign: both are gone through. Two matrices that commute with
//! one another share a basis; of three, the second and the third need not where the first has ties, and that is refused.

use crate::claim::model::Claim;
use crate::claim::program::Program;
use crate::lang::ast::Sampler;
use crate::lang::build;
use crate::lang::ir::{DrawId, Fold, Graph, InputId, NodeId, Op, SampleOp, Type};
use crate::lang::substitute::substitute_all;
use crate::lang::types::{is_matrix, reachable};
use crate::sample::draws::Role;
use std::collections::{BTreeMap, BTreeSet};

/// A predicate at generic points.
pub struct Generic {
    pub graph: Graph,
    /// A number that is not negative at real points, and zero where the predicate holds.
    pub defect: NodeId,
    /// What stands for the free columns.
    pub inputs: BTreeSet<InputId>,
    /// Draws of choices, with the number of their items: gone through one by one.
    pub choices: BTreeMap<DrawId, usize>,
    /// Blocks of reflectors whose last one, where the block is square, is a sign that matters: gone through too.
    pub signs: BTreeSet<DrawId>,
}

/// Inputs of the program itself have smaller numbers.
const FIRST_INPUT: u32 = 1 << 24;
/// How deep conditions may be nested.
const MAX_DEPTH: usize = 256;

/// A predicate at generic points, or why there is no such thing.
pub fn generic(claim: &Claim, program: &Program, truth: NodeId) -> Result<Generic, String> {
    let mut graph = program.graph.clone();
    let defect = defect(&mut graph, truth, 0)?;
    let below = reachable(&graph, &[defect]);
    if below.iter().any(|id| matches!(graph.node(*id).op, Op::Input(_))) {
        return Err("it speaks of an iteration".to_owned());
    }
    if shares_a_basis(program, &graph, &below) {
        return Err("three matrices are taken to share an eigenbasis, which they need not at ties".to_owned());
    }
    let free = free_columns(program, &graph, &below)?;
    let mut with = BTreeMap::new();
    let mut inputs = BTreeSet::new();
    for (place, column) in free.iter().enumerate() {
        let ty = graph.ty(column.node).clone();
        let id = InputId(FIRST_INPUT + place as u32);
        inputs.insert(id);
        let input = graph.add(Op::Input(id), vec![], ty);
        with.insert(column.node, input);
        with.extend(column.sorted.map(|sorted| (sorted, input)));
    }
    let defect = substitute_all(&mut graph, &[defect], &with).map_err(|e| e.to_string())?[0];
    let choices = choices(claim, program, &graph, defect)?;
    let signs = signs(program, &graph, defect);
    Ok(Generic { graph, defect, inputs, choices, signs })
}

/// Whether more than two sampled matrices rest on one basis, among those that the predicate or a given speaks of.
fn shares_a_basis(program: &Program, graph: &Graph, below: &BTreeSet<NodeId>) -> bool {
    let givens: Vec<NodeId> = program.givens.iter().map(|g| g.node).collect();
    let all: BTreeSet<NodeId> = reachable(graph, &givens).into_iter().chain(below.iter().copied()).collect();
    let mut resting: BTreeMap<NodeId, usize> = BTreeMap::new();
    for &id in &all {
        let node = graph.node(id);
        if node.op == Op::Sample(SampleOp::Congruence) {
            *resting.entry(node.args[0]).or_default() += 1;
        }
    }
    below.iter().any(|id| resting.get(id).is_some_and(|count| *count > 2))
}

/// The blocks of reflectors that are applied to something; the sign does nothing to a spectrum.
fn signs(program: &Program, graph: &Graph, defect: NodeId) -> BTreeSet<DrawId> {
    let below = reachable(graph, &[defect]);
    let users = users(graph, &below);
    let is_sign = |id: NodeId| match graph.node(id).op {
        Op::Draw(draw) if program.samples.blocks[draw.0 as usize].role == Role::Reflector => {
            let used = users
                .get(&id)
                .is_some_and(|all| all.iter().any(|user| graph.node(*user).op != Op::Sample(SampleOp::Congruence)));
            used.then_some(draw)
        }
        _ => None,
    };
    below.iter().filter_map(|id| is_sign(*id)).collect()
}

/// A sum of squares that is zero where the truth is an equality that holds.
fn defect(graph: &mut Graph, truth: NodeId, depth: usize) -> Result<NodeId, String> {
    if depth > MAX_DEPTH {
        return Err("it is nested too deeply".to_owned());
    }
    let node = graph.node(truth).clone();
    match (&node.op, node.args.as_slice()) {
        (Op::Bool(holds), _) => Ok(graph.number(i32::from(!holds))),
        (Op::Equal, &[a, b]) => {
            let difference = build::sub(graph, a, b);
            if is_matrix(graph, difference) {
                return Ok(build::inner(graph, difference, difference));
            }
            Ok(build::mul(graph, difference, difference))
        }
        (Op::And, &[a, b]) => {
            let (a, b) = (defect(graph, a, depth + 1)?, defect(graph, b, depth + 1)?);
            Ok(build::add(graph, a, b))
        }
        (Op::If, &[c, a, b]) => {
            let (a, b) = (defect(graph, a, depth + 1)?, defect(graph, b, depth + 1)?);
            Ok(build::choose(graph, c, a, b))
        }
        (Op::Fold { fold: Fold::All, vars, filtered }, args) => {
            let Some((&body, rest)) = args.split_last() else { return Err("an empty fold".to_owned()) };
            let body = defect(graph, body, depth + 1)?;
            let args = rest.iter().copied().chain([body]).collect();
            let ty = graph.ty(body).clone();
            Ok(graph.add(Op::Fold { fold: Fold::Sum, vars: vars.clone(), filtered: *filtered }, args, ty))
        }
        _ => Err("it is not made of equalities alone".to_owned()),
    }
}

/// A column (or number) that is free, with the sorted one that stands for it.
struct Free {
    node: NodeId,
    sorted: Option<NodeId>,
}

fn free_columns(program: &Program, graph: &Graph, below: &BTreeSet<NodeId>) -> Result<Vec<Free>, String> {
    let users = users(graph, below);
    let laws: BTreeSet<NodeId> = program.samples.laws.iter().copied().filter(|law| below.contains(law)).collect();
    let mut free: BTreeMap<NodeId, Free> = laws.iter().map(|&node| (node, Free { node, sorted: None })).collect();
    // Bases in which one spectrum is sorted already.
    let mut taken: BTreeSet<NodeId> = BTreeSet::new();
    for &sorted in below.iter().filter(|id| graph.node(**id).op == Op::SortDecreasing) {
        let column = graph.node(sorted).args[0];
        let drawn = matches!(graph.node(column).op, Op::Draw(_));
        if !laws.contains(&column) && !drawn {
            return Err("it sorts numbers that are not free".to_owned());
        }
        for &user in users.get(&column).into_iter().flatten().filter(|user| **user != sorted) {
            let bases = bases(graph, &users, user).ok_or("the order of eigenvalues matters to it")?;
            for base in bases {
                if !taken.insert(base) {
                    return Err("it sorts two spectra over one basis".to_owned());
                }
            }
        }
        free.insert(column, Free { node: column, sorted: Some(sorted) });
    }
    Ok(free.into_values().collect())
}

/// Which nodes use each.
fn users(graph: &Graph, below: &BTreeSet<NodeId>) -> BTreeMap<NodeId, Vec<NodeId>> {
    let mut users: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for &id in below {
        for &arg in &graph.node(id).args {
            users.entry(arg).or_default().push(id);
        }
    }
    users
}

/// The reflectors that carry a column to a matrix in which its order does not matter; `None` if it is used otherwise.
fn bases(graph: &Graph, users: &BTreeMap<NodeId, Vec<NodeId>>, user: NodeId) -> Option<Vec<NodeId>> {
    let node = graph.node(user);
    // Whatever else rests on a basis must not care for the order of its columns: a spectrum of draws without a name does not.
    let indifferent = |other: NodeId| match (&graph.node(other).op, graph.node(other).args.as_slice()) {
        (Op::Sample(SampleOp::Congruence), &[_, d]) => {
            other == user || matches!(graph.node(d).op, Op::Draw(_)) && users.get(&d).is_some_and(|u| *u == [other])
        }
        _ => false,
    };
    let own = |v: NodeId| users.get(&v).is_some_and(|all| all.iter().all(|u| indifferent(*u)));
    match (&node.op, node.args.as_slice()) {
        (Op::Sample(SampleOp::Congruence), &[v, _]) => own(v).then(|| vec![v]),
        // `U diag(s) V'`: rectangular, transposed, reflected, transposed, reflected.
        (Op::Sample(SampleOp::Rectangular), _) => {
            let only = |id: NodeId| match users.get(&id).map(Vec::as_slice) {
                Some(&[user]) => Some(user),
                _ => None,
            };
            let reflected = |id: NodeId| {
                let up = only(id)?;
                let up = if graph.node(up).op == Op::Transpose { only(up)? } else { up };
                let node = graph.node(up);
                match (&node.op, node.args.as_slice()) {
                    (Op::Sample(SampleOp::Reflect), &[v, _]) if only(v) == Some(up) => Some((up, v)),
                    _ => None,
                }
            };
            let (right, v) = reflected(user)?;
            let (_, u) = reflected(right)?;
            Some(vec![u, v])
        }
        _ => None,
    }
}

/// The draws of choices that are left, with the number of items.
fn choices(claim: &Claim, program: &Program, graph: &Graph, defect: NodeId) -> Result<BTreeMap<DrawId, usize>, String> {
    let mut choices = BTreeMap::new();
    for id in reachable(graph, &[defect]) {
        let Op::Draw(draw) = graph.node(id).op else { continue };
        let block = &program.samples.blocks[draw.0 as usize];
        match block.role {
            Role::Unit { .. } | Role::Normal | Role::Reflector => {}
            Role::Order => return Err("permutations are not gone through".to_owned()),
            Role::Fraction => match claim.givens.get(block.given).map(|g| &g.value.kind) {
                Some(Sampler::Choice(items)) if *graph.ty(id) == Type::Real => {
                    choices.insert(draw, items.len());
                }
                // Integers are taken as they are, never from their draws.
                _ => return Err("it uses the draw of an integer".to_owned()),
            },
        }
    }
    Ok(choices)
}

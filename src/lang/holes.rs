//! The size of `I`: an unknown integer that the shapes around it determine.
//!
//! Each `I` of an expression gets a *hole*, an index variable that stands for its size in shapes. Where two shapes must agree
//! and do not yet, one hole is solved for if the difference is linear in it; at the end of the expression the solutions
//! replace the holes. What stays open is an error at that `I`.

use super::ir::{Dim, Graph, NodeId};
use super::span::Span;
use super::types::replace_atoms;
use super::{build, types};

#[derive(Clone, Debug)]
struct Hole {
    var: NodeId,
    span: Span,
    solution: Option<Dim>,
}

#[derive(Clone, Debug, Default)]
pub struct Holes {
    holes: Vec<Hole>,
}

impl Holes {
    pub fn is_empty(&self) -> bool {
        self.holes.is_empty()
    }

    /// The size of a new `I`.
    pub fn open(&mut self, graph: &mut Graph, span: Span) -> Dim {
        let v = graph.fresh_var();
        let var = build::var(graph, v);
        self.holes.push(Hole { var, span, solution: None });
        Dim::atom(var)
    }

    fn find(&self, atom: NodeId) -> Option<&Hole> {
        // Holes are few and in increasing order of their variables.
        self.holes.binary_search_by_key(&atom, |h| h.var).ok().map(|at| &self.holes[at])
    }

    /// The size with the solutions so far put in.
    pub fn resolve(&self, dim: &Dim) -> Dim {
        let solved = |atom: NodeId| self.find(atom).and_then(|h| h.solution.clone());
        let mut dim = dim.clone();
        // A solution may name a hole that was solved later; each round removes at least one hole for good.
        for _ in 0..=self.holes.len() {
            if !dim.terms.keys().flatten().any(|&a| solved(a).is_some()) {
                break;
            }
            match replace_atoms(&dim, &solved) {
                Some(next) => dim = next,
                None => break,
            }
        }
        dim
    }

    /// Whether the sizes are equal, or made equal by solving for a hole.
    pub fn unify(&mut self, a: &Dim, b: &Dim) -> bool {
        let difference = self.resolve(a).sub(&self.resolve(b));
        if difference.terms.is_empty() {
            return true;
        }
        let open: Vec<NodeId> =
            difference.terms.keys().flatten().copied().filter(|&a| self.find(a).is_some()).collect();
        for hole in open {
            if let Some(solution) = solve(&difference, hole) {
                if let Ok(at) = self.holes.binary_search_by_key(&hole, |h| h.var) {
                    self.holes[at].solution = Some(solution);
                }
                return true;
            }
        }
        false
    }

    /// Every hole with its solution, or the place of an `I` that is still open.
    pub fn solutions(&self) -> impl Iterator<Item = (NodeId, Result<Dim, Span>)> {
        self.holes.iter().map(|h| {
            let dim = self.resolve(&Dim::atom(h.var));
            let open = dim.terms.keys().flatten().find_map(|&a| self.find(a));
            (h.var, open.map_or(Ok(dim), |o| Err(o.span)))
        })
    }
}

/// The hole's value where the polynomial vanishes: `c*h*w + rest = 0` with `rest` divisible by `c*w`.
fn solve(difference: &Dim, hole: NodeId) -> Option<Dim> {
    let mut with = difference.terms.iter().filter(|(atoms, _)| atoms.contains(&hole));
    let (Some((key, &coefficient)), None) = (with.next(), with.next()) else { return None };
    let factor = without(key, &[hole])?;
    if factor.contains(&hole) {
        return None;
    }
    let mut solution = Dim::constant(0);
    for (atoms, &c) in difference.terms.iter().filter(|(atoms, _)| !atoms.contains(&hole)) {
        if c % coefficient != 0 {
            return None;
        }
        let quotient = Dim { terms: [(without(atoms, &factor)?, -(c / coefficient))].into() };
        solution = solution.add(&quotient);
    }
    Some(solution)
}

/// A sorted list of factors without some of them.
fn without(atoms: &[NodeId], factors: &[NodeId]) -> Option<Vec<NodeId>> {
    let mut left = atoms.to_vec();
    for f in factors {
        let at = left.iter().position(|a| a == f)?;
        left.remove(at);
    }
    Some(left)
}

/// The shape of a node with the solutions so far put in.
pub fn shape(holes: &Holes, graph: &Graph, id: NodeId) -> (Dim, Dim) {
    let (rows, cols) = types::shape(graph, id);
    if holes.is_empty() { (rows, cols) } else { (holes.resolve(&rows), holes.resolve(&cols)) }
}

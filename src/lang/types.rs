//! Symbolic sizes and shapes: what they are of a node, and how they are said to a person.
//!
//! Sizes are polynomials ([`Dim`]); two are equal when the polynomials are. Reading a size off an integer node is capped here
//! ([`dim_of`]): past the cap a node is an atom, which only makes fewer sizes equal. Printing uses the names in scope.

use super::ir::{Dim, Graph, NodeId, Op, Type};
use std::collections::{BTreeSet, HashMap};

/// The most terms of a size, the greatest degree, the greatest coefficient: beyond, a node counts as one unknown integer.
const MAX_TERMS: usize = 64;
const MAX_DEGREE: usize = 16;
const MAX_COEFFICIENT: i64 = 1 << 40;
/// How deep an integer expression is opened.
const MAX_DEPTH: usize = 64;

/// An integer node as a size: sums, differences, products and small literal powers are opened, anything else is an atom.
pub fn dim_of(graph: &Graph, id: NodeId) -> Dim {
    opened(graph, id, 0, &mut HashMap::new())
}

fn opened(graph: &Graph, id: NodeId, depth: usize, known: &mut HashMap<NodeId, Dim>) -> Dim {
    if let Some(dim) = known.get(&id) {
        return dim.clone();
    }
    let node = graph.node(id);
    let mut part = |a: NodeId| opened(graph, a, depth + 1, known);
    let dim = match (&node.op, node.args.as_slice()) {
        _ if depth > MAX_DEPTH => None,
        (Op::Number(v), _) => {
            i64::try_from(v.numerator().clone()).ok().filter(|_| v.is_int()).map(Dim::constant).filter(within_caps)
        }
        (Op::Add, &[a, b]) => Some(part(a).add(&part(b))).filter(within_caps),
        (Op::Sub, &[a, b]) => Some(part(a).sub(&part(b))).filter(within_caps),
        (Op::Neg, &[a]) => Some(Dim::constant(0).sub(&part(a))),
        (Op::Mul, &[a, b]) => product(&part(a), &part(b)),
        (Op::Pow, &[a, b]) => match dim_constant(graph, b) {
            Some(2) => {
                let base = part(a);
                product(&base, &base)
            }
            Some(3) => {
                let base = part(a);
                product(&base, &base).and_then(|square| product(&square, &base))
            }
            _ => None,
        },
        _ => None,
    };
    let dim = dim.unwrap_or_else(|| Dim::atom(id));
    known.insert(id, dim.clone());
    dim
}

/// The product, if it stays within the caps.
pub fn product(a: &Dim, b: &Dim) -> Option<Dim> {
    (a.terms.len() * b.terms.len() <= MAX_TERMS * MAX_TERMS).then(|| a.mul(b)).filter(within_caps)
}

fn within_caps(dim: &Dim) -> bool {
    dim.terms.len() <= MAX_TERMS
        && dim
            .terms
            .iter()
            .all(|(atoms, c)| atoms.len() <= MAX_DEGREE && c.unsigned_abs() <= MAX_COEFFICIENT.unsigned_abs())
}

fn dim_constant(graph: &Graph, id: NodeId) -> Option<i64> {
    match &graph.node(id).op {
        Op::Number(v) if v.is_int() => i64::try_from(v.numerator().clone()).ok(),
        _ => None,
    }
}

/// The size with some atoms replaced.
pub fn replace_atoms(dim: &Dim, with: &dyn Fn(NodeId) -> Option<Dim>) -> Option<Dim> {
    let mut sum = Dim::constant(0);
    for (atoms, &coefficient) in &dim.terms {
        let mut term = Dim::constant(coefficient);
        for &atom in atoms {
            term = product(&term, &with(atom).unwrap_or_else(|| Dim::atom(atom)))?;
        }
        sum = sum.add(&term);
    }
    within_caps(&sum).then_some(sum)
}

/// The integer nodes that a type's sizes are made of.
pub fn atoms(ty: &Type) -> impl Iterator<Item = NodeId> + '_ {
    let dims = match ty {
        Type::Matrix(m, n) => [Some(m), Some(n)],
        _ => [None, None],
    };
    dims.into_iter().flatten().flat_map(|d| d.terms.keys().flatten().copied())
}

/// Everything that the roots are made of, the sizes in their types included, in increasing order.
pub fn reachable(graph: &Graph, roots: &[NodeId]) -> BTreeSet<NodeId> {
    let mut seen = BTreeSet::new();
    let mut stack = roots.to_vec();
    while let Some(id) = stack.pop() {
        if seen.insert(id) {
            let node = graph.node(id);
            stack.extend(&node.args);
            stack.extend(atoms(&node.ty));
        }
    }
    seen
}

pub fn is_matrix(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.ty(id), Type::Matrix(..))
}

/// A real or an integer.
pub fn is_scalar(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.ty(id), Type::Int | Type::Real)
}

/// The shape of a numeric node. (Of a truth value 1×1, which nobody asks for.)
pub fn shape(graph: &Graph, id: NodeId) -> (Dim, Dim) {
    graph.ty(id).shape().unwrap_or_else(|| (Dim::constant(1), Dim::constant(1)))
}

/// The names by which sizes are told to a person.
#[derive(Clone, Debug, Default)]
pub struct Names {
    of: HashMap<NodeId, String>,
}

impl Names {
    /// Of several names of one node the first counts.
    pub fn insert(&mut self, id: NodeId, name: &str) {
        self.of.entry(id).or_insert_with(|| name.to_owned());
    }

    /// `m`, `n + k - 1`, `2*m*n`
    pub fn dim(&self, graph: &Graph, dim: &Dim) -> String {
        let mut text = String::new();
        let (constant, rest): (Vec<_>, Vec<_>) = dim.terms.iter().partition(|(atoms, _)| atoms.is_empty());
        for (atoms, &coefficient) in rest.into_iter().chain(constant) {
            let size = coefficient.unsigned_abs();
            let mut factors: Vec<String> = atoms.iter().map(|&a| self.integer(graph, a, 0)).collect();
            if size != 1 || factors.is_empty() {
                factors.insert(0, size.to_string());
            }
            text.push_str(match (text.is_empty(), coefficient < 0) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            });
            text.push_str(&factors.join("*"));
        }
        if text.is_empty() { "0".into() } else { text }
    }

    /// `m×d`, `(n + 1)×1`
    pub fn shape(&self, graph: &Graph, rows: &Dim, cols: &Dim) -> String {
        let side = |dim: &Dim| {
            let text = self.dim(graph, dim);
            if dim.terms.len() > 1 { format!("({text})") } else { text }
        };
        format!("{}×{}", side(rows), side(cols))
    }

    /// `an m×d matrix`, without pretending to know English: `a matrix m×d`, `a real`, `an integer`, `a truth value`
    pub fn ty(&self, graph: &Graph, ty: &Type) -> String {
        match ty {
            Type::Int => "an integer".into(),
            Type::Real => "a real".into(),
            Type::Bool => "a truth value".into(),
            Type::Matrix(m, n) => format!("a matrix {}", self.shape(graph, m, n)),
        }
    }

    /// An integer node by its name, else by a little of its expression.
    fn integer(&self, graph: &Graph, id: NodeId, depth: usize) -> String {
        if let Some(name) = self.of.get(&id) {
            return name.clone();
        }
        let node = graph.node(id);
        if depth > 3 {
            return "..".into();
        }
        let parts = || -> Vec<String> { node.args.iter().map(|&a| self.integer(graph, a, depth + 1)).collect() };
        match &node.op {
            Op::Number(v) => v.to_string(),
            Op::Var(_) => "?".into(),
            Op::Add => format!("({})", parts().join(" + ")),
            Op::Sub => format!("({})", parts().join(" - ")),
            Op::Mul => parts().join("*"),
            Op::Div => parts().join("/"),
            Op::Pow => parts().join("^"),
            Op::Neg => format!("-{}", parts().join("")),
            Op::Least => format!("min({})", parts().join(", ")),
            Op::Greatest => format!("max({})", parts().join(", ")),
            _ => "..".into(),
        }
    }
}

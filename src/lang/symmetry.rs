//! Which matrices are symmetric by form.
//!
//! A node and its transpose are both brought to a canonical form; the node is symmetric if the two are the same. The form is
//! a sum of terms, each a rational coefficient, real factors in order, and a word of matrix factors with transposes pushed
//! to the leaves. Every rewriting is an identity of matrices, so "yes" is a proof; "no" only means that the form does not
//! show it. Sums inside a product are not multiplied out.
//!
//! Forms are interned, so comparing them is comparing numbers. Words, sums, depth and the work of one question are capped:
//! past a cap a node is taken as a letter of its own.

use super::ir::{Dim, Graph, NodeId, Op, Type, VarId};
use super::substitute::binder_vars;
use super::types::{is_matrix, is_scalar, shape};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashMap};

/// Longest sum or word that is opened.
const MAX_LENGTH: usize = 1024;
const MAX_DEPTH: usize = 120;
/// Forms that one [`Symmetry`] makes.
const MAX_FORMS: usize = 200_000;

/// Whether the node is a square matrix (or a number) that is symmetric by form.
pub fn is_symmetric(graph: &Graph, id: NodeId) -> bool {
    let (rows, cols) = shape(graph, id);
    *graph.ty(id) != Type::Bool && rows == cols && Symmetry::default().equals_its_transpose(graph, id)
}

/// An interned form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Form(u32);

/// A product: real factors sorted, matrix factors in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct Term {
    scalars: Vec<Form>,
    word: Vec<Form>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A node that is not opened, or its transpose.
    Leaf(NodeId, bool),
    /// A bound variable by its level.
    Bound(u32),
    Sum(Vec<(Term, RBig)>),
    /// Another operation on forms. Bound variables of `Op`s are blanked.
    Apply {
        op: Op,
        args: Vec<Form>,
        dims: Vec<Dim>,
        flipped: bool,
    },
    /// Blocks, row after row.
    Grid(Vec<Vec<Form>>),
}

/// Where bound variables stand: the binders around a node, as far as it mentions them.
type Levels = Vec<(VarId, u32)>;

/// Canonical forms, kept between questions about one graph.
#[derive(Clone, Debug, Default)]
pub struct Symmetry {
    forms: Vec<Kind>,
    interned: HashMap<Kind, Form>,
    known: HashMap<(NodeId, bool, Levels), Form>,
    free: HashMap<NodeId, Vec<VarId>>,
}

impl Symmetry {
    /// Whether a square matrix equals its transpose by form; squareness is the caller's question.
    pub fn equals_its_transpose(&mut self, graph: &Graph, id: NodeId) -> bool {
        if !is_matrix(graph, id) || leaf_is_symmetric(graph, id) {
            return true;
        }
        if self.forms.len() > MAX_FORMS {
            *self = Self::default();
        }
        self.form(graph, id, false, &Levels::new(), 0) == self.form(graph, id, true, &Levels::new(), 0)
    }

    fn intern(&mut self, kind: Kind) -> Form {
        if let Some(&form) = self.interned.get(&kind) {
            return form;
        }
        let form = Form(u32::try_from(self.forms.len()).unwrap_or(u32::MAX));
        self.forms.push(kind.clone());
        self.interned.insert(kind, form);
        form
    }

    /// The form of a node, or of its transpose.
    fn form(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Form {
        let flip = flip && is_matrix(graph, id);
        let levels: Levels = if levels.is_empty() {
            Levels::new()
        } else {
            let free = self.free_vars(graph, id);
            levels.iter().filter(|(v, _)| free.contains(v)).copied().collect()
        };
        if depth > MAX_DEPTH || self.forms.len() > MAX_FORMS {
            // With bound variables a leaf would not tell them apart from others: then its levels are part of it.
            return self.opaque(id, flip, &levels);
        }
        let key = (id, flip, levels);
        if let Some(&form) = self.known.get(&key) {
            return form;
        }
        let form = self.opened(graph, id, flip, &key.2, depth + 1);
        self.known.insert(key, form);
        form
    }

    fn opaque(&mut self, id: NodeId, flip: bool, levels: &Levels) -> Form {
        let leaf = self.intern(Kind::Leaf(id, flip));
        if levels.is_empty() {
            return leaf;
        }
        let mut args = vec![leaf];
        for (_, level) in levels {
            args.push(self.intern(Kind::Bound(*level)));
        }
        self.intern(Kind::Apply { op: Op::Bool(false), args, dims: vec![], flipped: false })
    }

    fn opened(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Form {
        let node = graph.node(id);
        let args = node.args.as_slice();
        if let Op::Var(v) = node.op {
            let level = levels.iter().find(|(w, _)| *w == v).map(|(_, level)| *level);
            return self.intern(level.map_or(Kind::Leaf(id, flip), Kind::Bound));
        }
        if leaf_is_symmetric(graph, id) {
            return self.opaque(id, false, levels);
        }
        match &node.op {
            Op::Number(_)
            | Op::Add
            | Op::Sub
            | Op::Neg
            | Op::Mul
            | Op::Scale
            | Op::Div
            | Op::MatMul
            | Op::Sym
            | Op::Zeros => {
                let terms = self.terms(graph, id, flip, levels, depth);
                self.sum(terms)
            }
            Op::MatPow => match super::build::literal_int(graph, args[1]) {
                Some(k @ 2..=8) => {
                    let base = self.form(graph, args[0], flip, levels, depth);
                    let word = vec![base; usize::try_from(k).unwrap_or(0)];
                    let word = self.flatten(&word);
                    self.sum(vec![(Term { scalars: vec![], word }, RBig::ONE)])
                }
                _ => self.apply(graph, id, flip, levels, depth, false),
            },
            Op::Transpose => self.form(graph, args[0], !flip, levels, depth),
            Op::Identity => self.intern(Kind::Apply { op: Op::Identity, args: vec![], dims: vec![], flipped: false }),
            // Their argument is symmetric, so they are.
            Op::SqrtM | Op::ExpM | Op::LogM | Op::Projector => self.apply(graph, id, false, levels, depth, false),
            Op::Diag => {
                let a = self.form(graph, args[0], false, levels, depth);
                let b = self.form(graph, args[0], true, levels, depth);
                self.intern(Kind::Apply { op: Op::Diag, args: vec![a.min(b)], dims: vec![], flipped: false })
            }
            Op::Hadamard => {
                let mut args = vec![
                    self.form(graph, args[0], flip, levels, depth),
                    self.form(graph, args[1], flip, levels, depth),
                ];
                args.sort_unstable();
                self.intern(Kind::Apply { op: Op::Hadamard, args, dims: vec![], flipped: false })
            }
            // Transposing the arguments transposes the value.
            Op::Kron | Op::Inv | Op::If => self.apply(graph, id, flip, levels, depth, false),
            Op::Inner => self.inner(graph, args, levels, depth),
            Op::Ones => {
                let (rows, cols) = shape(graph, id);
                let dims = if flip { vec![cols, rows] } else { vec![rows, cols] };
                self.intern(Kind::Apply { op: Op::Ones, args: vec![], dims, flipped: false })
            }
            Op::Entry => self.entry(graph, args, levels, depth),
            Op::Block => self.block(graph, id, flip, levels, depth),
            Op::HCat | Op::VCat => self.grid(graph, id, flip, levels, depth),
            Op::Build { row, col: Some(col) } => self.build(graph, id, (*row, *col), flip, levels, depth),
            Op::Fold { .. } | Op::Build { .. } => self.fold(graph, id, flip, levels, depth),
            // The value does not change with the argument's transposition.
            Op::Trace => {
                let a = self.form(graph, args[0], false, levels, depth);
                let b = self.form(graph, args[0], true, levels, depth);
                self.intern(Kind::Apply { op: Op::Trace, args: vec![a.min(b)], dims: vec![], flipped: false })
            }
            _ if args.is_empty() => self.intern(Kind::Leaf(id, flip)),
            _ => self.apply(graph, id, false, levels, depth, flip),
        }
    }

    /// The operation on the forms of its arguments; those that are matrices are flipped with it.
    fn apply(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize, flipped: bool) -> Form {
        let node = graph.node(id);
        let args = node.args.iter().map(|&a| self.form(graph, a, flip, levels, depth)).collect();
        // The shape tells apart what the arguments do not (`unit(n, 1)`, `unflatten`).
        let dims = match (&node.op, &node.ty) {
            (Op::UnitVector | Op::Unflatten, Type::Matrix(m, n)) => vec![m.clone(), n.clone()],
            _ => vec![],
        };
        self.intern(Kind::Apply { op: node.op.clone(), args, dims, flipped })
    }

    /// A node as a sum of terms.
    fn terms(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Vec<(Term, RBig)> {
        let node = graph.node(id);
        let args = node.args.as_slice();
        match &node.op {
            Op::Number(v) => vec![(Term::default(), v.clone())],
            Op::Zeros => vec![],
            Op::Add | Op::Sub => {
                let mut left = self.parts(graph, args[0], flip, levels, depth);
                let right = self.parts(graph, args[1], flip, levels, depth);
                let minus = node.op == Op::Sub;
                left.extend(right.into_iter().map(|(t, c)| (t, if minus { -c } else { c })));
                left
            }
            Op::Neg => self.parts(graph, args[0], flip, levels, depth).into_iter().map(|(t, c)| (t, -c)).collect(),
            Op::Sym => {
                let mut both = self.parts(graph, args[0], false, levels, depth);
                both.extend(self.parts(graph, args[0], true, levels, depth));
                let two = RBig::from(2u8);
                both.into_iter().map(|(t, c)| (t, c / &two)).collect()
            }
            Op::Mul | Op::MatMul | Op::Scale => self.product(graph, id, flip, levels, depth),
            // A division is a product with the inverse of the divisor.
            _ => {
                let divisor = self.form(graph, args[1], false, levels, depth);
                let inverse =
                    self.intern(Kind::Apply { op: Op::Inv, args: vec![divisor], dims: vec![], flipped: false });
                let mut terms = self.parts(graph, args[0], flip, levels, depth);
                for (term, _) in &mut terms {
                    term.scalars.push(inverse);
                    term.scalars.sort_unstable();
                }
                terms
            }
        }
    }

    /// The terms that a form is the sum of.
    fn parts(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Vec<(Term, RBig)> {
        let form = self.form(graph, id, flip, levels, depth);
        match &self.forms[form.0 as usize] {
            Kind::Sum(terms) if terms.len() <= MAX_LENGTH => terms.clone(),
            _ if is_scalar(graph, id) => vec![(Term { scalars: vec![form], word: vec![] }, RBig::ONE)],
            _ => vec![(Term { scalars: vec![], word: vec![form] }, RBig::ONE)],
        }
    }

    /// A product: coefficients and reals in front, words joined; a sum of several terms stays one factor, except that a real
    /// is multiplied into the terms of a matrix.
    fn product(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Vec<(Term, RBig)> {
        let node = graph.node(id);
        let mut left = self.parts(graph, node.args[0], flip, levels, depth);
        let mut right = self.parts(graph, node.args[1], flip, levels, depth);
        let matrices = node.op == Op::MatMul;
        if matrices && flip {
            std::mem::swap(&mut left, &mut right);
        }
        if left.is_empty() || right.is_empty() {
            return vec![];
        }
        let single = |this: &mut Self, terms: Vec<(Term, RBig)>, scalar: bool| {
            if terms.len() == 1 {
                return terms;
            }
            let form = this.sum(terms);
            let (scalars, word) = if scalar { (vec![form], vec![]) } else { (vec![], vec![form]) };
            vec![(Term { scalars, word }, RBig::ONE)]
        };
        let left = single(self, left, !matrices);
        let right = if node.op == Op::Scale { right } else { single(self, right, !matrices) };
        let Some((l, lc)) = left.first() else { return vec![] };
        let mut terms = Vec::with_capacity(right.len());
        for (r, rc) in &right {
            let mut scalars = [l.scalars.as_slice(), &r.scalars].concat();
            scalars.sort_unstable();
            let word = [l.word.as_slice(), &r.word].concat();
            let (scalars, word) = self.short(scalars, word);
            terms.push((Term { scalars, word }, lc * rc));
        }
        // `x'*y` is a real: it reads the same both ways.
        if matches!(node.ty, Type::Int | Type::Real) && matrices {
            for (term, _) in &mut terms {
                let back = self.reversed(graph, node.args[0], node.args[1], levels, depth);
                if let Some(back) = back {
                    term.word = std::mem::take(&mut term.word).min(back);
                }
                let word = std::mem::take(&mut term.word);
                let value = self.closed(Op::MatMul, word);
                term.scalars.push(value);
                term.scalars.sort_unstable();
            }
        }
        terms
    }

    /// The word of `b'*a'`, if it is one term.
    fn reversed(&mut self, graph: &Graph, a: NodeId, b: NodeId, levels: &Levels, depth: usize) -> Option<Vec<Form>> {
        let (left, right) = (self.parts(graph, b, true, levels, depth), self.parts(graph, a, true, levels, depth));
        let mut word = Vec::new();
        for terms in [left, right] {
            match terms.as_slice() {
                [(term, _)] => word.extend(&term.word),
                _ => word.push(self.sum(terms)),
            }
        }
        (word.len() <= MAX_LENGTH).then_some(word)
    }

    /// Lists past the cap become one factor.
    fn short(&mut self, mut scalars: Vec<Form>, mut word: Vec<Form>) -> (Vec<Form>, Vec<Form>) {
        if scalars.len() > MAX_LENGTH {
            scalars = vec![self.closed(Op::Mul, scalars)];
        }
        if word.len() > MAX_LENGTH {
            word = vec![self.closed(Op::MatMul, word)];
        }
        (scalars, word)
    }

    /// A product that is one factor from here on.
    fn closed(&mut self, op: Op, args: Vec<Form>) -> Form {
        self.intern(Kind::Apply { op, args, dims: vec![], flipped: false })
    }

    /// A word with the words inside it opened.
    fn flatten(&mut self, word: &[Form]) -> Vec<Form> {
        let mut flat = Vec::new();
        for &form in word {
            match &self.forms[form.0 as usize] {
                Kind::Sum(terms) => match terms.as_slice() {
                    [(term, c)] if c.is_one() && term.scalars.is_empty() => flat.extend(&term.word),
                    _ => flat.push(form),
                },
                _ => flat.push(form),
            }
        }
        if flat.len() > MAX_LENGTH { word.to_vec() } else { flat }
    }

    /// Equal terms collected, `I` dropped from words, in order; a lone factor is itself.
    fn sum(&mut self, terms: Vec<(Term, RBig)>) -> Form {
        let mut collected: BTreeMap<Term, RBig> = BTreeMap::new();
        for (mut term, c) in terms {
            if term.word.len() > 1 {
                let kept: Vec<Form> = term.word.iter().copied().filter(|&f| !self.is_identity(f)).collect();
                term.word = if kept.is_empty() { vec![term.word[0]] } else { kept };
            }
            *collected.entry(term).or_insert(RBig::ZERO) += c;
        }
        collected.retain(|_, c| !c.is_zero());
        let terms: Vec<(Term, RBig)> = collected.into_iter().collect();
        if let [(term, c)] = terms.as_slice()
            && c.is_one()
        {
            match (term.scalars.as_slice(), term.word.as_slice()) {
                ([], [only]) | ([only], []) => return *only,
                _ => {}
            }
        }
        self.intern(Kind::Sum(terms))
    }

    fn is_identity(&self, form: Form) -> bool {
        matches!(self.forms[form.0 as usize], Kind::Apply { op: Op::Identity, .. })
    }

    /// `tr(A'B)` does not mind the order, nor both transposed.
    fn inner(&mut self, graph: &Graph, args: &[NodeId], levels: &Levels, depth: usize) -> Form {
        let mut best: Option<Vec<Form>> = None;
        for flip in [false, true] {
            let mut pair: Vec<Form> = args.iter().map(|&a| self.form(graph, a, flip, levels, depth)).collect();
            pair.sort_unstable();
            best = Some(best.map_or(pair.clone(), |b| b.min(pair)));
        }
        self.intern(Kind::Apply { op: Op::Inner, args: best.unwrap_or_default(), dims: vec![], flipped: false })
    }

    /// `M[i, j]` is `M'[j, i]`.
    fn entry(&mut self, graph: &Graph, args: &[NodeId], levels: &Levels, depth: usize) -> Form {
        let (m, back) =
            (self.form(graph, args[0], false, levels, depth), self.form(graph, args[0], true, levels, depth));
        let (i, j) = (self.form(graph, args[1], false, levels, depth), self.form(graph, args[2], false, levels, depth));
        let args = vec![m, i, j].min(vec![back, j, i]);
        self.intern(Kind::Apply { op: Op::Entry, args, dims: vec![], flipped: false })
    }

    fn block(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Form {
        let args = &graph.node(id).args;
        let m = self.form(graph, args[0], flip, levels, depth);
        let (i, j) = (self.form(graph, args[1], false, levels, depth), self.form(graph, args[2], false, levels, depth));
        let (rows, cols) = shape(graph, id);
        let (args, dims) = if flip { (vec![m, j, i], vec![cols, rows]) } else { (vec![m, i, j], vec![rows, cols]) };
        self.intern(Kind::Apply { op: Op::Block, args, dims, flipped: false })
    }

    /// Blocks of blocks as one grid, if the inner cuts agree.
    fn grid(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Form {
        let node = graph.node(id);
        let tall = node.op == Op::VCat;
        let (inner, across) = if tall { (Op::HCat, false) } else { (Op::VCat, true) };
        // The strips of the outer cut, each in its inner cuts.
        let cut = |a: NodeId| -> Vec<NodeId> {
            let part = graph.node(a);
            if part.op == inner { part.args.clone() } else { vec![a] }
        };
        let widths = |strip: &[NodeId]| -> Vec<Dim> {
            strip.iter().map(|&b| if across { shape(graph, b).0 } else { shape(graph, b).1 }).collect()
        };
        let mut strips: Vec<Vec<NodeId>> = node.args.iter().map(|&a| cut(a)).collect();
        if strips.windows(2).any(|w| widths(&w[0]) != widths(&w[1])) {
            strips = node.args.iter().map(|&a| vec![a]).collect();
        }
        // Rows are the strips if the outer cut is into rows; flipping exchanges rows and columns.
        let forms: Vec<Vec<Form>> =
            strips.iter().map(|s| s.iter().map(|&b| self.form(graph, b, flip, levels, depth)).collect()).collect();
        let rows = if tall == flip {
            let width = forms.first().map_or(0, Vec::len);
            (0..width).map(|k| forms.iter().map(|strip| strip[k]).collect()).collect()
        } else {
            forms
        };
        self.intern(Kind::Grid(rows))
    }

    /// A matrix of entries: its transpose exchanges the indices.
    fn build(
        &mut self,
        graph: &Graph,
        id: NodeId,
        (row, col): (VarId, VarId),
        flip: bool,
        levels: &Levels,
        depth: usize,
    ) -> Form {
        let node = graph.node(id);
        let next = levels.iter().map(|(_, l)| l + 1).max().unwrap_or(0);
        let mut inside = levels.clone();
        let (first, second) = if flip { (col, row) } else { (row, col) };
        inside.extend([(first, next), (second, next + 1)]);
        inside.sort_unstable();
        let body = self.form(graph, node.args[0], false, &inside, depth);
        let (rows, cols) = shape(graph, id);
        let dims = if flip { vec![cols, rows] } else { vec![rows, cols] };
        self.intern(Kind::Apply {
            op: Op::Build { row: VarId(0), col: Some(VarId(0)) },
            args: vec![body],
            dims,
            flipped: false,
        })
    }

    /// A fold of what is flipped, its variables by level.
    fn fold(&mut self, graph: &Graph, id: NodeId, flip: bool, levels: &Levels, depth: usize) -> Form {
        let node = graph.node(id);
        let vars = binder_vars(&node.op);
        let next = levels.iter().map(|(_, l)| l + 1).max().unwrap_or(0);
        let mut inside = levels.clone();
        inside.extend(vars.iter().zip(next..).map(|(&v, l)| (v, l)));
        inside.sort_unstable();
        let column = matches!(node.op, Op::Build { .. });
        let args = node.args.iter().map(|&a| self.form(graph, a, flip && !column, &inside, depth)).collect();
        let dims = if column { vec![shape(graph, id).0] } else { vec![] };
        let op = match &node.op {
            Op::Fold { fold, vars, filtered } => {
                Op::Fold { fold: *fold, vars: vec![VarId(0); vars.len()], filtered: *filtered }
            }
            _ => Op::Build { row: VarId(0), col: None },
        };
        self.intern(Kind::Apply { op, args, dims, flipped: flip && column })
    }

    /// The variables that a node mentions, its sizes included.
    fn free_vars(&mut self, graph: &Graph, id: NodeId) -> Vec<VarId> {
        if let Some(free) = self.free.get(&id) {
            return free.clone();
        }
        // Arguments have smaller indices, so increasing order visits them first.
        for below in super::types::reachable(graph, &[id]) {
            if self.free.contains_key(&below) {
                continue;
            }
            let node = graph.node(below);
            let mut free: Vec<VarId> = match node.op {
                Op::Var(v) => vec![v],
                _ => vec![],
            };
            for part in node.args.iter().copied().chain(super::types::atoms(&node.ty)) {
                free.extend(self.free.get(&part).into_iter().flatten());
            }
            let bound = binder_vars(&node.op);
            free.retain(|v| !bound.contains(v));
            free.sort_unstable();
            free.dedup();
            self.free.insert(below, free);
        }
        self.free.get(&id).cloned().unwrap_or_default()
    }
}

/// Sampled symmetric, or made with a known spectrum.
fn leaf_is_symmetric(graph: &Graph, id: NodeId) -> bool {
    graph.symmetric.contains(&id) || graph.eigenvalues_of.contains_key(&id) || is_congruence(graph, id)
}

fn is_congruence(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id).op, Op::Sample(super::ir::SampleOp::Congruence))
}

#[cfg(test)]
#[path = "symmetry_tests.rs"]
mod tests;

//! The typed graph: a claim after names, types and shapes are settled.
//!
//! One graph holds everything of a claim: samplers (expressions of the *draws*), `[let]`, `[assume]` and `[claim]`. It is
//! hash-consed, so equal subexpressions are one node and are evaluated once, and a name costs nothing. Dimensions are
//! polynomials in integer nodes ([`Dim`]); they become numbers only when a plan is compiled for given integers.
//!
//! A node's meaning does not depend on an arithmetic. Every [`Op`] says what its arguments are.

pub use crate::arith::number::RealFn;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashMap};

/// Index of a node in `Graph::nodes`; arguments always have smaller indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// An index variable of a fold or a build; each binder has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(pub u32);

/// An integer given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntId(pub u32);

/// A block of draws (see `sample`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DrawId(pub u32);

/// A value that the checker supplies from outside: a component of a trajectory's state, the step `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InputId(pub u32);

/// A dimension: a polynomial with integer coefficients in integer-typed nodes.
///
/// Keys are sorted lists of atoms (the empty list is the constant term); no coefficient is zero. Equal polynomials are equal
/// dimensions; anything else is taken as different.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Dim {
    pub terms: BTreeMap<Vec<NodeId>, i64>,
}

impl Dim {
    pub fn constant(value: i64) -> Self {
        let mut terms = BTreeMap::new();
        if value != 0 {
            terms.insert(Vec::new(), value);
        }
        Self { terms }
    }

    pub fn atom(node: NodeId) -> Self {
        Self { terms: BTreeMap::from([(vec![node], 1)]) }
    }

    /// The value, if this is a constant.
    pub fn as_constant(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    pub fn is_one(&self) -> bool {
        self.as_constant() == Some(1)
    }

    pub fn add(&self, other: &Self) -> Self {
        self.combine(other, 1)
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.combine(other, -1)
    }

    fn combine(&self, other: &Self, sign: i64) -> Self {
        let mut terms = self.terms.clone();
        for (key, coefficient) in &other.terms {
            let entry = terms.entry(key.clone()).or_insert(0);
            *entry = entry.saturating_add(coefficient.saturating_mul(sign));
        }
        terms.retain(|_, c| *c != 0);
        Self { terms }
    }

    pub fn mul(&self, other: &Self) -> Self {
        let mut terms: BTreeMap<Vec<NodeId>, i64> = BTreeMap::new();
        for (ka, ca) in &self.terms {
            for (kb, cb) in &other.terms {
                let mut key = ka.clone();
                key.extend(kb);
                key.sort_unstable();
                let entry = terms.entry(key).or_insert(0);
                *entry = entry.saturating_add(ca.saturating_mul(*cb));
            }
        }
        terms.retain(|_, c| *c != 0);
        Self { terms }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Int,
    Real,
    Bool,
    /// `rows × cols`. A literal 1×1 never occurs: it is a [`Type::Real`].
    Matrix(Dim, Dim),
}

impl Type {
    /// The shape of a numeric value; reals and integers are 1×1.
    pub fn shape(&self) -> Option<(Dim, Dim)> {
        match self {
            Type::Int | Type::Real => Some((Dim::constant(1), Dim::constant(1))),
            Type::Bool => None,
            Type::Matrix(m, n) => Some((m.clone(), n.clone())),
        }
    }

    /// The type of a numeric value of this shape: a real where it is literally 1×1.
    pub fn of_shape(rows: Dim, cols: Dim) -> Self {
        if rows.is_one() && cols.is_one() { Type::Real } else { Type::Matrix(rows, cols) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    Sum,
    Product,
    Min,
    Max,
    All,
    Any,
}

/// What a node computes from its arguments. `r`: a real or integer, `i`: an integer, `M`: a matrix (or a real, as 1×1), `b`: a truth value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    // Leaves.
    Number(RBig),
    Pi,
    Bool(bool),
    /// An integer given.
    Int(IntId),
    /// The index of an enclosing [`Op::Fold`] or [`Op::Build`]. While a derivative is read, its variable, of any type.
    Var(VarId),
    /// A block of draws; the type gives its shape.
    Draw(DrawId),
    Input(InputId),
    /// Shape from the type.
    Identity,
    /// Shape from the type.
    Zeros,
    /// Shape from the type.
    Ones,
    /// `[i]`: the column with a one in place `i`; shape from the type.
    UnitVector,

    // Entrywise and linear; reals and matrices of one shape alike.
    /// `[M, M]` or `[r, r]`
    Add,
    Sub,
    Neg,
    /// `[r, r]`
    Mul,
    /// `[r, M]`
    Scale,
    /// `[M, r]` or `[r, r]`; undefined at a zero divisor.
    Div,
    /// `[r, i]` or `[r, r]`: integer exponents by multiplication (negative ones by a division), real exponents need a base ≥ 0; `0^0` is 1.
    Pow,
    /// `[r]`
    Real(RealFn),
    /// `[r, r, ..]`: the least, the greatest of one or more.
    Least,
    Greatest,

    // Matrices.
    /// `[M, M]`
    MatMul,
    /// `[M, i]`: negative exponents invert.
    MatPow,
    Transpose,
    Hadamard,
    Kron,
    /// `[M]`: undefined where singular.
    Inv,
    Det,
    Trace,
    /// Spectral norm; of a row or a column the Euclidean one; 0 of an empty matrix.
    Norm,
    NormFrobenius,
    NormNuclear,
    /// `[M, M]`: `tr(A'B)`.
    Inner,
    /// `[i, M]`: the i-th greatest eigenvalue of a symmetric matrix; undefined for `i` out of `1..=n`.
    Lambda,
    /// `[i, M]`: the i-th greatest singular value; 0 past the smaller dimension.
    Sigma,
    /// Column of all eigenvalues, decreasing.
    Eigenvalues,
    /// Column of all `min(m, n)` singular values, decreasing.
    SingularValues,
    /// `[i, M]`: the spectral projector; undefined at a tie.
    Projector,
    SqrtM,
    ExpM,
    LogM,
    /// `[M]`, a column (or row): the diagonal matrix.
    Diag,
    /// `[M]`: the column of diagonal entries.
    Diagonal,
    /// `[M]`: entries as a column, column after column.
    Flatten,
    /// `[M]`: back from a column, shape from the type.
    Unflatten,
    /// Blocks side by side.
    HCat,
    /// Blocks one above the other.
    VCat,
    /// `[M]`: `(M + M')/2`.
    Sym,
    /// `[M, i, j]`, 1-based; undefined out of range.
    Entry,
    /// `[M, i, j]`: the block whose first entry is `(i, j)`, shape from the type; undefined out of range.
    Block,
    /// `[M]`: the largest absolute value of an entry, 0 if there is none.
    MaxAbs,
    /// `[M]`: a column's entries in decreasing order.
    SortDecreasing,

    // Binders.
    /// `[lo_1, hi_1, .., lo_n, hi_n, body]`, or with a filter (`b`) before the body if `filtered`; later bounds may use earlier indices.
    Fold {
        fold: Fold,
        vars: Vec<VarId>,
        filtered: bool,
    },
    /// `[body]`: the matrix of `body` over `row` in `1..=rows` and `col` in `1..=cols`, shape from the type. `col` is `None` for a column.
    Build {
        row: VarId,
        col: Option<VarId>,
    },

    // Truth.
    /// `[r, r]`
    Less,
    LessEqual,
    /// `[M, M]`: every entry equal. Reals too.
    Equal,
    /// `[M, M]` symmetric: `B - A` positive semidefinite (`<=`), positive definite (`<`). Empty: true.
    LoewnerLessEqual,
    LoewnerLess,
    /// Strong Kleene.
    And,
    Or,
    Not,
    /// `[b, x, x]`, numbers or truth values; only the branch that is taken counts.
    If,

    // Margins.
    /// `[M]` symmetric: the least eigenvalue; plus infinity of an empty matrix, whose order is true.
    LoewnerMargin,
    /// `[r, r]`: margin over unit, 0 where both are 0.
    Ratio,

    // Samplers: rational functions of draws (see `sample`).
    Sample(SampleOp),
}

/// Sampler steps that are not worth writing as expressions; each is rational in the draws (comparisons of draws aside).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SampleOp {
    /// `[u, a, b]`: from `[0, 1]` to `[a, b]`, `0 < a`, spread over octaves, piecewise linear, ends kept.
    LogMap,
    /// `[u, b]`: from `(0, 1]` to `(0, b]`, down to a thousand octaves below, most of them near `b`.
    LogDown,
    /// `[V, M]`: `H_1 .. H_k M` with `H_j` the reflector of column `j` of `V` (rows from `j` on; a zero column is the identity).
    Reflect,
    /// `[V, d]`: `Q diag(d) Q'` with `Q = H_1 .. H_k` of `V`: symmetric with eigenvalues `d`.
    Congruence,
    /// `[s]`: the rectangular matrix with the column `s` on its diagonal; shape from the type.
    Rectangular,
    /// `[u]`: the permutation matrix that sorts the column `u` (ties by position).
    Permutation,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    pub op: Op,
    pub args: Vec<NodeId>,
    pub ty: Type,
}

/// The graph, grown by [`Graph::add`].
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
    /// Known spectra: a sampled symmetric matrix and the column of its eigenvalues (in no order), or any sampled matrix and the
    /// column of its singular values. Exact by construction, so `lambda` and `sigma` of such a node read them off.
    pub eigenvalues_of: HashMap<NodeId, NodeId>,
    pub singular_values_of: HashMap<NodeId, NodeId>,
    /// Leaves and sampled nodes that are symmetric though their expression does not show it.
    pub symmetric: std::collections::HashSet<NodeId>,
    next_var: u32,
}

impl Graph {
    pub fn new() -> Self {
        Self::default()
    }

    /// The node for this operation, made if it is new.
    pub fn add(&mut self, op: Op, args: Vec<NodeId>, ty: Type) -> NodeId {
        let node = Node { op, args, ty };
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn ty(&self, id: NodeId) -> &Type {
        &self.node(id).ty
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn fresh_var(&mut self) -> VarId {
        self.next_var += 1;
        VarId(self.next_var - 1)
    }

    pub fn number(&mut self, value: impl Into<RBig>) -> NodeId {
        let value = value.into();
        let ty = if value.is_int() { Type::Int } else { Type::Real };
        self.add(Op::Number(value), vec![], ty)
    }

    /// A dimension as an integer node.
    pub fn dim_node(&mut self, dim: &Dim) -> NodeId {
        let mut sum = None;
        for (atoms, &coefficient) in &dim.terms {
            let mut term = if atoms.is_empty() || coefficient != 1 { Some(self.number(coefficient)) } else { None };
            for &atom in atoms {
                term = Some(match term {
                    None => atom,
                    Some(t) => self.add(Op::Mul, vec![t, atom], Type::Int),
                });
            }
            let Some(term) = term else { continue };
            sum = Some(match sum {
                None => term,
                Some(s) => self.add(Op::Add, vec![s, term], Type::Int),
            });
        }
        sum.unwrap_or_else(|| self.number(0))
    }

    /// An integer node as a dimension: sums, differences and products are opened, anything else is an atom.
    pub fn dim_of(&self, id: NodeId) -> Dim {
        let node = self.node(id);
        match (&node.op, node.args.as_slice()) {
            (Op::Number(v), _) => match i64::try_from(v.numerator().clone()) {
                Ok(n) if v.is_int() => Dim::constant(n),
                _ => Dim::atom(id),
            },
            (Op::Add, &[a, b]) => self.dim_of(a).add(&self.dim_of(b)),
            (Op::Sub, &[a, b]) => self.dim_of(a).sub(&self.dim_of(b)),
            (Op::Neg, &[a]) => Dim::constant(0).sub(&self.dim_of(a)),
            (Op::Mul, &[a, b]) => self.dim_of(a).mul(&self.dim_of(b)),
            _ => Dim::atom(id),
        }
    }
}

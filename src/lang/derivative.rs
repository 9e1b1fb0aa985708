//! `D(e; X -> H)`: forward-mode derivatives on the graph.
//!
//! `X` is a leaf (`varied` says how a name becomes one). Each node that varies with it gets a *tangent*, a node of its own
//! shape: the rate at which it changes when `X` moves along `H`. A node without a tangent has an exact zero, which is never built. Tangents are ordinary nodes over any arithmetic, so derivatives nest:
//! `D(D(f; X -> H); X -> K)` is a Hessian.
//!
//! Where a function has no derivative the tangent is undefined: `abs` at 0, `max` at a tie, an eigenvalue that is not simple
//! (by its projector), a singular value at 0, `det` at a singular matrix (`det(M) tr(M⁻¹ dM)` is used). `if` is
//! differentiated branch by branch. Rules for the spectrum: Magnus and Neudecker, *Matrix Differential Calculus*, ch. 8;
//! for functions of a matrix by divided differences: Higham, *Functions of Matrices*, th. 3.11.

use super::build;
use super::ir::{Dim, Fold, Graph, NodeId, Op, RealFn, Type, VarId};
use super::substitute::{MAX_NODES, SubstituteError, with_fresh_vars};
use super::types::{reachable, shape};
use std::collections::HashMap;

/// Why a derivative could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DerivativeError {
    #[error(transparent)]
    Substitute(#[from] SubstituteError),
    #[error("{0}")]
    NoRule(&'static str),
}

/// How many nodes the copies of binders in one derivative may walk over.
const MAX_WALK: usize = 50_000_000;

type Tangent = Result<NodeId, DerivativeError>;

/// The derivative of `value` where the leaf `x` moves in the direction `h` (of its shape).
pub fn derivative(graph: &mut Graph, value: NodeId, x: NodeId, h: NodeId) -> Tangent {
    let mut forward = Forward { graph, tangents: HashMap::from([(x, h)]), budget: MAX_WALK };
    for id in reachable(forward.graph, &[value]) {
        forward.visit(id)?;
        if forward.graph.len() > MAX_NODES {
            return Err(SubstituteError::TooLarge(MAX_NODES).into());
        }
    }
    if let Some(&tangent) = forward.tangents.get(&value) {
        return Ok(tangent);
    }
    let (rows, cols) = shape(graph, value);
    Ok(build::zeros(graph, rows, cols))
}

struct Forward<'g> {
    graph: &'g mut Graph,
    tangents: HashMap<NodeId, NodeId>,
    /// Nodes that copying binders may still walk over.
    budget: usize,
}

/// A fold's ranges with variables of their own.
struct Places {
    ranges: Vec<(VarId, NodeId, NodeId)>,
    filter: Option<NodeId>,
    /// The nodes that were asked for, in these variables.
    nodes: Vec<NodeId>,
}

impl Forward<'_> {
    fn visit(&mut self, id: NodeId) -> Result<(), DerivativeError> {
        let node = self.graph.node(id);
        let varies = node.args.iter().any(|a| self.tangents.contains_key(a));
        // A truth value does not move but where it jumps.
        if !varies || node.ty == Type::Bool {
            return Ok(());
        }
        if let Some(tangent) = self.tangent(id)?
            && !build::is_zero(self.graph, tangent)
        {
            self.tangents.insert(id, tangent);
        }
        Ok(())
    }

    fn of(&self, id: NodeId) -> Option<NodeId> {
        self.tangents.get(&id).copied()
    }

    /// The tangent, or an exact zero where there is none.
    fn or_zero(&mut self, id: NodeId) -> NodeId {
        match self.of(id) {
            Some(tangent) => tangent,
            None => {
                let (rows, cols) = shape(self.graph, id);
                build::zeros(self.graph, rows, cols)
            }
        }
    }

    fn number(&mut self, value: i64) -> NodeId {
        build::int(self.graph, value)
    }

    /// Nodes in fresh variables, for a binder of their own. Each walks over no more than the graph.
    fn fresh(&mut self, nodes: &[NodeId], vars: &[VarId]) -> Result<(Vec<NodeId>, Vec<VarId>), SubstituteError> {
        self.budget = self.budget.checked_sub(self.graph.len()).ok_or(SubstituteError::TooLarge(MAX_NODES))?;
        with_fresh_vars(self.graph, nodes, vars)
    }

    fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        build::mul(self.graph, a, b)
    }

    fn sum(&mut self, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
        match (a, b) {
            (Some(a), Some(b)) => Some(build::add(self.graph, a, b)),
            (a, b) => a.or(b),
        }
    }

    /// `a` where `c` holds, undefined elsewhere.
    fn only_if(&mut self, c: NodeId, a: NodeId) -> NodeId {
        let undefined = build::undefined(self.graph);
        build::choose(self.graph, c, a, undefined)
    }

    /// The tangent of a node of which an argument varies; `None` is an exact zero.
    fn tangent(&mut self, id: NodeId) -> Result<Option<NodeId>, DerivativeError> {
        let node = self.graph.node(id).clone();
        let args = node.args.as_slice();
        let ty = node.ty.clone();
        // Operations whose last arguments are places, not values, vary with the first alone.
        let first = args.first().and_then(|&a| self.of(a));
        Ok(match &node.op {
            Op::Add => self.sum(first, self.of(args[1])),
            Op::Sub => {
                let minus = self.of(args[1]).map(|t| build::neg(self.graph, t));
                self.sum(first, minus)
            }
            Op::Neg => first.map(|t| build::neg(self.graph, t)),
            Op::Transpose => first.map(|t| build::transpose(self.graph, t)),
            Op::Trace | Op::Flatten | Op::Unflatten | Op::Diag | Op::Diagonal | Op::Sym | Op::Entry | Op::Block => {
                first.map(|t| {
                    let args = std::iter::once(t).chain(args[1..].iter().copied()).collect();
                    build::op(self.graph, node.op.clone(), args, ty)
                })
            }
            Op::HCat | Op::VCat => {
                let parts = args.iter().map(|&a| self.or_zero(a)).collect();
                Some(build::op(self.graph, node.op.clone(), parts, ty))
            }
            Op::Mul | Op::Scale | Op::MatMul | Op::Hadamard | Op::Kron | Op::Inner => {
                let with = |this: &mut Self, a: NodeId, b: NodeId| match node.op {
                    Op::Hadamard | Op::Kron => build::op(this.graph, node.op.clone(), vec![a, b], ty.clone()),
                    Op::Inner => build::inner(this.graph, a, b),
                    _ => this.mul(a, b),
                };
                let left = first.map(|t| with(self, t, args[1]));
                let right = self.of(args[1]).map(|t| with(self, args[0], t));
                self.sum(left, right)
            }
            Op::Div => {
                let left = first.map(|t| build::div(self.graph, t, args[1]));
                let right = self.of(args[1]).map(|t| {
                    let rate = build::div(self.graph, t, args[1]);
                    let change = self.mul(rate, id);
                    build::neg(self.graph, change)
                });
                self.sum(left, right)
            }
            Op::Pow => self.power(id, args),
            Op::Real(f) => first.map(|t| self.real_fn(*f, id, args[0], t)).transpose()?,
            Op::Least | Op::Greatest => self.extreme(node.op == Op::Greatest, args),
            Op::MatPow => first.map(|t| self.mat_pow(args[0], args[1], t)).transpose()?,
            Op::Inv => first.map(|t| {
                let left = self.mul(id, t);
                let both = self.mul(left, id);
                build::neg(self.graph, both)
            }),
            Op::Det => first.map(|t| {
                let inverse = build::inv(self.graph, args[0]);
                let relative = self.mul(inverse, t);
                let trace = build::trace(self.graph, relative);
                self.mul(id, trace)
            }),
            Op::Norm => first.map(|t| {
                let (rows, cols) = shape(self.graph, args[0]);
                if rows.is_one() || cols.is_one() {
                    return self.along(args[0], t, id);
                }
                let one = self.number(1);
                self.singular(one, args[0], t, id)
            }),
            Op::NormFrobenius => first.map(|t| self.along(args[0], t, id)),
            Op::NormNuclear => first.map(|t| {
                let (rows, cols) = shape(self.graph, args[0]);
                let least = build::min_dim(self.graph, &rows, &cols);
                let (one, last) = (self.number(1), self.graph.dim_node(&least));
                let v = self.graph.fresh_var();
                let body = self.singular_at(v, args[0], t);
                build::fold(self.graph, Fold::Sum, &[(v, one, last)], None, body)
            }),
            Op::Lambda => self.of(args[1]).map(|t| self.eigen(args[0], args[1], t)),
            Op::Sigma => self.of(args[1]).map(|t| self.singular(args[0], args[1], t, id)),
            Op::Eigenvalues => first.map(|t| {
                let v = self.graph.fresh_var();
                let i = build::var(self.graph, v);
                let body = self.eigen(i, args[0], t);
                build::op(self.graph, Op::Build { row: v, col: None }, vec![body], ty)
            }),
            Op::SingularValues => first.map(|t| {
                let v = self.graph.fresh_var();
                let body = self.singular_at(v, args[0], t);
                build::op(self.graph, Op::Build { row: v, col: None }, vec![body], ty)
            }),
            Op::Projector => self.of(args[1]).map(|t| self.projector(id, args[0], args[1], t)),
            Op::SqrtM => first.map(|t| self.root(id, t)),
            Op::ExpM => first.map(|t| self.by_differences(RealFn::Exp, args[0], t)),
            Op::LogM => first.map(|t| self.by_differences(RealFn::Log, args[0], t)),
            Op::MaxAbs => first.map(|t| self.largest_entry(id, args[0], t)).transpose()?,
            Op::SortDecreasing => first.map(|t| self.sorted(id, args[0], t)),
            Op::Fold { fold, .. } => self.fold(id, *fold)?,
            Op::Build { row, col } => first
                .map(|t| -> Tangent {
                    let vars: Vec<VarId> = std::iter::once(*row).chain(*col).collect();
                    let (body, vars) = self.fresh(&[t], &vars)?;
                    let build = Op::Build { row: vars[0], col: vars.get(1).copied() };
                    Ok(build::op(self.graph, build, body, ty))
                })
                .transpose()?,
            Op::If => {
                let (a, b) = (self.or_zero(args[1]), self.or_zero(args[2]));
                Some(build::choose(self.graph, args[0], a, b))
            }
            Op::LoewnerMargin | Op::Ratio => return Err(DerivativeError::NoRule("a margin is not differentiated")),
            // Leaves and truth values, which do not vary.
            _ => None,
        })
    }

    /// The tangent of `x^y`.
    fn power(&mut self, id: NodeId, args: &[NodeId]) -> Option<NodeId> {
        let (x, y) = (args[0], args[1]);
        let one = self.number(1);
        let from_base = self.of(x).map(|t| {
            let less = build::sub(self.graph, y, one);
            let power = build::pow(self.graph, x, less);
            let slope = self.mul(y, power);
            let change = self.mul(slope, t);
            if *self.graph.ty(y) != Type::Int || build::literal_int(self.graph, y).is_some() {
                return change;
            }
            // `x^0` is 1 also at 0, where `x^(0 - 1)` is undefined.
            let zero = self.number(0);
            let constant = build::truth(self.graph, Op::Equal, y, zero);
            build::choose(self.graph, constant, zero, change)
        });
        let from_exponent = self.of(y).map(|t| {
            let log = build::real_fn(self.graph, RealFn::Log, x);
            let slope = self.mul(id, log);
            self.mul(slope, t)
        });
        self.sum(from_base, from_exponent)
    }

    fn real_fn(&mut self, f: RealFn, value: NodeId, x: NodeId, t: NodeId) -> Tangent {
        let (one, zero) = (self.number(1), self.number(0));
        let one_minus_square = |this: &mut Self| {
            let square = this.mul(x, x);
            let rest = build::sub(this.graph, one, square);
            build::real_fn(this.graph, RealFn::Sqrt, rest)
        };
        Ok(match f {
            RealFn::Abs => {
                let (positive, negative) =
                    (build::truth(self.graph, Op::Less, zero, x), build::truth(self.graph, Op::Less, x, zero));
                let minus = build::neg(self.graph, t);
                let below = self.only_if(negative, minus);
                build::choose(self.graph, positive, t, below)
            }
            RealFn::Sqrt => {
                let two = self.number(2);
                let twice = self.mul(two, value);
                build::div(self.graph, t, twice)
            }
            RealFn::Exp => self.mul(value, t),
            RealFn::Log => build::div(self.graph, t, x),
            RealFn::Sin => {
                let cos = build::real_fn(self.graph, RealFn::Cos, x);
                self.mul(cos, t)
            }
            RealFn::Cos => {
                let sin = build::real_fn(self.graph, RealFn::Sin, x);
                let change = self.mul(sin, t);
                build::neg(self.graph, change)
            }
            RealFn::Tan => {
                let square = self.mul(value, value);
                let slope = build::add(self.graph, one, square);
                self.mul(slope, t)
            }
            RealFn::Asin => {
                let root = one_minus_square(self);
                build::div(self.graph, t, root)
            }
            RealFn::Acos => {
                let root = one_minus_square(self);
                let change = build::div(self.graph, t, root);
                build::neg(self.graph, change)
            }
            RealFn::Atan => {
                let square = self.mul(x, x);
                let slope = build::add(self.graph, one, square);
                build::div(self.graph, t, slope)
            }
            RealFn::Floor => return Err(DerivativeError::NoRule("`floor` has no derivative")),
            RealFn::Ceil => return Err(DerivativeError::NoRule("`ceil` has no derivative")),
        })
    }

    /// The least or greatest of several numbers: the tangent of the one that is it; undefined at a tie of different rates.
    fn extreme(&mut self, greatest: bool, args: &[NodeId]) -> Option<NodeId> {
        let mut best = *args.first()?;
        let mut rate = self.or_zero(best);
        for &next in &args[1..] {
            let next_rate = self.or_zero(next);
            let (low, high) = if greatest { (next, best) } else { (best, next) };
            let (stays, goes) =
                (build::truth(self.graph, Op::Less, low, high), build::truth(self.graph, Op::Less, high, low));
            if rate != next_rate {
                let other = self.only_if(goes, next_rate);
                rate = build::choose(self.graph, stays, rate, other);
            }
            best = build::extreme(self.graph, greatest, vec![best, next]);
        }
        Some(rate)
    }

    /// `M^k`: the sum of `M^(j-1) dM M^(k-j)`, or of the like with inverses.
    fn mat_pow(&mut self, m: NodeId, k: NodeId, t: NodeId) -> Tangent {
        if build::literal_int(self.graph, k) == Some(2) {
            let (left, right) = (self.mul(m, t), self.mul(t, m));
            return Ok(build::add(self.graph, left, right));
        }
        let (zero, one) = (self.number(0), self.number(1));
        let terms = |this: &mut Self, negative: bool| {
            let v = this.graph.fresh_var();
            let j = build::var(this.graph, v);
            let (last, before, after) = if negative {
                let last = build::neg(this.graph, k);
                let next = build::add(this.graph, k, j);
                (last, build::neg(this.graph, j), build::sub(this.graph, next, one))
            } else {
                (k, build::sub(this.graph, j, one), build::sub(this.graph, k, j))
            };
            let (left, right) = (build::mat_pow(this.graph, m, before), build::mat_pow(this.graph, m, after));
            let half = this.mul(left, t);
            let body = this.mul(half, right);
            let sum = build::fold(this.graph, Fold::Sum, &[(v, one, last)], None, body);
            if negative { build::neg(this.graph, sum) } else { sum }
        };
        Ok(match build::literal_int(self.graph, k) {
            Some(k) => terms(self, k < 0),
            None => {
                let (up, down) = (terms(self, false), terms(self, true));
                let positive = build::truth(self.graph, Op::LessEqual, zero, k);
                build::choose(self.graph, positive, up, down)
            }
        })
    }

    /// The rate of a Euclidean norm: `<A, dA> / |A|`.
    fn along(&mut self, a: NodeId, t: NodeId, norm: NodeId) -> NodeId {
        let inner = build::inner(self.graph, a, t);
        build::div(self.graph, inner, norm)
    }

    /// The rate of the i-th eigenvalue: `tr(P_i dM)`.
    fn eigen(&mut self, i: NodeId, m: NodeId, t: NodeId) -> NodeId {
        let ty = self.graph.ty(m).clone();
        let projector = build::op(self.graph, Op::Projector, vec![i, m], ty);
        build::inner(self.graph, projector, t)
    }

    /// The rate of the i-th singular value: `tr(P A' dA) / sigma` with `P` the i-th projector of `A'A`.
    fn singular(&mut self, i: NodeId, a: NodeId, t: NodeId, sigma: NodeId) -> NodeId {
        let transposed = build::transpose(self.graph, a);
        let gram = self.mul(transposed, a);
        let ty = self.graph.ty(gram).clone();
        let projector = build::op(self.graph, Op::Projector, vec![i, gram], ty);
        let part = self.mul(a, projector);
        self.along(part, t, sigma)
    }

    fn singular_at(&mut self, v: VarId, a: NodeId, t: NodeId) -> NodeId {
        let i = build::var(self.graph, v);
        let sigma = build::real(self.graph, Op::Sigma, vec![i, a]);
        self.singular(i, a, t, sigma)
    }

    /// `dP = P dM R + R dM P` with `R = (λ I − M + P)⁻¹ − P`, the inverse on the other eigenspaces.
    fn projector(&mut self, p: NodeId, i: NodeId, m: NodeId, t: NodeId) -> NodeId {
        let (n, _) = shape(self.graph, m);
        let identity = build::identity(self.graph, n);
        let lambda = build::real(self.graph, Op::Lambda, vec![i, m]);
        let shifted = self.mul(lambda, identity);
        let difference = build::sub(self.graph, shifted, m);
        let regular = build::add(self.graph, difference, p);
        let inverse = build::inv(self.graph, regular);
        let r = build::sub(self.graph, inverse, p);
        let (pt, rt) = (self.mul(p, t), self.mul(r, t));
        let (left, right) = (self.mul(pt, r), self.mul(rt, p));
        build::add(self.graph, left, right)
    }

    /// `R dR + dR R = dM` for the square root `R`, solved as a linear system in the entries of `dR`.
    fn root(&mut self, r: NodeId, t: NodeId) -> NodeId {
        let (n, cols) = shape(self.graph, r);
        let identity = build::identity(self.graph, n.clone());
        let (square, one) = (n.mul(&cols), Dim::constant(1));
        let system = Type::of_shape(square.clone(), square.clone());
        let column = Type::of_shape(square, one);
        let left = build::op(self.graph, Op::Kron, vec![identity, r], system.clone());
        let right = build::op(self.graph, Op::Kron, vec![r, identity], system);
        let both = build::add(self.graph, left, right);
        let inverse = build::inv(self.graph, both);
        let entries = build::op(self.graph, Op::Flatten, vec![t], column);
        let solution = self.mul(inverse, entries);
        let ty = self.graph.ty(r).clone();
        build::op(self.graph, Op::Unflatten, vec![solution], ty)
    }

    /// The sum of `f[λ_i, λ_j] P_i dM P_j` with divided differences of `f`.
    fn by_differences(&mut self, f: RealFn, m: NodeId, t: NodeId) -> NodeId {
        let ty = self.graph.ty(m).clone();
        let (n, _) = shape(self.graph, m);
        let (one, last) = (self.number(1), self.graph.dim_node(&n));
        let (v, w) = (self.graph.fresh_var(), self.graph.fresh_var());
        let (i, j) = (build::var(self.graph, v), build::var(self.graph, w));
        let li = build::real(self.graph, Op::Lambda, vec![i, m]);
        let lj = build::real(self.graph, Op::Lambda, vec![j, m]);
        let (fi, fj) = (build::real_fn(self.graph, f, li), build::real_fn(self.graph, f, lj));
        let slope = if f == RealFn::Exp { fi } else { build::div(self.graph, one, li) };
        let (rise, run) = (build::sub(self.graph, fi, fj), build::sub(self.graph, li, lj));
        let secant = build::div(self.graph, rise, run);
        let same = build::truth(self.graph, Op::Equal, i, j);
        let weight = build::choose(self.graph, same, slope, secant);
        let pi = build::op(self.graph, Op::Projector, vec![i, m], ty.clone());
        let pj = build::op(self.graph, Op::Projector, vec![j, m], ty);
        let half = self.mul(pi, t);
        let whole = self.mul(half, pj);
        let body = self.mul(weight, whole);
        build::fold(self.graph, Fold::Sum, &[(v, one, last), (w, one, last)], None, body)
    }

    /// The rate of the largest absolute entry: that of the entry, undefined where two have it.
    fn largest_entry(&mut self, largest: NodeId, m: NodeId, t: NodeId) -> Tangent {
        let (rows, cols) = shape(self.graph, m);
        let one = self.number(1);
        let (last_row, last_col) = (self.graph.dim_node(&rows), self.graph.dim_node(&cols));
        let (v, w) = (self.graph.fresh_var(), self.graph.fresh_var());
        let (i, j) = (build::var(self.graph, v), build::var(self.graph, w));
        let entry = build::entry(self.graph, m, i, j);
        let size = build::abs(self.graph, entry);
        let hit = build::truth(self.graph, Op::Equal, size, largest);
        let rate = build::entry(self.graph, t, i, j);
        let signed = self.real_fn(RealFn::Abs, size, entry, rate)?;
        let places =
            Places { ranges: vec![(v, one, last_row), (w, one, last_col)], filter: Some(hit), nodes: vec![signed] };
        Ok(self.unique(&places)?)
    }

    /// The sum over the places that pass the filter if there is one such place, else undefined.
    fn unique(&mut self, places: &Places) -> Result<NodeId, SubstituteError> {
        let sum = build::fold(self.graph, Fold::Sum, &places.ranges, places.filter, places.nodes[0]);
        let one = self.number(1);
        let vars: Vec<VarId> = places.ranges.iter().map(|r| r.0).collect();
        let ends: Vec<NodeId> = places.ranges.iter().flat_map(|r| [r.1, r.2]).chain(places.filter).collect();
        let (mut args, vars) = self.fresh(&ends, &vars)?;
        args.push(one);
        let count = Op::Fold { fold: Fold::Sum, vars, filtered: places.filter.is_some() };
        let count = build::op(self.graph, count, args, Type::Int);
        let single = build::truth(self.graph, Op::Equal, count, one);
        Ok(self.only_if(single, sum))
    }

    /// The k-th entry of the sorted column moves as the entry that is there; undefined where two are equal.
    fn sorted(&mut self, sorted: NodeId, v: NodeId, t: NodeId) -> NodeId {
        let (rows, _) = shape(self.graph, v);
        let (one, last) = (self.number(1), self.graph.dim_node(&rows));
        let row = self.graph.fresh_var();
        let k = build::var(self.graph, row);
        let place = build::entry(self.graph, sorted, k, one);
        let mut parts = [one; 2];
        for (part, counts) in parts.iter_mut().zip([false, true]) {
            let w = self.graph.fresh_var();
            let j = build::var(self.graph, w);
            let entry = build::entry(self.graph, v, j, one);
            let hit = build::truth(self.graph, Op::Equal, entry, place);
            let body = if counts { one } else { build::entry(self.graph, t, j, one) };
            *part = build::fold(self.graph, Fold::Sum, &[(w, one, last)], Some(hit), body);
        }
        let [rate, count] = parts;
        let single = build::truth(self.graph, Op::Equal, count, one);
        let body = self.only_if(single, rate);
        let ty = self.graph.ty(sorted).clone();
        build::op(self.graph, Op::Build { row, col: None }, vec![body], ty)
    }

    fn fold(&mut self, id: NodeId, fold: Fold) -> Result<Option<NodeId>, DerivativeError> {
        let args = self.graph.node(id).args.clone();
        let Some((&body, _)) = args.split_last() else { return Ok(None) };
        let Some(rate) = self.of(body) else { return Ok(None) };
        let result = match fold {
            Fold::Sum => {
                let p = self.places(id, &[rate])?;
                build::fold(self.graph, Fold::Sum, &p.ranges, p.filter, p.nodes[0])
            }
            // Each factor's rate times the product of the others.
            Fold::Product => {
                let outer = self.places(id, &[rate])?;
                let inner = self.places(id, &[body])?;
                let mut same = None;
                for (o, i) in outer.ranges.iter().zip(&inner.ranges) {
                    let (o, i) = (build::var(self.graph, o.0), build::var(self.graph, i.0));
                    let equal = build::truth(self.graph, Op::Equal, o, i);
                    same = Some(same.map_or(equal, |s| build::and(self.graph, s, equal)));
                }
                let others = same.map(|s| build::not(self.graph, s));
                let filter = match (inner.filter, others) {
                    (Some(f), Some(o)) => Some(build::and(self.graph, f, o)),
                    (f, o) => f.or(o),
                };
                let rest = build::fold(self.graph, Fold::Product, &inner.ranges, filter, inner.nodes[0]);
                let term = self.mul(outer.nodes[0], rest);
                build::fold(self.graph, Fold::Sum, &outer.ranges, outer.filter, term)
            }
            Fold::Min | Fold::Max => {
                let mut p = self.places(id, &[rate, body])?;
                let hit = build::truth(self.graph, Op::Equal, p.nodes[1], id);
                p.filter = Some(p.filter.map_or(hit, |f| build::and(self.graph, f, hit)));
                self.unique(&p)?
            }
            Fold::All | Fold::Any => return Ok(None),
        };
        Ok(Some(result))
    }

    /// A fold's places with fresh variables, and these nodes in them.
    fn places(&mut self, id: NodeId, nodes: &[NodeId]) -> Result<Places, SubstituteError> {
        let node = self.graph.node(id).clone();
        let Op::Fold { vars, filtered, .. } = &node.op else {
            return Ok(Places { ranges: vec![], filter: None, nodes: nodes.to_vec() });
        };
        let own = node.args.len() - 1;
        let roots: Vec<NodeId> = node.args[..own].iter().chain(nodes).copied().collect();
        let (roots, vars) = self.fresh(&roots, vars)?;
        let ranges = vars.iter().enumerate().map(|(k, &v)| (v, roots[2 * k], roots[2 * k + 1])).collect();
        let filter = filtered.then(|| roots[2 * vars.len()]);
        Ok(Places { ranges, filter, nodes: roots[own..].to_vec() })
    }
}

#[cfg(test)]
#[path = "derivative_tests.rs"]
mod tests;

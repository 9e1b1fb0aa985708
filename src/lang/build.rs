//! Smart constructors: one function per operation, which picks the [`Op`] from the types of its arguments and folds what is
//! exact and free (arithmetic of literals, a sum with zero, a product with one or `I`, a transpose of a transpose).
//!
//! They trust their arguments: shapes are checked by `elaborate`, which says what is wrong in the user's words. Nothing that
//! could hide an undefined value is folded: `0*x` stays, because `x` may be `1/0`.

use super::ir::{Dim, Fold, Graph, NodeId, Op, RealFn, Type, VarId};
use super::types::{dim_of, is_matrix, is_scalar, shape};
use dashu_int::IBig;
use dashu_ratio::RBig;

/// Literals are folded while the result has at most so many bits; beyond, the operation stays.
const MAX_BITS: usize = 1 << 14;

pub fn rational(graph: &Graph, id: NodeId) -> Option<&RBig> {
    match &graph.node(id).op {
        Op::Number(v) => Some(v),
        _ => None,
    }
}

/// The value of a literal integer.
pub fn literal_int(graph: &Graph, id: NodeId) -> Option<i64> {
    rational(graph, id).filter(|v| v.is_int()).and_then(|v| i64::try_from(v.numerator().clone()).ok())
}

fn is_number(graph: &Graph, id: NodeId, value: i64) -> bool {
    literal_int(graph, id) == Some(value)
}

/// A node that is zero whatever the case.
pub fn is_zero(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id).op, Op::Zeros) || is_number(graph, id, 0)
}

fn is_identity(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id).op, Op::Identity) && is_matrix(graph, id)
}

fn bits(v: &RBig) -> usize {
    use dashu_int::ops::BitTest;
    v.numerator().bit_len() + v.denominator().bit_len()
}

/// Both literals, if folding them stays small.
fn literals(graph: &Graph, a: NodeId, b: NodeId) -> Option<(&RBig, &RBig)> {
    let (x, y) = (rational(graph, a)?, rational(graph, b)?);
    (bits(x) + bits(y) <= MAX_BITS).then_some((x, y))
}

/// The type of a sum or product of numbers of one shape.
fn joined(graph: &Graph, a: NodeId, b: NodeId) -> Type {
    match (graph.ty(a), graph.ty(b)) {
        (Type::Int, Type::Int) => Type::Int,
        (m @ Type::Matrix(..), _) | (_, m @ Type::Matrix(..)) => m.clone(),
        _ => Type::Real,
    }
}

pub fn zeros(graph: &mut Graph, rows: Dim, cols: Dim) -> NodeId {
    match Type::of_shape(rows, cols) {
        ty @ Type::Matrix(..) => graph.add(Op::Zeros, vec![], ty),
        _ => graph.number(0),
    }
}

pub fn ones(graph: &mut Graph, rows: Dim, cols: Dim) -> NodeId {
    match Type::of_shape(rows, cols) {
        ty @ Type::Matrix(..) => graph.add(Op::Ones, vec![], ty),
        _ => graph.number(1),
    }
}

pub fn identity(graph: &mut Graph, size: Dim) -> NodeId {
    match Type::of_shape(size.clone(), size) {
        ty @ Type::Matrix(..) => graph.add(Op::Identity, vec![], ty),
        _ => graph.number(1),
    }
}

/// A real that no arithmetic can give a value to.
pub fn undefined(graph: &mut Graph) -> NodeId {
    let (one, zero) = (graph.number(1), graph.number(0));
    graph.add(Op::Div, vec![one, zero], Type::Real)
}

pub fn add(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    if let Some((x, y)) = literals(graph, a, b) {
        let value = x + y;
        return graph.number(value);
    }
    if is_zero(graph, a) {
        return b;
    }
    if is_zero(graph, b) {
        return a;
    }
    let ty = joined(graph, a, b);
    graph.add(Op::Add, vec![a, b], ty)
}

pub fn sub(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    if let Some((x, y)) = literals(graph, a, b) {
        let value = x - y;
        return graph.number(value);
    }
    if is_zero(graph, b) {
        return a;
    }
    if is_zero(graph, a) {
        return neg(graph, b);
    }
    let ty = joined(graph, a, b);
    graph.add(Op::Sub, vec![a, b], ty)
}

pub fn neg(graph: &mut Graph, a: NodeId) -> NodeId {
    match &graph.node(a).op {
        Op::Number(v) => {
            let value = -v.clone();
            graph.number(value)
        }
        Op::Neg => graph.node(a).args[0],
        Op::Zeros => a,
        _ => {
            let ty = graph.ty(a).clone();
            graph.add(Op::Neg, vec![a], ty)
        }
    }
}

/// `a*b`: of numbers, of a number and a matrix, of matrices.
pub fn mul(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match (is_scalar(graph, a), is_scalar(graph, b)) {
        (true, true) => {
            if let Some((x, y)) = literals(graph, a, b) {
                let value = x * y;
                return graph.number(value);
            }
            if is_number(graph, a, 1) {
                return b;
            }
            if is_number(graph, b, 1) {
                return a;
            }
            let ty = joined(graph, a, b);
            graph.add(Op::Mul, vec![a, b], ty)
        }
        (true, false) => scale(graph, a, b),
        (false, true) => scale(graph, b, a),
        (false, false) => {
            if is_identity(graph, a) {
                return b;
            }
            if is_identity(graph, b) {
                return a;
            }
            let ty = Type::of_shape(shape(graph, a).0, shape(graph, b).1);
            graph.add(Op::MatMul, vec![a, b], ty)
        }
    }
}

fn scale(graph: &mut Graph, r: NodeId, m: NodeId) -> NodeId {
    if is_number(graph, r, 1) {
        return m;
    }
    let ty = graph.ty(m).clone();
    graph.add(Op::Scale, vec![r, m], ty)
}

/// `a/r`, `r` a number.
pub fn div(graph: &mut Graph, a: NodeId, r: NodeId) -> NodeId {
    if let Some((x, y)) = literals(graph, a, r).filter(|(_, y)| !y.is_zero()) {
        let value = x / y;
        return graph.number(value);
    }
    if is_number(graph, r, 1) {
        return a;
    }
    let ty = if is_matrix(graph, a) { graph.ty(a).clone() } else { Type::Real };
    graph.add(Op::Div, vec![a, r], ty)
}

/// `a^b` of numbers.
pub fn pow(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    if let Some(exponent) = literal_int(graph, b) {
        if exponent == 1 {
            return a;
        }
        if let Some(value) = rational(graph, a).and_then(|base| folded_power(base, exponent)) {
            return graph.number(value);
        }
    }
    // An even power of a Frobenius norm is a power of a sum of squares: rational, and smooth where the norm is zero.
    if let (Op::NormFrobenius, Some(exponent)) = (&graph.node(a).op, literal_int(graph, b))
        && exponent > 0
        && exponent % 2 == 0
    {
        let m = graph.node(a).args[0];
        let square = inner(graph, m, m);
        let half = graph.number(exponent / 2);
        return pow(graph, square, half);
    }
    let whole = *graph.ty(a) == Type::Int && literal_int(graph, b).is_some_and(|e| e >= 0);
    graph.add(Op::Pow, vec![a, b], if whole { Type::Int } else { Type::Real })
}

fn folded_power(base: &RBig, exponent: i64) -> Option<RBig> {
    if base.is_zero() && exponent < 0 {
        return None;
    }
    let size = usize::try_from(exponent.unsigned_abs()).ok()?;
    if exponent == 0 || base.is_one() {
        return Some(RBig::ONE);
    }
    if size > MAX_BITS || bits(base).checked_mul(size)? > MAX_BITS {
        return None;
    }
    let power = base.pow(isize::try_from(size).ok()?);
    Some(if exponent < 0 { RBig::ONE / power } else { power })
}

/// `M^k`
pub fn mat_pow(graph: &mut Graph, m: NodeId, k: NodeId) -> NodeId {
    match literal_int(graph, k) {
        Some(1) => m,
        Some(-1) => inv(graph, m),
        _ => {
            let ty = graph.ty(m).clone();
            graph.add(Op::MatPow, vec![m, k], ty)
        }
    }
}

pub fn inv(graph: &mut Graph, m: NodeId) -> NodeId {
    if is_scalar(graph, m) {
        let one = graph.number(1);
        return div(graph, one, m);
    }
    if is_identity(graph, m) {
        return m;
    }
    let ty = graph.ty(m).clone();
    graph.add(Op::Inv, vec![m], ty)
}

pub fn transpose(graph: &mut Graph, m: NodeId) -> NodeId {
    let Type::Matrix(rows, cols) = graph.ty(m).clone() else { return m };
    match graph.node(m).op {
        Op::Transpose => graph.node(m).args[0],
        Op::Identity => m,
        Op::Zeros => zeros(graph, cols, rows),
        Op::Ones => ones(graph, cols, rows),
        _ if graph.symmetric.contains(&m) || graph.eigenvalues_of.contains_key(&m) => m,
        _ => graph.add(Op::Transpose, vec![m], Type::of_shape(cols, rows)),
    }
}

/// A function of one real. `floor` and `ceil` of what is rational in integers is an integer.
pub fn real_fn(graph: &mut Graph, f: RealFn, a: NodeId) -> NodeId {
    let int = *graph.ty(a) == Type::Int;
    if let Some(v) = rational(graph, a) {
        let folded = match f {
            RealFn::Abs => Some(if *v < RBig::ZERO { -v.clone() } else { v.clone() }),
            RealFn::Floor => Some(RBig::from(v.floor())),
            RealFn::Ceil => Some(RBig::from(v.ceil())),
            RealFn::Exp | RealFn::Cos if v.is_zero() => Some(RBig::ONE),
            RealFn::Sqrt | RealFn::Sin | RealFn::Tan | RealFn::Asin | RealFn::Atan if v.is_zero() => Some(RBig::ZERO),
            RealFn::Log | RealFn::Acos if v.is_one() => Some(RBig::ZERO),
            RealFn::Sqrt if v.is_one() => Some(RBig::ONE),
            _ => None,
        };
        if let Some(value) = folded {
            return graph.number(value);
        }
    }
    let ty = match f {
        RealFn::Floor | RealFn::Ceil if int => return a,
        RealFn::Floor | RealFn::Ceil if rational_in_integers(graph, a) => Type::Int,
        RealFn::Abs if int => Type::Int,
        _ => Type::Real,
    };
    graph.add(Op::Real(f), vec![a], ty)
}

/// Whether a real is made of integers by `+ - * /` alone, so that rounding it gives an integer that is known with them.
fn rational_in_integers(graph: &Graph, id: NodeId) -> bool {
    let mut stack = vec![id];
    let mut budget = 256;
    while let Some(id) = stack.pop() {
        budget -= 1;
        let node = graph.node(id);
        match node.op {
            _ if budget == 0 => return false,
            _ if node.ty == Type::Int => {}
            Op::Number(_) => {}
            Op::Add | Op::Sub | Op::Neg | Op::Mul | Op::Div if node.ty == Type::Real => stack.extend(&node.args),
            _ => return false,
        }
    }
    true
}

pub fn abs(graph: &mut Graph, a: NodeId) -> NodeId {
    real_fn(graph, RealFn::Abs, a)
}

/// The least (or greatest) of one or more numbers.
pub fn extreme(graph: &mut Graph, greatest: bool, mut args: Vec<NodeId>) -> NodeId {
    args.dedup();
    if let [only] = args[..] {
        return only;
    }
    if let Some(values) = args.iter().map(|&a| rational(graph, a).cloned()).collect::<Option<Vec<_>>>() {
        let best = if greatest { values.into_iter().max() } else { values.into_iter().min() };
        if let Some(value) = best {
            return graph.number(value);
        }
    }
    let int = args.iter().all(|&a| *graph.ty(a) == Type::Int);
    let op = if greatest { Op::Greatest } else { Op::Least };
    graph.add(op, args, if int { Type::Int } else { Type::Real })
}

/// The lesser of two sizes.
pub fn min_dim(graph: &mut Graph, a: &Dim, b: &Dim) -> Dim {
    if a == b {
        return a.clone();
    }
    let (x, y) = (graph.dim_node(a), graph.dim_node(b));
    let least = extreme(graph, false, vec![x.min(y), x.max(y)]);
    dim_of(graph, least)
}

pub fn not(graph: &mut Graph, a: NodeId) -> NodeId {
    match graph.node(a).op {
        Op::Bool(b) => graph.add(Op::Bool(!b), vec![], Type::Bool),
        Op::Not => graph.node(a).args[0],
        _ => graph.add(Op::Not, vec![a], Type::Bool),
    }
}

/// Strong Kleene: a literal decides only as Kleene's tables do.
pub fn and(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match (&graph.node(a).op, &graph.node(b).op) {
        (Op::Bool(true), _) | (_, Op::Bool(false)) => b,
        (_, Op::Bool(true)) | (Op::Bool(false), _) => a,
        _ if a == b => a,
        _ => graph.add(Op::And, vec![a, b], Type::Bool),
    }
}

pub fn or(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match (&graph.node(a).op, &graph.node(b).op) {
        (Op::Bool(false), _) | (_, Op::Bool(true)) => b,
        (_, Op::Bool(false)) | (Op::Bool(true), _) => a,
        _ if a == b => a,
        _ => graph.add(Op::Or, vec![a, b], Type::Bool),
    }
}

/// `if c then a else b`: two truth values, or two numbers of one shape.
pub fn choose(graph: &mut Graph, c: NodeId, a: NodeId, b: NodeId) -> NodeId {
    match graph.node(c).op {
        Op::Bool(true) => return a,
        Op::Bool(false) => return b,
        _ => {}
    }
    let ty = if *graph.ty(a) == Type::Bool { Type::Bool } else { joined(graph, a, b) };
    graph.add(Op::If, vec![c, a, b], ty)
}

pub fn truth(graph: &mut Graph, op: Op, a: NodeId, b: NodeId) -> NodeId {
    graph.add(op, vec![a, b], Type::Bool)
}

/// `M[i, j]`
pub fn entry(graph: &mut Graph, m: NodeId, i: NodeId, j: NodeId) -> NodeId {
    if is_scalar(graph, m) && is_number(graph, i, 1) && is_number(graph, j, 1) {
        return m;
    }
    graph.add(Op::Entry, vec![m, i, j], Type::Real)
}

/// The block of a shape whose first entry is `(i, j)`.
pub fn block(graph: &mut Graph, m: NodeId, i: NodeId, j: NodeId, rows: Dim, cols: Dim) -> NodeId {
    match Type::of_shape(rows, cols) {
        ty @ Type::Matrix(..) => graph.add(Op::Block, vec![m, i, j], ty),
        _ => entry(graph, m, i, j),
    }
}

/// A matrix operation whose value has this type.
pub fn op(graph: &mut Graph, op: Op, args: Vec<NodeId>, ty: Type) -> NodeId {
    graph.add(op, args, ty)
}

/// A matrix operation whose value is a real.
pub fn real(graph: &mut Graph, op: Op, args: Vec<NodeId>) -> NodeId {
    graph.add(op, args, Type::Real)
}

pub fn inner(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    if is_scalar(graph, a) && is_scalar(graph, b) { mul(graph, a, b) } else { real(graph, Op::Inner, vec![a, b]) }
}

pub fn trace(graph: &mut Graph, a: NodeId) -> NodeId {
    if is_scalar(graph, a) { a } else { real(graph, Op::Trace, vec![a]) }
}

pub fn frobenius(graph: &mut Graph, a: NodeId) -> NodeId {
    if is_scalar(graph, a) { abs(graph, a) } else { real(graph, Op::NormFrobenius, vec![a]) }
}

/// An index variable as a node.
pub fn var(graph: &mut Graph, v: VarId) -> NodeId {
    graph.add(Op::Var(v), vec![], Type::Int)
}

/// A fold over ranges of `(variable, lo, hi)`.
pub fn fold(
    graph: &mut Graph,
    fold: Fold,
    ranges: &[(VarId, NodeId, NodeId)],
    filter: Option<NodeId>,
    body: NodeId,
) -> NodeId {
    let vars = ranges.iter().map(|r| r.0).collect();
    let mut args: Vec<NodeId> = ranges.iter().flat_map(|r| [r.1, r.2]).collect();
    args.extend(filter);
    args.push(body);
    let ty = graph.ty(body).clone();
    graph.add(Op::Fold { fold, vars, filtered: filter.is_some() }, args, ty)
}

/// An integer literal as a node.
pub fn int(graph: &mut Graph, value: i64) -> NodeId {
    graph.number(IBig::from(value))
}

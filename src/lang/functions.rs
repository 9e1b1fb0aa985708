//! The functions of the language: the one list that calls are checked against, misspelt names are matched with, and the
//! reference documentation is written from.
//!
//! What a call becomes is said in `apply`; binders (`sum`, `mat`, `D`, ..) are syntax, not functions.

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    Abs,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Floor,
    Ceil,
    Min,
    Max,
    Trace,
    Det,
    Inv,
    Norm,
    NormFrobenius,
    NormNuclear,
    Inner,
    Hadamard,
    Lambda,
    LambdaMin,
    LambdaMax,
    Sigma,
    SigmaMin,
    SigmaMax,
    SqrtM,
    ExpM,
    LogM,
    Diag,
    Diagonal,
    Flatten,
    Unflatten,
    HCat,
    VCat,
    Zeros,
    Ones,
    Identity,
    Unit,
    Kron,
    Sym,
    Eigenvalues,
    SingularValues,
    Projector,
    Rows,
    Cols,
    Prev,
}

/// What the reference says of a function.
#[derive(Clone, Copy, Debug)]
pub struct FunctionInfo {
    pub function: Function,
    pub name: &'static str,
    /// The least and the greatest number of arguments; no greatest where any number will do.
    pub arity: (usize, Option<usize>),
    /// How it is called, with the kinds of its arguments and of its value.
    pub signature: &'static str,
    /// One line.
    pub doc: &'static str,
    /// A predicate or expression that uses it.
    pub example: &'static str,
}

const fn info(
    function: Function,
    name: &'static str,
    arguments: usize,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> FunctionInfo {
    FunctionInfo { function, name, arity: (arguments, Some(arguments)), signature, doc, example }
}

const fn many(
    function: Function,
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> FunctionInfo {
    FunctionInfo { function, name, arity: (1, None), signature, doc, example }
}

/// Every function, in the order of the reference.
#[rustfmt::skip]
pub const FUNCTIONS: &[FunctionInfo] = &[
    info(Function::Abs, "abs", 1, "abs(x: real): real", "absolute value", "abs(x - y) <= 1"),
    info(Function::Sqrt, "sqrt", 1, "sqrt(x: real): real", "square root; undefined below 0", "sqrt(x) <= 1 + x"),
    info(Function::Exp, "exp", 1, "exp(x: real): real", "exponential; `exp(1)` is Euler's number", "exp(x) >= 1 + x"),
    info(Function::Log, "log", 1, "log(x: real): real", "natural logarithm; undefined at and below 0", "log(1 + x) <= x"),
    info(Function::Sin, "sin", 1, "sin(x: real): real", "sine", "abs(sin(x)) <= 1"),
    info(Function::Cos, "cos", 1, "cos(x: real): real", "cosine", "cos(x) >= 1 - x^2/2"),
    info(Function::Tan, "tan", 1, "tan(x: real): real", "tangent", "tan(x) >= x"),
    info(Function::Asin, "asin", 1, "asin(x: real): real", "arc sine; undefined outside [-1, 1]", "asin(x) <= pi/2"),
    info(Function::Acos, "acos", 1, "acos(x: real): real", "arc cosine; undefined outside [-1, 1]", "acos(x) >= 0"),
    info(Function::Atan, "atan", 1, "atan(x: real): real", "arc tangent", "atan(x) < pi/2"),
    info(Function::Floor, "floor", 1, "floor(x: real): integer or real", "the greatest integer at most x; an integer, fit for a size or an index, where x is rational in integers", "floor(n/2) <= n"),
    info(Function::Ceil, "ceil", 1, "ceil(x: real): integer or real", "the least integer at least x; an integer, fit for a size or an index, where x is rational in integers", "ceil(n/2) <= n"),
    many(Function::Min, "min", "min(x, y, ..: real): real", "the least of one or more numbers", "min(x, y) <= x"),
    many(Function::Max, "max", "max(x, y, ..: real): real", "the greatest of one or more numbers", "max(x, y) >= x"),
    info(Function::Trace, "tr", 1, "tr(M: n×n): real", "trace", "tr(A*B) == tr(B*A)"),
    info(Function::Det, "det", 1, "det(M: n×n): real", "determinant; 1 of an empty matrix", "det(A') == det(A)"),
    info(Function::Inv, "inv", 1, "inv(M: n×n): n×n", "inverse; undefined of a singular matrix", "inv(A)*A == I"),
    info(Function::Norm, "norm", 1, "norm(M: m×n): real", "spectral norm; Euclidean of a row or a column; 0 of an empty matrix", "norm(A*B) <= norm(A)*norm(B)"),
    info(Function::NormFrobenius, "norm_F", 1, "norm_F(M: m×n): real", "Frobenius norm", "norm(A) <= norm_F(A)"),
    info(Function::NormNuclear, "norm_nuc", 1, "norm_nuc(M: m×n): real", "nuclear norm: the sum of the singular values", "norm_F(A) <= norm_nuc(A)"),
    info(Function::Inner, "inner", 2, "inner(A: m×n, B: m×n): real", "inner product, tr(A'*B)", "inner(A, A) == norm_F(A)^2"),
    info(Function::Hadamard, "hadamard", 2, "hadamard(A: m×n, B: m×n): m×n", "entrywise product", "norm_F(hadamard(A, A)) <= norm_F(A)^2"),
    info(Function::Lambda, "lambda", 2, "lambda(i: integer, M: n×n symmetric): real", "the i-th greatest eigenvalue; undefined for i outside 1..=n", "lambda(1, S) >= lambda(n, S)"),
    info(Function::LambdaMin, "lambda_min", 1, "lambda_min(M: n×n symmetric): real", "the least eigenvalue", "lambda_min(A'*A) >= 0"),
    info(Function::LambdaMax, "lambda_max", 1, "lambda_max(M: n×n symmetric): real", "the greatest eigenvalue", "lambda_max(S) <= norm(S)"),
    info(Function::Sigma, "sigma", 2, "sigma(i: integer, M: m×n): real", "the i-th greatest singular value; 0 past the smaller dimension", "sigma(1, A) == norm(A)"),
    info(Function::SigmaMin, "sigma_min", 1, "sigma_min(M: m×n): real", "the least singular value, sigma(min(m, n), M)", "sigma_min(A) <= norm(A)"),
    info(Function::SigmaMax, "sigma_max", 1, "sigma_max(M: m×n): real", "the greatest singular value", "sigma_max(A) <= norm_F(A)"),
    info(Function::SqrtM, "sqrtm", 1, "sqrtm(M: n×n symmetric): n×n", "the positive semidefinite square root; undefined unless M is positive semidefinite", "sqrtm(A'*A)^2 == A'*A"),
    info(Function::ExpM, "expm", 1, "expm(M: n×n symmetric): n×n", "matrix exponential", "det(expm(S)) == exp(tr(S))"),
    info(Function::LogM, "logm", 1, "logm(M: n×n symmetric): n×n", "matrix logarithm; undefined unless M is positive definite", "expm(logm(I + A'*A)) == I + A'*A"),
    info(Function::Diag, "diag", 1, "diag(v: n×1 or 1×n): n×n", "the diagonal matrix of a column or row", "tr(diag(v)) == inner(v, ones(n, 1))"),
    info(Function::Diagonal, "diagonal", 1, "diagonal(M: n×n): n×1", "the column of diagonal entries", "diagonal(diag(v)) == v"),
    info(Function::Flatten, "flatten", 1, "flatten(M: m×n): m*n×1", "the entries as a column, column after column", "norm(flatten(A)) == norm_F(A)"),
    info(Function::Unflatten, "unflatten", 3, "unflatten(v: m*n×1, m: integer, n: integer): m×n", "back from a column: the inverse of flatten", "unflatten(flatten(A), rows(A), cols(A)) == A"),
    many(Function::HCat, "hcat", "hcat(A: m×p, B: m×q, ..): m×(p + q + ..)", "blocks side by side", "norm(hcat(A, A)) == sqrt(2)*norm(A)"),
    many(Function::VCat, "vcat", "vcat(A: p×n, B: q×n, ..): (p + q + ..)×n", "blocks one above the other", "norm(vcat(A, A)) == sqrt(2)*norm(A)"),
    info(Function::Zeros, "zeros", 2, "zeros(m: integer, n: integer): m×n", "the matrix of zeros", "zeros(n, n) <= A'*A"),
    info(Function::Ones, "ones", 2, "ones(m: integer, n: integer): m×n", "the matrix of ones", "norm(ones(n, 1)) == sqrt(n)"),
    info(Function::Identity, "identity", 1, "identity(n: integer): n×n", "the identity of a size that is said; `I` takes its size from context", "tr(identity(n)) == n"),
    info(Function::Unit, "unit", 2, "unit(n: integer, i: integer): n×1", "the i-th unit vector", "inner(unit(n, 1), v) == v[1]"),
    info(Function::Kron, "kron", 2, "kron(A: m×n, B: p×q): m*p×n*q", "Kronecker product", "norm(kron(A, B)) == norm(A)*norm(B)"),
    info(Function::Sym, "sym", 1, "sym(M: n×n): n×n", "symmetric part, (M + M')/2", "norm(sym(S)) <= norm(S)"),
    info(Function::Eigenvalues, "eigvals", 1, "eigvals(M: n×n symmetric): n×1", "the eigenvalues, decreasing", "norm_F(S) == norm(eigvals(S))"),
    info(Function::SingularValues, "svals", 1, "svals(M: m×n): min(m, n)×1", "the singular values, decreasing", "norm_F(A) == norm(svals(A))"),
    info(Function::Projector, "proj", 2, "proj(i: integer, M: n×n symmetric): n×n", "the spectral projector of the i-th eigenvalue; undefined at a tie", "tr(proj(1, S)) == 1"),
    info(Function::Rows, "rows", 1, "rows(M: m×n): integer", "the number of rows", "rows(A) >= 0"),
    info(Function::Cols, "cols", 1, "cols(M: m×n): integer", "the number of columns", "cols(A) >= 0"),
    info(Function::Prev, "prev", 1, "prev(e): what e is", "e one step before; only in a trajectory, where a predicate with it is not asked at t = 0", "loss <= prev(loss)"),
];

pub fn named(name: &str) -> Option<&'static FunctionInfo> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

impl FunctionInfo {
    /// `1 argument`, `2 arguments`, `1 or more arguments`
    pub fn arity_text(&self) -> String {
        match self.arity {
            (1, Some(_)) => "1 argument".into(),
            (n, Some(_)) => format!("{n} arguments"),
            (n, None) => format!("{n} or more arguments"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ir::{Dim, IntId, Op, Type};
    use super::super::reference::World;
    use super::super::words;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_words_of_the_language_and_this_list_agree() {
        let words: BTreeSet<&str> = words::FUNCTIONS.iter().copied().collect();
        let here: BTreeSet<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
        assert_eq!(here.len(), FUNCTIONS.len());
        let more: Vec<&str> = here.difference(&words).copied().collect();
        assert_eq!(more, ["identity"]);
        assert!(words.is_subset(&here));
    }

    #[test]
    fn every_example_is_accepted() {
        let mut world = World::empty();
        let n = world.graph.add(Op::Int(IntId(0)), vec![], Type::Int);
        world.define("n", n);
        let (n, one) = (Dim::atom(n), Dim::constant(1));
        for (name, ty) in [
            ("x", Type::Real),
            ("y", Type::Real),
            ("A", Type::Matrix(n.clone(), n.clone())),
            ("B", Type::Matrix(n.clone(), n.clone())),
            ("S", Type::Matrix(n.clone(), n.clone())),
            ("v", Type::Matrix(n, one)),
        ] {
            world.draw(name, ty);
        }
        let s = world.name("S");
        world.graph.symmetric.insert(s);
        // `prev` needs a trajectory.
        for f in FUNCTIONS.iter().filter(|f| f.function != Function::Prev) {
            let id = world.node(f.example);
            assert!(id.is_ok(), "{}: {id:?}", f.example);
            assert!(f.example.contains(f.name) && f.signature.starts_with(f.name), "{}", f.name);
        }
    }
}

//! The syntax tree of the claim language: what was written, with the places where it was written.
//!
//! The parser makes it, the printers print it, and [`elaborate`](super) turns it into the typed graph of [`super::ir`].
//! It knows no types, shapes or values.

use super::span::Span;
use dashu_ratio::RBig;

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

impl Expr {
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A literal, exactly, with the text that was written (printers show the text).
    Number {
        value: RBig,
        text: String,
    },
    /// A name: a given, a `let`, an index, or a word of the language without arguments that is not one of the below.
    Name(String),
    /// `pi`
    Pi,
    /// `I`, the identity, whose size comes from the context.
    Identity,
    /// `true`, `false`
    Bool(bool),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    /// `e'`
    Transpose(Box<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a <= b < c`: every neighbouring pair is compared.
    Compare {
        first: Box<Expr>,
        rest: Vec<(Comparison, Expr)>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `M[i, j]`, `M[1..=r, ..]`, `x[i]`
    Index {
        base: Box<Expr>,
        index: Vec<Subscript>,
    },
    /// `f(a, b)`. Also `min(a, b)`, `max(a, b)`.
    Call {
        function: String,
        function_span: Span,
        arguments: Vec<Expr>,
    },
    /// `sum(i in a..=b, i != j: e)` and its kin.
    Quantified {
        quantifier: Quantifier,
        clauses: Vec<Clause>,
        body: Box<Expr>,
    },
    /// `mat(i in 1..=m, j in 1..=n: e)`, `vec(i in 1..=n: e)`; one or two ranges.
    Build {
        ranges: Vec<IndexRange>,
        body: Box<Expr>,
    },
    /// `D(e; X -> H)`, or `D(e; x)` for a real `x`.
    Derivative {
        body: Box<Expr>,
        variable: String,
        variable_span: Span,
        direction: Option<Box<Expr>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    And,
    Or,
    Implies,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    Sum,
    Product,
    Min,
    Max,
    All,
    Any,
}

/// `i in lo..=hi`
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRange {
    pub name: String,
    pub name_span: Span,
    pub lo: Expr,
    pub hi: Expr,
}

/// What stands before the colon of a quantifier.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    Range(IndexRange),
    Filter(Expr),
}

/// What stands in one place of `M[..]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Subscript {
    At(Expr),
    /// `lo..=hi`
    Range {
        lo: Expr,
        hi: Expr,
    },
    /// `..`
    All(Span),
}

/// `[a, b)`, with `log` where the draws are spread over octaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub lo: Expr,
    pub lo_open: bool,
    pub hi: Expr,
    pub hi_open: bool,
    pub log: bool,
    /// Of a scale: written `(0, inf)`; the ends are where it is looked for, and no part of the statement.
    pub half_line: bool,
    pub span: Span,
}

/// The law of several numbers: one interval, or one that depends on the index (`i: [0, sig[i]]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    pub index: Option<(String, Span)>,
    pub interval: Interval,
}

/// The eigenvalues or singular values of a sampled matrix.
#[derive(Clone, Debug, PartialEq)]
pub enum Spectrum {
    In(Law),
    /// A column vector that holds them.
    Values(Expr),
}

/// The right-hand side of an entry of `[given]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub kind: Sampler,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Sampler {
    /// `int in a..=b`
    Int {
        lo: Expr,
        hi: Expr,
    },
    /// `real in [a, b]`, `.. log`
    Real(Interval),
    /// `normal`, `normal(mu, sd)`
    Normal {
        mean: Option<Expr>,
        sd: Option<Expr>,
    },
    /// `choice(x, y, ..)`
    Choice(Vec<Expr>),
    /// `gaussian(m, n)`, `gaussian(m, n, sd)`
    Gaussian {
        rows: Expr,
        cols: Expr,
        sd: Option<Expr>,
    },
    /// `vector(n, law)`
    Vector {
        len: Expr,
        law: Law,
    },
    /// `spectrum(n, law)`: decreasing.
    Spectrum {
        len: Expr,
        law: Law,
    },
    /// `symmetric(n, law)`, `symmetric(n, v)`
    Symmetric {
        size: Expr,
        eigenvalues: Spectrum,
    },
    /// `matrix(m, n, sv in law)`, `matrix(m, n, sv = v)`, `.., rank r`
    Matrix {
        rows: Expr,
        cols: Expr,
        singular: Spectrum,
        rank: Option<Expr>,
    },
    Sphere(Expr),
    Orthogonal(Expr),
    Stiefel {
        rows: Expr,
        cols: Expr,
    },
    Skew(Expr),
    Permutation(Expr),
    /// `haar(n)`: only where the distribution matters.
    Haar(Expr),
    /// `near(A, e)`
    Near {
        center: Expr,
        radius: Expr,
    },
    /// `commuting(S)`
    Commuting(Expr),
    /// `below(S)`
    Below(Expr),
    /// `operator(m, n, delta)`
    Operator {
        rows: Expr,
        cols: Expr,
        delta: Expr,
    },
    /// A plain expression: a named quantity.
    Value(Expr),
}

/// Points of a sweep: `log [1e-12, 1e-3] 10`, `linear [0, 1] 5`, `int [2, 16] 4`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    pub scale: SweepScale,
    pub lo: Expr,
    pub hi: Expr,
    pub count: u64,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SweepScale {
    Log,
    Linear,
    /// Rounded to integers.
    Int,
}

/// Which steps of a run are looked at: `every 10`, `log 200`. The first and the last always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    Every(u64),
    /// About this many steps, evenly spread in the logarithm.
    Log(u64),
}

/// At which times a flow is looked at, from 0 to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Looks {
    /// At 0 and at the ends of so many equal intervals.
    Even(u64),
    /// At 0 and at so many times, evenly spread in the logarithm.
    Log(u64),
}

impl Looks {
    /// At most so many.
    pub const MOST: u64 = 10_000;
}

/// What a fitted slope should be: `>= delta/2`, `about -1 within 1/100`.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    pub bound: SlopeBound,
    pub value: Expr,
    /// How far off it may be.
    pub within: Option<Expr>,
}

/// On which side of a value a slope is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlopeBound {
    AtLeast,
    AtMost,
    About,
}

//! A plan: a flat list of instructions over numbered slots, for one choice of the structural integers.
//!
//! A plan knows every shape and every loop bound that does not depend on a loop, allocates nothing while it runs, and is the same
//! for every arithmetic. Loops whose bodies keep their shapes stay loops; others are unrolled when the plan is made.

use crate::lang::ir::{DrawId, Fold, InputId, IntId, NodeId, RealFn};
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::ops::Range;

/// Index into [`Plan::slots`].
pub type SlotId = u32;

/// Where a value lives: `rows × cols` numbers from `offset`, row-major. Truth values have no numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub offset: u32,
    pub rows: u32,
    pub cols: u32,
}

impl Slot {
    pub fn len(&self) -> usize {
        self.rows as usize * self.cols as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn range(&self) -> Range<usize> {
        self.offset as usize..self.offset as usize + self.len()
    }
}

/// An integer that is the same in all lanes: a polynomial in the loop indices, or (rarely) something else of them.
#[derive(Clone, Debug, PartialEq)]
pub enum IntExpr {
    Constant(i64),
    /// `constant + Σ coefficient * loop index`
    Affine {
        constant: i64,
        terms: Vec<(u32, i64)>,
    },
    Add(Box<IntExpr>, Box<IntExpr>),
    Mul(Box<IntExpr>, Box<IntExpr>),
    Least(Vec<IntExpr>),
    Greatest(Vec<IntExpr>),
    Abs(Box<IntExpr>),
    /// A power with a non-negative exponent.
    Pow(Box<IntExpr>, Box<IntExpr>),
}

impl IntExpr {
    /// The value of what is not known: past 64 bits, or a negative power.
    pub const UNKNOWN: i64 = i64::MIN;

    /// The value for these loop indices, or [`UNKNOWN`](Self::UNKNOWN).
    pub fn value(&self, loops: &[i64]) -> i64 {
        self.checked(loops).unwrap_or(Self::UNKNOWN)
    }

    fn checked(&self, loops: &[i64]) -> Option<i64> {
        match self {
            Self::Constant(c) => Some(*c).filter(|c| *c != Self::UNKNOWN),
            Self::Affine { constant, terms } => {
                let mut sum = *constant;
                for (var, c) in terms {
                    sum = sum.checked_add(c.checked_mul(loops[*var as usize])?)?;
                }
                Some(sum)
            }
            Self::Add(a, b) => a.checked(loops)?.checked_add(b.checked(loops)?),
            Self::Mul(a, b) => a.checked(loops)?.checked_mul(b.checked(loops)?),
            Self::Least(items) => items.iter().try_fold(None, |least: Option<i64>, e| {
                let x = e.checked(loops)?;
                Some(Some(least.map_or(x, |l| l.min(x))))
            })?,
            Self::Greatest(items) => items.iter().try_fold(None, |most: Option<i64>, e| {
                let x = e.checked(loops)?;
                Some(Some(most.map_or(x, |m| m.max(x))))
            })?,
            Self::Abs(a) => a.checked(loops)?.checked_abs(),
            Self::Pow(a, b) => {
                let (base, exponent) = (a.checked(loops)?, b.checked(loops)?);
                match base {
                    // Their powers stay small however large the exponent.
                    0 | 1 if exponent > 0 => Some(base),
                    -1 if exponent > 0 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
                    _ => base.checked_pow(u32::try_from(exponent).ok()?),
                }
            }
        }
    }

    /// The least and the greatest value (not always attained) for loop indices in these ranges, if they are known.
    pub fn range(&self, loops: &[(i64, i64)]) -> Option<(i64, i64)> {
        let product = |(a, b): (i64, i64), (c, d): (i64, i64)| {
            let all = [a.checked_mul(c)?, a.checked_mul(d)?, b.checked_mul(c)?, b.checked_mul(d)?];
            Some((*all.iter().min()?, *all.iter().max()?))
        };
        match self {
            Self::Constant(c) => Some((*c, *c)).filter(|_| *c != Self::UNKNOWN),
            Self::Affine { constant, terms } => {
                let (mut lo, mut hi) = (*constant, *constant);
                for (var, c) in terms {
                    let (a, b) = product((*c, *c), loops[*var as usize])?;
                    (lo, hi) = (lo.checked_add(a)?, hi.checked_add(b)?);
                }
                Some((lo, hi))
            }
            Self::Add(a, b) => {
                let ((a, b), (c, d)) = (a.range(loops)?, b.range(loops)?);
                Some((a.checked_add(c)?, b.checked_add(d)?))
            }
            Self::Mul(a, b) => product(a.range(loops)?, b.range(loops)?),
            Self::Least(items) | Self::Greatest(items) => {
                let all = items.iter().map(|e| e.range(loops)).collect::<Option<Vec<_>>>()?;
                Some((all.iter().map(|r| r.0).min()?, all.iter().map(|r| r.1).max()?))
            }
            Self::Abs(a) => {
                let (a, b) = a.range(loops)?;
                Some((0, a.checked_abs()?.max(b.checked_abs()?)))
            }
            Self::Pow(a, b) => {
                let ((a, b), (_, e)) = (a.range(loops)?, b.range(loops)?);
                let size = a.checked_abs()?.max(b.checked_abs()?).checked_pow(u32::try_from(e).ok()?)?.max(1);
                Some((-size, size))
            }
        }
    }

    /// How large the expression is.
    pub fn parts(&self) -> usize {
        1 + match self {
            Self::Constant(_) => 0,
            Self::Affine { terms, .. } => terms.len(),
            Self::Add(a, b) | Self::Mul(a, b) | Self::Pow(a, b) => a.parts() + b.parts(),
            Self::Least(items) | Self::Greatest(items) => items.iter().map(Self::parts).sum(),
            Self::Abs(a) => a.parts(),
        }
    }
}

/// One step. `out`, `a`, `b`, .. are slots.
#[derive(Clone, Debug, PartialEq)]
pub enum Instruction {
    /// An integer as a number.
    Integer {
        out: SlotId,
        value: IntExpr,
    },
    UnitVector {
        out: SlotId,
        index: IntExpr,
    },

    Add {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Sub {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Neg {
        out: SlotId,
        a: SlotId,
    },
    /// Real times real.
    Mul {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Scale {
        out: SlotId,
        factor: SlotId,
        a: SlotId,
    },
    /// Matrix or real, by a real.
    Div {
        out: SlotId,
        a: SlotId,
        divisor: SlotId,
    },
    /// The exponent is the same in all lanes.
    PowUniform {
        out: SlotId,
        a: SlotId,
        exponent: IntExpr,
    },
    /// An integer exponent that differs by lane.
    PowInteger {
        out: SlotId,
        a: SlotId,
        exponent: SlotId,
    },
    PowReal {
        out: SlotId,
        a: SlotId,
        exponent: SlotId,
    },
    Real {
        out: SlotId,
        f: RealFn,
        a: SlotId,
    },
    Least {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Greatest {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Ratio {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },

    MatMul {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    MatPow {
        out: SlotId,
        a: SlotId,
        exponent: IntExpr,
    },
    Transpose {
        out: SlotId,
        a: SlotId,
    },
    Hadamard {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Kron {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Inv {
        out: SlotId,
        a: SlotId,
    },
    Det {
        out: SlotId,
        a: SlotId,
    },
    Trace {
        out: SlotId,
        a: SlotId,
    },
    NormFrobenius {
        out: SlotId,
        a: SlotId,
    },
    Inner {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    MaxAbs {
        out: SlotId,
        a: SlotId,
    },
    /// The `index`-th greatest eigenvalue.
    Lambda {
        out: SlotId,
        a: SlotId,
        index: IntExpr,
    },
    /// Least eigenvalue, plus infinity if empty.
    LoewnerMargin {
        out: SlotId,
        a: SlotId,
    },
    Eigenvalues {
        out: SlotId,
        a: SlotId,
    },
    SingularValues {
        out: SlotId,
        a: SlotId,
    },
    Projector {
        out: SlotId,
        a: SlotId,
        index: IntExpr,
    },
    /// A function of the eigenvalues.
    MatrixFunction {
        out: SlotId,
        a: SlotId,
        f: MatrixFn,
        sign: Semidefinite,
    },
    /// Sum of the entries of a non-negative column (the nuclear norm from singular values).
    SumEntries {
        out: SlotId,
        a: SlotId,
    },
    Diagonal {
        out: SlotId,
        a: SlotId,
    },
    Flatten {
        out: SlotId,
        a: SlotId,
    },
    Unflatten {
        out: SlotId,
        a: SlotId,
    },
    /// Copies `a` to `(row, col)` of `out` (from 0).
    Place {
        out: SlotId,
        a: SlotId,
        row: u32,
        col: u32,
    },
    Sym {
        out: SlotId,
        a: SlotId,
    },
    Entry {
        out: SlotId,
        a: SlotId,
        row: IntExpr,
        col: IntExpr,
    },
    Block {
        out: SlotId,
        a: SlotId,
        row: IntExpr,
        col: IntExpr,
    },
    SortDecreasing {
        out: SlotId,
        a: SlotId,
    },

    /// Sets a slot to its start: zero, one, or (`undefined`) nothing yet.
    Start {
        out: SlotId,
        value: f64,
        undefined: bool,
    },
    StartTruth {
        out: SlotId,
        value: bool,
    },
    /// Joins a loop's value into `out` where the filter is true.
    Accumulate {
        out: SlotId,
        fold: Fold,
        value: SlotId,
        filter: Option<SlotId>,
    },
    StoreEntry {
        out: SlotId,
        value: SlotId,
        row: IntExpr,
        col: IntExpr,
    },
    /// Index `var` starts at `lo`; jumps to `exit` if that is past `hi`.
    Loop {
        var: u32,
        lo: IntExpr,
        hi: IntExpr,
        exit: u32,
    },
    /// Next value of the innermost loop over `var`, back to `body`, until past `hi`.
    Next {
        var: u32,
        hi: IntExpr,
        body: u32,
        /// Work of one iteration.
        work: u64,
    },

    Less {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    LessEqual {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Equal {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    /// Whether a symmetric matrix is positive semidefinite (`strict`: definite); an empty one is.
    Definite {
        out: SlotId,
        a: SlotId,
        strict: bool,
    },
    And {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Or {
        out: SlotId,
        a: SlotId,
        b: SlotId,
    },
    Not {
        out: SlotId,
        a: SlotId,
    },
    If {
        out: SlotId,
        condition: SlotId,
        then: SlotId,
        otherwise: SlotId,
    },
    IfTruth {
        out: SlotId,
        condition: SlotId,
        then: SlotId,
        otherwise: SlotId,
    },

    LogMap {
        out: SlotId,
        u: SlotId,
        lo: SlotId,
        hi: SlotId,
    },
    LogDown {
        out: SlotId,
        u: SlotId,
        hi: SlotId,
    },
    Reflect {
        out: SlotId,
        v: SlotId,
        a: SlotId,
    },
    Congruence {
        out: SlotId,
        v: SlotId,
        d: SlotId,
    },
    Rectangular {
        out: SlotId,
        a: SlotId,
    },
    Permutation {
        out: SlotId,
        u: SlotId,
    },
}

impl Instruction {
    /// About how many fused multiply-adds it takes, for bounding the time of a case: nothing depends on its being exact.
    pub fn work(&self, slots: &[Slot]) -> u64 {
        let cube = |id: &SlotId| {
            let n = u64::from(slots[*id as usize].rows.max(slots[*id as usize].cols));
            n * n * n
        };
        let len = |id: &SlotId| slots[*id as usize].len() as u64;
        1 + match self {
            Self::MatMul { a, b, .. } => len(a) * u64::from(slots[*b as usize].cols),
            Self::Inv { a, .. }
            | Self::Det { a, .. }
            | Self::Congruence { out: a, .. }
            | Self::Reflect { out: a, .. } => 4 * cube(a),
            Self::Lambda { a, .. } | Self::LoewnerMargin { a, .. } | Self::Definite { a, .. } => 4 * cube(a),
            Self::MatPow { a, .. } | Self::Eigenvalues { a, .. } => 20 * cube(a),
            Self::SingularValues { a, .. } | Self::Projector { a, .. } | Self::MatrixFunction { a, .. } => 40 * cube(a),
            Self::Add { out, .. }
            | Self::Sub { out, .. }
            | Self::Scale { out, .. }
            | Self::Div { out, .. }
            | Self::Hadamard { out, .. }
            | Self::Kron { out, .. }
            | Self::Transpose { out, .. }
            | Self::If { out, .. }
            | Self::Block { out, .. }
            | Self::SortDecreasing { out, .. }
            | Self::Start { out, .. } => len(out),
            Self::Inner { a, .. } | Self::NormFrobenius { a, .. } | Self::MaxAbs { a, .. } | Self::Equal { a, .. } => {
                len(a)
            }
            Self::Accumulate { value, .. } | Self::Place { a: value, .. } => len(value),
            _ => 8,
        }
    }
}

/// How it is known that a symmetric matrix has no negative eigenvalue, where rounding could not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semidefinite {
    /// It is not.
    Open,
    /// By its form: a Gram matrix, a sum of such.
    Form,
    /// If this column, its eigenvalues, has no negative entry.
    Values(SlotId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixFn {
    Sqrt,
    Exp,
    Log,
}

/// The instructions for one choice of the structural integers, in sections that are run one by one.
#[derive(Clone, Debug)]
pub struct Plan {
    pub code: Vec<Instruction>,
    /// What is run together: a pointwise claim has one; an iteration has a set-up, a step and a look.
    pub sections: Vec<Range<usize>>,
    pub slots: Vec<Slot>,
    /// Numbers over all slots.
    pub numbers: usize,
    /// Filled once, before the first section.
    pub constants: Vec<(SlotId, Constant)>,
    pub draws: Vec<(DrawId, SlotId)>,
    pub inputs: Vec<(InputId, SlotId)>,
    /// Structural integers that are read as numbers; filled once.
    pub ints: Vec<(IntId, SlotId)>,
    /// Where the roots of each section are.
    pub roots: Vec<BTreeMap<NodeId, SlotId>>,
    pub loops: usize,
    /// Work of all instructions (see [`Instruction::work`]), loops at their longest.
    pub work: u64,
    /// Work that one run of a section may take: claims are untrusted, and the ends of a loop are theirs.
    pub most_work: u64,
    /// The largest dimension that a decomposition or a power meets: sizes the working memory.
    pub largest: usize,
}

impl Plan {
    /// Whether something in these sections is known to the digits of `f64` at most, in arithmetics that have more, too.
    #[must_use]
    pub fn is_rough(&self, sections: &[usize]) -> bool {
        use Instruction as I;
        let code = sections
            .iter()
            .filter_map(|section| self.sections.get(*section))
            .flat_map(|range| &self.code[range.clone()]);
        let rough = |instruction: &Instruction| match instruction {
            I::Real { f, .. } => !matches!(f, RealFn::Abs | RealFn::Sqrt | RealFn::Floor | RealFn::Ceil),
            I::PowReal { .. } | I::Projector { .. } | I::MatrixFunction { .. } => true,
            _ => false,
        };
        code.into_iter().any(rough)
    }
}

/// A slot's value for a whole run.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    Number(RBig),
    Pi,
    Truth(bool),
    Identity,
    Fill(f64),
}

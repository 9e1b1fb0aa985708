//! A mutant: what was changed, where, and how the changed claim compares with its own.

use crate::claim::model::{Claim, Place};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// How far constants and ends are moved.
#[derive(Clone, Debug)]
pub struct Options {
    /// Constants are multiplied and divided by this, ends of intervals moved outwards by it. More than 1.
    pub factor: RBig,
    /// By how much each predicate was measured to be loose (1: not at all): its constants are moved past that too.
    pub looseness: BTreeMap<String, f64>,
    /// The most mutants; the less telling kinds are left out first.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { factor: RBig::from_parts(11.into(), 10u8.into()), looseness: BTreeMap::new(), most: 200 }
    }
}

/// What was changed. In the order in which they are kept when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An entry of `[assume]` is left out.
    Hypothesis,
    /// The condition of an implication, a case distinction or a filter is left out.
    Guard,
    /// An end of an interval is moved outwards, or an open end closed.
    Interval,
    /// `<=` turned round.
    Comparison,
    /// `<=` made `<`.
    Strict,
    /// A constant is scaled.
    Constant,
    /// A constant is scaled past the looseness that was measured.
    PastLooseness,
    /// A term is left out.
    Term,
    /// The sign of a term is turned.
    Sign,
    /// An exponent is one more, or one less.
    Exponent,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Hypothesis => "hypothesis",
            Self::Guard => "guard",
            Self::Interval => "interval",
            Self::Comparison => "comparison",
            Self::Strict => "strict",
            Self::Constant => "constant",
            Self::PastLooseness => "past looseness",
            Self::Term => "term",
            Self::Sign => "sign",
            Self::Exponent => "exponent",
        }
    }
}

/// How a mutant compares with its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// It implies the claim.
    Stronger,
    /// The claim implies it.
    Weaker,
    /// Neither, or it cannot be told.
    Different,
}

impl Strength {
    pub fn name(self) -> &'static str {
        match self {
            Self::Stronger => "stronger",
            Self::Weaker => "weaker",
            Self::Different => "different",
        }
    }
}

/// A changed claim.
#[derive(Clone, Debug)]
pub struct Mutant {
    pub kind: Kind,
    pub strength: Strength,
    /// The table and the entry: `[claim] growth`.
    pub entry: String,
    /// Where the thing stands; `place.line_column()` for people.
    pub place: Place,
    /// The thing as it was, and as it is now (empty: left out).
    pub was: String,
    pub is: String,
    /// The statement with the change made. If the change is in one predicate, the others are left out.
    pub claim: Claim,
}

/// All mutants of a claim.
#[derive(Clone, Debug)]
pub struct Mutants {
    /// In the order of the file.
    pub mutants: Vec<Mutant>,
    /// Found, and left out because there were too many.
    pub left_out: usize,
}

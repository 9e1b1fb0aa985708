//! What became of one case: the only thing that the checkers tell the engine.
//!
//! A pointwise case, a run of an iteration and a point of a sweep all end as one [`CaseRecord`]; counting, worst cases and
//! verdicts are made from these alone.

pub use crate::sample::strata::Stratum;
use serde::{Deserialize, Serialize};

/// Whether the case met the hypotheses; the first that it did not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypotheses {
    Met,
    /// The interval or set of this given (by index) was empty.
    EmptyGiven(usize),
    /// This `[assume]` (by index) is false.
    Failed(usize),
    /// Its margin is within the rounding floor, or a value left the range of `f64`.
    Undecided(usize),
    Undefined(usize),
    /// A given could not be computed in `f64` (out of range).
    GivenOutOfRange(usize),
}

/// What a predicate did in a case that met the hypotheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// True; the margin is beyond the floor.
    Held,
    /// False beyond the rounding floor.
    Violated,
    /// The margin is within the rounding floor, on either side of zero. An identity that agrees to rounding is here with `identity` predicates read as held.
    WithinFloor,
    /// Beyond `f64`: a value left its range, or is known too coarsely for an identity to mean anything.
    OutOfRange,
    /// 1/0, the logarithm of a negative number, the inverse of a singular matrix.
    Undefined,
    /// `f64` cannot tell whether the case is in the branch that the predicate speaks of.
    Unplaced,
    /// The case is not in the branch that the predicate speaks of.
    OutOfBranch,
}

/// One predicate in one case. `margin` and `floor` are in the predicate's unit; both are NaN where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub fate: Fate,
    pub margin: f64,
    /// A bound on what rounding may have done to `margin`.
    pub floor: f64,
    /// The step (or time) of the worst look, for a trajectory.
    pub at: Option<u64>,
    /// It is of the end of a run that was cut off there, before its own end (`until`).
    pub cut: bool,
}

/// A case and what became of it. `looks` has one entry a predicate, and is empty unless the hypotheses were met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaseRecord<'a> {
    pub index: u64,
    pub stratum: Stratum,
    pub hypotheses: Hypotheses,
    /// Whether its values leave the range of `f64`, and it was run with exponents that have no bound.
    pub scaled: bool,
    pub looks: &'a [Look],
}

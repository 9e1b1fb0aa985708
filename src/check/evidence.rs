//! What was found out about one predicate beyond counting random cases: plain data, from which verdicts and reports are made.
//!
//! Numbers of the random phase stay in the [`tally`](super::tally); nothing here is mixed with them.

use crate::case::point::{Point, Values};
use crate::case::witness::Draws;
use crate::certify::{Enclosure, Sides};
use crate::prove::identity;

/// Everything that the search phase says of a predicate.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub hunt: Option<Hunted>,
    pub settled: Settled,
    pub refutation: Option<Refutation>,
    /// Why a violation beyond rounding has no certificate: which part stayed undecided, or what was decided instead.
    pub doubt: Option<String>,
    pub proof: Option<Proof>,
    pub tightness: Option<Tightness>,
    /// What became of the stored witness, if there is one.
    pub stored: Option<Stored>,
}

/// The best that the hunt found.
#[derive(Clone, Debug)]
pub struct Hunted {
    pub evaluations: u64,
    /// Those that met the hypotheses and were in the predicate's branch.
    pub feasible: u64,
    pub best: Option<Best>,
}

/// Where the hunt came nearest.
#[derive(Clone, Debug)]
pub struct Best {
    pub point: Point,
    /// In the predicate's unit, as in the random phase.
    pub margin: f64,
    pub floor: f64,
    /// The structural integers, by name.
    pub ints: Vec<(String, i64)>,
    /// Hypotheses that hold with equality there, in words.
    pub active: Vec<String>,
}

impl Best {
    /// Whether `f64` calls it violated beyond rounding.
    pub fn is_violated(&self) -> bool {
        self.margin + self.floor < 0.0
    }
}

/// Cases near zero or below it that were decided in rationals or enclosures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Settled {
    pub held: u64,
    pub violated: u64,
    /// A hypothesis fails, or the branch is another.
    pub outside: u64,
    pub undecided: u64,
}

/// A certified counterexample.
#[derive(Clone, Debug)]
pub struct Refutation {
    pub values: Values,
    /// In the predicate's unit.
    pub margin: Enclosure,
    /// Of one comparison of reals.
    pub sides: Option<Sides>,
    /// Working precision that decided it.
    pub bits: usize,
    /// The step at which it fails, along an iteration; of a flow, the number of the look.
    pub at: Option<u64>,
    pub origin: Origin,
    /// The draws that these values are made of, where they are those of a case.
    pub draws: Option<Draws>,
}

/// Where a counterexample was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Stored,
    /// A case of the random phase.
    Case(u64),
    Hunt,
    /// A box in which the predicate fails everywhere.
    Boxes,
}

/// How a predicate was proved.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// Schwartz–Zippel: an identity of rational functions, for these integers (empty where there are none), all of the stated ones if
    /// `complete`. `failure`: the base-10 logarithm of a bound on the probability that it is false all the same.
    Identity { integers: String, complete: bool, degree: u64, points: u32, failure: f64 },
    /// Subdivision in enclosures, of all of the stated box if `complete`; else what is left.
    Boxes { boxes: u64, complete: bool, left: String },
}

impl Proof {
    pub fn of(found: &identity::Evidence, complete: bool) -> Self {
        let identity::Evidence { which, degree, points, log10_failure, .. } = found;
        Self::Identity { integers: which.clone(), complete, degree: *degree, points: *points, failure: *log10_failure }
    }

    pub fn is_complete(&self) -> bool {
        match self {
            Self::Identity { complete, .. } | Self::Boxes { complete, .. } => *complete,
        }
    }
}

/// How near a predicate that held comes to failing.
#[derive(Clone, Debug, PartialEq)]
pub enum Tightness {
    /// Equality, decided exactly.
    Attained,
    /// The margin goes to zero; along what, given by given.
    Approached { along: Vec<String> },
    /// No case needed more than one part in `factor` of what the statement allows.
    Loose { factor: f64 },
}

/// A stored witness, asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It proves the violation still.
    Proved,
    /// The statement has changed since.
    Stale,
    /// It does not prove it; why.
    Failed(String),
}

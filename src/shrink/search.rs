//! The descent: the case, what is asked of it, what it may cost, and when a step is kept.

use super::simplicity::{Complexity, complexity};
use super::{dimensions, draws, entries};
use crate::case::point::{Exactly, Point, Values};
use crate::case::values::one_line;
use crate::claim::model::Claim;
use crate::claim::program::Program;
use crate::lang::ir::IntId;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashSet};

/// What shrinking asks of others. All are functions of their arguments alone, or the result is not reproducible.
pub struct Oracles<'a> {
    /// The exact values of the sampled givens at a point, with some fixed (later givens follow from these); `None` if there are none.
    pub values: &'a dyn Fn(&Point, &Values) -> Option<Values>,
    /// By how much the predicate is certainly violated at these values, all hypotheses being certainly met, in its unit; `None` if that
    /// is not proved. (A strict inequality can be violated by 0.)
    pub violation: &'a dyn Fn(&Values) -> Option<RBig>,
    /// Cases at these integers that may be violated, from a short search.
    pub fresh: &'a dyn Fn(&BTreeMap<IntId, i64>) -> Vec<Point>,
}

/// What shrinking may cost. (Values are asked for at most eight times as often as certificates.)
#[derive(Clone, Debug)]
pub struct Limits {
    /// The most cases that are certified or fail to be.
    pub decisions: usize,
    /// The most that they may weigh together: one weighs 1 if it is small, more with its dimensions and the length of its numbers.
    pub weight: u64,
    /// The share of the violation at the start that must be left.
    pub share: RBig,
}

impl Default for Limits {
    fn default() -> Self {
        Self { decisions: 2000, weight: 8000, share: RBig::ONE / RBig::from(10) }
    }
}

/// A simpler counterexample.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The integers, and the draws behind what is not in `fixed`.
    pub point: Point,
    /// Givens whose value was set.
    pub fixed: Values,
    pub values: Values,
    /// How far the predicate is certainly violated, and was at the start.
    pub violation: RBig,
    pub start: RBig,
    pub decisions: usize,
    /// Whether it ended because no step helped, not because of the limits.
    pub complete: bool,
}

/// Values are asked for more often than certificates: most steps are seen not to be simpler.
const VALUES_PER_DECISION: usize = 8;
/// Rounds over all kinds of steps.
const MOST_ROUNDS: usize = 16;

/// Shrinks a counterexample, a point with some givens `fixed`; `None` if it is not certified as it stands.
pub fn shrink(
    claim: &Claim,
    program: &Program,
    oracles: &Oracles<'_>,
    limits: &Limits,
    start: &Point,
    fixed: &Values,
) -> Option<Shrunk> {
    let values = (oracles.values)(start, fixed)?;
    let violation = (oracles.violation)(&values)?;
    let best = Case {
        complexity: complexity(&start.ints, &values),
        point: start.clone(),
        fixed: fixed.clone(),
        values,
        violation: violation.clone(),
    };
    let mut search = Search {
        claim,
        program,
        oracles,
        limits,
        floor: &violation * &limits.share,
        best,
        refused: HashSet::new(),
        decisions: 1,
        attempts: 0,
        weight: 0,
    };
    let mut complete = false;
    let mut tried = dimensions::Tried::default();
    for _ in 0..MOST_ROUNDS {
        let before = search.best.complexity;
        dimensions::pass(&mut search, &mut tried);
        draws::pass(&mut search);
        entries::pass(&mut search);
        complete = search.best.complexity == before && !search.spent();
        if complete || search.spent() {
            break;
        }
    }
    let Search { best, decisions, .. } = search;
    let Case { point, fixed, values, violation: left, .. } = best;
    Some(Shrunk { point, fixed, values, violation: left, start: violation, decisions, complete })
}

/// A certified counterexample.
pub(super) struct Case {
    pub point: Point,
    pub fixed: Values,
    pub values: Values,
    pub violation: RBig,
    pub complexity: Complexity,
}

pub(super) struct Search<'a> {
    pub claim: &'a Claim,
    pub program: &'a Program,
    pub oracles: &'a Oracles<'a>,
    limits: &'a Limits,
    floor: RBig,
    pub best: Case,
    /// Values that were not certified: what is decided of them depends on nothing else.
    refused: HashSet<String>,
    decisions: usize,
    attempts: usize,
    weight: u64,
}

impl Search<'_> {
    /// Whether the limits are reached; then nothing is accepted any more.
    pub fn spent(&self) -> bool {
        self.decisions >= self.limits.decisions
            || self.weight >= self.limits.weight
            || self.attempts / VALUES_PER_DECISION >= self.limits.decisions
    }

    /// Takes a step if it makes the case simpler and leaves enough of the violation.
    pub fn offer(&mut self, point: Point, fixed: Values) -> bool {
        if self.spent() {
            return false;
        }
        self.attempts += 1;
        let Some(values) = (self.oracles.values)(&point, &fixed) else { return false };
        let complexity = complexity(&point.ints, &values);
        if complexity >= self.best.complexity {
            return false;
        }
        let key = key(&values);
        if self.refused.contains(&key) {
            return false;
        }
        self.decisions += 1;
        self.weight = self.weight.saturating_add(weight(&values, &complexity));
        match (self.oracles.violation)(&values) {
            Some(violation) if violation >= self.floor => {
                self.best = Case { point, fixed, values, violation, complexity };
                true
            }
            _ => {
                self.refused.insert(key);
                false
            }
        }
    }

    /// Whether a given is an integer that chooses shapes.
    pub fn is_structural(&self, given: usize) -> bool {
        let int = self.program.samples.ints.iter().find(|int| int.given == given);
        int.is_some_and(|int| self.program.structural.contains(&int.id))
    }
}

fn key(values: &Values) -> String {
    let lines: Vec<String> =
        values.iter().map(|(given, value)| one_line(&given.to_string(), value, usize::MAX)).collect();
    lines.join("\n")
}

/// About the multiplications of a product of the largest matrices, in units of four by four ones, and what long numbers cost.
fn weight(values: &Values, complexity: &Complexity) -> u64 {
    let side = |value: &Exactly| match value {
        Exactly::Matrix { rows, cols, .. } => (*rows).max(*cols) as u64,
        _ => 1,
    };
    let largest = values.values().map(side).max().unwrap_or(1);
    1 + largest.saturating_pow(3) / 64 + complexity.bits as u64 / 4096
}

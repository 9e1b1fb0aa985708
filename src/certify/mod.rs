//! Deciding a case from the exact values of its givens: every hypothesis proved, the conclusion proved or disproved, or the part named
//! that stayed open.
//!
//! [`Certifier::values`] makes exact values of a case's draws; [`Certifier::decide`] needs nothing but values, so a stored
//! counterexample is decided like a fresh one. Both run the claim's own expressions in [`Ball`]: rationals as
//! long as they last, enclosures after that, at rising precision until every sign is decided or the bits run out. No tolerance decides
//! anything.

mod decide;
mod enclosure;
mod flow;
mod moving;
mod path;
mod plans;
mod settle;
mod solution;
#[cfg(test)]
mod tests;

pub use enclosure::Enclosure;

use crate::arith::ball::Ball;
use crate::case::octet::numbers_of;
use crate::case::point::{Exactly, Values};
use crate::claim::by_values::ValueGiven;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::Claim;
use crate::claim::program::Program;
use crate::eval::compile::PlanError;
use crate::lang::ir::{IntId, Op, Type};
use plans::Plans;
use std::collections::BTreeMap;

/// The least working precision; it doubles from here.
pub const LEAST_BITS: usize = 128;

/// A part of a claim that a decision can rest on; indices are those of the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Given(usize),
    Assume(usize),
    /// Of the predicate that is decided: the left side of a top-level `=>`.
    Guard(usize),
    Predicate,
    /// Of a path: this hypothesis on it, its end, this first time.
    Path(usize),
    Until,
    First(usize),
    /// Of a flow: the enclosure of its solution.
    Solution,
}

/// How two sides are to stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Less,
    LessEqual,
    Equal,
}

/// The two sides of one comparison of reals.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    pub relation: Relation,
    /// Of an inequality the side that is to be the smaller.
    pub left: Enclosure,
    pub right: Enclosure,
}

/// What was proved of a predicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// In the predicate's unit; 1 of an order of empty matrices, as of any statement about nothing.
    pub margin: Enclosure,
    /// Where the predicate is one comparison of reals.
    pub sides: Option<Sides>,
    /// The working precision that decided it.
    pub bits: usize,
    /// The step, for an iteration; for a flow, the number of the look.
    pub at: Option<u64>,
}

/// How a case comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Every hypothesis is true and the predicate is false.
    Violated(Certificate),
    /// Every hypothesis is true, and so is the predicate.
    Holds(Certificate),
    /// The left side of its `=>` is false.
    OutOfBranch,
    /// The predicate says nothing here, or its margin has a unit that is not positive.
    Undefined,
    /// A hypothesis is false.
    Outside(Part),
    /// This part could not be decided with the bits there are.
    Undecided(Part),
}

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertifyError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("the value of `{0}` is missing")]
    Missing(String),
    #[error("the value of `{name}` is not {wanted}")]
    Kind { name: String, wanted: String },
    #[error("`{0}` has no exact value: it is irrational, or its numbers are too long")]
    NotExact(String),
    #[error("the interval of `{0}` is empty here")]
    Empty(String),
    #[error("there is no such predicate")]
    NoPredicate,
    #[error("a case with {found} draws where its integers ask for {asked}")]
    Draws { asked: usize, found: usize },
}

/// Exact values of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    pub values: Values,
    /// Givens of which an irrational end was replaced by a rational inside.
    pub inside: Vec<usize>,
}

/// A claim that can be decided from values.
pub struct Certifier {
    program: Program,
    max_elements: usize,
    plans: Plans,
}

impl Certifier {
    /// # Errors
    /// What is wrong with the claim's expressions, each at its place.
    pub fn new(claim: &Claim, max_elements: usize) -> Result<Self, Diagnostics> {
        Ok(Self { program: Program::by_values(claim)?, max_elements, plans: Plans::default() })
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    fn name(&self, given: usize) -> String {
        self.program.givens.get(given).map_or_else(|| format!("given {}", given + 1), |bound| bound.name.clone())
    }

    /// A part in words; the predicate's own parts by their place.
    pub fn name_of(&self, part: Part) -> String {
        match part {
            Part::Given(i) => self.name(i),
            Part::Assume(i) => {
                self.program.assume.get(i).map_or_else(|| format!("assumption {}", i + 1), |a| a.name.clone())
            }
            Part::Guard(i) => format!("condition {} of the predicate", i + 1),
            Part::Predicate => "the predicate".to_owned(),
            Part::Path(i) => {
                let name = self.program.motion.as_ref().and_then(|m| m.assume().get(i)).map(|a| a.name.clone());
                name.unwrap_or_else(|| format!("hypothesis {} on the path", i + 1))
            }
            Part::Until => "the end of the run".to_owned(),
            Part::Solution => "the enclosure of the solution".to_owned(),
            Part::First(i) => {
                let name = self.program.motion.as_ref().and_then(|m| m.first().get(i)).map(|f| f.0.clone());
                name.unwrap_or_else(|| format!("first time {}", i + 1))
            }
        }
    }

    /// All integers of the claim, structural or not, from values.
    fn integers(&self, values: &Values) -> Result<BTreeMap<IntId, i64>, CertifyError> {
        let mut ints = BTreeMap::new();
        for value in &self.program.values {
            if let Op::Int(id) = self.program.graph.node(value.value).op {
                match values.get(&value.given) {
                    Some(Exactly::Int(i)) => ints.insert(id, *i),
                    Some(_) => {
                        let (name, wanted) = (self.name(value.given), "an integer".to_owned());
                        return Err(CertifyError::Kind { name, wanted });
                    }
                    None => return Err(CertifyError::Missing(self.name(value.given))),
                };
            }
        }
        Ok(ints)
    }

    /// The numbers of a value, checked against the shape that the integers give it.
    fn numbers(
        &self,
        value: &ValueGiven,
        found: &Exactly,
        ints: &BTreeMap<IntId, i64>,
    ) -> Result<Vec<Ball>, CertifyError> {
        let name = || self.name(value.given);
        match (self.program.graph.ty(value.value), found) {
            (Type::Matrix(rows, cols), Exactly::Matrix { rows: r, cols: c, entries }) => {
                let shape = [rows, cols].map(|dim| crate::case::octet::value_of(&self.program, ints, dim));
                let [wanted_rows, wanted_cols] = shape;
                let (wanted_rows, wanted_cols) = (wanted_rows?, wanted_cols?);
                if (wanted_rows, wanted_cols) != (*r as i64, *c as i64) || Some(entries.len()) != r.checked_mul(*c) {
                    return Err(CertifyError::Kind { name: name(), wanted: format!("{wanted_rows}×{wanted_cols}") });
                }
                Ok(entries.iter().map(|x| Ball::from(x.clone())).collect())
            }
            (Type::Int, Exactly::Rational(x)) if !x.is_int() => {
                Err(CertifyError::Kind { name: name(), wanted: "an integer".to_owned() })
            }
            // A choice between reals may be an integer.
            (Type::Matrix(..), Exactly::Int(_) | Exactly::Rational(_)) => {
                Err(CertifyError::Kind { name: name(), wanted: "a matrix".to_owned() })
            }
            (_, Exactly::Rational(x)) => Ok(vec![Ball::from(x.clone())]),
            (_, Exactly::Int(i)) => Ok(vec![Ball::from(dashu_ratio::RBig::from(*i))]),
            (_, Exactly::Matrix { rows: 1, cols: 1, entries }) if entries.len() == 1 => {
                Ok(entries.iter().map(|x| Ball::from(x.clone())).collect())
            }
            (_, Exactly::Matrix { .. }) => Err(CertifyError::Kind { name: name(), wanted: "a number".to_owned() }),
        }
    }

    /// The draws that these integers ask for, block by block.
    fn blocks(&self, ints: &BTreeMap<IntId, i64>) -> Result<Vec<usize>, PlanError> {
        let mut sizes = Vec::new();
        for block in &self.program.samples.blocks {
            let (rows, cols) = numbers_of(&self.program, ints, block)?;
            let size = |n: i64| usize::try_from(n).map_err(|_| PlanError::NegativeDimension(n));
            let needed = size(rows)?.saturating_mul(size(cols)?);
            if needed > self.max_elements {
                return Err(PlanError::TooLarge { needed: needed as u64, limit: self.max_elements as u64 });
            }
            sizes.push(needed);
        }
        Ok(sizes)
    }
}

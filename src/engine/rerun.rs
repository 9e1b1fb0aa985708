//! One claim's random phase and hunt again, for the case that a report speaks of.
//!
//! A hunt starts from what the random phase found, so both are run as the report's run did: the same seed and budget give the same case.

use super::budget::{self, Budget};
use crate::case::point::Point;
use crate::check::tally::Tally;
use crate::check::{CheckError, Checker};

/// The nearest case that the hunt finds for a predicate.
///
/// # Errors
/// If the claim could not be run, is not hunted, or nothing that could be measured was found.
pub fn hunted(checker: &Checker, predicate: usize, budget: Budget) -> Result<Point, CheckError> {
    let cases = budget::cases(budget, None, checker.cost());
    let cases = cases.ok_or_else(|| CheckError(format!("one case counts for more than the budget `{budget}`")))?;
    let identities: Vec<bool> = checker.predicates().iter().map(|predicate| predicate.identity).collect();
    let mut tally = Tally::new(&identities, checker.givens().len(), checker.assumes().len());
    checker.run(0..cases, &mut |case| tally.record(case))?;
    // A claim that is refuted already is not hunted; so the stored witness is left aside.
    let evidence = checker.search(&tally, &budget.effort(), None)?;
    let best = evidence.get(predicate).and_then(|evidence| evidence.hunt.as_ref()).and_then(|hunt| hunt.best.as_ref());
    let best = best.ok_or_else(|| CheckError("it was not hunted, or nothing was found".to_owned()))?;
    Ok(best.point.clone())
}

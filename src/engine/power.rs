//! The mutants of a claim, run like any claims: what each constant, term and hypothesis is worth.

use super::outcome::{ClaimResult, Outcome};
use super::run::{EngineError, RunOptions, run};
use crate::case::values::one_line;
use crate::check::evidence::Tightness;
use crate::claim::model::{Claim, Verdict};
use crate::power::{MutantOutcome, Options, Power, mutants};
use std::collections::BTreeMap;

/// Characters of a rational in the line that shows a counterexample.
const SHOWN: usize = 12;

/// Runs a claim and its mutants with the same budget.
///
/// # Errors
/// If the worker threads cannot be started.
pub fn power(claim: &Claim, options: &RunOptions) -> Result<Power, EngineError> {
    let looseness = looseness(&run(&[claim], options, &|_| {})?);
    let wanted = Options { looseness, ..Options::default() };
    let mut all = mutants(claim, &wanted);
    for mutant in &mut all.mutants {
        // The stored witness is the claim's own.
        mutant.claim.witness = None;
    }
    let claims: Vec<&Claim> = all.mutants.iter().map(|mutant| &mutant.claim).collect();
    let outcomes = run(&claims, options, &|_| {})?;
    let outcomes = outcomes.iter().map(of).collect();
    Ok(Power::new(claim, &wanted, &all, outcomes))
}

/// By how much each predicate was found to be loose.
fn looseness(outcomes: &[Outcome]) -> BTreeMap<String, f64> {
    let mut factors = BTreeMap::new();
    for outcome in outcomes {
        let Outcome::Checked(result) = outcome else { continue };
        for predicate in &result.predicates {
            if let Some(Tightness::Loose { factor }) = predicate.evidence.tightness
                && factor.is_finite()
            {
                factors.insert(predicate.info.name.clone(), factor);
            }
        }
    }
    factors
}

fn of(outcome: &Outcome) -> MutantOutcome {
    let result = match outcome {
        Outcome::Checked(result) => result,
        Outcome::Malformed(bad) => {
            let reason = bad.diagnostics.0.first().map(|d| d.message.clone()).unwrap_or_default();
            return MutantOutcome::Malformed { reason };
        }
    };
    let reason = || {
        let telling = result.predicates.iter().find(|p| p.judgement.verdict == result.verdict);
        telling.and_then(|p| p.judgement.reason.clone()).unwrap_or_default()
    };
    match result.verdict {
        Verdict::Refuted => MutantOutcome::Refuted { witness: witness(result) },
        Verdict::Suspect | Verdict::Rejected | Verdict::Drifts => MutantOutcome::Suspect { closest: closest(result) },
        Verdict::Held | Verdict::Proved | Verdict::Inconclusive => MutantOutcome::Survived { closest: closest(result) },
        Verdict::Vacuous => MutantOutcome::Vacuous { reason: reason() },
        Verdict::Error => MutantOutcome::Malformed { reason: reason() },
        Verdict::NotRun => MutantOutcome::NotRun { reason: reason() },
    }
}

/// The least margin that was found, by whichever phase.
fn closest(result: &ClaimResult) -> String {
    let margins = result.predicates.iter().flat_map(|p| {
        let hunted = p.evidence.hunt.as_ref().and_then(|hunt| hunt.best.as_ref()).map(|best| best.margin);
        let random = p.counts.as_ref().and_then(|counts| counts.worst.or(counts.closest)).map(|extreme| extreme.margin);
        hunted.into_iter().chain(random)
    });
    margins.min_by(f64::total_cmp).map_or_else(String::new, |margin| format!("margin {margin:.3e}"))
}

/// `d = 1, S = [1]`
fn witness(result: &ClaimResult) -> String {
    let refutation = result.predicates.iter().find_map(|p| p.evidence.refutation.as_ref());
    let Some(refutation) = refutation else { return String::new() };
    let name = |i: usize| result.givens.get(i).map_or("", String::as_str);
    let values = refutation.values.iter().map(|(i, value)| one_line(name(*i), value, SHOWN));
    values.collect::<Vec<_>>().join(", ")
}

//! What a run found that is not as expected, each at its place in a file: what SARIF and the annotations of a code host show.
//!
//! "Decided otherwise" is an error and "could not be decided" a warning, as their exit statuses differ. A claim that is expected to be
//! refuted, and is, is no finding: the errata tell of it.

use super::run_report::RunReport;
use super::statement::written;
use super::terminal::plain;
use crate::claim::model::{Claim, Place};
use crate::engine::outcome::{ClaimResult, Failure, PredicateResult};
use crate::engine::verdict::{is_decided, name};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    /// What kind it is: a verdict, `malformed` or `internal-error`.
    pub rule: &'static str,
    /// `<paper>/<claim>`, where it is of one claim.
    pub claim: Option<String>,
    pub predicate: Option<String>,
    pub file: String,
    pub region: Option<Region>,
    pub message: String,
    /// How to see it again.
    pub replay: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warning,
}

/// From 1; a column is a character, and the end is the first one that does not belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// The rules that a finding may name, with what each means.
pub const RULES: [(&str, &str); 12] = [
    ("proved", "The claim was proved, and another verdict was expected."),
    ("held", "The claim was not violated in any case, and another verdict was expected."),
    ("refuted", "The claim is false: a counterexample was proved in exact arithmetic."),
    ("rejected", "The trials contradict the claim at the level of the whole suite."),
    ("drifts", "The claim's constant grows over the sweep."),
    ("suspect", "The claim was violated beyond rounding, and no certificate was found: it could not be decided."),
    ("vacuous", "Too few cases met the hypotheses to tell."),
    ("inconclusive", "The cases could not decide the claim."),
    ("error", "The claim could not be evaluated."),
    ("not-run", "The claim asks for a larger budget than this run's."),
    ("malformed", "The file is no claim that can be checked."),
    ("internal-error", "A bug in theoremcheck, not in the claim."),
];

/// In the order of the claims; what is malformed comes last.
pub fn findings(report: &RunReport) -> Vec<Finding> {
    let mut all = Vec::new();
    for result in &report.claims {
        let file = report.claim(&result.id);
        let unexpected = result.predicates.iter().filter(|predicate| !predicate.as_expected);
        all.extend(unexpected.map(|predicate| of_predicate(report, result, predicate, file)));
        // An error of a claim without predicates would be lost.
        if let Some(failure) = result.failure.as_ref().filter(|_| result.predicates.is_empty()) {
            all.push(Finding {
                level: Level::Error,
                rule: rule_of(result, name(failure.verdict())),
                claim: Some(result.id.0.clone()),
                predicate: None,
                file: file.map(|claim| claim.source.path.display().to_string()).unwrap_or_default(),
                region: None,
                message: plain(&failure.reason()),
                replay: None,
            });
        }
    }
    for malformed in &report.malformed {
        all.extend(malformed.diagnostics.0.iter().map(|diagnostic| {
            let found = if diagnostic.found.is_empty() { String::new() } else { format!(": {}", diagnostic.found) };
            let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            Finding {
                level: Level::Error,
                rule: "malformed",
                claim: malformed.id.as_ref().map(|id| id.0.clone()),
                predicate: None,
                file: diagnostic.place.source.path.display().to_string(),
                region: region(&diagnostic.place),
                message: plain(&format!("{}{found}{help}", diagnostic.message)),
                replay: None,
            }
        }));
    }
    all
}

fn of_predicate(
    report: &RunReport,
    result: &ClaimResult,
    predicate: &PredicateResult,
    file: Option<&Claim>,
) -> Finding {
    let verdict = predicate.judgement.verdict;
    let reason = predicate.judgement.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let message = format!(
        "{}, {}: {} is {}, expected {}{reason}",
        result.at,
        result.title,
        predicate.info.name,
        name(verdict),
        name(predicate.expected)
    );
    let panicked = matches!(result.failure, Some(Failure::Panic(_)));
    Finding {
        level: if is_decided(verdict) || panicked { Level::Error } else { Level::Warning },
        rule: rule_of(result, name(verdict)),
        claim: Some(result.id.0.clone()),
        predicate: Some(predicate.info.name.clone()),
        file: file.map(|claim| claim.source.path.display().to_string()).unwrap_or_default(),
        region: file.and_then(|claim| region(written(claim, &predicate.info.name)?.1)),
        message: plain(&message),
        replay: telling_case(result, predicate).map(|case| report.setup.replay_line(&result.id, case)),
    }
}

fn rule_of(result: &ClaimResult, verdict: &'static str) -> &'static str {
    if matches!(result.failure, Some(Failure::Panic(_))) { "internal-error" } else { verdict }
}

/// The case of the random phase that shows most of a predicate.
pub fn telling_case(result: &ClaimResult, predicate: &PredicateResult) -> Option<u64> {
    use super::chance;
    use super::closest::Closest;
    let of_trials = || result.chance.as_ref().and_then(chance::case);
    Closest::of_predicate(predicate).map(|closest| closest.extreme().case).or_else(of_trials)
}

/// None of a file as a whole.
fn region(place: &Place) -> Option<Region> {
    if place.source.text.is_empty() {
        return None;
    }
    let (line, column) = place.line_column();
    let end = Place { start: place.end, ..place.clone() };
    let (end_line, end_column) = end.line_column();
    // Nothing, or less, cannot be marked.
    let marks = (end_line, end_column) > (line, column);
    Some(Region { line, column, end_line, end_column: if marks { end_column } else { column + 1 } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::model::{Source, Verdict};
    use std::path::PathBuf;
    use std::sync::Arc;

    #[test]
    fn every_verdict_is_a_rule() {
        for verdict in Verdict::ALL {
            assert!(RULES.iter().any(|(rule, _)| *rule == name(verdict)), "{verdict:?}");
        }
    }

    #[test]
    fn a_region_is_counted_in_characters_from_1() {
        let source = Arc::new(Source { path: PathBuf::from("a.toml"), text: "é = 1\nb = \"x < y\"\n".into() });
        let start = source.text.find("x <").unwrap_or(0);
        let at = region(&Place::new(&source, start, start + 5));
        assert_eq!(at, Some(Region { line: 2, column: 6, end_line: 2, end_column: 11 }));
        let empty = region(&Place::new(&source, start, start));
        assert_eq!(empty, Some(Region { line: 2, column: 6, end_line: 2, end_column: 7 }));
        let nothing = Arc::new(Source { path: PathBuf::from("b.toml"), text: "".into() });
        assert_eq!(region(&Place::file(&nothing)), None);
    }
}

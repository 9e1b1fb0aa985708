//! What a run found that is not as expected, each at its place in a file: what SARIF and the annotations of a code host show.
//!
//! "Decided otherwise" is an error and "could not be decided" a warning, as their exit statuses differ. A claim that is expected to be
//! refuted, and is, is no finding: the errata tell of it.

use super::baseline::Compared;
use super::entry::{Entry, Predicate, Written};
use super::record::Record;
use super::terminal::plain;
use crate::engine::exit::Exit;
use crate::engine::verdict::{is_decided, name};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    /// What kind it is: a verdict, `malformed`, `internal-error` or `worse-than-baseline`.
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

const DRIFT: &str = "worse-than-baseline";

/// The rules that a finding may name, with what each means.
pub const RULES: [(&str, &str); 13] = [
    ("proved", "The claim was proved, and another verdict was expected."),
    ("held", "Nothing that was seen speaks against the claim, and another verdict was expected."),
    ("refuted", "The claim is false, certified: by a counterexample or, of a constant, by an exact change of scale."),
    ("rejected", "The trials, the fitted slope or the runs contradict the claim."),
    ("drifts", "What the claim's constant must meet grows over the sweep."),
    ("suspect", "The claim was violated beyond rounding, and no certificate was found: it could not be decided."),
    ("vacuous", "Too few cases met the hypotheses to tell."),
    ("inconclusive", "The cases could not decide the claim."),
    ("error", "The claim could not be evaluated."),
    ("not-run", "The claim asks for a larger budget than this run's."),
    ("malformed", "The file is no claim that can be checked."),
    ("internal-error", "A bug in theoremcheck, not in the claim."),
    (DRIFT, "A verdict or a number is worse than in the baseline that the run is held against, or the claim is gone."),
];

/// In the order of the claims; then what is malformed, and what has drifted.
pub fn findings(record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    for entry in &record.entries {
        let unexpected = entry.said.predicates.iter().filter(|predicate| !predicate.as_expected);
        all.extend(unexpected.map(|predicate| of_predicate(record, entry, predicate)));
        // An error of a claim without predicates would be lost.
        if let Some(reason) = entry.said.reason.as_ref().filter(|_| entry.said.predicates.is_empty()) {
            all.push(Finding {
                level: Level::Error,
                rule: rule_of(entry, name(entry.said.verdict)),
                claim: Some(entry.said.id.clone()),
                predicate: None,
                file: entry.file().to_owned(),
                region: None,
                message: plain(reason),
                replay: None,
            });
        }
    }
    all.extend(record.head.errors.iter().map(|error| Finding {
        level: Level::Error,
        rule: "malformed",
        claim: error.id.clone(),
        predicate: None,
        file: error.file.clone(),
        region: error.end_line.zip(error.end_column).map(|(end_line, end_column)| Region {
            line: error.line,
            column: error.column,
            end_line,
            end_column,
        }),
        message: plain(&error.says()),
        replay: None,
    }));
    all.extend(record.drift.predicates.iter().map(|compared| of_drift(record, compared)));
    all
}

/// At its predicate, or in the baseline, where it is gone.
fn of_drift(record: &Record, compared: &Compared) -> Finding {
    let entry = record.entries.iter().find(|entry| entry.said.id == compared.claim);
    let predicate = entry.and_then(|entry| entry.said.predicates.iter().find(|p| p.name == compared.predicate));
    let from = &record.drift.from;
    Finding {
        level: Level::Warning,
        rule: DRIFT,
        claim: Some(compared.claim.clone()),
        predicate: Some(compared.predicate.clone()),
        file: entry.map_or(from.clone(), |entry| entry.file().to_owned()),
        region: predicate.and_then(|predicate| predicate.written).map(Region::of),
        message: plain(&format!("worse than in {from}: {}: {}", compared.predicate, compared.says)),
        replay: entry.zip(predicate).and_then(|(entry, predicate)| record.replay_lines(&entry.said, predicate).pop()),
    }
}

impl Region {
    fn of(written: Written) -> Self {
        let Written { line, column, end_line, end_column } = written;
        Self { line, column, end_line, end_column }
    }
}

fn of_predicate(record: &Record, entry: &Entry, predicate: &Predicate) -> Finding {
    let (said, verdict) = (&entry.said, predicate.verdict);
    let reason = predicate.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let (found, expected) = (name(verdict), name(predicate.expected));
    let message = format!("{}, {}: {} is {found}, expected {expected}{reason}", said.at, said.title, predicate.name);
    Finding {
        level: if is_decided(verdict) || is_bug(entry) { Level::Error } else { Level::Warning },
        rule: rule_of(entry, found),
        claim: Some(said.id.clone()),
        predicate: Some(predicate.name.clone()),
        file: entry.file().to_owned(),
        region: predicate.written.map(Region::of),
        message: plain(&message),
        replay: record.replay_lines(said, predicate).pop(),
    }
}

/// Whether something inside the claim's evaluation panicked: nothing else of a claim asks for this status.
fn is_bug(entry: &Entry) -> bool {
    entry.exit == Exit::HarnessFailed
}

fn rule_of(entry: &Entry, verdict: &'static str) -> &'static str {
    if is_bug(entry) { "internal-error" } else { verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::model::Verdict;

    #[test]
    fn every_verdict_is_a_rule() {
        for verdict in Verdict::ALL {
            assert!(RULES.iter().any(|(rule, _)| *rule == name(verdict)), "{verdict:?}");
        }
    }
}

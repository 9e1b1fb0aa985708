//! The run as JUnit XML, for systems that show tests: a suite a claim, a test a predicate, margins as the suite's properties.
//!
//! A claim is a suite because properties belong to suites in every schema that is in use; those of a test are refused by some. A
//! predicate that is decided otherwise than expected is a failure, one that could not be decided an error, one that was not run is
//! skipped. There are no times: they are not the same twice, and shards and journals have none of what another machine ran.
//!
//! The one place that knows quick-junit.

use super::closest::describe_tightness;
use super::entry::{Entry, Predicate};
use super::record::{Error, Record};
use super::terminal::{counted, plain};
use crate::claim::model::Verdict;
use crate::engine::verdict::{is_decided, name};
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

pub fn render(record: &Record) -> Result<String, SerializeError> {
    let mut junit = Report::new("theoremcheck");
    junit.add_test_suites(record.entries.iter().map(|entry| suite(record, entry)));
    // What is wrong with one file stands together.
    let same = |a: &Error, b: &Error| a.id == b.id && (a.id.is_some() || a.file == b.file);
    junit.add_test_suites(record.head.errors.chunk_by(same).filter_map(malformed));
    let mut text = junit.to_string()?;
    // The schemas know it of a suite, not of all of them together.
    let skipped = format!(" skipped=\"{}\"", junit.skipped);
    if let Some(end) = text.find("<testsuites").and_then(|start| Some(start + text[start..].find('>')?)) {
        let (head, tail) = text.split_at(end);
        text = head.replacen(&skipped, "", 1) + tail;
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn suite(record: &Record, entry: &Entry) -> TestSuite {
    let said = &entry.said;
    let mut suite = TestSuite::new(xml(&said.id));
    let mut property = |name: &str, value: String| {
        suite.add_property(Property::new(xml(name), xml(&value)));
    };
    property("title", said.title.clone());
    property("at", said.at.clone());
    property("verdict", name(said.verdict).to_owned());
    property("seed", record.head.seed.to_string());
    property("budget", record.head.budget.name.clone());
    property("cases", said.cases.to_string());
    property("cases.met", said.met.to_string());
    for predicate in &said.predicates {
        for (key, value) in margins(predicate) {
            property(&format!("{}.{key}", predicate.name), value);
        }
    }
    suite.add_test_cases(said.predicates.iter().map(|predicate| test(record, entry, predicate)));
    suite
}

/// Full precision: what a dashboard draws.
fn margins(predicate: &Predicate) -> Vec<(&'static str, String)> {
    let mut all = vec![("verdict", name(predicate.verdict).to_owned())];
    let Predicate { worst_violation, ratio, closest, closest_undecided, evidence, .. } = predicate;
    // A violation before an approach, as everywhere.
    if let Some(ratio) = ratio.as_ref().filter(|_| worst_violation.is_none()) {
        all.push(("ratio", ratio.ratio.0.to_string()));
    } else if let Some(extreme) = worst_violation.as_ref().or(closest.as_ref()).or(closest_undecided.as_ref()) {
        all.push(("margin", extreme.margin.0.to_string()));
        all.push(("floor", extreme.floor.0.to_string()));
    }
    all.extend(predicate.case.map(|case| ("case", case.to_string())));
    let Some(evidence) = evidence else { return all };
    if let Some(best) = evidence.hunt.as_ref().and_then(|hunt| hunt.best.as_ref()) {
        all.push(("hunt.margin", best.margin.0.to_string()));
        all.push(("hunt.floor", best.floor.0.to_string()));
    }
    if let Some(refutation) = &evidence.refutation {
        let [low, _] = &refutation.margin;
        all.push(("refuted.margin", low.parse().map_or_else(|_| low.clone(), |low: f64| low.to_string())));
    }
    if let Some(tightness) = evidence.tightness.as_ref().and_then(|tightness| tightness.read()) {
        all.push(("tightness", describe_tightness(&tightness)));
    }
    all
}

fn test(record: &Record, entry: &Entry, predicate: &Predicate) -> TestCase {
    let verdict = predicate.verdict;
    let mut status = match (predicate.as_expected, verdict) {
        (true, _) => TestCaseStatus::success(),
        (false, Verdict::NotRun) => TestCaseStatus::skipped(),
        (false, verdict) if is_decided(verdict) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (false, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if !predicate.as_expected {
        let reason = predicate.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        status.set_type(name(verdict));
        status.set_message(xml(&format!("{}, expected {}{reason}", name(verdict), name(predicate.expected))));
        status.set_description(xml(&description(record, entry, predicate)));
    }
    let mut test = TestCase::new(xml(&predicate.name), status);
    test.set_classname(xml(&entry.said.id));
    test
}

fn description(record: &Record, entry: &Entry, predicate: &Predicate) -> String {
    let said = &entry.said;
    let mut lines = vec![format!("{}: {}", said.at, said.title)];
    // What has no evidence was not asked in any case.
    if let Some(evidence) = &predicate.evidence {
        lines.push(counted(&predicate.counts.into(), predicate.identity));
        lines.extend(predicate.says.iter().cloned());
        lines.extend(evidence.refutation.iter().flat_map(|refutation| refutation.shown.clone()));
    } else {
        lines.extend(predicate.says.iter().cloned());
    }
    lines.extend(record.replay_lines(said, predicate));
    lines.join("\n")
}

/// A file that is no claim: one test, which is in error.
fn malformed(errors: &[Error]) -> Option<TestSuite> {
    let first = errors.first()?;
    let of = first.id.as_ref().unwrap_or(&first.file);
    let lines: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.place(), error.says())).collect();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("malformed");
    status.set_message(xml(&first.message));
    status.set_description(xml(&lines.join("\n")));
    let mut test = TestCase::new(xml(&first.file), status);
    test.set_classname(xml(of));
    let mut suite = TestSuite::new(xml(of));
    suite.add_test_case(test);
    Some(suite)
}

/// Text that may stand in XML 1.0, which has no noncharacters, either.
fn xml(text: &str) -> String {
    plain(text).replace(['\u{fffe}', '\u{ffff}'], "?")
}

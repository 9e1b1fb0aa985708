//! The run as JUnit XML, for systems that show tests: a suite a claim, a test a predicate, margins as the suite's properties.
//!
//! A claim is a suite because properties belong to suites in every schema that is in use; those of a test are refused by some. A
//! predicate that is decided otherwise than expected is a failure, one that could not be decided an error, one that was not run is
//! skipped. Times are those of all threads together; the rest is the same for the same claims, seed and budget.
//!
//! The one place that knows quick-junit.

use super::closest::{Closest, describe_evidence, describe_tightness, describe_verdict};
use super::findings::telling_case;
use super::run_report::RunReport;
use super::terminal::{describe_counts, plain};
use crate::claim::model::Verdict;
use crate::engine::outcome::{ClaimResult, Malformed, PredicateResult};
use crate::engine::verdict::{is_decided, name};
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

pub fn render(report: &RunReport) -> Result<String, SerializeError> {
    let mut junit = Report::new("theoremcheck");
    junit.set_time(report.elapsed);
    junit.add_test_suites(report.claims.iter().map(|claim| suite(report, claim)));
    junit.add_test_suites(report.malformed.iter().map(malformed));
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

fn suite(report: &RunReport, claim: &ClaimResult) -> TestSuite {
    let mut suite = TestSuite::new(claim.id.0.as_str());
    suite.set_time(claim.busy);
    let mut property = |name: &str, value: String| {
        suite.add_property(Property::new(name, plain(&value)));
    };
    property("title", claim.title.clone());
    property("at", claim.at.clone());
    property("verdict", name(claim.verdict).to_owned());
    property("seed", report.setup.options.check.seed.to_string());
    property("budget", report.setup.options.budget.name().to_owned());
    property("cases", claim.tally.cases.to_string());
    property("cases.met", claim.tally.met.to_string());
    for predicate in &claim.predicates {
        for (key, value) in margins(predicate) {
            property(&format!("{}.{key}", predicate.info.name), value);
        }
    }
    suite.add_test_cases(claim.predicates.iter().map(|predicate| test(report, claim, predicate)));
    suite
}

/// Full precision: what a dashboard draws.
fn margins(predicate: &PredicateResult) -> Vec<(&'static str, String)> {
    let mut all = vec![("verdict", name(predicate.judgement.verdict).to_owned())];
    if let Some(closest) = Closest::of_predicate(predicate) {
        let extreme = closest.extreme();
        let (key, value) = match closest {
            Closest::Agrees(ratio, _) => ("ratio", ratio),
            Closest::Violated(_) | Closest::Held(_) | Closest::Undecided(_) => ("margin", extreme.margin),
        };
        all.push((key, value.to_string()));
        all.push(("floor", extreme.floor.to_string()));
        all.push(("case", extreme.case.to_string()));
    }
    if let Some(best) = predicate.evidence.hunt.as_ref().and_then(|hunt| hunt.best.as_ref()) {
        all.push(("hunt.margin", best.margin.to_string()));
    }
    if let Some(refutation) = &predicate.evidence.refutation {
        all.push(("refuted.margin", refutation.margin.to_f64().to_string()));
    }
    if let Some(tightness) = &predicate.evidence.tightness {
        all.push(("tightness", describe_tightness(tightness)));
    }
    all
}

fn test(report: &RunReport, claim: &ClaimResult, predicate: &PredicateResult) -> TestCase {
    let verdict = predicate.judgement.verdict;
    let mut status = match (predicate.as_expected, verdict) {
        (true, _) => TestCaseStatus::success(),
        (false, Verdict::NotRun) => TestCaseStatus::skipped(),
        (false, verdict) if is_decided(verdict) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (false, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if !predicate.as_expected {
        let reason = predicate.judgement.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        status.set_type(name(verdict));
        status.set_message(plain(&format!("{}{reason}", describe_verdict(predicate))));
        status.set_description(plain(&description(report, claim, predicate)));
    }
    let mut test = TestCase::new(predicate.info.name.as_str(), status);
    test.set_classname(claim.id.0.as_str());
    test
}

fn description(report: &RunReport, claim: &ClaimResult, predicate: &PredicateResult) -> String {
    let mut lines = vec![format!("{}: {}", claim.at, claim.title)];
    lines.extend(predicate.counts.is_some().then(|| describe_counts(predicate)));
    lines.extend(describe_evidence(predicate));
    lines.extend(predicate.evidence.refutation.iter().flat_map(|refutation| claim.values(refutation)));
    lines.extend(telling_case(claim, predicate).map(|case| report.setup.replay_line(&claim.id, case)));
    lines.join("\n")
}

/// A file that is no claim: one test, which is in error.
fn malformed(malformed: &Malformed) -> TestSuite {
    let diagnostics = &malformed.diagnostics.0;
    let file = diagnostics.first().map(|first| first.place.source.path.display().to_string()).unwrap_or_default();
    let of = malformed.id.as_ref().map_or(file.clone(), |id| id.0.clone());
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("malformed");
    status.set_message(plain(&diagnostics.first().map(|first| first.message.clone()).unwrap_or_default()));
    status.set_description(plain(&malformed.diagnostics.to_string()));
    let mut test = TestCase::new(file.as_str(), status);
    test.set_classname(of.as_str());
    let mut suite = TestSuite::new(of.as_str());
    suite.add_test_case(test);
    suite
}

//! Kernels, for people and programs: the kinds that there are, and what was found of a kernel that was held against its kind.
//!
//! The JSON has no times: they are shown on the terminal alone.

use super::number::{JsonNumber, short};
use super::paint::Paint;
use crate::claim::model::Verdict;
use crate::engine::kernels::KernelClaims;
use crate::engine::outcome::ClaimResult;
use crate::kernel::diagnose::{Diagnosis, Explanation};
use crate::kernel::judge::{Judgement, Outcome, Place, Worst};
use crate::kernel::slips::Slip;
use crate::kernel::{KernelError, Kind, Precision, built_in};
use serde::Serialize;

/// So many different messages are shown.
const SHOWN_FAILURES: usize = 3;

/// So many of the problems on which an array is wrong.
const SHOWN_WRONG: usize = 8;

/// What was found of one kernel.
#[derive(Clone, Debug)]
pub struct KernelReport {
    pub judgement: Judgement,
    /// Nothing where no claims were asked for.
    pub claims: Option<KernelClaims>,
    /// A line about its speed.
    pub speed: Option<String>,
}

impl KernelReport {
    /// Whether there is nothing wrong with it, and it breaks no claim.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.judgement.passed() && self.claims.as_ref().is_none_or(|claims| claims.broken.is_empty())
    }
}

/// The kinds, with their definitions.
#[must_use]
pub fn kinds(paint: Paint) -> String {
    let mut out = String::new();
    for kind in Kind::ALL {
        let arrays = |arrays: &[crate::kernel::Array]| {
            let shown = arrays.iter().map(|array| format!("{} ({}×{})", array.name, array.rows, array.cols));
            shown.collect::<Vec<_>>().join(", ")
        };
        out += &paint.bold(kind.name());
        out += &format!("\n  state     {}\n", arrays(kind.state()));
        out += &format!("  data      {}, {}\n", arrays(kind.data()), kind.scalars().join(", "));
        for (array, step) in kind.state().iter().zip(kind.step()) {
            out += &format!("  step      {} = {step}\n", array.name);
        }
        out += &format!("  built in  {}\n", built_in(kind).name());
    }
    out
}

/// What was found of one kernel by itself.
#[must_use]
pub fn judged(report: &KernelReport, paint: Paint) -> String {
    let judgement = &report.judgement;
    let (kind, precision) = (judgement.kind.name(), judgement.precision.name());
    let mut out = format!("{}  {kind}, {precision}\n", paint.bold(&judgement.kernel));
    let mark = |good: bool| if good { paint.good("✓") } else { paint.bad("✗") };
    let seen = format!("{} steps of {} problems", judgement.steps, judgement.trials);
    let says = match (judgement.agrees(), judgement.steps) {
        (_, 0) => "no step could be judged".to_owned(),
        (true, _) => format!("agrees with its kind: {seen}"),
        (false, _) => format!("disagrees with its kind: {seen}"),
    };
    out += &format!("{} {says}\n", mark(judgement.agrees() && judgement.steps > 0));
    for worst in &judgement.arrays {
        if let Some(at) = &worst.at {
            let (array, ratio, at) = (worst.array, short(worst.ratio), place(at));
            out += &format!("      {array}: worst error {ratio} times what rounding to {precision} may do ({at})\n");
        }
    }
    if let Some(diagnosis) = &judgement.diagnosis {
        out += &explained(diagnosis, judgement.precision);
        if !diagnosis.named() {
            judgement.arrays.iter().for_each(|worst| out += &where_wrong(worst, judgement.trials));
        }
    }
    let declined = |error: &KernelError| matches!(error, KernelError::Unsupported(_));
    let (left_out, failed): (Vec<_>, Vec<_>) = judgement.failures.iter().partition(|(_, error)| declined(error));
    if !failed.is_empty() {
        out += &format!("{} no answer to {}\n", mark(false), counted(failed.len(), "request"));
        out += &failures_shown(&failed);
    }
    if !left_out.is_empty() {
        out += &format!("? left out: {}\n", counted(left_out.len(), "request"));
        out += &failures_shown(&left_out);
    }
    for check in &judgement.checks {
        out += &match &check.outcome {
            Outcome::Passed => format!("{} {}\n", mark(true), check.name),
            Outcome::Noted(note) => format!("{} {}: {note}\n", mark(true), check.name),
            Outcome::Failed(message) => format!("{} {}: {message}\n", mark(false), check.name),
            Outcome::NotAsked => format!("? {}: no run came so far\n", check.name),
        };
    }
    if let Some(speed) = &report.speed {
        out += &format!("      {speed}\n");
    }
    out
}

/// What it does to claims; empty where none were asked for.
#[must_use]
pub fn claims(report: &KernelReport, paint: Paint) -> String {
    report.claims.as_ref().map_or_else(String::new, |claims| claims_shown(claims, &report.judgement, paint))
}

/// On which problems an array is wrong: what they have in common is a hint where nothing explains it.
fn where_wrong(worst: &Worst, trials: usize) -> String {
    if worst.beyond.is_empty() {
        return format!("      {}: within rounding in all {trials} problems\n", worst.array);
    }
    let mut out = format!("      {}: beyond rounding in {} of {trials} problems:\n", worst.array, worst.beyond.len());
    for (at, ratio) in worst.beyond.iter().take(SHOWN_WRONG) {
        out += &format!("        {}: {} times\n", place(at), short(*ratio));
    }
    if let more @ 1.. = worst.beyond.len().saturating_sub(SHOWN_WRONG) {
        out += &format!("        and {more} more\n");
    }
    out
}

/// Each message once, with the first place where it was the answer.
fn failures_shown(failures: &[&(Place, KernelError)]) -> String {
    let mut messages: Vec<(&KernelError, &Place, usize)> = Vec::new();
    for (at, message) in failures {
        match messages.iter_mut().find(|(known, _, _)| *known == message) {
            Some((_, _, count)) => *count += 1,
            None => messages.push((message, at, 1)),
        }
    }
    let more = messages.len().saturating_sub(SHOWN_FAILURES);
    let mut out = String::new();
    for (message, at, count) in messages.into_iter().take(SHOWN_FAILURES) {
        let times = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        out += &format!("      {}{times}: {message}\n", place(at));
    }
    if more > 0 {
        out += &format!("      and {more} other messages\n");
    }
    out
}

fn place(at: &Place) -> String {
    format!("{}; step {}", at.trial, at.step)
}

/// `1 claim`, `2 claims`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn explained(diagnosis: &Diagnosis, precision: Precision) -> String {
    let says = |found: &[Explanation]| -> String {
        match found {
            [] => {
                let tried = counted(Slip::ALL.len(), "slip");
                let single = if precision == Precision::Double { ", and not float32" } else { "" };
                format!("no hypothesis explains it: none of {tried}{single}")
            }
            [one] => one.says(),
            several => {
                let several: Vec<String> = several.iter().map(|one| one.says()).collect();
                format!("one of these, which what was seen does not tell apart: {}", several.join("; or: "))
            }
        }
    };
    if diagnosis.whole.is_empty() {
        let each = diagnosis.arrays.iter();
        each.map(|(array, found)| format!("      diagnosis, {array}: {}\n", says(found))).collect()
    } else {
        format!("      diagnosis: {}\n", says(&diagnosis.whole))
    }
}

fn claims_shown(claims: &KernelClaims, judgement: &Judgement, paint: Paint) -> String {
    let kind = judgement.kind.name();
    if judgement.precision != Precision::Double {
        return format!(
            "      claims: none is run by a {} kernel: they are about float64\n",
            judgement.precision.name()
        );
    }
    let run = claims.kept.len() + claims.broken.len() + claims.amiss.len();
    let left_out = match claims.experiments.len() {
        0 => String::new(),
        n => format!("      {} that name {kind} are left out: they are of a paper's size\n", counted(n, "experiment")),
    };
    if run + claims.unfinished.len() == 0 {
        return format!("      claims: none names {kind}\n{left_out}");
    }
    let mut out = match claims.broken.len() {
        0 => format!("{} claims that name {kind}: {run} run by it, none broken\n", paint.good("✓")),
        broken => format!("{} claims that name {kind}: {run} run by it, {broken} broken\n", paint.bad("✗")),
    };
    for claim in &claims.broken {
        out += &format!("      {}: {}\n", claim.id, became(claim));
    }
    if !claims.unfinished.is_empty() {
        let unfinished = counted(claims.unfinished.len(), "claim");
        out += &format!("? {unfinished} not finished: the time for all of its answers is up (--total-limit)\n");
    }
    for claim in &claims.amiss {
        out += &format!("      {}: {} (and not as expected without the kernel)\n", claim.id, became(claim));
    }
    out + &left_out
}

/// What became of a claim that is not as expected.
fn became(claim: &ClaimResult) -> String {
    let name = crate::engine::verdict::name;
    let reason = claim.failure.as_ref().map(|failure| format!(": {}", failure.reason())).unwrap_or_default();
    format!("{}, expected {}{reason}", name(claim.verdict), name(claim.expected))
}

/// `theoremcheck-kernels`, version 1; `docs/report.md` describes every field. `error` is why there are no kernels.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn json(command: &[String], reports: &[KernelReport], error: Option<&str>) -> Result<String, serde_json::Error> {
    let kernels = reports.iter().map(KernelJson::of).collect();
    let whole = Whole { format: "theoremcheck-kernels", version: 1, command, kernels, error };
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Whole<'a> {
    format: &'static str,
    version: u32,
    command: &'a [String],
    kernels: Vec<KernelJson<'a>>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct KernelJson<'a> {
    name: &'a str,
    kind: &'static str,
    precision: &'static str,
    passed: bool,
    trials: usize,
    steps: u64,
    arrays: Vec<WorstJson<'a>>,
    diagnosis: Option<DiagnosisJson>,
    failures: Vec<FailureJson<'a>>,
    checks: Vec<CheckJson<'a>>,
    claims: Option<ClaimsJson<'a>>,
}

#[derive(Serialize)]
struct WorstJson<'a> {
    array: &'static str,
    ratio: JsonNumber,
    trial: Option<&'a str>,
    step: Option<u64>,
    beyond: Vec<BeyondJson<'a>>,
}

#[derive(Serialize)]
struct BeyondJson<'a> {
    trial: &'a str,
    step: u64,
    ratio: JsonNumber,
}

#[derive(Serialize)]
struct DiagnosisJson {
    whole: Vec<ExplanationJson>,
    arrays: Vec<ArrayJson>,
}

#[derive(Serialize)]
struct ArrayJson {
    array: &'static str,
    explanations: Vec<ExplanationJson>,
}

#[derive(Serialize)]
struct ExplanationJson {
    name: String,
    says: String,
}

#[derive(Serialize)]
struct FailureJson<'a> {
    trial: &'a str,
    step: u64,
    unsupported: bool,
    message: String,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    name: &'static str,
    outcome: &'static str,
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct ClaimsJson<'a> {
    kept: Vec<&'a str>,
    broken: Vec<ClaimJson<'a>>,
    amiss: Vec<ClaimJson<'a>>,
    unfinished: Vec<&'a str>,
    /// Left out: they are of a paper's size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    experiments: Vec<&'a str>,
}

#[derive(Serialize)]
struct ClaimJson<'a> {
    id: &'a str,
    verdict: Verdict,
    expected: Verdict,
    reason: Option<String>,
}

impl<'a> KernelJson<'a> {
    fn of(report: &'a KernelReport) -> Self {
        let judgement = &report.judgement;
        let arrays = judgement.arrays.iter().map(|worst| WorstJson {
            array: worst.array,
            ratio: JsonNumber(worst.ratio),
            trial: worst.at.as_ref().map(|at| at.trial.as_str()),
            step: worst.at.as_ref().map(|at| at.step),
            beyond: worst
                .beyond
                .iter()
                .map(|(at, ratio)| BeyondJson { trial: &at.trial, step: at.step, ratio: JsonNumber(*ratio) })
                .collect(),
        });
        let explanations = |found: &[Explanation]| -> Vec<ExplanationJson> {
            found.iter().map(|one| ExplanationJson { name: one.name(), says: one.says() }).collect()
        };
        let diagnosis = judgement.diagnosis.as_ref().map(|diagnosis| DiagnosisJson {
            whole: explanations(&diagnosis.whole),
            arrays: diagnosis
                .arrays
                .iter()
                .map(|(array, found)| ArrayJson { array, explanations: explanations(found) })
                .collect(),
        });
        let failures = judgement.failures.iter();
        let failures = failures.map(|(at, error)| FailureJson {
            trial: &at.trial,
            step: at.step,
            unsupported: matches!(error, KernelError::Unsupported(_)),
            message: error.to_string(),
        });
        let checks = judgement.checks.iter().map(|check| {
            let (outcome, message) = match &check.outcome {
                Outcome::Passed => ("passed", None),
                Outcome::Noted(note) => ("noted", Some(note.as_str())),
                Outcome::Failed(message) => ("failed", Some(message.as_str())),
                Outcome::NotAsked => ("not-asked", None),
            };
            CheckJson { name: check.name, outcome, message }
        });
        let claims = report.claims.as_ref().map(|claims| ClaimsJson {
            kept: claims.kept.iter().map(|claim| claim.id.0.as_str()).collect(),
            broken: claims.broken.iter().map(ClaimJson::of).collect(),
            amiss: claims.amiss.iter().map(ClaimJson::of).collect(),
            unfinished: claims.unfinished.iter().map(|claim| claim.id.0.as_str()).collect(),
            experiments: claims.experiments.iter().map(|id| id.0.as_str()).collect(),
        });
        Self {
            name: &judgement.kernel,
            kind: judgement.kind.name(),
            precision: judgement.precision.name(),
            passed: report.passed(),
            trials: judgement.trials,
            steps: judgement.steps,
            arrays: arrays.collect(),
            diagnosis,
            failures: failures.collect(),
            checks: checks.collect(),
            claims,
        }
    }
}

impl<'a> ClaimJson<'a> {
    fn of(claim: &'a ClaimResult) -> Self {
        Self {
            id: &claim.id.0,
            verdict: claim.verdict,
            expected: claim.expected,
            reason: claim.failure.as_ref().map(crate::engine::outcome::Failure::reason),
        }
    }
}

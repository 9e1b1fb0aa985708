//! The report as JSON: `theoremcheck-report`, version 1. `docs/report.md` describes every field.
//!
//! Byte-identical for the same claims, seed and budget, whatever the number of threads: no times, no paths of this machine
//! (files are named as they were given), nothing of the processor.

use super::chance::{self, ChanceJson};
use super::closest::{Closest, describe_claim, describe_evidence, stratum_name, telling_case};
use super::constant::{self, ConstantJson};
use super::experiment::ExperimentJson;
use super::json_evidence::EvidenceJson;
use super::layout::laid_out;
use super::number::JsonNumber;
use super::run_report::{Asked, RunReport, Setup};
use super::statement::{StatementJson, WrittenJson, end};
use crate::check::fit::{Fit, LEVEL, REJECTED_WRONGLY, Shape};
use crate::check::record::Stratum;
use crate::check::tally::{Extreme, FateCount, Histogram, PredicateTally, Tally};
use crate::claim::model::{self, Paper, Verdict};
use crate::engine::exit::Exit;
use crate::engine::outcome::{ClaimResult, Malformed, PredicateResult};
use crate::engine::run::RunOptions;
use crate::lang::ast::SlopeBound;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

pub const FORMAT: &str = "theoremcheck-report";
pub const VERSION: u32 = 1;
/// The version of this program.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Two spaces of indentation, one newline at the end.
pub fn render(report: &RunReport) -> Result<String, serde_json::Error> {
    let mut text = laid_out(&serde_json::to_string(&Report::of(report)?)?);
    text.push('\n');
    Ok(text)
}

/// One claim's entry, on one line.
/// `file` is what it was read from.
pub fn entry(claim: &ClaimResult, file: Option<&model::Claim>, setup: &Setup) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Claim::of(claim, file, setup))
}

/// All entries, those taken over among them, in the order of the ids.
pub fn entries(report: &RunReport) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    let file = |claim: &ClaimResult| report.claim(&claim.id);
    let run = report.claims.iter().map(|claim| Ok((claim.id.0.as_str(), entry(claim, file(claim), &report.setup)?)));
    let taken = report.taken.iter().map(|entry| Ok((entry.said.id.as_str(), entry.text.clone())));
    let mut all = run.chain(taken).collect::<Result<Vec<_>, serde_json::Error>>()?;
    all.sort_by_key(|(a, _)| *a);
    all.into_iter().map(|(_, text)| RawValue::from_string(text)).collect()
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    version: u32,
    /// Of this program.
    program: &'static str,
    seed: u64,
    budget: Budget,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<ShardJson<'a>>,
    /// Where the claims were looked for; empty: in the default place.
    paths: Vec<String>,
    /// The citations, by folder.
    papers: &'a BTreeMap<String, Paper>,
    claims: Vec<Box<RawValue>>,
    errors: Vec<Error<'a>>,
}

/// Which part of a run this is; `merge` takes it away.
#[derive(Serialize)]
struct ShardJson<'a> {
    k: u32,
    n: u32,
    /// Of all shards together.
    claims: usize,
    library: &'a str,
    asked: &'a Asked,
}

#[derive(Serialize)]
pub struct Budget {
    name: &'static str,
    /// Evaluations a claim.
    evaluations: u64,
    /// What `--cases` asked for.
    cases: Option<u64>,
    max_elements: usize,
}

#[derive(Serialize)]
struct Claim<'a> {
    id: &'a str,
    title: &'a str,
    at: &'a str,
    verdict: Verdict,
    expected: Verdict,
    as_expected: bool,
    /// The exit status that it asks for.
    exit: u8,
    reason: Option<String>,
    /// What is to be said of it in one line.
    summary: String,
    statement: Option<StatementJson<'a>>,
    predicates: Vec<Predicate<'a>>,
    closest: Option<ClosestOfClaim<'a>>,
    fit: Option<FitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<ChanceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant: Option<ConstantJson<'a>>,
    experiment: Option<ExperimentJson<'a>>,
    cases: u64,
    met: u64,
    /// Of these, those that were run with exponents that have no bound.
    #[serde(skip_serializing_if = "is_zero")]
    scaled: u64,
    undecided: u64,
    undefined: u64,
    strata: Vec<StratumJson>,
    rejections: Vec<Rejection<'a>>,
}

#[derive(Serialize)]
struct Predicate<'a> {
    name: &'a str,
    verdict: Verdict,
    expected: Verdict,
    as_expected: bool,
    reason: Option<&'a str>,
    /// Of what it states.
    fingerprint: String,
    /// What was found beyond counting, in words, a line each.
    says: Vec<String>,
    /// The case of the random phase that shows most of it.
    case: Option<u64>,
    written: Option<WrittenJson<'a>>,
    identity: bool,
    unit: &'a str,
    closest: Option<ExtremeJson>,
    worst_violation: Option<ExtremeJson>,
    closest_undecided: Option<ExtremeJson>,
    ratio: Option<RatioJson>,
    first_undefined: Option<u64>,
    first_out_of_range: Option<u64>,
    counts: Counts,
    strata: Vec<PredicateStratum>,
    evidence: Option<EvidenceJson<'a>>,
}

#[derive(Serialize, Default)]
struct Counts {
    held: u64,
    violated: u64,
    within_floor: u64,
    out_of_range: u64,
    undefined: u64,
    unplaced: u64,
    out_of_branch: u64,
}

#[derive(Serialize)]
struct PredicateStratum {
    stratum: &'static str,
    counts: Counts,
    /// Sign, decimal exponent, count; the exponent of zero is null.
    margins: Vec<(i8, Option<i32>, u64)>,
}

#[derive(Serialize)]
struct ExtremeJson {
    margin: JsonNumber,
    floor: JsonNumber,
    case: u64,
    stratum: &'static str,
    at: Option<u64>,
}

#[derive(Serialize)]
struct RatioJson {
    ratio: JsonNumber,
    case: u64,
    stratum: &'static str,
    at: Option<u64>,
}

#[derive(Serialize)]
struct ClosestOfClaim<'a> {
    predicate: &'a str,
    kind: &'static str,
    margin: JsonNumber,
    case: u64,
}

#[derive(Serialize)]
struct FitJson {
    slope: JsonNumber,
    interval: [JsonNumber; 2],
    level: JsonNumber,
    wide_interval: [JsonNumber; 2],
    wide_level: JsonNumber,
    least_squares: JsonNumber,
    least_squares_interval: [JsonNumber; 2],
    /// That of a rejection, which allows for how the repeats are skewed; at `wide_level`.
    least_squares_wide_interval: [JsonNumber; 2],
    /// That of `held`, which allows for it too; at `level`.
    least_squares_holding_interval: [JsonNumber; 2],
    offset: JsonNumber,
    bend: BendJson,
    /// Root mean square of the points' mean residuals about the line of least squares.
    off_the_line: JsonNumber,
    shape: &'static str,
    rounding: JsonNumber,
    repeats: u64,
    runs_asked: u64,
    runs_made: u64,
    others: u64,
    left_out: LeftOutJson,
    cut_at: Vec<String>,
    bound: &'static str,
    value: JsonNumber,
    within: Option<JsonNumber>,
    ok: Option<bool>,
    points: Vec<[JsonNumber; 2]>,
}

#[derive(Serialize)]
struct BendJson {
    change: JsonNumber,
    interval: [JsonNumber; 2],
    /// The quadratic's slope at the least and at the greatest abscissa, which are `at`.
    ends: [JsonNumber; 2],
    at: [JsonNumber; 2],
}

#[derive(Serialize)]
struct LeftOutJson {
    before: u64,
    cut: u64,
    empty: u64,
    blurred: u64,
    copies: u64,
    repeats: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Serialize)]
struct StratumJson {
    stratum: &'static str,
    cases: u64,
    met: u64,
}

#[derive(Serialize)]
struct Rejection<'a> {
    kind: &'static str,
    name: &'a str,
    cause: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct Error<'a> {
    id: Option<&'a str>,
    file: String,
    line: usize,
    column: usize,
    /// The first place that does not belong to it; null where it is of the file as a whole.
    end_line: Option<usize>,
    end_column: Option<usize>,
    message: &'a str,
    found: &'a str,
    help: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(report: &'a RunReport) -> Result<Self, serde_json::Error> {
        let options = &report.setup.options;
        Ok(Self {
            format: FORMAT,
            version: VERSION,
            program: PROGRAM,
            seed: options.check.seed,
            budget: Budget::of(options),
            shard: report.part.as_ref().map(|part| ShardJson {
                k: part.shard.k,
                n: part.shard.n,
                claims: part.claims,
                library: &part.library,
                asked: &part.asked,
            }),
            paths: report.setup.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
            papers: &report.read.papers,
            claims: entries(report)?,
            errors: report.malformed.iter().flat_map(errors).collect(),
        })
    }
}

impl Budget {
    pub fn of(options: &RunOptions) -> Self {
        Self {
            name: options.budget.name(),
            evaluations: options.budget.evaluations(),
            cases: options.cases,
            max_elements: options.check.max_elements,
        }
    }
}

impl<'a> Claim<'a> {
    fn of(claim: &'a ClaimResult, file: Option<&'a model::Claim>, setup: &Setup) -> Self {
        let sum = |count: fn(&PredicateTally, FateCount) -> u64| {
            claim.predicates.iter().filter_map(|p| p.counts.as_ref()).map(|p| count(p, p.total())).sum()
        };
        Self {
            id: &claim.id.0,
            title: &claim.title,
            at: &claim.at,
            verdict: claim.verdict,
            expected: claim.expected,
            as_expected: claim.as_expected,
            exit: Exit::of_claim(claim).code(),
            reason: claim.failure.as_ref().map(|failure| failure.reason()),
            summary: describe_claim(claim),
            statement: file.map(|file| StatementJson::of(file, setup)),
            predicates: claim.predicates.iter().map(|p| Predicate::of(p, claim, file)).collect(),
            closest: Closest::of_claim(claim).map(|(predicate, closest)| ClosestOfClaim {
                predicate: &predicate.info.name,
                kind: match closest {
                    Closest::Violated(_) => "violated",
                    Closest::Held(_) => "held",
                    Closest::Agrees(..) => "agrees",
                    Closest::Undecided(_) => "undecided",
                },
                margin: JsonNumber(closest.extreme().margin),
                case: closest.extreme().case,
            }),
            fit: claim.fit.as_ref().map(FitJson::of),
            probability: claim.chance.as_ref().map(|chance| ChanceJson::of(chance, chance::case(claim))),
            constant: claim.constant.as_ref().map(|constant| ConstantJson::of(claim.constant_name(), constant)),
            experiment: claim.figure.as_ref().map(ExperimentJson::of),
            cases: claim.tally.cases,
            met: claim.tally.met,
            scaled: claim.tally.scaled,
            undecided: sum(|p, total| {
                total.out_of_range + total.unplaced + if p.identity { 0 } else { total.within_floor }
            }),
            undefined: sum(|_, total| total.undefined),
            strata: strata(&claim.tally),
            rejections: rejections(claim),
        }
    }
}

fn strata(tally: &Tally) -> Vec<StratumJson> {
    let counts = Stratum::ALL.iter().zip(&tally.strata).filter(|(_, count)| count.cases > 0);
    counts
        .map(|(stratum, count)| StratumJson { stratum: stratum_name(*stratum), cases: count.cases, met: count.met })
        .collect()
}

fn rejections(claim: &ClaimResult) -> Vec<Rejection<'_>> {
    let counts = &claim.tally.rejections;
    let givens = claim
        .givens
        .iter()
        .zip(&counts.givens)
        .flat_map(|(name, n)| [("given", name, "empty", n.empty), ("given", name, "out-of-range", n.out_of_range)]);
    let assumes = claim.assumes.iter().zip(&counts.assumes).flat_map(|(name, n)| {
        [
            ("assume", name, "false", n.failed),
            ("assume", name, "undecided", n.undecided),
            ("assume", name, "undefined", n.undefined),
        ]
    });
    givens
        .chain(assumes)
        .filter(|(.., count)| *count > 0)
        .map(|(kind, name, cause, count)| Rejection { kind, name, cause, count })
        .collect()
}

impl<'a> Predicate<'a> {
    fn of(predicate: &'a PredicateResult, claim: &'a ClaimResult, file: Option<&'a model::Claim>) -> Self {
        let mut says = describe_evidence(predicate);
        let verdict = predicate.judgement.verdict;
        says.extend(claim.constant.iter().flat_map(|sought| constant::lines(&predicate.info.name, sought, verdict)));
        let counts = predicate.counts.as_ref();
        let extreme = |which: fn(&PredicateTally) -> Option<Extreme>| counts.and_then(which).map(ExtremeJson::of);
        Self {
            name: &predicate.info.name,
            verdict: predicate.judgement.verdict,
            expected: predicate.expected,
            as_expected: predicate.as_expected,
            reason: predicate.judgement.reason.as_deref(),
            fingerprint: predicate.fingerprint.to_string(),
            says,
            case: telling_case(claim, predicate),
            written: file.and_then(|file| WrittenJson::of(file, &predicate.info.name)),
            identity: predicate.info.identity,
            unit: &predicate.info.unit,
            closest: extreme(|p| p.closest),
            worst_violation: extreme(|p| p.worst),
            closest_undecided: extreme(|p| p.undecided),
            ratio: counts.and_then(|p| p.ratio).map(|(ratio, extreme)| RatioJson {
                ratio: JsonNumber(ratio),
                case: extreme.case,
                stratum: stratum_name(extreme.stratum),
                at: extreme.at,
            }),
            first_undefined: counts.and_then(|p| p.first_undefined),
            first_out_of_range: counts.and_then(|p| p.first_out_of_range),
            counts: counts.map(|p| Counts::of(&p.total())).unwrap_or_default(),
            strata: counts.map(predicate_strata).unwrap_or_default(),
            // A probability has trials in place of counted cases.
            evidence: (counts.is_some() || predicate.evidence.refutation.is_some())
                .then(|| EvidenceJson::of(&predicate.evidence, claim)),
        }
    }
}

fn predicate_strata(predicate: &PredicateTally) -> Vec<PredicateStratum> {
    let all = Stratum::ALL.iter().zip(&predicate.strata).zip(&predicate.margins);
    let asked = all.filter(|((_, count), _)| count.in_branch() + count.unplaced + count.out_of_branch > 0);
    asked
        .map(|((stratum, count), margins): ((&Stratum, &FateCount), &Histogram)| PredicateStratum {
            stratum: stratum_name(*stratum),
            counts: Counts::of(count),
            margins: margins.bins(),
        })
        .collect()
}

impl Counts {
    fn of(count: &FateCount) -> Self {
        Self {
            held: count.held,
            violated: count.violated,
            within_floor: count.within_floor,
            out_of_range: count.out_of_range,
            undefined: count.undefined,
            unplaced: count.unplaced,
            out_of_branch: count.out_of_branch,
        }
    }
}

impl ExtremeJson {
    fn of(extreme: Extreme) -> Self {
        Self {
            margin: JsonNumber(extreme.margin),
            floor: JsonNumber(extreme.floor),
            case: extreme.case,
            stratum: stratum_name(extreme.stratum),
            at: extreme.at,
        }
    }
}

impl FitJson {
    fn of(fit: &Fit) -> Self {
        let pair = |(a, b): (f64, f64)| [JsonNumber(a), JsonNumber(b)];
        let (line, outside) = (&fit.line, 1.0 - LEVEL);
        Self {
            slope: JsonNumber(line.slope.value),
            interval: pair(fit.interval()),
            level: JsonNumber(LEVEL),
            wide_interval: pair(fit.wide_interval()),
            wide_level: JsonNumber(1.0 - REJECTED_WRONGLY),
            least_squares: JsonNumber(line.least_squares.value),
            least_squares_interval: pair(line.least_squares.interval(outside)),
            least_squares_wide_interval: pair(line.least_squares.cautious(REJECTED_WRONGLY)),
            least_squares_holding_interval: pair(line.least_squares.holding(outside)),
            offset: JsonNumber(line.offset),
            bend: BendJson {
                change: JsonNumber(line.bend.value),
                interval: pair(line.bend.interval(outside)),
                ends: pair(line.ends),
                at: pair(line.span),
            },
            off_the_line: JsonNumber(line.off.0),
            shape: match fit.shape {
                Shape::Line => "line",
                Shape::Bends => "bends",
                Shape::Off => "off",
            },
            rounding: JsonNumber(line.slope.rounding),
            repeats: line.repeats,
            runs_asked: fit.runs.0,
            runs_made: fit.runs.1,
            others: fit.others,
            left_out: LeftOutJson {
                before: fit.left_out.before,
                cut: fit.left_out.cut,
                empty: fit.left_out.empty,
                blurred: fit.left_out.blurred,
                copies: fit.left_out.copies,
                repeats: fit.left_out.repeats,
            },
            cut_at: fit.cut_at.clone(),
            bound: match fit.claimed.bound {
                SlopeBound::AtLeast => "at-least",
                SlopeBound::AtMost => "at-most",
                SlopeBound::About => "about",
            },
            value: JsonNumber(fit.claimed.value),
            within: fit.claimed.within.map(JsonNumber),
            ok: fit.ok,
            points: fit.points.iter().map(|(x, y)| [JsonNumber(*x), JsonNumber(*y)]).collect(),
        }
    }
}

fn errors(malformed: &Malformed) -> impl Iterator<Item = Error<'_>> {
    malformed.diagnostics.0.iter().map(|diagnostic| {
        let end = end(&diagnostic.place);
        Error {
            id: malformed.id.as_ref().map(|id| id.0.as_str()),
            file: diagnostic.place.source.path.display().to_string(),
            line: diagnostic.line(),
            column: diagnostic.column(),
            end_line: end.map(|(line, _)| line),
            end_column: end.map(|(_, column)| column),
            message: &diagnostic.message,
            found: &diagnostic.found,
            help: diagnostic.help.as_deref(),
        }
    })
}

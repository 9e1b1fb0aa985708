//! What a run found out about each claim: plain data, from which every report is made.

use super::verdict::{self, Judgement};
use crate::case::values::lines;
use crate::check::chance::Chance;
use crate::check::constant::Constant;
use crate::check::evidence::{Evidence, Refutation};
use crate::check::figure::Found;
use crate::check::fit::Fit;
use crate::check::tally::{PredicateTally, Tally};
use crate::check::{PredicateInfo, Premise};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::fingerprint::Fingerprint;
use crate::claim::model::{Claim, ClaimId, Flow, Verdict};
use std::time::Duration;

/// A claim that was checked, or could not even be read.
#[derive(Clone, Debug)]
pub enum Outcome {
    Checked(Box<ClaimResult>),
    Malformed(Malformed),
}

/// A file that is no claim, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Malformed {
    /// Not known where the error is not a single claim's.
    pub id: Option<ClaimId>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct ClaimResult {
    pub id: ClaimId,
    pub title: String,
    pub at: String,
    /// The gravest of the predicates'.
    pub verdict: Verdict,
    pub expected: Verdict,
    pub as_expected: bool,
    /// In the order of the file; a fitted slope is the last. A probability is the only one.
    pub predicates: Vec<PredicateResult>,
    /// What was counted of the claim as a whole; each predicate has its own part with it.
    pub tally: Tally,
    /// Names for [`Tally::rejections`].
    pub givens: Vec<String>,
    pub assumes: Vec<String>,
    /// Of a `[scaling]` claim.
    pub fit: Option<Fit>,
    /// Of a `[probability]` claim.
    pub chance: Option<Chance>,
    /// Of a `[constant]` claim.
    pub constant: Option<Constant>,
    /// Of an `[experiment]`.
    pub figure: Option<Found>,
    /// Why the claim could not be evaluated, or was not.
    pub failure: Option<Failure>,
    /// Time spent on it by all threads. Never part of what is compared.
    pub busy: Duration,
}

#[derive(Clone, Debug)]
pub struct PredicateResult {
    pub info: PredicateInfo,
    /// None for a fitted slope, for a probability, and where the claim could not be evaluated.
    pub counts: Option<PredicateTally>,
    /// What was found beyond counting.
    pub evidence: Evidence,
    pub judgement: Judgement,
    pub expected: Verdict,
    pub as_expected: bool,
    /// Of what it states.
    pub fingerprint: Fingerprint,
}

/// Why there is no verdict about the claim itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A checker gave up, and says why.
    Check(String),
    /// A bug: something inside the claim's evaluation panicked.
    Panic(String),
    /// A single case counts for more evaluations than the budget has.
    NotRun(String),
    /// The claim says itself that it is for a larger budget, so that it is not to be run.
    Later(String),
}

impl Failure {
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Check(_) | Self::Panic(_) => Verdict::Error,
            Self::NotRun(_) | Self::Later(_) => Verdict::NotRun,
        }
    }

    pub fn reason(&self) -> String {
        match self {
            Self::Check(reason) | Self::NotRun(reason) | Self::Later(reason) => reason.clone(),
            Self::Panic(message) => format!("internal error: {message}"),
        }
    }
}

/// What the checkers found, before it is judged.
#[derive(Clone, Debug)]
pub struct Findings {
    pub predicates: Vec<PredicateInfo>,
    pub givens: Vec<String>,
    pub assumes: Vec<String>,
    pub tally: Tally,
    /// One entry a predicate, or none at all.
    pub evidence: Vec<Evidence>,
    pub fit: Option<Fit>,
    pub chance: Option<Chance>,
    pub constant: Option<Constant>,
    pub figure: Option<Found>,
    pub failure: Option<Failure>,
    pub busy: Duration,
}

impl ClaimResult {
    /// Judges what was found.
    pub fn new(claim: &Claim, found: Findings) -> Self {
        let Findings { predicates, givens, assumes, mut tally, evidence, fit, chance, constant, figure, failure, busy } =
            found;
        let judged = |info: PredicateInfo, counted: Option<(PredicateTally, Evidence)>, judgement: Judgement| {
            let expected = verdict::expected(&claim.expect, &info.name);
            let later = matches!(failure, Some(Failure::Later(_)));
            let as_expected = later || verdict::satisfies(judgement.verdict, expected);
            let (counts, evidence) = counted.map_or((None, Evidence::default()), |(c, e)| (Some(c), e));
            let fingerprint = Fingerprint::of(claim, &info.name).unwrap_or_else(|| Fingerprint::of_files(claim));
            PredicateResult { info, counts, evidence, judgement, expected, as_expected, fingerprint }
        };
        // Of the statement as a whole it is the flow that says at which times it is looked at.
        let whole = |name: &str| {
            let own = predicates.iter().find(|info| info.name == name);
            let premise = own.map_or(Premise::None, |info| info.premise);
            PredicateInfo { looks: claim.flow.as_ref().map(Flow::looks), premise, ..named(name) }
        };
        let predicates: Vec<PredicateResult> = if let Some(failure) = &failure {
            // What is stored against a predicate may have been proved, though there was no budget for a search.
            let of = |name: &str| predicates.iter().position(|info| info.name == name);
            let proved =
                |name: &str| of(name).and_then(|i| Some((i, evidence.get(i)?, evidence.get(i)?.refutation.as_ref()?)));
            let result = |name: &str| match proved(name) {
                Some((i, evidence, refutation)) => {
                    let constant = claim.constant.as_ref().map(|_| name);
                    let info = if constant.is_some() { whole(name) } else { predicates[i].clone() };
                    let judged = judged(info, None, verdict::judge_refuted(constant, refutation));
                    PredicateResult { counts: tally.predicates.get(i).cloned(), evidence: evidence.clone(), ..judged }
                }
                None => judged(named(name), None, Judgement::new(failure.verdict(), failure.reason())),
            };
            claim.predicates().map(result).collect()
        } else if let Some(chance) = &chance {
            let evidence = evidence.into_iter().next().unwrap_or_default();
            let judgement = verdict::judge_chance(chance, &evidence);
            let judged = claim.probability.as_ref().map(|p| judged(whole(&p.bound.name), None, judgement));
            judged.map(|judged| PredicateResult { evidence, ..judged }).into_iter().collect()
        } else if let (Some(constant), Some(asked)) = (&constant, &claim.constant) {
            let evidence = evidence.into_iter().next().unwrap_or_default();
            let judgement = verdict::judge_constant(&asked.name, constant, &tally, &evidence);
            let counts = std::mem::take(&mut tally.predicates).into_iter().next();
            let judged = judged(whole(&asked.name), None, judgement);
            vec![PredicateResult { counts, evidence, ..judged }]
        } else if let Some(figure) = &figure {
            let read = figure.readings.iter();
            read.map(|read| judged(named(&read.name), None, verdict::judge_reading(read))).collect()
        } else {
            let evidence = evidence.into_iter().chain(std::iter::repeat_with(Evidence::default));
            let counted = predicates.into_iter().zip(std::mem::take(&mut tally.predicates)).zip(evidence);
            let counted = counted.map(|((info, counts), evidence)| {
                let judgement = verdict::judge(&counts, &evidence, tally.cases, tally.met);
                judged(info, Some((counts, evidence)), judgement)
            });
            let slope = claim.scaling.as_ref().zip(fit.as_ref());
            let slope = slope.map(|(s, fit)| judged(named(&s.slope.name), None, verdict::judge_fit(fit)));
            counted.chain(slope).collect()
        };
        let all_refuted = !predicates.is_empty() && predicates.iter().all(|p| p.evidence.refutation.is_some());
        let failure = failure.filter(|_| !all_refuted);
        let constant = constant.or_else(|| {
            let sought = claim.constant.as_ref().filter(|_| all_refuted)?;
            Some(Constant::unsought(sought.seek))
        });
        Self {
            id: claim.id.clone(),
            title: claim.title.clone(),
            at: claim.at.clone(),
            verdict: verdict::gravest(predicates.iter().map(|p| p.judgement.verdict)),
            expected: verdict::gravest(predicates.iter().map(|p| p.expected)),
            as_expected: predicates.iter().all(|p| p.as_expected),
            predicates,
            tally,
            givens,
            assumes,
            fit,
            chance,
            constant,
            figure,
            failure,
            busy,
        }
    }
}

impl ClaimResult {
    /// What the constant of a `[constant]` claim is called: its one predicate has that name.
    pub fn constant_name(&self) -> &str {
        self.predicates.first().map_or("", |predicate| &predicate.info.name)
    }

    /// The values of a counterexample, as lines of text.
    pub fn values(&self, refutation: &Refutation) -> impl Iterator<Item = String> {
        let name = |i: usize| self.givens.get(i).cloned().unwrap_or_default();
        refutation
            .values
            .iter()
            .flat_map(move |(i, value)| lines(&name(*i), value, SHOWN))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// Characters of a rational that are shown before it is rounded.
const SHOWN: usize = 24;

fn named(name: &str) -> PredicateInfo {
    let (name, unit) = (name.to_owned(), String::new());
    PredicateInfo { name, identity: false, unit, looks: None, premise: Premise::None }
}

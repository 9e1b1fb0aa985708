//! Which cases run where.
//!
//! A unit of work is one block of one claim's cases (or one fit, all trials of one probability, all runs of one figure, one stored counterexample). Threads take units in order from one counter; what they count
//! is merged by commutative sums, and a claim that fails does so by its lowest failing block. So the outcome is the same, bit
//! for bit, for any number of threads. A panic inside a claim is that claim's error, never the run's.

use super::budget::{self, BLOCK, Budget};
use super::event::Event;
use super::guard::guard;
use super::outcome::{ClaimResult, Failure, Findings, Malformed, Outcome};
use super::source::CaseSource;
use crate::check::chance::Chance;
use crate::check::constant::{self, Constant};
use crate::check::evidence::Evidence;
use crate::check::experiment::Cost;
use crate::check::figure::Found;
use crate::check::fit::Fit;
use crate::check::scaling::Asked;
use crate::check::search::{LEAST_HUNT, LEAST_RUNS};
use crate::check::tally::Tally;
use crate::check::{CheckError, CheckOptions, Checker};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{Claim, ClaimId};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A worker's stack: checkers walk syntax trees of capped depth by recursion.
const STACK: usize = 16 << 20;

/// A case whose values are more numbers than this is refused, unless more is asked for.
pub const MAX_ELEMENTS: usize = 1 << 16;

/// The suite's seed, unless another is asked for.
pub const SEED: u64 = 1;

#[derive(Clone, Debug)]
pub struct RunOptions {
    pub budget: Budget,
    /// Taken instead of the budget, where given.
    pub cases: Option<u64>,
    /// Threads; 0 means as many as there are processors.
    pub jobs: usize,
    pub check: CheckOptions,
}

/// The run could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the worker threads: {0}")]
pub struct EngineError(#[from] rayon::ThreadPoolBuildError);

/// How a claim becomes something that can be run.
pub type Compile<'a> = dyn Fn(&Claim) -> Result<Box<dyn CaseSource>, Diagnostics> + Sync + 'a;

/// Checks claims; outcomes are in the order of the claims.
pub fn run(
    claims: &[&Claim],
    options: &RunOptions,
    sink: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Outcome>, EngineError> {
    let compile = |claim: &Claim| -> Result<Box<dyn CaseSource>, Diagnostics> {
        Ok(Box::new(Checker::new(claim, &options.check)?))
    };
    run_with(claims, options, &compile, sink)
}

/// [`run`], with the compiler given.
pub fn run_with(
    claims: &[&Claim],
    options: &RunOptions,
    compile: &Compile<'_>,
    sink: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Outcome>, EngineError> {
    let started = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).stack_size(STACK).build()?;

    let prepared = each(&pool, claims, |claim| prepare(claim, options, compile));

    // Where each claim's units begin in the one sequence that is worked through.
    let mut units = 0_u64;
    let mut slots = Vec::with_capacity(claims.len());
    for (claim, prepared) in claims.iter().zip(prepared) {
        let slot = Slot::new(claim, prepared, units, options);
        units = units.saturating_add(slot.units);
        slots.push(slot);
    }
    let ids: Vec<&ClaimId> = claims.iter().map(|claim| &claim.id).collect();
    let work = slots.iter().fold(0_u64, |sum, slot| sum.saturating_add(slot.load));
    sink(Event::RunStarted { claims: &ids, work });

    let finished = Finished { slots: &slots, next: Mutex::new(0), sink };
    slots.iter().filter(|slot| slot.outcome.get().is_some()).for_each(|slot| finished.tell_end(slot));
    finished.announce();
    let next = AtomicU64::new(0);
    pool.broadcast(|_| {
        while let Some(unit) = take(&next, units) {
            // The last slot that begins at or before this unit; empty ones share their beginning with the next.
            let Some(slot) = slots.partition_point(|slot| slot.first_unit <= unit).checked_sub(1) else { continue };
            let slot = &slots[slot];
            if slot.work(unit - slot.first_unit, options, sink) {
                finished.tell_end(slot);
                finished.announce();
            }
        }
    });
    sink(Event::RunFinished { elapsed: started.elapsed() });
    Ok(slots.into_iter().filter_map(|slot| slot.outcome.into_inner()).collect())
}

/// How long each claim takes, about, in no unit but the same for all of them, before any is run; or what is wrong with it. From the claim
/// and the options alone.
pub fn loads(claims: &[&Claim], options: &RunOptions) -> Result<Vec<Result<u64, Diagnostics>>, EngineError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).stack_size(STACK).build()?;
    let compile = |claim: &Claim| -> Result<Box<dyn CaseSource>, Diagnostics> {
        Ok(Box::new(Checker::new(claim, &options.check)?))
    };
    Ok(each(&pool, claims, |claim| match prepare(claim, options, &compile) {
        Prepared::Ready { source, work } => Ok(load(claim, options, &*source, &work)),
        Prepared::Failed(_) => Ok(0),
        Prepared::Malformed(diagnostics) => Err(diagnostics),
    }))
}

/// Something of each claim, by all threads, in the order of the claims.
fn each<T: Send + Sync>(pool: &rayon::ThreadPool, claims: &[&Claim], of: impl Fn(&Claim) -> T + Sync) -> Vec<T> {
    let all: Vec<OnceLock<T>> = claims.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicU64::new(0);
    pool.broadcast(|_| {
        while let Some((i, claim)) = take(&next, claims.len() as u64).and_then(|i| Some((i, claims.get(i as usize)?))) {
            all[i as usize].get_or_init(|| of(claim));
        }
    });
    all.into_iter().filter_map(OnceLock::into_inner).collect()
}

fn take(counter: &AtomicU64, end: u64) -> Option<u64> {
    let next = counter.fetch_add(1, Ordering::Relaxed);
    (next < end).then_some(next)
}

/// A claim that is ready to run, or why it is not.
enum Prepared {
    Ready { source: Box<dyn CaseSource>, work: Work },
    Failed(Box<Findings>),
    Malformed(Diagnostics),
}

enum Work {
    Cases(u64),
    /// A slope, within so many evaluations.
    Fit(u64),
    /// So many trials of a probability.
    Trials(u64),
    /// So many trials of a constant.
    Constant(u64),
    /// The runs of a figure.
    Figure,
    /// The stored counterexample alone: for the search there is no budget, which is said of what it does not refute.
    Stored(Failure),
}

/// What a claim takes, about: evaluations, by what one of them counts for.
fn load(claim: &Claim, options: &RunOptions, source: &dyn CaseSource, work: &Work) -> u64 {
    match work {
        Work::Cases(cases) => {
            let predicates = claim.predicates().count() as u64;
            let least = if claim.trajectory.is_some() || claim.flow.is_some() { LEAST_RUNS } else { LEAST_HUNT };
            let hunted =
                options.budget.effort().hunt.max(predicates.saturating_mul(least).saturating_mul(source.cost()));
            let sought = if source.is_constant() { budget::of_a_constant(options.budget) } else { 0 };
            cases.saturating_mul(source.cost()).saturating_add(hunted).saturating_add(sought)
        }
        Work::Fit(evaluations) => *evaluations,
        Work::Trials(trials) | Work::Constant(trials) => trials.saturating_mul(source.cost()),
        Work::Figure => source.experiment_cost().map_or(0, |cost| cost.evaluations),
        Work::Stored(_) => source.cost(),
    }
}

fn prepare(claim: &Claim, options: &RunOptions, compile: &Compile<'_>) -> Prepared {
    let compiled = guard(|| {
        let source = compile(claim)?;
        let (fit, probability, cost) = (source.is_scaling(), source.is_probability(), source.cost());
        let (figure, random) = (source.is_experiment(), source.is_random_constant());
        Ok((source, fit, probability, figure, random, cost))
    });
    let (source, fit, probability, figure, random, cost) = match compiled {
        Err(panic) => return Prepared::Failed(Box::new(Findings::failed(None, Failure::Panic(panic)))),
        Ok(Err(diagnostics)) => return Prepared::Malformed(diagnostics),
        Ok(Ok(compiled)) => compiled,
    };
    if let Some(least) = claim.budget.least.filter(|least| *least > options.budget.depth()) {
        let later = format!("the claim is for the budget {0}: run it with --budget {0}", least.name());
        return Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::Later(later))));
    }
    if fit {
        return prepare_fit(claim, options, source);
    }
    if figure {
        return prepare_figure(options, source);
    }
    if probability || random {
        let work = if random { Work::Constant } else { Work::Trials };
        return prepare_trials(claim, options, source, cost, work);
    }
    if let Some(failure) = claim.constant.as_ref().and_then(|constant| too_dear(claim, constant, options, cost)) {
        return beyond_budget(claim, source, failure);
    }
    let failure = match (budget::cases(options.budget, options.cases, cost), claim.budget.cases) {
        (None, _) => {
            let evaluations = options.budget.evaluations();
            format!(
                "one case counts for {cost} evaluations, the budget is {evaluations}: run it with a larger --budget"
            )
        }
        (Some(cases), Some(least)) if cases < least => {
            format!("the claim asks for {least} cases, this run gives it {cases}: run it with a larger --budget")
        }
        (Some(cases), _) => return Prepared::Ready { source, work: Work::Cases(cases) },
    };
    beyond_budget(claim, source, failure)
}

/// A claim that is not searched. What is stored against it is proved all the same, which takes no search.
fn beyond_budget(claim: &Claim, source: Box<dyn CaseSource>, failure: String) -> Prepared {
    let failure = Failure::NotRun(failure);
    match &claim.witness {
        Some(_) => Prepared::Ready { source, work: Work::Stored(failure) },
        None => Prepared::Failed(Box::new(Findings::failed(Some(&*source), failure))),
    }
}

fn prepare_fit(claim: &Claim, options: &RunOptions, source: Box<dyn CaseSource>) -> Prepared {
    let budget = budget::of_a_slope(options.budget);
    let asked = match guard(|| source.asked()) {
        Err(panic) => return Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::Panic(panic)))),
        // Running says what is wrong.
        Ok(Err(_)) => return Prepared::Ready { source, work: Work::Fit(budget) },
        Ok(Ok(asked)) => asked,
    };
    let Asked { points, eight, .. } = asked;
    let evaluations = options.cases.map_or(budget, |cases| budget::of_runs(cases, points, eight));
    let made = asked.made(evaluations);
    let runs = made.saturating_mul(points);
    let failure = match claim.budget.cases {
        _ if eight > budget => format!(
            "eight runs of each of {points} points count for up to {eight} evaluations, the budget is {budget}: run it with a larger --budget, or make the sweep smaller"
        ),
        Some(least) if runs < least => {
            format!("the claim asks for {least} cases, and {made} runs of each of {points} points are {runs}")
        }
        _ => return Prepared::Ready { source, work: Work::Fit(evaluations) },
    };
    Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::NotRun(failure))))
}

fn prepare_figure(options: &RunOptions, source: Box<dyn CaseSource>) -> Prepared {
    let budget = budget::of_an_experiment(options.budget);
    let cost = match guard(|| source.experiment_cost()) {
        Err(panic) => return Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::Panic(panic)))),
        // Running says what is wrong.
        Ok(Err(_)) => return Prepared::Ready { source, work: Work::Figure },
        Ok(Ok(cost)) => cost,
    };
    let Cost { points, runs, evaluations } = cost;
    if evaluations <= budget {
        return Prepared::Ready { source, work: Work::Figure };
    }
    let enough = Budget::ALL.into_iter().find(|budget| budget::of_an_experiment(*budget) >= evaluations);
    let enough = match enough {
        Some(enough) => format!("run it with --budget {enough}"),
        None => "no budget is enough, make the sweep or the runs smaller".to_owned(),
    };
    let what = if runs == 1 { format!("{points} points") } else { format!("{points} points of {runs} runs") };
    let failure = format!("{what} count for {evaluations} evaluations, the budget is {budget}: {enough}");
    Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::NotRun(failure))))
}

/// Why the curves of a constant are beyond the budget.
fn too_dear(
    claim: &Claim,
    constant: &crate::claim::model::Constant,
    options: &RunOptions,
    cost: u64,
) -> Option<String> {
    let values = constant::values_of(claim, constant);
    let (least, most) = (constant::least_evaluations(values, cost), budget::of_a_constant(options.budget));
    (least > most).then(|| {
        format!(
            "the least search at {values} swept values counts for {least} evaluations, the budget is {most}: run it with a larger --budget, or make the sweep smaller"
        )
    })
}

fn prepare_trials(
    claim: &Claim,
    options: &RunOptions,
    source: Box<dyn CaseSource>,
    cost: u64,
    work: fn(u64) -> Work,
) -> Prepared {
    let more = if claim.constant.is_some() { budget::CONSTANT } else { 1 };
    let trials = budget::trials(options.budget, options.cases, cost.div_ceil(more));
    let failure = match (trials, claim.budget.cases) {
        (None, _) => format!(
            "one trial counts for {cost} evaluations, and the budget has less than {} of them: run it with a larger --budget",
            budget::LEAST_TRIALS
        ),
        (Some(trials), Some(least)) if trials < least => {
            format!("the claim asks for {least} trials, this run gives it {trials}: run it with a larger --budget")
        }
        (Some(trials), _) => return Prepared::Ready { source, work: work(trials) },
    };
    Prepared::Failed(Box::new(Findings::failed(Some(&*source), Failure::NotRun(failure))))
}

/// A claim under way.
struct Slot<'a> {
    claim: &'a Claim,
    prepared: Prepared,
    first_unit: u64,
    units: u64,
    /// What it takes, about.
    load: u64,
    /// How much of that was reported as done.
    told: AtomicU64,
    /// Units that are not done yet.
    left: AtomicU64,
    started: AtomicBool,
    /// The lowest block that failed so far: what comes after it need not be run.
    failed: AtomicU64,
    sum: Mutex<Sum>,
    outcome: OnceLock<Outcome>,
    /// Whether it was told that the claim has ended. Until then it is not finished, though it has an outcome.
    ended: AtomicBool,
}

#[derive(Default)]
struct Sum {
    tally: Option<Tally>,
    evidence: Vec<Evidence>,
    fit: Option<Fit>,
    chance: Option<Chance>,
    constant: Option<Constant>,
    figure: Option<Found>,
    failure: Option<(u64, Failure)>,
    busy: Duration,
}

impl<'a> Slot<'a> {
    fn new(claim: &'a Claim, prepared: Prepared, first_unit: u64, options: &RunOptions) -> Self {
        let units = match &prepared {
            Prepared::Ready { work: Work::Cases(cases), .. } => cases.div_ceil(BLOCK),
            Prepared::Ready { .. } => 1,
            Prepared::Failed(_) | Prepared::Malformed(_) => 0,
        };
        let load = match &prepared {
            Prepared::Ready { source, work } => load(claim, options, &**source, work),
            Prepared::Failed(_) | Prepared::Malformed(_) => 0,
        };
        let slot = Self {
            claim,
            prepared,
            first_unit,
            units,
            load,
            told: AtomicU64::new(0),
            left: AtomicU64::new(units),
            started: AtomicBool::new(false),
            failed: AtomicU64::new(u64::MAX),
            sum: Mutex::default(),
            outcome: OnceLock::new(),
            ended: AtomicBool::new(false),
        };
        if units == 0 {
            slot.finish();
        }
        slot
    }

    /// Reports so much as done, and never more in all than there is.
    fn tell(&self, work: u64, sink: &(dyn Fn(Event<'_>) + Sync)) {
        let told = self.told.fetch_add(work, Ordering::Relaxed);
        let work = work.min(self.load.saturating_sub(told));
        if work > 0 {
            sink(Event::Progress { id: &self.claim.id, work });
        }
    }

    /// Does one unit; true if it was the claim's last.
    fn work(&self, unit: u64, options: &RunOptions, sink: &(dyn Fn(Event<'_>) + Sync)) -> bool {
        if let Prepared::Ready { source, work } = &self.prepared
            && unit < self.failed.load(Ordering::Relaxed)
        {
            if !self.started.swap(true, Ordering::Relaxed) {
                sink(Event::ClaimStarted { id: &self.claim.id });
            }
            let begun = Instant::now();
            match work {
                Work::Fit(evaluations) => {
                    let fit = guard(|| source.scaling(*evaluations));
                    self.note(unit, flatten(fit), begun.elapsed(), |sum, fit| sum.fit = Some(fit));
                }
                Work::Trials(trials) => {
                    let chance = guard(|| source.chance(*trials));
                    self.note(unit, flatten(chance), begun.elapsed(), |sum, (chance, evidence)| {
                        (sum.chance, sum.evidence) = (Some(chance), vec![evidence]);
                    });
                }
                Work::Constant(trials) => {
                    let found =
                        guard(|| source.random_constant(&budget::curves_of_a_constant(options.budget), *trials));
                    self.note(unit, flatten(found), begun.elapsed(), |sum, constant| sum.constant = Some(constant));
                }
                Work::Figure => {
                    let found = guard(|| source.experiment());
                    self.note(unit, flatten(found), begun.elapsed(), |sum, found| sum.figure = Some(found));
                }
                Work::Stored(_) => {
                    let stored = self.claim.witness.as_deref();
                    let found = guard(|| stored.map_or(Ok(Vec::new()), |stored| source.stored(stored)));
                    self.note(unit, flatten(found), begun.elapsed(), |sum, evidence| sum.evidence = evidence);
                }
                Work::Cases(cases) => {
                    let range = block(unit, *cases);
                    let count = range.end - range.start;
                    let tally = guard(|| run_block(&**source, range));
                    self.note(unit, flatten(tally), begun.elapsed(), |sum, tally| match &mut sum.tally {
                        Some(whole) => whole.merge(&tally),
                        whole @ None => *whole = Some(tally),
                    });
                    self.tell(count.saturating_mul(source.cost()), sink);
                }
            }
        }
        let last = self.left.fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            self.search(options);
            self.finish();
            // What was left out, too: it will not be done any more.
            self.tell(self.load.saturating_sub(self.told.load(Ordering::Relaxed)), sink);
        }
        last
    }

    /// What comes after the random cases: all of them are counted, so it depends on the claim alone.
    fn search(&self, options: &RunOptions) {
        let Prepared::Ready { source, work: Work::Cases(_) } = &self.prepared else { return };
        let tally = {
            let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
            match sum.tally.take() {
                Some(tally) if sum.failure.is_none() => tally,
                _ => return,
            }
        };
        let begun = Instant::now();
        let stored = self.claim.witness.as_deref();
        let effort = match source.is_constant() {
            true => budget::whole_of_a_constant(options.budget),
            false => options.budget.effort(),
        };
        let found = guard(|| source.search(&tally, &effort, stored));
        self.note(self.units, flatten(found), begun.elapsed(), |sum, evidence| sum.evidence = evidence);
        if source.is_constant() {
            self.seek(&**source, &tally, options);
        }
        self.sum.lock().unwrap_or_else(PoisonError::into_inner).tally = Some(tally);
    }

    /// The curves of a constant.
    fn seek(&self, source: &dyn CaseSource, tally: &Tally, options: &RunOptions) {
        let begun = Instant::now();
        let evidence = {
            let sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
            match &sum.failure {
                None => sum.evidence.first().cloned().unwrap_or_default(),
                Some(_) => return,
            }
        };
        let found = guard(|| source.constant(tally, &evidence, &budget::curves_of_a_constant(options.budget)));
        self.note(self.units, flatten(found), begun.elapsed(), |sum, (constant, refutation)| {
            sum.constant = Some(constant);
            if let Some(evidence) = sum.evidence.first_mut() {
                evidence.refutation = evidence.refutation.take().or(refutation);
            }
        });
    }

    fn note<T>(&self, unit: u64, result: Result<T, Failure>, busy: Duration, add: impl FnOnce(&mut Sum, T)) {
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.busy += busy;
        match result {
            Ok(value) => add(&mut sum, value),
            Err(failure) => {
                self.failed.fetch_min(unit, Ordering::Relaxed);
                if sum.failure.as_ref().is_none_or(|(first, _)| unit < *first) {
                    sum.failure = Some((unit, failure));
                }
            }
        }
    }

    fn finish(&self) {
        let outcome = || match &self.prepared {
            Prepared::Malformed(diagnostics) => {
                Outcome::Malformed(Malformed { id: Some(self.claim.id.clone()), diagnostics: diagnostics.clone() })
            }
            Prepared::Failed(findings) => {
                Outcome::Checked(Box::new(ClaimResult::new(self.claim, (**findings).clone())))
            }
            Prepared::Ready { source, work } => {
                let sum = std::mem::take(&mut *self.sum.lock().unwrap_or_else(PoisonError::into_inner));
                let mut findings = Findings::of(&**source, sum.busy);
                match sum.failure {
                    // What other blocks counted depends on which of them were still run: left out.
                    Some((_, failure)) => findings.failure = Some(failure),
                    None => {
                        findings.fit = sum.fit;
                        findings.chance = sum.chance;
                        findings.constant = sum.constant;
                        findings.figure = sum.figure;
                        findings.evidence = sum.evidence;
                        findings.tally = sum.tally.unwrap_or(findings.tally);
                        if let Work::Stored(failure) = work {
                            findings.failure = Some(failure.clone());
                        }
                    }
                }
                Outcome::Checked(Box::new(ClaimResult::new(self.claim, findings)))
            }
        };
        self.outcome.get_or_init(outcome);
    }
}

/// Announces finished claims in their order.
struct Finished<'a> {
    slots: &'a [Slot<'a>],
    next: Mutex<usize>,
    sink: &'a (dyn Fn(Event<'_>) + Sync),
}

impl Finished<'_> {
    /// Tells that a claim has ended, before any thread may announce it: consumers keep of the one event what they show at the other.
    fn tell_end(&self, slot: &Slot<'_>) {
        if let Some(outcome) = slot.outcome.get() {
            (self.sink)(Event::ClaimEnded { outcome });
        }
        slot.ended.store(true, Ordering::Release);
    }

    fn announce(&self) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = |at: usize| self.slots.get(at).filter(|slot| slot.ended.load(Ordering::Acquire));
        while let Some(outcome) = ended(*next).and_then(|slot| slot.outcome.get()) {
            (self.sink)(Event::ClaimFinished { outcome });
            *next += 1;
        }
    }
}

fn block(unit: u64, cases: u64) -> Range<u64> {
    let start = unit * BLOCK;
    start..start.saturating_add(BLOCK).min(cases)
}

fn empty_tally(source: &dyn CaseSource) -> Tally {
    let identities: Vec<bool> = source.predicates().iter().map(|predicate| predicate.identity).collect();
    Tally::new(&identities, source.givens().len(), source.assumes().len())
}

fn run_block(source: &dyn CaseSource, cases: Range<u64>) -> Result<Tally, CheckError> {
    let mut tally = empty_tally(source);
    source.run(cases, &mut |case| tally.record(case))?;
    Ok(tally)
}

impl Findings {
    fn of(source: &dyn CaseSource, busy: Duration) -> Self {
        Self {
            predicates: source.predicates().to_vec(),
            givens: source.givens().to_vec(),
            assumes: source.assumes().to_vec(),
            tally: empty_tally(source),
            evidence: Vec::new(),
            fit: None,
            chance: None,
            constant: None,
            figure: None,
            failure: None,
            busy,
        }
    }

    fn failed(source: Option<&dyn CaseSource>, failure: Failure) -> Self {
        let nothing = || Self {
            predicates: Vec::new(),
            givens: Vec::new(),
            assumes: Vec::new(),
            tally: Tally::new(&[], 0, 0),
            evidence: Vec::new(),
            fit: None,
            chance: None,
            constant: None,
            figure: None,
            failure: None,
            busy: Duration::ZERO,
        };
        let findings = source.map_or_else(nothing, |source| Self::of(source, Duration::ZERO));
        Self { failure: Some(failure), ..findings }
    }
}

fn flatten<T>(result: Result<Result<T, CheckError>, String>) -> Result<T, Failure> {
    match result {
        Err(panic) => Err(Failure::Panic(panic)),
        Ok(Err(error)) => Err(Failure::Check(error.to_string())),
        Ok(Ok(value)) => Ok(value),
    }
}

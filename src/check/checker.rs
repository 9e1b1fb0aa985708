//! A claim compiled for running: what the engine and the commands hold.

use super::chance::{Chance, Standing};
use super::constant::{self, Constant};
use super::evidence::{Evidence, Refutation};
use super::experiment::{self, Cost, ExperimentRun};
use super::fate;
use super::figure::{self, Found};
use super::fit::Fit;
use super::moving::{self, MovingRun};
use super::pointwise::PointwiseRun;
use super::reading;
use super::replay::{ReplayRun, Value, Which};
use super::scaling::{Asked, ScalingRun};
use super::search::Effort;
use super::setting::{self, Ready, TRIALS, Trials, Unfit, replay_case};
use super::stored::stored_of;
use super::sure;
use super::tally::Tally;
use crate::arith::backend::dispatch;
use crate::arith::lane::Backend;
use crate::case::evaluate::{Evaluation, Evaluator, once_roots};
use crate::case::octet::{Plans, compiled, numbers_of};
use crate::case::point::Point;
use crate::case::record::{CaseRecord, Hypotheses, Look, Stratum};
use crate::case::way::{self, Way};
use crate::case::witness::WitnessFile;
use crate::certify::Certifier;
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::{Claim, Source};
use crate::claim::program::{Motion, Program};
use crate::eval::compile::{PlanError, integer};
use crate::kernel::{Kernel, SharedKernel, built_in};
use crate::lang::ast::Looks;
use crate::lang::ir::{IntId, NodeId};
use crate::sample::stream::Key;
use std::collections::BTreeMap;
use std::ops::Range;

/// How a claim is run.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    pub seed: u64,
    pub backend: Backend,
    /// Numbers that one plan may hold, of eight lanes each.
    pub max_elements: usize,
    /// Runs the claims that name its kind, in place of the built-in kernel.
    pub kernel: Option<SharedKernel>,
}

/// A predicate as the reports name it.
#[derive(Clone, Debug, PartialEq)]
pub struct PredicateInfo {
    pub name: String,
    /// Made of `==` alone.
    pub identity: bool,
    /// The unit of its margins, as mathematics.
    pub unit: String,
    /// Of a predicate along a flow: at which times it is looked at.
    pub looks: Option<Looks>,
    /// What a case has to meet, beside the hypotheses, for the predicate to be asked of it.
    pub premise: Premise,
}

/// Under what a predicate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Premise {
    /// Wherever the hypotheses are met.
    None,
    /// Where the left side of its `=>` is true.
    Stated,
    /// Of a constant: where anything is asked of it.
    Demand,
}

/// Why a claim could not be run to its end.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CheckError(pub String);

impl From<PlanError> for CheckError {
    fn from(error: PlanError) -> Self {
        Self(error.to_string())
    }
}

/// One case, with every intermediate value.
#[derive(Clone, Debug)]
pub struct Replay {
    pub stratum: Stratum,
    pub hypotheses: Hypotheses,
    pub ints: Vec<(String, i64)>,
    pub values: Vec<(String, Value)>,
    pub looks: Vec<Look>,
}

/// Multiplications that count as one evaluation; a lemma on two 8×8 matrices takes a tenth of it.
pub(super) const WORK_AN_EVALUATION: u64 = 100_000;

/// Every structural integer at its upper end, where that is known.
fn longest(program: &Program) -> Option<BTreeMap<IntId, i64>> {
    let mut ints = BTreeMap::new();
    for &id in &program.structural {
        let hi = integer(&program.graph, &ints, program.int_given(id).hi).ok()?;
        ints.insert(id, hi);
    }
    Some(ints)
}

/// A given that could not be held in memory at its largest.
fn too_large(claim: &Claim, program: &Program, ints: &BTreeMap<IntId, i64>, max_elements: usize) -> Option<Diagnostic> {
    for block in &program.samples.blocks {
        let (rows, cols) = numbers_of(program, ints, block).ok()?;
        let numbers = rows.max(0).unsigned_abs().saturating_mul(cols.max(0).unsigned_abs());
        if numbers > max_elements as u64 {
            let random = |i: usize| claim.probability.as_ref()?.random.get(i);
            let place = match block.given.checked_sub(claim.givens.len()) {
                None => claim.givens.get(block.given)?.place.clone(),
                Some(i) => random(i)?.place.clone(),
            };
            let found = format!("up to {rows}×{cols} numbers, and the limit is {max_elements} a case");
            let help = "lower its dimensions, or raise the limit by `--max-elements`";
            return Some(Diagnostic::new(place, "this given is too large", found).help(help));
        }
    }
    None
}

/// Evaluations that a case counts for: one, and more for large matrices, long loops and long runs. Taken where every integer is at its
/// upper end, so that it holds for all cases of the claim.
fn cost(
    program: &Program,
    ints: &BTreeMap<IntId, i64>,
    sections: &[Vec<NodeId>],
    max_elements: usize,
    kernel: Option<&dyn Kernel>,
) -> u64 {
    if let Some(motion) = &program.motion {
        return Way::new(program, motion, ints, kernel).map_or(1, moving::evaluations_of);
    }
    // Where there is no plan, running says why.
    evaluations_of_plan(compiled(program, ints, sections, max_elements).map_or(0, |c| c.plan.work))
}

/// Of a plan with so many multiplications.
pub(super) fn evaluations_of_plan(work: u64) -> u64 {
    1 + work / WORK_AN_EVALUATION
}

/// The kernel that was given for the kind that a claim names, else the built-in one.
fn kernel_of<'o>(program: &Program, options: &'o CheckOptions) -> Option<&'o dyn Kernel> {
    let kind = program.path()?.kernel.as_ref()?.kind;
    let given = options.kernel.as_ref().filter(|kernel| kernel.0.kind() == kind);
    Some(given.map_or_else(|| built_in(kind), |kernel| &*kernel.0))
}

/// A claim compiled for running.
pub struct Checker {
    claim: Claim,
    options: CheckOptions,
    program: Program,
    plans: Plans,
    key: Key,
    backend: Backend,
    max_elements: usize,
    predicates: Vec<PredicateInfo>,
    givens: Vec<String>,
    assumes: Vec<String>,
    cost: u64,
}

impl Checker {
    /// Types and prepares a claim.
    ///
    /// # Errors
    /// What is wrong with its expressions, each at its place.
    pub fn new(claim: &Claim, options: &CheckOptions) -> Result<Self, Diagnostics> {
        let program = Program::new(claim)?;
        let longest = longest(&program);
        let max_elements = match &program.study {
            Some(_) => options.max_elements.max(experiment::MAX_ELEMENTS),
            None => options.max_elements,
        };
        if let Some(too_large) = longest.as_ref().and_then(|ints| too_large(claim, &program, ints, max_elements)) {
            return Err(too_large.into());
        }
        let sections = way::sections(&program, once_roots(&program), &[]);
        let predicates = program
            .asked
            .iter()
            .map(|a| PredicateInfo {
                name: a.name.clone(),
                identity: a.predicate.identity,
                unit: match &a.unit {
                    Some(unit) => unit.clone(),
                    None if a.predicate.plain => "1".to_owned(),
                    None => "the size of its terms".to_owned(),
                },
                looks: match program.motion_of(a.when) {
                    Some(Motion::Flow(course)) => Some(course.looks),
                    Some(Motion::Iteration(_)) | None => None,
                },
                premise: match (a.predicate.guards.is_empty(), &claim.constant) {
                    (true, _) => Premise::None,
                    (false, None) => Premise::Stated,
                    (false, Some(_)) => Premise::Demand,
                },
            })
            .collect();
        let kernel = kernel_of(&program, options);
        let cost = match &program.study {
            Some(_) => 1,
            None => longest.map_or(1, |ints| cost(&program, &ints, &sections, max_elements, kernel)),
        };
        Ok(Self {
            claim: claim.clone(),
            options: options.clone(),
            plans: Plans::new(sections, max_elements),
            key: Key::new(options.seed, &claim.id.0),
            backend: options.backend,
            max_elements,
            predicates,
            givens: program.givens.iter().map(|g| g.name.clone()).collect(),
            assumes: program.assume.iter().map(|a| a.name.clone()).collect(),
            cost,
            program,
        })
    }

    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    pub fn options(&self) -> &CheckOptions {
        &self.options
    }

    pub fn predicates(&self) -> &[PredicateInfo] {
        &self.predicates
    }

    /// Names of the givens, in order; a case that a given rejects names it by index.
    pub fn givens(&self) -> &[String] {
        &self.givens
    }

    pub fn assumes(&self) -> &[String] {
        &self.assumes
    }

    /// Evaluations that one case counts for.
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Runs these cases in order and tells the sink of each.
    ///
    /// # Errors
    /// Where no plan can be made: impossible or too large dimensions.
    pub fn run(&self, cases: Range<u64>, sink: &mut dyn FnMut(&CaseRecord<'_>)) -> Result<(), CheckError> {
        let Self { program, plans, key, backend, .. } = self;
        let backend = *backend;
        match &program.motion {
            Some(motion) => {
                let kernel = self.kernel();
                dispatch(backend, MovingRun { program, motion, plans, key, backend, kernel, cases, sink })?;
            }
            None => dispatch(backend, PointwiseRun { program, plans, key, backend, cases, sink })?,
        }
        Ok(())
    }

    /// One case with all its named values.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn replay(&self, case: u64) -> Result<Replay, CheckError> {
        if self.is_experiment() {
            return Err(CheckError(
                "an experiment has runs of a sweep and no cases: `theoremcheck plot` shows them".to_owned(),
            ));
        }
        if self.is_scaling() {
            return Err(CheckError(
                "a law of scaling has repeats of a sweep and no cases: `theoremcheck check -v` shows the line through its points"
                    .to_owned(),
            ));
        }
        if let Some(trials) = self.trials() {
            return self.replay_trial(&trials, case);
        }
        let looks_of = |sink: &mut dyn FnMut(&CaseRecord<'_>)| self.run(case / 8 * 8..case / 8 * 8 + 8, sink);
        let mut record = None;
        looks_of(&mut |r| {
            if r.index == case {
                record = Some((r.stratum, r.hypotheses, r.looks.to_vec()));
            }
        })?;
        let Some((stratum, hypotheses, looks)) = record else {
            return Err(CheckError(format!("case {case} was not run")));
        };
        let Self { program, key, backend, max_elements, .. } = self;
        let at = looks.iter().filter_map(|look| look.at).collect();
        let which = Which::Case(case);
        let job = ReplayRun { program, key, backend: *backend, max_elements: *max_elements, which, at };
        let (ints, values) = dispatch(*backend, job)?;
        Ok(Replay { stratum, hypotheses, ints, values, looks })
    }

    /// A case that is data, with all its named values.
    ///
    /// # Errors
    /// As [`run`](Self::run), and if the point does not fit the claim.
    pub fn replay_point(&self, point: &Point) -> Result<Replay, CheckError> {
        let failed = |error: &dyn std::fmt::Display| CheckError(error.to_string());
        let Self { program, key, backend, max_elements, .. } = self;
        let evaluator = Evaluator::new(&self.claim, self.options.seed, *backend, *max_elements, self.kernel());
        let evaluator = evaluator.map_err(|errors| failed(&errors))?;
        let evaluator = evaluator.ok_or_else(|| CheckError("this claim is not asked of values alone".to_owned()))?;
        let found = evaluator.evaluate(std::slice::from_ref(point)).map_err(|error| failed(&error))?.pop();
        let Evaluation { hypotheses, looks } = found.ok_or_else(|| CheckError("the case was not run".to_owned()))?;
        let which = Which::Point(point);
        let at = looks.iter().filter_map(|look| look.at).collect();
        let job = ReplayRun { program, key, backend: *backend, max_elements: *max_elements, which, at };
        let (ints, values) = dispatch(*backend, job)?;
        Ok(Replay { stratum: Stratum::default(), hypotheses, ints, values, looks })
    }

    /// What takes the steps of this claim in place of its `step`, if it names a kind.
    pub(super) fn kernel(&self) -> Option<&dyn Kernel> {
        kernel_of(&self.program, &self.options)
    }

    /// Whether it is about values that move, by steps or in time.
    pub fn moves(&self) -> bool {
        self.program.motion.is_some()
    }

    /// Whether what is asked at the end of a run speaks of when that is: of a run that is cut off before, that is undefined.
    pub fn speaks_of_times(&self) -> bool {
        fate::speaks_of_times(&self.program)
    }

    /// Whether this is a `[scaling]` claim, which has a fit in place of cases.
    pub fn is_scaling(&self) -> bool {
        self.program.law.is_some()
    }

    /// The fit of a `[scaling]` claim, within so many evaluations (and eight runs a point at least).
    ///
    /// # Errors
    /// Where no plan can be made, or the sweep gives too few points to fit.
    pub fn scaling(&self, evaluations: u64) -> Result<Fit, CheckError> {
        dispatch(self.backend, self.sweep(evaluations)?)
    }

    /// What the sweep of a `[scaling]` claim asks for.
    ///
    /// # Errors
    /// As [`scaling`](Self::scaling), where that is known before a run.
    pub fn asked(&self) -> Result<Asked, CheckError> {
        self.sweep(0)?.asked()
    }

    fn sweep(&self, evaluations: u64) -> Result<ScalingRun<'_>, CheckError> {
        let Some(law) = &self.program.law else {
            return Err(CheckError("this claim has no [scaling]".to_owned()));
        };
        let Self { program, key, backend, max_elements, .. } = self;
        let (backend, kernel, max_elements) = (*backend, self.kernel(), *max_elements);
        Ok(ScalingRun { program, law, key, backend, kernel, max_elements, evaluations })
    }

    /// Whether this is an `[experiment]`, which has runs of a sweep in place of cases.
    pub fn is_experiment(&self) -> bool {
        self.program.study.is_some()
    }

    /// What an `[experiment]` asks for.
    ///
    /// # Errors
    /// Where no plan can be made, or the sweep has no values.
    pub fn experiment_cost(&self) -> Result<Cost, CheckError> {
        self.figure()?.cost()
    }

    /// The runs of an `[experiment]`, its figure and how it reads.
    ///
    /// # Errors
    /// As [`experiment_cost`](Self::experiment_cost), and where a run cannot be made.
    pub fn experiment(&self) -> Result<Found, CheckError> {
        let run = self.figure()?;
        let (cost, runs) = (run.cost()?, run.make()?);
        let numbers = reading::measured(run.study, &runs);
        let readings = reading::read(run.study, &runs, &numbers)?;
        let panels = figure::panels(run.study, &runs, &numbers);
        Ok(Found { cost, runs, numbers, readings, panels })
    }

    fn figure(&self) -> Result<ExperimentRun<'_>, CheckError> {
        let Some(study) = &self.program.study else {
            return Err(CheckError("this claim has no [experiment]".to_owned()));
        };
        let Self { program, key, backend, max_elements, .. } = self;
        let (backend, kernel, max_elements) = (*backend, self.kernel(), *max_elements);
        Ok(ExperimentRun { program, study, key, backend, kernel, max_elements })
    }

    /// Whether this is a `[probability]` claim, which has trials in place of cases.
    pub fn is_probability(&self) -> bool {
        self.program.chance.is_some() && !self.is_constant()
    }

    /// The trials of a `[probability]` claim, about so many; and the counterexample to an event that is claimed to be sure.
    ///
    /// # Errors
    /// Where no plan can be made, or the bound is undefined.
    pub fn chance(&self, trials: u64) -> Result<(Chance, Evidence), CheckError> {
        let Some(run) = self.trials() else {
            return Err(CheckError("this claim has no [probability]".to_owned()));
        };
        let mut chance = run.run(trials)?;
        let mut evidence = Evidence::default();
        if let Some((number, givens)) = &mut chance.searched.first_unbounded
            && let Err(Unfit::Bound(ready)) = run.ready(*number)?
        {
            *givens = self.numbers(&run.trial(&ready, 0)?.0)?;
        }
        for setting in &mut chance.settings {
            let Ok(ready) = run.ready(setting.number)? else { continue };
            let first = setting.counts.first_against(run.side);
            let (point, _) = run.trial(&ready, first.unwrap_or(0))?;
            setting.givens = self.numbers(&point)?;
            let sure = setting.allowed == (0.0, 0.0) && setting.standing == Standing::Contradicted;
            if let (true, Some(first), None) = (sure, first, &evidence.refutation) {
                let trial = std::iter::once((replay_case(setting.number, first), point));
                match sure::certified(&self.claim, trial, self.max_elements) {
                    Ok(refutation) => (evidence.refutation, evidence.doubt) = (Some(refutation), None),
                    Err(doubt) => evidence.doubt = Some(doubt),
                }
            }
        }
        Ok((chance, evidence))
    }

    /// Whether this is a `[constant]` claim.
    pub fn is_constant(&self) -> bool {
        self.claim.constant.is_some()
    }

    /// Whether something is random in a `[constant]` claim, which has trials in place of cases then.
    pub fn is_random_constant(&self) -> bool {
        self.is_constant() && self.program.chance.is_some()
    }

    /// What a constant is asked for over the sweep of a `[constant]` claim; and a certified case at which no constant works, if one turned up.
    ///
    /// # Errors
    /// Where no plan can be made, or the statement does not get weaker as the constant grows.
    pub fn constant(
        &self,
        tally: &Tally,
        evidence: &Evidence,
        effort: &Effort,
    ) -> Result<(Constant, Option<Refutation>), CheckError> {
        self.seeking(effort)?.run(tally, evidence)
    }

    /// The same where something is random, within about so many trials.
    ///
    /// # Errors
    /// As [`constant`](Self::constant).
    pub fn random_constant(&self, effort: &Effort, trials: u64) -> Result<Constant, CheckError> {
        self.seeking(effort)?.run_random(trials)
    }

    fn seeking<'a>(&'a self, effort: &'a Effort) -> Result<constant::Search<'a>, CheckError> {
        let Some(constant) = &self.claim.constant else {
            return Err(CheckError("this claim has no [constant]".to_owned()));
        };
        let (claim, options, kernel, cost) = (&self.claim, &self.options, self.kernel(), self.cost);
        Ok(constant::Search { claim, constant, options, kernel, effort, cost })
    }

    /// What becomes of a stored counterexample, without a search: one entry a predicate, or none at all where no search would ask for it.
    ///
    /// # Errors
    /// If its file cannot be read as one.
    pub fn stored(&self, source: &Source) -> Result<Vec<Evidence>, CheckError> {
        let malformed = |errors: Diagnostics| CheckError(errors.to_string());
        let certifier = Certifier::new(&self.claim, self.max_elements).map_err(malformed)?;
        let (file, _) = WitnessFile::read(source.text.as_bytes(), &source.path).map_err(malformed)?;
        let of = |i| stored_of(&self.claim, &certifier, &file, i);
        let evidence = |(stored, refutation)| Evidence { stored: Some(stored), refutation, ..Evidence::default() };
        Ok((0..self.predicates.len()).map(|i| of(i).map(evidence).unwrap_or_default()).collect())
    }

    /// What trials of it are made by, where something is random.
    pub(super) fn trials(&self) -> Option<Trials<'_>> {
        let chance = self.program.chance.as_ref()?;
        Some(Trials {
            program: &self.program,
            chance,
            side: self.claim.probability.as_ref()?.side,
            plans: setting::plans(&self.program, chance, self.max_elements),
            seed: self.options.seed,
            id: &self.claim.id.0,
            backend: self.backend,
        })
    }

    /// The givens of a trial that are numbers, what is random left out.
    pub(super) fn numbers(&self, point: &Point) -> Result<Vec<(String, f64)>, CheckError> {
        let Self { program, key, backend, max_elements, .. } = self;
        let which = Which::Point(point);
        let job = ReplayRun { program, key, backend: *backend, max_elements: *max_elements, which, at: Vec::new() };
        let (_, values) = dispatch(*backend, job)?;
        let first_random = program.chance.map_or(program.givens.len(), |chance| chance.first_random);
        let given = |name: &str| program.givens[..first_random].iter().any(|given| given.name == name);
        let named = values.into_iter().filter(|(name, _)| given(name));
        let numbers = named.filter_map(|(name, value)| match value {
            Value::Int(value) => Some((name, value as f64)),
            Value::Real { value, .. } => Some((name, value)),
            Value::Bool(_) | Value::Matrix { .. } => None,
        });
        Ok(numbers.collect())
    }

    /// A case of a probability claim: a setting and a trial.
    fn replay_trial(&self, trials: &Trials<'_>, case: u64) -> Result<Replay, CheckError> {
        let ready: Ready = match trials.ready(case / TRIALS)? {
            Ok(ready) => ready,
            // The event can be asked there all the same.
            Err(Unfit::Bound(ready)) => *ready,
            Err(Unfit::Hypotheses(hypotheses)) => {
                let stratum = setting::stratum(case / TRIALS);
                return Ok(Replay { stratum, hypotheses, ints: Vec::new(), values: Vec::new(), looks: Vec::new() });
            }
        };
        let (point, look) = trials.trial(&ready, case % TRIALS)?;
        let Self { program, key, backend, max_elements, .. } = self;
        let (which, at) = (Which::Point(&point), look.iter().filter_map(|look| look.at).collect());
        let job = ReplayRun { program, key, backend: *backend, max_elements: *max_elements, which, at };
        let (ints, values) = dispatch(*backend, job)?;
        let looks = look.into_iter().collect();
        Ok(Replay { stratum: ready.stratum, hypotheses: Hypotheses::Met, ints, values, looks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use std::path::Path;

    fn refused(given: &str) -> String {
        let text = format!(
            "title = \"t\"\nat = \"x\"\n[given]\nn = \"int in 1..=1000000\"\n{given}\n[claim]\nc = \"n >= 1\"\n"
        );
        let claim = load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it parses");
        let options = CheckOptions { seed: 1, backend: Backend::Scalar, max_elements: 1 << 16, kernel: None };
        match Checker::new(&claim, &options) {
            Ok(_) => String::new(),
            Err(errors) => errors.render(100, false),
        }
    }

    #[test]
    fn a_given_that_memory_would_not_hold_is_refused_at_its_place() {
        let text = refused("A = \"gaussian(n, n)\"");
        assert!(text.contains("this given is too large") && text.contains("c.toml:5:"), "{text}");
        assert!(text.contains("1000000×1000000") && text.contains("--max-elements"), "{text}");
        assert_eq!(refused("A = \"gaussian(2, 2)\""), "");
    }

    #[test]
    fn a_dimension_that_is_plainly_negative_is_refused_at_its_place() {
        let text = refused("A = \"gaussian(-1, 2)\"");
        assert!(text.contains("a dimension is negative") && text.contains("c.toml:5:"), "{text}");
    }

    #[test]
    fn a_unit_that_is_plainly_not_positive_is_refused_at_its_place() {
        for unit in ["0", "-1/2", "2 - 2"] {
            let text = refused(&format!("[margin]\nunit = \"{unit}\""));
            assert!(text.contains("a unit is positive") && text.contains("c.toml:6:"), "{unit}: {text}");
        }
        assert_eq!(refused("[margin]\nunit = \"1/2\""), "");
    }
}

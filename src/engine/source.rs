//! What the engine asks of a compiled claim. [`Checker`] is the one implementor outside of tests, which need claims that
//! fail, panic or dawdle on demand.

use crate::check::chance::Chance;
use crate::check::constant::Constant;
use crate::check::evidence::{Evidence, Refutation};
use crate::check::experiment::Cost;
use crate::check::figure::Found;
use crate::check::fit::Fit;
use crate::check::record::CaseRecord;
use crate::check::scaling::Asked;
use crate::check::search::Effort;
use crate::check::tally::Tally;
use crate::check::{CheckError, Checker, PredicateInfo};
use crate::claim::model::Source;
use std::ops::Range;

pub trait CaseSource: Send + Sync {
    fn predicates(&self) -> &[PredicateInfo];
    fn givens(&self) -> &[String];
    fn assumes(&self) -> &[String];
    /// Evaluations that one case counts for.
    fn cost(&self) -> u64;
    /// Runs these cases in order. Deterministic, and independent of how the cases are split into ranges (of multiples of 8).
    fn run(&self, cases: Range<u64>, sink: &mut dyn FnMut(&CaseRecord<'_>)) -> Result<(), CheckError>;
    /// What is done once the random cases are counted: hunting, certifying, shrinking, proving. One entry a predicate, or none at all.
    ///
    /// # Errors
    /// Where no plan can be made.
    fn search(&self, tally: &Tally, effort: &Effort, stored: Option<&Source>) -> Result<Vec<Evidence>, CheckError>;
    /// What becomes of a stored counterexample where there is no budget to search: one entry a predicate, or none at all.
    ///
    /// # Errors
    /// If its file cannot be read as one.
    fn stored(&self, _: &Source) -> Result<Vec<Evidence>, CheckError> {
        Ok(Vec::new())
    }
    /// Whether this is a `[scaling]` claim, which has a fit in place of cases.
    fn is_scaling(&self) -> bool;
    /// The fit of a `[scaling]` claim, within so many evaluations.
    fn scaling(&self, evaluations: u64) -> Result<Fit, CheckError>;
    /// What the sweep of a `[scaling]` claim asks for.
    fn asked(&self) -> Result<Asked, CheckError>;
    /// Whether this is a `[constant]` claim, which has curves beside its cases.
    fn is_constant(&self) -> bool;
    /// Whether something is random in a `[constant]` claim, which has trials in place of cases then.
    fn is_random_constant(&self) -> bool;
    /// What a constant is asked for, once the cases are searched; and a certified case at which no constant works.
    fn constant(
        &self,
        tally: &Tally,
        evidence: &Evidence,
        effort: &Effort,
    ) -> Result<(Constant, Option<Refutation>), CheckError>;
    /// The same where something is random, within about so many trials.
    fn random_constant(&self, effort: &Effort, trials: u64) -> Result<Constant, CheckError>;
    /// Whether this is a `[probability]` claim, which has trials in place of cases.
    fn is_probability(&self) -> bool;
    /// The trials of a `[probability]` claim, about so many, and the counterexample to an event that is claimed to be sure.
    fn chance(&self, trials: u64) -> Result<(Chance, Evidence), CheckError>;
    /// Whether this is an `[experiment]`, which has runs of a sweep in place of cases.
    fn is_experiment(&self) -> bool {
        false
    }
    /// What an `[experiment]` asks for.
    fn experiment_cost(&self) -> Result<Cost, CheckError> {
        Err(CheckError("no experiment".to_owned()))
    }
    /// The figure of an `[experiment]`, and how it reads.
    fn experiment(&self) -> Result<Found, CheckError> {
        Err(CheckError("no experiment".to_owned()))
    }
}

impl CaseSource for Checker {
    fn predicates(&self) -> &[PredicateInfo] {
        self.predicates()
    }

    fn givens(&self) -> &[String] {
        self.givens()
    }

    fn assumes(&self) -> &[String] {
        self.assumes()
    }

    fn cost(&self) -> u64 {
        self.cost()
    }

    fn run(&self, cases: Range<u64>, sink: &mut dyn FnMut(&CaseRecord<'_>)) -> Result<(), CheckError> {
        self.run(cases, sink)
    }

    fn search(&self, tally: &Tally, effort: &Effort, stored: Option<&Source>) -> Result<Vec<Evidence>, CheckError> {
        self.search(tally, effort, stored)
    }

    fn stored(&self, stored: &Source) -> Result<Vec<Evidence>, CheckError> {
        self.stored(stored)
    }

    fn is_scaling(&self) -> bool {
        self.is_scaling()
    }

    fn scaling(&self, evaluations: u64) -> Result<Fit, CheckError> {
        self.scaling(evaluations)
    }

    fn asked(&self) -> Result<Asked, CheckError> {
        self.asked()
    }

    fn is_constant(&self) -> bool {
        self.is_constant()
    }

    fn is_random_constant(&self) -> bool {
        self.is_random_constant()
    }

    fn constant(
        &self,
        tally: &Tally,
        evidence: &Evidence,
        effort: &Effort,
    ) -> Result<(Constant, Option<Refutation>), CheckError> {
        self.constant(tally, evidence, effort)
    }

    fn random_constant(&self, effort: &Effort, trials: u64) -> Result<Constant, CheckError> {
        self.random_constant(effort, trials)
    }

    fn is_probability(&self) -> bool {
        self.is_probability()
    }

    fn chance(&self, trials: u64) -> Result<(Chance, Evidence), CheckError> {
        self.chance(trials)
    }

    fn is_experiment(&self) -> bool {
        self.is_experiment()
    }

    fn experiment_cost(&self) -> Result<Cost, CheckError> {
        self.experiment_cost()
    }

    fn experiment(&self) -> Result<Found, CheckError> {
        self.experiment()
    }
}

//! Tests of the engine against claims that fail, panic and dawdle on demand.

use super::budget::Budget;
use super::event::Event;
use super::exit::Exit;
use super::outcome::{ClaimResult, Failure, Outcome};
use super::run::{Compile, MAX_ELEMENTS, RunOptions, run_with};
use super::source::CaseSource;
use crate::arith::lane::Backend;
use crate::check::chance::Chance;
use crate::check::constant::Constant;
use crate::check::evidence::{Evidence, Refutation};
use crate::check::fit::Fit;
use crate::check::record::{CaseRecord, Fate, Hypotheses, Look, Stratum};
use crate::check::scaling::Asked;
use crate::check::search::Effort;
use crate::check::tally::Tally;
use crate::check::{CheckError, CheckOptions, PredicateInfo, Premise};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::load::load;
use crate::claim::model::Source;
use crate::claim::model::{Claim, ClaimId, Place, Verdict};
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

/// A claim of which every case is `fate(case)`.
struct Fake {
    predicates: Vec<PredicateInfo>,
    cost: u64,
    fate: fn(u64) -> Fate,
    fails_at: Option<u64>,
    panics_at: Option<u64>,
}

impl CaseSource for Fake {
    fn predicates(&self) -> &[PredicateInfo] {
        &self.predicates
    }
    fn givens(&self) -> &[String] {
        &[]
    }
    fn assumes(&self) -> &[String] {
        &[]
    }
    fn cost(&self) -> u64 {
        self.cost
    }
    fn run(&self, cases: Range<u64>, sink: &mut dyn FnMut(&CaseRecord<'_>)) -> Result<(), CheckError> {
        for index in cases {
            if self.fails_at.is_some_and(|at| index >= at) {
                return Err(CheckError(format!("gave up in case {index}")));
            }
            assert!(self.panics_at != Some(index), "went mad in case {index}");
            let fate = (self.fate)(index);
            // A margin that is scattered, but a function of the case alone.
            let margin = (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64;
            let looks = [Look {
                fate,
                margin: if fate == Fate::Violated { -margin } else { margin },
                floor: 1.0,
                at: None,
                cut: false,
            }];
            let stratum = Stratum::ALL[(index % 8) as usize];
            sink(&CaseRecord { index, stratum, hypotheses: Hypotheses::Met, scaled: false, looks: &looks });
        }
        Ok(())
    }
    fn search(&self, _: &Tally, _: &Effort, _: Option<&Source>) -> Result<Vec<Evidence>, CheckError> {
        Ok(Vec::new())
    }
    fn is_scaling(&self) -> bool {
        false
    }
    fn scaling(&self, _: u64) -> Result<Fit, CheckError> {
        Err(CheckError("no fit".to_owned()))
    }
    fn asked(&self) -> Result<Asked, CheckError> {
        Err(CheckError("no sweep".to_owned()))
    }
    fn is_constant(&self) -> bool {
        false
    }

    fn is_random_constant(&self) -> bool {
        false
    }

    fn constant(&self, _: &Tally, _: &Evidence, _: &Effort) -> Result<(Constant, Option<Refutation>), CheckError> {
        Err(CheckError("no constant".to_owned()))
    }

    fn random_constant(&self, _: &Effort, _: u64) -> Result<Constant, CheckError> {
        Err(CheckError("no constant".to_owned()))
    }

    fn is_probability(&self) -> bool {
        false
    }
    fn chance(&self, _: u64) -> Result<(Chance, Evidence), CheckError> {
        Err(CheckError("no trials".to_owned()))
    }
}

fn claim(id: &str, extra: &str) -> Claim {
    let text = format!(
        "title = \"t\"\nat = \"Lemma 1\"\n{extra}\n[given]\nx = \"real in [0, 1]\"\n[claim]\nbound = \"x >= 0\"\n"
    );
    load(&text, Path::new("p/c.toml"), ClaimId(id.to_owned()), &|_| None).unwrap()
}

fn fake() -> Fake {
    Fake {
        predicates: vec![PredicateInfo {
            name: "bound".to_owned(),
            identity: false,
            unit: "1".to_owned(),
            looks: None,
            premise: Premise::None,
        }],
        cost: 1,
        fate: |_| Fate::Held,
        fails_at: None,
        panics_at: None,
    }
}

/// The kind of claim is the last part of its id.
fn compile(claim: &Claim) -> Result<Box<dyn CaseSource>, Diagnostics> {
    let source = match claim.id.stem() {
        "violated" => Fake { fate: |case| if case % 5000 == 17 { Fate::Violated } else { Fate::Held }, ..fake() },
        "fails" => Fake { fails_at: Some(3000), ..fake() },
        "panics" => Fake { panics_at: Some(5000), ..fake() },
        "dear" => Fake { cost: 1_000, ..fake() },
        "too-dear" => Fake { cost: u64::MAX, ..fake() },
        "malformed" => {
            return Err(Diagnostic::new(Place::file(&claim.source), "shapes differ", "found 2×3").into());
        }
        "mad" => panic!("the compiler went mad"),
        _ => fake(),
    };
    Ok(Box::new(source))
}

fn options(jobs: usize) -> RunOptions {
    let check = CheckOptions { seed: 1, backend: Backend::Scalar, max_elements: MAX_ELEMENTS, kernel: None };
    RunOptions { budget: Budget::Default, cases: None, jobs, check }
}

fn run(claims: &[Claim], options: &RunOptions) -> Vec<Outcome> {
    let claims: Vec<&Claim> = claims.iter().collect();
    run_with(&claims, options, &compile as &Compile<'_>, &|_| {}).unwrap()
}

fn only(id: &str) -> ClaimResult {
    match run(&[claim(id, "")], &options(2)).pop() {
        Some(Outcome::Checked(result)) => *result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_outcome_is_the_same_for_any_number_of_threads() {
    let claims: Vec<Claim> = ["held", "violated", "fails", "panics", "dear"].iter().map(|id| claim(id, "")).collect();
    let shown = |jobs| {
        let outcomes = run(&claims, &options(jobs));
        let results = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Checked(result) => ClaimResult { busy: std::time::Duration::ZERO, ..*result },
            Outcome::Malformed(malformed) => panic!("{malformed:?}"),
        });
        format!("{:?}", results.collect::<Vec<_>>())
    };
    let single = shown(1);
    assert!(single.contains("worst: Some"));
    for jobs in [2, 3, 7] {
        assert_eq!(shown(jobs), single);
    }
}

#[test]
fn no_claim_is_finished_before_it_was_told_that_it_has_ended() {
    let claims: Vec<Claim> = (0..64).map(|i| claim(&format!("held-{i}"), "")).collect();
    let claims: Vec<&Claim> = claims.iter().collect();
    let told = Mutex::new(Vec::new());
    let sink = |event: Event<'_>| match event {
        Event::ClaimEnded { outcome: Outcome::Checked(result) } => {
            // Long enough for other threads to end claims before and after this one.
            std::thread::sleep(std::time::Duration::from_millis(1));
            told.lock().unwrap().push((result.id.0.clone(), false));
        }
        Event::ClaimFinished { outcome: Outcome::Checked(result) } => {
            told.lock().unwrap().push((result.id.0.clone(), true));
        }
        _ => {}
    };
    let options = RunOptions { cases: Some(8), ..options(8) };
    run_with(&claims, &options, &compile as &Compile<'_>, &sink).unwrap();
    let told = told.into_inner().unwrap();
    for claim in claims {
        let at = |finished| told.iter().position(|(id, is)| *id == claim.id.0 && *is == finished).unwrap();
        assert!(at(false) < at(true), "{}", claim.id.0);
    }
}

#[test]
fn every_case_is_run_once() {
    let result = only("held");
    assert_eq!((result.verdict, result.tally.cases, result.tally.met), (Verdict::Held, 20_000, 20_000));
    assert_eq!(result.tally.strata.map(|count| count.cases), [2_500; 8]);
    assert!(result.as_expected);
}

#[test]
fn a_violation_makes_a_claim_suspect_and_names_its_worst_case() {
    let result = only("violated");
    let counts = result.predicates[0].counts.as_ref().unwrap();
    assert_eq!((result.verdict, counts.total().violated), (Verdict::Suspect, 4));
    assert_eq!(counts.worst.map(|worst| worst.case % 5000), Some(17));
    assert_eq!(Exit::of_claim(&result), Exit::Undecided);
}

#[test]
fn a_violation_without_a_certificate_is_no_refutation() {
    let claims = [claim("violated", "expect = \"refuted\""), claim("held", "expect = { bound = \"refuted\" }")];
    let outcomes = run(&claims, &options(2));
    let [Outcome::Checked(violated), Outcome::Checked(held)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(!violated.as_expected);
    assert_eq!(Exit::of_claim(violated), Exit::Undecided);
    assert!(!held.as_expected);
    assert_eq!(Exit::of_claim(held), Exit::DecidedOtherwise);
}

#[test]
fn a_claim_that_gives_up_says_so_with_its_first_failing_block() {
    let result = only("fails");
    assert_eq!(result.failure, Some(Failure::Check("gave up in case 3000".to_owned())));
    assert_eq!((result.verdict, result.tally.cases), (Verdict::Error, 0));
    assert_eq!(result.predicates[0].judgement.reason.as_deref(), Some("gave up in case 3000"));
    assert_eq!(Exit::of_claim(&result), Exit::Undecided);
}

#[test]
fn a_panic_is_one_claims_error_and_the_harness_fault() {
    let claims = [claim("panics", ""), claim("mad", ""), claim("held", "")];
    let outcomes = run(&claims, &options(2));
    let [Outcome::Checked(panics), Outcome::Checked(mad), Outcome::Checked(held)] = &outcomes[..] else {
        panic!("{outcomes:?}")
    };
    assert_eq!(panics.failure, Some(Failure::Panic("went mad in case 5000".to_owned())));
    assert_eq!(mad.failure, Some(Failure::Panic("the compiler went mad".to_owned())));
    assert_eq!(mad.predicates.len(), 1);
    assert_eq!(
        [panics, mad, held].map(|c| Exit::of_claim(c)),
        [Exit::HarnessFailed, Exit::HarnessFailed, Exit::AsExpected]
    );
}

#[test]
fn a_claim_that_does_not_elaborate_is_malformed_and_the_others_run() {
    let outcomes = run(&[claim("malformed", ""), claim("held", "")], &options(1));
    assert!(matches!(&outcomes[..], [Outcome::Malformed(m), Outcome::Checked(_)]
        if m.id.as_ref().is_some_and(|id| id.0 == "malformed")));
}

#[test]
fn a_dear_case_means_fewer_cases_and_one_beyond_the_budget_is_not_run() {
    assert_eq!(only("dear").tally.cases, 64);
    let result = only("too-dear");
    assert_eq!(result.verdict, Verdict::NotRun);
    assert_eq!(Exit::of_claim(&result), Exit::Undecided);
}

#[test]
fn a_claim_that_asks_for_more_cases_than_it_gets_is_not_run() {
    let asks =
        Claim { budget: crate::claim::model::ClaimBudget { cases: Some(30_000), least: None }, ..claim("held", "") };
    let verdict = |options: &RunOptions| match &run(std::slice::from_ref(&asks), options)[..] {
        [Outcome::Checked(result)] => result.verdict,
        other => panic!("{other:?}"),
    };
    assert_eq!(verdict(&options(2)), Verdict::NotRun);
    assert_eq!(verdict(&RunOptions { budget: Budget::Deep, ..options(2) }), Verdict::Held);
}

fn id_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Checked(result) => result.id.0.clone(),
        Outcome::Malformed(malformed) => malformed.id.as_ref().unwrap().0.clone(),
    }
}

#[test]
fn claims_are_announced_in_their_order_and_all_work_is_reported_as_progress() {
    let claims = ["held", "too-dear", "malformed", "violated", "dear"].map(|id| claim(id, ""));
    let claims: Vec<&Claim> = claims.iter().collect();
    let finished = Mutex::new(Vec::new());
    let progress = Mutex::new((0, 0));
    let ended = Mutex::new(Vec::new());
    let sink = |event: Event<'_>| match event {
        Event::RunStarted { work, .. } => progress.lock().unwrap().0 = work,
        Event::Progress { work, .. } => progress.lock().unwrap().1 += work,
        Event::ClaimEnded { outcome } => ended.lock().unwrap().push(id_of(outcome)),
        Event::ClaimFinished { outcome } => {
            // Whoever waits for the order may be told later, never earlier.
            assert!(ended.lock().unwrap().contains(&id_of(outcome)));
            finished.lock().unwrap().push(id_of(outcome));
        }
        Event::ClaimStarted { .. } | Event::RunFinished { .. } => {}
    };
    run_with(&claims, &options(3), &compile as &Compile<'_>, &sink).unwrap();
    assert_eq!(*finished.lock().unwrap(), ["held", "too-dear", "malformed", "violated", "dear"]);
    let (all, done) = *progress.lock().unwrap();
    // The hunts are counted, too.
    assert!(all > 40_064 && done == all, "{done} of {all}");
    // What is not run has ended at once; each claim ends once.
    let mut ended = ended.into_inner().unwrap();
    assert_eq!(ended[..2], ["too-dear", "malformed"]);
    ended.sort();
    assert_eq!(ended, ["dear", "held", "malformed", "too-dear", "violated"]);
}

#[test]
fn no_claims_are_no_failure() {
    assert!(run(&[], &options(2)).is_empty());
}

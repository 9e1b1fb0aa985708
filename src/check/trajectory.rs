//! Claims about iterates, in their plain form: the reference `step` is run in `f64`, and predicates are asked at the steps looked at.
//!
//! A run counts as one case. What a predicate did in it is the worst of its looks: a violation before anything undecided, that before anything
//! undefined, and among equals the least margin (of an identity, the greatest ratio to the floor).

use super::path::{self, Moment, follow, steps};
use super::pointwise::once_roots;
use crate::arith::lane::{Backend, Job, Lane8, Mask};
use crate::case::octet::{
    Compiled, Integers, Plans, draw, hypotheses, integers, lanes_of, looks as looks_of, looks_where,
};
use crate::case::record::{CaseRecord, Fate, Hypotheses, Look};
use crate::claim::program::{Path, Program, When};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::run::run;
use crate::lang::ir::NodeId;
use crate::sample::strata::{Filler, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// The roots of a trajectory's plan.
pub fn sections(program: &Program, path: &Path) -> Vec<Vec<NodeId>> {
    path::sections(program, path, once_roots(program), &[])
}

/// Steps that count as one evaluation.
const STEPS_AN_EVALUATION: u64 = 10;

/// Evaluations that a run of so many steps counts for.
pub fn evaluations_of(steps: u64) -> u64 {
    steps.div_ceil(STEPS_AN_EVALUATION).max(1)
}

pub struct TrajectoryRun<'a> {
    pub program: &'a Program,
    pub path: &'a Path,
    pub plans: &'a Plans,
    pub key: &'a Key,
    pub backend: Backend,
    pub cases: Range<u64>,
    pub sink: &'a mut dyn FnMut(&CaseRecord<'_>),
}

impl Job for TrajectoryRun<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, path, plans, key, backend, cases, sink } = self;
        let none = BTreeMap::new();
        let mut stream = Stream::new(key, 0);
        let mut machine = Machine::<V>::new();
        let mut filler = Filler::new();
        let predicates = program.asked.len();
        let mut looks = vec![NOT_ASKED; 8 * predicates];
        for octet in cases.start / 8..cases.end.div_ceil(8) {
            let stratum = stratum_of(octet);
            stream.seek(octet);
            looks.fill(NOT_ASKED);
            let met = match integers(program, &mut stream, stratum, &none)? {
                Integers::Empty { given } => [Hypotheses::EmptyGiven(given); 8],
                Integers::Chosen(ints) => {
                    let compiled = plans.get(program, &ints)?;
                    machine.load(&compiled.plan);
                    draw(backend, &mut stream, stratum, &compiled, &mut machine, &mut filler);
                    run(&compiled.plan, path::SETUP, &mut machine)?;
                    let met = hypotheses(&compiled, &machine);
                    let mut started: Mask = 0;
                    for (lane, h) in met.iter().enumerate() {
                        started |= Mask::from(*h == Hypotheses::Met) << lane;
                    }
                    once(program, &compiled, &machine, &mut looks);
                    let steps = steps(program, path, &ints)?;
                    let mut see = |moment: Moment, m: &Machine<V>| watch(program, &compiled, m, moment, &mut looks);
                    follow(&compiled, path, steps, &mut machine, started, &mut see)?;
                    met
                }
            };
            for lane in 0..8 {
                let index = octet * 8 + lane as u64;
                if cases.contains(&index) {
                    let met = met[lane];
                    let looks =
                        if met == Hypotheses::Met { &looks[lane * predicates..(lane + 1) * predicates] } else { &[] };
                    sink(&CaseRecord { index, stratum, hypotheses: met, looks });
                }
            }
        }
        Ok(())
    }
}

const NOT_ASKED: Look = Look { fate: Fate::OutOfBranch, margin: f64::NAN, floor: f64::NAN, at: None };

/// Predicates on the givens alone.
#[inline(always)]
fn once<V: Lane8>(program: &Program, compiled: &Compiled, m: &Machine<V>, looks: &mut [Look]) {
    let predicates = program.asked.len();
    for (p, _) in program.asked.iter().enumerate().filter(|(_, a)| a.when == When::Once) {
        for (lane, look) in looks_of(&compiled.plan, m, &compiled.asked[p]).into_iter().enumerate() {
            looks[lane * predicates + p] = look;
        }
    }
}

#[inline(always)]
fn watch<V: Lane8>(program: &Program, compiled: &Compiled, m: &Machine<V>, moment: Moment, looks: &mut [Look]) {
    let predicates = program.asked.len();
    for (p, asked) in program.asked.iter().enumerate() {
        let lanes = match asked.when {
            When::Once => continue,
            // There is nothing one step before the start.
            When::Always if asked.looks_back && moment.t == 0 => continue,
            When::Always => moment.running,
            When::Finally => moment.last,
        };
        if lanes == 0 {
            continue;
        }
        let waiting = asked.when == When::Always && !program.path.as_ref().is_none_or(|p| p.first.is_empty());
        let seen = looks_where(&compiled.plan, m, &compiled.asked[p], waiting);
        for lane in lanes_of(lanes) {
            let at = &mut looks[lane * predicates + p];
            let new = Look { at: Some(moment.t), ..seen[lane] };
            if worse(&new, at, asked.predicate.identity) {
                *at = new;
            }
        }
    }
}

/// Whether a look says more against a predicate than what is known of the run so far.
fn worse(new: &Look, old: &Look, identity: bool) -> bool {
    let rank = |look: &Look| match look.fate {
        Fate::OutOfBranch => 0,
        Fate::Unplaced => 1,
        Fate::Held => 2,
        Fate::Undefined => 3,
        Fate::OutOfRange => 4,
        Fate::WithinFloor => 5,
        Fate::Violated => 6,
    };
    let (a, b) = (rank(new), rank(old));
    if a != b {
        return a > b;
    }
    if identity && new.fate == Fate::WithinFloor {
        return new.margin.abs() * old.floor > old.margin.abs() * new.floor;
    }
    new.margin < old.margin
}

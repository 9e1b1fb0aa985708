//! A claim ready to be hunted, and what a hunt found.

use super::active::{self, Active, Approach};
use super::campaign::{Campaign, Known, Unit};
use super::contact;
use super::dimensions::{self, Ints};
use super::goal::{self, Aim, Goal, Ground};
use super::island::{Begin, search};
use super::probe::{Candidate, Probe};
use super::share;
use super::space::Space;
use crate::arith::lane::Backend;
use crate::case::point::Point;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::Claim;
use crate::claim::program::Program;
use crate::eval::analysis::Analysis;
use crate::kernel::Kernel;
use crate::sample::stream::Key;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::BTreeSet;

/// How a claim is hunted.
#[derive(Clone, Copy)]
pub struct HuntOptions<'k> {
    pub seed: u64,
    pub backend: Backend,
    /// In lanes whose exponents have no bound: where most cases leave the range of `f64`.
    pub wide: bool,
    /// Numbers that one plan may hold, of eight lanes each.
    pub max_elements: usize,
    /// What takes the steps of an iteration that names its kind.
    pub kernel: Option<&'k dyn Kernel>,
}

/// A claim with its goals. One is enough for any number of threads.
pub struct Hunter<'k> {
    program: Program,
    goals: Vec<Goal>,
    choices: Vec<Ints>,
    key: Key,
    options: HuntOptions<'k>,
}

/// What an island found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IslandResult {
    pub evaluations: u64,
    /// Of these, those that met the hypotheses.
    pub met: u64,
    pub best: Option<Candidate>,
}

/// A case that a hunt found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub point: Point,
    /// The structural integers by name.
    pub ints: Vec<(String, i64)>,
    /// In the predicate's unit, as `f64` has it, with a bound on what rounding may have done.
    pub margin: f64,
    pub floor: f64,
    /// False beyond the floor.
    pub violated: bool,
    /// The part of the predicate that is closest, in words; empty for all of it.
    pub part: String,
}

/// The least share of its allowance that a predicate leaves over.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastShare {
    pub found: Found,
    /// The claim is loose by this factor: at least 1 if it holds, infinite if nothing of the allowance is used.
    pub factor: f64,
}

/// What the hunt of a predicate found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hunt {
    pub evaluations: u64,
    /// Of these, those that met the hypotheses (and the branch hunted).
    pub met: u64,
    /// The least margin plus floor.
    pub best: Option<Found>,
    /// Where there is no violation: cases whose margin is within its floor, shortest draws first. Exact arithmetic can tell whether the claim
    /// is attained there and, if it is strict, false.
    pub contacts: Vec<Found>,
    /// The closest of each part, where there are several: the branch or conjunct in words.
    pub parts: Vec<(String, Option<Found>)>,
    pub share: Option<LeastShare>,
    /// Which hypotheses bind at the best case.
    pub active: Vec<Active>,
    /// Open ends along which the best case is still falling.
    pub approach: Vec<Approach>,
}

/// The closest case of a goal: the goal, the integers, the case.
type Closest = (usize, Ints, Candidate);

impl<'k> Hunter<'k> {
    /// `None` for a law of scaling.
    ///
    /// # Errors
    /// What is wrong with its expressions, each at its place.
    pub fn new(claim: &Claim, options: HuntOptions<'k>) -> Result<Option<Self>, Diagnostics> {
        let mut program = Program::new(claim)?;
        if program.is_statistical() {
            return Ok(None);
        }
        let goals = goal::goals(&mut program);
        program.analysis = Analysis::new(&program.graph, &BTreeSet::new());
        let choices = dimensions::choices(&program);
        Ok(Some(Self { program, goals, choices, key: Key::new(options.seed, &claim.id.0), options }))
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn goals(&self) -> &[Goal] {
        &self.goals
    }

    /// The integers that are visited, least first.
    pub fn choices(&self) -> &[Ints] {
        &self.choices
    }

    /// Runs one island; a function of the claim, the seed and the unit alone.
    pub fn island(&self, unit: &Unit) -> IslandResult {
        let Some((ground, space)) = self.ground(unit.goal, &unit.ints) else { return IslandResult::default() };
        let mut probe = Probe::new(&ground, &space, self.options, unit.evaluations);
        let predicate = self.goals[unit.goal].predicate as u64;
        let begin = Begin {
            island: unit.index.wrapping_add(predicate << 20),
            start: unit.start.as_deref().filter(|s| s.len() == space.draws),
            purpose: unit.purpose,
        };
        search(&mut probe, &self.key, &begin);
        IslandResult { evaluations: probe.spent, met: probe.met, best: probe.champion() }
    }

    /// The whole hunt of a predicate. The islands of a round run side by side; their results are taken in order.
    pub fn hunt(&self, predicate: usize, evaluations: u64, seeds: &[Point]) -> Hunt {
        let mut campaign = Campaign::new(self, predicate, evaluations, seeds);
        loop {
            let units = campaign.next_round();
            if units.is_empty() {
                return campaign.finish();
            }
            let results = units.into_par_iter().map(|unit| {
                let result = self.island(&unit);
                (unit, result)
            });
            campaign.absorb(results.collect());
        }
    }

    fn ground(&self, goal: usize, ints: &Ints) -> Option<(Ground, Space)> {
        let goal = self.goals.get(goal)?;
        let ground = Ground::new(&self.program, goal, ints, self.options.max_elements).ok()?;
        let space = Space::new(&ground.blocks, &ground.drawn);
        Some((ground, space))
    }

    /// What a goal says of a case.
    pub(super) fn judge(&self, goal: usize, point: &Point) -> Option<Candidate> {
        let (ground, space) = self.ground(goal, &point.ints)?;
        if point.draws.len() != space.draws {
            return None;
        }
        let mut probe = Probe::new(&ground, &space, self.options, u64::MAX);
        probe.put(0, &point.draws);
        probe.look(1);
        probe.champion()
    }

    pub(super) fn report(&self, predicate: usize, known: &[(usize, Known)], evaluations: u64, met: u64) -> Hunt {
        let closest = |known: &Known| {
            let (ints, candidate) = known.ranked().first().map(|(i, c)| ((*i).clone(), (*c).clone()))?;
            candidate.outcome.score.is_met().then_some((ints, candidate))
        };
        let mut parts = Vec::new();
        let (mut best, mut least): (Option<Closest>, Option<Closest>) = (None, None);
        for (index, known) in known {
            let goal = &self.goals[*index];
            let found = closest(known).map(|(ints, candidate)| (*index, ints, candidate));
            if goal.aim == Aim::Margin && !goal.part.is_empty() {
                parts.push((goal.part.clone(), found.as_ref().map(|(g, i, c)| self.found(*g, i, c))));
            }
            let slot = if goal.aim == Aim::Margin { &mut best } else { &mut least };
            if let Some(found) = found
                && slot.as_ref().is_none_or(|(_, _, known)| found.2.outcome.score.is_better(&known.outcome.score))
            {
                *slot = Some(found);
            }
        }
        let (mut active, mut approach, mut contacts) = (Vec::new(), Vec::new(), Vec::new());
        if let Some((goal, ints, candidate)) = &best
            && let Some((ground, space)) = self.ground(*goal, ints)
        {
            let mut probe = Probe::new(&ground, &space, self.options, u64::MAX);
            active = active::active(&self.program, &mut probe, &candidate.draws);
            approach = active::approach(&self.program, &mut probe, candidate);
            if !candidate.outcome.violated {
                let touching = contact::contacts(&mut probe, candidate);
                contacts = touching.iter().map(|candidate| self.found(*goal, ints, candidate)).collect();
            }
        }
        let share = least.map(|(goal, ints, candidate)| LeastShare {
            found: self.found(goal, &ints, &candidate),
            factor: share::factor(candidate.outcome.margin),
        });
        let best = best.map(|(goal, ints, candidate)| self.found(goal, &ints, &candidate));
        debug_assert!(known.iter().all(|(goal, _)| self.goals[*goal].predicate == predicate));
        Hunt { evaluations, met, best, contacts, parts, share, active, approach }
    }

    fn found(&self, goal: usize, ints: &Ints, candidate: &Candidate) -> Found {
        let name = |given: usize| self.program.givens.get(given).map_or(String::new(), |g| g.name.clone());
        Found {
            point: Point { ints: ints.clone(), draws: candidate.draws.clone() },
            ints: ints.iter().map(|(id, value)| (name(self.program.int_given(*id).given), *value)).collect(),
            margin: candidate.outcome.margin,
            floor: candidate.outcome.floor,
            violated: candidate.outcome.violated,
            part: self.goals[goal].part.clone(),
        }
    }
}

//! Which islands run: rounds of a fixed number of islands, each round started from what the ones before it found.
//!
//! A round's units are fixed before any of them runs, so they may run on any threads; results are taken in the order of the units.

use super::dimensions::{Ints, visit};
use super::goal::Aim;
use super::hunter::{Hunt, Hunter, IslandResult};
use super::island::Purpose;
use super::probe::Candidate;
use crate::case::point::Point;
use std::collections::BTreeMap;

/// Islands of a round, at most.
const ROUND: u64 = 8;
/// Rounds that a budget is divided into, about.
const ROUNDS: u64 = 5;
/// Evaluations of an island.
const ISLAND: (u64, u64) = (400, 8_000);
/// The part of the budget that is kept for the last digits.
const FINISH: u64 = 8;
/// The first islands of a goal see more and more integers; from here on every other one goes on where the least was met.
const SETTLED: u64 = 4;

/// One island: what it hunts, where, and from what.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub goal: usize,
    /// Its number among the islands of the campaign's predicate.
    pub index: u64,
    pub ints: Ints,
    pub start: Option<Vec<f64>>,
    pub purpose: Purpose,
    pub evaluations: u64,
}

/// What is known of a goal.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Islands so far.
    islands: u64,
    /// The best case of each choice of integers.
    pub best: BTreeMap<Ints, Candidate>,
}

impl Known {
    /// The integers of the best cases, best first.
    pub fn ranked(&self) -> Vec<(&Ints, &Candidate)> {
        let mut ranked: Vec<_> = self.best.iter().collect();
        ranked.sort_by(|a, b| a.1.outcome.score.compare(&b.1.outcome.score));
        ranked
    }

    fn is_violated(&self) -> bool {
        self.best.values().any(|c| c.outcome.violated)
    }

    fn see(&mut self, ints: &Ints, candidate: Candidate) {
        let known = self.best.get(ints);
        if known.is_none_or(|known| candidate.outcome.score.is_better(&known.outcome.score)) {
            self.best.insert(ints.clone(), candidate);
        }
    }
}

/// The hunt of one predicate, round by round.
pub struct Campaign<'h> {
    hunter: &'h Hunter<'h>,
    predicate: usize,
    /// The goals of the predicate and what is known of each.
    known: Vec<(usize, Known)>,
    islands: u64,
    /// Islands of a round.
    round: u64,
    an_island: u64,
    left: u64,
    /// Kept for the last digits of each goal; taken once.
    finish: u64,
    spent: u64,
    met: u64,
}

impl<'h> Campaign<'h> {
    /// `seeds` are cases to start from: the closest of the random phase.
    pub fn new(hunter: &'h Hunter<'h>, predicate: usize, evaluations: u64, seeds: &[Point]) -> Self {
        let goals = hunter.goals().iter().enumerate().filter(|(_, g)| g.predicate == predicate);
        let known: Vec<(usize, Known)> = goals.map(|(goal, _)| (goal, Known::default())).collect();
        let mut campaign = Self {
            hunter,
            predicate,
            known,
            islands: 0,
            // A budget too small for a round of the least islands has fewer of them, and is kept.
            round: (evaluations / ISLAND.0).clamp(1, ROUND),
            an_island: (evaluations / (ROUND * ROUNDS)).clamp(ISLAND.0.min(evaluations.max(1)), ISLAND.1),
            left: evaluations - evaluations / FINISH,
            finish: evaluations / FINISH,
            spent: 0,
            met: 0,
        };
        for (goal, known) in &mut campaign.known {
            for seed in seeds {
                if let Some(candidate) = hunter.judge(*goal, seed) {
                    known.see(&seed.ints, candidate);
                }
            }
        }
        campaign
    }

    /// The islands of the next round; none when the hunt is over.
    pub fn next_round(&mut self) -> Vec<Unit> {
        let mut units = Vec::new();
        let open = |campaign: &Self, aim: Aim| -> Vec<usize> {
            let known = campaign.known.iter().enumerate();
            let open =
                known.filter(|(_, (goal, known))| campaign.hunter.goals()[*goal].aim == aim && !known.is_violated());
            open.map(|(place, _)| place).collect()
        };
        let (margins, shares) = (open(self, Aim::Margin), open(self, Aim::Share));
        if margins.is_empty() || self.hunter.choices().is_empty() {
            return units;
        }
        if self.left == 0 {
            return self.last_digits();
        }
        for slot in 0..self.round {
            let first = self.islands;
            // A quarter of the islands hunts for shares.
            let from = if slot % 4 == 3 && !shares.is_empty() { &shares } else { &margins };
            let turn = if slot % 4 == 3 { first / 4 } else { first - first / 4 };
            let place = from[(turn % from.len() as u64) as usize];
            units.push(self.unit(place));
        }
        units
    }

    fn unit(&mut self, place: usize) -> Unit {
        let (goal, known) = &self.known[place];
        let (goal, k) = (*goal, known.islands);
        let aim = self.hunter.goals()[goal].aim;
        let choices = self.hunter.choices();
        let ranked = known.ranked();
        let goes_on = k >= SETTLED && k.is_multiple_of(2) || (choices.len() == 1 && k % 2 == 1);
        let (ints, start) = match ranked.as_slice() {
            [] => (choices[visit(k, choices.len())].clone(), None),
            ranked if goes_on => {
                // The best, the best, the second best.
                let place = if k % 6 == 4 { 1.min(ranked.len() - 1) } else { 0 };
                (ranked[place].0.clone(), Some(ranked[place].1.draws.clone()))
            }
            _ => {
                let visited = if k < SETTLED { k } else { SETTLED + (k - SETTLED) / 2 };
                let ints = choices[visit(visited, choices.len())].clone();
                // Where only shares are hunted, the closest case is a good start.
                let start = if aim == Aim::Share { self.closest(&ints) } else { None };
                (ints, start)
            }
        };
        let purpose = if k == 0 && aim == Aim::Margin { Purpose::Exhaust } else { Purpose::Search };
        let unit = Unit { goal, index: self.islands, ints, start, purpose, evaluations: self.an_island };
        self.known[place].1.islands += 1;
        self.islands += 1;
        unit
    }

    /// One island for each goal that goes on from its best case.
    fn last_digits(&mut self) -> Vec<Unit> {
        let finish = std::mem::take(&mut self.finish);
        let open: Vec<(usize, Ints, Vec<f64>)> = self
            .known
            .iter()
            .filter(|(_, known)| finish > 0 && !known.is_violated())
            .filter_map(|(goal, known)| {
                let (ints, best) = known.ranked().first().map(|(i, c)| ((*i).clone(), c.draws.clone()))?;
                Some((*goal, ints, best))
            })
            .collect();
        let evaluations = (finish / (open.len() as u64).max(1)).max(1);
        let units = open.into_iter().zip(self.islands..).map(|((goal, ints, best), index)| Unit {
            goal,
            index,
            ints,
            start: Some(best),
            purpose: Purpose::Finish,
            evaluations,
        });
        units.collect()
    }

    /// The closest case of the predicate with these integers.
    fn closest(&self, ints: &Ints) -> Option<Vec<f64>> {
        let margins = self.known.iter().filter(|(goal, _)| self.hunter.goals()[*goal].aim == Aim::Margin);
        let cases = margins.filter_map(|(_, known)| known.best.get(ints));
        cases.min_by(|a, b| a.outcome.score.compare(&b.outcome.score)).map(|c| c.draws.clone())
    }

    /// Takes the results of a round's units, in their order.
    pub fn absorb(&mut self, results: Vec<(Unit, IslandResult)>) {
        for (unit, result) in results {
            self.spent = self.spent.saturating_add(result.evaluations);
            self.met = self.met.saturating_add(result.met);
            // An island that found nothing to search still takes a part of the budget, so that a hunt ends.
            self.left = self.left.saturating_sub(result.evaluations.max(unit.evaluations / 4).max(1));
            if let (Some(candidate), Some((_, known))) =
                (result.best, self.known.iter_mut().find(|(goal, _)| *goal == unit.goal))
            {
                known.see(&unit.ints, candidate);
            }
        }
    }

    /// What was found.
    pub fn finish(self) -> Hunt {
        self.hunter.report(self.predicate, &self.known, self.spent, self.met)
    }
}

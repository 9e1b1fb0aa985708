//! The eyes of a search: candidates in, outcomes out, the best kept, the budget counted.

use super::goal::{Ground, NOTHING, Outcome};
use super::hunter::HuntOptions;
use super::space::Space;
use crate::arith::lane::Backend;
use crate::case::evaluate::{Readings, Runner, runner};
use crate::eval::compile::PlanError;
use crate::kernel::Kernel;
use crate::sample::strata::{Filler, Lanes, Stratum};
use crate::sample::stream::Stream;

/// Multiplications that count as one evaluation, as in the random phase.
const WORK_AN_EVALUATION: u64 = 100_000;
/// Once a violation is found, a search goes on for this part of what it has spent, and this much at least, to find a larger one.
const GRACE: (u64, u64) = (4, 256);

/// A case and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub draws: Vec<f64>,
    pub outcome: Outcome,
}

pub struct Probe<'a> {
    pub ground: &'a Ground,
    pub space: &'a Space,
    pub backend: Backend,
    machine: Box<dyn Runner>,
    kernel: Option<&'a dyn Kernel>,
    /// The eight candidates to be looked at next.
    pub lanes: Vec<Lanes>,
    pub best: Candidate,
    /// The best of earlier starts.
    champion: Option<Candidate>,
    found: bool,
    /// What an evaluation counts for.
    pub cost: u64,
    /// Spent so far, and what may be.
    pub spent: u64,
    pub limit: u64,
    /// Candidates that met the hypotheses.
    pub met: u64,
    failed: Option<PlanError>,
}

impl<'a> Probe<'a> {
    pub fn new(ground: &'a Ground, space: &'a Space, options: HuntOptions<'a>, limit: u64) -> Self {
        let HuntOptions { backend, wide, kernel, .. } = options;
        let mut machine = runner(backend, wide);
        machine.load(&ground.plan);
        Self {
            ground,
            space,
            backend,
            machine,
            // States of unbounded exponents are beyond it.
            kernel: kernel.filter(|_| !wide),
            lanes: vec![Lanes::default(); space.draws],
            best: Candidate { draws: vec![0.0; space.draws], outcome: NOTHING },
            champion: None,
            found: false,
            // A run of an iteration is what its budget counts.
            cost: if ground.is_path() { 1 } else { 1 + ground.plan.work / WORK_AN_EVALUATION },
            spent: 0,
            limit,
            met: 0,
            failed: None,
        }
    }

    pub fn readings(&self) -> &dyn Readings {
        self.machine.readings()
    }

    /// Looks at the first `count` lanes.
    pub fn look(&mut self, count: usize) -> [Outcome; 8] {
        self.spent = self.spent.saturating_add(self.cost.saturating_mul(count as u64));
        if let Err(error) = self.machine.run(&self.ground.plan, &self.ground.drawn, &self.lanes) {
            self.failed = Some(error);
            return [NOTHING; 8];
        }
        let mut outcomes = match self.ground.outcomes(&mut *self.machine, self.kernel) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.failed = Some(error);
                return [NOTHING; 8];
            }
        };
        outcomes[count..].fill(NOTHING);
        for (lane, outcome) in outcomes.iter().enumerate().take(count) {
            self.met += u64::from(outcome.score.is_met());
            if outcome.score.is_better(&self.best.outcome.score) {
                if outcome.violated && !self.found {
                    self.found = true;
                    let grace = (self.spent / GRACE.0).max(GRACE.1.saturating_mul(self.cost));
                    self.limit = self.limit.min(self.spent.saturating_add(grace));
                }
                self.best.outcome = *outcome;
                self.take(lane);
            }
        }
        outcomes
    }

    fn take(&mut self, lane: usize) {
        for (draw, lanes) in self.best.draws.iter_mut().zip(&self.lanes) {
            *draw = lanes.0[lane];
        }
    }

    /// Forgets the best point for the sake of a fresh start; it still counts.
    pub fn restart(&mut self) {
        let draws = vec![0.0; self.space.draws];
        let best = std::mem::replace(&mut self.best, Candidate { draws, outcome: NOTHING });
        let kept = self.champion.take().filter(|c| !best.outcome.score.is_better(&c.outcome.score));
        self.champion = Some(kept.unwrap_or(best));
    }

    /// Goes on from the best point of all.
    pub fn resume(&mut self) {
        self.restart();
        if let Some(champion) = &self.champion {
            self.best = champion.clone();
        }
    }

    /// The best point of all, if there is one that has an outcome.
    pub fn champion(mut self) -> Option<Candidate> {
        self.restart();
        self.champion.filter(|c| !c.outcome.score.is_nothing())
    }

    /// Puts a case into a lane.
    pub fn put(&mut self, lane: usize, draws: &[f64]) {
        for (lanes, draw) in self.lanes.iter_mut().zip(draws) {
            lanes.0[lane] = *draw;
        }
    }

    /// Fills the lanes as a stratum does.
    pub fn fill(&mut self, filler: &mut Filler, stream: &mut Stream, stratum: Stratum) {
        let draws = self.machine.fill(filler, stream, stratum, &self.ground.blocks);
        self.lanes.copy_from_slice(draws);
    }

    pub fn is_done(&self) -> bool {
        self.spent >= self.limit || self.failed.is_some()
    }
}

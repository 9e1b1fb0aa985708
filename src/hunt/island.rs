//! One unit of a hunt: a search from its own block of random cases, with its own random numbers.
//!
//! An island goes round: start, structures, moves, evolution, polish; and again from a fresh block of random cases or from its best so far, until its
//! evaluations are spent. Islands with odd numbers let the evolution go first, the others the moves.

use super::evolve::evolve;
use super::moves::sweep;
use super::polish::polish;
use super::probe::{Candidate, Probe};
use super::random::Random;
use super::structure::Structures;
use crate::sample::strata::{Filler, small_cases, stratum_of};
use crate::sample::stream::{Key, Stream};

/// Octets of islands, far from those of the random phase.
const OCTETS: u64 = 1 << 40;
/// Octets that an island may use.
const OCTETS_AN_ISLAND: u64 = 1 << 12;
/// Octets of a random block: a round of strata.
const BLOCK: u64 = 16;

/// What an island is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Goes through the small values one by one, then searches.
    Exhaust,
    Search,
    /// The last digits of the case that it starts from.
    Finish,
}

/// How an island begins.
pub struct Begin<'a> {
    /// Its number among all islands of the claim.
    pub island: u64,
    /// A case to start from.
    pub start: Option<&'a [f64]>,
    pub purpose: Purpose,
}

/// Searches until the probe's budget is spent.
pub fn search(probe: &mut Probe<'_>, key: &Key, begin: &Begin<'_>) {
    let mut random = Random::new(key, begin.island);
    let mut blocks = Blocks {
        stream: Stream::new(key, 0),
        filler: Filler::new(),
        next: OCTETS + begin.island.wrapping_mul(OCTETS_AN_ISLAND),
    };
    if begin.purpose == Purpose::Exhaust {
        blocks.exhaust(probe);
    }
    if let Some(start) = begin.start {
        probe.put(0, start);
        probe.look(1);
    }
    if begin.purpose == Purpose::Finish {
        return finish(probe, &mut random);
    }
    let limit = probe.limit;
    let some =
        |part: u64, probe: &Probe<'_>| probe.spent.saturating_add((limit / part).max(probe.cost.saturating_mul(64)));
    let mut structures = Structures::new(probe.space, limit);
    let mut turn: u64 = 0;
    while !probe.is_done() {
        let fresh = begin.start.is_none() && turn == 0 || turn % 2 == 1;
        if fresh && turn > 0 {
            probe.restart();
            structures.restart();
        } else if turn > 0 {
            probe.resume();
        }
        if fresh || begin.start.is_none() {
            let until = some(6, probe);
            blocks.block(probe, until);
        }
        if probe.space.coordinates.is_empty() {
            return;
        }
        structures.look(probe, &mut random);
        let sigma = [0.3, 0.1, 0.5, 0.03][((turn + begin.island) % 4) as usize];
        let moves_first = (begin.island + turn).is_multiple_of(2);
        let start = probe.best.clone();
        if moves_first {
            let until = some(5, probe);
            sweep(probe, &mut random, until);
        }
        let from: Candidate = if moves_first { probe.best.clone() } else { start };
        let until = some(2, probe);
        evolve(probe, &mut random, &from.draws, sigma, until);
        let until = some(8, probe);
        polish(probe, &mut random, 0.01, until);
        structures.look(probe, &mut random);
        let until = some(5, probe);
        if sweep(probe, &mut random, until) {
            let until = some(6, probe);
            polish(probe, &mut random, 0.01, until);
        }
        turn += 1;
    }
}

/// Polish and narrow evolutions in turn, as long as they improve anything.
fn finish(probe: &mut Probe<'_>, random: &mut Random) {
    for sigma in [1e-3, 1e-2, 1e-4, 1e-1, 1e-5] {
        let limit = probe.limit;
        polish(probe, random, sigma, limit);
        let (start, until) = (probe.best.draws.clone(), probe.spent.saturating_add(limit / 4));
        evolve(probe, random, &start, sigma, until);
        if probe.is_done() || probe.space.coordinates.is_empty() {
            return;
        }
    }
}

struct Blocks {
    stream: Stream,
    filler: Filler,
    next: u64,
}

impl Blocks {
    /// Random cases of every stratum.
    fn block(&mut self, probe: &mut Probe<'_>, until: u64) {
        for _ in 0..BLOCK {
            if probe.is_done() || probe.spent >= until {
                return;
            }
            self.octet(probe, self.next);
            self.next += 1;
        }
    }

    /// The small values of all draws, as far as they last.
    fn exhaust(&mut self, probe: &mut Probe<'_>) {
        let Some(cases) = small_cases(&probe.ground.blocks) else { return };
        let until = probe.limit / 2;
        for turn in 0..cases.div_ceil(8) {
            if probe.is_done() || probe.spent >= until {
                return;
            }
            self.octet(probe, turn.saturating_mul(BLOCK));
        }
    }

    fn octet(&mut self, probe: &mut Probe<'_>, octet: u64) {
        self.stream.seek(octet);
        probe.fill(&mut self.filler, &mut self.stream, stratum_of(octet));
        probe.look(8);
    }
}

//! Short cases at which a margin may be exactly zero.
//!
//! Where a smooth margin touches zero, `f64` sees nothing nearer than the square root of its precision: the best case is about 1e-8 off, and
//! what exact arithmetic says of it is not what it says of the point of contact. A contact is mostly at short numbers, so draws are rounded to
//! more and more bits, and the cases that stay within the rounding floor are handed on.

use super::probe::{Candidate, Probe};
use super::space::Kind;

/// Bits behind the point that draws are rounded to, at most.
const MOST_BITS: i32 = 24;
/// Cases that are handed on.
const MOST: usize = 4;
/// A margin this small may be a contact that was not met to the last digit.
const SMALL: f64 = 1e-6;

/// Cases near the best one whose margin is within the floor, shortest draws first, and the best one itself if its margin is.
pub fn contacts(probe: &mut Probe<'_>, best: &Candidate) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    if best.outcome.margin > SMALL + best.outcome.floor {
        return found;
    }
    let mut rounded: Vec<Vec<f64>> = Vec::new();
    for bits in 0..=MOST_BITS {
        let draws = rounded_to(probe, &best.draws, f64::from(1 << bits));
        if rounded.last() != Some(&draws) {
            rounded.push(draws);
        }
    }
    rounded.push(best.draws.clone());
    for eight in rounded.chunks(8) {
        for (lane, draws) in eight.iter().enumerate() {
            probe.put(lane, draws);
        }
        let outcomes = probe.look(eight.len());
        for (draws, outcome) in eight.iter().zip(outcomes) {
            if outcome.score.is_met() && outcome.margin <= outcome.floor && found.len() < MOST {
                found.push(Candidate { draws: draws.clone(), outcome });
            }
        }
    }
    found
}

/// All draws on a grid; reflectors, whose length is free, relative to their largest entry.
fn rounded_to(probe: &Probe<'_>, draws: &[f64], steps: f64) -> Vec<f64> {
    let space = probe.space;
    let mut rounded = draws.to_vec();
    let on_grid = |x: f64| (x * steps).round_ties_even() / steps;
    for c in &space.coordinates {
        let x = draws[c.at];
        rounded[c.at] = match c.kind {
            Kind::Unit { lo_open, hi_open, .. } => {
                let y = on_grid(x);
                // An open end stays open.
                if (lo_open && y <= 0.0) || (hi_open && y >= 1.0) { x } else { y }
            }
            Kind::Normal => on_grid(x),
            Kind::Reflector => {
                let block = &space.blocks[c.block];
                let column = (c.at - block.start) % block.cols;
                let entries = (column..block.rows).map(|i| draws[block.start + i * block.cols + column].abs());
                let most = entries.fold(0.0, f64::max);
                if most > 0.0 { on_grid(x / most) } else { x }
            }
            Kind::Fraction | Kind::Order | Kind::Sign => x,
        };
    }
    rounded
}

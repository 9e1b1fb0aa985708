//! The last digits: each coordinate alone, and blocks together, by steps that shrink where nothing improves.
//!
//! A pattern search (R. Hooke and T. A. Jeeves, 1961), four directions both ways at a time. It starts from draws, not from coordinates, so what
//! it does not move keeps its exact value: ends, equal entries, zeros.

use super::probe::Probe;
use super::random::Random;
use super::space::{self, Kind};

/// Steps end here; those of normals and reflectors are relative to their size.
const LAST: f64 = 1e-12;

/// What moves together.
#[derive(Clone, Debug)]
enum Direction {
    One(usize),
    /// All of a block the same way.
    All(usize),
    /// Entries of a block that are equal, the same way.
    Equal(usize),
}

/// Improves the best point until `until` is spent or the steps are as short as they get.
pub fn polish(probe: &mut Probe<'_>, random: &mut Random, first: f64, until: u64) {
    let space = probe.space;
    let mut directions: Vec<(Direction, f64)> = (0..space.coordinates.len())
        .filter(|c| space.coordinates[*c].kind != Kind::Sign)
        .map(|c| (Direction::One(c), first))
        .collect();
    for (b, block) in space.blocks.iter().enumerate() {
        if block.coordinates.len() > 1 && matches!(space.coordinates[block.coordinates.start].kind, Kind::Unit { .. }) {
            directions.push((Direction::All(b), first));
            directions.extend(block.coordinates.clone().map(|c| (Direction::Equal(c), first)));
        }
    }
    let mut order: Vec<usize> = (0..directions.len()).collect();
    let mut moved = Vec::new();
    while !probe.is_done() && probe.spent < until && directions.iter().any(|d| d.1 > LAST) {
        random.shuffle(&mut order);
        let open: Vec<usize> = order.iter().copied().filter(|d| directions[*d].1 > LAST).collect();
        for four in open.chunks(4) {
            if probe.is_done() || probe.spent >= until {
                return;
            }
            let base = probe.best.clone();
            for (k, &d) in four.iter().enumerate() {
                for (side, sign) in [1.0, -1.0].into_iter().enumerate() {
                    let lane = 2 * k + side;
                    moved.clone_from(&base.draws);
                    step(probe, &directions[d].0, sign * directions[d].1, &mut moved);
                    probe.put(lane, &moved);
                    probe.space.settle(&mut probe.lanes, lane);
                }
            }
            let outcomes = probe.look(2 * four.len());
            for (k, &d) in four.iter().enumerate() {
                // A direction in which nothing changes is not looked at again.
                if outcomes[2 * k] == base.outcome && outcomes[2 * k + 1] == base.outcome {
                    directions[d].1 = 0.0;
                    continue;
                }
                let better = outcomes[2 * k].score.is_better(&base.outcome.score)
                    || outcomes[2 * k + 1].score.is_better(&base.outcome.score);
                directions[d].1 = if better { (directions[d].1 * 2.0).min(1.0) } else { directions[d].1 / 4.0 };
            }
        }
    }
}

fn step(probe: &Probe<'_>, direction: &Direction, by: f64, draws: &mut [f64]) {
    let space = probe.space;
    match direction {
        Direction::One(c) => shift(probe, *c, by, draws),
        Direction::All(b) => space.blocks[*b].coordinates.clone().for_each(|c| shift(probe, c, by, draws)),
        Direction::Equal(c) => {
            let value = draws[space.coordinates[*c].at];
            for other in space.blocks[space.coordinates[*c].block].coordinates.clone() {
                if draws[space.coordinates[other].at] == value {
                    shift(probe, other, by, draws);
                }
            }
        }
    }
}

/// Moves one draw; normals and reflectors relative to their size.
fn shift(probe: &Probe<'_>, c: usize, by: f64, draws: &mut [f64]) {
    let coordinate = probe.space.coordinates[c];
    let draw = &mut draws[coordinate.at];
    let by = match coordinate.kind {
        Kind::Normal | Kind::Reflector => by * draw.abs().max(1.0),
        // Near zero, where numbers are dense, steps are as short as they need be.
        _ => by,
    };
    *draw = space::decode(coordinate.kind, space::encode(coordinate.kind, *draw) + by);
}

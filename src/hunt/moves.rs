//! The habit that optimisers lack: zeros, ones, ends, equal values, shared rotations, tried first.
//!
//! A sweep tries every such move of the best point in a random order, eight side by side, and takes the best of each eight that improves.

use super::probe::Probe;
use super::random::Random;
use super::space::{Block, Kind};
use crate::sample::draws::Role;

/// A change of a case, by coordinate or by block.
#[derive(Clone, Copy, Debug)]
enum Move {
    Set(usize, f64),
    Copy {
        to: usize,
        from: usize,
    },
    Scale(usize, f64),
    Swap(usize, usize),
    Two(usize, f64, usize, f64),
    /// All of a block to one value.
    Fill(usize, f64),
    /// Column of reflectors to zero.
    Clear {
        block: usize,
        column: usize,
    },
    /// A reflector that turns the first axis of its rows towards another by an eighth or a quarter turn.
    Turn {
        block: usize,
        column: usize,
        row: usize,
    },
    CopyBlock {
        to: usize,
        from: usize,
    },
    Reverse(usize),
    Sort(usize, bool),
    /// All of a block but one entry to one value.
    AllBut(usize, usize, f64),
}

/// Coordinates that one sweep looks at, drawn afresh where there are more.
const MOST_COORDINATES: usize = 400;
/// Pairs of ends that are tried at a time.
const PAIRS: usize = 64;

/// One sweep over the moves, until `until` is spent; whether anything improved.
pub fn sweep(probe: &mut Probe<'_>, random: &mut Random, until: u64) -> bool {
    let mut moves = moves(probe, random);
    random.shuffle(&mut moves);
    let before = probe.best.outcome.score;
    let (mut draws, mut moved) = (Vec::new(), Vec::new());
    for eight in moves.chunks(8) {
        if probe.is_done() || probe.spent >= until {
            break;
        }
        draws.clone_from(&probe.best.draws);
        for (lane, m) in eight.iter().enumerate() {
            moved.clone_from(&draws);
            apply(probe, *m, &mut moved);
            probe.put(lane, &moved);
            probe.space.settle(&mut probe.lanes, lane);
        }
        probe.look(eight.len());
    }
    probe.best.outcome.score.is_better(&before)
}

/// The values of a coordinate that are tried.
pub fn values(kind: Kind) -> &'static [f64] {
    const NEAR: f64 = 1.0 / 1_048_576.0;
    const LAST: f64 = 1.0 - 1.0 / 4_294_967_296.0;
    match kind {
        Kind::Unit { lo_open: false, hi_open: false, .. } => &[0.0, 1.0, 0.5, 0.25, 0.75, NEAR, 1.0 - NEAR],
        Kind::Unit { lo_open: true, hi_open: false, .. } => &[NEAR, 1.0 / 1024.0, 1.0, 0.5, 0.25, 0.75],
        Kind::Unit { lo_open: false, hi_open: true, .. } => &[0.0, 1.0 - NEAR, 1.0 - 1.0 / 1024.0, 0.5, 0.25, 0.75],
        Kind::Unit { lo_open: true, hi_open: true, .. } => {
            &[NEAR, 1.0 / 1024.0, 1.0 - NEAR, 1.0 - 1.0 / 1024.0, 0.5, 0.25, 0.75]
        }
        Kind::Fraction => &[0.0, 0.25, 0.5, 0.75, LAST],
        Kind::Order => &[0.0, 0.5, LAST],
        Kind::Normal | Kind::Reflector => &[0.0, 1.0, -1.0],
        Kind::Sign => &[0.0, 1.0],
    }
}

fn moves(probe: &Probe<'_>, random: &mut Random) -> Vec<Move> {
    let space = probe.space;
    let mut moves = Vec::new();
    let count = space.coordinates.len();
    let looked_at: Vec<usize> = if count <= MOST_COORDINATES {
        (0..count).collect()
    } else {
        (0..MOST_COORDINATES).map(|_| random.below(count)).collect()
    };
    for c in looked_at {
        let coordinate = space.coordinates[c];
        let block = &space.blocks[coordinate.block];
        moves.extend(values(coordinate.kind).iter().map(|&v| Move::Set(c, v)));
        if c > block.coordinates.start {
            moves.push(Move::Copy { to: c, from: c - 1 });
            moves.push(Move::Copy { to: c - 1, from: c });
            moves.push(Move::Swap(c, c - 1));
            if c > block.coordinates.start + 1 {
                moves.push(Move::Copy { to: c, from: block.coordinates.start });
            }
        }
        if matches!(coordinate.kind, Kind::Normal | Kind::Reflector) {
            moves.extend([-1.0, 2.0, 0.5, 32.0, 1.0 / 32.0].map(|s| Move::Scale(c, s)));
        }
    }
    for (b, block) in space.blocks.iter().enumerate() {
        let Some(first) = space.coordinates.get(block.coordinates.start).filter(|_| block.coordinates.len() > 1) else {
            continue;
        };
        moves.extend(values(first.kind).iter().map(|&v| Move::Fill(b, v)));
        if let Some(from) = (0..b).rev().find(|&a| alike(&space.blocks[a], block)) {
            moves.push(Move::CopyBlock { to: b, from });
            moves.push(Move::CopyBlock { to: from, from: b });
        }
        match block.role {
            Role::Reflector => {
                for column in 0..block.cols.min(block.rows).min(33) {
                    moves.push(Move::Clear { block: b, column });
                    moves.extend((column + 1..block.rows.min(column + 33)).map(|row| Move::Turn {
                        block: b,
                        column,
                        row,
                    }));
                }
            }
            Role::Unit { .. } => {
                moves.extend([Move::Reverse(b), Move::Sort(b, true), Move::Sort(b, false)]);
                for c in block.coordinates.clone().take(MOST_COORDINATES) {
                    let ends = &values(first.kind)[..values(first.kind).len().min(3)];
                    moves.extend(ends.iter().map(|&v| Move::AllBut(b, c, v)));
                }
            }
            _ => {}
        }
    }
    for _ in 0..if count > 1 { PAIRS.min(count * count) } else { 0 } {
        let (a, b) = (random.below(count), random.below(count));
        let value = |random: &mut Random, c: usize| {
            let values = values(space.coordinates[c].kind);
            values[random.below(values.len())]
        };
        moves.push(Move::Two(a, value(random, a), b, value(random, b)));
    }
    moves
}

/// Whether one block can take the values of another.
fn alike(a: &Block, b: &Block) -> bool {
    (a.role, a.rows, a.cols) == (b.role, b.rows, b.cols)
}

fn apply(probe: &Probe<'_>, m: Move, draws: &mut [f64]) {
    let space = probe.space;
    let at = |c: usize| space.coordinates[c].at;
    match m {
        Move::Set(c, v) => draws[at(c)] = v,
        Move::Copy { to, from } => draws[at(to)] = draws[at(from)],
        Move::Scale(c, s) => draws[at(c)] *= s,
        Move::Swap(a, b) => draws.swap(at(a), at(b)),
        Move::Two(a, v, b, w) => {
            draws[at(a)] = v;
            draws[at(b)] = w;
        }
        Move::Fill(b, v) => space.blocks[b].coordinates.clone().for_each(|c| draws[at(c)] = v),
        Move::Clear { block, column } => {
            let block = &space.blocks[block];
            (column..block.rows).for_each(|i| draws[block.start + i * block.cols + column] = 0.0);
        }
        Move::Turn { block, column, row } => {
            let block = &space.blocks[block];
            for i in column..block.rows {
                let entry = if i == column || i == row { 1.0 } else { 0.0 };
                draws[block.start + i * block.cols + column] = entry;
            }
        }
        Move::CopyBlock { to, from } => {
            let (from, to) = (&space.blocks[from], &space.blocks[to]);
            draws.copy_within(from.start..from.start + from.rows * from.cols, to.start);
        }
        Move::Reverse(b) => {
            let range = space.blocks[b].coordinates.clone();
            let (mut i, mut j) = (range.start, range.end - 1);
            while i < j {
                draws.swap(at(i), at(j));
                (i, j) = (i + 1, j - 1);
            }
        }
        Move::Sort(b, down) => {
            let range = space.blocks[b].coordinates.clone();
            let mut column: Vec<f64> = range.clone().map(|c| draws[at(c)]).collect();
            column.sort_by(|x, y| if down { y.total_cmp(x) } else { x.total_cmp(y) });
            range.zip(column).for_each(|(c, v)| draws[at(c)] = v);
        }
        Move::AllBut(b, kept, v) => {
            space.blocks[b].coordinates.clone().filter(|c| *c != kept).for_each(|c| draws[at(c)] = v);
        }
    }
}

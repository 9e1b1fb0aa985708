//! Which hypotheses bind at the worst case, in words, and which open ends it is still falling towards.

use super::goal::Source;
use super::probe::{Candidate, Probe};
use super::space::{Block, Kind, Space};
use crate::claim::program::Program;
use std::fmt;

/// A draw this near to an end is at it.
const NEAR: f64 = 1.0 / 1024.0;
/// A hypothesis with a margin below this, in the size of its terms, binds.
const BINDS: f64 = 1.0 / 1024.0;
/// How near to an open end an approach is followed, in steps of [`STEP`] octaves.
const FURTHEST: i32 = 48;
const STEP: i32 = 4;

/// An end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Lower,
    Upper,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            End::Lower => "lower",
            End::Upper => "upper",
        })
    }
}

/// Which numbers of a given are at an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// It is one number.
    Itself,
    All,
    /// Of a spectrum: the least, the greatest, and how many of how many there are.
    Least(usize, usize),
    Greatest(usize, usize),
    /// Of a column: these, from one.
    Entries(Vec<usize>),
}

/// A hypothesis that binds.
#[derive(Clone, Debug, PartialEq)]
pub enum Active {
    /// Numbers of a given at an end of their interval; `exactly`, or only near it.
    At { given: usize, name: String, end: End, which: Which, exactly: bool },
    /// An `[assume]` that is all but an equality.
    Assume { index: usize, name: String, margin: f64 },
    /// What a given needs to have a value, all but an equality.
    Given { given: usize, name: String, margin: f64 },
    /// The condition of the predicate or of its branch.
    Condition { margin: f64 },
}

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Active::At { name, end, which, exactly, .. } => {
                match which {
                    Which::Itself => write!(f, "{name}")?,
                    Which::All => write!(f, "all of {name}")?,
                    Which::Least(1, _) => write!(f, "the least of {name}")?,
                    Which::Least(count, of) => write!(f, "the {count} least of {of} of {name}")?,
                    Which::Greatest(1, _) => write!(f, "the greatest of {name}")?,
                    Which::Greatest(count, of) => write!(f, "the {count} greatest of {of} of {name}")?,
                    Which::Entries(entries) => {
                        let entries: Vec<String> = entries.iter().map(usize::to_string).collect();
                        write!(f, "{} of {name}", entries.join(", "))?;
                    }
                }
                write!(f, " {} the {end} end", if *exactly { "at" } else { "near" })
            }
            Active::Assume { name, .. } => write!(f, "{name} all but an equality"),
            Active::Given { name, .. } => write!(f, "the range of {name} all but empty"),
            Active::Condition { .. } => f.write_str("the condition all but an equality"),
        }
    }
}

/// An open end that the worst case is still falling towards: the given, and the margins met on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Approach {
    pub given: usize,
    pub name: String,
    pub end: End,
    /// Distance of the draws from the end, and the margin there; the distance shrinks.
    pub path: Vec<(f64, f64)>,
}

fn name_of(program: &Program, given: usize) -> String {
    program.givens.get(given).map_or(String::new(), |g| g.name.clone())
}

/// What binds at a case.
pub fn active(program: &Program, probe: &mut Probe<'_>, draws: &[f64]) -> Vec<Active> {
    let mut found = Vec::new();
    let space = probe.space;
    for block in &space.blocks {
        let given = program.samples.blocks[block.number].given;
        for end in [End::Lower, End::Upper] {
            let near = at_end(space, block, draws, end);
            let len = block.coordinates.len();
            if near.is_empty() {
                continue;
            }
            let which = match near.len() {
                _ if len == 1 => Which::Itself,
                count if count == len => Which::All,
                count if block.is_spectrum() && end == End::Lower => Which::Least(count, len),
                count if block.is_spectrum() => Which::Greatest(count, len),
                _ => Which::Entries(near.iter().map(|c| c - block.coordinates.start + 1).collect()),
            };
            let exactly = near.iter().all(|c| distance(draws[space.coordinates[*c].at], end) == 0.0);
            found.push(Active::At { given, name: name_of(program, given), end, which, exactly });
        }
    }
    probe.put(0, draws);
    probe.look(1);
    for (source, margin) in probe.ground.constraint_margins(probe.readings()) {
        let Some(margin) = margin.filter(|m| m.abs() < BINDS) else { continue };
        match source {
            Source::Assume(index) => {
                let name = program.assume.get(index).map_or(String::new(), |a| a.name.clone());
                found.push(Active::Assume { index, name, margin });
            }
            Source::Given(given) => found.push(Active::Given { given, name: name_of(program, given), margin }),
            Source::Branch => found.push(Active::Condition { margin }),
            Source::Allowance | Source::Path(_) => {}
        }
    }
    found
}

/// Distance of a draw from an end.
fn distance(draw: f64, end: End) -> f64 {
    if end == End::Lower { draw } else { 1.0 - draw }
}

/// Coordinates of a block that are near an end of their interval.
fn at_end(space: &Space, block: &Block, draws: &[f64], end: End) -> Vec<usize> {
    let near = |c: &usize| {
        let coordinate = space.coordinates[*c];
        // Over octaves a draw is near the lower end only where it is at it: what lies between is many octaves.
        let most = if matches!(coordinate.kind, Kind::Unit { log: true, .. }) { NEAR / 1024.0 } else { NEAR };
        matches!(coordinate.kind, Kind::Unit { .. }) && distance(draws[coordinate.at], end) <= most
    };
    block.coordinates.clone().filter(near).collect()
}

/// The open ends near which the case is, and towards which its margin never rises and falls in all.
pub fn approach(program: &Program, probe: &mut Probe<'_>, best: &Candidate) -> Vec<Approach> {
    let mut found: Vec<Approach> = Vec::new();
    let space = probe.space;
    for block in &space.blocks {
        for end in [End::Lower, End::Upper] {
            let is_open = |kind: Kind| {
                matches!(
                    (kind, end),
                    (Kind::Unit { lo_open: true, .. }, End::Lower) | (Kind::Unit { hi_open: true, .. }, End::Upper)
                )
            };
            let near = at_end(space, block, &best.draws, end);
            if near.is_empty() || !near.iter().all(|c| is_open(space.coordinates[*c].kind)) {
                continue;
            }
            let path = path(probe, &near, end, &best.draws);
            let falls = path.windows(2).all(|w| w[1].1 <= w[0].1)
                && path.first().zip(path.last()).is_some_and(|(first, last)| last.1 < first.1);
            if falls && path.len() > 2 {
                let given = program.samples.blocks[block.number].given;
                found.push(Approach { given, name: name_of(program, given), end, path });
            }
        }
    }
    found
}

/// Margins with the draws of these coordinates at smaller and smaller distances from the end, as long as they are known.
fn path(probe: &mut Probe<'_>, near: &[usize], end: End, draws: &[f64]) -> Vec<(f64, f64)> {
    let mut path = Vec::new();
    let mut moved = draws.to_vec();
    let distances: Vec<f64> = (1..=FURTHEST / STEP).map(|k| 0.5_f64.powi(k * STEP)).collect();
    for eight in distances.chunks(8) {
        for (lane, by) in eight.iter().enumerate() {
            for c in near {
                moved[probe.space.coordinates[*c].at] = if end == End::Lower { *by } else { 1.0 - by };
            }
            probe.put(lane, &moved);
        }
        let outcomes = probe.look(eight.len());
        for (by, outcome) in eight.iter().zip(outcomes) {
            if !outcome.score.is_met() || outcome.floor > 1e-6 * outcome.margin.abs() {
                return path;
            }
            path.push((*by, outcome.margin));
        }
    }
    path
}

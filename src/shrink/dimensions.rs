//! Smaller dimensions: a case cut down, or a fresh one.
//!
//! An integer is made smaller with the others as they are (or brought back into their ranges, where these depend on it). Draws are
//! cut to the new shapes: all blocks lose the same indices, so that what belonged together stays together.

use super::search::Search;
use crate::case::octet::numbers_of;
use crate::case::point::{Exactly, Point, Values};
use crate::claim::program::Program;
use crate::eval::compile::integer;
use crate::lang::ir::IntId;
use crate::sample::draws::Role;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

type Ints = BTreeMap<IntId, i64>;

/// Integers that fresh cases were asked for: once is enough.
#[derive(Default)]
pub(super) struct Tried(BTreeSet<Vec<i64>>);

/// Fresh cases that are looked at for one choice of the integers.
const MOST_FRESH: usize = 16;
/// Choices of the integers that fresh cases are asked for, over the whole search.
const MOST_ASKED: usize = 64;
/// Values of one integer that are tried one by one from the least.
const LEAST: i64 = 8;
/// Indices that are dropped one at a time.
const MOST_DROPPED: usize = 12;

pub(super) fn pass(search: &mut Search<'_>, tried: &mut Tried) {
    let program = search.program;
    let all_least = program.structural.iter().try_fold(Ints::new(), |mut ints, &id| {
        let (lo, _) = ends(program, &ints, id)?;
        ints.insert(id, lo);
        Some(ints)
    });
    let sum = |ints: &Ints| ints.values().map(|&i| i128::from(i)).sum::<i128>();
    if let Some(ints) = all_least.filter(|ints| sum(ints) < sum(&search.best.point.ints)) {
        at(search, tried, &ints);
    }
    loop {
        let mut improved = false;
        for &id in &program.structural {
            let Some((&current, (lo, _))) =
                search.best.point.ints.get(&id).zip(ends(program, &search.best.point.ints, id))
            else {
                continue;
            };
            for value in smaller(lo, current) {
                let Some(ints) = with(program, &search.best.point.ints, id, value) else { continue };
                if at(search, tried, &ints) {
                    improved = true;
                    break;
                }
            }
        }
        if !improved || search.spent() {
            return;
        }
    }
}

fn ends(program: &Program, ints: &Ints, id: IntId) -> Option<(i64, i64)> {
    let given = program.int_given(id);
    integer(&program.graph, ints, given.lo).ok().zip(integer(&program.graph, ints, given.hi).ok())
}

/// What to try for an integer, from the least up: all of a few, else the least ones and some up to the last.
fn smaller(lo: i64, current: i64) -> Vec<i64> {
    let mut values: BTreeSet<i64> = (lo..current.min(lo.saturating_add(LEAST))).collect();
    let mut gap = current.saturating_sub(lo) / 2;
    while gap > 0 {
        values.insert(current - gap);
        gap /= 2;
    }
    values.into_iter().collect()
}

/// The integers with one of them changed; those whose range depends on it are moved into it.
fn with(program: &Program, ints: &Ints, id: IntId, value: i64) -> Option<Ints> {
    let mut changed = Ints::new();
    for &other in &program.structural {
        let (lo, hi) = ends(program, &changed, other)?;
        let wanted = if other == id { value } else { *ints.get(&other)? };
        let inside = wanted.clamp(lo, hi.max(lo));
        if lo > hi || (other == id && inside != value) {
            return None;
        }
        changed.insert(other, inside);
    }
    Some(changed)
}

/// Which indices of the larger range remain.
#[derive(Clone, Copy)]
enum Keep {
    First,
    Last,
    /// The first ones and the very last.
    Ends,
    AllBut(usize),
}

impl Keep {
    /// Where index `i` of `new` comes from among `old`; past the end if from nowhere.
    fn from(self, i: usize, old: usize, new: usize) -> usize {
        match self {
            _ if new >= old => i,
            Self::Last => i + (old - new),
            Self::Ends if i + 1 == new => old - 1,
            Self::AllBut(dropped) if i >= dropped.min(new) && old - new == 1 => i + 1,
            _ => i,
        }
    }
}

/// Offers cases at other integers.
fn at(search: &mut Search<'_>, tried: &mut Tried, ints: &Ints) -> bool {
    let (Some(old), Some(wanted)) = (shapes(search.program, &search.best.point.ints), shapes(search.program, ints))
    else {
        return false;
    };
    let largest = old.iter().flat_map(|&(r, c)| [r, c]).max().unwrap_or(0);
    let keeps = [Keep::First, Keep::Ends, Keep::Last];
    let keeps = keeps.into_iter().chain((0..largest.min(MOST_DROPPED)).map(Keep::AllBut));
    for keep in keeps {
        for diagonal in [true, false] {
            let Some(point) = cut(search, ints, &old, &wanted, keep, diagonal) else { return false };
            // Values that were set are cut to the shapes that the draws give.
            let fixed = match search.best.fixed.is_empty() {
                true => Some(Values::new()),
                false => (search.oracles.values)(&point, &Values::new()).map(|shaped| cut_fixed(search, &shaped, keep)),
            };
            if fixed.is_some_and(|fixed| search.offer(point, fixed)) {
                return true;
            }
        }
    }
    let new = tried.0.len() < MOST_ASKED && tried.0.insert(ints.values().copied().collect());
    if new && !search.spent() {
        let fresh = (search.oracles.fresh)(ints);
        return fresh.into_iter().take(MOST_FRESH).any(|point| search.offer(point, Values::new()));
    }
    false
}

/// The shapes of all blocks.
pub(super) fn shapes(program: &Program, ints: &Ints) -> Option<Vec<(usize, usize)>> {
    let shape = |block| {
        let (rows, cols) = numbers_of(program, ints, block).ok()?;
        Some((usize::try_from(rows).ok()?, usize::try_from(cols).ok()?))
    };
    program.samples.blocks.iter().map(shape).collect()
}

fn cut(
    search: &Search<'_>,
    ints: &Ints,
    old: &[(usize, usize)],
    new: &[(usize, usize)],
    keep: Keep,
    diagonal: bool,
) -> Option<Point> {
    let before = &search.best.point.draws;
    let mut draws = Vec::new();
    let mut start = 0;
    for ((block, &(rows, cols)), &(new_rows, new_cols)) in search.program.samples.blocks.iter().zip(old).zip(new) {
        let from = before.get(start..start + rows * cols)?;
        start += rows * cols;
        // A smaller integer may make a block larger (`n - k`), but not much larger than all there was.
        if new_rows.checked_mul(new_cols)? > 4 * before.len() + 64 {
            return None;
        }
        for i in 0..new_rows {
            for j in 0..new_cols {
                let (row, col) = (keep.from(i, rows, new_rows), keep.from(j, cols, new_cols));
                draws.push(match block.role {
                    Role::Reflector if diagonal => 0.0,
                    // Zeros do nothing in a reflector; elsewhere they may be an end that is open.
                    Role::Reflector | Role::Normal if row >= rows || col >= cols => 0.0,
                    _ if from.is_empty() => 0.5,
                    _ => from[row.min(rows - 1) * cols + col.min(cols - 1)],
                });
            }
        }
    }
    Some(Point { ints: ints.clone(), draws })
}

fn cut_fixed(search: &Search<'_>, shaped: &Values, keep: Keep) -> Values {
    let one = |(given, value): (&usize, &Exactly)| match (value, shaped.get(given)) {
        (Exactly::Matrix { rows, cols, entries }, Some(Exactly::Matrix { rows: new_rows, cols: new_cols, .. })) => {
            let entry = |at: usize| {
                let (row, col) =
                    (keep.from(at / new_cols, *rows, *new_rows), keep.from(at % new_cols, *cols, *new_cols));
                if row < *rows && col < *cols { entries[row * cols + col].clone() } else { RBig::ZERO }
            };
            let entries = (0..new_rows * new_cols).map(entry).collect();
            (*given, Exactly::Matrix { rows: *new_rows, cols: *new_cols, entries })
        }
        _ => (*given, value.clone()),
    };
    search.best.fixed.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Keep, smaller};

    #[test]
    fn smaller_integers_are_tried_from_the_least_up() {
        assert!(smaller(1, 1).is_empty());
        assert_eq!(smaller(1, 5), [1, 2, 3, 4]);
        assert_eq!(smaller(0, 100), [0, 1, 2, 3, 4, 5, 6, 7, 50, 75, 88, 94, 97, 99]);
        assert_eq!(smaller(i64::MIN, i64::MAX).len(), 8 + 62);
    }

    #[test]
    fn indices_are_kept_from_either_end_or_dropped_one_by_one() {
        let kept = |keep: Keep, old, new| (0..new).map(|i| keep.from(i, old, new)).collect::<Vec<_>>();
        assert_eq!(kept(Keep::First, 5, 3), [0, 1, 2]);
        assert_eq!(kept(Keep::Last, 5, 3), [2, 3, 4]);
        assert_eq!(kept(Keep::Ends, 5, 3), [0, 1, 4]);
        assert_eq!(kept(Keep::AllBut(1), 4, 3), [0, 2, 3]);
        assert_eq!(kept(Keep::AllBut(3), 4, 3), [0, 1, 2]);
        assert_eq!(kept(Keep::AllBut(0), 3, 3), [0, 1, 2]);
    }
}

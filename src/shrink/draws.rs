//! Simpler draws: block by block, as a whole and then number by number.
//!
//! Draws move a value without leaving the sampler's hypothesis, so this is how what is tied (an orthogonal matrix, a matrix with given
//! eigenvalues) gets simpler; `entries` sets the rest.

use super::dimensions::shapes;
use super::search::Search;
use crate::case::point::Point;
use crate::sample::draws::Role;
use std::ops::Range;

/// Blocks with more numbers are moved as a whole only.
const MOST_SINGLE: usize = 144;

pub(super) fn pass(search: &mut Search<'_>) {
    let Some(shapes) = shapes(search.program, &search.best.point.ints) else { return };
    let mut start = 0;
    for (index, &(rows, cols)) in shapes.iter().enumerate() {
        let block = &search.program.samples.blocks[index];
        let range = start..start + rows * cols;
        start = range.end;
        if search.is_structural(block.given) || search.best.fixed.contains_key(&block.given) {
            continue;
        }
        if search.best.point.draws.len() < range.end {
            return;
        }
        let role = block.role;
        // An earlier block of the same kind: the same rotation twice.
        let same = |other: &usize| shapes[*other] == (rows, cols) && search.program.samples.blocks[*other].role == role;
        let earlier: Vec<usize> = (0..index).filter(same).collect();
        let mut whole = wholes(role, &search.best.point.draws[range.clone()], cols);
        for other in earlier {
            let from: usize = shapes[..other].iter().map(|(r, c)| r * c).sum();
            whole.push(search.best.point.draws[from..from + rows * cols].to_vec());
        }
        for draws in whole {
            if replace(search, &range, &draws) {
                break;
            }
        }
        if role == Role::Reflector {
            for column in (0..cols).rev() {
                let mut draws = search.best.point.draws[range.clone()].to_vec();
                draws.iter_mut().skip(column).step_by(cols).for_each(|x| *x = 0.0);
                replace(search, &range, &draws);
            }
        }
        if range.len() > MOST_SINGLE {
            continue;
        }
        for at in range {
            let now = search.best.point.draws[at];
            for x in singles(role, now) {
                if replace(search, &(at..at + 1), &[x]) {
                    break;
                }
            }
        }
    }
}

fn replace(search: &mut Search<'_>, range: &Range<usize>, draws: &[f64]) -> bool {
    let best = &search.best.point;
    if best.draws[range.clone()] == *draws {
        return false;
    }
    let mut point = Point { ints: best.ints.clone(), draws: best.draws.clone() };
    point.draws[range.clone()].copy_from_slice(draws);
    let fixed = search.best.fixed.clone();
    search.offer(point, fixed)
}

/// The numbers that a block may be filled with, simplest first.
fn singles(role: Role, now: f64) -> Vec<f64> {
    match role {
        Role::Unit { lo_open, hi_open, .. } => {
            let ends = [(0.0, !lo_open), (1.0, !hi_open)].into_iter().filter(|end| end.1).map(|end| end.0);
            ends.chain([0.5, 0.25, 0.75, 0.125, 0.0625, 0.9375]).collect()
        }
        Role::Fraction => vec![0.0, 0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875],
        Role::Normal => vec![0.0, 1.0, -1.0, now.round(), (2.0 * now).round() / 2.0],
        Role::Reflector => vec![0.0, now.signum(), 1.0],
        Role::Order => Vec::new(),
    }
}

/// What a whole block may be, simplest first.
fn wholes(role: Role, now: &[f64], cols: usize) -> Vec<Vec<f64>> {
    let all = |x: f64| vec![x; now.len()];
    let each = |f: &dyn Fn(f64) -> f64| now.iter().map(|&x| f(x)).collect::<Vec<f64>>();
    let mut whole: Vec<Vec<f64>> = match role {
        Role::Reflector => vec![all(0.0), each(&|x| if x == 0.0 { 0.0 } else { x.signum() })],
        Role::Unit { .. } => {
            let values = singles(role, 0.0);
            // Every number at the nearer end, or in the middle where an end is open.
            let near = |x: f64| values.iter().copied().take(3).min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()));
            let mut whole: Vec<Vec<f64>> = values.iter().take(3).map(|&x| all(x)).collect();
            whole.extend(now.iter().take(4).map(|&x| all(x)));
            whole.push(each(&|x| near(x).unwrap_or(x)));
            whole
        }
        Role::Normal => {
            let diagonal = (0..now.len()).map(|at| if at / cols.max(1) == at % cols.max(1) { 1.0 } else { 0.0 });
            vec![all(0.0), diagonal.collect(), all(1.0), each(&f64::round), each(&|x| (2.0 * x).round() / 2.0)]
        }
        Role::Order => {
            // Distinct numbers on the grid of draws, either way round.
            let step = |at: usize| (at as f64 + 0.5) / (now.len() as f64).log2().ceil().exp2().max(1.0);
            let up: Vec<f64> = (0..now.len()).map(step).collect();
            vec![up.iter().rev().copied().collect(), up]
        }
        Role::Fraction => Vec::new(),
    };
    whole.retain(|draws| draws != now);
    whole
}

//! Cases at another size.
//!
//! A case keeps what both sizes have, or is repeated, its matrices along the diagonal; what is ranked anew at another size has no such case.

use super::evaluate::Evaluator;
use super::point::Point;
use crate::lang::ir::IntId;
use crate::sample::draws::Role;
use crate::sample::strata::BlockShape;

/// A case with another value of an integer. Blocks of draws keep what both sizes have; what is new is like its neighbour, or 0 in what is normal or
/// turns. `None` where something would have to be ranked anew, or has no plan.
pub fn resized(evaluator: &Evaluator<'_>, case: Point, id: IntId, value: i64) -> Option<Point> {
    with_size(evaluator, case, id, value, refill)
}

/// A case with a greater value of an integer, where numbers are repeated: matrices as copies along the diagonal, so that what adds up over the copies grows with
/// their number and what is the greatest of them stays. `None` where nothing can be repeated, too.
pub fn repeated(evaluator: &Evaluator<'_>, case: Point, id: IntId, value: i64) -> Option<Point> {
    if case.ints.get(&id).is_none_or(|known| *known >= value) {
        return None;
    }
    let wider = with_size(evaluator, case.clone(), id, value, refill)?;
    let copies = with_size(evaluator, case, id, value, repeat)?;
    (copies != wider).then_some(copies)
}

/// What makes a block's draws of those that it has at another size.
type Fill = fn(&[f64], BlockShape, BlockShape, &mut Vec<f64>) -> Option<()>;

fn with_size(evaluator: &Evaluator<'_>, mut case: Point, id: IntId, value: i64, fill: Fill) -> Option<Point> {
    if case.ints.get(&id).is_none_or(|known| *known == value) {
        return Some(case);
    }
    let from = evaluator.blocks(&case.ints).ok()?;
    case.ints.insert(id, value);
    let to = evaluator.blocks(&case.ints).ok()?;
    let (mut draws, mut at) = (Vec::new(), 0);
    for (from, to) in from.iter().zip(&to) {
        let old = case.draws.get(at..at + from.len())?;
        at += from.len();
        fill(old, *from, *to, &mut draws)?;
    }
    case.draws = draws;
    Some(case)
}

/// A block of draws of another shape, after others; `None` where it would have to be ranked anew.
pub fn refill(old: &[f64], from: BlockShape, to: BlockShape, draws: &mut Vec<f64>) -> Option<()> {
    let same = (from.rows, from.cols) == (to.rows, to.cols);
    if to.role == Role::Order && !same {
        return None;
    }
    for row in 0..to.rows {
        for col in 0..to.cols {
            let known = (row < from.rows && col < from.cols).then(|| old[row * from.cols + col]);
            draws.push(known.unwrap_or_else(|| match to.role {
                Role::Normal | Role::Reflector => 0.0,
                // None to be like.
                _ if from.is_empty() => 0.5,
                _ => old[row.min(from.rows - 1) * from.cols + col.min(from.cols - 1)],
            }));
        }
    }
    Some(())
}

/// Copies along the diagonal of a matrix that grows both ways, side by side where it grows one way. Reflectors of copies are no copies of reflectors.
fn repeat(old: &[f64], from: BlockShape, to: BlockShape, draws: &mut Vec<f64>) -> Option<()> {
    if from.is_empty() || matches!(to.role, Role::Reflector | Role::Order) {
        return refill(old, from, to, draws);
    }
    let both = to.rows > from.rows && to.cols > from.cols;
    for row in 0..to.rows {
        for col in 0..to.cols {
            let beside = both && row / from.rows != col / from.cols && to.role == Role::Normal;
            draws.push(if beside { 0.0 } else { old[row % from.rows * from.cols + col % from.cols] });
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refilled(old: &[f64], from: (usize, usize), to: (usize, usize), role: Role) -> Option<Vec<f64>> {
        let shape = |(rows, cols)| BlockShape { role, rows, cols };
        let mut draws = Vec::new();
        refill(old, shape(from), shape(to), &mut draws).map(|()| draws)
    }

    const UNIT: Role = Role::Unit { lo_open: false, hi_open: false, log: false, spectrum: false };

    #[test]
    fn another_size_keeps_what_both_have() {
        let old = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(refilled(&old, (2, 2), (1, 2), UNIT), Some(vec![1.0, 2.0]));
        assert_eq!(refilled(&old, (2, 2), (2, 1), UNIT), Some(vec![1.0, 3.0]));
        assert_eq!(refilled(&old, (2, 2), (2, 3), UNIT), Some(vec![1.0, 2.0, 2.0, 3.0, 4.0, 4.0]));
        assert_eq!(refilled(&old, (2, 2), (3, 2), Role::Normal), Some(vec![1.0, 2.0, 3.0, 4.0, 0.0, 0.0]));
        assert_eq!(refilled(&[], (0, 1), (2, 1), UNIT), Some(vec![0.5, 0.5]));
        assert_eq!(refilled(&old, (4, 1), (4, 1), Role::Order), Some(old.to_vec()));
        assert_eq!(refilled(&old, (4, 1), (5, 1), Role::Order), None);
    }

    #[test]
    fn a_case_is_repeated_along_the_diagonal_or_beside_itself() {
        let old = [1.0, 2.0, 3.0, 4.0];
        let repeated = |from: (usize, usize), to: (usize, usize), role| {
            let shape = |(rows, cols)| BlockShape { role, rows, cols };
            let mut draws = Vec::new();
            repeat(&old, shape(from), shape(to), &mut draws).map(|()| draws)
        };
        let three = [1.0, 2.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(repeated((2, 2), (3, 3), Role::Normal), Some(three.to_vec()));
        assert_eq!(repeated((2, 2), (2, 3), Role::Normal), Some(vec![1.0, 2.0, 1.0, 3.0, 4.0, 3.0]));
        assert_eq!(repeated((4, 1), (6, 1), UNIT), Some(vec![1.0, 2.0, 3.0, 4.0, 1.0, 2.0]));
        assert_eq!(repeated((2, 2), (2, 2), Role::Normal), Some(old.to_vec()));
        assert_eq!(repeated((4, 1), (5, 1), Role::Order), None);
    }
}

//! Whether the case that asks for most is only where `f64` ends, and not where there is no more to ask.
//!
//! Of `1/|x|` over [-1, 1] a search finds 1e16, of `-log |x|` 37: the nearest to 0 that draws come. So the case is compared with others on the way to it:
//! one draw, or the size of a block of normal ones, moved to a half, a quarter, .. of the way in its logarithm. What has a greatest value is as good as there
//! long before the draws end; what has none goes on growing, and by no less than before, as a logarithm does. A number of a normal block is moved by
//! parts of itself, and of the block's size where that is another: a matrix of tiny numbers is as near to a singular one as its numbers are from
//! one another.

use super::demand_of;
use crate::case::evaluate::Evaluator;
use crate::case::point::Point;
use crate::case::record::Hypotheses;
use crate::check::checker::CheckError;
use crate::check::trend::{exp, ln};
use crate::sample::draws::Role;
use std::collections::BTreeSet;

/// A given in whose draws no end is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Endless {
    pub given: String,
    pub way: Way,
}

/// On which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nearer and nearer to the case that asks for most.
    Near,
    /// Larger and larger numbers.
    Large,
    /// Smaller and smaller ones.
    Small,
}

/// How much of the way is left, from the nearest to the farthest: as a part of its logarithm.
const PARTS: [f64; 4] = [1.0, 0.75, 0.5, 0.25];
/// The least distance between draws from [0, 1], in bits; and others, from which what rounding hides nearer may be measured.
const NEAREST: [i32; 5] = [52, 46, 40, 34, 28];
/// A draw that is as near as this to 0 is 0 as far as searches go.
const END: f64 = 1e-17;
/// Sizes of normal numbers up to this one are natural, and so is its inverse.
const NATURAL: f64 = 1e6;
/// What is asked grows on the way where it does by more than this part,
const GROWS: f64 = 0.01;
/// and by no less than this part of what it grew by before.
const ON: f64 = 0.55;
/// The size of a block is another than that of one of its draws from this factor on.
const ANOTHER: f64 = 2.0;
/// Draws that are moved, each by itself, at most: along runs fewer.
const MOST_MOVED: (usize, usize) = (256, 16);
/// A search may have stopped short of where `f64` ends: by so many bits, of every other of which it is asked for more, so many times.
const SHORT_OF: i32 = 24;
const STEPS_ON: usize = 16;
/// Of runs that is tried where no more draws than this are made.
const FEW: usize = 4;

/// A draw or a block of them, and how it is moved.
struct Move {
    draws: std::ops::Range<usize>,
    way: Way,
    /// Draws from [0, 1].
    unit: bool,
    /// Of one draw: how far the whole way is.
    reach: f64,
    given: usize,
}

impl Endless {
    /// Of the case that asks for most; `moves`: it makes runs, which are dear.
    ///
    /// # Errors
    /// Where no plan can be made for it.
    pub(super) fn seek(evaluator: &Evaluator<'_>, case: &Point, moves: bool) -> Result<Option<Self>, CheckError> {
        let mut case = case.clone();
        let all = ways(evaluator, &case)?;
        let most = if moves { MOST_MOVED.1 } else { MOST_MOVED.0 };
        let singles: Vec<&Move> = all.iter().filter(|one| one.way == Way::Near).take(most).collect();
        let draws: BTreeSet<usize> = singles.iter().map(|one| one.draws.start).collect();
        if !moves || draws.len() <= FEW {
            nearer(evaluator, &mut case, &singles);
        }
        let blocks = all.iter().filter(|one| one.way != Way::Near);
        for one in singles.into_iter().chain(blocks) {
            for side in if one.way == Way::Near { &[-1.0, 1.0][..] } else { &[1.0] } {
                if runs_away(evaluator, &case, one, *side) {
                    let given = evaluator.program().givens.get(one.given);
                    let given = given.map(|given| given.name.clone()).unwrap_or_default();
                    return Ok(Some(Self { given, way: one.way }));
                }
            }
        }
        Ok(None)
    }

    /// `what is asked of c grows the nearer x comes to the case that asks for most, as far as f64 goes`
    pub fn describe(&self, name: &str) -> String {
        let given = &self.given;
        let way = match self.way {
            Way::Near => format!("nearer and nearer in `{given}` to the case that asks for most"),
            Way::Large => format!("the larger the numbers of `{given}` are"),
            Way::Small => format!("the smaller the numbers of `{given}` are"),
        };
        format!("more and more is asked of `{name}` {way}, as far as f64 goes")
    }
}

/// What may be moved of a case: each draw, and the size of each block of normal ones that is none of theirs.
fn ways(evaluator: &Evaluator<'_>, case: &Point) -> Result<Vec<Move>, CheckError> {
    let (shapes, samples) = (evaluator.blocks(&case.ints)?, &evaluator.program().samples);
    let (mut at, mut all) = (0, Vec::new());
    for (block, shape) in samples.blocks.iter().zip(shapes) {
        let range = at..at + shape.len();
        at = range.end;
        let Some(draws) = case.draws.get(range.clone()) else { continue };
        let unit = matches!(shape.role, Role::Unit { .. });
        let single =
            |(k, reach): (usize, f64)| Move { draws: k..k + 1, way: Way::Near, unit, reach, given: block.given };
        match shape.role {
            // At an end of its interval a draw is there.
            Role::Unit { .. } => {
                let inside = range.filter(|k| case.draws[*k] > END && case.draws[*k] < 1.0 - END);
                all.extend(inside.map(|k| single((k, 1.0))));
            }
            Role::Normal | Role::Reflector => {
                let size = draws.iter().fold(0.0, |most: f64, draw| draw.abs().max(most));
                let of_the_block = draws.len() > 1 && size > 0.0;
                let own = |k: usize| case.draws[k].abs().max(1.0);
                let another = |k: &usize| of_the_block && !(1.0 / ANOTHER..ANOTHER).contains(&(size / own(*k)));
                all.extend(range.clone().map(|k| single((k, own(k)))));
                all.extend(range.clone().filter(another).map(|k| single((k, size))));
                let way = if size > NATURAL { Way::Large } else { Way::Small };
                let natural = size == 0.0 || (1.0 / NATURAL..=NATURAL).contains(&size);
                if shape.role == Role::Normal && !natural {
                    all.push(Move { draws: range, way, unit, reach: size, given: block.given });
                }
            }
            Role::Fraction | Role::Order => {}
        }
    }
    Ok(all)
}

/// Whether what is asked goes on growing on the way to the case, from where it can be measured.
fn runs_away(evaluator: &Evaluator<'_>, case: &Point, one: &Move, side: f64) -> bool {
    let mut nearest = NEAREST.into_iter();
    let measured = nearest.find_map(|bits| {
        let points: Vec<Point> =
            PARTS.iter().map_while(|part| moved(case, one, side, f64::from(bits) * part)).collect();
        let asked = asked(evaluator, &points);
        (asked.len() < PARTS.len() || asked.iter().all(Option::is_some)).then_some(asked)
    });
    measured.is_some_and(|asked| goes_on(&asked))
}

/// The case with so many bits of the way left; `None` where a draw would leave its interval.
fn moved(case: &Point, one: &Move, side: f64, bits: f64) -> Option<Point> {
    let mut point = case.clone();
    let draws = point.draws.get_mut(one.draws.clone())?;
    if one.way == Way::Near {
        let draw = draws.first_mut()?;
        *draw += side * exp(-bits * ln(2.0)) * one.reach;
        return (!one.unit || (0.0..=1.0).contains(draw)).then_some(point);
    }
    let size = draws.iter().fold(0.0, |most: f64, draw| draw.abs().max(most));
    let by = exp((bits / f64::from(NEAREST[0]) - 1.0) * ln(size));
    draws.iter_mut().for_each(|draw| *draw *= by);
    Some(point)
}

/// Moves a case to where more is asked, if that is only a little beside it.
fn nearer(evaluator: &Evaluator<'_>, case: &mut Point, singles: &[&Move]) {
    let mut known = asked(evaluator, std::slice::from_ref(case)).pop().flatten();
    for _ in 0..STEPS_ON {
        let far = (0..=SHORT_OF).step_by(2).map(|bits| f64::from(NEAREST[0] - bits));
        let ways =
            singles.iter().flat_map(|one| far.clone().flat_map(move |bits| [(*one, -1.0, bits), (*one, 1.0, bits)]));
        let points: Vec<Point> = ways.filter_map(|(one, side, bits)| moved(case, one, side, bits)).collect();
        let asked = asked(evaluator, &points);
        let best = asked.into_iter().zip(points).filter_map(|(asked, point)| Some((asked?, point)));
        let best = best.filter(|(asked, _)| asked.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0));
        match (best, known) {
            (Some((more, point)), Some(least)) if more > least * (1.0 + GROWS) => {
                *case = point;
                known = Some(more);
            }
            _ => return,
        }
    }
}

/// What is asked in each of these cases; what has no plan is no way.
fn asked(evaluator: &Evaluator<'_>, points: &[Point]) -> Vec<Option<f64>> {
    let Ok(found) = evaluator.evaluate(points) else { return Vec::new() };
    let asked = found.into_iter();
    asked.map(|found| found.looks.first().filter(|_| found.hypotheses == Hypotheses::Met).and_then(demand_of)).collect()
}

/// Whether what is asked on the way, from the nearest on, goes on growing towards it.
fn goes_on(asked: &[Option<f64>]) -> bool {
    let known: Option<Vec<f64>> = asked.iter().copied().collect();
    let Some([a, b, c, d]) = known.as_deref().and_then(|known| <[f64; 4]>::try_from(known).ok()) else { return false };
    let grows = |near: f64, far: f64| near > far * (1.0 + GROWS);
    grows(a, b) && grows(b, c) && grows(c, d) && a - b >= ON * (b - c) && b - c >= ON * (c - d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(of: impl Fn(f64) -> f64) -> [Option<f64>; 4] {
        PARTS.map(|part| Some(of(exp(-52.0 * part * ln(2.0)))))
    }

    #[test]
    fn powers_and_logarithms_of_a_distance_go_on() {
        for power in [-2.0, -1.0, -0.25, -0.02] {
            assert!(goes_on(&asked(|x| x.powf(power))), "{power}");
        }
        assert!(goes_on(&asked(|x| -x.ln())));
        assert!(goes_on(&asked(|x| 3.0 - 2.0 * x.ln())));
        assert!(goes_on(&asked(|x| (-x.ln()).cbrt())));
    }

    #[test]
    fn what_has_a_greatest_value_does_not() {
        assert!(!goes_on(&asked(|x| 5.0 - x)));
        assert!(!goes_on(&asked(|x| 5.0 - x.powf(0.25))));
        assert!(!goes_on(&asked(|x| 1.0 / (x + 1e-6))));
        assert!(!goes_on(&asked(|x| 2.0 + 1.0 / (x.ln() - 1.0))));
        // A step, a level, and one that could not be measured.
        assert!(!goes_on(&asked(|x| if x < 1e-9 { 7.0 } else { 1.0 })));
        assert!(!goes_on(&asked(|_| 1.0)));
        assert!(!goes_on(&[None, Some(3.0), Some(2.0), Some(1.0)]));
    }
}

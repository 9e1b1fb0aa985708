//! Whether the case that asks for most is only where `f64` ends, and not where there is no more to ask.
//!
//! Of `1/|x|` over [-1, 1] a search finds 1e16, of `-log |x|` 37: the nearest to 0 that draws come. So the case is compared with others on the way to it:
//! one draw, or the size of a block of normal ones, moved to a half, a quarter, .. of the way in its logarithm. What has a greatest value is as good as there
//! long before the draws end; what has none goes on growing, and by no less than before, as a logarithm does.

use super::demand_of;
use crate::case::evaluate::Evaluator;
use crate::case::point::Point;
use crate::case::record::Hypotheses;
use crate::check::checker::CheckError;
use crate::check::trend::{exp, ln};
use crate::sample::draws::Role;

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
/// The least distance between draws from [0, 1], and one from which on a search may have come no nearer.
const NEAREST: [f64; 2] = [1.0 / (1_u64 << 52) as f64, 1.0 / (1_u64 << 44) as f64];
/// A draw that is as near as this to 0 is 0 as far as searches go.
const END: f64 = 1e-17;
/// Sizes of normal numbers up to this one are natural, and so is its inverse.
const NATURAL: f64 = 1e6;
/// What is asked grows on the way where it does by more than this part,
const GROWS: f64 = 0.01;
/// and by no less than this part of what it grew by before.
const ON: f64 = 0.75;
/// Draws of a block that are moved, at most, each by itself.
const MOST_MOVED: usize = 64;

impl Endless {
    /// Of the case that asks for most.
    ///
    /// # Errors
    /// Where no plan can be made for it.
    pub(super) fn seek(evaluator: &Evaluator<'_>, case: &Point) -> Result<Option<Self>, CheckError> {
        let (shapes, samples) = (evaluator.blocks(&case.ints)?, &evaluator.program().samples);
        let mut at = 0;
        for (block, shape) in samples.blocks.iter().zip(shapes) {
            let range = at..at + shape.len();
            at = range.end;
            let Some(draws) = case.draws.get(range.clone()) else { continue };
            let mut ways: Vec<(Way, [Point; 4])> = Vec::new();
            let moved = |change: &dyn Fn(&mut [f64], f64)| {
                PARTS.map(|part| {
                    let mut point = case.clone();
                    change(&mut point.draws[range.clone()], part);
                    point
                })
            };
            match shape.role {
                Role::Unit { .. } => {
                    // At an end of its interval a draw is there.
                    let inside = |draw: &f64| *draw > END && *draw < 1.0 - END;
                    let inside = draws.iter().enumerate().filter(|(_, draw)| inside(draw));
                    for (k, draw) in inside.take(MOST_MOVED) {
                        for (side, nearest) in [-1.0, 1.0].into_iter().flat_map(|side| NEAREST.map(|near| (side, near)))
                        {
                            let to = |part: f64| draw + side * exp(part * ln(nearest));
                            if PARTS.iter().all(|part| (0.0..=1.0).contains(&to(*part))) {
                                ways.push((Way::Near, moved(&|draws, part| draws[k] = to(part))));
                            }
                        }
                    }
                }
                Role::Normal => {
                    let size = draws.iter().fold(0.0, |most: f64, draw| draw.abs().max(most));
                    let way = if size > NATURAL { Way::Large } else { Way::Small };
                    if size > NATURAL || (size > 0.0 && size < 1.0 / NATURAL) {
                        let by = |part: f64| exp((part - 1.0) * ln(size));
                        let change = |draws: &mut [f64], part: f64| draws.iter_mut().for_each(|draw| *draw *= by(part));
                        ways.push((way, moved(&change)));
                    }
                }
                Role::Fraction | Role::Order | Role::Reflector => {}
            }
            let points: Vec<Point> = ways.iter().flat_map(|(_, points)| points.iter().cloned()).collect();
            // What has no plan is no way.
            let Ok(found) = evaluator.evaluate(&points) else { continue };
            let asked: Vec<Option<f64>> = found
                .into_iter()
                .map(|found| found.looks.first().filter(|_| found.hypotheses == Hypotheses::Met).and_then(demand_of))
                .collect();
            for ((way, _), asked) in ways.iter().zip(asked.chunks(PARTS.len())) {
                if goes_on(asked) {
                    let given = evaluator.program().givens.get(block.given);
                    let given = given.map(|given| given.name.clone()).unwrap_or_default();
                    return Ok(Some(Self { given, way: *way }));
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
        PARTS.map(|part| Some(of(exp(part * ln(NEAREST[0])))))
    }

    #[test]
    fn powers_and_logarithms_of_a_distance_go_on() {
        for power in [-2.0, -1.0, -0.25, -0.02] {
            assert!(goes_on(&asked(|x| x.powf(power))), "{power}");
        }
        assert!(goes_on(&asked(|x| -x.ln())));
        assert!(goes_on(&asked(|x| 3.0 - 2.0 * x.ln())));
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

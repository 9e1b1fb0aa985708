//! The same case with fewer digits: what a search found in doubles has 53 bits a draw, and exact arithmetic pays for each of them.
//!
//! Which of the coarser cases is as good is for the caller to ask; nothing is lost by asking, since a point is exact whatever it is.

use super::point::Point;
use crate::sample::draws::Role;
use crate::sample::strata::BlockShape;

/// Bits that are worth trying, fewest first.
pub const BITS: [i32; 5] = [2, 4, 8, 13, 24];

/// The point with draws of about so many bits.
///
/// Numbers of `[0, 1]` keep their distance to the nearer end to that many significant bits; a reflector is a direction, so its column
/// becomes integers; normal draws are rounded to a grid of their block.
#[must_use]
pub fn coarsened(point: &Point, blocks: &[BlockShape], bits: i32) -> Point {
    let mut draws = point.draws.clone();
    let mut start = 0;
    for block in blocks {
        let len = block.len();
        let Some(numbers) = draws.get_mut(start..start + len) else { break };
        start += len;
        match block.role {
            Role::Unit { .. } => {
                for x in numbers {
                    *x = if *x <= 0.5 { significant(*x, bits) } else { 1.0 - significant(1.0 - *x, bits) };
                }
            }
            Role::Normal => {
                let largest = numbers.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
                for x in numbers {
                    *x = on_grid(*x, largest, bits);
                }
            }
            Role::Reflector => {
                for column in 0..block.cols {
                    let mut largest = 0.0_f64;
                    for row in 0..block.rows {
                        largest = largest.max(numbers[row * block.cols + column].abs());
                    }
                    let unit = power_below(largest) / two_to(bits);
                    for row in 0..block.rows {
                        let x = &mut numbers[row * block.cols + column];
                        if unit > 0.0 {
                            *x = (*x / unit).round_ties_even();
                        }
                    }
                }
            }
            // Integers and orders change at once when they change at all.
            Role::Fraction | Role::Order => {}
        }
    }
    Point { ints: point.ints.clone(), draws }
}

/// Rounded to so many significant bits.
fn significant(x: f64, bits: i32) -> f64 {
    on_grid(x, x, bits)
}

/// Rounded to a multiple of `2^(e + 1 - bits)` with `2^e` the power of two at or below `size`.
fn on_grid(x: f64, size: f64, bits: i32) -> f64 {
    let unit = power_below(size.abs()) * 2.0 / two_to(bits);
    if unit > 0.0 { (x / unit).round_ties_even() * unit } else { x }
}

/// The power of two at or below a positive number; 0 of 0 and of what is next to it.
fn power_below(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000)
}

fn two_to(k: i32) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn coarse(role: Role, rows: usize, cols: usize, draws: &[f64], bits: i32) -> Vec<f64> {
        let point = Point { ints: BTreeMap::new(), draws: draws.to_vec() };
        coarsened(&point, &[BlockShape { role, rows, cols }], bits).draws
    }

    const UNIT: Role = Role::Unit { lo_open: true, hi_open: true, log: false, spectrum: false };

    #[test]
    fn the_distance_to_an_end_keeps_its_size() {
        assert_eq!(coarse(UNIT, 3, 1, &[0.3, 1.0 - 1e-9, 1e-12], 1), [0.25, 1.0 - 2f64.powi(-30), 2f64.powi(-40)]);
        assert_eq!(coarse(UNIT, 2, 1, &[0.0, 1.0], 4), [0.0, 1.0]);
        let x = 0.712_345_678_9;
        assert!((coarse(UNIT, 1, 1, &[x], 24)[0] - x).abs() < 1e-7);
    }

    #[test]
    fn a_reflector_becomes_integers_with_nearly_its_direction() {
        let found = coarse(Role::Reflector, 3, 1, &[0.1, -0.2, 0.4], 4);
        assert!(found.iter().all(|x| x.fract() == 0.0 && x.abs() <= 32.0), "{found:?}");
        assert!((found[1] / found[2] + 0.5).abs() < 0.1 && (found[0] / found[2] - 0.25).abs() < 0.1, "{found:?}");
        assert_eq!(coarse(Role::Reflector, 2, 1, &[0.0, 0.0], 4), [0.0, 0.0]);
    }

    #[test]
    fn normal_draws_are_rounded_to_the_grid_of_the_largest() {
        assert_eq!(coarse(Role::Normal, 2, 1, &[3.1, 0.01], 3), [3.0, 0.0]);
    }
}

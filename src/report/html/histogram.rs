//! The distribution of margins, a row a stratum: SVG.
//!
//! The axis is made of decades on both sides of zero, as the report counts them. Bars have one colour whatever their sign: a margin
//! below zero that rounding may have made is not false.

use super::data::{Predicate, PredicateStratum};
use super::page::escaped;
use crate::report::number::grouped;
use std::fmt::Write;

/// Decimal exponents that are told apart; the first and the last take what is beyond.
const LEAST: i32 = -18;
const MOST: i32 = 6;
/// Places left of zero.
const SIDE: i32 = MOST - LEAST + 1;

const LABELS: i32 = 104;
const BARS: i32 = 420;
const ROW: i32 = 30;
const AXIS: i32 = 30;

/// None where nothing was counted.
pub fn svg(predicate: &Predicate) -> Option<String> {
    let strata: Vec<&PredicateStratum> =
        predicate.strata.iter().filter(|stratum| !stratum.margins.is_empty()).collect();
    let places = || strata.iter().flat_map(|stratum| &stratum.margins).filter_map(|bin| place(bin.0, bin.1));
    let (first, last) = (places().min()?.min(0) - 1, places().max()?.max(0) + 1);
    let step = (BARS / (last - first + 1)).min(20);
    let x = |place: i32| LABELS + (place - first) * step;
    let (width, height) = (LABELS + (last - first + 1) * step + 2, strata.len() as i32 * ROW + AXIS);
    let mut out = format!(
        "<svg class=\"histogram\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"Margins of {}, by stratum\">",
        escaped(&predicate.name)
    );
    let bottom = strata.len() as i32 * ROW;
    // Where margins are below zero.
    if first < -1 {
        let _ = write!(
            out,
            "<rect class=\"below\" x=\"{}\" y=\"0\" width=\"{}\" height=\"{bottom}\"/>",
            x(first),
            x(0) - x(first)
        );
    }
    for (row, stratum) in strata.iter().enumerate() {
        let base = (row as i32 + 1) * ROW - 4;
        let counts: u64 = stratum.margins.iter().map(|bin| bin.2).sum();
        let greatest = stratum.margins.iter().map(|bin| bin.2).max().unwrap_or(1).max(1);
        let _ = write!(
            out,
            "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text><text class=\"count\" x=\"{}\" y=\"{base}\">{}</text>",
            LABELS - 8,
            base - 12,
            escaped(&stratum.stratum),
            LABELS - 8,
            grouped(counts)
        );
        for &(sign, exponent, count) in &stratum.margins {
            let Some(place) = place(sign, exponent) else { continue };
            let share = count as f64 / greatest as f64;
            let tall = ((share.sqrt() * f64::from(ROW - 8)).ceil() as i32).max(1);
            let _ = write!(
                out,
                "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\"><title>{}: {}</title></rect>",
                x(place),
                base - tall,
                (step - 1).max(1),
                between(sign, exponent),
                grouped(count)
            );
        }
        let _ = write!(out, "<path class=\"base\" d=\"M{LABELS} {base}H{}\"/>", x(last + 1));
    }
    let _ = write!(out, "<path class=\"zero\" d=\"M{0} 0V{1}\"/>", x(0) + step / 2, bottom + 3);
    let mut free = i32::MIN;
    // Zero first: it is the one label that must be there.
    let mut ticks: Vec<i32> =
        (first + 1..last).filter(|place| decade(*place).is_some_and(|(_, e)| e % 3 == 0)).collect();
    ticks.push(0);
    ticks.sort_unstable();
    for place in ticks {
        let text = match decade(place) {
            None => "0".to_owned(),
            Some((sign, exponent)) => format!("{}1e{exponent}", if sign < 0 { "−" } else { "" }),
        };
        // The edge of a bin, on its side nearer to zero.
        let at = match place {
            0 => x(0) + step / 2,
            place if place < 0 => x(place) + step,
            place => x(place),
        };
        let half = 3 * text.chars().count() as i32 + 3;
        if at - half < free || (place != 0 && (at - (x(0) + step / 2)).abs() < half + 6) {
            continue;
        }
        free = at + half;
        let _ = write!(out, "<text class=\"tick\" x=\"{at}\" y=\"{}\">{text}</text>", bottom + 15);
    }
    out += "</svg>";
    Some(out)
}

/// From zero: right is positive.
fn place(sign: i8, exponent: Option<i32>) -> Option<i32> {
    let from_zero = |exponent: i32| (exponent.clamp(LEAST, MOST) - LEAST + 1).clamp(1, SIDE);
    match (sign, exponent) {
        (0, _) => Some(0),
        (sign, Some(exponent)) if sign > 0 => Some(from_zero(exponent)),
        (_, Some(exponent)) => Some(-from_zero(exponent)),
        (_, None) => None,
    }
}

fn decade(place: i32) -> Option<(i32, i32)> {
    (place != 0).then(|| (place.signum(), place.abs() - 1 + LEAST))
}

fn between(sign: i8, exponent: Option<i32>) -> String {
    match (sign, exponent) {
        (0, _) | (_, None) => "0".to_owned(),
        (sign, Some(e)) => {
            let (minus, next) = (if sign < 0 { "−" } else { "" }, e.saturating_add(1));
            match e {
                e if e <= LEAST => format!("{minus}1e{next} and nearer to 0"),
                e if e >= MOST => format!("{minus}1e{e} and beyond"),
                e => format!("{minus}1e{e} to {minus}1e{next}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_stand_in_the_order_of_the_margins() {
        let all = [(-1, Some(6)), (-1, Some(-18)), (0, None), (1, Some(-18)), (1, Some(-17)), (1, Some(6))];
        let places: Vec<i32> = all.iter().filter_map(|(sign, e)| place(*sign, *e)).collect();
        assert_eq!(places, [-25, -1, 0, 1, 2, 25]);
        assert_eq!(decade(2), Some((1, -17)));
        assert_eq!(between(-1, Some(-3)), "−1e-3 to −1e-2");
    }
}

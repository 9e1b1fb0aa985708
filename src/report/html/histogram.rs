//! The distribution of margins, a row a stratum: SVG.
//!
//! The axis is made of decades on both sides of zero, as the report counts them. Bars have one colour whatever their sign: a margin
//! below zero that rounding may have made is not false.
//!
//! It is as wide as a telephone's page at most, so that it is drawn at its own size everywhere and its labels have the room that is kept for them.

use super::data::{Predicate, PredicateStratum};
use super::page::escaped;
use super::plot::{NAME, TICK, WIDE, text_width};
use crate::report::number::grouped;
use std::fmt::Write;

/// Decimal exponents that are told apart; the first and the last take what is beyond.
const LEAST: i32 = -18;
const MOST: i32 = 6;
/// Places left of zero.
const SIDE: i32 = MOST - LEAST + 1;

/// The widest bar.
const STEP: i32 = 16;
const ROW: i32 = 30;
const AXIS: i32 = 24;
/// What labels keep between them, and names from the bars.
const APART: i32 = 8;

/// None where nothing was counted.
pub fn svg(predicate: &Predicate) -> Option<String> {
    let strata: Vec<&PredicateStratum> =
        predicate.strata.iter().filter(|stratum| !stratum.margins.is_empty()).collect();
    let places = || strata.iter().flat_map(|stratum| &stratum.margins).filter_map(|bin| place(bin.0, bin.1));
    let (first, last) = (places().min()?.min(0) - 1, places().max()?.max(0) + 1);
    let names = strata.iter().map(|stratum| text_width(&stratum.stratum, NAME)).fold(0.0, f64::max);
    let labels = (names.ceil() as i32).min(WIDE / 2) + APART;
    let step = ((WIDE - labels - 2) / (last - first + 1)).clamp(2, STEP);
    let x = |place: i32| labels + (place - first) * step;
    let (width, height) = (labels + (last - first + 1) * step + 2, strata.len() as i32 * ROW + AXIS);
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
            labels - APART,
            base - 12,
            escaped(&stratum.stratum),
            labels - APART,
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
        let _ = write!(out, "<path class=\"base\" d=\"M{labels} {base}H{}\"/>", x(last + 1));
    }
    let _ = write!(out, "<path class=\"zero\" d=\"M{0} 0V{1}\"/>", x(0) + step / 2, bottom + 3);
    for (at, text) in ticks(first, last, step, width, x) {
        let _ = write!(out, "<text class=\"tick\" x=\"{at}\" y=\"{}\">{text}</text>", bottom + 15);
    }
    out += "</svg>";
    Some(out)
}

/// Where labels stand, and what they say: zero, and decades at one distance from each other that leaves each its room.
fn ticks(first: i32, last: i32, step: i32, width: i32, x: impl Fn(i32) -> i32) -> Vec<(i32, String)> {
    let zero = x(0) + step / 2;
    let room = |text: &str| text_width(text, TICK).ceil() as i32 + APART;
    let label = |(sign, exponent): (i32, i32)| format!("{}1e{exponent}", if sign < 0 { "−" } else { "" });
    let decades = || (first + 1..last).filter_map(|place| Some((place, decade(place)?)));
    let widest = decades().map(|(_, decade)| room(&label(decade))).max().unwrap_or(0);
    let stride = [1, 2, 3, 6, 9, 12, 18].into_iter().find(|stride| stride * step >= widest).unwrap_or(24);
    let mut out = vec![(zero, "0".to_owned())];
    for (place, decade) in decades().filter(|(_, (_, exponent))| exponent % stride == 0) {
        // The edge of a bin, on its side nearer to zero.
        let (at, text) = (if place < 0 { x(place) + step } else { x(place) }, label(decade));
        let half = room(&text) / 2;
        if (at - zero).abs() >= half + room("0") / 2 && at >= half && at + half - APART / 2 <= width {
            out.push((at, text));
        }
    }
    out
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

    #[test]
    fn labels_stand_at_one_distance_and_leave_each_other_room() {
        for (first, last) in [(-1, 19), (-1, 26), (-26, 26), (-26, 1), (-5, 12), (-1, 1)] {
            for step in 2..=16 {
                let width = 110 + (last - first + 1) * step + 2;
                let mut all = ticks(first, last, step, width, |place| 110 + (place - first) * step);
                assert_eq!(all[0].1, "0");
                all.sort();
                for pair in all.windows(2) {
                    let room = (text_width(&pair[0].1, TICK) + text_width(&pair[1].1, TICK)) / 2.0;
                    assert!(f64::from(pair[1].0 - pair[0].0) > room, "{first} {last} {step}: {pair:?}");
                }
                let apart = |right: bool| {
                    let side: Vec<i32> = all
                        .iter()
                        .filter(|(_, text)| text != "0" && text.starts_with('1') == right)
                        .map(|(at, _)| *at)
                        .collect();
                    side.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
                };
                for distances in [apart(true), apart(false)] {
                    assert!(distances.windows(2).all(|pair| pair[0] == pair[1]), "{first} {last} {step}: {all:?}");
                }
            }
        }
    }
}

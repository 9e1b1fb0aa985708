//! Towards which ends of a given's values growth would be a drift, and what becomes of the demand there.

use super::{CurvePoint, End};
use crate::check::trend::{Measure, Trend, ln, trend};

/// What grows towards a number that a given is not grows by more than this part from each distance to the next, which is a thousandth of it.
const GAP_SPREAD: f64 = 0.05;

/// A search of gaussians, which may be as large as one likes, ends where `f64` does, and so do others from there: that they agree says nothing.
const ENDLESS: f64 = 1e100;

/// What the values of a curve are.
#[derive(Clone, Copy, Default)]
pub(super) struct About {
    /// The ends of the given's interval that are plain numbers.
    pub interval: (Option<f64>, Option<f64>),
    /// The demands are quantiles, which may be too large as well as too small.
    pub chance: bool,
    /// The values are distances from a number that the given is not: what becomes of the demand as they fall is all that is asked.
    pub gap: bool,
    /// This end alone counts.
    pub only: Option<End>,
}

/// The trends towards the ends at which growth would be a drift: the upper one if the values reach above 1, or come near a finite end of the interval; the lower one if
/// they reach below 1, or near such an end.
pub(super) fn ends(points: &[CurvePoint], about: &About) -> Vec<(End, Trend)> {
    let About { interval, chance, gap, only } = *about;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let reach = last.value - first.value;
    // Nearer to an end than a tenth of what the values reach over.
    let upper = interval.1.filter(|end| *end > last.value && end - last.value <= 0.1 * reach);
    let lower = interval.0.filter(|end| *end != 0.0 && *end < first.value && first.value - end <= 0.1 * reach);
    let towards = |x: &dyn Fn(f64) -> Option<f64>, back: bool| {
        let mut all: Vec<(f64, &CurvePoint)> =
            points.iter().filter_map(|point| x(point.value).map(|x| (x, point))).collect();
        if back {
            all.reverse();
        }
        all
    };
    let ln_of = |value: f64| (value > 0.0).then(|| ln(value));
    let mut ends = Vec::new();
    let mut judge = |end: End, all: Vec<(f64, &CurvePoint)>| {
        if all.len() < 2 || only.is_some_and(|only| only != end) {
            return;
        }
        let window = &all[all.len().saturating_sub(4.max(all.len() / 2 + 1))..];
        let measure = |(x, point): &(f64, &CurvePoint)| {
            let (spread, y) = (point.spread.max(if gap { GAP_SPREAD } else { 0.0 }), point.demand?);
            Some(Measure { x: *x, y, spread, above: if chance { spread } else { 0.0 } })
        };
        let found = if window.iter().any(|(_, point)| point.demand.is_none()) {
            Trend::Unclear { why: "at some of its last values no case could be measured" }
        } else if window.iter().any(|(_, point)| point.demand.is_some_and(|demand| demand >= ENDLESS)) {
            Trend::Unclear { why: "searches come to more than 1e100 there, and to no end" }
        } else if window.iter().any(|(_, point)| point.clipped) {
            Trend::Unclear { why: "so many trials do not tell the quantile that is asked for" }
        } else {
            trend(&all.iter().filter_map(measure).collect::<Vec<_>>())
        };
        ends.push((end, found));
    };
    if gap {
        judge(End::Lower, towards(&|value| ln_of(value).map(|x| -x), true));
        return ends;
    }
    match upper {
        Some(end) => judge(End::Upper, towards(&|value| ln_of(end - value).map(|x| -x), false)),
        None if last.value > 1.0 => judge(End::Upper, towards(&ln_of, false)),
        None => {}
    }
    match lower {
        Some(end) => judge(End::Lower, towards(&|value| ln_of(value - end).map(|x| -x), true)),
        None if first.value > 0.0 && first.value < 1.0 => {
            judge(End::Lower, towards(&|value| ln_of(value).map(|x| -x), true));
        }
        None => {}
    }
    // What is swept from end to end has none to go on to.
    let whole = interval == (Some(first.value), Some(last.value));
    if ends.is_empty() && points.len() > 2 && !whole && only.is_none() {
        ends.push((
            End::Upper,
            Trend::Unclear {
                why: "its values come near no end: none lies above 1, or near an end of the given's interval",
            },
        ));
    }
    ends
}

//! Towards which ends of a given's values growth would be a drift, and what becomes of the demand there.

use super::{Asked, Clipped, Curve, CurvePoint, End, Worst};
use crate::check::trend::{Measure, Trend, ln, trend};

/// What grows towards a number that a given is not grows by more than this part from each distance to the next, which is a thousandth of it.
const GAP_SPREAD: f64 = 0.05;

/// A search of gaussians, which may be as large as one likes, ends where `f64` does, and so do others from there: that they agree says nothing.
const ENDLESS: f64 = 1e100;
/// And what is asked without end where draws come near some number ends where they do, with as much as this or more.
const AS_GOOD_AS_ENDLESS: f64 = 1e12;
/// Values at which something is measured, at least, of those that nobody asked for.
const LEAST_SEEN: usize = 3;
/// A case beside the values of a curve asks for more than they do where it is by more than this part: searches are not that far off from their neighbours'.
const MORE: f64 = 0.1;
/// Values are near an end of an interval that is no farther than this part of what they reach over.
const NEAR_AN_END: f64 = 0.1;
/// What grows by less than this part has not grown.
const RISE: f64 = 0.05;

const CLIPPED: &str = "so many trials do not tell the quantile that is asked for";
const CUT: &str = "at some of its last values runs are cut off before what the statement speaks of";

/// What the values of a curve are.
#[derive(Clone, Copy, Default)]
pub(super) struct About {
    /// The ends of the given's interval that are plain numbers.
    pub interval: (Option<f64>, Option<f64>),
    /// The demands are quantiles, which may be too large as well as too small.
    pub chance: bool,
    /// The values are distances from a number that the given is not: what becomes of the demand as they fall is all that is asked.
    pub gap: bool,
    /// This end alone counts: of givens that go together.
    pub only: Option<End>,
    /// The claim names the given to be swept.
    pub named: bool,
    /// The values come near an open end.
    pub open: bool,
}

impl About {
    pub fn joint(&self) -> bool {
        self.only.is_some()
    }

    /// The points that are read. Of values that nobody asked for those at an end at which there are no cases say nothing of it; nor do those so near an open
    /// end that nothing is measured.
    pub fn seen<'p>(&self, points: &'p [CurvePoint]) -> &'p [CurvePoint] {
        let out = |point: &&CurvePoint| match point.asked {
            Asked::Demand(_) => false,
            Asked::Unmeasured => self.open || self.joint(),
            Asked::NoCase => !self.named,
        };
        let (first, last) = match self.only {
            _ if self.named => (false, false),
            Some(end) => (end == End::Lower, end == End::Upper),
            None => (true, !self.open),
        };
        let from = if first { points.iter().take_while(out).count() } else { 0 };
        let to = points.len() - if last { points.iter().rev().take_while(out).count() } else { 0 };
        points.get(from..to).filter(|seen| seen.len() >= LEAST_SEEN).unwrap_or(points)
    }
}

/// Of givens together, which nobody asked for, it is said that they grow, or may: what is unclear is left out where nothing rises, or no more than for one
/// of them by itself. `alone`: what is asked for each at the values of these points, where that is known.
pub(super) fn unasked(curve: &mut Curve, alone: &[Vec<Option<f64>>]) {
    let Curve { points, ends, .. } = curve;
    let asked: Vec<Option<f64>> = points.iter().map(|point| point.asked.demand()).collect();
    let known: Vec<f64> = asked.iter().flatten().copied().collect();
    let hides = known.len() < LEAST_SEEN && points.iter().any(|point| point.asked == Asked::Unmeasured);
    // By which factor what is asked rises towards an end, where both are known.
    let rise = |of: &[Option<f64>], end: End| {
        let mut both = asked.iter().zip(of).filter(|(joint, _)| joint.is_some_and(|joint| joint > 0.0));
        let (first, last) = (both.next()?.1.as_ref()?, both.next_back()?.1.as_ref()?);
        Some(if end == End::Upper { last / first } else { first / last })
    };
    ends.retain(|(end, trend)| {
        let joint = rise(&asked, *end).unwrap_or(1.0);
        let most = alone.iter().filter_map(|alone| rise(alone, *end)).fold(1.0, f64::max);
        let falls = match (end, &known[..]) {
            (End::Upper, [.., before, last]) | (End::Lower, [last, before, ..]) => last < before,
            _ => false,
        };
        let news = joint > 1.0 + RISE && joint * (1.0 - MORE) > most && !falls;
        hides || news || !matches!(trend, Trend::Unclear { .. })
    });
}

/// What makes a level doubtful where nothing drifts.
///
/// A case between the last two values of a given, or beyond them, asks for more than all of them: what becomes of it towards that end is not known. (Where
/// the values come near an end of its interval there is little beyond.) And searches that come to as much as [`AS_GOOD_AS_ENDLESS`] may end where `f64` does.
pub(super) fn doubt(curve: &mut Curve, worst: &Worst, interval: (Option<f64>, Option<f64>)) {
    let Curve { given, points, ends, .. } = curve;
    let at = worst.at.iter().find(|(name, _)| name == given).map(|(_, at)| *at);
    let known = || points.iter().filter_map(|point| point.asked.demand());
    let most = known().fold(0.0, f64::max);
    for (end, trend) in ends.iter_mut().filter(|(_, trend)| matches!(trend, Trend::Level | Trend::Settles)) {
        let (values, at, bound): (Vec<f64>, _, _) = match end {
            End::Upper => (points.iter().map(|point| point.value).collect(), at, interval.1),
            End::Lower => {
                (points.iter().rev().map(|point| -point.value).collect(), at.map(|at| -at), interval.0.map(|x| -x))
            }
        };
        let [.., before, last] = values[..] else { continue };
        let near = bound.is_some_and(|bound: f64| bound - last <= NEAR_AN_END * (last - values[0]));
        let beside = at.is_some_and(|at| at > before && at != last && (at < last || !near));
        if beside && worst.demand > most * (1.0 + MORE) {
            *trend = Trend::Unclear { why: "a case beside its last values asks for more than any of them" };
        } else if most >= AS_GOOD_AS_ENDLESS {
            *trend = Trend::Unclear { why: "searches come to more than 1e12, and may end where f64 does" };
        }
    }
}

/// The ends of an interval that the values come near, the lower one and the upper one: the trend towards such an end is in the distance from it.
pub(super) fn near(points: &[CurvePoint], about: &About) -> (Option<f64>, Option<f64>) {
    let (Some(first), Some(last), false) = (points.first(), points.last(), about.gap) else { return (None, None) };
    let reach = last.value - first.value;
    let (lower, upper) = about.interval;
    let upper = upper.filter(|end| *end > last.value && end - last.value <= NEAR_AN_END * reach);
    let lower = lower.filter(|end| *end != 0.0 && *end < first.value && first.value - end <= NEAR_AN_END * reach);
    (lower, upper)
}

/// The trends towards the ends at which growth would be a drift: the upper one if the values reach above 1, or come near a finite end of the interval; the lower one if
/// they reach below 1, or near such an end.
pub(super) fn ends(points: &[CurvePoint], about: &About) -> Vec<(End, Trend)> {
    let About { interval, chance, gap, only, .. } = *about;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let (lower, upper) = near(points, about);
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
        // What is not known at the far end of the values says nothing of this one.
        let known = all.iter().position(|(_, point)| matches!(point.asked, Asked::Demand(_))).unwrap_or(0);
        let all = &all[if all.len() - known >= LEAST_SEEN { known } else { 0 }..];
        let window = &all[all.len().saturating_sub(4.max(all.len() / 2 + 1))..];
        let measure = |(x, point): &(f64, &CurvePoint)| {
            let (spread, y) = (point.spread.max(if gap { GAP_SPREAD } else { 0.0 }), point.asked.demand()?);
            Some(Measure { x: *x, y, spread, above: if chance { spread } else { 0.0 } })
        };
        let any = |of: &dyn Fn(&CurvePoint) -> bool| window.iter().any(|(_, point)| of(point));
        let found = if any(&|point| point.asked == Asked::Unmeasured) {
            Trend::Unclear { why: "at some of its last values no case could be measured" }
        } else if any(&|point| point.asked == Asked::NoCase) {
            Trend::Unclear { why: "at some of its last values no case meets the hypotheses" }
        } else if any(&|point| point.asked.demand().is_some_and(|demand| demand >= ENDLESS)) {
            Trend::Unclear { why: "searches come to more than 1e100 there, and to no end" }
        } else if any(&|point| point.clipped == Some(Clipped::Runs)) {
            Trend::Unclear { why: CUT }
        } else if any(&|point| point.clipped == Some(Clipped::Trials)) {
            Trend::Unclear { why: CLIPPED }
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

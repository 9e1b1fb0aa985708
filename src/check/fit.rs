//! What became of the slope that a `[scaling]` claim speaks of: the line through the points of its sweep, and how it stands to what is claimed.
//!
//! Of several repeats, both lines through the points are judged, the robust one and that of least squares. What a few stray runs do to the second is no news of the law,
//! and where errors are skewed the first has a slope that is not that of the means: where one of them speaks against what the other says, or not at all, nothing is decided.
//!
//! A slope is judged only where the points lie on a line: where the local slope, or the points' distance from the line, is off by more than the
//! claim allows for, and that is no chance, the claim is not decided.
//!
//! One repeat is no mean: of several runs that are asked for it decides nothing, and of one run of something random it rejects only if others, made beside it, do too.
//!
//! A true claim whose repeats have slopes that are normal is rejected with probability [`REJECTED_WRONGLY`] at most, so that a suite of `m` such slopes rejects a
//! true one with probability at most `m` times that (Bonferroni's bound). Where they are skewed what rejects, and what holds, asks for more ([`super::line`]); of those that are so in draws too
//! rare to be seen, as where one draw in twenty has all of the effect, nothing of the kind is known. The share is fixed, so that a claim's verdict does not depend on which others are run.

use super::line::{Estimate, Line};
use crate::lang::ast::SlopeBound;

/// Confidence level of the intervals that are shown, and that `held` asks for.
pub const LEVEL: f64 = 0.99;

/// The probability, at most, that a true law is rejected, if the slopes of its repeats are normal.
pub const REJECTED_WRONGLY: f64 = 1e-4;

/// The probability, at most, that a straight law is not taken for a line, half of it for the bend and half for the rest.
pub const BENT_WRONGLY: f64 = 0.01;

/// A normal number is above this with probability 0.5 %, [`BENT_WRONGLY`]'s half. For few points von Neumann's ratio has lighter tails than a
/// normal number: the bounds of Durbin and Watson are beyond.
const ALIKE: f64 = 2.575_829;

/// `about c` allows for this share of `c` to either side, where the claim does not say.
const ABOUT: f64 = 0.1;

/// What a slope is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claimed {
    pub bound: SlopeBound,
    pub value: f64,
    /// How far off it may be, where the claim says.
    pub within: Option<f64>,
}

impl Claimed {
    /// How far off it may be: without `within` a share of the value, so not positive if that is zero.
    pub fn room(&self) -> f64 {
        self.within.unwrap_or(ABOUT * self.value.abs())
    }

    /// How much the local slope of a line may change from its middle to an end. Where the claim does not say, a share of the claimed slope or
    /// of the one that is found, whichever is steeper: a law far inside of a bound is as straight as one at it.
    pub fn straight(&self, slope: f64) -> f64 {
        self.within.unwrap_or(ABOUT * self.value.abs().max(slope.abs()))
    }

    /// The slopes that meet the claim.
    pub fn allowed(&self) -> (f64, f64) {
        let slack = match self.bound {
            SlopeBound::About => self.room(),
            SlopeBound::AtLeast | SlopeBound::AtMost => self.within.unwrap_or(0.0),
        };
        match self.bound {
            SlopeBound::About => (self.value - slack, self.value + slack),
            SlopeBound::AtLeast => (self.value - slack, f64::INFINITY),
            SlopeBound::AtMost => (f64::NEG_INFINITY, self.value + slack),
        }
    }
}

/// What the points lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Line,
    /// Its slope changes along the sweep.
    Bends,
    /// They are off the line, not as chance has it, and a bend is not all of it.
    Off,
}

/// Points and runs that are no part of the fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Points of the sweep that come before `from`.
    pub before: u64,
    /// Points at which `steps` ended some run before what ends it. The others there are those that were fast, and not the law's.
    pub cut: u64,
    /// Points without a finite value in many repeats, for another reason.
    pub empty: u64,
    /// Points that would have one, were it not for a rounding that is larger than all that the points tell.
    pub blurred: u64,
    /// Points that are the same as another in every repeat. They are shown, and count as one.
    pub copies: u64,
    /// Repeats that lack a point that counts.
    pub repeats: u64,
}

/// Why a slope is not decided, whatever its interval says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Several runs are asked for, and there is one repeat.
    Single,
    /// Runs that share the integers that are drawn are all the same, in few repeats: these may have had the same integers.
    Same,
    /// One repeat is against the claim, and the others that were made for that are not, or none could be made.
    Alone,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    pub line: Line,
    pub claimed: Claimed,
    /// Runs a point that the claim asks for, and those that the budget allowed.
    pub runs: (u64, u64),
    pub left_out: LeftOut,
    /// The swept values of the first few points at which runs are cut off.
    pub cut_at: Vec<String>,
    /// Means over the repeats, in the order of the sweep.
    pub points: Vec<(f64, f64)>,
    pub shape: Shape,
    /// Whether the slope is as claimed; `None` where that is not decided.
    pub ok: Option<bool>,
    pub withheld: Option<Withheld>,
    /// Whether eight runs share integers that are drawn, and are one repeat.
    pub shared: bool,
    /// Repeats that were made beside one that is against the claim.
    pub others: u64,
}

impl Fit {
    pub fn new(line: Line, claimed: Claimed, runs: (u64, u64), left_out: LeftOut, points: Vec<(f64, f64)>) -> Self {
        let shape = shape(&line, claimed.straight(line.slope.value));
        let ok = if shape == Shape::Line { decide(&line, &claimed) } else { None };
        let cut_at = Vec::new();
        Self { line, claimed, runs, left_out, cut_at, points, shape, ok, withheld: None, shared: false, others: 0 }
    }

    /// Not decided, whatever its interval says.
    #[must_use]
    pub fn withheld(self, why: Withheld) -> Self {
        Self { ok: None, withheld: Some(why), ..self }
    }

    /// What one repeat, which is against the claim, comes to beside so many others: they must be against it too, since the points of one repeat may
    /// share what takes them off the law together, as the sums of a walk do.
    #[must_use]
    pub fn beside(self, count: u64, others: Option<&Self>) -> Self {
        let first = Self { others: count, ..self };
        let against = others.is_some_and(|others| others.ok == Some(false));
        if against { first } else { first.withheld(Withheld::Alone) }
    }

    /// Of the robust slope, at [`LEVEL`].
    pub fn interval(&self) -> (f64, f64) {
        self.line.slope.interval(1.0 - LEVEL)
    }

    /// The same at the level of a rejection.
    pub fn wide_interval(&self) -> (f64, f64) {
        self.line.slope.interval(REJECTED_WRONGLY)
    }

    /// The slope by least squares where it is judged too, and at [`LEVEL`] is another than the robust one.
    pub fn other(&self) -> Option<Estimate> {
        let of_squares = *judged(&self.line).get(1)?;
        let ((lo, hi), (from, to)) = (self.interval(), of_squares.interval(1.0 - LEVEL));
        (hi < from || to < lo).then_some(of_squares)
    }

    /// The interval that keeps the claim from being held, where only the skewness of the repeats' slopes does.
    pub fn skewed_to_hold(&self) -> Option<(f64, f64)> {
        let (least, most) = self.claimed.allowed();
        let undecided = self.shape == Shape::Line && self.ok.is_none() && self.withheld.is_none();
        let inside = |slope: &Estimate| within(slope.interval(1.0 - LEVEL), (least, most));
        (undecided && judged(&self.line).iter().all(inside)).then(|| self.line.least_squares.holding(1.0 - LEVEL))
    }

    /// The interval that keeps the claim from being rejected, where only the skewness of the repeats' slopes does.
    pub fn skewed(&self) -> Option<(f64, f64)> {
        let interval = |slope: &Estimate| slope.interval(REJECTED_WRONGLY);
        let (least, most) = self.claimed.allowed();
        let beyond = beyond(&judged(&self.line).iter().map(interval).collect::<Vec<_>>(), (least, most));
        (self.shape == Shape::Line && self.ok.is_none() && beyond)
            .then(|| self.line.least_squares.cautious(REJECTED_WRONGLY))
    }
}

/// `at eta = 0.01 runs are cut off by `steps`: it has no value`, of so many points of which some are named; nothing where there are none.
pub fn cut_off(named: &[String], count: u64) -> Option<String> {
    let named = named.get(..(count.min(named.len() as u64) as usize))?;
    let more = count - named.len() as u64;
    let rest = match more {
        0 => String::new(),
        1 => ", and at one more point,".to_owned(),
        _ => format!(", and at {more} more points,"),
    };
    let has = if count == 1 { "it has" } else { "they have" };
    (!named.is_empty()).then(|| format!("at {}{rest} runs are cut off by `steps`: {has} no value", named.join("; at ")))
}

/// Decimals that show two digits of half an interval, as far as eight; `None` where so many do not tell its ends apart.
pub fn decimals((lo, hi): (f64, f64)) -> Option<usize> {
    let half = (hi - lo) / 2.0;
    let digits = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6].iter().position(|unit| half >= *unit).map_or(8, |at| at + 3);
    (half >= 5e-9).then_some(digits)
}

/// A parabola whose slope is off by `room` at either end of a span of length `l` is off its line by `room*l/(6*sqrt(5))` in the root mean square.
fn visible(room: f64, span: (f64, f64)) -> f64 {
    room * (span.1 - span.0) / (6.0 * 5.0_f64.sqrt())
}

fn shape(line: &Line, room: f64) -> Shape {
    let outside = BENT_WRONGLY / 2.0;
    let bend = line.bend.value.abs();
    if bend > 2.0 * room && bend > line.bend.half(outside) {
        return Shape::Bends;
    }
    let (size, ratio, freedom) = line.off;
    let t = super::student::two_sided(freedom, outside);
    let by_chance = if freedom > 0 { ratio <= t * t } else { line.alike <= ALIKE };
    if size > visible(room, line.span) && !by_chance { Shape::Off } else { Shape::Line }
}

/// The slopes of the lines that are judged. One repeat has no mean, and what strays in it is all that least squares could add.
pub fn judged(line: &Line) -> Vec<Estimate> {
    if line.repeats > 1 { vec![line.slope, line.least_squares] } else { vec![line.slope] }
}

/// Whether all slopes that are judged are as claimed, or all beyond it. The slope of the means is that of least squares, and where it is judged its skewness counts.
fn decide(line: &Line, claimed: &Claimed) -> Option<bool> {
    let (least, most) = claimed.allowed();
    let judged = judged(line);
    let mut wide = vec![line.slope.interval(REJECTED_WRONGLY)];
    wide.extend(judged.get(1).map(|squares| squares.cautious(REJECTED_WRONGLY)));
    let mut narrow = vec![line.slope.interval(1.0 - LEVEL)];
    narrow.extend(judged.get(1).map(|squares| squares.holding(1.0 - LEVEL)));
    if narrow.into_iter().all(|interval| within(interval, (least, most))) {
        Some(true)
    } else if beyond(&wide, (least, most)) {
        Some(false)
    } else {
        None
    }
}

fn within((lo, hi): (f64, f64), (least, most): (f64, f64)) -> bool {
    lo >= least && hi <= most
}

/// Whether all intervals are beyond what is allowed, on one side of it.
fn beyond(intervals: &[(f64, f64)], (least, most): (f64, f64)) -> bool {
    intervals.iter().all(|(_, hi)| *hi < least) || intervals.iter().all(|(lo, _)| *lo > most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_have_as_many_decimals_as_tell_them_apart() {
        assert_eq!(decimals((1.9, 2.1)), Some(3));
        assert_eq!(decimals((1.999_998, 2.000_002)), Some(7));
        assert_eq!(decimals((2.0 - 1e-8, 2.0 + 1e-8)), Some(8));
        assert_eq!(decimals((2.0 - 1e-9, 2.0 + 1e-9)), None);
        assert_eq!(decimals((2.0, 2.0)), None);
        assert_eq!(decimals((f64::NEG_INFINITY, f64::INFINITY)), Some(3));
    }
}

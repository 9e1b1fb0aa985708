//! Straight lines through repeated points: their slope, how well it is known, and whether a line is what the points lie on.
//!
//! Every repeat has all points. So what points of one repeat share, a start or a setting, is in that repeat's own slope, and slopes of different
//! repeats are independent: the interval is Student's over the repeats. A design without chance, or with one repeat, has only its
//! residuals about the line to go by; and no interval is narrower than those say, so that a plot that is rough rather
//! than noisy is not taken for exact.
//!
//! Two lines. That of least squares, and that of Theil and Sen, the median of the slopes of all pairs of points, which a
//! few stray points do not move: its asymptotic variance is at most `PI / 3` of that of least squares for normal errors. But only the first is linear in
//! the ordinates, so that its mean over the repeats is the slope of the means; where errors are skewed, and not alike along the sweep, that of a median is another.
//! One repeat is judged by the second, several by both.
//!
//! Skewness: slopes that are small but for a rare draw agree on one that is not their mean. So an interval that is to reject, or to hold, reaches further to the
//! side where such draws would lie ([`Estimate::cautious`], [`Estimate::holding`]).
//!
//! Whether it is a line: the quadratic term of each repeat, tested over the repeats as the slope is; and what the repeats leave of the
//! line together against what they leave singly, with as few degrees of freedom as Box allows for, whatever the errors along a repeat share.
//! One repeat has nothing to compare with but its own order: von Neumann's ratio says whether neighbours along the line are off it alike. By the same
//! ratio `eta` its `n` points are worth `n*eta/(4 - eta)` that are independent, as those of an autoregression are, and its interval is Student's for so many.
//! Points that are one another's copies in every repeat are one.
//!
//! Counts: an ordinate that is one may be up to a step off what is meant, in all repeats alike, and its error counts as one of rounding.
//!
//! Rounding: what the errors of the single points may do to the median of the slopes of their pairs, repeat by repeat.
//!
//! References: P. K. Sen, *J. Amer. Statist. Assoc.* 63 (1968) 1379-1389; Draper & Smith, *Applied Regression Analysis*, §1.4 and §2.1; G. E. P. Box,
//! *Ann. Math. Statist.* 25 (1954) 484-498, Theorem 6.6 (the least degrees of freedom); J. von Neumann, *Ann. Math. Statist.* 12 (1941) 367-395;
//! N. J. Johnson, *J. Amer. Statist. Assoc.* 73 (1978) 536-544 (Student's t of skewed populations).
//!
//! Not here: what is claimed of a slope, and how the points are made.

use super::student::two_sided;
use crate::claim::model::LEAST_POINTS;
use std::collections::BTreeMap;

/// From so many points on only pairs half the sweep apart are taken, as many as there are points: all of them would be too many.
const ALL_PAIRS: usize = 1500;

/// So many times is added to Student's t what a skewness does to it to first order: few repeats show less of theirs than they have, and the first order falls
/// short far out. Found by the simulation in the tests, as is the next.
const SKEW: f64 = 8.0;

/// The same for an interval that is to hold, whose t is smaller. Found by simulation: of 4, 8, 12, 16 and 24 the least with which none of the false laws in the
/// tests, a twentieth off, is held by 16 repeats more than twice in a hundred.
const SKEW_TO_HOLD: f64 = 16.0;

/// Where it is to hold, a skewness beyond so many of its own standard deviations (for normal slopes) counts, whatever the slopes' size.
const SEEN: f64 = 2.5;

/// Beyond so many standard errors, and so many times Student's t, no skewness is allowed for: what is that far off is off.
const FAR: (f64, f64) = (25.0, 3.0);

/// One repeat: the abscissae and ordinates of all points, in the order of the sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeat {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

/// Bounds on what rounding did to the abscissae and the ordinates of one repeat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rounding {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// What a step makes of an ordinate that is made of counts: what is meant lies up to so far off, and always to the same side.
    pub step: Vec<f64>,
}

impl Rounding {
    fn is_none(&self) -> bool {
        self.x.iter().chain(&self.y).chain(&self.step).all(|error| *error == 0.0)
    }
}

/// A number with the half-width of an interval for it, for any level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Its standard error over repeats, and their degrees of freedom (none: a single repeat).
    repeats: (f64, u64),
    /// Their sample skewness.
    skewness: f64,
    /// Standard error and degrees of freedom from the points' residuals.
    residuals: (f64, u64),
    /// What rounding may have moved it by.
    pub rounding: f64,
}

impl Estimate {
    /// The half-width of the interval that misses with probability `outside`.
    pub fn half(&self, outside: f64) -> f64 {
        self.reach(outside, 1.0)
    }

    pub fn interval(&self, outside: f64) -> (f64, f64) {
        let half = self.half(outside);
        (self.value - half, self.value + half)
    }

    /// The interval that may reject: at either end it reaches further as the repeats are skewed that way: draws
    /// too rare to have been seen would lie there.
    pub fn cautious(&self, outside: f64) -> (f64, f64) {
        let times = |side: f64| skewed(self.repeats.1, side * self.skewness, SKEW, outside);
        (self.value - self.reach(outside, times(-1.0)), self.value + self.reach(outside, times(1.0)))
    }

    /// The interval that may hold, which reaches further in the same way. A few repeats of normal slopes seem skewed too, and little would be held of them; so what
    /// their skewness is counts as far as slopes whose logarithm is normal would have it if they were as far apart, for their size, as these
    /// (`3v + v^3`, where they differ by `v` of their mean), and beyond that as far as it is more than normal slopes seem to have.
    pub fn holding(&self, outside: f64) -> (f64, f64) {
        let n = self.repeats.1 as f64 + 1.0;
        let apart = self.repeats.0 * n.sqrt() / self.value.abs();
        let likely = 3.0 * apart + apart * apart * apart;
        let by_chance = SEEN * (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).max(0.0).sqrt();
        let times = |side: f64| {
            let skewness = side * self.skewness;
            skewed(self.repeats.1, skewness.min(likely).max(skewness - by_chance), SKEW_TO_HOLD, outside)
        };
        (self.value - self.reach(outside, times(-1.0)), self.value + self.reach(outside, times(1.0)))
    }

    /// With so many times Student's t over the repeats.
    fn reach(&self, outside: f64, times: f64) -> f64 {
        let of = |(error, freedom): (f64, u64)| if error > 0.0 { error * two_sided(freedom, outside) } else { 0.0 };
        let chance = if self.repeats.1 == 0 { 0.0 } else { times * of(self.repeats) };
        let rough = if self.residuals.1 == 0 && self.repeats.1 > 0 { 0.0 } else { of(self.residuals) };
        chance.max(rough) + self.rounding
    }
}

/// By how much Student's t is to be multiplied where the repeats are skewed like this towards the end in question. To first order a skewness `g` of `n`
/// repeats adds `g (2t^2 + 1)/(6 sqrt(n))` to it.
fn skewed(freedom: u64, skewness: f64, factor: f64, outside: f64) -> f64 {
    let (n, t) = (freedom as f64 + 1.0, two_sided(freedom, outside));
    let asked = t + factor * skewness.max(0.0) * (2.0 * t * t + 1.0) / (6.0 * n.sqrt());
    // Of no freedom t is infinite, and nothing is multiplied by it.
    if t.is_finite() { asked.min(FAR.0.max(FAR.1 * t)) / t } else { 1.0 }
}

/// What the points say of a line through them.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// By pairs of points.
    pub slope: Estimate,
    /// Of several repeats an unbiased estimate of the slope of their means.
    pub least_squares: Estimate,
    /// The ordinate of the first line at abscissa 0.
    pub offset: f64,
    /// How much more the quadratic's slope is at the greatest abscissa than at the least.
    pub bend: Estimate,
    /// The quadratic's slope at the least and at the greatest abscissa.
    pub ends: (f64, f64),
    /// Mean residual of the points about the line, in the root mean square; and the ratio (as Student's t, squared) that it is tested by, with
    /// its degrees of freedom.
    pub off: (f64, f64, u64),
    /// Of a single repeat: by how many standard deviations neighbours are off the line more alike than independent errors would be.
    pub alike: f64,
    /// The least and the greatest abscissa.
    pub span: (f64, f64),
    /// Repeats that are independent and not all the same.
    pub repeats: u64,
    /// Points that are not copies of others.
    pub points: u64,
    /// Of a single repeat: how many independent points its points are worth.
    pub effective: f64,
}

/// Least squares of one repeat, in polynomials that are orthogonal over its abscissae.
struct Curve {
    slope: f64,
    squared: f64,
    mean: (f64, f64),
    sxx: f64,
    /// `p1^3` over `p1^2`, summed.
    skew: f64,
    /// Sum of the squares of the second polynomial.
    spread: f64,
}

impl Curve {
    fn of(repeat: &Repeat) -> Self {
        let n = repeat.x.len() as f64;
        let mean = (sum(repeat.x.iter().copied()) / n, sum(repeat.y.iter().copied()) / n);
        let first = || repeat.x.iter().map(|x| x - mean.0);
        let sxx = sum(first().map(|p| p * p));
        let slope = sum(first().zip(&repeat.y).map(|(p, y)| p * (y - mean.1))) / sxx;
        let skew = sum(first().map(|p| p * p * p)) / sxx;
        let second = || first().map(|p| p * p - skew * p - sxx / n);
        let spread = sum(second().map(|p| p * p));
        let squared =
            sum(second().zip(first()).zip(&repeat.y).map(|((q, p), y)| q * (y - mean.1 - slope * p))) / spread;
        Self { slope, squared, mean, sxx, skew, spread }
    }

    /// What rounding may have done to the slope, to first order in the errors of abscissae.
    fn rounding(&self, repeat: &Repeat, errors: &Rounding) -> f64 {
        let of = |i: usize| {
            let (p, r) = ((repeat.x[i] - self.mean.0).abs(), self.residual(repeat.x[i], repeat.y[i]).abs());
            // Of steps to one side half cancels, since the weights sum to 0.
            p * (errors.y[i] + errors.step[i] / 2.0 + self.slope.abs() * errors.x[i]) + r * errors.x[i]
        };
        sum((0..repeat.x.len()).map(of)) / self.sxx
    }

    /// Of the line.
    fn residual(&self, x: f64, y: f64) -> f64 {
        (y - self.mean.1) - self.slope * (x - self.mean.0)
    }

    /// The quadratic's slope.
    fn slope_at(&self, x: f64) -> f64 {
        self.slope + self.squared * (2.0 * (x - self.mean.0) - self.skew)
    }
}

/// Why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLine {
    /// Fewer points than this.
    Points(usize),
    /// Fewer different abscissae than this.
    Abscissae(usize),
}

/// Fits all repeats, each of which has the same number of finite points; `error` bounds what rounding did to an ordinate.
///
/// # Errors
/// If there are too few points, or they stand above too few abscissae.
pub fn line(repeats: &[Repeat], error: f64) -> Result<Line, NoLine> {
    let same = |repeat: &Repeat| Rounding {
        x: vec![0.0; repeat.x.len()],
        y: vec![error; repeat.y.len()],
        step: vec![0.0; repeat.y.len()],
    };
    line_of_rounded(repeats, &repeats.iter().map(same).collect::<Vec<_>>())
}

/// The same, where each point of each repeat has a rounding of its own.
///
/// # Errors
/// As [`line()`].
pub fn line_of_rounded(repeats: &[Repeat], errors: &[Rounding]) -> Result<Line, NoLine> {
    let (repeats, errors) = without_copies(repeats, errors);
    let count = repeats.first().map_or(0, |repeat| repeat.x.len());
    if count < LEAST_POINTS {
        return Err(NoLine::Points(LEAST_POINTS));
    }
    // Repeats that are all the same are one: nothing was left to chance.
    let many = if repeats.iter().all(|repeat| *repeat == repeats[0]) { 1 } else { repeats.len() };
    let (repeats, errors) = (&repeats[..many], &errors[..many]);
    let middle = middle(repeats, count);
    let whole = Curve::of(&middle);
    let curves: Vec<Curve> = repeats.iter().map(Curve::of).collect();
    if std::iter::once(&middle).chain(repeats).any(|repeat| different(&repeat.x) < LEAST_POINTS) {
        return Err(NoLine::Abscissae(LEAST_POINTS));
    }
    let slopes: Vec<f64> = repeats.iter().map(theil_sen).collect();
    // One repeat is its own middle.
    let steep = if many == 1 { slopes[0] } else { theil_sen(&middle) };
    let level = offset(&middle, steep);
    let n = count as f64;
    let likeness = if many == 1 { Some(likeness(&middle, &whole)) } else { None };
    let effective = likeness.map_or(n, |eta| (n * eta / (4.0 - eta)).clamp(LEAST_POINTS as f64, n));
    let freedom = effective as u64 - 2;
    // About each line, from the points' medians over the repeats.
    let about = |residual: &dyn Fn(f64, f64) -> f64, freedom: u64| {
        let squares = sum(middle.x.iter().zip(&middle.y).map(|(x, y)| residual(*x, *y) * residual(*x, *y)));
        if freedom == 0 { 0.0 } else { squares / freedom as f64 }
    };
    let robust = about(&|x, y| y - level - steep * x, freedom);
    let squares = about(&|x, y| whole.residual(x, y), freedom);
    let quadratic = about(
        &|x, y| {
            let p = x - whole.mean.0;
            whole.residual(x, y) - whole.squared * (p * p - whole.skew * p - whole.sxx / n)
        },
        count as u64 - 3,
    );
    let (least, greatest) = span(&middle.x);
    let mean_of = |of: &dyn Fn(usize) -> f64| sum((0..many).map(of)) / many as f64;
    let rounding = mean_of(&|j| moved(&repeats[j], &errors[j]));
    let rounding_of_squares = mean_of(&|j| curves[j].rounding(&repeats[j], &errors[j]));
    let estimate = |values: Vec<f64>, residuals: (f64, u64), rounding: f64| {
        let (value, error) = mean_and_error(&values);
        let repeats = (error, values.len() as u64 - 1);
        Estimate { value, repeats, skewness: skewness(&values, value), residuals, rounding }
    };
    let intercepts: Vec<f64> = repeats.iter().zip(&slopes).map(|(repeat, slope)| offset(repeat, *slope)).collect();
    let slope = estimate(slopes, ((std::f64::consts::FRAC_PI_3 * robust / whole.sxx).sqrt(), freedom), rounding);
    let least_squares = estimate(
        curves.iter().map(|curve| curve.slope).collect(),
        ((squares / whole.sxx).sqrt(), freedom),
        rounding_of_squares,
    );
    let width = greatest - least;
    let change = |curve: &Curve| 2.0 * curve.squared * width;
    let mut bend = estimate(
        curves.iter().map(change).collect(),
        (2.0 * width * (quadratic / whole.spread).sqrt(), count as u64 - 3),
        // Loosely: the slopes of two halves.
        4.0 * rounding_of_squares,
    );
    if repeats.len() > 1 {
        // Roughness about the quadratic is tested by itself.
        bend.residuals = (0.0, 0);
    }
    let at = |x: f64| sum(curves.iter().map(|curve| curve.slope_at(x))) / curves.len() as f64;
    // What steps of counts can make of it is no sign that there is no line.
    let (size, ratio, singly) = off_the_line(repeats, &curves, count);
    let less = size - errors.iter().flat_map(|errors| &errors.step).fold(0.0, |most: f64, step| most.max(*step)) / 2.0;
    Ok(Line {
        slope,
        least_squares,
        offset: sum(intercepts.iter().copied()) / intercepts.len() as f64,
        bend,
        ends: (at(least), at(greatest)),
        off: (less.max(0.0), ratio, singly),
        alike: likeness.map_or(0.0, |eta| (2.0 - eta) / (2.0 * ((n - 2.0) / (n * n - 1.0)).sqrt())),
        span: (least, greatest),
        repeats: repeats.len() as u64,
        points: count as u64,
        effective,
    })
}

/// The mean residual of a point over the repeats, in the root mean square, and how it stands to what the repeats leave singly.
fn off_the_line(repeats: &[Repeat], curves: &[Curve], count: usize) -> (f64, f64, u64) {
    let (many, n) = (repeats.len() as f64, count as f64);
    let residual = |j: usize, i: usize| curves[j].residual(repeats[j].x[i], repeats[j].y[i]);
    let mean: Vec<f64> = (0..count).map(|i| sum((0..repeats.len()).map(|j| residual(j, i))) / many).collect();
    let together = sum(mean.iter().map(|m| m * m));
    if repeats.len() < 2 {
        return ((together / n).sqrt(), 0.0, 0);
    }
    let singly = sum((0..repeats.len()).flat_map(|j| (0..count).map(move |i| (j, i))).map(|(j, i)| {
        let r = residual(j, i) - mean[i];
        r * r
    }));
    let ratio = many * together * (many - 1.0) / singly;
    ((together / n).sqrt(), if ratio.is_nan() { 0.0 } else { ratio }, repeats.len() as u64 - 1)
}

/// Von Neumann's ratio of the residuals in the order of the abscissae, the mean square of their successive differences to their own: 2 for independent
/// errors, give or take `2 sqrt((n - 2)/(n^2 - 1))`, and near 0 for a curve, or for points that are one another's copies.
fn likeness(repeat: &Repeat, curve: &Curve) -> f64 {
    let mut order: Vec<usize> = (0..repeat.x.len()).collect();
    order.sort_by(|&i, &j| repeat.x[i].total_cmp(&repeat.x[j]));
    let residuals: Vec<f64> = order.iter().map(|&i| curve.residual(repeat.x[i], repeat.y[i])).collect();
    let squares = sum(residuals.iter().map(|r| r * r));
    let successive = sum(residuals.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])));
    // An exact line has no residuals to be alike.
    if squares > 0.0 { (successive / squares).min(2.0) } else { 2.0 }
}

/// Of points that have the same bits as another in every repeat only the first, with the greater of their errors.
fn without_copies(repeats: &[Repeat], errors: &[Rounding]) -> (Vec<Repeat>, Vec<Rounding>) {
    let count = repeats.first().map_or(0, |repeat| repeat.x.len());
    let mut first: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    let mut kept: Vec<usize> = Vec::new();
    let mut copies: Vec<Vec<usize>> = Vec::new();
    for i in 0..count {
        let bits = repeats.iter().flat_map(|repeat| [repeat.x[i].to_bits(), repeat.y[i].to_bits()]).collect();
        let at = *first.entry(bits).or_insert_with(|| {
            kept.push(i);
            copies.push(Vec::new());
            kept.len() - 1
        });
        copies[at].push(i);
    }
    let of = |values: &[f64]| kept.iter().map(|&i| values[i]).collect();
    let greatest = |values: &[f64]| copies.iter().map(|of| of.iter().map(|&i| values[i]).fold(0.0, f64::max)).collect();
    (
        repeats.iter().map(|repeat| Repeat { x: of(&repeat.x), y: of(&repeat.y) }).collect(),
        errors
            .iter()
            .map(|errors| Rounding { x: greatest(&errors.x), y: greatest(&errors.y), step: greatest(&errors.step) })
            .collect(),
    )
}

/// Each point's median over the repeats.
fn middle(repeats: &[Repeat], count: usize) -> Repeat {
    let of = |values: fn(&Repeat) -> &Vec<f64>| {
        (0..count).map(|i| median(repeats.iter().map(|repeat| values(repeat)[i]).collect())).collect()
    };
    Repeat { x: of(|repeat| &repeat.x), y: of(|repeat| &repeat.y) }
}

/// The median of the slopes of pairs of points, those above one abscissa left out.
fn theil_sen(points: &Repeat) -> f64 {
    let Repeat { x, y } = points;
    median(pairs(x).into_iter().map(|(i, j)| (y[j] - y[i]) / (x[j] - x[i])).collect())
}

/// How far rounding may have moved that median: each slope is moved as far as the errors of its two points allow, all up or all down, since a median
/// grows with each of what it is taken of. A pair that rounding may have turned round is moved beyond all others.
fn moved(points: &Repeat, errors: &Rounding) -> f64 {
    let Repeat { x, y } = points;
    if errors.is_none() {
        return 0.0;
    }
    let slopes = pairs(x).into_iter().map(|(i, j)| {
        let (wide, slope) = ((x[j] - x[i]).abs(), (y[j] - y[i]) / (x[j] - x[i]));
        let across = errors.x[i] + errors.x[j];
        // What is meant lies to one side of both ordinates, so that at most one of them is off.
        let up = errors.y[i] + errors.y[j] + errors.step[i].max(errors.step[j]) + slope.abs() * across;
        (slope, if across < wide { up / (wide - across) } else { f64::INFINITY })
    });
    let (slopes, by): (Vec<f64>, Vec<f64>) = slopes.unzip();
    let shifted = |sign: f64| median(slopes.iter().zip(&by).map(|(slope, by)| slope + sign * by).collect());
    let (least, slope, greatest) = (shifted(-1.0), median(slopes.clone()), shifted(1.0));
    let far = (greatest - slope).max(slope - least);
    if far.is_nan() { f64::INFINITY } else { far }
}

/// The pairs of points whose slopes are taken.
fn pairs(x: &[f64]) -> Vec<(usize, usize)> {
    let count = x.len();
    let apart = |&(i, j): &(usize, usize)| x[i] != x[j];
    if count <= ALL_PAIRS {
        return (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j))).filter(apart).collect();
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&i, &j| x[i].total_cmp(&x[j]));
    let half = count / 2;
    (0..count - half).map(|i| (order[i], order[i + half])).filter(apart).collect()
}

fn offset(points: &Repeat, slope: f64) -> f64 {
    median(points.x.iter().zip(&points.y).map(|(x, y)| y - slope * x).collect())
}

/// Of nothing, NaN.
fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    if values.is_empty() {
        return f64::NAN;
    }
    let odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if !odd => lower + (*upper - lower) / 2.0,
        _ => *upper,
    }
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let squares = sum(values.iter().map(|v| (v - mean) * (v - mean)));
    (mean, if values.len() < 2 { 0.0 } else { (squares / (n - 1.0) / n).sqrt() })
}

/// Third central moment in units of the second; 0 where nothing varies.
fn skewness(values: &[f64], mean: f64) -> f64 {
    let n = values.len() as f64;
    let square = sum(values.iter().map(|v| (v - mean) * (v - mean))) / n;
    let cube = sum(values.iter().map(|v| (v - mean) * (v - mean) * (v - mean))) / n;
    let skewness = cube / (square * square.sqrt());
    if skewness.is_finite() { skewness } else { 0.0 }
}

/// In order, from the left.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

fn span(x: &[f64]) -> (f64, f64) {
    x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(*x), hi.max(*x)))
}

/// How many different numbers, as far as it matters here.
fn different(x: &[f64]) -> usize {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted.len()
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;

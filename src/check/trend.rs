//! Whether a number that was measured at some values of a variable goes on growing towards an end of them, or settles.
//!
//! What a search finds is a lower bound of what there is to find, a little off; so each point has a spread, and a step that is within the spreads of
//! its ends is none. Variables are looked at in their logarithm x, in which a power of the variable grows by a factor for each step, the logarithm by
//! the same amount, and what has a limit by less and less. Whether a limit is there is a matter of the *steepness* `dy/dx`: if it falls like `x^-q`, what is still to
//! come is finite for q > 1 (an inverse logarithm has 2, a power of the variable as much as one likes), and not for q < 1 (a logarithm has 0, its root 1/2). q is measured
//! over the last points, and once more at the very end, so that what rises once on the way from one level to another is not taken for growth.
//!
//! Two kinds of values have rules of their own. *Counts*, as of steps, rise by whole numbers, so a level of them says something only where it is much
//! longer than the steps before (`steps_on`). *Quantiles* of trials may be too large as well as too small: a level of them has to be known well enough
//! that no slow rise would have been missed (`may_rise`), and where no single step tells anything all values together may (`fitted`).
//!
//! Nothing here is a proof: values beyond the last are not known. A trend that is neither is said to be unclear.

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// The variable's logarithm, towards the end that is asked about: increasing from point to point.
    pub x: f64,
    /// At least 0.
    pub y: f64,
    /// By which part of itself the value may be too small.
    pub spread: f64,
    /// And by which part too large: none of a search, whose cases are there.
    pub above: f64,
}

/// What becomes of the value towards the end.
#[derive(Clone, Debug, PartialEq)]
pub enum Trend {
    /// It does not grow there: it stays within its spreads, or falls.
    Level,
    /// It grows by less and less.
    Settles,
    /// It grows like a power of the variable (of its logarithm, where the exponent is small), with the interval of the exponent.
    Grows { exponent: f64, interval: (f64, f64) },
    /// Why nothing can be said.
    Unclear { why: &'static str },
}

/// The least points that a trend is read off.
const LEAST_POINTS: usize = 4;
/// A change by so little is none, whatever the spread.
const NO_CHANGE: f64 = 0.02;
/// A rise at the end by more than this part, after a fall, is no fault of a search; nor is one within a short range.
const TURN: f64 = 0.05;
/// Steps that a range is divided into, at most.
const MOST_STEPS: f64 = 12.0;
/// What rises by this part, at least, of the rate at which it rose before goes on to rise.
const GOES_ON: f64 = 0.5;
/// A level of quantiles is seen where they do not rise by this part.
const UNSEEN: f64 = 0.1;
/// Quantiles that are the same but for this are of the same trials.
const SAME: f64 = 1e-6;
/// What counts has come to its end where it has stayed for so many times as long as it ever did before.
const STAYS: f64 = 2.0;
/// Larger whole numbers are no counts.
const MOST_COUNTED: f64 = 1e6;
/// A dip by more than this part is no fault of a search.
const DEEPEST_FAULT: f64 = 0.25;
/// Quantiles at no more values than a trend has at least, which grow by less than this factor, do so too slowly for a trend.
const SLOW: f64 = 2.0;
/// A spread up to which values that are no higher than others are taken to be so.
const SURE: f64 = 0.15;
/// A fall by this part of the rise before it, back to where it was, is more than an unevenness of what grows, or a search that is stuck at the last value.
const FELL: f64 = 1.0;
/// And one up to which what may be at the end is compared with what is before it; of worse searches nothing is said.
const BAD: f64 = 0.5;
/// Of the exponent with which the steepness falls: up to here what is still to come has no bound.
const GROWING: f64 = 0.75;
/// From here on it has.
const SETTLING: f64 = 1.5;
/// The exponents q of what grows and of what settles, in quarters; and by how much x may begin before the first value. From 0 on, what grows does so
/// least.
const QUARTERS: ((i32, i32), (i32, i32)) = ((-8, 3), (6, 24));
const BEFORE: ([f64; 4], [f64; 4]) = ([0.0, 0.25, 1.0, 2.0], [0.25, 1.0, 2.0, 4.0]);
/// How well a steepness has to fit, in squares of deviations a value, and how much worse the others.
const FITS: f64 = 2.0;
const APART: f64 = 9.0;
/// Within values that span less than this (a factor of 20) what settles has a stretch on which it looks like a logarithm, as `q/(q + 3)` has from 2 to 8; growth
/// is seen there only if it gets steeper, as a power's does:
const SHORT: f64 = 3.0;
/// by this factor at least, since the searches of some values may be better than those of others,
const SEEN: f64 = 1.5;
/// and in steepness by this part, as a logarithm, of what a power would.
const STEEPER: f64 = 0.5;
/// A steepness that has risen by this factor is not that of a logarithm;
const RISEN: f64 = 2.0;
/// and an exponent that falls to this part of itself not that of a power.
const LESS: f64 = 0.75;
/// Logarithms of values nearer to 1 than this say nothing of how a steepness falls.
const LEAST_X: f64 = 0.25;

/// What the last points say.
pub fn trend(points: &[Measure]) -> Trend {
    let points = thinned(points);
    match judged(&points) {
        Trend::Level | Trend::Settles if steps_on(&points) => {
            Trend::Unclear { why: "it grows by whole steps, and has not stayed for longer than before" }
        }
        found => found,
    }
}

fn judged(points: &[Measure]) -> Trend {
    let Some(last) = points.last() else { return Trend::Unclear { why: "nothing was measured" } };
    let greatest = points.iter().fold(0.0, |y, point| point.y.max(y));
    if greatest == 0.0 {
        return Trend::Level;
    }
    // The end of the range: a half, and four points at least.
    let window = &points[points.len().saturating_sub(LEAST_POINTS.max(points.len() / 2 + 1))..];
    let first = window[0];
    let rough = roughness(window);
    let spread = window.iter().fold(rough, |most: f64, point| most.max(point.spread));
    let short = points.first().is_some_and(|least| last.x - least.x < SHORT);
    let off = if rises(points, window) { NO_CHANGE } else { if short { TURN } else { NO_CHANGE }.max(2.0 * spread) };
    // As much as there may be, where a search is bad.
    let most = |point: &Measure| point.y / (1.0 - point.spread.max(rough).min(0.99));
    let flat = last.y <= first.y * (1.0 + off);
    let least = window.iter().fold(f64::INFINITY, |y: f64, point| point.y.min(y));
    let greatest = window.iter().fold(0.0, |y: f64, point| point.y.max(y));
    // It may come down and rise again.
    let turns =
        window.len() > 1 && last.y > least * (1.0 + off.max(TURN)) && last.y > window[window.len() - 2].y * (1.0 + off);
    let before = window[..window.len() - 1].iter().fold(0.0, |y: f64, point| (point.y * (1.0 - point.above)).max(y));
    let no_higher = spread <= BAD && most(last) <= before * (1.0 + NO_CHANGE);
    if flat && !turns && (spread <= SURE || no_higher) {
        if may_rise(window) {
            return together(points, "so many trials do not tell a level from a slow rise");
        }
        let few = points.len() < LEAST_POINTS && greatest > first.y * (1.0 + off);
        return if few { Trend::Unclear { why: FEW } } else { Trend::Level };
    }
    if points.len() < LEAST_POINTS {
        return if last.y <= first.y { Trend::Level } else { Trend::Unclear { why: FEW } };
    }
    if flat && turns {
        return Trend::Unclear { why: "it falls, and rises again at the end" };
    }
    if flat || last.y * (1.0 - last.above) <= most(&first) * (1.0 + NO_CHANGE) {
        return together(points, BAD_SEARCHES);
    }
    let steps: Vec<(f64, f64)> =
        window.windows(2).map(|pair| (0.5 * (pair[0].x + pair[1].x), steepness(pair))).collect();
    // What a step may be by the spreads alone.
    let small = |i: usize| {
        let (a, b) = (window[i], window[i + 1]);
        let room = 1.0 + NO_CHANGE / 4.0;
        b.y * (1.0 - b.above) <= most(&a) * room && a.y * (1.0 - a.above) <= most(&b) * room
    };
    let count = steps.len();
    if small(count - 1) {
        return if outgrown(window, rough) { Trend::Settles } else { together(points, BAD_SEARCHES) };
    }
    if steps[count - 1].1 < 0.0 {
        // One that falls after growth says little.
        let (two, one) = (window[window.len() - 3].y, window[window.len() - 2].y);
        let fell = two >= one
            || small(count - 2)
            || last.y < one * (1.0 - DEEPEST_FAULT)
            || one - last.y >= FELL * (one - two);
        return if fell {
            Trend::Settles
        } else {
            Trend::Unclear { why: "it grows, and falls in the last step alone" }
        };
    }
    if (0..count).any(|i| steps[i].1 < 0.0 && !small(i)) {
        return Trend::Unclear { why: "it rises and falls" };
    }
    let rising: Vec<(f64, f64)> = (0..count)
        .filter(|i| steps[*i].1 > 0.0 && !small(*i))
        .map(|i| (ln(steps[i].0.max(LEAST_X)), ln(steps[i].1)))
        .collect();
    if rising.len() < 2 {
        return Trend::Unclear { why: "it grows in the last step alone" };
    }
    let (a, b) = (rising[rising.len() - 2], rising[rising.len() - 1]);
    if b.0 <= a.0 {
        return Trend::Unclear { why: "its values are too near to 1 to say how it grows" };
    }
    let (fitted, at_the_end) = (-Straight::plain(&rising).0, -(b.1 - a.1) / (b.0 - a.0));
    if at_the_end >= SETTLING && fitted >= GROWING {
        // The last step of quantiles is as much off as any.
        let may_grow = of_chance(points) && least_squares(points, QUARTERS.0, BEFORE.0) <= FITS * points.len() as f64;
        return if may_grow {
            together(points, "so many trials do not tell what settles from growth")
        } else {
            Trend::Settles
        };
    }
    if short && (fitted.max(at_the_end) > 0.0 || last.y < first.y * SEEN || !steepens(window, &rising)) {
        return Trend::Unclear { why: "within so short a range growth is not told from what settles" };
    }
    if fitted <= GROWING && at_the_end <= GROWING {
        let logs: Vec<(f64, f64)> = window.iter().filter(|p| p.y > 0.0).map(|p| (p.x, ln(p.y))).collect();
        let (exponent, error) = Straight::plain(&logs);
        // Growth at the end that has not come to what was before may not come to it.
        if points.iter().any(|point| point.y > last.y) {
            return Trend::Unclear { why: "it falls, and rises again at the end" };
        }
        if of_chance(points) {
            if least_squares(points, QUARTERS.1, BEFORE.1) <= FITS * points.len() as f64 {
                return together(points, "so many trials do not tell growth from what settles");
            }
            if points.len() <= LEAST_POINTS && last.y < points[0].y * SLOW {
                return Trend::Unclear { why: "so few values do not tell slow growth from what settles" };
            }
        }
        let room = error.max(off / (last.x - first.x));
        if levels_off(points, window) {
            return Trend::Unclear {
                why: "it has begun to grow by less, and whether it settles does not show within these values",
            };
        }
        if room >= exponent {
            return Trend::Unclear { why: "it grows by no more than the searches at its values may be off" };
        }
        // What is no power has another exponent at the end than over all.
        let local = match logs[..] {
            [.., a, b] => (b.1 - a.1) / (b.0 - a.0),
            _ => exponent,
        };
        return Trend::Grows { exponent, interval: ((exponent - room).min(local), (exponent + room).max(local)) };
    }
    Trend::Unclear { why: "whether it settles does not show within these values" }
}

/// Whether it counts something, as steps and first times do, and may still grow: a logarithm stays as long at each count as at the one before, so what
/// has come to its end stays for much longer.
fn steps_on(points: &[Measure]) -> bool {
    let [first, .., last] = points else { return false };
    let greatest = points.iter().all(|point| point.y <= last.y);
    let jumps = points.windows(2).filter(|pair| pair[1].y > pair[0].y).map(|pair| 0.5 * (pair[0].x + pair[1].x));
    let (mut longest, mut before, mut count): (f64, f64, u32) = (0.0, first.x, 0);
    for jump in jumps {
        (longest, before, count) = (longest.max(jump - before), jump, count + 1);
    }
    let counts = points.iter().all(|point| point.y.fract() == 0.0 && point.y <= MOST_COUNTED);
    // Which rises once may go from one level to another.
    let stays = if count > 1 { STAYS } else { 1.0 };
    greatest && counts && last.x - before < stays * longest
}

/// Whether it rises from each value to the next, and goes on to do so: five values do that by chance once in 120 times, so that it is growth as far as
/// it can be seen, however rough each is.
fn rises(points: &[Measure], window: &[Measure]) -> bool {
    let (true, [first, ..], [middle, .., last]) = (points.len() > LEAST_POINTS, points, window) else { return false };
    let rate = |a: &Measure, b: &Measure| ln(b.y / a.y) / (b.x - a.x);
    points.windows(2).all(|pair| pair[1].y > pair[0].y)
        && first.y > 0.0
        && rate(middle, last) >= GOES_ON * rate(first, middle)
}

/// The points at some distance from one another, from the last one back: steps that are small because their ends are near say nothing.
fn thinned(points: &[Measure]) -> Vec<Measure> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let apart = (last.x - first.x) / MOST_STEPS;
    let mut kept = vec![*last];
    for point in points.iter().rev().skip(1) {
        if kept.last().is_none_or(|before| before.x - point.x >= apart) {
            kept.push(*point);
        }
    }
    kept.reverse();
    kept
}

/// Whether quantiles that are as high at the end as before, so far as they are known, may as well rise by [`UNSEEN`]: by a line through their logarithms,
/// with two deviations of its slope (a spread is two of a value). What searches find is there, and known better than that.
fn may_rise(window: &[Measure]) -> bool {
    // The same trials at each value tell a change of it better than the value.
    let (least, greatest) = window.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), p| (p.y.min(a), p.y.max(b)));
    let moves = greatest > least * (1.0 + SAME);
    let reach = window[window.len() - 1].x - window[0].x;
    let Straight { slope, error, .. } =
        Straight::through(&window.iter().map(|p| (p.x, ln(p.y), 1.0)).collect::<Vec<_>>());
    let spread = window.iter().map(|p| p.spread * p.spread).sum::<f64>() / window.len() as f64;
    of_chance(window) && moves && reach > 0.0 && (slope + spread.sqrt() * error) * reach > ln(1.0 + UNSEEN)
}

/// How far a value lies below values on either side of it: a number that grows, or falls, or rises to a height, has none of that, so small
/// dips are faults of the searches.
fn roughness(points: &[Measure]) -> f64 {
    let greatest = |points: &[Measure]| points.iter().fold(0.0, |y: f64, point| point.y.max(y));
    let dips = (1..points.len().saturating_sub(1)).map(|i| {
        let around = greatest(&points[..i]).min(greatest(&points[i + 1..]));
        if around > 0.0 { 1.0 - points[i].y / around } else { 0.0 }
    });
    let deepest = dips.fold(0.0, f64::max);
    if deepest <= DEEPEST_FAULT { deepest } else { 0.0 }
}

const FEW: &str = "it grows, and there are too few values to say how";
const BAD_SEARCHES: &str = "what is known at its values is too rough";

/// Whether the last value is below all that growth would have come to: growth that begins as steeply as what was seen, at the least, and gets less steep
/// no faster than growth does.
fn outgrown(window: &[Measure], rough: f64) -> bool {
    let (first, last) = (window[0], window[window.len() - 1]);
    let most = |point: &Measure| point.y / (1.0 - point.spread.max(rough).min(0.99));
    window[1..window.len() - 1].iter().any(|point| {
        let least = point.y * (1.0 - point.above);
        let steep = (least - most(&first)) / (point.x - first.x);
        // The integral of a steepness that is `steep` half-way to the point, and falls like a power from there on.
        let (from, to, half) = (point.x.max(LEAST_X), last.x.max(LEAST_X), (0.5 * (first.x + point.x)).max(LEAST_X));
        let rest = 1.0 - GROWING;
        let more = steep * exp(GROWING * ln(half)) * (exp(rest * ln(to)) - exp(rest * ln(from))) / rest;
        steep > 0.0 && most(&last) * (1.0 + NO_CHANGE / 4.0) < least + more
    })
}

/// What values say together that single steps do not; else that it is not known, and why.
fn together(points: &[Measure], why: &'static str) -> Trend {
    match fitted(points) {
        Some(Fitted::Settles) => Trend::Settles,
        Some(Fitted::Grows { exponent, error }) => {
            Trend::Grows { exponent, interval: (exponent - error, exponent + error) }
        }
        None => Trend::Unclear { why },
    }
}

/// What quantiles fit: a steepness that falls like `x^-q` for some q of what grows, or of what settles, and none of the other, by weighted squares, with three
/// deviations between them. What single steps do not tell, each within what is known of its ends, all of them together may. x counts from somewhere: a
/// limit that is approached like a power of the variable has any q, from far enough before the first value.
fn fitted(points: &[Measure]) -> Option<Fitted> {
    if points.len() <= LEAST_POINTS || !of_chance(points) {
        return None;
    }
    let (grows, settles) = (least_squares(points, QUARTERS.0, BEFORE.0), least_squares(points, QUARTERS.1, BEFORE.1));
    let fits = FITS * points.len() as f64;
    if settles <= fits && grows - settles >= APART {
        return Some(Fitted::Settles);
    }
    let logs: Vec<(f64, f64, f64)> = points.iter().map(|p| (p.x, ln(p.y), 1.0 / deviation(p))).collect();
    let Straight { slope: exponent, error, .. } = Straight::through(&logs);
    let grows = grows <= fits && settles - grows >= APART && exponent > 3.0 * error;
    grows.then_some(Fitted::Grows { exponent, error: 3.0 * error })
}

/// Whether these are quantiles, which may be too large as well as too small.
fn of_chance(points: &[Measure]) -> bool {
    points.iter().all(|point| point.above > 0.0 && point.y > 0.0)
}

/// The part of itself that a quantile deviates by: a spread is two of those.
fn deviation(point: &Measure) -> f64 {
    point.spread.max(NO_CHANGE / 10.0) / 2.0
}

/// The least sum of squares, in deviations, of quantiles whose steepness falls like `x^-q` with one of these q, from one of these distances before the
/// first value.
fn least_squares(points: &[Measure], (from, to): (i32, i32), before: [f64; 4]) -> f64 {
    // The integral of the steepness is linear in a power of x, or in its logarithm.
    let squares = |q: f64, before: f64| {
        let rise = |x: f64| match (x > 0.0, q == 1.0) {
            (true, true) => ln(x),
            (true, false) => exp((1.0 - q) * ln(x)) / (1.0 - q),
            (false, _) => 0.0,
        };
        let one = |p: &Measure| (rise(p.x - points[0].x.min(0.0) + before), p.y, 1.0 / (p.y * deviation(p)));
        let all: Vec<(f64, f64, f64)> = points.iter().map(one).collect();
        let Straight { slope, off, .. } = Straight::through(&all);
        // What falls is level, at best.
        if slope < 0.0 {
            Straight::through(&all.iter().map(|one| (0.0, one.1, one.2)).collect::<Vec<_>>()).off
        } else {
            off
        }
    };
    let all = before.into_iter().flat_map(|before| (from..=to).map(move |k| (0.25 * f64::from(k), before)));
    all.map(|(q, before)| squares(q, before)).fold(f64::INFINITY, f64::min)
}

enum Fitted {
    Settles,
    /// With the exponent of a power through all values, and three of its standard errors.
    Grows {
        exponent: f64,
        error: f64,
    },
}

/// The line of least squares through points (x, y, one over the deviation of y).
struct Straight {
    slope: f64,
    /// The standard error of the slope, if the deviations are right.
    error: f64,
    /// The sum of squares of the distances from it, in deviations.
    off: f64,
}

impl Straight {
    fn through(points: &[(f64, f64, f64)]) -> Self {
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(|p| p.2 * p.2 * of(p)).sum::<f64>();
        let weight = sum(&|_| 1.0);
        let (mx, my) = (sum(&|p| p.0) / weight, sum(&|p| p.1) / weight);
        let (sxx, sxy) = (sum(&|p| (p.0 - mx) * (p.0 - mx)), sum(&|p| (p.0 - mx) * (p.1 - my)));
        let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
        let off = sum(&|p| {
            let off = p.1 - my - slope * (p.0 - mx);
            off * off
        });
        Self { slope, error: if sxx > 0.0 { 1.0 / sxx.sqrt() } else { 0.0 }, off }
    }

    /// The slope through points that are all as good as one another, and three of its standard errors, by their distances from the line.
    fn plain(points: &[(f64, f64)]) -> (f64, f64) {
        let Self { slope, error, off } = Self::through(&points.iter().map(|p| (p.0, p.1, 1.0)).collect::<Vec<_>>());
        let free = points.len() as f64 - 2.0;
        (slope, if free > 0.0 { 3.0 * (off / free).sqrt() * error } else { 0.0 })
    }
}

/// Whether it gets steeper as a power does that comes to as much; `rising` are the logarithms of its steps' x and steepness.
fn steepens(window: &[Measure], rising: &[(f64, f64)]) -> bool {
    let (Some(first), [.., last], [a, .., b]) = (window.iter().find(|point| point.y > 0.0), window, rising) else {
        return false;
    };
    let exponent = ln(last.y / first.y) / (last.x - first.x);
    b.1 - a.1 >= STEEPER * exponent * (exp(b.0) - exp(a.0))
}

/// Whether what has got steeper does so no more: it may be on its way from one level to another, as `v/(v + 300)` is at 1000. Of what grows by a
/// logarithm the steepness has not risen, and of what grows by a power the exponent does not fall at the end of the range, which the window is.
fn levels_off(points: &[Measure], window: &[Measure]) -> bool {
    let rising = |points: &[Measure]| -> Vec<(f64, f64)> {
        let pairs = points.windows(2).filter(|pair| pair[1].y > pair[0].y && pair[0].y > 0.0);
        pairs.map(|pair| (steepness(pair), ln(pair[1].y / pair[0].y) / (pair[1].x - pair[0].x))).collect()
    };
    let (all, late) = (rising(points), rising(window));
    let (Some(first), Some(end)) = (all.first(), late.last()) else { return false };
    let steepest = all.iter().fold(0.0, |most: f64, pair| pair.0.max(most));
    let exponent = late.iter().fold(0.0, |most: f64, pair| pair.1.max(most));
    // An exponent that falls by less and less comes to one that is growth, as that of `v - 29` from 30 on.
    let falls_on = match late[..] {
        [.., (_, a), (_, b), (_, c)] => b - c >= a - b,
        _ => true,
    };
    let falls = end.1 <= LESS * exponent && falls_on;
    steepest >= RISEN * first.0 && (end.0 <= steepest * (1.0 - NO_CHANGE) || falls)
}

fn steepness(pair: &[Measure]) -> f64 {
    (pair[1].y - pair[0].y) / (pair[1].x - pair[0].x)
}

/// The natural logarithm, the same on every machine.
pub(super) fn ln(x: f64) -> f64 {
    super::binomial::ln(x)
}

pub(super) fn exp(x: f64) -> f64 {
    super::binomial::exp(x)
}

#[cfg(test)]
#[path = "trend_tests.rs"]
mod tests;

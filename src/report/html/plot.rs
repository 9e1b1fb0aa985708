//! Points over two axes, as SVG, and a line through them: what a sweep says of a constant, or of a slope.
//!
//! An axis has its numbers where the points end. It is never shorter than [`Axis::least`], so that what rounding does to a constant that does not change is
//! drawn as the level it is; then the ends of the axis have numbers, too. As a histogram, a plot is no wider than a telephone's page and drawn at its own size.

use super::page::escaped;
use std::fmt::Write;

/// What a telephone's page leaves to a drawing, in the units of style.
pub const WIDE: i32 = 344;
const TALL: f64 = 220.0;
/// Below the axis, and above and to the right of it.
const BELOW: f64 = 32.0;
const EDGE: f64 = 8.0;
/// What stays free beyond the points, as a share of what they take.
const ROOM: f64 = 0.06;

/// Sizes of letters, as the style sheet has them.
pub const NAME: f64 = 11.0;
pub const TICK: f64 = 10.0;

/// About the width of a text; what is left is right of it for the fonts that systems have.
pub fn text_width(text: &str, size: f64) -> f64 {
    0.64 * size * text.chars().count() as f64
}

/// How the numbers of an axis are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Axis {
    Plain,
    /// Decimal logarithms of what is shown.
    Decades,
    /// Natural ones.
    Natural,
}

impl Axis {
    fn show(self, at: f64) -> String {
        let value = match self {
            Self::Plain => at,
            Self::Decades => 10_f64.powf(at),
            Self::Natural => at.exp(),
        };
        super::evidence::number(crate::report::number::JsonNumber(value))
    }

    /// The least that an axis is long: a tenth of what is on it, or a factor of 1.1, which the numbers at its ends can show.
    fn least(self, (lo, hi): (f64, f64)) -> f64 {
        match self {
            Self::Plain if lo == 0.0 && hi == 0.0 => 1.0,
            Self::Plain => 0.1 * lo.abs().max(hi.abs()),
            Self::Decades => 1.1_f64.log10(),
            Self::Natural => 1.1_f64.ln(),
        }
    }

    /// From end to end of the axis, for points from `lo` to `hi`.
    fn range(self, (lo, hi): (f64, f64)) -> (f64, f64) {
        let (middle, long) = (lo + (hi - lo) / 2.0, (hi - lo).max(self.least((lo, hi))));
        let half = long * (0.5 + ROOM);
        (middle - half, middle + half)
    }

    /// What has a number: the ends of the points or, if they stand too near to each other, what is between them and the ends of the axis.
    fn ticks(self, (lo, hi): (f64, f64), long: f64, room: impl Fn(&str) -> f64) -> Vec<(f64, String)> {
        let (from, to) = self.range((lo, hi));
        let apart = (hi - lo) / (to - from) * long;
        let label = |at: f64| (at, self.show(at));
        let (first, last) = (label(lo), label(hi));
        if apart >= (room(&first.1) + room(&last.1)) / 2.0 {
            return vec![first, last];
        }
        let middle = lo + (hi - lo) / 2.0;
        vec![label(from), label(middle), label(to)]
    }
}

/// Points, and a line by its value at 0 and its slope. None where no point can be drawn.
pub fn svg(points: &[(f64, f64)], axes: (Axis, Axis), line: Option<(f64, f64)>, what: &str) -> Option<String> {
    let points: Vec<(f64, f64)> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if points.is_empty() {
        return None;
    }
    let ends = |of: fn(&(f64, f64)) -> f64| {
        points.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
    };
    let (across, up) = (ends(|p| p.0), ends(|p| p.1));
    let ((x0, x1), (y0, y1)) = (axes.0.range(across), axes.1.range(up));
    let wide = f64::from(WIDE);
    let y_ticks = axes.1.ticks(up, TALL - BELOW - EDGE, |_| 1.5 * NAME);
    let left = y_ticks.iter().map(|(_, text)| text_width(text, NAME)).fold(24.0, f64::max).ceil() + 8.0;
    let (right, bottom) = (wide - EDGE, TALL - BELOW);
    let x = |v: f64| left + (v - x0) / (x1 - x0) * (right - left);
    let y = |v: f64| bottom - (v - y0) / (y1 - y0) * (bottom - EDGE);
    let mut out = format!(
        "<svg class=\"scatter\" viewBox=\"0 0 {wide} {TALL}\" width=\"{wide}\" height=\"{TALL}\" role=\"img\" \
         aria-label=\"{}\"><path class=\"base\" d=\"M{left} {EDGE}V{bottom}H{right}\"/>",
        escaped(what),
    );
    if let Some((offset, slope)) = line {
        let line = |v: f64| offset + slope * v;
        // Cut where it leaves the picture.
        let inside = |v: &f64| (y0..=y1).contains(&line(*v));
        let steps: Vec<f64> = (0..=64).map(|i| x0 + (x1 - x0) * f64::from(i) / 64.0).filter(inside).collect();
        if let (Some(a), Some(b)) = (steps.first(), steps.last()) {
            let (ay, by) = (y(line(*a)), y(line(*b)));
            let _ = write!(out, "<path class=\"line\" d=\"M{:.1} {ay:.1}L{:.1} {by:.1}\"/>", x(*a), x(*b));
        }
    }
    for (px, py) in &points {
        let _ = write!(out, "<circle class=\"point\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>", x(*px), y(*py));
    }
    for (at, text) in axes.0.ticks(across, right - left, |text| text_width(text, TICK) + 8.0) {
        let half = text_width(&text, TICK) / 2.0;
        let _ = write!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{}\">{text}</text>",
            x(at).clamp(half, wide - half),
            TALL - 12.0
        );
    }
    for (at, text) in y_ticks {
        let _ = write!(out, "<text class=\"name\" x=\"{}\" y=\"{:.1}\">{text}</text>", left - 6.0, y(at) + 4.0);
    }
    Some(out + "</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heights of the points, from above.
    fn heights(svg: &str) -> Vec<f64> {
        let height = |rest: &str| rest.split_once('"').and_then(|(number, _)| number.parse().ok());
        svg.split("cy=\"").skip(1).filter_map(height).collect()
    }

    #[test]
    fn rounding_of_a_constant_is_drawn_as_a_level() {
        let points: Vec<(f64, f64)> = (0..9_i32).map(|i| (f64::from(i), f64::from(i % 3) * 1e-15)).collect();
        for axis in [Axis::Decades, Axis::Natural] {
            let svg = svg(&points, (axis, axis), None, "C").expect("drawn");
            let heights = heights(&svg);
            assert_eq!(heights.len(), 9);
            assert!(heights.iter().all(|y| (y - heights[0]).abs() < 0.2), "{svg}");
            for label in [">1<", ">1.05<", ">0.948<"] {
                assert!(svg.contains(label), "{label}: {svg}");
            }
        }
        let level: Vec<(f64, f64)> = points.iter().map(|(x, y)| (*x, 221.0 + y)).collect();
        let svg = svg(&level, (Axis::Plain, Axis::Plain), None, "C").expect("drawn");
        assert!(heights(&svg).windows(2).all(|pair| pair[0] == pair[1]), "{svg}");
    }

    #[test]
    fn what_grows_fills_its_axis_and_has_its_ends_named() {
        let points = [(1.0, 0.0), (2.0, 1.0), (3.0, 2.0)];
        let svg = svg(&points, (Axis::Decades, Axis::Decades), None, "C").expect("drawn");
        let heights = heights(&svg);
        assert!(heights[0] - heights[2] > 0.8 * (TALL - BELOW - EDGE), "{svg}");
        for label in [">1<", ">10<", ">100<", ">1000<"] {
            assert!(svg.contains(label), "{label}: {svg}");
        }
    }

    #[test]
    fn a_point_alone_has_its_axes() {
        for at in [0.0, -3.0, 1e-300] {
            let svg = svg(&[(at, at)], (Axis::Plain, Axis::Plain), None, "C").expect("drawn");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert_eq!(svg(&[(f64::NAN, 1.0)], (Axis::Plain, Axis::Plain), None, "C"), None);
    }
}

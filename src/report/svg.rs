//! A figure as SVG, by hand: byte for byte the same for the same numbers, readable at a width of 640 pixels on any page, since its
//! background is its own.
//!
//! Colours are those of Okabe and Ito (*Color Universal Design*, 2008), which people with any kind of colour vision tell apart; patterns of dashes
//! and marks say the same again. Coordinates are written to a hundredth of a pixel.

use super::scale::{Label, Scale};
use crate::check::figure::{Curve, Drawn};
use std::fmt::Write;

const WIDTH: f64 = 640.0;
/// Of the area with the curves.
const LEFT: f64 = 74.0;
const RIGHT: f64 = 18.0;
const HEIGHT: f64 = 290.0;
const TITLE: f64 = 20.0;
const LINE: f64 = 17.0;
/// A letter's width, about.
const LETTER: f64 = 6.4;

const COLOURS: [&str; 7] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00"];
const DASHES: [&str; 6] = ["", "7 3", "2 2.5", "9 3 2 3", "13 4", "4 2 1.5 2 1.5 2"];

/// Points of a curve that stand nearer to each other, in pixels, are seen as one.
const APART: f64 = 0.3;

/// The panel with the points that can be told apart where it is drawn, for reports; it is drawn as the panel itself is.
pub fn seen(panel: &Drawn) -> Drawn {
    let Some(axes) = Axes::of(panel) else {
        let curves = panel.curves.iter().map(|curve| Curve { points: Vec::new(), ..curve.clone() }).collect();
        return Drawn { curves, ..panel.clone() };
    };
    let curves = panel.curves.iter().map(|curve| Curve { points: axes.seen(panel, &curve.points), ..curve.clone() });
    Drawn { curves: curves.collect(), ..panel.clone() }
}

/// Panels below each other, with a title.
pub fn figure(title: &str, panels: &[Drawn]) -> String {
    let mut body = String::new();
    let mut y = 14.0;
    for line in wrapped(title, 88) {
        text(&mut body, "class=\"h\" text-anchor=\"middle\"", WIDTH / 2.0, y + 4.0, &escaped(&line));
        y += LINE;
    }
    y += 4.0;
    for (number, panel) in panels.iter().enumerate() {
        y = drawn(&mut body, panel, number, y);
    }
    let height = y + 6.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>text{{font:12px Helvetica,Arial,sans-serif;fill:#222}}.h{{font-weight:bold}}.s{{font-size:11px}}.e{{font-size:8.5px}}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n",
        escaped(title)
    )
}

/// One panel from `top` on; where the next one begins.
fn drawn(out: &mut String, panel: &Drawn, number: usize, top: f64) -> f64 {
    let mut y = top;
    if let Some(title) = &panel.title {
        text(out, "text-anchor=\"middle\"", (LEFT + WIDTH - RIGHT) / 2.0, y + 13.0, &escaped(title));
        y += TITLE;
    }
    let (x0, x1, y0, y1) = (LEFT, WIDTH - RIGHT, y + 4.0, y + 4.0 + HEIGHT);
    let Some(axes) = Axes::of(panel) else {
        let _ = writeln!(out, "{}", frame(x0, x1, y0, y1));
        text(out, "text-anchor=\"middle\"", (x0 + x1) / 2.0, (y0 + y1) / 2.0, "nothing that can be drawn");
        return y1 + 20.0;
    };
    for tick in axes.x.ticks() {
        let x = x0 + tick.share * (x1 - x0);
        tick_line(out, &tick.label, (x, y1), (0.0, -1.0), (x, y0));
        labelled(out, &tick.label, "middle", x, y1 + 16.0);
    }
    for tick in axes.y.ticks() {
        let y = y1 - tick.share * (y1 - y0);
        tick_line(out, &tick.label, (x0, y), (1.0, 0.0), (x1, y));
        labelled(out, &tick.label, "end", x0 - 7.0, y + 4.0);
    }
    let _ = writeln!(
        out,
        "<clipPath id=\"p{number}\"><rect x=\"{x0}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
        two(y0),
        two(x1 - x0),
        two(y1 - y0)
    );
    let _ =
        writeln!(out, "<g clip-path=\"url(#p{number})\" fill=\"none\" stroke-width=\"1.6\" stroke-linejoin=\"round\">");
    let same_dash = panel.curves.iter().all(|curve| curve.dash == 0);
    for curve in &panel.curves {
        let points = axes.seen(panel, &curve.points);
        let look = Look::of(curve, same_dash);
        // A line ends where a point cannot stand, and begins again after it.
        for part in points.split(|point| !on_axes(panel, *point)).filter(|part| !part.is_empty()) {
            let places: Vec<(f64, f64)> =
                part.iter().filter_map(|point| axes.place(*point)).map(|(x, y)| (x0 + x, y1 - y)).collect();
            let coordinates: Vec<String> = places.iter().map(|(x, y)| format!("{},{}", two(*x), two(*y))).collect();
            if panel.marked {
                let _ = writeln!(out, "<polyline {} points=\"{}\"/>", look.line(), coordinates.join(" "));
                places.iter().for_each(|place| mark(out, &look, *place));
            } else if let [(x, y)] = places[..] {
                // A line of one point would not be seen.
                let _ =
                    writeln!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"1.6\" fill=\"{}\"/>", two(x), two(y), look.colour);
            } else {
                let _ = writeln!(out, "<polyline {} points=\"{}\"/>", look.line(), coordinates.join(" "));
            }
        }
    }
    out.push_str("</g>\n");
    let _ = writeln!(out, "{}", frame(x0, x1, y0, y1));
    let mut y = y1 + 22.0;
    y += 12.0;
    text(out, "text-anchor=\"middle\"", (x0 + x1) / 2.0, y, &escaped(&panel.x_label));
    if let Some(label) = &panel.y_label {
        let (x, y) = (15.0, (y0 + y1) / 2.0);
        // A label that would reach beyond the panel is set as narrow as it needs.
        let length = TITLE + HEIGHT;
        let long = label.chars().count() as f64 * LETTER > length;
        let narrow =
            if long { format!(" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\"") } else { String::new() };
        let place = format!("text-anchor=\"middle\"{narrow} transform=\"rotate(-90 {x} {})\"", two(y));
        text(out, &place, x, y, &escaped(label));
    }
    legend(out, panel, same_dash, y + 8.0) + 10.0
}

/// Far off the area a coordinate is cut: it is clipped anyway.
fn near(share: f64) -> f64 {
    share.clamp(-8.0, 9.0)
}

/// The axes of a panel.
struct Axes {
    x: Scale,
    y: Scale,
}

impl Axes {
    /// `None` if nothing can stand on them.
    fn of(panel: &Drawn) -> Option<Self> {
        let all = || panel.curves.iter().flat_map(|curve| &curve.points).filter(|point| on_axes(panel, **point));
        // What cannot stand on one axis takes no room on the other.
        let xs = all().filter(|point| within(panel.y_range, point.1)).map(|point| point.0);
        let ys = all().filter(|point| within(panel.x_range, point.0)).map(|point| point.1);
        Some(Self {
            x: Scale::of(xs, panel.log.0, panel.x_range, panel.marked)?,
            y: Scale::of(ys, panel.log.1, panel.y_range, true)?,
        })
    }

    /// Pixels to the right of the lower left corner of the area, and above it.
    fn place(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        Some((near(self.x.share(x)?) * (WIDTH - RIGHT - LEFT), near(self.y.share(y)?) * HEIGHT))
    }

    /// The points of a curve that can be told apart: the ends of its parts and those that the axes reach to among them, so that what is left of a
    /// panel has the same axes, and nothing more is left out of it. Between two parts one point is left of those that cannot stand on the axes.
    fn seen(&self, panel: &Drawn, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let on: Vec<usize> = (0..points.len()).filter(|&i| on_axes(panel, points[i])).collect();
        let reach = |of: fn(&(f64, f64)) -> f64, other: fn(&(f64, f64)) -> f64, range: Option<(f64, f64)>| {
            let inside = || on.iter().copied().filter(move |&i| within(range, other(&points[i])));
            let least = inside().min_by(|&a, &b| of(&points[a]).total_cmp(&of(&points[b])));
            // The first of several.
            let most = inside().min_by(|&a, &b| of(&points[b]).total_cmp(&of(&points[a])));
            [least, most]
        };
        let kept = [reach(|p| p.0, |p| p.1, panel.y_range), reach(|p| p.1, |p| p.0, panel.x_range)].concat();
        let (mut out, mut last) = (Vec::new(), None);
        for (place, &i) in on.iter().enumerate() {
            let Some((x, y)) = self.place(points[i]) else { continue };
            let before = place.checked_sub(1).map(|place| on[place]);
            let after = on.get(place + 1);
            let begins = before.is_none_or(|before| before + 1 < i);
            let ends = after.is_none_or(|after| i + 1 < *after);
            if let Some(before) = before.filter(|_| begins) {
                out.extend(points[before + 1..i].iter().copied().find(|(x, y)| x.is_finite() && y.is_finite()));
            }
            let far = last.is_none_or(|(x0, y0): (f64, f64)| (x0 - x).abs() >= APART || (y0 - y).abs() >= APART);
            if far || begins || ends || kept.contains(&Some(i)) {
                out.push(points[i]);
                last = Some((x, y));
            }
        }
        out
    }
}

/// Whether a point can stand on both axes of a panel.
fn on_axes(panel: &Drawn, (x, y): (f64, f64)) -> bool {
    let on = |log: bool, x: f64| x.is_finite() && (!log || x > 0.0);
    on(panel.log.0, x) && on(panel.log.1, y)
}

fn within(range: Option<(f64, f64)>, x: f64) -> bool {
    range.is_none_or(|(lo, hi)| lo <= x && x <= hi)
}

/// How a curve is told from others.
struct Look {
    colour: &'static str,
    dash: &'static str,
    mark: usize,
}

impl Look {
    fn of(curve: &Curve, by_colour: bool) -> Self {
        let dash = if by_colour { curve.colour } else { curve.dash + curve.colour / COLOURS.len() };
        let colour = COLOURS[curve.colour % COLOURS.len()];
        Self { colour, dash: DASHES[dash % DASHES.len()], mark: curve.colour + curve.dash }
    }

    fn line(&self) -> String {
        let dash = if self.dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{}\"", self.dash) };
        format!("stroke=\"{}\"{dash}", self.colour)
    }
}

fn mark(out: &mut String, look: &Look, (x, y): (f64, f64)) {
    let colour = look.colour;
    let _ = match look.mark % 4 {
        0 => writeln!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{colour}\"/>", two(x), two(y)),
        1 => writeln!(out, "<path d=\"M{} {}h6v6h-6z\" fill=\"{colour}\"/>", two(x - 3.0), two(y - 3.0)),
        2 => writeln!(out, "<path d=\"M{} {}l4 4l-4 4l-4 -4z\" fill=\"{colour}\"/>", two(x), two(y - 4.0)),
        _ => writeln!(out, "<path d=\"M{} {}l4 7h-8z\" fill=\"{colour}\"/>", two(x), two(y - 4.0)),
    };
}

/// Below the panel, in columns that are wide enough; where it ends.
fn legend(out: &mut String, panel: &Drawn, same_dash: bool, top: f64) -> f64 {
    let named: Vec<&Curve> = panel.curves.iter().filter(|curve| !curve.label.is_empty()).collect();
    let widest = named.iter().map(|curve| curve.label.chars().count()).max().unwrap_or(0);
    let needed = 46.0 + LETTER * widest as f64;
    let columns = (((WIDTH - LEFT - RIGHT) / needed) as usize).clamp(1, 4).min(named.len().max(1));
    let column = (WIDTH - LEFT - RIGHT) / columns as f64;
    for (i, curve) in named.iter().enumerate() {
        let (x, y) = (LEFT + (i % columns) as f64 * column, top + 12.0 + (i / columns) as f64 * LINE);
        let look = Look::of(curve, same_dash);
        let _ = writeln!(
            out,
            "<path d=\"M{} {}h30\" fill=\"none\" stroke-width=\"1.6\" {}/>",
            two(x),
            two(y - 4.0),
            look.line()
        );
        if panel.marked {
            mark(out, &look, (x + 15.0, y - 4.0));
        }
        text(out, "", x + 36.0, y, &escaped(&curve.label));
    }
    top + named.len().div_ceil(columns) as f64 * LINE
}

fn frame(x0: f64, x1: f64, y0: f64, y1: f64) -> String {
    format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#222\"/>",
        two(x0),
        two(y0),
        two(x1 - x0),
        two(y1 - y0)
    )
}

/// A tick from the frame inwards and, where there is a number, a faint line across.
fn tick_line(out: &mut String, label: &Label, (x, y): (f64, f64), (dx, dy): (f64, f64), (to_x, to_y): (f64, f64)) {
    let length = if *label == Label::None { 3.0 } else { 5.0 };
    if *label != Label::None {
        let _ = writeln!(out, "<path d=\"M{} {}L{} {}\" stroke=\"#e4e4e4\"/>", two(x), two(y), two(to_x), two(to_y));
    }
    let _ = writeln!(out, "<path d=\"M{} {}l{} {}\" stroke=\"#222\"/>", two(x), two(y), dx * length, dy * length);
}

fn labelled(out: &mut String, label: &Label, anchor: &str, x: f64, y: f64) {
    let content = match label {
        Label::None => return,
        Label::Plain(text) => escaped(text),
        Label::Power { mantissa: 1, exponent } => power(*exponent),
        Label::Power { mantissa, exponent } => format!("{mantissa}·{}", power(*exponent)),
    };
    text(out, &format!("class=\"s\" text-anchor=\"{anchor}\""), x, y, &content);
}

/// With the exponent above the line.
fn power(exponent: i32) -> String {
    let exponent = exponent.to_string().replace('-', "−");
    format!("10<tspan class=\"e\" dy=\"-5\">{exponent}</tspan>")
}

fn text(out: &mut String, attributes: &str, x: f64, y: f64, content: &str) {
    let space = if attributes.is_empty() { "" } else { " " };
    let _ = writeln!(out, "<text{space}{attributes} x=\"{}\" y=\"{}\">{content}</text>", two(x), two(y));
}

/// To a hundredth, without idle zeros.
fn two(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text of a file in XML, without what no XML may hold.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// Lines of about so many characters, at most three.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == 3;
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if full => {
                line.push('…');
                break;
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(log: (bool, bool), points: Vec<(f64, f64)>) -> Drawn {
        Drawn {
            name: "p".into(),
            title: Some("a < b & c".into()),
            x_label: "t".into(),
            y_label: Some("loss".into()),
            log,
            x_range: None,
            y_range: None,
            curves: vec![Curve { label: "α = 0.5".into(), colour: 0, dash: 0, points }],
            marked: false,
        }
    }

    #[test]
    fn what_a_file_says_cannot_break_out_of_the_text() {
        let svg = figure("<script>\"&\u{7}", &[panel((false, false), vec![(0.0, 1.0), (1.0, 2.0)])]);
        assert!(svg.contains("&lt;script&gt;&quot;&amp;</title>") && svg.contains("a &lt; b &amp; c"), "{svg}");
        assert!(!svg.contains("<script>"));
    }

    #[test]
    fn what_cannot_stand_on_a_logarithmic_axis_is_left_out() {
        let svg = figure("t", &[panel((true, true), vec![(0.0, 1.0), (1.0, 1.0), (10.0, 0.1), (100.0, 0.0)])]);
        let line = svg.lines().find(|line| line.starts_with("<polyline")).expect("a curve");
        assert_eq!(line.matches(',').count(), 2, "{line}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn a_line_is_broken_where_a_point_cannot_stand() {
        let points =
            vec![(1.0, 1.0), (2.0, 2.0), (3.0, -1.0), (4.0, 0.0), (5.0, 4.0), (6.0, -1.0), (7.0, 3.0), (8.0, 2.0)];
        let all = panel((false, true), points);
        let svg = figure("t", std::slice::from_ref(&all));
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (2, 1), "{svg}");
        let few = seen(&all);
        assert_eq!(few.curves[0].points.len(), 7, "{few:?}");
        assert_eq!((seen(&few), figure("t", std::slice::from_ref(&few))), (few.clone(), svg));
    }

    #[test]
    fn what_is_seen_of_a_panel_is_drawn_as_the_panel_is() {
        let wave = |i: u32| (f64::from(i) + 1.0, (f64::from(i) * 5e-4).sin() + 1.0 + f64::from(i % 7) * 1e-6);
        for log in [(false, false), (true, false), (true, true)] {
            let all = panel(log, (0..20_000).map(wave).collect());
            let few = seen(&all);
            assert_eq!(figure("t", std::slice::from_ref(&all)), figure("t", std::slice::from_ref(&few)));
            assert_eq!(seen(&few), few);
            assert!(few.curves[0].points.len() < 6_000, "{}", few.curves[0].points.len());
        }
        let nothing = panel((true, true), vec![(0.0, 1.0), (1.0, f64::NAN)]);
        assert!(seen(&nothing).curves[0].points.is_empty());
    }

    #[test]
    fn a_panel_of_which_nothing_can_be_drawn_says_so() {
        let svg = figure("t", &[panel((false, true), vec![(0.0, 0.0), (1.0, f64::NAN)])]);
        assert!(svg.contains("nothing that can be drawn"), "{svg}");
    }

    #[test]
    fn powers_of_ten_have_their_exponent_above_the_line() {
        assert_eq!(power(-12), "10<tspan class=\"e\" dy=\"-5\">−12</tspan>");
    }
}

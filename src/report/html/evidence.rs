//! Evidence that is not a distribution of margins: settings of a probability, a fitted slope, a constant, and whatever else a report holds.

use super::data::{Chance, Constant, Fit, LeftOut, More, Setting};
use super::page::escaped;
use super::witness;
use super::words::{self, capital, inline, minus};
use crate::claim::model::Verdict;
use crate::report::closest::{digits_of, fixed};
use crate::report::constant::Standing;
use crate::report::number::{JsonNumber, grouped, short};
use serde_json::Value;
use std::fmt::Write;

/// Settings that are shown; the most telling come first.
const SETTINGS: usize = 24;

pub fn chance(chance: &Chance) -> String {
    let sign = if chance.bound == "at-least" { "≥" } else { "≤" };
    let mut out = String::from("<h3>Trials</h3>");
    if let Some(resolution) = &chance.resolution {
        let _ = write!(out, "<p>{}.</p>", inline(&capital(resolution)));
    }
    let rejected = match chance.searched.rejected {
        0 => String::new(),
        n => format!(" ({} more did not meet the hypotheses)", grouped(n)),
    };
    let _ = write!(
        out,
        "<p>{} settings were searched in {} trials{rejected}; these {} were judged in {} fresh ones. Intervals are at level {}; \
         over a whole library, the probability that any true claim is rejected is below {}.</p>",
        grouped(chance.searched.settings),
        grouped(chance.searched.trials),
        chance.settings.len(),
        grouped(chance.trials),
        number(chance.level),
        number(chance.error_rate)
    );
    let names: Vec<&String> = chance.settings.first().map(|s| s.givens.keys().collect()).unwrap_or_default();
    out += "<div class=\"scroll\"><table><thead><tr><th>setting</th><th>stratum</th>";
    for name in &names {
        let _ = write!(out, "<th>{}</th>", witness::name(name));
    }
    let _ = write!(
        out,
        "<th class=\"n\">trials</th><th class=\"n\">event</th><th>interval of its probability</th><th class=\"n\">claimed</th><th>standing</th></tr></thead><tbody>"
    );
    for (i, setting) in chance.settings.iter().enumerate().take(SETTINGS) {
        let nearest = if chance.nearest == Some(i) { " class=\"nearest\"" } else { "" };
        let _ = write!(out, "<tr{nearest}><td>{}</td><td>{}</td>", setting.setting, escaped(&setting.stratum));
        for name in &names {
            let value = setting.givens.get(*name).map(|x| number(*x)).unwrap_or_default();
            let _ = write!(out, "<td class=\"n\">{value}</td>");
        }
        let unclear = match setting.undecided + setting.undefined {
            0 => String::new(),
            n => format!(" <small>({} undecided)</small>", grouped(n)),
        };
        let _ = write!(
            out,
            "<td class=\"n\">{}</td><td class=\"n\">{}{unclear}</td><td>{}</td><td class=\"n\">{sign} {}</td><td class=\"{}\">{}</td></tr>",
            grouped(setting.trials),
            grouped(setting.happened),
            interval(setting),
            probability(setting.claimed),
            standing(&setting.standing),
            escaped(&setting.standing)
        );
    }
    out += "</tbody></table></div>";
    if chance.settings.len() > SETTINGS {
        let _ = write!(
            out,
            "<p class=\"note\">{} more settings are in the JSON report.</p>",
            chance.settings.len() - SETTINGS
        );
    }
    out + &more(&chance.more)
}

/// An interval on the line from 0 to 1, with what is claimed.
fn interval(setting: &Setting) -> String {
    let x = |p: f64| if p.is_finite() { (2.0 + 120.0 * p.clamp(0.0, 1.0)).round() } else { 2.0 };
    let [lo, hi] = setting.interval;
    let (left, right) = (x(lo.0), x(hi.0));
    let claimed = x(setting.claimed.0);
    format!(
        "<svg class=\"interval\" viewBox=\"0 0 124 14\" width=\"124\" height=\"14\" aria-hidden=\"true\"><path class=\"base\" d=\"M2 7H122\"/>\
         <rect class=\"bar\" x=\"{left}\" y=\"4\" width=\"{}\" height=\"6\"/><path class=\"claimed\" d=\"M{claimed} 0V14\"/></svg> \
         <small>{}</small>",
        (right - left).max(2.0),
        words::interval(lo.0, hi.0)
    )
}

/// The colour of a setting's standing: against the claim, for it, or neither.
fn standing(word: &str) -> &'static str {
    match word {
        "contradicted" => "false",
        "consistent" | "confirmed" => "stands",
        _ => "untold",
    }
}

pub fn fit(fit: &Fit) -> String {
    let claimed = match fit.bound.as_str() {
        "at-least" => "at least",
        "at-most" => "at most",
        _ => "about",
    };
    let within = fit.within.map(|within| format!(" within {}", number(within))).unwrap_or_default();
    // As the table has it: as many decimals as the interval has, and one more.
    let digits = digits_of((fit.interval[1].0 - fit.interval[0].0) / 2.0);
    let decimals = |x: JsonNumber| escaped(&minus(&fixed(x.0, digits)).replace("inf", "∞"));
    let mut out = format!(
        "<h3>Fitted slope</h3><p>The slope is {} in [{}, {}] (level {}); claimed is {claimed} {}{within}.</p>",
        decimals(fit.slope),
        decimals(fit.interval[0]),
        decimals(fit.interval[1]),
        number(fit.level),
        number(fit.value)
    );
    if fit.shape == "bends" || fit.shape == "off" {
        out += "<p>The points lie on no line, so nothing is decided.</p>";
    }
    out += &scatter(fit).unwrap_or_default();
    let beside: String = beside(fit).iter().map(|line| format!("<li>{line}</li>")).collect();
    if !beside.is_empty() {
        let _ = write!(out, "<ul class=\"says\">{beside}</ul>");
    }
    out + &more(&fit.more)
}

/// What there is to say of a line beside its slope, each a piece of HTML.
fn beside(fit: &Fit) -> Vec<String> {
    let counted = |n: u64, what: &str| format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" });
    // Four decimals, as in a terminal.
    let four = |x: JsonNumber| escaped(&minus(&fixed(x.0, 4)));
    let interval = |[lo, hi]: [JsonNumber; 2]| format!("[{}, {}]", four(lo), four(hi));
    let mut lines = Vec::new();
    if let (Some(wide), Some(level)) = (fit.wide_interval, fit.wide_level) {
        let level = (level.0 * 1e6).round() / 1e4;
        lines.push(format!("At {level} %, the level of a rejection, the interval is {}", interval(wide)));
    }
    if let (Some(slope), Some(ends)) = (fit.least_squares, fit.least_squares_interval) {
        lines.push(format!("By least squares {} in {}", four(slope), interval(ends)));
    }
    if let Some(bend) = &fit.bend {
        let [first, last] = bend.ends;
        let (change, within) = (four(bend.change), interval(bend.interval));
        lines.push(format!(
            "Local slope {} at the least abscissa, {} at the greatest: a change of {change} in {within}",
            four(first),
            four(last)
        ));
    }
    if let Some(off) = fit.off_the_line {
        lines.push(format!("Off the line of least squares by {} in the root mean square", number(off)));
    }
    if let Some(rounding) = fit.rounding.filter(|rounding| rounding.0 > 0.0) {
        lines.push(format!("Rounding, and steps of counts, may have moved the slope by {}", number(rounding)));
    }
    let runs = match (fit.runs_asked, fit.runs_made) {
        (Some(asked), Some(made)) if made < asked => {
            Some(format!("{} of {} a point", grouped(made), counted(asked, "run")))
        }
        (_, Some(made)) => Some(format!("{} a point", counted(made, "run"))),
        _ => None,
    };
    let made: Vec<String> = fit.repeats.map(|n| counted(n, "independent repeat")).into_iter().chain(runs).collect();
    if !made.is_empty() {
        lines.push(made.join(", "));
    }
    if let Some(LeftOut { before, empty, blurred, copies, repeats }) = &fit.left_out {
        let left = [
            (*before, "point", "before <code>from</code>"),
            (*empty, "point", "without values"),
            (*blurred, "point", "that rounding may have made anything of"),
            (*copies, "point", "that are copies of others"),
            (*repeats, "repeat", "that lack a point"),
        ];
        let left = left.iter().filter(|(n, ..)| *n > 0);
        let left: Vec<String> = left.map(|(n, what, why)| format!("{} {why}", counted(*n, what))).collect();
        if !left.is_empty() {
            lines.push(format!("Left out: {}", left.join(", ")));
        }
    }
    lines
}

/// Where nothing is known to be asked: whether that is since nothing could be measured.
pub fn is_measured(constant: &Constant) -> bool {
    constant.curves.iter().flat_map(|curve| &curve.points).all(|point| point.measured != Some(false))
}

/// `C ≥ 896`, if anything is asked.
pub fn bound(constant: &Constant) -> Option<String> {
    let sign = if constant.seek == "greatest" { "≤" } else { "≥" };
    constant.value.map(|value| format!("{}\u{a0}{sign}\u{a0}{}", witness::name(&constant.name), number(value)))
}

/// What was found of it, as far as the verdict lets one say.
fn found(constant: &Constant, verdict: Verdict) -> String {
    let name = witness::name(&constant.name);
    let at: Vec<String> =
        constant.at.iter().map(|(name, x)| format!("{} = {}", witness::name(name), number(*x))).collect();
    let at = if at.is_empty() { String::new() } else { format!(", at {}", at.join(", ")) };
    match (Standing::of(verdict, constant.scaled.is_some()), constant.value.zip(bound(constant))) {
        (Standing::Works, Some((value, _))) => {
            let which = if constant.seek == "greatest" { "greatest" } else { "least" };
            format!("The {which} {name} that works in all cases that were seen is {}{at}.", number(value))
        }
        (Standing::Asked, Some((_, bound))) => format!("The most that a case asked for is {bound}{at}."),
        (Standing::AskedElsewhere, Some((_, bound))) => {
            format!("The most that a case asked for, of those that some {name} meets, is {bound}{at}.")
        }
        (_, None) if !is_measured(constant) => format!("What is asked of {name} could not be measured."),
        (Standing::Works | Standing::Asked, None) => format!("Nothing is asked of {name}."),
        (Standing::AskedElsewhere, None) => format!("The cases that some {name} meets ask nothing of it."),
    }
}

/// A constant against each given that was swept. `verdict`: of what is claimed of it.
pub fn constant(constant: &Constant, verdict: Verdict) -> String {
    let name = witness::name(&constant.name);
    let mut out = format!("<h3>Constant</h3><p>{}</p><div class=\"side\">", found(constant, verdict));
    for curve in &constant.curves {
        let log = |x: JsonNumber| if x.0 > 0.0 { x.0.log10() } else { f64::NAN };
        let points: Vec<(f64, f64)> =
            curve.points.iter().filter_map(|p| Some((log(p.value), log(p.constant?)))).collect();
        let decades = |x: f64| short(10_f64.powf(x));
        if let Some(svg) = plot(&points, None, decades, &format!("{} against {}", constant.name, curve.given)) {
            let _ = write!(
                out,
                "<figure><div class=\"scroll\">{svg}</div><figcaption>{name} against {}, both in logarithms</figcaption></figure>",
                witness::name(&curve.given)
            );
        }
    }
    out + "</div>" + &more(&constant.more)
}

const WIDE: f64 = 460.0;
const TALL: f64 = 240.0;
const EDGE: f64 = 56.0;

/// The points of a sweep, and the line.
fn scatter(fit: &Fit) -> Option<String> {
    let points: Vec<(f64, f64)> = fit.points.iter().map(|p| (p[0].0, p[1].0)).collect();
    let line = (fit.offset.0, fit.slope.0);
    plot(&points, Some(line), short, "Points of the sweep, and the fitted line")
}

/// Points, and a line by its value at 0 and its slope. Numbers at the ends of the axes alone.
fn plot(points: &[(f64, f64)], line: Option<(f64, f64)>, show: fn(f64) -> String, what: &str) -> Option<String> {
    let points: Vec<(f64, f64)> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if points.is_empty() {
        return None;
    }
    let ends = |of: fn(&(f64, f64)) -> f64| {
        points.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
    };
    let roomy = |(lo, hi): (f64, f64)| {
        let room = if hi > lo { (hi - lo) * 0.06 } else { 1.0 };
        (lo - room, hi + room)
    };
    let ((xa, xb), (ya, yb)) = (ends(|p| p.0), ends(|p| p.1));
    let ((x0, x1), (y0, y1)) = (roomy((xa, xb)), roomy((ya, yb)));
    let x = |v: f64| EDGE + (v - x0) / (x1 - x0) * (WIDE - EDGE - 8.0);
    let y = |v: f64| TALL - 28.0 - (v - y0) / (y1 - y0) * (TALL - 36.0);
    let mut out = format!(
        "<svg class=\"scatter\" viewBox=\"0 0 {WIDE} {TALL}\" width=\"{WIDE}\" height=\"{TALL}\" role=\"img\" \
         aria-label=\"{}\"><path class=\"base\" d=\"M{EDGE} 8V{}H{}\"/>",
        escaped(what),
        TALL - 28.0,
        WIDE - 8.0
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
    for at in if xa < xb { vec![xa, xb] } else { vec![xa] } {
        let _ = write!(out, "<text class=\"tick\" x=\"{:.1}\" y=\"{}\">{}</text>", x(at), TALL - 12.0, show(at));
    }
    for at in if ya < yb { vec![ya, yb] } else { vec![ya] } {
        let _ = write!(out, "<text class=\"name\" x=\"{}\" y=\"{:.1}\">{}</text>", EDGE - 6.0, y(at) + 4.0, show(at));
    }
    Some(out + "</svg>")
}

/// Fields that this program does not know, as they are.
pub fn more(more: &More) -> String {
    more.iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            format!(
                "<details class=\"more\"><summary>{}</summary>{}</details>",
                escaped(&capital(&name.replace('_', " "))),
                generic(value, 0)
            )
        })
        .collect()
}

/// What is shown of a list.
const ENTRIES: usize = 60;
const DEEPEST: usize = 5;

fn generic(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(n) => match (n.as_u64(), n.as_f64()) {
            (Some(n), _) => grouped(n),
            (None, Some(x)) => number(JsonNumber(x)),
            (None, None) => escaped(&n.to_string()),
        },
        Value::String(text) => escaped(text),
        _ if depth >= DEEPEST => {
            format!("<code>{}</code>", escaped(&value.to_string().chars().take(200).collect::<String>()))
        }
        Value::Array(list) => listed(list, depth),
        Value::Object(fields) => {
            let rows = fields.iter().filter(|(_, value)| !value.is_null()).take(ENTRIES).map(|(name, value)| {
                format!("<tr><th>{}</th><td>{}</td></tr>", escaped(&name.replace('_', " ")), generic(value, depth + 1))
            });
            format!(
                "<div class=\"scroll\"><table class=\"fields\"><tbody>{}</tbody></table></div>",
                rows.collect::<String>()
            )
        }
    }
}

fn listed(list: &[Value], depth: usize) -> String {
    let left = match list.len().saturating_sub(ENTRIES) {
        0 => String::new(),
        n => format!("<p class=\"note\">{n} more are in the JSON report.</p>"),
    };
    let shown = &list[..list.len().min(ENTRIES)];
    let objects = shown.iter().filter(|value| value.is_object()).count();
    if objects > 0 && objects == shown.len() {
        let mut names: Vec<&String> = Vec::new();
        for name in shown.iter().filter_map(Value::as_object).flat_map(|fields| fields.keys()) {
            if !names.contains(&name) && names.len() < 16 {
                names.push(name);
            }
        }
        let head: String = names.iter().map(|name| format!("<th>{}</th>", escaped(&name.replace('_', " ")))).collect();
        let rows = shown.iter().map(|row| {
            let cells = names
                .iter()
                .map(|name| format!("<td>{}</td>", row.get(name).map(|v| generic(v, depth + 1)).unwrap_or_default()));
            format!("<tr>{}</tr>", cells.collect::<String>())
        });
        let rows: String = rows.collect();
        return format!(
            "<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{left}"
        );
    }
    let nested = shown.iter().any(|value| value.is_array() || value.is_object());
    if nested {
        let items: String = shown.iter().map(|value| format!("<li>{}</li>", generic(value, depth + 1))).collect();
        return format!("<ul>{items}</ul>{left}");
    }
    shown.iter().map(|value| generic(value, depth + 1)).collect::<Vec<_>>().join(", ") + &left
}

/// A probability: one near 1 by how far it is from it.
fn probability(x: JsonNumber) -> String {
    if x.0 > 0.999 && x.0 < 1.0 { format!("1 − {}", number(JsonNumber(1.0 - x.0))) } else { number(x) }
}

pub fn number(x: JsonNumber) -> String {
    if x.0.is_nan() { "–".to_owned() } else { short(x.0).replace('-', "−").replace("inf", "∞") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_shown_as_a_table() {
        let value = r#"{"sweep": [{"d": 2, "least": 0.5}, {"d": 4, "least": "inf"}], "name": "<c>", "none": null}"#;
        let html = generic(&serde_json::from_str(value).unwrap(), 0);
        assert!(html.contains("<th>least</th>") && html.contains("<td>0.5</td>"), "{html}");
        assert!(html.contains("&lt;c&gt;") && !html.contains("none"), "{html}");
    }

    #[test]
    fn a_nest_without_end_has_one() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        let html = generic(&serde_json::from_str(&deep).unwrap(), 0);
        assert!(html.matches("<ul>").count() <= DEEPEST, "{html}");
    }
}

//! Evidence that is not a distribution of margins: settings of a probability, a fitted slope, a constant, and whatever else a report holds.

use super::data::{Chance, Constant, Fit, More, Setting};
use super::page::escaped;
use super::witness;
use crate::report::closest::{digits_of, fixed};
use crate::report::number::{JsonNumber, grouped, short};
use serde_json::Value;
use std::fmt::Write;

/// Settings that are shown; the most telling come first.
const SETTINGS: usize = 24;

pub fn chance(chance: &Chance) -> String {
    let sign = if chance.bound == "at-least" { "≥" } else { "≤" };
    let mut out = String::from("<h3>Trials</h3>");
    if let Some(resolution) = &chance.resolution {
        let _ = write!(out, "<p>{}.</p>", escaped(&capital(resolution)));
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
        short(chance.level.0),
        short(chance.error_rate.0)
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
         <small>[{}, {}]</small>",
        (right - left).max(2.0),
        number(lo),
        number(hi)
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
    let decimals = |x: JsonNumber| escaped(&fixed(x.0, digits).replace('-', "−").replace("inf", "∞"));
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
    out + &more(&fit.more)
}

/// A constant against each given that was swept.
pub fn constant(constant: &Constant) -> String {
    let which = if constant.seek == "greatest" { "greatest" } else { "least" };
    let value = constant.value.map_or("is not asked for".to_owned(), |value| format!("is {}", number(value)));
    let at: Vec<String> =
        constant.at.iter().map(|(name, x)| format!("{} = {}", witness::name(name), number(*x))).collect();
    let at = if at.is_empty() { String::new() } else { format!(", at {}", at.join(", ")) };
    let name = witness::name(&constant.name);
    let mut out = format!("<h3>Constant</h3><p>The {which} {name} that works {value}{at}.</p><div class=\"side\">");
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
            (None, Some(x)) => escaped(&short(x)),
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

pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
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

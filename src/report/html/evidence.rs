//! Evidence that is not a distribution of margins: settings of a probability, a fitted slope, a constant, and whatever else a report holds.

use super::data::{Chance, Constant, Fit, LeftOut, More, Setting, Statement};
use super::page::escaped;
use super::plot::{self, Axis};
use super::words::{self, capital, inline, minus};
use super::{mathml, witness};
use crate::check::constant::{Measured, in_step};
use crate::check::fit::decimals;
use crate::claim::model::Verdict;
use crate::report::closest::fixed;
use crate::report::constant::{Standing, estimate, unasked};
use crate::report::number::{JsonNumber, grouped, short};
use crate::report::scale::log10;
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
    let beside = match chance.searched.beside {
        0 => String::new(),
        n => format!(", and {} beside the worst of them,", grouped(n)),
    };
    let _ = write!(
        out,
        "<p>{} settings{beside} were searched in {} trials{rejected}; these {} were judged in {} fresh ones. Intervals are at level {}; \
         over a whole library, the probability that any true claim is rejected is below {}.</p>",
        grouped(chance.searched.settings),
        grouped(chance.searched.trials),
        chance.settings.len(),
        grouped(chance.trials),
        number(chance.level),
        number(chance.error_rate)
    );
    for what in &chance.searched.left_out {
        let _ = write!(out, "<p class=\"note\">{}.</p>", inline(&capital(what)));
    }
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

pub fn fit(fit: &Fit, statement: Option<&Statement>) -> String {
    let claimed = match fit.bound.as_str() {
        "at-least" => "at least",
        "at-most" => "at most",
        _ => "about",
    };
    let within = fit.within.map(|within| format!(" within {}", number(within))).unwrap_or_default();
    // As a terminal has it.
    let [lo, hi] = fit.interval.map(|end| end.0);
    let shown = |x: f64, digits: usize| escaped(&minus(&fixed(x, digits)).replace("inf", "∞"));
    let slope = match decimals((lo, hi)) {
        Some(digits) => {
            format!("{} in [{}, {}]", shown(fit.slope.0, digits), shown(lo, digits), shown(hi, digits))
        }
        None => format!("{} ± {}", shown(fit.slope.0, 8), number(JsonNumber((hi - lo) / 2.0))),
    };
    let mut out = format!(
        "<h3>Fitted slope</h3><p>The slope is {slope} (level {}); claimed is {claimed} {}{within}.</p>",
        number(fit.level),
        number(fit.value)
    );
    if fit.shape == "bends" || fit.shape == "off" {
        out += "<p>The points lie on no line, so nothing is decided.</p>";
    }
    out += &scatter(fit, statement).unwrap_or_default();
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
        let wide = fit.least_squares_wide_interval.filter(|_| fit.repeats > Some(1));
        let wide = wide.map(|wide| format!("; to reject it has {}", interval(wide))).unwrap_or_default();
        let hold = fit.least_squares_holding_interval.filter(|_| fit.repeats > Some(1));
        let hold =
            hold.map(|hold| format!("; to hold, as the repeats are skewed, {}", interval(hold))).unwrap_or_default();
        lines.push(format!("By least squares {} in {}{hold}{wide}", four(slope), interval(ends)));
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
    if fit.others > 0 {
        lines.push(format!("{} beside the one that is against what is claimed", counted(fit.others, "repeat")));
    }
    if let Some(LeftOut { before, cut, empty, blurred, copies, repeats }) = &fit.left_out {
        let left = [
            (*before, "point", "before <code>from</code>"),
            (*cut, "point", "at which runs are cut off by <code>steps</code>"),
            (*empty, "point", "without values"),
            (*blurred, "point", "that rounding may have made anything of"),
            (*copies, "point", "that are copies of others"),
            (*repeats, "repeat", "that lack a point"),
        ];
        let left = left.iter().filter(|(n, ..)| *n > 0);
        let left: Vec<String> = left.map(|(n, what, why)| format!("{} {why}", counted(*n, what))).collect();
        if !left.is_empty() {
            let named = escaped(&fit.cut_at.join("; "));
            let more = if *cut > fit.cut_at.len() as u64 { " and more" } else { "" };
            let named =
                if *cut > 0 && !named.is_empty() { format!(" (cut off at {named}{more})") } else { String::new() };
            lines.push(format!("Left out: {}{named}", left.join(", ")));
        }
    }
    lines
}

/// At how many of the values that have cases one could be measured.
pub fn measured(constant: &Constant) -> Measured {
    let points = constant.curves.iter().flat_map(|curve| &curve.points).filter(|point| point.cases != Some(false));
    Measured::of(points.map(|point| point.measured != Some(false)))
}

/// What is known of it with chance: `99 (84 to 116)`.
fn estimated(constant: &Constant) -> Option<String> {
    constant.trials.as_ref()?;
    let interval = constant.interval.map(|[least, most]| (least.0, most.0));
    constant.value.map(|value| estimate(value.0, interval).replace('-', "−"))
}

/// `C ≥ 896`, if anything is asked; with chance `C ≈ 99 (84 to 116)`.
pub fn bound(constant: &Constant) -> Option<String> {
    if let Some(estimate) = estimated(constant) {
        return Some(format!("{}\u{a0}≈\u{a0}{estimate}", witness::name(&constant.name)));
    }
    let sign = if constant.seek == "greatest" { "≤" } else { "≥" };
    constant.value.map(|value| format!("{}\u{a0}{sign}\u{a0}{}", witness::name(&constant.name), number(value)))
}

/// What asks: with chance the trials of a setting.
pub fn asking(constant: &Constant) -> &'static str {
    if constant.trials.is_some() { "a setting" } else { "a case" }
}

/// What was found of it, as far as the verdict lets one say.
fn found(constant: &Constant, verdict: Verdict) -> String {
    let name = witness::name(&constant.name);
    let at: Vec<String> =
        constant.at.iter().map(|(name, x)| format!("{} = {}", witness::name(name), number(*x))).collect();
    let at = if at.is_empty() { String::new() } else { format!(", at {}", at.join(", ")) };
    let which = if constant.seek == "greatest" { "greatest" } else { "least" };
    let who = asking(constant);
    match (Standing::of(verdict, constant.scaled.is_some()), constant.value.zip(bound(constant))) {
        (Standing::Works, Some((value, _))) => match estimated(constant) {
            Some(about) => {
                format!(
                    "The {which} {name} that works as often as is claimed, in all settings that were seen, is about {about}{at}."
                )
            }
            None => format!("The {which} {name} that works in all cases that were seen is {}{at}.", number(value)),
        },
        (Standing::Asked, Some((_, bound))) => format!("The most that {who} asked for is {bound}{at}."),
        (Standing::AskedElsewhere, Some((_, bound))) => {
            format!("The most that {who} asked for, of those that some {name} meets, is {bound}{at}.")
        }
        (standing, None) => format!("{}.", capital(&unasked(&name, standing, measured(constant)))),
    }
}

/// A constant against each given that was swept. `verdict`: of what is claimed of it.
pub fn constant(constant: &Constant, verdict: Verdict) -> String {
    let name = witness::name(&constant.name);
    let mut out = format!("<h3>Constant</h3><p>{}</p><div class=\"side\">", found(constant, verdict));
    for curve in &constant.curves {
        let points: Vec<(f64, f64)> =
            curve.points.iter().filter_map(|p| Some((log10(p.value.0)?, log10(p.constant?.0)?))).collect();
        let (given, others) = in_step(&curve.given);
        let others = others.map(|others| format!(", {others} with it")).unwrap_or_default();
        let what = format!("{} against {given}{others}", constant.name);
        if let Some(svg) = plot::svg(&points, (Axis::Decades, Axis::Decades), None, &what) {
            let _ = write!(
                out,
                "<figure><div class=\"scroll\">{svg}</div><figcaption>{name} against {}{}, both in logarithms</figcaption></figure>",
                witness::name(given),
                escaped(&others)
            );
        }
    }
    out + "</div>" + &more(&constant.more)
}

/// What a slope is of: the ordinate and the abscissa, in TeX, and whether they are logarithms of what is named here.
struct Law<'a> {
    of: (&'a str, bool),
    against: (&'a str, bool),
}

impl<'a> Law<'a> {
    /// As the statement has it: `slope: slope of $\log(T)$ against $\log(O) \le 1$`.
    fn of(statement: &'a Statement) -> Option<Self> {
        let lines = statement.checked.iter().flat_map(|section| &section.lines);
        let law = lines.filter_map(|line| line.split_once(": slope of $")).map(|(_, law)| law).next_back()?;
        let (of, rest) = law.split_once("$ against $")?;
        let (against, _) = rest.split_once('$')?;
        let relation =
            [" \\le ", " \\ge ", " \\approx "].iter().filter_map(|relation| against.rfind(relation)).max()?;
        let named = |tex: &'a str| argument_of_log(tex).map_or((tex, false), |inner| (inner, true));
        Some(Self { of: named(of), against: named(&against[..relation]) })
    }
}

/// `\log(x)`, all of it.
fn argument_of_log(tex: &str) -> Option<&str> {
    let inner = tex.strip_prefix("\\log")?;
    let inner = match inner.strip_prefix("\\left(") {
        Some(inner) => inner.strip_suffix("\\right)")?,
        None => inner.strip_prefix('(')?.strip_suffix(')')?,
    };
    let mut open = 0_i32;
    for c in inner.chars() {
        open += i32::from(c == '(') - i32::from(c == ')');
        if open < 0 {
            return None;
        }
    }
    Some(inner)
}

/// The points of a sweep, and the line.
fn scatter(fit: &Fit, statement: Option<&Statement>) -> Option<String> {
    let points: Vec<(f64, f64)> = fit.points.iter().map(|p| (p[0].0, p[1].0)).collect();
    let law = statement.and_then(Law::of);
    // Of a logarithm whose number is beyond f64 the logarithm itself is shown.
    let shown = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).all(|v| !v.is_finite() || v.exp().is_normal());
    let axis = |log: bool, of: fn(&(f64, f64)) -> f64| if log && shown(of) { Axis::Natural } else { Axis::Plain };
    let (x, y) = match &law {
        Some(law) => (axis(law.against.1, |p| p.0), axis(law.of.1, |p| p.1)),
        None => (Axis::Plain, Axis::Plain),
    };
    let svg =
        plot::svg(&points, (x, y), Some((fit.offset.0, fit.slope.0)), "Points of the sweep, and the fitted line")?;
    let caption = match &law {
        None => "The points of the sweep, as the claim says what to plot, and the line of the fitted slope".to_owned(),
        Some(law) => {
            let name = |(tex, log): (&str, bool), axis: Axis| {
                let tex = if log && axis == Axis::Plain { format!("\\log({tex})") } else { tex.to_owned() };
                let natural = if tex.contains("\\log") { " (natural logarithms)" } else { "" };
                (mathml::prose(&format!("${tex}$")), natural)
            };
            let ((of, of_note), (against, against_note)) = (name(law.of, y), name(law.against, x));
            let logs = match (y, x) {
                (Axis::Natural, Axis::Natural) => ", both in logarithms",
                (Axis::Natural, _) => ", the former in logarithms",
                (_, Axis::Natural) => ", the latter in logarithms",
                _ => "",
            };
            format!("{of}{of_note} against {against}{against_note}{logs}, and the line of the fitted slope")
        }
    };
    Some(format!("<figure><div class=\"scroll\">{svg}</div><figcaption>{caption}</figcaption></figure>"))
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
    fn a_logarithm_is_named_by_what_it_is_of() {
        assert_eq!(argument_of_log("\\log(T)"), Some("T"));
        assert_eq!(argument_of_log("\\log\\left(\\frac{a}{(b)}\\right)"), Some("\\frac{a}{(b)}"));
        for other in ["\\log(a)+(b)", "-\\log(a)", "c", "\\log(a)/2"] {
            assert_eq!(argument_of_log(other), None, "{other}");
        }
    }

    #[test]
    fn the_plot_of_a_slope_says_what_is_on_its_axes() {
        let fit: Fit = serde_json::from_str(
            r#"{"slope": 1, "interval": [1, 1], "level": 0.99, "offset": 0, "bound": "at-most", "value": 1, "within": null,
                "points": [[0, 0], [2.302585092994046, 2.302585092994046]]}"#,
        )
        .unwrap();
        let statement = |line: &str| -> Statement {
            let checked = serde_json::json!([{"title": "claimed of a fitted slope", "lines": [line]}]);
            serde_json::from_value(serde_json::json!({
                "file": "a.toml", "tex": null, "notes": null, "uses": [], "corrects": null, "corrected": null, "checked": checked
            }))
            .unwrap()
        };
        let both =
            scatter(&fit, Some(&statement("slope: slope of $\\log(T)$ against $\\log(d) \\le 1$, within $1/50$")));
        let both = both.unwrap();
        assert!(both.contains(", both in logarithms") && both.contains(">1<") && both.contains(">10<"), "{both}");
        let one = scatter(&fit, Some(&statement("slope: slope of $c$ against $\\log(d) \\ge 1$"))).unwrap();
        assert!(one.contains("in logarithms") && one.contains(">10<") && one.contains(">2.3<"), "{one}");
        assert!(scatter(&fit, None).unwrap().contains("<figcaption>"));
    }

    #[test]
    fn a_nest_without_end_has_one() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        let html = generic(&serde_json::from_str(&deep).unwrap(), 0);
        assert!(html.matches("<ul>").count() <= DEEPEST, "{html}");
    }
}

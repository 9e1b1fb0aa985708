//! The figure of an experiment: drawn as `theoremcheck plot` draws it, in a file of its own, and on the claim's page with the numbers taken of its runs.

use super::data::{Claim, Experiment, Number, Plot};
use super::evidence::{self, number};
use super::page::{self, claim_path, escaped, up};
use super::{witness, words};
use crate::check::figure::{Curve, Drawn};
use crate::claim::model::Verdict;
use crate::report::number::grouped;
use crate::report::svg;
use std::fmt::Write;

/// Rows of the table of numbers that are shown.
const ROWS: usize = 64;

/// Where the figure of a claim is, from the site's root.
pub fn path(id: &str) -> String {
    format!("figures/{id}.svg")
}

/// The figure of a claim that has one.
pub fn file(claim: &Claim) -> Option<(String, String)> {
    let experiment = claim.experiment.as_ref().filter(|experiment| !experiment.plots.is_empty())?;
    let panels: Vec<Drawn> = experiment.plots.iter().map(drawn).collect();
    Some((path(&claim.id), svg::figure(&format!("{}: {}", claim.at, claim.title), &panels)))
}

fn drawn(plot: &Plot) -> Drawn {
    let curve = |curve: &super::data::PlotCurve| Curve {
        label: curve.label.clone(),
        colour: usize::from(curve.colour),
        dash: usize::from(curve.dash),
        points: curve.points.clone(),
    };
    Drawn {
        name: plot.name.clone(),
        title: plot.title.clone(),
        x_label: plot.x_label.clone(),
        y_label: plot.y_label.clone(),
        log: plot.log,
        x_range: plot.x_range,
        y_range: plot.y_range,
        curves: plot.curves.iter().map(curve).collect(),
        marked: plot.marked,
    }
}

/// The part of a claim's page.
pub fn section(claim: &Claim, experiment: &Experiment) -> String {
    let mut out = String::from("<h3>Figure</h3>");
    if !experiment.plots.is_empty() {
        let file = format!("{}{}", up(&claim_path(&claim.id)), path(&claim.id));
        let names: Vec<&str> =
            experiment.plots.iter().map(|plot| plot.y_label.as_ref().unwrap_or(&plot.name).as_str()).collect();
        let _ = write!(
            out,
            "<figure class=\"plot\"><div class=\"scroll\"><a href=\"{file}\"><img src=\"{file}\" alt=\"{}\"></a></div></figure>",
            escaped(&names.join("; "))
        );
    }
    let _ = write!(
        out,
        "<p class=\"note\">{} of {}, {} evaluations.</p>",
        counted(experiment.runs, "run"),
        counted(experiment.points, "point"),
        grouped(experiment.evaluations)
    );
    if !experiment.numbers.is_empty() {
        out += &numbers(experiment);
    }
    if !experiment.notes.is_empty() {
        out += &words::list(&experiment.notes, &words::names(claim));
    }
    out + &evidence::more(&experiment.more)
}

/// What a verdict says of a figure.
pub fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "the runs of the figure show it",
        Verdict::Rejected => "the runs of the figure do not show it",
        Verdict::Inconclusive => "the runs of the figure do not tell",
        other => page::meaning(other),
    }
}

/// How clearly the runs show a reading.
pub fn margin(experiment: &Experiment, name: &str) -> String {
    let reading = experiment.readings.iter().find(|reading| reading.name == name);
    let Some((reading, margin)) = reading.and_then(|reading| Some((reading, reading.margin?))) else {
        return String::new();
    };
    let floor = reading.floor.filter(|floor| floor.0 > 0.0);
    let floor = floor.map(|floor| format!(", rounding floor {}", number(floor))).unwrap_or_default();
    format!("<p class=\"worst\">Margin {} in the size of its terms{floor}.</p>", number(margin))
}

fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A row for each point of the sweep, the last swept given fastest.
fn numbers(experiment: &Experiment) -> String {
    let head: String =
        experiment.sweep.iter().map(|swept| format!("<th>{}</th>", witness::name(&swept.name))).collect();
    let taken: String = experiment
        .numbers
        .iter()
        .map(|number| format!("<th class=\"n\">{}</th>", witness::name(&number.name)))
        .collect();
    let points = experiment.numbers.iter().map(|number| number.values.len()).max().unwrap_or(0);
    let mut rows = String::new();
    for point in 0..points.min(ROWS) {
        let (mut left, mut at) = (point, Vec::new());
        for swept in experiment.sweep.iter().rev() {
            let size = swept.legend.len().max(1);
            at.push(swept.legend.get(left % size).map(String::as_str).unwrap_or_default());
            left /= size;
        }
        let at: String = at.iter().rev().map(|value| format!("<th>{}</th>", escaped(value))).collect();
        let value = |of: &Number| match of.values.get(point) {
            Some(Some(value)) => number(*value),
            _ => "none".to_owned(),
        };
        let values: String =
            experiment.numbers.iter().map(|of| format!("<td class=\"n\">{}</td>", value(of))).collect();
        let _ = write!(rows, "<tr>{at}{values}</tr>");
    }
    let more = match points.saturating_sub(ROWS) {
        0 => String::new(),
        n => format!("<p class=\"note\">{} more points are in the JSON report.</p>", grouped(n as u64)),
    };
    format!(
        "<div class=\"scroll\"><table><thead><tr>{head}{taken}</tr></thead><tbody>{rows}</tbody></table></div>{more}"
    )
}

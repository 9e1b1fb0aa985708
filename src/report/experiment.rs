//! An experiment in words and in JSON: how each reading came out, and the numbers behind it. Its figure is drawn in [`super::svg`].

use super::number::{JsonNumber, grouped, short};
use super::svg;
use crate::check::experiment::Runs;
use crate::check::figure::{self, Curve, Drawn, Found};
use crate::check::reading::{Answer, Measured, Read};
use serde::Serialize;

/// Values of a number that are shown in a line.
const SHOWN: usize = 8;

/// `closest 0.31 (order)`: the reading that is nearest to failing, or furthest beyond it.
pub fn describe(found: &Found) -> String {
    let known = found.readings.iter().filter_map(|read| Some((read, read.margin?.0)));
    let runs = match found.runs.records.len() {
        1 => "1 run".to_owned(),
        runs => format!("{} runs", grouped(runs as u64)),
    };
    match known.min_by(|(_, a), (_, b)| a.total_cmp(b)) {
        Some((read, margin)) => {
            let what = if read.answer == Answer::No { "fails by" } else { "closest" };
            format!("{what} {} ({}), {runs}", short(margin.abs()), read.name)
        }
        None => runs,
    }
}

/// How one reading came out.
pub fn reading(read: &Read) -> String {
    let Some((margin, floor)) = read.margin else { return "no margin".to_owned() };
    let floor = if floor > 0.0 { format!(", floor {}", short(floor)) } else { String::new() };
    format!("margin {}{floor}, in the size of its terms", short(margin))
}

/// The numbers, and what there is to say of runs, a line each.
pub fn lines(found: &Found) -> Vec<String> {
    let mut lines: Vec<String> = found.numbers.iter().map(|number| values(number, &found.runs)).collect();
    lines.extend(notes(found));
    lines
}

fn values(number: &Measured, runs: &Runs) -> String {
    let of = |value: &Option<(f64, f64)>| value.map_or("none".to_owned(), |(value, _)| short(value));
    let shown: Vec<String> = number.values.iter().take(SHOWN).map(of).collect();
    let more = number.values.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {} more", grouped(more as u64)) } else { String::new() };
    let axes: Vec<&str> = runs.axes.iter().map(|axis| axis.name.as_str()).collect();
    let index = if axes.is_empty() { String::new() } else { format!("[{}]", axes.join(", ")) };
    format!("{}{index}: {}{more}", number.name, shown.join(", "))
}

/// Runs that ended before their time, or have no values from some step on; and what cannot be drawn.
fn notes(found: &Found) -> Vec<String> {
    let (runs, mut out) = (&found.runs, Vec::new());
    for point in 0..runs.points() {
        let noted: Vec<&str> = runs.of_point(point).iter().filter_map(|record| record.note.as_deref()).collect();
        if let Some(first) = noted.first() {
            let name = runs.name(point);
            let at = if name.is_empty() { String::new() } else { format!(" at {name}") };
            let (n, all) = (noted.len(), runs.of_point(point).len());
            let which = if all == 1 { "the run".to_owned() } else { format!("{n} of {all} runs") };
            out.push(format!("{which}{at}: {first}"));
        }
    }
    out.extend(figure::notes(&found.panels));
    out
}

#[derive(Serialize)]
pub struct ExperimentJson<'a> {
    points: u64,
    runs: u64,
    evaluations: u64,
    sweep: Vec<SweptJson<'a>>,
    numbers: Vec<NumberJson<'a>>,
    readings: Vec<ReadingJson<'a>>,
    plots: Vec<PlotJson>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct SweptJson<'a> {
    name: &'a str,
    values: Vec<JsonNumber>,
    legend: &'a [String],
}

#[derive(Serialize)]
struct NumberJson<'a> {
    name: &'a str,
    /// Point by point, the last swept given fastest; null where there is none.
    values: Vec<Option<JsonNumber>>,
    floors: Vec<Option<JsonNumber>>,
}

#[derive(Serialize)]
struct ReadingJson<'a> {
    name: &'a str,
    margin: Option<JsonNumber>,
    floor: Option<JsonNumber>,
}

/// A panel as it is drawn: what is not seen of its curves is left out.
#[derive(Serialize)]
struct PlotJson {
    name: String,
    title: Option<String>,
    x_label: String,
    y_label: Option<String>,
    log: (bool, bool),
    x_range: Option<(f64, f64)>,
    y_range: Option<(f64, f64)>,
    marked: bool,
    curves: Vec<CurveJson>,
}

#[derive(Serialize)]
struct CurveJson {
    label: String,
    colour: usize,
    dash: usize,
    points: Vec<(f64, f64)>,
}

impl PlotJson {
    fn of(panel: &Drawn) -> Self {
        let Drawn { name, title, x_label, y_label, log, x_range, y_range, curves, marked } = svg::seen(panel);
        let curve = |Curve { label, colour, dash, points }| CurveJson { label, colour, dash, points };
        let curves = curves.into_iter().map(curve).collect();
        Self { name, title, x_label, y_label, log, x_range, y_range, marked, curves }
    }
}

impl<'a> ExperimentJson<'a> {
    pub fn of(found: &'a Found) -> Self {
        Self {
            points: found.cost.points,
            runs: found.cost.runs,
            evaluations: found.cost.evaluations,
            sweep: found
                .runs
                .axes
                .iter()
                .map(|axis| SweptJson {
                    name: &axis.name,
                    values: axis.values.iter().copied().map(JsonNumber).collect(),
                    legend: &axis.labels,
                })
                .collect(),
            numbers: found
                .numbers
                .iter()
                .map(|number| NumberJson {
                    name: &number.name,
                    values: number.values.iter().map(|value| value.map(|(value, _)| JsonNumber(value))).collect(),
                    floors: number.values.iter().map(|value| value.map(|(_, floor)| JsonNumber(floor))).collect(),
                })
                .collect(),
            readings: found
                .readings
                .iter()
                .map(|read| ReadingJson {
                    name: &read.name,
                    margin: read.margin.map(|(margin, _)| JsonNumber(margin)),
                    floor: read.margin.map(|(_, floor)| JsonNumber(floor)),
                })
                .collect(),
            plots: found.panels.iter().map(PlotJson::of).collect(),
            notes: notes(found),
        }
    }
}

//! What is drawn of an experiment: panels with curves, as numbers. How that looks is `report`'s business.

use super::experiment::{Cost, Runs, columns};
use super::reading::{Measured, Read};
use crate::claim::program::experiment::{Panel, PanelKind, Source, Study};
use std::collections::BTreeMap;

/// An experiment that was made.
#[derive(Clone, Debug)]
pub struct Found {
    pub cost: Cost,
    pub runs: Runs,
    pub numbers: Vec<Measured>,
    pub readings: Vec<Read>,
    pub panels: Vec<Drawn>,
}

/// A panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub name: String,
    pub title: Option<String>,
    pub x_label: String,
    pub y_label: Option<String>,
    pub log: (bool, bool),
    pub x_range: Option<(f64, f64)>,
    pub y_range: Option<(f64, f64)>,
    pub curves: Vec<Curve>,
    /// Whether curves are points of a sweep, to be marked one by one.
    pub marked: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub label: String,
    /// Numbers of a colour and of a pattern of dashes.
    pub colour: usize,
    pub dash: usize,
    pub points: Vec<(f64, f64)>,
}

/// A number as it stands in legends and tables: as short as tells it from all others, an exponent where there would be many zeros.
pub fn number(x: f64) -> String {
    let plain = format!("{x}");
    let small = x != 0.0 && x.abs() < 1e-3;
    if plain.len() <= 9 && !small || !x.is_finite() { plain } else { format!("{x:e}") }
}

/// Digits of a number that somebody may have written: more come of a computation.
const WRITTEN: usize = 6;
/// Digits that are shown of a computed number, or more if others are like it.
const SHOWN: usize = 3;

/// The numbers of a legend: with few digits as they are, else rounded to as many as tell each from all others.
pub fn numbers(values: &[f64]) -> Vec<String> {
    let digits = |x: f64| format!("{x:e}").bytes().take_while(|c| *c != b'e').filter(u8::is_ascii_digit).count();
    let rounded = |x: f64, places: usize| -> f64 {
        if !x.is_finite() || digits(x) <= WRITTEN { x } else { format!("{x:.*e}", places - 1).parse().unwrap_or(x) }
    };
    let told_apart = |places: &usize| {
        let all: Vec<(u64, u64)> = values.iter().map(|x| (rounded(*x, *places).to_bits(), x.to_bits())).collect();
        all.iter().all(|(shown, x)| all.iter().all(|(other, y)| shown != other || x == y))
    };
    let places = (SHOWN..=17).find(told_apart).unwrap_or(17);
    values.iter().map(|x| number(rounded(*x, places))).collect()
}

/// Of each panel on a logarithmic axis, how much of it cannot stand there.
pub fn notes(panels: &[Drawn]) -> Vec<String> {
    let note = |panel: &Drawn| {
        let of = |log: bool, axis: &str, at: fn(&(f64, f64)) -> f64| {
            let points = || panel.curves.iter().flat_map(|curve| &curve.points);
            let count = if log { points().filter(|point| at(point) <= 0.0).count() } else { 0 };
            (count > 0).then(|| {
                let (all, name) = (points().count(), &panel.name);
                format!(
                    "plot {name}: {count} of {all} points are 0 or less in {axis}, and do not stand on its logarithmic axis; the line is broken there"
                )
            })
        };
        of(panel.log.0, "x", |point| point.0).into_iter().chain(of(panel.log.1, "y", |point| point.1))
    };
    panels.iter().flat_map(note).collect()
}

/// The panels of what was made.
pub fn panels(study: &Study, runs: &Runs, numbers: &[Measured]) -> Vec<Drawn> {
    study.panels.iter().map(|panel| drawn(panel, study, runs, numbers)).collect()
}

fn drawn(panel: &Panel, study: &Study, runs: &Runs, numbers: &[Measured]) -> Drawn {
    let plot = &panel.plot;
    let (curves, x_name) = match &panel.kind {
        PanelKind::Along { x, y } => {
            let columns = columns(study);
            let place = |node| columns.iter().position(|column| *column == node);
            let x_place = x.and_then(place);
            let mut curves = Vec::new();
            for point in 0..runs.points() {
                for (series, node) in y.iter().enumerate() {
                    let Some(column) = place(*node) else { continue };
                    let points = along(runs, point, x_place, column);
                    curves.push(curve(panel, runs, &runs.place(point), None, series, points));
                }
            }
            (curves, plot.x.as_ref().map_or("t".to_owned(), |x| x.text.clone()))
        }
        PanelKind::Across { over, x, y } => {
            let mut curves = Vec::new();
            let other = (0..runs.axes.len()).find(|axis| axis != over);
            let others = other.map_or(1, |axis| runs.axes[axis].values.len());
            for index in 0..others {
                let place = |i: usize| {
                    let mut place = vec![0; runs.axes.len()];
                    place[*over] = i;
                    if let Some(other) = other {
                        place[other] = index;
                    }
                    place
                };
                for (series, y) in y.iter().enumerate() {
                    let value = |source: Source, place: &[usize]| match source {
                        Source::Axis(axis) => Some(runs.axes[axis].values[place[axis]]),
                        Source::Number(number) => numbers[number].values[point_of(runs, place)].map(|value| value.0),
                    };
                    let points = (0..runs.axes[*over].values.len())
                        .map(place)
                        .filter_map(|place| value(*x, &place).zip(value(*y, &place)))
                        .collect();
                    curves.push(curve(panel, runs, &place(0), Some(*over), series, points));
                }
            }
            let name = match x {
                Source::Axis(axis) => runs.axes[*axis].name.clone(),
                Source::Number(number) => numbers[*number].name.clone(),
            };
            (curves, name)
        }
    };
    let y_name = match &plot.y[..] {
        [(None, y)] => Some(y.text.clone()),
        _ => None,
    };
    Drawn {
        name: panel.name.clone(),
        title: plot.title.clone(),
        x_label: plot.x_label.clone().unwrap_or(x_name),
        y_label: plot.y_label.clone().or(y_name),
        log: plot.log,
        x_range: plot.x_range,
        y_range: plot.y_range,
        curves: one_of_each(curves),
        marked: matches!(panel.kind, PanelKind::Across { .. }),
    }
}

fn point_of(runs: &Runs, place: &[usize]) -> usize {
    runs.axes.iter().zip(place).fold(0, |point, (axis, index)| point * axis.values.len() + index)
}

/// The mean over the runs of a point, look by look: at looks that all of them have, and where all have a value.
fn along(runs: &Runs, point: usize, x: Option<usize>, y: usize) -> Vec<(f64, f64)> {
    let records = runs.of_point(point);
    let count = records.len() as f64;
    let looks = records.iter().map(|record| record.at.len()).min().unwrap_or(0);
    let mean = |of: &dyn Fn(&super::experiment::Record) -> f64| match records {
        [one] => of(one),
        many => many.iter().map(of).sum::<f64>() / count,
    };
    let at = |look: usize| {
        let x = mean(&|record| x.map_or(record.at[look], |x| record.seen[look][x]));
        (x, mean(&|record| record.seen[look][y]))
    };
    (0..looks).map(at).filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
}

fn curve(
    panel: &Panel,
    runs: &Runs,
    place: &[usize],
    over: Option<usize>,
    series: usize,
    points: Vec<(f64, f64)>,
) -> Curve {
    let axes: Vec<usize> = (0..runs.axes.len()).filter(|axis| Some(*axis) != over).collect();
    let mut labels: Vec<&str> = axes.iter().map(|&axis| runs.axes[axis].labels[place[axis]].as_str()).collect();
    let several = panel.plot.y.len();
    if let Some((Some(name), _)) = panel.plot.y.get(series).filter(|_| several > 1 || axes.is_empty()) {
        labels.insert(0, name);
    }
    // What is swept first has the colours, where anything is; the rest the dashes.
    let index = |n: usize| axes.get(n).map(|&axis| place[axis]);
    let (colour, dash) = match (index(0), index(1)) {
        (None, _) => (series, 0),
        (Some(first), None) => (first, series),
        (Some(first), Some(second)) => (first, second * several + series),
    };
    Curve { label: labels.join(", "), colour, dash, points }
}

/// Curves that are the same to the bit, a level that does not depend on what is swept, are drawn once, under the name of the series.
fn one_of_each(curves: Vec<Curve>) -> Vec<Curve> {
    let mut out: Vec<Curve> = Vec::new();
    let mut known: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    for curve in curves {
        let bits: Vec<u64> = curve.points.iter().flat_map(|(x, y)| [x.to_bits(), y.to_bits()]).collect();
        match known.get(&bits).filter(|_| bits.len() > 2) {
            None => {
                known.insert(bits, out.len());
                out.push(curve);
            }
            Some(&at) => {
                let shared: Vec<&str> = out[at]
                    .label
                    .split(", ")
                    .filter(|part| curve.label.split(", ").any(|other| other == *part))
                    .collect();
                let label =
                    if shared.is_empty() { format!("{}; {}", out[at].label, curve.label) } else { shared.join(", ") };
                out[at].label = label;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let shown = [0.5, 0.001, 1e-6, 1e-12, 1e22, 0.0, 250_000.0, 1.0 / 3.0].map(number);
        assert_eq!(shown, ["0.5", "0.001", "1e-6", "1e-12", "1e22", "0", "250000", "3.333333333333333e-1"]);
    }

    #[test]
    fn a_legend_has_the_digits_that_tell_its_numbers_apart() {
        let rates = numbers(&[9.457_627_118_644_066e-3, 0.5, 1.0 / 3.0, 0.062_5, 9.999_999_999_999_974e-13]);
        assert_eq!(rates, ["0.00946", "0.5", "0.333", "0.0625", "1e-12"]);
        assert_eq!(numbers(&[0.123_456_7, 0.123_456_8, 0.25]), ["0.1234567", "0.1234568", "0.25"]);
        assert_eq!(numbers(&[1.000_000_1, 1.0]), ["1.0000001", "1"]);
        assert_eq!(numbers(&[123_456.0, f64::INFINITY, 0.0]), ["123456", "inf", "0"]);
    }

    #[test]
    fn what_a_logarithmic_axis_cannot_show_is_told() {
        let panel = |log: (bool, bool)| Drawn {
            name: "a".into(),
            title: None,
            x_label: "t".into(),
            y_label: None,
            log,
            x_range: None,
            y_range: None,
            curves: vec![Curve {
                label: String::new(),
                colour: 0,
                dash: 0,
                points: vec![(0.0, 1.0), (1.0, -1.0), (2.0, 0.0)],
            }],
            marked: false,
        };
        assert!(notes(&[panel((false, false))]).is_empty());
        let both = notes(&[panel((true, true))]);
        assert!(both.len() == 2 && both[0].contains("1 of 3") && both[1].contains("2 of 3"), "{both:?}");
    }

    #[test]
    fn a_level_that_all_curves_share_is_drawn_once() {
        let curve =
            |label: &str, y: f64| Curve { label: label.into(), colour: 0, dash: 0, points: vec![(0.0, y), (1.0, y)] };
        let curves =
            one_of_each(vec![curve("optimum, small", 2.0), curve("loss, small", 1.0), curve("optimum, large", 2.0)]);
        let labels: Vec<&str> = curves.iter().map(|curve| curve.label.as_str()).collect();
        assert_eq!(labels, ["optimum", "loss, small"]);
    }
}

//! `[experiment]`: the keys of a figure and of its reading.

use super::diagnostic::Diagnostic;
use super::document::{Item, Value};
use super::experiment::{Experiment, Legend, MOST_SWEPT, Measure, OverRuns, Plot, Points, Taken};
use super::load::Loader;
use super::model::Named;
use super::reader::choose;
use super::sections::{all_givens, part};
use crate::lang::parse::{parse_expr, parse_sweep};

pub(super) const EXPERIMENT_KEYS: &[&str] = &["sweep", "legend", "runs", "number", "plot", "reading"];
pub(super) const PLOT_KEYS: &[&str] = &["title", "over", "x", "y", "x_label", "y_label", "log", "x_range", "y_range"];
const TAKEN: &[&str] = &["of", "least", "greatest", "least_at", "greatest_at"];
pub(super) const NUMBER_KEYS: &[&str] =
    &["of", "at", "least", "greatest", "least_at", "greatest_at", "over_runs", "as"];
/// The most values of a swept given.
const MAX_VALUES: usize = 1_000;
/// The most runs of one point.
const MAX_RUNS: u64 = 10_000;
/// The most panels of a figure.
const MAX_PLOTS: usize = 16;

const TABLE: &str =
    "write `[experiment]`, then `sweep`, and `[experiment.plot.NAME]`, `[experiment.number]`, `[experiment.reading]`";
const SWEEP: &str =
    "write `sweep = { alpha = [0.5, 0.2, 0.05] }`, or `{ rho = \"log [1e-9, 1e-3] 7\" }`: a given, and its values";
const LEGEND: &str =
    "write `legend = { alpha = \"α = {}\" }`, or `{ kind = [\"symmetric\", \"asymmetric\"] }`: a text for each value";
const NUMBER: &str = "write `[experiment.number]`, then numbers of each run: `last = \"loss\"`, `{ of = \"loss\", at = 100 }`, `{ least = \"loss\" }`";
const PLOT: &str = "write `[experiment.plot.loss]`, then what is drawn, like `y = \"loss\"`";
const X: &str = "write what is drawn to the right, like `x = \"log(t)\"`";
const Y: &str =
    "write what is drawn upwards, like `y = \"loss\"`, or `y = { train = \"norm(X - Y)\", test = \"norm(X - Z)\" }`";
const LOG: &str = "write which axes are logarithmic: `log = \"x\"`, `\"y\"` or `\"xy\"`";
const RANGE: &str = "write two ends, like `x_range = [0, 600]`";
const READING: &str = "write `[experiment.reading]`, then how the figure is read, like `order = \"last[1] < last[2]\"`";
const AS: &str = "write `as = \"computed\"` where the number that `f64` gives is meant itself, or leave it out";
const OVER_RUNS: &str = "write what is made of several runs: `over_runs = \"mean\"`, `\"least\"` or `\"greatest\"`";

/// `None` where a part that a figure cannot do without is missing or cannot be read.
pub(super) fn experiment(loader: &mut Loader, item: &Item) -> Option<Experiment> {
    let entries = loader.errors.table(item, TABLE)?;
    for entry in entries.iter().filter(|entry| !EXPERIMENT_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, "`[experiment]`", EXPERIMENT_KEYS);
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let sweep = find("sweep").map_or(Some(Vec::new()), |entry| sweep(loader, entry));
    let legend = find("legend").map_or(Some(Vec::new()), |entry| legend(loader, entry, &sweep));
    let runs = find("runs").map_or(Some(1), |entry| loader.errors.count(entry, MAX_RUNS));
    let numbers = find("number").map_or(Some(Vec::new()), |entry| numbers(loader, entry));
    let plots = part(loader, item, find("plot"), "plot", PLOT).and_then(|entry| plots(loader, entry));
    let readings = part(loader, item, find("reading"), "reading", READING);
    let readings = readings.map(|entry| loader.predicates_of(entry, READING));
    Some(Experiment {
        sweep: sweep?,
        legend: legend?,
        runs: runs?,
        numbers: numbers?,
        plots: plots?,
        readings: readings?,
    })
}

fn sweep(loader: &mut Loader, entry: &Item) -> Option<Vec<Named<Points>>> {
    let items = loader.errors.table(entry, SWEEP)?;
    all_givens(loader, entry);
    if let Some(extra) = items.get(MOST_SWEPT) {
        loader.errors.note(|| {
            Diagnostic::new(
                extra.key_place.clone(),
                format!("a figure sweeps {MOST_SWEPT} givens at most"),
                "one given too many",
            )
            .help("make one of them a number of the case, and the others expressions of it")
        });
        return None;
    }
    items.iter().map(|item| points(loader, item)).collect()
}

fn points(loader: &mut Loader, item: &Item) -> Option<Named<Points>> {
    let Value::Array(elements) = &item.value else {
        let swept = loader.errors.expression(item, SWEEP, parse_sweep)?;
        return Some(Named {
            name: swept.name,
            text: swept.text,
            place: swept.place,
            value: Points::Spread(swept.value),
        });
    };
    if !(2..=MAX_VALUES).contains(&elements.len()) {
        loader.errors.note(|| {
            let message = format!("a sweep has 2 to {MAX_VALUES} values");
            Diagnostic::new(item.place.clone(), message, format!("found {}", elements.len())).help(SWEEP)
        });
        return None;
    }
    let values: Option<Vec<Named<_>>> =
        elements.iter().map(|element| loader.errors.expression(element, SWEEP, parse_expr)).collect();
    let values = values?;
    let texts: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
    let text = format!("[{}]", texts.join(", "));
    Some(Named { name: item.key.clone(), text, place: item.place.clone(), value: Points::Values(values) })
}

fn legend(loader: &mut Loader, entry: &Item, sweep: &Option<Vec<Named<Points>>>) -> Option<Vec<Named<Legend>>> {
    let items = loader.errors.table(entry, LEGEND)?;
    let mut out = Vec::new();
    for item in items {
        let swept = sweep.iter().flatten().find(|swept| swept.name == item.key);
        if swept.is_none() && sweep.is_some() {
            loader.errors.note(|| {
                let known: Vec<&str> = sweep.iter().flatten().map(|swept| swept.name.as_str()).collect();
                Diagnostic::new(
                    item.key_place.clone(),
                    format!("`{}` is not swept", item.key),
                    "it has no values to call",
                )
                .help(choose(&item.key, &known, "what is swept is"))
            });
        }
        let value = match &item.value {
            Value::Array(elements) => {
                let texts: Option<Vec<String>> =
                    elements.iter().map(|element| loader.errors.string(element, LEGEND)).collect();
                let texts = texts?;
                let wanted = swept.map(|swept| match &swept.value {
                    Points::Values(values) => values.len() as u64,
                    Points::Spread(spread) => spread.count,
                });
                if let Some(wanted) = wanted.filter(|wanted| *wanted != texts.len() as u64) {
                    loader.errors.note(|| {
                        let message = format!("`{}` has {wanted} values", item.key);
                        Diagnostic::new(item.place.clone(), message, format!("found {} texts", texts.len()))
                            .help(LEGEND)
                    });
                    return None;
                }
                Legend::Each(texts)
            }
            _ => Legend::All(loader.errors.string(item, LEGEND)?),
        };
        out.push(Named { name: item.key.clone(), text: String::new(), place: item.place.clone(), value });
    }
    Some(out)
}

fn numbers(loader: &mut Loader, entry: &Item) -> Option<Vec<Named<Measure>>> {
    let items = loader.errors.table(entry, NUMBER)?;
    for item in items {
        loader.values.value(&mut loader.errors, item);
    }
    items.iter().map(|item| number(loader, item)).collect()
}

fn number(loader: &mut Loader, item: &Item) -> Option<Named<Measure>> {
    let named = |of: Named<_>, taken, over_runs, computed| Named {
        name: item.key.clone(),
        text: of.text.clone(),
        place: of.place.clone(),
        value: Measure { of, taken, over_runs, computed },
    };
    let Value::Table(entries) = &item.value else {
        let of = loader.errors.expression(item, NUMBER, parse_expr)?;
        return Some(named(of, Taken::End, OverRuns::Mean, false));
    };
    for entry in entries.iter().filter(|entry| !NUMBER_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, "a number", NUMBER_KEYS);
    }
    let mut what = entries.iter().filter(|entry| TAKEN.contains(&entry.key.as_str()));
    let (Some(first), None) = (what.next(), what.next()) else {
        loader.errors.note(|| {
            let message = format!("`{}` is one of `of`, `least`, `greatest`, `least_at` and `greatest_at`", item.key);
            Diagnostic::new(item.key_place.clone(), message, "none of them, or several").help(NUMBER)
        });
        return None;
    };
    let of = loader.errors.expression(first, NUMBER, parse_expr);
    let at = entries.iter().find(|entry| entry.key == "at");
    if let Some(at) = at.filter(|_| first.key != "of") {
        loader.errors.note(|| {
            Diagnostic::new(at.key_place.clone(), format!("`{}` is over all looks", first.key), "no step of its own")
                .help("write `of` with `at`, or leave `at` out")
        });
        return None;
    }
    let taken = match (&*first.key, at) {
        ("least", _) => Taken::Least,
        ("greatest", _) => Taken::Greatest,
        ("least_at", _) => Taken::LeastAt,
        ("greatest_at", _) => Taken::GreatestAt,
        (_, Some(at)) => Taken::From(loader.errors.expression(at, NUMBER, parse_expr)?),
        (_, None) => Taken::End,
    };
    let over_runs = match entries.iter().find(|entry| entry.key == "over_runs") {
        None => OverRuns::Mean,
        Some(entry) => word(loader, entry, OVER_RUNS, &OverRuns::ALL.map(|o| (o.name(), o)))?,
    };
    let computed = match entries.iter().find(|entry| entry.key == "as") {
        None => false,
        Some(entry) => word(loader, entry, AS, &[("computed", true)])?,
    };
    Some(named(of?, taken, over_runs, computed))
}

/// One of a few words.
fn word<T: Clone>(loader: &mut Loader, item: &Item, help: &str, known: &[(&str, T)]) -> Option<T> {
    let text = loader.errors.string(item, help)?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| value.clone());
    if found.is_none() {
        loader.errors.note(|| {
            Diagnostic::new(item.place.clone(), format!("`{}` has no such value", item.key), format!("found `{text}`"))
                .help(help)
        });
    }
    found
}

fn plots(loader: &mut Loader, entry: &Item) -> Option<Vec<Named<Plot>>> {
    let items = loader.errors.table(entry, PLOT)?;
    if let Some(extra) = items.get(MAX_PLOTS) {
        loader.errors.note(|| {
            let message = format!("a figure has at most {MAX_PLOTS} panels");
            Diagnostic::new(extra.key_place.clone(), message, "one panel too many")
                .help("spread them over several files")
        });
        return None;
    }
    items.iter().map(|item| plot(loader, item)).collect()
}

fn plot(loader: &mut Loader, item: &Item) -> Option<Named<Plot>> {
    let entries = loader.errors.table(item, PLOT)?;
    let table = format!("`[experiment.plot.{}]`", item.key);
    for entry in entries.iter().filter(|entry| !PLOT_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, &table, PLOT_KEYS);
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let text = |loader: &mut Loader, key: &str| match find(key) {
        None => Some(None),
        Some(entry) => loader.errors.string(entry, &format!("write `{key} = \"..\"`, or leave it out")).map(Some),
    };
    let (title, x_label, y_label) = (text(loader, "title"), text(loader, "x_label"), text(loader, "y_label"));
    let over = match find("over") {
        None => Some(None),
        Some(entry) => {
            loader.errors.string(entry, "write the name of a swept given, like `over = \"rho\"`").map(|name| {
                Some(Named { name: "over".to_owned(), text: name.clone(), place: entry.place.clone(), value: name })
            })
        }
    };
    let x = match find("x") {
        None => Some(None),
        Some(entry) => loader.errors.expression(entry, X, parse_expr).map(Some),
    };
    let Some(entry) = find("y") else {
        loader.errors.note(|| {
            Diagnostic::new(item.key_place.clone(), format!("{table} has no `y`"), "something is missing").help(Y)
        });
        return None;
    };
    let y = match &entry.value {
        Value::Table(parts) if !parts.is_empty() => parts
            .iter()
            .map(|part| Some((Some(part.key.clone()), loader.errors.expression(part, Y, parse_expr)?)))
            .collect::<Option<Vec<_>>>(),
        _ => loader.errors.expression(entry, Y, parse_expr).map(|y| vec![(None, y)]),
    };
    let log = match find("log") {
        None => Some((false, false)),
        Some(entry) => {
            let known = [("x", (true, false)), ("y", (false, true)), ("xy", (true, true)), ("", (false, false))];
            word(loader, entry, LOG, &known[..3])
        }
    };
    let (x_range, y_range) = (range(loader, find("x_range")), range(loader, find("y_range")));
    let plot = Plot {
        title: title?,
        over: over?,
        x: x?,
        y: y?,
        x_label: x_label?,
        y_label: y_label?,
        log: log?,
        x_range: x_range?,
        y_range: y_range?,
    };
    for (range, log, key) in [(plot.x_range, plot.log.0, "x_range"), (plot.y_range, plot.log.1, "y_range")] {
        if let (Some((lo, _)), true, Some(entry)) = (range, log, find(key))
            && lo <= 0.0
        {
            loader.errors.note(|| {
                Diagnostic::new(entry.place.clone(), "a logarithmic axis begins above 0", format!("found {lo}"))
            });
        }
    }
    Some(Named { name: item.key.clone(), text: String::new(), place: item.key_place.clone(), value: plot })
}

/// `[lo, hi]`, plain numbers.
fn range(loader: &mut Loader, item: Option<&Item>) -> Option<Option<(f64, f64)>> {
    let Some(item) = item else { return Some(None) };
    let number = |item: &Item| match &item.value {
        Value::Number(text) => text.replace('_', "").parse::<f64>().ok().filter(|x| x.is_finite()),
        _ => None,
    };
    let ends: Option<Vec<f64>> = match &item.value {
        Value::Array(elements) => elements.iter().map(number).collect(),
        _ => None,
    };
    match ends.as_deref() {
        Some(&[lo, hi]) if lo < hi => Some(Some((lo, hi))),
        _ => {
            loader.errors.note(|| {
                let message = format!("`{}` is two numbers, the lesser first", item.key);
                Diagnostic::new(item.place.clone(), message, "found something else").help(RANGE)
            });
            None
        }
    }
}

/// A figure stands alone: its readings are its conclusion.
pub(super) fn stands_alone(loader: &mut Loader, items: &[Item]) {
    let path = items.iter().filter(|item| matches!(&*item.key, "trajectory" | "flow")).flat_map(Item::entries);
    let path = path.filter(|entry| matches!(&*entry.key, "always" | "finally"));
    let others =
        items.iter().filter(|item| matches!(&*item.key, "claim" | "scaling" | "probability" | "constant" | "margin"));
    for other in others.chain(path) {
        loader.errors.note(|| {
            let message = "a claim with `[experiment]` claims how the figure is read and nothing else";
            let help = match &*other.key {
                "margin" => "leave it out: a reading has the unit of its terms",
                _ => "state it in a file of its own, or as a reading",
            };
            Diagnostic::new(other.key_place.clone(), message, "this would not be asked").help(help)
        });
    }
}

//! `[trajectory]` and `[scaling]`: the tables that have keys of their own.

use super::diagnostic::Diagnostic;
use super::document::{Item, Value};
use super::load::Loader;
use super::measurable;
use super::model::{KernelUse, Named, Scaling, Trajectory};
use super::reader::choose;
use crate::kernel::Kind;
use crate::lang::parse::{parse_expr, parse_fit, parse_schedule, parse_slope, parse_sweep};
use std::collections::BTreeSet;

pub(super) const TRAJECTORY_KEYS: &[&str] =
    &["state", "step", "steps", "kernel", "at", "until", "let", "assume", "first", "always", "finally"];
pub(super) const SCALING_KEYS: &[&str] = &["sweep", "from", "fit", "slope", "runs"];
/// The most independent runs of one point.
const MAX_RUNS: u64 = 1_000_000;

const STATE: &str = "write `state = { x = \"x0\" }`: each part of the state and its start";
const STEP: &str = "write `step = { x = \"x - eta*x\" }`: each part of the state one step on";
const STEPS: &str = "write the number of steps, like `steps = \"T\"`";
const KERNEL: &str = "write the kind of iteration that the step is, like `kernel = \"asymmetric-gd\"`, or also what its arrays are here: \
                      `kernel = { kind = \"asymmetric-gd\", X = \"Sigma\", F = \"U\" }`";
const AT: &str = "write which steps are looked at: `at = \"every 10\"`, `at = \"log 200\"`";
const UNTIL: &str = "write a predicate that ends the run, like `until = \"loss <= delta\"`";
const LET: &str = "write `[trajectory.let]`, then names of the state at step t, like `loss = \"norm(x)\"`";
const ASSUME: &str = "write `[trajectory.assume]`, then hypotheses on the path, like `bounded = \"norm(x) <= 1\"`";
const FIRST: &str = "write `[trajectory.first]`, then first times, like `T0 = \"loss <= delta\"`";
const ALWAYS: &str = "write `[trajectory.always]`, then what holds at every step, like `bound = \"loss <= 1\"`";
const FINALLY: &str = "write `[trajectory.finally]`, then what holds at the end, like `small = \"loss <= delta\"`";
const SWEEP: &str = "write `sweep = { rho = \"log [1e-12, 1e-3] 10\" }`: a given, and its points";
const FIT: &str = "write what is fitted to what, like `fit = \"log(eps) ~ log(rho)\"`";
const FROM: &str = "write where points count, past the transient, like `from = \"T >= 100*kappa\"`";
const SLOPE: &str =
    "write what the slope should be, like `slope = \">= 1/2\"`, `\"<= 2\"` or `\"about 1 within 1/100\"`";

/// `None` where a part that a trajectory cannot do without is missing or cannot be read.
pub(super) fn trajectory(loader: &mut Loader, item: &Item) -> Option<Trajectory> {
    let entries = loader.errors.table(item, "write `[trajectory]`, then `state`, `step` and `steps`")?;
    for entry in entries {
        if !TRAJECTORY_KEYS.contains(&entry.key.as_str()) {
            loader.errors.unknown_key(entry, "`[trajectory]`", TRAJECTORY_KEYS);
        }
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let state = part(loader, item, find("state"), "state", STATE);
    let step = part(loader, item, find("step"), "step", STEP);
    let steps = part(loader, item, find("steps"), "steps", STEPS);
    if let (Some(state), Some(step)) = (state, step) {
        same_parts(loader, state, step, str::to_owned);
    }
    let state = state.map(|entry| loader.define(entry, STATE, parse_expr));
    let step = step.map(|entry| loader.errors.expressions(entry, STEP, parse_expr));
    let steps = steps.and_then(|entry| loader.errors.expression(entry, STEPS, parse_expr));
    let kernel = find("kernel").map(|entry| kernel(loader, entry));
    let at = find("at").and_then(|entry| loader.errors.expression(entry, AT, parse_schedule));
    let until = find("until").and_then(|entry| loader.errors.expression(entry, UNTIL, parse_expr));
    let lets = find("let").map(|entry| loader.define(entry, LET, parse_expr)).unwrap_or_default();
    let assume = find("assume").map(|entry| loader.assumptions(entry, ASSUME)).unwrap_or_default();
    let first = find("first").map(|entry| loader.define(entry, FIRST, parse_expr)).unwrap_or_default();
    let always = find("always").map(|entry| loader.predicates_of(entry, ALWAYS)).unwrap_or_default();
    let finally = find("finally").map(|entry| loader.predicates_of(entry, FINALLY)).unwrap_or_default();
    let kernel = kernel.flatten();
    Some(Trajectory {
        state: state?,
        step: step?,
        steps: steps?,
        kernel,
        at,
        until,
        lets,
        assume,
        first,
        always,
        finally,
    })
}

/// A kind by name, or a table with the kind and what its arrays and numbers are in this claim.
fn kernel(loader: &mut Loader, entry: &Item) -> Option<KernelUse> {
    let table = matches!(entry.value, Value::Table(_));
    let written = if table {
        let entries = loader.errors.table(entry, KERNEL)?;
        match entries.iter().find(|item| item.key == "kind") {
            Some(kind) => kind,
            None => {
                loader.errors.note(|| {
                    Diagnostic::new(entry.key_place.clone(), "`kernel` has no `kind`", "something is missing")
                        .help(KERNEL)
                });
                return None;
            }
        }
    } else {
        entry
    };
    let name = loader.errors.string(written, KERNEL)?;
    let Some(kind) = Kind::from_name(&name) else {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        loader.errors.note(|| {
            Diagnostic::new(written.place.clone(), format!("there is no kind of kernel `{name}`"), "not a kind")
                .help(choose(&name, &known, "the kinds are"))
        });
        return None;
    };
    let arrays = kind.state().iter().chain(kind.data()).map(|array| array.name);
    let names: Vec<&str> = arrays.chain(kind.scalars().iter().copied()).collect();
    let mut bindings = Vec::new();
    for item in entry.entries().iter().filter(|item| table && item.key != "kind") {
        if names.contains(&item.key.as_str()) {
            bindings.extend(loader.errors.expression(item, KERNEL, parse_expr));
        } else {
            loader.errors.unknown_key(item, &format!("a kernel of kind `{name}`"), &names);
        }
    }
    let kind = Named { name: entry.key.clone(), text: name, place: written.place.clone(), value: kind };
    Some(KernelUse { kind, bindings })
}

pub(super) fn scaling(loader: &mut Loader, item: &Item) -> Option<Scaling> {
    let entries = loader.errors.table(item, "write `[scaling]`, then `sweep`, `fit` and `slope`")?;
    for entry in entries {
        if !SCALING_KEYS.contains(&entry.key.as_str()) {
            loader.errors.unknown_key(entry, "`[scaling]`", SCALING_KEYS);
        }
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let sweep = part(loader, item, find("sweep"), "sweep", SWEEP).map(|entry| {
        all_givens(loader, entry);
        let sweeps = loader.errors.expressions(entry, SWEEP, parse_sweep);
        // Of a sweep of what is no given enough is said.
        let given = |swept: &Named<_>| loader.givens().iter().any(|given| given.name == swept.name);
        if sweeps.iter().all(given) {
            measurable::sweeps(&mut loader.errors, entry, &sweeps);
        }
        sweeps
    });
    let fit =
        part(loader, item, find("fit"), "fit", FIT).and_then(|entry| loader.errors.expression(entry, FIT, parse_fit));
    let slope = part(loader, item, find("slope"), "slope", SLOPE).and_then(|entry| {
        // The slope has a verdict as predicates have, under this name.
        loader.predicates.label(&mut loader.errors, entry);
        loader.errors.expression(entry, SLOPE, parse_slope)
    });
    let from = match find("from") {
        None => Some(None),
        Some(entry) => loader.errors.expression(entry, FROM, parse_expr).map(Some),
    };
    let runs = find("runs").map_or(Some(1), |entry| loader.errors.count(entry, MAX_RUNS));
    Some(Scaling { sweep: sweep?, fit: fit?, slope: slope?, from: from?, runs: runs? })
}

/// A key that must be there and, where it is a table, not be empty.
pub(super) fn part<'a>(
    loader: &mut Loader,
    table: &Item,
    entry: Option<&'a Item>,
    key: &str,
    example: &str,
) -> Option<&'a Item> {
    if entry.is_none_or(Item::is_empty_table) {
        loader.errors.note(|| {
            let place = entry.map_or(&table.key_place, |entry| &entry.key_place).clone();
            Diagnostic::new(place, format!("`[{}]` has no `{key}`", table.key), "something is missing").help(example)
        });
        return None;
    }
    entry
}

/// Every part of the state has a step (of a flow, a rate), and nothing else has. `rest` is what leaves a part as it is.
pub(super) fn same_parts(loader: &mut Loader, state: &Item, moved: &Item, rest: impl Fn(&str) -> String) {
    let word = &moved.key;
    let parts: BTreeSet<&str> = state.entries().iter().map(|part| part.key.as_str()).collect();
    let with: BTreeSet<&str> = moved.entries().iter().map(|part| part.key.as_str()).collect();
    for part in moved.entries().iter().filter(|part| !parts.contains(part.key.as_str())) {
        loader.errors.note(|| {
            let message = format!("`{}` is no part of the state", part.key);
            Diagnostic::new(part.key_place.clone(), message, format!("has a {word}, but no start")).help(did_you_mean(
                &part.key,
                &parts,
                "the state has",
            ))
        });
    }
    for part in state.entries().iter().filter(|part| !with.contains(part.key.as_str())) {
        loader.errors.note(|| {
            let message = format!("`{}` has no {word}", part.key);
            Diagnostic::new(part.key_place.clone(), message, format!("has a start, but no {word}")).help(format!(
                "add `{} = \"{}\"` to `{word}` if it never changes",
                part.key,
                rest(&part.key)
            ))
        });
    }
}

/// What is swept must be a given, whose own sampler the points replace.
pub(super) fn all_givens(loader: &mut Loader, sweep: &Item) {
    let givens: BTreeSet<String> = loader.givens().iter().map(|given| given.name.clone()).collect();
    for swept in sweep.entries().iter().filter(|swept| !givens.contains(&swept.key)) {
        loader.errors.note(|| {
            let givens = givens.iter().map(String::as_str).collect();
            let message = format!("there is no given `{}`", swept.key);
            Diagnostic::new(swept.key_place.clone(), message, "not a given of this claim").help(did_you_mean(
                &swept.key,
                &givens,
                "the givens are",
            ))
        });
    }
}

fn did_you_mean(name: &str, known: &BTreeSet<&str>, all: &str) -> String {
    choose(name, &known.iter().copied().collect::<Vec<_>>(), all)
}

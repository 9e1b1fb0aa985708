//! How a figure is read: predicates of the numbers of all its runs.
//!
//! Every number is known to within its rounding, so each is an interval, and a reading is decided in enclosures: certainly true, certainly
//! false, or not told. What a run has no value for may be anything, and leaves a reading open that rests on it.

use super::checker::CheckError;
use super::experiment::{Runs, over_runs};
use crate::arith::ball::{Ball, with_bits};
use crate::claim::program::experiment::{Number, Reading, Readings, Study};
use crate::eval::analysis::Analysis;
use crate::eval::compile::{Request, compile};
use crate::eval::machine::Machine;
use crate::eval::rounding::SAFETY;
use crate::eval::run::run;
use crate::lang::build::literal_int;
use crate::lang::ir::{InputId, NodeId, Op};
use crate::lang::types::reachable;
use dashu_int::IBig;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// Digits of the enclosures: far more than those of the numbers.
const BITS: usize = 256;

/// What may be anything is below `2^FAR`: beyond all of `f64` and its products.
const FAR: usize = 1 << 12;

/// Numbers that a plan of readings may hold.
const MAX_ELEMENTS: usize = 1 << 20;

/// A number of the experiment, at every point.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub name: String,
    /// With bounds on their rounding; in the order of the points.
    pub values: Vec<Option<(f64, f64)>>,
}

/// What came of a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub name: String,
    pub answer: Answer,
    /// In the unit of its terms, with what rounding may have done to it.
    pub margin: Option<(f64, f64)>,
    /// Numbers that it speaks of and that are not known somewhere: which, and `has no value at q = 16: ..`.
    pub missing: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Undefined,
    Open,
}

/// The numbers of all points.
pub fn measured(study: &Study, runs: &Runs) -> Vec<Measured> {
    let of = |(place, number): (usize, &Number)| Measured {
        name: number.name.clone(),
        values: (0..runs.points()).map(|point| over_runs(number, runs.of_point(point), place)).collect(),
    };
    study.numbers.iter().enumerate().map(of).collect()
}

/// # Errors
/// Where no plan can be made.
pub fn read(study: &Study, runs: &Runs, measured: &[Measured]) -> Result<Vec<Read>, CheckError> {
    with_bits(BITS, || decided(study, runs, measured))
}

fn decided(study: &Study, runs: &Runs, measured: &[Measured]) -> Result<Vec<Read>, CheckError> {
    let readings = &study.readings;
    let roots = readings.predicates.iter().flat_map(|reading| [reading.truth, reading.margin]).collect();
    // The numbers are there before anything is asked: nothing of a reading changes.
    let held: BTreeSet<InputId> = readings.axes.iter().chain(&readings.numbers).copied().collect();
    let plan = compile(&Request {
        graph: &readings.graph,
        analysis: &Analysis::new(&readings.graph, &held),
        ints: &BTreeMap::new(),
        lane_ints: &BTreeMap::new(),
        sections: &[roots],
        max_elements: MAX_ELEMENTS,
    })?;
    let mut machine = Machine::<Ball>::new();
    machine.load(&plan);
    for (input, axis) in readings.axes.iter().zip(&runs.axes) {
        let values: Vec<Ball> = (0..axis.values.len())
            .filter_map(|i| axis.exactly(i))
            .map(|value| Ball::from_enclosure(&value, &value))
            .collect();
        machine.set_numbers(&plan, *input, &values);
    }
    for (input, number) in readings.numbers.iter().zip(measured) {
        let values: Vec<Ball> = number.values.iter().map(|value| interval(*value)).collect();
        machine.set_numbers(&plan, *input, &values);
    }
    run(&plan, 0, &mut machine)?;
    let slot = |node| plan.roots.first().and_then(|roots| roots.get(&node)).copied();
    let one = |reading: &Reading| {
        let truth = slot(reading.truth).map(|slot| machine.truths[slot as usize]).unwrap_or_default();
        let answer = match (truth.yes & 1, truth.no & 1, truth.undefined & 1) {
            (1, _, _) => Answer::Yes,
            (_, 1, _) => Answer::No,
            (_, _, 1) => Answer::Undefined,
            _ => Answer::Open,
        };
        let margin = slot(reading.margin).filter(|slot| machine.undefined[*slot as usize] & 1 == 0);
        let margin = margin.and_then(|slot| machine.real(&plan, slot).value.enclosure()).map(|(lo, hi)| {
            let middle = (&lo + &hi) / RBig::from(2_u8);
            (middle.to_f64().value(), ((hi - lo) / RBig::from(2_u8)).to_f64().value())
        });
        // One that may be anything is none.
        let margin = margin.filter(|(middle, off)| middle.is_finite() && off.is_finite());
        let missing = reading.of.iter().filter_map(|&place| {
            let Measured { name, values } = measured.get(place)?;
            let read = readings.numbers.get(place).and_then(|input| points_read(readings, reading, *input, runs));
            let of_it = |&point: &usize| read.as_ref().is_none_or(|read| read.contains(&point));
            let points: Vec<usize> = (0..values.len()).filter(of_it).collect();
            let unknown = |point: &usize| values[*point].is_none_or(|(_, error)| !error.is_finite());
            let none = |point: &usize| values[*point].is_none();
            let point = points.iter().copied().find(none).or_else(|| points.iter().copied().find(unknown))?;
            Some((name.clone(), why(runs, point, values[point])))
        });
        Read { name: reading.name.clone(), answer, margin, missing: missing.collect() }
    };
    Ok(readings.predicates.iter().map(one).collect())
}

/// The points of a number that a reading names by their places; `None` where it may speak of all.
fn points_read(readings: &Readings, reading: &Reading, input: InputId, runs: &Runs) -> Option<BTreeSet<usize>> {
    let graph = &readings.graph;
    let columns = if runs.axes.len() > 1 { runs.axes.last().map_or(1, |axis| axis.values.len()) } else { 1 };
    let is_number = |id: NodeId| graph.node(id).op == Op::Input(input);
    let mut points = BTreeSet::new();
    for id in reachable(graph, &[reading.truth, reading.margin]) {
        let node = graph.node(id);
        match (&node.op, node.args.as_slice()) {
            (Op::Entry, &[number, row, col]) if is_number(number) => {
                let place = |node| usize::try_from(literal_int(graph, node)? - 1).ok();
                points.insert(place(row)? * columns + place(col)?);
            }
            (_, args) if args.iter().any(|arg| is_number(*arg)) => return None,
            _ => {}
        }
    }
    Some(points)
}

/// Where a number is not known, and why.
fn why(runs: &Runs, point: usize, value: Option<(f64, f64)>) -> String {
    let what = if value.is_some() { "has no bound on its rounding" } else { "has no value" };
    let name = runs.name(point);
    let note = runs.of_point(point).iter().find_map(|record| record.note.clone());
    let at = if name.is_empty() { String::new() } else { format!(" at {name}") };
    format!("{what}{at}{}", note.map(|note| format!(": {note}")).unwrap_or_default())
}

/// What is known of a number. Its bound is a float, as near to what it bounds as it may be: of a run that is its own rounding error alone it is that, rounded.
fn interval(value: Option<(f64, f64)>) -> Ball {
    let exactly = |x: f64| RBig::try_from(x).ok();
    let ends = value.and_then(|(value, bound)| {
        let (value, error) = (exactly(value)?, exactly((bound * SAFETY).next_up())?);
        // What is exact stays so.
        let error = if bound == 0.0 { RBig::ZERO } else { error };
        Some((&value - &error, value + error))
    });
    // An entry that is unknown to the evaluation makes all of its matrix so, and other runs have their values.
    let (lo, hi) = ends.unwrap_or_else(|| {
        let far = RBig::from(IBig::ONE << FAR);
        (-far.clone(), far)
    });
    Ball::from_enclosure(&lo, &hi)
}

//! Figures: the points of a sweep at a paper's sizes, what is drawn of their runs, and the numbers that the readings are about.
//!
//! A *run* is one point of the sweep with one draw of all that is not swept; the draws of a run depend on its number alone, so that the runs of
//! one number differ by the swept values and by nothing else. Draws have the laws of their samplers (`crate::sample::law`). Runs of equal
//! shapes are made eight at a time, whatever points and numbers they are of; an integer that is no size may differ from lane to lane.
//!
//! Of a run is kept what it has at its looks. The readings are decided in [`super::reading`], and what is drawn is put together in [`super::figure`].

mod eight;

use super::checker::CheckError;
use super::sweep::{Spread, Value, exactly};
use crate::arith::backend::dispatch;
use crate::arith::lane::Backend;
use crate::case::evaluate::once_roots;
use crate::case::octet::{Compiled, Integers, Plans, integers};
use crate::case::path::{LOOK, SETUP, STEP};
use crate::case::record::Stratum;
use crate::case::schedule::looked_at;
use crate::case::way::{self, Way};
use crate::claim::experiment::Legend;
use crate::claim::program::experiment::{Axis, Number, Study, Values};
use crate::claim::program::{Path, Program, SweptTarget};
use crate::kernel::{Kernel, Kind};
use crate::lang::ast::Looks;
use crate::lang::ir::{InputId, IntId, NodeId};
use crate::sample::stream::{Key, Stream};
use dashu_ratio::RBig;
use eight::Eight;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Runs that one figure may have, and values that are kept of them.
const MOST_RUNS: u64 = 100_000;
const MOST_KEPT: u64 = 50_000_000;

/// Numbers that a plan of a figure may hold, eight lanes each: 2 GiB. Paper sizes are larger than those of cases, and there are few of them.
pub const MAX_ELEMENTS: usize = 1 << 25;

pub struct ExperimentRun<'a> {
    pub program: &'a Program,
    pub study: &'a Study,
    pub key: &'a Key,
    pub backend: Backend,
    /// What takes the steps of an iteration, in place of `step`.
    pub kernel: Option<&'a dyn Kernel>,
    pub max_elements: usize,
}

/// What a figure asks for, known before anything is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub points: u64,
    pub runs: u64,
    /// A hundred thousand multiplications each.
    pub evaluations: u64,
}

/// A swept given and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    pub name: String,
    pub values: Vec<f64>,
    /// What they are, which `values` are the nearest floats to.
    pub exact: Vec<RBig>,
    /// What each is called.
    pub labels: Vec<String>,
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    pub axes: Vec<Swept>,
    /// Runs of each point.
    pub runs: u64,
    /// Point by point, the last swept given fastest; of each point, run by run.
    pub records: Vec<Record>,
}

/// One run.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The step, or time, of each look.
    pub at: Vec<f64>,
    /// What is read at each look, in the order of [`Study::look_roots`] without repetitions; NaN where there is no value.
    pub seen: Vec<Vec<f64>>,
    /// In the order of the numbers: a value and what rounding may have done to it.
    pub numbers: Vec<Option<(f64, f64)>>,
    /// Why it ended before its time, or has no values from some step on.
    pub note: Option<String>,
}

impl Swept {
    /// What a value is.
    pub fn exactly(&self, i: usize) -> Option<RBig> {
        self.exact.get(i).cloned()
    }

    /// How much more it is than the float.
    fn rest(&self, i: usize) -> f64 {
        let float = self.values.get(i).and_then(|value| RBig::try_from(*value).ok());
        float.zip(self.exact.get(i)).map_or(0.0, |(float, exact)| (exact - float).to_f64().value())
    }
}

impl Runs {
    /// The sweep's values at a point, an index into each axis.
    pub fn place(&self, mut point: usize) -> Vec<usize> {
        let mut place = vec![0; self.axes.len()];
        for (index, axis) in place.iter_mut().zip(&self.axes).rev() {
            *index = point % axis.values.len();
            point /= axis.values.len();
        }
        place
    }

    /// `alpha = 0.5, k = 3`, as the legend has it; empty where nothing is swept.
    pub fn name(&self, point: usize) -> String {
        let labels: Vec<&str> =
            self.place(point).into_iter().zip(&self.axes).map(|(i, axis)| axis.labels[i].as_str()).collect();
        labels.join(", ")
    }

    pub fn points(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// The runs of a point.
    pub fn of_point(&self, point: usize) -> &[Record] {
        let runs = self.runs as usize;
        &self.records[point * runs..(point + 1) * runs]
    }
}

/// A point of the sweep.
#[derive(Clone, Debug, Default)]
struct Point {
    reals: Vec<Real>,
    ints: BTreeMap<IntId, i64>,
}

/// A swept value: the nearest float, and how much more than that it is.
#[derive(Clone, Copy, Debug)]
struct Real {
    input: InputId,
    value: f64,
    rest: f64,
}

/// Up to eight runs of equal shapes: the places of their records, their points and their numbers.
struct Octet {
    ints: BTreeMap<IntId, i64>,
    members: Vec<(usize, usize, u64)>,
}

struct Layout {
    axes: Vec<Swept>,
    points: Vec<Point>,
    octets: Vec<Octet>,
}

impl ExperimentRun<'_> {
    /// # Errors
    /// Where the sweep has too many runs, and where no plan can be made.
    pub fn cost(&self) -> Result<Cost, CheckError> {
        let layout = self.layout()?;
        let plans = self.plans();
        let mut work = 0_u64;
        let mut kept = 0_u64;
        for octet in &layout.octets {
            let compiled = plans.get(self.program, &octet.ints)?;
            let (one, looks) = self.work_of(octet, &compiled)?;
            work = work.saturating_add(one);
            let columns = self.columns().len() as u64 + 1;
            kept = kept.saturating_add(looks.saturating_mul(columns).saturating_mul(octet.members.len() as u64));
        }
        if kept > MOST_KEPT {
            return Err(CheckError(format!(
                "the looks of all runs are {kept} values, and {MOST_KEPT} are kept: look less often (`at`)"
            )));
        }
        let (points, runs) = (layout.points.len() as u64, self.study.runs);
        Ok(Cost { points, runs, evaluations: 1 + work / super::checker::WORK_AN_EVALUATION })
    }

    /// Multiplications of eight lanes, and looks of a run.
    fn work_of(&self, octet: &Octet, compiled: &Compiled) -> Result<(u64, u64), CheckError> {
        let plan = &compiled.plan;
        let lanes = 8_u64;
        let total = plan.work;
        let straight = |section: usize| -> u64 {
            let range = plan.sections.get(section).cloned().unwrap_or(0..0);
            plan.code[range].iter().map(|instruction| instruction.work(&plan.slots)).sum()
        };
        let Some(motion) = &self.program.motion else { return Ok((lanes.saturating_mul(total), 1)) };
        // What loops repeat is not known by section: it is counted with the steps.
        let looped = total.saturating_sub((0..plan.sections.len()).map(straight).sum());
        Ok(match Way::new(self.program, motion, &octet.ints, self.kernel)? {
            Way::Steps { path, steps, kernel } => {
                let looks = looked_at(path.schedule, steps).len() as u64;
                let own = straight(STEP).saturating_add(looped);
                let step = match kernel.zip(path.kernel.as_ref()) {
                    // Each run is made twice, for its rounding.
                    None => own.saturating_mul(2 * steps).saturating_mul(lanes),
                    Some(_) => {
                        let kernel = kernel_work(path, compiled).saturating_mul(octet.members.len() as u64);
                        // At a look the claim's own step is taken twice.
                        kernel.saturating_mul(2 * steps).saturating_add(own.saturating_mul(2 * looks * lanes))
                    }
                };
                let look = straight(LOOK).saturating_add(looped).saturating_mul(looks).saturating_mul(lanes);
                let setup = straight(SETUP).saturating_mul(lanes);
                (setup.saturating_add(step).saturating_add(look), looks)
            }
            Way::Flow(course) => {
                let (Looks::Even(looks) | Looks::Log(looks)) = course.looks;
                // Twelve stages of some ten steps a look, three solutions a case.
                (total.saturating_mul(lanes).saturating_mul(360).saturating_mul(looks + 1), looks + 1)
            }
        })
    }

    /// Makes all runs.
    ///
    /// # Errors
    /// As [`cost`](Self::cost); if a kernel disagrees with the claim's `step`.
    pub fn make(&self) -> Result<Runs, CheckError> {
        let layout = self.layout()?;
        let plans = self.plans();
        let Layout { axes, points, octets } = &layout;
        let made: Vec<Result<Vec<Record>, CheckError>> = octets
            .par_iter()
            .map(|octet| dispatch(self.backend, Eight { of: self, octet, points, plans: &plans }))
            .collect();
        let mut records = vec![Record::default(); points.len() * self.study.runs as usize];
        for (octet, made) in octets.iter().zip(made) {
            for (member, record) in octet.members.iter().zip(made?) {
                records[member.0] = record;
            }
        }
        Ok(Runs { axes: axes.clone(), runs: self.study.runs, records })
    }

    fn layout(&self) -> Result<Layout, CheckError> {
        let Self { program, study, key, .. } = *self;
        let axes = study.sweep.iter().map(|axis| swept(program, axis)).collect::<Result<Vec<_>, _>>()?;
        let mut points = vec![Point::default()];
        for (axis, swept) in study.sweep.iter().zip(&axes) {
            let with = |point: &Point, (i, value): (usize, f64)| {
                let mut point = point.clone();
                match axis.target {
                    SweptTarget::Real(input) => point.reals.push(Real { input, value, rest: swept.rest(i) }),
                    SweptTarget::Int(id) => {
                        point.ints.insert(id, value as i64);
                    }
                }
                point
            };
            if (points.len() * swept.values.len()) as u64 * study.runs > MOST_RUNS {
                return Err(CheckError(format!("the figure has more than {MOST_RUNS} runs")));
            }
            points = points
                .iter()
                .flat_map(|point| swept.values.iter().copied().enumerate().map(|at| with(point, at)))
                .collect();
        }
        let mut groups: Vec<Octet> = Vec::new();
        let mut open: BTreeMap<BTreeMap<IntId, i64>, usize> = BTreeMap::new();
        for (index, point) in points.iter().enumerate() {
            for number in 0..study.runs {
                let mut stream = Stream::new(key, number / 8);
                let ints = match integers(program, &mut stream, Stratum::Plain, &point.ints)? {
                    Integers::Chosen(ints) => ints,
                    Integers::Empty { given } => {
                        let name = program.givens.get(given).map(|given| given.name.clone()).unwrap_or_default();
                        return Err(CheckError(format!("there is no value of `{name}` at some point of the sweep")));
                    }
                };
                let member = (index * study.runs as usize + number as usize, index, number);
                match open.get(&ints).map(|&group| &mut groups[group]).filter(|group| group.members.len() < 8) {
                    Some(group) => group.members.push(member),
                    None => {
                        open.insert(ints.clone(), groups.len());
                        groups.push(Octet { ints, members: vec![member] });
                    }
                }
            }
        }
        Ok(Layout { axes, points, octets: groups })
    }

    /// What is read at a look, each node once.
    fn columns(&self) -> Vec<NodeId> {
        columns(self.study)
    }

    fn plans(&self) -> Plans {
        let Self { program, study, .. } = self;
        let mut setup = once_roots(program);
        setup.extend(study.setup_roots());
        Plans::new(way::sections(program, setup, &self.columns()), self.max_elements).by_law(0)
    }
}

/// What is read at a look, each node once, in order.
pub fn columns(study: &Study) -> Vec<NodeId> {
    let mut all = study.look_roots();
    all.sort_unstable();
    all.dedup();
    all
}

/// The values of an axis.
fn swept(program: &Program, axis: &Axis) -> Result<Swept, CheckError> {
    let number = |node: NodeId| {
        exactly(&program.graph, node)
            .ok_or_else(|| CheckError(format!("the values of `{}` must be plain numbers", axis.name)))
    };
    let whole = matches!(axis.target, SweptTarget::Int(_));
    let all: Vec<Value> = match &axis.values {
        Values::Each(nodes) => nodes.iter().map(|node| number(*node).map(Value::of)).collect::<Result<_, _>>()?,
        Values::Spread { scale, lo, hi, count } => {
            let spread = Spread { scale: *scale, lo: number(*lo)?, hi: number(*hi)?, count: *count, whole };
            spread.values().ok_or_else(|| {
                let Spread { lo, hi, .. } = &spread;
                CheckError(format!("the sweep of `{}` has no points between {lo} and {hi}", axis.name))
            })?
        }
    };
    let (values, exact): (Vec<f64>, Vec<RBig>) = all.into_iter().map(|Value { float, exact }| (float, exact)).unzip();
    if let Some(value) = values.iter().find(|value| whole && value.fract() != 0.0) {
        return Err(CheckError(format!("`{}` is an integer, and {value} is none", axis.name)));
    }
    let shown = crate::check::figure::numbers(&values);
    let labels = match &axis.legend {
        Some(Legend::Each(texts)) => texts.clone(),
        Some(Legend::All(text)) => shown.iter().map(|value| text.replace("{}", value)).collect(),
        None => shown.iter().map(|value| format!("{} = {value}", axis.name)).collect(),
    };
    Ok(Swept { name: axis.name.clone(), values, exact, labels })
}

/// About how many multiplications a step of a kernel takes.
fn kernel_work(path: &Path, compiled: &Compiled) -> u64 {
    let Some(binding) = &path.kernel else { return 0 };
    let plan = &compiled.plan;
    let shape = |node: NodeId| {
        let slot = plan.roots.get(SETUP).and_then(|roots| roots.get(&node)).copied();
        slot.map_or((0, 0), |slot| {
            let slot = plan.slots[slot as usize];
            (u64::from(slot.rows), u64::from(slot.cols))
        })
    };
    let columns = binding.state.first().and_then(|&place| path.state.get(place)).map_or(0, |part| shape(part.start).1);
    let (m, n) = binding.data.last().map_or((0, 0), |target| shape(*target));
    let map = match binding.kind {
        Kind::SymmetricGd | Kind::AsymmetricGd | Kind::RebalancedGd => 0,
        _ => binding.data.first().map_or(0, |a| shape(*a).0).saturating_mul(2 * m * n),
    };
    map.saturating_add(3 * m * n * columns)
}

/// What is made of a point's runs: an interval about a value, or nothing where one of them has no value.
pub fn over_runs(number: &Number, records: &[Record], place: usize) -> Option<(f64, f64)> {
    use crate::claim::experiment::OverRuns;
    let values: Option<Vec<(f64, f64)>> =
        records.iter().map(|record| record.numbers.get(place).copied().flatten()).collect();
    let mut values = values?;
    if number.computed {
        values.iter_mut().for_each(|value| value.1 = 0.0);
    }
    let count = values.len() as f64;
    Some(match number.over_runs {
        OverRuns::Mean => {
            let sum = |of: fn(&(f64, f64)) -> f64| values.iter().map(of).sum::<f64>();
            let mean = sum(|v| v.0) / count;
            // The sum itself rounds.
            let rounding = if values.len() > 1 { sum(|v| v.0.abs()) * f64::EPSILON } else { 0.0 };
            (mean, sum(|v| v.1) / count + rounding)
        }
        OverRuns::Least => extreme(&values, 1.0),
        OverRuns::Greatest => extreme(&values, -1.0),
    })
}

/// The least of these values, or the greatest where `sign` is -1, and how far off it may be: no value is so far beyond it, nor are all of them so far short of it.
fn extreme(values: &[(f64, f64)], sign: f64) -> (f64, f64) {
    let least = values.iter().map(|v| sign * v.0).reduce(f64::min).unwrap_or(f64::NAN);
    // From the least to the ends of what each may be, with the rounding of that.
    let end = |v: &(f64, f64), side: f64| {
        let apart = side * (sign * v.0 - least);
        apart + v.1 + (apart.abs() + v.1) * if apart == 0.0 { 0.0 } else { f64::EPSILON }
    };
    let below = values.iter().map(|v| end(v, -1.0)).fold(0.0, f64::max);
    let above = values.iter().map(|v| end(v, 1.0)).fold(f64::INFINITY, f64::min);
    (sign * least, below.max(above))
}

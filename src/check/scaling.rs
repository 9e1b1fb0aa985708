//! Laws of scaling in their plain form: a least-squares slope over the points of a designed sweep, with its confidence interval.
//!
//! Every combination of the swept values is a point; each point is run `runs` times (lanes and octets of one stream) and its
//! response and covariate are averaged, so that points weigh alike. The slope's interval is Student's, from the residuals of the points
//! about the line: it says how well a line fits, not whether one should.
//!
//! Reference: Draper & Smith, *Applied Regression Analysis*, §1.4.

use super::checker::CheckError;
use super::fit::Fit;
use super::moving::evaluations_of;
use crate::arith::lane::{Backend, Job, Lane8, Mask};
use crate::arith::number::Number;
use crate::case::evaluate::once_roots;
use crate::case::flow;
use crate::case::octet::{Compiled, Integers, compiled, hypotheses, integers, lanes_of};
use crate::case::path::{LOOK, Moment, SETUP, Watch, follow};
use crate::case::record::{Hypotheses, Stratum};
use crate::case::shadow::{Companion, Exact, Origin};
use crate::case::way::{self, Way};
use crate::claim::program::{Law, Program, Swept, SweptTarget};
use crate::eval::machine::Machine;
use crate::eval::plan::SlotId;
use crate::eval::run::run;
use crate::lang::ast::{SlopeBound, SweepScale};
use crate::lang::ir::{Graph, InputId, IntId, NodeId, Op};
use crate::sample::strata::Filler;
use crate::sample::stream::{Key, Stream};
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::BTreeMap;

/// Confidence level of the slope's interval.
pub const LEVEL: f64 = 0.99;

/// `about c` is met if the interval holds `c` and is no wider than this share of `c` to either side.
const ABOUT: f64 = 0.1;

/// Points that one sweep may have.
const MOST_POINTS: u64 = 100_000;

pub struct ScalingRun<'a> {
    pub program: &'a Program,
    pub law: &'a Law,
    pub key: &'a Key,
    pub backend: Backend,
    pub max_elements: usize,
    /// Evaluations that may be made in all, shared by the points; each point has at least one octet.
    pub evaluations: u64,
}

/// One combination of swept values.
#[derive(Clone, Debug, Default)]
struct Point {
    reals: Vec<(InputId, f64)>,
    ints: BTreeMap<IntId, i64>,
}

impl Job for ScalingRun<'_> {
    type Out = Result<Fit, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, law, key, backend, max_elements, evaluations } = self;
        let points = points(&program.graph, &law.sweep)?;
        let share = evaluations / points.len().max(1) as u64;
        let mut fewest = law.runs.max(1);
        let read = [law.response, law.covariate];
        let mut machine = Machine::<V>::new();
        let mut filler = Filler::new();
        let mut fitted = Vec::new();
        let mut slope: Option<f64> = None;
        for (index, point) in points.iter().enumerate() {
            let (mut sum_x, mut sum_y, mut runs) = (0.0, 0.0, 0_u64);
            let mut spent = 0;
            for octet in 0..law.runs.div_ceil(8).max(1) {
                // A point has one octet at least, and more while its share of the budget lasts.
                if octet > 0 && spent >= share {
                    break;
                }
                let mut stream = Stream::new(key, index as u64 * (1 << 32) + octet);
                // The distribution is the samplers' own here: no stratum bends it.
                let Integers::Chosen(ints) = integers(program, &mut stream, Stratum::Plain, &point.ints)? else {
                    continue;
                };
                let mut setup = once_roots(program);
                setup.push(law.slope);
                let sections = way::sections(program, setup, &read);
                let compiled = compiled(program, &ints, &sections, max_elements)?;
                machine.load(&compiled.plan);
                let draws = filler.fill::<V>(backend, &mut stream, Stratum::Plain, &compiled.blocks);
                let origin = Origin { drawn: &compiled.drawn, draws, reals: &point.reals };
                origin.put(&compiled.plan, &mut machine);
                run(&compiled.plan, SETUP, &mut machine)?;
                let met = hypotheses(&compiled, &machine);
                let mut started: Mask = 0;
                for (lane, h) in met.iter().enumerate() {
                    let wanted = octet * 8 + (lane as u64) < law.runs.max(1);
                    started |= Mask::from(*h == Hypotheses::Met && wanted) << lane;
                }
                if let Some(&slot) = compiled.plan.roots[SETUP].get(&law.slope)
                    && let Some(lane) = lanes_of(started).next()
                {
                    let here = machine.real(&compiled.plan, slot).value.to_f64(lane);
                    if slope.is_some_and(|s| s != here) {
                        return Err(CheckError(
                            "the slope that is claimed differs from point to point of the sweep".into(),
                        ));
                    }
                    slope = Some(here);
                }
                let mut take = |lanes: Mask, section: usize, m: &Machine<V>| {
                    let slot = |node: NodeId| compiled.plan.roots[section].get(&node).copied();
                    let (Some(y), Some(x)) = (slot(law.response), slot(law.covariate)) else { return };
                    for lane in lanes_of(lanes) {
                        if let (Some(x), Some(y)) = (known(&compiled, m, x, lane), known(&compiled, m, y, lane)) {
                            sum_x += x;
                            sum_y += y;
                            runs += 1;
                        }
                    }
                };
                let Some(motion) = &program.motion else {
                    spent += 8;
                    take(started, SETUP, &machine);
                    continue;
                };
                let way = Way::new(program, motion, &ints, None)?;
                spent += 8 * evaluations_of(way);
                match way {
                    Way::Flow(course) => {
                        let mut see = |moment: Moment, m: &Machine<V>| take(moment.last, LOOK, m);
                        flow::follow(&compiled.plan, course, &mut machine, started, &mut see)?;
                    }
                    Way::Steps { path, steps, .. } => {
                        let mut see = |moment: Moment, m: &Machine<V>| {
                            take(moment.last, LOOK, m);
                            true
                        };
                        let mut watch = Watch { companion: Companion::Exact(Box::new(Exact::new(origin))), fast: None };
                        follow(&compiled.plan, path, steps, &mut machine, started, &mut watch, &mut see)?;
                    }
                }
            }
            fewest = fewest.min(runs);
            if runs > 0 {
                fitted.push((sum_x / runs as f64, sum_y / runs as f64));
            }
        }
        let value = slope.ok_or_else(|| CheckError("no point of the sweep met the hypotheses".into()))?;
        fit(fitted, law.bound, value, (law.runs.max(1), fewest))
    }
}

/// A value that is defined and finite.
#[inline(always)]
fn known<V: Lane8>(compiled: &Compiled, m: &Machine<V>, slot: SlotId, lane: usize) -> Option<f64> {
    let value = m.real(&compiled.plan, slot).value.to_f64(lane);
    (m.undefined[slot as usize] >> lane & 1 == 0 && value.is_finite()).then_some(value)
}

/// All combinations, the last swept given fastest.
fn points(graph: &Graph, sweep: &[Swept]) -> Result<Vec<Point>, CheckError> {
    let mut points = vec![Point::default()];
    for swept in sweep {
        if points.len() as u64 * swept.count > MOST_POINTS {
            return Err(CheckError(format!("the sweep has more than {MOST_POINTS} points")));
        }
        let (lo, hi) = (constant(graph, swept.lo), constant(graph, swept.hi));
        let (Some(lo), Some(hi)) = (lo, hi) else {
            return Err(CheckError(format!("the ends of the sweep of `{}` must be plain numbers", swept.name)));
        };
        if lo > hi || (swept.scale == SweepScale::Log && lo <= 0.0) {
            return Err(CheckError(format!("the sweep of `{}` has no points between {lo} and {hi}", swept.name)));
        }
        let mut next = Vec::new();
        for point in &points {
            for i in 0..swept.count {
                let share = if swept.count > 1 { i as f64 / (swept.count - 1) as f64 } else { 0.0 };
                let value = match swept.scale {
                    SweepScale::Linear | SweepScale::Int => lo + (hi - lo) * share,
                    SweepScale::Log => crate::arith::dispatch(Backend::Scalar, Between { lo, hi, share }),
                };
                let mut point = point.clone();
                match swept.target {
                    SweptTarget::Real(input) => point.reals.push((input, value)),
                    SweptTarget::Int(id) => {
                        point.ints.insert(id, value.round_ties_even() as i64);
                    }
                }
                next.push(point);
            }
        }
        points = next;
    }
    Ok(points)
}

/// `lo (hi/lo)^share` by the arithmetic's own functions.
struct Between {
    lo: f64,
    hi: f64,
    share: f64,
}

impl Job for Between {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        use crate::arith::elementary::{exp, ln};
        let (a, b) = (ln(V::splat(self.lo)), ln(V::splat(self.hi)));
        let middle = b.sub(a).mul_add(V::splat(self.share), a);
        if self.share == 0.0 {
            self.lo
        } else if self.share == 1.0 {
            self.hi
        } else {
            exp(middle).to_array()[0]
        }
    }
}

fn constant(graph: &Graph, node: NodeId) -> Option<f64> {
    match &graph.node(node).op {
        Op::Number(value) => Some(value.to_f64().value()),
        _ => None,
    }
}

/// The least-squares line, and whether its slope is as claimed.
fn fit(points: Vec<(f64, f64)>, bound: SlopeBound, value: f64, runs: (u64, u64)) -> Result<Fit, CheckError> {
    let n = points.len() as f64;
    if points.len() < 3 {
        return Err(CheckError(format!("a slope needs three points with values, and there are {}", points.len())));
    }
    let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let sxx: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.0 - mean_x)).sum();
    let sxy: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    if sxx <= 0.0 {
        return Err(CheckError("all points of the sweep have the same abscissa".into()));
    }
    let slope = sxy / sxx;
    let residual: f64 = points
        .iter()
        .map(|p| {
            let r = (p.1 - mean_y) - slope * (p.0 - mean_x);
            r * r
        })
        .sum();
    let freedom = n - 2.0;
    let error = (residual / freedom / sxx).sqrt();
    let quantile =
        StudentsT::new(0.0, 1.0, freedom).map_err(|e| CheckError(e.to_string()))?.inverse_cdf(0.5 + LEVEL / 2.0);
    let half = quantile * error;
    let interval = (slope - half, slope + half);
    let ok = match bound {
        SlopeBound::AtLeast if interval.0 >= value => Some(true),
        SlopeBound::AtLeast if interval.1 < value => Some(false),
        SlopeBound::AtMost if interval.1 <= value => Some(true),
        SlopeBound::AtMost if interval.0 > value => Some(false),
        SlopeBound::About if interval.1 < value || interval.0 > value => {
            // Near enough counts as met: a measured law is never exactly the limit's.
            let room = ABOUT * value.abs();
            ((slope - value).abs() <= room && half <= room).then_some(true).or(Some(false))
        }
        SlopeBound::About if half <= ABOUT * value.abs() => Some(true),
        _ => None,
    };
    Ok(Fit { slope, interval, level: LEVEL, runs, points, bound, value, ok })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_recovered_exactly_and_its_interval_is_a_point() {
        let points = (0..10).map(|i| (f64::from(i), 3.0 - 2.0 * f64::from(i))).collect();
        let fit = fit(points, SlopeBound::AtMost, -2.0 + 1e-9, (1, 1)).expect("ten points");
        assert!((fit.slope + 2.0).abs() < 1e-12 && fit.interval.1 - fit.interval.0 < 1e-9);
        assert_eq!(fit.ok, Some(true));
    }

    #[test]
    fn a_slope_that_noise_hides_is_not_decided() {
        let points = vec![(0.0, 0.0), (1.0, 2.0), (2.0, -1.0), (3.0, 1.5)];
        let fit = fit(points, SlopeBound::AtLeast, 0.1, (1, 1)).expect("four points");
        assert_eq!(fit.ok, None);
    }

    #[test]
    fn the_wrong_side_is_a_rejection() {
        let points = (0..10).map(|i| (f64::from(i), f64::from(i))).collect();
        assert_eq!(fit(points, SlopeBound::AtMost, 0.5, (1, 1)).expect("ten points").ok, Some(false));
    }
}

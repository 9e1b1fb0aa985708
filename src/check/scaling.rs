//! Laws of scaling: the points of a designed sweep, each run from the same draws of what is not swept.
//!
//! Every combination of the swept values is a point. A *repeat* is one draw of everything else, and every point is run in every repeat, so that what a draw
//! does to all points alike leaves the repeat's slope as it is. Where integers are drawn too, eight runs share them,
//! and their mean is one repeat. A point at which `steps` cut some run off has no value: those that were not cut off are the fast ones, and their mean is not
//! that of all. Where one repeat of what is random is against the claim, others are made beside it. Which line goes through the points, and how well it is known, is said in [`super::line`].
//!
//! Points before `from` are not run. What rounding may have done to each point goes into the interval of the slope; a point of which it may have made anything
//! has no value. What a run of all points takes is known, and compared with the budget, before any is made.

use super::checker::{CheckError, evaluations_of_plan};
use super::fate::rest_on;
use super::fit::{Claimed, Fit, LeftOut, Withheld, cut_off};
use super::late::Late;
use super::line::{NoLine, Repeat, Rounding, line_of_rounded};
use super::moving::evaluations_of;
use super::sweep::{Spread, exactly};
use crate::arith::lane::{Backend, Job, Lane8, Mask};
use crate::arith::number::Number;
use crate::case::evaluate::once_roots;
use crate::case::fast::Fast;
use crate::case::flow;
use crate::case::octet::{Compiled, Integers, Plans, hypotheses, integers, lanes_of};
use crate::case::path::{LOOK, Moment, SETUP, Watch, follow, input_slot};
use crate::case::record::{Hypotheses, Stratum};
use crate::case::shadow::{Companion, Exact, Origin, Supplied};
use crate::case::times::shares;
use crate::case::way::{self, Way};
use crate::claim::program::{Law, Program, Swept, SweptTarget};
use crate::eval::compile::integer;
use crate::eval::machine::Machine;
use crate::eval::plan::SlotId;
use crate::eval::run::run;
use crate::kernel::Kernel;
use crate::lang::ir::{Graph, InputId, IntId, NodeId};
use crate::sample::strata::Filler;
use crate::sample::stream::{Key, Stream};
use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::ops::Range;

/// Points that one sweep may have.
const MOST_POINTS: u64 = 100_000;

/// So many octets of runs are made beside one repeat that is against the claim, while the budget lasts: 16 repeats, or, where an octet is one, as many octets as
/// that.
const BESIDE: u64 = 2;
const BESIDE_SHARED: u64 = 16;

/// So many repeats that share the integers that are drawn say something where they are all the same: fewer may have had the same integers by chance.
const SAME: usize = 8;

/// So many points at which runs are cut off are named.
const NAMED: usize = 3;

pub struct ScalingRun<'a> {
    pub program: &'a Program,
    pub law: &'a Law,
    pub key: &'a Key,
    pub backend: Backend,
    /// What takes the steps of an iteration, in place of `step`.
    pub kernel: Option<&'a dyn Kernel>,
    pub max_elements: usize,
    /// Evaluations that may be made in all; every point has eight runs at least.
    pub evaluations: u64,
}

/// What a sweep asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub points: u64,
    /// Runs of each point.
    pub runs: u64,
    /// Evaluations that eight runs of every point count for, those before `from` among them.
    pub eight: u64,
}

impl Asked {
    /// How often eight runs of every point are made with so many evaluations, once at least.
    pub fn octets(&self, evaluations: u64) -> u64 {
        (evaluations / self.eight.max(1)).clamp(1, self.runs.div_ceil(8).max(1))
    }

    /// Runs of a point that are made then.
    pub fn made(&self, evaluations: u64) -> u64 {
        self.runs.max(1).min(8 * self.octets(evaluations))
    }
}

/// One combination of swept values.
#[derive(Clone, Debug, Default)]
struct Point {
    /// The same in all lanes.
    reals: Vec<Supplied>,
    ints: BTreeMap<IntId, i64>,
    /// What the reals are, which the runs have the nearest floats to.
    exact: Vec<RBig>,
    /// The swept values, in the order of the sweep.
    values: Vec<f64>,
}

impl Point {
    /// `eta = 0.01, n = 4`
    fn named(&self, sweep: &[Swept]) -> String {
        let named = |(swept, value): (&Swept, &f64)| {
            let value = match swept.target {
                SweptTarget::Int(_) => value.round_ties_even(),
                SweptTarget::Real(_) => *value,
            };
            format!("{} = {}", swept.name, super::figure::numbers(&[value])[0])
        };
        sweep.iter().zip(&self.values).map(named).collect::<Vec<_>>().join(", ")
    }
}

/// What a run of a point gave, with bounds on its rounding.
#[derive(Clone, Copy, Debug)]
struct Measured {
    x: f64,
    y: f64,
    x_error: f64,
    y_error: f64,
    /// What a step of its counts makes of the ordinate.
    y_step: f64,
}

/// What the claim says, which must be the same at every point.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said {
    value: f64,
    within: Option<f64>,
}

/// The runs of all points, octet by octet of repeats.
#[derive(Default)]
struct Runs {
    /// The runs of a point that are made, by number.
    wanted: Range<u64>,
    /// For each octet of repeats, for each point, its lanes.
    octets: Vec<Vec<[Option<Measured>; 8]>>,
    /// Whether some run of a point comes before `from`.
    before: Vec<bool>,
    /// Whether some run of a point was cut off.
    cut: Vec<bool>,
    said: Option<Said>,
}

impl Job for ScalingRun<'_> {
    type Out = Result<Fit, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, law, evaluations, .. } = self;
        let points = points(&program.graph, &law.sweep)?;
        let plans = self.plans();
        let mut machine = Machine::<V>::new();
        let mut filler = Filler::new();
        let asked = self.asked_of(&points, &plans)?;
        let shared = shares_integers(program, points.first());
        // Every point has one octet at least, and all have more while the budget lasts for one more of each.
        let mut wanted = 0..asked.made(evaluations);
        let mut alone: Option<Fit> = None;
        loop {
            let none = vec![false; points.len()];
            let mut runs = Runs { wanted: wanted.clone(), before: none.clone(), cut: none, ..Runs::default() };
            let mut failed = None;
            'octets: for octet in wanted.start / 8..wanted.end.div_ceil(8) {
                let mut lanes = Vec::with_capacity(points.len());
                for (index, point) in points.iter().enumerate() {
                    let at = (index, octet);
                    match self.point(point, at, &plans, &mut machine, &mut filler, &mut runs) {
                        Ok(point) => lanes.push(point),
                        Err(error) => {
                            failed = Some(error);
                            break 'octets;
                        }
                    }
                }
                runs.octets.push(lanes);
            }
            let fit = failed.map_or_else(|| fit(&runs, law, &points, shared), Err);
            if let Some(first) = alone {
                let made = wanted.end - wanted.start;
                let count = if shared { made / 8 } else { made };
                // Where they give no line, as where runs are cut off, or what is claimed differs from draw to draw, they tell nothing.
                return Ok(first.beside(count, fit.ok().as_ref()));
            }
            let fit = fit?;
            if fit.ok != Some(false) || law.runs > 1 || !(shared || draws(program, law)) {
                return Ok(fit);
            }
            wanted = beside(&asked, evaluations, shared);
            if wanted.is_empty() {
                return Ok(fit.beside(0, None));
            }
            alone = Some(fit);
        }
    }
}

/// The runs that are made beside the first alone: of octets that follow on. Where the budget has eight runs of a point and no more, the others of the first
/// eight; they would have its integers, though, and where those are drawn there are none.
fn beside(asked: &Asked, evaluations: u64, shared: bool) -> Range<u64> {
    let octets = (evaluations / asked.eight.max(1)).max(1) - 1;
    match (octets, shared) {
        (0, false) => 1..8,
        (_, false) => 8..8 + 8 * octets.min(BESIDE),
        (_, true) => 8..8 + 8 * octets.min(BESIDE_SHARED),
    }
}

/// Whether anything is drawn that is not swept.
fn draws(program: &Program, law: &Law) -> bool {
    let swept = |given: usize| {
        let given = program.givens.get(given);
        given.is_some_and(|given| law.sweep.iter().any(|swept| swept.name == given.name))
    };
    program.samples.blocks.iter().any(|block| !swept(block.given))
}

impl ScalingRun<'_> {
    /// What the sweep asks for.
    ///
    /// # Errors
    /// Where it has no points, or too many, and where no plan can be made.
    pub fn asked(&self) -> Result<Asked, CheckError> {
        self.asked_of(&points(&self.program.graph, &self.law.sweep)?, &self.plans())
    }

    /// Taken with the integers of the first repeat.
    fn asked_of(&self, points: &[Point], plans: &Plans) -> Result<Asked, CheckError> {
        let Self { program, law, key, kernel, .. } = *self;
        let mut eight = 0_u64;
        for point in points {
            let mut stream = Stream::new(key, 0);
            let Integers::Chosen(ints) = integers(program, &mut stream, Stratum::Plain, &point.ints)? else { continue };
            let one = match &program.motion {
                Some(motion) => evaluations_of(Way::new(program, motion, &ints, kernel)?),
                None => evaluations_of_plan(plans.get(program, &ints)?.plan.work),
            };
            eight = eight.saturating_add(one.saturating_mul(8));
        }
        Ok(Asked { points: points.len() as u64, runs: law.runs.max(1), eight })
    }

    fn plans(&self) -> Plans {
        let Self { program, law, .. } = *self;
        let mut setup = once_roots(program);
        setup.push(law.slope);
        setup.extend(law.within.iter().chain(&law.from));
        let mut last = vec![law.response, law.covariate];
        last.extend(law.off.iter().flatten());
        let sections = way::sections(program, setup, &last);
        Plans::new(sections, self.max_elements).by_law(0)
    }

    /// Eight repeats of one point.
    #[inline(always)]
    fn point<V: Lane8>(
        &self,
        point: &Point,
        (index, octet): (usize, u64),
        plans: &Plans,
        machine: &mut Machine<V>,
        filler: &mut Filler,
        runs: &mut Runs,
    ) -> Result<[Option<Measured>; 8], CheckError> {
        let Self { program, law, key, backend, kernel, .. } = *self;
        let mut measured = [None; 8];
        // The same draws at every point.
        let mut stream = Stream::new(key, octet);
        // The distribution is the samplers' own here: no stratum bends it.
        let Integers::Chosen(ints) = integers(program, &mut stream, Stratum::Plain, &point.ints)? else {
            return Ok(measured);
        };
        let compiled = plans.get(program, &ints)?;
        let compiled = &*compiled;
        machine.load(&compiled.plan);
        let mut draws = filler.fill::<V>(backend, &mut stream, Stratum::Plain, &compiled.blocks).to_vec();
        compiled.bend::<V>(&mut draws, &point.reals)?;
        let origin = Origin { drawn: &compiled.drawn, draws: &draws, reals: &point.reals };
        origin.put(&compiled.plan, machine);
        run(&compiled.plan, SETUP, machine)?;
        let mut started: Mask = 0;
        for (lane, met) in hypotheses(compiled, machine).iter().enumerate() {
            let wanted = runs.wanted.contains(&(octet * 8 + lane as u64));
            started |= Mask::from(*met == Hypotheses::Met && wanted) << lane;
        }
        let setup = |node: NodeId| compiled.plan.roots[SETUP].get(&node).copied();
        if let Some((from, slot)) = law.from.and_then(|from| Some((from, setup(from)?))) {
            let truth = machine.truths[slot as usize];
            let (mut counts, open) = (truth.yes, truth.unknown() & started);
            if open != 0 {
                // A decimal is none of the floats that a run has for it: where a point stands at the edge that alone may tell.
                let swept: Vec<_> = point.reals.iter().map(|real| real.input).zip(&point.exact).collect();
                counts |= Late::new(program, &ints, from, self.max_elements)?.counts(&swept, &draws, open)?;
            }
            runs.before[index] |= started & !counts != 0;
            started &= counts;
        }
        if started == 0 {
            return Ok(measured);
        }
        for lane in lanes_of(started) {
            let number = |slot: SlotId| machine.real(&compiled.plan, slot).value.to_f64(lane);
            let Some(slot) = setup(law.slope) else { continue };
            let here = Said { value: number(slot), within: law.within.and_then(setup).map(number) };
            if runs.said.is_some_and(|said| said != here) {
                return Err(CheckError("the slope that is claimed differs from point to point of the sweep".into()));
            }
            runs.said = Some(here);
        }
        let mut take = |lanes: Mask, section: usize, m: &Machine<V>| {
            let slot = |node: NodeId| compiled.plan.roots[section].get(&node).copied();
            let (Some(y), Some(x)) = (slot(law.response), slot(law.covariate)) else { return };
            for lane in lanes_of(lanes) {
                let (x, y) = (known(compiled, m, x, lane), known(compiled, m, y, lane));
                // The greater of what a step less and a step more make of it, of those that are defined.
                let moved = |&node: &NodeId| {
                    let (moved, _) = known(compiled, m, slot(node)?, lane)?;
                    y.map(|(y, _)| (moved - y).abs())
                };
                let greater =
                    |off: &[NodeId; 2]| off.iter().filter_map(moved).reduce(f64::max).unwrap_or(f64::INFINITY);
                let y_step = law.off.iter().map(greater).sum();
                let both = x.zip(y).map(|((x, x_error), (y, y_error))| Measured { x, y, x_error, y_error, y_step });
                measured[lane] = both;
            }
        };
        let Some(motion) = &program.motion else {
            take(started, SETUP, machine);
            return Ok(measured);
        };
        let way = Way::new(program, motion, &ints, kernel)?;
        // First times that may not have come when the run ends at its last look.
        let slots = |input: &InputId| input_slot(&compiled.plan, *input);
        let late: Vec<SlotId> = awaited(program, law).iter().filter_map(slots).collect();
        let mut cut: Mask = 0;
        match way {
            Way::Flow(course) => {
                let end = shares(course.looks).len() as u64 - 1;
                let mut see = |moment: Moment, m: &Machine<V>| {
                    let waits = if moment.t == end { moment.last } else { 0 };
                    cut |= late.iter().fold(moment.cut, |cut, slot| cut | waits & m.undefined[*slot as usize]);
                    take(moment.last & !moment.cut, LOOK, m);
                };
                flow::follow(&compiled.plan, course, machine, started, &mut see)?;
            }
            Way::Steps { path, steps, kernel } => {
                let mut see = |moment: Moment, m: &Machine<V>| {
                    let waits = if moment.t == steps { moment.last } else { 0 };
                    cut |= late.iter().fold(moment.cut, |cut, slot| cut | waits & m.undefined[*slot as usize]);
                    take(moment.last & !moment.cut, LOOK, m);
                    true
                };
                let fast = Fast::for_claim(kernel, &compiled.plan, path, machine, started, true);
                let companion = match fast {
                    Some(_) => Companion::None,
                    None => Companion::Exact(Box::new(Exact::new(origin))),
                };
                let mut watch = Watch { companion, fast, goes_on: false };
                follow(&compiled.plan, path, steps, machine, started, &mut watch, &mut see)?;
            }
        }
        runs.cut[index] |= cut != 0;
        Ok(measured)
    }
}

/// The first times that the law speaks of, where no `until` ends a run: as long as one has not come, it is `steps` that ends it.
fn awaited(program: &Program, law: &Law) -> Vec<InputId> {
    let Some(motion) = program.motion.as_ref().filter(|motion| motion.until().is_none()) else { return Vec::new() };
    let first = motion.first().iter().map(|first| first.1);
    first.filter(|&input| rest_on(program, &[law.response, law.covariate], input)).collect()
}

/// A value that is defined and finite, with a bound on its rounding that is finite too.
#[inline(always)]
fn known<V: Lane8>(compiled: &Compiled, m: &Machine<V>, slot: SlotId, lane: usize) -> Option<(f64, f64)> {
    let number = m.real(&compiled.plan, slot);
    let (value, error) = (number.value.to_f64(lane), number.error.to_f64(lane));
    let known = m.undefined[slot as usize] >> lane & 1 == 0 && value.is_finite() && error.is_finite();
    known.then_some((value, error))
}

/// Whether integers that are drawn, and shared by eight runs, may differ from repeat to repeat.
fn shares_integers(program: &Program, point: Option<&Point>) -> bool {
    let none = BTreeMap::new();
    let swept = point.map_or(&none, |point| &point.ints);
    program.structural.iter().filter(|id| !swept.contains_key(id)).any(|&id| {
        let given = program.int_given(id);
        let end = |node: NodeId| integer(&program.graph, &none, node).ok();
        end(given.lo).is_none() || end(given.lo) != end(given.hi)
    })
}

/// The points that have values in most repeats, in the repeats that have them all, and the line through them.
fn fit(runs: &Runs, law: &Law, points: &[Point], shared: bool) -> Result<Fit, CheckError> {
    let before = runs.before.iter().filter(|before| **before).count();
    let said = runs.said.ok_or_else(|| {
        let rest = runs.before.len() - before;
        CheckError(match (before, rest) {
            (0, _) => "no point of the sweep met the hypotheses".to_owned(),
            (_, 0) => format!("all {before} points of the sweep come before `from`"),
            _ => format!(
                "{before} points of the sweep come before `from`, and the other {rest} do not meet the hypotheses"
            ),
        })
    })?;
    let claimed = Claimed { bound: law.bound, value: said.value, within: said.within };
    let room = claimed.room();
    if !room.is_finite() || room <= 0.0 {
        let error = format!("a slope of {} within {room} cannot be measured; say how far off it may be", said.value);
        return Err(CheckError(error));
    }
    let made = runs.wanted.end - runs.wanted.start;
    let mut repeats: Vec<Vec<Option<Measured>>> = Vec::new();
    for octet in &runs.octets {
        if shared {
            repeats.push(octet.iter().map(mean).collect());
        } else {
            repeats.extend((0..8).map(|lane| octet.iter().map(|lanes| lanes[lane]).collect()));
        }
    }
    if !shared {
        repeats.drain(..(runs.wanted.start % 8) as usize);
        repeats.truncate(made as usize);
    }
    let told = told(&repeats, room);
    let cut: Vec<usize> = (0..points.len()).filter(|i| runs.cut[*i] && !runs.before[*i]).collect();
    let stands = |i: usize| !runs.before[i] && !runs.cut[i];
    let of_point = |i: usize| told.iter().filter_map(move |repeat| repeat[i]);
    let enough = |count: usize| 4 * count >= 3 * told.len();
    let counts = |i: &usize| stands(*i) && enough(of_point(*i).count());
    let counted: Vec<usize> = (0..points.len()).filter(counts).collect();
    let with_value = |i: &usize| stands(*i) && enough(repeats.iter().filter(|repeat| repeat[*i].is_some()).count());
    let blurred = (0..points.len()).filter(with_value).count() - counted.len();
    let whole: Vec<Vec<Measured>> =
        told.iter().filter_map(|repeat| counted.iter().map(|&i| repeat[i]).collect()).collect();
    let mut left_out = LeftOut {
        before: before as u64,
        cut: cut.len() as u64,
        empty: (0..points.len()).filter(|i| stands(*i)).count() as u64 - (blurred + counted.len()) as u64,
        blurred: blurred as u64,
        copies: 0,
        repeats: (told.len() - whole.len()) as u64,
    };
    let columns = |repeat: &Vec<Measured>| Repeat {
        x: repeat.iter().map(|m| m.x).collect(),
        y: repeat.iter().map(|m| m.y).collect(),
    };
    let errors = |repeat: &Vec<Measured>| Rounding {
        x: repeat.iter().map(|m| m.x_error).collect(),
        y: repeat.iter().map(|m| m.y_error).collect(),
        step: repeat.iter().map(|m| m.y_step).collect(),
    };
    let columns: Vec<Repeat> = whole.iter().map(columns).collect();
    let errors: Vec<Rounding> = whole.iter().map(errors).collect();
    let cut_at: Vec<String> = cut.iter().take(NAMED).map(|i| points[*i].named(&law.sweep)).collect();
    let none = |error| no_line(error, columns.len(), &counted, &left_out, &cut_at);
    let line = line_of_rounded(&columns, &errors).map_err(none)?;
    left_out.copies = counted.len() as u64 - line.points;
    let many = columns.len() as f64;
    let mean = |of: fn(&Repeat) -> &Vec<f64>, i: usize| columns.iter().map(|r| of(r)[i]).sum::<f64>() / many;
    let means = (0..counted.len()).map(|i| (mean(|r| &r.x, i), mean(|r| &r.y, i))).collect();
    // Of runs made beside a single one so many are asked for as are made.
    let asked = law.runs.max(made);
    let same = shared && line.repeats == 1 && columns.len() < SAME;
    let fit = Fit { cut_at, shared, ..Fit::new(line, claimed, (asked, made), left_out, means) };
    Ok(match asked {
        2.. if columns.len() < 2 => fit.withheld(Withheld::Single),
        2.. if same => fit.withheld(Withheld::Same),
        _ => fit,
    })
}

/// The repeats without what rounding may have made anything of: an ordinate that it may have moved further than the ordinates of its repeat reach, and
/// further than the claim allows a line over them to climb.
fn told(repeats: &[Vec<Option<Measured>>], room: f64) -> Vec<Vec<Option<Measured>>> {
    let reach = |of: fn(&Measured) -> f64, repeat: &[Option<Measured>]| {
        let values = || repeat.iter().flatten().map(of);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    let one = |repeat: &Vec<Option<Measured>>| {
        let most = reach(|m| m.y, repeat).max(room * reach(|m| m.x, repeat));
        repeat.iter().map(|point| point.filter(|m| m.y_error <= most)).collect()
    };
    repeats.iter().map(one).collect()
}

fn no_line(error: NoLine, repeats: usize, counted: &[usize], left_out: &LeftOut, cut_at: &[String]) -> CheckError {
    let LeftOut { before, cut, empty, blurred, .. } = *left_out;
    let where_cut = cut_off(cut_at, cut).map(|said| format!("; {said}")).unwrap_or_default();
    if repeats == 0 {
        let points = counted.len();
        return CheckError(format!("no repeat has values at all of the {points} points that count{where_cut}"));
    }
    CheckError(match error {
        NoLine::Points(least) => format!(
            "a slope needs {least} points with values, none a copy of another, and there are {}: {before} come before `from`, {} have no value, {blurred} are within \
             their rounding{where_cut}",
            counted.len(),
            empty + cut
        ),
        NoLine::Abscissae(least) => {
            format!("a slope needs points at {least} different abscissae at least{where_cut}")
        }
    })
}

/// Over the runs that have a value.
fn mean(lanes: &[Option<Measured>; 8]) -> Option<Measured> {
    let some = || lanes.iter().flatten();
    let count = some().count() as f64;
    let of = |part: fn(&Measured) -> f64| some().map(part).sum::<f64>() / count;
    (count > 0.0).then(|| Measured {
        x: of(|m| m.x),
        y: of(|m| m.y),
        x_error: of(|m| m.x_error),
        y_error: of(|m| m.y_error),
        y_step: of(|m| m.y_step),
    })
}

/// All combinations, the last swept given fastest.
fn points(graph: &Graph, sweep: &[Swept]) -> Result<Vec<Point>, CheckError> {
    let mut points = vec![Point::default()];
    for swept in sweep {
        if points.len() as u64 * swept.count > MOST_POINTS {
            return Err(CheckError(format!("the sweep has more than {MOST_POINTS} points")));
        }
        let (lo, hi) = (exactly(graph, swept.lo), exactly(graph, swept.hi));
        let (Some(lo), Some(hi)) = (lo, hi) else {
            return Err(CheckError(format!("the ends of the sweep of `{}` must be plain numbers", swept.name)));
        };
        let spread = Spread { scale: swept.scale, lo, hi, count: swept.count, whole: false };
        let Some(values) = spread.values() else {
            let Spread { lo, hi, .. } = spread;
            return Err(CheckError(format!("the sweep of `{}` has no points between {lo} and {hi}", swept.name)));
        };
        let mut next = Vec::new();
        for point in &points {
            for value in &values {
                let mut point = point.clone();
                point.values.push(value.float);
                match swept.target {
                    SweptTarget::Real(input) => {
                        point.reals.push(Supplied { input, value: [value.float; 8], rest: [0.0; 8] });
                        point.exact.push(value.exact.clone());
                    }
                    SweptTarget::Int(id) => {
                        point.ints.insert(id, value.float.round_ties_even() as i64);
                    }
                }
                next.push(point);
            }
        }
        points = next;
    }
    Ok(points)
}

//! Statements with an unknown constant: the least constant that works over the sweep (or the greatest), the case that asks for most, and whether
//! what is asked grows with any of the swept givens.
//!
//! What a case asks for is its *demand*: the constant itself where the least is sought, its inverse where the greatest is; so more is always worse, and
//! "no demand" is 0. It is one over the room of [`crate::lang::need`], which is the margin of the claim's predicate.
//!
//! A curve belongs to each swept given: at each of its values the claim with the given fixed there is sampled and hunted for the greatest demand, all
//! other givens free. Hunts follow one another, each from the best case so far and random numbers of its own, until one more adds little: how much it adds is how good the
//! search is. Then the worst case of each value is tried at its neighbours, so that no value looks better for having been searched worse. Where something is random, the
//! demand is a quantile over trials, at every combination of the swept values.
//!
//! Every number is found in the order of values, by streams of their own, so the outcome is a function of claim, seed and effort.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `swept` | the values of a given, and the claim with it fixed at one, or looked at more closely |
//! | `quantile` | constants of what is random |
//! | `ends`, [`super::trend`] | how curves are read |
//! | [`super::degrees`] | what can be certain: exact changes of scale |

mod ends;
mod quantile;
mod swept;

use super::checker::{CheckError, CheckOptions, Checker};
use super::degrees::{self, Scaled};
use super::evidence::{Evidence, Origin, Refutation};
use super::search::Effort;
use super::tally::Tally;
use super::trend::Trend;
use crate::case::evaluate::Evaluator;
use crate::case::point::{Exactly, Point, Values};
use crate::case::record::{Fate, Hypotheses, Look};
use crate::certify::{Certifier, Decision};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{self, Claim, Named};
use crate::claim::points::number;
use crate::hunt::{HuntOptions, Hunter};
use crate::kernel::Kernel;
use crate::lang::ast::{Expr, Sampler};
use crate::lang::ir::IntId;
use crate::lang::need::Seek;
use dashu_ratio::RBig;
use ends::{About, ends};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use swept::{Line, Of, closer, fixed, lines};

/// What was found of a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub seek: Seek,
    /// The case that asks for most; `None` if none asks for anything.
    pub worst: Option<Worst>,
    pub curves: Vec<Curve>,
    /// How the trials of what is random were made.
    pub trials: Option<Trials>,
    /// An exact change of scale that multiplies what is asked without bound.
    pub scaled: Option<Scaled>,
    /// A value of a given at which `f64` says that no constant works, without a certificate.
    pub impossible: Option<(String, f64)>,
    /// A setting at which no constant works in too many trials.
    pub barred: Option<Barred>,
}

/// Trials of a setting in which no constant works.
#[derive(Clone, Debug, PartialEq)]
pub struct Barred {
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
    /// Those in which none works, for certain, and all.
    pub trials: (u64, u64),
    /// Those that are undefined, or that `f64` cannot measure.
    pub unknown: u64,
    /// The probability that is asked for.
    pub level: f64,
    /// At most so probable where the probability is what is asked for.
    pub chance: f64,
}

/// The greatest demand and where it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    pub demand: f64,
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
}

/// What is asked at the values of one given.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub given: String,
    pub points: Vec<CurvePoint>,
    /// Towards the ends at which growth would be a drift.
    pub ends: Vec<(End, Trend)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    pub value: f64,
    /// The greatest that was found; 0 where nothing is asked, and nothing at all where no case could be measured.
    pub demand: Option<f64>,
    /// The part of it that the last search added.
    pub spread: f64,
    /// The quantile that is asked for lies beyond what the trials can tell.
    pub clipped: bool,
}

/// An end of a given's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Upper,
    Lower,
}

/// Trials of what is random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    pub settings: u64,
    /// Of all settings.
    pub trials: u64,
    /// A probability that is asked for, and that of which so many trials can tell the quantile, where that is less: the widest apart.
    pub clipped: Option<(f64, f64)>,
}

impl Constant {
    /// The constant that a demand asks for.
    pub fn constant(seek: Seek, demand: f64) -> f64 {
        match seek {
            Seek::Least => demand,
            Seek::Greatest => 1.0 / demand,
        }
    }

    /// The least constant that works (the greatest), as far as was found.
    pub fn value(&self) -> Option<f64> {
        self.worst.as_ref().map(|worst| Self::constant(self.seek, worst.demand))
    }

    /// Settings of what is random, 1 where nothing is.
    pub fn settings(&self) -> u64 {
        self.trials.map_or(1, |trials| trials.settings.max(1))
    }

    /// The curves that drift, each with its end.
    pub fn drifts(&self) -> impl Iterator<Item = (&Curve, End, &Trend)> {
        let ends = self.curves.iter().flat_map(|curve| curve.ends.iter().map(move |(end, trend)| (curve, *end, trend)));
        ends.filter(|(_, _, trend)| matches!(trend, Trend::Grows { .. }))
    }
}

/// Random cases of each value, at most and at least.
const CASES: (u64, u64) = (1_024, 24);
/// Evaluations of each of the two hunts of a value, at least: of what moves, runs.
const LEAST_HUNT: u64 = 256;
const LEAST_RUNS: u64 = 24;
/// Hunts of a value, each from the best case of those before it; and at most so many, where the last one still found more.
const HUNTS: u64 = 2;
const MOST_HUNTS: u64 = 5;
/// The part of a hunt's evaluations that curves of runs have.
const RUNS: u64 = 2;
/// What a flow costs a hunt beside what it counts for.
const FLOW_COST: u64 = 2;
/// How often the worst case of a value is looked at more closely, of what moves, while that changes what is asked.
const CLOSER_TIMES: usize = 3;
/// A search to which one more adds no larger part than this is good.
const GOOD: f64 = 0.02;
/// Cases in which the statement is asked whether a larger constant helps.
const MONOTONE_CASES: u64 = 512;
/// A room from here on asks for nothing.
const QUIET: f64 = 1e290;
/// Evaluations that the least that is done takes, for a claim with so many swept values whose case counts for so many.
pub fn least_evaluations(values: u64, cost: u64) -> u64 {
    (CASES.1 + HUNTS * LEAST_RUNS).saturating_mul(values).saturating_mul(cost)
}

/// Swept values, of all givens together, those that are swept without being named among them.
pub fn values_of(claim: &Claim, constant: &model::Constant) -> u64 {
    lines(claim, constant).iter().map(|line| line.values.len() as u64).sum()
}

/// The claim with other predicates in place of the room.
pub(super) fn asking(claim: &Claim, constant: &model::Constant, predicates: &[Expr]) -> Claim {
    let mut claim = claim.clone();
    let replace = |entries: &mut Vec<Named<Expr>>| {
        let Some(place) = entries.iter().position(|entry| entry.name == constant.name) else { return };
        let room = entries.remove(place);
        let named = |(i, value): (usize, &Expr)| Named {
            name: format!("{}{i}", room.name),
            value: value.clone(),
            ..room.clone()
        };
        entries.extend(predicates.iter().enumerate().map(named));
    };
    replace(&mut claim.claim);
    if let Some(path) = &mut claim.trajectory {
        replace(&mut path.always);
        replace(&mut path.finally);
    }
    if let Some(flow) = &mut claim.flow {
        replace(&mut flow.always);
        replace(&mut flow.finally);
    }
    claim.units = model::Units::default();
    claim.witness = None;
    claim
}

/// The demand of a look, for certain: its room with rounding on top. `None` where it is not known; infinite where no constant will do.
fn demand_of(look: &Look) -> Option<f64> {
    match look.fate {
        Fate::Held | Fate::WithinFloor => {
            let room = look.margin + look.floor;
            // A room of which rounding may have made anything is none.
            if !room.is_finite() || room <= 0.0 || look.margin <= look.floor {
                None
            } else if room >= QUIET {
                Some(0.0)
            } else {
                Some(1.0 / room)
            }
        }
        Fate::Violated => Some(f64::INFINITY),
        Fate::OutOfBranch => Some(0.0),
        Fate::OutOfRange | Fate::Undefined | Fate::Unplaced => None,
    }
}

/// What is searched beside the random cases and the hunt of the claim as a whole.
pub(super) struct Search<'a> {
    pub claim: &'a Claim,
    pub constant: &'a model::Constant,
    pub options: &'a CheckOptions,
    pub kernel: Option<&'a dyn Kernel>,
    pub effort: &'a Effort,
    pub cost: u64,
}

/// A value of a given, ready for searches.
struct Stand<'a> {
    claim: Claim,
    checker: Checker,
    evaluator: Evaluator<'a>,
    /// The size that is fixed, if it is one.
    size: Option<(IntId, i64)>,
    best: Option<(f64, Point)>,
    spread: f64,
}

impl Stand<'_> {
    /// A case of another value as one of this: with the size that is fixed here. Its draws may not fit that.
    fn adapted(&self, mut point: Point) -> Point {
        if let Some(size) = self.size.and_then(|(id, value)| Some((point.ints.get_mut(&id)?, value))) {
            *size.0 = size.1;
        }
        point
    }
}

/// What the search of one given found.
struct Found {
    curve: Curve,
    worst: Option<Worst>,
    refutation: Option<Refutation>,
    /// A value at which no constant works.
    impossible: Option<f64>,
}

fn malformed(errors: Diagnostics) -> CheckError {
    CheckError(errors.to_string())
}

impl<'a> Search<'a> {
    /// The curves, and a certified case at which no constant will do, if one turns up.
    pub fn run(&self, tally: &Tally, evidence: &Evidence) -> Result<(Constant, Option<Refutation>), CheckError> {
        self.monotone()?;
        let Self { claim, constant, options, .. } = *self;
        // Where no constant will do there is none to be sought.
        if evidence.refutation.is_some() {
            let worst = self.overall(tally, evidence)?;
            let curves = Vec::new();
            let seek = constant.seek;
            return Ok((
                Constant { seek, worst, curves, trials: None, scaled: None, impossible: None, barred: None },
                None,
            ));
        }
        let cases = self.asking_cases(tally, evidence)?;
        let lines = lines(claim, constant);
        let found = lines.par_iter().map(|line| self.curve(line, &cases)).collect::<Vec<_>>();
        let (mut curves, mut worst) = (Vec::new(), self.overall(tally, evidence)?);
        let (mut refutation, mut impossible) = (None, None);
        for result in found {
            let Found { curve, worst: most, refutation: refuted, impossible: at } = result?;
            impossible = impossible.or(at.map(|value| (curve.given.clone(), value)));
            curves.push(curve);
            refutation = refutation.or(refuted);
            worst = greater(worst, most);
        }
        let scaled = match &worst {
            Some(_) if refutation.is_none() => {
                degrees::scaled(claim, constant, options, self.effort.bits, &self.asking_cases(tally, evidence)?)?
            }
            _ => None,
        };
        Ok((
            Constant { seek: constant.seek, worst, curves, trials: None, scaled, impossible, barred: None },
            refutation,
        ))
    }

    /// A larger constant must help, a smaller one where the greatest is sought.
    fn monotone(&self) -> Result<(), CheckError> {
        let Some(predicate) = &self.constant.need.monotone else { return Ok(()) };
        let claim = asking(self.claim, self.constant, std::slice::from_ref(predicate));
        let checker = Checker::new(&claim, self.options).map_err(malformed)?;
        let cases = (self.effort.hunt / 20 / self.cost.max(1)).clamp(CASES.1, MONOTONE_CASES).next_multiple_of(8);
        let mut against = None;
        checker.run(0..cases, &mut |case| {
            let violated = case.looks.iter().any(|look| look.fate == Fate::Violated);
            if violated && case.hypotheses == Hypotheses::Met && against.is_none() {
                against = Some(case.index);
            }
        })?;
        let Some(case) = against else { return Ok(()) };
        let (word, seek) = match self.constant.seek {
            Seek::Least => ("larger", "greatest"),
            Seek::Greatest => ("smaller", "least"),
        };
        let name = &self.constant.name;
        Err(CheckError(format!(
            "in case {case} a {word} `{name}` makes the statement stronger; is the {seek} constant meant (`seek = \"{seek}\"`), or is a factor of it negative?"
        )))
    }

    /// What the random cases and the hunt of the claim as a whole found.
    fn overall(&self, tally: &Tally, evidence: &Evidence) -> Result<Option<Worst>, CheckError> {
        let checker = Checker::new(self.claim, self.options).map_err(malformed)?;
        let mut worst = None;
        for point in self.asking_cases(tally, evidence)? {
            let look = self.look(&self.evaluator(self.claim)?, &point)?;
            if let Some(demand) = look.as_ref().and_then(demand_of).filter(|demand| *demand > 0.0 && demand.is_finite())
            {
                let demand = self.closer(self.claim, &point, demand)?.map_or(demand, |(demand, _)| demand);
                worst = greater(worst, Some(Worst { demand, at: checker.numbers(&point)? }));
            }
        }
        Ok(worst)
    }

    /// The cases of the claim as a whole that ask for most.
    fn asking_cases(&self, tally: &Tally, evidence: &Evidence) -> Result<Vec<Point>, CheckError> {
        let evaluator = self.evaluator(self.claim)?;
        let mut points: Vec<Point> =
            evidence.hunt.iter().filter_map(|hunt| hunt.best.as_ref()).map(|best| best.point.clone()).collect();
        if let Some(closest) = tally.predicates.first().and_then(|predicate| predicate.closest) {
            points.extend(evaluator.point(closest.case)?);
        }
        Ok(points)
    }

    fn evaluator(&self, claim: &Claim) -> Result<Evaluator<'a>, CheckError> {
        let CheckOptions { seed, backend, max_elements, .. } = *self.options;
        let evaluator = Evaluator::new(claim, seed, backend, max_elements, self.kernel).map_err(malformed)?;
        evaluator.ok_or_else(|| CheckError("this claim is not asked of values alone".to_owned()))
    }

    /// The look at a case that meets the hypotheses; `None` where it does not, or does not fit.
    fn look(&self, evaluator: &Evaluator<'_>, point: &Point) -> Result<Option<Look>, CheckError> {
        let Ok(mut found) = evaluator.evaluate(std::slice::from_ref(point)) else { return Ok(None) };
        let met = found.pop().filter(|evaluation| evaluation.hypotheses == Hypotheses::Met);
        Ok(met.and_then(|evaluation| evaluation.looks.first().copied()))
    }

    /// The demands at the values of one given.
    fn curve(&self, line: &Line, cases: &[Point]) -> Result<Found, CheckError> {
        let values = &line.values;
        let mut stands = Vec::new();
        for value in values {
            let claim = fixed(self.claim, line, value);
            let checker = Checker::new(&claim, self.options).map_err(malformed)?;
            let evaluator = self.evaluator(&claim)?;
            let place = self.claim.givens.iter().position(|entry| entry.name == line.given);
            let size = evaluator.program().samples.ints.iter().find(|int| Some(int.given) == place).map(|int| int.id);
            let size = size.zip(i64::try_from(value.numerator().clone()).ok());
            stands.push(Stand { claim, checker, evaluator, size, best: None, spread: 0.0 });
        }
        let mut refutation = None;
        for i in 0..stands.len() {
            let before = i.checked_sub(1).and_then(|before| stands[before].best.clone());
            // The worst of all cases, but for the given that is fixed, and the worst at the value before.
            let mut starts = self.without(line, cases)?;
            starts.extend(before.map(|(_, point)| point));
            self.search(&mut stands[i], starts)?;
        }
        // The worst case of each value is a case of its neighbours.
        for i in (0..stands.len().saturating_sub(1)).rev().chain(1..stands.len()).collect::<Vec<_>>() {
            for j in [i + 1, i.wrapping_sub(1)] {
                let Some(point) = stands.get(j).and_then(|stand| stand.best.as_ref()).map(|best| best.1.clone()) else {
                    continue;
                };
                self.offer(&mut stands[i], point)?;
            }
        }
        for stand in &mut stands {
            self.look_closer(stand)?;
        }
        let (mut points, mut worst, mut impossible) = (Vec::new(), None, None);
        for (value, stand) in values.iter().zip(&stands) {
            let demand = stand.best.as_ref().map(|best| best.0);
            let at = value.to_f64().value();
            if demand.is_some_and(f64::is_infinite) {
                if let (None, Some((_, point))) = (&refutation, &stand.best) {
                    refutation = self.certified(&stand.claim, point, line, value)?;
                }
                impossible = impossible.or(Some(at));
                continue;
            }
            if let Some((demand, point)) = stand.best.as_ref().filter(|best| best.0 > 0.0) {
                worst = greater(worst, Some(Worst { demand: *demand, at: stand.checker.numbers(point)? }));
            }
            points.push(CurvePoint { value: at, demand, spread: stand.spread, clipped: false });
        }
        let gap = matches!(line.of, Of::Below(_) | Of::Above(_));
        let ends = ends(&points, &About { interval: self.interval(line), gap, chance: false });
        Ok(Found { curve: Curve { given: line.name(), points, ends }, worst, refutation, impossible })
    }

    /// The ends of the interval of a given that are plain numbers.
    fn interval(&self, line: &Line) -> (Option<f64>, Option<f64>) {
        let given = self.claim.givens.iter().find(|entry| entry.name == line.given && line.of == Of::Values);
        match given.map(|given| &given.value.kind) {
            Some(Sampler::Real(interval)) if !self.constant.unbounded.contains(&line.given) => {
                let end = |e: &Expr| number(e).map(|end| end.to_f64().value());
                (end(&interval.lo), end(&interval.hi))
            }
            _ => (None, None),
        }
    }

    /// Cases of the claim as cases of it with a given fixed: a real has no draws there, a size has one that says nothing.
    fn without(&self, line: &Line, cases: &[Point]) -> Result<Vec<Point>, CheckError> {
        let evaluator = self.evaluator(self.claim)?;
        let program = evaluator.program();
        let place = self.claim.givens.iter().position(|entry| entry.name == line.given);
        let size = program.samples.ints.iter().find(|int| Some(int.given) == place).map(|int| int.id);
        let mut left = Vec::new();
        for case in cases {
            if size.is_some() {
                left.push(case.clone());
                continue;
            }
            let (mut point, mut at) = (Point { ints: case.ints.clone(), draws: Vec::new() }, 0);
            for (block, shape) in program.samples.blocks.iter().zip(evaluator.blocks(&case.ints)?) {
                let draws = case.draws.get(at..at + shape.len()).unwrap_or_default();
                if Some(block.given) != place {
                    point.draws.extend_from_slice(draws);
                }
                at += shape.len();
            }
            left.push(point);
        }
        Ok(left)
    }

    /// Random cases and two hunts of one value.
    fn search(&self, stand: &mut Stand<'_>, mut seeds: Vec<Point>) -> Result<(), CheckError> {
        let effort = self.effort;
        let cost = stand.checker.cost().max(1);
        // Runs are searched for less: what asks for most of a constant is at few of their starts, and they cost most of all.
        let share = effort.hunt / if stand.checker.moves() { RUNS } else { 1 };
        let share = share / values_of(self.claim, self.constant).max(1) / cost;
        let cases = (share / 16).clamp(CASES.1, CASES.0).next_multiple_of(8);
        let mut most: Option<(f64, u64)> = None;
        stand.checker.run(0..cases, &mut |case| {
            let Some(look) = case.looks.first().filter(|_| case.hypotheses == Hypotheses::Met) else { return };
            if let Some(demand) = demand_of(look)
                && most.is_none_or(|(known, _)| demand > known)
            {
                most = Some((demand, case.index));
            }
        })?;
        if let Some((_, case)) = most {
            seeds.extend(stand.evaluator.point(case)?);
        }
        seeds = seeds.into_iter().map(|seed| stand.adapted(seed)).collect();
        for seed in &seeds {
            self.offer(stand, seed.clone())?;
        }
        let least = if stand.checker.moves() { LEAST_RUNS } else { LEAST_HUNT };
        let dear = if stand.claim.flow.is_some() { FLOW_COST } else { 1 };
        let most_hunts = if stand.checker.moves() { HUNTS + 1 } else { MOST_HUNTS };
        let evaluations = (share / HUNTS / dear).max(least);
        let mut before = 0.0;
        for hunt in 0..most_hunts {
            self.hunt(stand, hunt, evaluations, &seeds)?;
            let Some((demand, point)) = &stand.best else { continue };
            if demand.is_infinite() {
                break;
            }
            // What one more search adds says how good those before it were.
            stand.spread = if *demand > 0.0 { (1.0 - before / demand).clamp(0.0, 1.0) } else { 0.0 };
            if hunt + 1 >= HUNTS && stand.spread <= GOOD {
                break;
            }
            before = *demand;
            seeds = vec![point.clone()];
        }
        Ok(())
    }

    /// One hunt of a value, from random numbers of its own and these cases.
    fn hunt(&self, stand: &mut Stand<'_>, hunt: u64, evaluations: u64, seeds: &[Point]) -> Result<(), CheckError> {
        let CheckOptions { seed, backend, max_elements, .. } = *self.options;
        let seed = seed.wrapping_add((hunt + 1) << 32);
        let options = HuntOptions { seed, backend, wide: false, max_elements, kernel: self.kernel };
        let Some(hunter) = Hunter::new(&stand.claim, options).map_err(malformed)? else { return Ok(()) };
        match hunter.hunt(0, evaluations, seeds).best {
            Some(best) => self.offer(stand, best.point),
            None => Ok(()),
        }
    }

    /// Asks the worst case at looks that are closer, and closer again: what lies between two looks would pass for a step of the curve.
    fn look_closer(&self, stand: &mut Stand<'_>) -> Result<(), CheckError> {
        let Some((known, point)) = stand.best.clone() else { return Ok(()) };
        if let Some((demand, off)) = self.closer(&stand.claim, &point, known)? {
            stand.best = Some((demand, point));
            stand.spread = stand.spread.max(off);
        }
        Ok(())
    }

    /// What a case asks at looks so close that closer ones change little, and by which part of itself the last of them changed it; `None` where that
    /// is not known, or the claim is looked at as often as can be.
    fn closer(&self, claim: &Claim, point: &Point, known: f64) -> Result<Option<(f64, f64)>, CheckError> {
        let mut found: Option<(f64, f64)> = None;
        let path = claim.trajectory.as_ref().map(|path| &path.first);
        let timed = claim.flow.as_ref().map(|flow| &flow.first).or(path).is_some_and(|first| !first.is_empty());
        let mut claim = claim.clone();
        for _ in 0..CLOSER_TIMES {
            let known = found.map_or(known, |(demand, _)| demand);
            let Some(more) = closer(&claim).filter(|_| known > 0.0 && known.is_finite()) else { break };
            let look = self.look(&self.evaluator(&more)?, point)?;
            let Some(demand) = look.as_ref().and_then(demand_of).filter(|demand| *demand > 0.0) else { break };
            // More looks ask for more, unless they move a time that the statement speaks of; what is less was lost in rounding.
            if demand < known && !timed {
                break;
            }
            let off = (1.0 - known.min(demand) / known.max(demand)).clamp(0.0, 1.0);
            found = Some((demand, off));
            if off <= GOOD / 4.0 {
                break;
            }
            claim = more;
        }
        Ok(found)
    }

    /// Takes a case if it asks for more than what is known; how much more is how bad the search was.
    fn offer(&self, stand: &mut Stand<'_>, point: Point) -> Result<(), CheckError> {
        let point = stand.adapted(point);
        let Some(demand) = self.look(&stand.evaluator, &point)?.as_ref().and_then(demand_of) else { return Ok(()) };
        let known = stand.best.as_ref().map_or(-1.0, |best| best.0);
        if demand > known {
            stand.best = Some((demand, point));
        }
        Ok(())
    }

    /// A case at which no constant will do, for certain, as one of the claim with nothing fixed.
    fn certified(
        &self,
        claim: &Claim,
        point: &Point,
        line: &Line,
        value: &RBig,
    ) -> Result<Option<Refutation>, CheckError> {
        let Some(value) = line.given_at(value) else { return Ok(None) };
        let place = self.claim.givens.iter().position(|entry| entry.name == line.given);
        let certifier = Certifier::new(claim, self.options.max_elements).map_err(malformed)?;
        let (Ok(settled), Some(place)) = (certifier.values(point, &Values::new()), place) else { return Ok(None) };
        let mut values = settled.values;
        let whole = matches!(self.claim.givens[place].value.kind, Sampler::Int { .. });
        let exactly = match i64::try_from(value.numerator().clone()) {
            Ok(int) if whole => Exactly::Int(int),
            _ => Exactly::Rational(value),
        };
        values.insert(place, exactly);
        let certifier = Certifier::new(self.claim, self.options.max_elements).map_err(malformed)?;
        Ok(match certifier.decide(&values, 0, self.effort.bits) {
            Ok(Decision::Violated(certificate)) => Some(Refutation {
                values,
                margin: certificate.margin,
                sides: certificate.sides,
                bits: certificate.bits,
                at: certificate.at,
                origin: Origin::Hunt,
                draws: None,
            }),
            _ => None,
        })
    }
}

fn greater(a: Option<Worst>, b: Option<Worst>) -> Option<Worst> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.demand > a.demand { b } else { a }),
        (a, b) => a.or(b),
    }
}

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
//! Every number is found in the order of values, by streams of their own, so the outcome is a function of claim, seed and effort. How curves are
//! read is said in [`super::trend`]; what can be certain, in [`super::degrees`].

use super::binomial::at_least;
use super::checker::{CheckError, CheckOptions, Checker};
use super::degrees::{self, Scaled};
use super::evidence::{Evidence, Origin, Refutation};
use super::probability::Drawn;
use super::search::Effort;
use super::tally::Tally;
use super::trend::{Measure, Trend, ln, trend};
use crate::case::evaluate::Evaluator;
use crate::case::point::{Exactly, Point, Values};
use crate::case::record::{Fate, Hypotheses, Look};
use crate::certify::{Certifier, Decision};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{self, Claim, Named};
use crate::claim::points::literal;
use crate::hunt::{HuntOptions, Hunter};
use crate::kernel::Kernel;
use crate::lang::ast::{Expr, Sampler};
use crate::lang::need::Seek;
use dashu_ratio::RBig;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

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
    /// The greatest that was found; 0 where nothing is asked.
    pub demand: f64,
    /// The part of it that the last search added.
    pub spread: f64,
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
    /// Of each setting.
    pub each: u64,
    /// The greatest probability that is asked for.
    pub level: f64,
    /// That of which so many trials can tell the quantile: less than `level` where that is too near 1.
    pub seen: f64,
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
/// A search to which one more adds no larger part than this is good.
const GOOD: f64 = 0.02;
/// Cases in which the statement is asked whether a larger constant helps.
const MONOTONE_CASES: u64 = 512;
/// A room from here on asks for nothing.
const QUIET: f64 = 1e290;
/// Settings at each combination of swept values, at most.
const MOST_SETTINGS: usize = 4;
/// Combinations of swept values, at most.
const MOST_COMBINATIONS: usize = 4_096;
/// Trials of a setting.
const TRIALS: (u64, u64) = (64, 20_000);
/// The least trials that lie beyond the quantile.
const BEYOND: f64 = 8.0;

/// Evaluations that the least that is done takes, for a claim with so many swept values whose case counts for so many.
pub fn least_evaluations(values: u64, cost: u64) -> u64 {
    (CASES.1 + HUNTS * LEAST_RUNS).saturating_mul(values).saturating_mul(cost)
}

/// Swept values, of all givens together.
pub fn values_of(constant: &model::Constant) -> u64 {
    constant.sweep.iter().map(|swept| swept.value.values.len() as u64).sum()
}

/// The claim with a given fixed.
pub fn fixed(claim: &Claim, given: &str, value: &RBig) -> Claim {
    let mut claim = claim.clone();
    if let Some(given) = claim.givens.iter_mut().find(|entry| entry.name == given) {
        let span = given.value.span;
        let like = Expr::new(crate::lang::ast::ExprKind::Pi, span);
        given.value.kind = Sampler::Value(literal(value, &like));
    }
    claim.witness = None;
    claim
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
            if !room.is_finite() || room <= 0.0 {
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
    best: Option<(f64, Point)>,
    spread: f64,
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
        let found = constant.sweep.par_iter().map(|swept| self.curve(swept)).collect::<Vec<_>>();
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
            Some(_) if refutation.is_none() && evidence.refutation.is_none() => {
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
    fn curve(&self, swept: &Named<model::Points>) -> Result<Found, CheckError> {
        let values = &swept.value.values;
        let mut stands = Vec::new();
        for value in values {
            let claim = fixed(self.claim, &swept.name, value);
            let checker = Checker::new(&claim, self.options).map_err(malformed)?;
            let evaluator = self.evaluator(&claim)?;
            stands.push(Stand { claim, checker, evaluator, best: None, spread: 0.0 });
        }
        let mut refutation = None;
        for i in 0..stands.len() {
            let before = i.checked_sub(1).and_then(|before| stands[before].best.clone());
            self.search(&mut stands[i], before.map(|(_, point)| point))?;
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
        let (mut points, mut worst, mut impossible) = (Vec::new(), None, None);
        for (value, stand) in values.iter().zip(&stands) {
            let demand = stand.best.as_ref().map_or(0.0, |best| best.0);
            if demand.is_infinite() {
                if let (None, Some((_, point))) = (&refutation, &stand.best) {
                    refutation = self.certified(&stand.claim, point, &swept.name, value)?;
                }
                impossible = impossible.or(Some(value.to_f64().value()));
                continue;
            }
            if let (Some((_, point)), true) = (&stand.best, demand > 0.0) {
                worst = greater(worst, Some(Worst { demand, at: stand.checker.numbers(point)? }));
            }
            points.push(CurvePoint { value: value.to_f64().value(), demand, spread: stand.spread });
        }
        let ends = ends(&points);
        Ok(Found { curve: Curve { given: swept.name.clone(), points, ends }, worst, refutation, impossible })
    }

    /// Random cases and two hunts of one value.
    fn search(&self, stand: &mut Stand<'_>, start: Option<Point>) -> Result<(), CheckError> {
        let effort = self.effort;
        let cost = stand.checker.cost().max(1);
        let share = effort.hunt / values_of(self.constant).max(1) / cost;
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
        let mut seeds: Vec<Point> = start.into_iter().collect();
        if let Some((_, case)) = most {
            seeds.extend(stand.evaluator.point(case)?);
        }
        for seed in &seeds {
            self.offer(stand, seed.clone())?;
        }
        let least = if stand.checker.moves() { LEAST_RUNS } else { LEAST_HUNT };
        let evaluations = (share / HUNTS).max(least);
        let mut before = 0.0;
        for hunt in 0..MOST_HUNTS {
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

    /// Takes a case if it asks for more than what is known; how much more is how bad the search was.
    fn offer(&self, stand: &mut Stand<'_>, point: Point) -> Result<(), CheckError> {
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
        given: &str,
        value: &RBig,
    ) -> Result<Option<Refutation>, CheckError> {
        let place = self.claim.givens.iter().position(|entry| entry.name == given);
        let certifier = Certifier::new(claim, self.options.max_elements).map_err(malformed)?;
        let (Ok(settled), Some(place)) = (certifier.values(point, &Values::new()), place) else { return Ok(None) };
        let mut values = settled.values;
        let whole = matches!(self.claim.givens[place].value.kind, Sampler::Int { .. });
        let exactly = match i64::try_from(value.numerator().clone()) {
            Ok(int) if whole => Exactly::Int(int),
            _ => Exactly::Rational(value.clone()),
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

/// The trends towards the ends at which growth would be a drift: the upper one if the values reach above 1, the lower one if they reach below it.
fn ends(points: &[CurvePoint]) -> Vec<(End, Trend)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let measure = |sign: f64| {
        move |point: &CurvePoint| Measure { x: sign * ln(point.value), y: point.demand, spread: point.spread }
    };
    let positive: Vec<&CurvePoint> = points.iter().filter(|point| point.value > 0.0).collect();
    let mut ends = Vec::new();
    if last.value > 1.0 {
        let measures: Vec<Measure> = positive.iter().copied().map(measure(1.0)).collect();
        ends.push((End::Upper, trend(&measures)));
    }
    if first.value > 0.0 && first.value < 1.0 {
        let measures: Vec<Measure> = positive.iter().rev().copied().map(measure(-1.0)).collect();
        ends.push((End::Lower, trend(&measures)));
    }
    ends
}

impl Search<'_> {
    /// Where something is random: the quantile of what trials ask for, at every combination of the swept values, within about so many trials.
    pub fn run_random(&self, trials: u64) -> Result<Constant, CheckError> {
        let Self { claim, constant, options, .. } = *self;
        self.monotone_random()?;
        let sizes: Vec<usize> = constant.sweep.iter().map(|swept| swept.value.values.len()).collect();
        let combinations: usize = sizes.iter().product();
        if combinations > MOST_COMBINATIONS {
            return Err(CheckError(format!(
                "the sweep has {combinations} combinations of values, and the limit is {MOST_COMBINATIONS}"
            )));
        }
        let each = (trials / combinations.max(1) as u64 / MOST_SETTINGS as u64).clamp(TRIALS.0, TRIALS.1);
        let each = each.next_multiple_of(8);
        let numbers: Vec<usize> = (0..combinations).collect();
        let found: Vec<Result<Vec<Sampled>, CheckError>> = numbers
            .par_iter()
            .with_min_len(1)
            .map(|&number| {
                let mut fixed_at = claim.clone();
                for (swept, place) in constant.sweep.iter().zip(places(number, &sizes)) {
                    fixed_at = fixed(&fixed_at, &swept.name, &swept.value.values[place]);
                }
                let checker = Checker::new(&fixed_at, options).map_err(malformed)?;
                let drawn = checker.margins(MOST_SETTINGS, each)?;
                Ok(drawn.into_iter().map(|drawn| sampled(drawn, each)).collect())
            })
            .collect();
        let (mut worst, mut settings, mut level, mut seen) = (None, 0, 0.0_f64, 1.0_f64);
        let mut barred: Option<Barred> = None;
        let mut most: Vec<Option<(f64, f64)>> = Vec::with_capacity(combinations);
        for result in found {
            let mut here: Option<(f64, f64)> = None;
            for sampled in result? {
                settings += 1;
                level = level.max(sampled.level);
                seen = seen.min(sampled.seen);
                if sampled.demand.is_infinite() {
                    let (against, level) = (sampled.against, sampled.level);
                    let chance = at_least(against, each, 1.0 - level);
                    if barred.as_ref().is_none_or(|known| chance < known.chance) {
                        barred = Some(Barred { at: sampled.at, trials: (against, each), level, chance });
                    }
                    continue;
                }
                if here.is_none_or(|(demand, _)| sampled.demand > demand) {
                    here = Some((sampled.demand, sampled.spread));
                }
                if sampled.demand > 0.0 {
                    worst = greater(worst, Some(Worst { demand: sampled.demand, at: sampled.at }));
                }
            }
            most.push(here);
        }
        if settings == 0 {
            return Err(CheckError("no combination of the sweep has givens that meet the hypotheses".to_owned()));
        }
        let curves = constant.sweep.iter().enumerate().map(|(j, swept)| {
            let points = swept.value.values.iter().enumerate().map(|(i, value)| {
                let here = (0..combinations).filter(|number| places(*number, &sizes)[j] == i);
                let here = here.filter_map(|number| most[number]);
                let (demand, spread) = here.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
                CurvePoint { value: value.to_f64().value(), demand, spread }
            });
            let points: Vec<CurvePoint> = points.collect();
            let ends = ends(&points);
            Curve { given: swept.name.clone(), points, ends }
        });
        let curves = curves.collect();
        let trials = Some(Trials { settings, each, level, seen: seen.min(level) });
        Ok(Constant { seek: constant.seek, worst, curves, trials, scaled: None, impossible: None, barred })
    }

    fn monotone_random(&self) -> Result<(), CheckError> {
        let Some(predicate) = &self.constant.need.monotone else { return Ok(()) };
        let mut claim = self.claim.clone();
        if let Some(probability) = &mut claim.probability {
            probability.event.value = predicate.clone();
        }
        let checker = Checker::new(&claim, self.options).map_err(malformed)?;
        for drawn in checker.margins(MOST_SETTINGS, TRIALS.0)? {
            if let Some(trial) =
                drawn.looks.iter().position(|look| look.is_some_and(|look| look.fate == Fate::Violated))
            {
                let name = &self.constant.name;
                return Err(CheckError(format!(
                    "in trial {trial} of setting {} a change of `{name}` in the direction that should help makes the statement stronger; is the other `seek` meant?",
                    drawn.setting
                )));
            }
        }
        Ok(())
    }
}

/// The places of a combination's values, given by given.
fn places(number: usize, sizes: &[usize]) -> Vec<usize> {
    let mut rest = number;
    sizes
        .iter()
        .map(|size| {
            let place = rest % size;
            rest /= size;
            place
        })
        .collect()
}

/// A setting's quantile.
struct Sampled {
    at: Vec<(String, f64)>,
    demand: f64,
    spread: f64,
    level: f64,
    seen: f64,
    /// Trials in which no constant works.
    against: u64,
}

/// The quantile of what the trials of a setting ask for. A trial that is not known asks for as much as any.
fn sampled(drawn: Drawn, each: u64) -> Sampled {
    let mut demands: Vec<f64> =
        drawn.looks.iter().map(|look| look.as_ref().and_then(demand_of).unwrap_or(f64::INFINITY)).collect();
    let violated = |look: &&Option<Look>| look.is_some_and(|look| look.fate == Fate::Violated);
    let against = drawn.looks.iter().filter(violated).count() as u64;
    demands.sort_by(f64::total_cmp);
    let n = each as f64;
    let level = drawn.claimed.clamp(0.0, 1.0);
    let seen = level.min(1.0 - BEYOND / n).max(0.0);
    let at = |place: f64| demands[(place.ceil() as usize).clamp(1, demands.len()) - 1];
    let demand = at(seen * n);
    // Three deviations of the number of trials below the quantile.
    let room = 3.0 * (n * seen * (1.0 - seen)).sqrt();
    let (low, high) = (at(seen * n - room), at(seen * n + room));
    let part = |ratio: f64| if ratio.is_finite() { (1.0 - ratio).clamp(0.0, 1.0) } else { 0.0 };
    let below = part(low / demand);
    let above = if high.is_finite() && high > 0.0 { part(demand / high) } else { below };
    Sampled { at: drawn.at, demand, spread: below.max(above) / 2.0, level, seen, against }
}

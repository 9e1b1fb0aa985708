//! What is asked at the values of one given: a search of each, from the worst cases of its neighbours and of the other givens' curves.
//!
//! Hunts follow one another, each from the best case so far and random numbers of its own, until one more adds little: how much it adds is how good the
//! search is. That says nothing of a search that is stuck; so the worst case of each value is tried at its neighbours and, since the curves of all givens are over the same cases,
//! the worst of each curve at the values of all others. Where that is more than what was known, the search goes on from there.

use super::across::{Whole, number};
use super::ends::{About, ends, near};
use super::swept::{Line, Of, fixed};
use super::together::Places;
use super::{
    Asked, Clipped, Curve, CurvePoint, End, Endless, Search, Worst, demand_of, greater, is_cut, malformed, values_of,
};
use crate::case::evaluate::Evaluator;
use crate::case::point::{Exactly, Point, Values};
use crate::case::record::{Fate, Hypotheses};
use crate::case::resize::{repeated, resized};
use crate::certify::{Certifier, Decision};
use crate::check::checker::{CheckError, CheckOptions, Checker};
use crate::check::evidence::{Origin, Refutation};
use crate::check::trend::{Trend, ln};
use crate::claim::model::Claim;
use crate::claim::points;
use crate::hunt::{HuntOptions, Hunter};
use crate::lang::ast::{Expr, Sampler};
use crate::lang::ir::IntId;
use dashu_ratio::RBig;
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator,
    ParallelIterator,
};

/// Random cases of each value, at most and at least.
const CASES: (u64, u64) = (1_024, 24);
/// Evaluations of each of the two hunts of a value, at least: of what moves, runs.
const LEAST_HUNT: u64 = 256;
const LEAST_RUNS: u64 = 24;
/// Hunts of a value, each from the best case of those before it; and at most so many, where the last one still found more.
const HUNTS: u64 = 2;
const MOST_HUNTS: u64 = 5;
/// Of so many random cases that are asked one, at least, must be measured.
const BLIND: u64 = 16;
/// The part of a hunt's evaluations that curves of runs have.
const RUNS: u64 = 2;
/// What a flow costs a hunt beside what it counts for.
const FLOW_COST: u64 = 2;
/// Hunts from what another curve has, at most: of runs, and of what does not move.
const MORE_HUNTS: (u64, u64) = (2, 5);
/// How often the curves are shown each other's worst cases, while that changes any.
const SHARES: usize = 3;
/// A demand that others are above by no more than this factor may be theirs.
const NEARLY: f64 = 2.0;
/// What differs by no more than this part is the same case.
const COPIED: f64 = 1e-6;
/// What stops in the last step had begun to, if the step before it was no steeper than this part of the one before that.
const SLOWED: f64 = 0.6;
/// A search to which one more adds no larger part than this is good.
pub(super) const GOOD: f64 = 0.02;

/// Evaluations that the least that is done takes, for a claim with so many swept values whose case counts for so many.
pub fn least_evaluations(values: u64, cost: u64) -> u64 {
    (CASES.1 + HUNTS * LEAST_RUNS).saturating_mul(values).saturating_mul(cost)
}

/// A value of a given, ready for searches.
struct Stand<'a> {
    claim: Claim,
    checker: Checker,
    evaluator: Evaluator<'a>,
    /// Its place among the values.
    place: usize,
    /// The sizes that are fixed.
    sizes: Vec<(IntId, i64)>,
    best: Option<(f64, Point)>,
    /// Random cases that meet the hypotheses.
    met: u64,
    /// Of the random cases that are asked, `f64` can measure none: what the searches find says nothing of the others.
    blind: bool,
    /// There are runs that are cut off before what the statement speaks of: they may ask for more than any that is not.
    cut: bool,
    spread: f64,
    /// Hunts that were made.
    hunts: u64,
}

/// A given whose values are searched.
struct Row<'s, 'a> {
    line: &'s Line,
    stands: Vec<Stand<'a>>,
}

/// What the search of one given found.
pub(super) struct Found {
    pub curve: Curve,
    pub worst: Option<Worst>,
    /// The worst of each value.
    pub places: Places,
    pub refutation: Option<Refutation>,
    /// A value at which no constant works.
    pub impossible: Option<f64>,
    pub endless: Option<Endless>,
}

impl Stand<'_> {
    fn asked(&self) -> Asked {
        match &self.best {
            Some((demand, _)) if !self.blind => Asked::Demand(*demand),
            None if self.met == 0 => Asked::NoCase,
            _ => Asked::Unmeasured,
        }
    }

    /// What is known to be asked; less than nothing where no case could be measured.
    fn demand(&self) -> f64 {
        self.best.as_ref().map_or(-1.0, |best| best.0)
    }

    /// A case of another value as one of this.
    fn adapted(&self, point: Point) -> Option<Point> {
        self.sizes.iter().try_fold(point, |point, (id, value)| resized(&self.evaluator, point, *id, *value))
    }

    /// A case of a smaller value as copies of it.
    fn copies(&self, point: &Point) -> Option<Point> {
        let grows = |(id, value): &&(IntId, i64)| point.ints.get(id).is_some_and(|known| known < value);
        self.sizes.iter().any(|size| grows(&size)).then_some(())?;
        self.sizes.iter().try_fold(point.clone(), |point, (id, value)| {
            if grows(&&(*id, *value)) {
                repeated(&self.evaluator, point, *id, *value)
            } else {
                resized(&self.evaluator, point, *id, *value)
            }
        })
    }
}

impl Row<'_, '_> {
    /// The greatest demand that some constant meets, and its value.
    fn worst(&self) -> Option<(f64, &Stand<'_>)> {
        let mut worst: Option<(f64, &Stand<'_>)> = None;
        for stand in &self.stands {
            let demand = stand.demand();
            if demand > worst.map_or(0.0, |worst| worst.0) && demand.is_finite() {
                worst = Some((demand, stand));
            }
        }
        worst
    }
}

impl<'a> Search<'a> {
    /// The curves of these givens; `cases` are the worst of the claim as a whole.
    pub(super) fn curves(&self, lines: &[Line], cases: &[Point]) -> Result<Vec<Found>, CheckError> {
        let whole = Whole::new(self)?;
        let rows = lines.par_iter().map(|line| self.begun(line, &whole, cases)).collect::<Vec<_>>();
        let mut rows = rows.into_iter().collect::<Result<Vec<_>, _>>()?;
        for _ in 0..SHARES {
            let mut shown = Vec::new();
            for (i, row) in rows.iter().enumerate() {
                let Some((demand, stand)) = row.worst() else { continue };
                let Some((_, point)) = &stand.best else { continue };
                let Some(value) = number(&stand.checker, row.line, point)? else { continue };
                shown.extend(whole.with(row.line, point, value)?.map(|point| (i, demand, point)));
            }
            let each = rows.par_iter_mut().enumerate();
            let changed = each.map(|(i, row)| self.share(row, i, &whole, &shown)).collect::<Vec<_>>();
            let changed = changed.into_iter().collect::<Result<Vec<bool>, _>>()?;
            if !changed.contains(&true) {
                break;
            }
        }
        let found = rows.into_par_iter().map(|row| self.found(row, &whole)).collect::<Vec<_>>();
        found.into_iter().collect()
    }

    /// The searches of the values of one given, each by itself and then as its neighbours'.
    fn begun<'s>(&self, line: &'s Line, whole: &Whole<'a>, cases: &[Point]) -> Result<Row<'s, 'a>, CheckError> {
        let mut stands = Vec::new();
        for place in 0..line.values.len() {
            stands.extend(self.stand(line, place, whole)?);
        }
        // The worst of all cases, but for the given that is fixed, and the worst at the value before.
        let known = cases.iter().map(|case| whole.without(line, case)).collect::<Result<Vec<_>, _>>()?;
        let mut before: Option<Point> = None;
        for stand in &mut stands {
            self.search(stand, known.iter().cloned().chain(before).collect())?;
            before = stand.best.as_ref().map(|best| best.1.clone());
        }
        let mut row = Row { line, stands };
        self.neighbours(&mut row)?;
        Ok(row)
    }

    /// A value of a line; `None` where another given's interval is plainly empty, so that there are no cases.
    fn stand(&self, line: &Line, place: usize, whole: &Whole<'a>) -> Result<Option<Stand<'a>>, CheckError> {
        let claim = fixed(self.claim, line, place);
        let Ok(checker) = Checker::new(&claim, self.options) else { return Ok(None) };
        let evaluator = self.evaluator(&claim)?;
        let size = |part: &Line| {
            whole.int(part).zip(part.values.get(place).and_then(|value| i64::try_from(value.numerator().clone()).ok()))
        };
        let sizes = line.parts().iter().filter_map(size).collect();
        Ok(Some(Stand {
            claim,
            checker,
            evaluator,
            place,
            sizes,
            best: None,
            met: 0,
            blind: false,
            cut: false,
            spread: 0.0,
            hunts: 0,
        }))
    }

    /// Whether the last values of a size ask for no more than one before them, which asks for more than the first, only because the search is stuck: growth has
    /// stopped in the last step alone; or they ask for just as much, have not done so for longer than it took to come there, and a search of its own comes
    /// to less at the last of them, so that the case is that of a smaller size, to which the larger one added nothing.
    fn is_stuck(&self, row: &Row<'_, 'a>, end: End, whole: &Whole<'a>) -> Result<bool, CheckError> {
        let mut stands: Vec<&Stand<'a>> = row.stands.iter().collect();
        if end == End::Lower {
            stands.reverse();
        }
        let [first @ .., before, last] = &stands[..] else { return Ok(false) };
        let most = last.demand();
        let rises = |a: &Stand<'_>, b: &Stand<'_>| a.demand() < b.demand() * (1.0 - GOOD);
        let same = !rises(before, last) && !rises(last, before);
        let rose = first.iter().any(|stand| rises(stand, last)) && !first.iter().any(|stand| rises(last, stand));
        if last.sizes.is_empty() || !same || !rose || most <= 0.0 || !most.is_finite() {
            return Ok(false);
        }
        let x = |stand: &Stand<'_>| ln(row.line.values[stand.place].to_f64().value());
        if let [.., a, b] = first {
            let steep = |a: &Stand<'_>, b: &Stand<'_>| (b.demand() - a.demand()) / (x(b) - x(a)).abs();
            if rises(a, b) && rises(b, before) && steep(b, before) > SLOWED * steep(a, b) {
                return Ok(true);
            }
        }
        let copy = |stand: &&&Stand<'_>| (stand.demand() - most).abs() <= COPIED * most;
        let copies = stands.iter().rev().take_while(copy).count();
        let since = stands[stands.len() - copies];
        if copies < 2 || (x(last) - x(since)).abs() > (1.0 + GOOD) * (x(since) - x(stands[0])).abs() {
            return Ok(false);
        }
        let Some(mut own) = self.stand(row.line, last.place, whole)? else { return Ok(false) };
        self.search(&mut own, Vec::new())?;
        Ok(rises(&own, last))
    }

    /// The worst case of each value is a case of its neighbours.
    fn neighbours(&self, row: &mut Row<'_, 'a>) -> Result<(), CheckError> {
        let stands = &mut row.stands;
        for i in (0..stands.len().saturating_sub(1)).rev().chain(1..stands.len()).collect::<Vec<_>>() {
            for j in [i + 1, i.wrapping_sub(1)] {
                let Some(point) = stands.get(j).and_then(|stand| stand.best.as_ref()).map(|best| best.1.clone()) else {
                    continue;
                };
                if let Some(copies) = stands[i].copies(&point) {
                    self.offer(&mut stands[i], copies)?;
                }
                self.offer(&mut stands[i], point)?;
            }
        }
        Ok(())
    }

    /// Shows the worst cases of other curves, each with the number of its own, to all values of this one. Whether that was news.
    fn share(
        &self,
        row: &mut Row<'_, 'a>,
        own: usize,
        whole: &Whole<'a>,
        shown: &[(usize, f64, Point)],
    ) -> Result<bool, CheckError> {
        let others = shown.iter().filter(|(of, ..)| *of != own);
        let others = others.map(|(_, demand, point)| Ok((*demand, whole.without(row.line, point)?)));
        let others = others.collect::<Result<Vec<_>, CheckError>>()?;
        let most = others.iter().fold(0.0, |most: f64, other| most.max(other.0));
        let mut news = false;
        for stand in &mut row.stands {
            let before = stand.demand();
            // A case that asks for less elsewhere may ask for more here, where another given has the value that matters.
            for (_, point) in &others {
                self.offer(stand, point.clone())?;
            }
            let raised = stand.demand();
            let higher = raised.is_finite() && raised > before.max(0.0) * (1.0 + GOOD);
            // Little less than elsewhere may be a case that is not measured here, by rounding at the edge of a hypothesis; others are beside it.
            let missed = most > raised * (1.0 + GOOD) && most <= raised * NEARLY;
            if !(higher || missed) {
                continue;
            }
            let mut seeds: Vec<Point> = stand.best.iter().map(|best| best.1.clone()).collect();
            if missed {
                seeds.extend(others.iter().filter_map(|(_, point)| stand.adapted(point.clone())));
            }
            self.hunt_on(stand, seeds)?;
            news |= stand.demand() > before.max(0.0) * (1.0 + GOOD);
        }
        self.neighbours(row)?;
        Ok(news)
    }

    /// Hunts from these cases, and from what that finds, until one more adds little.
    fn hunt_on(&self, stand: &mut Stand<'_>, mut seeds: Vec<Point>) -> Result<(), CheckError> {
        for _ in 0..if stand.checker.moves() { MORE_HUNTS.0 } else { MORE_HUNTS.1 } {
            let known = stand.demand();
            self.hunt(stand, self.evaluations(stand), &seeds)?;
            stand.spread = (1.0 - known / stand.demand()).clamp(0.0, 1.0);
            if stand.spread <= GOOD || stand.demand().is_infinite() {
                break;
            }
            seeds = stand.best.iter().map(|best| best.1.clone()).collect();
        }
        Ok(())
    }

    /// What the searches of a given say in the end.
    fn found(&self, mut row: Row<'_, 'a>, whole: &Whole<'a>) -> Result<Found, CheckError> {
        let line = row.line;
        for stand in &mut row.stands {
            self.look_closer(stand)?;
        }
        let (mut points, mut places, mut worst, mut refutation, mut impossible) =
            (Vec::new(), Vec::new(), None, None, None);
        for (place, value) in line.values.iter().enumerate() {
            let at = value.to_f64().value();
            let Some(stand) = row.stands.iter().find(|stand| stand.place == place) else {
                points.push(CurvePoint { value: at, asked: Asked::NoCase, spread: 0.0, clipped: None });
                continue;
            };
            let demand = stand.best.as_ref().map(|best| best.0);
            if demand.is_some_and(f64::is_infinite) {
                if let (None, Some((_, point))) = (&refutation, &stand.best) {
                    refutation = self.certified(&stand.claim, point, line, value)?;
                }
                impossible = impossible.or(Some(at));
                continue;
            }
            if let Some((demand, point)) = stand.best.as_ref().filter(|best| best.0 > 0.0) {
                let at = stand.checker.numbers(point)?;
                places.push(at.clone());
                worst = greater(worst, Some(Worst { demand: *demand, at }));
            }
            points.push(CurvePoint {
                value: at,
                asked: stand.asked(),
                spread: stand.spread,
                clipped: stand.cut.then_some(Clipped::Runs),
            });
        }
        let about = self.about(line);
        let seen = about.seen(&points);
        let mut curve = Curve { given: line.name(), ends: ends(seen, &about), near: near(seen, &about), points };
        for (end, trend) in &mut curve.ends {
            if matches!(trend, Trend::Level | Trend::Settles) && self.is_stuck(&row, *end, whole)? {
                *trend = Trend::Unclear {
                    why: "its last values ask for what a smaller size does, and the search may be stuck there",
                };
            }
        }
        let endless = match row.worst() {
            Some((_, Stand { evaluator, checker, best: Some((_, point)), .. })) => {
                Endless::seek(evaluator, point, checker.moves())?
            }
            _ => None,
        };
        Ok(Found { curve, worst, places, refutation, impossible, endless })
    }

    fn about(&self, line: &Line) -> About {
        let only = if let Of::Together(_, end) = line.of { Some(end) } else { None };
        let named = self.constant.sweep.iter().any(|swept| swept.name == line.given) && line.of == Of::Values;
        let open = line.is_gap() || line.of == Of::Shares;
        About { interval: self.interval(line), gap: line.is_gap(), only, chance: false, named, open }
    }

    /// The ends of the interval of a given that are plain numbers.
    pub(super) fn interval(&self, line: &Line) -> (Option<f64>, Option<f64>) {
        let given = self.claim.givens.iter().find(|entry| entry.name == line.given && line.of == Of::Values);
        match given.map(|given| &given.value.kind) {
            Some(Sampler::Real(interval)) if !self.constant.unbounded.contains(&line.given) => {
                let end = |e: &Expr| points::number(e).map(|end| end.to_f64().value());
                (end(&interval.lo), end(&interval.hi))
            }
            _ => (None, None),
        }
    }

    /// What the values of a curve may be searched with, each.
    fn share_of(&self, stand: &Stand<'_>) -> u64 {
        // Runs are searched for less: what asks for most of a constant is at few of their starts, and they cost most of all.
        let share = self.effort.hunt / if stand.checker.moves() { RUNS } else { 1 };
        share / values_of(self.claim, self.constant).max(1) / stand.checker.cost().max(1)
    }

    /// Evaluations of one hunt of a value.
    fn evaluations(&self, stand: &Stand<'_>) -> u64 {
        let least = if stand.checker.moves() { LEAST_RUNS } else { LEAST_HUNT };
        let dear = if stand.claim.flow.is_some() { FLOW_COST } else { 1 };
        (self.share_of(stand) / HUNTS / dear).max(least)
    }

    /// Random cases and hunts of one value.
    fn search(&self, stand: &mut Stand<'_>, mut seeds: Vec<Point>) -> Result<(), CheckError> {
        let cases = (self.share_of(stand) / 16).clamp(CASES.1, CASES.0).next_multiple_of(8);
        let (mut most, mut met, mut measured) = (None::<(f64, u64)>, 0, 0);
        let (mut cut, times) = (false, stand.checker.speaks_of_times());
        stand.checker.run(0..cases, &mut |case| {
            let Some(look) = case.looks.first().filter(|_| case.hypotheses == Hypotheses::Met) else { return };
            met += 1;
            // Where a run was cut off its state is not that of its end, and a first time may be still to come.
            cut |= is_cut(look) || (times && look.fate == Fate::Undefined);
            if let Some(demand) = demand_of(look) {
                measured += 1;
                if most.is_none_or(|(known, _)| demand > known) {
                    most = Some((demand, case.index));
                }
            }
        })?;
        (stand.met, stand.blind) = (met, met >= BLIND && measured == 0);
        stand.cut |= cut;
        if let Some((_, case)) = most {
            seeds.extend(stand.evaluator.point(case)?);
        }
        let copies: Vec<Point> = seeds.iter().filter_map(|seed| stand.copies(seed)).collect();
        seeds = seeds.into_iter().filter_map(|seed| stand.adapted(seed)).chain(copies).collect();
        for seed in &seeds {
            self.offer(stand, seed.clone())?;
        }
        let most_hunts = if stand.checker.moves() { HUNTS + 1 } else { MOST_HUNTS };
        let evaluations = self.evaluations(stand);
        let mut before = 0.0;
        for hunt in 0..most_hunts {
            self.hunt(stand, evaluations, &seeds)?;
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

    /// One more hunt of a value, from random numbers of its own and these cases.
    fn hunt(&self, stand: &mut Stand<'_>, evaluations: u64, seeds: &[Point]) -> Result<(), CheckError> {
        let CheckOptions { seed, backend, max_elements, .. } = *self.options;
        stand.hunts += 1;
        let seed = seed.wrapping_add(stand.hunts << 32);
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

    /// Takes a case if it asks for more than what is known.
    fn offer(&self, stand: &mut Stand<'_>, point: Point) -> Result<(), CheckError> {
        let Some(point) = stand.adapted(point) else { return Ok(()) };
        let Some(look) = self.look(&stand.evaluator, &point)? else { return Ok(()) };
        stand.cut |= is_cut(&look);
        let Some(demand) = demand_of(&look) else { return Ok(()) };
        if demand > stand.demand() {
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

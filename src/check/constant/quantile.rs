//! Constants of what is random: the quantile of what trials ask for, at every combination of the swept values.

use super::ends::{About, ends};
use super::swept::{Line, Of, Places, fixed, lines, together};
use super::{Barred, Constant, Curve, CurvePoint, Search, Trials, Worst, demand_of, greater, malformed};
use crate::case::record::{Fate, Look};
use crate::check::binomial::at_least;
use crate::check::checker::{CheckError, Checker};
use crate::check::probability::Drawn;
use crate::check::trend::Trend;
use crate::claim::model::Claim;
use dashu_ratio::RBig;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// Settings at each combination of swept values, at most.
const MOST_SETTINGS: usize = 4;
/// Combinations of swept values, at most.
const MOST_COMBINATIONS: usize = 4_096;
/// Trials of a setting.
const TRIALS: (u64, u64) = (64, 20_000);
/// The least trials that lie beyond the quantile.
const BEYOND: f64 = 8.0;

impl Search<'_> {
    /// Where something is random: the quantile of what trials ask for, at every combination of the swept values, within about what so many trials of the
    /// claim at its largest count for. Smaller sizes have more of them.
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
        // Those that the claim names, and what nothing may be hidden in.
        let (named, others): (Vec<Line>, Vec<Line>) = lines(claim, constant)
            .into_iter()
            .partition(|line| line.of == Of::Values && constant.sweep.iter().any(|swept| swept.name == line.given));
        let more: usize = others.iter().map(|line| line.values.len()).sum();
        let share = trials.saturating_mul(self.cost) / (combinations + more).max(1) as u64;
        let at = |number: usize| {
            let places = named.iter().zip(places(number, &sizes));
            places.fold(claim.clone(), |claim, (line, place)| fixed(&claim, line, place))
        };
        let asked = |claim: &Claim| -> Result<Vec<Sampled>, CheckError> {
            // A value at which another given's interval is plainly empty has no settings.
            let Ok(checker) = Checker::new(claim, options) else { return Ok(Vec::new()) };
            let share = share / checker.cost().max(1);
            let each = |settings: u64| (share / settings.max(1)).clamp(TRIALS.0, TRIALS.1).next_multiple_of(8);
            checker.margins(MOST_SETTINGS, &each)?.into_iter().map(sampled).collect()
        };
        let numbers: Vec<usize> = (0..combinations).collect();
        let found: Vec<Result<Vec<Sampled>, CheckError>> =
            numbers.par_iter().with_min_len(1).map(|&number| asked(&at(number))).collect();
        let (mut seen, mut most) = (Seen::default(), Vec::with_capacity(combinations));
        for result in found {
            most.push(seen.take(result?));
        }
        if seen.settings == 0 {
            return Err(CheckError("no combination of the sweep has givens that meet the hypotheses".to_owned()));
        }
        let demand = |number: &usize| most[*number].as_ref().map_or(-1.0, |here: &Here| here.demand);
        let greatest = |among: &mut dyn Iterator<Item = usize>| among.max_by(|a, b| demand(a).total_cmp(&demand(b)));
        let (mut curves, mut places_of) = (Vec::new(), Vec::new());
        for (j, line) in named.iter().enumerate() {
            let (mut points, mut at) = (Vec::new(), Places::new());
            for (i, value) in line.values.iter().enumerate() {
                let here = || (0..combinations).filter(|number| places(*number, &sizes)[j] == i);
                let worst = greatest(&mut here()).and_then(|number| most[number].as_ref());
                let clipped = here().any(|number| most[number].as_ref().is_some_and(|here| here.clipped));
                at.extend(worst.map(|here| here.at.clone()));
                points.push(point(value, worst, clipped));
            }
            let ends = ends(&points, &About { chance: true, ..About::default() });
            curves.push(Curve { given: line.name(), points, ends });
            places_of.push(at);
        }
        let all: Vec<_> =
            named.iter().zip(&curves).zip(&places_of).map(|((line, curve), at)| (line, curve, at)).collect();
        if let Some(corner) = together(&all)
            && let Of::Together(parts, towards) = &corner.of
        {
            let points = corner.values.iter().enumerate().map(|(i, value)| {
                // The combinations at which all of them are there; the others' values are free.
                let here = (0..combinations).filter(|number| {
                    let places = places(*number, &sizes);
                    parts.iter().all(|part| {
                        let j = named.iter().position(|line| line.given == part.given);
                        j.is_some_and(|j| named[j].values[places[j]] == part.values[i])
                    })
                });
                let worst = greatest(&mut here.clone()).and_then(|number| most[number].as_ref());
                let clipped = here.into_iter().any(|number| most[number].as_ref().is_some_and(|here| here.clipped));
                point(value, worst, clipped)
            });
            let points: Vec<CurvePoint> = points.collect();
            let mut ends = ends(&points, &About { chance: true, only: Some(*towards), ..About::default() });
            // Nobody asked for givens together: they show growth, or nothing.
            ends.retain(|(_, trend)| !matches!(trend, Trend::Unclear { .. }));
            curves.push(Curve { given: corner.name(), points, ends });
        }
        // At the worst combination.
        let base = at(greatest(&mut (0..combinations)).unwrap_or(0));
        for line in &others {
            let found: Vec<Result<Vec<Sampled>, CheckError>> = (0..line.values.len())
                .into_par_iter()
                .with_min_len(1)
                .map(|place| asked(&fixed(&base, line, place)))
                .collect();
            let mut points = Vec::new();
            for (value, result) in line.values.iter().zip(found) {
                let here = seen.take(result?);
                points.push(point(value, here.as_ref(), here.as_ref().is_some_and(|here| here.clipped)));
            }
            let ends = ends(&points, &About { chance: true, gap: line.is_gap(), ..About::default() });
            curves.push(Curve { given: line.name(), points, ends });
        }
        let Seen { worst, settings, trials, clipped, barred } = seen;
        let trials = Some(Trials { settings, trials, clipped });
        Ok(Constant { seek: constant.seek, worst, curves, trials, scaled: None, impossible: None, barred })
    }

    fn monotone_random(&self) -> Result<(), CheckError> {
        let Some(predicate) = &self.constant.need.monotone else { return Ok(()) };
        let mut claim = self.claim.clone();
        if let Some(probability) = &mut claim.probability {
            probability.event.value = predicate.clone();
        }
        let checker = Checker::new(&claim, self.options).map_err(malformed)?;
        for drawn in checker.margins(MOST_SETTINGS, &|_| TRIALS.0)? {
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

/// What settings ask for together.
#[derive(Default)]
struct Seen {
    worst: Option<Worst>,
    settings: u64,
    trials: u64,
    clipped: Option<(f64, f64)>,
    barred: Option<Barred>,
}

/// The most that the settings of one place ask for.
struct Here {
    demand: f64,
    spread: f64,
    /// Of any of them the quantile cannot be told.
    clipped: bool,
    at: Vec<(String, f64)>,
}

impl Seen {
    /// Takes the settings of one place; `None` where none asks for what some constant meets.
    fn take(&mut self, all: Vec<Sampled>) -> Option<Here> {
        let mut here: Option<Here> = None;
        for sampled in all {
            self.settings += 1;
            self.trials += sampled.trials;
            let (level, seen) = (sampled.level, sampled.seen);
            if level - seen > self.clipped.map_or(0.0, |(level, seen)| level - seen) {
                self.clipped = Some((level, seen));
            }
            if sampled.demand.is_infinite() {
                let (against, each) = (sampled.against, sampled.trials);
                let chance = at_least(against, each, 1.0 - level);
                if self.barred.as_ref().is_none_or(|known| chance < known.chance) {
                    let unknown = sampled.unknown;
                    self.barred = Some(Barred { at: sampled.at, trials: (against, each), unknown, level, chance });
                }
                continue;
            }
            if sampled.demand > 0.0 {
                let worst = Worst { demand: sampled.demand, at: sampled.at.clone() };
                self.worst = greater(self.worst.take(), Some(worst));
            }
            let clipped = level > seen || here.as_ref().is_some_and(|here| here.clipped);
            here = Some(match here {
                Some(known) if known.demand >= sampled.demand => Here { clipped, ..known },
                _ => Here { demand: sampled.demand, spread: sampled.spread, clipped, at: sampled.at },
            });
        }
        here
    }
}

fn point(value: &RBig, worst: Option<&Here>, clipped: bool) -> CurvePoint {
    let (demand, spread) = worst.map_or((None, 0.0), |here| (Some(here.demand), here.spread));
    CurvePoint { value: value.to_f64().value(), demand, spread, clipped }
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
    /// Those that are undefined, or that `f64` cannot measure.
    unknown: u64,
    trials: u64,
}

/// The quantile of what the trials of a setting ask for. A trial that is not known asks for as much as any; nothing is asked where no probability is.
fn sampled(drawn: Drawn) -> Result<Sampled, CheckError> {
    if drawn.claimed > 1.0 {
        let at: Vec<String> = drawn.at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let (level, at) = (drawn.claimed, at.join(", "));
        return Err(CheckError(format!("a probability of {level} is asked for where {at}, and none is above 1")));
    }
    let mut demands: Vec<f64> =
        drawn.looks.iter().map(|look| look.as_ref().and_then(demand_of).unwrap_or(f64::INFINITY)).collect();
    let violated = |look: &&Option<Look>| look.is_some_and(|look| look.fate == Fate::Violated);
    let against = drawn.looks.iter().filter(violated).count() as u64;
    demands.sort_by(f64::total_cmp);
    let n = demands.len() as f64;
    let level = drawn.claimed.clamp(0.0, 1.0);
    let seen = level.min(1.0 - BEYOND / n).max(0.0);
    let at = |place: f64| demands[(place.ceil() as usize).clamp(1, demands.len()) - 1];
    let demand = if level > 0.0 { at(seen * n) } else { 0.0 };
    // Two deviations of the number of trials below the quantile.
    let room = 2.0 * (n * seen * (1.0 - seen)).sqrt();
    let (low, high) = (at(seen * n - room), at(seen * n + room));
    let unknown = drawn.looks.iter().filter(|look| look.as_ref().and_then(demand_of).is_none()).count() as u64;
    let part = |ratio: f64| if ratio.is_finite() { (1.0 - ratio).clamp(0.0, 1.0) } else { 0.0 };
    let below = part(low / demand);
    let above = if high.is_finite() && high > 0.0 { part(demand / high) } else { below };
    let spread = if demand > 0.0 { below.max(above) } else { 0.0 };
    let trials = drawn.looks.len() as u64;
    Ok(Sampled { at: drawn.at, demand, spread, level, seen, against, unknown, trials })
}

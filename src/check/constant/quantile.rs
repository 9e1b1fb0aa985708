//! Constants of what is random: the quantile of what trials ask for, at every combination of the swept values.

use super::ends::{About, ends};
use super::swept::{Line, Of, fixed};
use super::{Barred, Constant, Curve, CurvePoint, Search, Trials, Worst, demand_of, greater, malformed};
use crate::case::record::{Fate, Look};
use crate::check::binomial::at_least;
use crate::check::checker::{CheckError, Checker};
use crate::check::probability::Drawn;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

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
        let share = trials.saturating_mul(self.cost) / combinations.max(1) as u64;
        let numbers: Vec<usize> = (0..combinations).collect();
        let found: Vec<Result<Vec<Sampled>, CheckError>> = numbers
            .par_iter()
            .with_min_len(1)
            .map(|&number| {
                let mut fixed_at = claim.clone();
                for (swept, place) in constant.sweep.iter().zip(places(number, &sizes)) {
                    let (given, values) = (swept.name.clone(), swept.value.values.clone());
                    let line = Line { given, values, of: Of::Values };
                    fixed_at = fixed(&fixed_at, &line, &swept.value.values[place]);
                }
                let checker = Checker::new(&fixed_at, options).map_err(malformed)?;
                let share = share / checker.cost().max(1);
                let each = |settings: u64| (share / settings.max(1)).clamp(TRIALS.0, TRIALS.1).next_multiple_of(8);
                checker.margins(MOST_SETTINGS, &each)?.into_iter().map(sampled).collect()
            })
            .collect();
        let (mut worst, mut settings, mut made, mut clipped) = (None, 0, 0, None::<(f64, f64)>);
        let mut barred: Option<Barred> = None;
        let mut most: Vec<Option<(f64, f64, bool)>> = Vec::with_capacity(combinations);
        for result in found {
            let mut here: Option<(f64, f64, bool)> = None;
            for sampled in result? {
                settings += 1;
                made += sampled.trials;
                let (level, seen) = (sampled.level, sampled.seen);
                if level - seen > clipped.map_or(0.0, |(level, seen)| level - seen) {
                    clipped = Some((level, seen));
                }
                if sampled.demand.is_infinite() {
                    let (against, each) = (sampled.against, sampled.trials);
                    let chance = at_least(against, each, 1.0 - level);
                    if barred.as_ref().is_none_or(|known| chance < known.chance) {
                        let unknown = sampled.unknown;
                        barred = Some(Barred { at: sampled.at, trials: (against, each), unknown, level, chance });
                    }
                    continue;
                }
                let clipped = level > seen || here.is_some_and(|(.., clipped)| clipped);
                here = match here {
                    Some((demand, spread, _)) if demand >= sampled.demand => Some((demand, spread, clipped)),
                    _ => Some((sampled.demand, sampled.spread, clipped)),
                };
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
                let worst = here.clone().fold(None, |a: Option<(f64, f64, bool)>, b| match a {
                    Some(a) if a.0 >= b.0 => Some(a),
                    _ => Some(b),
                });
                let clipped = here.into_iter().any(|(.., clipped)| clipped);
                let (demand, spread) = worst.map_or((None, 0.0), |(demand, spread, _)| (Some(demand), spread));
                CurvePoint { value: value.to_f64().value(), demand, spread, clipped }
            });
            let points: Vec<CurvePoint> = points.collect();
            let ends = ends(&points, &About { chance: true, ..About::default() });
            Curve { given: swept.name.clone(), points, ends }
        });
        let curves = curves.collect();
        let trials = Some(Trials { settings, trials: made, clipped });
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

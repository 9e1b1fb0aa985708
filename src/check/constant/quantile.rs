//! What trials of a setting ask for: a quantile, and how well it is known.

use super::{Asked, Barred, CurvePoint, Trials, Worst, demand_of, greater};
use crate::case::record::Look;
use crate::check::binomial::at_least;
use crate::check::checker::CheckError;
use crate::check::probability::Drawn;

/// The least trials that lie beyond the quantile.
const BEYOND: f64 = 8.0;

/// What a trial asks for; `None` where it is not known, infinite where no constant will do.
pub(super) fn asked(look: Option<Look>) -> Option<f64> {
    look.as_ref().and_then(demand_of)
}

/// A setting's quantile.
pub(super) struct Quantile {
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
    pub demand: f64,
    pub spread: f64,
    /// The probability that is asked for,
    level: f64,
    /// and that of which so many trials tell the quantile.
    seen: f64,
    /// Trials in which no constant works.
    against: u64,
    /// Those that are undefined, or that `f64` cannot measure.
    unknown: u64,
    pub trials: u64,
}

impl Quantile {
    /// The quantile of what the trials of a setting ask for. A trial that is not known asks for as much as any; nothing is asked where no probability is.
    pub fn of(drawn: Drawn<Option<f64>>) -> Result<Self, CheckError> {
        if drawn.claimed > 1.0 {
            let at: Vec<String> = drawn.at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let (level, at) = (drawn.claimed, at.join(", "));
            return Err(CheckError(format!("a probability of {level} is asked for where {at}, and none is above 1")));
        }
        let unknown = drawn.trials.iter().filter(|demand| demand.is_none()).count() as u64;
        let against = drawn.trials.iter().filter(|demand| demand.is_some_and(f64::is_infinite)).count() as u64;
        let mut demands: Vec<f64> = drawn.trials.iter().map(|demand| demand.unwrap_or(f64::INFINITY)).collect();
        demands.sort_by(f64::total_cmp);
        let (trials, n) = (demands.len() as u64, demands.len() as f64);
        let level = drawn.claimed.clamp(0.0, 1.0);
        let seen = level.min(1.0 - BEYOND / n).max(0.0);
        let at = |place: f64| demands[(place.ceil() as usize).clamp(1, demands.len()) - 1];
        let demand = if level > 0.0 { at(seen * n) } else { 0.0 };
        // Two deviations of the number of trials below the quantile.
        let room = 2.0 * (n * seen * (1.0 - seen)).sqrt();
        let (low, high) = (at(seen * n - room), at(seen * n + room));
        let part = |ratio: f64| if ratio.is_finite() { (1.0 - ratio).clamp(0.0, 1.0) } else { 0.0 };
        let below = part(low / demand);
        let above = if high.is_finite() && high > 0.0 { part(demand / high) } else { below };
        let spread = if demand > 0.0 { below.max(above) } else { 0.0 };
        Ok(Self { at: drawn.at, demand, spread, level, seen, against, unknown, trials })
    }

    /// Of so many trials the quantile that is asked for cannot be told.
    pub fn is_clipped(&self) -> bool {
        self.level > self.seen
    }
}

/// The most that the settings of one place ask for.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub demand: f64,
    pub spread: f64,
    /// Of any of them the quantile cannot be told.
    pub clipped: bool,
    pub at: &'a [(String, f64)],
}

impl<'a> Here<'a> {
    /// `None` where no setting asks for what some constant meets.
    pub fn of(settings: &'a [Quantile]) -> Option<Self> {
        let mut here: Option<Self> = None;
        for Quantile { at, demand, spread, .. } in settings.iter().filter(|setting| setting.demand.is_finite()) {
            if here.is_none_or(|known| *demand > known.demand) {
                here = Some(Self { demand: *demand, spread: *spread, clipped: false, at });
            }
        }
        let clipped = settings.iter().any(|setting| setting.demand.is_finite() && setting.is_clipped());
        here.map(|here| Self { clipped, ..here })
    }

    /// Between what it may be, as far as trials tell.
    pub fn interval(&self) -> (f64, f64) {
        let most = if self.clipped { f64::INFINITY } else { self.demand / (1.0 - self.spread) };
        (self.demand * (1.0 - self.spread), most)
    }
}

/// What all settings ask for together.
#[derive(Default)]
pub(super) struct Seen {
    pub worst: Option<Worst>,
    pub settings: u64,
    pub trials: u64,
    pub clipped: Option<(f64, f64)>,
    pub barred: Option<Barred>,
}

impl Seen {
    pub fn take(&mut self, quantile: &Quantile) {
        let Quantile { demand, level, seen, against, unknown, trials, .. } = *quantile;
        self.settings += 1;
        self.trials += trials;
        if level - seen > self.clipped.map_or(0.0, |(level, seen)| level - seen) {
            self.clipped = Some((level, seen));
        }
        let at = || quantile.at.clone();
        if demand.is_infinite() {
            let chance = at_least(against, trials, 1.0 - level);
            if self.barred.as_ref().is_none_or(|known| chance < known.chance) {
                self.barred = Some(Barred { at: at(), trials: (against, trials), unknown, level, chance });
            }
        } else if demand > 0.0 {
            self.worst = greater(self.worst.take(), Some(Worst { demand, at: at() }));
        }
    }

    pub fn trials_made(&self) -> Trials {
        Trials { settings: self.settings, trials: self.trials, clipped: self.clipped }
    }
}

/// A value of a curve, with what its settings ask for, if it has any.
pub(super) fn point(value: f64, worst: Option<Here<'_>>, settings: bool, clipped: bool) -> CurvePoint {
    let none = if settings { Asked::Unmeasured } else { Asked::NoCase };
    let (asked, spread) = worst.map_or((none, 0.0), |here| (Asked::Demand(here.demand), here.spread));
    CurvePoint { value, asked, spread, clipped }
}

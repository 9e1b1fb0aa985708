//! What trials of a setting ask for: a quantile, and how well it is known.

use super::{Asked, Barred, Clipped, CurvePoint, Trials, Worst, demand_of, is_cut};
use crate::case::record::Look;
use crate::check::binomial::at_least;
use crate::check::checker::CheckError;
use crate::check::drawn::Drawn;
use crate::check::trend::ln;

/// The least trials that lie beyond the quantile.
const BEYOND: f64 = 8.0;
/// Quantiles and the ends of what they lie between that agree to this part of themselves are of trials that ask for the same: one trial more or less beyond any
/// of them would have moved it by more.
const SAME: f64 = 1e-6;

/// A trial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    /// What it asks for; `None` where it is not known, infinite where no constant will do.
    pub demand: Option<f64>,
    /// Its run is cut off before the end at which it is asked.
    pub cut: bool,
}

pub(super) fn asked(look: Option<Look>) -> Trial {
    Trial { demand: look.as_ref().and_then(demand_of), cut: look.as_ref().is_some_and(is_cut) }
}

/// How much trials ask for, at the level that is claimed: what settings are chosen by.
pub(super) fn score(claimed: f64, trials: &[Trial]) -> f64 {
    let mut demands: Vec<f64> = trials.iter().map(|trial| trial.demand.unwrap_or(f64::INFINITY)).collect();
    demands.sort_by(f64::total_cmp);
    let seen = told(claimed.clamp(0.0, 1.0), demands.len());
    // What is not known in any trial, as `0 <= c*0` is not, would be chosen for that.
    if trials.iter().all(|trial| trial.demand.is_none()) {
        return f64::NEG_INFINITY;
    }
    // More than a certainty is claimed.
    let most = if claimed > 1.0 { f64::INFINITY } else { 0.0 };
    if claimed > 0.0 { quantile(&demands, seen * demands.len() as f64).max(most) } else { 0.0 }
}

/// The probability of which so many trials tell the quantile.
fn told(level: f64, trials: usize) -> f64 {
    level.min(1.0 - BEYOND / trials as f64).max(0.0)
}

fn quantile(demands: &[f64], place: f64) -> f64 {
    demands[(place.ceil() as usize).clamp(1, demands.len()) - 1]
}

/// A setting's quantile.
#[derive(Clone)]
pub(super) struct Quantile {
    pub setting: u64,
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
    pub demand: f64,
    pub spread: f64,
    /// What the quantile that is asked for lies between, two deviations of the trials below it either way; without an upper end where so many cannot tell it.
    within: (f64, f64),
    /// The probability that is asked for,
    level: f64,
    /// and that of which so many trials tell the quantile.
    seen: f64,
    /// Trials in which no constant works.
    against: u64,
    /// Those that are undefined, or that `f64` cannot measure.
    unknown: u64,
    /// Those whose runs are cut off before the end at which they are asked, and whether they are enough to move the quantile.
    cut: u64,
    moved: bool,
    pub trials: u64,
    /// It is one of more settings than have trials.
    chosen: bool,
    /// What each trial asks for, by size, what is not known as much as any; nothing where they are those of another setting, which ask for the same.
    demands: Vec<f64>,
}

impl Quantile {
    /// The quantile of what the trials of a setting ask for. A trial that is not known asks for as much as any; nothing is asked where no probability is.
    pub fn of(drawn: Drawn<Trial>) -> Result<Self, CheckError> {
        let Drawn { setting, at, claimed, chosen, trials } = drawn;
        if claimed > 1.0 {
            let at: Vec<String> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let at = at.join(", ");
            return Err(CheckError(format!("a probability of {claimed} is asked for where {at}, and none is above 1")));
        }
        let none = Self {
            setting,
            at,
            demand: 0.0,
            spread: 0.0,
            within: (0.0, 0.0),
            level: claimed.clamp(0.0, 1.0),
            seen: 0.0,
            against: 0,
            unknown: 0,
            cut: 0,
            moved: false,
            trials: 0,
            chosen,
            demands: Vec::new(),
        };
        Ok(none.with(&trials))
    }

    /// With more trials. If those it has are another setting's, these are all.
    pub fn with(mut self, more: &[Trial]) -> Self {
        if self.demands.is_empty() {
            (self.against, self.unknown, self.cut) = (0, 0, 0);
        }
        self.unknown += more.iter().filter(|trial| trial.demand.is_none()).count() as u64;
        self.against += more.iter().filter(|trial| trial.demand.is_some_and(f64::is_infinite)).count() as u64;
        self.cut += more.iter().filter(|trial| trial.cut).count() as u64;
        self.demands.extend(more.iter().map(|trial| trial.demand.unwrap_or(f64::INFINITY)));
        self.demands.sort_by(f64::total_cmp);
        let Self { demands, level, unknown, cut, chosen, .. } = &self;
        let (level, unknown, n) = (*level, *unknown, demands.len() as f64);
        let seen = told(level, demands.len());
        let at = |place: f64| quantile(demands, place);
        let demand = if level > 0.0 { at(seen * n) } else { 0.0 };
        // Two deviations of the number of trials below the quantile.
        let room = 2.0 * (n * seen * (1.0 - seen)).sqrt();
        let (low, high) = (at(seen * n - room), at(seen * n + room));
        let part = |ratio: f64| if ratio.is_finite() { (1.0 - ratio).clamp(0.0, 1.0) } else { 0.0 };
        let below = part(low / demand);
        let above = if high.is_finite() && high > 0.0 { part(demand / high) } else { below };
        let spread = if demand > 0.0 { below.max(above) } else { 0.0 };
        // A trial that is not known may ask for nothing as well, and nothing is below the first.
        let place = seen * n - room - unknown as f64;
        let least = if demand > 0.0 && place > 0.0 { at(place) } else { 0.0 };
        // Of settings that were not tried nothing is known.
        let most = if level > seen || *chosen { f64::INFINITY } else { high };
        let within = if level > 0.0 { (least, most) } else { (0.0, 0.0) };
        // Any of those that are cut off may belong above the quantile or below it: fewer than the quantile is known to do nothing to it.
        let moved = level > 0.0 && *cut > 0 && (*cut as f64 > room || high.is_infinite());
        Self { demand, spread, within, seen, moved, trials: self.demands.len() as u64, ..self }
    }

    /// How many trials of its own it has.
    pub fn own(&self) -> u64 {
        self.demands.len() as u64
    }

    /// Whether the trials of two settings, of the same random numbers, ask for the same as far as can be seen.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let of = |one: &Self| (one.level, one.seen, one.against, one.unknown, one.cut, one.trials);
        let near = |a: f64, b: f64| a == b || (a - b).abs() <= SAME * a.abs().min(b.abs());
        let numbers = |one: &Self| [one.demand, one.spread, one.within.0, one.within.1];
        of(self) == of(other) && numbers(self).into_iter().zip(numbers(other)).all(|(a, b)| near(a, b))
    }

    /// This setting as trials of another tell it, which asks for the same.
    pub fn told_by(self, other: &Self) -> Self {
        let Self { demand, spread, within, level, seen, against, unknown, cut, moved, trials, .. } = *other;
        Self { demand, spread, within, level, seen, against, unknown, cut, moved, trials, demands: Vec::new(), ..self }
    }

    /// Of so many trials the quantile that is asked for cannot be told.
    pub fn is_clipped(&self) -> bool {
        self.level > self.seen
    }

    /// So many of its runs are cut off that they may move it.
    pub fn is_cut(&self) -> bool {
        self.moved
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
    within: (f64, f64),
    /// Up to where each setting with trials of its own reaches, as far as they tell.
    uppers: Vec<f64>,
}

impl Seen {
    pub fn take(&mut self, quantile: &Quantile) {
        let Quantile { demand, level, seen, against, unknown, trials, .. } = *quantile;
        self.settings += 1;
        self.trials += quantile.own();
        if level - seen > self.clipped.map_or(0.0, |(level, seen)| level - seen) {
            self.clipped = Some((level, seen));
        }
        let at = || quantile.at.clone();
        if unknown == trials {
            // Nothing is known of it, as of a case that cannot be measured; what is asked at its place is that of others, or not known.
            return;
        }
        if demand.is_infinite() {
            let chance = at_least(against, trials, 1.0 - level);
            if self.barred.as_ref().is_none_or(|known| chance < known.chance) {
                self.barred = Some(Barred { at: at(), trials: (against, trials), unknown, level, chance });
            }
        } else {
            if quantile.own() > 0 {
                self.uppers.push(demand / (1.0 - quantile.spread).max(f64::MIN_POSITIVE));
            }
            // The quantile of any setting may be the greatest.
            self.within.1 = self.within.1.max(quantile.within.1);
            if demand > self.worst.as_ref().map_or(0.0, |worst| worst.demand) {
                self.within.0 = quantile.within.0;
                self.worst = Some(Worst { demand, at: at() });
            }
        }
    }

    /// The greatest of several estimates is taken for being too high, so that its lower end is further off where others may be the greatest: with `k` of
    /// them at `√(4 + 2 ln k)` deviations, which a normal number is beyond at most one `k`-th as often as beyond two.
    pub fn trials_made(&self) -> Trials {
        let (demand, (least, most)) = (self.worst.as_ref().map_or(0.0, |worst| worst.demand), self.within);
        let rivals = self.uppers.iter().filter(|upper| **upper >= least).count().max(1) as f64;
        let wider = (4.0 + 2.0 * ln(rivals)).sqrt() / 2.0;
        let lower = (demand - (demand - least) * wider).max(0.0);
        let within = if demand > 0.0 { (lower, most) } else { (least, most) };
        Trials { settings: self.settings, trials: self.trials, clipped: self.clipped, within }
    }
}

/// A value of a curve, with what its settings ask for, if it has any.
pub(super) fn point(value: f64, worst: Option<Here<'_>>, settings: bool, clipped: Option<Clipped>) -> CurvePoint {
    let none = if settings { Asked::Unmeasured } else { Asked::NoCase };
    let (asked, spread) = worst.map_or((none, 0.0), |here| (Asked::Demand(here.demand), here.spread));
    CurvePoint { value, asked, spread, clipped }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trial of no run.
    fn known(demand: Option<f64>) -> Trial {
        Trial { demand, cut: false }
    }

    /// What so many trials say that ask for 1, 2, 3 and so on, the last ones of them for what is not known.
    fn seen(level: f64, trials: u32, unknown: u32) -> Seen {
        let asked = (1..=trials).map(|i| known((i <= trials - unknown).then_some(f64::from(i)))).collect();
        let drawn = Drawn { setting: 0, at: Vec::new(), claimed: level, chosen: false, trials: asked };
        let quantile = Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}"));
        let mut seen = Seen::default();
        seen.take(&quantile);
        seen
    }

    #[test]
    fn a_quantile_lies_between_order_statistics() {
        // 900 of 1000 trials ask for less, give or take twice 9.5.
        let within = seen(0.9, 1000, 0).trials_made().within;
        assert_eq!(within, (882.0, 919.0));
        // Two that are not known may ask for nothing, or for more than any.
        let within = seen(0.9, 1000, 2).trials_made().within;
        assert_eq!(within, (880.0, 919.0));
        assert_eq!(seen(0.9, 1000, 90).trials_made().within, (792.0, f64::INFINITY));
        // Nothing is known to be below the first trial.
        assert_eq!(seen(0.001, 1000, 0).trials_made().within.0, 0.0);
        assert_eq!(seen(0.0, 1000, 0).trials_made().within, (0.0, 0.0));
    }

    #[test]
    fn what_so_many_trials_cannot_tell_has_no_upper_end() {
        let seen = seen(0.999, 1000, 0);
        assert_eq!(seen.clipped, Some((0.999, 0.992)));
        assert_eq!(seen.worst.as_ref().map(|worst| worst.demand), Some(992.0));
        assert_eq!(seen.trials_made().within, (987.0, f64::INFINITY));
    }

    #[test]
    fn runs_that_are_cut_off_count_where_they_may_move_the_quantile() {
        // The first ones of a thousand, of which 900 lie below the quantile, give or take 19.
        let of = |level: f64, cut: u32| {
            let trials = (1..=1000).map(|i| Trial { demand: Some(f64::from(i)), cut: i <= cut }).collect();
            let drawn = Drawn { setting: 0, at: Vec::new(), claimed: level, chosen: false, trials };
            Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}"))
        };
        assert!(!of(0.9, 0).is_cut() && !of(0.9, 15).is_cut());
        assert!(of(0.9, 25).is_cut() && of(0.9, 1000).is_cut());
        // Where nothing is asked nothing is moved.
        assert!(!of(0.0, 1000).is_cut());
        // Those of another setting, which asks for the same, tell as much.
        assert!(of(0.9, 0).told_by(&of(0.9, 25)).is_cut());
        assert!(!of(0.9, 25).asks_the_same(&of(0.9, 0)));
    }

    #[test]
    fn settings_of_the_same_trials_are_told_from_others() {
        let of = |level: f64, asked: &dyn Fn(u32) -> f64| {
            let trials = (1..=1000).map(|i| known(Some(asked(i)))).collect();
            let drawn = Drawn { setting: 0, at: Vec::new(), claimed: level, chosen: false, trials };
            Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}"))
        };
        let whole = of(0.5, &|i| f64::from(i));
        // Rounding apart.
        assert!(whole.asks_the_same(&of(0.5, &|i| f64::from(i) * (1.0 + 1e-9))));
        assert!(!whole.asks_the_same(&of(0.5, &|i| f64::from(i) * 1.001)));
        assert!(!whole.asks_the_same(&of(0.6, &|i| f64::from(i))));
        // One trial that asks for more than the quantile instead of for less.
        assert!(!whole.asks_the_same(&of(0.5, &|i| if i == 3 { 2000.0 } else { f64::from(i) })));
        // Trials are counted where they are made.
        let mut seen = Seen::default();
        seen.take(&whole);
        seen.take(&whole.clone().told_by(&whole));
        assert_eq!((seen.trials_made().settings, seen.trials_made().trials), (2, 1000));
    }

    #[test]
    fn the_greatest_of_several_may_be_too_high() {
        let seen = |settings: u32| {
            let mut seen = Seen::default();
            for k in 0..settings {
                let trials = (1..=10_000).map(|i| known(Some(f64::from(i) + f64::from(k) / 100.0))).collect();
                let drawn = Drawn { setting: 0, at: Vec::new(), claimed: 0.9, chosen: false, trials };
                seen.take(&Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}")));
            }
            seen.trials_made().within
        };
        // Two deviations of one; of eight as alike √(4 + 2 ln 8) = 2.86.
        assert_eq!(seen(1), (8940.0, 9060.0));
        let (least, most) = seen(8);
        assert!((least - (9000.07 - 1.428 * 60.0)).abs() < 0.1 && (most - 9060.07).abs() < 0.1, "{least} {most}");
    }

    #[test]
    fn a_setting_of_which_nothing_is_known_is_left_aside() {
        let drawn = |trials: Vec<Trial>| Drawn { setting: 0, at: Vec::new(), claimed: 0.9, chosen: false, trials };
        let unknown = vec![known(None); 1000];
        assert_eq!(score(0.9, &unknown), f64::NEG_INFINITY);
        let mut seen = Seen::default();
        seen.take(&Quantile::of(drawn(unknown)).unwrap_or_else(|error| panic!("{error:?}")));
        assert!(seen.barred.is_none() && seen.worst.is_none());
        // Half of them are more than a tenth.
        let half = (0..1000).map(|i| known((i % 2 == 0).then_some(1.0))).collect();
        seen.take(&Quantile::of(drawn(half)).unwrap_or_else(|error| panic!("{error:?}")));
        assert!(seen.barred.is_some_and(|barred| barred.unknown == 500));
    }

    #[test]
    fn more_trials_are_added_to_those_that_are_there() {
        let asked = |i: u32| if i.is_multiple_of(97) { None } else { Some(f64::from(i * 37 % 1000)) };
        let all: Vec<Trial> = (0..1000).map(|i| known(asked(i))).collect();
        let of = |trials: &[Trial]| {
            let drawn = Drawn { setting: 3, at: Vec::new(), claimed: 0.9, chosen: false, trials: trials.to_vec() };
            Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}"))
        };
        let (at_once, later) = (of(&all), of(&all[..200]).with(&all[200..]));
        let of = |one: &Quantile| (one.demand, one.spread, one.within, one.seen, one.unknown, one.trials);
        assert_eq!(of(&at_once), of(&later));
        // Of one whose trials were another's all are made.
        let alike = later.clone().told_by(&at_once);
        assert_eq!((alike.own(), alike.trials), (0, 1000));
        assert_eq!(of(&alike.with(&all)), of(&at_once));
    }

    #[test]
    fn any_setting_may_ask_for_most() {
        let quantile = |times: f64, trials: u32| {
            let trials = (1..=trials).map(|i| known(Some(times * f64::from(i) / f64::from(trials)))).collect();
            let drawn = Drawn { setting: 0, at: Vec::new(), claimed: 0.5, chosen: false, trials };
            Quantile::of(drawn).unwrap_or_else(|error| panic!("{error:?}"))
        };
        let mut seen = Seen::default();
        // The second asks for less, as far as its few trials tell, which is not far.
        seen.take(&quantile(1.0, 10_000));
        seen.take(&quantile(0.99, 100));
        let Trials { within: (least, most), settings, .. } = seen.trials_made();
        // Further down than 0.49, as either may be the greatest.
        assert!((least - (0.5 - 0.01 * 1.1605)).abs() < 1e-4, "{least}");
        assert_eq!((most, settings), (0.99 * 0.6, 2));
    }
}

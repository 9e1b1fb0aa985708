//! What became of the probability that a `[probability]` claim speaks of: counts of trials, setting by setting, and where they leave
//! the claim. The rules are here, and the rates of error; `super::probability` makes the trials.
//!
//! A claim says that at all givens the probability of an event is at least (or at most) a bound. In other words: what *speaks against* it (that
//! the event does not happen, or that it does) has a rate of at most what is *allowed*. A setting is a choice of the givens.
//!
//! **Multiplicity.** One rate holds for a whole library: [`ERROR_RATE`] bounds the probability that in a run any true claim is rejected. It is
//! divided evenly over the most files that a library may have and the most settings that are judged of one claim (Bonferroni), and over the looks
//! at the trials of a setting as 1/(k(k + 1)) for look k, which sum to 1: so the trials may stop at any look. A claim's verdict does not depend
//! on which others are run. Each test is exact (binomial), and its trials are fresh: none of them was used to choose the setting.
//!
//! A trial whose event is within its rounding floor, or undefined, counts against whatever would be concluded: it never contradicts a claim, and
//! it never confirms one.

use super::binomial::{ACCURACY, at_least, divergence, ln, lower, upper};
use crate::case::record::Stratum;
use crate::claim::model::ProbabilityBound;

/// At most this is the probability that any true claim of a library is rejected by a run.
pub const ERROR_RATE: f64 = 1e-6;
/// The most files that a library may have.
const CLAIMS: f64 = 10_000.0;
/// The most settings of one claim that are judged.
pub const MOST_JUDGED: usize = 16;
/// The level of the intervals that are shown, each for a setting by itself, at whatever look the trials end.
pub const LEVEL: f64 = 0.99;
/// The rate at which a claim that is true is doubted, all of its settings together: then it is not called held.
const DOUBT: f64 = 0.01;

/// How the trials of a probability claim came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    pub side: ProbabilityBound,
    pub searched: Searched,
    /// Those that were judged, in the order in which the search thought them telling.
    pub settings: Vec<Setting>,
    /// Of those that settle the verdict the one that comes nearest to contradicting the claim.
    pub nearest: Option<usize>,
}

/// What the first stream was spent on.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Searched {
    /// Draws of the givens that are settings, and settings that were tried beside the worst of them.
    pub settings: u64,
    pub beside: u64,
    /// Draws that did not meet the hypotheses.
    pub rejected: u64,
    /// Draws at which the bound is undefined, or beyond `f64`; the number of the first, with its givens that are numbers.
    pub unbounded: u64,
    pub first_unbounded: Option<(u64, Vec<(String, f64)>)>,
    /// Settings that were left out because what is allowed is so little that rounding hides it.
    pub faint: u64,
    pub trials: u64,
}

impl Searched {
    /// Whether the bound is undefined at more than half of what was drawn.
    pub fn is_unbounded(&self) -> bool {
        self.unbounded > self.settings
    }

    /// `the bound is undefined at 1 of 256 settings, first where n = 1`
    pub fn undefined(&self) -> Option<String> {
        let (number, givens) = self.first_unbounded.as_ref()?;
        let at: Vec<String> = givens.iter().map(|(name, x)| format!("{name} = {}", in_full(*x))).collect();
        let at = if at.is_empty() { format!("at setting {number}") } else { format!("where {}", at.join(", ")) };
        Some(format!(
            "the bound is undefined or beyond f64 at {} of {} settings, first {at}",
            self.unbounded,
            self.unbounded + self.settings
        ))
    }
}

/// A choice of the givens, and its trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Which draw of the givens it is, or which of the settings beside one (see `super::neighbour`).
    pub number: u64,
    pub stratum: Stratum,
    /// The givens that are numbers.
    pub givens: Vec<(String, f64)>,
    /// The bound that is claimed.
    pub claimed: f64,
    /// What is allowed as the rate of what speaks against it, enclosed.
    pub allowed: (f64, f64),
    pub counts: Counts,
    /// How often the trials were looked at.
    pub looks: u32,
    pub standing: Standing,
    /// Of the rate of what speaks against it, at [`LEVEL`].
    pub rate: (f64, f64),
}

/// Trials by what the event did. Plain sums, so that those of two runs (of other seeds) can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    pub trials: u64,
    pub happened: u64,
    pub failed: u64,
    /// Within the rounding floor or beyond `f64`.
    pub undecided: u64,
    /// The event is undefined, or what is random has no value.
    pub undefined: u64,
    /// The first trials in which it happened, and in which it did not.
    pub first_happened: Option<u64>,
    pub first_failed: Option<u64>,
}

/// Where the trials of a setting leave the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What is allowed lies below the rate, at the suite's error rate.
    Contradicted,
    /// The rate lies within what is allowed, at [`LEVEL`].
    Confirmed,
    /// Neither; some outcome of the trials would have contradicted it.
    Consistent,
    /// Contradicted at the rate of doubt only.
    Doubtful,
    /// In doubt or not, depending on trials that `f64` could not decide.
    Blurred,
    /// No outcome of so few trials would have contradicted it.
    Untold,
    /// Nothing is claimed: a probability of at least 0, or at most 1.
    Trivial,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::Confirmed => "confirmed",
            Self::Consistent => "consistent",
            Self::Doubtful => "doubtful",
            Self::Blurred => "blurred",
            Self::Untold => "untold",
            Self::Trivial => "trivial",
        }
    }
}

/// What a look may spend of a rate that holds for all looks.
fn share(rate: f64, look: u32) -> f64 {
    rate / (f64::from(look) * (f64::from(look) + 1.0))
}

/// The probability with which look number `look` (from 1) may reject a true claim at one setting.
pub fn error_at(look: u32) -> f64 {
    share(ERROR_RATE / CLAIMS / MOST_JUDGED as f64, look)
}

impl Counts {
    pub fn against(&self, side: ProbabilityBound) -> u64 {
        match side {
            ProbabilityBound::AtLeast => self.failed,
            ProbabilityBound::AtMost => self.happened,
        }
    }

    pub fn first_against(&self, side: ProbabilityBound) -> Option<u64> {
        match side {
            ProbabilityBound::AtLeast => self.first_failed,
            ProbabilityBound::AtMost => self.first_happened,
        }
    }

    /// Trials that count against whatever would be concluded.
    pub fn unclear(&self) -> u64 {
        self.undecided + self.undefined
    }

    /// Adds trials that come after these.
    pub fn add(&mut self, more: &Self) {
        self.trials += more.trials;
        self.happened += more.happened;
        self.failed += more.failed;
        self.undecided += more.undecided;
        self.undefined += more.undefined;
        self.first_happened = self.first_happened.or(more.first_happened);
        self.first_failed = self.first_failed.or(more.first_failed);
    }

    /// Where look number `look` at these trials leaves the claim, and the interval of the rate of what speaks against it.
    pub fn standing(&self, side: ProbabilityBound, allowed: (f64, f64), look: u32) -> (Standing, (f64, f64)) {
        let (n, against, unclear) = (self.trials, self.against(side), self.unclear());
        let alpha = share((1.0 - LEVEL) / 2.0, look);
        let rate = (lower(against, n, alpha), upper((against + unclear).min(n), n, alpha));
        // So many or more, if the rate is all that is allowed.
        let chance = |count: u64| at_least(count, n, allowed.1.max(0.0)) * (1.0 + ACCURACY);
        let standing = if allowed.0 >= 1.0 {
            Standing::Trivial
        } else if allowed.1 < 0.0 || chance(against) <= error_at(look) {
            Standing::Contradicted
        } else if rate.1 <= allowed.0 {
            Standing::Confirmed
        } else if chance(against) <= share(DOUBT / MOST_JUDGED as f64, look) {
            Standing::Doubtful
        } else if unclear > 0 && chance((against + unclear).min(n)) <= share(DOUBT / MOST_JUDGED as f64, look) {
            Standing::Blurred
        } else if chance(n) > error_at(look) {
            Standing::Untold
        } else {
            Standing::Consistent
        };
        (standing, rate)
    }
}

impl Setting {
    /// What is allowed, less the least rate that the trials leave: negative where they exclude the claim at [`LEVEL`].
    pub fn slack(&self) -> f64 {
        self.allowed.0 - self.rate.0
    }

    /// The bound that is claimed: `0.99`; near 1, `1 - 2.8e-10`.
    pub fn bound(&self, number: fn(f64) -> String) -> String {
        let (lo, hi) = self.allowed;
        let middle = lo + (hi - lo) / 2.0;
        // As it was meant: `1 - 0.99999` is a little more than 1e-5.
        let rest = format!("{middle:.11e}").parse().unwrap_or(middle);
        let near_one = self.claimed > 0.999 && rest > 0.0 && rest < 0.001;
        if near_one { format!("1 - {}", number(rest)) } else { number(self.claimed) }
    }

    /// The interval of the event's probability.
    pub fn interval(&self, side: ProbabilityBound) -> (f64, f64) {
        let (lo, hi) = self.rate;
        match side {
            ProbabilityBound::AtLeast => (1.0 - hi, 1.0 - lo),
            ProbabilityBound::AtMost => (lo, hi),
        }
    }

    /// How many trials of it would decide, if the rate is what it was so far; `None` if no number would.
    fn would_decide(&self, side: ProbabilityBound) -> Option<f64> {
        let allowed = self.allowed.1.clamp(0.0, 1.0);
        let needed = match self.standing {
            // All of them against it.
            Standing::Untold => ln(error_at(self.looks)) / ln(allowed),
            _ => {
                let rate = self.counts.against(side) as f64 / self.counts.trials.max(1) as f64;
                -ln(error_at(self.looks + 1)) / divergence(rate, allowed)
            }
        };
        needed.is_finite().then_some(needed)
    }
}

impl Chance {
    /// The judged settings in this standing.
    pub fn count(&self, standing: Standing) -> usize {
        self.settings.iter().filter(|setting| setting.standing == standing).count()
    }

    /// Trials of the judging stream.
    pub fn trials(&self) -> u64 {
        self.settings.iter().map(|setting| setting.counts.trials).sum()
    }

    /// How many cases a run would have to have to decide at a setting, if the rate is what it was so far: the other open settings have as many trials, and
    /// the search its part.
    pub fn would_decide(&self, setting: &Setting) -> Option<u64> {
        let (mut open, mut closed) = (0_u64, 0_u64);
        for setting in &self.settings {
            match setting.standing {
                Standing::Confirmed | Standing::Trivial => closed += setting.counts.trials,
                _ => open += 1,
            }
        }
        let judged = self.trials().max(1) as f64;
        let all = setting.would_decide(self.side)? * open as f64 + closed as f64;
        let needed = all * (1.0 + self.searched.trials as f64 / judged);
        // A number of which one digit is known.
        (needed < 1e18).then(|| {
            let mut unit = 1_u64;
            while needed / unit as f64 >= 10.0 {
                unit *= 10;
            }
            (needed / unit as f64).ceil() as u64 * unit
        })
    }

    /// Of the settings that settle the verdict the one with the least slack; of equal ones the one with more against it, then the earlier.
    pub fn nearest(side: ProbabilityBound, settings: &[Setting]) -> Option<usize> {
        let grave = [Standing::Contradicted, Standing::Doubtful, Standing::Blurred];
        let gravest = grave.into_iter().find(|grave| settings.iter().any(|setting| setting.standing == *grave));
        let settles = |setting: &Setting| match gravest {
            Some(grave) => setting.standing == grave,
            None => setting.standing != Standing::Trivial,
        };
        let key = |setting: &Setting| (setting.slack(), setting.counts.against(side));
        let mut best: Option<usize> = None;
        for (i, setting) in settings.iter().enumerate().filter(|(_, setting)| settles(setting)) {
            let better = best.is_none_or(|best| {
                let ((slack, against), (least, most)) = (key(setting), key(&settings[best]));
                slack < least || (slack == least && against > most)
            });
            if better {
                best = Some(i);
            }
        }
        best
    }

    /// What the trials can say of a claim that they do not contradict: in words, never "true".
    pub fn resolution(&self) -> Option<String> {
        if self.count(Standing::Contradicted) > 0 {
            return None;
        }
        let open: Vec<&Setting> = self.settings.iter().filter(|s| s.standing == Standing::Consistent).collect();
        let word = match self.side {
            ProbabilityBound::AtLeast => "failure rate",
            ProbabilityBound::AtMost => "rate",
        };
        let claimed = self.settings.len() - self.count(Standing::Trivial);
        if open.is_empty() {
            let confirmed = self.count(Standing::Confirmed);
            return (confirmed > 0).then(|| format!("at 99 % within the bound at {confirmed} of {claimed} settings"));
        }
        let nearest = open.iter().min_by(|a, b| a.slack().total_cmp(&b.slack()))?;
        let (at, there) = match claimed {
            1 => (String::new(), ""),
            _ => (format!(" at {} of {claimed} settings", open.len()), "at the nearest "),
        };
        // Doubt begins further off, as sixteen settings are judged.
        let beyond = if nearest.slack() < 0.0 {
            ", though its interval lies beyond the bound, as that of one in 200 settings at the bound does"
        } else {
            ""
        };
        Some(format!("consistent{at}; {there}{word} below {}{beyond}", above(nearest.rate.1)))
    }
}

/// All digits; of what is small three.
pub fn in_full(x: f64) -> String {
    if x != 0.0 && x.abs() < 1e-4 { format!("{x:.2e}") } else { x.to_string() }
}

/// Two digits, rounded up.
fn above(x: f64) -> String {
    if x >= 1.0 {
        return "1".to_owned();
    }
    let text = format!("{x:.1e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let rounded: f64 = text.parse().unwrap_or(x);
    let tenths = mantissa.replace('.', "").parse::<u64>().unwrap_or(10) + u64::from(rounded < x);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent >= -3 {
        let decimals = usize::try_from(1 - exponent).unwrap_or(1);
        let text = format!("{:.decimals$}", tenths as f64 * 10f64.powi(exponent - 1));
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    match tenths {
        100 => format!("1e{}", exponent + 1),
        t if t % 10 == 0 => format!("{}e{exponent}", t / 10),
        t => format!("{}.{}e{exponent}", t / 10, t % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(failed: u64, unclear: u64, trials: u64, allowed: f64) -> Standing {
        let happened = trials - failed - unclear;
        let counts = Counts { trials, failed, happened, undecided: unclear, ..Counts::default() };
        let found = counts.standing(ProbabilityBound::AtLeast, (allowed, allowed), 1).0;
        // The other side is the mirror image.
        let mirror = Counts { happened: failed, failed: happened, ..counts };
        assert_eq!(mirror.standing(ProbabilityBound::AtMost, (allowed, allowed), 1).0, found);
        found
    }

    #[test]
    fn the_error_rates_of_all_claims_settings_and_looks_add_up_to_the_one_stated() {
        let looks: f64 = (1..100_000).map(error_at).sum();
        let all = looks * CLAIMS * MOST_JUDGED as f64;
        assert!(all <= ERROR_RATE && all > 0.999 * ERROR_RATE);
    }

    #[test]
    fn each_standing_is_reached() {
        assert_eq!(standing(300, 0, 1000, 0.1), Standing::Contradicted);
        assert_eq!(standing(0, 0, 1000, 0.1), Standing::Confirmed);
        assert_eq!(standing(105, 0, 1000, 0.1), Standing::Consistent);
        assert_eq!(standing(140, 0, 1000, 0.1), Standing::Doubtful);
        assert_eq!(standing(100, 300, 1000, 0.1), Standing::Blurred);
        assert_eq!(standing(8, 0, 10, 0.7), Standing::Untold);
        assert_eq!(standing(1000, 0, 1000, 1.0), Standing::Trivial);
        // A rate that is claimed to be negative cannot be.
        assert_eq!(standing(0, 0, 10, -0.1), Standing::Contradicted);
    }

    #[test]
    fn one_failure_contradicts_a_sure_event_and_none_confirms_it() {
        assert_eq!(standing(1, 0, 1000, 0.0), Standing::Contradicted);
        assert_eq!(standing(0, 0, 1000, 0.0), Standing::Consistent);
        assert_eq!(standing(0, 1, 1000, 0.0), Standing::Blurred);
    }

    #[test]
    fn unclear_trials_never_contradict_and_never_confirm() {
        assert_eq!(standing(0, 1000, 1000, 0.1), Standing::Blurred);
        assert_ne!(standing(0, 200, 1000, 0.1), Standing::Confirmed);
    }

    #[test]
    fn what_is_far_below_the_resolution_is_consistent() {
        assert_eq!(standing(0, 0, 1_000_000, 1e-20), Standing::Consistent);
        assert_eq!(standing(2, 0, 1_000_000, 1e-20), Standing::Contradicted);
    }

    #[test]
    fn bounds_in_words_are_rounded_up() {
        for (x, text) in
            [(3.04e-6, "3.1e-6"), (3e-6, "3e-6"), (9.99e-6, "1e-5"), (0.0301, "0.031"), (0.5, "0.5"), (1.0, "1")]
        {
            assert_eq!(above(x), text);
        }
    }
}

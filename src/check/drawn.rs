//! Settings that are chosen by what is kept of a few trials of each, and what is kept of more of them: the trials of a constant.

use super::checker::{CheckError, Checker};
use super::setting::{Ready, Trials, Unfit};
use crate::case::record::Look;
use crate::sample::stream::Key;
use std::ops::Range;

/// Settings that are taken are among so many draws.
const MOST_DRAWN: u64 = 2_048;
/// Draws that are alike, where there is one setting.
const ALIKE: u64 = 16;

/// Which settings have trials.
pub struct Choice<'a, T> {
    /// So many, at most,
    pub settings: usize,
    /// of so many that are different,
    pub among: usize,
    /// by so many trials of each,
    pub each: u64,
    /// of which those come first that have the greatest score, by the bound that is claimed and what is kept of their trials.
    pub score: &'a dyn Fn(f64, &[T]) -> f64,
}

/// The trials of one setting.
pub struct Drawn<T> {
    pub setting: u64,
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
    /// The bound that is claimed.
    pub claimed: f64,
    /// It is one of more settings than have trials.
    pub chosen: bool,
    /// What is kept of each.
    pub trials: Vec<T>,
}

impl Trials<'_> {
    /// The settings that have trials, and whether they are some of more; by what is kept of looks (`None` where what is random has no value).
    ///
    /// # Errors
    /// Where no plan can be made, or the bound is undefined.
    pub fn chosen<T>(
        &self,
        choice: &Choice<'_, T>,
        kept: &dyn Fn(Option<Look>) -> T,
    ) -> Result<(Vec<Ready>, bool), CheckError> {
        let Choice { settings, among, each, score } = *choice;
        let among = among.max(settings);
        let mut found: Vec<Ready> = Vec::new();
        for number in 0..MOST_DRAWN {
            // What is fixed is the same in every draw: some alike mean no others.
            let alike = found.len() == 1 && number >= ALIKE;
            if found.len() == among || alike || (!found.is_empty() && number >= 4 * among as u64) {
                break;
            }
            let ready = match self.ready(number)? {
                Ok(ready) => ready,
                Err(Unfit::Hypotheses(_)) => continue,
                Err(Unfit::Bound(_)) => {
                    return Err(CheckError(format!("the bound is undefined or beyond f64 at setting {number}")));
                }
            };
            if !found.iter().any(|other| other.is(&ready)) {
                found.push(ready);
            }
        }
        let chosen = found.len() > settings;
        if chosen {
            // Searched by one stream, and judged by another.
            let key = self.searching();
            let score = |ready: Ready| {
                let trials = self.kept(&key, &ready, 0..each, kept)?;
                Ok((score(ready.claimed(), &trials), ready))
            };
            let mut scored = found.into_iter().map(score).collect::<Result<Vec<(f64, Ready)>, CheckError>>()?;
            scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.number.cmp(&b.1.number)));
            found = scored.into_iter().take(settings).map(|(_, ready)| ready).collect();
            found.sort_by_key(|ready| ready.number);
        }
        Ok((found, chosen))
    }

    /// What is kept of these trials of a setting, in whole octets: the first begins at or before the first trial, and the last ends at or after the last.
    ///
    /// # Errors
    /// Where what is asked cannot be run.
    pub fn kept<T>(
        &self,
        key: &Key,
        ready: &Ready,
        trials: Range<u64>,
        kept: &dyn Fn(Option<Look>) -> T,
    ) -> Result<Vec<T>, CheckError> {
        let mut all = Vec::new();
        self.octets(key, ready, trials.start / 8..trials.end.div_ceil(8), &mut |_, look| all.push(kept(look)))?;
        Ok(all)
    }
}

impl Checker {
    fn random(&self) -> Result<Trials<'_>, CheckError> {
        self.trials().ok_or_else(|| CheckError("nothing is random in this claim".to_owned()))
    }

    /// What is kept of the looks of trials of the settings that are chosen: `trials` of each, given how many settings there are.
    pub(super) fn trials_of<T>(
        &self,
        choice: &Choice<'_, T>,
        trials: &dyn Fn(u64) -> u64,
        kept: &dyn Fn(Option<Look>) -> T,
    ) -> Result<Vec<Drawn<T>>, CheckError> {
        let run = self.random()?;
        let (settings, chosen) = run.chosen(choice, kept)?;
        let (key, count) = (run.judging(), trials(settings.len() as u64));
        let of = |ready: Ready| {
            let (point, _) = run.trial(&ready, 0)?;
            let trials = run.kept(&key, &ready, 0..count, kept)?;
            Ok(Drawn { setting: ready.number, at: self.numbers(&point)?, claimed: ready.claimed(), chosen, trials })
        };
        settings.into_iter().map(of).collect()
    }

    /// More of them: of settings by their numbers, from one trial of each to another.
    pub(super) fn more_trials_of<T>(
        &self,
        settings: &[(u64, Range<u64>)],
        kept: &dyn Fn(Option<Look>) -> T,
    ) -> Result<Vec<Vec<T>>, CheckError> {
        let run = self.random()?;
        let key = run.judging();
        let of = |(number, trials): &(u64, Range<u64>)| match run.ready(*number)? {
            Ok(ready) => run.kept(&key, &ready, trials.clone(), kept),
            Err(_) => Err(CheckError(format!("setting {number} is none any more"))),
        };
        settings.iter().map(of).collect()
    }
}

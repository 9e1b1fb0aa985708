//! Statements that hold with a probability: at each of some settings of the givens, trials of what is random, and the count of the event.
//!
//! Settings are drawn like cases, stratum by stratum. A first stream searches them: all have a few trials; then, for some generations, settings beside
//! those that look worst ([`super::neighbour`]) have as many; the most telling have some more, and few are kept. These are judged by a second stream, so
//! that no trial is used twice. Their trials double from look to look until the budget is spent; a setting that is confirmed at a look has no more of
//! them, and a contradiction ends all at the end of its look. What is concluded is [`super::chance`]'s business.
//!
//! Everything happens in the order of settings and octets, in one thread, so the outcome is a function of the claim, the seed and the number
//! of trials.
//!
//! How a setting and a trial are made is said in [`super::setting`].

use super::chance::{Chance, Counts, MOST_JUDGED, Searched, Setting, Standing};
use super::checker::CheckError;
use super::neighbour::{CHILDREN, DRAWN, GENERATIONS, ancestor, child};
use super::setting::{Ready, TRIALS, Trials, Unfit};
use crate::case::record::{Fate, Look};
use crate::claim::model::ProbabilityBound;
use crate::sample::stream::Key;
use std::ops::Range;

/// Draws of settings that are searched: more where so many trials would be more than enough for each; and the draws that are tried for one.
const SEARCHED: (u64, u64) = (256, DRAWN / DRAWS);
const TRIALS_OF_ONE: u64 = 1_600;
const DRAWS: u64 = 8;
/// Children that each of the worst settings has in a generation, about.
const LITTER: u64 = 3;
/// The part of the trials that each of the three stages of the search may take.
const SEARCH_SHARE: u64 = 16;
/// Settings that have a closer look at the end of the search.
const CLOSER: usize = 4 * MOST_JUDGED;
/// The least trials of a setting that is judged, at its first look.
const LEAST: u64 = 64;
/// The first look comes after this part of a setting's share.
const FIRST_LOOK: u64 = 32;

/// A setting in the search.
struct Sought {
    ready: Ready,
    counts: Counts,
    /// Children that were tried.
    children: u64,
}

impl Trials<'_> {
    /// Searches and judges, in about so many trials.
    ///
    /// # Errors
    /// Where no plan can be made, or the bound is undefined.
    pub fn run(&self, trials: u64) -> Result<Chance, CheckError> {
        let (settings, mut searched) = self.settings(trials)?;
        let kept = if searched.is_unbounded() { Vec::new() } else { self.search(settings, trials, &mut searched)? };
        let settings = self.judge(&kept, trials.saturating_sub(searched.trials))?;
        let nearest = Chance::nearest(self.side, &settings);
        Ok(Chance { side: self.side, searched, settings, nearest })
    }

    /// The draws that are searched: different settings, all of which meet the hypotheses and have a bound.
    fn settings(&self, trials: u64) -> Result<(Vec<Ready>, Searched), CheckError> {
        let most = (trials / TRIALS_OF_ONE).clamp(SEARCHED.0, SEARCHED.1);
        let (mut settings, mut unbounded): (Vec<Ready>, Vec<Ready>) = (Vec::new(), Vec::new());
        let mut searched = Searched::default();
        for number in 0..most * DRAWS {
            let (all, ready) = match self.ready(number)? {
                Ok(ready) => (&mut settings, ready),
                Err(Unfit::Bound(ready)) => (&mut unbounded, *ready),
                Err(Unfit::Hypotheses(_)) => {
                    searched.rejected += 1;
                    continue;
                }
            };
            if !all.iter().any(|other| other.is(&ready)) {
                all.push(ready);
            }
            if all.len() as u64 == most {
                break;
            }
        }
        searched.settings = settings.len() as u64;
        searched.unbounded = unbounded.len() as u64;
        searched.first_unbounded = unbounded.first().map(|ready| (ready.number, Vec::new()));
        Ok((settings, searched))
    }

    /// The most telling settings, by trials of a stream of their own.
    fn search(&self, settings: Vec<Ready>, trials: u64, searched: &mut Searched) -> Result<Vec<Ready>, CheckError> {
        let key = self.searching();
        let sought = |ready| Sought { ready, counts: Counts::default(), children: 0 };
        let mut found: Vec<Sought> = settings.into_iter().map(sought).collect();
        // What was drawn may be all there is.
        if found.is_empty() || (found.len() <= MOST_JUDGED && searched.rejected == 0) {
            return Ok(found.into_iter().map(|sought| sought.ready).collect());
        }
        let stage = trials / SEARCH_SHARE;
        let octets = |settings: usize| (stage / settings as u64 / 8).max(1);
        let each = octets(found.len().max(CLOSER));
        self.try_all(&key, &mut found, each, searched)?;
        for _ in 0..GENERATIONS {
            let born = stage / GENERATIONS / (8 * each);
            let mut children: Vec<Sought> = self.beside(&mut found, born)?.into_iter().map(sought).collect();
            searched.beside += children.len() as u64;
            self.try_all(&key, &mut children, each, searched)?;
            found.extend(children);
        }
        let faint = found.iter().filter(|sought| sought.is_faint(self.side)).count();
        if faint < found.len() {
            searched.faint = faint as u64;
            found.retain(|sought| !sought.is_faint(self.side));
        }
        if found.len() > MOST_JUDGED {
            found = telling(found, self.side, CLOSER);
            let each = octets(found.len());
            self.try_all(&key, &mut found, each, searched)?;
        }
        Ok(telling(found, self.side, MOST_JUDGED).into_iter().map(|sought| sought.ready).collect())
    }

    /// So many octets of trials more, at each of these.
    fn try_all(&self, key: &Key, found: &mut [Sought], octets: u64, searched: &mut Searched) -> Result<(), CheckError> {
        for Sought { ready, counts, .. } in found {
            let done = counts.trials / 8;
            counts.add(&self.count(key, ready, done..done + octets)?);
            searched.trials += 8 * octets;
        }
        Ok(())
    }

    /// So many settings beside those that look worst, as far as there are others.
    fn beside(&self, found: &mut Vec<Sought>, born: u64) -> Result<Vec<Ready>, CheckError> {
        let parents = born.div_ceil(LITTER) as usize;
        *found = telling(std::mem::take(found), self.side, usize::MAX);
        let mut children: Vec<Ready> = Vec::new();
        for _ in 0..CHILDREN {
            for i in 0..parents.min(found.len()) {
                if children.len() as u64 >= born {
                    return Ok(children);
                }
                let Sought { ready, children: tried, .. } = &mut found[i];
                if *tried == CHILDREN || ancestor(ready.number).1 == GENERATIONS {
                    continue;
                }
                let number = child(ready.number, *tried);
                *tried += 1;
                let Ok(ready) = self.ready(number)? else { continue };
                if !found.iter().map(|sought| &sought.ready).chain(&children).any(|other| other.is(&ready)) {
                    children.push(ready);
                }
            }
        }
        Ok(children)
    }

    /// Trials that double from look to look.
    fn judge(&self, kept: &[Ready], trials: u64) -> Result<Vec<Setting>, CheckError> {
        let key = self.judging();
        let blank = |ready: &Ready| Setting {
            number: ready.number,
            stratum: ready.stratum,
            givens: Vec::new(),
            claimed: ready.claimed(),
            allowed: ready.allowed,
            counts: Counts::default(),
            looks: 0,
            standing: Standing::Untold,
            rate: (0.0, 1.0),
        };
        let mut settings: Vec<Setting> = kept.iter().map(blank).collect();
        let mut open: Vec<usize> = (0..kept.len()).collect();
        let mut left = trials;
        let mut more = (trials / FIRST_LOOK / kept.len().max(1) as u64).max(LEAST) / 8;
        let mut done = 0;
        while !open.is_empty() {
            let end = (done + more).min(TRIALS / 8);
            for &i in &open {
                let setting = &mut settings[i];
                setting.counts.add(&self.count(&key, &kept[i], done..end)?);
                setting.looks += 1;
                (setting.standing, setting.rate) = setting.counts.standing(self.side, setting.allowed, setting.looks);
                left = left.saturating_sub(8 * (end - done));
            }
            done = end;
            if settings.iter().any(|setting| setting.standing == Standing::Contradicted) {
                break;
            }
            open.retain(|i| !matches!(settings[*i].standing, Standing::Confirmed | Standing::Trivial));
            more = done.min(left / 8 / open.len().max(1) as u64).min(TRIALS / 8 - done);
            // What is left would hardly tell more, or a setting has had all that its cases can number.
            if more < done.div_ceil(4) {
                break;
            }
        }
        Ok(settings)
    }

    /// What the event did in these octets of a setting's trials.
    fn count(&self, key: &Key, ready: &Ready, octets: Range<u64>) -> Result<Counts, CheckError> {
        let mut counts = Counts { trials: 8 * (octets.end - octets.start), ..Counts::default() };
        let mut see = |trial: u64, look: Option<Look>| match look.map(|look| look.fate) {
            Some(Fate::Held) => {
                counts.happened += 1;
                counts.first_happened = counts.first_happened.or(Some(trial));
            }
            Some(Fate::Violated) => {
                counts.failed += 1;
                counts.first_failed = counts.first_failed.or(Some(trial));
            }
            Some(Fate::WithinFloor | Fate::OutOfRange | Fate::Unplaced) => counts.undecided += 1,
            // Not asked at all: the run left the hypotheses on its path.
            Some(Fate::Undefined | Fate::OutOfBranch) | None => counts.undefined += 1,
        };
        self.octets(key, ready, octets, &mut see)?;
        Ok(counts)
    }
}

/// How many standard deviations the rate of what speaks against the claim is above what is allowed. Where hardly anything is allowed, so that
/// one trial would tell, it is near 0: such a setting is more telling than one that is well within its bound.
fn excess(counts: &Counts, side: ProbabilityBound, allowed: (f64, f64)) -> f64 {
    if allowed.0 >= 1.0 {
        return f64::NEG_INFINITY;
    }
    // More than a certainty is claimed: contradicted without a trial.
    if allowed.1 < 0.0 {
        return f64::INFINITY;
    }
    let n = counts.trials.max(1) as f64;
    let (rate, allowed) = (counts.against(side) as f64 / n, allowed.0.max(0.0));
    (rate - allowed) / ((allowed * (1.0 - allowed)).max(1.0 / n) / n).sqrt()
}

impl Sought {
    /// Nothing speaks against the claim, and how little is allowed is not known to a digit: no number of trials would tell.
    fn is_faint(&self, side: ProbabilityBound) -> bool {
        let (lo, hi) = self.ready.allowed;
        self.counts.against(side) == 0 && hi > 0.0 && hi > 2.0 * lo
    }

    /// Nothing speaks against the claim, and nothing would be expected to in so few trials.
    fn is_mute(&self, side: ProbabilityBound) -> bool {
        let (lo, hi) = self.ready.allowed;
        self.counts.against(side) == 0 && lo < 1.0 && hi >= 0.0 && hi * (self.counts.trials as f64) < 1.0
    }
}

/// The most telling of these, so many, the worst first. Settings of which so few trials tell nothing, as they came, have every other place while there
/// are others: by how near they are to what is allowed they would come before all that are within it, and before each other by chance.
fn telling(found: Vec<Sought>, side: ProbabilityBound, most: usize) -> Vec<Sought> {
    let (mut mute, mut told): (Vec<Sought>, Vec<Sought>) = found.into_iter().partition(|sought| sought.is_mute(side));
    mute.sort_by_key(|sought| sought.ready.number);
    let score = |sought: &Sought| excess(&sought.counts, side, sought.ready.allowed);
    told.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.ready.number.cmp(&b.ready.number)));
    // Where nothing is claimed nothing can be told.
    let trivial = told.split_off(told.partition_point(|sought| sought.ready.allowed.0 < 1.0));
    let (mut mute, mut told) = (mute.into_iter(), told.into_iter());
    let mut all = Vec::new();
    loop {
        let (one, other) = (told.next(), mute.next());
        if one.is_none() && other.is_none() {
            break;
        }
        all.extend(one.into_iter().chain(other));
    }
    all.extend(trivial);
    all.truncate(most);
    all
}

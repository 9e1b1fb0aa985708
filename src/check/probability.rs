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
//! A trial is drawn by its law ([`crate::sample::law`]), and judged like a case, with a floor: see [`Fate`].

use super::chance::{Chance, Counts, MOST_JUDGED, Searched, Setting, Standing};
use super::checker::CheckError;
use super::neighbour::{CHILDREN, DRAWN, GENERATIONS, Neighbours, ancestor, child, parent};
use crate::arith::backend::dispatch;
use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::along::Runs;
use crate::case::evaluate::once_roots;
use crate::case::octet::{Compiled, Integers, Plans, integers, looks};
use crate::case::point::Point;
use crate::case::record::{Fate, Hypotheses, Look, Stratum};
use crate::case::shadow::Origin;
use crate::case::way::{self, Way};
use crate::claim::model::ProbabilityBound;
use crate::claim::program::{self, Program};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::rounding::SAFETY;
use crate::eval::run::run;
use crate::hunt::space::Space;
use crate::lang::ir::IntId;
use crate::sample::law::Law;
use crate::sample::strata::{Filler, Lanes, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Draws of settings that are searched: more where so many trials would be more than enough for each; and the draws that are tried for one.
const SEARCHED: (u64, u64) = (256, DRAWN / DRAWS);
const TRIALS_OF_ONE: u64 = 1_600;
const DRAWS: u64 = 8;
/// Settings that are taken for the trials of a constant are among so many draws.
const MOST_DRAWN: u64 = 2_048;
/// Children that each of the worst settings has in a generation, about.
const LITTER: u64 = 3;
/// Draws that are alike, where there is one setting.
const ALIKE: u64 = 16;
/// The part of the trials that each of the three stages of the search may take.
const SEARCH_SHARE: u64 = 16;
/// Settings that have a closer look at the end of the search.
const CLOSER: usize = 4 * MOST_JUDGED;
/// The least trials of a setting that is judged, at its first look.
const LEAST: u64 = 64;
/// The first look comes after this part of a setting's share.
const FIRST_LOOK: u64 = 32;
/// A case of a probability claim is a setting and a trial of the judging stream: `setting * TRIALS + trial`.
pub const TRIALS: u64 = 1_000_000_000;

/// The case that is this trial of this setting.
pub fn replay_case(setting: u64, trial: u64) -> u64 {
    setting.saturating_mul(TRIALS).saturating_add(trial)
}

/// The stratum of a setting, or of the draw that it was made from.
pub fn stratum(number: u64) -> Stratum {
    stratum_of(ancestor(number).0)
}

pub struct Trials<'a> {
    pub program: &'a Program,
    pub chance: &'a program::Chance,
    pub side: ProbabilityBound,
    pub plans: Plans,
    pub seed: u64,
    pub id: &'a str,
    pub backend: Backend,
}

/// A setting, ready for its trials.
#[derive(Clone)]
pub struct Ready {
    pub number: u64,
    pub stratum: Stratum,
    compiled: Arc<Compiled>,
    /// The draws of the givens, in all lanes.
    draws: Vec<Lanes>,
    point: Point,
    /// The values of the givens, as bits: two draws may make the same setting.
    values: Vec<u64>,
    claimed: f64,
    allowed: (f64, f64),
}

/// Why a draw is no setting that is tried.
pub enum Unfit {
    Hypotheses(Hypotheses),
    /// The bound is undefined there, or beyond `f64`.
    Bound(Box<Ready>),
}

/// A setting in the search.
struct Sought {
    ready: Ready,
    counts: Counts,
    /// Children that were tried.
    children: u64,
}

/// The sections of a plan with what a trial needs.
pub fn plans(program: &Program, chance: &program::Chance, max_elements: usize) -> Plans {
    let mut roots = once_roots(program);
    roots.extend([chance.claimed, chance.allowed]);
    roots.extend(program.givens[..chance.first_random].iter().map(|given| given.node));
    Plans::new(way::sections(program, roots, &[]), max_elements).by_law(chance.first_block)
}

/// Settings and what is kept of the trials of each; whether they are some of more.
type Told<T> = (Vec<(Ready, Vec<T>)>, bool);

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

impl Ready {
    pub fn claimed(&self) -> f64 {
        self.claimed
    }

    /// Whether these are the same values of the givens.
    fn is(&self, other: &Self) -> bool {
        self.point.ints == other.point.ints && self.values == other.values
    }
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

    /// A setting by its number, or why it is none.
    ///
    /// # Errors
    /// Where no plan can be made.
    pub fn ready(&self, number: u64) -> Result<Result<Ready, Unfit>, CheckError> {
        let point = match self.point(number)? {
            Ok(point) => point,
            Err(given) => return Ok(Err(Unfit::Hypotheses(Hypotheses::EmptyGiven(given)))),
        };
        let mut ready = Ready {
            number,
            stratum: stratum(number),
            compiled: self.plans.get(self.program, &point.ints)?,
            draws: point.draws.iter().map(|x| Lanes([*x; 8])).collect(),
            point,
            values: Vec::new(),
            claimed: f64::NAN,
            allowed: (f64::NAN, f64::NAN),
        };
        let (bound, values) = match dispatch(self.backend, Bounds { trials: self, ready: &ready })? {
            Ok(found) => found,
            Err(hypotheses) => return Ok(Err(Unfit::Hypotheses(hypotheses))),
        };
        ready.values = values;
        Ok(match bound {
            Some((claimed, allowed)) => Ok(Ready { claimed, allowed, ..ready }),
            None => Err(Unfit::Bound(Box::new(ready))),
        })
    }

    /// The draws of a setting's givens, or the given that has no value.
    fn point(&self, number: u64) -> Result<Result<Point, usize>, CheckError> {
        if let Some(parent) = parent(number) {
            let beside = match self.point(parent)? {
                Ok(point) => point,
                Err(given) => return Ok(Err(given)),
            };
            let shapes = |ints: &BTreeMap<IntId, i64>| {
                let compiled = self.plans.get(self.program, ints)?;
                let given = compiled.blocks[..self.chance.first_block].to_vec();
                let space = Space::new(&given, &compiled.drawn);
                Ok((given, space))
            };
            let key = Key::new(self.seed, &format!("{}#beside", self.id));
            return Ok(Neighbours { program: self.program, key, shapes: &shapes }.of(&beside, number)?);
        }
        let stratum = stratum_of(number);
        let mut stream = Stream::new(&Key::new(self.seed, self.id), number);
        let ints = match integers(self.program, &mut stream, stratum, &BTreeMap::new())? {
            Integers::Chosen(ints) => ints,
            Integers::Empty { given } => return Ok(Err(given)),
        };
        let compiled = self.plans.get(self.program, &ints)?;
        let blocks = &compiled.blocks[..self.chance.first_block];
        let lane = (number % 8) as usize;
        let job = Given { backend: self.backend, stream: &mut stream, stratum, blocks };
        let draws = dispatch(self.backend, job).iter().map(|x| x.0[lane]).collect();
        Ok(Ok(Point { ints, draws }))
    }

    /// The most telling settings, by trials of a stream of their own.
    fn search(&self, settings: Vec<Ready>, trials: u64, searched: &mut Searched) -> Result<Vec<Ready>, CheckError> {
        let key = Key::new(self.seed, &format!("{}#search", self.id));
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
            claimed: ready.claimed,
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

    fn judging(&self) -> Key {
        Key::new(self.seed, &format!("{}#judge", self.id))
    }

    /// What is kept of the looks of the trials (`None` where what is random has no value) of the settings that are chosen: how many trials of each, given
    /// the number of settings, rounded up to octets.
    ///
    /// # Errors
    /// Where no plan can be made, or the bound is undefined.
    pub fn drawn<T>(
        &self,
        choice: &Choice<'_, T>,
        trials: &dyn Fn(u64) -> u64,
        kept: &dyn Fn(Option<Look>) -> T,
    ) -> Result<Told<T>, CheckError> {
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
        let made = |ready: &Ready, key: &Key, octets: Range<u64>| {
            let mut all = Vec::new();
            let mut see = |_: u64, look: Option<Look>| all.push(kept(look));
            dispatch(self.backend, Octets { trials: self, ready, key, octets, see: &mut see })?;
            Ok::<_, CheckError>(all)
        };
        let chosen = found.len() > settings;
        if chosen {
            // Searched by one stream, and judged by another.
            let key = Key::new(self.seed, &format!("{}#search", self.id));
            let score = |ready: Ready| Ok((score(ready.claimed, &made(&ready, &key, 0..each.div_ceil(8))?), ready));
            let mut scored = found.into_iter().map(score).collect::<Result<Vec<(f64, Ready)>, CheckError>>()?;
            scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.number.cmp(&b.1.number)));
            found = scored.into_iter().take(settings).map(|(_, ready)| ready).collect();
            found.sort_by_key(|ready| ready.number);
        }
        let (key, octets) = (self.judging(), 0..trials(found.len() as u64).div_ceil(8));
        let all = found.into_iter().map(|ready| made(&ready, &key, octets.clone()).map(|all| (ready, all)));
        Ok((all.collect::<Result<_, _>>()?, chosen))
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
        dispatch(self.backend, Octets { trials: self, ready, key, octets, see: &mut see })?;
        Ok(counts)
    }

    /// One trial of the judging stream: its draws, and what the event did.
    ///
    /// # Errors
    /// Where the event cannot be run.
    pub fn trial(&self, ready: &Ready, trial: u64) -> Result<(Point, Option<Look>), CheckError> {
        let key = self.judging();
        let mut found = None;
        let mut see = |at: u64, look: Option<Look>| {
            if at == trial {
                found = look;
            }
        };
        let octets = trial / 8..trial / 8 + 1;
        dispatch(self.backend, Octets { trials: self, ready, key: &key, octets, see: &mut see })?;
        let mut stream = Stream::new(&key, stream_of(ready, trial / 8));
        let draws = dispatch(self.backend, Random { trials: self, ready, stream: &mut stream })?;
        let mut point = ready.point.clone();
        point.draws.extend(draws[ready.draws.len()..].iter().map(|x| x.0[(trial % 8) as usize]));
        Ok((point, found))
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

/// The stream of an octet of a setting's trials: draws have short numbers, and their children the other half of all streams.
fn stream_of(ready: &Ready, octet: u64) -> u64 {
    if ready.number < DRAWN { ready.number << 40 | octet } else { 1 << 63 | ready.number << 28 | octet }
}

/// The draws of the givens of eight settings, as in any stratum.
struct Given<'a> {
    backend: Backend,
    stream: &'a mut Stream,
    stratum: Stratum,
    blocks: &'a [crate::sample::strata::BlockShape],
}

impl Job for Given<'_> {
    type Out = Vec<Lanes>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { backend, stream, stratum, blocks } = self;
        Filler::new().fill::<V>(backend, stream, stratum, blocks).to_vec()
    }
}

/// The draws of eight trials of a setting, with those of its givens before them.
struct Random<'a, 'b> {
    trials: &'a Trials<'b>,
    ready: &'a Ready,
    stream: &'a mut Stream,
}

impl Job for Random<'_, '_> {
    type Out = Result<Vec<Lanes>, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { trials, ready, stream } = self;
        let mut draws = ready.draws.clone();
        let random = &ready.compiled.blocks[trials.chance.first_block..];
        draws.extend_from_slice(Law::default().fill(trials.backend, stream, random));
        ready.compiled.bend::<V>(&mut draws, &[])?;
        Ok(draws)
    }
}

/// What is claimed at a setting and what is allowed, enclosed, if that has a value; and the values of the givens. Or the hypothesis on them that is not met.
struct Bounds<'a, 'b> {
    trials: &'a Trials<'b>,
    ready: &'a Ready,
}

type Claimed = (Option<(f64, (f64, f64))>, Vec<u64>);

impl Job for Bounds<'_, '_> {
    type Out = Result<Result<Claimed, Hypotheses>, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { trials, ready } = self;
        let Trials { chance, program, .. } = trials;
        let compiled = &ready.compiled;
        let mut machine = Machine::<V>::new();
        machine.load(&compiled.plan);
        let mut law = Law::default();
        let mut stream = Stream::new(&Key::new(trials.seed, &format!("{}#search", trials.id)), stream_of(ready, 0));
        let mut draws = ready.draws.clone();
        draws.extend(law.fill(trials.backend, &mut stream, &compiled.blocks[chance.first_block..]));
        compiled.bend::<V>(&mut draws, &[])?;
        Origin { drawn: &compiled.drawn, draws: &draws, reals: &[] }.put(&compiled.plan, &mut machine);
        run(&compiled.plan, 0, &mut machine)?;
        for (given, slot) in compiled.feasible.iter().filter(|(given, _)| *given < chance.first_random) {
            let truth = machine.truths[*slot as usize];
            if truth.yes & 1 == 0 {
                let no = truth.no & 1 == 1;
                return Ok(Err(if no { Hypotheses::EmptyGiven(*given) } else { Hypotheses::GivenOutOfRange(*given) }));
            }
        }
        for (i, slot) in compiled.assume.iter().enumerate() {
            let truth = machine.truths[*slot as usize];
            if truth.yes & 1 == 0 {
                return Ok(Err(match (truth.no & 1, truth.undefined & 1) {
                    (1, _) => Hypotheses::Failed(i),
                    (_, 1) => Hypotheses::Undefined(i),
                    _ => Hypotheses::Undecided(i),
                }));
            }
        }
        let read = |node| {
            let slot = compiled.plan.roots[0].get(&node).copied().ok_or(PlanError::NotStructural)?;
            let x = machine.real(&compiled.plan, slot);
            let (value, error) = (x.value.to_array()[0], x.error.to_array()[0] * SAFETY);
            let known = machine.undefined[slot as usize] & 1 == 0 && value.is_finite() && error.is_finite();
            Ok::<_, PlanError>(known.then_some((value, error)))
        };
        let bound = read(chance.claimed)?.zip(read(chance.allowed)?).map(|((claimed, _), (allowed, error))| {
            // Rounded outwards; a number that is exact stays itself.
            let exact = error == 0.0;
            let outward = ((allowed - error).next_down(), (allowed + error).next_up());
            (claimed, if exact { (allowed, allowed) } else { outward })
        });
        let slots = program.givens[..chance.first_random].iter().filter_map(|g| compiled.plan.roots[0].get(&g.node));
        let numbers = slots.flat_map(|slot| compiled.plan.slots[*slot as usize].range());
        let values = numbers.map(|i| machine.numbers[i].to_array()[0].to_bits()).collect();
        Ok(Ok((bound, values)))
    }
}

/// Octets of trials at one setting; `see` is told of each trial in order. No look where what is random has no value.
struct Octets<'a, 'b> {
    trials: &'a Trials<'b>,
    ready: &'a Ready,
    key: &'a Key,
    octets: Range<u64>,
    see: &'a mut dyn FnMut(u64, Option<Look>),
}

impl Job for Octets<'_, '_> {
    type Out = Result<(), CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { trials, ready, key, octets, see } = self;
        let Trials { program, chance, backend, .. } = trials;
        let Ready { compiled, .. } = ready;
        let random = &compiled.blocks[chance.first_block..];
        let (mut law, mut stream) = (Law::default(), Stream::new(key, 0));
        let mut draws = ready.draws.clone();
        let given = draws.len();
        let mut machine = Machine::<V>::new();
        let mut runs = Runs::<V>::new();
        machine.load(&compiled.plan);
        for octet in octets {
            stream.seek(stream_of(ready, octet));
            draws.truncate(given);
            draws.extend_from_slice(law.fill(*backend, &mut stream, random));
            compiled.bend::<V>(&mut draws, &[])?;
            let origin = Origin { drawn: &compiled.drawn, draws: &draws, reals: &[] };
            let (met, seen) = match &program.motion {
                None => {
                    origin.put(&compiled.plan, &mut machine);
                    run(&compiled.plan, 0, &mut machine)?;
                    let met = crate::case::octet::hypotheses(compiled, &machine);
                    (met, compiled.asked.first().map(|slots| looks(&compiled.plan, &machine, slots)))
                }
                Some(motion) => {
                    let way = Way::new(program, motion, &ready.point.ints, None)?;
                    let eight = runs.run(program, compiled, way, origin, u8::MAX)?;
                    (eight.met, eight.looks.first().copied())
                }
            };
            for lane in 0..8 {
                let look = seen.filter(|_| met[lane] == Hypotheses::Met).map(|seen| seen[lane]);
                see(octet * 8 + lane as u64, look);
            }
        }
        Ok(())
    }
}

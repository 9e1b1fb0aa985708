//! Settings of the givens, and trials of what is random at each.
//!
//! A setting is drawn like a case, stratum by stratum, or made of another ([`super::neighbour`]); its number says how. A trial is drawn by its law
//! ([`crate::sample::law`]), and judged like a case, with a floor: see [`crate::case::record::Fate`]. Its stream follows from the setting's number, its own and
//! the key: settings are chosen by trials of one key, and judged by those of another.
//!
//! Which settings have trials, and how many, is the business of [`super::probability`] and of [`super::drawn`].

use super::checker::CheckError;
use super::neighbour::{DRAWN, Neighbours, ancestor, parent};
use crate::arith::backend::dispatch;
use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::along::Runs;
use crate::case::evaluate::once_roots;
use crate::case::octet::{Compiled, Integers, Plans, integers, looks};
use crate::case::point::Point;
use crate::case::record::{Hypotheses, Look, Stratum};
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

/// What the settings of a claim, and their trials, are made by.
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
    /// What is allowed of that which speaks against the claim, enclosed.
    pub allowed: (f64, f64),
}

/// Why a draw is no setting that is tried.
pub enum Unfit {
    Hypotheses(Hypotheses),
    /// The bound is undefined there, or beyond `f64`.
    Bound(Box<Ready>),
}

/// The sections of a plan with what a trial needs.
pub fn plans(program: &Program, chance: &program::Chance, max_elements: usize) -> Plans {
    let mut roots = once_roots(program);
    roots.extend([chance.claimed, chance.allowed]);
    roots.extend(program.givens[..chance.first_random].iter().map(|given| given.node));
    Plans::new(way::sections(program, roots, &[]), max_elements).by_law(chance.first_block)
}

impl Ready {
    pub fn claimed(&self) -> f64 {
        self.claimed
    }

    /// Whether these are the same values of the givens.
    pub fn is(&self, other: &Self) -> bool {
        self.point.ints == other.point.ints && self.values == other.values
    }
}

impl Trials<'_> {
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

    /// The key of the trials that settings are judged by.
    pub fn judging(&self) -> Key {
        Key::new(self.seed, &format!("{}#judge", self.id))
    }

    /// And of those that they are chosen by.
    pub fn searching(&self) -> Key {
        Key::new(self.seed, &format!("{}#search", self.id))
    }

    /// Octets of a setting's trials, in order: `see` is told the number of each trial, and what was looked at, if what is random has a value.
    ///
    /// # Errors
    /// Where what is asked cannot be run.
    pub fn octets(
        &self,
        key: &Key,
        ready: &Ready,
        octets: Range<u64>,
        see: &mut dyn FnMut(u64, Option<Look>),
    ) -> Result<(), CheckError> {
        dispatch(self.backend, Octets { trials: self, ready, key, octets, see })
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
        self.octets(&key, ready, octets, &mut see)?;
        let mut stream = Stream::new(&key, stream_of(ready, trial / 8));
        let draws = dispatch(self.backend, Random { trials: self, ready, stream: &mut stream })?;
        let mut point = ready.point.clone();
        point.draws.extend(draws[ready.draws.len()..].iter().map(|x| x.0[(trial % 8) as usize]));
        Ok((point, found))
    }
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

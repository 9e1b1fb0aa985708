//! Eight runs of a figure, from their draws to what is kept of their looks.

use super::{ExperimentRun, Octet, Point, Real, Record, columns};
use crate::arith::lane::{self, ALL, Backend, Job, Lane8, Mask};
use crate::case::fast::Fast;
use crate::case::flow;
use crate::case::octet::{Compiled, Plans, hypotheses, lanes_of};
use crate::case::path::{LOOK, Moment, Open, SETUP, Watch, follow, input_slot};
use crate::case::record::Hypotheses;
use crate::case::shadow::{Companion, Moved, Origin, Supplied};
use crate::case::way::Way;
use crate::check::checker::CheckError;
use crate::check::fate::{Fate, Left, Takers, finish, goes_on};
use crate::claim::program::{Motion, Program};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::lang::ir::{InputId, NodeId};
use crate::sample::law::Law;
use crate::sample::strata::Lanes;
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;

/// Eight runs.
pub(super) struct Eight<'a> {
    pub of: &'a ExperimentRun<'a>,
    pub octet: &'a Octet,
    pub points: &'a [Point],
    pub plans: &'a Plans,
}

impl Job for Eight<'_> {
    type Out = Result<Vec<Record>, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { of: ExperimentRun { program, study, key, backend, kernel, .. }, octet, points, plans } = self;
        let compiled = plans.get(program, &octet.ints)?;
        let compiled = &*compiled;
        let mut draws = draws(compiled, key, *backend, &octet.members);
        let reals = supplied(points, &octet.members);
        compiled.bend::<V>(&mut draws, &reals)?;
        let origin = Origin { drawn: &compiled.drawn, draws: &draws, reals: &reals };
        let mut machine = Machine::<V>::new();
        machine.load(&compiled.plan);
        origin.put(&compiled.plan, &mut machine);
        run(&compiled.plan, SETUP, &mut machine)?;
        let mut records = vec![Record::default(); octet.members.len()];
        let mut started: Mask = 0;
        for (lane, met) in hypotheses(compiled, &machine).iter().enumerate().take(records.len()) {
            match met {
                Hypotheses::Met => started |= 1 << lane,
                other => records[lane].note = Some(unmet(program, *other)),
            }
        }
        let section = if program.motion.is_some() { LOOK } else { SETUP };
        let slot = |section: usize, node: NodeId| compiled.plan.roots.get(section).and_then(|r| r.get(&node)).copied();
        let columns: Vec<Option<SlotId>> = columns(study).into_iter().map(|node| slot(section, node)).collect();
        let time = study.time.and_then(|node| slot(LOOK, node));
        let mut takers: Vec<Takers> = Vec::new();
        for lane in 0..records.len() {
            takers.push(Takers::new(study, |node| {
                let number = machine.real(&compiled.plan, slot(SETUP, node)?);
                Some(crate::arith::number::Number::to_f64(&number.value, lane))
            }));
        }
        let numbers: Vec<Option<SlotId>> = study.numbers.iter().map(|number| slot(section, number.node)).collect();
        // The first look of each run at which rounding may have done anything to a number that is not meant as computed.
        let mut unbounded: Vec<Option<f64>> = vec![None; records.len()];
        // The first look at which a part of the state, or all that is read, is beyond the range of `f64`.
        let mut left: Vec<Option<Left>> = vec![None; records.len()];
        let state: Vec<SlotId> = state_inputs(program).filter_map(|input| input_slot(&compiled.plan, input)).collect();
        let read: Vec<SlotId> = columns.iter().copied().flatten().collect();
        let mut cut: Vec<Option<f64>> = vec![None; records.len()];
        let mut see = |t: f64, lanes: Mask, cut_off: Mask, m: &Machine<V>| {
            // Their last look has been seen with its time; in this one it is undefined.
            for lane in lanes_of(cut_off & started) {
                let Some(&t) = records[lane].at.last() else { continue };
                cut[lane] = Some(t);
                takers[lane].cut(t, |i| numbers[i].and_then(|slot| value(compiled, m, slot, lane)));
            }
            let beyond = |slots: &[SlotId]| V::enter(Beyond { plan: &compiled.plan, m, slots });
            let (state_beyond, read_beyond) = (beyond(&state), beyond(&read));
            for lane in lanes_of(lanes & started) {
                let t = time.and_then(|slot| value(compiled, m, slot, lane)).map_or(t, |(t, _)| t);
                let record = &mut records[lane];
                record.at.push(t);
                let seen =
                    columns.iter().map(|slot| slot.and_then(|s| value(compiled, m, s, lane)).map_or(f64::NAN, |v| v.0));
                let seen: Vec<f64> = seen.collect();
                if left[lane].is_none_or(|left| !left.wholly) {
                    let wholly = !seen.is_empty() && seen.iter().all(|value| value.is_nan());
                    let beyond = state_beyond | if wholly { read_beyond } else { 0 };
                    if beyond >> lane & 1 == 1 && (wholly || left[lane].is_none()) {
                        left[lane] = Some(Left { at: t, wholly });
                    }
                }
                record.seen.push(seen);
                let known = |number: usize| numbers[number].and_then(|slot| value(compiled, m, slot, lane));
                let lost = |number: usize| known(number).is_some_and(|(_, error)| !error.is_finite());
                if unbounded[lane].is_none() && (0..numbers.len()).any(|i| !study.numbers[i].computed && lost(i)) {
                    unbounded[lane] = Some(t);
                }
                takers[lane].see(t, known);
            }
        };
        let Some(motion) = &program.motion else {
            see(0.0, started, 0, &machine);
            let nothing = |lane: usize| Fate { left: left[lane], unbounded: unbounded[lane], ..Fate::default() };
            finish((program, study), &mut records, takers, nothing);
            return Ok(records);
        };
        // Lanes that a flow was followed to the end in.
        let mut followed: Mask = ALL;
        let mut fallen: Vec<(Mask, u64)> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        match Way::new(program, motion, &octet.ints, *kernel)? {
            Way::Flow(course) => {
                followed = 0;
                let mut on = |moment: Moment, m: &Machine<V>| {
                    followed |= moment.last;
                    see(moment.t as f64, moment.running, moment.cut, m);
                };
                flow::follow(&compiled.plan, course, &mut machine, started, &mut on)?;
            }
            Way::Steps { path, steps, kernel } => {
                let mut on = |moment: Moment, m: &Machine<V>| {
                    if moment.fallen != 0 {
                        fallen.push((moment.fallen, moment.t));
                    }
                    see(moment.t as f64, moment.running, moment.cut, m);
                    true
                };
                let fast = Fast::for_claim(kernel, &compiled.plan, path, &mut machine, started, true);
                let companion = match fast {
                    Some(_) => Companion::None,
                    None => Companion::Moved(Box::new(Moved::new(&compiled.plan, path, &machine))),
                };
                let mut watch = Watch { companion, fast, goes_on: goes_on(program, path) };
                let ending = follow(&compiled.plan, path, steps, &mut machine, started, &mut watch, &mut on)?;
                open = ending.open;
            }
        }
        let stopped = (0..records.len()).map(|lane| {
            let stops = (started & !followed) >> lane & 1 == 1;
            stops.then(|| records[lane].at.last().copied().unwrap_or(0.0))
        });
        let stopped: Vec<Option<f64>> = stopped.collect();
        let fate = |lane: usize| Fate {
            left: left[lane],
            unbounded: unbounded[lane],
            cut: cut[lane],
            stopped: stopped[lane],
            fallen: fallen.iter().find(|(lanes, _)| lanes >> lane & 1 == 1).map(|(_, t)| *t as f64),
            open: open
                .iter()
                .filter(|open| open.lanes >> lane & 1 == 1)
                .map(|open| (open.what, open.t as f64))
                .collect(),
        };
        finish((program, study), &mut records, takers, fate);
        Ok(records)
    }
}

/// The draws of these runs, a lane each; lanes to spare repeat the first.
fn draws(compiled: &Compiled, key: &Key, backend: Backend, members: &[(usize, usize, u64)]) -> Vec<Lanes> {
    let length = compiled.blocks.iter().map(|block| block.len()).sum();
    let mut out = vec![Lanes::default(); length];
    let mut law = Law::default();
    let octets: BTreeMap<u64, ()> = members.iter().map(|member| (member.2 / 8, ())).collect();
    for &octet in octets.keys() {
        let drawn = law.fill(backend, &mut Stream::new(key, octet), &compiled.blocks);
        for lane in 0..8 {
            let number = members.get(lane).or(members.first()).map_or(0, |member| member.2);
            if number / 8 != octet {
                continue;
            }
            for (out, drawn) in out.iter_mut().zip(drawn) {
                out.0[lane] = drawn.0[(number % 8) as usize];
            }
        }
    }
    out
}

/// The swept values of these runs that are inputs, lane by lane.
fn supplied(points: &[Point], members: &[(usize, usize, u64)]) -> Vec<Supplied> {
    let Some(first) = members.first().map(|member| &points[member.1]) else { return Vec::new() };
    let lane = |lane: usize| members.get(lane).or(members.first()).map(|member| &points[member.1]);
    let each = first.reals.iter().enumerate().map(|(place, Real { input, .. })| {
        let real = |i: usize| lane(i).and_then(|point| point.reals.get(place));
        let of = |of: fn(&Real) -> f64| std::array::from_fn(|i| real(i).map_or(f64::NAN, of));
        Supplied { input: *input, value: of(|real| real.value), rest: of(|real| real.rest) }
    });
    each.collect()
}

/// A value that is defined and finite, with a bound on its rounding, which may not be.
#[inline(always)]
fn value<V: Lane8>(compiled: &Compiled, m: &Machine<V>, slot: SlotId, lane: usize) -> Option<(f64, f64)> {
    use crate::arith::number::Number as _;
    let number = m.real(&compiled.plan, slot);
    let (value, error) = (number.value.to_f64(lane), number.error.to_f64(lane));
    let known = m.undefined[slot as usize] >> lane & 1 == 0 && value.is_finite();
    known.then_some((value, error))
}

fn unmet(program: &Program, hypotheses: Hypotheses) -> String {
    let assume = |i: usize| program.assume.get(i).map(|a| a.name.clone()).unwrap_or_default();
    match hypotheses {
        Hypotheses::Met => String::new(),
        Hypotheses::EmptyGiven(i) | Hypotheses::GivenOutOfRange(i) => {
            let name = program.givens.get(i).map(|given| given.name.clone()).unwrap_or_default();
            format!("there is no value of `{name}`")
        }
        Hypotheses::Failed(i) => format!("the hypothesis `{}` is false", assume(i)),
        Hypotheses::Undecided(i) => format!("the hypothesis `{}` is within its rounding", assume(i)),
        Hypotheses::Undefined(i) => format!("the hypothesis `{}` is undefined", assume(i)),
    }
}

/// The parts of the state.
fn state_inputs(program: &Program) -> impl Iterator<Item = InputId> {
    let (path, course) = match &program.motion {
        Some(Motion::Iteration(path)) => (Some(path), None),
        Some(Motion::Flow(course)) => (None, Some(course)),
        None => (None, None),
    };
    let path = path.into_iter().flat_map(|path| path.state.iter().map(|part| part.input));
    path.chain(course.into_iter().flat_map(|course| course.state.iter().map(|part| part.input)))
}

/// The lanes in which one of these slots is defined, and beyond the range of `f64`.
struct Beyond<'a, V> {
    plan: &'a Plan,
    m: &'a Machine<V>,
    slots: &'a [SlotId],
}

impl<V: Lane8> lane::Kernel<V> for Beyond<'_, V> {
    type Out = Mask;

    #[inline(always)]
    fn run(self) -> Mask {
        let Self { plan, m, slots } = self;
        let mut beyond = 0;
        for slot in slots {
            let mut finite = ALL;
            for x in &m.numbers[plan.slots[*slot as usize].range()] {
                finite &= x.finite();
            }
            beyond |= !(finite | m.undefined[*slot as usize]);
        }
        beyond
    }
}

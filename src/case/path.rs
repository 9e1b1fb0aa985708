//! Runs the iteration of a claim in any arithmetic.
//!
//! The state lives in the plan's input slots. In `f64` its bound on rounding is carried from step to step as long as it is below
//! [`DRIFT`] of the state's norm, and is taken to be that from then on: a bound by norms grows with every step, whether or not the
//! error does. From then on it is no less than what a companion run shows of the error ([`super::shadow`]): so early in a run a
//! margin's floor is a proof about the exact run, and later an estimate. A lane ends by itself: at the last
//! step, when `until` is true, or when a hypothesis on the path has failed. In enclosures an end that is not decided stops the run,
//! and is told as a [`Doubt`].

use super::fast::Fast;
use super::octet::lanes_of;
use super::schedule::looked_at;
use super::shadow::Companion;
use crate::arith::lane::{ALL, Kernel, Mask};
use crate::arith::number::Number;
use crate::claim::program::{Path, Program};
use crate::eval::compile::{PlanError, integer};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::Bounded;
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId};
use std::collections::BTreeMap;

/// The sections of a trajectory's plan.
pub const SETUP: usize = 0;
pub const STEP: usize = 1;
pub const LOOK: usize = 2;

/// The share of the state's norm at which the bound on its rounding stops growing: what a run of a million steps loses to
/// independent roundings (1e-13) a hundred thousand times over, and still far below any margin that matters.
pub const DRIFT: f64 = 1.0 / (1 << 26) as f64;

/// A bound that comes to more than so many times [`DRIFT`] in a step that began below it is no slow sum.
const JUMP: f64 = 16.0;

/// Below this a part of a state's norm is taken by underflow.
const LEAST: f64 = 1e-290;

/// Steps that one run may have.
pub const MOST_STEPS: i64 = 100_000_000;

/// The number of steps, from the structural integers.
///
/// # Errors
/// If it is negative or beyond [`MOST_STEPS`].
pub fn steps(program: &Program, path: &Path, ints: &BTreeMap<IntId, i64>) -> Result<u64, PlanError> {
    let steps = integer(&program.graph, ints, path.steps)?;
    if !(0..=MOST_STEPS).contains(&steps) {
        return Err(PlanError::Steps(steps, MOST_STEPS));
    }
    Ok(steps as u64)
}

/// The roots of the three sections, with what a run itself needs, from those of the set-up and of a look.
pub fn sections(path: &Path, mut setup: Vec<NodeId>, mut look: Vec<NodeId>) -> Vec<Vec<NodeId>> {
    setup.extend(path.state.iter().map(|c| c.start));
    setup.extend(path.kernel.iter().flat_map(|k| k.data.iter().chain(&k.scalars)).copied());
    let step = path.state.iter().map(|c| c.next).collect();
    look.extend(path.assume.iter().map(|a| a.node));
    look.extend(path.until);
    look.extend(path.first.iter().map(|f| f.2));
    vec![setup, step, look]
}

/// What a look is told: the step, the lanes that are still running, those for which it is the last, and those in which a hypothesis on the
/// path has just failed.
///
/// Where a run is cut off before its end (`until`), it is told so in a look of its own, in which none is running and its time is undefined: when it would have
/// come to its end is not known.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub t: u64,
    pub running: Mask,
    pub last: Mask,
    pub fallen: Mask,
    /// Of those for which it is the last, the ones that are cut off.
    pub cut: Mask,
}

/// What kept an arithmetic from telling how a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// This hypothesis on the path.
    Assume(usize),
    /// Whether the run ends here.
    Until,
    /// Whether this first time has come.
    First(usize),
}

/// Something that was left open: what, in which lanes, and at which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub lanes: Mask,
    pub what: Doubt,
    pub t: u64,
    /// The lanes in which it was so beside a number, or a bound of one, that has no value in this arithmetic: another range may tell.
    pub beyond: Mask,
}

/// How a run ended: what was left open on its way, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    pub open: Vec<Open>,
    /// Steps that were taken.
    pub taken: u64,
}

/// A first time: its input, where its truth is, the lanes that have reached it, and those in which that can no longer be told.
struct First {
    input: InputId,
    truth: Option<SlotId>,
    reached: Mask,
    lost: Mask,
    times: [f64; 8],
}

/// Who takes the steps, and who watches their rounding.
pub struct Watch<'c, 'k, N> {
    pub companion: Companion<'c, N>,
    /// A kernel, in place of `step`.
    pub fast: Option<Fast<'k, N>>,
    /// Whether a run goes on where a hypothesis on the path, its end or a first time is not decided, as if that never failed, ended or came: whoever
    /// looks takes account of what was [`Open`].
    pub goes_on: bool,
}

impl<N> Watch<'_, '_, N> {
    /// `step`, and nobody.
    pub fn none() -> Self {
        Self { companion: Companion::None, fast: None, goes_on: false }
    }
}

/// What is told of a run at each of its looks, and says whether to go on.
pub type See<'a, N> = dyn FnMut(Moment, &Machine<N>) -> bool + 'a;

/// Runs from the machine's set-up (already run) to the end; `look` is called after the look section at each step looked at, and says whether
/// to go on.
///
/// # Errors
/// As [`run`].
pub fn follow<N: Number>(
    plan: &Plan,
    path: &Path,
    steps: u64,
    m: &mut Machine<N>,
    started: Mask,
    watch: &mut Watch<'_, '_, N>,
    look: &mut See<'_, N>,
) -> Result<Ending, PlanError> {
    N::enter(Follow { plan, path, steps, m, started, watch, look })
}

/// Following is compiled once an arithmetic, whoever looks.
struct Follow<'a, 'c, 'k, 'l, N> {
    plan: &'a Plan,
    path: &'a Path,
    steps: u64,
    m: &'a mut Machine<N>,
    started: Mask,
    watch: &'a mut Watch<'c, 'k, N>,
    look: &'a mut See<'l, N>,
}

impl<N: Number> Kernel<N> for Follow<'_, '_, '_, '_, N> {
    type Out = Result<Ending, PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { plan, path, steps, m, started, watch, look } = self;
        to_the_end(plan, path, steps, m, started, watch, look)
    }
}

#[inline(always)]
fn to_the_end<N: Number>(
    plan: &Plan,
    path: &Path,
    steps: u64,
    m: &mut Machine<N>,
    started: Mask,
    watch: &mut Watch<'_, '_, N>,
    look: &mut See<'_, N>,
) -> Result<Ending, PlanError> {
    let slot = |section: usize, node: NodeId| plan.roots.get(section).and_then(|r| r.get(&node)).copied();
    let mut stride = Stride::new(plan, path);
    let assume: Vec<Option<SlotId>> = path.assume.iter().map(|a| slot(LOOK, a.node)).collect();
    let until = path.until.and_then(|u| slot(LOOK, u));
    begin(plan, path, m);
    let mut first: Vec<First> = path
        .first
        .iter()
        .map(|(_, input, truth)| First {
            input: *input,
            truth: slot(LOOK, *truth),
            reached: 0,
            lost: 0,
            times: [0.0; 8],
        })
        .collect();
    // Not reached yet: undefined.
    for first in &first {
        set_time(plan, m, first.input, |_| 0.0, 0);
    }
    let at = looked_at(path.schedule, steps);
    let mut next_look = at.iter().copied().peekable();
    let mut running = started;
    let mut ending = Ending::default();
    let doubt = |ending: &mut Ending, m: &Machine<N>, t: u64, lanes: Mask, what: Doubt| {
        if lanes != 0 {
            ending.open.push(Open { lanes, what, t, beyond: lanes & beyond(m) });
        }
    };
    let goes_on = watch.goes_on;
    // Lanes that go on though a hypothesis on the path, or their end, is not known any more.
    let mut assumed: Vec<Mask> = vec![0; assume.len()];
    let mut endless: Mask = 0;
    // A proposal may go on where an end or a first time is not decided: what it finds is looked at again.
    let strict = !N::TRACKED || watch.fast.is_some() || !matches!(watch.companion, Companion::None);
    let mut resting = false;
    let mut t = 0;
    loop {
        // A path hypothesis, an end or a first time is watched at the steps looked at.
        if next_look.peek() == Some(&t) {
            next_look.next();
            set_time(plan, m, path.time, |_| t as f64, ALL);
            run(plan, LOOK, m)?;
            let before = running;
            for (i, slot) in assume.iter().enumerate() {
                let Some(slot) = slot else { continue };
                let truth = m.truths[*slot as usize];
                let open = truth.unknown() & running & !assumed[i];
                doubt(&mut ending, m, t, open, Doubt::Assume(i));
                if goes_on {
                    assumed[i] |= open;
                }
                running &= truth.yes | assumed[i];
            }
            let fallen = before & !running;
            let mut found = false;
            for (i, first) in first.iter_mut().enumerate() {
                let Some(slot) = first.truth else { continue };
                let truth = m.truths[slot as usize];
                let waiting = running & !first.reached & !first.lost;
                let now = truth.yes & waiting;
                if strict {
                    let open = truth.unknown() & waiting;
                    doubt(&mut ending, m, t, open, Doubt::First(i));
                    if goes_on {
                        first.lost |= open;
                    } else {
                        running &= !open;
                    }
                }
                if now != 0 {
                    for lane in lanes_of(now) {
                        first.times[lane] = t as f64;
                    }
                    first.reached |= now;
                    let times = first.times;
                    set_time(plan, m, first.input, |lane| times[lane], first.reached);
                    found = true;
                }
            }
            if found {
                // Predicates may speak of the time that was just found.
                run(plan, LOOK, m)?;
            }
            let truth = until.map(|s| m.truths[s as usize]).unwrap_or_default();
            if strict && until.is_some() {
                let open = truth.unknown() & running & !endless;
                doubt(&mut ending, m, t, open, Doubt::Until);
                if goes_on {
                    endless |= open;
                } else {
                    running &= !open;
                }
            }
            let ended = truth.yes & running & !endless;
            let last = if t == steps { running } else { ended };
            let cut = if until.is_some() { last & !ended & !endless } else { 0 };
            if running | fallen != 0 && !look(Moment { t, running, last: last & !cut, fallen, cut: 0 }, m) {
                break;
            }
            if cut != 0 {
                set_time(plan, m, path.time, |_| t as f64, !cut);
                run(plan, LOOK, m)?;
                look(Moment { t, running: 0, last: cut, fallen: 0, cut }, m);
            }
            running &= !last;
        }
        if t == steps || running == 0 {
            break;
        }
        if let Some(fast) = &mut watch.fast {
            let next = next_look.peek().copied().unwrap_or(steps);
            fast.advance(plan, path, m, running, (t, next))?;
            t = next;
            continue;
        }
        if !resting {
            stride.step(plan, path, m, t)?;
            watch.companion.step(plan, path, m, t, &stride.capped)?;
            // Where neither the state nor what watches it changes in any bit, no later step does.
            resting = stride.still && watch.companion.is_still() && !path.timed;
        } else {
            remember(plan, path, m);
        }
        t += 1;
    }
    ending.taken = t;
    Ok(ending)
}

/// The lanes in which a number, or the bound of one, is not finite: there the range of the arithmetic has been left, or its digits.
#[inline(never)]
fn beyond<N: Number>(m: &Machine<N>) -> Mask {
    !m.numbers.iter().chain(&m.errors).fold(ALL, |all, x| all & x.finite())
}

/// Puts the start into the state's slots. There is nothing one step before it.
#[inline(always)]
pub fn begin<N: Number>(plan: &Plan, path: &Path, m: &mut Machine<N>) {
    for component in &path.state {
        if let Some(&start) = plan.roots.get(SETUP).and_then(|r| r.get(&component.start)) {
            let error = m.errors[start as usize].clone();
            m.set_input(plan, component.input, start, &error);
        }
    }
    for (id, slot) in &plan.inputs {
        if path.state.iter().any(|c| c.previous == *id) {
            m.undefined[*slot as usize] = ALL;
        }
    }
}

/// The slot of an input.
#[inline(always)]
pub fn input_slot(plan: &Plan, id: InputId) -> Option<SlotId> {
    plan.inputs.iter().find(|(known, _)| *known == id).map(|(_, slot)| *slot)
}

/// The current state becomes the previous one.
#[inline(always)]
fn remember<N: Number>(plan: &Plan, path: &Path, m: &mut Machine<N>) {
    for component in &path.state {
        if let (Some(current), Some(_)) = (input_slot(plan, component.input), input_slot(plan, component.previous)) {
            let error = m.errors[current as usize].clone();
            m.set_input(plan, component.previous, current, &error);
        }
    }
}

/// A component whose bound outgrew [`DRIFT`].
pub struct Capped {
    pub slot: SlotId,
    /// The lanes where it was cut to that.
    pub cut: Mask,
    /// Those where it was not, having grown too fast for that: what is small for cancelling has the error of what it was made of.
    pub jumped: Mask,
}

/// Takes a machine's state from step to step.
pub struct Stride<N> {
    /// Where each component's next value is, if the plan has it.
    nexts: Vec<Option<SlotId>>,
    buffer: Vec<N>,
    /// The bound of each next value, and where it is undefined.
    bounds: Vec<(N, Mask)>,
    /// Of the last step.
    pub capped: Vec<Capped>,
    /// Whether the last step changed nothing.
    pub still: bool,
}

impl<N: Number> Stride<N> {
    pub fn new(plan: &Plan, path: &Path) -> Self {
        let next = |node: NodeId| plan.roots.get(STEP).and_then(|roots| roots.get(&node)).copied();
        let nexts = path.state.iter().map(|component| next(component.next)).collect();
        Self { nexts, buffer: Vec::new(), bounds: Vec::new(), capped: Vec::new(), still: false }
    }

    /// Takes step number `t`: replaces the state by the step's results, all at once; the old state becomes the previous one.
    ///
    /// # Errors
    /// As [`run`].
    #[inline(always)]
    pub fn step(&mut self, plan: &Plan, path: &Path, m: &mut Machine<N>, t: u64) -> Result<(), PlanError> {
        set_time(plan, m, path.time, |_| t as f64, ALL);
        run(plan, STEP, m)?;
        let Self { nexts, buffer, bounds, capped, still } = self;
        capped.clear();
        buffer.clear();
        bounds.clear();
        *still = true;
        for next in nexts.iter().flatten() {
            // All of it: a step may be a part of the state as it is, which is about to be replaced.
            buffer.extend_from_slice(&m.numbers[plan.slots[*next as usize].range()]);
            bounds.push((m.errors[*next as usize].clone(), m.undefined[*next as usize]));
        }
        remember(plan, path, m);
        let mut from = 0;
        let known = path.state.iter().zip(&*nexts).filter_map(|(component, next)| Some((component, next.as_ref()?)));
        for ((component, next), (carried, undefined)) in known.zip(&*bounds) {
            let len = plan.slots[*next as usize].len();
            if let Some(slot) = input_slot(plan, component.input) {
                let range = plan.slots[slot as usize].range();
                let new = &buffer[from..from + len];
                *still &= m.numbers[range.clone()].iter().zip(new).all(|(a, b)| a.eq(b) == ALL);
                for (to, from) in m.numbers[range].iter_mut().zip(new) {
                    *to = from.clone().trimmed();
                }
                m.undefined[slot as usize] = *undefined;
                let (before, held) = (m.norms[slot as usize].clone(), m.errors[slot as usize].clone());
                m.set_norm(plan, slot);
                if N::TRACKED {
                    // A bound that is not finite stays so.
                    let bad = carried.mul(&N::zero());
                    // What cancels in one step leaves the error of what it was.
                    let norm = &m.norms[slot as usize];
                    let most = norm.max(&before).mul(&N::from_f64(DRIFT));
                    let cut = most.lt(carried);
                    // What has sunk to where `f64` has no digits is not 0, nor known to any part of itself.
                    let zero = [norm, &before, &held].iter().fold(ALL, |all, x| all & x.eq(&N::zero()));
                    let sunk = cut & most.lt(&N::lost(LEAST)) & !zero;
                    let jumped = most.mul(&N::from_f64(JUMP)).lt(carried) & !zero;
                    let kept = N::select(jumped, carried, &carried.min(&most));
                    let kept = N::select(sunk, &N::from_f64(f64::INFINITY), &kept);
                    capped.push(Capped { slot, cut: cut & !jumped, jumped });
                    m.errors[slot as usize] = kept.add(&bad);
                }
            }
            from += len;
        }
        Ok(())
    }
}

/// Sets an integer input lane by lane; undefined outside `known`.
#[inline(always)]
pub(super) fn set_time<N: Number>(
    plan: &Plan,
    m: &mut Machine<N>,
    input: InputId,
    value: impl Fn(usize) -> f64,
    known: Mask,
) {
    for (id, slot) in &plan.inputs {
        if *id == input {
            let mut lanes = [0.0; 8];
            for (lane, x) in lanes.iter_mut().enumerate() {
                *x = value(lane);
            }
            m.set_real(plan, *slot, Bounded { value: N::from_lanes(&lanes), error: N::zero() }, !known);
        }
    }
}

//! Follows a flow in the lanes of an octet, from look to look.
//!
//! The cases are integrated side by side, each with steps of its own (`integrator`): the rate is the plan's, run for the states of all of them. What is
//! asked at a look is asked of all cases side by side, too.
//!
//! A case has three solutions. The one whose values are looked at is made to a tight tolerance. The second is made to a tolerance a hundred
//! times as wide, from a start and by a rate that are moved as far as rounding may have moved them: its distance from the first, times
//! `CAUTION`, is what an error of tolerance and data is taken to be. The third starts a part in 2^27 beside the second: its distance from that one shows
//! what the flow does to an error on its way, as a second run of an iteration does ([`super::shadow`]). With it, what was made at an earlier look
//! is carried to this one, and with it the roundings of each step and what the method's own estimates say that its steps were off. The sum goes in as the bound of the state's slots, and so into
//! the floor of every margin. That is an estimate, not a proof: directions in which no solution is moved are not seen.
//!
//! A solution that cannot be followed to a look (it blows up, it is stiff, the rate is not known) is not known there.

use super::distance::{distances, norm, norms};
use super::integrator::{Room, Solutions};
use super::octet::lanes_of;
use super::path::{LOOK, Moment, SETUP, STEP, input_slot};
use super::times::shares;
use crate::arith::lane::{Kernel, Lane8, Mask};
use crate::arith::number::{Number, UNIT};
use crate::claim::program::Course;
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::{self, Bounded};
use crate::eval::run::run;
use crate::lang::ir::NodeId;
use std::rc::Rc;

/// Tolerances of the solution that is looked at and of the one beside it, relative to the norm of each part of the state, and their longest
/// steps as shares of the way from look to look: where looks are so close that no tolerance is felt, one makes twice the steps of the
/// other all the same, and its error is the smaller by far.
const TIGHT: (f64, f64) = (1e-13, 0.5);
const WIDE: (f64, f64) = (1e-11, 1.0);

/// How many times as large as the distance of the two solutions the error is taken to be.
///
/// A hunt looks for the case where an estimate is too small: 11 times was the most that it found.
const CAUTION: f64 = 16.0;

/// What rounding does to a part of the state in one step, in units of its size: independent from step to step, a dozen rates in each.
const ROUNDING: f64 = 8.0;

/// How far the third solution starts beside the second, relatively.
const MOVED: f64 = 1.0 / (1 << 27) as f64;

/// From this share of the greatest state so far on two solutions have parted.
const PARTED: f64 = 1.0 / 64.0;

/// Below this a part of the state is taken by underflow.
const SUNK: f64 = 1e-290;

/// Two solutions that cross are not right there: from one look to the next their distance is taken to fall to this share of itself at most.
const MEMORY: f64 = 1.0 / 4.0;

/// The roots of the three sections, with what a flow itself needs, from those of the set-up and of a look.
pub fn sections(course: &Course, mut setup: Vec<NodeId>, mut look: Vec<NodeId>) -> Vec<Vec<NodeId>> {
    setup.push(course.end);
    setup.extend(course.state.iter().map(|part| part.start));
    let rate = course.state.iter().map(|part| part.rate).collect();
    look.extend(course.assume.iter().map(|a| a.node));
    look.extend(course.until);
    look.extend(course.first.iter().map(|f| f.2));
    vec![setup, rate, look]
}

/// Where the parts of a state are in a plan.
struct Places {
    /// Inputs, the time's first.
    time: Option<SlotId>,
    state: Vec<Part>,
    /// Where each part's entries end in a solution.
    ends: Rc<[usize]>,
}

#[derive(Clone, Copy)]
struct Part {
    /// `None` where nothing asks for it.
    input: Option<SlotId>,
    start: SlotId,
    rate: SlotId,
}

impl Places {
    fn new(plan: &Plan, course: &Course) -> Result<Self, PlanError> {
        let slot = |section: usize, node: NodeId| {
            plan.roots.get(section).and_then(|r| r.get(&node)).copied().ok_or(PlanError::NotStructural)
        };
        let mut state = Vec::new();
        let (mut ends, mut end) = (Vec::new(), 0);
        for part in &course.state {
            let (start, rate) = (slot(SETUP, part.start)?, slot(STEP, part.rate)?);
            state.push(Part { input: input_slot(plan, part.input), start, rate });
            end += plan.slots[start as usize].len();
            ends.push(end);
        }
        Ok(Self { time: input_slot(plan, course.time), state, ends: Rc::from(ends) })
    }

    fn range(&self, part: usize) -> std::ops::Range<usize> {
        let from = if part == 0 { 0 } else { self.ends[part - 1] };
        from..self.ends[part]
    }
}

/// The solutions of the cases, a lane each, and what their distances say.
struct Cases<V> {
    seen: Solutions<V>,
    beside: Solutions<V>,
    further: Solutions<V>,
    room: Room<V>,
    /// Of each lane.
    watched: [Case; 8],
    /// Estimates of the errors of each part at the look where it is, those of the time included.
    errors: Vec<[f64; 8]>,
}

#[derive(Default)]
struct Case {
    parts: Vec<Watched>,
    /// How far the third started beside the second.
    moved: f64,
}

/// What is known of the error of a part of the state.
struct Watched {
    /// At the look where it is.
    error: f64,
    /// The distance of the second and the third solution, which an error grows and shrinks with.
    apart: f64,
    /// The greatest error of tolerance and data so far, and the sum of the squares of roundings, in that distance.
    made: f64,
    rounded: f64,
    /// Norm of the part, and the greatest so far.
    size: f64,
    greatest: f64,
}

/// A first time: where it and its truth are, and the lanes that have reached it.
struct First<V> {
    input: Option<SlotId>,
    truth: Option<SlotId>,
    reached: Mask,
    at: Bounded<V>,
}

impl<V: Lane8> First<V> {
    /// Puts it into the machine; undefined where it has not come.
    #[inline(always)]
    fn tell(&self, plan: &Plan, m: &mut Machine<V>) {
        if let Some(input) = self.input {
            m.set_real(plan, input, self.at.clone(), !self.reached);
        }
    }
}

/// What became of a lane.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    /// Not in `f64`, or not within the work that is allowed.
    No,
    /// The start or the end is undefined, or the end lies before the start.
    Undefined,
}

/// What is told of a flow at each look.
pub type See<'a, V> = dyn FnMut(Moment, &Machine<V>) + 'a;

/// Runs from the machine's set-up (already run) to the end; `look` is called after the look section at each look, whose number is the moment's
/// `t`. A lane that is not known at a look is told as its last.
///
/// # Errors
/// As [`run`].
pub fn follow<V: Lane8>(
    plan: &Plan,
    course: &Course,
    m: &mut Machine<V>,
    started: Mask,
    look: &mut See<'_, V>,
) -> Result<(), PlanError> {
    V::enter(Follow { plan, course, m, started, look })
}

/// Following is compiled once an arithmetic, whoever looks.
struct Follow<'a, 'l, V> {
    plan: &'a Plan,
    course: &'a Course,
    m: &'a mut Machine<V>,
    started: Mask,
    look: &'a mut See<'l, V>,
}

impl<V: Lane8> Kernel<V> for Follow<'_, '_, V> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { plan, course, m, started, look } = self;
        to_the_end(plan, course, m, started, look)
    }
}

#[inline(always)]
fn to_the_end<V: Lane8>(
    plan: &Plan,
    course: &Course,
    m: &mut Machine<V>,
    started: Mask,
    look: &mut See<'_, V>,
) -> Result<(), PlanError> {
    let places = Places::new(plan, course)?;
    let slot = |section: usize, node: NodeId| plan.roots.get(section).and_then(|r| r.get(&node)).copied();
    let assume: Vec<SlotId> = course.assume.iter().filter_map(|a| slot(LOOK, a.node)).collect();
    let until = course.until.and_then(|u| slot(LOOK, u));
    let mut first: Vec<First<V>> = course
        .first
        .iter()
        .map(|(_, input, truth)| First {
            input: input_slot(plan, *input),
            truth: slot(LOOK, *truth),
            reached: 0,
            at: Bounded { value: V::zero(), error: V::zero() },
        })
        .collect();
    let end = slot(SETUP, course.end).ok_or(PlanError::NotStructural)?;
    let end_undefined = m.undefined[end as usize];
    let end = m.real(plan, end);
    let mut known = [Known::Yes; 8];
    let mut asked: Mask = 0;
    for lane in lanes_of(started) {
        let (value, error) = (end.value.to_f64(lane), end.error.to_f64(lane));
        known[lane] = if end_undefined >> lane & 1 == 1 || value + error < 0.0 {
            Known::Undefined
        } else if value.is_finite() && error.is_finite() && value >= 0.0 {
            asked |= 1 << lane;
            Known::Yes
        } else {
            Known::No
        };
    }
    let mut cases = start(plan, m, &places, asked, &mut known);
    let shares = shares(course.looks);
    let mut running = started;
    for (index, share) in shares.iter().enumerate() {
        let part = rounding::mul(&end, &Bounded { value: V::splat(share.part), error: V::zero() });
        let (time, _) = rounding::div(&part, &Bounded { value: V::splat(share.of), error: V::zero() });
        let (times, slack) = (time.value.to_array(), time.error.to_array());
        let mut going: Mask = 0;
        for lane in lanes_of(running).filter(|lane| known[*lane] == Known::Yes) {
            going |= 1 << lane;
        }
        let there = advance(plan, m, &places, &mut cases, going, (&times, &slack))?;
        for lane in lanes_of(going & !there) {
            known[lane] = Known::No;
        }
        show(plan, m, &places, &time, &cases, &known);
        first.iter().for_each(|first| first.tell(plan, m));
        run(plan, LOOK, m)?;
        let mut lost: Mask = 0;
        for lane in lanes_of(running).filter(|lane| known[*lane] != Known::Yes) {
            lost |= 1 << lane;
        }
        let before = running;
        for slot in &assume {
            running &= m.truths[*slot as usize].yes | lost;
        }
        let fallen = before & !running;
        let mut found = false;
        for first in &mut first {
            let Some(slot) = first.truth else { continue };
            let waiting = !first.reached & running & !lost;
            // Whether its time has come is not known, nor what speaks of it.
            running &= !(m.truths[slot as usize].unknown() & waiting);
            let now = m.truths[slot as usize].yes & waiting & running;
            if now != 0 {
                first.reached |= now;
                first.at.value = V::select(now, time.value, first.at.value);
                first.at.error = V::select(now, time.error, first.at.error);
                first.tell(plan, m);
                found = true;
            }
        }
        if found {
            // Predicates may speak of the time that was just found.
            run(plan, LOOK, m)?;
        }
        running &= !(until.map_or(0, |s| m.truths[s as usize].unknown()) & running & !lost);
        let ended = until.map_or(0, |s| m.truths[s as usize].yes) & running;
        let at_the_end = index + 1 == shares.len();
        let last = if at_the_end { running } else { ended | lost };
        let cut = if at_the_end && until.is_some() { last & !(ended | lost) } else { 0 };
        let t = index as u64;
        if running | fallen != 0 {
            look(Moment { t, running, last: last & !cut, fallen, cut: 0 }, m);
        }
        if cut != 0 {
            // What does not speak of the time is asked there as well.
            if let Some(slot) = places.time {
                let time = m.real(plan, slot);
                m.set_real(plan, slot, time, cut);
                run(plan, LOOK, m)?;
            }
            look(Moment { t, running: 0, last: cut, fallen: 0, cut }, m);
        }
        running &= !last;
        if running == 0 {
            break;
        }
    }
    Ok(())
}

/// Puts the solutions at their starts, and says of which lanes there is none.
fn start<V: Lane8>(plan: &Plan, m: &Machine<V>, places: &Places, asked: Mask, known: &mut [Known; 8]) -> Cases<V> {
    let entries = places.ends.last().copied().unwrap_or(0);
    let (mut x, mut beside) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
    let mut watched: [Case; 8] = Default::default();
    for part in &places.state {
        let (start, slot) = (part.start as usize, plan.slots[part.start as usize]);
        let numbers = &m.numbers[slot.range()];
        let by = m.errors[start].to_array().map(|error| error / (slot.len().max(1) as f64).sqrt());
        let sizes = norms(numbers).to_array();
        x.extend_from_slice(numbers);
        for (entry, number) in numbers.iter().enumerate() {
            let by = V::load(&by.map(|by| signed(by, entry, slot.cols as usize)));
            beside.push(Lane8::add(*number, by));
        }
        for lane in lanes_of(asked) {
            let (size, error) = (sizes[lane], m.errors[start].to_f64(lane));
            // What `f64` has lost a start in is not a zero.
            let sunk = size < SUNK && (size > 0.0 || error > 0.0);
            known[lane] = match known[lane] {
                Known::Yes if m.undefined[start] >> lane & 1 == 1 => Known::Undefined,
                Known::Yes if sunk => Known::No,
                as_before => as_before,
            };
            let made = Watched { error, apart: 0.0, made: 0.0, rounded: 0.0, size, greatest: size };
            watched[lane].parts.push(made);
        }
    }
    let mut finite = asked;
    for number in &beside {
        finite &= number.finite();
    }
    let all = norms(&x).to_array();
    let mut further = beside.clone();
    for (index, part) in places.state.iter().enumerate() {
        let (range, cols) = (places.range(index), plan.slots[part.start as usize].cols as usize);
        let size = |lane: usize| watched[lane].parts.get(index).map_or(0.0, |part| part.size);
        let sizes: [f64; 8] = std::array::from_fn(size);
        for (entry, at) in range.clone().enumerate() {
            let own = x[at].to_array();
            // A part that starts at zero is moved as far as the others, one of nothing but zeros by a part of one.
            let by = std::array::from_fn(|lane| {
                let size = match (sizes[lane], all[lane]) {
                    (0.0, 0.0) => 1.0,
                    (0.0, all) => all,
                    _ => own[lane].abs(),
                };
                signed(MOVED * size, entry, cols)
            });
            further[at] = Lane8::add(further[at], V::load(&by));
        }
        let apart = distances(&further[range.clone()], &beside[range]).to_array();
        for lane in lanes_of(asked) {
            watched[lane].parts[index].apart = apart[lane].max(f64::MIN_POSITIVE);
        }
    }
    for lane in lanes_of(asked) {
        if known[lane] == Known::Yes && finite >> lane & 1 == 0 {
            known[lane] = Known::No;
        }
        watched[lane].moved = norm(watched[lane].parts.iter().map(|part| part.apart));
    }
    let solutions = |x, (tolerance, longest)| Solutions::new(x, Rc::clone(&places.ends), tolerance, longest);
    Cases {
        seen: solutions(x, TIGHT),
        beside: solutions(beside, WIDE),
        further: solutions(further, WIDE),
        room: Room::new(),
        watched,
        errors: vec![[0.0; 8]; places.state.len()],
    }
}

/// Entries are moved up and down by turns, so that a symmetric matrix stays one.
fn signed(by: f64, entry: usize, cols: usize) -> f64 {
    if (entry / cols.max(1) + entry % cols.max(1)).is_multiple_of(2) { by } else { -by }
}

/// Takes all solutions to times that are known to within `slack`, and estimates the errors there; gives back the lanes that get there.
fn advance<V: Lane8>(
    plan: &Plan,
    m: &mut Machine<V>,
    places: &Places,
    cases: &mut Cases<V>,
    lanes: Mask,
    (times, slack): (&[f64; 8], &[f64; 8]),
) -> Result<Mask, PlanError> {
    let (began, steps) = (cases.seen.t, cases.seen.steps);
    let mut failed: Result<(), PlanError> = Ok(());
    let mut ask = |t: V, x: &[V], rate: &mut [V], moved: bool| {
        let asked = V::enter(Ask { plan, m: &mut *m, places, t, x, rate, moved });
        asked.unwrap_or_else(|error| {
            failed = Err(error);
            0
        })
    };
    let Cases { seen, beside, further, room, watched, errors } = cases;
    let there = seen.advance(times, lanes, room, &mut |t: V, x: &[V], rate: &mut [V]| ask(t, x, rate, false));
    let there = beside.advance(times, there, room, &mut |t: V, x: &[V], rate: &mut [V]| ask(t, x, rate, true));
    let mut there = further.advance(times, there, room, &mut |t: V, x: &[V], rate: &mut [V]| ask(t, x, rate, true));
    // How fast the state moves is how far it may be off where the time is.
    let mut rate = Vec::new();
    if lanes_of(there).any(|lane| slack[lane] != 0.0) {
        rate = vec![V::zero(); seen.x.len() + places.state.len()];
        let known = ask(V::load(times), &seen.x, &mut rate, false);
        for lane in lanes_of(there & !known).filter(|lane| slack[*lane] != 0.0) {
            there &= !(1 << lane);
        }
    }
    failed?;
    for (index, errors) in errors.iter_mut().enumerate() {
        let range = places.range(index);
        let sizes = norms(&seen.x[range.clone()]).to_array();
        let parted = distances(&further.x[range.clone()], &beside.x[range.clone()]).to_array();
        let off = distances(&seen.x[range.clone()], &beside.x[range.clone()]).to_array();
        let rates = rate.get(range).map_or([0.0; 8], |rate| norms(rate).to_array());
        for lane in lanes_of(there) {
            let Some(part) = watched[lane].parts.get_mut(index) else { continue };
            let size = sizes[lane];
            if size < SUNK && (size > 0.0 || part.size > 0.0) {
                there &= !(1 << lane);
                continue;
            }
            part.greatest = part.greatest.max(size);
            if times[lane] > began[lane] {
                part.apart = parted[lane].max(part.apart * MEMORY).max(f64::MIN_POSITIVE);
                let off = CAUTION * off[lane];
                part.made = part.made.max(off / part.apart) + seen.off[index][lane] / part.apart;
                let rounding = ROUNDING * UNIT * size.max(part.size) / part.apart;
                part.rounded += f64::from(seen.steps[lane] - steps[lane]) * rounding * rounding;
                part.error = part.apart * (part.made + part.rounded.sqrt());
            }
            part.size = size;
            let late = if slack[lane] == 0.0 { 0.0 } else { 2.0 * slack[lane] * rates[lane] };
            errors[lane] = part.error + late;
        }
    }
    seen.off.fill([0.0; 8]);
    // Solutions that have parted say no more of what is near to either, nor when they meet again.
    let beside = distances(&seen.x, &beside.x).to_array();
    for lane in lanes_of(there) {
        let Case { parts, moved } = &watched[lane];
        let greatest = norm(parts.iter().map(|part| part.greatest)).max(moved / MOVED);
        let apart = norm(parts.iter().map(|part| part.apart)).max(beside[lane]);
        if apart > PARTED * greatest || errors.iter().any(|errors| !errors[lane].is_finite()) {
            there &= !(1 << lane);
        }
    }
    Ok(there)
}

/// The rates of all lanes at their times and states.
struct Ask<'a, V> {
    plan: &'a Plan,
    m: &'a mut Machine<V>,
    places: &'a Places,
    t: V,
    x: &'a [V],
    rate: &'a mut [V],
    /// By as much as rounding may have moved it.
    moved: bool,
}

impl<V: Lane8> Kernel<V> for Ask<'_, V> {
    type Out = Result<Mask, PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { plan, m, places, t, x, rate, moved } = self;
        if let Some(time) = places.time {
            m.set_real(plan, time, Bounded { value: t, error: V::zero() }, 0);
        }
        for (index, part) in places.state.iter().enumerate() {
            let Some(input) = part.input else { continue };
            m.numbers[plan.slots[input as usize].range()].copy_from_slice(&x[places.range(index)]);
            m.errors[input as usize] = V::zero();
            m.undefined[input as usize] = 0;
            m.set_norm(plan, input);
        }
        run(plan, STEP, m)?;
        let entries = x.len();
        let mut known: Mask = !0;
        for (index, part) in places.state.iter().enumerate() {
            let noise = m.errors[part.rate as usize];
            known &= !m.undefined[part.rate as usize] & noise.finite();
            let range = places.range(index);
            let by = noise.mul(V::splat(1.0 / (range.len().max(1) as f64).sqrt()));
            let (first, cols) = (range.start, plan.slots[part.rate as usize].cols as usize);
            let numbers = &m.numbers[plan.slots[part.rate as usize].range()];
            for (entry, number) in range.zip(numbers) {
                let by = if moved { by.mul(V::splat(signed(1.0, entry - first, cols))) } else { V::zero() };
                rate[entry] = Lane8::add(*number, by);
                known &= rate[entry].finite();
            }
            rate[entries + index] = noise;
        }
        Ok(known)
    }
}

/// Puts the states of all lanes and their time into the machine, with the estimates of their errors.
#[inline(always)]
fn show<V: Lane8>(
    plan: &Plan,
    m: &mut Machine<V>,
    places: &Places,
    time: &Bounded<V>,
    cases: &Cases<V>,
    known: &[Known; 8],
) {
    let (mut undefined, mut lost): (Mask, Mask) = (0, 0);
    for (lane, known) in known.iter().enumerate() {
        undefined |= Mask::from(*known == Known::Undefined) << lane;
        lost |= Mask::from(*known != Known::Yes) << lane;
    }
    if let Some(slot) = places.time {
        // Where a solution is lost, what is said at the end would be said of another time.
        let error = V::select(lost, V::splat(f64::INFINITY), time.error);
        m.set_real(plan, slot, Bounded { value: time.value, error }, undefined);
    }
    for (index, part) in places.state.iter().enumerate() {
        let Some(input) = part.input else { continue };
        let errors = V::load(&cases.errors[index]);
        m.errors[input as usize] = V::select(lost, V::splat(f64::INFINITY), errors);
        let numbers = &mut m.numbers[plan.slots[input as usize].range()];
        for (number, x) in numbers.iter_mut().zip(&cases.seen.x[places.range(index)]) {
            *number = V::select(lost, V::splat(f64::NAN), *x);
        }
        m.undefined[input as usize] = undefined;
        m.set_norm(plan, input);
    }
}

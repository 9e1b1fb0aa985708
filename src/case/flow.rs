//! Follows a flow in the lanes of an octet, from look to look.
//!
//! Each case is integrated by itself (`integrator`): its rate is the plan's, run for the state of that case. What is asked at a look is
//! asked of all cases side by side.
//!
//! A case has three solutions. The one whose values are looked at is made to a tight tolerance. The second is made to a tolerance a hundred
//! times as wide, from a start and by a rate that are moved as far as rounding may have moved them: its distance from the first, times
//! `CAUTION`, is what an error of tolerance and data is taken to be. The third starts a part in 2^27 beside the second: its distance from that one shows
//! what the flow does to an error on its way, as a second run of an iteration does ([`super::shadow`]). With it, what was made at an earlier look
//! is carried to this one, and with it the roundings of each step and what the method's own estimates say that its steps were off. The sum goes in as the bound of the state's slots, and so into
//! the floor of every margin. That is an estimate, not a proof: directions in which no solution is moved are not seen.
//!
//! A solution that cannot be followed to a look (it blows up, it is stiff, the rate is not known) is not known there.

use super::distance::{distance, norm};
use super::integrator::Solution;
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

/// The solutions of one case, and what their distances say.
struct Case {
    seen: Solution,
    beside: Solution,
    further: Solution,
    parts: Vec<Watched>,
    /// How far the third started beside the second.
    moved: f64,
    /// Estimates of the errors at the look where it is, those of the time included.
    errors: Vec<f64>,
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

/// Runs from the machine's set-up (already run) to the end; `look` is called after the look section at each look, whose number is the moment's
/// `t`. A lane that is not known at a look is told as its last.
///
/// # Errors
/// As [`run`].
#[inline(always)]
pub fn follow<V: Lane8>(
    plan: &Plan,
    course: &Course,
    m: &mut Machine<V>,
    started: Mask,
    look: &mut impl FnMut(Moment, &Machine<V>),
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
    let mut cases: Vec<Option<Case>> = (0..8).map(|_| None).collect();
    let mut known = [Known::Yes; 8];
    for lane in lanes_of(started) {
        let (value, error) = (end.value.to_f64(lane), end.error.to_f64(lane));
        known[lane] = if end_undefined >> lane & 1 == 1 || value + error < 0.0 {
            Known::Undefined
        } else if value.is_finite() && error.is_finite() && value >= 0.0 {
            start(plan, m, &places, lane, &mut cases)
        } else {
            Known::No
        };
    }
    let shares = shares(course.looks);
    let mut running = started;
    for (index, share) in shares.iter().enumerate() {
        let part = rounding::mul(&end, &Bounded { value: V::splat(share.part), error: V::zero() });
        let (time, _) = rounding::div(&part, &Bounded { value: V::splat(share.of), error: V::zero() });
        let (times, slack) = (time.value.to_array(), time.error.to_array());
        for lane in lanes_of(running) {
            let Some(case) = cases[lane].as_mut().filter(|_| known[lane] == Known::Yes) else { continue };
            if !advance(plan, m, &places, lane, case, (times[lane], slack[lane]))? {
                known[lane] = Known::No;
            }
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
        let last = if index + 1 == shares.len() { running } else { ended | lost };
        if running | fallen != 0 {
            look(Moment { t: index as u64, running, last, fallen }, m);
        }
        running &= !last;
        if running == 0 {
            break;
        }
    }
    Ok(())
}

/// Puts the solutions of a lane at their starts.
fn start<V: Lane8>(plan: &Plan, m: &Machine<V>, places: &Places, lane: usize, cases: &mut [Option<Case>]) -> Known {
    let (mut x, mut beside) = (Vec::new(), Vec::new());
    let mut parts = Vec::new();
    for part in &places.state {
        let (slot, error) = (plan.slots[part.start as usize], m.errors[part.start as usize].to_f64(lane));
        if m.undefined[part.start as usize] >> lane & 1 == 1 {
            return Known::Undefined;
        }
        let by = error / (slot.len().max(1) as f64).sqrt();
        for (entry, number) in m.numbers[slot.range()].iter().enumerate() {
            let number = number.to_f64(lane);
            x.push(number);
            beside.push(number + signed(by, entry, slot.cols as usize));
        }
        // What `f64` has lost a start in is not a zero.
        let size = norm(x[x.len() - slot.len()..].iter().copied());
        if size < SUNK && (size > 0.0 || error > 0.0) {
            return Known::No;
        }
        parts.push(Watched { error, apart: 0.0, made: 0.0, rounded: 0.0, size, greatest: size });
    }
    if !beside.iter().all(|x| x.is_finite()) {
        return Known::No;
    }
    let all = norm(x.iter().copied());
    let mut further = beside.clone();
    for (index, part) in parts.iter_mut().enumerate() {
        let (range, cols) = (places.range(index), plan.slots[places.state[index].start as usize].cols as usize);
        for (entry, at) in range.clone().enumerate() {
            // A part that starts at zero is moved as far as the others, one of nothing but zeros by a part of one.
            let size = match (part.size, all) {
                (0.0, 0.0) => 1.0,
                (0.0, all) => all,
                _ => x[at].abs(),
            };
            further[at] += signed(MOVED * size, entry, cols);
        }
        part.apart = distance(&further[range.clone()], &beside[range]).max(f64::MIN_POSITIVE);
    }
    let solution = |x, (tolerance, longest)| Solution::new(x, Rc::clone(&places.ends), tolerance, longest);
    let errors = vec![0.0; parts.len()];
    let moved = norm(parts.iter().map(|part| part.apart));
    cases[lane] = Some(Case {
        moved,
        seen: solution(x, TIGHT),
        beside: solution(beside, WIDE),
        further: solution(further, WIDE),
        parts,
        errors,
    });
    Known::Yes
}

/// Entries are moved up and down by turns, so that a symmetric matrix stays one.
fn signed(by: f64, entry: usize, cols: usize) -> f64 {
    if (entry / cols.max(1) + entry % cols.max(1)).is_multiple_of(2) { by } else { -by }
}

/// Takes all solutions to a time, which is known to within `slack`, and estimates the errors there; `false` where they do not get there.
fn advance<V: Lane8>(
    plan: &Plan,
    m: &mut Machine<V>,
    places: &Places,
    lane: usize,
    case: &mut Case,
    (time, slack): (f64, f64),
) -> Result<bool, PlanError> {
    let (began, steps) = (case.seen.t, case.seen.steps);
    let mut failed: Result<(), PlanError> = Ok(());
    let mut ask = |t: f64, x: &[f64], rate: &mut [f64], moved: bool| match V::enter(Ask {
        plan,
        m: &mut *m,
        places,
        lane,
        t,
        x,
        rate,
        moved,
    }) {
        Ok(known) => known,
        Err(error) => {
            failed = Err(error);
            false
        }
    };
    let reached = case.seen.advance(time, &mut |t, x, rate| ask(t, x, rate, false))
        && case.beside.advance(time, &mut |t, x, rate| ask(t, x, rate, true))
        && case.further.advance(time, &mut |t, x, rate| ask(t, x, rate, true));
    let mut rate = vec![0.0; case.seen.x.len() + places.state.len()];
    // How fast the state moves is how far it may be off where the time is.
    let reached = reached && (slack == 0.0 || ask(time, &case.seen.x, &mut rate, false));
    failed?;
    if !reached {
        return Ok(false);
    }
    let steps = f64::from(case.seen.steps - steps);
    for (index, part) in case.parts.iter_mut().enumerate() {
        let range = places.range(index);
        let seen = &case.seen.x[range.clone()];
        let size = norm(seen.iter().copied());
        if size < SUNK && (size > 0.0 || part.size > 0.0) {
            return Ok(false);
        }
        part.greatest = part.greatest.max(size);
        if time > began {
            let apart = distance(&case.further.x[range.clone()], &case.beside.x[range.clone()]);
            part.apart = apart.max(part.apart * MEMORY).max(f64::MIN_POSITIVE);
            let off = CAUTION * distance(seen, &case.beside.x[range.clone()]);
            part.made = part.made.max(off / part.apart) + case.seen.off[index] / part.apart;
            let rounding = ROUNDING * UNIT * size.max(part.size) / part.apart;
            part.rounded += steps * rounding * rounding;
            part.error = part.apart * (part.made + part.rounded.sqrt());
        }
        part.size = size;
        let late = if slack == 0.0 { 0.0 } else { 2.0 * slack * norm(rate[range].iter().copied()) };
        case.errors[index] = part.error + late;
    }
    case.seen.off.fill(0.0);
    // Solutions that have parted say no more of what is near to either, nor when they meet again.
    let greatest = norm(case.parts.iter().map(|part| part.greatest)).max(case.moved / MOVED);
    let apart = norm(case.parts.iter().map(|part| part.apart)).max(distance(&case.seen.x, &case.beside.x));
    if apart > PARTED * greatest {
        return Ok(false);
    }
    Ok(case.errors.iter().all(|error| error.is_finite()))
}

/// The rate of one lane at a time and a state.
struct Ask<'a, V> {
    plan: &'a Plan,
    m: &'a mut Machine<V>,
    places: &'a Places,
    lane: usize,
    t: f64,
    x: &'a [f64],
    rate: &'a mut [f64],
    /// By as much as rounding may have moved it.
    moved: bool,
}

impl<V: Lane8> Kernel<V> for Ask<'_, V> {
    type Out = Result<bool, PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { plan, m, places, lane, t, x, rate, moved } = self;
        if let Some(time) = places.time {
            m.set_real(plan, time, Bounded { value: V::splat(t), error: V::zero() }, 0);
        }
        for (index, part) in places.state.iter().enumerate() {
            let Some(input) = part.input else { continue };
            let numbers = &mut m.numbers[plan.slots[input as usize].range()];
            for (number, x) in numbers.iter_mut().zip(&x[places.range(index)]) {
                *number = V::splat(*x);
            }
            m.errors[input as usize] = V::zero();
            m.undefined[input as usize] = 0;
            m.set_norm(plan, input);
        }
        run(plan, STEP, m)?;
        let entries = x.len();
        let mut known = true;
        for (index, part) in places.state.iter().enumerate() {
            let noise = m.errors[part.rate as usize].to_f64(lane);
            known &= m.undefined[part.rate as usize] >> lane & 1 == 0 && noise.is_finite();
            let range = places.range(index);
            let by = if moved { noise / (range.len().max(1) as f64).sqrt() } else { 0.0 };
            let (first, cols) = (range.start, plan.slots[part.rate as usize].cols as usize);
            let numbers = &m.numbers[plan.slots[part.rate as usize].range()];
            for (entry, number) in range.zip(numbers) {
                rate[entry] = number.to_f64(lane) + signed(by, entry - first, cols);
                known &= rate[entry].is_finite();
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
    cases: &[Option<Case>],
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
        let mut errors = [f64::INFINITY; 8];
        let range = places.range(index);
        let mut entries = vec![[f64::NAN; 8]; range.len()];
        for (lane, case) in cases.iter().enumerate() {
            let Some(case) = case.as_ref().filter(|_| known[lane] == Known::Yes) else { continue };
            errors[lane] = case.errors[index];
            for (entry, x) in entries.iter_mut().zip(&case.seen.x[range.clone()]) {
                entry[lane] = *x;
            }
        }
        for (number, entry) in m.numbers[plan.slots[input as usize].range()].iter_mut().zip(&entries) {
            *number = V::load(entry);
        }
        m.errors[input as usize] = V::load(&errors);
        m.undefined[input as usize] = undefined;
        m.set_norm(plan, input);
    }
}

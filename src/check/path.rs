//! Runs the reference `step` of a trajectory in the lanes of an octet.
//!
//! The state lives in the plan's input slots. Its bound on rounding is carried from step to step as long as it is below
//! [`DRIFT`] of the state's norm, and is taken to be that from then on: a bound by norms grows with every step, whether or not the
//! error does. From then on it is no less than what a shadow run says that the iteration does to its roundings ([`super::shadow`]). So early in
//! a run a margin's floor is a proof about the exact run, and later an estimate. A lane ends by itself: at the last
//! step, when `until` is true, or when a hypothesis on the path has failed.

use super::schedule::looked_at;
use super::shadow::Shadow;
use crate::arith::lane::{ALL, Mask};
use crate::arith::number::Number;
use crate::case::octet::Compiled;
use crate::claim::program::{Path, Program};
use crate::eval::compile::{PlanError, integer};
use crate::eval::machine::Machine;
use crate::eval::plan::SlotId;
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

/// Steps that one run may have.
pub const MOST_STEPS: i64 = 100_000_000;

/// The number of steps, from the structural integers.
///
/// # Errors
/// If it is negative or beyond [`MOST_STEPS`].
pub fn steps(program: &Program, path: &Path, ints: &BTreeMap<IntId, i64>) -> Result<u64, PlanError> {
    let steps = integer(&program.graph, ints, path.steps)?;
    if !(0..=MOST_STEPS).contains(&steps) {
        return Err(PlanError::Shape(format!("a run of {steps} steps; it must lie in 0..={MOST_STEPS}")));
    }
    Ok(steps as u64)
}

/// The roots of the three sections; `asked_once` are those of the set-up, `last` what is read at the end of a run.
pub fn sections(program: &Program, path: &Path, asked_once: Vec<NodeId>, last: &[NodeId]) -> Vec<Vec<NodeId>> {
    let mut setup = asked_once;
    setup.extend(path.state.iter().map(|c| c.start));
    let step = path.state.iter().map(|c| c.next).collect();
    let mut look: Vec<NodeId> = path.assume.iter().map(|a| a.node).collect();
    look.extend(path.until);
    look.extend(path.first.iter().map(|f| f.2));
    look.extend_from_slice(last);
    for asked in program.asked.iter().filter(|a| crate::case::octet::section_of(a.when) == LOOK) {
        look.extend(asked.predicate.roots());
    }
    vec![setup, step, look]
}

/// What a look is told: the step, the lanes that are still running, and those for which it is the last.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub t: u64,
    pub running: Mask,
    pub last: Mask,
}

/// Runs from the machine's set-up (already run) to the end; `look` is called after the look section at each step looked at.
///
/// # Errors
/// As [`run`].
#[inline(always)]
pub fn follow<N: Number>(
    compiled: &Compiled,
    path: &Path,
    steps: u64,
    m: &mut Machine<N>,
    started: Mask,
    look: &mut impl FnMut(Moment, &Machine<N>),
) -> Result<(), PlanError> {
    let plan = &compiled.plan;
    let slot = |section: usize, node: NodeId| plan.roots.get(section).and_then(|r| r.get(&node)).copied();
    let starts: Vec<Option<SlotId>> = path.state.iter().map(|c| slot(SETUP, c.start)).collect();
    let nexts: Vec<Option<SlotId>> = path.state.iter().map(|c| slot(STEP, c.next)).collect();
    let assume: Vec<SlotId> = path.assume.iter().filter_map(|a| slot(LOOK, a.node)).collect();
    let until = path.until.and_then(|u| slot(LOOK, u));
    for (component, start) in path.state.iter().zip(&starts) {
        if let Some(start) = start {
            let error = m.errors[*start as usize].clone();
            m.set_input(plan, component.input, *start, &error);
        }
    }
    // There is nothing one step before the start.
    for (id, slot) in &plan.inputs {
        if path.state.iter().any(|c| c.previous == *id) {
            m.undefined[*slot as usize] = ALL;
        }
    }
    let mut first: Vec<(InputId, Option<SlotId>, Mask)> =
        path.first.iter().map(|(_, input, truth)| (*input, slot(LOOK, *truth), 0)).collect();
    // Not reached yet: undefined.
    for (input, _, _) in &first {
        set_time(plan, m, *input, |_| 0.0, 0);
    }
    let mut times = vec![[0.0_f64; 8]; first.len()];
    let at = looked_at(path.schedule, steps);
    let mut next_look = at.iter().copied().peekable();
    let mut running = started;
    let mut buffer: Vec<N> = Vec::new();
    let state = plan.inputs.iter().filter(|(id, _)| path.state.iter().any(|c| c.input == *id)).map(|(_, slot)| *slot);
    let mut shadow = Shadow::new(plan, m, state.collect());
    let mut t = 0;
    loop {
        // A path hypothesis, an end or a first time is watched at the steps looked at.
        if next_look.peek() == Some(&t) {
            next_look.next();
            set_time(plan, m, path.time, |_| t as f64, ALL);
            run(plan, LOOK, m)?;
            for slot in &assume {
                running &= m.truths[*slot as usize].yes;
            }
            let mut found = false;
            for ((input, truth, reached), times) in first.iter_mut().zip(&mut times) {
                let now = truth.map_or(0, |s| m.truths[s as usize].yes) & !*reached & running;
                if now != 0 {
                    for lane in crate::case::octet::lanes_of(now) {
                        times[lane] = t as f64;
                    }
                    *reached |= now;
                    set_time(plan, m, *input, |lane| times[lane], *reached);
                    found = true;
                }
            }
            if found {
                // Predicates may speak of the time that was just found.
                run(plan, LOOK, m)?;
            }
            let ended = until.map_or(0, |s| m.truths[s as usize].yes) & running;
            let last = if t == steps { running } else { ended };
            if running != 0 {
                look(Moment { t, running, last }, m);
            }
            running &= !last;
        }
        if t == steps || running == 0 {
            break;
        }
        for machine in [&mut *m, &mut shadow.machine] {
            set_time(plan, machine, path.time, |_| t as f64, ALL);
            run(plan, STEP, machine)?;
        }
        advance(compiled, path, &nexts, &mut shadow.machine, &mut buffer);
        let capped = advance(compiled, path, &nexts, m, &mut buffer);
        t += 1;
        shadow.raise(plan, m, t, &capped);
    }
    Ok(())
}

/// Replaces the state by the step's results, all at once; the old state becomes the previous one. Returns the components, and the lanes
/// where their bound was cut to [`DRIFT`].
#[inline(always)]
fn advance<N: Number>(
    compiled: &Compiled,
    path: &Path,
    nexts: &[Option<SlotId>],
    m: &mut Machine<N>,
    buffer: &mut Vec<N>,
) -> Vec<(SlotId, Mask)> {
    let mut capped = Vec::new();
    let plan = &compiled.plan;
    let of = |id: InputId| plan.inputs.iter().find(|(known, _)| *known == id).map(|(_, slot)| *slot);
    buffer.clear();
    for next in nexts.iter().flatten() {
        buffer.extend_from_slice(&m.numbers[plan.slots[*next as usize].range()]);
    }
    for component in &path.state {
        if let (Some(current), Some(_)) = (of(component.input), of(component.previous)) {
            let error = m.errors[current as usize].clone();
            m.set_input(plan, component.previous, current, &error);
        }
    }
    let mut from = 0;
    for (component, next) in path.state.iter().zip(nexts) {
        let Some(next) = next else { continue };
        let len = plan.slots[*next as usize].len();
        if let Some(slot) = of(component.input) {
            let range = plan.slots[slot as usize].range();
            m.numbers[range].clone_from_slice(&buffer[from..from + len]);
            m.undefined[slot as usize] = m.undefined[*next as usize];
            m.set_norm(plan, slot);
            if N::TRACKED {
                let carried = &m.errors[*next as usize];
                // A bound that is not finite stays so.
                let bad = carried.mul(&N::zero());
                let most = m.norms[slot as usize].mul(&N::from_f64(DRIFT));
                capped.push((slot, most.lt(carried)));
                m.errors[slot as usize] = carried.min(&most).add(&bad);
            }
        }
        from += len;
    }
    capped
}

/// Sets an integer input lane by lane; undefined outside `known`.
#[inline(always)]
fn set_time<N: Number>(
    plan: &crate::eval::plan::Plan,
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

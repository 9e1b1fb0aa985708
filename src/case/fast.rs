//! An iteration run by a kernel in place of the claim's `step`, and held against it.
//!
//! From look to look a lane's state goes through the kernel; the last step before a look is taken by both, from the same state, and where they
//! differ by more than rounding allows the run ends with an error: what is checked then is another iteration. What rounding does
//! to the run as a whole is estimated by a second run of the kernel from a start moved by one part in 2^30 (see [`super::shadow`]); no
//! bound is carried, so that every floor after the start is an estimate. A state that leaves the range of `f64` is run by `step`.

use super::octet::lanes_of;
use super::path::{STEP, input_slot, set_time};
use super::shadow::{LEAST, MOVED};
use crate::arith::lane::{ALL, Mask};
use crate::arith::number::{Number, UNIT};
use crate::claim::program::{KernelBinding, Path};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::kernel::{Kernel, Problem, State};
use crate::lang::ir::NodeId;
use nalgebra::DMatrix;

/// How many times what rounding may do to one step as the claim writes it, a kernel's step may be off: it sums in another order.
const ALLOWED: f64 = 16.0;

/// A kernel at work on up to eight cases.
pub struct Fast<'a> {
    kernel: &'a dyn Kernel,
    binding: &'a KernelBinding,
    lanes: Vec<Option<Lane>>,
}

/// One case.
struct Lane {
    problem: Problem,
    moved: State,
    /// The distance of the two runs at the start, and the least amplification since, at most 1.
    start: f64,
    least: f64,
}

impl<'a> Fast<'a> {
    /// For the cases `started` of a machine whose set-up was run and whose state is in place.
    pub fn new<N: Number>(
        kernel: &'a dyn Kernel,
        binding: &'a KernelBinding,
        plan: &Plan,
        path: &Path,
        m: &Machine<N>,
        started: Mask,
    ) -> Self {
        let constant = |node: NodeId, lane: usize| {
            let slot = plan.roots.first().and_then(|roots| roots.get(&node)).copied();
            slot.map_or_else(|| DMatrix::zeros(0, 0), |slot| read(plan, m, slot, lane))
        };
        let mut fast = Self { kernel, binding, lanes: Vec::new() };
        for lane in 0..8 {
            if started >> lane & 1 == 0 {
                fast.lanes.push(None);
                continue;
            }
            let scalar = |node: &NodeId| constant(*node, lane).iter().next().copied().unwrap_or(f64::NAN);
            let problem = Problem {
                kind: binding.kind,
                scalars: binding.scalars.iter().map(scalar).collect(),
                data: binding.data.iter().map(|node| constant(*node, lane)).collect(),
            };
            let state = fast.state(plan, path, m, lane);
            let mut moved = state.clone();
            for (component, matrix) in moved.iter_mut().enumerate() {
                for (i, x) in matrix.iter_mut().enumerate() {
                    // Entries move up and down by turns; a zero stays one, as it does under rounding.
                    *x *= if (i + component).is_multiple_of(2) { 1.0 + MOVED } else { 1.0 - MOVED };
                }
            }
            let start = distance(&state, &moved).max(1e-290);
            fast.lanes.push(Some(Lane { problem, moved, start, least: 1.0 }));
        }
        fast
    }

    /// The kernel's state, in its order.
    fn state<N: Number>(&self, plan: &Plan, path: &Path, m: &Machine<N>, lane: usize) -> State {
        let components = self.binding.state.iter().filter_map(|&i| path.state.get(i));
        let slots = components.map(|component| input_slot(plan, component.input));
        slots.map(|slot| slot.map_or_else(|| DMatrix::zeros(0, 0), |slot| read(plan, m, slot, lane))).collect()
    }

    /// Takes the steps from number `t` to number `next`, in the lanes that are running.
    ///
    /// # Errors
    /// If the kernel fails, or disagrees with `step`; as [`run`].
    pub fn advance<N: Number>(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        running: Mask,
        (t, next): (u64, u64),
    ) -> Result<(), PlanError> {
        let name = self.kernel.name().to_owned();
        let failed = |error: &dyn std::fmt::Display| PlanError::Kernel(format!("`{name}`: {error}"));
        let mut before: Vec<Option<State>> = vec![None; 8];
        let mut after: Vec<Option<State>> = vec![None; 8];
        for lane in lanes_of(running) {
            let mut state = self.state(plan, path, m, lane);
            let Some(Lane { problem, moved, .. }) = self.lanes.get_mut(lane).and_then(Option::as_mut) else { continue };
            if next - t > 1 {
                self.kernel.run(problem, &mut state, t, next - t - 1).map_err(|error| failed(&error))?;
            }
            before[lane] = Some(state.clone());
            self.kernel.run(problem, &mut state, next - 1, 1).map_err(|error| failed(&error))?;
            self.kernel.run(problem, moved, t, next - t).map_err(|error| failed(&error))?;
            after[lane] = Some(state);
        }
        // One step as the claim writes it, from the same state.
        for (place, &i) in self.binding.state.iter().enumerate() {
            let Some(component) = path.state.get(i) else { continue };
            for input in [component.previous, component.input] {
                if let Some(slot) = input_slot(plan, input) {
                    write(plan, m, slot, place, &before);
                }
            }
        }
        set_time(plan, m, path.time, |_| (next - 1) as f64, ALL);
        run(plan, STEP, m)?;
        for (place, &i) in self.binding.state.iter().enumerate() {
            let Some(component) = path.state.get(i) else { continue };
            let Some(&slot) = plan.roots.get(STEP).and_then(|roots| roots.get(&component.next)) else { continue };
            for lane in lanes_of(running) {
                let Some(found) = after[lane].as_ref().and_then(|state| state.get(place)) else { continue };
                let wanted = read(plan, m, slot, lane);
                let bound = m.errors[slot as usize].to_f64(lane) + UNIT * wanted.norm();
                let off = (found - &wanted).norm();
                // A kernel that gives what is no number agrees with nothing.
                if (off > ALLOWED * bound || off.is_nan()) && bound.is_finite() {
                    return Err(PlanError::Kernel(format!(
                        "`{name}` is not the `step` of this claim: after step {next} its {} is off by {:.3e} times what rounding allows",
                        component.name,
                        off / bound
                    )));
                }
            }
        }
        self.put(plan, path, m, &after, next);
        Ok(())
    }

    /// The state after the steps, with what rounding may have done to it.
    fn put<N: Number>(&mut self, plan: &Plan, path: &Path, m: &mut Machine<N>, after: &[Option<State>], t: u64) {
        let mut scale = [0.0; 8];
        for (lane, state) in after.iter().enumerate() {
            let Some((lane_of, state)) = self.lanes[lane].as_mut().zip(state.as_ref()) else { continue };
            let amplified = distance(state, &lane_of.moved) / lane_of.start;
            lane_of.least = lane_of.least.min(amplified.max(LEAST));
            scale[lane] = 8.0 * ((t + 1) as f64).sqrt() * UNIT / MOVED / lane_of.least;
        }
        for (place, &i) in self.binding.state.iter().enumerate() {
            let Some(slot) = path.state.get(i).and_then(|component| input_slot(plan, component.input)) else {
                continue;
            };
            write(plan, m, slot, place, after);
            let mut errors = [0.0; 8];
            for (lane, error) in errors.iter_mut().enumerate() {
                let Some((lane_of, state)) = self.lanes[lane].as_ref().zip(after[lane].as_ref()) else { continue };
                let gap = (&state[place] - &lane_of.moved[place]).norm();
                let estimate = (gap * scale[lane]).max(UNIT * state[place].norm());
                *error = if estimate.is_finite() { estimate } else { f64::INFINITY };
            }
            m.errors[slot as usize] = N::from_lanes(&errors);
        }
    }
}

/// A slot in one lane.
fn read<N: Number>(plan: &Plan, m: &Machine<N>, slot: SlotId, lane: usize) -> DMatrix<f64> {
    let at = plan.slots[slot as usize];
    DMatrix::from_row_iterator(at.rows as usize, at.cols as usize, at.range().map(|i| m.numbers[i].to_f64(lane)))
}

/// One matrix of each lane that has a state, into a slot, as exact numbers; the other lanes keep theirs.
fn write<N: Number>(plan: &Plan, m: &mut Machine<N>, slot: SlotId, place: usize, states: &[Option<State>]) {
    let at = plan.slots[slot as usize];
    for (i, number) in at.range().enumerate() {
        let (row, col) = (i / at.cols as usize, i % at.cols as usize);
        let lanes: [f64; 8] = std::array::from_fn(|lane| match &states[lane] {
            Some(state) => state[place][(row, col)],
            None => m.numbers[number].to_f64(lane),
        });
        m.numbers[number] = N::from_lanes(&lanes);
    }
    m.errors[slot as usize] = N::zero();
    m.undefined[slot as usize] = 0;
    m.set_norm(plan, slot);
}

/// The Frobenius distance of two states.
fn distance(a: &State, b: &State) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).norm_squared()).sum::<f64>().sqrt()
}

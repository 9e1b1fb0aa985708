//! An iteration run by a kernel in place of the claim's `step`, and held against it.
//!
//! From look to look a lane's state goes through the kernel; the last step before a look is taken by both, from the same state, and where they
//! differ by more than rounding allows the run ends with an error: what is checked then is another iteration. What rounding does
//! to the run as a whole is estimated by a second run, of the built-in kernel, from a start moved by one part in 2^30 (`Growth`); no
//! bound is carried, so that every floor after the start is an estimate. A state that leaves the range of `f64` is run by `step`.
//!
//! What the second run is compared with is a run of the built-in kernel, too: a user's kernel that goes astray between two looks would part
//! from it by its fault, and a fault that passes for rounding is a floor under which nothing is told: the case would be run again by `step`, as if
//! the kernel had never been asked.

use super::distance::{norm, norms_of_eight};
use super::octet::lanes_of;
use super::path::{DRIFT, SETUP, STEP, begin, input_slot, set_time};
use super::shadow::{Growth, moved_by};
use crate::arith::lane::{self, ALL, Mask};
use crate::arith::number::{Number, UNIT};
use crate::claim::program::{KernelBinding, Path};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::kernel::{Kernel, KernelError, Problem, State, built_in};
use crate::lang::ir::NodeId;
use nalgebra::DMatrix;

/// How many times what rounding may do to one step as the claim writes it, a kernel's step may be off: it sums in another order.
const ALLOWED: f64 = 16.0;

/// Two runs are compared so often between two looks, if that is not more often than every so many steps.
const PARTS: u64 = 16;
const LEAST_PART: u64 = 64;

/// From so many running lanes on, eight problems at once are no more work than each by itself.
const TOGETHER: u32 = 4;

/// A kernel at work on up to eight cases.
pub struct Fast<'a, N> {
    kernel: &'a dyn Kernel,
    binding: &'a KernelBinding,
    /// Of a lane that was not started, that of one that was.
    problems: [Problem; 8],
    /// The second run, and how it parts from the first.
    moved: Option<([State; 8], Growth<N>)>,
    /// The first as the built-in kernel makes it, where another is at work and a second run is watched.
    own: Option<[State; 8]>,
}

impl<'a, N: Number> Fast<'a, N> {
    /// For the cases `started` of a machine whose set-up was run, if there is a kernel and the claim names one; the state is put in place.
    /// `watched`: what rounding does to the run is asked.
    pub fn for_claim(
        kernel: Option<&'a dyn Kernel>,
        plan: &Plan,
        path: &'a Path,
        m: &mut Machine<N>,
        started: Mask,
        watched: bool,
    ) -> Option<Self> {
        let (kernel, binding) = kernel.zip(path.kernel.as_ref())?;
        let first = lanes_of(started).next()?;
        begin(plan, path, m);
        let constant = |node: NodeId, lane: usize| {
            let slot = plan.roots.first().and_then(|roots| roots.get(&node)).copied();
            slot.map_or_else(|| DMatrix::zeros(0, 0), |slot| read(plan, m, slot, lane))
        };
        let of = |lane: usize| if started >> lane & 1 == 1 { lane } else { first };
        let problems = std::array::from_fn(|lane| {
            let scalar = |node: &NodeId| constant(*node, of(lane)).iter().next().copied().unwrap_or(f64::NAN);
            Problem {
                kind: binding.kind,
                scalars: binding.scalars.iter().map(scalar).collect(),
                data: binding.data.iter().map(|node| constant(*node, of(lane))).collect(),
            }
        });
        let mut fast = Self { kernel, binding, problems, moved: None, own: None };
        if watched {
            let given = fast.states(plan, path, m);
            let states: [State; 8] = std::array::from_fn(|lane| given[of(lane)].clone());
            let mut moved = states.clone();
            for (component, matrix) in moved.iter_mut().flat_map(|state| state.iter_mut().enumerate()) {
                for (i, x) in matrix.iter_mut().enumerate() {
                    *x *= moved_by(i + component);
                }
            }
            let start = N::from_lanes(&distances(&states, &moved));
            let slots = fast.components(path).filter_map(|(_, component)| input_slot(plan, component.input));
            let errors: Vec<SlotId> = slots.collect();
            let error = lanes(|lane| norm(errors.iter().map(|slot| m.errors[*slot as usize].to_f64(lane))));
            fast.moved = Some((moved, Growth::new(start, error)));
            fast.own = (!fast.is_built_in(kernel)).then_some(states);
        }
        Some(fast)
    }

    /// The kernel's state in each lane, in its order.
    fn states(&self, plan: &Plan, path: &Path, m: &Machine<N>) -> [State; 8] {
        let mut states: [State; 8] = std::array::from_fn(|_| Vec::new());
        for component in self.binding.state.iter().filter_map(|&i| path.state.get(i)) {
            let all = input_slot(plan, component.input).map(|slot| read_all(plan, m, slot));
            for (lane, state) in states.iter_mut().enumerate() {
                state.push(all.as_ref().map_or_else(|| DMatrix::zeros(0, 0), |all| all.of(lane)));
            }
        }
        states
    }

    /// Runs the kernel in the lanes that are running; what the others hold afterwards means nothing.
    fn kernel_run(&self, states: &mut [State; 8], running: Mask, at: u64, steps: u64) -> Result<(), PlanError> {
        self.run(self.kernel, states, running, at, steps)
    }

    fn run(
        &self,
        kernel: &dyn Kernel,
        states: &mut [State; 8],
        running: Mask,
        at: u64,
        steps: u64,
    ) -> Result<(), PlanError> {
        if steps == 0 {
            return Ok(());
        }
        let failed = |error: KernelError| PlanError::Kernel(format!("`{}`: {error}", kernel.name()));
        // Eight that are made one by one would be more than those that are running.
        let alone = self.is_built_in(kernel) && !self.takes_together(states, running);
        if running.count_ones() < TOGETHER || alone {
            for lane in lanes_of(running) {
                kernel.run(&self.problems[lane], &mut states[lane], at, steps).map_err(failed)?;
            }
            return Ok(());
        }
        // A lane that has ended goes along with one that has not.
        let first = lanes_of(running).next().unwrap_or(0);
        let of = |lane: usize| if running >> lane & 1 == 1 { lane } else { first };
        for lane in lanes_of(!running) {
            states[lane] = states[first].clone();
        }
        let problems = std::array::from_fn(|lane| &self.problems[of(lane)]);
        kernel.run_octet(&problems, states, at, steps).map_err(failed)
    }

    /// Runs the kernel and, beside it, the built-in one on the second run: in one pass where there is room for both.
    fn run_both(
        &self,
        states: &mut [State; 8],
        moved: &mut [State; 8],
        running: Mask,
        at: u64,
        steps: u64,
    ) -> Result<(), PlanError> {
        let own = built_in(self.binding.kind);
        let at_work: Vec<usize> = lanes_of(running).collect();
        let both = self.is_built_in(self.kernel)
            && (TOGETHER as usize..=8).contains(&(2 * at_work.len()))
            && self.takes_together(states, running);
        let (Some(&first), true, true) = (at_work.first(), both, steps > 0) else {
            self.kernel_run(states, running, at, steps)?;
            return self.run(own, moved, running, at, steps);
        };
        let count = at_work.len();
        let lane = |place: usize| at_work.get(place % count).copied().unwrap_or(first);
        let problems = std::array::from_fn(|place| &self.problems[lane(place)]);
        let mut together: [State; 8] = std::array::from_fn(|place| match place {
            place if place < count => states[lane(place)].clone(),
            place => moved[lane(place)].clone(),
        });
        let failed = |error: KernelError| PlanError::Kernel(format!("`{}`: {error}", own.name()));
        own.run_octet(&problems, &mut together, at, steps).map_err(failed)?;
        for (place, state) in together.into_iter().enumerate().take(2 * count) {
            let to = if place < count { &mut *states } else { &mut *moved };
            to[lane(place)] = state;
        }
        Ok(())
    }

    /// Whether this is the kernel that is built in.
    fn is_built_in(&self, kernel: &dyn Kernel) -> bool {
        std::ptr::addr_eq(kernel, built_in(self.binding.kind))
    }

    /// Whether it has a program for eight at once.
    fn takes_together(&self, states: &[State; 8], running: Mask) -> bool {
        let columns = lanes_of(running).next().and_then(|lane| states[lane].first()).map_or(0, DMatrix::ncols);
        crate::kernel::takes_together(self.binding.kind, columns)
    }

    /// Takes the steps from number `t` to number `next`, in the lanes that are running.
    ///
    /// # Errors
    /// If the kernel fails, or disagrees with `step`; as [`run`].
    pub fn advance(
        &mut self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
        running: Mask,
        (t, next): (u64, u64),
    ) -> Result<(), PlanError> {
        let mut states = self.states(plan, path, m);
        let mut moved = self.moved.take();
        let mut own = self.own.take();
        // How far two runs have parted, and the size of the first: between far looks, too, since they may part and meet again.
        let mut seen: Vec<(N, N, u64)> = Vec::new();
        let watched = |states: &[State; 8], moved: &[State; 8], steps: u64| {
            (N::from_lanes(&distances(states, moved)), N::from_lanes(&norms_of_eight(entries(states))), steps)
        };
        for (from, to) in parts(t, next) {
            // The last step is taken apart.
            let steps = to.min(next - 1) - from;
            match &mut moved {
                None => self.kernel_run(&mut states, running, from, steps)?,
                Some((moved, _)) => self.run_both(&mut states, moved, running, from, steps)?,
            }
            if let Some(own) = &mut own {
                self.run(built_in(self.binding.kind), own, running, from, steps)?;
            }
            if let Some((moved, _)) = moved.as_ref().filter(|_| to < next) {
                seen.push(watched(own.as_ref().unwrap_or(&states), moved, to - from));
            }
        }
        let last_part = parts(t, next).last().map_or(0, |(from, to)| to - from);
        // One step as the claim writes it, from the same state.
        for (place, component) in self.components(path) {
            for input in [component.previous, component.input] {
                if let Some(slot) = input_slot(plan, input) {
                    write(plan, m, slot, place, &states, running);
                }
            }
        }
        set_time(plan, m, path.time, |_| (next - 1) as f64, ALL);
        let exactly = if moved.is_some() { self.bounds_for_exact_data(plan, path, m)? } else { None };
        run(plan, STEP, m)?;
        let bounds = self.step_bounds(plan, path, m);
        let off = exactly.map(|exactly| {
            lanes(|lane| norm(bounds.iter().zip(&exactly).map(|(all, own)| all[lane] - own[lane])).max(0.0))
        });
        match &mut moved {
            None => self.kernel_run(&mut states, running, next - 1, 1)?,
            Some((moved, _)) => self.run_both(&mut states, moved, running, next - 1, 1)?,
        }
        if let Some(own) = &mut own {
            self.run(built_in(self.binding.kind), own, running, next - 1, 1)?;
        }
        let first = own.as_ref().unwrap_or(&states);
        for (place, component) in self.components(path) {
            let Some(&slot) = plan.roots.get(STEP).and_then(|roots| roots.get(&component.next)) else { continue };
            let all = read_all(plan, m, slot);
            for lane in lanes_of(running) {
                let wanted = all.of(lane);
                let bound = m.errors[slot as usize].to_f64(lane) + UNIT * wanted.norm();
                let off = (&states[lane][place] - &wanted).norm();
                // A kernel that gives what is no number agrees with nothing.
                if (off > ALLOWED * bound || off.is_nan()) && bound.is_finite() {
                    return Err(PlanError::Kernel(format!(
                        "`{}` is not the `step` of this claim: after step {next} its {} is off by {:.3e} times what rounding allows",
                        self.kernel.name(),
                        component.name,
                        off / bound
                    )));
                }
            }
        }
        if let Some((moved, growth)) = &mut moved {
            let off = off.unwrap_or_else(N::zero);
            seen.push(watched(first, moved, last_part));
            for (apart, size, steps) in &seen {
                growth.see(apart, size, *steps, &off);
            }
        }
        for (place, component) in self.components(path) {
            let Some(slot) = input_slot(plan, component.input) else { continue };
            write(plan, m, slot, place, &states, running);
            let size = m.norms[slot as usize].clone();
            m.errors[slot as usize] = match &moved {
                // Nobody asks for more than a proposal.
                None => size.mul(&N::from_f64(DRIFT)),
                Some((moved, growth)) => {
                    let gaps = differences(part_entries(first, place), part_entries(moved, place));
                    let apart = N::from_lanes(&norms_of_eight(gaps));
                    // What one step makes of an exact state is never too much to allow: a small part may be the rounding of large ones.
                    let step = bounds.get(place).map_or_else(N::zero, N::from_lanes);
                    growth.estimate(&apart, &size).max(&size.mul(&N::from_f64(UNIT))).max(&step)
                }
            };
        }
        self.moved = moved;
        self.own = own;
        Ok(())
    }

    /// The bounds of a step of each component, lane by lane.
    fn step_bounds(&self, plan: &Plan, path: &Path, m: &Machine<N>) -> Vec<[f64; 8]> {
        let nexts = self.components(path).filter_map(|(_, component)| plan.roots.get(STEP)?.get(&component.next));
        nexts.map(|slot| std::array::from_fn(|lane| m.errors[*slot as usize].to_f64(lane))).collect()
    }

    /// Those that a step would have if the kernel's data and numbers were exact; nothing where they are.
    fn bounds_for_exact_data(
        &self,
        plan: &Plan,
        path: &Path,
        m: &mut Machine<N>,
    ) -> Result<Option<Vec<[f64; 8]>>, PlanError> {
        let nodes = self.binding.data.iter().chain(&self.binding.scalars);
        let slots: Vec<SlotId> = nodes.filter_map(|node| plan.roots.get(SETUP)?.get(node).copied()).collect();
        let kept: Vec<N> = slots.iter().map(|slot| m.errors[*slot as usize].clone()).collect();
        if kept.iter().all(|error| error.eq(&N::zero()) == ALL) {
            return Ok(None);
        }
        for slot in &slots {
            m.errors[*slot as usize] = N::zero();
        }
        run(plan, STEP, m)?;
        for (slot, error) in slots.iter().zip(kept) {
            m.errors[*slot as usize] = error;
        }
        Ok(Some(self.step_bounds(plan, path, m)))
    }

    /// The components of the state, with their places among the kernel's.
    fn components<'p>(
        &self,
        path: &'p Path,
    ) -> impl Iterator<Item = (usize, &'p crate::claim::program::Component)> + use<'p, 'a, N> {
        self.binding.state.iter().enumerate().filter_map(|(place, &i)| Some((place, path.state.get(i)?)))
    }
}

/// The steps from a look to the next, in as many parts as two runs are compared at.
fn parts(t: u64, next: u64) -> Vec<(u64, u64)> {
    let length = (next - t).div_ceil(PARTS).max(LEAST_PART);
    (t..next)
        .step_by(usize::try_from(length).unwrap_or(usize::MAX))
        .map(|from| (from, next.min(from + length)))
        .collect()
}

/// A number of each lane.
fn lanes<N: Number>(of: impl Fn(usize) -> f64) -> N {
    N::from_lanes(&std::array::from_fn(of))
}

/// A slot in one lane.
fn read<N: Number>(plan: &Plan, m: &Machine<N>, slot: SlotId, lane: usize) -> DMatrix<f64> {
    read_all(plan, m, slot).of(lane)
}

/// A slot in all lanes.
fn read_all<N: Number>(plan: &Plan, m: &Machine<N>, slot: SlotId) -> InLanes {
    let at = plan.slots[slot as usize];
    let entries = N::enter(Reading { numbers: &m.numbers[at.range()] });
    InLanes { rows: at.rows as usize, cols: at.cols as usize, entries }
}

/// A matrix of each lane, entry by entry, row-major.
struct InLanes {
    rows: usize,
    cols: usize,
    entries: Vec<[f64; 8]>,
}

impl InLanes {
    fn of(&self, lane: usize) -> DMatrix<f64> {
        DMatrix::from_row_iterator(self.rows, self.cols, self.entries.iter().map(|lanes| lanes[lane]))
    }
}

/// One matrix of each running lane's state into a slot, as exact numbers; the other lanes keep theirs.
fn write<N: Number>(plan: &Plan, m: &mut Machine<N>, slot: SlotId, place: usize, states: &[State; 8], running: Mask) {
    let at = plan.slots[slot as usize];
    let (rows, cols) = (at.rows as usize, at.cols as usize);
    let mut entries = vec![[0.0; 8]; rows * cols];
    for lane in lanes_of(running) {
        // Columns one after the other there, rows here.
        for (i, x) in states[lane][place].as_slice().iter().enumerate() {
            entries[i % rows * cols + i / rows][lane] = *x;
        }
    }
    N::enter(Writing { plan, m, slot, entries: &entries, running });
}

/// Numbers as floats, all lanes of each.
struct Reading<'a, N> {
    numbers: &'a [N],
}

impl<N: Number> lane::Kernel<N> for Reading<'_, N> {
    type Out = Vec<[f64; 8]>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let mut entries = vec![[0.0; 8]; self.numbers.len()];
        for (entry, number) in entries.iter_mut().zip(self.numbers) {
            *entry = number.to_lanes();
        }
        entries
    }
}

/// Floats as exact numbers of a slot, in the lanes that are running.
struct Writing<'a, N> {
    plan: &'a Plan,
    m: &'a mut Machine<N>,
    slot: SlotId,
    entries: &'a [[f64; 8]],
    running: Mask,
}

impl<N: Number> lane::Kernel<N> for Writing<'_, N> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, m, slot, entries, running } = self;
        for (number, entry) in m.numbers[plan.slots[slot as usize].range()].iter_mut().zip(entries) {
            *number = N::select(running, &N::from_lanes(entry), number);
        }
        m.errors[slot as usize] = N::zero();
        m.undefined[slot as usize] = 0;
        m.set_norm(plan, slot);
    }
}

/// The entries of eight states side by side, array by array.
fn entries(states: &[State; 8]) -> impl Iterator<Item = [f64; 8]> + Clone + '_ {
    (0..states[0].len()).flat_map(|place| part_entries(states, place))
}

/// Those of the array at this place.
fn part_entries(states: &[State; 8], place: usize) -> impl Iterator<Item = [f64; 8]> + Clone + '_ {
    let arrays: [&[f64]; 8] = std::array::from_fn(|lane| states[lane][place].as_slice());
    let length = arrays.iter().map(|array| array.len()).min().unwrap_or(0);
    (0..length).map(move |i| arrays.map(|array| array[i]))
}

fn differences<'x>(
    a: impl Iterator<Item = [f64; 8]> + Clone + 'x,
    b: impl Iterator<Item = [f64; 8]> + Clone + 'x,
) -> impl Iterator<Item = [f64; 8]> + Clone + 'x {
    a.zip(b).map(|(a, b)| std::array::from_fn(|lane| a[lane] - b[lane]))
}

/// How far two states are apart, lane by lane.
fn distances(a: &[State; 8], b: &[State; 8]) -> [f64; 8] {
    norms_of_eight(differences(entries(a), entries(b)))
}

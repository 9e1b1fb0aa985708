//! The memory of a plan while it runs, in one arithmetic.
//!
//! Each slot has its numbers and, for all of them together, one bound on the Frobenius norm of their error, one Frobenius norm,
//! and the lanes where the value is undefined. One bound a matrix costs `n²` beside the `n³` of a product and
//! is what perturbation bounds for eigenvalues ask for. Truth values are two masks; a lane in neither is undefined or, if its
//! undefined bit is clear, not known in this arithmetic.

use super::plan::{Constant, Plan, SlotId};
use super::rounding::Bounded;
use crate::arith::lane::{ALL, Kernel, Mask};
use crate::arith::number::{Number, UNIT};
use crate::lang::ir::InputId;
use crate::sample::strata::Lanes;

/// Lanes that are true and lanes that are false; lanes of neither are undefined or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Truth {
    pub yes: Mask,
    pub no: Mask,
    pub undefined: Mask,
}

impl Truth {
    /// Neither true nor false nor undefined: the arithmetic cannot tell.
    pub fn unknown(self) -> Mask {
        !(self.yes | self.no | self.undefined)
    }

    /// Strong Kleene; where one side is unknown and the other undefined, unknown.
    pub fn and(self, other: Self) -> Self {
        let yes = self.yes & other.yes;
        let no = self.no | other.no;
        let settled = |t: Self| t.yes | t.undefined;
        let undefined = (self.undefined | other.undefined) & settled(self) & settled(other);
        Self { yes, no, undefined }
    }

    pub fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self { yes: self.no, no: self.yes, undefined: self.undefined }
    }

    /// `self` where the condition is true, `other` where it is false; the condition's own state elsewhere.
    pub fn chosen(condition: Self, then: Self, otherwise: Self) -> Self {
        let pick = |a: Mask, b: Mask| (condition.yes & a) | (condition.no & b);
        Self {
            yes: pick(then.yes, otherwise.yes),
            no: pick(then.no, otherwise.no),
            undefined: pick(then.undefined, otherwise.undefined) | condition.undefined,
        }
    }
}

/// Memory for one plan at a time; kept between plans so that nothing is allocated once it has grown.
#[derive(Clone, Default)]
pub struct Machine<N> {
    pub numbers: Vec<N>,
    pub errors: Vec<N>,
    pub norms: Vec<N>,
    pub undefined: Vec<Mask>,
    pub truths: Vec<Truth>,
    pub loops: Vec<i64>,
    /// Work that is left to the loops of this run of a section; at zero it ends, and its values mean nothing.
    pub fuel: u64,
    /// Working memory of decompositions.
    pub work: Vec<N>,
}

impl<N: Number> Machine<N> {
    pub fn new() -> Self {
        Self {
            numbers: Vec::new(),
            errors: Vec::new(),
            norms: Vec::new(),
            undefined: Vec::new(),
            truths: Vec::new(),
            loops: Vec::new(),
            fuel: 0,
            work: Vec::new(),
        }
    }

    /// Makes room for `plan` and fills its constants.
    pub fn load(&mut self, plan: &Plan) {
        N::enter(Load { plan, m: self });
    }

    #[inline(always)]
    fn filled(&mut self, plan: &Plan) {
        let zero = N::zero();
        let slots = plan.slots.len();
        self.numbers.clear();
        self.numbers.resize(plan.numbers, zero.clone());
        self.errors.clear();
        self.errors.resize(slots, zero.clone());
        self.norms.clear();
        self.norms.resize(slots, zero.clone());
        self.undefined.clear();
        self.undefined.resize(slots, 0);
        self.truths.clear();
        self.truths.resize(slots, Truth::default());
        self.loops.clear();
        self.loops.resize(plan.loops, 0);
        let work = Self::work_len(plan.largest);
        if self.work.len() < work {
            self.work.resize(work, zero.clone());
        }
        for (slot, constant) in &plan.constants {
            self.set_constant(plan, *slot, constant);
        }
    }

    /// Three square matrices, two columns, and a decomposition's scratch.
    pub fn work_len(largest: usize) -> usize {
        if largest == 0 { 0 } else { 4 * largest * largest + 2 * largest + N::scratch_len(largest) }
    }

    #[inline(always)]
    fn set_constant(&mut self, plan: &Plan, id: SlotId, constant: &Constant) {
        let slot = plan.slots[id as usize];
        let (rows, cols) = (slot.rows as usize, slot.cols as usize);
        let out = &mut self.numbers[slot.range()];
        match constant {
            Constant::Number(value) => {
                let (value, error) = N::from_rational(value);
                self.errors[id as usize] = error;
                out[0] = value;
            }
            Constant::Pi => {
                let (value, error) = N::pi();
                self.errors[id as usize] = error;
                out[0] = value;
            }
            Constant::Truth(value) => {
                let (yes, no) = if *value { (ALL, 0) } else { (0, ALL) };
                self.truths[id as usize] = Truth { yes, no, undefined: 0 };
            }
            Constant::Identity => {
                for i in 0..rows.min(cols) {
                    out[i * cols + i] = N::one();
                }
            }
            Constant::Fill(x) => out.fill(N::from_f64(*x)),
        }
        self.set_norm(plan, id);
    }

    /// Recomputes a slot's Frobenius norm from its numbers.
    #[inline(always)]
    pub fn set_norm(&mut self, plan: &Plan, id: SlotId) {
        if N::TRACKED {
            let slot = plan.slots[id as usize];
            let numbers = &self.numbers[slot.range()];
            self.norms[id as usize] = if numbers.len() == 1 { numbers[0].abs() } else { norm_bound(numbers) };
        }
    }

    /// Supplies the draws of one slot, lane by lane, row-major, with a bound on their Frobenius norm where one is known.
    #[inline(always)]
    pub fn set_draw(&mut self, plan: &Plan, slot: SlotId, values: &[Lanes], norm: Option<f64>) {
        for (out, x) in self.numbers[plan.slots[slot as usize].range()].iter_mut().zip(values) {
            *out = N::from_lanes(&x.0);
        }
        match norm {
            Some(norm) => self.norms[slot as usize] = N::from_f64(norm),
            None => self.set_norm(plan, slot),
        }
    }

    /// Copies a computed value into an input's slot, with this bound on its error.
    #[inline(always)]
    pub fn set_input(&mut self, plan: &Plan, id: InputId, from: SlotId, error: &N) {
        for (known, slot) in &plan.inputs {
            if *known == id {
                let (to, from_range) = (plan.slots[*slot as usize].range(), plan.slots[from as usize].range());
                for (t, f) in to.zip(from_range) {
                    self.numbers[t] = self.numbers[f].clone();
                }
                self.errors[*slot as usize] = error.clone();
                self.undefined[*slot as usize] = self.undefined[from as usize];
                self.norms[*slot as usize] = self.norms[from as usize].clone();
            }
        }
    }

    /// Supplies an input's numbers, exact ones, row-major; `false` if they are not as many as its slot has.
    pub fn set_numbers(&mut self, plan: &Plan, id: InputId, numbers: &[N]) -> bool {
        let mut fits = true;
        for (_, slot) in plan.inputs.iter().filter(|(known, _)| *known == id) {
            let range = plan.slots[*slot as usize].range();
            if range.len() != numbers.len() {
                fits = false;
                continue;
            }
            self.numbers[range].clone_from_slice(numbers);
            self.errors[*slot as usize] = N::zero();
            self.undefined[*slot as usize] = 0;
            self.set_norm(plan, *slot);
        }
        fits
    }

    /// The numbers of all earlier slots, and those of `out`. Arguments are always earlier.
    #[inline(always)]
    pub fn split(&mut self, plan: &Plan, out: SlotId) -> (&[N], &mut [N]) {
        let slot = plan.slots[out as usize];
        let (earlier, later) = self.numbers.split_at_mut(slot.offset as usize);
        (earlier, &mut later[..slot.len()])
    }

    #[inline(always)]
    pub fn real(&self, plan: &Plan, id: SlotId) -> Bounded<N> {
        Bounded {
            value: self.numbers[plan.slots[id as usize].offset as usize].clone(),
            error: self.errors[id as usize].clone(),
        }
    }

    #[inline(always)]
    pub fn set_real(&mut self, plan: &Plan, id: SlotId, x: Bounded<N>, undefined: Mask) {
        if N::TRACKED {
            self.norms[id as usize] = x.value.abs();
            self.errors[id as usize] = x.error;
        }
        self.numbers[plan.slots[id as usize].offset as usize] = x.value;
        self.undefined[id as usize] = undefined;
    }
}

/// Loading is compiled once an arithmetic, whoever does it.
struct Load<'a, N> {
    plan: &'a Plan,
    m: &'a mut Machine<N>,
}

impl<N: Number> Kernel<N> for Load<'_, N> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.m.filled(self.plan);
    }
}

/// The Frobenius norm, safe from overflow only as far as squares are; beyond that it is not finite and the bound with it.
#[inline(always)]
pub fn frobenius<N: Number>(numbers: &[N]) -> N {
    N::sum_of_squares(numbers).sqrt()
}

/// At least the Frobenius norm (up to rounding), also where squares underflow; zero only where all numbers are.
#[inline(always)]
pub fn norm_bound<N: Number>(numbers: &[N]) -> N {
    // Four sums side by side: one would wait for itself.
    let mut sums = [N::zero(), N::zero(), N::zero(), N::zero()];
    let fours = numbers.chunks_exact(4);
    let rest = N::sum_of_squares(fours.remainder());
    for four in fours {
        for (sum, x) in sums.iter_mut().zip(four) {
            *sum = x.mul_add(x, sum);
        }
    }
    let [a, b, c, d] = sums;
    let squares = a.add(&b).add(&c.add(&d)).add(&rest);
    let norm = squares.sqrt();
    let low = squares.lt(&N::lost(1e-280));
    if low == 0 {
        return norm;
    }
    let mut zero = !0;
    for x in numbers {
        zero &= x.eq(&N::zero());
    }
    N::select(low & !zero, &N::from_f64(1e-139), &norm)
}

/// `k` half-ulps, as a number.
#[inline(always)]
pub fn units<N: Number>(k: f64) -> N {
    N::from_f64(k * UNIT)
}

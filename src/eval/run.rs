//! Runs the instructions of a section: the one loop that every arithmetic shares.
//!
//! Everything here is inlined into one function an arithmetic, so that lanes keep the instruction set they were dispatched to.
//! Reals are in `rounding`, matrices in `matrices`, spectra in `spectra`, samplers in `samplers`.

use super::compile::PlanError;
use super::machine::{Machine, Truth, norm_bound};
use super::matrices as mat;
use super::plan::{Instruction as I, Plan, SlotId};
use super::rounding::{self as r, Bounded};
use super::{samplers, spectra};
use crate::arith::lane::{ALL, Kernel, Mask};
use crate::arith::number::Number;
use crate::lang::ir::Fold;

/// Runs section `section` of `plan` in `m`, which holds its draws and inputs.
///
/// # Errors
/// If its loops take more work than the plan allows.
#[inline(always)]
pub fn run<N: Number>(plan: &Plan, section: usize, m: &mut Machine<N>) -> Result<(), PlanError> {
    m.fuel = plan.most_work;
    N::enter(Section { plan, section, m });
    if m.fuel == 0 { Err(PlanError::TooMuchWork { limit: plan.most_work }) } else { Ok(()) }
}

/// The interpreter is compiled once an arithmetic, whoever runs it.
struct Section<'a, N> {
    plan: &'a Plan,
    section: usize,
    m: &'a mut Machine<N>,
}

impl<N: Number> Kernel<N> for Section<'_, N> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        interpret(self.plan, self.section, self.m);
    }
}

#[inline(always)]
#[expect(clippy::too_many_lines, reason = "one arm an instruction, each a call")]
fn interpret<N: Number>(plan: &Plan, section: usize, m: &mut Machine<N>) {
    let range = plan.sections[section].clone();
    let mut pc = range.start;
    while pc < range.end {
        let instruction = &plan.code[pc];
        pc += 1;
        match instruction {
            I::Integer { out, value } => {
                let x = r::whole(value.value(&m.loops));
                m.set_real(plan, *out, x, 0);
            }
            I::UnitVector { out, index } => mat::unit_vector(plan, m, *out, index.value(&m.loops)),

            I::Add { out, a, b } => mat::add(plan, m, *out, *a, *b, false),
            I::Sub { out, a, b } => mat::add(plan, m, *out, *a, *b, true),
            I::Neg { out, a } => mat::negate(plan, m, *out, *a),
            I::Mul { out, a, b } => {
                let x = r::mul(&m.real(plan, *a), &m.real(plan, *b));
                let undefined = either(m, *a, *b);
                m.set_real(plan, *out, x, undefined);
            }
            I::Scale { out, factor, a } => mat::scale(plan, m, *out, *factor, *a),
            I::Div { out, a, divisor } => mat::divide(plan, m, *out, *a, *divisor),
            I::PowUniform { out, a, exponent } => {
                let (x, u) = r::power_uniform(&m.real(plan, *a), exponent.value(&m.loops));
                let undefined = m.undefined[*a as usize] | u;
                m.set_real(plan, *out, x, undefined);
            }
            I::PowInteger { out, a, exponent } => {
                let (x, u) = r::power_integer(&m.real(plan, *a), &m.real(plan, *exponent));
                let undefined = either(m, *a, *exponent) | u;
                m.set_real(plan, *out, x, undefined);
            }
            I::PowReal { out, a, exponent } => {
                let (x, u) = r::power_real(&m.real(plan, *a), &m.real(plan, *exponent));
                let undefined = either(m, *a, *exponent) | u;
                m.set_real(plan, *out, x, undefined);
            }
            I::Real { out, f, a } => {
                let (x, u) = r::real(*f, &m.real(plan, *a));
                let undefined = m.undefined[*a as usize] | u;
                m.set_real(plan, *out, x, undefined);
            }
            I::Least { out, a, b } => {
                let x = r::min(&m.real(plan, *a), &m.real(plan, *b));
                let undefined = either(m, *a, *b);
                m.set_real(plan, *out, x, undefined);
            }
            I::Greatest { out, a, b } => {
                let x = r::max(&m.real(plan, *a), &m.real(plan, *b));
                let undefined = either(m, *a, *b);
                m.set_real(plan, *out, x, undefined);
            }
            I::Ratio { out, a, b } => {
                let (x, u) = r::ratio(&m.real(plan, *a), &m.real(plan, *b));
                let undefined = either(m, *a, *b) | u;
                m.set_real(plan, *out, x, undefined);
            }

            I::MatMul { out, a, b } => mat::multiply(plan, m, *out, *a, *b),
            I::MatPow { out, a, exponent } => mat::power(plan, m, *out, *a, exponent.value(&m.loops)),
            I::Transpose { out, a } => mat::transpose(plan, m, *out, *a),
            I::Hadamard { out, a, b } => mat::hadamard(plan, m, *out, *a, *b),
            I::Kron { out, a, b } => mat::kronecker(plan, m, *out, *a, *b),
            I::Inv { out, a } => mat::inverse(plan, m, *out, *a),
            I::Det { out, a } => mat::determinant(plan, m, *out, *a),
            I::Trace { out, a } => mat::trace(plan, m, *out, *a),
            I::NormFrobenius { out, a } => mat::norm_frobenius(plan, m, *out, *a),
            I::Inner { out, a, b } => mat::inner(plan, m, *out, *a, *b),
            I::MaxAbs { out, a } => mat::max_abs(plan, m, *out, *a),
            I::SumEntries { out, a } => mat::sum_entries(plan, m, *out, *a),
            I::Diagonal { out, a } => mat::diagonal(plan, m, *out, *a),
            I::Flatten { out, a } => mat::flatten(plan, m, *out, *a),
            I::Unflatten { out, a } => mat::unflatten(plan, m, *out, *a),
            I::Place { out, a, row, col } => mat::place(plan, m, *out, *a, *row as usize, *col as usize),
            I::Sym { out, a } => mat::symmetric_part(plan, m, *out, *a),
            I::Entry { out, a, row, col } => {
                mat::entry(plan, m, *out, *a, row.value(&m.loops), col.value(&m.loops));
            }
            I::Block { out, a, row, col } => {
                mat::block(plan, m, *out, *a, row.value(&m.loops), col.value(&m.loops));
            }
            I::SortDecreasing { out, a } => mat::sort_decreasing(plan, m, *out, *a),

            I::Lambda { out, a, index } => spectra::lambda(plan, m, *out, *a, index.value(&m.loops)),
            I::LoewnerMargin { out, a } => spectra::loewner_margin(plan, m, *out, *a),
            I::Eigenvalues { out, a } => spectra::eigenvalues(plan, m, *out, *a),
            I::SingularValues { out, a } => spectra::singular_values(plan, m, *out, *a),
            I::Projector { out, a, index } => spectra::projector(plan, m, *out, *a, index.value(&m.loops)),
            I::MatrixFunction { out, a, f, sign } => spectra::function(plan, m, *out, *a, *f, *sign),

            I::Start { out, value, undefined } => {
                let slot = plan.slots[*out as usize];
                m.numbers[slot.range()].fill(N::from_f64(*value));
                m.errors[*out as usize] = N::zero();
                m.undefined[*out as usize] = if *undefined { ALL } else { 0 };
                // An infinite start is never read while undefined; its norm must not poison anything.
                m.norms[*out as usize] = N::from_f64(if value.is_finite() { value.abs() } else { 0.0 });
            }
            I::StartTruth { out, value } => {
                let (yes, no) = if *value { (ALL, 0) } else { (0, ALL) };
                m.truths[*out as usize] = Truth { yes, no, undefined: 0 };
            }
            I::Accumulate { out, fold, value, filter } => accumulate(plan, m, *out, *fold, *value, *filter),
            I::StoreEntry { out, value, row, col } => {
                let slot = plan.slots[*out as usize];
                let (row, col) = (row.value(&m.loops) as usize - 1, col.value(&m.loops) as usize - 1);
                let x = m.real(plan, *value);
                m.numbers[slot.offset as usize + row * slot.cols as usize + col] = x.value;
                if N::TRACKED {
                    // The sum of the entries' bounds is at least their Frobenius norm.
                    m.errors[*out as usize] = m.errors[*out as usize].add(&x.error);
                    let (old, new) = (m.norms[*out as usize].clone(), m.norms[*value as usize].clone());
                    m.norms[*out as usize] = norm_bound(&[old, new]);
                }
                m.undefined[*out as usize] |= m.undefined[*value as usize];
            }
            I::Loop { var, lo, hi, exit } => {
                let (lo, hi) = (lo.value(&m.loops), hi.value(&m.loops));
                m.loops[*var as usize] = lo;
                if lo > hi {
                    pc = *exit as usize;
                }
            }
            I::Next { var, hi, body, work } => {
                m.fuel = m.fuel.saturating_sub(*work);
                if m.fuel == 0 {
                    return;
                }
                let next = m.loops[*var as usize].saturating_add(1);
                if next <= hi.value(&m.loops) {
                    m.loops[*var as usize] = next;
                    pc = *body as usize;
                }
            }

            I::Less { out, a, b } => {
                let x = r::sub(&m.real(plan, *b), &m.real(plan, *a));
                let undefined = either(m, *a, *b);
                m.truths[*out as usize] = sign(&x, true, undefined);
            }
            I::LessEqual { out, a, b } => {
                let x = r::sub(&m.real(plan, *b), &m.real(plan, *a));
                let undefined = either(m, *a, *b);
                m.truths[*out as usize] = sign(&x, false, undefined);
            }
            I::Definite { out, a, strict } => m.truths[*out as usize] = spectra::definite(plan, m, *a, *strict),
            I::Equal { out, a, b } => {
                let t = mat::equal(plan, m, *a, *b);
                m.truths[*out as usize] = t;
            }
            I::And { out, a, b } => m.truths[*out as usize] = m.truths[*a as usize].and(m.truths[*b as usize]),
            I::Or { out, a, b } => m.truths[*out as usize] = m.truths[*a as usize].or(m.truths[*b as usize]),
            I::Not { out, a } => m.truths[*out as usize] = m.truths[*a as usize].negated(),
            I::IfTruth { out, condition, then, otherwise } => {
                m.truths[*out as usize] = Truth::chosen(
                    m.truths[*condition as usize],
                    m.truths[*then as usize],
                    m.truths[*otherwise as usize],
                );
            }
            I::If { out, condition, then, otherwise } => mat::choose(plan, m, *out, *condition, *then, *otherwise),

            I::LogMap { out, u, lo, hi } => samplers::log_map(plan, m, *out, *u, *lo, *hi),
            I::LogDown { out, u, hi } => samplers::log_down(plan, m, *out, *u, *hi),
            I::Reflect { out, v, a } => samplers::reflect(plan, m, *out, *v, *a),
            I::Congruence { out, v, d } => samplers::congruence(plan, m, *out, *v, *d),
            I::Rectangular { out, a } => mat::rectangular(plan, m, *out, *a),
            I::Permutation { out, u } => samplers::permutation(plan, m, *out, *u),
        }
    }
}

/// Lanes where either is undefined.
#[inline(always)]
pub fn either<N: Number>(m: &Machine<N>, a: SlotId, b: SlotId) -> Mask {
    m.undefined[a as usize] | m.undefined[b as usize]
}

/// The truth of `x >= 0` (`strict`: `x > 0`), decided only beyond the error bound.
#[inline(always)]
pub fn sign<N: Number>(x: &Bounded<N>, strict: bool, undefined: Mask) -> Truth {
    let zero = N::zero();
    if !N::TRACKED {
        // Where neither is certain, nothing is known.
        let (yes, no) =
            if strict { (zero.lt(&x.value), x.value.le(&zero)) } else { (zero.le(&x.value), x.value.lt(&zero)) };
        return Truth { yes: yes & !undefined, no: no & !undefined, undefined };
    }
    let floor = x.error.mul(&N::from_f64(r::SAFETY));
    // Plus infinity with a finite bound is the margin of an empty order.
    let known = floor.finite() & x.value.eq(&x.value) & !undefined;
    let negative = x.value.neg();
    let (above, below) =
        if strict { (floor.lt(&x.value), floor.le(&negative)) } else { (floor.le(&x.value), floor.lt(&negative)) };
    Truth { yes: above & known, no: below & known, undefined }
}

#[inline(always)]
fn accumulate<N: Number>(
    plan: &Plan,
    m: &mut Machine<N>,
    out: SlotId,
    fold: Fold,
    value: SlotId,
    filter: Option<SlotId>,
) {
    let keep = filter.map_or(Truth { yes: ALL, no: 0, undefined: 0 }, |f| m.truths[f as usize]);
    match fold {
        Fold::All | Fold::Any => {
            let x = m.truths[value as usize];
            // A filtered-out item is neutral; an undefined or unknown filter makes the item so.
            let neutral = Truth { yes: ALL, no: 0, undefined: 0 };
            let neutral = if fold == Fold::All { neutral } else { neutral.negated() };
            let item = Truth::chosen(keep, x, neutral);
            let acc = m.truths[out as usize];
            m.truths[out as usize] = if fold == Fold::All { acc.and(item) } else { acc.or(item) };
        }
        Fold::Sum => {
            let (to, from) = (plan.slots[out as usize], plan.slots[value as usize]);
            if to.len() == 1 {
                let (old, x) = (m.real(plan, out), m.real(plan, value));
                let new = r::add(&old, &x);
                store_kept(plan, m, out, &old, &new, keep, m.undefined[value as usize]);
                return;
            }
            for (t, f) in to.range().zip(from.range()) {
                let sum = m.numbers[t].add(&m.numbers[f]);
                let kept = N::select(keep.yes, &sum, &m.numbers[t]);
                m.numbers[t] = r::forgotten(keep.unknown(), kept);
            }
            let (o, v) = (out as usize, value as usize);
            if N::TRACKED {
                let norm = norm_bound(&m.numbers[to.range()]);
                let error = m.errors[o].add(&m.errors[v]).add(&norm.mul(&super::machine::units(1.0)));
                let error = N::select(keep.yes, &error, &m.errors[o]);
                m.errors[o] = r::unknown_where(keep.unknown(), &error);
                m.norms[o] = norm;
            }
            m.undefined[o] |= (m.undefined[v] & keep.yes) | keep.undefined;
        }
        Fold::Product => {
            let (old, x) = (m.real(plan, out), m.real(plan, value));
            let new = r::mul(&old, &x);
            store_kept(plan, m, out, &old, &new, keep, m.undefined[value as usize]);
        }
        Fold::Min | Fold::Max => {
            let (old, x) = (m.real(plan, out), m.real(plan, value));
            let start = if fold == Fold::Min { f64::INFINITY } else { f64::NEG_INFINITY };
            // Nothing yet: undefined, and still at the infinite start. An undefined item leaves zero there.
            let empty = m.undefined[out as usize] & old.value.eq(&N::from_f64(start));
            let poisoned = (m.undefined[value as usize] & keep.yes) | keep.undefined;
            let unknown = keep.unknown();
            let both = if fold == Fold::Min { r::min(&old, &x) } else { r::max(&old, &x) };
            let next = N::select(empty, &x.value, &both.value);
            let next_error = N::select(empty, &x.error, &both.error);
            let kept = N::select(keep.yes, &next, &old.value);
            let value = r::forgotten(unknown, N::select(poisoned | unknown, &N::zero(), &kept));
            let error = r::unknown_where(unknown, &N::select(keep.yes, &next_error, &old.error));
            let undefined = (m.undefined[out as usize] & !empty) | poisoned | (empty & keep.no);
            m.set_real(plan, out, Bounded { value, error }, undefined);
        }
    }
}

#[inline(always)]
fn store_kept<N: Number>(
    plan: &Plan,
    m: &mut Machine<N>,
    out: SlotId,
    old: &Bounded<N>,
    new: &Bounded<N>,
    keep: Truth,
    value_undefined: Mask,
) {
    let value = r::forgotten(keep.unknown(), N::select(keep.yes, &new.value, &old.value));
    let error = r::unknown_where(keep.unknown(), &N::select(keep.yes, &new.error, &old.error));
    let undefined = m.undefined[out as usize] | (value_undefined & keep.yes) | keep.undefined;
    m.set_real(plan, out, Bounded { value, error }, undefined);
}

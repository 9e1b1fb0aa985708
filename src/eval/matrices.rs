//! Instructions on matrices, entry by entry or as products, each with its error bound in the Frobenius norm.
//!
//! With `u` the unit roundoff and `γ_k = k u / (1 - k u)`: a product of inner dimension `k` is off by at most `γ_k ‖A‖_F ‖B‖_F`
//! from its own rounding, and passes on `‖A‖ eB + eA ‖B‖ + eA eB` (Higham, §3.5, and submultiplicativity). Sums and scalings add one
//! rounding, `u ‖C‖_F`. Moving entries about costs nothing.

mod moves;

pub use moves::*;

use super::machine::{Machine, Truth, frobenius, norm_bound, units};
use super::plan::{Plan, Slot, SlotId};
use super::rounding::{self as r, Bounded, SAFETY};
use super::run::either;
use crate::arith::lane::Mask;
use crate::arith::number::Number;

/// What underflow can take from one matrix operation; far below any margin that is not itself near the end of the range.
const LOST: f64 = 1e-290;

/// Sets bound, norm and undefined lanes of a matrix that was just computed, with `rounding` half-ulps of its norm added.
#[inline(always)]
fn finish<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, error: N, rounding: f64, undefined: Mask) {
    m.undefined[out as usize] = undefined;
    if plan.slots[out as usize].is_empty() {
        // No entries, no error, wherever they were cut from.
        m.errors[out as usize] = N::zero();
        m.norms[out as usize] = N::zero();
        return;
    }
    if N::TRACKED {
        m.set_norm(plan, out);
        let norm = &m.norms[out as usize];
        m.errors[out as usize] = norm.mul_add(&units(rounding), &error);
    }
}

/// `A + B`, or `A - B`; reals with their exact residual.
#[inline(always)]
pub fn add<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, b: SlotId, minus: bool) {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    if sa.len() == 1 {
        let (x, y) = (m.real(plan, a), m.real(plan, b));
        let z = if minus { r::sub(&x, &y) } else { r::add(&x, &y) };
        m.set_real(plan, out, z, undefined);
        return;
    }
    let (from, to) = m.split(plan, out);
    let (x, y) = (&from[sa.range()], &from[sb.range()]);
    if minus {
        for (t, (x, y)) in to.iter_mut().zip(x.iter().zip(y)) {
            *t = x.sub(y);
        }
    } else {
        for (t, (x, y)) in to.iter_mut().zip(x.iter().zip(y)) {
            *t = x.add(y);
        }
    }
    let error = m.errors[a as usize].add(&m.errors[b as usize]);
    finish(plan, m, out, error, 1.0, undefined);
}

#[inline(always)]
pub fn negate<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let (from, to) = m.split(plan, out);
    for (t, x) in to.iter_mut().zip(&from[slot.range()]) {
        *t = x.neg();
    }
    moved(m, out, a);
}

/// The same entries in other places: bound, norm and undefined lanes go along.
#[inline(always)]
fn moved<N: Number>(m: &mut Machine<N>, out: SlotId, a: SlotId) {
    m.errors[out as usize] = m.errors[a as usize].clone();
    m.norms[out as usize] = m.norms[a as usize].clone();
    m.undefined[out as usize] = m.undefined[a as usize];
}

/// Lanes where an entry is not known, and so may be undefined, and the whole matrix with it: what is taken from the rest is not known
/// either. Where there are bounds, that of the matrix says so.
#[inline(always)]
fn doubtful<N: Number>(numbers: &[N]) -> Mask {
    let mut mask = 0;
    if !N::TRACKED {
        for x in numbers {
            mask |= !x.finite();
        }
    }
    mask
}

/// Bound of a bilinear operation's result from those of its arguments.
#[inline(always)]
fn bilinear<N: Number>(m: &Machine<N>, a: SlotId, b: SlotId, rounding: f64) -> N {
    if !N::TRACKED {
        return N::zero();
    }
    let (ea, eb) = (&m.errors[a as usize], &m.errors[b as usize]);
    let (na, nb) = (&m.norms[a as usize], &m.norms[b as usize]);
    let own = na.mul(nb).mul(&units(rounding));
    // Exactly zero: nothing to lose. A zero with an error is what underflow left of something.
    let none = N::zero();
    let zero = (na.eq(&none) & ea.eq(&none)) | (nb.eq(&none) & eb.eq(&none));
    let lost = N::select(zero, &N::zero(), &N::lost(if rounding > 0.0 { LOST } else { 0.0 }));
    na.mul_add(eb, &nb.mul(ea)).add(&ea.mul(eb)).add(&own).add(&lost)
}

#[inline(always)]
pub fn scale<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, factor: SlotId, a: SlotId) {
    let undefined = either(m, factor, a);
    let slot = plan.slots[a as usize];
    let x = m.real(plan, factor);
    let (from, to) = m.split(plan, out);
    for (t, y) in to.iter_mut().zip(&from[slot.range()]) {
        *t = x.value.mul(y);
    }
    let error = bilinear(m, factor, a, 1.0);
    // A factor that is exactly one changes nothing.
    let error = N::select(x.value.eq(&N::one()) & x.error.eq(&N::zero()), &m.errors[a as usize], &error);
    m.undefined[out as usize] = undefined;
    if N::TRACKED {
        m.norms[out as usize] = x.value.abs().mul(&m.norms[a as usize]);
        m.errors[out as usize] = error;
    }
}

#[inline(always)]
pub fn divide<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, divisor: SlotId) {
    let undefined = either(m, a, divisor);
    let slot = plan.slots[a as usize];
    let d = m.real(plan, divisor);
    if slot.len() == 1 {
        let (q, zero) = r::div(&m.real(plan, a), &d);
        m.set_real(plan, out, q, undefined | zero);
        return;
    }
    let (from, to) = m.split(plan, out);
    for (t, x) in to.iter_mut().zip(&from[slot.range()]) {
        *t = x.div(&d.value);
    }
    let zero = d.value.eq(&N::zero()) & d.error.eq(&N::zero());
    if !N::TRACKED {
        finish(plan, m, out, N::zero(), 0.0, undefined | zero);
        return;
    }
    m.set_norm(plan, out);
    let left = d.value.abs().sub(&d.error);
    let carried = m.errors[a as usize].add(&m.norms[out as usize].mul(&d.error)).div(&left);
    let safe = d.error.add(&d.error).le(&d.value.abs()) & !d.value.eq(&N::zero());
    let error = r::unknown_where(!safe, &carried.add(&N::lost(LOST)));
    finish(plan, m, out, error, 2.0, undefined | zero);
}

#[inline(always)]
pub fn multiply<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, b: SlotId) {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    let (rows, inner, cols) = (sa.rows as usize, sa.cols as usize, sb.cols as usize);
    let (from, to) = m.split(plan, out);
    if inner == 0 {
        to.fill(N::zero());
    } else {
        N::matmul(&from[sa.range()], &from[sb.range()], to, rows, inner, cols);
    }
    let error = bilinear(m, a, b, inner as f64 * (1.0 + 1e-9));
    finish(plan, m, out, error, 0.0, undefined);
}

/// `A^k` by repeated multiplication, the bound carried from product to product; negative powers invert first.
#[inline(always)]
pub fn power<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, k: i64) {
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let len = n * n;
    let mut undefined = m.undefined[a as usize];
    let mut error = m.errors[a as usize].clone();
    let (base, rest) = m.work.split_at_mut(len);
    let (result, rest) = rest.split_at_mut(len);
    let (product, scratch) = rest.split_at_mut(len);
    base.clone_from_slice(&m.numbers[slot.range()]);
    if k < 0 {
        let (e, singular) = N::inverse(n, base, &error, product, scratch);
        base.clone_from_slice(product);
        error = e;
        undefined |= singular;
    }
    for i in 0..n {
        for j in 0..n {
            result[i * n + j] = if i == j { N::one() } else { N::zero() };
        }
    }
    let mut result_error = N::zero();
    let mut left = k.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result_error = product_error(base, &error, result, &result_error, n);
            N::matmul(result, base, product, n, n, n);
            result.clone_from_slice(product);
        }
        left >>= 1;
        if left > 0 {
            error = product_error(base, &error, base, &error, n);
            N::matmul(base, base, product, n, n, n);
            base.clone_from_slice(product);
        }
    }
    if k == 0 {
        let doubt = doubtful(&m.numbers[slot.range()]);
        for x in result.iter_mut() {
            *x = r::forgotten(doubt, x.clone());
        }
    }
    m.numbers[plan.slots[out as usize].range()].clone_from_slice(result);
    finish(plan, m, out, result_error, 0.0, undefined);
}

#[inline(always)]
fn product_error<N: Number>(a: &[N], ea: &N, b: &[N], eb: &N, inner: usize) -> N {
    if !N::TRACKED {
        return N::zero();
    }
    let (na, nb) = (norm_bound(a), norm_bound(b));
    na.mul_add(eb, &nb.mul(ea)).add(&ea.mul(eb)).add(&na.mul(&nb).mul(&units(inner as f64))).add(&N::lost(LOST))
}

#[inline(always)]
pub fn transpose<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let Slot { rows, cols, .. } = plan.slots[a as usize];
    transposed(plan, m, out, a, rows as usize, cols as usize);
}

/// The numbers of `a`, read as `rows × cols`, with rows and columns exchanged.
#[inline(always)]
fn transposed<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, rows: usize, cols: usize) {
    let range = plan.slots[a as usize].range();
    let (from, to) = m.split(plan, out);
    let from = &from[range];
    for i in 0..rows {
        for j in 0..cols {
            to[j * rows + i] = from[i * cols + j].clone();
        }
    }
    moved(m, out, a);
}

#[inline(always)]
pub fn hadamard<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, b: SlotId) {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    let (from, to) = m.split(plan, out);
    for (t, (x, y)) in to.iter_mut().zip(from[sa.range()].iter().zip(&from[sb.range()])) {
        *t = x.mul(y);
    }
    let error = bilinear(m, a, b, 1.0);
    finish(plan, m, out, error, 0.0, undefined);
}

#[inline(always)]
pub fn kronecker<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, b: SlotId) {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    let (p, q, s, t) = (sa.rows as usize, sa.cols as usize, sb.rows as usize, sb.cols as usize);
    let (from, to) = m.split(plan, out);
    let (x, y) = (&from[sa.range()], &from[sb.range()]);
    for i in 0..p {
        for j in 0..q {
            for k in 0..s {
                for l in 0..t {
                    to[(i * s + k) * (q * t) + j * t + l] = x[i * q + j].mul(&y[k * t + l]);
                }
            }
        }
    }
    let error = bilinear(m, a, b, 1.0);
    finish(plan, m, out, error, 0.0, undefined);
}

#[inline(always)]
pub fn inverse<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let error = m.errors[a as usize].clone();
    let (copy, scratch) = m.work.split_at_mut(n * n);
    copy.clone_from_slice(&m.numbers[slot.range()]);
    let to = &mut m.numbers[plan.slots[out as usize].range()];
    let (error, singular) = N::inverse(n, copy, &error, to, scratch);
    let undefined = m.undefined[a as usize] | singular;
    finish(plan, m, out, error, 0.0, undefined);
}

/// `|det(A + E) - det A| <= n ‖E‖ max(‖A‖, ‖A + E‖)^(n-1)` (Bhatia, *Matrix Analysis*, §I.4 problem 6), with Frobenius norms above spectral ones.
#[inline(always)]
pub fn determinant<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let undefined = m.undefined[a as usize];
    if n == 0 {
        m.set_real(plan, out, Bounded { value: N::one(), error: N::zero() }, undefined);
        return;
    }
    if n == 1 {
        let x = m.real(plan, a);
        m.set_real(plan, out, x, undefined);
        return;
    }
    let (copy, scratch) = m.work.split_at_mut(n * n);
    copy.clone_from_slice(&m.numbers[slot.range()]);
    let (value, own) = N::determinant(n, copy, scratch);
    let error = if N::TRACKED {
        let e = &m.errors[a as usize];
        let size = m.norms[a as usize].add(e);
        let mut carried = e.mul(&N::from_f64(n as f64));
        for _ in 1..n {
            carried = carried.mul(&size);
        }
        carried.add(&own)
    } else {
        N::zero()
    };
    m.set_real(plan, out, Bounded { value, error }, undefined);
}

#[inline(always)]
pub fn trace<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let (n, cols) = (slot.rows as usize, slot.cols as usize);
    let mut sum = Bounded { value: N::zero(), error: N::zero() };
    for i in 0..n {
        let value = m.numbers[slot.offset as usize + i * cols + i].clone();
        sum = r::add(&sum, &Bounded { value, error: N::zero() });
    }
    sum.value = r::forgotten(doubtful(&m.numbers[slot.range()]), sum.value);
    if N::TRACKED {
        // |tr E| <= √n ‖E‖_F
        sum.error = m.errors[a as usize].mul_add(&N::from_f64((n as f64).sqrt()), &sum.error);
    }
    let undefined = m.undefined[a as usize];
    m.set_real(plan, out, sum, undefined);
}

#[inline(always)]
pub fn norm_frobenius<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let undefined = m.undefined[a as usize];
    if slot.len() == 1 {
        let x = m.real(plan, a);
        m.set_real(plan, out, Bounded { value: x.value.abs(), error: x.error }, undefined);
        return;
    }
    let value = frobenius(&m.numbers[slot.range()]);
    let error = if N::TRACKED {
        let zero = value.eq(&N::zero());
        let rounding = value.mul(&units(slot.len() as f64 / 2.0 + 2.0)).add(&N::lost(1e-150));
        // Squares below 1e-308 are lost; that is 1e-154 of the norm, and nothing where all entries are zero.
        let exact = zero & m.norms[a as usize].eq(&N::zero()) & all_zero(&m.numbers[slot.range()]);
        m.errors[a as usize].add(&N::select(exact, &N::zero(), &rounding))
    } else {
        N::zero()
    };
    m.set_real(plan, out, Bounded { value, error }, undefined);
}

#[inline(always)]
fn all_zero<N: Number>(numbers: &[N]) -> Mask {
    let mut mask = !0;
    for x in numbers {
        mask &= x.eq(&N::zero());
    }
    mask
}

#[inline(always)]
pub fn inner<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, b: SlotId) {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    let sum = N::inner(&m.numbers[sa.range()], &m.numbers[sb.range()]);
    let error = bilinear(m, a, b, sa.len() as f64 * (1.0 + 1e-9));
    m.set_real(plan, out, Bounded { value: sum, error }, undefined);
}

#[inline(always)]
pub fn max_abs<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let mut most = N::zero();
    for x in &m.numbers[slot.range()] {
        most = most.max(&x.abs());
    }
    let error = m.errors[a as usize].clone();
    // A NaN entry must not vanish in a compare.
    let error = if N::TRACKED { error.add(&m.norms[a as usize].mul(&N::zero())) } else { error };
    let undefined = m.undefined[a as usize];
    m.set_real(plan, out, Bounded { value: most, error }, undefined);
}

#[inline(always)]
pub fn sum_entries<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let mut sum = Bounded { value: N::zero(), error: N::zero() };
    for i in slot.range() {
        let value = m.numbers[i].clone();
        sum = r::add(&sum, &Bounded { value, error: N::zero() });
    }
    if N::TRACKED {
        sum.error = m.errors[a as usize].mul_add(&N::from_f64((slot.len() as f64).sqrt()), &sum.error);
    }
    let undefined = m.undefined[a as usize];
    m.set_real(plan, out, sum, undefined);
}

#[inline(always)]
pub fn symmetric_part<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let half = N::from_f64(0.5);
    let (from, to) = m.split(plan, out);
    let from = &from[slot.range()];
    for i in 0..n {
        for j in 0..n {
            to[i * n + j] = from[i * n + j].add(&from[j * n + i]).mul(&half);
        }
    }
    let (error, undefined) = (m.errors[a as usize].clone(), m.undefined[a as usize]);
    finish(plan, m, out, error, 1.0, undefined);
}

/// Entrywise equality: false where an entry differs beyond the bound, true where all agree and are exact.
#[inline(always)]
pub fn equal<N: Number>(plan: &Plan, m: &Machine<N>, a: SlotId, b: SlotId) -> Truth {
    let undefined = either(m, a, b);
    let (sa, sb) = (plan.slots[a as usize], plan.slots[b as usize]);
    let (mut same, mut differ): (Mask, Mask) = (!0, 0);
    let error = m.errors[a as usize].add(&m.errors[b as usize]).mul(&N::from_f64(SAFETY));
    let exact = error.eq(&N::zero());
    let mut known = error.finite();
    for (x, y) in m.numbers[sa.range()].iter().zip(&m.numbers[sb.range()]) {
        known &= x.finite() & y.finite();
        same &= x.eq(y);
        if N::TRACKED {
            // The subtraction's own rounding is half an ulp of the difference.
            let gap = x.sub(y).abs();
            differ |= error.lt(&gap.mul(&N::from_f64(1.0 - 1e-15))) & !x.eq(y);
        } else {
            differ |= x.lt(y) | y.lt(x);
        }
    }
    if !N::TRACKED {
        // An entry that is not known may be undefined, and the comparison with it.
        return Truth { yes: same & known & !undefined, no: differ & known & !undefined, undefined };
    }
    let known = known & !undefined;
    Truth { yes: same & exact & known, no: differ & known, undefined }
}

#[inline(always)]
pub fn choose<N: Number>(
    plan: &Plan,
    m: &mut Machine<N>,
    out: SlotId,
    condition: SlotId,
    then: SlotId,
    otherwise: SlotId,
) {
    let t = m.truths[condition as usize];
    let (st, so) = (plan.slots[then as usize], plan.slots[otherwise as usize]);
    let (from, to) = m.split(plan, out);
    for (o, (x, y)) in to.iter_mut().zip(from[st.range()].iter().zip(&from[so.range()])) {
        // No hull of both: a condition that is not known may be undefined.
        *o = r::forgotten(t.unknown(), N::select(t.yes, x, y));
    }
    let error = N::select(t.yes, &m.errors[then as usize], &m.errors[otherwise as usize]);
    let error = if N::TRACKED { r::unknown_where(t.unknown(), &error) } else { error };
    let undefined = (t.yes & m.undefined[then as usize]) | (t.no & m.undefined[otherwise as usize]) | t.undefined;
    m.undefined[out as usize] = undefined;
    m.norms[out as usize] = N::select(t.yes, &m.norms[then as usize], &m.norms[otherwise as usize]);
    m.errors[out as usize] = error;
}

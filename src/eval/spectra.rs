//! Instructions on eigenvalues and singular values.
//!
//! The decompositions bound their own error; that of the argument is added by Weyl's inequality (`|λ_i(A + E) - λ_i(A)| <= ‖E‖`, and
//! the same for singular values), for whole columns by Hoffman–Wielandt, and for functions of a matrix by the bounds named at
//! each. Only the lower triangle of a symmetric matrix is read: what rounding did there counts twice, once mirrored, so `‖E‖_F` grows
//! by at most `√2`.
//!
//! Reference: Bhatia, *Matrix Analysis*, chapters III, VI, X.

use super::machine::{Machine, Truth, units};
use super::matrices::entry;
use super::plan::{MatrixFn, Plan, Semidefinite, SlotId};
use super::rounding::{self as r, Bounded};
use super::run::sign;
use crate::arith::lane::Mask;
use crate::arith::number::Number;
use crate::lang::ir::RealFn;

/// Copies numbers to working memory; the copy and what is left.
#[inline(always)]
fn copied<'w, N: Number>(work: &'w mut [N], numbers: &[N]) -> (&'w mut [N], &'w mut [N]) {
    let (copy, rest) = work.split_at_mut(numbers.len());
    copy.clone_from_slice(numbers);
    (copy, rest)
}

/// A bound on the error of the symmetric matrix that the lower triangle stands for, in the Frobenius norm.
#[inline(always)]
fn mirrored<N: Number>(m: &Machine<N>, a: SlotId) -> N {
    m.errors[a as usize].mul(&N::from_f64(std::f64::consts::SQRT_2))
}

#[inline(always)]
pub fn lambda<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, index: i64) {
    let n = plan.slots[a as usize].rows as usize;
    let place = usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).filter(|i| *i < n);
    let Some(i) = place else {
        m.set_real(plan, out, Bounded { value: N::zero(), error: N::zero() }, !0);
        return;
    };
    if n == 1 {
        entry(plan, m, out, a, 1, 1);
        return;
    }
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
    let (value, own) = N::eigenvalue(n, i, copy, rest);
    let error = own.add(&mirrored(m, a));
    let undefined = m.undefined[a as usize];
    m.set_real(plan, out, Bounded { value, error }, undefined);
}

/// The least eigenvalue; of an empty matrix, plus infinity.
#[inline(always)]
pub fn loewner_margin<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let n = plan.slots[a as usize].rows;
    if n == 0 {
        let undefined = m.undefined[a as usize];
        m.set_real(plan, out, Bounded { value: N::from_f64(f64::INFINITY), error: N::zero() }, undefined);
        return;
    }
    lambda(plan, m, out, a, i64::from(n));
}

/// Whether a symmetric matrix has no negative eigenvalue (`strict`: positive ones only): the sign of the least one, or of a
/// decomposition that has no other use.
#[inline(always)]
pub fn definite<N: Number>(plan: &Plan, m: &mut Machine<N>, a: SlotId, strict: bool) -> Truth {
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let undefined = m.undefined[a as usize];
    if !N::TRACKED
        && let Some(truth) = N::definite(n, &m.numbers[slot.range()], strict)
    {
        let (yes, no) = if truth { (!undefined, 0) } else { (0, !undefined) };
        return Truth { yes, no, undefined };
    }
    let (value, error) = match n {
        0 => (N::from_f64(f64::INFINITY), N::zero()),
        1 => (m.numbers[slot.offset as usize].clone(), m.errors[a as usize].clone()),
        _ => {
            let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
            let (value, own) = N::eigenvalue(n, n - 1, copy, rest);
            (value, own.add(&mirrored(m, a)))
        }
    };
    sign(&Bounded { value, error }, strict, undefined)
}

#[inline(always)]
pub fn eigenvalues<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let to = plan.slots[out as usize].range();
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
    let (values, scratch) = rest.split_at_mut(n);
    let own = if n == 0 { N::zero() } else { N::eigenvalues(n, copy, values, scratch) };
    m.numbers[to].clone_from_slice(values);
    let carried = mirrored(m, a);
    column(plan, m, out, a, own, carried, n);
}

#[inline(always)]
pub fn singular_values<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let to = plan.slots[out as usize].range();
    let count = to.len();
    let slot = plan.slots[a as usize];
    let (rows, cols) = (slot.rows as usize, slot.cols as usize);
    let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
    let (values, scratch) = rest.split_at_mut(count);
    let own = if count == 0 { N::zero() } else { N::singular_values(rows, cols, copy, values, scratch) };
    m.numbers[to].clone_from_slice(values);
    let carried = m.errors[a as usize].clone();
    column(plan, m, out, a, own, carried, count);
}

/// Bound and norm of a column of `n` values that are each within `own`, and all together off by `carried`.
#[inline(always)]
fn column<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, own: N, carried: N, n: usize) {
    if N::TRACKED {
        m.errors[out as usize] = own.mul_add(&N::from_f64((n as f64).sqrt()), &carried);
    }
    m.undefined[out as usize] = m.undefined[a as usize];
    m.set_norm(plan, out);
}

/// The spectral projector of the `index`-th eigenvalue: undefined at a tie, and not known where the gap is within four times the error.
///
/// `‖P̂ - P‖_F <= 2 √2 ‖E‖_F / gap` for `‖E‖ <= gap / 4` (Davis–Kahan, in the form of Yu, Wang & Samworth 2015).
#[inline(always)]
pub fn projector<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, index: i64) {
    let n = plan.slots[a as usize].rows as usize;
    let place = usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).filter(|i| *i < n);
    let to = plan.slots[out as usize].range();
    let Some(i) = place else {
        m.numbers[to].fill(N::zero());
        m.errors[out as usize] = N::zero();
        m.undefined[out as usize] = !0;
        m.set_norm(plan, out);
        return;
    };
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    if let Some((entries, tied)) = N::projector(n, i, &m.numbers[slot.range()]) {
        m.numbers[to].clone_from_slice(&entries);
        m.undefined[out as usize] = m.undefined[a as usize] | tied;
        m.set_norm(plan, out);
        return;
    }
    let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
    let (vectors, rest) = rest.split_at_mut(n * n);
    let (values, scratch) = rest.split_at_mut(n);
    let own = N::eigenvectors(n, copy, values, vectors, scratch);
    for j in 0..n {
        for k in 0..n {
            m.numbers[to.start + j * n + k] = vectors[j * n + i].mul(&vectors[k * n + i]);
        }
    }
    let mut gap = N::from_f64(f64::MAX);
    if i > 0 {
        gap = gap.min(&values[i - 1].sub(&values[i]).abs());
    }
    if i + 1 < n {
        gap = gap.min(&values[i].sub(&values[i + 1]).abs());
    }
    let mut undefined = m.undefined[a as usize];
    let error = own.add(&mirrored(m, a));
    if !N::TRACKED {
        undefined |= gap.eq(&N::zero());
        let tied = !N::zero().lt(&gap);
        for t in &mut m.numbers[to.clone()] {
            *t = r::forgotten(tied, t.clone());
        }
    }
    if N::TRACKED {
        let clear = error.mul(&N::from_f64(4.0)).lt(&gap);
        let carried = if n == 1 { N::zero() } else { error.mul(&N::from_f64(2.83)).div(&gap) };
        let carried = carried.add(&units(4.0 * n as f64));
        m.errors[out as usize] = r::unknown_where(!clear, &carried);
    }
    m.undefined[out as usize] = undefined;
    m.set_norm(plan, out);
}

/// `V f(D) V'`.
#[inline(always)]
pub fn function<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, f: MatrixFn, sign: Semidefinite) {
    let to = plan.slots[out as usize].range();
    let slot = plan.slots[a as usize];
    let n = slot.rows as usize;
    if n == 0 {
        m.errors[out as usize] = N::zero();
        m.undefined[out as usize] = m.undefined[a as usize];
        return;
    }
    // Beyond doubt, whatever rounding says.
    let semidefinite: Mask = match sign {
        Semidefinite::Open => 0,
        Semidefinite::Form => !0,
        Semidefinite::Values(d) => {
            let mut all = !0;
            for x in &m.numbers[plan.slots[d as usize].range()] {
                all &= m.errors[d as usize].le(x);
            }
            all
        }
    };
    let real = match f {
        MatrixFn::Sqrt => RealFn::Sqrt,
        MatrixFn::Exp => RealFn::Exp,
        MatrixFn::Log => RealFn::Log,
    };
    if let Some((entries, undefined)) = N::matrix_function(n, real, semidefinite != 0, &m.numbers[slot.range()]) {
        m.numbers[to].clone_from_slice(&entries);
        m.undefined[out as usize] = m.undefined[a as usize] | undefined;
        m.set_norm(plan, out);
        return;
    }
    let (copy, rest) = copied(&mut m.work, &m.numbers[slot.range()]);
    let (vectors, rest) = rest.split_at_mut(n * n);
    let (values, scratch) = rest.split_at_mut(n);
    let own = N::eigenvectors(n, copy, values, vectors, scratch);
    let error = own.add(&m.errors[a as usize].mul(&N::from_f64(std::f64::consts::SQRT_2)));
    let (least, greatest) = (values[n - 1].clone(), values[0].clone());
    let one = N::one();
    let mut doubtful: Mask = 0;
    // What an error `e` of the argument does to the function, in the Frobenius norm.
    let (carried, undefined): (N, Mask) = match f {
        MatrixFn::Sqrt => {
            // ‖√A - √B‖ <= √‖A - B‖ (spectral), and <= ‖A - B‖_F / (2 √λ_min) away from zero.
            let negative = least.add(&error).lt(&N::zero()) & !semidefinite;
            let holder = error.sqrt().mul(&N::from_f64((n as f64).sqrt()));
            let low = least.sub(&error);
            let smooth = error.div(&low.max(&N::lost(1e-300)).sqrt());
            let carried = N::select(N::zero().lt(&low), &smooth.min(&holder), &holder);
            // The argument may be indefinite: whether there is a root is not known.
            let below = if N::TRACKED { least.lt(&error) } else { !N::zero().le(&least) };
            doubtful = below & !semidefinite & !negative;
            (r::unknown_where(doubtful, &carried), negative)
        }
        MatrixFn::Exp => {
            let (top, _) = N::elementary(RealFn::Exp, &greatest.add(&error));
            (error.mul(&top).mul(&N::from_f64(1.0 + 1e-6)), 0)
        }
        MatrixFn::Log => {
            let low = least.sub(&error);
            let undefined = least.add(&error).lt(&N::zero());
            (r::unknown_where(!N::zero().lt(&low), &error.div(&low)), undefined)
        }
    };
    let mut size = N::zero();
    let mut rounding = N::zero();
    for value in values.iter_mut() {
        let (image, ulps) = match f {
            MatrixFn::Sqrt => (value.max(&N::zero()).sqrt(), 2.0),
            MatrixFn::Exp => N::elementary(RealFn::Exp, value),
            MatrixFn::Log => N::elementary(RealFn::Log, value),
        };
        rounding = image.abs().mul(&units(ulps)).add(&rounding);
        size = size.add(&image.abs());
        *value = image;
    }
    for j in 0..n {
        for k in 0..=j {
            let mut sum = N::zero();
            for (i, value) in values.iter().enumerate() {
                sum = vectors[j * n + i].mul(value).mul_add(&vectors[k * n + i], &sum);
            }
            let sum = r::forgotten(doubtful, sum);
            m.numbers[to.start + j * n + k] = sum.clone();
            m.numbers[to.start + k * n + j] = sum;
        }
    }
    if N::TRACKED {
        // The vectors' own defect is in `own` for the argument; for the image it costs as many half-ulps of the image's size.
        let defect = size.mul(&units(40.0 * (n * n) as f64)).mul(&one);
        m.errors[out as usize] = carried.add(&rounding).add(&defect);
    }
    m.undefined[out as usize] = m.undefined[a as usize] | undefined;
    m.set_norm(plan, out);
}

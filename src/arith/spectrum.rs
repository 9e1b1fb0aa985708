//! Eigenvalues of symmetric matrices in lanes: all, one, the least, the greatest. Each comes with its error.
//!
//! ```text
//! A  --scale-->  2^-k A  --Householder-->  T  --Laguerre or QL-->  candidates  --sign counts-->  value, delta
//! ```
//!
//! `delta` bounds `|value - eigenvalue|` for the floating-point matrix that was passed: the error of the reduction (a model,
//! see [`super::tridiagonal`]) plus a radius around the eigenvalue of `T` that two sign counts *proved*. It is normally
//! `eig_error_factor(n) * 2^-53 * ||A||_F`, and larger in a lane whose iteration stopped short. Lanes with a NaN or an
//! infinity get `value = NaN`, `delta = inf`.
//!
//! Orders 1 and 2 are closed forms. A matrix is `n` by `n`, row-major; its lower triangle is read, all of it is destroyed.
//! Eigenvectors and singular values are in [`super::jacobi`].

use super::dense::UNIT_ROUNDOFF;
pub use super::jacobi::{
    EigenvectorError, eigenvectors, eigenvectors_scratch_len, greatest_singular_value, least_singular_value,
    singular_error_factor, singular_scratch_len, singular_values,
};
use super::lane::Lane8;
use super::tridiagonal::{enclose, first_radius, reduce, scale, tridiagonal_norm, unscale_bound, whole_bound};
use super::{laguerre, root_free};

/// `c` with `|computed - exact eigenvalue| <= c * 2^-53 * ||A||_F` in a lane whose iteration converged.
#[must_use]
pub const fn eig_error_factor(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => PAIR_UNITS,
        // Reduction, counts, and a radius of 16 units, of which 4 or 8 usually do.
        _ => 8.0 * n as f64 + 20.0,
    }
}

/// Scratch that the routines of this module need.
#[must_use]
pub const fn scratch_len(n: usize) -> usize {
    4 * n
}

/// The least eigenvalue and its error.
#[cfg_attr(optimized, inline(always))]
pub fn least_eigenvalue<V: Lane8>(n: usize, a: &mut [V], scratch: &mut [V]) -> (V, V) {
    extreme(n, a, scratch, V::one())
}

/// The greatest eigenvalue and its error.
#[cfg_attr(optimized, inline(always))]
pub fn greatest_eigenvalue<V: Lane8>(n: usize, a: &mut [V], scratch: &mut [V]) -> (V, V) {
    extreme(n, a, scratch, V::splat(-1.0))
}

/// The eigenvalue number `i` in decreasing order, from 0, and its error.
#[cfg_attr(optimized, inline(always))]
pub fn eigenvalue<V: Lane8>(n: usize, i: usize, a: &mut [V], scratch: &mut [V]) -> (V, V) {
    if i + 1 == n {
        return least_eigenvalue(n, a, scratch);
    }
    if i == 0 {
        return greatest_eigenvalue(n, a, scratch);
    }
    let t = Tridiagonal::of(n, a, scratch);
    let (candidates, rest) = (t.v, t.w);
    candidates.copy_from_slice(t.d);
    rest.copy_from_slice(t.e2);
    root_free::all(candidates, &mut rest[..n - 1], t.norm);
    let radius = enclose(t.d, &t.e2[..n - 1], candidates[i], n - 1 - i, first_radius(t.norm));
    finish(candidates[i], whole_bound(n, radius, t.norm), t.exponent)
}

/// All eigenvalues into `out`, decreasing; returns one bound for the errors of all.
#[cfg_attr(optimized, inline(always))]
pub fn eigenvalues<V: Lane8>(n: usize, a: &mut [V], out: &mut [V], scratch: &mut [V]) -> V {
    if n <= 2 {
        let mut worst = V::zero();
        for (i, x) in out.iter_mut().enumerate().take(n) {
            let (value, delta) = small(n, a, n == 2 && i == 1);
            *x = value;
            worst = delta.max(worst);
        }
        return worst;
    }
    let t = Tridiagonal::of(n, a, scratch);
    let out = &mut out[..n];
    out.copy_from_slice(t.d);
    t.w.copy_from_slice(t.e2);
    root_free::all(out, &mut t.w[..n - 1], t.norm);
    // A radius that proved one eigenvalue is where the next starts, so the last is enough for all.
    let mut radius = first_radius(t.norm);
    for (i, x) in out.iter().enumerate() {
        radius = enclose(t.d, &t.e2[..n - 1], *x, n - 1 - i, radius);
    }
    let bound = whole_bound(n, radius, t.norm);
    let mut worst = V::zero();
    for x in out {
        let (value, delta) = finish(*x, bound, t.exponent);
        *x = value;
        worst = delta.max(worst);
    }
    worst
}

/// The least eigenvalue for `sign = 1`, minus the least of `-A` for `sign = -1`.
#[cfg_attr(optimized, inline(always))]
fn extreme<V: Lane8>(n: usize, a: &mut [V], scratch: &mut [V], sign: V) -> (V, V) {
    if n <= 2 {
        return small(n, a, sign.lt(V::zero()) == 0);
    }
    let t = Tridiagonal::of(n, a, scratch);
    let e2 = &t.e2[..n - 1];
    let value = laguerre::least(t.d, e2, t.norm, sign).mul(sign);
    let index = if sign.lt(V::zero()) == 0 { 0 } else { n - 1 };
    let radius = enclose(t.d, e2, value, index, first_radius(t.norm));
    finish(value, whole_bound(n, radius, t.norm), t.exponent)
}

/// The scaled matrix in tridiagonal form, with the scratch that is left.
struct Tridiagonal<'s, V> {
    d: &'s mut [V],
    /// Of length `n`; the last is unused.
    e2: &'s mut [V],
    v: &'s mut [V],
    w: &'s mut [V],
    norm: V,
    exponent: V,
}

impl<'s, V: Lane8> Tridiagonal<'s, V> {
    #[cfg_attr(optimized, inline(always))]
    fn of(n: usize, a: &mut [V], scratch: &'s mut [V]) -> Self {
        let (d, scratch) = scratch.split_at_mut(n);
        let (e2, scratch) = scratch.split_at_mut(n);
        let (v, scratch) = scratch.split_at_mut(n);
        let w = &mut scratch[..n];
        let exponent = scale(n, a);
        e2[n - 1] = V::zero();
        reduce(n, a, d, e2, v, w);
        let norm = tridiagonal_norm(d, &e2[..n - 1]);
        Self { d, e2, v, w, norm, exponent }
    }
}

/// Value and bound in the units of the caller's matrix.
#[cfg_attr(optimized, inline(always))]
pub(super) fn finish<V: Lane8>(value: V, bound: V, exponent: V) -> (V, V) {
    let value = value.mul(exponent.exp2i());
    let good = value.finite() & bound.finite();
    (
        V::select(good, value, V::splat(f64::NAN)),
        V::select(good, unscale_bound(bound, exponent), V::splat(f64::INFINITY)),
    )
}

/// Units of `u |lambda|` within which an eigenvalue of a 2 by 2 matrix is exact.
const PAIR_UNITS: f64 = 9.0;

/// The least (or greatest) eigenvalue of a matrix of order at most 2.
///
/// With `mean = (a + c)/2` and `r = sqrt(((a - c)/2)^2 + b^2)` the eigenvalue larger in size is `mean + r` or `mean - r`,
/// whichever does not cancel (error at most `5 u` relatively), and the other is `det / larger`, with the determinant by
/// Kahan's fused difference of products (`2 u`; Jeannerod, Louvet and Muller, Math. Comp. 82, 2013): together `9 u`.
#[cfg_attr(optimized, inline(always))]
fn small<V: Lane8>(n: usize, a: &mut [V], least: bool) -> (V, V) {
    match n {
        // The least of no eigenvalues is the unit of "least of both".
        0 => (V::splat(if least { f64::INFINITY } else { f64::NEG_INFINITY }), V::zero()),
        1 => finish(a[0], V::select(a[0].finite(), V::zero(), a[0]), V::zero()),
        _ => {
            // Not scaled in place: a caller may ask for both eigenvalues, one after the other.
            let mut m = [a[0], a[1], a[2], a[3]];
            let exponent = scale(2, &mut m);
            let [x, _, b, y] = m;
            let half = V::splat(0.5);
            let mean = x.add(y).mul(half);
            let difference = x.sub(y).mul(half);
            let r = difference.mul_add(difference, b.mul(b)).sqrt();
            let negative = mean.lt(V::zero());
            let large = V::select(negative, mean.sub(r), mean.add(r));
            let product = b.mul(b);
            let determinant = x.mul_add(y, product.neg()).add(b.neg_mul_add(b, product));
            let other = V::select(large.eq(V::zero()), V::zero(), determinant.div(large));
            // `large` is the greatest unless it is negative.
            let value = if least { V::select(negative, large, other) } else { V::select(negative, other, large) };
            // Squares of entries 2^-500 times the largest may have vanished: that is the second term.
            let bound = value.abs().mul_add(V::splat(PAIR_UNITS * UNIT_ROUNDOFF), large.abs().mul(V::splat(1e-60)));
            finish(value, bound, exponent)
        }
    }
}

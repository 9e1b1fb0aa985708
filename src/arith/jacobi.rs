//! Eigenvectors and singular values in lanes, by Jacobi rotations.
//!
//! Rotations need no shifts, treat small singular values well and are the same program in every lane: a lane that has
//! converged rotates by exactly nothing. Used where vectors are wanted ([`eigenvectors`]) and for all singular values
//! ([`singular_values`], one-sided: M. R. Hestenes 1958). Gram matrices would square the condition, and are used only
//! for the greatest singular value, where that does no harm.
//!
//! # Errors
//!
//! [`eigenvectors`] measures its outcome: with `r >= ||A V - V D||_F` and `o >= ||V' V - I||_F < 1`, the orthogonal factor
//! `Q` of `V` has `||V - Q||_F <= o`, and `Q' A Q = D + E` with `||E||_F <= r + o (||A||_F + ||D||_F)`; by Weyl no
//! eigenvalue is further than that from its entry of `D`.
//!
//! [`singular_values`] rotates columns; a rotation in floating point differs from an exact one by a few `u` times the norm
//! of the two columns. With `n - 1` rotations per column and sweep and at most a dozen sweeps the worst case is
//! `O(n) u ||A||_F`; [`singular_error_factor`] `= 10 max(m, n)` units is the same model as for eigenvalues
//! ([`super::tridiagonal`]), a floor and not a proof. What orthogonality is left undone is measured and added.
//!
//! Reference: G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., sections 8.5 and 8.6; J. Demmel and
//! K. Veselic, *Jacobi's method is more accurate than QR*, SIAM J. Matrix Anal. Appl. 13 (1992).

use super::dense::{UNIT_ROUNDOFF, frobenius_squared, gram, gram_of_rows, matmul};
use super::factor::set_identity;
use super::lane::{ALL, Lane8, Mask};
use super::root_free::sort_decreasing;
use super::spectrum::{finish, greatest_eigenvalue, scratch_len};
use super::tridiagonal::scaling_exponent;

/// Sweeps after which a lane is left as it is; six to nine are typical.
const MAX_SWEEPS: usize = 16;

/// What [`eigenvectors`] measured of its outcome; `inf` in a lane that holds NaN or infinity.
#[derive(Clone, Copy, Debug)]
pub struct EigenvectorError<V> {
    /// At least `||A V - V D||_F`.
    pub residual: V,
    /// At least `||V' V - I||_F`.
    pub orthogonality: V,
}

/// Scratch that [`eigenvectors`] needs.
#[must_use]
pub const fn eigenvectors_scratch_len(n: usize) -> usize {
    2 * n * n
}

/// Eigenvalues (decreasing) and eigenvectors (the columns of `vectors`) of the symmetric `a`, of which both triangles are
/// read.
///
/// Entries below about `1e-140` of the range of squares are not scaled here: the largest entry of each lane should lie
/// between `1e-140` and `1e140`.
#[cfg_attr(optimized, inline(always))]
pub fn eigenvectors<V: Lane8>(
    n: usize,
    a: &[V],
    values: &mut [V],
    vectors: &mut [V],
    scratch: &mut [V],
) -> EigenvectorError<V> {
    let (work, rest) = scratch.split_at_mut(n * n);
    let rest = &mut rest[..n * n];
    work.copy_from_slice(&a[..n * n]);
    set_identity(n, vectors);
    let norm_squared = frobenius_squared(work);
    let small = norm_squared.mul(V::splat(UNIT_ROUNDOFF * UNIT_ROUNDOFF / 64.0));
    for _ in 0..MAX_SWEEPS {
        let mut off = V::zero();
        for i in 0..n {
            for j in 0..i {
                off = work[i * n + j].mul_add(work[i * n + j], off);
            }
        }
        let active = small.lt(off);
        if active == 0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate_symmetric(n, work, vectors, p, q, active);
            }
        }
    }
    for i in 0..n {
        values[i] = work[i * n + i];
    }
    sort_with_columns(n, &mut values[..n], vectors);
    measure(n, a, &values[..n], vectors, norm_squared.sqrt(), work, rest)
}

/// Tangent, cosine and sine of the rotation that annihilates `b` between `a` and `c`, the smaller angle; none where
/// not `active` or `b = 0`.
#[cfg_attr(optimized, inline(always))]
fn rotation<V: Lane8>(a: V, b: V, c: V, active: Mask) -> (V, V, V) {
    let theta = c.sub(a).div(b.add(b));
    let length = theta.mul_add(theta, V::one()).sqrt();
    let signed = V::select(theta.lt(V::zero()), length.neg(), length);
    let t = V::one().div(theta.add(signed));
    let still = b.eq(V::zero()) | !active;
    let t = V::select(still, V::zero(), t);
    let cos = V::one().div(t.mul_add(t, V::one()).sqrt());
    (t, cos, t.mul(cos))
}

/// `J' A J` with the rotation that annihilates entry `(p, q)`, and `V J`.
#[cfg_attr(optimized, inline(always))]
fn rotate_symmetric<V: Lane8>(n: usize, a: &mut [V], vectors: &mut [V], p: usize, q: usize, active: Mask) {
    let (app, apq, aqq) = (a[p * n + p], a[p * n + q], a[q * n + q]);
    let (t, c, s) = rotation(app, apq, aqq, active);
    let turned = !t.eq(V::zero());
    if turned & active == 0 {
        return;
    }
    for k in 0..n {
        if k != p && k != q {
            let (x, y) = (a[k * n + p], a[k * n + q]);
            let (x, y) = (s.neg_mul_add(y, c.mul(x)), s.mul_add(x, c.mul(y)));
            a[k * n + p] = x;
            a[p * n + k] = x;
            a[k * n + q] = y;
            a[q * n + k] = y;
        }
        let (x, y) = (vectors[k * n + p], vectors[k * n + q]);
        vectors[k * n + p] = s.neg_mul_add(y, c.mul(x));
        vectors[k * n + q] = s.mul_add(x, c.mul(y));
    }
    a[p * n + p] = t.neg_mul_add(apq, app);
    a[q * n + q] = t.mul_add(apq, aqq);
    let rest = V::select(turned & active, V::zero(), apq);
    a[p * n + q] = rest;
    a[q * n + p] = rest;
}

/// Sorts the values decreasingly in each lane and carries the columns along.
#[cfg_attr(optimized, inline(always))]
fn sort_with_columns<V: Lane8>(n: usize, values: &mut [V], vectors: &mut [V]) {
    for round in 0..n {
        let mut i = round % 2;
        while i + 1 < n {
            let swap = values[i].lt(values[i + 1]);
            if swap != 0 {
                let (x, y) = (values[i], values[i + 1]);
                values[i] = V::select(swap, y, x);
                values[i + 1] = V::select(swap, x, y);
                for k in 0..n {
                    let (x, y) = (vectors[k * n + i], vectors[k * n + i + 1]);
                    vectors[k * n + i] = V::select(swap, y, x);
                    vectors[k * n + i + 1] = V::select(swap, x, y);
                }
            }
            i += 2;
        }
    }
}

/// Residual and orthogonality, each with what rounding can have hidden of it.
#[cfg_attr(optimized, inline(always))]
fn measure<V: Lane8>(
    n: usize,
    a: &[V],
    values: &[V],
    vectors: &[V],
    norm: V,
    work: &mut [V],
    rest: &mut [V],
) -> EigenvectorError<V> {
    let hidden = V::splat((n + 2) as f64 * (n as f64).sqrt() * UNIT_ROUNDOFF * 1.01);
    matmul(a, vectors, work, n, n, n);
    for i in 0..n {
        for j in 0..n {
            work[i * n + j] = vectors[i * n + j].neg_mul_add(values[j], work[i * n + j]);
        }
    }
    let residual = norm.mul_add(hidden, frobenius_squared(work).sqrt().mul(V::splat(1.01)));
    gram(vectors, rest, n, n);
    for i in 0..n {
        rest[i * n + i] = rest[i * n + i].sub(V::one());
    }
    let orthogonality = hidden.add(frobenius_squared(rest).sqrt().mul(V::splat(1.01)));
    let known = residual.finite() & orthogonality.finite();
    let infinity = V::splat(f64::INFINITY);
    EigenvectorError {
        residual: V::select(known, residual, infinity),
        orthogonality: V::select(known, orthogonality, infinity),
    }
}

/// `c` with `|computed - exact singular value| <= c * 2^-53 * ||A||_F` in a lane whose sweeps converged.
#[must_use]
pub const fn singular_error_factor(m: usize, n: usize) -> f64 {
    if m * n <= 1 { 0.0 } else { 10.0 * if m > n { m } else { n } as f64 }
}

/// Scratch that the singular value routines need.
#[must_use]
pub const fn singular_scratch_len(m: usize, n: usize) -> usize {
    let k = if m < n { m } else { n };
    m * n + k * k + scratch_len(k)
}

/// The `min(m, n)` singular values of `a` (`m` by `n`, kept) into `out`, decreasing; returns a bound for all their errors.
#[cfg_attr(optimized, inline(always))]
pub fn singular_values<V: Lane8>(m: usize, n: usize, a: &[V], out: &mut [V], scratch: &mut [V]) -> V {
    let (short, long) = (m.min(n), m.max(n));
    let work = &mut scratch[..m * n];
    let exponent = scaled_rows(m, n, a, work);
    let norm_squared = frobenius_squared(work);
    let tolerance = V::splat((long as f64) * UNIT_ROUNDOFF * UNIT_ROUNDOFF * (long as f64));
    // Vectors this much shorter than the norm cannot matter at the level of the bound: they count as orthogonal.
    let floor = norm_squared.mul(V::splat(UNIT_ROUNDOFF * UNIT_ROUNDOFF / 1024.0));
    let mut left_over = V::zero();
    let mut active: Mask = ALL;
    for _ in 0..MAX_SWEEPS {
        let mut turned: Mask = 0;
        left_over = V::zero();
        for p in 0..short {
            for q in p + 1..short {
                let (pp, pq, qq) = inner_products(work, long, p, q);
                let cross = pq.mul(pq);
                let rotate = pp.mul(qq).mul(tolerance).lt(cross) & floor.mul(pp.max(qq)).lt(cross) & active;
                left_over = V::select(rotate, pq.abs().max(left_over), left_over);
                if rotate == 0 {
                    continue;
                }
                turned |= rotate;
                let (_, c, s) = rotation(pp, pq, qq, rotate);
                for k in 0..long {
                    let (x, y) = (work[p * long + k], work[q * long + k]);
                    work[p * long + k] = s.neg_mul_add(y, c.mul(x));
                    work[q * long + k] = s.mul_add(x, c.mul(y));
                }
            }
        }
        active &= turned;
        if active == 0 {
            break;
        }
    }
    for (p, x) in out.iter_mut().enumerate().take(short) {
        *x = frobenius_squared(&work[p * long..(p + 1) * long]).sqrt();
    }
    sort_decreasing(&mut out[..short]);
    // In a lane that was still turning in the last allowed sweep the largest inner product seen there is no rounding.
    let unfinished = V::select(active, left_over.sqrt().mul(V::splat(short as f64)), V::zero());
    let bound = norm_squared.sqrt().mul_add(V::splat(singular_error_factor(m, n) * UNIT_ROUNDOFF), unfinished);
    let bound = V::select(norm_squared.eq(V::zero()), V::zero(), bound);
    let mut worst = V::zero();
    for x in &mut out[..short] {
        let (value, delta) = finish(*x, bound, exponent);
        *x = value;
        worst = delta.max(worst);
    }
    worst
}

/// The vectors to be made orthogonal as rows of `work`: the rows of `a` or its columns, whichever are fewer, scaled.
#[cfg_attr(optimized, inline(always))]
fn scaled_rows<V: Lane8>(m: usize, n: usize, a: &[V], work: &mut [V]) -> V {
    let mut largest = V::zero();
    for &x in &a[..m * n] {
        largest = x.abs().max(largest);
    }
    let exponent = scaling_exponent(largest);
    let factor = exponent.neg().exp2i();
    for i in 0..m {
        for j in 0..n {
            work[if m <= n { i * n + j } else { j * m + i }] = a[i * n + j].mul(factor);
        }
    }
    exponent
}

/// `(x'x, x'y, y'y)` of rows `p` and `q`.
#[cfg_attr(optimized, inline(always))]
fn inner_products<V: Lane8>(work: &[V], len: usize, p: usize, q: usize) -> (V, V, V) {
    let (x, y) = (&work[p * len..(p + 1) * len], &work[q * len..(q + 1) * len]);
    let (mut pp, mut pq, mut qq) = (V::zero(), V::zero(), V::zero());
    for (&x, &y) in x.iter().zip(y) {
        pp = x.mul_add(x, pp);
        pq = x.mul_add(y, pq);
        qq = y.mul_add(y, qq);
    }
    (pp, pq, qq)
}

/// The least of the `min(m, n)` singular values and its error.
#[cfg_attr(optimized, inline(always))]
pub fn least_singular_value<V: Lane8>(m: usize, n: usize, a: &[V], out: &mut [V], scratch: &mut [V]) -> (V, V) {
    let delta = singular_values(m, n, a, out, scratch);
    (out[m.min(n) - 1], delta)
}

/// The greatest singular value (the spectral norm) and its error, by the greatest eigenvalue of the smaller Gram matrix.
///
/// With inner length `k`, `|lambda - sigma^2| <= (k + c) u ||A||_F^2` for the `c` of the eigenvalue; dividing by
/// `sigma + sqrt(lambda) >= sqrt(lambda)` gives the bound. `sigma >= ||A||_F / sqrt(min(m, n))`, so it is a relative error.
#[cfg_attr(optimized, inline(always))]
pub fn greatest_singular_value<V: Lane8>(m: usize, n: usize, a: &[V], scratch: &mut [V]) -> (V, V) {
    let (short, long) = (m.min(n), m.max(n));
    if short == 0 {
        return (V::zero(), V::zero());
    }
    let (work, rest) = scratch.split_at_mut(m * n);
    let (square, rest) = rest.split_at_mut(short * short);
    let exponent = scaled_rows(m, n, a, work);
    gram_of_rows(work, square, short, long);
    let norm_squared = frobenius_squared(work);
    let (lambda, delta) = greatest_eigenvalue(short, square, rest);
    let root = lambda.max(V::zero()).sqrt();
    // The eigenvalue's own bound, the Gram matrix's rounding, and that of the root.
    let gram_error = norm_squared.mul(V::splat((long as f64 + 1.0) * UNIT_ROUNDOFF));
    let bound = delta.add(gram_error).div(root).add(root.mul(V::splat(UNIT_ROUNDOFF)));
    let zero = norm_squared.eq(V::zero());
    finish(V::select(zero, V::zero(), root), V::select(zero, V::zero(), bound), exponent)
}

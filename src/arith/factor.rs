//! Factorizations of small dense matrices in lanes, each with an error bound found after the fact.
//!
//! Each lane pivots on its own rows: a swap is a select. What a caller gets besides the answer is a number that bounds its
//! distance from the exact answer for the floating-point matrix it passed; a lane that broke down says `inf` and leaves
//! the others alone. Matrices are row-major as in [`super::dense`].
//!
//! References: N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002): chapters 9 (LU), 10
//! (Cholesky), 14 (residual of an inverse); theorem 9.3 and its analogue for `L D L'` give the constants.

use super::dense::{UNIT_ROUNDOFF, frobenius_squared, matmul};
use super::lane::{Lane8, Mask};

/// Solves `A X = B` by elimination with partial pivoting; `b` (`n` by `columns`) becomes `X`, `a` is destroyed.
///
/// Returns the determinant of `A`. A singular lane has determinant 0 and an `X` of infinities or NaNs.
#[cfg_attr(optimized, inline(always))]
pub fn solve<V: Lane8>(n: usize, a: &mut [V], columns: usize, b: &mut [V]) -> V {
    let mut det = V::one();
    for k in 0..n {
        // The first row, in each lane, with the largest entry of the column.
        let mut best = a[k * n + k].abs();
        let mut row = V::splat(k as f64);
        for i in k + 1..n {
            let entry = a[i * n + k].abs();
            let larger = best.lt(entry);
            best = V::select(larger, entry, best);
            row = V::select(larger, V::splat(i as f64), row);
        }
        for i in k + 1..n {
            let swap = row.eq(V::splat(i as f64));
            if swap != 0 {
                swap_rows(a, n, k, i, k, swap);
                swap_rows(b, columns, k, i, 0, swap);
                det = V::select(swap, det.neg(), det);
            }
        }
        let pivot = a[k * n + k];
        det = det.mul(pivot);
        for i in k + 1..n {
            let factor = a[i * n + k].div(pivot);
            for j in k + 1..n {
                a[i * n + j] = factor.neg_mul_add(a[k * n + j], a[i * n + j]);
            }
            for j in 0..columns {
                b[i * columns + j] = factor.neg_mul_add(b[k * columns + j], b[i * columns + j]);
            }
        }
    }
    for i in (0..n).rev() {
        for j in 0..columns {
            let mut sum = b[i * columns + j];
            for p in i + 1..n {
                sum = a[i * n + p].neg_mul_add(b[p * columns + j], sum);
            }
            b[i * columns + j] = sum.div(a[i * n + i]);
        }
    }
    // A zero pivot makes later pivots NaN; the determinant is 0 all the same.
    let mut singular: Mask = 0;
    for k in 0..n {
        singular |= a[k * n + k].eq(V::zero());
    }
    V::select(singular, V::zero(), det)
}

/// Swaps rows `k` and `i` from column `from` on, in the lanes of the mask.
#[cfg_attr(optimized, inline(always))]
fn swap_rows<V: Lane8>(a: &mut [V], columns: usize, k: usize, i: usize, from: usize, lanes: Mask) {
    for j in from..columns {
        let (x, y) = (a[k * columns + j], a[i * columns + j]);
        a[k * columns + j] = V::select(lanes, y, x);
        a[i * columns + j] = V::select(lanes, x, y);
    }
}

/// What [`inverse`] knows besides the inverse.
#[derive(Clone, Copy, Debug)]
pub struct Inverse<V> {
    /// The determinant, as elimination with partial pivoting gives it.
    pub determinant: V,
    /// `||X - A^-1||_F` is at most this; `inf` where the residual could not show that `A` is invertible.
    pub error: V,
}

/// Scratch that [`inverse`] needs.
#[must_use]
pub const fn inverse_scratch_len(n: usize) -> usize {
    n * n
}

/// The inverse of `a` into `out`, with a bound on its error.
///
/// With `R = I - A X` and `rho >= ||R||_F`, `rho < 1` proves `A` invertible, and `A^-1 - X = X R (I - R)^-1` gives
/// `||A^-1 - X||_F <= ||X||_F rho / (1 - rho)`. `rho` is the computed norm plus what rounding can have hidden of it,
/// `(n + 2) u (||A||_F ||X||_F + sqrt(n))`. Reported only for `rho < 1/2`.
#[cfg_attr(optimized, inline(always))]
pub fn inverse<V: Lane8>(n: usize, a: &[V], out: &mut [V], scratch: &mut [V]) -> Inverse<V> {
    let work = &mut scratch[..n * n];
    work.copy_from_slice(&a[..n * n]);
    set_identity(n, out);
    let determinant = solve(n, work, n, out);
    matmul(a, out, work, n, n, n);
    for i in 0..n {
        work[i * n + i] = work[i * n + i].sub(V::one());
    }
    let norm_x = frobenius_squared(&out[..n * n]).sqrt();
    let norm_a = frobenius_squared(&a[..n * n]).sqrt();
    let hidden = norm_a.mul_add(norm_x, V::splat((n as f64).sqrt()));
    let residual = frobenius_squared(work).sqrt();
    let rho = hidden.mul_add(V::splat((n + 2) as f64 * UNIT_ROUNDOFF), residual);
    // Norms and quotient are themselves rounded: 1 % covers that for any n in reach.
    let rho = rho.mul(V::splat(1.01));
    let bound = norm_x.mul(rho).div(V::one().sub(rho)).mul(V::splat(1.01));
    Inverse { determinant, error: V::select(rho.lt(V::splat(0.5)) & bound.finite(), bound, V::splat(f64::INFINITY)) }
}

/// Fills an `n` by `n` matrix with the identity.
#[cfg_attr(optimized, inline(always))]
pub(super) fn set_identity<V: Lane8>(n: usize, out: &mut [V]) {
    for i in 0..n {
        for j in 0..n {
            out[i * n + j] = if i == j { V::one() } else { V::zero() };
        }
    }
}

/// Replaces the lower triangle of `a` by its Cholesky factor `L` (`A = L L'`); the upper triangle is left as it was.
///
/// Returns the lanes in which every pivot was positive. Success proves that `A + E` is positive definite for some
/// `||E||_2 <= (n + 1) u trace(A) (1 + O(nu))` (Higham, theorem 10.3); a caller who wants `A` itself shifts first.
#[cfg_attr(optimized, inline(always))]
pub fn cholesky<V: Lane8>(n: usize, a: &mut [V]) -> Mask {
    let mut positive = super::lane::ALL;
    for k in 0..n {
        positive &= V::zero().lt(a[k * n + k]) & a[k * n + k].finite();
        let root = a[k * n + k].sqrt();
        a[k * n + k] = root;
        for i in k + 1..n {
            a[i * n + k] = a[i * n + k].div(root);
        }
        for i in k + 1..n {
            for j in k + 1..=i {
                a[i * n + j] = a[i * n + k].neg_mul_add(a[j * n + k], a[i * n + j]);
            }
        }
    }
    positive
}

/// How many eigenvalues have which sign, for a matrix near the given one.
#[derive(Clone, Copy, Debug)]
pub struct Inertia<V> {
    /// Number of negative eigenvalues.
    pub negative: V,
    /// The counts are exact for `A + E` with some `||E||_F` of at most this; `inf` in a lane that met a zero pivot.
    pub backward_error: V,
}

/// The inertia of a symmetric matrix by `L D L'` without pivoting; only the lower triangle is read, and it is destroyed.
///
/// Without pivoting the factors may grow; the bound says by how much: `||E||_F <= (n + 1) u sum_k |d_k| ||l_k||^2`, the
/// Frobenius norm of `|L| |D| |L'|` being at most that sum. In particular `negative = 0` shows
/// `lambda_min(A) >= -backward_error`. Half the work of one tridiagonalization and no iteration.
#[cfg_attr(optimized, inline(always))]
pub fn inertia<V: Lane8>(n: usize, a: &mut [V]) -> Inertia<V> {
    let mut negative = V::zero();
    let mut size = V::zero();
    for k in 0..n {
        let d = a[k * n + k];
        negative = V::select(d.lt(V::zero()), negative.add(V::one()), negative);
        let reciprocal = V::one().div(d);
        let mut column = d.abs();
        for i in k + 1..n {
            let below = a[i * n + k];
            let factor = below.mul(reciprocal);
            // |d| l^2 = |factor * below|.
            column = column.add(factor.mul(below).abs());
            for j in k + 1..=i {
                // Column k above row i still holds d l.
                a[i * n + j] = factor.neg_mul_add(a[j * n + k], a[i * n + j]);
            }
        }
        size = size.add(column);
    }
    let bound = size.mul(V::splat(1.01 * (n + 2) as f64 * UNIT_ROUNDOFF));
    Inertia { negative, backward_error: V::select(bound.finite(), bound, V::splat(f64::INFINITY)) }
}

//! A symmetric matrix reduced to tridiagonal form in lanes, and what a tridiagonal matrix can *prove* about its spectrum.
//!
//! Three steps, each usable alone: `scale` by a power of two per lane, so that squares neither overflow nor vanish;
//! `reduce` by Householder reflections to a diagonal `d` and squared off-diagonals `e2`; and `enclose`, which certifies
//! candidate eigenvalues by counting signs. Finding candidates is the business of `super::laguerre` (one eigenvalue) and
//! `super::root_free` (all of them).
//!
//! # The error of the reduction
//!
//! Each reflection maps the trailing block of order `m` to `A - v w' - w v'`. Its rounding errors, an inner product of
//! length `m` per row and two fused updates per entry, amount to a symmetric `E` with `||E||_F <= (c m + c') u ||A||_F` in
//! the worst case (Higham, *Accuracy and Stability*, 2nd ed., lemma 19.3 and theorem 19.4), `O(n^2) u ||A||_F` in total.
//! Errors of either sign do not line up like that: sums of `m` terms err like `sqrt(m)`, and the `n` steps add like
//! `sqrt(n)` (N. J. Higham and T. Mary, *A new approach to probabilistic rounding error analysis*, SIAM J. Sci. Comput. 41,
//! 2019). The floor used here is [`reduction_error_factor`] `= 8 n` units, which is that law with a constant about
//! ten times what the tests see. It is a floor for sorting cases, not a proof: what is refuted is proved elsewhere.
//!
//! # The error of a count
//!
//! `enclose` counts negative pivots of `T - x`. The computed count is the exact count of a matrix whose off-diagonals
//! differ by at most `2.5 u` relatively (W. Kahan 1966; Demmel, *Applied Numerical Linear Algebra*, lemma 5.3) and whose
//! diagonal by `TINY_PIVOT`, so each count is that of `T` at a point moved by at most `3 u ||T||_F`; rounding the point
//! itself adds `u |x|`.

use super::dense::{UNIT_ROUNDOFF, frobenius_squared};
use super::lane::{Lane8, Mask};

/// Pivots smaller than this, in a matrix scaled to entries near 1, are replaced by it: far below any rounding error.
pub(super) const TINY_PIVOT: f64 = 6.223_015_277_861_142e-61;
/// Columns whose square is below this, in a matrix scaled to entries near 1, count as zero already.
const TINY_SQUARE: f64 = 1e-270;
/// What a pair of counts adds to its radius, in units of `u ||T||_F`.
const COUNT_UNITS: f64 = 4.0;
/// First radius that [`enclose`] tries, in units of `u ||T||_F`.
const FIRST_RADIUS_UNITS: f64 = 4.0;

/// Bound on the error of `reduce` in units of `u ||A||_F`, as an error in every eigenvalue.
#[must_use]
pub const fn reduction_error_factor(n: usize) -> f64 {
    if n <= 2 { 0.0 } else { 8.0 * n as f64 }
}

/// Scales each lane by a power of two so that the largest entry is near 1; returns the exponents `k` of the factors `2^-k`.
///
/// Only the lower triangle counts. A zero lane keeps its entries; entries far below the largest may be rounded to
/// multiples of `2^-1074`.
#[cfg_attr(optimized, inline(always))]
pub(super) fn scale<V: Lane8>(n: usize, a: &mut [V]) -> V {
    let mut largest = V::zero();
    for i in 0..n {
        for &x in &a[i * n..=i * n + i] {
            largest = x.abs().max(largest);
        }
    }
    let e = scaling_exponent(largest);
    let factor = e.neg().exp2i();
    for i in 0..n {
        for x in &mut a[i * n..=i * n + i] {
            *x = x.mul(factor);
        }
    }
    e
}

/// The exponent of the largest entry, clamped so that it can be undone; 0 for 0.
#[cfg_attr(optimized, inline(always))]
pub(super) fn scaling_exponent<V: Lane8>(largest: V) -> V {
    // Of the subnormals' exponents only "very small" matters: they are scaled by 2^1000 and stay in range.
    let (_, e) = largest.split_exponent();
    let e = if V::UNDERFLOWS { e.max(V::splat(-1000.0)).min(V::splat(1022.0)) } else { e };
    V::select(largest.eq(V::zero()), V::zero(), e)
}

/// Undoes [`scale`] for a bound: never rounded down to nothing.
#[cfg_attr(optimized, inline(always))]
pub(super) fn unscale_bound<V: Lane8>(bound: V, e: V) -> V {
    let scaled = bound.mul(e.exp2i());
    let vanishing = V::zero().lt(bound) & scaled.lt(V::splat(f64::MIN_POSITIVE));
    let scaled = V::select(vanishing, scaled.add(V::lost(1e-322)), scaled);
    // A lane with NaN or inf has no bound; neither has one that no count confirmed.
    V::select(scaled.finite(), scaled, V::splat(f64::INFINITY))
}

/// Householder reduction of the symmetric `a` (lower triangle read, destroyed) to `d` and the squares `e2` (`n - 1`).
///
/// `v` and `w` are scratch of length `n`. Squares of off-diagonals suffice for every eigenvalue, and come exact from the
/// reflections: the sum of squares of a column needs no root.
#[cfg_attr(optimized, inline(always))]
pub(super) fn reduce<V: Lane8>(n: usize, a: &mut [V], d: &mut [V], e2: &mut [V], v: &mut [V], w: &mut [V]) {
    let (v, w) = (&mut v[..n], &mut w[..n]);
    for k in 0..n.saturating_sub(2) {
        d[k] = a[k * n + k];
        let head = a[(k + 1) * n + k];
        let mut below = V::zero();
        for i in k + 2..n {
            let x = a[i * n + k];
            v[i] = x;
            below = x.mul_add(x, below);
        }
        let square = head.mul_add(head, below);
        // A column that ends here already is left as it is, in its lane: v may be anything then, for beta = 0.
        let idle = below.lt(V::splat(TINY_SQUARE));
        e2[k] = V::select(idle, head.mul(head), square);
        let norm = square.sqrt();
        let opposite = V::select(head.lt(V::zero()), norm.neg(), norm);
        v[k + 1] = head.add(opposite);
        let beta = V::one().div(head.abs().mul_add(norm, square));
        let beta = V::select(idle, V::zero(), beta);
        if idle == super::lane::ALL {
            continue;
        }
        // w = beta A v, each entry below the diagonal used for both its places.
        let mut along = V::zero();
        for i in k + 1..n {
            let (vi, row) = (v[i], &a[i * n..i * n + n]);
            let mut sum = V::zero();
            for j in k + 1..i {
                sum = row[j].mul_add(v[j], sum);
                w[j] = row[j].mul_add(vi, w[j]);
            }
            w[i] = row[i].mul_add(vi, sum);
        }
        for i in k + 1..n {
            w[i] = w[i].mul(beta);
            along = w[i].mul_add(v[i], along);
        }
        let half = along.mul(beta).mul(V::splat(0.5));
        for i in k + 1..n {
            w[i] = half.neg_mul_add(v[i], w[i]);
        }
        for i in k + 1..n {
            let (vi, wi) = (v[i], w[i]);
            let row = &mut a[i * n..i * n + n];
            for j in k + 1..=i {
                row[j] = wi.neg_mul_add(v[j], vi.neg_mul_add(w[j], row[j]));
            }
        }
    }
    if n >= 2 {
        let last = a[(n - 1) * n + n - 2];
        d[n - 2] = a[(n - 2) * n + n - 2];
        e2[n - 2] = last.mul(last);
    }
    if n >= 1 {
        d[n - 1] = a[n * n - 1];
    }
}

/// `||T||_F` of the tridiagonal matrix.
#[cfg_attr(optimized, inline(always))]
pub(super) fn tridiagonal_norm<V: Lane8>(d: &[V], e2: &[V]) -> V {
    let mut off = V::zero();
    for &x in e2 {
        off = off.add(x);
    }
    off.add(off).add(frobenius_squared(d)).sqrt()
}

/// A pivot that can be divided by. Also turns a NaN into a number: such a lane has no bound anyway.
// A function, as everywhere in the kernels: a closure need not be inlined, and then loses the vector instructions.
#[cfg_attr(optimized, inline(always))]
fn guard<V: Lane8>(q: V) -> V {
    V::select(V::splat(TINY_PIVOT).lt(q.abs()), q, V::splat(-TINY_PIVOT))
}

/// One more where the pivot is negative.
#[cfg_attr(optimized, inline(always))]
fn count<V: Lane8>(n: V, q: V) -> V {
    V::select(q.lt(V::zero()), n.add(V::one()), n)
}

/// The numbers of eigenvalues below `x` and below `y` (two chains of divisions at once hide each other's latency).
#[cfg_attr(optimized, inline(always))]
fn counts_below<V: Lane8>(d: &[V], e2: &[V], x: V, y: V) -> (V, V) {
    let (mut p, mut q) = (guard(d[0].sub(x)), guard(d[0].sub(y)));
    let (mut below_x, mut below_y) = (count(V::zero(), p), count(V::zero(), q));
    for (&di, &e) in d[1..].iter().zip(e2) {
        p = guard(di.sub(x).sub(e.div(p)));
        q = guard(di.sub(y).sub(e.div(q)));
        below_x = count(below_x, p);
        below_y = count(below_y, q);
    }
    (below_x, below_y)
}

/// A radius `r` with the `index`-th smallest eigenvalue of `T` (from 0) within `r` of `value`, proved by two counts.
///
/// Starts at `radius` and doubles it in the lanes where the counts refuse; `inf` where they never agree.
#[cfg_attr(optimized, inline(always))]
pub(super) fn enclose<V: Lane8>(d: &[V], e2: &[V], value: V, index: usize, radius: V) -> V {
    let mut radius = radius;
    for _ in 0..WIDENINGS {
        let (left, right) = counts_below(d, e2, value.sub(radius), value.add(radius));
        let proved: Mask = left.le(V::splat(index as f64)) & V::splat((index + 1) as f64).le(right) & value.finite();
        if proved == super::lane::ALL {
            return radius;
        }
        radius = V::select(proved, radius, radius.mul(V::splat(2.0)));
        // A lane that holds no number will never be proved; do not make the others wait for it.
        if proved | !(value.finite() & radius.finite()) == super::lane::ALL {
            break;
        }
    }
    let (left, right) = counts_below(d, e2, value.sub(radius), value.add(radius));
    let proved = left.le(V::splat(index as f64)) & V::splat((index + 1) as f64).le(right) & value.finite();
    V::select(proved, radius, V::splat(f64::INFINITY))
}

/// Doublings of `4 u ||T||` until any radius is above `2 ||T||`, where every count agrees: 52, and a few to spare.
const WIDENINGS: usize = 56;

/// The radius that [`enclose`] starts from, for a given norm.
#[cfg_attr(optimized, inline(always))]
pub(super) fn first_radius<V: Lane8>(norm: V) -> V {
    norm.mul_add(V::splat(FIRST_RADIUS_UNITS * UNIT_ROUNDOFF), V::splat(2.0 * TINY_PIVOT))
}

/// The bound for an eigenvalue of the (scaled) matrix itself, from the radius for that of its tridiagonal form.
///
/// Zero for a zero matrix, which everything above treats exactly.
#[cfg_attr(optimized, inline(always))]
pub(super) fn whole_bound<V: Lane8>(n: usize, radius: V, norm: V) -> V {
    let units = reduction_error_factor(n) + COUNT_UNITS;
    let bound = norm.mul_add(V::splat(units * UNIT_ROUNDOFF), radius);
    V::select(norm.eq(V::zero()), V::zero(), bound)
}

//! The least eigenvalue of a symmetric tridiagonal matrix in lanes, by Laguerre's iteration from the left.
//!
//! From a point left of the spectrum Laguerre's step never passes the least eigenvalue, and it converges cubically to a
//! simple one, linearly to a multiple one unless told the multiplicity. A lane is frozen once it stands still.
//! Nothing is claimed here about the error: [`super::tridiagonal::enclose`] checks the outcome.
//!
//! With `p(x) = det(T - x)`, `D = -p'`, `H = p''/2` the step is
//! `n p / (D + sqrt((n - 1) ((n - 1) D^2 - 2 n H p)))`; the three obey the three-term recurrence of `p`, so that a step is
//! `7 n` multiplications and one division and one root. Left of the spectrum all three are positive.
//!
//! Reference: B. N. Parlett, *Laguerre's method applied to the matrix eigenvalue problem*, Math. Comp. 18 (1964); the
//! starting point is the better of Gershgorin's and P. A. Samuelson's (1968), which is Laguerre's step from infinity.

use super::dense::UNIT_ROUNDOFF;
use super::lane::{ALL, Lane8, Mask};

/// Steps after which a lane gives up (the radius found afterwards then says how far it came).
///
/// Simple eigenvalues take 4 to 10 steps; plain steps toward half the spectrum in one cluster, about 90.
const MAX_STEPS: usize = 120;

/// Rows between rescalings of the recurrence: pivots lie between `2^-53` and `2^8` or so, and squares must not underflow.
const ROWS_PER_SCALING: usize = 8;

/// The least eigenvalue of the matrix with diagonal `sign * d` and squared off-diagonals `e2`, `d` of order at least 2.
///
/// The entries are of order 1 (see [`super::tridiagonal::scale`]) and `norm` is the Frobenius norm.
///
/// Where convergence is slow the step for an `r`-fold eigenvalue is tried, with `r` estimated as `D^2 / (D^2 - 2 H p)`: it
/// cannot pass the `r`-th eigenvalue, and if it passes the first, which the leading minors show, the lane returns to where
/// it was and goes on with plain steps.
#[cfg_attr(optimized, inline(always))]
pub(super) fn least<V: Lane8>(d: &[V], e2: &[V], norm: V, sign: V) -> V {
    let order = d.len() as f64;
    let n = V::splat(order);
    let infinity = V::splat(f64::INFINITY);
    let tolerance = norm.mul(V::splat(UNIT_ROUNDOFF));
    let mut x = start(d, e2, norm, sign);
    // The last point known to be left of the spectrum, and the plain step from it.
    let (mut left, mut plain) = (x, V::zero());
    let (mut before, mut previous) = (infinity, infinity);
    let mut moving: Mask = ALL;
    let (mut bold, mut bold_allowed): (Mask, Mask) = (0, ALL);
    for _ in 0..MAX_STEPS {
        let Values { p, slope, bend, positive } = values(d, e2, x, sign);
        // Past the eigenvalue: by rounding, which is as far as it gets, or by a bold step, which is taken back.
        let back = moving & bold & !positive;
        bold_allowed &= !back;
        bold &= !back;
        moving &= positive | back;
        let squared = slope.mul(slope);
        let difference = bend.mul(p).neg_mul_add(V::splat(2.0 * order), squared.mul(V::splat(order - 1.0)));
        // Rounding in the difference must not let a step overshoot: all eigenvalues in a cluster make it cancel.
        let margin = V::splat(16.0 * order * order * UNIT_ROUNDOFF);
        let difference = squared.mul_add(margin, difference.max(V::zero()));
        let scaled = p.mul(n);
        let fresh = scaled.div(slope.add(difference.mul(V::splat(order - 1.0)).sqrt()));
        let mut step = V::select(back, plain, fresh);
        bold |= previous.lt(fresh.mul(V::splat(16.0))) & moving & bold_allowed;
        if bold != 0 {
            let multiplicity = squared.div(bend.mul(p).neg_mul_add(V::splat(2.0), squared)).round_even();
            let multiplicity = multiplicity.min(V::splat(order - 1.0)).max(V::one());
            let weight = n.sub(multiplicity).div(multiplicity);
            let tried = scaled.div(slope.add(difference.mul(weight).sqrt()));
            step = V::select(bold, tried, step);
        }
        left = V::select(back, left, x);
        plain = V::select(back, plain, fresh);
        moving &= V::zero().lt(step) & step.le(norm.mul(V::splat(4.0)));
        x = V::select(moving, left.add(step), x);
        // Stop one step early where convergence is quadratic or better and what it leaves is below the tolerance. It is
        // trusted only while it accelerates, and not where the spectrum still looks like one point: a cluster, or a
        // geometric sequence, is approached fast until it is resolved.
        let fast = step.mul(V::splat(64.0)).lt(previous)
            & step.mul(before).mul(V::splat(8.0)).lt(previous.mul(previous))
            & squared.mul(V::splat(1.0 / 1024.0)).lt(difference);
        let settled = step.mul(step).mul(step).le(tolerance.mul(previous).mul(previous)) & fast & !bold & !back;
        moving &= !(settled | step.le(tolerance));
        if moving == 0 {
            break;
        }
        before = previous;
        previous = step;
    }
    x
}

/// A point left of the spectrum, by a few roundings of the norm.
#[cfg_attr(optimized, inline(always))]
fn start<V: Lane8>(d: &[V], e2: &[V], norm: V, sign: V) -> V {
    let n = d.len();
    let order = n as f64;
    let mut trace = V::zero();
    let mut before = V::zero();
    let mut gershgorin = norm;
    for (i, &di) in d.iter().enumerate() {
        let di = di.mul(sign);
        trace = trace.add(di);
        let after = if i + 1 < n { e2[i].sqrt() } else { V::zero() };
        gershgorin = di.sub(before).sub(after).min(gershgorin);
        before = after;
    }
    let mean = trace.mul(V::splat(1.0 / order));
    let variance = mean.mul(mean).neg_mul_add(V::splat(order), norm.mul(norm)).max(V::zero());
    // The difference may cancel: what rounding can have taken from it is put back before the root.
    let variance = norm.mul(norm).mul_add(V::splat(8.0 * order * UNIT_ROUNDOFF), variance);
    let samuelson = mean.sub(variance.mul(V::splat((order - 1.0) / order)).sqrt());
    let slack = norm.mul(V::splat(4.0 * order * UNIT_ROUNDOFF));
    samuelson.max(gershgorin).sub(slack)
}

/// `p`, `-p'` and `p''/2` at a point, up to one common positive factor per lane, and where all leading minors of
/// `T - x` are positive: there, the point is left of the spectrum.
struct Values<V> {
    p: V,
    slope: V,
    bend: V,
    positive: Mask,
}

#[cfg_attr(optimized, inline(always))]
fn values<V: Lane8>(d: &[V], e2: &[V], x: V, sign: V) -> Values<V> {
    let (mut p0, mut s0, mut b0) = (V::one(), V::zero(), V::zero());
    let (mut p1, mut s1, mut b1) = (d[0].mul_add(sign, x.neg()), V::one(), V::zero());
    let mut positive = V::zero().lt(p1);
    for (i, (&di, &e)) in d[1..].iter().zip(e2).enumerate() {
        let t = di.mul_add(sign, x.neg());
        let b = t.mul_add(b1, e.neg_mul_add(b0, s1));
        let s = t.mul_add(s1, e.neg_mul_add(s0, p1));
        let p = t.mul_add(p1, e.mul(p0).neg());
        positive &= V::zero().lt(p);
        (p0, s0, b0) = (p1, s1, b1);
        (p1, s1, b1) = (p, s, b);
        if (i + 1) % ROWS_PER_SCALING == 0 {
            let (_, k) = p1.abs().add(s1.abs()).split_exponent();
            let factor = k.max(V::splat(-1000.0)).min(V::splat(1000.0)).neg().exp2i();
            (p0, s0, b0) = (p0.mul(factor), s0.mul(factor), b0.mul(factor));
            (p1, s1, b1) = (p1.mul(factor), s1.mul(factor), b1.mul(factor));
        }
    }
    Values { p: p1, slope: s1, bend: b1, positive }
}

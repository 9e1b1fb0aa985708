//! All eigenvalues of a symmetric tridiagonal matrix in lanes, by the root-free QL iteration.
//!
//! The algorithm is that of LAPACK's `DSTERF` (the rational variant of Pal, Walker and Kahan): it works on squared
//! off-diagonals and takes one root a sweep, for the shift. Every lane has its own block and its own end of iteration; rows
//! outside a lane's block are left as they are by selects, so lanes stay independent.
//!
//! Nothing is claimed here about the error: [`super::tridiagonal::enclose`] checks the outcome.
//!
//! References: B. N. Parlett, *The Symmetric Eigenvalue Problem* (1980), section 8.15; LAPACK 3.12 `dsterf.f`.

use super::dense::UNIT_ROUNDOFF;
use super::lane::{Lane8, Mask};

/// Sweeps for one eigenvalue; two are typical, thirty LAPACK's own limit.
const MAX_SWEEPS: usize = 30;

/// Replaces `d` by the eigenvalues of `T`, decreasing, and destroys `e2`. `norm` is the Frobenius norm.
#[cfg_attr(optimized, inline(always))]
pub(super) fn all<V: Lane8>(d: &mut [V], e2: &mut [V], norm: V) {
    let n = d.len();
    // An off-diagonal below a quarter of a rounding error of the norm moves no eigenvalue by more than itself.
    let small = norm.mul(V::splat(UNIT_ROUNDOFF / 4.0));
    let small = small.mul(small);
    for l in 0..n.saturating_sub(1) {
        for _ in 0..MAX_SWEEPS {
            let active: Mask = small.lt(e2[l]);
            if active == 0 {
                break;
            }
            sweep(d, e2, l, active, small);
        }
    }
    sort_decreasing(d);
}

/// One QL sweep over the block that starts at row `l`, in the active lanes.
#[cfg_attr(optimized, inline(always))]
fn sweep<V: Lane8>(d: &mut [V], e2: &mut [V], l: usize, active: Mask, small: V) {
    let n = d.len();
    // The last row of each lane's block.
    let mut end = V::splat(l as f64);
    let mut open = active;
    let mut last = l;
    for (i, &e) in e2.iter().enumerate().skip(l) {
        open &= small.lt(e);
        if open == 0 {
            break;
        }
        end = V::select(open, V::splat((i + 1) as f64), end);
        last = i + 1;
    }
    debug_assert!(last < n);
    // The shift: the eigenvalue of the leading 2 by 2 block nearer to its first entry.
    let root = e2[l].sqrt();
    let ratio = d[l + 1].sub(d[l]).div(root.add(root));
    let length = ratio.mul_add(ratio, V::one()).sqrt();
    let length = V::select(ratio.lt(V::zero()), length.neg(), length);
    let sigma = d[l].sub(root.div(ratio.add(length)));
    let (mut c, mut s) = (V::one(), V::zero());
    let mut gamma = V::zero();
    let mut p = V::zero();
    for i in (l..last).rev() {
        let inside = V::splat(i as f64).lt(end) & active;
        let first = V::splat((i + 1) as f64).eq(end) & active;
        if first != 0 {
            c = V::select(first, V::one(), c);
            s = V::select(first, V::zero(), s);
            gamma = V::select(first, d[i + 1].sub(sigma), gamma);
            p = V::select(first, gamma.mul(gamma), p);
        }
        let square = e2[i];
        let r = p.add(square);
        if i + 1 < last {
            e2[i + 1] = V::select(inside & !first, s.mul(r), e2[i + 1]);
        }
        let old_c = c;
        let new_c = p.div(r);
        let new_s = square.div(r);
        let old_gamma = gamma;
        let alpha = d[i];
        let new_gamma = new_c.mul(alpha.sub(sigma)).sub(new_s.mul(old_gamma));
        d[i + 1] = V::select(inside, old_gamma.add(alpha.sub(new_gamma)), d[i + 1]);
        // gamma^2 / c, with 1/c = r/p beside the two quotients above rather than after them.
        let next = new_gamma.mul(new_gamma).mul(r.div(p));
        let next = V::select(new_c.eq(V::zero()) | p.eq(V::zero()), old_c.mul(square), next);
        c = V::select(inside, new_c, c);
        s = V::select(inside, new_s, s);
        gamma = V::select(inside, new_gamma, gamma);
        p = V::select(inside, next, p);
    }
    e2[l] = V::select(active, s.mul(p), e2[l]);
    d[l] = V::select(active, sigma.add(gamma), d[l]);
}

/// Sorts each lane by itself: `n` rounds of compare and exchange between neighbours.
#[cfg_attr(optimized, inline(always))]
pub(super) fn sort_decreasing<V: Lane8>(x: &mut [V]) {
    let n = x.len();
    for round in 0..n {
        let mut i = round % 2;
        while i + 1 < n {
            let (a, b) = (x[i], x[i + 1]);
            x[i] = a.max(b);
            x[i + 1] = b.min(a);
            i += 2;
        }
    }
}

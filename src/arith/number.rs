//! What a plan needs of an arithmetic: one trait, implemented by eight `f64` lanes today, by rationals and enclosures next.
//!
//! A [`Number`] is up to eight cases side by side (`LANES`), so that a plan is run for eight cases at once in `f64` and for one
//! in an exact arithmetic, by the same code. A value that is not finite means *not known in this arithmetic* (overflow, an
//! operation it does not have); it never means infinity.
//!
//! `f64` lanes round; the plan then carries a bound on the error beside each value (`TRACKED`), made of the residuals
//! that fused multiply-add gives exactly. An arithmetic that does not round, or carries its own bounds, leaves that out.

use super::lane::{Kernel, Mask};
use dashu_ratio::RBig;

/// Half a unit in the last place of 1: the relative error of one correctly rounded operation.
pub const UNIT: f64 = f64::EPSILON / 2.0;

/// Functions of one real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RealFn {
    Abs,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Floor,
    Ceil,
}

/// A number of an arithmetic, for up to eight cases side by side.
pub trait Number: Clone + Send + 'static {
    /// The lanes that carry a case.
    const LANES: usize;
    /// Whether values round, so that the plan must carry a bound on the error beside each.
    const TRACKED: bool;

    /// Calls a kernel as a function of its own, compiled for this number.
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        kernel.run()
    }

    /// The same in all lanes; exact.
    fn from_f64(x: f64) -> Self;
    /// `x`, a guard against what underflow takes; 0 in an arithmetic that has none.
    #[inline(always)]
    fn lost(x: f64) -> Self {
        Self::from_f64(x)
    }
    /// Lane by lane; exact.
    fn from_lanes(x: &[f64; 8]) -> Self;
    /// Lane by lane the sum of two floats, the first of which is the nearest to it; and a bound on what is left out of it.
    #[inline(always)]
    fn from_sums(high: &[f64; 8], low: &[f64; 8]) -> (Self, Self) {
        if Self::TRACKED {
            (Self::from_lanes(high), Self::from_lanes(&low.map(f64::abs)))
        } else {
            (Self::from_lanes(high).add(&Self::from_lanes(low)), Self::zero())
        }
    }
    /// The nearest number and a bound on its distance.
    fn from_rational(x: &RBig) -> (Self, Self);
    /// The nearest number and a bound on its distance.
    fn pi() -> (Self, Self);
    /// The lane's value, rounded.
    fn to_f64(&self, lane: usize) -> f64;
    /// Those of all lanes; of a single case its value in each.
    #[inline(always)]
    fn to_lanes(&self) -> [f64; 8] {
        let mut lanes = [0.0; 8];
        for (lane, x) in lanes.iter_mut().enumerate() {
            *x = self.to_f64(lane % Self::LANES);
        }
        lanes
    }

    fn add(&self, b: &Self) -> Self;
    fn sub(&self, b: &Self) -> Self;
    fn mul(&self, b: &Self) -> Self;
    fn div(&self, b: &Self) -> Self;
    fn neg(&self) -> Self;
    fn abs(&self) -> Self;
    fn sqrt(&self) -> Self;
    /// `self * b + c`
    fn mul_add(&self, b: &Self, c: &Self) -> Self;
    /// `c - self * b`
    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self;
    fn max(&self, b: &Self) -> Self;
    fn min(&self, b: &Self) -> Self;
    fn floor(&self) -> Self;
    fn lt(&self, b: &Self) -> Mask;
    fn le(&self, b: &Self) -> Mask;
    fn eq(&self, b: &Self) -> Mask;
    /// Lanes whose value is known.
    fn finite(&self) -> Mask;
    fn select(mask: Mask, a: &Self, b: &Self) -> Self;
    /// `2^k` for an integer `k` in `-1022..=1023`.
    fn exp2i(&self) -> Self;
    /// For a positive number: `(m, e)` with `self = m 2^e`, `1 <= m < 2`.
    fn split_exponent(&self) -> (Self, Self);
    /// A function of one real other than `abs`, `sqrt`, `floor`, `ceil`, and a bound on the relative error made, in [`UNIT`]s.
    fn elementary(f: RealFn, x: &Self) -> (Self, f64);
    /// `x^y` for `x > 0`, and a bound on the relative error made, in [`UNIT`]s, beyond that of `y ln x`.
    fn power(x: &Self, y: &Self) -> (Self, f64);

    fn zero() -> Self {
        Self::from_f64(0.0)
    }

    fn one() -> Self {
        Self::from_f64(1.0)
    }

    /// The same in fewer digits, where the arithmetic lets them grow from step to step of an iteration.
    #[inline(always)]
    fn trimmed(self) -> Self {
        self
    }

    /// `self * self`; an enclosure of it is at least 0.
    #[inline(always)]
    fn square(&self) -> Self {
        self.mul(self)
    }

    /// The sum of products entry by entry.
    #[inline(always)]
    fn inner(a: &[Self], b: &[Self]) -> Self {
        let mut sum = Self::zero();
        for (x, y) in a.iter().zip(b) {
            sum = x.mul_add(y, &sum);
        }
        sum
    }

    /// The square of the Frobenius norm.
    #[inline(always)]
    fn sum_of_squares(a: &[Self]) -> Self {
        let mut sum = Self::zero();
        for x in a {
            sum = x.mul_add(x, &sum);
        }
        sum
    }

    /// `a` (m×k) times `b` (k×n), row-major.
    #[inline(always)]
    fn matmul(a: &[Self], b: &[Self], out: &mut [Self], m: usize, k: usize, n: usize) {
        for i in 0..m {
            for j in 0..n {
                let mut sum = Self::zero();
                for l in 0..k {
                    sum = a[i * k + l].mul_add(&b[l * n + j], &sum);
                }
                out[i * n + j] = sum;
            }
        }
    }

    /// Scratch that the routines below need for matrices of up to `n` rows and columns.
    fn scratch_len(n: usize) -> usize;

    /// The `i`-th greatest eigenvalue (`i` from 0) of the symmetric `a` (n×n, destroyed; the lower triangle counts), and a
    /// bound on its distance to that of `a` as it stands.
    fn eigenvalue(n: usize, i: usize, a: &mut [Self], scratch: &mut [Self]) -> (Self, Self);

    /// Whether the symmetric `a` (n×n; the lower triangle counts) has no negative eigenvalue (`strict`: positive ones only), where
    /// that is told without eigenvalues. One case at a time.
    fn definite(_n: usize, _a: &[Self], _strict: bool) -> Option<bool> {
        None
    }

    /// All eigenvalues, decreasing, with a bound on every distance.
    fn eigenvalues(n: usize, a: &mut [Self], out: &mut [Self], scratch: &mut [Self]) -> Self;

    /// Eigenvalues (decreasing) and eigenvectors (columns of `vectors`), with a bound on `‖A - V D V'‖_F` where `V` is taken as
    /// orthogonal (its defect included).
    fn eigenvectors(n: usize, a: &mut [Self], values: &mut [Self], vectors: &mut [Self], scratch: &mut [Self]) -> Self;

    /// All `min(m, n)` singular values, decreasing, with a bound on every distance.
    fn singular_values(m: usize, n: usize, a: &mut [Self], out: &mut [Self], scratch: &mut [Self]) -> Self;

    /// The inverse of `a` (n×n, destroyed) into `out`, a bound on the Frobenius norm of its error given one on that of `a`
    /// (not finite where `a` cannot be told from a singular matrix), and the lanes where `a` is certainly singular.
    fn inverse(n: usize, a: &mut [Self], error: &Self, out: &mut [Self], scratch: &mut [Self]) -> (Self, Mask);

    /// The determinant of `a` (n×n, destroyed), and a bound on the error of the elimination.
    fn determinant(n: usize, a: &mut [Self], scratch: &mut [Self]) -> (Self, Self);

    /// `f(A)` for a symmetric `a` (n×n; the lower triangle counts), `f` one of `sqrt`, `exp`, `log`, and the lanes where that is certainly
    /// undefined; `semidefinite`: `a` is known to be. `None`: left to the caller, who puts it together from eigenvectors.
    #[inline(always)]
    fn matrix_function(_n: usize, _f: RealFn, _semidefinite: bool, _a: &[Self]) -> Option<(Vec<Self>, Mask)> {
        None
    }

    /// The spectral projector of the `i`-th greatest eigenvalue (`i` from 0) of a symmetric `a`, and the lanes where that is certainly
    /// tied. `None`: left to the caller.
    #[inline(always)]
    fn projector(_n: usize, _i: usize, _a: &[Self]) -> Option<(Vec<Self>, Mask)> {
        None
    }
}

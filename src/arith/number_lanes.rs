//! Eight `f64` lanes as the [`Number`] of a plan.
//!
//! Ties the lanes, the elementary functions and the decompositions together; each bound is stated where it is proved and only passed on
//! here.

use super::elementary as el;
use super::factor;
use super::lane::{Kernel, Lane8, Mask};
use super::number::RealFn;
use super::number::{Number, UNIT};
use super::{dense, spectrum};
use dashu_ratio::RBig;

/// `pi - PI` is below this.
const PI_ERROR: f64 = 1.3e-16;

impl<V: Lane8> Number for V {
    const LANES: usize = 8;
    const TRACKED: bool = <V as Lane8>::TRACKED;

    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        <V as Lane8>::enter(kernel)
    }

    #[inline(always)]
    fn lost(x: f64) -> Self {
        <V as Lane8>::lost(x)
    }

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        V::splat(x)
    }

    #[inline(always)]
    fn from_lanes(x: &[f64; 8]) -> Self {
        V::load(x)
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        V::nearest(x)
    }

    #[inline(always)]
    fn pi() -> (Self, Self) {
        (V::splat(std::f64::consts::PI), V::splat(PI_ERROR))
    }

    fn to_f64(&self, lane: usize) -> f64 {
        self.to_array()[lane]
    }
    #[inline(always)]
    fn to_lanes(&self) -> [f64; 8] {
        self.to_array()
    }

    #[inline(always)]
    fn add(&self, b: &Self) -> Self {
        Lane8::add(*self, *b)
    }
    #[inline(always)]
    fn sub(&self, b: &Self) -> Self {
        Lane8::sub(*self, *b)
    }
    #[inline(always)]
    fn mul(&self, b: &Self) -> Self {
        Lane8::mul(*self, *b)
    }
    #[inline(always)]
    fn div(&self, b: &Self) -> Self {
        Lane8::div(*self, *b)
    }
    #[inline(always)]
    fn neg(&self) -> Self {
        Lane8::neg(*self)
    }
    #[inline(always)]
    fn abs(&self) -> Self {
        Lane8::abs(*self)
    }
    #[inline(always)]
    fn sqrt(&self) -> Self {
        Lane8::sqrt(*self)
    }
    #[inline(always)]
    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        Lane8::mul_add(*self, *b, *c)
    }
    #[inline(always)]
    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        Lane8::neg_mul_add(*self, *b, *c)
    }
    #[inline(always)]
    fn max(&self, b: &Self) -> Self {
        Lane8::max(*self, *b)
    }
    #[inline(always)]
    fn min(&self, b: &Self) -> Self {
        Lane8::min(*self, *b)
    }
    #[inline(always)]
    fn floor(&self) -> Self {
        Lane8::floor(*self)
    }
    #[inline(always)]
    fn lt(&self, b: &Self) -> Mask {
        Lane8::lt(*self, *b)
    }
    #[inline(always)]
    fn le(&self, b: &Self) -> Mask {
        Lane8::le(*self, *b)
    }
    #[inline(always)]
    fn eq(&self, b: &Self) -> Mask {
        Lane8::eq(*self, *b)
    }
    #[inline(always)]
    fn finite(&self) -> Mask {
        Lane8::finite(*self)
    }
    #[inline(always)]
    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        <V as Lane8>::select(mask, *a, *b)
    }
    #[inline(always)]
    fn exp2i(&self) -> Self {
        Lane8::exp2i(*self)
    }
    #[inline(always)]
    fn split_exponent(&self) -> (Self, Self) {
        Lane8::split_exponent(*self)
    }

    #[inline(always)]
    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        // Bounds are in ulps of the result: at most two half-ulps of its size each.
        match f {
            RealFn::Exp => (el::exp(*x), 2.0 * el::EXP_ULPS),
            RealFn::Log => (el::ln(*x), 2.0 * el::LN_ULPS),
            RealFn::Sin => (el::sin(*x), 2.0 * el::SIN_ULPS),
            RealFn::Cos => (el::cos(*x), 2.0 * el::COS_ULPS),
            RealFn::Tan => (el::tan(*x), 2.0 * el::TAN_ULPS),
            RealFn::Asin => (el::asin(*x), 2.0 * el::ASIN_ULPS),
            RealFn::Acos => (el::acos(*x), 2.0 * el::ACOS_ULPS),
            RealFn::Atan => (el::atan(*x), 2.0 * el::ATAN_ULPS),
            RealFn::Abs => (Lane8::abs(*x), 0.0),
            RealFn::Sqrt => (Lane8::sqrt(*x), 1.0),
            RealFn::Floor => (Lane8::floor(*x), 0.0),
            RealFn::Ceil => (Lane8::neg(Lane8::floor(Lane8::neg(*x))), 0.0),
        }
    }

    #[inline(always)]
    fn power(x: &Self, y: &Self) -> (Self, f64) {
        let ulps = if V::UNDERFLOWS { el::POW_ULPS } else { el::WIDE_POW_ULPS };
        (el::pow(*x, *y), 2.0 * ulps)
    }

    #[inline(always)]
    fn matmul(a: &[Self], b: &[Self], out: &mut [Self], m: usize, k: usize, n: usize) {
        <V as Lane8>::product(a, b, out, [m, k, n]);
    }

    fn scratch_len(n: usize) -> usize {
        spectrum::scratch_len(n)
            .max(spectrum::eigenvectors_scratch_len(n))
            .max(spectrum::singular_scratch_len(n, n))
            .max(factor::inverse_scratch_len(n))
    }

    #[inline(always)]
    fn eigenvalue(n: usize, i: usize, a: &mut [Self], scratch: &mut [Self]) -> (Self, Self) {
        <V as Lane8>::enter(Eigenvalue { n, i, a, scratch })
    }

    #[inline(always)]
    fn eigenvalues(n: usize, a: &mut [Self], out: &mut [Self], scratch: &mut [Self]) -> Self {
        <V as Lane8>::enter(Eigenvalues { n, a, out, scratch })
    }

    #[inline(always)]
    fn eigenvectors(n: usize, a: &mut [Self], values: &mut [Self], vectors: &mut [Self], scratch: &mut [Self]) -> Self {
        <V as Lane8>::enter(Eigenvectors { n, a, values, vectors, scratch })
    }

    #[inline(always)]
    fn singular_values(m: usize, n: usize, a: &mut [Self], out: &mut [Self], scratch: &mut [Self]) -> Self {
        <V as Lane8>::enter(SingularValues { m, n, a, out, scratch })
    }

    #[inline(always)]
    fn inverse(n: usize, a: &mut [Self], error: &Self, out: &mut [Self], scratch: &mut [Self]) -> (Self, Mask) {
        <V as Lane8>::enter(Inverse { n, a, error: *error, out, scratch })
    }

    #[inline(always)]
    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        <V as Lane8>::enter(Determinant { n, a })
    }
}

struct Eigenvalue<'a, V> {
    n: usize,
    i: usize,
    a: &'a mut [V],
    scratch: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for Eigenvalue<'_, V> {
    type Out = (V, V);

    #[inline(always)]
    fn run(self) -> (V, V) {
        let Self { n, i, a, scratch } = self;
        if i + 1 == n {
            spectrum::least_eigenvalue(n, a, scratch)
        } else if i == 0 {
            spectrum::greatest_eigenvalue(n, a, scratch)
        } else {
            spectrum::eigenvalue(n, i, a, scratch)
        }
    }
}

struct Eigenvalues<'a, V> {
    n: usize,
    a: &'a mut [V],
    out: &'a mut [V],
    scratch: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for Eigenvalues<'_, V> {
    type Out = V;

    #[inline(always)]
    fn run(self) -> V {
        spectrum::eigenvalues(self.n, self.a, self.out, self.scratch)
    }
}

struct Eigenvectors<'a, V> {
    n: usize,
    a: &'a mut [V],
    values: &'a mut [V],
    vectors: &'a mut [V],
    scratch: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for Eigenvectors<'_, V> {
    type Out = V;

    #[inline(always)]
    fn run(self) -> V {
        let Self { n, a, values, vectors, scratch } = self;
        let measured = spectrum::eigenvectors(n, a, values, vectors, scratch);
        // `A` is within `r + o (‖A‖ + ‖D‖)` of `Q D Q'` with `Q` orthogonal, `‖V - Q‖ <= o`, and `V D V'` within `3 o ‖D‖` of that.
        let size = Lane8::sqrt(dense::frobenius_squared(values));
        let defect = Lane8::mul(measured.orthogonality, Lane8::mul(size, V::splat(6.0)));
        Lane8::add(measured.residual, defect)
    }
}

struct SingularValues<'a, V> {
    m: usize,
    n: usize,
    a: &'a mut [V],
    out: &'a mut [V],
    scratch: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for SingularValues<'_, V> {
    type Out = V;

    #[inline(always)]
    fn run(self) -> V {
        spectrum::singular_values(self.m, self.n, self.a, self.out, self.scratch)
    }
}

struct Inverse<'a, V> {
    n: usize,
    a: &'a mut [V],
    error: V,
    out: &'a mut [V],
    scratch: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for Inverse<'_, V> {
    type Out = (V, Mask);

    #[inline(always)]
    fn run(self) -> (V, Mask) {
        let Self { n, a, error, out, scratch } = self;
        let found = factor::inverse(n, a, out, scratch);
        // `(A + E)^-1 - A^-1` is at most `x² e / (1 - x e)` with `x` the norm of `A^-1`.
        let x = Lane8::add(Lane8::sqrt(dense::frobenius_squared(&out[..n * n])), found.error);
        let xe = Lane8::mul(x, error);
        let carried = Lane8::div(Lane8::mul(x, xe), Lane8::sub(V::one(), xe));
        let near = Lane8::lt(xe, V::splat(0.5));
        let bound = <V as Lane8>::select(near, Lane8::add(found.error, carried), V::splat(f64::INFINITY));
        // Only a matrix of exact zeros is singular beyond doubt here.
        let mut zero = if n == 0 { 0 } else { Lane8::eq(error, V::zero()) };
        for x in &a[..n * n] {
            zero &= Lane8::eq(*x, V::zero());
        }
        (bound, zero)
    }
}

struct Determinant<'a, V> {
    n: usize,
    a: &'a mut [V],
}

impl<V: Lane8> Kernel<V> for Determinant<'_, V> {
    type Out = (V, V);

    #[inline(always)]
    fn run(self) -> (V, V) {
        let Self { n, a } = self;
        let norm = Lane8::sqrt(dense::frobenius_squared(&a[..n * n]));
        let det = factor::solve(n, a, 0, &mut []);
        // `A + F = L U` with `|F| <= γ_n |L| |U|` (Higham, Theorem 9.3), entries of `L` at most 1.
        let mut upper = V::zero();
        for i in 0..n {
            for j in i..n {
                upper = Lane8::mul_add(a[i * n + j], a[i * n + j], upper);
            }
        }
        let size = n as f64;
        let backward = Lane8::mul(Lane8::sqrt(upper), V::splat(size * size * UNIT * 1.01));
        let largest = Lane8::add(norm, backward);
        let mut carried = Lane8::mul(backward, V::splat(size));
        for _ in 1..n {
            carried = Lane8::mul(carried, largest);
        }
        let own = Lane8::mul(Lane8::abs(det), V::splat(2.0 * size * UNIT));
        (det, Lane8::add(Lane8::add(carried, own), V::lost(1e-290)))
    }
}

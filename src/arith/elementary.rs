//! Exponential, logarithm and power in lanes, from `+ - * /` and fused multiply-adds only.
//!
//! The C library's versions differ from platform to platform; these give the same bits on every machine, and each states
//! how far from the exact value it may be, in units in the last place (ulp) of the result. The trigonometric functions
//! follow the same rules in [`super::trigonometric`], the normal quantile in [`super::normal`].
//!
//! Not here: a way to *prove* a bound for one argument. That is the business of enclosures; an ulp bound of this file
//! becomes a rounding floor, and whatever lies inside the floor is decided elsewhere.
//!
//! References: W. J. Cody and W. Waite, *Software Manual for the Elementary Functions* (1980), for the reductions; the
//! coefficients of [`ln`] are those of FDLIBM 5.3 `e_log.c` (K. C. Ng, Sun Microsystems, freely distributable); the
//! double-double steps of [`pow`] are T. J. Dekker's (*Numer. Math.* 18, 1971).

use super::lane::{Lane8, Mask};

pub use super::normal::{NORMAL_RELATIVE_ERROR, normal_from_uniform};
pub use super::trigonometric::{
    ACOS_ULPS, ASIN_ULPS, ATAN_ULPS, COS_ULPS, SIN_ULPS, TAN_ULPS, TRIG_MAX, acos, asin, atan, cos, sin, sin_cos, tan,
};

/// Bound on the error of [`exp`], in ulps of the result (subnormal results: in units of `2^-1074`).
///
/// Reduction 1/4 (one rounding of a number below 0.35), polynomial and last two sums below 0.3 + 1/2, rescaling into the
/// subnormals another 1/2.
pub const EXP_ULPS: f64 = 1.5;
/// Bound on the error of [`ln`], in ulps of the result.
pub const LN_ULPS: f64 = 1.5;
/// Bound on the error of [`pow`], in ulps of the result: that of [`exp`], and `|y ln x| * 2^-63` from the logarithm.
pub const POW_ULPS: f64 = 2.0;
/// The same in lanes without bounds on exponents, where `|y ln x|` may be as large as `WIDEST`.
pub const WIDE_POW_ULPS: f64 = 2048.0;
/// There `e^x` is known up to this size of `x`: beyond it the reduction is not exact.
const WIDEST: f64 = 1_400_000.0;

/// `ln 2` to 32 bits, so that multiples by exponents are exact, and the rest.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `c[0] + c[1] x + ...` by Horner's rule, one rounding a step.
#[inline(always)]
pub(super) fn polynomial<V: Lane8, const N: usize>(x: V, c: [f64; N]) -> V {
    let mut sum = V::splat(c[N - 1]);
    for &c in c.iter().rev().skip(1) {
        sum = sum.mul_add(x, V::splat(c));
    }
    sum
}

/// `x * 2^k` for integers `k` in `-2044..=2046`, rounded once.
#[inline(always)]
pub(super) fn scale_by_power<V: Lane8>(x: V, k: V) -> V {
    let half = k.mul(V::splat(0.5)).floor();
    x.mul(half.exp2i()).mul(k.sub(half).exp2i())
}

/// `e^x`, any `x`: `inf` above about 709.78, subnormals and then 0 below about -708.4, NaN for NaN.
#[inline(always)]
#[must_use]
pub fn exp<V: Lane8>(x: V) -> V {
    exp_of_sum(x, V::zero())
}

/// `e^(x + tail)` for a `tail` far below `x`.
#[inline(always)]
fn exp_of_sum<V: Lane8>(x: V, tail: V) -> V {
    // Clamped where the result is 0 or inf already; the order of the operands lets a NaN through.
    let (lo, hi) = if V::UNDERFLOWS { (-746.0, 710.0) } else { (-WIDEST, WIDEST) };
    let beyond = if V::UNDERFLOWS { 0 } else { x.lt(V::splat(lo)) | V::splat(hi).lt(x) };
    let x = V::splat(lo).max(x);
    let x = V::splat(hi).min(x);
    let k = x.mul(V::splat(std::f64::consts::LOG2_E)).round_even();
    // `k LN2_HIGH` is exact, and so is the difference; |r| <= 0.347.
    let high = k.neg_mul_add(V::splat(LN2_HIGH), x);
    let r = k.neg_mul_add(V::splat(LN2_LOW), high).add(tail);
    // (e^r - 1 - r) / r^2 by its series: the first term left out is below 0.01 ulp.
    let q = polynomial(
        r,
        [
            1.0 / 2.0,
            1.0 / 6.0,
            1.0 / 24.0,
            1.0 / 120.0,
            1.0 / 720.0,
            1.0 / 5_040.0,
            1.0 / 40_320.0,
            1.0 / 362_880.0,
            1.0 / 3_628_800.0,
            1.0 / 39_916_800.0,
            1.0 / 479_001_600.0,
            1.0 / 6_227_020_800.0,
        ],
    );
    let p = r.mul(r).mul_add(q, r).add(V::one());
    let value = scale_by_power(p, k);
    if V::UNDERFLOWS { value } else { V::select(beyond, V::splat(f64::NAN), value) }
}

/// A positive finite `x` as `m * 2^e` with `m` in about `[0.707, 1.414)`, subnormals included.
#[inline(always)]
fn split_near_one<V: Lane8>(x: V) -> (V, V) {
    let tiny = x.lt(V::splat(f64::MIN_POSITIVE));
    let (m, e) = V::select(tiny, x.mul(V::splat(18_014_398_509_481_984.0)), x).split_exponent();
    let e = V::select(tiny, e.sub(V::splat(54.0)), e);
    let large = V::splat(std::f64::consts::SQRT_2).le(m);
    (V::select(large, m.mul(V::splat(0.5)), m), V::select(large, e.add(V::one()), e))
}

/// Natural logarithm: subnormals included, `ln 0 = -inf`, `ln inf = inf`, NaN below zero.
#[inline(always)]
#[must_use]
pub fn ln<V: Lane8>(x: V) -> V {
    let (m, e) = split_near_one(x);
    let f = m.sub(V::one());
    let s = f.div(f.add(V::splat(2.0)));
    let z = s.mul(s);
    // ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), so that f, which is exact, carries the leading digits.
    let r = z.mul(polynomial(
        z,
        [
            6.666_666_666_666_735e-1,
            3.999_999_999_940_942e-1,
            2.857_142_874_366_239e-1,
            2.222_219_843_214_978_4e-1,
            1.818_357_216_161_805e-1,
            1.531_383_769_920_937_3e-1,
            1.479_819_860_511_658_6e-1,
        ],
    ));
    let half_square = f.mul(f).mul(V::splat(0.5));
    let low = s.mul_add(half_square.add(r), e.mul(V::splat(LN2_LOW)));
    let value = e.mul_add(V::splat(LN2_HIGH), f.sub(half_square.sub(low)));
    let value = V::select(x.eq(V::zero()), V::splat(f64::NEG_INFINITY), value);
    let value = V::select(x.eq(V::splat(f64::INFINITY)), x, value);
    // Neither `0 <= x` holds for a negative number nor for a NaN.
    V::select(V::zero().le(x), value, V::splat(f64::NAN))
}

/// The exact sum of two floats as a rounded sum and its error (D. E. Knuth; any magnitudes).
#[inline(always)]
pub(super) fn two_sum<V: Lane8>(a: V, b: V) -> (V, V) {
    let sum = a.add(b);
    let b_part = sum.sub(a);
    let error = a.sub(sum.sub(b_part)).add(b.sub(b_part));
    (sum, error)
}

/// The same for `|a| >= |b|` (or `a = 0`).
#[inline(always)]
fn fast_two_sum<V: Lane8>(a: V, b: V) -> (V, V) {
    let sum = a.add(b);
    (sum, b.sub(sum.sub(a)))
}

/// The exact product of two floats as a rounded product and its error.
#[inline(always)]
fn two_product<V: Lane8>(a: V, b: V) -> (V, V) {
    let product = a.mul(b);
    (product, a.mul_add(b, product.neg()))
}

/// `ln x` for a positive finite `x` as an unevaluated sum, relative error below `2^-63`.
#[inline(always)]
fn ln_in_two_parts<V: Lane8>(x: V) -> (V, V) {
    let (m, e) = split_near_one(x);
    let f = m.sub(V::one());
    // s = f / (2 + f) in two parts; ln(1 + f) = 2 artanh s = 2 s + (2/3) s^3 + (2/5) s^5 + ...
    let (d, d_low) = fast_two_sum(V::splat(2.0), f);
    let s = f.div(d);
    let s_low = s.neg_mul_add(d_low, s.neg_mul_add(d, f)).div(d);
    let (z, z_low) = two_product(s, s);
    let z_low = s.add(s).mul_add(s_low, z_low);
    let (cube, cube_low) = two_product(z, s);
    let cube_low = z.mul_add(s_low, z_low.mul_add(s, cube_low));
    // The cubic term needs both parts, those behind it, below 2^-12 of the whole, do not.
    let (third, third_low) = two_product(cube, V::splat(2.0 / 3.0));
    let third_low = cube_low.mul_add(V::splat(2.0 / 3.0), cube.mul_add(V::splat(TWO_THIRDS_LOW), third_low));
    let rest = polynomial(
        z,
        [
            2.0 / 5.0,
            2.0 / 7.0,
            2.0 / 9.0,
            2.0 / 11.0,
            2.0 / 13.0,
            2.0 / 15.0,
            2.0 / 17.0,
            2.0 / 19.0,
            2.0 / 21.0,
            2.0 / 23.0,
            2.0 / 25.0,
            2.0 / 27.0,
        ],
    );
    let low = z.mul(cube).mul_add(rest, third_low);
    let (sum, sum_low) = fast_two_sum(s.add(s), third);
    let (total, total_low) = two_sum(e.mul(V::splat(LN2_HIGH)), sum);
    let low = low.add(sum_low).add(s_low.add(s_low));
    let low = total_low.add(e.mul_add(V::splat(LN2_LOW), low));
    fast_two_sum(total, low)
}

/// `2/3` minus the nearest float.
const TWO_THIRDS_LOW: f64 = 3.700_743_415_417_188e-17;

/// `x^y` for finite `x > 0` and finite `y`: overflow to `inf`, underflow through the subnormals to 0.
///
/// NaN for any other operands: a zero or negative base is a question of convention, which the caller settles.
#[inline(always)]
#[must_use]
pub fn pow<V: Lane8>(x: V, y: V) -> V {
    let (high, low) = ln_in_two_parts(x);
    let (p, p_low) = two_product(y, high);
    let p_low = y.mul_add(low, p_low);
    // Beyond 800 the result is 0 or inf whatever the low part, which may have overflowed to NaN.
    let p_low = if V::UNDERFLOWS { V::select(p.abs().lt(V::splat(800.0)), p_low, V::zero()) } else { p_low };
    let value = exp_of_sum(p, p_low);
    let defined: Mask = V::zero().lt(x) & x.finite() & y.finite();
    V::select(defined, value, V::splat(f64::NAN))
}

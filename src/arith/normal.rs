//! The standard normal quantile in lanes: a uniform number becomes a normal variate.
//!
//! One uniform gives one variate, monotonically, which is what a hunt wants (a small move of the draw is a small move of
//! the matrix) and what Box-Muller does not give.
//!
//! Reference: M. J. Wichura, *Algorithm AS 241: the percentage points of the normal distribution*, Appl. Statist. 37
//! (1988) 477-484, routine PPND16: three quotients of polynomials of degree 7.

use super::elementary::{ln, polynomial};
use super::lane::Lane8;

/// Bound on the relative error of [`normal_from_uniform`] (Wichura: about one part in 1e16, before rounding).
pub const NORMAL_RELATIVE_ERROR: f64 = 2e-15;

/// The `z` with `P(Z <= z) = u`, for `u` in `(0, 1)`; `-inf` at 0, `inf` at 1, NaN outside and for NaN.
///
/// `z(1 - u) = -z(u)` exactly, where `1 - u` is exact.
#[inline(always)]
#[must_use]
pub fn normal_from_uniform<V: Lane8>(u: V) -> V {
    let q = u.sub(V::splat(0.5));
    let tail = V::splat(0.425).lt(q.abs());
    let r = q.neg_mul_add(q, V::splat(0.180_625));
    let mut p = polynomial(r, CENTRE.0);
    let mut d = polynomial(r, CENTRE.1);
    let mut factor = q;
    // The selects keep a lane's value independent of the others; the tests only skip work no lane asked for.
    if tail != 0 {
        let one_sided = V::select(q.lt(V::zero()), u, V::one().sub(u));
        let r = ln(one_sided).neg().sqrt();
        let sign = V::select(q.lt(V::zero()), V::splat(-1.0), V::one());
        let near = r.sub(V::splat(1.6));
        p = V::select(tail, polynomial(near, TAIL.0), p);
        d = V::select(tail, polynomial(near, TAIL.1), d);
        factor = V::select(tail, sign, factor);
        let far = V::splat(5.0).lt(r) & tail;
        if far != 0 {
            let beyond = r.sub(V::splat(5.0));
            p = V::select(far, polynomial(beyond, FAR.0), p);
            d = V::select(far, polynomial(beyond, FAR.1), d);
            let end = one_sided.eq(V::zero()) & far;
            p = V::select(end, V::splat(f64::INFINITY), p);
            d = V::select(end, V::one(), d);
        }
    }
    factor.mul(p).div(d)
}

/// Numerator and denominator, constant term first.
type Quotient = ([f64; 8], [f64; 8]);

/// In `0.425^2 - (u - 1/2)^2`, times `u - 1/2`.
const CENTRE: Quotient = (
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
);

/// In `sqrt(-ln u) - 1.6`.
const TAIL: Quotient = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

/// In `sqrt(-ln u) - 5`.
const FAR: Quotient = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

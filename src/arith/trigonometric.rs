//! Sine, cosine, tangent and their inverses in lanes. The rules are those of [`super::elementary`].
//!
//! Sine, cosine and tangent take `|x| <= TRIG_MAX`; beyond it they return NaN, which tells the caller to settle the case in
//! an arithmetic with as many digits of pi as the argument needs.
//!
//! Reference: FDLIBM 5.3, `k_sin.c`, `k_cos.c`, `e_asin.c`, `e_acos.c`, `s_atan.c` (K. C. Ng, Sun Microsystems, freely
//! distributable) for coefficients and case splits; branches became selects, and exact residuals use a fused
//! multiply-add.

use super::elementary::{polynomial, two_sum};
use super::lane::{Lane8, Mask};

/// Largest argument of [`sin`], [`cos`] and [`tan`]: `2^20`.
pub const TRIG_MAX: f64 = 1_048_576.0;
/// Bound on the error of [`sin`] in ulps of the result.
pub const SIN_ULPS: f64 = 1.5;
/// Bound on the error of [`cos`] in ulps of the result.
pub const COS_ULPS: f64 = 1.5;
/// Bound on the error of [`tan`] in ulps of the result: a quotient of the two above.
pub const TAN_ULPS: f64 = 4.0;
/// Bound on the error of [`asin`] in ulps of the result.
pub const ASIN_ULPS: f64 = 1.5;
/// Bound on the error of [`acos`] in ulps of the result.
pub const ACOS_ULPS: f64 = 1.5;
/// Bound on the error of [`atan`] in ulps of the result.
pub const ATAN_ULPS: f64 = 1.5;

/// `pi/2` in three floats, each the rest of the ones before.
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

/// `x - n pi/2` in two parts, below about `pi/4`, and the quadrant `n mod 4` as two masks (`n` odd, `n mod 4` in {2, 3}).
#[inline(always)]
fn reduce<V: Lane8>(x: V) -> (V, V, Mask, Mask) {
    let n = x.mul(V::splat(std::f64::consts::FRAC_2_PI)).round_even();
    // Exact: a multiple of the last bit of HALF_PI[0] (or of x), and below 1.
    let r = n.neg_mul_add(V::splat(HALF_PI[0]), x);
    // The argument may lie so close to a multiple that the second float cancels, too: keep both errors.
    let w = n.mul(V::splat(HALF_PI[1]));
    let w_low = n.mul_add(V::splat(HALF_PI[1]), w.neg());
    let (high, low) = two_sum(r, w.neg());
    let low = n.neg_mul_add(V::splat(HALF_PI[2]), low.sub(w_low));
    let n_half = n.mul(V::splat(0.5)).floor();
    let odd = n_half.add(n_half).lt(n);
    let quarter = n_half.mul(V::splat(0.5)).floor();
    let upper = quarter.add(quarter).lt(n_half);
    (high, low, odd, upper)
}

/// `sin(x + low)` for `|x|` up to about `pi/4`.
#[inline(always)]
fn sin_kernel<V: Lane8>(x: V, low: V) -> V {
    let z = x.mul(x);
    let r = polynomial(
        z,
        [
            8.333_333_333_322_49e-3,
            -1.984_126_982_985_795e-4,
            2.755_731_370_707_006_8e-6,
            -2.505_076_025_340_686_3e-8,
            1.589_690_995_211_55e-10,
        ],
    );
    let v = z.mul(x);
    let correction = z.mul(low.mul(V::splat(0.5)).sub(v.mul(r))).sub(low);
    x.sub(v.neg_mul_add(V::splat(-1.666_666_666_666_663_2e-1), correction))
}

/// `cos(x + low)` for `|x|` up to about `pi/4`.
#[inline(always)]
fn cos_kernel<V: Lane8>(x: V, low: V) -> V {
    let z = x.mul(x);
    let r = z.mul(polynomial(
        z,
        [
            4.166_666_666_666_66e-2,
            -1.388_888_888_887_411e-3,
            2.480_158_728_947_673e-5,
            -2.755_731_435_139_066_3e-7,
            2.087_572_321_298_175e-9,
            -1.135_964_755_778_819_5e-11,
        ],
    ));
    let half = z.mul(V::splat(0.5));
    let w = V::one().sub(half);
    let error = V::one().sub(w).sub(half);
    w.add(error.add(z.mul_add(r, x.mul(low).neg())))
}

/// Sine and cosine of `|x| <= TRIG_MAX`, NaN beyond.
#[inline(always)]
#[must_use]
pub fn sin_cos<V: Lane8>(x: V) -> (V, V) {
    let inside = x.abs().le(V::splat(TRIG_MAX));
    let (high, low, odd, upper) = reduce(V::select(inside, x, V::splat(f64::NAN)));
    let (s, c) = (sin_kernel(high, low), cos_kernel(high, low));
    let sin = V::select(odd, c, s);
    let cos = V::select(odd, s, c);
    // The sine changes its sign in quadrants 2 and 3, the cosine in 1 and 2.
    (V::select(upper, sin.neg(), sin), V::select(upper ^ odd, cos.neg(), cos))
}

/// Sine of `|x| <= TRIG_MAX`, NaN beyond.
#[inline(always)]
#[must_use]
pub fn sin<V: Lane8>(x: V) -> V {
    // A zero keeps its sign: the reduction subtracts a zero of either sign from it.
    V::select(x.eq(V::zero()), x, sin_cos(x).0)
}

/// Cosine of `|x| <= TRIG_MAX`, NaN beyond.
#[inline(always)]
#[must_use]
pub fn cos<V: Lane8>(x: V) -> V {
    sin_cos(x).1
}

/// Tangent of `|x| <= TRIG_MAX`, NaN beyond.
#[inline(always)]
#[must_use]
pub fn tan<V: Lane8>(x: V) -> V {
    let (s, c) = sin_cos(x);
    V::select(x.eq(V::zero()), x, s.div(c))
}

/// `(asin(sqrt z) - sqrt z) / sqrt z` for `z` in `[0, 1/4]`.
#[inline(always)]
fn asin_ratio<V: Lane8>(z: V) -> V {
    let p = polynomial(
        z,
        [
            1.666_666_666_666_666_6e-1,
            -3.255_658_186_224_009e-1,
            2.012_125_321_348_629_3e-1,
            -4.005_553_450_067_941e-2,
            7.915_349_942_898_145e-4,
            3.479_331_075_960_212e-5,
        ],
    );
    let q = polynomial(
        z,
        [1.0, -2.403_394_911_734_414, 2.020_945_760_233_505_7, -6.882_839_716_054_533e-1, 7.703_815_055_590_194e-2],
    );
    z.mul(p).div(q)
}

/// `sqrt((1 - |x|)/2)`, what its rounding lost, and the argument of [`asin_ratio`] at it.
#[inline(always)]
fn half_complement<V: Lane8>(x: V) -> (V, V, V) {
    let z = V::one().sub(x.abs()).mul(V::splat(0.5));
    let root = z.sqrt();
    // At x = 1 root and residual are 0; the tiny number only keeps 0/0 away.
    let lost = root.neg_mul_add(root, z).div(root.add(root).add(V::splat(f64::MIN_POSITIVE)));
    (root, lost, z)
}

/// Arc sine, NaN outside `[-1, 1]`.
#[inline(always)]
#[must_use]
pub fn asin<V: Lane8>(x: V) -> V {
    let inner = x.abs().lt(V::splat(0.5));
    let (root, lost, z) = half_complement(x);
    let ratio = asin_ratio(V::select(inner, x.mul(x), z));
    let small = x.mul_add(ratio, x);
    // pi/2 - 2 (root + lost + root * ratio), the large parts last.
    let tail = root.mul_add(ratio, lost);
    let quarter = V::splat(std::f64::consts::FRAC_PI_4);
    // (pi/4 - 2 root) is exact or nearly so where it matters: see the reference.
    let rest = tail.add(tail).sub(V::splat(HALF_PI[1]));
    let (head, head_low) = two_sum(quarter.add(quarter), root.add(root).neg());
    let outer = head.sub(rest.sub(head_low));
    let outer = V::select(x.lt(V::zero()), outer.neg(), outer);
    V::select(inner, small, outer)
}

/// Arc cosine, NaN outside `[-1, 1]`.
#[inline(always)]
#[must_use]
pub fn acos<V: Lane8>(x: V) -> V {
    let inner = x.abs().lt(V::splat(0.5));
    let negative = x.lt(V::zero());
    let (root, lost, z) = half_complement(x);
    let ratio = asin_ratio(V::select(inner, x.mul(x), z));
    // Inside: pi/2 - x - x * ratio.
    let (head, head_low) = two_sum(V::splat(HALF_PI[0]), x.neg());
    let middle = head.add(x.neg_mul_add(ratio, V::splat(HALF_PI[1])).add(head_low));
    // Outside: twice the half angle, or pi less it.
    let tail = root.mul_add(ratio, lost);
    let positive = root.add(tail);
    let positive = positive.add(positive);
    let (head, head_low) = two_sum(V::splat(HALF_PI[0]), root.neg());
    let other = head.sub(tail.sub(V::splat(HALF_PI[1])).sub(head_low));
    let other = other.add(other);
    V::select(inner, middle, V::select(negative, other, positive))
}

/// The value of the last range that a lane reached, `values[0]` before the first.
#[inline(always)]
fn choose<V: Lane8>(range: [Mask; 4], values: [f64; 5]) -> V {
    let mut v = V::splat(values[0]);
    for (&reached, &value) in range.iter().zip(&values[1..]) {
        v = V::select(reached, V::splat(value), v);
    }
    v
}

/// Arc tangent, any `x`.
#[inline(always)]
#[must_use]
pub fn atan<V: Lane8>(x: V) -> V {
    let a = x.abs();
    let range = [
        V::splat(7.0 / 16.0).le(a),
        V::splat(11.0 / 16.0).le(a),
        V::splat(19.0 / 16.0).le(a),
        V::splat(39.0 / 16.0).le(a),
    ];
    // By the angle c with tan c = 0, 1/2, 1, 3/2, inf next to it: atan a = c + atan((a - tan c) / (1 + a tan c)).
    let tangent = choose::<V>(range, [0.0, 0.5, 1.0, 1.5, 0.0]);
    let numerator = V::select(range[3], V::splat(-1.0), a.sub(tangent));
    let denominator = V::select(range[3], a, a.mul_add(tangent, V::one()));
    let t = numerator.div(denominator);
    let angle = choose::<V>(
        range,
        [
            0.0,
            4.636_476_090_008_061e-1,
            std::f64::consts::FRAC_PI_4,
            9.827_937_232_473_29e-1,
            std::f64::consts::FRAC_PI_2,
        ],
    );
    let angle_low = choose::<V>(
        range,
        [
            0.0,
            2.269_877_745_296_168_7e-17,
            3.061_616_997_868_383e-17,
            1.390_331_103_123_099_8e-17,
            6.123_233_995_736_766e-17,
        ],
    );
    let z = t.mul(t);
    let series = z.mul(polynomial(
        z,
        [
            3.333_333_333_333_293e-1,
            -1.999_999_999_987_648_3e-1,
            1.428_571_427_250_346_6e-1,
            -1.111_111_040_546_235_6e-1,
            9.090_887_133_436_507e-2,
            -7.691_876_205_044_83e-2,
            6.661_073_137_387_531e-2,
            -5.833_570_133_790_573_5e-2,
            4.976_877_994_615_932_4e-2,
            -3.653_157_274_421_691_6e-2,
            1.628_582_011_536_578_2e-2,
        ],
    ));
    // t - t * series + the low part of the angle, then the angle.
    let value = angle.sub(t.mul_add(series, angle_low.neg()).sub(t));
    let signed = V::select(x.lt(V::zero()), value.neg(), value);
    V::select(x.eq(V::zero()), x, signed)
}

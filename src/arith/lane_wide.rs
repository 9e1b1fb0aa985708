//! Eight lanes whose exponents have no bound: what a run is done in when its values leave the range of `f64`.
//!
//! A number is `m 2^e` with `1 <= |m| < 2` and `e` floats, `e` an integer; zero has `m = 0`. Every operation is rounded once, to 53
//! bits, as in `f64`, and nothing underflows: a state of size `1e-400` and its Gram matrix keep all their digits. Where no value leaves the
//! range of `f64` the results are those of the other back ends, bit for bit.
//!
//! It is a [`Lane8`], so that every kernel, decomposition and plan runs in it unchanged, several times slower.

use super::lane::{Lane8, Mask};
use super::lane_pairs::{Arithmetic, Pairs, Two};
use super::lane_scalar::Scalar8;
use super::number::UNIT;
use dashu_int::UBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;

/// Beyond this difference of exponents the smaller of two summands is below every rounding of the greater one.
const FAR: f64 = 1000.0;
/// Beyond this exponent a number is not known: sums of exponents are exact.
const MOST_EXPONENT: f64 = (1_u64 << 50) as f64;
/// From this exponent on a number is an integer; below that one only its sign matters where it is rounded to one.
const INTEGER: f64 = 52.0;
const SIGN: f64 = -2.0;

/// Eight numbers with exponents of their own.
pub type Wide8 = Pairs<Wide>;

/// Numbers that are a significand and an exponent.
#[derive(Clone, Copy, Debug)]
pub struct Wide;

#[inline(always)]
fn zeros<L: Lane8>(m: L) -> Mask {
    m.eq(L::zero())
}

/// Zero, or not finite: the exponent says nothing.
#[inline(always)]
fn special<L: Lane8>(m: L) -> Mask {
    zeros(m) | !m.finite()
}

/// From significands that are zero, not finite, or normal floats, and exponents.
#[inline(always)]
fn normal<L: Lane8>(m: L, e: L) -> Two<L> {
    let (size, more) = m.abs().split_exponent();
    let (signed, e) = (L::select(m.lt(L::zero()), size.neg(), size), e.add(more));
    let known = e.abs().le(L::splat(MOST_EXPONENT));
    let plain = special(m);
    let m = L::select(plain, m, L::select(known, signed, L::splat(f64::NAN)));
    Two(m, L::select(known & !plain, e, L::zero()))
}

/// `2^-k` for differences `k >= 0` of exponents, however far.
#[inline(always)]
fn down<L: Lane8>(k: L) -> L {
    k.min(L::splat(FAR)).neg().exp2i()
}

impl Arithmetic for Wide {
    const TRACKED: bool = true;
    const UNDERFLOWS: bool = false;

    #[inline(always)]
    fn from_floats<L: Lane8>(x: L) -> Two<L> {
        let small = x.abs().lt(L::splat(f64::MIN_POSITIVE));
        let scaled = x.mul(L::splat(200.0).exp2i());
        normal(L::select(small, scaled, x), L::select(small, L::splat(-200.0), L::zero()))
    }

    /// The nearest float; beyond the range 0 or infinite.
    #[inline(always)]
    fn to_floats<L: Lane8>(Two(m, e): Two<L>) -> L {
        let (least, most) = (L::splat(-1022.0), L::splat(1023.0));
        let within = m.mul(e.max(least).min(most).exp2i());
        // One rounding, in the last product.
        let below =
            m.mul(e.max(L::splat(-1100.0)).min(least).add(L::splat(600.0)).exp2i()).mul(L::splat(-600.0).exp2i());
        let above = m.mul(L::splat(f64::INFINITY));
        L::select(e.lt(least), below, L::select(most.lt(e), above, within))
    }

    fn nearest(x: &RBig) -> ([f64; 2], [f64; 2]) {
        if x.is_zero() {
            return ([0.0; 2], [0.0; 2]);
        }
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 2);
        let e = size(x.numerator().bit_len()) - size(x.denominator().bit_len());
        let power = RBig::from(UBig::ONE << usize::try_from(e.unsigned_abs()).unwrap_or(0));
        let scaled = if e >= 0 { x / &power } else { x * &power };
        let m = scaled.to_f64().value();
        let exact = RBig::try_from(m).is_ok_and(|back| back == scaled);
        let of = |m: f64| {
            let Two(m, e) = normal::<Scalar8>(Scalar8::splat(m), Scalar8::splat(e as f64));
            [m.to_array()[0], e.to_array()[0]]
        };
        (of(m), if exact { [0.0; 2] } else { of(m.abs() * UNIT) })
    }

    #[inline(always)]
    fn add<L: Lane8>(Two(a, i): Two<L>, Two(b, j): Two<L>) -> Two<L> {
        // A zero has the exponent of what it is added to.
        let (i, j) = (L::select(zeros(a), j, i), L::select(zeros(b), i, j));
        let e = i.max(j);
        normal(a.mul(down(e.sub(i))).add(b.mul(down(e.sub(j)))), e)
    }

    #[inline(always)]
    fn mul<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L> {
        normal(a.0.mul(b.0), a.1.add(b.1))
    }

    #[inline(always)]
    fn div<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L> {
        normal(a.0.div(b.0), a.1.sub(b.1))
    }

    #[inline(always)]
    fn sqrt<L: Lane8>(Two(m, e): Two<L>) -> Two<L> {
        let half = e.mul(L::splat(0.5)).floor();
        let odd = e.sub(half.add(half));
        normal(m.mul(L::one().add(odd)).sqrt(), half)
    }

    #[inline(always)]
    fn neg<L: Lane8>(Two(m, e): Two<L>) -> Two<L> {
        Two(m.neg(), e)
    }

    #[inline(always)]
    fn abs<L: Lane8>(Two(m, e): Two<L>) -> Two<L> {
        Two(m.abs(), e)
    }

    /// `a * b + c`, rounded once, by a fused multiply-add of aligned significands.
    #[inline(always)]
    fn mul_add<L: Lane8>(a: Two<L>, b: Two<L>, c: Two<L>) -> Two<L> {
        let exponent = a.1.add(b.1);
        // A product that is 0 has the exponent of c; a c that is 0, or has no exponent, that of the product.
        let product = exponent.sub(c.1);
        let product = L::select(special(c.0), L::zero(), product);
        let ahead = L::select(zeros(a.0) | zeros(b.0), L::splat(-1.0), product);
        let first = L::zero().le(ahead);
        let (up, down) = (down(ahead.neg().max(L::zero())), down(ahead.max(L::zero())));
        // What is far below changes no digit, unless it decides a tie.
        let far = L::splat(FAR).lt(ahead);
        let c_there = L::select(far, L::zero(), c.0.mul(down));
        normal(a.0.mul(up).mul_add(b.0, c_there), L::select(first, exponent, c.1))
    }

    #[inline(always)]
    fn lt<L: Lane8>(Two(a, i): Two<L>, Two(b, j): Two<L>) -> Mask {
        let (below, over) = (a.lt(L::zero()), b.lt(L::zero()));
        let plain = special(a) | special(b) | below ^ over | i.eq(j);
        plain & a.lt(b) | !plain & (i.lt(j) ^ below)
    }

    #[inline(always)]
    fn eq<L: Lane8>(Two(a, i): Two<L>, Two(b, j): Two<L>) -> Mask {
        a.eq(b) & (i.eq(j) | special(a))
    }

    #[inline(always)]
    fn rounded<L: Lane8>(Two(m, e): Two<L>, round: impl Fn(L) -> L) -> Two<L> {
        let kept = special(m) | L::splat(INTEGER).le(e);
        let float = m.mul(e.max(L::splat(SIGN)).min(L::splat(INTEGER)).exp2i());
        Two::select(kept, Two(m, e), normal(round(float), L::zero()))
    }

    #[inline(always)]
    fn exp2i<L: Lane8>(a: Two<L>) -> Two<L> {
        let k = Self::to_floats(a);
        let known = k.abs().le(L::splat(MOST_EXPONENT));
        Two(L::select(known, L::one(), L::splat(f64::NAN)), L::select(known, k, L::zero()))
    }

    #[inline(always)]
    fn split_exponent<L: Lane8>(Two(m, e): Two<L>) -> (Two<L>, Two<L>) {
        (Two(m, L::zero()), normal(e, L::zero()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::elementary::{exp, ln, pow};
    use dashu_int::IBig;
    use proptest::prelude::*;

    fn wide(x: f64) -> Wide8 {
        Wide8::splat(x)
    }

    fn exact(x: &Wide8) -> RBig {
        let (m, e) = (x.first[0], x.second[0] as i64);
        let power = RBig::from(IBig::ONE << usize::try_from(e.unsigned_abs()).expect("small"));
        let m = RBig::try_from(m).expect("finite");
        if e >= 0 { m * power } else { m / power }
    }

    /// The distance of a number from the exact result, in half-ulps.
    fn off(found: &Wide8, wanted: &RBig) -> f64 {
        if wanted.is_zero() {
            return if exact(found).is_zero() { 0.0 } else { f64::INFINITY };
        }
        let gap = (exact(found) - wanted) / wanted;
        gap.to_f64().value().abs() / UNIT
    }

    proptest! {
        #[test]
        fn every_operation_is_rounded_once(
            (a, i) in (1.0_f64..2.0, -3000_i64..3000),
            (b, j) in (-2.0_f64..2.0, -3000_i64..3000),
            (c, k) in (-2.0_f64..2.0, -6000_i64..6000),
            near in any::<bool>(),
        ) {
            let at = |m: f64, e: i64| wide(m).mul(wide(e as f64).exp2i());
            let (a, b) = (at(a, i), at(b, j));
            let c = at(c, if near { i + j + k % 60 } else { k });
            let (x, y, z) = (exact(&a), exact(&b), exact(&c));
            prop_assert!(off(&a.mul(b), &(&x * &y)) <= 1.0);
            prop_assert!(off(&a.add(b), &(&x + &y)) <= 1.0);
            prop_assert!(off(&a.sub(c), &(&x - &z)) <= 1.0);
            prop_assert!(off(&a.mul_add(b, c), &(&x * &y + &z)) <= 1.0);
            if !y.is_zero() {
                prop_assert!(off(&a.div(b), &(&x / &y)) <= 1.0);
            }
            let root = a.sqrt();
            prop_assert!(off(&root.mul(root), &x) <= 4.0);
            prop_assert_eq!(a.lt(c) & 1 == 1, x < z);
            prop_assert_eq!(a.le(a), 0xff);
            prop_assert_eq!(exact(&b.max(c)), y.clone().max(z.clone()));
            prop_assert_eq!(exact(&b.min(c)), y.min(z));
        }

        #[test]
        fn within_the_range_of_f64_the_bits_are_those_of_f64(a in -1e10_f64..1e10, b in -1e-3_f64..1e3, c in any::<i32>()) {
            let c = f64::from(c);
            let is = |x: Wide8, y: f64| { let mut out = [0.0; 8]; x.store(&mut out); out[0] == y };
            prop_assert!(is(wide(a).mul(wide(b)), a * b));
            prop_assert!(is(wide(a).add(wide(b)), a + b));
            prop_assert!(is(wide(a).mul_add(wide(b), wide(c)), a.mul_add(b, c)));
            prop_assert!(is(wide(a).div(wide(b)), a / b));
            prop_assert!(is(wide(a).floor(), a.floor()));
            prop_assert!(is(wide(b).round_even(), b.round_ties_even()));
            prop_assert!(is(wide(a.abs()).sqrt(), a.abs().sqrt()));
        }
    }

    #[test]
    fn zero_infinity_and_what_is_not_a_number_are_kept() {
        let (zero, inf, nan) = (wide(0.0), wide(f64::INFINITY), wide(f64::NAN));
        let tiny = wide(-5000.0).exp2i();
        assert_eq!(zero.add(tiny).eq(tiny), 0xff);
        assert_eq!(inf.add(tiny).eq(inf), 0xff);
        assert_eq!(inf.sub(inf).finite(), 0);
        assert_eq!(nan.add(tiny).finite() | tiny.mul(nan).finite() | tiny.mul_add(nan, zero).finite(), 0);
        assert_eq!(zero.mul(inf).finite(), 0);
        assert_eq!(tiny.finite() & zero.finite(), 0xff);
        assert_eq!(zero.lt(tiny) & tiny.neg().lt(zero), 0xff);
        assert_eq!(nan.lt(tiny) | tiny.lt(nan) | nan.eq(nan), 0);
        assert_eq!(tiny.neg().floor().eq(wide(-1.0)) & tiny.floor().eq(zero), 0xff);
        let subnormal = f64::from_bits(3);
        let mut out = [0.0; 8];
        wide(subnormal).store(&mut out);
        assert_eq!(out, [subnormal; 8]);
    }

    #[test]
    fn elementary_functions_go_on_beyond_the_range() {
        // e^-2000 e^2000 = 1, ln(2^-5000) = -5000 ln 2, (2^-700)^7 = 2^-4900
        let one = exp(wide(-2000.0)).mul(exp(wide(2000.0)));
        assert!(off(&one, &RBig::ONE) < 16.0, "{}", off(&one, &RBig::ONE));
        let log = ln(wide(-5000.0).exp2i()).to_array()[0];
        assert!((log + 5000.0 * std::f64::consts::LN_2).abs() < 1e-12, "{log}");
        let power = pow(wide(-700.0).exp2i(), wide(7.0));
        assert!(off(&power, &exact(&wide(-4900.0).exp2i())) < 2048.0);
        assert_eq!(exp(wide(-1e7)).finite(), 0);
    }

    #[test]
    fn a_rational_below_the_range_keeps_its_digits() {
        let x = RBig::from(IBig::from(3)) / RBig::from(UBig::from(10u8).pow(400));
        let (value, error) = Wide8::nearest(&x);
        assert!(off(&value, &x) <= 1.0);
        assert!(exact(&error) > RBig::ZERO && exact(&error) * RBig::from(1u64 << 50) < x);
    }

    #[test]
    fn a_spectrum_is_found_at_any_scale() {
        use crate::arith::number::Number;
        // [[2, 1], [1, 2]] 2^-4000 has the eigenvalues 1 and 3.
        let scale = wide(-4000.0).exp2i();
        let entry = |x: f64| wide(x).mul(scale);
        let mut a = [entry(2.0), entry(1.0), entry(1.0), entry(2.0)];
        let mut scratch = vec![wide(0.0); <Wide8 as Number>::scratch_len(2)];
        let (least, bound) = <Wide8 as Number>::eigenvalue(2, 1, &mut a, &mut scratch);
        assert!(off(&least, &exact(&scale)) < 100.0, "{}", off(&least, &exact(&scale)));
        assert!(exact(&bound) < exact(&scale) / RBig::from(1u64 << 40), "the bound is relative to the matrix");
        assert!(exact(&bound) > RBig::ZERO);
    }
}

//! Eight lanes whose exponents have no bound: what a run is done in when its values leave the range of `f64`.
//!
//! A lane is `m 2^e` with `1 <= |m| < 2` a float and `e` an integer of 64 bits; zero has `m = 0`. Every operation is rounded once, to 53
//! bits, as in `f64`, and nothing underflows: a state of size `1e-400` and its Gram matrix keep all their digits. Where no value leaves the
//! range of `f64` the results are those of the other back ends, bit for bit.
//!
//! It is a [`Lane8`](super::Lane8), so that every kernel, decomposition and plan runs in it unchanged, an order of magnitude slower.

use super::lane_each::{Each, Single};
use super::number::UNIT;
use dashu_int::UBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;

/// Beyond this difference of exponents the smaller of two summands is below every rounding of the greater one.
const FAR: i64 = 1000;
/// Exponents are kept this far from the ends of their type; beyond it a number is not known.
const MOST_EXPONENT: i64 = 1 << 55;

/// Eight numbers with exponents of their own.
pub type Wide8 = Each<Wide>;

/// One lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide {
    m: f64,
    e: i64,
}

const ZERO: Wide = Wide { m: 0.0, e: 0 };
const UNKNOWN: Wide = Wide { m: f64::NAN, e: 0 };

/// `2^k` for `k` in the range of normal floats.
#[inline(always)]
fn exp2(k: i64) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}

impl Wide {
    /// From a significand that is zero, not finite, or a normal float.
    #[inline(always)]
    fn normal(m: f64, e: i64) -> Self {
        if m == 0.0 || !m.is_finite() {
            return Self { m, e: 0 };
        }
        let bits = m.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i64 - 1023;
        let e = e + exponent;
        if e.abs() > MOST_EXPONENT {
            return UNKNOWN;
        }
        Self { m: f64::from_bits(bits & !(0x7ff << 52) | 1023 << 52), e }
    }

    #[inline(always)]
    fn is_special(self) -> bool {
        self.m == 0.0 || !self.m.is_finite()
    }

    /// The sum of two specials as it is; one infinite and one finite number give the infinite one.
    #[inline(always)]
    fn unless_both(self, a: Self, b: Self) -> Self {
        match (a.m.is_finite(), b.m.is_finite()) {
            (true, false) => b,
            (false, true) => a,
            _ => self,
        }
    }
}

impl Single for Wide {
    const TRACKED: bool = true;
    const UNDERFLOWS: bool = false;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        if x.is_subnormal() { Self::normal(x * exp2(200), -200) } else { Self::normal(x, 0) }
    }

    /// The nearest float; beyond the range 0 or infinite.
    #[inline(always)]
    fn to_f64(self) -> f64 {
        match self.e {
            -1022..=1023 => self.m * exp2(self.e),
            // One rounding, in the last product.
            -1100..-1022 => self.m * exp2(self.e + 600) * exp2(-600),
            e if e < 0 => self.m * 0.0,
            _ => self.m * f64::INFINITY,
        }
    }

    fn nearest(x: &RBig) -> (Self, Self) {
        let size = |n: usize| i64::try_from(n).unwrap_or(MOST_EXPONENT);
        if x.is_zero() {
            return (ZERO, ZERO);
        }
        let e = size(x.numerator().bit_len()) - size(x.denominator().bit_len());
        let power = RBig::from(UBig::ONE << usize::try_from(e.unsigned_abs()).unwrap_or(0));
        let scaled = if e >= 0 { x / &power } else { x * &power };
        let m = scaled.to_f64().value();
        let exact = RBig::try_from(m).is_ok_and(|back| back == scaled);
        let error = if exact { ZERO } else { Self::normal(m.abs() * UNIT, e) };
        (Self::normal(m, e), error)
    }

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        if self.is_special() || b.is_special() {
            return if self.m == 0.0 {
                b
            } else if b.m == 0.0 {
                self
            } else {
                // Something is not finite, and stays so.
                Self::normal(self.m + b.m, 0).unless_both(self, b)
            };
        }
        let (large, small) = if self.e >= b.e { (self, b) } else { (b, self) };
        let apart = large.e - small.e;
        if apart > FAR {
            return large;
        }
        Self::normal(large.m + small.m * exp2(-apart), large.e)
    }

    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        Self::normal(self.m * b.m, self.e + b.e)
    }

    #[inline(always)]
    fn div(self, b: Self) -> Self {
        Self::normal(self.m / b.m, self.e - b.e)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        if self.is_special() || self.m < 0.0 {
            return Self { m: self.m.sqrt(), e: 0 };
        }
        let odd = self.e & 1;
        Self::normal((self.m * (1 + odd) as f64).sqrt(), (self.e - odd) / 2)
    }

    #[inline(always)]
    fn neg(self) -> Self {
        Self { m: -self.m, e: self.e }
    }

    /// `self * b + c`, rounded once, by a fused multiply-add of aligned significands.
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        if self.is_special() || b.is_special() {
            return self.mul(b).add(c);
        }
        if c.is_special() {
            return if c.m == 0.0 { self.mul(b) } else { c };
        }
        let apart = self.e + b.e - c.e;
        if apart > FAR {
            return self.mul(b);
        }
        if apart < -FAR {
            return c;
        }
        if apart >= 0 {
            Self::normal(self.m.mul_add(b.m, c.m * exp2(-apart)), self.e + b.e)
        } else {
            Self::normal((self.m * exp2(apart)).mul_add(b.m, c.m), c.e)
        }
    }

    #[inline(always)]
    fn lt(self, b: Self) -> bool {
        if self.is_special() || b.is_special() || (self.m < 0.0) != (b.m < 0.0) || self.e == b.e {
            return self.m < b.m;
        }
        (self.e < b.e) != (self.m < 0.0)
    }

    #[inline(always)]
    fn eq(self, b: Self) -> bool {
        self.m == b.m && (self.e == b.e || self.is_special())
    }

    #[inline(always)]
    fn rounded(self, round: impl Fn(f64) -> f64) -> Self {
        if self.is_special() || self.e >= 52 {
            return self;
        }
        // Below 2^-2 only the sign matters.
        Self::from_f64(round(self.m * exp2(self.e.max(-2))))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self { m: self.m.abs(), e: self.e }
    }

    #[inline(always)]
    fn exp2i(self) -> Self {
        let k = self.to_f64();
        if k.abs() <= MOST_EXPONENT as f64 { Self { m: 1.0, e: k as i64 } } else { UNKNOWN }
    }

    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        (Self { m: self.m, e: 0 }, Self::from_f64(self.e as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::elementary::{exp, ln, pow};
    use crate::arith::lane::Lane8;
    use dashu_int::IBig;
    use proptest::prelude::*;

    fn wide(x: f64) -> Wide8 {
        Wide8::splat(x)
    }

    fn exact(x: &Wide8) -> RBig {
        let Wide { m, e } = x.0[0];
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

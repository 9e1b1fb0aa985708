//! Eight lanes of double-doubles: the shadow that shows what rounding did to a long run in `f64`.
//!
//! A lane is an unevaluated sum `h + l` with `|l|` at most half an ulp of `h`, about 106 bits. Sums, products, quotients and roots are good to
//! a few units of `2^-104`; functions that are made of polynomials (`exp`, `ln`, sines) only to those of `f64`, and products of sums
//! keep their digits. No bound is carried here: a shadow is run beside a state whose own rounding is asked, and is exact for that purpose.
//!
//! Reference: M. Joldes, J.-M. Muller, V. Popescu, *Tight and rigorous error bounds for basic building blocks of double-word
//! arithmetic*, ACM TOMS 44 (2017): algorithms 6 (sum), 12 (product), 17 (quotient); V. Lefèvre et al. (2023) for the root.

use super::lane_each::{Each, Single};
use dashu_ratio::RBig;

/// Eight double-doubles.
pub type Double8 = Each<Double>;

/// One lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double {
    h: f64,
    l: f64,
}

/// The rounded sum and its error, whatever the sizes.
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The same for `|a| >= |b|`; what is not finite has no low part.
#[inline(always)]
fn fast(a: f64, b: f64) -> Double {
    let h = a + b;
    Double { h, l: if h.is_finite() { b - (h - a) } else { 0.0 } }
}

impl Double {
    #[inline(always)]
    fn of(h: f64) -> Self {
        Self { h, l: 0.0 }
    }

    /// How far it is from a float.
    #[must_use]
    pub fn distance(self, x: f64) -> f64 {
        ((self.h - x) + self.l).abs()
    }
}

/// `2^k` for `k` in the range of normal floats.
#[inline(always)]
fn exp2(k: f64) -> f64 {
    f64::from_bits(((1023.0 + k) as u64) << 52)
}

impl Single for Double {
    const TRACKED: bool = false;
    const UNDERFLOWS: bool = true;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::of(x)
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.h
    }

    fn nearest(x: &RBig) -> (Self, Self) {
        let h = x.to_f64().value();
        let rest = RBig::try_from(h).map(|near| x - near);
        let l = rest.map_or(0.0, |rest| rest.to_f64().value());
        (Self { h, l }, Self::of(0.0))
    }

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        let (s, e) = two_sum(self.h, b.h);
        let (t, f) = two_sum(self.l, b.l);
        let v = fast(s, e + t);
        fast(v.h, f + v.l)
    }

    #[inline(always)]
    fn neg(self) -> Self {
        Self { h: -self.h, l: -self.l }
    }

    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        let c = self.h * b.h;
        let low = self.h.mul_add(b.h, -c);
        let t = self.l * b.l;
        let t = self.h.mul_add(b.l, t);
        let t = self.l.mul_add(b.h, t);
        fast(c, low + t)
    }

    #[inline(always)]
    fn div(self, b: Self) -> Self {
        let q = self.h / b.h;
        if !q.is_finite() || q == 0.0 {
            return Self::of(q);
        }
        let r = b.mul(Self::of(q));
        let rest = (self.h - r.h) + (self.l - r.l);
        fast(q, rest / b.h)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.h.sqrt();
        if !root.is_finite() || root == 0.0 {
            return Self::of(root);
        }
        let rest = (-root).mul_add(root, self.h) + self.l;
        fast(root, rest / (2.0 * root))
    }

    #[inline(always)]
    fn lt(self, b: Self) -> bool {
        self.h < b.h || self.h == b.h && self.l < b.l
    }

    /// Rounded to an integer, the low part where the high one is one.
    #[inline(always)]
    fn rounded(self, round: impl Fn(f64) -> f64) -> Self {
        let h = round(self.h);
        if h == self.h { fast(h, round(self.l)) } else { Self::of(h) }
    }

    #[inline(always)]
    fn abs(self) -> Self {
        if self.h < 0.0 { self.neg() } else { self }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        self.mul(b).add(c)
    }

    #[inline(always)]
    fn eq(self, b: Self) -> bool {
        self == b
    }

    #[inline(always)]
    fn exp2i(self) -> Self {
        Self::of(if (-1022.0..=1023.0).contains(&self.h) { exp2(self.h) } else { f64::NAN })
    }

    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let e = (self.h.to_bits() >> 52 & 0x7ff) as f64 - 1023.0;
        // In two steps: the power of a number near the ends of the range has no inverse.
        let half = (e / 2.0).floor();
        let (a, b) = (exp2(-half), exp2(half - e));
        (Self { h: self.h * a * b, l: self.l * a * b }, Self::of(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::lane::Lane8;
    use proptest::prelude::*;

    fn exact(x: &Double8) -> RBig {
        let part = |x: f64| RBig::try_from(x).expect("finite");
        part(x.0[0].h) + part(x.0[0].l)
    }

    /// The distance from the exact result, in units of 2^-104 of `scale`.
    fn off(found: &Double8, wanted: &RBig, scale: &RBig) -> f64 {
        let gap = exact(found) - wanted;
        if gap.is_zero() { 0.0 } else { (gap / scale).to_f64().value().abs() * 2.0_f64.powi(104) }
    }

    fn double(h: f64, l: f64) -> Double8 {
        let x = fast(h, l * h * 2.0_f64.powi(-53));
        Each([x; 8])
    }

    fn abs(x: &RBig) -> RBig {
        if *x < RBig::ZERO { -x.clone() } else { x.clone() }
    }

    proptest! {
        #[test]
        fn operations_keep_104_bits(
            (a, b, c) in (0.1_f64..10.0, -10.0_f64..10.0, -10.0_f64..10.0),
            (p, q, r) in (-1.0_f64..1.0, -1.0_f64..1.0, -1.0_f64..1.0),
        ) {
            let (a, b, c) = (double(a, p), double(b, q), double(c, r));
            let (x, y, z) = (exact(&a), exact(&b), exact(&c));
            let sum = &x + &y;
            prop_assert!(off(&a.add(b), &sum, &abs(&sum).max(RBig::ONE)) <= 4.0);
            prop_assert!(off(&a.mul(b), &(&x * &y), &abs(&(&x * &y)).max(RBig::ONE)) <= 4.0);
            let fused = &x * &y + &z;
            prop_assert!(off(&a.mul_add(b, c), &fused, &(abs(&(&x * &y)) + abs(&z))) <= 8.0);
            let quotient = &y / &x;
            prop_assert!(off(&b.div(a), &quotient, &abs(&quotient).max(RBig::ONE)) <= 16.0);
            let root = a.sqrt();
            prop_assert!(off(&root.mul(root), &x, &x) <= 64.0);
            prop_assert_eq!(a.lt(c) & 1 == 1, x < z);
            let (m, e) = a.split_exponent();
            prop_assert_eq!(exact(&m.mul(e.exp2i())), x.clone());
            prop_assert_eq!(exact(&a.floor()), RBig::from(x.floor()));
        }
    }

    #[test]
    fn a_third_is_a_third_to_106_bits() {
        let third = RBig::ONE / RBig::from(3u8);
        let (x, _) = Double8::nearest(&third);
        assert!(off(&x, &third, &third) <= 1.0);
        assert!(x.0[0].distance(1.0 / 3.0) > 1e-18 && x.0[0].distance(1.0 / 3.0) < 1e-16);
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        let inf = Double8::splat(f64::INFINITY);
        assert_eq!(inf.add(Double8::splat(1.0)).finite() | inf.sub(inf).finite(), 0);
        assert_eq!(Double8::splat(1.0).div(Double8::splat(0.0)).finite(), 0);
    }
}

//! Eight lanes of double-doubles: the shadow that shows what rounding did to a long run in `f64`.
//!
//! A lane is an unevaluated sum `h + l` with `|l|` at most half an ulp of `h`, about 106 bits. Sums, products, quotients and roots are good to
//! a few units of `2^-104`; functions that are made of polynomials (`exp`, `ln`, sines) only to those of `f64`, and products of sums
//! keep their digits. No bound is carried here: a shadow is run beside a state whose own rounding is asked, and is exact for that purpose.
//!
//! Reference: M. Joldes, J.-M. Muller, V. Popescu, *Tight and rigorous error bounds for basic building blocks of double-word
//! arithmetic*, ACM TOMS 44 (2017): algorithms 6 (sum), 12 (product), 17 (quotient); V. Lefèvre et al. (2023) for the root.

use super::lane::{Kernel, Lane8, Mask};
use dashu_ratio::RBig;

/// Eight double-doubles.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Double8 {
    h: [f64; 8],
    l: [f64; 8],
}

/// One lane.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Double {
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
}

/// `2^k` for `k` in the range of normal floats.
#[inline(always)]
fn exp2(k: f64) -> f64 {
    f64::from_bits(((1023.0 + k) as u64) << 52)
}

impl Double8 {
    #[inline(always)]
    fn lane(&self, i: usize) -> Double {
        Double { h: self.h[i], l: self.l[i] }
    }

    #[inline(always)]
    fn build(f: impl Fn(usize) -> Double) -> Self {
        let mut out = Self { h: [0.0; 8], l: [0.0; 8] };
        for i in 0..8 {
            let x = f(i);
            (out.h[i], out.l[i]) = (x.h, x.l);
        }
        out
    }

    #[inline(always)]
    fn test(self, b: Self, f: impl Fn(Double, Double) -> bool) -> Mask {
        (0..8).fold(0, |mask, i| mask | Mask::from(f(self.lane(i), b.lane(i))) << i)
    }

    /// How far a lane is from a float.
    #[must_use]
    pub fn distance(&self, lane: usize, x: f64) -> f64 {
        ((self.h[lane] - x) + self.l[lane]).abs()
    }
}

/// The three operations that hold a fused multiply-add, compiled with it where there is one.
macro_rules! fused {
    ($name:ident, $with:ident, $without:ident, $f:expr) => {
        #[cfg(target_arch = "x86_64")]
        #[inline(never)]
        #[target_feature(enable = "fma")]
        fn $with(a: &Double8, b: &Double8, c: &Double8) -> Double8 {
            Double8::build(|i| $f(a.lane(i), b.lane(i), c.lane(i)))
        }
        #[inline(never)]
        fn $without(a: &Double8, b: &Double8, c: &Double8) -> Double8 {
            Double8::build(|i| $f(a.lane(i), b.lane(i), c.lane(i)))
        }
        #[inline(always)]
        fn $name(a: &Double8, b: &Double8, c: &Double8) -> Double8 {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("fma") {
                // SAFETY: the feature was just detected.
                return unsafe { $with(a, b, c) };
            }
            $without(a, b, c)
        }
    };
}

fused!(product, product_fused, product_by_library, |a: Double, b: Double, _| a.mul(b));
fused!(quotient, quotient_fused, quotient_by_library, |a: Double, b: Double, _| a.div(b));
fused!(root, root_fused, root_by_library, |a: Double, _, _| a.sqrt());
fused!(product_sum, product_sum_fused, product_sum_by_library, |a: Double, b: Double, c: Double| a.mul(b).add(c));

impl Lane8 for Double8 {
    const TRACKED: bool = false;

    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        fn entered<K: Kernel<Double8>>(kernel: K) -> K::Out {
            kernel.run()
        }
        entered(kernel)
    }

    #[inline(never)]
    fn splat(x: f64) -> Self {
        Self { h: [x; 8], l: [0.0; 8] }
    }
    #[inline(never)]
    fn load(x: &[f64; 8]) -> Self {
        Self { h: *x, l: [0.0; 8] }
    }
    #[inline(never)]
    fn store(self, out: &mut [f64; 8]) {
        *out = self.h;
    }
    fn nearest(x: &RBig) -> (Self, Self) {
        let h = x.to_f64().value();
        let rest = RBig::try_from(h).map(|near| x - near);
        let l = rest.map_or(0.0, |rest| rest.to_f64().value());
        (Self { h: [h; 8], l: [l; 8] }, Self::splat(0.0))
    }
    #[inline(never)]
    fn add(self, b: Self) -> Self {
        Self::build(|i| self.lane(i).add(b.lane(i)))
    }
    #[inline(never)]
    fn sub(self, b: Self) -> Self {
        Self::build(|i| self.lane(i).add(b.lane(i).neg()))
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        product(&self, &b, &self)
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        quotient(&self, &b, &self)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        root(&self, &self, &self)
    }
    #[inline(never)]
    fn neg(self) -> Self {
        Self::build(|i| self.lane(i).neg())
    }
    #[inline(never)]
    fn abs(self) -> Self {
        Self::build(|i| if self.h[i] < 0.0 { self.lane(i).neg() } else { self.lane(i) })
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        product_sum(&self, &b, &c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        self.neg().mul_add(b, c)
    }
    #[inline(never)]
    fn max(self, b: Self) -> Self {
        Self::build(|i| if b.lane(i).lt(self.lane(i)) { self.lane(i) } else { b.lane(i) })
    }
    #[inline(never)]
    fn min(self, b: Self) -> Self {
        Self::build(|i| if self.lane(i).lt(b.lane(i)) { self.lane(i) } else { b.lane(i) })
    }
    #[inline(never)]
    fn floor(self) -> Self {
        Self::build(|i| self.lane(i).rounded(f64::floor))
    }
    #[inline(never)]
    fn round_even(self) -> Self {
        Self::build(|i| self.lane(i).rounded(f64::round_ties_even))
    }
    #[inline(never)]
    fn lt(self, b: Self) -> Mask {
        self.test(b, Double::lt)
    }
    #[inline(never)]
    fn le(self, b: Self) -> Mask {
        self.test(b, |x, y| x.lt(y) || x == y)
    }
    #[inline(never)]
    fn eq(self, b: Self) -> Mask {
        self.test(b, |x, y| x == y)
    }
    #[inline(never)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        Self::build(|i| if mask >> i & 1 == 1 { a.lane(i) } else { b.lane(i) })
    }
    #[inline(never)]
    fn exp2i(self) -> Self {
        Self::build(|i| Double::of(if (-1022.0..=1023.0).contains(&self.h[i]) { exp2(self.h[i]) } else { f64::NAN }))
    }
    #[inline(never)]
    fn split_exponent(self) -> (Self, Self) {
        let e = |i: usize| (self.h[i].to_bits() >> 52 & 0x7ff) as f64 - 1023.0;
        // In two steps: the power of a number near the ends of the range has no inverse.
        let down = |i: usize| {
            let half = (e(i) / 2.0).floor();
            (exp2(-half), exp2(half - e(i)))
        };
        let m = Self::build(|i| {
            let (a, b) = down(i);
            Double { h: self.h[i] * a * b, l: self.l[i] * a * b }
        });
        (m, Self::build(|i| Double::of(e(i))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(x: &Double8) -> RBig {
        let part = |x: f64| RBig::try_from(x).expect("finite");
        part(x.h[0]) + part(x.l[0])
    }

    /// The distance from the exact result, in units of 2^-104 of `scale`.
    fn off(found: &Double8, wanted: &RBig, scale: &RBig) -> f64 {
        let gap = exact(found) - wanted;
        if gap.is_zero() { 0.0 } else { (gap / scale).to_f64().value().abs() * 2.0_f64.powi(104) }
    }

    fn double(h: f64, l: f64) -> Double8 {
        let x = fast(h, l * h * 2.0_f64.powi(-53));
        Double8 { h: [x.h; 8], l: [x.l; 8] }
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
        assert!(x.distance(0, 1.0 / 3.0) > 1e-18 && x.distance(0, 1.0 / 3.0) < 1e-16);
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        let inf = Double8::splat(f64::INFINITY);
        assert_eq!(inf.add(Double8::splat(1.0)).finite() | inf.sub(inf).finite(), 0);
        assert_eq!(Double8::splat(1.0).div(Double8::splat(0.0)).finite(), 0);
    }
}

//! Eight lanes of double-doubles: the shadow that shows what rounding did to a long run in `f64`.
//!
//! A number is an unevaluated sum `h + l` with `|l|` at most half an ulp of `h`, about 106 bits. Sums, products, quotients and roots are good to
//! a few units of `2^-104`; functions that are made of polynomials (`exp`, `ln`, sines) only to those of `f64`, and products of sums
//! keep their digits. No bound is carried here: a shadow is run beside a state whose own rounding is asked, and is exact for that purpose.
//!
//! Reference: M. Joldes, J.-M. Muller, V. Popescu, *Tight and rigorous error bounds for basic building blocks of double-word
//! arithmetic*, ACM TOMS 44 (2017): algorithms 6 (sum), 12 (product), 17 (quotient); V. Lefèvre et al. (2023) for the root.

use super::lane::{Lane8, Mask};
use super::lane_pairs::{Arithmetic, Pairs, Two};
use dashu_ratio::RBig;

/// Eight double-doubles.
pub type Double8 = Pairs<Double>;

/// Numbers that are unevaluated sums, the high part first.
#[derive(Clone, Copy, Debug)]
pub struct Double;

impl Double8 {
    /// How far each is from a float.
    #[must_use]
    #[inline(always)]
    pub fn distances(&self, x: &[f64; 8]) -> [f64; 8] {
        let mut out = [0.0; 8];
        for (lane, out) in out.iter_mut().enumerate() {
            *out = ((self.first[lane] - x[lane]) + self.second[lane]).abs();
        }
        out
    }
}

/// The rounded sum and its error, whatever the sizes.
#[inline(always)]
fn two_sum<L: Lane8>(a: L, b: L) -> (L, L) {
    let sum = a.add(b);
    let part = sum.sub(a);
    (sum, a.sub(sum.sub(part)).add(b.sub(part)))
}

/// The same for `|a| >= |b|`; what is not finite has no low part.
#[inline(always)]
fn fast<L: Lane8>(a: L, b: L) -> Two<L> {
    let h = a.add(b);
    Two(h, L::select(h.finite(), b.sub(h.sub(a)), L::zero()))
}

#[inline(always)]
fn of<L: Lane8>(h: L) -> Two<L> {
    Two(h, L::zero())
}

/// Lanes in which a first quotient or root is what it is.
#[inline(always)]
fn is_last<L: Lane8>(x: L) -> Mask {
    !x.finite() | x.eq(L::zero())
}

impl Arithmetic for Double {
    const TRACKED: bool = false;
    const UNDERFLOWS: bool = true;

    fn nearest(x: &RBig) -> ([f64; 2], [f64; 2]) {
        let h = x.to_f64().value();
        let rest = RBig::try_from(h).map(|near| x - near);
        let l = rest.map_or(0.0, |rest| rest.to_f64().value());
        ([h, l], [0.0; 2])
    }

    #[inline(always)]
    fn from_floats<L: Lane8>(x: L) -> Two<L> {
        of(x)
    }

    #[inline(always)]
    fn to_floats<L: Lane8>(x: Two<L>) -> L {
        x.0
    }

    #[inline(always)]
    fn add<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L> {
        let (s, e) = two_sum(a.0, b.0);
        let (t, f) = two_sum(a.1, b.1);
        let v = fast(s, e.add(t));
        fast(v.0, f.add(v.1))
    }

    #[inline(always)]
    fn neg<L: Lane8>(a: Two<L>) -> Two<L> {
        Two(a.0.neg(), a.1.neg())
    }

    #[inline(always)]
    fn mul<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L> {
        let c = a.0.mul(b.0);
        let low = a.0.mul_add(b.0, c.neg());
        let t = a.1.mul(b.1);
        let t = a.0.mul_add(b.1, t);
        let t = a.1.mul_add(b.0, t);
        fast(c, low.add(t))
    }

    #[inline(always)]
    fn div<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L> {
        let q = a.0.div(b.0);
        let r = Self::mul(b, of(q));
        let rest = a.0.sub(r.0).add(a.1.sub(r.1));
        Two::select(is_last(q), of(q), fast(q, rest.div(b.0)))
    }

    #[inline(always)]
    fn sqrt<L: Lane8>(a: Two<L>) -> Two<L> {
        let root = a.0.sqrt();
        let rest = root.neg().mul_add(root, a.0).add(a.1);
        Two::select(is_last(root), of(root), fast(root, rest.div(L::splat(2.0).mul(root))))
    }

    #[inline(always)]
    fn lt<L: Lane8>(a: Two<L>, b: Two<L>) -> Mask {
        a.0.lt(b.0) | a.0.eq(b.0) & a.1.lt(b.1)
    }

    /// Rounded to an integer, the low part where the high one is one.
    #[inline(always)]
    fn rounded<L: Lane8>(a: Two<L>, round: impl Fn(L) -> L) -> Two<L> {
        let h = round(a.0);
        Two::select(h.eq(a.0), fast(h, round(a.1)), of(h))
    }

    #[inline(always)]
    fn abs<L: Lane8>(a: Two<L>) -> Two<L> {
        Two::select(a.0.lt(L::zero()), Self::neg(a), a)
    }

    #[inline(always)]
    fn mul_add<L: Lane8>(a: Two<L>, b: Two<L>, c: Two<L>) -> Two<L> {
        Self::add(Self::mul(a, b), c)
    }

    #[inline(always)]
    fn eq<L: Lane8>(a: Two<L>, b: Two<L>) -> Mask {
        a.0.eq(b.0) & a.1.eq(b.1)
    }

    #[inline(always)]
    fn exp2i<L: Lane8>(a: Two<L>) -> Two<L> {
        let known = L::splat(-1022.0).le(a.0) & a.0.le(L::splat(1023.0));
        of(L::select(known, a.0.exp2i(), L::splat(f64::NAN)))
    }

    #[inline(always)]
    fn split_exponent<L: Lane8>(a: Two<L>) -> (Two<L>, Two<L>) {
        let (_, e) = a.0.abs().split_exponent();
        // In two steps: the power of a number near the ends of the range has no inverse.
        let half = e.mul(L::splat(0.5)).floor();
        let (p, q) = (half.neg().exp2i(), half.sub(e).exp2i());
        (Two(a.0.mul(p).mul(q), a.1.mul(p).mul(q)), of(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(x: &Double8) -> RBig {
        let part = |x: f64| RBig::try_from(x).expect("finite");
        part(x.first[0]) + part(x.second[0])
    }

    /// The distance from the exact result, in units of 2^-104 of `scale`.
    fn off(found: &Double8, wanted: &RBig, scale: &RBig) -> f64 {
        let gap = exact(found) - wanted;
        if gap.is_zero() { 0.0 } else { (gap / scale).to_f64().value().abs() * 2.0_f64.powi(104) }
    }

    fn double(h: f64, l: f64) -> Double8 {
        let l = l * h * 2.0_f64.powi(-53);
        let sum = h + l;
        Double8::all([sum, l - (sum - h)])
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
        assert!(x.distances(&[1.0 / 3.0; 8]).iter().all(|off| (1e-18..1e-16).contains(off)));
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        let inf = Double8::splat(f64::INFINITY);
        assert_eq!(inf.add(Double8::splat(1.0)).finite() | inf.sub(inf).finite(), 0);
        assert_eq!(Double8::splat(1.0).div(Double8::splat(0.0)).finite(), 0);
    }
}

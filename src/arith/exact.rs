//! Rationals: one case at a time, without rounding.
//!
//! An [`Exact`] is a rational or *not known*: what is irrational (most roots, every transcendental function), what this arithmetic does
//! not compute (spectra, but for those that can be read off), and what has grown past [`MAX_BITS`] bits. Not known is passed on by
//! every operation, so a value that is known is the value of the expression, and a sign that is known is its sign.
//!
//! A case has one lane here; masks have all their bits alike, and [`Number::from_lanes`] takes lane 0. The infinities are starting
//! values of least and greatest elements and the margin of an empty order; no arithmetic is done with them.
//!
//! What it does not do: decide verdicts. It is the arithmetic of what is rational in the draws, and the oracle that the bounds of
//! the `f64` lanes are tested against.

use super::lane::{ALL, Mask};
use super::number::Number;
use super::number::RealFn;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;

/// Bits of numerator and denominator together; a number that needs more is not known.
pub const MAX_BITS: usize = 1 << 16;

/// A rational number, if it is known.
#[derive(Clone, Debug, Default)]
pub enum Exact {
    #[default]
    Unknown,
    Known(RBig),
    /// A start that nothing has replaced yet, or the margin of an empty order.
    Infinite {
        negative: bool,
    },
}

use Exact::{Infinite, Known, Unknown};

fn bits(x: &RBig) -> usize {
    x.numerator().bit_len() + x.denominator().bit_len()
}

fn capped(x: RBig) -> Exact {
    if bits(&x) <= MAX_BITS { Known(x) } else { Unknown }
}

fn mask(truth: bool) -> Mask {
    if truth { ALL } else { 0 }
}

/// `2^k`
fn power_of_two(k: i64) -> Option<RBig> {
    let size = usize::try_from(k.unsigned_abs()).ok().filter(|size| *size < MAX_BITS)?;
    let power = UBig::ONE << size;
    Some(if k < 0 { RBig::from_parts(IBig::ONE, power) } else { RBig::from(power) })
}

/// The root of a perfect square.
fn root(x: &UBig) -> Option<UBig> {
    let root = x.nth_root(2);
    (&root * &root == *x).then_some(root)
}

/// `x^k`, if it stays small.
fn power(x: &RBig, k: i64) -> Option<RBig> {
    if x.is_zero() && k < 0 {
        return None;
    }
    let size = usize::try_from(k.unsigned_abs()).ok()?;
    if bits(x).checked_mul(size)? > 2 * MAX_BITS {
        let unit = x.is_zero() || x.is_one() || (-x.clone()).is_one();
        return unit.then(|| if k % 2 == 0 { x * x } else { x.clone() });
    }
    let y = x.pow(isize::try_from(size).ok()?);
    Some(if k < 0 { RBig::ONE / y } else { y })
}

impl Exact {
    /// The rational, if it is known.
    pub fn rational(&self) -> Option<&RBig> {
        match self {
            Known(x) => Some(x),
            Unknown | Infinite { .. } => None,
        }
    }

    fn binary(&self, b: &Self, f: impl FnOnce(&RBig, &RBig) -> RBig) -> Self {
        match (self, b) {
            (Known(x), Known(y)) => capped(f(x, y)),
            _ => Unknown,
        }
    }

    fn order(&self, b: &Self) -> Option<Ordering> {
        let rank = |x: &Self| match x {
            Infinite { negative: true } => -1,
            Infinite { negative: false } => 1,
            Known(_) | Unknown => 0,
        };
        match (self, b) {
            (Unknown, _) | (_, Unknown) => None,
            (Known(x), Known(y)) => Some(x.cmp(y)),
            _ => Some(rank(self).cmp(&rank(b))),
        }
    }

    fn is_zero(&self) -> bool {
        matches!(self, Known(x) if x.is_zero())
    }
}

impl From<RBig> for Exact {
    fn from(x: RBig) -> Self {
        capped(x)
    }
}

/// Decreasing, if all are known.
fn sort(values: &mut [Exact]) -> bool {
    let known = values.iter().all(|x| matches!(x, Known(_)));
    if known {
        values.sort_by(|a, b| b.order(a).unwrap_or(Ordering::Equal));
    }
    known
}

/// Whether a symmetric matrix, given by its lower triangle, is diagonal beyond doubt.
fn is_diagonal(n: usize, a: &[Exact]) -> bool {
    (0..n).all(|i| (0..i).all(|j| a[i * n + j].is_zero()))
}

impl Number for Exact {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        match RBig::try_from(x) {
            Ok(x) => Known(x),
            Err(_) if x.is_nan() => Unknown,
            Err(_) => Infinite { negative: x < 0.0 },
        }
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::from_f64(x[0])
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (capped(x.clone()), Self::zero())
    }

    fn pi() -> (Self, Self) {
        (Unknown, Self::zero())
    }

    fn to_f64(&self, _lane: usize) -> f64 {
        match self {
            Unknown => f64::NAN,
            Known(x) => x.to_f64().value(),
            Infinite { negative } => {
                if *negative {
                    f64::NEG_INFINITY
                } else {
                    f64::INFINITY
                }
            }
        }
    }

    fn add(&self, b: &Self) -> Self {
        self.binary(b, |x, y| x + y)
    }

    fn sub(&self, b: &Self) -> Self {
        self.binary(b, |x, y| x - y)
    }

    fn mul(&self, b: &Self) -> Self {
        self.binary(b, |x, y| x * y)
    }

    fn div(&self, b: &Self) -> Self {
        if b.is_zero() { Unknown } else { self.binary(b, |x, y| x / y) }
    }

    fn neg(&self) -> Self {
        match self {
            Unknown => Unknown,
            Known(x) => Known(-x.clone()),
            Infinite { negative } => Infinite { negative: !negative },
        }
    }

    fn abs(&self) -> Self {
        if self.order(&Self::zero()) == Some(Ordering::Less) { self.neg() } else { self.clone() }
    }

    fn sqrt(&self) -> Self {
        let Known(x) = self else { return Unknown };
        let (numerator, denominator) = x.clone().into_parts();
        let parts = UBig::try_from(numerator).ok().and_then(|n| Some((root(&n)?, root(&denominator)?)));
        parts.map_or(Unknown, |(n, d)| Known(RBig::from_parts(n.into(), d)))
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).add(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        c.sub(&self.mul(b))
    }

    fn max(&self, b: &Self) -> Self {
        match self.order(b) {
            None => Unknown,
            Some(Ordering::Greater) => self.clone(),
            Some(_) => b.clone(),
        }
    }

    fn min(&self, b: &Self) -> Self {
        match self.order(b) {
            None => Unknown,
            Some(Ordering::Less) => self.clone(),
            Some(_) => b.clone(),
        }
    }

    fn floor(&self) -> Self {
        match self {
            Known(x) => Known(RBig::from(x.floor())),
            Unknown | Infinite { .. } => Unknown,
        }
    }

    fn lt(&self, b: &Self) -> Mask {
        mask(self.order(b) == Some(Ordering::Less))
    }

    fn le(&self, b: &Self) -> Mask {
        mask(matches!(self.order(b), Some(Ordering::Less | Ordering::Equal)))
    }

    fn eq(&self, b: &Self) -> Mask {
        mask(self.order(b) == Some(Ordering::Equal))
    }

    fn finite(&self) -> Mask {
        mask(matches!(self, Known(_)))
    }

    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        if mask & 1 == 1 { a.clone() } else { b.clone() }
    }

    fn exp2i(&self) -> Self {
        let k = self.rational().filter(|x| x.is_int()).and_then(|x| i64::try_from(x.numerator().clone()).ok());
        k.and_then(power_of_two).map_or(Unknown, Known)
    }

    fn split_exponent(&self) -> (Self, Self) {
        let Known(x) = self else { return (Unknown, Unknown) };
        if *x <= RBig::ZERO {
            return (Unknown, Unknown);
        }
        // Within one of the exponent; the quotient lies between 1/2 and 2.
        let mut e = x.numerator().bit_len() as i64 - x.denominator().bit_len() as i64;
        let Some(scale) = power_of_two(-e) else { return (Unknown, Unknown) };
        let mut m = x * scale;
        if m < RBig::ONE {
            e -= 1;
            m *= RBig::from(2u8);
        }
        (Known(m), Known(RBig::from(e)))
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        // The only rational values at rational arguments (Niven; Lindemann–Weierstrass), degrees of exactness aside.
        let value = match (f, x) {
            (RealFn::Exp | RealFn::Cos, Known(x)) if x.is_zero() => Self::one(),
            (RealFn::Log | RealFn::Acos, Known(x)) if x.is_one() => Self::zero(),
            (RealFn::Sin | RealFn::Tan | RealFn::Asin | RealFn::Atan, Known(x)) if x.is_zero() => Self::zero(),
            (RealFn::Abs, x) => x.abs(),
            (RealFn::Sqrt, x) => x.sqrt(),
            (RealFn::Floor, x) => x.floor(),
            (RealFn::Ceil, x) => x.neg().floor().neg(),
            _ => Unknown,
        };
        (value, 0.0)
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        let (Known(base), Known(exponent)) = (x, y) else { return (Unknown, 0.0) };
        // x^(p/q) for q = 1 and 2; other roots are left.
        let (p, q) = exponent.clone().into_parts();
        let base = if q == UBig::ONE { Known(base.clone()) } else { x.sqrt() };
        let p = i64::try_from(p).ok().filter(|_| q <= UBig::from(2u8));
        let value = base.rational().zip(p).and_then(|(base, p)| power(base, p));
        (value.map_or(Unknown, capped), 0.0)
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    fn eigenvalue(n: usize, i: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        let mut values = vec![Unknown; n];
        Self::eigenvalues(n, a, &mut values, &mut []);
        (values[i].clone(), Self::zero())
    }

    fn eigenvalues(n: usize, a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Unknown);
        if is_diagonal(n, a) {
            for (i, value) in out.iter_mut().enumerate() {
                *value = a[i * n + i].clone();
            }
        } else if n == 2 {
            let (half, b) = (Self::from_f64(0.5), &a[2]);
            let (mean, spread) = (a[0].add(&a[3]).mul(&half), a[0].sub(&a[3]).mul(&half));
            let radius = spread.mul_add(&spread, &b.mul(b)).sqrt();
            (out[0], out[1]) = (mean.add(&radius), mean.sub(&radius));
        }
        if !sort(out) {
            out.fill(Unknown);
        }
        Self::zero()
    }

    fn eigenvectors(n: usize, a: &mut [Self], values: &mut [Self], vectors: &mut [Self], _: &mut [Self]) -> Self {
        values.fill(Unknown);
        vectors.fill(Unknown);
        let known = (0..n).all(|i| matches!(a[i * n + i], Known(_)));
        if !is_diagonal(n, a) || !known {
            return Self::zero();
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| a[j * n + j].order(&a[i * n + i]).unwrap_or(Ordering::Equal));
        vectors.fill(Self::zero());
        for (place, &i) in order.iter().enumerate() {
            values[place] = a[i * n + i].clone();
            vectors[i * n + place] = Self::one();
        }
        Self::zero()
    }

    fn singular_values(m: usize, n: usize, a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        let count = m.min(n);
        out[..count].fill(Unknown);
        let filled = |places: &mut dyn Iterator<Item = usize>| places.filter(|&k| !a[k].is_zero()).count();
        let sparse = (0..m).all(|i| filled(&mut (0..n).map(|j| i * n + j)) <= 1)
            && (0..n).all(|j| filled(&mut (0..m).map(|i| i * n + j)) <= 1);
        if sparse {
            // One entry a row and a column at most: the entries are the singular values.
            out[..count].fill(Self::zero());
            for (value, x) in out.iter_mut().zip(a[..m * n].iter().filter(|x| !x.is_zero())) {
                *value = x.abs();
            }
        } else if count == 1 {
            out[0] = Self::sum_of_squares(&a[..m * n]).sqrt();
        }
        if !sort(&mut out[..count]) {
            out[..count].fill(Unknown);
        }
        Self::zero()
    }

    fn inverse(n: usize, a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        let out = &mut out[..n * n];
        if a[..n * n].iter().any(|x| !matches!(x, Known(_))) {
            out.fill(Unknown);
            return (Self::zero(), 0);
        }
        for i in 0..n {
            for j in 0..n {
                out[i * n + j] = if i == j { Self::one() } else { Self::zero() };
            }
        }
        // Gauss–Jordan.
        for column in 0..n {
            let Some(pivot) = (column..n).find(|&r| !a[r * n + column].is_zero()) else {
                // A pivot that has grown too large is not zero, so what is left is singular.
                out.fill(Unknown);
                return (Self::zero(), ALL);
            };
            if !matches!(a[pivot * n + column], Known(_)) {
                out.fill(Unknown);
                return (Self::zero(), 0);
            }
            for j in 0..n {
                a.swap(pivot * n + j, column * n + j);
                out.swap(pivot * n + j, column * n + j);
            }
            let p = a[column * n + column].clone();
            for j in 0..n {
                a[column * n + j] = a[column * n + j].div(&p);
                out[column * n + j] = out[column * n + j].div(&p);
            }
            for r in (0..n).filter(|&r| r != column) {
                let factor = a[r * n + column].clone();
                if factor.is_zero() {
                    continue;
                }
                for j in 0..n {
                    a[r * n + j] = factor.neg_mul_add(&a[column * n + j], &a[r * n + j]);
                    out[r * n + j] = factor.neg_mul_add(&out[column * n + j], &out[r * n + j]);
                }
            }
        }
        (Self::zero(), 0)
    }

    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        let mut det = Self::one();
        for column in 0..n {
            let Some(pivot) = (column..n).find(|&r| !a[r * n + column].is_zero()) else {
                // All below are zero beyond doubt; so is the determinant, if what came before is known at all.
                return (det.mul(&Self::zero()), Self::zero());
            };
            if pivot != column {
                for j in 0..n {
                    a.swap(pivot * n + j, column * n + j);
                }
                det = det.neg();
            }
            let p = a[column * n + column].clone();
            det = det.mul(&p);
            for r in column + 1..n {
                let factor = a[r * n + column].div(&p);
                if factor.is_zero() {
                    continue;
                }
                for j in column..n {
                    a[r * n + j] = factor.neg_mul_add(&a[column * n + j], &a[r * n + j]);
                }
            }
        }
        (det, Self::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(p: i64, q: u64) -> Exact {
        Known(RBig::from_parts(IBig::from(p), UBig::from(q)))
    }

    fn same(a: &Exact, b: &Exact) -> bool {
        a.eq(b) == ALL
    }

    #[test]
    fn what_is_not_known_is_passed_on_and_decides_nothing() {
        let two = q(2, 1);
        for x in
            [Unknown.add(&two), two.mul(&Unknown), Unknown.max(&two), two.min(&Unknown), two.sqrt(), Unknown.floor()]
        {
            assert!(matches!(x, Unknown));
        }
        assert_eq!((Unknown.lt(&two), Unknown.le(&two), Unknown.eq(&Unknown), two.lt(&Unknown)), (0, 0, 0, 0));
        assert!(matches!(two.div(&Exact::zero()), Unknown));
    }

    #[test]
    fn roots_and_powers_are_known_where_they_are_rational() {
        assert!(same(&q(9, 16).sqrt(), &q(3, 4)));
        assert!(matches!(q(-9, 16).sqrt(), Unknown));
        assert!(same(&Exact::power(&q(9, 4), &q(-3, 2)).0, &q(8, 27)));
        assert!(matches!(Exact::power(&q(8, 1), &q(1, 3)).0, Unknown));
        assert!(same(&Exact::power(&q(1, 1), &q(i64::MAX, 1)).0, &q(1, 1)));
        assert!(matches!(Exact::power(&q(2, 1), &q(1 << 40, 1)).0, Unknown));
    }

    #[test]
    fn a_number_that_grows_too_long_is_given_up() {
        let mut x = q(3, 2);
        for _ in 0..14 {
            x = x.mul(&x.clone());
            assert!(matches!(x, Known(_)));
        }
        for _ in 0..3 {
            x = x.mul(&x.clone());
        }
        assert!(matches!(x, Unknown));
    }

    #[test]
    fn exponents_split_and_join_far_beyond_the_range_of_floating_point() {
        for (m, e) in [(q(1, 1), 5000), (q(3, 2), -5000), (q(5, 3), 0), (q(127, 64), 1), (q(1, 1), -1)] {
            let scale = Known(RBig::from(e)).exp2i();
            let (found, exponent) = m.mul(&scale).split_exponent();
            assert!(same(&found, &m) && same(&exponent, &Known(RBig::from(e))), "{m:?} {e}");
        }
    }

    #[test]
    fn inverses_and_determinants_are_exact_and_singular_means_singular() {
        let n = 5;
        // A Hilbert matrix: condition 5e5.
        let hilbert: Vec<Exact> = (0..n * n).map(|k| q(1, (k / n + k % n + 1) as u64)).collect();
        let (mut a, mut out) = (hilbert.clone(), vec![Unknown; n * n]);
        assert_eq!(Exact::inverse(n, &mut a, &Exact::zero(), &mut out, &mut []).1, 0);
        let mut product = vec![Unknown; n * n];
        Exact::matmul(&hilbert, &out, &mut product, n, n, n);
        for (k, x) in product.iter().enumerate() {
            assert!(same(x, &if k / n == k % n { Exact::one() } else { Exact::zero() }));
        }
        assert!(same(&Exact::determinant(n, &mut hilbert.clone(), &mut []).0, &q(1, 266_716_800_000)));
        let rank_one: Vec<Exact> = (0..9).map(|k| q((k / 3 + 1) * (k % 3 + 1), 7)).collect();
        let mut out = vec![Unknown; 9];
        assert_eq!(Exact::inverse(3, &mut rank_one.clone(), &Exact::zero(), &mut out, &mut []).1, ALL);
        assert!(Exact::determinant(3, &mut rank_one.clone(), &mut []).0.is_zero());
        assert!(same(&Exact::determinant(2, &mut [q(0, 1), q(1, 1), q(1, 1), q(0, 1)], &mut []).0, &q(-1, 1)));
    }

    #[test]
    fn spectra_are_known_where_they_can_be_read_off() {
        let mut out = vec![Unknown; 2];
        // Eigenvalues 5 and -5; the entry above the diagonal does not count.
        Exact::eigenvalues(2, &mut [q(3, 1), q(99, 1), q(4, 1), q(-3, 1)], &mut out, &mut []);
        assert!(same(&out[0], &q(5, 1)) && same(&out[1], &q(-5, 1)));
        Exact::eigenvalues(2, &mut [q(1, 1), q(1, 1), q(1, 1), q(0, 1)], &mut out, &mut []);
        assert!(matches!(out[0], Unknown));
        let (zero, mut out) = (Exact::zero(), vec![Unknown; 3]);
        let diagonal = [q(1, 2), zero.clone(), zero.clone(), zero.clone(), q(-7, 1), zero.clone()];
        let mut diagonal: Vec<Exact> = diagonal.into_iter().chain([zero.clone(), zero.clone(), q(3, 1)]).collect();
        Exact::eigenvalues(3, &mut diagonal, &mut out, &mut []);
        assert!(same(&out[0], &q(3, 1)) && same(&out[2], &q(-7, 1)));
        Exact::singular_values(3, 3, &mut diagonal, &mut out, &mut []);
        assert!(same(&out[0], &q(7, 1)) && same(&out[2], &q(1, 2)));
        let mut out = vec![Unknown; 1];
        Exact::singular_values(1, 2, &mut [q(3, 1), q(4, 1)], &mut out, &mut []);
        assert!(same(&out[0], &q(5, 1)));
    }
}

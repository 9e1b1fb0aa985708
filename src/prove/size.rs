//! How large rational functions are: an arithmetic that runs a plan and keeps a bound on the degree and on the values of each numerator.
//!
//! A function is `P / (q_1^k_1 .. q_m^k_m)`, `P` and all `q_i` polynomials in the draws with integer coefficients: a [`Bound`] of `P`, and the factors of the
//! denominator by name, so that a sum takes their least common multiple and not their product (all entries of `Q D Q'` share
//! one denominator). Nothing is cancelled that is not the same factor by name: degrees and values are upper bounds.

use super::formal::{Formal, Function};
use dashu_int::UBig;
use dashu_int::ops::{BitTest, UnsignedAbs};
use dashu_ratio::RBig;
use std::cell::Cell;
use std::sync::Arc;

/// Draws are integers below `2^DRAW_BITS` in absolute value.
pub const DRAW_BITS: u32 = 61;

/// Of a polynomial: its degree, and the base-2 logarithm of its absolute value at any draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    pub degree: u64,
    pub bits: u64,
}

impl Bound {
    /// Of a product.
    fn product(self, b: Self) -> Self {
        Self { degree: self.degree.saturating_add(b.degree), bits: self.bits.saturating_add(b.bits) }
    }

    fn power(self, k: u64) -> Self {
        Self { degree: self.degree.saturating_mul(k), bits: self.bits.saturating_mul(k) }
    }

    fn greatest(self, b: Self) -> Self {
        Self { degree: self.degree.max(b.degree), bits: self.bits.max(b.bits) }
    }

    /// Of a sum of so many.
    fn terms(self, count: u64) -> Self {
        Self { bits: self.bits.saturating_add(u64::from(u64::BITS - count.saturating_sub(1).leading_zeros())), ..self }
    }

    /// Of a quotient without remainder: `self` is a product that has `b` among its factors. Past the range of `u64` nothing is
    /// known of a difference.
    fn without(self, b: Self) -> Self {
        let less = |a: u64, b: u64| if a == u64::MAX { a } else { a.saturating_sub(b) };
        Self { degree: less(self.degree, b.degree), bits: less(self.bits, b.bits) }
    }

    /// Of an integer: `|x| <= 2^bits`.
    fn integer(x: &UBig) -> Self {
        let bits = if *x <= UBig::ONE { 0 } else { (x - UBig::ONE).bit_len() };
        Self { degree: 0, bits: bits as u64 }
    }
}

/// A factor of a denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Factor {
    /// Factors of one name are the same polynomial, up to its sign.
    name: u64,
    bound: Bound,
    power: u64,
}

/// How large a rational function is.
#[derive(Clone, Debug)]
pub struct Size {
    /// The numerator is `scale` times the polynomial of this name, up to its sign.
    name: u64,
    scale: u64,
    numerator: Bound,
    /// By name, increasing.
    denominator: Arc<[Factor]>,
}

/// The name of the polynomial 0.
const ZERO: u64 = 0;
/// Integers are named by their value; this tells them from the rest.
const INTEGER: u64 = 1 << 63;

thread_local! {
    static NAMES: Cell<u64> = const { Cell::new(ZERO) };
}

fn fresh() -> u64 {
    NAMES.with(|names| {
        names.set(names.get() + 1);
        names.get()
    })
}

/// The product of all factors.
fn whole(factors: &[Factor]) -> Bound {
    factors.iter().fold(Bound::default(), |all, f| all.product(f.bound.power(f.power)))
}

fn integer_factor(x: &UBig) -> Arc<[Factor]> {
    if *x <= UBig::ONE {
        return Arc::from([]);
    }
    let name = u64::try_from(x).ok().filter(|x| *x < INTEGER).map_or_else(fresh, |x| x | INTEGER);
    Arc::from([Factor { name, bound: Bound::integer(x), power: 1 }])
}

/// Merges two lists of factors; `join` has the powers on both sides. Of two bounds on one factor the greater is kept, so that
/// what is merged is never below its parts.
fn merged(a: &[Factor], b: &[Factor], join: impl Fn(u64, u64) -> u64) -> Arc<[Factor]> {
    let (mut i, mut j) = (0, 0);
    let mut all = Vec::with_capacity(a.len().max(b.len()));
    while i < a.len() || j < b.len() {
        let (x, y) = (a.get(i), b.get(j));
        let name = match (x, y) {
            (Some(x), Some(y)) => x.name.min(y.name),
            (Some(f), None) | (None, Some(f)) => f.name,
            (None, None) => break,
        };
        let (left, right) = (x.filter(|f| f.name == name), y.filter(|f| f.name == name));
        let power = join(left.map_or(0, |f| f.power), right.map_or(0, |f| f.power));
        let bound = left.into_iter().chain(right).fold(Bound::default(), |all, f| all.greatest(f.bound));
        all.push(Factor { name, bound, power });
        i += usize::from(left.is_some());
        j += usize::from(right.is_some());
    }
    Arc::from(all)
}

fn product(a: &Arc<[Factor]>, b: &Arc<[Factor]>) -> Arc<[Factor]> {
    if b.is_empty() {
        Arc::clone(a)
    } else if a.is_empty() {
        Arc::clone(b)
    } else {
        merged(a, b, u64::saturating_add)
    }
}

fn least_common(a: &Arc<[Factor]>, b: &Arc<[Factor]>) -> Arc<[Factor]> {
    if Arc::ptr_eq(a, b) || a == b || b.is_empty() {
        Arc::clone(a)
    } else if a.is_empty() {
        Arc::clone(b)
    } else {
        merged(a, b, u64::max)
    }
}

impl Size {
    fn new(numerator: Bound, denominator: Arc<[Factor]>) -> Self {
        Self { name: fresh(), scale: 1, numerator, denominator }
    }

    fn rational(x: &RBig) -> Self {
        let new = Self::new(Bound::integer(&x.numerator().unsigned_abs()), integer_factor(x.denominator()));
        if x.is_zero() { Self { name: ZERO, ..new } } else { new }
    }

    /// The numerator over a denominator that this one's divides.
    fn over(&self, denominator: &[Factor]) -> Bound {
        match self.name {
            ZERO => Bound::default(),
            _ => self.numerator.product(whole(denominator).without(whole(&self.denominator))),
        }
    }

    /// The common denominator of a matrix, and a bound on its numerators over it.
    fn common(a: &[Self]) -> (Arc<[Factor]>, Bound) {
        let denominator = a.iter().fold(Arc::from([]), |all, x| least_common(&all, &x.denominator));
        let most = a.iter().fold(Bound::default(), |most, x| most.greatest(x.over(&denominator)));
        (denominator, most)
    }
}

/// Of a determinant of so many rows: a sum of `n!` products.
fn minor(n: u64, entry: Bound) -> Bound {
    (1..=n).fold(Bound::default(), |all, k| all.product(entry).terms(k))
}

impl Function for Size {
    fn constant(&self, x: &RBig) -> Option<Self> {
        Some(Self::rational(x))
    }

    fn neg(&self) -> Self {
        self.clone()
    }

    fn add(&self, b: &Self) -> Self {
        let denominator = least_common(&self.denominator, &b.denominator);
        Self::new(self.over(&denominator).greatest(b.over(&denominator)).terms(2), denominator)
    }

    fn mul(&self, b: &Self) -> Self {
        Self::new(self.numerator.product(b.numerator), product(&self.denominator, &b.denominator))
    }

    fn scaled(&self, x: &RBig) -> Option<Self> {
        let (p, q) = (x.numerator().unsigned_abs(), x.denominator());
        let (name, scale) = match u64::try_from(&p).ok().and_then(|p| self.scale.checked_mul(p)) {
            Some(scale) => (self.name, scale),
            None => (fresh(), 1),
        };
        let numerator = self.numerator.product(Bound::integer(&p));
        Some(Self { name, scale, numerator, denominator: product(&self.denominator, &integer_factor(q)) })
    }

    fn inverse(&self) -> Option<Self> {
        let Self { name, scale, numerator, denominator } = self;
        // A numerator of bound 0 is 1 or -1.
        let factor: Arc<[Factor]> = if *numerator == Bound::default() {
            Arc::from([])
        } else {
            Arc::from([Factor { name: *name, bound: *numerator, power: 1 }])
        };
        Some(Self::new(whole(denominator), product(&factor, &integer_factor(&UBig::from(*scale)))))
    }

    fn matrix_inverse(n: usize, a: &[Self]) -> Option<Vec<Self>> {
        // A = B / L: the inverse is L adj(B) / det B.
        let (common, entry) = Self::common(a);
        let numerator = whole(&common).product(minor((n as u64).saturating_sub(1), entry));
        let factor = Factor { name: fresh(), bound: minor(n as u64, entry), power: 1 };
        let denominator: Arc<[Factor]> = Arc::from([factor]);
        Some((0..n * n).map(|_| Self::new(numerator, Arc::clone(&denominator))).collect())
    }

    fn determinant(n: usize, a: &[Self]) -> Option<Self> {
        let (common, entry) = Self::common(a);
        let power = |f: &Factor| Factor { power: f.power.saturating_mul(n as u64), ..*f };
        Some(Self::new(minor(n as u64, entry), common.iter().map(power).collect()))
    }
}

impl Formal<Size> {
    /// A variable.
    pub fn variable() -> Self {
        Self::Function(Size::new(Bound { degree: 1, bits: u64::from(DRAW_BITS) }, Arc::from([])))
    }

    /// A bound on the numerator, if the number is a rational function.
    pub fn numerator(&self) -> Option<Bound> {
        match self {
            Self::Unknown => None,
            Self::Constant(x) => x.rational().map(|x| Bound::integer(&x.numerator().unsigned_abs())),
            Self::Function(f) => Some(f.numerator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::lane::ALL;
    use crate::arith::number::Number;

    fn degrees(x: &Formal<Size>) -> (u64, u64) {
        let denominator = if let Formal::Function(f) = x { whole(&f.denominator).degree } else { 0 };
        (x.numerator().expect("rational").degree, denominator)
    }

    #[test]
    fn degrees_of_sums_products_and_quotients_are_those_of_a_hand_count() {
        let (x, y) = (Formal::<Size>::variable(), Formal::<Size>::variable());
        let two = Formal::<Size>::from_f64(2.0);
        assert_eq!(degrees(&x.mul(&y).add(&two)), (2, 0));
        let q = x.add(&two).div(&y);
        assert_eq!(degrees(&q), (1, 1));
        // (x + 2)/y + x = (x + 2 + xy)/y
        assert_eq!(degrees(&q.add(&x)), (2, 1));
        // One denominator by name is taken once; another one is not.
        assert_eq!(degrees(&q.add(&x.div(&y))), (1, 1));
        assert_eq!(degrees(&q.add(&y.div(&x))), (2, 2));
        // x/(1/y) = xy
        assert_eq!(degrees(&x.div(&Formal::<Size>::one().div(&y))), (2, 0));
        assert_eq!(degrees(&x.mul(&Formal::<Size>::zero())), (0, 0));
        assert!(x.div(&Formal::<Size>::zero()).numerator().is_none());
        assert!(x.sqrt().numerator().is_none());
        assert_eq!(degrees(&Formal::<Size>::from_f64(4.0).sqrt()), (0, 0));
    }

    #[test]
    fn inverses_and_determinants_count_minors_over_one_denominator() {
        let n = 3;
        let mut a: Vec<Formal<Size>> = (0..n * n).map(|_| Formal::<Size>::variable()).collect();
        let mut out = a.clone();
        Formal::<Size>::inverse(n, &mut a.clone(), &Formal::<Size>::zero(), &mut out, &mut []);
        assert!(out.iter().all(|x| degrees(x) == (2, 3)));
        assert_eq!(degrees(&Formal::<Size>::determinant(n, &mut a.clone(), &mut []).0), (3, 0));
        let d = Formal::<Size>::variable();
        a.iter_mut().for_each(|x| *x = x.div(&d));
        Formal::<Size>::inverse(n, &mut a.clone(), &Formal::<Size>::zero(), &mut out, &mut []);
        // d adj(B)/det(B)
        assert!(out.iter().all(|x| degrees(x) == (3, 3)));
        assert_eq!(degrees(&Formal::<Size>::determinant(n, &mut a, &mut []).0), (3, 3));
    }

    #[test]
    fn constants_are_computed_and_decide_comparisons() {
        let (two, three) = (Formal::<Size>::from_f64(2.0), Formal::<Size>::from_f64(3.0));
        assert_eq!(two.lt(&three), ALL);
        assert_eq!(Formal::<Size>::variable().lt(&three), 0);
        assert!(Formal::<Size>::pi().0.numerator().is_none());
    }
}

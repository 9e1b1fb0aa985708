//! Degrees of rational functions: an arithmetic that runs a plan and keeps, of each number, how large it is as a quotient of
//! polynomials in the draws.
//!
//! A number is `P / (q_1^k_1 .. q_m^k_m)`: a bound on the degree of `P`, and the factors of the denominator by name, so that a sum takes
//! their least common multiple and not their product (all entries of `Q D Q'` share one denominator). Constants keep their value, so
//! that conditions on integers are decided. Nothing is cancelled that is not the same factor by name: a degree is an upper bound.
//!
//! What it does not do: anything that is not rational. Such an instruction gives [`Degree::Unknown`], and comparisons of what is not constant
//! are false; `identity` refuses plans that have them.

use crate::arith::exact::Exact;
use crate::arith::lane::{ALL, Mask};
use crate::arith::number::{Number, RealFn};
use dashu_ratio::RBig;
use std::cell::Cell;
use std::sync::Arc;

/// A factor of a denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Factor {
    /// Factors of one name are equal up to a constant.
    name: u64,
    degree: u64,
    power: u64,
}

/// A rational function.
#[derive(Clone, Debug)]
pub struct Rational {
    /// Numbers of one name are equal up to a constant.
    name: u64,
    numerator: u64,
    /// By name, increasing.
    denominator: Arc<[Factor]>,
}

#[derive(Clone, Debug)]
pub enum Degree {
    Unknown,
    Constant(Exact),
    Rational(Rational),
}

use Degree::{Constant, Unknown};

thread_local! {
    static NAMES: Cell<u64> = const { Cell::new(0) };
}

fn fresh() -> u64 {
    NAMES.with(|names| {
        names.set(names.get() + 1);
        names.get()
    })
}

fn degree_of(factors: &[Factor]) -> u64 {
    factors.iter().fold(0, |sum, f| sum.saturating_add(f.degree.saturating_mul(f.power)))
}

/// Merges two lists of factors; `join` has the powers on both sides.
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
        if let (true, Some(f)) = (power > 0, left.or(right)) {
            all.push(Factor { power, ..*f });
        }
        i += usize::from(left.is_some());
        j += usize::from(right.is_some());
    }
    Arc::from(all)
}

fn least_common(a: &Arc<[Factor]>, b: &Arc<[Factor]>) -> Arc<[Factor]> {
    if Arc::ptr_eq(a, b) || a == b || b.is_empty() {
        return Arc::clone(a);
    }
    if a.is_empty() {
        return Arc::clone(b);
    }
    merged(a, b, u64::max)
}

impl Rational {
    fn new(numerator: u64, denominator: Arc<[Factor]>) -> Self {
        Self { name: fresh(), numerator, denominator }
    }

    fn product(&self, b: &Self) -> Self {
        let denominator = if b.denominator.is_empty() {
            Arc::clone(&self.denominator)
        } else if self.denominator.is_empty() {
            Arc::clone(&b.denominator)
        } else {
            merged(&self.denominator, &b.denominator, u64::saturating_add)
        };
        Self::new(self.numerator.saturating_add(b.numerator), denominator)
    }

    fn sum(&self, b: &Self) -> Self {
        let denominator = least_common(&self.denominator, &b.denominator);
        let whole = degree_of(&denominator);
        let over = |x: &Self| x.numerator.saturating_add(whole - degree_of(&x.denominator));
        Self::new(over(self).max(over(b)), denominator)
    }

    /// `1/x`
    fn inverse(&self) -> Self {
        let factor = Factor { name: self.name, degree: self.numerator, power: 1 };
        let denominator: Arc<[Factor]> = if self.numerator == 0 { Arc::from([]) } else { Arc::from([factor]) };
        Self::new(degree_of(&self.denominator), denominator)
    }
}

impl Degree {
    /// A variable.
    pub fn variable() -> Self {
        Self::Rational(Rational::new(1, Arc::from([])))
    }

    /// A bound on the degree of the numerator, if the number is a rational function. Of a constant 0.
    pub fn numerator(&self) -> Option<u64> {
        match self {
            Unknown => None,
            Constant(x) => x.rational().map(|_| 0),
            Self::Rational(r) => Some(r.numerator),
        }
    }

    /// A bound on the degree of the denominator.
    pub fn denominator(&self) -> Option<u64> {
        match self {
            Unknown => None,
            Constant(x) => x.rational().map(|_| 0),
            Self::Rational(r) => Some(degree_of(&r.denominator)),
        }
    }

    fn is_zero(&self) -> bool {
        matches!(self, Constant(x) if x.rational().is_some_and(RBig::is_zero))
    }

    fn known(x: Exact) -> Self {
        // A constant that is irrational, or too long, is no constant of this arithmetic.
        if matches!(x, Exact::Unknown) { Unknown } else { Constant(x) }
    }

    fn constants(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Exact) -> Option<Self> {
        match (self, b) {
            (Unknown, _) | (_, Unknown) => Some(Unknown),
            (Constant(x), Constant(y)) => Some(Self::known(f(x, y))),
            _ => None,
        }
    }

    fn sum(&self, b: &Self) -> Self {
        if self.is_zero() {
            return b.clone();
        }
        if b.is_zero() {
            return self.clone();
        }
        self.constants(b, Exact::add).unwrap_or_else(|| match (self, b) {
            (Self::Rational(x), Self::Rational(y)) => Self::Rational(x.sum(y)),
            // A constant over no denominator.
            (Self::Rational(x), _) | (_, Self::Rational(x)) => {
                let numerator = x.numerator.max(degree_of(&x.denominator));
                Self::Rational(Rational::new(numerator, Arc::clone(&x.denominator)))
            }
            _ => Unknown,
        })
    }

    /// The least or the greatest of two is rational only where both are constants.
    fn extreme(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Exact) -> Self {
        self.constants(b, f).unwrap_or(Unknown)
    }

    fn compare(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Mask) -> Mask {
        match (self, b) {
            (Constant(x), Constant(y)) => f(x, y),
            _ => 0,
        }
    }

    /// The common denominator of a matrix, and a bound on the degrees of its numerators over it.
    fn common(a: &[Self]) -> Option<(Arc<[Factor]>, u64)> {
        let mut denominator: Arc<[Factor]> = Arc::from([]);
        for x in a {
            match x {
                Unknown => return None,
                Constant(_) => {}
                Self::Rational(r) => denominator = least_common(&denominator, &r.denominator),
            }
        }
        let whole = degree_of(&denominator);
        let over = |x: &Self| match x {
            Self::Rational(r) => r.numerator.saturating_add(whole - degree_of(&r.denominator)),
            x if x.is_zero() => 0,
            _ => whole,
        };
        let most = a.iter().map(over).max().unwrap_or(0);
        Some((denominator, most))
    }
}

impl Number for Degree {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        Self::known(Exact::from_f64(x))
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::from_f64(x[0])
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (Self::known(Exact::from_rational(x).0), Self::zero())
    }

    fn pi() -> (Self, Self) {
        (Unknown, Self::zero())
    }

    fn to_f64(&self, lane: usize) -> f64 {
        if let Constant(x) = self { x.to_f64(lane) } else { f64::NAN }
    }

    fn add(&self, b: &Self) -> Self {
        self.sum(b)
    }

    fn sub(&self, b: &Self) -> Self {
        self.sum(&b.neg())
    }

    fn mul(&self, b: &Self) -> Self {
        if self.is_zero() || b.is_zero() {
            return Self::zero();
        }
        self.constants(b, Exact::mul).unwrap_or_else(|| match (self, b) {
            (Self::Rational(x), Self::Rational(y)) => Self::Rational(x.product(y)),
            (Self::Rational(x), _) | (_, Self::Rational(x)) => Self::Rational(x.clone()),
            _ => Unknown,
        })
    }

    fn div(&self, b: &Self) -> Self {
        if b.is_zero() {
            return Unknown;
        }
        self.constants(b, Exact::div).unwrap_or_else(|| match b {
            Self::Rational(y) => self.mul(&Self::Rational(y.inverse())),
            // Up to a constant.
            _ => self.clone(),
        })
    }

    fn neg(&self) -> Self {
        match self {
            Constant(x) => Constant(x.neg()),
            other => other.clone(),
        }
    }

    fn abs(&self) -> Self {
        match self {
            Constant(x) => Constant(x.abs()),
            _ => Unknown,
        }
    }

    fn sqrt(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.sqrt()),
            _ => Unknown,
        }
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).sum(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).neg().sum(c)
    }

    fn max(&self, b: &Self) -> Self {
        self.extreme(b, Exact::max)
    }

    fn min(&self, b: &Self) -> Self {
        self.extreme(b, Exact::min)
    }

    fn floor(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.floor()),
            _ => Unknown,
        }
    }

    fn lt(&self, b: &Self) -> Mask {
        self.compare(b, Exact::lt)
    }

    fn le(&self, b: &Self) -> Mask {
        self.compare(b, Exact::le)
    }

    fn eq(&self, b: &Self) -> Mask {
        self.compare(b, Exact::eq)
    }

    fn finite(&self) -> Mask {
        match self {
            Unknown => 0,
            Constant(x) => x.finite(),
            Self::Rational(_) => ALL,
        }
    }

    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        if mask & 1 == 1 { a.clone() } else { b.clone() }
    }

    fn exp2i(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.exp2i()),
            _ => Unknown,
        }
    }

    fn split_exponent(&self) -> (Self, Self) {
        match self {
            Constant(x) => {
                let (m, e) = x.split_exponent();
                (Self::known(m), Self::known(e))
            }
            _ => (Unknown, Unknown),
        }
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        match x {
            Constant(x) => (Self::known(Exact::elementary(f, x).0), 0.0),
            _ => (Unknown, 0.0),
        }
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        (x.constants(y, |x, y| Exact::power(x, y).0).unwrap_or(Unknown), 0.0)
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    fn eigenvalue(_n: usize, _i: usize, _a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (Unknown, Self::zero())
    }

    fn eigenvalues(_n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Unknown);
        Self::zero()
    }

    fn eigenvectors(_n: usize, _a: &mut [Self], values: &mut [Self], vectors: &mut [Self], _: &mut [Self]) -> Self {
        values.fill(Unknown);
        vectors.fill(Unknown);
        Self::zero()
    }

    fn singular_values(_m: usize, _n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Unknown);
        Self::zero()
    }

    fn inverse(n: usize, a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        // A = B / L: the inverse is L adj(B) / det B.
        let inverse = Self::common(&a[..n * n]).map(|(common, degree)| {
            let size = n as u64;
            let whole = degree.saturating_mul(size);
            let factor = Factor { name: fresh(), degree: whole, power: 1 };
            let denominator: Arc<[Factor]> = if whole == 0 { Arc::from([]) } else { Arc::from([factor]) };
            let minor = degree.saturating_mul(size.saturating_sub(1));
            (degree_of(&common).saturating_add(minor), denominator)
        });
        for x in &mut out[..n * n] {
            *x = match &inverse {
                Some((numerator, denominator)) => Self::Rational(Rational::new(*numerator, Arc::clone(denominator))),
                None => Unknown,
            };
        }
        (Self::zero(), 0)
    }

    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        let value = Self::common(&a[..n * n]).map_or(Unknown, |(common, degree)| {
            let size = n as u64;
            let denominator: Vec<Factor> =
                common.iter().map(|f| Factor { power: f.power.saturating_mul(size), ..*f }).collect();
            Self::Rational(Rational::new(degree.saturating_mul(size), Arc::from(denominator)))
        });
        (value, Self::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(x: &Degree) -> (u64, u64) {
        (x.numerator().expect("rational"), x.denominator().expect("rational"))
    }

    #[test]
    fn degrees_of_sums_products_and_quotients_are_those_of_a_hand_count() {
        let (x, y) = (Degree::variable(), Degree::variable());
        let two = Degree::from_f64(2.0);
        assert_eq!(degrees(&x.mul(&y).add(&two)), (2, 0));
        let q = x.add(&two).div(&y);
        assert_eq!(degrees(&q), (1, 1));
        // (x + 2)/y + x = (x + 2 + xy)/y
        assert_eq!(degrees(&q.add(&x)), (2, 1));
        // One denominator by name is taken once; another one is not.
        assert_eq!(degrees(&q.add(&x.div(&y))), (1, 1));
        assert_eq!(degrees(&q.add(&y.div(&x))), (2, 2));
        // x/(1/y) = xy
        assert_eq!(degrees(&x.div(&Degree::one().div(&y))), (2, 0));
        assert_eq!(degrees(&x.mul(&Degree::zero())), (0, 0));
        assert!(x.div(&Degree::zero()).numerator().is_none());
        assert!(x.sqrt().numerator().is_none());
        assert_eq!(degrees(&Degree::from_f64(4.0).sqrt()), (0, 0));
    }

    #[test]
    fn inverses_and_determinants_count_minors_over_one_denominator() {
        let n = 3;
        let mut a: Vec<Degree> = (0..n * n).map(|_| Degree::variable()).collect();
        let mut out = a.clone();
        Degree::inverse(n, &mut a.clone(), &Degree::zero(), &mut out, &mut []);
        assert!(out.iter().all(|x| degrees(x) == (2, 3)));
        assert_eq!(degrees(&Degree::determinant(n, &mut a.clone(), &mut []).0), (3, 0));
        let d = Degree::variable();
        a.iter_mut().for_each(|x| *x = x.div(&d));
        Degree::inverse(n, &mut a.clone(), &Degree::zero(), &mut out, &mut []);
        // d adj(B)/det(B)
        assert!(out.iter().all(|x| degrees(x) == (3, 3)));
        assert_eq!(degrees(&Degree::determinant(n, &mut a, &mut []).0), (3, 3));
    }

    #[test]
    fn constants_are_computed_and_decide_comparisons() {
        let (two, three) = (Degree::from_f64(2.0), Degree::from_f64(3.0));
        assert_eq!(two.lt(&three), ALL);
        assert_eq!(Degree::variable().lt(&three), 0);
        assert!(Degree::pi().0.numerator().is_none());
    }
}

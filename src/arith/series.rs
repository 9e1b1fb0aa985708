//! Truncated power series in time over certified reals, as the number of a plan: run on a state that is a series, the plan of a rate gives the
//! series of the rate, and so the next Taylor coefficient of the solution.
//!
//! A [`Series`] has coefficients of `t^0 .. t^k` for the thread's order `k` ([`with_order`]); those it does not write out are zero, so that a
//! constant is one number. Coefficients may be enclosures: then the series stands for all functions whose Taylor coefficients lie in them, and
//! what is computed encloses those of the results. Functions come from the differential equations that they satisfy, a coefficient at a time.
//!
//! Where a function is not analytic (`abs`, `max`, `if` at a tie; a root at zero), and of what is not offered (spectra), nothing is known. A
//! comparison is told only where the leading coefficients differ, and so for all times near enough: that `<=` holds with equality at a
//! moment says nothing of the next one. Two constants compare as they are.
//!
//! Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, *Introduction to Interval Analysis* (2009), §9.3; A. Griewank, A. Walther,
//! *Evaluating Derivatives*, 2nd ed. (2008), table 13.2.

use super::ball::Ball;
use super::ball_matrix::{self, Image};
use super::ball_real;
use super::lane::{ALL, Mask};
use super::number::{Number, RealFn};
use dashu_ratio::RBig;
use std::cell::Cell;

thread_local! {
    static ORDER: Cell<usize> = const { Cell::new(0) };
}

/// The highest power that is kept.
pub fn order() -> usize {
    ORDER.get()
}

/// Runs `f` with series up to this power of time, and restores what was before, whatever happens.
pub fn with_order<T>(order: usize, f: impl FnOnce() -> T) -> T {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            ORDER.set(self.0);
        }
    }
    let _restore = Restore(ORDER.replace(order));
    f()
}

/// Coefficients from the constant one up; there is always one.
#[derive(Clone, Debug)]
pub struct Series(Vec<Ball>);

impl Series {
    pub fn constant(x: Ball) -> Self {
        Self(vec![x])
    }

    /// From these coefficients, as far as the order goes; with none it is zero.
    pub fn new(mut coefficients: Vec<Ball>) -> Self {
        coefficients.truncate(order() + 1);
        if coefficients.is_empty() {
            coefficients.push(Ball::zero());
        }
        Self(coefficients)
    }

    fn unknown() -> Self {
        Self::constant(Ball::Unknown)
    }

    /// The coefficient of a power of time; not known where one of a lower power is not, since those are what it is made of.
    pub fn coefficient(&self, power: usize) -> Ball {
        if !self.0.iter().take(power + 1).all(Ball::is_known) {
            return Ball::Unknown;
        }
        self.0.get(power).cloned().unwrap_or_else(Ball::zero)
    }

    fn leading(&self) -> &Ball {
        &self.0[0]
    }

    fn is_constant(&self) -> bool {
        self.0[1..].iter().all(Ball::is_zero)
    }

    /// A function of each coefficient.
    fn map(&self, f: impl FnMut(&Ball) -> Ball) -> Self {
        Self(self.0.iter().map(f).collect())
    }

    fn zip(&self, b: &Self, f: impl Fn(&Ball, &Ball) -> Ball) -> Self {
        let zero = Ball::zero();
        let length = self.0.len().max(b.0.len());
        let at = |x: &'_ Self, i: usize| x.0.get(i).cloned().unwrap_or_else(|| zero.clone());
        Self((0..length).map(|i| f(&at(self, i), &at(b, i))).collect())
    }

    /// A series of which the constant coefficient is given, and each later one, `k`, from those before.
    fn grown(first: Ball, mut next: impl FnMut(&[Ball], usize) -> Ball) -> Self {
        let mut all = vec![first];
        for k in 1..=order() {
            let x = next(&all, k);
            all.push(x);
        }
        Self(all)
    }

    /// `k` times the coefficient of `t^k`: that of the derivative, one power up.
    fn slope(&self, k: usize) -> Ball {
        whole(k).mul(&self.coefficient(k))
    }

    /// The series `y` with `y' = self' g`, beginning at `first`.
    fn integrated(&self, first: Ball, g: &Self) -> Self {
        Self::grown(first, |_, k| {
            let sum = (1..=k).fold(Ball::zero(), |sum, j| sum.add(&self.slope(j).mul(&g.coefficient(k - j))));
            sum.div(&whole(k))
        })
    }

    fn exp(&self) -> Self {
        Self::grown(ball_real::real(RealFn::Exp, self.leading()), |e, k| {
            let sum = (1..=k).fold(Ball::zero(), |sum, j| sum.add(&self.slope(j).mul(&e[k - j])));
            sum.div(&whole(k))
        })
    }

    fn ln(&self) -> Self {
        Self::grown(ball_real::real(RealFn::Log, self.leading()), |l, k| {
            let sum = (1..k).fold(Ball::zero(), |sum, j| sum.add(&whole(j).mul(&l[j]).mul(&self.coefficient(k - j))));
            self.coefficient(k).sub(&sum.div(&whole(k))).div(self.leading())
        })
    }

    /// Sine and cosine.
    fn waves(&self) -> (Self, Self) {
        let mut sine = vec![ball_real::real(RealFn::Sin, self.leading())];
        let mut cosine = vec![ball_real::real(RealFn::Cos, self.leading())];
        for k in 1..=order() {
            let part = |of: &[Ball]| {
                let sum = (1..=k).fold(Ball::zero(), |sum, j| sum.add(&self.slope(j).mul(&of[k - j])));
                sum.div(&whole(k))
            };
            let (s, c) = (part(&cosine), part(&sine).neg());
            sine.push(s);
            cosine.push(c);
        }
        (Self(sine), Self(cosine))
    }

    fn root(&self) -> Self {
        let first = ball_real::real(RealFn::Sqrt, self.leading());
        if first.contains_zero() {
            return Self::unknown();
        }
        let twice = first.add(&first);
        Self::grown(first, |s, k| {
            let sum = (1..k).fold(Ball::zero(), |sum, j| sum.add(&s[j].mul(&s[k - j])));
            self.coefficient(k).sub(&sum).div(&twice)
        })
    }

    /// The sign of the leading coefficient, where it has one.
    fn is_positive(&self) -> Option<bool> {
        match (self.leading().is_positive(), self.leading().neg().is_positive()) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// The number `k`.
fn whole(k: usize) -> Ball {
    Ball::from(RBig::from(k))
}

impl Number for Series {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        Self::constant(Ball::from_f64(x))
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::constant(Ball::from_lanes(x))
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (Self::constant(Ball::from(x.clone())), Self::zero())
    }

    fn pi() -> (Self, Self) {
        (Self::constant(Ball::pi().0), Self::zero())
    }

    fn to_f64(&self, lane: usize) -> f64 {
        self.leading().to_f64(lane)
    }

    fn add(&self, b: &Self) -> Self {
        self.zip(b, Ball::add)
    }

    fn sub(&self, b: &Self) -> Self {
        self.zip(b, Ball::sub)
    }

    fn mul(&self, b: &Self) -> Self {
        match (self.0.as_slice(), b.0.as_slice()) {
            ([x], _) => b.map(|y| x.mul(y)),
            (_, [y]) => self.map(|x| x.mul(y)),
            _ => {
                let length = (self.0.len() + b.0.len() - 1).min(order() + 1);
                let product = |k: usize| {
                    let pairs = (k.saturating_sub(b.0.len() - 1)..=k.min(self.0.len() - 1)).map(|j| (j, k - j));
                    pairs.fold(Ball::zero(), |sum, (i, j)| sum.add(&self.0[i].mul(&b.0[j])))
                };
                Self((0..length).map(product).collect())
            }
        }
    }

    fn div(&self, b: &Self) -> Self {
        if let [y] = b.0.as_slice() {
            return self.map(|x| x.div(y));
        }
        if b.leading().contains_zero() {
            return Self::unknown();
        }
        Self::grown(self.leading().div(b.leading()), |q, k| {
            let sum = (1..=k).fold(Ball::zero(), |sum, j| sum.add(&b.coefficient(j).mul(&q[k - j])));
            self.coefficient(k).sub(&sum).div(b.leading())
        })
    }

    fn neg(&self) -> Self {
        self.map(Ball::neg)
    }

    fn abs(&self) -> Self {
        match self.is_positive() {
            _ if self.is_constant() => Self::constant(self.leading().abs()),
            Some(true) => self.clone(),
            Some(false) => self.neg(),
            None => Self::unknown(),
        }
    }

    fn sqrt(&self) -> Self {
        if self.is_constant() { Self::constant(self.leading().sqrt()) } else { self.root() }
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).add(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        c.sub(&self.mul(b))
    }

    fn max(&self, b: &Self) -> Self {
        if self.is_constant() && b.is_constant() {
            return Self::constant(self.leading().max(b.leading()));
        }
        match (b.lt(self), self.lt(b)) {
            (ALL, _) => self.clone(),
            (_, ALL) => b.clone(),
            _ => Self::unknown(),
        }
    }

    fn min(&self, b: &Self) -> Self {
        if self.is_constant() && b.is_constant() {
            return Self::constant(self.leading().min(b.leading()));
        }
        match (self.lt(b), b.lt(self)) {
            (ALL, _) => self.clone(),
            (_, ALL) => b.clone(),
            _ => Self::unknown(),
        }
    }

    fn floor(&self) -> Self {
        if self.is_constant() { Self::constant(self.leading().floor()) } else { Self::unknown() }
    }

    fn lt(&self, b: &Self) -> Mask {
        if self.finite() & b.finite() == 0 { 0 } else { self.leading().lt(b.leading()) }
    }

    fn le(&self, b: &Self) -> Mask {
        if self.is_constant() && b.is_constant() { self.leading().le(b.leading()) } else { self.lt(b) }
    }

    fn eq(&self, b: &Self) -> Mask {
        if self.is_constant() && b.is_constant() { self.leading().eq(b.leading()) } else { 0 }
    }

    fn finite(&self) -> Mask {
        if self.0.iter().all(Ball::is_known) { ALL } else { 0 }
    }

    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        if mask & 1 == 1 { a.clone() } else { b.clone() }
    }

    fn exp2i(&self) -> Self {
        if self.is_constant() { Self::constant(self.leading().exp2i()) } else { Self::unknown() }
    }

    fn split_exponent(&self) -> (Self, Self) {
        if !self.is_constant() {
            return (Self::unknown(), Self::unknown());
        }
        let (m, e) = self.leading().split_exponent();
        (Self::constant(m), Self::constant(e))
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        if x.is_constant() {
            return (Self::constant(Ball::elementary(f, x.leading()).0), 0.0);
        }
        let one = Self::one();
        let first = ball_real::real(f, x.leading());
        let value = match f {
            RealFn::Abs => x.abs(),
            RealFn::Sqrt => x.root(),
            RealFn::Floor | RealFn::Ceil => Self::unknown(),
            RealFn::Exp => x.exp(),
            RealFn::Log => x.ln(),
            RealFn::Sin => x.waves().0,
            RealFn::Cos => x.waves().1,
            RealFn::Tan => {
                let (sine, cosine) = x.waves();
                sine.div(&cosine)
            }
            RealFn::Atan => x.integrated(first, &one.div(&x.mul(x).add(&one))),
            RealFn::Asin => x.integrated(first, &one.div(&one.sub(&x.mul(x)).sqrt())),
            RealFn::Acos => x.integrated(first, &one.div(&one.sub(&x.mul(x)).sqrt()).neg()),
        };
        (value, 0.0)
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        if x.is_constant() && y.is_constant() {
            return (Self::constant(Ball::power(x.leading(), y.leading()).0), 0.0);
        }
        (if x.is_positive() == Some(true) { y.mul(&x.ln()).exp() } else { Self::unknown() }, 0.0)
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    /// Spectra are not offered.
    fn eigenvalue(_n: usize, _i: usize, _a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (Self::unknown(), Self::zero())
    }

    fn eigenvalues(_n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Self::unknown());
        Self::zero()
    }

    fn eigenvectors(_n: usize, _a: &mut [Self], values: &mut [Self], vectors: &mut [Self], _: &mut [Self]) -> Self {
        values.fill(Self::unknown());
        vectors.fill(Self::unknown());
        Self::zero()
    }

    fn singular_values(_m: usize, _n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Self::unknown());
        Self::zero()
    }

    /// `X A = I` coefficient by coefficient: that of `t^k` is `-X_0` times the sum of `A_j X_{k-j}` over `j >= 1`.
    fn inverse(n: usize, a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        let at = |k: usize| a.iter().map(|x| x.coefficient(k)).collect::<Vec<Ball>>();
        let first = match ball_matrix::inverse(n, &at(0)) {
            Image::Matrix(entries) => entries,
            // Singular for all times only if it never changes; else nothing is known.
            Image::Undefined => {
                out[..n * n].fill(Self::unknown());
                return (Self::zero(), if a.iter().all(Self::is_constant) { ALL } else { 0 });
            }
        };
        let mut powers = vec![first];
        if !a.iter().all(Self::is_constant) {
            for k in 1..=order() {
                let mut sum = vec![Ball::zero(); n * n];
                let mut product = sum.clone();
                for j in 1..=k {
                    Ball::matmul(&at(j), &powers[k - j], &mut product, n, n, n);
                    for (total, term) in sum.iter_mut().zip(&product) {
                        *total = total.add(term);
                    }
                }
                Ball::matmul(&powers[0], &sum, &mut product, n, n, n);
                powers.push(product.iter().map(Ball::neg).collect());
            }
        }
        for (entry, x) in out[..n * n].iter_mut().enumerate() {
            *x = Self(powers.iter().map(|power| power[entry].clone()).collect());
        }
        (Self::zero(), 0)
    }

    /// By expansion along the first row, without divisions, for the sizes where that is short.
    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        const MOST: usize = 4;
        fn expanded(n: usize, row: usize, columns: &[usize], a: &[Series]) -> Series {
            if columns.is_empty() {
                return Series::one();
            }
            let mut sum = Series::zero();
            for (place, column) in columns.iter().enumerate() {
                let others: Vec<usize> = columns.iter().copied().filter(|c| c != column).collect();
                let term = a[row * n + column].mul(&expanded(n, row + 1, &others, a));
                sum = if place.is_multiple_of(2) { sum.add(&term) } else { sum.sub(&term) };
            }
            sum
        }
        let columns: Vec<usize> = (0..n).collect();
        (if n <= MOST { expanded(n, 0, &columns, a) } else { Self::unknown() }, Self::zero())
    }
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;

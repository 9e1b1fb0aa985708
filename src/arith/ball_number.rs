//! Certified reals as the number of a plan: arithmetic, comparisons that are certain, and products of matrices.
//!
//! Two rationals give a rational; if either is an enclosure, the bounds follow from the ends, rounded outwards. Products of rational
//! matrices are taken in integers, over one denominator a row and a column, so that a fraction is reduced once an entry and
//! not once a step.
//!
//! Reference: Moore, Kearfott & Cloud, *Introduction to Interval Analysis* (2009), chapter 2.

use super::ball::{Ball, EXACT_BITS, bits, size};
use super::ball_matrix::{self, Image};
use super::ball_real;
use super::ball_spectrum;
use super::exact::Exact as Rational;
use super::float::{self, Float, Way};
use super::inertia;
use super::lane::{ALL, Mask};
use super::number::{Number, RealFn};
use dashu_int::ops::{BitTest, Gcd, PowerOfTwo};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;

use Ball::{Between, Exact, Infinite, Unknown};

fn mask(truth: bool) -> Mask {
    if truth { ALL } else { 0 }
}

type Ends<'a> = (&'a Float, &'a Float);

/// An operation of two numbers, of which one is not a rational: from the ends of both.
fn enclosed(a: &Ball, b: &Ball, f: impl FnOnce(usize, Ends, Ends) -> Ball) -> Ball {
    match (a.ends(), b.ends()) {
        (Some((a, b)), Some((c, d))) => f(bits(), (&a, &b), (&c, &d)),
        _ => Unknown,
    }
}

fn sum(bits: usize, (a, b): Ends, (c, d): Ends) -> Ball {
    Ball::between(float::add(Way::Down, bits, a, c), float::add(Way::Up, bits, b, d))
}

fn difference(bits: usize, (a, b): Ends, (c, d): Ends) -> Ball {
    Ball::between(float::sub(Way::Down, bits, a, d), float::sub(Way::Up, bits, b, c))
}

fn product(bits: usize, (a, b): Ends, (c, d): Ends) -> Ball {
    let negative = float::is_negative;
    let down = |p: &Float, q: &Float| float::mul(Way::Down, bits, p, q);
    let up = |p: &Float, q: &Float| float::mul(Way::Up, bits, p, q);
    // Which products are the extremes follows from the signs of the ends.
    let (p, q, r, s) = match (negative(a), negative(b), negative(c), negative(d)) {
        (false, _, false, _) => (a, c, b, d),
        (false, _, true, true) => (b, c, a, d),
        (false, _, true, false) => (b, c, b, d),
        (true, true, false, _) => (a, d, b, c),
        (true, true, true, true) => (b, d, a, c),
        (true, true, true, false) => (a, d, a, c),
        (true, false, false, _) => (a, d, b, d),
        (true, false, true, true) => (b, c, a, c),
        (true, false, true, false) => {
            let least = down(a, d).zip(down(b, c)).map(|(x, y)| float::min(x, y));
            let most = up(a, c).zip(up(b, d)).map(|(x, y)| float::max(x, y));
            return Ball::between(least, most);
        }
    };
    Ball::between(down(p, q), up(r, s))
}

/// The divisor has one sign.
fn quotient(bits: usize, (a, b): Ends, (c, d): Ends) -> Ball {
    let negative = float::is_negative;
    let (p, q, r, s) = match (negative(a), negative(b), negative(c)) {
        (false, _, false) => (a, d, b, c),
        (false, _, true) => (b, d, a, c),
        (true, true, false) => (a, c, b, d),
        (true, true, true) => (b, c, a, d),
        (true, false, false) => (a, c, b, c),
        (true, false, true) => (b, d, a, d),
    };
    Ball::between(float::div(Way::Down, bits, p, q), float::div(Way::Up, bits, r, s))
}

impl Number for Ball {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        match RBig::try_from(x) {
            Ok(x) => Exact(x),
            Err(_) if x.is_nan() => Unknown,
            Err(_) => Infinite { negative: x < 0.0 },
        }
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::from_f64(x[0])
    }

    fn trimmed(self) -> Self {
        match &self {
            // A rational's digits multiply with every step.
            Exact(x) if size(x) > 2 * bits() => Self::enclosing(x, x),
            _ => self,
        }
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (Self::from(x.clone()), Self::zero())
    }

    fn pi() -> (Self, Self) {
        let (lo, hi) = float::pi(bits()).unzip();
        (Self::between(lo, hi), Self::zero())
    }

    fn to_f64(&self, _lane: usize) -> f64 {
        match self {
            Unknown => f64::NAN,
            Exact(x) => x.to_f64().value(),
            Between(pair) => {
                let sum = float::add(Way::Down, bits().max(128), &pair.0, &pair.1);
                let middle = sum.and_then(|x| float::scaled(&x, -1));
                middle.map_or_else(|| float::to_f64(&pair.0), |x| float::to_f64(&x))
            }
            Infinite { negative: true } => f64::NEG_INFINITY,
            Infinite { negative: false } => f64::INFINITY,
        }
    }

    fn add(&self, b: &Self) -> Self {
        match (self, b) {
            (Exact(x), Exact(y)) => Self::from(x + y),
            (Exact(x), Between(_)) if x.is_zero() => b.clone(),
            (Between(_), Exact(y)) if y.is_zero() => self.clone(),
            _ => enclosed(self, b, sum),
        }
    }

    fn sub(&self, b: &Self) -> Self {
        match (self, b) {
            (Exact(x), Exact(y)) => Self::from(x - y),
            (Exact(x), Between(_)) if x.is_zero() => b.neg(),
            (Between(_), Exact(y)) if y.is_zero() => self.clone(),
            _ => enclosed(self, b, difference),
        }
    }

    fn mul(&self, b: &Self) -> Self {
        match (self, b) {
            (Exact(x), Exact(y)) => Self::from(x * y),
            (Exact(x), y) | (y, Exact(x)) if y.is_known() && x.is_zero() => Self::zero(),
            (Exact(x), y) | (y, Exact(x)) if y.is_known() && x.is_one() => y.clone(),
            _ => enclosed(self, b, product),
        }
    }

    fn div(&self, b: &Self) -> Self {
        if b.contains_zero() {
            return Unknown;
        }
        match (self, b) {
            (Exact(x), Exact(y)) => Self::from(x / y),
            (Exact(x), Between(_)) if x.is_zero() => Self::zero(),
            _ => enclosed(self, b, quotient),
        }
    }

    fn neg(&self) -> Self {
        match self {
            Unknown => Unknown,
            Exact(x) => Exact(-x.clone()),
            Between(pair) => Between(Box::new((float::neg(&pair.1), float::neg(&pair.0)))),
            Infinite { negative } => Infinite { negative: !negative },
        }
    }

    fn abs(&self) -> Self {
        match self {
            Between(pair) => match (float::is_negative(&pair.0), float::is_negative(&pair.1)) {
                (false, _) => self.clone(),
                (true, true) => self.neg(),
                (true, false) => Self::between(Some(float::zero()), self.mag()),
            },
            Exact(x) if *x < RBig::ZERO => self.neg(),
            Infinite { .. } => Infinite { negative: false },
            Exact(_) | Unknown => self.clone(),
        }
    }

    fn sqrt(&self) -> Self {
        ball_real::real(RealFn::Sqrt, self)
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).add(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        c.sub(&self.mul(b))
    }

    fn max(&self, b: &Self) -> Self {
        match self.order(b) {
            Some(Ordering::Greater) => self.clone(),
            Some(_) => b.clone(),
            None => enclosed(self, b, |_, (a, b), (c, d)| {
                Self::between(Some(float::max(a.clone(), c.clone())), Some(float::max(b.clone(), d.clone())))
            }),
        }
    }

    fn min(&self, b: &Self) -> Self {
        match self.order(b) {
            Some(Ordering::Less) => self.clone(),
            Some(_) => b.clone(),
            None => enclosed(self, b, |_, (a, b), (c, d)| {
                Self::between(Some(float::min(a.clone(), c.clone())), Some(float::min(b.clone(), d.clone())))
            }),
        }
    }

    fn floor(&self) -> Self {
        match self {
            Exact(x) => Self::from(RBig::from(x.floor())),
            Between(pair) => {
                let (lo, hi) = (float::floor(&pair.0), float::floor(&pair.1));
                Self::from_enclosure(&RBig::from(lo), &RBig::from(hi))
            }
            Unknown | Infinite { .. } => Unknown,
        }
    }

    fn lt(&self, b: &Self) -> Mask {
        mask(self.order(b) == Some(Ordering::Less))
    }

    fn le(&self, b: &Self) -> Mask {
        mask(self.at_most(b))
    }

    fn eq(&self, b: &Self) -> Mask {
        mask(self.order(b) == Some(Ordering::Equal))
    }

    fn finite(&self) -> Mask {
        mask(self.is_known())
    }

    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        if mask & 1 == 1 { a.clone() } else { b.clone() }
    }

    fn exp2i(&self) -> Self {
        match self {
            Exact(x) => match Rational::from(x.clone()).exp2i() {
                Rational::Known(x) => Self::from(x),
                Rational::Unknown | Rational::Infinite { .. } => Unknown,
            },
            Between(_) | Unknown | Infinite { .. } => Unknown,
        }
    }

    fn split_exponent(&self) -> (Self, Self) {
        match self {
            Exact(x) => match Rational::from(x.clone()).split_exponent() {
                (Rational::Known(m), Rational::Known(e)) => (Self::from(m), Self::from(e)),
                _ => (Unknown, Unknown),
            },
            Between(pair) if !float::is_negative(&pair.0) => match (float::exponent(&pair.0), float::exponent(&pair.1))
            {
                (Some(e), Some(same)) if e == same => {
                    let m = Self::between(float::scaled(&pair.0, -e), float::scaled(&pair.1, -e));
                    (m, Exact(RBig::from(e)))
                }
                _ => (Unknown, Unknown),
            },
            Between(_) | Unknown | Infinite { .. } => (Unknown, Unknown),
        }
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        (ball_real::real(f, x), 0.0)
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        (ball_real::power(x, y), 0.0)
    }

    fn square(&self) -> Self {
        match self {
            Exact(x) => Self::from(x.sqr()),
            Between(pair) => {
                let bits = bits();
                let (lo, hi) = (&pair.0, &pair.1);
                let (near, far) = match (float::is_negative(lo), float::is_negative(hi)) {
                    (false, _) => (lo.clone(), hi.clone()),
                    (true, true) => (float::neg(hi), float::neg(lo)),
                    (true, false) => (float::zero(), float::max(float::neg(lo), hi.clone())),
                };
                Self::between(float::mul(Way::Down, bits, &near, &near), float::mul(Way::Up, bits, &far, &far))
            }
            Unknown | Infinite { .. } => Unknown,
        }
    }

    fn sum_of_squares(a: &[Self]) -> Self {
        if let Some(line) = Line::of(a.iter()) {
            return line.dot(&line);
        }
        a.iter().fold(Self::zero(), |sum, x| sum.add(&x.square()))
    }

    fn inner(a: &[Self], b: &[Self]) -> Self {
        if let (Some(a), Some(b)) = (Line::of(a.iter()), Line::of(b.iter())) {
            return a.dot(&b);
        }
        a.iter().zip(b).fold(Self::zero(), |sum, (x, y)| x.mul_add(y, &sum))
    }

    fn matmul(a: &[Self], b: &[Self], out: &mut [Self], m: usize, k: usize, n: usize) {
        let rows: Vec<Option<Line>> = (0..m).map(|i| Line::of(a[i * k..(i + 1) * k].iter())).collect();
        let columns: Vec<Option<Line>> = (0..n).map(|j| Line::of((0..k).map(|l| &b[l * n + j]))).collect();
        // Ends of rationals are computed once a matrix, if at all.
        let rational = rows.iter().all(Option::is_some) && columns.iter().all(Option::is_some);
        let ends = |x: &[Self]| if rational { Vec::new() } else { x.iter().map(Self::ends).collect::<Vec<_>>() };
        let (a_ends, b_ends) = (ends(a), ends(b));
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] = match (&rows[i], &columns[j]) {
                    (Some(row), Some(column)) => row.dot(column),
                    _ => mixed_dot(k, |l| (i * k + l, l * n + j), (a, &a_ends), (b, &b_ends)),
                };
            }
        }
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    fn eigenvalue(n: usize, i: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        let values = ball_spectrum::eigenvalues(n, a, Some(i));
        (values.get(i).cloned().unwrap_or_default(), Self::zero())
    }

    fn definite(n: usize, a: &[Self], strict: bool) -> Option<bool> {
        // Rationals, by Sylvester's law of inertia.
        let lower = (0..n * n).filter(|at| at % n <= at / n);
        let known = lower.clone().map(|at| a[at].rational()).collect::<Option<Vec<_>>>()?;
        let cleared = inertia::Cleared::new(n, known.into_iter())?;
        let mut entries = vec![IBig::ZERO; n * n];
        for (at, x) in lower.zip(cleared.entries) {
            entries[at] = x;
        }
        let counts = inertia::inertia(n, entries);
        Some(counts.negative == 0 && (!strict || counts.zero == 0))
    }

    fn eigenvalues(n: usize, a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out[..n].clone_from_slice(&ball_spectrum::eigenvalues(n, a, None));
        Self::zero()
    }

    /// Not offered: of the functions that need them, each bounds its own image.
    fn eigenvectors(_n: usize, _a: &mut [Self], values: &mut [Self], vectors: &mut [Self], _: &mut [Self]) -> Self {
        values.fill(Unknown);
        vectors.fill(Unknown);
        Self::zero()
    }

    fn singular_values(m: usize, n: usize, a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out[..m.min(n)].clone_from_slice(&ball_spectrum::singular_values(m, n, a));
        Self::zero()
    }

    fn inverse(n: usize, a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        let (entries, singular) = image(n, ball_matrix::inverse(n, a));
        out[..n * n].clone_from_slice(&entries);
        (Self::zero(), singular)
    }

    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (ball_matrix::determinant(n, a), Self::zero())
    }

    fn matrix_function(n: usize, f: RealFn, semidefinite: bool, a: &[Self]) -> Option<(Vec<Self>, Mask)> {
        Some(image(n, ball_matrix::function(n, f, semidefinite, a)))
    }

    fn projector(n: usize, i: usize, a: &[Self]) -> Option<(Vec<Self>, Mask)> {
        Some(image(n, ball_matrix::projector(n, i, a)))
    }
}

/// The entries of an image, and where it is undefined.
fn image(n: usize, image: Image) -> (Vec<Ball>, Mask) {
    match image {
        Image::Matrix(entries) => (entries, 0),
        Image::Undefined => (vec![Unknown; n * n], ALL),
    }
}

/// A matrix and the ends of its entries.
type WithEnds<'a> = (&'a [Ball], &'a [Option<(Float, Float)>]);

/// The sum of products of entries, from their ends.
fn mixed_dot(k: usize, at: impl Fn(usize) -> (usize, usize), (a, a_ends): WithEnds, (b, b_ends): WithEnds) -> Ball {
    let bits = bits();
    let mut total = Ball::zero();
    for l in 0..k {
        let (x, y) = at(l);
        let (Some(p), Some(q)) = (&a_ends[x], &b_ends[y]) else { return Unknown };
        if a[x].is_zero() || b[y].is_zero() {
            continue;
        }
        let term = match (&a[x], &b[y]) {
            (Exact(x), Exact(y)) => Ball::from(x * y),
            _ => product(bits, (&p.0, &p.1), (&q.0, &q.1)),
        };
        total = total.add(&term);
    }
    total
}

/// A row or a column of rationals: integers over one denominator.
struct Line {
    denominator: UBig,
    numerators: Vec<IBig>,
}

impl Line {
    /// `None` if not all are rational, or if no short denominator serves them all.
    fn of<'a>(entries: impl Iterator<Item = &'a Ball> + Clone) -> Option<Self> {
        let mut denominator = UBig::ONE;
        for x in entries.clone() {
            let q = x.rational()?.denominator();
            if q.is_one() || *q == denominator {
                continue;
            }
            denominator = if q.is_power_of_two() && denominator.is_power_of_two() {
                if *q > denominator { q.clone() } else { denominator }
            } else {
                let common = (&denominator).gcd(q);
                denominator / common * q
            };
            if denominator.bit_len() > EXACT_BITS {
                return None;
            }
        }
        let cleared = |x: &RBig| {
            let q = x.denominator();
            if *q == denominator {
                x.numerator().clone()
            } else if denominator.is_power_of_two() {
                x.numerator() << (denominator.bit_len() - q.bit_len())
            } else {
                x.numerator() * IBig::from(&denominator / q)
            }
        };
        let numerators = entries.map(|x| x.rational().map(cleared)).collect::<Option<Vec<_>>>()?;
        Some(Self { denominator, numerators })
    }

    fn dot(&self, other: &Self) -> Ball {
        let terms = self.numerators.iter().zip(&other.numerators).filter(|(x, y)| !x.is_zero() && !y.is_zero());
        let sum = terms.fold(IBig::ZERO, |sum, (x, y)| sum + x * y);
        Ball::from(RBig::from_parts(sum, &self.denominator * &other.denominator))
    }
}

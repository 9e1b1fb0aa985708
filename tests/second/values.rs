//! Numbers of the second path: rational intervals, and the functions of one real on them.
//!
//! Rational arithmetic is exact (`lo == hi`, any length). What is irrational is enclosed by rationals, rounded outward to dyadics of
//! [`BITS`] bits, so that numbers stay short. A function that increases is taken at both ends; series are cut where a bound on the rest,
//! which is added, is below the rounding. Nothing here is fast.

use super::rational::Rational;
use dashu_int::{IBig, UBig};
use std::ops::{Add, Mul, Neg, Sub};

/// The length of a rounded number.
pub const BITS: i64 = 320;

/// The length of the longest power that is exact.
const MOST_BITS: u64 = 1 << 16;

/// Why an expression has no value, or none that is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// It has none, or a part of it has none.
    Undefined,
    /// The enclosures are too wide.
    Undecided,
    /// This evaluator does not know how.
    Beyond(String),
}

pub type Maybe<T> = Result<T, Stop>;

pub fn beyond<T>(what: impl Into<String>) -> Maybe<T> {
    Err(Stop::Beyond(what.into()))
}

/// All reals from `lo` to `hi`, of which one is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub lo: Rational,
    pub hi: Rational,
}

/// `2^k`
pub fn two(k: i64) -> Rational {
    Rational::two(k)
}

impl From<Rational> for Interval {
    fn from(x: Rational) -> Self {
        Self { lo: x.clone(), hi: x }
    }
}

impl From<i64> for Interval {
    fn from(x: i64) -> Self {
        Rational::from(x).into()
    }
}

impl Add for &Interval {
    type Output = Interval;
    fn add(self, other: Self) -> Interval {
        if let (Some(x), Some(y)) = (self.exact(), other.exact()) {
            return (x + y).into();
        }
        Interval { lo: &self.lo + &other.lo, hi: &self.hi + &other.hi }.rounded()
    }
}

impl Neg for &Interval {
    type Output = Interval;
    fn neg(self) -> Interval {
        Interval { lo: -&self.hi, hi: -&self.lo }
    }
}

impl Sub for &Interval {
    type Output = Interval;
    fn sub(self, other: Self) -> Interval {
        self + &-other
    }
}

impl Mul for &Interval {
    type Output = Interval;
    fn mul(self, other: Self) -> Interval {
        if let (Some(x), Some(y)) = (self.exact(), other.exact()) {
            return (x * y).into();
        }
        if !self.lo.is_negative() {
            self.times(other).rounded()
        } else if !other.lo.is_negative() {
            other.times(self).rounded()
        } else if !self.hi.is_positive() {
            (-&(-self).times(other)).rounded()
        } else if !other.hi.is_positive() {
            (-&(-other).times(self)).rounded()
        } else {
            let ends = [&self.lo * &other.lo, &self.lo * &other.hi, &self.hi * &other.lo, &self.hi * &other.hi];
            Interval::hull(ends).rounded()
        }
    }
}

impl Interval {
    /// The least interval with these numbers.
    pub fn hull(numbers: impl IntoIterator<Item = Rational>) -> Self {
        let mut numbers: Vec<Rational> = numbers.into_iter().collect();
        numbers.sort();
        Self { lo: numbers[0].clone(), hi: numbers[numbers.len() - 1].clone() }
    }

    /// The product of an interval of numbers of at least 0 with any.
    fn times(&self, other: &Self) -> Self {
        let (least, greatest) = (&self.lo, &self.hi);
        Self {
            lo: if other.lo.is_negative() { greatest } else { least } * &other.lo,
            hi: if other.hi.is_negative() { least } else { greatest } * &other.hi,
        }
    }

    /// Within `radius` of `middle`.
    pub fn around(middle: &Rational, radius: &Rational) -> Self {
        Self { lo: middle - radius, hi: middle + radius }
    }

    pub fn exact(&self) -> Option<&Rational> {
        (self.lo == self.hi).then_some(&self.lo)
    }

    pub fn is_zero(&self) -> bool {
        self.exact() == Some(&Rational::ZERO)
    }

    pub fn middle(&self) -> Rational {
        (&self.lo + &self.hi).scaled(-1)
    }

    pub fn radius(&self) -> Rational {
        (&self.hi - &self.lo).scaled(-1)
    }

    /// As a whole number.
    pub fn integer(&self) -> Maybe<i64> {
        let x = self.exact().ok_or(Stop::Undecided)?;
        let whole = x.whole().and_then(|n| i64::try_from(n).ok());
        whole.ok_or_else(|| Stop::Beyond(format!("{x} as an integer")))
    }

    /// Outward to dyadics; an exact number stays.
    fn rounded(self) -> Self {
        if self.lo == self.hi { self } else { self.shortened() }
    }

    /// Outward to dyadics of about [`BITS`] bits.
    pub fn shortened(self) -> Self {
        let largest = std::cmp::max(self.lo.abs(), self.hi.abs());
        if largest == Rational::ZERO {
            return self;
        }
        let bits = BITS - largest.exponent();
        let down = |x: &Rational| Rational::from(x.scaled(bits).floor()).scaled(-bits);
        Self { lo: down(&self.lo), hi: -down(&-&self.hi) }
    }

    /// Whether it is less than another.
    pub fn less(&self, other: &Self) -> Maybe<bool> {
        match () {
            () if self.hi < other.lo => Ok(true),
            () if self.lo >= other.hi => Ok(false),
            () => Err(Stop::Undecided),
        }
    }

    pub fn equal(&self, other: &Self) -> Maybe<bool> {
        match () {
            () if self.hi < other.lo || other.hi < self.lo => Ok(false),
            () if self.exact().is_some() && self == other => Ok(true),
            () => Err(Stop::Undecided),
        }
    }

    pub fn recip(&self) -> Maybe<Self> {
        if self.is_zero() {
            return Err(Stop::Undefined);
        }
        if !self.lo.is_positive() && !self.hi.is_negative() {
            return Err(Stop::Undecided);
        }
        Ok(Self { lo: self.hi.recip(), hi: self.lo.recip() }.rounded())
    }

    pub fn abs(&self) -> Self {
        let (low, high) = (self.lo.abs(), self.hi.abs());
        let straddles = self.lo.is_negative() && self.hi.is_positive();
        Self { lo: if straddles { Rational::ZERO } else { low.clone().min(high.clone()) }, hi: low.max(high) }
    }

    pub fn min(&self, other: &Self) -> Self {
        Self { lo: self.lo.clone().min(other.lo.clone()), hi: self.hi.clone().min(other.hi.clone()) }
    }

    pub fn max(&self, other: &Self) -> Self {
        -&(-self).min(&-other)
    }

    /// `x^n`; one that would be too long is enclosed, though `x` is exact.
    pub fn powi(&self, n: u64) -> Self {
        let x = if n.is_multiple_of(2) { self.abs() } else { self.clone() };
        if x.lo.length().max(x.hi.length()).saturating_mul(n) <= MOST_BITS {
            let power = |x: &Rational| x.pow(n as usize);
            return Self { lo: power(&x.lo), hi: power(&x.hi) }.rounded();
        }
        let digits = (0..u64::BITS - n.leading_zeros()).rev();
        digits.fold(Self::from(1), |power, digit| {
            let square = (&power * &power).shortened();
            if n >> digit & 1 == 1 { (&square * &x).shortened() } else { square }
        })
    }

    /// Of an increasing function, from its enclosures at the ends.
    fn increasing(&self, f: impl Fn(&Rational) -> Maybe<Self>) -> Maybe<Self> {
        let low = f(&self.lo)?;
        if self.lo == self.hi {
            return Ok(low);
        }
        Ok(Self { lo: low.lo, hi: f(&self.hi)?.hi }.rounded())
    }

    pub fn floor(&self) -> Maybe<Self> {
        let (low, high) = (self.lo.floor(), self.hi.floor());
        if low == high { Ok(Rational::from(low).into()) } else { Err(Stop::Undecided) }
    }

    pub fn sqrt(&self) -> Maybe<Self> {
        if self.hi.is_negative() {
            return Err(Stop::Undefined);
        }
        if self.lo.is_negative() {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| Ok(root(x)))
    }

    pub fn exp(&self) -> Maybe<Self> {
        let far = Rational::from(1 << 16);
        if self.hi < -&far {
            // Below exp(-2^16), and so below 2^-90000.
            return Ok(Self { lo: Rational::ZERO, hi: two(-90_000) });
        }
        if self.lo.abs().max(self.hi.abs()) > far {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| {
            if *x == Rational::ZERO {
                return Ok(1.into());
            }
            // `exp x = exp(x 2^-s)^(2^s)` with `|x 2^-s| <= 1/2`; the rest after a term is at most that term.
            let halvings = (x.exponent() + 2).max(0);
            let z = Self::from(x.scaled(-halvings)).shortened();
            let mut sum = series(&z, |k| Rational::new(1, k.max(1)), &1.into());
            for _ in 0..halvings {
                sum = &sum * &sum;
            }
            Ok(sum)
        })
    }

    pub fn log(&self) -> Maybe<Self> {
        if !self.hi.is_positive() {
            return Err(Stop::Undefined);
        }
        if !self.lo.is_positive() {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| {
            // `log x = e log 2 + 2 artanh((m - 1)/(m + 1))`, `x = m 2^e`, `m` near 1, so that nothing cancels.
            let mut e = x.exponent();
            let mut m = x.scaled(-e);
            for (far, step) in [(m > Rational::new(4, 3_u8), 1), (m < Rational::new(2, 3_u8), -1)] {
                if far {
                    e += step;
                    m = m.scaled(-step);
                }
            }
            let one = Rational::from(1);
            let artanh = |z: Rational| if z == Rational::ZERO { 0.into() } else { odd_series(&Self::from(z), false) };
            let twice = &(&Self::from(e) * &artanh(Rational::new(1, 3_u8))) + &artanh((&m - &one) / (&m + &one));
            Ok(&twice + &twice)
        })
    }

    /// Of an interval of radius r, the value at the middle to within r: sine and cosine are 1-Lipschitz.
    fn circular(&self, shift: u64) -> Maybe<Self> {
        let (x, radius) = (self.middle(), self.radius());
        if x.abs() > Rational::from(64) {
            return Err(Stop::Undecided);
        }
        if x == Rational::ZERO && radius == Rational::ZERO {
            return Ok((1 - shift as i64).into());
        }
        // The series in x^2 from the term x^shift; |x| <= 64 is far below where its terms fall when it is cut.
        let square = -&Self::from(&x * &x).shortened();
        let first = if shift == 1 { Self::from(x).shortened() } else { 1.into() };
        let factor = |k: u64| {
            let j = 2 * k + shift;
            Rational::new(1, if k == 0 { 1 } else { j * (j - 1) })
        };
        let sum = series(&square, factor, &first);
        Ok(Self { lo: (sum.lo - &radius).max(Rational::from(-1)), hi: (sum.hi + &radius).min(Rational::from(1)) })
    }

    pub fn sin(&self) -> Maybe<Self> {
        self.circular(1)
    }

    pub fn cos(&self) -> Maybe<Self> {
        self.circular(0)
    }

    pub fn atan(&self) -> Maybe<Self> {
        self.increasing(|x| {
            // `atan x = 2 atan(x/(1 + sqrt(1 + x^2)))`, three times: the argument is then at most tan(pi/16) < 1/5.
            let mut z = Self::from(x.clone());
            if z.is_zero() {
                return Ok(z);
            }
            for _ in 0..3 {
                let root = (&Self::from(1) + &z.powi(2)).sqrt()?;
                z = &z * &(&Self::from(1) + &root).recip()?;
            }
            Ok(&odd_series(&z, true) * &8.into())
        })
    }

    pub fn pi() -> Self {
        // Machin: pi/4 = 4 atan(1/5) - atan(1/239)
        let atan = |n: u16| odd_series(&Rational::new(1, n).into(), true);
        &(&atan(5) * &16.into()) - &(&atan(239) * &4.into())
    }

    pub fn asin(&self) -> Maybe<Self> {
        let one = Rational::from(1);
        if self.lo > one || self.hi < -&one {
            return Err(Stop::Undefined);
        }
        self.increasing(|x| match x.abs().cmp(&one) {
            std::cmp::Ordering::Greater => Err(Stop::Undecided),
            std::cmp::Ordering::Equal => Ok(&Self::pi() * &(x.scaled(-1)).into()),
            std::cmp::Ordering::Less => (&Self::from(x.clone()) * &root(&(&one - x * x)).recip()?).atan(),
        })
    }

    /// `x^y` for a real `y`; an exact root where there is one.
    pub fn pow(&self, y: &Self) -> Maybe<Self> {
        let positive = Self::from(0).less(y);
        if y.is_zero() {
            return Ok(1.into());
        }
        if self.is_zero() {
            return if positive? { Ok(0.into()) } else { Err(Stop::Undefined) };
        }
        let found = (&self.log()? * y).exp()?;
        if let (Some(x), Some(exact)) = (self.exact(), y.exact()) {
            let (p, q) = (i64::try_from(exact.numerator()), u64::try_from(exact.denominator()));
            if let (Ok(p), Ok(q)) = (p, q)
                && p.unsigned_abs() <= 64
                && q <= 64
            {
                let candidate = found.simplest();
                let power = x.pow(p.unsigned_abs() as usize);
                let power = if p < 0 { power.recip() } else { power };
                if candidate.pow(q as usize) == power {
                    return Ok(candidate.into());
                }
            }
        }
        Ok(found)
    }

    /// The rational with the least denominator.
    pub fn simplest(&self) -> Rational {
        if self.lo == self.hi {
            return self.lo.clone();
        }
        let within = Rational::simplest_in(&self.lo, &self.hi);
        let ends = [&self.lo, &self.hi].into_iter().filter(|x| x.denominator() < within.denominator());
        ends.min_by_key(|x| x.denominator()).cloned().unwrap_or(within)
    }
}

/// The square root of a rational of at least 0: itself if it is rational.
fn root(x: &Rational) -> Interval {
    use dashu_int::ops::{SquareRootRem, UnsignedAbs};
    let part = |n: UBig| {
        let (root, rest) = n.sqrt_rem();
        (rest == UBig::ZERO).then_some(root)
    };
    let numerator = x.numerator().unsigned_abs();
    if let (Some(p), Some(q)) = (part(numerator), part(x.denominator())) {
        return Rational::new(p, q).into();
    }
    // floor(sqrt(y)) = floor(sqrt(floor(y))) for y = x 4^k.
    let k = BITS - x.exponent() / 2;
    let (low, _) = x.scaled(2 * k).floor().unsigned_abs().sqrt_rem();
    let low = Rational::from(IBig::from(low));
    Interval { lo: low.scaled(-k), hi: (low + Rational::from(1)).scaled(-k) }
}

/// `first (1 + z f(1) + z^2 f(1) f(2) + ..)`, cut where the terms at least halve and are below the rounding. The factors fall, so
/// the rest is then at most the last term.
fn series(z: &Interval, factor: impl Fn(u64) -> Rational, first: &Interval) -> Interval {
    let (mut sum, mut term) = (first.clone(), first.clone());
    let half = Rational::two(-1);
    for k in 1.. {
        let ratio = &Interval::from(factor(k)) * z;
        term = (&term * &ratio).shortened();
        sum = &sum + &term;
        let (ratio, last) = (ratio.abs().hi, term.abs().hi);
        if ratio <= half && last <= sum.lo.abs().max(two(-2 * BITS)).scaled(-BITS) {
            return Interval { lo: sum.lo - &last, hi: sum.hi + &last };
        }
    }
    unreachable!("the factors fall to 0")
}

/// `z + z^3/3 + z^5/5 + ..` (artanh), with alternating signs atan; `|z| <= 1/2`, so the rest is less than half the last term.
fn odd_series(z: &Interval, alternating: bool) -> Interval {
    let square = if alternating { -&z.powi(2) } else { z.powi(2) };
    let (mut sum, mut power) = (z.clone().shortened(), z.clone());
    for k in 1.. {
        power = (&power * &square).shortened();
        let term = (&power * &Rational::new(1, 2 * k + 1_u64).into()).shortened();
        sum = &sum + &term;
        let last = term.abs().hi;
        if last <= sum.lo.abs().scaled(-BITS) {
            return Interval { lo: sum.lo - &last, hi: sum.hi + &last };
        }
    }
    unreachable!("the powers fall to 0")
}

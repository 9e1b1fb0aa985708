//! Numbers of the second path: rational intervals, and the functions of one real on them.
//!
//! Rational arithmetic is exact (`lo == hi`, any length). What is irrational is enclosed by rationals, rounded outward to dyadics of
//! [`BITS`] bits, so that numbers stay short. A function that increases is taken at both ends; series are cut where a bound on the rest,
//! which is added, is below the rounding. Nothing here is fast.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::ops::{Add, Mul, Neg, Sub};

/// The length of a rounded number.
pub const BITS: i64 = 320;

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
    pub lo: RBig,
    pub hi: RBig,
}

/// `2^k`
pub fn two(k: i64) -> RBig {
    let power = IBig::ONE << k.unsigned_abs() as usize;
    if k < 0 { RBig::from(1) / RBig::from(power) } else { power.into() }
}

/// About the binary logarithm of `|x|`: the size is from `2^(e-1)` to `2^(e+1)`.
fn exponent(x: &RBig) -> i64 {
    use dashu_int::ops::{BitTest, UnsignedAbs};
    x.numerator().clone().unsigned_abs().bit_len() as i64 - x.denominator().bit_len() as i64
}

pub fn size(x: &RBig) -> RBig {
    if *x < RBig::ZERO { -x } else { x.clone() }
}

impl From<RBig> for Interval {
    fn from(x: RBig) -> Self {
        Self { lo: x.clone(), hi: x }
    }
}

impl From<i64> for Interval {
    fn from(x: i64) -> Self {
        RBig::from(x).into()
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
        Interval::hull([&self.lo * &other.lo, &self.lo * &other.hi, &self.hi * &other.lo, &self.hi * &other.hi])
            .rounded()
    }
}

impl Interval {
    /// The least interval with these numbers.
    pub fn hull(numbers: impl IntoIterator<Item = RBig>) -> Self {
        let mut numbers: Vec<RBig> = numbers.into_iter().collect();
        numbers.sort();
        Self { lo: numbers[0].clone(), hi: numbers[numbers.len() - 1].clone() }
    }

    /// Within `radius` of `middle`.
    pub fn around(middle: &RBig, radius: &RBig) -> Self {
        Self { lo: middle - radius, hi: middle + radius }
    }

    pub fn exact(&self) -> Option<&RBig> {
        (self.lo == self.hi).then_some(&self.lo)
    }

    pub fn is_zero(&self) -> bool {
        self.exact() == Some(&RBig::ZERO)
    }

    pub fn middle(&self) -> RBig {
        (&self.lo + &self.hi) / RBig::from(2)
    }

    pub fn radius(&self) -> RBig {
        (&self.hi - &self.lo) / RBig::from(2)
    }

    /// As a whole number.
    pub fn integer(&self) -> Maybe<i64> {
        let x = self.exact().ok_or(Stop::Undecided)?;
        let whole = if x.is_int() { i64::try_from(x.numerator().clone()).ok() } else { None };
        whole.ok_or_else(|| Stop::Beyond(format!("{x} as an integer")))
    }

    /// Outward to dyadics; an exact number stays.
    fn rounded(self) -> Self {
        if self.lo == self.hi { self } else { self.shortened() }
    }

    /// Outward to dyadics of about [`BITS`] bits.
    pub fn shortened(self) -> Self {
        let largest = std::cmp::max(size(&self.lo), size(&self.hi));
        if largest == RBig::ZERO {
            return self;
        }
        let grid = two(BITS - exponent(&largest));
        let down = |x: &RBig| RBig::from((x * &grid).floor()) / &grid;
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
        if self.lo <= RBig::ZERO && self.hi >= RBig::ZERO {
            return Err(Stop::Undecided);
        }
        Ok(Self { lo: RBig::from(1) / &self.hi, hi: RBig::from(1) / &self.lo }.rounded())
    }

    pub fn abs(&self) -> Self {
        let (low, high) = (size(&self.lo), size(&self.hi));
        let straddles = self.lo < RBig::ZERO && self.hi > RBig::ZERO;
        Self { lo: if straddles { RBig::ZERO } else { low.clone().min(high.clone()) }, hi: low.max(high) }
    }

    pub fn min(&self, other: &Self) -> Self {
        Self { lo: self.lo.clone().min(other.lo.clone()), hi: self.hi.clone().min(other.hi.clone()) }
    }

    pub fn max(&self, other: &Self) -> Self {
        -&(-self).min(&-other)
    }

    /// `x^n`
    pub fn powi(&self, n: u64) -> Self {
        let power = |x: &RBig| x.pow(n as isize);
        let x = if n.is_multiple_of(2) { self.abs() } else { self.clone() };
        Self { lo: power(&x.lo), hi: power(&x.hi) }.rounded()
    }

    /// Of an increasing function, from its enclosures at the ends.
    fn increasing(&self, f: impl Fn(&RBig) -> Maybe<Self>) -> Maybe<Self> {
        let low = f(&self.lo)?;
        if self.lo == self.hi {
            return Ok(low);
        }
        Ok(Self { lo: low.lo, hi: f(&self.hi)?.hi }.rounded())
    }

    pub fn floor(&self) -> Maybe<Self> {
        let (low, high) = (self.lo.floor(), self.hi.floor());
        if low == high { Ok(RBig::from(low).into()) } else { Err(Stop::Undecided) }
    }

    pub fn sqrt(&self) -> Maybe<Self> {
        if self.hi < RBig::ZERO {
            return Err(Stop::Undefined);
        }
        if self.lo < RBig::ZERO {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| Ok(root(x)))
    }

    pub fn exp(&self) -> Maybe<Self> {
        let far = RBig::from(1 << 16);
        if self.hi < -&far {
            // Below exp(-2^16), and so below 2^-90000.
            return Ok(Self { lo: RBig::ZERO, hi: two(-90_000) });
        }
        if size(&self.lo).max(size(&self.hi)) > far {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| {
            if *x == RBig::ZERO {
                return Ok(1.into());
            }
            // `exp x = exp(x 2^-s)^(2^s)` with `|x 2^-s| <= 1/2`; the rest after a term is at most that term.
            let halvings = (exponent(x) + 2).max(0);
            let z = Self::from(x * two(-halvings)).shortened();
            let mut sum = series(&z, |k| RBig::from_parts(IBig::ONE, UBig::from(k.max(1))), &1.into());
            for _ in 0..halvings {
                sum = &sum * &sum;
            }
            Ok(sum)
        })
    }

    pub fn log(&self) -> Maybe<Self> {
        if self.hi <= RBig::ZERO {
            return Err(Stop::Undefined);
        }
        if self.lo <= RBig::ZERO {
            return Err(Stop::Undecided);
        }
        self.increasing(|x| {
            // `log x = e log 2 + 2 artanh((m - 1)/(m + 1))`, `x = m 2^e`, `m` near 1, so that nothing cancels.
            let mut e = exponent(x);
            let mut m = x * two(-e);
            for (far, step) in
                [(m > RBig::from_parts(4.into(), 3_u8.into()), 1), (m < RBig::from_parts(2.into(), 3_u8.into()), -1)]
            {
                if far {
                    e += step;
                    m *= two(-step);
                }
            }
            let one = RBig::from(1);
            let artanh = |z: RBig| if z == RBig::ZERO { 0.into() } else { odd_series(&Self::from(z), false) };
            let twice = &(&Self::from(e) * &artanh(RBig::from_parts(1.into(), 3_u8.into())))
                + &artanh((&m - &one) / (&m + &one));
            Ok(&twice + &twice)
        })
    }

    /// Of an interval of radius r, the value at the middle to within r: sine and cosine are 1-Lipschitz.
    fn circular(&self, shift: u64) -> Maybe<Self> {
        let (x, radius) = (self.middle(), self.radius());
        if size(&x) > RBig::from(64) {
            return Err(Stop::Undecided);
        }
        if x == RBig::ZERO && radius == RBig::ZERO {
            return Ok((1 - shift as i64).into());
        }
        // The series in x^2 from the term x^shift; |x| <= 64 is far below where its terms fall when it is cut.
        let square = -&Self::from(&x * &x).shortened();
        let first = if shift == 1 { Self::from(x).shortened() } else { 1.into() };
        let factor = |k: u64| {
            let j = 2 * k + shift;
            RBig::from_parts(IBig::ONE, UBig::from(if k == 0 { 1 } else { j * (j - 1) }))
        };
        let sum = series(&square, factor, &first);
        Ok(Self { lo: (sum.lo - &radius).max(RBig::from(-1)), hi: (sum.hi + &radius).min(RBig::from(1)) })
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
        let atan = |n: u16| odd_series(&RBig::from_parts(1.into(), n.into()).into(), true);
        &(&atan(5) * &16.into()) - &(&atan(239) * &4.into())
    }

    pub fn asin(&self) -> Maybe<Self> {
        let one = RBig::from(1);
        if self.lo > one || self.hi < -&one {
            return Err(Stop::Undefined);
        }
        self.increasing(|x| match size(x).cmp(&one) {
            std::cmp::Ordering::Greater => Err(Stop::Undecided),
            std::cmp::Ordering::Equal => Ok(&Self::pi() * &(x / RBig::from(2)).into()),
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
            let (p, q) = (i64::try_from(exact.numerator().clone()), u64::try_from(exact.denominator().clone()));
            if let (Ok(p), Ok(q)) = (p, q)
                && p.unsigned_abs() <= 64
                && q <= 64
            {
                let candidate = found.simplest();
                if candidate.pow(q as isize) == x.pow(p as isize) {
                    return Ok(candidate.into());
                }
            }
        }
        Ok(found)
    }

    /// The rational with the least denominator.
    pub fn simplest(&self) -> RBig {
        if self.lo == self.hi {
            return self.lo.clone();
        }
        let within = RBig::simplest_in(self.lo.clone(), self.hi.clone());
        let ends = [&self.lo, &self.hi].into_iter().filter(|x| x.denominator() < within.denominator());
        ends.min_by_key(|x| x.denominator().clone()).cloned().unwrap_or(within)
    }
}

/// The square root of a rational of at least 0: itself if it is rational.
fn root(x: &RBig) -> Interval {
    use dashu_int::ops::{SquareRootRem, UnsignedAbs};
    let part = |n: UBig| {
        let (root, rest) = n.sqrt_rem();
        (rest == UBig::ZERO).then_some(root)
    };
    let numerator = x.numerator().clone().unsigned_abs();
    if let (Some(p), Some(q)) = (part(numerator), part(x.denominator().clone())) {
        return RBig::from_parts(p.into(), q).into();
    }
    // floor(sqrt(y)) = floor(sqrt(floor(y))) for y = x 4^k.
    let k = BITS - exponent(x) / 2;
    let (low, _) = (x * two(2 * k)).floor().unsigned_abs().sqrt_rem();
    let low = RBig::from(IBig::from(low));
    Interval { lo: &low * two(-k), hi: (low + RBig::from(1)) * two(-k) }
}

/// `first (1 + z f(1) + z^2 f(1) f(2) + ..)`, cut where the terms at least halve and are below the rounding. The factors fall, so
/// the rest is then at most the last term.
fn series(z: &Interval, factor: impl Fn(u64) -> RBig, first: &Interval) -> Interval {
    let (mut sum, mut term) = (first.clone(), first.clone());
    let half = RBig::from_parts(1.into(), 2_u8.into());
    for k in 1.. {
        let ratio = &Interval::from(factor(k)) * z;
        term = (&term * &ratio).shortened();
        sum = &sum + &term;
        let (ratio, last) = (ratio.abs().hi, term.abs().hi);
        if ratio <= half && last <= size(&sum.lo).max(two(-2 * BITS)) * two(-BITS) {
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
        let term = (&power * &RBig::from_parts(1.into(), UBig::from(2 * k + 1_u64)).into()).shortened();
        sum = &sum + &term;
        let last = term.abs().hi;
        if last <= size(&sum.lo) * two(-BITS) {
            return Interval { lo: sum.lo - &last, hi: sum.hi + &last };
        }
    }
    unreachable!("the powers fall to 0")
}

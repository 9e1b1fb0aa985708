//! Certified reals: exact rationals as long as they last, then enclosures with directed rounding.
//!
//! A [`Ball`] is a rational, or two floats with the number between them, or *not known*. A value stays an exact rational until an
//! operation is irrational or it grows past [`EXACT_BITS`]; from there on it is an enclosure at the thread's working precision
//! ([`with_bits`]). So boundary cases of what is rational are decided, and everything else is enclosed as narrowly as one asks.
//!
//! Comparisons answer *certainly*: two masks that are both clear mean that the enclosures overlap. Not known is passed on by every
//! operation, and so nothing that is known rests on it.
//!
//! Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, *Introduction to Interval Analysis* (2009), chapters 2 and 5.

use super::exact::Exact;
use super::float::{self, Float, Fun, Way};
use super::inertia;
use super::lane::{ALL, Mask};
use super::number::{Number, RealFn};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cell::Cell;
use std::cmp::Ordering;

/// Bits of numerator and denominator together that a rational may have and stay one.
pub const EXACT_BITS: usize = 1 << 14;

thread_local! {
    static BITS: Cell<usize> = const { Cell::new(128) };
}

/// The thread's working precision.
pub fn bits() -> usize {
    BITS.get()
}

/// Runs `f` at a working precision, and restores the one before, whatever happens.
pub fn with_bits<T>(bits: usize, f: impl FnOnce() -> T) -> T {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            BITS.set(self.0);
        }
    }
    let _restore = Restore(BITS.replace(bits.max(2)));
    f()
}

/// One certified real.
#[derive(Clone, Debug, Default)]
pub enum Ball {
    #[default]
    Unknown,
    Exact(RBig),
    /// `lo < hi`, and the number lies between them.
    Between(Box<(Float, Float)>),
    /// A start that nothing has replaced yet, or the margin of an empty order.
    Infinite {
        negative: bool,
    },
}

use Ball::{Between, Infinite, Unknown};

fn size(x: &RBig) -> usize {
    x.numerator().bit_len() + x.denominator().bit_len()
}

fn mask(truth: bool) -> Mask {
    if truth { ALL } else { 0 }
}

impl From<RBig> for Ball {
    fn from(x: RBig) -> Self {
        if size(&x) <= EXACT_BITS {
            return Self::Exact(x);
        }
        let bits = bits();
        Self::between(float::of_rational(Way::Down, bits, &x), float::of_rational(Way::Up, bits, &x))
    }
}

impl Ball {
    /// What lies between two floats, rounded down and up.
    pub fn between(lo: Option<Float>, hi: Option<Float>) -> Self {
        match (lo, hi) {
            (Some(lo), Some(hi)) => match lo.cmp(&hi) {
                Ordering::Less => Between(Box::new((lo, hi))),
                Ordering::Equal => {
                    let x = float::to_rational(&lo);
                    if size(&x) <= EXACT_BITS { Self::Exact(x) } else { Unknown }
                }
                Ordering::Greater => Unknown,
            },
            _ => Unknown,
        }
    }

    /// Any number between two rationals.
    pub fn from_enclosure(lo: &RBig, hi: &RBig) -> Self {
        if lo == hi {
            return Self::from(lo.clone());
        }
        let bits = bits();
        Self::between(float::of_rational(Way::Down, bits, lo), float::of_rational(Way::Up, bits, hi))
    }

    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    pub fn is_known(&self) -> bool {
        matches!(self, Self::Exact(_) | Between(_))
    }

    /// The rational, where it is one.
    pub fn rational(&self) -> Option<&RBig> {
        match self {
            Self::Exact(x) => Some(x),
            _ => None,
        }
    }

    /// Floats on either side, at working precision.
    pub fn ends(&self) -> Option<(Float, Float)> {
        match self {
            Self::Exact(x) => {
                let bits = bits();
                Some((float::of_rational(Way::Down, bits, x)?, float::of_rational(Way::Up, bits, x)?))
            }
            Between(pair) => Some((**pair).clone()),
            Unknown | Infinite { .. } => None,
        }
    }

    /// Rationals on either side; equal where the number is exact.
    pub fn enclosure(&self) -> Option<(RBig, RBig)> {
        match self {
            Self::Exact(x) => Some((x.clone(), x.clone())),
            Between(pair) => Some((float::to_rational(&pair.0), float::to_rational(&pair.1))),
            Unknown | Infinite { .. } => None,
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Exact(x) if x.is_zero())
    }

    /// Whether the number may be zero.
    pub fn contains_zero(&self) -> bool {
        match self {
            Self::Exact(x) => x.is_zero(),
            Between(pair) => !float::is_negative(&pair.1) && (float::is_negative(&pair.0) || float::is_zero(&pair.0)),
            Unknown => true,
            Infinite { .. } => false,
        }
    }

    /// The smallest enclosure of both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Exact(x), Self::Exact(y)) if x == y => self.clone(),
            _ => match (self.ends(), other.ends()) {
                (Some((a, b)), Some((c, d))) => Self::between(Some(a.min(c)), Some(b.max(d))),
                _ => Unknown,
            },
        }
    }

    /// Everything within `radius` of the number.
    #[must_use]
    pub fn widened(&self, radius: &Self) -> Self {
        if radius.is_zero() {
            return self.clone();
        }
        let (Some((lo, hi)), Some((_, r))) = (self.ends(), radius.ends()) else { return Unknown };
        let bits = bits();
        Self::between(float::sub(Way::Down, bits, &lo, &r), float::add(Way::Up, bits, &hi, &r))
    }

    /// An upper bound of the absolute value.
    pub fn mag(&self) -> Option<Float> {
        let (lo, hi) = self.ends()?;
        Some(float::neg(&lo).max(hi))
    }

    fn binary(
        &self,
        b: &Self,
        exact: impl FnOnce(&RBig, &RBig) -> RBig,
        enclosed: impl FnOnce(usize, (Float, Float), (Float, Float)) -> Self,
    ) -> Self {
        match (self, b) {
            (Self::Exact(x), Self::Exact(y)) => Self::from(exact(x, y)),
            _ => match (self.ends(), b.ends()) {
                (Some(x), Some(y)) => enclosed(bits(), x, y),
                _ => Unknown,
            },
        }
    }

    /// An order that is certain.
    pub fn order(&self, b: &Self) -> Option<Ordering> {
        let rank = |x: &Self| match x {
            Infinite { negative: true } => -1,
            Infinite { negative: false } => 1,
            _ => 0,
        };
        match (self, b) {
            (Unknown, _) | (_, Unknown) => None,
            (Self::Exact(x), Self::Exact(y)) => Some(x.cmp(y)),
            (Infinite { .. }, _) | (_, Infinite { .. }) => Some(rank(self).cmp(&rank(b))),
            _ => {
                let ((a, b), (c, d)) = (self.sharp()?, b.sharp()?);
                if b < c {
                    Some(Ordering::Less)
                } else if a > d {
                    Some(Ordering::Greater)
                } else {
                    None
                }
            }
        }
    }

    /// Ends as rationals: a rational is compared as it is, not as rounded.
    fn sharp(&self) -> Option<(RBig, RBig)> {
        self.enclosure()
    }

    /// Whether this is certainly at most `b`.
    fn at_most(&self, b: &Self) -> bool {
        match (self, b) {
            (Self::Exact(_) | Between(_), Self::Exact(_) | Between(_)) => {
                matches!((self.sharp(), b.sharp()), (Some((_, hi)), Some((lo, _))) if hi <= lo)
            }
            _ => matches!(self.order(b), Some(Ordering::Less | Ordering::Equal)),
        }
    }

    /// An increasing function of the ends.
    fn increasing(&self, f: Fun) -> Self {
        let bits = bits();
        match self.ends() {
            Some((lo, hi)) => Self::between(float::fun(Way::Down, bits, f, &lo), float::fun(Way::Up, bits, f, &hi)),
            None => Unknown,
        }
    }

    fn exponential(&self) -> Self {
        if self.is_zero() { Self::one() } else { self.increasing(Fun::Exp) }
    }

    fn logarithm(&self) -> Self {
        match self {
            Self::Exact(x) if x.is_one() => Self::zero(),
            // Of what may not be positive the logarithm is not known.
            _ if Self::zero().order(self) == Some(Ordering::Less) => self.increasing(Fun::Log),
            _ => Unknown,
        }
    }

    /// The root of this order; not known of what may be negative.
    fn nth_root(&self, n: usize) -> Self {
        match self {
            Self::Exact(x) if *x < RBig::ZERO => Unknown,
            Self::Exact(x) => match exact_root(x, n) {
                Some(root) => Self::Exact(root),
                None => self.increasing(if n == 2 { Fun::Sqrt } else { Fun::Root(n) }),
            },
            Between(pair) if float::is_negative(&pair.0) => Unknown,
            Between(_) => self.increasing(if n == 2 { Fun::Sqrt } else { Fun::Root(n) }),
            Unknown | Infinite { .. } => Unknown,
        }
    }

    /// Sine or cosine: monotone between the extremes at multiples of half a turn.
    fn wave(&self, f: Fun) -> Self {
        if self.is_zero() {
            return if f == Fun::Cos { Self::one() } else { Self::zero() };
        }
        let Some((lo, hi)) = self.ends() else { return Unknown };
        let bits = bits();
        let all = || Self::between(Some(float::neg(&float::one())), Some(float::one()));
        // Extremes are at k pi for the cosine, at (k + 1/2) pi for the sine: count them between the ends.
        let turns = |x: &Float| -> Option<(IBig, IBig)> {
            let x = Self::Exact(float::to_rational(x));
            let mut turns = x.div(&Self::pi().0);
            if f == Fun::Sin {
                turns = turns.sub(&Self::Exact(half()));
            }
            let (a, b) = turns.ends()?;
            Some((float::floor(&a)?, float::floor(&b)?))
        };
        let (Some((first, sure_first)), Some((sure_last, last))) = (turns(&lo), turns(&hi)) else { return all() };
        // Between two extremes the function is monotone; an uncertain count means that an end is next to one.
        if first != sure_first || sure_last != last {
            return all_or_near(self, f, all());
        }
        let values = |way: Way| -> Option<(Float, Float)> {
            Some((float::fun(way, bits, f, &lo)?, float::fun(way, bits, f, &hi)?))
        };
        let (Some((a, b)), Some((c, d))) = (values(Way::Down), values(Way::Up)) else { return all() };
        let (mut low, mut high) = (a.min(b), c.max(d));
        // Extremes inside, at k = first + 1 ..= last: even ones are maxima.
        let count = &last - &first;
        if count >= IBig::ONE {
            let even_first = (&first & IBig::ONE) == IBig::ONE;
            if count >= IBig::from(2) || even_first {
                high = float::one();
            }
            if count >= IBig::from(2) || !even_first {
                low = float::neg(&float::one());
            }
        }
        Self::between(Some(low), Some(high))
    }

    fn tangent(&self) -> Self {
        if self.is_zero() { Self::zero() } else { self.wave(Fun::Sin).div(&self.wave(Fun::Cos)) }
    }

    /// The arc sine or cosine; not known of what may lie outside of `[-1, 1]`.
    fn arc(&self, f: Fun) -> Self {
        match (f, self) {
            (Fun::Asin, x) if x.is_zero() => return Self::zero(),
            (Fun::Acos, Self::Exact(x)) if x.is_one() => return Self::zero(),
            _ => {}
        }
        let Some((lo, hi)) = self.ends() else { return Unknown };
        let one = float::one();
        if hi > one || lo < float::neg(&one) {
            return Unknown;
        }
        let bits = bits();
        if f == Fun::Acos {
            return Self::between(float::fun(Way::Down, bits, f, &hi), float::fun(Way::Up, bits, f, &lo));
        }
        self.increasing(f)
    }
}

/// Sine or cosine where the ends are next to an extreme: Lipschitz with constant one, so no further from the value at the middle than
/// half the width; of a wide enclosure, everything.
fn all_or_near(x: &Ball, f: Fun, all: Ball) -> Ball {
    let Some((lo, hi)) = x.enclosure() else { return all };
    let (middle, radius) = ((&lo + &hi) * half(), (&hi - &lo) * half());
    if radius >= RBig::ONE {
        return all;
    }
    let bits = bits();
    let Some((a, b)) = Ball::from(middle).ends() else { return all };
    // The middle, rounded, is off by less than the ends of its own enclosure.
    let slack = Ball::from(float::to_rational(&b) - float::to_rational(&a)).add(&Ball::from(radius));
    let value = Ball::between(float::fun(Way::Down, bits, f, &a), float::fun(Way::Up, bits, f, &a));
    let near = value.widened(&slack);
    let one = Ball::one();
    near.min(&one).max(&one.neg())
}

fn half() -> RBig {
    RBig::from_parts(IBig::ONE, UBig::from(2_u8))
}

/// The root, if it is rational.
fn exact_root(x: &RBig, n: usize) -> Option<RBig> {
    let root = |x: &UBig| -> Option<UBig> {
        let root = x.nth_root(n);
        (root.pow(n) == *x).then_some(root)
    };
    let (numerator, denominator) = x.clone().into_parts();
    let numerator = root(&UBig::try_from(numerator).ok()?)?;
    Some(RBig::from_parts(IBig::from(numerator), root(&denominator)?))
}

impl Number for Ball {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        match RBig::try_from(x) {
            Ok(x) => Self::Exact(x),
            Err(_) if x.is_nan() => Unknown,
            Err(_) => Infinite { negative: x < 0.0 },
        }
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::from_f64(x[0])
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (Self::from(x.clone()), Self::zero())
    }

    fn pi() -> (Self, Self) {
        let bits = bits();
        (Self::between(float::pi(Way::Down, bits), float::pi(Way::Up, bits)), Self::zero())
    }

    fn to_f64(&self, _lane: usize) -> f64 {
        match self {
            Unknown => f64::NAN,
            Self::Exact(x) => x.to_f64().value(),
            Between(pair) => {
                let (lo, hi) = (float::to_rational(&pair.0), float::to_rational(&pair.1));
                ((lo + hi) * half()).to_f64().value()
            }
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
        if self.is_zero() && b.is_known() {
            return b.clone();
        }
        if b.is_zero() && self.is_known() {
            return self.clone();
        }
        self.binary(
            b,
            |x, y| x + y,
            |bits, (a, b), (c, d)| {
                Self::between(float::add(Way::Down, bits, &a, &c), float::add(Way::Up, bits, &b, &d))
            },
        )
    }

    fn sub(&self, b: &Self) -> Self {
        if b.is_zero() && self.is_known() {
            return self.clone();
        }
        self.binary(
            b,
            |x, y| x - y,
            |bits, (a, b), (c, d)| {
                Self::between(float::sub(Way::Down, bits, &a, &d), float::sub(Way::Up, bits, &b, &c))
            },
        )
    }

    fn mul(&self, b: &Self) -> Self {
        if (self.is_zero() && b.is_known()) || (b.is_zero() && self.is_known()) {
            return Self::zero();
        }
        self.binary(
            b,
            |x, y| x * y,
            |bits, (a, b), (c, d)| {
                let negative = float::is_negative;
                // Which products are the extremes follows from the signs of the ends.
                let ends = match (negative(&a), negative(&b), negative(&c), negative(&d)) {
                    (false, _, false, _) => Some((&a, &c, &b, &d)),
                    (false, _, true, true) => Some((&b, &c, &a, &d)),
                    (false, _, true, false) => Some((&b, &c, &b, &d)),
                    (true, true, false, _) => Some((&a, &d, &b, &c)),
                    (true, true, true, true) => Some((&b, &d, &a, &c)),
                    (true, true, true, false) => Some((&a, &d, &a, &c)),
                    (true, false, false, _) => Some((&a, &d, &b, &d)),
                    (true, false, true, true) => Some((&b, &c, &a, &c)),
                    (true, false, true, false) => None,
                };
                match ends {
                    Some((p, q, r, s)) => {
                        Self::between(float::mul(Way::Down, bits, p, q), float::mul(Way::Up, bits, r, s))
                    }
                    None => {
                        let least = |p: &Float, q: &Float, r: &Float, s: &Float, way: Way| -> Option<(Float, Float)> {
                            Some((float::mul(way, bits, p, q)?, float::mul(way, bits, r, s)?))
                        };
                        let low = least(&a, &d, &b, &c, Way::Down).map(|(x, y)| x.min(y));
                        let high = least(&a, &c, &b, &d, Way::Up).map(|(x, y)| x.max(y));
                        Self::between(low, high)
                    }
                }
            },
        )
    }

    fn div(&self, b: &Self) -> Self {
        if b.contains_zero() || !b.is_known() {
            return Unknown;
        }
        if self.is_zero() {
            return Self::zero();
        }
        self.binary(
            b,
            |x, y| x / y,
            |bits, (a, b), (c, d)| {
                let negative = float::is_negative;
                let (p, q, r, s) = match (negative(&a), negative(&b), negative(&c)) {
                    (false, _, false) => (&a, &d, &b, &c),
                    (false, _, true) => (&b, &d, &a, &c),
                    (true, true, false) => (&a, &c, &b, &d),
                    (true, true, true) => (&b, &c, &a, &d),
                    (true, false, false) => (&a, &c, &b, &c),
                    (true, false, true) => (&b, &d, &a, &d),
                };
                Self::between(float::div(Way::Down, bits, p, q), float::div(Way::Up, bits, r, s))
            },
        )
    }

    fn neg(&self) -> Self {
        match self {
            Unknown => Unknown,
            Self::Exact(x) => Self::Exact(-x.clone()),
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
            Self::Exact(x) if *x < RBig::ZERO => self.neg(),
            Infinite { .. } => Infinite { negative: false },
            Self::Exact(_) | Unknown => self.clone(),
        }
    }

    fn sqrt(&self) -> Self {
        self.nth_root(2)
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).add(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        c.sub(&self.mul(b))
    }

    fn max(&self, b: &Self) -> Self {
        match (self, b) {
            (Unknown, _) | (_, Unknown) => Unknown,
            _ => match self.order(b) {
                Some(Ordering::Greater) => self.clone(),
                Some(_) => b.clone(),
                None => match (self.ends(), b.ends()) {
                    (Some((a, b)), Some((c, d))) => Self::between(Some(a.max(c)), Some(b.max(d))),
                    _ => Unknown,
                },
            },
        }
    }

    fn min(&self, b: &Self) -> Self {
        match (self, b) {
            (Unknown, _) | (_, Unknown) => Unknown,
            _ => match self.order(b) {
                Some(Ordering::Less) => self.clone(),
                Some(_) => b.clone(),
                None => match (self.ends(), b.ends()) {
                    (Some((a, b)), Some((c, d))) => Self::between(Some(a.min(c)), Some(b.min(d))),
                    _ => Unknown,
                },
            },
        }
    }

    fn floor(&self) -> Self {
        match self {
            Self::Exact(x) => Self::Exact(RBig::from(x.floor())),
            Between(pair) => match (float::floor(&pair.0), float::floor(&pair.1)) {
                (Some(a), Some(b)) if a == b => Self::from(RBig::from(a)),
                (Some(a), Some(b)) => Self::from_enclosure(&RBig::from(a), &RBig::from(b)),
                _ => Unknown,
            },
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
            Self::Exact(x) => match Exact::from(x.clone()).exp2i() {
                Exact::Known(x) => Self::from(x),
                _ => Unknown,
            },
            _ => Unknown,
        }
    }

    fn split_exponent(&self) -> (Self, Self) {
        match self {
            Self::Exact(x) => match Exact::from(x.clone()).split_exponent() {
                (Exact::Known(m), Exact::Known(e)) => (Self::from(m), Self::from(e)),
                _ => (Unknown, Unknown),
            },
            Between(pair) if !float::is_negative(&pair.0) => match (float::exponent(&pair.0), float::exponent(&pair.1))
            {
                (Some(e), Some(same)) if e == same => {
                    let m = Self::between(float::scaled(&pair.0, -e), float::scaled(&pair.1, -e));
                    (m, Self::Exact(RBig::from(e)))
                }
                _ => (Unknown, Unknown),
            },
            _ => (Unknown, Unknown),
        }
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        let value = match f {
            RealFn::Abs => x.abs(),
            RealFn::Sqrt => x.sqrt(),
            RealFn::Exp => x.exponential(),
            RealFn::Log => x.logarithm(),
            RealFn::Sin => x.wave(Fun::Sin),
            RealFn::Cos => x.wave(Fun::Cos),
            RealFn::Tan => x.tangent(),
            RealFn::Asin => x.arc(Fun::Asin),
            RealFn::Acos => x.arc(Fun::Acos),
            RealFn::Atan if x.is_zero() => Self::zero(),
            RealFn::Atan => x.increasing(Fun::Atan),
            RealFn::Floor => x.floor(),
            RealFn::Ceil => x.neg().floor().neg(),
        };
        (value, 0.0)
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        // Roots of small order keep what is rational rational; anything else goes by logarithms.
        if let Self::Exact(exponent) = y {
            let (p, q) = exponent.clone().into_parts();
            if let (Ok(p), Ok(q)) = (i64::try_from(p), usize::try_from(q))
                && q <= 16
                && p.unsigned_abs() <= 1 << 16
            {
                let mut root = if q == 1 { x.clone() } else { x.nth_root(q) };
                let mut left = p.unsigned_abs();
                let mut power = Self::one();
                while left > 0 {
                    if left & 1 == 1 {
                        power = power.mul(&root);
                    }
                    left >>= 1;
                    root = if left > 0 { root.square() } else { root };
                }
                return (if p < 0 { Self::one().div(&power) } else { power }, 0.0);
            }
        }
        (y.mul(&x.logarithm()).exponential(), 0.0)
    }

    fn square(&self) -> Self {
        match self {
            Self::Exact(x) => Self::from(x * x),
            Between(pair) => {
                let bits = bits();
                let (lo, hi) = (&pair.0, &pair.1);
                let (near, far) = match (float::is_negative(lo), float::is_negative(hi)) {
                    (false, _) => (lo.clone(), hi.clone()),
                    (true, true) => (float::neg(hi), float::neg(lo)),
                    (true, false) => (float::zero(), float::neg(lo).max(hi.clone())),
                };
                Self::between(float::mul(Way::Down, bits, &near, &near), float::mul(Way::Up, bits, &far, &far))
            }
            Unknown | Infinite { .. } => Unknown,
        }
    }

    fn sum_of_squares(a: &[Self]) -> Self {
        a.iter().fold(Self::zero(), |sum, x| sum.add(&x.square()))
    }

    fn matmul(a: &[Self], b: &[Self], out: &mut [Self], m: usize, k: usize, n: usize) {
        if let (Some(left), Some(right)) = (Cleared::rows(a, m, k), Cleared::columns(b, k, n)) {
            for i in 0..m {
                for j in 0..n {
                    let (row, column) = (&left.lines[i], &right.lines[j]);
                    let mut sum = IBig::ZERO;
                    for (x, y) in row.1.iter().zip(&column.1) {
                        sum += x * y;
                    }
                    out[i * n + j] = Self::from(RBig::from_parts(sum, &row.0 * &column.0));
                }
            }
            return;
        }
        for i in 0..m {
            for j in 0..n {
                let mut sum = Self::zero();
                for l in 0..k {
                    sum = a[i * k + l].mul_add(&b[l * n + j], &sum);
                }
                out[i * n + j] = sum;
            }
        }
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    fn eigenvalue(_n: usize, _i: usize, _a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (Unknown, Self::zero())
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

    fn inverse(_n: usize, _a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        out.fill(Unknown);
        (Self::zero(), 0)
    }

    fn determinant(_n: usize, _a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (Unknown, Self::zero())
    }
}

/// Rows or columns of rationals, each as integers over one denominator, so that a product reduces a fraction an entry, not one a step.
struct Cleared {
    lines: Vec<(UBig, Vec<IBig>)>,
}

impl Cleared {
    fn rows(a: &[Ball], m: usize, k: usize) -> Option<Self> {
        Self::new(m, k, |i, l| &a[i * k + l])
    }

    fn columns(b: &[Ball], k: usize, n: usize) -> Option<Self> {
        Self::new(n, k, |j, l| &b[l * n + j])
    }

    fn new<'a>(lines: usize, len: usize, at: impl Fn(usize, usize) -> &'a Ball) -> Option<Self> {
        let mut out = Vec::with_capacity(lines);
        for i in 0..lines {
            let mut denominator = UBig::ONE;
            for l in 0..len {
                let q = at(i, l).rational()?.denominator();
                if !q.is_one() && *q != denominator {
                    use dashu_int::ops::Gcd;
                    denominator = &denominator / (&denominator).gcd(q) * q;
                }
                if denominator.bit_len() > EXACT_BITS {
                    return None;
                }
            }
            let mut entries = Vec::with_capacity(len);
            for l in 0..len {
                let x = at(i, l).rational()?;
                entries.push(x.numerator() * (&denominator / x.denominator()));
            }
            out.push((denominator, entries));
        }
        Some(Self { lines: out })
    }
}

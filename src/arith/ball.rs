//! Certified reals: exact rationals as long as they last, then enclosures with directed rounding.
//!
//! A [`Ball`] is a rational, or two floats with the number between them, or *not known*. A value stays an exact rational until an
//! operation is irrational or it grows past [`EXACT_BITS`]; from there on it is an enclosure at the thread's working precision
//! ([`with_bits`]). So boundary cases of what is rational are decided, and everything else is enclosed as narrowly as one asks.
//!
//! Comparisons answer *certainly*: two masks that are both clear mean that the enclosures overlap. Not known is passed on by every
//! operation, and so nothing that is known rests on it.
//!
//! Here are the type, its conversions and its order. Arithmetic is in `ball_number`, functions of one real in `ball_real`.
//!
//! Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, *Introduction to Interval Analysis* (2009), chapters 2 and 5.

use super::float::{self, Float, Way};
use dashu_int::IBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;
use std::cell::Cell;
use std::cmp::Ordering;

/// Bits of numerator and denominator together that a rational may have and stay one.
pub const EXACT_BITS: usize = 1 << 14;

/// The least and the greatest working precision.
const PRECISIONS: (usize, usize) = (16, 1 << 16);

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
    let _restore = Restore(BITS.replace(bits.clamp(PRECISIONS.0, PRECISIONS.1)));
    f()
}

/// One certified real.
#[derive(Clone, Debug, Default)]
pub enum Ball {
    #[default]
    Unknown,
    Exact(RBig),
    /// `lo < hi`, and the number lies between them, or is one of them.
    Between(Box<(Float, Float)>),
    /// A start that nothing has replaced yet, or the margin of an empty order.
    Infinite {
        negative: bool,
    },
}

use Ball::{Between, Exact, Infinite, Unknown};

/// One end of what is known of a number.
#[derive(Clone, Copy)]
enum End<'a> {
    Rational(&'a RBig),
    Float(&'a Float),
    Infinite { negative: bool },
}

impl End<'_> {
    fn cmp(self, other: Self) -> Ordering {
        let rank = |x: Self| match x {
            End::Infinite { negative: true } => -1,
            End::Infinite { negative: false } => 1,
            End::Rational(_) | End::Float(_) => 0,
        };
        match (self, other) {
            (End::Rational(x), End::Rational(y)) => x.cmp(y),
            (End::Float(x), End::Float(y)) => float::compare(x, y),
            (End::Rational(x), End::Float(y)) => float::compare_rational(x, y),
            (End::Float(x), End::Rational(y)) => float::compare_rational(y, x).reverse(),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// Bits of numerator and denominator together.
pub(super) fn size(x: &RBig) -> usize {
    x.numerator().bit_len() + x.denominator().bit_len()
}

impl From<RBig> for Ball {
    /// The rational, or its enclosure if it is too long.
    fn from(x: RBig) -> Self {
        if size(&x) <= EXACT_BITS { Exact(x) } else { Self::enclosing(&x, &x) }
    }
}

impl Ball {
    /// What lies between two floats, rounded down and up; a rational where they are one.
    pub fn between(lo: Option<Float>, hi: Option<Float>) -> Self {
        let (Some(lo), Some(hi)) = (lo, hi) else { return Unknown };
        match float::compare(&lo, &hi) {
            Ordering::Less => Between(Box::new((lo, hi))),
            Ordering::Equal if float::rational_bits(&lo) <= EXACT_BITS => Exact(float::to_rational(&lo)),
            Ordering::Equal => {
                // Known to the last bit, and too long for a rational: one bit more than that.
                let bits = bits();
                let place = float::magnitude(&lo).saturating_sub_unsigned(bits);
                Self::between(Some(lo), float::add(Way::Up, bits, &hi, &float::of_parts(IBig::ONE, place)))
            }
            Ordering::Greater => Unknown,
        }
    }

    /// Two rationals rounded outwards.
    pub(super) fn enclosing(lo: &RBig, hi: &RBig) -> Self {
        let bits = bits();
        Self::between(float::of_rational(Way::Down, bits, lo), float::of_rational(Way::Up, bits, hi))
    }

    /// Any number between two rationals; not known if they are in the wrong order.
    pub fn from_enclosure(lo: &RBig, hi: &RBig) -> Self {
        match lo.cmp(hi) {
            Ordering::Less => Self::enclosing(lo, hi),
            Ordering::Equal => Self::from(lo.clone()),
            Ordering::Greater => Unknown,
        }
    }

    pub fn is_exact(&self) -> bool {
        matches!(self, Exact(_))
    }

    pub fn is_known(&self) -> bool {
        matches!(self, Exact(_) | Between(_))
    }

    /// The rational, where it is one.
    pub fn rational(&self) -> Option<&RBig> {
        match self {
            Exact(x) => Some(x),
            Between(_) | Unknown | Infinite { .. } => None,
        }
    }

    /// Floats on either side; those of a rational at working precision.
    pub fn ends(&self) -> Option<(Float, Float)> {
        match self {
            Exact(x) => {
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
            Exact(x) => Some((x.clone(), x.clone())),
            Between(pair) => Some((float::to_rational(&pair.0), float::to_rational(&pair.1))),
            Unknown | Infinite { .. } => None,
        }
    }

    /// Certainly zero.
    pub fn is_zero(&self) -> bool {
        matches!(self, Exact(x) if x.is_zero())
    }

    /// Whether the number may be zero.
    pub fn contains_zero(&self) -> bool {
        match self {
            Exact(x) => x.is_zero(),
            Between(pair) => !float::is_negative(&pair.1) && (float::is_negative(&pair.0) || float::is_zero(&pair.0)),
            Unknown => true,
            Infinite { .. } => false,
        }
    }

    /// The same with ends of working precision.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let Between(pair) = self else { return self.clone() };
        let bits = bits();
        Self::between(float::round(Way::Down, bits, &pair.0), float::round(Way::Up, bits, &pair.1))
    }

    /// The smallest enclosure of both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        match (self, other) {
            (Exact(x), Exact(y)) if x == y => self.clone(),
            _ => match (self.ends(), other.ends()) {
                (Some((a, b)), Some((c, d))) => Self::between(Some(float::min(a, c)), Some(float::max(b, d))),
                _ => Unknown,
            },
        }
    }

    /// Everything within `radius` of the number (within its absolute value, were it negative).
    #[must_use]
    pub fn widened(&self, radius: &Self) -> Self {
        if radius.is_zero() {
            return self.clone();
        }
        let (Some((lo, hi)), Some(r)) = (self.ends(), radius.mag()) else { return Unknown };
        let bits = bits();
        Self::between(float::sub(Way::Down, bits, &lo, &r), float::add(Way::Up, bits, &hi, &r))
    }

    /// An upper bound of the absolute value.
    pub fn mag(&self) -> Option<Float> {
        let (lo, hi) = self.ends()?;
        Some(float::max(float::neg(&lo), hi))
    }

    /// What the number is certainly at least, and at most.
    fn bounds(&self) -> Option<(End<'_>, End<'_>)> {
        match self {
            Exact(x) => Some((End::Rational(x), End::Rational(x))),
            Between(pair) => Some((End::Float(&pair.0), End::Float(&pair.1))),
            Infinite { negative } => {
                Some((End::Infinite { negative: *negative }, End::Infinite { negative: *negative }))
            }
            Unknown => None,
        }
    }

    /// An order that is certain.
    pub fn order(&self, b: &Self) -> Option<Ordering> {
        let ((lo, hi), (low, high)) = (self.bounds()?, b.bounds()?);
        if hi.cmp(low).is_lt() {
            Some(Ordering::Less)
        } else if lo.cmp(high).is_gt() {
            Some(Ordering::Greater)
        } else if hi.cmp(low).is_eq() && lo.cmp(high).is_eq() {
            // Each within the other, so both are points.
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// Whether this is certainly at most `b`.
    pub fn at_most(&self, b: &Self) -> bool {
        matches!((self.bounds(), b.bounds()), (Some((_, hi)), Some((low, _))) if hi.cmp(low).is_le())
    }

    /// Whether every number that this may be is one that `other` may be.
    pub fn is_within(&self, other: &Self) -> bool {
        matches!((self.bounds(), other.bounds()), (Some((lo, hi)), Some((low, high)))
            if lo.cmp(low).is_ge() && hi.cmp(high).is_le())
    }

    /// Certainly greater than zero.
    pub fn is_positive(&self) -> bool {
        match self {
            Exact(x) => *x > RBig::ZERO,
            Between(pair) => !float::is_negative(&pair.0) && !float::is_zero(&pair.0),
            Unknown | Infinite { .. } => false,
        }
    }
}

//! Rationals whose power of two stands apart: `n/d 2^e` in lowest terms, `n` and `d` odd.
//!
//! What is drawn is an `f64`, and what is rounded is dyadic, so that `d = 1` nearly always: then nothing is reduced, where a common fraction takes a
//! greatest common divisor of long numbers for every sum and product, and most of the time. No more functions than the second path calls.

use dashu_int::ops::{BitTest, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Clone, PartialEq, Eq)]
pub struct Rational {
    /// Odd, or 0.
    n: IBig,
    /// Odd; 1 beside 0.
    d: UBig,
    /// 0 beside 0.
    e: i64,
}

impl Rational {
    pub const ZERO: Self = Self { n: IBig::ZERO, d: UBig::ONE, e: 0 };

    /// `p/q`; `q` is not 0.
    pub fn new(p: impl Into<IBig>, q: impl Into<UBig>) -> Self {
        let (p, mut q) = (p.into(), q.into());
        let twos = q.trailing_zeros().expect("no division by 0");
        q >>= twos;
        Self::reduced(p, q, -(twos as i64))
    }

    /// `2^e`
    pub fn two(e: i64) -> Self {
        Self { n: IBig::ONE, d: UBig::ONE, e }
    }

    /// `n/d 2^e`, where `d` is odd.
    fn reduced(mut n: IBig, mut d: UBig, e: i64) -> Self {
        let Some(twos) = n.trailing_zeros() else { return Self::ZERO };
        if twos > 0 {
            n >>= twos;
        }
        if d != UBig::ONE {
            let common = (&n).gcd(&d);
            if common != UBig::ONE {
                n /= IBig::from(common.clone());
                d /= common;
            }
        }
        Self { n, d, e: e + twos as i64 }
    }

    pub fn is_positive(&self) -> bool {
        self.n > IBig::ZERO
    }

    pub fn is_negative(&self) -> bool {
        self.n < IBig::ZERO
    }

    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    pub fn numerator(&self) -> IBig {
        &self.n << self.e.max(0) as usize
    }

    pub fn denominator(&self) -> UBig {
        &self.d << (-self.e).max(0) as usize
    }

    /// The whole number that it is, if it is one.
    pub fn whole(&self) -> Option<IBig> {
        (self.d == UBig::ONE && self.e >= 0).then(|| self.numerator())
    }

    /// About the binary logarithm of the size, which is from `2^(e-1)` to `2^(e+1)`.
    pub fn exponent(&self) -> i64 {
        (&self.n).unsigned_abs().bit_len() as i64 - self.d.bit_len() as i64 + self.e
    }

    /// Bits of its odd parts.
    pub fn length(&self) -> u64 {
        ((&self.n).unsigned_abs().bit_len() + self.d.bit_len()) as u64
    }

    pub fn floor(&self) -> IBig {
        match (self.d == UBig::ONE, self.e) {
            // Rounded down, as shifts are.
            (true, e) if e < 0 => &self.n >> e.unsigned_abs() as usize,
            (true, _) => self.numerator(),
            (false, _) => {
                use dashu_int::ops::DivEuclid;
                self.numerator().div_euclid(IBig::from(self.denominator()))
            }
        }
    }

    /// Times `2^e`.
    pub fn scaled(&self, e: i64) -> Self {
        if self.n == IBig::ZERO { Self::ZERO } else { Self { e: self.e + e, ..self.clone() } }
    }

    /// Of a number that is not 0.
    pub fn recip(&self) -> Self {
        let d = IBig::from(self.d.clone());
        let n = if self.is_negative() { -d } else { d };
        Self { n, d: (&self.n).unsigned_abs(), e: -self.e }
    }

    pub fn pow(&self, k: usize) -> Self {
        if k == 0 {
            return 1.into();
        }
        Self { n: self.n.pow(k), d: self.d.pow(k), e: self.e * k as i64 }
    }

    /// That of the least denominator from `lo` to `hi`, `lo < hi`.
    pub fn simplest_in(lo: &Self, hi: &Self) -> Self {
        RBig::simplest_in(lo.into(), hi.into()).into()
    }

    pub fn to_f64(&self) -> f64 {
        RBig::from(self).to_f64().value()
    }
}

impl From<i64> for Rational {
    fn from(x: i64) -> Self {
        Self::new(x, 1_u8)
    }
}

impl From<IBig> for Rational {
    fn from(x: IBig) -> Self {
        Self::new(x, 1_u8)
    }
}

impl From<RBig> for Rational {
    fn from(x: RBig) -> Self {
        let (p, q) = x.into_parts();
        Self::new(p, q)
    }
}

impl From<&Rational> for RBig {
    fn from(x: &Rational) -> Self {
        Self::from_parts(x.numerator(), x.denominator())
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RBig::from(self).fmt(f)
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RBig::from(self).fmt(f)
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.n.signum().cmp(&other.n.signum());
        if signs != Ordering::Equal || self.n == IBig::ZERO {
            return signs;
        }
        // Sizes that are a power of two apart.
        let (x, y) = (self.exponent(), other.exponent());
        if x.abs_diff(y) > 2 {
            return if self.is_negative() { y.cmp(&x) } else { x.cmp(&y) };
        }
        let least = self.e.min(other.e);
        let aligned = |x: &Self| &x.n << (x.e - least) as usize;
        if self.d == other.d {
            return aligned(self).cmp(&aligned(other));
        }
        (aligned(self) * &other.d).cmp(&(aligned(other) * &self.d))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add for &Rational {
    type Output = Rational;
    fn add(self, other: Self) -> Rational {
        if self.n == IBig::ZERO {
            return other.clone();
        }
        if other.n == IBig::ZERO {
            return self.clone();
        }
        let e = self.e.min(other.e);
        let aligned = |x: &Rational| &x.n << (x.e - e) as usize;
        if self.d == other.d {
            return Rational::reduced(aligned(self) + aligned(other), self.d.clone(), e);
        }
        let n = aligned(self) * &other.d + aligned(other) * &self.d;
        Rational::reduced(n, &self.d * &other.d, e)
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational { n: -&self.n, d: self.d.clone(), e: self.e }
    }
}

impl Sub for &Rational {
    type Output = Rational;
    fn sub(self, other: Self) -> Rational {
        self + &-other
    }
}

impl Mul for &Rational {
    type Output = Rational;
    fn mul(self, other: Self) -> Rational {
        let (n, e) = (&self.n * &other.n, self.e + other.e);
        if n == IBig::ZERO {
            return Rational::ZERO;
        }
        if self.d == UBig::ONE && other.d == UBig::ONE {
            return Rational { n, d: UBig::ONE, e };
        }
        Rational::reduced(n, &self.d * &other.d, e)
    }
}

impl Div for &Rational {
    type Output = Rational;
    #[expect(clippy::suspicious_arithmetic_impl, reason = "a quotient is the product with the reciprocal")]
    fn div(self, other: Self) -> Rational {
        self * &other.recip()
    }
}

/// The same of values.
macro_rules! of_values {
    ($($operation:ident $call:ident),*) => {$(
        impl $operation for Rational {
            type Output = Self;
            fn $call(self, other: Self) -> Self {
                (&self).$call(&other)
            }
        }
        impl $operation<&Self> for Rational {
            type Output = Self;
            fn $call(self, other: &Self) -> Self {
                (&self).$call(other)
            }
        }
        impl $operation<Rational> for &Rational {
            type Output = Rational;
            fn $call(self, other: Rational) -> Rational {
                self.$call(&other)
            }
        }
    )*};
}
of_values!(Add add, Sub sub, Mul mul, Div div);

impl Neg for Rational {
    type Output = Self;
    fn neg(self) -> Self {
        -&self
    }
}

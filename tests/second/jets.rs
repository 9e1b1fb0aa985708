//! Numbers that know their derivatives: polynomials in nilpotent units e0, e1, .. (`e^2 = 0`), one for each `D` around.
//!
//! Part `s` is the coefficient of the product of the units whose bits are set in `s`; a plain number has part 0 alone. A function takes
//! `a + b e` to `f(a) + f'(a) b e`, where `a` and `b` have the units below `e`.

use super::rational::Rational;
use super::values::{Interval, Maybe, Stop};
use std::ops::{Add, Mul, Neg, Sub};

#[derive(Clone, Debug, PartialEq)]
pub struct Jet {
    /// As many as a power of two.
    parts: Vec<Interval>,
}

impl From<Interval> for Jet {
    fn from(x: Interval) -> Self {
        Self { parts: vec![x] }
    }
}

impl From<i64> for Jet {
    fn from(x: i64) -> Self {
        Interval::from(x).into()
    }
}

impl Add for &Jet {
    type Output = Jet;
    fn add(self, other: Self) -> Jet {
        let (long, short) = if self.parts.len() < other.parts.len() { (other, self) } else { (self, other) };
        let mut sum = long.clone();
        for (part, more) in sum.parts.iter_mut().zip(&short.parts) {
            *part = &*part + more;
        }
        sum
    }
}

impl Neg for &Jet {
    type Output = Jet;
    fn neg(self) -> Jet {
        Jet { parts: self.parts.iter().map(|x| -x).collect() }
    }
}

impl Sub for &Jet {
    type Output = Jet;
    fn sub(self, other: Self) -> Jet {
        self + &-other
    }
}

impl Mul for &Jet {
    type Output = Jet;
    fn mul(self, other: Self) -> Jet {
        if let (Some(x), Some(y)) = (self.plain(), other.plain()) {
            return (x * y).into();
        }
        let mut parts = vec![Interval::from(0); self.parts.len().max(other.parts.len())];
        for (s, x) in self.parts.iter().enumerate().filter(|x| !x.1.is_zero()) {
            for (t, y) in other.parts.iter().enumerate().filter(|y| s & y.0 == 0 && !y.1.is_zero()) {
                parts[s | t] = &parts[s | t] + &(x * y);
            }
        }
        Jet { parts }
    }
}

impl Jet {
    /// The number itself.
    pub fn real(&self) -> &Interval {
        &self.parts[0]
    }

    /// What moves alone: the number without its real part.
    pub fn nilpotent(&self) -> Self {
        let mut parts = self.parts.clone();
        parts[0] = 0.into();
        Self { parts }
    }

    /// It, if it does not move. What moves with a derivative of 0 does: of `sqrt(x^2)` there is none at 0.
    pub fn plain(&self) -> Option<&Interval> {
        (self.parts.len() == 1).then(|| self.real())
    }

    /// `self + direction e` with the `level`-th unit.
    pub fn moved(&self, direction: &Self, level: usize) -> Self {
        self.join(direction, 1 << level)
    }

    /// The coefficient of the `level`-th unit.
    pub fn derivative(&self, level: usize) -> Self {
        let upper = self.parts.get(1 << level..).unwrap_or_default();
        if upper.is_empty() { 0.into() } else { Self { parts: upper.to_vec() } }
    }

    fn join(&self, upper: &Self, half: usize) -> Self {
        let padded =
            |jet: &Self| jet.parts.iter().cloned().chain(std::iter::repeat(0.into())).take(half).collect::<Vec<_>>();
        Self { parts: [padded(self), padded(upper)].concat() }
    }

    /// `f`, of which `slope` is the derivative (told the value, too).
    fn lift(
        &self,
        f: &dyn Fn(&Interval) -> Maybe<Interval>,
        slope: &dyn Fn(&Self, &Self) -> Maybe<Self>,
    ) -> Maybe<Self> {
        if let Some(x) = self.plain() {
            return Ok(f(x)?.into());
        }
        let half = self.parts.len() / 2;
        let (low, high) = (Self { parts: self.parts[..half].to_vec() }, Self { parts: self.parts[half..].to_vec() });
        let value = low.lift(f, slope)?;
        let upper = &slope(&low, &value)? * &high;
        Ok(value.join(&upper, half))
    }

    pub fn recip(&self) -> Maybe<Self> {
        self.lift(&|x| x.recip(), &|_, y| Ok(-&(y * y)))
    }

    pub fn sqrt(&self) -> Maybe<Self> {
        self.lift(&|x| x.sqrt(), &|_, y| (y + y).recip())
    }

    pub fn exp(&self) -> Maybe<Self> {
        self.lift(&|x| x.exp(), &|_, y| Ok(y.clone()))
    }

    pub fn log(&self) -> Maybe<Self> {
        self.lift(&|x| x.log(), &|x, _| x.recip())
    }

    pub fn sin(&self) -> Maybe<Self> {
        self.lift(&|x| x.sin(), &|x, _| x.cos())
    }

    pub fn cos(&self) -> Maybe<Self> {
        self.lift(&|x| x.cos(), &|x, _| Ok(-&x.sin()?))
    }

    pub fn atan(&self) -> Maybe<Self> {
        self.lift(&|x| x.atan(), &|x, _| (&Self::from(1) + &(x * x)).recip())
    }

    pub fn asin(&self) -> Maybe<Self> {
        self.lift(&|x| x.asin(), &|x, _| (&Self::from(1) - &(x * x)).sqrt()?.recip())
    }

    pub fn abs(&self) -> Maybe<Self> {
        if let Some(x) = self.plain() {
            return Ok(x.abs().into());
        }
        let zero = Interval::from(0);
        if self.real().is_zero() {
            return Err(Stop::Undefined);
        }
        Ok(if self.real().less(&zero)? { -self } else { self.clone() })
    }

    pub fn min(&self, other: &Self) -> Maybe<Self> {
        if let (Some(x), Some(y)) = (self.plain(), other.plain()) {
            return Ok(x.min(y).into());
        }
        if self.real().equal(other.real()) == Ok(true) {
            return Err(Stop::Undefined);
        }
        Ok(if self.real().less(other.real())? { self.clone() } else { other.clone() })
    }

    pub fn powi(&self, n: i64) -> Maybe<Self> {
        if n < 0 {
            return self.recip()?.powi(-n);
        }
        self.lift(&|x| Ok(x.powi(n as u64)), &|x, _| Ok(if n == 0 { 0.into() } else { &x.powi(n - 1)? * &n.into() }))
    }

    pub fn pow(&self, exponent: &Self) -> Maybe<Self> {
        let whole = exponent.plain().and_then(|y| y.integer().ok()).filter(|n| n.unsigned_abs() < 1 << 20);
        if let Some(n) = whole {
            return self.powi(n);
        }
        if let (Some(x), Some(y)) = (self.plain(), exponent.plain()) {
            let half = y.exact() == Some(&Rational::two(-1));
            return Ok(if half { x.sqrt()? } else { x.pow(y)? }.into());
        }
        (&self.log()? * exponent).exp()
    }
}

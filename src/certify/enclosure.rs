//! A real between two rationals.

use crate::arith::ball::Ball;
use crate::case::values::{Towards, decimal};
use dashu_ratio::RBig;

/// Equal ends: the number is known exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    pub lo: RBig,
    pub hi: RBig,
}

/// Digits that are shown.
const DIGITS: usize = 12;

impl Enclosure {
    pub fn of(ball: &Ball) -> Option<Self> {
        ball.enclosure().map(|(lo, hi)| Self { lo, hi })
    }

    pub fn is_exact(&self) -> bool {
        self.lo == self.hi
    }

    /// Whether it is zero beyond doubt.
    pub fn is_zero(&self) -> bool {
        self.lo.is_zero() && self.hi.is_zero()
    }

    /// Decimals below and above.
    pub fn decimals(&self) -> [String; 2] {
        [decimal(&self.lo, DIGITS, Towards::Below), decimal(&self.hi, DIGITS, Towards::Above)]
    }

    /// A few digits; `-1/3` where that is short.
    pub fn describe(&self) -> String {
        if self.is_exact() { crate::case::values::short(&self.lo, 12) } else { decimal(&self.lo, 3, Towards::Below) }
    }

    /// Rounded to `f64`.
    pub fn to_f64(&self) -> f64 {
        ((&self.lo + &self.hi) / RBig::from(2u8)).to_f64().value()
    }
}

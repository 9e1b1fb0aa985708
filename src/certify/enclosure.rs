//! A real between two rationals, and how two of them are shown beside each other.

use super::{Relation, Sides};
use crate::arith::ball::Ball;
use crate::case::values::{Towards, decimal, parse_rational};
use dashu_int::UBig;
use dashu_ratio::RBig;

/// Equal ends: the number is known exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    pub lo: RBig,
    pub hi: RBig,
}

/// Digits that are shown of the ends.
const DIGITS: usize = 12;

/// A rational of at most so many characters is shown as it is.
const SHORT: usize = 12;

/// As many digits as it takes to tell two sides apart, up to the last of these.
const STEPS: [usize; 10] = [3, 4, 6, 9, 12, 16, 20, 25, 30, 40];

/// A fraction longer than this is not compared at sight: decimals stand beside it.
const AT_SIGHT: usize = 5;

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

    /// A few digits, `≈` before rounded ones; `-1/3` where that is short.
    pub fn describe(&self) -> String {
        self.short().unwrap_or_else(|| self.rounded(STEPS[0]).text())
    }

    /// Rounded to `f64`.
    pub fn to_f64(&self) -> f64 {
        self.middle().to_f64().value()
    }

    fn middle(&self) -> RBig {
        (&self.lo + &self.hi) / RBig::from(2_u8)
    }

    /// The number itself, if it is known and short.
    fn short(&self) -> Option<String> {
        let text = self.is_exact().then(|| crate::case::values::short(&self.lo, SHORT))?;
        (!text.starts_with('≈')).then_some(text)
    }

    /// To the nearest, as numbers in `f64` are shown in the same report: rounded to one side, a violation would look greater, or two
    /// sides that differ the wrong way round.
    fn rounded(&self, digits: usize) -> Rounded {
        let middle = self.middle();
        let (below, above) = (decimal(&middle, digits, Towards::Below), decimal(&middle, digits, Towards::Above));
        let exact = self.is_exact() && below == above;
        let (lo, hi) = (value_of(&below), value_of(&above));
        let up = matches!((&lo, &hi), (Some(lo), Some(hi)) if hi - &middle < &middle - lo);
        let (decimal, value) = if up { (above, hi) } else { (below, lo) };
        Rounded { decimal, value, exact }
    }
}

/// A decimal near a number.
struct Rounded {
    decimal: String,
    value: Option<RBig>,
    /// It is the number.
    exact: bool,
}

impl Rounded {
    fn text(&self) -> String {
        if self.exact { self.decimal.clone() } else { format!("≈{}", self.decimal) }
    }
}

/// What [`decimal`] has written, read again.
fn value_of(decimal: &str) -> Option<RBig> {
    let (mantissa, exponent) = decimal.split_once('e').unwrap_or((decimal, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i64>().ok()? - i64::try_from(fraction.len()).ok()?;
    let digits = parse_rational(&format!("{whole}{fraction}"))?;
    let power = RBig::from(UBig::from(10_u8).pow(usize::try_from(exponent.unsigned_abs()).ok()?));
    Some(if exponent < 0 { digits / power } else { digits * power })
}

impl Sides {
    /// `0.1155 ≤ 0.1154`: a violated comparison, with as many digits as it takes to see that it is false.
    pub fn describe(&self) -> String {
        let sign = match self.relation {
            Relation::Less => "<",
            Relation::LessEqual => "≤",
            Relation::Equal => "=",
        };
        let exact = self.left.short().zip(self.right.short());
        if let Some((left, right)) = &exact {
            let at_sight = |text: &String| !text.contains('/') || text.chars().count() <= AT_SIGHT;
            if left == right || (at_sight(left) && at_sight(right)) {
                return format!("{left} {sign} {right}");
            }
        }
        let mut shown = STEPS.iter().map(|&digits| (self.left.rounded(digits), self.right.rounded(digits)));
        let apart = shown.clone().find(|(left, right)| self.is_seen_to_fail(left, right));
        let more = if apart.is_none() && self.left != self.right { ", which differ beyond 40 digits" } else { "" };
        let decimals = apart.or_else(|| shown.next_back());
        let decimals = decimals.map(|(left, right)| format!("{} {sign} {}{more}", left.text(), right.text()));
        match (exact, decimals) {
            (Some((left, right)), Some(decimals)) => format!("{left} {sign} {right}, that is {decimals}"),
            (Some((left, right)), None) => format!("{left} {sign} {right}"),
            (None, decimals) => decimals.unwrap_or_default(),
        }
    }

    /// Whether the comparison is false of the decimals too.
    fn is_seen_to_fail(&self, left: &Rounded, right: &Rounded) -> bool {
        let (Some(l), Some(r)) = (&left.value, &right.value) else { return false };
        match self.relation {
            // Rounded ones that are equal say nothing.
            Relation::Less => l > r || (l == r && left.exact && right.exact),
            Relation::LessEqual => l > r,
            Relation::Equal => l != r,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> RBig {
        parse_rational(text).unwrap()
    }

    fn exactly(text: &str) -> Enclosure {
        Enclosure { lo: q(text), hi: q(text) }
    }

    fn between(lo: &str, hi: &str) -> Enclosure {
        Enclosure { lo: q(lo), hi: q(hi) }
    }

    #[test]
    fn a_number_is_shown_rounded_to_the_nearest() {
        let root = between("-2360679774998/10000000000000", "-2360679774997/10000000000000");
        assert_eq!(root.describe(), "≈-0.236");
        assert_eq!(exactly("-113077/10000000").describe(), "≈-0.0113");
        assert_eq!(exactly("-1/3").describe(), "-1/3");
        assert_eq!(exactly("999999999999999/1000000000000000").describe(), "≈1");
        assert_eq!(exactly("1234567890125/10").describe(), "≈123000000000");
    }

    #[test]
    fn sides_are_shown_with_the_digits_that_part_them() {
        let shown = |relation, left: Enclosure, right: Enclosure| Sides { relation, left, right }.describe();
        let near = || between("115480000001/1000000000000", "115480000002/1000000000000");
        assert_eq!(shown(Relation::LessEqual, near(), exactly("187/1620")), "≈0.1155 ≤ ≈0.1154");
        assert_eq!(shown(Relation::LessEqual, exactly("4"), exactly("2")), "4 ≤ 2");
        assert_eq!(shown(Relation::Less, exactly("1/3"), exactly("1/3")), "1/3 < 1/3");
        assert_eq!(shown(Relation::Equal, exactly("47/60"), exactly("47/61")), "47/60 = 47/61");
        assert_eq!(
            shown(Relation::LessEqual, exactly("347/350"), exactly("991/1000")),
            "347/350 ≤ 991/1000, that is ≈0.9914 ≤ 0.991"
        );
        assert_eq!(
            shown(Relation::Equal, between("22000000001/10000000000", "22000000002/10000000000"), exactly("11/5")),
            "≈2.20000000015 = 2.2"
        );
        // Nothing parts what differs beyond all digits.
        let close = format!("1{}1/1{}0", "0".repeat(49), "0".repeat(49));
        assert_eq!(shown(Relation::LessEqual, exactly(&close), exactly("1")), "≈1 ≤ 1, which differ beyond 40 digits");
    }
}

//! What values a named quantity can have, as far as its interval and its expression show it.
//!
//! Enough to say that a term is not negative, so that dropping it makes a bound stronger; no more than that is tried. A range
//! is of a number, of the eigenvalues of a symmetric matrix, or of the entries of a column.

use crate::claim::model::{Claim, Named};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Interval, Sampler, Spectrum};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What a range is a range of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Number,
    /// The eigenvalues of a symmetric matrix.
    Eigenvalues,
    /// The entries of a column.
    Entries,
    /// Something that has no range: a matrix that is not symmetric, a truth value.
    Other,
}

/// Closed ends; `None` is without bound, or not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub of: Of,
    pub lo: Option<RBig>,
    pub hi: Option<RBig>,
}

/// The sign of everything in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    NotNegative,
    NotPositive,
    Unknown,
}

/// Numbers with more digits are not followed.
const MOST_BITS: usize = 2048;

impl Range {
    fn unknown(of: Of) -> Self {
        Self { of, lo: None, hi: None }
    }

    fn exactly(value: RBig) -> Self {
        Self { of: Of::Number, lo: Some(value.clone()), hi: Some(value) }
    }

    fn not_negative() -> Self {
        Self { of: Of::Number, lo: Some(RBig::ZERO), hi: None }
    }

    pub fn sign(&self) -> Sign {
        if self.lo.as_ref().is_some_and(|lo| *lo >= RBig::ZERO) {
            Sign::NotNegative
        } else if self.hi.as_ref().is_some_and(|hi| *hi <= RBig::ZERO) {
            Sign::NotPositive
        } else {
            Sign::Unknown
        }
    }

    fn neg(self) -> Self {
        Self { of: self.of, lo: self.hi.map(|x| -x), hi: self.lo.map(|x| -x) }
    }

    fn add(self, other: Self) -> Self {
        let of = if self.of == other.of { self.of } else { Of::Other };
        let join = |a: Option<RBig>, b: Option<RBig>| kept(a? + b?);
        Self { of, lo: join(self.lo, other.lo), hi: join(self.hi, other.hi) }.checked()
    }

    /// The product of two numbers, or of a number with something else.
    fn mul(self, other: Self) -> Self {
        let of = match (self.of, other.of) {
            (of, Of::Number) | (Of::Number, of) => of,
            _ => return Self::unknown(Of::Other),
        };
        // An end without bound counts as infinite; zero times that is zero, since the value itself is finite.
        let ends = |r: &Self| [(r.lo.clone(), -1i8), (r.hi.clone(), 1)];
        let mut products: Vec<Extended> = Vec::new();
        for (a, at) in ends(&self) {
            for (b, bt) in ends(&other) {
                products.push(Extended::product(Extended::of(a.clone(), at), Extended::of(b, bt)));
            }
        }
        let least = products.iter().cloned().reduce(|a, b| if b.less(&a) { b } else { a });
        let most = products.into_iter().reduce(|a, b| if a.less(&b) { b } else { a });
        Self { of, lo: least.and_then(Extended::finite), hi: most.and_then(Extended::finite) }.checked()
    }

    fn inverse(self) -> Self {
        let one = |x: RBig| if x.is_zero() { None } else { Some(RBig::ONE / x) };
        match self.sign() {
            Sign::NotNegative => {
                let lo = self.hi.and_then(one).unwrap_or(RBig::ZERO);
                Self { of: self.of, lo: Some(lo), hi: self.lo.and_then(one) }
            }
            Sign::NotPositive => self.neg().inverse().neg(),
            Sign::Unknown => Self::unknown(self.of),
        }
    }

    fn checked(self) -> Self {
        if self.of == Of::Other { Self::unknown(Of::Other) } else { self }
    }

    fn hull(self, other: Self) -> Self {
        let of = if self.of == other.of { self.of } else { Of::Other };
        let lo = self.lo.zip(other.lo).map(|(a, b)| a.min(b));
        let hi = self.hi.zip(other.hi).map(|(a, b)| a.max(b));
        Self { of, lo, hi }.checked()
    }
}

#[derive(Clone, Debug)]
enum Extended {
    Finite(RBig),
    Infinite(i8),
}

impl Extended {
    fn of(value: Option<RBig>, sign: i8) -> Self {
        value.map_or(Self::Infinite(sign), Self::Finite)
    }

    fn signum(&self) -> i8 {
        match self {
            Self::Infinite(sign) => *sign,
            Self::Finite(x) => match x.cmp(&RBig::ZERO) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            },
        }
    }

    fn product(a: Self, b: Self) -> Self {
        match (a.signum() * b.signum(), a, b) {
            (0, ..) => Self::Finite(RBig::ZERO),
            (_, Self::Finite(x), Self::Finite(y)) => Self::Finite(x * y),
            (sign, ..) => Self::Infinite(sign),
        }
    }

    fn less(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => a < b,
            (Self::Infinite(a), Self::Infinite(b)) => a < b,
            (Self::Infinite(a), Self::Finite(_)) => *a < 0,
            (Self::Finite(_), Self::Infinite(b)) => *b > 0,
        }
    }

    fn finite(self) -> Option<RBig> {
        match self {
            Self::Finite(x) => kept(x),
            Self::Infinite(_) => None,
        }
    }
}

/// A number that is not too long to go on with.
fn kept(x: RBig) -> Option<RBig> {
    use dashu_int::ops::BitTest;
    (x.numerator().bit_len() + x.denominator().bit_len() <= MOST_BITS).then_some(x)
}

/// The ranges of a claim's names.
#[derive(Clone, Debug, Default)]
pub struct Ranges(BTreeMap<String, Range>);

impl Ranges {
    pub fn new(claim: &Claim) -> Self {
        let mut ranges = Self::default();
        for given in &claim.givens {
            let range = ranges.sampled(&given.value.kind);
            ranges.0.insert(given.name.clone(), range);
        }
        ranges.lets(&claim.lets);
        let path = claim.trajectory.as_ref().map(|path| (&path.state, &path.lets));
        if let Some((state, lets)) = path.or(claim.flow.as_ref().map(|flow| (&flow.state, &flow.lets))) {
            // What a state can be is the run's business.
            for state in state {
                ranges.0.insert(state.name.clone(), Range::unknown(Of::Other));
            }
            let t = Range { of: Of::Number, lo: Some(RBig::ZERO), hi: None };
            ranges.0.insert("t".to_owned(), t);
            ranges.lets(lets);
        }
        ranges
    }

    fn lets(&mut self, entries: &[Named<Expr>]) {
        for entry in entries {
            let range = self.of(&entry.value);
            self.0.insert(entry.name.clone(), range);
        }
    }

    fn sampled(&self, sampler: &Sampler) -> Range {
        let within = |interval: &Interval, of: Of| {
            let (lo, hi) = (self.of(&interval.lo).lo, self.of(&interval.hi).hi);
            Range { of, lo, hi }
        };
        match sampler {
            Sampler::Value(e) => self.of(e),
            Sampler::Int { lo, hi } => Range { of: Of::Number, lo: self.of(lo).lo, hi: self.of(hi).hi },
            Sampler::Real(interval) => within(interval, Of::Number),
            Sampler::Normal { .. } => Range::unknown(Of::Number),
            Sampler::Vector { law, .. } | Sampler::Spectrum { law, .. } => within(&law.interval, Of::Entries),
            Sampler::Symmetric { eigenvalues: Spectrum::In(law), .. } => within(&law.interval, Of::Eigenvalues),
            Sampler::Symmetric { eigenvalues: Spectrum::Values(v), .. } => {
                let Range { lo, hi, .. } = self.of(v);
                Range { of: Of::Eigenvalues, lo, hi }
            }
            Sampler::Below(s) => Range { of: Of::Eigenvalues, lo: Some(RBig::ZERO), hi: self.of(s).hi },
            Sampler::Choice(items) => {
                items.iter().map(|item| self.of(item)).reduce(Range::hull).unwrap_or(Range::unknown(Of::Other))
            }
            _ => Range::unknown(Of::Other),
        }
    }

    /// The range of an expression's value.
    pub fn of(&self, e: &Expr) -> Range {
        match &e.kind {
            ExprKind::Number { value, .. } => kept(value.clone()).map_or(Range::unknown(Of::Number), Range::exactly),
            ExprKind::Pi => Range { of: Of::Number, lo: Some(RBig::from(3)), hi: Some(RBig::from(4)) },
            ExprKind::Identity => Range { of: Of::Eigenvalues, ..Range::exactly(RBig::ONE) },
            ExprKind::Name(name) => self.0.get(name).cloned().unwrap_or(Range::unknown(Of::Number)),
            ExprKind::Neg(a) => self.of(a).neg(),
            ExprKind::Transpose(a) => match self.of(a) {
                range if matches!(range.of, Of::Number | Of::Eigenvalues) => range,
                _ => Range::unknown(Of::Other),
            },
            ExprKind::Binary { op, left, right } => match op {
                BinaryOp::Add => self.of(left).add(self.of(right)),
                BinaryOp::Sub => self.of(left).add(self.of(right).neg()),
                BinaryOp::Mul => self.of(left).mul(self.of(right)),
                BinaryOp::Div => {
                    let divisor = self.of(right);
                    if divisor.of == Of::Number {
                        self.of(left).mul(divisor.inverse())
                    } else {
                        Range::unknown(Of::Other)
                    }
                }
                BinaryOp::Pow => self.power(left, right),
                BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => Range::unknown(Of::Other),
            },
            ExprKind::If { then, otherwise, .. } => self.of(then).hull(self.of(otherwise)),
            ExprKind::Index { base, .. } => match self.of(base) {
                Range { of: Of::Entries, lo, hi } => Range { of: Of::Number, lo, hi },
                _ => Range::unknown(Of::Number),
            },
            ExprKind::Call { function, arguments, .. } => self.call(function, arguments),
            _ => Range::unknown(Of::Other),
        }
    }

    fn power(&self, base: &Expr, exponent: &Expr) -> Range {
        let base = self.of(base);
        let literal = match &exponent.kind {
            ExprKind::Number { value, .. } if value.is_int() => i64::try_from(value.numerator().clone()).ok(),
            _ => None,
        };
        match (base.of, literal) {
            (Of::Number, Some(0)) => Range::exactly(RBig::ONE),
            (Of::Number, Some(n @ 1..=16)) => {
                let even = n % 2 == 0;
                // |x|^n is increasing; an even power folds the sign away.
                let folded = match base.sign() {
                    Sign::NotNegative => base,
                    Sign::NotPositive if even => base.neg(),
                    Sign::Unknown if even => return Range::not_negative(),
                    _ => base,
                };
                let raised = |x: RBig| kept(x).map(|x| x.pow(n as isize)).and_then(kept);
                Range { of: Of::Number, lo: folded.lo.and_then(raised), hi: folded.hi.and_then(raised) }
            }
            (Of::Number, other) => match (base.sign(), other) {
                (Sign::NotNegative, _) => Range::not_negative(),
                (_, Some(n)) if n % 2 == 0 => Range::not_negative(),
                _ => Range::unknown(Of::Number),
            },
            _ => Range::unknown(Of::Other),
        }
    }

    fn call(&self, function: &str, arguments: &[Expr]) -> Range {
        match (function, arguments) {
            ("abs" | "sqrt" | "exp" | "norm" | "norm_F" | "norm_nuc" | "sigma_min" | "sigma_max", [_]) => {
                Range::not_negative()
            }
            ("sigma", [_, _]) | ("rows" | "cols", [_]) => Range::not_negative(),
            ("lambda_min" | "lambda_max", [m]) | ("lambda", [_, m]) => match self.of(m) {
                Range { of: Of::Eigenvalues, lo, hi } => Range { of: Of::Number, lo, hi },
                _ => Range::unknown(Of::Number),
            },
            ("min" | "max", [first, rest @ ..]) => rest.iter().map(|e| self.of(e)).fold(self.of(first), Range::hull),
            ("log" | "sin" | "cos" | "tan" | "floor" | "ceil" | "tr" | "det" | "inner", _) => {
                Range::unknown(Of::Number)
            }
            _ => Range::unknown(Of::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use crate::lang::parse::parse_expr;
    use std::path::Path;

    fn ranges() -> Ranges {
        let text = r#"
title = "t"
at = "x"
[given]
d = "int in 1..=8"
a = "real in (0, 2]"
b = "real in [-1, a)"
c = "real in (0, 1)"
S = "symmetric(d, (0, 2*a])"
x = "vector(3, [1, a])"
z = "normal"
[let]
s = "lambda_min(S)"
[claim]
p = "s >= 0"
"#;
        let claim = load(text, Path::new("c.toml"), ClaimId("c".into()), &|_| None).expect("it loads");
        Ranges::new(&claim)
    }

    #[test]
    fn ranges_follow_from_intervals_and_never_claim_more_than_they_show() {
        let ranges = ranges();
        for (text, lo, hi) in [
            ("a^2*c", Some("0"), Some("4")),
            ("1 - c", Some("0"), Some("1")),
            ("(8 + 6*c)/(1 - c)", Some("8"), None),
            ("b", Some("-1"), Some("2")),
            ("b^2", Some("0"), None),
            ("a*b", Some("-2"), Some("4")),
            ("s + 1", Some("1"), Some("5")),
            ("-x[2]", Some("-2"), Some("-1")),
            ("z", None, None),
            ("1/b", None, None),
            ("1/(z^2)", Some("0"), None),
            ("0*z", Some("0"), Some("0")),
            ("2^d", Some("0"), None),
            ("sqrt(z) + abs(z)", Some("0"), None),
            ("S*S", None, None),
            ("min(a, 3)", Some("0"), Some("3")),
        ] {
            let range = ranges.of(&parse_expr(text).expect("it parses"));
            let shown = |end: &Option<RBig>| end.as_ref().map(ToString::to_string);
            assert_eq!((shown(&range.lo).as_deref(), shown(&range.hi).as_deref()), (lo, hi), "{text}");
        }
    }

    #[test]
    fn huge_powers_are_not_followed() {
        let range = ranges().of(&parse_expr("((((10^16)^16)^16)^16)^16").expect("it parses"));
        assert_eq!(range.hi, None);
    }
}

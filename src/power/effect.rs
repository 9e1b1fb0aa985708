//! Whether raising a part of a statement makes it easier or harder to meet.
//!
//! A mutant that asks more than the claim and survives says something about the claim; one that asks less says nothing. Which
//! it is follows from monotonicity along the way from the part to the root, where signs of factors are known from [`Ranges`].
//! Where they are not, the effect is unknown and the mutant is called different.

use super::range::{Of, Range, Ranges, Sign};
use super::sites::{Part, Path, children};
use crate::lang::ast::{BinaryOp, Comparison, Expr, ExprKind, Quantifier};
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// What raising a value does to the truth of the claim. Matrices are ordered by Loewner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The claim asks less.
    Easier,
    /// The claim asks more.
    Harder,
    Unknown,
}

impl Effect {
    pub fn reversed(self) -> Self {
        match self {
            Self::Easier => Self::Harder,
            Self::Harder => Self::Easier,
            Self::Unknown => Self::Unknown,
        }
    }

    fn times(self, sign: Sign) -> Self {
        match sign {
            Sign::NotNegative => self,
            Sign::NotPositive => self.reversed(),
            Sign::Unknown => Self::Unknown,
        }
    }
}

/// A subexpression, where it is, and what raising it does.
#[derive(Clone, Debug)]
pub struct Site<'e> {
    pub path: Path,
    pub expr: &'e Expr,
    pub part: Part,
    pub effect: Effect,
    /// Whether it is a term of a longer sum, whose node comes before.
    pub in_sum: bool,
    /// Whether the effect is known only as long as the sign of this part stays what it is (a divisor, the base of a square): it
    /// says what scaling does, not what leaving out does.
    pub keeps_sign: bool,
}

/// All subexpressions, parents first. The two numbers of `3/4` are one constant.
pub fn sites<'e>(e: &'e Expr, effect: Effect, ranges: &Ranges) -> Vec<Site<'e>> {
    let mut found = Vec::new();
    visit(
        Site { path: Path::new(), expr: e, part: Part::Value, effect, in_sum: false, keeps_sign: false },
        ranges,
        &mut found,
    );
    found
}

fn visit<'e>(site: Site<'e>, ranges: &Ranges, found: &mut Vec<Site<'e>>) {
    let Site { path, expr, part, effect, keeps_sign, .. } = &site;
    if constant(expr).is_some() {
        found.push(site);
        return;
    }
    let effects = effects(expr, *effect, ranges);
    let in_sum = is_sum(expr);
    // The sign of a sum may change whichever term does.
    let lost = *keeps_sign && in_sum;
    let below: Vec<Site<'e>> = children(expr)
        .into_iter()
        .enumerate()
        .map(|(i, (child, own))| {
            let part = if *part == Part::Value { own } else { *part };
            let known = effects.get(i).copied().filter(|_| part == Part::Value && !lost);
            let path = path.iter().copied().chain([i]).collect();
            let keeps_sign = *keeps_sign || by_sign(expr, i);
            Site { path, expr: child, part, effect: known.unwrap_or(Effect::Unknown), in_sum, keeps_sign }
        })
        .collect();
    found.push(site);
    for child in below {
        visit(child, ranges, found);
    }
}

/// Whether the effect of a child rests on the child's own sign.
fn by_sign(e: &Expr, child: usize) -> bool {
    match &e.kind {
        ExprKind::Binary { op: BinaryOp::Div, .. } => child == 1,
        ExprKind::Binary { op: BinaryOp::Pow, .. } => true,
        ExprKind::Call { function, .. } => matches!(function.as_str(), "abs" | "norm" | "norm_F" | "norm_nuc"),
        _ => false,
    }
}

pub fn is_sum(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Binary { op: BinaryOp::Add | BinaryOp::Sub, .. })
}

/// The value of a literal, or of a quotient of two.
pub fn constant(e: &Expr) -> Option<RBig> {
    match &e.kind {
        ExprKind::Number { value, .. } => Some(value.clone()),
        ExprKind::Binary { op: BinaryOp::Div, left, right } => match (&left.kind, &right.kind) {
            (ExprKind::Number { value: p, .. }, ExprKind::Number { value: q, .. }) if !q.is_zero() => Some(p / q),
            _ => None,
        },
        _ => None,
    }
}

/// The effects of raising each child, in the order of [`children`]; those left out at the end are unknown.
fn effects(e: &Expr, effect: Effect, ranges: &Ranges) -> Vec<Effect> {
    use Effect::Unknown;
    match &e.kind {
        ExprKind::Neg(_) | ExprKind::Not(_) => vec![effect.reversed()],
        ExprKind::Transpose(_) | ExprKind::Index { .. } => vec![effect],
        ExprKind::Binary { op, left, right } => match op {
            BinaryOp::Add | BinaryOp::And | BinaryOp::Or => vec![effect, effect],
            BinaryOp::Sub => vec![effect, effect.reversed()],
            BinaryOp::Implies => vec![effect.reversed(), effect],
            BinaryOp::Mul => {
                let (l, r) = (ranges.of(left), ranges.of(right));
                if l.of != Of::Number && r.of != Of::Number {
                    return vec![];
                }
                vec![effect.times(r.sign()), effect.times(l.sign())]
            }
            BinaryOp::Div => {
                let (l, r) = (ranges.of(left), ranges.of(right));
                let divisor = if r.sign() == Sign::Unknown { Unknown } else { effect.times(l.sign()).reversed() };
                vec![effect.times(r.sign()), divisor]
            }
            BinaryOp::Pow => vec![power(&ranges.of(left), right, effect, ranges)],
        },
        ExprKind::Compare { rest, .. } => compare(rest, effect),
        ExprKind::If { .. } => vec![Unknown, effect, effect],
        ExprKind::Call { function, arguments, .. } => call(function, arguments, effect, ranges),
        ExprKind::Quantified { quantifier, .. } => {
            let body = if *quantifier == Quantifier::Product { Unknown } else { effect };
            last(e, body)
        }
        ExprKind::Build { .. } => last(e, effect),
        _ => vec![],
    }
}

/// Unknown for all children but the last, the body.
fn last(e: &Expr, body: Effect) -> Vec<Effect> {
    let count = children(e).len();
    (0..count).map(|i| if i + 1 == count { body } else { Effect::Unknown }).collect()
}

fn power(base: &Range, exponent: &Expr, effect: Effect, ranges: &Ranges) -> Effect {
    if base.of != Of::Number {
        return Effect::Unknown;
    }
    let whole = constant(exponent).filter(RBig::is_int).and_then(|n| i64::try_from(n.numerator().clone()).ok());
    match whole {
        Some(n) if n > 0 && n % 2 == 1 => effect,
        Some(n) if n > 0 => effect.times(base.sign()),
        _ if base.sign() == Sign::NotNegative => effect.times(ranges.of(exponent).sign()),
        _ => Effect::Unknown,
    }
}

/// Each side of each comparison; the middle of a chain has two.
fn compare(rest: &[(Comparison, Expr)], effect: Effect) -> Vec<Effect> {
    let mut sides: Vec<Option<Effect>> = vec![None; rest.len() + 1];
    let join = |side: &mut Option<Effect>, new: Effect| {
        *side = Some(match side {
            Some(old) if *old != new => Effect::Unknown,
            _ => new,
        });
    };
    for (i, (op, _)) in rest.iter().enumerate() {
        let right = match op {
            Comparison::Less | Comparison::LessEqual => effect,
            Comparison::Greater | Comparison::GreaterEqual => effect.reversed(),
            Comparison::Equal | Comparison::NotEqual => Effect::Unknown,
        };
        join(&mut sides[i], right.reversed());
        join(&mut sides[i + 1], right);
    }
    sides.into_iter().map(|side| side.unwrap_or(Effect::Unknown)).collect()
}

fn call(function: &str, arguments: &[Expr], effect: Effect, ranges: &Ranges) -> Vec<Effect> {
    match (function, arguments) {
        ("sqrt" | "exp" | "log" | "atan" | "asin" | "floor" | "ceil" | "tr" | "lambda_min" | "lambda_max", [_]) => {
            vec![effect]
        }
        ("lambda", [_, _]) => vec![Effect::Unknown, effect],
        ("acos", [_]) => vec![effect.reversed()],
        ("min" | "max", _) => vec![effect; arguments.len()],
        ("abs", [a]) => vec![effect.times(ranges.of(a).sign())],
        ("norm" | "norm_F" | "norm_nuc", [a]) => {
            let range = ranges.of(a);
            vec![if range.of == Of::Other { Effect::Unknown } else { effect.times(range.sign()) }]
        }
        _ => vec![],
    }
}

/// What raising each name does to the claim, over all the places where it stands.
#[derive(Clone, Debug, Default)]
pub struct Influence(BTreeMap<String, Effect>);

impl Influence {
    /// `None` if the name is never used.
    pub fn of(&self, name: &str) -> Option<Effect> {
        self.0.get(name).copied()
    }

    /// Notes an expression that has this effect on the claim.
    pub fn note(&mut self, e: &Expr, effect: Effect, ranges: &Ranges) {
        for site in sites(e, effect, ranges) {
            if let ExprKind::Name(name) = &site.expr.kind {
                // What stands behind the name may change its sign.
                self.join(name, if site.keeps_sign { Effect::Unknown } else { site.effect });
            }
            if let ExprKind::Derivative { variable, .. } = &site.expr.kind {
                self.join(variable, Effect::Unknown);
            }
        }
    }

    fn join(&mut self, name: &str, effect: Effect) {
        let known = self.0.entry(name.to_owned()).or_insert(effect);
        if *known != effect {
            *known = Effect::Unknown;
        }
    }
}

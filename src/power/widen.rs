//! Samplers that allow more than they did: an end of an interval moved outwards, or an open end closed.

use super::effect::constant;
use super::mutate::number;
use super::range::{Ranges, Sign};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Interval, Sampler, Spectrum};
use crate::lang::print::source;
use crate::lang::span::Span;
use dashu_ratio::RBig;

/// A wider sampler and what was changed.
pub struct Widening {
    pub sampler: Sampler,
    pub span: Span,
    pub was: String,
    pub is: String,
}

/// Every way to widen a sampler by one step.
pub fn widenings(sampler: &Sampler, factor: &RBig, ranges: &Ranges) -> Vec<Widening> {
    let mut all = Vec::new();
    let mut push = |sampler: Sampler, span: Span, was: String, is: String| {
        all.push(Widening { sampler, span, was, is });
    };
    match sampler {
        Sampler::Int { lo, hi } => {
            let one = |e: &Expr| number(&RBig::ONE, e.span);
            let (below, above) = (pair(BinaryOp::Sub, lo.clone(), one(lo)), pair(BinaryOp::Add, hi.clone(), one(hi)));
            push(Sampler::Int { lo: below.clone(), hi: hi.clone() }, lo.span, source(lo), source(&below));
            push(Sampler::Int { lo: lo.clone(), hi: above.clone() }, hi.span, source(hi), source(&above));
        }
        Sampler::Near { center, radius } => {
            let wider = scaled(factor, radius);
            let (was, is) = (source(radius), source(&wider));
            push(Sampler::Near { center: center.clone(), radius: wider }, radius.span, was, is);
        }
        Sampler::Operator { rows, cols, delta } => {
            let wider = scaled(factor, delta);
            let (was, is) = (source(delta), source(&wider));
            push(Sampler::Operator { rows: rows.clone(), cols: cols.clone(), delta: wider }, delta.span, was, is);
        }
        _ => {
            let Some(interval) = interval_of(sampler) else { return all };
            // Singular values are not negative, and octaves do not start at zero.
            let floor = matches!(sampler, Sampler::Matrix { .. }) || interval.log;
            for new in wider(interval, factor, ranges, floor) {
                let mut sampler = sampler.clone();
                if let Some(place) = interval_mut(&mut sampler) {
                    *place = new.clone();
                }
                let (was, is) = (written(interval), written(&new));
                push(sampler, interval.span, was, is);
            }
        }
    }
    all
}

/// `[a, b)` as it is written.
fn written(i: &Interval) -> String {
    let (open, close) = (if i.lo_open { '(' } else { '[' }, if i.hi_open { ')' } else { ']' });
    format!("{open}{}, {}{close}", source(&i.lo), source(&i.hi))
}

fn wider(interval: &Interval, factor: &RBig, ranges: &Ranges, floor: bool) -> Vec<Interval> {
    // The ends are moved: what is written is they.
    let interval = &Interval { half_line: false, ..interval.clone() };
    let Interval { lo, hi, lo_open, hi_open, .. } = interval;
    let at_zero = constant(lo).is_some_and(|v| v.is_zero());
    let mut all = Vec::new();
    if !(floor && at_zero) {
        if *lo_open {
            all.push(Interval { lo_open: false, ..interval.clone() });
        }
        all.push(Interval { lo: moved(lo, interval, factor, ranges, false), ..interval.clone() });
    } else if *lo_open && !interval.log {
        all.push(Interval { lo_open: false, ..interval.clone() });
    }
    if *hi_open {
        all.push(Interval { hi_open: false, ..interval.clone() });
    }
    all.push(Interval { hi: moved(hi, interval, factor, ranges, true), ..interval.clone() });
    all
}

/// An end moved outwards: by the factor where its sign is known, else by that much of the interval's length.
fn moved(end: &Expr, interval: &Interval, factor: &RBig, ranges: &Ranges, up: bool) -> Expr {
    let sign = if constant(end).is_some_and(|v| v.is_zero()) { Sign::Unknown } else { ranges.of(end).sign() };
    let grow = match sign {
        Sign::NotNegative => up,
        Sign::NotPositive => !up,
        Sign::Unknown => {
            let Interval { lo, hi, .. } = interval;
            let zero = |e: &Expr| constant(e).is_some_and(|v| v.is_zero());
            let length = if zero(lo) { hi.clone() } else { pair(BinaryOp::Sub, hi.clone(), lo.clone()) };
            let part = scaled(&(factor - RBig::ONE), &length);
            return match (zero(end), up) {
                (true, true) => part,
                (true, false) => Expr::new(ExprKind::Neg(Box::new(part)), end.span),
                (false, up) => pair(if up { BinaryOp::Add } else { BinaryOp::Sub }, end.clone(), part),
            };
        }
    };
    scaled(&if grow { factor.clone() } else { RBig::ONE / factor }, end)
}

fn scaled(factor: &RBig, e: &Expr) -> Expr {
    match constant(e) {
        Some(value) => number(&(value * factor), e.span),
        None => pair(BinaryOp::Mul, number(factor, e.span), e.clone()),
    }
}

fn pair(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.join(right.span);
    Expr::new(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
}

fn interval_of(sampler: &Sampler) -> Option<&Interval> {
    match sampler {
        Sampler::Real(interval) => Some(interval),
        Sampler::Vector { law, .. }
        | Sampler::Spectrum { law, .. }
        | Sampler::Symmetric { eigenvalues: Spectrum::In(law), .. }
        | Sampler::Matrix { singular: Spectrum::In(law), .. } => Some(&law.interval),
        _ => None,
    }
}

fn interval_mut(sampler: &mut Sampler) -> Option<&mut Interval> {
    match sampler {
        Sampler::Real(interval) => Some(interval),
        Sampler::Vector { law, .. }
        | Sampler::Spectrum { law, .. }
        | Sampler::Symmetric { eigenvalues: Spectrum::In(law), .. }
        | Sampler::Matrix { singular: Spectrum::In(law), .. } => Some(&mut law.interval),
        _ => None,
    }
}

/// Every expression in a sampler.
pub fn expressions(sampler: &Sampler) -> impl Iterator<Item = &Expr> {
    let all: Vec<&Expr> = match sampler {
        Sampler::Int { lo, hi } => vec![lo, hi],
        Sampler::Real(i) => vec![&i.lo, &i.hi],
        Sampler::Normal { mean, sd } => mean.iter().chain(sd).collect(),
        Sampler::Choice(items) => items.iter().collect(),
        Sampler::Gaussian { rows, cols, sd } => [rows, cols].into_iter().chain(sd).collect(),
        Sampler::Vector { len, law } | Sampler::Spectrum { len, law } => vec![len, &law.interval.lo, &law.interval.hi],
        Sampler::Symmetric { size, eigenvalues } => std::iter::once(size).chain(of_spectrum(eigenvalues)).collect(),
        Sampler::Matrix { rows, cols, singular, rank } => {
            [rows, cols].into_iter().chain(of_spectrum(singular)).chain(rank).collect()
        }
        Sampler::Sphere(n)
        | Sampler::Orthogonal(n)
        | Sampler::Skew(n)
        | Sampler::Permutation(n)
        | Sampler::Haar(n)
        | Sampler::Commuting(n)
        | Sampler::Below(n)
        | Sampler::Value(n) => vec![n],
        Sampler::Stiefel { rows, cols } => vec![rows, cols],
        Sampler::Near { center, radius } => vec![center, radius],
        Sampler::Operator { rows, cols, delta } => vec![rows, cols, delta],
    };
    all.into_iter()
}

fn of_spectrum(spectrum: &Spectrum) -> Vec<&Expr> {
    match spectrum {
        Spectrum::In(law) => vec![&law.interval.lo, &law.interval.hi],
        Spectrum::Values(v) => vec![v],
    }
}

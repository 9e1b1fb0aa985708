//! The values of a sweep as exact numbers: a list, or numbers spread between two ends.

use super::diagnostic::Diagnostic;
use super::document::{Item, Value};
use super::reader::Errors;
use crate::arith::backend::dispatch;
use crate::arith::elementary::{exp, ln};
use crate::arith::lane::{Backend, Job, Lane8};
use crate::lang::ast::{Expr, ExprKind, Sweep, SweepScale};
use crate::lang::build;
use crate::lang::elaborate;
use crate::lang::ir::Graph;
use crate::lang::parse::{parse_expr, parse_sweep_of};
use crate::lang::scope::Scope;
use dashu_int::IBig;
use dashu_ratio::RBig;

/// The values in increasing order; `None` where something is wrong with them.
pub(super) fn points(errors: &mut Errors, item: &Item, example: &str, most: usize) -> Option<Vec<RBig>> {
    let values = match &item.value {
        Value::Array(elements) => {
            let mut values = Vec::new();
            for element in elements {
                let written = errors.expression(element, example, parse_expr)?;
                let Some(value) = number(&written.value) else {
                    errors.note(|| {
                        Diagnostic::new(
                            element.place.clone(),
                            "a value of a sweep is a plain number",
                            "found an expression",
                        )
                        .help(example)
                    });
                    return None;
                };
                values.push(value);
            }
            values
        }
        Value::Text(_) => {
            let sweep = errors.expression(item, example, |text| parse_sweep_of(text, most as u64))?;
            spread(errors, item, &sweep.value)?
        }
        _ => {
            errors.wrong_type(item, "a list of values, or values between two ends", example);
            return None;
        }
    };
    let increasing = values.windows(2).all(|pair| pair[0] < pair[1]);
    if !increasing || !(2..=most).contains(&values.len()) {
        errors.note(|| {
            let found = if increasing { format!("found {}", values.len()) } else { "found another order".to_owned() };
            let message = format!("a sweep has 2 to {most} values, each above the one before");
            Diagnostic::new(item.place.clone(), message, found).help(example)
        });
        return None;
    }
    Some(values)
}

/// Values between two ends: the ends themselves, and between them numbers of three digits, since nobody reads more.
fn spread(errors: &mut Errors, item: &Item, sweep: &Sweep) -> Option<Vec<RBig>> {
    let ends = number(&sweep.lo).zip(number(&sweep.hi));
    let Some((lo, hi)) = ends.filter(|(lo, hi)| lo < hi && (sweep.scale != SweepScale::Log || *lo > RBig::ZERO)) else {
        errors.note(|| {
            let message = "the ends of a sweep are plain numbers, the lower one first (and positive under `log`)";
            Diagnostic::new(item.place.clone(), message, "these are not")
                .help("write `log [1/1000, 1000] 7`, `linear [0, 1] 5` or `int [2, 16] 4`")
        });
        return None;
    };
    let last = sweep.count - 1;
    let value = |i: u64| -> Option<RBig> {
        let share = RBig::from(IBig::from(i)) / RBig::from(IBig::from(last));
        let straight = &lo + (&hi - &lo) * share;
        match sweep.scale {
            SweepScale::Linear => Some(straight),
            SweepScale::Int => Some(RBig::from(straight.round())),
            SweepScale::Log => {
                let (lo, hi) = (lo.to_f64().value(), hi.to_f64().value());
                let share = i as f64 / last as f64;
                let value = between(lo, hi, share);
                parse_expr(&format!("{value:.2e}")).ok().and_then(|e| number(&e))
            }
        }
    };
    let mut values = vec![lo.clone()];
    values.extend((1..last).filter_map(value).filter(|value| lo < *value && *value < hi));
    values.push(hi.clone());
    values.dedup();
    Some(values)
}

/// `lo (hi/lo)^share`, the same on every machine.
pub fn between(lo: f64, hi: f64, share: f64) -> f64 {
    dispatch(Backend::Scalar, Between { lo, hi, share })
}

struct Between {
    lo: f64,
    hi: f64,
    share: f64,
}

impl Job for Between {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        let (a, b) = (ln(V::splat(self.lo)), ln(V::splat(self.hi)));
        exp(b.sub(a).mul_add(V::splat(self.share), a)).to_array()[0]
    }
}

/// The value of an expression of literals.
pub fn number(e: &Expr) -> Option<RBig> {
    let mut graph = Graph::new();
    let node = elaborate::real(&mut graph, &Scope::new(), e).ok()?;
    build::rational(&graph, node).cloned()
}

/// The statement speaks of no value beyond what the given is drawn from. Where ends are expressions of other givens nothing is said.
pub(super) fn within(errors: &mut Errors, item: &Item, values: &[RBig], lo: (&Expr, bool), hi: (&Expr, bool)) {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return };
    let below = number(lo.0).filter(|end| first < end || (lo.1 && first == end));
    let above = number(hi.0).filter(|end| last > end || (hi.1 && last == end));
    let found = match (below, above) {
        (Some(end), _) => {
            format!("it begins at {first}, and the given {} {end}", if lo.1 { "is above" } else { "begins at" })
        }
        (_, Some(end)) => {
            format!("it ends at {last}, and the given {} {end}", if hi.1 { "is below" } else { "ends at" })
        }
        (None, None) => return,
    };
    let message = format!("the sweep of `{}` leaves the given's own range", item.key);
    errors.note(|| {
        Diagnostic::new(item.place.clone(), message, found)
            .help("sweep what the statement speaks of, or widen the given")
    });
}

/// A number as the expression that it is.
pub fn literal(value: &RBig, like: &Expr) -> Expr {
    Expr::new(ExprKind::Number { value: value.clone(), text: value.to_string() }, like.span)
}

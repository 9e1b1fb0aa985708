//! The parts of an expression: each child with what it is for, and the names that are used.
//!
//! What a mutant may change depends on the place: a factor of a conclusion, but not an index or a dimension.

use super::ast::{BinaryOp, Clause, Expr, ExprKind, IndexRange, Subscript};
use super::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a child is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its value is part of the parent's value.
    Value,
    /// An index, a range of one, a size, or the number of an eigenvalue.
    Position,
    Exponent,
    /// A condition or a filter: it says which value counts.
    Condition,
}

/// The children of an expression, in the order in which they are written.
pub fn children(e: &Expr) -> Vec<(&Expr, Part)> {
    use Part::{Condition, Exponent, Position, Value};
    match &e.kind {
        ExprKind::Number { .. } | ExprKind::Name(_) | ExprKind::Pi | ExprKind::Identity | ExprKind::Bool(_) => vec![],
        ExprKind::Neg(a) | ExprKind::Not(a) | ExprKind::Transpose(a) => vec![(&**a, Value)],
        ExprKind::Binary { op, left, right } => {
            let right_part = if *op == BinaryOp::Pow { Exponent } else { Value };
            vec![(left, Value), (right, right_part)]
        }
        ExprKind::Compare { first, rest } => {
            std::iter::once((&**first, Value)).chain(rest.iter().map(|(_, e)| (e, Value))).collect()
        }
        ExprKind::If { condition, then, otherwise } => {
            vec![(&**condition, Condition), (then, Value), (otherwise, Value)]
        }
        ExprKind::Index { base, index } => {
            let places = index.iter().flat_map(|s| match s {
                Subscript::At(at) => vec![(at, Position)],
                Subscript::Range { lo, hi } => vec![(lo, Position), (hi, Position)],
                Subscript::All(_) => vec![],
            });
            std::iter::once((&**base, Value)).chain(places).collect()
        }
        ExprKind::Call { function, arguments, .. } => {
            let part = |i: usize| if is_position(function, i) { Position } else { Value };
            arguments.iter().enumerate().map(|(i, a)| (a, part(i))).collect()
        }
        ExprKind::Quantified { clauses, body, .. } => {
            let clauses = clauses.iter().flat_map(|clause| match clause {
                Clause::Range(r) => vec![(&r.lo, Position), (&r.hi, Position)],
                Clause::Filter(filter) => vec![(filter, Condition)],
            });
            clauses.chain([(&**body, Value)]).collect()
        }
        ExprKind::Build { ranges, body } => {
            ranges.iter().flat_map(|r| [(&r.lo, Position), (&r.hi, Position)]).chain([(&**body, Value)]).collect()
        }
        ExprKind::Derivative { body, direction, .. } => {
            let direction = direction.as_deref().map(|d| (d, Value));
            std::iter::once((&**body, Value)).chain(direction).collect()
        }
    }
}

/// The same children, to be replaced.
pub fn children_mut(e: &mut Expr) -> Vec<&mut Expr> {
    fn ends(r: &mut IndexRange) -> [&mut Expr; 2] {
        [&mut r.lo, &mut r.hi]
    }
    match &mut e.kind {
        ExprKind::Number { .. } | ExprKind::Name(_) | ExprKind::Pi | ExprKind::Identity | ExprKind::Bool(_) => vec![],
        ExprKind::Neg(a) | ExprKind::Not(a) | ExprKind::Transpose(a) => vec![a],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Compare { first, rest } => {
            std::iter::once(&mut **first).chain(rest.iter_mut().map(|(_, e)| e)).collect()
        }
        ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Index { base, index } => {
            let places = index.iter_mut().flat_map(|s| match s {
                Subscript::At(at) => vec![at],
                Subscript::Range { lo, hi } => vec![lo, hi],
                Subscript::All(_) => vec![],
            });
            std::iter::once(&mut **base).chain(places).collect()
        }
        ExprKind::Call { arguments, .. } => arguments.iter_mut().collect(),
        ExprKind::Quantified { clauses, body, .. } => {
            let clauses = clauses.iter_mut().flat_map(|clause| match clause {
                Clause::Range(r) => ends(r).into_iter().collect::<Vec<_>>(),
                Clause::Filter(filter) => vec![filter],
            });
            clauses.chain([&mut **body]).collect()
        }
        ExprKind::Build { ranges, body } => ranges.iter_mut().flat_map(ends).chain([&mut **body]).collect(),
        ExprKind::Derivative { body, direction, .. } => {
            std::iter::once(&mut **body).chain(direction.as_deref_mut()).collect()
        }
    }
}

/// Whether this argument of a function says where or how large, not how much.
fn is_position(function: &str, argument: usize) -> bool {
    match function {
        "zeros" | "ones" | "unit" => true,
        "lambda" | "sigma" | "proj" => argument == 0,
        "unflatten" => argument > 0,
        _ => false,
    }
}

/// Every name that the expression uses, indices of its binders among them, and how many subexpressions it has.
pub fn names(e: &Expr) -> (BTreeSet<String>, usize) {
    let (mut names, mut size) = (BTreeSet::new(), 0);
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        size += 1;
        match &e.kind {
            ExprKind::Name(name) => names.insert(name.clone()),
            ExprKind::Derivative { variable, .. } => names.insert(variable.clone()),
            _ => false,
        };
        stack.extend(children(e).into_iter().map(|(child, _)| child));
    }
    (names, size)
}

/// The expression with names replaced by what they stand for; what is put in has the place of the name, since its own is in another text.
/// `None` if that grows beyond `most` subexpressions.
pub fn inlined(e: &Expr, with: &BTreeMap<String, Expr>, most: usize) -> Option<Expr> {
    let mut whole = e.clone();
    let mut left = most;
    put_in(&mut whole, with, &mut left)?;
    Some(whole)
}

fn put_in(e: &mut Expr, with: &BTreeMap<String, Expr>, left: &mut usize) -> Option<()> {
    if let ExprKind::Name(name) = &e.kind
        && let Some(value) = with.get(name)
    {
        *left = left.checked_sub(names(value).1)?;
        let span = e.span;
        *e = value.clone();
        placed(e, span);
        return Some(());
    }
    children_mut(e).into_iter().try_for_each(|child| put_in(child, with, left))
}

fn placed(e: &mut Expr, span: Span) {
    e.span = span;
    match &mut e.kind {
        ExprKind::Call { function_span, .. } => *function_span = span,
        ExprKind::Derivative { variable_span, .. } => *variable_span = span,
        ExprKind::Build { ranges, .. } => ranges.iter_mut().for_each(|range| range.name_span = span),
        ExprKind::Quantified { clauses, .. } => {
            for clause in clauses {
                if let Clause::Range(range) = clause {
                    range.name_span = span;
                }
            }
        }
        ExprKind::Index { index, .. } => {
            for subscript in index {
                if let Subscript::All(at) = subscript {
                    *at = span;
                }
            }
        }
        _ => {}
    }
    children_mut(e).into_iter().for_each(|child| placed(child, span));
}

//! For the tests of this floor: a tree written without any precedence, and errors in one line.

use super::ast::{Clause, Expr, ExprKind, IndexRange, Subscript};
use super::span::LangError;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Every node in brackets with its operator first, so that two trees differ exactly if these do (spans aside).
pub fn bracketed(e: &Expr) -> String {
    let all = |parts: &[Expr]| parts.iter().map(|part| format!(" {}", bracketed(part))).collect::<String>();
    match &e.kind {
        ExprKind::Number { value, text } => format!("{text}={value}"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Pi => "PI".into(),
        ExprKind::Identity => "ID".into(),
        ExprKind::Bool(b) => format!("{b:?}!"),
        ExprKind::Neg(a) => format!("(neg {})", bracketed(a)),
        ExprKind::Not(a) => format!("(not {})", bracketed(a)),
        ExprKind::Transpose(a) => format!("(tr {})", bracketed(a)),
        ExprKind::Binary { op, left, right } => format!("({op:?} {} {})", bracketed(left), bracketed(right)),
        ExprKind::Compare { first, rest } => {
            let rest: String = rest.iter().map(|(op, right)| format!(" {op:?} {}", bracketed(right))).collect();
            format!("(cmp {}{rest})", bracketed(first))
        }
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} {} {})", bracketed(condition), bracketed(then), bracketed(otherwise))
        }
        ExprKind::Index { base, index } => {
            let index: String = index
                .iter()
                .map(|part| match part {
                    Subscript::At(at) => format!(" {}", bracketed(at)),
                    Subscript::Range { lo, hi } => format!(" {}..{}", bracketed(lo), bracketed(hi)),
                    Subscript::All(_) => " ALL".into(),
                })
                .collect();
            format!("(at {}{index})", bracketed(base))
        }
        ExprKind::Call { function, arguments, .. } => format!("({function}:{})", all(arguments)),
        ExprKind::Quantified { quantifier, clauses, body } => {
            let clauses: String = clauses
                .iter()
                .map(|clause| match clause {
                    Clause::Range(r) => range(r),
                    Clause::Filter(filter) => format!(" where {}", bracketed(filter)),
                })
                .collect();
            format!("({quantifier:?}{clauses} : {})", bracketed(body))
        }
        ExprKind::Build { ranges, body } => {
            format!("(build{} : {})", ranges.iter().map(range).collect::<String>(), bracketed(body))
        }
        ExprKind::Derivative { body, variable, direction, .. } => {
            let direction = direction.as_ref().map(|d| format!(" -> {}", bracketed(d))).unwrap_or_default();
            format!("(D {} ; {variable}{direction})", bracketed(body))
        }
    }
}

fn range(r: &IndexRange) -> String {
    format!(" {} in {}..{}", r.name, bracketed(&r.lo), bracketed(&r.hi))
}

/// `12..14 message | found | help`
pub fn one_line(e: &LangError) -> String {
    let help = e.help.as_deref().unwrap_or("-");
    format!("{}..{} {} | {} | {help}", e.span.start, e.span.end, e.message, e.found)
}

/// A property-test runner that draws the same cases every time and leaves no files.
pub fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

//! For the tests of this floor: a tree written without any precedence, errors in one line, random trees.

use super::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, IndexRange, Quantifier, Subscript};
use super::lexer::exact;
use super::span::{LangError, Span};
use dashu_ratio::RBig;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest::{collection, sample};

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

/// Any expression that the grammar can say, in any nesting.
pub fn expressions() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        sample::select(&["0", "1", "12", "0.1", "2.50", "1e-350", "3E4"][..])
            .prop_map(|text| ExprKind::Number { value: exact(text), text: text.into() }),
        names().prop_map(ExprKind::Name),
        Just(ExprKind::Name("t".into())),
        Just(ExprKind::Pi),
        Just(ExprKind::Identity),
        any::<bool>().prop_map(ExprKind::Bool),
    ]
    .prop_map(spanless);
    leaf.prop_recursive(6, 48, 4, |inner| compound(inner).prop_map(spanless))
}

fn spanless(kind: ExprKind) -> Expr {
    Expr::new(kind, Span::default())
}

/// Names, greek and long and with subscripts.
fn names() -> impl Strategy<Value = String> {
    sample::select(&["a", "S1", "sigma_d", "beta", "Sigma", "loss", "x_t1", "norm", "sigma"][..]).prop_map(String::from)
}

fn compound(inner: impl Strategy<Value = Expr> + Clone + 'static) -> impl Strategy<Value = ExprKind> {
    let one = || inner.clone().prop_map(Box::new);
    let op = sample::select(
        &[
            BinaryOp::Add,
            BinaryOp::Sub,
            BinaryOp::Mul,
            BinaryOp::Div,
            BinaryOp::Pow,
            BinaryOp::And,
            BinaryOp::Or,
            BinaryOp::Implies,
        ][..],
    );
    let comparison = sample::select(
        &[
            Comparison::Less,
            Comparison::LessEqual,
            Comparison::Greater,
            Comparison::GreaterEqual,
            Comparison::Equal,
            Comparison::NotEqual,
        ][..],
    );
    let quantifier = sample::select(
        &[Quantifier::Sum, Quantifier::Product, Quantifier::Min, Quantifier::Max, Quantifier::All, Quantifier::Any][..],
    );
    let function = sample::select(
        &["abs", "norm", "norm_F", "sqrt", "inv", "lambda", "sigma_min", "min", "max", "prev", "hcat", "kron", "f"][..],
    );
    let range = || {
        (names(), inner.clone(), inner.clone()).prop_map(|(name, lo, hi)| IndexRange {
            name,
            name_span: Span::default(),
            lo,
            hi,
        })
    };
    let from_one = || {
        range().prop_map(|range| IndexRange {
            lo: spanless(ExprKind::Number { value: RBig::ONE, text: "1".into() }),
            ..range
        })
    };
    let clause = prop_oneof![range().prop_map(Clause::Range), inner.clone().prop_map(Clause::Filter)];
    let subscript = prop_oneof![
        inner.clone().prop_map(Subscript::At),
        (inner.clone(), inner.clone()).prop_map(|(lo, hi)| Subscript::Range { lo, hi }),
        Just(Subscript::All(Span::default())),
    ];
    prop_oneof![
        2 => one().prop_map(ExprKind::Neg),
        1 => one().prop_map(ExprKind::Not),
        2 => one().prop_map(ExprKind::Transpose),
        8 => (op, one(), one()).prop_map(|(op, left, right)| ExprKind::Binary { op, left, right }),
        2 => (one(), collection::vec((comparison, inner.clone()), 1..3))
            .prop_map(|(first, rest)| ExprKind::Compare { first, rest }),
        2 => (one(), one(), one())
            .prop_map(|(condition, then, otherwise)| ExprKind::If { condition, then, otherwise }),
        2 => (one(), collection::vec(subscript, 1..=2)).prop_map(|(base, index)| ExprKind::Index { base, index }),
        2 => (function, collection::vec(inner.clone(), 0..3)).prop_map(|(function, arguments)| ExprKind::Call {
            function: function.into(),
            function_span: Span::default(),
            arguments,
        }),
        2 => (quantifier, range(), collection::vec(clause, 0..3), one()).prop_map(|(quantifier, first, more, body)| {
            let clauses = std::iter::once(Clause::Range(first)).chain(more).collect();
            ExprKind::Quantified { quantifier, clauses, body }
        }),
        1 => (collection::vec(from_one(), 1..=2), one()).prop_map(|(ranges, body)| ExprKind::Build { ranges, body }),
        1 => (one(), names(), proptest::option::of(one())).prop_map(|(body, variable, direction)| {
            ExprKind::Derivative { body, variable, variable_span: Span::default(), direction }
        }),
    ]
}

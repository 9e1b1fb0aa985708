//! The grammar of expressions: operators by a Pratt loop, then what an operand can be.
//!
//! Precedence, loosest first: `=>` (right); `or`; `and`; `not`; comparisons, which chain; `+ -`; `* /`; unary `-`; `^` (right);
//! postfix `'` and `[..]`. An exponent may begin with a minus (`2^-1`), may not end in `'` (`A^2'` could be read two ways),
//! and `if` stands where nothing binds it: at the start, behind `=>`, in brackets.
//!
//! Quantifiers, builders and derivatives are in [`super::parse_binder`].

use super::ast::{BinaryOp, Comparison, Expr, ExprKind, Subscript};
use super::lexer::{Kind, Token, exact};
use super::parse_binder;
use super::span::{LangError, Span};
use super::tokens::{
    MAX_NESTING, Parsed, Tokens, Tree, accept, ahead, close, comma_separated, expect_word, fail, next, too_deep,
    unexpected,
};
use super::words::{is_reserved, is_sampler};
use winnow::prelude::*;
use winnow::token::any;

/// How tightly operators bind.
mod bind {
    pub const IMPLIES: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const COMPARE: u8 = 5;
    pub const ADD: u8 = 6;
    pub const MULTIPLY: u8 = 7;
    pub const NEGATE: u8 = 8;
    pub const POWER: u8 = 9;
}

/// A whole expression.
pub fn expression(input: &mut Tokens<'_, '_>) -> Parsed<Tree> {
    operators(input, 0, false)
}

/// An expression that stops at a comparison or at a word: the end of a range.
pub fn sum_of_terms(input: &mut Tokens<'_, '_>) -> Parsed<Tree> {
    operators(input, bind::ADD, false)
}

/// Operators that bind at least as tightly as `least`. `exponent`: this is one, with no brackets around it.
fn operators(input: &mut Tokens<'_, '_>, least: u8, exponent: bool) -> Parsed<Tree> {
    if input.state.0 >= MAX_NESTING {
        return fail(too_deep(next(input).span, MAX_NESTING));
    }
    input.state.0 += 1;
    let tree = climb(input, least, exponent);
    input.state.0 -= 1;
    tree
}

fn climb(input: &mut Tokens<'_, '_>, least: u8, exponent: bool) -> Parsed<Tree> {
    let mut left = prefixed(input, least, exponent)?;
    loop {
        let token = next(input);
        if comparison(token.kind).is_some() {
            if least > bind::COMPARE {
                return Ok(left);
            }
            left = chain(input, left)?;
            continue;
        }
        let Some((op, binding, right_binding)) = binary(&token) else { return Ok(left) };
        if binding < least {
            return Ok(left);
        }
        skip(input)?;
        let right = operators(input, right_binding, op == BinaryOp::Pow)?;
        let span = left.expr.span.join(right.expr.span);
        let height = left.height.max(right.height);
        let kind = ExprKind::Binary { op, left: left.expr, right: right.expr };
        left = Tree::above(height, kind, span)?;
    }
}

/// An operator between two operands, how tightly it binds and how tightly what stands on its right must.
fn binary(token: &Token<'_>) -> Option<(BinaryOp, u8, u8)> {
    Some(match token.kind {
        Kind::Implies => (BinaryOp::Implies, bind::IMPLIES, bind::IMPLIES),
        Kind::Word if token.text == "or" => (BinaryOp::Or, bind::OR, bind::OR + 1),
        Kind::Word if token.text == "and" => (BinaryOp::And, bind::AND, bind::AND + 1),
        Kind::Plus => (BinaryOp::Add, bind::ADD, bind::ADD + 1),
        Kind::Minus => (BinaryOp::Sub, bind::ADD, bind::ADD + 1),
        Kind::Star => (BinaryOp::Mul, bind::MULTIPLY, bind::MULTIPLY + 1),
        Kind::Slash => (BinaryOp::Div, bind::MULTIPLY, bind::MULTIPLY + 1),
        Kind::Caret => (BinaryOp::Pow, bind::POWER, bind::POWER),
        _ => return None,
    })
}

pub fn comparison(kind: Kind) -> Option<Comparison> {
    Some(match kind {
        Kind::Less => Comparison::Less,
        Kind::LessEqual => Comparison::LessEqual,
        Kind::Greater => Comparison::Greater,
        Kind::GreaterEqual => Comparison::GreaterEqual,
        Kind::EqualEqual => Comparison::Equal,
        Kind::NotEqual => Comparison::NotEqual,
        _ => return None,
    })
}

/// `first <= b < c`
fn chain(input: &mut Tokens<'_, '_>, first: Tree) -> Parsed<Tree> {
    let mut span = first.expr.span;
    let mut height = first.height;
    let mut rest = Vec::new();
    while let Some(op) = comparison(next(input).kind) {
        skip(input)?;
        let right = operators(input, bind::COMPARE + 1, false)?;
        span = span.join(right.expr.span);
        height = height.max(right.height);
        rest.push((op, *right.expr));
    }
    Tree::above(height, ExprKind::Compare { first: first.expr, rest }, span)
}

/// What begins with `-`, `not` or `if`, else an operand with its postfixes.
fn prefixed(input: &mut Tokens<'_, '_>, least: u8, exponent: bool) -> Parsed<Tree> {
    let token = next(input);
    if token.kind == Kind::Minus && (exponent || least <= bind::NEGATE) {
        skip(input)?;
        let operand = operators(input, if exponent { bind::POWER } else { bind::NEGATE }, exponent)?;
        let span = token.span.join(operand.expr.span);
        return Tree::above(operand.height, ExprKind::Neg(operand.expr), span);
    }
    if token.is_word("not") && least <= bind::NOT {
        skip(input)?;
        let operand = operators(input, bind::NOT, false)?;
        let span = token.span.join(operand.expr.span);
        return Tree::above(operand.height, ExprKind::Not(operand.expr), span);
    }
    if token.is_word("if") && least <= bind::IMPLIES {
        return conditional(input, token);
    }
    let operand = operand(input)?;
    postfixes(input, operand, exponent)
}

/// `if p then x else y`
fn conditional(input: &mut Tokens<'_, '_>, start: Token<'_>) -> Parsed<Tree> {
    skip(input)?;
    let condition = expression(input)?;
    expect_word(input, "then", "`then` behind the condition of an `if`")?;
    let then = expression(input)?;
    expect_word(input, "else", "`else`: an `if` has both branches")?;
    let otherwise = expression(input)?;
    let span = start.span.join(otherwise.expr.span);
    let height = condition.height.max(then.height).max(otherwise.height);
    let kind = ExprKind::If { condition: condition.expr, then: then.expr, otherwise: otherwise.expr };
    Tree::above(height, kind, span)
}

fn postfixes(input: &mut Tokens<'_, '_>, mut base: Tree, exponent: bool) -> Parsed<Tree> {
    loop {
        if let Some(prime) = accept(input, Kind::Prime)? {
            if exponent {
                let error = LangError::new(prime.span, "a transpose right behind a power", "found `'`");
                return fail(error.help("write `(A^k)'` or `A^(k')`"));
            }
            let span = base.expr.span.join(prime.span);
            base = Tree::above(base.height, ExprKind::Transpose(base.expr), span)?;
        } else if let Some(open) = accept(input, Kind::LeftBracket)? {
            base = subscripts(input, base, open)?;
        } else {
            return Ok(base);
        }
    }
}

/// What stands in `M[..]`, from behind the bracket.
fn subscripts(input: &mut Tokens<'_, '_>, base: Tree, open: Token<'_>) -> Parsed<Tree> {
    let parts: Vec<(Subscript, u32)> = comma_separated(input, subscript)?;
    if next(input).kind == Kind::Colon {
        return fail(unexpected(input, "`,` or `]`").help("write `a..=b` for a range, `..` for a whole row or column"));
    }
    let end = close(input, open, Kind::RightBracket)?;
    let span = base.expr.span.join(end.span);
    if parts.len() > 2 {
        let error = LangError::new(span, "a matrix has two subscripts, a vector one", format!("found {}", parts.len()));
        return fail(error);
    }
    let height = parts.iter().map(|(_, height)| *height).fold(base.height, u32::max);
    let index = parts.into_iter().map(|(part, _)| part).collect();
    Tree::above(height, ExprKind::Index { base: base.expr, index }, span)
}

fn subscript(input: &mut Tokens<'_, '_>) -> Parsed<(Subscript, u32)> {
    if let Some(all) = accept(input, Kind::DotDot)? {
        return Ok((Subscript::All(all.span), 0));
    }
    let lo = sum_of_terms(input)?;
    if accept(input, Kind::DotDotEqual)?.is_some() {
        let hi = sum_of_terms(input)?;
        let height = lo.height.max(hi.height);
        return Ok((Subscript::Range { lo: *lo.expr, hi: *hi.expr }, height));
    }
    Ok((Subscript::At(*lo.expr), lo.height))
}

fn operand(input: &mut Tokens<'_, '_>) -> Parsed<Tree> {
    let token = next(input);
    match token.kind {
        Kind::Number => {
            skip(input)?;
            let kind = ExprKind::Number { value: exact(token.text), text: token.text.to_owned() };
            Ok(Tree::leaf(kind, token.span))
        }
        Kind::LeftParen => parenthesised(input, token),
        Kind::Word => word(input, token),
        _ => fail(no_operand(input, token)),
    }
}

fn parenthesised(input: &mut Tokens<'_, '_>, open: Token<'_>) -> Parsed<Tree> {
    skip(input)?;
    let mut inner = expression(input)?;
    if next(input).kind == Kind::Comma {
        let help = "an interval stands only in a sampler; `hcat(a, b)` makes a row";
        return fail(unexpected(input, "`)`").help(help));
    }
    let end = close(input, open, Kind::RightParen)?;
    inner.expr.span = open.span.join(end.span);
    no_call(input)?;
    Ok(inner)
}

/// What is wrong with a token that begins no expression.
fn no_operand(input: &Tokens<'_, '_>, token: Token<'_>) -> LangError {
    let help = match token.kind {
        Kind::Plus => "leave the sign `+` out",
        Kind::LeftBracket => "an interval stands only in a sampler; `hcat` and `vcat` make a matrix",
        Kind::Greater => "write `!=` for \"is not equal\"",
        Kind::Colon => "write `a..=b` for a range, `..` for a whole row or column",
        Kind::Word if token.text == "if" => "put the `if` in parentheses: `1 + (if p then x else y)`",
        Kind::Word if token.text == "not" => "put it in parentheses: `(not p)`",
        Kind::Word if is_sampler(token.text) => {
            let error = LangError::new(token.span, "a sampler inside an expression", token.found());
            return error.help("a sampler stands alone: give it a name of its own under `[given]`");
        }
        _ => return LangError::new(token.span, "expected an expression", token.found()),
    };
    unexpected(input, "an expression").help(help)
}

/// What begins with a word: a name, a call, a constant, a binder.
fn word(input: &mut Tokens<'_, '_>, token: Token<'_>) -> Parsed<Tree> {
    let called = ahead(input, 1).kind == Kind::LeftParen;
    let leaf = match token.text {
        "sum" | "prod" | "all" | "any" => return parse_binder::quantified(input, token),
        "min" | "max" if called && ahead(input, 2).kind == Kind::Word && ahead(input, 3).is_word("in") => {
            return parse_binder::quantified(input, token);
        }
        "min" | "max" | "prev" => return call(input, token),
        "mat" | "vec" => return parse_binder::builder(input, token),
        "D" => return parse_binder::derivative(input, token),
        "pi" => ExprKind::Pi,
        "I" => ExprKind::Identity,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        "t" => ExprKind::Name("t".into()),
        text if is_reserved(text) => return fail(no_operand(input, token)),
        _ if called => return call(input, token),
        text => ExprKind::Name(text.to_owned()),
    };
    skip(input)?;
    no_call(input)?;
    Ok(Tree::leaf(leaf, token.span))
}

/// `f(a, b)`
fn call(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Tree> {
    skip(input)?;
    let Some(open) = accept(input, Kind::LeftParen)? else {
        return fail(unexpected(input, &format!("`(` behind `{}`", name.text)));
    };
    let (arguments, height, end) = arguments(input, open)?;
    no_call(input)?;
    let kind = ExprKind::Call { function: name.text.to_owned(), function_span: name.span, arguments };
    Tree::above(height, kind, name.span.join(end))
}

/// Arguments from behind the parenthesis, the height of the highest, and where the closing one is.
pub fn arguments(input: &mut Tokens<'_, '_>, open: Token<'_>) -> Parsed<(Vec<Expr>, u32, Span)> {
    if let Some(end) = accept(input, Kind::RightParen)? {
        return Ok((Vec::new(), 0, end.span));
    }
    let trees: Vec<Tree> = comma_separated(input, expression)?;
    if next(input).is_word("in") {
        let error = unexpected(input, "`,` or `)`");
        return fail(error.help("only `sum prod min max all any mat vec` have an index"));
    }
    let end = close(input, open, Kind::RightParen)?;
    let height = trees.iter().map(|tree| tree.height).max().unwrap_or(0);
    Ok((trees.into_iter().map(|tree| *tree.expr).collect(), height, end.span))
}

/// Two operands side by side are not a product, and only a name is called.
fn no_call(input: &Tokens<'_, '_>) -> Parsed<()> {
    if next(input).kind == Kind::LeftParen {
        return fail(unexpected(input, "an operator"));
    }
    Ok(())
}

/// Passes a token that was looked at.
pub fn skip(input: &mut Tokens<'_, '_>) -> Parsed<()> {
    any.void().parse_next(input)
}

/// A name that an index or a variable may have.
pub fn index_name<'s>(input: &mut Tokens<'_, 's>, what: &str) -> Parsed<Token<'s>> {
    let Some(name) = accept(input, Kind::Word)? else {
        return fail(unexpected(input, &format!("the name of {what}")));
    };
    if is_reserved(name.text) {
        let message = format!("`{}` is a word of the language", name.text);
        let error = LangError::new(name.span, message, format!("found it as the name of {what}"));
        return fail(error.help("choose another name"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use crate::lang::parse::parse_expr;
    use crate::lang::testing::{bracketed, one_line};

    fn tree(text: &str) -> String {
        match parse_expr(text) {
            Ok(e) => bracketed(&e),
            Err(e) => panic!("{text}: {}", one_line(&e)),
        }
    }

    #[track_caller]
    fn same(text: &str, with_brackets: &str) {
        assert_eq!(tree(text), tree(with_brackets), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, error: &str) {
        match parse_expr(text) {
            Ok(e) => panic!("{text}: {}", bracketed(&e)),
            Err(e) => assert_eq!(one_line(&e), error, "{text}"),
        }
    }

    #[test]
    fn precedence_is_that_of_the_reference() {
        same("a => b or c and not d < e + f * -g^h[1]", "a => (b or (c and (not (d < (e + (f * (-(g^(h[1])))))))))");
        same("a + b < c - d and p", "((a + b) < (c - d)) and p");
        same("not p and q", "(not p) and q");
        same("not not p", "not (not p)");
        same("p or not q and r", "p or ((not q) and r)");
        same("-a^2", "-(a^2)");
        same("-a*b", "(-a)*b");
        same("-a'", "-(a')");
        same("- -a", "-(-a)");
        same("a - -b", "a - (-b)");
        same("a * -b / c", "(a * (-b)) / c");
        same("A'*B", "(A')*B");
        same("A'^2", "(A')^2");
        same("x[1]'", "(x[1])'");
        same("A'[1, 2]", "(A')[1, 2]");
    }

    #[test]
    fn operators_group_to_their_side() {
        same("a - b - c", "(a - b) - c");
        same("a / b * c / d", "((a / b) * c) / d");
        same("a^b^c", "a^(b^c)");
        same("p => q => r", "p => (q => r)");
        same("p and q and r", "(p and q) and r");
        same("p or q or r", "(p or q) or r");
        assert_eq!(tree("a - (b - c)"), "(Sub a (Sub b c))");
        assert_eq!(tree("(a^b)^c"), "(Pow (Pow a b) c)");
    }

    #[test]
    fn an_exponent_may_be_negative() {
        same("2^-1", "2^(-1)");
        same("2^-1*3", "(2^(-1))*3");
        same("2^-a^2", "2^(-(a^2))");
        same("A^k[1]", "A^(k[1])");
        same("2^--1 + 1", "(2^(-(-1))) + 1");
    }

    #[test]
    fn a_transpose_behind_a_power_asks_for_parentheses() {
        let both = "a transpose right behind a power | found `'` | write `(A^k)'` or `A^(k')`";
        refused("A^2'", &format!("3..4 {both}"));
        refused("A^-1'", &format!("4..5 {both}"));
        refused("A^2^3'", &format!("5..6 {both}"));
        refused("A^(2)'", &format!("5..6 {both}"));
        assert_eq!(tree("(A^2)'"), "(tr (Pow A 2=2))");
        assert_eq!(tree("A^(x')"), "(Pow A (tr x))");
        assert_eq!(tree("A^f(x')"), "(Pow A (f: (tr x)))");
    }

    #[test]
    fn comparisons_chain_and_brackets_break_the_chain() {
        assert_eq!(tree("0 <= a < b"), "(cmp 0=0 LessEqual a Less b)");
        assert_eq!(tree("(0 <= a) < b"), "(cmp (cmp 0=0 LessEqual a) Less b)");
        assert_eq!(tree("a > b >= c == d != e"), "(cmp a Greater b GreaterEqual c Equal d NotEqual e)");
        assert_eq!(tree("zeros(d, d) <= S <= 2*Sigma"), "(cmp (zeros: d d) LessEqual S LessEqual (Mul 2=2 Sigma))");
    }

    #[test]
    fn an_if_reaches_to_the_end() {
        assert_eq!(
            tree("if p < 0 then a >= b else c => d"),
            "(if (cmp p Less 0=0) (cmp a GreaterEqual b) (Implies c d))"
        );
        same("p => if q then x else y", "p => (if q then x else y)");
        same("if p then x else if q then y else z", "if p then x else (if q then y else z)");
        assert_eq!(tree("1 + (if p then x else y + 2)"), "(Add 1=1 (if p x (Add y 2=2)))");
        refused(
            "1 + if p then x else y",
            "4..6 expected an expression | found `if` | put the `if` in parentheses: `1 + (if p then x else y)`",
        );
        refused("if p then x", "11..11 expected `else`: an `if` has both branches | found the end | -");
        refused("if p, x", "4..5 expected `then` behind the condition of an `if` | found `,` | -");
    }

    #[test]
    fn subscripts_are_places_ranges_and_all() {
        assert_eq!(tree("M[i, j + 1]"), "(at M i (Add j 1=1))");
        assert_eq!(tree("M[1..=r - 1, ..]"), "(at M 1=1..(Sub r 1=1) ALL)");
        assert_eq!(tree("M[.., j]"), "(at M ALL j)");
        assert_eq!(tree("x[2][1]"), "(at (at x 2=2) 1=1)");
        refused("M[1, 2, 3]", "0..10 a matrix has two subscripts, a vector one | found 3 | -");
        refused("M[1..2]", "3..5 expected `]` | found `..` | a range has both ends: write `a..=b`");
        refused(
            "M[:, 1]",
            "2..3 expected an expression | found `:` | write `a..=b` for a range, `..` for a whole row or column",
        );
        refused(
            "M[1:2]",
            "3..4 expected `,` or `]` | found `:` | write `a..=b` for a range, `..` for a whole row or column",
        );
        refused("M[]", "2..3 expected an expression | found `]` | -");
        refused("M[1", "1..2 this `[` is never closed | found no `]` to it | -");
    }

    #[test]
    fn calls_take_any_number_of_arguments() {
        assert_eq!(tree("norm_F(F*G' - X)^2 / 2"), "(Div (Pow (norm_F: (Sub (Mul F (tr G)) X)) 2=2) 2=2)");
        assert_eq!(tree("f()"), "(f:)");
        assert_eq!(tree("min(a, b)"), "(min: a b)");
        assert_eq!(tree("max(i)"), "(max: i)");
        assert_eq!(tree("prev(loss) + t"), "(Add (prev: loss) t)");
        refused("f(a b)", "4..5 expected `)` | found `b` | write `*` for a product");
        refused("f(a,)", "4..5 expected an expression | found `)` | -");
        refused("prev + 1", "5..6 expected `(` behind `prev` | found `+` | -");
        refused(
            "norm(i in 1..=n: x)",
            "7..9 expected `,` or `)` | found `in` | only `sum prod min max all any mat vec` have an index",
        );
    }

    #[test]
    fn words_of_the_language_are_not_names() {
        assert_eq!(tree("pi * I"), "(Mul PI ID)");
        assert_eq!(tree("true or false"), "(Or true! false!)");
        refused("1 + then", "4..8 expected an expression | found `then` | -");
        refused(
            "a + symmetric(d, [0, 1])",
            "4..13 a sampler inside an expression | found `symmetric` | a sampler stands alone: give it a name of its own under `[given]`",
        );
        refused("a < not p", "4..7 expected an expression | found `not` | put it in parentheses: `(not p)`");
    }

    #[test]
    fn a_slip_says_what_to_write() {
        refused("", "0..0 expected an expression | found the end | -");
        refused("a = b", "2..3 expected an operator or the end | found `=` | write `==` to compare");
        refused("2 x", "2..3 expected an operator or the end | found `x` | write `*` for a product");
        refused("(a + b)(c)", "7..8 expected an operator | found `(` | write `*` for a product");
        refused("2(c)", "1..2 expected an operator or the end | found `(` | write `*` for a product");
        refused("a + +b", "4..5 expected an expression | found `+` | leave the sign `+` out");
        refused("a <> b", "3..4 expected an expression | found `>` | write `!=` for \"is not equal\"");
        refused("(a + b", "0..1 this `(` is never closed | found no `)` to it | -");
        refused("a + b)", "5..6 expected an operator or the end | found `)` | -");
        refused(
            "(a, b]",
            "2..3 expected `)` | found `,` | an interval stands only in a sampler; `hcat(a, b)` makes a row",
        );
        refused(
            "[0, 1]",
            "0..1 expected an expression | found `[` | an interval stands only in a sampler; `hcat` and `vcat` make a matrix",
        );
        refused(
            "a -> b",
            "2..4 expected an operator or the end | found `->` | `->` is only in `D(e; X -> H)`; write `=>` for an implication",
        );
        refused("a \u{2264} b", "2..5 this character is no part of the language | found `\u{2264}` | write `<=`");
    }

    #[test]
    fn a_span_covers_what_was_written() {
        let e = parse_expr(" (a + b) * c' ").unwrap();
        assert_eq!((e.span.start, e.span.end), (1, 13));
        let crate::lang::ast::ExprKind::Binary { left, right, .. } = e.kind else { panic!() };
        assert_eq!((left.span.start, left.span.end), (1, 8));
        assert_eq!((right.span.start, right.span.end), (11, 13));
    }

    #[test]
    fn depth_is_capped_whatever_makes_it() {
        let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
        for s in ["(", "f(", "a[", "-", "not ", "a^", "a => ", "if p then x else ", "sum(i in 1..=n: "] {
            let _ = parse_expr(&s.repeat(130));
        }
        assert!(parse_expr(&nested(127)).is_ok());
        for text in [
            nested(128),
            "(".repeat(60_000),
            "f(".repeat(30_000),
            "a[".repeat(30_000),
            "-".repeat(60_000),
            "not ".repeat(15_000),
            "a^".repeat(30_000),
            "a => ".repeat(10_000),
            "if p then x else ".repeat(3_000),
            "sum(i in 1..=n: ".repeat(4_000),
        ] {
            let e = parse_expr(&text).unwrap_err();
            assert_eq!(
                (e.message.as_str(), e.found.as_str()),
                ("this expression is too deep", "found more than 128 levels")
            );
        }
        for text in
            ["a + ".repeat(10_000) + "a", "a".to_owned() + &"'".repeat(60_000), "a".to_owned() + &"[1]".repeat(9_000)]
        {
            let e = parse_expr(&text).unwrap_err();
            assert_eq!(e.found, "found more than 256 levels");
        }
        assert!(parse_expr(&("a + ".repeat(200) + "a")).is_ok());
        assert!(parse_expr(&format!("f({}a)", "a, ".repeat(10_000))).is_ok());
        // A long chain that closes and is the start of another.
        let chain = "a + ".repeat(200) + "a";
        assert!(parse_expr(&format!("({chain}) + {chain}")).is_err());
    }
}

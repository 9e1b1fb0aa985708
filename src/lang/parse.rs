//! From text to syntax trees: the entry points.
//!
//! | text | parser | grammar in |
//! | --- | --- | --- |
//! | `s1 >= (1 + eta)^2 * s` | [`parse_expr`] | [`super::parse_expr`], [`super::parse_binder`] |
//! | `symmetric(d, (0, 2*sigma1])` | [`parse_given`] | [`super::parse_given`] |
//! | `log [1e-12, 1e-3] 10` | [`parse_sweep`] | [`super::parse_plan`] |
//! | `log 200`, `every 10` | [`parse_schedule`] | [`super::parse_plan`] |
//! | `log(eps) ~ log(rho)` | [`parse_fit`] | [`super::parse_plan`] |
//! | `>= delta/2`, `about 1` | [`parse_slope`] | [`super::parse_plan`] |
//!
//! No names are looked up, and nothing has a type yet: that is the elaborator's. Any text ends in a tree of bounded height or
//! in one error with its place.

use super::ast::{Expr, Given, Schedule, SlopeBound, Sweep};
use super::lexer::Kind;
use super::span::LangError;
use super::tokens::{Parsed, Tokens, expect, parse_all};
use super::{parse_expr, parse_given, parse_plan};

/// An expression: a number, a matrix or a statement.
pub fn parse_expr(text: &str) -> Result<Expr, LangError> {
    whole(text, |input| Ok(parse_expr::expression(input)?.expr))
}

/// An entry of `[given]`: a sampler, or a plain expression.
pub fn parse_given(text: &str) -> Result<Given, LangError> {
    parse_all(text, parse_given::given)
}

/// The points of a sweep: `log [1e-12, 1e-3] 10`, `linear [a, b] 7`, `int [2, 16] 4`.
pub fn parse_sweep(text: &str) -> Result<Sweep, LangError> {
    whole(text, parse_plan::sweep)
}

/// Which steps are looked at: `log 200`, `every 10`.
pub fn parse_schedule(text: &str) -> Result<Schedule, LangError> {
    whole(text, parse_plan::schedule)
}

/// What is fitted, against what: `log(eps) ~ log(rho)`.
pub fn parse_fit(text: &str) -> Result<(Expr, Expr), LangError> {
    whole(text, parse_plan::fit)
}

/// What a slope should be: `>= delta/2`, `<= 1`, `about 1`.
pub fn parse_slope(text: &str) -> Result<(SlopeBound, Expr), LangError> {
    whole(text, parse_plan::slope)
}

/// A parser that must take the whole text.
fn whole<T>(text: &str, parser: impl FnOnce(&mut Tokens<'_, '_>) -> Parsed<T>) -> Result<T, LangError> {
    parse_all(text, |input| {
        let value = parser(input)?;
        expect(input, Kind::End, "an operator or the end")?;
        Ok(value)
    })
}

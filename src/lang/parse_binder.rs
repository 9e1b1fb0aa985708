//! The grammar of what binds a name: quantifiers, builders and derivatives.
//!
//! ```text
//! sum(i in 1..=n, j in i..=n, i != j: e)      prod min max all any likewise: indices, filters among them
//! mat(i in 1..=m, j in 1..=n: e)              vec(i in 1..=n: e)
//! D(e; X -> H)                                D(e; x)
//! ```
//!
//! Whether an index hides another name is the elaborator's to say.

use super::ast::{Clause, ExprKind, IndexRange, Quantifier};
use super::lexer::{Kind, Token};
use super::parse_expr::{expression, index_name, skip, sum_of_terms};
use super::span::LangError;
use super::tokens::{
    Parsed, Tokens, Tree, accept, accept_word, ahead, close, comma_separated, expect, fail, next, unexpected,
};

/// `sum(i in a..=b, i != j: e)`, from its name.
pub fn quantified(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Tree> {
    let quantifier = match name.text {
        "sum" => Quantifier::Sum,
        "prod" => Quantifier::Product,
        "min" => Quantifier::Min,
        "max" => Quantifier::Max,
        "all" => Quantifier::All,
        _ => Quantifier::Any,
    };
    let open = open(input, name, &format!("`{}(i in a..=b: ..)`", name.text))?;
    if !starts_range(input) {
        let error = LangError::new(next(input).span, format!("`{}` needs an index", name.text), next(input).found());
        return fail(error.help(format!("write `{}(i in a..=b: ..)`", name.text)));
    }
    let clauses: Vec<(Clause, u32)> = comma_separated(input, clause)?;
    expect(input, Kind::Colon, &format!("`:` and what `{}` is over", name.text))?;
    let body = expression(input)?;
    let end = close(input, open, Kind::RightParen)?;
    let height = clauses.iter().map(|(_, height)| *height).fold(body.height, u32::max);
    let clauses = clauses.into_iter().map(|(clause, _)| clause).collect();
    let kind = ExprKind::Quantified { quantifier, clauses, body: body.expr };
    Tree::above(height, kind, name.span.join(end.span))
}

fn clause(input: &mut Tokens<'_, '_>) -> Parsed<(Clause, u32)> {
    if starts_range(input) {
        let (range, height) = range(input)?;
        return Ok((Clause::Range(range), height));
    }
    let filter = expression(input)?;
    Ok((Clause::Filter(*filter.expr), filter.height))
}

fn starts_range(input: &Tokens<'_, '_>) -> bool {
    next(input).kind == Kind::Word && ahead(input, 1).is_word("in")
}

/// `i in lo..=hi`
fn range(input: &mut Tokens<'_, '_>) -> Parsed<(IndexRange, u32)> {
    let name = index_name(input, "an index")?;
    if !accept_word(input, "in")? {
        let error = LangError::new(next(input).span, "expected `in` behind the index", next(input).found());
        return fail(error.help(format!("write `{} in 1..=n`", name.text)));
    }
    let lo = sum_of_terms(input)?;
    expect(input, Kind::DotDotEqual, "`..=` and the last index")?;
    let hi = sum_of_terms(input)?;
    let height = lo.height.max(hi.height);
    let range = IndexRange { name: name.text.to_owned(), name_span: name.span, lo: *lo.expr, hi: *hi.expr };
    Ok((range, height))
}

/// `mat(i in 1..=m, j in 1..=n: e)`, `vec(i in 1..=n: e)`, from the name.
pub fn builder(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Tree> {
    let (wanted, form) = match name.text {
        "mat" => (2, "`mat(i in 1..=m, j in 1..=n: ..)`"),
        _ => (1, "`vec(i in 1..=n: ..)`"),
    };
    let open = open(input, name, form)?;
    let ranges: Vec<(IndexRange, u32)> = comma_separated(input, range)?;
    if ranges.len() != wanted {
        let span = ranges.iter().fold(open.span, |span, (range, _)| span.join(range.name_span).join(range.hi.span));
        let message = format!("`{}` takes {wanted} {}", name.text, if wanted == 1 { "index" } else { "indices" });
        return fail(LangError::new(span, message, format!("found {}", ranges.len())).help(format!("write {form}")));
    }
    for (range, _) in &ranges {
        let from_one = matches!(&range.lo.kind, ExprKind::Number { value, .. } if value.is_one());
        if !from_one {
            let error =
                LangError::new(range.lo.span, format!("a range of `{}` starts at 1", name.text), "found another start");
            return fail(error.help(format!("write `{} in 1..=..` and shift the index in the entry", range.name)));
        }
    }
    expect(input, Kind::Colon, "`:` and the entry")?;
    let body = expression(input)?;
    let end = close(input, open, Kind::RightParen)?;
    let height = ranges.iter().map(|(_, height)| *height).fold(body.height, u32::max);
    let ranges = ranges.into_iter().map(|(range, _)| range).collect();
    Tree::above(height, ExprKind::Build { ranges, body: body.expr }, name.span.join(end.span))
}

/// `D(e; X -> H)`, `D(e; x)`, from the `D`.
pub fn derivative(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Tree> {
    let open = open(input, name, "`D(e; X -> H)` or `D(e; x)`")?;
    let body = expression(input)?;
    if next(input).kind == Kind::Comma {
        return fail(unexpected(input, "`;` and the variable").help("write `D(e; X -> H)` or `D(e; x)`"));
    }
    expect(input, Kind::Semicolon, "`;` and the variable")?;
    // The time is a variable too, though nobody may define it.
    let variable = match next(input) {
        time if time.is_word("t") => {
            skip(input)?;
            time
        }
        _ => index_name(input, "the variable")?,
    };
    let direction = match accept(input, Kind::Arrow)? {
        Some(_) => Some(expression(input)?),
        None => None,
    };
    let end = close(input, open, Kind::RightParen)?;
    let height = direction.as_ref().map_or(body.height, |direction| direction.height.max(body.height));
    let kind = ExprKind::Derivative {
        body: body.expr,
        variable: variable.text.to_owned(),
        variable_span: variable.span,
        direction: direction.map(|direction| direction.expr),
    };
    Tree::above(height, kind, name.span.join(end.span))
}

/// The parenthesis behind the name of a binder.
fn open<'s>(input: &mut Tokens<'_, 's>, name: Token<'_>, form: &str) -> Parsed<Token<'s>> {
    skip(input)?;
    match accept(input, Kind::LeftParen)? {
        Some(open) => Ok(open),
        None => {
            let error = LangError::new(
                name.span.join(next(input).span),
                format!("`{}` is a word of the language", name.text),
                format!("{} behind it", next(input).found()),
            );
            fail(error.help(format!("write {form}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::parse::parse_expr;
    use crate::lang::testing::{bracketed, one_line};

    #[track_caller]
    fn reads(text: &str, tree: &str) {
        assert_eq!(parse_expr(text).map(|e| bracketed(&e)).map_err(|e| one_line(&e)), Ok(tree.into()), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, error: &str) {
        assert_eq!(parse_expr(text).map(|e| bracketed(&e)).map_err(|e| one_line(&e)), Err(error.into()), "{text}");
    }

    #[test]
    fn quantifiers_take_indices_and_filters() {
        reads("sum(i in 1..=n: x[i])", "(Sum i in 1=1..n : (at x i))");
        reads(
            "all(i in 1..=r, j in i + 1..=r, i != j and p: abs(x[i]) <= sigma(i, X))",
            "(All i in 1=1..r j in (Add i 1=1)..r where (And (cmp i NotEqual j) p) : \
             (cmp (abs: (at x i)) LessEqual (sigma: i X)))",
        );
        reads("max(i in 1..=n, i != 2: -i)", "(Max i in 1=1..n where (cmp i NotEqual 2=2) : (neg i))");
        reads("min(i in 1..=2: i) + prod(i in a..=b: c)", "(Add (Min i in 1=1..2=2 : i) (Product i in a..b : c))");
        reads("any(i in 1..=n: p => if q then r else s)", "(Any i in 1=1..n : (Implies p (if q r s)))");
    }

    #[test]
    fn a_quantifier_without_its_index_says_how_it_is_written() {
        refused("sum(x, y)", "4..5 `sum` needs an index | found `x` | write `sum(i in a..=b: ..)`");
        refused("all", "0..3 `all` is a word of the language | found the end behind it | write `all(i in a..=b: ..)`");
        refused(
            "sum(i in 1..n: i)",
            "10..12 expected `..=` and the last index | found `..` | a range has both ends: write `a..=b`",
        );
        refused("sum(i in 1..=n, i)", "17..18 expected `:` and what `sum` is over | found `)` | -");
        refused(
            "sum(t in 1..=n: t)",
            "4..5 `t` is a word of the language | found it as the name of an index | choose another name",
        );
        refused("sum(i in 1..=n: i", "3..4 this `(` is never closed | found no `)` to it | -");
    }

    #[test]
    fn builders_take_ranges_from_one() {
        reads("mat(i in 1..=m, j in 1..=n: i*j)", "(build i in 1=1..m j in 1=1..n : (Mul i j))");
        reads("vec(i in 1..=n: 1/i)", "(build i in 1=1..n : (Div 1=1 i))");
        refused(
            "vec(i in 0..=n: i)",
            "9..10 a range of `vec` starts at 1 | found another start | write `i in 1..=..` and shift the index in the entry",
        );
        refused(
            "mat(i in 1..=n: i)",
            "3..14 `mat` takes 2 indices | found 1 | write `mat(i in 1..=m, j in 1..=n: ..)`",
        );
        refused("vec(i in 1..=n, i > 1: i)", "18..19 expected `in` behind the index | found `>` | write `i in 1..=n`");
    }

    #[test]
    fn derivatives_name_a_variable() {
        reads("D(norm_F(X)^2; X -> H)", "(D (Pow (norm_F: X) 2=2) ; X -> H)");
        reads("D(x^2; x)", "(D (Pow x 2=2) ; x)");
        reads("D(s; t)", "(D s ; t)");
        reads("D(f; X -> A*B + C)", "(D f ; X -> (Add (Mul A B) C))");
        refused("D(f, x)", "3..4 expected `;` and the variable | found `,` | write `D(e; X -> H)` or `D(e; x)`");
        refused("D(f; 2*x)", "5..6 expected the name of the variable | found `2` | write `*` for a product");
        refused(
            "D + 1",
            "0..3 `D` is a word of the language | found `+` behind it | write `D(e; X -> H)` or `D(e; x)`",
        );
    }
}

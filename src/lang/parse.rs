//! From text to syntax trees: the entry points.
//!
//! | text | parser | grammar in |
//! | --- | --- | --- |
//! | `s1 >= (1 + eta)^2 * s` | [`parse_expr`] | `parse_expr`, `parse_binder` |
//! | `symmetric(d, (0, 2*sigma1])` | [`parse_given`] | `parse_given` |
//! | `log [1e-12, 1e-3] 10` | [`parse_sweep`] | `parse_plan` |
//! | `log 200`, `every 10` | [`parse_schedule`] | `parse_plan` |
//! | `32`, `log 20` | [`parse_looks`] | `parse_plan` |
//! | `log(eps) ~ log(rho)` | [`parse_fit`] | `parse_plan` |
//! | `>= delta/2`, `about 1 within 1/100` | [`parse_slope`] | `parse_plan` |
//!
//! No names are looked up, and nothing has a type yet: that is the elaborator's. Any text ends in a tree of bounded height or
//! in one error with its place.

use super::ast::{Expr, Given, Looks, Schedule, Slope, Sweep};
use super::lexer::Kind;
use super::span::LangError;
use super::tokens::{Parsed, Tokens, expect, parse_all};
use super::{parse_expr, parse_given, parse_plan};

pub use super::tokens::{MAX_HEIGHT, MAX_NESTING};

/// An expression: a number, a matrix or a statement.
pub fn parse_expr(text: &str) -> Result<Expr, LangError> {
    whole(text, |input| Ok(*parse_expr::expression(input)?.expr))
}

/// An entry of `[given]`: a sampler, or a plain expression.
pub fn parse_given(text: &str) -> Result<Given, LangError> {
    parse_all(text, parse_given::given)
}

/// The points of a sweep: `log [1e-12, 1e-3] 10`, `linear [a, b] 7`, `int [2, 16] 4`.
pub fn parse_sweep(text: &str) -> Result<Sweep, LangError> {
    parse_sweep_of(text, parse_plan::MAX_POINTS)
}

/// The same, of so many points at most.
pub fn parse_sweep_of(text: &str, most: u64) -> Result<Sweep, LangError> {
    whole(text, |input| parse_plan::sweep(input, most))
}

/// Which steps are looked at: `log 200`, `every 10`.
pub fn parse_schedule(text: &str) -> Result<Schedule, LangError> {
    whole(text, parse_plan::schedule)
}

/// At which times a flow is looked at: `32`, `log 20`.
pub fn parse_looks(text: &str) -> Result<Looks, LangError> {
    whole(text, parse_plan::looks)
}

/// What is fitted, against what: `log(eps) ~ log(rho)`.
pub fn parse_fit(text: &str) -> Result<(Expr, Expr), LangError> {
    whole(text, parse_plan::fit)
}

/// What a slope should be: `>= delta/2`, `<= 1`, `about 1 within 1/100`.
pub fn parse_slope(text: &str) -> Result<Slope, LangError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::print::{given_tex, given_unicode, source, tex, unicode};
    use crate::lang::testing::{expressions, runner};
    use proptest::prelude::*;
    use proptest::{collection, sample};

    /// Every parser on this text: each ends, in a value that can be printed or in an error inside the text.
    fn survives(text: &str) {
        let mut errors = Vec::new();
        match parse_expr(text) {
            Ok(e) => drop((source(&e), unicode(&e), tex(&e))),
            Err(e) => errors.push(e),
        }
        match parse_given(text) {
            Ok(given) => drop((given_unicode("x", &given), given_tex("x", &given))),
            Err(e) => errors.push(e),
        }
        errors.extend(parse_sweep(text).err());
        errors.extend(parse_schedule(text).err());
        errors.extend(parse_looks(text).err());
        errors.extend(parse_fit(text).err());
        errors.extend(parse_slope(text).err());
        for e in errors {
            assert!(!e.message.is_empty() && !e.found.is_empty(), "{text}: {e}");
            assert!(text.get(e.span.start..e.span.end).is_some(), "{text}: {:?}", e.span);
        }
    }

    #[test]
    fn a_claim_as_papers_state_them_parses_and_prints_back() {
        for text in [
            "(I + eta*(Sigma - S))*S*(I + eta*(Sigma - S))",
            "s1 >= (1 + eta*(sigma_d - s))^2*s - (8 + 6*beta)/(1 - beta)*sigma1^3*eta^2",
            "S1 == S + eta*(P*S + S*P) + eta^2*P*S*P",
            "if p < 0 then p1 >= (1 - eta*sigma_d)^2*p - c*sigma1^3*eta^2 else p1 >= 0",
            "zeros(d, d) <= S <= 2*Sigma",
            "all(i in 1..=r: abs(x[i]) <= sigma(i, X))",
            "G + eta*(X - F*G')'*F",
            "loss <= 4*n*(1 - eta*alpha^2/4)^(2*(t - T1))",
            "1 - 2*exp(-(n + N)/2)",
            "T0 <= c*(log(d*sigma_d/eps) + log(sigma_d/delta))/(eta*sigma_d)",
            "D(norm_F(U*V' - Sigma)^2/2; U -> H) == inner((U*V' - Sigma)*V, H)",
            "norm(U[1..=r, ..]) <= prev(norm(U[.., j])) + 1e-350",
        ] {
            let e = super::parse_expr(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(source(&e), text);
        }
    }

    #[test]
    fn any_soup_of_tokens_ends_in_a_tree_or_an_error() {
        let tokens: Vec<&str> =
            "a S1 I pi t D sum min all mat vec if then else not and or in true prev real int symmetric \
            matrix normal choice sv rank log every 1 0.5 1e-9 ..= .. <= < > == != => -> = ~ ( ( ( ) ) ) [ ] \
            , , : ; ' + - * / ^ ≤ . ! é \u{1f600}"
                .split(' ')
                .chain(["i in 1..=n"])
                .collect();
        let soup = collection::vec(sample::select(tokens), 0..40);
        runner(8000)
            .run(&(soup, any::<bool>()), |(tokens, spaced)| {
                survives(&tokens.join(if spaced { " " } else { "" }));
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn the_highest_tree_can_be_printed_compared_and_dropped() {
        let nested = |open: &str, close: &str| format!("{}a{}", open.repeat(42), close.repeat(42));
        for text in [
            "a / ".repeat(255) + "a",
            "a * (b + 1) - ".repeat(120) + "a",
            "a".to_owned() + &"'".repeat(255),
            "a".to_owned() + &"[1]".repeat(255),
            nested("sum(i in 1..=n: 1/", ")"),
            nested("-(a + ", ")"),
            nested("a^(b*", ")"),
            nested("if p then x else (", ")"),
            nested("hadamard(A, 1/", ")"),
        ] {
            let e = parse_expr(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(e.clone(), e);
            survives(&text);
        }
    }

    #[test]
    fn any_text_ends_in_a_tree_or_an_error() {
        runner(2000)
            .run(&any::<String>(), |text| {
                survives(&text);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_broken_expression_ends_in_a_tree_or_an_error() {
        let given = sample::select(
            &[
                "symmetric(d, i: (0, 2*sigma1[i]] log)",
                "matrix(m, n, sv in [0, 1] log, rank r + 1)",
                "real in [(a + b)*c, f(a, b)) log",
                "vector(n, i: [0, sig[i]])",
                "gaussian(m, n, 1/k)",
                "log [1e-12, 1e-3] 10",
                "log(eps) ~ log(rho)",
                ">= delta/(2*(2 - delta))",
            ][..],
        )
        .prop_map(String::from);
        let text = prop_oneof![3 => expressions().prop_map(|e| source(&e)), 1 => given];
        let edits = collection::vec((any::<sample::Index>(), any::<sample::Index>(), 0..3_u8), 1..4);
        runner(4000)
            .run(&(text, edits), |(text, edits)| {
                let mut text: Vec<char> = text.chars().collect();
                for (at, from, edit) in edits {
                    if text.is_empty() {
                        break;
                    }
                    let (at, from) = (at.index(text.len()), from.index(text.len()));
                    match edit {
                        0 => drop(text.remove(at)),
                        1 => text.insert(at, text[from]),
                        _ => text.swap(at, from),
                    }
                }
                survives(&text.into_iter().collect::<String>());
                Ok(())
            })
            .unwrap();
    }
}

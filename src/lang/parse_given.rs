//! The grammar of `[given]`: samplers, and their intervals.
//!
//! A given that begins with a sampler's name is that sampler and nothing else; all others are plain expressions. A bracket
//! opens an interval if it is `[`, or if it is `(` with a comma of its own before it closes: `(a, b]` against `(a + b)*v`.

use super::ast::{Expr, Given, Interval, Law, Sampler, Spectrum};
use super::lexer::{Kind, Token};
use super::parse_expr::{arguments, expression, index_name, skip, sum_of_terms};
use super::span::{LangError, Span};
use super::suggest::nearest;
use super::tokens::{Parsed, Tokens, accept, accept_word, ahead, close, expect, fail, next, unexpected};
use super::words::{FUNCTIONS, SAMPLERS, is_sampler};

/// A whole given, to the end of the text.
pub fn given(input: &mut Tokens<'_, '_>) -> Parsed<Given> {
    let first = next(input);
    let sampled = first.kind == Kind::Word && is_sampler(first.text);
    if !sampled {
        return value(input, first);
    }
    skip(input)?;
    let kind = sampler(input, first)?;
    let end = next(input);
    if end.kind != Kind::End {
        let error = LangError::new(end.span, format!("expected the end behind `{}`", first.text), end.found());
        return fail(error.help("a sampler stands alone: give it a name of its own, and compute with the name"));
    }
    Ok(Given { kind, span: Span::new(first.span.start, last_end(input, first)) })
}

/// Where the last token before the next ends.
fn last_end(input: &Tokens<'_, '_>, first: Token<'_>) -> usize {
    input.input.previous_tokens().next().map_or(first.span.end, |token| token.span.end)
}

/// A plain expression, in which a misspelt sampler is looked for.
fn value(input: &mut Tokens<'_, '_>, first: Token<'_>) -> Parsed<Given> {
    let second = ahead(input, 1);
    let like_a_sampler = first.kind == Kind::Word
        && (second.kind == Kind::LeftParen || second.is_word("in"))
        && !FUNCTIONS.contains(&first.text);
    if like_a_sampler && let Some(sampler) = nearest(first.text, SAMPLERS.iter().copied()) {
        let error = LangError::new(first.span, format!("unknown sampler `{}`", first.text), first.found());
        return fail(error.help(format!("did you mean `{sampler}`?")));
    }
    let expr = *expression(input)?.expr;
    expect(input, Kind::End, "an operator or the end")?;
    Ok(Given { span: expr.span, kind: Sampler::Value(expr) })
}

/// What follows a sampler's name.
fn sampler(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Sampler> {
    match name.text {
        "int" => {
            within(input, name, "int in 1..=8")?;
            if opens_interval(input) {
                let error = LangError::new(next(input).span, "integers come from a range", next(input).found());
                return fail(error.help("write `int in a..=b`"));
            }
            let lo = *sum_of_terms(input)?.expr;
            expect(input, Kind::DotDotEqual, "`..=` and the last integer")?;
            let hi = *sum_of_terms(input)?.expr;
            Ok(Sampler::Int { lo, hi })
        }
        "real" => {
            within(input, name, "real in [0, 1]")?;
            Ok(Sampler::Real(interval(input)?))
        }
        "normal" if next(input).kind != Kind::LeftParen => Ok(Sampler::Normal { mean: None, sd: None }),
        "vector" | "spectrum" => {
            let form = if name.text == "vector" { "vector(n, [a, b])" } else { "spectrum(n, [a, b])" };
            let open = open(input, name, form)?;
            let len = argument(input, name, form)?;
            let law = law(input)?;
            close(input, open, Kind::RightParen)?;
            Ok(if name.text == "vector" { Sampler::Vector { len, law } } else { Sampler::Spectrum { len, law } })
        }
        "symmetric" => {
            let form = "symmetric(n, [a, b])";
            let open = open(input, name, form)?;
            let size = argument(input, name, form)?;
            let eigenvalues =
                if opens_law(input) { Spectrum::In(law(input)?) } else { Spectrum::Values(*expression(input)?.expr) };
            close(input, open, Kind::RightParen)?;
            Ok(Sampler::Symmetric { size, eigenvalues })
        }
        "matrix" => matrix(input, name),
        _ => listed(input, name),
    }
}

/// The `in` of `int in ..` and `real in ..`.
fn within(input: &mut Tokens<'_, '_>, name: Token<'_>, form: &str) -> Parsed<()> {
    if accept_word(input, "in")? {
        return Ok(());
    }
    let error = LangError::new(next(input).span, format!("expected `in` behind `{}`", name.text), next(input).found());
    fail(error.help(format!("write `{form}`")))
}

/// The parenthesis behind a sampler's name.
fn open<'s>(input: &mut Tokens<'_, 's>, name: Token<'_>, form: &str) -> Parsed<Token<'s>> {
    match accept(input, Kind::LeftParen)? {
        Some(open) => Ok(open),
        None => {
            let message = format!("expected `(` behind `{}`", name.text);
            fail(LangError::new(next(input).span, message, next(input).found()).help(format!("write `{form}`")))
        }
    }
}

/// An argument that another follows.
fn argument(input: &mut Tokens<'_, '_>, name: Token<'_>, form: &str) -> Parsed<Expr> {
    let argument = *expression(input)?.expr;
    if accept(input, Kind::Comma)?.is_none() {
        if next(input).kind == Kind::RightParen {
            let error = LangError::new(next(input).span, format!("`{}` takes more", name.text), next(input).found());
            return fail(error.help(format!("write `{form}`")));
        }
        return fail(unexpected(input, "`,`"));
    }
    Ok(argument)
}

/// `(m, n, sv in law)`, `(m, n, sv = v)`, `.., rank r`
fn matrix(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Sampler> {
    let form = "matrix(m, n, sv in [a, b])";
    let open = open(input, name, form)?;
    let rows = argument(input, name, form)?;
    let cols = argument(input, name, form)?;
    if !accept_word(input, "sv")? {
        let error = LangError::new(next(input).span, "expected `sv`, the singular values", next(input).found());
        return fail(error.help(format!("write `{form}` or `matrix(m, n, sv = v)`")));
    }
    let singular = if accept_word(input, "in")? {
        Spectrum::In(law(input)?)
    } else if accept(input, Kind::Equals)?.is_some() {
        Spectrum::Values(*expression(input)?.expr)
    } else {
        let error = LangError::new(next(input).span, "expected `in` or `=` behind `sv`", next(input).found());
        return fail(error.help("write `sv in [a, b]` or `sv = v`"));
    };
    let rank = match accept(input, Kind::Comma)? {
        Some(_) if accept_word(input, "rank")? => Some(*expression(input)?.expr),
        Some(_) => {
            let error = LangError::new(next(input).span, "expected `rank` and a number", next(input).found());
            return fail(error.help("write `matrix(m, n, sv in [a, b], rank r)`"));
        }
        None => None,
    };
    close(input, open, Kind::RightParen)?;
    Ok(Sampler::Matrix { rows, cols, singular, rank })
}

/// The samplers whose arguments are all plain expressions.
fn listed(input: &mut Tokens<'_, '_>, name: Token<'_>) -> Parsed<Sampler> {
    let form = match name.text {
        "normal" => "normal(mu, sd)",
        "choice" => "choice(x, y, ..)",
        "gaussian" => "gaussian(m, n)` or `gaussian(m, n, sd)",
        "stiefel" => "stiefel(n, k)",
        "near" => "near(A, e)",
        "commuting" => "commuting(S)",
        "below" => "below(S)",
        "operator" => "operator(m, n, delta)",
        "sphere" => "sphere(n)",
        "orthogonal" => "orthogonal(n)",
        "skew" => "skew(n)",
        "permutation" => "permutation(n)",
        _ => "haar(n)",
    };
    let open = open(input, name, form)?;
    if opens_interval(input) {
        let error = LangError::new(next(input).span, format!("`{}` takes no interval", name.text), next(input).found());
        return fail(error.help(format!("write `{form}`")));
    }
    let (arguments, _, end) = arguments(input, open)?;
    let found = arguments.len();
    let mut given = arguments.into_iter();
    let one = given.next();
    let two = given.next();
    let three = given.next();
    let sampler = match (if found > 3 && name.text != "choice" { "" } else { name.text }, one, two, three) {
        ("choice", Some(first), second, third) => {
            Sampler::Choice([Some(first), second, third].into_iter().flatten().chain(given).collect())
        }
        ("normal", Some(mean), Some(sd), None) => Sampler::Normal { mean: Some(mean), sd: Some(sd) },
        ("gaussian", Some(rows), Some(cols), sd) => Sampler::Gaussian { rows, cols, sd },
        ("stiefel", Some(rows), Some(cols), None) => Sampler::Stiefel { rows, cols },
        ("near", Some(center), Some(radius), None) => Sampler::Near { center, radius },
        ("operator", Some(rows), Some(cols), Some(delta)) => Sampler::Operator { rows, cols, delta },
        ("sphere", Some(n), None, None) => Sampler::Sphere(n),
        ("orthogonal", Some(n), None, None) => Sampler::Orthogonal(n),
        ("skew", Some(n), None, None) => Sampler::Skew(n),
        ("permutation", Some(n), None, None) => Sampler::Permutation(n),
        ("haar", Some(n), None, None) => Sampler::Haar(n),
        ("commuting", Some(s), None, None) => Sampler::Commuting(s),
        ("below", Some(s), None, None) => Sampler::Below(s),
        _ => {
            let arguments = if found == 1 { "argument" } else { "arguments" };
            let span = name.span.join(end);
            let message = format!("`{}` does not take {found} {arguments}", name.text);
            return fail(LangError::new(span, message, format!("found {found}")).help(format!("write `{form}`")));
        }
    };
    Ok(sampler)
}

/// One interval, or one for each index: `i: [0, sig[i]]`.
fn law(input: &mut Tokens<'_, '_>) -> Parsed<Law> {
    let indexed = next(input).kind == Kind::Word && ahead(input, 1).kind == Kind::Colon;
    let index = if indexed {
        let name = index_name(input, "the index")?;
        expect(input, Kind::Colon, "`:`")?;
        Some((name.text.to_owned(), name.span))
    } else {
        None
    };
    Ok(Law { index, interval: interval(input)? })
}

fn opens_law(input: &Tokens<'_, '_>) -> bool {
    opens_interval(input) || (next(input).kind == Kind::Word && ahead(input, 1).kind == Kind::Colon)
}

/// Whether an interval begins here: `[`, or a `(` with a comma of its own.
fn opens_interval(input: &Tokens<'_, '_>) -> bool {
    match next(input).kind {
        Kind::LeftBracket => true,
        Kind::LeftParen => {
            let mut open = 0_u32;
            for token in input.input.iter() {
                match token.kind {
                    Kind::LeftParen | Kind::LeftBracket => open += 1,
                    Kind::RightParen | Kind::RightBracket => open -= 1,
                    Kind::Comma if open == 1 => return true,
                    _ => {}
                }
                if open == 0 {
                    return false;
                }
            }
            false
        }
        _ => false,
    }
}

/// `[a, b)`, `(0, b] log`
pub fn interval(input: &mut Tokens<'_, '_>) -> Parsed<Interval> {
    let open = next(input);
    if !opens_interval(input) {
        let error = LangError::new(open.span, "expected an interval", open.found());
        return fail(error.help("write `[a, b]`, with `(` or `)` at an open end"));
    }
    skip(input)?;
    let lo = *expression(input)?.expr;
    expect(input, Kind::Comma, "`,` and the upper end")?;
    let hi = *expression(input)?.expr;
    let (hi_open, end) = match next(input).kind {
        Kind::RightParen => (true, close(input, open, Kind::RightParen)?),
        _ => (false, close(input, open, Kind::RightBracket)?),
    };
    let mut span = open.span.join(end.span);
    let word = next(input);
    let log = accept_word(input, "log")?;
    if log {
        span = span.join(word.span);
    }
    Ok(Interval { lo, lo_open: open.kind == Kind::LeftParen, hi, hi_open, log, half_line: false, span })
}

#[cfg(test)]
mod tests {
    use crate::lang::ast::{Interval, Law, Sampler, Spectrum};
    use crate::lang::parse::parse_given;
    use crate::lang::testing::{bracketed, one_line};

    fn given(text: &str) -> Sampler {
        match parse_given(text) {
            Ok(given) => {
                assert_eq!((given.span.start, given.span.end), (0, text.len()), "{text}");
                given.kind
            }
            Err(e) => panic!("{text}: {}", one_line(&e)),
        }
    }

    #[track_caller]
    fn refused(text: &str, error: &str) {
        match parse_given(text) {
            Ok(given) => panic!("{text}: {given:?}"),
            Err(e) => assert_eq!(one_line(&e), error, "{text}"),
        }
    }

    fn interval(i: &Interval) -> String {
        let (open, close) = (if i.lo_open { "(" } else { "[" }, if i.hi_open { ")" } else { "]" });
        let log = if i.log { " log" } else { "" };
        format!("{open}{}, {}{close}{log}", bracketed(&i.lo), bracketed(&i.hi))
    }

    fn law(law: &Law) -> String {
        let index = law.index.as_ref().map(|(name, _)| format!("{name}: ")).unwrap_or_default();
        index + &interval(&law.interval)
    }

    fn spectrum(s: &Spectrum) -> String {
        match s {
            Spectrum::In(l) => law(l),
            Spectrum::Values(v) => format!("= {}", bracketed(v)),
        }
    }

    #[test]
    fn numbers_are_drawn_from_ranges_and_intervals() {
        let Sampler::Int { lo, hi } = given("int in 1..=2*n + 1") else { panic!() };
        assert_eq!((bracketed(&lo), bracketed(&hi)), ("1=1".into(), "(Add (Mul 2=2 n) 1=1)".into()));
        for (text, want) in [
            ("real in [1/8, 8] log", "[(Div 1=1 8=8), 8=8] log"),
            ("real in (0, sigma1]", "(0=0, sigma1]"),
            ("real in (0, 1)", "(0=0, 1=1)"),
            ("real in [(a + b)*c, f(a, b))", "[(Mul (Add a b) c), (f: a b))"),
            ("real in (0, beta/(8*sigma1)]", "(0=0, (Div beta (Mul 8=8 sigma1))]"),
        ] {
            let Sampler::Real(i) = given(text) else { panic!("{text}") };
            assert_eq!(interval(&i), want);
        }
        assert!(matches!(given("normal"), Sampler::Normal { mean: None, sd: None }));
        assert!(matches!(given("normal(0, 2)"), Sampler::Normal { mean: Some(_), sd: Some(_) }));
        assert!(matches!(given("choice(1, 2, 3, 4, 5)"), Sampler::Choice(all) if all.len() == 5));
    }

    #[test]
    fn a_bracket_is_an_interval_if_it_has_a_comma_of_its_own() {
        for (text, want) in [
            ("symmetric(n, (0, 2*s])", "(0=0, (Mul 2=2 s)]"),
            ("symmetric(n, [0, 1] log)", "[0=0, 1=1] log"),
            ("symmetric(n, i: [0, sig[i]])", "i: [0=0, (at sig i)]"),
            ("symmetric(n, v)", "= v"),
            ("symmetric(n, (a + b)*v)", "= (Mul (Add a b) v)"),
            ("symmetric(n, (f(a, b))*v[1, 2])", "= (Mul (f: a b) (at v 1=1 2=2))"),
            ("symmetric(n, (f(a, b), c))", "((f: a b), c)"),
        ] {
            let Sampler::Symmetric { eigenvalues, .. } = given(text) else { panic!("{text}") };
            assert_eq!(spectrum(&eigenvalues), want, "{text}");
        }
    }

    #[test]
    fn vectors_and_matrices_have_laws() {
        let Sampler::Vector { law: l, .. } = given("vector(n, i: [0, sig[i]] log)") else { panic!() };
        assert_eq!(law(&l), "i: [0=0, (at sig i)] log");
        let Sampler::Spectrum { law: l, .. } = given("spectrum(d, [a, b])") else { panic!() };
        assert_eq!(law(&l), "[a, b]");
        for (text, want, ranked) in [
            ("matrix(m, n, sv in [0, 1])", "[0=0, 1=1]", false),
            ("matrix(m, n, sv in [0, 1] log, rank r)", "[0=0, 1=1] log", true),
            ("matrix(m, n, sv = v, rank r + 1)", "= v", true),
            ("matrix(m, n, sv in i: (0, s[i]])", "i: (0=0, (at s i)]", false),
        ] {
            let Sampler::Matrix { singular, rank, .. } = given(text) else { panic!("{text}") };
            assert_eq!((spectrum(&singular).as_str(), rank.is_some()), (want, ranked), "{text}");
        }
    }

    #[test]
    fn every_other_sampler_is_a_call() {
        assert!(matches!(given("gaussian(m, n)"), Sampler::Gaussian { sd: None, .. }));
        assert!(matches!(given("gaussian(m, n, 1/k)"), Sampler::Gaussian { sd: Some(_), .. }));
        assert!(matches!(given("sphere(n)"), Sampler::Sphere(_)));
        assert!(matches!(given("orthogonal(n)"), Sampler::Orthogonal(_)));
        assert!(matches!(given("stiefel(n, k)"), Sampler::Stiefel { .. }));
        assert!(matches!(given("skew(n)"), Sampler::Skew(_)));
        assert!(matches!(given("permutation(n)"), Sampler::Permutation(_)));
        assert!(matches!(given("haar(n)"), Sampler::Haar(_)));
        assert!(matches!(given("near(A, 1e-3)"), Sampler::Near { .. }));
        assert!(matches!(given("commuting(S)"), Sampler::Commuting(_)));
        assert!(matches!(given("below(2*S)"), Sampler::Below(_)));
        assert!(matches!(given("operator(m, n, delta)"), Sampler::Operator { .. }));
    }

    #[test]
    fn anything_else_is_a_named_quantity() {
        for text in ["sig[1]", "1/2", "(a + b)*c", "norm(X)", "sum(i in 1..=n: i)", "foo(1)"] {
            assert!(matches!(given(text), Sampler::Value(_)), "{text}");
        }
    }

    #[test]
    fn a_misspelt_sampler_is_recognised() {
        refused(
            "symetric(d, [0, 1])",
            "0..8 unknown sampler `symetric` | found `symetric` | did you mean `symmetric`?",
        );
        refused("reel in [0, 1]", "0..4 unknown sampler `reel` | found `reel` | did you mean `real`?");
        refused("orthogonl(3)", "0..9 unknown sampler `orthogonl` | found `orthogonl` | did you mean `orthogonal`?");
    }

    #[test]
    fn a_malformed_sampler_says_how_it_is_written() {
        refused("int in [1, 8]", "7..8 integers come from a range | found `[` | write `int in a..=b`");
        refused("int(1, 8)", "3..4 expected `in` behind `int` | found `(` | write `int in 1..=8`");
        refused(
            "int in 1..8",
            "8..10 expected `..=` and the last integer | found `..` | a range has both ends: write `a..=b`",
        );
        refused("real", "4..4 expected `in` behind `real` | found the end | write `real in [0, 1]`");
        refused(
            "real in 0..=1",
            "8..9 expected an interval | found `0` | write `[a, b]`, with `(` or `)` at an open end",
        );
        refused("real in [0, 1", "8..9 this `[` is never closed | found no `]` to it | -");
        refused(
            "real in [0, 1] lgo",
            "15..18 expected the end behind `real` | found `lgo` | a sampler stands alone: give it a name of its own, and compute with the name",
        );
        refused(
            "symmetric(d, [0, 1]) + I",
            "21..22 expected the end behind `symmetric` | found `+` | a sampler stands alone: give it a name of its own, and compute with the name",
        );
        refused(
            "2*orthogonal(3)",
            "2..12 a sampler inside an expression | found `orthogonal` | a sampler stands alone: give it a name of its own under `[given]`",
        );
        refused("symmetric(d)", "11..12 `symmetric` takes more | found `)` | write `symmetric(n, [a, b])`");
        refused(
            "matrix(m, n, [0, 1])",
            "13..14 expected `sv`, the singular values | found `[` | write `matrix(m, n, sv in [a, b])` or `matrix(m, n, sv = v)`",
        );
        refused(
            "matrix(m, n, sv [0, 1])",
            "16..17 expected `in` or `=` behind `sv` | found `[` | write `sv in [a, b]` or `sv = v`",
        );
        refused(
            "matrix(m, n, sv = v, 2)",
            "21..22 expected `rank` and a number | found `2` | write `matrix(m, n, sv in [a, b], rank r)`",
        );
        refused(
            "gaussian(n)",
            "0..11 `gaussian` does not take 1 argument | found 1 | write `gaussian(m, n)` or `gaussian(m, n, sd)`",
        );
        refused("sphere(1, 2, 3, 4)", "0..18 `sphere` does not take 4 arguments | found 4 | write `sphere(n)`");
        refused("normal(1)", "0..9 `normal` does not take 1 argument | found 1 | write `normal(mu, sd)`");
        refused("normal([0, 1])", "7..8 `normal` takes no interval | found `[` | write `normal(mu, sd)`");
        refused("choice()", "0..8 `choice` does not take 0 arguments | found 0 | write `choice(x, y, ..)`");
        refused("haar", "4..4 expected `(` behind `haar` | found the end | write `haar(n)`");
    }
}

//! The small grammars of sweeps, schedules, fits and slopes.
//!
//! ```text
//! log [1e-12, 1e-3] 10      linear [a, b] 7      int [2, 16] 4      (a sweep)
//! log 200                   every 10                                (a schedule)
//! 32                        log 20                                  (times of a flow)
//! log(eps) ~ log(rho)                                               (a fit)
//! >= delta/2                <= 1                 about 1            (a slope)
//! about -1 within 1/100                                             (how far off it may be)
//! ```

use super::ast::{Expr, Looks, Schedule, Slope, SlopeBound, Sweep, SweepScale};
use super::lexer::{Kind, Token};
use super::parse_expr::{expression, skip};
use super::parse_given::interval;
use super::span::LangError;
use super::tokens::{Parsed, Tokens, accept_word, ahead, expect, fail, next, unexpected};

/// The most points of a sweep, where nothing less is said.
pub const MAX_POINTS: u64 = 10_000;

const SWEEP: &str = "write `log [a, b] 10`, `linear [a, b] 10` or `int [a, b] 10`";
const SCHEDULE: &str = "write `log 200` or `every 10`";
const LOOKS: &str = "write `32`, that many equal intervals, or `log 20`, that many times evenly in the logarithm";
const FITTED: &str = "`~` and what it is fitted against";
const SLOPE: &str = "write `>= e`, `<= e` or `about e`, with `within d` behind it to say how far off it may be";

pub fn sweep(input: &mut Tokens<'_, '_>, most: u64) -> Parsed<Sweep> {
    let first = next(input);
    let scale = match first.text {
        "log" => SweepScale::Log,
        "linear" => SweepScale::Linear,
        "int" => SweepScale::Int,
        _ => {
            let error = LangError::new(first.span, "expected how the points are spread", first.found());
            return fail(error.help(SWEEP));
        }
    };
    skip(input)?;
    let range = interval(input)?;
    if range.lo_open || range.hi_open || range.log {
        let error = LangError::new(range.span, "both ends of a sweep are points of it", "found another interval");
        return fail(error.help(SWEEP));
    }
    let count = next(input);
    let points = whole_number(input, "the number of points", SWEEP)?;
    if !(2..=most).contains(&points) {
        let message = format!("a sweep has 2 to {most} points");
        return fail(LangError::new(count.span, message, count.found()));
    }
    Ok(Sweep { scale, lo: range.lo, hi: range.hi, count: points, span: first.span.join(count.span) })
}

pub fn schedule(input: &mut Tokens<'_, '_>) -> Parsed<Schedule> {
    let first = next(input);
    let schedule = match first.text {
        "log" => Schedule::Log,
        "every" => Schedule::Every,
        _ => {
            let error = LangError::new(first.span, "expected which steps are looked at", first.found());
            return fail(error.help(SCHEDULE));
        }
    };
    skip(input)?;
    let count = next(input);
    let number = whole_number(input, "a number of steps", SCHEDULE)?;
    if number == 0 {
        return fail(LangError::new(count.span, "a number of steps is at least 1", count.found()));
    }
    Ok(schedule(number))
}

pub fn looks(input: &mut Tokens<'_, '_>) -> Parsed<Looks> {
    let spread = if accept_word(input, "log")? { Looks::Log } else { Looks::Even };
    let count = next(input);
    let number = whole_number(input, "a number of looks", LOOKS)?;
    if !(1..=Looks::MOST).contains(&number) {
        return fail(LangError::new(
            count.span,
            format!("a flow is looked at 1 to {} times", Looks::MOST),
            count.found(),
        ));
    }
    Ok(spread(number))
}

fn whole_number(input: &mut Tokens<'_, '_>, what: &str, form: &str) -> Parsed<u64> {
    let token = next(input);
    let Some(number) = token.text.parse().ok().filter(|_| token.kind == Kind::Number) else {
        return fail(LangError::new(token.span, format!("expected {what}"), token.found()).help(form));
    };
    skip(input)?;
    Ok(number)
}

pub fn fit(input: &mut Tokens<'_, '_>) -> Parsed<(Expr, Expr)> {
    let fitted = *expression(input)?.expr;
    if matches!(next(input).kind, Kind::Equals | Kind::EqualEqual) {
        return fail(unexpected(input, FITTED).help("write `y ~ x` for a fit"));
    }
    expect(input, Kind::Tilde, FITTED)?;
    Ok((fitted, *expression(input)?.expr))
}

pub fn slope(input: &mut Tokens<'_, '_>) -> Parsed<Slope> {
    let first = next(input);
    let bound = match first.kind {
        Kind::GreaterEqual => SlopeBound::AtLeast,
        Kind::LessEqual => SlopeBound::AtMost,
        Kind::Word if first.text == "about" => SlopeBound::About,
        _ => {
            let error = LangError::new(first.span, "expected what the slope is held against", first.found());
            return fail(error.help(SLOPE));
        }
    };
    skip(input)?;
    plus_or_minus(input, first.text)?;
    let value = *expression(input)?.expr;
    let within = if accept_word(input, "within")? { Some(*expression(input)?.expr) } else { None };
    Ok(Slope { bound, value, within })
}

/// `1 +- 0.1` is a sum as it stands, and nobody means 0.9 by it.
fn plus_or_minus(input: &mut Tokens<'_, '_>, bound: &str) -> Parsed<()> {
    let all: Vec<_> = (0..).map(|i| ahead(input, i)).take_while(|token| token.kind != Kind::End).collect();
    let sign = |pair: &[Token<'_>]| {
        (pair[0].kind, pair[1].kind) == (Kind::Plus, Kind::Minus) && pair[0].span.end == pair[1].span.start
    };
    let Some(at) = all.windows(2).position(sign) else { return Ok(()) };
    let text = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text).collect::<String>();
    let (value, off) = (text(&all[..at]), text(&all[at + 2..]));
    let span = all[at].span.join(all[at + 1].span);
    let error = LangError::new(span, "how far off a slope may be stands behind `within`", "found `+-`");
    fail(error.help(format!("write `{bound} {value} within {off}`")))
}

#[cfg(test)]
mod tests {
    use crate::lang::ast::{Looks, Schedule, SlopeBound, SweepScale};
    use crate::lang::parse::{parse_fit, parse_looks, parse_schedule, parse_slope, parse_sweep, parse_sweep_of};
    use crate::lang::testing::{bracketed, one_line};

    #[test]
    fn a_sweep_has_a_scale_two_ends_and_a_count() {
        let s = parse_sweep("log [1e-12, 2*a] 10").unwrap();
        assert_eq!((s.scale, s.count, s.span.end), (SweepScale::Log, 10, 19));
        assert_eq!(bracketed(&s.hi), "(Mul 2=2 a)");
        assert_eq!(parse_sweep("linear [0, 1] 7").unwrap().scale, SweepScale::Linear);
        assert_eq!(parse_sweep("int [2, 16] 4").unwrap().scale, SweepScale::Int);
        for (text, error) in [
            (
                "[0, 1] 7",
                "0..1 expected how the points are spread | found `[` | write `log [a, b] 10`, `linear [a, b] 10` or `int [a, b] 10`",
            ),
            (
                "log (0, 1] 7",
                "4..10 both ends of a sweep are points of it | found another interval | write `log [a, b] 10`, `linear [a, b] 10` or `int [a, b] 10`",
            ),
            (
                "log [1, 2]",
                "10..10 expected the number of points | found the end | write `log [a, b] 10`, `linear [a, b] 10` or `int [a, b] 10`",
            ),
            ("log [1, 2] 1", "11..12 a sweep has 2 to 10000 points | found `1` | -"),
            ("log [1, 2] 99999", "11..16 a sweep has 2 to 10000 points | found `99999` | -"),
            ("log [1, 2] 7 8", "13..14 expected an operator or the end | found `8` | write `*` for a product"),
        ] {
            assert_eq!(parse_sweep(text).map_err(|e| one_line(&e)), Err(error.into()), "{text}");
        }
        let few = parse_sweep_of("log [1, 2] 65", 64).map_err(|e| one_line(&e));
        assert_eq!(few, Err("11..13 a sweep has 2 to 64 points | found `65` | -".into()));
    }

    #[test]
    fn a_schedule_counts_steps() {
        assert_eq!(parse_schedule("log 200"), Ok(Schedule::Log(200)));
        assert_eq!(parse_schedule("every 10"), Ok(Schedule::Every(10)));
        for (text, error) in [
            ("200", "0..3 expected which steps are looked at | found `200` | write `log 200` or `every 10`"),
            ("every 0", "6..7 a number of steps is at least 1 | found `0` | -"),
            ("every 1.5", "6..9 expected a number of steps | found `1.5` | write `log 200` or `every 10`"),
        ] {
            assert_eq!(parse_schedule(text).map_err(|e| one_line(&e)), Err(error.into()), "{text}");
        }
    }

    #[test]
    fn looks_at_a_flow_are_intervals_or_times_in_the_logarithm() {
        assert_eq!((parse_looks("32"), parse_looks("log 20")), (Ok(Looks::Even(32)), Ok(Looks::Log(20))));
        let form = "write `32`, that many equal intervals, or `log 20`, that many times evenly in the logarithm";
        for (text, error) in [
            ("every 10", format!("0..5 expected a number of looks | found `every` | {form}")),
            ("log", format!("3..3 expected a number of looks | found the end | {form}")),
            ("0", "0..1 a flow is looked at 1 to 10000 times | found `0` | -".into()),
        ] {
            assert_eq!(parse_looks(text).map_err(|e| one_line(&e)), Err(error), "{text}");
        }
    }

    #[test]
    fn a_fit_has_two_sides() {
        let (left, right) = parse_fit("log(eps) ~ log(rho)").unwrap();
        assert_eq!((bracketed(&left), bracketed(&right)), ("(log: eps)".into(), "(log: rho)".into()));
        let error = parse_fit("log(k) = log(k)").map_err(|e| one_line(&e));
        assert_eq!(
            error,
            Err("7..8 expected `~` and what it is fitted against | found `=` | write `y ~ x` for a fit".into())
        );
        let error = parse_fit("log(eps)").map_err(|e| one_line(&e));
        assert_eq!(error, Err("8..8 expected `~` and what it is fitted against | found the end | -".into()));
    }

    #[test]
    fn a_slope_is_held_against_a_number() {
        for (text, bound, number) in [
            (">= delta/(2*(2 - delta))", SlopeBound::AtLeast, "(Div delta (Mul 2=2 (Sub 2=2 delta)))"),
            ("<= 1", SlopeBound::AtMost, "1=1"),
            ("about 1/2", SlopeBound::About, "(Div 1=1 2=2)"),
        ] {
            let slope = parse_slope(text).unwrap();
            assert_eq!((slope.bound, bracketed(&slope.value).as_str(), slope.within), (bound, number, None));
        }
        let slope = parse_slope("about -delta within delta/100").unwrap();
        assert_eq!((slope.bound, bracketed(&slope.value).as_str()), (SlopeBound::About, "(neg delta)"));
        assert_eq!(slope.within.map(|e| bracketed(&e)), Some("(Div delta 100=100)".into()));
        let error = parse_slope("about 1 +- 0.1").map_err(|e| one_line(&e));
        assert_eq!(
            error,
            Err("8..10 how far off a slope may be stands behind `within` | found `+-` | write `about 1 within 0.1`"
                .into())
        );
        let error = parse_slope("< 1").map_err(|e| one_line(&e));
        assert_eq!(error, Err(format!("0..1 expected what the slope is held against | found `<` | {}", super::SLOPE)));
        for (text, error) in [
            ("about 1 within", "14..14 expected an expression | found the end | -"),
            ("about 1 near 2", "8..12 expected an operator or the end | found `near` | -"),
        ] {
            assert_eq!(parse_slope(text).map_err(|e| one_line(&e)), Err(error.into()), "{text}");
        }
    }
}

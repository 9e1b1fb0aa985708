//! A tree as claim-language text: the canonical spelling, which parses back to the same tree.

use super::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, IndexRange, Quantifier, Subscript};
use super::print::{level, level_of, operand_levels};

/// The text of an expression: `s1 >= (1 + eta*(sigma_d - s))^2*s`.
pub fn source(e: &Expr) -> String {
    let mut out = String::new();
    write(&mut out, e, level::IF);
    out
}

pub fn quantifier_word(quantifier: Quantifier) -> &'static str {
    match quantifier {
        Quantifier::Sum => "sum",
        Quantifier::Product => "prod",
        Quantifier::Min => "min",
        Quantifier::Max => "max",
        Quantifier::All => "all",
        Quantifier::Any => "any",
    }
}

/// Writes `e`, in parentheses if it binds looser than `least`.
fn write(out: &mut String, e: &Expr, least: u8) {
    let parentheses = level_of(e) < least;
    if parentheses {
        out.push('(');
    }
    bare(out, e);
    if parentheses {
        out.push(')');
    }
}

fn bare(out: &mut String, e: &Expr) {
    match &e.kind {
        ExprKind::Number { text, .. } => out.push_str(text),
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Pi => out.push_str("pi"),
        ExprKind::Identity => out.push('I'),
        ExprKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ExprKind::Neg(a) => {
            out.push('-');
            write(out, a, level::POWER);
        }
        ExprKind::Not(a) => {
            out.push_str("not ");
            write(out, a, level::NOT);
        }
        ExprKind::Transpose(a) => {
            write(out, a, level::POSTFIX);
            out.push('\'');
        }
        ExprKind::Binary { op, left, right } => binary(out, *op, left, right),
        ExprKind::Compare { first, rest } => {
            write(out, first, level::ADD);
            for (op, right) in rest {
                out.push_str(comparison(*op));
                write(out, right, level::ADD);
            }
        }
        ExprKind::If { condition, then, otherwise } => {
            out.push_str("if ");
            write(out, condition, level::IMPLIES);
            out.push_str(" then ");
            write(out, then, level::IMPLIES);
            out.push_str(" else ");
            write(out, otherwise, level::IF);
        }
        ExprKind::Index { base, index } => {
            write(out, base, level::POSTFIX);
            out.push('[');
            separated(out, index, subscript);
            out.push(']');
        }
        ExprKind::Call { function, arguments, .. } => {
            out.push_str(function);
            out.push('(');
            separated(out, arguments, |out, argument| write(out, argument, level::IF));
            out.push(')');
        }
        ExprKind::Quantified { quantifier, clauses, body } => {
            out.push_str(quantifier_word(*quantifier));
            out.push('(');
            separated(out, clauses, |out, clause| match clause {
                Clause::Range(r) => range(out, r),
                Clause::Filter(filter) => write(out, filter, level::IF),
            });
            out.push_str(": ");
            write(out, body, level::IF);
            out.push(')');
        }
        ExprKind::Build { ranges, body } => {
            out.push_str(if ranges.len() == 1 { "vec(" } else { "mat(" });
            separated(out, ranges, range);
            out.push_str(": ");
            write(out, body, level::IF);
            out.push(')');
        }
        ExprKind::Derivative { body, variable, direction, .. } => {
            out.push_str("D(");
            write(out, body, level::IF);
            out.push_str("; ");
            out.push_str(variable);
            if let Some(direction) = direction {
                out.push_str(" -> ");
                write(out, direction, level::IF);
            }
            out.push(')');
        }
    }
}

fn binary(out: &mut String, op: BinaryOp, left: &Expr, right: &Expr) {
    let (left_level, right_level) = operand_levels(op);
    write(out, left, left_level);
    out.push_str(match op {
        BinaryOp::Add => " + ",
        BinaryOp::Sub => " - ",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Pow => "^",
        BinaryOp::And => " and ",
        BinaryOp::Or => " or ",
        BinaryOp::Implies => " => ",
    });
    let right_level = match (op, &right.kind) {
        (BinaryOp::Pow, _) => return exponent(out, right),
        (BinaryOp::Implies, ExprKind::If { .. }) => level::IF,
        // `a - -b` parses, and nobody likes to read it.
        (_, ExprKind::Neg(_)) if right_level <= level::NEGATE => level::POWER,
        _ => right_level,
    };
    write(out, right, right_level);
}

/// An exponent goes without parentheses where no `'` can come to stand behind the power.
fn exponent(out: &mut String, e: &Expr) {
    fn plain(e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Neg(a) => !matches!(a.kind, ExprKind::Neg(_)) && plain(a),
            ExprKind::Index { base, .. } => plain(base) && level_of(base) >= level::POSTFIX,
            _ => level_of(e) == level::ATOM,
        }
    }
    if plain(e) { bare(out, e) } else { write(out, e, level::ATOM + 1) }
}

fn comparison(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => " < ",
        Comparison::LessEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterEqual => " >= ",
        Comparison::Equal => " == ",
        Comparison::NotEqual => " != ",
    }
}

fn range(out: &mut String, range: &IndexRange) {
    out.push_str(&range.name);
    out.push_str(" in ");
    write(out, &range.lo, level::ADD);
    out.push_str("..=");
    write(out, &range.hi, level::ADD);
}

fn subscript(out: &mut String, part: &Subscript) {
    match part {
        Subscript::At(at) => write(out, at, level::ADD),
        Subscript::Range { lo, hi } => {
            write(out, lo, level::ADD);
            out.push_str("..=");
            write(out, hi, level::ADD);
        }
        Subscript::All(_) => out.push_str(".."),
    }
}

fn separated<T>(out: &mut String, all: &[T], mut one: impl FnMut(&mut String, &T)) {
    for (i, part) in all.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        one(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::source;
    use crate::lang::parse::parse_expr;
    use crate::lang::testing::{bracketed, expressions, runner};

    #[track_caller]
    fn prints(text: &str, canonical: &str) {
        assert_eq!(source(&parse_expr(text).unwrap()), canonical);
    }

    #[test]
    fn the_canonical_text_has_no_needless_parentheses() {
        prints("((a) + (b*c))", "a + b*c");
        prints("a - (b - c)", "a - (b - c)");
        prints("(a*b)/c*d", "a*b/c*d");
        prints("a*(b/c)", "a*(b/c)");
        prints("-(a^2)", "-a^2");
        prints("(-a)^2", "(-a)^2");
        prints("a - -b", "a - (-b)");
        prints("a * -b", "a*(-b)");
        prints("-(-a)", "-(-a)");
        prints("2^(-1)", "2^-1");
        prints("a^(b^c)", "a^(b^c)");
        prints("A^(k')", "A^(k')");
        prints("A^(k'[1])", "A^(k'[1])");
        prints("A^(k[1])", "A^k[1]");
        prints("(A')^2", "A'^2");
        prints("(A^2)'", "(A^2)'");
        prints("(a < b) < c", "(a < b) < c");
        prints("(p => q) => (r => s)", "(p => q) => r => s");
        prints("p => (if q then x else y)", "p => if q then x else y");
        prints(
            "if (if a then b else c) then d else (if e then f else g)",
            "if (if a then b else c) then d else if e then f else g",
        );
        prints("not (p and q)", "not (p and q)");
        prints("(not p) and q", "not p and q");
        prints("M[(i + 1)..=n, ..]", "M[i + 1..=n, ..]");
        prints("sum(i in 1..=n, (i != j): (a))", "sum(i in 1..=n, i != j: a)");
        prints("D((a); X -> (H))", "D(a; X -> H)");
        prints(
            "vec(i in 1..=n: mat(j in 1..=n, k in 1..=m: 1.50))",
            "vec(i in 1..=n: mat(j in 1..=n, k in 1..=m: 1.50))",
        );
    }

    #[test]
    fn what_is_printed_parses_to_the_same_tree() {
        runner(4000)
            .run(&expressions(), |e| {
                let text = source(&e);
                let back = parse_expr(&text)
                    .map_err(|e| proptest::test_runner::TestCaseError::fail(format!("{text}: {e}")))?;
                proptest::prop_assert_eq!(bracketed(&back), bracketed(&e), "{}", text);
                Ok(())
            })
            .unwrap();
    }
}

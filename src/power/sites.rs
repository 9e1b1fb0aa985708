//! A copy of an expression with one of its subexpressions replaced.

use crate::lang::ast::{Expr, Quantifier};
use crate::lang::parts::children_mut;
pub use crate::lang::parts::{Part, children};

/// The path of a subexpression: at each step, which child.
pub type Path = Vec<usize>;

/// The expression with another one at a path; `None` if there is no such place.
pub fn replaced(e: &Expr, path: &[usize], by: Expr) -> Option<Expr> {
    let mut whole = e.clone();
    let mut at = &mut whole;
    for &step in path {
        at = children_mut(at).into_iter().nth(step)?;
    }
    *at = by;
    Some(whole)
}

/// The body of a quantifier that says something of every index, or of some.
pub fn is_logical(quantifier: Quantifier) -> bool {
    matches!(quantifier, Quantifier::All | Quantifier::Any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::ast::ExprKind;
    use crate::lang::parse::parse_expr;
    use crate::lang::print::source;

    #[test]
    fn each_child_that_is_named_is_the_one_that_is_replaced() {
        for text in [
            "a + b*c",
            "(a <= b) and not (c < d)",
            "a < b <= c",
            "if p < 0 then x' else -y",
            "M[i, 1..=r]*x[k]",
            "lambda(i, A) - norm(B)",
            "all(i in a..=b, i != j: x[i] >= c)",
            "mat(i in 1..=m, j in 1..=n: e)",
            "D(f^k; X -> H)",
        ] {
            let e = parse_expr(text).expect("it parses");
            let mut left = vec![(vec![], &e)];
            while let Some((path, at)) = left.pop() {
                for (i, (child, _)) in children(at).into_iter().enumerate() {
                    let mut path: Path = path.clone();
                    path.push(i);
                    let mark = parse_expr("zzz").expect("a name");
                    let other = replaced(&e, &path, mark).expect("there is such a place");
                    // Putting back what was there gives back the expression.
                    assert_eq!(replaced(&other, &path, child.clone()).as_ref(), Some(&e), "{text} at {path:?}");
                    assert_eq!(source(&other).matches("zzz").count(), 1);
                    left.push((path, child));
                }
            }
        }
    }

    #[test]
    fn positions_exponents_and_conditions_are_told_from_values() {
        let e = parse_expr("sum(i in 1..=3, i > 2: lambda(4, A)*x[5]^6*zeros(7, 8)*9)").expect("it parses");
        let mut found = Vec::new();
        let mut left = vec![(&e, Part::Value)];
        while let Some((at, part)) = left.pop() {
            if let ExprKind::Number { text, .. } = &at.kind {
                found.push((text.clone(), part));
            }
            let inherited = |own: Part| if part == Part::Value { own } else { part };
            left.extend(children(at).into_iter().map(|(child, own)| (child, inherited(own))));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let kinds: Vec<Part> = found.iter().map(|f| f.1).collect();
        use Part::{Condition, Exponent, Position, Value};
        let expected = [Position, Condition, Position, Position, Position, Exponent, Position, Position, Value];
        assert_eq!(kinds, expected);
    }
}

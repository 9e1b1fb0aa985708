//! A tree as mathematics for a terminal: `s₁ ≥ (1 + η·(σ_d − s))²·s`.
//!
//! Parentheses that only show how a sum or a product was grouped are left out, so this is for reading: [`super::print_source`]
//! is the one that can be parsed. One line, no escapes, letters that common fonts have.

use super::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, IndexRange, Quantifier, Subscript};
use super::print::{Style, level, level_of_operator};
use super::print_source::quantifier_word;
use super::symbols::{greek, numbered, symbol};

pub fn unicode(e: &Expr) -> String {
    unicode_with(e, &Style::default())
}

pub fn unicode_with(e: &Expr, style: &Style<'_>) -> String {
    Printer { style }.at(e, level::IF)
}

/// A name: `σ₁`, `σ_d`, `S'` where it is renamed.
pub fn name(name: &str, style: &Style<'_>) -> String {
    if let Some(renamed) = style.renamed(name).filter(|renamed| !renamed.contains('\\')) {
        return renamed.to_owned();
    }
    let symbol = symbol(name);
    let mut out = letter(symbol.stem);
    for part in symbol.subscripts {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(&lowered(part));
        } else {
            let (word, digits) = numbered(part);
            out.push('_');
            out.push_str(&letter(word));
            out.push_str(&lowered(digits));
        }
    }
    out
}

fn letter(word: &str) -> String {
    greek(word).map_or_else(|| word.to_owned(), |(letter, _)| letter.to_string())
}

fn lowered(digits: &str) -> String {
    digits.chars().map(|digit| shifted(digit, '₀')).collect()
}

/// Digit `c` in the row of digits that starts at `zero`.
fn shifted(c: char, zero: char) -> char {
    c.to_digit(10).and_then(|d| char::from_u32(zero as u32 + d)).unwrap_or(c)
}

fn raised(digits: &str) -> String {
    digits
        .chars()
        .map(|c| match c {
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            _ => shifted(c, '⁰'),
        })
        .collect()
}

struct Printer<'s, 'a> {
    style: &'s Style<'a>,
}

impl Printer<'_, '_> {
    /// The text of `e`, in parentheses if it binds looser than `least`.
    fn at(&self, e: &Expr, least: u8) -> String {
        let (text, level) = self.render(e);
        if level < least { format!("({text})") } else { text }
    }

    /// Like `at`, behind an operator that a sign should not follow.
    fn behind(&self, e: &Expr, least: u8) -> String {
        let text = self.at(e, least);
        if text.starts_with('−') { format!("({text})") } else { text }
    }

    fn top(&self, e: &Expr) -> String {
        self.at(e, level::IF)
    }

    fn render(&self, e: &Expr) -> (String, u8) {
        match &e.kind {
            ExprKind::Number { text, .. } => (text.clone(), level::ATOM),
            ExprKind::Name(n) => (name(n, self.style), level::ATOM),
            ExprKind::Pi => ("π".into(), level::ATOM),
            ExprKind::Identity => ("I".into(), level::ATOM),
            ExprKind::Bool(value) => (value.to_string(), level::ATOM),
            ExprKind::Neg(a) => (format!("−{}", self.behind(a, level::MULTIPLY)), level::NEGATE),
            ExprKind::Not(a) => (format!("¬{}", self.at(a, level::POSTFIX)), level::NOT),
            ExprKind::Transpose(a) => (format!("{}ᵀ", self.at(a, level::POSTFIX)), level::POSTFIX),
            ExprKind::Binary { op, left, right } => (self.binary(*op, left, right), level_of_operator(*op)),
            ExprKind::Compare { first, rest } => (self.compare(first, rest), level::COMPARE),
            ExprKind::If { condition, then, otherwise } => {
                let text = format!(
                    "if {} then {} else {}",
                    self.at(condition, level::IMPLIES),
                    self.at(then, level::IMPLIES),
                    self.top(otherwise)
                );
                (text, level::IF)
            }
            ExprKind::Index { base, index } => {
                let index: Vec<String> = index.iter().map(|part| self.subscript(part)).collect();
                (format!("{}[{}]", self.at(base, level::POSTFIX), index.join(", ")), level::POSTFIX)
            }
            ExprKind::Call { function, arguments, .. } => self.call(function, arguments),
            ExprKind::Quantified { quantifier, clauses, body } => self.quantified(*quantifier, clauses, body),
            ExprKind::Build { ranges, body } => {
                let ranges: Vec<String> = ranges.iter().map(|range| self.range(range)).collect();
                (format!("[{}]_{{{}}}", self.top(body), ranges.join(", ")), level::POSTFIX)
            }
            ExprKind::Derivative { body, variable, direction, .. } => {
                let direction = direction.as_ref().map(|d| format!(" → {}", self.top(d))).unwrap_or_default();
                let variable = name(variable, self.style);
                (format!("D({}; {variable}{direction})", self.top(body)), level::ATOM)
            }
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> String {
        let own = level_of_operator(op);
        match op {
            BinaryOp::Add => format!("{} + {}", self.at(left, own), self.behind(right, own)),
            BinaryOp::Sub => format!("{} − {}", self.at(left, own), self.behind(right, own + 1)),
            BinaryOp::Mul => {
                let right = self.behind(right, own);
                let side_by_side = matches!(left.kind, ExprKind::Number { .. })
                    && !right.starts_with(|c: char| c.is_ascii_digit() || c == '[');
                format!("{}{}{right}", self.closed(left), if side_by_side { "" } else { "·" })
            }
            BinaryOp::Div => format!("{}/{}", self.closed(left), self.behind(right, level::POWER)),
            BinaryOp::Pow => format!("{}{}", self.at(left, level::POSTFIX), self.exponent(right)),
            BinaryOp::And => format!("{} ∧ {}", self.at(left, own), self.at(right, own)),
            BinaryOp::Or => format!("{} ∨ {}", self.at(left, own), self.at(right, own)),
            BinaryOp::Implies => {
                let least = if matches!(right.kind, ExprKind::If { .. }) { level::IF } else { own };
                format!("{} ⇒ {}", self.at(left, own + 1), self.at(right, least))
            }
        }
    }

    /// A factor that something follows, which a sum at its end must not swallow.
    fn closed(&self, e: &Expr) -> String {
        self.at(e, if ends_open(e) { level::ATOM + 1 } else { level::MULTIPLY })
    }

    fn exponent(&self, e: &Expr) -> String {
        let whole = |e: &Expr| match &e.kind {
            ExprKind::Number { text, .. } if text.bytes().all(|b| b.is_ascii_digit()) => Some(raised(text)),
            _ => None,
        };
        let digits = match &e.kind {
            ExprKind::Neg(a) => whole(a).map(|digits| format!("⁻{digits}")),
            _ => whole(e),
        };
        digits.unwrap_or_else(|| format!("^{}", self.at(e, level::ATOM)))
    }

    fn compare(&self, first: &Expr, rest: &[(Comparison, Expr)]) -> String {
        let mut out = self.at(first, level::ADD);
        let mut left = first;
        for (op, right) in rest {
            let loewner = self.style.orders_matrices(left, right);
            out.push_str(match (op, loewner) {
                (Comparison::Less, false) => " < ",
                (Comparison::LessEqual, false) => " ≤ ",
                (Comparison::Greater, false) => " > ",
                (Comparison::GreaterEqual, false) => " ≥ ",
                (Comparison::Less, true) => " ≺ ",
                (Comparison::LessEqual, true) => " ⪯ ",
                (Comparison::Greater, true) => " ≻ ",
                (Comparison::GreaterEqual, true) => " ⪰ ",
                (Comparison::Equal, _) => " = ",
                (Comparison::NotEqual, _) => " ≠ ",
            });
            out.push_str(&self.at(right, level::ADD));
            left = right;
        }
        out
    }

    fn subscript(&self, part: &Subscript) -> String {
        match part {
            Subscript::At(at) => self.at(at, level::ADD),
            Subscript::Range { lo, hi } => format!("{}..{}", self.at(lo, level::ADD), self.at(hi, level::ADD)),
            Subscript::All(_) => ":".into(),
        }
    }

    fn range(&self, range: &IndexRange) -> String {
        let index = name(&range.name, self.style);
        format!("{index} ∈ {}..{}", self.at(&range.lo, level::ADD), self.at(&range.hi, level::ADD))
    }

    fn quantified(&self, quantifier: Quantifier, clauses: &[Clause], body: &Expr) -> (String, u8) {
        let sign = match quantifier {
            Quantifier::Sum => "∑",
            Quantifier::Product => "∏",
            Quantifier::All => "∀",
            Quantifier::Any => "∃",
            Quantifier::Min | Quantifier::Max => quantifier_word(quantifier),
        };
        let listed: Vec<String> = clauses
            .iter()
            .map(|clause| match clause {
                Clause::Range(range) => self.range(range),
                Clause::Filter(filter) => self.at(filter, level::COMPARE),
            })
            .collect();
        let listed = listed.join(", ");
        match (quantifier, clauses) {
            (Quantifier::All | Quantifier::Any, _) => (format!("{sign} {listed}: {}", self.top(body)), level::IF),
            (Quantifier::Sum | Quantifier::Product, [Clause::Range(range)]) => {
                let index = name(&range.name, self.style);
                let (lo, hi) = (self.top(&range.lo), self.top(&range.hi));
                (format!("{sign}_{{{index}={lo}}}^{{{hi}}} {}", self.behind(body, level::MULTIPLY)), level::MULTIPLY)
            }
            _ => (format!("{sign}_{{{listed}}} {}", self.behind(body, level::MULTIPLY)), level::MULTIPLY),
        }
    }

    fn call(&self, function: &str, arguments: &[Expr]) -> (String, u8) {
        let text = match (function, arguments) {
            ("abs", [x]) => format!("|{}|", self.top(x)),
            ("floor", [x]) => format!("⌊{}⌋", self.top(x)),
            ("ceil", [x]) => format!("⌈{}⌉", self.top(x)),
            ("norm", [x]) => format!("‖{}‖", self.top(x)),
            ("norm_F", [x]) => format!("‖{}‖_F", self.top(x)),
            ("norm_nuc", [x]) => format!("‖{}‖_*", self.top(x)),
            ("inner", [a, b]) => format!("⟨{}, {}⟩", self.top(a), self.top(b)),
            ("sqrt", [x]) => return (format!("√{}", self.at(x, level::ATOM)), level::POWER),
            ("inv", [x]) => return (format!("{}⁻¹", self.at(x, level::POSTFIX)), level::POWER),
            ("hadamard", [a, b]) => return (self.infix(" ∘ ", a, b), level::ADD),
            ("kron", [a, b]) => return (self.infix(" ⊗ ", a, b), level::ADD),
            ("lambda", [i, m]) => format!("λ{}({})", self.lowered(i), self.top(m)),
            ("sigma", [i, m]) => format!("σ{}({})", self.lowered(i), self.top(m)),
            ("proj", [i, m]) => format!("P{}({})", self.lowered(i), self.top(m)),
            ("eigvals", [m]) => format!("λ({})", self.top(m)),
            ("svals", [m]) => format!("σ({})", self.top(m)),
            ("zeros", [m, n]) => format!("0_{{{}×{}}}", self.at(m, level::MULTIPLY), self.at(n, level::MULTIPLY)),
            ("ones", [m, n]) => format!("1_{{{}×{}}}", self.at(m, level::MULTIPLY), self.at(n, level::MULTIPLY)),
            ("hcat", blocks) => format!("[{}]", self.list(blocks, ", ")),
            ("vcat", blocks) => format!("[{}]", self.list(blocks, "; ")),
            ("lambda_min" | "lambda_max" | "sigma_min" | "sigma_max", _) => {
                format!("{}({})", name(function, &Style::default()), self.list(arguments, ", "))
            }
            _ => format!("{function}({})", self.list(arguments, ", ")),
        };
        (text, level::ATOM)
    }

    fn infix(&self, sign: &str, a: &Expr, b: &Expr) -> String {
        format!("{}{sign}{}", self.at(a, level::POSTFIX), self.at(b, level::POSTFIX))
    }

    fn list(&self, all: &[Expr], between: &str) -> String {
        all.iter().map(|e| self.top(e)).collect::<Vec<_>>().join(between)
    }

    /// An index as a subscript: `₁`, `_i`, `_{i + 1}`.
    fn lowered(&self, index: &Expr) -> String {
        let text = self.top(index);
        if text.bytes().all(|b| b.is_ascii_digit()) {
            lowered(&text)
        } else if text.chars().count() == 1 {
            format!("_{text}")
        } else {
            format!("_{{{text}}}")
        }
    }
}

/// Whether what is written behind `e` would be read as part of it: a sum has no end of its own.
pub fn ends_open(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Quantified { .. } => true,
        ExprKind::Neg(a) => ends_open(a),
        ExprKind::Binary { op: BinaryOp::Mul | BinaryOp::Div, right, .. } => ends_open(right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{unicode, unicode_with};
    use crate::lang::ast::ExprKind;
    use crate::lang::parse::parse_expr;
    use crate::lang::print::Style;
    use std::collections::BTreeMap;

    #[track_caller]
    fn prints(text: &str, unicode_text: &str) {
        assert_eq!(unicode(&parse_expr(text).unwrap()), unicode_text);
    }

    #[test]
    fn a_lemma_reads_as_on_the_page() {
        prints(
            "s1 >= (1 + eta*(sigma_d - s))^2 * s - (8 + 6*beta)/(1 - beta) * sigma1^3 * eta^2",
            "s₁ ≥ (1 + η·(σ_d − s))²·s − (8 + 6β)/(1 − β)·σ₁³·η²",
        );
        prints(
            "norm_F(F*G' - X)^2/2 <= 4*n*(1 - eta*alpha^2/4)^(2*(t - T1))",
            "‖F·Gᵀ − X‖_F²/2 ≤ 4n·(1 − η·α²/4)^(2(t − T₁))",
        );
        prints("all(i in 1..=r: abs(x[i]) <= sigma(i, X))", "∀ i ∈ 1..r: |x[i]| ≤ σ_i(X)");
        prints("lambda_min(S) > 0 => lambda(1, S1) != 2*pi", "λ_min(S) > 0 ⇒ λ₁(S₁) ≠ 2π");
        prints("if p < 0 then a else not b or c", "if p < 0 then a else ¬b ∨ c");
    }

    #[test]
    fn an_order_of_matrices_is_loewners_where_that_is_told() {
        let e = parse_expr("zeros(d, d) <= S < 2*Sigma and a <= b").unwrap();
        let is_matrix = |e: &crate::lang::ast::Expr| matches!(&e.kind, ExprKind::Name(n) if n == "S");
        let style = Style { is_matrix: Some(&is_matrix), ..Style::default() };
        assert_eq!(unicode_with(&e, &style), "0_{d×d} ⪯ S ≺ 2Σ ∧ a ≤ b");
        assert_eq!(unicode(&e), "0_{d×d} ≤ S < 2Σ ∧ a ≤ b");
    }

    #[test]
    fn names_may_be_renamed() {
        let names = BTreeMap::from([("S1".to_owned(), "S'".to_owned()), ("x".to_owned(), "\\tilde x".to_owned())]);
        let style = Style { rename: Some(&names), ..Style::default() };
        assert_eq!(unicode_with(&parse_expr("S1*x").unwrap(), &style), "S'·x");
    }

    #[test]
    fn parentheses_stand_where_the_meaning_needs_them() {
        prints("a - (b - c)", "a − (b − c)");
        prints("a + (b - c)", "a + b − c");
        prints("a*(b*c)", "a·b·c");
        prints("a/(b*c)", "a/(b·c)");
        prints("a/(2*c)", "a/(2c)");
        prints("a - (-b)*c", "a − (−b·c)");
        prints("a*(-b)", "a·(−b)");
        prints("-(a + b)", "−(a + b)");
        prints("-(-a)", "−(−a)");
        prints("(-a)^2", "(−a)²");
        prints("(a^2)^-12", "(a²)⁻¹²");
        prints("inv(A)'", "(A⁻¹)ᵀ");
        prints("sqrt(a)^2 + sqrt(a + b)", "(√a)² + √(a + b)");
        prints("sum(i in 1..=n: x[i]*y)*z", "(∑_{i=1}^{n} x[i]·y)·z");
        prints("2*sum(i in 1..=n: x[i])*z", "(2∑_{i=1}^{n} x[i])·z");
        prints("z*sum(i in 1..=n, i != j: x[i] + 1)", "z·∑_{i ∈ 1..n, i ≠ j} (x[i] + 1)");
        prints("A*hadamard(B, C + E)", "A·(B ∘ (C + E))");
        prints("2*3 + 2*x*3", "2·3 + 2x·3");
        prints("(p or q) and (r => s)", "(p ∨ q) ∧ (r ⇒ s)");
        prints("not (p and q)", "¬(p ∧ q)");
        prints("A^k*M[1..=r, ..]*x_t1", "A^k·M[1..r, :]·x_t₁");
    }

    #[test]
    fn every_other_form_has_a_sign() {
        prints("min(a, b) + norm(x) + norm_nuc(X)", "min(a, b) + ‖x‖ + ‖X‖_*");
        prints("max(i in 1..=n: x[i])", "max_{i ∈ 1..n} x[i]");
        prints("any(i in 1..=n, p and q: true)", "∃ i ∈ 1..n, (p ∧ q): true");
        prints("inner(A, B) + floor(x) - ceil(y)", "⟨A, B⟩ + ⌊x⌋ − ⌈y⌉");
        prints("hcat(A, B) == vcat(C, E)", "[A, B] = [C; E]");
        prints("mat(i in 1..=m, j in 1..=n: i/j)", "[i/j]_{i ∈ 1..m, j ∈ 1..n}");
        prints("D(f(X); X -> H)", "D(f(X); X → H)");
        prints("proj(i + 1, S) + eigvals(S) + svals(X)", "P_{i + 1}(S) + λ(S) + σ(X)");
        prints("kron(A, B) + ones(m, n + 1) + prod(i in 1..=n: i)", "A ⊗ B + 1_{m×(n + 1)} + ∏_{i=1}^{n} i");
    }
}

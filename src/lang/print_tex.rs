//! A tree as TeX (math mode): `s_1 \ge (1+\eta(\sigma_d-s))^2s`.
//!
//! Written as papers write: products side by side, quotients as fractions, no parentheses that only show how a sum or a
//! product was grouped. Commands are those of amsmath, which KaTeX and MathJax know. Nothing here is meant to be parsed.

use super::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, IndexRange, Quantifier, Subscript};
use super::print::{Style, level, level_of_operator};
use super::print_unicode::ends_open;
use super::symbols::{greek, numbered, symbol};

pub fn tex(e: &Expr) -> String {
    tex_with(e, &Style::default())
}

pub fn tex_with(e: &Expr, style: &Style<'_>) -> String {
    Printer { style }.at(e, level::IF)
}

/// A name: `\sigma_1`, `S'` where it is renamed, `\mathrm{loss}`.
pub fn name(name: &str, style: &Style<'_>) -> String {
    if let Some(renamed) = style.renamed(name) {
        return renamed.to_owned();
    }
    let symbol = symbol(name);
    let parts: Vec<String> = symbol
        .subscripts
        .iter()
        .map(|part| {
            let (word, digits) = numbered(part);
            if word.bytes().all(|b| b.is_ascii_digit()) { word.to_owned() } else { glue(letter(word), digits) }
        })
        .collect();
    let mut out = letter(symbol.stem);
    if !parts.is_empty() {
        out.push('_');
        out.push_str(&braced(&parts.join(",")));
    }
    out
}

fn letter(word: &str) -> String {
    match (greek(word), word.len()) {
        (Some((_, command)), _) => command.to_owned(),
        (None, 1) => word.to_owned(),
        (None, _) => format!("\\mathrm{{{}}}", word.replace('_', "\\_")),
    }
}

/// In braces unless it is one character.
fn braced(text: &str) -> String {
    if text.chars().count() == 1 { text.to_owned() } else { format!("{{{text}}}") }
}

/// One behind the other, with a space where a command would swallow a letter.
fn glue(mut left: String, right: &str) -> String {
    let stem = left.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let command = stem.len() < left.len() && stem.ends_with('\\');
    if command && right.starts_with(|c: char| c.is_ascii_alphabetic()) {
        left.push(' ');
    }
    left.push_str(right);
    left
}

/// `text` between delimiters that grow where it is tall.
pub(super) fn delimited(open: &str, text: &str, close: &str) -> String {
    let tall = ["\\frac", "\\sum", "\\prod", "\\begin", "\\left"].iter().any(|command| text.contains(command));
    if tall {
        format!("{}{}", glue(format!("\\left{open}"), text), format_args!("\\right{close}"))
    } else {
        format!("{}{close}", glue(open.to_owned(), text))
    }
}

fn parentheses(text: &str) -> String {
    delimited("(", text, ")")
}

struct Printer<'s, 'a> {
    style: &'s Style<'a>,
}

impl Printer<'_, '_> {
    /// The text of `e`, in parentheses if it binds looser than `least`.
    fn at(&self, e: &Expr, least: u8) -> String {
        if let ExprKind::Binary { op: BinaryOp::Div, left, right } = &e.kind
            && least > level::MULTIPLY
            && negative_quotient(e).is_none()
        {
            let text = self.fraction(left, right);
            return if least > level::POWER { parentheses(&text) } else { text };
        }
        let (text, level) = self.render(e);
        if level < least { parentheses(&text) } else { text }
    }

    /// Like `at`, behind an operator that a sign should not follow.
    fn behind(&self, e: &Expr, least: u8) -> String {
        let text = self.at(e, least);
        if text.starts_with('-') { parentheses(&text) } else { text }
    }

    fn top(&self, e: &Expr) -> String {
        self.at(e, level::IF)
    }

    fn render(&self, e: &Expr) -> (String, u8) {
        if let Some((above, below)) = negative_quotient(e) {
            return (format!("-{}", self.fraction(above, below)), level::NEGATE);
        }
        match &e.kind {
            ExprKind::Number { text, .. } => number(text),
            ExprKind::Name(n) => (name(n, self.style), level::ATOM),
            ExprKind::Pi => ("\\pi".into(), level::ATOM),
            ExprKind::Identity => ("I".into(), level::ATOM),
            ExprKind::Bool(value) => (format!("\\text{{{value}}}"), level::ATOM),
            ExprKind::Neg(a) => (format!("-{}", self.behind(a, level::MULTIPLY)), level::NEGATE),
            ExprKind::Not(a) => (glue("\\lnot".into(), &self.at(a, level::POSTFIX)), level::NOT),
            ExprKind::Transpose(a) => (format!("{}^\\top", self.base(a)), level::POWER),
            ExprKind::Binary { op, left, right } => (self.binary(*op, left, right), level_of_operator(*op)),
            ExprKind::Compare { first, rest } => (self.compare(first, rest), level::COMPARE),
            ExprKind::If { .. } => (self.cases(e), level::IF),
            ExprKind::Index { base, index } => (self.indexed(base, index), level::POSTFIX),
            ExprKind::Call { function, arguments, .. } => self.call(function, arguments),
            ExprKind::Quantified { quantifier, clauses, body } => self.quantified(*quantifier, clauses, body),
            ExprKind::Build { ranges, body } => {
                let ranges: Vec<String> = ranges.iter().map(|range| self.range(range)).collect();
                (format!("{}_{{{}}}", delimited("[", &self.top(body), "]"), ranges.join(",\\ ")), level::POSTFIX)
            }
            ExprKind::Derivative { body, variable, direction, .. } => {
                let variable = name(variable, self.style);
                let body = self.top(body);
                match direction {
                    Some(direction) => {
                        let (body, direction) = (delimited("[", &body, "]"), parentheses(&self.top(direction)));
                        (format!("\\mathrm{{D}}_{{{variable}}}{body}{direction}"), level::POSTFIX)
                    }
                    None => {
                        let d = glue("\\mathrm{d}".into(), &variable);
                        (format!("\\frac{{\\mathrm{{d}}}}{{{d}}}{}", parentheses(&body)), level::POWER)
                    }
                }
            }
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> String {
        let own = level_of_operator(op);
        match op {
            BinaryOp::Add => format!("{}+{}", self.at(left, own), self.behind(right, own)),
            BinaryOp::Sub => format!("{}-{}", self.at(left, own), self.behind(right, own + 1)),
            BinaryOp::Mul => self.product(left, right),
            BinaryOp::Div if trivial(left) && trivial(right) => format!("{}/{}", self.top(left), self.top(right)),
            BinaryOp::Div => self.fraction(left, right),
            BinaryOp::Pow => format!("{}^{}", self.base(left), braced(&self.top(right))),
            BinaryOp::And => format!("{} \\land {}", self.at(left, own), self.at(right, own)),
            BinaryOp::Or => format!("{} \\lor {}", self.at(left, own), self.at(right, own)),
            BinaryOp::Implies => {
                let least = if matches!(right.kind, ExprKind::If { .. }) { level::IF } else { own };
                format!("{} \\Rightarrow {}", self.at(left, own + 1), self.at(right, least))
            }
        }
    }

    fn fraction(&self, left: &Expr, right: &Expr) -> String {
        format!("\\frac{{{}}}{{{}}}", self.top(left), self.top(right))
    }

    /// What carries a superscript: a name with one of its own is braced.
    fn base(&self, e: &Expr) -> String {
        let text = self.at(e, level::POSTFIX);
        let raised = matches!(&e.kind, ExprKind::Name(_)) && text.contains('^');
        if raised { format!("{{{text}}}") } else { text }
    }

    /// Factors side by side.
    fn product(&self, left: &Expr, right: &Expr) -> String {
        let mut factors = Vec::new();
        flatten(left, &mut factors);
        flatten(right, &mut factors);
        let last = factors.len() - 1;
        let mut out = String::new();
        for (i, factor) in factors.into_iter().enumerate() {
            let text = match &factor.kind {
                // A sum swallows what follows it, and cases end in no bracket.
                _ if i < last && ends_open(factor) => parentheses(&self.top(factor)),
                ExprKind::Quantified { quantifier: Quantifier::All | Quantifier::Any, .. } => {
                    parentheses(&self.top(factor))
                }
                ExprKind::Quantified { .. } | ExprKind::Number { .. } => self.top(factor),
                _ => self.at(factor, if i == 0 { level::NEGATE } else { level::POWER }),
            };
            if i == 0 {
                out = text;
                continue;
            }
            let digit = |c: char| c.is_ascii_digit();
            let number_before_fraction = out.ends_with(digit) && text.starts_with("\\frac");
            if text.starts_with(digit) || number_before_fraction {
                out.push_str(" \\cdot ");
                out.push_str(&text);
            } else if text.starts_with("\\mathrm") || ends_in_word(&out) {
                out.push_str("\\,");
                out.push_str(&text);
            } else {
                out = glue(out, &text);
            }
        }
        out
    }

    fn compare(&self, first: &Expr, rest: &[(Comparison, Expr)]) -> String {
        let mut out = self.at(first, level::ADD);
        let mut left = first;
        for (op, right) in rest {
            let loewner = self.style.orders_matrices(left, right);
            out.push_str(match (op, loewner) {
                (Comparison::Less, false) => " < ",
                (Comparison::LessEqual, false) => " \\le ",
                (Comparison::Greater, false) => " > ",
                (Comparison::GreaterEqual, false) => " \\ge ",
                (Comparison::Less, true) => " \\prec ",
                (Comparison::LessEqual, true) => " \\preceq ",
                (Comparison::Greater, true) => " \\succ ",
                (Comparison::GreaterEqual, true) => " \\succeq ",
                (Comparison::Equal, _) => " = ",
                (Comparison::NotEqual, _) => " \\ne ",
            });
            out.push_str(&self.at(right, level::ADD));
            left = right;
        }
        out
    }

    /// `if` as cases, an `if` in the last branch as more of them.
    fn cases(&self, mut e: &Expr) -> String {
        let mut out = String::from("\\begin{cases}");
        while let ExprKind::If { condition, then, otherwise } = &e.kind {
            out.push_str(&format!("{} & \\text{{if }} {} \\\\ ", self.top(then), self.top(condition)));
            e = otherwise;
        }
        out.push_str(&format!("{} & \\text{{otherwise}}\\end{{cases}}", self.top(e)));
        out
    }

    fn indexed(&self, base: &Expr, index: &[Subscript]) -> String {
        let index: Vec<String> = index
            .iter()
            .map(|part| match part {
                Subscript::At(at) => self.at(at, level::ADD),
                Subscript::Range { lo, hi } => format!("{}:{}", self.at(lo, level::ADD), self.at(hi, level::ADD)),
                Subscript::All(_) => ":".into(),
            })
            .collect();
        let text = self.top(base);
        let plain = matches!(base.kind, ExprKind::Name(_)) && !text.contains(['_', '^', '\'']);
        let base = if plain { text } else { delimited("[", &text, "]") };
        format!("{base}_{}", braced(&index.join(",")))
    }

    fn range(&self, range: &IndexRange) -> String {
        let index = name(&range.name, self.style);
        format!("{} \\le {index} \\le {}", self.at(&range.lo, level::ADD), self.at(&range.hi, level::ADD))
    }

    fn quantified(&self, quantifier: Quantifier, clauses: &[Clause], body: &Expr) -> (String, u8) {
        let listed = |range: &dyn Fn(&IndexRange) -> String| {
            let listed: Vec<String> = clauses
                .iter()
                .map(|clause| match clause {
                    Clause::Range(r) => range(r),
                    Clause::Filter(filter) => self.at(filter, level::COMPARE),
                })
                .collect();
            listed.join(",\\ ")
        };
        let sign = match quantifier {
            Quantifier::Sum => "\\sum",
            Quantifier::Product => "\\prod",
            Quantifier::Min => "\\min",
            Quantifier::Max => "\\max",
            Quantifier::All | Quantifier::Any => {
                let sign = if quantifier == Quantifier::All { "\\forall" } else { "\\exists" };
                let member = |r: &IndexRange| {
                    let index = name(&r.name, self.style);
                    format!("{index} \\in \\{{{},\\dots,{}\\}}", self.top(&r.lo), self.top(&r.hi))
                };
                return (format!("{sign} {}:\\ {}", listed(&member), self.top(body)), level::IF);
            }
        };
        let body = self.behind(body, level::MULTIPLY);
        let under = match clauses {
            [Clause::Range(r)] if matches!(quantifier, Quantifier::Sum | Quantifier::Product) => {
                format!("_{{{}={}}}^{{{}}}", name(&r.name, self.style), self.top(&r.lo), self.top(&r.hi))
            }
            _ => format!("_{{{}}}", listed(&|r| self.range(r))),
        };
        (format!("{sign}{under} {body}"), level::MULTIPLY)
    }

    fn call(&self, function: &str, arguments: &[Expr]) -> (String, u8) {
        let top = |e: &Expr| self.top(e);
        let text = match (function, arguments) {
            ("abs", [x]) => delimited("\\lvert", &top(x), "\\rvert"),
            ("floor", [x]) => delimited("\\lfloor", &top(x), "\\rfloor"),
            ("ceil", [x]) => delimited("\\lceil", &top(x), "\\rceil"),
            ("norm", [x]) => delimited("\\lVert", &top(x), "\\rVert"),
            ("norm_F", [x]) => delimited("\\lVert", &top(x), "\\rVert") + "_F",
            ("norm_nuc", [x]) => delimited("\\lVert", &top(x), "\\rVert") + "_*",
            ("inner", [a, b]) => delimited("\\langle", &format!("{}, {}", top(a), top(b)), "\\rangle"),
            ("sqrt", [x]) => format!("\\sqrt{{{}}}", top(x)),
            ("inv", [x]) => return (format!("{}^{{-1}}", self.base(x)), level::POWER),
            ("sqrtm", [x]) => return (format!("{}^{{1/2}}", self.base(x)), level::POWER),
            ("hadamard", [a, b]) => return (self.infix("\\odot", a, b), level::ADD),
            ("kron", [a, b]) => return (self.infix("\\otimes", a, b), level::ADD),
            ("lambda", [i, m]) => format!("\\lambda_{}{}", braced(&top(i)), parentheses(&top(m))),
            ("sigma", [i, m]) => format!("\\sigma_{}{}", braced(&top(i)), parentheses(&top(m))),
            ("proj", [i, m]) => format!("P_{}{}", braced(&top(i)), parentheses(&top(m))),
            ("eigvals", [m]) => format!("\\lambda{}", parentheses(&top(m))),
            ("svals", [m]) => format!("\\sigma{}", parentheses(&top(m))),
            ("unit", [_, i]) => format!("e_{}", braced(&top(i))),
            ("zeros", [m, n]) => format!("0_{{{}}}", self.infix("\\times", m, n)),
            ("ones", [m, n]) => format!("\\mathbf{{1}}_{{{}}}", self.infix("\\times", m, n)),
            ("hcat", blocks) => format!("\\begin{{pmatrix}}{}\\end{{pmatrix}}", self.list(blocks, " & ")),
            ("vcat", blocks) => format!("\\begin{{pmatrix}}{}\\end{{pmatrix}}", self.list(blocks, " \\\\ ")),
            ("min" | "max", numbers) => format!("\\{function}{}", delimited("\\{", &self.list(numbers, ", "), "\\}")),
            ("expm", [m]) => format!("\\exp{}", parentheses(&top(m))),
            ("logm", [m]) => format!("\\log{}", parentheses(&top(m))),
            _ => format!("{}{}", operator(function), parentheses(&self.list(arguments, ", "))),
        };
        (text, level::ATOM)
    }

    fn infix(&self, sign: &str, a: &Expr, b: &Expr) -> String {
        format!("{} {sign} {}", self.at(a, level::POSTFIX), self.at(b, level::POSTFIX))
    }

    fn list(&self, all: &[Expr], between: &str) -> String {
        all.iter().map(|e| self.top(e)).collect::<Vec<_>>().join(between)
    }
}

/// A function's name in front of its arguments.
fn operator(function: &str) -> String {
    match function {
        "exp" | "log" | "sin" | "cos" | "tan" | "det" => format!("\\{function}"),
        "asin" | "acos" | "atan" => format!("\\arc{}", &function[1..]),
        "lambda_min" | "lambda_max" | "sigma_min" | "sigma_max" => format!("\\{}", function.replace('_', "_{\\") + "}"),
        _ if function.len() == 1 => function.to_owned(),
        _ => format!("\\operatorname{{{}}}", function.replace('_', "\\_")),
    }
}

/// A literal: `0.1`, `10^{-12}`, `2.5 \cdot 10^{3}`.
fn number(text: &str) -> (String, u8) {
    match text.split_once(['e', 'E']) {
        None => (text.to_owned(), level::ATOM),
        Some((mantissa, exponent)) => {
            let power = format!("10^{}", braced(exponent.trim_start_matches('+')));
            if mantissa == "1" {
                (power, level::POWER)
            } else {
                (format!("{mantissa} \\cdot {power}"), level::MULTIPLY)
            }
        }
    }
}

/// `-a/b`, whose sign goes before the fraction.
fn negative_quotient(e: &Expr) -> Option<(&Expr, &Expr)> {
    match &e.kind {
        ExprKind::Binary { op: BinaryOp::Div, left, right } => match &left.kind {
            ExprKind::Neg(above) => Some((above, right)),
            _ => None,
        },
        _ => None,
    }
}

/// Parts that a slash can stand between.
fn trivial(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number { text, .. } => text.bytes().all(|b| b.is_ascii_digit()),
        ExprKind::Name(_) | ExprKind::Pi => true,
        _ => false,
    }
}

fn flatten<'e>(e: &'e Expr, factors: &mut Vec<&'e Expr>) {
    match &e.kind {
        ExprKind::Binary { op: BinaryOp::Mul, left, right } => {
            flatten(left, factors);
            flatten(right, factors);
        }
        _ => factors.push(e),
    }
}

/// Whether the text ends in a word set upright, which nothing should touch.
fn ends_in_word(text: &str) -> bool {
    text.strip_suffix('}')
        .and_then(|text| text.rsplit_once('{'))
        .is_some_and(|(before, word)| before.ends_with("\\mathrm") && !word.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::{tex, tex_with};
    use crate::lang::ast::{Expr, ExprKind};
    use crate::lang::parse::parse_expr;
    use crate::lang::print::Style;
    use crate::lang::testing::{expressions, runner};
    use std::collections::BTreeMap;

    #[track_caller]
    fn prints(text: &str, tex_text: &str) {
        assert_eq!(tex(&parse_expr(text).unwrap()), tex_text);
    }

    #[test]
    fn lemma_3_2_reads_like_the_paper() {
        let names = BTreeMap::from([("S1".to_owned(), "S'".to_owned()), ("s1".to_owned(), "s'".to_owned())]);
        let style = Style { rename: Some(&names), ..Style::default() };
        let growth = "s1 >= (1 + eta*(sigma_d - s))^2 * s - (8 + 6*beta)/(1 - beta) * sigma1^3 * eta^2";
        assert_eq!(
            tex_with(&parse_expr(growth).unwrap(), &style),
            "s' \\ge (1+\\eta(\\sigma_d-s))^2s-\\frac{8+6\\beta}{1-\\beta}\\sigma_1^3\\eta^2"
        );
        let step = "S1 == (I + eta*(Sigma - S)) * S * (I + eta*(Sigma - S))";
        assert_eq!(tex_with(&parse_expr(step).unwrap(), &style), "S' = (I+\\eta(\\Sigma-S))S(I+\\eta(\\Sigma-S))");
        assert_eq!(tex_with(&parse_expr("S1'*S1^2").unwrap(), &style), "S'^\\top S'^2");
    }

    #[test]
    fn names_are_letters_words_and_subscripts() {
        prints("S1 + sigma1 + sigma_d + sigma12", "S_1+\\sigma_1+\\sigma_d+\\sigma_{12}");
        prints("beta*Sigma*loss*x", "\\beta\\Sigma\\,\\mathrm{loss}\\,x");
        prints("x_t1 + x0_max + eps*S", "x_{t1}+x_{0,\\mathrm{max}}+\\varepsilon S");
        prints("a1b2*y_", "\\mathrm{a1b2}\\,\\mathrm{y\\_}");
    }

    #[test]
    fn quotients_are_fractions_unless_they_are_slight() {
        prints("1/8 + beta/2", "1/8+\\beta/2");
        prints("1/8*x", "\\frac{1}{8}x");
        prints("2*(1/3)", "2 \\cdot \\frac{1}{3}");
        prints("beta/(8*sigma1)", "\\frac{\\beta}{8\\sigma_1}");
        prints("(a/b)^2", "\\left(\\frac{a}{b}\\right)^2");
        prints("a^(1/2)", "a^{1/2}");
        prints("a/b/c", "\\frac{a/b}{c}");
        prints("1 - 2*exp(-(n + N)/2)", "1-2\\exp\\left(-\\frac{n+N}{2}\\right)");
    }

    #[test]
    fn numbers_are_powers_of_ten_where_written_so() {
        prints("0.1*1e-12*2.5e+3", "0.1 \\cdot 10^{-12} \\cdot 2.5 \\cdot 10^3");
        prints("x^1e2", "x^{10^2}");
        prints("2e3^2", "(2 \\cdot 10^3)^2");
    }

    #[test]
    fn parentheses_stand_where_the_meaning_needs_them() {
        prints("a - (b - c) + (d - e)", "a-(b-c)+d-e");
        prints("a*(b*c)", "abc");
        prints("a - (-b)*c", "a-(-bc)");
        prints("a*(-b)", "a(-b)");
        prints("(-a)*b", "-ab");
        prints("-(a + b)", "-(a+b)");
        prints("(A')^2*A^2*inv(A)'", "(A^\\top)^2A^2(A^{-1})^\\top");
        prints("sum(i in 1..=n: x[i])*y", "\\left(\\sum_{i=1}^{n} x_i\\right)y");
        prints("y*sum(i in 1..=n: x[i] + 1)", "y\\sum_{i=1}^{n} (x_i+1)");
        prints(
            "a*(if p then b else c)",
            "a\\left(\\begin{cases}b & \\text{if } p \\\\ c & \\text{otherwise}\\end{cases}\\right)",
        );
        prints("(p or q) and not (r and s)", "(p \\lor q) \\land \\lnot(r \\land s)");
        prints("2*3*pi*r", "2 \\cdot 3\\pi r");
    }

    #[test]
    fn an_order_of_matrices_is_loewners_where_that_is_told() {
        let e = parse_expr("zeros(d, d) <= S < 2*Sigma").unwrap();
        let is_matrix = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == "S");
        let style = Style { is_matrix: Some(&is_matrix), ..Style::default() };
        assert_eq!(tex_with(&e, &style), "0_{d \\times d} \\preceq S \\prec 2\\Sigma");
    }

    #[test]
    fn every_other_form_has_a_sign() {
        prints("norm_F(F*G' - X)^2/2", "\\frac{\\lVert FG^\\top-X\\rVert_F^2}{2}");
        prints(
            "abs(x)*sqrt(a + b)*norm(a/(2*b))",
            "\\lvert x\\rvert\\sqrt{a+b}\\left\\lVert\\frac{a}{2b}\\right\\rVert",
        );
        prints("lambda_min(S) + lambda(1, S) + sigma(i + 1, X)", "\\lambda_{\\min}(S)+\\lambda_1(S)+\\sigma_{i+1}(X)");
        prints(
            "all(i in 1..=r, i != j: abs(x[i]) <= sigma(i, X))",
            "\\forall i \\in \\{1,\\dots,r\\},\\ i \\ne j:\\ \\lvert x_i\\rvert \\le \\sigma_i(X)",
        );
        prints("max(i in 1..=n, p: X[i, 2])", "\\max_{1 \\le i \\le n,\\ p} X_{i,2}");
        prints("X1[1..=r, ..] + (A*B)[1, 1]", "[X_1]_{1:r,:}+[AB]_{1,1}");
        prints("hcat(A, B)*vcat(C, E)", "\\begin{pmatrix}A & B\\end{pmatrix}\\begin{pmatrix}C \\\\ E\\end{pmatrix}");
        prints("min(a, b) + tr(A) + det(A) + asin(x)", "\\min\\{a, b\\}+\\operatorname{tr}(A)+\\det(A)+\\arcsin(x)");
        prints("D(f(X); X -> H) + D(x^2; x)", "\\mathrm{D}_{X}[f(X)](H)+\\frac{\\mathrm{d}}{\\mathrm{d}x}(x^2)");
        prints("vec(i in 1..=n: i)", "[i]_{1 \\le i \\le n}");
        prints(
            "if p < 0 then a else if q then b else c",
            "\\begin{cases}a & \\text{if } p < 0 \\\\ b & \\text{if } q \\\\ c & \\text{otherwise}\\end{cases}",
        );
        prints("p => (q => r)", "p \\Rightarrow q \\Rightarrow r");
    }

    #[test]
    fn braces_and_delimiters_are_always_paired() {
        runner(2000)
            .run(&expressions(), |e| {
                let text = tex(&e);
                let mut depth = 0_i32;
                for part in text.replace("\\{", "").replace("\\}", "").chars() {
                    depth += i32::from(part == '{') - i32::from(part == '}');
                    proptest::prop_assert!(depth >= 0, "{}", text);
                }
                proptest::prop_assert_eq!(depth, 0, "{}", text);
                let count = |command: &str| text.matches(command).count();
                proptest::prop_assert_eq!(count("\\left"), count("\\right"), "{}", text);
                proptest::prop_assert_eq!(count("\\begin"), count("\\end"), "{}", text);
                Ok(())
            })
            .unwrap();
    }
}

//! What a given ranges over, as mathematics: `S ∈ 𝕊^d, spec(S) ⊂ (0, 2σ₁]`.
//!
//! A sampler says which values there are, and only under `[probability]` how often; so `log` is not printed, and a
//! distribution is where its name is its meaning (`normal`, `gaussian`, `haar`).

use super::ast::{BinaryOp, Comparison, Expr, ExprKind, Given, Interval, Law, Sampler, Spectrum, Subscript};
use super::lexer::exact;
use super::print::Style;
use super::span::Span;
use super::{print_tex, print_unicode};

pub fn given_unicode(name: &str, given: &Given) -> String {
    given_unicode_with(name, given, &Style::default())
}

pub fn given_unicode_with(name: &str, given: &Given, style: &Style<'_>) -> String {
    Writer { tex: false, style }.given(name, given)
}

pub fn given_tex(name: &str, given: &Given) -> String {
    given_tex_with(name, given, &Style::default())
}

pub fn given_tex_with(name: &str, given: &Given, style: &Style<'_>) -> String {
    Writer { tex: true, style }.given(name, given)
}

struct Writer<'s, 'a> {
    tex: bool,
    style: &'s Style<'a>,
}

impl Writer<'_, '_> {
    fn pick<'t>(&self, unicode: &'t str, tex: &'t str) -> &'t str {
        if self.tex { tex } else { unicode }
    }

    fn expr(&self, e: &Expr) -> String {
        if self.tex { print_tex::tex_with(e, self.style) } else { print_unicode::unicode_with(e, self.style) }
    }

    fn name(&self, name: &str) -> String {
        if self.tex { print_tex::name(name, self.style) } else { print_unicode::name(name, self.style) }
    }

    /// `𝕊^d`, `ℝ^{m×n}`
    fn space(&self, unicode: &str, tex: &str, dimensions: &[&Expr]) -> String {
        let dimensions: Vec<String> = dimensions.iter().map(|e| self.expr(e)).collect();
        let exponent = dimensions.join(self.pick("×", " \\times "));
        let space = self.pick(unicode, tex);
        if exponent.chars().count() == 1 { format!("{space}^{exponent}") } else { format!("{space}^{{{exponent}}}") }
    }

    fn reals(&self, dimensions: &[&Expr]) -> String {
        self.space("ℝ", "\\mathbb{R}", dimensions)
    }

    fn interval(&self, i: &Interval) -> String {
        if i.half_line {
            return self.pick("(0, ∞)", "(0, \\infty)").to_owned();
        }
        let (open, close) = (if i.lo_open { "(" } else { "[" }, if i.hi_open { ")" } else { "]" });
        let ends = format!("{}, {}", self.expr(&i.lo), self.expr(&i.hi));
        if self.tex { print_tex::delimited(open, &ends, close) } else { format!("{open}{ends}{close}") }
    }

    /// `x[i] ∈ [0, s[i]]` of each of several numbers.
    fn entries(&self, vector: &Expr, law: &Law) -> String {
        let index = law.index.as_ref().map_or("i", |(index, _)| index);
        let index = vec![Subscript::At(of(ExprKind::Name(index.to_owned())))];
        let entry = of(ExprKind::Index { base: Box::new(vector.clone()), index });
        format!("{}{}{}", self.expr(&entry), self.pick(" ∈ ", " \\in "), self.interval(&law.interval))
    }

    /// What is known of the eigenvalues or the singular values.
    fn spectrum(&self, matrix: &str, all: &str, each: &str, spectrum: &Spectrum) -> String {
        match spectrum {
            Spectrum::In(Law { index: None, interval }) => {
                format!("{all}({matrix}){}{}", self.pick(" ⊂ ", " \\subset "), self.interval(interval))
            }
            Spectrum::In(Law { index: Some((index, _)), interval }) => {
                let index = self.name(index);
                let index = if index.chars().count() == 1 { index } else { format!("{{{index}}}") };
                format!("{each}_{index}({matrix}){}{}", self.pick(" ∈ ", " \\in "), self.interval(interval))
            }
            Spectrum::Values(values) => format!("{all}({matrix}) = {}", self.expr(values)),
        }
    }

    /// Several statements in a row.
    fn also(&self, first: String, more: &[Expr]) -> String {
        more.iter().fold(first, |all, e| format!("{all}{}{}", self.pick(", ", ",\\ "), self.expr(e)))
    }

    fn normal(&self, mean: Option<&Expr>, sd: Option<&Expr>) -> String {
        let variance = sd.map_or("1".into(), |sd| self.expr(&binary(BinaryOp::Pow, sd, &number("2"))));
        let mean = mean.map_or("0".into(), |mean| self.expr(mean));
        format!("{}{}({mean}, {variance})", self.pick(" ~ ", " \\sim "), self.pick("N", "\\mathcal{N}"))
    }

    fn given(&self, name: &str, given: &Given) -> String {
        let x = &self.name(name);
        let value = &of(ExprKind::Name(name.to_owned()));
        let transposed = &of(ExprKind::Transpose(Box::new(value.clone())));
        let is_in = |set: &str| format!("{x}{}{set}", self.pick(" ∈ ", " \\in "));
        let set = |inside: &str| format!("{}{inside}{}", self.pick("{", "\\{"), self.pick("}", "\\}"));
        let described = |first: String, unicode: &str, tex: &str| format!("{first}{}", self.pick(unicode, tex));
        match &given.kind {
            Sampler::Int { lo, hi } => {
                let dots = self.pick(", …, ", ",\\dots,");
                is_in(&set(&format!("{}{dots}{}", self.expr(lo), self.expr(hi))))
            }
            Sampler::Real(interval) => is_in(&self.interval(interval)),
            Sampler::Normal { mean, sd } => format!("{x}{}", self.normal(mean.as_ref(), sd.as_ref())),
            Sampler::Choice(values) => {
                let values: Vec<String> = values.iter().map(|value| self.expr(value)).collect();
                is_in(&set(&values.join(", ")))
            }
            Sampler::Gaussian { rows, cols, sd } => {
                let entries = described(is_in(&self.reals(&[rows, cols])), ", entries", ",\\ \\text{entries}");
                entries + &self.normal(None, sd.as_ref())
            }
            Sampler::Vector { len, law } => {
                format!("{}{}{}", is_in(&self.reals(&[len])), self.pick(", ", ",\\ "), self.entries(value, law))
            }
            Sampler::Spectrum { len, law } => {
                let decreasing = described(is_in(&self.reals(&[len])), ", decreasing, ", ",\\ \\text{decreasing},\\ ");
                decreasing + &self.entries(value, law)
            }
            Sampler::Symmetric { size, eigenvalues } => {
                let all = self.pick("spec", "\\operatorname{spec}");
                let spectrum = self.spectrum(x, all, self.pick("λ", "\\lambda"), eigenvalues);
                described(is_in(&self.space("𝕊", "\\mathbb{S}", &[size])), ", ", ",\\ ") + &spectrum
            }
            Sampler::Matrix { rows, cols, singular, rank } => {
                let sigma = self.pick("σ", "\\sigma");
                let spectrum = self.spectrum(x, sigma, sigma, singular);
                let first = described(is_in(&self.reals(&[rows, cols])), ", ", ",\\ ") + &spectrum;
                let rank = rank.as_ref().map(|rank| compare(&call("rank", value), Comparison::LessEqual, rank));
                self.also(first, rank.as_slice())
            }
            Sampler::Sphere(n) => {
                let norm = compare(&call("norm", value), Comparison::Equal, &number("1"));
                self.also(is_in(&self.reals(&[n])), &[norm])
            }
            Sampler::Orthogonal(n) => is_in(&format!("O({})", self.expr(n))),
            Sampler::Stiefel { rows, cols } => {
                let gram = binary(BinaryOp::Mul, transposed, value);
                let identity = compare(&gram, Comparison::Equal, &of(ExprKind::Identity));
                self.also(is_in(&self.reals(&[rows, cols])), &[identity])
            }
            Sampler::Skew(n) => {
                let negative = of(ExprKind::Neg(Box::new(value.clone())));
                self.also(is_in(&self.reals(&[n, n])), &[compare(transposed, Comparison::Equal, &negative)])
            }
            Sampler::Permutation(n) => {
                let what = ",\\ \\text{a permutation matrix}";
                described(is_in(&self.reals(&[n, n])), ", a permutation matrix", what)
            }
            Sampler::Haar(n) => {
                let law = self.pick(" ~ Haar(O", " \\sim \\mathrm{Haar}(O");
                format!("{x}{law}({}))", self.expr(n))
            }
            Sampler::Near { center, radius } => {
                let distance = call("norm", &binary(BinaryOp::Sub, value, center));
                self.expr(&compare(&distance, Comparison::LessEqual, radius))
            }
            Sampler::Commuting(s) => {
                let symmetric = self.expr(&compare(value, Comparison::Equal, transposed));
                let products = (binary(BinaryOp::Mul, value, s), binary(BinaryOp::Mul, s, value));
                self.also(symmetric, &[compare(&products.0, Comparison::Equal, &products.1)])
            }
            Sampler::Below(s) => {
                let order = self.pick(" ⪯ ", " \\preceq ");
                format!("0{order}{x}{order}{}", self.expr(s))
            }
            Sampler::Operator { rows, cols, delta } => {
                let space = self.reals(&[rows, cols]);
                let (arrow, comma) = (self.pick(" → ", " \\to "), self.pick(", ", ",\\ "));
                let open = self.pick("‖", "\\lVert ");
                let close = self.pick("*", "^*");
                let end = self.pick(" − I‖ ≤ ", "-I\\rVert \\le ");
                format!("{x} : {space}{arrow}{space}{comma}{open}{x}{close}{x}{end}{}", self.expr(delta))
            }
            Sampler::Value(defined) => format!("{x} = {}", self.expr(defined)),
        }
    }
}

// A hypothesis is built as a tree, so that the printers write it.

fn of(kind: ExprKind) -> Expr {
    Expr::new(kind, Span::default())
}

fn number(text: &str) -> Expr {
    of(ExprKind::Number { value: exact(text), text: text.into() })
}

fn binary(op: BinaryOp, left: &Expr, right: &Expr) -> Expr {
    of(ExprKind::Binary { op, left: Box::new(left.clone()), right: Box::new(right.clone()) })
}

fn call(function: &str, argument: &Expr) -> Expr {
    let arguments = vec![argument.clone()];
    of(ExprKind::Call { function: function.into(), function_span: Span::default(), arguments })
}

fn compare(left: &Expr, op: Comparison, right: &Expr) -> Expr {
    of(ExprKind::Compare { first: Box::new(left.clone()), rest: vec![(op, right.clone())] })
}

#[cfg(test)]
mod tests {
    use super::{given_tex, given_unicode};
    use crate::lang::parse::parse_given;

    #[track_caller]
    fn prints(name: &str, text: &str, unicode: &str, tex: &str) {
        let given = parse_given(text).unwrap();
        assert_eq!((given_unicode(name, &given).as_str(), given_tex(name, &given).as_str()), (unicode, tex));
    }

    #[test]
    fn numbers_are_in_sets_and_intervals() {
        prints("d", "int in 1..=8", "d ∈ {1, …, 8}", "d \\in \\{1,\\dots,8\\}");
        prints("sigma1", "real in [1/8, 8] log", "σ₁ ∈ [1/8, 8]", "\\sigma_1 \\in [1/8, 8]");
        prints(
            "eta",
            "real in (0, beta/(8*sigma1)]",
            "η ∈ (0, β/(8σ₁)]",
            "\\eta \\in \\left(0, \\frac{\\beta}{8\\sigma_1}\\right]",
        );
        prints(
            "q",
            "real in (0, if a < b then a else b]",
            "q ∈ (0, if a < b then a else b]",
            "q \\in \\left(0, \\begin{cases}a & \\text{if } a < b \\\\ b & \\text{otherwise}\\end{cases}\\right]",
        );
        prints("x", "normal", "x ~ N(0, 1)", "x \\sim \\mathcal{N}(0, 1)");
        prints("x", "normal(mu, 2*s)", "x ~ N(μ, (2s)²)", "x \\sim \\mathcal{N}(\\mu, (2s)^2)");
        prints("x", "choice(1, a, b)", "x ∈ {1, a, b}", "x \\in \\{1, a, b\\}");
    }

    #[test]
    fn matrices_are_in_spaces_with_what_is_known_of_them() {
        prints(
            "S",
            "symmetric(d, (0, 2*sigma1])",
            "S ∈ 𝕊^d, spec(S) ⊂ (0, 2σ₁]",
            "S \\in \\mathbb{S}^d,\\ \\operatorname{spec}(S) \\subset (0, 2\\sigma_1]",
        );
        prints(
            "S",
            "symmetric(n + 1, v)",
            "S ∈ 𝕊^{n + 1}, spec(S) = v",
            "S \\in \\mathbb{S}^{n+1},\\ \\operatorname{spec}(S) = v",
        );
        prints(
            "S",
            "symmetric(n, j: [0, s[j]])",
            "S ∈ 𝕊^n, λ_j(S) ∈ [0, s[j]]",
            "S \\in \\mathbb{S}^n,\\ \\lambda_j(S) \\in [0, s_j]",
        );
        prints(
            "X",
            "matrix(m, n, sv in [0, 1], rank r)",
            "X ∈ ℝ^{m×n}, σ(X) ⊂ [0, 1], rank(X) ≤ r",
            "X \\in \\mathbb{R}^{m \\times n},\\ \\sigma(X) \\subset [0, 1],\\ \\operatorname{rank}(X) \\le r",
        );
        prints(
            "x",
            "vector(n, i: [0, sig[i]])",
            "x ∈ ℝ^n, x[i] ∈ [0, sig[i]]",
            "x \\in \\mathbb{R}^n,\\ x_i \\in [0, \\mathrm{sig}_i]",
        );
        prints(
            "sig",
            "spectrum(n, [a, b])",
            "sig ∈ ℝ^n, decreasing, sig[i] ∈ [a, b]",
            "\\mathrm{sig} \\in \\mathbb{R}^n,\\ \\text{decreasing},\\ \\mathrm{sig}_i \\in [a, b]",
        );
        prints(
            "W",
            "gaussian(n, N, 1/k)",
            "W ∈ ℝ^{n×N}, entries ~ N(0, (1/k)²)",
            "W \\in \\mathbb{R}^{n \\times N},\\ \\text{entries} \\sim \\mathcal{N}(0, \\left(\\frac{1}{k}\\right)^2)",
        );
    }

    #[test]
    fn structure_is_said_by_its_equation() {
        prints("x", "sphere(n)", "x ∈ ℝ^n, ‖x‖ = 1", "x \\in \\mathbb{R}^n,\\ \\lVert x\\rVert = 1");
        prints("Q", "orthogonal(n)", "Q ∈ O(n)", "Q \\in O(n)");
        prints("Q", "stiefel(n, k)", "Q ∈ ℝ^{n×k}, Qᵀ·Q = I", "Q \\in \\mathbb{R}^{n \\times k},\\ Q^\\top Q = I");
        prints("K", "skew(n)", "K ∈ ℝ^{n×n}, Kᵀ = −K", "K \\in \\mathbb{R}^{n \\times n},\\ K^\\top = -K");
        prints(
            "P",
            "permutation(n)",
            "P ∈ ℝ^{n×n}, a permutation matrix",
            "P \\in \\mathbb{R}^{n \\times n},\\ \\text{a permutation matrix}",
        );
        prints("Q", "haar(n)", "Q ~ Haar(O(n))", "Q \\sim \\mathrm{Haar}(O(n))");
        prints("B", "near(A - C, 1e-3)", "‖B − (A − C)‖ ≤ 1e-3", "\\lVert B-(A-C)\\rVert \\le 10^{-3}");
        prints("B", "commuting(S)", "B = Bᵀ, B·S = S·B", "B = B^\\top,\\ BS = SB");
        prints("B", "below(2*S)", "0 ⪯ B ⪯ 2S", "0 \\preceq B \\preceq 2S");
        prints(
            "A",
            "operator(m, n, delta)",
            "A : ℝ^{m×n} → ℝ^{m×n}, ‖A*A − I‖ ≤ δ",
            "A : \\mathbb{R}^{m \\times n} \\to \\mathbb{R}^{m \\times n},\\ \\lVert A^*A-I\\rVert \\le \\delta",
        );
        prints("c", "1/2", "c = 1/2", "c = 1/2");
    }
}

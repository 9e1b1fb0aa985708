//! Joining operands: sums, products, powers, comparisons and subscripts, with their shapes checked.

use super::ast::{Comparison, Expr, Subscript};
use super::build;
use super::elaborate::{Elaborated, Elaborator};
use super::ir::{Dim, NodeId, Op, Type};
use super::label::label;
use super::span::LangError;
use super::types::{dim_of, is_matrix, is_scalar};

/// An operand: as written, and its node.
type Operand<'e> = (&'e Expr, NodeId);

impl Elaborator<'_> {
    /// `a + b`, `a - b`
    pub(super) fn additive(&mut self, minus: bool, left: Operand<'_>, right: Operand<'_>) -> Elaborated {
        let ((_, a), (_, b)) = (left, right);
        self.same_kind(if minus { "subtracted" } else { "added" }, left, right)?;
        self.need_same_shape(if minus { "the terms of a difference" } else { "the terms of a sum" }, left, right)?;
        Ok(if minus { build::sub(self.graph, a, b) } else { build::add(self.graph, a, b) })
    }

    /// A real beside a matrix is an error that says what was probably meant.
    fn same_kind(&mut self, verb: &str, left: Operand<'_>, right: Operand<'_>) -> Result<(), LangError> {
        let (lm, rm) = (is_matrix(self.graph, left.1), is_matrix(self.graph, right.1));
        if lm == rm {
            return Ok(());
        }
        let (real, matrix) = if lm { (right, left) } else { (left, right) };
        let found = format!("{} is a real, {} is {}", label(real.0), label(matrix.0), self.type_text(matrix.1));
        let (rows, cols) = self.shape(matrix.1);
        let help = if build::is_zero(self.graph, real.1) {
            format!("write `zeros({}, {})`", self.dim_text(&rows), self.dim_text(&cols))
        } else if self.holes.resolve(&rows) != self.holes.resolve(&cols) {
            format!("write `{}` times a matrix of its shape", label(real.0).trim_matches('`'))
        } else {
            match label(real.0).trim_matches('`') {
                "1" => "write `I`".to_owned(),
                "this expression" => "write `c*I`".to_owned(),
                c if c.contains([' ', '-', '+']) => format!("write `({c})*I`"),
                c => format!("write `{c}*I`"),
            }
        };
        let span = left.0.span.join(right.0.span);
        Err(LangError::new(span, format!("a real and a matrix are not {verb}"), found).help(help))
    }

    /// `a*b`
    pub(super) fn product(&mut self, left: Operand<'_>, right: Operand<'_>) -> Elaborated {
        let (a, b) = (left.1, right.1);
        if is_matrix(self.graph, a) && is_matrix(self.graph, b) {
            let (inner_left, inner_right) = (self.shape(a).1, self.shape(b).0);
            if !self.holes.unify(&inner_left, &inner_right) {
                return Err(self.inner_dimensions(left, right, &inner_left, &inner_right));
            }
        }
        Ok(build::mul(self.graph, a, b))
    }

    fn inner_dimensions(
        &self,
        left: Operand<'_>,
        right: Operand<'_>,
        inner_left: &Dim,
        inner_right: &Dim,
    ) -> LangError {
        let found = format!(
            "{} is {}, {} is {}: inner dimensions {} and {} differ",
            label(left.0),
            self.shape_text(left.1),
            label(right.0),
            self.shape_text(right.1),
            self.dim_text(inner_left),
            self.dim_text(inner_right),
        );
        let error = LangError::new(left.0.span.join(right.0.span), "these matrices do not multiply", found);
        let ((lr, _), (_, rc)) = (self.shape(left.1), self.shape(right.1));
        let (l, r) = (label(left.0), label(right.0));
        let (l, r) = (l.trim_matches('`'), r.trim_matches('`'));
        let simple = |s: &str| s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if rc == *inner_left && simple(l) && simple(r) {
            error.help(format!("did you mean `{l}*{r}'`?"))
        } else if lr == *inner_right && simple(l) && simple(r) {
            error.help(format!("did you mean `{l}'*{r}`?"))
        } else {
            error
        }
    }

    /// `a/b`
    pub(super) fn quotient(&mut self, left: Operand<'_>, right: Operand<'_>) -> Elaborated {
        if is_matrix(self.graph, right.1) {
            let found = format!("{} is {}", label(right.0), self.type_text(right.1));
            return Err(LangError::new(right.0.span, "a matrix is no divisor", found).help("multiply by `inv(..)`"));
        }
        Ok(build::div(self.graph, left.1, right.1))
    }

    /// `a^b`
    pub(super) fn power(&mut self, left: Operand<'_>, right: Operand<'_>) -> Elaborated {
        let (a, b) = (left.1, right.1);
        if is_matrix(self.graph, b) {
            let found = format!("{} is {}", label(right.0), self.type_text(b));
            return Err(
                LangError::new(right.0.span, "a matrix is no exponent", found).help("`expm` is the matrix exponential")
            );
        }
        if is_scalar(self.graph, a) {
            return Ok(build::pow(self.graph, a, b));
        }
        self.need_square("a power", left.0, a)?;
        if *self.graph.ty(b) != Type::Int {
            let found = format!("{} is {}", label(right.0), self.type_text(b));
            return Err(LangError::new(right.0.span, "a matrix has integer powers only", found)
                .help("`sqrtm` is the square root of a symmetric matrix"));
        }
        Ok(build::mat_pow(self.graph, a, b))
    }

    /// One comparison of a chain.
    pub(super) fn compare(&mut self, comparison: Comparison, left: Operand<'_>, right: Operand<'_>) -> Elaborated {
        self.same_kind("compared", left, right)?;
        self.need_same_shape("the sides of a comparison", left, right)?;
        let (a, b) = (left.1, right.1);
        let matrices = is_matrix(self.graph, a);
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if matrices && ordered {
            self.need_symmetric("the Loewner order", left.0, a)?;
            self.need_symmetric("the Loewner order", right.0, b)?;
        }
        let (less, less_equal) =
            if matrices { (Op::LoewnerLess, Op::LoewnerLessEqual) } else { (Op::Less, Op::LessEqual) };
        Ok(match comparison {
            Comparison::Less => build::truth(self.graph, less, a, b),
            Comparison::LessEqual => build::truth(self.graph, less_equal, a, b),
            Comparison::Greater => build::truth(self.graph, less, b, a),
            Comparison::GreaterEqual => build::truth(self.graph, less_equal, b, a),
            Comparison::Equal => build::truth(self.graph, Op::Equal, a, b),
            Comparison::NotEqual => {
                let equal = build::truth(self.graph, Op::Equal, a, b);
                build::not(self.graph, equal)
            }
        })
    }

    /// `M[i, j]`, `M[1..=r, ..]`, `x[i]`
    pub(super) fn index(&mut self, base: &Expr, index: &[Subscript]) -> Elaborated {
        let m = self.numeric(base)?;
        let (rows, cols) = self.shape(m);
        let one = build::int(self.graph, 1);
        let places = match index {
            [row, col] => [self.place(row, &rows)?, self.place(col, &cols)?],
            [only] if cols.is_one() => [self.place(only, &rows)?, Place::at(one)],
            [only] if rows.is_one() => [Place::at(one), self.place(only, &cols)?],
            _ => {
                let found = format!("{} is {}, indexed by {}", label(base), self.type_text(m), index.len());
                let error = LangError::new(base.span, "a matrix takes two subscripts", found);
                return Err(error.help("write `M[i, j]`, `M[i, ..]` for a row, `M[.., j]` for a column"));
            }
        };
        let [row, col] = places;
        if row.size.is_none() && col.size.is_none() {
            return Ok(build::entry(self.graph, m, row.first, col.first));
        }
        let size = |p: &Place| p.size.clone().unwrap_or_else(|| Dim::constant(1));
        Ok(build::block(self.graph, m, row.first, col.first, size(&row), size(&col)))
    }

    fn place(&mut self, subscript: &Subscript, whole: &Dim) -> Result<Place, LangError> {
        match subscript {
            Subscript::All(_) => Ok(Place { first: build::int(self.graph, 1), size: Some(whole.clone()) }),
            Subscript::At(e) => {
                let at = self.int(e)?;
                self.in_range(e, at, whole)?;
                Ok(Place::at(at))
            }
            Subscript::Range { lo, hi } => {
                let (first, last) = (self.int(lo)?, self.int(hi)?);
                self.in_range(lo, first, &whole.add(&Dim::constant(1)))?;
                self.in_range(hi, last, whole).or_else(|error| {
                    // `1..=0` is an empty range.
                    if build::literal_int(self.graph, last) == Some(0) { Ok(()) } else { Err(error) }
                })?;
                let size = dim_of(self.graph, last).sub(&dim_of(self.graph, first)).add(&Dim::constant(1));
                if size.as_constant().is_some_and(|n| n < 0) {
                    let found = format!("found {} entries", self.dim_text(&size));
                    return Err(LangError::new(lo.span.join(hi.span), "this range runs backwards", found));
                }
                Ok(Place { first, size: Some(size) })
            }
        }
    }

    /// What is certain to be out of range is said at once; the rest is undefined where it happens.
    fn in_range(&self, e: &Expr, at: NodeId, whole: &Dim) -> Result<(), LangError> {
        let Some(i) = build::literal_int(self.graph, at) else { return Ok(()) };
        let size = whole.as_constant();
        if i < 1 || size.is_some_and(|n| i > n) {
            let found = match size {
                Some(n) => format!("found {i}, outside 1..={n}"),
                None => format!("found {i}, and indices start at 1"),
            };
            return Err(LangError::new(e.span, "this index is out of range", found));
        }
        Ok(())
    }
}

/// Where a subscript begins and how much it takes; no size where it takes one entry.
struct Place {
    first: NodeId,
    size: Option<Dim>,
}

impl Place {
    fn at(first: NodeId) -> Self {
        Self { first, size: None }
    }
}

//! What binds a name or reads it specially: `sum(i in ..: e)` and its kin, `mat`, `vec`. For `D(e; X -> H)` see `varied`.

use super::ast::{Clause, Expr, IndexRange, Quantifier};
use super::build;
use super::elaborate::{Elaborated, Elaborator, too_large};
use super::ir::{Dim, Fold, NodeId, Op, Type, VarId};
use super::label::label;
use super::span::{LangError, Span};
use super::substitute::{mentions, substitute};
use super::types::{atoms, dim_of, is_matrix};
use std::collections::BTreeMap;

impl Elaborator<'_> {
    pub(super) fn quantified(&mut self, quantifier: Quantifier, clauses: &[Clause], body: &Expr) -> Elaborated {
        let before = self.locals.len();
        let result = self.fold(quantifier, clauses, body);
        self.locals.truncate(before);
        result
    }

    fn fold(&mut self, quantifier: Quantifier, clauses: &[Clause], body: &Expr) -> Elaborated {
        let mut ranges: Vec<(VarId, NodeId, NodeId)> = Vec::new();
        let mut filter: Option<NodeId> = None;
        for clause in clauses {
            match clause {
                Clause::Range(range) => {
                    let (lo, hi) = (self.int(&range.lo)?, self.int(&range.hi)?);
                    let v = self.push_index(range)?;
                    ranges.push((v, lo, hi));
                }
                Clause::Filter(e) => {
                    let condition = self.bool(e)?;
                    filter = Some(filter.map_or(condition, |f| build::and(self.graph, f, condition)));
                }
            }
        }
        if ranges.is_empty() {
            return Err(LangError::new(body.span, "an index is needed before the colon", "found none")
                .help("write `i in 1..=n:`"));
        }
        let vars: Vec<VarId> = ranges.iter().map(|r| r.0).collect();
        let (fold, id) = match quantifier {
            Quantifier::All => (Fold::All, self.bool(body)?),
            Quantifier::Any => (Fold::Any, self.bool(body)?),
            Quantifier::Product => (Fold::Product, self.scalar(body)?),
            Quantifier::Min => (Fold::Min, self.scalar(body)?),
            Quantifier::Max => (Fold::Max, self.scalar(body)?),
            Quantifier::Sum => (Fold::Sum, self.numeric(body)?),
        };
        if is_matrix(self.graph, id) {
            let (rows, cols) = self.shape(id);
            let sizes: Vec<NodeId> = atoms(&Type::Matrix(rows, cols)).collect();
            if mentions(self.graph, &sizes, &vars) {
                let found = format!("{} is {}", label(body), self.type_text(id));
                return Err(LangError::new(body.span, "the terms of a sum need one shape", found));
            }
        }
        Ok(build::fold(self.graph, fold, &ranges, filter, id))
    }

    /// Opens an index; the caller closes it.
    fn push_index(&mut self, range: &IndexRange) -> Result<VarId, LangError> {
        self.free_name(&range.name, range.name_span)?;
        let v = self.graph.fresh_var();
        let node = build::var(self.graph, v);
        self.locals.push((range.name.clone(), node));
        Ok(v)
    }

    fn free_name(&self, name: &str, span: Span) -> Result<(), LangError> {
        let taken = self.scope.get(name).is_some() || self.locals.iter().any(|(n, _)| n == name);
        if taken || self.scope.later.contains(name) {
            return Err(LangError::new(span, format!("`{name}` is already defined"), "found it again as an index")
                .help("give the index another name"));
        }
        Ok(())
    }

    /// `mat(i in a..=b, j in c..=d: e)`, `vec(i in a..=b: e)`
    pub(super) fn build(&mut self, ranges: &[IndexRange], body: &Expr, span: Span) -> Elaborated {
        let before = self.locals.len();
        let result = self.built(ranges, body, span);
        self.locals.truncate(before);
        result
    }

    fn built(&mut self, ranges: &[IndexRange], body: &Expr, span: Span) -> Elaborated {
        if ranges.is_empty() || ranges.len() > 2 {
            let found = format!("found {}", ranges.len());
            return Err(LangError::new(span, "a matrix is built over one or two indices", found));
        }
        // Both ranges come first: the second may not depend on the first, for a matrix has no ragged rows.
        let mut sides = Vec::new();
        for range in ranges {
            let (lo, hi) = (self.int(&range.lo)?, self.int(&range.hi)?);
            if build::literal_int(self.graph, lo) != Some(1) {
                return Err(LangError::new(
                    range.lo.span,
                    "a range of `mat` starts at 1",
                    format!("found {}", label(&range.lo)),
                ));
            }
            sides.push(dim_of(self.graph, hi));
        }
        let vars = ranges.iter().map(|range| self.push_index(range)).collect::<Result<Vec<_>, _>>()?;
        let body = self.scalar(body)?;
        let rows = sides[0].clone();
        let cols = sides.get(1).cloned().unwrap_or_else(|| Dim::constant(1));
        match Type::of_shape(rows, cols) {
            ty @ Type::Matrix(..) => {
                Ok(build::op(self.graph, Op::Build { row: vars[0], col: vars.get(1).copied() }, vec![body], ty))
            }
            _ => {
                // One entry, at position 1.
                let one = build::int(self.graph, 1);
                let with: BTreeMap<_, _> = vars.iter().map(|&v| (build::var(self.graph, v), one)).collect();
                substitute(self.graph, body, &with).map_err(|e| too_large(span, e))
            }
        }
    }
}

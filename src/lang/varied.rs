//! `D(e; X -> H)`: which names move with `X`.
//!
//! A derivative is in a *name*, not in a value: with `y = "x^2"`, `D(x^2*y; y)` is `x^2`, for what `y` is made of stays fixed,
//! though equal expressions are one node of the graph. So `X` is replaced by a leaf of its own while `e` is read, and every
//! abbreviation that uses `X` is read again with it; afterwards the value of `X` is put in. Sampled givens are never read
//! again: a derivative varies what it names, not another given that was sampled from it.

use super::ast::{Expr, ExprKind};
use super::build;
use super::derivative::{DerivativeError, derivative};
use super::elaborate::{Elaborated, Elaborator, too_large};
use super::ir::{Graph, NodeId, Op, Type};
use super::parts;
use super::span::{LangError, Span};
use super::substitute::{SubstituteError, substitute};
use super::symmetry::is_symmetric;
use super::types::is_scalar;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::take;
use std::sync::Arc;

/// How many subexpressions the derivatives of one expression may read again.
const MOST_READ_AGAIN: usize = 1_000_000;

/// What moves in the derivatives around a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Varied {
    /// The variables, by their leaves, and the abbreviations that use them.
    names: HashMap<String, NodeId>,
    /// The variables of the derivatives around, each with its value.
    variables: BTreeMap<String, NodeId>,
    /// What each leaf stands for; leaves of derivatives further out may be in it.
    values: BTreeMap<NodeId, NodeId>,
    /// Subexpressions read again so far.
    read: usize,
}

impl Varied {
    pub(super) fn get(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.variables.iter().map(|(name, leaf)| (name.as_str(), *leaf))
    }

    /// `previous`, and each variable by its value one step before.
    pub(super) fn before(
        &self,
        graph: &mut Graph,
        previous: &BTreeMap<NodeId, NodeId>,
    ) -> Result<BTreeMap<NodeId, NodeId>, SubstituteError> {
        let mut before = previous.clone();
        // A leaf is newer than those in its value.
        for (&leaf, &value) in &self.values {
            let value = substitute(graph, value, &before)?;
            before.insert(leaf, value);
        }
        Ok(before)
    }
}

impl Elaborator<'_> {
    /// `D(e; X -> H)`, `D(e; x)`
    pub(super) fn derivative(
        &mut self,
        body: &Expr,
        (variable, variable_span): (&str, Span),
        direction: Option<&Expr>,
        span: Span,
    ) -> Elaborated {
        let name = Expr::new(ExprKind::Name(variable.to_owned()), variable_span);
        let value = self.numeric(&name)?;
        let ty = self.graph.ty(value).clone();
        if ty == Type::Int || build::rational(self.graph, value).is_some() {
            let found = format!("`{variable}` is {}", if ty == Type::Int { "an integer" } else { "a constant" });
            return Err(LangError::new(variable_span, "a derivative needs a real or a matrix to vary", found));
        }
        let symmetric = !is_scalar(self.graph, value) && is_symmetric(self.graph, value);
        let h = match direction {
            Some(e) => {
                let h = self.numeric(e)?;
                self.need_same_shape("a variable and its direction", (&name, value), (e, h))?;
                if symmetric {
                    self.need_symmetric("the direction of a symmetric matrix", e, h)?;
                }
                h
            }
            None if is_scalar(self.graph, value) => build::int(self.graph, 1),
            None => {
                let found = format!("`{variable}` is {}", self.type_text(value));
                return Err(LangError::new(variable_span, "the derivative in a matrix needs a direction", found)
                    .help(format!("write `D(..; {variable} -> H)`")));
            }
        };
        let unknown = |error: DerivativeError| match error {
            DerivativeError::Substitute(error) => too_large(span, error),
            other => LangError::new(body.span, "this derivative is not known", other.to_string()),
        };
        // The variable of a derivative around this one has its leaf already.
        if let Some(&leaf) = self.varied.variables.get(variable) {
            // One between them may be made of it.
            let mut between = self.varied.variables.keys().filter(|name| *name != variable);
            if let Some(name) = between.find(|name| self.needed_by_name(name).contains(variable)) {
                return Err(both_move(variable, name, variable_span));
            }
            let value = self.numeric(body)?;
            return derivative(self.graph, value, leaf, h).map_err(unknown);
        }
        let v = self.graph.fresh_var();
        let leaf = self.graph.add(Op::Var(v), vec![], ty);
        if symmetric {
            self.graph.symmetric.insert(leaf);
        }
        let outside = self.varied.clone();
        self.varied.names.insert(variable.to_owned(), leaf);
        self.varied.variables.insert(variable.to_owned(), leaf);
        self.varied.values.insert(leaf, value);
        let moved = self.read_again(body, variable, variable_span).and_then(|()| self.numeric(body));
        let read = self.varied.read;
        self.varied = Varied { read, ..outside };
        let tangent = derivative(self.graph, moved?, leaf, h).map_err(unknown)?;
        substitute(self.graph, tangent, &BTreeMap::from([(leaf, value)])).map_err(|e| too_large(span, e))
    }

    /// Reads the abbreviations again that `body` needs and that use `variable`, in the order of their definition.
    fn read_again(&mut self, body: &Expr, variable: &str, span: Span) -> Result<(), LangError> {
        let needed = self.needed(body);
        let mut moved = BTreeSet::from([variable.to_owned()]);
        let scope = self.scope;
        for (name, _) in scope.iter() {
            let Some(definition) =
                scope.definition(name).filter(|d| needed.contains(name) && !d.names.is_disjoint(&moved))
            else {
                continue;
            };
            if name == variable {
                continue;
            }
            if self.varied.variables.contains_key(name) {
                return Err(both_move(variable, name, span));
            }
            self.varied.read += definition.size;
            if self.varied.read > MOST_READ_AGAIN {
                let found = "what it is made of is read again too often";
                return Err(LangError::new(span, "this derivative is too large", found));
            }
            let mut inner = Elaborator::new(self.graph, scope);
            inner.varied = take(&mut self.varied);
            inner.depth = self.depth;
            let read = inner.expr(&definition.value).and_then(|id| inner.finish(vec![id], definition.value.span));
            self.varied = take(&mut inner.varied);
            let node = read.map_err(|error| {
                // Its place is in another expression.
                let message = format!("`{name}` cannot be followed while `{variable}` moves");
                LangError { span, message, found: error.message, help: error.help }
            })?[0];
            self.varied.names.insert(name.to_owned(), node);
            moved.insert(name.to_owned());
        }
        Ok(())
    }

    /// The names that an expression rests on, through abbreviations.
    fn needed(&self, body: &Expr) -> BTreeSet<String> {
        self.through_abbreviations(parts::names(body).0.into_iter().collect())
    }

    fn needed_by_name(&self, name: &str) -> BTreeSet<String> {
        self.through_abbreviations(vec![name.to_owned()])
    }

    fn through_abbreviations(&self, mut stack: Vec<String>) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        while let Some(name) = stack.pop() {
            if let Some(definition) = self.scope.definition(&name).map(Arc::clone)
                && !needed.contains(&name)
            {
                stack.extend(definition.names.iter().cloned());
            }
            needed.insert(name);
        }
        needed
    }
}

fn both_move(inner: &str, outer: &str, span: Span) -> LangError {
    let message = format!("a derivative in `{inner}` inside one in `{outer}`");
    let found = format!("`{outer}` is made of `{inner}`, so that both cannot move by themselves");
    LangError::new(span, message, found).help("take one of the two in a given of its own")
}

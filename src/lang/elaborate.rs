//! From the syntax tree to the typed graph: names are looked up, types and symbolic shapes checked, errors said in the
//! user's names.
//!
//! This file walks the tree; `operators` joins operands, `binders` opens `sum` and `mat`, `varied` `D`, `apply` applies functions.
//! Nothing is evaluated but literals. Margins are [`super::predicate`]'s.

use super::ast::{BinaryOp, Comparison, Expr, ExprKind};
use super::functions::{FUNCTIONS, named};
use super::holes::{self, Holes};
use super::ir::{Dim, Graph, NodeId, Op, Type};
use super::scope::Scope;
use super::span::{LangError, Span};
use super::substitute::{MAX_NODES, SubstituteError, substitute_all};
use super::suggest::nearest;
use super::symmetry::Symmetry;
use super::types::{Names, is_matrix, is_scalar, reachable};
use super::varied::Varied;
use super::{build, label::label};
use std::collections::BTreeMap;

/// How deep an expression may be nested; the parser's own bound is not larger.
const MAX_DEPTH: u32 = 260;

/// The node of an expression of any type.
pub fn expression(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| el.expr(e))
}

/// The node of a real (or an integer).
pub fn real(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| el.scalar(e))
}

/// The node of an integer: a size, an end of a range, an index.
pub fn integer(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| el.int(e))
}

/// The node of a truth value.
pub fn truth(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| el.bool(e))
}

/// The node of a matrix; a real is one, 1×1.
pub fn matrix(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| el.numeric(e))
}

/// The node of a symmetric matrix: square, and symmetric by form.
pub fn symmetric(graph: &mut Graph, scope: &Scope, e: &Expr) -> Result<NodeId, LangError> {
    checked(graph, scope, e, |el, e| {
        let id = el.numeric(e)?;
        el.need_symmetric("this", e, id)?;
        Ok(id)
    })
}

fn checked(
    graph: &mut Graph,
    scope: &Scope,
    e: &Expr,
    of: impl FnOnce(&mut Elaborator<'_>, &Expr) -> Result<NodeId, LangError>,
) -> Result<NodeId, LangError> {
    let mut elaborator = Elaborator::new(graph, scope);
    let id = of(&mut elaborator, e)?;
    Ok(elaborator.finish(vec![id], e.span)?[0])
}

/// The state of one elaboration.
pub(super) struct Elaborator<'a> {
    pub(super) graph: &'a mut Graph,
    pub(super) scope: &'a Scope,
    /// Indices of the binders around.
    pub(super) locals: Vec<(String, NodeId)>,
    pub(super) holes: Holes,
    /// What moves in the derivatives around.
    pub(super) varied: Varied,
    symmetry: Symmetry,
    pub(super) depth: u32,
}

pub(super) type Elaborated = Result<NodeId, LangError>;

impl<'a> Elaborator<'a> {
    pub(super) fn new(graph: &'a mut Graph, scope: &'a Scope) -> Self {
        let (holes, varied, symmetry) = (Holes::default(), Varied::default(), Symmetry::default());
        Self { graph, scope, locals: vec![], holes, varied, symmetry, depth: 0 }
    }

    /// The roots with the sizes of every `I` put in.
    pub(super) fn finish(&mut self, roots: Vec<NodeId>, span: Span) -> Result<Vec<NodeId>, LangError> {
        self.cap(span)?;
        if self.holes.is_empty() {
            return Ok(roots);
        }
        let used = reachable(self.graph, &roots);
        let mut sizes = BTreeMap::new();
        let solutions: Vec<_> = self.holes.solutions().filter(|(var, _)| used.contains(var)).collect();
        for (var, solution) in solutions {
            let dim = solution.map_err(|place| {
                LangError::new(
                    place,
                    "the size of `I` is not known here",
                    "found nothing beside it whose shape it must have",
                )
                .help("write `identity(n)`")
            })?;
            sizes.insert(var, self.graph.dim_node(&dim));
        }
        substitute_all(self.graph, &roots, &sizes).map_err(|e| too_large(span, e))
    }

    fn cap(&self, span: Span) -> Result<(), LangError> {
        if self.graph.len() > MAX_NODES {
            return Err(too_large(span, SubstituteError::TooLarge(MAX_NODES)));
        }
        Ok(())
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Elaborated {
        if self.depth >= MAX_DEPTH {
            return Err(LangError::new(
                e.span,
                "this expression is too deep",
                format!("found more than {MAX_DEPTH} levels"),
            )
            .help("name parts of it under `[let]`"));
        }
        self.cap(e.span)?;
        self.depth += 1;
        let result = self.node(e);
        self.depth -= 1;
        result
    }

    fn node(&mut self, e: &Expr) -> Elaborated {
        match &e.kind {
            ExprKind::Number { value, .. } => Ok(self.graph.number(value.clone())),
            ExprKind::Name(name) => self.name(name, e.span),
            ExprKind::Pi => Ok(self.graph.add(Op::Pi, vec![], Type::Real)),
            ExprKind::Identity => {
                let size = self.holes.open(self.graph, e.span);
                Ok(build::identity(self.graph, size))
            }
            ExprKind::Bool(b) => Ok(self.graph.add(Op::Bool(*b), vec![], Type::Bool)),
            ExprKind::Neg(a) => {
                let a = self.numeric(a)?;
                Ok(build::neg(self.graph, a))
            }
            ExprKind::Not(a) => {
                let a = self.bool(a)?;
                Ok(build::not(self.graph, a))
            }
            ExprKind::Transpose(a) => {
                let a = self.numeric(a)?;
                Ok(build::transpose(self.graph, a))
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ExprKind::Compare { first, rest } => self.chain(first, rest),
            ExprKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise),
            ExprKind::Index { base, index } => self.index(base, index),
            ExprKind::Call { function, function_span, arguments } => {
                self.call(function, *function_span, arguments, e.span)
            }
            ExprKind::Quantified { quantifier, clauses, body } => self.quantified(*quantifier, clauses, body),
            ExprKind::Build { ranges, body } => self.build(ranges, body, e.span),
            ExprKind::Derivative { body, variable, variable_span, direction } => {
                self.derivative(body, (variable, *variable_span), direction.as_deref(), e.span)
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Elaborated {
        match op {
            BinaryOp::Add | BinaryOp::Sub => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                self.additive(op == BinaryOp::Sub, (left, a), (right, b))
            }
            BinaryOp::Mul => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                self.product((left, a), (right, b))
            }
            BinaryOp::Div => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                self.quotient((left, a), (right, b))
            }
            BinaryOp::Pow => {
                let (a, b) = (self.numeric(left)?, self.numeric(right)?);
                self.power((left, a), (right, b))
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
                let (a, b) = (self.bool(left)?, self.bool(right)?);
                Ok(match op {
                    BinaryOp::And => build::and(self.graph, a, b),
                    BinaryOp::Or => build::or(self.graph, a, b),
                    _ => {
                        let not = build::not(self.graph, a);
                        build::or(self.graph, not, b)
                    }
                })
            }
        }
    }

    fn chain(&mut self, first: &Expr, rest: &[(Comparison, Expr)]) -> Elaborated {
        let mut left = (first, self.numeric_side(first)?);
        let mut all = None;
        for (comparison, e) in rest {
            let right = (e, self.numeric_side(e)?);
            let truth = self.compare(*comparison, left, right)?;
            all = Some(all.map_or(truth, |before| build::and(self.graph, before, truth)));
            left = right;
        }
        all.ok_or_else(|| LangError::new(first.span, "nothing is compared", "found one side only"))
    }

    /// A side of a comparison: a truth value there is worth a message of its own.
    fn numeric_side(&mut self, e: &Expr) -> Elaborated {
        let id = self.expr(e)?;
        if *self.graph.ty(id) == Type::Bool {
            return Err(LangError::new(
                e.span,
                "truth values are not compared",
                format!("found {}, a truth value", label(e)),
            )
            .help("write `(p => q) and (q => p)` for \"p exactly when q\""));
        }
        Ok(id)
    }

    fn choice(&mut self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Elaborated {
        let c = self.bool(condition)?;
        let (a, b) = (self.expr(then)?, self.expr(otherwise)?);
        let (ta, tb) = (self.graph.ty(a).clone(), self.graph.ty(b).clone());
        let agree = match (&ta, &tb) {
            (Type::Bool, Type::Bool) => true,
            (Type::Matrix(..), Type::Matrix(..)) => self.same_shape(a, b),
            (Type::Int | Type::Real, Type::Int | Type::Real) => true,
            _ => false,
        };
        if !agree {
            let found = format!("one is {}, the other {}", self.type_text(a), self.type_text(b));
            return Err(LangError::new(then.span.join(otherwise.span), "the branches of `if` differ in kind", found));
        }
        Ok(build::choose(self.graph, c, a, b))
    }

    /// A number or a matrix.
    pub(super) fn numeric(&mut self, e: &Expr) -> Elaborated {
        let id = self.expr(e)?;
        if *self.graph.ty(id) == Type::Bool {
            return Err(LangError::new(
                e.span,
                "a number or a matrix is needed here",
                format!("found {}, a truth value", label(e)),
            )
            .help("choose numbers by a condition with `if p then x else y`"));
        }
        Ok(id)
    }

    pub(super) fn scalar(&mut self, e: &Expr) -> Elaborated {
        let id = self.expr(e)?;
        if is_scalar(self.graph, id) {
            return Ok(id);
        }
        Err(self.wrong_kind(e, id, "a real"))
    }

    pub(super) fn int(&mut self, e: &Expr) -> Elaborated {
        let id = self.expr(e)?;
        if *self.graph.ty(id) == Type::Int {
            return Ok(id);
        }
        let error = self.wrong_kind(e, id, "an integer");
        Err(if is_scalar(self.graph, id) { error.help("round with `floor` or `ceil`") } else { error })
    }

    pub(super) fn bool(&mut self, e: &Expr) -> Elaborated {
        let id = self.expr(e)?;
        if *self.graph.ty(id) == Type::Bool {
            return Ok(id);
        }
        Err(self.wrong_kind(e, id, "a truth value").help("compare it with something"))
    }

    fn wrong_kind(&self, e: &Expr, id: NodeId, wanted: &str) -> LangError {
        LangError::new(
            e.span,
            format!("{wanted} is needed here"),
            format!("found {}, {}", label(e), self.type_text(id)),
        )
    }

    fn name(&mut self, name: &str, span: Span) -> Elaborated {
        let local = self.locals.iter().rev().find(|(n, _)| n == name).map(|(_, id)| *id);
        if let Some(id) = local.or_else(|| self.varied.get(name)).or_else(|| self.scope.get(name)) {
            return Ok(id);
        }
        let error = LangError::new(span, format!("unknown name `{name}`"), "found no such given, `let` or index");
        if self.scope.random.contains(name) {
            return Err(LangError::new(span, format!("`{name}` is random"), "only what is given is known here").help(
                "the bound, `[let]` and `[assume]` are of the givens alone; what is made of random values belongs under `[probability.let]` or in `event`",
            ));
        }
        if self.scope.later.contains(name) {
            return Err(LangError::new(
                span,
                format!("`{name}` is defined below"),
                "found it used before its definition",
            )
            .help("move its definition up, or this one down"));
        }
        if name == "t" {
            return Err(LangError::new(
                span,
                "`t` is the step of a trajectory or the time of a flow",
                "found neither here",
            ));
        }
        if named(name).is_some() {
            return Err(error.help(format!("`{name}` is a function; write `{name}(..)`")));
        }
        let known = self.locals.iter().map(|(n, _)| n.as_str()).chain(self.scope.iter().map(|(n, _)| n));
        let near = nearest(name, known.chain(self.scope.later.iter().map(String::as_str)));
        Err(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    fn call(&mut self, name: &str, name_span: Span, arguments: &[Expr], span: Span) -> Elaborated {
        let Some(info) = named(name) else {
            let error = LangError::new(name_span, format!("unknown function `{name}`"), "found a call of it");
            let is_value = self.scope.get(name).is_some() || self.locals.iter().any(|(n, _)| n == name);
            let near = nearest(name, FUNCTIONS.iter().map(|f| f.name));
            return Err(match near {
                _ if is_value => error
                    .help(format!("`{name}` is a value; write `{name}*(..)` for a product, `{name}[..]` for an entry")),
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            });
        };
        let (least, most) = info.arity;
        if arguments.len() < least || most.is_some_and(|most| arguments.len() > most) {
            let message = format!("`{name}` takes {}", info.arity_text());
            return Err(LangError::new(span, message, format!("found {}", arguments.len()))
                .help(format!("`{}`", info.signature)));
        }
        self.apply(info, arguments, span)
    }

    // What checks share.

    /// The names in scope, for messages.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        let locals = self.locals.iter().map(|(n, id)| (n.as_str(), *id));
        self.scope.iter().chain(locals).chain(self.varied.iter()).for_each(|(name, id)| names.insert(id, name));
        names
    }

    pub(super) fn shape(&self, id: NodeId) -> (Dim, Dim) {
        holes::shape(&self.holes, self.graph, id)
    }

    /// `a matrix m×d`
    pub(super) fn type_text(&self, id: NodeId) -> String {
        match self.graph.ty(id) {
            Type::Matrix(..) => format!("a matrix {}", self.shape_text(id)),
            ty => self.names().ty(self.graph, ty),
        }
    }

    /// `m×d`
    pub(super) fn shape_text(&self, id: NodeId) -> String {
        let (rows, cols) = self.shape(id);
        self.names().shape(self.graph, &rows, &cols)
    }

    pub(super) fn dim_text(&self, dim: &Dim) -> String {
        self.names().dim(self.graph, &self.holes.resolve(dim))
    }

    pub(super) fn same_shape(&mut self, a: NodeId, b: NodeId) -> bool {
        let ((ar, ac), (br, bc)) = (self.shape(a), self.shape(b));
        self.holes.unify(&ar, &br) && self.holes.unify(&ac, &bc)
    }

    /// Two matrices (or two numbers) of one shape, or an error that names both.
    pub(super) fn need_same_shape(
        &mut self,
        what: &str,
        (left, a): (&Expr, NodeId),
        (right, b): (&Expr, NodeId),
    ) -> Result<(), LangError> {
        if is_matrix(self.graph, a) == is_matrix(self.graph, b) && self.same_shape(a, b) {
            return Ok(());
        }
        let found = format!("{} is {}, {} is {}", label(left), self.shape_text(a), label(right), self.shape_text(b));
        Err(LangError::new(left.span.join(right.span), format!("{what} need one shape"), found))
    }

    pub(super) fn need_square(&mut self, what: &str, e: &Expr, id: NodeId) -> Result<(), LangError> {
        let (rows, cols) = self.shape(id);
        if self.holes.unify(&rows, &cols) {
            return Ok(());
        }
        let found = format!("{} is {}", label(e), self.shape_text(id));
        Err(LangError::new(e.span, format!("{what} needs a square matrix"), found))
    }

    /// Square, and symmetric by form.
    pub(super) fn need_symmetric(&mut self, what: &str, e: &Expr, id: NodeId) -> Result<(), LangError> {
        self.need_square(what, e, id)?;
        if self.symmetry.equals_its_transpose(self.graph, id) {
            return Ok(());
        }
        let message = format!("{what} needs a matrix that is symmetric by form");
        let found = format!("{} does not read the same backwards under transposition", label(e));
        Err(LangError::new(e.span, message, found)
            .help("write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry"))
    }
}

pub(super) fn too_large(span: Span, error: SubstituteError) -> LangError {
    LangError::new(span, "this claim is too large", error.to_string())
}

#[cfg(test)]
#[path = "elaborate_tests.rs"]
mod tests;

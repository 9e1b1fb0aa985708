//! Predicates: when they hold, and by how much.
//!
//! Truth is decided by the arithmetic; the margin is a number beside it that is at least 0 where the predicate holds and
//! negative where it fails (at 0 a strict inequality fails). A comparison's margin is measured in a unit, so that the margins
//! of a compound can be compared: the unit that the claim gives, else the sum of the absolute values of the terms of both
//! sides (of the norms, for matrices), of an equality that of the two sides. The margin is read off the graph of the truth value, so a predicate that was given a
//! name has the margin of what it stands for.

use super::ast::{BinaryOp, Expr, ExprKind};
use super::build;
use super::elaborate::{Elaborator, too_large};
use super::ir::{Fold, Graph, NodeId, Op, RealFn, VarId};
use super::scope::Scope;
use super::span::LangError;
use super::substitute::{SubstituteError, with_fresh_vars};
use super::types::is_matrix;
use dashu_ratio::RBig;
use std::collections::{BTreeSet, HashMap};

/// The most terms that a unit is the sum of; of a longer sum the rest is one term.
const MAX_TERMS: usize = 64;
/// How deep connectives may be nested, names opened.
const MAX_DEPTH: usize = 256;

/// A predicate of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// The `p` of a top-level `p => q`: all must be true for a case to count.
    pub guards: Vec<NodeId>,
    /// Whether the predicate holds, given the guards.
    pub truth: NodeId,
    /// A real: at least 0 where it holds, negative where it fails.
    pub margin: NodeId,
    /// Only `==` comparisons.
    pub identity: bool,
    /// The unit that the claim gives for its margins.
    pub unit: Option<NodeId>,
    /// No unit is given, and no comparison has one of its own: margins are plain numbers.
    pub plain: bool,
}

impl Predicate {
    /// All nodes that asking it needs.
    pub fn roots(&self) -> Vec<NodeId> {
        self.guards.iter().copied().chain([self.truth, self.margin]).chain(self.unit).collect()
    }
}

/// The predicate of an expression; `unit` is the claim's unit, positive.
pub fn predicate(graph: &mut Graph, scope: &Scope, e: &Expr, unit: Option<NodeId>) -> Result<Predicate, LangError> {
    let mut elaborator = Elaborator::new(graph, scope);
    let mut roots = Vec::new();
    let mut rest = e;
    while let ExprKind::Binary { op: BinaryOp::Implies, left, right } = &rest.kind {
        roots.push(elaborator.bool(left)?);
        rest = right;
    }
    roots.push(elaborator.bool(rest)?);
    let mut guards = elaborator.finish(roots, e.span)?;
    let Some(truth) = guards.pop() else {
        return Err(LangError::new(e.span, "a predicate is needed", "found nothing"));
    };
    let identity = is_identity(graph, truth);
    let mut margins = Margins { graph, unit, identity, known: HashMap::new(), own: false };
    let margin = margins.margin(truth, 0).map_err(|error| match error {
        MarginError::Deep => {
            LangError::new(e.span, "this predicate is too deep", format!("found more than {MAX_DEPTH} levels"))
                .help("state its parts as predicates of their own")
        }
        MarginError::Size(error) => too_large(e.span, error),
    })?;
    let plain = unit.is_none() && !margins.own;
    Ok(Predicate { guards, truth, margin, identity, unit, plain })
}

/// The margin of any truth value: at least 0 where it holds, negative where it fails; in `unit`, or in the size of the terms of each
/// comparison.
///
/// # Errors
/// If the truth value is nested too deep, or its margin would be too large.
pub fn margin_of(graph: &mut Graph, truth: NodeId, unit: Option<NodeId>) -> Result<NodeId, MarginError> {
    let identity = is_identity(graph, truth);
    Margins { graph, unit, identity, known: HashMap::new(), own: false }.margin(truth, 0)
}

/// Whether a truth value consists of `==` comparisons only, all of which must hold.
fn is_identity(graph: &Graph, truth: NodeId) -> bool {
    let mut stack = vec![truth];
    let mut seen = BTreeSet::new();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = graph.node(id);
        match &node.op {
            Op::Equal => {}
            Op::And => stack.extend(&node.args),
            Op::Fold { fold: Fold::All, .. } => stack.extend(node.args.last()),
            _ => return false,
        }
    }
    true
}

/// Why a margin could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarginError {
    #[error("connectives are nested too deep")]
    Deep,
    #[error(transparent)]
    Size(#[from] SubstituteError),
}

struct Margins<'g> {
    graph: &'g mut Graph,
    unit: Option<NodeId>,
    /// Only `==` comparisons.
    identity: bool,
    known: HashMap<NodeId, NodeId>,
    /// Whether some comparison is measured in the size of its own terms.
    own: bool,
}

impl Margins<'_> {
    fn margin(&mut self, truth: NodeId, depth: usize) -> Result<NodeId, MarginError> {
        if let Some(&margin) = self.known.get(&truth) {
            return Ok(margin);
        }
        if depth > MAX_DEPTH {
            return Err(MarginError::Deep);
        }
        if self.graph.len() > super::substitute::MAX_NODES {
            return Err(SubstituteError::TooLarge(super::substitute::MAX_NODES).into());
        }
        let node = self.graph.node(truth).clone();
        let margin = match (&node.op, node.args.as_slice()) {
            (Op::Less | Op::LessEqual, &[a, b]) => {
                let raw = build::sub(self.graph, b, a);
                self.in_unit(raw, a, b, false)
            }
            (Op::Equal, &[a, b]) => {
                let difference = build::sub(self.graph, a, b);
                let size = if is_matrix(self.graph, difference) {
                    build::real(self.graph, Op::MaxAbs, vec![difference])
                } else {
                    build::abs(self.graph, difference)
                };
                let raw = build::neg(self.graph, size);
                self.in_unit(raw, a, b, true)
            }
            (Op::LoewnerLess | Op::LoewnerLessEqual, &[a, b]) => {
                let difference = build::sub(self.graph, b, a);
                let raw = build::real(self.graph, Op::LoewnerMargin, vec![difference]);
                self.in_unit(raw, a, b, false)
            }
            (Op::Not, &[a]) => {
                let a = self.margin(a, depth + 1)?;
                build::neg(self.graph, a)
            }
            (Op::And | Op::Or, &[a, b]) => {
                let (a, b) = (self.margin(a, depth + 1)?, self.margin(b, depth + 1)?);
                build::extreme(self.graph, node.op == Op::Or, vec![a, b])
            }
            (Op::If, &[c, a, b]) => {
                let (a, b) = (self.margin(a, depth + 1)?, self.margin(b, depth + 1)?);
                build::choose(self.graph, c, a, b)
            }
            (Op::Fold { fold: fold @ (Fold::All | Fold::Any), vars, filtered }, args) => {
                self.quantifier(*fold == Fold::Any, vars, *filtered, args, depth)?
            }
            (Op::Bool(b), _) => build::int(self.graph, if *b { 1 } else { -1 }),
            _ => {
                let (yes, no) = (build::int(self.graph, 1), build::int(self.graph, -1));
                build::choose(self.graph, truth, yes, no)
            }
        };
        self.known.insert(truth, margin);
        Ok(margin)
    }

    /// The least (greatest) margin of the body; 1 where `all` has nothing to hold for, -1 where `any` has nothing to find.
    fn quantifier(
        &mut self,
        any: bool,
        vars: &[VarId],
        filtered: bool,
        args: &[NodeId],
        depth: usize,
    ) -> Result<NodeId, MarginError> {
        let Some((&body, _)) = args.split_last() else { return Err(MarginError::Deep) };
        let body = self.margin(body, depth + 1)?;
        // The margin and the count of places are binders of their own, with variables of their own.
        let (extreme, places) = (if any { Fold::Max } else { Fold::Min }, 2 * vars.len());
        let best = self.copy(extreme, vars, filtered, args, body)?;
        let empty = build::int(self.graph, if any { -1 } else { 1 });
        let inhabited = match (filtered, places) {
            (false, 2) => build::truth(self.graph, Op::LessEqual, args[0], args[1]),
            _ => {
                let one = build::int(self.graph, 1);
                let count = self.copy(Fold::Sum, vars, filtered, args, one)?;
                let zero = build::int(self.graph, 0);
                build::truth(self.graph, Op::Less, zero, count)
            }
        };
        Ok(build::choose(self.graph, inhabited, best, empty))
    }

    /// A fold over the same places with fresh variables and another body.
    fn copy(
        &mut self,
        fold: Fold,
        vars: &[VarId],
        filtered: bool,
        args: &[NodeId],
        body: NodeId,
    ) -> Result<NodeId, SubstituteError> {
        let mut roots = args[..args.len() - 1].to_vec();
        roots.push(body);
        let (roots, vars) = with_fresh_vars(self.graph, &roots, vars)?;
        let ty = self.graph.ty(body).clone();
        Ok(build::op(self.graph, Op::Fold { fold, vars, filtered }, roots, ty))
    }

    /// The margin in the claim's unit, or in the size of the comparison's own terms.
    fn in_unit(&mut self, raw: NodeId, a: NodeId, b: NodeId, equality: bool) -> NodeId {
        let unit = match self.unit {
            Some(unit) => Some(unit),
            None => {
                // Both sides of an equality have a size of their own: terms that cancel on the way to it would only hide it.
                let sides = equality && !build::is_zero(self.graph, a) && !build::is_zero(self.graph, b);
                let terms = if sides {
                    [a, b].map(|node| SignedTerm { node, minus: false }).to_vec()
                } else {
                    [self.terms(a, false), self.terms(b, true)].concat()
                };
                // Of one real alone, or of terms that pull one way, the quotient would only be a sign, and say nothing of
                // how near to 0 the sum comes. An identity is not hunted, and known relative to its own size or not at all.
                let one_way = !self.identity && !sides && !terms.iter().any(|t| is_matrix(self.graph, t.node)) && {
                    let mut ways = terms.iter().map(|t| sign(self.graph, t.node, 0).map(|plus| plus != t.minus));
                    let first = ways.next().flatten();
                    terms.len() == 1 || first.is_some() && ways.all(|way| way == first)
                };
                let terms = if one_way { vec![] } else { terms };
                self.own |= !terms.is_empty();
                let mut sum = None;
                for term in terms {
                    let size = build::frobenius(self.graph, term.node);
                    sum = Some(match sum {
                        None => size,
                        Some(sum) => build::add(self.graph, sum, size),
                    });
                }
                sum
            }
        };
        match unit {
            Some(unit) if build::literal_int(self.graph, unit) == Some(1) => raw,
            Some(unit) => build::real(self.graph, Op::Ratio, vec![raw, unit]),
            // One real alone, terms that pull one way, or nothing but zeros.
            None => raw,
        }
    }

    /// What a side is the sum of; zeros are left out. `minus` is the sign of the side.
    fn terms(&self, side: NodeId, minus: bool) -> Vec<SignedTerm> {
        let mut terms = Vec::new();
        let mut stack = vec![SignedTerm { node: side, minus }];
        while let Some(term) = stack.pop() {
            let SignedTerm { node: id, minus } = term;
            let node = self.graph.node(id);
            match (&node.op, node.args.as_slice()) {
                (Op::Add | Op::Sub, &[a, b]) if terms.len() + stack.len() + 2 <= MAX_TERMS => {
                    let flip = node.op == Op::Sub;
                    stack.push(SignedTerm { node: b, minus: minus != flip });
                    stack.push(SignedTerm { node: a, minus });
                }
                (Op::Neg, &[a]) => stack.push(SignedTerm { node: a, minus: !minus }),
                _ if build::is_zero(self.graph, id) => {}
                _ => terms.push(term),
            }
        }
        terms
    }
}

/// A term of a sum, with the sign it has there.
#[derive(Clone, Copy)]
struct SignedTerm {
    node: NodeId,
    minus: bool,
}

/// How deep a term is looked into for its sign.
const MAX_SIGN_DEPTH: u32 = 16;

/// Whether a real can never be negative (`true`) or never be positive (`false`), as far as its form shows.
fn sign(graph: &Graph, id: NodeId, depth: u32) -> Option<bool> {
    if depth > MAX_SIGN_DEPTH {
        return None;
    }
    let node = graph.node(id);
    let of = |id: NodeId| sign(graph, id, depth + 1);
    match (&node.op, node.args.as_slice()) {
        (Op::Number(value), _) => Some(*value >= RBig::ZERO),
        (
            Op::Pi
            | Op::Norm
            | Op::NormFrobenius
            | Op::NormNuclear
            | Op::Sigma
            | Op::MaxAbs
            | Op::Real(RealFn::Abs | RealFn::Sqrt | RealFn::Exp | RealFn::Acos),
            _,
        ) => Some(true),
        (Op::Pow, &[base, exponent]) => {
            let even = build::literal_int(graph, exponent).is_some_and(|k| k % 2 == 0);
            (even || of(base) == Some(true)).then_some(true)
        }
        (Op::Mul | Op::Inner, &[a, b]) if a == b => Some(true),
        (Op::Mul | Op::Div, &[a, b]) => Some(of(a)? == of(b)?),
        (Op::Neg, &[a]) => Some(!of(a)?),
        (Op::Fold { fold: Fold::Sum, .. }, args) => of(*args.last()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{World, parsed};
    use super::*;

    fn of(world: &mut World, text: &str) -> Predicate {
        predicate(&mut world.graph, &world.scope, &parsed(text), None).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn terms_that_pull_one_way_are_measured_as_they_are() {
        let mut world = World::new();
        for text in [
            "(3*x - 1)^2 + (7*y - 2)^2 > 0",
            "abs(x) + exp(y) >= 0",
            "(x - 1)^2 + abs(y) != 0",
            "0 < 2 - -x^2",
            "x > 0",
        ] {
            assert!(of(&mut world, text).plain, "{text}");
        }
        for text in
            ["x^2 + y > 0", "x^2 - 2*x*y + y^2 >= 0", "x^2 <= y^2", "abs(x) + y^2 == c", "x^2 + 1 <= 0 or y < x"]
        {
            assert!(!of(&mut world, text).plain, "{text}");
        }
    }

    #[test]
    fn the_margins_sign_agrees_with_the_truth() {
        let mut world = World::new();
        world.let_("named", "x < y and y < c");
        for text in [
            "x <= y",
            "x > y",
            "x != y",
            "not x < y",
            "x <= y <= c",
            "x < y or y < c",
            "not (x < y and y < c)",
            "x < y => y < c or c < x",
            "(x < 0 => y < 0) and c < 1",
            "if x < 0 then y < c else c < y",
            "(if x < 0 then y < c else c < y) and x < 1",
            "all(i in 1..=d: u[i] < v[i])",
            "any(i in 1..=d: u[i] < v[i])",
            "all(i in 2..=d: u[i] < v[i])",
            "any(i in 2..=d: u[i] < v[i])",
            "all(i in 1..=d, j in 1..=d, i != j: W[i, j] < 1/2)",
            "all(i in 1..=d: any(j in i..=d: u[i] < v[j]))",
            "S <= T",
            "S < T or T <= S",
            "T <= 10*I",
            "W == W + x*W",
            "A != 2*A",
            "named",
            "named or x > y",
            "true",
            "false or x < 1",
            "norm(A) <= norm_F(A)/1.5",
        ] {
            let p = of(&mut world, text);
            for seed in 0..30 {
                let case = world.case(seed);
                let (truth, margin) = (case.truth(p.truth), case.real(p.margin));
                assert_eq!(truth, Some(margin >= 0.0 && (margin > 0.0 || truth == Some(true))), "{text}: {margin}");
                assert!(truth != Some(true) || margin >= 0.0, "{text}: true at {margin}");
                assert!(truth != Some(false) || margin <= 0.0, "{text}: false at {margin}");
            }
        }
    }

    #[test]
    fn a_margin_is_measured_in_the_terms_of_both_sides_or_in_the_unit_given() {
        let mut world = World::new();
        for (text, unit, said) in [
            ("x <= y - c", None, "(y - c - x)/(abs(x) + abs(y) + abs(c))"),
            ("x >= 2*(y - c)", None, "(x - 2*(y - c))/(abs(2*(y - c)) + abs(x))"),
            ("x == y", None, "-abs(x - y)/(abs(x) + abs(y))"),
            ("x <= y", Some("c^2"), "(y - x)/c^2"),
            ("x <= y", Some("1"), "y - x"),
            ("x < y and y < c", Some("eta^2"), "min((y - x)/eta^2, (c - y)/eta^2)"),
            ("S <= T - 2*I", None, "lambda_min(T - 2*I - S)/(norm_F(S) + norm_F(T) + norm_F(2*identity(d)))"),
            ("0 <= x", None, "x"),
            ("x*y > 0", None, "x*y"),
        ] {
            let unit = unit.map(|u| world.node(u).expect("a unit"));
            let p = predicate(&mut world.graph, &world.scope, &parsed(text), unit).expect("well formed");
            let expected = world.node(said).expect("well formed");
            for seed in 0..10 {
                let case = world.case(seed);
                let (margin, expected) = (case.real(p.margin), case.real(expected));
                assert!((margin - expected).abs() <= 1e-12 * (1.0 + margin.abs()), "{text}: {margin}, not {expected}");
            }
        }
    }

    #[test]
    fn a_top_level_implication_guards_its_conclusion() {
        let mut world = World::new();
        let p = of(&mut world, "x < 0 => y < 1 => c < 2");
        let (a, b) = (world.node("x < 0"), world.node("y < 1"));
        assert_eq!(p.guards.iter().map(|&g| Ok(g)).collect::<Vec<_>>(), [a, b]);
        assert_eq!(Ok(p.truth), world.node("c < 2"));
        let inner = of(&mut world, "(x < 0 => y < 1) and c < 2");
        assert!(inner.guards.is_empty());
        let branches = of(&mut world, "if x < 0 then y < 1 else c < 2");
        assert!(branches.guards.is_empty());
    }

    #[test]
    fn an_identity_is_made_of_equalities_only() {
        let mut world = World::new();
        for (text, identity) in [
            ("x == y", true),
            ("W == W' and x == y == c", true),
            ("all(i in 1..=d: u[i] == v[i])", true),
            ("x > 0 => x == y", true),
            ("x == y or x == c", false),
            ("x != y", false),
            ("x <= y", false),
            ("x == y and y <= c", false),
        ] {
            assert_eq!(of(&mut world, text).identity, identity, "{text}");
        }
    }

    #[test]
    fn a_predicate_is_a_truth_value() {
        let mut world = World::new();
        let error = predicate(&mut world.graph, &world.scope, &parsed("x + 1"), None).expect_err("a number");
        assert_eq!(
            error.to_string(),
            "a truth value is needed here: found `x + 1`, a real (compare it with something)"
        );
    }
}

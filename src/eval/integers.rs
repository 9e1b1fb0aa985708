//! Integers that give a plan its structure: dimensions, indices, loop bounds, exponents that all lanes share.
//!
//! [`int_expr`] reads an integer node as an [`IntExpr`], a polynomial in the loop indices where there are any. What is not one (`floor`
//! of a quotient, `if`, a fold) is computed here in exact rationals, for which every index in it must have a value; the compiler unrolls a loop
//! whose positions need that. Values past 64 bits are not known, and stay so ([`IntExpr::value`]); nothing wraps or saturates.

use super::compile::PlanError;
use super::plan::IntExpr;
use crate::lang::ir::{Fold, Graph, IntId, Node, NodeId, Op, RealFn, VarId};
use dashu_int::IBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashMap};

/// What a loop index stands for.
#[derive(Clone, Copy)]
pub enum Bound {
    /// A loop of the plan, by number.
    Loop(u32),
    /// An unrolled index.
    Fixed(i64),
}

/// Nodes below one another that an integer may have; more is no integer that anyone means.
const MOST_DEPTH: usize = 1 << 10;
/// Parts of one expression in the loop indices.
const MOST_PARTS: usize = 1 << 10;
/// Nodes that are visited for one integer, folds counted out.
const MOST_STEPS: u32 = 1 << 20;
/// Bits of an intermediate rational.
const MOST_BITS: usize = 1 << 12;

/// The value of an integer node that depends on structural integers only.
///
/// # Errors
/// If it depends on anything else, or is past 64 bits.
pub fn integer(graph: &Graph, ints: &BTreeMap<IntId, i64>, id: NodeId) -> Result<i64, PlanError> {
    match int_expr(graph, ints, &HashMap::new(), id)? {
        IntExpr::Constant(IntExpr::UNKNOWN) => Err(PlanError::NotInteger("a number past 64 bits")),
        IntExpr::Constant(value) => Ok(value),
        _ => Err(PlanError::NotStructural),
    }
}

/// An integer node as an expression in the loop indices.
///
/// # Errors
/// Names what is not an integer known for the whole case.
pub fn int_expr(
    graph: &Graph,
    ints: &BTreeMap<IntId, i64>,
    bound: &HashMap<VarId, Bound>,
    id: NodeId,
) -> Result<IntExpr, PlanError> {
    Reader { graph, ints, bound, known: HashMap::new() }.read(id, 0)
}

struct Reader<'a> {
    graph: &'a Graph,
    ints: &'a BTreeMap<IntId, i64>,
    bound: &'a HashMap<VarId, Bound>,
    known: HashMap<NodeId, IntExpr>,
}

impl Reader<'_> {
    fn read(&mut self, id: NodeId, depth: usize) -> Result<IntExpr, PlanError> {
        if let Some(found) = self.known.get(&id) {
            return Ok(found.clone());
        }
        if depth > MOST_DEPTH {
            return Err(PlanError::NotInteger("an expression that is nested so deep"));
        }
        let found = self.fresh(id, depth + 1)?;
        if found.parts() > MOST_PARTS {
            return Err(PlanError::NotInteger("so long an expression in the indices"));
        }
        self.known.insert(id, found.clone());
        Ok(found)
    }

    fn fresh(&mut self, id: NodeId, depth: usize) -> Result<IntExpr, PlanError> {
        let node = self.graph.node(id);
        let args = &node.args;
        Ok(match &node.op {
            Op::Number(value) if value.is_int() => {
                IntExpr::Constant(i64::try_from(value.numerator().clone()).unwrap_or(IntExpr::UNKNOWN))
            }
            Op::Int(int) => {
                let value =
                    self.ints.get(int).ok_or(PlanError::NotInteger("an integer that differs from case to case"))?;
                IntExpr::Constant(*value)
            }
            Op::Var(var) => match self.bound.get(var).ok_or(PlanError::NotStructural)? {
                Bound::Fixed(value) => IntExpr::Constant(*value),
                Bound::Loop(number) => IntExpr::Affine { constant: 0, terms: vec![(*number, 1)] },
            },
            Op::Add => plus(self.read(args[0], depth)?, self.read(args[1], depth)?, 1),
            Op::Sub => plus(self.read(args[0], depth)?, self.read(args[1], depth)?, -1),
            Op::Neg => plus(IntExpr::Constant(0), self.read(args[0], depth)?, -1),
            Op::Mul => times(self.read(args[0], depth)?, self.read(args[1], depth)?),
            Op::Least | Op::Greatest => {
                let items = args.iter().map(|&a| self.read(a, depth)).collect::<Result<Vec<_>, _>>()?;
                folded(if node.op == Op::Least { IntExpr::Least(items) } else { IntExpr::Greatest(items) })
            }
            Op::Real(RealFn::Abs) => folded(IntExpr::Abs(Box::new(self.read(args[0], depth)?))),
            Op::Pow => {
                // A negative exponent makes a fraction, which is no integer as it stands.
                let (base, exponent) = (self.read(args[0], depth)?, self.read(args[1], depth)?);
                folded(IntExpr::Pow(Box::new(base), Box::new(exponent)))
            }
            Op::Real(RealFn::Floor | RealFn::Ceil) | Op::If | Op::Fold { .. } | Op::Div => {
                let mut values = Values { graph: self.graph, ints: self.ints, vars: HashMap::new(), steps: 0 };
                for (var, bound) in self.bound {
                    if let Bound::Fixed(value) = bound {
                        values.vars.insert(*var, *value);
                    }
                }
                let value = values.rational(id, depth)?;
                if !value.is_int() {
                    return Err(PlanError::NotInteger("a fraction"));
                }
                IntExpr::Constant(i64::try_from(value.numerator().clone()).unwrap_or(IntExpr::UNKNOWN))
            }
            op => return Err(PlanError::NotInteger(construct(op))),
        })
    }
}

/// Exact values of nodes in which every index has a value.
struct Values<'a> {
    graph: &'a Graph,
    ints: &'a BTreeMap<IntId, i64>,
    vars: HashMap<VarId, i64>,
    steps: u32,
}

impl Values<'_> {
    fn step(&mut self, depth: usize) -> Result<(), PlanError> {
        self.steps += 1;
        if self.steps > MOST_STEPS || depth > MOST_DEPTH {
            return Err(PlanError::NotInteger("so long a computation"));
        }
        Ok(())
    }

    fn rational(&mut self, id: NodeId, depth: usize) -> Result<RBig, PlanError> {
        self.step(depth)?;
        let depth = depth + 1;
        let graph = self.graph;
        let node = graph.node(id);
        let args = node.args.as_slice();
        let value = match (&node.op, args) {
            (Op::Number(value), _) => value.clone(),
            (Op::Int(int), _) => {
                let value =
                    self.ints.get(int).ok_or(PlanError::NotInteger("an integer that differs from case to case"))?;
                RBig::from(*value)
            }
            (Op::Var(var), _) => {
                RBig::from(*self.vars.get(var).ok_or(PlanError::NotInteger("this function of a loop index"))?)
            }
            (Op::Add, &[a, b]) => self.rational(a, depth)? + self.rational(b, depth)?,
            (Op::Sub, &[a, b]) => self.rational(a, depth)? - self.rational(b, depth)?,
            (Op::Mul, &[a, b]) => self.rational(a, depth)? * self.rational(b, depth)?,
            (Op::Neg, &[a]) => -self.rational(a, depth)?,
            (Op::Div, &[a, b]) => {
                let (x, y) = (self.rational(a, depth)?, self.rational(b, depth)?);
                if y.is_zero() {
                    return Err(PlanError::NotInteger("a quotient by zero"));
                }
                x / y
            }
            (Op::Pow, &[a, b]) => power(&self.rational(a, depth)?, &self.rational(b, depth)?)?,
            (Op::Real(RealFn::Floor), &[a]) => RBig::from(self.rational(a, depth)?.floor()),
            (Op::Real(RealFn::Ceil), &[a]) => RBig::from(self.rational(a, depth)?.ceil()),
            (Op::Real(RealFn::Abs), &[a]) => {
                let x = self.rational(a, depth)?;
                if x < RBig::ZERO { -x } else { x }
            }
            (Op::Least | Op::Greatest, _) => {
                let mut values = Vec::new();
                for &a in args {
                    values.push(self.rational(a, depth)?);
                }
                let found = if node.op == Op::Least { values.into_iter().min() } else { values.into_iter().max() };
                found.ok_or(PlanError::NotInteger("the extreme of nothing"))?
            }
            (Op::If, &[c, a, b]) => {
                let taken = if self.truth(c, depth)? { a } else { b };
                self.rational(taken, depth)?
            }
            (Op::Fold { fold, vars, filtered }, _) => {
                let mut total: Option<RBig> = match fold {
                    Fold::Sum => Some(RBig::ZERO),
                    Fold::Product => Some(RBig::ONE),
                    Fold::Min | Fold::Max | Fold::All | Fold::Any => None,
                };
                self.each(node, vars, *filtered, 0, depth, &mut |this, body| {
                    let x = this.rational(body, depth)?;
                    total = Some(match (fold, total.take()) {
                        (_, None) => x,
                        (Fold::Product, Some(t)) => t * x,
                        (Fold::Min, Some(t)) => t.min(x),
                        (Fold::Max, Some(t)) => t.max(x),
                        (_, Some(t)) => t + x,
                    });
                    if total.as_ref().is_some_and(|t| bits(t) > MOST_BITS) {
                        return Err(PlanError::NotInteger("so large a number"));
                    }
                    Ok(true)
                })?;
                total.ok_or(PlanError::NotInteger("the extreme of nothing"))?
            }
            (op, _) => return Err(PlanError::NotInteger(construct(op))),
        };
        if bits(&value) > MOST_BITS {
            return Err(PlanError::NotInteger("so large a number"));
        }
        Ok(value)
    }

    fn truth(&mut self, id: NodeId, depth: usize) -> Result<bool, PlanError> {
        self.step(depth)?;
        let depth = depth + 1;
        let graph = self.graph;
        let node = graph.node(id);
        Ok(match (&node.op, node.args.as_slice()) {
            (Op::Bool(b), _) => *b,
            (Op::Less, &[a, b]) => self.rational(a, depth)? < self.rational(b, depth)?,
            (Op::LessEqual, &[a, b]) => self.rational(a, depth)? <= self.rational(b, depth)?,
            (Op::Equal, &[a, b]) => self.rational(a, depth)? == self.rational(b, depth)?,
            (Op::And, &[a, b]) => self.truth(a, depth)? && self.truth(b, depth)?,
            (Op::Or, &[a, b]) => self.truth(a, depth)? || self.truth(b, depth)?,
            (Op::Not, &[a]) => !self.truth(a, depth)?,
            (Op::If, &[c, a, b]) => {
                let taken = if self.truth(c, depth)? { a } else { b };
                self.truth(taken, depth)?
            }
            (Op::Fold { fold, vars, filtered }, _) => {
                let wanted = *fold == Fold::Any;
                let mut found = false;
                self.each(node, vars, *filtered, 0, depth, &mut |this, body| {
                    found = this.truth(body, depth)? == wanted;
                    Ok(!found)
                })?;
                found == wanted
            }
            (op, _) => return Err(PlanError::NotInteger(construct(op))),
        })
    }

    /// Calls `visit` with the body for every choice of the indices that the filter lets through, until it says no.
    fn each(
        &mut self,
        node: &Node,
        vars: &[VarId],
        filtered: bool,
        place: usize,
        depth: usize,
        visit: &mut dyn FnMut(&mut Self, NodeId) -> Result<bool, PlanError>,
    ) -> Result<bool, PlanError> {
        let Some(&var) = vars.get(place) else {
            let rest = &node.args[2 * vars.len()..];
            if filtered && !self.truth(rest[0], depth)? {
                return Ok(true);
            }
            return visit(self, rest[usize::from(filtered)]);
        };
        let lo = self.whole(node.args[2 * place], depth)?;
        let hi = self.whole(node.args[2 * place + 1], depth)?;
        let mut going = true;
        for value in lo..=hi {
            self.step(depth)?;
            self.vars.insert(var, value);
            going = self.each(node, vars, filtered, place + 1, depth, visit)?;
            if !going {
                break;
            }
        }
        self.vars.remove(&var);
        Ok(going)
    }

    fn whole(&mut self, id: NodeId, depth: usize) -> Result<i64, PlanError> {
        let value = self.rational(id, depth)?;
        let small = value.is_int().then(|| i64::try_from(value.numerator().clone()).ok()).flatten();
        small.ok_or(PlanError::NotInteger("a number past 64 bits"))
    }
}

fn bits(x: &RBig) -> usize {
    x.numerator().bit_len() + x.denominator().bit_len()
}

fn power(base: &RBig, exponent: &RBig) -> Result<RBig, PlanError> {
    let k = exponent.is_int().then(|| isize::try_from(exponent.numerator().clone()).ok()).flatten();
    let k = k.ok_or(PlanError::NotInteger("a power that is not whole"))?;
    if base.is_zero() && k < 0 {
        return Err(PlanError::NotInteger("a quotient by zero"));
    }
    if base.is_zero() || *base.numerator() == IBig::ONE && base.is_int() {
        return Ok(if k == 0 { RBig::ONE } else { base.clone() });
    }
    if bits(base).saturating_mul(k.unsigned_abs()) > 2 * MOST_BITS {
        return Err(PlanError::NotInteger("so large a number"));
    }
    let size = isize::try_from(k.unsigned_abs()).map_err(|_| PlanError::NotInteger("so large a number"))?;
    let power = base.pow(size);
    Ok(if k < 0 { RBig::ONE / power } else { power })
}

/// A node in the words of a message.
fn construct(op: &Op) -> &'static str {
    match op {
        Op::Number(_) | Op::Pi => "a number that is not whole",
        Op::Draw(_) | Op::Sample(_) => "a sampled real",
        Op::Input(_) => "the state of a path",
        Op::Real(_) | Op::Ratio => "a function of reals",
        Op::Pow => "a power",
        Op::Entry | Op::Block => "an entry of a matrix",
        Op::Bool(_) | Op::Less | Op::LessEqual | Op::Equal | Op::And | Op::Or | Op::Not => "a truth value",
        Op::LoewnerLess | Op::LoewnerLessEqual => "an order of matrices",
        _ => "something computed from a matrix",
    }
}

const UNKNOWN: IntExpr = IntExpr::Constant(IntExpr::UNKNOWN);

/// `a + sign * b`
fn plus(a: IntExpr, b: IntExpr, sign: i64) -> IntExpr {
    if a == UNKNOWN || b == UNKNOWN {
        return UNKNOWN;
    }
    let (Some((ca, ta)), Some((cb, tb))) = (affine(&a), affine(&b)) else {
        return IntExpr::Add(Box::new(a), Box::new(times(IntExpr::Constant(sign), b)));
    };
    let mut terms: BTreeMap<u32, i64> = ta.into_iter().collect();
    for (var, c) in tb {
        let entry = terms.entry(var).or_insert(0);
        let Some(sum) = c.checked_mul(sign).and_then(|c| entry.checked_add(c)) else { return UNKNOWN };
        *entry = sum;
    }
    terms.retain(|_, c| *c != 0);
    let Some(constant) = cb.checked_mul(sign).and_then(|c| ca.checked_add(c)) else { return UNKNOWN };
    if terms.is_empty() {
        IntExpr::Constant(constant)
    } else {
        IntExpr::Affine { constant, terms: terms.into_iter().collect() }
    }
}

fn times(a: IntExpr, b: IntExpr) -> IntExpr {
    match (a, b) {
        (UNKNOWN, _) | (_, UNKNOWN) => UNKNOWN,
        (IntExpr::Constant(a), IntExpr::Constant(b)) => IntExpr::Constant(a.checked_mul(b).unwrap_or(IntExpr::UNKNOWN)),
        (IntExpr::Constant(k), e) | (e, IntExpr::Constant(k)) if affine(&e).is_some() => {
            let (constant, terms) = affine(&e).unwrap_or_default();
            let scaled: Option<Vec<_>> = terms.into_iter().map(|(v, c)| Some((v, c.checked_mul(k)?))).collect();
            match (constant.checked_mul(k), scaled) {
                (Some(constant), Some(terms)) => IntExpr::Affine { constant, terms },
                _ => UNKNOWN,
            }
        }
        (a, b) => IntExpr::Mul(Box::new(a), Box::new(b)),
    }
}

fn affine(e: &IntExpr) -> Option<(i64, Vec<(u32, i64)>)> {
    match e {
        IntExpr::Constant(c) => Some((*c, Vec::new())),
        IntExpr::Affine { constant, terms } => Some((*constant, terms.clone())),
        _ => None,
    }
}

/// The constant, where no loop index is in it.
fn folded(e: IntExpr) -> IntExpr {
    fn constant(e: &IntExpr) -> bool {
        match e {
            IntExpr::Constant(_) => true,
            IntExpr::Affine { terms, .. } => terms.is_empty(),
            IntExpr::Add(a, b) | IntExpr::Mul(a, b) | IntExpr::Pow(a, b) => constant(a) && constant(b),
            IntExpr::Least(items) | IntExpr::Greatest(items) => items.iter().all(constant),
            IntExpr::Abs(a) => constant(a),
        }
    }
    if constant(&e) { IntExpr::Constant(e.value(&[])) } else { e }
}

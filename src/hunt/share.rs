//! How much of what a comparison allows is used: what tells a tight claim from a loose one.
//!
//! In `l <= r` the *allowance* is what the claim grants: if the claim gives a unit, the terms that are multiples of it and that make
//! more room as they grow (`C sigma1^3 eta^2` in `s1 >= f - C sigma1^3 eta^2`, unit `sigma1^3 eta^2`), else all of `r`. The *share* that
//! is left over is `(r - l) / allowance`; with a least share `q` over all cases, the allowance could be smaller by the factor
//! `1 / (1 - q)` and the claim would still hold in all of them.

use crate::lang::build;
use crate::lang::ir::{Graph, NodeId, Op, Type};
use std::collections::BTreeMap;

/// Terms of a side that are looked at.
const MOST_TERMS: usize = 64;
/// Factors of a term that are looked at.
const MOST_FACTORS: usize = 64;

/// The share that is left over of what this comparison allows, and the truth that it allows anything.
pub fn of(graph: &mut Graph, truth: NodeId, unit: Option<NodeId>) -> Option<(NodeId, NodeId)> {
    let node = graph.node(truth).clone();
    let (Op::Less | Op::LessEqual, &[l, r]) = (&node.op, node.args.as_slice()) else { return None };
    let allowance = unit.and_then(|unit| granted(graph, l, r, unit)).unwrap_or(r);
    // Against 0 all of what is allowed is left over everywhere: it says nothing.
    if build::is_zero(graph, allowance) || build::is_zero(graph, l) {
        return None;
    }
    let room = build::sub(graph, r, l);
    let share = graph.add(Op::Ratio, vec![room, allowance], Type::Real);
    let zero = graph.number(0);
    let positive = graph.add(Op::Less, vec![zero, allowance], Type::Bool);
    Some((share, positive))
}

/// The factor by which a claim is loose, from its least share.
pub fn factor(share: f64) -> f64 {
    if share >= 1.0 { f64::INFINITY } else { 1.0 / (1.0 - share) }
}

/// The sum of the terms that are multiples of the unit and make room.
fn granted(graph: &mut Graph, l: NodeId, r: NodeId, unit: NodeId) -> Option<NodeId> {
    let (unit, _) = factors(graph, unit);
    if unit.is_empty() {
        return None;
    }
    let mut sum = None;
    for (side, makes_room) in [(r, true), (l, false)] {
        for (term, positive) in terms(graph, side) {
            let (of_term, sign) = factors(graph, term);
            let multiple = unit.iter().all(|(base, power)| of_term.get(base).is_some_and(|p| p >= power));
            if !multiple || (positive == sign) != makes_room {
                continue;
            }
            // A term with a minus in it is turned, so that the allowance is positive.
            let term = if sign { term } else { build::neg(graph, term) };
            sum = Some(match sum {
                None => term,
                Some(sum) => build::add(graph, sum, term),
            });
        }
    }
    sum
}

/// What a side is the sum of, and whether it is added.
fn terms(graph: &Graph, side: NodeId) -> Vec<(NodeId, bool)> {
    let mut terms = Vec::new();
    let mut stack = vec![(side, true)];
    while let Some((id, added)) = stack.pop() {
        let node = graph.node(id);
        match (&node.op, node.args.as_slice()) {
            (Op::Add, &[a, b]) if terms.len() + stack.len() + 2 <= MOST_TERMS => {
                stack.extend([(b, added), (a, added)]);
            }
            (Op::Sub, &[a, b]) if terms.len() + stack.len() + 2 <= MOST_TERMS => {
                stack.extend([(b, !added), (a, added)]);
            }
            (Op::Neg, &[a]) => stack.push((a, !added)),
            _ => terms.push((id, added)),
        }
    }
    terms
}

/// What a term is the product of, as powers; numbers are left out, but for the sign they give it.
fn factors(graph: &Graph, term: NodeId) -> (BTreeMap<NodeId, i64>, bool) {
    let mut powers: BTreeMap<NodeId, i64> = BTreeMap::new();
    let mut positive = true;
    let mut stack = vec![(term, 1_i64)];
    let mut seen = 0;
    while let Some((id, power)) = stack.pop() {
        seen += 1;
        let node = graph.node(id);
        let open = seen <= MOST_FACTORS;
        match (&node.op, node.args.as_slice()) {
            (Op::Mul, &[a, b]) if open => stack.extend([(a, power), (b, power)]),
            (Op::Div, &[a, b]) if open => stack.extend([(a, power), (b, power.saturating_neg())]),
            (Op::Neg, &[a]) if open => {
                positive ^= power % 2 != 0;
                stack.push((a, power));
            }
            (Op::Pow, &[a, k]) if open && build::literal_int(graph, k).is_some() => {
                stack.push((a, power.saturating_mul(build::literal_int(graph, k).unwrap_or(1))));
            }
            (Op::Number(value), _) => {
                let negative = *value < dashu_ratio::RBig::ZERO;
                positive ^= negative && power % 2 != 0;
            }
            _ => {
                let entry = powers.entry(id).or_insert(0);
                *entry = entry.saturating_add(power);
            }
        }
    }
    powers.retain(|_, power| *power != 0);
    (powers, positive)
}

//! A `[probability]` as a part of the claim's graph: what is random is sampled like a given, after all givens, so that the blocks of
//! draws of a setting come before those of a trial.

use super::{Asked, Bound, Builder, Chance, When};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::{Named, Probability, ProbabilityBound};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Given, Interval, Sampler, Spectrum};
use crate::lang::build;
use crate::lang::elaborate;
use crate::lang::ir::{IntId, NodeId, Op};
use crate::lang::predicate::{self, Predicate};
use crate::lang::span::LangError;
use crate::lang::types;
use crate::sample::lower::lower;
use dashu_ratio::RBig;
use std::collections::BTreeSet;

impl Builder<'_> {
    /// The bound, of the givens alone; then what is random, with its names.
    pub(super) fn randoms(
        &mut self,
        probability: &Probability,
        givens: &mut Vec<Bound>,
        lets: &mut Vec<Bound>,
    ) -> Result<Chance, Diagnostics> {
        let bound = &probability.bound;
        let claimed = elaborate::real(&mut self.graph, &self.scope, &bound.value).and_then(|node| {
            let number = build::rational(&self.graph, node).filter(|_| self.claim.constant.is_none());
            match number.filter(|value| **value < RBig::ZERO || **value > RBig::ONE) {
                None => Ok(node),
                Some(value) => Err(LangError::new(
                    bound.value.span,
                    "a probability lies between 0 and 1",
                    format!("this is {value}"),
                )),
            }
        });
        let claimed = self.note(&bound.place, claimed);
        let allowed = match probability.side {
            ProbabilityBound::AtMost => claimed,
            ProbabilityBound::AtLeast => {
                let rest = elaborate::real(&mut self.graph, &self.scope, &opposite(&bound.value));
                rest.ok()
            }
        };
        let (Some(claimed), Some(allowed)) = (claimed, allowed) else { return Err(self.failed()) };
        self.scope.random.clear();
        let (first_random, first_block) = (givens.len(), self.samples.blocks.len());
        for (i, random) in probability.random.iter().enumerate() {
            let sampler = distributed(&random.value);
            let node = lower(&mut self.graph, &self.scope, &mut self.samples, first_random + i, &sampler);
            let node = self.note(&random.place, node);
            let written = match &random.value.kind {
                Sampler::Value(e) => Some(e),
                _ => None,
            };
            match self.define(&random.name, &random.place, node, written) {
                Some(node) => givens.push(Bound { name: random.name.clone(), node }),
                None => return Err(self.failed()),
            }
        }
        lets.extend(self.lets(&probability.lets));
        if self.errors.is_empty() {
            Ok(Chance { first_random, first_block, claimed, allowed })
        } else {
            Err(self.failed())
        }
    }

    /// The event, as the one predicate that is asked: of the givens and what is random or, along an iteration, at its end.
    pub(super) fn event(&mut self, probability: &Probability, moves: bool) -> Option<Asked> {
        let event = &probability.event;
        let found = elaborate::truth(&mut self.graph, &self.scope, &event.value);
        let truth = self.note(&event.place, found)?;
        // The margin of a constant's room is the room.
        let unit = self.claim.constant.as_ref().map(|_| self.graph.number(1));
        let margin = predicate::margin_of(&mut self.graph, truth, unit);
        let margin =
            margin.map_err(|error| LangError::new(event.value.span, "this event is too large", error.to_string()));
        let margin = self.note(&event.place, margin)?;
        // `p => q` happens where `p` is false: it is no guard here.
        let predicate = Predicate { guards: Vec::new(), truth, margin, identity: false, unit: None, plain: false };
        let when = if moves { When::Finally } else { When::Once };
        let looks_back = self.looks_back(&predicate.roots());
        Some(Asked { name: probability.bound.name.clone(), predicate, when, unit: None, looks_back })
    }

    /// An event of the givens alone has no probability to be tried. What a constant is asked at some values of a sweep may be one.
    pub(super) fn at_random(&mut self, chance: &Chance, probability: &Probability, event: &Asked) {
        let random = |id: &NodeId| match self.graph.node(*id).op {
            Op::Draw(block) => block.0 as usize >= chance.first_block,
            Op::Int(id) => self.samples.ints.get(id.0 as usize).is_some_and(|int| int.given >= chance.first_random),
            _ => false,
        };
        let is_random = types::reachable(&self.graph, &event.predicate.roots()).iter().any(random);
        if is_random || self.claim.constant.is_some() {
            return;
        }
        let found = "this holds or fails by the givens";
        let error = Diagnostic::new(probability.event.place.clone(), "nothing in this event is random", found);
        self.errors.push(error.help("what is claimed of the givens alone belongs under `[claim]`"));
    }

    /// Trials of one setting share their shapes, and what is random has a law.
    pub(super) fn lawful(
        &mut self,
        chance: &Chance,
        probability: &Probability,
        structural: &BTreeSet<IntId>,
    ) -> Result<(), Diagnostics> {
        let given = |id: &IntId| self.samples.ints.get(id.0 as usize).map(|int| int.given);
        let places: BTreeSet<usize> =
            structural.iter().filter_map(given).filter_map(|given| given.checked_sub(chance.first_random)).collect();
        let random = places.into_iter().filter_map(|place| probability.random.get(place));
        let errors = random.map(|random: &Named<Given>| {
            Diagnostic::new(
                random.place.clone(),
                "a random integer is no size, index or number of steps",
                format!("`{}` is used as one", random.name),
            )
            .help("make it a given: every value it may have is then a setting of its own")
        });
        self.errors.extend(errors);
        let random = probability.random.iter().filter(|random| interval(&random.value.kind).is_some_and(without_end));
        let errors = random.map(|random: &Named<Given>| {
            let found = format!("`{}` would be spread over octaves without end", random.name);
            Diagnostic::new(random.place.clone(), "there is no even law of the logarithm down to 0", found)
                .help("write an end above 0, `[a, b] log`, or leave out `log`")
        });
        self.errors.extend(errors);
        if self.errors.is_empty() { Ok(()) } else { Err(self.failed()) }
    }
}

/// The interval that a sampler draws from.
fn interval(sampler: &Sampler) -> Option<&Interval> {
    match sampler {
        Sampler::Real(interval) => Some(interval),
        Sampler::Vector { law, .. }
        | Sampler::Spectrum { law, .. }
        | Sampler::Symmetric { eigenvalues: Spectrum::In(law), .. }
        | Sampler::Matrix { singular: Spectrum::In(law), .. } => Some(&law.interval),
        _ => None,
    }
}

/// `(0, b] log`: it says where to look, and names no law.
fn without_end(interval: &Interval) -> bool {
    let zero = matches!(&interval.lo.kind, ExprKind::Number { value, .. } if *value == RBig::ZERO);
    interval.log && zero
}

/// Under `[probability]` a rotation is drawn evenly, so that `haar` is `orthogonal`.
pub fn distributed(given: &Given) -> Given {
    match &given.kind {
        Sampler::Haar(n) => Given { kind: Sampler::Orthogonal(n.clone()), span: given.span },
        _ => given.clone(),
    }
}

/// `1 - e`; of `1 - x` that is `x` itself, which may be as small as 1e-20.
fn opposite(e: &Expr) -> Expr {
    let is_one = |e: &Expr| matches!(&e.kind, ExprKind::Number { value, .. } if *value == RBig::ONE);
    if let ExprKind::Binary { op: BinaryOp::Sub, left, right } = &e.kind
        && is_one(left)
    {
        return (**right).clone();
    }
    let one = Expr::new(ExprKind::Number { value: RBig::ONE, text: "1".to_owned() }, e.span);
    let kind = ExprKind::Binary { op: BinaryOp::Sub, left: Box::new(one), right: Box::new(e.clone()) };
    Expr::new(kind, e.span)
}

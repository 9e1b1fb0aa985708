//! Events that are claimed to be sure (of probability 1, or 0): one trial in which they fail is a counterexample, if it can be certified.
//!
//! The claim is turned into one about any values, with what is random among its givens, and the trial is decided like any case from exact
//! values. That refutes a probability of 1 only if the event fails in a neighbourhood too, of which a single trial says nothing by itself (draws lie
//! on a lattice, and the lattice has probability 0). So the margin must be certainly negative, and made of nothing that can jump.

use super::evidence::{Origin, Refutation};
use crate::case::point::{Point, Values};
use crate::case::witness::Draws;
use crate::certify::{Certificate, Certifier, Decision};
use crate::claim::model::{Claim, Named, ProbabilityBound};
use crate::claim::program::{Program, distributed};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::ir::{NodeId, Op, RealFn};
use crate::lang::types;
use dashu_ratio::RBig;

/// The most bits that a trial is decided with.
const BITS: usize = 1024;

/// The event as a claim about any values; `None` if the claim is of another kind.
pub fn pointwise(claim: &Claim) -> Option<Claim> {
    let mut claim = claim.clone();
    let probability = claim.probability.take()?;
    let random = probability.random.into_iter().map(|random| Named { value: distributed(&random.value), ..random });
    claim.givens.extend(random);
    claim.lets.extend(probability.lets);
    let Expr { kind, span } = probability.event.value;
    let kind = match probability.side {
        ProbabilityBound::AtLeast => kind,
        ProbabilityBound::AtMost => ExprKind::Not(Box::new(Expr::new(kind, span))),
    };
    let event = Named { name: probability.bound.name, value: Expr::new(kind, span), ..probability.event };
    match &mut claim.trajectory {
        Some(trajectory) => trajectory.finally = vec![event],
        None => claim.claim = vec![event],
    }
    claim.witness = None;
    Some(claim)
}

/// The certificate of one of these trials, each with its case; else what kept the last from being one.
pub fn certified(
    claim: &Claim,
    trials: impl Iterator<Item = (u64, Point)>,
    max_elements: usize,
) -> Result<Refutation, String> {
    let claim = pointwise(claim).ok_or("the claim is no probability")?;
    let certifier = Certifier::new(&claim, max_elements).map_err(|errors| errors.to_string())?;
    if let Some(what) = jump(certifier.program()) {
        return Err(format!("the trial says nothing of its neighbourhood: {what} may jump there"));
    }
    let mut doubt = "no trial was asked".to_owned();
    for (case, point) in trials {
        let decided = certifier.values(&point, &Values::new()).and_then(|settled| {
            let decision = certifier.decide(&settled.values, 0, BITS)?;
            Ok((settled.values, decision))
        });
        match decided {
            Ok((values, Decision::Violated(certificate))) if certificate.margin.hi < RBig::ZERO => {
                let Certificate { margin, sides, bits, at } = certificate;
                let draws = Draws::of(certifier.program(), &point);
                return Ok(Refutation { values, margin, sides, bits, at, origin: Origin::Case(case), draws });
            }
            Ok((_, Decision::Violated(_))) => doubt = "a trial speaks against it with a margin of 0".to_owned(),
            Ok((_, Decision::Undecided(part))) => {
                doubt = format!("`{}` is undecided in {BITS} bits", certifier.name_of(part));
            }
            Ok((_, Decision::Outside(part))) => doubt = format!("`{}` is false", certifier.name_of(part)),
            Ok((_, Decision::Holds(_))) => doubt = "the event holds when it is decided exactly".to_owned(),
            Ok((_, Decision::OutOfBranch | Decision::Undefined)) => doubt = "the event is undefined".to_owned(),
            Err(error) => doubt = error.to_string(),
        }
    }
    Err(doubt)
}

/// What an event is made of that may jump where what is drawn hardly moves; how matrices are drawn is continuous.
fn jump(program: &Program) -> Option<&'static str> {
    let mut roots: Vec<NodeId> = program.asked.iter().flat_map(|asked| asked.predicate.roots()).collect();
    if let Some(motion) = &program.motion {
        if motion.until().is_some() {
            return Some("`until`");
        }
        if !motion.first().is_empty() {
            return Some("a first time");
        }
        roots.extend(motion.roots());
    }
    let graph = &program.graph;
    let moves = |id: NodeId| {
        let below = types::reachable(graph, &graph.node(id).args);
        below.iter().any(|id| matches!(graph.node(*id).op, Op::Draw(_) | Op::Input(_)))
    };
    types::reachable(graph, &roots).into_iter().find_map(|id| {
        let what = match graph.node(id).op {
            Op::Real(RealFn::Floor) => "`floor`",
            Op::Real(RealFn::Ceil) => "`ceil`",
            Op::If => "`if`",
            Op::Fold { filtered: true, .. } => "a condition on an index",
            _ => return None,
        };
        moves(id).then_some(what)
    })
}

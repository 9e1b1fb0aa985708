//! A claim as one typed graph: samplers, `[let]`, `[assume]` and `[claim]` over blocks of draws.
//!
//! Names are settled in the order of the file; every error is placed in the file it comes from.

use super::by_values::ValueGiven;
use super::diagnostic::{Diagnostic, Diagnostics};
pub use super::motion::{Component, Course, KernelBinding, Motion, Moving, Path};
pub use experiment::Study;

use super::measurable;
use super::model::{Claim, Named, Place, Probability, Scaling};
use crate::eval::analysis::Analysis;
use crate::lang::ast::{self, Expr, Interval, Sampler};
use crate::lang::build;
use crate::lang::elaborate;
use crate::lang::ir::{Dim, Graph, InputId, IntId, NodeId, Op, Type};
use crate::lang::predicate::{self, Predicate};
use crate::lang::scope::Scope;
use crate::lang::span::LangError;
use crate::lang::structural::structural_ints;
use crate::lang::types;
use crate::sample::draws::{IntGiven, Samples};
use crate::sample::lower::lower;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    pub name: String,
    pub node: NodeId,
}

/// A predicate and where it is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub name: String,
    pub predicate: Predicate,
    pub when: When,
    /// The unit of its margins, as written; `None` for the default.
    pub unit: Option<String>,
    /// Whether it speaks of the state one step before.
    pub looks_back: bool,
}

/// When a predicate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// Once, of the givens.
    Once,
    /// At every step or time that is looked at.
    Always,
    /// At the last one.
    Finally,
}

/// A scaling claim's part of the graph.
#[derive(Clone, Debug)]
pub struct Law {
    /// The swept givens, in order, with what they are.
    pub sweep: Vec<Swept>,
    pub response: NodeId,
    /// For each count in it: the response with the count a step less, and a step more.
    pub off: Vec<[NodeId; 2]>,
    pub covariate: NodeId,
    pub bound: ast::SlopeBound,
    pub slope: NodeId,
    /// How far off the slope may be.
    pub within: Option<NodeId>,
    /// Where points count, of the givens alone.
    pub from: Option<NodeId>,
    pub runs: u64,
}

/// A probability claim's part of the graph. Its event is the one predicate that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// Givens from this one on are drawn anew in each trial, and blocks of draws from this one on.
    pub first_random: usize,
    pub first_block: usize,
    /// The bound that is claimed, as it stands, and the most that the probability of what speaks against the claim may be: that of the
    /// event under `at_most`, of its opposite under `at_least`.
    pub claimed: NodeId,
    pub allowed: NodeId,
}

/// A swept given.
#[derive(Clone, Debug)]
pub struct Swept {
    pub name: String,
    pub target: SweptTarget,
    pub scale: ast::SweepScale,
    pub lo: NodeId,
    pub hi: NodeId,
    pub count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweptTarget {
    Real(InputId),
    Int(IntId),
}

/// A claim, ready to be compiled for any integers.
pub struct Program {
    pub graph: Graph,
    pub analysis: Analysis,
    pub samples: Samples,
    pub givens: Vec<Bound>,
    pub lets: Vec<Bound>,
    pub assume: Vec<Bound>,
    pub asked: Vec<Asked>,
    pub motion: Option<Motion>,
    pub law: Option<Law>,
    pub chance: Option<Chance>,
    pub study: Option<Study>,
    /// Integers that are shapes, indices or loop bounds.
    pub structural: BTreeSet<IntId>,
    /// Nodes of the other integers.
    pub lane_ints: BTreeMap<IntId, NodeId>,
    /// Orders of integers that a given needs: its index, and the truth. Asked before there is a plan, since a plan without them may
    /// have negative dimensions.
    pub sized: Vec<(usize, NodeId)>,
    /// Dimensions of drawn values that may be negative for some integers (`n - 5`), with their givens: such a case is rejected.
    pub signed: Vec<(usize, Dim)>,
    /// Of a program by values: the sampled givens. Empty in the ordinary one.
    pub values: Vec<ValueGiven>,
}

impl Program {
    /// Types a claim.
    ///
    /// # Errors
    /// Every name, type, shape or symmetry that is wrong, at its place (the first of each entry).
    pub fn new(claim: &Claim) -> Result<Self, Diagnostics> {
        Builder::new(claim).build()
    }

    /// Types a claim by values: sampled givens are inputs, so that everything else is a function of their values alone.
    ///
    /// The blocks of draws are those of [`Program::new`], so that a case's draws fit both.
    ///
    /// # Errors
    /// As [`Program::new`].
    pub fn by_values(claim: &Claim) -> Result<Self, Diagnostics> {
        Builder { by_values: true, ..Builder::new(claim) }.build()
    }

    /// Whether a predicate may speak of a first time that has not come.
    pub fn has_first_times(&self) -> bool {
        self.motion.as_ref().is_some_and(|motion| !motion.first().is_empty())
    }

    /// What moves where such a predicate is asked: nothing in one that is asked of the givens.
    pub fn motion_of(&self, when: When) -> Option<&Motion> {
        self.motion.as_ref().filter(|_| when != When::Once)
    }

    /// The iteration, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.motion {
            Some(Motion::Iteration(path)) => Some(path),
            Some(Motion::Flow(_)) | None => None,
        }
    }

    /// Whether its cases are only parts of what it claims: a slope, a probability, how a figure is read. No single case refutes it.
    pub fn is_statistical(&self) -> bool {
        self.law.is_some() || self.chance.is_some() || self.study.is_some()
    }

    /// The integer given of this id.
    pub fn int_given(&self, id: IntId) -> &IntGiven {
        &self.samples.ints[id.0 as usize]
    }
}

mod chance;
pub use chance::distributed;
pub mod experiment;
mod flow;
mod lattice;
mod path;

pub(super) struct Builder<'a> {
    pub(super) claim: &'a Claim,
    pub(super) graph: Graph,
    pub(super) scope: Scope,
    pub(super) samples: Samples,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) inputs: u32,
    pub(super) by_values: bool,
    pub(super) values: Vec<ValueGiven>,
}

/// Errors that are shown for one claim.
const MOST_ERRORS: usize = 20;

impl<'a> Builder<'a> {
    fn new(claim: &'a Claim) -> Self {
        let mut scope = Scope::new();
        scope.later = claim
            .givens
            .iter()
            .map(|g| g.name.clone())
            .chain(claim.lets.iter().map(|l| l.name.clone()))
            .chain(
                claim
                    .trajectory
                    .iter()
                    .flat_map(|t| t.state.iter().chain(&t.lets).chain(&t.first))
                    .map(|s| s.name.clone()),
            )
            .chain(
                claim.flow.iter().flat_map(|f| f.state.iter().chain(&f.lets).chain(&f.first)).map(|s| s.name.clone()),
            )
            .chain(claim.probability.iter().flat_map(Probability::names))
            .collect();
        if claim.constant.is_none() {
            scope.random = claim.probability.iter().flat_map(Probability::names).collect();
        }
        Self {
            claim,
            graph: Graph::new(),
            scope,
            samples: Samples::default(),
            errors: Vec::new(),
            inputs: 0,
            by_values: false,
            values: Vec::new(),
        }
    }

    fn note<T>(&mut self, place: &Place, result: Result<T, LangError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                if self.errors.len() < MOST_ERRORS {
                    self.errors.push(Diagnostic::in_expression(place, &error));
                }
                None
            }
        }
    }

    /// Defines a name; after an error, by a stand-in, so that one mistake is not reported at every use.
    fn define(&mut self, name: &str, place: &Place, node: Option<NodeId>, written: Option<&Expr>) -> Option<NodeId> {
        let node = node?;
        let defined = match written {
            Some(value) => self.scope.abbreviate(name, node, value),
            None => self.scope.define(name, node),
        };
        if let Err(error) = defined {
            self.errors.push(Diagnostic::new(place.clone(), error.to_string(), format!("`{name}` once more")));
        }
        Some(node)
    }

    pub(super) fn input(&mut self, ty: Type) -> (InputId, NodeId) {
        let id = InputId(self.inputs);
        self.inputs += 1;
        (id, self.graph.add(Op::Input(id), vec![], ty))
    }

    fn expression(&mut self, e: &Named<Expr>) -> Option<NodeId> {
        let result = elaborate::expression(&mut self.graph, &self.scope, &e.value);
        self.note(&e.place, result)
    }

    fn lets(&mut self, entries: &[Named<Expr>]) -> Vec<Bound> {
        let mut bound = Vec::new();
        for entry in entries {
            let node = self.expression(entry);
            if let Some(node) = self.define(&entry.name, &entry.place, node, Some(&entry.value)) {
                bound.push(Bound { name: entry.name.clone(), node });
            } else if node.is_none() {
                // Names that rest on this one would only repeat the message.
                return bound;
            }
        }
        bound
    }

    fn truths(&mut self, entries: &[Named<Expr>]) -> Vec<Bound> {
        let mut bound = Vec::new();
        for entry in entries {
            let result = elaborate::truth(&mut self.graph, &self.scope, &entry.value);
            if let Some(node) = self.note(&entry.place, result) {
                bound.push(Bound { name: entry.name.clone(), node });
            }
        }
        bound
    }

    /// First times: each is an input that holds the time, known to what comes after it, and the truth that is waited for.
    fn first(&mut self, entries: &[Named<Expr>], time: &Type) -> Vec<(String, InputId, NodeId)> {
        let mut first = Vec::new();
        for entry in entries {
            let truth = elaborate::truth(&mut self.graph, &self.scope, &entry.value);
            let truth = self.note(&entry.place, truth);
            let (input, node) = self.input(time.clone());
            self.define(&entry.name, &entry.place, Some(node), None);
            if let Some(truth) = truth {
                first.push((entry.name.clone(), input, truth));
            }
        }
        first
    }

    fn until(&mut self, until: Option<&Named<Expr>>) -> Option<NodeId> {
        let until = until?;
        let truth = elaborate::truth(&mut self.graph, &self.scope, &until.value);
        self.note(&until.place, truth)
    }

    fn asked(&mut self, entries: &[Named<Expr>], when: When) -> Vec<Asked> {
        let mut asked = Vec::new();
        for entry in entries {
            let written = self.claim.units.each.iter().find(|u| u.name == entry.name).or(self.claim.units.all.as_ref());
            let unit = match written {
                None => None,
                Some(unit) => {
                    let result = elaborate::real(&mut self.graph, &self.scope, &unit.value).and_then(|node| {
                        match build::rational(&self.graph, node).filter(|value| **value <= RBig::ZERO) {
                            None => Ok(node),
                            Some(value) => {
                                Err(LangError::new(unit.value.span, "a unit is positive", format!("this is {value}")))
                            }
                        }
                    });
                    match self.note(&unit.place, result) {
                        None => return asked,
                        some => some,
                    }
                }
            };
            let result = predicate::predicate(&mut self.graph, &self.scope, &entry.value, unit);
            if let Some(predicate) = self.note(&entry.place, result) {
                let unit = written.map(|u| crate::lang::print::unicode(&u.value));
                let looks_back = self.looks_back(&predicate.roots());
                asked.push(Asked { name: entry.name.clone(), predicate, when, unit, looks_back });
            }
        }
        asked
    }

    /// Whether something is made of what the state was one step before.
    fn looks_back(&self, roots: &[NodeId]) -> bool {
        let Some(previous) = &self.scope.previous else { return false };
        let backward: BTreeSet<NodeId> = previous.values().copied().collect();
        let below = types::reachable(&self.graph, roots);
        below.iter().any(|id| backward.contains(id) && matches!(self.graph.node(*id).op, Op::Input(_)))
    }

    fn build(mut self) -> Result<Program, Diagnostics> {
        let claim = self.claim;
        let swept: BTreeMap<&str, usize> =
            claim.scaling.iter().flat_map(|s| s.sweep.iter().enumerate().map(|(i, s)| (s.name.as_str(), i))).collect();
        let figure = claim.experiment.as_ref();
        let swept: BTreeMap<&str, usize> = swept
            .into_iter()
            .chain(figure.iter().flat_map(|e| e.sweep.iter().enumerate().map(|(i, s)| (s.name.as_str(), i))))
            .collect();
        let mut targets: BTreeMap<usize, SweptTarget> = BTreeMap::new();
        let mut givens = Vec::new();
        // Of an experiment: what a swept integer is read from if it is no size. It comes before the integer, as what a node is made of does.
        let mut spare: BTreeMap<String, (InputId, NodeId)> = BTreeMap::new();
        for (index, given) in claim.givens.iter().enumerate() {
            if figure.is_some() && swept.contains_key(given.name.as_str()) {
                spare.insert(given.name.clone(), self.input(Type::Int));
            }
            let node = match (swept.get(given.name.as_str()), &given.value.kind) {
                (Some(&place), Sampler::Real(_) | Sampler::Normal { .. } | Sampler::Value(_)) => {
                    let (input, node) = self.input(Type::Real);
                    targets.insert(place, SweptTarget::Real(input));
                    Some(node)
                }
                (place, sampler) => {
                    let result = if self.by_values && !matches!(sampler, Sampler::Value(_)) {
                        self.value(index, &given.value)
                    } else {
                        lower(&mut self.graph, &self.scope, &mut self.samples, index, &given.value)
                    };
                    let node = self.note(&given.place, result);
                    if let (Some(&place), Some(node)) = (place, node) {
                        if let Op::Int(id) = self.graph.node(node).op {
                            targets.insert(place, SweptTarget::Int(id));
                        } else {
                            self.errors.push(
                                Diagnostic::new(
                                    given.place.clone(),
                                    "only reals and integers can be swept",
                                    "this given is neither",
                                )
                                .help("sweep a number and make the matrix from it"),
                            );
                        }
                    }
                    node
                }
            };
            let written = match &given.value.kind {
                Sampler::Value(e) if !swept.contains_key(given.name.as_str()) => Some(e),
                _ => None,
            };
            if let Some(node) = self.define(&given.name, &given.place, node, written) {
                givens.push(Bound { name: given.name.clone(), node });
            } else if !self.errors.is_empty() {
                return Err(self.failed());
            }
        }
        let lets = self.lets(&claim.lets);
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        let assume = self.truths(&claim.assume);
        let mut asked = self.asked(&claim.claim, When::Once);
        // Before anything moves is named: which points count is known before a run is made.
        let from = claim.scaling.as_ref().and_then(|scaling| scaling.from.as_ref());
        let from = self.truths(from.map_or(&[], std::slice::from_ref)).pop().map(|from| from.node);
        let froms = figure.map(|experiment| self.froms(experiment)).unwrap_or_default();
        let mut lets = lets;
        let chance = match &claim.probability {
            Some(probability) => Some(self.randoms(probability, &mut givens, &mut lets)?),
            None => None,
        };
        // The loader refuses a file with both.
        let (motion, more) = match (&claim.trajectory, &claim.flow) {
            (Some(trajectory), _) => {
                let (path, more) = self.trajectory(trajectory)?;
                (Some(Motion::Iteration(path)), more)
            }
            (None, Some(flow)) => {
                let (course, more) = self.flow(flow)?;
                (Some(Motion::Flow(course)), more)
            }
            (None, None) => (None, Vec::new()),
        };
        asked.extend(more);
        if let Some(probability) = &claim.probability {
            let event = self.event(probability, motion.is_some());
            if let (Some(event), Some(chance), None) = (&event, &chance, &motion) {
                self.at_random(chance, probability, event);
            }
            asked.extend(event);
        }
        let law = self.law(&targets, from, motion.as_ref(), &givens);
        let mut study = figure.and_then(|experiment| self.study(experiment, &targets, &froms, motion.as_ref()));
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        let mut roots: Vec<NodeId> = Vec::new();
        roots.extend(assume.iter().map(|a| a.node));
        roots.extend(givens.iter().chain(&lets).map(|b| b.node));
        roots.extend(self.samples.feasible.iter().map(|f| f.1));
        roots.extend(self.values.iter().map(|value| value.member));
        for a in &asked {
            roots.extend(a.predicate.roots());
        }
        roots.extend(motion.iter().flat_map(Motion::roots));
        if let Some(law) = &law {
            roots.extend([law.response, law.covariate, law.slope]);
            roots.extend(law.off.iter().flatten());
            roots.extend(law.within.iter().chain(&law.from));
        }
        roots.extend(chance.iter().flat_map(|chance| [chance.claimed, chance.allowed]));
        roots.extend(study.iter().flat_map(|study| study.look_roots().into_iter().chain(study.setup_roots())));
        let mut structural = structural_ints(&self.graph, &roots);
        // The sizes of what is drawn, the number of steps and whatever is swept hold for a whole octet.
        for block in &self.samples.blocks {
            for dim in [&block.rows, &block.cols] {
                structural.extend(ints_of(&self.graph, &atoms(dim)));
            }
        }
        if let Some(Motion::Iteration(path)) = &motion {
            structural.extend(ints_of(&self.graph, &[path.steps]));
        }
        // But where lanes are filled with the points of a figure, only what is a size.
        let supplied = match &mut study {
            Some(study) => {
                self.close(&mut structural);
                supplied(study, &spare, &structural)
            }
            None => BTreeMap::new(),
        };
        structural.extend(targets.values().filter_map(|t| match t {
            SweptTarget::Int(id) if !supplied.contains_key(id) => Some(*id),
            SweptTarget::Int(_) | SweptTarget::Real(_) => None,
        }));
        self.close(&mut structural);
        if let (Some(chance), Some(probability)) = (&chance, &claim.probability) {
            self.lawful(chance, probability, &structural)?;
        }
        let lane_ints = self.samples.ints.iter().filter(|i| !structural.contains(&i.id)).map(|i| (i.id, i.value));
        let lane_ints = lane_ints.map(|(id, value)| (id, supplied.get(&id).map_or(value, |(_, node)| *node))).collect();
        let is_int = |id: &NodeId| *self.graph.ty(*id) == Type::Int;
        let sized = self.samples.feasible.iter().copied().filter(|(_, truth)| {
            let node = self.graph.node(*truth);
            matches!(node.op, Op::Less | Op::LessEqual) && node.args.iter().all(is_int)
        });
        let sized = sized.collect();
        let blocks = self.samples.blocks.iter().flat_map(|b| [(b.given, &b.rows), (b.given, &b.cols)]);
        let signed =
            blocks.filter(|(_, dim)| dim.terms.values().any(|c| *c < 0)).map(|(given, dim)| (given, dim.clone()));
        let signed = signed.collect();
        let swept = targets.values().filter_map(|t| match t {
            SweptTarget::Real(input) => Some(*input),
            SweptTarget::Int(id) => supplied.get(id).map(|(input, _)| *input),
        });
        let mut held: BTreeSet<InputId> = swept.collect();
        for value in &self.values {
            held.extend(value.input);
            held.extend(value.stages.iter().map(|stage| stage.input));
        }
        let analysis = Analysis::new(&self.graph, &held);
        Ok(Program {
            graph: self.graph,
            analysis,
            samples: self.samples,
            givens,
            lets,
            assume,
            asked,
            motion,
            law,
            chance,
            study,
            structural,
            lane_ints,
            sized,
            signed,
            values: self.values,
        })
    }

    /// A structural integer's ends must be known before it: so those they rest on are structural too.
    fn close(&self, structural: &mut BTreeSet<IntId>) {
        loop {
            let ends: Vec<NodeId> = structural
                .iter()
                .flat_map(|id| [self.samples.ints[id.0 as usize].lo, self.samples.ints[id.0 as usize].hi])
                .collect();
            let before = structural.len();
            structural.extend(ints_of(&self.graph, &ends));
            if structural.len() == before {
                break;
            }
        }
    }

    fn failed(&mut self) -> Diagnostics {
        Diagnostics(std::mem::take(&mut self.errors))
    }

    fn law(
        &mut self,
        targets: &BTreeMap<usize, SweptTarget>,
        from: Option<NodeId>,
        motion: Option<&Motion>,
        givens: &[Bound],
    ) -> Option<Law> {
        let scaling = self.claim.scaling.as_ref()?;
        if let Some(other) = self.claim.claim.first() {
            self.errors.push(
                Diagnostic::new(
                    other.place.clone(),
                    "a claim with [scaling] claims a slope and nothing else",
                    "this would not be asked",
                )
                .help("state it in a file of its own"),
            );
        }
        let mut sweep = Vec::new();
        for (index, entry) in scaling.sweep.iter().enumerate() {
            let Some(&target) = targets.get(&index) else {
                self.errors.push(
                    Diagnostic::new(
                        entry.place.clone(),
                        format!("`{}` is not a given", entry.name),
                        "nothing to sweep",
                    )
                    .help("sweep a name of [given]"),
                );
                continue;
            };
            let lo = elaborate::real(&mut self.graph, &self.scope, &entry.value.lo);
            let hi = elaborate::real(&mut self.graph, &self.scope, &entry.value.hi);
            if let (Some(lo), Some(hi)) = (self.note(&entry.place, lo), self.note(&entry.place, hi)) {
                self.within_its_range(entry.name.as_str(), &entry.place, (lo, hi));
                let ast::Sweep { scale, count, .. } = entry.value;
                sweep.push(Swept { name: entry.name.clone(), target, scale, lo, hi, count });
            }
        }
        let (left, right) = &scaling.fit.value;
        let response = elaborate::real(&mut self.graph, &self.scope, left);
        let covariate = elaborate::real(&mut self.graph, &self.scope, right);
        let ast::Slope { bound, value, within } = &scaling.slope.value;
        let slope = elaborate::real(&mut self.graph, &self.scope, value);
        let near = within.as_ref().map(|within| elaborate::real(&mut self.graph, &self.scope, within));
        let response = self.note(&scaling.fit.place, response)?;
        let covariate = self.note(&scaling.fit.place, covariate)?;
        let slope = self.note(&scaling.slope.place, slope)?;
        let near = match near {
            None => None,
            Some(near) => Some(self.note(&scaling.slope.place, near)?),
        };
        self.tolerance(scaling, slope, near);
        self.errors.extend(measurable::law(&self.graph, scaling, &sweep, (covariate, slope), motion.is_none()));
        // Of a graph that grows too large nothing is known.
        let off = lattice::off_by_a_step(&mut self.graph, response, motion, givens);
        let off = off.map_err(|error| LangError::new(scaling.fit.value.0.span, error.to_string(), "this is too large"));
        let off = self.note(&scaling.fit.place, off)?;
        Some(Law { sweep, response, off, covariate, bound: *bound, slope, within: near, from, runs: scaling.runs })
    }

    /// The statement speaks of no value beyond what the given is drawn from. Where ends are expressions of other givens nothing is said.
    pub(super) fn within_its_range(&mut self, name: &str, place: &Place, (from, to): (NodeId, NodeId)) {
        let Some(given) = self.claim.givens.iter().find(|given| given.name == name) else { return };
        let (lo, hi, open) = match &given.value.kind {
            Sampler::Real(Interval { lo, lo_open, hi, hi_open, .. }) => (lo, hi, (*lo_open, *hi_open)),
            Sampler::Int { lo, hi } => (lo, hi, (false, false)),
            _ => return,
        };
        // What is wrong with an end is said where the given is.
        let lo = elaborate::real(&mut self.graph, &self.scope, lo).ok();
        let hi = elaborate::real(&mut self.graph, &self.scope, hi).ok();
        let number = |node: NodeId| build::rational(&self.graph, node);
        let (Some(from), Some(to)) = (number(from), number(to)) else { return };
        let below = lo.and_then(number).filter(|lo| from < lo || (open.0 && from == *lo));
        let above = hi.and_then(number).filter(|hi| to > hi || (open.1 && to == *hi));
        let found = match (below, above) {
            (Some(lo), _) => {
                format!("it begins at {from}, and the given {} {lo}", if open.0 { "is above" } else { "begins at" })
            }
            (_, Some(hi)) => {
                format!("it ends at {to}, and the given {} {hi}", if open.1 { "is below" } else { "ends at" })
            }
            (None, None) => return,
        };
        let error =
            Diagnostic::new(place.clone(), format!("the sweep of `{name}` leaves the given's own range"), found);
        self.errors.push(error.help("sweep what the statement speaks of, or widen the given"));
    }

    /// What is off by nothing is never measured.
    fn tolerance(&mut self, scaling: &Scaling, slope: NodeId, within: Option<NodeId>) {
        let ast::Slope { value, within: written, .. } = &scaling.slope.value;
        let number = |node: NodeId| build::rational(&self.graph, node);
        let error = match (within, written) {
            (Some(near), Some(written)) => number(near).filter(|near| **near <= RBig::ZERO).map(|near| {
                LangError::new(written.span, "how far off a slope may be is positive", format!("this is {near}"))
            }),
            _ => number(slope).filter(|slope| **slope == RBig::ZERO).map(|_| {
                LangError::new(value.span, "a slope of 0 needs `within`: a share of 0 is nothing", "found 0")
                    .help("write how far off it may be, like `about 0 within 1/100`")
            }),
        };
        if let Some(error) = error {
            self.errors.push(Diagnostic::in_expression(&scaling.slope.place, &error));
        }
    }
}

fn atoms(dim: &Dim) -> Vec<NodeId> {
    dim.terms.keys().flatten().copied().collect()
}

/// Integer givens below these nodes.
fn ints_of(graph: &Graph, roots: &[NodeId]) -> BTreeSet<IntId> {
    types::reachable(graph, roots)
        .iter()
        .filter_map(|id| match graph.node(*id).op {
            Op::Int(int) => Some(int),
            _ => None,
        })
        .collect()
}

/// Swept integers that are no sizes become inputs, which may differ from lane to lane.
fn supplied(
    study: &mut Study,
    spare: &BTreeMap<String, (InputId, NodeId)>,
    structural: &BTreeSet<IntId>,
) -> BTreeMap<IntId, (InputId, NodeId)> {
    let mut supplied = BTreeMap::new();
    for axis in &mut study.sweep {
        if let (SweptTarget::Int(id), Some(&spare)) = (axis.target, spare.get(&axis.name))
            && !structural.contains(&id)
        {
            axis.target = SweptTarget::Real(spare.0);
            supplied.insert(id, spare);
        }
    }
    supplied
}

//! Identities of rational expressions, by their values at random points modulo random primes.
//!
//! If a polynomial of degree `d` is not zero, it is zero at no more than `d/|S|` of the points whose coordinates are taken from a finite set
//! `S`; here `S` are the integers of 61 bits. At a point where a difference of two rational functions is not zero it is a quotient of integers, the upper one
//! at most `2^b`, and modulo a random prime of 62 bits it is zero for no more than `b/61` of the 3e16 primes. So a
//! difference that is zero in `t` independent trials is zero everywhere, but for a probability of at most `(d/|S| + b/(61 * 3e16))^t`. A plan modulo
//! a prime costs the same whatever the degree, where rationals grow without bound. One that is not zero there is certainly not zero.
//! Bounds `d` and `b` come with [`super::size`], the arithmetic is [`super::residue`].
//! One plan is one choice of the integers: each is proved by itself, and what was not gone through is said.
//!
//! An identity that holds at generic points holds wherever both sides are defined, whatever the hypotheses. The converse is not so: a difference that is
//! not zero at a generic point may be zero under the hypotheses, and the point need not meet them, so that it refutes nothing.
//!
//! Reference: Schwartz, J. ACM 27 (1980); Zippel, EUROSAM 1979; DeMillo and Lipton, IPL 7 (1978).

use super::formal::Formal;
use super::generic::{Generic, generic};
use super::residue::{PRIME_BITS, PRIMES, Residue, prime};
use super::size::{Bound, DRAW_BITS, Size};
use crate::arith::number::Number;
use crate::claim::model::Claim;
use crate::claim::program::{Program, When};
use crate::eval::analysis::Analysis;
use crate::eval::compile::{PlanError, Request, compile, integer};
use crate::eval::machine::Machine;
use crate::eval::plan::{Instruction as I, Plan, SlotId};
use crate::eval::run::run;
use crate::lang::ir::{Dim, DrawId, Graph, IntId, NodeId, Op, Type};
use crate::lang::types::reachable;
use crate::sample::stream::{Key, Stream};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// How much is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub seed: u64,
    /// Numbers that one plan may hold.
    pub max_elements: usize,
    /// The most choices of the integers.
    pub shapes: usize,
    /// Work over all: multiplications modulo a prime, about.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seed: 1, max_elements: 1 << 20, shapes: 1200, work: 2_000_000_000 }
    }
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Identity {
    /// Zero at every point tried, for every choice of the integers.
    Proved(Evidence),
    /// The same, and some choices of the integers were not gone through: no proof of the claim.
    ProvedFor(Evidence),
    /// The two sides differ at a generic point. It need not meet the hypotheses.
    Fails {
        /// Integers by the name of their given.
        ints: Vec<(String, i64)>,
    },
    /// Not an identity of rational functions, or not one that this can decide.
    Unsuitable { reason: String },
}

/// What stands behind a proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Choices of the integers (and of `choice`) that were gone through, and all there are (at least).
    pub done: usize,
    pub of: usize,
    /// Which ones, for people: `d = 1..=4`.
    pub which: String,
    /// The greatest bound on a degree, and the most points taken for one choice of the integers.
    pub degree: u64,
    pub points: u32,
    /// The base-10 logarithm of the bound on the probability that the identity is false all the same.
    pub log10_failure: f64,
}

impl Evidence {
    /// In a line: `d = 1..=4: 3 points each, degree at most 40, false with probability below 1e-21`.
    pub fn text(&self) -> String {
        let Self { done, of, which, degree, points, log10_failure } = self;
        let range = if which.is_empty() { String::new() } else { format!("{which}: ") };
        let part = if done < of { format!(" ({done} of {of})") } else { String::new() };
        let failure = if *degree == 0 {
            "a constant".to_owned()
        } else {
            format!("degree at most {degree}, false with probability below 1e{:.0}", log10_failure.ceil())
        };
        format!("{range}{points} points each{part}, {failure}")
    }
}

/// The probability of an error stays below `10^-20` over all choices of the integers: so much for each of a thousand.
const LOG10_EACH: f64 = 23.0;
const LEAST_POINTS: u32 = 2;
/// Where one point says less than this, it takes too many.
const LEAST_LOG10_EACH: f64 = 2.0;
/// What an operation on sizes costs, beside one modulo a prime.
const SIZE_COST: u64 = 8;

/// A bound on the probability that a difference which is not zero is zero at a random point modulo a random prime.
fn failure(bound: Bound) -> f64 {
    let draws = 2f64.powi(DRAW_BITS as i32);
    let factors = bound.bits as f64 / f64::from(PRIME_BITS);
    bound.degree.max(1) as f64 / draws + factors.max(1.0) / PRIMES
}

/// Tries to prove a predicate of a claim (in the order of `Program::asked`) as an identity.
pub fn identity(claim: &Claim, program: &Program, predicate: usize, limits: &Limits) -> Identity {
    match prove(claim, program, predicate, limits) {
        Ok(outcome) => outcome,
        Err(reason) => Identity::Unsuitable { reason },
    }
}

fn prove(claim: &Claim, program: &Program, predicate: usize, limits: &Limits) -> Result<Identity, String> {
    let asked = program.asked.get(predicate).ok_or("there is no such predicate")?;
    if asked.when != When::Once || program.is_statistical() {
        return Err("it speaks of an iteration".to_owned());
    }
    if !asked.predicate.identity {
        return Err("it is not made of equalities alone".to_owned());
    }
    let generic = generic(claim, program, asked.predicate.truth)?;
    let hypotheses = hypotheses(program, predicate);
    let shapes = Shapes::new(program, &generic, &hypotheses, limits.shapes)?;
    let analysis = Analysis::new(&generic.graph, &generic.inputs);
    let key = Key::new(limits.seed, &format!("{}#{}", claim.id, asked.name));
    let (mut work, mut worst) = (limits.work, f64::NEG_INFINITY);
    let (mut degree, mut points) = (0, 0);
    let mut done: Vec<&Shape> = Vec::new();
    for (index, shape) in shapes.all.iter().enumerate() {
        let prover = Prover { generic: &generic, analysis: &analysis, shape, limits };
        match prover.run(&key, index as u64, &mut work)? {
            Step::TooMuch => {}
            Step::Differs => {
                if has_equality(program, &hypotheses, &shape.ints) {
                    return Err(
                        "it is no identity of itself, and equalities among the hypotheses may make it true".to_owned()
                    );
                }
                return Ok(Identity::Fails { ints: named(program, &shape.ints) });
            }
            Step::Zero { degree: this, points: so_many, log10 } => {
                (degree, points, worst) = (degree.max(this), points.max(so_many), worst.max(log10));
                done.push(shape);
            }
        }
    }
    if done.is_empty() {
        return Err(if shapes.total == 0 { "no choice of the integers is possible" } else { "it takes too much work" }
            .to_owned());
    }
    let all = shapes.whole && done.len() == shapes.total;
    let evidence = Evidence {
        done: done.len(),
        of: shapes.total,
        which: if all || is_box(&done) { which(program, &done) } else { least(program, &done, &shapes) },
        degree,
        points,
        // At most the worst for each.
        log10_failure: worst + (done.len() as f64).log10(),
    };
    Ok(if all { Identity::Proved(evidence) } else { Identity::ProvedFor(evidence) })
}

fn hypotheses(program: &Program, predicate: usize) -> Vec<NodeId> {
    let guards = &program.asked[predicate].predicate.guards;
    program.assume.iter().map(|a| a.node).chain(guards.iter().copied()).collect()
}

/// What a truth value about integers alone is for these; `None` if it speaks of anything else.
fn of_integers(graph: &Graph, ints: &BTreeMap<IntId, i64>, truth: NodeId) -> Option<bool> {
    let node = graph.node(truth);
    let truth = |id: NodeId| of_integers(graph, ints, id);
    let integers = |args: &[NodeId]| match *args {
        [a, b] if *graph.ty(a) == Type::Int && *graph.ty(b) == Type::Int => {
            Some((integer(graph, ints, a).ok()?, integer(graph, ints, b).ok()?))
        }
        _ => None,
    };
    Some(match (&node.op, node.args.as_slice()) {
        (Op::Bool(value), _) => *value,
        (Op::Not, &[a]) => !truth(a)?,
        (Op::And, &[a, b]) => truth(a)? & truth(b)?,
        (Op::Or, &[a, b]) => truth(a)? | truth(b)?,
        (Op::Less, args) => integers(args).map(|(a, b)| a < b)?,
        (Op::LessEqual, args) => integers(args).map(|(a, b)| a <= b)?,
        (Op::Equal, args) => integers(args).map(|(a, b)| a == b)?,
        _ => return None,
    })
}

/// Whether a hypothesis asks for an equality of more than integers, so that the cases that meet it are no open set.
fn has_equality(program: &Program, hypotheses: &[NodeId], ints: &BTreeMap<IntId, i64>) -> bool {
    let open = hypotheses.iter().filter(|&&id| of_integers(&program.graph, ints, id).is_none());
    let mut left: Vec<NodeId> = open.copied().collect();
    while let Some(id) = left.pop() {
        let node = program.graph.node(id);
        match node.op {
            Op::Equal => return true,
            // `a != b` is open.
            Op::Not if program.graph.node(node.args[0]).op == Op::Equal => {}
            Op::And | Op::Or | Op::Not | Op::If | Op::Fold { .. } => left.extend(&node.args),
            _ => {}
        }
    }
    false
}

/// One choice of the integers, and of the items of choices; of a sign, whether it is there.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    ints: BTreeMap<IntId, i64>,
    items: BTreeMap<DrawId, usize>,
}

struct Shapes {
    /// The smallest ones.
    all: Vec<Shape>,
    /// All there are, or as many as were counted.
    total: usize,
    /// Whether all were counted.
    whole: bool,
}

/// Choices of the integers that are counted; past that there are "at least" so many.
const MOST_COUNTED: usize = 100_000;

impl Shapes {
    fn new(program: &Program, generic: &Generic, hypotheses: &[NodeId], most: usize) -> Result<Self, String> {
        let mut needed = integers(program, &generic.graph, generic.defect);
        for &truth in hypotheses {
            if reachable(&program.graph, &[truth])
                .iter()
                .all(|id| matches!(program.graph.ty(*id), Type::Int | Type::Bool))
            {
                needed.extend(integers(program, &program.graph, truth));
            }
        }
        // A sampler may have no value for some of them, which only the others tell.
        for &(_, truth) in &program.sized {
            let its = integers(program, &program.graph, truth);
            if !its.is_disjoint(&needed) {
                needed.extend(its);
            }
        }
        let needed: Vec<IntId> = needed.into_iter().collect();
        let mut choosing = Choosing { program, needed: &needed, hypotheses, all: Vec::new(), counted: 0 };
        choosing.from(0, &mut BTreeMap::new())?;
        let whole = choosing.counted <= MOST_COUNTED;
        let mut all = choosing.all;
        all.sort_by_key(|ints| {
            (ints.values().fold(0i64, |sum, v| sum.saturating_add(v.saturating_abs())), ints.clone())
        });
        let mut shapes: Vec<Shape> = Vec::new();
        let mut total = 0usize;
        for ints in all {
            // A sign is one only where its block is square; where that is not known, it is gone through.
            let square = |draw: &&DrawId| {
                let block = &program.samples.blocks[draw.0 as usize];
                let size = |dim: &Dim| size(program, &ints, dim);
                size(&block.rows).is_none_or(|rows| size(&block.cols).is_none_or(|cols| rows == cols))
            };
            let signs = generic.signs.iter().filter(square).map(|&draw| (draw, 2));
            let choices: Vec<(DrawId, usize)> = generic.choices.iter().map(|(&d, &n)| (d, n)).chain(signs).collect();
            total = total.saturating_add(choices.iter().fold(1, |all, (_, count)| all.saturating_mul(*count)));
            let mut items = vec![BTreeMap::new()];
            for &(draw, count) in &choices {
                items = items
                    .iter()
                    .flat_map(|chosen: &BTreeMap<DrawId, usize>| (0..count).map(move |i| (chosen, i)))
                    .take(most)
                    .map(|(chosen, item)| chosen.iter().map(|(&d, &i)| (d, i)).chain([(draw, item)]).collect())
                    .collect();
            }
            let left = most.saturating_sub(shapes.len());
            shapes.extend(items.into_iter().take(left).map(|items| Shape { ints: ints.clone(), items }));
        }
        Ok(Self { all: shapes, total, whole })
    }
}

/// The integer givens that a node depends on, with those that their ranges depend on.
fn integers(program: &Program, graph: &Graph, root: NodeId) -> BTreeSet<IntId> {
    let mut needed = BTreeSet::new();
    let mut left = vec![root];
    while let Some(root) = left.pop() {
        for id in reachable(graph, &[root]) {
            if let Op::Int(int) = graph.node(id).op
                && needed.insert(int)
            {
                let given = program.int_given(int);
                left.extend([given.lo, given.hi]);
            }
        }
    }
    needed
}

/// Goes through the ranges of the integers.
struct Choosing<'a> {
    program: &'a Program,
    needed: &'a [IntId],
    hypotheses: &'a [NodeId],
    /// Those that samplers and hypotheses allow.
    all: Vec<BTreeMap<IntId, i64>>,
    /// One more than [`MOST_COUNTED`] says that not all were gone through.
    counted: usize,
}

impl Choosing<'_> {
    /// From a place in the order of the integers on.
    fn from(&mut self, place: usize, chosen: &mut BTreeMap<IntId, i64>) -> Result<(), String> {
        self.counted += 1;
        let graph = &self.program.graph;
        // A hypothesis about integers alone is met or not, often before all of them are chosen.
        if self.counted > MOST_COUNTED
            || self.hypotheses.iter().any(|&truth| of_integers(graph, chosen, truth) == Some(false))
        {
            return Ok(());
        }
        let Some(&id) = self.needed.get(place) else {
            if possible(self.program, chosen) {
                self.all.push(chosen.clone());
            }
            return Ok(());
        };
        let given = self.program.int_given(id);
        let end = |node: NodeId| integer(graph, chosen, node).map_err(|e| e.to_string());
        let (lo, hi) = (end(given.lo)?, end(given.hi)?);
        for value in lo..=hi {
            chosen.insert(id, value);
            self.from(place + 1, chosen)?;
            if self.counted > MOST_COUNTED {
                break;
            }
        }
        chosen.remove(&id);
        Ok(())
    }
}

/// Whether samplers have a value for these integers, as far as it depends on them alone.
fn possible(program: &Program, ints: &BTreeMap<IntId, i64>) -> bool {
    let sized = program.sized.iter().all(|(_, truth)| of_integers(&program.graph, ints, *truth) != Some(false));
    sized && program.signed.iter().all(|(_, dim)| size(program, ints, dim).is_none_or(|size| size >= 0))
}

/// A size, if it depends on these integers alone.
fn size(program: &Program, ints: &BTreeMap<IntId, i64>, dim: &Dim) -> Option<i64> {
    let value = |id: NodeId| integer(&program.graph, ints, id).ok();
    dim.terms.iter().try_fold(0i64, |sum, (atoms, &c)| {
        let term = atoms.iter().try_fold(c, |term, &atom| Some(term.saturating_mul(value(atom)?)))?;
        Some(sum.saturating_add(term))
    })
}

fn named(program: &Program, ints: &BTreeMap<IntId, i64>) -> Vec<(String, i64)> {
    let name = |id: IntId| program.givens.get(program.int_given(id).given).map_or(String::new(), |g| g.name.clone());
    ints.iter().map(|(&id, &value)| (name(id), value)).collect()
}

/// `d = 1..=4, n = 1..=3`, from the least to the greatest value of each.
fn which(program: &Program, done: &[&Shape]) -> String {
    let Some(first) = done.first() else { return String::new() };
    let ranges = named(program, &first.ints).into_iter().zip(first.ints.keys()).map(|((name, _), id)| {
        let values = || done.iter().filter_map(|shape| shape.ints.get(id).copied());
        let (lo, hi) = (values().min().unwrap_or_default(), values().max().unwrap_or_default());
        if lo == hi { format!("{name} = {lo}") } else { format!("{name} = {lo}..={hi}") }
    });
    ranges.collect::<Vec<_>>().join(", ")
}

/// Whether every choice of the integers between the least and the greatest of each is among these.
fn is_box(done: &[&Shape]) -> bool {
    let Some(first) = done.first() else { return false };
    let between = first.ints.keys().map(|id| {
        let values = || done.iter().filter_map(|shape| shape.ints.get(id).copied());
        let (lo, hi) = (values().min().unwrap_or_default(), values().max().unwrap_or_default());
        hi.abs_diff(lo).saturating_add(1)
    });
    let choices: BTreeSet<&BTreeMap<IntId, i64>> = done.iter().map(|shape| &shape.ints).collect();
    between.fold(1, u64::saturating_mul) == choices.len() as u64
}

/// `the least 600 of 90000 choices of m, n`: those that were gone through are no box.
fn least(program: &Program, done: &[&Shape], shapes: &Shapes) -> String {
    let Some(first) = done.first() else { return String::new() };
    let names: Vec<String> = named(program, &first.ints).into_iter().map(|(name, _)| name).collect();
    let more = if shapes.whole { "" } else { "at least " };
    let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
    format!("the least {} of {more}{} choices{of}", done.len(), shapes.total)
}

/// What became of one choice of the integers.
enum Step {
    Zero { degree: u64, points: u32, log10: f64 },
    Differs,
    TooMuch,
}

struct Prover<'a> {
    generic: &'a Generic,
    analysis: &'a Analysis,
    shape: &'a Shape,
    limits: &'a Limits,
}

impl Prover<'_> {
    fn run(&self, key: &Key, index: u64, work: &mut u64) -> Result<Step, String> {
        let request = Request {
            graph: &self.generic.graph,
            analysis: self.analysis,
            ints: &self.shape.ints,
            lane_ints: &BTreeMap::new(),
            sections: &[vec![self.generic.defect]],
            max_elements: self.limits.max_elements,
        };
        let plan = match compile(&request) {
            Ok(plan) => plan,
            Err(PlanError::TooLarge { .. } | PlanError::TooLong { .. } | PlanError::TooMuchWork { .. }) => {
                return Ok(Step::TooMuch);
            }
            Err(error) => return Err(error.to_string()),
        };
        let Some(&root) = plan.roots.first().and_then(|roots| roots.get(&self.generic.defect)) else {
            return Err("it has no value".to_owned());
        };
        // Sizes first: they say how many points it takes, and whether the plan is rational at all.
        if spend(work, plan.work.saturating_mul(SIZE_COST)).is_none() {
            return Ok(Step::TooMuch);
        }
        let mut sizes: Machine<Formal<Size>> = Machine::new();
        self.load(&plan, &mut sizes, &mut Formal::variable);
        run(&plan, 0, &mut sizes).map_err(|e| e.to_string())?;
        let Some(bound) = sizes.real(&plan, root).value.numerator() else {
            return Err(obstacle(&plan, &sizes));
        };
        let each = failure(bound).log10();
        if each > -LEAST_LOG10_EACH {
            return Ok(Step::TooMuch);
        }
        let points = ((LOG10_EACH / -each).ceil() as u32).max(LEAST_POINTS);
        let mut values: Machine<Formal<Residue>> = Machine::new();
        for point in 0..points {
            if spend(work, plan.work).is_none() {
                return Ok(Step::TooMuch);
            }
            let mut stream = Stream::new(key, index * 1024 + u64::from(point));
            let prime = prime(&mut stream);
            let mut draw = || Formal::Function(Residue::new(stream.below(1 << DRAW_BITS), prime));
            self.load(&plan, &mut values, &mut draw);
            run(&plan, 0, &mut values).map_err(|e| e.to_string())?;
            if values.undefined[root as usize] & 1 == 1 {
                return Err("it is undefined at every point".to_owned());
            }
            match values.real(&plan, root).value.residue(prime) {
                None => return Err("it is undefined at a generic point".to_owned()),
                Some(x) if x.is_zero() => {}
                Some(_) => return Ok(Step::Differs),
            }
        }
        Ok(Step::Zero { degree: bound.degree, points, log10: each * f64::from(points) })
    }

    /// Loads a plan with a new value for everything that is free.
    fn load<N: Number>(&self, plan: &Plan, m: &mut Machine<N>, next: &mut dyn FnMut() -> N) {
        m.load(plan);
        let inputs = plan.inputs.iter().map(|(_, slot)| (None, *slot));
        let draws = plan.draws.iter().map(|(draw, slot)| (Some(*draw), *slot));
        for (draw, slot) in inputs.chain(draws) {
            let item = draw.and_then(|draw| Some((self.shape.items.get(&draw)?, self.generic.choices.get(&draw)?)));
            let block = plan.slots[slot as usize];
            // The last reflector of a square block: without it, or with it whatever its length.
            let sign = draw.filter(|d| block.rows == block.cols && self.generic.signs.contains(d));
            let absent = sign.is_some_and(|d| self.shape.items.get(&d) == Some(&0));
            for place in block.range() {
                m.numbers[place] = match item {
                    _ if absent && place + 1 == block.range().end => N::zero(),
                    // The middle of the item's part of [0, 1).
                    Some((&item, &count)) => {
                        let middle = RBig::from(2 * item as u64 + 1) / RBig::from(2 * count as u64);
                        N::from_rational(&middle).0
                    }
                    None => next(),
                };
            }
        }
    }
}

fn spend(work: &mut u64, cost: u64) -> Option<()> {
    *work = work.checked_sub(cost)?;
    Some(())
}

/// Which instruction keeps a plan from being rational.
fn obstacle(plan: &Plan, m: &Machine<Formal<Size>>) -> String {
    let unknown = |out: SlotId| m.numbers[plan.slots[out as usize].range()].iter().any(|x| x.numerator().is_none());
    for instruction in &plan.code {
        let found = match instruction {
            I::Real { out, f, .. } => Some((*out, format!("{f:?}").to_lowercase())),
            I::Lambda { out, .. }
            | I::Eigenvalues { out, .. }
            | I::LoewnerMargin { out, .. }
            | I::Projector { out, .. } => Some((*out, "eigenvalues".to_owned())),
            I::SingularValues { out, .. } => Some((*out, "singular values".to_owned())),
            I::MatrixFunction { out, f, .. } => Some((*out, format!("the matrix function {f:?}").to_lowercase())),
            I::NormFrobenius { out, .. } | I::MaxAbs { out, .. } => Some((*out, "a norm".to_owned())),
            I::Least { out, .. } | I::Greatest { out, .. } => Some((*out, "a least or greatest value".to_owned())),
            I::PowReal { out, .. } => Some((*out, "a power with a real exponent".to_owned())),
            I::If { out, .. } => Some((*out, "a case distinction on values".to_owned())),
            I::Div { out, .. } => Some((*out, "a division by zero".to_owned())),
            _ => None,
        };
        if let Some((out, what)) = found
            && unknown(out)
        {
            return format!("it is not rational: {what}");
        }
    }
    if plan.constants.iter().any(|(slot, _)| unknown(*slot)) {
        return "it is not rational: a constant".to_owned();
    }
    "it is not rational".to_owned()
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;

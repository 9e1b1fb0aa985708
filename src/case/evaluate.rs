//! A claim asked of cases that are data: what a search, a shrinker and the engine use where the random phase uses a stream.
//!
//! [`Evaluator`] turns a case of the random phase into a [`Point`] and says of points what a checker says of cases; [`Runner`] is the
//! machine under it, eight points of equal integers at a time, for searches that look at more than that.

use super::along::{Eight, Runs};
use super::fast::Fast;
use super::flow;
use super::octet::{self, Compiled, Drawn, Integers, Plans, integers, place_of};
use super::path::{Moment, Watch, follow};
use super::point::Point;
use super::record::{Hypotheses, Look};
use super::shadow::{Companion, Origin};
use super::way::{self, Way};
use crate::arith::backend::dispatch;
use crate::arith::lane::{Backend, Job, Kernel, Lane8, Mask};
use crate::arith::lane_wide::Wide8;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::Claim;
use crate::claim::program::{Program, When};
use crate::eval::compile::PlanError;
use crate::eval::machine::{Machine, Truth};
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::kernel::built_in;
use crate::lang::ir::{IntId, NodeId};
use crate::sample::strata::{BlockShape, Filler, Lanes, Stratum, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;

/// What is asked once, of the givens: the roots of a pointwise plan, and of the set-up of an iteration.
pub fn once_roots(program: &Program) -> Vec<NodeId> {
    let mut roots: Vec<NodeId> = program.samples.feasible.iter().map(|f| f.1).collect();
    roots.extend(program.assume.iter().map(|a| a.node));
    for asked in program.asked.iter().filter(|a| a.when == When::Once) {
        roots.extend(asked.predicate.roots());
    }
    roots
}

/// A number of a plan in eight cases.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub value: [f64; 8],
    /// A bound on what rounding did to it, not yet multiplied by the safety factor.
    pub error: [f64; 8],
    pub undefined: Mask,
}

/// What a machine holds after a run, whatever its lanes.
pub trait Readings {
    fn real(&self, plan: &Plan, slot: SlotId) -> Reading;
    fn truth(&self, slot: SlotId) -> Truth;
}

impl<V: Lane8> Readings for Machine<V> {
    fn real(&self, plan: &Plan, slot: SlotId) -> Reading {
        let mut reading = Reading { value: [0.0; 8], error: [0.0; 8], undefined: self.undefined[slot as usize] };
        let x = Machine::real(self, plan, slot);
        x.value.store(&mut reading.value);
        x.error.store(&mut reading.error);
        reading
    }

    fn truth(&self, slot: SlotId) -> Truth {
        self.truths[slot as usize]
    }
}

/// What is told of a run at each of its looks, and says whether to go on.
pub type Onlooker<'a> = dyn FnMut(Moment, &dyn Readings) -> bool + 'a;

/// A machine whose lanes are chosen when it is made, so that what drives it is compiled once.
pub trait Runner: Send {
    fn load(&mut self, plan: &Plan);
    /// Runs the first section of the plan that was loaded on eight cases.
    ///
    /// # Errors
    /// If loops take more work than a plan may.
    fn run(&mut self, plan: &Plan, drawn: &[Drawn], draws: &[Lanes]) -> Result<(), PlanError>;
    /// Goes the way from the set-up that was run, in the lanes `started`; nobody watches the rounding of an iteration.
    ///
    /// # Errors
    /// As [`follow`] and [`flow::follow`].
    fn follow(&mut self, plan: &Plan, way: Way<'_>, started: Mask, look: &mut Onlooker<'_>) -> Result<(), PlanError>;
    /// Eight cases of a claim whose values move, followed in the lanes of `wanted`.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    fn along<'a>(
        &'a mut self,
        program: &'a Program,
        compiled: &'a Compiled,
        way: Way<'a>,
        draws: &'a [Lanes],
        wanted: Mask,
    ) -> Result<Eight<'a>, PlanError>;
    fn readings(&self) -> &dyn Readings;
    fn hypotheses(&self, compiled: &Compiled) -> [Hypotheses; 8];
    /// What the predicate of this number did.
    fn looks(&self, compiled: &Compiled, predicate: usize) -> [Look; 8];
    /// The draws of an octet, as its stratum has them.
    fn fill<'f>(
        &self,
        filler: &'f mut Filler,
        stream: &mut Stream,
        stratum: Stratum,
        blocks: &[BlockShape],
    ) -> &'f [Lanes];
}

/// A machine with the lanes of `backend`; `wide`: with lanes whose exponents have no bound.
pub fn runner(backend: Backend, wide: bool) -> Box<dyn Runner> {
    if wide {
        return Box::new(InLanes::<Wide8> { machine: Machine::new(), runs: Runs::new(), backend });
    }
    dispatch(backend, Make { backend })
}

struct Make {
    backend: Backend,
}

impl Job for Make {
    type Out = Box<dyn Runner>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        Box::new(InLanes::<V> { machine: Machine::new(), runs: Runs::new(), backend: self.backend })
    }
}

struct InLanes<V> {
    machine: Machine<V>,
    runs: Runs<V>,
    backend: Backend,
}

impl<V: Lane8> Runner for InLanes<V> {
    fn load(&mut self, plan: &Plan) {
        self.machine.load(plan);
    }

    fn run(&mut self, plan: &Plan, drawn: &[Drawn], draws: &[Lanes]) -> Result<(), PlanError> {
        <V as Lane8>::enter(Draw { machine: &mut self.machine, plan, drawn, draws });
        run(plan, 0, &mut self.machine)
    }

    fn follow(&mut self, plan: &Plan, way: Way<'_>, started: Mask, look: &mut Onlooker<'_>) -> Result<(), PlanError> {
        let machine = &mut self.machine;
        match way {
            Way::Steps { path, steps, kernel } => {
                let mut see = |moment: Moment, machine: &Machine<V>| look(moment, machine);
                // A proposal need not be a given kernel's: what it leads to is.
                let kernel = kernel.and(path.kernel.as_ref()).map(|binding| built_in(binding.kind));
                let fast = Fast::for_claim(kernel, plan, path, machine, started, false);
                let mut watch = Watch { companion: Companion::None, fast, goes_on: false };
                follow(plan, path, steps, machine, started, &mut watch, &mut see).map(|_| ())
            }
            // A flow is followed to its end, whatever the onlooker says.
            Way::Flow(course) => {
                let mut see = |moment: Moment, machine: &Machine<V>| {
                    look(moment, machine);
                };
                flow::follow(plan, course, machine, started, &mut see)
            }
        }
    }

    fn along<'a>(
        &'a mut self,
        program: &'a Program,
        compiled: &'a Compiled,
        way: Way<'a>,
        draws: &'a [Lanes],
        wanted: Mask,
    ) -> Result<Eight<'a>, PlanError> {
        let origin = Origin { drawn: &compiled.drawn, draws, reals: &[] };
        self.runs.run(program, compiled, way, origin, wanted)
    }

    fn readings(&self) -> &dyn Readings {
        &self.machine
    }

    fn hypotheses(&self, compiled: &Compiled) -> [Hypotheses; 8] {
        octet::hypotheses(compiled, &self.machine)
    }

    fn looks(&self, compiled: &Compiled, predicate: usize) -> [Look; 8] {
        octet::looks(&compiled.plan, &self.machine, &compiled.asked[predicate])
    }

    fn fill<'f>(
        &self,
        filler: &'f mut Filler,
        stream: &mut Stream,
        stratum: Stratum,
        blocks: &[BlockShape],
    ) -> &'f [Lanes] {
        filler.fill::<V>(self.backend, stream, stratum, blocks)
    }
}

struct Draw<'a, V> {
    machine: &'a mut Machine<V>,
    plan: &'a Plan,
    drawn: &'a [Drawn],
    draws: &'a [Lanes],
}

impl<V: Lane8> Kernel<V> for Draw<'_, V> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for (slot, place, norm) in self.drawn {
            self.machine.set_draw(self.plan, *slot, &self.draws[place.clone()], *norm);
        }
    }
}

/// What a claim says of a point. `looks` has one entry a predicate, whether or not the hypotheses are met.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    pub hypotheses: Hypotheses,
    pub looks: Vec<Look>,
}

/// A claim, pointwise, about iterates or about a flow, ready to be asked of points.
pub struct Evaluator<'k> {
    program: Program,
    plans: Plans,
    key: Key,
    backend: Backend,
    kernel: Option<&'k dyn crate::kernel::Kernel>,
}

impl<'k> Evaluator<'k> {
    /// `None` for a law of scaling, whose cases are more than a point. The kernel is what takes the steps of an iteration that names its kind.
    ///
    /// # Errors
    /// What is wrong with its expressions, each at its place.
    pub fn new(
        claim: &Claim,
        seed: u64,
        backend: Backend,
        max_elements: usize,
        kernel: Option<&'k dyn crate::kernel::Kernel>,
    ) -> Result<Option<Self>, Diagnostics> {
        let program = Program::new(claim)?;
        if program.is_statistical() {
            return Ok(None);
        }
        let plans = Plans::new(way::sections(&program, once_roots(&program), &[]), max_elements);
        Ok(Some(Self { program, plans, key: Key::new(seed, &claim.id.0), backend, kernel }))
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The point that a case of the random phase is; `None` if its integers leave a given empty.
    ///
    /// # Errors
    /// Where no plan can be made.
    pub fn point(&self, case: u64) -> Result<Option<Point>, PlanError> {
        let (octet, lane, stratum) = place_of(case);
        let mut stream = Stream::new(&self.key, octet);
        let Integers::Chosen(ints) = integers(&self.program, &mut stream, stratum, &BTreeMap::new())? else {
            return Ok(None);
        };
        let compiled = self.plans.get(&self.program, &ints)?;
        let mut filler = Filler::new();
        let lanes = runner(self.backend, false);
        let draws = lanes.fill(&mut filler, &mut stream, stratum, &compiled.blocks);
        Ok(Some(Point { ints, draws: draws.iter().map(|x| x.0[lane]).collect() }))
    }

    /// The blocks of draws of a point with these integers.
    ///
    /// # Errors
    /// Where no plan can be made for them.
    pub fn blocks(&self, ints: &BTreeMap<IntId, i64>) -> Result<Vec<BlockShape>, PlanError> {
        Ok(self.plans.get(&self.program, ints)?.blocks.clone())
    }

    /// The first cases of the random phase's strata, drawn for these integers instead of their own.
    ///
    /// # Errors
    /// Where no plan can be made for them.
    pub fn drawn_for(&self, ints: &BTreeMap<IntId, i64>, octets: u64) -> Result<Vec<Point>, PlanError> {
        let compiled = self.plans.get(&self.program, ints)?;
        let lanes = runner(self.backend, false);
        let (mut filler, mut stream) = (Filler::new(), Stream::new(&self.key, 0));
        let mut points = Vec::new();
        for octet in 0..octets {
            stream.seek(octet);
            let draws = lanes.fill(&mut filler, &mut stream, stratum_of(octet), &compiled.blocks);
            points.extend(
                (0..8).map(|lane| Point { ints: ints.clone(), draws: draws.iter().map(|x| x.0[lane]).collect() }),
            );
        }
        Ok(points)
    }

    /// What the claim says of each point, in their order. Points with the same integers that follow one another are run side by side.
    ///
    /// # Errors
    /// Where no plan can be made for a point's integers, or its draws are not as many as these integers ask for.
    pub fn evaluate(&self, points: &[Point]) -> Result<Vec<Evaluation>, EvaluateError> {
        let mut machine = runner(self.backend, false);
        let mut found = Vec::with_capacity(points.len());
        let mut loaded: Option<&BTreeMap<IntId, i64>> = None;
        let mut draws: Vec<Lanes> = Vec::new();
        let mut start = 0;
        while let Some(first) = points.get(start) {
            let compiled = self.plans.get(&self.program, &first.ints)?;
            if self.program.motion.is_none() && loaded != Some(&first.ints) {
                machine.load(&compiled.plan);
                loaded = Some(&first.ints);
            }
            let asked: usize = compiled.blocks.iter().map(|b| b.len()).sum();
            let count = points[start..].iter().take(8).take_while(|p| p.ints == first.ints).count();
            let octet = &points[start..start + count];
            draws.clear();
            draws.resize(asked, Lanes::default());
            for lane in 0..8 {
                let point = octet.get(lane).unwrap_or(first);
                if point.draws.len() != asked {
                    return Err(EvaluateError::Draws { asked, found: point.draws.len() });
                }
                for (x, draw) in draws.iter_mut().zip(&point.draws) {
                    x.0[lane] = *draw;
                }
            }
            let (hypotheses, looks) = match &self.program.motion {
                None => {
                    machine.run(&compiled.plan, &compiled.drawn, &draws)?;
                    let looks = (0..compiled.asked.len()).map(|p| machine.looks(&compiled, p)).collect();
                    (machine.hypotheses(&compiled), looks)
                }
                Some(motion) => {
                    let way = Way::new(&self.program, motion, &first.ints, self.kernel)?;
                    let eight = machine.along(&self.program, &compiled, way, &draws, Mask::MAX >> (8 - count))?;
                    (eight.met, eight.looks.to_vec())
                }
            };
            let looks: Vec<[Look; 8]> = looks;
            for (lane, hypotheses) in hypotheses.into_iter().enumerate().take(count) {
                found.push(Evaluation { hypotheses, looks: looks.iter().map(|l| l[lane]).collect() });
            }
            start += count;
        }
        Ok(found)
    }
}

/// Why points could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("a point with {found} draws where its integers ask for {asked}")]
    Draws { asked: usize, found: usize },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::record::Fate;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;

    fn evaluator(text: &str) -> Evaluator<'static> {
        let claim =
            load(text, std::path::Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it parses");
        Evaluator::new(&claim, 1, Backend::best(), 1 << 16, None).expect("it is typed").expect("it is pointwise")
    }

    const NORMS: &str = r#"
title = "t"
at = "x"
[given]
n = "int in 1..=5"
A = "symmetric(n, [0, 1])"
B = "gaussian(n, n)"
[assume]
half = "A[1, 1] >= 1/2"
[claim]
order = "norm(A) <= 1"
below = "norm(B) <= norm_F(B)"
"#;

    #[test]
    fn a_case_taken_as_a_point_is_judged_as_the_case_was() {
        use crate::check::{CheckOptions, Checker};
        let claim =
            load(NORMS, std::path::Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it parses");
        let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
        let checker = Checker::new(&claim, &options).expect("it is typed");
        let evaluator = evaluator(NORMS);
        let points: Vec<Point> =
            (0..300).map(|case| evaluator.point(case).expect("a plan").expect("never empty")).collect();
        let evaluations = evaluator.evaluate(&points).expect("a plan");
        let mut met = 0;
        checker
            .run(0..300, &mut |record| {
                let evaluation = &evaluations[record.index as usize];
                assert_eq!(evaluation.hypotheses, record.hypotheses, "case {}", record.index);
                if record.hypotheses == Hypotheses::Met {
                    met += 1;
                    for (a, b) in evaluation.looks.iter().zip(record.looks) {
                        assert_eq!(
                            (a.fate, a.margin.to_bits(), a.floor.to_bits()),
                            (b.fate, b.margin.to_bits(), b.floor.to_bits()),
                            "case {}",
                            record.index
                        );
                    }
                }
            })
            .expect("it runs");
        assert!(met > 50, "only {met} of 300 cases met the hypotheses");
    }

    #[test]
    fn a_point_does_not_depend_on_its_neighbours() {
        let evaluator = evaluator(NORMS);
        let points: Vec<Point> =
            (0..40).map(|case| evaluator.point(case).expect("a plan").expect("never empty")).collect();
        let together = evaluator.evaluate(&points).expect("a plan");
        for (point, expected) in points.iter().zip(&together) {
            let alone = evaluator.evaluate(std::slice::from_ref(point)).expect("a plan");
            assert_eq!(format!("{:?}", alone[0]), format!("{expected:?}"));
        }
    }

    #[test]
    fn a_point_with_too_few_draws_is_refused() {
        let evaluator = evaluator(NORMS);
        let mut point = evaluator.point(0).expect("a plan").expect("never empty");
        point.draws.pop();
        assert!(matches!(evaluator.evaluate(&[point]), Err(EvaluateError::Draws { .. })));
    }

    #[test]
    fn a_violated_point_is_violated() {
        let text = "title = \"t\"\nat = \"x\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x <= 1/2\"\n";
        let evaluator = evaluator(text);
        let points = [0.25, 0.75, 1.0].map(|x| Point { ints: BTreeMap::new(), draws: vec![x] });
        let fates: Vec<Fate> = evaluator.evaluate(&points).expect("a plan").iter().map(|e| e.looks[0].fate).collect();
        assert_eq!(fates, [Fate::Held, Fate::Violated, Fate::Violated]);
    }
}

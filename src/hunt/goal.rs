//! What is hunted: a number to be made least, and what must hold while it is.
//!
//! Each predicate gives a goal for every part that must hold on its own (the conjuncts of `and`, both branches of `if`), because the
//! least of several margins hides all but one of them; and, for a part that compares two reals, a goal on the share of its allowance
//! that is left over (see `share`).
//!
//! A point with every hypothesis met comes before one without (K. Deb, *An efficient constraint handling method for genetic
//! algorithms*, 2000); among the first the least margin plus rounding floor wins, among the others the least sum of what is missing.

use super::share;
use crate::arith::lane::Mask;
use crate::case::along::asked_in;
use crate::case::evaluate::{Readings, Runner};
use crate::case::octet::{Drawn, laid_out, lanes_of};
use crate::case::path::{self, Moment};
use crate::case::way::{self, Way};
use crate::claim::program::{Asked, Motion, Program, When};
use crate::eval::compile::{PlanError, Request, compile};
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::SAFETY;
use crate::kernel::Kernel;
use crate::lang::build;
use crate::lang::ir::{Graph, IntId, NodeId, Op};
use crate::lang::predicate::margin_of;
use crate::sample::strata::BlockShape;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Goals that one predicate is split into; what is left of a longer conjunction is one goal.
const MOST_PARTS: usize = 12;

/// What a goal makes least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Margin,
    /// The share of the allowance that is left over.
    Share,
}

/// One thing to hunt for.
#[derive(Clone, Debug)]
pub struct Goal {
    pub predicate: usize,
    pub aim: Aim,
    /// The part of the predicate, in words; empty for all of it.
    pub part: String,
    truth: NodeId,
    number: NodeId,
    constraints: Vec<Constraint>,
    /// Where it is asked; along a path, with what must hold at a look for the look to count.
    when: When,
    looks_back: bool,
    along: Vec<Constraint>,
}

/// Where a constraint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What a given needs to have a value: its index.
    Given(usize),
    /// An `[assume]`, by index.
    Assume(usize),
    /// The condition of the predicate, or of the branch that is hunted.
    Branch,
    /// The claim grants something, or its unit is positive.
    Allowance,
    /// A hypothesis on the path, by index.
    Path(usize),
}

/// A truth that must hold, and its margin.
#[derive(Clone, Copy, Debug)]
struct Constraint {
    source: Source,
    truth: NodeId,
    margin: NodeId,
}

/// A part of a predicate that must hold on its own.
#[derive(Clone, Debug)]
struct Part {
    words: String,
    conditions: Vec<NodeId>,
    truth: NodeId,
}

/// The goals of a program's predicates; adds their nodes to its graph, whose analysis must be made anew.
pub fn goals(program: &mut Program) -> Vec<Goal> {
    let mut hypotheses: Vec<Constraint> = Vec::new();
    let graph = &mut program.graph;
    let givens = program.samples.feasible.iter().map(|f| (Source::Given(f.0), f.1));
    let assumed = program.assume.iter().enumerate().map(|(i, a)| (Source::Assume(i), a.node));
    for (source, truth) in givens.chain(assumed) {
        hypotheses.push(constraint(graph, source, truth));
    }
    let mut goals = Vec::new();
    let on_path = program.motion.iter().flat_map(|motion| motion.assume());
    let path: Vec<Constraint> = on_path.enumerate().map(|(i, a)| constraint(graph, Source::Path(i), a.node)).collect();
    for (predicate, asked) in program.asked.iter().enumerate() {
        let once = asked.when == When::Once;
        let parts = parts(graph, asked);
        for part in &parts {
            let mut here: Vec<Constraint> =
                part.conditions.iter().map(|&c| constraint(graph, Source::Branch, c)).collect();
            let unit = asked.predicate.unit;
            let number = margin_of(graph, part.truth, unit).unwrap_or(asked.predicate.margin);
            let words = if parts.len() > 1 { part.words.clone() } else { String::new() };
            let goal = |aim, number, here: &[Constraint]| Goal {
                predicate,
                aim,
                part: words.clone(),
                truth: part.truth,
                number,
                constraints: hypotheses.iter().chain(here.iter().filter(|_| once)).copied().collect(),
                when: asked.when,
                looks_back: asked.looks_back,
                along: if once { Vec::new() } else { path.iter().chain(here).copied().collect() },
            };
            if let Some(unit) = unit.filter(|&unit| build::rational(graph, unit).is_none()) {
                let zero = build::int(graph, 0);
                let positive = build::truth(graph, Op::Less, zero, unit);
                here.push(constraint(graph, Source::Allowance, positive));
            }
            goals.push(goal(Aim::Margin, number, &here));
            if let Some((share, positive)) = share::of(graph, part.truth, unit) {
                here.push(constraint(graph, Source::Allowance, positive));
                goals.push(goal(Aim::Share, share, &here));
            }
        }
    }
    goals
}

fn constraint(graph: &mut Graph, source: Source, truth: NodeId) -> Constraint {
    let margin = margin_of(graph, truth, None).unwrap_or_else(|_| {
        let (yes, no) = (build::int(graph, 1), build::int(graph, -1));
        build::choose(graph, truth, yes, no)
    });
    Constraint { source, truth, margin }
}

fn parts(graph: &mut Graph, asked: &Asked) -> Vec<Part> {
    let whole = Part { words: String::new(), conditions: asked.predicate.guards.clone(), truth: asked.predicate.truth };
    let (mut open, mut closed) = (vec![whole], Vec::new());
    while let Some(part) = open.pop() {
        let node = graph.node(part.truth).clone();
        let room = open.len() + closed.len() + 2 <= MOST_PARTS;
        match (&node.op, node.args.as_slice()) {
            (Op::And, &[a, b]) if room => {
                open.push(Part { truth: b, ..part.clone() });
                open.push(Part { truth: a, ..part });
            }
            (Op::If, &[c, a, b]) if room => {
                let not = build::not(graph, c);
                for (word, condition, truth) in [("else", not, b), ("then", c, a)] {
                    let mut conditions = part.conditions.clone();
                    conditions.push(condition);
                    let words = format!("{}{}the `{word}` branch", part.words, comma(&part.words));
                    open.push(Part { words, conditions, truth });
                }
            }
            (Op::Bool(true), _) => {}
            _ => closed.push(part),
        }
    }
    let count = closed.len();
    for (i, part) in closed.iter_mut().enumerate() {
        part.words = format!("part {} of {count}{}{}", i + 1, comma(&part.words), part.words);
    }
    closed
}

fn comma(words: &str) -> &'static str {
    if words.is_empty() { "" } else { ", " }
}

/// A goal compiled for one choice of integers.
pub struct Ground {
    pub plan: Plan,
    pub blocks: Vec<BlockShape>,
    pub drawn: Vec<Drawn>,
    constraints: Vec<Slots>,
    truth: SlotId,
    number: SlotId,
    aim: Aim,
    along: Option<Along>,
}

/// A constraint in a plan.
#[derive(Clone, Copy, Debug)]
struct Slots {
    source: Source,
    truth: SlotId,
    margin: SlotId,
}

/// A goal that is asked along a path.
struct Along {
    motion: Motion,
    /// Of an iteration.
    steps: u64,
    when: When,
    looks_back: bool,
    constraints: Vec<Slots>,
}

impl Ground {
    /// # Errors
    /// Where there is no plan for these integers.
    pub fn new(
        program: &Program,
        goal: &Goal,
        ints: &BTreeMap<IntId, i64>,
        max_elements: usize,
    ) -> Result<Self, PlanError> {
        let of = |constraints: &[Constraint]| -> Vec<NodeId> {
            constraints.iter().flat_map(|c| [c.truth, c.margin]).collect()
        };
        let mut once = of(&goal.constraints);
        let motion = program.motion_of(goal.when);
        let (sections, asked) = match motion {
            Some(motion) => {
                let mut look = of(&goal.along);
                look.extend([goal.truth, goal.number]);
                (way::sections_of(motion, once, look), path::LOOK)
            }
            None => {
                once.extend([goal.truth, goal.number]);
                (vec![once], path::SETUP)
            }
        };
        let plan = compile(&Request {
            graph: &program.graph,
            analysis: &program.analysis,
            ints,
            lane_ints: &program.lane_ints,
            sections: &sections,
            max_elements,
        })?;
        let (blocks, drawn) = laid_out(program, ints, &plan, max_elements)?;
        let slot = |section: usize, node: NodeId| {
            plan.roots.get(section).and_then(|r| r.get(&node)).copied().ok_or(PlanError::NotStructural)
        };
        let slots = |section: usize, constraints: &[Constraint]| -> Result<Vec<Slots>, PlanError> {
            let each = constraints.iter().map(|c| {
                Ok(Slots { source: c.source, truth: slot(section, c.truth)?, margin: slot(section, c.margin)? })
            });
            each.collect()
        };
        let along = match motion {
            None => None,
            Some(motion) => Some(Along {
                steps: match motion {
                    Motion::Iteration(path) => path::steps(program, path, ints)?,
                    Motion::Flow(_) => 0,
                },
                motion: motion.clone(),
                when: goal.when,
                looks_back: goal.looks_back,
                constraints: slots(path::LOOK, &goal.along)?,
            }),
        };
        let constraints = slots(path::SETUP, &goal.constraints)?;
        let (truth, number) = (slot(asked, goal.truth)?, slot(asked, goal.number)?);
        Ok(Self { blocks, drawn, constraints, truth, number, aim: goal.aim, along, plan })
    }

    /// Whether a case is a run of an iteration or a flow.
    pub fn is_path(&self) -> bool {
        self.along.is_some()
    }

    /// The margin of each constraint on the givens in the first of the cases that were run; none where it has none.
    pub fn constraint_margins(&self, machine: &dyn Readings) -> Vec<(Source, Option<f64>)> {
        let margin = |slot: SlotId| {
            let reading = machine.real(&self.plan, slot);
            Some(reading.value[0]).filter(|x| reading.undefined & 1 == 0 && x.is_finite())
        };
        self.constraints.iter().map(|c| (c.source, margin(c.margin))).collect()
    }

    /// What the eight cases are worth whose givens the machine holds; along a path they are run first, by a kernel where there is one.
    ///
    /// # Errors
    /// If loops take more work than a plan may.
    pub fn outcomes(&self, machine: &mut dyn Runner, kernel: Option<&dyn Kernel>) -> Result<[Outcome; 8], PlanError> {
        let missing = self.missing(machine.readings(), &self.constraints);
        let unmet = |missing: f64| Outcome { score: Score { rank: MISSING, value: missing }, ..NOTHING };
        let Some(along) = &self.along else {
            let found = self.seen(machine.readings());
            return Ok(std::array::from_fn(
                |lane| if missing[lane] > 0.0 { unmet(missing[lane]) } else { found[lane] },
            ));
        };
        let started: Mask = (0..8).fold(0, |mask, lane| mask | Mask::from(missing[lane] == 0.0) << lane);
        // The worst look, and where no look counts, how near one came to counting.
        let mut worst = [NOTHING; 8];
        let mut nearest = [MOST_MISSING; 8];
        let mut lost = [false; 8];
        let way = match &along.motion {
            Motion::Iteration(path) => Way::Steps { path, steps: along.steps, kernel },
            Motion::Flow(course) => Way::Flow(course),
        };
        let flows = matches!(way, Way::Flow(_));
        if started != 0 {
            let mut look = |moment: Moment, readings: &dyn Readings| {
                let asked = asked_in(along.when, along.looks_back, moment) | moment.fallen;
                if asked != 0 {
                    let missing = self.missing(readings, &along.constraints);
                    let found = self.seen(readings);
                    for lane in lanes_of(asked) {
                        nearest[lane] = nearest[lane].min(missing[lane].max(LEAST_MISSING));
                        let counts = missing[lane] == 0.0 && moment.fallen >> lane & 1 == 0;
                        if counts && found[lane].score.is_better(&worst[lane].score) {
                            worst[lane] = found[lane];
                        }
                        // A flow that is not known at a look is no approach, however it went before.
                        lost[lane] |= flows && counts && found[lane].score.is_nothing();
                    }
                }
                true
            };
            machine.follow(&self.plan, way, started, &mut look)?;
        }
        Ok(std::array::from_fn(|lane| match missing[lane] {
            0.0 if lost[lane] && !worst[lane].violated => unmet(MOST_MISSING),
            0.0 if worst[lane].score.is_met() => worst[lane],
            0.0 => unmet(nearest[lane]),
            missing => unmet(missing),
        }))
    }

    /// What is missing of the constraints, lane by lane; 0 where all are met.
    fn missing(&self, machine: &dyn Readings, constraints: &[Slots]) -> [f64; 8] {
        let mut missing = [0.0; 8];
        for constraint in constraints {
            let truth = machine.truth(constraint.truth);
            if truth.yes == 0xff {
                continue;
            }
            let margin = machine.real(&self.plan, constraint.margin);
            for (lane, missing) in missing.iter_mut().enumerate() {
                if truth.yes >> lane & 1 == 1 {
                    continue;
                }
                let known = margin.undefined >> lane & 1 == 0 && margin.value[lane].is_finite();
                *missing +=
                    if known { (-margin.value[lane]).clamp(0.0, MOST_MISSING) + LEAST_MISSING } else { MOST_MISSING };
            }
        }
        missing
    }

    /// The margin and the truth that a machine holds.
    fn seen(&self, machine: &dyn Readings) -> [Outcome; 8] {
        let number = machine.real(&self.plan, self.number);
        let no = machine.truth(self.truth).no;
        std::array::from_fn(|lane| {
            let (margin, floor) = (number.value[lane], number.error[lane] * SAFETY);
            let value = margin + floor;
            if number.undefined >> lane & 1 == 1 || !value.is_finite() {
                return NOTHING;
            }
            // At a margin of exactly 0 a strict comparison is false.
            let violated = self.aim == Aim::Margin && no >> lane & 1 == 1 && value <= 0.0;
            let rank = if violated { VIOLATED } else { MET };
            Outcome { score: Score { rank, value }, margin, floor, violated }
        })
    }
}

/// What a hypothesis that fails adds at least, so that none is met for free, and at most.
const LEAST_MISSING: f64 = 1e-12;
const MOST_MISSING: f64 = 10.0;

const VIOLATED: u8 = 0;
const MET: u8 = 1;
const MISSING: u8 = 2;
const NO_NUMBER: u8 = 3;

/// How good a point is; less is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    rank: u8,
    value: f64,
}

impl Score {
    pub fn compare(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank).then(self.value.total_cmp(&other.value))
    }

    pub fn is_better(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Less
    }

    /// Whether the hypotheses are met and there is a number.
    pub fn is_met(&self) -> bool {
        self.rank <= MET
    }

    /// Whether there is not even a distance from meeting the hypotheses.
    pub fn is_nothing(&self) -> bool {
        self.rank == NO_NUMBER
    }

    /// Margin plus floor, or what is missing.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether this is better by more than a little.
    pub fn is_clearly_better(&self, other: &Self) -> bool {
        self.rank < other.rank || self.rank == other.rank && self.value < other.value - 1e-9 * other.value.abs()
    }
}

/// What a goal says of a point. The margin and the floor are numbers where the score is met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub score: Score,
    pub margin: f64,
    /// A bound on what rounding may have done to `margin`.
    pub floor: f64,
    /// False beyond the rounding floor.
    pub violated: bool,
}

/// A point that has no number.
pub const NOTHING: Outcome =
    Outcome { score: Score { rank: NO_NUMBER, value: 0.0 }, margin: f64::NAN, floor: f64::NAN, violated: false };

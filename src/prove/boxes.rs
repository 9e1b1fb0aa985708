//! Claims about a few reals, proved by covering all of them with boxes.
//!
//! A box is a product of parts of the intervals that the reals are taken from, `x = lo + (hi - lo) u` with `u` in a part of `[0, 1]`; the ends
//! may depend on earlier reals. What the predicate says of a whole box is asked in enclosures: certainly true, certainly outside the
//! hypotheses, or open; an open box is cut in two across its widest side. It is proved if no box stays open. Where a margin
//! touches zero the boxes around the contact stay open at any size: then what is left over is said, and the claim is not proved.
//!
//! What it does not do: claims with matrices, vectors, or numbers without bounds; derivatives, which would decide some contacts.
//!
//! Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, *Introduction to Interval Analysis* (2009), chapter 6.

use crate::arith::ball::{Ball, with_bits};
use crate::arith::number::Number;
use crate::case::point::{Exactly, Values};
use crate::case::values::{Towards, decimal};
use crate::claim::by_values::ValueGiven;
use crate::claim::program::{Program, When};
use crate::eval::compile::{PlanError, Request, compile};
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId, Op, Type};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, VecDeque};

/// The most reals: the boxes of more are too many.
const MOST_REALS: usize = 4;
/// The most choices of the integers.
const MOST_INTEGERS: usize = 64;
/// Working precision: what boxes leave open is their width, not rounding.
const BITS: usize = 64;
/// Digits of the ends of what is left.
const DIGITS: usize = 5;
/// A box is cut no further than this often.
const DEEPEST: u32 = 60;

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Boxes {
    /// Every box is decided, and in none does the predicate fail.
    Proved { boxes: u64 },
    /// Some are open: the share of all that they are, and where they are, in words.
    Left { boxes: u64, share: f64, left: String },
    /// The predicate certainly fails in a whole box; a case of it.
    Fails { values: Values },
    /// Not a claim about a few reals.
    Unsuitable { reason: &'static str },
}

/// A part of the unit cube.
#[derive(Clone, Debug)]
struct Part {
    ints: usize,
    sides: Vec<(RBig, RBig)>,
    cuts: u32,
}

/// What is known of a box.
enum Known {
    /// Everywhere in the box; `met` if the hypotheses certainly are, too.
    True {
        met: bool,
    },
    /// Outside of the hypotheses.
    Outside,
    False,
    Open,
}

/// Covers what a predicate of a program by values (see [`Program::by_values`]) speaks of, with at most `most` boxes.
///
/// # Errors
/// Where no plan can be made.
pub fn boxes(program: &Program, predicate: usize, most: u64, max_elements: usize) -> Result<Boxes, PlanError> {
    let Some(cover) = Cover::new(program, predicate)? else {
        return Ok(Boxes::Unsuitable { reason: "it is not about a few reals" });
    };
    with_bits(BITS, || cover.run(most, max_elements))
}

struct Cover<'a> {
    program: &'a Program,
    predicate: usize,
    reals: Vec<&'a ValueGiven>,
    integers: Vec<BTreeMap<IntId, i64>>,
}

/// Plans for one choice of the integers.
struct Plans {
    /// The ends of each real.
    ends: Vec<Plan>,
    whole: Plan,
}

impl<'a> Cover<'a> {
    /// `None` if the claim is not about a few reals.
    fn new(program: &'a Program, predicate: usize) -> Result<Option<Self>, PlanError> {
        let asked = program.asked.get(predicate).filter(|asked| asked.when == When::Once);
        if asked.is_none() || program.motion.is_some() || program.is_statistical() || program.values.is_empty() {
            return Ok(None);
        }
        let mut reals = Vec::new();
        let mut integers = vec![BTreeMap::new()];
        for value in &program.values {
            match (&program.graph.node(value.value).op, program.graph.ty(value.value), value.stages.as_slice()) {
                (Op::Int(id), _, _) => {
                    let mut longer = Vec::new();
                    for ints in &integers {
                        let int = program.int_given(*id);
                        let ends = [int.lo, int.hi].map(|end| crate::eval::compile::integer(&program.graph, ints, end));
                        let [Ok(lo), Ok(hi)] = ends else { return Ok(None) };
                        for i in lo..=hi {
                            let mut ints = ints.clone();
                            ints.insert(*id, i);
                            longer.push(ints);
                            if longer.len() > MOST_INTEGERS {
                                return Ok(None);
                            }
                        }
                    }
                    integers = longer;
                }
                (_, Type::Real, [stage]) if stage.value == value.sample => reals.push(value),
                _ => return Ok(None),
            }
        }
        if reals.is_empty() || reals.len() > MOST_REALS {
            return Ok(None);
        }
        Ok(Some(Self { program, predicate, reals, integers }))
    }

    fn plans(&self, ints: &BTreeMap<IntId, i64>, max_elements: usize) -> Result<Plans, PlanError> {
        let plan = |roots: Vec<NodeId>| {
            compile(&Request {
                graph: &self.program.graph,
                analysis: &self.program.analysis,
                ints,
                lane_ints: &BTreeMap::new(),
                sections: &[roots],
                max_elements,
            })
        };
        let ends = self.reals.iter().map(|real| plan(vec![real.stages[0].lo, real.stages[0].hi]));
        Ok(Plans { ends: ends.collect::<Result<_, _>>()?, whole: plan(self.roots())? })
    }

    fn roots(&self) -> Vec<NodeId> {
        let asked = &self.program.asked[self.predicate].predicate;
        let feasible = self.program.samples.feasible.iter().map(|f| f.1);
        let assume = self.program.assume.iter().map(|a| a.node);
        let hypotheses = feasible.chain(assume).chain(asked.guards.iter().copied());
        hypotheses.chain([asked.truth]).collect()
    }

    fn run(&self, most: u64, max_elements: usize) -> Result<Boxes, PlanError> {
        let mut queue = VecDeque::new();
        let mut plans = Vec::new();
        for (index, ints) in self.integers.iter().enumerate() {
            plans.push(self.plans(ints, max_elements)?);
            queue.push_back(Part { ints: index, sides: vec![(RBig::ZERO, RBig::ONE); self.reals.len()], cuts: 0 });
        }
        let mut machine = Machine::<Ball>::new();
        let (mut count, mut left, mut asked) = (0_u64, Vec::new(), false);
        // Breadth first: what stays open when the boxes run out is close to a contact.
        while let Some(part) = queue.pop_front() {
            if count == most {
                left.push(part);
                left.extend(queue);
                break;
            }
            count += 1;
            let inputs = self.inputs(&plans[part.ints], &part, &mut machine)?;
            match self.ask(&plans[part.ints].whole, &inputs, &mut machine)? {
                Known::True { met } => {
                    asked |= met;
                    // Hypotheses that are open over the box may be met in its middle.
                    if !asked {
                        let inputs = self.inputs(&plans[part.ints], &middle(&part), &mut machine)?;
                        asked = matches!(
                            self.ask(&plans[part.ints].whole, &inputs, &mut machine)?,
                            Known::True { met: true }
                        );
                    }
                }
                Known::Outside => {}
                Known::False => {
                    if let Some(values) = self.values(&plans[part.ints], &part, &mut machine)? {
                        return Ok(Boxes::Fails { values });
                    }
                    // It fails in the whole box, and no case of it can be written down (an interval of one irrational number): not proved.
                    left.push(part);
                }
                Known::Open if part.cuts >= DEEPEST => left.push(part),
                Known::Open => queue.extend(halves(&part)),
            }
        }
        if left.is_empty() {
            // Nothing meets the hypotheses: that is no proof of anything.
            let nothing = Boxes::Unsuitable { reason: "no case meets its hypotheses" };
            return Ok(if asked { Boxes::Proved { boxes: count } } else { nothing });
        }
        let volume = |part: &Part| 0.5_f64.powi(part.cuts as i32);
        let share = left.iter().map(volume).sum::<f64>() / self.integers.len() as f64;
        Ok(Boxes::Left { boxes: count, share, left: self.describe(&plans, &left, &mut machine)? })
    }

    /// The enclosures of the reals over a box: none where an interval is certainly empty or an end is not known.
    fn inputs(
        &self,
        plans: &Plans,
        part: &Part,
        machine: &mut Machine<Ball>,
    ) -> Result<Option<Vec<(InputId, Ball)>>, PlanError> {
        let mut inputs: Vec<(InputId, Ball)> = Vec::new();
        for ((real, plan), (a, b)) in self.reals.iter().zip(&plans.ends).zip(&part.sides) {
            let stage = &real.stages[0];
            load(plan, &inputs, machine);
            run(plan, 0, machine)?;
            let read = |node: NodeId| machine.real(plan, plan.roots[0][&node]).value;
            let (lo, hi) = (read(stage.lo), read(stage.hi));
            if !lo.is_known() || !hi.is_known() {
                return Ok(None);
            }
            let width = hi.sub(&lo);
            let end = |u: &RBig| match u {
                u if u.is_zero() => lo.clone(),
                u if u.is_one() => hi.clone(),
                u => lo.add(&width.mul(&Ball::from(u.clone()))),
            };
            let x = end(a).hull(&end(b));
            inputs.push((stage.input, x.clone()));
            if let Some(input) = real.input {
                inputs.push((input, x));
            }
        }
        Ok(Some(inputs))
    }

    fn ask(
        &self,
        plan: &Plan,
        inputs: &Option<Vec<(InputId, Ball)>>,
        machine: &mut Machine<Ball>,
    ) -> Result<Known, PlanError> {
        let Some(inputs) = inputs else { return Ok(Known::Open) };
        load(plan, inputs, machine);
        run(plan, 0, machine)?;
        let roots = self.roots();
        let Some((truth, hypotheses)) = roots.split_last() else { return Ok(Known::Open) };
        let mut met = true;
        for node in hypotheses {
            let truth = machine.truths[plan.roots[0][node] as usize];
            if truth.no & 1 == 1 {
                return Ok(Known::Outside);
            }
            met &= truth.yes & 1 == 1;
        }
        // The predicate may be true where the hypotheses are open.
        let truth = machine.truths[plan.roots[0][truth] as usize];
        Ok(match (truth.yes & 1, truth.no & 1) {
            (1, _) => Known::True { met },
            (_, 1) if met => Known::False,
            _ => Known::Open,
        })
    }

    /// The middle of a box as exact values.
    fn values(&self, plans: &Plans, part: &Part, machine: &mut Machine<Ball>) -> Result<Option<Values>, PlanError> {
        let point = middle(part);
        let Some(inputs) = self.inputs(plans, &point, machine)? else { return Ok(None) };
        let mut values = Values::new();
        for real in &self.reals {
            let x = inputs.iter().find(|(input, _)| Some(*input) == real.input).and_then(|(_, x)| x.rational());
            let Some(x) = x else { return Ok(None) };
            values.insert(real.given, Exactly::Rational(x.clone()));
        }
        for value in &self.program.values {
            if let Op::Int(id) = self.program.graph.node(value.value).op {
                let Some(i) = self.integers[part.ints].get(&id) else { return Ok(None) };
                values.insert(value.given, Exactly::Int(*i));
            }
        }
        Ok(Some(values))
    }

    /// Where the open boxes are: the reals that are confined by them, each with the least interval that holds it.
    fn describe(&self, plans: &[Plans], left: &[Part], machine: &mut Machine<Ball>) -> Result<String, PlanError> {
        let mut hulls: Vec<Option<Ball>> = vec![None; self.reals.len()];
        let mut confined = vec![false; self.reals.len()];
        for (i, confined) in confined.iter_mut().enumerate() {
            let least = left.iter().map(|part| &part.sides[i].0).min();
            let most = left.iter().map(|part| &part.sides[i].1).max();
            *confined = least.is_some_and(|u| !u.is_zero()) || most.is_some_and(|u| !u.is_one());
        }
        for part in left {
            let Some(inputs) = self.inputs(&plans[part.ints], part, machine)? else { continue };
            for (real, hull) in self.reals.iter().zip(&mut hulls) {
                let Some((_, x)) = inputs.iter().find(|(input, _)| *input == real.stages[0].input) else { continue };
                *hull = Some(hull.as_ref().map_or_else(|| x.clone(), |hull| hull.hull(x)));
            }
        }
        let name = |given: usize| self.program.givens.get(given).map_or("", |bound| bound.name.as_str());
        let within = self.reals.iter().zip(&hulls).zip(&confined).filter(|(_, confined)| **confined);
        let within: Vec<String> = within
            .filter_map(|((real, hull), _)| {
                let (lo, hi) = hull.as_ref()?.enclosure()?;
                let (lo, hi) = (decimal(&lo, DIGITS, Towards::Below), decimal(&hi, DIGITS, Towards::Above));
                Some(format!("{lo} <= {} <= {hi}", name(real.given)))
            })
            .collect();
        Ok(if within.is_empty() { "a set that touches every end".to_owned() } else { within.join(", ") })
    }
}

fn load(plan: &Plan, inputs: &[(InputId, Ball)], machine: &mut Machine<Ball>) {
    machine.load(plan);
    for (input, x) in inputs {
        machine.set_numbers(plan, *input, std::slice::from_ref(x));
    }
}

/// The point in the middle of a box.
fn middle(part: &Part) -> Part {
    let half = |(a, b): &(RBig, RBig)| (a + b) / RBig::from(2u8);
    let sides = part.sides.iter().map(|side| (half(side), half(side))).collect();
    Part { ints: part.ints, sides, cuts: part.cuts }
}

/// Cut across the widest side.
fn halves(part: &Part) -> [Part; 2] {
    let width = |(a, b): &(RBig, RBig)| b - a;
    let widest = (0..part.sides.len()).rev().max_by_key(|&i| width(&part.sides[i])).unwrap_or(0);
    let (a, b) = part.sides[widest].clone();
    let middle = (&a + &b) / RBig::from(2u8);
    let with = |side: (RBig, RBig)| {
        let mut half = Part { cuts: part.cuts + 1, ..part.clone() };
        half.sides[widest] = side;
        half
    };
    [with((a, middle.clone())), with((middle, b))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load as load_claim;
    use crate::claim::model::ClaimId;
    use std::path::Path;

    fn of(givens: &str, predicate: &str) -> Boxes {
        let text = format!("title = \"t\"\nat = \"x\"\n[given]\n{givens}\n[claim]\nc = \"{predicate}\"\n");
        let claim =
            load_claim(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it parses");
        let program = Program::by_values(&claim).expect("it is typed");
        boxes(&program, 0, 5000, 1 << 16).expect("a plan")
    }

    #[test]
    fn what_holds_with_room_everywhere_is_proved() {
        let proved = of("x = \"real in [0, 1]\"\ny = \"real in (0, x + 1]\"", "x*y <= x^2 + y^2 + 1/10");
        assert!(matches!(proved, Boxes::Proved { .. }), "{proved:?}");
        let integers = of("n = \"int in 1..=4\"\nx = \"real in [0, 1]\"", "x^n <= exp(x)");
        assert!(matches!(integers, Boxes::Proved { .. }), "{integers:?}");
    }

    #[test]
    fn around_a_contact_boxes_are_left_and_said_where() {
        let Boxes::Left { share, left, .. } = of("x = \"real in [-1, 1]\"", "x^2 + (x - 1/3)^2*0 >= 2*x - 1") else {
            panic!("it touches at 1");
        };
        assert!(share < 0.05 && left.contains("<= x <="), "{share}, {left}");
    }

    #[test]
    fn a_box_that_fails_gives_a_case() {
        let Boxes::Fails { values } = of("x = \"real in [0, 4]\"", "x^2 <= 2*x + 1/2") else { panic!("it fails") };
        let Some(Exactly::Rational(x)) = values.get(&0) else { panic!("{values:?}") };
        assert!(x * x > RBig::from(2) * x + RBig::from_parts(1.into(), 2u8.into()));
    }

    #[test]
    fn a_box_that_fails_without_a_case_to_show_for_it_is_not_proved() {
        let givens = "n = \"int in 0..=1\"\nx = \"real in [sqrt(2), sqrt(2)]\"";
        for predicate in ["n*1e400*x <= 1e399", "x >= sqrt(2) + 1e-17*(2*n - 1)", "x <= -5"] {
            let found = of(givens, predicate);
            assert!(matches!(found, Boxes::Left { .. }), "{predicate}: {found:?}");
        }
    }

    #[test]
    fn hypotheses_that_are_never_certain_prove_nothing() {
        let found = of("x = \"real in [0, 1]\"", "(x - 1/2)^2 + 1/1000000 <= 0 => x <= 2");
        assert!(!matches!(found, Boxes::Proved { .. }), "{found:?}");
    }

    #[test]
    fn what_is_not_about_a_few_reals_is_left_alone() {
        for givens in ["x = \"normal\"", "x = \"real in [0, 1]\"\nS = \"symmetric(2, [0, 1])\""] {
            assert!(matches!(of(givens, "x <= 2"), Boxes::Unsuitable { .. }), "{givens}");
        }
    }

    #[test]
    fn hypotheses_that_are_open_do_not_refute() {
        let found = of("x = \"real in [0, 1]\"", "x > 1/2 => x > 1/4");
        assert!(matches!(found, Boxes::Proved { .. }), "{found:?}");
        // Hypotheses that nothing meets prove nothing.
        let found = of("x = \"real in [0, 1]\"", "x > 2 => x < 1");
        assert!(matches!(found, Boxes::Unsuitable { .. }), "{found:?}");
    }
}

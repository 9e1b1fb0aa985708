//! One case again, with every named value.
//!
//! The plan of a replay has more roots than the one that was run, and so more instructions; each value is computed by the same ones, so
//! the bits are the same.

use super::checker::CheckError;
use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::evaluate::once_roots;
use crate::case::flow;
use crate::case::octet::{Integers, compiled, draw, integers, place_of};
use crate::case::path::{LOOK, Moment, Watch, follow};
use crate::case::point::Point;
use crate::case::way::{self, Way};
use crate::claim::program::{Bound, Motion, Program};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::SAFETY;
use crate::eval::run::run;
use crate::lang::ir::{NodeId, Type};
use crate::sample::strata::{Filler, Lanes};
use crate::sample::stream::{Key, Stream};
use nalgebra::DMatrix;
use std::collections::BTreeMap;

/// A computed value; `error` bounds what rounding did to it (for a matrix, in the Frobenius norm).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`: undefined, or not decided in `f64`.
    Bool(Option<bool>),
    Int(i64),
    Real {
        value: f64,
        error: f64,
    },
    Matrix {
        value: DMatrix<f64>,
        error: f64,
    },
}

/// Integers and values, each with its name.
pub type Values = (Vec<(String, i64)>, Vec<(String, Value)>);

pub struct ReplayRun<'a> {
    pub program: &'a Program,
    pub key: &'a Key,
    pub backend: Backend,
    pub max_elements: usize,
    pub which: Which<'a>,
    /// Steps of an iteration, or looks at a flow, at which its state and what is named of it are shown.
    pub at: Vec<u64>,
}

/// The case that is replayed.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// A case of the random phase.
    Case(u64),
    Point(&'a Point),
}

impl Job for ReplayRun<'_> {
    type Out = Result<Values, CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, key, backend, max_elements, which, at } = self;
        let (ints, lane) = match which {
            Which::Point(point) => (point.ints.clone(), 0),
            Which::Case(case) => {
                let (octet, lane, stratum) = place_of(case);
                let mut stream = Stream::new(key, octet);
                match integers(program, &mut stream, stratum, &BTreeMap::new())? {
                    Integers::Chosen(ints) => (ints, lane),
                    Integers::Empty { .. } => return Ok((Vec::new(), Vec::new())),
                }
            }
        };
        let named: Vec<&Bound> = program.givens.iter().chain(&program.lets).chain(&program.assume).collect();
        let mut roots = once_roots(program);
        roots.extend(named.iter().map(|b| b.node));
        // Predicates of a path are not asked here.
        let on_the_way = program.motion.as_ref().map(Motion::named).unwrap_or_default();
        let nodes: Vec<NodeId> = on_the_way.iter().map(|(_, node)| *node).collect();
        let sections = match &program.motion {
            Some(_) => way::sections(program, roots, &nodes),
            None => vec![roots],
        };
        let plan = compiled(program, &ints, &sections, max_elements)?;
        let mut machine = Machine::<V>::new();
        machine.load(&plan.plan);
        match which {
            Which::Point(point) => {
                let draws: Vec<Lanes> = point.draws.iter().map(|x| Lanes([*x; 8])).collect();
                for (slot, place, _) in &plan.drawn {
                    let Some(draws) = draws.get(place.clone()) else {
                        return Err(CheckError("the case has too few draws".to_owned()));
                    };
                    // Norms are computed: what is known of drawn reflectors a search may exceed.
                    machine.set_draw(&plan.plan, *slot, draws, None);
                }
            }
            Which::Case(case) => {
                let (octet, _, stratum) = place_of(case);
                let (mut stream, mut filler) = (Stream::new(key, octet), Filler::new());
                draw(backend, &mut stream, stratum, &plan, &mut machine, &mut filler);
            }
        }
        run(&plan.plan, 0, &mut machine)?;
        let mut values = Vec::new();
        for bound in named {
            let Some(&slot) = plan.plan.roots[0].get(&bound.node) else { continue };
            values.push((bound.name.clone(), read(&plan.plan, &machine, slot, program.graph.ty(bound.node), lane)));
        }
        for (name, start) in program.motion.iter().flat_map(Motion::starts) {
            if let Some(&slot) = plan.plan.roots[0].get(&start) {
                let ty = program.graph.ty(start);
                values.push((format!("{name} at 0"), read(&plan.plan, &machine, slot, ty, lane)));
            }
        }
        if let (Some(motion), Some(last)) = (&program.motion, at.iter().copied().max().filter(|last| *last > 0)) {
            let way = Way::new(program, motion, &ints, None)?;
            let place = if matches!(way, Way::Flow(_)) { "look " } else { "" };
            let mut look = |moment: Moment, machine: &Machine<V>| {
                for (name, node) in on_the_way.iter().filter(|_| moment.t > 0 && at.contains(&moment.t)) {
                    let Some(&slot) = plan.plan.roots[LOOK].get(node) else { continue };
                    let value = read(&plan.plan, machine, slot, program.graph.ty(*node), lane);
                    values.push((format!("{name} at {place}{}", moment.t), value));
                }
                moment.t < last
            };
            match way {
                Way::Steps { path, steps, .. } => {
                    follow(&plan.plan, path, steps, &mut machine, 1 << lane, &mut Watch::none(), &mut look)?;
                }
                Way::Flow(course) => {
                    let mut look = |moment: Moment, machine: &Machine<V>| {
                        look(moment, machine);
                    };
                    flow::follow(&plan.plan, course, &mut machine, 1 << lane, &mut look)?;
                }
            }
        }
        let names = |id| program.givens.get(program.int_given(id).given).map_or(String::new(), |g| g.name.clone());
        Ok((ints.iter().map(|(id, value)| (names(*id), *value)).collect(), values))
    }
}

/// The value of a slot in one lane.
#[inline(always)]
fn read<V: Lane8>(plan: &Plan, m: &Machine<V>, id: SlotId, ty: &Type, lane: usize) -> Value {
    let slot = plan.slots[id as usize];
    let error = m.errors[id as usize].to_array()[lane] * SAFETY;
    let undefined = m.undefined[id as usize] >> lane & 1 == 1;
    let entry = |i: usize| if undefined { f64::NAN } else { m.numbers[i].to_array()[lane] };
    match ty {
        Type::Bool => {
            let truth = m.truths[id as usize];
            Value::Bool(match (truth.yes >> lane & 1, truth.no >> lane & 1) {
                (1, _) => Some(true),
                (_, 1) => Some(false),
                _ => None,
            })
        }
        Type::Int if !undefined && error == 0.0 => Value::Int(entry(slot.offset as usize) as i64),
        Type::Int | Type::Real => Value::Real { value: entry(slot.offset as usize), error },
        Type::Matrix(..) => Value::Matrix {
            value: DMatrix::from_row_iterator(slot.rows as usize, slot.cols as usize, slot.range().map(entry)),
            error,
        },
    }
}

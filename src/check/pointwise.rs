//! Claims about any values that meet the hypotheses: each case is drawn, its hypotheses are checked again, and each predicate is
//! asked once.

use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::octet::{BLANK, Chooser, Compiled, Plans, draw, hypotheses, looks as looks_of};
use crate::case::record::{CaseRecord, Hypotheses};
use crate::claim::program::Program;
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::run::run;
use crate::lang::ir::IntId;
use crate::sample::strata::{Filler, stratum_of};
use crate::sample::stream::{Key, Stream};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Runs a range of cases (whole octets).
pub struct PointwiseRun<'a> {
    pub program: &'a Program,
    pub plans: &'a Plans,
    pub key: &'a Key,
    pub backend: Backend,
    pub cases: Range<u64>,
    pub sink: &'a mut dyn FnMut(&CaseRecord<'_>),
}

impl Job for PointwiseRun<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Self { program, plans, key, backend, cases, sink } = self;
        let none = BTreeMap::new();
        let octets = cases.start / 8..cases.end.div_ceil(8);
        let count = (octets.end - octets.start) as usize;
        let predicates = program.asked.len();
        let mut looks = vec![BLANK; count * 8 * predicates];
        let mut met = vec![Hypotheses::Met; count * 8];
        let mut stream = Stream::new(key, octets.start);
        // The integers first, so that octets of equal shapes run one after the other: each octet with its shape's number,
        // in the order met.
        let mut shapes: Vec<BTreeMap<IntId, i64>> = Vec::new();
        let mut known: HashMap<BTreeMap<IntId, i64>, u32> = HashMap::new();
        let mut order: Vec<(u32, u64)> = Vec::with_capacity(count);
        let chooser = Chooser::new(program, &none);
        let mut chosen = BTreeMap::new();
        for octet in octets.clone() {
            if let Some(given) = chooser.choose(&stream, octet, stratum_of(octet), &mut chosen)? {
                let i = (octet - octets.start) as usize;
                met[i * 8..(i + 1) * 8].fill(Hypotheses::EmptyGiven(given));
                continue;
            }
            let shape = match known.get(&chosen) {
                Some(&shape) => shape,
                None => {
                    let shape = shapes.len() as u32;
                    shapes.push(chosen.clone());
                    known.insert(chosen.clone(), shape);
                    shape
                }
            };
            order.push((shape, octet));
        }
        order.sort_unstable();
        let mut machine = Machine::<V>::new();
        let mut filler = Filler::new();
        let mut loaded: Option<(u32, Arc<Compiled>)> = None;
        for &(shape, octet) in &order {
            let compiled = match &loaded {
                Some((same, compiled)) if *same == shape => compiled,
                _ => {
                    let compiled = plans.get(program, &shapes[shape as usize])?;
                    machine.load(&compiled.plan);
                    &loaded.insert((shape, compiled)).1
                }
            };
            let i = (octet - octets.start) as usize;
            stream.seek(octet);
            draw(backend, &mut stream, stratum_of(octet), compiled, &mut machine, &mut filler);
            run(&compiled.plan, 0, &mut machine)?;
            met[i * 8..(i + 1) * 8].copy_from_slice(&hypotheses(compiled, &machine));
            for (p, slots) in compiled.asked.iter().enumerate() {
                let seen = looks_of(&compiled.plan, &machine, slots);
                for (lane, look) in seen.into_iter().enumerate() {
                    looks[(i * 8 + lane) * predicates + p] = look;
                }
            }
        }
        for index in cases {
            let at = (index - octets.start * 8) as usize;
            let looks = if met[at] == Hypotheses::Met { &looks[at * predicates..(at + 1) * predicates] } else { &[] };
            sink(&CaseRecord { index, stratum: stratum_of(index / 8), hypotheses: met[at], scaled: false, looks });
        }
        Ok(())
    }
}

//! Claims about any values that meet the hypotheses: each case is drawn, its hypotheses are checked again, and each predicate is
//! asked once.

use super::octet::{Integers, Plans, draw, hypotheses, integers, looks as looks_of};
use super::record::{CaseRecord, Hypotheses, Look};
use crate::arith::lane::{Backend, Job, Lane8};
use crate::claim::program::{Program, When};
use crate::eval::compile::PlanError;
use crate::eval::machine::Machine;
use crate::eval::run::run;
use crate::lang::ir::NodeId;
use crate::sample::strata::stratum_of;
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is asked once, of the givens: the roots of a pointwise plan, and of the set-up of an iteration.
pub fn once_roots(program: &Program) -> Vec<NodeId> {
    let mut roots: Vec<NodeId> = program.samples.feasible.iter().map(|f| f.1).collect();
    roots.extend(program.assume.iter().map(|a| a.node));
    for asked in program.asked.iter().filter(|a| a.when == When::Once) {
        roots.extend(asked.predicate.roots());
    }
    roots
}

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
        let mut stream = Stream::new(key, octets.start);
        // The integers first, so that octets of equal shapes run one after the other.
        let mut order = Vec::with_capacity(count);
        for octet in octets.clone() {
            stream.seek(octet);
            order.push((integers(program, &mut stream, stratum_of(octet), &none)?, octet));
        }
        let predicates = program.asked.len();
        let blank = Look { fate: super::record::Fate::OutOfRange, margin: f64::NAN, floor: f64::NAN, at: None };
        let mut looks = vec![blank; count * 8 * predicates];
        let mut met = vec![Hypotheses::Met; count * 8];
        let mut sorted: Vec<usize> = (0..count).collect();
        sorted.sort_by_key(|&i| match &order[i].0 {
            Integers::Chosen(ints) => ints.values().copied().collect::<Vec<_>>(),
            Integers::Empty { .. } => Vec::new(),
        });
        let mut machine = Machine::<V>::new();
        let mut buffer = Vec::new();
        let mut loaded: Option<usize> = None;
        let mut compiled = None;
        for &i in &sorted {
            let (chosen, octet) = &order[i];
            let ints = match chosen {
                Integers::Chosen(ints) => ints,
                Integers::Empty { given } => {
                    met[i * 8..(i + 1) * 8].fill(Hypotheses::EmptyGiven(*given));
                    continue;
                }
            };
            let same = loaded.is_some_and(|j| order[j].0 == *chosen);
            if !same {
                let found = plans.get(program, ints)?;
                machine.load(&found.plan);
                compiled = Some(found);
                loaded = Some(i);
            }
            let Some(compiled) = &compiled else { continue };
            let stratum = stratum_of(*octet);
            stream.seek(*octet);
            // The integers' draws come first in the stream.
            integers(program, &mut stream, stratum, &none)?;
            draw(backend, &mut stream, stratum, compiled, &mut machine, &mut buffer);
            run(&compiled.plan, 0, &mut machine)?;
            let found = hypotheses(compiled, &machine);
            met[i * 8..(i + 1) * 8].copy_from_slice(&found);
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
            sink(&CaseRecord { index, stratum: stratum_of(index / 8), hypotheses: met[at], looks });
        }
        Ok(())
    }
}

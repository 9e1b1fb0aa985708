//! Whether a point of a sweep counts (`from`), where rounding hides that: decided in enclosures, of the swept values as they are written and of draws, which are exact.

use super::checker::CheckError;
use crate::arith::ball::{Ball, with_bits};
use crate::arith::lane::Mask;
use crate::case::octet::{Drawn, laid_out, lanes_of};
use crate::claim::program::Program;
use crate::eval::compile::{Request, compile};
use crate::eval::machine::Machine;
use crate::eval::plan::Plan;
use crate::eval::run::run;
use crate::lang::ir::{InputId, IntId, NodeId};
use crate::sample::strata::Lanes;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// Digits of the enclosures: far more than those of what is drawn.
const BITS: usize = 256;

/// The predicate, for these integers.
pub(super) struct Late {
    plan: Plan,
    drawn: Vec<Drawn>,
    from: NodeId,
}

impl Late {
    /// # Errors
    /// See [`crate::eval::compile::PlanError`].
    pub fn new(
        program: &Program,
        ints: &BTreeMap<IntId, i64>,
        from: NodeId,
        max_elements: usize,
    ) -> Result<Self, CheckError> {
        let plan = compile(&Request {
            graph: &program.graph,
            analysis: &program.analysis,
            ints,
            lane_ints: &program.lane_ints,
            sections: &[vec![from]],
            max_elements,
        })?;
        let (_, drawn) = laid_out(program, ints, &plan, max_elements)?;
        Ok(Self { plan, drawn, from })
    }

    /// Those of these lanes in which it is true.
    ///
    /// # Errors
    /// As [`run`].
    pub fn counts(&self, swept: &[(InputId, &RBig)], draws: &[Lanes], lanes: Mask) -> Result<Mask, CheckError> {
        with_bits(BITS, || {
            let mut counts: Mask = 0;
            for lane in lanes_of(lanes) {
                counts |= Mask::from(self.is_true(swept, draws, lane)?) << lane;
            }
            Ok(counts)
        })
    }

    fn is_true(&self, swept: &[(InputId, &RBig)], draws: &[Lanes], lane: usize) -> Result<bool, CheckError> {
        let Self { plan, drawn, from } = self;
        let mut machine = Machine::<Ball>::new();
        machine.load(plan);
        for (slot, place, _) in drawn {
            let own: Vec<Lanes> = draws[place.clone()].iter().map(|draw| Lanes([draw.0[lane]; 8])).collect();
            machine.set_draw(plan, *slot, &own, None);
        }
        for (input, value) in swept {
            machine.set_numbers(plan, *input, &[Ball::from_enclosure(value, value)]);
        }
        run(plan, 0, &mut machine)?;
        let slot = plan.roots.first().and_then(|roots| roots.get(from));
        Ok(slot.is_some_and(|slot| machine.truths[*slot as usize].yes & 1 == 1))
    }
}

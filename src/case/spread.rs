//! Numbers that are drawn by their law from an interval over octaves: uniform in the logarithm.
//!
//! The map from a draw to such a number is linear in each octave ([`crate::eval::samplers`]), so that it is exact. A uniform draw would make the
//! number uniform in each octave, and give a broken last octave the weight of a whole one. So the draw itself is bent here, before the map
//! sees it: to that for which the map makes `a (b/a)^u`, rounded. Where a draw comes out depends on the ends of its interval, which may rest on what
//! was drawn before; they are computed for it, block by block.
//!
//! Not here: `(0, b] log`, which has no such law, and strata, which only say where to look.

use super::octet::{Drawn, laid_out};
use super::shadow::{Origin, Supplied};
use crate::arith::elementary::{exp, ln};
use crate::arith::lane::{Kernel, Lane8};
use crate::claim::program::Program;
use crate::eval::compile::{PlanError, Request, compile};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::run::run;
use crate::eval::samplers::octaves;
use crate::lang::ir::IntId;
use crate::sample::strata::Lanes;
use std::collections::BTreeMap;
use std::ops::Range;

/// From this width of the interval on, in the natural logarithm, `e^x - 1` is computed as it stands.
const WIDE: f64 = 1.0 / 16.0;
/// The nearest that a bent draw comes to an end of its interval: no end is drawn by law.
const NEAREST: f64 = 1.0 / (1_u64 << 50) as f64;

/// What computes the ends of the intervals whose draws are bent.
pub struct Spread {
    plan: Plan,
    drawn: Vec<Drawn>,
    /// In the order in which they are drawn; each has its own section of the plan.
    blocks: Vec<Bent>,
}

/// A block of draws, and its ends: numbers, or columns of as many as it has draws.
struct Bent {
    place: Range<usize>,
    lo: SlotId,
    hi: SlotId,
}

impl Spread {
    /// Of the blocks from this one on; `None` if none of them is over octaves.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn new(
        program: &Program,
        ints: &BTreeMap<IntId, i64>,
        first: usize,
        max_elements: usize,
    ) -> Result<Option<Self>, PlanError> {
        let over: Vec<_> = program.samples.octaves.iter().filter(|over| over.block.0 as usize >= first).collect();
        if over.is_empty() {
            return Ok(None);
        }
        let sections: Vec<_> = over.iter().map(|over| vec![over.lo, over.hi]).collect();
        let plan = compile(&Request {
            graph: &program.graph,
            analysis: &program.analysis,
            ints,
            lane_ints: &program.lane_ints,
            sections: &sections,
            max_elements,
        })?;
        let (shapes, drawn) = laid_out(program, ints, &plan, max_elements)?;
        let start = |block: usize| shapes.iter().take(block).map(|shape| shape.len()).sum::<usize>();
        let mut blocks = Vec::new();
        for (section, over) in over.iter().enumerate() {
            let slot = |node| plan.roots[section].get(&node).copied().ok_or(PlanError::NotStructural);
            let block = over.block.0 as usize;
            let place = start(block)..start(block + 1);
            blocks.push(Bent { place, lo: slot(over.lo)?, hi: slot(over.hi)? });
        }
        Ok(Some(Self { plan, drawn, blocks }))
    }

    /// Bends the draws of eight cases, all of them as in [`Origin`].
    ///
    /// # Errors
    /// As [`run`].
    pub fn bend<V: Lane8>(&self, draws: &mut [Lanes], reals: &[Supplied]) -> Result<(), PlanError> {
        V::enter(Bend { spread: self, draws, reals })
    }
}

/// Bending is compiled once a back end, whoever asks for it.
struct Bend<'a> {
    spread: &'a Spread,
    draws: &'a mut [Lanes],
    reals: &'a [Supplied],
}

impl<V: Lane8> Kernel<V> for Bend<'_> {
    type Out = Result<(), PlanError>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { spread: Spread { plan, drawn, blocks }, draws, reals } = self;
        let mut machine = Machine::<V>::new();
        machine.load(plan);
        for (section, block) in blocks.iter().enumerate() {
            // What was bent before is there.
            Origin { drawn, draws, reals }.put(plan, &mut machine);
            run(plan, section, &mut machine)?;
            let ends = |slot: SlotId| {
                let slot = plan.slots[slot as usize];
                (slot.offset as usize, slot.len())
            };
            let at = |(offset, length): (usize, usize), i: usize| offset + if length > 1 { i } else { 0 };
            let (lo, hi) = (ends(block.lo), ends(block.hi));
            for (i, draw) in draws[block.place.clone()].iter_mut().enumerate() {
                let (lo, hi) = (machine.numbers[at(lo, i)], machine.numbers[at(hi, i)]);
                bent(V::load(&draw.0), lo, hi).store(&mut draw.0);
            }
        }
        Ok(())
    }
}

/// The draw that the map over octaves takes to `lo (hi/lo)^u`; `u` itself where there is no such interval, and at its ends.
#[inline(always)]
fn bent<V: Lane8>(u: V, lo: V, hi: V) -> V {
    let one = V::one();
    let ratio = hi.div(lo);
    let width = ln(ratio);
    let number = octaves(&ratio).count;
    let power = exp(width.mul(u));
    let (_, exponent) = power.split_exponent();
    let last = number.sub(one);
    let octave = exponent.max(V::zero()).min(last);
    let low = octave.exp2i();
    let high = V::select(last.le(octave), ratio, low.add(low));
    let far = power.sub(low).div(high.sub(low));
    // (e^(width u) - 1)/(e^width - 1), of a narrow interval by its series.
    let near = u.mul(series(width.mul(u))).div(series(width));
    let fraction = V::select(width.lt(V::splat(WIDE)), near, far);
    let found = octave.add(fraction).div(number).max(V::splat(NEAREST)).min(one.sub(V::splat(NEAREST)));
    let inside = V::zero().lt(u) & u.lt(one) & V::zero().lt(lo) & one.lt(ratio) & ratio.finite();
    V::select(inside, found, u)
}

/// `(e^w - 1)/w` for `|w| <= 1/16`: the first term left out is below 2^-53.
#[inline(always)]
fn series<V: Lane8>(w: V) -> V {
    (2..=10).rev().fold(V::one(), |sum, k| sum.mul(w).mul(V::splat(1.0 / f64::from(k))).add(V::one()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::backend::dispatch;
    use crate::arith::lane::{Backend, Job};

    struct BendOne {
        u: f64,
        lo: f64,
        hi: f64,
    }

    impl Job for BendOne {
        type Out = f64;

        #[inline(always)]
        fn run<V: Lane8>(self) -> f64 {
            bent(V::splat(self.u), V::splat(self.lo), V::splat(self.hi)).to_array()[0]
        }
    }

    fn bend(u: f64, lo: f64, hi: f64) -> f64 {
        dispatch(Backend::Scalar, BendOne { u, lo, hi })
    }

    /// The map over octaves, as the samplers' page has it.
    fn map(u: f64, lo: f64, hi: f64) -> f64 {
        let octaves = (hi / lo * (1.0 - 2f64.powi(-20))).log2().ceil().max(1.0);
        let octave = (u * octaves).floor().min(octaves - 1.0);
        let low = lo * octave.exp2();
        let high = if octave >= octaves - 1.0 { hi } else { 2.0 * low };
        low + (u * octaves - octave) * (high - low)
    }

    #[test]
    fn a_bent_draw_becomes_the_quantile_of_the_law() {
        for (lo, hi) in [
            (1.0, 2.0),
            (1.0, 10.0),
            (0.125, 8.0),
            (3.0, 3.0001),
            (1.0, 1.07),
            (1e-6, 1e6),
            (1e-150, 1e150),
            (1.0, 4.0),
        ] {
            for i in 1..1000 {
                let u = f64::from(i) / 1000.0;
                let found = map(bend(u, lo, hi), lo, hi);
                let wanted = lo * ((hi / lo).ln() * u).exp();
                assert!((found / wanted - 1.0).abs() < 1e-12, "[{lo}, {hi}] at {u}: {found}, not {wanted}");
            }
        }
    }

    #[test]
    fn no_end_is_made_of_what_is_none_and_an_end_stays_one() {
        for (lo, hi) in [(1.0, 2.0), (1.0, 1.0 + 1e-15), (1.0, 1e300), (5.0, 7.0)] {
            for u in [2f64.powi(-49), 1.0 - 2f64.powi(-49)] {
                let found = bend(u, lo, hi);
                assert!(0.0 < found && found < 1.0, "[{lo}, {hi}] at {u}: {found}");
            }
            assert_eq!([0.0, 1.0].map(|u| bend(u, lo, hi)), [0.0, 1.0]);
        }
        // No interval over octaves: another hypothesis says so.
        for (lo, hi) in [(2.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (1.0, f64::INFINITY), (f64::NAN, 1.0), (1.0, 1.0)] {
            assert_eq!(bend(0.25, lo, hi), 0.25, "[{lo}, {hi}]");
        }
    }
}

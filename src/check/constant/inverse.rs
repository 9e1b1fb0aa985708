//! The draw that gives a number its value: what a sampler makes of a draw grows with it, so the draw is found by halving.
//!
//! An integer is one value over a range of draws, and at the ends of that range rounding leaves it undecided; what is found is its middle.

use crate::arith::backend::dispatch;
use crate::arith::lane::{Backend, Job, Lane8};
use crate::case::octet::{Drawn, laid_out};
use crate::case::point::Point;
use crate::check::checker::CheckError;
use crate::claim::program::Program;
use crate::eval::compile::{Request, compile};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, Slot};
use crate::eval::run::run;
use crate::sample::strata::Lanes;

/// Each round leaves a ninth: together less than 2^-60.
const ROUNDS: usize = 19;
/// A value that is found again to within this part of itself is.
const AGAIN: f64 = 1e-9;

/// A given that is a number, for some integers, by a plan that computes nothing else.
pub(super) struct Inverse {
    plan: Plan,
    drawn: Vec<Drawn>,
    slot: Slot,
    backend: Backend,
}

impl Inverse {
    /// Of the given at this place, with the integers of a case; `None` where it is no number.
    ///
    /// # Errors
    /// Where no plan can be made for them.
    pub fn new(
        program: &Program,
        given: usize,
        case: &Point,
        backend: Backend,
        max_elements: usize,
    ) -> Result<Option<Self>, CheckError> {
        let Some(given) = program.givens.get(given) else { return Ok(None) };
        let Program { graph, analysis, lane_ints, .. } = program;
        let (ints, sections) = (&case.ints, &[vec![given.node]]);
        let plan = compile(&Request { graph, analysis, ints, lane_ints, sections, max_elements })?;
        let (_, drawn) = laid_out(program, ints, &plan, max_elements)?;
        let slot = plan.roots.first().and_then(|roots| roots.get(&given.node)).map(|slot| plan.slots[*slot as usize]);
        Ok(slot.filter(|slot| slot.rows * slot.cols == 1).map(|slot| Self { plan, drawn, slot, backend }))
    }

    /// The value in a case; `None` where it is not finite.
    pub fn value(&self, draws: &[f64]) -> Result<Option<f64>, CheckError> {
        let draws = draws.iter().map(|x| Lanes([*x; 8])).collect();
        Ok(Some(self.values(draws)?[0]).filter(|value| value.is_finite()))
    }

    /// Sets the draw at `own`, which is the given's, so that the given is `value`; false where no draw makes it that.
    pub fn set(&self, draws: &mut [f64], own: usize, value: f64) -> Result<bool, CheckError> {
        let from = self.least(draws, own, |number| number >= value)?;
        let to = self.least(draws, own, |number| number > value)?;
        for draw in [from + 0.5 * (to - from), from] {
            draws[own] = draw;
            if self.value(draws)?.is_some_and(|number| (number - value).abs() <= AGAIN * value.abs()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The least draw at which `reached` holds; 1 where none does.
    fn least(&self, draws: &[f64], own: usize, reached: impl Fn(f64) -> bool) -> Result<f64, CheckError> {
        let mut draws: Vec<Lanes> = draws.iter().map(|x| Lanes([*x; 8])).collect();
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..ROUNDS {
            let eight: [f64; 8] = std::array::from_fn(|k| low + (k + 1) as f64 / 9.0 * (high - low));
            draws[own] = Lanes(eight);
            match self.values(draws.clone())?.into_iter().position(&reached) {
                Some(0) => high = eight[0],
                Some(k) => (low, high) = (eight[k - 1], eight[k]),
                None => low = eight[7],
            }
        }
        Ok(high)
    }

    fn values(&self, draws: Vec<Lanes>) -> Result<[f64; 8], CheckError> {
        dispatch(self.backend, Numbers { of: self, draws })
    }
}

struct Numbers<'a> {
    of: &'a Inverse,
    draws: Vec<Lanes>,
}

impl Job for Numbers<'_> {
    type Out = Result<[f64; 8], CheckError>;

    #[inline(always)]
    fn run<V: Lane8>(self) -> Self::Out {
        let Inverse { plan, drawn, slot, .. } = self.of;
        let mut machine = Machine::<V>::new();
        machine.load(plan);
        for (slot, place, _) in drawn {
            let Some(draws) = self.draws.get(place.clone()) else {
                return Err(CheckError("the case has too few draws".to_owned()));
            };
            machine.set_draw(plan, *slot, draws, None);
        }
        run(plan, 0, &mut machine)?;
        Ok(machine.numbers[slot.offset as usize].to_array())
    }
}

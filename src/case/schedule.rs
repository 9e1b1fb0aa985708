//! Which steps of a run are looked at.

use crate::arith::Backend;
use crate::arith::backend::dispatch;
use crate::arith::elementary::{exp, ln};
use crate::arith::lane::{Job, Lane8};
use crate::lang::ast::Schedule;

/// The steps of `0..=steps` that a schedule looks at, increasing; the first and the last always.
pub fn looked_at(schedule: Schedule, steps: u64) -> Vec<u64> {
    let mut at = match schedule {
        Schedule::Every(stride) => (0..=steps).step_by(usize::try_from(stride.max(1)).unwrap_or(usize::MAX)).collect(),
        Schedule::Log(count) => {
            let count = count.clamp(1, steps.max(1));
            let mut at: Vec<u64> = vec![0];
            at.extend((0..=count).map(|j| dispatch(Backend::Scalar, Geometric { steps, j, count })));
            at
        }
    };
    at.push(steps);
    at.sort_unstable();
    at.dedup();
    at
}

/// `steps^(j/count)`, rounded: by the arithmetic's own functions, so that the schedule is the same everywhere.
struct Geometric {
    steps: u64,
    j: u64,
    count: u64,
}

impl Job for Geometric {
    type Out = u64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> u64 {
        let log = ln(V::splat(self.steps.max(1) as f64));
        let part = log.mul(V::splat(self.j as f64)).div(V::splat(self.count as f64));
        (exp(part).round_even().to_array()[0] as u64).clamp(1, self.steps.max(1)).min(self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_step_are_always_looked_at() {
        for steps in [0, 1, 2, 7, 1000, 123_457] {
            for schedule in [Schedule::Every(1), Schedule::Every(10), Schedule::Log(1), Schedule::Log(50)] {
                let at = looked_at(schedule, steps);
                assert_eq!((at.first(), at.last()), (Some(&0), Some(&steps)), "{schedule:?} of {steps}");
                assert!(at.windows(2).all(|w| w[0] < w[1]));
            }
        }
    }

    #[test]
    fn a_logarithmic_schedule_is_dense_at_the_start_and_about_as_long_as_asked() {
        let at = looked_at(Schedule::Log(100), 1_000_000);
        assert!(at.len() > 60 && at.len() <= 102, "{}", at.len());
        assert!(at[1] == 1 && at[2] == 2);
    }
}

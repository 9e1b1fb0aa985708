//! A run that has come to rest is over.
//!
//! Once in a while the state before a step is kept: if the step changes no bit of it, nor will any other, and the rest of the run is
//! known. This is exact: the result is that of all the steps.

use super::packing::same_bits;
use crate::arith::Lane8;

/// Steps from one look to the next.
const EVERY: u64 = 1024;

/// An iteration whose step does not depend on how many went before.
pub trait Steps<V> {
    /// `steps` steps; `#[inline(always)]`, for it runs inside an entered kernel.
    fn advance(&mut self, steps: u64);
    /// All that a step depends on and changes.
    fn state(&self, out: &mut Vec<V>);
}

/// `steps` steps, or as many as change anything.
#[inline(always)]
pub fn advance<V: Lane8, I: Steps<V>>(iteration: &mut I, steps: u64) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut left = steps;
    let mut looking = false;
    // One place that advances: each gets a copy of the iteration.
    while left > 0 {
        let now = if looking { 1 } else { left.min(EVERY - 1) };
        if looking {
            iteration.state(&mut before);
        }
        iteration.advance(now);
        left -= now;
        if looking {
            iteration.state(&mut after);
            if same_bits(&before, &after) {
                return;
            }
        }
        looking = !looking;
    }
}

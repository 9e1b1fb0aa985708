//! What tests of kernels share: problems from anyone's random numbers, runs, and their bits.

use nalgebra::DMatrix;
use theoremcheck::kernel::{Kernel, Problem, State};

/// Numbers in [-1, 1) from a multiplier and an increment that are anyone's (Knuth's MMIX).
pub struct Draws(pub u64);

impl Draws {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub fn matrix(&mut self, rows: usize, columns: usize, size: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |_, _| size * self.next())
    }
}

pub fn ran(kernel: &dyn Kernel, problem: &Problem, start: &State, at: u64, steps: u64) -> State {
    let mut state = start.clone();
    kernel.run(problem, &mut state, at, steps).unwrap_or_else(|error| panic!("{error}"));
    state
}

pub fn bits(state: &State) -> Vec<u64> {
    state.iter().flat_map(|array| array.iter().map(|x| x.to_bits())).collect()
}

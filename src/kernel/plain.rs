//! The definition of each kind, written down in `f64`: what anyone would write first, and what a claim's `step` says.
//!
//! Slow and obvious. It is the kernel to compare speeds with, and one that the judge must find nothing wrong with.

use super::{Kernel, KernelError, Kind, Problem, State, shapes};
use nalgebra::DMatrix;

/// The plain kernel of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Plain(pub Kind);

impl Kernel for Plain {
    fn name(&self) -> &str {
        "plain"
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn run(&self, problem: &Problem, state: &mut State, _at: u64, steps: u64) -> Result<(), KernelError> {
        shapes::check(self, problem, state)?;
        for _ in 0..steps {
            *state = step(problem, state)?;
        }
        Ok(())
    }
}

/// One step; the shapes fit.
fn step(problem: &Problem, state: &State) -> Result<State, KernelError> {
    let eta = problem.scalars[0];
    Ok(match (problem.kind, &problem.data[..], &state[..]) {
        (Kind::SymmetricGd, [sigma], [x]) => vec![x + eta * (sigma - x * x.transpose()) * x],
        (Kind::AsymmetricGd, [x], [f, g]) => {
            let residual = x - f * g.transpose();
            vec![f + eta * &residual * g, g + eta * residual.transpose() * f]
        }
        (Kind::SymmetricSensingGd, [a, sigma], [x]) => {
            let m = sensed(a, &(x * x.transpose() - sigma));
            vec![x - eta * m * x]
        }
        (Kind::AsymmetricSensingGd, [a, x], [f, g]) => {
            let m = sensed(a, &(f * g.transpose() - x));
            vec![f - eta * &m * g, g - eta * m.transpose() * f]
        }
        _ => return Err(KernelError::Unsupported(format!("{} has no plain definition", problem.kind.name()))),
    })
}

/// `unflatten(A'*A*flatten(d))`; columns are how matrices lie in memory.
fn sensed(a: &DMatrix<f64>, d: &DMatrix<f64>) -> DMatrix<f64> {
    let (m, n) = d.shape();
    (a.transpose() * (a * d.clone().reshape_generic(nalgebra::Dyn(m * n), nalgebra::Dyn(1))))
        .reshape_generic(nalgebra::Dyn(m), nalgebra::Dyn(n))
}

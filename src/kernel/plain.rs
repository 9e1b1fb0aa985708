//! The definition of each kind, written down in `f64`: what anyone would write first, and what a claim's `step` says.
//!
//! Slow and obvious. It is the kernel to compare speeds with, and one that the judge must find nothing wrong with.

use super::{Kernel, KernelError, Kind, Problem, State, rebalance, shapes};
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

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        shapes::check(self, problem, state)?;
        for t in at..at.saturating_add(steps) {
            *state = step(problem, state, t)?;
        }
        Ok(())
    }
}

/// Step number `t`; the shapes fit.
fn step(problem: &Problem, state: &State, t: u64) -> Result<State, KernelError> {
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
        (Kind::SymmetricNearSensingGd, [s, sigma], [x]) => {
            let m = nearly(problem.scalars[1], s, &(x * x.transpose() - sigma));
            vec![x - eta * m * x]
        }
        (Kind::AsymmetricNearSensingGd, [s, x], [f, g]) => {
            let m = nearly(problem.scalars[1], s, &(f * g.transpose() - x));
            vec![f - eta * &m * g, g - eta * m.transpose() * f]
        }
        (Kind::RebalancedGd | Kind::RebalancedSensingGd, ..) => {
            let mut balanced = state.clone();
            if rebalance::turn(problem)? == t {
                rebalanced(problem.scalars[1], &mut balanced)?;
            }
            let kind = if problem.kind == Kind::RebalancedGd { Kind::AsymmetricGd } else { Kind::AsymmetricSensingGd };
            return step(&Problem { kind, scalars: vec![eta], data: problem.data.clone() }, &balanced, t);
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

/// `unflatten((I + delta*S)*flatten(d))`.
fn nearly(delta: f64, s: &DMatrix<f64>, d: &DMatrix<f64>) -> DMatrix<f64> {
    let (m, n) = d.shape();
    let flat = d.clone().reshape_generic(nalgebra::Dyn(m * n), nalgebra::Dyn(1));
    (&flat + delta * s * &flat).reshape_generic(nalgebra::Dyn(m), nalgebra::Dyn(n))
}

/// (5.1) of Xiong, Ding and Du (2024) by the library's decomposition, with the order and the signs of [`rebalance`](mod@rebalance).
fn rebalanced(beta: f64, state: &mut State) -> Result<(), KernelError> {
    let svd = state[0].clone().svd(true, true);
    let (Some(a), Some(b)) = (svd.u, svd.v_t) else {
        return Err(KernelError::Failed("no singular vectors".to_owned()));
    };
    let mut b = b.transpose();
    for (c, mut column) in b.column_iter_mut().enumerate() {
        if a.column(c)[a.column(c).iamax()] < 0.0 {
            column.neg_mut();
        }
    }
    let s = svd.singular_values;
    state[0] = &state[0] * &b * DMatrix::from_diagonal(&s.map(|s| beta / s));
    state[1] = &state[1] * &b * DMatrix::from_diagonal(&s.map(|s| s / beta));
    Ok(())
}

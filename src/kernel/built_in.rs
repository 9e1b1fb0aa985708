//! The built-in kernel of each kind: which program makes which problem.
//!
//! The choice depends on the problem alone, never on the state or the number of steps, so steps can be taken together or apart, and a
//! problem gets the same bits alone and among eight.

use super::measure::Map;
use super::{Kernel, KernelError, Kind, Problem, State};
use super::{asymmetric, columns, large, rebalance, residual, sensing, shapes, symmetric};
use crate::arith::{Backend, dispatch};
use nalgebra::DMatrix;

/// The built-in kernel of a kind.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    kind: Kind,
    backend: Backend,
}

impl BuiltIn {
    /// On the fastest back end of this processor.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self::on(kind, Backend::best())
    }

    /// On a back end; all give the same bits, except where [`large`] makes the products.
    #[must_use]
    pub const fn on(kind: Kind, backend: Backend) -> Self {
        Self { kind, backend }
    }
}

impl Kernel for BuiltIn {
    fn name(&self) -> &str {
        "built-in"
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        shapes::check(self, problem, state)?;
        if nothing_to_do(problem, state) {
            return Ok(());
        }
        let Some(beta) = rebalances(problem) else {
            self.descend(problem, state, steps);
            return Ok(());
        };
        let before = match rebalance::turn(problem)?.checked_sub(at) {
            Some(before) if before < steps => before,
            _ => {
                self.descend(problem, state, steps);
                return Ok(());
            }
        };
        self.descend(problem, state, before);
        if let [f, g] = &mut state[..] {
            rebalance::rebalance(f, g, beta)?;
        }
        self.descend(problem, state, steps - before);
        Ok(())
    }

    fn run_octet(
        &self,
        problems: &[&Problem; 8],
        states: &mut [State; 8],
        at: u64,
        steps: u64,
    ) -> Result<(), KernelError> {
        for (problem, state) in problems.iter().zip(&*states) {
            shapes::check(self, problem, state)?;
        }
        let alike = states.iter().zip(problems).all(|(state, problem)| {
            let same =
                |a: &[DMatrix<f64>], b: &[DMatrix<f64>]| a.iter().map(DMatrix::shape).eq(b.iter().map(DMatrix::shape));
            same(state, &states[0]) && same(&problem.data, &problems[0].data)
        });
        let together = alike
            && self.takes_together(states[0][0].ncols())
            && !nothing_to_do(problems[0], &states[0])
            && self.octet(problems, states, at, steps)?;
        if together {
            return Ok(());
        }
        problems.iter().zip(states).try_for_each(|(problem, state)| self.run(problem, state, at, steps))
    }
}

impl BuiltIn {
    /// Whether there is a program for eight problems of so many columns.
    #[must_use]
    pub const fn takes_together(&self, columns: usize) -> bool {
        columns <= columns::MOST || (columns == columns::WIDE && senses(self.kind))
    }

    /// Eight problems at once, rebalanced each in its own step; or nothing and `false` if they are not for one program.
    fn octet(
        &self,
        problems: &[&Problem; 8],
        states: &mut [State; 8],
        at: u64,
        steps: u64,
    ) -> Result<bool, KernelError> {
        let mut turns: Vec<(u64, usize, f64)> = Vec::new();
        for (lane, problem) in problems.iter().enumerate() {
            if let Some(beta) = rebalances(problem) {
                let before = rebalance::turn(problem)?.checked_sub(at).filter(|before| *before < steps);
                turns.extend(before.map(|before| (before, lane, beta)));
            }
        }
        turns.sort_by_key(|(before, lane, _)| (*before, *lane));
        let mut done = 0;
        for (before, lane, beta) in turns {
            // What is not for one program is told at once, before anything is changed.
            if !self.descend_octet(problems, states, before - done) {
                return Ok(false);
            }
            done = before;
            if let [f, g] = &mut states[lane][..] {
                rebalance::rebalance(f, g, beta)?;
            }
        }
        Ok(self.descend_octet(problems, states, steps - done))
    }
}

/// Whether a kind has a map that eight problems may share.
const fn senses(kind: Kind) -> bool {
    !matches!(kind, Kind::SymmetricGd | Kind::AsymmetricGd | Kind::RebalancedGd)
}

/// Whether the state has no entries.
fn nothing_to_do(problem: &Problem, state: &State) -> bool {
    state.iter().any(DMatrix::is_empty) || problem.data.last().is_some_and(DMatrix::is_empty)
}

/// The `beta` of a kind that rebalances.
fn rebalances(problem: &Problem) -> Option<f64> {
    matches!(problem.kind, Kind::RebalancedGd | Kind::RebalancedSensingGd).then(|| problem.scalars[1])
}

/// The program for a problem.
enum Program<'a> {
    /// By rows, with the entries of the diagonal.
    SymmetricRows(Vec<f64>),
    AsymmetricRows(Vec<f64>),
    Residual,
    Products,
    Sensing(Map<'a>),
}

impl<'a> Program<'a> {
    fn of(problem: &'a Problem, columns: usize) -> Self {
        let (k, data) = (columns, &problem.data);
        match problem.kind {
            Kind::SymmetricGd => {
                if large::takes(data[0].nrows(), data[0].nrows(), k) {
                    Self::Products
                } else {
                    diagonal(&data[0]).map_or(Self::Residual, Self::SymmetricRows)
                }
            }
            Kind::AsymmetricGd | Kind::RebalancedGd => {
                let (m, n) = data[0].shape();
                if large::takes(m, n, k) {
                    Self::Products
                } else if k <= columns::MOST && k * (m + n) < 2 * m * n {
                    diagonal(&data[0]).map_or(Self::Residual, Self::AsymmetricRows)
                } else {
                    Self::Residual
                }
            }
            Kind::SymmetricSensingGd | Kind::AsymmetricSensingGd | Kind::RebalancedSensingGd => {
                Self::Sensing(Map::of(&data[0]))
            }
            Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd => {
                Self::Sensing(Map::Near { delta: problem.scalars[1], s: &data[0] })
            }
        }
    }
}

/// The diagonal, if all else is zero.
fn diagonal(matrix: &DMatrix<f64>) -> Option<Vec<f64>> {
    let (m, n) = matrix.shape();
    let only = matrix.iter().enumerate().all(|(at, &x)| x == 0.0 || at % m == at / m);
    // Not `diagonal()`, which is for square matrices.
    only.then(|| (0..m.min(n)).map(|i| matrix[(i, i)]).collect())
}

impl BuiltIn {
    /// Steps that do not rebalance.
    fn descend(&self, problem: &Problem, state: &mut State, steps: u64) {
        let program = Program::of(problem, state[0].ncols());
        columns::padded(std::slice::from_mut(state), |states| {
            if let [state] = states {
                self.make(program, problem, state, steps);
            }
        });
    }

    fn make(&self, program: Program, problem: &Problem, state: &mut [DMatrix<f64>], steps: u64) {
        let (eta, backend) = (problem.scalars[0], self.backend);
        let Some(target) = problem.data.last() else { return };
        match (program, state) {
            (Program::SymmetricRows(sigma), [x]) => dispatch(backend, symmetric::One { sigma: &sigma, eta, x, steps }),
            (Program::AsymmetricRows(x), [f, g]) => dispatch(backend, asymmetric::One { x: &x, eta, f, g, steps }),
            (Program::Products, [x]) => large::symmetric(target, eta, x, steps),
            (Program::Products, [f, g]) => large::asymmetric(target, eta, f, g, steps),
            (Program::Sensing(map), state) => dispatch(backend, sensing::One { map, target, eta, state, steps }),
            (_, state) => dispatch(backend, residual::One { target, eta, state, steps }),
        }
    }

    /// The same for eight problems of one shape, or nothing and `false` if they are not for one program.
    fn descend_octet(&self, problems: &[&Problem; 8], states: &mut [State; 8], steps: u64) -> bool {
        let columns = states[0][0].ncols();
        let programs = problems.map(|problem| Program::of(problem, columns));
        columns::padded(states, |states| self.make_octet(programs, problems, states, steps))
    }

    fn make_octet(
        &self,
        mut programs: [Program; 8],
        problems: &[&Problem; 8],
        states: &mut [State],
        steps: u64,
    ) -> bool {
        let eta = problems.map(|problem| problem.scalars[0]);
        let targets = problems.map(|problem| &problem.data[problem.data.len() - 1]);
        let backend = self.backend;
        let diagonals = programs.each_ref().map(|program| match program {
            Program::SymmetricRows(d) | Program::AsymmetricRows(d) => &d[..],
            _ => &[][..],
        });
        let rows = diagonals.iter().all(|d| !d.is_empty());
        let residual = programs.iter().all(|program| matches!(program, Program::Residual));
        if !(rows || residual || shared(problems)) {
            return false;
        }
        let symmetric = states[0].len() == 1;
        let mut firsts = Vec::with_capacity(8);
        let mut seconds = Vec::with_capacity(8);
        for state in states {
            match &mut state[..] {
                [f] => firsts.push(f),
                [f, g] => {
                    firsts.push(f);
                    seconds.push(g);
                }
                _ => return false,
            }
        }
        let Ok(f) = <[&mut DMatrix<f64>; 8]>::try_from(firsts) else { return false };
        let g = <[&mut DMatrix<f64>; 8]>::try_from(seconds).ok();
        if rows {
            match g {
                None if symmetric => dispatch(backend, symmetric::Eight { sigma: diagonals, eta, x: f, steps }),
                Some(g) => dispatch(backend, asymmetric::Eight { x: diagonals, eta, f, g, steps }),
                None => return false,
            }
            return true;
        }
        if residual {
            dispatch(backend, residual::Eight { target: targets, eta, f, g, steps });
            return true;
        }
        match std::mem::replace(&mut programs[0], Program::Products) {
            Program::Sensing(map) => {
                dispatch(backend, sensing::Eight { map, target: targets, eta, f, g, steps });
                true
            }
            _ => false,
        }
    }
}

/// The `delta` of a map that has one.
fn nearness(problem: &Problem) -> Option<f64> {
    let near = matches!(problem.kind, Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd);
    near.then(|| problem.scalars.get(1).copied()).flatten()
}

/// Whether eight problems have the same map.
fn shared(problems: &[&Problem; 8]) -> bool {
    problems.iter().all(|problem| {
        std::ptr::eq(*problem, problems[0])
            || (nearness(problem) == nearness(problems[0]) && problem.data[0] == problems[0].data[0])
    })
}

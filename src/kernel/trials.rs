//! The problems that kernels are judged on: fixed, seeded, the same for every kernel of a kind and precision.
//!
//! Shapes with `m != n`, so that a transpose left out cannot go unnoticed, and square ones, where it runs at all; more columns than
//! the target has rank; aligned data, whose zeros hide errors of order, and random data, which hide nothing; a state next to a fixed point
//! (the residual is all cancellation), factors of different size, a tiny state, a large one, rows of zeros, a factor that is zero, a stepsize of 0, one
//! that makes the run diverge and a negative one; and a run long enough that a kernel that stops early, or counts its steps in a byte, gives
//! another state. The numbers of measurements are powers of two, so that dividing by them is exact and can be recognised.
//!
//! Numbers fill their precision, and are of its precision already: a `float32` kernel gets what it can hold. Nothing underflows in either.

use super::{Kind, Precision, Problem, State, reference};
use crate::sample::stream::{Key, Stream};
use nalgebra::DMatrix;

/// A run that a kernel is asked for.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What is special about it, with its shapes: `6×5, k = 3, near a fixed point`.
    pub name: String,
    pub problem: Problem,
    pub state: State,
    pub steps: u64,
}

/// What is special about a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Random,
    Aligned,
    LowRank,
    NearFixedPoint,
    Imbalanced,
    Tiny,
    LargeState,
    ZeroRows,
    ZeroFactor,
    ZeroStep,
    LargeStep,
    NegativeStep,
    ManySteps,
}

use Style::*;

/// m, n, k, measurements, style. A symmetric kind takes n alone; a kind that does not sense takes no measurements, and only it takes the
/// trials without any, which are too large to sense.
const TRIALS: &[(usize, usize, usize, usize, Style)] = &[
    (3, 2, 2, 4, Random),
    (2, 5, 3, 16, Random),
    (1, 1, 1, 2, Random),
    (4, 4, 2, 8, Random),
    (5, 5, 5, 32, Random),
    (6, 4, 3, 8, Aligned),
    (7, 5, 4, 32, LowRank),
    (5, 3, 6, 16, Random),
    (6, 5, 3, 16, NearFixedPoint),
    (6, 4, 3, 16, Imbalanced),
    (5, 4, 2, 8, Tiny),
    (7, 6, 3, 32, ZeroRows),
    (4, 3, 2, 8, ZeroFactor),
    (5, 4, 3, 8, ZeroStep),
    (4, 5, 2, 8, LargeStep),
    (3, 4, 2, 4, NegativeStep),
    (5, 3, 2, 8, ManySteps),
    (8, 8, 3, 64, Random),
    (5, 4, 1, 8, Random),
    (1, 5, 2, 4, Random),
    (6, 1, 2, 4, Random),
    (3, 6, 3, 16, Random),
    (6, 3, 6, 16, Random),
    (6, 3, 5, 16, Random),
    (5, 4, 3, 16, LargeState),
    (17, 9, 5, 0, Random),
    (40, 33, 8, 0, Random),
    (64, 48, 16, 0, Random),
    (24, 23, 21, 0, Random),
    (70, 66, 3, 0, Random),
];

/// Steps of a run, of which each is judged.
pub const SOME: u64 = 5;

/// Those of a long one, more than a byte counts, or a loop of a round number.
const MANY: u64 = 1100;

/// Numbers of a stream.
struct Draws {
    stream: Stream,
    precision: Precision,
}

impl Draws {
    /// Between 0 and 1, with every bit of an `f64` used.
    fn unit(&mut self) -> f64 {
        let mut bytes = [0; 8];
        self.stream.bytes(&mut bytes);
        (u64::from_le_bytes(bytes) >> 11) as f64 * (0.5 * f64::EPSILON)
    }

    fn matrix(&mut self, rows: usize, cols: usize, size: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, cols, |_, _| (2.0 * self.unit() - 1.0) * size)
    }

    /// On the diagonal, between a half and 1 times `size`.
    fn diagonal(&mut self, rows: usize, cols: usize, size: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, cols, |i, j| if i == j { (0.5 + 0.5 * self.unit()) * size } else { 0.0 })
    }

    fn rounded(&self, mut a: DMatrix<f64>) -> DMatrix<f64> {
        a.apply(|x| *x = self.precision.round(*x));
        a
    }
}

/// The trials of a kind; none of one that has no reference.
#[must_use]
pub fn trials(kind: Kind, precision: Precision) -> Vec<Trial> {
    if !reference::exists(kind) {
        return Vec::new();
    }
    let key = Key::new(1, kind.name());
    let fits = TRIALS.iter().enumerate().filter(|(_, (_, _, _, measurements, _))| *measurements > 0 || !senses(kind));
    fits.map(|(index, row)| trial(kind, Draws { stream: Stream::new(&key, index as u64), precision }, *row)).collect()
}

/// A trial of moderate size for a test of speed.
#[must_use]
pub fn for_speed(kind: Kind, precision: Precision) -> Option<Trial> {
    let size = |trial: &Trial| trial.state.iter().map(DMatrix::len).sum::<usize>();
    trials(kind, precision).into_iter().filter(|trial| size(trial) <= 200).max_by_key(size)
}

fn senses(kind: Kind) -> bool {
    match kind {
        Kind::SymmetricGd | Kind::AsymmetricGd | Kind::RebalancedGd => false,
        Kind::SymmetricSensingGd
        | Kind::AsymmetricSensingGd
        | Kind::SymmetricNearSensingGd
        | Kind::AsymmetricNearSensingGd
        | Kind::RebalancedSensingGd => true,
    }
}

fn trial(kind: Kind, mut draws: Draws, (m, n, k, measurements, style): (usize, usize, usize, usize, Style)) -> Trial {
    let symmetric = kind.state().len() == 1;
    let m = if symmetric { n } else { m };
    let factor = |draws: &mut Draws, rows| match style {
        Aligned => draws.diagonal(rows, k, 1.0),
        _ => draws.matrix(rows, k, 1.0),
    };
    let mut state: State = vec![factor(&mut draws, m)];
    if !symmetric {
        state.push(factor(&mut draws, n));
    }
    let target = |draws: &mut Draws, state: &State| {
        let (first, last) = (&state[0], &state[state.len() - 1]);
        match style {
            Aligned => draws.diagonal(m, n, 2.0),
            LowRank => {
                let left = draws.matrix(m, 2, 1.0);
                let right = if symmetric { left.clone() } else { draws.matrix(n, 2, 1.0) };
                left * right.transpose()
            }
            NearFixedPoint => first * last.transpose() + draws.matrix(m, n, 1e-9),
            _ => draws.matrix(m, n, 2.0),
        }
    };
    let mut goal = target(&mut draws, &state);
    match style {
        // A power of two keeps the product as it is.
        Imbalanced => {
            let last = state.len() - 1;
            state[0] *= 64.0;
            state[last] /= 64.0;
            if symmetric {
                state[0].row_mut(0).scale_mut(1.0 / 64.0);
            }
        }
        Tiny => state.iter_mut().for_each(|array| *array *= 1e-12),
        LargeState => state.iter_mut().for_each(|array| *array *= 1e5),
        ZeroRows => {
            for i in [0, n - 1] {
                state.iter_mut().for_each(|array| array.row_mut(i).fill(0.0));
                goal.row_mut(i).fill(0.0);
                goal.column_mut(i).fill(0.0);
            }
        }
        ZeroFactor => state[0].fill(0.0),
        Random | Aligned | LowRank | NearFixedPoint | ZeroStep | LargeStep | NegativeStep | ManySteps => {}
    }
    if symmetric {
        goal = (&goal + goal.transpose()) * 0.5;
    }
    let state: State = state.into_iter().map(|array| draws.rounded(array)).collect();
    let goal = draws.rounded(goal);
    // Steps of which none blows up: eta is a part of the inverse of what multiplies the factors.
    let largest = state.iter().map(DMatrix::norm_squared).fold(0.0, f64::max);
    let mut strength = goal.norm() + largest;
    let mut data = Vec::new();
    let mut delta = None;
    match kind {
        Kind::SymmetricSensingGd | Kind::AsymmetricSensingGd => {
            let map = draws.matrix(measurements, m * n, 1.0) / (measurements as f64).sqrt();
            let map = draws.rounded(map);
            strength *= map.norm_squared() / (n as f64);
            data.push(map);
        }
        Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd => {
            // Symmetric, as A'*A is.
            let s = draws.matrix(m * n, m * n, 1.0);
            let s = draws.rounded((&s + s.transpose()) * 0.5);
            let near = draws.precision.round(0.2 + 0.3 * draws.unit());
            strength *= 1.0 + near * s.norm();
            data.push(s);
            delta = Some(near);
        }
        Kind::SymmetricGd | Kind::AsymmetricGd | Kind::RebalancedGd | Kind::RebalancedSensingGd => {}
    }
    data.push(goal);
    let part = 0.1 + 0.4 * draws.unit();
    // Of what the state changes by in a step, about.
    let part = match style {
        ZeroStep => 0.0,
        LargeStep => 16.0 * part,
        NegativeStep => -part,
        ManySteps => part / 1024.0,
        _ => part,
    };
    let eta = draws.precision.round(part / strength);
    let what = match style {
        Random => "random",
        Aligned => "aligned",
        LowRank => "target of rank 2",
        NearFixedPoint => "near a fixed point",
        Imbalanced if symmetric => "rows of different size",
        Imbalanced => "factors of different size",
        Tiny => "tiny state",
        LargeState => "large state",
        ZeroRows => "rows of zeros",
        ZeroFactor if symmetric => "state 0",
        ZeroFactor => "first factor 0",
        ZeroStep => "eta = 0",
        LargeStep => "large eta",
        NegativeStep => "negative eta",
        ManySteps => "many steps",
    };
    let shape = if symmetric { format!("n = {n}") } else { format!("{m}×{n}") };
    let name = format!("{shape}, k = {k}, {what}");
    let steps = match style {
        ManySteps => MANY,
        // Of which each may square the state, and more.
        LargeStep => 2,
        _ if m * n > 200 => 2,
        _ => SOME,
    };
    let scalars = std::iter::once(eta).chain(delta).collect();
    Trial { name, problem: Problem { kind, scalars, data }, state, steps }
}

#[cfg(test)]
mod tests {
    use super::super::{plain::Plain, shapes};
    use super::*;
    use crate::kernel::Kernel;

    #[test]
    fn every_trial_fits_its_kind_and_stays_finite() {
        for kind in Kind::ALL.into_iter().filter(|kind| reference::exists(*kind)) {
            for precision in [Precision::Single, Precision::Double] {
                let trials = trials(kind, precision);
                assert!(trials.len() >= 15);
                for mut trial in trials {
                    shapes::dimensions(&trial.problem, &trial.state).unwrap();
                    let numbers = trial.problem.data.iter().chain(&trial.state).flat_map(|array| array.iter());
                    assert!(numbers.chain(&trial.problem.scalars).all(|x| precision.round(*x) == *x));
                    let start = trial.state.clone();
                    Plain(kind).run(&trial.problem, &mut trial.state, 0, trial.steps).unwrap();
                    assert!(trial.state.iter().all(|array| array.norm() < 1e7), "{}", trial.name);
                    // It goes on at the end of a long run, too.
                    let stands = trial.problem.scalars[0] == 0.0 || start.iter().all(|array| array.norm() == 0.0);
                    assert_eq!(trial.state == start, stands, "{}", trial.name);
                    let end = trial.state.clone();
                    Plain(kind).run(&trial.problem, &mut trial.state, 0, 1).unwrap();
                    assert_eq!(trial.state == end, stands, "{}", trial.name);
                }
            }
        }
    }

    #[test]
    fn trials_are_the_same_each_time_and_no_two_are() {
        let of = |kind| trials(kind, Precision::Double);
        let bits = |trial: &Trial| trial.state.iter().flat_map(|a| a.iter().map(|x| x.to_bits())).collect::<Vec<_>>();
        let (first, second) = (of(Kind::AsymmetricGd), of(Kind::AsymmetricGd));
        for (i, (a, b)) in first.iter().zip(&second).enumerate() {
            assert_eq!((&a.name, bits(a)), (&b.name, bits(b)));
            assert!(first[..i].iter().all(|other| bits(other) != bits(a) && other.name != a.name));
        }
    }

    #[test]
    fn a_symmetric_kind_has_a_symmetric_target() {
        for trial in trials(Kind::SymmetricGd, Precision::Single) {
            assert_eq!(trial.problem.data[0], trial.problem.data[0].transpose(), "{}", trial.name);
        }
    }
}

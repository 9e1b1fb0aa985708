//! Scaled states: the bits of the plain kernel where nothing leaves the range of `f64`, and what enclosures with exponents that have no bound
//! say where something does.

mod runs;

use dashu_int::IBig;
use dashu_ratio::RBig;
use nalgebra::DMatrix;
use runs::{Draws, bits, ran};
use theoremcheck::arith::ball::{Ball, with_bits};
use theoremcheck::arith::number::Number;
use theoremcheck::kernel::scaled::{self, Scaled};
use theoremcheck::kernel::{BuiltIn, Kind, Problem, State};

fn diagonal_problem(kind: Kind, m: usize, n: usize, values: &[f64], eta: f64) -> Problem {
    let target = DMatrix::from_fn(m, n, |i, j| if i == j { values.get(i).copied().unwrap_or(0.0) } else { 0.0 });
    Problem { kind, scalars: vec![eta], data: vec![target] }
}

#[test]
fn a_scaled_run_within_range_has_the_bits_of_the_plain_one() {
    for (kind, m, n, k) in [(Kind::SymmetricGd, 13, 13, 3), (Kind::AsymmetricGd, 13, 17, 3)] {
        let problem = diagonal_problem(kind, m, n, &[1.0, 0.6, 0.3], 0.07);
        let mut draws = Draws(77);
        let mut start = vec![draws.matrix(m, k, 1e-6)];
        if kind == Kind::AsymmetricGd {
            start.push(draws.matrix(n, k, 1e-6));
        }
        for steps in [0, 1, 50, 700] {
            let mut state: Vec<Scaled> = start.iter().map(|x| Scaled::new(x, 0)).collect();
            scaled::run(&problem, &mut state, steps).unwrap();
            let back: State = state.iter().map(Scaled::to_f64).collect();
            assert_eq!(bits(&back), bits(&ran(&BuiltIn::new(kind), &problem, &start, 0, steps)), "{steps} steps");
        }
    }
}

#[test]
fn while_the_start_is_small_its_scale_does_not_matter() {
    for (kind, m, n) in [(Kind::SymmetricGd, 6, 6), (Kind::AsymmetricGd, 6, 4)] {
        let mut problem = diagonal_problem(kind, m, n, &[1.0, 0.5], 0.125);
        problem.data[0][(2, 1)] = 0.25;
        let mut draws = Draws(5);
        let mut start = vec![draws.matrix(m, 2, 1.0)];
        if kind == Kind::AsymmetricGd {
            start.push(draws.matrix(n, 2, 1.0));
        }
        // 1e-400, 1e-227 and 1e-90, or thereabouts: until the squares of the last are felt, 300 steps grow by 2^51.
        let scales = [-1329, -754, -299];
        let runs = scales.map(|e| {
            let mut state: Vec<Scaled> = start.iter().map(|x| Scaled::new(x, e)).collect();
            scaled::run(&problem, &mut state, 300).unwrap();
            state
        });
        for (run, e) in runs.iter().zip(scales) {
            for (array, first) in run.iter().zip(&runs[0]) {
                for i in 0..array.to_f64().nrows() {
                    for c in 0..2 {
                        let (x, at) = array.entry(i, c).unwrap();
                        assert_eq!((x, at - e), first.entry(i, c).map(|(x, at)| (x, at - scales[0])).unwrap());
                    }
                }
            }
        }
    }
}

fn power_of_two(e: i64) -> RBig {
    let size = IBig::ONE << e.unsigned_abs() as usize;
    if e < 0 { RBig::ONE / RBig::from(size) } else { RBig::from(size) }
}

fn rational(x: f64) -> RBig {
    RBig::try_from(x).expect("it is finite")
}

/// `a*b` of balls, row by row.
fn product(a: &[Ball], b: &[Ball], [m, k, n]: [usize; 3]) -> Vec<Ball> {
    let mut out = vec![Ball::default(); m * n];
    Ball::matmul(a, b, &mut out, m, k, n);
    out
}

fn transposed(a: &[Ball], rows: usize, columns: usize) -> Vec<Ball> {
    (0..rows * columns).map(|at| a[at % rows * columns + at / rows].clone()).collect()
}

/// `a + eta*(t*b - a*(b'*b))`.
fn ball_step(a: &[Ball], b: &[Ball], t: &[Ball], eta: &Ball, [m, n, k]: [usize; 3]) -> Vec<Ball> {
    let gram = product(&transposed(b, n, k), b, [k, n, k]);
    let (toward, back) = (product(t, b, [m, n, k]), product(a, &gram, [m, k, k]));
    (0..m * k).map(|at| Number::add(&a[at], &Number::mul(eta, &Number::sub(&toward[at], &back[at])))).collect()
}

fn balls(matrix: &DMatrix<f64>, scale: &RBig) -> Vec<Ball> {
    matrix.transpose().iter().map(|&x| Ball::from(rational(x) * scale)).collect()
}

/// Enclosures know nothing of what their operands have in common, so once a run has arrived they widen by two bits or so a step; the
/// runs below go on for more than a thousand steps after the faster direction has arrived.
const ENCLOSED: usize = 4096;

/// The largest error of a scaled array relative to the largest entry in its row.
fn farthest(array: &Scaled, truth: &[Ball], k: usize) -> f64 {
    let mut worst = 0.0_f64;
    for (row, truth) in truth.chunks_exact(k).enumerate() {
        let ends: Vec<(RBig, RBig)> = truth.iter().map(|x| x.enclosure().expect("it is known")).collect();
        let abs = |x: &RBig| if *x < RBig::ZERO { -x.clone() } else { x.clone() };
        let size = ends.iter().map(|(lo, _)| abs(lo)).max().expect("there is a column");
        for (column, (lo, hi)) in ends.iter().enumerate() {
            let (x, e) = array.entry(row, column).expect("it is in the matrix");
            let x = rational(x) * power_of_two(e);
            let error = abs(&(&x - lo)).max(abs(&(&x - hi)));
            worst = worst.max((error / &size).to_f64().value());
        }
    }
    worst
}

#[test]
fn symmetric_descent_from_1e_400_is_what_enclosures_say() {
    for power in [-227, -400] {
        let (n, k, eta) = (3, 2, 0.25);
        let problem = diagonal_problem(Kind::SymmetricGd, n, n, &[1.0, 0.75], eta);
        let start = Draws(3).matrix(n, k, 1.0);
        let mut state = vec![Scaled::times_ten_to(&start, power)];
        let ten = RBig::from(IBig::from(10).pow(power.unsigned_abs() as usize));
        let mut truth = balls(&start, &(RBig::ONE / ten));
        let (target, eta) = (balls(&problem.data[0], &RBig::ONE), Ball::from(rational(eta)));
        // Until the slower of the two has arrived: log(10^400)/log(1 + 3/16) steps and a few.
        let steps = (f64::from(-power) * 10f64.ln() / 1.1875f64.ln()) as u64 + 40;
        for part in 0..4 {
            let steps = if part < 3 { steps / 4 } else { steps - steps / 4 * 3 };
            scaled::run(&problem, &mut state, steps).unwrap();
            truth = with_bits(ENCLOSED, || (0..steps).fold(truth, |x, _| ball_step(&x, &x, &target, &eta, [n, n, k])));
            let error = farthest(&state[0], &truth, k);
            assert!(error <= 1e-9, "10^{power}, part {part}: {error:e}");
        }
        assert!(state[0].to_f64().norm() > 1.0, "both have arrived");
    }
}

/// A run from `start * 10^power` beside enclosures of it: the largest error after each of the given numbers of steps.
fn asymmetric_errors(problem: &Problem, start: &State, power: i32, looks: &[u64]) -> Vec<f64> {
    let (m, n, k) = (start[0].nrows(), start[1].nrows(), start[0].ncols());
    let mut state: Vec<Scaled> = start.iter().map(|array| Scaled::times_ten_to(array, power)).collect();
    let ten = RBig::ONE / RBig::from(IBig::from(10).pow(power.unsigned_abs() as usize));
    let mut truth = (balls(&start[0], &ten), balls(&start[1], &ten));
    let (target, eta) = (balls(&problem.data[0], &RBig::ONE), Ball::from(rational(problem.scalars[0])));
    let across = transposed(&target, m, n);
    let mut at = 0;
    let mut errors = Vec::new();
    for &look in looks {
        scaled::run(problem, &mut state, look - at).unwrap();
        truth = with_bits(ENCLOSED, || {
            (at..look).fold(truth, |(f, g), _| {
                let new = ball_step(&f, &g, &target, &eta, [m, n, k]);
                (new, ball_step(&g, &f, &across, &eta, [n, m, k]))
            })
        });
        at = look;
        errors.push(farthest(&state[0], &truth.0, k).max(farthest(&state[1], &truth.1, k)));
    }
    errors
}

#[test]
fn asymmetric_descent_from_1e_400_is_what_enclosures_say() {
    for power in [-227, -400] {
        let problem = diagonal_problem(Kind::AsymmetricGd, 3, 2, &[1.0, 0.75], 0.25);
        let mut draws = Draws(4);
        let start = vec![draws.matrix(3, 2, 1.0), draws.matrix(2, 2, 1.0)];
        let arrival = |growth: f64| (f64::from(-power) * 10f64.ln() / growth.ln()) as u64;
        let looks = [1, 100, arrival(1.25), arrival(1.1875), arrival(1.1875) + 40];
        let errors = asymmetric_errors(&problem, &start, power, &looks);
        assert!(errors.iter().all(|&error| error <= 1e-9), "10^{power}: {errors:?}");
    }
}

#[test]
fn a_target_that_couples_rows_is_followed_until_the_first_direction_arrives() {
    let mut problem = diagonal_problem(Kind::AsymmetricGd, 3, 2, &[1.0, 0.75], 0.25);
    problem.data[0][(0, 1)] = 0.125;
    let mut draws = Draws(4);
    let start = vec![draws.matrix(3, 2, 1.0), draws.matrix(2, 2, 1.0)];
    // Then every row holds what is of size 1, and the other direction, still 1e-100 or so, is below its rounding.
    let (power, largest) = (-227, problem.data[0].clone().singular_values()[0]);
    let arrival = (f64::from(-power) * 10f64.ln() / (1.0 + 0.25 * largest).ln()) as u64;
    let errors = asymmetric_errors(&problem, &start, power, &[1, 100, arrival / 2, arrival]);
    assert!(errors.iter().all(|&error| error <= 1e-9), "{errors:?}");
}

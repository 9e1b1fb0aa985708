//! The built-in kernels: the same bits on every back end, together and apart, alone and among eight; the right values beside the
//! plain definition; reductions beside the run that they stand for.
//!
//! `tests/kernels/golden.txt` holds a hash of what each case gives, so that a change of bits is seen even if all back ends change alike.
//! After an intended one, put the lines there that the failing test prints.

mod runs;

use nalgebra::DMatrix;
use runs::{Draws, bits, ran};
use sha2::{Digest, Sha256};
use theoremcheck::arith::{Backend, dispatch};
use theoremcheck::kernel::plain::Plain;
use theoremcheck::kernel::reduce::{Reduced, Reduction};
use theoremcheck::kernel::{BuiltIn, Kernel, Kind, Problem, State, residual};

/// What a problem's target is like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    Diagonal,
    Dense,
}

/// A kind, its dimensions, and its target.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: Kind,
    m: usize,
    n: usize,
    k: usize,
    target: Target,
}

fn symmetric(kind: Kind) -> bool {
    kind.state().len() == 1
}

impl Case {
    fn name(&self) -> String {
        format!("{} {}x{}x{} {:?}", self.kind.name(), self.m, self.n, self.k, self.target)
    }

    fn problem(&self, seed: u64) -> (Problem, State) {
        let mut draws = Draws(seed);
        let (m, n, k) = (self.m, self.n, self.k);
        let target = if self.target == Target::Diagonal {
            DMatrix::from_fn(m, n, |i, j| if i == j && i < 2 { 1.0 - 0.4 * i as f64 + 0.1 * draws.next() } else { 0.0 })
        } else {
            let dense = draws.matrix(m, n, 1.0 / (m + n) as f64);
            if symmetric(self.kind) { &dense + dense.transpose() } else { dense }
        };
        let maps = self.kind.data().len() == 2;
        let near = matches!(self.kind, Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd);
        let rows = if near { m * n } else { 2 * m * n + 3 };
        let mut data = if maps { vec![draws.matrix(rows, m * n, 1.0 / (rows as f64).sqrt())] } else { Vec::new() };
        data.push(target);
        let mut scalars = vec![0.11];
        match self.kind {
            Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd => scalars.push(0.05),
            Kind::RebalancedGd | Kind::RebalancedSensingGd => scalars.extend([0.3, 3.0]),
            _ => {}
        }
        let mut state = vec![draws.matrix(m, k, 0.4)];
        if !symmetric(self.kind) {
            state.push(draws.matrix(n, k, 0.4));
        }
        (Problem { kind: self.kind, scalars, data }, state)
    }
}

/// One of each program, and of each way that it treats rows and columns that do not fill a vector.
fn cases() -> Vec<Case> {
    let mut out = Vec::new();
    for kind in Kind::ALL {
        let maps = kind.data().len() == 2;
        let rebalanced = matches!(kind, Kind::RebalancedGd | Kind::RebalancedSensingGd);
        let shapes: &[(usize, usize, usize)] = match (symmetric(kind), maps) {
            (true, false) => {
                &[(1, 1, 1), (2, 2, 3), (7, 7, 2), (17, 17, 4), (50, 50, 3), (19, 19, 6), (12, 12, 8), (21, 21, 11)]
            }
            (true, true) => &[(1, 1, 1), (3, 3, 2), (6, 6, 5), (5, 5, 9)],
            (false, false) => &[
                (1, 1, 1),
                (2, 2, 2),
                (3, 3, 3),
                (4, 4, 4),
                (8, 8, 8),
                (5, 9, 2),
                (18, 11, 3),
                (20, 20, 7),
                (9, 4, 12),
                (13, 15, 10),
            ],
            (false, true) => &[(1, 1, 1), (4, 3, 2), (5, 6, 4), (3, 9, 9)],
        };
        for &(m, n, k) in shapes {
            if rebalanced && m < k {
                continue;
            }
            for target in [Target::Diagonal, Target::Dense] {
                out.push(Case { kind, m, n, k, target });
            }
        }
    }
    out
}

fn hash(state: &State) -> String {
    let mut hasher = Sha256::new();
    for array in state {
        hasher.update((array.nrows() as u64).to_le_bytes());
        for x in array.iter() {
            hasher.update(x.to_bits().to_le_bytes());
        }
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

const STEPS: u64 = 37;

fn line(case: &Case, backend: Backend) -> String {
    let (problem, start) = case.problem(7);
    format!("{}: {}", case.name(), hash(&ran(&BuiltIn::on(case.kind, backend), &problem, &start, 0, STEPS)))
}

#[test]
fn every_back_end_gives_the_golden_bits() {
    let golden: Vec<&str> = include_str!("kernels/golden.txt").lines().collect();
    for backend in Backend::available() {
        let lines: Vec<String> = cases().iter().map(|case| line(case, backend)).collect();
        assert!(lines == golden, "{backend}; tests/kernels/golden.txt is not\n{}", lines.join("\n"));
    }
}

#[test]
fn steps_together_and_apart_give_the_same_bits() {
    for case in cases() {
        let (problem, start) = case.problem(11);
        let kernel = BuiltIn::new(case.kind);
        assert!(kernel.splits_exactly());
        let together = ran(&kernel, &problem, &start, 0, 9);
        let apart = (0..9).fold(start.clone(), |state, t| ran(&kernel, &problem, &state, t, 1));
        let halves = ran(&kernel, &problem, &ran(&kernel, &problem, &start, 0, 4), 4, 5);
        assert_eq!(bits(&together), bits(&apart), "{}", case.name());
        assert_eq!(bits(&together), bits(&halves), "{}", case.name());
        assert_eq!(bits(&start), bits(&ran(&kernel, &problem, &start, 0, 0)), "{}", case.name());
        assert_ne!(bits(&together), bits(&start), "{}", case.name());
    }
}

/// Eight problems of a case; they share the map where there is one, as they must to be made together.
fn octet(case: &Case) -> ([Problem; 8], [State; 8]) {
    let (shared, _) = case.problem(100);
    let made: [(Problem, State); 8] = std::array::from_fn(|p| case.problem(100 + p as u64));
    let problems = std::array::from_fn(|p| {
        let mut problem = made[p].0.clone();
        problem.scalars[0] = 0.1 + 0.01 * p as f64;
        if problem.data.len() == 2 {
            problem.data[0] = shared.data[0].clone();
        }
        problem
    });
    (problems, made.map(|(_, state)| state))
}

#[test]
fn a_problem_has_the_same_bits_alone_and_among_eight() {
    for backend in Backend::available() {
        for case in cases() {
            let kernel = BuiltIn::on(case.kind, backend);
            let (problems, starts) = octet(&case);
            let mut states = starts.clone();
            kernel.run_octet(&problems.each_ref(), &mut states, 0, 13).unwrap();
            for p in 0..8 {
                let alone = ran(&kernel, &problems[p], &starts[p], 0, 13);
                assert_eq!(bits(&states[p]), bits(&alone), "{} {backend} problem {p}", case.name());
            }
        }
    }
}

#[test]
fn ten_columns_of_a_shared_map_have_the_same_bits_alone_and_among_eight() {
    for kind in [Kind::SymmetricSensingGd, Kind::AsymmetricSensingGd, Kind::RebalancedSensingGd] {
        let case = Case { kind, m: 11, n: 11, k: 10, target: Target::Dense };
        let kernel = BuiltIn::new(kind);
        assert!(kernel.takes_together(10) && !BuiltIn::new(Kind::AsymmetricGd).takes_together(10));
        let (problems, starts) = octet(&case);
        let mut states = starts.clone();
        kernel.run_octet(&problems.each_ref(), &mut states, 0, 13).unwrap();
        for p in 0..8 {
            assert_eq!(bits(&states[p]), bits(&ran(&kernel, &problems[p], &starts[p], 0, 13)), "{} {p}", case.name());
        }
    }
}

#[test]
fn problems_that_rebalance_at_different_steps_have_the_same_bits_alone_and_among_eight() {
    for kind in [Kind::RebalancedGd, Kind::RebalancedSensingGd] {
        let case = Case { kind, m: 6, n: 5, k: 3, target: Target::Dense };
        let (mut problems, starts) = octet(&case);
        for (turn, problem) in problems.iter_mut().enumerate() {
            // At the start, on the way, at the last step, and after it.
            problem.scalars[2] = [0.0, 3.0, 3.0, 7.0, 12.0, 13.0, 40.0, 1e9][turn];
        }
        let kernel = BuiltIn::new(kind);
        let mut states = starts.clone();
        kernel.run_octet(&problems.each_ref(), &mut states, 0, 13).unwrap();
        for p in 0..8 {
            assert_eq!(bits(&states[p]), bits(&ran(&kernel, &problems[p], &starts[p], 0, 13)), "{} {p}", case.name());
        }
    }
}

#[test]
fn eight_problems_need_not_be_alike() {
    let case = Case { kind: Kind::AsymmetricGd, m: 6, n: 9, k: 2, target: Target::Diagonal };
    let kernel = BuiltIn::new(case.kind);
    let (mut problems, mut starts) = octet(&case);
    (problems[3], starts[3]) = Case { target: Target::Dense, ..case }.problem(5);
    let mut states = starts.clone();
    kernel.run_octet(&problems.each_ref(), &mut states, 0, 20).unwrap();
    for p in 0..8 {
        assert_eq!(bits(&states[p]), bits(&ran(&kernel, &problems[p], &starts[p], 0, 20)), "dense among diagonal, {p}");
    }
    (problems[6], starts[6]) = Case { m: 7, ..case }.problem(5);
    let mut states = starts.clone();
    kernel.run_octet(&problems.each_ref(), &mut states, 0, 20).unwrap();
    for p in 0..8 {
        assert_eq!(bits(&states[p]), bits(&ran(&kernel, &problems[p], &starts[p], 0, 20)), "another shape, {p}");
    }
    let sensing = Case { kind: Kind::AsymmetricSensingGd, m: 4, n: 3, k: 2, target: Target::Dense };
    let kernel = BuiltIn::new(sensing.kind);
    let made: [(Problem, State); 8] = std::array::from_fn(|p| sensing.problem(p as u64));
    let mut states = made.clone().map(|(_, state)| state);
    kernel.run_octet(&made.each_ref().map(|(problem, _)| problem), &mut states, 0, 20).unwrap();
    for p in 0..8 {
        assert_eq!(bits(&states[p]), bits(&ran(&kernel, &made[p].0, &made[p].1, 0, 20)), "maps of their own, {p}");
    }
}

/// The distance of two states relative to the size of the second.
fn apart(a: &State, b: &State) -> f64 {
    let (mut error, mut size) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape(), b.shape());
        error += (a - b).norm_squared();
        size += b.norm_squared();
    }
    (error / size).sqrt()
}

/// What rounding may put between two ways of taking a few steps of these problems: each sum has at most `N` terms that are no larger
/// than the state, and a step enlarges what came before by less than 1/2.
fn rounding(case: &Case, steps: i32) -> f64 {
    let (m, n, k) = (case.m, case.n, case.k);
    let rows = if case.kind.data().len() == 2 { 3 * m * n + 3 } else { 0 };
    (m + n + k + rows + 8) as f64 * f64::EPSILON * 1.5_f64.powi(steps)
}

#[test]
fn the_built_in_kernels_do_what_the_plain_ones_do() {
    for case in cases() {
        for seed in 20..23 {
            let (problem, start) = case.problem(seed);
            let fast = ran(&BuiltIn::new(case.kind), &problem, &start, 0, 6);
            let plain = ran(&Plain(case.kind), &problem, &start, 0, 6);
            let (error, allowed) = (apart(&fast, &plain), rounding(&case, 6));
            assert!(error <= allowed, "{}: {error:e} beyond {allowed:e}", case.name());
        }
    }
}

#[test]
fn large_products_do_what_the_plain_kernels_do() {
    for kind in [Kind::SymmetricGd, Kind::AsymmetricGd] {
        let m = 70;
        let n = if symmetric(kind) { 70 } else { 66 };
        let case = Case { kind, m, n, k: 64, target: Target::Dense };
        let (mut problem, start) = case.problem(1);
        problem.scalars[0] = 0.01;
        let kernel = BuiltIn::new(kind);
        let fast = ran(&kernel, &problem, &start, 0, 4);
        assert!(apart(&fast, &ran(&Plain(kind), &problem, &start, 0, 4)) <= rounding(&case, 4));
        assert_eq!(bits(&fast), bits(&ran(&kernel, &problem, &start, 0, 4)));
    }
}

#[test]
fn sensing_by_the_identity_is_the_descent_itself() {
    for (plain, sensing) in
        [(Kind::SymmetricGd, Kind::SymmetricSensingGd), (Kind::AsymmetricGd, Kind::AsymmetricSensingGd)]
    {
        let case = Case { kind: plain, m: 6, n: 6, k: 3, target: Target::Dense };
        let (problem, start) = case.problem(3);
        let identity = DMatrix::identity(36, 36);
        let data = vec![identity.clone(), problem.data[0].clone()];
        let sensed = Problem { kind: sensing, scalars: problem.scalars.clone(), data };
        let direct = ran(&BuiltIn::new(plain), &problem, &start, 0, 50);
        assert_eq!(bits(&ran(&BuiltIn::new(sensing), &sensed, &start, 0, 50)), bits(&direct));
        // A multiple of it goes through the sums, and is the same descent with another step.
        let mut doubled = sensed.clone();
        doubled.data[0] *= 2.0;
        doubled.scalars[0] /= 4.0;
        assert_eq!(bits(&ran(&BuiltIn::new(sensing), &doubled, &start, 0, 50)), bits(&direct));
    }
}

#[test]
fn a_diagonal_target_is_a_dense_one() {
    for case in cases().into_iter().filter(|case| case.target == Target::Diagonal && case.kind.data().len() == 1) {
        if matches!(case.kind, Kind::RebalancedGd) {
            continue;
        }
        let (problem, start) = case.problem(4);
        let rows = ran(&BuiltIn::new(case.kind), &problem, &start, 0, 6);
        let mut dense = start.clone();
        let (target, eta) = (&problem.data[0], problem.scalars[0]);
        dispatch(Backend::best(), residual::One { target, eta, state: &mut dense, steps: 6 });
        assert!(apart(&rows, &dense) <= rounding(&case, 6), "{}", case.name());
    }
}

#[test]
fn a_run_that_has_come_to_rest_is_not_made_further() {
    let case = Case { kind: Kind::SymmetricGd, m: 9, n: 9, k: 2, target: Target::Diagonal };
    let (problem, start) = case.problem(2);
    let kernel = BuiltIn::new(case.kind);
    let mut state = start.clone();
    let mut rest = None;
    for t in 0..200_000 {
        let next = ran(&kernel, &problem, &state, t, 1);
        if bits(&next) == bits(&state) {
            rest = Some(t);
            break;
        }
        state = next;
    }
    assert!(rest.is_some(), "it comes to rest");
    // So many steps would take centuries.
    assert_eq!(bits(&ran(&kernel, &problem, &start, 0, u64::MAX)), bits(&state));
}

#[test]
fn rows_with_one_eigenvalue_are_reduced_exactly() {
    for (zero, n, k) in [(0.0, 50, 3), (-0.25, 30, 2), (0.125, 20, 5)] {
        let mut draws = Draws(n as u64);
        let sigma = DMatrix::from_fn(n, n, |i, j| match (i, j) {
            (i, j) if i != j => {
                if i + j == 1 {
                    0.25
                } else {
                    0.0
                }
            }
            (0, _) => 1.0,
            (1, _) => 0.5,
            _ => zero,
        });
        let problem = Problem { kind: Kind::SymmetricGd, scalars: vec![0.01], data: vec![sigma] };
        let start = vec![draws.matrix(n, k, 1e-3)];
        let reduction = Reduction::of(&problem, &start).unwrap().expect("there is one");
        assert_eq!(reduction.state[0].shape(), (2 + k, k));
        // Both runs round on their own; the growing rows carry relative errors that add up over the steps.
        let steps = 3000;
        let whole = ran(&BuiltIn::new(problem.kind), &problem, &start, 0, steps);
        let reduced = ran(&BuiltIn::new(problem.kind), &reduction.problem, &reduction.state, 0, steps);
        let allowed = 8.0 * steps as f64 * f64::EPSILON;
        assert!(apart(&reduction.expand(&reduced), &whole) <= allowed);
        let (few, many) = (reduced[0].clone().singular_values(), whole[0].clone().singular_values());
        assert!((few - &many).norm() <= allowed * many.norm());
        assert!(apart(&ran(&Reduced(BuiltIn::new(problem.kind)), &problem, &start, 0, steps), &whole) <= allowed);
        assert!(!Reduced(BuiltIn::new(problem.kind)).splits_exactly());
    }
}

#[test]
fn both_sides_of_a_target_of_low_rank_are_reduced() {
    let (m, n, k) = (40, 30, 3);
    let mut draws = Draws(9);
    let (l, r) = (draws.matrix(m, 2, 0.3), draws.matrix(n, 2, 0.3));
    let embedded = DMatrix::from_fn(m, n, |i, j| if i < 4 && j < 5 { l[(i, 0)] + r[(j, 1)] } else { 0.0 });
    for (target, rows, columns) in [(&l * r.transpose(), 2 + k, 2 + k), (embedded, 4 + k, 5 + k)] {
        let problem = Problem { kind: Kind::AsymmetricGd, scalars: vec![0.02], data: vec![target] };
        let start = vec![draws.matrix(m, k, 1e-2), draws.matrix(n, k, 1e-2)];
        let reduction = Reduction::of(&problem, &start).unwrap().expect("there is one");
        assert_eq!((reduction.state[0].nrows(), reduction.state[1].nrows()), (rows, columns));
        let steps = 2000;
        let whole = ran(&BuiltIn::new(problem.kind), &problem, &start, 0, steps);
        let reduced =
            reduction.expand(&ran(&BuiltIn::new(problem.kind), &reduction.problem, &reduction.state, 0, steps));
        let error = apart(&reduced, &whole);
        assert!(error <= 64.0 * steps as f64 * f64::EPSILON, "{error:e}");
    }
}

#[test]
fn what_cannot_be_reduced_is_run_as_it_is() {
    let case = Case { kind: Kind::AsymmetricGd, m: 6, n: 5, k: 2, target: Target::Dense };
    let (problem, start) = case.problem(1);
    assert!(Reduction::of(&problem, &start).unwrap().is_none());
    let kernel = BuiltIn::new(case.kind);
    assert_eq!(bits(&ran(&Reduced(kernel), &problem, &start, 0, 9)), bits(&ran(&kernel, &problem, &start, 0, 9)));
}

#[test]
fn rebalancing_makes_one_factor_orthonormal_and_keeps_the_product() {
    for size in [1.0, 1e-150, 1e150] {
        let mut draws = Draws(31);
        let (f, g) = (draws.matrix(9, 4, size), draws.matrix(6, 4, 1.0));
        let (mut new_f, mut new_g) = (f.clone(), g.clone());
        theoremcheck::kernel::rebalance::rebalance(&mut new_f, &mut new_g, 0.25).unwrap();
        let gram = new_f.tr_mul(&new_f) / 0.0625;
        assert!((gram - DMatrix::identity(4, 4)).norm() <= 64.0 * f64::EPSILON);
        let product = &f * g.transpose();
        assert!((new_f * new_g.transpose() - &product).norm() <= 64.0 * f64::EPSILON * product.norm());
    }
    let (mut f, mut g) = (DMatrix::from_element(3, 2, 1.0), DMatrix::zeros(3, 2));
    f.column_mut(1).fill(0.0);
    let error = theoremcheck::kernel::rebalance::rebalance(&mut f, &mut g, 0.25).unwrap_err().to_string();
    assert!(error.contains("full rank"), "{error}");
}

#[test]
fn a_step_that_cannot_be_the_one_that_rebalances_is_refused() {
    let case = Case { kind: Kind::RebalancedGd, m: 4, n: 4, k: 2, target: Target::Dense };
    let (mut problem, mut state) = case.problem(1);
    problem.scalars[2] = 2.5;
    let error = BuiltIn::new(case.kind).run(&problem, &mut state, 0, 5).unwrap_err().to_string();
    assert!(error.contains("`turn` is the number of a step") && error.contains("2.5"), "{error}");
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let case = Case { kind: Kind::SymmetricGd, m: 4, n: 4, k: 2, target: Target::Dense };
    let (problem, _) = case.problem(1);
    let mut state = vec![DMatrix::zeros(5, 2)];
    let error = BuiltIn::new(case.kind).run(&problem, &mut state, 0, 5).unwrap_err().to_string();
    assert!(error.contains("`Sigma` is 4×4, where n = 5 is expected"), "{error}");
    let error = BuiltIn::new(Kind::AsymmetricGd).run(&problem, &mut state, 0, 5).unwrap_err().to_string();
    assert!(error.contains("kind symmetric-gd, where asymmetric-gd is expected"), "{error}");
}

#[test]
fn empty_problems_are_no_trouble() {
    for (n, k) in [(0, 2), (3, 0)] {
        let problem = Problem { kind: Kind::SymmetricGd, scalars: vec![0.1], data: vec![DMatrix::zeros(n, n)] };
        let start = vec![DMatrix::zeros(n, k)];
        assert_eq!(ran(&BuiltIn::new(problem.kind), &problem, &start, 0, 5), start);
        assert!(Reduction::of(&problem, &start).is_ok());
    }
}

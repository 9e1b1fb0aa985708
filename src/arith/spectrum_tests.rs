//! Spectra against closed forms, exactly conjugated diagonals and nalgebra; errors as ratios to the stated bounds.
//!
//! A known spectrum is made by conjugating a dyadic diagonal with reflections `I - 2 v v' / v'v`, `v` of 1, 2 or 4 entries
//! `+-1`: integer spectra stay exact, the few roundings of the graded ones count against the bound. Where nalgebra is the
//! oracle, what *it* may have rounded is allowed for, so those ratios say little; the known spectra are the sharp test.

use nalgebra::DMatrix;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::dense::UNIT_ROUNDOFF;
use super::spectrum::*;
use super::{Backend, Job, Lane8, dispatch};

/// Eight matrices of one shape, entry by entry.
type Lanes = Vec<[f64; 8]>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kernel {
    All,
    Least,
    Greatest,
    Number(usize),
    Vectors,
    Singular,
    GreatestSingular,
}

struct Run<'a> {
    kernel: Kernel,
    m: usize,
    n: usize,
    a: &'a [[f64; 8]],
}

impl Job for Run<'_> {
    type Out = Lanes;
    /// Values, then their error bound (for vectors: values, vectors, residual, orthogonality).
    #[inline(always)]
    fn run<V: Lane8>(self) -> Lanes {
        let (m, n) = (self.m, self.n);
        let mut a: Vec<V> = self.a.iter().map(V::load).collect();
        let len = scratch_len(n) + singular_scratch_len(m, n) + eigenvectors_scratch_len(n);
        let mut scratch = vec![V::splat(f64::NAN); len];
        let one = |(value, delta)| vec![value, delta];
        let out = match self.kernel {
            Kernel::All => {
                let mut out = vec![V::zero(); n];
                let delta = eigenvalues(n, &mut a, &mut out, &mut scratch);
                out.push(delta);
                out
            }
            Kernel::Least => one(least_eigenvalue(n, &mut a, &mut scratch)),
            Kernel::Greatest => one(greatest_eigenvalue(n, &mut a, &mut scratch)),
            Kernel::Number(i) => one(eigenvalue(n, i, &mut a, &mut scratch)),
            Kernel::Vectors => {
                let (mut out, mut vectors) = (vec![V::zero(); n], vec![V::zero(); n * n]);
                let error = eigenvectors(n, &a, &mut out, &mut vectors, &mut scratch);
                out.extend(vectors);
                out.extend([error.residual, error.orthogonality]);
                out
            }
            Kernel::Singular => {
                let mut out = vec![V::zero(); m.min(n)];
                let delta = singular_values(m, n, &a, &mut out, &mut scratch);
                out.push(delta);
                out
            }
            Kernel::GreatestSingular => one(greatest_singular_value(m, n, &a, &mut scratch)),
        };
        out.into_iter().map(V::to_array).collect()
    }
}

fn same(x: f64, y: f64) -> bool {
    x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan()
}

/// The kernel's result, the same bits on all back ends.
fn run(kernel: Kernel, m: usize, n: usize, a: &[[f64; 8]]) -> Lanes {
    let expected = dispatch(Backend::Scalar, Run { kernel, m, n, a });
    for backend in Backend::available() {
        let got = dispatch(backend, Run { kernel, m, n, a });
        let all = expected.as_flattened().iter().zip(got.as_flattened()).all(|(x, y)| same(*x, *y));
        assert!(all, "{kernel:?} n = {n}: {backend} differs");
    }
    expected
}

/// Eight matrices as lanes.
fn lanes(matrices: &[DMatrix<f64>; 8]) -> Lanes {
    let (m, n) = matrices[0].shape();
    (0..m * n).map(|i| std::array::from_fn(|l| matrices[l][(i / n, i % n)])).collect()
}

/// `Q diag(values) Q'` with `Q` a product of two reflections whose entries are multiples of 1/2.
fn conjugated(rng: &mut ChaCha8Rng, values: &[f64]) -> DMatrix<f64> {
    let n = values.len();
    let mut a = DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(values));
    for _ in 0..2 {
        // v with four entries +-1 (v'v = 4, or fewer for small n: 1 or 2): entries of Q are multiples of 1/2 or integers.
        let mut v = nalgebra::DVector::zeros(n);
        let support = [1, 2, 2, 4][n.min(4) - 1];
        let first = rng.random_range(0..n);
        for s in 0..support {
            v[(first + s) % n] = if rng.random() { 1.0 } else { -1.0 };
        }
        let q = DMatrix::identity(n, n) - &v * v.transpose() * (2.0 / support as f64);
        a = &q * a * &q;
    }
    a
}

/// Spectra that have made eigenvalue programs fail: ties, clusters, gaps, grades, zeros.
fn spectra(n: usize, rng: &mut ChaCha8Rng) -> [Vec<f64>; 8] {
    let at = |f: &mut dyn FnMut(usize) -> f64| (0..n).map(f).collect::<Vec<_>>();
    [
        at(&mut |i| i as f64),
        at(&mut |_| 3.0),
        at(&mut |i| if i % 2 == 0 { 1.0 } else { 0.0 }),
        at(&mut |i| if i == 0 { -7.0 } else { 0.0 }),
        at(&mut |i| 1.0 + 2f64.powi(-40) * i as f64),
        at(&mut |i| 2f64.powi(-(3 * i as i32))),
        at(&mut |_| f64::from(rng.random_range(-1000i32..1000))),
        at(&mut |i| if i < n / 2 { 1024.0 } else { -1024.0 - (i % 2) as f64 }),
    ]
}

/// Collects the worst ratio of errors to bounds.
struct Ratios(f64, f64);

impl Ratios {
    /// One value against the truth, which is itself known up to `doubt`.
    fn check(&mut self, what: &dyn std::fmt::Debug, got: f64, delta: f64, truth: f64, doubt: f64) {
        let error = (got - truth).abs();
        assert!(
            error <= delta + doubt,
            "{what:?}: {got:e} is {error:e} from {truth:e}, stated {delta:e} (+ {doubt:e})"
        );
        if delta > 0.0 {
            self.0 = self.0.max((error - doubt).max(0.0) / delta);
        }
    }
    /// The bound against the usual one.
    fn usual(&mut self, what: &dyn std::fmt::Debug, delta: f64, factor: f64, norm: f64) {
        if norm > 0.0 && factor > 0.0 {
            let ratio = delta / (factor * UNIT_ROUNDOFF * norm);
            assert!(ratio <= 1.01, "{what:?}: the iteration stopped short, the bound is {ratio:e} times the usual");
            self.1 = self.1.max(ratio);
        }
    }
    fn print(&self, what: &str) {
        println!("{what}: worst error {:.3} of the bound; bound at most {:.3} of the usual", self.0, self.1);
    }
}

#[test]
fn known_spectra_are_found_within_the_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut ratios = Ratios(0.0, 0.0);
    for n in 1..=24 {
        for _ in 0..4 {
            let mut values = spectra(n, &mut rng);
            let made: [_; 8] = std::array::from_fn(|l| conjugated(&mut rng, &values[l]));
            let a = lanes(&std::array::from_fn(|l| made[l].clone()));
            for v in &mut values {
                v.sort_by(|x, y| y.total_cmp(x));
            }
            let all = run(Kernel::All, n, n, &a);
            let (least, greatest) = (run(Kernel::Least, n, n, &a), run(Kernel::Greatest, n, n, &a));
            let middle = run(Kernel::Number(n / 2), n, n, &a);
            for l in 0..8 {
                let norm = made[l].norm();
                for i in 0..n {
                    ratios.check(&(n, l, i), all[i][l], all[n][l], values[l][i], 0.0);
                }
                ratios.check(&(n, l, "least"), least[0][l], least[1][l], values[l][n - 1], 0.0);
                ratios.check(&(n, l, "greatest"), greatest[0][l], greatest[1][l], values[l][0], 0.0);
                ratios.check(&(n, l, "middle"), middle[0][l], middle[1][l], values[l][n / 2], 0.0);
                for (which, delta) in [all[n][l], least[1][l], greatest[1][l], middle[1][l]].into_iter().enumerate() {
                    ratios.usual(&(n, l, which), delta, eig_error_factor(n), norm);
                }
            }
        }
    }
    ratios.print("known spectra");
}

#[test]
fn closed_forms_are_found_within_the_bound() {
    let mut ratios = Ratios(0.0, 0.0);
    for n in 1..=24 {
        let tridiagonal = |d: &dyn Fn(usize) -> f64, e: f64| {
            DMatrix::from_fn(n, n, |i, j| {
                if i == j {
                    d(i)
                } else if i.abs_diff(j) == 1 {
                    e
                } else {
                    0.0
                }
            })
        };
        let laplacian = tridiagonal(&|_| 2.0, -1.0);
        let a = lanes(&[
            laplacian.clone(),
            &laplacian * 2f64.powi(1000),
            &laplacian * 2f64.powi(-1000),
            &laplacian * 2f64.powi(-1060),
            DMatrix::from_element(n, n, 1.0),
            DMatrix::from_element(n, n, -1e-300),
            DMatrix::zeros(n, n),
            tridiagonal(&|i| i as f64, 0.0),
        ]);
        let all = run(Kernel::All, n, n, &a);
        let least = run(Kernel::Least, n, n, &a);
        for l in 0..8 {
            for i in 0..n {
                let angle = (n - i) as f64 * std::f64::consts::PI / (n + 1) as f64;
                let wave = 2.0 - 2.0 * angle.cos();
                let first = |x: f64| if i == 0 { x } else { 0.0 };
                let truth = match l {
                    0 => wave,
                    1 => wave * 2f64.powi(1000),
                    2 => wave * 2f64.powi(-1000),
                    3 => wave * 2f64.powi(-1060),
                    4 => first(n as f64),
                    5 => {
                        if i + 1 == n {
                            n as f64 * -1e-300
                        } else {
                            0.0
                        }
                    }
                    6 => 0.0,
                    _ => (n - 1 - i) as f64,
                };
                let doubt = truth.abs() * 4.0 * UNIT_ROUNDOFF + if l == 3 { 5e-324 } else { 0.0 };
                ratios.check(&(n, l, i), all[i][l], all[n][l], truth, doubt);
                if i + 1 == n {
                    ratios.check(&(n, l, "least"), least[0][l], least[1][l], truth, doubt);
                }
            }
        }
        assert_eq!((all[n][6], least[1][6]), (0.0, 0.0), "a zero matrix has no error");
    }
    ratios.print("closed forms");
}

#[test]
fn random_and_hard_matrices_agree_with_nalgebra() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut ratios = Ratios(0.0, 0.0);
    for n in 1..=24 {
        for round in 0..4 {
            let matrices: [DMatrix<f64>; 8] = std::array::from_fn(|l| {
                let mut random = |scale: &dyn Fn(usize) -> f64| {
                    let b = DMatrix::from_fn(n, n, |i, j| rng.random_range(-1.0..1.0) * scale(i) * scale(j));
                    &b + b.transpose()
                };
                match l {
                    0 => DMatrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64),
                    1 => DMatrix::from_fn(n, n, |i, j| {
                        if i == j {
                            (2 * i).abs_diff(n - 1) as f64 / 2.0
                        } else if i.abs_diff(j) == 1 {
                            1.0
                        } else {
                            0.0
                        }
                    }),
                    2 => random(&|i| 10f64.powi(-(i as i32) * 2)),
                    3 => random(&|i| 10f64.powi(i as i32 - n as i32)),
                    4 => random(&|_| 1e150),
                    5 => random(&|i| if i == 0 { 1e-150 } else { 1.0 }),
                    _ => random(&|_| 1.0 + f64::from(round)),
                }
            });
            let a = lanes(&matrices);
            let all = run(Kernel::All, n, n, &a);
            let (least, greatest) = (run(Kernel::Least, n, n, &a), run(Kernel::Greatest, n, n, &a));
            for l in 0..8 {
                let scale = matrices[l].amax().max(f64::MIN_POSITIVE);
                let mut truth: Vec<f64> =
                    (&matrices[l] / scale).symmetric_eigenvalues().iter().map(|x| x * scale).collect();
                truth.sort_by(|x, y| y.total_cmp(x));
                let norm = (&matrices[l] / scale).norm() * scale;
                // nalgebra rounds as well: as much again.
                let doubt = 10.0 * n as f64 * UNIT_ROUNDOFF * norm;
                for i in 0..n {
                    ratios.check(&(n, l, i), all[i][l], all[n][l], truth[i], doubt);
                }
                ratios.check(&(n, l, "least"), least[0][l], least[1][l], truth[n - 1], doubt);
                ratios.check(&(n, l, "greatest"), greatest[0][l], greatest[1][l], truth[0], doubt);
                for (which, delta) in [all[n][l], least[1][l], greatest[1][l]].into_iter().enumerate() {
                    ratios.usual(&(n, l, which), delta, eig_error_factor(n), norm);
                }
            }
        }
    }
    ratios.print("random and hard matrices");
}

#[test]
fn eigenvectors_measure_their_own_error() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut ratios = Ratios(0.0, 0.0);
    for n in 1..=16 {
        let mut values = spectra(n, &mut rng);
        let made: [_; 8] = std::array::from_fn(|l| conjugated(&mut rng, &values[l]));
        let a = lanes(&std::array::from_fn(|l| made[l].clone()));
        let got = run(Kernel::Vectors, n, n, &a);
        for l in 0..8 {
            values[l].sort_by(|x, y| y.total_cmp(x));
            let norm = made[l].norm();
            let (residual, orthogonality) = (got[n + n * n][l], got[n + n * n + 1][l]);
            let d = DMatrix::from_fn(n, n, |i, j| if i == j { got[i][l] } else { 0.0 });
            let v = DMatrix::from_fn(n, n, |i, j| got[n + i * n + j][l]);
            assert!((&made[l] * &v - &v * &d).norm() <= residual);
            assert!((v.transpose() * &v - DMatrix::identity(n, n)).norm() <= orthogonality);
            let units = 10.0 * n as f64 * (n as f64).sqrt() * UNIT_ROUNDOFF;
            assert!(residual <= units * norm && orthogonality <= units, "{n} {l}: {residual:e} {orthogonality:e}");
            for i in 0..n {
                let delta = residual + orthogonality * (norm + d.norm());
                ratios.check(&(n, l, i), got[i][l], delta, values[l][i], 0.0);
            }
        }
    }
    ratios.print("eigenvectors");
}

#[test]
fn singular_values_are_within_the_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut ratios = Ratios(0.0, 0.0);
    for (m, n) in [(1, 1), (1, 4), (2, 2), (3, 2), (3, 3), (5, 5), (4, 7), (8, 8), (12, 5), (16, 16), (20, 9), (24, 24)]
    {
        let matrices: [DMatrix<f64>; 8] = std::array::from_fn(|l| {
            let k = m.min(n);
            let mut random = || DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0));
            match l {
                0 => DMatrix::from_fn(m, n, |i, j| if i == j { (k - i) as f64 } else { 0.0 }),
                1 => DMatrix::from_fn(m, n, |i, j| 1.0 / (i + j + 1) as f64),
                2 => DMatrix::from_element(m, n, 1.0),
                3 => DMatrix::zeros(m, n),
                4 => random() * 1e-290,
                5 => random() * 1e290,
                6 => {
                    let b = random();
                    let mut c = b.clone();
                    for j in 0..n {
                        for i in 0..m {
                            c[(i, j)] *= 10f64.powi(-2 * j as i32);
                        }
                    }
                    c
                }
                _ => random(),
            }
        });
        let a = lanes(&matrices);
        let got = run(Kernel::Singular, m, n, &a);
        let greatest = run(Kernel::GreatestSingular, m, n, &a);
        for l in 0..8 {
            let k = m.min(n);
            let scale = matrices[l].amax().max(f64::MIN_POSITIVE);
            let scaled = &matrices[l] / scale;
            let mut truth: Vec<f64> = scaled.clone().singular_values().iter().map(|x| x * scale).collect();
            truth.sort_by(|x, y| y.total_cmp(x));
            let norm = scaled.norm() * scale;
            let doubt = 10.0 * m.max(n) as f64 * UNIT_ROUNDOFF * norm;
            for i in 0..k {
                ratios.check(&(m, n, l, i), got[i][l], got[k][l], truth[i], doubt);
            }
            ratios.check(&(m, n, l, "greatest"), greatest[0][l], greatest[1][l], truth[0], doubt);
            ratios.usual(&(m, n, l), got[k][l], singular_error_factor(m, n), norm);
        }
    }
    ratios.print("singular values");
}

#[test]
fn a_lane_never_sees_its_neighbours() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for n in [2, 3, 5, 8, 11] {
        let b: Lanes = (0..n * n).map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect();
        let a: Lanes = (0..n * n).map(|i| std::array::from_fn(|l| b[i][l] + b[i % n * n + i / n][l])).collect();
        let turned: Lanes = a.iter().map(|x| std::array::from_fn(|l| x[(l + 3) % 8])).collect();
        let mut spoilt = a.clone();
        for (i, x) in spoilt.iter_mut().enumerate() {
            x[1] = 0.0;
            x[4] = if i == n { f64::NAN } else { 1.0 };
            x[6] = f64::INFINITY;
        }
        for kernel in
            [Kernel::All, Kernel::Least, Kernel::Greatest, Kernel::Number(1), Kernel::Vectors, Kernel::Singular]
        {
            let (x, y, z) = (run(kernel, n, n, &a), run(kernel, n, n, &turned), run(kernel, n, n, &spoilt));
            for i in 0..x.len() {
                for l in 0..8 {
                    assert!(same(y[i][l], x[i][(l + 3) % 8]), "{kernel:?} n = {n}");
                    assert!([1, 4, 6].contains(&l) || same(z[i][l], x[i][l]), "{kernel:?} n = {n} entry {i} lane {l}");
                }
            }
            let bound = z.last().map_or([0.0; 8], |x| *x);
            assert_eq!((bound[4], bound[6]), (f64::INFINITY, f64::INFINITY), "{kernel:?} n = {n}");
        }
    }
}

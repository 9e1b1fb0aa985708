//! Dense kernels against nalgebra, one lane at a time, and against themselves on every back end.

use nalgebra::DMatrix;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::dense::*;
use super::{Backend, Job, Lane8, dispatch};

/// Eight matrices of one shape, entry by entry.
type Lanes = Vec<[f64; 8]>;

#[derive(Clone, Copy, Debug)]
enum Kernel {
    Matmul,
    MatmulNt,
    MatmulTn,
    Gram,
    GramOfRows,
    Solve,
    Inverse,
    Cholesky,
    Inertia,
}

struct Run<'a> {
    kernel: Kernel,
    a: &'a [[f64; 8]],
    b: &'a [[f64; 8]],
    shape: [usize; 3],
}

impl Job for Run<'_> {
    type Out = Lanes;
    #[inline(always)]
    fn run<V: Lane8>(self) -> Lanes {
        let load = |x: &[[f64; 8]]| x.iter().map(V::load).collect::<Vec<V>>();
        let (mut a, mut b) = (load(self.a), load(self.b));
        let [m, k, n] = self.shape;
        let mut out = vec![V::zero(); m.max(k) * n.max(k).max(m)];
        match self.kernel {
            Kernel::Matmul => matmul(&a, &b, &mut out, m, k, n),
            Kernel::MatmulNt => matmul_nt(&a, &b, &mut out, m, k, n),
            Kernel::MatmulTn => matmul_tn(&a, &b, &mut out, m, k, n),
            Kernel::Gram => gram(&a, &mut out, m, k),
            Kernel::GramOfRows => gram_of_rows(&a, &mut out, m, k),
            Kernel::Solve => {
                let det = solve(m, &mut a, n, &mut b);
                out = b;
                out.push(det);
            }
            Kernel::Inverse => {
                let mut scratch = vec![V::zero(); inverse_scratch_len(m)];
                let known = inverse(m, &a, &mut out, &mut scratch);
                out.truncate(m * m);
                out.extend([known.determinant, known.error]);
            }
            Kernel::Cholesky => {
                let positive = cholesky(m, &mut a);
                out = a;
                out.push(V::select(positive, V::one(), V::zero()));
            }
            Kernel::Inertia => {
                let known = inertia(m, &mut a);
                out = vec![known.negative, known.backward_error];
            }
        }
        out.into_iter().map(V::to_array).collect()
    }
}

/// The kernel's result, the same bits on all back ends.
fn run(kernel: Kernel, a: &[[f64; 8]], b: &[[f64; 8]], shape: [usize; 3]) -> Lanes {
    let expected = dispatch(Backend::Scalar, Run { kernel, a, b, shape });
    for backend in Backend::available() {
        let got = dispatch(backend, Run { kernel, a, b, shape });
        let same = |x: &f64, y: &f64| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
        assert!(
            expected.as_flattened().iter().zip(got.as_flattened()).all(|(x, y)| same(x, y)),
            "{kernel:?} {backend}"
        );
    }
    expected
}

fn random(rng: &mut ChaCha8Rng, len: usize) -> Lanes {
    (0..len).map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect()
}

fn lane(a: &[[f64; 8]], rows: usize, columns: usize, lane: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| a[i * columns + j][lane])
}

/// Distance to the reference in units of what rounding may do.
fn assert_near(got: &DMatrix<f64>, expected: &DMatrix<f64>, allowed: f64) {
    let error = (got - expected).norm();
    assert!(error <= allowed, "{error:e} is more than {allowed:e}");
}

#[test]
fn products_agree_with_the_plain_ones_in_every_shape() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for [m, k, n] in
        [[1, 1, 1], [2, 3, 2], [3, 2, 5], [4, 4, 4], [5, 7, 6], [8, 8, 8], [7, 1, 9], [9, 13, 11], [3, 0, 2]]
    {
        let (a, b) = (random(&mut rng, m * k), random(&mut rng, k * n));
        let plain = run(Kernel::Matmul, &a, &b, [m, k, n]);
        let nt = run(Kernel::MatmulNt, &a, &b, [m, k, n]);
        let tn = run(Kernel::MatmulTn, &a, &b, [m, k, n]);
        let square = run(Kernel::Gram, &a, &[], [m, k, k]);
        let rows = run(Kernel::GramOfRows, &a, &[], [m, k, m]);
        for l in 0..8 {
            let (x, y) = (lane(&a, m, k, l), lane(&b, k, n, l));
            // Both sides round: twice k u ||A|| ||B||.
            let allowed = 2.0 * k as f64 * UNIT_ROUNDOFF * x.norm() * y.norm();
            assert_near(&lane(&plain, m, n, l), &(&x * &y), allowed);
            let (xt, yt) =
                (DMatrix::from_fn(k, m, |i, j| a[i * m + j][l]), DMatrix::from_fn(n, k, |i, j| b[i * k + j][l]));
            assert_near(&lane(&nt, m, n, l), &(&x * yt.transpose()), allowed);
            assert_near(&lane(&tn, m, n, l), &(xt.transpose() * &y), allowed);
            let allowed = 2.0 * m.max(k) as f64 * UNIT_ROUNDOFF * x.norm_squared();
            let (g, r) = (lane(&square, k, k, l), lane(&rows, m, m, l));
            assert_near(&g, &(x.transpose() * &x), allowed);
            assert_near(&r, &(&x * x.transpose()), allowed);
            assert!(g == g.transpose() && r == r.transpose());
        }
    }
}

#[test]
fn an_entry_does_not_depend_on_its_block() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (m, k, n) = (7, 6, 7);
    let (a, b) = (random(&mut rng, m * k), random(&mut rng, k * n));
    let product = run(Kernel::Matmul, &a, &b, [m, k, n]);
    for i in 0..m {
        for j in 0..n {
            for l in 0..8 {
                let expected = (0..k).fold(0.0, |sum, p| f64::mul_add(a[i * k + p][l], b[p * n + j][l], sum));
                assert_eq!(product[i * n + j][l].to_bits(), expected.to_bits());
            }
        }
    }
}

#[test]
fn an_inverse_is_within_its_own_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut worst = 0.0f64;
    for n in 1..=12 {
        let a = random(&mut rng, n * n);
        let got = run(Kernel::Inverse, &a, &[], [n, n, n]);
        let b = random(&mut rng, n * 3);
        let solved = run(Kernel::Solve, &a, &b, [n, n, 3]);
        for l in 0..8 {
            let x = lane(&a, n, n, l);
            let (inverse, det, error) = (lane(&got, n, n, l), got[n * n][l], got[n * n + 1][l]);
            // nalgebra's own error is of the size of the bound: one Newton step takes it out of the comparison.
            let reference = x.clone().try_inverse().unwrap_or_else(|| DMatrix::zeros(n, n));
            let residual = DMatrix::identity(n, n) - &x * &reference;
            let refined = &reference + &reference * residual;
            let off = (&inverse - &refined).norm();
            worst = worst.max(off / error);
            assert!(error < 1e-6 && off <= error, "{n}: {off:e} {error:e}");
            let expected = x.clone().determinant();
            assert!((det - expected).abs() <= 1e-12 * inverse.norm() * x.norm() * expected.abs());
            assert_eq!(det.to_bits(), solved[n * 3][l].to_bits());
            let y = lane(&b, n, 3, l);
            assert_near(&(&x * lane(&solved, n, 3, l)), &y, 1e-13 * x.norm() * inverse.norm() * y.norm());
        }
    }
    println!("an inverse used up to {worst:.3} of its bound");
}

#[test]
fn a_singular_lane_says_so_and_leaves_the_others_alone() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let n = 4;
    let clean = random(&mut rng, n * n);
    let mut spoilt = clean.clone();
    for i in 0..n {
        spoilt[i * n][2] = 0.0;
        spoilt[i * n + 1][5] = f64::NAN;
    }
    let (x, y) = (run(Kernel::Inverse, &clean, &[], [n, n, n]), run(Kernel::Inverse, &spoilt, &[], [n, n, n]));
    assert_eq!((y[n * n][2], y[n * n + 1][2]), (0.0, f64::INFINITY));
    assert_eq!(y[n * n + 1][5], f64::INFINITY);
    for (x, y) in x.iter().zip(&y) {
        for l in [0, 1, 3, 4, 6, 7] {
            assert_eq!(x[l].to_bits(), y[l].to_bits());
        }
    }
}

#[test]
fn cholesky_succeeds_exactly_on_positive_definite_lanes() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for n in 1..=9 {
        let b = random(&mut rng, n * n);
        let mut a = run(Kernel::GramOfRows, &b, &[], [n, n, n]);
        for i in 0..n {
            a[i * n + i] = a[i * n + i].map(|x| x + 0.1);
        }
        a[n * n - 1][3] = -1.0;
        let factor = run(Kernel::Cholesky, &a, &[], [n, n, n]);
        assert_eq!(factor[n * n], [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        for l in [0, 7] {
            let lower = lane(&factor, n, n, l).lower_triangle();
            let x = lane(&a, n, n, l);
            assert_near(&(&lower * lower.transpose()), &x, 2.0 * (n + 1) as f64 * UNIT_ROUNDOFF * x.trace());
        }
    }
}

#[test]
fn the_inertia_counts_negative_eigenvalues() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    for n in 1..=10 {
        let b = random(&mut rng, n * n);
        let a: Lanes = (0..n * n).map(|i| std::array::from_fn(|l| b[i][l] + b[i % n * n + i / n][l])).collect();
        let [negatives, errors]: [[f64; 8]; 2] = std::array::from_fn(|i| run(Kernel::Inertia, &a, &[], [n, n, n])[i]);
        for (l, (negative, error)) in negatives.into_iter().zip(errors).enumerate() {
            let values = lane(&a, n, n, l).symmetric_eigenvalues();
            let least = values.iter().fold(f64::INFINITY, |m, x| m.min(x.abs()));
            assert!(error < least, "the bound {error:e} should decide these");
            assert_eq!(negative as usize, values.iter().filter(|x| **x < 0.0).count());
        }
    }
}

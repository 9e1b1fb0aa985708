//! Functions of matrices against their identities, each proved by what the enclosures contain.

use super::ball::{Ball, with_bits};
use super::ball_matrix::{Image, determinant, function, inverse, projector};
use super::ball_spectrum_tests::{power, q, stream, with_spectrum};
use super::number::{Number, RealFn};
use dashu_ratio::RBig;

fn matrix(image: Image) -> Vec<Ball> {
    match image {
        Image::Matrix(entries) => entries,
        Image::Undefined => panic!("undefined"),
    }
}

fn product(n: usize, a: &[Ball], b: &[Ball]) -> Vec<Ball> {
    let mut out = vec![Ball::zero(); n * n];
    Ball::matmul(a, b, &mut out, n, n, n);
    out
}

/// That each enclosure holds its number and is no wider than `width`.
fn assert_holds(found: &[Ball], expected: &[Ball], width: &RBig) {
    for (k, (x, y)) in found.iter().zip(expected).enumerate() {
        let ((lo, hi), (a, b)) = (x.enclosure().expect("known"), y.enclosure().expect("known"));
        assert!(lo <= b && a <= hi, "entry {k}: {x:?} against {y:?}");
        assert!(hi - lo <= *width, "entry {k} is {:e} wide", x.sub(x).to_f64(0));
    }
}

fn unit(n: usize) -> Vec<Ball> {
    (0..n * n).map(|k| if k / n == k % n { Ball::one() } else { Ball::zero() }).collect()
}

/// Symmetric with small integer entries over seven.
fn symmetric(n: usize, next: &mut impl FnMut(i64) -> i64) -> Vec<Ball> {
    let a: Vec<Ball> = (0..n * n).map(|_| Ball::from(q(next(20), 7))).collect();
    (0..n * n).map(|k| a[(k / n).max(k % n) * n + (k / n).min(k % n)].clone()).collect()
}

fn widened(a: &[Ball], radius: &RBig) -> Vec<Ball> {
    a.iter().map(|x| x.widened(&Ball::from(radius.clone()))).collect()
}

#[test]
fn roots_are_exact_where_they_are_rational_and_enclosed_elsewhere() {
    // Semidefinite with rational roots, then with irrational ones, singular and not.
    let a = with_spectrum(&[q(9, 4), q(1, 1), q(1, 1), q(0, 1)], 3);
    let root = matrix(with_bits(128, || function(4, RealFn::Sqrt, false, &a)));
    assert_holds(&root, &with_spectrum(&[q(3, 2), q(1, 1), q(1, 1), q(0, 1)], 3), &RBig::ZERO);
    for (seed, d) in
        [[q(5, 1), q(2, 1), q(1, 3)], [q(7, 1), q(2, 1), q(0, 1)], [power(10, 30), q(1, 1), power(10, -30)]]
            .iter()
            .enumerate()
    {
        let a = with_spectrum(d, seed as u64);
        let mut narrow = d[0].clone() * power(2, -50);
        for bits in [128, 256, 512] {
            let root = matrix(with_bits(bits, || function(3, RealFn::Sqrt, false, &a)));
            with_bits(bits, || assert_holds(&product(3, &root, &root), &a, &narrow));
            narrow *= power(2, -60);
        }
    }
}

#[test]
fn a_root_is_undefined_only_where_there_is_certainly_none() {
    let a = with_spectrum(&[q(2, 1), q(1, 1), -power(10, -60)], 3);
    assert!(matches!(function(3, RealFn::Sqrt, false, &a), Image::Undefined));
    assert!(matches!(
        function(3, RealFn::Log, false, &with_spectrum(&[q(2, 1), q(1, 1), q(0, 1)], 3)),
        Image::Undefined
    ));
    // A singular matrix known to a few digits may have one or not, unless its form says so.
    let wide = widened(&with_spectrum(&[q(2, 1), q(1, 1), q(0, 1)], 3), &power(2, -60));
    assert!(matrix(function(3, RealFn::Sqrt, false, &wide)).iter().all(|x| !x.is_known()));
    let root = matrix(function(3, RealFn::Sqrt, true, &wide));
    assert_holds(&product(3, &root, &root), &wide, &power(2, -20));
    // One block without an image is enough.
    let blocks = [Ball::from(q(-1, 1)), Ball::zero(), Ball::zero(), Ball::one()];
    assert!(matches!(function(2, RealFn::Sqrt, false, &blocks), Image::Undefined));
    let diagonal = [Ball::from(q(4, 1)), Ball::zero(), Ball::zero(), Ball::from(q(1, 9))];
    assert_holds(
        &matrix(function(2, RealFn::Sqrt, false, &diagonal)),
        &[q(2, 1), q(0, 1), q(0, 1), q(1, 3)].map(Ball::from),
        &RBig::ZERO,
    );
}

#[test]
fn exponential_and_logarithm_undo_one_another() {
    let mut next = stream(8);
    for n in 2..=6 {
        let a = symmetric(n, &mut next);
        let negative: Vec<Ball> = a.iter().map(Ball::neg).collect();
        for bits in [128, 300] {
            with_bits(bits, || {
                let (e, f) =
                    (matrix(function(n, RealFn::Exp, false, &a)), matrix(function(n, RealFn::Exp, false, &negative)));
                assert_holds(&product(n, &e, &f), &unit(n), &power(2, 60 - bits as i64));
                let log = matrix(function(n, RealFn::Log, false, &e));
                assert_holds(&log, &a, &power(2, 60 - bits as i64));
            });
        }
    }
    assert_holds(&matrix(function(3, RealFn::Exp, false, &vec![Ball::zero(); 9])), &unit(3), &RBig::ZERO);
}

#[test]
fn projectors_are_exact_at_rational_eigenvalues_and_undefined_at_ties() {
    let d = [q(3, 1), q(1, 1), q(1, 1), q(-2, 1)];
    let a = with_spectrum(&d, 12);
    for (i, simple) in [(0, true), (1, false), (2, false), (3, true)] {
        match projector(4, i, &a) {
            Image::Undefined => assert!(!simple),
            Image::Matrix(p) => {
                assert!(simple);
                assert_holds(&product(4, &p, &p), &p, &RBig::ZERO);
                let scaled: Vec<Ball> = p.iter().map(|x| x.mul(&Ball::from(d[i].clone()))).collect();
                assert_holds(&product(4, &a, &p), &scaled, &RBig::ZERO);
            }
        }
    }
    let wide = widened(&a, &power(2, -50));
    for (i, simple) in [(0, true), (1, false), (3, true)] {
        let p = matrix(projector(4, i, &wide));
        if simple {
            assert_holds(&p, &matrix(projector(4, i, &a)), &power(2, -44));
        } else {
            assert!(p.iter().all(|x| !x.is_known()));
        }
    }
    let mut next = stream(5);
    let a = symmetric(5, &mut next);
    let all: Vec<Vec<Ball>> = (0..5).map(|i| matrix(projector(5, i, &a))).collect();
    let sum: Vec<Ball> = (0..25).map(|k| all.iter().fold(Ball::zero(), |s, p| s.add(&p[k]))).collect();
    assert_holds(&sum, &unit(5), &power(2, -90));
}

#[test]
fn inverses_and_determinants_hold_what_they_must() {
    let mut next = stream(21);
    for n in 1..=6 {
        for _ in 0..10 {
            let a: Vec<Ball> = (0..n * n).map(|_| Ball::from(q(next(9), 5))).collect();
            let det = determinant(n, &a);
            let exact = match inverse(n, &a) {
                Image::Undefined => {
                    assert!(det.is_zero());
                    continue;
                }
                Image::Matrix(b) => b,
            };
            assert_holds(&product(n, &a, &exact), &unit(n), &RBig::ZERO);
            assert!(det.is_exact() && !det.is_zero());
            let wide = widened(&a, &power(2, -80));
            let found = matrix(inverse(n, &wide));
            assert_holds(&found, &exact, &power(2, -40));
            let near = determinant(n, &wide);
            assert_holds(&[near], &[det], &power(2, -40));
        }
    }
    let singular = widened(&[1, 2, 2, 4].map(|x| Ball::from(q(x, 1))), &power(2, -80));
    assert!(matrix(inverse(2, &singular)).iter().all(|x| !x.is_known()));
    let det = determinant(2, &singular);
    assert!(det.contains_zero());
    assert_holds(&[det], &[Ball::zero()], &power(2, -70));
    // Far outside of the range of hardware floats.
    let huge: Vec<Ball> = [3, 1, 1, 2].map(|x| Ball::from(q(x, 1) * power(10, 4000))).to_vec();
    let huge: Vec<Ball> = huge.iter().map(|x| x.mul(&Ball::from(q(2, 1)).sqrt())).collect();
    with_bits(128, || assert_holds(&product(2, &huge, &matrix(inverse(2, &huge))), &unit(2), &power(2, -90)));
}

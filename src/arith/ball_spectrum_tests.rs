//! Enclosed spectra against spectra that are known, and against exact inertia at the ends of the enclosures.

use super::ball::{Ball, with_bits};
use super::ball_spectrum::{eigenvalues, singular_values};
use super::ball_vectors::Frame;
use super::inertia::{Cleared, shifted_inertia};
use super::number::Number;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

pub fn q(p: i64, q: u64) -> RBig {
    RBig::from_parts(IBig::from(p), UBig::from(q))
}

pub fn power(base: u8, k: i64) -> RBig {
    let size = UBig::from(base).pow(k.unsigned_abs() as usize);
    if k < 0 { RBig::from_parts(IBig::ONE, size) } else { RBig::from(size) }
}

fn total(numbers: impl Iterator<Item = RBig>) -> RBig {
    numbers.fold(RBig::ZERO, |sum, x| sum + x)
}

/// Small integers from a fixed stream.
pub fn stream(seed: u64) -> impl FnMut(i64) -> i64 {
    let mut state = seed;
    move |size| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i64 % (2 * size + 1) - size
    }
}

/// `Q diag(d) Q'` for a product of two rational reflections.
pub fn with_spectrum(d: &[RBig], seed: u64) -> Vec<Ball> {
    let n = d.len();
    let mut next = stream(seed);
    let mut a: Vec<RBig> = (0..n * n).map(|k| if k / n == k % n { d[k / n].clone() } else { RBig::ZERO }).collect();
    for _ in 0..2 {
        let v: Vec<RBig> = (0..n).map(|_| q(next(9) * 2 + 1, 1)).collect();
        let square = total(v.iter().map(|x| x * x));
        let h = |i: usize, j: usize| {
            let unit = if i == j { RBig::ONE } else { RBig::ZERO };
            unit - q(2, 1) * &v[i] * &v[j] / &square
        };
        let reflect = |a: &[RBig]| -> Vec<RBig> {
            (0..n * n).map(|k| total((0..n).map(|l| h(k / n, l) * &a[l * n + k % n]))).collect()
        };
        let half = reflect(&a);
        let turned: Vec<RBig> = (0..n * n).map(|k| half[k % n * n + k / n].clone()).collect();
        a = reflect(&turned);
    }
    a.into_iter().map(Ball::from).collect()
}

fn rationals(a: &[Ball]) -> Vec<RBig> {
    a.iter().map(|x| x.rational().unwrap().clone()).collect()
}

/// That each enclosure holds its eigenvalue, by the inertia at its ends.
fn assert_counted(n: usize, a: &[Ball], values: &[Ball]) {
    let numbers = rationals(a);
    let cleared = Cleared::new(n, numbers.iter()).unwrap();
    for (k, value) in values.iter().enumerate() {
        let (lo, hi) = value.enclosure().unwrap();
        let (low, high) = (shifted_inertia(n, &cleared, &lo), shifted_inertia(n, &cleared, &hi));
        assert!(low.positive + low.zero > k, "{k}-th below {lo:?}");
        assert!(high.positive <= k, "{k}-th above {hi:?}");
    }
}

fn width(x: &Ball) -> f64 {
    let (lo, hi) = x.enclosure().unwrap();
    (hi - lo).to_f64().value()
}

#[test]
fn rational_eigenvalues_come_out_exact_whatever_their_multiplicity() {
    let spectra: Vec<Vec<RBig>> = vec![
        vec![q(3, 1), q(1, 2), q(1, 2), q(0, 1), q(-7, 3)],
        vec![q(1, 1); 4],
        vec![q(5, 7), q(0, 1), q(0, 1), q(0, 1)],
        vec![q(1_000_001, 1_000_000), q(1, 1)],
        vec![q(8, 1), q(7, 1), q(6, 1), q(5, 1), q(4, 1), q(3, 1), q(2, 1), q(1, 1)],
    ];
    for (seed, d) in spectra.iter().enumerate() {
        let a = with_spectrum(d, seed as u64);
        for bits in [128, 256] {
            let values = with_bits(bits, || eigenvalues(d.len(), &a, None));
            for (value, d) in values.iter().zip(d) {
                assert_eq!(value.rational(), Some(d), "{value:?}");
            }
            let k = d.len() - 1;
            let least = with_bits(bits, || eigenvalues(d.len(), &a, Some(k))[k].clone());
            assert_eq!(least.rational(), Some(&d[k]));
        }
    }
}

#[test]
fn irrational_eigenvalues_are_enclosed_ever_closer() {
    let mut next = stream(11);
    for n in 2..=8 {
        for _ in 0..4 {
            let a: Vec<Ball> = (0..n * n).map(|_| Ball::from(q(next(1000), 7))).collect();
            let a: Vec<Ball> = (0..n * n).map(|k| a[(k / n).max(k % n) * n + (k / n).min(k % n)].clone()).collect();
            let mut last = 1e-20;
            for bits in [128, 256, 512] {
                let values = with_bits(bits, || eigenvalues(n, &a, None));
                assert_counted(n, &a, &values);
                let most = values.iter().map(width).fold(0.0, f64::max);
                assert!(most <= last, "n = {n}, {bits} bits: {most:e}");
                last = most * 1e-30 + 1e-300;
            }
        }
    }
}

#[test]
fn clusters_and_grading_are_resolved_at_their_own_scale() {
    let close = |k: i64| RBig::ONE + power(10, -30) * q(k, 1);
    let irrational_like = |k: i64| power(3, -k) * q(123_456_789, 1_000_000_007);
    let spectra: Vec<Vec<RBig>> = vec![
        vec![close(3), close(2), close(1), q(1, 2), q(-1, 3)],
        vec![power(10, 40), q(1, 1), power(10, -40)],
        vec![power(10, 200), power(10, 100), q(1, 1), power(10, -100), power(10, -200)],
        vec![power(10, 200), irrational_like(300), -irrational_like(400)],
    ];
    for (seed, d) in spectra.iter().enumerate() {
        let a = with_spectrum(d, 40 + seed as u64);
        for bits in [128, 256] {
            let values = with_bits(bits, || eigenvalues(d.len(), &a, None));
            assert_counted(d.len(), &a, &values);
            for (value, d) in values.iter().zip(d) {
                let (lo, hi) = value.enclosure().unwrap();
                assert!(lo <= *d && *d <= hi);
                let size = if *d < RBig::ZERO { -d.clone() } else { d.clone() };
                assert!(hi - lo <= size * power(2, -64), "{d:?} of {seed} at {bits} bits: {value:?}");
            }
        }
    }
}

#[test]
fn hilbert_and_wilkinson_matrices_are_enclosed() {
    let n = 8;
    let hilbert: Vec<Ball> = (0..n * n).map(|k| Ball::from(q(1, (k / n + k % n + 1) as u64))).collect();
    let values = with_bits(128, || eigenvalues(n, &hilbert, None));
    assert_counted(n, &hilbert, &values);
    assert!((values[n - 1].to_f64(0) - 1.111538966372442e-10).abs() < 1e-22);
    let n: usize = 21;
    let wilkinson: Vec<Ball> = (0..n * n)
        .map(|k| match (k / n).abs_diff(k % n) {
            0 => q((k / n).abs_diff(10) as i64, 1),
            1 => q(1, 1),
            _ => q(0, 1),
        })
        .map(Ball::from)
        .collect();
    let values = with_bits(128, || eigenvalues(n, &wilkinson, None));
    assert_counted(n, &wilkinson, &values);
    // The two greatest agree to fifteen digits, and are told apart.
    assert_eq!(values[1].lt(&values[0]), !0);
}

#[test]
fn enclosures_of_the_entries_widen_those_of_the_eigenvalues() {
    let a = with_spectrum(&[q(3, 1), q(2, 1), q(2, 1), q(0, 1)], 5);
    let radius = Ball::from(power(2, -40));
    let wide: Vec<Ball> = a.iter().map(|x| x.widened(&radius)).collect();
    let values = eigenvalues(4, &wide, None);
    for (value, d) in values.iter().zip([3, 2, 2, 0]) {
        let (lo, hi) = value.enclosure().unwrap();
        assert!(lo < q(d, 1) && q(d, 1) < hi && hi - lo < power(2, -36));
    }
    let mut unknown = wide.clone();
    unknown[4] = Ball::Unknown;
    assert!(eigenvalues(4, &unknown, None).iter().all(|x| !x.is_known()));
}

#[test]
fn whatever_the_vectors_the_enclosures_hold() {
    let mut next = stream(23);
    let n = 5;
    let a = with_spectrum(&[q(4, 5), q(1, 2), q(1, 2), q(0, 1), q(-1, 3)], 9);
    let digits = 128;
    let m: Vec<IBig> = rationals(&a).iter().map(|x| (x * power(2, 128)).round()).collect();
    let cleared = Cleared { entries: m.clone(), denominator: UBig::ONE };
    let mut useful = 0;
    for round in 0..60 {
        // From nearly orthonormal to nonsense.
        let start: Vec<f64> = (0..n * n)
            .map(|k| f64::from(u8::from(k % (n + 1) == 0)) + next(1000) as f64 * 10f64.powi(-round / 4))
            .collect();
        for frame in [Frame::from_start(n, digits, &m, &start), Frame::from_start(n, digits, &m, &[0.0; 25])] {
            let Some(bounds) = frame.enclosures() else { continue };
            useful += 1;
            for (k, (lo, hi)) in bounds.iter().enumerate() {
                let low = shifted_inertia(n, &cleared, &RBig::from(lo.clone()));
                let high = shifted_inertia(n, &cleared, &RBig::from(hi.clone()));
                assert!(low.positive + low.zero > k && high.positive <= k);
            }
        }
    }
    assert!(useful > 10);
}

#[test]
fn singular_values_are_exact_where_they_are_rational() {
    // diag(3, 4/5, 0) between two orthogonal matrices.
    let (d, n) = ([q(3, 1), q(4, 5), q(0, 1)], 3);
    let left = rationals(&with_spectrum(&[q(1, 1), q(1, 1), q(-1, 1)], 1));
    let right = rationals(&with_spectrum(&[q(1, 1), q(-1, 1), q(-1, 1)], 2));
    let a: Vec<Ball> = (0..n * n)
        .map(|k| Ball::from(total((0..n).map(|l| &left[k / n * n + l] * &d[l] * &right[l * n + k % n]))))
        .collect();
    let values = with_bits(256, || singular_values(n, n, &a));
    for (value, d) in values.iter().zip(&d) {
        assert_eq!(value.rational(), Some(d));
    }
    // [[1, 1, 0], [0, 1, 1]] has singular values √3 and 1, either way round.
    let numbers = [1, 1, 0, 0, 1, 1].map(|x| Ball::from(q(x, 1)));
    let turned = [1, 0, 1, 1, 0, 1].map(|x| Ball::from(q(x, 1)));
    for values in [singular_values(2, 3, &numbers), singular_values(3, 2, &turned)] {
        assert_eq!(values[1].rational(), Some(&RBig::ONE));
        let (lo, hi) = values[0].enclosure().unwrap();
        assert!(lo.sqr() < q(3, 1) && q(3, 1) < hi.sqr() && (hi - lo) < power(2, -100));
    }
    let wide: Vec<Ball> = a.iter().map(|x| x.widened(&Ball::from(power(2, -60)))).collect();
    for (value, d) in singular_values(n, n, &wide).iter().zip(&d) {
        let (lo, hi) = value.enclosure().unwrap();
        assert!(lo <= *d && *d <= hi && hi - lo < power(2, -56));
    }
}

//! The elementary functions are within their stated bounds, and the same on every back end.
//!
//! The standard library, within one ulp of the truth for these functions, is the oracle: the assertion is the stated bound
//! plus one. Arguments are dense where reductions, case splits and cancellations make the functions hard.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::elementary::*;
use super::{Backend, Job, Lane8, dispatch};

#[derive(Clone, Copy, Debug)]
enum Function {
    Exp,
    Ln,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Pow,
    Normal,
}

/// One function at every pair of arguments (a multiple of eight of them).
struct Apply<'a>(Function, &'a [(f64, f64)]);

impl Job for Apply<'_> {
    type Out = Vec<f64>;
    #[inline(always)]
    fn run<V: Lane8>(self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.1.len());
        for chunk in self.1.chunks_exact(8) {
            let x = V::load(&std::array::from_fn(|i| chunk[i].0));
            let y = V::load(&std::array::from_fn(|i| chunk[i].1));
            let value = match self.0 {
                Function::Exp => exp(x),
                Function::Ln => ln(x),
                Function::Sin => sin(x),
                Function::Cos => cos(x),
                Function::Tan => tan(x),
                Function::Asin => asin(x),
                Function::Acos => acos(x),
                Function::Atan => atan(x),
                Function::Pow => pow(x, y),
                Function::Normal => normal_from_uniform(x),
            };
            out.extend(value.to_array());
        }
        out
    }
}

/// Values on the scalar back end, after checking that every other gives the same bits (or also a NaN).
fn values(function: Function, arguments: &[(f64, f64)]) -> Vec<f64> {
    let expected = dispatch(Backend::Scalar, Apply(function, arguments));
    for backend in Backend::available() {
        let got = dispatch(backend, Apply(function, arguments));
        for ((x, a), b) in arguments.iter().zip(&expected).zip(&got) {
            assert!(
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
                "{function:?}{x:?}: {a} but {backend}: {b}"
            );
        }
    }
    expected
}

/// Distance in ulps of the reference (of `2^-1074` among the subnormals).
fn ulps(value: f64, reference: f64) -> f64 {
    if value == reference || value.is_nan() && reference.is_nan() {
        return 0.0;
    }
    if !reference.is_finite() || !value.is_finite() {
        return f64::INFINITY;
    }
    let above = f64::from_bits(reference.abs().to_bits() + 1);
    (value - reference).abs() / (above - reference.abs())
}

/// Asserts the bound over the arguments, padded to a multiple of eight.
fn assert_within(function: Function, oracle: fn(f64, f64) -> f64, bound: f64, mut arguments: Vec<(f64, f64)>) {
    while !arguments.len().is_multiple_of(8) {
        arguments.push(arguments[0]);
    }
    let mut worst = (0.0, (0.0, 0.0));
    for (&(x, y), value) in arguments.iter().zip(values(function, &arguments)) {
        let error = ulps(value, oracle(x, y));
        if error > worst.0 {
            worst = (error, (x, y));
        }
    }
    println!("{function:?}: worst {:.3} ulp from std at {:?}, stated {bound}", worst.0, worst.1);
    assert!(worst.0 <= bound + 1.0, "{function:?}: {worst:?}");
}

const POINTS: usize = 50_000;

/// Uniform points of an interval, points around given centres at all distances, and special values.
fn arguments(low: f64, high: f64, centres: &[f64]) -> Vec<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut points: Vec<f64> = (0..POINTS).map(|_| rng.random_range(low..high)).collect();
    for _ in 0..POINTS {
        let centre = centres[rng.random_range(0..centres.len())];
        let distance = 2f64.powf(rng.random_range(-60.0..1.0));
        points.push((centre + if rng.random() { distance } else { -distance }).clamp(low, high));
    }
    points.extend(centres);
    points.into_iter().map(|x| (x, 0.0)).collect()
}

/// Positive points of every magnitude, subnormals included.
fn all_magnitudes() -> Vec<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    (0..POINTS).map(|_| (f64::from_bits(rng.random_range(1..0x7ff0_0000_0000_0000)), 0.0)).collect()
}

#[test]
fn exp_is_within_its_bound() {
    let edges = [0.0, -708.4, -745.13, 709.78, std::f64::consts::LN_2 / 2.0, 1.0, 345.6, -36.7];
    assert_within(Function::Exp, |x, _| x.exp(), EXP_ULPS, arguments(-746.0, 710.0, &edges));
}

#[test]
fn ln_is_within_its_bound() {
    assert_within(Function::Ln, |x, _| x.ln(), LN_ULPS, all_magnitudes());
    let edges = [1.0, std::f64::consts::SQRT_2, std::f64::consts::FRAC_1_SQRT_2, 2.0, 0.5];
    assert_within(Function::Ln, |x, _| x.ln(), LN_ULPS, arguments(1e-300, 10.0, &edges));
}

#[test]
fn sines_are_within_their_bounds() {
    let mut points = arguments(-TRIG_MAX, TRIG_MAX, &[0.0, TRIG_MAX]);
    points.extend(arguments(-20.0, 20.0, &[0.0, std::f64::consts::FRAC_PI_4, -3.0 * std::f64::consts::FRAC_PI_4]));
    // Next to multiples of pi/2, the worst of reductions.
    for n in 1..40_000 {
        let x = f64::from(n * 16) * std::f64::consts::FRAC_PI_2;
        points.extend([(x, 0.0), (f64::from_bits(x.to_bits() + n as u64 % 3), 0.0), (-x, 0.0)]);
    }
    for n in 1..2_000 {
        points.push((f64::from(n) * std::f64::consts::FRAC_PI_2, 0.0));
    }
    assert_within(Function::Sin, |x, _| x.sin(), SIN_ULPS, points.clone());
    assert_within(Function::Cos, |x, _| x.cos(), COS_ULPS, points.clone());
    assert_within(Function::Tan, |x, _| x.tan(), TAN_ULPS, points);
}

#[test]
fn arcs_are_within_their_bounds() {
    let edges = [0.0, 0.5, -0.5, 1.0, -1.0];
    assert_within(Function::Asin, |x, _| x.asin(), ASIN_ULPS, arguments(-1.0, 1.0, &edges));
    assert_within(Function::Acos, |x, _| x.acos(), ACOS_ULPS, arguments(-1.0, 1.0, &edges));
    let edges = [0.0, 7.0 / 16.0, 11.0 / 16.0, -19.0 / 16.0, 39.0 / 16.0, 1.0];
    assert_within(Function::Atan, |x, _| x.atan(), ATAN_ULPS, arguments(-50.0, 50.0, &edges));
    assert_within(Function::Atan, |x, _| x.atan(), ATAN_ULPS, all_magnitudes());
}

#[test]
fn powers_are_within_their_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut points = vec![(4.0, 0.5), (2.0, 1023.0), (2.0, -1074.0), (10.0, 308.0), (1.0, 1e300), (0.999, 1e10)];
    for _ in 0..POINTS {
        // Results of every magnitude from bases near one and far from it.
        let x = 2f64.powf(rng.random_range(-3.0..3.0) * 10f64.powf(rng.random_range(-8.0..2.4)));
        let y = rng.random_range(-760.0..720.0) / x.ln();
        points.push((x, y.clamp(-1e300, 1e300)));
        points.push((x, rng.random_range(-3.0..3.0)));
    }
    assert_within(Function::Pow, f64::powf, POW_ULPS, points);
}

#[test]
fn special_arguments_give_the_limits() {
    let inf = f64::INFINITY;
    let nan = f64::NAN;
    let table = |f, x: [f64; 8]| values(f, &x.map(|x| (x, 2.0)));
    let same = |got: Vec<f64>, expected: [f64; 8]| {
        let bits = |x: &f64| if x.is_nan() { 1 } else { x.to_bits() };
        assert!(got.iter().map(bits).eq(expected.iter().map(bits)), "{got:?} is not {expected:?}");
    };
    same(
        table(Function::Exp, [0.0, -0.0, inf, -inf, nan, 1e300, -1e300, 5e-324]),
        [1.0, 1.0, inf, 0.0, nan, inf, 0.0, 1.0],
    );
    same(
        table(Function::Ln, [0.0, -0.0, inf, -inf, nan, -1.0, 1.0, -5e-324]),
        [-inf, -inf, inf, nan, nan, nan, 0.0, nan],
    );
    same(
        table(Function::Sin, [0.0, -0.0, inf, -inf, nan, 2e6, -2e6, 5e-324]),
        [0.0, -0.0, nan, nan, nan, nan, nan, 5e-324],
    );
    same(
        table(Function::Cos, [0.0, -0.0, inf, -inf, nan, 2e6, -2e6, 5e-324]),
        [1.0, 1.0, nan, nan, nan, nan, nan, 1.0],
    );
    same(
        table(Function::Tan, [0.0, -0.0, inf, -inf, nan, 2e6, -2e6, 5e-324]),
        [0.0, -0.0, nan, nan, nan, nan, nan, 5e-324],
    );
    let quarter = std::f64::consts::FRAC_PI_2;
    same(
        table(Function::Asin, [0.0, 1.0, -1.0, inf, nan, 1.1, -1.1, 5e-324]),
        [0.0, quarter, -quarter, nan, nan, nan, nan, 5e-324],
    );
    same(
        table(Function::Acos, [0.0, 1.0, -1.0, inf, nan, 1.1, -1.1, 5e-324]),
        [quarter, 0.0, 2.0 * quarter, nan, nan, nan, nan, quarter],
    );
    same(
        table(Function::Atan, [0.0, -0.0, inf, -inf, nan, 1e300, -1e300, 5e-324]),
        [0.0, -0.0, quarter, -quarter, nan, quarter, -quarter, 5e-324],
    );
    same(
        table(Function::Pow, [0.0, -1.0, inf, 1.0, nan, 1e300, 1e-300, 3.0]),
        [nan, nan, nan, 1.0, nan, inf, 0.0, 9.0],
    );
    same(
        table(Function::Normal, [0.0, 1.0, 0.5, -0.1, 1.1, nan, inf, -inf]),
        [-inf, inf, 0.0, nan, nan, nan, nan, nan],
    );
}

#[test]
fn normal_quantiles_are_within_their_bound() {
    // From a computation with 60 digits.
    let table = [
        (0.75, 0.6744897501960817),
        (0.625, 0.31863936396437514),
        (0.53125, 0.0784124127331122),
        (0.5009765625, 0.0024478816191106775),
        (0.5000000009313226, 2.334479498333298e-09),
        (0.5000000000000009, 2.2263331397374133e-15),
        (0.075, -1.439531470938456),
        (0.0749, -1.4402382675279637),
        (0.925, 1.4395314709384561),
        (0.9251, 1.440238267527964),
        (0.1, -1.2815515655446004),
        (0.01, -2.326347874040841),
        (0.001, -3.0902323061678136),
        (1e-05, -4.264890793922825),
        (1e-09, -5.9978070150076865),
        (1e-10, -6.361340902404057),
        (1.3e-11, -6.667611456510741),
        (1.4e-11, -6.656723091518184),
        (1e-12, -7.034483825301132),
        (1e-16, -8.222082216130435),
        (1e-30, -11.464024688443615),
        (1e-100, -21.273453560965326),
        (1e-300, -37.0470962993612),
        (5e-324, -38.467405617144344),
        (0.9999999999999999, 8.209536151601387),
        (0.3, -0.5244005127080408),
        (0.7, 0.5244005127080407),
        (0.99, 2.3263478740408408),
    ];
    let mut arguments: Vec<(f64, f64)> = table.iter().map(|&(u, _)| (u, 0.0)).collect();
    arguments.resize(arguments.len().next_multiple_of(8), (0.5, 0.0));
    let mut worst = 0.0f64;
    for (&(u, z), value) in table.iter().zip(values(Function::Normal, &arguments)) {
        let error = ((value - z) / z).abs();
        worst = worst.max(error);
        assert!(error <= NORMAL_RELATIVE_ERROR, "u = {u}: {value} is not {z}");
    }
    println!("worst relative error {worst:e}");
}

#[test]
fn normal_quantiles_increase_and_are_odd() {
    let n = 1 << 14;
    let arguments: Vec<(f64, f64)> = (0..n).map(|i| ((f64::from(i) + 0.5) / f64::from(n), 0.0)).collect();
    let z = values(Function::Normal, &arguments);
    assert!(z.windows(2).all(|w| w[0] < w[1]));
    assert!(z.iter().zip(z.iter().rev()).all(|(a, b)| a.to_bits() == (-b).to_bits()));
}

//! Cases of Lemma 3.2 a second, beside what one would write by hand with nalgebra.
//!
//! Three programs check the same statement for random matrices of one size, on one thread:
//!
//! - `theoremcheck`: the shipped claim file with its `d` fixed, through `Checker::run`, eight cases in lanes, every stratum, and
//!   with a bound on the rounding of every margin;
//! - `dynamic`: `DMatrix`, orthogonal factors from the QR decomposition of a Gaussian matrix, `symmetric_eigen`;
//! - `fixed`: the same on `SMatrix`, with `symmetric_eigenvalues`.
//!
//! `cargo bench --bench lemma_3_2` runs Criterion, then prints a table from rounds in which the three take turns, so that
//! whatever else the machine does befalls them alike. `PROTOTYPE_NS` is what hand-written lanes without a plan, without strata and
//! without error bounds took on the machine this was built on: the mark to come near to.

use criterion::{BenchmarkId, Criterion, Throughput};
use nalgebra::allocator::Allocator;
use nalgebra::{Const, DMatrix, DVector, DefaultAllocator, DimDiff, DimMin, DimSub, SMatrix, SVector, U1};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use theoremcheck::arith::Backend;
use theoremcheck::check::record::Hypotheses;
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::ClaimId;

const CLAIM: &str = include_str!("../claims/ye-du-2021/lemma-3.2.toml");
const SIZES: [usize; 5] = [2, 3, 5, 8, 16];
const PROTOTYPE_NS: [f64; 5] = [14.0, 81.0, 197.0, 444.0, 2140.0];
/// Cases in one call of the checker: the engine's block.
const BLOCK: u64 = 1024;
/// Cases in one turn of a program by hand.
const HAND_CASES: u64 = 128;
const ROUNDS: usize = 15;

/// What is kept of many cases: how many there were, and the least margin.
#[derive(Default)]
struct Seen {
    cases: u64,
    least: f64,
}

impl Seen {
    fn note(&mut self, margin: f64) {
        self.cases += 1;
        self.least = self.least.min(margin);
    }
}

fn checker(d: usize) -> Checker {
    let text = CLAIM.replace("\"int in 1..=8\"", &format!("\"int in {d}..={d}\""));
    assert!(text != CLAIM, "the claim's line of d has changed");
    let id = ClaimId("ye-du-2021/lemma-3.2".to_owned());
    let claim = load(&text, Path::new("claims/ye-du-2021/lemma-3.2.toml"), id, &|_| None).expect("the shipped claim");
    let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
    Checker::new(&claim, &options).unwrap_or_else(|errors| panic!("{}", errors.render(100, false)))
}

/// One block from `start`; the next block's start.
fn block(checker: &Checker, start: u64, seen: &mut Seen) -> u64 {
    let run = checker.run(start..start + BLOCK, &mut |record| {
        if record.hypotheses == Hypotheses::Met {
            seen.note(record.looks[0].margin);
        }
    });
    run.expect("plans of these sizes exist");
    start + BLOCK
}

/// The scalars of a case, as the claim's `[given]` draws them.
struct Scalars {
    sigma1: f64,
    sigma_d: f64,
    beta: f64,
    eta: f64,
}

impl Scalars {
    fn draw(rng: &mut StdRng) -> Self {
        let sigma1 = rng.random_range(-3.0..=3.0_f64).exp2();
        let sigma_d = sigma1 * (1.0 - rng.random::<f64>());
        let beta = rng.random_range(f64::EPSILON..1.0);
        let eta = beta / (8.0 * sigma1) * (1.0 - rng.random::<f64>());
        Self { sigma1, sigma_d, beta, eta }
    }

    /// The claim's margin in its unit.
    fn margin(&self, s: f64, s1: f64) -> f64 {
        let Self { sigma1, sigma_d, beta, eta } = self;
        let unit = sigma1.powi(3) * eta.powi(2);
        let bound = (1.0 + eta * (sigma_d - s)).powi(2) * s - (8.0 + 6.0 * beta) / (1.0 - beta) * unit;
        (s1 - bound) / unit
    }
}

/// Box and Muller's normal variate.
fn normal(rng: &mut StdRng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn dynamic_symmetric(d: usize, lo: f64, hi: f64, rng: &mut StdRng) -> DMatrix<f64> {
    let q = DMatrix::from_fn(d, d, |_, _| normal(rng)).qr().q();
    let spectrum = DVector::from_fn(d, |_, _| hi - (hi - lo) * rng.random::<f64>());
    &q * DMatrix::from_diagonal(&spectrum) * q.transpose()
}

fn dynamic(d: usize, rng: &mut StdRng, seen: &mut Seen) {
    let scalars = Scalars::draw(rng);
    let sigma = dynamic_symmetric(d, scalars.sigma_d, scalars.sigma1, rng);
    let s = dynamic_symmetric(d, 0.0, 2.0 * scalars.sigma1, rng);
    let t = DMatrix::identity(d, d) + (&sigma - &s) * scalars.eta;
    let s1 = &t * &s * &t;
    let (least, least1) = (s.symmetric_eigen().eigenvalues.min(), s1.symmetric_eigen().eigenvalues.min());
    seen.note(scalars.margin(least, least1));
}

fn fixed<const D: usize>(rng: &mut StdRng, seen: &mut Seen)
where
    Const<D>: DimSub<U1> + DimMin<Const<D>, Output = Const<D>>,
    DefaultAllocator: Allocator<DimDiff<Const<D>, U1>>,
{
    fn symmetric<const D: usize>(lo: f64, hi: f64, rng: &mut StdRng) -> SMatrix<f64, D, D>
    where
        Const<D>: DimMin<Const<D>, Output = Const<D>>,
    {
        let q = SMatrix::<f64, D, D>::from_fn(|_, _| normal(rng)).qr().q();
        let spectrum = SVector::<f64, D>::from_fn(|_, _| hi - (hi - lo) * rng.random::<f64>());
        q * SMatrix::from_diagonal(&spectrum) * q.transpose()
    }
    let scalars = Scalars::draw(rng);
    let sigma = symmetric::<D>(scalars.sigma_d, scalars.sigma1, rng);
    let s = symmetric::<D>(0.0, 2.0 * scalars.sigma1, rng);
    let mut t = (sigma - s) * scalars.eta;
    for i in 0..D {
        t[(i, i)] += 1.0;
    }
    let s1 = t * s * t;
    let (least, least1) = (s.symmetric_eigenvalues().min(), s1.symmetric_eigenvalues().min());
    seen.note(scalars.margin(least, least1));
}

/// One case of the fixed-size program.
fn fixed_case(d: usize) -> fn(&mut StdRng, &mut Seen) {
    match d {
        2 => fixed::<2>,
        3 => fixed::<3>,
        5 => fixed::<5>,
        8 => fixed::<8>,
        _ => fixed::<16>,
    }
}

fn criterion(c: &mut Criterion) {
    let mut group = c.benchmark_group("lemma-3.2");
    for d in SIZES {
        let checker = checker(d);
        let mut rng = StdRng::seed_from_u64(1);
        let mut seen = Seen::default();
        let mut start = 0;
        group.throughput(Throughput::Elements(BLOCK));
        group.bench_function(BenchmarkId::new("theoremcheck", d), |b| {
            b.iter(|| start = block(&checker, start, &mut seen));
        });
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("dynamic", d), |b| b.iter(|| dynamic(d, &mut rng, &mut seen)));
        let case = fixed_case(d);
        group.bench_function(BenchmarkId::new("fixed", d), |b| b.iter(|| case(&mut rng, &mut seen)));
        black_box((seen.cases, seen.least));
    }
    group.finish();
}

/// Nanoseconds a case.
fn timed(cases: u64, work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1e9 / cases as f64
}

/// The least of the rounds, in which the programs take turns.
fn table() {
    println!("\nns a case, one thread, least of {ROUNDS} rounds in turns ({} lanes)\n", Backend::best());
    println!("   d   theoremcheck   dynamic  (ratio)     fixed  (ratio)   lanes by hand, share reached");
    for (d, prototype) in SIZES.into_iter().zip(PROTOTYPE_NS) {
        let checker = checker(d);
        let case = fixed_case(d);
        let mut rng = StdRng::seed_from_u64(1);
        let mut seen = Seen::default();
        let mut start = 0;
        let mut least = [f64::INFINITY; 3];
        for _ in 0..ROUNDS {
            let round = [
                timed(4 * BLOCK, || (0..4).for_each(|_| start = block(&checker, start, &mut seen))),
                timed(HAND_CASES, || (0..HAND_CASES).for_each(|_| dynamic(d, &mut rng, &mut seen))),
                timed(HAND_CASES, || (0..HAND_CASES).for_each(|_| case(&mut rng, &mut seen))),
            ];
            for (least, time) in least.iter_mut().zip(round) {
                *least = least.min(time);
            }
        }
        black_box((seen.cases, seen.least));
        let [ours, dynamic, fixed] = least;
        println!(
            "{d:>4} {ours:>14.0} {dynamic:>9.0} {:>8.1} {fixed:>9.0} {:>8.1} {prototype:>15.0} {:>14.0} %",
            dynamic / ours,
            fixed / ours,
            100.0 * prototype / ours
        );
    }
}

fn main() {
    let has = |name: &str| std::env::args().any(|argument| argument == name);
    // `table` alone: no Criterion.
    if !has("table") {
        let mut c = Criterion::default().configure_from_args();
        criterion(&mut c);
        c.final_summary();
    }
    // `cargo test --benches` only wants to know that it runs.
    if has("--bench") && !has("--list") {
        table();
    }
}

//! An evolution strategy with covariance adaptation, on ranks alone.
//!
//! N. Hansen, *The CMA evolution strategy: a tutorial* (arXiv:1604.00772), with the Cholesky factor in place of the square root (as in
//! O. Krause, D. Arbones and C. Igel, *CMA-ES with optimal covariance update and storage complexity*, 2016), renewed every few
//! generations; in more than [`FULL`] coordinates only variances are adapted (R. Ros and N. Hansen, *A simple modification in CMA-ES
//! achieving linear time and space complexity*, 2008). Everything is `+ - * /`, square roots and this crate's `ln` and `exp`, in a fixed
//! order.

use super::goal::{Outcome, Score};
use super::probe::Probe;
use super::random::Random;
use super::space::Kind;
use crate::arith::backend::dispatch;
use crate::arith::elementary;
use crate::arith::lane::{Backend, Job, Lane8};

/// The most coordinates that have a full covariance.
const FULL: usize = 40;
/// The most coordinates that a strategy is worth its memory for.
const MOST: usize = 20_000;
/// Generations without progress, beyond those it takes to learn a covariance.
const PATIENCE: usize = 12;
/// Steps below this are left to the polish.
const SMALLEST: f64 = 1e-9;

/// Looks for a better point around `start` until `until` is spent or nothing moves any more.
pub fn evolve(probe: &mut Probe<'_>, random: &mut Random, start: &[f64], sigma: f64, until: u64) {
    let n = probe.space.coordinates.len();
    if n == 0 || n > MOST {
        return;
    }
    let mut x = Vec::new();
    probe.space.encode(start, &mut x);
    probe.put(0, start);
    for lane in 1..8 {
        probe.put(lane, start);
    }
    let scales = probe.space.coordinates.iter().map(|c| scale(c.kind)).collect();
    let mut strategy = Strategy::new(x, scales, sigma, probe.backend);
    let (mut least, mut idle) = (None::<Score>, 0);
    let patience = PATIENCE + 10 * n / strategy.offspring;
    while !probe.is_done() && probe.spent < until && idle < patience && strategy.reach() > SMALLEST {
        let score = strategy.generation(probe, random);
        if least.is_none_or(|least| score.is_clearly_better(&least)) {
            (least, idle) = (Some(score), 0);
        } else {
            idle += 1;
        }
    }
}

/// The first standard deviation of a coordinate, in units of the step.
fn scale(kind: Kind) -> f64 {
    match kind {
        Kind::Normal => 2.0,
        Kind::Reflector | Kind::Sign => 1.0,
        Kind::Unit { .. } | Kind::Fraction | Kind::Order => 1.0,
    }
}

struct Strategy {
    n: usize,
    offspring: usize,
    weights: Vec<f64>,
    /// The effective number of parents.
    parents: f64,
    rates: Rates,
    backend: Backend,
    scales: Vec<f64>,
    mean: Vec<f64>,
    sigma: f64,
    /// The covariance (row-major, or its diagonal) and its Cholesky factor.
    covariance: Vec<f64>,
    factor: Vec<f64>,
    full: bool,
    /// Evolution paths, of the step and of the covariance.
    path_sigma: Vec<f64>,
    path: Vec<f64>,
    generation: usize,
    /// Standard normals, coordinate by coordinate for eight candidates at a time; what became of them; candidates.
    normals: Vec<[f64; 8]>,
    steps: Vec<f64>,
    x: Vec<f64>,
    /// A row of what the parents' steps add to the covariance.
    many: Vec<f64>,
    order: Vec<(Outcome, usize)>,
}

struct Rates {
    sigma: f64,
    damping: f64,
    path: f64,
    one: f64,
    many: f64,
    /// The expected length of a standard normal vector.
    length: f64,
}

impl Strategy {
    fn new(mean: Vec<f64>, scales: Vec<f64>, sigma: f64, backend: Backend) -> Self {
        let n = mean.len();
        let offspring = match n {
            0..=4 => 8,
            5..=60 => 16,
            _ => 24,
        };
        let half = offspring / 2;
        let mut weights: Vec<f64> = (1..=half).map(|i| ln(half as f64 + 0.5) - ln(i as f64)).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= sum);
        let parents = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        let (full, d) = (n <= FULL, n as f64);
        let rate_sigma = (parents + 2.0) / (d + parents + 5.0);
        let faster = if full { 1.0 } else { (d + 2.0) / 3.0 };
        let one = (2.0 / ((d + 1.3) * (d + 1.3) + parents) * faster).min(0.5);
        let many = (2.0 * (parents - 2.0 + 1.0 / parents) / ((d + 2.0) * (d + 2.0) + parents) * faster)
            .min(1.0 - one)
            .min(0.5);
        let rates = Rates {
            sigma: rate_sigma,
            damping: 1.0 + 2.0 * (((parents - 1.0) / (d + 1.0)).sqrt() - 1.0).max(0.0) + rate_sigma,
            path: (4.0 + parents / d) / (d + 4.0 + 2.0 * parents / d),
            one,
            many,
            length: d.sqrt() * (1.0 - 1.0 / (4.0 * d) + 1.0 / (21.0 * d * d)),
        };
        let size = if full { n * n } else { n };
        let mut covariance = vec![0.0; size];
        for i in 0..n {
            covariance[if full { i * n + i } else { i }] = 1.0;
        }
        Self {
            n,
            offspring,
            weights,
            parents,
            rates,
            backend,
            scales,
            mean,
            sigma,
            factor: covariance.clone(),
            covariance,
            full,
            path_sigma: vec![0.0; n],
            path: vec![0.0; n],
            generation: 0,
            normals: vec![[0.0; 8]; n * offspring / 8],
            steps: vec![0.0; n * offspring],
            x: vec![0.0; n],
            many: Vec::with_capacity(n),
            order: Vec::with_capacity(offspring),
        }
    }

    /// The largest standard deviation of a coordinate.
    fn reach(&self) -> f64 {
        let largest = (0..self.n).map(|i| self.covariance[if self.full { i * self.n + i } else { i }]);
        self.sigma * largest.fold(0.0, f64::max).sqrt()
    }

    /// The standard normal number of a candidate.
    fn normal(&self, candidate: usize, i: usize) -> f64 {
        self.normals[candidate / 8 * self.n + i][candidate % 8]
    }

    fn generation(&mut self, probe: &mut Probe<'_>, random: &mut Random) -> Score {
        let n = self.n;
        random.normals(self.backend, &mut self.normals);
        self.order.clear();
        for octet in 0..self.offspring / 8 {
            // Eight candidates at once, each by the same sums in the same order.
            let normals = &self.normals[octet * n..(octet + 1) * n];
            for i in 0..n {
                let mut step = [0.0; 8];
                let (row, before) = if self.full { (&self.factor[i * n..], 0) } else { (&self.factor[i..], i) };
                for (factor, normal) in row.iter().zip(&normals[before..=i]) {
                    for (step, normal) in step.iter_mut().zip(normal) {
                        *step += factor * normal;
                    }
                }
                for (lane, step) in step.into_iter().enumerate() {
                    self.steps[(octet * 8 + lane) * n + i] = step;
                }
            }
            for lane in 0..8 {
                let candidate = octet * 8 + lane;
                for i in 0..n {
                    self.x[i] = self.mean[i] + self.sigma * self.scales[i] * self.steps[candidate * n + i];
                }
                probe.space.decode(&self.x, &mut probe.lanes, lane);
            }
            let outcomes = probe.look(8);
            self.order.extend(outcomes.iter().enumerate().map(|(lane, o)| (*o, octet * 8 + lane)));
        }
        self.order.sort_by(|a, b| a.0.score.compare(&b.0.score).then(a.1.cmp(&b.1)));
        self.update();
        probe.space.keep_near(&mut self.mean);
        self.order[0].0.score
    }

    fn update(&mut self) {
        let n = self.n;
        let parents: Vec<usize> = self.order.iter().take(self.weights.len()).map(|o| o.1).collect();
        let rates = &self.rates;
        let keep_sigma = 1.0 - rates.sigma;
        let gain_sigma = (rates.sigma * (2.0 - rates.sigma) * self.parents).sqrt();
        let gain = (rates.path * (2.0 - rates.path) * self.parents).sqrt();
        let mut length = 0.0;
        for i in 0..n {
            let normal: f64 = parents.iter().zip(&self.weights).fold(0.0, |sum, (p, w)| sum + w * self.normal(*p, i));
            self.path_sigma[i] = keep_sigma * self.path_sigma[i] + gain_sigma * normal;
            length += self.path_sigma[i] * self.path_sigma[i];
        }
        let length = length.sqrt();
        self.generation += 1;
        // The path of the covariance waits while the step still grows fast.
        let settled = (1.0 - exp(2.0 * (self.generation as f64) * ln(keep_sigma))).max(1e-12).sqrt();
        let fast = length / settled > (1.4 + 2.0 / (n as f64 + 1.0)) * rates.length;
        for i in 0..n {
            let step: f64 = parents.iter().zip(&self.weights).fold(0.0, |sum, (p, w)| sum + w * self.steps[p * n + i]);
            self.mean[i] += self.sigma * self.scales[i] * step;
            self.path[i] = (1.0 - rates.path) * self.path[i] + if fast { 0.0 } else { gain * step };
        }
        let lost = if fast { rates.one * rates.path * (2.0 - rates.path) } else { 0.0 };
        let keep = 1.0 - rates.one - rates.many + lost;
        for i in 0..n {
            // Row by row for one parent after the other: sums side by side.
            let from = if self.full { 0 } else { i };
            self.many.clear();
            self.many.resize(i + 1 - from, 0.0);
            for (p, w) in parents.iter().zip(&self.weights) {
                let weighted = w * self.steps[p * n + i];
                for (sum, step) in self.many.iter_mut().zip(&self.steps[p * n + from..=p * n + i]) {
                    *sum += weighted * step;
                }
            }
            let row = if self.full { &mut self.covariance[i * n..] } else { &mut self.covariance[i..] };
            for ((c, many), path) in row.iter_mut().zip(&self.many).zip(&self.path[from..]) {
                *c = keep * *c + rates.one * self.path[i] * path + rates.many * many;
            }
        }
        let change = (rates.sigma / rates.damping * (length / rates.length - 1.0)).min(1.0);
        self.sigma = (self.sigma * exp(change)).clamp(1e-14, 1e6);
        let wait = 1 + n / 10;
        if self.generation.is_multiple_of(wait) {
            self.refactor();
        }
    }

    /// The Cholesky factor of the covariance; where rounding has spoilt it, off-diagonal entries are dropped.
    fn refactor(&mut self) {
        let n = self.n;
        if !self.full {
            for (f, c) in self.factor.iter_mut().zip(&self.covariance) {
                *f = c.max(1e-30).sqrt();
            }
            return;
        }
        for i in 0..n {
            for j in 0..=i {
                let mut sum = self.covariance[i * n + j];
                for k in 0..j {
                    sum -= self.factor[i * n + k] * self.factor[j * n + k];
                }
                if i > j {
                    self.factor[i * n + j] = sum / self.factor[j * n + j];
                } else if sum > 1e-14 * self.covariance[i * n + i] && sum > 1e-30 {
                    self.factor[i * n + i] = sum.sqrt();
                } else {
                    return self.forget();
                }
            }
        }
    }

    fn forget(&mut self) {
        let n = self.n;
        for i in 0..n {
            for j in 0..n {
                if i != j {
                    self.covariance[i * n + j] = 0.0;
                    self.factor[i * n + j] = 0.0;
                }
            }
            let variance = self.covariance[i * n + i];
            let variance = if variance.is_finite() { variance.clamp(1e-24, 1e12) } else { 1.0 };
            self.covariance[i * n + i] = variance;
            self.factor[i * n + i] = variance.sqrt();
        }
    }
}

/// A function of one real with this crate's bits.
struct One<const EXP: bool>(f64);

impl<const EXP: bool> Job for One<EXP> {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        let x = V::splat(self.0);
        if EXP { elementary::exp(x) } else { elementary::ln(x) }.to_array()[0]
    }
}

fn exp(x: f64) -> f64 {
    dispatch(Backend::Scalar, One::<true>(x))
}

fn ln(x: f64) -> f64 {
    dispatch(Backend::Scalar, One::<false>(x))
}

//! Exact confidence bounds for a probability from a count: tails of the binomial distribution, and the bounds of Clopper and Pearson.
//!
//! `lower(k, n, alpha)` is a number that a probability exceeds, except with probability `alpha`, where an event happened in `k` of `n`
//! independent trials, whatever the probability is; `upper` likewise from above. No normal approximation is used anywhere.
//!
//! Accuracy: a tail is known to a relative error of [`ACCURACY`] for `n` up to 1e9 and tails above 1e-290 (smaller ones may come out as 0);
//! the bounds are rounded outwards by as much, so that they are never on the wrong side. Logarithms and exponentials are
//! [`crate::arith::elementary`]'s, so every platform has the same bits.
//!
//! References: C. J. Clopper and E. S. Pearson (*Biometrika* 26, 1934); the probabilities are C. Loader's (*Fast and accurate computation of
//! binomial probabilities*, 2000), in which nothing large is subtracted.

use crate::arith::elementary;
use crate::arith::lane::{Backend, Job, Lane8};

/// Bound on the relative error of [`at_least`] and [`at_most`].
pub const ACCURACY: f64 = 1e-9;

/// The probability that an event of probability `p` happens in at least `k` of `n` trials.
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    tail(k, n, p, 1.0 - p)
}

/// The probability that it happens in at most `k`.
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { tail(n - k, n, 1.0 - p, p) }
}

/// The greatest probability known to give `k` or more with probability at most `alpha`; 0 where `k` is 0.
pub fn lower(k: u64, n: u64, alpha: f64) -> f64 {
    if k == 0 || n == 0 || alpha <= 0.0 {
        return 0.0;
    }
    let share = k as f64 / n as f64;
    // At the share itself the tail is about a half.
    bisect(0.0, share, |p| at_least(k, n, p) * (1.0 + ACCURACY) <= alpha).0
}

/// The least probability known to give `k` or fewer with probability at most `alpha`; 1 where `k` is `n`.
pub fn upper(k: u64, n: u64, alpha: f64) -> f64 {
    if k >= n || alpha <= 0.0 {
        return 1.0;
    }
    let share = k as f64 / n as f64;
    bisect(share, 1.0, |p| at_most(k, n, p) * (1.0 + ACCURACY) > alpha).1
}

/// Both bounds, each with half of `1 - level`.
pub fn interval(k: u64, n: u64, level: f64) -> (f64, f64) {
    let alpha = (1.0 - level) / 2.0;
    (lower(k, n, alpha), upper(k, n, alpha))
}

/// How many nats a trial tells, on average, between an event of probability `p` and one of probability `q`.
pub fn divergence(p: f64, q: f64) -> f64 {
    let term = |a: f64, b: f64| if a > 0.0 { a * (ln(a) - ln(b)) } else { 0.0 };
    term(p, q) + term(1.0 - p, 1.0 - q)
}

/// The neighbours of the place where `before` turns from true to false, in `[lo, hi]` (both non-negative): by halving the numbers
/// between, not the interval, so that small ones are as exact as large ones.
fn bisect(lo: f64, hi: f64, before: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut lo, mut hi) = (lo.to_bits(), hi.to_bits());
    while hi - lo > 1 {
        let middle = lo + (hi - lo) / 2;
        if before(f64::from_bits(middle)) { lo = middle } else { hi = middle }
    }
    (f64::from_bits(lo), f64::from_bits(hi))
}

/// The probability of `k` or more successes, from that of one, `p`, and of its opposite, `q`.
fn tail(k: u64, n: u64, p: f64, q: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if q <= 0.0 {
        return 1.0;
    }
    // Terms fall from the mode on, so the sum is taken on the side of it where `k` lies.
    if k as f64 > (n as f64 + 1.0) * p {
        probability(k, n, p, q) * falling(k, n, p / q)
    } else {
        let below = probability(k - 1, n, p, q) * falling(n + 1 - k, n, q / p);
        (1.0 - below).max(0.0)
    }
}

/// The probabilities from `k` on, in units of that of `k`; `odds` are those of a success.
fn falling(k: u64, n: u64, odds: f64) -> f64 {
    let (mut sum, mut term, mut j) = (1.0, 1.0, k);
    while j < n && term > sum * 1e-17 {
        term *= (n - j) as f64 / (j + 1) as f64 * odds;
        sum += term;
        j += 1;
    }
    sum
}

/// The probability of exactly `k` successes, `p` and `q` positive.
fn probability(k: u64, n: u64, p: f64, q: f64) -> f64 {
    let (x, m) = (k as f64, n as f64);
    // `m ln q`, without rounding `q` where it is near 1.
    let none = |q: f64, p: f64| if p < 0.1 { -deviance(m, m * q) - m * p } else { m * ln(q) };
    if k == 0 {
        return exp(none(q, p));
    }
    if k == n {
        return exp(none(p, q));
    }
    let y = (n - k) as f64;
    let exponent = stirling(n) - stirling(k) - stirling(n - k) - deviance(x, m * p) - deviance(y, m * q);
    exp(exponent) * (m / (std::f64::consts::TAU * x * y)).sqrt()
}

/// `x ln(x / mean) + mean - x`, without cancellation where the two are near.
fn deviance(x: f64, mean: f64) -> f64 {
    let (difference, sum) = (x - mean, x + mean);
    if difference.abs() >= 0.1 * sum {
        return x * (ln(x) - ln(mean)) + mean - x;
    }
    let v = difference / sum;
    let (mut total, mut power, square) = (difference * v, 2.0 * x * v, v * v);
    for j in 1..100 {
        power *= square;
        let next = total + power / f64::from(2 * j + 1);
        if next == total {
            break;
        }
        total = next;
    }
    total
}

/// `ln n!` less Stirling's formula `(n + 1/2) ln n - n + ln(2 pi)/2`.
fn stirling(n: u64) -> f64 {
    let x = n as f64;
    if n <= 15 {
        // At most 15!, which is a number of `f64`.
        let factorial: f64 = (2..=n).map(|i| i as f64).product();
        return ln(factorial) - (x + 0.5) * ln(x) + x - HALF_LN_TAU;
    }
    let square = x * x;
    let series = 1.0 / 1680.0 - 1.0 / (1188.0 * square);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - series / square) / square) / square) / x
}

/// `ln(2 pi) / 2`
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// The natural logarithm, the same on every machine.
pub fn ln(x: f64) -> f64 {
    crate::arith::dispatch(Backend::Scalar, One(x, Elementary::Ln))
}

/// The exponential, the same on every machine.
pub fn exp(x: f64) -> f64 {
    crate::arith::dispatch(Backend::Scalar, One(x, Elementary::Exp))
}

enum Elementary {
    Ln,
    Exp,
}

/// A function of one number.
struct One(f64, Elementary);

impl Job for One {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        let x = V::splat(self.0);
        let y = match self.1 {
            Elementary::Ln => elementary::ln(x),
            Elementary::Exp => elementary::exp(x),
        };
        y.to_array()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashu_int::{IBig, UBig};
    use dashu_ratio::RBig;
    use statrs::distribution::{Beta, ContinuousCDF};

    fn near(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    /// The tail in rational arithmetic, of the very `f64` that `p` is.
    fn exact(k: u64, n: u64, p: f64) -> f64 {
        let p = RBig::try_from(p).expect("a finite number");
        let q = RBig::ONE - p.clone();
        let mut sum = RBig::ZERO;
        let mut choose = UBig::ONE;
        for j in 0..=n {
            if j >= k {
                let power = |x: &RBig, e: u64| x.pow(isize::try_from(e).expect("small"));
                sum += RBig::from(IBig::from(choose.clone())) * power(&p, j) * power(&q, n - j);
            }
            choose = choose * UBig::from(n - j) / UBig::from(j + 1);
        }
        sum.to_f64().value()
    }

    #[test]
    fn tails_are_those_of_rational_arithmetic() {
        for n in [1, 2, 7, 16, 40, 90] {
            for k in 0..=n {
                for p in [1e-9, 0.001, 0.1, 0.25, 0.5, 0.75, 0.999] {
                    let (found, wanted) = (at_least(k, n, p), exact(k, n, p));
                    if wanted > 1e-290 {
                        assert!(near(found, wanted, ACCURACY / 100.0), "P(X >= {k}; {n}, {p}): {found} {wanted}");
                    }
                }
            }
        }
    }

    #[test]
    fn bounds_are_those_of_tables() {
        // Clopper and Pearson at 95 %, as tabulated (Newcombe 1998, and Fisher and Yates' tables).
        for (k, n, lo, hi) in [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (5, 10, 0.1871, 0.8129),
            (10, 10, 0.6915, 1.0),
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
        ] {
            let (low, high) = interval(k, n, 0.95);
            assert!((low - lo).abs() < 5.1e-5 && (high - hi).abs() < 5.1e-5, "{k} of {n}: [{low}, {high}]");
        }
    }

    #[test]
    fn a_count_of_none_and_of_all_has_the_bounds_of_a_power() {
        for n in [1_u64, 10, 1000, 1_000_000] {
            for alpha in [0.05, 1e-3, 1e-12] {
                // (1 - p)^n = alpha
                let wanted = -(ln(alpha) / n as f64).exp_m1();
                assert!(near(upper(0, n, alpha), wanted, 1e-8), "{n} {alpha}");
                assert!(near(1.0 - lower(n, n, alpha), wanted, 1e-8 + 1e-15 / wanted), "{n} {alpha}");
                assert_eq!((lower(0, n, alpha), upper(n, n, alpha)), (0.0, 1.0));
            }
        }
    }

    #[test]
    fn bounds_meet_the_identities_that_define_them_and_lie_outwards() {
        for (k, n) in [(1, 5), (3, 17), (50, 100), (999, 1000), (12_345, 400_000), (1, 10_000_000)] {
            for alpha in [0.3, 0.005, 1e-6, 1e-14] {
                let (lo, hi) = (lower(k, n, alpha), upper(k, n, alpha));
                let (below, above) = (at_least(k, n, lo), at_most(k, n, hi));
                assert!(below <= alpha && below > alpha * (1.0 - 1e-6), "{k} of {n} at {alpha}: {below}");
                // Between the last two numbers of f64 below 1 there is nothing: then the bound is 1.
                let ends = hi == 1.0 && at_most(k, n, 1.0_f64.next_down()) > alpha;
                assert!(above <= alpha && (ends || above > alpha * (1.0 - 1e-6)), "{k} of {n} at {alpha}: {above}");
                assert!(lo < k as f64 / n as f64 && hi > k as f64 / n as f64);
                // The mirror image.
                assert!(near(1.0 - lower(n - k, n, alpha), hi, 1e-6), "{k} of {n} at {alpha}");
            }
        }
    }

    #[test]
    fn bounds_are_quantiles_of_the_beta_distribution() {
        for (k, n) in [(1_u64, 12_u64), (30, 100), (700, 2000), (20_000, 50_000)] {
            for alpha in [0.05, 0.005, 1e-6] {
                let beta = |a: u64, b: u64| Beta::new(a as f64, b as f64).expect("positive shapes");
                let (lo, hi) = (beta(k, n - k + 1).cdf(lower(k, n, alpha)), beta(k + 1, n - k).cdf(upper(k, n, alpha)));
                assert!(near(lo, alpha, 1e-6) && near(1.0 - hi, alpha, 1e-6), "{k} of {n} at {alpha}: {lo} {hi}");
            }
        }
    }

    #[test]
    fn tails_of_many_trials_add_up() {
        for n in [1_000_u64, 1_000_000, 100_000_000] {
            for p in [0.001, 0.3, 0.5] {
                let k = (n as f64 * p) as u64 + 3 * ((n as f64 * p).sqrt() as u64);
                let sum = at_least(k, n, p) + at_most(k - 1, n, p);
                assert!(near(sum, 1.0, ACCURACY), "{n} {p}: {sum}");
            }
        }
    }

    #[test]
    fn no_trials_and_no_level_tell_nothing() {
        assert_eq!((lower(0, 0, 0.01), upper(0, 0, 0.01)), (0.0, 1.0));
        assert_eq!((lower(5, 10, 0.0), upper(5, 10, 0.0)), (0.0, 1.0));
    }

    #[test]
    fn the_divergence_is_nothing_between_equals() {
        assert!(divergence(0.3, 0.3).abs() < 1e-15);
        assert!(near(divergence(0.5, 0.25), 0.5 * 2f64.ln() + 0.5 * (2f64 / 3.0).ln(), 1e-12));
        assert_eq!(divergence(0.5, 0.0), f64::INFINITY);
    }
}

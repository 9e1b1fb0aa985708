//! Quantiles of Student's distribution, from the arithmetic's own functions, so that an interval has the same bits on every machine.
//!
//! For whole degrees of freedom the distribution is a finite sum of powers of a cosine (Abramowitz & Stegun, *Handbook of Mathematical
//! Functions*, 26.7.3 and 26.7.4), and the quantile is found by bisection, rounded outwards.
//!
//! Not here: fractional degrees of freedom, tails below 1e-12 (the sum is subtracted from one).

use crate::arith::backend::dispatch;
use crate::arith::elementary::atan;
use crate::arith::lane::{Backend, Job, Lane8};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// From here on the distribution is taken to be that of so many degrees: wider than its own, by less than one part in 500.
const MOST: u64 = 2000;

/// So many quantiles are kept.
const MOST_KNOWN: usize = 1024;

thread_local! {
    /// Quantiles by degrees of freedom and the bits of the probability: fits ask for the same few again and again, and each is some sixty sums.
    static KNOWN: RefCell<BTreeMap<(u64, u64), f64>> = const { RefCell::new(BTreeMap::new()) };
}

/// The `t` that is exceeded in size with probability `outside`, for so many degrees of freedom; infinite for none.
#[must_use]
pub fn two_sided(freedom: u64, outside: f64) -> f64 {
    if freedom == 0 || outside <= 0.0 {
        return f64::INFINITY;
    }
    let asked = (freedom.min(MOST), outside.to_bits());
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&asked).copied()) {
        return known;
    }
    let quantile = bisected(asked.0, outside);
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(asked, quantile);
    });
    quantile
}

fn bisected(freedom: u64, outside: f64) -> f64 {
    let mut hi = 1.0;
    while 1.0 - within(hi, freedom) > outside && hi < 1e300 {
        hi *= 2.0;
    }
    let mut lo = 0.0;
    loop {
        let middle = lo + (hi - lo) / 2.0;
        if middle <= lo || middle >= hi {
            return hi;
        }
        if 1.0 - within(middle, freedom) > outside { lo = middle } else { hi = middle }
    }
}

/// The probability of `|T| <= t`.
fn within(t: f64, freedom: u64) -> f64 {
    let n = freedom as f64;
    let sum = n + t * t;
    let (sine, square) = (t / sum.sqrt(), n / sum);
    // Terms of the sum: each the one before times cos^2 and a ratio of neighbouring integers.
    let even = freedom.is_multiple_of(2);
    let (mut term, mut total) = (1.0, 0.0);
    let mut k = if even { 1.0 } else { 2.0 };
    for _ in 0..freedom / 2 {
        total += term;
        term *= square * k / (k + 1.0);
        k += 2.0;
    }
    if even {
        return sine * total;
    }
    let angle = dispatch(Backend::Scalar, Angle(t / n.sqrt()));
    (angle + sine * square.sqrt() * total) * std::f64::consts::FRAC_2_PI
}

struct Angle(f64);

impl Job for Angle {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        atan(V::splat(self.0)).to_array()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Abramowitz & Stegun, Table 26.10, to its three decimals.
        for (freedom, outside, t) in [
            (1, 0.01, 63.657),
            (2, 0.01, 9.925),
            (3, 0.01, 5.841),
            (7, 0.01, 3.499),
            (8, 0.05, 2.306),
            (30, 0.01, 2.750),
            (120, 0.05, 1.980),
        ] {
            assert!((two_sided(freedom, outside) - t).abs() < 6e-4, "{freedom} {outside}");
        }
        assert!(two_sided(0, 0.01).is_infinite());
    }

    #[test]
    fn another_library_has_the_same_quantiles() {
        for freedom in [1, 2, 3, 4, 5, 7, 8, 15, 64, 99, 1000, 1001] {
            for outside in [0.2, 0.01, 1e-4, 1e-6] {
                let theirs = StudentsT::new(0.0, 1.0, freedom as f64).expect("a distribution");
                assert_relative_eq!(
                    two_sided(freedom, outside),
                    theirs.inverse_cdf(1.0 - outside / 2.0),
                    max_relative = 1e-6
                );
            }
        }
    }
}

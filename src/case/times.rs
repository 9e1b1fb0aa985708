//! At which times a flow is looked at, as shares of its end.

use crate::arith::Backend;
use crate::arith::backend::dispatch;
use crate::arith::elementary::{exp, ln};
use crate::arith::lane::{Job, Lane8};
use crate::lang::ast::Looks;

/// The first of the times that are spread in the logarithm.
const FIRST: f64 = 1e-6;

/// A share of the end: exactly `part / of`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub part: f64,
    pub of: f64,
}

/// The looks at a flow, from 0 to the end.
pub fn shares(looks: Looks) -> Vec<Share> {
    let mut all = vec![Share { part: 0.0, of: 1.0 }];
    match looks {
        Looks::Even(count) => all.extend((1..=count).map(|i| Share { part: i as f64, of: count as f64 })),
        Looks::Log(count) => {
            let last = count.saturating_sub(1);
            all.extend((0..last).map(|i| Share { part: dispatch(Backend::Scalar, Spread { i, last }), of: 1.0 }));
            all.push(Share { part: 1.0, of: 1.0 });
        }
    }
    all
}

/// `FIRST^(1 - i/last)`: by the arithmetic's own functions, so that the times are the same everywhere.
struct Spread {
    i: u64,
    last: u64,
}

impl Job for Spread {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        let left = (self.last - self.i) as f64 / self.last as f64;
        exp(ln(V::splat(FIRST)).mul(V::splat(left))).to_array()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_looked_at_from_0_to_its_end() {
        for looks in [Looks::Even(1), Looks::Even(32), Looks::Log(1), Looks::Log(2), Looks::Log(20)] {
            let all = shares(looks);
            let (Looks::Even(count) | Looks::Log(count)) = looks;
            assert_eq!(all.len() as u64, count + 1, "{looks:?}");
            let values: Vec<f64> = all.iter().map(|share| share.part / share.of).collect();
            assert_eq!((values.first(), values.last()), (Some(&0.0), Some(&1.0)), "{looks:?}");
            assert!(values.windows(2).all(|w| w[0] < w[1]), "{looks:?}");
        }
    }

    #[test]
    fn times_in_the_logarithm_begin_at_a_millionth() {
        let all = shares(Looks::Log(7));
        for (i, share) in all.iter().skip(1).enumerate() {
            let exact = 10.0_f64.powi(i as i32 - 6);
            assert!((share.part / exact - 1.0).abs() < 1e-14, "{i}: {share:?}");
        }
    }
}

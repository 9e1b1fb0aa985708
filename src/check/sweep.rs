//! The values of a sweep: what they are, and the floats nearest to them, which runs are made of.

use crate::claim::points::between;
use crate::lang::ast::SweepScale;
use crate::lang::ir::{Graph, NodeId, Op};
use dashu_ratio::RBig;

/// A swept value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub float: f64,
    pub exact: RBig,
}

impl Value {
    pub fn of(exact: RBig) -> Self {
        Self { float: exact.to_f64().value(), exact }
    }

    /// A float is what it is.
    fn of_float(float: f64) -> Option<Self> {
        RBig::try_from(float).ok().map(|exact| Self { float, exact })
    }
}

/// So many values between two ends.
pub(super) struct Spread {
    pub scale: SweepScale,
    pub lo: RBig,
    pub hi: RBig,
    pub count: u64,
    /// They are integers.
    pub whole: bool,
}

impl Spread {
    /// The ends are those that are written, and so is all between them on a straight scale; what is between them in the logarithm is irrational, and the
    /// nearest float is meant. `None` where there are no values.
    pub fn values(&self) -> Option<Vec<Value>> {
        let Self { scale, lo, hi, count, whole } = self;
        if lo > hi || (*scale == SweepScale::Log && *lo <= RBig::ZERO) {
            return None;
        }
        let last = count.saturating_sub(1);
        let one = |i: u64| {
            let (from, to) = (lo.to_f64().value(), hi.to_f64().value());
            let share = if last > 0 { i as f64 / last as f64 } else { 0.0 };
            let log = *scale == SweepScale::Log;
            if *whole || *scale == SweepScale::Int {
                let value = if log { between(from, to, share) } else { from + (to - from) * share };
                return Value::of_float(value.round_ties_even());
            }
            match (i, log) {
                (0, _) => Some(Value::of(lo.clone())),
                (i, _) if i == last => Some(Value::of(hi.clone())),
                (_, true) => Value::of_float(between(from, to, share)),
                (_, false) => Some(Value::of(lo + (hi - lo) * RBig::from(i) / RBig::from(last))),
            }
        };
        (0..*count).map(one).collect()
    }
}

/// A plain number.
pub(super) fn exactly(graph: &Graph, node: NodeId) -> Option<RBig> {
    match &graph.node(node).op {
        Op::Number(value) => Some(value.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(a: u64, b: u64) -> RBig {
        RBig::from(a) / RBig::from(b)
    }

    fn values(scale: SweepScale, (lo, hi): (RBig, RBig), count: u64, whole: bool) -> Vec<Value> {
        Spread { scale, lo, hi, count, whole }.values().unwrap_or_default()
    }

    #[test]
    fn values_of_a_straight_sweep_are_those_that_are_written() {
        let found = values(SweepScale::Linear, (ratio(1, 10), ratio(4, 10)), 4, false);
        let exact: Vec<RBig> = (1..=4).map(|i| ratio(i, 10)).collect();
        assert_eq!(found.iter().map(|value| value.exact.clone()).collect::<Vec<_>>(), exact);
        assert_eq!(found.iter().map(|value| value.float).collect::<Vec<_>>(), [0.1, 0.2, 0.3, 0.4]);
    }

    #[test]
    fn of_a_sweep_in_the_logarithm_the_ends_are_those_that_are_written() {
        let found = values(SweepScale::Log, (ratio(1, 1000), ratio(1, 10)), 3, false);
        assert_eq!((&found[0].exact, &found[2].exact), (&ratio(1, 1000), &ratio(1, 10)));
        assert_eq!((found[0].float, found[2].float), (0.001, 0.1));
        assert_eq!(RBig::try_from(found[1].float), Ok(found[1].exact.clone()));
        assert!((found[1].float - 0.01).abs() <= 1e-16);
        assert!(values(SweepScale::Log, (RBig::ZERO, RBig::ONE), 3, false).is_empty());
    }

    #[test]
    fn sizes_are_whole() {
        for scale in [SweepScale::Linear, SweepScale::Log] {
            let found = values(scale, (RBig::from(2_u8), RBig::from(17_u8)), 4, true);
            assert!(found.iter().all(|value| value.exact.is_int() && value.float.fract() == 0.0), "{found:?}");
            assert_eq!((found[0].float, found[3].float), (2.0, 17.0));
        }
    }
}

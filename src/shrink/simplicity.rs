//! What a simpler case is, and which rationals near a number are worth trying in its place.
//!
//! Rationals are ordered by their length in bits. The simplest rational of an interval is the Stern–Brocot tree's topmost in it, found
//! by continued fractions (Graham, Knuth & Patashnik, *Concrete Mathematics*, 4.5).

use crate::case::point::{Exactly, Values};
use crate::lang::ir::IntId;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign};
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// How far a case is from the simplest; compared field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complexity {
    /// The sum of the integers that choose shapes.
    pub integers: i128,
    /// Entries of all matrices.
    pub entries: usize,
    /// Entries off the diagonal that are not 0; in a column, all but the first.
    pub off_diagonals: usize,
    /// Different absolute values, not counting 0 and 1.
    pub distinct: usize,
    /// Numerators and denominators, one more for a sign.
    pub bits: usize,
}

pub fn complexity(ints: &BTreeMap<IntId, i64>, values: &Values) -> Complexity {
    let mut c = Complexity {
        integers: ints.values().map(|&i| i128::from(i)).sum(),
        entries: 0,
        off_diagonals: 0,
        distinct: distinct(values).len(),
        bits: 0,
    };
    for value in values.values() {
        match value {
            Exactly::Int(i) => c.bits += bits(&RBig::from(*i)),
            Exactly::Rational(x) => c.bits += bits(x),
            Exactly::Matrix { cols, entries, .. } => {
                c.entries += entries.len();
                let off = |(at, x): &(usize, &RBig)| at / cols != at % cols && **x != RBig::ZERO;
                c.off_diagonals += entries.iter().enumerate().filter(off).count();
                c.bits += entries.iter().map(bits).sum::<usize>();
            }
        }
    }
    c
}

/// The absolute values of reals and entries, without 0 and 1.
pub fn distinct(values: &Values) -> BTreeSet<RBig> {
    let mut all = BTreeSet::new();
    for value in values.values() {
        let numbers = match value {
            Exactly::Int(_) => &[],
            Exactly::Rational(x) => std::slice::from_ref(x),
            Exactly::Matrix { entries, .. } => entries,
        };
        all.extend(numbers.iter().filter(|x| !plain(x)).map(abs));
    }
    all.remove(&RBig::ONE);
    all
}

/// 0 or 1, which cost nothing.
fn plain(x: &RBig) -> bool {
    *x == RBig::ZERO || *x == RBig::ONE
}

pub fn abs(x: &RBig) -> RBig {
    if is_negative(x) { -x.clone() } else { x.clone() }
}

pub fn is_negative(x: &RBig) -> bool {
    x.numerator().sign() == Sign::Negative
}

/// The length of a number.
pub fn bits(x: &RBig) -> usize {
    x.numerator().bit_len() + x.denominator().bit_len() + usize::from(is_negative(x))
}

/// The simplest rational of `[lo, hi]`.
pub fn simplest(lo: &RBig, hi: &RBig) -> RBig {
    if is_negative(hi) {
        return -simplest(&-hi.clone(), &-lo.clone());
    }
    if is_negative(lo) || *lo == RBig::ZERO {
        return RBig::ZERO;
    }
    // Both ends are positive: their common continued fraction, then the least quotient that parts them.
    let (mut lo, mut hi) = (lo.clone(), hi.clone());
    let mut quotients: Vec<IBig> = Vec::new();
    let mut x = loop {
        let whole = lo.floor();
        let floor = RBig::from(whole.clone());
        if floor == lo {
            break floor;
        }
        let next = floor.clone() + RBig::ONE;
        if next <= hi {
            break next;
        }
        quotients.push(whole);
        (lo, hi) = (RBig::ONE / (hi - &floor), RBig::ONE / (lo - &floor));
    };
    for whole in quotients.into_iter().rev() {
        x = RBig::from(whole) + RBig::ONE / x;
    }
    x
}

/// Denominators that are gone through one by one.
const DENOMINATORS: i64 = 12;
/// Halvings of the interval around a number.
const HALVINGS: usize = 40;

/// At most `most` rationals worth trying in place of `x`, the most welcome first: 0, 1, numbers that are there already, then new ones
/// by length. None is longer than `x`.
pub fn candidates(x: &RBig, present: &[RBig], most: usize) -> Vec<RBig> {
    let one = if is_negative(x) { -RBig::ONE } else { RBig::ONE };
    let mut all = BTreeSet::from([RBig::ZERO, RBig::ONE, one.clone(), &one + &one, &one / RBig::from(2)]);
    all.extend(present.iter().cloned());
    for q in (1..=DENOMINATORS).map(RBig::from) {
        let scaled = x * &q;
        all.insert(RBig::from(scaled.floor()) / &q);
        all.insert(RBig::from(scaled.ceil()) / &q);
    }
    // Powers of two, for numbers of far scales: where no short rational is near, a shorter one of a nearer scale may do.
    let scale = x.numerator().bit_len() as i64 - x.denominator().bit_len() as i64;
    if scale.abs() >= 8 {
        for eighths in 0..=8 {
            let exponent = scale * eighths / 8;
            let power = RBig::from(IBig::ONE << exponent.unsigned_abs() as usize);
            all.insert(if exponent < 0 { &one / power } else { &one * power });
        }
    }
    let mut radius = abs(x);
    for _ in 0..HALVINGS {
        radius /= RBig::from(2);
        let (below, above) = (x - &radius, x + &radius);
        let around = simplest(&below, &above);
        let done = around == *x;
        all.extend([around, simplest(&below, x), simplest(x, &above)]);
        if done {
            break;
        }
    }
    let length = bits(x);
    let known = |c: &RBig| plain(c) || present.contains(c);
    let mut all: Vec<(bool, usize, RBig, RBig)> = all
        .into_iter()
        .filter(|c| c != x && (bits(c) < length || known(c) && bits(c) == length))
        .map(|c| (!known(&c), bits(&c), abs(&(&c - x)), c))
        .collect();
    all.sort();
    // Of too many the simplest, and of the rest some up to the last, which is the nearest to being `x`.
    if all.len() > most {
        let rest = all.split_off(most.div_ceil(2));
        let wanted = most / 2;
        all.extend((0..wanted).map(|i| rest[(i + 1) * rest.len() / wanted - 1].clone()));
    }
    all.into_iter().map(|(_, _, _, c)| c).collect()
}

#[cfg(test)]
mod tests {
    use super::{bits, candidates, simplest};
    use crate::case::values::parse_rational;
    use dashu_ratio::RBig;
    use proptest::prelude::*;

    fn q(text: &str) -> RBig {
        parse_rational(text).unwrap()
    }

    #[test]
    fn the_simplest_rational_of_an_interval_is_found() {
        for (lo, hi, x) in [
            ("314/100", "315/100", "22/7"),
            ("1/3", "1/2", "1/2"),
            ("3/10", "2/5", "1/3"),
            ("-3/10", "2/5", "0"),
            ("-7/10", "-3/5", "-2/3"),
            ("5/2", "7/2", "3"),
            ("2", "2", "2"),
            ("355/113", "355/113", "355/113"),
            ("1/1000000", "2/1000001", "1/500001"),
        ] {
            assert_eq!(simplest(&q(lo), &q(hi)), q(x), "[{lo}, {hi}]");
        }
    }

    #[test]
    fn candidates_are_shorter_and_the_welcome_come_first() {
        let found = candidates(&q("3141592/1000000"), &[q("7/2")], 40);
        assert_eq!(&found[..3], &[q("0"), q("1"), q("7/2")]);
        assert!(found.contains(&q("3")) && found.contains(&q("22/7")) && found.contains(&q("25/8")));
        assert!(found.contains(&q("355/113")), "{found:?}");
        let short = candidates(&q("3141592/1000000"), &[], 6);
        assert_eq!(short.len(), 6);
        assert_eq!(candidates(&q("0"), &[q("1/2")], 9), []);
        assert_eq!(candidates(&q("1"), &[q("1/2")], 9), [q("0")]);
    }

    #[test]
    fn far_scales_are_brought_nearer_by_powers_of_two() {
        let tiny = RBig::ONE / RBig::from(3_u128.pow(60));
        assert!(candidates(&tiny, &[], 60).iter().filter(|c| **c != RBig::ZERO).any(|c| bits(c) < 20));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn nothing_in_the_interval_has_a_smaller_denominator(a in -200_i64..200, b in 1_i64..60, w in 0_i64..50, z in 1_i64..90) {
            let lo = RBig::from(a) / RBig::from(b);
            let hi = &lo + RBig::from(w) / RBig::from(z);
            let found = simplest(&lo, &hi);
            prop_assert!(lo <= found && found <= hi);
            for d in 1_i64.. {
                let d = RBig::from(d);
                if RBig::from(d.numerator().clone()) == RBig::from(found.denominator().clone()) {
                    break;
                }
                prop_assert!(RBig::from((&hi * &d).floor()) < &lo * &d);
            }
        }

        #[test]
        fn no_candidate_is_longer(p in any::<i64>(), d in 1_i64.., most in 1_usize..50) {
            let x = RBig::from(p) / RBig::from(d);
            let found = candidates(&x, &[], most);
            prop_assert!(found.len() <= most);
            prop_assert!(found.iter().all(|c| bits(c) <= bits(&x) && *c != x));
        }
    }
}

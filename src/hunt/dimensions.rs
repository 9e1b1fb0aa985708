//! Which structural integers a hunt visits: the least first, then spread over their ranges.

use crate::case::octet::Chooser;
use crate::claim::program::Program;
use crate::eval::compile::integer;
use crate::lang::ir::IntId;
use crate::sample::strata::Stratum;
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;

/// Values of one integer that are tried.
const MOST_VALUES: usize = 12;
/// Choices of all integers that are kept.
const MOST_CHOICES: usize = 256;

/// A choice of the structural integers.
pub type Ints = BTreeMap<IntId, i64>;

/// Choices of the integers for which every given has a value, least first.
pub fn choices(program: &Program) -> Vec<Ints> {
    // What a choice costs: how far its integers are from their lower ends, in steps of `values`.
    let mut choices: Vec<(usize, Ints)> = vec![(0, Ints::new())];
    for &id in &program.structural {
        let mut longer = Vec::new();
        for (size, ints) in &choices {
            let spec = program.int_given(id);
            let (lo, hi) = match (integer(&program.graph, ints, spec.lo), integer(&program.graph, ints, spec.hi)) {
                (Ok(lo), Ok(hi)) => (lo, hi),
                _ => continue,
            };
            for (step, value) in values(lo, hi).into_iter().enumerate() {
                let mut ints = ints.clone();
                ints.insert(id, value);
                longer.push((size + step, ints));
            }
        }
        longer.sort();
        choices = thinned(longer);
    }
    let stream = Stream::new(&Key::new(0, ""), 0);
    let possible = |ints: &Ints| {
        let mut chosen = Ints::new();
        matches!(Chooser::new(program, ints).choose(&stream, 0, Stratum::Plain, &mut chosen), Ok(None))
    };
    choices.into_iter().map(|(_, ints)| ints).filter(possible).collect()
}

/// The least half of what may be kept, and as many spread over the rest.
fn thinned(mut choices: Vec<(usize, Ints)>) -> Vec<(usize, Ints)> {
    if choices.len() <= MOST_CHOICES {
        return choices;
    }
    let half = MOST_CHOICES / 2;
    let rest = choices.split_off(half);
    choices.extend((1..=half).filter_map(|i| rest.get(i * rest.len() / half - 1).cloned()));
    choices
}

/// All of a short range; of a long one the least, then steps that double, and the greatest.
fn values(lo: i64, hi: i64) -> Vec<i64> {
    let width = hi.saturating_sub(lo);
    let mut values = Vec::new();
    let (mut value, mut step) = (lo, 1_i64);
    while value < hi && values.len() + 1 < MOST_VALUES {
        values.push(value);
        if width >= MOST_VALUES as i64 && values.len() > 3 {
            step = step.saturating_mul(2);
        }
        value = value.saturating_add(step);
    }
    if lo <= hi {
        values.push(hi);
    }
    values
}

/// The place in a list of `len` of the `k`-th visit: from the least upwards, every other one spread over all.
pub fn visit(k: u64, len: usize) -> usize {
    if len == 0 {
        return 0;
    }
    let (half, len) = (k / 2, len as u64);
    let place = if k.is_multiple_of(2) {
        half % len
    } else {
        // The bits of `half` mirrored, from the far end: 1, 1/2, 3/4, 1/4, ..
        let mirrored = half.reverse_bits() >> 32;
        len - 1 - ((mirrored * len) >> 32)
    };
    place as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ranges_are_tried_in_full_and_long_ones_at_both_ends() {
        assert_eq!(values(1, 8), (1..=8).collect::<Vec<_>>());
        assert_eq!(values(3, 2), Vec::<i64>::new());
        let long = values(1, 1000);
        assert_eq!((long[..4].to_vec(), long.last().copied()), (vec![1, 2, 3, 4], Some(1000)));
        assert!(long.len() <= MOST_VALUES && long.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(values(i64::MAX - 1, i64::MAX), vec![i64::MAX - 1, i64::MAX]);
        assert!(values(i64::MIN, i64::MAX).len() <= MOST_VALUES);
    }

    #[test]
    fn visits_reach_every_place() {
        for len in 1..40 {
            let mut seen: Vec<usize> = (0..2 * len as u64).map(|k| visit(k, len)).collect();
            assert_eq!(seen[0], 0);
            assert_eq!(seen[1], len - 1);
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen, (0..len).collect::<Vec<_>>());
        }
    }
}

//! Counting: what many [`CaseRecord`]s add up to.
//!
//! A [`Tally`] holds integers and extremes only, and ties between extremes go to the lower case index. Merging two tallies is
//! therefore commutative and associative: however the cases were split over threads, blocks or shards, the sum has the same bits.
//! It decides nothing; verdicts are made from it by the engine.

use crate::case::record::{CaseRecord, Fate, Hypotheses, Look, Stratum};

/// Number of strata.
const STRATA: usize = Stratum::ALL.len();

/// Everything that is counted of one claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub cases: u64,
    /// Cases that met every hypothesis.
    pub met: u64,
    /// Of these, those that leave the range of `f64` and were run with exponents that have no bound.
    pub scaled: u64,
    /// In the order of [`Stratum::ALL`].
    pub strata: [StratumCount; STRATA],
    pub predicates: Vec<PredicateTally>,
    pub rejections: Rejections,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StratumCount {
    pub cases: u64,
    pub met: u64,
}

/// Cases that did not meet the hypotheses, each under the first one that it did not meet.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Rejections {
    pub givens: Vec<GivenRejections>,
    pub assumes: Vec<AssumeRejections>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GivenRejections {
    /// The interval or set was empty.
    pub empty: u64,
    /// The value left the range of `f64`.
    pub out_of_range: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AssumeRejections {
    pub failed: u64,
    pub undecided: u64,
    pub undefined: u64,
}

/// What one predicate did over all cases that met the hypotheses.
#[derive(Clone, Debug, PartialEq)]
pub struct PredicateTally {
    /// Made of `==` alone: a margin within the floor counts as agreement.
    pub identity: bool,
    /// In the order of [`Stratum::ALL`].
    pub strata: [FateCount; STRATA],
    /// The distribution of margins, stratum by stratum.
    pub margins: [Histogram; STRATA],
    /// The case that held beyond its floor with the least margin, its floor added.
    pub closest: Option<Extreme>,
    /// The least margin of a case that was violated beyond its floor.
    pub worst: Option<Extreme>,
    /// The least margin of a case within its floor.
    pub undecided: Option<Extreme>,
    /// For an identity: the case with the greatest `|margin| / floor`.
    pub ratio: Option<(f64, Extreme)>,
    /// The first case that was undefined, the first that left the range of `f64`.
    pub first_undefined: Option<u64>,
    pub first_out_of_range: Option<u64>,
    /// The first cases that `f64` calls violated, and the first that it cannot decide: what is settled exactly.
    pub violations: Firsts,
    pub unsettled: Firsts,
}

/// The least case indices of a kind, at most [`Firsts::MOST`] of them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Firsts(Vec<u64>);

impl Firsts {
    pub const MOST: usize = 32;

    pub fn cases(&self) -> &[u64] {
        &self.0
    }

    fn add(&mut self, case: u64) {
        if self.0.len() == Self::MOST && self.0.last().is_some_and(|last| *last < case) {
            return;
        }
        if let Err(place) = self.0.binary_search(&case) {
            self.0.insert(place, case);
            self.0.truncate(Self::MOST);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FateCount {
    pub held: u64,
    pub violated: u64,
    pub within_floor: u64,
    pub out_of_range: u64,
    pub undefined: u64,
    /// Perhaps in the branch, perhaps not.
    pub unplaced: u64,
    pub out_of_branch: u64,
}

/// A case that stands out, with its margin in the predicate's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    pub margin: f64,
    pub floor: f64,
    pub case: u64,
    pub stratum: Stratum,
    /// The step or time, for an iteration.
    pub at: Option<u64>,
}

impl Tally {
    /// Nothing counted yet; `identities` has one entry a predicate.
    pub fn new(identities: &[bool], givens: usize, assumes: usize) -> Self {
        Self {
            cases: 0,
            met: 0,
            scaled: 0,
            strata: Default::default(),
            predicates: identities.iter().map(|&identity| PredicateTally::new(identity)).collect(),
            rejections: Rejections {
                givens: vec![GivenRejections::default(); givens],
                assumes: vec![AssumeRejections::default(); assumes],
            },
        }
    }

    pub fn record(&mut self, case: &CaseRecord<'_>) {
        let stratum = position(case.stratum);
        self.cases += 1;
        self.strata[stratum].cases += 1;
        let Rejections { givens, assumes } = &mut self.rejections;
        let rejections = match case.hypotheses {
            Hypotheses::Met => {
                self.met += 1;
                self.scaled += u64::from(case.scaled);
                self.strata[stratum].met += 1;
                for (predicate, look) in self.predicates.iter_mut().zip(case.looks) {
                    predicate.record(case, look, stratum);
                }
                return;
            }
            Hypotheses::EmptyGiven(i) => givens.get_mut(i).map(|g| &mut g.empty),
            Hypotheses::GivenOutOfRange(i) => givens.get_mut(i).map(|g| &mut g.out_of_range),
            Hypotheses::Failed(i) => assumes.get_mut(i).map(|a| &mut a.failed),
            Hypotheses::Undecided(i) => assumes.get_mut(i).map(|a| &mut a.undecided),
            Hypotheses::Undefined(i) => assumes.get_mut(i).map(|a| &mut a.undefined),
        };
        if let Some(count) = rejections {
            *count += 1;
        }
    }

    /// Adds what another tally of the same claim counted.
    pub fn merge(&mut self, other: &Self) {
        self.cases += other.cases;
        self.met += other.met;
        self.scaled += other.scaled;
        for (a, b) in self.strata.iter_mut().zip(&other.strata) {
            a.cases += b.cases;
            a.met += b.met;
        }
        for (a, b) in self.predicates.iter_mut().zip(&other.predicates) {
            a.merge(b);
        }
        for (a, b) in self.rejections.givens.iter_mut().zip(&other.rejections.givens) {
            a.empty += b.empty;
            a.out_of_range += b.out_of_range;
        }
        for (a, b) in self.rejections.assumes.iter_mut().zip(&other.rejections.assumes) {
            a.failed += b.failed;
            a.undecided += b.undecided;
            a.undefined += b.undefined;
        }
    }

    /// The strata that gave cases of which none met the hypotheses.
    pub fn barren_strata(&self) -> impl Iterator<Item = Stratum> + '_ {
        let counts = Stratum::ALL.iter().zip(&self.strata);
        counts.filter(|(_, count)| count.cases > 0 && count.met == 0).map(|(stratum, _)| *stratum)
    }
}

impl PredicateTally {
    fn new(identity: bool) -> Self {
        Self {
            identity,
            strata: Default::default(),
            margins: Default::default(),
            closest: None,
            worst: None,
            undecided: None,
            ratio: None,
            first_undefined: None,
            first_out_of_range: None,
            violations: Firsts::default(),
            unsettled: Firsts::default(),
        }
    }

    fn record(&mut self, case: &CaseRecord<'_>, look: &Look, stratum: usize) {
        let extreme =
            Extreme { margin: look.margin, floor: look.floor, case: case.index, stratum: case.stratum, at: look.at };
        let counts = &mut self.strata[stratum];
        match look.fate {
            Fate::Held => {
                counts.held += 1;
                keep_nearest(&mut self.closest, extreme);
            }
            Fate::Violated => {
                counts.violated += 1;
                keep_least(&mut self.worst, extreme);
                self.violations.add(case.index);
            }
            Fate::WithinFloor => {
                counts.within_floor += 1;
                keep_least(&mut self.undecided, extreme);
                self.unsettled.add(case.index);
            }
            Fate::OutOfRange => {
                counts.out_of_range += 1;
                keep_first(&mut self.first_out_of_range, Some(case.index));
                self.unsettled.add(case.index);
                return;
            }
            Fate::Unplaced => {
                counts.unplaced += 1;
                self.unsettled.add(case.index);
                return;
            }
            Fate::Undefined => {
                counts.undefined += 1;
                keep_first(&mut self.first_undefined, Some(case.index));
                return;
            }
            Fate::OutOfBranch => {
                counts.out_of_branch += 1;
                return;
            }
        }
        self.margins[stratum].add(look.margin);
        if self.identity {
            keep_greatest_ratio(&mut self.ratio, (ratio(look.margin, look.floor), extreme));
        }
    }

    fn merge(&mut self, other: &Self) {
        for (a, b) in self.strata.iter_mut().zip(&other.strata) {
            a.add(b);
        }
        for (a, b) in self.margins.iter_mut().zip(&other.margins) {
            a.merge(b);
        }
        if let Some(b) = other.closest {
            keep_nearest(&mut self.closest, b);
        }
        for (a, b) in [(&mut self.worst, &other.worst), (&mut self.undecided, &other.undecided)] {
            if let Some(b) = b {
                keep_least(a, *b);
            }
        }
        if let Some(ratio) = other.ratio {
            keep_greatest_ratio(&mut self.ratio, ratio);
        }
        keep_first(&mut self.first_undefined, other.first_undefined);
        keep_first(&mut self.first_out_of_range, other.first_out_of_range);
        for (a, b) in [(&mut self.violations, &other.violations), (&mut self.unsettled, &other.unsettled)] {
            b.0.iter().for_each(|case| a.add(*case));
        }
    }

    /// The counts of all strata together.
    pub fn total(&self) -> FateCount {
        self.strata.iter().fold(FateCount::default(), |mut sum, counts| {
            sum.add(counts);
            sum
        })
    }
}

impl FateCount {
    fn add(&mut self, other: &Self) {
        self.held += other.held;
        self.violated += other.violated;
        self.within_floor += other.within_floor;
        self.out_of_range += other.out_of_range;
        self.undefined += other.undefined;
        self.unplaced += other.unplaced;
        self.out_of_branch += other.out_of_branch;
    }

    /// Cases that are known to be in the branch that the predicate speaks of.
    pub fn in_branch(&self) -> u64 {
        self.held + self.violated + self.within_floor + self.out_of_range + self.undefined
    }
}

/// Where a stratum stands in [`Stratum::ALL`].
fn position(stratum: Stratum) -> usize {
    match stratum {
        Stratum::Plain => 0,
        Stratum::Edges => 1,
        Stratum::Ties => 2,
        Stratum::Aligned => 3,
        Stratum::AntiAligned => 4,
        Stratum::LowRank => 5,
        Stratum::ExtremeScales => 6,
        Stratum::TinyIntegers => 7,
    }
}

/// `|margin| / floor`; an exact agreement is 0 whatever the floor.
pub fn ratio(margin: f64, floor: f64) -> f64 {
    if margin == 0.0 { 0.0 } else { margin.abs() / floor }
}

fn keep_least(kept: &mut Option<Extreme>, new: Extreme) {
    keep(kept, new, |extreme| extreme.margin);
}

/// The approach that is nearest for certain: a margin counts with its floor on top, so that rounding brings no case nearer.
fn keep_nearest(kept: &mut Option<Extreme>, new: Extreme) {
    keep(kept, new, |extreme| extreme.margin + extreme.floor);
}

fn keep(kept: &mut Option<Extreme>, new: Extreme, key: fn(&Extreme) -> f64) {
    let mine = key(&new);
    if mine.is_nan() {
        return;
    }
    let better = match kept {
        None => true,
        Some(old) => mine < key(old) || (mine == key(old) && new.case < old.case),
    };
    if better {
        *kept = Some(new);
    }
}

fn keep_greatest_ratio(kept: &mut Option<(f64, Extreme)>, new: (f64, Extreme)) {
    if new.0.is_nan() {
        return;
    }
    let better = match kept {
        None => true,
        Some(old) => new.0 > old.0 || (new.0 == old.0 && new.1.case < old.1.case),
    };
    if better {
        *kept = Some(new);
    }
}

fn keep_first(kept: &mut Option<u64>, new: Option<u64>) {
    *kept = match (*kept, new) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// The least decimal exponent that has a bin of its own; what is smaller is counted there too.
pub const LEAST_EXPONENT: i32 = -18;

/// `10^LEAST_EXPONENT ..= 10^6`, as literals: a bin is found by comparisons alone, so no logarithm can differ between machines.
const DECADES: [f64; 25] = [
    1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2,
    1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6,
];

/// Margins by sign and decimal exponent. Bin `i` of either sign counts margins of size in `[10^e, 10^(e+1))`, where
/// `e = LEAST_EXPONENT + i`; the first bin reaches down to 0 (excluded), the last one up to infinity.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Histogram {
    pub negative: [u64; DECADES.len()],
    pub zero: u64,
    pub positive: [u64; DECADES.len()],
}

impl Histogram {
    fn add(&mut self, margin: f64) {
        if margin.is_nan() {
            return;
        }
        if margin == 0.0 {
            self.zero += 1;
            return;
        }
        let size = margin.abs();
        let bin = DECADES.partition_point(|decade| *decade <= size).saturating_sub(1);
        let side = if margin > 0.0 { &mut self.positive } else { &mut self.negative };
        side[bin] += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.zero += other.zero;
        for (a, b) in self.negative.iter_mut().zip(&other.negative) {
            *a += b;
        }
        for (a, b) in self.positive.iter_mut().zip(&other.positive) {
            *a += b;
        }
    }

    /// The bins that are not empty, from the most negative margin to the greatest: sign, decimal exponent (none for zero), count.
    pub fn bins(&self) -> Vec<(i8, Option<i32>, u64)> {
        let exponent = |i: usize| Some(LEAST_EXPONENT + i as i32);
        let negative = self.negative.iter().enumerate().rev().map(|(i, &count)| (-1, exponent(i), count));
        let positive = self.positive.iter().enumerate().map(|(i, &count)| (1, exponent(i), count));
        negative.chain([(0, None, self.zero)]).chain(positive).filter(|(_, _, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn look(fate: Fate, margin: f64) -> Look {
        Look { fate, margin, floor: 1e-12, at: None, cut: false }
    }

    fn met(index: u64, looks: &[Look]) -> CaseRecord<'_> {
        CaseRecord { index, stratum: Stratum::Plain, hypotheses: Hypotheses::Met, scaled: false, looks }
    }

    #[test]
    fn the_closest_of_equal_margins_is_the_lowest_case() {
        let mut tally = Tally::new(&[false], 0, 0);
        for index in [7, 3, 5] {
            tally.record(&met(index, &[look(Fate::Held, 0.25)]));
        }
        assert_eq!(tally.predicates[0].closest.map(|c| c.case), Some(3));
    }

    #[test]
    fn a_rejected_case_is_counted_under_its_hypothesis_and_nowhere_else() {
        let mut tally = Tally::new(&[false], 2, 1);
        for hypotheses in [
            Hypotheses::EmptyGiven(1),
            Hypotheses::GivenOutOfRange(1),
            Hypotheses::Failed(0),
            Hypotheses::Undecided(0),
            Hypotheses::Undefined(0),
        ] {
            tally.record(&CaseRecord { index: 0, stratum: Stratum::Ties, hypotheses, scaled: false, looks: &[] });
        }
        assert_eq!((tally.cases, tally.met), (5, 0));
        assert_eq!(tally.rejections.givens[1], GivenRejections { empty: 1, out_of_range: 1 });
        assert_eq!(tally.rejections.assumes[0], AssumeRejections { failed: 1, undecided: 1, undefined: 1 });
        assert_eq!(tally.barren_strata().collect::<Vec<_>>(), [Stratum::Ties]);
        assert_eq!(tally.predicates[0].total(), FateCount::default());
    }

    #[test]
    fn an_index_out_of_range_is_no_panic() {
        let mut tally = Tally::new(&[], 0, 0);
        tally.record(&CaseRecord {
            index: 0,
            stratum: Stratum::Plain,
            hypotheses: Hypotheses::Failed(9),
            scaled: false,
            looks: &[],
        });
        tally.record(&met(1, &[look(Fate::Held, 1.0)]));
        assert_eq!((tally.cases, tally.met), (2, 1));
    }

    #[test]
    fn an_identity_keeps_its_greatest_ratio_and_an_exact_agreement_is_zero() {
        let mut tally = Tally::new(&[true], 0, 0);
        tally.record(&met(0, &[Look { fate: Fate::WithinFloor, margin: 0.0, floor: 0.0, at: None, cut: false }]));
        assert_eq!(tally.predicates[0].ratio.map(|r| r.0), Some(0.0));
        tally.record(&met(1, &[Look { fate: Fate::WithinFloor, margin: -2e-16, floor: 8e-16, at: None, cut: false }]));
        tally.record(&met(2, &[Look { fate: Fate::WithinFloor, margin: -1e-16, floor: 8e-16, at: None, cut: false }]));
        assert_eq!(tally.predicates[0].ratio.map(|r| (r.0, r.1.case)), Some((0.25, 1)));
    }

    #[test]
    fn margins_that_are_not_numbers_leave_extremes_alone() {
        let mut tally = Tally::new(&[true], 0, 0);
        tally.record(&met(0, &[look(Fate::Held, f64::NAN)]));
        assert_eq!(tally.predicates[0].closest, None);
        assert_eq!(tally.predicates[0].ratio, None);
        assert!(tally.predicates[0].margins[0].bins().is_empty());
    }

    #[test]
    fn margins_fall_into_their_decade_and_the_end_bins_take_the_rest() {
        let mut histogram = Histogram::default();
        for margin in [0.0, 1.0, 9.99, 1e-300, 1e300, f64::INFINITY, -0.5] {
            histogram.add(margin);
        }
        assert_eq!(
            histogram.bins(),
            [(-1, Some(-1), 1), (0, None, 1), (1, Some(-18), 1), (1, Some(0), 2), (1, Some(6), 2)]
        );
    }

    fn fates() -> impl Strategy<Value = Fate> {
        prop::sample::select(vec![
            Fate::Held,
            Fate::Violated,
            Fate::WithinFloor,
            Fate::OutOfRange,
            Fate::Undefined,
            Fate::Unplaced,
            Fate::OutOfBranch,
        ])
    }

    proptest! {
        #[test]
        fn merging_parts_in_any_order_gives_the_whole(
            cases in prop::collection::vec((fates(), -4i8..4, 0usize..8), 0..60),
            part in prop::collection::vec(0usize..3, 60),
        ) {
            let mut whole = Tally::new(&[true], 1, 1);
            let mut parts = vec![Tally::new(&[true], 1, 1); 3];
            for (index, (fate, margin, stratum)) in cases.iter().enumerate() {
                let looks = [look(*fate, f64::from(*margin))];
                let stratum = Stratum::ALL[*stratum];
                let record = CaseRecord { index: index as u64, stratum, hypotheses: Hypotheses::Met, scaled: false, looks: &looks };
                whole.record(&record);
                parts[part[index]].record(&record);
            }
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut sum = Tally::new(&[true], 1, 1);
                for i in order {
                    sum.merge(&parts[i]);
                }
                prop_assert_eq!(&sum, &whole);
            }
        }
    }
}

//! How much work a run may do. Budgets count evaluations, never seconds, so that a run can be repeated anywhere.

use crate::check::search::Effort;
use crate::claim::model::Depth;
use std::fmt;
use std::str::FromStr;

/// Cases in one unit of work. Fixed: it must not depend on the threads.
pub const BLOCK: u64 = 1024;

/// A claim is never judged on fewer cases than this, however dear one of them is.
pub const LEAST_CASES: u64 = 64;

/// A probability is never judged on fewer trials than this, those that choose its settings among them.
pub const LEAST_TRIALS: u64 = 2_048;

/// Cases are run eight at a time.
pub const LANES: u64 = 8;

/// Evaluations a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Budget {
    /// 2,000: for `cargo test`.
    Quick,
    /// 20,000
    #[default]
    Default,
    /// 100,000
    Deep,
}

impl Budget {
    pub const ALL: [Self; 3] = [Self::Quick, Self::Default, Self::Deep];

    pub fn evaluations(self) -> u64 {
        match self {
            Self::Quick => 2_000,
            Self::Default => 20_000,
            Self::Deep => 100_000,
        }
    }

    /// What the search phase may spend on a claim.
    pub fn effort(self) -> Effort {
        match self {
            Self::Quick => {
                Effort { hunt: 20_000, certifications: 24, bits: 1024, shrink: 400, boxes: 2_000, proof: 500_000_000 }
            }
            Self::Default => Effort {
                hunt: 250_000,
                certifications: 32,
                bits: 2048,
                shrink: 2_000,
                boxes: 5_000,
                proof: 2_000_000_000,
            },
            Self::Deep => Effort {
                hunt: 1_250_000,
                certifications: 32,
                bits: 4096,
                shrink: 10_000,
                boxes: 25_000,
                proof: 10_000_000_000,
            },
        }
    }

    /// Trials of a probability, and evaluations that the curves of a constant may take.
    pub fn sought(self) -> u64 {
        match self {
            Self::Quick => 20_000,
            Self::Default => 400_000,
            Self::Deep => 2_000_000,
        }
    }

    /// The same as a claim names it.
    pub fn depth(self) -> Depth {
        match self {
            Self::Quick => Depth::Quick,
            Self::Default => Depth::Default,
            Self::Deep => Depth::Deep,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Default => "default",
            Self::Deep => "deep",
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|budget| budget.name() == text);
        found.ok_or_else(|| format!("unknown budget `{text}`: one of quick, default, deep"))
    }
}

/// How many cases of a claim are run, if a case counts for `cost` evaluations; `None` if the budget does not reach for one.
///
/// A multiple of [`LANES`]. `cases`, where given, is taken instead of the budget.
pub fn cases(budget: Budget, cases: Option<u64>, cost: u64) -> Option<u64> {
    let wanted = match cases {
        Some(cases) => cases,
        None if cost > budget.evaluations() => return None,
        None => (budget.evaluations() / cost.max(1)).max(LEAST_CASES),
    };
    Some(wanted.checked_next_multiple_of(LANES).unwrap_or(u64::MAX - (LANES - 1)))
}

/// How many trials a probability claim has, if one counts for `cost` evaluations; `None` if the budget does not reach for enough of them.
///
/// `cases`, where given, is taken instead of the budget.
pub fn trials(budget: Budget, cases: Option<u64>, cost: u64) -> Option<u64> {
    match cases {
        Some(cases) => Some(cases.max(LANES)),
        None => Some(budget.sought() / cost.max(1)).filter(|trials| *trials >= LEAST_TRIALS),
    }
}

/// A slope may spend so many times the evaluations of a claim: all of its points are run to their end, eight times at least.
const SLOPE: u64 = 100;

/// Evaluations that a slope may spend.
pub fn of_a_slope(budget: Budget) -> u64 {
    SLOPE * budget.evaluations()
}

/// The least searches of a constant's curves may take so many times what they have; the search of the claim as a whole has such a part of it.
pub const CONSTANT: u64 = 4;

/// What the search of a constant's claim as a whole may spend: its curves are searched again, value by value.
pub fn whole_of_a_constant(budget: Budget) -> Effort {
    Effort { hunt: budget.sought() / CONSTANT, ..budget.effort() }
}

/// What the search of a constant's curves may spend.
pub fn curves_of_a_constant(budget: Budget) -> Effort {
    Effort { hunt: budget.sought(), ..budget.effort() }
}

/// Evaluations that the least searches of a constant may take.
pub fn of_a_constant(budget: Budget) -> u64 {
    CONSTANT * budget.sought()
}

/// Evaluations that an experiment may spend: it is made once, at its paper's size, and some papers have run theirs for a day.
pub fn of_an_experiment(budget: Budget) -> u64 {
    match budget {
        Budget::Quick => 100_000,
        Budget::Default => 1_000_000,
        Budget::Deep => 50_000_000,
    }
}

/// Evaluations that make about so many runs of all `points` together, where eight runs of each count for `eight`.
pub fn of_runs(runs: u64, points: u64, eight: u64) -> u64 {
    (runs / LANES / points.max(1)).max(1).saturating_mul(eight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_sweep_are_made_eight_at_a_time() {
        assert_eq!(of_runs(800, 10, 7), 70);
        assert_eq!(of_runs(799, 10, 7), 63);
        assert_eq!(of_runs(1, 10, 7), 7);
    }

    #[test]
    fn a_probability_has_enough_trials_or_is_not_run() {
        assert_eq!(trials(Budget::Default, None, 1), Some(400_000));
        assert_eq!(trials(Budget::Default, None, 100), Some(4_000));
        assert_eq!(trials(Budget::Default, None, 1_000), None);
        assert_eq!(trials(Budget::Quick, Some(100), u64::MAX), Some(100));
    }

    #[test]
    fn a_dear_case_means_fewer_cases_but_never_too_few_to_judge() {
        assert_eq!(cases(Budget::Default, None, 1), Some(20_000));
        assert_eq!(cases(Budget::Default, None, 100), Some(200));
        assert_eq!(cases(Budget::Default, None, 20_000), Some(64));
        assert_eq!(cases(Budget::Default, None, 20_001), None);
        assert_eq!(cases(Budget::Quick, None, 0), Some(2_000));
    }

    #[test]
    fn a_number_of_cases_overrides_the_budget_and_fills_its_lanes() {
        assert_eq!(cases(Budget::Quick, Some(1), u64::MAX), Some(8));
        assert_eq!(cases(Budget::Quick, Some(16), 1), Some(16));
        assert_eq!(cases(Budget::Quick, Some(u64::MAX), 1).map(|n| n % LANES), Some(0));
    }

    #[test]
    fn an_unknown_budget_is_named_with_those_that_exist() {
        assert_eq!("deep".parse(), Ok(Budget::Deep));
        assert_eq!("depp".parse::<Budget>(), Err("unknown budget `depp`: one of quick, default, deep".to_owned()));
    }
}

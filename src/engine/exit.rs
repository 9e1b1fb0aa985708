//! The exit status: what a script may rely on.
//!
//! | status | means |
//! | --- | --- |
//! | 0 | every verdict is as expected (`held` is satisfied by `proved`) |
//! | 1 | some claim was decided otherwise than expected |
//! | 2 | a claim or an argument is malformed |
//! | 3 | the harness itself failed: a panic inside a claim, a report that could not be written |
//! | 4 | some claim could not be decided that was expected to be (a `suspect` where `held` is expected is here: it has no certificate) |
//! | 5 | drift from a baseline |
//! | 130 | the run was interrupted (Ctrl-C): what it had is told, and nothing is said of the rest |
//!
//! Where several apply, the gravest wins: 3, 2, 1, 4, 5.

use super::outcome::{ClaimResult, Failure};
use super::verdict::is_decided;
use std::process::ExitCode;

/// Of a run that was interrupted: as shells count it, 128 and the number of the signal.
pub const INTERRUPTED: u8 = 130;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    AsExpected = 0,
    DecidedOtherwise = 1,
    Malformed = 2,
    HarnessFailed = 3,
    Undecided = 4,
    Drift = 5,
}

impl Exit {
    /// The gravest first.
    pub const ALL: [Self; 6] =
        [Self::HarnessFailed, Self::Malformed, Self::DecidedOtherwise, Self::Undecided, Self::Drift, Self::AsExpected];

    pub fn code(self) -> u8 {
        self as u8
    }

    /// That of a status, if it is one of these.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// The graver of the two.
    #[must_use]
    pub fn gravest(self, other: Self) -> Self {
        if self.gravity() >= other.gravity() { self } else { other }
    }

    fn gravity(self) -> u8 {
        match self {
            Self::HarnessFailed => 5,
            Self::Malformed => 4,
            Self::DecidedOtherwise => 3,
            Self::Undecided => 2,
            Self::Drift => 1,
            Self::AsExpected => 0,
        }
    }

    /// The status that one claim asks for.
    pub fn of_claim(claim: &ClaimResult) -> Self {
        if matches!(claim.failure, Some(Failure::Panic(_))) {
            return Self::HarnessFailed;
        }
        let unexpected = claim.predicates.iter().filter(|predicate| !predicate.as_expected);
        let status = unexpected.map(|predicate| match is_decided(predicate.judgement.verdict) {
            true => Self::DecidedOtherwise,
            false => Self::Undecided,
        });
        status.fold(Self::AsExpected, Self::gravest)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_wins_in_the_documented_order() {
        let order = Exit::ALL;
        assert_eq!(order.map(Exit::code), [3, 2, 1, 4, 5, 0]);
        assert_eq!(order.map(|exit| Exit::from_code(exit.code())), order.map(Some));
        assert_eq!(Exit::from_code(6), None);
        for (i, grave) in order.into_iter().enumerate() {
            for light in &order[i..] {
                assert_eq!(grave.gravest(*light), grave);
                assert_eq!(light.gravest(grave), grave);
            }
        }
    }
}

//! What happens in a run, as it happens. Terminal, progress and files are consumers of this one stream.

use super::outcome::Outcome;
use crate::claim::model::ClaimId;
use std::time::Duration;

#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// Every claim is compiled; so many cases will be run in all.
    RunStarted {
        claims: &'a [&'a ClaimId],
        cases: u64,
    },
    /// The first of a claim's cases is about to be run. Claims start in order, but several may be under way.
    ClaimStarted {
        id: &'a ClaimId,
    },
    /// So many more cases of this claim are done.
    Progress {
        id: &'a ClaimId,
        cases: u64,
    },
    /// A claim is done. Sent at once, by the thread that ended it, in any order: what is kept of it now is not lost.
    ClaimEnded {
        outcome: &'a Outcome,
    },
    /// Sent in the order of the claims, whatever the order in which they end.
    ClaimFinished {
        outcome: &'a Outcome,
    },
    RunFinished {
        elapsed: Duration,
    },
}

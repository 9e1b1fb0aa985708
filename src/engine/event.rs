//! What happens in a run, as it happens. Terminal, progress and files are consumers of this one stream.

use super::outcome::Outcome;
use crate::claim::model::ClaimId;
use std::time::Duration;

#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// Every claim is compiled; all of them together take about so much work, in no unit but the same for all.
    RunStarted {
        claims: &'a [&'a ClaimId],
        work: u64,
    },
    /// The first of a claim's cases is about to be run. Claims start in order, but several may be under way.
    ClaimStarted {
        id: &'a ClaimId,
    },
    /// So much more of this claim's work is done. When it has ended, all of it is, though it ended early.
    Progress {
        id: &'a ClaimId,
        work: u64,
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

//! Everything that a run has to say, as data; each format is made from this.

use super::entry::Entry;
use crate::claim::model::ClaimId;
use crate::engine::exit::Exit;
use crate::engine::outcome::{ClaimResult, Malformed, Outcome};
use crate::engine::run::{MAX_ELEMENTS, RunOptions};
use crate::engine::shard::Shard;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct RunReport {
    pub setup: Setup,
    /// In the order of their ids.
    pub claims: Vec<ClaimResult>,
    /// What a journal had of the claims that were not run again, in the order of their ids.
    pub taken: Vec<Entry>,
    /// Where this is one of several shards.
    pub part: Option<Part>,
    /// Files that are no claims.
    pub malformed: Vec<Malformed>,
    /// Shown on the terminal only.
    pub elapsed: Duration,
}

/// A shard of a run, and the whole that it is a part of.
#[derive(Clone, Debug)]
pub struct Part {
    pub shard: Shard,
    /// Claims of all shards together.
    pub claims: usize,
    /// A fingerprint of these claims: their ids and all that is in their files.
    pub library: String,
}

/// What a reader needs to run a case again.
#[derive(Clone, Debug)]
pub struct Setup {
    pub options: RunOptions,
    /// Where the claims were looked for; empty means the default.
    pub paths: Vec<PathBuf>,
}

impl RunReport {
    /// `malformed`: what was wrong before any claim could be run.
    pub fn new(setup: Setup, malformed: Vec<Malformed>, outcomes: Vec<Outcome>, elapsed: Duration) -> Self {
        let mut report = Self { setup, claims: Vec::new(), taken: Vec::new(), part: None, malformed, elapsed };
        for outcome in outcomes {
            match outcome {
                Outcome::Checked(claim) => report.claims.push(*claim),
                Outcome::Malformed(malformed) => report.malformed.push(malformed),
            }
        }
        report
    }

    pub fn exit(&self) -> Exit {
        let malformed = if self.malformed.is_empty() { Exit::AsExpected } else { Exit::Malformed };
        let taken = self.taken.iter().map(|entry| entry.exit);
        self.claims.iter().map(Exit::of_claim).chain(taken).fold(malformed, Exit::gravest)
    }
}

impl Setup {
    /// The command that runs a case again.
    pub fn replay_line(&self, id: &ClaimId, case: u64) -> String {
        let check = &self.options.check;
        let mut line = format!("theoremcheck replay {id} --case {case} --seed {}", check.seed);
        if check.max_elements != MAX_ELEMENTS {
            line += &format!(" --max-elements {}", check.max_elements);
        }
        for path in &self.paths {
            line += &format!(" --path {}", quoted(&path.to_string_lossy()));
        }
        line
    }
}

/// A word for a POSIX shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_or_quotes_survives_the_shell() {
        assert_eq!(quoted("tests/fixtures"), "tests/fixtures");
        assert_eq!(quoted("my claims"), "'my claims'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}

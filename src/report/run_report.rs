//! Everything that a run has to say, as data; each format is made from this.

use super::entry::Entry;
use crate::claim::model::{Claim, ClaimId, Paper};
use crate::engine::exit::Exit;
use crate::engine::outcome::{ClaimResult, Malformed, Outcome};
use crate::engine::run::{MAX_ELEMENTS, RunOptions};
use crate::engine::shard::Shard;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// Shown on the terminal and in JUnit only.
    pub elapsed: Duration,
    pub read: Read,
}

/// What the claim files say of what was run.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Sorted by id.
    pub claims: Vec<Claim>,
    /// By the name of the folder.
    pub papers: BTreeMap<String, Paper>,
}

/// A shard of a run, and the whole that it is a part of.
#[derive(Clone, Debug)]
pub struct Part {
    pub shard: Shard,
    /// Claims of all shards together.
    pub claims: usize,
    /// A fingerprint of these claims: their ids and all that is in their files.
    pub library: String,
    pub asked: Asked,
}

/// Which claims a run would have had, if there were such: what it lacks of them is gone, and what it lacks of others was not asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// As it was given.
    pub filter: Option<String>,
    /// Whether a whole folder of papers was looked through.
    pub all_papers: bool,
    /// Otherwise the papers that were looked through, each as a whole.
    pub papers: Vec<String>,
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
    pub fn new(
        setup: Setup,
        malformed: Vec<Malformed>,
        outcomes: Vec<Outcome>,
        elapsed: Duration,
        mut read: Read,
    ) -> Self {
        read.claims.sort_by(|a, b| a.id.cmp(&b.id));
        let mut report = Self { setup, claims: Vec::new(), taken: Vec::new(), part: None, malformed, elapsed, read };
        for outcome in outcomes {
            match outcome {
                Outcome::Checked(claim) => report.claims.push(*claim),
                Outcome::Malformed(malformed) => report.malformed.push(malformed),
            }
        }
        report
    }

    /// The file of a claim that was run.
    pub fn claim(&self, id: &ClaimId) -> Option<&Claim> {
        let at = self.read.claims.binary_search_by(|claim| claim.id.cmp(id)).ok()?;
        self.read.claims.get(at)
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
        self.line(id, Which::Case(case))
    }

    /// The command that makes the hunt of a predicate again and shows its nearest case. There is none for a number of cases of
    /// one's own, since no budget gives those.
    pub fn hunted_line(&self, id: &ClaimId, predicate: &str) -> Option<String> {
        let budget = self.options.budget.name();
        self.options.cases.is_none().then(|| self.line(id, Which::Hunted { predicate, budget }))
    }

    fn line(&self, id: &ClaimId, which: Which<'_>) -> String {
        let check = &self.options.check;
        let paths: Vec<_> = self.paths.iter().map(|path| path.to_string_lossy()).collect();
        replay_line(&id.0, which, check.seed, check.max_elements, &paths)
    }
}

/// Which case of a claim a command shows.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// One of the random phase.
    Case(u64),
    /// Where the hunt came nearest, in a run of this budget.
    Hunted { predicate: &'a str, budget: &'a str },
}

/// The command that runs a case of a claim under these paths again.
pub fn replay_line(id: &str, which: Which<'_>, seed: u64, max_elements: usize, paths: &[impl AsRef<str>]) -> String {
    let id = quoted(id);
    let mut line = match which {
        Which::Case(case) => format!("theoremcheck replay {id} --case {case} --seed {seed}"),
        Which::Hunted { predicate, budget } => {
            let predicate = quoted(predicate);
            format!("theoremcheck replay {id} --hunted {predicate} --seed {seed} --budget {}", quoted(budget))
        }
    };
    if max_elements != MAX_ELEMENTS {
        line += &format!(" --max-elements {max_elements}");
    }
    for path in paths {
        line += &format!(" --path {}", quoted(path.as_ref()));
    }
    line
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

//! `--resume`: what a journal has of this run, and what is left to run.

use super::outputs::not_standard;
use super::stop::Stop;
use crate::claim::fingerprint::Fingerprint;
use crate::claim::model::Claim;
use crate::engine::outcome::{Failure, Outcome};
use crate::engine::run::RunOptions;
use crate::report::entry::Entry;
use crate::report::journal::{Finished, Journal, JournalError, Opened};
use crate::report::json;
use crate::report::number::grouped;
use crate::report::run_report::Setup;
use serde::Serialize;
use std::path::Path;

/// Which run a journal is of.
#[derive(Serialize)]
struct Run {
    program: &'static str,
    seed: u64,
    budget: json::Budget,
}

#[derive(Debug)]
pub struct Resumed {
    pub journal: Option<Journal>,
    /// What need not be run again, in the order of the ids.
    pub taken: Vec<Entry>,
    pub claims: Vec<Claim>,
    /// What a person is told; empty without a journal, or of a new one.
    pub says: String,
}

impl Resumed {
    /// Opens the journal, if one is named, and takes the claims whose files have not changed since.
    pub fn of(path: Option<&Path>, options: &RunOptions, claims: Vec<Claim>) -> Result<Self, Stop> {
        let Some(path) = path else {
            return Ok(Self { journal: None, taken: Vec::new(), claims, says: String::new() });
        };
        not_standard("--resume", path)?;
        let run = Run { program: json::PROGRAM, seed: options.check.seed, budget: json::Budget::of(options) };
        let Opened { journal, mut finished, spoilt } = Journal::open(path, &run)?;
        let all = claims.len();
        let (mut taken, mut left, mut changed) = (Vec::new(), Vec::new(), 0_usize);
        for claim in claims {
            match finished.remove(&claim.id.0) {
                Some(Finished { file, files, entry }) if file == name_of(&claim) && files == files_of(&claim) => {
                    taken.push(entry);
                }
                there => {
                    changed += usize::from(there.is_some());
                    left.push(claim);
                }
            }
        }
        let mut says = Vec::new();
        if !taken.is_empty() {
            says.push(format!("{} of {} claims taken over", grouped(taken.len() as u64), grouped(all as u64)));
        }
        if changed > 0 {
            says.push(format!("{} changed since, run again", grouped(changed as u64)));
        }
        if spoilt > 0 {
            says.push(format!("{spoilt} line{} not whole", if spoilt == 1 { "" } else { "s" }));
        }
        let says = if says.is_empty() { String::new() } else { format!("{}: {}\n", path.display(), says.join(", ")) };
        Ok(Self { journal: Some(journal), taken, claims: left, says })
    }
}

/// Notes a claim that has ended. What the harness failed at is not finished, and what is malformed was never begun.
pub fn note(journal: &Journal, claims: &[Claim], outcome: &Outcome, setup: &Setup) {
    let Outcome::Checked(result) = outcome else { return };
    if matches!(result.failure, Some(Failure::Panic(_))) {
        return;
    }
    let claim = claims.iter().find(|claim| claim.id == result.id);
    if let (Some(claim), Ok(entry)) = (claim, json::entry(result, claim, setup)) {
        journal.note(&claim.id.0, &name_of(claim), &files_of(claim), result.busy, &entry);
    }
}

fn name_of(claim: &Claim) -> String {
    claim.source.path.display().to_string()
}

fn files_of(claim: &Claim) -> String {
    Fingerprint::of_files(claim).to_string()
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::argument(error.to_string())
    }
}

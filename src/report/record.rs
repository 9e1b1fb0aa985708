//! A run's report, read back from its JSON: what every format beside it is made from.
//!
//! So a run, one that was resumed and shards that were merged have the same JUnit, Markdown, SARIF and annotations, byte for byte, because
//! they have the same JSON; and nothing is said in one format that is not in the other. Nothing here is computed: it is read, and put together.

use super::baseline::Drift;
use super::closest::hunt_is_nearer;
use super::entry::Entry;
use super::entry::{Predicate, Said};
use super::run_report::{Which, replay_line};
use crate::engine::exit::Exit;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct Record {
    pub head: Head,
    /// In the order of their ids.
    pub entries: Vec<Entry>,
    /// What it was held against says this; a report by itself says nothing of it.
    pub drift: Drift,
}

/// What a report says of its run.
#[derive(Clone, Debug, Deserialize)]
pub struct Head {
    pub seed: u64,
    pub budget: Budget,
    /// Where the claims were looked for; empty means the default.
    #[serde(default)]
    pub paths: Vec<String>,
    pub errors: Vec<Error>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Budget {
    pub name: String,
    pub evaluations: u64,
    pub cases: Option<u64>,
    pub max_elements: usize,
}

/// What is wrong with a file that is malformed.
#[derive(Clone, Debug, Deserialize)]
pub struct Error {
    /// Of the claim, where it is one's.
    pub id: Option<String>,
    pub file: String,
    #[serde(default)]
    pub line: usize,
    #[serde(default)]
    pub column: usize,
    /// None where it is of the file as a whole.
    pub end_line: Option<usize>,
    pub end_column: Option<usize>,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub found: String,
    pub help: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    claims: Vec<Box<RawValue>>,
}

impl Record {
    /// From the report's JSON, however it is laid out.
    ///
    /// # Errors
    /// Why it is no report.
    pub fn read(json: &str) -> Result<Self, String> {
        let head = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let Claims { claims } = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let entries = claims.iter().map(|entry| Entry::read(entry.get()).map_err(|error| error.to_string()));
        Ok(Self { head, entries: entries.collect::<Result<_, _>>()?, drift: Drift::default() })
    }

    /// That of the run.
    pub fn exit(&self) -> Exit {
        let malformed = if self.head.errors.is_empty() { Exit::AsExpected } else { Exit::Malformed };
        let entries = self.entries.iter().map(|entry| entry.exit);
        entries.chain([self.drift.exit()]).fold(malformed, Exit::gravest)
    }

    /// Ids and files of what is malformed.
    pub fn malformed(&self) -> BTreeSet<(Option<&str>, &str)> {
        self.head.errors.iter().map(|error| (error.id.as_deref(), error.file.as_str())).collect()
    }

    /// The commands that show the cases that say most of a predicate: the random one, and after it the hunt's where that is nearer.
    pub fn replay_lines(&self, claim: &Said, predicate: &Predicate) -> Vec<String> {
        let Head { seed, budget, paths, .. } = &self.head;
        let line = |which| replay_line(&claim.id, which, *seed, budget.max_elements, paths);
        let hunted = Which::Hunted { predicate: &predicate.name, budget: &budget.name };
        // A constant's hunt goes on from value to value, which no replay does.
        let again = budget.cases.is_none() && !claim.seeks_a_constant();
        let hunted = (again && nearest_is_hunted(predicate)).then(|| line(hunted));
        predicate.case.map(|case| line(Which::Case(case))).into_iter().chain(hunted).collect()
    }
}

/// As [`super::closest::nearest_is_hunted`] has it, of what a report says.
fn nearest_is_hunted(predicate: &Predicate) -> bool {
    let Predicate { identity, closest, worst_violation, closest_undecided, evidence, .. } = predicate;
    let random = worst_violation.as_ref().or(closest.as_ref()).or(closest_undecided.as_ref());
    let hunt = evidence.as_ref().and_then(|evidence| evidence.hunt.as_ref());
    let hunt = hunt.filter(|hunt| hunt.evaluations > 0 && !identity);
    let best = hunt.and_then(|hunt| hunt.best.as_ref());
    best.is_some_and(|best| hunt_is_nearer(best.margin.0, random.map(|extreme| extreme.margin.0)))
}

impl Error {
    /// `claims/p/c.toml:6:10`; the file alone where it is of the whole of it.
    pub fn place(&self) -> String {
        match self.end_line {
            Some(_) => format!("{}:{}:{}", self.file, self.line, self.column),
            None => self.file.clone(),
        }
    }

    /// What is wrong, what was found and what would be right.
    pub fn says(&self) -> String {
        let found = if self.found.is_empty() { String::new() } else { format!(": {}", self.found) };
        let help = self.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}{found}{help}", self.message)
    }
}

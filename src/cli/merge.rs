//! `theoremcheck merge`: the report of the single run from those of its shards, in every format, with its summary and its exit status.

use super::args::MergeArgs;
use super::baseline;
use super::console;
use super::outputs;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::report::baseline::Of;
use crate::report::merge::{MergeError, Merged, ShardReport, merge as merged};
use crate::report::paint::Paint;
use crate::report::record::Record;
use crate::report::terminal::{Sums, unexpected};
use std::fs;
use std::path::PathBuf;

pub fn merge(args: &MergeArgs) -> Result<Exit, Stop> {
    // Where the report itself takes standard output, the rest goes beside it.
    let (show, paint): (fn(&str), Paint) = match outputs::takes_stdout(&args.outputs)? {
        true => (console::err, console::paint_err(&args.color)),
        false => (console::out, console::paint_out(&args.color)),
    };
    let reports = args.shards.iter().map(read).collect::<Result<Vec<_>, Stop>>()?;
    let merged = merged(reports)?;
    let Merged { text, shards, record } = &merged;
    let Record { head, entries } = record;
    let malformed = record.malformed();
    let of = Of {
        seed: head.seed,
        budget: head.budget.name.clone(),
        cases: head.budget.cases,
        max_elements: head.budget.max_elements,
    };
    let held = baseline::open(&args.baseline, &of)?;
    let written = outputs::write(&args.outputs, text, show);
    for entry in entries {
        show(&unexpected(entry, paint));
    }
    let mut exit = record.exit();
    let mut drift = String::new();
    if let Some(held) = held {
        let bad = |id: &str| malformed.iter().any(|(bad, _)| *bad == Some(id));
        let run = |id: &str| entries.binary_search_by(|entry| entry.said.id.as_str().cmp(id)).is_ok();
        let found = held.compare(of, entries, &|id| run(id) || !bad(id), paint)?;
        drift = found.says;
        exit = exit.gravest(found.exit);
    }
    if !args.quiet || exit != Exit::AsExpected {
        let sums = Sums {
            claims: entries
                .iter()
                .map(|entry| (entry.said.id.as_str(), entry.said.verdict, entry.said.as_expected))
                .collect(),
            malformed: malformed.iter().map(|(id, _)| *id).collect(),
            exit: record.exit(),
            cases: head.budget.cases,
            evaluations: head.budget.evaluations,
            seed: head.seed,
            more: format!(", {shards} shard{}", if *shards == 1 { "" } else { "s" }),
        };
        show(&sums.render(paint));
        show(&drift);
    }
    written?;
    Ok(exit)
}

fn read(path: &PathBuf) -> Result<ShardReport, Stop> {
    let text =
        fs::read_to_string(path).map_err(|error| Stop::argument(format!("cannot read {}: {error}", path.display())))?;
    Ok(ShardReport::read(&path.display().to_string(), &text)?)
}

impl From<MergeError> for Stop {
    fn from(error: MergeError) -> Self {
        Self::argument(error.to_string())
    }
}

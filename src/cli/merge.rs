//! `theoremcheck merge`: the report of the single run from those of its shards, in every format, with its summary and its exit status.

use super::args::MergeArgs;
use super::baseline::{self, Found};
use super::console;
use super::filter::would_have;
use super::outputs;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::engine::regular;
use crate::report::baseline::Of;
use crate::report::merge::{MergeError, Merged, ShardReport, merge as merged};
use crate::report::paint::Paint;
use crate::report::record::Record;
use crate::report::run_report::Asked;
use crate::report::terminal::{Sums, error_line, unexpected};
use std::path::Path;

pub fn merge(args: &MergeArgs) -> Result<Exit, Stop> {
    // Where the report itself takes standard output, the rest goes beside it.
    let (show, paint): (fn(&str), Paint) = match outputs::takes_stdout(&args.outputs)? {
        true => (console::err, console::paint_err(&args.color)),
        false => (console::out, console::paint_out(&args.color)),
    };
    let shards = args.shards.iter().map(|path| ("SHARD.json", path.as_path()));
    outputs::apart(shards.chain(outputs::named(&args.outputs)).chain(baseline::named(&args.baseline)))?;
    let reports = args.shards.iter().map(|path| read(path)).collect::<Result<Vec<_>, Stop>>()?;
    let Merged { text, shards, asked, record } = merged(reports)?;
    // Whatever is wrong with the baseline, the reports are written.
    let mut failed = Vec::new();
    let found = compared(args, &asked, &record, paint).unwrap_or_else(|stop| {
        failed.push(stop);
        None
    });
    let drift = found.as_ref().map(|found| found.drift.clone()).unwrap_or_default();
    let exit = record.exit().gravest(drift.exit());
    failed.extend(outputs::write(&args.outputs, &text, drift, show).err());
    let paint_err = console::paint_err(&args.color);
    for error in &record.head.errors {
        console::err(&error_line(error, paint_err));
    }
    for entry in &record.entries {
        show(&unexpected(entry, paint));
    }
    let accepted = found.as_ref().map_or(Ok(()), Found::accept);
    if !args.quiet || exit != Exit::AsExpected {
        let Record { head, entries, .. } = &record;
        let sums = Sums {
            claims: entries
                .iter()
                .map(|entry| (entry.said.id.as_str(), entry.said.verdict, entry.said.as_expected))
                .collect(),
            malformed: record.malformed().iter().map(|(id, _)| *id).collect(),
            exit: record.exit(),
            cases: head.budget.cases,
            evaluations: head.budget.evaluations,
            seed: head.seed,
            more: format!(", {shards} shard{}", if shards == 1 { "" } else { "s" }),
        };
        show(&sums.render(paint));
        if let Some(found) = found.filter(|_| accepted.is_ok()) {
            show(&found.says);
        }
    }
    failed.extend(accepted.err());
    Stop::all(failed).map(|()| exit).map_err(|stop| Stop { exit: stop.exit.gravest(exit), ..stop })
}

/// What the single run would have said of its baseline, if one is named.
fn compared<'a>(args: &'a MergeArgs, asked: &Asked, record: &Record, paint: Paint) -> Result<Option<Found<'a>>, Stop> {
    let Record { head, entries, .. } = record;
    let of = Of {
        seed: head.seed,
        budget: head.budget.name.clone(),
        cases: head.budget.cases,
        max_elements: head.budget.max_elements,
    };
    let Some(held) = baseline::open(&args.baseline, &of)? else { return Ok(None) };
    let malformed = record.malformed();
    let bad = |id: &str| malformed.iter().any(|(bad, _)| *bad == Some(id));
    let ran = |id: &str| entries.binary_search_by(|entry| entry.said.id.as_str().cmp(id)).is_ok();
    held.compare(of, entries, &|id| ran(id) || would_have(asked, id) && !bad(id), paint).map(Some)
}

fn read(path: &Path) -> Result<ShardReport, Stop> {
    let text =
        regular::text(path).map_err(|error| Stop::argument(format!("cannot read {}: {error}", path.display())))?;
    Ok(ShardReport::read(&path.display().to_string(), &text)?)
}

impl From<MergeError> for Stop {
    fn from(error: MergeError) -> Self {
        Self::argument(error.to_string())
    }
}

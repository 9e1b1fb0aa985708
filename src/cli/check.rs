//! `theoremcheck check`: run claims, show the table, write the reports, choose the exit status. In this order: the reports are
//! written whatever the status will be.

use super::accept::accept;
use super::args::CheckArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::outputs;
use super::stop::Stop;
use crate::case::witness::WitnessFile;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::Claim;
use crate::engine::event::Event;
use crate::engine::exit::Exit;
use crate::engine::outcome::{Malformed, Outcome};
use crate::engine::run::{EngineError, RunOptions, run};
use crate::report::paint::Paint;
use crate::report::progress::Progress;
use crate::report::run_report::{Read, RunReport, Setup};
use crate::report::terminal::{self, Table};
use std::sync::Mutex;
use std::time::Duration;

pub fn check(args: &CheckArgs) -> Result<Exit, Stop> {
    let setup = Setup { options: find::run_options(args.budget, &args.work)?, paths: args.paths.clone() };
    // Where the report itself takes standard output, the table goes beside it.
    let (show, paint): (fn(&str), Paint) = match outputs::takes_stdout(&args.outputs)? {
        true => (console::err, console::paint_err(&args.color)),
        false => (console::out, console::paint_out(&args.color)),
    };
    let Selected { read, malformed } = selected(args)?;
    let claims = &read.claims;
    for bad in &malformed {
        console::err(&terminal::malformed(bad, console::paint_err(&args.color)));
    }

    let ids: Vec<_> = claims.iter().map(|claim| &claim.id).collect();
    let table = Table::new(&setup, paint, args.verbose, args.quiet, &ids);
    let paint_err = console::paint_err(&args.color);
    let (outcomes, elapsed) = run_shown(claims, &setup.options, !args.quiet, |outcome| match outcome {
        Outcome::Checked(claim) => show(&table.claim(claim)),
        Outcome::Malformed(malformed) => console::err(&terminal::malformed(malformed, paint_err)),
    })?;
    let report = RunReport::new(setup.clone(), malformed, outcomes, elapsed, read);

    let written = outputs::write(&args.outputs, &report, show);
    if args.accept_witness {
        for result in &report.claims {
            let Some(claim) = report.claim(&result.id) else { continue };
            if let Some(path) = accept(claim, result)? {
                show(&format!("stored {}\n", path.display()));
            }
        }
    }
    let exit = report.exit();
    if !args.quiet || exit != Exit::AsExpected {
        show(&table.summary(&report));
    }
    written?;
    Ok(exit)
}

/// The claims that were asked for, by id, and what is wrong with the rest.
struct Selected {
    read: Read,
    malformed: Vec<Malformed>,
}

fn selected(args: &CheckArgs) -> Result<Selected, Stop> {
    let scan = find::scan(&args.paths)?;
    let library = match scan.library() {
        Ok(library) => library,
        Err(diagnostics) => {
            return Ok(Selected { read: Read::default(), malformed: vec![Malformed { id: None, diagnostics }] });
        }
    };
    let filter = Filter(args.filter.filter.as_deref());
    if !library.claims.iter().any(|loaded| filter.admits(&loaded.id)) {
        return Err(find::nothing_matches(&args.filter, &library));
    }
    let mut malformed: Vec<Malformed> =
        library.problems.into_iter().map(|diagnostics| Malformed { id: None, diagnostics }).collect();
    let mut claims = Vec::new();
    for loaded in library.claims.into_iter().filter(|loaded| filter.admits(&loaded.id)) {
        match loaded.claim {
            Ok(mut claim) => {
                if let Some(diagnostics) = unreadable_witness(&claim) {
                    // The claim is run all the same, without it.
                    malformed.push(Malformed { id: Some(claim.id.clone()), diagnostics });
                    claim.witness = None;
                }
                claims.push(claim);
            }
            Err(diagnostics) => malformed.push(Malformed { id: Some(loaded.id), diagnostics }),
        }
    }
    let papers = library.papers.into_iter();
    let papers = papers.filter(|(paper, _)| claims.iter().any(|claim| claim.id.paper() == paper)).collect();
    Ok(Selected { read: Read { claims, papers }, malformed })
}

/// What is wrong with the witness file of a claim, if it cannot be read as one.
fn unreadable_witness(claim: &Claim) -> Option<Diagnostics> {
    let source = claim.witness.as_ref()?;
    WitnessFile::read(source.text.as_bytes(), &source.path).err()
}

/// Runs claims with a progress bar; `finished` is called for each of them, in their order.
pub fn run_shown(
    claims: &[Claim],
    options: &RunOptions,
    bar: bool,
    finished: impl Fn(&Outcome) + Sync,
) -> Result<(Vec<Outcome>, Duration), EngineError> {
    let progress = Progress::new(bar);
    let elapsed = Mutex::new(Duration::ZERO);
    let sink = |event: Event<'_>| {
        progress.note(&event);
        match event {
            Event::ClaimFinished { outcome } => progress.aside(|| finished(outcome)),
            Event::RunFinished { elapsed: total } => {
                if let Ok(mut elapsed) = elapsed.lock() {
                    *elapsed = total;
                }
            }
            Event::RunStarted { .. } | Event::ClaimStarted { .. } | Event::Progress { .. } => {}
        }
    };
    let claims: Vec<&Claim> = claims.iter().collect();
    let outcomes = run(&claims, options, &sink)?;
    Ok((outcomes, elapsed.into_inner().unwrap_or_default()))
}

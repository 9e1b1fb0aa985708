//! `theoremcheck check`: run claims, show the table, write the reports, choose the exit status. In this order: the reports are
//! written whatever the status will be (but for a run that is interrupted, which has none). Of a shard, or where a journal has what is finished, some claims only are run.

use super::accept::accept;
use super::args::CheckArgs;
use super::baseline::{self, Found};
use super::console;
use super::filter::{Filter, asked, would_have};
use super::find;
use super::interrupt::{Interrupt, Telling};
use super::outputs;
use super::resume::{self, Resumed};
use super::stop::Stop;
use crate::case::witness::WitnessFile;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::fingerprint::Fingerprint;
use crate::claim::model::Claim;
use crate::engine::event::Event;
use crate::engine::exit::Exit;
use crate::engine::files::Scan;
use crate::engine::outcome::{Malformed, Outcome};
use crate::engine::run::{EngineError, RunOptions, loads, run};
use crate::engine::shard::{Shard, shares};
use crate::report::entry::Entry;
use crate::report::journal::Journal;
use crate::report::json;
use crate::report::paint::Paint;
use crate::report::progress::Progress;
use crate::report::run_report::{Asked, Part, Read, RunReport, Setup};
use crate::report::terminal::{self, Table};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

pub fn check(args: &CheckArgs) -> Result<Exit, Stop> {
    let setup = Setup { options: find::run_options(args.budget, &args.work)?, paths: args.paths.clone() };
    // Where the report itself takes standard output, the table goes beside it.
    let (show, paint): (fn(&str), Paint) = match outputs::takes_stdout(&args.outputs)? {
        true => (console::err, console::paint_err(&args.color)),
        false => (console::out, console::paint_out(&args.color)),
    };
    let journal = args.resume.as_deref().map(|path| ("--resume", path));
    outputs::apart(outputs::named(&args.outputs).chain(journal).chain(baseline::named(&args.baseline)))?;
    let of = baseline::of_options(&setup.options);
    let held = baseline::open(&args.baseline, &of)?;
    let Selected { scan, read, mut malformed } = selected(args)?;
    outputs::spare(outputs::named(&args.outputs).chain(journal).chain(baseline::named(&args.baseline)), || {
        scan.reads()
    })?;
    let wanted = asked(&scan, Filter(args.filter.filter.as_deref()));
    let mut part = None;
    let claims = match args.shard {
        None => read.claims.clone(),
        Some(shard) => {
            let own = shared_out(&read.claims, shard, &setup.options, wanted.clone())?;
            malformed.extend(own.malformed);
            part = Some(own.part);
            own.claims
        }
    };
    let paint_err = console::paint_err(&args.color);
    for bad in &malformed {
        console::err(&terminal::malformed(bad, paint_err));
    }
    let Resumed { journal, taken, claims, says } = Resumed::of(args.resume.as_deref(), &setup.options, claims)?;
    if !args.quiet {
        show(&says);
    }
    for entry in &taken {
        show(&terminal::unexpected(entry, paint));
    }

    let to_run: Vec<_> = claims.iter().map(|claim| &claim.id).collect();
    let table = Table::new(&setup, paint, args.verbose, args.quiet, &to_run);
    let progress = Progress::new(!args.quiet);
    let interrupt = Interrupt::default();
    let taken_over = taken.iter().map(|entry| (entry.said.id.clone(), entry.said.verdict, entry.said.as_expected));
    let telling = Telling {
        show,
        paint,
        options: setup.options.clone(),
        claims: claims.len() + taken.len(),
        taken: taken_over.collect(),
        journal: args.resume.clone(),
    };
    interrupt.watch(telling, progress.clone());
    let ended = |outcome: &Outcome| {
        if let Some(journal) = &journal {
            resume::note(journal, &claims, outcome, &setup);
        }
        if let Outcome::Checked(claim) = outcome {
            interrupt.ended(&claim.id.0, claim.verdict, claim.as_expected, table.claim(claim));
        }
    };
    // In this order: whoever is shown a row, or interrupts, has the lock before the bar is touched.
    let finished = |outcome: &Outcome| match outcome {
        Outcome::Checked(claim) => interrupt.finished(&claim.id.0, |row| progress.aside(|| show(row))),
        Outcome::Malformed(malformed) => progress.aside(|| console::err(&terminal::malformed(malformed, paint_err))),
    };
    let (outcomes, elapsed) = run_watched(&claims, &setup.options, &progress, ended, finished)?;
    let mut report = RunReport::new(setup.clone(), malformed, outcomes, elapsed, read);
    (report.taken, report.part) = (taken, part);

    // Whatever fails from here on, the rest is done all the same, and every failure is told.
    let mut failed = Vec::new();
    let mut found = None;
    if let Some(held) = &held {
        // What is malformed says nothing of what it was; what fell to other shards, and what was not named, was not asked.
        let bad: BTreeSet<&str> =
            report.malformed.iter().filter_map(|bad| bad.id.as_ref()).map(|id| id.0.as_str()).collect();
        let compared = compared(&report, |entries| {
            let ran: BTreeSet<&str> = entries.iter().map(|entry| entry.said.id.as_str()).collect();
            let gone = |id: &str| args.shard.is_none() && would_have(&wanted, id) && !bad.contains(id);
            held.compare(of, entries, &|id| ran.contains(id) || gone(id), paint)
        });
        match compared {
            Ok(compared) => found = Some(compared),
            Err(stop) => failed.push(stop),
        }
    }
    let drift = found.as_ref().map(|found| found.drift.clone()).unwrap_or_default();
    let exit = report.exit().gravest(drift.exit());
    if outputs::any(&args.outputs) {
        let json = json::render(&report).map_err(cannot_write_json);
        failed.extend(json.and_then(|json| outputs::write(&args.outputs, &json, drift, show)).err());
    }
    if let (Some(Err(error)), Some(path)) = (journal.map(Journal::end), &args.resume) {
        failed.push(Stop::cannot_write(path, &error));
    }
    if args.accept_witness {
        for result in &report.claims {
            let Some(claim) = report.claim(&result.id) else { continue };
            match accept(claim, result) {
                Ok(Some(path)) if !args.quiet => show(&format!("stored {}\n", path.display())),
                Ok(_) => {}
                Err(stop) => failed.push(stop),
            }
        }
    }
    let accepted = found.as_ref().map_or(Ok(()), Found::accept);
    if !args.quiet || exit != Exit::AsExpected {
        show(&table.summary(&report));
        if let Some(found) = found.filter(|_| accepted.is_ok()) {
            show(&found.says);
        }
    }
    failed.extend(accepted.err());
    Stop::all(failed).map(|()| exit).map_err(|stop| Stop { exit: stop.exit.gravest(exit), ..stop })
}

/// Compares what a report says, read as it is stored.
fn compared<'a>(
    report: &RunReport,
    compare: impl FnOnce(&[Entry]) -> Result<Found<'a>, Stop>,
) -> Result<Found<'a>, Stop> {
    compare(&baseline::read_back(&json::entries(report).map_err(cannot_write_json)?)?)
}

fn cannot_write_json(error: serde_json::Error) -> Stop {
    Stop::harness(format!("cannot write JSON: {error}"))
}

/// The claims that were asked for, by id, and what is wrong with the rest.
struct Selected {
    scan: Scan,
    read: Read,
    malformed: Vec<Malformed>,
}

fn selected(args: &CheckArgs) -> Result<Selected, Stop> {
    let scan = find::scan(&args.paths)?;
    let library = match scan.library() {
        Ok(library) => library,
        Err(diagnostics) => {
            let malformed = vec![Malformed { id: None, diagnostics }];
            return Ok(Selected { scan, read: Read::default(), malformed });
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
    Ok(Selected { scan, read: Read { claims, papers }, malformed })
}

/// What falls to one shard. What is malformed is told by each of them.
struct Own {
    claims: Vec<Claim>,
    malformed: Vec<Malformed>,
    part: Part,
}

fn shared_out(claims: &[Claim], shard: Shard, options: &RunOptions, asked: Asked) -> Result<Own, Stop> {
    let loads = loads(&claims.iter().collect::<Vec<_>>(), options)?;
    let (mut sound, mut malformed) = (Vec::new(), Vec::new());
    for (claim, load) in claims.iter().zip(loads) {
        match load {
            Ok(load) => sound.push((claim, load)),
            Err(diagnostics) => malformed.push(Malformed { id: Some(claim.id.clone()), diagnostics }),
        }
    }
    let texts = sound.iter().map(|(claim, _)| format!("{} {}\n", claim.id, Fingerprint::of_files(claim)));
    let library = Fingerprint::of_text(&texts.collect::<String>()).to_string();
    let part = Part { shard, claims: sound.len(), library, asked };
    let shares = shares(&sound.iter().map(|(claim, load)| (&claim.id, *load)).collect::<Vec<_>>(), shard.n);
    let own = sound.into_iter().zip(shares).filter(|(_, share)| *share == shard.k);
    Ok(Own { claims: own.map(|((claim, _), _)| claim.clone()).collect(), malformed, part })
}

/// What is wrong with the witness file of a claim, if it cannot be read as one.
fn unreadable_witness(claim: &Claim) -> Option<Diagnostics> {
    let source = claim.witness.as_ref()?;
    WitnessFile::read(source.text.as_bytes(), &source.path).err()
}

/// Runs claims with a progress bar; `ended` is called for each of them at once, `finished` in their order.
pub fn run_shown(
    claims: &[Claim],
    options: &RunOptions,
    progress: &Progress,
    ended: impl Fn(&Outcome) + Sync,
    finished: impl Fn(&Outcome) + Sync,
) -> Result<(Vec<Outcome>, Duration), EngineError> {
    run_watched(claims, options, progress, ended, |outcome| progress.aside(|| finished(outcome)))
}

/// [`run_shown`] where `finished` sets the bar aside by itself.
fn run_watched(
    claims: &[Claim],
    options: &RunOptions,
    progress: &Progress,
    ended: impl Fn(&Outcome) + Sync,
    finished: impl Fn(&Outcome) + Sync,
) -> Result<(Vec<Outcome>, Duration), EngineError> {
    let elapsed = Mutex::new(Duration::ZERO);
    let sink = |event: Event<'_>| {
        progress.note(&event);
        match event {
            Event::ClaimEnded { outcome } => ended(outcome),
            Event::ClaimFinished { outcome } => finished(outcome),
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

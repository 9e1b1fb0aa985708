//! `theoremcheck plot`: run the experiments, write their figures and the tables of what they show.

use super::args::PlotArgs;
use super::check::run_shown;
use super::console;
use super::filter::Filter;
use super::find;
use super::outputs;
use super::stop::Stop;
use crate::claim::model::{Claim, ClaimId};
use crate::engine::exit::Exit;
use crate::engine::outcome::{ClaimResult, Malformed, Outcome};
use crate::report::progress::Progress;
use crate::report::run_report::{Read, RunReport, Setup};
use crate::report::terminal::{self, Table};
use crate::report::{figure_table, svg, write::write_atomically};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Status as for `check`: a figure that reads otherwise than expected is written all the same.
pub fn plot(args: &PlotArgs) -> Result<Exit, Stop> {
    let setup = Setup { options: find::run_options(args.budget, &args.work)?, paths: args.paths.clone() };
    let (paint, paint_err) = (console::paint_out(&args.color), console::paint_err(&args.color));
    let scan = find::scan(&args.paths)?;
    let library = match scan.library() {
        Ok(library) => library,
        Err(diagnostics) => {
            console::err(&terminal::malformed(&Malformed { id: None, diagnostics }, paint_err));
            return Ok(Exit::Malformed);
        }
    };
    let filter = Filter(args.filter.filter.as_deref());
    let mut malformed: Vec<Malformed> = Vec::new();
    let mut claims: Vec<Claim> = Vec::new();
    for loaded in library.claims.iter().filter(|loaded| filter.admits(&loaded.id)) {
        match &loaded.claim {
            Ok(claim) if claim.experiment.is_some() => claims.push(claim.clone()),
            Ok(_) => {}
            Err(diagnostics) => {
                malformed.push(Malformed { id: Some(loaded.id.clone()), diagnostics: diagnostics.clone() })
            }
        }
    }
    for bad in &malformed {
        console::err(&terminal::malformed(bad, paint_err));
    }
    if claims.is_empty() && malformed.is_empty() {
        return Err(Stop::argument("no experiment is among these claims: one has a table `[experiment]`".to_owned()));
    }
    // By links alone: what is read has other names.
    let figures: Vec<PathBuf> = claims.iter().flat_map(|claim| files(&args.output, &claim.id)).collect();
    outputs::spare(figures.iter().map(|path| ("--output", path.as_path())), || scan.reads())?;
    let ids: Vec<_> = claims.iter().map(|claim| &claim.id).collect();
    let table = Table::new(&setup, paint, false, false, &ids);
    // The first file that cannot be written ends it, with what was written before.
    let failed: Mutex<Option<Stop>> = Mutex::new(None);
    let (outcomes, elapsed) = run_shown(
        &claims,
        &setup.options,
        &Progress::new(true),
        |_| {},
        |outcome| match outcome {
            Outcome::Malformed(malformed) => console::err(&terminal::malformed(malformed, paint_err)),
            Outcome::Checked(result) => {
                console::out(&table.claim(result));
                match written(&args.output, result) {
                    Ok(files) => files.iter().for_each(|file| console::out(&format!("      {}\n", file.display()))),
                    Err(stop) => {
                        if let Ok(mut failed) = failed.lock() {
                            failed.get_or_insert(stop);
                        }
                    }
                }
            }
        },
    )?;
    if let Ok(Some(stop)) = failed.into_inner() {
        return Err(stop);
    }
    let report = RunReport::new(setup.clone(), malformed, outcomes, elapsed, Read::default());
    console::out(&table.summary(&report));
    Ok(report.exit())
}

/// Writes what was drawn of a claim: nothing where it was not run.
fn written(folder: &Path, result: &ClaimResult) -> Result<Vec<PathBuf>, Stop> {
    let Some(figure) = &result.figure else { return Ok(Vec::new()) };
    let paper = folder.join(result.id.paper());
    std::fs::create_dir_all(&paper).map_err(|error| Stop::cannot_write(&paper, &error))?;
    let title = format!("{}: {}", result.at, result.title);
    let texts = [svg::figure(&title, &figure.panels), figure_table::csv(&figure.panels)];
    let files = files(folder, &result.id);
    for (path, text) in files.iter().zip(texts) {
        write_atomically(path, &text).map_err(|error| Stop::cannot_write(path, &error))?;
    }
    Ok(files.into())
}

/// Where the figure of a claim and its table go.
fn files(folder: &Path, id: &ClaimId) -> [PathBuf; 2] {
    let paper = folder.join(id.paper());
    ["svg", "csv"].map(|extension| paper.join(format!("{}.{extension}", id.stem())))
}

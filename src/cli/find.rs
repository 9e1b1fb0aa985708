//! From arguments to what they mean: the claims they name, the options of a run.

use super::args::{FilterArgs, MachineArgs, WorkArgs};
use super::stop::Stop;
use crate::check::CheckOptions;
use crate::claim::library::Library;
use crate::claim::model::{Claim, Paper};
use crate::engine::budget::Budget;
use crate::engine::environment;
use crate::engine::files::{self, Scan};
use crate::engine::run::RunOptions;
use crate::report::paint::Paint;
use crate::report::run_report::quoted;
use crate::report::terminal::{WIDTH, plain};
use std::path::PathBuf;

pub fn scan(paths: &[PathBuf]) -> Result<Scan, Stop> {
    let default = [PathBuf::from(super::CLAIMS)];
    Ok(files::scan(if paths.is_empty() { &default } else { paths })?)
}

/// One claim by its id, with its paper's citation.
pub fn claim(paths: &[PathBuf], id: &str, paint: Paint) -> Result<(Claim, Option<Paper>), Stop> {
    let scan = scan(paths)?;
    let render = |errors: &crate::claim::diagnostic::Diagnostics| errors.render(WIDTH, paint.on);
    if let Some((loaded, paper)) = scan.claim(id) {
        let malformed = |errors| Stop::malformed(format!("`{id}` is malformed"), render(&errors));
        return Ok((loaded.claim.map_err(malformed)?, paper));
    }
    let unknown = format!("there is no claim `{id}`");
    match scan.library() {
        Err(errors) => Err(Stop::malformed(unknown, render(&errors))),
        Ok(library) => Err(Stop::argument(match library.nearest(id) {
            Some(near) => format!("{unknown}; did you mean `{near}`?"),
            None => format!("{unknown}; `theoremcheck list{}` shows those there are", arguments(paths)),
        })),
    }
}

/// These paths as they would be given again.
fn arguments(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!(" {}", quoted(&plain(&path.to_string_lossy())))).collect()
}

pub fn nothing_matches(filter: &FilterArgs, library: &Library) -> Stop {
    let pattern = filter.filter.as_deref().unwrap_or_default();
    let near = library.nearest(pattern).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Stop::argument(format!("no claim matches the filter `{pattern}`{near}"))
}

pub fn check_options(machine: &MachineArgs) -> Result<CheckOptions, Stop> {
    Ok(CheckOptions {
        seed: machine.seed,
        backend: environment::backend(machine.backend.as_deref()).map_err(Stop::argument)?,
        // The argument's range fits everywhere.
        max_elements: usize::try_from(machine.max_elements).unwrap_or(usize::MAX),
        kernel: None,
    })
}

pub fn run_options(budget: Budget, work: &WorkArgs) -> Result<RunOptions, Stop> {
    let jobs = work.jobs.map_or(0, usize::from);
    Ok(RunOptions { budget, cases: work.cases, jobs, check: check_options(&work.machine)? })
}

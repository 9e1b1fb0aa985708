//! `theoremcheck verify`: stored counterexamples, proved again from their values alone.

use super::args::VerifyArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::stop::Stop;
use super::witness;
use crate::check::evidence::Stored;
use crate::check::stored::verify_stored;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{Claim, Flow};
use crate::engine::exit::Exit;
use crate::engine::guard::guard;
use crate::engine::outcome::Malformed;
use crate::report::closest::place;
use crate::report::paint::Paint;
use crate::report::terminal::{WIDTH, malformed, plain};
use std::path::{Path, PathBuf};

/// Status 0 if every stored witness proves its violation, 1 if one does not, 2 if one cannot be read or has no claim, 4 if one is stale.
pub fn verify(args: &VerifyArgs) -> Result<Exit, Stop> {
    let (out, err) = (console::paint_out(&args.color), console::paint_err(&args.color));
    if let Some(path) = args.paths.iter().find(|path| is_neither(path)) {
        let is = "neither a witness (`<claim>.witness.json`) nor a claim (`<claim>.toml`) nor a folder of these";
        return Err(Stop::argument(format!("{} is {is}", plain(&path.to_string_lossy()))));
    }
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| claim_of(path)).collect();
    let library = find::scan(&paths)?
        .library()
        .map_err(|errors| Stop::malformed("no claims to verify", errors.render(WIDTH, err.on)))?;
    let filter = Filter(args.filter.filter.as_deref());
    let max_elements = usize::try_from(args.max_elements).unwrap_or(usize::MAX);
    let default = [PathBuf::from(super::CLAIMS)];
    let folders = if args.paths.is_empty() { &default } else { &*args.paths };
    let orphans = witness::orphans(&library, folders, |id| filter.admits(id));
    let (mut exit, mut count) = (Exit::AsExpected, 0_usize);
    for loaded in library.claims.iter().filter(|loaded| filter.admits(&loaded.id)) {
        match &loaded.claim {
            Ok(claim) if claim.witness.is_some() => {
                let (found, entries) = of_claim(claim, max_elements, out)?;
                exit = exit.gravest(found);
                count += entries;
            }
            Ok(_) => {}
            Err(diagnostics) => {
                let bad = Malformed { id: Some(loaded.id.clone()), diagnostics: diagnostics.clone() };
                console::err(&malformed(&bad, err));
                exit = exit.gravest(Exit::Malformed);
            }
        }
    }
    // What is wrong with settings and citations is told by `check`; a witness that cannot be opened is none that proves anything.
    let is_witness =
        |errors: &&Diagnostics| errors.0.iter().any(|error| witness::stem(&error.place.source.path).is_some());
    for diagnostics in library.problems.iter().filter(is_witness).cloned() {
        console::err(&malformed(&Malformed { id: None, diagnostics }, err));
        exit = exit.gravest(Exit::Malformed);
    }
    for path in orphans {
        let (path, stem) = (path.display().to_string(), plain(witness::stem(&path).unwrap_or_default()));
        console::err(&format!(
            "error: {}: a witness without a claim: there is no `{stem}.toml` beside it to prove it against\n",
            plain(&path)
        ));
        exit = exit.gravest(Exit::Malformed);
    }
    console::out(&format!("{count} witness{}\n", if count == 1 { "" } else { "es" }));
    Ok(exit)
}

/// What became of a claim's witnesses, and how many there are.
fn of_claim(claim: &Claim, max_elements: usize, paint: Paint) -> Result<(Exit, usize), Stop> {
    let verified = guard(|| verify_stored(claim, max_elements))
        .map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?;
    let entries = match verified {
        Ok(entries) => entries,
        Err(diagnostics) => {
            console::err(&diagnostics.render(WIDTH, paint.on));
            return Ok((Exit::Malformed, 0));
        }
    };
    let mut exit = Exit::AsExpected;
    for (predicate, stored, refutation) in &entries {
        let name = format!("{} {}", claim.id, plain(predicate));
        let why = guard(|| witness::why_not(claim, predicate, stored, max_elements))
            .map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?
            .unwrap_or_default();
        let (line, status) = match (stored, refutation) {
            (Stored::Proved, Some(refutation)) => {
                let place = place(refutation, claim.flow.as_ref().map(Flow::looks));
                let text = format!("✓ {name}: refuted, margin {}{place}\n", refutation.margin.describe());
                (paint.good(&text), Exit::AsExpected)
            }
            (Stored::Stale, _) => (paint.bad(&format!("? {name}: {why}\n")), Exit::Undecided),
            (Stored::Failed(_), _) => (paint.bad(&format!("✗ {name}: not proved: {why}\n")), Exit::DecidedOtherwise),
            (Stored::Proved, None) => (paint.bad(&format!("✗ {name}: not proved\n")), Exit::DecidedOtherwise),
        };
        console::out(&line);
        exit = exit.gravest(status);
    }
    Ok((exit, entries.len()))
}

/// A file that has nothing to be verified: a report, say.
fn is_neither(path: &Path) -> bool {
    path.is_file() && path.extension().is_none_or(|extension| extension != "toml") && witness::stem(path).is_none()
}

/// A witness file stands for the claim beside it.
fn claim_of(path: &Path) -> PathBuf {
    match witness::stem(path) {
        Some(stem) => path.with_file_name(format!("{stem}.toml")),
        None => path.to_owned(),
    }
}

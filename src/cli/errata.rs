//! `theoremcheck list --errata`: what was found wrong, from stored counterexamples that are proved again on the spot, and constants that are sought
//! again.

use super::args::ListArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::stop::Stop;
use super::witness;
use crate::arith::lane::Backend;
use crate::check::CheckOptions;
use crate::check::evidence::Stored;
use crate::check::stored::verify_stored;
use crate::claim::library::{Library, LoadedClaim};
use crate::claim::model::{Claim, ClaimId, Verdict};
use crate::engine::budget::Budget;
use crate::engine::exit::Exit;
use crate::engine::files;
use crate::engine::guard::guard;
use crate::engine::outcome::{Malformed, Outcome};
use crate::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};
use crate::engine::verdict::{expected, name};
use crate::report::errata::{Correction, Erratum, Failure, markdown};
use crate::report::terminal::{WIDTH, malformed, plain};

/// Status 0 if everything that is expected to be refuted has a counterexample that proves it; 1 if one does not; 2 if something cannot be read.
pub fn errata(args: &ListArgs) -> Result<Exit, Stop> {
    let err = console::paint_err(&args.color);
    let library = find::scan(&args.paths)?
        .library()
        .map_err(|errors| Stop::malformed("nothing to list", errors.render(WIDTH, err.on)))?;
    let filter = Filter(args.filter.filter.as_deref());
    if !library.claims.iter().any(|loaded| filter.admits(&loaded.id)) {
        return Err(find::nothing_matches(&args.filter, &library));
    }
    let mut bad: Vec<Malformed> =
        library.problems.iter().map(|errors| Malformed { id: None, diagnostics: errors.clone() }).collect();
    let mut exit = Exit::AsExpected;
    let mut all = Vec::new();
    for loaded in library.claims.iter().filter(|loaded| filter.admits(&loaded.id)) {
        let mut note = |diagnostics| bad.push(Malformed { id: Some(loaded.id.clone()), diagnostics });
        let claim = match &loaded.claim {
            Ok(claim) => claim,
            Err(diagnostics) => {
                note(diagnostics.clone());
                continue;
            }
        };
        let verified = guard(|| verify_stored(claim, MAX_ELEMENTS))
            .map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?;
        let entries = match verified {
            Ok(entries) => entries,
            Err(diagnostics) => {
                note(diagnostics);
                continue;
            }
        };
        let mut unproved = |message: String| {
            console::err(&message);
            exit = exit.gravest(Exit::DecidedOtherwise);
        };
        let mut failures = Vec::new();
        // The counterexample of a probability is a trial, which every run finds anew and none stores.
        let stores = claim.probability.is_none() && claim.constant.is_none();
        for predicate in
            refuted(claim).filter(|_| stores).filter(|name| entries.iter().all(|(predicate, ..)| predicate != name))
        {
            unproved(format!("`{}`: no counterexample of `{predicate}` is stored\n", claim.id));
        }
        for (predicate, stored, refutation) in entries {
            match (stored, refutation) {
                (Stored::Proved, Some(refutation)) => failures.push(Failure { predicate, refutation }),
                (stored, _) => {
                    let why = guard(|| witness::why_not(claim, &predicate, &stored, MAX_ELEMENTS))
                        .map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?;
                    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                    let place = claim.witness.as_ref().map(|source| source.path.display().to_string());
                    unproved(format!(
                        "{}: the stored counterexample of `{}` in `{}` does not prove it{why}\n",
                        plain(&place.unwrap_or_default()),
                        plain(&predicate),
                        claim.id,
                    ));
                }
            }
        }
        let mut sought = Vec::new();
        if failures.is_empty()
            && let Some(constant) = &claim.constant
            && let wanted @ (Verdict::Refuted | Verdict::Drifts) = expected(&claim.expect, &constant.name)
        {
            match sought_again(claim)? {
                // For a larger budget than a listing has: nothing is said of it.
                (Verdict::NotRun, _) => {}
                (found, reason) if found == wanted => sought.push((constant.name.clone(), reason)),
                (found, reason) => {
                    let (found, wanted) = (name(found), name(wanted));
                    unproved(format!("`{}` is {found}, expected {wanted}: {}\n", claim.id, plain(&reason)));
                }
            }
        }
        if failures.is_empty() && sought.is_empty() {
            continue;
        }
        let correction = match claim.corrected.as_deref().map(|name| claim.id.sibling(name)) {
            None => Correction::None,
            Some(id) => match correction(&library, loaded, &id) {
                None => {
                    unproved(format!("`{}`: its correction `{id}` was not found\n", claim.id));
                    Correction::Missing(id)
                }
                Some(LoadedClaim { claim: Ok(correction), .. }) => Correction::Loaded(Box::new(correction)),
                Some(LoadedClaim { claim: Err(diagnostics), .. }) => {
                    // One that is listed itself says so in its place.
                    if library.get(&id.0).is_none() || !filter.admits(&id) {
                        bad.push(Malformed { id: Some(id.clone()), diagnostics });
                    }
                    Correction::Malformed(id)
                }
            },
        };
        all.push(Erratum { claim, failures, sought, correction });
    }
    console::out(&markdown(&all, &library.papers));
    for malformed_one in &bad {
        console::err(&malformed(malformed_one, err));
        exit = exit.gravest(Exit::Malformed);
    }
    Ok(exit)
}

/// What becomes of a constant in a run of the default budget: its verdict and the reason.
fn sought_again(claim: &Claim) -> Result<(Verdict, String), Stop> {
    let check = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let options = RunOptions { budget: Budget::default(), cases: None, jobs: 0, check };
    let outcomes = run(&[claim], &options, &|_| {}).map_err(|error| Stop::harness(error.to_string()))?;
    let told = outcomes.into_iter().find_map(|outcome| match outcome {
        Outcome::Checked(result) => {
            let reason = result.predicates.first().and_then(|predicate| predicate.judgement.reason.clone());
            Some((result.verdict, reason.unwrap_or_default()))
        }
        Outcome::Malformed(_) => None,
    });
    Ok(told.unwrap_or((Verdict::Error, "it is malformed".to_owned())))
}

/// The claim of this id, which corrects another: from the library, else from the file where it would be, which may not have been named.
fn correction(library: &Library, corrected: &LoadedClaim, id: &ClaimId) -> Option<LoadedClaim> {
    if let Some(loaded) = library.get(&id.0) {
        return Some(loaded.clone());
    }
    let folder = corrected.path.parent()?;
    let path = if id.paper() == corrected.id.paper() {
        folder.join(format!("{}.toml", id.stem()))
    } else {
        // Of another paper: relative, since the folder may have no name of its own.
        folder.join("..").join(format!("{id}.toml"))
    };
    files::scan(&[path]).ok()?.claim(&id.0).map(|(loaded, _)| loaded)
}

/// The predicates that are expected to be refuted.
fn refuted(claim: &Claim) -> impl Iterator<Item = &str> {
    claim.predicates().filter(|predicate| expected(&claim.expect, predicate) == Verdict::Refuted)
}

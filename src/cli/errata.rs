//! `theoremcheck list --errata`: what was found wrong, from stored counterexamples that are proved again on the spot.

use super::args::ListArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::stop::Stop;
use crate::check::evidence::Stored;
use crate::check::search::verify_stored;
use crate::claim::model::{Claim, Verdict};
use crate::engine::exit::Exit;
use crate::engine::guard::guard;
use crate::engine::outcome::Malformed;
use crate::engine::run::MAX_ELEMENTS;
use crate::engine::verdict::expected;
use crate::report::errata::{Erratum, Failure, markdown};
use crate::report::terminal::{WIDTH, malformed};

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
        for predicate in refuted(claim).filter(|name| entries.iter().all(|(predicate, ..)| predicate != name)) {
            unproved(format!("`{}`: no counterexample of `{predicate}` is stored\n", claim.id));
        }
        for (predicate, stored, refutation) in entries {
            match (stored, refutation) {
                (Stored::Proved, Some(refutation)) => failures.push(Failure { predicate, refutation }),
                _ => unproved(format!(
                    "`{}`: the stored counterexample of `{predicate}` does not prove it; `theoremcheck verify` says why\n",
                    claim.id
                )),
            }
        }
        if failures.is_empty() {
            continue;
        }
        let corrected = claim.corrected.as_deref().and_then(|name| library.get(&claim.id.sibling(name).0));
        all.push(Erratum { claim, failures, corrected: corrected.and_then(|loaded| loaded.claim.as_ref().ok()) });
    }
    console::out(&markdown(&all, &library.papers));
    for malformed_one in &bad {
        console::err(&malformed(malformed_one, err));
        exit = exit.gravest(Exit::Malformed);
    }
    Ok(exit)
}

/// The predicates that are expected to be refuted.
fn refuted(claim: &Claim) -> impl Iterator<Item = &str> {
    claim.predicates().filter(|predicate| expected(&claim.expect, predicate) == Verdict::Refuted)
}

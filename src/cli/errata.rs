//! `theoremcheck list --errata`: what was found wrong, from stored counterexamples that are proved again on the spot.

use super::args::ListArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::stop::Stop;
use crate::certify::Certifier;
use crate::check::evidence::Stored;
use crate::check::search::{Verified, verify_stored};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{Claim, Expect, Verdict};
use crate::engine::exit::Exit;
use crate::engine::guard::guard;
use crate::engine::run::MAX_ELEMENTS;
use crate::report::errata::{Erratum, Failure, markdown};
use crate::report::terminal::{WIDTH, malformed};

/// Status 0 if everything that is expected to be refuted has a counterexample that proves it; 1 if one does not; 2 if something cannot be read.
pub fn errata(args: &ListArgs) -> Result<Exit, Stop> {
    let err = console::paint_err(&args.color);
    let library = find::scan(&args.paths)?
        .library()
        .map_err(|errors| Stop::malformed("nothing to list", errors.render(WIDTH, err.on)))?;
    let filter = Filter(args.filter.filter.as_deref());
    let mut exit = Exit::AsExpected;
    let mut all = Vec::new();
    for loaded in library.claims.iter().filter(|loaded| filter.admits(&loaded.id)) {
        let claim = match &loaded.claim {
            Ok(claim) => claim,
            Err(diagnostics) => {
                let bad =
                    crate::engine::outcome::Malformed { id: Some(loaded.id.clone()), diagnostics: diagnostics.clone() };
                console::err(&malformed(&bad, err));
                exit = exit.gravest(Exit::Malformed);
                continue;
            }
        };
        if claim.witness.is_none() && refuted(claim).next().is_none() {
            continue;
        }
        let prove = || -> Result<(Vec<Verified>, Certifier), Diagnostics> {
            Ok((verify_stored(claim, MAX_ELEMENTS)?, Certifier::new(claim, MAX_ELEMENTS)?))
        };
        let verified =
            guard(prove).map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?;
        let (entries, certifier) = match verified {
            Ok(verified) => verified,
            Err(diagnostics) => {
                console::err(&diagnostics.render(WIDTH, err.on));
                exit = exit.gravest(Exit::Malformed);
                continue;
            }
        };
        let mut failures = Vec::new();
        for (predicate, stored, refutation) in entries {
            match (stored, refutation) {
                (Stored::Proved, Some(refutation)) => {
                    let at = certifier.program().asked.iter().position(|asked| asked.name == predicate);
                    let relation = at.and_then(|at| certifier.relation(at));
                    failures.push(Failure { predicate, relation, refutation });
                }
                _ => {
                    console::err(&format!(
                        "`{}`: the stored counterexample of `{predicate}` does not prove it\n",
                        claim.id
                    ));
                    exit = exit.gravest(Exit::DecidedOtherwise);
                }
            }
        }
        for predicate in refuted(claim).filter(|name| !failures.iter().any(|failure| failure.predicate == *name)) {
            console::err(&format!("`{}`: no counterexample of `{predicate}` is stored\n", claim.id));
            exit = exit.gravest(Exit::DecidedOtherwise);
        }
        if failures.is_empty() {
            continue;
        }
        let corrected = claim.corrected.as_deref().and_then(|name| library.get(&claim.id.sibling(name).0));
        all.push(Erratum { claim, failures, corrected: corrected.and_then(|loaded| loaded.claim.as_ref().ok()) });
    }
    console::out(&markdown(&all, &library.papers));
    Ok(exit)
}

/// The predicates that are expected to be refuted.
fn refuted(claim: &Claim) -> Box<dyn Iterator<Item = &str> + '_> {
    match &claim.expect {
        Expect::Each(each) => {
            Box::new(each.iter().filter(|(_, verdict)| *verdict == Verdict::Refuted).map(|(name, _)| name.as_str()))
        }
        Expect::All(Verdict::Refuted) => Box::new(claim.predicates()),
        Expect::Held | Expect::All(_) => Box::new(std::iter::empty()),
    }
}

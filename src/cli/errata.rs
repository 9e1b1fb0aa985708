//! `theoremcheck list --errata`: what was found wrong, from stored counterexamples that are proved again on the spot, and runs of the claims that store
//! none: constants, probabilities, slopes, experiments.

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
use crate::engine::verdict::{self, Judgement};
use crate::report::errata::{Correction, Erratum, Failure, Run, markdown};
use crate::report::terminal::{WIDTH, malformed, plain};
use std::collections::HashMap;

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
    let admitted = library.claims.iter().filter(|loaded| filter.admits(&loaded.id));
    let claims = admitted.filter_map(|loaded| loaded.claim.as_ref().ok());
    let again = run_again(&claims.filter(|claim| !false_by_run(claim).is_empty()).collect::<Vec<_>>())?;
    let judged = |claim: &Claim, predicate: &str| {
        let judged = again.get(&(claim.id.clone(), predicate.to_owned()));
        judged.cloned().unwrap_or_else(|| Judgement::new(Verdict::Error, "it is malformed"))
    };
    let gathered = gather(&library, filter, &judged)?;
    let mut exit = Exit::AsExpected;
    for message in &gathered.unproved {
        console::err(message);
        exit = exit.gravest(Exit::DecidedOtherwise);
    }
    console::out(&markdown(&gathered.errata, &library.papers));
    for one in &gathered.malformed {
        console::err(&malformed(one, err));
        exit = exit.gravest(Exit::Malformed);
    }
    Ok(exit)
}

/// What there is to list, and what is not listed though it should be.
struct Gathered<'a> {
    errata: Vec<Erratum<'a>>,
    /// What is expected to be false and was not shown to be: a line each.
    unproved: Vec<String>,
    malformed: Vec<Malformed>,
}

/// The errata among the claims that the filter admits, their stored counterexamples proved again; `judged` says what a run finds of a predicate that a run
/// speaks against.
fn gather<'a>(
    library: &'a Library,
    filter: Filter<'_>,
    judged: &dyn Fn(&Claim, &str) -> Judgement,
) -> Result<Gathered<'a>, Stop> {
    let mut bad: Vec<Malformed> =
        library.problems.iter().map(|errors| Malformed { id: None, diagnostics: errors.clone() }).collect();
    let mut unproved = Vec::new();
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
        let mut failures = Vec::new();
        let stores = !is_run(claim);
        for predicate in
            refuted(claim).filter(|_| stores).filter(|name| entries.iter().all(|(predicate, ..)| predicate != name))
        {
            unproved.push(format!("`{}`: no counterexample of `{predicate}` is stored\n", claim.id));
        }
        for (predicate, stored, refutation) in entries {
            match (stored, refutation) {
                (Stored::Proved, Some(refutation)) => failures.push(Failure { predicate, refutation }),
                (stored, _) => {
                    let why = guard(|| witness::why_not(claim, &predicate, &stored, MAX_ELEMENTS))
                        .map_err(|panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id)))?;
                    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                    let place = claim.witness.as_ref().map(|source| source.path.display().to_string());
                    unproved.push(format!(
                        "{}: the stored counterexample of `{}` in `{}` does not prove it{why}\n",
                        plain(&place.unwrap_or_default()),
                        plain(&predicate),
                        claim.id,
                    ));
                }
            }
        }
        let mut runs = Vec::new();
        for (predicate, wanted) in false_by_run(claim).into_iter().filter(|_| failures.is_empty()) {
            let Judgement { verdict: found, reason } = judged(claim, predicate);
            let reason = reason.unwrap_or_default();
            // One for a larger budget than a listing has is listed as it is expected.
            if found == wanted || found == Verdict::NotRun {
                runs.push(Run { predicate: predicate.to_owned(), verdict: wanted, reason });
            } else {
                let (found, wanted) = (verdict::name(found), verdict::name(wanted));
                unproved.push(format!(
                    "`{}`, `{predicate}` is {found}, expected {wanted}: {}\n",
                    claim.id,
                    plain(&reason)
                ));
            }
        }
        if failures.is_empty() && runs.is_empty() {
            continue;
        }
        let correction = match claim.corrected.as_deref().map(|name| claim.id.sibling(name)) {
            None => Correction::None,
            Some(id) => match correction(library, loaded, &id) {
                None => {
                    unproved.push(format!("`{}`: its correction `{id}` was not found\n", claim.id));
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
        all.push(Erratum { claim, failures, runs, correction });
    }
    Ok(Gathered { errata: all, unproved, malformed: bad })
}

/// Whether what speaks against a claim is a run, which is made anew: no case does it alone, or it is a trial, which every run finds.
fn is_run(claim: &Claim) -> bool {
    claim.constant.is_some() || claim.probability.is_some() || claim.scaling.is_some() || claim.experiment.is_some()
}

/// The predicates that are expected to be false by a run, and how; none where counterexamples are stored.
fn false_by_run(claim: &Claim) -> Vec<(&str, Verdict)> {
    let expected = claim.predicates().map(|predicate| (predicate, verdict::expected(&claim.expect, predicate)));
    let wrong = |verdict| matches!(verdict, Verdict::Refuted | Verdict::Rejected | Verdict::Drifts);
    expected.filter(|(_, verdict)| is_run(claim) && claim.witness.is_none() && wrong(*verdict)).collect()
}

/// What is found in one run of the default budget, by claim and predicate.
fn run_again(claims: &[&Claim]) -> Result<HashMap<(ClaimId, String), Judgement>, Stop> {
    let check = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let options = RunOptions { budget: Budget::default(), cases: None, jobs: 0, check };
    let outcomes = run(claims, &options, &|_| {}).map_err(|error| Stop::harness(error.to_string()))?;
    let mut all = HashMap::new();
    for (claim, outcome) in claims.iter().zip(outcomes) {
        let Outcome::Checked(result) = outcome else { continue };
        for predicate in result.predicates {
            all.insert((claim.id.clone(), predicate.info.name), predicate.judgement);
        }
    }
    Ok(all)
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
    claim.predicates().filter(|predicate| verdict::expected(&claim.expect, predicate) == Verdict::Refuted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// In the place of what a run finds, which is the one thing that is not asked here.
    const RUN: &str = "(a run)";

    /// All of it but what the runs find, in a second. `.ci/run` makes the runs and compares every byte.
    #[test]
    fn the_errata_of_this_repository_are_up_to_date_but_for_what_runs_find() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = files::scan(&[root.join("claims")]).expect("claims").library().expect("a library");
        let as_expected =
            |claim: &Claim, predicate: &str| Judgement::new(verdict::expected(&claim.expect, predicate), RUN);
        let gathered = gather(&library, Filter(None), &as_expected).unwrap_or_else(|stop| panic!("{}", stop.text()));
        assert_eq!(gathered.unproved, [""; 0]);
        assert!(gathered.malformed.is_empty(), "{:?}", gathered.malformed);
        let wanted = markdown(&gathered.errata, &library.papers);
        let stored = std::fs::read_to_string(root.join("docs/errata.md")).expect("docs/errata.md");
        let (mut runs, mut wanted, mut stored) = (0, wanted.split('\n'), stored.split('\n'));
        loop {
            let (wanted, stored) = (wanted.next(), stored.next());
            let of_run = wanted == Some(&format!("- {RUN}"));
            let found = stored.and_then(|line| line.strip_prefix("- ")).is_some_and(|words| !words.is_empty());
            if !(of_run && found) {
                assert_eq!(stored, wanted, "write it anew: theoremcheck list --errata > docs/errata.md");
            }
            runs += usize::from(of_run);
            if wanted.is_none() {
                break;
            }
        }
        let by_run = gathered.errata.iter().map(|erratum| erratum.runs.len()).sum::<usize>();
        assert!(runs == by_run && runs >= 20, "{runs} lines of {by_run} runs");
    }
}

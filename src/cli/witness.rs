//! Stored counterexamples beyond what checking asks of them: why one does not prove its violation, and files that belong to no claim.

use crate::case::values::one_line;
use crate::case::witness::{Standing, WitnessFile};
use crate::certify::{Certifier, Decision, LEAST_BITS, Part};
use crate::check::evidence::Stored;
use crate::claim::library::Library;
use crate::claim::model::{Claim, ClaimId};
use crate::lang::suggest::nearest;
use crate::report::terminal::plain;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What ends the name of a witness file.
pub const SUFFIX: &str = ".witness.json";

/// A rational longer than this is shown in decimals.
const MOST_DIGITS: usize = 24;

/// Why the stored witness of a predicate does not prove it, in words; nothing if it does.
pub fn why_not(claim: &Claim, predicate: &str, stored: &Stored, max_elements: usize) -> Option<String> {
    match stored {
        Stored::Proved => None,
        Stored::Stale if standing(claim, predicate) == Some(Standing::NoSuchPredicate) => {
            let help = match nearest(predicate, claim.predicates()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let known: Vec<String> = claim.predicates().map(|name| format!("`{name}`")).collect();
                    format!("it has {}", known.join(", "))
                }
            };
            Some(format!("the claim has no predicate `{}`; {help}", plain(predicate)))
        }
        Stored::Stale => Some("stale, the statement has changed since".to_owned()),
        Stored::Failed(why) => Some(plain(&outside(claim, predicate, max_elements).unwrap_or_else(|| why.clone()))),
    }
}

fn file(claim: &Claim) -> Option<WitnessFile> {
    let source = claim.witness.as_ref()?;
    WitnessFile::read(source.text.as_bytes(), &source.path).ok().map(|(file, _)| file)
}

fn standing(claim: &Claim, predicate: &str) -> Option<Standing> {
    Some(file(claim)?.of(predicate)?.standing(claim))
}

/// `x = 2` is not what `real in [0, 1]` allows: the given whose value its sampler never makes. Of a hypothesis it is enough to say that
/// it is false, of a given not.
fn outside(claim: &Claim, predicate: &str, max_elements: usize) -> Option<String> {
    let values = file(claim)?.of(predicate)?.values(claim).ok()?;
    let certifier = Certifier::new(claim, max_elements).ok()?;
    let index = certifier.program().asked.iter().position(|asked| asked.name == predicate)?;
    let Ok(Decision::Outside(Part::Given(given))) = certifier.decide(&values, index, LEAST_BITS) else { return None };
    let (named, value) = (claim.givens.get(given)?, values.get(&given)?);
    let found = one_line(&named.name, value, MOST_DIGITS);
    Some(format!("`{found}` is not in what its given allows, `{}`", named.text))
}

/// Witness files beside which there is no claim, in the folders of these claims and those that were named.
pub fn orphans(library: &Library, paths: &[PathBuf], admits: impl Fn(&ClaimId) -> bool) -> Vec<PathBuf> {
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for path in paths.iter().filter(|path| path.is_dir()) {
        // A folder of papers may have one in which nothing is a claim.
        folders.extend(files(path).into_iter().filter(|inside| inside.is_dir()));
        folders.insert(path.clone());
        let beside = library.claims.iter().filter(|loaded| loaded.path.starts_with(path));
        folders.extend(beside.filter_map(|loaded| loaded.path.parent().map(Path::to_owned)));
    }
    let found = folders.iter().flat_map(|folder| files(folder));
    let orphan = |path: &PathBuf| {
        let Some(stem) = stem(path) else { return false };
        let paper = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let id = ClaimId(format!("{}/{stem}", paper.unwrap_or_default()));
        path.is_file() && !path.with_file_name(format!("{stem}.toml")).exists() && admits(&id)
    };
    // One folder may be named in two ways.
    let mut seen = BTreeSet::new();
    found.filter(orphan).filter(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone()))).collect()
}

/// The stem of the claim that this would be a witness against.
pub fn stem(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())?.strip_suffix(SUFFIX)
}

/// What lies in a folder, sorted; of one that cannot be read, nothing.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

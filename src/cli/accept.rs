//! `--accept-witness`: the counterexamples of a run, stored beside their claims.

use super::stop::Stop;
use crate::case::witness::{Certified, Decimals, Witness, WitnessFile};
use crate::certify::Enclosure;
use crate::check::evidence::{Origin, Refutation};
use crate::claim::model::Claim;
use crate::engine::files::witness_path;
use crate::engine::outcome::ClaimResult;
use crate::report::write::write_atomically;
use std::path::PathBuf;

/// Writes the witness file of a claim that has a counterexample which is not stored yet; where it was written.
pub fn accept(claim: &Claim, result: &ClaimResult) -> Result<Option<PathBuf>, Stop> {
    // What is random is no given: its values have no place in a witness file.
    if claim.probability.is_some() {
        return Ok(None);
    }
    let refuted = || result.predicates.iter().filter_map(|p| Some((p, p.evidence.refutation.as_ref()?)));
    if refuted().all(|(_, refutation)| refutation.origin == Origin::Stored) {
        return Ok(None);
    }
    let path = witness_path(&claim.source.path);
    let stored = match &claim.witness {
        // One that cannot be read is replaced.
        Some(source) => WitnessFile::read(source.text.as_bytes(), &source.path).ok().map(|(file, _)| file),
        None => None,
    };
    let entries = refuted().filter_map(|(predicate, refutation)| {
        let name = &predicate.info.name;
        let kept = stored.as_ref().filter(|_| refutation.origin == Origin::Stored).and_then(|file| file.of(name));
        kept.cloned().or_else(|| witness(claim, name, refutation))
    });
    let file = WitnessFile { claim: claim.id.0.clone(), refuted: entries.collect() };
    write_atomically(&path, file.text()).map_err(|error| Stop::cannot_write(&path, &error))?;
    Ok(Some(path))
}

fn witness(claim: &Claim, predicate: &str, refutation: &Refutation) -> Option<Witness> {
    let around = |enclosure: &Enclosure| Decimals::around(&enclosure.lo, &enclosure.hi);
    let certified = Certified {
        margin: around(&refutation.margin),
        sides: refutation.sides.as_ref().map(|sides| (around(&sides.left), around(&sides.right))),
        bits: refutation.bits as u64,
    };
    let witness = Witness::new(claim, predicate, &refutation.values)?;
    Some(Witness { certified: Some(certified), draws: refutation.draws.clone(), ..witness })
}

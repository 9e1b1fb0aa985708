//! Stored counterexamples, asked again of the claim as it is now.

use super::evidence::{Origin, Refutation, Stored};
use crate::case::witness::{Standing, WitnessFile};
use crate::certify::{Certifier, Decision};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::{Claim, Place};

/// The most bits that a stored witness is given: it was decided once.
const VERIFY_BITS: usize = 4096;

/// What becomes of the stored witness against a predicate; `None` if there is none.
pub(super) fn stored_of(
    claim: &Claim,
    certifier: &Certifier,
    file: &WitnessFile,
    predicate: usize,
) -> Option<(Stored, Option<Refutation>)> {
    let asked = certifier.program().asked.get(predicate)?;
    let witness = file.of(&asked.name)?;
    if witness.standing(claim) != Standing::Current {
        return Some((Stored::Stale, None));
    }
    let failed = |why: String| Some((Stored::Failed(why), None));
    let values = match witness.values(claim) {
        Ok(values) => values,
        Err(misfit) => return failed(misfit.to_string()),
    };
    match certifier.decide(&values, predicate, VERIFY_BITS) {
        Ok(Decision::Violated(certificate)) => {
            let refutation = Refutation {
                values,
                margin: certificate.margin,
                sides: certificate.sides,
                bits: certificate.bits,
                at: certificate.at,
                origin: Origin::Stored,
                draws: witness.draws.clone(),
            };
            Some((Stored::Proved, Some(refutation)))
        }
        Ok(Decision::Holds(_)) => failed("the predicate holds".to_owned()),
        Ok(Decision::OutOfBranch) => failed("it is in another branch".to_owned()),
        Ok(Decision::Undefined) => failed("the predicate is undefined".to_owned()),
        Ok(Decision::Outside(part)) => failed(format!("`{}` is false", certifier.name_of(part))),
        Ok(Decision::Undecided(part)) => failed(format!("`{}` is undecided", certifier.name_of(part))),
        Err(error) => failed(error.to_string()),
    }
}

/// A stored entry, by its predicate, and what becomes of it.
pub type Verified = (String, Stored, Option<Refutation>);

/// Every entry of a claim's witness file, asked again.
///
/// # Errors
/// If the file cannot be read as one, it is another claim's, or the claim is malformed.
pub fn verify_stored(claim: &Claim, max_elements: usize) -> Result<Vec<Verified>, Diagnostics> {
    let Some(source) = &claim.witness else { return Ok(Vec::new()) };
    let (file, source) = WitnessFile::read(source.text.as_bytes(), &source.path)?;
    if file.claim != claim.id.0 {
        let found = format!("it is a witness against `{}`", file.claim);
        let error = Diagnostic::new(Place::file(&source), format!("this is no witness against `{}`", claim.id), found);
        return Err(error.into());
    }
    let certifier = Certifier::new(claim, max_elements)?;
    let asked: Vec<&str> = certifier.program().asked.iter().map(|asked| asked.name.as_str()).collect();
    let entries = file.refuted.iter().map(|witness| {
        let index = asked.iter().position(|name| *name == witness.predicate);
        let found = index.and_then(|i| stored_of(claim, &certifier, &file, i));
        let (stored, refutation) = found.unwrap_or((Stored::Stale, None));
        (witness.predicate.clone(), stored, refutation)
    });
    Ok(entries.collect())
}

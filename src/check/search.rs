//! What is done with a pointwise claim once its random cases are counted: the stored witness, proofs, the hunt, certificates,
//! shrinking, tightness.
//!
//! A predicate at a time, from the claim and the tally alone, so that the outcome does not depend on how the random cases were split.
//! `f64` proposes; only rationals and enclosures decide. A violation that `f64` is sure of and that cannot be certified is left as a
//! doubt, with the part that stayed open.

use super::checker::{CheckError, Checker};
use super::evidence::{Evidence, Origin, Refutation, Stored};
use super::tally::{PredicateTally, Tally};
use crate::case::evaluate::Evaluator;
use crate::case::point::{Point, Values};
use crate::case::witness::{Draws, Standing, WitnessFile};
use crate::certify::{Certifier, CertifyError, Decision};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::{Claim, Place, Source};

/// What the search phase may spend on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Evaluations of the hunt, over all predicates.
    pub hunt: u64,
    /// Cases of the random phase that are settled exactly, a predicate.
    pub certifications: usize,
    /// The most bits of an enclosure.
    pub bits: usize,
    /// Certifications that shrinking a counterexample may take.
    pub shrink: usize,
    /// Boxes of a subdivision.
    pub boxes: u64,
    /// Random points of an identity, at least.
    pub trials: u32,
}

/// The most bits that a stored witness is given: it was decided once.
const VERIFY_BITS: usize = 4096;

/// Of an undecided random case: there are many, and most are ties of irrational numbers that no precision decides.
const SETTLE_BITS: usize = 256;

/// A claim that is asked once, of values.
struct Search<'a> {
    claim: &'a Claim,
    effort: &'a Effort,
    certifier: Certifier,
    evaluator: Evaluator,
}

impl Checker {
    /// What is done once the random cases are counted. One entry a predicate; none at all for iterates and laws of scaling, whose cases
    /// are more than values.
    ///
    /// # Errors
    /// Where no plan can be made.
    pub fn search(&self, tally: &Tally, effort: &Effort, stored: Option<&Source>) -> Result<Vec<Evidence>, CheckError> {
        let claim = self.claim();
        let options = self.options();
        let malformed = |errors: Diagnostics| CheckError(errors.to_string());
        let evaluator =
            Evaluator::new(claim, options.seed, options.backend, options.max_elements).map_err(malformed)?;
        let Some(evaluator) = evaluator else { return Ok(Vec::new()) };
        let certifier = Certifier::new(claim, options.max_elements).map_err(malformed)?;
        let search = Search { claim, effort, certifier, evaluator };
        let stored = match stored {
            Some(source) => Some(WitnessFile::read(source.text.as_bytes(), &source.path).map_err(malformed)?.0),
            None => None,
        };
        tally.predicates.iter().enumerate().map(|(i, counts)| search.predicate(i, counts, stored.as_ref())).collect()
    }
}

impl Search<'_> {
    fn predicate(
        &self,
        i: usize,
        counts: &PredicateTally,
        stored: Option<&WitnessFile>,
    ) -> Result<Evidence, CheckError> {
        let mut evidence = Evidence::default();
        if let Some((standing, refutation)) = stored.and_then(|file| stored_of(self.claim, &self.certifier, file, i)) {
            evidence.stored = Some(standing);
            evidence.refutation = refutation;
            if evidence.refutation.is_some() {
                return Ok(evidence);
            }
        }
        self.violations(i, counts, &mut evidence)?;
        self.unsettled(i, counts, &mut evidence)?;
        Ok(evidence)
    }

    /// Cases that `f64` calls violated, the worst first, until one is certified.
    fn violations(&self, i: usize, counts: &PredicateTally, evidence: &mut Evidence) -> Result<(), CheckError> {
        let worst = counts.worst.map(|worst| worst.case);
        for case in worst.into_iter().chain(counts.violations.cases().iter().copied()).take(self.effort.certifications)
        {
            let Some(point) = self.evaluator.point(case)? else { continue };
            match self.decided(&point, i, self.effort.bits) {
                Ok((values, Decision::Violated(certificate))) => {
                    evidence.settled.violated += 1;
                    evidence.refutation = Some(Refutation {
                        values,
                        margin: certificate.margin,
                        sides: certificate.sides,
                        bits: certificate.bits,
                        origin: Origin::Case(case),
                        draws: Draws::of(self.evaluator.program(), &point),
                    });
                    return Ok(());
                }
                Ok((_, decision)) => {
                    evidence.doubt.get_or_insert_with(|| self.describe(case, &decision));
                }
                Err(error) => {
                    evidence.doubt.get_or_insert_with(|| format!("case {case}: {error}"));
                }
            }
        }
        Ok(())
    }

    /// Cases that `f64` cannot decide.
    fn unsettled(&self, i: usize, counts: &PredicateTally, evidence: &mut Evidence) -> Result<(), CheckError> {
        if counts.identity || evidence.refutation.is_some() {
            return Ok(());
        }
        for &case in counts.unsettled.cases().iter().take(self.effort.certifications) {
            let Some(point) = self.evaluator.point(case)? else { continue };
            match self.decided(&point, i, SETTLE_BITS) {
                Ok((_, Decision::Holds(_))) => evidence.settled.held += 1,
                Ok((values, Decision::Violated(certificate))) => {
                    evidence.settled.violated += 1;
                    evidence.refutation = Some(Refutation {
                        values,
                        margin: certificate.margin,
                        sides: certificate.sides,
                        bits: certificate.bits,
                        origin: Origin::Case(case),
                        draws: Draws::of(self.evaluator.program(), &point),
                    });
                    return Ok(());
                }
                Ok((_, Decision::Outside(_) | Decision::OutOfBranch | Decision::Undefined)) => {
                    evidence.settled.outside += 1
                }
                Ok((_, Decision::Undecided(_))) | Err(_) => evidence.settled.undecided += 1,
            }
        }
        Ok(())
    }

    fn decided(&self, point: &Point, predicate: usize, bits: usize) -> Result<(Values, Decision), CertifyError> {
        let values = self.certifier.values(point, &Values::new())?.values;
        let decision = self.certifier.decide(&values, predicate, bits)?;
        Ok((values, decision))
    }

    /// What became of a case that `f64` is sure is violated.
    fn describe(&self, case: u64, decision: &Decision) -> String {
        let name = |part| self.certifier.name_of(part);
        match decision {
            Decision::Undecided(part) => {
                format!("case {case}: `{}` is undecided in {} bits", name(*part), self.effort.bits)
            }
            Decision::Outside(part) => format!("case {case}: `{}` is false", name(*part)),
            Decision::Holds(_) => format!("case {case} holds when it is decided exactly"),
            Decision::OutOfBranch => format!("case {case} is in another branch"),
            Decision::Undefined => format!("case {case} is undefined"),
            Decision::Violated(_) => format!("case {case} is violated"),
        }
    }
}

/// What becomes of the stored witness against a predicate; `None` if there is none.
fn stored_of(
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

//! What is done with a claim, pointwise or about iterates, once its random cases are counted: the stored witness, proofs, the hunt, certificates,
//! shrinking, tightness.
//!
//! A predicate at a time, from the claim and the tally alone, so that the outcome does not depend on how the random cases were split.
//! `f64` proposes; only rationals and enclosures decide. A violation that `f64` is sure of and that cannot be certified is left as a
//! doubt, with the part that stayed open.

use super::checker::{CheckError, CheckOptions, Checker};
use super::evidence::{Best, Evidence, Hunted, Origin, Proof, Refutation, Tightness};
use super::stored::stored_of;
use super::tally::{PredicateTally, Tally};
use crate::case::coarsen::{BITS, coarsened};
use crate::case::evaluate::Evaluator;
use crate::case::point::{Exactly, Point, Values};
use crate::case::record::{Fate, Hypotheses, Look};
use crate::case::witness::{Draws, WitnessFile};
use crate::certify::{Certificate, Certifier, CertifyError, Decision, Enclosure, LEAST_BITS, Part, Sides};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{Claim, Source};
use crate::claim::program::{Asked, When};
use crate::hunt::{Found, Hunt, HuntOptions, Hunter};
use crate::lang::ir::IntId;
use crate::prove::boxes::{Boxes, boxes};
use crate::prove::identity::{self, Identity};
use crate::shrink;
use dashu_int::UBig;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// What the search phase may spend on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Evaluations of the hunt, over all predicates.
    pub hunt: u64,
    /// Cases of the random phase that are settled exactly, a predicate: at most those that a tally remembers.
    pub certifications: usize,
    /// The most bits of an enclosure.
    pub bits: usize,
    /// Certifications that shrinking a counterexample may take.
    pub shrink: usize,
    /// Boxes of a subdivision.
    pub boxes: u64,
    /// Multiplications of 64 bits that proving an identity may take, about.
    pub proof: u64,
}

/// Of an undecided random case: there are many, and most are ties of irrational numbers that no precision decides.
const SETTLE_BITS: usize = 256;

/// The least that a predicate is hunted, however dear.
pub const LEAST_HUNT: u64 = 2_000;

/// The least runs that a predicate along an iteration is hunted by, and the least decisions that shrinking its counterexample may take.
pub const LEAST_RUNS: u64 = 64;
const LEAST_SHRINK: u64 = 40;
/// A run that counts for no more evaluations is settled exactly as values are; longer ones less often.
const SHORT_RUN: u64 = 4;
/// What a run with exponents that have no bound costs, in runs in `f64`.
const WIDE_COST: u64 = 16;
/// What a flow costs a hunt beside what it counts for in the random phase, where there are few.
const FLOW_COST: u64 = 8;

/// Shorter versions of a hunted case that are certified before the case itself.
const MOST_SHORTENED: usize = 3;

/// Cases of the hunt within the rounding floor that are decided.
const MOST_CONTACTS: usize = 16;

/// A margin, in its unit, at or below which equality is looked for.
const NEAR: f64 = 1e-6;

/// How far from what the hunt found a short rational is looked for, as a power of two of its size, and at how many of its cases.
const SHORT_WITHIN: [usize; 3] = [12, 18, 24];
const MOST_SHORT: usize = 2;

/// So many powers of two further down a number is 0 beside the greatest.
const ZERO_WITHIN: usize = 18;

/// What needs all but one part in a thousand of its allowance comes as near as one likes.
const APPROACHED: f64 = 1.001;

/// A proof of all but so large a part of the cases is worth saying.
const WORTH_SAYING: f64 = 0.25;

/// The most bits that a step of shrinking is given: most are decided at once, and one that is not is refused.
const SHRINK_BITS: usize = 512;
const FLOW_SHRINK_BITS: usize = 128;

/// Octets of fresh cases that are drawn at smaller integers, and how many of those that are violated are kept.
const FRESH_OCTETS: u64 = 32;
const FRESH: usize = 4;

/// A claim that is asked once, of values.
struct Search<'a> {
    claim: &'a Claim,
    options: &'a CheckOptions,
    effort: &'a Effort,
    certifier: Certifier,
    evaluator: Evaluator<'a>,
    hunter: Hunter<'a>,
    /// Evaluations of the hunt for each predicate.
    evaluations: u64,
    /// What a run of an iteration counts for; 1 for a pointwise claim.
    cost: u64,
    /// Cases that are settled exactly: of long runs fewer.
    certifications: usize,
    /// The most bits that these are given.
    settle_bits: usize,
}

impl Checker {
    /// What is done once the random cases are counted. One entry a predicate; none at all for laws of scaling, whose cases are more than
    /// values.
    ///
    /// # Errors
    /// Where no plan can be made.
    pub fn search(&self, tally: &Tally, effort: &Effort, stored: Option<&Source>) -> Result<Vec<Evidence>, CheckError> {
        let claim = self.claim();
        let options = self.options();
        let malformed = |errors: Diagnostics| CheckError(errors.to_string());
        let evaluator = Evaluator::new(claim, options.seed, options.backend, options.max_elements, self.kernel())
            .map_err(malformed)?;
        let Some(evaluator) = evaluator else { return Ok(Vec::new()) };
        let certifier = Certifier::new(claim, options.max_elements).map_err(malformed)?;
        let wide = tally.scaled > tally.met / 4;
        let hunt = HuntOptions {
            seed: options.seed,
            backend: options.backend,
            wide,
            max_elements: options.max_elements,
            kernel: self.kernel(),
        };
        let hunter = Hunter::new(claim, hunt).map_err(malformed)?;
        let share = effort.hunt / self.cost().max(1) / tally.predicates.len().max(1) as u64;
        let flows = claim.flow.is_some();
        let (least, cost) = if self.moves() { (LEAST_RUNS, self.cost().max(1)) } else { (LEAST_HUNT, 1) };
        let dear = match (wide, flows) {
            (true, _) => WIDE_COST,
            (_, true) => FLOW_COST,
            _ => 1,
        };
        let evaluations = (share / dear).max(least);
        let fewer = (effort.certifications as u64 * SHORT_RUN / cost.max(SHORT_RUN)).max(1);
        let certifications = effort.certifications.min(usize::try_from(fewer).unwrap_or(usize::MAX));
        // A flow is enclosed in seconds, and what touches a bound is not told from it by more digits.
        let settle_bits = if flows { LEAST_BITS } else { SETTLE_BITS };
        let Some(hunter) = hunter else { return Ok(Vec::new()) };
        let search = Search {
            claim,
            options,
            effort,
            certifier,
            evaluator,
            hunter,
            evaluations,
            cost,
            certifications,
            settle_bits,
        };
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
        if evidence.refutation.is_none() {
            self.prove(i, counts, &mut evidence)?;
        }
        let proved = counts.identity && evidence.proof.as_ref().is_some_and(Proof::is_complete);
        if evidence.refutation.is_none() && !proved {
            self.hunt(i, counts, &mut evidence)?;
        }
        self.unsettled(i, counts, &mut evidence)?;
        Ok(evidence)
    }

    /// Identities at generic points, claims about a few reals box by box.
    fn prove(&self, i: usize, counts: &PredicateTally, evidence: &mut Evidence) -> Result<(), CheckError> {
        let options = self.options;
        if counts.identity {
            let limits = identity::Limits {
                seed: options.seed,
                max_elements: options.max_elements,
                work: self.effort.proof,
                ..identity::Limits::default()
            };
            evidence.proof = match identity::identity(self.claim, self.evaluator.program(), i, &limits) {
                Identity::Proved(found) => Some(Proof::of(&found, true)),
                Identity::ProvedFor(found) => Some(Proof::of(&found, false)),
                // It fails almost everywhere; what `f64` calls agreement may be a difference that it cannot see.
                Identity::Fails { .. } => return self.generic_violation(i, evidence),
                Identity::Unsuitable { .. } => None,
            };
            return Ok(());
        }
        match boxes(self.certifier.program(), i, self.effort.boxes, options.max_elements)? {
            Boxes::Proved { boxes } => {
                evidence.proof = Some(Proof::Boxes { boxes, complete: true, left: String::new() });
            }
            Boxes::Left { boxes, share, left } if share < WORTH_SAYING => {
                evidence.proof = Some(Proof::Boxes { boxes, complete: false, left });
            }
            Boxes::Fails { values } => evidence.refutation = self.refutation_of(values, i, Origin::Boxes, None),
            Boxes::Left { .. } | Boxes::Unsuitable { .. } => {}
        }
        Ok(())
    }

    /// A certified one among the first random cases. Where none is violated and some hold exactly, the hypotheses leave less room than a
    /// generic point takes (an interval of one point).
    fn generic_violation(&self, i: usize, evidence: &mut Evidence) -> Result<(), CheckError> {
        let mut held = false;
        for case in 0..self.certifications as u64 {
            let Some(point) = self.evaluator.point(case)? else { continue };
            match self.decided(&point, i, self.settle_bits) {
                Ok((_, Decision::Violated(_))) => {
                    self.refute(&point, i, Origin::Case(case), evidence);
                    return Ok(());
                }
                Ok((_, Decision::Holds(_))) => held = true,
                _ => {}
            }
        }
        if !held {
            evidence.doubt = Some("the two sides differ as rational functions; no random case certifies it".to_owned());
        }
        Ok(())
    }

    /// Notes a point that is certified as the counterexample.
    fn refute(&self, point: &Point, i: usize, origin: Origin, evidence: &mut Evidence) {
        evidence.settled.violated += 1;
        evidence.refutation = self.refutation(point, &Values::new(), i, origin);
    }

    /// The hunt, and what is certain of where it ended.
    fn hunt(&self, i: usize, counts: &PredicateTally, evidence: &mut Evidence) -> Result<(), CheckError> {
        let closest = [counts.worst, counts.undecided, counts.closest];
        let mut seeds = Vec::new();
        for extreme in closest.into_iter().flatten() {
            seeds.extend(self.evaluator.point(extreme.case)?);
        }
        let hunt = self.hunter.hunt(i, self.evaluations, &seeds);
        let best = match &hunt.best {
            Some(found) => Some(self.watched(found, i)?),
            None => None,
        };
        let best = best.as_ref();
        evidence.hunt = Some(Hunted {
            evaluations: hunt.evaluations,
            feasible: hunt.met,
            best: best.map(|found| Best {
                point: found.point.clone(),
                margin: found.margin,
                floor: found.floor,
                ints: found.ints.clone(),
                active: hunt.active.iter().map(ToString::to_string).collect(),
            }),
        });
        let Some(found) = best else { return Ok(()) };
        if found.violated {
            match self.certified(&found.point, i, found.margin / 2.0)? {
                Ok(point) => {
                    self.refute(&point, i, Origin::Hunt, evidence);
                    return Ok(());
                }
                Err(why) => evidence.doubt = Some(why),
            }
        }
        if counts.identity {
            return Ok(());
        }
        evidence.tightness = self.tightness(i, counts, &hunt, evidence)?;
        Ok(())
    }

    /// The hunt follows a run or a flow without a companion, so that its floor is too small where starts are driven apart: what it found is
    /// looked at once more as a random case is.
    fn watched(&self, found: &Found, predicate: usize) -> Result<Found, CheckError> {
        let on_the_way = |asked: &Asked| asked.when != When::Once;
        if !self.certifier.program().asked.get(predicate).is_some_and(on_the_way) {
            return Ok(found.clone());
        }
        let looks = self.evaluator.evaluate(std::slice::from_ref(&found.point));
        let looks = looks.map_err(|error| CheckError(error.to_string()))?;
        let look = looks.first().and_then(|evaluation| evaluation.looks.get(predicate).copied());
        Ok(match look {
            Some(Look { fate: Fate::Held | Fate::Violated | Fate::WithinFloor, margin, floor, .. }) => {
                Found { margin, floor, violated: look.is_some_and(|look| look.fate == Fate::Violated), ..found.clone() }
            }
            // Not known by what watches it.
            _ => Found { floor: found.floor.max(found.margin.abs()), violated: false, ..found.clone() },
        })
    }

    /// The point, or the same with fewer digits, if it is certainly violated; else what became of it. The shortest whose margin in `f64`
    /// is at most `most` comes first.
    fn certified(&self, point: &Point, predicate: usize, most: f64) -> Result<Result<Point, String>, CheckError> {
        let mut doubt = None;
        for candidate in self.shortened(point, predicate, most)? {
            match self.decided(&candidate, predicate, self.effort.bits) {
                Ok((_, Decision::Violated(_))) => return Ok(Ok(candidate)),
                Ok((_, decision)) => doubt = Some(self.describe("what the hunt found", &decision)),
                Err(error) => doubt = Some(format!("what the hunt found: {error}")),
            }
        }
        Ok(Err(doubt.unwrap_or_default()))
    }

    /// The same case with fewer digits, fewest first, as long as its margin is at most `most`; then the case itself.
    fn shortened(&self, point: &Point, predicate: usize, most: f64) -> Result<Vec<Point>, CheckError> {
        let blocks = self.evaluator.blocks(&point.ints)?;
        let coarse: Vec<Point> = BITS.iter().map(|bits| coarsened(point, &blocks, *bits)).collect();
        let found = self.evaluator.evaluate(&coarse).map_err(|error| CheckError(error.to_string()))?;
        let good = coarse.into_iter().zip(found).filter(|(_, evaluation)| {
            evaluation.hypotheses == Hypotheses::Met
                && evaluation.looks.get(predicate).is_some_and(|l| l.margin <= most)
        });
        let mut points: Vec<Point> = good.map(|(point, _)| point).take(MOST_SHORTENED).collect();
        points.push(point.clone());
        Ok(points)
    }

    /// How near the predicate comes to failing.
    fn tightness(
        &self,
        i: usize,
        counts: &PredicateTally,
        hunt: &Hunt,
        evidence: &mut Evidence,
    ) -> Result<Option<Tightness>, CheckError> {
        let Some(best) = &hunt.best else { return Ok(None) };
        let mut near: Vec<Point> = hunt
            .contacts
            .iter()
            .take(MOST_CONTACTS.min(self.certifications))
            .map(|found| found.point.clone())
            .collect();
        if best.margin <= NEAR {
            near.extend(self.shortened(&best.point, i, NEAR)?);
        }
        if let Some(closest) = counts.closest.filter(|closest| closest.margin <= NEAR) {
            near.extend(self.evaluator.point(closest.case)?);
        }
        if self.claim.flow.is_some() {
            // That a bound is attained along a flow no enclosure of its solution decides.
            near.clear();
        }
        for point in &near {
            match self.decided(point, i, self.settle_bits) {
                Ok((_, Decision::Holds(certificate))) if certificate.margin.is_zero() => {
                    return Ok(Some(Tightness::Attained));
                }
                Ok((_, Decision::Violated(_))) => {
                    self.refute(point, i, Origin::Hunt, evidence);
                    return Ok(None);
                }
                _ => {}
            }
        }
        // Of long runs equality is not looked for any further.
        let shorts = if self.cost > SHORT_RUN { 0 } else { 1 + MOST_SHORT };
        for point in std::iter::once(&best.point).chain(&near).take(shorts) {
            for (fixed, values) in self.in_short_rationals(point) {
                match self.certifier.decide(&values, i, self.settle_bits) {
                    Ok(Decision::Holds(certificate)) if certificate.margin.is_zero() => {
                        return Ok(Some(Tightness::Attained));
                    }
                    Ok(Decision::Violated(_)) => {
                        evidence.settled.violated += 1;
                        evidence.refutation = self.refutation(point, &fixed, i, Origin::Hunt);
                        return Ok(None);
                    }
                    _ => {}
                }
            }
        }
        let along =
            || hunt.approach.iter().map(|approach| format!("{} goes to its {} end", approach.name, approach.end));
        Ok(match hunt.share.as_ref().map(|share| share.factor) {
            Some(factor) if factor > APPROACHED => Some(Tightness::Loose { factor }),
            Some(_) => Some(Tightness::Approached { along: along().collect() }),
            // As far as rounding lets it be known: a margin of 0 ± 103 is near nothing.
            None if best.margin + best.floor <= NEAR => Some(Tightness::Approached { along: along().collect() }),
            None => None,
        })
    }

    /// The case with its reals, then also the entries of its matrices, fixed at the simplest rationals near them, and all values
    /// then: a contact at 1/3 is at no `f64`, and 0 is at no draw of [-1, 2].
    fn in_short_rationals(&self, point: &Point) -> Vec<(Values, Values)> {
        let Ok(settled) = self.certifier.values(point, &Values::new()) else { return Vec::new() };
        let mut all: Vec<(Values, Values)> = Vec::new();
        let entries = |value: &Exactly| match value {
            Exactly::Rational(x) => vec![x.clone()],
            Exactly::Matrix { entries, .. } => entries.clone(),
            Exactly::Int(_) => vec![],
        };
        let scale =
            settled.values.values().flat_map(entries).map(|x| shrink::simplicity::abs(&x)).fold(RBig::ONE, RBig::max);
        for (matrices, within) in [false, true].into_iter().flat_map(|m| SHORT_WITHIN.map(|within| (m, within))) {
            let short = |x: &RBig| {
                // Beside its own size a number may be as far off as it takes to be 0 among the others.
                let own = shrink::simplicity::abs(x) / RBig::from(UBig::ONE << within);
                let room = own.max(&scale / RBig::from(UBig::ONE << (within + ZERO_WITHIN)));
                shrink::simplicity::simplest(&(x - &room), &(x + &room))
            };
            let mut fixed = Values::new();
            for (&given, value) in &settled.values {
                match value {
                    Exactly::Rational(x) => {
                        fixed.insert(given, Exactly::Rational(short(x)));
                    }
                    Exactly::Matrix { rows, cols, entries } if matrices => {
                        let entries = entries.iter().map(short).collect();
                        fixed.insert(given, Exactly::Matrix { rows: *rows, cols: *cols, entries });
                    }
                    Exactly::Matrix { .. } | Exactly::Int(_) => {}
                }
            }
            if let Ok(short) = self.certifier.values(point, &fixed)
                && short.values != settled.values
                && all.iter().all(|(_, values)| *values != short.values)
            {
                all.push((fixed, short.values));
            }
        }
        all
    }

    /// Cases that `f64` calls violated, the worst first, until one is certified.
    fn violations(&self, i: usize, counts: &PredicateTally, evidence: &mut Evidence) -> Result<(), CheckError> {
        let worst = counts.worst.map(|worst| worst.case);
        for case in worst.into_iter().chain(counts.violations.cases().iter().copied()).take(self.certifications) {
            let Some(point) = self.evaluator.point(case)? else { continue };
            match self.decided(&point, i, self.effort.bits) {
                Ok((_, Decision::Violated(_))) => {
                    self.refute(&point, i, Origin::Case(case), evidence);
                    return Ok(());
                }
                Ok((_, decision)) => {
                    evidence.doubt.get_or_insert_with(|| self.describe(&format!("case {case}"), &decision));
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
        for &case in counts.unsettled.cases().iter().take(self.certifications) {
            let Some(point) = self.evaluator.point(case)? else { continue };
            match self.decided(&point, i, self.settle_bits) {
                Ok((_, Decision::Holds(_))) => evidence.settled.held += 1,
                Ok((_, Decision::Violated(_))) => {
                    self.refute(&point, i, Origin::Case(case), evidence);
                    return Ok(());
                }
                Ok((_, Decision::Outside(_) | Decision::OutOfBranch | Decision::Undefined)) => {
                    evidence.settled.outside += 1
                }
                Ok((_, Decision::Undecided(part))) => {
                    evidence.settled.undecided += 1;
                    if part == Part::Solution {
                        // Seconds for nothing; the next one is no shorter.
                        return Ok(());
                    }
                }
                Err(_) => evidence.settled.undecided += 1,
            }
        }
        Ok(())
    }

    /// A certified case, some of its givens fixed, shrunk.
    fn refutation(&self, point: &Point, fixed: &Values, predicate: usize, origin: Origin) -> Option<Refutation> {
        let most = if self.claim.flow.is_some() { FLOW_SHRINK_BITS } else { SHRINK_BITS };
        let bits = self.effort.bits.min(most);
        let violation = |values: &Values| match self.certifier.decide(values, predicate, bits) {
            Ok(Decision::Violated(certificate)) => Some(size_of(&certificate)),
            _ => None,
        };
        let oracles = shrink::Oracles {
            values: &|point, fixed| self.certifier.values(point, fixed).ok().map(|settled| settled.values),
            violation: &violation,
            fresh: &|ints| self.violated_at(ints, predicate),
        };
        // A decision on an iteration is as dear as its steps.
        let decisions = (self.effort.shrink as u64 / self.cost).max(LEAST_SHRINK);
        let decisions = usize::try_from(decisions).unwrap_or(usize::MAX);
        let limits = shrink::Limits { decisions, ..shrink::Limits::default() };
        let program = self.certifier.program();
        let shrunk = shrink::shrink(self.claim, program, &oracles, &limits, point, fixed);
        let (values, draws) = match shrunk {
            Some(shrunk) => {
                let draws = if shrunk.fixed.is_empty() { Draws::of(program, &shrunk.point) } else { None };
                (shrunk.values, draws)
            }
            // It took more bits than shrinking gives.
            None => {
                let draws = if fixed.is_empty() { Draws::of(program, point) } else { None };
                (self.certifier.values(point, fixed).ok()?.values, draws)
            }
        };
        self.refutation_of(values, predicate, origin, draws)
    }

    /// The certificate of values that are a counterexample.
    fn refutation_of(
        &self,
        values: Values,
        predicate: usize,
        origin: Origin,
        draws: Option<Draws>,
    ) -> Option<Refutation> {
        let Ok(Decision::Violated(certificate)) = self.certifier.decide(&values, predicate, self.effort.bits) else {
            return None;
        };
        let Certificate { margin, sides, bits, at } = certificate;
        Some(Refutation { values, margin, sides, bits, at, origin, draws })
    }

    /// Cases at these integers that `f64` calls violated, the worst first.
    fn violated_at(&self, ints: &BTreeMap<IntId, i64>, predicate: usize) -> Vec<Point> {
        let Ok(points) = self.evaluator.drawn_for(ints, FRESH_OCTETS) else { return Vec::new() };
        let Ok(found) = self.evaluator.evaluate(&points) else { return Vec::new() };
        let mut violated: Vec<(f64, usize)> = found
            .iter()
            .enumerate()
            .filter(|(_, e)| e.hypotheses == Hypotheses::Met)
            .filter_map(|(i, e)| {
                e.looks.get(predicate).filter(|look| look.fate == Fate::Violated).map(|look| (look.margin, i))
            })
            .collect();
        violated.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        violated.into_iter().take(FRESH).map(|(_, i)| points[i].clone()).collect()
    }

    fn decided(&self, point: &Point, predicate: usize, bits: usize) -> Result<(Values, Decision), CertifyError> {
        let values = self.certifier.values(point, &Values::new())?.values;
        let decision = self.certifier.decide(&values, predicate, bits)?;
        Ok((values, decision))
    }

    /// What became of a case that `f64` is sure is violated.
    fn describe(&self, what: &str, decision: &Decision) -> String {
        let name = |part| self.certifier.name_of(part);
        match decision {
            Decision::Undecided(part) => {
                format!("{what}: `{}` is undecided in {} bits", name(*part), self.effort.bits)
            }
            Decision::Outside(part) => format!("{what}: `{}` is false", name(*part)),
            Decision::Holds(_) => format!("{what} holds when it is decided exactly"),
            Decision::OutOfBranch => format!("{what} is in another branch"),
            Decision::Undefined => format!("{what} is undefined"),
            Decision::Violated(_) => format!("{what} is violated"),
        }
    }
}

/// How large a violation certainly is: the gap between the sides as a share of their sizes, which no unit blows up; else the margin.
fn size_of(certificate: &Certificate) -> RBig {
    let Some(Sides { left, right, .. }) = &certificate.sides else { return -certificate.margin.hi.clone() };
    let gap = (&left.lo - &right.hi).max(&right.lo - &left.hi);
    let size = |side: &Enclosure| side.hi.clone().max(-side.lo.clone());
    let sizes = size(left) + size(right);
    if sizes.is_zero() { RBig::ZERO } else { gap.max(RBig::ZERO) / sizes }
}

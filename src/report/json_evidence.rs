//! The search phase's part of the JSON report: the hunt, what was settled exactly, certificates, proofs, tightness.

use super::number::JsonNumber;
use crate::case::point::Exactly;
use crate::certify::{Enclosure, Sides};
use crate::check::evidence::{Best, Evidence, Hunted, Origin, Proof, Refutation, Settled, Stored, Tightness};
use crate::engine::outcome::ClaimResult;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub struct EvidenceJson<'a> {
    hunt: Option<HuntJson<'a>>,
    settled: SettledJson,
    refutation: Option<RefutationJson<'a>>,
    proof: Option<ProofJson<'a>>,
    tightness: Option<TightnessJson<'a>>,
    stored_witness: Option<&'static str>,
}

#[derive(Serialize)]
struct HuntJson<'a> {
    evaluations: u64,
    feasible: u64,
    best: Option<BestJson<'a>>,
}

#[derive(Serialize)]
struct BestJson<'a> {
    margin: JsonNumber,
    floor: JsonNumber,
    integers: BTreeMap<&'a str, i64>,
    active: &'a [String],
    /// All blocks of draws, one after the other.
    draws: Vec<JsonNumber>,
}

#[derive(Serialize)]
struct SettledJson {
    held: u64,
    violated: u64,
    outside: u64,
    undecided: u64,
}

#[derive(Serialize)]
struct RefutationJson<'a> {
    /// Decimals that enclose the exact margin.
    margin: [String; 2],
    bits: usize,
    /// Both sides of the comparison that fails, in decimals, where it is one of reals.
    sides: Option<String>,
    /// The step at which it fails, along an iteration.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    origin: &'static str,
    case: Option<u64>,
    values: BTreeMap<&'a str, serde_json::Value>,
    /// The values as a person reads them, a line each, in the order of the file.
    shown: Vec<String>,
}

#[derive(Serialize)]
struct ProofJson<'a> {
    kind: &'static str,
    complete: bool,
    integers: Option<&'a str>,
    degree: Option<u64>,
    points: Option<u32>,
    log10_failure: Option<JsonNumber>,
    boxes: Option<u64>,
    left: Option<&'a str>,
}

#[derive(Serialize)]
struct TightnessJson<'a> {
    kind: &'static str,
    factor: Option<JsonNumber>,
    along: &'a [String],
}

impl<'a> EvidenceJson<'a> {
    /// `claim`: what it is of.
    pub fn of(evidence: &'a Evidence, claim: &'a ClaimResult) -> Self {
        Self {
            hunt: evidence.hunt.as_ref().map(HuntJson::of),
            settled: SettledJson::of(evidence.settled),
            refutation: evidence.refutation.as_ref().map(|refutation| RefutationJson::of(refutation, claim)),
            proof: evidence.proof.as_ref().map(ProofJson::of),
            tightness: evidence.tightness.as_ref().map(TightnessJson::of),
            stored_witness: evidence.stored.as_ref().map(|stored| match stored {
                Stored::Proved => "proved",
                Stored::Stale => "stale",
                Stored::Failed(_) => "failed",
            }),
        }
    }
}

impl<'a> HuntJson<'a> {
    fn of(hunt: &'a Hunted) -> Self {
        Self { evaluations: hunt.evaluations, feasible: hunt.feasible, best: hunt.best.as_ref().map(BestJson::of) }
    }
}

impl<'a> BestJson<'a> {
    fn of(best: &'a Best) -> Self {
        Self {
            margin: JsonNumber(best.margin),
            floor: JsonNumber(best.floor),
            integers: best.ints.iter().map(|(name, value)| (name.as_str(), *value)).collect(),
            active: &best.active,
            draws: best.point.draws.iter().map(|draw| JsonNumber(*draw)).collect(),
        }
    }
}

impl SettledJson {
    fn of(settled: Settled) -> Self {
        let Settled { held, violated, outside, undecided } = settled;
        Self { held, violated, outside, undecided }
    }
}

impl<'a> RefutationJson<'a> {
    fn of(refutation: &'a Refutation, claim: &'a ClaimResult) -> Self {
        let values = refutation.values.iter();
        let values = values.filter_map(|(i, value)| Some((claim.givens.get(*i)?.as_str(), exactly(value))));
        let (origin, case) = match refutation.origin {
            Origin::Stored => ("stored", None),
            Origin::Case(case) => ("case", Some(case)),
            Origin::Hunt => ("hunt", None),
            Origin::Boxes => ("boxes", None),
        };
        let at = refutation.at;
        Self {
            margin: decimals(&refutation.margin),
            bits: refutation.bits,
            sides: refutation.sides.as_ref().map(Sides::describe),
            at,
            origin,
            case,
            values: values.collect(),
            shown: claim.values(refutation).collect(),
        }
    }
}

/// As in a witness file.
fn exactly(value: &Exactly) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Exactly::Int(i) => Value::from(*i),
        Exactly::Rational(x) => Value::from(x.to_string()),
        Exactly::Matrix { cols, entries, .. } => {
            let entries: Vec<Value> = entries.iter().map(|x| Value::from(x.to_string())).collect();
            match cols {
                0 | 1 => Value::from(entries),
                n => Value::from(entries.chunks(*n).map(|row| Value::from(row.to_vec())).collect::<Vec<_>>()),
            }
        }
    }
}

fn decimals(enclosure: &Enclosure) -> [String; 2] {
    enclosure.decimals()
}

impl<'a> ProofJson<'a> {
    fn of(proof: &'a Proof) -> Self {
        let none = Self {
            kind: "",
            complete: proof.is_complete(),
            integers: None,
            degree: None,
            points: None,
            log10_failure: None,
            boxes: None,
            left: None,
        };
        match proof {
            Proof::Identity { integers, degree, points, failure, .. } => Self {
                kind: "identity",
                integers: Some(integers),
                degree: Some(*degree),
                points: Some(*points),
                log10_failure: Some(JsonNumber(*failure)),
                ..none
            },
            Proof::Boxes { boxes, left, complete } => {
                Self { kind: "boxes", boxes: Some(*boxes), left: (!complete).then_some(left), ..none }
            }
        }
    }
}

impl<'a> TightnessJson<'a> {
    fn of(tightness: &'a Tightness) -> Self {
        match tightness {
            Tightness::Attained => Self { kind: "attained", factor: None, along: &[] },
            Tightness::Approached { along } => Self { kind: "approached", factor: None, along },
            Tightness::Loose { factor } => Self { kind: "loose", factor: Some(JsonNumber(*factor)), along: &[] },
        }
    }
}

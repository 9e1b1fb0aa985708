//! Stored counterexamples: `<claim>.witness.json`, beside the claim, one entry for each refuted predicate.
//!
//! A witness is data that anyone can recheck: exact values of the givens that are sampled (the others follow from them), and the fingerprint
//! of the statement that they refute. Everything else in an entry is information for readers: how far the predicate is violated, as decimals
//! that enclose; the draws of the case that the search found (shrunk values need not be what the samplers make of them).
//!
//! | value | is written |
//! | --- | --- |
//! | an integer given | `2` |
//! | a real | `"1/3"`, `"-2"` |
//! | a column | `["2", "1"]` |
//! | a matrix | `[["1/2", "0"], ["0", "1"]]`, a list of rows |
//! | a matrix without entries | `{ "rows": 0, "cols": 3 }` |
//!
//! The text of a file is a function of its content, byte for byte. Nothing here proves or checks a refutation.

use super::point::{Exactly, Point, Values};
use super::values::{Towards, decimal};
use super::witness_json;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::fingerprint::Fingerprint;
use crate::claim::model::{Claim, Source};
use crate::claim::program::Program;
use crate::lang::ast::Sampler;
use crate::lang::ir::IntId;
use dashu_ratio::RBig;
use std::fmt::Write;
use std::sync::Arc;

/// The version of the format.
pub const FORMAT: u64 = 1;

/// A witness file.
#[derive(Clone, Debug, PartialEq)]
pub struct WitnessFile {
    /// The claim's id.
    pub claim: String,
    /// In the order of the claim's predicates.
    pub refuted: Vec<Witness>,
}

/// A counterexample to one predicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    pub predicate: String,
    pub fingerprint: Fingerprint,
    /// The sampled givens by name, in the order of the claim.
    pub values: Vec<(String, Exactly)>,
    /// What was certified when it was stored.
    pub certified: Option<Certified>,
    pub draws: Option<Draws>,
}

/// The numbers of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// In the predicate's unit.
    pub margin: Decimals,
    /// Left and right, where the predicate is one comparison of reals.
    pub sides: Option<(Decimals, Decimals)>,
    /// The precision at which it was decided.
    pub bits: u64,
}

/// Decimals below and above a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimals {
    pub lo: String,
    pub hi: String,
}

/// Digits that are kept of an enclosure.
const DIGITS: usize = 20;

impl Decimals {
    /// Around an enclosure.
    pub fn around(lo: &RBig, hi: &RBig) -> Self {
        Self { lo: decimal(lo, DIGITS, Towards::Below), hi: decimal(hi, DIGITS, Towards::Above) }
    }
}

/// The draws of a case with the names of what they are for.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// Structural integers.
    pub ints: Vec<(String, i64)>,
    /// Each block with its given, in the order of the program.
    pub blocks: Vec<(String, Vec<f64>)>,
}

impl Draws {
    /// Those of a point; `None` if it is none of this program's.
    pub fn of(program: &Program, point: &Point) -> Option<Self> {
        let name = |given: usize| program.givens.get(given).map(|g| g.name.clone());
        let int = |(id, value): (&IntId, &i64)| {
            let given = program.samples.ints.get(id.0 as usize)?.given;
            Some((name(given)?, *value))
        };
        let ints = point.ints.iter().map(int).collect::<Option<Vec<_>>>()?;
        let mut left = point.draws.as_slice();
        let mut blocks = Vec::new();
        for block in &program.samples.blocks {
            let (rows, cols) = super::octet::numbers_of(program, &point.ints, block).ok()?;
            let len = usize::try_from(rows).ok()?.checked_mul(usize::try_from(cols).ok()?)?;
            let (draws, rest) = left.split_at_checked(len)?;
            blocks.push((name(block.given)?, draws.to_vec()));
            left = rest;
        }
        left.is_empty().then_some(Self { ints, blocks })
    }

    /// The point; `None` if an integer is unknown or missing.
    pub fn point(&self, program: &Program) -> Option<Point> {
        let id = |name: &str| {
            let given = program.givens.iter().position(|g| g.name == name)?;
            program.samples.ints.iter().find(|int| int.given == given).map(|int| int.id)
        };
        let ints = self.ints.iter().map(|(name, value)| Some((id(name)?, *value))).collect::<Option<_>>()?;
        Some(Point { ints, draws: self.blocks.iter().flat_map(|(_, draws)| draws).copied().collect() })
    }
}

/// Whether a witness speaks of the claim as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It refutes this statement, if it refutes anything.
    Current,
    /// The statement has changed since.
    Stale,
    /// The claim has no such predicate.
    NoSuchPredicate,
}

/// Values that cannot be those of a claim's givens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("the claim has no given `{0}`")]
    NoSuchGiven(String),
    #[error("`{0}` follows from the other givens and has no value of its own")]
    NotSampled(String),
    #[error("the value of `{0}` is missing")]
    Missing(String),
    #[error("the value of `{name}` is not {wanted}")]
    Kind { name: String, wanted: &'static str },
}

impl Witness {
    /// A witness against a predicate of a claim; `None` if it has no such predicate or `values` no such given.
    pub fn new(claim: &Claim, predicate: &str, values: &Values) -> Option<Self> {
        let named = |(given, value): (&usize, &Exactly)| Some((claim.givens.get(*given)?.name.clone(), value.clone()));
        Some(Self {
            predicate: predicate.to_owned(),
            fingerprint: Fingerprint::of(claim, predicate)?,
            values: values.iter().map(named).collect::<Option<_>>()?,
            certified: None,
            draws: None,
        })
    }

    pub fn standing(&self, claim: &Claim) -> Standing {
        match Fingerprint::of(claim, &self.predicate) {
            None => Standing::NoSuchPredicate,
            Some(now) if now == self.fingerprint => Standing::Current,
            Some(_) => Standing::Stale,
        }
    }

    /// The values by the index of their given: all that are sampled, each of its kind. Shapes are left to who evaluates them.
    ///
    /// # Errors
    /// The first that does not fit the claim.
    pub fn values(&self, claim: &Claim) -> Result<Values, Misfit> {
        let mut values = Values::new();
        for (name, value) in &self.values {
            let index = claim.givens.iter().position(|g| g.name == *name);
            let Some(index) = index else { return Err(Misfit::NoSuchGiven(name.clone())) };
            values.insert(index, of_kind(name, &claim.givens[index].value.kind, value)?);
        }
        for (index, given) in claim.givens.iter().enumerate() {
            if !matches!(given.value.kind, Sampler::Value(_)) && !values.contains_key(&index) {
                return Err(Misfit::Missing(given.name.clone()));
            }
        }
        Ok(values)
    }
}

/// A value as its sampler makes it: a person may write `1` for the real `"1"`, and the other way round.
fn of_kind(name: &str, sampler: &Sampler, value: &Exactly) -> Result<Exactly, Misfit> {
    let misfit = |wanted| Err(Misfit::Kind { name: name.to_owned(), wanted });
    match (sampler, value) {
        (Sampler::Value(_), _) => Err(Misfit::NotSampled(name.to_owned())),
        (Sampler::Int { .. }, Exactly::Int(i)) => Ok(Exactly::Int(*i)),
        (Sampler::Int { .. }, Exactly::Rational(x)) if x.is_int() => match i64::try_from(x.numerator().clone()) {
            Ok(i) => Ok(Exactly::Int(i)),
            Err(_) => misfit("an integer of 64 bits"),
        },
        (Sampler::Int { .. }, _) => misfit("an integer"),
        (Sampler::Choice(_), _) => Ok(value.clone()),
        (_, Exactly::Int(i)) => Ok(Exactly::Rational(RBig::from(*i))),
        (Sampler::Real(_) | Sampler::Normal { .. }, Exactly::Matrix { .. }) => misfit("a real"),
        _ => Ok(value.clone()),
    }
}

impl WitnessFile {
    /// The name of the file for a claim's file stem.
    pub fn name(stem: &str) -> String {
        format!("{stem}.witness.json")
    }

    /// Reads a file's bytes; `source` names it in errors.
    ///
    /// # Errors
    /// What is wrong with it, at its place.
    pub fn read(bytes: &[u8], path: &std::path::Path) -> Result<(Self, Arc<Source>), Diagnostics> {
        witness_json::read(bytes, path)
    }

    /// The entry for a predicate.
    pub fn of(&self, predicate: &str) -> Option<&Witness> {
        self.refuted.iter().find(|witness| witness.predicate == predicate)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut out = format!("{{\n  \"format\": {FORMAT},\n  \"claim\": {},\n  \"refuted\": ", quoted(&self.claim));
        list(&mut out, 2, &self.refuted, entry);
        out.push_str("\n}\n");
        out
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `[`, one item a line, `]`; `indent` is that of the line it begins on.
fn list<T>(out: &mut String, indent: usize, items: &[T], mut one: impl FnMut(&mut String, &T)) {
    if items.is_empty() {
        out.push_str("[]");
        return;
    }
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        let _ = write!(out, "{}\n{:width$}", if i > 0 { "," } else { "" }, "", width = indent + 2);
        one(out, item);
    }
    let _ = write!(out, "\n{:indent$}]", "");
}

fn entry(out: &mut String, witness: &Witness) {
    let field = |out: &mut String, name: &str| {
        let _ = write!(out, ",\n      \"{name}\": ");
    };
    let _ = write!(out, "{{\n      \"predicate\": {}", quoted(&witness.predicate));
    field(out, "fingerprint");
    out.push_str(&quoted(&witness.fingerprint.to_string()));
    field(out, "values");
    out.push('{');
    for (i, (name, value)) in witness.values.iter().enumerate() {
        let _ = write!(out, "{}\n        {}: ", if i > 0 { "," } else { "" }, quoted(name));
        exactly(out, value);
    }
    out.push_str(if witness.values.is_empty() { "}" } else { "\n      }" });
    if let Some(certified) = &witness.certified {
        field(out, "margin");
        decimals(out, &certified.margin);
        if let Some((left, right)) = &certified.sides {
            field(out, "left");
            decimals(out, left);
            field(out, "right");
            decimals(out, right);
        }
        field(out, "bits");
        out.push_str(&certified.bits.to_string());
    }
    if let Some(draws) = &witness.draws {
        field(out, "draws");
        let ints: Vec<String> = draws.ints.iter().map(|(name, i)| format!("{}: {i}", quoted(name))).collect();
        let ints = if ints.is_empty() { "{}".into() } else { format!("{{ {} }}", ints.join(", ")) };
        let _ = write!(out, "{{\n        \"ints\": {ints},\n        \"blocks\": ");
        list(out, 8, &draws.blocks, |out, (given, numbers)| {
            let numbers: Vec<String> = numbers.iter().map(|x| number(*x)).collect();
            let _ = write!(out, "{{ \"given\": {}, \"numbers\": [{}] }}", quoted(given), numbers.join(", "));
        });
        out.push_str("\n      }");
    }
    out.push_str("\n    }");
}

/// A draw, which is finite: whole ones without a point.
fn number(x: f64) -> String {
    let whole = x.trunc() == x && x.abs() < 1e15 && !(x == 0.0 && x.is_sign_negative());
    if whole { format!("{x:.0}") } else { serde_json::Value::from(x).to_string() }
}

fn decimals(out: &mut String, d: &Decimals) {
    let _ = write!(out, "{{ \"lo\": {}, \"hi\": {} }}", quoted(&d.lo), quoted(&d.hi));
}

fn exactly(out: &mut String, value: &Exactly) {
    let row = |entries: &[RBig]| {
        let entries: Vec<String> = entries.iter().map(|x| format!("\"{x}\"")).collect();
        format!("[{}]", entries.join(", "))
    };
    match value {
        Exactly::Int(i) => out.push_str(&i.to_string()),
        Exactly::Rational(x) => {
            let _ = write!(out, "\"{x}\"");
        }
        Exactly::Matrix { rows, cols, .. } if rows * cols == 0 => {
            let _ = write!(out, "{{ \"rows\": {rows}, \"cols\": {cols} }}");
        }
        Exactly::Matrix { cols: 1, entries, .. } => out.push_str(&row(entries)),
        Exactly::Matrix { cols, entries, .. } => {
            let rows: Vec<&[RBig]> = entries.chunks(*cols).collect();
            list(out, 8, &rows, |out, entries| out.push_str(&row(entries)));
        }
    }
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;

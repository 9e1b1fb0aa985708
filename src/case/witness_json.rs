//! A witness file's bytes to a [`WitnessFile`]: what may stand in it, and what is wrong with it, at its place.
//!
//! The only file that reads witness JSON. A file may come from anywhere: it is bounded in size, unknown and repeated keys are errors, and
//! numbers are exact or refused (a floating-point number would be a rounded value that passes for an exact one).

use super::point::Exactly;
use super::values::{MOST_DIGITS, parse_rational};
use super::witness::{Certified, Decimals, Draws, FORMAT, Witness, WitnessFile};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::fingerprint::Fingerprint;
use crate::claim::model::{ClaimId, Place, Source};
use dashu_ratio::RBig;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

/// The most bytes that a witness file may have.
const MAX_BYTES: usize = 4 << 20;
/// The most entries of a matrix.
const MAX_ENTRIES: usize = 1 << 16;
/// The most keys of an object.
const MAX_KEYS: usize = 4096;

/// See [`WitnessFile::read`].
pub(super) fn read(bytes: &[u8], path: &Path) -> Result<(WitnessFile, Arc<Source>), Diagnostics> {
    let named = |text: &str| Arc::new(Source { path: path.to_owned(), text: text.into() });
    let whole =
        |message: &str, found: String| Diagnostics::from(Diagnostic::new(Place::file(&named("")), message, found));
    if bytes.len() > MAX_BYTES {
        return Err(whole("a witness file is at most 4 MiB", format!("found {} bytes", bytes.len())));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(whole("the file is not UTF-8", "found other bytes".into()));
    };
    let source = named(text);
    match serde_json::from_str::<File>(text) {
        Ok(file) => Ok((WitnessFile { claim: file.claim.0, refuted: file.refuted.0 }, source)),
        Err(error) => Err(at_its_place(&source, &error).into()),
    }
}

fn at_its_place(source: &Arc<Source>, error: &serde_json::Error) -> Diagnostic {
    // Lines and columns count from 1, and columns are bytes; 0 is before anything was read.
    let line: usize = source.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = line + error.column().saturating_sub(1);
    let full = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = full.strip_suffix(&suffix).unwrap_or(&full).to_owned();
    let message = if error.is_data() { message } else { format!("not JSON: {message}") };
    Diagnostic::new(Place::new(source, offset, offset + 1), message, "not a witness file")
        .help("write it anew with `check --accept-witness`")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: Format,
    claim: Id,
    refuted: Refuted,
}

/// The version, which is refused before the rest is looked at.
struct Format;

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u64::deserialize(from)? {
            FORMAT => Ok(Self),
            other => Err(D::Error::custom(format!("this version reads witness files of format {FORMAT}, not {other}"))),
        }
    }
}

struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = String::deserialize(from)?;
        if ClaimId::is_valid(&id) { Ok(Self(id)) } else { Err(D::Error::custom("no claim can have this id")) }
    }
}

/// Entries, one for each predicate.
struct Refuted(Vec<Witness>);

impl<'de> Deserialize<'de> for Refuted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut all: Vec<Witness> = Vec::new();
        for entry in Vec::<Entry>::deserialize(from)? {
            let witness = entry.witness::<D::Error>()?;
            if all.iter().any(|other| other.predicate == witness.predicate) {
                return Err(D::Error::custom(format!("two witnesses against `{}`", shown(&witness.predicate))));
            }
            if all.len() == crate::claim::load::MOST_PREDICATES * 3 {
                return Err(D::Error::custom("more witnesses than a claim can have predicates"));
            }
            all.push(witness);
        }
        Ok(Self(all))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    predicate: String,
    fingerprint: Hash,
    values: Ordered<Value>,
    margin: Option<Between>,
    left: Option<Between>,
    right: Option<Between>,
    bits: Option<u64>,
    draws: Option<Drawn>,
}

impl Entry {
    fn witness<E: Error>(self) -> Result<Witness, E> {
        let certified = match (self.margin, self.left, self.right, self.bits) {
            (None, None, None, None) => None,
            (Some(margin), left, right, Some(bits)) => Some(Certified {
                margin: margin.into(),
                sides: match (left, right) {
                    (None, None) => None,
                    (Some(left), Some(right)) => Some((left.into(), right.into())),
                    _ => return Err(E::custom("`left` and `right` go together")),
                },
                bits,
            }),
            _ => return Err(E::custom("`margin` and `bits` go together, and `left` and `right` need them")),
        };
        Ok(Witness {
            predicate: self.predicate,
            fingerprint: self.fingerprint.0,
            values: self.values.0.into_iter().map(|(name, value)| (name, value.0)).collect(),
            certified,
            draws: self.draws.map(|drawn| Draws {
                ints: drawn.ints.0,
                blocks: drawn.blocks.into_iter().map(|block| (block.given, block.numbers)).collect(),
            }),
        })
    }
}

struct Hash(Fingerprint);

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let hash = Fingerprint::parse(&text);
        hash.map(Self).ok_or_else(|| D::Error::custom("a fingerprint is `sha256:` and 64 hexadecimal digits"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    lo: Decimal,
    hi: Decimal,
}

impl From<Between> for Decimals {
    fn from(between: Between) -> Self {
        Self { lo: between.lo.0, hi: between.hi.0 }
    }
}

struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
        let unsigned = |s: &str| -> String { s.strip_prefix('-').unwrap_or(s).to_owned() };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = unsigned(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, "0"));
        let good = text.len() <= 100 && all_digits(whole) && all_digits(fraction) && all_digits(&unsigned(exponent));
        if good { Ok(Self(text)) } else { Err(D::Error::custom("expected a decimal as a string, like \"-0.125\"")) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drawn {
    ints: Ordered<i64>,
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    given: String,
    numbers: Vec<f64>,
}

/// An object whose keys are names of the claim's, in the file's order, each once.
struct Ordered<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object whose keys are names of givens")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut all: Vec<(String, T)> = Vec::new();
                let mut seen = std::collections::BTreeSet::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !seen.insert(name.clone()) {
                        return Err(A::Error::custom(format!("`{}` is given twice", shown(&name))));
                    }
                    if all.len() == MAX_KEYS {
                        return Err(A::Error::custom("more names than a claim can have"));
                    }
                    all.push((name, value));
                }
                Ok(Ordered(all))
            }
        }
        from.deserialize_map(Keys(PhantomData))
    }
}

/// A name of the file's in a message.
fn shown(name: &str) -> String {
    name.chars().take(60).flat_map(char::escape_debug).collect()
}

/// A given's value.
struct Value(Exactly);

/// What stands in a list: a number, or a row of them.
enum Item {
    Number(RBig),
    Row(Vec<RBig>),
}

/// A number in a list.
struct Scalar(RBig);

fn rational<E: Error>(text: &str) -> Result<RBig, E> {
    parse_rational(text).ok_or_else(|| {
        E::custom(format!(
            "`{}` is not a rational: write \"p/q\" in decimal digits, at most {MOST_DIGITS} each, with q not 0",
            shown(text)
        ))
    })
}

/// The visitor methods for numbers: integers as they are, rationals as strings; a float is refused by not being here.
macro_rules! numbers {
    ($number:expr) => {
        fn visit_i64<E: Error>(self, i: i64) -> Result<Self::Value, E> {
            Ok($number(RBig::from(i)))
        }
        fn visit_u64<E: Error>(self, i: u64) -> Result<Self::Value, E> {
            Ok($number(RBig::from(i)))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            rational(text).map($number)
        }
    };
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rational as a string, like \"1/3\"")
            }
            numbers!(Scalar);
        }
        from.deserialize_any(Number)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Part;
        impl<'de> Visitor<'de> for Part {
            type Value = Item;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rational as a string, like \"1/3\", or a row of them")
            }
            numbers!(Item::Number);
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
                let mut row = Vec::new();
                while let Some(Scalar(x)) = seq.next_element()? {
                    if row.len() == MAX_ENTRIES {
                        return Err(A::Error::custom(TOO_MANY));
                    }
                    row.push(x);
                }
                Ok(Item::Row(row))
            }
        }
        from.deserialize_any(Part)
    }
}

const TOO_MANY: &str = "a matrix has at most 65536 entries here";
const RAGGED: &str = "a matrix is a list of rows of one length, and a column a list of numbers";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    rows: usize,
    cols: usize,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer, a rational as a string like \"1/3\", or lists of them")
            }
            fn visit_i64<E: Error>(self, i: i64) -> Result<Value, E> {
                Ok(Value(Exactly::Int(i)))
            }
            fn visit_u64<E: Error>(self, i: u64) -> Result<Value, E> {
                Ok(Value(i64::try_from(i).map_or_else(|_| Exactly::Rational(RBig::from(i)), Exactly::Int)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(Exactly::Rational(rational(text)?)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut entries = Vec::new();
                let (mut rows, mut cols) = (0, None);
                while let Some(item) = seq.next_element::<Item>()? {
                    let (len, row) = match item {
                        Item::Number(x) => (None, vec![x]),
                        Item::Row(row) => (Some(row.len()), row),
                    };
                    if rows > 0 && cols != len || len == Some(0) {
                        return Err(A::Error::custom(RAGGED));
                    }
                    cols = len;
                    rows += 1;
                    entries.extend(row);
                    if entries.len() > MAX_ENTRIES {
                        return Err(A::Error::custom(TOO_MANY));
                    }
                }
                if entries.is_empty() {
                    return Err(A::Error::custom("a matrix without entries is written { \"rows\": 0, \"cols\": 0 }"));
                }
                Ok(Value(Exactly::Matrix { rows, cols: cols.unwrap_or(1), entries }))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                let Shape { rows, cols } = Shape::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if rows.min(cols) > 0 || rows.max(cols) > MAX_ENTRIES {
                    return Err(A::Error::custom("`rows` and `cols` are for a matrix without entries"));
                }
                Ok(Value(Exactly::Matrix { rows, cols, entries: Vec::new() }))
            }
        }
        from.deserialize_any(Given)
    }
}

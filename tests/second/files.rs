//! The shipped claims, and witness files: values in exact rationals, read without the crate's reader.

use super::evaluate::Value;
use super::judge::Values;
use super::matrix::Matrix;
use super::rational::Rational;
use super::values::Interval;
use dashu_int::{IBig, UBig};
use serde_json::Value as Json;
use std::fs::{read, read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Source};

/// A counterexample: a predicate and values.
pub struct Witness {
    pub predicate: String,
    pub values: Values,
}

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("claims")
}

/// Files of all papers whose names end so, by `<paper>/<name>` without that end, sorted.
fn files(end: &str) -> Vec<String> {
    let mut found = Vec::new();
    for paper in read_dir(library()).expect("the claims").filter_map(Result::ok).filter(|p| p.path().is_dir()) {
        for file in read_dir(paper.path()).expect("a paper").filter_map(Result::ok) {
            if let Some(stem) = file.file_name().to_str().and_then(|name| name.strip_suffix(end)) {
                found.push(format!("{}/{stem}", paper.file_name().to_string_lossy()));
            }
        }
    }
    found.sort();
    found
}

/// The ids of the shipped claims.
pub fn claims() -> Vec<String> {
    files(".toml").into_iter().filter(|id| !id.ends_with("/paper")).collect()
}

/// A shipped claim.
pub fn claim(id: &str) -> Claim {
    let path = library().join(format!("{id}.toml"));
    let text = read_to_string(&path).unwrap_or_else(|e| panic!("{id}: {e}"));
    let settings = path.parent().expect("a folder").join("settings");
    let setting = |name: &str| {
        let path = settings.join(format!("{name}.toml"));
        let text = read_to_string(&path).ok()?;
        Some(Arc::new(Source { path, text: text.into() }))
    };
    load(&text, &path, ClaimId(id.to_owned()), &setting).unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

/// The claims that have a witness file.
pub fn witnessed() -> Vec<String> {
    files(".witness.json")
}

/// The witness file of a claim.
pub fn witnesses(id: &str) -> Result<Vec<Witness>, String> {
    let bytes = read(library().join(format!("{id}.witness.json"))).map_err(|e| e.to_string())?;
    parse(id, &serde_json::from_slice(&bytes).map_err(|e| e.to_string())?)
}

/// `{ "format": 1, "claim": id, "refuted": [{ "predicate", "values": { name: value } }] }`
pub fn parse(id: &str, file: &Json) -> Result<Vec<Witness>, String> {
    if file["format"] != 1 || file["claim"] != id {
        return Err("another format, or another claim's witness".into());
    }
    let entries = file["refuted"].as_array().ok_or("no list of what is refuted")?;
    let entry = |entry: &Json| {
        let predicate = entry["predicate"].as_str().ok_or("no predicate")?.to_owned();
        Ok(Witness { predicate, values: values(&entry["values"])? })
    };
    entries.iter().map(entry).collect()
}

/// `{ "d": 2, "x": "1/3", "v": ["2", "1"], "S": [["1/2", "0"], ["0", "1"]], "E": { "rows": 0, "cols": 2 } }`
pub fn values(object: &Json) -> Result<Values, String> {
    let object = object.as_object().ok_or("no values")?;
    object.iter().map(|(name, json)| Ok((name.clone(), value(json).ok_or(format!("the value of `{name}`"))?))).collect()
}

fn value(json: &Json) -> Option<Value> {
    let Json::Array(list) = json else {
        if json.is_object() {
            let size = |key| usize::try_from(json[key].as_u64()?).ok();
            let (rows, cols) = (size("rows")?, size("cols")?);
            return (rows * cols == 0).then(|| Value::Matrix(Matrix::exact(rows, cols, &[])));
        }
        return Some(Value::Number(Interval::from(rational(json)?).into()));
    };
    let rows: Vec<&[Json]> = match list.first()? {
        Json::Array(_) => list.iter().map(|row| row.as_array().map(Vec::as_slice)).collect::<Option<_>>()?,
        _ => list.iter().map(std::slice::from_ref).collect(),
    };
    let cols = rows[0].len();
    let entries = rows.iter().flat_map(|row| row.iter()).map(rational).collect::<Option<Vec<_>>>()?;
    rows.iter().all(|row| row.len() == cols).then(|| Value::Matrix(Matrix::exact(rows.len(), cols, &entries)))
}

/// An integer, `"p"` or `"p/q"`; a floating-point number is none.
fn rational(json: &Json) -> Option<Rational> {
    match json {
        Json::Number(i) => Some(i.as_i64()?.into()),
        Json::String(text) => {
            let (p, q) = text.split_once('/').unwrap_or((text, "1"));
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
            if !digits(p.strip_prefix('-').unwrap_or(p)) || !digits(q) {
                return None;
            }
            let (p, q) = (p.parse::<IBig>().ok()?, q.parse::<UBig>().ok()?);
            (q != UBig::ZERO).then(|| Rational::new(p, q))
        }
        _ => None,
    }
}

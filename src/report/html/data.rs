//! A JSON report, read: what the site shows of it. Fields that are not known here are kept, and shown as they are.
//!
//! `docs/report.md` describes every field.

use crate::claim::model::{ClaimId, Paper, Verdict};
use crate::report::number::JsonNumber;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a newer version may have added.
pub type More = BTreeMap<String, Value>;

#[derive(Debug, Deserialize)]
pub struct Run {
    #[serde(default)]
    pub program: String,
    pub seed: u64,
    pub budget: Budget,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub papers: BTreeMap<String, Paper>,
    pub claims: Vec<Claim>,
    #[serde(default)]
    pub errors: Vec<Error>,
}

#[derive(Debug, Deserialize)]
pub struct Budget {
    pub name: String,
    pub evaluations: u64,
    pub cases: Option<u64>,
    pub max_elements: usize,
}

#[derive(Debug, Deserialize)]
pub struct Claim {
    pub id: String,
    pub title: String,
    pub at: String,
    pub verdict: Verdict,
    pub expected: Verdict,
    pub as_expected: bool,
    /// Of a whole run it is the gravest that counts.
    #[serde(rename = "exit")]
    _exit: Option<Value>,
    pub reason: Option<String>,
    #[serde(default)]
    pub summary: String,
    pub statement: Option<Statement>,
    pub predicates: Vec<Predicate>,
    /// Made of the predicates, which are shown.
    #[serde(rename = "closest")]
    _closest: Option<Value>,
    pub fit: Option<Fit>,
    pub probability: Option<Chance>,
    pub constant: Option<Constant>,
    pub experiment: Option<Experiment>,
    pub cases: u64,
    pub met: u64,
    #[serde(default)]
    pub scaled: u64,
    #[serde(default)]
    pub undecided: u64,
    #[serde(default)]
    pub undefined: u64,
    #[serde(default)]
    pub strata: Vec<Stratum>,
    #[serde(default)]
    pub rejections: Vec<Rejection>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Statement {
    #[serde(default)]
    pub file: String,
    pub tex: Option<String>,
    #[serde(default)]
    pub checked: Vec<Section>,
    pub notes: Option<String>,
    #[serde(default)]
    pub uses: Vec<String>,
    pub corrected: Option<String>,
    pub corrects: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Stratum {
    pub stratum: String,
    pub cases: u64,
    pub met: u64,
}

#[derive(Debug, Deserialize)]
pub struct Rejection {
    pub kind: String,
    pub name: String,
    pub cause: String,
    pub count: u64,
}

#[derive(Debug, Deserialize)]
pub struct Predicate {
    pub name: String,
    pub verdict: Verdict,
    pub expected: Verdict,
    pub as_expected: bool,
    pub reason: Option<String>,
    /// Of what it states: for programs.
    #[serde(rename = "fingerprint")]
    _fingerprint: Option<Value>,
    #[serde(default)]
    pub says: Vec<String>,
    /// That of the extreme which is shown.
    #[serde(rename = "case")]
    _case: Option<Value>,
    pub written: Option<Written>,
    #[serde(default)]
    pub identity: bool,
    #[serde(default)]
    pub unit: String,
    pub closest: Option<Extreme>,
    pub worst_violation: Option<Extreme>,
    pub closest_undecided: Option<Extreme>,
    pub ratio: Option<Ratio>,
    pub first_undefined: Option<u64>,
    pub first_out_of_range: Option<u64>,
    #[serde(default)]
    pub counts: Counts,
    #[serde(default)]
    pub strata: Vec<PredicateStratum>,
    pub evidence: Option<Evidence>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Written {
    pub line: u64,
    pub expression: String,
}

#[derive(Debug, Deserialize)]
pub struct Extreme {
    pub margin: JsonNumber,
    pub floor: JsonNumber,
    pub case: u64,
    #[serde(default)]
    pub stratum: String,
    pub at: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct Ratio {
    pub ratio: JsonNumber,
    pub case: u64,
    #[serde(default)]
    pub stratum: String,
    pub at: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub held: u64,
    pub violated: u64,
    pub within_floor: u64,
    pub out_of_range: u64,
    pub undefined: u64,
    pub unplaced: u64,
    pub out_of_branch: u64,
}

#[derive(Debug, Deserialize)]
pub struct PredicateStratum {
    pub stratum: String,
    #[serde(default)]
    pub counts: Counts,
    /// Sign, decimal exponent, count.
    #[serde(default)]
    pub margins: Vec<(i8, Option<i32>, u64)>,
}

#[derive(Debug, Deserialize)]
pub struct Evidence {
    pub hunt: Option<Hunt>,
    /// In the words of [`Predicate::says`].
    #[serde(rename = "settled")]
    _settled: Option<Value>,
    pub refutation: Option<Refutation>,
    #[serde(rename = "proof")]
    _proof: Option<Value>,
    pub tightness: Option<Tightness>,
    #[serde(rename = "stored_witness")]
    _stored_witness: Option<Value>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Hunt {
    pub evaluations: u64,
    pub best: Option<Best>,
}

#[derive(Debug, Deserialize)]
pub struct Best {
    pub margin: JsonNumber,
    pub floor: JsonNumber,
}

#[derive(Debug, Deserialize)]
pub struct Refutation {
    /// Decimals that enclose it.
    pub margin: [String; 2],
    pub bits: u64,
    pub sides: Option<String>,
    pub at: Option<u64>,
    #[serde(default)]
    pub origin: String,
    pub case: Option<u64>,
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
pub struct Tightness {
    pub kind: String,
    pub factor: Option<JsonNumber>,
}

#[derive(Debug, Deserialize)]
pub struct Fit {
    pub slope: JsonNumber,
    pub interval: [JsonNumber; 2],
    pub level: JsonNumber,
    pub offset: JsonNumber,
    pub wide_interval: Option<[JsonNumber; 2]>,
    pub wide_level: Option<JsonNumber>,
    pub least_squares: Option<JsonNumber>,
    pub least_squares_interval: Option<[JsonNumber; 2]>,
    pub least_squares_wide_interval: Option<[JsonNumber; 2]>,
    pub least_squares_holding_interval: Option<[JsonNumber; 2]>,
    pub bend: Option<Bend>,
    pub off_the_line: Option<JsonNumber>,
    pub rounding: Option<JsonNumber>,
    pub repeats: Option<u64>,
    pub runs_asked: Option<u64>,
    pub runs_made: Option<u64>,
    #[serde(default)]
    pub others: u64,
    pub left_out: Option<LeftOut>,
    #[serde(default)]
    pub cut_at: Vec<String>,
    pub bound: String,
    pub value: JsonNumber,
    pub within: Option<JsonNumber>,
    /// The verdict says so.
    #[serde(rename = "ok")]
    _ok: Option<Value>,
    #[serde(default)]
    pub shape: String,
    pub points: Vec<[JsonNumber; 2]>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Bend {
    pub change: JsonNumber,
    pub interval: [JsonNumber; 2],
    pub ends: [JsonNumber; 2],
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LeftOut {
    pub before: u64,
    pub cut: u64,
    pub empty: u64,
    pub blurred: u64,
    pub copies: u64,
    pub repeats: u64,
}

#[derive(Debug, Deserialize)]
pub struct Chance {
    pub bound: String,
    pub error_rate: JsonNumber,
    pub level: JsonNumber,
    pub searched: Searched,
    pub trials: u64,
    pub resolution: Option<String>,
    pub nearest: Option<usize>,
    pub case: Option<u64>,
    pub settings: Vec<Setting>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Searched {
    pub settings: u64,
    #[serde(default)]
    pub beside: u64,
    pub rejected: u64,
    pub trials: u64,
    #[serde(default)]
    pub left_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Setting {
    pub setting: u64,
    #[serde(default)]
    pub stratum: String,
    #[serde(default)]
    pub givens: BTreeMap<String, JsonNumber>,
    pub claimed: JsonNumber,
    pub standing: String,
    pub trials: u64,
    pub happened: u64,
    #[serde(default)]
    pub undecided: u64,
    #[serde(default)]
    pub undefined: u64,
    pub interval: [JsonNumber; 2],
}

/// A constant that was sought. Its trends are in the words of [`Predicate::says`].
#[derive(Debug, Deserialize)]
pub struct Constant {
    pub name: String,
    pub seek: String,
    pub value: Option<JsonNumber>,
    /// What it lies between where it is an estimate.
    pub interval: Option<[JsonNumber; 2]>,
    #[serde(default)]
    pub at: BTreeMap<String, JsonNumber>,
    #[serde(default)]
    pub curves: Vec<Curve>,
    /// In the words of [`Predicate::says`]; here it matters whether something is random.
    pub trials: Option<Value>,
    /// An exact change of scale, which those words have; here it matters whether there is one.
    pub scaled: Option<Value>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Curve {
    pub given: String,
    pub points: Vec<CurvePoint>,
}

#[derive(Debug, Deserialize)]
pub struct CurvePoint {
    pub value: JsonNumber,
    pub constant: Option<JsonNumber>,
    pub measured: Option<bool>,
    pub cases: Option<bool>,
}

/// An experiment. Its readings are predicates.
#[derive(Debug, Deserialize)]
pub struct Experiment {
    pub points: u64,
    pub runs: u64,
    pub evaluations: u64,
    #[serde(default)]
    pub sweep: Vec<Swept>,
    #[serde(default)]
    pub numbers: Vec<Number>,
    #[serde(default)]
    pub readings: Vec<Reading>,
    #[serde(default)]
    pub plots: Vec<Plot>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Debug, Deserialize)]
pub struct Reading {
    pub name: String,
    pub margin: Option<JsonNumber>,
    pub floor: Option<JsonNumber>,
}

#[derive(Debug, Deserialize)]
pub struct Swept {
    pub name: String,
    pub legend: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Number {
    pub name: String,
    pub values: Vec<Option<JsonNumber>>,
}

#[derive(Debug, Deserialize)]
pub struct Plot {
    pub name: String,
    pub title: Option<String>,
    pub x_label: String,
    pub y_label: Option<String>,
    pub log: (bool, bool),
    pub x_range: Option<(f64, f64)>,
    pub y_range: Option<(f64, f64)>,
    #[serde(default)]
    pub marked: bool,
    pub curves: Vec<PlotCurve>,
}

#[derive(Debug, Deserialize)]
pub struct PlotCurve {
    pub label: String,
    pub colour: u16,
    pub dash: u16,
    pub points: Vec<(f64, f64)>,
}

#[derive(Debug, Deserialize)]
pub struct Error {
    pub id: Option<String>,
    pub file: String,
    pub line: u64,
    pub column: u64,
    pub message: String,
    #[serde(default)]
    pub found: String,
    pub help: Option<String>,
}

/// Just enough to say what is wrong with another file.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

const FORMAT: &str = "theoremcheck-report";
const VERSION: u64 = 1;

/// Reads a report; the error says what is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Run, String> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match (head.format.as_deref(), head.version) {
        (Some(FORMAT), Some(VERSION)) => {}
        (Some(FORMAT), Some(version)) => {
            return Err(format!("it is of version {version}, and this program reads version {VERSION}"));
        }
        (Some(FORMAT), None) => return Err("it has no `version`".to_owned()),
        (Some(format), _) => return Err(format!("its `format` is `{format}`, not `{FORMAT}`")),
        (None, _) => return Err(format!("it has no `format`, which would be `{FORMAT}`")),
    }
    let run: Run = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let mut seen = BTreeSet::new();
    for claim in &run.claims {
        // Pages are named after them.
        if !ClaimId::is_valid(&claim.id) {
            return Err(format!("`{}` is no claim's id", claim.id));
        }
        if !seen.insert(claim.id.to_ascii_lowercase()) {
            return Err(format!("`{}` is there twice", claim.id));
        }
    }
    Ok(run)
}

impl Claim {
    /// Empty for a claim outside a paper's folder.
    pub fn paper(&self) -> &str {
        self.id.rsplit_once('/').map_or("", |(paper, _)| paper)
    }

    pub fn stem(&self) -> &str {
        self.id.rsplit_once('/').map_or(&self.id, |(_, stem)| stem)
    }

    pub fn uses(&self) -> &[String] {
        self.statement.as_ref().map_or(&[], |statement| &statement.uses)
    }

    /// False as it is checked: what the errata tell of.
    pub fn is_false(&self) -> bool {
        matches!(self.verdict, Verdict::Refuted | Verdict::Rejected | Verdict::Drifts)
            || self.refuted().next().is_some()
    }

    /// Those that are false, with what shows it.
    pub fn refuted(&self) -> impl Iterator<Item = (&Predicate, &Refutation)> {
        self.predicates.iter().filter_map(|p| Some((p, p.evidence.as_ref()?.refutation.as_ref()?)))
    }

    /// Of the predicate that is furthest from failing to be tight, the words: of a claim, the first that has any.
    pub fn tightness(&self) -> Option<&Tightness> {
        let own = self.predicates.iter().filter(|p| p.verdict == self.verdict);
        own.filter_map(|p| p.evidence.as_ref()?.tightness.as_ref()).min_by_key(|tightness| {
            match tightness.kind.as_str() {
                "attained" => 0,
                "approached" => 1,
                _ => 2,
            }
        })
    }
}

impl Counts {
    /// Looks that say nothing. Within rounding, an identity agrees.
    pub fn undecided(&self, identity: bool) -> u64 {
        self.out_of_range + self.unplaced + if identity { 0 } else { self.within_floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_said_to_be_none() {
        let wrong = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert!(wrong("{").contains("EOF"));
        assert_eq!(wrong("{}"), "it has no `format`, which would be `theoremcheck-report`");
        assert_eq!(wrong(r#"{"format": "x"}"#), "its `format` is `x`, not `theoremcheck-report`");
        let later = r#"{"format": "theoremcheck-report", "version": 2}"#;
        assert_eq!(wrong(later), "it is of version 2, and this program reads version 1");
        assert!(wrong(r#"{"format": "theoremcheck-report", "version": 1}"#).contains("missing field"));
    }

    #[test]
    fn an_id_that_would_leave_the_folder_is_refused() {
        let report = |id: &str| {
            format!(
                r#"{{"format": "theoremcheck-report", "version": 1, "seed": 1,
                "budget": {{"name": "quick", "evaluations": 1, "cases": null, "max_elements": 1}},
                "claims": [{{"id": "{id}", "title": "", "at": "", "verdict": "held", "expected": "held",
                "as_expected": true, "predicates": [], "cases": 0, "met": 0}}]}}"#
            )
        };
        assert!(parse(report("paper/lemma-1").as_bytes()).is_ok());
        for id in ["../x", "/x", "a/../b", "a/b/c", "", "a b", ".x"] {
            assert!(parse(report(id).as_bytes()).unwrap_err().contains("is no claim's id"), "{id}");
        }
    }
}

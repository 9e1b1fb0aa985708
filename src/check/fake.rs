//! Stand-ins for what the checkers will offer.
use super::fit::Fit;
use super::record::{CaseRecord, Hypotheses, Look, Stratum};
use crate::arith::lane::Backend;
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::Claim;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct CheckOptions {
    pub seed: u64,
    pub backend: Backend,
    pub max_elements: usize,
}
#[derive(Clone, Debug, PartialEq)]
pub struct PredicateInfo {
    pub name: String,
    pub identity: bool,
    pub unit: String,
}
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct CheckError(pub String);
#[derive(Clone, Debug)]
pub struct Replay {
    pub stratum: Stratum,
    pub hypotheses: Hypotheses,
    pub ints: Vec<(String, i64)>,
    pub values: Vec<(String, Value)>,
    pub looks: Vec<Look>,
}
#[derive(Clone, Debug)]
pub enum Value {
    Bool(Option<bool>),
    Int(i64),
    Real { value: f64, error: f64 },
    Matrix { rows: usize, cols: usize, entries: Vec<f64>, error: f64 },
}
pub struct Checker {
    names: Vec<String>,
    predicates: Vec<PredicateInfo>,
}
impl Checker {
    pub fn new(claim: &Claim, _options: &CheckOptions) -> Result<Self, Diagnostics> {
        let info = |name: &str| PredicateInfo { name: name.to_owned(), identity: false, unit: "1".to_owned() };
        Ok(Self { names: Vec::new(), predicates: claim.predicates().map(info).collect() })
    }
    pub fn predicates(&self) -> &[PredicateInfo] {
        &self.predicates
    }
    pub fn givens(&self) -> &[String] {
        &self.names
    }
    pub fn assumes(&self) -> &[String] {
        &self.names
    }
    pub fn cost(&self) -> u64 {
        1
    }
    pub fn run(&self, _cases: Range<u64>, _sink: &mut dyn FnMut(&CaseRecord<'_>)) -> Result<(), CheckError> {
        Err(CheckError("no checker yet".to_owned()))
    }
    pub fn replay(&self, _case: u64) -> Result<Replay, CheckError> {
        Err(CheckError("no checker yet".to_owned()))
    }
    pub fn is_scaling(&self) -> bool {
        false
    }
    pub fn scaling(&self, _evaluations: u64) -> Result<Fit, CheckError> {
        Err(CheckError("no checker yet".to_owned()))
    }
}

//! A case as data, outside any stream: what a search moves, what a certificate is asked of, what a witness stores.

use crate::lang::ir::IntId;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

/// The integers and draws behind a case. Every draw is a finite `f64`, so a point is exact in every arithmetic.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The structural integers.
    pub ints: BTreeMap<IntId, i64>,
    /// All blocks of draws one after the other, in the order of the program's samples, each row-major.
    pub draws: Vec<f64>,
}

/// An exact value of a given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exactly {
    Int(i64),
    Rational(RBig),
    /// Row-major; a vector is a column.
    Matrix {
        rows: usize,
        cols: usize,
        entries: Vec<RBig>,
    },
}

/// Exact values of the givens of a claim that are sampled (plain expressions follow from them), by the given's index.
pub type Values = BTreeMap<usize, Exactly>;

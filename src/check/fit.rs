//! What became of the slope that a `[scaling]` claim speaks of: a least-squares line through the points of its sweep, and the
//! confidence interval of its slope.

use crate::lang::ast::SlopeBound;

#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    pub slope: f64,
    /// Confidence interval of the slope.
    pub interval: (f64, f64),
    /// Its level, such as 0.99.
    pub level: f64,
    /// Runs a point that the claim asks for, and the least that a point had: the budget may not allow all.
    pub runs: (u64, u64),
    /// What was fitted, in the order of the sweep.
    pub points: Vec<(f64, f64)>,
    pub bound: SlopeBound,
    /// What the slope is compared with.
    pub value: f64,
    /// Whether the interval lies on the side claimed; `None` where it lies on both.
    pub ok: Option<bool>,
}

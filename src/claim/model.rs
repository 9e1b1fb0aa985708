//! A claim as data: what a claim file says, parsed, with the place of every piece.
//!
//! Made by `load`; turned into a graph by `program`. Expressions are syntax trees here: nothing is typed yet.

use crate::lang::ast;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// `<paper>/<file stem>`
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimId(pub String);

impl ClaimId {
    /// The part before the last slash; empty for a file outside a paper's folder.
    pub fn paper(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(paper, _)| paper)
    }

    pub fn stem(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, stem)| stem)
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file that was read: for messages and replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub path: PathBuf,
    pub text: Arc<str>,
}

/// Where a piece of a claim stands: the file, and the byte offset of the expression's first character in it.
///
/// `exact` is false where the TOML string has escapes, so that offsets inside it do not map one to one; messages then point
/// at the whole string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub source: Arc<Source>,
    pub start: usize,
    pub end: usize,
    pub exact: bool,
}

/// A named piece of a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    pub name: String,
    /// As written.
    pub text: String,
    pub place: Place,
    pub value: T,
}

/// What a verdict is expected to be (see design: verdicts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Proved,
    Held,
    Refuted,
    Rejected,
    Drifts,
    Suspect,
    Vacuous,
    Inconclusive,
    Error,
    NotRun,
}

/// `expect`: one for all predicates, or predicate by predicate (those not named: held).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Expect {
    #[default]
    Held,
    All(Verdict),
    Each(Vec<(String, Verdict)>),
}

/// `[margin]`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Units {
    pub all: Option<Named<ast::Expr>>,
    /// `unit.second = ".."`, by predicate.
    pub each: Vec<Named<ast::Expr>>,
}

/// `[trajectory]` and its tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    pub state: Vec<Named<ast::Expr>>,
    pub step: Vec<Named<ast::Expr>>,
    pub steps: Named<ast::Expr>,
    pub at: Option<Named<ast::Schedule>>,
    pub until: Option<Named<ast::Expr>>,
    pub lets: Vec<Named<ast::Expr>>,
    pub assume: Vec<Named<ast::Expr>>,
    pub first: Vec<Named<ast::Expr>>,
    pub always: Vec<Named<ast::Expr>>,
    pub finally: Vec<Named<ast::Expr>>,
}

/// `[scaling]`
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// Givens that are swept, in order, with their points; they replace the given's own sampler.
    pub sweep: Vec<Named<ast::Sweep>>,
    /// Left and right of `~`; two places of one text.
    pub fit: Named<(ast::Expr, ast::Expr)>,
    pub slope: Named<(ast::SlopeBound, ast::Expr)>,
    /// Independent runs a point; default 1.
    pub runs: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub id: ClaimId,
    pub source: Arc<Source>,
    pub title: String,
    pub at: String,
    pub tex: Option<String>,
    pub notes: Option<String>,
    pub uses: Vec<String>,
    pub corrected: Option<String>,
    pub corrects: Option<String>,
    pub expect: Expect,
    /// The setting's entries come first in each of these.
    pub givens: Vec<Named<ast::Given>>,
    pub lets: Vec<Named<ast::Expr>>,
    pub assume: Vec<Named<ast::Expr>>,
    pub claim: Vec<Named<ast::Expr>>,
    pub units: Units,
    pub trajectory: Option<Trajectory>,
    pub scaling: Option<Scaling>,
}

/// `paper.toml`
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub title: String,
    pub authors: Vec<String>,
    #[serde(default)]
    pub venue: Option<String>,
    pub year: i64,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub bibtex: Option<String>,
}

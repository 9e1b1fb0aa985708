//! A claim as data: what a claim file says, parsed, with the place of every piece.
//!
//! Made by `load`; turned into a graph by `program`. Expressions are syntax trees here: nothing is typed yet.

use super::experiment::Experiment;
use crate::kernel::Kind;
use crate::lang::ast;
use crate::lang::need::{Need, Seek};
use crate::lang::span::Span;
use dashu_ratio::RBig;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// `<paper>/<file stem>`
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimId(pub String);

impl ClaimId {
    /// Whether this can be an id: one or two parts of ASCII letters, digits, `.`, `-`, `_`, each of which starts with a letter
    /// or a digit, so that it is a file's name on every system and needs no quotes in a shell.
    pub fn is_valid(id: &str) -> bool {
        let part = |part: &str| {
            part.len() <= 100
                && part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        };
        match id.split_once('/') {
            Some((paper, stem)) => part(paper) && part(stem),
            None => part(id),
        }
    }

    /// The id that `name` means in a file of this claim's paper: a stem of the same paper, or another paper's `<paper>/<stem>`.
    #[must_use]
    pub fn sibling(&self, name: &str) -> Self {
        if name.contains('/') || self.paper().is_empty() {
            Self(name.to_owned())
        } else {
            Self(format!("{}/{name}", self.paper()))
        }
    }

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

impl Place {
    /// A stretch of a file. Offsets past the end, or inside a character, are moved to the nearest place that can be shown.
    pub fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let text = &source.text;
        let (mut start, mut end) = (start.min(text.len()), end.clamp(start.min(text.len()), text.len()));
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self { source: Arc::clone(source), start, end, exact: true }
    }

    /// A file as a whole.
    pub fn file(source: &Arc<Source>) -> Self {
        Self::new(source, 0, 0)
    }

    /// Where a span of the text that stands here lies in the file.
    #[must_use]
    pub fn within(&self, span: Span) -> Self {
        if !self.exact {
            return self.clone();
        }
        let start = self.start.saturating_add(span.start).min(self.end);
        let end = self.start.saturating_add(span.end).clamp(start, self.end);
        Self::new(&self.source, start, end)
    }

    /// Line and column of the first character, from 1; a column is a character.
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.source.text.get(..self.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
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

/// How a claim, or one of its predicates, comes out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
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

impl Verdict {
    pub const ALL: [Self; 10] = [
        Self::Proved,
        Self::Held,
        Self::Refuted,
        Self::Rejected,
        Self::Drifts,
        Self::Suspect,
        Self::Vacuous,
        Self::Inconclusive,
        Self::Error,
        Self::NotRun,
    ];

    /// As it is written in a claim file and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Held => "held",
            Self::Refuted => "refuted",
            Self::Rejected => "rejected",
            Self::Drifts => "drifts",
            Self::Suspect => "suspect",
            Self::Vacuous => "vacuous",
            Self::Inconclusive => "inconclusive",
            Self::Error => "error",
            Self::NotRun => "not-run",
        }
    }
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
    pub kernel: Option<KernelUse>,
    pub at: Option<Named<ast::Schedule>>,
    pub until: Option<Named<ast::Expr>>,
    pub lets: Vec<Named<ast::Expr>>,
    pub assume: Vec<Named<ast::Expr>>,
    pub first: Vec<Named<ast::Expr>>,
    pub always: Vec<Named<ast::Expr>>,
    pub finally: Vec<Named<ast::Expr>>,
}

/// `kernel`: the iteration that `step` is, and which parts of the claim its arrays and numbers are (those not named: the parts of the same
/// name).
#[derive(Clone, Debug, PartialEq)]
pub struct KernelUse {
    pub kind: Named<Kind>,
    pub bindings: Vec<Named<ast::Expr>>,
}

/// `[flow]` and its tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub state: Vec<Named<ast::Expr>>,
    pub rate: Vec<Named<ast::Expr>>,
    pub end: Named<ast::Expr>,
    pub at: Option<Named<ast::Looks>>,
    pub until: Option<Named<ast::Expr>>,
    pub lets: Vec<Named<ast::Expr>>,
    pub assume: Vec<Named<ast::Expr>>,
    pub first: Vec<Named<ast::Expr>>,
    pub always: Vec<Named<ast::Expr>>,
    pub finally: Vec<Named<ast::Expr>>,
}

impl Flow {
    /// The looks where the file does not say.
    pub const LOOKS: ast::Looks = ast::Looks::Even(32);

    pub fn looks(&self) -> ast::Looks {
        self.at.as_ref().map_or(Self::LOOKS, |at| at.value)
    }
}

/// Points that a line and a bend ask for.
pub const LEAST_POINTS: usize = 4;

/// `[scaling]`
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// Givens that are swept, in order, with their points; they replace the given's own sampler.
    pub sweep: Vec<Named<ast::Sweep>>,
    /// Left and right of `~`; two places of one text.
    pub fit: Named<(ast::Expr, ast::Expr)>,
    pub slope: Named<ast::Slope>,
    /// Where points count, of the givens.
    pub from: Option<Named<ast::Expr>>,
    /// Runs of each point, from as many draws of what is not swept; default 1.
    pub runs: u64,
}

/// `[probability]`
#[derive(Clone, Debug, PartialEq)]
pub struct Probability {
    /// What is drawn anew in each trial, by its own law.
    pub random: Vec<Named<ast::Given>>,
    /// Names of what is random.
    pub lets: Vec<Named<ast::Expr>>,
    pub event: Named<ast::Expr>,
    pub side: ProbabilityBound,
    /// What the event's probability is compared with, of the givens alone. Its name is the key: `at_least`, `at_most`.
    pub bound: Named<ast::Expr>,
}

impl Probability {
    /// The names that it defines.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.random.iter().map(|r| r.name.clone()).chain(self.lets.iter().map(|l| l.name.clone()))
    }
}

/// On which side of its bound a probability is claimed to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProbabilityBound {
    AtLeast,
    AtMost,
}

/// `[constant]`: the statement with an unknown constant, and what the constant should not depend on.
///
/// The claim beside it asks for the statement's *room* ([`Need::room`]), as the one predicate of `[claim]`, of the path or of `[probability]`, with
/// the constant's name; so whatever runs, hunts or certifies predicates does so with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub name: String,
    pub seek: Seek,
    /// Givens and their values, in order.
    pub sweep: Vec<Named<Points>>,
    /// The statement as written, under `claim` or `always`.
    pub statement: Named<ast::Expr>,
    /// Abbreviations of the statement, as written.
    pub lets: Vec<Named<ast::Expr>>,
    pub need: Need,
    /// Givens that may be any positive number: their samplers only say where to look.
    pub unbounded: Vec<String>,
}

/// The values of a given that is swept, increasing.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    pub values: Vec<RBig>,
}

/// `[budget]`: how much work the claim needs before a verdict says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ClaimBudget {
    /// A run of fewer cases than this has not run the claim.
    pub cases: Option<u64>,
    /// The claim is for no smaller budget than this one.
    pub least: Option<Depth>,
}

/// A budget by its name, from the least to the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    Quick,
    Default,
    Deep,
}

impl Depth {
    pub const ALL: [Self; 3] = [Self::Quick, Self::Default, Self::Deep];

    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Default => "default",
            Self::Deep => "deep",
        }
    }
}

/// Another claim, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub name: String,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub id: ClaimId,
    pub source: Arc<Source>,
    pub title: String,
    pub at: String,
    pub tex: Option<String>,
    pub notes: Option<String>,
    /// Results that the proof rests on, each a claim of the same paper, or `<paper>/<claim>`.
    pub uses: Vec<String>,
    pub corrected: Option<String>,
    pub corrects: Option<String>,
    /// Where each of those stands, for the library, which knows whether there is such a claim.
    pub links: Vec<Link>,
    pub expect: Expect,
    /// The setting's entries come first in each of these.
    pub givens: Vec<Named<ast::Given>>,
    pub lets: Vec<Named<ast::Expr>>,
    pub assume: Vec<Named<ast::Expr>>,
    pub claim: Vec<Named<ast::Expr>>,
    pub units: Units,
    pub trajectory: Option<Trajectory>,
    /// Never beside a trajectory.
    pub flow: Option<Flow>,
    pub scaling: Option<Scaling>,
    /// Never beside another conclusion.
    pub probability: Option<Probability>,
    /// Its statement is the predicate of one of the others.
    pub constant: Option<Constant>,
    /// Never beside another conclusion.
    pub experiment: Option<Experiment>,
    pub budget: ClaimBudget,
    /// The witness file beside it, unread.
    pub witness: Option<Arc<Source>>,
}

impl Claim {
    /// The names of what has a verdict, in the order of the file: predicates, then a fitted slope or a probability.
    pub fn predicates(&self) -> impl Iterator<Item = &str> {
        let path = self.trajectory.iter().flat_map(|t| t.always.iter().chain(&t.finally));
        let flow = self.flow.iter().flat_map(|f| f.always.iter().chain(&f.finally));
        let slope = self.scaling.iter().map(|scaling| scaling.slope.name.as_str());
        let probability = self.probability.iter().map(|probability| probability.bound.name.as_str());
        let predicates = self.claim.iter().chain(path).chain(flow).map(|predicate| predicate.name.as_str());
        let readings =
            self.experiment.iter().flat_map(|experiment| experiment.readings.iter().map(|r| r.name.as_str()));
        predicates.chain(slope).chain(probability).chain(readings)
    }
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

impl Paper {
    /// Whether the venue ends with the year, as in `(NeurIPS 2021)`, so that it need not be said again.
    pub fn venue_has_year(&self) -> bool {
        let venue = self.venue.as_deref().unwrap_or_default().trim_end_matches([')', ']', '.', ' ']);
        let before = venue.strip_suffix(&self.year.to_string());
        before.is_some_and(|before| before.ends_with([' ', '(', '[', ',']))
    }
}

//! What is wrong with a file, at its place.
//!
//! Every error that a person can cause in a claim file ends as a [`Diagnostic`], whether TOML, the claim language or the
//! elaborator found it. How one looks on a terminal is `render`'s business.

use super::model::Place;
use crate::lang::span::LangError;
use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub place: Place,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// Stands under the place: what was found there.
    pub found: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn new(place: Place, message: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place, message: message.into(), found: found.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An error in the expression that stands at `place`.
    pub fn in_expression(place: &Place, error: &LangError) -> Self {
        Self {
            place: place.within(error.span),
            message: error.message.clone(),
            found: error.found.clone(),
            help: error.help.clone(),
        }
    }

    /// From 1.
    pub fn line(&self) -> usize {
        self.place.line_column().0
    }

    /// From 1, in characters.
    pub fn column(&self) -> usize {
        self.place.line_column().1
    }
}

/// `claims/paper/lemma.toml:12:9: unknown name: found `sgima` (did you mean `sigma`?)`
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = &self.place.source;
        write!(f, "{}", source.path.display())?;
        if !source.text.is_empty() {
            let (line, column) = self.place.line_column();
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.found.is_empty() {
            write!(f, ": {}", self.found)?;
        }
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// All that is wrong with a file, in its order, as far as it could be found; never empty, and never more than
/// [`Diagnostics::MOST`] where the loader made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Beyond this, the first errors explain the rest.
    pub const MOST: usize = 20;
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

//! Places in an expression, and what is wrong there.
//!
//! The language floor knows only the text of one expression; the claim floor maps a [`Span`] to its file, line and column.

use std::fmt;

/// A half-open byte range of the expression's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The least span that covers both.
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// An error in an expression: what is wrong, what stands at the place, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LangError {
    pub span: Span,
    /// What is wrong, a lower-case fragment: ``unknown name `sgima` ``.
    pub message: String,
    /// Written under the caret: what was found there (``found a 3×2 matrix``).
    pub found: String,
    /// What would be right (``did you mean `sigma`?``), if there is something to say.
    pub help: Option<String>,
}

impl LangError {
    pub fn new(span: Span, message: impl Into<String>, found: impl Into<String>) -> Self {
        Self { span, message: message.into(), found: found.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for LangError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.found)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for LangError {}

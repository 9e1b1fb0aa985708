//! Colour on a terminal. What was decided false and what could not be told never share a colour.

use crate::claim::model::Verdict;
use std::io::IsTerminal;

/// Whether to colour; the rest of the reports ask no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub const OFF: Self = Self { on: false };

    /// Coloured on a terminal, unless `NO_COLOR` is set to something (see no-color.org) or the terminal is dumb.
    pub fn for_stream(stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { on: stream.is_terminal() && !set("NO_COLOR") && !dumb }
    }

    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    pub fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    /// `text` in the colour of a verdict.
    pub fn verdict(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Proved | Verdict::Held => "32",
            Verdict::Refuted | Verdict::Rejected | Verdict::Drifts => "31",
            Verdict::Suspect => "35",
            Verdict::Vacuous | Verdict::Inconclusive | Verdict::NotRun => "33",
            Verdict::Error => "1;33",
        };
        self.with(code, text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

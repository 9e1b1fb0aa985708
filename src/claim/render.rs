//! Diagnostics as a person reads them: the line of the file, a mark under the place, help below.
//!
//! The only file that knows miette. What it is given may be hostile (a file that is not even TOML), so control characters
//! never reach the terminal, and lines too long to be read are not shown.

use super::diagnostic::{Diagnostic, Diagnostics};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use std::fmt;

/// More than this around a place is no help to a reader.
const LONGEST_SNIPPET: usize = 4_000;
/// A mark over more lines than this marks its first line only.
const MOST_LINES: usize = 10;

impl Diagnostic {
    /// Several lines, the last of them ended, for a terminal of this width.
    pub fn render(&self, width: usize, color: bool) -> String {
        let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width.max(20))
            .with_links(false)
            .with_break_words(false)
            // It counts columns in bytes; ours are characters and part of the source's name.
            .without_primary_span_start();
        let shown = Shown::new(self);
        let mut out = String::new();
        match handler.render_report(&mut out, &shown) {
            Ok(()) => {
                let mut lines: String =
                    out.trim_matches('\n').lines().map(|line| format!("{}\n", line.trim_end())).collect();
                if shown.source.is_none() {
                    lines.push_str(&format!("    at {}\n", shown.name));
                }
                lines
            }
            // It writes to a string, so only a place that it cannot show ends here.
            Err(fmt::Error) => format!("{}\n", harmless(&self.to_string())),
        }
    }
}

impl Diagnostics {
    /// All of them, an empty line between two. The loader stops looking at the last that it would keep, which is said.
    pub fn render(&self, width: usize, color: bool) -> String {
        let mut all: Vec<String> = self.0.iter().map(|diagnostic| diagnostic.render(width, color)).collect();
        if self.0.len() >= Self::MOST {
            all.push(format!("these are the first {} errors; there may be more\n", self.0.len()));
        }
        all.join("\n")
    }
}

/// A diagnostic in miette's terms.
struct Shown {
    message: String,
    help: Option<String>,
    /// `path:line:column`
    name: String,
    source: Option<NamedSource<String>>,
    label: LabeledSpan,
}

impl Shown {
    fn new(diagnostic: &Diagnostic) -> Self {
        let place = &diagnostic.place;
        let text = &*place.source.text;
        let (line, column) = place.line_column();
        let path = harmless(&place.source.path.display().to_string());
        let name = if text.is_empty() { path } else { format!("{path}:{line}:{column}") };
        let end = shown_end(text, place.start, place.end);
        let source =
            readable(text, place.start, end).then(|| NamedSource::new(&name, harmless(text)).with_language("TOML"));
        let found = harmless(&diagnostic.found);
        let message = harmless(&diagnostic.message);
        let message = if source.is_none() && !found.is_empty() { format!("{message}: {found}") } else { message };
        let label = (!found.is_empty()).then_some(found);
        let label = LabeledSpan::new_primary_with_span(label, (place.start, end.saturating_sub(place.start)));
        Self { message, help: diagnostic.help.as_deref().map(harmless), name, source, label }
    }
}

/// Where the mark ends: not over too many lines, and not on the newline itself.
fn shown_end(text: &str, start: usize, end: usize) -> usize {
    let marked = text.get(start..end).unwrap_or_default();
    let length = if marked.matches('\n').count() > MOST_LINES { marked.find('\n') } else { None };
    start + length.unwrap_or(marked.trim_end_matches(['\r', '\n']).len())
}

/// Whether the lines from one before to one after are short enough.
fn readable(text: &str, start: usize, end: usize) -> bool {
    if text.is_empty() {
        return false;
    }
    let lines_before = text[..start].rsplitn(3, '\n').take(2).map(|line| line.len() + 1).sum::<usize>();
    let lines_after = text[end..].splitn(3, '\n').take(2).map(|line| line.len() + 1).sum::<usize>();
    lines_before + lines_after + (end - start) < LONGEST_SNIPPET
}

/// The same text, byte for byte as long, without what could steer a terminal or reorder what is read.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let newline = c == '\n' || (c == '\r' && characters.peek() == Some(&'\n'));
        let reorders =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if (c.is_control() || reorders) && !newline && c != '\t' {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.is_some().then(|| Box::new(std::iter::once(self.label.clone())) as Box<_>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::model::{Place, Source};
    use std::sync::Arc;

    fn at(text: &str, start: usize, end: usize) -> Diagnostic {
        let source = Arc::new(Source { path: "p/c.toml".into(), text: text.into() });
        Diagnostic::new(Place::new(&source, start, end), "something is wrong", "found this").help("do that")
    }

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\nσσ = 2\n";
        insta::assert_snapshot!(at(text, 13, 14).render(100, false), @"
          × something is wrong
           ╭─[p/c.toml:2:6]
         1 │ a = 1
         2 │ σσ = 2
           ·      ┬
           ·      ╰── found this
           ╰────
          help: do that
        ");
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        let text = "a = \"\u{1b}[31m\u{202e}\" # \u{9b}1m\rx\r\nb = 2\n";
        let mut diagnostic = at(text, 4, 8);
        diagnostic.message.push('\u{1b}');
        let shown = diagnostic.render(100, false);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
        assert!(shown.contains("p/c.toml:1:5"), "{shown}");
    }

    #[test]
    fn every_place_of_every_text_can_be_shown() {
        let long = "x".repeat(100_000);
        for text in ["", "a", "\n", "a\n", "\r\n", "é", "a\n\n\nb", "é\r\nσ\r\n", "\t\tx = 1", &long] {
            for start in (0..=text.len()).step_by(text.len() / 30 + 1) {
                for end in [start, start + 1, text.len(), text.len() + 7] {
                    let shown = at(text, start, end).render(80, false);
                    assert!(shown.contains("something is wrong") && shown.contains("p/c.toml"), "{shown}");
                    assert!(shown.len() < 10_000);
                }
            }
        }
    }

    #[test]
    fn colour_is_a_choice() {
        assert!(at("a = 1", 0, 1).render(80, true).contains('\u{1b}'));
        assert!(!at("a = 1", 0, 1).render(80, false).contains('\u{1b}'));
    }
}

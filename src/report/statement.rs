//! A claim's statement as data, for the reports that are read where the claim's file is not: as printed, as checked, and where each part of
//! it stands in the file.
//!
//! What is checked is lines of prose with TeX between dollar signs. Not MathML: what a report says is untrusted where it is read, and TeX
//! can be typeset there without being believed.

use super::explain::{Explained, Notation, Section};
use super::paint::Paint;
use super::run_report::Setup;
use super::typed::Typed;
use crate::claim::model::{Claim, Place};
use crate::claim::program::Program;
use crate::lang::print::Style;
use serde::Serialize;

#[derive(Serialize)]
pub struct StatementJson<'a> {
    file: String,
    tex: Option<&'a str>,
    checked: Vec<Section>,
    notes: Option<&'a str>,
    uses: Vec<String>,
    corrected: Option<String>,
    corrects: Option<String>,
}

/// A predicate as it is written.
#[derive(Serialize)]
pub struct WrittenJson<'a> {
    line: usize,
    column: usize,
    /// The first place that does not belong to it.
    end_line: usize,
    end_column: usize,
    expression: &'a str,
}

/// What is checked, with TeX between dollar signs.
pub fn checked(claim: &Claim, setup: &Setup) -> Vec<Section> {
    let typed = Program::new(claim).ok().map(Typed::new);
    let explained = Explained {
        claim,
        paper: None,
        result: None,
        setup,
        notation: Notation::Marked,
        style: Style { rename: None, is_matrix: Some(&|e| typed.as_ref().is_some_and(|typed| typed.is_matrix(e))) },
        paint: Paint::OFF,
    };
    explained.statement()
}

impl<'a> StatementJson<'a> {
    pub fn of(claim: &'a Claim, setup: &Setup) -> Self {
        let id = |name: &String| claim.id.sibling(name).0;
        Self {
            file: claim.source.path.display().to_string(),
            tex: claim.tex.as_deref(),
            checked: checked(claim, setup),
            notes: claim.notes.as_deref(),
            uses: claim.uses.iter().map(id).collect(),
            corrected: claim.corrected.as_ref().map(id),
            corrects: claim.corrects.as_ref().map(id),
        }
    }
}

impl<'a> WrittenJson<'a> {
    pub fn of(claim: &'a Claim, predicate: &str) -> Option<Self> {
        let (text, place) = written(claim, predicate)?;
        let (line, column) = place.line_column();
        let (end_line, end_column) = end(place)?;
        Some(Self { line, column, end_line, end_column, expression: text })
    }
}

/// The line and column, from 1 and in characters, of the first place that does not belong to this one; none of a file as a whole.
pub fn end(place: &Place) -> Option<(usize, usize)> {
    if place.source.text.is_empty() {
        return None;
    }
    let (line, column) = place.line_column();
    let end = Place { start: place.end, ..place.clone() }.line_column();
    // Nothing, or less, cannot be marked.
    Some(if end > (line, column) { end } else { (line, column + 1) })
}

/// The text of a predicate, and where it stands.
pub fn written<'a>(claim: &'a Claim, predicate: &str) -> Option<(&'a str, &'a Place)> {
    let path = claim.trajectory.iter().flat_map(|t| t.always.iter().chain(&t.finally));
    let flow = claim.flow.iter().flat_map(|f| f.always.iter().chain(&f.finally));
    let bound = claim.probability.iter().map(|probability| &probability.bound);
    let readings = claim.experiment.iter().flat_map(|experiment| &experiment.readings);
    let named = claim.claim.iter().chain(path).chain(flow).chain(bound).chain(readings);
    let slope = claim.scaling.iter().map(|scaling| &scaling.slope);
    let slope = slope.map(|slope| (slope.name.as_str(), slope.text.as_str(), &slope.place));
    // What is run of a constant is its room; what is written is its statement.
    let sought = claim.constant.iter();
    let sought = sought.map(|c| (c.name.as_str(), c.statement.text.as_str(), &c.statement.place));
    let named = named.map(|entry| (entry.name.as_str(), entry.text.as_str(), &entry.place));
    sought.chain(named).chain(slope).find(|(name, ..)| *name == predicate).map(|(_, text, place)| (text, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::model::Source;
    use std::path::PathBuf;
    use std::sync::Arc;

    #[test]
    fn an_end_is_counted_in_characters_from_1() {
        let source = Arc::new(Source { path: PathBuf::from("a.toml"), text: "é = 1\nb = \"x < y\"\n".into() });
        let start = source.text.find("x <").unwrap_or(0);
        assert_eq!(end(&Place::new(&source, start, start + 5)), Some((2, 11)));
        assert_eq!(end(&Place::new(&source, start, start)), Some((2, 7)));
        let nothing = Arc::new(Source { path: PathBuf::from("b.toml"), text: "".into() });
        assert_eq!(end(&Place::file(&nothing)), None);
    }
}

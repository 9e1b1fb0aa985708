//! Which names a claim file defines: spelling, and each only once.
//!
//! Values (givens, lets, state, first times) share one space, because expressions see them all. Predicates have another, and
//! hypotheses a third: they are labels, which no expression can mention, so a word of the language may be one.
//! Whether a name that is *used* exists is the elaborator's question.

use super::diagnostic::Diagnostic;
use super::document::Item;
use super::model::Place;
use super::reader::Errors;
use crate::lang::words::{is_identifier, is_reserved};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Names of one space and where each was defined.
#[derive(Debug, Default)]
pub struct Names(HashMap<String, Place>);

impl Names {
    /// A given, a `let`, a part of a state: what expressions may use.
    pub fn value(&mut self, errors: &mut Errors, item: &Item) {
        if !is_identifier(&item.key) {
            errors.note(|| bad_name(item));
        } else {
            self.once(errors, item);
        }
    }

    /// A predicate or a hypothesis.
    pub fn label(&mut self, errors: &mut Errors, item: &Item) {
        if !is_identifier(&item.key) && !is_reserved(&item.key) {
            errors.note(|| bad_name(item));
        } else {
            self.once(errors, item);
        }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// In the order in which they stand in their files.
    pub fn in_order(&self) -> Vec<&str> {
        let mut names: Vec<(&String, &Place)> = self.0.iter().collect();
        names.sort_by_key(|(_, place)| (&place.source.path, place.start));
        names.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    fn once(&mut self, errors: &mut Errors, item: &Item) {
        match self.0.entry(item.key.clone()) {
            Entry::Vacant(free) => {
                free.insert(item.key_place.clone());
            }
            Entry::Occupied(first) => errors.note(|| {
                let (line, _) = first.get().line_column();
                let path = &first.get().source.path;
                let file =
                    if *path == item.key_place.source.path { String::new() } else { format!(" of {}", path.display()) };
                Diagnostic::new(
                    item.key_place.clone(),
                    format!("`{}` is already defined", item.key),
                    format!("defined before, in line {line}{file}"),
                )
                .help("a name is never redefined; choose another one")
            }),
        }
    }
}

fn bad_name(item: &Item) -> Diagnostic {
    let reserved = is_reserved(&item.key);
    let message = format!("`{}` cannot be a name", item.key);
    if reserved {
        Diagnostic::new(item.key_place.clone(), message, "a word of the language").help("choose another name")
    } else {
        Diagnostic::new(item.key_place.clone(), message, "not a name")
            .help("a name is a letter from a to z or A to Z, then letters, digits and `_`, 64 characters at most")
    }
}

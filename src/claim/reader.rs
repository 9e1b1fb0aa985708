//! From items of a document to strings, tables and parsed expressions, noting what is wrong on the way.
//!
//! Every function answers `None` where it noted an error, so that the loader goes on and finds the next one.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::document::{Item, Value};
use super::model::Named;
use crate::lang::span::LangError;
use crate::lang::suggest::nearest;

/// What was found wrong so far, up to [`Diagnostics::MOST`].
#[derive(Debug, Default)]
pub struct Errors(Vec<Diagnostic>);

impl Errors {
    /// The diagnostic is made only while there is room for it: a hostile file has a hundred thousand errors.
    pub fn note(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.0.len() < Diagnostics::MOST {
            self.0.push(diagnostic());
        }
    }

    pub fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            self.note(|| diagnostic);
        }
    }

    /// The value, if nothing was wrong; else the errors in the order of the file, those of another file (a setting) first.
    pub fn finish<T>(mut self, own: &std::path::Path, value: Option<T>) -> Result<T, Diagnostics> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                self.0.sort_by_key(|error| (error.place.source.path == own, error.place.start));
                Err(Diagnostics(self.0))
            }
        }
    }

    pub fn wrong_type(&mut self, item: &Item, wanted: &str, help: &str) {
        self.note(|| {
            Diagnostic::new(
                item.place.clone(),
                format!("`{}` is {wanted}", item.key),
                format!("found {}", item.value.kind()),
            )
            .help(help)
        });
    }

    /// A key that a table does not have, with the one that was probably meant.
    pub fn unknown_key(&mut self, item: &Item, table: &str, known: &[&str]) {
        self.note(|| {
            let help = choose(&item.key, known, &format!("{table} has"));
            Diagnostic::new(
                item.key_place.clone(),
                format!("unknown key `{}`", item.key),
                format!("{table} has no such key"),
            )
            .help(help)
        });
    }

    /// A string that is not blank.
    pub fn string(&mut self, item: &Item, example: &str) -> Option<String> {
        match &item.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Text(_) => {
                let message = format!("`{}` is empty", item.key);
                self.note(|| Diagnostic::new(item.place.clone(), message, "found nothing").help(example));
                None
            }
            _ => {
                self.wrong_type(item, "a string", example);
                None
            }
        }
    }

    pub fn table<'a>(&mut self, item: &'a Item, example: &str) -> Option<&'a [Item]> {
        match &item.value {
            Value::Table(items) => Some(items),
            _ => {
                self.wrong_type(item, "a table", example);
                None
            }
        }
    }

    /// A whole number from 1 to `most`.
    pub fn count(&mut self, item: &Item, most: u64) -> Option<u64> {
        let number = match &item.value {
            Value::Number(text) => text.parse().ok().filter(|n| (1..=most).contains(n)),
            _ => None,
        };
        if number.is_none() {
            self.note(|| {
                let found = match &item.value {
                    Value::Number(text) if text.len() < 40 => format!("found {text}"),
                    value => format!("found {}", value.kind()),
                };
                Diagnostic::new(item.place.clone(), format!("`{}` is a whole number from 1 to {most}", item.key), found)
            });
        }
        number
    }

    /// A piece in the claim language: a string, or a number, which is its own expression.
    pub fn expression<T>(
        &mut self,
        item: &Item,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, LangError>,
    ) -> Option<Named<T>> {
        let (Value::Text(text) | Value::Number(text)) = &item.value else {
            self.wrong_type(item, "an expression in quotes", example);
            return None;
        };
        match parse(text) {
            Ok(value) => Some(Named { name: item.key.clone(), text: text.clone(), place: item.place.clone(), value }),
            Err(error) => {
                self.note(|| Diagnostic::in_expression(&item.place, &error));
                None
            }
        }
    }

    /// A table of expressions.
    pub fn expressions<T>(
        &mut self,
        item: &Item,
        example: &str,
        parse: impl Fn(&str) -> Result<T, LangError>,
    ) -> Vec<Named<T>> {
        let entries = self.table(item, example).unwrap_or_default();
        entries.iter().filter_map(|entry| self.expression(entry, example, &parse)).collect()
    }
}

/// A help line for a name that is not among the known ones: the one that was probably meant, or all of them.
pub fn choose(name: &str, known: &[&str], all: &str) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{all} {}", list(known)),
    }
}

/// `` `a`, `b` and `c` ``, cut where it would be no help any more.
fn list(words: &[&str]) -> String {
    const MOST: usize = 30;
    let quoted: Vec<String> = words.iter().take(MOST).map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some(_) if words.len() > MOST => format!("{} and others", quoted.join(", ")),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

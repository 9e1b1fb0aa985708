//! A TOML file as a tree that keeps the order of its keys and the place of everything.
//!
//! The only file that knows the `toml` crate. It says what is not TOML; what a key means is [`super::load`]'s business.
//! Numbers stay text, because a claim's numbers are exact.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::model::{Place, Source};
use std::sync::Arc;
use toml::de::{DeString, DeTable, DeValue};
use toml::{Spanned, de};

/// A key and its value, or an element of an array, whose key is `uses[2]`.
#[derive(Clone, Debug)]
pub struct Item {
    pub key: String,
    pub key_place: Place,
    pub value: Value,
    /// Of a string: its content, if that maps to the file byte for byte.
    pub place: Place,
}

impl Item {
    /// What a table holds; nothing, if this is none.
    pub fn entries(&self) -> &[Self] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    pub fn is_empty_table(&self) -> bool {
        matches!(&self.value, Value::Table(entries) if entries.is_empty())
    }
}

#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    /// A number that the claim language reads as well.
    Number(String),
    Bool,
    /// A date, or a float that is no number.
    Other(&'static str),
    Array(Vec<Item>),
    Table(Vec<Item>),
}

impl Value {
    /// `a string`
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Bool => "a truth value",
            Self::Other(kind) => kind,
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// The items of a file in their order, or what makes it no TOML.
pub fn parse(source: &Arc<Source>) -> Result<Vec<Item>, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() { Ok(items(source, table.into_inner())) } else { Err(not_toml(source, &errors)) }
}

/// One error a line: what follows on the same line comes of the parser's being lost.
fn not_toml(source: &Arc<Source>, errors: &[de::Error]) -> Vec<Diagnostic> {
    let mut places: Vec<(Place, &str)> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or_default();
            (Place::new(source, span.start, span.end), error.message())
        })
        .collect();
    places.sort_by_key(|(place, _)| place.start);
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut line_end = None;
    for (place, message) in places {
        if line_end.is_some_and(|end| place.start <= end) {
            continue;
        }
        line_end = Some(source.text[place.start..].find('\n').map_or(source.text.len(), |length| place.start + length));
        let diagnostic = Diagnostic::new(place.clone(), format!("not TOML: {message}"), shown(&place));
        found.push(if message.starts_with("duplicate key") {
            diagnostic.help("a name is defined once")
        } else if message.contains("recurs") {
            diagnostic.help("no claim needs tables or arrays nested this deep")
        } else {
            diagnostic
        });
        if found.len() == Diagnostics::MOST {
            break;
        }
    }
    found
}

fn shown(place: &Place) -> String {
    let text = &place.source.text;
    match text[place.start..place.end].trim() {
        "" if place.start == text.len() => "the file ends here".to_owned(),
        "" if text[place.start..].starts_with(['\r', '\n']) => "the line ends here".to_owned(),
        "" => "here".to_owned(),
        at => format!("found `{}`", shorten(at)),
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}

fn items(source: &Arc<Source>, table: DeTable<'_>) -> Vec<Item> {
    let mut entries: Vec<(Spanned<DeString<'_>>, Spanned<DeValue<'_>>)> = table.into_iter().collect();
    // The crate's map is sorted by key; the file's order is that of the keys' places.
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
        .into_iter()
        .map(|(key, value)| {
            let key_place = Place::new(source, key.span().start, key.span().end);
            item(source, key.into_inner().into_owned(), key_place, value)
        })
        .collect()
}

fn item(source: &Arc<Source>, key: String, key_place: Place, value: Spanned<DeValue<'_>>) -> Item {
    let mut place = Place::new(source, value.span().start, value.span().end);
    let value = match value.into_inner() {
        DeValue::String(text) => {
            place = content(&place, &text);
            Value::Text(text.into_owned())
        }
        DeValue::Integer(number) => {
            // Only 64 bits are promised by TOML, but a claim's numbers are exact, so as many digits as there are.
            if number.radix() == 10 {
                Value::Number(number.as_str().trim_start_matches('+').to_owned())
            } else {
                match i128::from_str_radix(number.as_str(), number.radix()) {
                    Ok(value) => Value::Number(value.to_string()),
                    Err(_) => Value::Other("a number of more than 127 bits"),
                }
            }
        }
        DeValue::Float(number) => {
            let text = number.as_str().trim_start_matches('+');
            if text.ends_with("inf") || text.ends_with("nan") {
                Value::Other("no finite number")
            } else {
                Value::Number(text.to_owned())
            }
        }
        DeValue::Boolean(_) => Value::Bool,
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(array) => {
            let element = |(i, value)| item(source, format!("{key}[{}]", i + 1), key_place.clone(), value);
            Value::Array(array.into_iter().enumerate().map(element).collect())
        }
        DeValue::Table(table) => Value::Table(items(source, table)),
    };
    if let Value::Number(text) = &value {
        place.exact = source.text[place.start..place.end] == **text;
    }
    Item { key, key_place, value, place }
}

/// The place of a string's content: inside its quotes, or the whole string where escapes or line ends make the two differ.
fn content(whole: &Place, text: &str) -> Place {
    let written = &whole.source.text[whole.start..whole.end];
    let quotes = if written.starts_with("'''") || written.starts_with("\"\"\"") { 3 } else { 1 };
    let inside = written.get(quotes..written.len().saturating_sub(quotes)).unwrap_or_default();
    // TOML drops the newline that follows three quotes.
    let dropped = match quotes {
        3 if inside.starts_with("\r\n") => 2,
        3 if inside.starts_with('\n') => 1,
        _ => 0,
    };
    let start = whole.start + quotes + dropped;
    if inside[dropped..] == *text {
        Place { start, end: start + text.len(), ..whole.clone() }
    } else {
        Place { exact: false, ..whole.clone() }
    }
}

/// Text as a TOML string on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

//! The values of a counterexample, for a person: numbers, columns and matrices with their entries in a grid.

use super::mathml;
use super::page::escaped;
use crate::case::values::{parse_rational, short};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::print::{Style, tex_with};
use crate::lang::span::Span;
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a rational in a grid; a longer one is rounded, and stands below exactly.
const SHOWN: usize = 13;

/// A column of more entries is written as a row.
const TALL: usize = 8;

pub fn html(values: &BTreeMap<String, Value>) -> String {
    if values.is_empty() {
        return String::new();
    }
    let mut out = String::from("<div class=\"witness\">");
    let mut rounded = false;
    for (given, value) in values {
        out += &format!("<div class=\"value\"><span class=\"lhs\">{} =</span> ", name(given));
        out += &match rows(value) {
            None => entry(value, &mut rounded),
            Some(rows) if rows.iter().all(Vec::is_empty) => "<small>empty</small>".to_owned(),
            // One number, and read as one.
            Some(rows) if rows.len() == 1 && rows[0].len() == 1 => entry(rows[0][0], &mut rounded),
            // One long list: as many lines as the page takes.
            Some(rows) if rows.len() > TALL && rows.iter().all(|row| row.len() == 1) => {
                listed(rows.iter().map(|row| row[0]), true, &mut rounded)
            }
            Some(rows) if rows.len() == 1 && rows[0].len() > TALL => {
                listed(rows[0].iter().copied(), false, &mut rounded)
            }
            Some(rows) => {
                let rows = rows.iter().map(|row| {
                    let cells = row.iter().map(|cell| format!("<td>{}</td>", entry(cell, &mut rounded)));
                    format!("<tr>{}</tr>", cells.collect::<String>())
                });
                format!("<span class=\"matrix\"><table><tbody>{}</tbody></table></span>", rows.collect::<String>())
            }
        };
        out += "</div>";
    }
    out += "</div>";
    if rounded {
        let exactly = serde_json::to_string_pretty(values).unwrap_or_default();
        out += &format!("<details><summary>Exact values</summary><pre>{}</pre></details>", escaped(&exactly));
    }
    out
}

/// The entries of a row, or of a column that is written as one, in lines as long as the page is wide.
fn listed<'v>(entries: impl Iterator<Item = &'v Value>, column: bool, rounded: &mut bool) -> String {
    let entries: Vec<String> = entries.map(|value| format!("<span>{}</span>", entry(value, rounded))).collect();
    let (mark, what) = match column {
        true => ("<sup>⊤</sup>", format!("a column of {}, written as a row", entries.len())),
        false => ("", format!("a row of {}", entries.len())),
    };
    format!("<span class=\"entries\">({}){mark} <small>{what}</small></span>", entries.join(", "))
}

/// A name as mathematics.
pub fn name(name: &str) -> String {
    // What is no name of the language is shown as it is.
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return escaped(name);
    }
    let tex = tex_with(&Expr::new(ExprKind::Name(name.to_owned()), Span::default()), &Style::default());
    mathml::prose(&format!("${tex}$"))
}

/// A column is a list, a matrix a list of rows.
fn rows(value: &Value) -> Option<Vec<Vec<&Value>>> {
    let list = value.as_array()?;
    Some(
        list.iter()
            .map(|row| match row.as_array() {
                Some(cells) => cells.iter().collect(),
                None => vec![row],
            })
            .collect(),
    )
}

fn entry(value: &Value, rounded: &mut bool) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return escaped(&text.replace('-', "−"));
    }
    match parse_rational(&text) {
        Some(exact) => {
            let short = short(&exact, SHOWN);
            *rounded |= short.starts_with('≈');
            escaped(&short.replace('-', "−"))
        }
        None => escaped(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_a_grid_and_a_long_rational_stands_below_exactly() {
        let values: BTreeMap<String, Value> =
            serde_json::from_str(r#"{"S": [["1", "-1/2"], ["-1/2", "123456789123456789/3"]], "n": 2}"#).unwrap();
        let html = html(&values);
        assert!(html.contains("<tr><td>1</td><td>−1/2</td></tr>"), "{html}");
        assert!(html.contains("≈41152") && html.contains("123456789123456789/3"), "{html}");
        assert!(!super::html(&[("n".to_owned(), Value::from(2))].into()).contains("details"));
    }

    #[test]
    fn a_long_column_is_a_row_that_is_said_to_be_transposed() {
        let column = |n: usize| html(&[("g".to_owned(), Value::from(vec![Value::from("-1/2"); n]))].into());
        let long = column(100);
        assert!(!long.contains("<tr>") && long.matches("<span>−1/2</span>").count() == 100, "{long}");
        assert!(long.contains(")<sup>⊤</sup> <small>a column of 100, written as a row</small>"), "{long}");
        assert_eq!(column(8).matches("<tr>").count(), 8);
        let row = html(&[("a".to_owned(), serde_json::json!([vec!["1"; 30]]))].into());
        assert!(row.contains("a row of 30") && !row.contains("⊤"), "{row}");
    }
}

//! `paper.toml`: the citation of the paper whose claims a folder holds.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::document::{self, Value};
use super::load::source;
use super::model::{Paper, Place};
use super::reader::Errors;
use std::path::Path;

const KEYS: &[&str] = &["title", "authors", "venue", "year", "url", "bibtex"];

/// Loads a paper; `path` only names the file in errors.
pub fn load_paper(bytes: &[u8], path: &Path) -> Result<Paper, Diagnostics> {
    let source = source(bytes, path)?;
    let items = document::parse(&source).map_err(Diagnostics)?;
    let mut errors = Errors::default();
    for item in items.iter().filter(|item| !KEYS.contains(&item.key.as_str())) {
        errors.unknown_key(item, "a paper", KEYS);
    }
    let find = |key: &str| items.iter().find(|item| item.key == key);
    for (key, example) in [
        ("title", "write `title = \"the paper's title\"`"),
        ("authors", "write `authors = [\"Ada Lovelace\"]`"),
        ("year", "write `year = 2021`"),
    ] {
        if find(key).is_none() {
            errors.note(|| {
                let place = Place::file(&source);
                Diagnostic::new(place, format!("`{key}` is missing"), "a paper has it").help(example)
            });
        }
    }
    let mut text =
        |key: &str| find(key).and_then(|item| errors.string(item, "write it in quotes, or leave the key out"));
    let (title, venue, url, bibtex) = (text("title"), text("venue"), text("url"), text("bibtex"));
    let authors = find("authors").and_then(|item| match &item.value {
        Value::Array(names) => names.iter().map(|name| errors.string(name, "write a name in quotes")).collect(),
        _ => {
            errors.wrong_type(item, "an array of names", "write `authors = [\"Ada Lovelace\"]`");
            None
        }
    });
    let year = find("year").and_then(|item| errors.count(item, 9999)).and_then(|year| i64::try_from(year).ok());
    let paper = || Some(Paper { title: title?, authors: authors?, venue, year: year?, url, bibtex });
    errors.finish(path, paper())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_loads() {
        let text = "title = \"T\"\nauthors = [\"A. B.\", \"C\"]\nyear = 2021\nbibtex = '''\n@x{y}\n'''\n";
        let paper = load_paper(text.as_bytes(), Path::new("p/paper.toml")).unwrap();
        assert_eq!(paper.authors, ["A. B.", "C"]);
        assert_eq!((paper.year, paper.venue), (2021, None));
        assert_eq!(paper.bibtex.as_deref(), Some("@x{y}\n"));
    }

    #[test]
    fn a_venue_that_ends_with_the_year_says_it() {
        let has =
            |venue: &str| Paper { venue: Some(venue.to_owned()), year: 2021, ..Paper::default() }.venue_has_year();
        assert!(has("Advances (NeurIPS 2021)") && has("ICML, 2021."));
        for other in ["NeurIPS", "a manuscript; the year is that of x-2021", "Proc. 12021", "NeurIPS 2021 workshop"] {
            assert!(!has(other), "{other}");
        }
    }

    #[test]
    fn every_error_of_a_citation_is_told() {
        let text = "titel = \"T\"\nauthors = [\"A\", 3]\nyear = \"2021\"\n";
        let errors = load_paper(text.as_bytes(), Path::new("p/paper.toml")).unwrap_err();
        insta::assert_snapshot!(errors, @r#"
        p/paper.toml:1:1: unknown key `titel`: a paper has no such key (did you mean `title`?)
        p/paper.toml:1:1: `title` is missing: a paper has it (write `title = "the paper's title"`)
        p/paper.toml:2:17: `authors[2]` is a string: found a number (write a name in quotes)
        p/paper.toml:3:9: `year` is a whole number from 1 to 9999: found a string
        "#);
    }
}

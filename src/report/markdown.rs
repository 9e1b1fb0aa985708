//! The run as Markdown: the summary of a job. What is not as expected comes first and in full; what is, in tables that are folded.
//!
//! Text of claim files is escaped: it can be neither markup nor HTML here.

use super::entry::{Entry, Said};
use super::number::grouped;
use super::record::Record;
use super::terminal::{BY_GRAVITY, plain};
use crate::claim::model::{ClaimId, Verdict};
use crate::engine::exit::Exit;
use crate::engine::verdict::{is_decided, name};
use std::collections::BTreeMap;

/// A job's summary may have 1 MiB; beyond this many rows a table says how many more there are.
const MOST_ROWS: usize = 1000;

pub fn render(record: &Record) -> String {
    let unexpected: Vec<&Entry> = record.entries.iter().filter(|entry| !entry.said.as_expected).collect();
    let head = &record.head;
    let work = match head.budget.cases {
        Some(cases) => format!("{} cases a claim", grouped(cases)),
        None => format!("{} budget", escaped(&head.budget.name)),
    };
    let outcome = match (record.exit(), unexpected.len()) {
        (Exit::AsExpected, _) => "all as expected".to_owned(),
        (Exit::Malformed, 0) => "malformed files".to_owned(),
        (Exit::Drift, _) => "worse than the baseline".to_owned(),
        (_, n) => format!("{n} not as expected"),
    };
    let claims = record.entries.len();
    let mut out = format!(
        "## theoremcheck: {} claim{}, {outcome}\n\nSeed {}, {work}.\n\n",
        grouped(claims as u64),
        if claims == 1 { "" } else { "s" },
        head.seed
    );
    out += &by_paper(record);
    if !unexpected.is_empty() {
        out += "\n### Not as expected\n";
        for entry in unexpected {
            out += &of_claim(record, &entry.said);
        }
    }
    let drift = &record.drift;
    if !drift.predicates.is_empty() {
        out += &format!("\n### Worse than in {}\n\n", code(&drift.from));
        for one in &drift.predicates {
            out += &format!("- {} {}: {}\n", code(&one.claim), code(&one.predicate), escaped(&one.says));
        }
    }
    if !head.errors.is_empty() {
        out += "\n### Malformed\n\n";
        for error in &head.errors {
            out += &format!("- {}: {}\n", code(&error.place()), escaped(&error.says()));
        }
    }
    out += &table(record, "Refuted, rejected, drifting", |claim| {
        claim.as_expected && matches!(claim.verdict, Verdict::Refuted | Verdict::Rejected | Verdict::Drifts)
    });
    out += &table(record, "Proved or held", |claim| {
        claim.as_expected && matches!(claim.verdict, Verdict::Proved | Verdict::Held)
    });
    out += &table(record, "Undecided, as expected", |claim| claim.as_expected && !is_decided(claim.verdict));
    out
}

/// A row a paper, a column a verdict that occurs.
fn by_paper(record: &Record) -> String {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    let ids: Vec<ClaimId> = record.entries.iter().map(|entry| ClaimId(entry.said.id.clone())).collect();
    for (id, entry) in ids.iter().zip(&record.entries) {
        *counts.entry(id.paper()).or_default().entry(name(entry.said.verdict)).or_default() += 1;
    }
    let occurs = |verdict: &&str| counts.values().any(|row| row.contains_key(*verdict));
    let columns: Vec<&str> = BY_GRAVITY.into_iter().map(name).filter(occurs).collect();
    if columns.is_empty() {
        return String::new();
    }
    let mut out = format!("| paper | {} |\n| --- |{}\n", columns.join(" | "), " ---: |".repeat(columns.len()));
    for (paper, row) in &counts {
        let cells = columns.iter().map(|verdict| row.get(verdict).map(|n| grouped(*n)).unwrap_or_default());
        let paper = if paper.is_empty() { "–".to_owned() } else { escaped(paper) };
        out += &format!("| {paper} | {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    out
}

fn of_claim(record: &Record, claim: &Said) -> String {
    let mut out = format!("\n**{}** {}: {}\n\n", code(&claim.id), escaped(&claim.at), escaped(&claim.title));
    for predicate in claim.predicates.iter().filter(|predicate| !predicate.as_expected) {
        let reason = predicate.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        out += &format!(
            "- {}: **{}**, expected {}{}\n",
            code(&predicate.name),
            name(predicate.verdict),
            name(predicate.expected),
            escaped(&reason)
        );
        for line in &predicate.says {
            out += &format!("  - {}\n", escaped(line));
        }
        let refutation = predicate.evidence.as_ref().and_then(|evidence| evidence.refutation.as_ref());
        if let Some(refutation) = refutation.filter(|refutation| !refutation.shown.is_empty()) {
            out += &format!("\n{}\n", fenced(&refutation.shown, "  "));
        }
        for line in record.replay_lines(claim, predicate) {
            out += &format!("  - {}\n", code(&line));
        }
    }
    out
}

fn table(record: &Record, title: &str, admits: impl Fn(&Said) -> bool) -> String {
    let rows: Vec<&Said> = record.entries.iter().map(|entry| &entry.said).filter(|said| admits(said)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let count = rows.len();
    let mut out = format!("\n<details><summary>{title}: {}</summary>\n\n", grouped(count as u64));
    out += "| claim | at | verdict | closest |\n| --- | --- | --- | --- |\n";
    for claim in rows.iter().take(MOST_ROWS) {
        out += &format!(
            "| {} | {} | {} | {} |\n",
            code(&claim.id),
            escaped(&claim.at),
            name(claim.verdict),
            escaped(&claim.summary)
        );
    }
    if count > MOST_ROWS {
        out += &format!("\n{} more\n", grouped((count - MOST_ROWS) as u64));
    }
    out + "\n</details>\n"
}

/// As text: nothing in it is markup, or ends a cell.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in plain(text).chars() {
        match c {
            '\n' => out.push(' '),
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            // `@` would call somebody, `#` link to an issue, `$` begin mathematics.
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out += "&#64;",
            _ => out.push(c),
        }
    }
    out
}

/// As code, in a cell or in a line. A backtick has no escape there, and a bar ends a cell even there.
fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'").replace('\n', " ").replace('|', "\\|"))
}

fn fenced(lines: &[String], indent: &str) -> String {
    let mut out = format!("{indent}```text\n");
    for line in lines {
        out += &format!("{indent}{}\n", plain(line).replace('`', "'"));
    }
    out + &format!("{indent}```\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_claim_is_no_markup() {
        assert_eq!(escaped("a|b <b>*x*</b> `c` @me #1"), "a\\|b &lt;b&gt;\\*x\\*&lt;/b&gt; \\`c\\` &#64;me \\#1");
        assert_eq!(code("a`b|c"), "`a'b\\|c`");
    }
}

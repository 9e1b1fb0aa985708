//! The run as Markdown: the summary of a job. What is not as expected comes first and in full; what is, in tables that are folded.
//!
//! Text of claim files is escaped: it can be neither markup nor HTML here.

use super::closest::{describe_claim, describe_evidence};
use super::findings::{findings, telling_case};
use super::number::grouped;
use super::run_report::RunReport;
use super::terminal::{BY_GRAVITY, plain};
use crate::claim::model::Verdict;
use crate::engine::exit::Exit;
use crate::engine::outcome::ClaimResult;
use crate::engine::verdict::{is_decided, name};
use std::collections::BTreeMap;

/// A job's summary may have 1 MiB; beyond this many rows a table says how many more there are.
const MOST_ROWS: usize = 1000;

pub fn render(report: &RunReport) -> String {
    let unexpected: Vec<&ClaimResult> = report.claims.iter().filter(|claim| !claim.as_expected).collect();
    let options = &report.setup.options;
    let work = match options.cases {
        Some(cases) => format!("{} cases a claim", grouped(cases)),
        None => format!("{} budget", options.budget.name()),
    };
    let outcome = match (report.exit(), unexpected.len()) {
        (Exit::AsExpected, _) => "all as expected".to_owned(),
        (Exit::Malformed, 0) => "malformed files".to_owned(),
        (_, n) => format!("{n} not as expected"),
    };
    let claims = report.claims.len();
    let mut out = format!(
        "## theoremcheck: {} claim{}, {outcome}\n\nSeed {}, {work}.\n\n",
        grouped(claims as u64),
        if claims == 1 { "" } else { "s" },
        options.check.seed
    );
    out += &by_paper(report);
    if !unexpected.is_empty() {
        out += "\n### Not as expected\n";
        for claim in unexpected {
            out += &of_claim(report, claim);
        }
    }
    let malformed: Vec<_> = findings(report).into_iter().filter(|finding| finding.rule == "malformed").collect();
    if !malformed.is_empty() {
        out += "\n### Malformed\n\n";
        for finding in malformed {
            let line = finding.region.map(|region| format!(":{}:{}", region.line, region.column)).unwrap_or_default();
            out += &format!("- {}: {}\n", code(&format!("{}{line}", finding.file)), escaped(&finding.message));
        }
    }
    out += &table(report, "Refuted, rejected, drifting", |claim| {
        claim.as_expected && matches!(claim.verdict, Verdict::Refuted | Verdict::Rejected | Verdict::Drifts)
    });
    out += &table(report, "Proved or held", |claim| {
        claim.as_expected && matches!(claim.verdict, Verdict::Proved | Verdict::Held)
    });
    out += &table(report, "Undecided, as expected", |claim| claim.as_expected && !is_decided(claim.verdict));
    out
}

/// A row a paper, a column a verdict that occurs.
fn by_paper(report: &RunReport) -> String {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for claim in &report.claims {
        *counts.entry(claim.id.paper()).or_default().entry(name(claim.verdict)).or_default() += 1;
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

fn of_claim(report: &RunReport, claim: &ClaimResult) -> String {
    let mut out = format!("\n**{}** {}: {}\n\n", code(&claim.id.0), escaped(&claim.at), escaped(&claim.title));
    for predicate in claim.predicates.iter().filter(|predicate| !predicate.as_expected) {
        let reason = predicate.judgement.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        out += &format!(
            "- {}: **{}**, expected {}{}\n",
            code(&predicate.info.name),
            name(predicate.judgement.verdict),
            name(predicate.expected),
            escaped(&reason)
        );
        for line in describe_evidence(predicate) {
            out += &format!("  - {}\n", escaped(&line));
        }
        let values = predicate.evidence.refutation.iter().flat_map(|refutation| claim.values(refutation));
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            out += &format!("\n{}\n", fenced(&values, "  "));
        }
        if let Some(case) = telling_case(claim, predicate) {
            out += &format!("  - {}\n", code(&report.setup.replay_line(&claim.id, case)));
        }
    }
    out
}

fn table(report: &RunReport, title: &str, admits: impl Fn(&ClaimResult) -> bool) -> String {
    let rows: Vec<&ClaimResult> = report.claims.iter().filter(|claim| admits(claim)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let count = rows.len();
    let mut out = format!("\n<details><summary>{title}: {}</summary>\n\n", grouped(count as u64));
    out += "| claim | at | verdict | closest |\n| --- | --- | --- | --- |\n";
    for claim in rows.iter().take(MOST_ROWS) {
        out += &format!(
            "| {} | {} | {} | {} |\n",
            code(&claim.id.0),
            escaped(&claim.at),
            name(claim.verdict),
            escaped(&describe_claim(claim))
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

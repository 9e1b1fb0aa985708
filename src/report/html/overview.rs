//! The first page: the run in a look, what is not as expected, the papers.

use super::data::{Claim, Error};
use super::graph::Links;
use super::page::{self, Page, escaped, kind, paper_name, paper_path};
use super::paper_page::{bar, table};
use crate::claim::model::Verdict;
use crate::report::number::grouped;
use std::collections::BTreeSet;
use std::fmt::Write;

pub fn papers<'a>(links: &Links<'a>) -> BTreeSet<&'a str> {
    links.run.claims.iter().map(Claim::paper).collect()
}

pub fn page(links: &Links<'_>) -> (String, String) {
    let run = links.run;
    let path = "index.html";
    let claims: Vec<&Claim> = run.claims.iter().collect();
    let papers = papers(links);
    let unexpected: Vec<&Claim> = run.claims.iter().filter(|claim| !claim.as_expected).collect();
    let outcome = match (unexpected.len(), run.errors.len()) {
        (0, 0) => "Every verdict is as expected.".to_owned(),
        (0, n) => format!("{n} error{} in files that are no claims.", if n == 1 { "" } else { "s" }),
        (n, 0) => format!("{n} {} not as expected.", if n == 1 { "is" } else { "are" }),
        (n, m) => format!("{n} not as expected, {m} errors in files that are no claims."),
    };
    let mut main = format!(
        "<h1>{} claim{} of {} paper{}</h1><p class=\"summary\">{outcome}</p>{}",
        grouped(claims.len() as u64),
        if claims.len() == 1 { "" } else { "s" },
        papers.len(),
        if papers.len() == 1 { "" } else { "s" },
        bar(&claims)
    );
    if !run.errors.is_empty() {
        main += "<section><h2>Malformed</h2><ul>";
        main += &run.errors.iter().map(error).collect::<String>();
        main += "</ul></section>";
    }
    if !unexpected.is_empty() {
        main += "<section><h2>Not as expected</h2>";
        main += &table(links, &unexpected, path);
        main += "</section>";
    }
    main += "<section><h2>Papers</h2>";
    for paper in papers {
        main += &of_paper(links, paper);
    }
    main += "</section><section><h2>Verdicts</h2><dl class=\"legend\">";
    for verdict in Verdict::ALL {
        let _ = write!(main, "<dt>{}</dt><dd>{}</dd>", page::verdict(verdict), page::meaning(verdict));
    }
    main += "</dl></section>";
    let html = Page { run, path: path.to_owned(), title: "theoremcheck".to_owned(), above: Vec::new(), main };
    (path.to_owned(), html.html())
}

fn of_paper(links: &Links<'_>, paper: &str) -> String {
    let claims: Vec<&Claim> = links.run.claims.iter().filter(|claim| claim.paper() == paper).collect();
    let cited = links.run.papers.get(paper);
    let title = cited.map_or_else(|| escaped(paper_name(paper)), |cited| escaped(&cited.title));
    let by = cited
        .map(|cited| format!("<p class=\"by\">{} ({})</p>", escaped(&cited.authors.join(", ")), cited.year))
        .unwrap_or_default();
    let shaken = claims
        .iter()
        .filter(|claim| kind(claim.verdict) != "false" && !links.false_below(&claim.id).is_empty())
        .count();
    let shaken = match shaken {
        0 => String::new(),
        1 => "<p class=\"note\">1 claim that is not false itself rests on one that is.</p>".to_owned(),
        n => format!("<p class=\"note\">{n} claims that are not false themselves rest on some that are.</p>"),
    };
    format!(
        "<article class=\"paper\"><h3><a href=\"{}\">{title}</a></h3>{by}{}{shaken}</article>",
        paper_path(paper),
        bar(&claims)
    )
}

fn error(error: &Error) -> String {
    let found = if error.found.is_empty() { String::new() } else { format!(": {}", escaped(&error.found)) };
    let help =
        error.help.as_ref().map(|help| format!(" <span class=\"help\">{}</span>", escaped(help))).unwrap_or_default();
    let id = error.id.as_ref().map(|id| format!("<code>{}</code> ", escaped(id))).unwrap_or_default();
    format!(
        "<li>{id}<code>{}:{}:{}</code> {}{found}{help}</li>",
        escaped(&error.file),
        error.line,
        error.column,
        escaped(&error.message)
    )
}

//! What is false as printed: the statement, a counterexample, the corrected statement.

use super::claim_page::{counterexample, labelled, notes_html};
use super::data::Claim;
use super::graph::Links;
use super::mathml;
use super::page::{self, Page, claim_link, escaped, paper_name};
use std::fmt::Write;

pub fn page(links: &Links<'_>) -> (String, String) {
    let path = "errata.html";
    let errata: Vec<&Claim> = links.run.claims.iter().filter(|claim| claim.refuted().next().is_some()).collect();
    let mut main = String::from("<h1>Errata</h1>");
    if errata.is_empty() {
        main += "<p>No claim of this run is refuted.</p>";
    } else {
        let _ = write!(
            main,
            "<p>Statements that are false as they are checked, each with a counterexample in exact numbers. Many slips are misprints or constants, \
             and harm no theorem: the notes say how each stands to the result that it serves. A correction is a claim of its own, checked like any \
             other: the least change that was found to hold, not the authors’.</p>"
        );
    }
    let mut paper = None;
    for claim in errata {
        if paper != Some(claim.paper()) {
            paper = Some(claim.paper());
            let title =
                links.run.papers.get(claim.paper()).map_or_else(|| paper_name(claim.paper()), |cited| &cited.title);
            let _ = write!(main, "<h2>{}</h2>", escaped(title));
        }
        main += &erratum(links, claim, path);
    }
    let html = Page { run: links.run, path: path.to_owned(), title: "Errata".to_owned(), above: Vec::new(), main };
    (path.to_owned(), html.html())
}

fn erratum(links: &Links<'_>, claim: &Claim, path: &str) -> String {
    let mut out = format!(
        "<article class=\"erratum\"><h3>{}: <a href=\"{}\">{}</a></h3>",
        escaped(&claim.at),
        page::claim_path(&claim.id),
        escaped(&claim.title)
    );
    let Some(statement) = &claim.statement else { return out + "</article>" };
    if let Some(tex) = &statement.tex {
        let _ = write!(out, "<div class=\"math\">{}</div>", mathml::statement(tex));
    }
    for (predicate, refutation) in claim.refuted() {
        let line = statement
            .checked
            .iter()
            .flat_map(|s| &s.lines)
            .find(|line| line.strip_prefix(&predicate.name).is_some_and(|rest| rest.starts_with(": ")));
        let line = line.map_or_else(|| escaped(&predicate.name), |line| labelled(line));
        let _ = write!(
            out,
            "<p class=\"false\">False: <span class=\"math\">{line}</span></p>{}",
            counterexample(refutation)
        );
    }
    if let Some(notes) = &statement.notes {
        out += &notes_html(notes);
    }
    match &statement.corrected {
        None => out += "<p>No correction is given.</p>",
        Some(id) => {
            let corrected = links.claim(id);
            let _ = write!(out, "<p>Corrected: {}</p>", claim_link(path, claim.paper(), id, corrected));
            if let Some(tex) = corrected.and_then(|c| c.statement.as_ref()?.tex.as_ref()) {
                let _ = write!(out, "<div class=\"math\">{}</div>", mathml::statement(tex));
            }
        }
    }
    out + "</article>"
}

//! What is false as printed: the statement, a counterexample or what else shows it, the corrected statement.
//!
//! A claim is here if its verdict says so: `refuted`, `rejected`, `drifts`. Where no case can be shown (an exact change of scale, growth that was
//! measured, trials, runs), the reason of the verdict stands in its place.

use super::claim_page::{counterexample, labelled, notes_html};
use super::data::{Claim, Predicate};
use super::graph::Links;
use super::mathml;
use super::page::{self, Page, claim_link, escaped, kind, paper_name};
use super::words::{self, sentence};
use crate::claim::model::Verdict;
use crate::report::number::grouped;
use std::fmt::Write;

pub fn page(links: &Links<'_>) -> (String, String) {
    let path = "errata.html";
    let errata: Vec<&Claim> = links.run.claims.iter().filter(|claim| claim.is_false()).collect();
    let mut main = String::from("<h1>Errata</h1>");
    if errata.is_empty() {
        main += "<p>No claim of this run is false.</p>";
    } else {
        let _ = write!(
            main,
            "<p>Statements that are false as they are checked. Most have a counterexample in exact numbers; where a constant is said to be universal and \
             is not, an exact change of scale or the measured growth of what it must meet stands in its place, and where trials, a fitted slope or runs \
             contradict a statement, what was measured. Many slips are misprints or constants, and harm no theorem: the notes say how each stands to the \
             result that it serves. A correction is a claim of its own, checked like any other: the least change that was found to hold, not the \
             authors’.</p>{}",
            tally(&errata)
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

/// How many there are of each kind, by what shows them to be false.
fn tally(errata: &[&Claim]) -> String {
    let count = |of: &dyn Fn(&Claim) -> bool| errata.iter().filter(|claim| of(claim)).count();
    let certified = |claim: &Claim| claim.refuted().next().is_some();
    let is = |claim: &Claim, verdict| claim.verdict == verdict && !certified(claim);
    let kinds = [
        (Verdict::Refuted, count(&certified), "by a counterexample in exact numbers"),
        (Verdict::Refuted, count(&|claim| is(claim, Verdict::Refuted)), "by an exact change of scale"),
        (
            Verdict::Rejected,
            count(&|claim| is(claim, Verdict::Rejected)),
            "by trials, a fitted slope or the runs of a figure",
        ),
        (
            Verdict::Drifts,
            count(&|claim| is(claim, Verdict::Drifts)),
            "by the measured growth of what a constant must meet",
        ),
    ];
    let kinds = kinds.iter().filter(|(_, n, _)| *n > 0);
    let rows: String = kinds
        .map(|(verdict, n, how)| format!("<li>{} {} {how}</li>", grouped(*n as u64), page::verdict(*verdict)))
        .collect();
    let all = errata.len();
    let plural = if all == 1 { "" } else { "s" };
    format!("<p class=\"summary\">{} claim{plural}.</p><ul>{rows}</ul>", grouped(all as u64))
}

fn erratum(links: &Links<'_>, claim: &Claim, path: &str) -> String {
    let mut out = format!(
        "<article class=\"erratum\"><h3>{}: <a href=\"{}\">{}</a></h3>",
        escaped(&claim.at),
        page::claim_path(&claim.id),
        escaped(&claim.title)
    );
    if let Some(tex) = claim.statement.as_ref().and_then(|statement| statement.tex.as_ref()) {
        let _ = write!(out, "<div class=\"math\">{}</div>", mathml::statement(tex));
    }
    for predicate in claim.predicates.iter().filter(|predicate| kind(predicate.verdict) == "false") {
        out += &failure(claim, predicate);
    }
    let Some(statement) = &claim.statement else { return out + "</article>" };
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

/// What is false, and what shows it.
fn failure(claim: &Claim, predicate: &Predicate) -> String {
    let refutation = predicate.evidence.as_ref().and_then(|evidence| evidence.refutation.as_ref());
    let what = match (&claim.constant, predicate.verdict) {
        (Some(_), _) => "No such constant",
        (None, Verdict::Rejected) => "Rejected",
        (None, _) => "False",
    };
    let mut out = format!("<p class=\"false\">{what}: <span class=\"math\">{}</span></p>", stated(claim, predicate));
    // A counterexample of a statement says all; of a constant or a probability it is one case, and the reason says of what.
    let reason = predicate.reason.as_ref();
    let needed = refutation.is_none() || claim.constant.is_some() || claim.probability.is_some();
    if let Some(reason) = reason.filter(|_| needed) {
        let _ = write!(out, "<p>{}.</p>", sentence(reason, &words::names(claim)));
    }
    out + &refutation.map(|refutation| counterexample(claim, refutation)).unwrap_or_default()
}

/// The predicate as it is checked: its line, or those of the constant.
fn stated(claim: &Claim, predicate: &Predicate) -> String {
    let mut sections = claim.statement.iter().flat_map(|statement| &statement.checked);
    if claim.constant.is_some() {
        let section = sections.find(|section| section.title == "claimed of a constant");
        return section.map_or_else(
            || escaped(&predicate.name),
            // What is sought, and what it is to meet.
            |section| section.lines.iter().take(2).map(|line| mathml::prose(line)).collect::<Vec<_>>().join(" "),
        );
    }
    let is_of = |line: &&String| line.strip_prefix(&predicate.name).is_some_and(|rest| rest.starts_with(": "));
    let line = sections.flat_map(|section| &section.lines).rfind(is_of);
    line.map_or_else(|| escaped(&predicate.name), |line| labelled(line))
}

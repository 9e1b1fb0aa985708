//! The page of a paper: its claims in a table, and what rests on what.

use super::claim_page::{approach, citation, tightness};
use super::data::Claim;
use super::graph::Links;
use super::page::{self, Page, escaped, kind, paper_name, paper_path, up};
use crate::claim::model::Verdict;
use crate::engine::verdict::name;
use crate::report::terminal::BY_GRAVITY;
use std::fmt::Write;

pub fn page(links: &Links<'_>, paper: &str) -> (String, String) {
    let path = paper_path(paper);
    let claims: Vec<&Claim> = links.run.claims.iter().filter(|claim| claim.paper() == paper).collect();
    let cited = links.run.papers.get(paper);
    let mut main = format!("<p class=\"at\"><code>{}</code></p>", escaped(paper_name(paper)));
    let title = cited.map_or_else(|| escaped(paper_name(paper)), |cited| escaped(&cited.title));
    let _ = write!(main, "<h1>{title}</h1>");
    main += &cited.map(citation).unwrap_or_default();
    main += "<section><h2>Claims</h2>";
    main += &bar(&claims);
    main += &filters(&claims);
    main += &table(links, &claims, &path);
    main += "</section>";
    if let Some(svg) = links.svg(paper, &path) {
        let _ = write!(
            main,
            "<section><h2>What rests on what</h2><p class=\"note\">Premises stand on the left. A ring is around each claim that rests, near or far, on \
             one that is false; the way there is drawn strongly.</p><div class=\"scroll graphs\">{svg}</div></section>"
        );
    }
    let html =
        Page { run: links.run, path: path.clone(), title: paper_name(paper).to_owned(), above: Vec::new(), main };
    (path, html.html())
}

/// How many claims have each verdict, in the order of gravity.
pub fn tally(claims: &[&Claim]) -> Vec<(Verdict, usize)> {
    let count = |verdict: Verdict| claims.iter().filter(|claim| claim.verdict == verdict).count();
    BY_GRAVITY.into_iter().map(|verdict| (verdict, count(verdict))).filter(|(_, n)| *n > 0).collect()
}

/// The counts as a bar, with words.
pub fn bar(claims: &[&Claim]) -> String {
    let tally = tally(claims);
    let all = claims.len().max(1) as f64;
    let (mut x, mut rects) = (0.0, String::new());
    for (verdict, n) in &tally {
        let width = *n as f64 / all * 1000.0;
        let _ = write!(
            rects,
            "<rect class=\"{} {}\" x=\"{x:.1}\" y=\"0\" width=\"{:.1}\" height=\"10\"><title>{n} {}</title></rect>",
            kind(*verdict),
            name(*verdict),
            (width - 2.0).max(1.5),
            name(*verdict)
        );
        x += width;
    }
    let words: String = tally.iter().map(|(verdict, n)| format!("<li>{n} {}</li>", page::verdict(*verdict))).collect();
    format!(
        "<svg class=\"bars\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{rects}</svg><ul class=\"tally\">{words}</ul>"
    )
}

/// Which rows are shown: style alone does it, without a script.
fn filters(claims: &[&Claim]) -> String {
    let tally = tally(claims);
    if tally.len() < 2 {
        return String::new();
    }
    let mut out = String::from(
        "<form class=\"filters\" aria-label=\"Show\"><label><input type=\"radio\" name=\"show\" checked> all</label> ",
    );
    for (verdict, _) in &tally {
        let name = name(*verdict);
        let _ = write!(out, "<label><input type=\"radio\" name=\"show\" class=\"show-{name}\"> {name}</label> ");
    }
    out += "<label><input type=\"radio\" name=\"show\" class=\"show-shaken\"> resting on what is false</label>";
    if claims.iter().any(|claim| !claim.as_expected) {
        out += " <label><input type=\"radio\" name=\"show\" class=\"show-unexpected\"> not as expected</label>";
    }
    out + "</form>"
}

pub fn table(links: &Links<'_>, claims: &[&Claim], path: &str) -> String {
    let mut claims = claims.to_vec();
    claims.sort_by(|a, b| natural(&a.id).cmp(&natural(&b.id)));
    let mut out = String::from(
        "<table class=\"claims\"><thead><tr><th>at</th><th>claim</th><th>verdict</th><th>closest approach</th><th>tightness</th></tr></thead><tbody>",
    );
    for claim in claims {
        let shaken = links.false_below(&claim.id).len();
        let mut classes = format!("v-{}", name(claim.verdict));
        let mut marks = String::new();
        if shaken > 0 {
            classes += " shaken";
            let _ = write!(
                marks,
                " <span class=\"rests\" title=\"rests on {shaken} false claim{}\">rests on what is false</span>",
                if shaken == 1 { "" } else { "s" }
            );
        }
        if !claim.as_expected {
            classes += " unexpected-row";
            let _ = write!(marks, " <span class=\"unexpected\">expected {}</span>", name(claim.expected));
        }
        let _ = write!(
            out,
            "<tr class=\"{classes}\"><td class=\"place\">{}</td><td class=\"title\"><a href=\"{}{}\">{}</a>{marks}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&claim.at),
            up(path),
            page::claim_path(&claim.id),
            escaped(&claim.title),
            page::verdict(claim.verdict),
            approach(claim),
            tightness(claim)
        );
    }
    out + "</tbody></table>"
}

/// `eq-9` before `eq-10`: digits are compared as numbers.
fn natural(id: &str) -> Vec<(u64, String)> {
    let mut parts: Vec<(u64, String)> = Vec::new();
    for c in id.chars() {
        match (c.to_digit(10), parts.last_mut()) {
            (Some(digit), Some((number, text))) if text.is_empty() => {
                *number = number.saturating_mul(10).saturating_add(u64::from(digit))
            }
            (Some(digit), _) => parts.push((u64::from(digit), String::new())),
            (None, Some((u64::MAX, text))) => text.push(c),
            (None, _) => parts.push((u64::MAX, c.to_string())),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_as_people_count() {
        let mut ids = ["eq-10", "eq-9", "eq-9-b", "lemma-3.12", "lemma-3.2", "app-b"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["app-b", "eq-9", "eq-9-b", "eq-10", "lemma-3.2", "lemma-3.12"]);
    }
}

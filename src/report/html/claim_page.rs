//! The page of a claim: what is said, what was found, how to see it again.

use super::data::{Claim, Counts, Extreme, Predicate, Refutation, Section};
use super::evidence::{self, number};
use super::graph::Links;
use super::page::{self, Page, claim_link, escaped, paper_name, paper_path};
use super::words::{self, minus, sentence};
use super::{figure, histogram, mathml, witness};
use crate::check::constant::Measured;
use crate::claim::model::{Paper, Verdict};
use crate::engine::verdict::name;
use crate::report::closest::{self, Hunted, hunt_is_nearer};
use crate::report::constant::Standing;
use crate::report::explain;
use crate::report::number::{JsonNumber, grouped, short};
use crate::report::run_report::{Which, replay_line};
use std::fmt::Write;

pub fn page(links: &Links<'_>, claim: &Claim) -> (String, String) {
    let path = page::claim_path(&claim.id);
    let mut main = head(claim);
    main += &related(links, claim, &path);
    if let Some(statement) = &claim.statement {
        main += "<section><h2>Statement</h2>";
        if let Some(tex) = &statement.tex {
            let source = escaped(tex.trim());
            let _ = write!(
                main,
                "<div class=\"printed\"><h3>As printed</h3><div class=\"math\">{}</div><details class=\"source\"><summary>TeX</summary>\
                 <pre>{source}</pre></details></div>",
                mathml::statement(tex)
            );
        }
        main += "<div class=\"checked\"><h3>As checked</h3><dl class=\"math\">";
        main += &statement.checked.iter().map(section).collect::<String>();
        main += "</dl></div></section>";
    }
    main += "<section><h2>Evidence</h2>";
    if let Some(reason) = &claim.reason {
        let _ = write!(main, "<p>{}.</p>", sentence(reason, &words::names(claim)));
    }
    for predicate in &claim.predicates {
        main += &of_predicate(links, claim, predicate);
    }
    if let Some(chance) = &claim.probability {
        main += &evidence::chance(chance);
        main += &replay(links, claim, chance.case.map(Which::Case));
    }
    if let Some(fit) = &claim.fit {
        main += &evidence::fit(fit, claim.statement.as_ref());
    }
    if let Some(constant) = &claim.constant {
        main += &evidence::constant(constant, claim.verdict);
    }
    if let Some(experiment) = &claim.experiment {
        main += &figure::section(claim, experiment);
    }
    main += &coverage(claim);
    main += &evidence::more(&claim.more);
    main += "</section>";
    if let Some(notes) = claim.statement.as_ref().and_then(|statement| statement.notes.as_ref()) {
        let _ = write!(main, "<section><h2>Notes</h2>{}</section>", notes_html(notes));
    }
    if let Some(paper) = links.run.papers.get(claim.paper()) {
        main += "<section><h2>Citation</h2>";
        main += &citation(paper);
        main += "</section>";
    }
    let html = Page {
        run: links.run,
        path: path.clone(),
        title: format!("{} · {}", claim.id, name(claim.verdict)),
        above: vec![(paper_path(claim.paper()), paper_name(claim.paper()).to_owned())],
        main,
    };
    (path, html.html())
}

fn head(claim: &Claim) -> String {
    let expected = if claim.as_expected {
        String::new()
    } else {
        format!(" <span class=\"unexpected\">expected {}</span>", name(claim.expected))
    };
    let summary = if claim.summary.is_empty() {
        String::new()
    } else {
        format!("<p class=\"summary\">{}</p>", sentence(&claim.summary, &words::names(claim)))
    };
    format!(
        "<p class=\"at\">{} · <code>{}</code></p><h1>{}</h1>\n<p class=\"big\">{}{expected} <span class=\"meaning\">{}</span></p>{summary}",
        escaped(&claim.at),
        escaped(&claim.id),
        escaped(&claim.title),
        page::verdict(claim.verdict),
        page::meaning_of(claim)
    )
}

/// What it rests on, what rests on it, and what corrects it.
fn related(links: &Links<'_>, claim: &Claim, path: &str) -> String {
    let link = |id: &str| claim_link(path, claim.paper(), id, links.claim(id));
    let listed = |claims: Vec<&Claim>| claims.iter().map(|c| link(&c.id)).collect::<Vec<_>>().join(" ");
    let mut rows = Vec::new();
    let below = links.false_below(&claim.id);
    if !below.is_empty() {
        rows.push(("rests on what is false", listed(below)));
    }
    if let Some(statement) = &claim.statement {
        rows.extend(statement.corrected.iter().map(|id| ("corrected by", link(id))));
        rows.extend(statement.corrects.iter().map(|id| ("corrects", link(id))));
        if !statement.uses.is_empty() {
            rows.push(("uses", statement.uses.iter().map(|id| link(id)).collect::<Vec<_>>().join(" ")));
        }
    }
    let users = links.users(&claim.id);
    if !users.is_empty() {
        rows.push(("used by", listed(users)));
    }
    if rows.is_empty() {
        return String::new();
    }
    let rows: String = rows.iter().map(|(title, links)| format!("<dt>{title}</dt><dd>{links}</dd>")).collect();
    format!("<dl class=\"related\">{rows}</dl>")
}

fn section(section: &Section) -> String {
    let lines: String = section.lines.iter().map(|line| format!("<dd>{}</dd>", labelled(line))).collect();
    format!("<dt>{}</dt>{lines}", escaped(&section.title))
}

/// `root: $..$`: what stands before the colon is a name.
pub fn labelled(line: &str) -> String {
    let is_name = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match line.split_once(": ").filter(|(label, _)| is_name(label)) {
        Some((label, rest)) => format!("<span class=\"label\">{}</span> {}", escaped(label), mathml::prose(rest)),
        None => mathml::prose(line),
    }
}

fn of_predicate(links: &Links<'_>, claim: &Claim, predicate: &Predicate) -> String {
    let expected = if predicate.as_expected {
        String::new()
    } else {
        format!(" <span class=\"unexpected\">expected {}</span>", name(predicate.expected))
    };
    let mut out = format!(
        "<article class=\"predicate\"><h3><span class=\"label\">{}</span> {}{expected}</h3>",
        escaped(&predicate.name),
        page::verdict(predicate.verdict)
    );
    if let Some(written) = &predicate.written {
        let file = claim.statement.as_ref().map(|statement| statement.file.as_str()).unwrap_or_default();
        let _ = write!(
            out,
            "<p class=\"written\"><code>{}</code> <small>{}:{}</small></p>",
            escaped(&written.expression),
            escaped(file),
            written.line
        );
    }
    if let Some(reason) = predicate.reason.as_ref().filter(|_| claim.reason.is_none()) {
        let _ = write!(out, "<p>{}.</p>", sentence(reason, &words::names(claim)));
    }
    if let Some(experiment) = &claim.experiment {
        out += &figure::margin(experiment, &predicate.name);
    }
    let evidence = predicate.evidence.as_ref();
    if let Some(refutation) = evidence.and_then(|evidence| evidence.refutation.as_ref()) {
        out += &counterexample(claim, refutation);
    }
    out += &words::list(&predicate.says, &words::names(claim));
    if let Some(worst) = worst(predicate) {
        out += &worst_case(claim, &worst);
        out += &replay(links, claim, Some(Which::Case(worst.case)));
    }
    out += &hunted(links, claim, predicate);
    if predicate.strata.iter().any(|stratum| total(&stratum.counts) > 0) {
        out += &counts(claim, predicate);
    }
    if let Some(svg) = histogram::svg(predicate) {
        let _ = write!(
            out,
            "<figure><div class=\"scroll\">{svg}</div><figcaption>Margins of the random cases by decade, {}; heights are square roots of counts. \
             What rounding leaves undecided is among them, on either side of zero; the hunt is not.</figcaption></figure>",
            unit(predicate)
        );
    }
    out += &evidence::more(&predicate.more);
    out += &evidence.map(|evidence| evidence::more(&evidence.more)).unwrap_or_default();
    out + "</article>"
}

fn unit(predicate: &Predicate) -> String {
    match predicate.unit.as_str() {
        "" | "1" => "as plain numbers".to_owned(),
        unit => format!("in units of {}", escaped(unit)),
    }
}

/// `0.1155 ≤ 0.1154`, said to be rounded once, not number by number.
fn comparison(sides: &str) -> String {
    let exact = escaped(&minus(&sides.replace('≈', "")));
    let rounded = if sides.contains('≈') { ", rounded" } else { "" };
    format!("<span class=\"sides\">{exact}</span>{rounded}")
}

/// The part of a statement that has this title.
fn part<'a>(claim: &'a Claim, title: &str) -> Option<&'a Section> {
    claim.statement.iter().flat_map(|statement| &statement.checked).find(|section| section.title == title)
}

/// A step of an iteration or a time of a flow, in the words of the other reports.
fn moment(claim: &Claim, at: u64) -> String {
    let Some(flow) = part(claim, "flowing by") else { return closest::moment(None, at) };
    let looks = flow.lines.iter().find_map(|line| explain::looks_of(line));
    // At which times this report does not say.
    looks.map_or_else(|| format!("look {}", grouped(at)), |looks| closest::moment(Some(looks), at))
}

/// What a predicate is asked of: a case or, where values move, each look at one.
fn asked(claim: &Claim) -> &'static str {
    let moves = part(claim, "flowing by").is_some() || part(claim, "in each step").is_some();
    if moves { "look" } else { "case" }
}

pub fn counterexample(claim: &Claim, refutation: &Refutation) -> String {
    let origin = match (refutation.origin.as_str(), refutation.case) {
        ("stored", _) => "stored beside the claim".to_owned(),
        ("case", Some(case)) => format!("made of case {case}"),
        ("hunt", _) => "found by the hunt".to_owned(),
        ("boxes", _) => "found by subdivision".to_owned(),
        (other, _) => escaped(other),
    };
    let at = refutation.at.map(|at| format!(" at {}", moment(claim, at))).unwrap_or_default();
    let sides = refutation
        .sides
        .as_ref()
        .map(|sides| format!("<p>where it says {}</p>", comparison(sides)))
        .unwrap_or_default();
    format!(
        "<div class=\"counterexample\"><h4>Counterexample</h4>{}{sides}<p class=\"note\">Margin {}{at}; {origin}; proved in exact arithmetic and \
         enclosures of {} bits.</p></div>",
        witness::html(&refutation.values),
        enclosed(&refutation.margin),
        refutation.bits
    )
}

/// Both ends where they differ.
fn enclosed([lo, hi]: &[String; 2]) -> String {
    let short = |text: &String| text.parse::<f64>().map_or_else(|_| escaped(text), |x| number(JsonNumber(x)));
    let (lo, hi) = (short(lo), short(hi));
    if lo == hi { lo } else { format!("in [{lo}, {hi}]") }
}

/// The case of the random phase that says most.
struct Worst {
    what: &'static str,
    size: String,
    floor: Option<f64>,
    case: u64,
    stratum: String,
    at: Option<u64>,
}

fn worst(predicate: &Predicate) -> Option<Worst> {
    let of = |what, extreme: &Extreme| Worst {
        what,
        size: format!("margin {} {}", number(extreme.margin), unit(predicate)),
        floor: Some(extreme.floor.0),
        case: extreme.case,
        stratum: extreme.stratum.clone(),
        at: extreme.at,
    };
    let violated = || predicate.worst_violation.as_ref().map(|extreme| of("The worst case", extreme));
    let agrees = || {
        predicate.ratio.as_ref().map(|ratio| Worst {
            what: "The case that agrees least",
            size: format!("{} of what rounding allows", number(ratio.ratio)),
            floor: None,
            case: ratio.case,
            stratum: ratio.stratum.clone(),
            at: ratio.at,
        })
    };
    let closest = || predicate.closest.as_ref().map(|extreme| of("The closest case", extreme));
    let undecided =
        || predicate.closest_undecided.as_ref().map(|extreme| of("The undecided case nearest to failing", extreme));
    violated().or_else(agrees).or_else(closest).or_else(undecided)
}

fn worst_case(claim: &Claim, worst: &Worst) -> String {
    let floor = worst.floor.map(|floor| format!(", rounding floor {}", number(JsonNumber(floor)))).unwrap_or_default();
    let at = worst.at.map(|at| format!(", {}", moment(claim, at))).unwrap_or_default();
    format!(
        "<p class=\"worst\">{} of the random phase: {}{floor} (case {}, stratum {}{at}).</p>",
        worst.what,
        worst.size,
        worst.case,
        escaped(&worst.stratum)
    )
}

/// Where the hunt came nearer than any random case: how near, and how to see it. A run of a number of cases of one's own is of no
/// budget, so its hunt cannot be made again.
fn hunted(links: &Links<'_>, claim: &Claim, predicate: &Predicate) -> String {
    // A constant's hunt goes on from value to value.
    let evidence = predicate.evidence.as_ref().filter(|_| claim.constant.is_none());
    let hunt = evidence.and_then(|evidence| evidence.hunt.as_ref());
    let best = hunt.filter(|hunt| hunt.evaluations > 0 && !predicate.identity).and_then(|hunt| hunt.best.as_ref());
    let random = predicate.worst_violation.as_ref().or(predicate.closest.as_ref());
    let random = random.or(predicate.closest_undecided.as_ref()).map(|extreme| extreme.margin.0);
    let Some(best) = best.filter(|best| hunt_is_nearer(best.margin.0, random)) else { return String::new() };
    let margin = match Hunted::of(best.margin.0, best.floor.0) {
        Hunted::Violated(_) | Hunted::Closest(_) => {
            format!("margin {} {}, rounding floor {}", number(best.margin), unit(predicate), number(best.floor))
        }
        Hunted::Within(_) => {
            format!("within rounding of 0 {}, rounding floor {}", unit(predicate), number(best.floor))
        }
    };
    let budget = &links.run.budget;
    let which = Which::Hunted { predicate: &predicate.name, budget: &budget.name };
    let line = replay(links, claim, budget.cases.is_none().then_some(which));
    format!("<p class=\"worst\">The nearest case of the hunt: {margin}.</p>{line}")
}

/// The command that shows a case again.
fn replay(links: &Links<'_>, claim: &Claim, which: Option<Which<'_>>) -> String {
    let Some(which) = which else { return String::new() };
    let run = links.run;
    let line = replay_line(&claim.id, which, run.seed, run.budget.max_elements, &run.paths);
    format!("<pre class=\"replay\">{}</pre>", escaped(&line))
}

fn total(counts: &Counts) -> u64 {
    let Counts { held, violated, within_floor, out_of_range, undefined, unplaced, out_of_branch } = counts;
    held + violated + within_floor + out_of_range + undefined + unplaced + out_of_branch
}

/// One of the counts.
type Of = fn(&Counts) -> u64;

/// A row a stratum, a column a fate that occurs.
fn counts(claim: &Claim, predicate: &Predicate) -> String {
    let within = if predicate.identity { "agreed to rounding" } else { "within the floor" };
    let fates: [(&str, Of); 7] = [
        ("held", |c| c.held),
        ("violated", |c| c.violated),
        (within, |c| c.within_floor),
        ("beyond f64", |c| c.out_of_range),
        ("undefined", |c| c.undefined),
        ("perhaps out of its branch", |c| c.unplaced),
        ("out of its branch", |c| c.out_of_branch),
    ];
    let there: Vec<_> = fates.iter().filter(|(_, of)| predicate.strata.iter().any(|s| of(&s.counts) > 0)).collect();
    let head: String = there.iter().map(|(fate, _)| format!("<th class=\"n\">{fate}</th>")).collect();
    let cell = |n: u64| format!("<td class=\"n\">{}</td>", if n == 0 { "·".to_owned() } else { grouped(n) });
    let rows = predicate.strata.iter().map(|stratum| {
        let cells: String = there.iter().map(|(_, of)| cell(of(&stratum.counts))).collect();
        format!("<tr><th>{}</th>{cells}</tr>", escaped(&stratum.stratum))
    });
    let rows: String = rows.collect();
    let sums: String = there.iter().map(|(_, of)| cell(predicate.strata.iter().map(|s| of(&s.counts)).sum())).collect();
    format!(
        "<details class=\"counts\"><summary>{}s by stratum and fate</summary><div class=\"scroll\"><table><thead><tr><th>stratum</th>{head}</tr></thead>\
         <tbody>{rows}</tbody><tfoot><tr><th>all</th>{sums}</tr></tfoot></table></div></details>",
        words::capital(asked(claim))
    )
}

/// How the cases were drawn, and how many met each hypothesis.
fn coverage(claim: &Claim) -> String {
    if claim.cases == 0 {
        return String::new();
    }
    let share = |met: u64, of: u64| {
        if of == 0 { String::new() } else { format!("{} %", short((met as f64 / of as f64 * 1000.0).round() / 10.0)) }
    };
    let mut out =
        format!("<h3>Cases</h3><p>{} of {} cases met the hypotheses.", grouped(claim.met), grouped(claim.cases));
    if claim.scaled > 0 {
        let _ = write!(
            out,
            " {} of them leave the range of f64, and were run with exponents that have no bound.",
            grouped(claim.scaled)
        );
    }
    if claim.undefined > 0 {
        let _ = write!(out, " {} undefined.", counted(claim.undefined, asked(claim)));
    }
    if claim.undecided > 0 {
        let _ = write!(out, " {} could not be decided in f64.", counted(claim.undecided, asked(claim)));
    }
    out += "</p>";
    let rows: String = claim
        .strata
        .iter()
        .map(|stratum| {
            format!(
                "<tr><th>{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escaped(&stratum.stratum),
                grouped(stratum.cases),
                grouped(stratum.met),
                share(stratum.met, stratum.cases)
            )
        })
        .collect();
    let _ = write!(
        out,
        "<div class=\"side\"><div class=\"scroll\"><table><thead><tr><th>stratum</th><th class=\"n\">cases</th><th class=\"n\">met</th><th class=\"n\">share</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    );
    out += &hypotheses(claim, &share);
    out + "</div>"
}

/// `1 look`, `12 looks`
fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A case is counted under the first hypothesis that it does not meet, in the order of the claim: each is asked of what met those before.
fn hypotheses(claim: &Claim, share: &dyn Fn(u64, u64) -> String) -> String {
    if claim.rejections.is_empty() {
        return String::new();
    }
    let mut left = claim.cases;
    let mut rows = String::new();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for rejection in &claim.rejections {
        let of = (rejection.kind.as_str(), rejection.name.as_str());
        if seen.contains(&of) {
            continue;
        }
        seen.push(of);
        let same: Vec<_> = claim.rejections.iter().filter(|r| (r.kind.as_str(), r.name.as_str()) == of).collect();
        let refused: u64 = same.iter().map(|r| r.count).sum();
        let causes: Vec<String> =
            same.iter().map(|r| format!("{} in {}", escaped(&r.cause), grouped(r.count))).collect();
        let met = left.saturating_sub(refused);
        let _ = write!(
            rows,
            "<tr><th>{} {}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escaped(of.0),
            escaped(of.1),
            grouped(left),
            grouped(met),
            share(met, left),
            causes.join(", ")
        );
        left = met;
    }
    format!(
        "<div class=\"scroll\"><table><thead><tr><th>hypothesis</th><th class=\"n\">asked</th><th class=\"n\">met</th><th class=\"n\">share</th><th>not met</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

/// Paragraphs, with what stands between backticks as code.
pub fn notes_html(notes: &str) -> String {
    let paragraph = |text: &str| {
        let parts = text.split('`').enumerate().map(|(i, part)| match (i % 2, part) {
            (1, code) => format!("<code>{}</code>", escaped(code)),
            (_, text) if text.contains('$') => mathml::prose(text),
            (_, text) => escaped(text),
        });
        format!("<p>{}</p>", parts.collect::<String>())
    };
    notes.trim().split("\n\n").map(|text| paragraph(text.trim())).collect()
}

pub fn citation(paper: &Paper) -> String {
    let venue = paper.venue.as_ref().map(|venue| format!(", {}", escaped(venue))).unwrap_or_default();
    // Not a link that a page of untrusted text makes up: only the web's.
    let url = paper.url.as_ref().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let url = url.map(|url| format!(" <a href=\"{0}\" rel=\"noreferrer\">{0}</a>", escaped(url))).unwrap_or_default();
    let bibtex = paper
        .bibtex
        .as_ref()
        .map(|bibtex| format!("<pre class=\"bibtex\">{}</pre>", escaped(bibtex.trim())))
        .unwrap_or_default();
    format!(
        "<p class=\"citation\">{}: <cite>{}</cite>{venue}{}.{url}</p>{bibtex}",
        escaped(&paper.authors.join(", ")),
        escaped(&paper.title),
        if paper.venue_has_year() { String::new() } else { format!(" ({})", paper.year) }
    )
}

/// A margin in words. What rounding may have made has no sign to be shown.
fn near(margin: f64, floor: f64, how: &str) -> (f64, String) {
    (margin, format!("{}{how}", escaped(&minus(&Hunted::of(margin, floor).brief()))))
}

/// By how much a refuted predicate fails. A strict one may fail by nothing.
fn fails(refutation: &Refutation) -> String {
    let zero = refutation.margin.iter().all(|end| end.parse::<f64>().is_ok_and(|end| end == 0.0));
    match zero {
        true => "equality, where &lt; is claimed".to_owned(),
        false => format!("fails by {}", enclosed(&refutation.margin).replace('−', "")),
    }
}

/// The verdict of a claim that is to be shown in a few words: how near, how tight.
pub fn approach(claim: &Claim) -> String {
    let predicate = claim.predicates.iter().filter(|p| p.verdict == claim.verdict);
    let words = predicate.filter_map(|p| {
        if let Some(refutation) = p.evidence.as_ref().and_then(|e| e.refutation.as_ref()) {
            return Some((f64::NEG_INFINITY, fails(refutation)));
        }
        if let Some(extreme) = &p.worst_violation {
            return Some((extreme.margin.0, format!("violated, {}", number(extreme.margin))));
        }
        if let Some(ratio) = &p.ratio {
            return Some((f64::INFINITY, format!("agrees, {} of rounding", number(ratio.ratio))));
        }
        let hunted = p.evidence.as_ref().and_then(|e| e.hunt.as_ref()?.best.as_ref());
        match (p.closest.as_ref(), hunted) {
            (Some(closest), Some(best)) if best.margin.0 >= closest.margin.0 => {
                Some(near(closest.margin.0, closest.floor.0, ""))
            }
            (_, Some(best)) => Some(near(best.margin.0, best.floor.0, " <small>hunted</small>")),
            (Some(closest), None) => Some(near(closest.margin.0, closest.floor.0, "")),
            (None, None) => None,
        }
    });
    let least = words.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, words)| words);
    let chance = || {
        claim
            .probability
            .as_ref()
            .and_then(|c| c.settings.get(c.nearest?))
            .map(|s| format!("{} of {}", grouped(s.happened), grouped(s.trials)))
    };
    let fit = || claim.fit.as_ref().map(|fit| format!("slope {}", number(fit.slope)));
    let reading = || {
        let readings = claim.experiment.as_ref()?.readings.iter().filter_map(|reading| reading.margin);
        let least = readings.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(if claim.verdict == Verdict::Rejected {
            format!("fails by {}", number(JsonNumber(least.0.abs())))
        } else {
            number(least)
        })
    };
    if let Some(constant) = claim.constant.as_ref().filter(|_| claim.refuted().next().is_none()) {
        let asks = match Standing::of(claim.verdict, constant.scaled.is_some()) {
            Standing::Works => String::new(),
            Standing::Asked | Standing::AskedElsewhere => {
                format!("<small>{} asks for</small> ", evidence::asking(constant))
            }
        };
        let none = match evidence::measured(constant) {
            Measured::None => "not measured",
            Measured::Some => "nothing is asked where measured",
            Measured::All | Measured::Nowhere => "nothing is asked",
        };
        return evidence::bound(constant).map_or(none.to_owned(), |bound| format!("{asks}{bound}"));
    }
    least.or_else(chance).or_else(fit).or_else(reading).unwrap_or_default()
}

/// `attained`, `approached`, `loose ×1.3`
pub fn tightness(claim: &Claim) -> String {
    if !matches!(claim.verdict, Verdict::Held | Verdict::Proved) {
        return String::new();
    }
    claim.tightness().map_or(String::new(), |tightness| match (tightness.kind.as_str(), tightness.factor) {
        ("loose", Some(factor)) if factor.0 > 1e6 => "loose".to_owned(),
        // Three digits would call it a factor of 1.
        ("loose", Some(factor)) if factor.0 < 1.01 => format!("loose ×{:.4}", factor.0),
        ("loose", Some(factor)) => format!("loose ×{}", number(factor)),
        (kind, _) => escaped(kind),
    })
}

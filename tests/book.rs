//! The book hangs together: its table of contents is complete, its links lead somewhere, and the chapters on papers say of each claim what is
//! expected of it, which is what every run compares with.
//!
//! Of a chapter `docs/papers/<paper>.md` is checked that
//!
//! - its block ```` ```verdicts ```` is what the claim files make (`THEOREMCHECK_DOCS_ACCEPT=1` writes it);
//! - in a table whose first column is headed `refuted`, `rejected` or `drifts`, that column names claims of which this is expected, and those
//!   tables name *all* such claims of the paper, each once: a new finding without a word about it is an error;
//! - claims in the last column of those tables, which says what is right, are expected to hold;
//! - a table headed `left out` names in the same way the statements for which the index says why they have no claim;
//! - every name of a claim, anywhere in it, is that of a claim.
//!
//! Whether the sentences are right is for a reader to judge. `tests/docs.rs` runs what the pages show.

mod pages;

use pages::{Block, SUMMARY, blocks, book, differences, pages as all_pages, read, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use theoremcheck::claim::index::Index;
use theoremcheck::claim::library::Library;
use theoremcheck::claim::model::{Claim, Depth, Expect, Verdict};
use theoremcheck::engine::files;

#[test]
fn every_page_is_in_the_summary_once() {
    let mut found = Vec::new();
    for folder in ["docs", "docs/papers"] {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".md"));
        found.extend(names.map(|name| format!("{folder}/{name}")).filter(|page| page != SUMMARY));
    }
    found.sort();
    let mut listed = book();
    listed.sort();
    assert_eq!(listed, found, "left: what {SUMMARY} lists, right: the pages that there are");
    let untitled: Vec<&String> = listed.iter().filter(|page| !read(page).starts_with("# ")).collect();
    assert!(untitled.is_empty(), "no heading on top: {untitled:?}");
}

/// The text outside of fenced blocks and of code.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            kept += &format!("{line}\n");
        }
    }
    // A span of code does not reach beyond its paragraph.
    kept.split("\n\n").map(|paragraph| paragraph.split('`').step_by(2).collect::<String>() + "\n\n").collect()
}

/// What can be linked to in a page: the anchors that GitHub and mdBook make of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect();
        let time = times.entry(anchor.clone()).or_default();
        anchors.insert(if *time == 0 { anchor } else { format!("{anchor}-{time}") });
        *time += 1;
    }
    anchors
}

/// `a/../b` as `b`: where a link leads, named from the root.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(tidy.pop(), "{} leaves the repository", path.display()),
            part => tidy.push(part),
        }
    }
    tidy
}

#[test]
fn every_link_leads_to_a_page_and_a_heading_of_it() {
    let mut dead = Vec::new();
    let more = [SUMMARY, "CHANGELOG.md"].map(str::to_owned);
    for page in all_pages().into_iter().chain(more) {
        let folder = Path::new(&page).parent().unwrap().to_owned();
        for link in prose(&read(&page)).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let to = if file.is_empty() { PathBuf::from(&page) } else { tidy(&folder.join(file)) };
            if page.starts_with("docs/") && !to.starts_with("docs") {
                dead.push(format!("{page}: {link}: the book's HTML has no such page; name the file as code"));
            } else if !root().join(&to).exists() {
                dead.push(format!("{page}: {link}: there is no {}", to.display()));
            } else if let Some(anchor) = anchor
                && !anchors(&read(to.to_str().unwrap())).contains(anchor)
            {
                dead.push(format!("{page}: {link}: no such heading"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// Every claim of the repository.
fn library() -> Library {
    files::scan(&[root().join("claims")]).unwrap().library().unwrap()
}

/// The chapters: each paper's page, and its claims.
fn chapters(library: &Library) -> Vec<(String, &str, Vec<&Claim>)> {
    let claims = |paper: &str| {
        let all = library.claims.iter().map(|loaded| loaded.claim.as_ref().unwrap());
        all.filter(|claim| claim.id.paper() == paper).collect()
    };
    let papers = library.papers.keys();
    papers.map(|paper| (format!("docs/papers/{paper}.md"), paper.as_str(), claims(paper))).collect()
}

/// What is found wrong, and has tables of its own in the chapters.
const FINDINGS: [Verdict; 3] = [Verdict::Refuted, Verdict::Rejected, Verdict::Drifts];

/// What is expected of a claim that is not expected to hold in all it says.
fn red(claim: &Claim) -> BTreeSet<Verdict> {
    let all: Vec<Verdict> = match &claim.expect {
        Expect::Held => Vec::new(),
        Expect::All(verdict) => vec![*verdict],
        Expect::Each(each) => each.iter().map(|(_, verdict)| *verdict).collect(),
    };
    all.into_iter().filter(|verdict| !matches!(verdict, Verdict::Held | Verdict::Proved)).collect()
}

/// A row of a table: the heading of its first column, and the names in code in its first and last cells.
struct Row {
    heading: String,
    first: Vec<String>,
    last: Vec<String>,
}

/// The rows of a chapter's tables.
fn rows(text: &str) -> Vec<Row> {
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let mut rows = Vec::new();
    let mut heading: Option<String> = None;
    for line in text.lines() {
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            heading = None;
            continue;
        };
        let first = row.split('|').next().unwrap_or_default();
        match &heading {
            None => heading = Some(first.trim().to_owned()),
            Some(_) if first.trim().starts_with("---") => {}
            Some(heading) => rows.push(Row {
                heading: heading.clone(),
                first: names(first),
                last: names(row.rsplit('|').next().unwrap_or_default()),
            }),
        }
    }
    rows
}

/// What the tables with this heading list, sorted.
fn listed(rows: &[Row], heading: &str) -> Vec<String> {
    let rows = rows.iter().filter(|row| row.heading == heading);
    let mut listed: Vec<String> = rows.flat_map(|row| row.first.clone()).collect();
    listed.sort();
    listed
}

#[test]
fn every_finding_has_a_row_in_its_papers_chapter() {
    let library = library();
    let mut wrong = Vec::new();
    for (page, _, claims) in chapters(&library) {
        let rows = rows(&read(&page));
        for verdict in FINDINGS {
            let expected = claims.iter().filter(|claim| red(claim).contains(&verdict));
            let mut expected: Vec<String> = expected.map(|claim| claim.id.stem().to_owned()).collect();
            expected.sort();
            wrong.extend(difference(&page, verdict.name(), &listed(&rows, verdict.name()), &expected));
        }
        let others = claims.iter().flat_map(|claim| red(claim)).find(|verdict| !FINDINGS.contains(verdict));
        assert_eq!(others, None, "{page}: a kind of finding that no table is for");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_statement_without_a_claim_has_a_row_in_its_papers_chapter() {
    let library = library();
    let path = root().join("claims/index.tsv");
    let index = Index::load(&fs::read(&path).unwrap(), &path).unwrap();
    let mut wrong = Vec::new();
    for (page, paper, _) in chapters(&library) {
        let rows = listed(&rows(&read(&page)), "left out");
        let left_out = index.rows.iter().filter(|row| row.left_out.is_some() && row.id.paper() == paper);
        let mut left_out: Vec<String> = left_out.map(|row| row.id.stem().to_owned()).collect();
        left_out.sort();
        wrong.extend(difference(&page, "left out", &rows, &left_out));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What two sorted lists do not share, and what one has twice.
fn difference(page: &str, what: &str, rows: &[String], expected: &[String]) -> Vec<String> {
    let missing = expected.iter().filter(|name| !rows.contains(name));
    let missing = missing.map(|name| format!("{page}: `{name}` is {what}, and no table says so"));
    let extra = rows.iter().filter(|name| !expected.contains(name));
    let extra = extra.map(|name| format!("{page}: `{name}` is said to be {what}, and is not"));
    let twice = rows.windows(2).filter(|pair| pair[0] == pair[1]);
    let twice = twice.map(|pair| format!("{page}: `{}` has two rows as {what}", pair[0]));
    missing.chain(extra).chain(twice).collect()
}

#[test]
fn every_claim_that_a_chapter_names_exists() {
    let library = library();
    let ids: BTreeSet<&str> = library.claims.iter().map(|loaded| loaded.id.0.as_str()).collect();
    let verdicts: BTreeSet<&str> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
    let mut wrong = Vec::new();
    for (page, paper, _) in chapters(&library) {
        let text = read(&page);
        let left_out = listed(&rows(&text), "left out");
        let lines = text.lines().filter(|line| !line.starts_with("```"));
        for name in lines.flat_map(|line| line.split('`').skip(1).step_by(2)) {
            let of_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '/');
            let names_none =
                name.starts_with('-') || !name.contains('-') || !name.chars().all(of_id) || verdicts.contains(name);
            if names_none || left_out.iter().any(|row| row == name) {
                continue;
            }
            let id = if name.contains('/') { name.to_owned() } else { format!("{paper}/{name}") };
            if !ids.contains(id.as_str()) {
                wrong.push(format!("{page}: there is no claim `{id}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_chapter_names_as_right_is_expected_to_hold() {
    let library = library();
    let mut wrong = Vec::new();
    for (page, _, claims) in chapters(&library) {
        let rows = rows(&read(&page));
        let findings = rows.iter().filter(|row| FINDINGS.iter().any(|verdict| verdict.name() == row.heading));
        for name in findings.flat_map(|row| &row.last) {
            if !claims.iter().any(|claim| claim.id.stem() == name && red(claim).is_empty()) {
                wrong.push(format!("{page}: `{name}` stands for what is right, and is not expected to hold"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_correction_is_expected_to_hold() {
    let library = library();
    let claims: BTreeMap<&str, &Claim> =
        library.claims.iter().map(|loaded| (loaded.id.0.as_str(), loaded.claim.as_ref().unwrap())).collect();
    let mut checked = 0;
    for claim in claims.values() {
        if let Some(name) = &claim.corrected {
            let id = if name.contains('/') { name.clone() } else { claim.id.sibling(name).0 };
            assert!(red(claims[id.as_str()]).is_empty(), "{id} corrects {} and is not expected to hold", claim.id.0);
            checked += 1;
        }
    }
    assert!(checked > 100);
}

/// What a claim is about, as the counts have it.
fn kind(claim: &Claim) -> &'static str {
    match claim {
        Claim { experiment: Some(_), .. } => "figures",
        Claim { constant: Some(_), .. } => "constants",
        Claim { probability: Some(_), .. } => "probabilities",
        Claim { scaling: Some(_), .. } => "slopes",
        Claim { flow: Some(_), .. } => "flows",
        Claim { trajectory: Some(_), .. } => "iterates",
        _ => "values",
    }
}

/// The counts of a paper's claims by what is expected of them, the gravest of each claim.
fn counts(claims: &[&Claim]) -> String {
    let kinds = ["values", "iterates", "flows", "probabilities", "slopes", "constants", "figures"];
    let mut text = format!(
        "{:<15}{:>6}{:>6}{:>9}{:>10}{:>8}{:>11}{:>6}\n",
        "", "claims", "held", "refuted", "rejected", "drifts", "corrected", "deep"
    );
    let all = kinds.into_iter().map(|wanted| (wanted, claims.iter().filter(|c| kind(c) == wanted).collect::<Vec<_>>()));
    for (name, of_kind) in all.chain([("all", claims.iter().collect())]) {
        if of_kind.is_empty() {
            continue;
        }
        let gravest = |verdict: Verdict| of_kind.iter().filter(|c| red(c).first() == Some(&verdict)).count();
        text += &format!(
            "{name:<15}{:>6}{:>6}{:>9}{:>10}{:>8}{:>11}{:>6}\n",
            of_kind.len(),
            of_kind.iter().filter(|c| red(c).is_empty()).count(),
            gravest(Verdict::Refuted),
            gravest(Verdict::Rejected),
            gravest(Verdict::Drifts),
            of_kind.iter().filter(|c| c.corrected.is_some()).count(),
            of_kind.iter().filter(|c| c.budget.least == Some(Depth::Deep)).count(),
        );
    }
    text
}

#[test]
fn the_counts_of_a_chapter_are_those_of_the_claims() {
    let library = library();
    let mut wrong = String::new();
    for (page, _, claims) in chapters(&library) {
        let blocks = blocks(&page);
        let shown: Vec<&Block> = blocks.iter().filter(|block| block.kind() == "verdicts").collect();
        assert_eq!(shown.len(), 1, "{page} has one block of counts");
        let is = counts(&claims);
        if is != shown[0].text {
            wrong += &differences(&page, &[(shown[0], is)]);
        }
    }
    assert!(wrong.is_empty(), "what the claims make now, to be pasted:\n{wrong}");
}

#[test]
fn the_readme_counts_the_statements_as_the_index_does() {
    let path = root().join("claims/index.tsv");
    let rows = Index::load(&fs::read(&path).unwrap(), &path).unwrap().rows;
    let with = rows.iter().filter(|row| row.left_out.is_none()).count();
    let counted = format!("Of the {} statements in\n`claims/index.tsv` {with} have a claim.", rows.len());
    assert!(read("README.md").contains(&counted), "the README does not say: {counted}");
}

#[test]
fn the_versions_that_are_said_are_those_of_the_package() {
    let rust = format!("Rust {} or later", env!("CARGO_PKG_RUST_VERSION"));
    assert!(read("README.md").contains(&rust), "the README does not say `{rust}`");
    let cited = format!("\nversion: {}\n", env!("CARGO_PKG_VERSION"));
    assert!(read("CITATION.cff").contains(&cited), "CITATION.cff does not say `{}`", cited.trim());
}

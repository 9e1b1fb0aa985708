//! `theoremcheck list --index`: the claims there are beside those that the papers have statements for.

use super::args::ListArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::claim::index::{Count, Index, Kind, Row};
use crate::engine::exit::Exit;
use crate::engine::files;
use crate::report::paint::Paint;
use crate::report::terminal::{WIDTH, plain};
use std::path::PathBuf;

/// Status 0 if every row has its claim or a reason, and every claim its row; 1 if not; 2 if the index cannot be read.
pub fn index(args: &ListArgs) -> Result<Exit, Stop> {
    let folder = match args.paths.as_slice() {
        [] => PathBuf::from(super::CLAIMS),
        [folder] => folder.clone(),
        _ => return Err(Stop::argument("`--index` takes one folder of papers")),
    };
    let (out, err) = (console::paint_out(&args.color), console::paint_err(&args.color));
    let malformed = |what: &str, errors: &crate::claim::diagnostic::Diagnostics| {
        Stop::malformed(what.to_owned(), errors.render(WIDTH, err.on))
    };
    let (path, bytes) = files::index(&folder).map_err(|error| {
        let Stop { exit, message, details } = Stop::from(error);
        Stop { exit, message: format!("{message} (an index names the statements that are to be claims)"), details }
    })?;
    let index = Index::load(&bytes, &path).map_err(|errors| malformed("the index is malformed", &errors))?;
    let library = find::scan(&[folder])?.library().map_err(|errors| malformed("nothing to compare", &errors))?;
    let found = index.compare(&library);

    let mut text = format!("{:<14}{:>6}{:>8}{:>10}{:>9}\n", "", "rows", "claims", "left out", "missing");
    let papers: Vec<&str> = {
        let mut papers: Vec<&str> = found.counts.keys().map(|(paper, _)| *paper).collect();
        papers.dedup();
        papers
    };
    let mut all = Count::default();
    for paper in papers {
        text += &format!("{}\n", out.bold(paper));
        for kind in Kind::ALL {
            if let Some(count) = found.counts.get(&(paper, kind)) {
                text += &line(&format!("  {}", kind.name()), count, out);
                all.rows += count.rows;
                all.claims += count.claims;
                all.left_out += count.left_out;
            }
        }
    }
    text += &line("all", &all, out);
    text += &format!("corrections   {:>14}\n", found.corrections);
    text += &section("rows without a claim or a reason", found.missing.iter().map(|row| describe(row)), out);
    text += &section(
        "claims whose row says why there is none",
        found.stale.iter().map(|row| format!("{}: {}", row.id, row.left_out.as_deref().unwrap_or_default())),
        out,
    );
    text += &section("claims without a row that correct none", found.extra.iter().map(ToString::to_string), out);
    console::out(&text);
    let good = found.missing.is_empty() && found.stale.is_empty() && found.extra.is_empty();
    Ok(if good { Exit::AsExpected } else { Exit::DecidedOtherwise })
}

/// `  pointwise    53      50         2        1`
fn line(name: &str, count: &Count, paint: Paint) -> String {
    let Count { rows, claims, left_out } = *count;
    let missing = rows.saturating_sub(claims + left_out);
    let cell = format!("{missing:>9}");
    let cell = if missing > 0 { paint.bad(&cell) } else { cell };
    format!("{name:<14}{rows:>6}{claims:>8}{left_out:>10}{cell}\n")
}

fn describe(row: &Row) -> String {
    format!("{} ({}): {}, {}", row.id, plain(&row.at), plain(&row.what), row.kind.name())
}

fn section(title: &str, lines: impl Iterator<Item = String>, paint: Paint) -> String {
    let lines: Vec<String> = lines.map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("{}\n{}", paint.bad(title), lines.concat()) }
}

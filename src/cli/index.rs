//! `theoremcheck list --index`: the claims there are beside those that the papers have statements for.

use super::args::ListArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::claim::index::{Count, Index, Kind, Row};
use crate::engine::exit::Exit;
use crate::engine::files::{self, INDEX};
use crate::engine::outcome::Malformed;
use crate::report::paint::Paint;
use crate::report::terminal::{self, WIDTH, plain};
use std::path::{Path, PathBuf};

/// Status 0 if every row has its claim or a reason, and every claim its row; 1 if not; 2 if the index or a
/// file of the papers cannot be read.
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
        Stop { exit, message: format!("{message} ({})", help(&folder)), details }
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
                all.malformed += count.malformed;
            }
        }
    }
    text += &line("all", &all, out);
    text += &format!("corrections   {:>14}\n", found.corrections);
    text += &section("rows without a claim or a reason", found.missing.iter().map(|row| describe(row)), out);
    text += &section(
        "claims whose row says why there is none",
        found.stale.iter().map(|row| format!("{}: {}", row.id, plain(row.left_out.as_deref().unwrap_or_default()))),
        out,
    );
    text += &section("claims without a row that correct none", found.extra.iter().map(ToString::to_string), out);
    text += &section("claims that are malformed", found.malformed.iter().map(ToString::to_string), out);
    console::out(&text);
    // A claim that cannot be read may be one that is missing here, or the correction of one that is not.
    let failed = library.claims.iter().filter_map(|loaded| Some((Some(&loaded.id), loaded.claim.as_ref().err()?)));
    let bad: Vec<_> = library.problems.iter().map(|errors| (None, errors)).chain(failed).collect();
    for (id, diagnostics) in &bad {
        let bad = Malformed { id: id.cloned(), diagnostics: (*diagnostics).clone() };
        console::err(&terminal::malformed(&bad, err));
    }
    let good = found.missing.is_empty() && found.stale.is_empty() && found.extra.is_empty();
    let exit = if good { Exit::AsExpected } else { Exit::DecidedOtherwise };
    Ok(exit.gravest(if bad.is_empty() { Exit::AsExpected } else { Exit::Malformed }))
}

/// What would be right, where there is no index.
fn help(folder: &Path) -> String {
    let above = folder.parent().map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above });
    match above {
        Some(above) if folder.is_file() => format!("name the folder that it is in: `{}`", above.display()),
        Some(above) if above.join(INDEX).is_file() => {
            format!("this is one paper's folder; the index is that of the folder of papers, `{}`", above.display())
        }
        _ => "an index names the statements that are to be claims".to_owned(),
    }
}

/// `  pointwise    53      50         2        1`
fn line(name: &str, count: &Count, paint: Paint) -> String {
    let Count { rows, claims, left_out, malformed } = *count;
    let missing = rows.saturating_sub(claims + left_out + malformed);
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

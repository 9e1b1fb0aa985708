//! A report's files: which formats were asked for, and writing them. All of them are written, though one fails.
//!
//! Every format but JSON is made from the JSON, read back: so a run, a resumed one and merged shards cannot differ.

use super::args::OutputArgs;
use super::console;
use super::stop::Stop;
use crate::report::baseline::Drift;
use crate::report::record::Record;
use crate::report::terminal::plain;
use crate::report::write::{only_name, write_atomically};
use crate::report::{annotations, junit, markdown, sarif};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of standard output.
const STDOUT: &str = "-";

type Render = fn(&Record) -> Result<String, String>;

/// The formats beside JSON that were asked for.
fn others(args: &OutputArgs) -> impl Iterator<Item = (&'static str, &Path, Render)> {
    let all: [(_, _, Render); 3] = [
        ("JUnit", &args.junit, |record| junit::render(record).map_err(|error| error.to_string())),
        ("Markdown", &args.markdown, |record| Ok(markdown::render(record))),
        ("SARIF", &args.sarif, |record| sarif::render(record).map_err(|error| error.to_string())),
    ];
    all.into_iter().filter_map(|(format, path, render)| Some((format, path.as_deref()?, render)))
}

/// Whether a report takes standard output, so that the table goes beside it; two cannot.
pub fn takes_stdout(args: &OutputArgs) -> Result<bool, Stop> {
    let json = args.json.as_deref().map(|path| ("JSON", path));
    let all = json.into_iter().chain(others(args).map(|(format, path, _)| (format, path)));
    let there: Vec<&str> = all.filter(|(_, path)| *path == Path::new(STDOUT)).map(|(format, _)| format).collect();
    match there[..] {
        [] => Ok(false),
        [_] => Ok(true),
        _ => Err(Stop::argument(format!("{} cannot all be written to standard output", there.join(" and ")))),
    }
}

/// The files of a report, each with the argument that names it.
pub fn named(args: &OutputArgs) -> impl Iterator<Item = (&'static str, &Path)> {
    let all = [
        ("--json", args.json.as_deref()),
        ("--junit", args.junit.as_deref()),
        ("--markdown", args.markdown.as_deref()),
        ("--sarif", args.sarif.as_deref()),
    ];
    // Who has standard output is asked in `takes_stdout`.
    all.into_iter()
        .filter_map(|(argument, path)| Some((argument, path?)))
        .filter(|(_, path)| *path != Path::new(STDOUT))
}

/// Refuses to write a file over another that is named, be it to be read or written; each comes with the argument that names it.
pub fn apart<'a>(files: impl Iterator<Item = (&'static str, &'a Path)>) -> Result<(), Stop> {
    let mut seen: Vec<(&str, PathBuf)> = Vec::new();
    for (argument, path) in files {
        let Some(name) = only_name(path) else { continue };
        match seen.iter().find(|(_, other)| *other == name) {
            Some((other, _)) if *other != argument => {
                let both = format!("{other} and {argument} are both {}", path.display());
                return Err(Stop::argument(format!("{both}: one would be written over the other")));
            }
            _ => seen.push((argument, name)),
        }
    }
    Ok(())
}

/// Refuses to write a file over one that is read, which `reads` lists where anything is written; each comes with the argument that names it.
pub fn spare<'a, R: IntoIterator<Item = PathBuf>>(
    files: impl Iterator<Item = (&'static str, &'a Path)>,
    reads: impl FnOnce() -> R,
) -> Result<(), Stop> {
    let written: BTreeMap<PathBuf, (&str, &Path)> =
        files.filter_map(|(argument, path)| Some((only_name(path)?, (argument, path)))).collect();
    if written.is_empty() {
        return Ok(());
    }
    for read in reads() {
        let Some((argument, path)) = only_name(&read).and_then(|name| written.get(&name)) else { continue };
        let same = if read == **path { String::new() } else { format!(" ({} is that file)", shown(path)) };
        let would = format!("{argument} would be written over {}, which is read{same}", shown(&read));
        return Err(Stop::argument(format!("{would}; name another file")));
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy())
}

/// Refuses `-` as the name of a file that is both read and written.
pub fn not_standard(argument: &str, path: &Path) -> Result<(), Stop> {
    match path == Path::new(STDOUT) {
        true => Err(Stop::argument(format!(
            "{argument} takes a file, to be read and written, and `-` names none (a file of this name is `./-`)"
        ))),
        false => Ok(()),
    }
}

/// Whether anything was asked for.
pub fn any(args: &OutputArgs) -> bool {
    args.json.is_some() || args.annotations || others(args).next().is_some()
}

/// Writes what was asked for of the report with this JSON, and what it says of a baseline; `show` prints what is for a person to read. All
/// failures, after all were tried.
pub fn write(args: &OutputArgs, json: &str, drift: Drift, show: fn(&str)) -> Result<(), Stop> {
    let mut written = args.json.iter().map(|path| to(path, json)).collect::<Vec<_>>();
    if args.annotations || others(args).next().is_some() {
        match Record::read(json) {
            Err(error) => written.push(Err(Stop::harness(format!("cannot read the report back: {error}")))),
            Ok(record) => {
                let record = Record { drift, ..record };
                written.extend(others(args).map(|(format, path, render)| {
                    let text = render(&record);
                    to(path, &text.map_err(|error| Stop::harness(format!("cannot write {format}: {error}")))?)
                }));
                if args.annotations {
                    show(&annotations::render(&record));
                }
            }
        }
    }
    Stop::all(written.into_iter().filter_map(Result::err))
}

fn to(path: &Path, text: &str) -> Result<(), Stop> {
    if path == Path::new(STDOUT) {
        console::out(text);
        return Ok(());
    }
    write_atomically(path, text).map_err(|error| Stop::cannot_write(path, &error))
}

//! The report's files: which formats a run was asked for, and writing them. All of them are written, though one fails.

use super::args::OutputArgs;
use super::console;
use super::stop::Stop;
use crate::report::run_report::RunReport;
use crate::report::write::write_atomically;
use crate::report::{annotations, json, junit, markdown, sarif};
use std::path::Path;

/// The name of standard output.
const STDOUT: &str = "-";

type Render = fn(&RunReport) -> Result<String, String>;

fn asked(args: &OutputArgs) -> impl Iterator<Item = (&'static str, &Path, Render)> {
    let all: [(_, _, Render); 4] = [
        ("JSON", &args.json, |report| json::render(report).map_err(|error| error.to_string())),
        ("JUnit", &args.junit, |report| junit::render(report).map_err(|error| error.to_string())),
        ("Markdown", &args.markdown, |report| Ok(markdown::render(report))),
        ("SARIF", &args.sarif, |report| sarif::render(report).map_err(|error| error.to_string())),
    ];
    all.into_iter().filter_map(|(format, path, render)| Some((format, path.as_deref()?, render)))
}

/// Whether a report takes standard output, so that the table goes beside it; two cannot.
pub fn takes_stdout(args: &OutputArgs) -> Result<bool, Stop> {
    let there: Vec<&str> =
        asked(args).filter(|(_, path, _)| *path == Path::new(STDOUT)).map(|(format, ..)| format).collect();
    match there[..] {
        [] => Ok(false),
        [_] => Ok(true),
        _ => Err(Stop::argument(format!("{} cannot all be written to standard output", there.join(" and ")))),
    }
}

/// Writes what was asked for; `show` prints what is for a person to read. The first failure, after all were tried.
pub fn write(args: &OutputArgs, report: &RunReport, show: fn(&str)) -> Result<(), Stop> {
    let mut failed = None;
    for (format, path, render) in asked(args) {
        let written = match render(report) {
            Err(error) => Err(Stop::harness(format!("cannot write {format}: {error}"))),
            Ok(text) if path == Path::new(STDOUT) => {
                console::out(&text);
                Ok(())
            }
            Ok(text) => write_atomically(path, &text).map_err(|error| Stop::cannot_write(path, &error)),
        };
        if let Err(stop) = written {
            failed.get_or_insert(stop);
        }
    }
    if args.annotations {
        show(&annotations::render(report));
    }
    failed.map_or(Ok(()), Err)
}

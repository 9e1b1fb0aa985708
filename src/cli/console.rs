//! Where text goes: results to standard output, everything else to standard error.
//!
//! A reader that went away (`theoremcheck list | head`) is no failure. Any other error of writing a result is one: it is kept until the command
//! has done the rest of its work, and [`end`] tells it. Rows come from several threads and from deep inside a run, so it is kept here.

use super::args::ColorArgs;
use super::stop::Stop;
use crate::report::paint::Paint;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// The first error of writing to standard output.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

pub fn out(text: &str) {
    note(io::stdout().lock().write_all(text.as_bytes()));
}

/// Errors of writing here have nowhere to be told.
pub fn err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// After the last result.
///
/// # Errors
/// Where one could not be written.
pub fn end() -> Result<(), Stop> {
    note(io::stdout().lock().flush());
    match FAILED.lock().unwrap_or_else(PoisonError::into_inner).take() {
        None => Ok(()),
        Some(error) => Err(Stop::harness(format!("cannot write to standard output: {error}"))),
    }
}

fn note(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        FAILED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

pub fn paint_out(color: &ColorArgs) -> Paint {
    if color.no_color { Paint::OFF } else { Paint::for_stream(&io::stdout()) }
}

pub fn paint_err(color: &ColorArgs) -> Paint {
    if color.no_color { Paint::OFF } else { Paint::for_stream(&io::stderr()) }
}

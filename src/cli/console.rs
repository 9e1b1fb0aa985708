//! Where text goes: results to standard output, everything else to standard error.
//!
//! A reader that went away (`theoremcheck list | head`) is no failure, so errors of writing are not reported.

use super::args::ColorArgs;
use crate::report::paint::Paint;
use std::io::{self, Write};

pub fn out(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

pub fn err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

pub fn paint_out(color: &ColorArgs) -> Paint {
    if color.no_color { Paint::OFF } else { Paint::for_stream(&io::stdout()) }
}

pub fn paint_err(color: &ColorArgs) -> Paint {
    if color.no_color { Paint::OFF } else { Paint::for_stream(&io::stderr()) }
}

//! How far a run is, on standard error: a bar on a terminal, nothing elsewhere (rows of the table are progress enough in a log).
//! The one place that knows indicatif.

use crate::engine::event::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar if standard error is a terminal and `wanted`.
    pub fn new(wanted: bool) -> Self {
        let visible = wanted && std::io::stderr().is_terminal();
        let target = if visible { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // The template is a constant; if indicatif ever refused it, its own default would do.
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {eta:>4} left  {msg}") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { bar }
    }

    pub fn note(&self, event: &Event<'_>) {
        match event {
            Event::RunStarted { cases, .. } => self.bar.set_length(*cases),
            Event::ClaimStarted { id } => self.bar.set_message(id.0.clone()),
            Event::Progress { cases, .. } => self.bar.inc(*cases),
            Event::ClaimEnded { .. } | Event::ClaimFinished { .. } => {}
            Event::RunFinished { .. } => self.bar.finish_and_clear(),
        }
    }

    /// Prints something else without tearing the bar.
    pub fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

//! How far a run is, on standard error: a bar on a terminal, nothing elsewhere (rows of the table are progress enough in a log).
//!
//! The estimate is by what claims are known to take before they are run (`engine::run`), not by their number: one may take as long as a
//! hundred others. It is no more than an estimate: a hunt ends early where a claim is proved or refuted.
//!
//! The one place that knows indicatif.

use crate::engine::event::Event;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    counted: Arc<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    claims: AtomicUsize,
    ended: AtomicUsize,
}

impl Progress {
    /// A bar if standard error is a terminal and `wanted`.
    pub fn new(wanted: bool) -> Self {
        let visible = wanted && std::io::stderr().is_terminal();
        Self::on(if visible { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() })
    }

    fn on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // The template is a constant; if indicatif ever refused it, its own default would do.
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {left}{prefix}  {msg}") {
            bar.set_style(style.with_key("left", left).progress_chars("━╸ "));
        }
        Self { bar, counted: Arc::default() }
    }

    pub fn note(&self, event: &Event<'_>) {
        let Counted { claims, ended } = &*self.counted;
        match event {
            Event::RunStarted { claims: ids, work } => {
                claims.store(ids.len(), Ordering::Relaxed);
                self.bar.set_length(*work);
            }
            Event::ClaimStarted { id } => self.bar.set_message(id.0.clone()),
            Event::Progress { work, .. } => self.bar.inc(*work),
            Event::ClaimEnded { .. } => {
                let ended = ended.fetch_add(1, Ordering::Relaxed) + 1;
                self.bar.set_prefix(format!("{ended} of {} claims", claims.load(Ordering::Relaxed)));
            }
            Event::ClaimFinished { .. } => {}
            Event::RunFinished { .. } => self.end(),
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Prints something else without tearing the bar.
    pub fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

/// `about 12s left`; nothing while nothing is known of how fast it goes, nor of what is over at once: the first cases are the fastest.
fn left(state: &ProgressState, out: &mut dyn fmt::Write) {
    if state.pos() > 0 && state.per_sec() > 0.0 && state.eta().as_secs() > 0 {
        // What cannot be written to the bar is not shown.
        let _ = write!(out, "about {:#} left  ", HumanDuration(state.eta()));
    }
}

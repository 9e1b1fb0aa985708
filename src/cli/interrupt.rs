//! Ctrl-C in the middle of a run: what is finished is told, and how far the run came, before it ends with status 130.
//!
//! No report is written: one of a part would look like one of the whole. A journal (`--resume`) has what is finished.
//!
//! The one place that knows ctrlc.

use crate::claim::model::Verdict;
use crate::engine::exit::INTERRUPTED;
use crate::engine::run::RunOptions;
use crate::report::paint::Paint;
use crate::report::progress::Progress;
use crate::report::terminal::Sums;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::sleep;
use std::time::Duration;

/// Where nobody reads what is written (`| less`), the lock is never free: whoever interrupts waits no longer than so many times [`STEP`].
const STEPS: u32 = 40;
const STEP: Duration = Duration::from_millis(25);

/// How a run that is interrupted is told.
#[derive(Clone, Debug)]
pub struct Telling {
    pub show: fn(&str),
    pub paint: Paint,
    pub options: RunOptions,
    /// All that were asked for.
    pub claims: usize,
    /// What was finished before: id, verdict, whether it is as expected.
    pub taken: Vec<(String, Verdict, bool)>,
    pub journal: Option<PathBuf>,
}

/// What a run has so far.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// Of claims that have ended and wait for those before them, by id.
    rows: BTreeMap<String, String>,
    ended: Vec<(String, Verdict, bool)>,
}

impl Interrupt {
    /// From now on Ctrl-C tells what is there. Where no handler can be set it ends the program, as ever.
    pub fn watch(&self, telling: Telling, progress: Progress) {
        let seen = Arc::clone(&self.0);
        let told = move || {
            for _ in 0..STEPS {
                let seen = match seen.try_lock() {
                    Ok(seen) => seen,
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => {
                        sleep(STEP);
                        continue;
                    }
                };
                progress.end();
                (telling.show)(&telling.says(&seen));
                // The lock is kept: nothing else is printed.
                std::process::exit(INTERRUPTED.into());
            }
            std::process::exit(INTERRUPTED.into());
        };
        let _ = ctrlc::set_handler(told);
    }

    /// Keeps the row of a claim that has ended.
    pub fn ended(&self, id: &str, verdict: Verdict, as_expected: bool, row: String) {
        let mut seen = self.lock();
        seen.rows.insert(id.to_owned(), row);
        seen.ended.push((id.to_owned(), verdict, as_expected));
    }

    /// Shows a claim's row in its turn; not amid what an interruption shows.
    pub fn finished(&self, id: &str, show: impl FnOnce(&str)) {
        let mut seen = self.lock();
        if let Some(row) = seen.rows.remove(id) {
            show(&row);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telling {
    /// The rows that waited, and the sum of what is finished.
    fn says(&self, seen: &Seen) -> String {
        let mut out: String = seen.rows.values().map(String::as_str).collect();
        let all: Vec<_> = self.taken.iter().chain(&seen.ended).collect();
        let sums = Sums {
            claims: all.iter().map(|(id, verdict, as_expected)| (id.as_str(), *verdict, *as_expected)).collect(),
            malformed: Vec::new(),
            // Of a part it cannot be said that all is as expected.
            exit: crate::engine::exit::Exit::Undecided,
            cases: self.options.cases,
            evaluations: self.options.budget.evaluations(),
            seed: self.options.check.seed,
            more: format!("; interrupted: {} of {} claims are finished", all.len(), self.claims),
        };
        out += &sums.render(self.paint);
        if let Some(journal) = &self.journal {
            out += &self.paint.dim(&format!("the same command goes on from {}\n", journal.display()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::budget::Budget;

    #[test]
    fn an_interruption_tells_what_waits_and_how_far_the_run_came() {
        let options = RunOptions {
            budget: Budget::Quick,
            cases: None,
            jobs: 1,
            check: crate::check::CheckOptions {
                seed: 7,
                backend: crate::arith::lane::Backend::Scalar,
                max_elements: 1,
                kernel: None,
            },
        };
        let telling = Telling {
            show: |_| {},
            paint: Paint::OFF,
            options,
            claims: 9,
            taken: vec![("p/a".to_owned(), Verdict::Held, true)],
            journal: Some("run.jsonl".into()),
        };
        let interrupt = Interrupt::default();
        interrupt.ended("p/c", Verdict::Refuted, false, "row of c\n".to_owned());
        interrupt.ended("p/b", Verdict::Held, true, "row of b\n".to_owned());
        let mut shown = String::new();
        interrupt.finished("p/b", |row| shown += row);
        interrupt.finished("p/b", |row| shown += row);
        assert_eq!(shown, "row of b\n");
        assert_eq!(
            telling.says(&interrupt.lock()),
            "row of c\n3 claims: 2 held, 1 refuted, 1 not as expected\n\
             2,000 random evaluations a claim, seed 7; interrupted: 3 of 9 claims are finished\n\
             the same command goes on from run.jsonl\n"
        );
    }
}

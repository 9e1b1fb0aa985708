//! A journal: what a run has finished so far, so that a run that was killed goes on where it was.
//!
//! A file of lines. The first says which run it is of; each further one is a finished claim, its entry of the report with it, appended and
//! flushed to disk as a whole before the next thing is done. A line carries a checksum of its text, so that one that was torn by a kill, or
//! spoilt by a disk, is no line: its claim is run again. A claim whose files have changed since is run again, too, and its later line counts.

use super::entry::Entry;
use crate::claim::fingerprint::Fingerprint;
use crate::engine::regular::{must_be_regular, whole_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How every line begins.
const OPENING: &[u8] = b"{\"sum\":\"sha256:";

const FORMAT: &str = "theoremcheck-journal";
const VERSION: u32 = 1;

/// Why a file cannot be the journal of this run.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot open the journal {}: {source}", path.display())]
    Unopened { path: PathBuf, source: io::Error },
    #[error("the journal {} is in use by another run", path.display())]
    InUse { path: PathBuf },
    #[error("{} is no journal, or its first line is spoilt, and is left as it is; delete it, or name another file", path.display())]
    Foreign { path: PathBuf },
    #[error(
        "the journal {} is of another run: its {field} is {there}, and that of this run is {here}; name another file, or delete it",
        path.display()
    )]
    OtherRun { path: PathBuf, field: String, there: String, here: String },
}

/// A claim that a journal has.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its file, as it was named.
    pub file: String,
    /// A fingerprint of all that its run rests on.
    pub files: String,
    pub entry: Entry,
}

#[derive(Debug)]
pub struct Opened {
    pub journal: Journal,
    /// By id.
    pub finished: BTreeMap<String, Finished>,
    /// Lines that are not whole.
    pub spoilt: usize,
}

/// A journal that is written to. Threads may share it.
#[derive(Debug)]
pub struct Journal(Mutex<Open>);

#[derive(Debug)]
struct Open {
    file: File,
    /// Up to here all lines are whole.
    length: u64,
    failed: Option<io::Error>,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    sum: String,
    #[serde(borrow)]
    of: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct Head<R> {
    format: String,
    version: u32,
    run: R,
}

#[derive(Serialize, Deserialize)]
struct Claim<'a> {
    claim: String,
    file: String,
    files: String,
    /// Of all threads together.
    seconds: f64,
    #[serde(borrow)]
    entry: &'a RawValue,
}

impl Journal {
    /// Opens the journal of a run, or begins it; `run` says which run this is: an object, of which every field must be the same.
    pub fn open(path: &Path, run: &impl Serialize) -> Result<Opened, JournalError> {
        let unopened = |source: io::Error| JournalError::Unopened { path: path.to_owned(), source };
        let run = serde_json::to_value(run).map_err(|error| unopened(error.into()))?;
        match must_be_regular(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            regular => regular.map_err(unopened)?,
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(unopened)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path: path.to_owned() }),
            // Not every file system has locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let bytes = whole_of(&mut file).map_err(unopened)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let (lines, torn) = bytes.split_at(whole);
        if lines.is_empty() && !(torn.starts_with(OPENING) || OPENING.starts_with(torn)) {
            return Err(JournalError::Foreign { path: path.to_owned() });
        }
        let mut lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut finished = BTreeMap::new();
        let mut spoilt = usize::from(!torn.is_empty());
        match lines.next() {
            Some(head) => same_run(path, head, &run)?,
            None if whole > 0 => return Err(JournalError::Foreign { path: path.to_owned() }),
            // Killed while it was begun: nothing is lost.
            None => spoilt = 0,
        }
        for line in lines {
            match claim(line) {
                Some((id, claim)) => {
                    finished.insert(id, claim);
                }
                None => spoilt += 1,
            }
        }
        file.set_len(whole as u64).and_then(|()| file.seek(SeekFrom::End(0))).map_err(unopened)?;
        let mut open = Open { file, length: whole as u64, failed: None };
        if whole == 0 {
            let head = Head { format: FORMAT.to_owned(), version: VERSION, run };
            open.append(&head).map_err(unopened)?;
        }
        Ok(Opened { journal: Self(Mutex::new(open)), finished, spoilt })
    }

    /// Notes a finished claim; on disk when this returns. What cannot be written is told by [`end`](Self::end), and nothing is written from
    /// there on.
    pub fn note(&self, id: &str, file: &str, files: &str, busy: Duration, entry: &str) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failed.is_some() {
            return;
        }
        let seconds = (busy.as_secs_f64() * 1000.0).round() / 1000.0;
        let written = RawValue::from_string(entry.to_owned()).map_err(io::Error::from).and_then(|entry| {
            let (claim, file, files) = (id.to_owned(), file.to_owned(), files.to_owned());
            open.append(&Claim { claim, file, files, seconds, entry: &entry })
        });
        if let Err(error) = written {
            // Half a line is none, but nothing may follow it.
            let length = open.length;
            let _ = open.file.set_len(length);
            open.failed = Some(error);
        }
    }

    /// # Errors
    /// The first one of writing.
    pub fn end(self) -> io::Result<()> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).failed.map_or(Ok(()), Err)
    }
}

impl Open {
    fn append(&mut self, what: &impl Serialize) -> io::Result<()> {
        let text = RawValue::from_string(serde_json::to_string(what)?)?;
        let mut line = serde_json::to_string(&Line { sum: sum(text.get()), of: &text })?;
        line.push('\n');
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.length += line.len() as u64;
        Ok(())
    }
}

fn sum(text: &str) -> String {
    Fingerprint::of_text(text).to_string()
}

/// What a line is of, if it is whole.
fn of(line: &[u8]) -> Option<&str> {
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    (sum(line.of.get()) == line.sum).then_some(line.of.get())
}

fn claim(line: &[u8]) -> Option<(String, Finished)> {
    let Claim { claim, file, files, entry, .. } = serde_json::from_str(of(line)?).ok()?;
    let entry = Entry::read(entry.get()).ok().filter(|entry| entry.said.id == claim)?;
    Some((claim, Finished { file, files, entry }))
}

fn same_run(path: &Path, head: &[u8], run: &Value) -> Result<(), JournalError> {
    let foreign = || JournalError::Foreign { path: path.to_owned() };
    let head: Head<Value> = of(head).and_then(|text| serde_json::from_str(text).ok()).ok_or_else(foreign)?;
    if head.format != FORMAT {
        return Err(foreign());
    }
    let other = |field: &str, there: String, here: String| {
        Err(JournalError::OtherRun { path: path.to_owned(), field: field.to_owned(), there, here })
    };
    if head.version != VERSION {
        return other("version", head.version.to_string(), VERSION.to_string());
    }
    let (Value::Object(there), Value::Object(here)) = (&head.run, run) else { return Err(foreign()) };
    match difference(there, here) {
        Some((field, there, here)) => other(&field, there, here),
        None => Ok(()),
    }
}

type Fields = serde_json::Map<String, Value>;

/// The first field that is not the same, with both values as a person reads them. Of an object its own first such field, its name before the
/// rest: a budget's name says all of it.
fn difference(there: &Fields, here: &Fields) -> Option<(String, String, String)> {
    let names = ["name"].into_iter().chain(there.keys().chain(here.keys()).map(String::as_str));
    let value = |of: &Fields, name: &str| of.get(name).cloned().unwrap_or_default();
    for name in names {
        match (value(there, name), value(here, name)) {
            (there, here) if there == here => {}
            (Value::Object(there), Value::Object(here)) => {
                let inner = difference(&there, &here);
                return inner.map(|(field, there, here)| match field.as_str() {
                    "name" => (name.to_owned(), there, here),
                    _ => (field, there, here),
                });
            }
            (there, here) => return Some((name.to_owned(), in_words(&there), in_words(&here))),
        }
    }
    None
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    fn entry(id: &str, cases: u64) -> String {
        format!(
            "{{\"id\":\"{id}\",\"verdict\":\"held\",\"as_expected\":true,\"exit\":0,\"cases\":{cases},\"predicates\":[]}}"
        )
    }

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("theoremcheck-journal-{name}-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    fn run() -> Value {
        json!({"seed": 1, "budget": {"name": "quick"}})
    }

    fn written(path: &Path, entries: &[(&str, u64)]) {
        let journal = Journal::open(path, &run()).unwrap().journal;
        for (id, cases) in entries {
            journal.note(id, "f.toml", "sha256:00", Duration::from_millis(1500), &entry(id, *cases));
        }
        journal.end().unwrap();
    }

    /// The texts of what is found again, and the number of lines that are not whole.
    fn read(path: &Path) -> (Vec<String>, usize) {
        let Opened { finished, spoilt, .. } = Journal::open(path, &run()).unwrap();
        (finished.into_values().map(|finished| finished.entry.text).collect(), spoilt)
    }

    #[test]
    fn what_was_noted_is_found_again_and_the_later_line_counts() {
        let path = path("again");
        written(&path, &[("p/a", 1), ("p/b", 2)]);
        written(&path, &[("p/a", 3)]);
        assert_eq!(read(&path), (vec![entry("p/a", 3), entry("p/b", 2)], 0));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_kill_at_any_byte_loses_only_the_line_that_was_being_written() {
        let path = path("torn");
        let names = ["p/a", "p/b", "p/c"];
        written(&path, &names.map(|id| (id, 7)));
        let bytes = fs::read(&path).unwrap();
        for length in 0..=bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
            let (found, spoilt) = read(&path);
            assert_eq!(found, names[..whole].iter().map(|id| entry(id, 7)).collect::<Vec<_>>(), "{length}");
            assert!(spoilt <= 1, "{length}");
            // What comes after is whole again.
            written(&path, &[("q/z", 9)]);
            assert_eq!(read(&path), ([found, vec![entry("q/z", 9)]].concat(), 0), "{length}");
        }
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_line_that_was_spoilt_is_no_line() {
        let path = path("spoilt");
        written(&path, &[("p/a", 1), ("p/b", 2)]);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"cases\":1", "\"cases\":8", 1)).unwrap();
        assert_eq!(read(&path), (vec![entry("p/b", 2)], 1));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_journal_of_another_run_and_what_is_none_are_left_alone() {
        let path = path("other");
        written(&path, &[("p/a", 1)]);
        let before = fs::read(&path).unwrap();
        let error = Journal::open(&path, &json!({"seed": 2, "budget": {"name": "quick"}})).unwrap_err().to_string();
        assert!(error.contains("its seed is 1, and that of this run is 2"), "{error}");
        let deep = json!({"seed": 1, "budget": {"evaluations": 1, "name": "deep"}});
        let error = Journal::open(&path, &deep).unwrap_err().to_string();
        assert!(error.contains("its budget is quick, and that of this run is deep"), "{error}");
        let cases = json!({"seed": 1, "budget": {"cases": 8, "name": "quick"}});
        let error = Journal::open(&path, &cases).unwrap_err().to_string();
        assert!(error.contains("its cases is not given, and that of this run is 8"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
        for text in ["notes\n", "notes", "{\"sum\":\"sha256:0\",\"of\":{}}\n", "\n"] {
            fs::write(&path, text).unwrap();
            let error = Journal::open(&path, &run()).unwrap_err().to_string();
            assert!(error.contains("is no journal"), "{text}: {error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::remove_file(&path).unwrap();
        assert!(Journal::open(&path.join("absent"), &run()).unwrap_err().to_string().contains("cannot open"));
    }

    #[test]
    fn two_runs_do_not_write_to_one_journal() {
        let path = path("locked");
        let first = Journal::open(&path, &run()).unwrap();
        assert!(matches!(Journal::open(&path, &run()), Err(JournalError::InUse { .. })));
        drop(first);
        assert!(Journal::open(&path, &run()).is_ok());
        fs::remove_file(path).unwrap();
    }
}

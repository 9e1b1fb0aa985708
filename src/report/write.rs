//! Writing a report's file: all of it or nothing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes beside the file first and renames, so that a reader never sees half a report and a failure leaves the old one.
/// A path that is there but is no regular file (`/dev/null`, a pipe) is written to as it is.
pub fn write_atomically(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let bytes = text.as_ref();
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, bytes);
    }
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
    };
    let mut temporary = name.to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&temporary, path));
    if done.is_err() {
        // The error that matters is the one at hand; a leftover is harmless.
        let _ = fs::remove_file(&temporary);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_replaces_the_old_one_and_leaves_nothing_else_behind() {
        let dir = std::env::temp_dir().join(format!("theoremcheck-write-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join("report.json");
        fs::write(&path, "old").unwrap();
        write_atomically(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        assert!(write_atomically(&dir.join("absent/report.json"), "new").is_err());
        assert!(write_atomically(&dir, "new").is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}

//! Writing a report's file: all of it or nothing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// More links in a row are a circle.
const MOST_LINKS: usize = 40;

/// Writes beside the file first and renames, so that a reader never sees half a report and a failure leaves the old one.
/// A path that is there but is no regular file (`/dev/null`, a pipe) is written to as it is; a link stays, and what it leads to is written.
pub fn write_atomically(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let bytes = text.as_ref();
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, bytes);
    }
    let path = followed(path)?;
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
    let done = written.and_then(|()| fs::rename(&temporary, &path));
    if done.is_err() {
        // The error that matters is the one at hand; a leftover is harmless.
        let _ = fs::remove_file(&temporary);
    }
    done
}

/// Where a path leads, though nothing be there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { return Ok(path) };
        // What a link says is said from where it lies.
        path = path.with_file_name("").join(target);
    }
    Err(io::Error::other("links that lead in a circle"))
}

/// One name for every way to name a file, though it be not there yet; none where writing to it twice harms nothing (`/dev/null`).
pub fn only_name(path: &Path) -> Option<PathBuf> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return None;
    }
    let path = followed(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(&path), fs::canonicalize(folder), path.file_name()) {
        (Ok(path), ..) => Some(path),
        (_, Ok(folder), Some(name)) => Some(folder.join(name)),
        _ => Some(path),
    }
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

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let dir = std::env::temp_dir().join(format!("theoremcheck-write-link-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("kept")).unwrap();
        let link = |name: &str, target: &str| {
            std::os::unix::fs::symlink(target, dir.join(name)).unwrap();
            dir.join(name)
        };
        let (there, absent) = (link("there", "kept/there.json"), link("absent", "kept/absent.json"));
        let chain = link("chain", "there");
        fs::write(dir.join("kept/there.json"), "old").unwrap();
        for path in [&absent, &there, &chain] {
            write_atomically(path, path.to_str().unwrap()).unwrap();
            assert!(fs::symlink_metadata(path).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(path).unwrap(), path.to_str().unwrap());
        }
        assert_eq!(fs::read_dir(dir.join("kept")).unwrap().count(), 2);
        assert_eq!(only_name(&chain), only_name(&dir.join("./kept/../kept/there.json")));
        assert_eq!(only_name(&absent), only_name(&dir.join("kept/absent.json")));
        assert_ne!(only_name(&absent), only_name(&there));
        assert_eq!(only_name(&dir), None);
        // A circle is an error of writing, and no endless search.
        let circle = link("circle", "circle");
        assert!(write_atomically(&circle, "new").is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}

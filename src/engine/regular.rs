//! Reading a file that somebody named: a regular one, and not more of it than can be meant.
//!
//! A pipe waits for somebody to write to it and `/dev/zero` never ends: what is no regular file is refused before it is opened.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// A report, a journal or a baseline may have this many bytes.
pub const MOST_BYTES: u64 = 1 << 30;

/// Refuses what is there and is no regular file.
///
/// # Errors
/// What is there instead; or that it cannot be looked at.
pub fn must_be_regular(path: &Path) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::other(if metadata.is_dir() { "a folder" } else { "not a regular file" })),
    }
}

/// The bytes of a regular file; of one that is longer, `most` of them and one more.
///
/// # Errors
/// Where it is none, or cannot be read.
pub fn up_to(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    must_be_regular(path)?;
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes of a file of at most [`MOST_BYTES`].
///
/// # Errors
/// Where it is no regular file, is longer, or cannot be read.
pub fn whole(path: &Path) -> io::Result<Vec<u8>> {
    must_be_regular(path)?;
    whole_of(File::open(path)?)
}

/// All that there is to be read, at most [`MOST_BYTES`].
///
/// # Errors
/// Where it is more, or cannot be read.
pub fn whole_of(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20))),
        false => Ok(bytes),
    }
}

/// The text of a file of at most [`MOST_BYTES`].
///
/// # Errors
/// Where it is no regular file, is longer, cannot be read, or is no text.
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(whole(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

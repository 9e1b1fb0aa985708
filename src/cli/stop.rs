//! Why a command ends early, and with which exit status.

use crate::engine::exit::Exit;
use crate::engine::files::FilesError;
use crate::engine::run::EngineError;
use crate::lang::suggest::nearest;
use std::io;
use std::path::Path;

#[derive(Debug)]
pub struct Stop {
    pub exit: Exit,
    /// A lower-case fragment, shown after `error: `.
    pub message: String,
    /// Shown below it as it is: rendered diagnostics.
    pub details: String,
}

impl Stop {
    /// An argument is wrong.
    pub fn argument(message: impl Into<String>) -> Self {
        Self { exit: Exit::Malformed, message: message.into(), details: String::new() }
    }

    pub fn harness(message: impl Into<String>) -> Self {
        Self { exit: Exit::HarnessFailed, message: message.into(), details: String::new() }
    }

    /// A claim is malformed; `details` says where.
    pub fn malformed(message: impl Into<String>, details: String) -> Self {
        Self { exit: Exit::Malformed, message: message.into(), details }
    }

    /// One failure of several: all are told, and the gravest status counts.
    pub fn all(stops: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        let joined = stops.into_iter().reduce(|first, next| Self {
            exit: first.exit.gravest(next.exit),
            details: format!("{}{}", first.details, next.text()),
            message: first.message,
        });
        joined.map_or(Ok(()), Err)
    }

    /// As it is shown.
    pub fn text(&self) -> String {
        format!("error: {}\n{}", self.message, self.details)
    }

    pub fn cannot_write(path: &Path, error: &io::Error) -> Self {
        Self::harness(format!("cannot write {}: {error}", path.display()))
    }
}

impl From<FilesError> for Stop {
    fn from(error: FilesError) -> Self {
        let mut message = error.to_string();
        if let FilesError::Unreadable { path, source } = &error
            && source.kind() == io::ErrorKind::NotFound
        {
            // A command that was mistyped arrives here as a path.
            let commands = [
                "check",
                "merge",
                "explain",
                "replay",
                "verify",
                "power",
                "plot",
                "report",
                "list",
                "kernels",
                "new",
                "schema",
                "completions",
                "man",
            ];
            if path == Path::new(super::CLAIMS) {
                message +=
                    " (claims are looked for in ./claims; `theoremcheck new <paper>/<claim>` writes a first one)";
            } else if let Some(command) = path.to_str().and_then(|path| nearest(path, commands)) {
                message += &format!(" (or did you mean the command `{command}`?)");
            } else if path.components().count() == 1 && path.extension().is_none() {
                message += " (nor is it a command: `theoremcheck --help` lists those)";
            }
        }
        Self::argument(message)
    }
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::harness(error.to_string())
    }
}

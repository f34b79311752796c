//! What a command ends with when it fails: an exit code, one line of error and one line of advice.

use std::{fmt, io};

use cenote_core::{Error, ErrorKind};

/// Result of a command and of its parts.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Anything without a code of its own.
    Error = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A database, table, snapshot, tag or file is not there.
    NotFound = 3,
    /// Somebody else changed the table meanwhile.
    Conflict = 4,
    /// The bytes of a table disagree with the format or with themselves.
    Integrity = 5,
}

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Tell the user and exit with a code.
    Report {
        /// Exit code.
        code: ExitCode,
        /// What went wrong.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The reader of our output went away (`cenote read … | head`): stop without a word.
    OutputClosed,
}

impl Failure {
    /// A failure without a code of its own.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Failure::Report { code: ExitCode::Error, message: message.into(), hint: None }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure::Report { code: ExitCode::Usage, message: message.into(), hint: None }
    }

    /// Something named on the command line is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Failure::Report { code: ExitCode::NotFound, message: message.into(), hint: None }
    }

    /// Advice for this failure; replaces what the kind of error suggests.
    #[must_use]
    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Failure::Report { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// An error about an argument: usage when the engine calls it invalid, else what it is.
    pub(crate) fn argument(flag: &str, error: Error) -> Self {
        match error.kind() {
            ErrorKind::Invalid => Failure::usage(format!("{flag}: {}", plain(&error))),
            _ => error.into(),
        }
    }

    /// The failure of reading or writing a local file.
    pub(crate) fn file(path: impl fmt::Display, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Failure::not_found(format!("no such file: {path}")),
            _ => Failure::error(format!("{path}: {error}")),
        }
    }

    /// The failure of writing to standard output.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::error(format!("cannot write the output: {error}")),
        }
    }

    /// What the process exits with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Report { code, .. } => *code as u8,
            Failure::OutputClosed => 0,
        }
    }

    /// Prints `error:` and `hint:` lines to standard error.
    pub(crate) fn print(&self) {
        if let Failure::Report { message, hint, .. } = self {
            crate::notice::error_line(message);
            if let Some(hint) = hint {
                crate::notice::hint_line(hint);
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            ErrorKind::NotFound => ExitCode::NotFound,
            ErrorKind::Conflict => ExitCode::Conflict,
            ErrorKind::Corrupt => ExitCode::Integrity,
            _ => ExitCode::Error,
        };
        Failure::Report { code, message: error.to_string(), hint: advice(error.kind()).map(str::to_owned) }
    }
}

/// What to do about an error of a kind, where nothing more particular is known.
fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "check the spelling; `cenote table list` shows what the warehouse holds",
        ErrorKind::AlreadyExists => "pick another name, or pass --if-not-exists",
        ErrorKind::Conflict => "another writer changed the same data; nothing of this command is visible, run it again",
        ErrorKind::Unavailable => "the store did not answer; check the address and the credentials, then try again",
        ErrorKind::Corrupt => "the named file is damaged; read an older state with --snapshot, or restore the file",
        ErrorKind::Unsupported => "this build cannot do that yet; nothing was changed",
        ErrorKind::Internal => "this is a bug in cenote; please report it with the command line",
        _ => return None,
    })
}

/// The error without the word for its kind, for messages that say it in their own way.
fn plain(error: &Error) -> String {
    let text = error.to_string();
    match text.strip_prefix(error.kind().as_str()).and_then(|rest| rest.strip_prefix(": ")) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_exit_codes() {
        let code = |error: Error| Failure::from(error).exit_code();
        assert_eq!(code(Error::not_found("x")), 3);
        assert_eq!(code(Error::conflict("x")), 4);
        assert_eq!(code(Error::corrupt("x")), 5);
        assert_eq!(code(Error::invalid("x")), 1);
        assert_eq!(Failure::argument("--where", Error::invalid("x")).exit_code(), 2);
        assert_eq!(Failure::output(&io::ErrorKind::BrokenPipe.into()).exit_code(), 0);
    }
}

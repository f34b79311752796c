//! What the store said, as an [`Error`] that says what the caller can do.

use std::{error::Error as StdError, io};

use crate::error::Error;

/// What a store's error means to the engine, before it is dressed with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The object is not there.
    Absent,
    /// The object is there already, or changed.
    Exists,
    /// Credentials lack the right; some stores say this of absent objects too.
    Forbidden,
    /// Credentials are wrong or have expired: never a sign of absence.
    Unauthenticated,
    /// The store cannot do this at all.
    Unsupported,
    /// The name is not allowed.
    InvalidName,
    /// The object ends before the bytes asked for.
    TooShort,
    /// The server sends the whole object instead of a range of it.
    RangeIgnored,
    /// The same request may work later.
    Transient,
    /// The same request will fail again: disk full, bad request.
    Permanent,
}

/// Error codes in the body of a 403 that speak of the caller, not of the object.
const CREDENTIAL_CODES: [&str; 6] = [
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

pub(super) fn classify(error: &object_store::Error) -> Fault {
    use object_store::Error as E;
    match error {
        E::NotFound { .. } => Fault::Absent,
        E::AlreadyExists { .. } | E::Precondition { .. } => Fault::Exists,
        E::NotSupported { .. } if whole_text(error).contains("Range request") => Fault::RangeIgnored,
        E::NotImplemented { .. } | E::NotSupported { .. } => Fault::Unsupported,
        E::Unauthenticated { .. } => Fault::Unauthenticated,
        E::PermissionDenied { .. } => {
            let text = whole_text(error);
            if CREDENTIAL_CODES.iter().any(|code| text.contains(code)) {
                Fault::Unauthenticated
            } else {
                Fault::Forbidden
            }
        }
        E::InvalidPath { .. } => Fault::InvalidName,
        E::UnknownConfigurationKey { .. } | E::NotModified { .. } => Fault::Permanent,
        _ => classify_generic(error),
    }
}

fn classify_generic(error: &object_store::Error) -> Fault {
    if let Some(kind) = io_kind(error) {
        return match kind {
            // A path through a file: there is nothing there.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Fault::Absent,
            io::ErrorKind::AlreadyExists => Fault::Exists,
            io::ErrorKind::Unsupported => Fault::Unsupported,
            io::ErrorKind::InvalidFilename => Fault::InvalidName,
            io::ErrorKind::Interrupted
            | io::ErrorKind::TimedOut
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Fault::Transient,
            _ => Fault::Permanent,
        };
    }
    let text = whole_text(error);
    if text.contains("object was only") {
        return Fault::TooShort;
    }
    match http_status(&text) {
        Some(404 | 410) => Fault::Absent,
        Some(405 | 501) => Fault::Unsupported,
        Some(416) => Fault::TooShort,
        Some(408 | 429) => Fault::Transient,
        Some(status) if (400..500).contains(&status) => Fault::Permanent,
        _ if text.contains("non-partial response") => Fault::RangeIgnored,
        _ => Fault::Transient,
    }
}

fn chain(error: &object_store::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(Some(error as &(dyn StdError + 'static)), |&error| error.source())
}

fn io_kind(error: &object_store::Error) -> Option<io::ErrorKind> {
    chain(error).find_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind)
}

/// The texts of the error and all its causes: the stores' own error types are private.
fn whole_text(error: &object_store::Error) -> String {
    chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The status in the text of an HTTP client's error.
fn http_status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}

/// The error for the user: `what` is a verb phrase ("read", "create"), `place` the full location.
pub(super) fn dress(fault: Fault, what: &str, place: &str, source: object_store::Error) -> Error {
    let error = match fault {
        Fault::Absent => return Error::not_found("no such file").at(place),
        Fault::Exists => return Error::already_exists("the file is there already").at(place),
        Fault::Forbidden => Error::unavailable(format!("the store denies access: cannot {what}")),
        Fault::Unauthenticated => {
            Error::unavailable(format!("the store does not accept the credentials: cannot {what}"))
        }
        Fault::RangeIgnored => Error::unsupported("the server ignores byte ranges"),
        Fault::Unsupported => Error::unsupported(format!("the store cannot {what}")),
        Fault::InvalidName => Error::invalid("not a valid object name"),
        Fault::TooShort => Error::corrupt("the file ends before the bytes asked for"),
        Fault::Transient | Fault::Permanent => Error::unavailable(format!("cannot {what}")),
    };
    error.at(place).because(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(source: impl Into<Box<dyn StdError + Send + Sync>>) -> object_store::Error {
        object_store::Error::Generic { store: "test", source: source.into() }
    }

    fn denied(text: &str) -> object_store::Error {
        object_store::Error::PermissionDenied { path: "p".into(), source: text.into() }
    }

    #[test]
    fn faults_say_whether_to_try_again() {
        assert_eq!(
            classify(&generic("Server returned non-2xx status code: 503 Service Unavailable: ")),
            Fault::Transient
        );
        assert_eq!(classify(&generic("Server returned non-2xx status code: 400 Bad Request: ")), Fault::Permanent);
        assert_eq!(classify(&generic("Server returned non-2xx status code: 416 Range: ")), Fault::TooShort);
        assert_eq!(classify(&generic(io::Error::from(io::ErrorKind::StorageFull))), Fault::Permanent);
        assert_eq!(classify(&generic(io::Error::from(io::ErrorKind::NotADirectory))), Fault::Absent);
        assert_eq!(classify(&generic("connection closed")), Fault::Transient);
    }

    #[test]
    fn a_403_about_credentials_is_not_about_the_object() {
        assert_eq!(classify(&denied("<Code>AccessDenied</Code>")), Fault::Forbidden);
        assert_eq!(classify(&denied("<Code>ExpiredToken</Code>")), Fault::Unauthenticated);
    }

    #[test]
    fn errors_name_the_file() {
        let error = dress(Fault::Transient, "read", "s3://b/t/x", generic("boom"));
        assert_eq!(error.to_string(), "unavailable: cannot read (s3://b/t/x): Generic test error: boom");
    }
}

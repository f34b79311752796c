//! One error type, sorted by what the caller can do about it.

use std::fmt;

/// Result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in terms of what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The named table, snapshot, tag or file does not exist.
    NotFound,
    /// The thing to create is already there.
    AlreadyExists,
    /// Someone else changed the table in a way that contradicts this change: plan again from the latest snapshot.
    Conflict,
    /// The store failed or refused for now: the same call may work later.
    Unavailable,
    /// Bytes disagree with the format.
    Corrupt,
    /// A valid table that needs a feature this build does not have.
    Unsupported,
    /// The caller's argument is wrong.
    Invalid,
    /// The caller cancelled the call.
    Cancelled,
    /// A bug in this crate.
    Internal,
}

impl ErrorKind {
    /// Stable lower-case word, used in messages and across the JS border.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::NotFound => "not found",
            ErrorKind::AlreadyExists => "already exists",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::Corrupt => "corrupt",
            ErrorKind::Unsupported => "unsupported",
            ErrorKind::Invalid => "invalid",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Internal => "internal",
        }
    }
}

type Source = Box<dyn std::error::Error + Send + Sync>;

/// An error: its kind, a message that says what was expected and found, the file or table it is about, and context
/// added while unwinding.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    path: Option<String>,
    lacks: Option<&'static str>,
    context: Vec<(&'static str, String)>,
    source: Option<Source>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Self {
            Self::new(ErrorKind::$kind, message)
        }
    )*};
}

impl Error {
    /// An error of `kind`; the message is lower case, without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            path: None,
            lacks: None,
            context: Vec::new(),
            source: None,
        }))
    }

    constructors! {
        /// See [`ErrorKind::NotFound`].
        not_found => NotFound;
        /// See [`ErrorKind::AlreadyExists`].
        already_exists => AlreadyExists;
        /// See [`ErrorKind::Conflict`].
        conflict => Conflict;
        /// See [`ErrorKind::Unavailable`].
        unavailable => Unavailable;
        /// See [`ErrorKind::Corrupt`].
        corrupt => Corrupt;
        /// See [`ErrorKind::Unsupported`].
        unsupported => Unsupported;
        /// See [`ErrorKind::Invalid`].
        invalid => Invalid;
        /// See [`ErrorKind::Cancelled`].
        cancelled => Cancelled;
        /// See [`ErrorKind::Internal`].
        internal => Internal;
    }

    /// What needs `capability`, which the complete build of this crate has and this one does not: see [`Error::lacks`].
    pub fn lacking(capability: &'static str) -> Self {
        let mut error = Error::unsupported(format!("this build of the engine lacks {capability}"));
        error.0.lacks = Some(capability);
        error
    }

    /// Names the file or table the error is about, unless an inner layer has named one already.
    #[must_use]
    pub fn at(mut self, path: impl fmt::Display) -> Self {
        if self.0.path.is_none() {
            self.0.path = Some(path.to_string());
        }
        self
    }

    /// Adds a named detail, such as the entry number or the field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Keeps the lower-level error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, without kind, path and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// A detail that was added by [`Error::with`], such as `column`.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.0.context.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The file or table it is about.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// What this build of the crate lacks and its complete build has (feature `complete`), here or in an error beneath: the
    /// same call works there.
    pub fn lacks(&self) -> Option<&'static str> {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = next {
            if let Some(lacks) = error.downcast_ref::<Error>().and_then(|error| error.0.lacks) {
                return Some(lacks);
            }
            next = error.source();
        }
        None
    }

    /// True for [`ErrorKind::NotFound`].
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.as_str(), self.0.message)?;
        let details =
            self.0.path.iter().cloned().chain(self.0.context.iter().map(|(name, value)| format!("{name} {value}")));
        let details = details.collect::<Vec<_>>().join(", ");
        if !details.is_empty() {
            write!(f, " ({details})")?;
        }
        match &self.0.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Arrow errors inside the engine are mistakes of the engine, not of the data: decoders map theirs to `Corrupt` themselves.
impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Error::internal("arrow kernel failed").because(error)
    }
}

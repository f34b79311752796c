//! What a store object throws.

use std::{fmt, io};

use js_sys::Reflect;
use object_store::{Error, path::Path};
use wasm_bindgen::JsValue;

/// A JavaScript error as plain text: kind and hint are those of the package's error classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JsFailure {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) path: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) transient: bool,
    pub(crate) unauthenticated: bool,
}

impl JsFailure {
    pub(crate) fn new(kind: &str, message: &str) -> Self {
        JsFailure { kind: kind.to_owned(), message: message.to_owned(), ..JsFailure::default() }
    }

    /// Reads a thrown value, whatever it is.
    pub(crate) fn from_thrown(thrown: &JsValue) -> Self {
        let text = |name: &str| member(thrown, name).as_string().filter(|text| !text.is_empty());
        let flag = |name: &str| member(thrown, name).is_truthy();
        let aborted = text("name").is_some_and(|name| name == "AbortError");
        let kind = if aborted { "cancelled".to_owned() } else { text("kind").unwrap_or_else(|| "unavailable".into()) };
        JsFailure {
            kind,
            message: text("message").or_else(|| thrown.as_string()).unwrap_or_else(|| "the store failed".into()),
            path: text("path"),
            hint: text("hint"),
            transient: flag("transient"),
            unauthenticated: flag("unauthenticated"),
        }
    }

    /// The kind, where it says more than the engine could know.
    pub(crate) fn speaking_kind(&self) -> Option<&'static str> {
        ["cors", "forbidden", "cancelled", "unsupported", "invalid", "corrupt"]
            .into_iter()
            .find(|kind| self.kind == *kind)
    }

    /// The same as an error of `object_store`, in the form from which the engine learns whether trying again helps.
    pub(super) fn into_store_error(self, location: &Path) -> Error {
        let path = location.to_string();
        match self.kind.as_str() {
            "not found" => Error::NotFound { path, source: self.into() },
            "already exists" => Error::AlreadyExists { path, source: self.into() },
            "forbidden" if self.unauthenticated => Error::Unauthenticated { path, source: self.into() },
            "forbidden" => Error::PermissionDenied { path, source: self.into() },
            "unsupported" => Error::NotSupported { source: self.into() },
            "corrupt" => generic(io::ErrorKind::InvalidData, self),
            _ if self.transient => generic(io::ErrorKind::ConnectionReset, self),
            _ => generic(io::ErrorKind::Other, self),
        }
    }
}

fn generic(kind: io::ErrorKind, failure: JsFailure) -> Error {
    Error::Generic { store: "js", source: Box::new(io::Error::new(kind, failure)) }
}

/// A member of any value; `undefined` where there is none.
pub(super) fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

impl fmt::Display for JsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsFailure {}

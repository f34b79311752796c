//! Engine errors as plain JS objects `{kind, message, path, hint, column, row, lacks}`; the package makes its classes of them.

use std::{error::Error as StdError, io};

use cenote_core::Error;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use crate::store::JsFailure;

/// The object for JavaScript.
///
/// What the store itself said (a CORS refusal, missing rights) wins over the engine's summary of it.
pub(crate) fn to_js(error: &Error) -> JsValue {
    let failure = js_failure(error);
    let kind = failure.and_then(|failure| failure.speaking_kind()).unwrap_or_else(|| error.kind().as_str());
    let message = failure.map_or_else(|| text(error), |failure| failure.message.clone());
    let object = Object::new();
    set(&object, "kind", Some(kind));
    set(&object, "message", Some(&message));
    set(&object, "path", error.path().or_else(|| failure.and_then(|failure| failure.path.as_deref())));
    set(&object, "hint", failure.and_then(|failure| failure.hint.as_deref()));
    set(&object, "column", error.detail("column"));
    set(&object, "row", error.detail("row"));
    set(&object, "lacks", error.lacks());
    object.into()
}

fn set(object: &Object, name: &str, value: Option<&str>) {
    let value = value.map_or(JsValue::NULL, JsValue::from_str);
    // Setting a member of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), &value);
}

/// The error's text without its kind and path, which JavaScript gets apart.
fn text(error: &Error) -> String {
    let full = error.to_string();
    let text = full.strip_prefix(&format!("{}: ", error.kind().as_str())).unwrap_or(&full).to_owned();
    match error.path() {
        Some(path) => text.replacen(&format!(" ({path})"), "", 1).replacen(&format!(" ({path}, "), " (", 1),
        None => text,
    }
}

/// What a store of ours reported, under whatever the engine wrapped around it.
fn js_failure(error: &Error) -> Option<&JsFailure> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(failure) = error.downcast_ref::<JsFailure>() {
            return Some(failure);
        }
        // An io::Error hides what it carries: its own `source` is the source of that.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(failure) = carried.and_then(|carried| carried.downcast_ref::<JsFailure>()) {
            return Some(failure);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_leaves_kind_and_path_out() {
        let error = Error::corrupt("bad magic").at("t/manifest/m-1").with("entry", 3);
        assert_eq!(text(&error), "bad magic (entry 3)");
        assert_eq!(text(&Error::not_found("no such table").at("t")), "no such table");
    }

    #[test]
    fn failures_are_found_under_io_errors() {
        let failure = JsFailure { kind: "cors".into(), message: "no".into(), ..JsFailure::default() };
        let error = Error::unavailable("cannot read").because(io::Error::other(failure));
        assert_eq!(js_failure(&error).and_then(JsFailure::speaking_kind), Some("cors"));
    }
}

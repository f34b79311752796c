//! The store object's methods, and what they answer.

use bytes::Bytes;
use js_sys::{Array, Object, Reflect, Uint8Array};
use object_store::GetRange;
use wasm_bindgen::{JsCast, prelude::*};

use super::failure::{JsFailure, member};

#[wasm_bindgen]
extern "C" {
    /// A store of the npm package, or the user's own.
    #[wasm_bindgen(typescript_type = "Store")]
    #[derive(Clone, Debug)]
    pub type StoreObject;

    #[wasm_bindgen(method, catch)]
    fn get(this: &StoreObject, path: &str, options: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn list(this: &StoreObject, folder: &str, options: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &StoreObject, path: &str, bytes: &Uint8Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = putIfAbsent)]
    fn put_if_absent(this: &StoreObject, path: &str, bytes: &Uint8Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &StoreObject, path: &str) -> Result<JsValue, JsValue>;
}

/// Which of the optional methods an object has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abilities {
    pub(super) list: bool,
    pub(super) put: bool,
    pub(super) create: bool,
    /// It creates by asking a server whose maker may not know the condition.
    pub(super) is_remote: bool,
    pub(super) delete: bool,
}

/// Bytes asked of an object: all, from a place, to a place, or the last ones.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    start: Option<u64>,
    end: Option<u64>,
    suffix: Option<u64>,
}

impl From<Option<GetRange>> for Asked {
    fn from(range: Option<GetRange>) -> Self {
        match range {
            None => Asked::default(),
            Some(GetRange::Bounded(range)) => Asked { start: Some(range.start), end: Some(range.end), suffix: None },
            Some(GetRange::Offset(start)) => Asked { start: Some(start), ..Asked::default() },
            Some(GetRange::Suffix(length)) => Asked { suffix: Some(length), ..Asked::default() },
        }
    }
}

/// What `get` gives: `{bytes, size, start?, etag?, modified?}`.
pub(super) struct Found {
    pub(super) bytes: Bytes,
    pub(super) start: u64,
    pub(super) size: Option<u64>,
    pub(super) e_tag: Option<String>,
    pub(super) modified_millis: Option<i64>,
}

/// What `list` gives: `{dirs: [name], files: [{name, size, modified?}]}`.
pub(super) struct Listed {
    pub(super) dirs: Vec<String>,
    pub(super) files: Vec<ListedFile>,
}

pub(super) struct ListedFile {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified_millis: Option<i64>,
}

impl StoreObject {
    pub(super) fn abilities(&self) -> Abilities {
        let has = |name: &str| member(self, name).is_function();
        let kind = member(self, "kind").as_string();
        Abilities {
            list: has("list"),
            put: has("put"),
            create: has("putIfAbsent"),
            is_remote: kind.is_some_and(|kind| ["s3", "presigned"].contains(&kind.as_str())),
            delete: has("delete"),
        }
    }

    pub(super) fn read(&self, path: &str, asked: Asked, signal: &JsValue) -> Result<JsValue, JsValue> {
        let options = Object::new();
        for (name, value) in [("start", asked.start), ("end", asked.end), ("suffix", asked.suffix)] {
            if let Some(value) = value {
                Reflect::set(&options, &name.into(), &JsValue::from_f64(value as f64))?;
            }
        }
        Reflect::set(&options, &"signal".into(), signal)?;
        self.get(path, &options)
    }

    pub(super) fn list_folder(&self, path: &str, signal: &JsValue) -> Result<JsValue, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"signal".into(), signal)?;
        self.list(path, &options)
    }

    pub(super) fn write(&self, path: &str, body: &[u8], create: bool) -> Result<JsValue, JsValue> {
        let bytes = Uint8Array::from(body);
        if create { self.put_if_absent(path, &bytes) } else { self.put(path, &bytes) }
    }

    pub(super) fn remove(&self, path: &str) -> Result<JsValue, JsValue> {
        self.delete(path)
    }
}

/// Reads an answer of `get`; null and undefined mean absent.
pub(super) fn found(value: JsValue) -> Result<Option<Found>, JsFailure> {
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    let bytes = member(&value, "bytes");
    let Some(bytes) = bytes.dyn_ref::<Uint8Array>() else {
        return Err(JsFailure::new(
            "invalid",
            "the store's get must give {bytes: Uint8Array, size}, or null for an absent object",
        ));
    };
    Ok(Some(Found {
        bytes: Bytes::from(bytes.to_vec()),
        start: whole(&member(&value, "start")).unwrap_or(0),
        size: whole(&member(&value, "size")),
        e_tag: member(&value, "etag").as_string(),
        modified_millis: member(&value, "modified").as_f64().map(|millis| millis as i64),
    }))
}

/// Reads an answer of `list`.
pub(super) fn listed(value: JsValue) -> Result<Listed, JsFailure> {
    let items = |name: &str| Array::from(&member(&value, name)).into_iter();
    let file = |file: JsValue| ListedFile {
        name: member(&file, "name").as_string().unwrap_or_default(),
        size: whole(&member(&file, "size")).unwrap_or(0),
        modified_millis: member(&file, "modified").as_f64().map(|millis| millis as i64),
    };
    if !value.is_object() || !member(&value, "files").is_object() || !member(&value, "dirs").is_object() {
        return Err(JsFailure::new("invalid", "the store's list must give {dirs, files}"));
    }
    let dirs = items("dirs").filter_map(|name| name.as_string()).collect();
    Ok(Listed { dirs, files: items("files").map(file).filter(|file| !file.name.is_empty()).collect() })
}

/// Reads an answer of `put` (nothing) or `putIfAbsent` (whether it created).
pub(super) fn created(value: JsValue) -> Result<bool, JsFailure> {
    Ok(value.as_bool().unwrap_or(true))
}

fn whole(value: &JsValue) -> Option<u64> {
    // Sizes and offsets of files: whole numbers far below 2^53.
    value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64)
}

//! Files of the same store outside the opened folder: manifests and descriptors name them by absolute locations.

use object_store::path::Path;

use super::{Storage, location};
use crate::error::Result;

/// Where an absolute location leads.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The whole store.
    pub storage: Storage,
    /// Path in it.
    pub path: String,
    /// Whether it is in the folder that was opened, such as the warehouse.
    pub in_opened_folder: bool,
}

impl Storage {
    /// The file at an absolute location, such as `/data/f`, `file:///data/f` or `s3://bucket/f`; `None` where another
    /// store holds it. Errors: `Invalid` for `..` and what else no object name has.
    pub fn elsewhere(&self, uri: &str) -> Result<Option<Elsewhere>> {
        let label = &self.shared.traits.label;
        let Some((store, key)) = split(uri) else { return Ok(None) };
        if split(&format!("{label}/")).map(|(store, _)| store) != Some(store) {
            return Ok(None);
        }
        let located = location::join(&Path::ROOT, key)?;
        let in_opened_folder = location::below(&self.shared.base, &located).is_some();
        let storage = Storage { root: Path::ROOT, ..self.clone() };
        Ok(Some(Elsewhere { storage, path: key.to_owned(), in_opened_folder }))
    }
}

/// The store, in the spelling of `StorageTraits::label`, and the name in it. `None` for relative names.
fn split(uri: &str) -> Option<(String, &str)> {
    if let Some(path) = uri.strip_prefix('/') {
        return Some((String::new(), path.trim_start_matches('/')));
    }
    let (scheme, rest) = uri.split_once(':')?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "s3a" | "s3n" => "s3".to_owned(),
        other => other.to_owned(),
    };
    match rest.strip_prefix("//") {
        // `file:///a` and `file:/a` have no host.
        Some(path) if path.starts_with('/') => split_local(scheme, path),
        Some(rest) if scheme == "file" => split_local(scheme, rest.strip_prefix("localhost")?),
        Some(rest) => {
            let (host, key) = rest.split_once('/')?;
            Some((format!("{scheme}://{host}"), key.trim_start_matches('/')))
        }
        None => split_local(scheme, rest),
    }
}

fn split_local(scheme: String, path: &str) -> Option<(String, &str)> {
    let key = path.strip_prefix('/')?.trim_start_matches('/');
    Some((if scheme == "file" { String::new() } else { format!("{scheme}:") }, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tests::runtime;

    #[test]
    fn locations_name_stores() {
        let local = |key| Some((String::new(), key));
        assert_eq!(split("/a/b"), local("a/b"));
        assert_eq!(split("file:/a/b"), local("a/b"));
        assert_eq!(split("file:///a/b"), local("a/b"));
        assert_eq!(split("file://localhost/a"), local("a"));
        assert_eq!(split("file://host/a"), None);
        assert_eq!(split("s3a://b/k"), Some(("s3://b".to_owned(), "k")));
        assert_eq!(split("memory:/k"), Some(("memory:".to_owned(), "k")));
        assert_eq!(split("relative/a"), None);
        assert_eq!(split("data:x"), None);
    }

    #[test]
    fn only_the_same_store_is_reached() {
        let storage = Storage::memory(runtime()).child("wh/t").unwrap();
        let found = storage.elsewhere("memory:/other/f").unwrap().unwrap();
        assert_eq!((found.path.as_str(), found.in_opened_folder), ("other/f", true));
        assert!(storage.elsewhere("/other/f").unwrap().is_none());
        assert!(storage.elsewhere("s3://b/f").unwrap().is_none());
        assert!(storage.elsewhere("memory:/a/../f").is_err());
    }
}

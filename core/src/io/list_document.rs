//! Listings as documents: what stands in for listing on a server that only gives files.
//!
//! `<folder>/_cenote/list.json` says what is in a folder, also of one that is absent (it is empty then): `cenote serve`
//! answers it for every folder, and anyone may lay such files beside a static copy of a table.

use std::sync::atomic::Ordering;

use serde::Deserialize;

use super::{DirEntry, Listing, Storage};
use crate::error::{Error, Result};

const NAME: &str = "_cenote/list.json";

#[derive(Deserialize)]
struct Document {
    dirs: Vec<String>,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    size: u64,
    modified_millis: i64,
}

impl Storage {
    /// The listing document of a folder. Errors: `Unsupported` where there is none (the server is not asked again),
    /// `Corrupt` for one that does not parse or names what is not in the folder.
    pub(super) async fn list_document(&self, path: &str) -> Result<Listing> {
        let unsupported = || Error::unsupported("the store cannot list folders").at(self.location(path));
        if self.shared.lacks_list_documents.load(Ordering::Relaxed) {
            return Err(unsupported());
        }
        let folder = path.trim_end_matches('/');
        let document = if folder.is_empty() { NAME.to_owned() } else { format!("{folder}/{NAME}") };
        let Some(body) = self.get_opt(&document).await? else {
            self.shared.lacks_list_documents.store(true, Ordering::Relaxed);
            return Err(unsupported());
        };
        parse(&body).map_err(|error| error.at(self.location(&document)))
    }
}

fn parse(body: &[u8]) -> Result<Listing> {
    let document: Document =
        serde_json::from_slice(body).map_err(|error| Error::corrupt("listing does not parse").because(error))?;
    let entry = |file: File| DirEntry { name: file.name, size: file.size, modified_millis: file.modified_millis };
    let mut listing = Listing { dirs: document.dirs, files: document.files.into_iter().map(entry).collect() };
    let mut names = listing.dirs.iter().chain(listing.files.iter().map(|file| &file.name));
    if let Some(name) =
        names.find(|name| name.is_empty() || name.contains(['/', '\\']) || *name == "." || *name == "..")
    {
        return Err(Error::corrupt(format!("listing names {name:?}, which is no child of the folder")));
    }
    listing.dirs.sort_unstable();
    listing.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn children_are_sorted() {
        let body = br#"{"dirs":["b","a"],"files":[{"name":"z","size":1,"modified_millis":2},{"name":"y","size":3,"modified_millis":4}]}"#;
        let listing = parse(body).unwrap();
        assert_eq!(listing.dirs, ["a", "b"]);
        assert_eq!(
            listing.files.iter().map(|file| (file.name.as_str(), file.size)).collect::<Vec<_>>(),
            [("y", 3), ("z", 1)]
        );
    }

    #[test]
    fn names_outside_the_folder_are_refused() {
        for name in ["", "..", "../x", "a/b", "a\\\\b"] {
            let error = parse(format!(r#"{{"dirs":["{name}"],"files":[]}}"#).as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        }
        assert_eq!(parse(b"<html>").unwrap_err().kind(), ErrorKind::Corrupt);
    }
}

//! The one seam over `object_store::ObjectStore`. Paths are relative to the storage's root, with `/`.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::path::Path;

use crate::error::Result;

/// A folder of an object store, and what was asked of it.
#[derive(Clone, Debug)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    root: Path,
}

/// Whether a create-if-absent created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// The object was absent and is there now.
    Created,
    /// Somebody else's object is there.
    Exists,
}

/// A file in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Last segment of the path.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Modification time, epoch milliseconds.
    pub modified_millis: i64,
}

/// Direct children of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Names of sub-folders.
    pub dirs: Vec<String>,
    /// Files.
    pub files: Vec<DirEntry>,
}

impl Storage {
    /// A store and a folder in it.
    pub fn new(store: Arc<dyn ObjectStore>, root: Path) -> Self {
        Storage { store, root }
    }

    /// The folder `path` below this one; log, meter and cache are shared.
    #[must_use]
    pub fn child(&self, path: &str) -> Self {
        let _ = path;
        unimplemented!()
    }

    /// The whole object. Errors: `NotFound`.
    pub async fn get(&self, path: &str) -> Result<Bytes> {
        let _ = (&self.store, &self.root, path);
        unimplemented!()
    }

    /// The whole object, `None` where it is absent.
    pub async fn get_opt(&self, path: &str) -> Result<Option<Bytes>> {
        let _ = path;
        unimplemented!()
    }

    /// Parts of an object, in the order asked; near ones are fetched together.
    pub async fn get_ranges(&self, path: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let _ = (path, ranges);
        unimplemented!()
    }

    /// Writes an object, replacing what is there.
    pub async fn put(&self, path: &str, body: Bytes) -> Result<()> {
        let _ = (path, body);
        unimplemented!()
    }

    /// Creates an object only if absent. Losing the race is an outcome, not an error.
    pub async fn put_if_absent(&self, path: &str, body: Bytes) -> Result<PutOutcome> {
        let _ = (path, body);
        unimplemented!()
    }

    /// Direct children of a folder; empty where it is absent. Errors: `Unsupported` where the store cannot list.
    pub async fn list(&self, path: &str) -> Result<Listing> {
        let _ = path;
        unimplemented!()
    }

    /// Whether [`Storage::list`] works here.
    pub fn can_list(&self) -> bool {
        unimplemented!()
    }

    /// Removes an object; an absent one is no error.
    pub async fn delete(&self, path: &str) -> Result<()> {
        let _ = path;
        unimplemented!()
    }
}

//! The complete list of index files after a commit (Java `IndexManifestFileHandler`, format digest 9.3). Pure.

use crate::{
    error::{Error, Result},
    spec::{index_manifest::IndexManifestEntry, manifest::FileKind},
};

/// The type of index files that hold the key hashes of a dynamic bucket.
pub(crate) const HASH_INDEX: &str = "HASH";

/// Combines the index files that are there with those of a commit. A new hash index takes the place of its bucket's.
///
/// Errors: `Conflict` where a file to remove is gone.
pub(crate) fn combine(
    mut present: Vec<IndexManifestEntry>,
    change: &[IndexManifestEntry],
) -> Result<Vec<IndexManifestEntry>> {
    for entry in change.iter().filter(|entry| entry.kind == FileKind::Delete) {
        let before = present.len();
        present.retain(|there| there.file.file_name != entry.file.file_name);
        if present.len() == before {
            let message = "an index file that this commit replaces is gone: somebody else replaced it";
            return Err(Error::conflict(message).at(&entry.file.file_name));
        }
    }
    for entry in change.iter().filter(|entry| entry.kind == FileKind::Add) {
        if entry.file.index_type == HASH_INDEX {
            let same_bucket = |there: &IndexManifestEntry| {
                there.file.index_type == HASH_INDEX
                    && there.bucket == entry.bucket
                    && there.partition == entry.partition
            };
            present.retain(|there| !same_bucket(there));
        }
        present.push(entry.clone());
    }
    Ok(present)
}

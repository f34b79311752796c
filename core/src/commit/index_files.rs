//! The complete list of index files after a commit (Java `IndexManifestFileHandler`, format digest 9.3). Pure.

use std::collections::HashSet;

use crate::{
    error::{Error, Result},
    spec::{index_manifest::IndexManifestEntry, manifest::FileKind},
};

/// Data files that have a deletion vector in this index file.
fn data_files(entry: &IndexManifestEntry) -> impl Iterator<Item = String> + '_ {
    entry.file.deletion_vectors.iter().flatten().map(|vector| vector.data_file.clone())
}

/// The type of index files that hold the key hashes of a dynamic bucket.
pub(crate) const HASH_INDEX: &str = "HASH";

/// Combines the index files that are there with those of a commit. A new hash index takes the place of its bucket's.
///
/// Errors: `Conflict` where a file to remove is gone, and where a data file would have two deletion vectors.
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
    let mut vectors: HashSet<String> = present.iter().flat_map(data_files).collect();
    for entry in change.iter().filter(|entry| entry.kind == FileKind::Add) {
        if let Some(data_file) = data_files(entry).find(|data_file| !vectors.insert(data_file.clone())) {
            let message = "somebody else deleted rows of a file that this commit deletes rows of";
            return Err(Error::conflict(message).at(data_file));
        }
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

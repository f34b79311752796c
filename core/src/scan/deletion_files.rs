//! Which data files have a deletion vector, and where it stands.

use std::collections::HashMap;

use super::files::read_index_manifest;
use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, index_manifest::DeletionVectorMeta, layout, snapshot::Snapshot},
    table::Table,
};

/// Index type of deletion vectors in the index manifest.
pub(crate) const DELETION_VECTORS: &str = "DELETION_VECTORS";

/// Where the deletion vector of a data file stands (Java `DeletionFile`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionFile {
    /// Index file, relative to the table folder.
    pub path: String,
    /// Place in the index file.
    pub vector: DeletionVectorMeta,
}

/// Deletion files of one bucket by data file name.
pub(crate) type BucketDeletions = HashMap<String, DeletionFile>;

/// The deletion vectors of a snapshot, by partition and bucket. Errors: `Unsupported` for index files elsewhere.
pub(crate) async fn deletion_files(
    table: &Table,
    snapshot: &Snapshot,
) -> Result<HashMap<(BinaryRow, i32), BucketDeletions>> {
    let mut found: HashMap<(BinaryRow, i32), BucketDeletions> = HashMap::new();
    let Some(manifest) = &snapshot.index_manifest else { return Ok(found) };
    for entry in read_index_manifest(table.storage(), manifest).await? {
        if entry.index_type != DELETION_VECTORS {
            continue;
        }
        super::support::check_index_path(table, &entry)?;
        let path = layout::index_path(&entry.file_name);
        let bucket = found.entry((entry.partition, entry.bucket)).or_default();
        for vector in entry.deletion_vectors.unwrap_or_default() {
            bucket.insert(vector.data_file.clone(), DeletionFile { path: path.clone(), vector });
        }
    }
    Ok(found)
}

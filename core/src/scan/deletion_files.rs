//! Which data files have a deletion vector, and where it stands.

use std::collections::HashMap;

use super::{files::read_index_manifest, prune::types_of};
use crate::{
    error::Result,
    spec::{
        binary_row::BinaryRow,
        index_manifest::{DeletionVectorMeta, IndexManifestEntry},
        layout,
        snapshot::Snapshot,
    },
    table::Table,
};

/// Index type of deletion vectors in the index manifest.
pub(crate) const DELETION_VECTORS: &str = "DELETION_VECTORS";

/// Where the deletion vector of a data file stands (Java `DeletionFile`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionFile {
    /// Index file: relative to the table folder, unless it is external.
    pub path: String,
    /// Whether the path is absolute.
    pub is_external: bool,
    /// Place in the index file.
    pub vector: DeletionVectorMeta,
}

/// Deletion files of one bucket by data file name.
pub(crate) type BucketDeletions = HashMap<String, DeletionFile>;

/// The deletion vectors of a snapshot, by partition and bucket.
pub(crate) async fn deletion_files(
    table: &Table,
    snapshot: &Snapshot,
) -> Result<HashMap<(BinaryRow, i32), BucketDeletions>> {
    let mut found: HashMap<(BinaryRow, i32), BucketDeletions> = HashMap::new();
    let Some(manifest) = &snapshot.index_manifest else { return Ok(found) };
    for entry in read_index_manifest(table.storage(), manifest).await? {
        if entry.file.index_type != DELETION_VECTORS {
            continue;
        }
        let is_external = entry.file.external_path.is_some();
        let path = index_file_path(table, &entry)?;
        let bucket = found.entry((entry.partition, entry.bucket)).or_default();
        for vector in entry.file.deletion_vectors.unwrap_or_default() {
            bucket.insert(vector.data_file.clone(), DeletionFile { path: path.clone(), is_external, vector });
        }
    }
    Ok(found)
}

/// Where an index file is: at its external path, beside the data (option `index-file-in-data-file-dir`), or in the folder
/// `index` (Java `IndexFilePathFactories`).
pub(crate) fn index_file_path(table: &Table, entry: &IndexManifestEntry) -> Result<String> {
    if let Some(path) = &entry.file.external_path {
        return Ok(path.clone());
    }
    if !table.options().index_file_in_data_file_dir {
        return Ok(layout::index_path(&entry.file.file_name));
    }
    let fields = table.schema().partition_fields();
    let values = entry.partition.decode(&types_of(&fields))?;
    let partition = layout::partition_path(&fields, &values, table.options());
    Ok(format!("{}/{}", layout::bucket_path(&partition, entry.bucket), entry.file.file_name))
}

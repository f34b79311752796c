//! Index manifest: the complete list of index files of a snapshot (Java `IndexManifestEntry`, format digest 9.2).

use bytes::Bytes;

use super::{binary_row::BinaryRow, manifest::FileKind};

/// One record of an index manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexManifestEntry {
    /// ADD; DELETE never persists.
    pub kind: FileKind,
    /// Partition values.
    pub partition: BinaryRow,
    /// Bucket number.
    pub bucket: i32,
    /// `HASH`, `DELETION_VECTORS` or a global index type.
    pub index_type: String,
    /// Name within `index/`.
    pub file_name: String,
    /// Length in bytes.
    pub file_size: i64,
    /// Hashes or vectors in the file.
    pub row_count: i64,
    /// Where each data file's deletion vector stands, in file order.
    pub deletion_vectors: Option<Vec<DeletionVectorMeta>>,
    /// Full path, where the file is not in `index/`.
    pub external_path: Option<String>,
    /// Present for global indexes.
    pub global_index: Option<GlobalIndexMeta>,
}

/// Where the deletion vector of one data file stands in its index file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionVectorMeta {
    /// Name of the data file.
    pub data_file: String,
    /// Position of the size field.
    pub offset: i32,
    /// Length as the vector's version counts it.
    pub length: i32,
    /// Deleted rows, where known.
    pub cardinality: Option<i64>,
}

/// What a global index file covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalIndexMeta {
    /// First row id.
    pub row_range_start: i64,
    /// Last row id, inclusive.
    pub row_range_end: i64,
    /// Id of the indexed field.
    pub index_field_id: i32,
    /// Ids of further fields.
    pub extra_field_ids: Option<Vec<i32>>,
    /// Metadata of the index type.
    pub index_meta: Option<Bytes>,
    /// Metadata of the source.
    pub source_meta: Option<Bytes>,
}

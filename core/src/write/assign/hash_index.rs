//! Index files of dynamic buckets: the hashes of a bucket's keys, each four bytes, big-endian (format digest 6.3, Java
//! `HashIndexFile`).

use bytes::Bytes;

use crate::{
    error::{Error, Result},
    scan::entry_types,
    spec::{index_manifest::IndexFileMeta, layout},
    table::Table,
    write::route::BucketOf,
};

/// Index type in the index manifest.
pub(super) const HASH: &str = "HASH";

const HASH_BYTES: usize = size_of::<i32>();

/// A written index file, and the one that it replaces.
#[derive(Debug)]
pub(in crate::write) struct NewIndex {
    pub(in crate::write) of: BucketOf,
    pub(in crate::write) file: IndexFileMeta,
    pub(in crate::write) replaces: Option<IndexFileMeta>,
    /// Path of the file, relative to the table folder.
    pub(in crate::write) path: String,
}

/// The hashes of an index file. Errors: `Corrupt` where the file is not what its entry says.
pub(super) async fn read(table: &Table, of: &BucketOf, file: &IndexFileMeta) -> Result<Vec<i32>> {
    if let Some(path) = &file.external_path {
        return Err(Error::unsupported("cannot read a hash index outside the table folder yet").at(path));
    }
    let path = path(table, of, &file.file_name)?;
    let bytes = table.storage().get_immutable(&path).await?;
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if !rest.is_empty() || i64::try_from(hashes.len()) != Ok(file.row_count) {
        let message = format!("expected a hash index of {} hashes, found {} bytes", file.row_count, bytes.len());
        return Err(Error::corrupt(message).at(table.storage().location(&path)));
    }
    Ok(hashes.iter().map(|hash| i32::from_be_bytes(*hash)).collect())
}

/// Writes an index file.
pub(super) async fn write(
    table: &Table,
    of: &BucketOf,
    name: String,
    hashes: &[i32],
) -> Result<(String, IndexFileMeta)> {
    let path = path(table, of, &name)?;
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_be_bytes()).collect();
    let file = IndexFileMeta {
        index_type: HASH.to_owned(),
        file_name: name,
        file_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        row_count: i64::try_from(hashes.len()).unwrap_or(i64::MAX),
        deletion_vectors: None,
        external_path: None,
        global_index: None,
    };
    table.storage().put(&path, Bytes::from(bytes)).await?;
    Ok((path, file))
}

/// In the folder `index`, or beside the data (option `index-file-in-data-file-dir`).
fn path(table: &Table, of: &BucketOf, name: &str) -> Result<String> {
    if !table.options().index_file_in_data_file_dir {
        return Ok(layout::index_path(name));
    }
    let fields = table.schema().partition_fields();
    let values = of.partition.decode(&entry_types(&fields))?;
    let partition = layout::partition_path(&fields, &values, table.options());
    Ok(format!("{}/{name}", layout::bucket_path(&partition, of.bucket)))
}

//! New deletion vectors, and the index files that hold them (Java `AppendDeleteFileMaintainer`,
//! `BucketedAppendDeleteFileMaintainer`, `DeletionVectorIndexFileWriter`; format digest 9).
//!
//! A table without buckets rewrites only the index files that hold a vector which changes; a bucket has one index file,
//! which is rewritten whole (also `BucketedDvMaintainer`, for compactions of primary-key tables).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;

use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    read::{ReadContext, read_vector},
    scan::{DELETION_VECTORS, DeletionFile, index_file_path, read_index_manifest},
    spec::{
        binary_row::BinaryRow,
        deletion_vector::{DeletionVector, VectorVersion},
        index_manifest::{DeletionVectorMeta, IndexFileMeta, IndexManifestEntry},
        manifest::FileKind,
        options::Bucket,
        snapshot::Snapshot,
    },
    table::Table,
};

/// First byte of an index file of deletion vectors.
const INDEX_FILE_VERSION: u8 = 1;

/// A bucket of a partition.
pub(crate) type BucketKey = (BinaryRow, i32);

/// Changes of the vectors of one bucket.
#[derive(Debug, Default)]
pub(crate) struct BucketVectors {
    /// Rows to delete, by data file.
    pub(crate) marks: BTreeMap<String, DeletionVector>,
    /// Data files that are taken away.
    pub(crate) gone: BTreeSet<String>,
}

/// Writes index files, and knows what it wrote.
pub(crate) struct VectorWriter<'a> {
    table: &'a Table,
    context: &'a Arc<ReadContext>,
    uuid: String,
    written: Vec<String>,
}

impl<'a> VectorWriter<'a> {
    pub(crate) fn new(table: &'a Table, context: &'a Arc<ReadContext>) -> Self {
        VectorWriter { table, context, uuid: table.runtime().uuid(), written: Vec::new() }
    }

    /// Merges the changes with the vectors of `snapshot`, and puts what comes and goes into the messages.
    ///
    /// Memory: the vectors of one bucket.
    pub(crate) async fn write(
        &mut self,
        snapshot: &Snapshot,
        changes: BTreeMap<BucketKey, BucketVectors>,
        messages: &mut BTreeMap<BucketKey, CommitMessage>,
    ) -> Result<()> {
        let mut entries = match &snapshot.index_manifest {
            Some(name) => read_index_manifest(self.table.storage(), name).await?,
            None => Vec::new(),
        };
        entries.retain(|entry| entry.file.index_type == DELETION_VECTORS);
        for (key, change) in changes {
            let of_bucket = |entry: &&IndexManifestEntry| entry.partition == key.0 && entry.bucket == key.1;
            let old: Vec<&IndexManifestEntry> = entries.iter().filter(of_bucket).collect();
            let (new, deleted) = self.rewrite(&key, &old, change).await?;
            if let Some(message) = messages.get_mut(&key) {
                message.new_index_files.extend(new);
                message.deleted_index_files.extend(deleted);
            }
        }
        Ok(())
    }

    /// Merges changes with the vectors that the index files `old` of a bucket hold. Gives the index files that come and those
    /// that go.
    pub(crate) async fn rewrite_bucket(
        &mut self,
        key: &BucketKey,
        old: Vec<IndexFileMeta>,
        change: BucketVectors,
    ) -> Result<(Vec<IndexFileMeta>, Vec<IndexFileMeta>)> {
        let entry = |file| {
            let (partition, bucket) = key.clone();
            IndexManifestEntry { kind: FileKind::Add, partition, bucket, file }
        };
        let old: Vec<IndexManifestEntry> = old.into_iter().map(entry).collect();
        self.rewrite(key, &old.iter().collect::<Vec<_>>(), change).await
    }

    /// Removes what was written; only for changes that were surely not committed.
    pub(crate) async fn abort(self) {
        for path in &self.written {
            let _ = self.table.storage().delete(path).await;
        }
    }

    /// Index files that come and that go.
    async fn rewrite(
        &mut self,
        key: &BucketKey,
        old: &[&IndexManifestEntry],
        change: BucketVectors,
    ) -> Result<(Vec<IndexFileMeta>, Vec<IndexFileMeta>)> {
        // Buckets of a primary-key table have one index file each, however they are counted.
        let one_file = self.table.schema().is_primary_key_table() || self.table.options().bucket != Bucket::Dynamic;
        let BucketVectors { marks: mut vectors, gone } = change;
        let marked: BTreeSet<String> = vectors.keys().cloned().collect();
        let mut deleted = Vec::new();
        for entry in old {
            let metas = entry.file.deletion_vectors.as_deref().unwrap_or_default();
            let holds = |meta: &DeletionVectorMeta| marked.contains(&meta.data_file) || gone.contains(&meta.data_file);
            let is_rewritten = metas.iter().any(holds) || (one_file && !marked.is_empty());
            if !is_rewritten {
                continue;
            }
            let path = index_file_path(self.table, entry)?;
            for meta in metas.iter().filter(|meta| !gone.contains(&meta.data_file)) {
                let is_external = entry.file.external_path.is_some();
                let file = DeletionFile { path: path.clone(), is_external, vector: meta.clone() };
                let vector = read_vector(self.context, &file).await?;
                vectors.entry(meta.data_file.clone()).or_default().merge(&vector);
            }
            deleted.push(entry.file.clone());
        }
        Ok((self.put(key, &vectors, one_file).await?, deleted))
    }

    /// Writes vectors into index files that roll at their target size, or into one.
    async fn put(
        &mut self,
        key: &BucketKey,
        vectors: &BTreeMap<String, DeletionVector>,
        one_file: bool,
    ) -> Result<Vec<IndexFileMeta>> {
        let options = self.table.options();
        let version = if options.deletion_vectors_bitmap64 { VectorVersion::V2 } else { VectorVersion::V1 };
        let target = if one_file { u64::MAX } else { options.deletion_vector_index_file_target_size };
        let mut files = Vec::new();
        let (mut bytes, mut metas) = (vec![INDEX_FILE_VERSION], Vec::new());
        for (data_file, vector) in vectors {
            let too_large = |_| Error::invalid("an index file of deletion vectors beyond 2 GiB").at(self.table.name());
            let offset = i32::try_from(bytes.len()).map_err(too_large)?;
            let length = vector.encode(version, &mut bytes).map_err(|error| error.with("data file", data_file))?;
            let cardinality = i64::try_from(vector.cardinality()).ok();
            metas.push(DeletionVectorMeta { data_file: data_file.clone(), offset, length, cardinality });
            if bytes.len() as u64 > target {
                let full = (std::mem::replace(&mut bytes, vec![INDEX_FILE_VERSION]), std::mem::take(&mut metas));
                files.push(self.put_file(key, full.0, full.1).await?);
            }
        }
        if !metas.is_empty() {
            files.push(self.put_file(key, bytes, metas).await?);
        }
        Ok(files)
    }

    async fn put_file(
        &mut self,
        key: &BucketKey,
        bytes: Vec<u8>,
        metas: Vec<DeletionVectorMeta>,
    ) -> Result<IndexFileMeta> {
        let file = IndexFileMeta {
            index_type: DELETION_VECTORS.to_owned(),
            file_name: format!("index-{}-{}", self.uuid, self.written.len()),
            file_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            row_count: i64::try_from(metas.len()).unwrap_or(i64::MAX),
            deletion_vectors: Some(metas),
            external_path: None,
            global_index: None,
        };
        let (partition, bucket) = key.clone();
        let entry = IndexManifestEntry { kind: FileKind::Add, partition, bucket, file };
        let path = index_file_path(self.table, &entry)?;
        self.written.push(path.clone());
        self.table.storage().put(&path, Bytes::from(bytes)).await?;
        Ok(entry.file)
    }
}

/// Removes an index file of a bucket, as far as that works: for files that were surely not committed.
pub(crate) async fn remove_index_file(table: &Table, (partition, bucket): &BucketKey, file: &IndexFileMeta) {
    let (partition, bucket, file) = (partition.clone(), *bucket, file.clone());
    let entry = IndexManifestEntry { kind: FileKind::Add, partition, bucket, file };
    if let Ok(path) = index_file_path(table, &entry) {
        let _ = table.storage().delete(&path).await;
    }
}

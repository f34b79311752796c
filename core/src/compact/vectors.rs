//! The deletion vectors that a compaction meets.

use std::collections::{BTreeMap, HashMap};

use super::TaskVectors;
use crate::{
    commit::CommitMessage,
    error::Result,
    scan::{BucketDeletions, DELETION_VECTORS, DeletionFile, deletion_files, index_file_path, read_index_manifest},
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        index_manifest::{IndexFileMeta, IndexManifestEntry},
        manifest::FileKind,
        snapshot::Snapshot,
    },
    table::Table,
    write::{BucketKey, BucketVectors, VectorWriter},
};

/// Deletion vectors of a snapshot.
#[derive(Debug, Default)]
pub(super) struct DeletionVectors(HashMap<(BinaryRow, i32), TaskVectors>);

impl DeletionVectors {
    /// Reads where they stand. Errors: `Corrupt`, and those of the store.
    pub(super) async fn read(table: &Table, snapshot: &Snapshot) -> Result<Self> {
        let Some(manifest) = &snapshot.index_manifest else { return Ok(Self::default()) };
        let mut found: HashMap<(BinaryRow, i32), TaskVectors> = HashMap::new();
        for (bucket, files) in deletion_files(table, snapshot).await? {
            found.entry(bucket).or_default().files = files;
        }
        for entry in read_index_manifest(table.storage(), manifest).await? {
            if entry.file.index_type == DELETION_VECTORS {
                found.entry((entry.partition, entry.bucket)).or_default().indexes.push(entry.file);
            }
        }
        Ok(DeletionVectors(found))
    }

    /// Where the vector of a file stands.
    pub(super) fn find(&self, bucket: &BucketKey, file_name: &str) -> Option<&DeletionFile> {
        self.0.get(bucket).and_then(|vectors| vectors.files.get(file_name))
    }

    /// Those of a bucket.
    pub(super) fn of(&self, bucket: &BucketKey) -> TaskVectors {
        self.0.get(bucket).cloned().unwrap_or_default()
    }

    /// Rewrites the index files of append buckets that hold vectors of files which go: one message a bucket.
    pub(super) async fn drop_gone(
        &self,
        writer: &mut VectorWriter<'_>,
        snapshot: &Snapshot,
        messages: &[CommitMessage],
    ) -> Result<Vec<CommitMessage>> {
        let mut changes: BTreeMap<BucketKey, BucketVectors> = BTreeMap::new();
        let mut rewritten: BTreeMap<BucketKey, CommitMessage> = BTreeMap::new();
        for message in messages.iter().filter(|message| message.compact_deleted_index_files.is_empty()) {
            let key = (message.partition.clone(), message.bucket);
            let gone = message.compact_before.iter().map(|file| &file.file_name);
            let gone: Vec<String> = gone.filter(|name| self.find(&key, name).is_some()).cloned().collect();
            if !gone.is_empty() {
                let message = CommitMessage::new(key.0.clone(), key.1, message.total_buckets);
                rewritten.entry(key.clone()).or_insert(message);
                changes.entry(key).or_default().gone.extend(gone);
            }
        }
        writer.write(snapshot, changes, &mut rewritten).await?;
        for message in rewritten.values_mut() {
            message.compact_new_index_files = std::mem::take(&mut message.new_index_files);
            message.compact_deleted_index_files = std::mem::take(&mut message.deleted_index_files);
        }
        Ok(rewritten.into_values().collect())
    }
}

impl TaskVectors {
    /// Those of some files alone.
    pub(super) fn of_files(&self, files: &[DataFileMeta]) -> Self {
        let of = |name: &String| self.files.get(name).map(|vector| (name.clone(), vector.clone()));
        let found: BucketDeletions = files.iter().filter_map(|file| of(&file.file_name)).collect();
        let lean = |index: &IndexFileMeta| {
            let metas = index.deletion_vectors.iter().flatten();
            let metas: Vec<_> = metas.filter(|vector| found.contains_key(&vector.data_file)).cloned().collect();
            (!metas.is_empty()).then(|| IndexFileMeta { deletion_vectors: Some(metas), ..index.clone() })
        };
        TaskVectors { indexes: self.indexes.iter().filter_map(lean).collect(), files: found }
    }

    /// The vectors that index files of a bucket hold. Errors: `Corrupt` for a partition that does not decode.
    pub(super) fn of_indexes(
        table: &Table,
        (partition, bucket): BucketKey,
        indexes: Vec<IndexFileMeta>,
    ) -> Result<Self> {
        let mut vectors = TaskVectors::default();
        for file in indexes {
            let (is_external, metas) = (file.external_path.is_some(), file.deletion_vectors.clone());
            let entry = IndexManifestEntry { kind: FileKind::Add, partition: partition.clone(), bucket, file };
            let path = index_file_path(table, &entry)?;
            for vector in metas.unwrap_or_default() {
                let data_file = vector.data_file.clone();
                vectors.files.insert(data_file, DeletionFile { path: path.clone(), is_external, vector });
            }
            vectors.indexes.push(entry.file);
        }
        Ok(vectors)
    }
}

//! One decision of a compaction: what to do with some files of one bucket.

use serde::{Deserialize, Serialize};

use super::{ClusterTask, Reason};
use crate::{
    merge::ChangelogRule,
    scan::{BucketDeletions, BucketFiles},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, index_manifest::IndexFileMeta},
    types::DatumRow,
};

/// Files of a bucket that are rewritten or moved up together, with all that a worker must know to do it.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactTask {
    /// Where.
    pub bucket: TaskBucket,
    /// What.
    pub kind: TaskKind,
    /// Why.
    pub reason: Reason,
    /// The files that take part.
    pub files: Vec<DataFileMeta>,
    /// Files of the bucket that stay, where the work must know them: tables that look rows up, deletion vectors.
    pub others: Vec<DataFileMeta>,
    /// Deletion vectors of the bucket.
    pub vectors: TaskVectors,
    /// Sorted runs (primary key) or files (append) of the bucket before.
    pub runs_before: usize,
}

/// The bucket of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskBucket {
    /// Partition as manifests have it.
    pub partition: BinaryRow,
    /// The same, decoded.
    pub partition_values: DatumRow,
    /// Bucket number.
    pub bucket: i32,
    /// Bucket count in force; -1 where buckets are not fixed.
    pub total_buckets: i32,
    /// Bucket directory, relative to the table folder.
    pub bucket_path: String,
}

/// Deletion vectors of a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskVectors {
    /// Where the vector of each data file stands, by data file name.
    pub(crate) files: BucketDeletions,
    /// The index files that hold them.
    pub(crate) indexes: Vec<IndexFileMeta>,
}

/// What is done with the files of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TaskKind {
    /// Sorted runs of a primary-key bucket are merged or moved up.
    KeyValue(KeyValueTask),
    /// Files of an append bucket become one after the other.
    Append,
    /// Rows of files of an append bucket are sorted.
    Cluster(ClusterTask),
}

/// How sorted runs are compacted (Java `CompactUnit` and what `MergeTreeCompactManager` adds).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyValueTask {
    /// Level of the result.
    pub output_level: i32,
    /// Highest level of the bucket.
    pub max_level: i32,
    /// Whether rows that are deleted are left out: nothing older can be below.
    pub drop_deletes: bool,
    /// Changelog to produce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog: Option<ChangelogRule>,
    /// Each file is rewritten by itself: they are all of the top level (Java `FileRewriteCompactTask`).
    #[serde(default)]
    pub one_by_one: bool,
    /// No file moves up as it is.
    #[serde(default)]
    pub rewrite_all: bool,
}

impl TaskBucket {
    /// The bucket of some files.
    pub fn of(files: &BucketFiles) -> Self {
        TaskBucket {
            partition: files.partition.clone(),
            partition_values: files.partition_values.clone(),
            bucket: files.bucket,
            total_buckets: files.total_buckets,
            bucket_path: files.bucket_path.clone(),
        }
    }

    /// Partition and bucket.
    pub fn key(&self) -> (BinaryRow, i32) {
        (self.partition.clone(), self.bucket)
    }
}

impl CompactTask {
    /// LSM level of the result; 0 in append tables.
    pub fn output_level(&self) -> i32 {
        match &self.kind {
            TaskKind::KeyValue(task) => task.output_level,
            TaskKind::Append => 0,
            TaskKind::Cluster(task) => task.output_level,
        }
    }

    /// Bytes of the files that take part.
    pub fn bytes(&self) -> i64 {
        self.files.iter().map(|file| file.file_size).sum()
    }

    /// Whether a row of the file is deleted by a vector.
    pub(crate) fn has_vector(&self, file_name: &str) -> bool {
        self.vectors.files.contains_key(file_name)
    }
}

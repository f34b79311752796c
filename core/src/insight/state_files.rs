//! The live files of a state in an order that people can follow.

use std::cmp::Ordering;

use super::file_record::{FilePlace, FileRecord, FileWords};
use crate::{
    error::Result,
    scan::{BucketDeletions, BucketFiles, data_files, deletion_files, entry_types},
    spec::{data_file::DataFileMeta, layout, snapshot::Snapshot},
    table::Table,
    types::{DataType, DatumRow, compare_keys},
};

/// The live files of a state: buckets by partition and number, in each the files by level and key.
///
/// Memory: the metadata of all files, statistics among them; what is said of files is made for one page at a time.
#[derive(Clone, Debug)]
pub struct StateFiles {
    pub(super) snapshot_id: i64,
    /// Whether rows have keys.
    pub(super) keyed: bool,
    /// Whether files may hold columns of the same rows.
    pub(super) evolves: bool,
    /// Bytes below which a compaction takes a file for small.
    pub(super) small_below: u64,
    pub(super) key_types: Vec<DataType>,
    pub(super) buckets: Vec<StateBucket>,
    words: FileWords,
}

/// A bucket of a state.
#[derive(Clone, Debug)]
pub(super) struct StateBucket {
    /// `dt=1`; empty without partitions.
    pub(super) partition: String,
    pub(super) files: BucketFiles,
    pub(super) deletions: BucketDeletions,
}

/// A file by the places of its bucket and of itself.
pub(super) type Place = (u32, u32);

impl StateFiles {
    /// Reads the metadata of a state. Errors: those of reading manifests and schemas; `Corrupt` for keys and partitions
    /// that do not decode.
    pub async fn read(table: &Table, snapshot: &Snapshot) -> Result<Self> {
        let buckets = data_files(table, snapshot).await?;
        let mut deletions = deletion_files(table, snapshot).await?;
        let ids = buckets.iter().flat_map(|bucket| &bucket.files).map(|file| file.schema_id);
        let words = FileWords::read(table, ids).await?;
        let schema = table.schema();
        let (fields, key_types) = (schema.partition_fields(), entry_types(&schema.trimmed_primary_key_fields()));
        let mut buckets: Vec<StateBucket> = buckets
            .into_iter()
            .map(|mut files| {
                sort(&mut files.files, &key_types)?;
                Ok(StateBucket {
                    partition: layout::partition_name(&fields, &files.partition_values, table.options()),
                    deletions: deletions.remove(&(files.partition.clone(), files.bucket)).unwrap_or_default(),
                    files,
                })
            })
            .collect::<Result<_>>()?;
        buckets.sort_by(|a, b| {
            let partitions = compare_keys(&a.files.partition_values, &b.files.partition_values);
            partitions.then_with(|| a.files.bucket.cmp(&b.files.bucket))
        });
        let keyed = schema.is_primary_key_table();
        let small_below = table.options().compaction_file_size(keyed);
        let evolves = schema.evolves_columns();
        Ok(StateFiles { snapshot_id: snapshot.id, keyed, evolves, small_below, key_types, buckets, words })
    }

    /// A state made by hand: of primary-key tables, without schemas.
    #[cfg(test)]
    pub(super) fn made(
        snapshot_id: i64,
        key_types: Vec<DataType>,
        small_below: u64,
        buckets: Vec<StateBucket>,
    ) -> Self {
        StateFiles {
            snapshot_id,
            keyed: true,
            evolves: false,
            small_below,
            key_types,
            buckets,
            words: FileWords::default(),
        }
    }

    /// The snapshot whose files these are.
    pub fn snapshot_id(&self) -> i64 {
        self.snapshot_id
    }

    /// Bytes of the file at `path`, relative to the table folder or the full location where it is elsewhere.
    pub fn size_of(&self, path: &str) -> Option<u64> {
        let is_it = |bucket: &StateBucket, file: &DataFileMeta| match &file.external_path {
            Some(external) => external == path,
            None => {
                let name = path.strip_prefix(bucket.files.bucket_path.as_str()).and_then(|rest| rest.strip_prefix('/'));
                name == Some(file.file_name.as_str())
            }
        };
        let mut found = self.places().filter(|(_, bucket, file)| is_it(bucket, file));
        found.next().and_then(|(_, _, file)| u64::try_from(file.file_size).ok())
    }

    /// Places of all files, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, &StateBucket, &DataFileMeta)> {
        (0..).zip(&self.buckets).flat_map(|(bucket_place, bucket)| {
            (0..).zip(&bucket.files.files).map(move |(place, file)| ((bucket_place, place), bucket, file))
        })
    }

    /// The file at a place.
    pub(super) fn file(&self, (bucket, file): Place) -> Option<(&StateBucket, &DataFileMeta)> {
        let bucket = self.buckets.get(usize::try_from(bucket).ok()?)?;
        Some((bucket, bucket.files.files.get(usize::try_from(file).ok()?)?))
    }

    /// A file in words, with its statistics where `stats`. Errors: `Corrupt` for keys that do not decode.
    pub(super) fn record<'a>(
        &'a self,
        bucket: &'a StateBucket,
        file: &'a DataFileMeta,
        stats: bool,
    ) -> Result<FileRecord<'a>> {
        self.words.record(bucket.place(), file, stats)
    }

    /// All files in words, in order, with statistics. Errors: `Corrupt` for keys that do not decode.
    pub fn records(&self) -> Result<Vec<FileRecord<'_>>> {
        self.places().map(|(_, bucket, file)| self.record(bucket, file, true)).collect()
    }
}

impl StateBucket {
    pub(super) fn place(&self) -> FilePlace<'_> {
        FilePlace {
            partition: &self.partition,
            bucket: self.files.bucket,
            total_buckets: self.files.total_buckets,
            folder: &self.files.bucket_path,
        }
    }
}

/// By level, then by key, then by age: ties of level 0, and all files of append tables.
fn sort(files: &mut Vec<DataFileMeta>, key_types: &[DataType]) -> Result<()> {
    let decoded = |file: DataFileMeta| -> Result<(DatumRow, DataFileMeta)> {
        let key = if key_types.is_empty() { DatumRow::new() } else { file.min_key.decode(key_types)? };
        Ok((key, file))
    };
    let mut keyed = std::mem::take(files).into_iter().map(decoded).collect::<Result<Vec<_>>>()?;
    keyed.sort_by(|(key, file), (other_key, other)| in_order(key, file, other_key, other));
    files.extend(keyed.into_iter().map(|(_, file)| file));
    Ok(())
}

fn in_order(key: &DatumRow, file: &DataFileMeta, other_key: &DatumRow, other: &DataFileMeta) -> Ordering {
    (file.level.cmp(&other.level))
        .then_with(|| compare_keys(key, other_key))
        .then_with(|| file.min_sequence_number.cmp(&other.min_sequence_number))
        .then_with(|| file.file_name.cmp(&other.file_name))
}

//! Manifest: the ADD and DELETE entries of data files (Java `ManifestEntry`, format digest 4.2).

use std::collections::HashSet;

use bytes::Bytes;

use super::{
    avro::{Codec, Plan, avro_fields, read_records_where, write_records},
    binary_row::BinaryRow,
    data_file::{
        DataFileMeta,
        avro::{DataFilePlan, blank as blank_file, data_file_schema, write as write_data_file},
    },
    stats::avro::{int, required, stats_schema},
};
use crate::error::{Error, Result};

/// Whether an entry adds or removes its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The file joins the table.
    Add = 0,
    /// The file leaves the table.
    Delete = 1,
}

/// One record of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// ADD or DELETE.
    pub kind: FileKind,
    /// Partition values.
    pub partition: BinaryRow,
    /// Bucket number; -2 is the postpone bucket.
    pub bucket: i32,
    /// Bucket count in force when the file was written: n > 0 fixed, -1 dynamic or unaware, -2 postpone.
    pub total_buckets: i32,
    /// The data file.
    pub file: DataFileMeta,
}

/// Version of the records (Java `ManifestEntrySerializer`, `ManifestFileMetaSerializer`).
pub(super) const RECORD_VERSION: i64 = 2;

/// Java's schema of a manifest.
const SCHEMA: &str = concat!(
    r#"{"type":"record","name":"record","namespace":"org.apache.paimon.avro.generated","fields":["#,
    r#"{"name":"_VERSION","type":"int"},{"name":"_KIND","type":"int"},{"name":"_PARTITION","type":"bytes"},"#,
    r#"{"name":"_BUCKET","type":"int"},{"name":"_TOTAL_BUCKETS","type":"int"},{"name":"_FILE","type":"#,
    data_file_schema!(),
    r#"}]}"#
);

avro_fields! {
    /// Fields of a manifest record.
    EntryField {
        Version = "_VERSION" Number required,
        Kind = "_KIND" Number required,
        Partition = "_PARTITION" Bytes required,
        Bucket = "_BUCKET" Number required,
        TotalBuckets = "_TOTAL_BUCKETS" Number required,
        File = "_FILE" Record required,
    }
}

/// Reads a manifest. Shape: one item a record, in the order of the file. Errors: `Corrupt`; `Unsupported` for codecs and
/// record versions this crate does not have.
pub fn decode(bytes: &[u8]) -> Result<Vec<ManifestEntry>> {
    decode_where(bytes, true, |_| Ok(true))
}

/// What an entry says before its file.
#[derive(Clone, Copy, Debug)]
pub struct EntryHead<'a> {
    /// ADD or DELETE.
    pub kind: FileKind,
    /// Partition values.
    pub partition: &'a BinaryRow,
    /// Bucket number.
    pub bucket: i32,
    /// Bucket count in force when the file was written.
    pub total_buckets: i32,
}

/// Reads those entries of a manifest whose head `keep` lets through, without making files of the others. Files have empty
/// statistics unless `with_stats`. Errors: those of [`decode`] and of `keep`.
pub fn decode_where(
    bytes: &[u8],
    with_stats: bool,
    mut keep: impl FnMut(EntryHead<'_>) -> Result<bool>,
) -> Result<Vec<ManifestEntry>> {
    let compile = |schema: &_, record| {
        let entry = Plan::<EntryField>::new(schema, record)?;
        let file = DataFilePlan::new(schema, required(entry.shape(EntryField::File), "_FILE")?)?;
        Ok((entry, file))
    };
    // Partitions repeat: one copy of each, so that none keeps the block of the manifest in memory.
    let mut partitions: HashSet<BinaryRow> = HashSet::new();
    read_records_where(bytes, compile, blank, |(plan, file_plan), cursor, entry| {
        // Java writes the file last; another writer's file is read before its head is known.
        let (mut kept, mut asked) = (true, false);
        let last = plan.steps().len().saturating_sub(1);
        for (place, step) in plan.steps().iter().enumerate() {
            match step.field {
                Some(EntryField::Version) => check_version(cursor.number(step.shape)?, RECORD_VERSION)?,
                Some(EntryField::Kind) => entry.kind = FileKind::from_number(cursor.number(step.shape)?)?,
                Some(EntryField::Partition) => {
                    let partition = BinaryRow::from_serialized(required(cursor.bytes(step.shape)?, "_PARTITION")?);
                    entry.partition = interned(&mut partitions, partition);
                }
                Some(EntryField::Bucket) => {
                    entry.bucket = int(required(cursor.number(step.shape)?, "_BUCKET")?, "_BUCKET")?;
                }
                Some(EntryField::TotalBuckets) => {
                    entry.total_buckets =
                        int(required(cursor.number(step.shape)?, "_TOTAL_BUCKETS")?, "_TOTAL_BUCKETS")?;
                }
                Some(EntryField::File) => {
                    if place == last {
                        (kept, asked) = (keep(entry.head())?, true);
                    }
                    if !kept {
                        cursor.skip(step.shape)?;
                        continue;
                    }
                    required(cursor.present(step.shape)?.then_some(()), "_FILE")?;
                    file_plan.read(cursor, &mut entry.file, with_stats)?;
                }
                None => cursor.skip(step.shape)?,
            }
        }
        if asked { Ok(kept) } else { keep(entry.head()) }
    })
}

/// The partition, in memory of its own that all equal ones share.
fn interned(known: &mut HashSet<BinaryRow>, partition: BinaryRow) -> BinaryRow {
    if let Some(known) = known.get(&partition) {
        return known.clone();
    }
    let own = BinaryRow::from_serialized(Bytes::copy_from_slice(partition.serialized()));
    known.insert(own.clone());
    own
}

impl ManifestEntry {
    fn head(&self) -> EntryHead<'_> {
        let (kind, bucket, total_buckets) = (self.kind, self.bucket, self.total_buckets);
        EntryHead { kind, partition: &self.partition, bucket, total_buckets }
    }
}

fn blank() -> ManifestEntry {
    let file = blank_file();
    ManifestEntry { kind: FileKind::Add, partition: BinaryRow::empty(), bucket: 0, total_buckets: 0, file }
}

/// Writes a manifest, as Java lays it out.
pub fn encode(entries: &[ManifestEntry], codec: Codec) -> Result<Bytes> {
    let file = write_records(SCHEMA, codec, entries, |encoder, entry| {
        encoder.number(RECORD_VERSION);
        encoder.number(entry.kind as i64);
        encoder.bytes(entry.partition.serialized());
        encoder.number(entry.bucket.into());
        encoder.number(entry.total_buckets.into());
        write_data_file(encoder, &entry.file);
    })?;
    Ok(file.into())
}

impl FileKind {
    /// Reads `_KIND`. Errors: `Corrupt`.
    pub(super) fn from_number(number: Option<i64>) -> Result<Self> {
        match number {
            Some(0) => Ok(FileKind::Add),
            Some(1) => Ok(FileKind::Delete),
            other => Err(Error::corrupt(format!("expected 0 or 1 as _KIND, found {other:?}"))),
        }
    }
}

/// Refuses records of another version.
pub(super) fn check_version(found: Option<i64>, expected: i64) -> Result<()> {
    if found == Some(expected) {
        return Ok(());
    }
    Err(Error::unsupported(format!("expected records of version {expected}, found {found:?}")))
}

#[cfg(test)]
mod tests;

//! Manifest: the ADD and DELETE entries of data files (Java `ManifestEntry`, format digest 4.2).

use std::collections::HashSet;

use bytes::Bytes;

use super::{
    avro::{Codec, Cursor, Plan, Shape, avro_fields, read_records_where, write_records},
    binary_row::BinaryRow,
    data_file::{
        DataFileMeta, FileOutline, StatsOf,
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
    decode_chosen(bytes, &mut All)
}

/// What an entry says before its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryHead<'a> {
    /// ADD or DELETE.
    pub(crate) kind: FileKind,
    /// Partition values.
    pub(crate) partition: &'a BinaryRow,
    /// Bucket number.
    pub(crate) bucket: i32,
    /// Bucket count in force when the file was written.
    pub(crate) total_buckets: i32,
}

/// What to make of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Leave it out.
    Drop,
    /// Keep it, its file with empty statistics.
    KeepWithoutStats,
    /// Keep it.
    Keep,
}

/// Chooses entries while a manifest is read, so that nothing is made of those that are left out.
pub(crate) trait ChooseEntries {
    /// Chooses by what stands before the file. Other writers may have written the file first: it is then read already.
    fn by_head(&mut self, head: EntryHead<'_>) -> Result<Choice>;

    /// Hears how large the file is of the entry whose head was asked last, kept or not.
    fn sized(&mut self, _bytes: i64) {}

    /// The statistics that [`ChooseEntries::by_outline`] looks at; `None` where it need not be asked.
    fn asks(&self) -> Option<StatsOf>;

    /// Chooses once more among the kept ADD entries, unless the file stood first.
    fn by_outline(&mut self, file: &FileOutline<'_>) -> Result<Choice>;
}

struct All;

impl ChooseEntries for All {
    fn by_head(&mut self, _: EntryHead<'_>) -> Result<Choice> {
        Ok(Choice::Keep)
    }

    fn asks(&self) -> Option<StatsOf> {
        None
    }

    fn by_outline(&mut self, _: &FileOutline<'_>) -> Result<Choice> {
        Ok(Choice::Keep)
    }
}

/// Reads those entries of a manifest that `chooser` keeps. Errors: those of [`decode`] and of `chooser`.
pub(crate) fn decode_chosen(bytes: &[u8], chooser: &mut dyn ChooseEntries) -> Result<Vec<ManifestEntry>> {
    let compile = |schema: &_, record| {
        let entry = Plan::<EntryField>::new(schema, record)?;
        let file = DataFilePlan::new(schema, required(entry.shape(EntryField::File), "_FILE")?)?;
        Ok((entry, file))
    };
    let mut partitions = Partitions::default();
    read_records_where(bytes, compile, blank, |(plan, file_plan), cursor, entry| {
        // Java writes the file last; another writer's file is read before its head is known.
        let mut chosen = None;
        let last = plan.steps().len().saturating_sub(1);
        for (place, step) in plan.steps().iter().enumerate() {
            let shape = step.shape;
            match step.field {
                Some(EntryField::Version) => check_version(cursor.number(shape)?, RECORD_VERSION)?,
                Some(EntryField::Kind) => entry.kind = FileKind::from_number(cursor.number(shape)?)?,
                Some(EntryField::Partition) => {
                    entry.partition = partitions.shared(required(cursor.view(shape)?, "_PARTITION")?);
                }
                Some(EntryField::Bucket) => {
                    entry.bucket = int(required(cursor.number(shape)?, "_BUCKET")?, "_BUCKET")?;
                }
                Some(EntryField::TotalBuckets) => {
                    entry.total_buckets = int(required(cursor.number(shape)?, "_TOTAL_BUCKETS")?, "_TOTAL_BUCKETS")?;
                }
                Some(EntryField::File) => {
                    if place == last {
                        let choice = chooser.by_head(entry.head())?;
                        chosen = Some(read_file(file_plan, cursor, shape, entry, choice, chooser)?);
                    } else {
                        required(cursor.present(shape)?.then_some(()), "_FILE")?;
                        file_plan.read(cursor, &mut entry.file, true)?;
                    }
                }
                None => cursor.skip(shape)?,
            }
        }
        if let Some(chosen) = chosen {
            return Ok(chosen);
        }
        let kept = chooser.by_head(entry.head())? != Choice::Drop;
        chooser.sized(entry.file.file_size);
        if !kept {
            *entry = blank();
        }
        Ok(kept)
    })
}

/// Reads the file of an entry as far as it is chosen; `false` where it is not.
fn read_file(
    plan: &DataFilePlan,
    cursor: &mut Cursor<'_>,
    shape: Shape,
    entry: &mut ManifestEntry,
    mut choice: Choice,
    chooser: &mut dyn ChooseEntries,
) -> Result<bool> {
    if choice == Choice::Drop {
        if cursor.present(shape)? {
            chooser.sized(plan.size(cursor)?);
        }
        return Ok(false);
    }
    required(cursor.present(shape)?.then_some(()), "_FILE")?;
    if let (FileKind::Add, Some(of)) = (entry.kind, chooser.asks()) {
        let mut ahead = cursor.clone();
        let outline = plan.outline(&mut ahead, of)?;
        choice = chooser.by_outline(&outline)?;
        if choice == Choice::Drop {
            chooser.sized(outline.file_size);
            *cursor = ahead;
            return Ok(false);
        }
    }
    plan.read(cursor, &mut entry.file, choice == Choice::Keep)?;
    chooser.sized(entry.file.file_size);
    Ok(true)
}

/// Partitions repeat: equal ones share their memory.
#[derive(Default)]
struct Partitions {
    known: HashSet<BinaryRow>,
    /// Entries of a partition often stand side by side.
    last: BinaryRow,
}

impl Partitions {
    fn shared(&mut self, serialized: &[u8]) -> BinaryRow {
        if self.last.serialized() != serialized {
            let row = BinaryRow::from_serialized(serialized);
            self.last = match self.known.get(&row) {
                Some(known) => known.clone(),
                None => {
                    self.known.insert(row.clone());
                    row
                }
            };
        }
        self.last.clone()
    }
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

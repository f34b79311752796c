//! The entries of one manifest, a page at a time, and manifests in words.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use serde::Serialize;
use serde_json::Value;

use super::{
    MAX_PAGE,
    file_record::{FilePlace, FileRecord, FileWords},
};
use crate::{
    error::Result,
    scan::entry_types,
    spec::{
        binary_row::BinaryRow,
        data_file::{FileOutline, StatsOf},
        layout,
        manifest::{self, Choice, ChooseEntries, EntryHead, FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
    },
    table::Table,
    types::{DataField, DatumRow, cells},
};

/// Entries of a page where nobody says.
const DEFAULT_PAGE: usize = 100;

/// A manifest, as a manifest list names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestRecord {
    /// `base`, `delta` or `changelog`: the manifest list.
    pub list: &'static str,
    /// Name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// ADD entries.
    pub added: i64,
    /// DELETE entries.
    pub deleted: i64,
    /// Greatest schema of its files.
    pub schema_id: i64,
    /// Least values of the partition columns.
    pub min_partition: Vec<Value>,
    /// Greatest values of the partition columns.
    pub max_partition: Vec<Value>,
}

impl ManifestRecord {
    /// Errors: `Corrupt` for partition statistics that do not decode.
    pub fn of(list: &'static str, meta: ManifestFileMeta, partition_fields: &[DataField]) -> Result<Self> {
        let columns = meta.partition_stats.decode(&entry_types(partition_fields))?;
        let (min, max): (Vec<_>, Vec<_>) = columns.into_iter().map(|column| (column.min, column.max)).unzip();
        Ok(ManifestRecord {
            list,
            name: meta.file_name,
            size: meta.file_size,
            added: meta.num_added_files,
            deleted: meta.num_deleted_files,
            schema_id: meta.schema_id,
            min_partition: cells(&min, partition_fields),
            max_partition: cells(&max, partition_fields),
        })
    }
}

/// Entries of a manifest, as read; [`ManifestPage::entries`] puts them into words.
#[derive(Clone, Debug)]
pub struct ManifestPage {
    name: String,
    size: usize,
    counts: Counts,
    offset: usize,
    entries: Vec<ManifestEntry>,
    /// Name and folder of each bucket.
    buckets: HashMap<(BinaryRow, i32), (String, String)>,
    words: FileWords,
}

/// Entries of a manifest in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestEntries<'a> {
    /// Name of the manifest.
    pub name: &'a str,
    /// Bytes of the manifest.
    pub size: usize,
    /// Entries in it.
    pub total: usize,
    /// Those that add files.
    pub added: usize,
    /// Those that delete files.
    pub deleted: usize,
    /// Number of the first of `entries`.
    pub offset: usize,
    /// Some of the entries.
    pub entries: Vec<EntryRecord<'a>>,
}

/// An entry of a manifest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryRecord<'a> {
    /// `ADD` or `DELETE`.
    pub kind: &'static str,
    /// The file.
    #[serde(flatten)]
    pub file: FileRecord<'a>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    added: usize,
    deleted: usize,
}

/// Keeps the entries of a page, and counts all.
struct Chooser {
    page: Range<usize>,
    counts: Counts,
}

impl ChooseEntries for Chooser {
    fn by_head(&mut self, head: EntryHead<'_>) -> Result<Choice> {
        let number = self.counts.added + self.counts.deleted;
        match head.kind {
            FileKind::Add => self.counts.added += 1,
            FileKind::Delete => self.counts.deleted += 1,
        }
        Ok(if self.page.contains(&number) { Choice::Keep } else { Choice::Drop })
    }

    fn asks(&self) -> Option<StatsOf> {
        None
    }

    fn by_outline(&mut self, _: &FileOutline<'_>) -> Result<Choice> {
        Ok(Choice::Keep)
    }
}

/// Reads the entries of the manifest `name` from `offset` on: 100 where `limit` is not said, never more than [`MAX_PAGE`].
///
/// Errors: `NotFound`, `Corrupt`, those of reading schemas.
pub async fn manifest_entries(table: &Table, name: &str, offset: usize, limit: Option<usize>) -> Result<ManifestPage> {
    let path = layout::manifest_path(name);
    let bytes = table.storage().get_immutable(&path).await?;
    let limit = limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE);
    let mut chooser = Chooser { page: offset..offset.saturating_add(limit), counts: Counts::default() };
    let entries = manifest::decode_chosen(&bytes, &mut chooser).map_err(|error| error.at(&path))?;
    let words = FileWords::read(table, entries.iter().map(|entry| entry.file.schema_id)).await?;
    let fields = table.schema().partition_fields();
    let mut buckets = HashMap::new();
    for entry in &entries {
        if let Entry::Vacant(slot) = buckets.entry((entry.partition.clone(), entry.bucket)) {
            let values: DatumRow = entry.partition.decode(&entry_types(&fields)).map_err(|error| error.at(&path))?;
            let partition = layout::partition_name(&fields, &values, table.options());
            let folder = layout::partition_path(&fields, &values, table.options());
            slot.insert((partition, layout::bucket_path(&folder, entry.bucket)));
        }
    }
    Ok(ManifestPage {
        name: name.to_owned(),
        size: bytes.len(),
        counts: chooser.counts,
        offset,
        entries,
        buckets,
        words,
    })
}

impl ManifestPage {
    fn record<'a>(&'a self, entry: &'a ManifestEntry) -> Option<Result<EntryRecord<'a>>> {
        let (partition, folder) = self.buckets.get(&(entry.partition.clone(), entry.bucket))?;
        let place = FilePlace { partition, bucket: entry.bucket, total_buckets: entry.total_buckets, folder };
        let file = self.words.record(place, &entry.file, true);
        Some(file.map(|file| EntryRecord { kind: word(entry.kind), file }))
    }

    /// The entries in words. Errors: `Corrupt` for keys that do not decode.
    pub fn entries(&self) -> Result<ManifestEntries<'_>> {
        let entries = self.entries.iter().filter_map(|entry| self.record(entry)).collect::<Result<_>>()?;
        Ok(ManifestEntries {
            name: &self.name,
            size: self.size,
            total: self.counts.added + self.counts.deleted,
            added: self.counts.added,
            deleted: self.counts.deleted,
            offset: self.offset,
            entries,
        })
    }
}

fn word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Add => "ADD",
        FileKind::Delete => "DELETE",
    }
}

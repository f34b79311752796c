//! A BLOB column: values fetched by position, from the newest file that has one.

use std::{collections::BTreeMap, ops::Range};

use arrow_array::{ArrayRef, cast::AsArray, types::UInt64Type};
use bytes::Bytes;

use super::layout::BlobFiles;
use crate::{
    error::{Error, Result},
    io::Storage,
    read::{blob_values::BlobValues, file::SplitFiles},
    scan::row_ids,
    spec::{
        blob::{BlobEntry, BlobIndex, ENTRY_HEAD, ENTRY_MAGIC, FOOTER_LENGTH, index_length},
        data_file::DataFileMeta,
    },
    types::DataField,
};

/// Bytes at the end of a blob file that are read at once, in the hope that its index is in there.
const TAIL_BYTES: u64 = 64 << 10;

/// A BLOB column of a range of row ids.
pub(super) struct BlobColumn {
    /// The column.
    pub(super) field: DataField,
    values: BlobValues,
    /// Newest first.
    files: Vec<BlobFile>,
}

struct BlobFile {
    storage: Storage,
    path: String,
    /// Positions of its rows in the range.
    rows: Range<u64>,
    index: BlobIndex,
}

/// Positions as they come out of a filter.
pub(super) fn positions(array: &ArrayRef) -> Result<Vec<u64>> {
    let array = array.as_primitive_opt::<UInt64Type>();
    Ok(array.ok_or_else(|| Error::internal("expected positions of type UInt64"))?.values().to_vec())
}

impl BlobColumn {
    /// Reads the indexes of its files. Errors: `Corrupt`, `Unsupported` for column types that blob files do not hold.
    pub(super) async fn open(files: &SplitFiles, ids: &Range<u64>, blob: &BlobFiles) -> Result<Self> {
        let values = BlobValues::new(&blob.field, &files.context.schema)?;
        let opened = blob.files.iter().map(|file| BlobFile::open(files, ids.start, file));
        let files = futures::future::try_join_all(opened).await?;
        Ok(BlobColumn { field: blob.field.clone(), values, files })
    }

    /// Bytes that the value at a position takes in memory.
    pub(super) fn size(&self, position: u64) -> u64 {
        match self.locate(position) {
            Some((_, payload)) if !self.values.stands_alone() => payload.end - payload.start,
            _ => 0,
        }
    }

    /// The newest value, `None` for null.
    fn locate(&self, position: u64) -> Option<(usize, Range<u64>)> {
        for (place, file) in self.files.iter().enumerate() {
            match file.entry(position) {
                None | Some(BlobEntry::Placeholder) => {}
                Some(BlobEntry::Null) => return None,
                Some(BlobEntry::Payload(range)) => return Some((place, range)),
            }
        }
        None
    }

    /// The values at ascending positions. Memory: the values.
    pub(super) async fn fetch(&self, positions: &[u64]) -> Result<ArrayRef> {
        let places: Vec<_> = positions.iter().map(|position| self.locate(*position)).collect();
        let mut payloads: Vec<Option<Bytes>> = vec![None; places.len()];
        if !self.values.stands_alone() {
            let mut by_file: BTreeMap<usize, Vec<(usize, Range<u64>)>> = BTreeMap::new();
            for (row, place) in places.iter().enumerate() {
                if let Some((file, range)) = place {
                    by_file.entry(*file).or_default().push((row, range.clone()));
                }
            }
            for (file, rows) in by_file {
                let Some(file) = self.files.get(file) else { continue };
                let ranges: Vec<_> = rows.iter().map(|(_, range)| range.clone()).collect();
                for ((row, _), payload) in rows.into_iter().zip(file.payloads(&ranges).await?) {
                    if let Some(slot) = payloads.get_mut(row) {
                        *slot = Some(payload);
                    }
                }
            }
        }
        let located = places.into_iter().zip(payloads).map(|(place, payload)| {
            let (file, range) = place?;
            let location = self.files.get(file).map(BlobFile::location)?;
            Some((location, range.start, range.end - range.start, payload.unwrap_or_default()))
        });
        self.values.array(located.collect()).map_err(|error| error.with("column", &self.field.name))
    }
}

impl BlobFile {
    async fn open(files: &SplitFiles, first_id: u64, file: &DataFileMeta) -> Result<Self> {
        let (storage, path) = files.locate(file)?;
        let rows = row_ids(file).and_then(|ids| Some(ids.start.checked_sub(first_id)?..ids.end.checked_sub(first_id)?));
        let rows = rows.ok_or_else(|| Error::corrupt("a blob file outside its range of row ids").at(&path))?;
        let index = read_index(&storage, &path, file).await.map_err(|error| error.at(&path))?;
        if index.row_count() as u64 != rows.end - rows.start {
            let message = format!("expected {} rows, found {}", rows.end - rows.start, index.row_count());
            return Err(Error::corrupt(message).at(&path));
        }
        Ok(BlobFile { storage, path, rows, index })
    }

    fn entry(&self, position: u64) -> Option<BlobEntry> {
        let row = self.rows.contains(&position).then(|| position - self.rows.start)?;
        self.index.entry(usize::try_from(row).ok()?)
    }

    fn location(&self) -> String {
        self.storage.location(&self.path)
    }

    /// Payloads at ranges of the file, each behind a magic number. Errors: `Corrupt` where that differs.
    async fn payloads(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let entries: Vec<_> = ranges.iter().map(|range| range.start.saturating_sub(ENTRY_HEAD)..range.end).collect();
        let payload = |entry: Bytes| match entry.split_first_chunk::<4>() {
            Some((magic, payload)) if u32::from_le_bytes(*magic) == ENTRY_MAGIC => Ok(entry.slice_ref(payload)),
            _ => Err(Error::corrupt("a blob entry with an unknown magic number").at(&self.path)),
        };
        self.storage.get_ranges(&self.path, &entries).await?.into_iter().map(payload).collect()
    }
}

async fn read_index(storage: &Storage, path: &str, file: &DataFileMeta) -> Result<BlobIndex> {
    let size = u64::try_from(file.file_size).unwrap_or(0);
    let tail_start = size.saturating_sub(TAIL_BYTES);
    let tail = storage.get_range_immutable(path, tail_start..size).await?;
    let (body, footer) = tail.split_at(tail.len().saturating_sub(usize::try_from(FOOTER_LENGTH).unwrap_or(0)));
    let length = index_length(footer, size)?;
    let start = size - FOOTER_LENGTH - length;
    let in_tail = usize::try_from(length).ok().and_then(|length| body.len().checked_sub(length));
    match in_tail.and_then(|from| body.get(from..)) {
        Some(index) => BlobIndex::decode(index, start),
        None => BlobIndex::decode(&storage.get_range(path, start..size - FOOTER_LENGTH).await?, start),
    }
}

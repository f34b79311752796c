//! Asks the file indexes of a data file before it is opened, as far as the filter may skip rows of it.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::context::ReadContext;
use crate::{
    error::{Error, Result},
    format::ReadStep,
    io::Storage,
    predicate::{Predicate, RowSelection},
    scan::RowRanges,
    spec::{
        data_file::DataFileMeta,
        file_index::{FileIndex, INDEX_SUFFIX},
    },
    types::DataField,
};

/// Gaps up to this many rows are read over: a selection is then at most a range for so many rows.
const LEAST_GAP: u64 = 32;

/// Those of the rows `among` of a file (all where `None`) that may match `predicate`, a filter on its own columns `fields`.
///
/// `storage` has the data file at `path`. Errors: `Corrupt` naming the index, those of the storage. A side-car file that is gone
/// is done without.
pub(super) async fn select(
    context: &ReadContext,
    file: &DataFileMeta,
    (storage, path): (&Storage, &str),
    predicate: &Predicate,
    fields: &[DataField],
    among: Option<RowRanges>,
) -> Result<Option<RowRanges>> {
    if *predicate == Predicate::True || !context.options()?.file_index_read_enabled {
        return Ok(among);
    }
    let (bytes, source) = match &file.embedded_index {
        Some(bytes) => (bytes.clone(), path.to_owned()),
        None => {
            let source = side_car(file, path)?;
            match storage.get_immutable(&source).await {
                Ok(bytes) => (bytes, source),
                Err(error) if error.is_not_found() => return Ok(among),
                Err(error) => return Err(error),
            }
        }
    };
    let selection =
        FileIndex::decode(bytes).and_then(|index| predicate.select_by_index(&index, fields, file.row_count));
    let selection = selection.map_err(|error| error.at(source))?;
    let bytes = u64::try_from(file.file_size).unwrap_or(0);
    context.counters.add_one(ReadStep::FilesByFileIndex, !selection.is_empty(), bytes);
    let RowSelection::Rows(rows) = selection else { return Ok(among) };
    if !rows.is_empty() {
        let all = u64::try_from(file.row_count).unwrap_or(0);
        context.counters.add_rows(ReadStep::RowsByFileIndex, rows.len(), all);
    }
    let rows = RowRanges::new(ranges(&rows));
    Ok(Some(among.map_or(rows.clone(), |among| among.intersect(&rows))))
}

/// Whether a file has indexes.
pub(super) fn is_there(file: &DataFileMeta) -> bool {
    file.embedded_index.is_some() || file.extra_files.iter().any(|name| name.ends_with(INDEX_SUFFIX))
}

/// Path of the index file, beside the data file. Errors: `Corrupt` for two of them, or a name that leads elsewhere.
fn side_car(file: &DataFileMeta, path: &str) -> Result<String> {
    let mut names = file.extra_files.iter().filter(|name| name.ends_with(INDEX_SUFFIX));
    let name = names.next().map_or("", String::as_str);
    if let Some(other) = names.next() {
        return Err(Error::corrupt(format!("expected one index file, found {name} and {other}")).at(path));
    }
    if name.contains(['/', '\\']) {
        return Err(Error::corrupt(format!("expected an index file beside the data file, found {name}")).at(path));
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Ok(format!("{folder}/{name}"))
}

/// Ascending ranges that cover `rows`; small gaps are covered too.
fn ranges(rows: &RoaringBitmap) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for row in rows.iter().map(u64::from) {
        match ranges.last_mut() {
            Some(last) if row <= last.end.saturating_add(LEAST_GAP) => last.end = row + 1,
            _ => ranges.push(row..row + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gaps_are_covered() {
        let rows: RoaringBitmap = [0, 1, 5, 100, 132, 166].into_iter().collect();
        assert_eq!(ranges(&rows), vec![0..6, 100..133, 166..167]);
    }
}

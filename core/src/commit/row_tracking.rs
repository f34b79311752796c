//! Row ids and sequence numbers of tables that track rows (Java `RowTrackingCommitUtils`, format digest 10.3).

use std::collections::HashMap;

use crate::{
    error::{Error, Result},
    spec::{
        blob::{is_blob_file, is_vector_file},
        data_file::{DataFileMeta, FileSource},
        manifest::ManifestEntry,
    },
};

/// The column of a data file that carries its row ids itself.
const ROW_ID: &str = "_ROW_ID";

/// Gives the rows of new files ids from `next_row_id` on, and the snapshot's id for sequence number; gives the next id.
///
/// `grouped` puts the files of a partition side by side first, so that its ids are contiguous.
/// Errors: `Invalid` for files that do not say who made them, or that hold blobs of rows that are not in the commit.
pub(super) fn assign(
    delta: Vec<ManifestEntry>,
    snapshot_id: i64,
    next_row_id: i64,
    grouped: bool,
) -> Result<(Vec<ManifestEntry>, i64)> {
    let mut delta = if grouped { by_partition(delta) } else { delta };
    let mut ids = RowIds::from(next_row_id);
    for entry in &mut delta {
        assign_sequence(&mut entry.file, snapshot_id);
        if needs_row_ids(&entry.file)? {
            entry.file.first_row_id = Some(ids.take(&entry.file)?);
        }
    }
    Ok((delta, ids.next))
}

fn by_partition(delta: Vec<ManifestEntry>) -> Vec<ManifestEntry> {
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<ManifestEntry>> = Vec::new();
    for entry in delta {
        let place = *places.entry(entry.partition.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups.into_iter().flatten().collect()
}

/// Number 0 stands for the snapshot to come: new files have it as least and greatest, files with some changed rows as
/// greatest only.
fn assign_sequence(file: &mut DataFileMeta, snapshot_id: i64) {
    if file.min_sequence_number == 0 {
        file.min_sequence_number = snapshot_id;
        file.max_sequence_number = snapshot_id;
    } else if file.max_sequence_number == 0 {
        file.max_sequence_number = snapshot_id;
    }
}

/// New rows need ids; rewritten ones keep those they have.
fn needs_row_ids(file: &DataFileMeta) -> Result<bool> {
    let Some(source) = file.file_source else {
        let message = "a file of a table with row-tracking.enabled must say whether a writer or a compaction made it";
        return Err(Error::invalid(message).at(&file.file_name));
    };
    let carries_ids = file.write_cols.as_ref().is_some_and(|columns| columns.iter().any(|column| column == ROW_ID));
    Ok(source == FileSource::Append && file.first_row_id.is_none() && !carries_ids)
}

/// The next ids: of rows, and of the blobs and vectors of those rows, which follow the file with the other columns.
struct RowIds {
    next: i64,
    blobs_from: i64,
    blobs: HashMap<String, i64>,
    vectors: i64,
}

impl RowIds {
    fn from(next: i64) -> Self {
        RowIds { next, blobs_from: next, blobs: HashMap::new(), vectors: next }
    }

    fn take(&mut self, file: &DataFileMeta) -> Result<i64> {
        let end = |first: i64| {
            let end = first.checked_add(file.row_count).filter(|_| file.row_count >= 0);
            end.ok_or_else(|| Error::invalid(format!("impossible row count {}", file.row_count)).at(&file.file_name))
        };
        if is_blob_file(&file.file_name) {
            let column = file.write_cols.as_ref().and_then(|columns| columns.first());
            let column = column.ok_or_else(|| Error::invalid("a blob file names no column").at(&file.file_name))?;
            let first = self.blobs.get(column).copied().unwrap_or(self.blobs_from);
            self.blobs.insert(column.clone(), end(first)?);
            return self.within_rows(first, file);
        }
        if is_vector_file(&file.file_name) {
            let first = self.vectors;
            self.vectors = end(first)?;
            return self.within_rows(first, file);
        }
        let first = self.next;
        self.next = end(first)?;
        self.blobs_from = first;
        self.blobs.clear();
        Ok(first)
    }

    fn within_rows(&self, first: i64, file: &DataFileMeta) -> Result<i64> {
        if first >= self.next {
            return Err(Error::invalid("a file of one column has no rows before it to belong to").at(&file.file_name));
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::entry;

    fn new(name: &str, rows: i64) -> ManifestEntry {
        let mut entry = entry(&format!("+{name}@0"));
        entry.file.row_count = rows;
        entry.file.file_source = Some(FileSource::Append);
        entry
    }

    fn first_ids(delta: Vec<ManifestEntry>) -> (Vec<Option<i64>>, i64) {
        let (delta, next) = assign(delta, 7, 100, false).unwrap();
        (delta.iter().map(|entry| entry.file.first_row_id).collect(), next)
    }

    #[test]
    fn new_rows_get_ids_and_rewritten_ones_keep_theirs() {
        let mut rewritten = new("b", 5);
        rewritten.file.first_row_id = Some(3);
        let mut compacted = new("c", 5);
        compacted.file.file_source = Some(FileSource::Compact);
        let (ids, next) = first_ids(vec![new("a", 10), rewritten, compacted, new("d", 1)]);
        assert_eq!((ids, next), (vec![Some(100), Some(3), None, Some(110)], 111));
    }

    #[test]
    fn blobs_have_the_ids_of_the_rows_before_them() {
        let blob = |name: &str, column: &str, rows| {
            let mut entry = new(name, rows);
            entry.file.write_cols = Some(vec![column.to_owned()]);
            entry
        };
        let delta = vec![
            new("a", 10),
            blob("a1.blob", "x", 6),
            blob("a2.blob", "x", 4),
            blob("a3.blob", "y", 10),
            new("b", 2),
            blob("b1.blob", "x", 2),
        ];
        let (ids, next) = first_ids(delta);
        assert_eq!(ids, [100, 100, 106, 100, 110, 110].map(Some));
        assert_eq!(next, 112);
        assert!(assign(vec![blob("a.blob", "x", 1)], 7, 100, false).is_err(), "there is no row for it");
    }

    #[test]
    fn zero_stands_for_the_snapshot() {
        let sequences = |min, max| {
            let mut entry = new("a", 1);
            (entry.file.min_sequence_number, entry.file.max_sequence_number) = (min, max);
            let (delta, _) = assign(vec![entry], 7, 0, true).unwrap();
            (delta[0].file.min_sequence_number, delta[0].file.max_sequence_number)
        };
        assert_eq!((sequences(0, 0), sequences(3, 0), sequences(3, 5)), ((7, 7), (3, 7), (3, 5)));
    }

    #[test]
    fn files_must_say_who_made_them() {
        let mut entry = new("a", 1);
        entry.file.file_source = None;
        assert_eq!(assign(vec![entry], 7, 0, true).unwrap_err().kind(), crate::ErrorKind::Invalid);
    }
}

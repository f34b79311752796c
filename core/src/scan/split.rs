//! Splits: units of reading, each the files of one bucket or a part of them (format digest 8.3).

use std::collections::HashMap;

use super::DeletionFile;
use crate::{
    spec::{binary_row::BinaryRow, data_file::DataFileMeta},
    types::DatumRow,
};

/// Files of one bucket that are read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Partition as the manifest has it.
    pub partition: BinaryRow,
    /// The same, decoded with the partition types.
    pub partition_values: DatumRow,
    /// Bucket number, ≥ 0.
    pub bucket: i32,
    /// Bucket count in force when the files were written; -1 where buckets are not fixed.
    pub total_buckets: i32,
    /// Bucket directory, relative to the table folder.
    pub bucket_path: String,
    /// The files; for a primary-key table those of whole sections.
    pub files: Vec<DataFileMeta>,
    /// True when rows may be taken from the files one after the other, without merging.
    pub raw_convertible: bool,
    /// Deletion vectors of the files that have one, by file name.
    pub deletions: HashMap<String, DeletionFile>,
    /// Snapshot that the files were planned from.
    pub snapshot_id: i64,
}

impl Split {
    /// Physical rows of all files; more than the rows read where files must be merged.
    pub fn physical_rows(&self) -> i64 {
        self.files.iter().map(|file| file.row_count).sum()
    }

    /// Bytes of all files.
    pub fn size_bytes(&self) -> i64 {
        self.files.iter().map(|file| file.file_size).sum()
    }

    /// Path of one of its files, relative to the table folder unless the file is external.
    pub fn file_path(&self, file: &DataFileMeta) -> String {
        match &file.external_path {
            Some(path) => path.clone(),
            None => format!("{}/{}", self.bucket_path, file.file_name),
        }
    }
}

/// Packs items in order into bins: a bin is closed before the item that would push its weight over `target`.
/// The weight of an item is its size, but at least `open_cost` (Java `BinPacking.packForOrdered`).
pub(crate) fn pack_ordered<T>(items: Vec<T>, size: impl Fn(&T) -> i64, target: u64, open_cost: u64) -> Vec<Vec<T>> {
    let mut bins = Vec::new();
    let mut bin = Vec::new();
    let mut bin_weight = 0u64;
    for item in items {
        let weight = u64::try_from(size(&item)).unwrap_or(0).max(open_cost);
        if bin_weight.saturating_add(weight) > target && !bin.is_empty() {
            bins.push(std::mem::take(&mut bin));
            bin_weight = 0;
        }
        bin_weight = bin_weight.saturating_add(weight);
        bin.push(item);
    }
    if !bin.is_empty() {
        bins.push(bin);
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::pack_ordered;

    #[test]
    fn bin_closes_before_the_item_that_overflows_it() {
        assert_eq!(pack_ordered(vec![3, 3, 5, 1, 9, 1], |n| *n, 7, 1), vec![vec![3, 3], vec![5, 1], vec![9], vec![1]]);
    }

    #[test]
    fn small_items_weigh_their_open_cost() {
        assert_eq!(pack_ordered(vec![1, 1, 1], |n| *n, 7, 3), vec![vec![1, 1], vec![1]]);
    }
}

//! Reading a plan from some row on: files before it are not opened, where manifests tell how many rows they have.

use std::sync::Arc;

use super::{Plan, RecordBatchStream, Split, stream};
use crate::{error::Result, read::ReadContext, spec::data_file::DataFileMeta, types};

impl Plan {
    /// Whether the splits can be read one by one: not where a limit ends the read in the midst of them, nor where another
    /// branch stands in for partitions.
    pub fn reads_by_split(&self) -> bool {
        self.limit.is_none() && self.other_branch.is_none()
    }

    /// Rows that reading the split `index` gives, where the manifests tell: `None` where rows are merged, filtered or made of
    /// several files.
    pub fn rows_of_split(&self, index: usize) -> Option<u64> {
        let split = self.splits.get(index)?;
        split.files.iter().map(|file| self.rows_of_file(split, file)).try_fold(0u64, |sum, rows| sum.checked_add(rows?))
    }

    /// Reads the split `index` without some of its first rows: `skip` of them at most. Gives the rest, and how many rows were
    /// left out; files and row groups of these are not read. The first `soon` rows come before others are fetched. A split that is
    /// not there has no rows.
    ///
    /// Errors: as [`Plan::stream`].
    pub async fn stream_split(&self, index: usize, skip: u64, soon: u64) -> Result<(RecordBatchStream, u64)> {
        let mut context =
            ReadContext::new(self.table(), Arc::clone(&self.schema)).with_counters(Arc::clone(&self.counters));
        let mut skipped = 0;
        let mut splits = Vec::new();
        if let Some(mut split) = self.splits.get(index).cloned() {
            while let Some(rows) = split.files.first().and_then(|file| self.rows_of_file(&split, file))
                && skipped + rows <= skip
            {
                split.files.remove(0);
                skipped += rows;
            }
            if let Some(file) = split.files.first()
                && self.rows_of_file(&split, file).is_some()
                && !split.deletions.contains_key(&file.file_name)
            {
                context = context.starting_in(file.file_name.clone(), skip - skipped);
                skipped = skip;
            }
            splits.push(split);
        }
        let batches = stream::read_splits(self, Arc::new(context), splits, soon).await?;
        Ok((RecordBatchStream::new(types::arrow::schema(&self.fields()), batches), skipped))
    }

    /// Rows that a file gives to the read. Deleted ones are counted in the index of deletion vectors, if by all writers.
    pub(super) fn rows_of_file(&self, split: &Split, file: &DataFileMeta) -> Option<u64> {
        let keyed = self.schema.is_primary_key_table();
        let whole = self.predicate.is_none()
            && !self.schema.evolves_columns()
            && (!keyed || (split.raw_convertible && file.delete_row_count == Some(0)));
        let deleted = match split.deletions.get(&file.file_name) {
            Some(deletions) => deletions.vector.cardinality?,
            None => 0,
        };
        u64::try_from(file.row_count.checked_sub(deleted)?).ok().filter(|_| whole)
    }
}

//! The rows that a deletion vector leaves of a file.

use std::ops::Range;

use crate::{error::Result, io::Storage, scan::DeletionFile, spec::deletion_vector::DeletionVector};

/// Positions of the live rows of a file of `row_count` rows, as ascending ranges. Errors: `Corrupt` naming the index file.
pub(super) async fn live_rows(storage: &Storage, file: &DeletionFile, row_count: u64) -> Result<Vec<Range<u64>>> {
    let range = DeletionVector::byte_range(&file.vector).map_err(|error| error.at(&file.path))?;
    // A version 2 vector may be the last of its file: the range is then longer than what is left.
    let bytes = storage.get_immutable(&file.path).await?;
    let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(bytes.len());
    let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(end);
    let vector = DeletionVector::decode(&bytes.slice(start..end), &file.vector);
    let vector = vector.map_err(|error| error.at(&file.path).with("data file", &file.vector.data_file))?;
    Ok(vector.live_ranges(row_count))
}

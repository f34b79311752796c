//! The rows that a deletion vector leaves of a file.

use super::context::ReadContext;
use crate::{
    error::Result,
    scan::{DeletionFile, RowRanges},
    spec::deletion_vector::DeletionVector,
};

/// Positions of the live rows of a file of `row_count` rows. Errors: `Corrupt` naming the index file.
pub(super) async fn live_rows(context: &ReadContext, file: &DeletionFile, row_count: u64) -> Result<RowRanges> {
    Ok(RowRanges::new(read_vector(context, file).await?.live_ranges(row_count)))
}

/// The deletion vector of a data file. Errors: `Corrupt` naming the index file.
pub(crate) async fn read_vector(context: &ReadContext, file: &DeletionFile) -> Result<DeletionVector> {
    let range = DeletionVector::byte_range(&file.vector).map_err(|error| error.at(&file.path))?;
    // A version 2 vector may be the last of its file: the range is then longer than what is left.
    let (storage, path) = context.locate(&file.path, file.is_external)?;
    let bytes = storage.get_immutable(&path).await?;
    let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(bytes.len());
    let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(end);
    let vector = DeletionVector::decode(&bytes.slice(start..end), &file.vector);
    vector.map_err(|error| error.at(&file.path).with("data file", &file.vector.data_file))
}

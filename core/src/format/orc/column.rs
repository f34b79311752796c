//! Columns: values, and which rows have one.

use arrow_array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow_buffer::BooleanBuffer;

use super::byte_runs::Bits;
use crate::error::{Error, Result};

/// Bytes of texts that one batch of a column may have: the reader makes batches of large rows short, so this is one row or
/// a bomb.
pub(super) const MAX_BATCH_BYTES: usize = 1 << 28;
/// Elements of lists that one batch of a column may have; runs can stand for many of them in no space.
pub(super) const MAX_BATCH_ELEMENTS: usize = 1 << 25;

/// Reads the values of a column that are not null.
pub(super) trait Values: Send {
    /// The next `count` values. Fields of the array are all nullable, maps are lists of pairs: see `format::batch`.
    /// Errors: `Corrupt`, also where there are fewer.
    fn take(&mut self, count: usize) -> Result<ArrayRef>;
}

/// A column with nulls.
pub(super) struct Column {
    present: Option<Bits>,
    values: Box<dyn Values>,
}

impl Column {
    pub(super) fn new(present: Option<Bits>, values: Box<dyn Values>) -> Self {
        Column { present, values }
    }

    /// The next `count` rows. Errors: as [`Values::take`].
    pub(super) fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let Some(present) = &mut self.present else { return self.values.take(count) };
        let present = present.take(count)?;
        let values = self.values.take(present.count_set_bits())?;
        spread(&present, &values)
    }
}

/// The `values` at the places that are set, nulls between them.
fn spread(present: &BooleanBuffer, values: &ArrayRef) -> Result<ArrayRef> {
    if values.len() == present.len() {
        return Ok(values.clone());
    }
    if values.is_empty() {
        return Ok(new_null_array(values.data_type(), present.len()));
    }
    let mut next = 0;
    let places = present.iter().map(|present| {
        present.then(|| {
            next += 1;
            next - 1
        })
    });
    let places = UInt32Array::from_iter(places);
    arrow_select::take::take(values, &places, None)
        .map_err(|error| Error::internal("values do not spread over their rows").because(error))
}

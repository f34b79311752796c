//! Values with parts.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{Field, Fields};

use super::{
    column::{Column, MAX_BATCH_ELEMENTS, Values},
    integer_runs::IntegerRuns,
};
use crate::error::{Error, Result};

/// Takes `count` lengths. Offsets of that many lists, strings or the like; the last is the sum. Errors: `Corrupt` for
/// negative lengths and for a sum above `limit`.
pub(super) fn offsets(lengths: &mut IntegerRuns, count: usize, limit: usize) -> Result<OffsetBuffer<i32>> {
    let mut stored = Vec::new();
    lengths.take(count, &mut stored)?;
    let mut offsets = Vec::with_capacity(count + 1);
    let mut sum = 0_usize;
    offsets.push(0);
    for length in stored {
        let length =
            usize::try_from(length).map_err(|_| Error::corrupt(format!("expected a length, found {length}")))?;
        sum = sum.checked_add(length).filter(|sum| *sum <= limit).ok_or_else(|| {
            Error::corrupt(format!("expected at most {limit} bytes or elements in {count} values of an orc column"))
        })?;
        offsets.push(sum as i32);
    }
    Ok(OffsetBuffer::new(offsets.into()))
}

fn last(offsets: &OffsetBuffer<i32>) -> usize {
    offsets.last().map_or(0, |last| *last as usize)
}

fn list(offsets: OffsetBuffer<i32>, elements: ArrayRef) -> Result<ArrayRef> {
    let field = Arc::new(Field::new("element", elements.data_type().clone(), true));
    Ok(Arc::new(ListArray::try_new(field, offsets, elements, None)?))
}

/// ARRAY
pub(super) struct Lists {
    pub(super) lengths: IntegerRuns,
    pub(super) element: Column,
}

impl Values for Lists {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let offsets = offsets(&mut self.lengths, count, MAX_BATCH_ELEMENTS)?;
        let elements = self.element.take(last(&offsets))?;
        list(offsets, elements)
    }
}

/// MAP
pub(super) struct Maps {
    pub(super) lengths: IntegerRuns,
    pub(super) key: Column,
    pub(super) value: Column,
}

impl Values for Maps {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let offsets = offsets(&mut self.lengths, count, MAX_BATCH_ELEMENTS)?;
        let pairs = last(&offsets);
        let (keys, values) = (self.key.take(pairs)?, self.value.take(pairs)?);
        let fields = vec![
            Field::new("key", keys.data_type().clone(), true),
            Field::new("value", values.data_type().clone(), true),
        ];
        list(offsets, Arc::new(StructArray::try_new(Fields::from(fields), vec![keys, values], None)?))
    }
}

/// ROW, with the fields that the file has.
pub(super) struct Rows {
    pub(super) fields: Vec<(String, Column)>,
}

impl Values for Rows {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, column) in &mut self.fields {
            let array = column.take(count).map_err(|error| error.with("field", &*name))?;
            fields.push(Field::new(name.as_str(), array.data_type().clone(), true));
            arrays.push(array);
        }
        Ok(Arc::new(StructArray::try_new_with_length(Fields::from(fields), arrays, None, count)?))
    }
}

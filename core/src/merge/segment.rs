//! A batch of one run with all that merging looks up: normalised keys, versions, row kinds.

use std::cmp::Ordering;

use arrow_array::{Array, Int8Array, RecordBatch, cast::AsArray, types::Int64Type};
use arrow_buffer::ScalarBuffer;

use super::{plan::MergePlan, sort_keys::SortKeys};
use crate::{
    error::{Error, Result},
    types::RowKind,
};

/// A row of the batches that are merged at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef {
    /// Which batch; batches of a run stand together, runs in their order.
    pub segment: u32,
    /// Which row of it.
    pub row: u32,
}

/// One batch and its normalised columns.
pub struct Segment {
    pub(super) batch: RecordBatch,
    pub(super) keys: SortKeys,
    /// `Greater` where keys are strictly ascending, `Equal` where some repeat, `Less` where they are not sorted.
    pub(super) sortedness: Ordering,
    sequence_fields: Option<SortKeys>,
    sequence_numbers: Option<ScalarBuffer<i64>>,
    kinds: Option<Int8Array>,
    has_retracts: bool,
    /// LSM level of the file that the rows are of; 0 where it does not matter.
    pub(super) level: i32,
}

impl Segment {
    /// Normalises `batch`, which need not be sorted. Errors: `Corrupt` for nulls in NOT NULL keys or system columns and
    /// for bytes that are no row kind.
    pub(super) fn new(plan: &MergePlan, batch: RecordBatch) -> Result<Self> {
        plan.check_input(&batch)?;
        let columns = |indices: &[usize]| indices.iter().map(|index| batch.column(*index).clone()).collect::<Vec<_>>();
        let keys = plan.keys.encode(&columns(&plan.layout.keys))?;
        let sequence_fields = match &plan.sequence {
            Some(codec) => Some(codec.encode(&columns(&plan.layout.sequence_fields))?),
            None => None,
        };
        let sequence_numbers = plan.layout.sequence_number.map(|index| sequence_numbers(&batch, index)).transpose()?;
        let kinds = plan.layout.value_kind.map(|index| value_kinds(&batch, index)).transpose()?;
        let has_retracts = kinds.as_ref().is_some_and(|kinds| kinds.values().iter().any(|kind| is_retract(*kind)));
        let sortedness = keys.sortedness();
        Ok(Segment { batch, keys, sortedness, sequence_fields, sequence_numbers, kinds, has_retracts, level: 0 })
    }

    /// The same rows, of a file of this level.
    pub(super) fn at_level(self, level: i32) -> Self {
        Segment { level, ..self }
    }

    /// Bytes of its values, without what its buffers hold of other rows.
    pub(super) fn bytes(&self) -> usize {
        let sizes = self.batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0));
        sizes.sum()
    }

    /// The rows themselves.
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// Whether any row is -U or -D.
    pub fn has_retracts(&self) -> bool {
        self.has_retracts
    }

    /// Whether the row is -U or -D.
    #[inline]
    pub fn is_retract(&self, row: u32) -> bool {
        self.has_retracts && self.kinds.as_ref().is_some_and(|kinds| is_retract(kinds.values()[row as usize]))
    }

    /// Kind of the row; +I where kinds are not stored.
    pub fn kind(&self, row: u32) -> Result<RowKind> {
        self.kinds.as_ref().map_or(Ok(RowKind::Insert), |kinds| RowKind::from_byte(kinds.values()[row as usize]))
    }

    /// Order of two versions of a key: sequence fields, sequence number, retracts before adds.
    #[inline]
    fn compare_versions(&self, row: u32, other: &Segment, other_row: u32) -> Ordering {
        let (i, j) = (row as usize, other_row as usize);
        let by_fields = match (&self.sequence_fields, &other.sequence_fields) {
            (Some(a), Some(b)) => a.compare(i, b, j),
            _ => Ordering::Equal,
        };
        by_fields.then_with(|| match (&self.sequence_numbers, &other.sequence_numbers) {
            (Some(a), Some(b)) => a[i].cmp(&b[j]).then_with(|| other.is_retract(other_row).cmp(&self.is_retract(row))),
            _ => Ordering::Equal,
        })
    }
}

/// Sorts the versions of one key, oldest first; versions that tie stand in the order of their runs.
pub(super) fn sort_versions(segments: &[&Segment], versions: &mut [RowRef]) {
    let compare = |a: &RowRef, b: &RowRef| {
        segments[a.segment as usize]
            .compare_versions(a.row, segments[b.segment as usize], b.row)
            .then((a.segment, a.row).cmp(&(b.segment, b.row)))
    };
    match versions {
        // The common case by far, without the call.
        [a, b] => {
            if compare(a, b).is_gt() {
                std::mem::swap(a, b);
            }
        }
        _ => versions.sort_unstable_by(compare),
    }
}

fn is_retract(kind: i8) -> bool {
    kind & 1 == 1
}

fn sequence_numbers(batch: &RecordBatch, index: usize) -> Result<ScalarBuffer<i64>> {
    let column = batch.column(index);
    let Some(numbers) = column.as_primitive_opt::<Int64Type>() else {
        return Err(Error::internal(format!("expected _SEQUENCE_NUMBER of type Int64, found {}", column.data_type())));
    };
    if numbers.null_count() > 0 {
        return Err(Error::corrupt("null in _SEQUENCE_NUMBER"));
    }
    Ok(numbers.values().clone())
}

fn value_kinds(batch: &RecordBatch, index: usize) -> Result<Int8Array> {
    let column = batch.column(index);
    let Some(kinds) = column.as_any().downcast_ref::<Int8Array>() else {
        return Err(Error::internal(format!("expected _VALUE_KIND of type Int8, found {}", column.data_type())));
    };
    if kinds.null_count() > 0 {
        return Err(Error::corrupt("null in _VALUE_KIND"));
    }
    match kinds.values().iter().find(|kind| !(0..=3).contains(*kind)) {
        Some(kind) => RowKind::from_byte(*kind).map(|_| kinds.clone()),
        None => Ok(kinds.clone()),
    }
}

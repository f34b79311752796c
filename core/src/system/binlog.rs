//! `binlog` (Java `BinlogTable`): as `audit_log`, each column an array, and the two images of an update in one row.
//!
//! ```text
//! -U  1  a        +U  [1, 1]  [a, b]
//! +U  1  b   ──▶
//! -D  2  c        -D  [2]     [c]
//! ```

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, cast::AsArray};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType as ArrowType, SchemaRef};
use arrow_select::{concat::concat_batches, filter::filter_record_batch, take::take};
use futures::{TryStreamExt, stream, stream::BoxStream};

use super::{
    audit_log::{self, KIND_COLUMN, shows_sequence_number},
    streamed::StreamedTable,
};
use crate::{
    changes::ChangesMode,
    error::{Error, Result},
    predicate::{self, Predicate},
    scan::RecordBatchStream,
    types::{DataField, DataType, RowKind, TypeKind, arrow},
};

pub(super) async fn open(asked: &StreamedTable) -> Result<(Vec<DataField>, RecordBatchStream)> {
    let lead = 1 + usize::from(shows_sequence_number(asked));
    let everything = StreamedTable { columns: None, filter: None, limit: None, ..asked.clone() };
    // Only planned, to learn the columns of the state.
    let (fields, _) = audit_log::open(&everything).await?;
    let all: Vec<DataField> =
        fields.into_iter().enumerate().map(|(i, f)| if i < lead { f } else { array_of(f) }).collect();
    let filter = asked.filter.as_deref().map(|text| predicate::parse(text, &all)).transpose()?;
    let wanted: Vec<String> = match &asked.columns {
        Some(names) => names.clone(),
        None => all.iter().map(|field| field.name.clone()).collect(),
    };
    let in_filter = |field: &DataField| {
        filter.as_ref().is_some_and(|filter| filter.columns().iter().any(|column| column.id == field.id))
    };
    let is_read = |(place, field): (usize, &DataField)| {
        let read = place < lead || wanted.contains(&field.name) || in_filter(field);
        read.then(|| field.clone())
    };
    let read: Vec<DataField> = all.iter().enumerate().filter_map(is_read).collect();
    let place = |name: &String| {
        read.iter().position(|field| &field.name == name).ok_or_else(|| {
            let known = all.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            Error::invalid(format!("no column {name:?}; there are {known}"))
        })
    };
    let output = wanted.iter().map(place).collect::<Result<Vec<_>>>()?;
    let names: Vec<String> = read.iter().map(|field| field.name.clone()).collect();
    let (_, rows) = audit_log::open(&StreamedTable { columns: Some(names), ..everything }).await?;
    // States and differences have no images before.
    let pairs = asked.range.as_ref().is_some_and(|(_, _, mode)| *mode != ChangesMode::Diff);
    let fields: Vec<DataField> = output.iter().filter_map(|place| read.get(*place).cloned()).collect();
    let packer = Packer { schema: arrow::schema(&read), lead, pairs, output, filter, held: None };
    let packed = packed(rows.into_stream(), packer);
    Ok((fields.clone(), RecordBatchStream::new(arrow::schema(&fields), packed).limited(asked.limit)))
}

fn array_of(field: DataField) -> DataField {
    let element = DataType::nullable(field.data_type.kind.clone());
    DataField { data_type: DataType::nullable(TypeKind::Array(Box::new(element))), default_value: None, ..field }
}

fn packed(rows: BoxStream<'static, Result<RecordBatch>>, packer: Packer) -> BoxStream<'static, Result<RecordBatch>> {
    let packed = stream::try_unfold(Some((rows, packer)), |state| async move {
        let Some((mut rows, mut packer)) = state else { return Ok(None) };
        match rows.try_next().await? {
            Some(batch) => packer.pack(batch, false).map(|packed| Some((packed, Some((rows, packer))))),
            None => match packer.held.take() {
                Some(last) => packer.pack(last, true).map(|packed| Some((packed, None))),
                None => Ok(None),
            },
        }
    });
    Box::pin(packed.try_filter(|batch: &RecordBatch| futures::future::ready(batch.num_rows() > 0)))
}

/// Packs batches; a -U at the end of one waits for the next.
struct Packer {
    /// Schema of packed batches, before the projection.
    schema: SchemaRef,
    /// Columns that are not packed: the kind, and `_SEQUENCE_NUMBER` where it is shown.
    lead: usize,
    pairs: bool,
    output: Vec<usize>,
    filter: Option<Predicate>,
    held: Option<RecordBatch>,
}

impl Packer {
    fn pack(&mut self, batch: RecordBatch, is_last: bool) -> Result<RecordBatch> {
        let batch = match self.held.take() {
            Some(held) => concat_batches(&batch.schema(), [&held, &batch])?,
            None => batch,
        };
        let kinds = batch.column_by_name(KIND_COLUMN).and_then(|column| column.as_string_opt::<i32>());
        let kinds = kinds.ok_or_else(|| Error::internal("expected the row kinds as text"))?;
        let (mut ends, mut row) = (vec![0i32], 0);
        while row < kinds.len() {
            let is_before = self.pairs && kinds.value(row) == RowKind::UpdateBefore.as_str();
            if is_before && row + 1 == kinds.len() && !is_last {
                break;
            }
            let has_after = is_before && row + 1 < kinds.len() && kinds.value(row + 1) == RowKind::UpdateAfter.as_str();
            row += 1 + usize::from(has_after);
            ends.push(i32::try_from(row).map_err(|_| Error::internal("a batch of more than 2^31 rows"))?);
        }
        self.held = (row < batch.num_rows()).then(|| batch.slice(row, batch.num_rows() - row));
        self.columns_of(&batch.slice(0, row), &ends)
    }

    /// The packed rows, which end at `ends`.
    fn columns_of(&self, batch: &RecordBatch, ends: &[i32]) -> Result<RecordBatch> {
        let firsts = arrow_array::Int32Array::from(ends.get(..ends.len() - 1).unwrap_or_default().to_vec());
        let lasts = arrow_array::Int32Array::from_iter_values(ends.iter().skip(1).map(|end| end - 1));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends.to_vec()));
        let column = |(place, column): (usize, &ArrayRef)| -> Result<ArrayRef> {
            Ok(match (place, self.schema.field(place).data_type()) {
                (0, _) => take(column, &lasts, None)?,
                (place, _) if place < self.lead => take(column, &firsts, None)?,
                (_, ArrowType::List(element)) => {
                    Arc::new(ListArray::try_new(Arc::clone(element), offsets.clone(), Arc::clone(column), None)?)
                }
                (_, other) => return Err(Error::internal(format!("expected an array, found {other}"))),
            })
        };
        let columns = batch.columns().iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
        let packed = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        let projected = packed.project(&self.output)?;
        match &self.filter {
            Some(filter) => Ok(filter_record_batch(&projected, &filter.evaluate(&packed)?)?),
            None => Ok(projected),
        }
    }
}

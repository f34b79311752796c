//! The last steps of every read: deletes dropped, rows filtered, columns put in order.

use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch, cast::AsArray, types::Int8Type};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::filter_record_batch;

use super::{
    context::{ReadPlan, Wanted},
    evolve::batch_of,
};
use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::RowRanges,
    spec::{
        data_file::DataFileMeta,
        table_schema::{TableSchema, row_id_field, sequence_number_field, value_kind_field},
    },
    types::{DataField, arrow},
};

/// Columns of the result, and those it takes to get there.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Columns of the result and of the filter, as fields of the read schema or system columns.
    pub(super) columns: Vec<DataField>,
    /// The result: places in `columns` and the fields they become.
    output: Vec<(usize, Arc<arrow_schema::Field>)>,
    /// Rows of the result.
    pub(super) predicate: Option<Predicate>,
    /// Whether -U and -D are rows of the result.
    pub(super) keep_deletes: bool,
    /// How many rows of the result are wanted.
    pub(super) wanted: Wanted,
}

impl Shape {
    /// The rows that a user reads. Errors: `Invalid` for places outside the schema.
    pub(super) fn of_plan(schema: &TableSchema, plan: &ReadPlan) -> Result<Self> {
        let readable = schema.readable_fields();
        let field = |place: &usize| {
            let outside = || Error::invalid(format!("expected one of {} columns, found {place}", readable.len()));
            readable.get(*place).cloned().ok_or_else(outside)
        };
        let result = plan.projection.iter().map(field).collect::<Result<Vec<_>>>()?;
        let mut columns = Vec::new();
        let output =
            result.iter().map(|field| (place_of(&mut columns, field), Arc::new(arrow::field(field)))).collect();
        for column in plan.predicate.iter().flat_map(Predicate::columns) {
            let unknown = || Error::invalid(format!("the filter's column {:?} is not in the schema", column.name));
            place_of(&mut columns, readable.iter().find(|field| field.id == column.id).ok_or_else(unknown)?);
        }
        Ok(Shape { columns, output, predicate: plan.predicate.clone(), keep_deletes: false, wanted: plan.wanted })
    }

    /// Rows of every kind, the system columns `lead` before those of the plan. Errors: as [`Shape::of_plan`].
    pub(super) fn with_kinds(schema: &TableSchema, plan: &ReadPlan, lead: &[DataField]) -> Result<Self> {
        let mut shape = Shape::of_plan(schema, plan)?;
        let mut output = Vec::with_capacity(lead.len() + shape.output.len());
        for field in lead {
            output.push((place_of(&mut shape.columns, field), Arc::new(arrow::field(field))));
        }
        output.append(&mut shape.output);
        Ok(Shape { output, keep_deletes: true, ..shape })
    }

    /// Key-value rows, in the layout of data files.
    pub(super) fn of_key_values(schema: &TableSchema, keep_deletes: bool) -> Self {
        let mut columns = Vec::new();
        let sources = schema.trimmed_primary_key_fields().into_iter();
        let sources = sources.chain([sequence_number_field(), value_kind_field()]).chain(schema.fields.iter().cloned());
        let output = sources.zip(schema.key_value_fields());
        let output = output.map(|(source, field)| (place_of(&mut columns, &source), Arc::new(arrow::field(&field))));
        Shape { output: output.collect(), columns, predicate: None, keep_deletes, wanted: Wanted::default() }
    }

    /// Whether `_ROW_ID` is among the columns: then every row must be read with its position in the file.
    pub(super) fn needs_row_ids(&self) -> bool {
        let row_id = row_id_field().id;
        self.columns.iter().any(|column| column.id == row_id)
    }

    /// Positions of the rows of `file` that the filter on `_ROW_ID` leaves; `None` for all.
    pub(super) fn positions_in(&self, file: &DataFileMeta) -> Option<RowRanges> {
        let predicate = self.predicate.as_ref().filter(|_| self.needs_row_ids())?;
        RowRanges::of_row_ids(predicate).positions_in(file)
    }

    /// The row ids that the filter leaves.
    pub(super) fn row_ids(&self) -> RowRanges {
        self.predicate.as_ref().map_or_else(RowRanges::all, RowRanges::of_row_ids)
    }

    /// Makes rows of the result of a batch that begins with `columns`; `kinds` is the place of `_VALUE_KIND` where
    /// there may be deletes to drop.
    pub(super) fn finish(&self, batch: &RecordBatch, kinds: Option<usize>) -> Result<RecordBatch> {
        let kept = match kinds {
            Some(place) if !self.keep_deletes => adds(batch, place)?,
            _ => None,
        };
        let matching = match &self.predicate {
            Some(predicate) => Some(predicate.evaluate(batch)?.values().clone()),
            None => None,
        };
        let mask = match (kept, matching) {
            (Some(kept), Some(matching)) => Some(&kept & &matching),
            (kept, matching) => kept.or(matching),
        };
        let batch = match mask.filter(|mask| mask.count_set_bits() < mask.len()) {
            Some(mask) => {
                // Only what is put out is worth filtering.
                let projected = self.project(batch)?;
                return Ok(filter_record_batch(&projected, &BooleanArray::new(mask, None))?);
            }
            None => batch,
        };
        self.project(batch)
    }

    fn project(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.output.iter().map(|(place, _)| Arc::clone(batch.column(*place))).collect();
        batch_of(self.output.iter().map(|(_, field)| field), columns, batch.num_rows())
    }
}

/// The place of a column, which is added where it is missing.
pub(crate) fn place_of(columns: &mut Vec<DataField>, field: &DataField) -> usize {
    columns.iter().position(|column| column.id == field.id).unwrap_or_else(|| {
        columns.push(field.clone());
        columns.len() - 1
    })
}

/// Which rows are +I or +U; `None` where all are.
fn adds(batch: &RecordBatch, place: usize) -> Result<Option<BooleanBuffer>> {
    let kinds = batch.column(place).as_primitive_opt::<Int8Type>();
    let kinds = kinds.ok_or_else(|| Error::internal("expected _VALUE_KIND of type Int8"))?;
    if arrow_array::Array::null_count(kinds) > 0 {
        return Err(Error::corrupt("null in _VALUE_KIND"));
    }
    let kinds = kinds.values();
    if kinds.iter().any(|kind| !(0..=3).contains(kind)) {
        return Err(Error::corrupt("expected a row kind in 0..=3 in _VALUE_KIND"));
    }
    if kinds.iter().all(|kind| kind & 1 == 0) {
        return Ok(None);
    }
    Ok(Some(BooleanBuffer::collect_bool(kinds.len(), |row| kinds[row] & 1 == 0)))
}

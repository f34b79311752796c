//! Columns and cells of system tables.

use arrow_array::{RecordBatch, RecordBatchOptions};

use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, java_text},
    table::Table,
    types::{DataField, DataType, Datum, DatumRow, TypeKind, arrow, datums_to_array},
};

/// Columns by name and type, `NOT NULL` where the name ends in `!`.
pub(super) fn columns<const N: usize>(columns: [(&str, TypeKind); N]) -> Vec<DataField> {
    let column = |(id, (name, kind)): (i32, (&str, TypeKind))| match name.strip_suffix('!') {
        Some(name) => DataField::new(id, name, DataType::not_null(kind)),
        None => DataField::new(id, name, DataType::nullable(kind)),
    };
    (0..).zip(columns).map(column).collect()
}

/// Rows as a batch.
pub(super) fn batch(fields: &[DataField], rows: &[DatumRow]) -> Result<RecordBatch> {
    let column = |(index, field): (usize, &DataField)| {
        let cells = rows.iter().map(|row| row.get(index).cloned().flatten()).collect::<Vec<_>>();
        datums_to_array(&cells, &field.data_type)
    };
    let columns = fields.iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok(RecordBatch::try_new_with_options(arrow::schema(fields), columns, &options)?)
}

pub(super) fn text(value: impl Into<String>) -> Option<Datum> {
    Some(Datum::String(value.into()))
}

pub(super) fn optional_text(value: Option<&String>) -> Option<Datum> {
    value.cloned().map(Datum::String)
}

pub(super) fn int(value: i32) -> Option<Datum> {
    Some(Datum::Int(value))
}

pub(super) fn long(value: impl Into<Option<i64>>) -> Option<Datum> {
    value.into().map(Datum::BigInt)
}

/// A wall-clock time in milliseconds as if UTC.
pub(super) fn wall_clock(millis: Option<i64>) -> Option<Datum> {
    millis.map(|millis| Datum::Timestamp { millis, nanos: 0 })
}

/// An instant, shown as local time.
pub(super) fn local_time(table: &Table, millis: i64) -> Option<Datum> {
    wall_clock(Some(millis.saturating_add(table.runtime().local_offset_millis(millis))))
}

/// A row as Java casts it to STRING: `{a, 1}`.
pub(super) fn row_text(row: &BinaryRow, fields: &[DataField]) -> Result<String> {
    let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
    let values = Datum::Row(row.decode(&types)?);
    Ok(java_text::cast_to_string(&values, &DataType::not_null(TypeKind::Row(fields.to_vec()))))
}

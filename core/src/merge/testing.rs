//! Rows of INT columns as text, merged by an engine: `k a b` with `.` for null, a kind in front.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int8Array, Int32Array, Int64Array, RecordBatch, cast::AsArray, types::Int32Type};

use super::{MergeLayout, MergePlan, merge_function, sort_merge_batch};
use crate::{
    error::Result,
    spec::{options::CoreOptions, table_schema::TableSchema},
    types::{self, DataField, DataType, RowKind, TypeKind},
};

/// Merges `rows` (oldest first, `+I 1 2 .`, one a line or `|`) of a table whose first column is the key.
pub(super) fn merge(columns: &[&str], options: &[(&str, &str)], rows: &str) -> Result<String> {
    let kind =
        |place: usize| if place == 0 { DataType::not_null(TypeKind::Int) } else { DataType::nullable(TypeKind::Int) };
    let field = |(place, name): (usize, &&str)| DataField::new(place as i32, *name, kind(place));
    let raw = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let schema = TableSchema {
        version: 3,
        id: 0,
        fields: columns.iter().enumerate().map(field).collect(),
        highest_field_id: columns.len() as i32,
        partition_keys: vec![],
        primary_keys: vec![columns[0].to_owned()],
        options: raw,
        comment: None,
        time_millis: 0,
    };
    let options = CoreOptions::parse(&schema.options)?;
    let fields = schema.key_value_fields();
    let input = types::arrow::schema(&fields);
    let layout = MergeLayout {
        keys: vec![0],
        sequence_fields: vec![],
        sequence_descending: false,
        sequence_number: Some(1),
        value_kind: Some(2),
        output: (2..fields.len()).collect(),
    };
    let plan = Arc::new(
        MergePlan::new(input.clone(), layout, merge_function(&options, &schema, &fields)?)?.keep_deletes(true),
    );
    let parsed: Vec<Vec<&str>> = rows.split('|').map(|row| row.split_whitespace().collect()).collect();
    let column = |place: usize| -> ArrayRef {
        Arc::new(parsed.iter().map(|row| row[place + 1].parse::<i32>().ok()).collect::<Int32Array>())
    };
    let kinds = parsed.iter().map(|row| RowKind::parse(row[0]).unwrap() as i8);
    let mut arrays: Vec<ArrayRef> = vec![
        column(0),
        Arc::new(Int64Array::from_iter_values(0..parsed.len() as i64)),
        Arc::new(Int8Array::from_iter_values(kinds)),
    ];
    arrays.extend((0..columns.len()).map(column));
    let merged = sort_merge_batch(&plan, RecordBatch::try_new(input, arrays)?)?;
    let row = |row: usize| {
        let kind =
            RowKind::from_byte(merged.column(0).as_primitive::<arrow_array::types::Int8Type>().value(row)).unwrap();
        let cell = |column: &ArrayRef| match column.is_null(row) {
            true => ".".to_owned(),
            false => column.as_primitive::<Int32Type>().value(row).to_string(),
        };
        let cells: Vec<String> = merged.columns()[1..].iter().map(cell).collect();
        format!("{} {}", kind.as_str(), cells.join(" "))
    };
    Ok((0..merged.num_rows()).map(row).collect::<Vec<_>>().join(" | "))
}

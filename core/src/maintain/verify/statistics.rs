//! Do the values of a file keep within the statistics of its metadata?

use std::collections::HashMap;

use arrow_array::{Array, ArrayRef, RecordBatch, Scalar};
use arrow_ord::cmp::{gt, lt};

use crate::{
    error::Result,
    format::FileFormat,
    spec::{data_file::DataFileMeta, table_schema::TableSchema},
    types::{DataField, DataType, Datum, TypeKind, datums_to_array},
};

/// Bounds of the columns of a file.
pub(super) struct Bounds {
    columns: Vec<Column>,
}

struct Column {
    name: String,
    place: usize,
    min: Option<Scalar<ArrayRef>>,
    max: Option<Scalar<ArrayRef>>,
    /// Nulls that the metadata tells, and those met.
    nulls: Option<i64>,
    nulls_met: i64,
    /// Whether a value out of bounds was met.
    broken: bool,
}

impl Bounds {
    /// The bounds that a file's metadata gives for `fields`, the columns of the batches. Errors: `Corrupt`.
    pub(super) fn new(file: &DataFileMeta, schema: &TableSchema, fields: &[DataField]) -> Result<Self> {
        let is_orc = FileFormat::from_file_name(&file.file_name).is_ok_and(|format| format == FileFormat::Orc);
        let named: Vec<DataField> = match &file.value_stats_cols {
            Some(names) => names.iter().filter_map(|name| schema.field(name).cloned()).collect(),
            None => match &file.write_cols {
                Some(names) => names.iter().filter_map(|name| schema.field(name).cloned()).collect(),
                None => schema.fields.clone(),
            },
        };
        let types: Vec<DataType> = named.iter().map(|field| field.data_type.clone()).collect();
        let arity = file.value_stats.null_counts.len();
        // Writers without statistics leave the rows empty.
        let stats = if arity == named.len() { file.value_stats.decode(&types)? } else { Vec::new() };
        let places: HashMap<&str, usize> =
            fields.iter().enumerate().map(|(place, field)| (field.name.as_str(), place)).collect();
        let mut columns = Vec::new();
        for (field, stats) in named.iter().zip(stats) {
            // Partition columns may be left out of files; statistics of some types are rounded by some writers.
            let in_partition = schema.partition_keys.contains(&field.name);
            let Some(place) = places.get(field.name.as_str()).filter(|_| !in_partition) else { continue };
            let exact = is_compared(&field.data_type, is_orc);
            let bound = |value: Option<Datum>| match value.filter(|_| exact) {
                Some(value) => datums_to_array(&[Some(value)], &field.data_type).map(Scalar::new).map(Some),
                None => Ok(None),
            };
            columns.push(Column {
                name: field.name.clone(),
                place: *place,
                min: bound(stats.min)?,
                max: bound(stats.max)?,
                nulls: stats.null_count,
                nulls_met: 0,
                broken: false,
            });
        }
        Ok(Bounds { columns })
    }

    /// Looks at a batch.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<()> {
        for column in &mut self.columns {
            let values = batch.column(column.place);
            column.nulls_met += i64::try_from(values.null_count()).unwrap_or(i64::MAX);
            if column.broken {
                continue;
            }
            let below = column.min.as_ref().filter(|min| same_type(min, values));
            let above = column.max.as_ref().filter(|max| same_type(max, values));
            column.broken = match below {
                Some(min) => lt(values, min)?.true_count() > 0,
                None => false,
            } || match above {
                Some(max) => gt(values, max)?.true_count() > 0,
                None => false,
            };
        }
        Ok(())
    }

    /// What is wrong, a line a column.
    pub(super) fn broken(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for column in &self.columns {
            if column.broken {
                lines.push(format!("column {} has values outside of the least and greatest value", column.name));
            }
            if let Some(nulls) = column.nulls
                && nulls != column.nulls_met
            {
                lines.push(format!("column {}: expected {nulls} nulls, found {}", column.name, column.nulls_met));
            }
        }
        lines
    }
}

fn same_type(bound: &Scalar<ArrayRef>, values: &ArrayRef) -> bool {
    use arrow_array::Datum as _;
    bound.get().0.data_type() == values.data_type()
}

/// Types whose statistics every writer gives exactly, or rounded outwards.
fn is_compared(data_type: &DataType, is_orc: bool) -> bool {
    match data_type.kind {
        TypeKind::Boolean
        | TypeKind::TinyInt
        | TypeKind::SmallInt
        | TypeKind::Int
        | TypeKind::BigInt
        | TypeKind::Date
        | TypeKind::Char(_)
        | TypeKind::Varchar(_)
        | TypeKind::Decimal { .. } => true,
        TypeKind::Timestamp(precision) => precision <= 3 || !is_orc,
        _ => false,
    }
}

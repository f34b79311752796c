//! Batches of a file, written under some schema version, as batches of the schema they are read under: by field id
//! (Java `SchemaEvolutionUtil`, format digest 2.4).
//!
//! A column of the read schema is found in the file's schema by its id: a rename changes nothing, a column that the
//! file's schema lacks is null (also one that was dropped and added again, which has a new id), one of another type is
//! cast. Fields of nested rows go by their ids likewise. Partition columns come from the partition.

mod rebuild;

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array, cast::AsArray, new_null_array};
use arrow_schema::{DataType as ArrowType, Schema};
use arrow_select::take::take;

use super::cast::Cast;
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, Datum, TypeKind, arrow, datums_to_array},
};

/// From the batches of one file to those of the read schema.
#[derive(Debug)]
pub(super) struct Evolution {
    /// What to read of the file: fields of its own schema version.
    pub(super) file_fields: Vec<DataField>,
    columns: Vec<(Source, Arc<arrow_schema::Field>)>,
}

/// Where a column comes from.
#[derive(Debug)]
enum Source {
    /// A column of the file, converted.
    File(usize, Convert),
    /// One value for all rows.
    Constant(ArrayRef),
    /// The file's schema lacks the column.
    Missing,
}

/// From one array to another type.
#[derive(Debug)]
enum Convert {
    Same,
    /// The same data under other names or nullability of nested fields.
    Relabel(ArrowType),
    Cast(Cast),
    Row(Vec<Child>, ArrowType),
    Array(Box<Convert>, ArrowType),
    Map(Box<Convert>, ArrowType),
}

/// A field of a row: its place in the old row and its conversion, or null of a type.
#[derive(Debug)]
enum Child {
    Old(usize, Convert),
    Missing(ArrowType),
}

impl Evolution {
    /// Maps `read` (fields of the read schema, or system columns) to a file whose schema version has `file`.
    ///
    /// `constants` gives the values of partition columns by field id. System columns (`_SEQUENCE_NUMBER`, …) must be in
    /// `file` too to be found. Errors: `Unsupported` for type changes that cannot be read.
    pub(super) fn new(read: &[DataField], file: &[DataField], constants: &[(i32, Option<Datum>)]) -> Result<Self> {
        let mut file_fields = Vec::new();
        let mut columns = Vec::with_capacity(read.len());
        for field in read {
            let constant = constants.iter().find(|(id, _)| *id == field.id);
            let source = match (constant, file.iter().find(|old| old.id == field.id)) {
                (Some((_, value)), _) => {
                    Source::Constant(datums_to_array(std::slice::from_ref(value), &field.data_type)?)
                }
                (None, Some(old)) if shares_fields(&old.data_type.kind, &field.data_type.kind) => {
                    let convert =
                        convert(&old.data_type, &field.data_type).map_err(|error| error.with("column", &field.name))?;
                    file_fields.push(old.clone());
                    Source::File(file_fields.len() - 1, convert)
                }
                (None, _) => Source::Missing,
            };
            columns.push((source, Arc::new(arrow::field(field))));
        }
        Ok(Evolution { file_fields, columns })
    }

    /// Converts a batch of `file_fields`. Errors: `Invalid` where text is cast to a type that it does not fit.
    pub(super) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let column = |(source, field): &(Source, Arc<arrow_schema::Field>)| match source {
            Source::File(index, convert) => {
                convert.apply(batch.column(*index)).map_err(|error| error.with("column", field.name()))
            }
            Source::Constant(value) => Ok(take(value, &UInt32Array::from(vec![0; rows]), None)?),
            Source::Missing => Ok(new_null_array(field.data_type(), rows)),
        };
        let columns = self.columns.iter().map(column).collect::<Result<Vec<_>>>()?;
        batch_of(self.columns.iter().map(|(_, field)| field), columns, rows)
    }
}

/// A batch of `fields`; a NOT NULL field that holds nulls after all is nullable in the batch.
pub(super) fn batch_of<'a>(
    fields: impl Iterator<Item = &'a Arc<arrow_schema::Field>>,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch> {
    let fields = fields.zip(&columns).map(|(field, column)| rebuild::fitting(field, column, None));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
}

/// The conversion from one type to another, `Same` where they differ in nothing that arrays show.
fn convert(old: &DataType, new: &DataType) -> Result<Convert> {
    let (old_arrow, new_arrow) = (arrow::data_type(old), arrow::data_type(new));
    if without_names(&old.kind, &new.kind) {
        return Ok(if old_arrow == new_arrow { Convert::Same } else { Convert::Relabel(new_arrow) });
    }
    Ok(match (&old.kind, &new.kind) {
        (TypeKind::Row(old), TypeKind::Row(new)) => {
            let child = |field: &DataField| match old.iter().enumerate().find(|(_, old)| old.id == field.id) {
                Some((index, old)) if shares_fields(&old.data_type.kind, &field.data_type.kind) => {
                    Ok(Child::Old(index, convert(&old.data_type, &field.data_type)?))
                }
                _ => Ok(Child::Missing(arrow::data_type(&field.data_type))),
            };
            Convert::Row(new.iter().map(child).collect::<Result<_>>()?, new_arrow)
        }
        (TypeKind::Array(old), TypeKind::Array(new)) => Convert::Array(Box::new(convert(old, new)?), new_arrow),
        (TypeKind::Vector { element: old, length: n }, TypeKind::Vector { element: new, length: m }) if n == m => {
            Convert::Array(Box::new(convert(old, new)?), new_arrow)
        }
        (TypeKind::Map { key: a, value: old }, TypeKind::Map { key: b, value: new })
            if without_names(&a.kind, &b.kind) =>
        {
            Convert::Map(Box::new(convert(old, new)?), new_arrow)
        }
        _ => Convert::Cast(Cast::new(old, new)?),
    })
}

/// False where nothing of the old type is read: a ROW without any field that is still there, at whatever depth.
///
/// Java does not ask the file for such a column, so that it is null as a whole, arrays and maps of such rows, too.
fn shares_fields(old: &TypeKind, new: &TypeKind) -> bool {
    match (old, new) {
        (TypeKind::Row(old), TypeKind::Row(new)) => {
            let shared = |new: &DataField| {
                let old = old.iter().find(|old| old.id == new.id);
                old.is_some_and(|old| shares_fields(&old.data_type.kind, &new.data_type.kind))
            };
            new.iter().any(shared)
        }
        (TypeKind::Array(old), TypeKind::Array(new)) => shares_fields(&old.kind, &new.kind),
        (TypeKind::Map { key: a, value: old }, TypeKind::Map { key: b, value: new }) => {
            shares_fields(&a.kind, &b.kind) && shares_fields(&old.kind, &new.kind)
        }
        _ => true,
    }
}

/// Whether the types are one but for nullability and the names of fields: same ids in the same order.
///
/// A longer VARCHAR or VARBINARY counts as the same.
fn without_names(old: &TypeKind, new: &TypeKind) -> bool {
    match (old, new) {
        (TypeKind::Char(n), TypeKind::Char(m)) => n == m,
        (TypeKind::Char(n) | TypeKind::Varchar(n), TypeKind::Varchar(m)) => n <= m,
        (TypeKind::Binary(n) | TypeKind::Varbinary(n), TypeKind::Varbinary(m)) => n <= m,
        (TypeKind::Row(old), TypeKind::Row(new)) => {
            let alike =
                |(a, b): (&DataField, &DataField)| a.id == b.id && without_names(&a.data_type.kind, &b.data_type.kind);
            old.len() == new.len() && old.iter().zip(new).all(alike)
        }
        (TypeKind::Array(old), TypeKind::Array(new)) | (TypeKind::Multiset(old), TypeKind::Multiset(new)) => {
            without_names(&old.kind, &new.kind)
        }
        (TypeKind::Vector { element: old, length: n }, TypeKind::Vector { element: new, length: m }) => {
            n == m && without_names(&old.kind, &new.kind)
        }
        (TypeKind::Map { key: a, value: old }, TypeKind::Map { key: b, value: new }) => {
            without_names(&a.kind, &b.kind) && without_names(&old.kind, &new.kind)
        }
        (old, new) => old == new,
    }
}

impl Convert {
    fn apply(&self, array: &ArrayRef) -> Result<ArrayRef> {
        match self {
            Convert::Same => Ok(Arc::clone(array)),
            Convert::Relabel(to) => rebuild::relabel(array, to),
            Convert::Cast(cast) => cast.apply(array),
            Convert::Row(children, to) => {
                let (Some(row), ArrowType::Struct(fields)) = (array.as_struct_opt(), to) else {
                    return Err(shape(array));
                };
                let columns = children.iter().map(|child| match child {
                    Child::Old(index, convert) => convert.apply(row.columns().get(*index).ok_or_else(|| shape(array))?),
                    Child::Missing(data_type) => Ok(new_null_array(data_type, row.len())),
                });
                rebuild::row(row, fields, columns.collect::<Result<Vec<_>>>()?)
            }
            Convert::Array(element, to) => match (array.as_list_opt::<i32>(), to) {
                (Some(list), ArrowType::List(field)) => rebuild::list(list, field, element.apply(list.values())?),
                (None, ArrowType::FixedSizeList(field, _)) => {
                    let list = array.as_fixed_size_list_opt().ok_or_else(|| shape(array))?;
                    rebuild::fixed_size_list(list, field, element.apply(list.values())?)
                }
                _ => Err(shape(array)),
            },
            Convert::Map(value, to) => {
                let (Some(map), ArrowType::Map(entries, _)) = (array.as_map_opt(), to) else {
                    return Err(shape(array));
                };
                rebuild::map(map, entries, Arc::clone(map.keys()), value.apply(map.values())?)
            }
        }
    }
}

fn shape(array: &ArrayRef) -> Error {
    Error::internal(format!("a nested column of an unexpected type {}", array.data_type()))
}

#[cfg(test)]
mod matrix_tests;
#[cfg(test)]
mod tests;

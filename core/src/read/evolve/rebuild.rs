//! Nested arrays with other children or other names.
//!
//! A NOT NULL field may hold nulls after all: it was nullable when the file was written, or the file lacks it. It is
//! nullable in the array then, as Java, too, gives the null out.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, FixedSizeListArray, ListArray, MapArray, StructArray, cast::AsArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType as ArrowType, Field, FieldRef, Fields};

use super::shape;
use crate::error::Result;

/// The rows with `columns` as their fields.
pub(super) fn row(rows: &StructArray, fields: &Fields, columns: Vec<ArrayRef>) -> Result<ArrayRef> {
    let nulls = rows.nulls().cloned();
    if fields.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(rows.len(), nulls)));
    }
    let fields = fields.iter().zip(&columns).map(|(field, column)| fitting(field, column, nulls.as_ref()));
    Ok(Arc::new(StructArray::try_new(fields.collect(), columns, nulls)?))
}

/// The lists with `values` as their elements.
pub(super) fn list(lists: &ListArray, field: &FieldRef, values: ArrayRef) -> Result<ArrayRef> {
    let field = fitting(field, &values, None);
    Ok(Arc::new(ListArray::try_new(field, lists.offsets().clone(), values, lists.nulls().cloned())?))
}

/// The vectors with `values` as their elements.
pub(super) fn fixed_size_list(lists: &FixedSizeListArray, field: &FieldRef, values: ArrayRef) -> Result<ArrayRef> {
    let field = fitting(field, &values, None);
    Ok(Arc::new(FixedSizeListArray::try_new(field, lists.value_length(), values, lists.nulls().cloned())?))
}

/// The maps with other keys and values; `entries` is the field of the pairs.
pub(super) fn map(maps: &MapArray, entries: &FieldRef, keys: ArrayRef, values: ArrayRef) -> Result<ArrayRef> {
    let ArrowType::Struct(fields) = entries.data_type() else {
        return Err(shape(&(Arc::new(maps.clone()) as ArrayRef)));
    };
    let columns = vec![keys, values];
    let fields: Fields = fields.iter().zip(&columns).map(|(field, column)| fitting(field, column, None)).collect();
    let entries = entries.as_ref().clone().with_data_type(ArrowType::Struct(fields.clone()));
    let pairs = StructArray::try_new(fields, columns, None)?;
    Ok(Arc::new(MapArray::try_new(Arc::new(entries), maps.offsets().clone(), pairs, maps.nulls().cloned(), false)?))
}

/// The same values under a type that differs in names and nullability only.
pub(super) fn relabel(array: &ArrayRef, to: &ArrowType) -> Result<ArrayRef> {
    match to {
        ArrowType::Struct(fields) => {
            let rows = array.as_struct_opt().ok_or_else(|| shape(array))?;
            let columns = rows.columns().iter().zip(fields).map(|(column, field)| relabel(column, field.data_type()));
            row(rows, fields, columns.collect::<Result<Vec<_>>>()?)
        }
        ArrowType::List(field) => {
            let lists = array.as_list_opt::<i32>().ok_or_else(|| shape(array))?;
            list(lists, field, relabel(lists.values(), field.data_type())?)
        }
        ArrowType::FixedSizeList(field, _) => {
            let lists = array.as_fixed_size_list_opt().ok_or_else(|| shape(array))?;
            fixed_size_list(lists, field, relabel(lists.values(), field.data_type())?)
        }
        ArrowType::Map(entries, _) => {
            let maps = array.as_map_opt().ok_or_else(|| shape(array))?;
            let ArrowType::Struct(fields) = entries.data_type() else { return Err(shape(array)) };
            let [key, value] = fields.as_ref() else { return Err(shape(array)) };
            let keys = relabel(maps.keys(), key.data_type())?;
            map(maps, entries, keys, relabel(maps.values(), value.data_type())?)
        }
        _ => Ok(Arc::clone(array)),
    }
}

/// The field with the type that the column has, nullable where that has nulls outside those of `parent`.
pub(super) fn fitting(field: &FieldRef, column: &ArrayRef, parent: Option<&NullBuffer>) -> FieldRef {
    let fits = match (column.nulls(), parent) {
        (None, _) => true,
        (Some(nulls), None) => nulls.null_count() == 0,
        (Some(nulls), Some(parent)) => parent.contains(nulls),
    };
    if (field.is_nullable() || fits) && field.data_type() == column.data_type() {
        return Arc::clone(field);
    }
    let field: Field = field.as_ref().clone();
    let nullable = field.is_nullable() || !fits;
    Arc::new(field.with_data_type(column.data_type().clone()).with_nullable(nullable))
}

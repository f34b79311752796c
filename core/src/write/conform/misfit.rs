//! Values that a type does not allow though Arrow's type does: nulls, texts too long, digits too many.

use arrow_array::{
    Array, ArrayRef, StringArray,
    cast::AsArray,
    types::{Decimal128Type, Time32MillisecondType},
};

use crate::{
    error::{Error, Result},
    types::{DataType, MAX_LENGTH, TypeKind},
};

const MILLIS_OF_DAY: i32 = 86_400_000;

/// A value that must not be there.
struct Misfit {
    row: usize,
    /// Fields from the column to it.
    path: Vec<String>,
    problem: String,
}

/// Errors: `Invalid` with the row and, for a value inside a column, the path to its field.
pub(super) fn check(data_type: &DataType, array: &dyn Array) -> Result<()> {
    match find(data_type, array, &|_| true) {
        None => Ok(()),
        Some(Misfit { row, path, problem }) if path.is_empty() => Err(Error::invalid(problem).with("row", row)),
        Some(Misfit { row, path, problem }) => {
            Err(Error::invalid(problem).with("field", path.join(".")).with("row", row))
        }
    }
}

/// The first misfit; rows that `counts` is false of are hidden below a null.
fn find(data_type: &DataType, array: &dyn Array, counts: &dyn Fn(usize) -> bool) -> Option<Misfit> {
    let at = |row: usize, problem: String| Misfit { row, path: Vec::new(), problem };
    if !data_type.nullable
        && array.null_count() > 0
        && let Some(row) = (0..array.len()).find(|row| array.is_null(*row) && counts(*row))
    {
        return Some(at(row, "null in a NOT NULL column".into()));
    }
    let valid = |row: usize| array.is_valid(row) && counts(row);
    let first = |is_odd: &dyn Fn(usize) -> bool| (0..array.len()).find(|row| valid(*row) && is_odd(*row));
    match &data_type.kind {
        TypeKind::Char(length) | TypeKind::Varchar(length) if *length < MAX_LENGTH => {
            let texts = array.as_string_opt::<i32>()?;
            let length = *length as usize;
            let row = first(&|row| is_longer(texts, row, length))?;
            Some(at(row, format!("{:?} is longer than {length} characters", start_of(texts.value(row)))))
        }
        TypeKind::Binary(length) | TypeKind::Varbinary(length) if *length < MAX_LENGTH => {
            let bytes = array.as_binary_opt::<i32>()?;
            let row = first(&|row| bytes.value(row).len() > *length as usize)?;
            Some(at(row, format!("a value is longer than {length} bytes")))
        }
        TypeKind::Decimal { precision, .. } => {
            let limit = 10i128.checked_pow((*precision).into())?;
            let values = array.as_primitive_opt::<Decimal128Type>()?;
            let row = first(&|row| values.value(row).unsigned_abs() >= limit.unsigned_abs())?;
            Some(at(row, format!("{} does not fit {data_type}", values.value_as_string(row))))
        }
        TypeKind::Time(_) => {
            let times = array.as_primitive_opt::<Time32MillisecondType>()?;
            let row = first(&|row| !(0..MILLIS_OF_DAY).contains(&times.value(row)))?;
            Some(at(row, format!("{} milliseconds are no time of a day", times.value(row))))
        }
        TypeKind::Row(fields) => {
            let parts = array.as_struct_opt()?;
            fields.iter().zip(parts.columns()).find_map(|(field, part)| {
                let misfit = find(&field.data_type, part.as_ref(), &valid)?;
                Some(inside(misfit, &field.name))
            })
        }
        TypeKind::Array(element) => {
            let lists = array.as_list_opt::<i32>()?;
            in_lists(element, lists.values(), lists.value_offsets(), &valid, "element")
        }
        TypeKind::Map { key, value } => {
            let maps = array.as_map_opt()?;
            in_lists(key, maps.keys(), maps.value_offsets(), &valid, "key")
                .or_else(|| in_lists(value, maps.values(), maps.value_offsets(), &valid, "value"))
        }
        TypeKind::Multiset(element) => {
            let maps = array.as_map_opt()?;
            in_lists(element, maps.keys(), maps.value_offsets(), &valid, "element")
        }
        TypeKind::Vector { element, length } => {
            let lists = array.as_fixed_size_list_opt()?;
            let length = (*length as usize).max(1);
            let misfit = find(element, lists.values().as_ref(), &|index| valid(index / length))?;
            Some(inside(Misfit { row: misfit.row / length, ..misfit }, "element"))
        }
        _ => None,
    }
}

/// The first misfit among the values of lists or maps.
fn in_lists(
    data_type: &DataType,
    values: &ArrayRef,
    offsets: &[i32],
    valid: &dyn Fn(usize) -> bool,
    step: &str,
) -> Option<Misfit> {
    // The list that a value belongs to: the last that starts at or before it.
    let list_of = |index: usize| offsets.partition_point(|offset| *offset as usize <= index).checked_sub(1);
    let lists = offsets.len().saturating_sub(1);
    let counts = |index: usize| list_of(index).is_some_and(|list| list < lists && valid(list));
    let misfit = find(data_type, values.as_ref(), &counts)?;
    Some(inside(Misfit { row: list_of(misfit.row)?, ..misfit }, step))
}

fn inside(mut misfit: Misfit, step: &str) -> Misfit {
    misfit.path.insert(0, step.to_owned());
    misfit
}

/// Bytes are never fewer than characters: counts only where it can matter.
fn is_longer(texts: &StringArray, row: usize, length: usize) -> bool {
    let text = texts.value(row);
    text.len() > length && text.chars().count() > length
}

fn start_of(text: &str) -> String {
    text.chars().take(60).collect()
}

//! Decoded columns to columns of the logical types: planned once a file, applied to each batch.
//!
//! The plan is a tree like the type. Most columns of most files need nothing ([`Conversion::Keep`]) or a new label on the
//! same buffers; only leaves stored in another width or unit are computed.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, ListArray, MapArray, StructArray, UInt32Array, cast::AsArray, make_array,
    new_null_array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType as ArrowType, Field, FieldRef, Fields};

use super::{leaf::LeafConversion, variant};
use crate::{
    error::{Error, Result},
    types::{self, DataType, TypeKind},
};

/// How a decoded array becomes one of a logical type.
#[derive(Debug)]
pub(in crate::format) enum Conversion {
    /// It has the type already.
    Keep,
    /// All null, whatever was decoded.
    Null(ArrowType),
    /// A value without parts.
    Leaf(LeafConversion),
    /// Lists: the elements are converted.
    List(Box<Conversion>, FieldRef),
    /// Lists that must have this many elements each.
    Vector(Box<Conversion>, FieldRef, i32),
    /// Keys, values, and the entries field.
    Map(Box<Conversion>, Box<Conversion>, FieldRef),
    /// For each field the decoded child, if there is one.
    Row(Vec<Option<(usize, Conversion)>>, Fields),
    /// Shredded variants: put back together.
    Shredded(Fields),
}

impl Conversion {
    /// How `from` becomes `to`. Errors: `Corrupt` where it cannot.
    pub(in crate::format) fn plan(from: &ArrowType, to: &DataType) -> Result<Conversion> {
        let target = types::arrow::data_type(to);
        // Nested arrays are put together anew in any case: the decoder's are not sound where a NOT NULL row lies in a null one.
        if *from == target && !target.is_nested() {
            return Ok(Conversion::Keep);
        }
        match (from, &target, &to.kind) {
            (ArrowType::Null, _, _) => Ok(Conversion::Null(target)),
            (ArrowType::List(element), ArrowType::List(field), TypeKind::Array(to)) => {
                Ok(Conversion::List(Box::new(Self::plan(element.data_type(), to)?), field.clone()))
            }
            (ArrowType::List(from), ArrowType::FixedSizeList(field, length), TypeKind::Vector { element, .. }) => {
                Ok(Conversion::Vector(Box::new(Self::plan(from.data_type(), element)?), field.clone(), *length))
            }
            (ArrowType::List(from), ArrowType::Map(entries, _), TypeKind::Map { key, value }) => {
                Self::plan_map(from, entries, key, value)
            }
            (ArrowType::List(from), ArrowType::Map(entries, _), TypeKind::Multiset(element)) => {
                Self::plan_map(from, entries, element, &DataType::not_null(TypeKind::Int))
            }
            (ArrowType::Struct(from), ArrowType::Struct(fields), TypeKind::Row(to)) => {
                Self::plan_row(from, fields, to.iter().map(|field| &field.data_type))
            }
            (ArrowType::Struct(from), ArrowType::Struct(fields), TypeKind::Variant) => {
                if from.find(variant::TYPED_VALUE).is_some() {
                    return Ok(Conversion::Shredded(fields.clone()));
                }
                let bytes = DataType::not_null(TypeKind::BYTES);
                Self::plan_row(from, fields, [&bytes, &bytes].into_iter())
            }
            _ => match LeafConversion::plan(from, &target) {
                Some(leaf) => Ok(Conversion::Leaf(leaf)),
                None => Err(Error::corrupt(format!("column of type {target} is stored as {from}"))),
            },
        }
    }

    fn plan_map(from: &Field, entries: &FieldRef, key: &DataType, value: &DataType) -> Result<Conversion> {
        match from.data_type() {
            ArrowType::Struct(children) if children.len() == 2 => Ok(Conversion::Map(
                Box::new(Self::plan(children[0].data_type(), key)?),
                Box::new(Self::plan(children[1].data_type(), value)?),
                entries.clone(),
            )),
            other => Err(Error::corrupt(format!("entries of a map are stored as {other}"))),
        }
    }

    fn plan_row<'a>(from: &Fields, fields: &Fields, types: impl Iterator<Item = &'a DataType>) -> Result<Conversion> {
        let children = fields.iter().zip(types).map(|(field, to)| match from.find(field.name()) {
            Some((index, child)) => {
                let conversion =
                    Self::plan(child.data_type(), to).map_err(|error| error.with("field", field.name()))?;
                Ok(Some((index, conversion)))
            }
            None => Ok(None),
        });
        Ok(Conversion::Row(children.collect::<Result<Vec<_>>>()?, fields.clone()))
    }

    /// Converts one array. Errors: `Corrupt` for a value that the type cannot hold.
    pub(in crate::format) fn apply(&self, array: &ArrayRef) -> Result<ArrayRef> {
        self.apply_within(array, None)
    }

    /// As [`Conversion::apply`] for a part of rows of which `hidden` are null: the decoder marks what lies in a null row as
    /// null only at nullable parts and at leaves.
    fn apply_within(&self, array: &ArrayRef, hidden: Option<&NullBuffer>) -> Result<ArrayRef> {
        match self {
            Conversion::Keep => Ok(array.clone()),
            Conversion::Null(target) => Ok(new_null_array(target, array.len())),
            Conversion::Leaf(leaf) => leaf.apply(&hide(array, hidden)?),
            Conversion::List(element, field) => {
                let list = array.as_list_opt::<i32>().ok_or_else(|| unexpected(array))?;
                let values = element.apply(list.values())?;
                let field = tolerant(field, &values, None);
                let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
                Ok(Arc::new(ListArray::try_new(field, offsets, values, nulls)?))
            }
            Conversion::Vector(element, field, length) => {
                let list = array.as_list_opt::<i32>().ok_or_else(|| unexpected(array))?;
                let nulls = NullBuffer::union(list.nulls(), hidden);
                let values = vector_values(list, &element.apply(list.values())?, nulls.as_ref(), *length)?;
                // Rows that are null have elements too.
                let hidden = nulls.as_ref().map(|nulls| nulls.expand(usize::try_from(*length).unwrap_or(0)));
                let field = tolerant(field, &values, hidden.as_ref());
                Ok(Arc::new(FixedSizeListArray::try_new(field, *length, values, nulls)?))
            }
            Conversion::Map(key, value, entries) => apply_map(array, key, value, entries),
            Conversion::Row(children, fields) => apply_row(array, children, fields, hidden),
            Conversion::Shredded(fields) => {
                let shredded = array.as_struct_opt().ok_or_else(|| unexpected(array))?;
                variant::rebuild(shredded, fields, NullBuffer::union(shredded.nulls(), hidden))
            }
        }
    }
}

fn apply_map(array: &ArrayRef, key: &Conversion, value: &Conversion, entries: &FieldRef) -> Result<ArrayRef> {
    // See `normalize`: maps are decoded as lists of pairs.
    let list = array.as_list_opt::<i32>().ok_or_else(|| unexpected(array))?;
    let Some([keys, values]) = list.values().as_struct_opt().map(StructArray::columns) else {
        return Err(unexpected(array));
    };
    let (keys, values) = (key.apply(keys)?, value.apply(values)?);
    let ArrowType::Struct(fields) = entries.data_type() else {
        return Err(Error::internal("map without entries"));
    };
    if keys.null_count() > 0 {
        return Err(Error::corrupt("a map has null keys"));
    }
    let children = vec![keys, values];
    let fields: Fields =
        fields.iter().zip(&children).map(|(field, child)| tolerant(field, child, None)).collect::<Vec<_>>().into();
    let entries = Arc::new(entries.as_ref().clone().with_data_type(ArrowType::Struct(fields.clone())));
    let pairs = StructArray::try_new(fields, children, None)?;
    Ok(Arc::new(MapArray::try_new(entries, list.offsets().clone(), pairs, list.nulls().cloned(), false)?))
}

fn apply_row(
    array: &ArrayRef,
    children: &[Option<(usize, Conversion)>],
    fields: &Fields,
    hidden: Option<&NullBuffer>,
) -> Result<ArrayRef> {
    let row = array.as_struct_opt().ok_or_else(|| unexpected(array))?;
    let nulls = NullBuffer::union(row.nulls(), hidden);
    let columns = children
        .iter()
        .zip(fields)
        .map(|(child, field)| match child {
            None => Ok(new_null_array(field.data_type(), row.len())),
            Some((index, conversion)) => {
                let child = row.columns().get(*index).ok_or_else(|| unexpected(array))?;
                conversion.apply_within(child, nulls.as_ref()).map_err(|error| error.with("field", field.name()))
            }
        })
        .collect::<Result<Vec<_>>>()?;
    let fields: Fields =
        fields.iter().zip(&columns).map(|(field, column)| tolerant(field, column, nulls.as_ref())).collect();
    Ok(Arc::new(StructArray::try_new_with_length(fields, columns, nulls, row.len())?))
}

/// `array` with nulls at `hidden` too, where the decoder left what need not be a value.
fn hide(array: &ArrayRef, hidden: Option<&NullBuffer>) -> Result<ArrayRef> {
    if hidden.is_none_or(|hidden| hidden.null_count() == array.null_count()) {
        return Ok(array.clone());
    }
    let nulls = NullBuffer::union(array.nulls(), hidden);
    Ok(make_array(array.to_data().into_builder().nulls(nulls).build()?))
}

/// `field` with the type of `array`, and nullable if it has nulls where the parent has none.
fn tolerant(field: &FieldRef, array: &ArrayRef, parent: Option<&NullBuffer>) -> FieldRef {
    let hidden = |nulls: &NullBuffer| parent.is_some_and(|parent| parent.contains(nulls));
    let nullable = field.is_nullable() || array.nulls().is_some_and(|nulls| nulls.null_count() > 0 && !hidden(nulls));
    if nullable == field.is_nullable() && array.data_type() == field.data_type() {
        return field.clone();
    }
    Arc::new(Field::new(field.name(), array.data_type().clone(), nullable))
}

/// Elements of one batch of vectors with nulls, at most.
const MOST_ELEMENTS: usize = 1 << 28;

/// `values`, the elements of `list`, so that each row, those in `nulls` too, has `length` of them.
fn vector_values(list: &ListArray, values: &ArrayRef, nulls: Option<&NullBuffer>, length: i32) -> Result<ArrayRef> {
    let is_valid = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
    let offsets = list.offsets();
    for row in (0..list.len()).filter(|row| is_valid(*row)) {
        let found = list.value_length(row);
        if found != length {
            return Err(Error::corrupt(format!("vector of {length} elements has {found}")));
        }
    }
    if nulls.is_none_or(|nulls| nulls.null_count() == 0) {
        let (first, last) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
        return Ok(values.slice(first as usize, (last - first) as usize));
    }
    let width = u32::try_from(length).map_err(|_| Error::corrupt("vector of a negative length"))?;
    let total = list.len().checked_mul(width as usize).filter(|total| *total <= MOST_ELEMENTS);
    let mut indices = Vec::with_capacity(total.ok_or_else(|| Error::unsupported("vectors are too long"))?);
    for (row, start) in offsets.iter().take(list.len()).enumerate() {
        let valid = is_valid(row);
        indices.extend((0..width).map(|element| valid.then_some(*start as u32 + element)));
    }
    Ok(arrow_select::take::take(values, &UInt32Array::from(indices), None)?)
}

fn unexpected(array: &ArrayRef) -> Error {
    Error::internal(format!("decoder gave an array of type {}", array.data_type()))
}

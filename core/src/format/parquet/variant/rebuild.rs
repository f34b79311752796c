//! Columns of shredded parts to values.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, ListArray, StructArray, builder::BinaryBuilder, cast::AsArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType as ArrowType, Fields};

use super::{
    METADATA, TYPED_VALUE, VALUE, encode,
    names::{Names, fields_of_object, length},
    scalar::Scalars,
};
use crate::error::{Error, Result};

/// Bytes of one variant that are accepted, as by Java.
const MAX_BYTES: usize = 128 << 20;

/// The variants of a shredded column as a struct of `fields`: their values and their metadata; rows in `hidden` are null.
///
/// Errors: `Corrupt` where parts contradict each other; `Unsupported` for types that no variant is shredded to.
pub(in crate::format::parquet) fn rebuild(
    shredded: &StructArray,
    fields: &Fields,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef> {
    let wrong = || Error::corrupt("expected the metadata of a shredded variant as bytes");
    let metadata = shredded.column_by_name(METADATA).and_then(|column| column.as_binary_opt::<i32>());
    let metadata = metadata.ok_or_else(wrong)?;
    let variant = Part::of(shredded)?;
    let mut values = BinaryBuilder::new();
    let mut plain_metadata = BinaryBuilder::new();
    // Rows next to each other tend to have the same names.
    let mut names = (None, Names::default());
    let mut value = Vec::new();
    for row in 0..shredded.len() {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            values.append_value([]);
            plain_metadata.append_value([]);
            continue;
        }
        if metadata.is_null(row) {
            return Err(wrong().with("row of the batch", row));
        }
        let bytes = metadata.value(row);
        if names.0 != Some(bytes) {
            names = (Some(bytes), Names::parse(bytes)?);
        }
        value.clear();
        if !variant.write(row, &names.1, &mut value)? {
            return Err(Error::corrupt("expected a shredded variant with a value").with("row of the batch", row));
        }
        if value.len() > MAX_BYTES {
            return Err(Error::corrupt(format!("expected variants of at most {MAX_BYTES} bytes")));
        }
        values.append_value(&value);
        plain_metadata.append_value(bytes);
    }
    let columns = fields.iter().map(|field| -> Result<ArrayRef> {
        match field.name().as_str() {
            VALUE => Ok(Arc::new(values.finish())),
            METADATA => Ok(Arc::new(plain_metadata.finish())),
            other => Err(Error::internal(format!("variants have no member {other}"))),
        }
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, nulls)?))
}

/// A group {value, typed_value}: either may be missing, and either may be null.
struct Part<'a> {
    value: Option<&'a BinaryArray>,
    typed: Option<Typed<'a>>,
}

enum Typed<'a> {
    Scalars(&'a ArrayRef, Scalars<'a>),
    List(&'a ListArray, Box<Part<'a>>),
    /// The groups of the fields, with their names.
    Object(&'a StructArray, Vec<(&'a str, &'a StructArray, Part<'a>)>),
}

impl<'a> Part<'a> {
    fn of(group: &'a StructArray) -> Result<Self> {
        let value = match group.column_by_name(VALUE) {
            None => None,
            Some(column) => Some(column.as_binary_opt::<i32>().ok_or_else(|| {
                Error::corrupt(format!(
                    "expected the value of a shredded variant as bytes, found {}",
                    column.data_type()
                ))
            })?),
        };
        let typed = group.column_by_name(TYPED_VALUE).map(Typed::of).transpose()?;
        Ok(Part { value, typed })
    }

    /// Appends the value of `row`; false where it has none.
    fn write(&self, row: usize, names: &Names, out: &mut Vec<u8>) -> Result<bool> {
        let value = self.value.filter(|value| value.is_valid(row)).map(|value| value.value(row));
        match &self.typed {
            Some(Typed::Scalars(array, scalars)) if array.is_valid(row) => scalars.write(row, out)?,
            Some(Typed::List(list, element)) if list.is_valid(row) => write_list(list, element, row, names, out)?,
            Some(Typed::Object(object, fields)) if object.is_valid(row) => {
                return write_object(fields, value, row, names, out).map(|()| true);
            }
            _ => {
                let Some(value) = value else { return Ok(false) };
                let length = length(value)?;
                out.extend_from_slice(value.get(..length).ok_or_else(|| {
                    Error::corrupt(format!("expected {length} bytes of a variant, found {}", value.len()))
                })?);
                return Ok(true);
            }
        }
        match value {
            None => Ok(true),
            Some(_) => Err(Error::corrupt("expected one of value and typed_value of a shredded variant, found both")),
        }
    }
}

impl<'a> Typed<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self> {
        let group = |array: &'a ArrayRef| {
            array.as_struct_opt().ok_or_else(|| {
                Error::corrupt(format!("expected a group in a shredded variant, found {}", array.data_type()))
            })
        };
        Ok(match array.data_type() {
            ArrowType::List(_) => {
                let list = array.as_list::<i32>();
                Typed::List(list, Box::new(Part::of(group(list.values())?)?))
            }
            ArrowType::Struct(_) => {
                let object = array.as_struct();
                let fields = object.column_names().into_iter().zip(object.columns()).map(|(name, column)| {
                    let field = group(column)?;
                    Ok((name, field, Part::of(field).map_err(|error| error.with("field", name))?))
                });
                Typed::Object(object, fields.collect::<Result<_>>()?)
            }
            _ => Typed::Scalars(array, Scalars::of(array)?),
        })
    }
}

fn write_list(list: &ListArray, element: &Part<'_>, row: usize, names: &Names, out: &mut Vec<u8>) -> Result<()> {
    let ends = list.value_offsets();
    let bounds = ends.get(row).zip(ends.get(row + 1));
    let (start, end) = bounds.ok_or_else(|| Error::internal("a list without an end"))?;
    let (mut starts, mut data) = (Vec::new(), Vec::new());
    for place in *start..*end {
        starts.push(data.len());
        if !element.write(place as usize, names, &mut data)? {
            return Err(Error::corrupt("expected a value of each element of a shredded variant"));
        }
    }
    encode::array(&starts, &data, out)
}

/// Fields with columns of their own, and those in `rest`.
fn write_object(
    fields: &[(&str, &StructArray, Part<'_>)],
    rest: Option<&[u8]>,
    row: usize,
    names: &Names,
    out: &mut Vec<u8>,
) -> Result<()> {
    // Name, its number, and where the value starts.
    let (mut children, mut data) = (Vec::new(), Vec::new());
    for (name, group, part) in fields {
        let start = data.len();
        if group.is_valid(row) && part.write(row, names, &mut data).map_err(|error| error.with("field", *name))? {
            children.push((*name, names.id(name)?, start));
        }
    }
    for (id, value) in rest.map(fields_of_object).transpose()?.unwrap_or_default() {
        let name = names.name(id)?;
        if fields.iter().any(|(shredded, ..)| *shredded == name) {
            return Err(Error::corrupt(format!(
                "expected field '{name}' of a shredded variant in one place, found two"
            )));
        }
        children.push((name, id, data.len()));
        data.extend_from_slice(value);
    }
    children.sort_unstable();
    if children.windows(2).any(|pair| matches!(pair, [(one, ..), (other, ..)] if one == other)) {
        return Err(Error::corrupt("expected different names in an object of a shredded variant"));
    }
    let children = children.into_iter().map(|(_, id, start)| (id, start)).collect::<Vec<_>>();
    encode::object(&children, &data, out)
}

#[cfg(test)]
mod tests;

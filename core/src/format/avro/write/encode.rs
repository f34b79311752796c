//! Values of Arrow columns as Avro bytes: an encoder for each column of a batch, asked row by row.

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType,
    },
};
use arrow_buffer::OffsetBuffer;

use super::schema::is_text;
use crate::{
    error::{Error, Result},
    spec::avro::Encoder,
    types::{DataField, DataType, TypeKind},
};

/// Encodes the value of one row.
pub(super) trait Encode {
    /// Appends the value at `row`, which the array has.
    fn encode(&self, row: usize, out: &mut Encoder);
}

/// Encoders of the columns of a batch. Errors: `Invalid` for arrays of other types and for nulls in NOT NULL columns.
pub(super) fn columns<'a>(fields: &[DataField], columns: &'a [ArrayRef]) -> Result<Vec<Box<dyn Encode + 'a>>> {
    if fields.len() != columns.len() {
        let (found, expected) = (columns.len(), fields.len());
        return Err(Error::invalid(format!("batch has {found} columns, {expected} were expected")));
    }
    let of = |(field, array): (&DataField, &'a ArrayRef)| {
        value(&field.data_type, array, 0).map_err(|error| error.with("column", &field.name))
    };
    fields.iter().zip(columns).map(of).collect()
}

/// An encoder of values of `data_type`, with the branch of the union in front where they may be null. Of an array of
/// NOT NULL values, `hidden` may be null all the same, because what holds them is.
fn value<'a>(data_type: &DataType, array: &'a ArrayRef, hidden: usize) -> Result<Box<dyn Encode + 'a>> {
    let encoder = non_null(data_type, array)?;
    if data_type.nullable {
        return Ok(Box::new(Nullable { array, encoder }));
    }
    if array.null_count() > hidden {
        return Err(Error::invalid("a NOT NULL column or part has nulls"));
    }
    Ok(encoder)
}

fn non_null<'a>(data_type: &DataType, array: &'a ArrayRef) -> Result<Box<dyn Encode + 'a>> {
    Ok(match &data_type.kind {
        TypeKind::Boolean => {
            let array = array.as_boolean_opt().ok_or_else(|| mismatch(data_type, array))?;
            Box::new(array)
        }
        TypeKind::TinyInt => numbers::<Int8Type>(data_type, array)?,
        TypeKind::SmallInt => numbers::<Int16Type>(data_type, array)?,
        TypeKind::Int => numbers::<Int32Type>(data_type, array)?,
        TypeKind::BigInt => numbers::<Int64Type>(data_type, array)?,
        TypeKind::Date => numbers::<Date32Type>(data_type, array)?,
        TypeKind::Time(_) => numbers::<Time32MillisecondType>(data_type, array)?,
        TypeKind::Timestamp(0..=3) | TypeKind::TimestampLtz(0..=3) => {
            numbers::<TimestampMillisecondType>(data_type, array)?
        }
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => numbers::<TimestampMicrosecondType>(data_type, array)?,
        TypeKind::Float => {
            let put = |value: f32, out: &mut Encoder| out.fixed(&value.to_le_bytes());
            Box::new(Primitives { values: primitive::<Float32Type>(data_type, array)?, put })
        }
        TypeKind::Double => {
            let put = |value: f64, out: &mut Encoder| out.fixed(&value.to_le_bytes());
            Box::new(Primitives { values: primitive::<Float64Type>(data_type, array)?, put })
        }
        TypeKind::Decimal { .. } => {
            Box::new(Primitives { values: primitive::<Decimal128Type>(data_type, array)?, put: put_decimal })
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => {
            let array = array.as_string_opt::<i32>().ok_or_else(|| mismatch(data_type, array))?;
            Box::new(Spans(array.offsets(), array.values()))
        }
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
            let array = array.as_binary_opt::<i32>().ok_or_else(|| mismatch(data_type, array))?;
            Box::new(Spans(array.offsets(), array.values()))
        }
        TypeKind::Array(element) => {
            let array = array.as_list_opt::<i32>().ok_or_else(|| mismatch(data_type, array))?;
            Box::new(Lists { offsets: array.offsets(), items: value(element, array.values(), 0)? })
        }
        TypeKind::Vector { element, length } => {
            let array = array.as_fixed_size_list_opt().ok_or_else(|| mismatch(data_type, array))?;
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            let hidden = array.null_count().saturating_mul(length);
            Box::new(Vectors { length, items: value(element, array.values(), hidden)? })
        }
        TypeKind::Map { key, value: of } => map(data_type, key, of, array)?,
        TypeKind::Multiset(element) => map(data_type, element, &DataType::nullable(TypeKind::Int), array)?,
        TypeKind::Row(fields) => {
            let array = array.as_struct_opt().ok_or_else(|| mismatch(data_type, array))?;
            let of = |(field, column): (&DataField, &'a ArrayRef)| {
                value(&field.data_type, column, array.null_count()).map_err(|error| error.with("field", &field.name))
            };
            Box::new(Rows(fields.iter().zip(array.columns()).map(of).collect::<Result<_>>()?))
        }
        TypeKind::Variant | TypeKind::Blob => return Err(mismatch(data_type, array)),
    })
}

fn map<'a>(to: &DataType, key: &DataType, of: &DataType, array: &'a ArrayRef) -> Result<Box<dyn Encode + 'a>> {
    let array = array.as_map_opt().ok_or_else(|| mismatch(to, array))?;
    let keys = array.keys();
    if keys.null_count() > 0 {
        return Err(Error::invalid("a map has a null key"));
    }
    // Avro's own maps have keys without a union.
    let keys = if is_text(key) { non_null(key, keys)? } else { value(key, keys, 0)? };
    let entries = Rows(vec![keys, value(of, array.values(), 0)?]);
    Ok(Box::new(Lists { offsets: array.offsets(), items: Box::new(entries) }))
}

fn mismatch(data_type: &DataType, array: &ArrayRef) -> Error {
    Error::invalid(format!("column has type {}, expected {data_type}", array.data_type()))
}

fn primitive<'a, T: ArrowPrimitiveType>(to: &DataType, array: &'a ArrayRef) -> Result<&'a PrimitiveArray<T>> {
    array.as_primitive_opt::<T>().ok_or_else(|| mismatch(to, array))
}

fn numbers<'a, T: ArrowPrimitiveType>(to: &DataType, array: &'a ArrayRef) -> Result<Box<dyn Encode + 'a>>
where
    T::Native: Into<i64>,
{
    let put = |value: T::Native, out: &mut Encoder| out.number(value.into());
    Ok(Box::new(Primitives { values: primitive::<T>(to, array)?, put }))
}

/// The shortest two's complement, highest byte first, as `BigInteger.toByteArray`.
fn put_decimal(value: i128, out: &mut Encoder) {
    let bytes = value.to_be_bytes();
    let sign = if value < 0 { 0xFF } else { 0 };
    let redundant = bytes.windows(2).take_while(|pair| match pair {
        [first, second] => *first == sign && (second ^ sign) < 0x80,
        _ => false,
    });
    out.bytes(bytes.get(redundant.count()..).unwrap_or_default());
}

struct Nullable<'a> {
    array: &'a ArrayRef,
    encoder: Box<dyn Encode + 'a>,
}

impl Encode for Nullable<'_> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        if self.array.is_null(row) {
            out.number(0);
        } else {
            out.number(1);
            self.encoder.encode(row, out);
        }
    }
}

impl Encode for &BooleanArray {
    fn encode(&self, row: usize, out: &mut Encoder) {
        out.fixed(&[u8::from(self.value(row))]);
    }
}

struct Primitives<'a, T: ArrowPrimitiveType> {
    values: &'a PrimitiveArray<T>,
    put: fn(T::Native, &mut Encoder),
}

impl<T: ArrowPrimitiveType> Encode for Primitives<'_, T> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        (self.put)(self.values.values().get(row).copied().unwrap_or_default(), out);
    }
}

/// The part of a buffer that belongs to a row.
fn span(offsets: &OffsetBuffer<i32>, row: usize) -> std::ops::Range<usize> {
    let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok()).unwrap_or(0);
    at(row)..at(row + 1)
}

/// Text and bytes.
struct Spans<'a>(&'a OffsetBuffer<i32>, &'a [u8]);

impl Encode for Spans<'_> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        out.bytes(self.1.get(span(self.0, row)).unwrap_or_default());
    }
}

/// Arrays and maps: one block of items, then the empty one.
struct Lists<'a> {
    offsets: &'a OffsetBuffer<i32>,
    items: Box<dyn Encode + 'a>,
}

impl Encode for Lists<'_> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        block(span(self.offsets, row), &*self.items, out);
    }
}

struct Vectors<'a> {
    length: usize,
    items: Box<dyn Encode + 'a>,
}

impl Encode for Vectors<'_> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        block(row * self.length..(row + 1) * self.length, &*self.items, out);
    }
}

fn block(items: std::ops::Range<usize>, encoder: &dyn Encode, out: &mut Encoder) {
    if !items.is_empty() {
        out.number(items.len() as i64);
        items.for_each(|item| encoder.encode(item, out));
    }
    out.number(0);
}

/// Records: their fields one after the other.
struct Rows<'a>(Vec<Box<dyn Encode + 'a>>);

impl Encode for Rows<'_> {
    fn encode(&self, row: usize, out: &mut Encoder) {
        self.0.iter().for_each(|field| field.encode(row, out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_as_few_bytes_as_java_gives_them() {
        let bytes = |value: i128| {
            let mut out = Encoder::new();
            put_decimal(value, &mut out);
            out.take()
        };
        assert_eq!(bytes(0), [2, 0]);
        assert_eq!(bytes(127), [2, 0x7F]);
        assert_eq!(bytes(128), [4, 0, 0x80]);
        assert_eq!(bytes(-1), [2, 0xFF]);
        assert_eq!(bytes(-128), [2, 0x80]);
        assert_eq!(bytes(-129), [4, 0xFF, 0x7F]);
        assert_eq!(bytes(i128::MIN).len(), 17);
    }
}

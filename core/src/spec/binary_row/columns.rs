//! Rows straight from Arrow columns: buckets and partitions of millions of rows, without a value in between.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, PrimitiveArray, StringArray, Time32MillisecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    },
};

use super::{
    BinaryRow,
    encode::{decimal, double, float, null, timestamp},
    writer::{Section, Writer},
};
use crate::{
    error::{Error, Result},
    spec::murmur,
    types::{DataType, TypeKind, arrow},
};

/// The rows of `columns`, one for each line of the batch.
///
/// Shape: `columns` have the types of `types::arrow` and are equally long. Errors: `Invalid` for other shapes, and
/// `Unsupported` for nested types, which neither keys nor partitions can have.
pub fn encode_rows(columns: &[ArrayRef], types: &[DataType]) -> Result<Vec<BinaryRow>> {
    let mut rows = Vec::with_capacity(columns.first().map_or(0, |column| column.len()));
    for_each_row(columns, types, |writer| {
        rows.push(writer.copied()?);
        Ok(())
    })?;
    Ok(rows)
}

/// [`BinaryRow::hash`] of each line of the batch, without building the rows. Shape and errors as [`encode_rows`].
pub fn hash_rows(columns: &[ArrayRef], types: &[DataType]) -> Result<Vec<i32>> {
    let mut hashes = Vec::with_capacity(columns.first().map_or(0, |column| column.len()));
    for_each_row(columns, types, |writer| {
        hashes.push(murmur::hash_words(writer.row_bytes()));
        Ok(())
    })?;
    Ok(hashes)
}

/// Writes each line into one buffer and shows it to `visit`.
fn for_each_row(columns: &[ArrayRef], types: &[DataType], mut visit: impl FnMut(&Writer) -> Result<()>) -> Result<()> {
    if columns.len() != types.len() {
        return Err(Error::invalid(format!("expected {} columns, found {}", types.len(), columns.len())));
    }
    let count = columns.first().map_or(0, |column| column.len());
    if let Some(other) = columns.iter().find(|column| column.len() != count) {
        return Err(Error::invalid(format!("expected columns of {count} rows, found {}", other.len())));
    }
    let columns = columns.iter().zip(types).map(|(array, data_type)| Column::new(array, data_type));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let mut writer = Writer::serialized(types.len());
    for row in 0..count {
        writer.clear();
        let section = writer.begin_row(columns.len());
        for (index, column) in columns.iter().enumerate() {
            column.write(row, &mut writer, section, index)?;
        }
        visit(&writer)?;
    }
    Ok(())
}

/// A column, cast once for all rows.
struct Column<'a> {
    data_type: &'a DataType,
    array: &'a dyn Array,
    values: Values<'a>,
    has_nulls: bool,
}

enum Values<'a> {
    Boolean(&'a BooleanArray),
    TinyInt(&'a Int8Array),
    SmallInt(&'a Int16Array),
    Int(&'a Int32Array),
    BigInt(&'a Int64Array),
    Float(&'a Float32Array),
    Double(&'a Float64Array),
    Decimal(&'a Decimal128Array, u8),
    String(&'a StringArray),
    Binary(&'a BinaryArray),
    Date(&'a Date32Array),
    Time(&'a Time32MillisecondArray),
    Millis(&'a TimestampMillisecondArray, u8),
    Micros(&'a TimestampMicrosecondArray, u8),
    Nanos(&'a TimestampNanosecondArray, u8),
}

fn primitive<'a, T: ArrowPrimitiveType>(
    array: &'a ArrayRef,
    wrap: impl Fn(&'a PrimitiveArray<T>) -> Values<'a>,
) -> Option<Values<'a>> {
    array.as_primitive_opt::<T>().map(wrap)
}

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef, data_type: &'a DataType) -> Result<Self> {
        let values = match data_type.kind {
            TypeKind::Boolean => array.as_boolean_opt().map(Values::Boolean),
            TypeKind::TinyInt => primitive::<Int8Type>(array, Values::TinyInt),
            TypeKind::SmallInt => primitive::<Int16Type>(array, Values::SmallInt),
            TypeKind::Int => primitive::<Int32Type>(array, Values::Int),
            TypeKind::BigInt => primitive::<Int64Type>(array, Values::BigInt),
            TypeKind::Float => primitive::<Float32Type>(array, Values::Float),
            TypeKind::Double => primitive::<Float64Type>(array, Values::Double),
            TypeKind::Decimal { precision, .. } if *array.data_type() == arrow::data_type(data_type) => {
                primitive::<Decimal128Type>(array, |values| Values::Decimal(values, precision))
            }
            TypeKind::Char(_) | TypeKind::Varchar(_) => array.as_string_opt::<i32>().map(Values::String),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => {
                array.as_binary_opt::<i32>().map(Values::Binary)
            }
            TypeKind::Date => primitive::<Date32Type>(array, Values::Date),
            TypeKind::Time(_) => primitive::<Time32MillisecondType>(array, Values::Time),
            TypeKind::Timestamp(digits) | TypeKind::TimestampLtz(digits) => {
                primitive::<TimestampMillisecondType>(array, |values| Values::Millis(values, digits))
                    .or_else(|| primitive::<TimestampMicrosecondType>(array, |values| Values::Micros(values, digits)))
                    .or_else(|| primitive::<TimestampNanosecondType>(array, |values| Values::Nanos(values, digits)))
            }
            TypeKind::Decimal { .. } => None,
            _ => return Err(Error::unsupported(format!("expected a key or partition column, found type {data_type}"))),
        };
        let values = values.ok_or_else(|| {
            Error::invalid(format!("expected a column of type {data_type}, found arrow type {}", array.data_type()))
        })?;
        Ok(Column { data_type, array, values, has_nulls: array.null_count() > 0 })
    }

    fn write(&self, row: usize, writer: &mut Writer, section: Section, index: usize) -> Result<()> {
        if self.has_nulls && self.array.is_null(row) {
            null(writer, section, index, self.data_type);
            return Ok(());
        }
        match &self.values {
            Values::Boolean(values) => writer.fixed(section, index, [u8::from(values.value(row))]),
            Values::TinyInt(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::SmallInt(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::Int(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::BigInt(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::Float(values) => writer.fixed(section, index, float(values.value(row))),
            Values::Double(values) => writer.fixed(section, index, double(values.value(row))),
            Values::String(values) => writer.bytes(section, index, values.value(row).as_bytes()),
            Values::Binary(values) => writer.bytes(section, index, values.value(row)),
            Values::Date(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::Time(values) => writer.fixed(section, index, values.value(row).to_le_bytes()),
            Values::Decimal(values, precision) => {
                return decimal(writer, section, index, *precision, values.value(row))
                    .ok_or_else(|| self.mismatch(row));
            }
            Values::Millis(values, digits) => return self.time(writer, section, index, *digits, values.value(row), 1),
            Values::Micros(values, digits) => {
                return self.time(writer, section, index, *digits, values.value(row), 1000);
            }
            Values::Nanos(values, digits) => {
                return self.time(writer, section, index, *digits, values.value(row), 1_000_000);
            }
        }
        Ok(())
    }

    /// Writes a timestamp of `per_milli` units a millisecond.
    fn time(
        &self,
        writer: &mut Writer,
        section: Section,
        index: usize,
        digits: u8,
        value: i64,
        per_milli: i64,
    ) -> Result<()> {
        let (millis, rest) = (value.div_euclid(per_milli), value.rem_euclid(per_milli));
        // Below a million: a fraction of a millisecond in nanoseconds.
        let nanos = (rest * (1_000_000 / per_milli)) as i32;
        timestamp(writer, section, index, digits, millis, nanos)
            .ok_or_else(|| Error::internal("expected nanoseconds within a millisecond"))
    }

    fn mismatch(&self, row: usize) -> Error {
        Error::invalid(format!("expected a value of type {}, found one with more digits", self.data_type))
            .with("row", row)
    }
}

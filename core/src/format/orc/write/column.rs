//! One column on its way into the streams of a stripe, with its children.

use std::ops::Range;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, UInt32Array,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    },
};
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::{
    numbers::Numbers,
    runs::{Bits, ByteRuns},
    statistics::Statistics,
    timestamp,
};
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, TypeKind},
};

/// What a stream holds, by the number that the format gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamKind {
    /// Which rows are not null.
    Present = 0,
    Data = 1,
    Length = 2,
    /// Scales of decimals, nanoseconds of timestamps.
    Secondary = 5,
}

/// A stream: the number of its column, what it holds, its plain bytes.
pub(super) type Stream = (u64, StreamKind, Vec<u8>);

/// A column of the stripe under way.
#[derive(Debug)]
pub(super) struct Column {
    data_type: DataType,
    present: Bits,
    values: Values,
    /// Of the stripe.
    pub(super) statistics: Statistics,
}

#[derive(Debug)]
enum Values {
    Booleans(Bits),
    Bytes(ByteRuns),
    Integers(Numbers),
    /// Floats and doubles as they are.
    Plain(Vec<u8>),
    /// Texts and bytes: lengths and all of them together.
    Spans(Numbers, Vec<u8>),
    /// Unscaled values and scales.
    Decimals(Vec<u8>, Numbers),
    /// Seconds and nanoseconds.
    Timestamps(Numbers, Numbers),
    /// Lengths of arrays and maps, and what their elements hold.
    Lists(Numbers, Vec<Column>),
    Rows(Vec<Column>),
}

impl Column {
    /// A column and its children, in the order of `types::of_file`.
    pub(super) fn new(data_type: &DataType) -> Column {
        let values = match &data_type.kind {
            TypeKind::Boolean => Values::Booleans(Bits::default()),
            TypeKind::TinyInt => Values::Bytes(ByteRuns::default()),
            TypeKind::Float | TypeKind::Double => Values::Plain(Vec::new()),
            TypeKind::Decimal { .. } => Values::Decimals(Vec::new(), Numbers::new(true)),
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
                Values::Timestamps(Numbers::new(true), Numbers::new(false))
            }
            TypeKind::Char(_) | TypeKind::Varchar(_) | TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
                Values::Spans(Numbers::new(false), Vec::new())
            }
            TypeKind::Array(element) => Values::Lists(Numbers::new(false), vec![Column::new(element)]),
            TypeKind::Map { key, value } => {
                Values::Lists(Numbers::new(false), vec![Column::new(key), Column::new(value)])
            }
            TypeKind::Multiset(element) => {
                let count = Column::new(&DataType::not_null(TypeKind::Int));
                Values::Lists(Numbers::new(false), vec![Column::new(element), count])
            }
            TypeKind::Row(fields) => Values::Rows(fields.iter().map(|field| Column::new(&field.data_type)).collect()),
            _ => Values::Integers(Numbers::new(true)),
        };
        Column { data_type: data_type.clone(), present: Bits::default(), values, statistics: Statistics::default() }
    }

    /// The struct of the columns of a file.
    pub(super) fn root(fields: &[DataField]) -> Column {
        Column::new(&DataType::not_null(TypeKind::Row(fields.to_vec())))
    }

    /// Columns of a struct.
    pub(super) fn children(&self) -> &[Column] {
        match &self.values {
            Values::Rows(children) | Values::Lists(_, children) => children,
            _ => &[],
        }
    }

    /// Appends all values of an array. Errors: `Invalid` for another type and for nulls where there may be none,
    /// `Unsupported` for timestamps that ORC cannot hold.
    pub(super) fn write(&mut self, array: &ArrayRef) -> Result<()> {
        if !self.data_type.nullable && array.null_count() > 0 {
            return Err(Error::invalid("a NOT NULL column or part has nulls"));
        }
        self.statistics.add(array)?;
        (0..array.len()).for_each(|row| self.present.push(array.is_valid(row)));
        let data_type = &self.data_type;
        match &mut self.values {
            Values::Booleans(bits) => {
                let array = array.as_boolean_opt().ok_or_else(|| mismatch(data_type, array))?;
                array.iter().flatten().for_each(|value| bits.push(value));
            }
            Values::Bytes(bytes) => {
                let array = primitive::<Int8Type>(data_type, array)?;
                array.iter().flatten().for_each(|value| bytes.push(value.cast_unsigned()));
            }
            Values::Integers(numbers) => integers(data_type, array, numbers)?,
            Values::Plain(out) => plain(data_type, array, out)?,
            Values::Spans(lengths, out) => spans(data_type, array, lengths, out)?,
            Values::Decimals(out, scales) => decimals(data_type, array, out, scales)?,
            Values::Timestamps(seconds, nanos) => timestamps(data_type, array, seconds, nanos)?,
            Values::Lists(lengths, children) => lists(data_type, array, lengths, children)?,
            Values::Rows(children) => {
                let rows = array.as_struct_opt().ok_or_else(|| mismatch(data_type, array))?;
                // Null rows have no entries in the children.
                let nulls = rows.nulls().filter(|nulls| nulls.null_count() > 0);
                let kept = nulls.map(|nulls| BooleanArray::new(nulls.inner().clone(), None));
                let names = match &data_type.kind {
                    TypeKind::Row(fields) => fields.as_slice(),
                    _ => &[],
                };
                for ((child, values), field) in children.iter_mut().zip(rows.columns()).zip(names) {
                    let values = match &kept {
                        Some(kept) => arrow_select::filter::filter(values, kept)?,
                        None => values.clone(),
                    };
                    child.write(&values).map_err(|error| error.with("column", &field.name))?;
                }
            }
        }
        Ok(())
    }

    /// Bytes that wait for the end of the stripe.
    pub(super) fn pending(&self) -> usize {
        let values = match &self.values {
            Values::Booleans(bits) => bits.len(),
            Values::Bytes(bytes) => bytes.len(),
            Values::Integers(numbers) => numbers.len(),
            Values::Plain(out) => out.len(),
            Values::Spans(numbers, out) | Values::Decimals(out, numbers) => numbers.len() + out.len(),
            Values::Timestamps(seconds, nanos) => seconds.len() + nanos.len(),
            Values::Lists(lengths, children) => lengths.len() + children.iter().map(Column::pending).sum::<usize>(),
            Values::Rows(children) => children.iter().map(Column::pending).sum(),
        };
        values + self.present.len()
    }

    /// Ends the stripe: gives the streams and the encoding of this column and of its children, and begins anew.
    pub(super) fn finish(&mut self, streams: &mut Vec<Stream>, encodings: &mut Vec<u64>) {
        let column = encodings.len() as u64;
        let present = self.present.finish();
        if self.statistics.nulls > 0 {
            streams.push((column, StreamKind::Present, present));
        }
        // Version 2 of runs where there are runs of integers.
        let is_direct =
            matches!(self.values, Values::Booleans(_) | Values::Bytes(_) | Values::Plain(_) | Values::Rows(_));
        encodings.push(if is_direct { 0 } else { 2 });
        let mut push = |kind, bytes| streams.push((column, kind, bytes));
        match &mut self.values {
            Values::Booleans(bits) => push(StreamKind::Data, bits.finish()),
            Values::Bytes(bytes) => push(StreamKind::Data, bytes.finish()),
            Values::Integers(numbers) => push(StreamKind::Data, numbers.finish()),
            Values::Plain(out) => push(StreamKind::Data, std::mem::take(out)),
            Values::Spans(lengths, out) => {
                push(StreamKind::Data, std::mem::take(out));
                push(StreamKind::Length, lengths.finish());
            }
            Values::Decimals(out, scales) => {
                push(StreamKind::Data, std::mem::take(out));
                push(StreamKind::Secondary, scales.finish());
            }
            Values::Timestamps(seconds, nanos) => {
                push(StreamKind::Data, seconds.finish());
                push(StreamKind::Secondary, nanos.finish());
            }
            Values::Lists(lengths, children) => {
                push(StreamKind::Length, lengths.finish());
                children.iter_mut().for_each(|child| child.finish(streams, encodings));
            }
            Values::Rows(children) => children.iter_mut().for_each(|child| child.finish(streams, encodings)),
        }
    }

    /// Takes the statistics of the stripe, of this column and then of its children.
    pub(super) fn take_statistics(&mut self, out: &mut Vec<(TypeKind, Statistics)>) {
        out.push((self.data_type.kind.clone(), std::mem::take(&mut self.statistics)));
        if let Values::Rows(children) | Values::Lists(_, children) = &mut self.values {
            children.iter_mut().for_each(|child| child.take_statistics(out));
        }
    }
}

fn mismatch(data_type: &DataType, array: &ArrayRef) -> Error {
    Error::invalid(format!("column has type {}, expected {data_type}", array.data_type()))
}

fn primitive<'a, T: ArrowPrimitiveType>(to: &DataType, array: &'a ArrayRef) -> Result<&'a PrimitiveArray<T>> {
    array.as_primitive_opt::<T>().ok_or_else(|| mismatch(to, array))
}

fn integers(to: &DataType, array: &ArrayRef, numbers: &mut Numbers) -> Result<()> {
    fn all<T: ArrowPrimitiveType>(to: &DataType, array: &ArrayRef, numbers: &mut Numbers) -> Result<()>
    where
        T::Native: Into<i64>,
    {
        primitive::<T>(to, array)?.iter().flatten().for_each(|value| numbers.push(value.into()));
        Ok(())
    }
    match to.kind {
        TypeKind::SmallInt => all::<Int16Type>(to, array, numbers),
        TypeKind::Int => all::<Int32Type>(to, array, numbers),
        TypeKind::BigInt => all::<Int64Type>(to, array, numbers),
        TypeKind::Date => all::<Date32Type>(to, array, numbers),
        TypeKind::Time(_) => all::<Time32MillisecondType>(to, array, numbers),
        _ => Err(mismatch(to, array)),
    }
}

fn plain(to: &DataType, array: &ArrayRef, out: &mut Vec<u8>) -> Result<()> {
    if to.kind == TypeKind::Float {
        primitive::<Float32Type>(to, array)?.iter().flatten().for_each(|value| out.extend(value.to_le_bytes()));
    } else {
        primitive::<Float64Type>(to, array)?.iter().flatten().for_each(|value| out.extend(value.to_le_bytes()));
    }
    Ok(())
}

fn spans(to: &DataType, array: &ArrayRef, lengths: &mut Numbers, out: &mut Vec<u8>) -> Result<()> {
    let mut push = |value: &[u8]| {
        lengths.push(value.len() as i64);
        out.extend_from_slice(value);
    };
    if let Some(array) = array.as_string_opt::<i32>() {
        array.iter().flatten().for_each(|text| push(text.as_bytes()));
    } else {
        let array = array.as_binary_opt::<i32>().ok_or_else(|| mismatch(to, array))?;
        array.iter().flatten().for_each(push);
    }
    Ok(())
}

fn decimals(to: &DataType, array: &ArrayRef, out: &mut Vec<u8>, scales: &mut Numbers) -> Result<()> {
    let scale = match to.kind {
        TypeKind::Decimal { scale, .. } => scale,
        _ => return Err(mismatch(to, array)),
    };
    for value in primitive::<Decimal128Type>(to, array)?.iter().flatten() {
        let mut rest = (value << 1 ^ value >> 127).cast_unsigned();
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
        scales.push(scale.into());
    }
    Ok(())
}

fn timestamps(to: &DataType, array: &ArrayRef, seconds: &mut Numbers, nanos: &mut Numbers) -> Result<()> {
    let mut push = |value: i64, unit| -> Result<()> {
        let (second, nano) = timestamp::parts(value, unit)?;
        seconds.push(second);
        nanos.push(nano);
        Ok(())
    };
    match array.data_type() {
        ArrowType::Timestamp(unit @ TimeUnit::Millisecond, _) => {
            primitive::<TimestampMillisecondType>(to, array)?.iter().flatten().try_for_each(|value| push(value, *unit))
        }
        ArrowType::Timestamp(unit @ TimeUnit::Microsecond, _) => {
            primitive::<TimestampMicrosecondType>(to, array)?.iter().flatten().try_for_each(|value| push(value, *unit))
        }
        ArrowType::Timestamp(unit @ TimeUnit::Nanosecond, _) => {
            primitive::<TimestampNanosecondType>(to, array)?.iter().flatten().try_for_each(|value| push(value, *unit))
        }
        _ => Err(mismatch(to, array)),
    }
}

/// Elements of null arrays and maps are left out; those of a map are its keys and its values.
fn lists(to: &DataType, array: &ArrayRef, lengths: &mut Numbers, children: &mut [Column]) -> Result<()> {
    let (offsets, parts) = if let Some(list) = array.as_list_opt::<i32>() {
        (list.offsets(), vec![list.values()])
    } else {
        let map = array.as_map_opt().ok_or_else(|| mismatch(to, array))?;
        (map.offsets(), vec![map.keys(), map.values()])
    };
    let span = |row: usize| -> Range<usize> {
        let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok()).unwrap_or(0);
        at(row)..at(row + 1)
    };
    let mut whole = span(0).start..span(0).start;
    let mut gaps = false;
    for row in (0..array.len()).filter(|row| array.is_valid(*row)) {
        let span = span(row);
        lengths.push(span.len() as i64);
        gaps |= !span.is_empty() && span.start != whole.end;
        whole.end = whole.end.max(span.end);
    }
    for (child, values) in children.iter_mut().zip(parts) {
        if !gaps {
            child.write(&values.slice(whole.start, whole.len()))?;
            continue;
        }
        let rows = (0..array.len()).filter(|row| array.is_valid(*row)).flat_map(span);
        let places = rows.map(|place| u32::try_from(place).ok()).collect::<UInt32Array>();
        child.write(&arrow_select::take::take(values, &places, None)?)?;
    }
    Ok(())
}

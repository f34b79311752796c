//! Keys in a form that compares fast: columns of a batch are normalised once, then rows compare as integers or bytes.
//!
//! | columns | form | a comparison is |
//! |---|---|---|
//! | one integer-like NOT NULL column, ascending | the column's own `i64`s (no copy for BIGINT and TIMESTAMP) | one `i64` |
//! | fixed-width columns of at most 128 bits in all | columns packed into a `u128`, order kept | one `u128` |
//! | everything else | `arrow_row` bytes and their first 8 as `u64` | one `u64`, bytes when those tie |
//!
//! The order is Paimon's (format digest 5.4): strings and bytes unsigned, NaN greatest, -0.0 below 0.0, and null lowest
//! whether ascending or descending.

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    },
};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{DataType as ArrowType, SortOptions, TimeUnit};

use crate::error::{Error, Result};

/// A column to sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SortColumn {
    /// Its Arrow type.
    pub data_type: ArrowType,
    /// Whether nulls may occur; they sort lowest.
    pub nullable: bool,
    /// Greater values first.
    pub descending: bool,
}

/// Turns the sort columns of batches into [`SortKeys`] that compare across batches.
#[derive(Debug)]
pub(super) struct KeyCodec {
    columns: Vec<SortColumn>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Int,
    Wide,
    Bytes(RowConverter),
}

/// The normalised keys of one batch.
pub(super) enum SortKeys {
    /// One integer-like column.
    Int(ScalarBuffer<i64>),
    /// Fixed-width columns, packed.
    Wide(Vec<u128>),
    /// Anything.
    Bytes(ByteKeys),
}

/// Keys as bytes.
pub(super) struct ByteKeys {
    heads: Vec<u64>,
    rows: Rows,
}

/// How rows of one form compare: by `head`, then by `tie`.
pub(super) trait KeySlice: Sized {
    /// A prefix of the key, whose order never contradicts the key's.
    type Head: Copy + Ord;

    /// The keys, where they have this form.
    fn of(keys: &SortKeys) -> Option<&Self>;

    /// Prefix of the key of `row`.
    fn head(&self, row: usize) -> Self::Head;

    /// Order of two keys with equal heads.
    fn tie(&self, row: usize, other: &Self, other_row: usize) -> Ordering;

    /// Order of two keys.
    fn compare(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        self.head(row).cmp(&other.head(other_row)).then_with(|| self.tie(row, other, other_row))
    }
}

impl KeySlice for ScalarBuffer<i64> {
    type Head = i64;

    fn of(keys: &SortKeys) -> Option<&Self> {
        match keys {
            SortKeys::Int(keys) => Some(keys),
            _ => None,
        }
    }

    #[inline]
    fn head(&self, row: usize) -> i64 {
        self[row]
    }

    #[inline]
    fn tie(&self, _: usize, _: &Self, _: usize) -> Ordering {
        Ordering::Equal
    }
}

impl KeySlice for Vec<u128> {
    type Head = u128;

    fn of(keys: &SortKeys) -> Option<&Self> {
        match keys {
            SortKeys::Wide(keys) => Some(keys),
            _ => None,
        }
    }

    #[inline]
    fn head(&self, row: usize) -> u128 {
        self[row]
    }

    #[inline]
    fn tie(&self, _: usize, _: &Self, _: usize) -> Ordering {
        Ordering::Equal
    }
}

impl KeySlice for ByteKeys {
    type Head = u64;

    fn of(keys: &SortKeys) -> Option<&Self> {
        match keys {
            SortKeys::Bytes(keys) => Some(keys),
            _ => None,
        }
    }

    #[inline]
    fn head(&self, row: usize) -> u64 {
        self.heads[row]
    }

    #[inline]
    fn tie(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        self.rows.row(row).cmp(&other.rows.row(other_row))
    }
}

impl SortKeys {
    /// Order of two rows of keys of one codec.
    #[inline]
    pub(super) fn compare(&self, row: usize, other: &SortKeys, other_row: usize) -> Ordering {
        match (self, other) {
            (SortKeys::Int(a), SortKeys::Int(b)) => a.compare(row, b, other_row),
            (SortKeys::Wide(a), SortKeys::Wide(b)) => a.compare(row, b, other_row),
            (SortKeys::Bytes(a), SortKeys::Bytes(b)) => a.compare(row, b, other_row),
            // Keys of two codecs never meet; an arbitrary but fixed order keeps this total.
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    /// The first row from `start` on whose key is not below the key of `other_row`; rows are ascending.
    pub(super) fn lower_bound(&self, start: usize, other: &SortKeys, other_row: usize) -> usize {
        let (mut low, mut high) = (start, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.compare(middle, other, other_row).is_lt() { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            SortKeys::Int(keys) => keys.len(),
            SortKeys::Wide(keys) => keys.len(),
            SortKeys::Bytes(keys) => keys.heads.len(),
        }
    }

    /// How each row relates to the next, over the whole batch: the least of all `compare(next, this)`.
    ///
    /// `Greater` means strictly ascending, `Equal` ascending with duplicates, `Less` not sorted.
    pub(super) fn sortedness(&self) -> Ordering {
        match self {
            SortKeys::Int(keys) => steps(keys.windows(2).map(|pair| (pair[0], pair[1]))),
            SortKeys::Wide(keys) => steps(keys.windows(2).map(|pair| (pair[0], pair[1]))),
            SortKeys::Bytes(keys) => {
                (1..keys.heads.len()).map(|row| keys.compare(row, keys, row - 1)).min().unwrap_or(Ordering::Greater)
            }
        }
    }

    fn rank(&self) -> u8 {
        match self {
            SortKeys::Int(_) => 0,
            SortKeys::Wide(_) => 1,
            SortKeys::Bytes(_) => 2,
        }
    }
}

/// Without branches inside, so that it vectorises.
fn steps<T: Ord>(pairs: impl Iterator<Item = (T, T)>) -> Ordering {
    let (mut falls, mut repeats) = (false, false);
    for (this, next) in pairs {
        falls |= next < this;
        repeats |= next == this;
    }
    match (falls, repeats) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Equal,
        (false, false) => Ordering::Greater,
    }
}

impl KeyCodec {
    /// A codec for keys of `columns`, most significant first. Errors: `Unsupported` for types without an order.
    pub(super) fn new(columns: &[SortColumn]) -> Result<Self> {
        if columns.is_empty() {
            return Err(Error::invalid("expected at least one column to sort by, found none"));
        }
        let bits =
            columns.iter().try_fold(0, |bits, column| Some(bits + width(&column.data_type)? + null_bits(column)));
        let form = match (bits, columns) {
            (Some(1..=64), [only]) if !only.nullable && !only.descending && is_integer(&only.data_type) => Form::Int,
            (Some(0..=128), _) => Form::Wide,
            _ => Form::Bytes(row_converter(columns)?),
        };
        Ok(KeyCodec { columns: columns.to_vec(), form })
    }

    /// Normalises one batch's columns. Errors: `Corrupt` where a NOT NULL column holds a null, `Internal` for arrays
    /// of other types than the codec was made for.
    pub(super) fn encode(&self, arrays: &[ArrayRef]) -> Result<SortKeys> {
        for (position, (column, array)) in self.columns.iter().zip(arrays).enumerate() {
            if array.data_type() != &column.data_type {
                let message =
                    format!("expected a sort column of type {}, found {}", column.data_type, array.data_type());
                return Err(Error::internal(message).with("column", position));
            }
            if !column.nullable && array.null_count() > 0 {
                return Err(Error::corrupt("null in a key column that is NOT NULL").with("column", position));
            }
        }
        match (&self.form, arrays) {
            (Form::Int, [array]) => Ok(SortKeys::Int(integers(array)?)),
            (Form::Int, _) => Err(Error::internal(format!("expected one sort column, found {}", arrays.len()))),
            (Form::Wide, _) => self.pack(arrays),
            (Form::Bytes(converter), _) => {
                let arrays: Vec<ArrayRef> = arrays.iter().map(java_floats).collect();
                let rows = converter.convert_columns(&arrays)?;
                let heads = rows.iter().map(|row| head_of(row.as_ref())).collect();
                Ok(SortKeys::Bytes(ByteKeys { heads, rows }))
            }
        }
    }

    fn pack(&self, arrays: &[ArrayRef]) -> Result<SortKeys> {
        let rows = arrays.first().map_or(0, |array| array.len());
        let mut packed = vec![0u128; rows];
        for (column, array) in self.columns.iter().zip(arrays) {
            pack_column(&mut packed, column, array)?;
        }
        Ok(SortKeys::Wide(packed))
    }
}

fn row_converter(columns: &[SortColumn]) -> Result<RowConverter> {
    let fields: Vec<SortField> = columns
        .iter()
        .map(|column| {
            let options = SortOptions { descending: column.descending, nulls_first: true };
            SortField::new_with_options(column.data_type.clone(), options)
        })
        .collect();
    RowConverter::new(fields)
        .map_err(|error| Error::unsupported("a key column of a type without an order").because(error))
}

/// The first 8 bytes as a big-endian number, short rows padded with zeros.
fn head_of(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(head) => u64::from_be_bytes(*head),
        None => bytes.iter().fold(0, |head, byte| (head << 8) | u64::from(*byte)) << (8 * (8 - bytes.len())),
    }
}

fn null_bits(column: &SortColumn) -> u32 {
    u32::from(column.nullable)
}

/// Bits of a value of a type that can be packed.
fn width(data_type: &ArrowType) -> Option<u32> {
    Some(match data_type {
        ArrowType::Boolean | ArrowType::Int8 => 8,
        ArrowType::Int16 => 16,
        ArrowType::Int32 | ArrowType::Date32 | ArrowType::Time32(_) => 32,
        ArrowType::Int64 | ArrowType::Timestamp(_, _) => 64,
        // 10^18 fits 63 bits with its sign.
        ArrowType::Decimal128(precision, _) => {
            if *precision <= 18 {
                64
            } else {
                128
            }
        }
        _ => return None,
    })
}

fn is_integer(data_type: &ArrowType) -> bool {
    use ArrowType::*;
    matches!(data_type, Int8 | Int16 | Int32 | Int64 | Date32 | Time32(_) | Timestamp(_, _))
}

fn integers(array: &ArrayRef) -> Result<ScalarBuffer<i64>> {
    fn widen<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> ScalarBuffer<i64> {
        array.as_primitive::<T>().values().iter().map(|value| (*value).into()).collect()
    }
    fn same<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef) -> ScalarBuffer<i64> {
        array.as_primitive::<T>().values().clone()
    }
    Ok(match array.data_type() {
        ArrowType::Int8 => widen::<Int8Type>(array),
        ArrowType::Int16 => widen::<Int16Type>(array),
        ArrowType::Int32 => widen::<Int32Type>(array),
        ArrowType::Date32 => widen::<Date32Type>(array),
        ArrowType::Time32(TimeUnit::Millisecond) => widen::<Time32MillisecondType>(array),
        ArrowType::Int64 => same::<Int64Type>(array),
        ArrowType::Timestamp(unit, _) => match unit {
            TimeUnit::Millisecond => same::<TimestampMillisecondType>(array),
            TimeUnit::Microsecond => same::<TimestampMicrosecondType>(array),
            TimeUnit::Nanosecond => same::<TimestampNanosecondType>(array),
            TimeUnit::Second => return Err(cannot_pack(array)),
        },
        _ => return Err(cannot_pack(array)),
    })
}

fn cannot_pack(array: &ArrayRef) -> Error {
    Error::internal(format!("cannot pack keys of type {}", array.data_type()))
}

/// Shifts a column into the low end of `packed`: a bit that says "not null" (nullable columns only), then the value with
/// its sign bit flipped, inverted when descending.
fn pack_column(packed: &mut [u128], column: &SortColumn, array: &ArrayRef) -> Result<()> {
    match array.data_type() {
        ArrowType::Boolean => {
            let booleans = array.as_boolean();
            pack_values(packed, column, booleans.nulls(), booleans.values().iter().map(i128::from))
        }
        ArrowType::Decimal128(_, _) => {
            let decimals = array.as_primitive::<Decimal128Type>();
            pack_values(packed, column, decimals.nulls(), decimals.values().iter().copied())
        }
        _ => pack_values(packed, column, array.nulls(), integers(array)?.iter().map(|value| i128::from(*value))),
    }
}

fn pack_values(
    packed: &mut [u128],
    column: &SortColumn,
    nulls: Option<&NullBuffer>,
    values: impl Iterator<Item = i128>,
) -> Result<()> {
    let width = width(&column.data_type).ok_or_else(|| Error::internal("cannot pack keys of this type"))?;
    let mask = u128::MAX >> (128 - width);
    let flip = (1u128 << (width - 1)) ^ if column.descending { mask } else { 0 };
    // A shift by all 128 bits happens only where nothing has been packed yet.
    let make_room = |bits: u128| bits.checked_shl(width).unwrap_or(0);
    match nulls.filter(|_| column.nullable) {
        None => {
            let present = u128::from(column.nullable);
            let make_room = |bits: u128| make_room((bits << null_bits(column)) | present);
            for (bits, value) in packed.iter_mut().zip(values) {
                *bits = make_room(*bits) | ((value as u128 & mask) ^ flip);
            }
        }
        Some(nulls) => {
            for ((bits, value), valid) in packed.iter_mut().zip(values).zip(nulls.iter()) {
                let value = if valid { (value as u128 & mask) ^ flip } else { 0 };
                *bits = make_room((*bits << 1) | u128::from(valid)) | value;
            }
        }
    }
    Ok(())
}

/// Floats with one NaN, the positive one, which sorts greatest as in Java.
fn java_floats(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        ArrowType::Float32 => {
            let floats: PrimitiveArray<Float32Type> =
                array.as_primitive::<Float32Type>().unary(|value| if value.is_nan() { f32::NAN.abs() } else { value });
            Arc::new(floats)
        }
        ArrowType::Float64 => {
            let floats: PrimitiveArray<Float64Type> =
                array.as_primitive::<Float64Type>().unary(|value| if value.is_nan() { f64::NAN.abs() } else { value });
            Arc::new(floats)
        }
        _ => Arc::clone(array),
    }
}

#[cfg(test)]
mod tests;

//! Z-order: the bits of several columns, interleaved (Java `ZIndexer`, `ZOrderByteUtils`). Pure, a column at a time.
//!
//! Each column gives a fixed number of bytes a row whose unsigned order is about that of its values: 8, or
//! `zorder.var-length-contribution` for strings and bytes. The bytes are Java's to the last bit, its oddities included, so
//! that files clustered by either engine continue each other.

use arrow_array::{
    Array, ArrayRef, BinaryArray, PrimitiveArray,
    builder::BinaryBuilder,
    cast::AsArray,
    types::{ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type},
};

use super::values::{Integers, integers, wrong_type};
use crate::{
    error::{Error, Result},
    types::{DataField, TypeKind},
};

/// Bytes of a column of fixed width.
const FIXED_WIDTH: usize = 8;
/// Most bytes that a column of strings may give to a row's index.
const MOST_VAR_BYTES: usize = 1 << 16;

/// The index of each row: columns side by side, the most significant bits first.
///
/// `var_length` is the option `zorder.var-length-contribution`, bytes. Errors: `Invalid` for no column or an impossible
/// length, `Unsupported` for types without an order.
pub(super) fn indexes(columns: &[(ArrayRef, DataField)], var_length: usize) -> Result<BinaryArray> {
    if var_length == 0 || var_length > MOST_VAR_BYTES {
        let message = format!("zorder.var-length-contribution must be 1..={MOST_VAR_BYTES}, found {var_length}");
        return Err(Error::invalid(message));
    }
    let rows = columns.first().map_or(0, |(column, _)| column.len());
    let columns =
        columns.iter().map(|(column, field)| ColumnBytes::of(column, field, var_length)).collect::<Result<Vec<_>>>()?;
    let layers = Layers::new(&columns);
    let width: usize = columns.iter().map(|column| column.width).sum();
    let mut indexes = BinaryBuilder::with_capacity(rows, rows.saturating_mul(width));
    let mut index = Vec::with_capacity(width);
    for row in 0..rows {
        index.clear();
        layers.interleave(&columns, row, &mut index);
        indexes.append_value(&index);
    }
    Ok(indexes.finish())
}

/// What one column gives to the indexes: `width` bytes a row, null all zero.
struct ColumnBytes {
    width: usize,
    bytes: Vec<u8>,
}

impl ColumnBytes {
    fn of(column: &ArrayRef, field: &DataField, var_length: usize) -> Result<Self> {
        let unordered = || wrong_type(field);
        match &field.data_type.kind {
            TypeKind::Boolean => {
                let values = column.as_boolean_opt().ok_or_else(unordered)?;
                let byte = |value: Option<bool>| if value == Some(true) { 0x81 } else { 0 };
                Ok(Self::fixed(values.iter().map(|value| [byte(value), 0, 0, 0, 0, 0, 0, 0])))
            }
            TypeKind::Char(_) | TypeKind::Varchar(_) => {
                let values = column.as_string_opt::<i32>().ok_or_else(unordered)?;
                Ok(Self::variable(values.iter().map(|value| value.map(str::as_bytes)), var_length))
            }
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
                let values = column.as_binary_opt::<i32>().ok_or_else(unordered)?;
                Ok(Self::variable(values.iter(), var_length))
            }
            TypeKind::Decimal { .. } => {
                let values = column.as_primitive_opt::<Decimal128Type>().ok_or_else(unordered)?;
                Ok(Self::fixed(values.iter().map(|value| value.map_or([0; FIXED_WIDTH], decimal_bytes))))
            }
            TypeKind::Float => {
                let values = column.as_primitive_opt::<Float32Type>().ok_or_else(unordered)?;
                Ok(Self::doubles(values, f64::from))
            }
            TypeKind::Double => {
                let values = column.as_primitive_opt::<Float64Type>().ok_or_else(unordered)?;
                Ok(Self::doubles(values, |value| value))
            }
            _ => Ok(Self::integers(&integers(column, field)?)),
        }
    }

    fn fixed(values: impl Iterator<Item = [u8; FIXED_WIDTH]>) -> Self {
        ColumnBytes { width: FIXED_WIDTH, bytes: values.flatten().collect() }
    }

    /// Without their sign negative numbers would be the greatest.
    fn integers(values: &Integers) -> Self {
        let bytes = |value: i64| (value ^ i64::MIN).to_be_bytes();
        Self::fixed(values.iter().map(|value| value.map_or([0; FIXED_WIDTH], bytes)))
    }

    fn doubles<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, double: impl Fn(T::Native) -> f64) -> Self {
        let bytes = |value: T::Native| {
            let bits = double_bits(double(value));
            // Java shifts by 31 of the 64 bits.
            (bits ^ ((bits >> 31) | i64::MIN)).to_be_bytes()
        };
        Self::fixed(values.iter().map(|value| value.map_or([0; FIXED_WIDTH], bytes)))
    }

    /// The first `width` bytes, shorter values filled up with zeros.
    fn variable<'a>(values: impl Iterator<Item = Option<&'a [u8]>>, width: usize) -> Self {
        let mut bytes = Vec::with_capacity(values.size_hint().0.saturating_mul(width));
        for value in values {
            let value = value.unwrap_or_default();
            let end = bytes.len() + width;
            bytes.extend_from_slice(value.get(..width).unwrap_or(value));
            bytes.resize(end, 0);
        }
        ColumnBytes { width, bytes }
    }

    fn byte(&self, row: usize, place: usize) -> u8 {
        self.bytes.get(row * self.width + place).copied().unwrap_or(0)
    }
}

/// Java's `doubleToLongBits`: there is one NaN only.
pub(super) fn double_bits(value: f64) -> i64 {
    let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
    bits.cast_signed()
}

/// The shortest two's complement, its first 8 bytes, filled up with zeros on the right.
fn decimal_bytes(value: i128) -> [u8; FIXED_WIDTH] {
    let all = value.to_be_bytes();
    let sign = if value < 0 { 0xff } else { 0 };
    let is_spare = |pair: &[u8]| matches!(pair, [first, second] if *first == sign && (second ^ sign) < 0x80);
    let spare = all.windows(2).take_while(|pair| is_spare(pair)).count();
    let mut bytes = [0; FIXED_WIDTH];
    for (to, from) in bytes.iter_mut().zip(all.iter().skip(spare)) {
        *to = *from;
    }
    bytes
}

/// For each place in the columns' bytes, the columns that have such a byte. Their bits follow each other, then comes the
/// next place.
struct Layers(Vec<Vec<usize>>);

impl Layers {
    fn new(columns: &[ColumnBytes]) -> Self {
        let deepest = columns.iter().map(|column| column.width).max().unwrap_or(0);
        let having = |place: usize| {
            (0..columns.len()).filter(move |column| columns.get(*column).is_some_and(|c| c.width > place))
        };
        Layers((0..deepest).map(|place| having(place).collect()).collect())
    }

    fn interleave(&self, columns: &[ColumnBytes], row: usize, index: &mut Vec<u8>) {
        for (place, layer) in self.0.iter().enumerate() {
            let mut byte = 0u8;
            let mut filled = 0;
            for bit in (0..8).rev() {
                for column in layer {
                    let source = columns.get(*column).map_or(0, |column| column.byte(row, place));
                    byte = byte << 1 | (source >> bit & 1);
                    filled += 1;
                    if filled == 8 {
                        index.push(byte);
                        (byte, filled) = (0, 0);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_as_short_as_can_be() {
        assert_eq!(decimal_bytes(0), [0; 8]);
        assert_eq!(decimal_bytes(127), [0x7f, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(decimal_bytes(128), [0, 0x80, 0, 0, 0, 0, 0, 0]);
        assert_eq!(decimal_bytes(-1), [0xff, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(decimal_bytes(-129), [0xff, 0x7f, 0, 0, 0, 0, 0, 0]);
        assert_eq!(decimal_bytes(i128::MAX), [0x7f, 255, 255, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn bits_take_turns_and_short_columns_drop_out() {
        let column = |bytes: &[u8]| ColumnBytes { width: bytes.len(), bytes: bytes.to_vec() };
        let columns = [column(&[0b1111_0000, 0xab]), column(&[0b0000_1111])];
        let mut index = Vec::new();
        Layers::new(&columns).interleave(&columns, 0, &mut index);
        assert_eq!(index, [0b1010_1010, 0b0101_0101, 0xab]);
    }
}

//! Columns of values without parts.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ArrowPrimitiveType,
    builder::{BinaryBuilder, BooleanBuilder, PrimitiveBuilder, StringBuilder},
    types::{Decimal128Type, Float32Type, Float64Type},
};
use arrow_schema::DataType as ArrowType;

use super::column::Values;
use crate::{
    error::{Error, Result},
    spec::avro::Cursor,
};

/// BOOLEAN
#[derive(Default)]
pub(super) struct Booleans(BooleanBuilder);

impl Values for Booleans {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        match cursor.byte()? {
            byte @ 0..=1 => self.0.append_value(byte == 1),
            byte => return Err(Error::corrupt(format!("expected 0 or 1 as a boolean, found {byte}"))),
        }
        Ok(())
    }

    fn null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// Whatever is stored as `int` or `long`.
pub(super) struct Numbers<T: ArrowPrimitiveType> {
    values: PrimitiveBuilder<T>,
    convert: fn(i64) -> Option<T::Native>,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    /// Values of the Arrow type `target`; `convert` is `None` for those that it cannot hold.
    pub(super) fn new(target: &ArrowType, convert: fn(i64) -> Option<T::Native>) -> Self {
        Numbers { values: PrimitiveBuilder::new().with_data_type(target.clone()), convert }
    }
}

impl<T: ArrowPrimitiveType> Values for Numbers<T> {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let stored = cursor.long()?;
        let value = (self.convert)(stored).ok_or_else(|| match T::DATA_TYPE {
            // The file is sound; it is Arrow's 64 bits of the unit that do not suffice.
            ArrowType::Timestamp(..) => Error::unsupported(format!("{stored} is out of the range of {}", T::DATA_TYPE)),
            _ => Error::corrupt(format!("{stored} does not fit type {}", T::DATA_TYPE)),
        })?;
        self.values.append_value(value);
        Ok(())
    }

    fn null(&mut self) {
        self.values.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.values.finish()))
    }
}

/// FLOAT
#[derive(Default)]
pub(super) struct Floats(PrimitiveBuilder<Float32Type>);

impl Values for Floats {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let bytes = cursor.fixed(4)?.first_chunk().copied().unwrap_or_default();
        self.0.append_value(f32::from_le_bytes(bytes));
        Ok(())
    }

    fn null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// DOUBLE
#[derive(Default)]
pub(super) struct Doubles(PrimitiveBuilder<Float64Type>);

impl Values for Doubles {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let bytes = cursor.fixed(8)?.first_chunk().copied().unwrap_or_default();
        self.0.append_value(f64::from_le_bytes(bytes));
        Ok(())
    }

    fn null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// How many bytes a value has: so many, or as many as its length says.
pub(super) type FixedSize = Option<usize>;

fn bytes<'a>(cursor: &mut Cursor<'a>, size: FixedSize) -> Result<&'a [u8]> {
    match size {
        Some(size) => cursor.fixed(size),
        None => cursor.sized(),
    }
}

/// CHAR and VARCHAR
#[derive(Default)]
pub(super) struct Texts(StringBuilder);

impl Values for Texts {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let text = str::from_utf8(cursor.sized()?);
        self.0.append_value(text.map_err(|error| Error::corrupt("expected UTF-8").because(error))?);
        Ok(())
    }

    fn null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// BINARY and VARBINARY
pub(super) struct Binaries {
    values: BinaryBuilder,
    size: FixedSize,
}

impl Binaries {
    pub(super) fn new(size: FixedSize) -> Self {
        Binaries { values: BinaryBuilder::new(), size }
    }
}

impl Values for Binaries {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        self.values.append_value(bytes(cursor, self.size)?);
        Ok(())
    }

    fn null(&mut self) {
        self.values.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.values.finish()))
    }
}

/// DECIMAL: unscaled, in two's complement, the first byte highest.
pub(super) struct Decimals {
    values: PrimitiveBuilder<Decimal128Type>,
    size: FixedSize,
    /// First unscaled value with too many digits.
    limit: u128,
}

impl Decimals {
    pub(super) fn new(target: &ArrowType, precision: u8, size: FixedSize) -> Self {
        let values = PrimitiveBuilder::new().with_data_type(target.clone());
        Decimals { values, size, limit: 10_u128.checked_pow(precision.into()).unwrap_or(u128::MAX) }
    }
}

impl Values for Decimals {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let unscaled = unscaled(bytes(cursor, self.size)?).filter(|value| value.unsigned_abs() < self.limit);
        self.values.append_value(unscaled.ok_or_else(|| Error::corrupt("a decimal has too many digits"))?);
        Ok(())
    }

    fn null(&mut self) {
        self.values.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.values.finish()))
    }
}

/// `None` beyond 128 bits; no bytes are zero.
fn unscaled(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let sign = if negative { 0xFF } else { 0 };
    let start = bytes.len().saturating_sub(16);
    let (extension, rest) = bytes.split_at(start);
    if extension.iter().any(|byte| *byte != sign) {
        return None;
    }
    let value = rest.iter().fold(if negative { -1_i128 } else { 0 }, |value, byte| value << 8 | i128::from(*byte));
    (value.is_negative() == negative).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unscaled_values_have_any_length() {
        assert_eq!(unscaled(&[]), Some(0));
        assert_eq!(unscaled(&[0x7F]), Some(127));
        assert_eq!(unscaled(&[0x80]), Some(-128));
        assert_eq!(unscaled(&[0xFF, 0xFE]), Some(-2));
        assert_eq!(unscaled(&[0; 20]), Some(0));
        assert_eq!(unscaled(&i128::MIN.to_be_bytes()), Some(i128::MIN));
        let long = [&[0][..], &[0xFF; 16]].concat();
        assert_eq!(unscaled(&long), None);
        let long = [&[0xFF; 4][..], &(-5_i128).to_be_bytes()].concat();
        assert_eq!(unscaled(&long), Some(-5));
    }
}

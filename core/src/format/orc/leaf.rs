//! Values without parts, except texts and timestamps.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType,
    },
};
use arrow_schema::DataType as ArrowType;

use super::{
    byte_runs::{Bits, ByteRuns},
    column::Values,
    compression::Stream,
    integer_runs::IntegerRuns,
};
use crate::{
    error::{Error, Result},
    types::TypeKind,
};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// BOOLEAN
pub(super) struct Booleans(pub(super) Bits);

impl Values for Booleans {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::new(self.0.take(count)?, None)))
    }
}

/// Where whole numbers come from.
pub(super) enum Integers {
    /// `tinyint`
    Bytes(ByteRuns),
    /// All others.
    Runs(IntegerRuns),
}

/// TINYINT to BIGINT, DATE, TIME: whatever is stored as whole numbers.
pub(super) struct Numbers {
    pub(super) stored: Integers,
    pub(super) kind: TypeKind,
}

impl Numbers {
    /// Whether values of `kind` can be read from whole numbers.
    pub(super) fn can_be(kind: &TypeKind) -> bool {
        use TypeKind::{BigInt, Date, Int, SmallInt, Time, TinyInt};
        matches!(kind, TinyInt | SmallInt | Int | BigInt | Date | Time(_))
    }
}

impl Values for Numbers {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let mut values = Vec::new();
        match &mut self.stored {
            Integers::Runs(runs) => runs.take(count, &mut values)?,
            Integers::Bytes(bytes) => {
                for _ in 0..count {
                    values.push(bytes.next()?.cast_signed().into());
                }
            }
        }
        let int = |value: i64| i32::try_from(value).ok();
        match &self.kind {
            TypeKind::TinyInt => primitives::<Int8Type>(&values, |value| i8::try_from(value).ok()),
            TypeKind::SmallInt => primitives::<Int16Type>(&values, |value| i16::try_from(value).ok()),
            TypeKind::Int => primitives::<Int32Type>(&values, int),
            TypeKind::Date => primitives::<Date32Type>(&values, int),
            TypeKind::Time(_) => {
                primitives::<Time32MillisecondType>(&values, |value| int(value).filter(|_| (0..DAY).contains(&value)))
            }
            TypeKind::BigInt => Ok(Arc::new(PrimitiveArray::<Int64Type>::new(values.into(), None))),
            other => Err(Error::internal(format!("{other:?} is no whole number"))),
        }
    }
}

fn primitives<T: ArrowPrimitiveType>(stored: &[i64], convert: impl Fn(i64) -> Option<T::Native>) -> Result<ArrayRef> {
    let wrong = |value| Error::corrupt(format!("{value} does not fit type {}", T::DATA_TYPE));
    let values = stored.iter().map(|value| convert(*value).ok_or_else(|| wrong(*value)));
    let values = values.collect::<Result<Vec<T::Native>>>()?;
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), None)))
}

/// FLOAT
pub(super) struct Floats(pub(super) Stream);

impl Values for Floats {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let mut bytes = Vec::new();
        self.0.take(count * 4, &mut bytes)?;
        let values = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Ok(Arc::new(PrimitiveArray::<Float32Type>::from_iter_values(values)))
    }
}

/// DOUBLE
pub(super) struct Doubles(pub(super) Stream);

impl Values for Doubles {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let mut bytes = Vec::new();
        self.0.take(count * 8, &mut bytes)?;
        let values = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
        Ok(Arc::new(PrimitiveArray::<Float64Type>::from_iter_values(values)))
    }
}

/// DECIMAL: unscaled values, each with a scale of its own.
pub(super) struct Decimals {
    pub(super) unscaled: Stream,
    pub(super) scales: IntegerRuns,
    pub(super) precision: u8,
    pub(super) scale: u8,
}

impl Values for Decimals {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let mut scales = Vec::new();
        self.scales.take(count, &mut scales)?;
        let limit = 10_u128.checked_pow(self.precision.into()).unwrap_or(u128::MAX);
        let mut values = Vec::with_capacity(count);
        for stored in scales {
            let unscaled = self.unscaled.varint()?;
            let unscaled = (unscaled >> 1).cast_signed() ^ -(unscaled & 1).cast_signed();
            let value = rescale(unscaled, stored, self.scale).filter(|value| value.unsigned_abs() < limit);
            values.push(value.ok_or_else(|| {
                let (precision, scale) = (self.precision, self.scale);
                Error::corrupt(format!("{unscaled}e{} does not fit DECIMAL({precision}, {scale})", -i128::from(stored)))
            })?);
        }
        let decimals = PrimitiveArray::<Decimal128Type>::new(values.into(), None);
        Ok(Arc::new(decimals.with_data_type(ArrowType::Decimal128(self.precision, self.scale as i8))))
    }
}

/// `unscaled` with another scale; `None` where that loses digits.
fn rescale(unscaled: i128, from: i64, to: u8) -> Option<i128> {
    let more = i64::from(to).checked_sub(from)?;
    let factor = 10_i128.checked_pow(u32::try_from(more.unsigned_abs()).ok()?);
    match factor {
        _ if unscaled == 0 => Some(0),
        Some(factor) if more >= 0 => unscaled.checked_mul(factor),
        Some(factor) if unscaled % factor == 0 => Some(unscaled / factor),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::rescale;

    #[test]
    fn scales_change_without_loss_only() {
        assert_eq!(rescale(15, 1, 3), Some(1500));
        assert_eq!(rescale(1500, 3, 1), Some(15));
        assert_eq!(rescale(1501, 3, 1), None);
        assert_eq!(rescale(0, i64::MIN, 0), None);
        assert_eq!(rescale(1, -40, 0), None);
    }
}

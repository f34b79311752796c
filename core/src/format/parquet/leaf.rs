//! Values without parts: the physical variants that writers use for one logical type.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    builder::PrimitiveBuilder,
    cast::AsArray,
    types::{
        Decimal128Type, Int32Type, Int64Type, Time32MillisecondType, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    },
};
#[cfg(feature = "complete")]
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::normalize::INT96_BYTES;
use crate::error::{Error, Result};

/// How an array of leaf values becomes one of `target`.
#[derive(Debug)]
pub(in crate::format) struct LeafConversion {
    kind: Kind,
    target: ArrowType,
}

#[derive(Debug)]
enum Kind {
    /// Arrow's own cast, failing on values that do not fit.
    Cast,
    /// Timestamps in this unit, or plain INT64 in the target's.
    Timestamp(TimeUnit),
    /// INT96, see [`super::normalize`].
    Int96,
    /// Times of day in so many parts of a millisecond (the divisor).
    Time(i64),
    /// Unscaled big-endian two's complement of any length, in bytes arrays; scale as the target's.
    DecimalBytes,
    /// Decimals of the same scale and no more digits: a new label.
    DecimalLabel,
}

impl LeafConversion {
    /// The conversion, `None` where no variant of the logical type is stored so.
    pub(super) fn plan(from: &ArrowType, to: &ArrowType) -> Option<LeafConversion> {
        use ArrowType::*;
        let kind = match (from, to) {
            (Timestamp(unit, _), Timestamp(..)) => Kind::Timestamp(*unit),
            (Int64, Timestamp(unit, _)) => Kind::Timestamp(*unit),
            (FixedSizeBinary(INT96_BYTES), Timestamp(..)) => Kind::Int96,
            (Int32, Time32(_)) | (Time32(TimeUnit::Millisecond), Time32(_)) => Kind::Time(1),
            (Time64(TimeUnit::Microsecond), Time32(_)) => Kind::Time(1_000),
            (Time64(TimeUnit::Nanosecond), Time32(_)) => Kind::Time(1_000_000),
            (Binary | FixedSizeBinary(_), Decimal128(..)) => Kind::DecimalBytes,
            (Decimal128(p, s), Decimal128(q, t)) if s == t && p <= q => Kind::DecimalLabel,
            (Decimal128(..) | Decimal256(..), Decimal128(..)) => Kind::Cast,
            (Int32 | Int64, Decimal128(_, 0)) => Kind::Cast,
            (Binary | LargeBinary | FixedSizeBinary(_) | Utf8, Utf8 | Binary) => Kind::Cast,
            (from, to) if from.is_integer() && to.is_integer() => Kind::Cast,
            (Float16 | Float32 | Float64, Float32 | Float64) => Kind::Cast,
            (Int32, Date32) => Kind::Cast,
            _ => return None,
        };
        Some(LeafConversion { kind, target: to.clone() })
    }

    pub(super) fn apply(&self, array: &ArrayRef) -> Result<ArrayRef> {
        match self.kind {
            Kind::Cast => cast(array, &self.target),
            Kind::Timestamp(unit) => timestamp(array, unit, &self.target),
            Kind::Int96 => int96(array, &self.target),
            Kind::Time(divisor) => time(array, divisor),
            Kind::DecimalBytes => decimal_bytes(array, &self.target),
            Kind::DecimalLabel => match (array.as_primitive_opt::<Decimal128Type>(), &self.target) {
                (Some(decimals), ArrowType::Decimal128(precision, scale)) => {
                    Ok(Arc::new(decimals.clone().with_precision_and_scale(*precision, *scale)?))
                }
                _ => Err(unexpected(array)),
            },
        }
    }
}

/// The kernel of all casts weighs much, and files that follow Paimon's own types need none.
#[cfg(not(feature = "complete"))]
fn cast(_: &ArrayRef, _: &ArrowType) -> Result<ArrayRef> {
    Err(Error::lacking("parquet columns of foreign types"))
}

/// Fails on values that do not fit.
#[cfg(feature = "complete")]
fn cast(array: &ArrayRef, target: &ArrowType) -> Result<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let cast = match (array.data_type(), target) {
        // Straight to Utf8 the cast of fixed-size bytes would print hex digits.
        (ArrowType::FixedSizeBinary(_), ArrowType::Utf8) => cast_with_options(array, &ArrowType::Binary, &options)
            .and_then(|bytes| cast_with_options(&bytes, target, &options)),
        _ => cast_with_options(array, target, &options),
    };
    cast.map_err(|error| Error::corrupt(format!("a value does not fit type {target}")).because(error))
}

/// The 64-bit values of a timestamp or INT64 array, without a copy.
fn as_longs(array: &ArrayRef) -> Result<PrimitiveArray<Int64Type>> {
    Ok(match array.data_type() {
        ArrowType::Int64 => array.as_primitive::<Int64Type>().clone(),
        ArrowType::Timestamp(TimeUnit::Second, _) => array.as_primitive::<TimestampSecondType>().reinterpret_cast(),
        ArrowType::Timestamp(TimeUnit::Millisecond, _) => {
            array.as_primitive::<TimestampMillisecondType>().reinterpret_cast()
        }
        ArrowType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast()
        }
        ArrowType::Timestamp(TimeUnit::Nanosecond, _) => {
            array.as_primitive::<TimestampNanosecondType>().reinterpret_cast()
        }
        _ => return Err(unexpected(array)),
    })
}

/// Labels 64-bit values as the timestamps of `target`, whose unit they are in.
fn as_timestamps(longs: PrimitiveArray<Int64Type>, target: &ArrowType) -> Result<ArrayRef> {
    let ArrowType::Timestamp(unit, zone) = target else {
        return Err(Error::internal(format!("{target} is no timestamp")));
    };
    let zone = zone.clone();
    Ok(match unit {
        TimeUnit::Second => Arc::new(longs.reinterpret_cast::<TimestampSecondType>().with_timezone_opt(zone)),
        TimeUnit::Millisecond => Arc::new(longs.reinterpret_cast::<TimestampMillisecondType>().with_timezone_opt(zone)),
        TimeUnit::Microsecond => Arc::new(longs.reinterpret_cast::<TimestampMicrosecondType>().with_timezone_opt(zone)),
        TimeUnit::Nanosecond => Arc::new(longs.reinterpret_cast::<TimestampNanosecondType>().with_timezone_opt(zone)),
    })
}

pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Another unit (digits beyond the target's are cut, towards the past) and zone; wall clock and instant are both stored as
/// if UTC, so the adjusted flag changes no value.
fn timestamp(array: &ArrayRef, from: TimeUnit, target: &ArrowType) -> Result<ArrayRef> {
    let ArrowType::Timestamp(to, _) = target else {
        return Err(Error::internal(format!("{target} is no timestamp")));
    };
    let longs = as_longs(array)?;
    let (from, to) = (per_second(from), per_second(*to));
    let longs = match from.cmp(&to) {
        std::cmp::Ordering::Equal => longs,
        std::cmp::Ordering::Greater => longs.unary(|value| value.div_euclid(from / to)),
        std::cmp::Ordering::Less => {
            try_unary(&longs, |value| value.checked_mul(to / from).ok_or_else(|| out_of_range(target)))?
        }
    };
    as_timestamps(longs, target)
}

/// Nanoseconds of the day, perhaps negative (Java writes pre-epoch times so), and the Julian day.
fn int96(array: &ArrayRef, target: &ArrowType) -> Result<ArrayRef> {
    let (Some(values), ArrowType::Timestamp(unit, _)) = (array.as_fixed_size_binary_opt(), target) else {
        return Err(unexpected(array));
    };
    let per_second = i128::from(per_second(*unit));
    let mut longs = PrimitiveBuilder::<Int64Type>::with_capacity(array.len());
    for value in values.iter() {
        let Some(value) = value else {
            longs.append_null();
            continue;
        };
        let nanos = int96_nanos(value).ok_or_else(|| unexpected(array))?;
        let parts = nanos.div_euclid(1_000_000_000 / per_second);
        longs.append_value(i64::try_from(parts).map_err(|_| out_of_range(target))?);
    }
    as_timestamps(longs.finish(), target)
}

/// Julian day number of 1970-01-01.
const EPOCH_JULIAN_DAY: i128 = 2_440_588;
const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// Nanoseconds since the epoch of an INT96.
fn int96_nanos(value: &[u8]) -> Option<i128> {
    let (nanos, day) = value.split_first_chunk::<8>()?;
    let day = i32::from_le_bytes(day.try_into().ok()?);
    Some((i128::from(day) - EPOCH_JULIAN_DAY) * NANOS_PER_DAY + i128::from(i64::from_le_bytes(*nanos)))
}

fn time(array: &ArrayRef, divisor: i64) -> Result<ArrayRef> {
    use arrow_array::types::{Time64MicrosecondType, Time64NanosecondType};
    let millis = |value: i64| {
        i32::try_from(value.div_euclid(divisor)).map_err(|_| Error::corrupt(format!("{value} is no time of day")))
    };
    let converted: PrimitiveArray<Time32MillisecondType> = match array.data_type() {
        ArrowType::Int32 => array.as_primitive::<Int32Type>().reinterpret_cast(),
        ArrowType::Time32(TimeUnit::Millisecond) => array.as_primitive::<Time32MillisecondType>().clone(),
        ArrowType::Time64(TimeUnit::Microsecond) => try_unary(array.as_primitive::<Time64MicrosecondType>(), millis)?,
        ArrowType::Time64(TimeUnit::Nanosecond) => try_unary(array.as_primitive::<Time64NanosecondType>(), millis)?,
        _ => return Err(unexpected(array)),
    };
    Ok(Arc::new(converted))
}

fn decimal_bytes(array: &ArrayRef, target: &ArrowType) -> Result<ArrayRef> {
    let ArrowType::Decimal128(precision, scale) = target else {
        return Err(Error::internal(format!("{target} is no decimal")));
    };
    let mut decimals = PrimitiveBuilder::<Decimal128Type>::with_capacity(array.len());
    let mut append = |value: Option<&[u8]>| match value.map(unscaled) {
        None => {
            decimals.append_null();
            Ok(())
        }
        Some(Some(unscaled)) => {
            decimals.append_value(unscaled);
            Ok(())
        }
        Some(None) => Err(out_of_range(target)),
    };
    match array.data_type() {
        ArrowType::Binary => array.as_binary::<i32>().iter().try_for_each(&mut append)?,
        ArrowType::FixedSizeBinary(_) => array.as_fixed_size_binary().iter().try_for_each(&mut append)?,
        _ => return Err(unexpected(array)),
    }
    let decimals = decimals.finish().with_precision_and_scale(*precision, *scale)?;
    decimals.validate_decimal_precision(*precision).map_err(|error| out_of_range(target).because(error))?;
    Ok(Arc::new(decimals))
}

/// Big-endian two's complement; `None` beyond 128 bits.
pub(super) fn unscaled(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let fill = if negative { 0xFF } else { 0 };
    let spare = bytes.len().saturating_sub(16);
    let (head, tail) = bytes.split_at(spare);
    if head.iter().any(|byte| *byte != fill) || (spare > 0 && (tail.first()? >= &0x80) != negative) {
        return None;
    }
    let mut wide = [fill; 16];
    wide[16 - tail.len()..].copy_from_slice(tail);
    Some(i128::from_be_bytes(wide))
}

fn try_unary<A, B>(
    array: &PrimitiveArray<A>,
    convert: impl Fn(A::Native) -> Result<B::Native>,
) -> Result<PrimitiveArray<B>>
where
    A: ArrowPrimitiveType,
    B: ArrowPrimitiveType,
{
    array.try_unary(convert)
}

fn out_of_range(target: &ArrowType) -> Error {
    // The table is sound; it is Arrow's 64 bits of nanoseconds (1677..2262) or the declared digits that do not suffice.
    Error::unsupported(format!("a value is out of the range of {target}"))
}

fn unexpected(array: &ArrayRef) -> Error {
    Error::internal(format!("decoder gave an array of type {}", array.data_type()))
}

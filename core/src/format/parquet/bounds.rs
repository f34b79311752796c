//! Minima and maxima of the footer and of the page index as values of the logical type.

use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit},
    file::{page_index::column_index::ColumnIndexMetaData, statistics::Statistics},
    schema::types::ColumnDescriptor,
};

use super::leaf::unscaled;
use crate::{
    predicate::ColumnBounds,
    types::{DataType, Datum, TypeKind, arrow::timestamp_unit},
};

/// A stored bound before its logical type is looked at.
#[derive(Clone, Copy, Debug)]
enum Raw<'a> {
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
}

/// Bounds of a column chunk.
pub(super) fn of_chunk(statistics: &Statistics, column: &ColumnDescriptor, to: &DataType) -> ColumnBounds {
    let null_count = statistics.null_count_opt().and_then(|count| i64::try_from(count).ok());
    let (min, max) = match statistics {
        Statistics::Boolean(s) => (s.min_opt().copied().map(Raw::Bool), s.max_opt().copied().map(Raw::Bool)),
        Statistics::Int32(s) => (s.min_opt().copied().map(Raw::Int), s.max_opt().copied().map(Raw::Int)),
        Statistics::Int64(s) => (s.min_opt().copied().map(Raw::Long), s.max_opt().copied().map(Raw::Long)),
        Statistics::Float(s) => (s.min_opt().copied().map(Raw::Float), s.max_opt().copied().map(Raw::Float)),
        Statistics::Double(s) => (s.min_opt().copied().map(Raw::Double), s.max_opt().copied().map(Raw::Double)),
        // The deprecated fields compare bytes in an order of the writer's choice.
        Statistics::ByteArray(_) | Statistics::FixedLenByteArray(_) if !statistics.is_min_max_deprecated() => {
            (statistics.min_bytes_opt().map(Raw::Bytes), statistics.max_bytes_opt().map(Raw::Bytes))
        }
        _ => (None, None),
    };
    bounds(min, max, null_count, column, to)
}

/// Bounds of page `page` of a column chunk.
pub(super) fn of_page(
    index: &ColumnIndexMetaData,
    page: usize,
    column: &ColumnDescriptor,
    to: &DataType,
) -> ColumnBounds {
    use ColumnIndexMetaData as Index;
    macro_rules! of {
        ($index:expr, $raw:expr) => {{
            if $index.num_pages() <= page as u64 {
                return ColumnBounds::default();
            }
            (
                $index.null_count(page),
                $index.min_value(page).copied().map($raw),
                $index.max_value(page).copied().map($raw),
            )
        }};
    }
    let (null_count, min, max) = match index {
        Index::BOOLEAN(i) => of!(i, Raw::Bool),
        Index::INT32(i) => of!(i, Raw::Int),
        Index::INT64(i) => of!(i, Raw::Long),
        Index::FLOAT(i) => of!(i, Raw::Float),
        Index::DOUBLE(i) => of!(i, Raw::Double),
        Index::BYTE_ARRAY(i) | Index::FIXED_LEN_BYTE_ARRAY(i) if (page as u64) < i.num_pages() => {
            (i.null_count(page), i.min_value(page).map(Raw::Bytes), i.max_value(page).map(Raw::Bytes))
        }
        _ => return ColumnBounds::default(),
    };
    bounds(min, max, null_count, column, to)
}

fn bounds(
    min: Option<Raw<'_>>,
    max: Option<Raw<'_>>,
    null_count: Option<i64>,
    column: &ColumnDescriptor,
    to: &DataType,
) -> ColumnBounds {
    ColumnBounds {
        min: min.and_then(|raw| datum(raw, column, to)),
        max: max.and_then(|raw| datum(raw, column, to)),
        null_count: null_count.filter(|count| *count >= 0),
    }
}

/// The stored bound as a value of `to`, `None` where the stored type is not one whose order is known to agree.
fn datum(raw: Raw<'_>, column: &ColumnDescriptor, to: &DataType) -> Option<Datum> {
    Some(match (&to.kind, raw) {
        (TypeKind::Boolean, Raw::Bool(value)) => Datum::Boolean(value),
        (TypeKind::TinyInt, _) => Datum::TinyInt(integer(raw, column)?.try_into().ok()?),
        (TypeKind::SmallInt, _) => Datum::SmallInt(integer(raw, column)?.try_into().ok()?),
        (TypeKind::Int, _) => Datum::Int(integer(raw, column)?.try_into().ok()?),
        (TypeKind::BigInt, _) => Datum::BigInt(integer(raw, column)?),
        (TypeKind::Float, Raw::Float(value)) => Datum::Float(Some(value).filter(|value| !value.is_nan())?),
        (TypeKind::Double, Raw::Float(value)) => {
            Datum::Double(Some(value.into()).filter(|value: &f64| !value.is_nan())?)
        }
        (TypeKind::Double, Raw::Double(value)) => Datum::Double(Some(value).filter(|value| !value.is_nan())?),
        (TypeKind::Decimal { scale, .. }, _) => decimal(raw, column, *scale)?,
        (TypeKind::Date, Raw::Int(days)) => Datum::Date(days),
        (TypeKind::Time(_), _) => time(raw, column)?,
        (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision), Raw::Long(value)) => {
            timestamp(value, column, *precision)?
        }
        (TypeKind::Char(_) | TypeKind::Varchar(_), Raw::Bytes(bytes)) => {
            Datum::String(std::str::from_utf8(bytes).ok()?.to_owned())
        }
        (TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob, Raw::Bytes(bytes)) => {
            Datum::Bytes(bytes.to_vec())
        }
        _ => return None,
    })
}

/// Whether integers are unsigned.
pub(super) fn is_unsigned(column: &ColumnDescriptor) -> bool {
    use ConvertedType::{UINT_8, UINT_16, UINT_32, UINT_64};
    matches!(column.logical_type_ref(), Some(LogicalType::Integer(int)) if !int.is_signed)
        || matches!(column.converted_type(), UINT_8 | UINT_16 | UINT_32 | UINT_64)
}

/// A signed integer; unsigned ones have another order.
fn integer(raw: Raw<'_>, column: &ColumnDescriptor) -> Option<i64> {
    match raw {
        _ if is_unsigned(column) => None,
        Raw::Int(value) => Some(value.into()),
        Raw::Long(value) => Some(value),
        _ => None,
    }
}

fn decimal(raw: Raw<'_>, column: &ColumnDescriptor, scale: u8) -> Option<Datum> {
    let annotated = matches!(column.logical_type_ref(), Some(LogicalType::Decimal(_)))
        || column.converted_type() == ConvertedType::DECIMAL;
    let stored_scale = match column.logical_type_ref() {
        Some(LogicalType::Decimal(decimal)) => decimal.scale,
        _ => column.type_scale(),
    };
    let unscaled = match raw {
        Raw::Int(value) => value.into(),
        Raw::Long(value) => value.into(),
        // Without the annotation the order is that of unsigned bytes.
        Raw::Bytes(bytes) if annotated => unscaled(bytes)?,
        _ => return None,
    };
    let same = if annotated { stored_scale == i32::from(scale) } else { scale == 0 };
    same.then_some(Datum::Decimal { unscaled, scale })
}

fn time(raw: Raw<'_>, column: &ColumnDescriptor) -> Option<Datum> {
    let divisor = match (raw, stored_unit(column)) {
        (Raw::Int(_), _) => 1,
        (_, Some(TimeUnit::MICROS)) => 1_000,
        (_, Some(TimeUnit::NANOS)) => 1_000_000,
        _ => return None,
    };
    Some(Datum::Time(i32::try_from(integer(raw, column)?.div_euclid(divisor)).ok()?))
}

/// Rounds to what reading gives, which keeps the order.
fn timestamp(value: i64, column: &ColumnDescriptor, precision: u8) -> Option<Datum> {
    let unit = timestamp_unit(precision);
    let stored = stored_unit(column).map_or(unit, arrow_unit);
    let (stored, read) = (super::leaf::per_second(stored), super::leaf::per_second(unit));
    let value = if stored > read { value.div_euclid(stored / read) } else { value };
    let per_milli = stored.min(read) / 1_000;
    let nanos = value.rem_euclid(per_milli) * (1_000_000 / per_milli);
    Some(Datum::Timestamp { millis: value.div_euclid(per_milli), nanos: i32::try_from(nanos).ok()? })
}

/// The unit as Arrow names it.
pub(super) fn arrow_unit(unit: TimeUnit) -> arrow_schema::TimeUnit {
    match unit {
        TimeUnit::MILLIS => arrow_schema::TimeUnit::Millisecond,
        TimeUnit::MICROS => arrow_schema::TimeUnit::Microsecond,
        TimeUnit::NANOS => arrow_schema::TimeUnit::Nanosecond,
    }
}

/// The unit of times and timestamps, where the file says it.
pub(super) fn stored_unit(column: &ColumnDescriptor) -> Option<TimeUnit> {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Time(time)), _) => Some(time.unit),
        (Some(LogicalType::Timestamp(timestamp)), _) => Some(timestamp.unit),
        (_, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIME_MILLIS) => Some(TimeUnit::MILLIS),
        (_, ConvertedType::TIMESTAMP_MICROS | ConvertedType::TIME_MICROS) => Some(TimeUnit::MICROS),
        _ => None,
    }
}

//! Paimon types for columns of Arrow types, for tables that follow their input.

use arrow_schema::{DataType as ArrowType, Field, Schema, TimeUnit};
use cenote_core::types::{DataField, DataType, TypeKind};

/// The columns of a schema, nullable; those of types that Paimon lacks are left out.
pub(super) fn fields(schema: &Schema) -> Vec<DataField> {
    let field = |field: &Field| {
        let kind = kind(field.data_type())?;
        Some(DataField::new(0, field.name(), DataType::nullable(kind)))
    };
    schema.fields().iter().filter_map(|given| field(given)).collect()
}

fn kind(arrow: &ArrowType) -> Option<TypeKind> {
    let boxed =
        |field: &Field| Some(Box::new(DataType { kind: kind(field.data_type())?, nullable: field.is_nullable() }));
    let digits = |unit: &TimeUnit| match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    };
    Some(match arrow {
        ArrowType::Boolean => TypeKind::Boolean,
        ArrowType::Int8 => TypeKind::TinyInt,
        ArrowType::Int16 | ArrowType::UInt8 => TypeKind::SmallInt,
        ArrowType::Int32 | ArrowType::UInt16 => TypeKind::Int,
        ArrowType::Int64 | ArrowType::UInt32 => TypeKind::BigInt,
        ArrowType::UInt64 => TypeKind::Decimal { precision: 20, scale: 0 },
        ArrowType::Float16 | ArrowType::Float32 => TypeKind::Float,
        ArrowType::Float64 => TypeKind::Double,
        ArrowType::Decimal32(precision, scale)
        | ArrowType::Decimal64(precision, scale)
        | ArrowType::Decimal128(precision, scale)
        | ArrowType::Decimal256(precision, scale) => {
            let scale = u8::try_from(*scale).ok()?;
            let fits = *precision <= 38 && scale <= *precision;
            return fits.then_some(TypeKind::Decimal { precision: *precision, scale });
        }
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => TypeKind::STRING,
        ArrowType::Binary | ArrowType::LargeBinary | ArrowType::BinaryView => TypeKind::BYTES,
        ArrowType::FixedSizeBinary(length) => {
            TypeKind::Binary(u32::try_from(*length).ok().filter(|length| *length > 0)?)
        }
        ArrowType::Date32 | ArrowType::Date64 => TypeKind::Date,
        ArrowType::Time32(_) | ArrowType::Time64(_) => TypeKind::Time(3),
        ArrowType::Timestamp(unit, None) => TypeKind::Timestamp(digits(unit)),
        ArrowType::Timestamp(unit, Some(_)) => TypeKind::TimestampLtz(digits(unit)),
        ArrowType::List(field) | ArrowType::LargeList(field) => TypeKind::Array(boxed(field)?),
        ArrowType::FixedSizeList(field, _) => TypeKind::Array(boxed(field)?),
        ArrowType::Map(entries, _) => {
            let ArrowType::Struct(members) = entries.data_type() else { return None };
            let [key, value] = members.as_ref() else { return None };
            TypeKind::Map { key: boxed(key)?, value: boxed(value)? }
        }
        ArrowType::Struct(members) => {
            let member = |member: &Field| Some(DataField::new(0, member.name(), *boxed(member)?));
            TypeKind::Row(members.iter().map(|given| member(given)).collect::<Option<_>>()?)
        }
        ArrowType::Dictionary(_, values) => return kind(values),
        ArrowType::RunEndEncoded(_, values) => return kind(values.data_type()),
        _ => return None,
    })
}

//! Paimon types as Arrow types: the shape of every `RecordBatch` that the engine reads or writes.
//!
//! | Paimon | Arrow |
//! |---|---|
//! | CHAR, VARCHAR | Utf8 |
//! | BINARY, VARBINARY, BLOB | Binary |
//! | DECIMAL | Decimal128 |
//! | TIME | Time32(ms) |
//! | TIMESTAMP(0..=3 / 4..=6 / 7..=9) | Timestamp(ms / us / ns) |
//! | TIMESTAMP_LTZ | the same with zone `UTC` |
//! | MULTISET | Map of element to Int32 |
//! | VARIANT | Struct {value, metadata} of Binary |

use std::sync::Arc;

use arrow_schema::{DataType as ArrowType, Field, Fields, Schema, SchemaRef, TimeUnit};

use super::{DataField, DataType, TypeKind};

/// Zone of TIMESTAMP_LTZ columns.
pub const LTZ_ZONE: &str = "UTC";

/// The Arrow field of a Paimon field.
pub fn field(field: &DataField) -> Field {
    Field::new(&field.name, data_type(&field.data_type), field.data_type.nullable)
}

/// The Arrow schema of `fields`.
pub fn schema(fields: &[DataField]) -> SchemaRef {
    Arc::new(Schema::new(fields.iter().map(field).collect::<Vec<_>>()))
}

/// The Arrow type of a Paimon type.
pub fn data_type(data_type: &DataType) -> ArrowType {
    match &data_type.kind {
        TypeKind::Boolean => ArrowType::Boolean,
        TypeKind::TinyInt => ArrowType::Int8,
        TypeKind::SmallInt => ArrowType::Int16,
        TypeKind::Int => ArrowType::Int32,
        TypeKind::BigInt => ArrowType::Int64,
        TypeKind::Float => ArrowType::Float32,
        TypeKind::Double => ArrowType::Float64,
        TypeKind::Decimal { precision, scale } => ArrowType::Decimal128(*precision, *scale as i8),
        TypeKind::Char(_) | TypeKind::Varchar(_) => ArrowType::Utf8,
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => ArrowType::Binary,
        TypeKind::Date => ArrowType::Date32,
        TypeKind::Time(_) => ArrowType::Time32(TimeUnit::Millisecond),
        TypeKind::Timestamp(precision) => ArrowType::Timestamp(timestamp_unit(*precision), None),
        TypeKind::TimestampLtz(precision) => ArrowType::Timestamp(timestamp_unit(*precision), Some(LTZ_ZONE.into())),
        TypeKind::Variant => ArrowType::Struct(variant_fields()),
        TypeKind::Array(element) => ArrowType::List(Arc::new(child("element", element))),
        TypeKind::Vector { element, length } => {
            ArrowType::FixedSizeList(Arc::new(child("element", element)), i32::try_from(*length).unwrap_or(i32::MAX))
        }
        TypeKind::Multiset(element) => map(element, &DataType::not_null(TypeKind::Int)),
        TypeKind::Map { key, value } => map(key, value),
        TypeKind::Row(fields) => ArrowType::Struct(fields.iter().map(field).collect()),
    }
}

/// Unit that holds `precision` digits of a second.
pub fn timestamp_unit(precision: u8) -> TimeUnit {
    match precision {
        0..=3 => TimeUnit::Millisecond,
        4..=6 => TimeUnit::Microsecond,
        _ => TimeUnit::Nanosecond,
    }
}

fn child(name: &str, data_type_: &DataType) -> Field {
    Field::new(name, data_type(data_type_), data_type_.nullable)
}

fn map(key: &DataType, value: &DataType) -> ArrowType {
    // Arrow map keys are never null, whatever the Paimon type says.
    let entries = Fields::from(vec![Field::new("key", data_type(key), false), child("value", value)]);
    ArrowType::Map(Arc::new(Field::new("entries", ArrowType::Struct(entries), false)), false)
}

fn variant_fields() -> Fields {
    Fields::from(vec![Field::new("value", ArrowType::Binary, false), Field::new("metadata", ArrowType::Binary, false)])
}

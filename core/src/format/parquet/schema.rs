//! The Parquet schema that Paimon for Java gives a file.
//!
//! Field ids are those of the table schema; parts of collections, which have none there, get numbers derived from the field
//! that encloses them and their depth in it, as Java's `SpecialFields` does.

use std::sync::Arc;

use parquet::{
    basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType},
    errors::Result,
    schema::types::{PrimitiveTypeBuilder, Type},
};

use crate::types::{DataField, DataType, TypeKind};

/// Name of the root.
const ROOT: &str = "paimon_schema";
/// Ids of array elements and map values count up from here, those of map keys down.
const COLLECTION_IDS: i64 = 536_870_911;
/// Ids set aside for each field.
const IDS_PER_FIELD: i64 = 1024;

/// The schema of a file with columns `fields`.
pub(super) fn file_schema(fields: &[DataField]) -> Result<Type> {
    Type::group_type_builder(ROOT).with_fields(columns(fields)?).build()
}

fn columns(fields: &[DataField]) -> Result<Vec<Arc<Type>>> {
    fields.iter().map(|field| column(&Place::of(field), &field.data_type).map(Arc::new)).collect()
}

/// Name and number of a column, and the field and depth that numbers below it are made of.
struct Place<'a> {
    name: &'a str,
    id: i32,
    field: i32,
    depth: i64,
}

impl<'a> Place<'a> {
    fn of(field: &'a DataField) -> Self {
        Place { name: &field.name, id: field.id, field: field.id, depth: 0 }
    }

    /// An array element, or the value of a map.
    fn value(&self, name: &'a str) -> Self {
        let depth = self.depth + 1;
        Place {
            name,
            id: wrap(COLLECTION_IDS + IDS_PER_FIELD * i64::from(self.field) + depth),
            field: self.field,
            depth,
        }
    }

    /// The key of a map.
    fn key(&self) -> Self {
        let depth = self.depth + 1;
        let id = wrap(COLLECTION_IDS - IDS_PER_FIELD * i64::from(self.field) - depth);
        Place { name: "key", id, field: self.field, depth }
    }
}

/// Java's int arithmetic: ids of system fields overflow.
fn wrap(id: i64) -> i32 {
    id as i32
}

fn column(place: &Place<'_>, data_type: &DataType) -> Result<Type> {
    use PhysicalType::{BOOLEAN, BYTE_ARRAY, DOUBLE, FLOAT, INT32, INT64, INT96};
    let repetition = if data_type.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let leaf = |physical, logical| leaf(place, repetition, physical, logical).build();
    match &data_type.kind {
        TypeKind::Boolean => leaf(BOOLEAN, None),
        TypeKind::TinyInt => leaf(INT32, Some(LogicalType::integer(8, true))),
        TypeKind::SmallInt => leaf(INT32, Some(LogicalType::integer(16, true))),
        TypeKind::Int => leaf(INT32, None),
        TypeKind::BigInt => leaf(INT64, None),
        TypeKind::Float => leaf(FLOAT, None),
        TypeKind::Double => leaf(DOUBLE, None),
        TypeKind::Decimal { precision, scale } => decimal(place, repetition, *precision, *scale),
        TypeKind::Char(_) | TypeKind::Varchar(_) => leaf(BYTE_ARRAY, Some(LogicalType::String)),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => leaf(BYTE_ARRAY, None),
        TypeKind::Date => leaf(INT32, Some(LogicalType::Date)),
        TypeKind::Time(_) => leaf(INT32, Some(LogicalType::time(true, TimeUnit::MILLIS))),
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
            let adjusted = matches!(data_type.kind, TypeKind::TimestampLtz(_));
            match precision {
                0..=3 => leaf(INT64, Some(LogicalType::timestamp(adjusted, TimeUnit::MILLIS))),
                4..=6 => leaf(INT64, Some(LogicalType::timestamp(adjusted, TimeUnit::MICROS))),
                _ => leaf(INT96, None),
            }
        }
        TypeKind::Array(element) | TypeKind::Vector { element, .. } => list(place, repetition, element),
        TypeKind::Map { key, value } => map(place, repetition, key, value),
        TypeKind::Multiset(element) => map(place, repetition, element, &DataType::not_null(TypeKind::Int)),
        TypeKind::Row(fields) => group(place, repetition, columns(fields)?, None),
        TypeKind::Variant => {
            let bytes = DataType::not_null(TypeKind::BYTES);
            let parts = [DataField::new(0, "value", bytes.clone()), DataField::new(1, "metadata", bytes)];
            group(place, repetition, columns(&parts)?, None)
        }
    }
}

fn leaf<'a>(
    place: &Place<'a>,
    repetition: Repetition,
    physical: PhysicalType,
    logical: Option<LogicalType>,
) -> PrimitiveTypeBuilder<'a> {
    Type::primitive_type_builder(place.name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .with_id(Some(place.id))
}

fn decimal(place: &Place<'_>, repetition: Repetition, precision: u8, scale: u8) -> Result<Type> {
    let (precision, scale) = (i32::from(precision), i32::from(scale));
    let physical = match precision {
        ..=9 => PhysicalType::INT32,
        10..=18 => PhysicalType::INT64,
        _ => PhysicalType::FIXED_LEN_BYTE_ARRAY,
    };
    let builder = leaf(place, repetition, physical, Some(LogicalType::decimal(scale, precision)))
        .with_precision(precision)
        .with_scale(scale);
    match physical {
        PhysicalType::FIXED_LEN_BYTE_ARRAY => builder.with_length(decimal_bytes(precision)).build(),
        _ => builder.build(),
    }
}

/// Fewest bytes whose two's complement holds all numbers of `precision` digits.
fn decimal_bytes(precision: i32) -> i32 {
    let bits = f64::from(precision) * std::f64::consts::LOG2_10 + 1.0;
    (bits / 8.0).ceil() as i32
}

fn group(
    place: &Place<'_>,
    repetition: Repetition,
    fields: Vec<Arc<Type>>,
    logical: Option<LogicalType>,
) -> Result<Type> {
    Type::group_type_builder(place.name)
        .with_repetition(repetition)
        .with_fields(fields)
        .with_logical_type(logical)
        .with_id(Some(place.id))
        .build()
}

fn repeated(name: &str, fields: Vec<Arc<Type>>) -> Result<Arc<Type>> {
    let group = Type::group_type_builder(name).with_repetition(Repetition::REPEATED).with_fields(fields);
    group.build().map(Arc::new)
}

fn list(place: &Place<'_>, repetition: Repetition, element: &DataType) -> Result<Type> {
    let element = column(&place.value("element"), element)?;
    group(place, repetition, vec![repeated("list", vec![Arc::new(element)])?], Some(LogicalType::List))
}

fn map(place: &Place<'_>, repetition: Repetition, key: &DataType, value: &DataType) -> Result<Type> {
    // Keys are never null in Parquet, whatever their type says.
    let key = column(&place.key(), &DataType::not_null(key.kind.clone()))?;
    let value = column(&place.value("value"), value)?;
    let pairs = repeated("key_value", vec![Arc::new(key), Arc::new(value)])?;
    group(place, repetition, vec![pairs], Some(LogicalType::Map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_take_the_fewest_bytes() {
        for (precision, bytes) in
            [(1, 1), (2, 1), (3, 2), (9, 4), (18, 8), (19, 9), (20, 9), (21, 9), (28, 12), (38, 16)]
        {
            assert_eq!(decimal_bytes(precision), bytes, "precision {precision}");
        }
    }

    #[test]
    fn parts_of_collections_are_numbered_as_in_java() {
        // Column 33 of the golden table types_parquet: MAP<INT, ARRAY<STRING>>.
        let text = DataType::nullable(TypeKind::STRING);
        let value = DataType::nullable(TypeKind::Array(Box::new(text)));
        let key = DataType::nullable(TypeKind::Int);
        let map = TypeKind::Map { key: Box::new(key), value: Box::new(value) };
        let schema = file_schema(&[DataField::new(33, "mil", DataType::nullable(map))]).unwrap();
        let pairs = &schema.get_fields()[0].get_fields()[0];
        let id = |column: &Type| column.get_basic_info().id();
        assert_eq!(id(&pairs.get_fields()[0]), 536_837_118);
        assert_eq!(id(&pairs.get_fields()[1]), 536_904_704);
        assert_eq!(id(&pairs.get_fields()[1].get_fields()[0].get_fields()[0]), 536_904_705);
    }
}

//! The schema under which the decoder is to read a file.
//!
//! Pages of INT96 and of FIXED_LEN_BYTE_ARRAY(12) have the same bytes. Read as the latter, a timestamp keeps all its digits
//! and [`super::convert`] can refuse those beyond the range of nanoseconds, where the decoder would wrap around. A decimal in
//! a BYTE_ARRAY is read as plain bytes, since the decoder takes for granted that it has no more than 16 of them. A map is read
//! as a list of pairs, since the decoder takes for granted that its parts fit together.

use std::sync::Arc;

use parquet::{
    basic::{ConvertedType, LogicalType, Type as PhysicalType},
    errors::{ParquetError, Result},
    schema::types::Type,
};

use super::variant::TYPED_VALUE;

/// Bytes of an INT96.
pub(super) const INT96_BYTES: i32 = 12;

/// `schema` with the replacements above; `None` where it needs none.
pub(super) fn schema(schema: &Type) -> Result<Option<Type>> {
    if schema.is_group() { group(schema) } else { leaf(schema) }
}

fn group(schema: &Type) -> Result<Option<Type>> {
    refuse_variant_of_long_decimals(schema)?;
    let mut changed = false;
    let mut fields = Vec::with_capacity(schema.get_fields().len());
    for field in schema.get_fields() {
        match self::schema(field)? {
            Some(new) => {
                changed = true;
                fields.push(Arc::new(new));
            }
            None => fields.push(field.clone()),
        }
    }
    let info = schema.get_basic_info();
    let map = is_map(schema);
    if !changed && !map {
        return Ok(None);
    }
    let mut builder = Type::group_type_builder(schema.name())
        .with_fields(fields)
        .with_converted_type(if map { ConvertedType::LIST } else { info.converted_type() })
        .with_logical_type(if map { Some(LogicalType::List) } else { info.logical_type_ref().cloned() })
        .with_id(info.has_id().then(|| info.id()));
    if info.has_repetition() {
        builder = builder.with_repetition(info.repetition());
    }
    builder.build().map(Some)
}

/// As plain bytes, decimals in a BYTE_ARRAY are taken for binary values where nothing but the file tells the type. Errors: `NYI`.
fn refuse_variant_of_long_decimals(schema: &Type) -> Result<()> {
    let member = |name: &str| schema.get_fields().iter().find(|field| field.name() == name);
    match (member(TYPED_VALUE), member("value")) {
        (Some(typed), Some(_)) if typed.is_primitive() && is_decimal(typed) => match typed.get_physical_type() {
            PhysicalType::BYTE_ARRAY => {
                Err(ParquetError::NYI("variants shredded to decimals in a BYTE_ARRAY".to_owned()))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_decimal(schema: &Type) -> bool {
    let info = schema.get_basic_info();
    matches!(info.logical_type_ref(), Some(LogicalType::Decimal { .. }))
        || info.converted_type() == ConvertedType::DECIMAL
}

/// Whether `schema` is a map with keys and values; one without values is read as a list of keys anyway.
fn is_map(schema: &Type) -> bool {
    matches!(schema.get_basic_info().converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
        && matches!(schema.get_fields(), [pairs] if pairs.is_group() && pairs.get_fields().len() == 2)
}

fn leaf(schema: &Type) -> Result<Option<Type>> {
    let info = schema.get_basic_info();
    let builder = match schema.get_physical_type() {
        PhysicalType::INT96 => {
            Type::primitive_type_builder(schema.name(), PhysicalType::FIXED_LEN_BYTE_ARRAY).with_length(INT96_BYTES)
        }
        PhysicalType::BYTE_ARRAY if is_decimal(schema) => {
            Type::primitive_type_builder(schema.name(), PhysicalType::BYTE_ARRAY)
        }
        _ => return Ok(None),
    };
    let id = info.has_id().then(|| info.id());
    builder.with_repetition(info.repetition()).with_id(id).build().map(Some)
}

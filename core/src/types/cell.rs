//! Single values (keys, statistics, partition values) as canonical JSON.

use serde_json::{Number, Value};

use super::{DataField, DataType, Datum, datum_text};

/// The value's canonical JSON.
pub fn cell(value: Option<&Datum>, data_type: &DataType) -> Value {
    match value {
        None => Value::Null,
        Some(Datum::Boolean(value)) => Value::Bool(*value),
        Some(Datum::TinyInt(value)) => Value::from(*value),
        Some(Datum::SmallInt(value)) => Value::from(*value),
        Some(Datum::Int(value)) => Value::from(*value),
        Some(Datum::BigInt(value)) => Value::from(*value),
        Some(Datum::Double(value)) if value.is_finite() => Number::from_f64(*value).map_or(Value::Null, Value::Number),
        Some(datum @ Datum::Float(value)) if value.is_finite() => {
            // Through the shortest text, so that 0.1f does not become 0.10000000149.
            let text = datum_text::to_text(datum, data_type);
            text.parse().ok().and_then(Number::from_f64).map_or(Value::String(text), Value::Number)
        }
        Some(datum) => Value::String(datum_text::to_text(datum, data_type)),
    }
}

/// The cells of a row of `fields`.
pub fn cells(row: &[Option<Datum>], fields: &[DataField]) -> Vec<Value> {
    row.iter().zip(fields).map(|(value, field)| cell(value.as_ref(), &field.data_type)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TypeKind;

    #[test]
    fn values_are_canonical() {
        let of = |datum, kind| cell(Some(&datum), &DataType::nullable(kind)).to_string();
        assert_eq!(of(Datum::Float(0.1), TypeKind::Float), "0.1");
        assert_eq!(of(Datum::Double(f64::NAN), TypeKind::Double), "\"NaN\"");
        assert_eq!(of(Datum::BigInt(i64::MIN), TypeKind::BigInt), "-9223372036854775808");
        assert_eq!(of(Datum::Date(0), TypeKind::Date), "\"1970-01-01\"");
    }
}

//! The writer's schema against the fields asked: made once a file.

use arrow_array::types::{
    Date32Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType,
};

use super::{
    column::{Column, Lists, Maps, Nulls, Record, Rows, Step, Values},
    leaf::{Binaries, Booleans, Decimals, Doubles, Floats, Numbers, Texts},
};
use crate::{
    error::{Error, Result},
    spec::avro::{Logical, Node, NodeId, Schema, Shape},
    types::{self, DataField, DataType, TypeKind},
};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Parts of a second.
const MILLIS: i64 = 1_000;
const MICROS: i64 = 1_000_000;
const NANOS: i64 = 1_000_000_000;

/// How to read `fields` from records of type `node`; fields that it lacks get no column. Errors: `Corrupt` where a field is
/// stored in a way that cannot hold its type.
pub(super) fn record(schema: &Schema, node: NodeId, fields: &[DataField]) -> Result<Record> {
    let named = fields.iter().map(|field| (field.name.as_str(), &field.data_type));
    record_of(schema, node, &named.collect::<Vec<_>>())
}

fn record_of(schema: &Schema, node: NodeId, fields: &[(&str, &DataType)]) -> Result<Record> {
    let Node::Record(stored) = schema.node(node) else {
        return Err(Error::corrupt(format!("expected an avro record, found {:?}", schema.node(node))));
    };
    let mut record = Record { steps: Vec::with_capacity(stored.len()), columns: Vec::new() };
    for (name, node) in stored {
        let shape = schema.shape(*node);
        let seen = record.columns.iter().any(|(seen, _)| seen == name);
        match fields.iter().find(|(asked, _)| asked == name) {
            // Of two fields of one name the first counts.
            Some((_, data_type)) if !seen => {
                let column = column(schema, shape, data_type).map_err(|error| error.with("field", name))?;
                record.steps.push(Step::Take(record.columns.len()));
                record.columns.push((name.clone(), column));
            }
            _ => record.steps.push(Step::Skip(shape)),
        }
    }
    Ok(record)
}

fn column(schema: &Schema, shape: Shape, to: &DataType) -> Result<Column> {
    Ok(Column::new(shape, values(schema, shape.node, to)?))
}

fn values(schema: &Schema, node: NodeId, to: &DataType) -> Result<Box<dyn Values>> {
    let stored = schema.node(node);
    let size = match stored {
        Node::Fixed(size) => Some(*size),
        _ => None,
    };
    let logical = schema.logical(node);
    let parts = match logical {
        Some(Logical::Parts(parts)) => Some(parts),
        _ => None,
    };
    let target = types::arrow::data_type(to);
    Ok(match (stored, &to.kind) {
        (Node::Null, _) => Box::new(Nulls::default()),
        (Node::Boolean, TypeKind::Boolean) => Box::new(Booleans::default()),
        (Node::Number, kind) => match numbers(kind, parts) {
            Some(values) => values,
            None => return Err(mismatch(stored, to)),
        },
        (Node::Float, TypeKind::Float) => Box::new(Floats::default()),
        (Node::Double, TypeKind::Double) => Box::new(Doubles::default()),
        (Node::Bytes | Node::Fixed(_), TypeKind::Decimal { scale, .. })
            if logical.is_some_and(|logical| logical != Logical::Decimal((*scale).into())) =>
        {
            return Err(Error::corrupt(format!("column of type {to} is stored as avro {logical:?}")));
        }
        (Node::Bytes | Node::Fixed(_), TypeKind::Decimal { precision, .. }) => {
            Box::new(Decimals::new(&target, *precision, size))
        }
        (Node::Bytes, TypeKind::Char(_) | TypeKind::Varchar(_)) => Box::new(Texts::default()),
        (Node::Bytes | Node::Fixed(_), TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob) => {
            Box::new(Binaries::new(size))
        }
        (Node::Array(element), TypeKind::Array(to) | TypeKind::Vector { element: to, .. }) => {
            let shape = element_shape(schema, *element)?;
            Box::new(Lists::new(column(schema, shape, to)?))
        }
        (Node::Map(_) | Node::Array(_), TypeKind::Map { key, value }) => map(schema, stored, to, key, value)?,
        (Node::Map(_) | Node::Array(_), TypeKind::Multiset(element)) => {
            map(schema, stored, to, element, &DataType::not_null(TypeKind::Int))?
        }
        (Node::Record(_), TypeKind::Row(fields)) => Box::new(Rows::new(record(schema, node, fields)?)),
        (Node::Record(_), TypeKind::Variant) => {
            let bytes = DataType::not_null(TypeKind::BYTES);
            Box::new(Rows::new(record_of(schema, node, &[("value", &bytes), ("metadata", &bytes)])?))
        }
        _ => return Err(mismatch(stored, to)),
    })
}

/// Values of `int` and `long`; times are in so many `parts` of a second, if the file says so.
fn numbers(kind: &TypeKind, parts: Option<i64>) -> Option<Box<dyn Values>> {
    fn int(value: i64) -> Option<i32> {
        i32::try_from(value).ok()
    }
    fn time(millis: i64) -> Option<i32> {
        int(millis).filter(|_| (0..DAY).contains(&millis))
    }
    let target = &types::arrow::data_type(&DataType::nullable(kind.clone()));
    Some(match kind {
        TypeKind::TinyInt => Box::new(Numbers::<Int8Type>::new(target, |value| i8::try_from(value).ok())),
        TypeKind::SmallInt => Box::new(Numbers::<Int16Type>::new(target, |value| i16::try_from(value).ok())),
        TypeKind::Int => Box::new(Numbers::<Int32Type>::new(target, int)),
        TypeKind::BigInt => Box::new(Numbers::<Int64Type>::new(target, Some)),
        TypeKind::Date => Box::new(Numbers::<Date32Type>::new(target, int)),
        TypeKind::Time(_) if parts == Some(MICROS) => {
            Box::new(Numbers::<Time32MillisecondType>::new(target, |micros| time(micros.div_euclid(1000))))
        }
        TypeKind::Time(_) => Box::new(Numbers::<Time32MillisecondType>::new(target, time)),
        TypeKind::Timestamp(0..=3) | TypeKind::TimestampLtz(0..=3) => {
            Box::new(Numbers::<TimestampMillisecondType>::new(target, in_parts(parts.unwrap_or(MILLIS), MILLIS)))
        }
        TypeKind::Timestamp(4..=6) | TypeKind::TimestampLtz(4..=6) => {
            Box::new(Numbers::<TimestampMicrosecondType>::new(target, in_parts(parts.unwrap_or(MICROS), MICROS)))
        }
        // Java writes none; pypaimon cuts them to microseconds.
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            Box::new(Numbers::<TimestampNanosecondType>::new(target, in_parts(parts.unwrap_or(MICROS), NANOS)))
        }
        _ => return None,
    })
}

/// From timestamps in `from` parts of a second to those in `to` parts, rounded down; `None` beyond 64 bits.
fn in_parts(from: i64, to: i64) -> fn(i64) -> Option<i64> {
    match (from, to) {
        (MILLIS, MICROS) | (MICROS, NANOS) => |value| value.checked_mul(1_000),
        (MILLIS, NANOS) => |value| value.checked_mul(1_000_000),
        (MICROS, MILLIS) | (NANOS, MICROS) => |value| Some(value.div_euclid(1_000)),
        (NANOS, MILLIS) => |value| Some(value.div_euclid(1_000_000)),
        _ => Some,
    }
}

/// A map, or an array of records {key, value}, as Paimon writes maps whose keys are not text.
fn map(schema: &Schema, stored: &Node, to: &DataType, key: &DataType, value: &DataType) -> Result<Box<dyn Values>> {
    match stored {
        Node::Map(stored_value) if matches!(key.kind, TypeKind::Char(_) | TypeKind::Varchar(_)) => {
            let value = column(schema, schema.shape(*stored_value), value)?;
            Ok(Box::new(Maps::new(Box::new(Texts::default()), value)))
        }
        Node::Array(pairs) => {
            let shape = element_shape(schema, *pairs)?;
            let pairs = record_of(schema, shape.node, &[("key", key), ("value", value)])?;
            // Both fields must be there, in this order: they become key and value of the map by their places.
            match pairs.columns.as_slice() {
                [(key, _), (value, _)] if key == "key" && value == "value" => {}
                _ => return Err(Error::corrupt("expected the entries of a map as avro records of key and value")),
            }
            Ok(Box::new(Lists::new(Column::new(shape, Box::new(Rows::new(pairs))))))
        }
        _ => Err(mismatch(stored, to)),
    }
}

/// Shape of the elements of an array. Errors: `Corrupt` where they take no bytes: a few bytes could stand for any number.
fn element_shape(schema: &Schema, element: NodeId) -> Result<Shape> {
    if schema.is_empty(element) {
        return Err(Error::corrupt("expected an avro array of elements that take bytes"));
    }
    Ok(schema.shape(element))
}

fn mismatch(stored: &Node, to: &DataType) -> Error {
    let stored = match stored {
        Node::Record(_) => "record".to_owned(),
        Node::Union(branches) => format!("union of {}", branches.len()),
        Node::Array(_) => "array".to_owned(),
        Node::Map(_) => "map".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    Error::corrupt(format!("column of type {to} is stored as avro {stored}"))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, cast::AsArray};

    use super::*;
    use crate::spec::avro::Cursor;

    /// What a column of type `stored` that holds one `long` reads as.
    fn value(stored: &str, kind: TypeKind, long: i64) -> Result<i64> {
        let schema = Schema::parse(stored.as_bytes())?;
        let mut column = values(&schema, schema.root(), &DataType::nullable(kind))?;
        let mut zigzag = (long << 1 ^ long >> 63).cast_unsigned();
        let mut block = Vec::new();
        while zigzag >= 0x80 {
            block.push(zigzag as u8 | 0x80);
            zigzag >>= 7;
        }
        block.push(zigzag as u8);
        let block = block.into();
        column.value(&mut Cursor::resume(&schema, &block, 0))?;
        let array = arrow_cast::cast(&column.finish()?, &arrow_schema::DataType::Int64)?;
        Ok(array.as_primitive::<Int64Type>().value(array.len() - 1))
    }

    #[test]
    fn the_file_says_what_times_count() {
        let stored = |name: &str| format!(r#"{{"type":"long","logicalType":"{name}"}}"#);
        for (name, kind, long, expected) in [
            ("timestamp-millis", TypeKind::Timestamp(3), -1, -1),
            ("timestamp-micros", TypeKind::Timestamp(3), -1, -1),
            ("local-timestamp-micros", TypeKind::TimestampLtz(3), 1999, 1),
            ("local-timestamp-millis", TypeKind::TimestampLtz(6), -2, -2000),
            ("timestamp-nanos", TypeKind::Timestamp(9), 7, 7),
            ("timestamp-nanos", TypeKind::Timestamp(6), 7999, 7),
            ("timestamp-millis", TypeKind::Timestamp(9), 1, 1_000_000),
            ("unknown", TypeKind::Timestamp(9), 1, 1000),
        ] {
            assert_eq!(value(&stored(name), kind.clone(), long).unwrap(), expected, "{name} {kind:?}");
        }
        let time = DataType::nullable(TypeKind::Time(3));
        let schema = Schema::parse(stored("time-micros").as_bytes()).unwrap();
        let mut column = values(&schema, schema.root(), &time).unwrap();
        column.value(&mut Cursor::resume(&schema, &vec![0xD0, 0x0F].into(), 0)).unwrap();
        assert_eq!(column.finish().unwrap().as_primitive::<Time32MillisecondType>().value(0), 1);
        assert!(value(&stored("timestamp-millis"), TypeKind::Timestamp(6), i64::MAX).is_err());
    }

    #[test]
    fn decimals_of_another_scale_are_refused() {
        let schema = Schema::parse(br#"{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}"#).unwrap();
        let plan =
            |scale| values(&schema, schema.root(), &DataType::nullable(TypeKind::Decimal { precision: 9, scale }));
        assert!(plan(2).is_ok() && plan(3).is_err());
    }
}

//! Builds one Arrow column of a Paimon type from text or JSON cells.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, ListArray, MapArray, StructArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray,
    builder::{
        ArrayBuilder, BinaryBuilder, BooleanBufferBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
        Float32Builder, Float64Builder, Int8Builder, Int16Builder, Int32Builder, Int64Builder, StringBuilder,
        Time32MillisecondBuilder,
    },
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType as ArrowType, TimeUnit};
use cenote_core::types::{DataField, DataType, Datum, TypeKind, arrow};
use serde_json::Value;

use super::scalar::{self, Parsed};

/// A column that grows by cells.
#[derive(Debug)]
pub(super) struct ColumnBuilder {
    data_type: DataType,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Boolean(BooleanBuilder),
    TinyInt(Int8Builder),
    SmallInt(Int16Builder),
    Int(Int32Builder),
    BigInt(Int64Builder),
    Float(Float32Builder),
    Double(Float64Builder),
    Decimal(Decimal128Builder),
    Text(StringBuilder, u32),
    Binary(BinaryBuilder, u32),
    Date(Date32Builder),
    Time(Time32MillisecondBuilder),
    /// Ticks of the unit that the precision asks for.
    Timestamp(Int64Builder, u8),
    List {
        offsets: Vec<i32>,
        valid: BooleanBufferBuilder,
        element: Box<ColumnBuilder>,
    },
    Vector {
        length: usize,
        valid: BooleanBufferBuilder,
        element: Box<ColumnBuilder>,
    },
    Map {
        offsets: Vec<i32>,
        valid: BooleanBufferBuilder,
        key: Box<ColumnBuilder>,
        value: Box<ColumnBuilder>,
    },
    Row {
        fields: Vec<DataField>,
        valid: BooleanBufferBuilder,
        children: Vec<ColumnBuilder>,
    },
}

impl ColumnBuilder {
    /// An empty column. Errors: a type that cannot be loaded from text.
    pub(super) fn new(data_type: &DataType) -> Result<Self, String> {
        let boxed = |data_type: &DataType| ColumnBuilder::new(data_type).map(Box::new);
        let valid = || BooleanBufferBuilder::new(0);
        let values = match &data_type.kind {
            TypeKind::Boolean => Values::Boolean(BooleanBuilder::new()),
            TypeKind::TinyInt => Values::TinyInt(Int8Builder::new()),
            TypeKind::SmallInt => Values::SmallInt(Int16Builder::new()),
            TypeKind::Int => Values::Int(Int32Builder::new()),
            TypeKind::BigInt => Values::BigInt(Int64Builder::new()),
            TypeKind::Float => Values::Float(Float32Builder::new()),
            TypeKind::Double => Values::Double(Float64Builder::new()),
            TypeKind::Decimal { .. } => {
                Values::Decimal(Decimal128Builder::new().with_data_type(arrow::data_type(data_type)))
            }
            TypeKind::Char(length) | TypeKind::Varchar(length) => Values::Text(StringBuilder::new(), *length),
            TypeKind::Binary(length) | TypeKind::Varbinary(length) => Values::Binary(BinaryBuilder::new(), *length),
            TypeKind::Blob => Values::Binary(BinaryBuilder::new(), u32::MAX),
            TypeKind::Date => Values::Date(Date32Builder::new()),
            TypeKind::Time(_) => Values::Time(Time32MillisecondBuilder::new()),
            TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
                Values::Timestamp(Int64Builder::new(), *precision)
            }
            TypeKind::Array(element) => Values::List { offsets: vec![0], valid: valid(), element: boxed(element)? },
            TypeKind::Vector { element, length } => {
                Values::Vector { length: *length as usize, valid: valid(), element: boxed(element)? }
            }
            TypeKind::Map { key, value } => {
                Values::Map { offsets: vec![0], valid: valid(), key: boxed(key)?, value: boxed(value)? }
            }
            TypeKind::Multiset(element) => Values::Map {
                offsets: vec![0],
                valid: valid(),
                key: boxed(element)?,
                value: boxed(&DataType::not_null(TypeKind::Int))?,
            },
            TypeKind::Row(fields) => Values::Row {
                fields: fields.clone(),
                valid: valid(),
                children: fields.iter().map(|field| Self::new(&field.data_type)).collect::<Result<_, _>>()?,
            },
            _ => return Err("columns of this type cannot be loaded from text yet".into()),
        };
        Ok(ColumnBuilder { data_type: data_type.clone(), values })
    }

    /// Adds the default of the column: text that Java casts to the type. Errors: a text that is no such value.
    pub(super) fn push_default(&mut self, text: &str) -> Parsed<()> {
        let bare = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text);
        match &mut self.values {
            Values::Binary(builder, length) => push_bytes(builder, *length, bare.as_bytes()),
            _ => self.push_text(bare),
        }
    }

    /// Number of values.
    fn len(&self) -> usize {
        match &self.values {
            Values::Boolean(builder) => builder.len(),
            Values::TinyInt(builder) => builder.len(),
            Values::SmallInt(builder) => builder.len(),
            Values::Int(builder) => builder.len(),
            Values::BigInt(builder) | Values::Timestamp(builder, _) => builder.len(),
            Values::Float(builder) => builder.len(),
            Values::Double(builder) => builder.len(),
            Values::Decimal(builder) => builder.len(),
            Values::Text(builder, _) => builder.len(),
            Values::Binary(builder, _) => builder.len(),
            Values::Date(builder) => builder.len(),
            Values::Time(builder) => builder.len(),
            Values::List { offsets, .. } | Values::Map { offsets, .. } => offsets.len().saturating_sub(1),
            Values::Vector { valid, .. } | Values::Row { valid, .. } => valid.len(),
        }
    }

    /// Adds values that nobody will see until there are `rows`.
    pub(super) fn fill_up_to(&mut self, rows: usize) {
        while self.len() < rows {
            self.push_filler();
        }
    }

    /// Adds a nested value, all of it or nothing: a problem in the middle must not leave half of it behind.
    fn push_nested(&mut self, value: &Value) -> Parsed<()> {
        ColumnBuilder::new(&self.data_type)?.push_json_parts(value)?;
        self.push_json_parts(value)
    }

    /// Adds a null. Errors: a NOT NULL type.
    pub(super) fn push_null(&mut self) -> Parsed<()> {
        if !self.data_type.nullable {
            return Err("is null, but the column is NOT NULL".into());
        }
        self.push_filler();
        Ok(())
    }

    /// Adds the value that `text` spells; nested types are spelled in JSON.
    pub(super) fn push_text(&mut self, text: &str) -> Parsed<()> {
        if let Values::Text(builder, length) = &mut self.values {
            return push_string(builder, *length, text);
        }
        // Blanks around a number or a date mean nothing.
        let text = text.trim();
        match &mut self.values {
            Values::TinyInt(builder) => builder.append_value(scalar::integer(text, "TINYINT")?),
            Values::SmallInt(builder) => builder.append_value(scalar::integer(text, "SMALLINT")?),
            Values::Int(builder) => builder.append_value(scalar::integer(text, "INT")?),
            Values::BigInt(builder) => builder.append_value(scalar::integer(text, "BIGINT")?),
            values if values.is_nested() => {
                let value: Value = serde_json::from_str(text).map_err(|_| "expected JSON for a nested value")?;
                return self.push_json(&value);
            }
            _ => return self.push_datum(scalar::datum(text, &self.data_type)?),
        }
        Ok(())
    }

    /// Adds a value of a scalar type.
    fn push_datum(&mut self, datum: Datum) -> Parsed<()> {
        match (&mut self.values, datum) {
            (Values::Boolean(builder), Datum::Boolean(value)) => builder.append_value(value),
            (Values::Float(builder), Datum::Float(value)) => builder.append_value(value),
            (Values::Double(builder), Datum::Double(value)) => builder.append_value(value),
            (Values::Decimal(builder), Datum::Decimal { unscaled, .. }) => builder.append_value(unscaled),
            (Values::Binary(builder, length), Datum::Bytes(bytes)) => return push_bytes(builder, *length, &bytes),
            (Values::Date(builder), Datum::Date(days)) => builder.append_value(days),
            (Values::Time(builder), Datum::Time(millis)) => builder.append_value(millis),
            (Values::Timestamp(builder, precision), Datum::Timestamp { millis, nanos }) => {
                builder.append_value(scalar::ticks(millis, nanos, *precision)?);
            }
            _ => return Err(format!("expected {}", self.values.expected())),
        }
        Ok(())
    }

    /// Adds a JSON value in the canonical form that `cenote read -o ndjson` prints, or a near one.
    pub(super) fn push_json(&mut self, value: &Value) -> Parsed<()> {
        if self.values.is_nested() && !value.is_null() { self.push_nested(value) } else { self.push_json_parts(value) }
    }

    /// As [`ColumnBuilder::push_json`], but parts of a nested value stay where there is an error.
    fn push_json_parts(&mut self, value: &Value) -> Parsed<()> {
        match (&mut self.values, value) {
            (_, Value::Null) => self.push_null(),
            (Values::List { offsets, valid, element }, Value::Array(items)) => {
                items.iter().try_for_each(|item| element.push_json_parts(item))?;
                close(offsets, valid, items.len())
            }
            (Values::Vector { length, valid, element }, Value::Array(items)) => {
                if items.len() != *length {
                    return Err(format!("expected {length} elements, found {}", items.len()));
                }
                items.iter().try_for_each(|item| element.push_json_parts(item))?;
                valid.append(true);
                Ok(())
            }
            (Values::Map { offsets, valid, key, value }, Value::Array(pairs)) => {
                for pair in pairs {
                    match pair.as_array().map(Vec::as_slice) {
                        Some([first, second]) => {
                            key.push_json_parts(first)?;
                            value.push_json_parts(second)?;
                        }
                        _ => return Err("expected [key, value] pairs".into()),
                    }
                }
                close(offsets, valid, pairs.len())
            }
            (Values::Map { offsets, valid, key, value }, Value::Object(members)) => {
                for (name, member) in members {
                    key.push_text(name)?;
                    value.push_json_parts(member)?;
                }
                close(offsets, valid, members.len())
            }
            (Values::Row { fields, valid, children }, Value::Object(members)) => {
                if let Some(name) = members.keys().find(|name| !fields.iter().any(|field| field.name == **name)) {
                    return Err(format!("the row has no field {name:?}"));
                }
                for (field, child) in fields.iter().zip(children) {
                    let member = members.get(&field.name).unwrap_or(&Value::Null);
                    child.push_json_parts(member).map_err(|error| format!("field {:?}: {error}", field.name))?;
                }
                valid.append(true);
                Ok(())
            }
            (Values::Text(builder, length), Value::Number(number)) => {
                push_string(builder, *length, &number.to_string())
            }
            (Values::Text(builder, length), Value::Bool(flag)) => push_string(builder, *length, &flag.to_string()),
            (Values::Boolean(builder), Value::Bool(flag)) => {
                builder.append_value(*flag);
                Ok(())
            }
            (values, Value::String(text)) if !values.is_nested() => self.push_text(text),
            (values, Value::Number(number)) if values.takes_numbers() => self.push_text(&number.to_string()),
            _ => Err(format!("expected {}", self.values.expected())),
        }
    }

    /// The column; the builder is empty afterwards. Errors: arrays that Arrow refuses, a bug.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, String> {
        let data_type = arrow::data_type(&self.data_type);
        let array: ArrayRef = match &mut self.values {
            Values::Boolean(builder) => Arc::new(builder.finish()),
            Values::TinyInt(builder) => Arc::new(builder.finish()),
            Values::SmallInt(builder) => Arc::new(builder.finish()),
            Values::Int(builder) => Arc::new(builder.finish()),
            Values::BigInt(builder) => Arc::new(builder.finish()),
            Values::Float(builder) => Arc::new(builder.finish()),
            Values::Double(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder) => Arc::new(builder.finish()),
            Values::Text(builder, _) => Arc::new(builder.finish()),
            Values::Binary(builder, _) => Arc::new(builder.finish()),
            Values::Date(builder) => Arc::new(builder.finish()),
            Values::Time(builder) => Arc::new(builder.finish()),
            Values::Timestamp(builder, _) => timestamps(builder, &data_type),
            Values::List { offsets, valid, element } => {
                let (offsets, nulls) = (take_offsets(offsets), take_nulls(valid));
                let ArrowType::List(field) = data_type else { return Err("a list was expected".into()) };
                Arc::new(ListArray::try_new(field, offsets, element.finish()?, nulls).map_err(|e| e.to_string())?)
            }
            Values::Vector { valid, element, .. } => {
                let ArrowType::FixedSizeList(field, size) = data_type else {
                    return Err("a fixed-size list was expected".into());
                };
                let array = FixedSizeListArray::try_new(field, size, element.finish()?, take_nulls(valid));
                Arc::new(array.map_err(|e| e.to_string())?)
            }
            Values::Map { offsets, valid, key, value } => {
                let (offsets, nulls) = (take_offsets(offsets), take_nulls(valid));
                let ArrowType::Map(field, sorted) = data_type else { return Err("a map was expected".into()) };
                let ArrowType::Struct(members) = field.data_type() else { return Err("map entries".into()) };
                let entries = StructArray::try_new(members.clone(), vec![key.finish()?, value.finish()?], None);
                let entries = entries.map_err(|e| e.to_string())?;
                Arc::new(MapArray::try_new(field, offsets, entries, nulls, sorted).map_err(|e| e.to_string())?)
            }
            Values::Row { valid, children, .. } => {
                let ArrowType::Struct(members) = data_type else { return Err("a struct was expected".into()) };
                let arrays = children.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<_>, _>>()?;
                let length = valid.len();
                let array = StructArray::try_new_with_length(members, arrays, take_nulls(valid), length);
                Arc::new(array.map_err(|e| e.to_string())?)
            }
        };
        Ok(array)
    }

    /// Takes a place in every buffer without saying a value: a null, or a child of one.
    fn push_filler(&mut self) {
        match &mut self.values {
            Values::Boolean(builder) => builder.append_null(),
            Values::TinyInt(builder) => builder.append_null(),
            Values::SmallInt(builder) => builder.append_null(),
            Values::Int(builder) => builder.append_null(),
            Values::BigInt(builder) => builder.append_null(),
            Values::Float(builder) => builder.append_null(),
            Values::Double(builder) => builder.append_null(),
            Values::Decimal(builder) => builder.append_null(),
            Values::Text(builder, _) => builder.append_null(),
            Values::Binary(builder, _) => builder.append_null(),
            Values::Date(builder) => builder.append_null(),
            Values::Time(builder) => builder.append_null(),
            Values::Timestamp(builder, _) => builder.append_null(),
            Values::List { offsets, valid, .. } | Values::Map { offsets, valid, .. } => {
                offsets.push(offsets.last().copied().unwrap_or(0));
                valid.append(false);
            }
            Values::Vector { length, valid, element } => {
                (0..*length).for_each(|_| element.push_filler());
                valid.append(false);
            }
            Values::Row { valid, children, .. } => {
                children.iter_mut().for_each(ColumnBuilder::push_filler);
                valid.append(false);
            }
        }
    }
}

impl Values {
    fn is_nested(&self) -> bool {
        matches!(self, Values::List { .. } | Values::Vector { .. } | Values::Map { .. } | Values::Row { .. })
    }

    fn takes_numbers(&self) -> bool {
        matches!(
            self,
            Values::TinyInt(_)
                | Values::SmallInt(_)
                | Values::Int(_)
                | Values::BigInt(_)
                | Values::Float(_)
                | Values::Double(_)
                | Values::Decimal(_)
        )
    }

    fn expected(&self) -> &'static str {
        match self {
            Values::Boolean(_) => "true or false",
            Values::TinyInt(_) | Values::SmallInt(_) | Values::Int(_) | Values::BigInt(_) => "an integer",
            Values::Float(_) | Values::Double(_) | Values::Decimal(_) => "a number",
            Values::Text(..) => "a text",
            Values::Binary(..) => "a text of hex digits",
            Values::Date(_) => "a date such as \"2026-01-31\"",
            Values::Time(_) => "a time such as \"12:34:56\"",
            Values::Timestamp(..) => "a timestamp such as \"2026-01-31T12:34:56\"",
            Values::List { .. } | Values::Vector { .. } => "an array",
            Values::Map { .. } => "an array of [key, value] pairs",
            Values::Row { .. } => "an object",
        }
    }
}

fn push_string(builder: &mut StringBuilder, length: u32, text: &str) -> Parsed<()> {
    // Bytes are never fewer than characters: count only where it can matter.
    if text.len() > length as usize && text.chars().count() > length as usize {
        return Err(format!("is longer than {length} characters"));
    }
    builder.append_value(text);
    Ok(())
}

fn push_bytes(builder: &mut BinaryBuilder, length: u32, bytes: &[u8]) -> Parsed<()> {
    if bytes.len() > length as usize {
        return Err(format!("is longer than {length} bytes"));
    }
    builder.append_value(bytes);
    Ok(())
}

/// Ends a list or map of `length` elements.
fn close(offsets: &mut Vec<i32>, valid: &mut BooleanBufferBuilder, length: usize) -> Parsed<()> {
    let last = offsets.last().copied().unwrap_or(0);
    let end = i32::try_from(length).ok().and_then(|length| last.checked_add(length));
    offsets.push(end.ok_or("too many elements in one batch")?);
    valid.append(true);
    Ok(())
}

fn take_offsets(offsets: &mut Vec<i32>) -> OffsetBuffer<i32> {
    OffsetBuffer::new(ScalarBuffer::from(std::mem::replace(offsets, vec![0])))
}

fn take_nulls(valid: &mut BooleanBufferBuilder) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(valid.finish());
    (nulls.null_count() > 0).then_some(nulls)
}

fn timestamps(builder: &mut Int64Builder, data_type: &ArrowType) -> ArrayRef {
    let ticks = builder.finish();
    let (values, nulls) = (ticks.values().clone(), ticks.nulls().cloned());
    match data_type {
        ArrowType::Timestamp(TimeUnit::Microsecond, zone) => {
            Arc::new(TimestampMicrosecondArray::new(values, nulls).with_timezone_opt(zone.clone()))
        }
        ArrowType::Timestamp(TimeUnit::Nanosecond, zone) => {
            Arc::new(TimestampNanosecondArray::new(values, nulls).with_timezone_opt(zone.clone()))
        }
        ArrowType::Timestamp(_, zone) => {
            Arc::new(TimestampMillisecondArray::new(values, nulls).with_timezone_opt(zone.clone()))
        }
        _ => Arc::new(ticks),
    }
}

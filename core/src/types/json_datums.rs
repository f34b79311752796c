//! Canonical JSON cells as values: what [`super::json_rows`] writes, read back exactly or refused.
//!
//! Integers are numbers or digits, FLOAT and DOUBLE whole numbers or text (the JSON parser may miss the last bit of a
//! fraction), everything else as in the table of [`super::json_rows`]. A value that the type would round or cut is an
//! error: whoever wants that, rounds himself.

use std::fmt;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::exact_number::{ExactNumber, Scaled};
use super::{DataField, DataType, Datum, DatumRow, TypeKind, arrow, calendar, datum_text, datums_to_array};
use crate::error::{Error, Result};

/// A batch of JSON columns: `json` is an array with an array of cells for each of `fields`, all of `rows` cells.
///
/// Columns may hold null whatever their type says: that is left to whoever fills in defaults.
/// Errors: `Invalid`, with the details `column` and `row` (counted from 0) where a cell is no value of its type.
pub fn batch_from_json_columns(json: &[u8], fields: &[DataField], rows: usize) -> Result<RecordBatch> {
    let mut place = Place::default();
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = ColumnsSeed { fields, place: &mut place }.deserialize(&mut reader).and_then(|columns| {
        reader.end()?;
        Ok(columns)
    });
    let columns = read.map_err(|error| place.error(&error, fields))?;
    if let Some((field, column)) = fields.iter().zip(&columns).find(|(_, column)| column.len() != rows) {
        let message = format!("expected {rows} cells, found {}", column.len());
        return Err(Error::invalid(message).with("column", &field.name));
    }
    let arrays = fields.iter().zip(&columns).map(|(field, column)| {
        datums_to_array(column, &field.data_type).map_err(|error| error.with("column", &field.name))
    });
    let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
    let nullable = |field: &DataField| arrow::field(field).with_nullable(true);
    let schema = Schema::new(fields.iter().map(nullable).collect::<Vec<_>>());
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(schema.into(), arrays, &options)?)
}

/// Which cell is being read, and what is wrong with it.
#[derive(Debug, Default)]
struct Place {
    column: usize,
    row: Option<usize>,
}

impl Place {
    fn error(&self, error: &serde_json::Error, fields: &[DataField]) -> Error {
        let text = error.to_string();
        // The place in the JSON text says nothing to whoever gave rows.
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        let mut invalid = Error::invalid(message);
        if let Some(field) = fields.get(self.column) {
            invalid = invalid.with("column", &field.name);
        }
        match self.row {
            Some(row) => invalid.with("row", row),
            None => invalid,
        }
    }
}

struct ColumnsSeed<'a> {
    fields: &'a [DataField],
    place: &'a mut Place,
}

impl<'de> DeserializeSeed<'de> for ColumnsSeed<'_> {
    type Value = Vec<DatumRow>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ColumnsSeed<'_> {
    type Value = Vec<DatumRow>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of {} columns", self.fields.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut columns: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::with_capacity(self.fields.len());
        for (index, field) in self.fields.iter().enumerate() {
            *self.place = Place { column: index, row: None };
            let cells = Cells { data_type: &field.data_type, row: Some(&mut self.place.row) };
            let column = columns.next_element_seed(cells)?;
            read.push(column.ok_or_else(|| A::Error::custom("the column is missing"))?);
        }
        *self.place = Place { column: self.fields.len(), row: None };
        match columns.next_element::<IgnoredAny>()? {
            None => Ok(read),
            Some(_) => Err(A::Error::custom(format!("more columns than {}", self.fields.len()))),
        }
    }
}

/// An array of cells of one type; counts them in `row`.
struct Cells<'a> {
    data_type: &'a DataType,
    /// Of a column; `None` within a nested value.
    row: Option<&'a mut Option<usize>>,
}

impl<'de> DeserializeSeed<'de> for Cells<'_> {
    type Value = DatumRow;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cells<'_> {
    type Value = DatumRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut cells: A) -> Result<Self::Value, A::Error> {
        let mut read = DatumRow::new();
        let is_column = self.row.is_some();
        loop {
            if let Some(row) = &mut self.row {
                **row = Some(read.len());
            }
            let nullable = is_column || self.data_type.nullable;
            match cells.next_element_seed(Cell { data_type: self.data_type, nullable })? {
                Some(cell) => read.push(cell),
                None => break,
            }
        }
        if let Some(row) = self.row {
            *row = None;
        }
        Ok(read)
    }
}

/// One cell.
#[derive(Clone, Copy)]
struct Cell<'a> {
    data_type: &'a DataType,
    nullable: bool,
}

impl<'a> Cell<'a> {
    fn inner(data_type: &'a DataType) -> Self {
        Cell { data_type, nullable: data_type.nullable }
    }

    /// The number of an integer type.
    fn integer<E: serde::de::Error>(self, value: i64) -> Result<Option<Datum>, E> {
        let range = |_| E::custom(format!("{value} is out of range for {}", self.data_type.kind));
        Ok(Some(match &self.data_type.kind {
            TypeKind::TinyInt => Datum::TinyInt(value.try_into().map_err(range)?),
            TypeKind::SmallInt => Datum::SmallInt(value.try_into().map_err(range)?),
            TypeKind::Int => Datum::Int(value.try_into().map_err(range)?),
            TypeKind::BigInt => Datum::BigInt(value),
            TypeKind::Float | TypeKind::Double | TypeKind::Decimal { .. } => return self.text(&value.to_string()),
            _ => return Err(E::invalid_type(serde::de::Unexpected::Signed(value), &self)),
        }))
    }

    /// A value that is spelled as text.
    fn text<E: serde::de::Error>(self, text: &str) -> Result<Option<Datum>, E> {
        let kind = &self.data_type.kind;
        match kind {
            TypeKind::Boolean
            | TypeKind::Array(_)
            | TypeKind::Vector { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Map { .. }
            | TypeKind::Row(_) => return Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)),
            TypeKind::Variant => return Err(E::custom("a VARIANT cannot be written from JSON yet")),
            _ => {}
        }
        let datum = datum_text::parse(text, self.data_type).map_err(|error| E::custom(error.message()))?;
        match loss(&datum, kind, text) {
            None => Ok(Some(datum)),
            Some(loss) => Err(E::custom(format!("{text:?} {loss} for {kind}"))),
        }
    }
}

/// What a value would lose in its type.
fn loss(datum: &Datum, kind: &TypeKind, text: &str) -> Option<&'static str> {
    let sub_second = |precision: u8, nanos: u32| !nanos.is_multiple_of(10u32.pow(9 - u32::from(precision.min(9))));
    let lost = match (datum, kind) {
        (Datum::Decimal { .. }, TypeKind::Decimal { scale, .. }) => {
            let exact = ExactNumber::parse(text.trim()).map(|number| number.scaled(*scale));
            !matches!(exact, Some(Scaled::Exact(_)))
        }
        (Datum::Timestamp { millis, nanos }, TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) => {
            sub_second(*precision, millis.rem_euclid(1000) as u32 * 1_000_000 + nanos.unsigned_abs())
        }
        (Datum::Time(_), TypeKind::Time(precision)) => {
            calendar::parse_clock(text.trim()).is_some_and(|(_, nanos)| sub_second((*precision).min(3), nanos))
        }
        (Datum::String(text), TypeKind::Char(length) | TypeKind::Varchar(length)) => {
            let length = *length as usize;
            return (text.len() > length && text.chars().count() > length).then_some("is too long");
        }
        (Datum::Bytes(bytes), TypeKind::Binary(length) | TypeKind::Varbinary(length)) => {
            return (bytes.len() > *length as usize).then_some("is too long");
        }
        _ => false,
    };
    lost.then_some("has too many digits")
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = Option<Datum>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = Option<Datum>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data_type.kind {
            TypeKind::Boolean => f.write_str("true or false"),
            TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt => f.write_str("an integer"),
            TypeKind::Float | TypeKind::Double | TypeKind::Decimal { .. } => f.write_str("a number as text"),
            TypeKind::Array(_) => f.write_str("an array"),
            TypeKind::Vector { length, .. } => write!(f, "an array of {length} numbers"),
            TypeKind::Map { .. } | TypeKind::Multiset(_) => f.write_str("an array of [key, value] pairs"),
            TypeKind::Row(_) => f.write_str("an object"),
            _ => f.write_str("text"),
        }
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        if self.nullable { Ok(None) } else { Err(E::custom("null within a value where the type says NOT NULL")) }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        match self.data_type.kind {
            TypeKind::Boolean => Ok(Some(Datum::Boolean(value))),
            _ => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.integer(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.text(&value.to_string()),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, cells: A) -> Result<Self::Value, A::Error> {
        let elements = |data_type, cells| Cells { data_type, row: None }.visit_seq(cells);
        match &self.data_type.kind {
            TypeKind::Array(element) => Ok(Some(Datum::Array(elements(element, cells)?))),
            TypeKind::Vector { element, length } => {
                let read = elements(element, cells)?;
                if read.len() != *length as usize {
                    return Err(A::Error::invalid_length(read.len(), &self));
                }
                Ok(Some(Datum::Array(read)))
            }
            TypeKind::Map { key, value } => pairs(key, value, cells),
            TypeKind::Multiset(element) => pairs(element, &DataType::not_null(TypeKind::Int), cells),
            _ => Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let TypeKind::Row(fields) = &self.data_type.kind else {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        };
        let mut row: Vec<Option<Option<Datum>>> = fields.iter().map(|_| None).collect();
        while let Some(name) = members.next_key::<String>()? {
            let place = fields.iter().position(|field| field.name == name);
            let Some((field, slot)) = place.and_then(|place| Some((fields.get(place)?, row.get_mut(place)?))) else {
                return Err(A::Error::custom(format!("the row has no field {name:?}")));
            };
            *slot = Some(members.next_value_seed(Cell::inner(&field.data_type))?);
        }
        let filled = fields.iter().zip(row).map(|(field, cell)| match cell {
            Some(cell) => Ok(cell),
            None if field.data_type.nullable => Ok(None),
            None => Err(A::Error::custom(format!("the row lacks its field {:?}, which is NOT NULL", field.name))),
        });
        Ok(Some(Datum::Row(filled.collect::<Result<_, _>>()?)))
    }
}

/// `[[key, value], …]`.
fn pairs<'de, A: SeqAccess<'de>>(key: &DataType, value: &DataType, mut cells: A) -> Result<Option<Datum>, A::Error> {
    let (mut keys, mut values) = (DatumRow::new(), DatumRow::new());
    while let Some((key, value)) = cells.next_element_seed(Pair { key, value })? {
        keys.push(key);
        values.push(value);
    }
    Ok(Some(Datum::Map(keys, values)))
}

struct Pair<'a> {
    key: &'a DataType,
    value: &'a DataType,
}

impl<'de> DeserializeSeed<'de> for Pair<'_> {
    type Value = (Option<Datum>, Option<Datum>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_tuple(2, self)
    }
}

impl<'de> Visitor<'de> for Pair<'_> {
    type Value = (Option<Datum>, Option<Datum>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a [key, value] pair")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        // Keys are never null in Arrow, whatever the type says.
        let key = parts.next_element_seed(Cell { data_type: self.key, nullable: false })?;
        let value = parts.next_element_seed(Cell::inner(self.value))?;
        match (key, value) {
            (Some(key), Some(value)) => Ok((key, value)),
            _ => Err(A::Error::custom("expected a [key, value] pair")),
        }
    }
}

#[cfg(test)]
mod tests;

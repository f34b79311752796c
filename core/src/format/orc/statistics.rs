//! Which stripes a filter lets us skip, by the minima and maxima in front of the footer. Whatever is unknown is kept.

use std::{collections::HashMap, ops::Range};

use bytes::Bytes;

use super::{
    plan::child,
    proto::{Fields, Value},
    tail::{self, Kind, Tail},
};
use crate::{
    error::Result,
    format::source::Source,
    predicate::{Column, ColumnBounds, Predicate},
    types::{Datum, TypeKind},
};

/// Statistics of writers before this one (ORC-135) have known mistakes.
const LEAST_WRITER: u64 = 6;

/// What is known of the filtered columns, for each stripe.
pub(super) struct StripeStatistics {
    stripes: Vec<HashMap<i32, ColumnBounds>>,
    predicate: Predicate,
}

impl StripeStatistics {
    /// Reads the statistics of the columns of `predicate`; `None` where there are none of use. Errors: those of the storage.
    pub(super) async fn load(source: &Source, tail: &Tail, predicate: &Predicate) -> Result<Option<Self>> {
        if tail.writer_version < LEAST_WRITER || tail.statistics.is_empty() {
            return Ok(None);
        }
        let stored = source.metadata(tail.statistics.clone()).await?;
        // Statistics that do not decode are only lost speed.
        Ok(Self::parse(stored, tail, predicate)
            .ok()
            .filter(|statistics| statistics.stripes.len() == tail.stripes.len()))
    }

    fn parse(stored: Bytes, tail: &Tail, predicate: &Predicate) -> Result<Self> {
        let wanted = predicate.columns().into_iter().filter_map(|column| Some((child(tail, 0, &column.name)?, column)));
        let wanted = wanted.collect::<HashMap<usize, &Column>>();
        let plain = tail.compression.expand(stored, tail::MAX_FOOTER_BYTES)?;
        let mut stripes = Vec::new();
        let mut fields = Fields::new(&plain);
        while let Some((field, value)) = fields.next()? {
            if field == 1 {
                let rows = tail.stripes.get(stripes.len()).map_or(0, |stripe| stripe.rows);
                stripes.push(stripe(value, tail, rows, &wanted)?);
                tail::check_parts(stripes.len())?;
            }
        }
        Ok(StripeStatistics { stripes, predicate: predicate.clone() })
    }

    /// Whether a row of stripe `index`, which has `rows` of them, may match.
    pub(super) fn may_match(&self, index: usize, rows: u64) -> bool {
        let Some(known) = self.stripes.get(index) else { return true };
        let Ok(rows) = i64::try_from(rows) else { return true };
        self.predicate.may_match(rows, &|column| known.get(&column.id).cloned().unwrap_or_default())
    }
}

/// What is known of all columns (by their number in the file) in each stripe of `wanted`; nothing where the file does not say.
/// Errors: those of the storage.
pub(super) async fn of_stripes(source: &Source, tail: &Tail, wanted: Range<usize>) -> Result<Vec<Vec<ColumnBounds>>> {
    if tail.writer_version < LEAST_WRITER || tail.statistics.is_empty() {
        return Ok(Vec::new());
    }
    let stored = source.metadata(tail.statistics.clone()).await?;
    // Statistics that do not decode say nothing.
    Ok(all_columns(stored, tail, &wanted).unwrap_or_default())
}

fn all_columns(stored: Bytes, tail: &Tail, wanted: &Range<usize>) -> Result<Vec<Vec<ColumnBounds>>> {
    let plain = tail.compression.expand(stored, tail::MAX_FOOTER_BYTES)?;
    let (mut found, mut number) = (Vec::new(), 0_usize);
    let mut fields = Fields::new(&plain);
    while let Some((field, value)) = fields.next()? {
        if field != 1 {
            continue;
        }
        if wanted.contains(&number) {
            let rows = tail.stripes.get(number).map_or(0, |stripe| stripe.rows);
            found.push(columns_of(value, tail, rows)?);
        }
        number += 1;
    }
    Ok(found)
}

fn columns_of(value: Value<'_>, tail: &Tail, rows: u64) -> Result<Vec<ColumnBounds>> {
    let mut columns = Vec::new();
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        let Some(node) = tail.types.get(columns.len()).filter(|_| field == 1) else { continue };
        let to = type_of(node.kind).unwrap_or(TypeKind::Variant);
        columns.push(bounds(value, node.kind, &to, rows)?);
    }
    Ok(columns)
}

/// Bytes in the file and number of values, of a column in the whole file.
pub(super) fn of_file(value: Value<'_>) -> Result<(Option<u64>, Option<u64>)> {
    let (mut bytes, mut values) = (None, None);
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        match field {
            1 => values = Some(value.number()?),
            11 => bytes = Some(value.number()?),
            _ => {}
        }
    }
    Ok((bytes, values))
}

/// The logical type that a kind is shown as; `None` where its text says more.
pub(super) fn type_of(kind: Kind) -> Option<TypeKind> {
    Some(match kind {
        Kind::Boolean => TypeKind::Boolean,
        Kind::Byte => TypeKind::TinyInt,
        Kind::Short => TypeKind::SmallInt,
        Kind::Int => TypeKind::Int,
        Kind::Long => TypeKind::BigInt,
        Kind::Float => TypeKind::Float,
        Kind::Double => TypeKind::Double,
        Kind::String | Kind::Varchar => TypeKind::STRING,
        Kind::Binary => TypeKind::BYTES,
        Kind::Date => TypeKind::Date,
        _ => return None,
    })
}

/// The bounds of the `wanted` columns (by their number in the file) in one stripe, by field id.
fn stripe(
    value: Value<'_>,
    tail: &Tail,
    rows: u64,
    wanted: &HashMap<usize, &Column>,
) -> Result<HashMap<i32, ColumnBounds>> {
    let mut known = HashMap::new();
    let mut number = 0;
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        if field != 1 {
            continue;
        }
        if let (Some(column), Some(stored)) = (wanted.get(&number), tail.types.get(number)) {
            known.insert(column.id, bounds(value, stored.kind, &column.data_type.kind, rows)?);
        }
        number += 1;
    }
    Ok(known)
}

/// Bounds of a column of `rows` rows that is stored as `kind` and has type `to`.
fn bounds(value: Value<'_>, kind: Kind, to: &TypeKind, rows: u64) -> Result<ColumnBounds> {
    let (mut values, mut has_null, mut bounds) = (None, None, ColumnBounds::default());
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        match (field, kind) {
            (1, _) => values = Some(value.number()?),
            (10, _) => has_null = Some(value.number()? != 0),
            (2, Kind::Byte | Kind::Short | Kind::Int | Kind::Long) | (7, Kind::Date) => {
                let (min, max) = numbers(value)?;
                bounds.min = min.and_then(|number| datum(number, to));
                bounds.max = max.and_then(|number| datum(number, to));
            }
            (4, Kind::String | Kind::Varchar) if matches!(to, TypeKind::Varchar(_)) => {
                let (min, max) = texts(value)?;
                (bounds.min, bounds.max) = (min.map(Datum::String), max.map(Datum::String));
            }
            _ => {}
        }
    }
    let nulls = values.and_then(|values| rows.checked_sub(values)).and_then(|nulls| i64::try_from(nulls).ok());
    // Two fields tell whether there are nulls: where they differ, nothing is known.
    bounds.null_count = nulls.filter(|nulls| has_null == Some(*nulls > 0));
    Ok(bounds)
}

/// Least and greatest number; of a sum, which follows, nothing is taken.
fn numbers(value: Value<'_>) -> Result<(Option<i64>, Option<i64>)> {
    let (mut min, mut max) = (None, None);
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        let number = |value: u64| (value >> 1).cast_signed() ^ -(value & 1).cast_signed();
        match field {
            1 => min = Some(number(value.number()?)),
            2 => max = Some(number(value.number()?)),
            _ => {}
        }
    }
    Ok((min, max))
}

/// Least and greatest text, or texts below and above them where those are long.
fn texts(value: Value<'_>) -> Result<(Option<String>, Option<String>)> {
    let (mut min, mut max) = (None, None);
    let mut fields = Fields::new(value.bytes()?);
    while let Some((field, value)) = fields.next()? {
        match field {
            1 | 4 => min = Some(tail::text(value)?),
            2 | 5 => max = Some(tail::text(value)?),
            _ => {}
        }
    }
    Ok((min, max))
}

fn datum(number: i64, to: &TypeKind) -> Option<Datum> {
    Some(match to {
        TypeKind::TinyInt => Datum::TinyInt(number.try_into().ok()?),
        TypeKind::SmallInt => Datum::SmallInt(number.try_into().ok()?),
        TypeKind::Int => Datum::Int(number.try_into().ok()?),
        TypeKind::BigInt => Datum::BigInt(number),
        TypeKind::Date => Datum::Date(number.try_into().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(message: &[u8], kind: Kind, to: &TypeKind) -> ColumnBounds {
        bounds(Value::Bytes(message), kind, to, 10).unwrap()
    }

    #[test]
    fn bounds_have_the_type_of_the_column() {
        // 8 values, numbers -1..=5, some null.
        let message = [0x08, 8, 0x12, 4, 0x08, 1, 0x10, 10, 0x50, 1];
        let known = parsed(&message, Kind::Long, &TypeKind::BigInt);
        assert_eq!((known.min, known.max), (Some(Datum::BigInt(-1)), Some(Datum::BigInt(5))));
        assert_eq!(known.null_count, Some(2));
        assert_eq!(parsed(&message, Kind::Int, &TypeKind::Time(3)).min, None);
        assert_eq!(parsed(&message, Kind::String, &TypeKind::STRING).min, None);
        // As many values as rows, yet nulls.
        assert_eq!(parsed(&[0x08, 10, 0x50, 1], Kind::Long, &TypeKind::BigInt).null_count, None);
        // Texts below "b" and above "c".
        let message = [0x22, 6, 0x22, 1, b'b', 0x2A, 1, b'c'];
        let known = parsed(&message, Kind::String, &TypeKind::STRING);
        assert_eq!((known.min, known.max), (Some(Datum::String("b".into())), Some(Datum::String("c".into()))));
        // CHAR is padded in the file.
        assert_eq!(parsed(&message, Kind::Char, &TypeKind::Char(3)).min, None);
    }
}

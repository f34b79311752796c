//! Exact evaluation, on batches and on single rows.
//!
//! Values compare as in Java: strings and bytes unsigned, NaN equal to itself and above all numbers, -0.0 below 0.0.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::like::LikePattern;
use super::literal::{Placed, compare};
use super::{Column, CompareOp, Predicate};
use crate::error::{Error, Result};
use crate::types::{Datum, arrow, timestamp_ticks};

impl Predicate {
    /// Whether each row matches; the result has no nulls. Columns are found by name. Errors: `Invalid` when a column is
    /// missing or of another type than the filter was made for.
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        Ok(BooleanArray::new(self.mask(batch)?, None))
    }

    /// Whether one row matches; `value` gives the value of a column, `None` for null.
    pub fn evaluate_row(&self, value: &dyn Fn(&Column) -> Option<Datum>) -> bool {
        match self {
            Predicate::True => true,
            Predicate::False => false,
            Predicate::And(children) => children.iter().all(|child| child.evaluate_row(value)),
            Predicate::Or(children) => children.iter().any(|child| child.evaluate_row(value)),
            leaf => leaf.leaf_matches(leaf.leaf_column().and_then(value).as_ref()),
        }
    }

    /// Whether a leaf holds for a value of its column. A value that has no order with the literal does not match.
    pub(super) fn leaf_matches(&self, value: Option<&Datum>) -> bool {
        match (self, value) {
            (Predicate::IsNull { negated, .. }, value) => value.is_none() != *negated,
            (_, None) => false,
            (Predicate::Compare { op, literal, .. }, Some(value)) => {
                value.try_cmp(literal).is_some_and(|order| op.holds(order))
            }
            (Predicate::In { literals, negated, .. }, Some(value)) => literals.contains(value) != *negated,
            (Predicate::Like { pattern, negated, .. }, Some(Datum::String(text))) => {
                LikePattern::new(pattern).matches(text) != *negated
            }
            _ => false,
        }
    }

    fn mask(&self, batch: &RecordBatch) -> Result<BooleanBuffer> {
        let rows = batch.num_rows();
        match self {
            Predicate::True => Ok(BooleanBuffer::new_set(rows)),
            Predicate::False => Ok(BooleanBuffer::new_unset(rows)),
            Predicate::And(children) => {
                let mut mask = BooleanBuffer::new_set(rows);
                for child in children {
                    mask = &mask & &child.mask(batch)?;
                    if mask.count_set_bits() == 0 {
                        break;
                    }
                }
                Ok(mask)
            }
            Predicate::Or(children) => {
                let mut mask = BooleanBuffer::new_unset(rows);
                for child in children {
                    mask = &mask | &child.mask(batch)?;
                }
                Ok(mask)
            }
            Predicate::IsNull { column, negated } => {
                let array = find(batch, column)?;
                let valid = array.nulls().map_or_else(|| BooleanBuffer::new_set(rows), |nulls| nulls.inner().clone());
                Ok(if *negated { valid } else { !&valid })
            }
            Predicate::Compare { column, op, literal } => {
                let array = find_typed(batch, column)?;
                Ok(valid_only(compare_mask(array, column, *op, literal)?, array))
            }
            Predicate::In { column, literals, negated } => {
                let array = find_typed(batch, column)?;
                let found = in_mask(array, column, literals)?;
                Ok(valid_only(if *negated { !&found } else { found }, array))
            }
            Predicate::Like { column, pattern, negated } => {
                let array = find_typed(batch, column)?;
                let text = array.as_string_opt::<i32>().ok_or_else(|| wrong_literal(column, "a pattern"))?;
                let pattern = LikePattern::new(pattern);
                let matches = |row| pattern.matches(text.value(row)) != *negated;
                Ok(valid_only(BooleanBuffer::collect_bool(rows, matches), array))
            }
        }
    }
}

fn find<'a>(batch: &'a RecordBatch, column: &Column) -> Result<&'a ArrayRef> {
    batch
        .column_by_name(&column.name)
        .ok_or_else(|| Error::invalid(format!("the batch has no column {} that the filter refers to", column.name)))
}

fn find_typed<'a>(batch: &'a RecordBatch, column: &Column) -> Result<&'a ArrayRef> {
    let array = find(batch, column)?;
    let expected = arrow::data_type(&column.data_type);
    if array.data_type() != &expected && !expected.is_nested() {
        let message = format!("expected column {} of arrow type {expected}, found {}", column.name, array.data_type());
        return Err(Error::invalid(message));
    }
    Ok(array)
}

fn valid_only(mask: BooleanBuffer, array: &ArrayRef) -> BooleanBuffer {
    match array.nulls() {
        Some(nulls) => &mask & nulls.inner(),
        None => mask,
    }
}

fn compare_mask(array: &ArrayRef, column: &Column, op: CompareOp, literal: &Datum) -> Result<BooleanBuffer> {
    match (array.data_type(), literal) {
        (ArrowType::Float32, Datum::Float(literal)) => {
            let values = array.as_primitive::<Float32Type>().values();
            Ok(compare_keys(values.len(), |row| float_key(values[row]), op, float_key(*literal)))
        }
        (ArrowType::Float64, Datum::Double(literal)) => {
            let values = array.as_primitive::<Float64Type>().values();
            Ok(compare_keys(values.len(), |row| double_key(values[row]), op, double_key(*literal)))
        }
        (ArrowType::Timestamp(unit, _), Datum::Timestamp { millis, nanos }) => {
            compare_timestamps(array, column, op, *unit, (*millis, *nanos))
        }
        _ => compare_values(array, column, op, literal),
    }
}

macro_rules! compare_primitives {
    ($array:expr, $op:expr, $literal:expr, $arrow:ty) => {{
        let values = $array.as_primitive::<$arrow>().values();
        compare_keys(values.len(), |row| values[row], $op, *$literal)
    }};
}

/// Compares by the few types that columns have: arrow's kernels are there for all of Arrow's, which weighs in the browser.
fn compare_values(array: &ArrayRef, column: &Column, op: CompareOp, literal: &Datum) -> Result<BooleanBuffer> {
    Ok(match (array.data_type(), literal) {
        (ArrowType::Boolean, Datum::Boolean(literal)) => {
            let values = array.as_boolean();
            compare_keys(values.len(), |row| values.value(row), op, *literal)
        }
        (ArrowType::Int8, Datum::TinyInt(literal)) => compare_primitives!(array, op, literal, Int8Type),
        (ArrowType::Int16, Datum::SmallInt(literal)) => compare_primitives!(array, op, literal, Int16Type),
        (ArrowType::Int32, Datum::Int(literal)) => compare_primitives!(array, op, literal, Int32Type),
        (ArrowType::Int64, Datum::BigInt(literal)) => compare_primitives!(array, op, literal, Int64Type),
        (ArrowType::Date32, Datum::Date(literal)) => compare_primitives!(array, op, literal, Date32Type),
        (ArrowType::Time32(_), Datum::Time(literal)) => compare_primitives!(array, op, literal, Time32MillisecondType),
        (ArrowType::Decimal128(_, scale), Datum::Decimal { unscaled, scale: found })
            if i16::from(*found) == i16::from(*scale) =>
        {
            compare_primitives!(array, op, unscaled, Decimal128Type)
        }
        (ArrowType::Utf8, Datum::String(literal)) => {
            let text = array.as_string::<i32>();
            compare_keys(text.len(), |row| text.value(row), op, literal.as_str())
        }
        (ArrowType::Binary, Datum::Bytes(literal)) => {
            let bytes = array.as_binary::<i32>();
            compare_keys(bytes.len(), |row| bytes.value(row), op, literal.as_slice())
        }
        _ => return Err(wrong_literal(column, &format!("{literal:?}"))),
    })
}

/// The values of a timestamp column, in its own unit.
fn all_ticks<'a>(array: &'a ArrayRef, column: &Column, unit: TimeUnit) -> Result<&'a [i64]> {
    let values = match unit {
        TimeUnit::Millisecond => ticks::<TimestampMillisecondType>(array),
        TimeUnit::Microsecond => ticks::<TimestampMicrosecondType>(array),
        _ => ticks::<TimestampNanosecondType>(array),
    };
    values.ok_or_else(|| wrong_literal(column, "timestamps"))
}

/// Literals finer than the unit of the column, or beyond its range, lie between or outside the values.
fn compare_timestamps(
    array: &ArrayRef,
    column: &Column,
    op: CompareOp,
    unit: TimeUnit,
    (millis, nanos): (i64, i32),
) -> Result<BooleanBuffer> {
    let at = |op: CompareOp, literal: &Datum| match literal {
        Datum::Timestamp { millis, nanos } => {
            let literal = timestamp_ticks(*millis, *nanos, unit).ok_or_else(|| wrong_literal(column, "a timestamp"))?;
            let values = all_ticks(array, column, unit)?;
            Ok(compare_keys(values.len(), |row| values[row], op, literal))
        }
        other => Err(wrong_literal(column, &format!("{other:?}"))),
    };
    let placed = match place_ticks(millis, nanos, unit) {
        Some((floor, true)) => return at(op, &floor),
        Some((floor, false)) => Placed::After(floor),
        None if millis < 0 => Placed::Below,
        None => Placed::Above,
    };
    match compare(column.clone(), op, placed) {
        Predicate::Compare { op, literal, .. } => at(op, &literal),
        Predicate::In { negated: true, .. } => Ok(BooleanBuffer::new_set(array.len())),
        _ => Ok(BooleanBuffer::new_unset(array.len())),
    }
}

/// The timestamp cut down to `unit`, and whether nothing was cut; `None` outside the range of 64-bit ticks.
fn place_ticks(millis: i64, nanos: i32, unit: TimeUnit) -> Option<(Datum, bool)> {
    timestamp_ticks(millis, nanos, unit)?;
    let step = match unit {
        TimeUnit::Second | TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1000,
        TimeUnit::Nanosecond => 1,
    };
    Some((Datum::Timestamp { millis, nanos: nanos - nanos % step }, nanos % step == 0))
}

fn compare_keys<K: Ord + Copy>(rows: usize, key: impl Fn(usize) -> K, op: CompareOp, literal: K) -> BooleanBuffer {
    match op {
        CompareOp::Eq => BooleanBuffer::collect_bool(rows, |row| key(row) == literal),
        CompareOp::NotEq => BooleanBuffer::collect_bool(rows, |row| key(row) != literal),
        CompareOp::Lt => BooleanBuffer::collect_bool(rows, |row| key(row) < literal),
        CompareOp::LtEq => BooleanBuffer::collect_bool(rows, |row| key(row) <= literal),
        CompareOp::Gt => BooleanBuffer::collect_bool(rows, |row| key(row) > literal),
        CompareOp::GtEq => BooleanBuffer::collect_bool(rows, |row| key(row) >= literal),
    }
}

/// An integer that orders as Java's `Float.compare`.
fn float_key(value: f32) -> i32 {
    let bits = if value.is_nan() { f32::NAN.to_bits() & 0x7fff_ffff } else { value.to_bits() } as i32;
    if bits < 0 { bits ^ i32::MAX } else { bits }
}

/// An integer that orders as Java's `Double.compare`.
fn double_key(value: f64) -> i64 {
    let bits = if value.is_nan() { f64::NAN.to_bits() & (u64::MAX >> 1) } else { value.to_bits() } as i64;
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

macro_rules! in_primitives {
    ($array:expr, $column:expr, $literals:expr, $arrow:ty, $datum:ident) => {{
        let values = $array.as_primitive::<$arrow>().values();
        let key = |datum: &Datum| if let Datum::$datum(value) = datum { Some(*value) } else { None };
        in_keys(values.len(), |row| values[row], keys($literals, $column, key)?)
    }};
}

fn in_mask(array: &ArrayRef, column: &Column, literals: &[Datum]) -> Result<BooleanBuffer> {
    Ok(match array.data_type() {
        ArrowType::Boolean => {
            let values = array.as_boolean();
            let key = |datum: &Datum| if let Datum::Boolean(value) = datum { Some(*value) } else { None };
            in_keys(values.len(), |row| values.value(row), keys(literals, column, key)?)
        }
        ArrowType::Int8 => in_primitives!(array, column, literals, Int8Type, TinyInt),
        ArrowType::Int16 => in_primitives!(array, column, literals, Int16Type, SmallInt),
        ArrowType::Int32 => in_primitives!(array, column, literals, Int32Type, Int),
        ArrowType::Int64 => in_primitives!(array, column, literals, Int64Type, BigInt),
        ArrowType::Date32 => in_primitives!(array, column, literals, Date32Type, Date),
        ArrowType::Time32(_) => in_primitives!(array, column, literals, Time32MillisecondType, Time),
        ArrowType::Float32 => {
            let values = array.as_primitive::<Float32Type>().values();
            let key = |datum: &Datum| if let Datum::Float(value) = datum { Some(float_key(*value)) } else { None };
            in_keys(values.len(), |row| float_key(values[row]), keys(literals, column, key)?)
        }
        ArrowType::Float64 => {
            let values = array.as_primitive::<Float64Type>().values();
            let key = |datum: &Datum| if let Datum::Double(value) = datum { Some(double_key(*value)) } else { None };
            in_keys(values.len(), |row| double_key(values[row]), keys(literals, column, key)?)
        }
        ArrowType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>().values();
            let key = |datum: &Datum| match datum {
                Datum::Decimal { unscaled, scale: found } if i16::from(*found) == i16::from(*scale) => Some(*unscaled),
                _ => None,
            };
            in_keys(values.len(), |row| values[row], keys(literals, column, key)?)
        }
        ArrowType::Timestamp(unit, _) => {
            let values = all_ticks(array, column, *unit)?;
            let exact = literals.iter().filter_map(|datum| match datum {
                Datum::Timestamp { millis, nanos } => match place_ticks(*millis, *nanos, *unit)? {
                    (_, true) => timestamp_ticks(*millis, *nanos, *unit),
                    (_, false) => None,
                },
                _ => None,
            });
            in_keys(values.len(), |row| values[row], sorted(exact.collect()))
        }
        ArrowType::Utf8 => {
            let text = array.as_string::<i32>();
            let keys = keys(literals, column, text_key)?;
            in_keys(text.len(), |row| text.value(row), keys)
        }
        ArrowType::Binary => {
            let bytes = array.as_binary::<i32>();
            let keys = keys(literals, column, bytes_key)?;
            in_keys(bytes.len(), |row| bytes.value(row), keys)
        }
        // Values without order equal no literal; there can be none.
        _ if literals.is_empty() => BooleanBuffer::new_unset(array.len()),
        _ => return Err(wrong_literal(column, "literals")),
    })
}

fn ticks<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef) -> Option<&[i64]> {
    array.as_primitive_opt::<T>().map(|array| array.values().as_ref())
}

fn text_key(datum: &Datum) -> Option<&str> {
    if let Datum::String(text) = datum { Some(text) } else { None }
}

fn bytes_key(datum: &Datum) -> Option<&[u8]> {
    if let Datum::Bytes(bytes) = datum { Some(bytes) } else { None }
}

/// The sorted keys of literals.
fn keys<'a, K: Ord>(literals: &'a [Datum], column: &Column, key: impl Fn(&'a Datum) -> Option<K>) -> Result<Vec<K>> {
    let one = |datum: &'a Datum| key(datum).ok_or_else(|| wrong_literal(column, &format!("{datum:?}")));
    Ok(sorted(literals.iter().map(one).collect::<Result<_>>()?))
}

fn sorted<K: Ord>(mut keys: Vec<K>) -> Vec<K> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn in_keys<K: Ord>(rows: usize, key: impl Fn(usize) -> K, keys: Vec<K>) -> BooleanBuffer {
    const LINEAR: usize = 8;
    if keys.len() <= LINEAR {
        BooleanBuffer::collect_bool(rows, |row| keys.contains(&key(row)))
    } else {
        BooleanBuffer::collect_bool(rows, |row| keys.binary_search(&key(row)).is_ok())
    }
}

fn wrong_literal(column: &Column, found: &str) -> Error {
    Error::invalid(format!("{found} does not compare with column {} of type {}", column.name, column.data_type.kind))
}

//! Single values: partition values, keys, statistics, literals.

use std::cmp::Ordering;

/// A row of nullable values; `None` is null.
pub type DatumRow = Vec<Option<Datum>>;

/// A non-null value of some [`super::TypeKind`]. Widths follow the type: TINYINT is `TinyInt`, never `Int`.
#[derive(Clone, Debug)]
pub enum Datum {
    /// BOOLEAN
    Boolean(bool),
    /// TINYINT
    TinyInt(i8),
    /// SMALLINT
    SmallInt(i16),
    /// INT
    Int(i32),
    /// BIGINT
    BigInt(i64),
    /// FLOAT
    Float(f32),
    /// DOUBLE
    Double(f64),
    /// DECIMAL: `unscaled` × 10^-`scale`
    Decimal {
        /// Digits without the point.
        unscaled: i128,
        /// Digits after the point.
        scale: u8,
    },
    /// CHAR, VARCHAR
    String(String),
    /// BINARY, VARBINARY, BLOB
    Bytes(Vec<u8>),
    /// DATE, days since 1970-01-01
    Date(i32),
    /// TIME, milliseconds of the day
    Time(i32),
    /// TIMESTAMP (wall clock as if UTC) and TIMESTAMP_LTZ (instant)
    Timestamp {
        /// Milliseconds since the epoch, floored.
        millis: i64,
        /// Nanoseconds within the millisecond, 0..1_000_000.
        nanos: i32,
    },
    /// ARRAY, VECTOR
    Array(DatumRow),
    /// MAP, MULTISET: keys and values, equally long
    Map(DatumRow, DatumRow),
    /// ROW
    Row(DatumRow),
    /// VARIANT
    Variant {
        /// Encoded value.
        value: Vec<u8>,
        /// Dictionary of field names.
        metadata: Vec<u8>,
    },
}

impl Datum {
    /// Order of two values of one type, as Java compares them: strings and bytes unsigned, NaN above all numbers and
    /// -0.0 below 0.0, decimals numerically. `None` where the variants differ or have no order (MAP, VARIANT).
    pub fn try_cmp(&self, other: &Datum) -> Option<Ordering> {
        use Datum::*;
        Some(match (self, other) {
            (Boolean(a), Boolean(b)) => a.cmp(b),
            (TinyInt(a), TinyInt(b)) => a.cmp(b),
            (SmallInt(a), SmallInt(b)) => a.cmp(b),
            (Int(a), Int(b)) | (Date(a), Date(b)) | (Time(a), Time(b)) => a.cmp(b),
            (BigInt(a), BigInt(b)) => a.cmp(b),
            (Float(a), Float(b)) => java_float_cmp((*a).into(), (*b).into()),
            (Double(a), Double(b)) => java_float_cmp(*a, *b),
            (Decimal { unscaled: a, scale: s }, Decimal { unscaled: b, scale: t }) => decimal_cmp(*a, *s, *b, *t),
            (String(a), String(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Bytes(a), Bytes(b)) => a.cmp(b),
            (Timestamp { millis: a, nanos: m }, Timestamp { millis: b, nanos: n }) => (a, m).cmp(&(b, n)),
            (Array(a), Array(b)) | (Row(a), Row(b)) => return rows_cmp(a, b),
            _ => return None,
        })
    }
}

/// Order of two keys, field by field, nulls first; values without an order count as equal.
pub fn compare_keys(a: &[Option<Datum>], b: &[Option<Datum>]) -> Ordering {
    rows_cmp(a, b).unwrap_or(Ordering::Equal)
}

/// Order of two rows, field by field, nulls first; `None` where some pair has no order.
fn rows_cmp(a: &[Option<Datum>], b: &[Option<Datum>]) -> Option<Ordering> {
    for (x, y) in a.iter().zip(b) {
        let order = match (x, y) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => x.try_cmp(y)?,
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(a.len().cmp(&b.len()))
}

/// Java `Double.compare`: all NaNs are equal and greatest, -0.0 < 0.0.
fn java_float_cmp(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => a.total_cmp(&b),
    }
}

fn decimal_cmp(a: i128, a_scale: u8, b: i128, b_scale: u8) -> Ordering {
    if a_scale == b_scale {
        return a.cmp(&b);
    }
    let up = |value: i128, by: u8| 10i128.checked_pow(by.into()).and_then(|factor| value.checked_mul(factor));
    let (x, y) =
        if a_scale < b_scale { (up(a, b_scale - a_scale), Some(b)) } else { (Some(a), up(b, a_scale - b_scale)) };
    match (x, y) {
        (Some(x), Some(y)) => x.cmp(&y),
        // The side that overflowed has the greater magnitude.
        (None, _) => a.cmp(&0),
        (_, None) => 0.cmp(&b),
    }
}

/// Two values are equal when they have the same variant and compare equal (maps and variants: the same parts).
impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Datum::Map(a, x), Datum::Map(b, y)) => a == b && x == y,
            // Not by order: maps and variants inside have none.
            (Datum::Array(a), Datum::Array(b)) | (Datum::Row(a), Datum::Row(b)) => a == b,
            (Datum::Variant { value: a, metadata: x }, Datum::Variant { value: b, metadata: y }) => a == b && x == y,
            _ => self.try_cmp(other) == Some(Ordering::Equal),
        }
    }
}

impl Eq for Datum {}

//! Statistics of columns, gathered while rows are written: for formats whose files do not tell them.

use std::cmp::Ordering;

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    downcast_primitive_array,
    types::{Float32Type, Float64Type},
};
use arrow_schema::DataType as ArrowType;

use super::ColumnSummary;
use crate::{
    error::Result,
    types::{DataField, Datum},
};

/// Minima, maxima and null counts so far, in the order that Java gives the values: NaN above all numbers, -0.0 below 0.0,
/// text and bytes by unsigned bytes. Types with parts have null counts only.
pub(super) struct Gathered(Vec<ColumnSummary>);

impl Gathered {
    pub(super) fn new(fields: &[DataField]) -> Self {
        Gathered(vec![ColumnSummary { null_count: Some(0), ..ColumnSummary::default() }; fields.len()])
    }

    /// Takes note of the rows of a batch with these columns.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for (summary, column) in self.0.iter_mut().zip(batch.columns()) {
            let nulls = i64::try_from(column.null_count()).unwrap_or(i64::MAX);
            summary.null_count = summary.null_count.map(|count| count.saturating_add(nulls));
            let Some((least, greatest)) = extremes(column) else { continue };
            let (least, greatest) = (Datum::from_array(column, least)?, Datum::from_array(column, greatest)?);
            keep(&mut summary.min, least, Ordering::Less);
            keep(&mut summary.max, greatest, Ordering::Greater);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<ColumnSummary> {
        self.0
    }
}

/// Puts `value` in `bound` where that is empty or `value` compares to it as `wanted`.
fn keep(bound: &mut Option<Datum>, value: Option<Datum>, wanted: Ordering) {
    let Some(value) = value else { return };
    let better = bound.as_ref().is_none_or(|bound| value.try_cmp(bound) == Some(wanted));
    if better {
        *bound = Some(value);
    }
}

/// Rows of a least and a greatest value; `None` for no values and for types without order.
pub(super) fn extremes(column: &ArrayRef) -> Option<(usize, usize)> {
    match column.data_type() {
        ArrowType::Boolean => {
            let values = column.as_boolean();
            by(column, |row| values.value(row), Ord::cmp)
        }
        ArrowType::Utf8 => {
            let values = column.as_string::<i32>();
            by(column, |row| values.value(row).as_bytes(), Ord::cmp)
        }
        ArrowType::Binary => {
            let values = column.as_binary::<i32>();
            by(column, |row| values.value(row), Ord::cmp)
        }
        ArrowType::Float32 => {
            let values = column.as_primitive::<Float32Type>();
            by(column, |row| f64::from(values.value(row)), |a, b| java_order(*a, *b))
        }
        ArrowType::Float64 => {
            let values = column.as_primitive::<Float64Type>();
            by(column, |row| values.value(row), |a, b| java_order(*a, *b))
        }
        _ => {
            let column: &dyn Array = column;
            downcast_primitive_array!(
                column => by(column, |row| column.value(row), |a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal)),
                _ => None
            )
        }
    }
}

fn by<T>(column: &dyn Array, value: impl Fn(usize) -> T, order: impl Fn(&T, &T) -> Ordering) -> Option<(usize, usize)> {
    let mut extremes: Option<((usize, T), (usize, T))> = None;
    for row in (0..column.len()).filter(|row| column.is_valid(*row)) {
        match &mut extremes {
            None => extremes = Some(((row, value(row)), (row, value(row)))),
            Some((least, greatest)) => {
                let value = value(row);
                if order(&value, &least.1).is_lt() {
                    *least = (row, value);
                } else if order(&value, &greatest.1).is_gt() {
                    *greatest = (row, value);
                }
            }
        }
    }
    extremes.map(|(least, greatest)| (least.0, greatest.0))
}

/// Java `Double.compare`.
fn java_order(a: f64, b: f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then_with(|| if a.is_nan() { Ordering::Equal } else { a.total_cmp(&b) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Float64Array;

    use super::*;
    use crate::types::{self, DataType, TypeKind};

    #[test]
    fn not_a_number_is_greatest_and_minus_zero_below_zero() {
        let fields = [DataField::new(0, "x", DataType::nullable(TypeKind::Double))];
        let mut gathered = Gathered::new(&fields);
        for values in [vec![Some(0.0), None], vec![Some(-0.0), Some(-f64::NAN)], vec![None, Some(f64::INFINITY)]] {
            let column: ArrayRef = Arc::new(Float64Array::from(values));
            gathered.add(&RecordBatch::try_new(types::arrow::schema(&fields), vec![column]).unwrap()).unwrap();
        }
        let [summary] = &gathered.finish()[..] else { panic!() };
        assert_eq!(summary.null_count, Some(2));
        assert!(matches!(summary.min, Some(Datum::Double(zero)) if zero.is_sign_negative() && zero == 0.0));
        assert!(matches!(summary.max, Some(Datum::Double(nan)) if nan.is_nan()));
    }
}

//! Rows that are too old to be written again (Java `RecordLevelExpire`, options `record-level.*`): compactions leave them
//! out. Other reads show them as long as they are there.

use arrow_array::{
    Array, BooleanArray, RecordBatch,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType,
    },
};
use arrow_schema::{DataType as ArrowType, TimeUnit};
use arrow_select::filter::filter_record_batch;

use crate::{
    error::{Error, Result},
    spec::{options::CoreOptions, table_schema::TableSchema},
    table::Table,
    types::{DataField, Datum, TypeKind},
};

/// From here on a BIGINT counts milliseconds, and seconds below.
const FIRST_MILLIS: i64 = 1_000_000_000_000;

/// Says which rows have expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// The column with the time of a row.
    field: DataField,
    /// Rows of earlier seconds since the epoch have expired.
    least_seconds: i64,
}

impl Expiry {
    /// What the table's options say at this moment; `None` where rows do not expire.
    ///
    /// Errors: `Invalid` for options without a time field, and for one that tells no time.
    pub(crate) fn of(table: &Table) -> Result<Option<Self>> {
        let now = table.runtime().now_millis();
        Expiry::new(table.schema(), table.options(), now).map_err(|error| error.at(table.name()))
    }

    fn new(schema: &TableSchema, options: &CoreOptions, now_millis: i64) -> Result<Option<Self>> {
        let Some(age) = options.record_level_expire_time else { return Ok(None) };
        let Some(name) = &options.record_level_time_field else {
            return Err(Error::invalid("the option record-level.expire-time needs record-level.time-field"));
        };
        let field = schema.field(name).cloned();
        let field =
            field.ok_or_else(|| Error::invalid("no such column: record-level.time-field").with("column", name))?;
        match field.data_type.kind {
            TypeKind::Int | TypeKind::BigInt | TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {}
            _ => {
                let found = &field.data_type;
                let message = format!("record-level.time-field: expected INT, BIGINT or a timestamp, found {found}");
                return Err(Error::invalid(message).with("column", name));
            }
        }
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        Ok(Some(Expiry { field, least_seconds: (now_millis / 1000).saturating_sub(age) }))
    }

    /// The column with the time of a row.
    pub(crate) fn field(&self) -> &DataField {
        &self.field
    }

    /// Whether a row of this time has expired; a row without time never does.
    pub(crate) fn has_expired(&self, time: &Datum) -> bool {
        let seconds = match time {
            Datum::Int(seconds) => i64::from(*seconds),
            Datum::BigInt(time) => seconds_of_bigint(*time),
            Datum::Timestamp { millis, .. } => millis / 1000,
            _ => return false,
        };
        seconds < self.least_seconds
    }

    /// The rows of a batch that have not expired; `place` is the time column's. Errors: as [`Expiry::kept`].
    pub(super) fn retain(&self, batch: RecordBatch, place: usize) -> Result<RecordBatch> {
        let kept = self.kept(&batch, place)?;
        match kept.true_count() == batch.num_rows() {
            true => Ok(batch),
            false => Ok(filter_record_batch(&batch, &kept)?),
        }
    }

    /// Which rows of a batch have not expired; `place` is the time column's.
    ///
    /// Errors: `Internal` for a column of another type.
    pub(crate) fn kept(&self, batch: &RecordBatch, place: usize) -> Result<BooleanArray> {
        let times = batch.columns().get(place).ok_or_else(|| Error::internal("a batch without times"))?;
        match times.data_type() {
            ArrowType::Int32 => self.young::<Int32Type>(times, i64::from),
            ArrowType::Int64 => self.young::<Int64Type>(times, seconds_of_bigint),
            ArrowType::Timestamp(TimeUnit::Second, _) => self.young::<TimestampSecondType>(times, |seconds| seconds),
            ArrowType::Timestamp(TimeUnit::Millisecond, _) => {
                self.young::<TimestampMillisecondType>(times, |millis| millis / 1000)
            }
            ArrowType::Timestamp(TimeUnit::Microsecond, _) => {
                self.young::<TimestampMicrosecondType>(times, |micros| micros.div_euclid(1000) / 1000)
            }
            ArrowType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.young::<TimestampNanosecondType>(times, |nanos| nanos.div_euclid(1_000_000) / 1000)
            }
            other => Err(Error::internal(format!("expected times, found {other}")).with("column", &self.field.name)),
        }
    }

    fn young<T: ArrowPrimitiveType>(&self, times: &dyn Array, seconds: fn(T::Native) -> i64) -> Result<BooleanArray> {
        let times = times.as_primitive_opt::<T>().ok_or_else(|| Error::internal("a column of another type"))?;
        Ok(times.iter().map(|time| Some(time.is_none_or(|time| seconds(time) >= self.least_seconds))).collect())
    }
}

fn seconds_of_bigint(time: i64) -> i64 {
    if time >= FIRST_MILLIS { time / 1000 } else { time }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int32Array, Int64Array, TimestampMicrosecondArray, TimestampMillisecondArray};

    use super::*;
    use crate::types::DataType;

    /// Of these times, in a column of this type, the places of those that stay at second 2000000000 with an age of 1 h.
    fn check(kind: TypeKind, times: ArrayRef, expected: &[i32]) {
        let field = DataField::new(7, "t", DataType::nullable(kind));
        let expiry = Expiry { field, least_seconds: 2_000_000_000 - 3600 };
        let places = Arc::new(Int32Array::from_iter_values(0..times.len() as i32)) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("place", places), ("t", times)]).unwrap();
        let kept = expiry.retain(batch, 1).unwrap();
        assert_eq!(kept.column(0).as_primitive::<Int32Type>().values(), expected);
    }

    #[test]
    fn a_row_stays_for_the_whole_second_in_which_it_expires() {
        let times = Int32Array::from(vec![Some(1_999_996_399), Some(1_999_996_400), None, Some(0)]);
        check(TypeKind::Int, Arc::new(times), &[1, 2]);
    }

    #[test]
    fn a_bigint_counts_seconds_or_milliseconds() {
        let times = [1_999_996_400, 1_999_996_399, 1_999_996_399_999, 1_999_996_400_000, 999_999_999_999];
        check(TypeKind::BigInt, Arc::new(Int64Array::from_iter_values(times)), &[0, 3, 4]);
    }

    #[test]
    fn timestamps() {
        let millis = TimestampMillisecondArray::from(vec![1_999_996_399_999, 1_999_996_400_000]);
        check(TypeKind::Timestamp(3), Arc::new(millis), &[1]);
        let micros = TimestampMicrosecondArray::from(vec![-1, 1_999_996_400_000_000]).with_timezone("UTC");
        check(TypeKind::TimestampLtz(6), Arc::new(micros), &[1]);
    }
}

//! Timestamps: seconds since 2015 and nanoseconds, in two streams.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, PrimitiveArray,
    types::{TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType},
};
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::{column::Values, integer_runs::IntegerRuns, zone::Zone};
use crate::error::{Error, Result};

/// Seconds from 1970 to 2015, both in UTC.
const BASE: i64 = 1_420_070_400;
/// Nanoseconds below a millisecond.
const BELOW_MILLI: i64 = 999_999;

/// TIMESTAMP and TIMESTAMP_LTZ
pub(super) struct Timestamps {
    seconds: IntegerRuns,
    nanos: IntegerRuns,
    /// The instant, in seconds, from which seconds count.
    base: i64,
    /// The zone whose wall clock is the value; `None` where the instant is.
    wall: Option<Zone>,
    target: ArrowType,
}

impl Timestamps {
    /// Values of a `timestamp` column: wall clock of `zone`, in which the writer counted from 2015 too.
    pub(super) fn of_wall_clock(seconds: IntegerRuns, nanos: IntegerRuns, zone: Zone, target: ArrowType) -> Self {
        Timestamps { seconds, nanos, base: zone.instant_of_wall(BASE), wall: zone.unless_utc(), target }
    }

    /// Values of a `timestamp with local time zone` column. By Paimon's legacy rule (a `zone` is given) the wall clock of
    /// that zone at the stored instant, taken for UTC, is the value.
    pub(super) fn of_instant(seconds: IntegerRuns, nanos: IntegerRuns, zone: Option<Zone>, target: ArrowType) -> Self {
        Timestamps { seconds, nanos, base: BASE, wall: zone.and_then(Zone::unless_utc), target }
    }

    /// A stored timestamp in `unit`; `None` beyond 64 bits.
    fn value(&self, stored: i64, nanos: i64, unit: TimeUnit) -> Option<i64> {
        let second = instant(stored.checked_add(self.base)?, nanos)?;
        let offset = self.wall.as_ref().map_or(0, |zone| zone.offset(second));
        in_unit(second.checked_add(offset)?, nanos, unit)
    }
}

impl Values for Timestamps {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        let (mut seconds, mut nanos) = (Vec::new(), Vec::new());
        self.seconds.take(count, &mut seconds)?;
        self.nanos.take(count, &mut nanos)?;
        let ArrowType::Timestamp(unit, _) = &self.target else {
            return Err(Error::internal(format!("{} is no timestamp", self.target)));
        };
        let mut values = Vec::with_capacity(count);
        for (stored, nanos) in seconds.into_iter().zip(nanos) {
            let nanos = nanos_of(nanos)
                .ok_or_else(|| Error::corrupt(format!("expected nanoseconds of an orc timestamp, found {nanos}")))?;
            let value = self.value(stored, nanos, *unit);
            // The file is sound; it is Arrow's 64 bits of the unit that do not suffice.
            values.push(value.ok_or_else(|| {
                Error::unsupported(format!("a timestamp of {stored} seconds is out of the range of {}", self.target))
            })?);
        }
        let target = self.target.clone();
        Ok(match unit {
            TimeUnit::Second | TimeUnit::Millisecond => {
                Arc::new(PrimitiveArray::<TimestampMillisecondType>::new(values.into(), None).with_data_type(target))
            }
            TimeUnit::Microsecond => {
                Arc::new(PrimitiveArray::<TimestampMicrosecondType>::new(values.into(), None).with_data_type(target))
            }
            TimeUnit::Nanosecond => {
                Arc::new(PrimitiveArray::<TimestampNanosecondType>::new(values.into(), None).with_data_type(target))
            }
        })
    }
}

/// The lowest three bits are how many zeros, less one, were taken off the end; none where they are zero. ORC C++ (so
/// pypaimon) writes nanoseconds below zero behind seconds that were rounded up.
fn nanos_of(stored: i64) -> Option<i64> {
    let (digits, zeros) = (stored >> 3, (stored & 7) as u32);
    let factor = if zeros == 0 { 1 } else { 10_i64.pow(zeros + 1) };
    digits.checked_mul(factor).filter(|nanos| nanos.unsigned_abs() < 1_000_000_000)
}

/// The second below a timestamp. Writers round seconds before 1970 towards it where there are milliseconds.
fn instant(second: i64, nanos: i64) -> Option<i64> {
    if second < 0 && nanos > BELOW_MILLI { second.checked_sub(1) } else { Some(second) }
}

/// The timestamp rounded down to `unit`.
fn in_unit(second: i64, nanos: i64, unit: TimeUnit) -> Option<i64> {
    let divisor = match unit {
        TimeUnit::Second | TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    // In 128 bits: the nanoseconds may be beyond the range that the value is in.
    let value = i128::from(second) * 1_000_000_000 + i128::from(nanos);
    i64::try_from(value.div_euclid(divisor)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_lose_their_zeros() {
        assert_eq!(nanos_of(0), Some(0));
        assert_eq!(nanos_of(0x0a), Some(1000));
        assert_eq!(nanos_of(123_456_789 << 3), Some(123_456_789));
        assert_eq!(nanos_of(1 << 3 | 7), Some(100_000_000));
        assert_eq!(nanos_of(-3), Some(-1_000_000));
        assert_eq!(nanos_of(i64::MIN), None);
        assert_eq!(nanos_of(1_000_000_000 << 3), None);
    }

    #[test]
    fn seconds_before_1970_are_rounded_down() {
        assert_eq!(instant(-1, 999_000_000).and_then(|s| in_unit(s, 999_000_000, TimeUnit::Millisecond)), Some(-1001));
        assert_eq!(instant(-1, 999).and_then(|s| in_unit(s, 999, TimeUnit::Nanosecond)), Some(-999_999_001));
        assert_eq!(instant(0, -1_000_000).and_then(|s| in_unit(s, -1_000_000, TimeUnit::Millisecond)), Some(-1));
        assert_eq!(in_unit(0, -1, TimeUnit::Microsecond), Some(-1));
        assert_eq!(in_unit(-9_223_372_037, 145_224_191, TimeUnit::Nanosecond), None);
        assert_eq!(in_unit(-9_223_372_037, 145_224_192, TimeUnit::Nanosecond), Some(i64::MIN));
    }
}

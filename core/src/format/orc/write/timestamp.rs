//! Timestamps as ORC stores them: seconds since 2015 and nanoseconds without their zeros.

use arrow_schema::TimeUnit;

use crate::error::{Error, Result};

/// Seconds from 1970 to 2015, both in UTC.
const BASE: i64 = 1_420_070_400;
/// Nanoseconds below a millisecond.
const BELOW_MILLI: i64 = 999_999;
/// Start of 1582-10-15. Java counts the days before by the Julian calendar.
const GREGORIAN: i64 = -12_219_292_800;

/// Seconds and nanoseconds to store for a value.
///
/// Errors: `Unsupported` for what no reader gets back: readers round seconds before 1970 towards it where there are
/// milliseconds, which the last second before it has no room for.
pub(super) fn parts(value: i64, unit: TimeUnit) -> Result<(i64, i64)> {
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let (second, nanos) = (value.div_euclid(per_second), value.rem_euclid(per_second) * (1_000_000_000 / per_second));
    if second < GREGORIAN {
        return Err(Error::unsupported("orc files cannot hold timestamps before 1582-10-15"));
    }
    let second = match (second, nanos > BELOW_MILLI) {
        (-1, true) => {
            return Err(Error::unsupported("orc files cannot hold timestamps in the last second before 1970"));
        }
        (..-1, true) => second + 1,
        _ => second,
    };
    Ok((second - BASE, without_zeros(nanos)))
}

/// The lowest three bits are how many zeros, less one, were taken off the end.
fn without_zeros(nanos: i64) -> i64 {
    if nanos == 0 || nanos % 100 != 0 {
        return nanos << 3;
    }
    let (mut digits, mut zeros) = (nanos / 100, 1);
    while digits % 10 == 0 && zeros < 7 {
        digits /= 10;
        zeros += 1;
    }
    digits << 3 | zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_lose_their_zeros() {
        assert_eq!(without_zeros(1000), 0x0A);
        assert_eq!(without_zeros(123_456_789), 123_456_789 << 3);
        assert_eq!(without_zeros(100_000_000), 1 << 3 | 7);
        assert_eq!(without_zeros(10), 10 << 3);
    }

    #[test]
    fn what_readers_get_wrong_is_refused() {
        let seconds = |value| parts(value, TimeUnit::Millisecond).map(|(seconds, _)| seconds + BASE);
        assert_eq!(seconds(-1001).unwrap(), -1);
        assert_eq!(seconds(-2000).unwrap(), -2);
        assert_eq!(seconds(1).unwrap(), 0);
        assert!(seconds(-1).is_err() && seconds(GREGORIAN * 1000 - 1).is_err());
        assert_eq!(parts(-999_999_999, TimeUnit::Nanosecond).unwrap(), (-1 - BASE, 1 << 3));
    }
}

//! To and from DATE, TIME and TIMESTAMP.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{
        Date32Type, Int32Type, Int64Type, Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType,
    },
};
use arrow_schema::TimeUnit;

use super::{integers, java_time, text::parse_all, unsupported};
use crate::{
    error::{Error, Result},
    types::{
        DataType, TypeKind,
        arrow::{LTZ_ZONE, timestamp_unit},
        calendar,
    },
};

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Epoch milliseconds and nanoseconds of the millisecond of a value; a TIME is on the first day.
type Instant = (i64, i64);

/// The values as instants.
fn instants(array: &ArrayRef, from: &TypeKind) -> Vec<Option<Instant>> {
    match from {
        TypeKind::Date => {
            let days = array.as_primitive::<Date32Type>().iter();
            days.map(|day| day.map(|day| (i64::from(day) * MILLIS_PER_DAY, 0))).collect()
        }
        TypeKind::Time(_) => {
            let times = array.as_primitive::<Time32MillisecondType>().iter();
            times.map(|time| time.map(|time| (time.into(), 0))).collect()
        }
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => match timestamp_unit(*precision) {
            TimeUnit::Microsecond => {
                let ticks = array.as_primitive::<TimestampMicrosecondType>().iter();
                ticks.map(|tick| tick.map(|tick| (tick.div_euclid(1000), tick.rem_euclid(1000) * 1000))).collect()
            }
            TimeUnit::Nanosecond => {
                let ticks = array.as_primitive::<TimestampNanosecondType>().iter();
                ticks.map(|tick| tick.map(|tick| (tick.div_euclid(1_000_000), tick.rem_euclid(1_000_000)))).collect()
            }
            _ => {
                array.as_primitive::<TimestampMillisecondType>().iter().map(|tick| tick.map(|tick| (tick, 0))).collect()
            }
        },
        _ => Vec::new(),
    }
}

pub(super) fn to_temporal(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let is_timestamp = matches!(from, TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_));
    let values = instants(array, from);
    let millis = || values.iter().map(|value| value.map(|(millis, _)| millis));
    Ok(match to {
        // Java cuts no digits of a TIME.
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) if matches!(from, TypeKind::Time(_)) => {
            timestamps(values.into_iter(), to)?
        }
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
            timestamps(values.iter().map(|value| value.map(|value| truncate(value, *precision))), to)?
        }
        TypeKind::Date if is_timestamp => {
            let days = millis().map(|millis| millis.map(|millis| millis.div_euclid(MILLIS_PER_DAY) as i32));
            Arc::new(days.collect::<PrimitiveArray<Date32Type>>())
        }
        TypeKind::Time(_) if is_timestamp => {
            let times = millis().map(|millis| millis.map(|millis| millis.rem_euclid(MILLIS_PER_DAY) as i32));
            Arc::new(times.collect::<PrimitiveArray<Time32MillisecondType>>())
        }
        // Java divides towards zero here.
        TypeKind::BigInt if is_timestamp => {
            Arc::new(millis().map(|millis| millis.map(|millis| millis / 1000)).collect::<PrimitiveArray<Int64Type>>())
        }
        TypeKind::Int if is_timestamp => {
            let seconds = millis().map(|millis| millis.map(|millis| (millis / 1000) as i32));
            Arc::new(seconds.collect::<PrimitiveArray<Int32Type>>())
        }
        _ => return Err(unsupported(from, to)),
    })
}

/// Cuts digits of the second; at up to 3 digits towards zero, as Java does.
fn truncate((millis, nanos): Instant, precision: u8) -> Instant {
    match precision {
        0..=3 => (millis - millis % 10i64.pow(u32::from(3 - precision)), 0),
        _ => (millis, nanos - nanos % 10i64.pow(u32::from(9 - precision.min(9)))),
    }
}

/// Epoch seconds of INT and BIGINT.
pub(super) fn from_seconds(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    match from {
        TypeKind::Int | TypeKind::BigInt => {
            let seconds = integers(array);
            let values = seconds.iter().map(|seconds| seconds.map(|seconds| (seconds.wrapping_mul(1000), 0)));
            timestamps(values, to)
        }
        _ => Err(unsupported(from, to)),
    }
}

fn timestamps(values: impl Iterator<Item = Option<Instant>>, to: &TypeKind) -> Result<ArrayRef> {
    let (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) = to else {
        return Err(Error::internal("expected a timestamp type to cast to"));
    };
    let zone = matches!(to, TypeKind::TimestampLtz(_)).then_some(LTZ_ZONE);
    let (per_milli, nanos_per) = match timestamp_unit(*precision) {
        TimeUnit::Microsecond => (1000, 1000),
        TimeUnit::Nanosecond => (1_000_000, 1),
        _ => (1, 1_000_000),
    };
    let tick = |(millis, nanos): Instant| {
        let ticks = millis.checked_mul(per_milli).and_then(|ticks| ticks.checked_add(nanos / nanos_per));
        ticks.ok_or_else(|| Error::unsupported("a timestamp outside the years that 64 bits can tell at its precision"))
    };
    let ticks = values.map(|value| value.map(tick).transpose()).collect::<Result<PrimitiveArray<Int64Type>>>()?;
    Ok(match timestamp_unit(*precision) {
        TimeUnit::Microsecond => Arc::new(ticks.reinterpret_cast::<TimestampMicrosecondType>().with_timezone_opt(zone)),
        TimeUnit::Nanosecond => Arc::new(ticks.reinterpret_cast::<TimestampNanosecondType>().with_timezone_opt(zone)),
        _ => Arc::new(ticks.reinterpret_cast::<TimestampMillisecondType>().with_timezone_opt(zone)),
    })
}

pub(super) fn to_text(array: &ArrayRef, from: &TypeKind, _: &TypeKind) -> Result<ArrayRef> {
    let text = |(millis, nanos): Instant| {
        let mut text = Vec::new();
        match from {
            TypeKind::Date => calendar::write_date(millis.div_euclid(MILLIS_PER_DAY), &mut text),
            TypeKind::Time(precision) => {
                calendar::write_time(millis, (*precision).min(3), &mut text);
                // Java stops at the last digit that is not 0, but writes one.
                while text.ends_with(b"0") && text.len() > "00:00:00.0".len() {
                    text.pop();
                }
            }
            TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
                let nanos = (millis.rem_euclid(1000) * 1_000_000 + nanos) as u32;
                calendar::write_timestamp(millis.div_euclid(1000), nanos, *precision, b' ', &mut text);
            }
            _ => {}
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    let texts: StringArray = instants(array, from).into_iter().map(|value| value.map(text)).collect();
    Ok(Arc::new(texts))
}

pub(super) fn from_text(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let texts = array.as_string::<i32>();
    let refuse = |text: &str| {
        let to = DataType::nullable(to.clone());
        Error::invalid(format!("cannot read the text {text:?} as {to}"))
    };
    match to {
        TypeKind::Date => parse_all::<Date32Type>(texts, java_time::parse_date, refuse),
        TypeKind::Time(_) => parse_all::<Time32MillisecondType>(texts, java_time::parse_time, refuse),
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
            let is_instant = matches!(to, TypeKind::TimestampLtz(_));
            let parse =
                |text: &str| java_time::parse_timestamp(text, *precision, is_instant).ok_or_else(|| refuse(text));
            let values = texts.iter().map(|text| text.map(parse).transpose()).collect::<Result<Vec<_>>>()?;
            timestamps(values.into_iter(), to)
        }
        _ => Err(unsupported(from, to)),
    }
}

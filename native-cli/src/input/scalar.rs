//! Text of single values where a file may be looser than the engine's canonical text.

use cenote_core::types::{DataType, Datum, datum_text};

/// What was expected, to be completed with what was found.
pub(super) type Parsed<T> = Result<T, String>;

/// An integer of any width; a fraction of zeros, as in `2004.0`, is let through.
pub(super) fn integer<T: TryFrom<i64>>(text: &str, type_name: &str) -> Parsed<T> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if !whole.is_empty() && fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    match whole.parse::<i64>() {
        Ok(value) => T::try_from(value).map_err(|_| format!("out of range for {type_name}")),
        Err(error) => Err(match error.kind() {
            std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                format!("out of range for {type_name}")
            }
            _ => format!("expected an integer ({type_name})"),
        }),
    }
}

/// Any other value, as the engine reads it.
pub(super) fn datum(text: &str, data_type: &DataType) -> Parsed<Datum> {
    datum_text::parse(text, data_type).map_err(|error| {
        // The found text is added by whoever knows the cell.
        let message = error.message();
        message.rsplit_once(", found ").map_or(message, |(expected, _)| expected).to_owned()
    })
}

/// Ticks of the unit that Arrow uses for a timestamp of `precision` digits: milliseconds, microseconds or nanoseconds.
pub(super) fn ticks(millis: i64, nanos: i32, precision: u8) -> Parsed<i64> {
    let ticks = match precision {
        0..=3 => Some(millis),
        4..=6 => millis.checked_mul(1000).and_then(|micros| micros.checked_add(i64::from(nanos) / 1000)),
        _ => millis.checked_mul(1_000_000).and_then(|whole| whole.checked_add(nanos.into())),
    };
    ticks.ok_or_else(|| format!("out of range for a timestamp with {precision} digits of a second"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_keep_their_range() {
        assert_eq!(integer::<i32>("2004.0", "INT"), Ok(2004));
        assert_eq!(integer::<i64>("-9223372036854775808", "BIGINT"), Ok(i64::MIN));
        assert_eq!(integer::<i64>("9223372036854775808", "BIGINT"), Err("out of range for BIGINT".into()));
        assert_eq!(integer::<i8>("128", "TINYINT"), Err("out of range for TINYINT".into()));
        assert!(integer::<i32>("1.5", "INT").is_err() && integer::<i32>("", "INT").is_err());
    }

    #[test]
    fn ticks_by_precision() {
        assert_eq!(ticks(-1, 999_999, 3), Ok(-1));
        assert_eq!(ticks(-1, 999_999, 6), Ok(-1));
        assert_eq!(ticks(-1, 999_999, 9), Ok(-1));
        assert!(ticks(i64::MAX / 1000, 0, 9).is_err());
    }
}

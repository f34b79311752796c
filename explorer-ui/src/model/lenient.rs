//! 64-bit integers arrive as numbers where JavaScript is exact, else as strings. Text that is no number counts as absent:
//! a page with a dash in it is better than none.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Visitor};

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a 64-bit integer, as a number or a string")
    }

    fn visit_unit<E>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<i64>, E> {
        Ok(Some(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<i64>, E> {
        Ok(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    #[allow(clippy::cast_possible_truncation)]
    fn visit_f64<E>(self, value: f64) -> Result<Option<i64>, E> {
        Ok(Some(value as i64))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<i64>, E> {
        Ok(value.parse().ok())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<i64>, E> {
        Ok(None)
    }
}

/// An integer, or `None` for null.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(IntVisitor)
}

/// An integer; null counts as 0.
pub(crate) fn int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(deserializer.deserialize_any(IntVisitor)?.unwrap_or_default())
}

/// A value; null counts as its default.
pub(crate) fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A count; none where it is null or no count.
pub(super) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    Ok(optional(deserializer)?.and_then(|count| usize::try_from(count).ok()))
}

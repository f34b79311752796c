//! Values as dictionaries of bitmap and range-bitmap indexes hold them.

use super::{cursor::Cursor, fast_hash::ticks};
use crate::{
    error::{Error, Result},
    spec::murmur::hash_bytes,
    types::{DataType, Datum, TypeKind},
};

/// A value of a dictionary, in the order of Java's comparator: numbers by value, floats as `Float.compare`, texts by
/// their bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A number, or a float as an integer of the same order.
    Number(i64),
    /// A text.
    Text(Vec<u8>),
}

/// How keys are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A byte, 0 or 1.
    Boolean,
    /// A byte.
    Byte,
    /// Two bytes.
    Short,
    /// Four bytes.
    Int,
    /// Eight bytes.
    Long,
    /// Four bytes, the bits of a float.
    Float,
    /// Eight bytes, the bits of a double.
    Double,
    /// Four bytes of length, then UTF-8.
    Text,
}

impl KeyType {
    /// Keys of a bitmap index. `None` for types that have none.
    pub fn of_bitmap(data_type: &DataType) -> Option<Self> {
        Some(match data_type.kind {
            TypeKind::Boolean => KeyType::Boolean,
            TypeKind::TinyInt => KeyType::Byte,
            TypeKind::SmallInt => KeyType::Short,
            TypeKind::Int | TypeKind::Date | TypeKind::Time(_) => KeyType::Int,
            TypeKind::BigInt | TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => KeyType::Long,
            TypeKind::Float => KeyType::Float,
            TypeKind::Double => KeyType::Double,
            TypeKind::Char(_) | TypeKind::Varchar(_) => KeyType::Text,
            _ => return None,
        })
    }

    /// Keys of a range-bitmap index. `None` for types that have none.
    pub fn of_range_bitmap(data_type: &DataType) -> Option<Self> {
        match data_type.kind {
            TypeKind::Decimal { precision, .. } => (precision <= 18).then_some(KeyType::Long),
            TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) if precision > 6 => None,
            _ => KeyType::of_bitmap(data_type),
        }
    }

    /// Reads a key.
    pub(super) fn read(self, cursor: &mut Cursor<'_>) -> Result<Key> {
        Ok(match self {
            KeyType::Boolean => Key::Number(cursor.boolean()?.into()),
            KeyType::Byte => Key::Number(cursor.byte()?.cast_signed().into()),
            KeyType::Short => Key::Number(cursor.short()?.into()),
            KeyType::Int => Key::Number(cursor.int()?.into()),
            KeyType::Long => Key::Number(cursor.long()?),
            KeyType::Float => Key::float(f32::from_bits(cursor.int()?.cast_unsigned())),
            KeyType::Double => Key::double(f64::from_bits(cursor.long()?.cast_unsigned())),
            KeyType::Text => {
                let length = cursor.count("length of a text")?;
                Key::Text(cursor.take(length)?.to_vec())
            }
        })
    }

    /// Appends a key as [`KeyType::read`] reads it. Errors: `Internal` for a key of another type.
    pub(super) fn write(self, key: &Key, out: &mut Vec<u8>) -> Result<()> {
        match (self, key) {
            (KeyType::Text, Key::Text(text)) => {
                let length = i32::try_from(text.len()).map_err(|_| Error::invalid("an indexed text has over 2 GiB"))?;
                out.extend(length.to_be_bytes());
                out.extend(text);
            }
            (KeyType::Boolean | KeyType::Byte, Key::Number(number)) => out.push(*number as u8),
            (KeyType::Short, Key::Number(number)) => out.extend((*number as i16).to_be_bytes()),
            (KeyType::Int, Key::Number(number)) => out.extend((*number as i32).to_be_bytes()),
            (KeyType::Long, Key::Number(number)) => out.extend(number.to_be_bytes()),
            (KeyType::Float, Key::Number(number)) => out.extend(float_bits(*number).to_be_bytes()),
            (KeyType::Double, Key::Number(number)) => out.extend(double_bits(*number).to_be_bytes()),
            _ => return Err(Error::internal(format!("expected a key of an index of {self:?}, found {key:?}"))),
        }
        Ok(())
    }

    /// `hashCode` of the object that Java has for a key.
    pub(super) fn java_hash(self, key: &Key) -> i32 {
        let fold = |bits: i64| (bits ^ (bits >> 32)) as i32;
        match (self, key) {
            (_, Key::Text(text)) => hash_bytes(text),
            (KeyType::Boolean, Key::Number(number)) => {
                if *number == 0 {
                    1237
                } else {
                    1231
                }
            }
            (KeyType::Long, Key::Number(number)) => fold(*number),
            (KeyType::Float, Key::Number(number)) => float_bits(*number),
            (KeyType::Double, Key::Number(number)) => fold(double_bits(*number)),
            (_, Key::Number(number)) => *number as i32,
        }
    }
}

/// Bits of the float of a key; all NaNs are one.
fn float_bits(key: i64) -> i32 {
    let key = key as i32;
    if key == i32::MAX { 0x7FC0_0000 } else { key ^ ((key >> 31).cast_unsigned() >> 1).cast_signed() }
}

/// Bits of the double of a key; all NaNs are one.
fn double_bits(key: i64) -> i64 {
    if key == i64::MAX { 0x7FF8_0000_0000_0000 } else { key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed() }
}

impl Key {
    /// The key of a value of a column of type `data_type`: for a timestamp finer than microseconds the one below it.
    /// `None` where the value is not of the type or beyond the range of keys.
    pub fn of(value: &Datum, data_type: &DataType) -> Option<Key> {
        Some(match (&data_type.kind, value) {
            (TypeKind::Boolean, Datum::Boolean(value)) => Key::Number((*value).into()),
            (TypeKind::TinyInt, Datum::TinyInt(value)) => Key::Number((*value).into()),
            (TypeKind::SmallInt, Datum::SmallInt(value)) => Key::Number((*value).into()),
            (TypeKind::Int, Datum::Int(value))
            | (TypeKind::Date, Datum::Date(value))
            | (TypeKind::Time(_), Datum::Time(value)) => Key::Number((*value).into()),
            (TypeKind::BigInt, Datum::BigInt(value)) => Key::Number(*value),
            (TypeKind::Float, Datum::Float(value)) => Key::float(*value),
            (TypeKind::Double, Datum::Double(value)) => Key::double(*value),
            (TypeKind::Decimal { scale, .. }, Datum::Decimal { unscaled, scale: found }) if scale == found => {
                Key::Number(i64::try_from(*unscaled).ok()?)
            }
            (TypeKind::Char(_) | TypeKind::Varchar(_), Datum::String(text)) => Key::Text(text.as_bytes().to_vec()),
            (
                TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision),
                Datum::Timestamp { millis, nanos },
            ) => Key::Number(ticks(*millis, *nanos, *precision)?),
            _ => return None,
        })
    }

    fn float(value: f32) -> Key {
        if value.is_nan() {
            return Key::Number(i32::MAX.into());
        }
        let bits = value.to_bits().cast_signed();
        Key::Number((bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()).into())
    }

    fn double(value: f64) -> Key {
        if value.is_nan() {
            return Key::Number(i64::MAX);
        }
        let bits = value.to_bits().cast_signed();
        Key::Number(bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_javas_order() {
        let floats = [f32::NEG_INFINITY, f32::MIN, -1.5, -0.0, 0.0, 1e-40, 2.0, f32::INFINITY, f32::NAN];
        assert!(floats.windows(2).all(|pair| Key::float(pair[0]) < Key::float(pair[1])));
        let doubles = floats.map(f64::from);
        assert!(doubles.windows(2).all(|pair| Key::double(pair[0]) < Key::double(pair[1])));
        assert_eq!(Key::float(-f32::NAN), Key::float(f32::NAN));
        assert!(floats[..8].iter().all(|float| match Key::float(*float) {
            Key::Number(key) => float_bits(key).cast_unsigned() == float.to_bits(),
            Key::Text(_) => false,
        }));
        assert_eq!(double_bits(i64::MAX).cast_unsigned(), f64::NAN.to_bits());
        assert_eq!((Key::float(-0.0), Key::double(-0.0)), (Key::Number(-1), Key::Number(-1)));
    }
}

//! Payloads of `ARRAY<BLOB>` and `MAP<X, BLOB>` (Java `ArrayBlobElementSerializer`, `MapBlobElementSerializer`).
//!
//! ```text
//! array  i32 LE magic | 01 | i32 LE count | values | lengths | i32 LE length of that
//! map    i32 LE magic | 01 | i32 LE count | keys | values | key lengths | lengths | i32 LE, i32 LE lengths of these
//! ```
//!
//! Lengths are as in the index of the file; -1 is a null.

use std::ops::Range;

use super::lengths;
use crate::{
    error::{Error, Result},
    types::{DataType, Datum, TypeKind},
};

const ARRAY_MAGIC: u32 = 1_094_861_634;
const MAP_MAGIC: u32 = 0x4D42_4342;
const VERSION: u8 = 1;
const NULL: i64 = -1;

/// Places of values in a payload, `None` for null.
pub type Places = Vec<Option<Range<usize>>>;

/// The elements of an `ARRAY<BLOB>`. Errors: `Corrupt`, `Unsupported` for other versions.
pub fn array(payload: &[u8]) -> Result<Places> {
    let (count, mut body) = Body::open(payload, ARRAY_MAGIC)?;
    let length = body.take_word()?;
    let lengths = body.take_lengths(length, count)?;
    let mut places = Vec::with_capacity(lengths.len());
    let start = body.place(&lengths, body.start, &mut places)?;
    body.finished(start, places)
}

/// The entries of a `MAP<X, BLOB>`: keys, and places of the values. Errors: as [`array()`]; `Corrupt` for a null key.
pub fn map(payload: &[u8], key_type: &DataType) -> Result<(Vec<Datum>, Places)> {
    let (count, mut body) = Body::open(payload, MAP_MAGIC)?;
    let values_length = body.take_word()?;
    let keys_length = body.take_word()?;
    let value_lengths = body.take_lengths(values_length, count)?;
    let key_lengths = body.take_lengths(keys_length, count)?;
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    let start = body.place(&key_lengths, body.start, &mut keys)?;
    let end = body.place(&value_lengths, start, &mut values)?;
    let key = |place: Option<Range<usize>>| match place.and_then(|place| payload.get(place)) {
        Some(bytes) => key(bytes, key_type),
        None => Err(Error::corrupt("a null key in a map of blobs")),
    };
    let keys = keys.into_iter().map(key).collect::<Result<_>>()?;
    Ok((keys, body.finished(end, values)?))
}

/// What is left of a payload while its ends are taken off.
struct Body<'a> {
    payload: &'a [u8],
    start: usize,
    end: usize,
}

fn corrupt(what: &'static str) -> Error {
    Error::corrupt(format!("blob elements: {what}"))
}

impl<'a> Body<'a> {
    fn open(payload: &'a [u8], magic: u32) -> Result<(usize, Self)> {
        let head: Option<&[u8; 9]> = payload.first_chunk();
        let [a, b, c, d, version, e, f, g, h] = *head.ok_or_else(|| corrupt("the payload is cut off"))?;
        if u32::from_le_bytes([a, b, c, d]) != magic {
            return Err(corrupt("an unknown magic number"));
        }
        if version != VERSION {
            return Err(Error::unsupported(format!("blob elements of version {version}, expected {VERSION}")));
        }
        let count = usize::try_from(i32::from_le_bytes([e, f, g, h])).map_err(|_| corrupt("a negative count"))?;
        Ok((count, Body { payload, start: 9, end: payload.len() }))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let start = self.end.checked_sub(length).filter(|start| *start >= self.start);
        let start = start.ok_or_else(|| corrupt("lengths do not fit"))?;
        let taken = self.payload.get(start..self.end).unwrap_or_default();
        self.end = start;
        Ok(taken)
    }

    fn take_word(&mut self) -> Result<usize> {
        let word = self.take(4)?.first_chunk().copied().unwrap_or_default();
        usize::try_from(i32::from_le_bytes(word)).map_err(|_| corrupt("a negative length"))
    }

    fn take_lengths(&mut self, bytes: usize, count: usize) -> Result<Vec<i64>> {
        let lengths = lengths::decode(self.take(bytes)?)?;
        if lengths.len() != count {
            return Err(Error::corrupt(format!("expected {count} blob elements, found {}", lengths.len())));
        }
        Ok(lengths)
    }

    /// Places values one behind the other; returns where the last one ends.
    fn place(&self, lengths: &[i64], mut start: usize, places: &mut Places) -> Result<usize> {
        for length in lengths {
            if *length == NULL {
                places.push(None);
                continue;
            }
            let end = usize::try_from(*length).ok().and_then(|length| start.checked_add(length));
            let end = end.filter(|end| *end <= self.end).ok_or_else(|| corrupt("lengths do not fit"))?;
            places.push(Some(start..end));
            start = end;
        }
        Ok(start)
    }

    fn finished(&self, end: usize, places: Places) -> Result<Places> {
        if end == self.end { Ok(places) } else { Err(corrupt("bytes between the values and their lengths")) }
    }
}

/// A key as Java stores it: fixed-width little-endian numbers, text, bytes, big-endian unscaled decimals.
fn key(bytes: &[u8], key_type: &DataType) -> Result<Datum> {
    fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
        bytes.try_into().map_err(|_| Error::corrupt(format!("expected a key of {N} bytes, found {}", bytes.len())))
    }
    Ok(match &key_type.kind {
        TypeKind::TinyInt => Datum::TinyInt(i8::from_le_bytes(fixed(bytes)?)),
        TypeKind::SmallInt => Datum::SmallInt(i16::from_le_bytes(fixed(bytes)?)),
        TypeKind::Int => Datum::Int(i32::from_le_bytes(fixed(bytes)?)),
        TypeKind::BigInt => Datum::BigInt(i64::from_le_bytes(fixed(bytes)?)),
        TypeKind::Date => Datum::Date(i32::from_le_bytes(fixed(bytes)?)),
        TypeKind::Time(_) => Datum::Time(i32::from_le_bytes(fixed(bytes)?)),
        TypeKind::Boolean => match fixed(bytes)? {
            [0] => Datum::Boolean(false),
            [1] => Datum::Boolean(true),
            [other] => return Err(Error::corrupt(format!("expected a boolean key of 0 or 1, found {other}"))),
        },
        TypeKind::Decimal { precision, scale } => {
            let unscaled =
                if *precision <= 18 { i128::from(i64::from_le_bytes(fixed(bytes)?)) } else { big_endian(bytes)? };
            Datum::Decimal { unscaled, scale: *scale }
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => Datum::String(
            String::from_utf8(bytes.to_vec())
                .map_err(|_| Error::corrupt("a key that is not UTF-8 in a map of blobs"))?,
        ),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => Datum::Bytes(bytes.to_vec()),
        _ => return Err(Error::unsupported(format!("keys of type {key_type} in a map of blobs"))),
    })
}

fn big_endian(bytes: &[u8]) -> Result<i128> {
    if bytes.is_empty() || bytes.len() > 16 {
        return Err(Error::corrupt(format!("expected a decimal key of 1 to 16 bytes, found {}", bytes.len())));
    }
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    Ok(bytes.iter().fold(sign, |number, byte| (number << 8) | i128::from(*byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(magic: u32, count: i32, body: &[u8], lists: &[&[i64]]) -> Vec<u8> {
        let mut bytes = magic.to_le_bytes().to_vec();
        bytes.push(1);
        bytes.extend(count.to_le_bytes());
        bytes.extend(body);
        let lists: Vec<Vec<u8>> = lists.iter().map(|list| lengths::encode(list)).collect();
        lists.iter().for_each(|list| bytes.extend(list));
        lists.iter().for_each(|list| bytes.extend((list.len() as i32).to_le_bytes()));
        bytes
    }

    #[test]
    fn arrays_hold_values_and_nulls() {
        let payload = frame(ARRAY_MAGIC, 3, b"abc", &[&[2, -1, 1]]);
        assert_eq!(array(&payload).unwrap(), [Some(9..11), None, Some(11..12)]);
        assert_eq!(array(&frame(ARRAY_MAGIC, 0, b"", &[&[]])).unwrap(), []);
        for broken in [
            frame(ARRAY_MAGIC, 2, b"abc", &[&[2, -1, 1]]),
            frame(ARRAY_MAGIC, 3, b"abcd", &[&[2, -1, 1]]),
            frame(ARRAY_MAGIC, 3, b"ab", &[&[2, -1, 1]]),
            frame(MAP_MAGIC, 3, b"abc", &[&[2, -1, 1]]),
        ] {
            assert!(array(&broken).is_err());
        }
    }

    #[test]
    fn maps_hold_keys_before_values() {
        let payload = frame(MAP_MAGIC, 2, b"kkxyz", &[&[1, 1], &[-1, 3]]);
        let (keys, values) = map(&payload, &DataType::not_null(TypeKind::STRING)).unwrap();
        assert_eq!(keys, [Datum::String("k".to_owned()), Datum::String("k".to_owned())]);
        assert_eq!(values, [None, Some(11..14)]);
        assert!(map(&payload, &DataType::not_null(TypeKind::Int)).is_err());
    }

    #[test]
    fn keys_are_read_by_their_type() {
        let decimal = |precision| DataType::not_null(TypeKind::Decimal { precision, scale: 2 });
        let unscaled = |unscaled| Datum::Decimal { unscaled, scale: 2 };
        assert_eq!(key(&(-5i64).to_le_bytes(), &decimal(10)).unwrap(), unscaled(-5));
        assert_eq!(key(&[0xff, 0x00], &decimal(20)).unwrap(), unscaled(-256));
        assert_eq!(key(&[1], &DataType::not_null(TypeKind::Boolean)).unwrap(), Datum::Boolean(true));
        assert!(key(&[2], &DataType::not_null(TypeKind::Boolean)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(tail: Vec<u8>, is_map: bool) {
            let mut bytes = if is_map { MAP_MAGIC } else { ARRAY_MAGIC }.to_le_bytes().to_vec();
            bytes.push(1);
            bytes.extend(tail);
            let _ = array(&bytes);
            let _ = map(&bytes, &DataType::not_null(TypeKind::STRING));
        }
    }
}

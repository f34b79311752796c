//! The hashes of bloom filters (Java `FastHash`): xxHash64 of bytes, Thomas Wang's mix of numbers.

use crate::types::{DataType, Datum, TypeKind};

/// The hash of a value of a column of type `data_type`. `None` where such values have none, or more than one.
pub fn hash_datum(value: &Datum, data_type: &DataType) -> Option<u64> {
    Some(match (&data_type.kind, value) {
        (TypeKind::Char(_) | TypeKind::Varchar(_), Datum::String(text)) => xxhash64(text.as_bytes()),
        (TypeKind::Binary(_) | TypeKind::Varbinary(_), Datum::Bytes(bytes)) => xxhash64(bytes),
        (TypeKind::TinyInt, Datum::TinyInt(value)) => mix((*value).into()),
        (TypeKind::SmallInt, Datum::SmallInt(value)) => mix((*value).into()),
        (TypeKind::Int, Datum::Int(value))
        | (TypeKind::Date, Datum::Date(value))
        | (TypeKind::Time(_), Datum::Time(value)) => mix((*value).into()),
        (TypeKind::BigInt, Datum::BigInt(value)) => mix(*value),
        // Writers differ about NaN and the sign of zero.
        (TypeKind::Float, Datum::Float(value)) if !value.is_nan() && *value != 0.0 => {
            mix(value.to_bits().cast_signed().into())
        }
        (TypeKind::Double, Datum::Double(value)) if !value.is_nan() && *value != 0.0 => {
            mix(value.to_bits().cast_signed())
        }
        (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision), Datum::Timestamp { millis, nanos }) => {
            mix(ticks(*millis, *nanos, *precision)?)
        }
        _ => return None,
    })
}

/// The hash that a writer adds for a value: Java's, which has one NaN and two zeros. `None` for types that have none.
pub(super) fn hash_written(value: &Datum, data_type: &DataType) -> Option<u64> {
    match value {
        Datum::Float(value) if value.is_nan() => Some(mix(0x7FC0_0000)),
        Datum::Double(value) if value.is_nan() => Some(mix(0x7FF8_0000_0000_0000)),
        Datum::Float(zero) if *zero == 0.0 => Some(mix(zero.to_bits().cast_signed().into())),
        Datum::Double(zero) if *zero == 0.0 => Some(mix(zero.to_bits().cast_signed())),
        value => hash_datum(value, data_type),
    }
}

/// Whether values of this type have hashes.
pub(super) fn has_hash(data_type: &DataType) -> bool {
    matches!(
        data_type.kind,
        TypeKind::Char(_)
            | TypeKind::Varchar(_)
            | TypeKind::Binary(_)
            | TypeKind::Varbinary(_)
            | TypeKind::TinyInt
            | TypeKind::SmallInt
            | TypeKind::Int
            | TypeKind::BigInt
            | TypeKind::Float
            | TypeKind::Double
            | TypeKind::Date
            | TypeKind::Time(_)
            | TypeKind::Timestamp(_)
            | TypeKind::TimestampLtz(_)
    )
}

/// A timestamp as indexes store it: milliseconds up to a precision of 3, microseconds beyond. `None` on overflow.
pub(super) fn ticks(millis: i64, nanos: i32, precision: u8) -> Option<i64> {
    if precision <= 3 {
        return Some(millis);
    }
    millis.checked_mul(1000)?.checked_add(i64::from(nanos / 1000))
}

/// Thomas Wang's hash of 64-bit integers, with arithmetic shifts.
fn mix(value: i64) -> u64 {
    let mut key = (!value).wrapping_add(value << 21);
    key ^= key >> 24;
    key = key.wrapping_add(key << 3).wrapping_add(key << 8);
    key ^= key >> 14;
    key = key.wrapping_add(key << 2).wrapping_add(key << 4);
    key ^= key >> 28;
    key.wrapping_add(key << 31).cast_unsigned()
}

const PRIMES: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

/// xxHash64 with seed 0.
pub fn xxhash64(bytes: &[u8]) -> u64 {
    let [p1, p2, p3, p4, p5] = PRIMES;
    let (stripes, mut rest) = bytes.as_chunks::<32>();
    let mut hash = if stripes.is_empty() {
        p5
    } else {
        let mut lanes = [p1.wrapping_add(p2), p2, 0, 0_u64.wrapping_sub(p1)];
        for stripe in stripes {
            let (words, _) = stripe.as_chunks::<8>();
            for (lane, word) in lanes.iter_mut().zip(words) {
                *lane = round(*lane, u64::from_le_bytes(*word));
            }
        }
        let [a, b, c, d] = lanes;
        let sum = a.rotate_left(1).wrapping_add(b.rotate_left(7)).wrapping_add(c.rotate_left(12));
        let merge = |hash: u64, lane| (hash ^ round(0, lane)).wrapping_mul(p1).wrapping_add(p4);
        lanes.into_iter().fold(sum.wrapping_add(d.rotate_left(18)), merge)
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    while let Some((word, tail)) = rest.split_first_chunk::<8>() {
        hash = (hash ^ round(0, u64::from_le_bytes(*word))).rotate_left(27).wrapping_mul(p1).wrapping_add(p4);
        rest = tail;
    }
    if let Some((word, tail)) = rest.split_first_chunk::<4>() {
        let word = u64::from(u32::from_le_bytes(*word)).wrapping_mul(p1);
        hash = (hash ^ word).rotate_left(23).wrapping_mul(p2).wrapping_add(p3);
        rest = tail;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(p5)).rotate_left(11).wrapping_mul(p1);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(p2);
    hash = (hash ^ hash >> 29).wrapping_mul(p3);
    hash ^ hash >> 32
}

fn round(lane: u64, word: u64) -> u64 {
    let [p1, p2, ..] = PRIMES;
    lane.wrapping_add(word.wrapping_mul(p2)).rotate_left(31).wrapping_mul(p1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference implementation.
    #[test]
    fn known_hashes() {
        assert_eq!(xxhash64(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxhash64(b"x"), 0x5C80_C096_8304_1123);
        assert_eq!(xxhash64(b"abc"), 0x44BC_2CF5_AD77_0999);
        assert_eq!(xxhash64(b"Nobody inspects the spammish repetition"), 0xFBCE_A83C_8A37_8BF1);
    }
}

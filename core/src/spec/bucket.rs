//! Buckets of keys (format digest 6.2).

use arrow_array::ArrayRef;

use super::{
    binary_row::{BinaryRow, bucket_of, hash_rows},
    java_text,
    options::BucketFunctionType,
};
use crate::{
    error::{Error, Result},
    types::{DataType, Datum, TypeKind},
};

/// Chooses the bucket of a bucket key.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketFunction {
    function: BucketFunctionType,
    types: Vec<DataType>,
}

impl BucketFunction {
    /// A function over keys of these types. Errors: `Invalid` where the function does not take them.
    pub fn new(function: BucketFunctionType, types: Vec<DataType>) -> Result<Self> {
        let whole = |data_type: &DataType| matches!(data_type.kind, TypeKind::Int | TypeKind::BigInt);
        if function == BucketFunctionType::Mod && !matches!(types.as_slice(), [only] if whole(only)) {
            return Err(Error::invalid("bucket-function.type mod takes a bucket key of one INT or BIGINT column"));
        }
        Ok(BucketFunction { function, types })
    }

    /// Bucket of one key among `buckets`. Errors: `Invalid` for no buckets or a key of other types.
    pub fn bucket(&self, key: &[Option<Datum>], buckets: i32) -> Result<i32> {
        let count = checked(buckets)?;
        match self.function {
            BucketFunctionType::Default => Ok(bucket_of(BinaryRow::encode(&self.types, key)?.hash(), count)),
            BucketFunctionType::Mod => match key {
                [Some(Datum::Int(value))] => Ok(value.rem_euclid(count)),
                [Some(Datum::BigInt(value))] => Ok(value.rem_euclid(count.into()) as i32),
                // Java reads the zeroed slot.
                [None] => Ok(0),
                _ => Err(Error::invalid("expected a bucket key of one INT or BIGINT")),
            },
            BucketFunctionType::Hive => hive_hash(key).map(|hash| (hash & i32::MAX) % count),
        }
    }

    /// Buckets of each line of `columns`, which have the key's types, among `buckets`. Errors as
    /// [`BucketFunction::bucket`] and [`hash_rows`].
    pub fn buckets(&self, columns: &[ArrayRef], buckets: i32) -> Result<Vec<i32>> {
        let count = checked(buckets)?;
        if self.function == BucketFunctionType::Default {
            let hashes = hash_rows(columns, &self.types)?;
            return Ok(hashes.into_iter().map(|hash| bucket_of(hash, count)).collect());
        }
        let rows = super::binary_row::encode_rows(columns, &self.types)?;
        rows.iter().map(|row| self.bucket(&row.decode(&self.types)?, count)).collect()
    }
}

fn checked(buckets: i32) -> Result<i32> {
    if buckets > 0 {
        Ok(buckets)
    } else {
        Err(Error::invalid(format!("expected a bucket count above 0, found {buckets}")))
    }
}

/// Hive's hash of a row. Errors: `Unsupported` for types that Java refuses too.
fn hive_hash(key: &[Option<Datum>]) -> Result<i32> {
    key.iter().try_fold(0_i32, |hash, value| {
        let field = value.as_ref().map_or(Ok(0), hive_field_hash)?;
        Ok(hash.wrapping_mul(31).wrapping_add(field))
    })
}

fn hive_field_hash(value: &Datum) -> Result<i32> {
    Ok(match value {
        Datum::Boolean(value) => i32::from(*value),
        Datum::TinyInt(value) => i32::from(*value),
        Datum::SmallInt(value) => i32::from(*value),
        Datum::Int(value) | Datum::Date(value) | Datum::Time(value) => *value,
        Datum::BigInt(value) => long_hash(*value),
        Datum::Float(value) if *value == 0.0 => 0,
        Datum::Float(value) if value.is_nan() => 0x7fc0_0000,
        Datum::Float(value) => value.to_bits().cast_signed(),
        Datum::Double(value) if *value == 0.0 => 0,
        Datum::Double(value) if value.is_nan() => long_hash(0x7ff8_0000_0000_0000),
        Datum::Double(value) => long_hash(value.to_bits().cast_signed()),
        Datum::String(value) => bytes_hash(value.as_bytes()),
        Datum::Bytes(value) => bytes_hash(value),
        Datum::Decimal { unscaled, scale } => decimal_hash(*unscaled, *scale),
        other => {
            let text = java_text::to_string(other);
            return Err(Error::unsupported(format!("bucket-function.type hive does not take {text}")));
        }
    })
}

/// Java `Long.hashCode`.
fn long_hash(value: i64) -> i32 {
    // The low half of the mix, as Java casts it.
    (value ^ (value.cast_unsigned() >> 32).cast_signed()) as i32
}

fn bytes_hash(bytes: &[u8]) -> i32 {
    bytes.iter().fold(0, |hash: i32, byte| hash.wrapping_mul(31).wrapping_add(byte.cast_signed().into()))
}

/// Java `BigDecimal.hashCode` after Hive strips trailing zeros behind the point.
fn decimal_hash(mut unscaled: i128, scale: u8) -> i32 {
    let mut scale = i32::from(scale);
    if unscaled == 0 {
        return 0;
    }
    while scale > 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        scale -= 1;
    }
    big_integer_hash(unscaled).wrapping_mul(31).wrapping_add(scale)
}

/// Java `BigInteger.hashCode`, which for small values of `BigDecimal` is the same: a polynomial over the 32-bit words of
/// the magnitude, with the sign.
fn big_integer_hash(value: i128) -> i32 {
    let magnitude = value.unsigned_abs().to_be_bytes();
    let words = magnitude.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word));
    let hash = words.fold(0_u32, |hash, word| hash.wrapping_mul(31).wrapping_add(word)).cast_signed();
    if value < 0 { hash.wrapping_neg() } else { hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(function: BucketFunctionType, kind: TypeKind, value: Datum, count: i32) -> i32 {
        let function = BucketFunction::new(function, vec![DataType::not_null(kind)]).unwrap();
        function.bucket(&[Some(value)], count).unwrap()
    }

    #[test]
    fn default_takes_the_truncating_remainder() {
        assert_eq!(bucket_of(i32::MIN, 3), 2);
        assert_eq!(bucket_of(-7, 5), 2);
        let text = || Datum::String("abcdefg".to_owned());
        assert_eq!(bucket(BucketFunctionType::Default, TypeKind::STRING, text(), 10), 3);
    }

    #[test]
    fn mod_takes_the_floor_remainder() {
        assert_eq!(bucket(BucketFunctionType::Mod, TypeKind::Int, Datum::Int(-3), 5), 2);
        assert_eq!(bucket(BucketFunctionType::Mod, TypeKind::BigInt, Datum::BigInt(17), 5), 2);
        assert!(BucketFunction::new(BucketFunctionType::Mod, vec![DataType::not_null(TypeKind::STRING)]).is_err());
    }

    #[test]
    fn hive_hashes_like_java() {
        assert_eq!(hive_field_hash(&Datum::String("hello".to_owned())).unwrap(), 99_162_322);
        assert_eq!(hive_field_hash(&Datum::BigInt(-1)).unwrap(), 0);
        assert_eq!(hive_field_hash(&Datum::Double(-0.0)).unwrap(), 0);
        // new BigDecimal("1.5").hashCode() and new BigDecimal("12").hashCode()
        assert_eq!(decimal_hash(150, 2), 15 * 31 + 1);
        assert_eq!(decimal_hash(1200, 2), 12 * 31);
        assert_eq!(hive_hash(&[Some(Datum::Int(1)), None]).unwrap(), 31);
    }
}

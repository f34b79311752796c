//! Lists of lengths: differences as zigzag varints (Java `DeltaVarintCompressor`).

use crate::error::{Error, Result};

/// Decodes all of `bytes`: at most one length a byte. Errors: `Corrupt` for a varint that is cut off or too long.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<i64>> {
    let mut lengths = Vec::new();
    let (mut last, mut raw, mut shift) = (0i64, 0u64, 0u32);
    for byte in bytes {
        if shift > 63 || (shift == 63 && byte & 0x7e != 0) {
            return Err(Error::corrupt("a varint of more than 64 bits in a list of lengths"));
        }
        raw |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            let difference = (raw >> 1).cast_signed() ^ -((raw & 1).cast_signed());
            last = last.wrapping_add(difference);
            lengths.push(last);
            (raw, shift) = (0, 0);
        }
    }
    if shift != 0 {
        return Err(Error::corrupt("a list of lengths is cut off"));
    }
    Ok(lengths)
}

/// Encodes lengths, for tests and writers.
#[cfg(test)]
pub(super) fn encode(lengths: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = 0i64;
    for length in lengths {
        let difference = length.wrapping_sub(last);
        let mut raw = ((difference << 1) ^ (difference >> 63)).cast_unsigned();
        while raw > 0x7f {
            bytes.push((raw & 0x7f) as u8 | 0x80);
            raw >>= 7;
        }
        bytes.push(raw as u8);
        last = *length;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_as_in_java() {
        assert_eq!(encode(&[20, -1, 20]), [40, 41, 42]);
        assert!(decode(&[0x80]).is_err());
        assert!(decode(&[0xff; 11]).is_err());
    }

    proptest! {
        #[test]
        fn lengths_survive(lengths: Vec<i64>) {
            prop_assert_eq!(decode(&encode(&lengths)).unwrap(), lengths);
        }

        #[test]
        fn any_bytes_are_taken_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}

//! Bloom filters: `k` as int, then bits, the least significant of each byte first.

use bytes::Bytes;

use super::cursor::Cursor;
use crate::error::{Error, Result};

/// Hash functions beyond which a filter makes no sense: `k` for a rate of false positives of 2^-255.
const MAX_HASHES: i32 = 255;

/// Tells which hashes were never added.
#[derive(Clone, Debug)]
pub struct BloomFilter {
    hashes: i32,
    /// Number of bits, from 1.
    size: i32,
    bits: Bytes,
}

impl BloomFilter {
    /// Errors: `Corrupt` without bits, or with a senseless number of hash functions.
    pub fn decode(bytes: Bytes) -> Result<Self> {
        let mut cursor = Cursor::new(&bytes);
        let hashes = cursor.int()?;
        if !(1..=MAX_HASHES).contains(&hashes) {
            return Err(Error::corrupt(format!("expected 1..={MAX_HASHES} bloom filter hashes, found {hashes}")));
        }
        let bits = bytes.slice(4..);
        let size = bits.len().checked_mul(8).and_then(|size| i32::try_from(size).ok()).filter(|size| *size > 0);
        let size =
            size.ok_or_else(|| Error::corrupt(format!("expected the bits of a bloom filter in {} bytes", bits.len())))?;
        Ok(BloomFilter { hashes, size, bits })
    }

    /// False when no value with this hash was added.
    pub fn may_contain(&self, hash: u64) -> bool {
        let (first, second) = (hash as u32 as i32, (hash >> 32) as u32 as i32);
        (1..=self.hashes).all(|round| {
            let combined = first.wrapping_add(round.wrapping_mul(second));
            let combined = if combined < 0 { !combined } else { combined };
            let bit = (combined % self.size) as usize;
            self.bits.get(bit >> 3).is_some_and(|byte| byte >> (bit & 7) & 1 == 1)
        })
    }
}

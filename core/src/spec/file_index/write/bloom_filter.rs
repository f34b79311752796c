//! Bloom filters of options `items` and `fpp` (Java `BloomFilter64`).

use super::IndexBuilder;
use crate::{
    error::{Error, Result},
    spec::file_index::hash_written,
    types::{DataType, Datum},
};

/// Bits beyond which Java's arithmetic overflows.
const MOST_BITS: f64 = 2_147_483_639.0;

pub(super) struct BloomFilterBuilder {
    data_type: DataType,
    hashes: i32,
    bits: Vec<u8>,
}

impl BloomFilterBuilder {
    /// For `items` distinct values, with the share `fpp` of false positives. Errors: `Invalid` for what makes no filter.
    pub(super) fn new(data_type: &DataType, items: i32, fpp: f64) -> Result<Self> {
        if items < 1 || !(fpp > 0.0 && fpp < 1.0) {
            let message = format!("a bloom filter takes items above 0 and fpp between 0 and 1, not {items} and {fpp}");
            return Err(Error::invalid(message));
        }
        let ln_2 = std::f64::consts::LN_2;
        let bits = -f64::from(items) * fpp.ln() / (ln_2 * ln_2);
        if bits > MOST_BITS {
            return Err(Error::invalid(format!("a bloom filter of {items} items with fpp {fpp} would be too large")));
        }
        // Java's cast rounds towards zero; whole bytes, one more where they were whole already.
        let bytes = bits as usize / 8 + 1;
        let hashes = ((bytes * 8) as f64 / f64::from(items) * ln_2).round() as i32;
        Ok(BloomFilterBuilder { data_type: data_type.clone(), hashes: hashes.max(1), bits: vec![0; bytes] })
    }
}

impl IndexBuilder for BloomFilterBuilder {
    fn add(&mut self, value: Option<Datum>) -> Result<()> {
        let Some(value) = value else { return Ok(()) };
        let hash = hash_written(&value, &self.data_type)
            .ok_or_else(|| Error::invalid(format!("{value:?} has no hash for a bloom filter")))?;
        let (first, second) = (hash as u32 as i32, (hash >> 32) as u32 as i32);
        let size = (self.bits.len() * 8) as i32;
        for round in 1..=self.hashes {
            let combined = first.wrapping_add(round.wrapping_mul(second));
            let bit = (if combined < 0 { !combined } else { combined } % size) as usize;
            if let Some(byte) = self.bits.get_mut(bit >> 3) {
                *byte |= 1 << (bit & 7);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        Ok([&self.hashes.to_be_bytes()[..], &self.bits].concat())
    }
}

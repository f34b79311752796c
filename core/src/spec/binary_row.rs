//! Paimon's binary row (Java `BinaryRow`, format digest 5), in the serialized form of manifests.
//!
//! ```text
//! [arity: 4 bytes, big-endian]                      only in the serialized form
//! [row kind: 1 byte][null bits][a slot of 8 bytes a field]
//! [variable part: strings, wide decimals, nested values, each padded to 8 bytes]
//! ```
//! Everything behind the arity is little-endian. Padding and slots of nulls are zero, because rows are compared and
//! hashed as bytes.

mod columns;
mod decode;
mod encode;
mod writer;

use std::{cmp::Ordering, sync::Arc};

pub use self::columns::{encode_rows, hash_rows};
use super::murmur;
use crate::{
    error::{Error, Result},
    types::{DataType, Datum, DatumRow},
};

/// Bytes of the arity in front of a serialized row.
const ARITY_BYTES: usize = 4;

/// A row as manifests store it: arity as 4 bytes big-endian, then the binary row. Compared and hashed as bytes.
///
/// Bytes are kept as they were read (an identity must survive a rewrite); decode with the field types to see values.
/// Clones share them. Small, because every data file of a plan has six; `None` are the bytes of [`BinaryRow::empty`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BinaryRow(Option<Arc<[u8]>>);

/// The row of no fields: arity 0, one word of row kind and null bits.
const EMPTY: [u8; 12] = [0; 12];

impl BinaryRow {
    /// The row of no fields: partition of unpartitioned tables, keys of append tables.
    pub fn empty() -> Self {
        BinaryRow(None)
    }

    /// Copies serialized bytes as they are.
    pub fn from_serialized(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        BinaryRow((bytes != EMPTY).then(|| bytes.into()))
    }

    /// The serialized bytes: arity prefix and row.
    pub fn serialized(&self) -> &[u8] {
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    /// The row without the arity prefix; empty where the bytes are too short to be a row.
    pub fn row_bytes(&self) -> &[u8] {
        self.serialized().get(ARITY_BYTES..).unwrap_or_default()
    }

    /// Number of fields, as the prefix says. Errors: `Corrupt`.
    pub fn arity(&self) -> Result<usize> {
        arity_of(self.serialized())
    }

    /// Values of the fields. Errors: `Corrupt`, also where the arity is not the number of types.
    pub fn decode(&self, types: &[DataType]) -> Result<DatumRow> {
        let arity = self.arity()?;
        if arity != types.len() {
            return Err(Error::corrupt(format!("expected a row of {} fields, found {arity}", types.len())));
        }
        decode::row(self.row_bytes(), types)
    }

    /// As [`BinaryRow::decode`] of serialized bytes, but only the fields at `places`; `None` for a row of another arity.
    /// Shape: one value a place. Errors: `Corrupt`.
    pub(crate) fn decode_at(serialized: &[u8], types: &[DataType], places: &[usize]) -> Result<Option<DatumRow>> {
        if arity_of(serialized)? != types.len() {
            return Ok(None);
        }
        decode::some(serialized.get(ARITY_BYTES..).unwrap_or_default(), types, places).map(Some)
    }

    /// The row of `values`, byte for byte as Java encodes it. Errors: `Invalid` for values that are not of their type.
    pub fn encode(types: &[DataType], values: &[Option<Datum>]) -> Result<Self> {
        let mut writer = writer::Writer::serialized(types.len());
        encode::row(&mut writer, types, values)?;
        writer.finish()
    }

    /// Murmur hash of the row without the arity prefix: the hash of buckets and of dynamic-bucket indexes.
    pub fn hash(&self) -> i32 {
        murmur::hash_words(self.row_bytes())
    }
}

fn arity_of(serialized: &[u8]) -> Result<usize> {
    let prefix = serialized.first_chunk::<ARITY_BYTES>().map(|prefix| i32::from_be_bytes(*prefix));
    prefix
        .and_then(|arity| usize::try_from(arity).ok())
        .ok_or_else(|| Error::corrupt(format!("expected a row with its arity, found {} bytes", serialized.len())))
}

impl Ord for BinaryRow {
    fn cmp(&self, other: &Self) -> Ordering {
        self.serialized().cmp(other.serialized())
    }
}

impl PartialOrd for BinaryRow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Bucket of a row hash among `buckets` (function `default`): the truncating remainder, then its magnitude.
pub fn bucket_of(hash: i32, buckets: i32) -> i32 {
    hash.checked_rem(buckets).map_or(0, i32::abs)
}

#[cfg(test)]
mod tests;

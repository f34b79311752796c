//! Paimon's binary row (Java `BinaryRow`), in the serialized form of manifests.

use bytes::Bytes;

/// A row as manifests store it: arity as 4 bytes big-endian, then the binary row. Compared and hashed as bytes.
///
/// Bytes are kept as they were read (an identity must survive a rewrite); decode with the field types to see values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BinaryRow(Bytes);

impl BinaryRow {
    /// The row of no fields: partition of unpartitioned tables, keys of append tables.
    pub fn empty() -> Self {
        BinaryRow(Bytes::from_static(&[0; 12]))
    }

    /// Takes serialized bytes as they are.
    pub fn from_serialized(bytes: Bytes) -> Self {
        BinaryRow(bytes)
    }

    /// The serialized bytes: arity prefix and row.
    pub fn serialized(&self) -> &Bytes {
        &self.0
    }
}

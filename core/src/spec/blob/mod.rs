//! BLOB columns: values in files of their own, one column a file, or descriptors of where a value stands
//! (format digest 10.6; Java `BlobFileMeta`, `BlobFormatReader`, `BlobDescriptor`).
//!
//! ```text
//! file     entry | entry | … | lengths of the entries | i32 LE length of that | 01
//! entry    i32 LE magic | payload | i64 LE length of the entry | i32 LE crc
//! lengths  zigzag varints of differences; -1 a null, -2 a placeholder (an older file has the value), without an entry
//! ```
//!
//! The payload of a BLOB is its bytes; those of `ARRAY<BLOB>` and `MAP<X, BLOB>` are in [`elements`].

pub mod descriptor;
pub mod elements;
pub mod index;
mod lengths;

pub use self::{
    descriptor::BlobDescriptor,
    index::{BlobEntry, BlobIndex, FOOTER_LENGTH, index_length},
};

/// Ending of the names of blob files.
pub const BLOB_SUFFIX: &str = ".blob";

/// First word of an entry, little-endian.
pub const ENTRY_MAGIC: u32 = 1_481_511_375;
/// Bytes of an entry before its payload.
pub const ENTRY_HEAD: u64 = 4;
/// Bytes of an entry around its payload.
pub const ENTRY_FRAME: u64 = 16;

/// True for files of one BLOB column.
pub fn is_blob_file(name: &str) -> bool {
    name.ends_with(BLOB_SUFFIX)
}

/// True for files of VECTOR columns (Java `VectorType.isVectorStoreFile`).
pub fn is_vector_file(name: &str) -> bool {
    name.contains(".vector.")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{ENTRY_MAGIC, lengths};

    /// A blob file; an entry is a placeholder, a null or a value.
    pub(crate) fn file(entries: &[Option<Option<Vec<u8>>>]) -> Vec<u8> {
        let (mut bytes, mut list) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                None => list.push(-2),
                Some(None) => list.push(-1),
                Some(Some(value)) => {
                    let length = value.len() as i64 + 16;
                    let mut body = ENTRY_MAGIC.to_le_bytes().to_vec();
                    body.extend(value);
                    body.extend(length.to_le_bytes());
                    let checksum = crate::spec::checksum::crc32(&body);
                    bytes.extend(body);
                    bytes.extend(checksum.to_le_bytes());
                    list.push(length);
                }
            }
        }
        let index = lengths::encode(&list);
        bytes.extend(&index);
        bytes.extend((index.len() as i32).to_le_bytes());
        bytes.push(1);
        bytes
    }
}

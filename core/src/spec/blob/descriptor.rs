//! Where a value stands: what descriptor columns store, and what readers get with `blob-as-descriptor=true`.
//!
//! ```text
//! version 2   02 | i64 LE magic | i32 LE length of the URI | URI | i64 LE offset | i64 LE length (-1: to the end)
//! version 1   01 | the same without magic; readers take bytes without magic for the value itself
//! ```

use crate::error::{Error, Result};

const VERSION: u8 = 2;
/// "BLOBDESC"
const MAGIC: u64 = 0x424C_4F42_4445_5343;
/// "BLOBVIEW"
const VIEW_MAGIC: u64 = 0x424C_4F42_5649_4557;
const VIEW_VERSION: u8 = 1;

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobDescriptor {
    /// Where the file is.
    pub uri: String,
    /// First byte.
    pub offset: i64,
    /// Number of bytes, -1 for all that follow.
    pub length: i64,
}

fn word(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_le_bytes(*word), rest))
}

/// True for a reference to a value of another table (Java `BlobViewStruct`).
pub fn is_view(bytes: &[u8]) -> bool {
    bytes.split_first().is_some_and(|(version, rest)| {
        *version == VIEW_VERSION && word(rest).is_some_and(|(magic, _)| magic == VIEW_MAGIC)
    })
}

impl BlobDescriptor {
    /// Reads a stored value: `None` where it is the value itself. Errors: `Corrupt` for a descriptor that is cut off.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>> {
        let Some((version, rest)) = bytes.split_first() else { return Ok(None) };
        let Some((magic, rest)) = word(rest) else { return Ok(None) };
        if *version != VERSION || magic != MAGIC {
            return Ok(None);
        }
        let cut_off = || Error::corrupt("a blob descriptor is cut off");
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| cut_off())?;
        let (uri, rest) = rest.split_at_checked(length).ok_or_else(cut_off)?;
        let uri = String::from_utf8(uri.to_vec()).map_err(|_| Error::corrupt("the URI of a blob is not UTF-8"))?;
        let (offset, rest) = word(rest).ok_or_else(cut_off)?;
        let (length, _) = word(rest).ok_or_else(cut_off)?;
        Ok(Some(BlobDescriptor { uri, offset: offset.cast_signed(), length: length.cast_signed() }))
    }

    /// The bytes of version 2.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(MAGIC.to_le_bytes());
        // A URI of 2 GiB does not come about.
        bytes.extend((self.uri.len() as i32).to_le_bytes());
        bytes.extend(self.uri.as_bytes());
        bytes.extend(self.offset.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_told_from_descriptors() {
        let descriptor = BlobDescriptor { uri: "s3://b/é".to_owned(), offset: 4, length: -1 };
        let bytes = descriptor.encode();
        assert_eq!(bytes[..13], [2, 0x43, 0x53, 0x45, 0x44, 0x42, 0x4f, 0x4c, 0x42, 9, 0, 0, 0]);
        assert_eq!(BlobDescriptor::decode(&bytes).unwrap(), Some(descriptor));
        assert!(BlobDescriptor::decode(&bytes[..bytes.len() - 1]).is_err());
        for value in [&b""[..], b"x", b"a value of some length"] {
            assert_eq!(BlobDescriptor::decode(value).unwrap(), None);
        }
        assert!(is_view(&[1, 0x57, 0x45, 0x49, 0x56, 0x42, 0x4f, 0x4c, 0x42, 0]));
        assert!(!is_view(&bytes));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes: Vec<u8>) {
            let _ = BlobDescriptor::decode(&bytes);
        }
    }
}

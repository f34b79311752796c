//! The index at the end of a blob file: where each value stands.

use std::ops::Range;

use super::{ENTRY_FRAME, ENTRY_HEAD, lengths};
use crate::error::{Error, Result};

/// Bytes behind the index: its length and the version.
pub const FOOTER_LENGTH: u64 = 5;
const VERSION: u8 = 1;
const NULL: i64 = -1;
const PLACEHOLDER: i64 = -2;

/// A value of a blob file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobEntry {
    /// Null.
    Null,
    /// Not written here: the newest older file that has the row says what it is.
    Placeholder,
    /// The bytes of the payload in the file; the entry begins [`ENTRY_HEAD`] bytes before.
    Payload(Range<u64>),
}

/// Where the values of a blob file stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobIndex {
    /// Where the entry of each row begins.
    starts: Vec<u64>,
    /// Lengths of entries, or what stands for them.
    lengths: Vec<i64>,
}

/// Bytes of the index of a file of `file_size` bytes, given its last [`FOOTER_LENGTH`] bytes.
///
/// Errors: `Corrupt` where it would not fit, `Unsupported` for other versions.
pub fn index_length(footer: &[u8], file_size: u64) -> Result<u64> {
    let (Some((length, [version])), Some(room)) =
        (footer.split_first_chunk::<4>(), file_size.checked_sub(FOOTER_LENGTH))
    else {
        return Err(Error::corrupt(format!(
            "expected a blob file of at least {FOOTER_LENGTH} bytes, found {file_size}"
        )));
    };
    if *version != VERSION {
        return Err(Error::unsupported(format!("blob file of version {version}, expected {VERSION}")));
    }
    let length = i32::from_le_bytes(*length);
    let fits = u64::try_from(length).ok().filter(|length| *length <= room);
    fits.ok_or_else(|| Error::corrupt(format!("blob index of {length} bytes in a file of {file_size}")))
}

impl BlobIndex {
    /// Decodes the index that begins at `entries_end` in the file. Errors: `Corrupt` where entries do not fill the file.
    pub fn decode(index: &[u8], entries_end: u64) -> Result<Self> {
        let lengths = lengths::decode(index)?;
        let mut starts = Vec::with_capacity(lengths.len());
        let mut start = 0u64;
        for (row, length) in lengths.iter().enumerate() {
            starts.push(start);
            if matches!(*length, NULL | PLACEHOLDER) {
                continue;
            }
            let end = u64::try_from(*length).ok().filter(|length| *length >= ENTRY_FRAME);
            let end = end.and_then(|length| start.checked_add(length)).filter(|end| *end <= entries_end);
            start = end.ok_or_else(|| Error::corrupt(format!("blob entry of {length} bytes")).with("row", row))?;
        }
        if start != entries_end {
            return Err(Error::corrupt(format!("expected blob entries of {entries_end} bytes, found {start}")));
        }
        Ok(BlobIndex { starts, lengths })
    }

    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.lengths.len()
    }

    /// The value of a row, `None` outside the file.
    pub fn entry(&self, row: usize) -> Option<BlobEntry> {
        let (start, length) = (self.starts.get(row)?, self.lengths.get(row)?);
        Some(match *length {
            NULL => BlobEntry::Null,
            PLACEHOLDER => BlobEntry::Placeholder,
            length => {
                let start = start + ENTRY_HEAD;
                // Decoding checked that the frame fits.
                BlobEntry::Payload(start..start + length.unsigned_abs().saturating_sub(ENTRY_FRAME))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_one_behind_the_other() {
        let index = BlobIndex::decode(&lengths::encode(&[18, -1, 16, -2, 20]), 54).unwrap();
        let entries: Vec<_> = (0..index.row_count()).filter_map(|row| index.entry(row)).collect();
        let payload = |start, end| BlobEntry::Payload(start..end);
        assert_eq!(entries, [payload(4, 6), BlobEntry::Null, payload(22, 22), BlobEntry::Placeholder, payload(38, 42)]);
        assert_eq!(index.entry(5), None);
    }

    #[test]
    fn entries_must_fill_the_file() {
        for (lengths, end) in [(vec![18], 17), (vec![18], 19), (vec![15], 15), (vec![-3], 0), (vec![i64::MAX], 40)] {
            assert!(BlobIndex::decode(&lengths::encode(&lengths), end).is_err(), "{lengths:?}");
        }
    }

    #[test]
    fn the_footer_is_checked() {
        assert_eq!(index_length(&[3, 0, 0, 0, 1], 100).unwrap(), 3);
        assert!(index_length(&[96, 0, 0, 0, 1], 100).is_err());
        assert!(index_length(&[255, 255, 255, 255, 1], 100).is_err());
        assert!(index_length(&[3, 0, 0, 0, 2], 100).is_err());
        assert!(index_length(&[3, 0, 0], 3).is_err());
    }
}

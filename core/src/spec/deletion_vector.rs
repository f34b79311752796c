//! Deletion vectors: which rows of a data file are deleted (Java `DeletionVector`, format digest 9.1). Positions are
//! 0-based physical rows.
//!
//! ```text
//! index file   01 | vector | vector | …          addressed only by the ranges of the index manifest
//! version 1    i32 BE size | i32 BE magic 1581511376 | 32-bit roaring | i32 BE crc      size = magic + bitmap
//! version 2    i32 BE size | i32 LE magic 1681511377 | 64-bit roaring | i32 BE crc      length = size + 8
//! ```

use std::ops::Range;

use roaring::{RoaringBitmap, RoaringTreemap};

use super::index_manifest::DeletionVectorMeta;
use crate::error::{Error, Result};

/// First word of a version 1 bitmap, big-endian.
const MAGIC_V1: u32 = 1_581_511_376;
/// First word of a version 2 bitmap, little-endian.
const MAGIC_V2: u32 = 1_681_511_377;

/// Deleted positions of one data file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeletionVector(RoaringTreemap);

/// Which of its two forms a vector is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorVersion {
    /// 32-bit positions, of which Java takes 2^31.
    V1,
    /// 64-bit positions (option `deletion-vectors.bitmap64`).
    V2,
}

impl DeletionVector {
    /// Bytes of the index file to read for `meta`: the vector from its size field to its checksum.
    pub fn byte_range(meta: &DeletionVectorMeta) -> Result<Range<u64>> {
        let offset = u64::try_from(meta.offset).map_err(|_| bad("offset", meta.offset))?;
        let length = u64::try_from(meta.length).map_err(|_| bad("length", meta.length))?;
        // Version 1 counts neither size nor checksum, version 2 both: the longer reading serves for either.
        Ok(offset..offset + length + 8)
    }

    /// Decodes a vector that begins with its size field; bytes after its end are ignored.
    ///
    /// Errors: `Corrupt` for an unknown magic number, a size that `meta` contradicts, a wrong checksum or a bad bitmap.
    pub fn decode(bytes: &[u8], meta: &DeletionVectorMeta) -> Result<Self> {
        let size = word(bytes, 0)?;
        let body = usize::try_from(size).ok().and_then(|size| bytes.get(4..4usize.checked_add(size)?));
        let body = body.ok_or_else(|| Error::corrupt(format!("deletion vector of {size} bytes is cut off")))?;
        let magic = word(body, 0)?;
        let length = i64::from(meta.length);
        let positions = body.get(4..).unwrap_or_default();
        let (vector, expected) = if magic == MAGIC_V1 {
            let bitmap = RoaringBitmap::deserialize_from(positions).map_err(bad_bitmap)?;
            (bitmap.into_iter().map(u64::from).collect(), i64::from(size))
        } else if magic.swap_bytes() == MAGIC_V2 {
            (RoaringTreemap::deserialize_from(positions).map_err(bad_bitmap)?, i64::from(size) + 8)
        } else {
            return Err(Error::corrupt(format!("deletion vector has the unknown magic number {magic}")));
        };
        if length != expected {
            return Err(Error::corrupt(format!("expected a deletion vector of length {length}, found {expected}")));
        }
        let checksum = word(bytes, 4 + body.len())?;
        let found = crate::spec::checksum::crc32(body);
        if found != checksum {
            return Err(Error::corrupt(format!("deletion vector has checksum {found}, expected {checksum}")));
        }
        Ok(DeletionVector(vector))
    }

    /// Appends the vector to an index file, from its size field to its checksum, and gives the length that the index
    /// manifest tells of it: of version 1 without size and checksum, of version 2 with them.
    ///
    /// Errors: `Invalid` for a position that the version cannot hold, and for a vector of 2 GiB.
    pub fn encode(&self, version: VectorVersion, out: &mut Vec<u8>) -> Result<i32> {
        let mut body = Vec::new();
        match version {
            VectorVersion::V1 => {
                body.extend(MAGIC_V1.to_be_bytes());
                let position = |at: u64| u32::try_from(at).ok().filter(|at| *at <= i32::MAX as u32);
                let positions = self.0.iter().map(position).collect::<Option<RoaringBitmap>>();
                let mut bitmap = positions.ok_or_else(|| {
                    Error::invalid(
                        "a deletion vector of version 1 holds positions below 2^31: set deletion-vectors.bitmap64",
                    )
                })?;
                bitmap.optimize();
                bitmap.serialize_into(&mut body).map_err(unwritten)?;
            }
            VectorVersion::V2 => {
                body.extend(MAGIC_V2.to_le_bytes());
                body.extend((self.0.bitmaps().count() as u64).to_le_bytes());
                for (key, bitmap) in self.0.bitmaps() {
                    let mut bitmap = bitmap.clone();
                    bitmap.optimize();
                    body.extend(key.to_le_bytes());
                    bitmap.serialize_into(&mut body).map_err(unwritten)?;
                }
            }
        }
        let size = i32::try_from(body.len()).ok().filter(|size| *size < i32::MAX - 8);
        let size = size.ok_or_else(|| Error::invalid(format!("a deletion vector of {} bytes", body.len())))?;
        out.extend(size.to_be_bytes());
        out.extend(&body);
        out.extend(crate::spec::checksum::crc32(&body).to_be_bytes());
        Ok(match version {
            VectorVersion::V1 => size,
            VectorVersion::V2 => size + 8,
        })
    }

    /// Deletes the row at `position`; false where it was deleted already.
    pub fn delete(&mut self, position: u64) -> bool {
        self.0.insert(position)
    }

    /// Deletes the rows that `other` deletes.
    pub fn merge(&mut self, other: &DeletionVector) {
        self.0 |= &other.0;
    }

    /// The deleted positions as ascending ranges.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for position in self.0.iter() {
            match ranges.last_mut() {
                Some(range) if range.end == position => range.end += 1,
                _ => ranges.push(position..position + 1),
            }
        }
        ranges
    }

    /// Number of deleted rows.
    pub fn cardinality(&self) -> u64 {
        self.0.len()
    }

    /// True where the row at `position` is deleted.
    pub fn is_deleted(&self, position: u64) -> bool {
        self.0.contains(position)
    }

    /// The rows that are left of a file of `row_count` rows, as ascending ranges.
    pub fn live_ranges(&self, row_count: u64) -> Vec<Range<u64>> {
        let mut ranges = Vec::new();
        let mut from = 0;
        for deleted in self.0.iter().take_while(|position| *position < row_count) {
            if from < deleted {
                ranges.push(from..deleted);
            }
            from = deleted + 1;
        }
        if from < row_count {
            ranges.push(from..row_count);
        }
        ranges
    }
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = at.checked_add(4).and_then(|end| bytes.get(at..end)).and_then(|word| word.try_into().ok());
    word.map(u32::from_be_bytes).ok_or_else(|| Error::corrupt("deletion vector is cut off"))
}

fn bad(what: &'static str, value: i32) -> Error {
    Error::corrupt("deletion vector has a negative range").with(what, value)
}

fn unwritten(error: std::io::Error) -> Error {
    Error::internal("a roaring bitmap could not be written").because(error)
}

fn bad_bitmap(error: std::io::Error) -> Error {
    Error::corrupt("deletion vector holds no roaring bitmap").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(offset: i32, length: i32) -> DeletionVectorMeta {
        DeletionVectorMeta { data_file: "f".into(), offset, length, cardinality: None }
    }

    /// The example of format digest 9.1: position 1 deleted.
    const FILE: &str = "01000000165e43f2d03a300000010000000000000010000000 0100fa2b5192";

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    #[test]
    fn version_1_of_a_real_file() {
        let range = DeletionVector::byte_range(&meta(1, 22)).unwrap();
        assert_eq!(range, 1..31);
        let vector = DeletionVector::decode(&bytes(FILE)[1..], &meta(1, 22)).unwrap();
        assert_eq!(vector.cardinality(), 1);
        assert_eq!(vector.live_ranges(4), vec![0..1, 2..4]);
        assert!(vector.is_deleted(1) && !vector.is_deleted(0));
    }

    #[test]
    fn every_flipped_byte_is_an_error() {
        let good = bytes(FILE)[1..].to_vec();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            assert!(DeletionVector::decode(&bad, &meta(1, 22)).is_err(), "byte {at}");
            assert!(DeletionVector::decode(&good[..at], &meta(1, 22)).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn version_1_is_written_as_java_does() {
        let mut vector = DeletionVector::default();
        assert!(vector.delete(1) && !vector.delete(1));
        let mut file = vec![1];
        assert_eq!(vector.encode(VectorVersion::V1, &mut file).unwrap(), 22);
        assert_eq!(file, bytes(FILE));
        vector.delete(1 << 31);
        assert!(vector.encode(VectorVersion::V1, &mut file).is_err());
    }

    #[test]
    fn what_is_written_is_read() {
        let mut vector = DeletionVector::default();
        for position in (0..5000).chain((10_000..90_000).step_by(7)) {
            vector.delete(position);
        }
        let mut other = DeletionVector::default();
        other.delete(1 << 20);
        vector.merge(&other);
        for version in [VectorVersion::V1, VectorVersion::V2] {
            let mut file = vec![1];
            let length = vector.encode(version, &mut file).unwrap();
            let read = DeletionVector::decode(&file[1..], &meta(1, length)).unwrap();
            assert_eq!(read, vector, "{version:?}");
        }
        let mut file = Vec::new();
        vector.delete(5 << 32);
        let length = vector.encode(VectorVersion::V2, &mut file).unwrap();
        assert_eq!(DeletionVector::decode(&file, &meta(0, length)).unwrap(), vector);
    }

    #[test]
    fn version_2_counts_the_whole_vector() {
        let mut map = RoaringTreemap::new();
        map.extend([3u64, 4, 1 << 33]);
        let mut body = MAGIC_V2.to_le_bytes().to_vec();
        map.serialize_into(&mut body).unwrap();
        let mut file = (body.len() as u32).to_be_bytes().to_vec();
        file.extend(&body);
        file.extend(crate::spec::checksum::crc32(&body).to_be_bytes());
        let vector = DeletionVector::decode(&file, &meta(0, file.len() as i32)).unwrap();
        assert_eq!(vector.live_ranges(6), vec![0..3, 5..6]);
    }
}

//! File indexes: small structures beside a data file that tell which of its rows can match (Java `fileindex`, format
//! digest 12). Everything is big-endian but roaring bitmaps; positions are 0-based physical rows of the data file.
//!
//! ```text
//! container    magic | version | head length | columns { name, indexes { type, start, length } } | redundant | bodies
//! ```
//!
//! A container stands in the manifest entry (`_EMBEDDED_FILE_INDEX`) or in a file of its own, named by `_EXTRA_FILES`.

mod bit_slices;
mod bitmap;
mod bloom_filter;
mod bsi;
mod cursor;
mod fast_hash;
mod key;
mod range_bitmap;
mod rows;
mod write;

use bytes::Bytes;

pub use bitmap::BitmapIndex;
pub use bloom_filter::BloomFilter;
pub use bsi::BsiIndex;
use fast_hash::{has_hash, hash_written};
pub use fast_hash::{hash_datum, xxhash64};
pub use key::{Key, KeyType};
pub use range_bitmap::RangeBitmap;
pub use rows::Question;
pub(crate) use write::{FileIndexBuilder, FileIndexPlan};

use crate::{
    error::{Error, Result},
    types::DataType,
};
use cursor::Cursor;

/// First word of a container.
const MAGIC: i64 = 1_493_475_289_347_502;
/// Start of an index without a body: the column is null in all rows.
const EMPTY: i32 = -1;

/// Name of a side-car file ends so.
pub const INDEX_SUFFIX: &str = ".index";

/// The indexes of one data file.
#[derive(Clone, Debug)]
pub struct FileIndex {
    bytes: Bytes,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    column: String,
    kind: String,
    /// `None` for an empty index.
    body: Option<std::ops::Range<usize>>,
}

/// An index of one column.
#[derive(Clone, Debug)]
pub enum ColumnIndex {
    /// Which values are not there.
    BloomFilter(BloomFilter),
    /// The rows of each value.
    Bitmap(BitmapIndex),
    /// The rows of each bit of a number.
    Bsi(BsiIndex),
    /// The rows of each bit of the rank of a value.
    RangeBitmap(RangeBitmap),
    /// The column is null in all rows.
    AllNull,
}

impl FileIndex {
    /// Reads the head of a container. Errors: `Corrupt`; `Unsupported` for another version.
    pub fn decode(bytes: Bytes) -> Result<Self> {
        let mut cursor = Cursor::new(&bytes);
        let magic = cursor.long()?;
        if magic != MAGIC {
            return Err(Error::corrupt(format!("expected a file index with magic {MAGIC}, found {magic}")));
        }
        let version = cursor.int()?;
        if version != 1 {
            return Err(Error::unsupported(format!("expected a file index of version 1, found {version}")));
        }
        let head = cursor.count("head length")?;
        let mut cursor = Cursor::new(bytes.get(..head).ok_or_else(|| {
            Error::corrupt(format!("expected a file index head of {head} bytes, found {} in all", bytes.len()))
        })?);
        cursor.skip(16)?;
        let mut entries = Vec::new();
        for _ in 0..cursor.count("columns")? {
            let column = cursor.modified_utf8()?;
            for _ in 0..cursor.count("indexes")? {
                let kind = cursor.modified_utf8()?;
                let (start, length) = (cursor.int()?, cursor.int()?);
                let body = if start == EMPTY { None } else { Some(body(start, length, bytes.len())?) };
                entries.push(Entry { column: column.clone(), kind, body });
            }
        }
        Ok(FileIndex { bytes, entries })
    }

    /// Names of the indexed columns and types of their indexes, as they stand in the head. A key of a map column is
    /// named `map[key]`.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|entry| (entry.column.as_str(), entry.kind.as_str()))
    }

    /// As [`FileIndex::entries`], with the bytes of each index; `None` for one without a body.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, &str, Option<usize>)> {
        let size = |entry: &Entry| entry.body.as_ref().map(ExactSizeIterator::len);
        self.entries.iter().map(move |entry| (entry.column.as_str(), entry.kind.as_str(), size(entry)))
    }

    /// The indexes of the column `name`, whose type in the schema of the data file is `data_type`; those of a type of
    /// index or column that this build does not know are left out.
    ///
    /// Indexes of the keys of maps have names that columns may have too; for such a name there is none. Errors: `Corrupt`.
    pub fn column(&self, name: &str, data_type: &DataType) -> Result<Vec<ColumnIndex>> {
        if name.contains('[') {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.column == name) {
            let Some(range) = entry.body.clone() else {
                found.push(ColumnIndex::AllNull);
                continue;
            };
            let index = decode_index(&entry.kind, self.bytes.slice(range), data_type);
            found.extend(index.map_err(|error| error.with("column", name).with("index", &entry.kind))?);
        }
        Ok(found)
    }
}

/// Where a body lies. Errors: `Corrupt` outside of the container.
fn body(start: i32, length: i32, size: usize) -> Result<std::ops::Range<usize>> {
    let range = usize::try_from(start).ok().zip(usize::try_from(length).ok());
    let range = range.and_then(|(start, length)| Some(start..start.checked_add(length)?));
    range.filter(|range| range.end <= size).ok_or_else(|| {
        Error::corrupt(format!("expected an index within the {size} bytes of a file index, found {length} at {start}"))
    })
}

/// `None` for an index that this build does not know, or that its writer cannot have made for this type.
fn decode_index(kind: &str, bytes: Bytes, data_type: &DataType) -> Result<Option<ColumnIndex>> {
    Ok(match kind {
        "bloom-filter" => Some(ColumnIndex::BloomFilter(BloomFilter::decode(bytes)?)),
        "bitmap" => match KeyType::of_bitmap(data_type) {
            Some(key_type) => BitmapIndex::decode(bytes, key_type)?.map(ColumnIndex::Bitmap),
            None => None,
        },
        "bsi" if bsi::holds(data_type) => BsiIndex::decode(&bytes)?.map(ColumnIndex::Bsi),
        "range-bitmap" => match KeyType::of_range_bitmap(data_type) {
            Some(key_type) => RangeBitmap::decode(&bytes, key_type)?.map(ColumnIndex::RangeBitmap),
            None => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests;

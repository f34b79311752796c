//! Range bitmap: a sorted dictionary of values, and the bits of the rank of each row's value (Java `RangeBitmap`).
//!
//! ```text
//! head length: int | 1 | rows: int | values: int [| min | max] | dictionary length: int || dictionary || slices
//! dictionary   head length: int | 1 | chunks: int | length of offsets: int | length of chunks: int || offsets: int* | chunks | keys
//! chunk        1 | first value | its rank: int | place in keys: int | further values: int
//!                | fixed:    length of keys: int | length of a key: int
//!                | variable: length of offsets: int | length of keys: int         its part of keys: offsets: int*, values
//! slices       head length: int | 1 | count: byte | length of rows: int | length of places: int | { place, length: int }
//!              || rows with a value: roaring | slices: roaring
//! ```

use roaring::RoaringBitmap;

use super::{
    bit_slices::{BitSlices, Compared},
    cursor::Cursor,
    key::{Key, KeyType},
};
use crate::error::{Error, Result};

/// Slices of ranks, which are ints.
const MAX_SLICES: usize = 32;

/// The rows of each bit of the rank of a value.
#[derive(Clone, Debug)]
pub struct RangeBitmap {
    rows: u32,
    dictionary: Vec<Key>,
    slices: BitSlices,
}

impl RangeBitmap {
    /// `None` for a newer version. Errors: `Corrupt`, also where the values do not ascend.
    pub fn decode(bytes: &[u8], key_type: KeyType) -> Result<Option<Self>> {
        let mut cursor = Cursor::new(bytes);
        let Some((mut head, mut body)) = versioned(&mut cursor)? else { return Ok(None) };
        let rows = head.rows()?;
        let values = head.count("values")?;
        if values == 0 {
            return Ok(Some(RangeBitmap { rows, dictionary: Vec::new(), slices: BitSlices::default() }));
        }
        key_type.read(&mut head)?;
        key_type.read(&mut head)?;
        let length = head.count("dictionary length")?;
        let Some(dictionary) = dictionary(body.take(length)?, key_type)? else { return Ok(None) };
        if dictionary.len() != values || !dictionary.is_sorted_by(|a, b| a < b) {
            return Err(Error::corrupt(format!("expected {values} ascending values, found {}", dictionary.len())));
        }
        Ok(slices(body, rows)?.map(|slices| RangeBitmap { rows, dictionary, slices }))
    }

    /// Rows of the data file.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Rows with a value.
    pub fn not_null(&self) -> RoaringBitmap {
        self.slices.exists.clone()
    }

    /// Rows whose value is less than `key`, equal to it, and greater.
    pub(super) fn compare(&self, key: &Key) -> Compared {
        match self.dictionary.binary_search(key) {
            Ok(rank) => self.slices.compare(rank as u64),
            Err(rank) => {
                let found = self.slices.compare(rank as u64);
                Compared { less: found.less, equal: RoaringBitmap::new(), greater: found.greater | found.equal }
            }
        }
    }
}

/// Head and body behind a head length and a version; `None` for a newer version.
fn versioned<'a>(cursor: &mut Cursor<'a>) -> Result<Option<(Cursor<'a>, Cursor<'a>)>> {
    let length = cursor.count("head length")?;
    let mut head = Cursor::new(cursor.take(length)?);
    Ok((head.byte()? == 1).then(|| (head, cursor.clone())))
}

/// All values, in order.
fn dictionary(bytes: &[u8], key_type: KeyType) -> Result<Option<Vec<Key>>> {
    let mut cursor = Cursor::new(bytes);
    let Some((mut head, mut body)) = versioned(&mut cursor)? else { return Ok(None) };
    let count = head.count("chunks")?;
    let (offsets, chunks) = (head.count("length of offsets")?, head.count("length of chunks")?);
    let mut offsets = Cursor::new(body.take(offsets)?);
    let chunks = body.take(chunks)?;
    let mut values = Vec::new();
    for _ in 0..count {
        let mut chunk = Cursor::at(chunks, offsets.count("place of a chunk")?)?;
        if chunk.byte()? != 1 {
            return Ok(None);
        }
        values.push(key_type.read(&mut chunk)?);
        let (rank, place, further) =
            (chunk.count("rank")?, chunk.count("place of keys")?, chunk.count("further values")?);
        if rank + 1 != values.len() {
            return Err(Error::corrupt(format!("expected rank {} of a chunk, found {rank}", values.len() - 1)));
        }
        // A value takes a byte at least: chunks that share their keys would multiply them.
        if further > bytes.len().saturating_sub(values.len()) {
            return Err(Error::corrupt(format!("expected values within {} bytes, found {further} more", bytes.len())));
        }
        // Values stand one behind the other also where offsets say so again.
        let skipped = if key_type == KeyType::Text { chunk.count("length of offsets")? } else { 0 };
        let mut keys = Cursor::at(body.rest(), place.saturating_add(skipped))?;
        for _ in 0..further {
            values.push(key_type.read(&mut keys)?);
        }
    }
    Ok(Some(values))
}

fn slices(mut cursor: Cursor<'_>, rows: u32) -> Result<Option<BitSlices>> {
    let Some((mut head, mut body)) = versioned(&mut cursor)? else { return Ok(None) };
    let count = usize::from(head.byte()?);
    if count > MAX_SLICES {
        return Err(Error::corrupt(format!("expected at most {MAX_SLICES} slices, found {count}")));
    }
    let length = head.count("length of rows")?;
    let _places = head.count("length of places")?;
    let exists = Cursor::new(body.take(length)?).bitmap(rows)?;
    let mut slice = |_| {
        let (at, _length) = (head.count("place of a slice")?, head.int()?);
        Cursor::at(body.rest(), at)?.bitmap(rows)
    };
    let slices = (0..count).map(&mut slice).collect::<Result<_>>()?;
    Ok(Some(BitSlices { exists, slices }))
}

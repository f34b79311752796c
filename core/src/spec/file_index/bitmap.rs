//! Bitmap index: the rows of each value (Java `BitmapFileIndex`).
//!
//! ```text
//! version 1   1 | rows: int | values: int | has null: byte [offset: int] | { value, offset: int } | bitmaps
//! version 2   2 | rows: int | values: int | has null: byte [offset, length: int] | blocks: int
//!               | { first value, block offset: int } | bytes of blocks: int | blocks | bitmaps
//! block       entries: int | { value, offset: int, length: int }, values ascending
//! ```
//!
//! Offsets of bitmaps count from the first bitmap; a negative one stands for the single row `-1 - offset`.

use std::{cmp::Ordering, collections::HashMap};

use bytes::Bytes;
use roaring::RoaringBitmap;

use super::{
    cursor::Cursor,
    key::{Key, KeyType},
};
use crate::error::{Error, Result};

/// The rows of each value.
#[derive(Clone, Debug)]
pub struct BitmapIndex {
    bytes: Bytes,
    key_type: KeyType,
    rows: u32,
    /// Where the rows of null are, if there are any.
    null: Option<i32>,
    dictionary: Dictionary,
    /// Where the bitmaps begin.
    bodies: usize,
}

#[derive(Clone, Debug)]
enum Dictionary {
    /// Where the rows of each value are.
    Whole(HashMap<Key, i32>),
    /// First value of each block, ascending, and where the block begins.
    Blocks(Vec<(Key, usize)>),
}

impl BitmapIndex {
    /// `None` for a newer version. Errors: `Corrupt`.
    pub fn decode(bytes: Bytes, key_type: KeyType) -> Result<Option<Self>> {
        let mut cursor = Cursor::new(&bytes);
        let version = cursor.byte()?;
        if !(1..=2).contains(&version) {
            return Ok(None);
        }
        let rows = cursor.rows()?;
        let values = cursor.count("values")?;
        let null = if cursor.boolean()? { Some(cursor.int()?) } else { None };
        let (dictionary, rest) = if version == 1 {
            let entry = |_| Ok((key_type.read(&mut cursor)?, cursor.int()?));
            let whole = (0..values).map(entry).collect::<Result<HashMap<_, _>>>()?;
            (Dictionary::Whole(whole), cursor.rest())
        } else {
            if null.is_some() {
                cursor.int()?;
            }
            let count = cursor.count("blocks")?;
            let mut block = |_| Ok((key_type.read(&mut cursor)?, cursor.count("offset of a block")?));
            let mut blocks = (0..count).map(&mut block).collect::<Result<Vec<_>>>()?;
            let size = cursor.count("bytes of blocks")?;
            let start = bytes.len() - cursor.rest().len();
            blocks.iter_mut().for_each(|(_, at)| *at = at.saturating_add(start));
            cursor.skip(size)?;
            (Dictionary::Blocks(blocks), cursor.rest())
        };
        let bodies = bytes.len() - rest.len();
        Ok(Some(BitmapIndex { rows, null, dictionary, bodies, key_type, bytes: bytes.clone() }))
    }

    /// Rows of the data file.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Rows whose value is null. Errors: `Corrupt`.
    pub fn null(&self) -> Result<RoaringBitmap> {
        self.null.map_or_else(|| Ok(RoaringBitmap::new()), |offset| self.rows_at(offset))
    }

    /// Rows whose value is `key`. Errors: `Corrupt`.
    pub fn equal(&self, key: &Key) -> Result<RoaringBitmap> {
        let offset = match &self.dictionary {
            Dictionary::Whole(offsets) => offsets.get(key).copied(),
            Dictionary::Blocks(blocks) => self.find_in_blocks(blocks, key)?,
        };
        offset.map_or_else(|| Ok(RoaringBitmap::new()), |offset| self.rows_at(offset))
    }

    fn find_in_blocks(&self, blocks: &[(Key, usize)], key: &Key) -> Result<Option<i32>> {
        let after = blocks.partition_point(|(first, _)| first <= key);
        let Some((_, at)) = after.checked_sub(1).and_then(|block| blocks.get(block)) else { return Ok(None) };
        let mut cursor = Cursor::at(&self.bytes, *at)?;
        for _ in 0..cursor.count("entries of a block")? {
            let found = self.key_type.read(&mut cursor)?;
            let (offset, _length) = (cursor.int()?, cursor.int()?);
            match found.cmp(key) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(Some(offset)),
                Ordering::Greater => break,
            }
        }
        Ok(None)
    }

    fn rows_at(&self, offset: i32) -> Result<RoaringBitmap> {
        match usize::try_from(offset) {
            Ok(offset) => Cursor::at(&self.bytes, self.bodies.saturating_add(offset))?.bitmap(self.rows),
            Err(_) => {
                let row = (-1_i32).wrapping_sub(offset).cast_unsigned();
                if row >= self.rows {
                    return Err(Error::corrupt(format!("expected rows below {}, found {row}", self.rows)));
                }
                Ok(RoaringBitmap::from_iter([row]))
            }
        }
    }
}

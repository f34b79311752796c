//! Bitmap indexes of both versions (Java `BitmapFileIndex`); for the layout see [`super::super::bitmap`].

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::{
    IndexBuilder, bitmap_bytes, int,
    java_order::{self, By},
    key_of, next_row,
};
use crate::{
    error::Result,
    spec::file_index::{Key, KeyType},
    types::{DataType, Datum},
};

pub(super) struct BitmapBuilder {
    data_type: DataType,
    key_type: KeyType,
    version: u8,
    /// Bytes of a block of the dictionary.
    block_size: usize,
    rows: u32,
    nulls: RoaringBitmap,
    /// Values in order of their first row.
    values: Vec<(Key, RoaringBitmap)>,
    places: HashMap<Key, usize>,
}

/// A value and where its rows are: its bitmap, or the one row that it has.
struct Entry {
    key: Key,
    offset: [u8; 4],
    /// -1 for one row.
    length: [u8; 4],
}

impl BitmapBuilder {
    /// `version` is 1 or 2.
    pub(super) fn new(data_type: &DataType, key_type: KeyType, version: u8, block_size: usize) -> Self {
        BitmapBuilder {
            data_type: data_type.clone(),
            key_type,
            version,
            block_size,
            rows: 0,
            nulls: RoaringBitmap::new(),
            values: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Blocks of the dictionary: as many entries in each as fit. A value that is longer than a block gets one alone,
    /// which Java reads though it does not write such values.
    fn blocks(&self, mut entries: Vec<Entry>) -> Result<Vec<u8>> {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let mut blocks: Vec<(Key, u32, Vec<u8>)> = Vec::new();
        for entry in entries {
            let mut bytes = Vec::new();
            self.key_type.write(&entry.key, &mut bytes)?;
            bytes.extend(entry.offset);
            bytes.extend(entry.length);
            match blocks.last_mut() {
                Some((_, count, block)) if 4 + block.len() + bytes.len() <= self.block_size => {
                    *count += 1;
                    block.extend(bytes);
                }
                _ => blocks.push((entry.key, 1, bytes)),
            }
        }
        let mut out = int(blocks.len())?.to_vec();
        let mut offset = 0;
        for (first, _, block) in &blocks {
            self.key_type.write(first, &mut out)?;
            out.extend(int(offset)?);
            offset += 4 + block.len();
        }
        out.extend(int(offset)?);
        for (_, count, block) in blocks {
            out.extend(count.to_be_bytes());
            out.extend(block);
        }
        Ok(out)
    }
}

impl IndexBuilder for BitmapBuilder {
    fn add(&mut self, value: Option<Datum>) -> Result<()> {
        let row = next_row(&mut self.rows)?;
        let Some(value) = value else {
            self.nulls.insert(row);
            return Ok(());
        };
        let key = key_of(&value, &self.data_type)?;
        let place = *self.places.entry(key).or_insert_with_key(|key| {
            self.values.push((key.clone(), RoaringBitmap::new()));
            self.values.len() - 1
        });
        if let Some((_, rows)) = self.values.get_mut(place) {
            rows.insert(row);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>> {
        let nulls = std::mem::take(&mut self.nulls);
        let (null_count, first_null) = (nulls.len(), nulls.min());
        let null_bytes = bitmap_bytes(nulls)?;
        let mut bodies = if null_count > 1 { null_bytes.clone() } else { Vec::new() };
        let mut entries = Vec::with_capacity(self.values.len());
        let key_type = self.key_type;
        let values = std::mem::take(&mut self.values);
        let hash = |(key, _): &(Key, RoaringBitmap)| key_type.java_hash(key);
        for (key, rows) in java_order::of_hash_map(values, By::ComputeIfAbsent, hash) {
            if let (1, Some(row)) = (rows.len(), rows.min()) {
                entries.push(Entry { key, offset: single(row), length: (-1_i32).to_be_bytes() });
                continue;
            }
            let bytes = bitmap_bytes(rows)?;
            entries.push(Entry { key, offset: int(bodies.len())?, length: int(bytes.len())? });
            bodies.extend(bytes);
        }

        let mut out = vec![self.version];
        out.extend(self.rows.to_be_bytes());
        out.extend(int(entries.len())?);
        out.push((null_count > 0).into());
        if null_count > 0 {
            out.extend(first_null.filter(|_| null_count == 1).map_or([0; 4], single));
            if self.version == 2 {
                out.extend(int(null_bytes.len())?);
            }
        }
        if self.version == 2 {
            out.extend(self.blocks(entries)?);
        } else {
            for entry in entries {
                self.key_type.write(&entry.key, &mut out)?;
                out.extend(entry.offset);
            }
        }
        out.extend(bodies);
        Ok(out)
    }
}

/// The offset that stands for one row.
fn single(row: u32) -> [u8; 4] {
    (-1_i32).wrapping_sub(row.cast_signed()).to_be_bytes()
}

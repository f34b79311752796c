//! Range-bitmap indexes (Java `RangeBitmap`): a dictionary of the values in chunks, and the bits of their ranks.
//!
//! ```text
//! head length: int | 1 | rows: int | values: int | [least, greatest] | dictionary length: int | dictionary | slices
//! dictionary   head length: int | 1 | chunks: int | offsets length: int | chunks length: int
//!              | offsets: int… | chunks | keys of the chunks
//! chunk        1 | first key | first rank: int | place of its keys: int | further keys: int
//!              | fixed size: keys length, key size: int, or else: offsets length, keys length: int
//! slices       head length: int | 1 | count: byte | rows with a value, length: int | index length: int
//!              | { offset, length: int } | rows with a value | slices
//! ```

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::{IndexBuilder, bitmap_bytes, int, key_of, next_row};
use crate::{
    error::Result,
    spec::file_index::{Key, KeyType},
    types::{DataType, Datum},
};

pub(super) struct RangeBitmapBuilder {
    data_type: DataType,
    key_type: KeyType,
    /// Bytes of the further keys of a chunk.
    chunk_size: usize,
    rows: u32,
    values: BTreeMap<Key, RoaringBitmap>,
}

impl RangeBitmapBuilder {
    pub(super) fn new(data_type: &DataType, key_type: KeyType, chunk_size: usize) -> Self {
        RangeBitmapBuilder { data_type: data_type.clone(), key_type, chunk_size, rows: 0, values: BTreeMap::new() }
    }

    fn dictionary(&self) -> Result<Vec<u8>> {
        let mut chunks = Chunks::new(self.key_type, self.chunk_size);
        for (rank, key) in self.values.keys().enumerate() {
            chunks.add(key, rank)?;
        }
        chunks.finish()
    }
}

impl IndexBuilder for RangeBitmapBuilder {
    fn add(&mut self, value: Option<Datum>) -> Result<()> {
        let row = next_row(&mut self.rows)?;
        if let Some(value) = value {
            self.values.entry(key_of(&value, &self.data_type)?).or_default().insert(row);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>> {
        let dictionary = self.dictionary()?;
        let mut head = vec![1];
        head.extend(self.rows.to_be_bytes());
        head.extend(int(self.values.len())?);
        for key in self.values.keys().next().iter().chain(&self.values.keys().next_back()) {
            self.key_type.write(key, &mut head)?;
        }
        head.extend(int(dictionary.len())?);
        let slices = slices(std::mem::take(&mut self.values).into_values().collect())?;
        Ok([&int(head.len())?[..], &head, &dictionary, &slices].concat())
    }
}

/// The rows of each bit of the rank of a value; `values` has the rows of each, by rank.
fn slices(values: Vec<RoaringBitmap>) -> Result<Vec<u8>> {
    // Java takes 64 bits for the greatest rank of nothing, which is -1.
    let count = match values.len().checked_sub(1) {
        None => 64,
        Some(greatest) => (usize::BITS - greatest.leading_zeros()).max(1) as usize,
    };
    let mut exists = RoaringBitmap::new();
    let mut slices = vec![RoaringBitmap::new(); count];
    for (rank, rows) in values.into_iter().enumerate() {
        for (bit, slice) in slices.iter_mut().enumerate().take(usize::BITS as usize) {
            if rank >> bit & 1 == 1 {
                *slice |= &rows;
            }
        }
        exists |= rows;
    }
    let exists = bitmap_bytes(exists)?;
    let (mut index, mut bodies) = (Vec::new(), Vec::new());
    for slice in slices {
        let slice = bitmap_bytes(slice)?;
        index.extend(int(bodies.len())?);
        index.extend(int(slice.len())?);
        bodies.extend(slice);
    }
    let mut head = vec![1, count as u8];
    head.extend(int(exists.len())?);
    head.extend(int(index.len())?);
    head.extend(index);
    Ok([&int(head.len())?[..], &head, &exists, &bodies].concat())
}

/// The dictionary so far, and the open chunk.
struct Chunks {
    key_type: KeyType,
    limit: usize,
    offsets: Vec<u8>,
    chunks: Vec<u8>,
    keys: Vec<u8>,
    open: Option<Chunk>,
}

struct Chunk {
    first: Vec<u8>,
    rank: usize,
    further: usize,
    /// Where each further key begins, for keys of different lengths.
    offsets: Vec<u8>,
    keys: Vec<u8>,
}

impl Chunks {
    fn new(key_type: KeyType, limit: usize) -> Self {
        let (offsets, chunks, keys) = (Vec::new(), Vec::new(), Vec::new());
        Chunks { key_type, limit, offsets, chunks, keys, open: None }
    }

    fn add(&mut self, key: &Key, rank: usize) -> Result<()> {
        let mut bytes = Vec::new();
        self.key_type.write(key, &mut bytes)?;
        let (limit, is_text) = (self.limit, self.key_type == KeyType::Text);
        if let Some(chunk) = &mut self.open {
            let fits = chunk.keys.len() + bytes.len() <= limit && (!is_text || chunk.offsets.len() + 4 <= limit);
            if fits {
                if is_text {
                    chunk.offsets.extend(int(chunk.keys.len())?);
                }
                chunk.keys.extend(bytes);
                chunk.further += 1;
                return Ok(());
            }
        }
        self.end_chunk()?;
        self.open = Some(Chunk { first: bytes, rank, further: 0, offsets: Vec::new(), keys: Vec::new() });
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<()> {
        let Some(chunk) = self.open.take() else { return Ok(()) };
        self.offsets.extend(int(self.chunks.len())?);
        self.chunks.push(1);
        self.chunks.extend(&chunk.first);
        self.chunks.extend(int(chunk.rank)?);
        self.chunks.extend(int(self.keys.len())?);
        self.chunks.extend(int(chunk.further)?);
        if self.key_type == KeyType::Text {
            self.chunks.extend(int(chunk.offsets.len())?);
            self.chunks.extend(int(chunk.keys.len())?);
        } else {
            self.chunks.extend(int(chunk.keys.len())?);
            self.chunks.extend(int(chunk.first.len())?);
        }
        self.keys.extend(chunk.offsets);
        self.keys.extend(chunk.keys);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>> {
        self.end_chunk()?;
        let mut head = vec![1];
        head.extend(int(self.offsets.len() / 4)?);
        head.extend(int(self.offsets.len())?);
        head.extend(int(self.chunks.len())?);
        Ok([&int(head.len())?[..], &head, &self.offsets, &self.chunks, &self.keys].concat())
    }
}

//! The blocks of a container, fetched in chunks.

use bytes::{Bytes, BytesMut};

use crate::{
    error::{Error, Result},
    io::Storage,
    spec::avro::{Decompressor, Header, SYNC_BYTES},
};

/// Files up to this size are fetched with one request and may be kept in the cache.
const WHOLE_FILE: u64 = 1 << 20;
/// Bytes asked for at a time.
const CHUNK: u64 = 4 << 20;
/// Stored bytes of one block that are accepted.
const MAX_BLOCK_BYTES: usize = 64 << 20;
/// Most bytes of two numbers.
const NUMBERS: usize = 20;

/// A file that is read from front to back.
pub(super) struct Blocks {
    storage: Storage,
    path: String,
    size: u64,
    /// First byte that has not been fetched.
    next: u64,
    /// Bytes fetched and not used.
    held: Bytes,
    pub(super) header: Header,
    decompressor: Decompressor,
}

/// A block as it is stored.
pub(super) struct Block {
    /// Number of records.
    pub(super) records: u64,
    stored: Bytes,
}

impl Blocks {
    /// Fetches the start of a file and reads its header.
    pub(super) async fn open(storage: &Storage, path: &str, size: u64) -> Result<Blocks> {
        let held = match size {
            0..=WHOLE_FILE => storage.get_immutable(path).await?,
            _ => storage.get_range_immutable(path, 0..CHUNK.min(size)).await?,
        };
        if held.len() as u64 != CHUNK.min(size) {
            return Err(Error::corrupt(format!("file has {} bytes, {size} were expected", held.len())));
        }
        let (header, length) = Header::parse(&held)?;
        let decompressor = Decompressor::new(header.codec);
        let (next, held) = (held.len() as u64, held.slice(length..));
        Ok(Blocks { storage: storage.clone(), path: path.to_owned(), size, next, held, header, decompressor })
    }

    /// Bytes of the file behind the reading position.
    fn remaining(&self) -> u64 {
        self.size - self.next + self.held.len() as u64
    }

    /// Holds at least `count` bytes. Errors: `Corrupt` where the file has no more.
    async fn hold(&mut self, count: usize) -> Result<()> {
        if self.held.len() >= count {
            return Ok(());
        }
        if count as u64 > self.remaining() {
            let left = self.remaining();
            return Err(Error::corrupt(format!("expected {count} more bytes of an avro file, found {left}")));
        }
        let missing = (count - self.held.len()) as u64;
        let end = self.size.min(self.next + missing.max(CHUNK));
        let fetched = self.storage.get_range(&self.path, self.next..end).await?;
        let mut joined = BytesMut::with_capacity(self.held.len() + fetched.len());
        joined.extend_from_slice(&self.held);
        joined.extend_from_slice(&fetched);
        self.held = joined.freeze();
        self.next = end;
        Ok(())
    }

    /// The next block; `None` at the end of the file.
    pub(super) async fn next(&mut self) -> Result<Option<Block>> {
        if self.remaining() == 0 {
            return Ok(None);
        }
        self.hold(usize::try_from(self.remaining()).unwrap_or(NUMBERS).min(NUMBERS)).await?;
        let mut numbers = self.held.as_ref();
        let (records, length) = (number(&mut numbers)?, number(&mut numbers)?);
        let used = self.held.len() - numbers.len();
        let records = u64::try_from(records)
            .map_err(|_| Error::corrupt(format!("expected a number of records, found {records}")))?;
        let length = usize::try_from(length).ok().filter(|length| *length <= MAX_BLOCK_BYTES).ok_or_else(|| {
            Error::corrupt(format!("expected an avro block of at most {MAX_BLOCK_BYTES} bytes, found {length}"))
        })?;
        self.hold(used + length + SYNC_BYTES).await?;
        let block = self.held.split_to(used + length);
        if self.held.split_to(SYNC_BYTES) != self.header.sync.as_slice() {
            return Err(Error::corrupt("expected the sync marker behind an avro block, found other bytes"));
        }
        Ok(Some(Block { records, stored: block.slice(used..) }))
    }

    /// The plain bytes of a block. Errors: `Corrupt`, also where it cannot hold as many records as it claims.
    pub(super) fn plain(&mut self, block: &Block) -> Result<Bytes> {
        let plain = Bytes::from(self.decompressor.decompress(&block.stored)?);
        if block.records > plain.len() as u64 {
            let (records, length) = (block.records, plain.len());
            return Err(Error::corrupt(format!("expected {records} records in an avro block of {length} bytes")));
        }
        Ok(plain)
    }
}

/// A zig-zag number, taken from the front of `bytes`.
fn number(bytes: &mut &[u8]) -> Result<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) =
            bytes.split_first().ok_or_else(|| Error::corrupt("expected an avro block, found its start"))?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    Err(Error::corrupt("expected an avro number of at most ten bytes"))
}

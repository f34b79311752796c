//! Writes containers.

use super::{
    codec::Codec,
    container::{MAGIC, SYNC_BYTES},
};
use crate::error::Result;

/// Plain bytes at which a block ends, as Java's writer has it.
const BLOCK_BYTES: usize = 64_000;
/// Level of zstd blocks of manifests.
const MANIFEST_ZSTD_LEVEL: i32 = 1;

/// Writes a container of `records`, which `encode` lays out as `schema` says.
pub(crate) fn write_records<T>(
    schema: &str,
    codec: Codec,
    records: &[T],
    encode: impl Fn(&mut Encoder, &T),
) -> Result<Vec<u8>> {
    let mut file = ContainerWriter::new(schema, codec, MANIFEST_ZSTD_LEVEL, &records.len().to_le_bytes());
    for record in records {
        file.record(|out| encode(out, record))?;
    }
    file.finish()
}

/// A container that grows record by record.
pub(crate) struct ContainerWriter {
    codec: Codec,
    zstd_level: i32,
    sync: [u8; SYNC_BYTES],
    /// What is ready to be stored.
    out: Encoder,
    /// Records of the open block.
    block: Encoder,
    count: i64,
}

impl ContainerWriter {
    /// Begins with a header; `seed` tells files of one schema apart.
    pub(crate) fn new(schema: &str, codec: Codec, zstd_level: i32, seed: &[u8]) -> Self {
        let sync = sync_marker(schema, seed);
        let mut out = Encoder { out: MAGIC.to_vec() };
        out.number(2);
        out.text("avro.schema");
        out.text(schema);
        out.text("avro.codec");
        out.text(codec.header_name());
        out.number(0);
        out.fixed(&sync);
        let block = Encoder { out: Vec::with_capacity(BLOCK_BYTES + 4096) };
        ContainerWriter { codec, zstd_level, sync, out, block, count: 0 }
    }

    /// Appends a record, which `encode` lays out. Errors: those of the codec.
    pub(crate) fn record(&mut self, encode: impl FnOnce(&mut Encoder)) -> Result<()> {
        encode(&mut self.block);
        self.count += 1;
        if self.block.out.len() >= BLOCK_BYTES { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> Result<()> {
        self.out.number(self.count);
        self.out.bytes(&self.codec.compress(&self.block.out, self.zstd_level)?);
        self.out.fixed(&self.sync);
        self.block.out.clear();
        self.count = 0;
        Ok(())
    }

    /// Bytes that are not taken yet, those of the open block before compression.
    pub(crate) fn pending(&self) -> usize {
        self.out.out.len() + self.block.out.len()
    }

    /// Takes the bytes of the blocks that ended.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.out.take()
    }

    /// Ends the container and gives what was not taken.
    pub(crate) fn finish(&mut self) -> Result<Vec<u8>> {
        if self.count > 0 {
            self.end_block()?;
        }
        Ok(self.take())
    }
}

/// A marker that separates blocks. Random in Java, so that files can be cut at any place; here the same input gives
/// the same file.
fn sync_marker(schema: &str, seed: &[u8]) -> [u8; SYNC_BYTES] {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut marker = [0; SYNC_BYTES];
    for half in marker.chunks_exact_mut(8) {
        for byte in schema.bytes().chain(seed.iter().copied()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23);
        }
        half.copy_from_slice(&state.to_le_bytes());
    }
    marker
}

/// Appends values.
pub(crate) struct Encoder {
    out: Vec<u8>,
}

impl Encoder {
    /// Holds nothing.
    #[cfg(test)]
    pub(crate) fn new() -> Self {
        Encoder { out: Vec::new() }
    }

    /// Takes what has been appended.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Bytes as they are: `fixed`, `boolean`, `float` and `double`.
    pub(crate) fn fixed(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// An `int` or `long`.
    pub(crate) fn number(&mut self, value: i64) {
        let mut rest = (value << 1 ^ value >> 63).cast_unsigned();
        while rest >= 0x80 {
            self.out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.out.push(rest as u8);
    }

    /// `bytes`.
    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.number(value.len() as i64);
        self.out.extend_from_slice(value);
    }

    /// A `string`.
    pub(crate) fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// A list.
    pub(crate) fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.number(items.len() as i64);
            items.iter().for_each(|value| item(self, value));
        }
        self.number(0);
    }

    /// A union with null in front.
    pub(crate) fn nullable<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.number(0),
            Some(value) => {
                self.number(1);
                write(self, value);
            }
        }
    }
}

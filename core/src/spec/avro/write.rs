//! Writes containers.

use super::{
    codec::Codec,
    container::{MAGIC, SYNC_BYTES},
};
use crate::error::Result;

/// Plain bytes at which a block ends, as Java's writer has it.
const BLOCK_BYTES: usize = 64_000;

/// Writes a container of `records`, which `encode` lays out as `schema` says.
pub(crate) fn write_records<T>(
    schema: &str,
    codec: Codec,
    records: &[T],
    encode: impl Fn(&mut Encoder, &T),
) -> Result<Vec<u8>> {
    let sync = sync_marker(schema, records.len());
    let mut file = Encoder { out: MAGIC.to_vec() };
    file.number(2);
    file.text("avro.schema");
    file.text(schema);
    file.text("avro.codec");
    file.text(codec.header_name());
    file.number(0);
    file.out.extend_from_slice(&sync);

    let mut block = Encoder { out: Vec::with_capacity(BLOCK_BYTES + 4096) };
    let mut count = 0;
    for (index, record) in records.iter().enumerate() {
        encode(&mut block, record);
        count += 1;
        if block.out.len() >= BLOCK_BYTES || index + 1 == records.len() {
            file.number(count);
            file.bytes(&codec.compress(&block.out)?);
            file.out.extend_from_slice(&sync);
            block.out.clear();
            count = 0;
        }
    }
    Ok(file.out)
}

/// A marker that separates blocks. Random in Java, so that files can be cut at any place; here the same input gives
/// the same file.
fn sync_marker(schema: &str, records: usize) -> [u8; SYNC_BYTES] {
    let mut state = records as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let mut marker = [0; SYNC_BYTES];
    for half in marker.chunks_exact_mut(8) {
        for byte in schema.bytes() {
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

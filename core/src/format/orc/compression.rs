//! Streams: compressed in chunks that each have a header of three bytes, or not compressed at all.

use std::io::Read;

use bytes::{Buf, Bytes};
use flate2::bufread::DeflateDecoder;

use super::lzo;
use crate::error::{Error, Result};

/// Plain bytes of a chunk that are accepted: the length in a chunk's header ends below.
const MAX_CHUNK_BYTES: u64 = 8 << 20;
/// Plain bytes of a chunk where the file does not say.
const DEFAULT_CHUNK_BYTES: u64 = 256 << 10;
/// Bytes in front of a chunk.
const HEADER: usize = 3;

/// How the streams of a file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compression {
    codec: Codec,
    /// Most plain bytes of a chunk.
    chunk: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    None,
    Zlib,
    Snappy,
    Lzo,
    Lz4,
    Zstd,
}

impl Compression {
    /// From the postscript's `compression` and `compressionBlockSize`. Errors: `Unsupported` for other codecs.
    pub(super) fn new(kind: u64, chunk: Option<u64>) -> Result<Self> {
        let codec = match kind {
            0 => Codec::None,
            1 => Codec::Zlib,
            2 => Codec::Snappy,
            3 => Codec::Lzo,
            4 => Codec::Lz4,
            5 => Codec::Zstd,
            6 => return Err(Error::unsupported("orc files compressed with brotli cannot be read")),
            other => return Err(Error::corrupt(format!("expected an orc compression kind, found {other}"))),
        };
        let chunk = chunk.unwrap_or(DEFAULT_CHUNK_BYTES);
        if chunk > MAX_CHUNK_BYTES {
            return Err(Error::corrupt(format!(
                "expected orc compression chunks of at most {MAX_CHUNK_BYTES} bytes, found {chunk}"
            )));
        }
        Ok(Compression { codec, chunk: chunk as usize })
    }

    /// The codec's name.
    pub(super) fn name(self) -> &'static str {
        match self.codec {
            Codec::None => "none",
            Codec::Zlib => "zlib",
            Codec::Snappy => "snappy",
            Codec::Lzo => "lzo",
            Codec::Lz4 => "lz4",
            Codec::Zstd => "zstd",
        }
    }

    /// All plain bytes of `stored`. Errors: `Corrupt`, also above `limit` bytes.
    pub(super) fn expand(self, stored: Bytes, limit: usize) -> Result<Vec<u8>> {
        let mut stream = Stream::new(self, stored);
        let mut plain = Vec::new();
        loop {
            let rest = stream.rest()?;
            if rest.is_empty() {
                return Ok(plain);
            }
            if plain.len() + rest.len() > limit {
                return Err(Error::corrupt(format!("expected at most {limit} plain bytes in an orc stream")));
            }
            plain.extend_from_slice(rest);
            stream.taken = stream.chunk.len();
        }
    }

    fn decompress(self, stored: &[u8]) -> Result<Vec<u8>> {
        let broken = |error: &dyn std::fmt::Display| Error::corrupt(format!("orc chunk does not decompress: {error}"));
        let plain = match self.codec {
            Codec::None => stored.to_vec(),
            Codec::Zlib => {
                let mut plain = Vec::new();
                let mut decoder = DeflateDecoder::new(stored).take(self.chunk as u64 + 1);
                decoder.read_to_end(&mut plain).map_err(|error| broken(&error))?;
                plain
            }
            Codec::Snappy => {
                let length = snap::raw::decompress_len(stored).map_err(|error| broken(&error))?;
                if length > self.chunk {
                    return Err(self.too_large());
                }
                snap::raw::Decoder::new().decompress_vec(stored).map_err(|error| broken(&error))?
            }
            Codec::Lzo => lzo::decompress(stored, self.chunk)?,
            Codec::Lz4 => {
                let mut plain = vec![0; self.chunk];
                let length = lz4_flex::block::decompress_into(stored, &mut plain).map_err(|error| broken(&error))?;
                plain.truncate(length);
                plain
            }
            Codec::Zstd => zstd::bulk::decompress(stored, self.chunk).map_err(|error| broken(&error))?,
        };
        if plain.len() > self.chunk { Err(self.too_large()) } else { Ok(plain) }
    }

    fn too_large(self) -> Error {
        Error::corrupt(format!("expected orc chunks of at most {} plain bytes", self.chunk))
    }
}

/// The plain bytes of a stream, chunk by chunk. A stream that is not there is empty.
pub(super) struct Stream {
    compression: Compression,
    stored: Bytes,
    chunk: Bytes,
    /// Bytes of the chunk that were taken.
    taken: usize,
}

impl Stream {
    pub(super) fn new(compression: Compression, stored: Bytes) -> Self {
        let (stored, chunk) = match compression.codec {
            Codec::None => (Bytes::new(), stored),
            _ => (stored, Bytes::new()),
        };
        Stream { compression, stored, chunk, taken: 0 }
    }

    /// What is left of the current chunk, of the next one where that is nothing; empty at the end only.
    fn rest(&mut self) -> Result<&[u8]> {
        while self.taken >= self.chunk.len() && !self.stored.is_empty() {
            self.next_chunk()?;
        }
        Ok(self.chunk.get(self.taken..).unwrap_or_default())
    }

    fn next_chunk(&mut self) -> Result<()> {
        let header: [u8; HEADER] = self.stored.first_chunk().copied().ok_or_else(end)?;
        let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let (length, is_plain) = ((header >> 1) as usize, header & 1 == 1);
        if length > self.stored.len() - HEADER {
            return Err(end());
        }
        self.stored.advance(HEADER);
        let stored = self.stored.split_to(length);
        self.chunk = if is_plain { stored } else { self.compression.decompress(&stored)?.into() };
        self.taken = 0;
        Ok(())
    }

    /// The next byte. Errors: `Corrupt` at the end.
    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8> {
        if let Some(byte) = self.chunk.get(self.taken) {
            self.taken += 1;
            return Ok(*byte);
        }
        let byte = self.rest()?.first().copied().ok_or_else(end)?;
        self.taken += 1;
        Ok(byte)
    }

    /// Appends the next `count` bytes to `out`, which grows as bytes are found. Errors: `Corrupt` where there are fewer.
    pub(super) fn take(&mut self, mut count: usize, out: &mut Vec<u8>) -> Result<()> {
        while count > 0 {
            let rest = self.rest()?;
            if rest.is_empty() {
                return Err(end());
            }
            let part = rest.get(..count.min(rest.len())).unwrap_or_default();
            out.extend_from_slice(part);
            let taken = part.len();
            self.taken += taken;
            count -= taken;
        }
        Ok(())
    }

    /// A number of seven bits a byte, lowest first. Errors: `Corrupt` beyond `u128`.
    pub(super) fn varint(&mut self) -> Result<u128> {
        let mut value = 0_u128;
        for shift in (0..133).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7F);
            if shift == 126 && bits > 3 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Error::corrupt("expected an orc number of at most 128 bits"))
    }
}

fn end() -> Error {
    Error::corrupt("expected more bytes of an orc stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chunk of 4 MiB of zeros where the file says that chunks have 256 KiB.
    fn bomb(kind: u64, zeros: &[u8]) -> Vec<u8> {
        let stored = match kind {
            1 => {
                let mut out = Vec::new();
                let mut encoder = flate2::bufread::DeflateEncoder::new(zeros, flate2::Compression::fast());
                encoder.read_to_end(&mut out).unwrap();
                out
            }
            2 => snap::raw::Encoder::new().compress_vec(zeros).unwrap(),
            3 => [&[18, 0, 32][..], &vec![0; zeros.len() / 255 + 1], &[1, 0, 0, 17, 0, 0]].concat(),
            4 => lz4_flex::block::compress(zeros),
            _ => zstd::bulk::compress(zeros, 1).unwrap(),
        };
        let header = (stored.len() as u32) << 1;
        [&header.to_le_bytes()[..HEADER], &stored].concat()
    }

    #[test]
    fn bombs_are_refused_by_every_codec() {
        for kind in 1..=5 {
            let compression = Compression::new(kind, None).unwrap();
            let sound = compression.expand(bomb(kind, &[0; 1000]).into(), 1 << 20).unwrap();
            assert!(sound.len() >= 1000 && sound.iter().all(|byte| *byte == 0), "{kind}");
            let bomb = Bytes::from(bomb(kind, &vec![0; 4 << 20]));
            assert!(compression.expand(bomb.clone(), 1 << 30).is_err(), "{kind}");
            // As many chunks as there are, no more is taken than the limit.
            let chunk = self::bomb(kind, &[0; 1000]);
            assert!(compression.expand(chunk.repeat(100).into(), 50_000).is_err(), "{kind}");
        }
        assert!(Compression::new(1, Some(u64::MAX)).is_err());
    }
}

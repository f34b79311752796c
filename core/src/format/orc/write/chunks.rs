//! Compresses streams in chunks, each behind a header of three bytes.

use std::io::Read;

use flate2::{Compression as Level, bufread::DeflateEncoder};

use crate::error::{Error, Result};

/// Plain bytes of a chunk.
pub(super) const CHUNK: usize = 256 << 10;

/// How streams are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compressor {
    None,
    Zlib,
    Snappy,
    Lz4,
    /// With this level.
    Zstd(i32),
}

impl Compressor {
    /// By the option `file.compression`, under the names that Java takes for ORC files. Errors: `Unsupported` for codecs
    /// of ORC that this crate does not write, `Invalid` for other words and levels.
    pub(super) fn new(name: &str, zstd_level: i32) -> Result<Self> {
        Ok(match name {
            "none" | "uncompressed" => Compressor::None,
            "zlib" => Compressor::Zlib,
            "snappy" => Compressor::Snappy,
            "lz4" => Compressor::Lz4,
            "zstd" if (1..=22).contains(&zstd_level) => Compressor::Zstd(zstd_level),
            "zstd" => return Err(Error::invalid("file.compression.zstd-level takes 1 to 22")),
            "lzo" | "brotli" => {
                return Err(Error::unsupported(format!("orc files compressed with {name} are not written")));
            }
            _ => {
                let codecs = "zstd, zlib, snappy, lz4 or none";
                return Err(Error::invalid(format!("file.compression of orc files takes {codecs}, not {name:?}")));
            }
        })
    }

    /// Number in the postscript.
    pub(super) fn code(self) -> u64 {
        match self {
            Compressor::None => 0,
            Compressor::Zlib => 1,
            Compressor::Snappy => 2,
            Compressor::Lz4 => 4,
            Compressor::Zstd(_) => 5,
        }
    }

    /// A stream as it is stored. Errors: those of the codec.
    pub(super) fn stored(self, plain: &[u8]) -> Result<Vec<u8>> {
        if self == Compressor::None {
            return Ok(plain.to_vec());
        }
        let mut out = Vec::new();
        for chunk in plain.chunks(CHUNK) {
            let compressed = self.compress(chunk)?;
            let (body, is_original) =
                if compressed.len() < chunk.len() { (compressed.as_slice(), 0) } else { (chunk, 1) };
            let head = (body.len() << 1 | is_original).to_le_bytes();
            out.extend(head.iter().take(3));
            out.extend_from_slice(body);
        }
        Ok(out)
    }

    fn compress(self, plain: &[u8]) -> Result<Vec<u8>> {
        let failed = |error: std::io::Error| Error::internal("an orc stream was not compressed").because(error);
        match self {
            Compressor::None => Ok(plain.to_vec()),
            Compressor::Zlib => {
                let mut out = Vec::new();
                DeflateEncoder::new(plain, Level::default()).read_to_end(&mut out).map_err(failed)?;
                Ok(out)
            }
            Compressor::Snappy => snap::raw::Encoder::new()
                .compress_vec(plain)
                .map_err(|error| Error::internal("an orc stream was not compressed").because(error)),
            Compressor::Lz4 => Ok(lz4_flex::block::compress(plain)),
            Compressor::Zstd(level) => zstd::bulk::compress(plain, level).map_err(failed),
        }
    }
}

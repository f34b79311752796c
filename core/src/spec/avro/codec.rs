//! Block compression of Avro containers.

use std::io::Read;

use bzip2::bufread::BzEncoder;
#[cfg(feature = "complete")]
use bzip2::read::MultiBzDecoder;
use flate2::{Compression, bufread::DeflateDecoder, bufread::DeflateEncoder};
#[cfg(feature = "complete")]
use lzma_rust2::XzReader;
use zstd::stream::raw::{Decoder as ZstdDecoder, Operation};

use crate::error::{Error, Result};

/// Plain bytes of one block that are accepted: blocks are written at some 64 KiB, so this refuses only bombs.
const MAX_BLOCK_BYTES: usize = 64 << 20;
/// Memory that decoding an xz block may take, in KiB: the dictionary of its highest preset and some.
#[cfg(feature = "complete")]
const MAX_XZ_KIB: u32 = 80 << 10;

/// How the blocks of a container are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    Null,
    /// Raw deflate.
    Deflate,
    /// Snappy, followed by a CRC-32 of the plain bytes.
    Snappy,
    /// Zstandard, Paimon's default.
    Zstandard,
    /// Bzip2; not for manifests.
    Bzip2,
    /// Xz; read only.
    Xz,
}

impl Codec {
    /// The codec of a table option such as `manifest.compression`.
    ///
    /// Errors: `Unsupported` for codecs of Avro that this crate does not write, `Invalid` for other words.
    pub fn from_option(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "zstd" | "zstandard" => Codec::Zstandard,
            "snappy" => Codec::Snappy,
            "deflate" | "gzip" | "zlib" => Codec::Deflate,
            "none" | "null" | "" => Codec::Null,
            "bzip2" | "xz" => return Err(unsupported_writing(text)),
            _ => {
                let message = format!("expected an avro codec (zstd, snappy, deflate, null), found {text:?}");
                return Err(Error::invalid(message));
            }
        })
    }

    /// The codec of a data file by the option `file.compression`, under the names that Java takes for Avro files, and
    /// `none`.
    ///
    /// Errors: `Unsupported` for codecs of Avro that this crate does not write, `Invalid` for other words.
    pub(crate) fn of_data_file(name: &str) -> Result<Self> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "zstd" | "zstandard" => Codec::Zstandard,
            "snappy" => Codec::Snappy,
            "deflate" => Codec::Deflate,
            "bzip2" => Codec::Bzip2,
            "none" | "null" | "uncompressed" => Codec::Null,
            "xz" => return Err(unsupported_writing(name)),
            _ => {
                let codecs = "zstd, snappy, deflate, bzip2 or null";
                return Err(Error::invalid(format!("file.compression of avro files takes {codecs}, not {name:?}")));
            }
        })
    }

    /// The codec of a container header; absent means none. Errors: `Unsupported`.
    pub(super) fn from_header(name: &[u8]) -> Result<Self> {
        match name {
            b"null" | b"" => Ok(Codec::Null),
            b"deflate" => Ok(Codec::Deflate),
            b"snappy" => Ok(Codec::Snappy),
            b"zstandard" => Ok(Codec::Zstandard),
            b"bzip2" => Ok(Codec::Bzip2),
            b"xz" => Ok(Codec::Xz),
            other => Err(unsupported(&String::from_utf8_lossy(other))),
        }
    }

    /// The name in container headers.
    pub(super) fn header_name(self) -> &'static str {
        match self {
            Codec::Null => "null",
            Codec::Deflate => "deflate",
            Codec::Snappy => "snappy",
            Codec::Zstandard => "zstandard",
            Codec::Bzip2 => "bzip2",
            Codec::Xz => "xz",
        }
    }

    /// Compresses a block. Errors: `Unsupported` for codecs that are only read.
    pub(super) fn compress(self, plain: &[u8], zstd_level: i32) -> Result<Vec<u8>> {
        let failed = |error: std::io::Error| Error::internal("cannot compress an avro block").because(error);
        match self {
            Codec::Null => Ok(plain.to_vec()),
            Codec::Deflate => {
                let mut out = Vec::new();
                DeflateEncoder::new(plain, Compression::default()).read_to_end(&mut out).map_err(failed)?;
                Ok(out)
            }
            Codec::Snappy => {
                let mut out = snap::raw::Encoder::new()
                    .compress_vec(plain)
                    .map_err(|error| Error::internal("cannot compress an avro block").because(error))?;
                out.extend_from_slice(&crc(plain).to_be_bytes());
                Ok(out)
            }
            Codec::Zstandard => zstd::bulk::compress(plain, zstd_level).map_err(failed),
            Codec::Bzip2 => {
                let mut out = Vec::new();
                BzEncoder::new(plain, bzip2::Compression::best()).read_to_end(&mut out).map_err(failed)?;
                Ok(out)
            }
            Codec::Xz => Err(unsupported_writing(self.header_name())),
        }
    }
}

fn unsupported(name: &str) -> Error {
    let known = "null, deflate, snappy, zstandard, bzip2, xz";
    Error::unsupported(format!("avro codec {name:?} is not supported ({known} are)"))
}

fn unsupported_writing(name: &str) -> Error {
    Error::unsupported(format!("avro codec {name:?} is not written (null, deflate, snappy and zstandard are)"))
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Decompresses the blocks of one container; keeps the state of the codec between them.
pub(crate) struct Decompressor {
    codec: Codec,
    zstd: Option<ZstdDecoder<'static>>,
}

impl Decompressor {
    pub(crate) fn new(codec: Codec) -> Self {
        Decompressor { codec, zstd: None }
    }

    /// The plain bytes of a block. Errors: `Corrupt`, also for blocks above the cap; `Unsupported` for codecs that this build
    /// lacks.
    pub(crate) fn decompress(&mut self, block: &[u8]) -> Result<Vec<u8>> {
        let plain = match self.codec {
            Codec::Null => block.to_vec(),
            Codec::Deflate => read_capped(DeflateDecoder::new(block))?,
            #[cfg(feature = "complete")]
            Codec::Bzip2 => read_capped(MultiBzDecoder::new(block))?,
            #[cfg(feature = "complete")]
            Codec::Xz => read_capped(XzReader::new_mem_limit(block, true, MAX_XZ_KIB))?,
            #[cfg(not(feature = "complete"))]
            Codec::Bzip2 | Codec::Xz => return Err(Error::lacking("bzip2 and xz")),
            Codec::Snappy => unsnap(block)?,
            Codec::Zstandard => {
                let decoder = match &mut self.zstd {
                    Some(decoder) => decoder,
                    empty => empty.insert(ZstdDecoder::new().map_err(broken)?),
                };
                unzstd(decoder, block)?
            }
        };
        if plain.len() > MAX_BLOCK_BYTES { Err(too_large()) } else { Ok(plain) }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::corrupt("cannot decompress an avro block").because(error)
}

fn too_large() -> Error {
    Error::corrupt(format!("expected avro blocks of at most {MAX_BLOCK_BYTES} plain bytes"))
}

/// Everything that `decoder` gives, and at most one byte above the cap.
fn read_capped(decoder: impl Read) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    decoder.take(MAX_BLOCK_BYTES as u64 + 1).read_to_end(&mut plain).map_err(broken)?;
    Ok(plain)
}

fn unsnap(block: &[u8]) -> Result<Vec<u8>> {
    let (block, expected) =
        block.split_last_chunk::<4>().ok_or_else(|| Error::corrupt("expected a checksum behind a snappy block"))?;
    let snap_broken = |error| Error::corrupt("cannot decompress an avro block").because(error);
    if snap::raw::decompress_len(block).map_err(snap_broken)? > MAX_BLOCK_BYTES {
        return Err(too_large());
    }
    let plain = snap::raw::Decoder::new().decompress_vec(block).map_err(snap_broken)?;
    let (expected, found) = (u32::from_be_bytes(*expected), crc(&plain));
    if expected != found {
        return Err(Error::corrupt(format!(
            "expected the checksum {expected:08x} of a snappy block, found {found:08x}"
        )));
    }
    Ok(plain)
}

/// Decompresses all frames of a block, growing the output as it fills.
fn unzstd(decoder: &mut ZstdDecoder<'static>, block: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    let mut rest = block;
    while !rest.is_empty() {
        decoder.reinit().map_err(broken)?;
        loop {
            let filled = plain.len();
            if filled > MAX_BLOCK_BYTES {
                return Err(too_large());
            }
            plain.resize(filled + filled.clamp(128 << 10, MAX_BLOCK_BYTES), 0);
            let output = plain.get_mut(filled..).unwrap_or_default();
            let status = decoder.run_on_buffers(rest, output).map_err(broken)?;
            plain.truncate(filled + status.bytes_written);
            rest = rest.get(status.bytes_read..).unwrap_or_default();
            if status.remaining == 0 {
                break;
            }
            if status.bytes_read == 0 && status.bytes_written == 0 {
                return Err(Error::corrupt("expected the end of a zstandard frame, found the end of the block"));
            }
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// 65 MiB of zeros in xz: a file of another encoder.
    const XZ_BOMB: &[u8] = include_bytes!("testdata/zeros.xz");

    #[test]
    fn blocks_survive_every_codec_that_is_written() {
        let plain = b"abcabcabc".repeat(9);
        for codec in [Codec::Null, Codec::Deflate, Codec::Snappy, Codec::Zstandard, Codec::Bzip2] {
            let stored = codec.compress(&plain, 3).unwrap();
            assert_eq!(Decompressor::new(codec).decompress(&stored).unwrap(), plain, "{codec:?}");
        }
    }

    #[test]
    fn bombs_are_refused_by_every_codec() {
        let zeros = vec![0; MAX_BLOCK_BYTES + (1 << 20)];
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(&zeros).unwrap();
        let bombs = [
            (Codec::Deflate, Codec::Deflate.compress(&zeros, 1).unwrap()),
            (Codec::Snappy, Codec::Snappy.compress(&zeros, 1).unwrap()),
            (Codec::Zstandard, Codec::Zstandard.compress(&zeros, 1).unwrap()),
            (Codec::Bzip2, bzip2.finish().unwrap()),
            (Codec::Xz, XZ_BOMB.to_vec()),
        ];
        for (codec, stored) in bombs {
            let error = Decompressor::new(codec).decompress(&stored).unwrap_err();
            assert!(error.to_string().contains("at most"), "{codec:?} {error}");
        }
    }
}

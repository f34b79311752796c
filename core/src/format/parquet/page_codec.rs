//! Decompresses pages, to exactly as many bytes as their headers say: a bomb gets no more memory than it claims.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use zstd::bulk::Decompressor;

use crate::error::{Error, Result};

/// Buffer of the Brotli decoder.
#[cfg(feature = "complete")]
const BROTLI_BUFFER: usize = 16 << 10;

/// Decompresses the pages of one column chunk; keeps the state of the codec between them.
pub(super) struct PageCodec {
    codec: Compression,
    zstd: Option<Decompressor<'static>>,
}

impl PageCodec {
    pub(super) fn new(codec: Compression) -> PageCodec {
        PageCodec { codec, zstd: None }
    }

    /// Errors: `Unsupported` for codecs that this build does not know.
    pub(super) fn check(codec: Compression) -> Result<()> {
        match codec {
            Compression::LZO => Err(Error::unsupported("parquet pages compressed with lzo cannot be read")),
            #[cfg(not(feature = "complete"))]
            Compression::BROTLI(_) => Err(Error::lacking("brotli")),
            _ => Ok(()),
        }
    }

    /// Whether pages are stored as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.codec == Compression::UNCOMPRESSED
    }

    /// Appends what `stored` holds to `plain`, so that it has `length` bytes. Errors: `Corrupt`.
    pub(super) fn decompress(&mut self, stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<()> {
        match self.codec {
            Compression::UNCOMPRESSED => plain.extend_from_slice(stored),
            Compression::SNAPPY => fill(plain, length, |out| snap::raw::Decoder::new().decompress(stored, out))?,
            Compression::LZ4_RAW => fill(plain, length, |out| lz4_flex::block::decompress_into(stored, out))?,
            Compression::GZIP(_) => read(MultiGzDecoder::new(stored), plain, length)?,
            Compression::ZSTD(_) => self.unzstd(stored, plain, length)?,
            #[cfg(feature = "complete")]
            Compression::BROTLI(_) => read(brotli::Decompressor::new(stored, BROTLI_BUFFER), plain, length)?,
            Compression::LZ4 => super::page_lz4::decompress(stored, plain, length)?,
            other => {
                return PageCodec::check(other).and(Err(Error::internal(format!("codec {other} was let through"))));
            }
        }
        Ok(())
    }

    fn unzstd(&mut self, stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<()> {
        let decoder = match &mut self.zstd {
            Some(decoder) => decoder,
            empty => empty.insert(Decompressor::new().map_err(broken)?),
        };
        let begin = plain.len() as u64;
        plain.reserve_exact(length.saturating_sub(plain.len()));
        let mut out = Cursor::new(plain);
        out.set_position(begin);
        decoder.decompress_to_buffer(stored, &mut out).map_err(broken)?;
        Ok(())
    }
}

/// Everything that `decoder` gives, but no more than one byte too many.
pub(super) fn read(decoder: impl Read, plain: &mut Vec<u8>, length: usize) -> Result<()> {
    let wanted = length.saturating_sub(plain.len()) as u64;
    decoder.take(wanted + 1).read_to_end(plain).map_err(broken)?;
    Ok(())
}

/// Has the bytes up to `length` written by `decompress`, which says how many it wrote.
pub(super) fn fill<E: std::error::Error + Send + Sync + 'static>(
    plain: &mut Vec<u8>,
    length: usize,
    decompress: impl FnOnce(&mut [u8]) -> Result<usize, E>,
) -> Result<()> {
    let begin = plain.len();
    plain.resize(length.max(begin), 0);
    let written = decompress(plain.get_mut(begin..).unwrap_or_default()).map_err(broken)?;
    plain.truncate(begin + written);
    Ok(())
}

pub(super) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::corrupt("cannot decompress a page").because(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use parquet::basic::{BrotliLevel, GzipLevel, ZstdLevel};

    use super::*;

    /// Many zeros, by each codec.
    fn zeros() -> [(Compression, Vec<u8>); 6] {
        let zeros = vec![0; 64 << 20];
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&zeros).unwrap();
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        frame.write_all(&zeros).unwrap();
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 1, 20).write_all(&zeros).unwrap();
        [
            (Compression::GZIP(GzipLevel::default()), gzip.finish().unwrap()),
            (Compression::LZ4, frame.finish().unwrap()),
            (Compression::LZ4_RAW, lz4_flex::block::compress(&zeros)),
            (Compression::BROTLI(BrotliLevel::default()), brotli),
            (Compression::SNAPPY, snap::raw::Encoder::new().compress_vec(&zeros).unwrap()),
            (Compression::ZSTD(ZstdLevel::default()), zstd::bulk::compress(&zeros, 1).unwrap()),
        ]
    }

    #[test]
    fn bombs_get_no_more_memory_than_they_claim() {
        for (codec, stored) in zeros() {
            let plain = |length: usize| {
                let mut plain = vec![7; 3];
                PageCodec::new(codec).decompress(&stored, &mut plain, length + 3).map(|()| plain)
            };
            let whole = plain(64 << 20).unwrap();
            assert!(whole.len() == (64 << 20) + 3 && whole.starts_with(&[7, 7, 7, 0]), "{codec}");
            for claimed in [(64 << 20) - 1, 100] {
                assert!(plain(claimed).is_err() || plain(claimed).unwrap().len() == claimed + 4, "{codec}");
            }
        }
    }
}

//! How much compressed pages hold. The decoder takes whatever comes out of gzip, Brotli and LZ4 frames before it compares that
//! with the header, so a bomb would fill the memory. The other codecs get a buffer of the size that the header says.

use std::io::{Read, sink};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;

use crate::error::{Error, Result};

/// Up to this many stored bytes, gzip and LZ4 cannot hold what no memory has: they shrink by 1032 and 255 at most.
const HARMLESS: usize = 32 << 10;
/// First bytes of an LZ4 frame.
const LZ4_FRAME: [u8; 4] = [0x04, 0x22, 0x4D, 0x18];
/// Buffer of the Brotli decoder.
const BROTLI_BUFFER: usize = 16 << 10;

/// Checks that `stored` holds no more than `plain` bytes. What does not decompress is left to the decoder.
///
/// Errors: `Corrupt`.
pub(super) fn check(codec: Compression, stored: &[u8], plain: u64) -> Result<()> {
    let found = match codec {
        Compression::GZIP(_) if stored.len() > HARMLESS => count(MultiGzDecoder::new(stored), plain),
        Compression::LZ4 if stored.len() > HARMLESS && stored.starts_with(&LZ4_FRAME) => {
            count(lz4_flex::frame::FrameDecoder::new(stored), plain)
        }
        Compression::BROTLI(_) => count(brotli::Decompressor::new(stored, BROTLI_BUFFER), plain),
        _ => return Ok(()),
    };
    if found > plain {
        return Err(Error::corrupt(format!("page of {} bytes holds more than the {plain} it claims", stored.len())));
    }
    Ok(())
}

/// Bytes that come out of `decoder`, counted up to one more than `plain`; 0 where it fails.
fn count(decoder: impl Read, plain: u64) -> u64 {
    std::io::copy(&mut decoder.take(plain.saturating_add(1)), &mut sink()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use parquet::basic::{BrotliLevel, GzipLevel};

    use super::*;

    /// More zeros than are harmless, by each codec.
    fn zeros() -> [(Compression, Vec<u8>); 3] {
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
            (Compression::BROTLI(BrotliLevel::default()), brotli),
        ]
    }

    #[test]
    fn bombs_are_refused() {
        for (codec, stored) in zeros() {
            assert!(check(codec, &stored, 64 << 20).is_ok(), "{codec}");
            assert!(check(codec, &stored, (64 << 20) - 1).is_err(), "{codec}");
            assert!(check(codec, &stored, 100).is_err(), "{codec}");
        }
    }
}

//! The codec that Parquet calls LZ4: blocks in Hadoop's frames; of some writers LZ4's own frames, or a bare block.

use lz4_flex::{block::decompress_into, frame::FrameDecoder};

use super::page_codec::{broken, fill, read};
use crate::error::{Error, Result};

/// Appends what `stored` holds to `plain`, so that it has `length` bytes. Errors: `Corrupt`.
pub(super) fn decompress(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<()> {
    let begin = plain.len();
    if hadoop(stored, plain, length).is_ok() && plain.len() == length {
        return Ok(());
    }
    plain.truncate(begin);
    if read(FrameDecoder::new(stored), plain, length).is_ok() && plain.len() == length {
        return Ok(());
    }
    plain.truncate(begin);
    fill(plain, length, |out| decompress_into(stored, out))
}

/// Frames of `{plain bytes u32, stored bytes u32, block}`, big-endian, until the input ends.
fn hadoop(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<()> {
    let mut rest = stored;
    while !rest.is_empty() {
        let frame = || Error::corrupt("an lz4 frame is cut");
        let (plain_bytes, after) = rest.split_first_chunk::<4>().ok_or_else(frame)?;
        let (stored_bytes, after) = after.split_first_chunk::<4>().ok_or_else(frame)?;
        let (plain_bytes, stored_bytes) =
            (u32::from_be_bytes(*plain_bytes) as usize, u32::from_be_bytes(*stored_bytes) as usize);
        let (block, after) = after.split_at_checked(stored_bytes).ok_or_else(frame)?;
        let end = plain.len().checked_add(plain_bytes).filter(|end| *end <= length).ok_or_else(frame)?;
        let begin = plain.len();
        plain.resize(end, 0);
        if decompress_into(block, plain.get_mut(begin..).unwrap_or_default()).map_err(broken)? != plain_bytes {
            return Err(frame());
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn all_three_framings_are_read() {
        let plain = b"abcabcabcabc".repeat(1000);
        let block = lz4_flex::block::compress(&plain);
        let mut own = lz4_flex::frame::FrameEncoder::new(Vec::new());
        own.write_all(&plain).unwrap();
        let frames = |parts: &[&[u8]]| {
            let frame = |part: &&[u8]| {
                let block = lz4_flex::block::compress(part);
                [&(part.len() as u32).to_be_bytes()[..], &(block.len() as u32).to_be_bytes()[..], &block].concat()
            };
            parts.iter().flat_map(frame).collect::<Vec<u8>>()
        };
        let (front, back) = plain.split_at(5000);
        for stored in [frames(&[&plain]), frames(&[front, back]), own.finish().unwrap(), block] {
            let mut found = vec![9];
            decompress(&stored, &mut found, plain.len() + 1).unwrap();
            assert_eq!(found.split_first().unwrap(), (&9, plain.as_slice()));
            let mut cut = Vec::new();
            assert!(
                decompress(&stored[..stored.len() - 30], &mut cut, plain.len()).is_err() || cut.len() < plain.len()
            );
        }
    }
}

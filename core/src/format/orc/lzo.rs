//! LZO1X, the compression that ORC calls lzo: instructions that copy bytes of the input or of the output.
//!
//! Our own, because the crate `lzokay-native` panics on distances beyond the output and does not limit it.

use crate::error::{Error, Result};

/// Distances of this are the end of the stream.
const END: usize = 1 << 14;

/// The plain bytes of `stored`. Errors: `Corrupt`, also above `limit` bytes.
pub(super) fn decompress(stored: &[u8], limit: usize) -> Result<Vec<u8>> {
    let mut stream = Stream { stored, plain: Vec::new(), limit };
    // How many bytes were taken from the input between the last copies; 4 for four or more.
    let mut literals = 0;
    if let Some(first @ 18..) = stored.first().copied() {
        stream.byte()?;
        let count = usize::from(first) - 17;
        stream.take(count)?;
        literals = count.min(4);
    }
    loop {
        let instruction = stream.byte()?;
        let bits = usize::from(instruction);
        let (distance, length, following) = match instruction {
            64.. => {
                let distance = (usize::from(stream.byte()?) << 3) + (bits >> 2 & 7) + 1;
                (distance, (bits >> 5) + 1, bits & 3)
            }
            32.. => {
                let length = stream.length(bits & 31, 31)? + 2;
                let pair = stream.pair()?;
                ((pair >> 2) + 1, length, pair & 3)
            }
            16.. => {
                let length = stream.length(bits & 7, 7)? + 2;
                let pair = stream.pair()?;
                let distance = END + ((bits & 8) << 11) + (pair >> 2);
                if distance == END {
                    return Ok(stream.plain);
                }
                (distance, length, pair & 3)
            }
            _ if literals == 0 => {
                let count = stream.length(bits, 15)? + 3;
                stream.take(count)?;
                literals = 4;
                continue;
            }
            _ => {
                let (nearest, length) = if literals == 4 { (2049, 3) } else { (1, 2) };
                ((usize::from(stream.byte()?) << 2) + (bits >> 2) + nearest, length, bits & 3)
            }
        };
        stream.repeat(distance, length)?;
        stream.take(following)?;
        literals = following;
    }
}

struct Stream<'a> {
    stored: &'a [u8],
    plain: Vec<u8>,
    limit: usize,
}

impl Stream<'_> {
    fn byte(&mut self) -> Result<u8> {
        let (byte, rest) = self.stored.split_first().ok_or_else(end)?;
        self.stored = rest;
        Ok(*byte)
    }

    /// Two bytes, the lower one first.
    fn pair(&mut self) -> Result<usize> {
        Ok(usize::from(self.byte()?) | usize::from(self.byte()?) << 8)
    }

    /// A length of an instruction: where its bits are zero, the sum of `most` and of the bytes up to one that is not zero,
    /// of which zeros count 255.
    fn length(&mut self, bits: usize, most: usize) -> Result<usize> {
        if bits > 0 {
            return Ok(bits);
        }
        let mut length = most;
        loop {
            match self.byte()? {
                0 => length += 255,
                byte => return Ok(length + usize::from(byte)),
            }
        }
    }

    /// Copies the next `count` bytes of the input.
    fn take(&mut self, count: usize) -> Result<()> {
        self.check(count)?;
        let (taken, rest) = self.stored.split_at_checked(count).ok_or_else(end)?;
        self.plain.extend_from_slice(taken);
        self.stored = rest;
        Ok(())
    }

    /// Copies `count` bytes of the output from `distance` before its end; they may be among those copied.
    fn repeat(&mut self, distance: usize, count: usize) -> Result<()> {
        self.check(count)?;
        let start = self.plain.len().checked_sub(distance);
        let start = start.ok_or_else(|| Error::corrupt("expected an lzo distance within the bytes before"))?;
        for at in start..start + count {
            let byte = self.plain.get(at).copied();
            self.plain.extend(byte);
        }
        Ok(())
    }

    fn check(&self, more: usize) -> Result<()> {
        if more <= self.limit - self.plain.len() {
            return Ok(());
        }
        Err(Error::corrupt(format!("expected at most {} plain bytes of lzo", self.limit)))
    }
}

fn end() -> Error {
    Error::corrupt("expected more bytes of lzo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_copied_from_both_sides() {
        // "ab", then 6 bytes from 2 before, then the end.
        let stored = [19, b'a', b'b', 128 | 1 << 5 | 1 << 2, 0, 17, 0, 0];
        assert_eq!(decompress(&stored, 8).unwrap(), b"abababab");
        assert!(decompress(&stored, 7).is_err());
        for end in 0..stored.len() {
            assert!(decompress(&stored[..end], 100).is_err(), "{end}");
        }
        // A distance of 3.
        assert!(decompress(&[19, b'a', b'b', 128 | 2 << 2, 0, 17, 0, 0], 100).is_err());
    }

    #[test]
    fn a_bomb_is_refused() {
        // "a", then 100 MB of it.
        let bomb = [&[18, b'a', 32][..], &vec![0; 400_000], &[1, 0, 0, 17, 0, 0]].concat();
        assert!(decompress(&bomb, 1 << 18).is_err());
    }
}

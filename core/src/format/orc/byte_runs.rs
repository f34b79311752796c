//! Run-length encoded bytes, and bits packed in them.

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};

use super::compression::Stream;
use crate::error::Result;

/// Bytes in runs: a control byte below 128 repeats the next byte (control + 3) times, another one is followed by
/// (256 - control) bytes.
pub(super) struct ByteRuns {
    stream: Stream,
    left: usize,
    /// The byte that is repeated; `None` in a stretch of single bytes.
    repeated: Option<u8>,
}

impl ByteRuns {
    pub(super) fn new(stream: Stream) -> Self {
        ByteRuns { stream, left: 0, repeated: None }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<u8> {
        if self.left == 0 {
            let control = self.stream.byte()?;
            if control < 0x80 {
                self.left = usize::from(control) + 3;
                self.repeated = Some(self.stream.byte()?);
            } else {
                self.left = 256 - usize::from(control);
                self.repeated = None;
            }
        }
        self.left -= 1;
        match self.repeated {
            Some(byte) => Ok(byte),
            None => self.stream.byte(),
        }
    }
}

/// Bits, the highest of a byte first.
pub(super) struct Bits {
    bytes: ByteRuns,
    current: u8,
    /// Bits of `current` that were not taken.
    left: u32,
}

impl Bits {
    pub(super) fn new(stream: Stream) -> Self {
        Bits { bytes: ByteRuns::new(stream), current: 0, left: 0 }
    }

    /// The next `count` bits. Errors: `Corrupt` where there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Result<BooleanBuffer> {
        let mut bits = BooleanBufferBuilder::new(count);
        for _ in 0..count {
            if self.left == 0 {
                (self.current, self.left) = (self.bytes.next()?, 8);
            }
            self.left -= 1;
            bits.append(self.current >> self.left & 1 == 1);
        }
        Ok(bits.finish())
    }
}

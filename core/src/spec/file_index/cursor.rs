//! Values of an index, big-endian; every length is checked against what is left.

use roaring::RoaringBitmap;

use crate::error::{Error, Result};

/// A place in the bytes of an index.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Cursor { rest: bytes }
    }

    /// Starts at `at`. Errors: `Corrupt` behind the end.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Result<Self> {
        bytes.get(at..).map(Cursor::new).ok_or_else(|| {
            Error::corrupt(format!("expected a part of a file index at {at}, found {} bytes in all", bytes.len()))
        })
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let left = self.rest.len();
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| Error::corrupt(format!("expected {count} more bytes of a file index, found {left}")))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<()> {
        self.take(count).map(drop)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.first_chunk().copied().unwrap_or([0; N]))
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A byte that is 0 for false; Java takes any other for true.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        Ok(self.byte()? != 0)
    }

    pub(super) fn short(&mut self) -> Result<i16> {
        self.array().map(i16::from_be_bytes)
    }

    pub(super) fn int(&mut self) -> Result<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn long(&mut self) -> Result<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// A count or a length. Errors: `Corrupt` below 0.
    pub(super) fn count(&mut self, what: &'static str) -> Result<usize> {
        let count = self.int()?;
        usize::try_from(count).map_err(|_| Error::corrupt(format!("expected {what} from 0, found {count}")))
    }

    /// Number of rows of the data file.
    pub(super) fn rows(&mut self) -> Result<u32> {
        let rows = self.int()?;
        u32::try_from(rows).map_err(|_| Error::corrupt(format!("expected a number of rows from 0, found {rows}")))
    }

    /// A text of Java's `writeUTF`. Surrogate pairs become what they stand for, lone ones U+FFFD.
    pub(super) fn modified_utf8(&mut self) -> Result<String> {
        let length = usize::from(self.short()?.cast_unsigned());
        let bytes = self.take(length)?;
        let bad = || Error::corrupt("expected modified UTF-8 in a file index, found other bytes");
        let mut units = Vec::with_capacity(length);
        let mut bytes = bytes.iter().map(|byte| u16::from(*byte));
        while let Some(first) = bytes.next() {
            let mut continued =
                || bytes.next().filter(|byte| byte & 0xC0 == 0x80).map(|byte| byte & 0x3F).ok_or_else(bad);
            units.push(match first {
                0..=0x7F => first,
                0xC0..=0xDF => (first & 0x1F) << 6 | continued()?,
                0xE0..=0xEF => (first & 0x0F) << 12 | continued()? << 6 | continued()?,
                _ => return Err(bad()),
            });
        }
        Ok(String::from_utf16_lossy(&units))
    }

    /// A roaring bitmap of rows below `rows`.
    pub(super) fn bitmap(&mut self, rows: u32) -> Result<RoaringBitmap> {
        let bitmap = RoaringBitmap::deserialize_from(&mut self.rest)
            .map_err(|error| Error::corrupt("file index holds no roaring bitmap").because(error))?;
        match bitmap.max() {
            Some(row) if row >= rows => {
                Err(Error::corrupt(format!("expected rows below {rows} in a file index, found {row}")))
            }
            _ => Ok(bitmap),
        }
    }
}

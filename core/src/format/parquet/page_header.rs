//! Page headers, looked at before the decoder sees them: it takes for granted that a header has the part that its type calls
//! for, reserves as much memory as the header says, and decompresses to the end whatever the header says.
//!
//! A page header is a struct in Thrift's compact protocol: fields are `(delta << 4 | type)`, integers zigzag varints, and a
//! struct ends with a zero byte. Only the fields checked are kept.

use parquet::basic::Compression;

use super::plain_size;
use crate::error::{Error, Result};

/// Pages up to this size are taken at their word.
const SMALL_PAGE: u64 = 1 << 20;
/// No codec in use shrinks a page further than this: zstd's runs come closest.
const GREATEST_RATIO: u64 = 50_000;
/// Structs in structs in a page header.
const GREATEST_DEPTH: u32 = 16;

/// Checks the headers of the pages in `bytes`, which are whole pages of one column chunk, one behind the other, from position
/// `start` of the file, and that pages compressed by `codec` hold no more than they say.
pub(super) fn check_pages(bytes: &[u8], start: u64, codec: Compression) -> Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = start + (bytes.len() - rest.len()) as u64;
        let page =
            PageHeader::parse(rest).ok_or_else(|| Error::corrupt(format!("page header at {at} does not decode")))?;
        let beyond =
            || Error::corrupt(format!("page of {} bytes at {at} goes beyond its column chunk", page.compressed));
        let extent = page.extent()?;
        if page.is_compressed {
            let (levels, plain) = (page.levels, page.uncompressed.saturating_sub(page.levels));
            let content =
                usize::try_from(levels).ok().and_then(|levels| Some(page.length.checked_add(levels)?..extent.start));
            let content = content.and_then(|content| rest.get(content)).ok_or_else(beyond)?;
            plain_size::check(codec, content, u64::try_from(plain).unwrap_or(0))
                .map_err(|error| error.with("page at", at))?;
        }
        rest = rest.get(extent).ok_or_else(beyond)?;
    }
    Ok(())
}

#[derive(Debug, Default)]
struct PageHeader {
    length: usize,
    page_type: Option<i64>,
    uncompressed: i64,
    compressed: i64,
    /// Which of the fields 5..=8, the parts for each page type, are there.
    parts: [bool; 4],
    /// Bytes before the compressed ones: levels of a DATA_PAGE_V2.
    levels: i64,
    /// Whether the rest is compressed, where the chunk has a codec.
    is_compressed: bool,
}

impl PageHeader {
    fn parse(bytes: &[u8]) -> Option<PageHeader> {
        let mut input = Compact { bytes };
        let mut header = PageHeader { is_compressed: true, ..PageHeader::default() };
        let mut id = 0;
        while let Some(kind) = input.field(&mut id)? {
            match (id, kind) {
                (1..=3, INT32) => {
                    let value = input.zigzag()?;
                    match id {
                        1 => header.page_type = Some(value),
                        2 => header.uncompressed = value,
                        _ => header.compressed = value,
                    }
                }
                (5..=8, STRUCT) => {
                    *header.parts.get_mut(usize::from(id.unsigned_abs()) - 5)? = true;
                    match id {
                        8 => header.parse_v2(&mut input)?,
                        _ => input.skip(kind, 0)?,
                    }
                }
                _ => input.skip(kind, 0)?,
            }
        }
        header.length = bytes.len() - input.bytes.len();
        Some(header)
    }

    /// The part of a DATA_PAGE_V2: lengths of its levels, and whether the values are compressed.
    fn parse_v2(&mut self, input: &mut Compact<'_>) -> Option<()> {
        let mut id = 0;
        while let Some(kind) = input.field(&mut id)? {
            match (id, kind) {
                (5 | 6, INT32) => self.levels = self.levels.checked_add(input.zigzag()?)?,
                (7, FALSE) => self.is_compressed = false,
                _ => input.skip(kind, 1)?,
            }
        }
        Some(())
    }

    /// Where the next page begins, counted from this header. Errors: `Corrupt` for what must not reach the decoder.
    fn extent(&self) -> Result<std::ops::RangeFrom<usize>> {
        // Field 5 belongs to DATA_PAGE (0), 6 to INDEX_PAGE (1), 7 to DICTIONARY_PAGE (2), 8 to DATA_PAGE_V2 (3).
        let part = self.page_type.and_then(|page_type| self.parts.get(usize::try_from(page_type).ok()?));
        if self.page_type != Some(1) && part != Some(&true) {
            return Err(Error::corrupt(format!("page of type {:?} lacks its header", self.page_type)));
        }
        let (Ok(compressed), Ok(uncompressed)) = (u64::try_from(self.compressed), u64::try_from(self.uncompressed))
        else {
            return Err(Error::corrupt(format!(
                "page of {} bytes, {} uncompressed",
                self.compressed, self.uncompressed
            )));
        };
        if uncompressed > SMALL_PAGE && uncompressed / GREATEST_RATIO > compressed {
            return Err(Error::corrupt(format!("page of {compressed} bytes claims to hold {uncompressed}")));
        }
        let end = usize::try_from(compressed).ok().and_then(|compressed| compressed.checked_add(self.length));
        end.map(|end| end..).ok_or_else(|| Error::corrupt(format!("page of {compressed} bytes")))
    }
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const INT8: u8 = 3;
const INT32: u8 = 5;
const INT64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;

/// Thrift's compact protocol, as far as page headers need it.
struct Compact<'a> {
    bytes: &'a [u8],
}

impl Compact<'_> {
    /// Type of the next field, whose number is put in `id`; `Some(None)` at the end of the struct.
    fn field(&mut self, id: &mut i16) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *id = match i16::from(head >> 4) {
            0 => i16::try_from(self.zigzag()?).ok()?,
            delta => id.checked_add(delta)?,
        };
        Some(Some(head & 0x0F))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        match kind {
            TRUE | FALSE => Some(()),
            INT8 => self.take(1),
            4..=INT64 => self.zigzag().map(|_| ()),
            DOUBLE => self.take(8),
            BINARY => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length)
            }
            LIST | SET if depth < GREATEST_DEPTH => self.skip_list(depth + 1),
            STRUCT if depth < GREATEST_DEPTH => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u32) -> Option<()> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => self.varint()?,
            length => length.into(),
        };
        let kind = head & 0x0F;
        // A boolean in a list has a byte of its own.
        let kind = if matches!(kind, TRUE | FALSE) { INT8 } else { kind };
        (0..length).try_for_each(|_| self.skip(kind, depth))
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    fn take(&mut self, count: usize) -> Option<()> {
        self.bytes = self.bytes.get(count..)?;
        Some(())
    }
}

//! Pages of a column chunk, told apart by their headers, which are looked at closely: the decoder takes for granted that a header
//! has the part that its type calls for, and a page is given as much memory as its header says.
//!
//! A page header is a struct in Thrift's compact protocol: fields are `(delta << 4 | type)`, integers zigzag varints, and a
//! struct ends with a zero byte.

use bytes::Bytes;

use crate::error::{Error, Result};

/// Pages up to this size are taken at their word.
const SMALL_PAGE: u64 = 1 << 20;
/// No codec in use shrinks a page further than this: zstd's runs come closest.
const GREATEST_RATIO: u64 = 50_000;
/// Structs in structs in a page header.
const GREATEST_DEPTH: u32 = 16;

/// A page as it is stored.
#[derive(Clone, Debug)]
pub(super) struct StoredPage {
    /// Position in the file.
    pub(super) at: u64,
    pub(super) header: PageHeader,
    /// What follows the header: levels and values, compressed or not.
    pub(super) body: Bytes,
}

/// The pages in `bytes`, which are whole pages of one column chunk, one behind the other, from position `start` of the file.
///
/// Errors: `Corrupt`.
pub(super) fn split(bytes: &Bytes, start: u64) -> Result<Vec<StoredPage>> {
    let (mut pages, mut from) = (Vec::new(), 0);
    while let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) {
        let at = start + from as u64;
        let header =
            PageHeader::parse(rest).ok_or_else(|| Error::corrupt(format!("page header at {at} does not decode")))?;
        header.check()?;
        let beyond =
            || Error::corrupt(format!("page of {} bytes at {at} goes beyond its column chunk", header.compressed));
        let body = from + header.length;
        let end = usize::try_from(header.compressed).ok().and_then(|length| body.checked_add(length));
        let end = end.filter(|end| *end <= bytes.len()).ok_or_else(beyond)?;
        pages.push(StoredPage { at, body: bytes.slice(body..end), header });
        from = end;
    }
    Ok(pages)
}

/// Type of a page whose header tells where the row groups' statistics are; nobody reads those.
pub(super) const INDEX_PAGE: i64 = 1;

/// A page header: the part that belongs to the page's type is kept by field numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct PageHeader {
    length: usize,
    page_type: Option<i64>,
    uncompressed: i64,
    compressed: i64,
    /// Fields 5..=8, the parts for each page type.
    parts: [Option<Part>; 4],
}

/// Integers and the one flag of a struct in a header.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    numbers: [Option<i64>; 7],
    pub(super) flag: Option<bool>,
}

impl Part {
    /// The integer in field `id`. Errors: `Corrupt` where it is missing or negative.
    pub(super) fn number(&self, id: usize) -> Result<u32> {
        let value = self.numbers.get(id).copied().flatten();
        let number = value.and_then(|value| u32::try_from(value).ok());
        number
            .ok_or_else(|| Error::corrupt(format!("expected a count in field {id} of a page header, found {value:?}")))
    }

    fn parse(input: &mut Compact<'_>) -> Option<Part> {
        let (mut part, mut id) = (Part::default(), 0);
        while let Some(kind) = input.field(&mut id)? {
            let place = usize::try_from(id).ok().and_then(|id| part.numbers.get_mut(id));
            match (kind, place) {
                (INT32, Some(place)) => *place = Some(input.zigzag()?),
                (TRUE | FALSE, _) => part.flag = Some(kind == TRUE),
                _ => input.skip(kind, 1)?,
            }
        }
        Some(part)
    }
}

impl PageHeader {
    fn parse(bytes: &[u8]) -> Option<PageHeader> {
        let mut input = Compact { bytes };
        let mut header = PageHeader::default();
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
                    let part = Part::parse(&mut input)?;
                    *header.parts.get_mut(usize::from(id.unsigned_abs()) - 5)? = Some(part);
                }
                _ => input.skip(kind, 0)?,
            }
        }
        header.length = bytes.len() - input.bytes.len();
        Some(header)
    }

    /// Errors: `Corrupt` for what must not reach the decoder.
    fn check(&self) -> Result<()> {
        if self.page_type != Some(INDEX_PAGE) && self.part().is_none() {
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
        Ok(())
    }

    /// Number of the page's type in Thrift.
    pub(super) fn page_type(&self) -> Option<i64> {
        self.page_type
    }

    /// Bytes of the page once it is decompressed.
    pub(super) fn plain_bytes(&self) -> usize {
        usize::try_from(self.uncompressed).unwrap_or(0)
    }

    /// The part for the page's type: field 5 belongs to DATA_PAGE (0), 6 to INDEX_PAGE (1), 7 to DICTIONARY_PAGE (2), 8 to
    /// DATA_PAGE_V2 (3).
    pub(super) fn part(&self) -> Option<&Part> {
        let place = usize::try_from(self.page_type?).ok()?;
        self.parts.get(place)?.as_ref()
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

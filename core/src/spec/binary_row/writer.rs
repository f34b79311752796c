//! Lays out rows and arrays in one growing buffer.
//!
//! A section (row or array) begins with its fixed part; variable values are appended behind it, nested sections among
//! them, so that every section ends up contiguous and its offsets count from its own start.

use super::{ARITY_BYTES, BinaryRow};
use crate::error::{Error, Result};

/// Bytes and strings up to this length stand in their slot.
const MAX_INLINE: usize = 7;
/// Null bits of a row stand behind the row kind byte.
const ROW_NULL_BITS: usize = 8;

/// A buffer with one outermost row.
pub(super) struct Writer {
    bytes: Vec<u8>,
}

/// A row or array being written.
#[derive(Clone, Copy)]
pub(super) struct Section {
    start: usize,
    /// Bit of the first null, from the start.
    null_bits: usize,
    /// Byte of the first slot, from the start.
    slots: usize,
    width: usize,
}

/// Bytes of the row kind and null bits of a row.
pub(super) fn row_header(arity: usize) -> usize {
    (arity + 63 + ROW_NULL_BITS) / 64 * 8
}

/// Bytes of the count and null bits of an array.
pub(super) fn array_header(count: usize) -> usize {
    4 + count.div_ceil(32) * 4
}

impl Writer {
    /// A writer of rows in the serialized form.
    pub(super) fn serialized(arity: usize) -> Self {
        let mut bytes = Vec::with_capacity(ARITY_BYTES + row_header(arity) + arity * 16);
        // Arities are column counts, far below 2^32.
        bytes.extend_from_slice(&(arity as u32).to_be_bytes());
        Writer { bytes }
    }

    /// Drops the row, to write the next into the same buffer.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.bytes.truncate(ARITY_BYTES);
    }

    /// The row without the prefix.
    #[inline]
    pub(super) fn row_bytes(&self) -> &[u8] {
        self.bytes.get(ARITY_BYTES..).unwrap_or_default()
    }

    /// A copy of the serialized row. Errors: `Invalid` for rows of 2 GiB and more, whose offsets do not fit.
    pub(super) fn copied(&self) -> Result<BinaryRow> {
        self.check_size()?;
        Ok(BinaryRow::from_serialized(&self.bytes))
    }

    /// The serialized row. Errors as [`Writer::copied`].
    pub(super) fn finish(self) -> Result<BinaryRow> {
        self.check_size()?;
        Ok(BinaryRow::from_serialized(self.bytes))
    }

    fn check_size(&self) -> Result<()> {
        match i32::try_from(self.bytes.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::invalid(format!("expected a row below 2 GiB, found {} bytes", self.bytes.len()))),
        }
    }

    /// Begins a row of `arity` fields, of kind +I.
    #[inline]
    pub(super) fn begin_row(&mut self, arity: usize) -> Section {
        let slots = row_header(arity);
        self.section(slots + arity * 8, ROW_NULL_BITS, slots, 8)
    }

    /// Begins an array of `count` elements that are `width` bytes wide.
    pub(super) fn begin_array(&mut self, count: usize, width: usize) -> Section {
        let slots = array_header(count);
        let section = self.section((slots + count * width).next_multiple_of(8), 32, slots, width);
        self.put(section.start, &(count as u32).to_le_bytes());
        section
    }

    #[inline]
    fn section(&mut self, size: usize, null_bits: usize, slots: usize, width: usize) -> Section {
        let start = self.bytes.len();
        self.bytes.resize(start + size, 0);
        Section { start, null_bits, slots, width }
    }

    /// Sets the null bit of a field; its slot stays zero.
    pub(super) fn null(&mut self, section: Section, index: usize) {
        let bit = section.null_bits + index;
        if let Some(byte) = self.bytes.get_mut(section.start + bit / 8) {
            *byte |= 1 << (bit % 8);
        }
    }

    /// Sets the null bit, and reserves the `space` that the value would take: Java does so for wide decimals and
    /// timestamps in rows.
    pub(super) fn null_with_space(&mut self, section: Section, index: usize, space: usize) {
        self.null(section, index);
        let at = self.append(&[], space);
        self.locate(section, index, at, 0);
    }

    /// Writes a value that fits its slot.
    #[inline]
    pub(super) fn fixed<const N: usize>(&mut self, section: Section, index: usize, value: [u8; N]) {
        self.put(section.start + section.slots + index * section.width, &value);
    }

    /// Writes bytes, in the slot if they are few.
    pub(super) fn bytes(&mut self, section: Section, index: usize, value: &[u8]) {
        if value.len() > MAX_INLINE {
            self.variable(section, index, value);
            return;
        }
        let mut slot = [0; 8];
        for (to, from) in slot.iter_mut().zip(value) {
            *to = *from;
        }
        slot[MAX_INLINE] = 0x80 | value.len() as u8;
        self.fixed(section, index, slot);
    }

    /// Writes bytes into the variable part.
    pub(super) fn variable(&mut self, section: Section, index: usize, value: &[u8]) {
        let at = self.append(value, value.len());
        self.locate(section, index, at, value.len());
    }

    /// Writes a decimal of more than 18 digits: minimal big-endian bytes in 16 bytes of space.
    pub(super) fn wide_decimal(&mut self, section: Section, index: usize, unscaled: i128) {
        let bytes = unscaled.to_be_bytes();
        let sign_bits = if unscaled < 0 { unscaled.leading_ones() } else { unscaled.leading_zeros() };
        // One sign bit must stay.
        let skipped = (sign_bits as usize - 1) / 8;
        let minimal = bytes.get(skipped..).unwrap_or(&bytes);
        let at = self.append(minimal, 16);
        self.locate(section, index, at, minimal.len());
    }

    /// Writes a timestamp of more than 3 digits: milliseconds in the variable part, nanoseconds in the slot.
    pub(super) fn wide_timestamp(&mut self, section: Section, index: usize, millis: i64, nanos: i32) {
        let at = self.append(&millis.to_le_bytes(), 8);
        // Nanoseconds of a millisecond, checked by the callers: below 2^20.
        self.locate(section, index, at, nanos as usize);
    }

    /// Writes a nested value, whatever `write` appends.
    pub(super) fn nested(
        &mut self,
        section: Section,
        index: usize,
        write: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let at = self.bytes.len();
        write(self)?;
        let size = self.bytes.len() - at;
        self.bytes.resize(at + size.next_multiple_of(8), 0);
        self.locate(section, index, at, size);
        Ok(())
    }

    /// Appends a map: the size of the keys, the keys, the values.
    pub(super) fn map(
        &mut self,
        keys: impl FnOnce(&mut Self) -> Result<()>,
        values: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let at = self.append_raw(&[0; 4]);
        keys(self)?;
        let size = self.bytes.len() - at - 4;
        self.put(at, &(size as u32).to_le_bytes());
        values(self)
    }

    /// Appends bytes without padding; their place.
    pub(super) fn append_raw(&mut self, value: &[u8]) -> usize {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(value);
        at
    }

    /// Appends bytes with zeros up to `space`, and on to a multiple of 8; their place.
    fn append(&mut self, value: &[u8], space: usize) -> usize {
        let at = self.append_raw(value);
        self.bytes.resize(at + space.next_multiple_of(8), 0);
        at
    }

    /// Fills a slot with place and length of a variable value.
    fn locate(&mut self, section: Section, index: usize, at: usize, length: usize) {
        // Both fit 31 bits: rows beyond that are refused when finished.
        let slot = ((at - section.start) as u64) << 32 | length as u64 & 0xFFFF_FFFF;
        self.fixed(section, index, slot.to_le_bytes());
    }

    #[inline]
    fn put(&mut self, at: usize, value: &[u8]) {
        if let Some(target) = self.bytes.get_mut(at..at + value.len()) {
            target.copy_from_slice(value);
        }
    }
}

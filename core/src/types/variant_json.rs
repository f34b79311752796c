//! VARIANT values as JSON text: the Parquet (Spark) variant encoding of Java `GenericVariant`.
//!
//! A value is one header byte (low 2 bits: basic type; upper 6 bits: type info) and its content; object keys are
//! indexes into the dictionary of the metadata. All numbers are little-endian.

use super::calendar;
use super::text::{write_base64, write_decimal, write_json_string, write_number};
use crate::error::{Error, Result};

/// Nesting that a reader follows before it calls the value corrupt.
const MAX_DEPTH: usize = 128;

/// Bytes of JSON text of one value, which may repeat long names in many objects.
const MAX_TEXT: usize = 1 << 30;

/// Appends the compact JSON text of a variant. Binary becomes base64, dates and timestamps (UTC) become strings, and
/// so do NaN and the infinities. Errors: `Corrupt` for bytes that break the encoding.
pub(super) fn write_variant(value: &[u8], metadata: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let header = byte_at(metadata, 0)?;
    if header & 0x0f != 1 {
        return Err(Error::corrupt(format!("expected variant metadata of version 1, found {}", header & 0x0f)));
    }
    let offset_size = usize::from(header >> 6) + 1;
    let size = unsigned(metadata, 1, offset_size)?;
    let names = Dictionary { metadata, offset_size, size };
    let max_out = out.len().saturating_add(MAX_TEXT);
    Writer { value, names, left: value.len(), max_out, out }.write_value(0, MAX_DEPTH)
}

/// The field names of the metadata.
struct Dictionary<'a> {
    metadata: &'a [u8],
    offset_size: usize,
    size: usize,
}

impl Dictionary<'_> {
    fn name(&self, id: usize) -> Result<&str> {
        if id >= self.size {
            return Err(Error::corrupt(format!("variant names field {id} of a dictionary of {}", self.size)));
        }
        let offset = |index: usize| unsigned(self.metadata, 1 + self.offset_size * (1 + index), self.offset_size);
        let strings = 1 + self.offset_size.saturating_mul(self.size.saturating_add(2));
        let (start, end) = (offset(id)?, offset(id + 1)?);
        let bytes = slice(self.metadata, strings.saturating_add(start), strings.saturating_add(end))?;
        utf8(bytes)
    }
}

/// The value that is being written.
struct Writer<'a> {
    value: &'a [u8],
    names: Dictionary<'a>,
    /// Bytes of the value that no child has taken. Children that overlap would print more than there is, each level
    /// several times as much as the one above.
    left: usize,
    max_out: usize,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn write_value(&mut self, at: usize, depth: usize) -> Result<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::corrupt(format!("variant nested deeper than {MAX_DEPTH}")));
        };
        if self.out.len() > self.max_out {
            return Err(Error::corrupt(format!("variant of more than {MAX_TEXT} bytes of text")));
        }
        let header = byte_at(self.value, at)?;
        let info = header >> 2;
        match header & 3 {
            0 => {
                self.take(1 + primitive_size(self.value, at + 1, info)?)?;
                write_primitive(self.value, at + 1, info, self.out)
            }
            1 => {
                self.take(1 + usize::from(info))?;
                write_json_string(utf8(slice(self.value, at + 1, at + 1 + usize::from(info))?)?, self.out);
                Ok(())
            }
            2 => self.write_object(at, info, depth),
            _ => self.write_array(at, info, depth),
        }
    }

    fn write_object(&mut self, at: usize, info: u8, depth: usize) -> Result<()> {
        let size_width = if info & 0x10 == 0 { 1 } else { 4 };
        let (id_width, offset_width) = (usize::from(info >> 2 & 3) + 1, usize::from(info & 3) + 1);
        let size = bounded_size(self.value, at + 1, size_width)?;
        let ids = at + 1 + size_width;
        let offsets = ids + size * id_width;
        let data = offsets + (size + 1) * offset_width;
        self.take(data - at)?;
        self.out.push(b'{');
        for index in 0..size {
            if index > 0 {
                self.out.push(b',');
            }
            let name = self.names.name(unsigned(self.value, ids + index * id_width, id_width)?)?;
            write_json_string(name, self.out);
            self.out.push(b':');
            let offset = unsigned(self.value, offsets + index * offset_width, offset_width)?;
            self.write_value(data.saturating_add(offset), depth)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn write_array(&mut self, at: usize, info: u8, depth: usize) -> Result<()> {
        let size_width = if info & 4 == 0 { 1 } else { 4 };
        let offset_width = usize::from(info & 3) + 1;
        let size = bounded_size(self.value, at + 1, size_width)?;
        let offsets = at + 1 + size_width;
        let data = offsets + (size + 1) * offset_width;
        self.take(data - at)?;
        self.out.push(b'[');
        for index in 0..size {
            if index > 0 {
                self.out.push(b',');
            }
            let offset = unsigned(self.value, offsets + index * offset_width, offset_width)?;
            self.write_value(data.saturating_add(offset), depth)?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// Accounts for bytes of the value, each of which belongs to one part of it.
    fn take(&mut self, size: usize) -> Result<()> {
        let left = self.left.checked_sub(size);
        self.left = left.ok_or_else(|| Error::corrupt("variant whose parts overlap, or end too early"))?;
        Ok(())
    }
}

/// Bytes of a primitive behind its header.
fn primitive_size(value: &[u8], at: usize, info: u8) -> Result<usize> {
    Ok(match info {
        0..=2 => 0,
        3..=6 => 1 << (info - 3),
        7 | 12 | 13 => 8,
        8..=10 => 1 + (4 << (info - 8)),
        11 | 14 => 4,
        15 | 16 => unsigned(value, at, 4)?.saturating_add(4),
        20 => 16,
        // Unknown: refused where it is written.
        _ => 0,
    })
}

fn write_primitive(value: &[u8], at: usize, info: u8, out: &mut Vec<u8>) -> Result<()> {
    match info {
        0 => out.extend_from_slice(b"null"),
        1 => out.extend_from_slice(b"true"),
        2 => out.extend_from_slice(b"false"),
        3..=6 => write_number(signed(value, at, 1 << (info - 3))? as i64, out),
        7 => write_number(f64::from_le_bytes(fixed(value, at)?), out),
        8..=10 => write_short_decimal(signed(value, at + 1, 4 << (info - 8))?, byte_at(value, at)?.min(38), out),
        11 => quoted(out, |out| {
            calendar::write_date(signed(value, at, 4)? as i64, out);
            Ok(())
        })?,
        12 | 13 => quoted(out, |out| {
            let micros = signed(value, at, 8)? as i64;
            let nanos = micros.rem_euclid(1_000_000) as u32 * 1000;
            calendar::write_timestamp(micros.div_euclid(1_000_000), nanos, 6, b' ', out);
            if info == 12 {
                out.extend_from_slice(b"+00:00");
            }
            Ok(())
        })?,
        14 => write_number(f32::from_le_bytes(fixed(value, at)?), out),
        15 => quoted(out, |out| {
            write_base64(counted(value, at)?, out);
            Ok(())
        })?,
        16 => write_json_string(utf8(counted(value, at)?)?, out),
        20 => quoted(out, |out| {
            write_uuid(u128::from_be_bytes(fixed(value, at)?), out);
            Ok(())
        })?,
        other => return Err(Error::corrupt(format!("unknown primitive type {other} in a variant"))),
    }
    Ok(())
}

/// Without the zeros that end a fraction, as Java writes it.
fn write_short_decimal(mut unscaled: i128, mut scale: u8, out: &mut Vec<u8>) {
    while scale > 0 && unscaled % 10 == 0 {
        (unscaled, scale) = (unscaled / 10, scale - 1);
    }
    write_decimal(unscaled, scale, out);
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    out.push(b'"');
    write(out)?;
    out.push(b'"');
    Ok(())
}

fn write_uuid(uuid: u128, out: &mut Vec<u8>) {
    let hex = format!("{uuid:032x}");
    for (index, digit) in hex.bytes().enumerate() {
        if let 8 | 12 | 16 | 20 = index {
            out.push(b'-');
        }
        out.push(digit);
    }
}

/// Number of children, which cannot be more than the bytes that are there.
fn bounded_size(value: &[u8], at: usize, width: usize) -> Result<usize> {
    let size = unsigned(value, at, width)?;
    if size > value.len() { Err(truncated()) } else { Ok(size) }
}

/// Bytes behind a 4-byte count.
fn counted(value: &[u8], at: usize) -> Result<&[u8]> {
    let size = unsigned(value, at, 4)?;
    slice(value, at + 4, at.saturating_add(4).saturating_add(size))
}

fn unsigned(bytes: &[u8], at: usize, width: usize) -> Result<usize> {
    let bytes = slice(bytes, at, at.saturating_add(width))?;
    let number = bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number).map_err(|_| truncated())
}

/// A sign-extended integer of 1 to 16 bytes.
fn signed(bytes: &[u8], at: usize, width: usize) -> Result<i128> {
    let bytes = slice(bytes, at, at.saturating_add(width))?;
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    Ok(bytes.iter().rev().fold(sign, |number, byte| number << 8 | i128::from(*byte)))
}

fn fixed<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    slice(bytes, at, at.saturating_add(N))?.try_into().map_err(|_| truncated())
}

fn byte_at(bytes: &[u8], at: usize) -> Result<u8> {
    bytes.get(at).copied().ok_or_else(truncated)
}

fn slice(bytes: &[u8], start: usize, end: usize) -> Result<&[u8]> {
    bytes.get(start..end).ok_or_else(truncated)
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| Error::corrupt("text in a variant is not utf-8").because(error))
}

fn truncated() -> Error {
    Error::corrupt("variant points outside its bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &[u8], metadata: &[u8]) -> Result<String> {
        let mut out = Vec::new();
        write_variant(value, metadata, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    const EMPTY: &[u8] = &[1, 0, 0];

    #[test]
    fn primitives() {
        assert_eq!(json(&[0], EMPTY).unwrap(), "null");
        assert_eq!(json(&[1 << 2], EMPTY).unwrap(), "true");
        assert_eq!(json(&[3 << 2, 0xff], EMPTY).unwrap(), "-1");
        assert_eq!(json(&[5 << 2, 1, 0, 0, 0x80], EMPTY).unwrap(), "-2147483647");
        assert_eq!(json(&[8 << 2, 2, 0x45, 1, 0, 0], EMPTY).unwrap(), "3.25");
        assert_eq!(json(&[8 << 2, 2, 150, 0, 0, 0], EMPTY).unwrap(), "1.5");
        assert_eq!(json(&[8 << 2, 2, 0x0c, 0xfe, 0xff, 0xff], EMPTY).unwrap(), "-5");
        assert_eq!(json(&[8 << 2, 2, 0, 0, 0, 0], EMPTY).unwrap(), "0");
        assert_eq!(json(&[8 << 2, 0, 100, 0, 0, 0], EMPTY).unwrap(), "100");
        assert_eq!(json(&[1 | 2 << 2, b'h', b'"'], EMPTY).unwrap(), "\"h\\\"\"");
        assert_eq!(json(&[11 << 2, 1, 0, 0, 0], EMPTY).unwrap(), "\"1970-01-02\"");
        let ntz = [13 << 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(json(&ntz, EMPTY).unwrap(), "\"1969-12-31 23:59:59.999999\"");
        let nan = [&[7 << 2][..], &f64::NAN.to_le_bytes()].concat();
        assert_eq!(json(&nan, EMPTY).unwrap(), "\"NaN\"");
    }

    #[test]
    fn objects_and_arrays() {
        // {"a": [1, null]} with one-byte sizes, ids and offsets.
        let array = [3, 2, 0, 2, 3, 3 << 2, 1, 0];
        let object = [&[2, 1, 0, 0, 8][..], &array].concat();
        assert_eq!(json(&object, &[1, 1, 0, 1, b'a']).unwrap(), "{\"a\":[1,null]}");
    }

    #[test]
    fn broken_bytes_are_errors() {
        assert!(json(&[], EMPTY).is_err());
        assert!(json(&[0], &[2, 0, 0]).is_err());
        assert!(json(&[63 << 2], EMPTY).is_err());
        assert!(json(&[2, 1, 0, 0, 1, 0], EMPTY).is_err(), "the dictionary is empty");
        assert!(json(&[3 | 4 << 2, 0xff, 0xff, 0xff, 0xff], EMPTY).is_err());
        // An array whose only element is the array itself.
        assert!(json(&[3 | 3 << 2, 1, 0, 0, 0, 0, 0xf6, 0xff, 0xff, 0xff], EMPTY).is_err());
    }

    #[test]
    fn overlapping_children_are_errors() {
        // Twice the same child is more than the value has.
        assert!(json(&[3, 2, 0, 0, 1, 0], EMPTY).is_err());
        assert_eq!(json(&[3, 2, 0, 1, 2, 0, 0], EMPTY).unwrap(), "[null,null]");
        // Children out of order are fine.
        assert_eq!(json(&[3, 2, 1, 0, 2, 1 << 2, 0], EMPTY).unwrap(), "[null,true]");
        // Forty arrays, each with the next one twice: 2^40 elements without a bound.
        let mut nested = Vec::new();
        for _ in 0..40 {
            nested.extend([3, 2, 0, 0, 0]);
        }
        nested.push(0);
        let error = json(&nested, EMPTY).unwrap_err().to_string();
        assert!(error.contains("overlap"), "{error}");
        let object = [2, 2, 0, 0, 0, 0, 1, 0];
        assert!(json(&object, &[1, 1, 0, 1, b'a']).is_err());
    }
}

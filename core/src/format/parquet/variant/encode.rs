//! The variant encoding of values: one byte with the basic type (low 2 bits) and its details, then the content. All numbers
//! are little-endian.

use crate::error::{Error, Result};

/// Texts up to this length have it in their first byte.
const MAX_SHORT_TEXT: usize = 63;
/// Children from which a container has 4 bytes for their number.
const MANY: usize = 256;

/// Type numbers of values without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Primitive {
    True = 1,
    False = 2,
    Int8 = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Decimal4 = 8,
    Decimal8 = 9,
    Decimal16 = 10,
    Date = 11,
    Timestamp = 12,
    TimestampNtz = 13,
    Float = 14,
    Binary = 15,
    Text = 16,
    Uuid = 20,
}

/// Appends a value of fixed size.
pub(super) fn primitive(kind: Primitive, content: &[u8], out: &mut Vec<u8>) {
    out.push((kind as u8) << 2);
    out.extend_from_slice(content);
}

/// Appends a whole number in the fewest bytes, as Java does.
pub(super) fn integer(number: i64, out: &mut Vec<u8>) {
    if let Ok(number) = i8::try_from(number) {
        primitive(Primitive::Int8, &number.to_le_bytes(), out);
    } else if let Ok(number) = i16::try_from(number) {
        primitive(Primitive::Int16, &number.to_le_bytes(), out);
    } else if let Ok(number) = i32::try_from(number) {
        primitive(Primitive::Int32, &number.to_le_bytes(), out);
    } else {
        primitive(Primitive::Int64, &number.to_le_bytes(), out);
    }
}

/// Appends a decimal in the fewest bytes that have all digits of its value and scale.
pub(super) fn decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    let digits = unscaled.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1).max(scale.into());
    let (kind, bytes) = match digits {
        ..=9 => (Primitive::Decimal4, 4),
        10..=18 => (Primitive::Decimal8, 8),
        _ => (Primitive::Decimal16, 16),
    };
    primitive(kind, &[scale], out);
    out.extend(unscaled.to_le_bytes().into_iter().take(bytes));
}

/// Appends bytes.
pub(super) fn binary(bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    primitive(Primitive::Binary, &length(bytes.len())?.to_le_bytes(), out);
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends a text.
pub(super) fn text(text: &str, out: &mut Vec<u8>) -> Result<()> {
    if text.len() <= MAX_SHORT_TEXT {
        out.push((text.len() as u8) << 2 | 1);
    } else {
        primitive(Primitive::Text, &length(text.len())?.to_le_bytes(), out);
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Appends an array of `children`, whose values stand one behind the other in `data`, each from the offset given.
pub(super) fn array(children: &[usize], data: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let offset_width = width(length(data.len())?);
    let large = children.len() >= MANY;
    out.push((u8::from(large) << 2 | (offset_width - 1)) << 2 | 3);
    count(children.len(), large, out)?;
    container(children.iter().copied(), data, offset_width, out)
}

/// Appends an object: like [`array()`], with the numbers of the names in the dictionary. Children come in the order of their
/// names, whatever the order of their values.
pub(super) fn object(children: &[(usize, usize)], data: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let offset_width = width(length(data.len())?);
    let id_width = width(length(children.iter().map(|(id, _)| *id).max().unwrap_or(0))?);
    let large = children.len() >= MANY;
    out.push((u8::from(large) << 4 | (id_width - 1) << 2 | (offset_width - 1)) << 2 | 2);
    count(children.len(), large, out)?;
    children.iter().for_each(|(id, _)| unsigned(*id, id_width, out));
    container(children.iter().map(|(_, start)| *start), data, offset_width, out)
}

/// Appends where children start, where the last one ends, and all values.
fn container(starts: impl Iterator<Item = usize>, data: &[u8], offset_width: u8, out: &mut Vec<u8>) -> Result<()> {
    starts.chain([data.len()]).for_each(|start| unsigned(start, offset_width, out));
    out.extend_from_slice(data);
    Ok(())
}

fn count(children: usize, large: bool, out: &mut Vec<u8>) -> Result<()> {
    let children = length(children)? as usize;
    unsigned(children, if large { 4 } else { 1 }, out);
    Ok(())
}

fn unsigned(number: usize, width: u8, out: &mut Vec<u8>) {
    out.extend(number.to_le_bytes().into_iter().take(width.into()));
}

/// Fewest bytes of a number.
fn width(number: u32) -> u8 {
    match number {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFF_FFFF => 3,
        _ => 4,
    }
}

fn length(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::corrupt(format!("expected fewer than {length} bytes in a variant")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers_take_the_fewest_bytes() {
        assert_eq!(bytes(|out| integer(-1, out)), [3 << 2, 0xFF]);
        assert_eq!(bytes(|out| integer(128, out)), [4 << 2, 128, 0]);
        assert_eq!(bytes(|out| integer(1 << 20, out)), [5 << 2, 0, 0, 16, 0]);
        assert_eq!(bytes(|out| integer(i64::MIN, out)).len(), 9);
        assert_eq!(bytes(|out| decimal(-5, 2, out)), [8 << 2, 2, 0xFB, 0xFF, 0xFF, 0xFF]);
        assert_eq!(bytes(|out| decimal(1, 10, out)).len(), 10);
        assert_eq!(bytes(|out| decimal(10_i128.pow(18), 0, out)).len(), 18);
    }

    #[test]
    fn containers_are_those_of_the_specification() {
        // [1, null], and {"a": [1, null]} where "a" is name 0.
        let mut list = Vec::new();
        array(&[0, 2], &[3 << 2, 1, 0], &mut list).unwrap();
        assert_eq!(list, [3, 2, 0, 2, 3, 3 << 2, 1, 0]);
        let row = bytes(|out| object(&[(0, 0)], &list, out).unwrap());
        assert_eq!(row, [&[2, 1, 0, 0, 8][..], &list].concat());
        let many = bytes(|out| array(&vec![0; 256], &[0], out).unwrap());
        assert_eq!(many[..5], [4 << 2 | 3, 0, 1, 0, 0]);
    }

    #[test]
    fn texts_are_short_or_long() {
        assert_eq!(bytes(|out| text("hi", out).unwrap()), [2 << 2 | 1, b'h', b'i']);
        let long = "x".repeat(64);
        assert_eq!(bytes(|out| text(&long, out).unwrap())[..5], [16 << 2, 64, 0, 0, 0]);
    }
}

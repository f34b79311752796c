//! The container of the indexes of a data file (Java `FileIndexFormat.Writer`); for the layout see [`super::super`].

use super::int;
use crate::{
    error::{Error, Result},
    spec::file_index::MAGIC,
};

/// Indexes of a column: its name, then types and bodies.
pub(super) type ColumnBodies = (String, Vec<(&'static str, Vec<u8>)>);

/// Puts indexes together in this order. Errors: `Invalid` for names beyond 64 KiB and indexes beyond 2 GiB.
pub(super) fn encode(columns: Vec<ColumnBodies>) -> Result<Vec<u8>> {
    let mut size = 8 + 4 + 4 + 4 + 4;
    for (name, indexes) in &columns {
        size += modified_utf8(name)?.len() + 4;
        size += indexes.iter().map(|(kind, _)| 2 + kind.len() + 8).sum::<usize>();
    }
    let mut head = Vec::with_capacity(size);
    head.extend(MAGIC.to_be_bytes());
    head.extend(1_i32.to_be_bytes());
    head.extend(int(size)?);
    head.extend(int(columns.len())?);
    let mut bodies = Vec::new();
    for (name, indexes) in columns {
        head.extend(modified_utf8(&name)?);
        head.extend(int(indexes.len())?);
        for (kind, body) in indexes {
            head.extend(modified_utf8(kind)?);
            head.extend(int(size + bodies.len())?);
            head.extend(int(body.len())?);
            bodies.extend(body);
        }
    }
    head.extend(0_i32.to_be_bytes());
    head.extend(bodies);
    Ok(head)
}

/// Java's `writeUTF`: a length of two bytes, UTF-16 units of one to three bytes each, zero as two.
fn modified_utf8(text: &str) -> Result<Vec<u8>> {
    let mut bytes = vec![0, 0];
    for unit in text.encode_utf16() {
        match unit {
            1..=0x7F => bytes.push(unit as u8),
            0 | 0x80..=0x7FF => bytes.extend([0xC0 | (unit >> 6) as u8, 0x80 | (unit & 0x3F) as u8]),
            _ => bytes.extend([0xE0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 0x3F) as u8, 0x80 | (unit & 0x3F) as u8]),
        }
    }
    let length = u16::try_from(bytes.len() - 2).map_err(|_| Error::invalid("an indexed column has too long a name"))?;
    bytes.splice(..2, length.to_be_bytes());
    Ok(bytes)
}

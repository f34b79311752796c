//! Object containers: a header with schema, codec and sync marker, then blocks of records.

use bytes::Bytes;

use super::{
    codec::{Codec, Decompressor},
    cursor::Cursor,
    schema::{Node, NodeId, Schema},
};
use crate::error::{Error, Result};

/// First bytes of a container: `Obj` and the version.
pub(super) const MAGIC: [u8; 4] = *b"Obj\x01";
/// Bytes of the marker behind the header and each block.
pub(crate) const SYNC_BYTES: usize = 16;
/// Plain bytes of one container that are accepted, far above what manifests roll at.
const MAX_TOTAL_BYTES: usize = 1 << 30;

/// Records reserved at most before any has been read: a small file may claim many.
const MAX_RESERVED: usize = 1 << 16;

/// Reads every record of a container: `compile` makes a plan of the record type, `decode` fills one `blank` record by it,
/// in place, because records are large and many.
///
/// Errors: `Corrupt`, naming the record; `Unsupported` for codecs that this crate does not have.
pub(crate) fn read_records<P, T>(
    bytes: &[u8],
    compile: impl FnOnce(&Schema, NodeId) -> Result<P>,
    blank: fn() -> T,
    decode: impl Fn(&P, &mut Cursor<'_>, &mut T) -> Result<()>,
) -> Result<Vec<T>> {
    read_records_where(bytes, compile, blank, |plan, cursor, record| decode(plan, cursor, record).map(|()| true))
}

/// As [`read_records`], but only the records for which `decode` gives `true`; it must have read the others to their ends
/// too, and have left them so that the next record can be read into them.
pub(crate) fn read_records_where<P, T>(
    bytes: &[u8],
    compile: impl FnOnce(&Schema, NodeId) -> Result<P>,
    blank: fn() -> T,
    mut decode: impl FnMut(&P, &mut Cursor<'_>, &mut T) -> Result<bool>,
) -> Result<Vec<T>> {
    let mut rest = Rest { bytes };
    let header = Header::read(&mut rest)?;
    let root = header.schema.shape(header.schema.root());
    let plan = compile(&header.schema, root.node)?;
    let mut decompressor = Decompressor::new(header.codec);
    let mut records = Vec::new();
    let (mut total, mut seen) = (0_usize, 0_usize);
    // Whether the last record is there for the next one.
    let mut spare = false;
    while !rest.bytes.is_empty() {
        let left = rest.bytes.len();
        let (count, block) = next_block(&mut rest, &header, &mut decompressor)?;
        // The other blocks are likely to hold as many records a byte as this one.
        let blocks = left / (left - rest.bytes.len()).max(1);
        if records.len() == seen && !spare {
            records.reserve(count.saturating_mul(blocks).min(MAX_RESERVED));
        }
        total += block.len();
        if total > MAX_TOTAL_BYTES {
            return Err(Error::corrupt(format!("expected an avro file of at most {MAX_TOTAL_BYTES} plain bytes")));
        }
        let mut cursor = Cursor::new(&header.schema, &block);
        for _ in 0..count {
            let record = match records.last_mut() {
                Some(record) if spare => record,
                _ => records.push_mut(blank()),
            };
            let result = match cursor.present(root) {
                Ok(true) => decode(&plan, &mut cursor, record),
                Ok(false) => Err(Error::corrupt("expected a record, found null")),
                Err(error) => Err(error),
            };
            spare = !result.map_err(|error| error.with("record", seen))?;
            seen += 1;
        }
        if cursor.remaining() > 0 {
            let left = cursor.remaining();
            return Err(Error::corrupt(format!("expected the end of an avro block, found {left} more bytes")));
        }
    }
    if spare {
        records.pop();
    }
    Ok(records)
}

/// Records of the next block and its plain bytes.
fn next_block(rest: &mut Rest<'_>, header: &Header, decompressor: &mut Decompressor) -> Result<(usize, Bytes)> {
    let count = rest.long()?;
    let block = rest.sized()?;
    let block = Bytes::from(decompressor.decompress(block)?);
    if rest.take(SYNC_BYTES)? != header.sync {
        return Err(Error::corrupt("expected the sync marker behind an avro block, found other bytes"));
    }
    let limit = block.len();
    let count = usize::try_from(count).ok().filter(|count| *count <= limit);
    let count = count.ok_or_else(|| Error::corrupt(format!("expected at most {limit} records in an avro block")))?;
    Ok((count, block))
}

/// What precedes the blocks.
pub(crate) struct Header {
    pub(crate) schema: Schema,
    pub(crate) codec: Codec,
    pub(crate) sync: [u8; SYNC_BYTES],
}

impl Header {
    /// The header at the start of a file, and how many bytes it has. Errors: as [`read_records`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Header, usize)> {
        let mut rest = Rest { bytes };
        let header = Header::read(&mut rest)?;
        Ok((header, bytes.len() - rest.bytes.len()))
    }

    fn read(rest: &mut Rest<'_>) -> Result<Self> {
        let (mut schema, mut codec) = (None, Codec::Null);
        members(rest, &mut |key, value| {
            match key {
                b"avro.schema" => schema = Some(Schema::parse(value)?),
                b"avro.codec" => codec = Codec::from_header(value)?,
                _ => {}
            }
            Ok(())
        })?;
        let sync = rest.take(SYNC_BYTES)?.first_chunk().copied().unwrap_or_default();
        let schema = schema.ok_or_else(|| Error::corrupt("expected avro.schema in an avro header, found none"))?;
        match schema.node(schema.shape(schema.root()).node) {
            Node::Record(_) => Ok(Header { schema, codec, sync }),
            other => Err(Error::corrupt(format!("expected an avro file of records, found {other:?}"))),
        }
    }
}

/// A name and a value in a header.
pub(crate) type Member<'a> = (&'a [u8], &'a [u8]);

/// Names and values in the header at the start of a file, and the length of the header. Errors: `Corrupt`.
pub(crate) fn header_members(bytes: &[u8]) -> Result<(Vec<Member<'_>>, usize)> {
    let mut rest = Rest { bytes };
    let mut found = Vec::new();
    members(&mut rest, &mut |key, value| {
        found.push((key, value));
        Ok(())
    })?;
    rest.take(SYNC_BYTES)?;
    Ok((found, bytes.len() - rest.bytes.len()))
}

/// Gives `sink` the members of a header.
fn members<'a>(rest: &mut Rest<'a>, sink: &mut dyn FnMut(&'a [u8], &'a [u8]) -> Result<()>) -> Result<()> {
    if rest.take(MAGIC.len())? != MAGIC {
        return Err(Error::corrupt("expected an avro file, found other first bytes"));
    }
    loop {
        let mut count = rest.long()?;
        if count == 0 {
            return Ok(());
        }
        if count < 0 {
            rest.long()?;
            count = count.saturating_neg();
        }
        // Each member takes bytes, so a count that lies ends at the end of the file.
        for _ in 0..count {
            sink(rest.sized()?, rest.sized()?)?;
        }
    }
}

/// What is left of the file.
struct Rest<'a> {
    bytes: &'a [u8],
}

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let left = self.bytes.len();
        let (taken, rest) = self
            .bytes
            .split_at_checked(count)
            .ok_or_else(|| Error::corrupt(format!("expected {count} more bytes of an avro file, found {left}")))?;
        self.bytes = rest;
        Ok(taken)
    }

    fn long(&mut self) -> Result<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(Error::corrupt("expected an avro number of at most ten bytes"))
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.long()?;
        let length =
            usize::try_from(length).map_err(|_| Error::corrupt(format!("expected a length, found {length}")))?;
        self.take(length)
    }
}

//! Values of a block, in the order of the writer. Lengths and counts are checked against what is left of the block.

use bytes::Bytes;

use super::schema::{Node, NodeId, Schema, Shape};
use crate::error::{Error, Result};

/// Values that are skipped nest no deeper than this.
const MAX_SKIP_DEPTH: usize = 64;

/// A place in a block; a clone reads on from there.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    schema: &'a Schema,
    block: &'a Bytes,
    at: usize,
}

fn short() -> Error {
    Error::corrupt("expected more values, found the end of an avro block")
}

impl<'a> Cursor<'a> {
    pub(super) fn new(schema: &'a Schema, block: &'a Bytes) -> Self {
        Cursor { schema, block, at: 0 }
    }

    /// A cursor at byte `at` of a block.
    pub(crate) fn resume(schema: &'a Schema, block: &'a Bytes, at: usize) -> Self {
        Cursor { schema, block, at }
    }

    /// Bytes of the block before the cursor.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Bytes behind the cursor.
    pub(crate) fn remaining(&self) -> usize {
        self.block.len().saturating_sub(self.at)
    }

    /// One byte.
    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8> {
        let byte = *self.block.get(self.at).ok_or_else(short)?;
        self.at += 1;
        Ok(byte)
    }

    /// A zig-zag number of up to ten bytes.
    #[inline]
    pub(crate) fn long(&mut self) -> Result<i64> {
        // Most numbers of metadata are lengths and branches.
        match self.block.get(self.at) {
            Some(byte @ 0..=0x7F) => {
                self.at += 1;
                Ok(i64::from(byte >> 1) ^ -i64::from(byte & 1))
            }
            _ => self.longer(),
        }
    }

    fn longer(&mut self) -> Result<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(Error::corrupt("expected an avro number of at most ten bytes"))
    }

    /// A length and that many bytes; where they are.
    #[inline]
    fn span(&mut self) -> Result<std::ops::Range<usize>> {
        let length = self.long()?;
        let remaining = self.remaining();
        let length = usize::try_from(length).ok().filter(|length| *length <= remaining).ok_or_else(|| {
            Error::corrupt(format!("expected a length within the {remaining} bytes left, found {length}"))
        })?;
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    /// The bytes of a `bytes` or `string`.
    #[inline]
    pub(crate) fn sized(&mut self) -> Result<&'a [u8]> {
        let span = self.span()?;
        Ok(self.block.get(span).unwrap_or_default())
    }

    /// The next `count` bytes, as of a `fixed`.
    #[inline]
    pub(crate) fn fixed(&mut self, count: usize) -> Result<&'a [u8]> {
        let start = self.at;
        self.advance(count)?;
        Ok(self.block.get(start..self.at).unwrap_or_default())
    }

    /// Whether a value is not null.
    #[inline]
    pub(crate) fn present(&mut self, shape: Shape) -> Result<bool> {
        let Some(null_branch) = shape.null_branch else { return Ok(true) };
        match self.long()? {
            branch @ 0..=1 => Ok(branch != null_branch),
            branch => Err(Error::corrupt(format!("expected branch 0 or 1 of an avro union, found {branch}"))),
        }
    }

    /// A number; `None` for null.
    #[inline]
    pub(crate) fn number(&mut self, shape: Shape) -> Result<Option<i64>> {
        if self.present(shape)? { self.long().map(Some) } else { Ok(None) }
    }

    /// Bytes, as a part of the block; `None` for null.
    pub(crate) fn bytes(&mut self, shape: Shape) -> Result<Option<Bytes>> {
        if !self.present(shape)? {
            return Ok(None);
        }
        let span = self.span()?;
        Ok(Some(self.block.slice(span)))
    }

    /// As [`Cursor::bytes`], only to be looked at.
    #[inline]
    pub(crate) fn view(&mut self, shape: Shape) -> Result<Option<&'a [u8]>> {
        if self.present(shape)? { self.sized().map(Some) } else { Ok(None) }
    }

    /// A text; `None` for null.
    pub(crate) fn text(&mut self, shape: Shape) -> Result<Option<String>> {
        if !self.present(shape)? {
            return Ok(None);
        }
        let span = self.span()?;
        let text = str::from_utf8(self.block.get(span).unwrap_or_default());
        text.map(|text| Some(text.to_owned())).map_err(|error| Error::corrupt("expected UTF-8").because(error))
    }

    /// A list, whose elements `item` reads; `None` for null.
    pub(crate) fn list<T>(
        &mut self,
        shape: Shape,
        mut item: impl FnMut(&mut Self, Shape) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        if !self.present(shape)? {
            return Ok(None);
        }
        let element = self.schema.element(shape.node).ok_or_else(|| Error::corrupt("expected an avro array"))?;
        let mut items = Vec::new();
        loop {
            let count = self.count()?;
            if count == 0 {
                return Ok(Some(items));
            }
            // Elements of any use take at least a byte each, so this is bounded by the block; the list itself grows as
            // elements are read, because they may be larger than their bytes.
            items.reserve(count.min(64));
            for _ in 0..count {
                items.push(item(self, element)?);
            }
        }
    }

    /// Elements of the next block of an array or map; 0 at its end.
    pub(crate) fn count(&mut self) -> Result<usize> {
        let mut count = self.long()?;
        if count < 0 {
            // A size in bytes follows, which only those need who skip without reading.
            self.long()?;
            count = count.checked_neg().unwrap_or(i64::MAX);
        }
        let remaining = self.remaining();
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= remaining)
            .ok_or_else(|| Error::corrupt(format!("expected a count within the {remaining} bytes left, found {count}")))
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self, shape: Shape) -> Result<()> {
        if self.present(shape)? { self.skip_node(shape.node, 0) } else { Ok(()) }
    }

    fn skip_node(&mut self, node: NodeId, depth: usize) -> Result<()> {
        if depth > MAX_SKIP_DEPTH {
            return Err(Error::corrupt(format!("expected avro values nested at most {MAX_SKIP_DEPTH} deep")));
        }
        match self.schema.node(node) {
            Node::Number => self.long().map(drop),
            Node::Bytes => self.span().map(drop),
            Node::Null => Ok(()),
            Node::Boolean => self.advance(1),
            Node::Float => self.advance(4),
            Node::Double => self.advance(8),
            // Without this, records of records of nothing would take time without taking bytes.
            _ if self.schema.is_empty(node) => Ok(()),
            Node::Fixed(size) => self.advance(*size),
            Node::Array(element) => {
                let element = self.schema.shape(*element);
                self.skip_items(|cursor| cursor.skip_field(element, depth + 1))
            }
            Node::Map(value) => self.skip_items(|cursor| {
                cursor.span()?;
                cursor.skip_node(*value, depth + 1)
            }),
            Node::Record(_) => {
                let schema = self.schema;
                schema.members(node).iter().try_for_each(|field| self.skip_field(*field, depth + 1))
            }
            Node::Union(branches) => {
                let branch = self.long()?;
                let node = usize::try_from(branch).ok().and_then(|branch| branches.get(branch));
                let node = node.ok_or_else(|| {
                    Error::corrupt(format!("expected one of {} avro branches, found {branch}", branches.len()))
                })?;
                self.skip_node(*node, depth + 1)
            }
        }
    }

    /// Numbers and bytes, nullable or not, are nearly all that there is to skip.
    #[inline]
    fn skip_field(&mut self, shape: Shape, depth: usize) -> Result<()> {
        if !self.present(shape)? {
            return Ok(());
        }
        match self.schema.node(shape.node) {
            Node::Number => self.skip_long(),
            Node::Bytes => self.span().map(drop),
            _ => self.skip_node(shape.node, depth),
        }
    }

    /// As [`Cursor::long`], without the number.
    #[inline]
    fn skip_long(&mut self) -> Result<()> {
        let rest = self.block.get(self.at..).unwrap_or_default();
        let more = rest.iter().take(10).position(|byte| *byte < 0x80);
        match more {
            Some(more) => {
                self.at += more + 1;
                Ok(())
            }
            // For its error.
            None => self.longer().map(drop),
        }
    }

    fn skip_items(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        loop {
            let count = self.count()?;
            if count == 0 {
                return Ok(());
            }
            for _ in 0..count {
                let before = self.at;
                item(self)?;
                // Elements without bytes: the others are the same.
                if self.at == before {
                    break;
                }
            }
        }
    }

    fn advance(&mut self, bytes: usize) -> Result<()> {
        if bytes > self.remaining() {
            return Err(short());
        }
        self.at += bytes;
        Ok(())
    }
}

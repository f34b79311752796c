//! `rbm64`: the union of bitmaps of 64-bit numbers.
//!
//! The bytes are those of Java's `Roaring64Bitmap.serialize` (RoaringBitmap 1.2.1, all numbers little-endian), which is not
//! the portable format of 64-bit bitmaps: a byte that is 0 for an empty bitmap and 1 else, then an adaptive radix tree from
//! the upper 48 bits to places ([`tree`]), then the containers of the lower 16 bits at those places ([`containers`]).
//! What is written is what Java writes, byte for byte, where nothing was ever removed from a bitmap.

mod containers;
mod tree;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(in crate::merge) use self::tests::{numbers_of, of_numbers};
use self::{containers::Containers, tree::Tree};
use super::{Stepwise, not_retractable};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::Datum,
};

/// Bitmaps of 64-bit numbers in Java's own format.
#[derive(Debug)]
pub(super) struct Bitmap64;

impl Stepwise for Bitmap64 {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        match (state, input) {
            (state, Cell::Null) => Ok(state),
            (Cell::Null, input) => Ok(input),
            (state, input) => {
                let (Some(Datum::Bytes(state)), Some(Datum::Bytes(input))) =
                    (column.datum(state)?, column.datum(input)?)
                else {
                    return Err(Error::internal("expected bytes"));
                };
                Ok(Cell::Value(Datum::Bytes(union(&state, &input)?)))
            }
        }
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable("rbm64"))
    }
}

/// Bytes of the union of two bitmaps. Errors: `Corrupt`, `Unsupported` for more than 2^31 containers.
fn union(state: &[u8], input: &[u8]) -> Result<Vec<u8>> {
    let mut state = Bitmap::parse(state)?;
    state.add(Bitmap::parse(input)?)?;
    state.containers.pack();
    state.write()
}

/// The upper 48 bits of a number, big-endian.
type Key = [u8; 6];

#[derive(Debug, Default)]
struct Bitmap {
    tree: Tree,
    containers: Containers,
}

impl Bitmap {
    fn parse(bytes: &[u8]) -> Result<Bitmap> {
        let mut input = Input(bytes);
        match input.byte()? {
            0 => Ok(Bitmap::default()),
            1 => {
                let tree = Tree::parse(&mut input)?;
                let containers = Containers::parse(&mut input)?;
                for (key, place) in tree.entries() {
                    if containers.get(place).is_none() {
                        return Err(corrupt(format!("key {key:02x?} leads to container {place}, which is not there")));
                    }
                }
                Ok(Bitmap { tree, containers })
            }
            other => Err(corrupt(format!("expected 0 or 1 first, found {other}"))),
        }
    }

    /// New keys come last, in their order.
    fn add(&mut self, mut other: Bitmap) -> Result<()> {
        for (key, place) in other.tree.entries() {
            let Some(container) = other.containers.take(place) else {
                return Err(corrupt(format!("two keys lead to container {place}")));
            };
            match self.tree.find(&key) {
                Some(place) => self.containers.unite(place, &container),
                None => self.tree.insert(key, self.containers.push(container)),
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<Vec<u8>> {
        if self.tree.is_empty() {
            return Ok(vec![0]);
        }
        let mut out = vec![1];
        self.tree.write(&mut out);
        self.containers.write(&mut out)?;
        Ok(out)
    }
}

/// Bytes that are left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, size: usize) -> Result<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(size).ok_or_else(|| corrupt("it ends too early"))?;
        self.0 = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| corrupt("it ends too early"))
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// A number of things of which each takes at least a byte.
    fn count(&mut self) -> Result<usize> {
        let count = u32::from_le_bytes(self.array()?) as usize;
        if count > self.0.len() { Err(corrupt("it ends too early")) } else { Ok(count) }
    }
}

fn corrupt(message: impl std::fmt::Display) -> Error {
    Error::corrupt(format!("expected a roaring bitmap of 64-bit numbers: {message}"))
}

//! `rbm32`: the union of roaring bitmaps.

use roaring::RoaringBitmap;

use super::{Stepwise, not_retractable};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::Datum,
};

/// Bitmaps of 32-bit numbers in the portable format.
#[derive(Debug)]
pub(super) struct Bitmap32;

impl Stepwise for Bitmap32 {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        match (state, input) {
            (state, Cell::Null) => Ok(state),
            (Cell::Null, input) => Ok(input),
            (state, input) => {
                let mut union = bitmap(column, state)? | bitmap(column, input)?;
                // Java packs runs before it writes.
                union.optimize();
                let mut bytes = Vec::with_capacity(union.serialized_size());
                union
                    .serialize_into(&mut bytes)
                    .map_err(|error| Error::internal("a roaring bitmap that cannot be written").because(error))?;
                Ok(Cell::Value(Datum::Bytes(bytes)))
            }
        }
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable("rbm32"))
    }
}

fn bitmap(column: &Column<'_>, cell: Cell) -> Result<RoaringBitmap> {
    let Some(Datum::Bytes(bytes)) = column.datum(cell)? else { return Err(Error::internal("expected bytes")) };
    RoaringBitmap::deserialize_from(bytes.as_slice())
        .map_err(|error| Error::corrupt("expected a roaring bitmap of 32-bit numbers").because(error))
}

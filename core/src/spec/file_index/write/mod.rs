//! Writes file indexes: the same bytes that Java writes for the same rows, up to the order of values whose hashes collide
//! many times over.
//!
//! ```text
//! options  ->  plan: column, key of a map, type of index  ->  a builder each
//! batches of a data file  ->  builders  ->  container  ->  manifest entry or side-car file
//! ```

mod bitmap;
mod bloom_filter;
mod bsi;
mod builder;
mod container;
mod java_order;
mod plan;
mod range_bitmap;

pub(crate) use builder::FileIndexBuilder;
pub(crate) use plan::FileIndexPlan;

use arrow_array::ArrayRef;
use roaring::RoaringBitmap;

use super::key::Key;
use crate::{
    error::{Error, Result},
    types::{DataType, Datum},
};

/// Builds one index of one column of one data file.
trait IndexBuilder: Send + Sync {
    /// Takes the value of the next row.
    fn add(&mut self, value: Option<Datum>) -> Result<()>;

    /// The body of the index.
    fn finish(self: Box<Self>) -> Result<Vec<u8>>;
}

/// Gives a builder the values of the next rows.
fn add_all(builder: &mut dyn IndexBuilder, values: &ArrayRef) -> Result<()> {
    for row in 0..values.len() {
        builder.add(Datum::from_array(values, row)?)?;
    }
    Ok(())
}

/// The key of a value. Errors: `Invalid` where it is beyond what an index can hold.
fn key_of(value: &Datum, data_type: &DataType) -> Result<Key> {
    Key::of(value, data_type).ok_or_else(|| Error::invalid(format!("{value:?} is beyond what a file index can hold")))
}

/// As Java's `RoaringBitmap32.serialize`: with runs where they are shorter.
fn bitmap_bytes(mut rows: RoaringBitmap) -> Result<Vec<u8>> {
    rows.optimize();
    let mut bytes = Vec::with_capacity(rows.serialized_size());
    let written = rows.serialize_into(&mut bytes);
    written.map_err(|error| Error::internal("a bitmap was not encoded").because(error))?;
    Ok(bytes)
}

/// A size or count as an `int`. Errors: `Invalid` beyond it.
fn int(count: usize) -> Result<[u8; 4]> {
    let count = i32::try_from(count).map_err(|_| Error::invalid("a file index grew beyond 2 GiB"))?;
    Ok(count.to_be_bytes())
}

/// The number of the next row. Errors: `Invalid` beyond an `int`.
fn next_row(rows: &mut u32) -> Result<u32> {
    let row = *rows;
    *rows = row.checked_add(1).filter(|rows| i32::try_from(*rows).is_ok()).ok_or_else(|| {
        Error::invalid("a data file with a file index has more than 2^31 rows: lower target-file-size")
    })?;
    Ok(row)
}

#[cfg(test)]
mod tests;

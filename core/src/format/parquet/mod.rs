//! Parquet.

mod bloom;
mod bounds;
mod convert;
mod describe;
mod footer;
mod hybrid;
mod int96;
mod leaf;
mod normalize;
mod page_codec;
mod page_header;
mod page_lz4;
mod page_reader;
mod pages;
mod projection;
mod prune;
mod reader;
mod row_group;
mod row_group_encoder;
mod schema;
#[cfg(test)]
mod tests;
mod variant;
mod windows;
mod writer;

use parquet::errors::ParquetError;

pub(super) use self::{
    convert::Conversion,
    describe::describe,
    reader::{candidate_rows, read, row_groups},
    row_group_encoder::RowGroupEncoder,
    writer::ParquetFileWriter,
};
use crate::error::Error;

/// What the decoder complains about is wrong with the bytes, except for features it does not have.
fn corrupt(message: &str, error: ParquetError) -> Error {
    match &error {
        ParquetError::NYI(_) => Error::unsupported(message).because(error),
        _ => Error::corrupt(message).because(error),
    }
}

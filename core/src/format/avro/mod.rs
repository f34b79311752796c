//! Avro data files.
//!
//! ```text
//! chunks of the file  ->  blocks  ->  records, value by value into columns  ->  batches
//! batches  ->  records, row by row  ->  blocks  ->  upload
//! ```
//!
//! The Paimon type of a field decides what a stored value means; Avro's logical types are ignored, because Paimon's names for
//! the two kinds of timestamps are the reverse of Avro's.

mod blocks;
mod column;
mod describe;
mod leaf;
mod plan;
mod reader;
#[cfg(test)]
mod tests;
mod write;

pub(super) use describe::describe;
pub(super) use reader::{read, row_groups};
pub(super) use write::AvroFileWriter;
pub(crate) use write::holds;

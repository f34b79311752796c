//! ORC data files, by a small decoder of our own: see `docs/decisions/0005-own-orc-and-avro-decoders.md`.
//!
//! ```text
//! tail {postscript, footer: types, stripes}  ->  streams of the columns asked, of one stripe at a time  ->  runs  ->  batches
//! batches  ->  runs  ->  streams of one stripe at a time  ->  tail
//! ```
//!
//! Every column of a stripe has a few streams (which rows are present, values, lengths, …), each compressed in chunks and
//! encoded in runs. Children of a null row or list have no entries in their streams.

mod byte_runs;
mod column;
mod compression;
mod describe;
mod integer_runs;
mod leaf;
mod lzo;
mod nested;
mod plan;
mod proto;
mod reader;
mod statistics;
mod stripe;
mod tail;
mod text;
mod timestamp;
mod write;
mod zone;

#[cfg(test)]
mod tests;

pub(super) use describe::describe;
pub(super) use reader::{read, row_groups};
pub(super) use write::OrcFileWriter;

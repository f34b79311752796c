//! Batches to ORC files, of the types that Java gives Paimon's columns (format digest 11.2).
//!
//! ```text
//! fields  ->  types, with `paimon.id`
//! batches ->  columns: runs of values, lengths, present bits  ->  stripes of compressed streams  ->  upload
//!         ->  statistics of stripes and of the file  ->  metadata, footer, postscript
//! ```
//!
//! Times are written in UTC. There are no row indexes and no dictionaries: what a reader can skip are stripes.

mod chunks;
mod column;
mod message;
mod numbers;
mod runs;
mod statistics;
mod timestamp;
mod types;
mod writer;

pub(in crate::format) use writer::OrcFileWriter;

//! Avro object containers, of manifests and of data files: our own small codec.
//!
//! ```text
//! container   header {schema, codec, sync marker}, then compressed blocks of records
//! schema      the writer's schema as a list of nodes
//! plan        the writer's record against the fields we know, matched by name once a file
//! cursor      values of a block, in the writer's order
//! write       the other way round, for schemas we write ourselves
//! ```
//!
//! Record names are ignored. Records and fields may be wrapped in a union with null. Fields that we do not know are
//! skipped, optional ones may be missing.

mod codec;
mod container;
mod cursor;
mod plan;
mod schema;
mod write;

pub use codec::Codec;
pub(crate) use codec::Decompressor;
pub(crate) use container::{Header, SYNC_BYTES, header_members, read_records, read_records_where};
pub(crate) use cursor::Cursor;
pub(crate) use plan::{FieldSet, Kind, Plan, avro_fields};
pub(crate) use schema::{Logical, Node, NodeId, Schema, Shape};
pub(crate) use write::{ContainerWriter, Encoder, write_records};

#[cfg(test)]
mod tests;

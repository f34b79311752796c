//! On-disk metadata as values: one concept a file, bytes in and structs out, no I/O.

pub mod avro;
pub mod binary_row;
pub mod blob;
pub mod bucket;
pub(crate) mod checksum;
pub mod data_file;
pub mod deletion_vector;
pub mod file_index;
pub mod index_manifest;
pub mod java_text;
pub(crate) mod json;
pub mod layout;
pub mod manifest;
pub mod manifest_list;
mod murmur;
pub mod options;
pub mod snapshot;
pub mod stats;
pub mod table_schema;
pub mod tag;

#[cfg(test)]
mod golden_tests;

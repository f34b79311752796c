//! On-disk metadata as values: one concept a file, bytes in and structs out, no I/O.

pub mod binary_row;
pub mod data_file;
pub mod index_manifest;
pub mod layout;
pub mod manifest;
pub mod manifest_list;
pub mod options;
pub mod snapshot;
pub mod stats;
pub mod table_schema;
pub mod tag;

//! Batches to Avro containers, laid out as Java's writer lays them out (format digest 11.3).
//!
//! ```text
//! fields  ->  schema (JSON) in the header
//! batch   ->  one encoder a column, made once a batch  ->  records, row by row  ->  compressed blocks  ->  upload
//! ```

mod encode;
mod schema;
mod writer;

pub(in crate::format) use writer::AvroFileWriter;

use crate::types::DataField;

/// Whether Avro files can hold columns of these names and types.
pub(crate) fn holds(fields: &[DataField]) -> bool {
    schema::file_schema(fields).is_ok()
}

//! Everything that changes a warehouse: tables made and dropped, rows written, tables changed in place.
//!
//! ```text
//! catalog   databases and tables made and dropped     new_table   what a new table shall be
//! writer    rows -> files -> a snapshot               input       what JavaScript hands over -> batches
//! change    updates and deletes by filter, truncates, compactions
//! alter     changes of the schema
//! ```

mod alter;
mod catalog;
mod change;
mod input;
mod new_table;
mod writer;

pub use writer::TableWriter;

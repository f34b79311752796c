//! Logical types and values of a table, and how they map to Arrow and to text.

pub mod arrow;
pub mod calendar;
mod cell;
pub mod csv_rows;
mod data_type;
mod datum;
mod datum_array;
pub mod datum_text;
pub(crate) mod exact_number;
mod json_cells;
pub mod json_datums;
pub mod json_rows;
mod row_kind;
pub(crate) mod text;
pub mod type_json;
mod type_text;
mod variant_json;

pub use cell::{cell, cells};
pub use data_type::{DataField, DataType, MAX_LENGTH, TypeKind};
pub use datum::{Datum, DatumRow, compare_keys};
pub use datum_array::datums_to_array;
pub(crate) use datum_array::timestamp_ticks;
pub use row_kind::RowKind;

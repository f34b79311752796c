//! Logical types and values of a table, and how they map to Arrow.

pub mod arrow;
mod data_type;
mod datum;
mod row_kind;

pub use data_type::{DataField, DataType, MAX_LENGTH, TypeKind};
pub use datum::{Datum, DatumRow};
pub use row_kind::RowKind;

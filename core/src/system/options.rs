//! `options` (Java `OptionsTable`): the options of the schema, as they were set.

use super::rows::{columns, text};
use crate::{
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([("key!", TypeKind::STRING), ("value!", TypeKind::STRING)])
}

/// By name.
pub(super) fn rows(table: &Table) -> Vec<DatumRow> {
    table.schema().options.iter().map(|(name, value)| vec![text(name), text(value)]).collect()
}

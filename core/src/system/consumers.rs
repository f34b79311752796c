//! `consumers` (Java `ConsumersTable`): how far streaming readers have come.

use super::rows::{columns, long, text};
use crate::{
    error::Result,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([("consumer_id!", TypeKind::STRING), ("next_snapshot_id!", TypeKind::BigInt)])
}

/// By id.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let consumers = table.consumers().list().await?;
    Ok(consumers.into_iter().map(|consumer| vec![text(consumer.id), long(consumer.next_snapshot)]).collect())
}

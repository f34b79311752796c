//! `consumers` (Java `ConsumersTable`): how far streaming readers have come.

use serde::Deserialize;

use super::rows::{columns, long, text};
use crate::{
    error::{Error, Result},
    spec::layout,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsumerJson {
    next_snapshot: i64,
}

pub(super) fn fields() -> Vec<DataField> {
    columns([("consumer_id!", TypeKind::STRING), ("next_snapshot_id!", TypeKind::BigInt)])
}

/// By id.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let branch = layout::branch_path(table.branch());
    let listing = table.storage().list(&format!("{branch}{}", layout::CONSUMER_FOLDER)).await?;
    let mut names: Vec<String> = listing.files.into_iter().map(|file| file.name).collect();
    names.sort();
    let mut rows = Vec::new();
    for id in names.iter().filter_map(|name| name.strip_prefix(layout::CONSUMER_PREFIX)) {
        let path = format!("{branch}{}", layout::consumer_path(id));
        // Gone since it was listed: no consumer any more.
        let Some(bytes) = table.storage().get_opt(&path).await? else { continue };
        let consumer: ConsumerJson = serde_json::from_slice(&bytes)
            .map_err(|error| Error::corrupt("expected a consumer as JSON").because(error).at(&path))?;
        rows.push(vec![text(id), long(consumer.next_snapshot)]);
    }
    Ok(rows)
}

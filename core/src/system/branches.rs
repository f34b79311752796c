//! `branches` (Java `BranchesTable`).

use super::rows::{columns, local_time, text};
use crate::{
    error::Result,
    spec::layout,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([("branch_name!", TypeKind::STRING), ("create_time!", TypeKind::Timestamp(3))])
}

/// By name. Object stores have no times of folders: a branch is as old as its oldest schema file.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let mut rows = Vec::new();
    for name in table.branches().await? {
        let schemas = format!("{}{}", layout::branch_path(&name), layout::SCHEMA_FOLDER);
        let files = table.storage().list(&schemas).await?.files;
        let created = files.iter().map(|file| file.modified_millis).min().unwrap_or(0);
        rows.push(vec![text(name), local_time(table, created)]);
    }
    Ok(rows)
}

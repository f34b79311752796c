//! The manifests of a snapshot, as its manifest lists name them.

use cenote_core::{
    Result,
    spec::{
        layout,
        manifest_list::{self, ManifestFileMeta},
    },
    types::{DataField, DataType},
};
use serde::Serialize;
use serde_json::Value;

use super::cell::cells;
use crate::{
    json::{Long, to_text},
    opened::{At, Opened},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManifestView {
    list: &'static str,
    name: String,
    size: Long,
    added: Long,
    deleted: Long,
    schema_id: Long,
    min_partition: Vec<Value>,
    max_partition: Vec<Value>,
}

/// Manifests of a snapshot; none for a table without snapshots.
pub(crate) async fn list(opened: &Opened, at: At) -> Result<String> {
    let table = &opened.table;
    let Some(snapshot) = opened.snapshot(at).await? else { return to_text(&[(); 0]) };
    let partition_fields = table.schema().partition_fields();
    let lists = [
        ("base", Some(&snapshot.base_manifest_list)),
        ("delta", Some(&snapshot.delta_manifest_list)),
        ("changelog", snapshot.changelog_manifest_list.as_ref()),
    ];
    let mut views = Vec::new();
    for (list, name) in lists {
        let Some(name) = name else { continue };
        let path = layout::manifest_path(name);
        let bytes = table.storage().get_immutable(&path).await?;
        let metas = manifest_list::decode(&bytes).map_err(|error| error.at(table.storage().location(&path)))?;
        for meta in metas {
            views.push(ManifestView::of(list, meta, &partition_fields)?);
        }
    }
    to_text(&views)
}

impl ManifestView {
    fn of(list: &'static str, meta: ManifestFileMeta, partition_fields: &[DataField]) -> Result<Self> {
        let types = partition_fields.iter().map(|field| field.data_type.clone()).collect::<Vec<DataType>>();
        let columns = meta.partition_stats.decode(&types)?;
        let (min, max): (Vec<_>, Vec<_>) = columns.into_iter().map(|column| (column.min, column.max)).unzip();
        Ok(ManifestView {
            list,
            name: meta.file_name,
            size: Long(meta.file_size),
            added: Long(meta.num_added_files),
            deleted: Long(meta.num_deleted_files),
            schema_id: Long(meta.schema_id),
            min_partition: cells(&min, partition_fields),
            max_partition: cells(&max, partition_fields),
        })
    }
}

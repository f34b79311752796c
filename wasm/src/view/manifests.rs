//! The manifests of a snapshot, as its manifest lists name them.

use cenote_core::{
    Result,
    insight::ManifestRecord,
    spec::{layout, manifest_list},
};

use crate::{
    json::answer_text,
    opened::{At, Opened},
};

/// Manifests of a snapshot; none for a table without snapshots.
pub(crate) async fn list(opened: &Opened, at: At) -> Result<String> {
    let table = &opened.table;
    let Some(snapshot) = opened.snapshot(at).await? else { return answer_text(&[(); 0]) };
    let partition_fields = table.schema().partition_fields();
    let lists = [
        ("base", Some(&snapshot.base_manifest_list)),
        ("delta", Some(&snapshot.delta_manifest_list)),
        ("changelog", snapshot.changelog_manifest_list.as_ref()),
    ];
    let mut records = Vec::new();
    for (list, name) in lists {
        let Some(name) = name else { continue };
        let path = layout::manifest_path(name);
        let bytes = table.storage().get_immutable(&path).await?;
        let metas = manifest_list::decode(&bytes).map_err(|error| error.at(table.storage().location(&path)))?;
        for meta in metas {
            records.push(ManifestRecord::of(list, meta, &partition_fields)?);
        }
    }
    answer_text(&records)
}

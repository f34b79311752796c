//! Entries → manifest files, and manifests → a manifest list.

use std::cmp::Ordering;

use bytes::Bytes;

use crate::{
    error::Result,
    scan::entry_types,
    spec::{
        avro::Codec,
        binary_row::BinaryRow,
        layout,
        manifest::{self, FileKind, ManifestEntry},
        manifest_list::{self, ManifestFileMeta},
        stats::SimpleStats,
    },
    table::Table,
    types::{Datum, DatumRow},
};

/// Names files of one commit: `<prefix>-<uuid>-<n>`.
#[derive(Debug)]
pub(crate) struct FileNames {
    uuid: String,
    next: u32,
}

impl FileNames {
    pub(super) fn new(table: &Table) -> Self {
        FileNames { uuid: table.runtime().uuid(), next: 0 }
    }

    pub(super) fn next(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}-{}-{}", self.uuid, self.next - 1)
    }
}

/// Writes entries into as many manifests as the target size asks for.
pub(crate) async fn write_manifests(
    table: &Table,
    names: &mut FileNames,
    entries: &[ManifestEntry],
) -> Result<Vec<ManifestFileMeta>> {
    let codec = table.options().manifest_codec()?;
    let mut written = Vec::new();
    for (chunk, bytes) in encode_rolled(entries, table.options().manifest_target_file_size, codec)? {
        let name = names.next("manifest");
        let mut meta = summarize(table, chunk)?;
        meta.file_size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        table.storage().put(&layout::manifest_path(&name), bytes).await?;
        meta.file_name = name;
        written.push(meta);
    }
    Ok(written)
}

/// Encodes entries; in equal parts where one manifest would exceed the target size.
fn encode_rolled(entries: &[ManifestEntry], target_size: u64, codec: Codec) -> Result<Vec<(&[ManifestEntry], Bytes)>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = manifest::encode(entries, codec)?;
    let parts = (bytes.len() as u64).div_ceil(target_size.max(1));
    if parts <= 1 || entries.len() == 1 {
        return Ok(vec![(entries, bytes)]);
    }
    let each = entries.len().div_ceil(usize::try_from(parts).unwrap_or(entries.len())).max(1);
    entries.chunks(each).map(|chunk| Ok((chunk, manifest::encode(chunk, codec)?))).collect()
}

/// Writes a manifest list; gives its name and length.
pub(crate) async fn write_manifest_list(
    table: &Table,
    names: &mut FileNames,
    manifests: &[ManifestFileMeta],
) -> Result<(String, i64)> {
    let bytes = manifest_list::encode(manifests, table.options().manifest_codec()?)?;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let name = names.next("manifest-list");
    table.storage().put(&layout::manifest_path(&name), bytes).await?;
    Ok((name, size))
}

/// What a manifest list says of a manifest, but for its name and size.
fn summarize(table: &Table, entries: &[ManifestEntry]) -> Result<ManifestFileMeta> {
    let added = entries.iter().filter(|entry| entry.kind == FileKind::Add).count() as i64;
    let last_id = |first: i64, entry: &ManifestEntry| first.saturating_add(entry.file.row_count - 1);
    let row_ids: Option<Vec<(i64, i64)>> =
        entries.iter().map(|entry| entry.file.first_row_id.map(|first| (first, last_id(first, entry)))).collect();
    let row_ids = row_ids.unwrap_or_default();
    Ok(ManifestFileMeta {
        file_name: String::new(),
        file_size: 0,
        num_added_files: added,
        num_deleted_files: entries.len() as i64 - added,
        partition_stats: partition_stats(table, entries)?,
        schema_id: entries.iter().map(|entry| entry.file.schema_id).max().unwrap_or(0),
        min_bucket: entries.iter().map(|entry| entry.bucket).min(),
        max_bucket: entries.iter().map(|entry| entry.bucket).max(),
        min_level: entries.iter().map(|entry| entry.file.level).min(),
        max_level: entries.iter().map(|entry| entry.file.level).max(),
        min_row_id: row_ids.iter().map(|(first, _)| *first).min(),
        max_row_id: row_ids.iter().map(|(_, last)| *last).max(),
    })
}

fn partition_stats(table: &Table, entries: &[ManifestEntry]) -> Result<SimpleStats> {
    let types = entry_types(&table.schema().partition_fields());
    let (mut min, mut max): (DatumRow, DatumRow) = (vec![None; types.len()], vec![None; types.len()]);
    let mut nulls = vec![0i64; types.len()];
    for entry in entries {
        let values = entry.partition.decode(&types)?;
        for (((value, min), max), nulls) in values.into_iter().zip(&mut min).zip(&mut max).zip(&mut nulls) {
            match value {
                None => *nulls += 1,
                Some(value) => {
                    widen(min, &value, Ordering::Less);
                    widen(max, &value, Ordering::Greater);
                }
            }
        }
    }
    Ok(SimpleStats {
        min_values: BinaryRow::encode(&types, &min)?,
        max_values: BinaryRow::encode(&types, &max)?,
        null_counts: nulls.into_iter().map(Some).collect(),
    })
}

fn widen(bound: &mut Option<Datum>, value: &Datum, side: Ordering) {
    let replaces = bound.as_ref().is_none_or(|bound| value.try_cmp(bound) == Some(side));
    if replaces {
        *bound = Some(value.clone());
    }
}

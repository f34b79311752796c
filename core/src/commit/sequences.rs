//! Sequence numbers that a commit decides or records.

use crate::{
    error::{Error, Result},
    scan::{EntryFilter, read_entries},
    spec::{
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
        options::SequenceInitMode,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// The snapshot property with the greatest sequence number so far (Java `SequenceSnapshotProperties`).
pub(crate) const MAX_SEQUENCE_NUMBER: &str = "sequence.generation.max-sequence-number";

/// With `sequence.snapshot-ordering` the rows of a snapshot have its id for sequence number. What compactions rewrite
/// has such numbers already.
pub(super) fn stamp(mut delta: Vec<ManifestEntry>, snapshot_id: i64, kind: CommitKind) -> Vec<ManifestEntry> {
    if kind != CommitKind::Compact {
        for entry in delta.iter_mut().filter(|entry| entry.kind == FileKind::Add) {
            entry.file.min_sequence_number = snapshot_id;
            entry.file.max_sequence_number = snapshot_id;
        }
    }
    delta
}

/// The number for the property of a new snapshot, where the table keeps one (`write.sequence-number-init-mode`):
/// the greatest of the latest snapshot's and of the new files. A snapshot without it is looked through.
pub(super) async fn max_to_record(
    table: &Table,
    latest: Option<&Snapshot>,
    manifests: &[ManifestFileMeta],
    delta: &[ManifestEntry],
) -> Result<Option<i64>> {
    if table.options().write_sequence_number_init_mode != SequenceInitMode::Snapshot {
        return Ok(None);
    }
    let recorded = latest.and_then(|latest| latest.properties.as_ref()?.get(MAX_SEQUENCE_NUMBER));
    let before = match (recorded, latest) {
        (Some(text), _) => Some(text.parse().map_err(|error| {
            let message = format!("snapshot property {MAX_SEQUENCE_NUMBER}: expected a number, found {text:?}");
            Error::corrupt(message).at(table.name()).because(error)
        })?),
        (None, Some(_)) => {
            let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
            greatest(&read_entries(table, manifests.to_vec(), &filter).await?.0)
        }
        (None, None) => None,
    };
    Ok(before.max(greatest(delta)))
}

fn greatest(entries: &[ManifestEntry]) -> Option<i64> {
    let added = entries.iter().filter(|entry| entry.kind == FileKind::Add);
    added.map(|entry| entry.file.max_sequence_number).max()
}

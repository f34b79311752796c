//! The files whose rows are changes.

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::{BucketFiles, EntryFilter, Split, entry_filter, group_by_bucket, read_entries, read_manifest_list},
    spec::{
        manifest::{FileKind, ManifestEntry},
        snapshot::Snapshot,
    },
    table::Table,
};

/// The files that `steps` added, or their changelog files: a split for each snapshot and bucket, oldest snapshot first.
/// Where files hold columns of the same rows, a split for each bucket: all that the range added to a row is one row, with
/// nulls in the columns that it left alone (Java `IncrementalDeltaStartingScanner`, `DataEvolutionSplitRead`).
///
/// `pushed` may leave out partitions and buckets. Errors: `Unsupported` where a snapshot also removed files, so that its
/// additions are not its changes (Java refuses it, too).
pub(super) async fn splits_of(
    table: &Table,
    steps: &[Snapshot],
    changelog: bool,
    pushed: Option<Predicate>,
) -> Result<Vec<Split>> {
    let filter = entry_filter(table, table.schema(), pushed.as_ref())?;
    let mut splits = Vec::new();
    let mut entries = Vec::new();
    for step in steps {
        if table.schema().evolves_columns() {
            entries.push(entries_of_step(table, step, changelog, &filter).await?);
        } else {
            splits.extend(splits_of_step(table, step, changelog, &filter).await?);
        }
    }
    let last = steps.last().map_or(0, |step| step.id);
    splits.extend(group_by_bucket(table, entries)?.into_iter().map(|bucket| split(bucket, last)));
    Ok(splits)
}

/// The splits of one snapshot; empty where it has no changelog.
pub(super) async fn splits_of_step(
    table: &Table,
    step: &Snapshot,
    changelog: bool,
    filter: &EntryFilter,
) -> Result<Vec<Split>> {
    let entries = entries_of_step(table, step, changelog, filter).await?;
    Ok(group_by_bucket(table, vec![entries])?.into_iter().map(|bucket| split(bucket, step.id)).collect())
}

/// The files of one snapshot; none where it has no changelog.
async fn entries_of_step(
    table: &Table,
    step: &Snapshot,
    changelog: bool,
    filter: &EntryFilter,
) -> Result<Vec<ManifestEntry>> {
    let list = if changelog { step.changelog_manifest_list.as_ref() } else { Some(&step.delta_manifest_list) };
    let Some(list) = list else { return Ok(Vec::new()) };
    let partition_fields = table.schema().partition_fields();
    let mut manifests = Vec::new();
    for meta in read_manifest_list(table, list).await? {
        if filter.keeps_manifest(&meta, &partition_fields).map_err(|error| error.at(&meta.file_name))? {
            manifests.push(meta);
        }
    }
    let (entries, _) = read_entries(table, manifests, filter).await?;
    if let Some(entry) = entries.iter().find(|entry| entry.kind == FileKind::Delete) {
        let message = format!("snapshot {} also removes files: its changes are not just added rows", step.id);
        return Err(Error::unsupported(message).at(table.name()).with("file", &entry.file.file_name));
    }
    Ok(entries)
}

/// All rows of the files of a bucket, in the order in which they were written.
pub(super) fn split(bucket: BucketFiles, snapshot_id: i64) -> Split {
    let mut files = bucket.files;
    files.sort_by_key(|file| file.min_sequence_number);
    Split {
        partition: bucket.partition,
        partition_values: bucket.partition_values,
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path,
        files,
        raw_convertible: false,
        deletions: Default::default(),
        snapshot_id,
    }
}

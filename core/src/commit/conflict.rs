//! Whether a change still makes sense on the latest state (Java `ConflictDetection`, format digest 3.5). Pure.

use std::collections::{HashMap, HashSet};

use crate::{
    error::{Error, Result},
    scan::entries::merge_entries,
    spec::{
        binary_row::BinaryRow,
        index_manifest::IndexManifestEntry,
        manifest::{FileKind, ManifestEntry},
        snapshot::CommitKind,
    },
    types::{DataType, DatumRow},
};

/// Checks `delta` against the live files `base` of the partitions it touches.
///
/// `key_types` are the types of the trimmed primary key; empty for append tables.
/// Errors: `Conflict` when a file to delete is gone, a file is added twice, bucket counts differ within a partition
/// (unless overwriting), or two files of one level ≥ 1 would overlap in keys.
pub(crate) fn check(
    base: Vec<ManifestEntry>,
    delta: &[ManifestEntry],
    kind: CommitKind,
    key_types: &[DataType],
) -> Result<()> {
    if kind != CommitKind::Overwrite {
        check_bucket_counts(base.iter().chain(delta))?;
    }
    merge_entries(delta.iter().cloned())?;
    let merged = merge_entries(base.into_iter().chain(delta.iter().cloned()))?;
    if let Some(gone) = merged.iter().find(|entry| entry.kind == FileKind::Delete) {
        let message = "a file that this commit removes is gone: somebody else removed it";
        return Err(Error::conflict(message).at(&gone.file.file_name));
    }
    if key_types.is_empty() { Ok(()) } else { check_levels(&merged, key_types) }
}

/// The files that new deletion vectors are about must be there after the change. Files whose vector an index file of the
/// change held before need no look: whoever takes such a file away replaces that index file, too.
///
/// Errors: `Conflict` where a file is gone.
pub(crate) fn check_deletion_vectors(
    base: &[ManifestEntry],
    delta: &[ManifestEntry],
    index: &[IndexManifestEntry],
) -> Result<()> {
    let of_kind = |kind| {
        let entries = index.iter().filter(move |entry| entry.kind == kind);
        entries.flat_map(|entry| {
            let vectors = entry.file.deletion_vectors.iter().flatten();
            vectors.map(move |vector| (&entry.partition, entry.bucket, vector.data_file.as_str()))
        })
    };
    let known: HashSet<_> = of_kind(FileKind::Delete).collect();
    let mut live: HashSet<_> = HashSet::new();
    for entry in base.iter().chain(delta) {
        let file = (&entry.partition, entry.bucket, entry.file.file_name.as_str());
        match entry.kind {
            FileKind::Add => drop(live.insert(file)),
            FileKind::Delete => drop(live.remove(&file)),
        }
    }
    match of_kind(FileKind::Add).find(|file| !known.contains(file) && !live.contains(file)) {
        None => Ok(()),
        Some((_, _, gone)) => {
            Err(Error::conflict("a file that this commit deletes rows of is gone: somebody else rewrote it").at(gone))
        }
    }
}

/// Bucket counts must agree within a partition; counts ≤ 0 say nothing.
pub(crate) fn check_bucket_counts<'a>(entries: impl Iterator<Item = &'a ManifestEntry>) -> Result<()> {
    let mut counts: HashMap<&BinaryRow, i32> = HashMap::new();
    for entry in entries.filter(|entry| entry.total_buckets > 0) {
        let count = *counts.entry(&entry.partition).or_insert(entry.total_buckets);
        if count != entry.total_buckets {
            return Err(Error::conflict(format!(
                "a partition has {count} buckets and the commit writes {}: overwrite it to rescale",
                entry.total_buckets
            ))
            .at(&entry.file.file_name));
        }
    }
    Ok(())
}

/// First and last key of a file, and its name.
type KeyRange<'a> = (DatumRow, DatumRow, &'a str);

fn check_levels(live: &[ManifestEntry], key_types: &[DataType]) -> Result<()> {
    let mut levels: HashMap<(&BinaryRow, i32, i32), Vec<KeyRange<'_>>> = HashMap::new();
    for entry in live.iter().filter(|entry| entry.file.level >= 1) {
        let range =
            (entry.file.min_key.decode(key_types)?, entry.file.max_key.decode(key_types)?, &*entry.file.file_name);
        levels.entry((&entry.partition, entry.bucket, entry.file.level)).or_default().push(range);
    }
    for ((_, bucket, level), mut ranges) in levels {
        ranges.sort_by(|a, b| crate::types::compare_keys(&a.0, &b.0));
        for pair in ranges.windows(2) {
            if let [(_, max, first), (min, _, second)] = pair
                && crate::types::compare_keys(max, min).is_ge()
            {
                return Err(Error::conflict(format!("file {first} would overlap in keys: somebody else compacted"))
                    .at(second)
                    .with("bucket", bucket)
                    .with("level", level));
            }
        }
    }
    Ok(())
}

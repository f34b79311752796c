//! Whether a change still makes sense on the latest state (Java `ConflictDetection`, format digest 3.5). Pure.

mod vectors;

use std::collections::{HashMap, HashSet, hash_map::Entry};

use bytes::Bytes;

use crate::{
    error::{Error, Result},
    spec::{
        binary_row::BinaryRow,
        index_manifest::IndexManifestEntry,
        manifest::{FileKind, ManifestEntry},
        snapshot::CommitKind,
    },
    types::{DataType, DatumRow},
};

/// What the rules ask about a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// Types of the trimmed primary key: files of one level ≥ 1 must not overlap in it. `None` where files have no keys,
    /// or are sorted by something else.
    pub key_types: Option<Vec<DataType>>,
    /// Whether each data file is paired with the index file of its deletion vector (append tables without buckets).
    pub pair_vectors: bool,
}

/// The state a change is checked against: live files of the partitions it touches, and all index files.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State<'a> {
    pub files: &'a [ManifestEntry],
    pub index: &'a [IndexManifestEntry],
}

/// The entries of a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delta<'a> {
    pub kind: CommitKind,
    pub files: &'a [ManifestEntry],
    pub index: &'a [IndexManifestEntry],
}

/// Checks a change against the latest state.
///
/// Errors: `Conflict` when a file to delete is gone, a file is added twice, bucket counts differ within a partition
/// (unless overwriting), two files of one level ≥ 1 would overlap in keys, or a deletion vector replaces another one
/// than the change saw.
pub(crate) fn check(rules: &Rules, base: State<'_>, delta: Delta<'_>) -> Result<()> {
    let (base_files, delta_files) = match rules.pair_vectors {
        true => vectors::pair(base, delta)?,
        false => (base.files.iter().map(Tracked::of).collect(), delta.files.iter().map(Tracked::of).collect()),
    };
    if delta.kind != CommitKind::Overwrite {
        check_bucket_counts(base.files.iter().chain(delta.files))?;
    }
    merge(delta_files.iter().copied())?;
    let merged = merge(base_files.into_iter().chain(delta_files))?;
    if let Some(gone) = merged.iter().find(|tracked| tracked.kind == FileKind::Delete) {
        return Err(gone.is_gone());
    }
    if !rules.pair_vectors {
        check_vectors(&merged, delta.index)?;
        if delta.kind == CommitKind::Compact {
            check_compacted(base.index, delta)?;
        }
    }
    match &rules.key_types {
        Some(key_types) => check_levels(&merged, key_types),
        None => Ok(()),
    }
}

/// The files that new deletion vectors are about must be there after the change. Those whose vector an index file of the
/// change held before need no look: whoever takes such a file away replaces that index file, too.
fn check_vectors(live: &[Tracked<'_>], index: &[IndexManifestEntry]) -> Result<()> {
    let of_kind = |kind| {
        let entries = index.iter().filter(move |entry| entry.kind == kind);
        entries.flat_map(|entry| {
            let vectors = entry.file.deletion_vectors.iter().flatten();
            vectors.map(move |vector| (&entry.partition, entry.bucket, vector.data_file.as_str()))
        })
    };
    let mut known: HashSet<_> = of_kind(FileKind::Delete).collect();
    if of_kind(FileKind::Add).next().is_some() {
        known.extend(live.iter().map(|live| (&live.entry.partition, live.entry.bucket, &*live.entry.file.file_name)));
    }
    match of_kind(FileKind::Add).find(|file| !known.contains(file)) {
        None => Ok(()),
        Some((_, _, gone)) => {
            Err(Error::conflict("a file that this commit deletes rows of is gone: somebody else rewrote it").at(gone))
        }
    }
}

/// A compaction in a bucket that takes a file away must know its deletion vector: rows that another compaction marked
/// meanwhile would come back. Java, which has one compactor a bucket, does not look.
fn check_compacted(index: &[IndexManifestEntry], delta: Delta<'_>) -> Result<()> {
    let names = |kind| {
        let entries = delta.files.iter().filter(move |entry| entry.kind == kind);
        entries.map(|entry| entry.file.file_name.as_str()).collect::<HashSet<_>>()
    };
    let (deleted, added) = (names(FileKind::Delete), names(FileKind::Add));
    let is_gone = |name: &str| deleted.contains(name) && !added.contains(name);
    let is_known = |there: &IndexManifestEntry| {
        delta.index.iter().any(|entry| match entry.kind {
            FileKind::Delete => entry.file.file_name == there.file.file_name,
            FileKind::Add => {
                let same_type = entry.file.index_type == there.file.index_type;
                same_type && entry.bucket == there.bucket && entry.partition == there.partition
            }
        })
    };
    let unknown = index.iter().filter(|there| there.kind == FileKind::Add && !is_known(there));
    let mut unseen = unknown.flat_map(|there| there.file.deletion_vectors.iter().flatten());
    match unseen.find(|vector| is_gone(&vector.data_file)) {
        None => Ok(()),
        Some(vector) => {
            let message =
                "rows of a file that this compaction replaces were deleted meanwhile: somebody else compacted";
            Err(Error::conflict(message).at(&vector.data_file))
        }
    }
}

/// An entry and the index file that holds the deletion vector of its file.
#[derive(Clone, Copy, Debug)]
struct Tracked<'a> {
    kind: FileKind,
    entry: &'a ManifestEntry,
    vector: Option<&'a str>,
}

/// What makes two entries speak of the same file at the same level with the same deletion vector.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    partition: &'a BinaryRow,
    bucket: i32,
    level: i32,
    file_name: &'a str,
    extra_files: &'a [String],
    embedded_index: Option<&'a Bytes>,
    external_path: Option<&'a str>,
    vector: Option<&'a str>,
}

impl<'a> Tracked<'a> {
    fn of(entry: &'a ManifestEntry) -> Self {
        Tracked { kind: entry.kind, entry, vector: None }
    }

    fn identity(&self) -> Identity<'a> {
        let file = &self.entry.file;
        Identity {
            partition: &self.entry.partition,
            bucket: self.entry.bucket,
            level: file.level,
            file_name: &file.file_name,
            extra_files: &file.extra_files,
            embedded_index: file.embedded_index.as_ref(),
            external_path: file.external_path.as_deref(),
            vector: self.vector,
        }
    }

    fn is_gone(&self) -> Error {
        let message = match self.vector {
            None => "a file that this commit removes is gone or has new deletes: somebody else changed it",
            Some(_) => "the deletion vector that this commit replaces is gone: somebody else deleted rows of the file",
        };
        let error = Error::conflict(message).at(&self.entry.file.file_name);
        match self.vector {
            None => error,
            Some(vector) => error.with("deletion vectors", vector),
        }
    }
}

/// Cancels each ADD with a later DELETE of the same file, keeping DELETEs whose ADD is not there.
///
/// Errors: `Conflict` for a file that is added while it is there, or deleted and added at once: readers of manifests
/// look at names, not at order.
fn merge<'a>(entries: impl IntoIterator<Item = Tracked<'a>>) -> Result<Vec<Tracked<'a>>> {
    let mut merged: Vec<Option<Tracked<'a>>> = Vec::new();
    let mut places: HashMap<Identity<'a>, usize> = HashMap::new();
    for tracked in entries {
        match (places.entry(tracked.identity()), tracked.kind) {
            (Entry::Occupied(_), FileKind::Add) => {
                let message = "a file that this commit adds is there already: was it committed before?";
                return Err(Error::conflict(message).at(&tracked.entry.file.file_name));
            }
            (Entry::Occupied(place), FileKind::Delete) => {
                let place = place.remove();
                merged.iter_mut().skip(place).take(1).for_each(|slot| *slot = None);
            }
            (Entry::Vacant(place), _) => {
                place.insert(merged.len());
                merged.push(Some(tracked));
            }
        }
    }
    Ok(merged.into_iter().flatten().collect())
}

/// The entries of `delta` but for files that are there already (option `commit.discard-duplicate-files`).
pub(crate) fn without_present(base: &[ManifestEntry], delta: &[ManifestEntry]) -> Vec<ManifestEntry> {
    let present: HashSet<Identity<'_>> = base.iter().map(|entry| Tracked::of(entry).identity()).collect();
    delta.iter().filter(|entry| !present.contains(&Tracked::of(entry).identity())).cloned().collect()
}

/// Bucket counts must agree within a partition; counts ≤ 0 say nothing.
pub(crate) fn check_bucket_counts<'a>(entries: impl Iterator<Item = &'a ManifestEntry>) -> Result<()> {
    let mut counts: HashMap<&BinaryRow, i32> = HashMap::new();
    for entry in entries.filter(|entry| entry.total_buckets > 0) {
        let count = *counts.entry(&entry.partition).or_insert(entry.total_buckets);
        if count != entry.total_buckets {
            return Err(other_bucket_count(count, entry));
        }
    }
    Ok(())
}

/// The error for files of a partition that has another bucket count.
pub(crate) fn other_bucket_count(there: i32, entry: &ManifestEntry) -> Error {
    let wanted = entry.total_buckets;
    Error::conflict(format!("a partition has {there} buckets and the commit writes {wanted}: overwrite it to rescale"))
        .at(&entry.file.file_name)
}

/// First and last key of a file, and its name.
type KeyRange<'a> = (DatumRow, DatumRow, &'a str);

fn check_levels(live: &[Tracked<'_>], key_types: &[DataType]) -> Result<()> {
    let mut levels: HashMap<(&BinaryRow, i32, i32), Vec<KeyRange<'_>>> = HashMap::new();
    for entry in live.iter().map(|tracked| tracked.entry).filter(|entry| entry.file.level >= 1) {
        let range =
            (entry.file.min_key.decode(key_types)?, entry.file.max_key.decode(key_types)?, &*entry.file.file_name);
        levels.entry((&entry.partition, entry.bucket, entry.file.level)).or_default().push(range);
    }
    for ((_, bucket, level), mut ranges) in levels {
        ranges.sort_by(|a, b| crate::types::compare_keys(&a.0, &b.0));
        if let Some((first, second)) = overlap(&ranges) {
            return Err(Error::conflict(format!("file {first} would overlap in keys: somebody else compacted"))
                .at(second)
                .with("bucket", bucket)
                .with("level", level));
        }
    }
    Ok(())
}

/// Two neighbours, sorted by first key, that overlap.
fn overlap<'a>(sorted: &[KeyRange<'a>]) -> Option<(&'a str, &'a str)> {
    sorted.windows(2).find_map(|pair| match pair {
        [(_, max, first), (min, _, second)] if crate::types::compare_keys(max, min).is_ge() => Some((*first, *second)),
        _ => None,
    })
}

#[cfg(test)]
mod tests;

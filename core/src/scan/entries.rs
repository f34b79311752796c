//! Manifest entries → live files.
//!
//! A file is live when an ADD names it and no DELETE does. A DELETE may stand in a later manifest than its ADD, and its
//! identity includes the level, because moving a file up a level is DELETE + ADD of the same name (format digest 4.5).

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use crate::{
    error::{Error, Result},
    spec::{
        binary_row::BinaryRow,
        manifest::{FileKind, ManifestEntry},
    },
};

/// What makes two entries speak of the same file at the same level.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    partition: BinaryRow,
    bucket: i32,
    level: i32,
    file_name: String,
    extra_files: Vec<String>,
    embedded_index: Option<Bytes>,
    external_path: Option<String>,
}

impl FileIdentity {
    /// Identity of the entry's file.
    pub(crate) fn of(entry: &ManifestEntry) -> Self {
        FileIdentity {
            partition: entry.partition.clone(),
            bucket: entry.bucket,
            level: entry.file.level,
            file_name: entry.file.file_name.clone(),
            extra_files: entry.file.extra_files.clone(),
            embedded_index: entry.file.embedded_index.clone(),
            external_path: entry.file.external_path.clone(),
        }
    }
}

/// The ADD entries that no DELETE entry cancels, in their order; entries may come in any order of manifests.
pub(crate) fn live_entries(entries: Vec<ManifestEntry>) -> Vec<ManifestEntry> {
    let mut parts = vec![entries];
    retain_live(&mut parts);
    parts.into_iter().flatten().collect()
}

/// As [`live_entries`], of the entries of several manifests together.
pub(crate) fn retain_live(parts: &mut [Vec<ManifestEntry>]) {
    let deletes = || parts.iter().flatten().filter(|entry| entry.kind == FileKind::Delete);
    // Names tell nearly all apart, and need not be copied.
    let names: HashSet<&str> = deletes().map(|entry| entry.file.file_name.as_str()).collect();
    if names.is_empty() {
        return;
    }
    let deleted: HashSet<FileIdentity> = deletes().map(FileIdentity::of).collect();
    let is_live = |entry: &ManifestEntry| {
        let may_be_deleted = names.contains(entry.file.file_name.as_str());
        entry.kind == FileKind::Add && !(may_be_deleted && deleted.contains(&FileIdentity::of(entry)))
    };
    let live: Vec<Vec<bool>> = parts.iter().map(|part| part.iter().map(is_live).collect()).collect();
    for (part, live) in parts.iter_mut().zip(live) {
        let mut live = live.into_iter();
        part.retain(|_| live.next().unwrap_or(true));
    }
}

/// Cancels each ADD with a later DELETE of the same file, keeping DELETEs whose ADD is not among `entries`.
///
/// Errors: `Conflict` for a file that is added while it is there (Java `FileEntry.mergeEntries`).
pub(crate) fn merge_entries(entries: impl IntoIterator<Item = ManifestEntry>) -> Result<Vec<ManifestEntry>> {
    let mut merged: Vec<Option<ManifestEntry>> = Vec::new();
    let mut places: HashMap<FileIdentity, usize> = HashMap::new();
    for entry in entries {
        let identity = FileIdentity::of(&entry);
        let seen = places.get(&identity).copied().and_then(|place| merged.get_mut(place));
        match (entry.kind, seen) {
            (FileKind::Add, Some(Some(_))) => {
                return Err(Error::conflict("file is added twice").at(&entry.file.file_name));
            }
            (FileKind::Delete, Some(slot @ Some(_)))
                if slot.as_ref().is_some_and(|before| before.kind == FileKind::Add) =>
            {
                *slot = None;
                places.remove(&identity);
            }
            _ => {
                places.insert(identity, merged.len());
                merged.push(Some(entry));
            }
        }
    }
    Ok(merged.into_iter().flatten().collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::spec::{data_file::DataFileMeta, stats::SimpleStats};

    /// An entry for tests: `+name@level` or `-name@level`.
    pub(crate) fn entry(text: &str) -> ManifestEntry {
        let (kind, rest) = text.split_at(1);
        let (name, level) = rest.split_once('@').unwrap();
        ManifestEntry {
            kind: if kind == "+" { FileKind::Add } else { FileKind::Delete },
            partition: BinaryRow::empty(),
            bucket: 0,
            total_buckets: 1,
            file: file(name, level.parse().unwrap()),
        }
    }

    pub(crate) fn file(name: &str, level: i32) -> DataFileMeta {
        DataFileMeta {
            file_name: name.into(),
            file_size: 10,
            row_count: 1,
            min_key: BinaryRow::empty(),
            max_key: BinaryRow::empty(),
            key_stats: SimpleStats::empty(),
            value_stats: SimpleStats::empty(),
            min_sequence_number: 0,
            max_sequence_number: 0,
            schema_id: 0,
            level,
            extra_files: vec![],
            creation_time_millis: None,
            delete_row_count: Some(0),
            embedded_index: None,
            file_source: None,
            value_stats_cols: None,
            external_path: None,
            first_row_id: None,
            write_cols: None,
            write_cols_sequences: None,
        }
    }

    fn show(entries: &[ManifestEntry]) -> String {
        let one = |e: &ManifestEntry| {
            format!("{}{}@{}", if e.kind == FileKind::Add { '+' } else { '-' }, e.file.file_name, e.file.level)
        };
        entries.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn entries(text: &str) -> Vec<ManifestEntry> {
        text.split_whitespace().map(entry).collect()
    }

    #[test]
    fn delete_in_an_earlier_manifest_still_cancels_its_add() {
        assert_eq!(show(&live_entries(entries("-a@0 +a@0 +b@0"))), "+b@0");
    }

    #[test]
    fn upgrade_keeps_the_file_at_its_new_level() {
        assert_eq!(show(&live_entries(entries("+a@0 -a@0 +a@5"))), "+a@5");
        assert_eq!(show(&merge_entries(entries("+a@0 -a@0 +a@5")).unwrap()), "+a@5");
    }

    #[test]
    fn unmatched_delete_survives_merging() {
        assert_eq!(show(&merge_entries(entries("-a@0 +b@0")).unwrap()), "-a@0 +b@0");
    }

    #[test]
    fn second_add_of_a_file_is_a_conflict() {
        assert_eq!(merge_entries(entries("+a@0 +a@0")).unwrap_err().kind(), crate::ErrorKind::Conflict);
    }
}

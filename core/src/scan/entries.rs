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

    /// Name of the file.
    pub(crate) fn file_name(&self) -> &str {
        &self.file_name
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
    let marks = NameMarks::new(names.iter().copied());
    let deleted: HashSet<FileIdentity> = deletes().map(FileIdentity::of).collect();
    let is_live = |entry: &ManifestEntry| {
        let name = entry.file.file_name.as_str();
        let may_be_deleted = marks.may_hold(name) && names.contains(name);
        entry.kind == FileKind::Add && !(may_be_deleted && deleted.contains(&FileIdentity::of(entry)))
    };
    let live: Vec<Vec<bool>> = parts.iter().map(|part| part.iter().map(is_live).collect()).collect();
    for (part, live) in parts.iter_mut().zip(live) {
        let mut live = live.into_iter();
        part.retain(|_| live.next().unwrap_or(true));
    }
}

/// A bit for each of some names, by a cheap mark of the name: tells nearly all other names apart without hashing them well.
struct NameMarks {
    bits: Vec<u64>,
}

impl NameMarks {
    /// Bits for each name: with 32 one in 32 other names is taken for one of these at first.
    const BITS: usize = 32;

    fn new<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let words = (names.len() * Self::BITS / 64 + 1).next_power_of_two();
        let mut marks = NameMarks { bits: vec![0; words] };
        for name in names {
            let (word, bit) = marks.place(name);
            marks.bits.iter_mut().skip(word).take(1).for_each(|word| *word |= bit);
        }
        marks
    }

    fn may_hold(&self, name: &str) -> bool {
        let (word, bit) = self.place(name);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Word, and bit in it. Only the end of a name counts, which numbers the files of a writer.
    fn place(&self, name: &str) -> (usize, u64) {
        let end = name.as_bytes().rchunks(8).take(4);
        let mark = end.fold(name.len() as u64, |mark, chunk| {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            (mark.rotate_left(29) ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        let place = (mark >> 32) as usize;
        ((place >> 6) & (self.bits.len() - 1), 1 << (place & 63))
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
    fn marks_hold_every_name_and_few_others() {
        let name = |n: usize| format!("data-0d1b0a4c-7b1c-4e0f-9d2a-{n}.parquet");
        let names: Vec<String> = (0..1000).map(name).chain(["".to_owned(), "x".to_owned()]).collect();
        let marks = NameMarks::new(names.iter().map(String::as_str));
        assert!(names.iter().all(|name| marks.may_hold(name)));
        let wrong = (1000..11_000).filter(|n| marks.may_hold(&name(*n))).count();
        assert!(wrong < 1000, "{wrong}");
        assert!(!NameMarks::new([].into_iter()).may_hold("x"));
    }

    #[test]
    fn second_add_of_a_file_is_a_conflict() {
        assert_eq!(merge_entries(entries("+a@0 +a@0")).unwrap_err().kind(), crate::ErrorKind::Conflict);
    }
}

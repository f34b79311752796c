//! The complete list of index files after a commit (Java `IndexManifestFileHandler`, format digest 9.3). Pure.

use std::collections::HashSet;

use crate::{
    error::{Error, Result},
    scan::DELETION_VECTORS,
    spec::{
        binary_row::BinaryRow,
        index_manifest::{GlobalIndexMeta, IndexManifestEntry},
        manifest::FileKind,
    },
};

/// The type of index files that hold the key hashes of a dynamic bucket.
pub(crate) const HASH_INDEX: &str = "HASH";

/// How the source of a global index over row ids begins (Java `DataEvolutionIndexSourceMeta`).
const DATA_EVOLUTION_SOURCE: [u8; 4] = *b"DEIX";

/// How files with deletion vectors take the place of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VectorFiles {
    /// A table without buckets has many, told apart by name.
    Many,
    /// A bucket of an append table has one. Who brings another must delete the one that he saw: Java's committer does not
    /// look, and loses the rows that somebody else deleted meanwhile.
    One,
    /// A bucket of a primary-key table has one, made by its one compaction: a new one takes its place.
    Replaced,
}

/// Combines the index files that are there with those of a commit. In a bucket there is one file of each type.
///
/// A file to remove must be there, in buckets too, where Java does not look: otherwise the vectors that somebody else
/// has put in its place would be lost.
/// Errors: `Conflict` where a file to remove is gone, or where a data file would get a second deletion vector.
pub(crate) fn combine(
    present: &[IndexManifestEntry],
    change: &[IndexManifestEntry],
    vectors: VectorFiles,
) -> Result<Vec<IndexManifestEntry>> {
    let retained = without_deleted(present, change)?;
    let mut names: HashSet<&str> = retained.iter().map(|entry| entry.file.file_name.as_str()).collect();
    let mut marked: HashSet<&str> = retained.iter().flat_map(|entry| marked_files(entry)).collect();
    let mut added: Vec<&IndexManifestEntry> = Vec::new();
    for entry in change.iter().filter(|entry| entry.kind == FileKind::Add) {
        if is_bucketed(entry, vectors) {
            let is_there = |other: &&&IndexManifestEntry| bucket_of(other) == bucket_of(entry);
            if vectors == VectorFiles::One
                && entry.file.index_type == DELETION_VECTORS
                && let Some(there) = retained.iter().find(is_there)
            {
                return Err(unseen(&entry.file.file_name, &there.file.file_name));
            }
            added.retain(|other| bucket_of(other) != bucket_of(entry));
        } else {
            check_new(entry, &mut names, &mut marked)?;
            check_ranges(&retained, entry)?;
        }
        added.push(entry);
    }
    let replaced: HashSet<_> =
        added.iter().filter(|entry| is_bucketed(entry, vectors)).map(|entry| bucket_of(entry)).collect();
    let stay = retained.into_iter().filter(|entry| !replaced.contains(&bucket_of(entry)));
    Ok(stay.chain(added).cloned().collect())
}

fn without_deleted<'a>(
    present: &'a [IndexManifestEntry],
    change: &[IndexManifestEntry],
) -> Result<Vec<&'a IndexManifestEntry>> {
    let names = |entries: &'_ [IndexManifestEntry], kind| -> HashSet<String> {
        entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.file.file_name.clone()).collect()
    };
    let deleted = names(change, FileKind::Delete);
    let there = names(present, FileKind::Add);
    if let Some(gone) = deleted.iter().find(|name| !there.contains(*name)) {
        let message = "an index file that this commit replaces is gone: somebody else replaced it";
        return Err(Error::conflict(message).at(gone));
    }
    Ok(present.iter().filter(|entry| !deleted.contains(&entry.file.file_name)).collect())
}

fn is_bucketed(entry: &IndexManifestEntry, vectors: VectorFiles) -> bool {
    match entry.file.index_type.as_str() {
        HASH_INDEX => true,
        DELETION_VECTORS => vectors != VectorFiles::Many,
        _ => false,
    }
}

/// Partition, bucket and type of index.
fn bucket_of(entry: &IndexManifestEntry) -> (&BinaryRow, i32, &str) {
    (&entry.partition, entry.bucket, &entry.file.index_type)
}

/// Data files whose deletion vectors stand in the file.
fn marked_files(entry: &IndexManifestEntry) -> impl Iterator<Item = &str> {
    entry.file.deletion_vectors.iter().flatten().map(|vector| vector.data_file.as_str())
}

/// Whether a file may come that takes nobody's place.
fn check_new<'a>(
    new: &'a IndexManifestEntry,
    names: &mut HashSet<&'a str>,
    marked: &mut HashSet<&'a str>,
) -> Result<()> {
    if !names.insert(&new.file.file_name) {
        let message = "an index file that this commit adds is there already: was it committed before?";
        return Err(Error::conflict(message).at(&new.file.file_name));
    }
    match marked_files(new).find(|data_file| !marked.insert(data_file)) {
        None => Ok(()),
        Some(twice) => Err(unseen(&new.file.file_name, twice)),
    }
}

fn unseen(new: &str, about: &str) -> Error {
    let message = "there are deletion vectors that this commit does not know: somebody else deleted rows";
    Error::conflict(message).at(about).with("index file", new)
}

/// Whether the rows of a global index are free. The files of one commit may cover the same rows.
fn check_ranges(retained: &[&IndexManifestEntry], new: &IndexManifestEntry) -> Result<()> {
    let Some(meta) = &new.file.global_index else { return Ok(()) };
    let taken = retained.iter().find(|there| there.file.global_index.as_ref().is_some_and(|there| clash(there, meta)));
    match taken {
        None => Ok(()),
        Some(there) => {
            let message = "a global index covers rows of this field already: remove it first";
            Err(Error::conflict(message).at(&new.file.file_name).with("index file", &there.file.file_name))
        }
    }
}

/// Two global indexes of one field must not cover the same rows, and one field has one set of further fields. Those that
/// were made from data files, not from ranges of row ids, may.
fn clash(there: &GlobalIndexMeta, new: &GlobalIndexMeta) -> bool {
    let from_files = |meta: &GlobalIndexMeta| {
        meta.source_meta.as_deref().is_some_and(|source| !source.starts_with(&DATA_EVOLUTION_SOURCE))
    };
    if from_files(there) && from_files(new) {
        return false;
    }
    let disjoint = there.row_range_end < new.row_range_start || new.row_range_end < there.row_range_start;
    there.index_field_id == new.index_field_id && !(there.extra_field_ids == new.extra_field_ids && disjoint)
}

#[cfg(test)]
mod tests;

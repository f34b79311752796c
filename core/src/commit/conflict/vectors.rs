//! Deletion vectors of append tables without buckets: each data file counts as one with the index file of its vector, so
//! that a change which replaces a vector, or deletes a file, must have seen the vector that is there (format digest 3.5).

use std::collections::{HashMap, HashSet};

use super::{Delta, State, Tracked};
use crate::{
    error::{Error, Result},
    spec::{index_manifest::IndexManifestEntry, manifest::FileKind},
};

/// Pairs the files of the state and of the change with their vectors. A vector that comes or goes alone counts as the
/// data file of the state being deleted with the old vector and added with the new one.
///
/// Errors: `Conflict` where a vector is about a file that is not there; `Corrupt` where a file has two.
pub(super) fn pair<'a>(base: State<'a>, delta: Delta<'a>) -> Result<(Vec<Tracked<'a>>, Vec<Tracked<'a>>)> {
    let vector_of = vectors_of_state(base.index)?;
    let track = |entry| Tracked { vector: None, ..Tracked::of(entry) };
    let files: Vec<Tracked<'a>> =
        base.files.iter().map(track).map(|tracked| with_vector(tracked, &vector_of)).collect();
    let changes = changes_of_vectors(delta.index);
    let mut tracked = Vec::with_capacity(delta.files.len() + changes.len());
    let mut in_delta: HashSet<&str> = HashSet::new();
    for entry in delta.files {
        let name = entry.file.file_name.as_str();
        let vector = match changes.get(name).map(Vec::as_slice) {
            None => None,
            Some([(_, vector)]) => Some(*vector),
            Some(_) => {
                let message = "a file that this commit adds or deletes has more than one change of its deletion vector";
                return Err(Error::conflict(message).at(name));
            }
        };
        in_delta.insert(name);
        tracked.push(Tracked { vector, ..Tracked::of(entry) });
    }
    let by_name: HashMap<&str, &Tracked<'a>> =
        files.iter().map(|file| (file.entry.file.file_name.as_str(), file)).collect();
    for (name, changes) in changes.iter().filter(|(name, _)| !in_delta.contains(*name)) {
        let Some(file) = by_name.get(name) else {
            let message = "a deletion vector is about a data file that is gone: somebody else removed it";
            return Err(Error::conflict(message).at(name));
        };
        tracked.extend(changes.iter().map(|(kind, vector)| Tracked { kind: *kind, vector: Some(vector), ..**file }));
        // The first vector of a file: it must not have got one meanwhile.
        if let [(FileKind::Add, _)] = changes.as_slice() {
            tracked.push(Tracked { kind: FileKind::Delete, vector: None, ..**file });
        }
    }
    Ok((files, tracked))
}

fn with_vector<'a>(tracked: Tracked<'a>, vector_of: &HashMap<&str, &'a str>) -> Tracked<'a> {
    Tracked { vector: vector_of.get(tracked.entry.file.file_name.as_str()).copied(), ..tracked }
}

/// Data file → index file that holds its vector.
fn vectors_of_state(index: &[IndexManifestEntry]) -> Result<HashMap<&str, &str>> {
    let mut vector_of = HashMap::new();
    for (data_file, entry) in ranges(index) {
        if vector_of.insert(data_file, entry.file.file_name.as_str()).is_some() {
            return Err(Error::corrupt("the index manifest gives a data file two deletion vectors").at(data_file));
        }
    }
    Ok(vector_of)
}

/// Data file → the index files with its vector that go and come; those that go first.
fn changes_of_vectors(index: &[IndexManifestEntry]) -> HashMap<&str, Vec<(FileKind, &str)>> {
    let mut changes: HashMap<&str, Vec<(FileKind, &str)>> = HashMap::new();
    for kind in [FileKind::Delete, FileKind::Add] {
        for (data_file, entry) in ranges(index).filter(|(_, entry)| entry.kind == kind) {
            changes.entry(data_file).or_default().push((kind, &entry.file.file_name));
        }
    }
    changes
}

fn ranges(index: &[IndexManifestEntry]) -> impl Iterator<Item = (&str, &IndexManifestEntry)> {
    index.iter().flat_map(|entry| {
        let vectors = entry.file.deletion_vectors.iter().flatten();
        vectors.map(move |vector| (vector.data_file.as_str(), entry))
    })
}

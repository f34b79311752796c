//! The guard looks at every file that appears or goes, and knows by its own reading of the metadata what is needed.
//!
//! It reads manifests with the decoders of `spec` only, so that it does not share the mistakes of what it watches.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use cenote_core::spec::{index_manifest, manifest, manifest::FileKind, manifest_list, snapshot::Snapshot, tag::Tag};

use crate::world::File;

type Files = BTreeMap<String, File>;

/// The folder of the table in the store.
pub(crate) const TABLE: &str = "db.db/t/";

/// What may expire: options `snapshot.num-retained.min`, `.max` and `snapshot.time-retained`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) millis: i64,
}

/// A snapshot, tag, or changelog that is there.
#[derive(Debug)]
struct Kept {
    id: i64,
    time_millis: i64,
    needs: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct Guard {
    retention: Retention,
    /// Clocks differ at most by this.
    skew_millis: i64,
    kept: BTreeMap<String, Kept>,
    /// Ids above this may go.
    pub(crate) rolled_back_to: Option<i64>,
    /// What must never happen, but did.
    pub(crate) breaches: Vec<String>,
    /// Deletes that were looked at.
    pub(crate) deletes: u64,
}

impl Guard {
    pub(crate) fn new(retention: Retention, skew_millis: i64) -> Self {
        Guard { retention, skew_millis, kept: BTreeMap::new(), rolled_back_to: None, breaches: Vec::new(), deletes: 0 }
    }

    /// Whether the snapshot `id` of the table itself may expire now.
    pub(crate) fn may_expire(&self, id: i64, now: i64) -> bool {
        let latest = self.main_snapshots().map(|kept| kept.id).max().unwrap_or(0);
        let Some(kept) = self.main_snapshots().find(|kept| kept.id == id) else { return true };
        let is_old = now - kept.time_millis > self.retention.millis - 2 * self.skew_millis;
        let is_beyond = self.rolled_back_to.is_some_and(|target| id > target);
        id <= latest - self.retention.most || (id <= latest - self.retention.least && is_old) || is_beyond
    }

    fn main_snapshots(&self) -> impl Iterator<Item = &Kept> {
        let prefix = format!("{TABLE}snapshot/");
        self.kept.iter().filter(move |(path, _)| path.starts_with(&prefix)).map(|(_, kept)| kept)
    }

    /// A file was written.
    pub(crate) fn written(&mut self, files: &Files, path: &str, now: i64) {
        if !is_state(path) {
            return;
        }
        let Some(file) = files.get(path) else { return };
        let tag = match Tag::from_json(&file.body) {
            Ok(tag) => tag,
            Err(error) => return self.breaches.push(format!("{path} is no snapshot: {error}")),
        };
        let mut missing = Vec::new();
        let names: BTreeSet<&str> = files.keys().map(|path| name_of(path)).collect();
        let needs = needs(files, &tag.snapshot, Reader::of(path), &mut missing);
        missing.extend(needs.iter().filter(|name| !names.contains(name.as_str())).cloned());
        if !missing.is_empty() {
            self.breaches.push(format!("{path} appeared without the files {missing:?} (time {now})"));
        }
        self.kept.insert(path.to_owned(), Kept { id: tag.snapshot.id, time_millis: tag.snapshot.time_millis, needs });
    }

    /// A file was deleted.
    pub(crate) fn deleted(&mut self, _: &Files, path: &str, _: &File, now: i64) {
        self.deletes += 1;
        if is_state(path) {
            let id = self.kept.get(path).map(|kept| kept.id);
            if path.starts_with(&format!("{TABLE}snapshot/")) && id.is_some_and(|id| !self.may_expire(id, now)) {
                self.breaches.push(format!("{path} was deleted, which must be kept"));
            }
            self.kept.remove(path);
            return;
        }
        let name = name_of(path);
        let holders = self.kept.iter().filter(|(_, kept)| kept.needs.contains(name)).map(|(path, _)| path.as_str());
        let holders: Vec<&str> = holders.collect();
        if !holders.is_empty() {
            self.breaches.push(format!("{path} was deleted, which {holders:?} need"));
        }
    }

    /// Files that something kept needs, but which are not there.
    pub(crate) fn missing(&self, files: &Files) -> Vec<String> {
        let names: BTreeSet<&str> = files.keys().map(|path| name_of(path)).collect();
        let needs = self.kept.iter().flat_map(|(path, kept)| kept.needs.iter().map(move |name| (path, name)));
        needs.filter(|(_, name)| !names.contains(name.as_str())).map(|(path, name)| format!("{path}: {name}")).collect()
    }
}

/// Whether a path is that of a snapshot, tag or changelog of the table or a branch.
fn is_state(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let folder = folder.rsplit('/').next().unwrap_or_default();
    [("snapshot", "snapshot-"), ("tag", "tag-"), ("changelog", "changelog-")].contains(&(folder, prefix_of(name)))
}

/// What is read of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Rows: tags and branches keep no changelog.
    Rows,
    /// Only the changelog.
    Changelog,
    Both,
}

impl Reader {
    fn of(path: &str) -> Self {
        match prefix_of(name_of(path)) {
            "changelog-" => Reader::Changelog,
            _ if path.starts_with(&format!("{TABLE}snapshot/")) => Reader::Both,
            _ => Reader::Rows,
        }
    }
}

fn prefix_of(name: &str) -> &str {
    name.find('-').map_or("", |dash| &name[..=dash])
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Names of all files that a reader of the snapshot may ask for. Names are unique, so folders do not matter.
pub(crate) fn needs(files: &Files, snapshot: &Snapshot, reader: Reader, missing: &mut Vec<String>) -> BTreeSet<String> {
    let mut needs = BTreeSet::new();
    if reader != Reader::Changelog {
        let lists = [&snapshot.base_manifest_list, &snapshot.delta_manifest_list];
        let mut entries = Vec::new();
        for list in lists {
            entries.extend(entries_of(files, list, &mut needs, missing));
        }
        let gone: BTreeSet<(String, i32)> = entries
            .iter()
            .filter(|entry| entry.kind == FileKind::Delete)
            .map(|entry| (entry.file.file_name.clone(), entry.file.level))
            .collect();
        for entry in entries.iter().filter(|entry| entry.kind == FileKind::Add) {
            if !gone.contains(&(entry.file.file_name.clone(), entry.file.level)) {
                needs.insert(entry.file.file_name.clone());
                needs.extend(entry.file.extra_files.iter().cloned());
            }
        }
        if let Some(index) = &snapshot.index_manifest {
            needs.insert(index.clone());
            let body = body_of(files, &format!("{TABLE}manifest/{index}"), missing);
            let found = body.and_then(|body| index_manifest::decode(&body).ok()).unwrap_or_default();
            needs.extend(found.into_iter().map(|entry| entry.file.file_name));
        }
        needs.extend(snapshot.statistics.clone());
    }
    if let Some(list) = &snapshot.changelog_manifest_list
        && reader != Reader::Rows
    {
        for entry in entries_of(files, list, &mut needs, missing) {
            needs.insert(entry.file.file_name);
        }
    }
    needs
}

fn entries_of(
    files: &Files,
    list: &str,
    needs: &mut BTreeSet<String>,
    missing: &mut Vec<String>,
) -> Vec<manifest::ManifestEntry> {
    needs.insert(list.to_owned());
    let mut entries = Vec::new();
    let body = body_of(files, &format!("{TABLE}manifest/{list}"), missing);
    let metas = body.map(|body| manifest_list::decode(&body).unwrap()).unwrap_or_default();
    for meta in metas {
        if let Some(body) = body_of(files, &format!("{TABLE}manifest/{}", meta.file_name), missing) {
            entries.extend(manifest::decode(&body).unwrap());
        }
        needs.insert(meta.file_name);
    }
    entries
}

fn body_of(files: &Files, path: &str, missing: &mut Vec<String>) -> Option<Bytes> {
    let body = files.get(path).map(|file| file.body.clone());
    if body.is_none() {
        missing.push(path.to_owned());
    }
    body
}

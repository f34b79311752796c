//! A bounded memory of immutable files: manifests, manifest lists, snapshots, schemas, footers.
//!
//! Least recently used entries go first; the bound counts bytes of content. Nothing that can be overwritten (hints,
//! tags) is kept here, and writing or deleting a file forgets it.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use object_store::path::Path;

/// Bytes kept unless told otherwise.
pub(super) const DEFAULT_CAPACITY: usize = if cfg!(target_family = "wasm") { 32 << 20 } else { 128 << 20 };

/// A file, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) path: Path,
    /// `None` for the whole file.
    pub(super) range: Option<(u64, u64)>,
}

impl Key {
    pub(super) fn whole(path: Path) -> Self {
        Key { path, range: None }
    }

    pub(super) fn part(path: Path, range: &Range<u64>) -> Self {
        Key { path, range: Some((range.start, range.end)) }
    }
}

#[derive(Debug)]
pub(super) struct Cache {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    capacity: usize,
    bytes: usize,
    clock: u64,
    by_key: HashMap<Key, (Bytes, u64)>,
    by_use: BTreeMap<u64, Key>,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Cache { entries: Mutex::new(Entries { capacity, ..Entries::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &Key) -> Option<Bytes> {
        self.lock().get(key)
    }

    /// Keeps `body`, unless it would take more than a quarter of the room.
    pub(super) fn put(&self, key: Key, body: Bytes) {
        let mut entries = self.lock();
        if body.len() <= entries.capacity / 4 {
            entries.remove(&key);
            entries.insert(key, body);
        }
    }

    /// Forgets the file and its parts.
    pub(super) fn forget(&self, path: &Path) {
        self.lock().retain(|key| key.path != *path);
    }

    /// Forgets everything below `folder`.
    pub(super) fn forget_below(&self, folder: &Path) {
        self.lock().retain(|key| !key.path.prefix_matches(folder));
    }

    pub(super) fn set_capacity(&self, capacity: usize) {
        let mut entries = self.lock();
        entries.capacity = capacity;
        entries.shrink();
    }
}

impl Entries {
    fn get(&mut self, key: &Key) -> Option<Bytes> {
        let (body, used) = self.by_key.get_mut(key)?;
        self.by_use.remove(used);
        self.clock += 1;
        *used = self.clock;
        self.by_use.insert(self.clock, key.clone());
        Some(body.clone())
    }

    fn insert(&mut self, key: Key, body: Bytes) {
        self.clock += 1;
        self.bytes += body.len();
        self.by_use.insert(self.clock, key.clone());
        self.by_key.insert(key, (body, self.clock));
        self.shrink();
    }

    fn remove(&mut self, key: &Key) {
        if let Some((body, used)) = self.by_key.remove(key) {
            self.bytes -= body.len();
            self.by_use.remove(&used);
        }
    }

    fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        let gone = self.by_key.keys().filter(|key| !keep(key)).cloned().collect::<Vec<_>>();
        for key in gone {
            self.remove(&key);
        }
    }

    fn shrink(&mut self) {
        while self.bytes > self.capacity {
            let Some((_, oldest)) = self.by_use.pop_first() else { return };
            if let Some((body, _)) = self.by_key.remove(&oldest) {
                self.bytes -= body.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::whole(Path::from(name))
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = Cache::new(40);
        for name in ["a", "b", "c", "d"] {
            cache.put(key(name), Bytes::from_static(b"0123456789"));
        }
        assert!(cache.get(&key("a")).is_some());
        cache.put(key("e"), Bytes::from_static(b"0123456789"));
        assert!(cache.get(&key("a")).is_some());
        assert!(cache.get(&key("b")).is_none());
        assert_eq!(cache.lock().bytes, 40);
    }

    #[test]
    fn large_bodies_are_not_kept_and_replacing_counts_once() {
        let cache = Cache::new(40);
        cache.put(key("a"), Bytes::from(vec![0; 11]));
        assert!(cache.get(&key("a")).is_none());
        cache.put(key("b"), Bytes::from(vec![0; 10]));
        cache.put(key("b"), Bytes::from(vec![1; 4]));
        assert_eq!(cache.lock().bytes, 4);
    }

    #[test]
    fn forgetting_a_folder_spares_its_neighbour() {
        let cache = Cache::new(400);
        cache.put(key("t/schema/schema-0"), Bytes::from_static(b"x"));
        cache.put(key("t2/schema/schema-0"), Bytes::from_static(b"x"));
        cache.forget_below(&Path::from("t"));
        assert!(cache.get(&key("t/schema/schema-0")).is_none());
        assert!(cache.get(&key("t2/schema/schema-0")).is_some());
    }
}

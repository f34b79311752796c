//! One moment of a store: what can change is asked once and stays as it was answered, and nobody fetches the same file
//! twice at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use object_store::path::Path;

use super::{Listing, Storage, cache::Key};
use crate::error::Result;

/// Bytes of one file that are held: hints, snapshots, schemas and tags are far smaller.
const MOST_OF_A_FILE: usize = 64 << 10;
/// Bytes held in all; what comes later is asked again.
const MOST: usize = 4 << 20;
/// About what an entry takes besides its content.
const ENTRY: usize = 100;

/// Answers about what can change.
#[derive(Debug, Default)]
pub(super) struct Moment(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    /// `None` for files that are absent.
    files: HashMap<Path, Option<Bytes>>,
    folders: HashMap<Path, Listing>,
}

impl Moment {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, path: &Path) -> Option<Option<Bytes>> {
        self.held().files.get(path).cloned()
    }

    fn hold_file(&self, path: Path, body: Option<Bytes>) {
        let bytes = body.as_ref().map_or(0, Bytes::len);
        let mut held = self.held();
        if bytes <= MOST_OF_A_FILE && held.takes(bytes + ENTRY) {
            held.files.insert(path, body);
        }
    }

    fn folder(&self, path: &Path) -> Option<Listing> {
        self.held().folders.get(path).cloned()
    }

    fn hold_folder(&self, path: Path, listing: &Listing) {
        let mut held = self.held();
        if held.takes((listing.files.len() + listing.dirs.len() + 1).saturating_mul(ENTRY)) {
            held.folders.insert(path, listing.clone());
        }
    }
}

impl Held {
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.bytes.saturating_add(bytes) <= MOST;
        self.bytes += if fits { bytes } else { 0 };
        fits
    }
}

/// Who reads which file now: another one waits for its turn, and finds it read.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Key, Weak<Turn>>>);

/// Held while a file is read.
pub(super) type Turn = futures::lock::Mutex<()>;

impl Turns {
    /// The turn of a file or a part of one.
    pub(super) fn of(&self, key: &Key) -> Arc<Turn> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::new(Turn::default());
        turns.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }
}

impl Storage {
    /// The same folder as of one moment: hints, probes for newer files, tags and listings are asked of the store once, so
    /// that all questions have answers about the same state. Children share the moment; writing through any of them ends
    /// it. What others commit meanwhile is seen by [`Storage::now`].
    #[must_use]
    pub fn held(&self) -> Storage {
        Storage { moment: Some(Arc::default()), ..self.clone() }
    }

    /// The same folder as it is whenever it is asked.
    #[must_use]
    pub fn now(&self) -> Storage {
        Storage { moment: None, ..self.clone() }
    }

    /// The answer about a file that was given in this moment, or the one that `ask` gives.
    pub(super) async fn once(
        &self,
        path: &str,
        ask: impl Future<Output = Result<Option<Bytes>>>,
    ) -> Result<Option<Bytes>> {
        let Some(moment) = &self.moment else { return ask.await };
        let target = self.locate(path)?;
        let turn = self.shared.turns.of(&Key::whole(target.clone()));
        let _mine = turn.lock().await;
        if let Some(body) = moment.file(&target) {
            self.shared.log_hit(&target, None, body.as_ref().map_or(0, Bytes::len) as u64);
            return Ok(body);
        }
        let body = ask.await?;
        moment.hold_file(target, body.clone());
        Ok(body)
    }

    /// As [`Storage::once`], of a folder.
    pub(super) async fn once_listed(
        &self,
        folder: &Path,
        ask: impl Future<Output = Result<Listing>>,
    ) -> Result<Listing> {
        let Some(moment) = &self.moment else { return ask.await };
        let turn = self.shared.turns.of(&Key::whole(folder.clone()));
        let _mine = turn.lock().await;
        if let Some(listing) = moment.folder(folder) {
            return Ok(listing);
        }
        let listing = ask.await?;
        moment.hold_folder(folder.clone(), &listing);
        Ok(listing)
    }

    /// Nothing that was answered before holds.
    pub(super) fn end_moment(&self) {
        if let Some(moment) = &self.moment {
            *moment.held() = Held::default();
        }
    }

    /// Forgets what is known of a file that is about to change.
    pub(super) fn changes(&self, target: &Path) {
        self.shared.cache.forget(target);
        self.end_moment();
    }
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, join};

    use super::*;
    use crate::io::{Method, tests::runtime};

    fn asked(storage: &Storage) -> usize {
        storage.io().requests().iter().filter(|record| !record.cached && record.method == Method::Get).count()
    }

    #[test]
    fn a_moment_asks_once_and_sees_nothing_newer() {
        block_on(async {
            let storage = Storage::memory(runtime());
            storage.put("t/LATEST", Bytes::from_static(b"1")).await.unwrap();
            let held = storage.child("t").unwrap().held();
            let child = held.child("").unwrap();
            for _ in 0..2 {
                assert_eq!(held.get_opt("LATEST").await.unwrap().unwrap(), "1");
                assert_eq!(child.get_fresh("snapshot-2").await.unwrap(), None);
                assert_eq!(held.list("").await.unwrap().files.len(), 1);
            }
            assert_eq!(asked(&storage), 2);
            storage.put("t/LATEST", Bytes::from_static(b"2")).await.unwrap();
            storage.put("t/snapshot-2", Bytes::from_static(b"s")).await.unwrap();
            assert_eq!(held.get_opt("LATEST").await.unwrap().unwrap(), "1");
            assert_eq!(held.get_fresh("snapshot-2").await.unwrap(), None);
            assert_eq!(held.list("").await.unwrap().files.len(), 1);
            // What never changes may be read although this moment did not know it.
            assert_eq!(held.get_immutable("snapshot-2").await.unwrap(), "s");
            assert_eq!(held.now().get_opt("LATEST").await.unwrap().unwrap(), "2");
            assert_eq!(held.held().get_opt("LATEST").await.unwrap().unwrap(), "2");
        });
    }

    #[test]
    fn what_is_written_here_is_seen_here() {
        block_on(async {
            let held = Storage::memory(runtime()).held();
            for text in ["1", "2"] {
                held.put("LATEST", Bytes::from(text)).await.unwrap();
                assert_eq!(held.get_opt("LATEST").await.unwrap().unwrap(), text);
            }
            held.delete("LATEST").await.unwrap();
            assert_eq!(held.get_opt("LATEST").await.unwrap(), None);
            held.put_if_absent("LATEST", Bytes::from_static(b"3")).await.unwrap();
            assert_eq!(held.get_opt("LATEST").await.unwrap().unwrap(), "3");
        });
    }

    #[test]
    fn what_two_want_is_fetched_once() {
        block_on(async {
            let storage = Storage::memory(runtime());
            storage.put("manifest", Bytes::from_static(b"m")).await.unwrap();
            let (one, two) = join!(storage.get_immutable("manifest"), storage.get_immutable("manifest"));
            assert_eq!((one.unwrap(), two.unwrap()), (Bytes::from_static(b"m"), Bytes::from_static(b"m")));
            let held = storage.held();
            let (one, two) = join!(held.get_opt("absent"), held.get_opt("absent"));
            assert_eq!((one.unwrap(), two.unwrap()), (None, None));
            assert_eq!(asked(&storage), 2);
        });
    }

    #[test]
    fn large_files_are_not_held() {
        block_on(async {
            let storage = Storage::memory(runtime());
            storage.put("large", Bytes::from(vec![0; MOST_OF_A_FILE + 1])).await.unwrap();
            let held = storage.held();
            for _ in 0..2 {
                held.get_opt("large").await.unwrap();
            }
            assert_eq!(asked(&storage), 2);
        });
    }
}

//! One moment of a store: what can change is asked once and stays as it was answered, and nobody fetches the same file
//! twice at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use object_store::path::Path;

use super::{Listing, Storage, cache::Key};
use crate::error::{Error, Result};

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

/// How a whole file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// A file that never changes: it goes into the cache.
    Immutable,
    /// Whatever is there.
    Now,
    /// A file that never changes, looked at anew.
    Anew,
}

/// Files that are being fetched.
///
/// Whoever wants such a file joins the one fetch, and drives it, too: nobody waits for somebody who is not polled, as a
/// stream that reads ahead is while its reader does something else. It ends when nobody wants it any more.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<(Path, Asked), WeakShared<Fetch>>>);

type Fetch = BoxFuture<'static, Arc<Landed>>;

/// How a fetch ended: the file, that it is absent, or the error for the first who asks.
#[derive(Debug)]
struct Landed {
    body: Option<Option<Bytes>>,
    error: Mutex<Option<Error>>,
}

impl Flights {
    /// The fetch under way, or the one that `begin` begins; and whether it is that one.
    fn join(&self, key: (Path, Asked), begin: impl FnOnce() -> Fetch) -> (Shared<Fetch>, bool) {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            return (flight, false);
        }
        flights.retain(|_, flight| flight.upgrade().is_some());
        let flight = begin().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        (flight, true)
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

    /// The answer about a file that was given in this moment, else the one that the store gives.
    pub(super) async fn once(&self, path: &str, asked: Asked) -> Result<Option<Bytes>> {
        let Some(moment) = &self.moment else { return self.ask(path, asked).await };
        let target = self.locate(path)?;
        if let Some(body) = moment.file(&target) {
            self.shared.log_hit(&target, None, body.as_ref().map_or(0, Bytes::len) as u64);
            return Ok(body);
        }
        let body = self.together(path, asked).await?;
        moment.hold_file(target, body.clone());
        Ok(body)
    }

    /// Fetches a file with whoever wants it at the same time.
    pub(super) fn together<'a>(&'a self, path: &'a str, asked: Asked) -> BoxFuture<'a, Result<Option<Bytes>>> {
        let fly = async move {
            let (storage, own_path) = (self.clone(), path.to_owned());
            let fetch = async move {
                let (body, error) = match storage.ask(&own_path, asked).await {
                    Ok(body) => (Some(body), None),
                    Err(error) => (None, Some(error)),
                };
                Arc::new(Landed { body, error: Mutex::new(error) })
            };
            let (flight, is_mine) = self.shared.flights.join((self.locate(path)?, asked), || fetch.boxed());
            let landed = flight.await;
            match &landed.body {
                // It may have come since somebody else asked for it.
                Some(None) if !is_mine && asked == Asked::Immutable => return self.ask(path, asked).await,
                Some(body) => return Ok(body.clone()),
                None => {}
            }
            let error = landed.error.lock().unwrap_or_else(PoisonError::into_inner).take();
            match error {
                Some(error) => Err(error),
                // It went to somebody else.
                None => self.ask(path, asked).await,
            }
        };
        fly.boxed()
    }

    /// Asks the store for a whole file.
    pub(super) async fn ask(&self, path: &str, asked: Asked) -> Result<Option<Bytes>> {
        match asked {
            Asked::Now => self.read(path, None).await,
            Asked::Anew => self.read_anew(path).await,
            Asked::Immutable => {
                let body = self.read(path, None).await?;
                if let Some(body) = &body {
                    self.shared.cache.put(Key::whole(self.locate(path)?), body.clone());
                }
                Ok(body)
            }
        }
    }

    /// As [`Storage::once`], of a folder.
    pub(super) async fn once_listed(
        &self,
        folder: &Path,
        ask: impl Future<Output = Result<Listing>>,
    ) -> Result<Listing> {
        let Some(moment) = &self.moment else { return ask.await };
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
    fn nobody_waits_for_who_is_not_polled() {
        block_on(async {
            let storage = Storage::memory(runtime());
            storage.put("manifest", Bytes::from_static(b"m")).await.unwrap();
            // Begun and left alone, as by a stream that reads ahead.
            let mut ahead = Box::pin(storage.get_immutable("manifest"));
            let begun = futures::poll!(ahead.as_mut());
            assert_eq!(storage.get_immutable("manifest").await.unwrap(), "m");
            if begun.is_pending() {
                assert_eq!(ahead.await.unwrap(), "m");
            }
            assert_eq!(asked(&storage), 1);
        });
    }

    #[test]
    fn a_failure_is_told_to_all() {
        block_on(async {
            let storage = Storage::memory(runtime());
            let (one, two) = join!(storage.get_immutable("absent"), storage.get_immutable("absent"));
            assert!(one.is_err() && two.is_err());
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

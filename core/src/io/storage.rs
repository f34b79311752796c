//! The one seam over `object_store::ObjectStore`. Paths are relative to the storage's root, with `/`.

use std::{
    fmt,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{GetOptions, ObjectMeta, ObjectStore, path::Path};

use super::{
    IoLog, Method, Runtime, Upload,
    cache::{Cache, DEFAULT_CAPACITY, Key},
    create::{CreateIfAbsent, CreateKnowledge},
    location,
    moment::{Asked, Flights, Moment},
    ranges::{COALESCE_GAP, MAX_FETCH, coalesce, cut},
    requests::Shared,
    retry::with_retries,
    store_error::{Fault, classify, dress},
};
use crate::error::{Error, Result};

/// Ranges of one object that are fetched at the same time.
const PARALLEL_FETCHES: usize = 8;

/// A folder of an object store, and what was asked of it. Clones and children share log, meter and cache.
#[derive(Clone)]
pub struct Storage {
    pub(super) shared: Arc<Shared>,
    pub(super) root: Path,
    /// Where answers about what can change are held; see [`Storage::held`].
    pub(super) moment: Option<Arc<Moment>>,
}

/// What a kind of store can do, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageTraits {
    /// Folders can be listed; plain HTTP servers cannot. Learnt to be false when the store refuses.
    pub can_list: bool,
    /// Files appear in folders while they are written, as on a local disk: new files get a hidden temporary name
    /// first, `.<name>.<uuid>.tmp`, the one that other Paimon readers ignore.
    pub visible_while_written: bool,
    /// Whether it creates a file only if it is absent: what makes commits safe.
    pub create_if_absent: CreateIfAbsent,
    /// What stands before `/path` in messages, such as `s3://bucket`; empty for local files.
    pub label: String,
}

/// Whether a create-if-absent created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// The object was absent and is there now.
    Created,
    /// Somebody else's object is there, or is just being created.
    Exists,
}

/// A file in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Path relative to the listed folder.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Modification time, epoch milliseconds.
    pub modified_millis: i64,
}

/// Direct children of a folder, each sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Names of sub-folders.
    pub dirs: Vec<String>,
    /// Files.
    pub files: Vec<DirEntry>,
}

impl Storage {
    /// The folder `root` of a store that can list.
    pub fn new(store: Arc<dyn ObjectStore>, root: Path, runtime: Arc<dyn Runtime>) -> Self {
        let label = format!("{store}:");
        Storage::with_traits(
            store,
            root,
            runtime,
            StorageTraits {
                can_list: true,
                visible_while_written: false,
                create_if_absent: CreateIfAbsent::Yes,
                label,
            },
        )
    }

    /// The folder `root` of a store with the given traits. The store's own retries should be off.
    pub fn with_traits(
        store: Arc<dyn ObjectStore>,
        root: Path,
        runtime: Arc<dyn Runtime>,
        traits: StorageTraits,
    ) -> Self {
        let shared = Shared {
            store,
            runtime,
            base: root.clone(),
            log: IoLog::default(),
            cache: Cache::new(DEFAULT_CAPACITY),
            flights: Flights::default(),
            can_list: AtomicBool::new(traits.can_list),
            lacks_list_documents: AtomicBool::new(false),
            neighbour_reads: AtomicBool::new(false),
            ignores_ranges: AtomicBool::new(false),
            creates: CreateKnowledge::default(),
            traits,
        };
        Storage { shared: Arc::new(shared), root, moment: None }
    }

    /// An empty store in memory.
    pub fn memory(runtime: Arc<dyn Runtime>) -> Self {
        let traits = StorageTraits {
            can_list: true,
            visible_while_written: false,
            create_if_absent: CreateIfAbsent::Yes,
            label: "memory:".to_owned(),
        };
        Storage::with_traits(Arc::new(object_store::memory::InMemory::new()), Path::ROOT, runtime, traits)
    }

    /// The folder `path` below this one; log, meter and cache are shared. Errors: `Invalid` for names that leave this folder.
    pub fn child(&self, path: &str) -> Result<Self> {
        Ok(Storage { root: self.locate(path)?, ..self.clone() })
    }

    /// Time, randomness and tasks that came with the store.
    pub fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.shared.runtime
    }

    /// What was asked of the store, by this folder and all that share the store.
    pub fn io(&self) -> IoLog {
        self.shared.log.clone()
    }

    /// The full location of `path` (empty for this folder), for messages: `/data/t/snapshot/LATEST`, `s3://bucket/t`.
    pub fn location(&self, path: &str) -> String {
        let tail = [self.root.as_ref(), path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        format!("{}/{tail}", self.shared.traits.label)
    }

    /// Bounds the memory kept for immutable files, in bytes; 0 keeps none.
    pub fn set_cache_capacity(&self, bytes: usize) {
        self.shared.cache.set_capacity(bytes);
    }

    /// Forgets what the cache keeps of this folder: it was replaced.
    pub fn forget_cached(&self) {
        self.shared.cache.forget_below(&self.root);
        self.end_moment();
    }

    /// The whole object. Errors: `NotFound`.
    pub async fn get(&self, path: &str) -> Result<Bytes> {
        self.get_opt(path).await?.ok_or_else(|| self.absent(path))
    }

    /// The whole object, `None` where it is absent.
    ///
    /// A store that answers 403 instead of 404 is believed once any other object could be read (see
    /// [`Storage::learn_from`]); before that, 403 is the error `Unavailable`.
    pub async fn get_opt(&self, path: &str) -> Result<Option<Bytes>> {
        self.once(path, Asked::Now).await
    }

    /// Reads `neighbour`, an object that should exist beside the one whose read was denied: if that works, a 403
    /// counts as absent from now on. Returns whether it does.
    pub async fn learn_from(&self, neighbour: &str) -> bool {
        matches!(self.read(neighbour, None).await, Ok(Some(_)))
    }

    /// An object that never changes once it is there (manifest, manifest list, snapshot, schema): from the cache if
    /// kept there. Errors: `NotFound`.
    pub async fn get_immutable(&self, path: &str) -> Result<Bytes> {
        self.get_immutable_opt(path).await?.ok_or_else(|| self.absent(path))
    }

    /// As [`Storage::get_immutable`], `None` where it is absent (which is not remembered).
    pub async fn get_immutable_opt(&self, path: &str) -> Result<Option<Bytes>> {
        let key = Key::whole(self.locate(path)?);
        if let Some(body) = self.cached(&key) {
            return Ok(Some(body));
        }
        self.together(path, Asked::Immutable).await
    }

    /// Reads an immutable object from the store although it may be cached. When its content differs from what was
    /// cached, the table was replaced: the cache then forgets all of this folder. `None` where it is absent.
    pub async fn get_fresh(&self, path: &str) -> Result<Option<Bytes>> {
        self.once(path, Asked::Anew).await
    }

    pub(super) async fn read_anew(&self, path: &str) -> Result<Option<Bytes>> {
        let key = Key::whole(self.locate(path)?);
        let before = self.shared.cache.get(&key);
        let body = self.read(path, None).await?;
        match &body {
            None => self.shared.cache.forget(&key.path),
            Some(now) => {
                if before.is_some_and(|before| before != now) {
                    self.forget_cached();
                }
                self.shared.cache.put(key, now.clone());
            }
        }
        Ok(body)
    }

    /// A part of an immutable object, such as the footer of a data file: from the cache if kept there.
    /// Errors: `NotFound`, `Corrupt` where the object is shorter.
    pub async fn get_range_immutable(&self, path: &str, range: Range<u64>) -> Result<Bytes> {
        let key = Key::part(self.locate(path)?, &range);
        if let Some(body) = self.cached(&key) {
            return Ok(body);
        }
        let body = self.get_range(path, range).await?;
        self.shared.cache.put(key, body.clone());
        Ok(body)
    }

    /// A part of an object. Errors: `NotFound`, `Corrupt` where the object is shorter.
    pub async fn get_range(&self, path: &str, range: Range<u64>) -> Result<Bytes> {
        if range.start >= range.end {
            return Ok(Bytes::new());
        }
        let body = self.read(path, Some(range.clone())).await?.ok_or_else(|| self.absent(path))?;
        if body.len() as u64 != range.end - range.start {
            let found = range.start + body.len() as u64;
            let message = format!("the file has only {found} bytes, expected at least {}", range.end);
            return Err(Error::corrupt(message).at(self.location(path)));
        }
        Ok(body)
    }

    /// Parts of an object, in the order asked; near ones (gaps up to 64 KiB) are fetched together, far ones at the
    /// same time. Errors: `NotFound`, `Corrupt` where the object is shorter.
    pub async fn get_ranges(&self, path: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let fetches = coalesce(ranges, COALESCE_GAP, MAX_FETCH);
        let requests = fetches.clone().into_iter().map(|range| self.get_range(path, range));
        let bodies: Vec<Bytes> = stream::iter(requests).buffered(PARALLEL_FETCHES).try_collect().await?;
        ranges.iter().map(|range| cut(range, &fetches, &bodies)).collect()
    }

    /// Writes an object, replacing what is there. Readers see the old or the new content, nothing between.
    pub async fn put(&self, path: &str, body: Bytes) -> Result<()> {
        let target = self.locate(path)?;
        self.changes(&target);
        let length = body.len() as u64;
        let result = with_retries(&*self.shared.runtime, || {
            let put = self.shared.put_over(&target, body.clone());
            self.shared.logged(Method::Put, &target, None, |()| length, put)
        });
        result.await.map_err(|error| self.failed(error, "write", path))
    }

    /// Begins a file written in pieces. It becomes visible when finished, not before.
    pub fn upload(&self, path: &str) -> Result<Upload> {
        let target = self.locate(path)?;
        self.changes(&target);
        Ok(Upload::new(self.clone(), path.to_owned(), target))
    }

    /// Direct children of a folder; empty where it is absent. Errors: `Unsupported` where the store cannot list and has no
    /// listing documents either.
    pub async fn list(&self, path: &str) -> Result<Listing> {
        if !self.can_list() {
            return self.list_document(path).await;
        }
        let folder = self.listable(path)?;
        self.once_listed(&folder, self.list_anew(path, &folder)).await
    }

    async fn list_anew(&self, path: &str, folder: &Path) -> Result<Listing> {
        let result = with_retries(&*self.shared.runtime, || {
            let list = self.shared.store.list_with_delimiter(prefix(folder));
            self.shared.logged(Method::List, folder, None, |_| 0, list)
        });
        let found = result.await.map_err(|error| self.list_failed(error, path))?;
        let mut listing = Listing::default();
        for dir in &found.common_prefixes {
            listing.dirs.extend(location::below(folder, dir).map(str::to_owned));
        }
        for meta in &found.objects {
            listing.files.extend(location::below(folder, &meta.location).map(|name| entry(name, meta)));
        }
        listing.dirs.sort_unstable();
        listing.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(listing)
    }

    /// All files below a folder, at any depth, sorted by path; empty where it is absent.
    /// Errors: `Unsupported` where the store cannot list.
    pub async fn list_all(&self, path: &str) -> Result<Vec<DirEntry>> {
        let folder = self.listable(path)?;
        let result = with_retries(&*self.shared.runtime, || {
            let list = self.shared.store.list(prefix(&folder)).try_collect::<Vec<_>>();
            self.shared.logged(Method::List, &folder, None, |_| 0, list)
        });
        let found = result.await.map_err(|error| self.list_failed(error, path))?;
        let named = found.iter().filter_map(|meta| Some(entry(location::below(&folder, &meta.location)?, meta)));
        let mut files = named.collect::<Vec<_>>();
        files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    /// Whether the store itself can list, as far as is known: a store that refuses once is not asked again.
    pub fn can_list(&self) -> bool {
        self.shared.can_list.load(Ordering::Relaxed)
    }

    /// Size and modification time of one object, `None` where it is absent. For maintenance only: readers take sizes
    /// from manifests, and not every HTTP server answers HEAD.
    pub async fn stat(&self, path: &str) -> Result<Option<DirEntry>> {
        let target = self.locate(path)?;
        let result = with_retries(&*self.shared.runtime, || {
            let head = self.shared.store.get_opts(&target, GetOptions { head: true, ..GetOptions::default() });
            self.shared.logged(Method::Head, &target, None, |_| 0, head)
        });
        match result.await {
            Ok(found) => Ok(Some(entry(path, &found.meta))),
            Err(error) if self.means_absent(&error) => Ok(None),
            Err(error) => Err(self.failed(error, "inspect", path)),
        }
    }

    /// Removes an object; an absent one is no error.
    pub async fn delete(&self, path: &str) -> Result<()> {
        let target = self.locate(path)?;
        self.changes(&target);
        let result = with_retries(&*self.shared.runtime, || {
            self.shared.logged(Method::Delete, &target, None, |()| 0, self.shared.remove(&target))
        });
        match result.await {
            Err(error) if classify(&error) != Fault::Absent => Err(self.failed(error, "delete", path)),
            _ => Ok(()),
        }
    }

    /// Makes a folder visible although it is empty: a directory on a local disk, elsewhere the marker file `.keep`.
    pub async fn create_dir(&self, path: &str) -> Result<()> {
        #[cfg(not(target_family = "wasm"))]
        if self.is_local() {
            return super::local::create_dir(&self.locate(path)?);
        }
        self.put(&format!("{path}/.keep"), Bytes::new()).await
    }

    /// Removes a folder with all that is in it; an absent one is no error.
    /// Errors: `Unsupported` where the store cannot list.
    pub async fn delete_dir(&self, path: &str) -> Result<()> {
        self.child(path)?.forget_cached();
        #[cfg(not(target_family = "wasm"))]
        if self.is_local() {
            return super::local::delete_dir(&self.locate(path)?);
        }
        let files = self.list_all(path).await?;
        let deletes = files.into_iter().map(|file| {
            let (storage, path) = (self.clone(), format!("{path}/{}", file.name));
            async move { storage.delete(&path).await }
        });
        stream::iter(deletes).buffered(PARALLEL_FETCHES).try_collect().await
    }

    /// Removes a folder if nothing is in it; `false` where something is, or where folders are only parts of names.
    pub async fn delete_empty_dir(&self, path: &str) -> Result<bool> {
        #[cfg(not(target_family = "wasm"))]
        if self.is_local() {
            return super::local::delete_empty_dir(&self.locate(path)?);
        }
        self.locate(path).map(|_| false)
    }

    /// Whether the files are in folders of a local disk.
    pub(crate) fn is_local(&self) -> bool {
        self.shared.traits.visible_while_written
    }

    pub(super) fn locate(&self, path: &str) -> Result<Path> {
        location::join(&self.root, path)
    }

    pub(super) fn listable(&self, path: &str) -> Result<Path> {
        if self.can_list() {
            return self.locate(path);
        }
        Err(Error::unsupported("the store cannot list folders").at(self.location(path)))
    }

    pub(super) fn list_failed(&self, error: object_store::Error, path: &str) -> Error {
        let fault = classify(&error);
        if !matches!(fault, Fault::Unsupported | Fault::Forbidden) {
            return self.failed(error, "list", path);
        }
        self.shared.can_list.store(false, Ordering::Relaxed);
        Error::unsupported("the store cannot list folders").at(self.location(path)).because(error)
    }

    pub(super) async fn read(&self, path: &str, range: Option<Range<u64>>) -> Result<Option<Bytes>> {
        if let Some(range) = &range
            && self.shared.ignores_ranges.load(Ordering::Relaxed)
        {
            return self.read_out_of_whole(path, range).await;
        }
        let target = self.locate(path)?;
        let result = with_retries(&*self.shared.runtime, || {
            let fetch = self.shared.fetch(&target, range.clone());
            self.shared.logged(Method::Get, &target, range.clone(), |body| body.len() as u64, fetch)
        });
        match result.await {
            Ok(body) => {
                self.shared.neighbour_reads.store(true, Ordering::Relaxed);
                Ok(Some(body))
            }
            Err(error) if self.means_absent(&error) => Ok(None),
            Err(error) => match range {
                Some(range) if classify(&error) == Fault::RangeIgnored => {
                    self.shared.ignores_ranges.store(true, Ordering::Relaxed);
                    self.read_out_of_whole(path, &range).await
                }
                _ => Err(self.failed(error, "read", path)),
            },
        }
    }

    /// For servers that answer ranged requests with the whole object. Only immutable files are read in ranges, so the
    /// cache may keep them (small ones: large files are fetched again for each range, which only such servers suffer).
    async fn read_out_of_whole(&self, path: &str, range: &Range<u64>) -> Result<Option<Bytes>> {
        let whole = Box::pin(self.get_immutable_opt(path)).await?;
        Ok(whole.map(|whole| {
            let place = |offset: u64| usize::try_from(offset).map_or(whole.len(), |offset| offset.min(whole.len()));
            whole.slice(place(range.start)..place(range.end))
        }))
    }

    fn means_absent(&self, error: &object_store::Error) -> bool {
        match classify(error) {
            Fault::Absent => true,
            Fault::Forbidden => self.shared.neighbour_reads.load(Ordering::Relaxed),
            _ => false,
        }
    }

    fn cached(&self, key: &Key) -> Option<Bytes> {
        let body = self.shared.cache.get(key)?;
        self.shared.log_hit(&key.path, key.range.map(|(start, end)| start..end), body.len() as u64);
        Some(body)
    }

    fn absent(&self, path: &str) -> Error {
        Error::not_found("no such file").at(self.location(path))
    }

    pub(super) fn failed(&self, error: object_store::Error, what: &str, path: &str) -> Error {
        dress(classify(&error), what, &self.location(path), error)
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Storage").field(&self.location("")).finish()
    }
}

pub(super) fn prefix(folder: &Path) -> Option<&Path> {
    (!folder.is_root()).then_some(folder)
}

pub(super) fn entry(name: &str, meta: &ObjectMeta) -> DirEntry {
    DirEntry { name: name.to_owned(), size: meta.size, modified_millis: meta.last_modified.timestamp_millis() }
}

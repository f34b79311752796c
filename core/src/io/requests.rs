//! Single requests to the store, each with its line in the log; and how files of a local disk come into being.

use std::{
    ops::Range,
    sync::{Arc, atomic::AtomicBool},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetRange, ObjectStore, PutMode, PutOptions, PutPayload, RenameOptions,
    path::Path,
};

use super::{
    IoLog, Method, Outcome, RequestRecord, Runtime, StorageTraits,
    cache::Cache,
    create::CreateKnowledge,
    location,
    moment::Flights,
    store_error::{Fault, classify},
};

/// What all folders of one store share.
pub(super) struct Shared {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) traits: StorageTraits,
    /// Where the log's paths begin.
    pub(super) base: Path,
    pub(super) log: IoLog,
    pub(super) cache: Cache,
    pub(super) flights: Flights,
    pub(super) can_list: AtomicBool,
    /// The server has no listing documents.
    pub(super) lacks_list_documents: AtomicBool,
    /// Some object was read, so that a 403 for another one means that it is absent.
    pub(super) neighbour_reads: AtomicBool,
    /// The server answers a ranged request with the whole object.
    pub(super) ignores_ranges: AtomicBool,
    /// What was learnt about creating files only if they are absent.
    pub(super) creates: CreateKnowledge,
}

impl Shared {
    pub(super) async fn fetch(&self, path: &Path, range: Option<Range<u64>>) -> object_store::Result<Bytes> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        self.store.get_opts(path, options).await?.bytes().await
    }

    pub(super) async fn put_over(&self, path: &Path, body: Bytes) -> object_store::Result<()> {
        if !self.traits.visible_while_written {
            self.store.put_opts(path, PutPayload::from_bytes(body), PutOptions::default()).await?;
            return Ok(());
        }
        let staged = self.staged(path)?;
        self.store.put_opts(&staged, PutPayload::from_bytes(body), PutOptions::default()).await?;
        self.store.rename_opts(&staged, path, RenameOptions::default()).await
    }

    pub(super) async fn create(&self, path: &Path, body: Bytes) -> object_store::Result<()> {
        if !self.traits.visible_while_written {
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            self.store.put_opts(path, PutPayload::from_bytes(body), options).await?;
            return Ok(());
        }
        // On a disk: write beside, then link under the final name, which fails if somebody has it.
        let staged = self.staged(path)?;
        self.store.put_opts(&staged, PutPayload::from_bytes(body), PutOptions::default()).await?;
        let options = CopyOptions { mode: CopyMode::Create, ..CopyOptions::default() };
        let linked = self.store.copy_opts(&staged, path, options).await;
        // The name is hidden from readers, so a failure to remove it harms nobody.
        let _ = self.remove(&staged).await;
        linked
    }

    fn staged(&self, path: &Path) -> object_store::Result<Path> {
        let (folder, name) = path.as_ref().rsplit_once('/').unwrap_or(("", path.as_ref()));
        Ok(Path::parse(format!("{folder}/.{name}.{}.tmp", self.runtime.uuid()))?)
    }

    pub(super) async fn remove(&self, path: &Path) -> object_store::Result<()> {
        let one = stream::iter([Ok(path.clone())]).boxed();
        self.store.delete_stream(one).try_collect::<Vec<_>>().await.map(drop)
    }

    /// Runs one request and writes it into the log.
    pub(super) async fn logged<T>(
        &self,
        method: Method,
        path: &Path,
        range: Option<Range<u64>>,
        length: impl Fn(&T) -> u64,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> object_store::Result<T> {
        let start_millis = self.runtime.now_millis();
        let result = request.await;
        let (bytes, outcome) = match &result {
            Ok(value) => (length(value), Outcome::Done),
            Err(error) => match classify(error) {
                Fault::Absent => (0, Outcome::Absent),
                Fault::Exists => (0, Outcome::Exists),
                Fault::Forbidden => (0, Outcome::Failed("denied".to_owned())),
                _ => (0, Outcome::Failed(error.to_string())),
            },
        };
        let duration_millis = self.runtime.now_millis() - start_millis;
        let (path, cached) = (self.logged_path(path), false);
        self.log.record(RequestRecord {
            seq: 0,
            method,
            path,
            range,
            bytes,
            start_millis,
            duration_millis,
            outcome,
            cached,
        });
        result
    }

    /// Writes an answer of the cache into the log.
    pub(super) fn log_hit(&self, path: &Path, range: Option<Range<u64>>, bytes: u64) {
        let path = self.logged_path(path);
        let start_millis = self.runtime.now_millis();
        let (method, outcome, cached) = (Method::Get, Outcome::Done, true);
        self.log.record(RequestRecord {
            seq: 0,
            method,
            path,
            range,
            bytes,
            start_millis,
            duration_millis: 0,
            outcome,
            cached,
        });
    }

    /// Writes the begin of a listing into the log.
    pub(super) fn log_listing(&self, path: &Path) {
        let path = self.logged_path(path);
        let start_millis = self.runtime.now_millis();
        let (method, outcome, cached) = (Method::List, Outcome::Done, false);
        self.log.record(RequestRecord {
            seq: 0,
            method,
            path,
            range: None,
            bytes: 0,
            start_millis,
            duration_millis: 0,
            outcome,
            cached,
        });
    }

    fn logged_path(&self, path: &Path) -> String {
        location::below(&self.base, path).unwrap_or_default().to_owned()
    }
}

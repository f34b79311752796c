//! Stores that misbehave on purpose.
//!
//! [`FaultStore`] wraps any `ObjectStore` and counts the calls that change it (puts, parts and ends of uploads, deletes,
//! copies, renames), from 0, and apart from them those that read (gets, lists). A [`Fault`] names one and what happens there:
//!
//! ```text
//! Refuse(n)        call n does nothing and fails once, as a busy server (503)
//! LoseReply(n)     call n is done, but its caller gets an error: the outcome is unknown to it
//! LoseRequest(n)   call n is not done, and its caller gets the same error
//! NoSpace(n)       call n and all later writes fail, short of space; reads and deletes work
//! CrashBefore(n)   call n does nothing, and every call after it fails, reads too: the process is dead
//! CrashAfter(n)    call n is done, and then the process is dead
//! FailRead(n)      read n fails once, with an error that trying again does not help
//! CrashAtRead(n)   read n fails, and the process is dead
//! ```
//!
//! A crash test runs an operation once without a fault to learn the number of calls, then again for every index:
//!
//! ```text
//! let faults = FaultStore::new(inner);                         // clones share count and fault
//! let storage = Storage::new(Arc::new(faults.clone()), Path::ROOT, runtime);
//! operation(&storage).await?;
//! for n in 0..faults.calls() {
//!     let faults = FaultStore::new(fresh_copy_of_the_table());
//!     faults.set(Fault::CrashAfter(n));
//!     let _ = operation(&storage_over(&faults)).await;          // may or may not report an error
//!     faults.revive();                                          // a new process looks at what is left
//!     assert_old_or_new_state(&storage_over(&faults)).await;    // use a new Storage: caches die with the process
//! }
//! ```
//!
//! To crash on local files, wrap `LocalFileSystem` and build the storage by `Storage::with_traits` with
//! `visible_while_written: true`: the hidden temporary file, the link and its removal are calls of their own.
//!
//! [`ConditionalPut`] makes stores that cannot create only if absent, or that say they can and overwrite: the negative
//! control of commit tests, which must see lost commits there.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart, path::Path,
};

/// What goes wrong, and at which changing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call does nothing and fails with a 503, once.
    Refuse(usize),
    /// The call is done, and its reply lost.
    LoseReply(usize),
    /// The call is not done, and the error is the same as for a lost reply.
    LoseRequest(usize),
    /// No space for this write and those after it.
    NoSpace(usize),
    /// The process dies before the call.
    CrashBefore(usize),
    /// The process dies after the call.
    CrashAfter(usize),
    /// The read fails, once.
    FailRead(usize),
    /// The process dies at the read.
    CrashAtRead(usize),
}

/// A store with at most one fault. Clones share the store, the count and the fault.
#[derive(Clone, Debug)]
pub struct FaultStore {
    inner: Arc<dyn ObjectStore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    fault: Option<Fault>,
    calls: Vec<String>,
    reads: usize,
    dead: bool,
    full: bool,
}

/// What to do about one call.
enum Verdict {
    Go,
    Fail(Error),
    GoAndFail(Error),
}

impl FaultStore {
    /// `inner` without a fault.
    pub fn new(inner: Arc<dyn ObjectStore>) -> Self {
        FaultStore { inner, state: Arc::default() }
    }

    /// Sets the fault and counts from 0 again.
    pub fn set(&self, fault: Fault) {
        *self.lock() = State { fault: Some(fault), ..State::default() };
    }

    /// A new process: no fault, counts from 0 again, what was written is there.
    pub fn revive(&self) {
        *self.lock() = State::default();
    }

    /// Changing calls seen, failed ones included.
    pub fn calls(&self) -> usize {
        self.lock().calls.len()
    }

    /// Reading calls seen, failed ones included.
    pub fn reads(&self) -> usize {
        self.lock().reads
    }

    /// Changing calls seen, as `put a/b`, `create a/b`, `part a/b`, `finish a/b`, `delete a/b`, `copy a/b`, `rename a/b`.
    pub fn log(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, what: &str, path: &Path) -> Verdict {
        let mut state = self.lock();
        if state.dead {
            return Verdict::Fail(dead());
        }
        let index = state.calls.len();
        state.calls.push(format!("{what} {path}"));
        match state.fault {
            Some(Fault::Refuse(n)) if n == index => Verdict::Fail(busy()),
            Some(Fault::LoseReply(n)) if n == index => Verdict::GoAndFail(lost()),
            Some(Fault::LoseRequest(n)) if n == index => Verdict::Fail(lost()),
            Some(Fault::NoSpace(n)) if n == index || state.full => {
                state.full = true;
                if what == "delete" { Verdict::Go } else { Verdict::Fail(no_space()) }
            }
            Some(Fault::CrashBefore(n)) if n == index => {
                state.dead = true;
                Verdict::Fail(dead())
            }
            Some(Fault::CrashAfter(n)) if n == index => {
                state.dead = true;
                Verdict::GoAndFail(dead())
            }
            _ => Verdict::Go,
        }
    }

    fn read(&self) -> Result<()> {
        let mut state = self.lock();
        if state.dead {
            return Err(dead());
        }
        let index = state.reads;
        state.reads += 1;
        match state.fault {
            Some(Fault::FailRead(n)) if n == index => Err(unreadable()),
            Some(Fault::CrashAtRead(n)) if n == index => {
                state.dead = true;
                Err(dead())
            }
            _ => Ok(()),
        }
    }

    fn alive(&self) -> Result<()> {
        if self.lock().dead { Err(dead()) } else { Ok(()) }
    }

    async fn run<T>(&self, what: &str, path: &Path, call: impl Future<Output = Result<T>>) -> Result<T> {
        match self.change(what, path) {
            Verdict::Go => call.await,
            Verdict::Fail(error) => Err(error),
            Verdict::GoAndFail(error) => call.await.and(Err(error)),
        }
    }
}

fn busy() -> Error {
    Error::Generic { store: "fault", source: "status code: 503 Slow Down".into() }
}

fn lost() -> Error {
    Error::Generic { store: "fault", source: "the connection closed before the reply".into() }
}

fn no_space() -> Error {
    Error::Generic { store: "fault", source: Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull)) }
}

fn unreadable() -> Error {
    Error::Generic { store: "fault", source: Box::new(std::io::Error::other("the medium is bad here")) }
}

fn dead() -> Error {
    // An I/O error of no special kind: nobody tries again.
    Error::Generic { store: "fault", source: Box::new(std::io::Error::other("the process has crashed")) }
}

impl fmt::Display for FaultStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let what = if opts.mode == PutMode::Create { "create" } else { "put" };
        self.run(what, location, self.inner.put_opts(location, payload, opts)).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.alive()?;
        let upload = self.inner.put_multipart_opts(location, opts).await?;
        Ok(Box::new(FaultUpload { upload, store: self.clone(), location: location.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.read()?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let delete = move |location: Result<Path>| {
            let store = store.clone();
            async move {
                let location = location?;
                store.run("delete", &location, store.inner.delete(&location)).await?;
                Ok(location)
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.read() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.read()?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.run("copy", to, self.inner.copy_opts(from, to, options)).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.run("rename", to, self.inner.rename_opts(from, to, options)).await
    }
}

#[derive(Debug)]
struct FaultUpload {
    upload: Box<dyn MultipartUpload>,
    store: FaultStore,
    location: Path,
}

#[async_trait]
impl MultipartUpload for FaultUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let part = self.upload.put_part(data);
        let (store, location) = (self.store.clone(), self.location.clone());
        async move { store.run("part", &location, part).await }.boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.store.run("finish", &self.location, self.upload.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.store.alive()?;
        self.upload.abort().await
    }
}

/// What a store does when asked to create only if absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionalPut {
    /// Answers that it cannot.
    Refused,
    /// Overwrites, and reports success.
    Ignored,
}

/// A store without working conditional puts.
#[derive(Debug)]
pub struct NoConditionalPut {
    inner: Arc<dyn ObjectStore>,
    how: ConditionalPut,
}

impl NoConditionalPut {
    /// `inner`, whose conditional puts fail in this way.
    pub fn new(inner: Arc<dyn ObjectStore>, how: ConditionalPut) -> Self {
        NoConditionalPut { inner, how }
    }
}

impl fmt::Display for NoConditionalPut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoConditionalPut({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for NoConditionalPut {
    async fn put_opts(&self, location: &Path, payload: PutPayload, mut opts: PutOptions) -> Result<PutResult> {
        if opts.mode == PutMode::Create {
            if self.how == ConditionalPut::Refused {
                return Err(Error::NotImplemented { operation: "create".to_owned(), implementer: self.to_string() });
            }
            opts.mode = PutMode::Overwrite;
        }
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

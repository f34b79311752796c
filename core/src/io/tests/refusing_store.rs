//! A store that refuses chosen requests, for tests of what happens then.

use std::{
    fmt,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use futures::{StreamExt, stream, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// Which requests to refuse.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals {
    /// Answer 501 to listings, as plain HTTP servers do.
    pub(crate) list: bool,
    /// Answer 403 to reads of objects that are not there, as S3 does without the right to list.
    pub(crate) absent_is_forbidden: bool,
    /// No conditional puts.
    pub(crate) create: bool,
    /// No multipart uploads.
    pub(crate) multipart: bool,
    /// The first so many requests fail with 503.
    pub(crate) unavailable: Arc<AtomicUsize>,
}

#[derive(Debug)]
pub(crate) struct RefusingStore {
    pub(crate) inner: Arc<dyn ObjectStore>,
    pub(crate) refusals: Refusals,
}

impl RefusingStore {
    fn busy(&self) -> Result<()> {
        let left = self.refusals.unavailable.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(Error::Generic { store: "test", source: "status code: 503 Slow Down".into() }),
            Err(_) => Ok(()),
        }
    }

    fn refuse(&self, operation: &str) -> Error {
        Error::NotImplemented { operation: operation.to_owned(), implementer: self.to_string() }
    }
}

impl fmt::Display for RefusingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refusing")
    }
}

#[async_trait]
impl ObjectStore for RefusingStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.busy()?;
        if self.refusals.create && opts.mode == PutMode::Create {
            return Err(self.refuse("create"));
        }
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.busy()?;
        if self.refusals.multipart {
            return Err(self.refuse("multipart"));
        }
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.busy()?;
        match self.inner.get_opts(location, options).await {
            Err(Error::NotFound { path, source }) if self.refusals.absent_is_forbidden => {
                Err(Error::PermissionDenied { path, source })
            }
            result => result,
        }
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.refusals.list {
            return stream::iter([Err(self.refuse("list"))]).boxed();
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.busy()?;
        if self.refusals.list {
            return Err(self.refuse("list"));
        }
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

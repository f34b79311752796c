//! A store that does something of its own when a folder is listed, and shows files that are not there.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::{StreamExt, stream, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, RenameOptions, Result, path::Path,
};

type Hook = Box<dyn FnOnce() + Send>;

/// A store with one surprise.
pub(crate) struct Hooked {
    inner: Arc<dyn ObjectStore>,
    /// Runs before the listing of a folder whose path ends so.
    hook: Mutex<Option<(String, Hook)>>,
    /// Files that the listing of everything shows in addition.
    phantoms: usize,
    /// Most bytes that were allocated while they were shown.
    pub(crate) peak: Arc<AtomicUsize>,
}

impl Hooked {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Hooked { inner, hook: Mutex::new(None), phantoms: 0, peak: Arc::default() }
    }

    /// Does `hook` once, before the next listing of a folder whose path ends with `folder`.
    pub(crate) fn before_list(self, folder: &str, hook: impl FnOnce() + Send + 'static) -> Self {
        Hooked { hook: Mutex::new(Some((folder.to_owned(), Box::new(hook)))), ..self }
    }

    pub(crate) fn with_phantoms(self, phantoms: usize) -> Self {
        Hooked { phantoms, ..self }
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

impl fmt::Display for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Hooked {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (folder, peak) = (prefix.cloned().unwrap_or_default(), self.peak.clone());
        let phantom = move |number: usize| {
            peak.fetch_max(crate::ALLOCATOR.allocated(), Ordering::Relaxed);
            let name = format!("{folder}/part=1/bucket-0/data-9150d0db-8cc0-490b-80d6-b403e05b6f80-{number}.parquet");
            Ok(ObjectMeta {
                location: Path::parse(name).unwrap(),
                last_modified: std::time::SystemTime::UNIX_EPOCH.into(),
                size: 1,
                e_tag: None,
                version: None,
            })
        };
        self.inner.list(prefix).chain(stream::iter((0..self.phantoms).map(phantom))).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let path = prefix.map(ToString::to_string).unwrap_or_default();
        let due = {
            let mut hook = self.hook.lock().unwrap();
            hook.take_if(|(folder, _)| path.ends_with(folder.as_str()))
        };
        if let Some((_, hook)) = due {
            // A process of its own: executors do not nest.
            std::thread::spawn(hook).join().unwrap();
        }
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

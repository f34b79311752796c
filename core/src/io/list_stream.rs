//! Folders with more files than memory should hold, file by file.

use futures::{StreamExt, TryStreamExt, stream::BoxStream};

use super::{
    DirEntry, Storage, location,
    storage::{entry, prefix},
};
use crate::error::Result;

impl Storage {
    /// All files below a folder, at any depth, as the store names them: in no special order, one page in memory at a
    /// time; none where the folder is absent. A file that comes or goes meanwhile may be named or not.
    ///
    /// The log counts one request, whatever the number of pages. Errors: `Unsupported` where the store cannot list; in
    /// the stream, what a page fails with, after which it ends.
    pub fn list_stream(&self, path: &str) -> Result<BoxStream<'static, Result<DirEntry>>> {
        let folder = self.listable(path)?;
        self.shared.log_listing(&folder);
        let (storage, path) = (self.clone(), path.to_owned());
        let found = self.shared.store.list(prefix(&folder)).map_err(move |error| storage.list_failed(error, &path));
        let named = found.try_filter_map(move |meta| {
            let named = location::below(&folder, &meta.location).map(|name| entry(name, &meta));
            async move { Ok(named) }
        });
        Ok(named.boxed())
    }
}

//! A file written in pieces: bounded memory, visible only when finished.

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream::FuturesUnordered};
use object_store::{MultipartUpload, PutMultipartOptions, PutPayload, UploadPart, path::Path};

use super::{
    Method, Storage,
    retry::with_retries,
    store_error::{Fault, classify},
};
use crate::error::{Error, Result};

/// Bytes of one part. S3 takes at most 10,000 parts of at least 5 MiB: files up to 78 GiB; some stores want equal parts.
const PART: usize = 8 << 20;
/// Parts under way at the same time.
const PARALLEL_PARTS: usize = 3;

/// A file being written. Small files become one put; dropping it unfinished leaves nothing visible.
pub struct Upload {
    storage: Storage,
    path: String,
    target: Path,
    written: u64,
    buffer: BytesMut,
    sink: Sink,
    parts: FuturesUnordered<UploadPart>,
}

enum Sink {
    /// Nothing sent yet.
    Unopened,
    Parts(Box<dyn MultipartUpload>),
    /// The store has no multipart uploads: all is kept for one put.
    Whole,
}

impl Upload {
    pub(super) fn new(storage: Storage, path: String, target: Path) -> Self {
        Upload {
            storage,
            path,
            target,
            written: 0,
            buffer: BytesMut::new(),
            sink: Sink::Unopened,
            parts: FuturesUnordered::new(),
        }
    }

    /// Appends `body`. Waits while too many parts are under way.
    pub async fn write(&mut self, body: Bytes) -> Result<()> {
        self.written += body.len() as u64;
        self.buffer.extend_from_slice(&body);
        while self.buffer.len() >= PART && !matches!(self.sink, Sink::Whole) {
            self.open().await?;
            if matches!(self.sink, Sink::Parts(_)) {
                let part = self.buffer.split_to(PART).freeze();
                self.send(part).await?;
            }
        }
        Ok(())
    }

    /// Bytes written so far, sent or not.
    pub fn bytes_written(&self) -> u64 {
        self.written
    }

    /// Makes the file visible; returns its length.
    pub async fn finish(mut self) -> Result<u64> {
        let rest = self.buffer.split().freeze();
        if !matches!(self.sink, Sink::Parts(_)) {
            self.storage.put(&self.path, rest).await?;
            return Ok(self.written);
        }
        if !rest.is_empty() {
            self.send(rest).await?;
        }
        while let Some(part) = self.parts.next().await {
            self.settle(part)?;
        }
        let Sink::Parts(multipart) = &mut self.sink else { return Err(Error::internal("the upload lost its parts")) };
        let complete = multipart.complete();
        let result = self.storage.shared.logged(Method::Upload, &self.target, None, |_| 0, complete).await;
        result.map_err(|error| self.storage.failed(error, "finish", &self.path))?;
        Ok(self.written)
    }

    /// Gives up: parts sent are removed as far as the store lets us.
    pub async fn abort(mut self) -> Result<()> {
        self.parts.clear();
        let Sink::Parts(multipart) = &mut self.sink else { return Ok(()) };
        match multipart.abort().await {
            Err(error) if classify(&error) != Fault::Absent => Err(self.storage.failed(error, "abort", &self.path)),
            _ => Ok(()),
        }
    }

    async fn open(&mut self) -> Result<()> {
        if !matches!(self.sink, Sink::Unopened) {
            return Ok(());
        }
        let store = &self.storage.shared.store;
        let opened = with_retries(&**self.storage.runtime(), || {
            store.put_multipart_opts(&self.target, PutMultipartOptions::default())
        });
        self.sink = match opened.await {
            Ok(multipart) => Sink::Parts(multipart),
            Err(error) if classify(&error) == Fault::Unsupported => Sink::Whole,
            Err(error) => return Err(self.storage.failed(error, "write", &self.path)),
        };
        Ok(())
    }

    async fn send(&mut self, body: Bytes) -> Result<()> {
        while self.parts.len() >= PARALLEL_PARTS {
            if let Some(part) = self.parts.next().await {
                self.settle(part)?;
            }
        }
        let Sink::Parts(multipart) = &mut self.sink else { return Err(Error::internal("the upload has no parts")) };
        let length = body.len() as u64;
        let part = multipart.put_part(PutPayload::from_bytes(body));
        let (shared, target) = (self.storage.shared.clone(), self.target.clone());
        self.parts.push(Box::pin(async move { shared.logged(Method::Upload, &target, None, |()| length, part).await }));
        Ok(())
    }

    fn settle(&self, part: object_store::Result<()>) -> Result<()> {
        part.map_err(|error| self.storage.failed(error, "write", &self.path))
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("path", &self.path).field("written", &self.written).finish_non_exhaustive()
    }
}

//! A file written in pieces: they are kept until the end, for a JS store takes a file at once.

use async_trait::async_trait;
use bytes::Bytes;
use object_store::{MultipartUpload, ObjectStore, PutOptions, PutPayload, PutResult, Result, UploadPart, path::Path};

use super::JsStore;

#[derive(Debug)]
pub(super) struct Upload {
    store: JsStore,
    location: Path,
    parts: Vec<Bytes>,
}

impl Upload {
    pub(super) fn new(store: JsStore, location: Path) -> Self {
        Upload { store, location, parts: Vec::new() }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts.extend(data);
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload = PutPayload::from_iter(std::mem::take(&mut self.parts));
        self.store.put_opts(&self.location, payload, PutOptions::default()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

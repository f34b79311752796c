//! Tests of reading and writing through a storage in memory.

mod bloom;
mod corrupt;
mod golden;
mod prune;
mod round_trip;
mod shredded;

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use futures::{TryStreamExt, executor::block_on};

use crate::{
    error::Result,
    format::{ReadRequest, read},
    io::{InlineRuntime, Storage},
};

/// A storage in memory with one file, `file.parquet`.
fn storage_with(file: Bytes) -> Storage {
    let storage = Storage::memory(Arc::new(InlineRuntime::new(1, 0)));
    block_on(storage.put("file.parquet", file)).unwrap();
    storage
}

/// All batches of a file given as bytes.
fn read_bytes(file: &Bytes, request: ReadRequest) -> Result<Vec<RecordBatch>> {
    let storage = storage_with(file.clone());
    block_on(async { read(&storage, "file.parquet", file.len() as u64, request).await?.try_collect().await })
}

//! Splits → batches. This version only fixes the names; the next commit fills them in.
#![allow(missing_docs, clippy::unused_async)]

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::stream::BoxStream;

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::Split,
    spec::table_schema::TableSchema,
    table::Table,
};

#[derive(Debug)]
pub struct ReadContext;

impl ReadContext {
    pub fn new(_table: &Table, _schema: Arc<TableSchema>) -> Self {
        ReadContext
    }
}

#[derive(Debug)]
pub struct ReadPlan {
    pub projection: Vec<usize>,
    pub predicate: Option<Predicate>,
}

#[derive(Debug)]
pub struct MergeReadOptions {
    pub keep_deletes: bool,
}

type Batches = BoxStream<'static, Result<RecordBatch>>;

/// Independent parts of a scan, in order; each does nothing before it is polled.
pub async fn tasks(_context: &Arc<ReadContext>, _splits: Vec<Split>, _plan: Arc<ReadPlan>) -> Result<Vec<Batches>> {
    Err(Error::unsupported("reading data files"))
}

/// All columns of an append split, files one after the other (for compaction).
pub async fn read_all_columns(_context: &Arc<ReadContext>, _split: Split) -> Result<Batches> {
    Err(Error::unsupported("reading data files"))
}

/// The merged rows of a split in key-value layout (for compaction).
pub async fn merge_sorted_files(
    _context: &Arc<ReadContext>,
    _split: Split,
    _options: MergeReadOptions,
) -> Result<Batches> {
    Err(Error::unsupported("reading data files"))
}

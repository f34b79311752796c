//! What reading needs to know besides the split.

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::future::BoxFuture;

use super::Expiry;
use crate::{
    error::Result,
    format::ReadCounters,
    io::{Runtime, Storage},
    merge::{ChangelogRule, Found, LookupPlan},
    predicate::Predicate,
    scan::{RowRanges, locate_external},
    spec::{options::CoreOptions, table_schema::TableSchema},
    table::{SchemaManager, Table},
    types::DataField,
};

/// A table as it is read: where its files are and under which schema.
#[derive(Clone)]
pub struct ReadContext {
    pub(super) storage: Storage,
    pub(super) schemas: SchemaManager,
    pub(super) schema: Arc<TableSchema>,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) counters: Arc<ReadCounters>,
    /// Leaves rows out, for compactions.
    pub(super) expiry: Option<Arc<Expiry>>,
    /// A file, and how many of its first rows are left out.
    pub(super) start: Option<(String, u64)>,
}

impl ReadContext {
    /// Reads `table` under `schema`, which may be an older version than the table's own.
    pub fn new(table: &Table, schema: Arc<TableSchema>) -> Self {
        ReadContext {
            storage: table.storage().clone(),
            schemas: table.schemas(),
            schema,
            runtime: Arc::clone(table.runtime()),
            counters: Arc::default(),
            expiry: None,
            start: None,
        }
    }

    /// Leaves out the rows that have expired, before anything is merged: for compactions, which read all columns. Rows at
    /// given positions are read whatever their age.
    #[must_use]
    pub(crate) fn without_expired(mut self, expiry: Option<Expiry>) -> Self {
        self.expiry = expiry.map(Arc::new);
        self
    }

    /// Which rows have expired, where they are left out.
    pub(crate) fn expiry(&self) -> Option<&Expiry> {
        self.expiry.as_deref()
    }

    /// Leaves out the first rows of a file.
    #[must_use]
    pub(crate) fn starting_in(mut self, file_name: String, rows: u64) -> Self {
        self.start = Some((file_name, rows)).filter(|(_, rows)| *rows > 0);
        self
    }

    /// The rows of a file that are read, where its first ones are not.
    pub(super) fn rows_from_start(&self, file_name: &str) -> Option<RowRanges> {
        let (_, rows) = self.start.as_ref().filter(|(name, _)| name == file_name)?;
        Some(RowRanges::one(*rows..u64::MAX))
    }

    /// Counts what reading leaves out.
    #[must_use]
    pub fn with_counters(mut self, counters: Arc<ReadCounters>) -> Self {
        self.counters = counters;
        self
    }

    /// The store and the path in it of a file that the table names, absolutely where `is_external`.
    ///
    /// Errors: `Unsupported` for files that may not be read, see `scan::external`.
    pub(super) fn locate(&self, path: &str, is_external: bool) -> Result<(Storage, String)> {
        if !is_external {
            return Ok((self.storage.clone(), path.to_owned()));
        }
        let found = locate_external(&self.storage, &self.schema, path)?;
        Ok((found.storage, found.path))
    }

    /// The schema under which rows are read.
    pub(crate) fn schema(&self) -> &Arc<TableSchema> {
        &self.schema
    }

    /// Options of the schema version that is read: they name its columns.
    pub(super) fn options(&self) -> Result<CoreOptions> {
        CoreOptions::parse(&self.schema.options)
    }
}

/// Which columns and rows to read.
#[derive(Clone, Debug, Default)]
pub struct ReadPlan {
    /// Places of the columns in the schema, in the order of the result.
    pub projection: Vec<usize>,
    /// Filter on columns of the schema, read or not. Exact: no other row is in the result.
    pub predicate: Option<Predicate>,
    /// How many rows are wanted.
    pub wanted: Wanted,
}

/// How many rows of a result are wanted; all of them by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// No more than these.
    pub limit: Option<u64>,
    /// These before the others.
    pub first_rows: Option<u64>,
}

impl Wanted {
    /// Rows to read before others.
    pub(super) fn soon(&self) -> Option<u64> {
        self.first_rows.or(self.limit)
    }
}

/// How a compaction merges.
#[derive(Clone, Default)]
pub struct MergeReadOptions {
    /// Keeps rows of kind -U and -D, which older files of the bucket need.
    pub keep_deletes: bool,
    /// Makes a changelog too.
    pub changelog: Option<ChangelogRule>,
    /// Looks older rows up in files that are not merged.
    pub lookup: Option<Lookup>,
}

/// How a merge looks older rows up.
#[derive(Clone)]
pub struct Lookup {
    /// What is asked.
    pub plan: LookupPlan,
    /// Who answers.
    pub rows: Arc<dyn OlderRows>,
}

/// Older rows by their keys.
pub trait OlderRows: Send + Sync {
    /// Finds the rows of `keys`, a batch with the columns of the trimmed primary key. Keys are ascending, over all calls.
    ///
    /// `fields` are the columns of the rows to give, fields of the schema read or system columns; `None` where only the
    /// keys matter. Errors: those of reads.
    fn find(&self, keys: RecordBatch, fields: Option<Vec<DataField>>) -> BoxFuture<'_, Result<Found>>;
}

/// What a compaction reads.
#[derive(Clone, Debug)]
pub enum Compacted {
    /// Merged rows.
    Rows(RecordBatch),
    /// Rows of the changelog.
    Changelog(RecordBatch),
}

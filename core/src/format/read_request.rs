//! What to read of a data file, and the dispatch to its format.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrow_array::RecordBatch;
use futures::stream::BoxStream;

use super::{FileFormat, ReadCounters, parquet};
#[cfg(feature = "complete")]
use super::{avro, orc};
use crate::{error::Result, io::Storage, predicate::Predicate, types::DataField};

/// Rows of a batch unless the request says otherwise: large enough to amortise a call, small enough for the cache. In a browser
/// each batch crosses to JavaScript as an Arrow stream of its own, which costs more than the cache gains.
pub const DEFAULT_BATCH_ROWS: usize = if cfg!(target_arch = "wasm32") { 1 << 16 } else { 8192 };

/// Window of a file that is read alone: as many bytes as a request to a far store is worth.
pub const DEFAULT_WINDOW_BYTES: u64 = 10 << 20;

/// What to read of a data file.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// Columns of the batches, in order, as fields of the schema version the file was written under: found by name.
    pub fields: Vec<DataField>,
    /// Filter over columns of the file (by name, read or not). Skips row groups, pages and stripes that cannot match; rows that do not
    /// match may still come.
    pub predicate: Option<Predicate>,
    /// Only these row groups (see [`row_groups`]); all where `None`.
    pub row_groups: Option<Range<usize>>,
    /// Only these rows, as ascending, disjoint ranges of positions in the file; all where `None`. For deletion vectors.
    pub rows: Option<Vec<Range<u64>>>,
    /// Most rows of a batch.
    pub batch_rows: usize,
    /// Table option `orc.timestamp-ltz.legacy.type`: ORC files hold TIMESTAMP_LTZ as the wall clock of the writer's zone.
    pub orc_legacy_timestamp_ltz: bool,
    /// Where to count what is left out.
    pub counters: Arc<ReadCounters>,
    /// Bytes of the file to hold at a time, decoded ones beside: larger row groups of Parquet are read in windows of about
    /// this size where their page index allows, and batches are kept to an eighth of it.
    pub window_bytes: u64,
    /// Rows that are wanted soon, as for a reader who looks at the top of a table: a large row group that the read begins
    /// with gives them in a window of their own, where its page index allows.
    pub first_rows: Option<u64>,
}

impl ReadRequest {
    /// All rows of `fields`.
    pub fn new(fields: Vec<DataField>) -> Self {
        ReadRequest {
            fields,
            predicate: None,
            row_groups: None,
            rows: None,
            batch_rows: DEFAULT_BATCH_ROWS,
            orc_legacy_timestamp_ltz: true,
            counters: Arc::default(),
            window_bytes: DEFAULT_WINDOW_BYTES,
            first_rows: None,
        }
    }

    /// Takes over what the options of a table say of its files: `orc.timestamp-ltz.legacy.type`, true unless given.
    #[must_use]
    pub fn with_table_options(mut self, options: &BTreeMap<String, String>) -> Self {
        let legacy = options.get("orc.timestamp-ltz.legacy.type");
        self.orc_legacy_timestamp_ltz = legacy.is_none_or(|text| !text.trim().eq_ignore_ascii_case("false"));
        self
    }

    /// Skips what cannot match.
    #[must_use]
    pub fn with_predicate(mut self, predicate: Option<Predicate>) -> Self {
        self.predicate = predicate;
        self
    }

    /// Reads only some row groups.
    #[must_use]
    pub fn with_row_groups(mut self, row_groups: Option<Range<usize>>) -> Self {
        self.row_groups = row_groups;
        self
    }

    /// Sets the bytes to hold at a time.
    #[must_use]
    pub fn with_window_bytes(mut self, window_bytes: u64) -> Self {
        self.window_bytes = window_bytes.max(1);
        self
    }

    /// Sets the rows that are wanted soon.
    #[must_use]
    pub fn with_first_rows(mut self, first_rows: Option<u64>) -> Self {
        self.first_rows = first_rows;
        self
    }

    /// Sets the most rows of a batch.
    #[must_use]
    pub fn with_batch_rows(mut self, batch_rows: usize) -> Self {
        self.batch_rows = batch_rows;
        self
    }
}

/// Size of a row group (Parquet) or stripe (ORC): the grain by which a big file is shared out over tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowGroupLayout {
    /// Number of rows.
    pub rows: u64,
    /// Compressed bytes of all columns.
    pub bytes: u64,
    /// Whether a part of its rows can be read without those before them.
    pub has_page_index: bool,
}

/// Streams the data file `path`, whose length is `file_size` bytes (as the manifest says: no request is spent on it).
///
/// Batches have the schema `types::arrow::schema(&request.fields)`; a column that the file lacks is null. Any physical
/// variant of a logical type is converted. Nullability is not enforced: where the data of a NOT NULL column has nulls (or the
/// file lacks it), that field is nullable in the schema of the batch, and nothing else differs.
///
/// Errors: `Corrupt` naming the file where bytes disagree with the format, with the size or with the fields' types;
/// `Unsupported` for other formats, and for ORC and Avro where this build lacks them; those of the storage.
pub async fn read(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: ReadRequest,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    match FileFormat::from_file_name(path)? {
        FileFormat::Parquet => parquet::read(storage, path, file_size, request).await,
        #[cfg(feature = "complete")]
        FileFormat::Avro => avro::read(storage, path, file_size, request).await,
        #[cfg(feature = "complete")]
        FileFormat::Orc => orc::read(storage, path, file_size, request).await,
        #[cfg(not(feature = "complete"))]
        format => Err(format.lacking().at(path)),
    }
}

/// The row groups of a data file, in file order; a format without them counts as one.
///
/// Errors: as [`read`].
pub async fn row_groups(storage: &Storage, path: &str, file_size: u64) -> Result<Vec<RowGroupLayout>> {
    match FileFormat::from_file_name(path)? {
        FileFormat::Parquet => parquet::row_groups(storage, path, file_size).await,
        #[cfg(feature = "complete")]
        FileFormat::Avro => avro::row_groups(storage, path, file_size).await,
        #[cfg(feature = "complete")]
        FileFormat::Orc => orc::row_groups(storage, path, file_size).await,
        #[cfg(not(feature = "complete"))]
        format => Err(format.lacking().at(path)),
    }
}

/// Positions of the rows that may match the filter of a request, as ascending, disjoint ranges; `None` where the format
/// does not tell (all but Parquet). No rows are read.
///
/// Errors: as [`read`].
pub(crate) async fn candidate_rows(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: &ReadRequest,
) -> Result<Option<Vec<Range<u64>>>> {
    match FileFormat::from_file_name(path)? {
        FileFormat::Parquet => parquet::candidate_rows(storage, path, file_size, request).await.map(Some),
        FileFormat::Avro | FileFormat::Orc => Ok(None),
    }
}

//! Changes of a table between two of its states, with the kind of each row (Java `incremental-between`, format
//! digest 14).
//!
//! ```text
//! range (from, to] ──▶ delta:      files that APPEND snapshots added     ──▶ their rows, as they are
//!                      changelog:  changelog files of the snapshots      ──▶ their rows, as they are
//!                      diff:       live files of only one of two states  ──▶ merged, compared key by key
//! ```
//!
//! Rows come under the table's latest schema, snapshot by snapshot, each with a leading column that says what it does:
//! `+I`, `-U`, `+U` or `-D`.

pub(crate) mod auto_tag;
mod diff;
mod diff_rows;
mod files;
mod follow;
mod range;
mod rows;

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

pub(crate) use self::rows::KindColumns;
use self::{diff::DiffSplit, range::Range};
pub use self::{
    follow::{ChangesStep, Follow},
    range::{ChangesBound, ChangesMode},
};
use crate::{
    error::{Error, Result},
    predicate::Predicate,
    read::{KindsRead, ReadContext, ReadPlan, read_with_kinds},
    scan::{RecordBatchStream, Split, check_readable},
    spec::table_schema::TableSchema,
    table::Table,
    types::DataField,
};

/// Name of the column with the row kinds.
pub const KIND_COLUMN: &str = "_rowkind";

/// Splits whose files are opened at the same time.
const SPLITS_AHEAD: usize = 4;

/// Changes being described; [`ChangesBuilder::plan`] decides the files, [`ChangesBuilder::stream`] reads them.
#[derive(Clone, Debug)]
pub struct ChangesBuilder {
    table: Table,
    from: ChangesBound,
    to: ChangesBound,
    mode: ChangesMode,
    kind_column: String,
    sequence_number: bool,
    columns: Option<Vec<String>>,
    filter: Option<FilterSource>,
    limit: Option<usize>,
}

#[derive(Clone, Debug)]
enum FilterSource {
    Text(String),
    Resolved(Predicate),
}

impl Table {
    /// Starts describing a read of this table's changes: all of them, unless a range is given.
    pub fn changes(&self) -> ChangesBuilder {
        ChangesBuilder {
            table: self.clone(),
            from: ChangesBound::Open,
            to: ChangesBound::Open,
            mode: ChangesMode::Auto,
            kind_column: KIND_COLUMN.to_owned(),
            sequence_number: false,
            columns: None,
            filter: None,
            limit: None,
        }
    }
}

impl ChangesBuilder {
    /// Changes after this state (exclusive).
    #[must_use]
    pub fn from(mut self, bound: impl Into<ChangesBound>) -> Self {
        self.from = bound.into();
        self
    }

    /// Changes up to and including this state.
    #[must_use]
    pub fn to(mut self, bound: impl Into<ChangesBound>) -> Self {
        self.to = bound.into();
        self
    }

    /// How the changes are found out.
    #[must_use]
    pub fn mode(mut self, mode: ChangesMode) -> Self {
        self.mode = mode;
        self
    }

    /// Reads these columns, in this order: columns of the table, the kind column, `_SEQUENCE_NUMBER` where it is shown.
    /// Without this, the kinds come first, then all columns.
    #[must_use]
    pub fn columns(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Keeps only rows that match. Each row is judged by itself, so of a pair of -U and +U one may be left.
    #[must_use]
    pub fn filter(mut self, predicate: Predicate) -> Self {
        self.filter = Some(FilterSource::Resolved(predicate));
        self
    }

    /// Keeps only rows that match a SQL expression over the columns, the kind column among them.
    #[must_use]
    pub fn filter_text(mut self, expression: impl Into<String>) -> Self {
        self.filter = Some(FilterSource::Text(expression.into()));
        self
    }

    /// Reads at most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Names the kind column.
    #[must_use]
    pub fn kind_column(mut self, name: impl Into<String>) -> Self {
        self.kind_column = name.into();
        self
    }

    /// Shows `_SEQUENCE_NUMBER` behind the kind column, for tables with a primary key.
    #[must_use]
    pub fn sequence_number(mut self, show: bool) -> Self {
        self.sequence_number = show;
        self
    }

    /// Chooses the files.
    ///
    /// Errors: `NotFound` for snapshots, tags or changelogs that are not there (any more), saying which are; `Invalid`
    /// for an empty or reversed range, unknown columns or a bad filter; `Unsupported` for a table whose rows this build
    /// could get wrong.
    pub async fn plan(&self) -> Result<ChangesPlan> {
        let table = &self.table;
        let mut plan = self.empty_plan()?;
        plan.work = match Range::resolve(table, &self.from, &self.to, self.mode).await? {
            Range::Empty => Work::Rows(Vec::new()),
            Range::Delta(steps) => Work::Rows(files::splits_of(table, &steps, false, plan.pushed()).await?),
            Range::Changelog(steps) => Work::Rows(files::splits_of(table, &steps, true, plan.pushed()).await?),
            Range::Diff { .. } if table.schema().evolves_columns() => return Err(no_diff(table)),
            Range::Diff { before, after } => {
                Work::Diff(diff::splits_between(table, before.as_deref(), &after, plan.pushed()).await?)
            }
        };
        Ok(plan)
    }

    /// Plans and reads. See [`ChangesPlan::stream`].
    pub async fn stream(&self) -> Result<RecordBatchStream> {
        self.plan().await?.stream()
    }

    /// The columns and the filter, with nothing to read.
    fn empty_plan(&self) -> Result<ChangesPlan> {
        let (table, schema) = (self.table.clone(), Arc::clone(self.table.schema()));
        check_readable(&table, &schema)?;
        if self.sequence_number && !schema.is_primary_key_table() {
            let message = "_SEQUENCE_NUMBER is shown only of tables with a primary key";
            return Err(Error::unsupported(message).at(table.name()));
        }
        let all = KindColumns::all(&schema, &self.kind_column, self.sequence_number);
        let predicate = match &self.filter {
            None => None,
            Some(FilterSource::Resolved(predicate)) => Some(predicate.clone()),
            Some(FilterSource::Text(text)) => Some(crate::predicate::parse(text, &all)?),
        };
        let columns = KindColumns::new(&schema, all, self.columns.as_deref(), predicate)?;
        Ok(ChangesPlan { table, schema, columns, limit: self.limit, work: Work::Rows(Vec::new()) })
    }
}

/// The files that answer a read of changes.
#[derive(Clone, Debug)]
pub struct ChangesPlan {
    table: Table,
    schema: Arc<TableSchema>,
    columns: KindColumns,
    limit: Option<usize>,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    /// Every row of the files is a change.
    Rows(Vec<Split>),
    /// Files of two states to compare.
    Diff(Vec<DiffSplit>),
}

impl ChangesPlan {
    /// The read columns.
    pub fn fields(&self) -> Vec<DataField> {
        self.columns.fields()
    }

    /// How many splits there are to read.
    pub fn splits(&self) -> usize {
        match &self.work {
            Work::Rows(splits) => splits.len(),
            Work::Diff(splits) => splits.len(),
        }
    }

    /// Reads the changes in order: snapshot by snapshot, and within one, bucket by bucket.
    ///
    /// Shape: every batch has the schema of [`ChangesPlan::fields`]. Memory: a few batches for each of a few splits.
    pub fn stream(&self) -> Result<RecordBatchStream> {
        let context = Arc::new(ReadContext::new(&self.table, Arc::clone(&self.schema)));
        let batches = match &self.work {
            Work::Rows(splits) => self.rows(&context, splits.clone()),
            Work::Diff(splits) => diff_rows::read(&context, splits.clone(), &self.columns),
        };
        let columns = self.columns.clone();
        let is_keyed = self.schema.is_primary_key_table();
        let finished = batches.map(move |batch| columns.finish(&batch?, is_keyed));
        let finished = finished.try_filter(|batch| futures::future::ready(batch.num_rows() > 0)).boxed();
        Ok(RecordBatchStream::new(self.columns.arrow_schema(), finished).limited(self.limit))
    }

    /// What of the filter the planning of files may use.
    fn pushed(&self) -> Option<Predicate> {
        self.columns.pushed(&self.schema)
    }

    fn rows(
        &self,
        context: &Arc<ReadContext>,
        splits: Vec<Split>,
    ) -> BoxStream<'static, Result<arrow_array::RecordBatch>> {
        let read = Arc::new(KindsRead {
            plan: ReadPlan { projection: self.columns.read_places(), predicate: self.pushed(), ..ReadPlan::default() },
            // Columns of a row are put together; other rows stay as they are in their files.
            merge: self.schema.evolves_columns(),
            sequence_number: self.sequence_number(),
        });
        read_splits(context, splits, read)
    }

    fn sequence_number(&self) -> bool {
        self.columns.shows_sequence_number()
    }
}

fn no_diff(table: &Table) -> Error {
    let message = "two states of a table with data-evolution.enabled=true cannot be compared: Paimon defines no difference for \
                   rows whose columns are in several files, and its own reader of such tables takes no differences; read what \
                   the snapshots added (mode delta)";
    Error::unsupported(message).at(table.name())
}

/// The rows of the splits one after the other, a few splits opened ahead.
pub(crate) fn read_splits(
    context: &Arc<ReadContext>,
    splits: Vec<Split>,
    read: Arc<KindsRead>,
) -> BoxStream<'static, Result<arrow_array::RecordBatch>> {
    let context = Arc::clone(context);
    let open = move |split: Split| {
        let (context, read) = (Arc::clone(&context), Arc::clone(&read));
        async move {
            let streams = read_with_kinds(&context, split, &read).await?;
            Ok::<_, Error>(stream::iter(streams).flatten())
        }
    };
    stream::iter(splits).map(open).buffered(SPLITS_AHEAD).try_flatten().boxed()
}

#[cfg(test)]
mod tests;

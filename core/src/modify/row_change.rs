//! A change of rows, apart from how a table stores it.

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;

use super::{append_rows, keyed_rows};
use crate::{
    error::{ErrorKind, Result},
    predicate::Predicate,
    table::Table,
};

/// Plans of one change that may come to nothing because somebody else rewrote the files first.
const MOST_PLANS: u32 = 10;

/// What a change of rows did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeReport {
    /// Rows deleted.
    pub deleted_rows: u64,
    /// Rows updated.
    pub updated_rows: u64,
    /// Rows that are new.
    pub inserted_rows: u64,
    /// Data files of an append table with rows that change.
    pub touched_files: u64,
    /// Those of them that were taken away because no row of them is left.
    pub dropped_files: u64,
    /// Those that were rewritten without the old rows.
    pub rewritten_files: u64,
    /// Data files written.
    pub new_files: u64,
    /// The snapshot made; `None` where no row changes, and for a dry run.
    pub snapshot_id: Option<i64>,
}

impl ChangeReport {
    /// Rows that change in any way.
    pub fn rows(&self) -> u64 {
        self.deleted_rows + self.updated_rows + self.inserted_rows
    }
}

/// What becomes of the rows of a batch; a row is in at most one of both.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) delete: BooleanBuffer,
    pub(super) update: BooleanBuffer,
}

impl Decision {
    /// Deletes the rows of the mask.
    pub(super) fn delete(mask: BooleanBuffer) -> Self {
        Decision { update: BooleanBuffer::new_unset(mask.len()), delete: mask }
    }

    /// Updates the rows of the mask.
    pub(super) fn update(mask: BooleanBuffer) -> Self {
        Decision { delete: BooleanBuffer::new_unset(mask.len()), update: mask }
    }
}

/// Decides row by row what changes. Rows may be shown twice, and again after [`RowChange::restart`]: the answers must be
/// the same.
pub(super) trait RowChange: Send {
    /// SQL operation that the snapshot tells of.
    fn operation(&self) -> &'static str;

    /// Rows outside of it never change.
    fn filter(&self) -> Predicate;

    /// Columns that [`RowChange::decide`] looks at.
    fn deciding_columns(&self) -> Vec<String>;

    /// What becomes of rows; the batch has the deciding columns, maybe more, under their names.
    fn decide(&mut self, rows: &RecordBatch) -> Result<Decision>;

    /// The new form of rows that are to be updated; both have all columns of the table.
    fn update(&mut self, rows: &RecordBatch) -> Result<RecordBatch>;

    /// Rows that are new, once all rows there were shown.
    fn inserts(&mut self) -> Result<Vec<RecordBatch>> {
        Ok(Vec::new())
    }

    /// Forgets what it was shown.
    fn restart(&mut self) {}
}

/// Applies a change and commits it; `dry_run` only counts.
pub(super) async fn run(table: &Table, change: &mut dyn RowChange, dry_run: bool) -> Result<ChangeReport> {
    let mut plans = 1;
    loop {
        change.restart();
        let done = match table.schema().is_primary_key_table() {
            true => keyed_rows::run(table, change, dry_run).await,
            false => append_rows::run(table, change, dry_run).await,
        };
        match done {
            Err(error) if error.kind() == ErrorKind::Conflict && plans < MOST_PLANS => plans += 1,
            done => return done,
        }
    }
}

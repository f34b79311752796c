//! Reads that show what a row does: changes, and states with the kinds of their rows.

use std::sync::Arc;

use super::{
    context::{ReadContext, ReadPlan},
    file::{Part, SplitFiles},
    raw::{self, Deletes},
    shape::Shape,
    tasks::{Batches, split_tasks},
};
use crate::{
    error::Result,
    scan::Split,
    spec::table_schema::{sequence_number_field, value_kind_field},
};

/// Which rows of the files are read, and what is told of them.
#[derive(Clone, Debug, Default)]
pub struct KindsRead {
    /// Columns and rows. The filter is asked of single rows, after merging.
    pub plan: ReadPlan,
    /// Merges the rows of a key, as reads of a state do; otherwise every row of the files is a row of the result.
    pub merge: bool,
    /// Puts `_SEQUENCE_NUMBER` before the columns (of a table with a primary key).
    pub sequence_number: bool,
}

/// The rows of a split, -U and -D included, as streams that give them in order.
///
/// Shape: `_VALUE_KIND` (only of a table with a primary key; all others have only +I), `_SEQUENCE_NUMBER` where asked
/// for, then the columns of the plan. Errors: as [`super::tasks()`].
pub async fn read_with_kinds(context: &Arc<ReadContext>, split: Split, read: &KindsRead) -> Result<Vec<Batches>> {
    let mut lead = Vec::new();
    if context.schema.is_primary_key_table() {
        lead.push(value_kind_field());
    }
    if read.sequence_number {
        lead.push(sequence_number_field());
    }
    let shape = Arc::new(Shape::with_kinds(&context.schema, &read.plan, &lead)?);
    if read.merge {
        return split_tasks(context, split, &shape, false).await;
    }
    let files = SplitFiles::new(context, &split);
    let read = |file| raw::read(&files, file, Part::default(), Deletes::AsCounted, &shape);
    Ok(split.files.into_iter().map(read).collect())
}

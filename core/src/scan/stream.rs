//! Reads the splits of a plan, side by side, in order.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::{StreamExt, stream::BoxStream};

use super::{Plan, Split};
use crate::{
    error::Result,
    io::concat_ordered,
    read::{self, ReadContext, ReadPlan, Wanted},
    table::Table,
    types,
};

/// Rows of a scan, as batches of one schema.
pub struct RecordBatchStream {
    schema: SchemaRef,
    batches: BoxStream<'static, Result<RecordBatch>>,
}

impl RecordBatchStream {
    /// Batches that all have `schema`.
    pub(crate) fn new(schema: SchemaRef, batches: BoxStream<'static, Result<RecordBatch>>) -> Self {
        RecordBatchStream { schema, batches }
    }

    /// At most so many rows.
    pub(crate) fn limited(self, rows: Option<usize>) -> Self {
        match rows {
            Some(rows) => RecordBatchStream { batches: take_rows(self.batches, rows), ..self },
            None => self,
        }
    }

    /// Schema of every batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next batch, `None` at the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch>> {
        self.batches.next().await
    }

    /// All rows in memory; for small results and tests.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await {
            batches.push(batch?);
        }
        Ok(batches)
    }

    /// The batches as a plain stream.
    pub fn into_stream(self) -> BoxStream<'static, Result<RecordBatch>> {
        self.batches
    }
}

impl std::fmt::Debug for RecordBatchStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordBatchStream").field("schema", &self.schema).finish_non_exhaustive()
    }
}

pub(super) async fn start(table: &Table, plan: &Plan) -> Result<RecordBatchStream> {
    let mut tasks = tasks_of(plan).await?;
    if let Some(other) = &plan.other_branch {
        tasks.extend(tasks_of(other).await?);
    }
    // Merges run many files and tasks of their own each; files read alone wait for the store in turns.
    let merges =
        |plan: &Plan| plan.schema.is_primary_key_table() && plan.splits.iter().any(|split| !split.raw_convertible);
    let merges = merges(plan) || plan.other_branch.as_deref().is_some_and(merges);
    let batches = concat_ordered(
        table.runtime().clone(),
        if merges { 1 } else { 2 },
        RecordBatch::get_array_memory_size,
        tasks.into_iter(),
    );
    Ok(RecordBatchStream::new(types::arrow::schema(&plan.fields()), batches).limited(plan.limit))
}

async fn tasks_of(plan: &Plan) -> Result<Vec<BoxStream<'static, Result<RecordBatch>>>> {
    let context = ReadContext::new(&plan.table, plan.schema.clone()).with_counters(plan.counters.clone());
    let rows = |rows: Option<usize>| rows.and_then(|rows| u64::try_from(rows).ok());
    let wanted = Wanted { limit: rows(plan.limit), first_rows: rows(plan.first_rows) };
    tasks_in(plan, Arc::new(context), splits_for(plan, wanted.limit), wanted).await
}

async fn tasks_in(
    plan: &Plan,
    context: Arc<ReadContext>,
    splits: Vec<Split>,
    wanted: Wanted,
) -> Result<Vec<BoxStream<'static, Result<RecordBatch>>>> {
    let read_plan = ReadPlan { projection: plan.projection.clone(), predicate: plan.predicate.clone(), wanted };
    read::tasks(&context, splits, Arc::new(read_plan)).await
}

/// Some splits of a plan, in order, the first `soon` rows before others.
pub(super) async fn read_splits(
    plan: &Plan,
    context: Arc<ReadContext>,
    splits: Vec<Split>,
    soon: u64,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let runtime = plan.table.runtime().clone();
    let merges = plan.schema.is_primary_key_table() && splits.iter().any(|split| !split.raw_convertible);
    let tasks = tasks_in(plan, context, splits, Wanted { limit: None, first_rows: Some(soon) }).await?;
    let ahead = if merges { 1 } else { 2 };
    Ok(concat_ordered(runtime, ahead, RecordBatch::get_array_memory_size, tasks.into_iter()))
}

/// The splits that give the first `limit` rows, as far as row counts tell.
fn splits_for(plan: &Plan, limit: Option<u64>) -> Vec<Split> {
    let Some(limit) = limit else { return plan.splits.clone() };
    let mut rows = 0u64;
    let enough = |split: &&Split| {
        let goes_on = rows < limit;
        rows = rows.saturating_add(sure_rows(plan, split));
        goes_on
    };
    plan.splits.iter().take_while(enough).cloned().collect()
}

/// Rows that a split gives at least.
fn sure_rows(plan: &Plan, split: &Split) -> u64 {
    let whole = split.files.iter().filter(|file| !split.deletions.contains_key(&file.file_name));
    whole.filter_map(|file| plan.rows_of_file(split, file)).sum()
}

/// The first `limit` rows; stops reading once it has them.
fn take_rows(
    batches: BoxStream<'static, Result<RecordBatch>>,
    limit: usize,
) -> BoxStream<'static, Result<RecordBatch>> {
    batches
        .scan(limit, |left, batch| {
            let cut = match batch {
                _ if *left == 0 => None,
                Ok(batch) => {
                    let rows = batch.num_rows().min(*left);
                    *left -= rows;
                    Some(Ok(batch.slice(0, rows)))
                }
                Err(error) => Some(Err(error)),
            };
            async move { cut }
        })
        .boxed()
}

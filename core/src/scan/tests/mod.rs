//! Skipping never loses a row: a filtered scan gives what filtering a full scan gives.

mod deleted;
mod indexed;
mod random;

use arrow_array::RecordBatch;
use arrow_select::{concat::concat_batches, filter::filter_record_batch};

use super::Plan;
use crate::{error::Result, table::Table, types};

/// Plans and reads a filtered scan; rows as lines of text, in their order.
async fn filtered(table: &Table, filter: &str) -> Result<(Plan, Vec<String>)> {
    let plan = table.scan().filter_text(filter).plan().await?;
    let schema = types::arrow::schema(&plan.fields());
    let batches = plan.stream().await?.collect().await?;
    Ok((plan, lines(&concat_batches(&schema, &batches)?)))
}

/// What the filter leaves of a full scan.
async fn expected(table: &Table, filter: &str) -> Result<Vec<String>> {
    let stream = table.scan().stream().await?;
    let schema = stream.schema().clone();
    let all = concat_batches(&schema, &stream.collect().await?)?;
    let mask = crate::predicate::parse(filter, &table.schema().fields)?.evaluate(&all)?;
    Ok(lines(&filter_record_batch(&all, &mask)?))
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    (0..batch.num_rows()).map(|row| format!("{:?}", batch.slice(row, 1).columns())).collect()
}

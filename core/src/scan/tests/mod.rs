//! Skipping never loses a row: a filtered scan gives what filtering a full scan gives.

mod deleted;
mod indexed;
mod random;

use arrow_array::RecordBatch;
use arrow_select::{concat::concat_batches, filter::filter_record_batch};

use super::{Explain, Plan};
use crate::{error::Result, table::Table, types};

/// Plans and reads a filtered scan; rows as lines of text, in their order.
async fn filtered(table: &Table, filter: &str) -> Result<(Plan, Vec<String>)> {
    let plan = table.scan().filter_text(filter).plan().await?;
    assert_goes_on(&plan.explain, filter);
    let schema = types::arrow::schema(&plan.fields());
    let batches = plan.stream().await?.collect().await?;
    Ok((plan, lines(&concat_batches(&schema, &batches)?)))
}

/// Each step begins with what the one before left, files and bytes, and the last one leaves what is read.
fn assert_goes_on(explain: &Explain, filter: &str) {
    let of_files: Vec<_> = explain.steps.iter().filter(|step| step.unit != "manifests").collect();
    for pair in of_files.windows(2) {
        let [before, after] = pair else { continue };
        assert_eq!((after.total, after.total_bytes), (before.kept, before.kept_bytes), "{filter}: {explain:?}");
    }
    for step in &explain.steps {
        assert!(step.kept_bytes.is_some() && step.kept_bytes <= step.total_bytes, "{filter}: {step:?}");
        assert_eq!(step.kept_bytes == Some(0), step.kept == 0, "{filter}: {step:?}");
    }
    let left = of_files.last().map(|step| (step.kept, step.kept_bytes));
    assert_eq!(left, Some((explain.files, Some(explain.bytes))), "{filter}: {explain:?}");
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

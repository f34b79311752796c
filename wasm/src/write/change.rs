//! Changes of a table without rows from outside: updates and deletes by filter, truncates, compactions.

use cenote_core::{
    Error, Result,
    compact::{self, BucketReport, CompactOptions, CompactReport},
    modify::{Assignment, delete_where, truncate, update_where},
    predicate::{self, Predicate},
    table::Table as CoreTable,
    types::DataField,
};
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    error::to_js,
    json::{Long, from_text, to_text},
    opened,
    table::Table,
};

/// A change that JavaScript asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "camelCase")]
enum Change {
    #[serde(rename_all = "camelCase")]
    DeleteWhere { filter: String, dry_run: Option<bool> },
    #[serde(rename_all = "camelCase")]
    Update { set: Vec<(String, String)>, filter: String, dry_run: Option<bool> },
    #[serde(rename_all = "camelCase")]
    Truncate { dry_run: Option<bool> },
    #[serde(rename_all = "camelCase")]
    Compact { full: Option<bool>, partitions: Option<String>, dry_run: Option<bool> },
}

/// What was done to rows.
#[derive(Serialize)]
struct Changed {
    /// The snapshot; `null` where no row changes, and for a dry run.
    snapshot: Option<Long>,
    rows: Long,
}

#[derive(Serialize)]
struct Truncated {
    snapshot: Option<Long>,
    rows: Long,
    files: Long,
    partitions: Long,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compacted {
    snapshot: Option<Long>,
    buckets_seen: usize,
    buckets: Vec<CompactedBucket>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompactedBucket {
    path: String,
    runs_before: usize,
    files_in: usize,
    bytes_in: Long,
    files_out: usize,
    bytes_out: Long,
    output_level: i32,
}

#[wasm_bindgen]
impl Table {
    /// Changes the table as the JSON says, in one commit, and answers what was done as JSON.
    ///
    /// A cancelled call has an unknown outcome: the change is made or not made, never half.
    pub async fn change(&self, request: String, aborted: Option<Promise>) -> Result<String, JsValue> {
        let opened = self.plain("change").map_err(|error| to_js(&error))?;
        let done = abortable(aborted, async move {
            let request: Change = from_text(&request)?;
            let table = opened.latest_schema().await?;
            run(&table, request).await
        })
        .await;
        opened::note_commit();
        done
    }
}

async fn run(table: &CoreTable, request: Change) -> Result<String> {
    match request {
        Change::DeleteWhere { filter, dry_run } => {
            let filter = parse(&filter, &table.schema().fields)?;
            let report = delete_where(table, filter, dry_run.unwrap_or(false)).await?;
            to_text(&Changed { snapshot: report.snapshot_id.map(Long), rows: Long::from(report.rows) })
        }
        Change::Update { set, filter, dry_run } => {
            let fields = &table.schema().fields;
            let (assignments, filter) = (assignments(&set, fields)?, parse(&filter, fields)?);
            let report = update_where(table, assignments, filter, dry_run.unwrap_or(false)).await?;
            to_text(&Changed { snapshot: report.snapshot_id.map(Long), rows: Long::from(report.updated_rows) })
        }
        Change::Truncate { dry_run } => {
            let report = truncate(table, dry_run.unwrap_or(false)).await?;
            to_text(&Truncated {
                snapshot: report.snapshot_id.map(Long),
                rows: Long::from(report.rows),
                files: Long::from(report.files),
                partitions: Long::from(report.partitions),
            })
        }
        Change::Compact { full, partitions, dry_run } => {
            let partition_fields = table.schema().partition_fields();
            let partitions = partitions.map(|text| parse(&text, &partition_fields)).transpose()?;
            let options = CompactOptions {
                full: full.unwrap_or(false),
                partitions,
                dry_run: dry_run.unwrap_or(false),
                ..CompactOptions::default()
            };
            to_text(&Compacted::from(compact::run(table, &options).await?))
        }
    }
}

/// A filter that must say something: an empty one would mean every row.
fn parse(text: &str, fields: &[DataField]) -> Result<Predicate> {
    if text.trim().is_empty() {
        return Err(Error::invalid("the filter is empty; say true for every row"));
    }
    predicate::parse(text, fields)
}

/// Assignments out of columns and the expressions for them.
///
/// Errors: `Invalid` naming the column, for an expression that holds more than one assignment, too.
fn assignments(set: &[(String, String)], fields: &[DataField]) -> Result<Vec<Assignment>> {
    let one = |(column, expression): &(String, String)| {
        let text = format!("`{}` = {expression}", column.replace('`', "``"));
        match Assignment::parse_list(&text, fields).map_err(|error| error.with("column", column))?.len() {
            1 => Ok(text),
            _ => Err(Error::invalid("expected one expression").with("column", column)),
        }
    };
    let texts = set.iter().map(one).collect::<Result<Vec<_>>>()?;
    if texts.is_empty() {
        return Err(Error::invalid("expected a column to set"));
    }
    // Together they say whether a column is set twice.
    Assignment::parse_list(&texts.join(", "), fields)
}

impl From<CompactReport> for Compacted {
    fn from(report: CompactReport) -> Self {
        let bucket = |bucket: BucketReport| CompactedBucket {
            path: bucket.bucket_path,
            runs_before: bucket.runs_before,
            files_in: bucket.files_in,
            bytes_in: Long(bucket.bytes_in),
            files_out: bucket.files_out,
            bytes_out: Long(bucket.bytes_out),
            output_level: bucket.output_level,
        };
        Compacted {
            snapshot: report.snapshot_id.map(Long),
            buckets_seen: report.buckets_seen,
            buckets: report.buckets.into_iter().map(bucket).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use cenote_core::types::DataType;

    use super::*;

    fn set(pairs: &[(&str, &str)]) -> Result<Vec<Assignment>> {
        let field = |(id, name): (i32, &str)| DataField::new(id, name.to_owned(), "INT".parse::<DataType>().unwrap());
        let fields = [(0, "a"), (1, "b`c")].map(field);
        let pairs: Vec<_> = pairs.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect();
        assignments(&pairs, &fields)
    }

    #[test]
    fn each_column_has_one_expression() {
        let columns = |set: &[Assignment]| set.iter().map(|one| one.column().to_owned()).collect::<Vec<_>>();
        assert_eq!(columns(&set(&[("b`c", "a + 1"), ("a", "2")]).unwrap()), ["b`c", "a"]);
        for wrong in [&[("a", "1, `b``c` = 2")][..], &[("d", "1")], &[("a", "")], &[("a", "1"), ("A", "2")], &[]] {
            let error = set(wrong).unwrap_err();
            assert_eq!(error.kind().as_str(), "invalid", "{wrong:?}: {error}");
        }
        assert_eq!(set(&[("a", "nonsense")]).unwrap_err().detail("column"), Some("a"));
    }
}

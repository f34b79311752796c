//! Changes of a table without rows from outside: deletes by filter, compactions.

use cenote_core::{
    Error, Result,
    compact::{self, BucketReport, CompactOptions, CompactReport},
    modify::delete_where,
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
    Compact { full: Option<bool>, partitions: Option<String>, dry_run: Option<bool> },
}

#[derive(Serialize)]
struct Deleted {
    snapshot: Option<Long>,
    rows: Long,
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
            to_text(&Deleted { snapshot: report.snapshot_id.map(Long), rows: Long::from(report.rows) })
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

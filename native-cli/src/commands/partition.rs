//! `cenote partition …`, and `--partition column=value` as a filter.

use std::time::Duration;

use cenote_core::{
    maintain::partition_expire::{PartitionExpireOptions, expire_partitions},
    modify,
    predicate::{self, Column, CompareOp, Predicate},
    spec::table_schema::TableSchema,
    table::Table,
    types::datum_text,
};
use serde_json::json;

use super::{expire::after_commit, report};
use crate::{
    cli::{Age, KeyValue, PartitionCommand, PartitionSpec, ReportArgs},
    error::{Failure, Result},
    notice::notice,
    session::Session,
};

/// Takes partitions away, the named ones or those that are too old.
pub(super) async fn run(session: &Session, command: PartitionCommand) -> Result<()> {
    let (table, mut partitions, partition, report) = match command {
        PartitionCommand::Drop { table, partitions, partition, report } => (table, partitions, partition, report),
        PartitionCommand::Expire { table, older_than, pattern, formatter, report } => {
            let table = session.table(&table.table).await?;
            return expire(&table, older_than, (pattern, formatter), report).await;
        }
    };
    if !partition.is_empty() {
        partitions.push(PartitionSpec(partition));
    }
    let table = session.table(&table.table).await?;
    let pairs = |value: KeyValue| (value.key, value.value);
    let specs: Vec<Vec<(String, String)>> =
        partitions.into_iter().map(|spec| spec.0.into_iter().map(pairs).collect()).collect();
    let done = modify::drop_partitions(&table, &specs, report.dry_run).await;
    let done = done.map_err(|error| Failure::argument("PARTITION", error))?;
    if done.snapshot_id.is_some() {
        after_commit(&table).await;
    }
    report::truncate(&table, &done, report)
}

async fn expire(
    table: &Table,
    older_than: Option<Age>,
    (pattern, formatter): (Option<String>, Option<String>),
    report: ReportArgs,
) -> Result<()> {
    let age = older_than.map(|age| Duration::from_millis(age.millis.unsigned_abs()));
    let Some(age) = age.or(table.options().partition_expiration_time) else {
        return Err(Failure::usage("expected --older-than: the table has no partition.expiration-time"));
    };
    let mut options = PartitionExpireOptions::older_than(table, age)?;
    options.by_values |= pattern.is_some() || formatter.is_some();
    options.pattern = pattern.or(options.pattern);
    options.formatter = formatter.or(options.formatter);
    options.dry_run = report.dry_run;
    let done = expire_partitions(table, &options).await?;
    let verb = if report.dry_run { "would drop" } else { "dropped" };
    notice(&format!("{verb} {} partitions of {}", done.partitions.len(), table.name()));
    if let Some(first) = done.unclear.first() {
        let count = done.unclear.len();
        notice(&format!(
            "{count} partitions stay, whose values are no time, such as {first}: pass --pattern or --formatter"
        ));
    }
    if !done.snapshots.is_empty() {
        after_commit(table).await;
    }
    super::expire::print(report, json!(done))
}

/// The partitions that `--where` or `--partition` chooses; `None` for all.
pub(super) fn chosen(schema: &TableSchema, condition: Option<&str>, values: &[KeyValue]) -> Result<Option<Predicate>> {
    let Some(text) = condition else { return filter(schema, values) };
    let condition = predicate::parse(text, &schema.partition_fields());
    condition.map(Some).map_err(|error| Failure::argument("--where", error))
}

/// The rows of the partitions with these values; `None` where there are none. Errors: usage, for a column that is no
/// partition column and for a value that is none of its type.
pub(super) fn filter(schema: &TableSchema, values: &[KeyValue]) -> Result<Option<Predicate>> {
    let mut parts = Vec::new();
    for KeyValue { key, value } in values {
        let field = schema.fields.iter().find(|field| field.name == *key && schema.partition_keys.contains(key));
        let Some(field) = field else {
            let known = if schema.partition_keys.is_empty() {
                "the table has no partitions".to_owned()
            } else {
                format!("the table is partitioned by {}", schema.partition_keys.join(", "))
            };
            return Err(Failure::usage(format!("--partition: {key:?} is no partition column; {known}")));
        };
        let literal =
            datum_text::parse(value, &field.data_type).map_err(|error| Failure::argument("--partition", error))?;
        parts.push(Predicate::Compare { column: Column::of(field), op: CompareOp::Eq, literal });
    }
    Ok(match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Predicate::And(parts)),
    })
}

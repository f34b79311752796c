//! `cenote partition …`, and `--partition column=value` as a filter.

use cenote_core::{
    modify,
    predicate::{Column, CompareOp, Predicate},
    spec::table_schema::TableSchema,
    types::datum_text,
};

use super::report;
use crate::{
    cli::{KeyValue, PartitionCommand, PartitionSpec},
    error::{Failure, Result},
    session::Session,
};

/// Takes partitions away.
pub(super) async fn run(session: &Session, command: PartitionCommand) -> Result<()> {
    let PartitionCommand::Drop { table, mut partitions, partition, report } = command;
    if !partition.is_empty() {
        partitions.push(PartitionSpec(partition));
    }
    let table = session.table(&table.table).await?;
    let pairs = |value: KeyValue| (value.key, value.value);
    let specs: Vec<Vec<(String, String)>> =
        partitions.into_iter().map(|spec| spec.0.into_iter().map(pairs).collect()).collect();
    let done = modify::drop_partitions(&table, &specs, report.dry_run).await;
    let done = done.map_err(|error| Failure::argument("PARTITION", error))?;
    report::truncate(&table, &done, report)
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

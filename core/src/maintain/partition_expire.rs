//! Partitions that are too old are dropped (Java `NormalPartitionExpire`, format digest 15.6).

mod time;

use std::collections::HashMap;

use futures::future::BoxFuture;
use serde::Serialize;

use crate::{
    error::{Error, Result},
    modify,
    scan::live_files,
    spec::{java_text, layout},
    table::Table,
    types::DatumRow,
};

/// Which partitions go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionExpireOptions {
    /// A partition goes once its time is before this, local wall clock in milliseconds as if UTC.
    pub older_than_wall_clock: i64,
    /// Partitions that go in one run.
    pub max_num: usize,
    /// By the values of the partition columns (`values-time`), or by the creation of the last file (`update-time`).
    pub by_values: bool,
    /// `partition.timestamp-pattern`.
    pub pattern: Option<String>,
    /// `partition.timestamp-formatter`.
    pub formatter: Option<String>,
    /// Say what would go.
    pub dry_run: bool,
}

impl PartitionExpireOptions {
    /// What the options of the table say, now; `None` where partitions do not expire.
    ///
    /// Errors: `Invalid` for an unknown strategy.
    pub fn of(table: &Table) -> Result<Option<Self>> {
        let options = table.options();
        match options.partition_expiration_time {
            Some(age) => Self::older_than(table, age).map(Some),
            None => Ok(None),
        }
    }

    /// Partitions older than `age`, by the options of the table otherwise. Errors: `Invalid` for an unknown strategy.
    pub fn older_than(table: &Table, age: std::time::Duration) -> Result<Self> {
        let options = table.options();
        let strategy = options.partition_expiration_strategy.as_str();
        if !matches!(strategy, "values-time" | "update-time") {
            let message = format!(
                "option partition.expiration-strategy: expected values-time or update-time, found {strategy:?}"
            );
            return Err(Error::invalid(message).at(table.name()));
        }
        let now = table.runtime().now_millis();
        let wall_clock = now.saturating_add(table.runtime().local_offset_millis(now));
        Ok(PartitionExpireOptions {
            older_than_wall_clock: wall_clock.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)),
            max_num: options.partition_expiration_max_num,
            by_values: strategy == "values-time",
            pattern: options.partition_timestamp_pattern.clone(),
            formatter: options.partition_timestamp_formatter.clone(),
            dry_run: false,
        })
    }
}

/// What an expiry of partitions did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PartitionExpireReport {
    /// Partitions that went, as `k1=v1/k2=v2`.
    pub partitions: Vec<String>,
    /// Partitions whose time cannot be told from their values: they stay.
    pub unclear: Vec<String>,
    /// Snapshots made.
    pub snapshots: Vec<i64>,
}

/// Drops partitions that are too old, in commits of `partition.expiration-batch-size`.
///
/// Errors: `Invalid` for a table without partitions and for a formatter that no time can be told by; those of
/// [`modify::drop_partitions`].
pub fn expire_partitions<'a>(
    table: &'a Table,
    options: &'a PartitionExpireOptions,
) -> BoxFuture<'a, Result<PartitionExpireReport>> {
    Box::pin(expire(table, options))
}

async fn expire(table: &Table, options: &PartitionExpireOptions) -> Result<PartitionExpireReport> {
    let fields = table.schema().partition_fields();
    if fields.is_empty() {
        return Err(Error::invalid("the table has no partitions to expire").at(table.name()));
    }
    let times = time::Extractor::new(options.pattern.as_deref(), options.formatter.as_deref())?;
    let mut report = PartitionExpireReport::default();
    let mut old = Vec::new();
    for (values, updated) in partitions(table).await? {
        let names = values.iter().map(|value| value.as_ref().map(java_text::to_string)).collect::<Vec<_>>();
        let time = if options.by_values {
            let keys = table.schema().partition_keys.iter().map(String::as_str);
            times.time(&keys.zip(names.iter().map(Option::as_deref)).collect::<Vec<_>>())
        } else {
            updated
        };
        match time {
            Some(time) if time < options.older_than_wall_clock => {
                let shown = names
                    .into_iter()
                    .map(|name| name.unwrap_or_else(|| table.options().partition_default_name.clone()));
                old.push((shown.collect::<Vec<_>>().join(","), values));
            }
            Some(_) => {}
            None => report.unclear.push(layout::partition_name(&fields, &values, table.options())),
        }
    }
    // Java takes the least texts first.
    old.sort_by(|(a, _), (b, _)| a.cmp(b));
    old.truncate(options.max_num);
    let values: Vec<DatumRow> = old.into_iter().map(|(_, values)| values).collect();
    report.partitions = values.iter().map(|values| layout::partition_name(&fields, values, table.options())).collect();
    if options.dry_run || values.is_empty() {
        return Ok(report);
    }
    let batch = table.options().partition_expiration_batch_size.filter(|size| *size > 0).unwrap_or(usize::MAX);
    for batch in values.chunks(batch.min(values.len())) {
        let filters = batch.iter().map(|values| modify::partition_of_values(table, values)).collect();
        report.snapshots.extend(modify::drop_matching(table, filters).await?);
    }
    Ok(report)
}

/// Each partition with live files, and the wall clock of its last file's creation.
async fn partitions(table: &Table) -> Result<Vec<(DatumRow, Option<i64>)>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Vec::new()) };
    let filter = crate::scan::EntryFilter { without_stats: true, ..Default::default() };
    let mut found: HashMap<_, (DatumRow, Option<i64>)> = HashMap::new();
    for bucket in live_files(table, &snapshot, &filter).await? {
        let created = bucket.files.iter().filter_map(|file| file.creation_time_millis).max();
        let (_, last) = found.entry(bucket.partition).or_insert((bucket.partition_values, None));
        *last = (*last).max(created);
    }
    Ok(found.into_values().collect())
}

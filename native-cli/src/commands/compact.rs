//! `cenote compact`

mod distributed;

use std::{collections::HashSet, time::Duration};

use cenote_core::{
    compact::{self, BucketReport, ClusterBy, CompactOptions, CompactReport, OnProgress, Strategy},
    table::Table,
};

use super::partition;
use crate::{
    cli::CompactArgs,
    error::{Failure, Result},
    notice::notice,
    output::Listing,
    progress::Progress,
    session::Session,
};

/// Rewrites files, or does a part of that.
pub(super) async fn run(session: &Session, args: CompactArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    if let Some(plan) = &args.run_task {
        return distributed::run_task(&table, plan, &args).await;
    }
    if let Some(plan) = &args.commit {
        return distributed::commit(&table, plan, &args.results).await;
    }
    if let Some(file) = &args.plan {
        return distributed::write_plan(&table, &options(&table, &args, &Progress::silent())?, file).await;
    }
    let progress = Progress::start(&format!("compacting {}", table.name()));
    let options = options(&table, &args, &progress)?;
    let report = compact::run(&table, &options).await;
    progress.finish();
    let report = report?;
    notice(&said(&report, args.dry_run));
    if report.snapshot_id.is_some() {
        super::expire::after_compaction(&table).await;
    }
    listing(&report.buckets).print(&args.output)
}

fn options(table: &Table, args: &CompactArgs, progress: &Progress) -> Result<CompactOptions> {
    let bar = progress.clone();
    let millis = |age: crate::cli::Age| Duration::from_millis(u64::try_from(age.millis).unwrap_or(0));
    Ok(CompactOptions {
        full: args.full,
        partitions: partition::chosen(table.schema(), args.filter.as_deref(), &args.partition)?,
        cluster: cluster_by(table, args)?,
        bucket_numbers: (!args.bucket.is_empty()).then(|| args.bucket.iter().copied().collect::<HashSet<_>>()),
        partition_idle_time: args.partition_idle_time.map(millis),
        dry_run: args.dry_run,
        memory_bytes: args.memory.map(|mib| mib.saturating_mul(1 << 20)),
        parallelism: args.parallelism,
        progress: Some(OnProgress::new(move |now| {
            bar.expect_bytes(now.bytes_total);
            bar.reach_bytes(now.bytes_done);
            bar.say(format!("{} of {} tasks", now.tasks_done, now.tasks_total));
        })),
        ..CompactOptions::default()
    })
}

fn said(report: &CompactReport, is_dry: bool) -> String {
    let (touched, seen) = (report.buckets.len(), report.buckets_seen);
    let sum = |get: fn(&BucketReport) -> i64| report.buckets.iter().map(get).sum::<i64>();
    let (files, bytes) = (report.buckets.iter().map(|bucket| bucket.files_in).sum::<usize>(), sum(|b| b.bytes_in));
    let most = |get: fn(&BucketReport) -> usize| report.buckets.iter().map(get).max().unwrap_or(0);
    let overlap = format!("overlap {} -> {}", most(|b| b.overlap_before), most(|b| b.overlap_after));
    match report.snapshot_id {
        Some(id) => {
            let again = if report.stale > 0 { format!(", {} done again", report.stale) } else { String::new() };
            format!(
                "snapshot {id}: compacted {touched} of {seen} buckets, {files} files, {bytes} bytes, {overlap}{again}"
            )
        }
        None if is_dry && touched > 0 => {
            format!("would compact {touched} of {seen} buckets, {files} files, {bytes} bytes, {overlap}")
        }
        None => format!("nothing to do in {seen} buckets"),
    }
}

/// What to sort by, where that is asked for.
fn cluster_by(table: &Table, args: &CompactArgs) -> Result<Option<ClusterBy>> {
    if args.order_by.is_empty() && args.strategy.is_none() {
        return Ok(None);
    }
    let columns = match args.order_by.as_slice() {
        [] => ClusterBy::of_options(table.options())?.map(|by| by.columns),
        columns => Some(columns.iter().map(|column| column.trim().to_owned()).collect()),
    };
    let message = "--strategy needs --order-by, or a table with the option clustering.columns";
    let columns = columns.ok_or_else(|| Failure::usage(message))?;
    let strategy = Strategy::parse(args.strategy.as_deref().unwrap_or("auto"), columns.len());
    let strategy = strategy.map_err(|error| Failure::argument("--strategy", error))?;
    Ok(Some(ClusterBy { columns, strategy }))
}

fn listing(buckets: &[BucketReport]) -> Listing {
    let integers = |get: fn(&BucketReport) -> i64| buckets.iter().map(get).map(Some);
    let count = |value: usize| i64::try_from(value).ok();
    Listing::new()
        .text("bucket", buckets.iter().map(|bucket| Some(bucket.bucket_path.as_str())))
        .text("reason", buckets.iter().map(|bucket| Some(bucket.reason.name())))
        .integer("runs_before", buckets.iter().map(|bucket| count(bucket.runs_before)))
        .integer("runs_after", buckets.iter().map(|bucket| count(bucket.runs_after)))
        .integer("overlap_before", buckets.iter().map(|bucket| count(bucket.overlap_before)))
        .integer("overlap_after", buckets.iter().map(|bucket| count(bucket.overlap_after)))
        .integer("files_in", buckets.iter().map(|bucket| count(bucket.files_in)))
        .integer("bytes_in", integers(|bucket| bucket.bytes_in))
        .integer("files_out", buckets.iter().map(|bucket| count(bucket.files_out)))
        .integer("bytes_out", integers(|bucket| bucket.bytes_out))
        .integer("level", integers(|bucket| bucket.output_level.into()))
}

//! `cenote compact`

use cenote_core::{
    compact::{self, BucketReport, ClusterBy, CompactOptions, Strategy},
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

/// Rewrites files.
pub(super) async fn run(session: &Session, args: CompactArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let partitions = partition::filter(table.schema(), &args.partition)?;
    let cluster = cluster_by(&table, &args)?;
    let (full, dry_run) = (args.full, args.dry_run);
    let options = CompactOptions { full, partitions, cluster, dry_run, ..CompactOptions::default() };
    let progress = Progress::start(&format!("compacting {}", table.name()));
    let report = compact::run(&table, &options).await?;
    progress.finish();
    let (touched, seen) = (report.buckets.len(), report.buckets_seen);
    notice(&match report.snapshot_id {
        Some(id) => format!("snapshot {id}: compacted {touched} of {seen} buckets"),
        None if args.dry_run => format!("would compact {touched} of {seen} buckets"),
        None => format!("nothing to do in {seen} buckets"),
    });
    if report.snapshot_id.is_some() {
        super::expire::after_commit(&table).await;
    }
    listing(&report.buckets).print(&args.output)
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
        .integer("files_in", buckets.iter().map(|bucket| count(bucket.files_in)))
        .integer("bytes_in", integers(|bucket| bucket.bytes_in))
        .integer("files_out", buckets.iter().map(|bucket| count(bucket.files_out)))
        .integer("bytes_out", integers(|bucket| bucket.bytes_out))
        .integer("level", integers(|bucket| bucket.output_level.into()))
}

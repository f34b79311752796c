//! `cenote rescale`

use cenote_core::{
    compact::{self, PartitionReport, RescaleOptions},
    spec::options::Bucket,
    table::Table,
};

use super::partition;
use crate::{cli::RescaleArgs, error::Result, notice::notice, output::Listing, progress::Progress, session::Session};

/// Gives partitions another number of buckets.
pub(super) async fn run(session: &Session, args: RescaleArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let partitions = partition::chosen(table.schema(), args.filter.as_deref(), &args.partition)?;
    let options = RescaleOptions { buckets: args.buckets, partitions, dry_run: args.dry_run };
    let progress = Progress::start(&format!("rescaling {}", table.name()));
    let report = compact::rescale(&table, &options).await?;
    progress.finish();
    let (changed, same) = (report.partitions.len(), report.unchanged);
    let as_they_are = if same > 0 { format!("; {same} have the number already") } else { String::new() };
    notice(&match report.snapshot_id {
        Some(id) => format!("snapshot {id}: rescaled {changed} partitions of {}{as_they_are}", table.name()),
        None if args.dry_run => format!("would rescale {changed} partitions of {}{as_they_are}", table.name()),
        None => format!("nothing to rescale in {}{as_they_are}", table.name()),
    });
    warn_of_other_buckets(&table, &report.partitions);
    listing(&report.partitions).print(&args.output)
}

/// Writers take the number from the table, and refuse partitions of another.
fn warn_of_other_buckets(table: &Table, partitions: &[PartitionReport]) {
    if let (Bucket::Fixed(own), Some(first)) = (table.options().bucket, partitions.first())
        && own != first.buckets_after
    {
        notice(&format!(
            "the table has bucket={own}: these partitions can be written to after `cenote table alter {} \"SET ('bucket' = \
             '{}')\"`",
            table.name(),
            first.buckets_after
        ));
    }
}

fn listing(partitions: &[PartitionReport]) -> Listing {
    let integers = |get: fn(&PartitionReport) -> i64| partitions.iter().map(get).map(Some);
    let count = |value: usize| i64::try_from(value).ok();
    Listing::new()
        .text("partition", partitions.iter().map(|partition| Some(partition.partition.as_str())))
        .integer("buckets_before", integers(|partition| partition.buckets_before.into()))
        .integer("buckets_after", integers(|partition| partition.buckets_after.into()))
        .integer("rows", integers(|partition| partition.rows))
        .integer("files_in", partitions.iter().map(|partition| count(partition.files_in)))
        .integer("bytes_in", integers(|partition| partition.bytes_in))
        .integer("files_out", partitions.iter().map(|partition| count(partition.files_out)))
        .integer("bytes_out", integers(|partition| partition.bytes_out))
}

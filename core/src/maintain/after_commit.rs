//! What a committer does for the table after its commit (Java `TableCommitImpl.maintain`): tags, partitions, consumers,
//! then snapshots.

use futures::future::BoxFuture;

use super::{
    auto_tag::{self, AutoTags},
    consumers,
    expire::{self, ChangelogReport, ExpireOptions, ExpireReport},
    partition_expire::{self, PartitionExpireOptions, PartitionExpireReport},
    tags::{self, TagReport},
};
use crate::{error::Result, table::Table};

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Tags made and thinned out.
    pub auto_tags: AutoTags,
    /// Tags whose time was over.
    pub expired_tags: Vec<TagReport>,
    /// Partitions dropped.
    pub partitions: PartitionExpireReport,
    /// Consumers forgotten.
    pub consumers: Vec<String>,
    /// Snapshots expired.
    pub snapshots: ExpireReport,
    /// Changelogs expired.
    pub changelogs: ChangelogReport,
}

/// Does what the options of the table ask for after a commit of a batch job; nothing for `write-only` tables.
///
/// Takes two or three small reads where nothing is due. Partitions are looked at where
/// `partition.expiration-check-interval` is 0 or `end-input.check-partition-expire` is set: a job that ends at once does
/// not live to see an interval pass, as in Java.
///
/// Errors: those of the steps, the first that fails. The commit itself stays.
pub fn after_commit(table: &Table) -> BoxFuture<'_, Result<Maintained>> {
    if table.options().write_only {
        return Box::pin(async { Ok(Maintained::default()) });
    }
    Box::pin(maintain(table))
}

/// The same after a compaction, which is the job that `write-only` tables leave all of this to (Java `CompactAction`).
pub fn after_compaction(table: &Table) -> BoxFuture<'_, Result<Maintained>> {
    Box::pin(maintain(table))
}

async fn maintain(table: &Table) -> Result<Maintained> {
    let mut done = Maintained::default();
    let options = table.options();
    if !table.storage().can_list() {
        return Ok(done);
    }
    done.auto_tags = auto_tag::run(table).await?;
    if options.tag_time_expire_enabled {
        done.expired_tags = tags::expire(table, None, false).await?;
    }
    let looks_at_partitions =
        options.partition_expiration_check_interval.is_zero() || options.end_input_check_partition_expire;
    if looks_at_partitions
        && !table.schema().partition_keys.is_empty()
        && let Some(expiration) = PartitionExpireOptions::of(table)?
    {
        done.partitions = partition_expire::expire_partitions(table, &expiration).await?;
    }
    // Consumers first: they hold snapshots back.
    if let Some(age) = options.consumer_expiration_time {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let older_than = table.runtime().now_millis().saturating_sub(age);
        done.consumers = consumers::expire(table, older_than, false).await?;
    }
    done.snapshots = expire::expire_snapshots(table, &ExpireOptions::of(table)).await?;
    if expire::keeps_changelogs(table) {
        done.changelogs = expire::expire_changelogs(table, &ExpireOptions::of_changelogs(table)).await?;
    }
    Ok(done)
}

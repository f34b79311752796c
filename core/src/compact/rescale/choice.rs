//! Which partitions have another number of buckets than they shall have.

use std::collections::HashSet;

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::{BucketFiles, EntryFilter, check_readable, live_files},
    spec::{binary_row::BinaryRow, snapshot::Snapshot},
    table::Table,
};

/// Partitions to rescale.
pub(super) struct Chosen {
    /// The state that is looked at.
    pub(super) snapshot: Snapshot,
    /// The filter that partitions were looked for with.
    pub(super) filter: Option<Predicate>,
    /// Their real buckets, partition by partition.
    pub(super) buckets: Vec<BucketFiles>,
    /// Partitions that match and have the number already.
    pub(super) unchanged: usize,
}

impl Chosen {
    /// The partitions.
    pub(super) fn partitions(&self) -> HashSet<BinaryRow> {
        self.buckets.iter().map(|bucket| bucket.partition.clone()).collect()
    }
}

/// Looks at the latest snapshot; `None` where there is none.
///
/// Errors: `Corrupt` for a partition with two numbers of buckets.
pub(super) async fn choose(table: &Table, filter: Option<&Predicate>, buckets: i32) -> Result<Option<Chosen>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(None) };
    check_readable(table, table.schema())?;
    let entries = EntryFilter { partition: filter.cloned(), real_buckets_only: true, ..EntryFilter::default() };
    let mut found = live_files(table, &snapshot, &entries).await?;
    found.sort_by(|a, b| (&a.partition, a.bucket).cmp(&(&b.partition, b.bucket)));
    let mut chosen = Chosen { snapshot, filter: filter.cloned(), buckets: Vec::new(), unchanged: 0 };
    for of_partition in found.chunk_by(|a, b| a.partition == b.partition) {
        let mut counts = of_partition.iter().map(|bucket| bucket.total_buckets);
        let Some(count) = counts.next() else { continue };
        if let Some(other) = counts.find(|other| *other != count) {
            let path = of_partition.first().map_or("", |bucket| &bucket.bucket_path);
            return Err(Error::corrupt(format!("a partition has {count} buckets and {other} buckets")).at(path));
        }
        if count == buckets {
            chosen.unchanged += 1;
        } else {
            chosen.buckets.extend_from_slice(of_partition);
        }
    }
    Ok(Some(chosen))
}

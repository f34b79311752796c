//! What two states do not have in common (Java `SnapshotReaderImpl.readIncrementalDiff`).

use std::collections::{HashMap, HashSet};

use super::files;
use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::{BucketDeletions, BucketFiles, Split, deletion_files, entry_filter, live_files},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, options::Bucket, snapshot::Snapshot},
    table::Table,
};

/// The files of one bucket that only one of two states has.
#[derive(Clone, Debug)]
pub(super) struct DiffSplit {
    /// Those of the earlier state.
    pub(super) before: Split,
    /// Those of the later one.
    pub(super) after: Split,
}

/// The differences between two snapshots, bucket by bucket. Files that both have are left out, whatever their deletion
/// vectors.
///
/// Errors: `Unsupported` where a partition was rewritten with another number of buckets in between.
pub(super) async fn splits_between(
    table: &Table,
    before: Option<&Snapshot>,
    after: &Snapshot,
    pushed: Option<Predicate>,
) -> Result<Vec<DiffSplit>> {
    let filter = entry_filter(table, table.schema(), pushed.as_ref())?;
    let after_files = live_files(table, after, &filter).await?;
    let after_deletions = deletion_files(table, after).await?;
    let (before_files, before_deletions) = match before {
        Some(before) => (live_files(table, before, &filter).await?, deletion_files(table, before).await?),
        None => Default::default(),
    };
    check_not_rescaled(table, &before_files, &after_files)?;
    let before_id = before.map_or(0, |snapshot| snapshot.id);
    let mut earlier: HashMap<Place, BucketFiles> =
        before_files.iter().map(|bucket| (place_of(bucket), bucket.clone())).collect();
    let mut splits = Vec::new();
    for bucket in after_files {
        let place = place_of(&bucket);
        let gone = earlier.remove(&place).unwrap_or_else(|| BucketFiles { files: Vec::new(), ..bucket.clone() });
        let (gone, new) = without_common(gone, bucket);
        splits.push(DiffSplit {
            before: split(gone, before_id, &before_deletions),
            after: split(new, after.id, &after_deletions),
        });
    }
    // Buckets that only the earlier state has, in its order.
    for bucket in before_files.into_iter().filter(|bucket| earlier.contains_key(&place_of(bucket))) {
        let empty = BucketFiles { files: Vec::new(), ..bucket.clone() };
        splits.push(DiffSplit {
            before: split(bucket, before_id, &before_deletions),
            after: split(empty, after.id, &after_deletions),
        });
    }
    splits.retain(|split| !split.before.files.is_empty() || !split.after.files.is_empty());
    Ok(splits)
}

type Place = (BinaryRow, i32);

fn place_of(bucket: &BucketFiles) -> Place {
    (bucket.partition.clone(), bucket.bucket)
}

fn without_common(mut before: BucketFiles, mut after: BucketFiles) -> (BucketFiles, BucketFiles) {
    if before.total_buckets == after.total_buckets {
        let by_name: HashMap<&str, &DataFileMeta> =
            before.files.iter().map(|file| (file.file_name.as_str(), file)).collect();
        let is_common = |file: &&DataFileMeta| by_name.get(file.file_name.as_str()).is_some_and(|same| same == file);
        let common: HashSet<String> = after.files.iter().filter(is_common).map(|file| file.file_name.clone()).collect();
        before.files.retain(|file| !common.contains(&file.file_name));
        after.files.retain(|file| !common.contains(&file.file_name));
    }
    (before, after)
}

fn split(bucket: BucketFiles, snapshot_id: i64, deletions: &HashMap<Place, BucketDeletions>) -> Split {
    let of_bucket = deletions.get(&place_of(&bucket)).cloned().unwrap_or_default();
    Split { deletions: of_bucket, ..files::split(bucket, snapshot_id) }
}

fn check_not_rescaled(table: &Table, before: &[BucketFiles], after: &[BucketFiles]) -> Result<()> {
    if table.options().bucket == Bucket::Dynamic {
        return Ok(());
    }
    let counts: HashMap<&BinaryRow, i32> = before.iter().map(|b| (&b.partition, b.total_buckets)).collect();
    let rescaled = after.iter().find_map(|bucket| {
        let count = counts.get(&bucket.partition).filter(|count| **count != bucket.total_buckets)?;
        Some((*count, bucket.total_buckets))
    });
    match rescaled {
        None => Ok(()),
        Some((old, new)) => {
            let message = format!("cannot compare two states of a partition with {old} and {new} buckets");
            Err(Error::unsupported(message).at(table.name()))
        }
    }
}

//! Sorts a write buffer by key and merges the versions of each key: the rows of one level-0 file.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::ScalarBuffer;

use super::{
    function::Groups,
    merged_rows::MergedRows,
    plan::MergePlan,
    radix::{RadixKey, radix_sort},
    segment::{RowRef, Segment, sort_versions},
    sort_keys::{ByteKeys, KeySlice, SortKeys},
};
use crate::error::{Error, Result};

/// Rows of a buffer, keys ascending: an iterator of batches of at most the plan's number of rows.
pub struct SortMerged {
    plan: Arc<MergePlan>,
    rows: MergedRows,
}

/// The rows of a buffer, keys ascending, all versions of a key, oldest first.
pub struct Sorted {
    plan: Arc<MergePlan>,
    segments: Vec<Arc<Segment>>,
    groups: Groups,
}

/// Sorts the rows of `batches`, which may stand in any order, without merging them.
///
/// Rows that tie in key, sequence fields, sequence number and kind count as written in the order given.
pub fn sort(plan: Arc<MergePlan>, batches: Vec<RecordBatch>) -> Result<Sorted> {
    let segments = batches.into_iter().filter(|batch| batch.num_rows() > 0);
    let segments = segments.map(|batch| Ok(Arc::new(Segment::new(&plan, batch)?))).collect::<Result<Vec<_>>>()?;
    let borrowed: Vec<&Segment> = segments.iter().map(Arc::as_ref).collect();
    let groups = sorted_groups(&borrowed)?;
    Ok(Sorted { plan, segments, groups })
}

impl Sorted {
    /// Every row, unmerged.
    pub fn rows(&self) -> SortMerged {
        let rows = MergedRows::unmerged(&self.plan, &self.groups, self.segments.clone());
        SortMerged { plan: Arc::clone(&self.plan), rows }
    }

    /// Whether the engine takes these rows: a key with one row is merged, too. Errors: those of the engine.
    pub fn check_mergeable(mut self) -> Result<()> {
        self.groups.merge_alone = vec![true; self.groups.len()];
        self.merged().map(drop)
    }

    /// The merged row of each key.
    pub fn merged(self) -> Result<SortMerged> {
        let rows = MergedRows::new(&self.plan, &self.groups, self.segments)?;
        Ok(SortMerged { plan: self.plan, rows })
    }
}

/// Sorts and merges the rows of `batches` as [`sort`] and [`Sorted::merged`]; columns are copied while the result is read.
pub fn sort_merge(plan: Arc<MergePlan>, batches: Vec<RecordBatch>) -> Result<SortMerged> {
    sort(plan, batches)?.merged()
}

/// Like [`sort_merge`], with one batch in and one batch out.
pub fn sort_merge_batch(plan: &Arc<MergePlan>, batch: RecordBatch) -> Result<RecordBatch> {
    let merged = sort_merge(Arc::clone(plan), vec![batch])?;
    merged.rows.all(plan)
}

impl SortMerged {
    /// Rows in all.
    pub fn num_rows(&self) -> usize {
        self.rows.num_rows()
    }
}

impl Iterator for SortMerged {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next_batch(&self.plan)
    }
}

fn sorted_groups(segments: &[&Segment]) -> Result<Groups> {
    match segments.first().map(|segment| &segment.keys) {
        None => Ok(Groups::default()),
        Some(SortKeys::Int(_)) => {
            let mut entries = entries::<ScalarBuffer<i64>>(segments)?;
            sort_fixed(&mut entries);
            Ok(group(segments, &entries, |_, _| true))
        }
        Some(SortKeys::Wide(_)) => {
            let mut entries = entries::<Vec<u128>>(segments)?;
            sort_fixed(&mut entries);
            Ok(group(segments, &entries, |_, _| true))
        }
        Some(SortKeys::Bytes(_)) => {
            let mut entries = entries::<ByteKeys>(segments)?;
            let compare = |a: &RowRef, b: &RowRef| {
                let (left, right) = (segments[a.segment as usize], segments[b.segment as usize]);
                left.keys.compare(a.row as usize, &right.keys, b.row as usize)
            };
            entries.sort_unstable_by(|(a, i), (b, j)| a.cmp(b).then_with(|| compare(i, j)));
            Ok(group(segments, &entries, |i, j| compare(i, j).is_eq()))
        }
    }
}

/// Every row with the head of its key.
fn entries<K: KeySlice>(segments: &[&Segment]) -> Result<Vec<(K::Head, RowRef)>> {
    let rows = segments.iter().map(|segment| segment.keys.len()).sum();
    let mut entries = Vec::with_capacity(rows);
    for (segment, number) in segments.iter().zip(0..) {
        let keys = K::of(&segment.keys).ok_or_else(|| Error::internal("keys of two forms in one sort"))?;
        let heads = (0..segment.keys.len()).map(|row| (keys.head(row), RowRef { segment: number, row: row as u32 }));
        entries.extend(heads);
    }
    Ok(entries)
}

fn sort_fixed<H: RadixKey + Ord>(entries: &mut Vec<(H, RowRef)>) {
    if !entries.is_sorted_by(|(a, _), (b, _)| a <= b) && !radix_sort(entries) {
        entries.sort_unstable_by_key(|(head, _)| *head);
    }
}

/// Groups neighbours whose heads are equal and that are `same`.
fn group<H: Copy + Ord>(
    segments: &[&Segment],
    entries: &[(H, RowRef)],
    same: impl Fn(&RowRef, &RowRef) -> bool,
) -> Groups {
    let mut rows: Vec<RowRef> = entries.iter().map(|(_, row)| *row).collect();
    let mut ends = Vec::with_capacity(entries.len());
    let mut start = 0;
    for chunk in entries.chunk_by(|(a, i), (b, j)| a == b && same(i, j)) {
        let end = start + chunk.len();
        if chunk.len() > 1 {
            sort_versions(segments, &mut rows[start..end]);
        }
        ends.push(end as u32);
        start = end;
    }
    Groups { rows, ends, merge_alone: Vec::new() }
}

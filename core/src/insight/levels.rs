//! Buckets, their levels, and how deep their files lie over each other. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::state_files::{StateBucket, StateFiles};
use crate::{
    error::Result,
    merge,
    scan::{is_whole_file, row_ids},
    spec::data_file::DataFileMeta,
};

/// Most buckets of one answer.
const MAX_BUCKETS: usize = 10_000;
/// The least upper end of a size class; each next one is four times as large.
const FIRST_CLASS: u64 = 4 << 10;

/// How a state lies in its files.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Levels {
    /// `None` for a table that was never written.
    pub snapshot_id: Option<i64>,
    /// Whether rows have keys.
    pub keyed: bool,
    /// Files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows that delete others, as far as files say.
    pub delete_rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// Files that a compaction takes for small.
    pub small_files: u64,
    /// Bytes below which it does.
    pub small_below: u64,
    /// Files with a deletion vector.
    pub files_with_vectors: u64,
    /// Rows that deletion vectors hide, as far as the index says.
    pub deleted_by_vectors: u64,
    /// The depth of the deepest bucket.
    pub depth: usize,
    /// Sums by level.
    pub levels: Vec<LevelSum>,
    /// How large the files are.
    pub file_sizes: FileSizes,
    /// Partitions with files.
    pub partition_count: usize,
    /// Buckets with files.
    pub bucket_count: usize,
    /// Number of the first of `buckets`.
    pub offset: usize,
    /// By partition, then by number.
    pub buckets: Vec<BucketLevels>,
}

/// A bucket of a partition.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BucketLevels {
    /// `dt=1`; empty without partitions.
    pub partition: String,
    /// Number; -2 is the postpone bucket.
    pub bucket: i32,
    /// Bucket count in force when its files were written.
    pub total_buckets: i32,
    /// Files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows that delete others; `None` where a file does not say.
    pub delete_rows: Option<u64>,
    /// Bytes.
    pub bytes: u64,
    /// Files that a compaction takes for small.
    pub small_files: u64,
    /// Files of level 0 and higher levels that hold any; 0 in append tables.
    pub sorted_runs: usize,
    /// The most files that one key meets; 1 in append tables, the most files that hold columns of one row in tables with
    /// data evolution, 0 where no reader looks.
    pub depth: usize,
    /// Files with a deletion vector.
    pub files_with_vectors: u64,
    /// Rows that deletion vectors hide, as far as the index says.
    pub deleted_by_vectors: u64,
    /// Least sequence number.
    pub min_sequence: i64,
    /// Greatest sequence number.
    pub max_sequence: i64,
    /// When its newest file was written.
    pub newest_millis: Option<i64>,
    /// Sums by level.
    pub levels: Vec<LevelSum>,
}

/// Files of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LevelSum {
    /// The level.
    pub level: i32,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
}

/// How large files are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileSizes {
    /// Files.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
    /// Bytes of the smallest.
    pub min: u64,
    /// Bytes of the one in the middle.
    pub median: u64,
    /// Bytes on average.
    pub average: u64,
    /// Bytes of the largest.
    pub max: u64,
    /// Files by powers of four; empty ends are left out.
    pub histogram: Vec<SizeClass>,
}

/// Files of about one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SizeClass {
    /// Least size.
    pub from: u64,
    /// First size beyond.
    pub below: u64,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// How the state lies in its files; of its buckets those from `offset` on, at most `limit` and at most 10,000.
///
/// Errors: `Corrupt` for keys that do not decode.
pub fn levels(state: &StateFiles, offset: usize, limit: Option<usize>) -> Result<Levels> {
    let mut all = Levels {
        snapshot_id: Some(state.snapshot_id),
        keyed: state.keyed,
        small_below: state.small_below,
        bucket_count: state.buckets.len(),
        partition_count: state.buckets.chunk_by(|a, b| a.files.partition == b.files.partition).count(),
        offset,
        ..Levels::default()
    };
    let shown = offset..offset.saturating_add(limit.unwrap_or(MAX_BUCKETS).min(MAX_BUCKETS));
    let mut sums: BTreeMap<i32, LevelSum> = BTreeMap::new();
    for (number, bucket) in state.buckets.iter().enumerate() {
        let bucket = of_bucket(state, bucket)?;
        all.files += bucket.files;
        all.rows = all.rows.saturating_add(bucket.rows);
        all.delete_rows = all.delete_rows.saturating_add(bucket.delete_rows.unwrap_or(0));
        all.bytes = all.bytes.saturating_add(bucket.bytes);
        all.small_files += bucket.small_files;
        all.files_with_vectors += bucket.files_with_vectors;
        all.deleted_by_vectors = all.deleted_by_vectors.saturating_add(bucket.deleted_by_vectors);
        all.depth = all.depth.max(bucket.depth);
        for level in &bucket.levels {
            sums.entry(level.level).or_default().add(*level);
        }
        if shown.contains(&number) {
            all.buckets.push(bucket);
        }
    }
    all.levels = sums.into_values().collect();
    all.file_sizes = file_sizes(state.places().map(|(_, _, file)| size(file.file_size)).collect());
    Ok(all)
}

fn of_bucket(state: &StateFiles, bucket: &StateBucket) -> Result<BucketLevels> {
    let files = &bucket.files.files;
    let mut found = BucketLevels {
        partition: bucket.partition.clone(),
        bucket: bucket.files.bucket,
        total_buckets: bucket.files.total_buckets,
        files: files.len() as u64,
        delete_rows: files.iter().try_fold(0_u64, |sum, file| Some(sum.saturating_add(size(file.delete_row_count?)))),
        min_sequence: files.iter().map(|file| file.min_sequence_number).min().unwrap_or_default(),
        max_sequence: files.iter().map(|file| file.max_sequence_number).max().unwrap_or_default(),
        newest_millis: files.iter().filter_map(|file| file.creation_time_millis).max(),
        ..BucketLevels::default()
    };
    let mut sums: BTreeMap<i32, LevelSum> = BTreeMap::new();
    for file in files {
        let one = LevelSum { level: file.level, files: 1, bytes: size(file.file_size), rows: size(file.row_count) };
        sums.entry(file.level).or_default().add(one);
        found.bytes = found.bytes.saturating_add(one.bytes);
        found.rows = found.rows.saturating_add(one.rows);
        found.small_files += u64::from(one.bytes < state.small_below);
        if let Some(deletions) = bucket.deletions.get(&file.file_name) {
            found.files_with_vectors += 1;
            let hidden = deletions.vector.cardinality.map_or(0, size);
            found.deleted_by_vectors = found.deleted_by_vectors.saturating_add(hidden);
        }
    }
    found.levels = sums.into_values().collect();
    if state.keyed {
        let level_0 = files.iter().filter(|file| file.level == 0).count();
        found.sorted_runs = level_0 + found.levels.iter().filter(|level| level.level != 0).count();
    }
    found.depth = depth(state, bucket.files.bucket, files)?;
    Ok(found)
}

fn depth(state: &StateFiles, bucket: i32, files: &[DataFileMeta]) -> Result<usize> {
    match (bucket, state.keyed) {
        // No reader looks into the postpone bucket.
        (..0, _) => Ok(0),
        (_, false) if state.evolves => Ok(columns_depth(files)),
        (_, false) => Ok(1),
        // Files of one level above 0 do not meet: a level counts once.
        (_, true) => merge::overlap(files, &state.key_types),
    }
}

/// The most files of columns that one row has.
fn columns_depth(files: &[DataFileMeta]) -> usize {
    let ranges = files.iter().filter(|file| is_whole_file(file)).filter_map(row_ids);
    let mut ends: Vec<(u64, i64)> = ranges.flat_map(|ids| [(ids.start, 1), (ids.end, -1)]).collect();
    // At one id what ends comes before what begins.
    ends.sort_unstable();
    let open = ends.iter().scan(0_i64, |open, (_, change)| {
        *open += change;
        Some(*open)
    });
    // Files without row ids, which no reader of such a table takes, are still files.
    let deepest = open.max().and_then(|most| usize::try_from(most).ok()).unwrap_or(0);
    deepest.max(usize::from(!files.is_empty()))
}

impl LevelSum {
    fn add(&mut self, other: LevelSum) {
        self.level = other.level;
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.rows = self.rows.saturating_add(other.rows);
    }
}

fn file_sizes(mut sizes: Vec<u64>) -> FileSizes {
    sizes.sort_unstable();
    let (Some(min), Some(max)) = (sizes.first(), sizes.last()) else { return FileSizes::default() };
    let count = sizes.len() as u64;
    let bytes = sizes.iter().fold(0_u64, |sum, size| sum.saturating_add(*size));
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let classes = sizes.chunk_by(|a, b| class(*a) == class(*b)).filter_map(|sizes| {
        let (from, below) = class(*sizes.first()?);
        let bytes = sizes.iter().fold(0_u64, |sum, size| sum.saturating_add(*size));
        Some(SizeClass { from, below, files: sizes.len() as u64, bytes })
    });
    let mut histogram: Vec<SizeClass> = Vec::new();
    for class in classes {
        // Classes between two that have files are shown empty.
        while let Some(last) = histogram.last().filter(|last| last.below < class.from) {
            let (from, below) = (last.below, last.below.saturating_mul(4));
            histogram.push(SizeClass { from, below, files: 0, bytes: 0 });
        }
        histogram.push(class);
    }
    FileSizes { count, bytes, min: *min, median, average: bytes / count.max(1), max: *max, histogram }
}

/// The class of a size: from, and below.
fn class(size: u64) -> (u64, u64) {
    let mut class = (0, FIRST_CLASS);
    while size >= class.1 && class.1 < u64::MAX {
        class = (class.1, class.1.saturating_mul(4));
    }
    class
}

/// Counts from outside are never negative where they mean something.
fn size(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fall_into_powers_of_four_without_empty_ends() {
        let sizes = file_sizes(vec![5000, 4095, 4096, 1 << 20]);
        assert_eq!((sizes.count, sizes.min, sizes.median, sizes.max), (4, 4095, 5000, 1 << 20));
        let classes: Vec<_> = sizes.histogram.iter().map(|class| (class.from, class.below, class.files)).collect();
        let k = 1 << 10;
        assert_eq!(
            classes,
            [
                (0, 4 * k, 1),
                (4 * k, 16 * k, 2),
                (16 * k, 64 * k, 0),
                (64 * k, 256 * k, 0),
                (256 * k, k * k, 0),
                (k * k, 4 * k * k, 1)
            ]
        );
        assert_eq!(file_sizes(Vec::new()), FileSizes::default());
    }

    #[test]
    fn columns_of_a_row_lie_as_deep_as_files_have_its_id() {
        let of = |name: &str, first, rows| DataFileMeta {
            first_row_id: Some(first),
            row_count: rows,
            ..crate::scan::entries::tests::file(name, 0)
        };
        // Two files of columns over the first rows, one over those behind; blobs are no files of columns.
        let files = [of("a.parquet", 0, 10), of("b.parquet", 0, 10), of("c.parquet", 10, 5), of("d.blob", 0, 10)];
        assert_eq!(columns_depth(&files), 2);
        assert_eq!(columns_depth(&files[2..3]), 1);
        assert_eq!(columns_depth(&[]), 0);
        assert_eq!(columns_depth(&[of("e.parquet", i64::MAX, i64::MAX), of("f.parquet", -1, 3)]), 1);
    }

    #[test]
    fn absurd_sizes_are_no_panic() {
        let sizes = file_sizes(vec![0, size(-1), size(i64::MAX), u64::MAX]);
        assert_eq!(sizes.bytes, u64::MAX);
        assert_eq!(sizes.histogram.first().map(|class| class.files), Some(2));
    }
}

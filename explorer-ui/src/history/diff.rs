//! What two states differ in, as the engine tells it, and how it is grouped to be looked at.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{FileInfo, ManifestInfo, SnapshotInfo, lenient};

/// Files, their bytes and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FileSum {
    /// Files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Rows.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
}

impl FileSum {
    fn add(&mut self, file: &FileInfo) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(file.size);
        self.rows = self.rows.saturating_add(file.rows);
    }
}

/// A commit: between two states, or one that brought or took a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CommitInfo {
    /// Snapshot.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// `APPEND`, `COMPACT` …
    #[serde(deserialize_with = "lenient::or_default")]
    pub commit_kind: String,
    /// When.
    #[serde(deserialize_with = "lenient::int")]
    pub time_millis: i64,
    /// Rows added less rows taken away, where that was asked for.
    #[serde(deserialize_with = "lenient::optional")]
    pub delta_record_count: Option<i64>,
}

/// A change of the schema or of an option.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Change {
    /// What changed; nothing for options.
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// Field.
    pub field: Option<String>,
    /// Option.
    pub key: Option<String>,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

/// Schemas of both, and what changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SchemaDiff {
    /// Id of the older.
    #[serde(deserialize_with = "lenient::int")]
    pub from: i64,
    /// Id of the newer.
    #[serde(deserialize_with = "lenient::int")]
    pub to: i64,
    /// Changes.
    #[serde(deserialize_with = "lenient::or_default")]
    pub changes: Vec<Change>,
}

/// Manifests that only one of the two has.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManifestsDiff {
    /// Only the newer has.
    #[serde(deserialize_with = "lenient::int")]
    pub added_count: i64,
    /// Only the older has.
    #[serde(deserialize_with = "lenient::int")]
    pub removed_count: i64,
    /// Both have.
    #[serde(deserialize_with = "lenient::int")]
    pub kept: i64,
    /// The first of the newer.
    #[serde(deserialize_with = "lenient::or_default")]
    pub added: Vec<ManifestInfo>,
    /// The first of the older.
    #[serde(deserialize_with = "lenient::or_default")]
    pub removed: Vec<ManifestInfo>,
}

/// What came to and went from a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct PartitionDiff {
    /// `month=1`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition: String,
    /// Came.
    pub added: FileSum,
    /// Went.
    pub removed: FileSum,
}

/// Files that only one of the two has.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilesDiff {
    /// Only the newer has.
    pub added: FileSum,
    /// Only the older has.
    pub removed: FileSum,
    /// At another level in the newer.
    pub moved: FileSum,
    /// Files that both have where they were.
    #[serde(deserialize_with = "lenient::int")]
    pub kept: i64,
    /// The first of the newer.
    #[serde(deserialize_with = "lenient::or_default")]
    pub added_files: Vec<FileInfo>,
    /// The first of the older.
    #[serde(deserialize_with = "lenient::or_default")]
    pub removed_files: Vec<FileInfo>,
    /// The largest changes first.
    #[serde(deserialize_with = "lenient::or_default")]
    pub by_partition: Vec<PartitionDiff>,
    /// Partitions with changes.
    #[serde(deserialize_with = "lenient::int")]
    pub partition_count: i64,
}

/// Two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Ends {
    /// In the older.
    #[serde(deserialize_with = "lenient::int")]
    pub from: i64,
    /// In the newer.
    #[serde(deserialize_with = "lenient::int")]
    pub to: i64,
}

/// What two states differ in.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StateDiff {
    /// The older.
    pub from: SnapshotInfo,
    /// The newer.
    pub to: SnapshotInfo,
    /// Commits after the older up to the newer, as far as they are kept.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commits: Vec<CommitInfo>,
    /// Schemas.
    pub schema: SchemaDiff,
    /// Options.
    #[serde(deserialize_with = "lenient::or_default")]
    pub options: Vec<Change>,
    /// Manifests.
    pub manifests: ManifestsDiff,
    /// Files.
    pub files: FilesDiff,
    /// Rows that deletion vectors hide.
    pub deleted_by_vectors: Ends,
}

/// A bucket's level with the files that came to it and went from it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LevelDiff {
    /// Level.
    pub level: i64,
    /// Came.
    pub added: FileSum,
    /// Went.
    pub removed: FileSum,
    /// The files, with whether they came.
    pub files: Vec<(bool, FileInfo)>,
}

/// A bucket with its levels that changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BucketDiff {
    /// Bucket.
    pub bucket: i64,
    /// Levels, lowest first.
    pub levels: Vec<LevelDiff>,
}

/// A partition with its buckets that changed; sums are of all its files, buckets of those the engine listed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionGroup {
    /// `month=1`.
    pub partition: String,
    /// Came.
    pub added: FileSum,
    /// Went.
    pub removed: FileSum,
    /// Buckets whose files are listed.
    pub buckets: Vec<BucketDiff>,
    /// Whether files of it are not listed.
    pub cut: bool,
}

/// Files by partition, bucket and level; the partition with the most bytes changed first.
#[must_use]
pub fn grouped(files: &FilesDiff) -> Vec<PartitionGroup> {
    let mut tree: BTreeMap<&str, BTreeMap<i64, BTreeMap<i64, LevelDiff>>> = BTreeMap::new();
    let listed = files.added_files.iter().map(|file| (true, file));
    for (came, file) in listed.chain(files.removed_files.iter().map(|file| (false, file))) {
        let buckets = tree.entry(&file.partition).or_default();
        let level = buckets.entry(file.bucket).or_default().entry(file.level).or_default();
        level.level = file.level;
        if came {
            level.added.add(file)
        } else {
            level.removed.add(file)
        }
        level.files.push((came, file.clone()));
    }
    let group = |sum: &PartitionDiff| {
        let buckets = tree.get(sum.partition.as_str()).map(buckets).unwrap_or_default();
        let listed: usize = buckets.iter().flat_map(|bucket| &bucket.levels).map(|level| level.files.len()).sum();
        let all = sum.added.files.saturating_add(sum.removed.files);
        PartitionGroup {
            partition: sum.partition.clone(),
            added: sum.added,
            removed: sum.removed,
            cut: i64::try_from(listed).unwrap_or(i64::MAX) < all,
            buckets,
        }
    };
    files.by_partition.iter().map(group).collect()
}

fn buckets(tree: &BTreeMap<i64, BTreeMap<i64, LevelDiff>>) -> Vec<BucketDiff> {
    let bucket = |(bucket, levels): (&i64, &BTreeMap<i64, LevelDiff>)| BucketDiff {
        bucket: *bucket,
        levels: levels.values().cloned().collect(),
    };
    tree.iter().map(bucket).collect()
}

/// A change in words: `column carrier became BIGINT`.
#[must_use]
pub fn in_words(change: &Change) -> String {
    let field = change.field.as_deref().unwrap_or_default();
    let from = change.from.as_deref().unwrap_or("nothing");
    let to = change.to.as_deref().unwrap_or("nothing");
    match change.kind.as_str() {
        "added" => format!("column {field} came, {to}"),
        "dropped" => format!("column {field} went, {from}"),
        "renamed" => format!("column {from} is called {to}"),
        "type" => format!("type of {field}: {from} → {to}"),
        "nullability" => format!("nulls in {field}: {from} → {to}"),
        "comment" => format!("comment of {field}: {from} → {to}"),
        "default" => format!("default of {field}: {from} → {to}"),
        "moved" => format!("column {field} stands elsewhere"),
        "primaryKeys" => format!("primary key: {from} → {to}"),
        "partitionKeys" => format!("partition keys: {from} → {to}"),
        "tableComment" => format!("comment of the table: {from} → {to}"),
        kind => format!("{kind} {field}: {from} → {to}"),
    }
}

/// Share of `part` in `most`, in percent, never nothing for something.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn percent(part: i64, most: i64) -> f64 {
    if part <= 0 || most <= 0 { 0.0 } else { (part as f64 / most as f64 * 100.0).clamp(0.8, 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(partition: &str, bucket: i64, level: i64, size: i64) -> FileInfo {
        FileInfo { partition: partition.into(), bucket, level, size, rows: size / 10, ..FileInfo::default() }
    }

    #[test]
    fn files_are_grouped_by_partition_bucket_and_level() {
        let sum = |files, bytes| FileSum { files, bytes, rows: 0 };
        let diff = FilesDiff {
            added_files: vec![file("m=1", 0, 5, 100), file("m=2", 1, 0, 7)],
            removed_files: vec![file("m=1", 0, 0, 40), file("m=1", 0, 0, 50), file("m=1", 1, 0, 1)],
            by_partition: vec![
                PartitionDiff { partition: "m=1".into(), added: sum(1, 100), removed: sum(3, 91) },
                PartitionDiff { partition: "m=2".into(), added: sum(9, 70), removed: sum(0, 0) },
            ],
            ..FilesDiff::default()
        };
        let groups = grouped(&diff);
        assert_eq!(groups.len(), 2);
        let levels = &groups[0].buckets[0].levels;
        assert_eq!((levels[0].level, levels[0].removed.files, levels[0].removed.bytes), (0, 2, 90));
        assert_eq!((levels[1].level, levels[1].added.bytes, levels[1].added.rows), (5, 100, 10));
        assert_eq!((groups[0].buckets.len(), groups[0].cut, groups[1].cut), (2, false, true));
    }

    #[test]
    fn answers_with_gaps_are_read() {
        let diff: StateDiff = serde_json::from_str(
            r#"{"from":{"id":1},"to":{"id":"2"},"schema":{"from":0,"to":1,"changes":[{"kind":"added","field":"a","from":null,"to":"INT"}]},"options":[{"key":"bucket","from":null,"to":"2"}],"files":{"added":{"files":3,"bytes":"9007199254740993","rows":1}}}"#,
        )
        .unwrap();
        assert_eq!((diff.to.id, diff.files.added.bytes, diff.files.removed.files), (2, 9_007_199_254_740_993, 0));
        assert_eq!(in_words(&diff.schema.changes[0]), "column a came, INT");
        assert_eq!(diff.options[0].key.as_deref(), Some("bucket"));
    }

    #[test]
    fn something_is_never_drawn_as_nothing() {
        assert!(percent(1, i64::MAX) > 0.0);
        assert!(percent(0, 10) == 0.0 && percent(5, 0) == 0.0 && (percent(5, 10) - 50.0).abs() < 1e-9);
    }
}

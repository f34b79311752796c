//! What to do with each bucket. Pure but for reading the list of deletion vectors.

use std::collections::HashMap;

use super::{
    BucketReport,
    append::{self, AppendOptions},
    levels::sorted_runs,
    universal::{self, CompactUnit, UniversalOptions},
};
use crate::{
    error::Result,
    merge::{self, ChangelogRule},
    scan::{BucketDeletions, BucketFiles, DELETION_VECTORS, deletion_files, entry_types, read_index_manifest},
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        index_manifest::IndexFileMeta,
        options::{ChangelogProducer, CoreOptions, MergeEngine},
        snapshot::Snapshot,
    },
    table::Table,
};

/// One decision: files of a bucket that are to be rewritten or moved up together.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) bucket: BucketFiles,
    pub(super) unit: CompactUnit,
    pub(super) drop_deletes: bool,
    pub(super) changelog: Option<ChangelogRule>,
    /// Deletion vectors of the bucket, and the index files that hold them.
    pub(super) vectors: BucketVectors,
    runs_before: usize,
}

/// Deletion vectors of a bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct BucketVectors {
    pub(super) files: BucketDeletions,
    pub(super) indexes: Vec<IndexFileMeta>,
}

/// Deletion vectors of a snapshot.
#[derive(Debug, Default)]
pub(super) struct DeletionVectors(HashMap<(BinaryRow, i32), BucketVectors>);

impl DeletionVectors {
    pub(super) async fn read(table: &Table, snapshot: &Snapshot) -> Result<Self> {
        let Some(manifest) = &snapshot.index_manifest else { return Ok(Self::default()) };
        let mut found: HashMap<(BinaryRow, i32), BucketVectors> = HashMap::new();
        for (bucket, files) in deletion_files(table, snapshot).await? {
            found.entry(bucket).or_default().files = files;
        }
        for entry in read_index_manifest(table.storage(), manifest).await? {
            if entry.file.index_type == DELETION_VECTORS {
                found.entry((entry.partition, entry.bucket)).or_default().indexes.push(entry.file);
            }
        }
        Ok(DeletionVectors(found))
    }

    /// Whether rows of a file are deleted.
    pub(super) fn has(&self, bucket: &(BinaryRow, i32), file_name: &str) -> bool {
        self.0.get(bucket).is_some_and(|vectors| vectors.files.contains_key(file_name))
    }

    fn of(&self, bucket: &BucketFiles) -> BucketVectors {
        self.0.get(&(bucket.partition.clone(), bucket.bucket)).cloned().unwrap_or_default()
    }
}

pub(super) fn plan(
    table: &Table,
    buckets: Vec<BucketFiles>,
    vectors: &DeletionVectors,
    full: bool,
) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for bucket in buckets {
        let vectors = vectors.of(&bucket);
        if table.schema().is_primary_key_table() {
            tasks.extend(plan_key_value(table, bucket, vectors, full)?);
        } else {
            tasks.extend(plan_append(table, bucket, &vectors, full));
        }
    }
    Ok(tasks)
}

fn plan_key_value(table: &Table, bucket: BucketFiles, vectors: BucketVectors, full: bool) -> Result<Option<Task>> {
    let options = table.options();
    let key_types = entry_types(&table.schema().trimmed_primary_key_fields());
    let runs = sorted_runs(&bucket.files, &key_types)?;
    let highest = runs.iter().map(|run| run.level).max().unwrap_or(0);
    let num_levels = options.num_levels().max(highest + 1);
    let has_level_0 = runs.iter().any(|run| run.level == 0);
    // New rows are looked up in the levels above: by reading those of their files that overlap.
    let full = full || merge::looks_up(options) && has_level_0;
    let unit = if full && !vectors.files.is_empty() {
        Some(CompactUnit { output_level: num_levels - 1, files: bucket.files.clone() })
    } else if full {
        universal::pick_full(num_levels, &runs).filter(|unit| !is_done(unit))
    } else if merge::looks_up(options) {
        None
    } else {
        universal::pick(num_levels, &runs, &UniversalOptions::new(options)).filter(|unit| !is_done(unit))
    };
    Ok(unit.map(|unit| Task {
        drop_deletes: unit.output_level != 0 && unit.output_level >= highest,
        changelog: changelog_rule(options, unit.output_level, num_levels - 1),
        runs_before: runs.len(),
        unit,
        bucket,
        vectors,
    }))
}

/// One file that is where it should be.
fn is_done(unit: &CompactUnit) -> bool {
    matches!(unit.files.as_slice(), [file] if file.level == unit.output_level)
}

fn changelog_rule(options: &CoreOptions, output_level: i32, top: i32) -> Option<ChangelogRule> {
    match options.changelog_producer {
        ChangelogProducer::Lookup if options.merge_engine == MergeEngine::FirstRow => Some(ChangelogRule::FirstRow),
        ChangelogProducer::Lookup => Some(ChangelogRule::Lookup),
        ChangelogProducer::FullCompaction if output_level == top => Some(ChangelogRule::FullCompaction(top)),
        ChangelogProducer::FullCompaction | ChangelogProducer::Input | ChangelogProducer::None => None,
    }
}

fn plan_append(table: &Table, bucket: BucketFiles, vectors: &BucketVectors, full: bool) -> Vec<Task> {
    let runs_before = bucket.files.len();
    let ordered = bucket.total_buckets > 0;
    let task = |files: Vec<DataFileMeta>| Task {
        bucket: bucket.clone(),
        unit: CompactUnit { output_level: 0, files },
        drop_deletes: false,
        changelog: None,
        vectors: vectors.clone(),
        runs_before,
    };
    let mut packs = append::pack(&bucket.files, &AppendOptions::new(table.options()), full, ordered);
    let threshold = if full { 0.0 } else { table.options().compaction_delete_ratio_threshold };
    let is_hollow = |file: &&DataFileMeta| {
        let vector = vectors.files.get(&file.file_name);
        vector.is_some_and(|file_vector| {
            // Without a count the file is looked at.
            let deleted = file_vector.vector.cardinality.unwrap_or(file.row_count);
            deleted as f64 > threshold * file.row_count as f64
        })
    };
    let hollow: Vec<DataFileMeta> = bucket.files.iter().filter(is_hollow).cloned().collect();
    let is_packed = |file: &DataFileMeta| packs.iter().flatten().any(|packed| packed.file_name == file.file_name);
    let alone: Vec<Vec<DataFileMeta>> =
        hollow.into_iter().filter(|file| !is_packed(file)).map(|file| vec![file]).collect();
    packs.extend(alone);
    packs.into_iter().map(task).collect()
}

impl Task {
    /// Whether a file must be read: a row of it is deleted, or its rows are news.
    pub(super) fn must_read(&self, file: &DataFileMeta) -> bool {
        let is_news = self.changelog.is_some_and(|rule| rule.is_touched_by(file.level));
        let has_deletes = self.drop_deletes && file.delete_row_count.is_none_or(|deletes| deletes > 0);
        is_news || has_deletes || self.vectors.files.contains_key(&file.file_name)
    }

    pub(super) fn report(&self, after: &[DataFileMeta]) -> BucketReport {
        BucketReport {
            bucket_path: self.bucket.bucket_path.clone(),
            runs_before: self.runs_before,
            files_in: self.unit.files.len(),
            bytes_in: self.unit.files.iter().map(|file| file.file_size).sum(),
            files_out: after.len(),
            bytes_out: after.iter().map(|file| file.file_size).sum(),
            output_level: self.unit.output_level,
        }
    }
}

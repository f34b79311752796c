//! Merges files of a primary-key bucket or moves them up (Java `MergeTreeCompactTask` with `MergeTreeCompactRewriter`,
//! `FullChangelogMergeTreeCompactRewriter` and `LookupMergeTreeCompactRewriter`; format digest 7.6, 7.8).
//!
//! ```text
//! sections of several runs, small files   ──▶ merged with their neighbours
//! big files without overlap               ──▶ another level: as they are, or read for the changelog and for what they replace
//! new rows of tables that look up         ──▶ older rows of the levels above: merged, told as the row before, or marked as
//!                                             deleted; their files stay
//! ```

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use futures::StreamExt;

use super::{
    CompactTask, KeyValueTask,
    lookup::LookupLevels,
    record_expire,
    rewrite::split_of,
    upgrade::{Upgrade, upgrade_of},
};
use crate::{
    commit::CommitMessage,
    error::Result,
    merge::{self, LookupPlan, Older, Section},
    read::{self, Compacted, Expiry, Lookup, MergeReadOptions, OlderRows, ReadContext},
    scan::entry_types,
    spec::{
        data_file::{DataFileMeta, FileSource},
        options::{ChangelogProducer, CoreOptions, MergeEngine},
    },
    table::Table,
    write::{self, BucketVectors, DataFileWriter, FilePurpose, FileRole, VectorWriter},
};

/// Carries out a task on sorted runs. Errors: those of reading and writing; what was written is in the message then.
pub(super) async fn compact(
    table: &Table,
    task: &CompactTask,
    kind: &KeyValueTask,
    message: &mut CommitMessage,
) -> Result<()> {
    let rewriter = Rewriter::new(table, task, kind).await?;
    if kind.one_by_one {
        for file in &task.files {
            rewriter.merge(vec![file.clone()], rewriter.drop_deletes(), message).await?;
        }
    } else {
        rewriter.merge_or_upgrade(message).await?;
    }
    rewriter.write_vectors(message).await
}

/// A task under way.
struct Rewriter<'a> {
    table: &'a Table,
    task: &'a CompactTask,
    kind: &'a KeyValueTask,
    context: Arc<ReadContext>,
    /// How new rows meet older ones, where the table looks these up.
    lookup: Option<LookupPlan>,
    /// The levels above the output.
    above: Arc<LookupLevels>,
    /// Files with rows that have expired.
    expired: HashSet<String>,
}

impl<'a> Rewriter<'a> {
    async fn new(table: &'a Table, task: &'a CompactTask, kind: &'a KeyValueTask) -> Result<Self> {
        let context = ReadContext::new(table, table.schema().clone()).without_expired(Expiry::of(table)?);
        let context = Arc::new(context);
        let expired = record_expire::expired_files(table, &task.files.iter().collect::<Vec<_>>()).await?;
        let is_above = |file: &&DataFileMeta| file.level > kind.output_level;
        let above: Vec<DataFileMeta> = task.others.iter().filter(is_above).cloned().collect();
        let options = table.options();
        let lookup = lookup_plan(options, kind.output_level, !above.is_empty());
        let split = split_of(task, Vec::new());
        let above = LookupLevels::new(&context, split, &above, options.deletion_vectors_enabled)?;
        Ok(Rewriter { table, task, kind, context, lookup, above: Arc::new(above), expired })
    }

    /// Rows of the level above cannot come to light where deletion vectors cover them.
    fn drop_deletes(&self) -> bool {
        let is_covered = self.table.options().deletion_vectors_enabled && self.kind.output_level != 0;
        self.kind.drop_deletes || is_covered
    }

    /// Sections of one run whose files are big move up without a merge; all others are merged with their neighbours.
    async fn merge_or_upgrade(&self, message: &mut CommitMessage) -> Result<()> {
        let key_types = entry_types(&self.table.schema().trimmed_primary_key_fields());
        let small = i64::try_from(self.table.options().compaction_file_size(true)).unwrap_or(i64::MAX);
        let mut candidate: Vec<Section> = Vec::new();
        for section in merge::sections(self.task.files.clone(), &key_types)? {
            if section.runs.len() > 1 {
                candidate.push(section);
                continue;
            }
            for file in section.runs.into_iter().flatten() {
                if file.file_size < small {
                    candidate.push(Section { runs: vec![vec![file]] });
                } else {
                    self.flush(std::mem::take(&mut candidate), message).await?;
                    self.upgrade(file, message).await?;
                }
            }
        }
        self.flush(candidate, message).await
    }

    async fn flush(&self, candidate: Vec<Section>, message: &mut CommitMessage) -> Result<()> {
        let mut files: Vec<DataFileMeta> = candidate.into_iter().flat_map(|section| section.runs).flatten().collect();
        match files.len() {
            0 => Ok(()),
            1 => match files.pop() {
                Some(file) => self.upgrade(file, message).await,
                None => Ok(()),
            },
            _ => self.merge(files, self.drop_deletes(), message).await,
        }
    }

    async fn upgrade(&self, file: DataFileMeta, message: &mut CommitMessage) -> Result<()> {
        if self.expired.contains(&file.file_name) {
            return self.merge(vec![file], self.drop_deletes(), message).await;
        }
        match upgrade_of(self.table.options(), self.kind, self.lookup.is_some(), &file)? {
            Upgrade::Rewritten => self.merge(vec![file], self.drop_deletes(), message).await,
            Upgrade::RewrittenAsNews => {
                self.merge(vec![file], self.table.options().deletion_vectors_enabled, message).await
            }
            Upgrade::ReadAsNews => {
                self.read_news(&file, message).await?;
                self.lift(file, message);
                Ok(())
            }
            Upgrade::Unread => {
                self.lift(file, message);
                Ok(())
            }
            Upgrade::Stays => Ok(()),
        }
    }

    fn lift(&self, file: DataFileMeta, message: &mut CommitMessage) {
        message.compact_after.push(DataFileMeta { level: self.kind.output_level, ..file.clone() });
        message.compact_before.push(file);
    }

    /// Makes the changelog of a file that moves up, and marks what it replaces.
    async fn read_news(&self, file: &DataFileMeta, message: &mut CommitMessage) -> Result<()> {
        let asks = self.lookup.is_some_and(|lookup| lookup.older != Older::Nothing);
        if self.kind.changelog.is_none() && !asks {
            return Ok(());
        }
        let (_, changelog) = self.write(vec![file.clone()], true, false).await?;
        message.compact_changelog_files.extend(changelog);
        Ok(())
    }

    async fn merge(&self, files: Vec<DataFileMeta>, drop_deletes: bool, message: &mut CommitMessage) -> Result<()> {
        let (rows, changelog) = self.write(files.clone(), drop_deletes, true).await?;
        message.compact_after.extend(rows);
        message.compact_changelog_files.extend(changelog);
        message.compact_before.extend(files);
        Ok(())
    }

    /// Merges files into new ones, and into a changelog; without `with_rows` only the latter.
    async fn write(
        &self,
        files: Vec<DataFileMeta>,
        drop_deletes: bool,
        with_rows: bool,
    ) -> Result<(Vec<DataFileMeta>, Vec<DataFileMeta>)> {
        let lookup = self.lookup.filter(|_| files.iter().any(|file| file.level == 0));
        let lookup = lookup.map(|plan| Lookup { plan, rows: Arc::clone(&self.above) as Arc<dyn OlderRows> });
        let options = MergeReadOptions { keep_deletes: !drop_deletes, changelog: self.kind.changelog, lookup };
        let mut outputs = Outputs::new(self.table, self.task, self.kind, with_rows);
        let mut merged = read::merge_sorted_files(&self.context, split_of(self.task, files), options).await?;
        while let Some(batch) = merged.next().await {
            if let Err(error) = outputs.write(batch).await {
                outputs.abort().await;
                return Err(error);
            }
        }
        outputs.close(self.table, &self.task.bucket.bucket_path).await
    }

    /// Writes the deletion vectors of the bucket anew where rows were marked or files go that have some.
    async fn write_vectors(&self, message: &mut CommitMessage) -> Result<()> {
        let marks = self.above.take_marks().await;
        let stays: BTreeSet<&str> = message.compact_after.iter().map(|file| file.file_name.as_str()).collect();
        let gone = message.compact_before.iter().map(|file| &file.file_name);
        let gone = gone.filter(|name| self.task.has_vector(name) && !stays.contains(name.as_str()));
        let gone: BTreeSet<String> = gone.cloned().collect();
        if marks.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut writer = VectorWriter::new(self.table, &self.context);
        let old = self.task.vectors.indexes.clone();
        match writer.rewrite_bucket(&self.task.bucket.key(), old, BucketVectors { marks, gone }).await {
            Ok((new, deleted)) => {
                (message.compact_new_index_files, message.compact_deleted_index_files) = (new, deleted);
                Ok(())
            }
            Err(error) => {
                writer.abort().await;
                Err(error)
            }
        }
    }
}

/// How tables that look up merge rows of level 0 (Java `createRewriter`); `None` for all others.
fn lookup_plan(options: &CoreOptions, output_level: i32, is_above: bool) -> Option<LookupPlan> {
    let produces = options.changelog_producer == ChangelogProducer::Lookup;
    let is_full = options.changelog_producer == ChangelogProducer::FullCompaction;
    if !merge::looks_up(options) || is_full || output_level == 0 {
        return None;
    }
    let is_plain = options.merge_engine == MergeEngine::Deduplicate && options.sequence_field.is_empty();
    let older = match options.merge_engine {
        _ if !is_above => Older::Nothing,
        MergeEngine::FirstRow => Older::KnownKeys,
        MergeEngine::Deduplicate if is_plain && !produces && options.deletion_vectors_enabled => Older::Places,
        _ => Older::Rows { level: output_level.saturating_add(1) },
    };
    let merge_alone = matches!(options.merge_engine, MergeEngine::PartialUpdate | MergeEngine::Aggregation);
    Some(LookupPlan { older, merge_alone })
}

/// The files that a merge makes.
struct Outputs {
    /// `None` where only the changelog is wanted.
    rows: Option<DataFileWriter>,
    changelog: DataFileWriter,
}

impl Outputs {
    fn new(table: &Table, task: &CompactTask, kind: &KeyValueTask, with_rows: bool) -> Self {
        let bucket_path = &task.bucket.bucket_path;
        let role = FileRole { level: kind.output_level, source: FileSource::Compact, key_value: true };
        Outputs {
            rows: with_rows.then(|| DataFileWriter::new(table, bucket_path, role, 0)),
            // Java says APPEND of all changelog files.
            changelog: DataFileWriter::new(table, bucket_path, FileRole { source: FileSource::Append, ..role }, 0)
                .with_purpose(FilePurpose::Changelog),
        }
    }

    async fn write(&mut self, merged: Result<Compacted>) -> Result<()> {
        match (merged?, &mut self.rows) {
            (Compacted::Rows(batch), Some(rows)) => rows.write(&batch).await,
            (Compacted::Rows(_), None) => Ok(()),
            (Compacted::Changelog(batch), _) => self.changelog.write(&batch).await,
        }
    }

    /// The files of rows and those of the changelog; none are left after an error.
    async fn close(self, table: &Table, bucket_path: &str) -> Result<(Vec<DataFileMeta>, Vec<DataFileMeta>)> {
        let rows = match self.rows {
            Some(rows) => rows.close().await,
            None => Ok(Vec::new()),
        };
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                self.changelog.abort().await;
                return Err(error);
            }
        };
        match self.changelog.close().await {
            Ok(changelog) => Ok((rows, changelog)),
            Err(error) => {
                for file in &rows {
                    write::remove_data_file(table, bucket_path, file).await;
                }
                Err(error)
            }
        }
    }

    async fn abort(self) {
        if let Some(rows) = self.rows {
            rows.abort().await;
        }
        self.changelog.abort().await;
    }
}

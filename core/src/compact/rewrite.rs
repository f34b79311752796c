//! Carries out one decision: merges, moves up or concatenates the files of a bucket (Java `MergeTreeCompactTask`).

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::{StreamExt, stream::BoxStream};

use super::{CompactTask, KeyValueTask, TaskKind};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    merge::{self, Section},
    read::{self, Compacted, MergeReadOptions, ReadContext},
    scan::{Split, entry_types},
    spec::data_file::{DataFileMeta, FileSource},
    table::Table,
    write::{DataFileWriter, FilePurpose, FileRole},
};

/// Carries out one task: what of the bucket goes and what comes. Nothing of it is visible before it is committed
/// ([`super::commit_rewritten`]). The files of a task that fails are removed.
///
/// Errors: those of reading and writing; `Unsupported` for tables that this build cannot merge.
pub async fn rewrite(table: &Table, task: &CompactTask) -> Result<CommitMessage> {
    super::support::check_compactable(table)?;
    let bucket = &task.bucket;
    let mut message = CommitMessage::new(bucket.partition.clone(), bucket.bucket, bucket.total_buckets);
    let result = match &task.kind {
        TaskKind::KeyValue(kind) => match compact_key_value(table, task, kind, &mut message).await {
            Ok(()) => replace_vectors(task, &mut message),
            error => error,
        },
        TaskKind::Append => concatenate(table, task, &mut message).await,
    };
    if result.is_err() {
        super::remove_new_files(table, &bucket.bucket_path, &message).await;
    }
    result.map(|()| message)
}

/// Deletion vectors go with the files that they are about; a bucket of a primary-key table is read as a whole.
fn replace_vectors(task: &CompactTask, message: &mut CommitMessage) -> Result<()> {
    let is_gone = |name: &String| message.compact_before.iter().any(|file| file.file_name == *name);
    let is_live = |name: &String| task.files.iter().chain(&task.others).any(|file| file.file_name == *name);
    if !task.vectors.files.keys().any(is_gone) {
        return Ok(());
    }
    if let Some(name) = task.vectors.files.keys().find(|name| is_live(name) && !is_gone(name)) {
        return Err(Error::internal("a file with deletion vector was left out of the compaction").at(name));
    }
    message.compact_deleted_index_files.clone_from(&task.vectors.indexes);
    Ok(())
}

async fn concatenate(table: &Table, task: &CompactTask, message: &mut CommitMessage) -> Result<()> {
    let role = FileRole { level: 0, source: FileSource::Compact, key_value: false };
    let first = task.files.iter().map(|file| file.min_sequence_number).min().unwrap_or(0);
    let writer = DataFileWriter::new(table, &task.bucket.bucket_path, role, first);
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    let split = split_of(task, task.files.clone());
    let rows = read::read_all_columns(&context, split).await?;
    message.compact_after.extend(write_all(writer, rows).await?);
    message.compact_before.extend(task.files.iter().cloned());
    Ok(())
}

/// Sections of one run whose files are big move up without a rewrite; all others are merged with their neighbours.
async fn compact_key_value(
    table: &Table,
    task: &CompactTask,
    kind: &KeyValueTask,
    message: &mut CommitMessage,
) -> Result<()> {
    let key_types = entry_types(&table.schema().trimmed_primary_key_fields());
    let small = i64::try_from(table.options().compaction_file_size(true)).unwrap_or(i64::MAX);
    let mut candidate: Vec<Section> = Vec::new();
    for section in merge::sections(task.files.clone(), &key_types)? {
        if section.runs.len() > 1 {
            candidate.push(section);
            continue;
        }
        for file in section.runs.into_iter().flatten() {
            if file.file_size < small || must_read(task, kind, &file) {
                candidate.push(Section { runs: vec![vec![file]] });
            } else {
                flush(table, task, kind, std::mem::take(&mut candidate), message).await?;
                upgrade(table, task, kind, file, message).await?;
            }
        }
    }
    flush(table, task, kind, candidate, message).await
}

async fn flush(
    table: &Table,
    task: &CompactTask,
    kind: &KeyValueTask,
    candidate: Vec<Section>,
    message: &mut CommitMessage,
) -> Result<()> {
    let mut files: Vec<DataFileMeta> = candidate.into_iter().flat_map(|section| section.runs).flatten().collect();
    match files.len() {
        0 => Ok(()),
        1 => match files.pop() {
            Some(file) => upgrade(table, task, kind, file, message).await,
            None => Ok(()),
        },
        _ => merge_files(table, task, kind, files, message).await,
    }
}

/// Whether a file must be read: it must not move up as it is, or a row of it is deleted.
fn must_read(task: &CompactTask, kind: &KeyValueTask, file: &DataFileMeta) -> bool {
    kind.must_read(file) || task.has_vector(&file.file_name)
}

/// Moves a file up as it is, unless its rows must be read.
async fn upgrade(
    table: &Table,
    task: &CompactTask,
    kind: &KeyValueTask,
    file: DataFileMeta,
    message: &mut CommitMessage,
) -> Result<()> {
    if must_read(task, kind, &file) {
        return merge_files(table, task, kind, vec![file], message).await;
    }
    if file.level != kind.output_level {
        message.compact_after.push(DataFileMeta { level: kind.output_level, ..file.clone() });
        message.compact_before.push(file);
    }
    Ok(())
}

async fn merge_files(
    table: &Table,
    task: &CompactTask,
    kind: &KeyValueTask,
    files: Vec<DataFileMeta>,
    message: &mut CommitMessage,
) -> Result<()> {
    let (level, bucket_path) = (kind.output_level, &task.bucket.bucket_path);
    let role = FileRole { level, source: FileSource::Compact, key_value: true };
    let mut outputs = Outputs {
        rows: DataFileWriter::new(table, bucket_path, role, 0),
        // Java says APPEND of all changelog files.
        changelog: DataFileWriter::new(table, bucket_path, FileRole { source: FileSource::Append, ..role }, 0)
            .with_purpose(FilePurpose::Changelog),
    };
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    let options = MergeReadOptions { keep_deletes: !kind.drop_deletes, changelog: kind.changelog };
    let mut merged = read::merge_sorted_files(&context, split_of(task, files.clone()), options).await?;
    while let Some(batch) = merged.next().await {
        if let Err(error) = outputs.write(batch).await {
            outputs.abort().await;
            return Err(error);
        }
    }
    let Outputs { rows, changelog } = outputs;
    match rows.close().await {
        Ok(files) => message.compact_after.extend(files),
        Err(error) => {
            changelog.abort().await;
            return Err(error);
        }
    }
    message.compact_before.extend(files);
    message.compact_changelog_files.extend(changelog.close().await?);
    Ok(())
}

/// The files that a merge makes.
struct Outputs {
    rows: DataFileWriter,
    changelog: DataFileWriter,
}

impl Outputs {
    async fn write(&mut self, merged: Result<Compacted>) -> Result<()> {
        match merged? {
            Compacted::Rows(batch) => self.rows.write(&batch).await,
            Compacted::Changelog(batch) => self.changelog.write(&batch).await,
        }
    }

    async fn abort(self) {
        self.rows.abort().await;
        self.changelog.abort().await;
    }
}

async fn write_all(
    mut writer: DataFileWriter,
    mut rows: BoxStream<'static, Result<RecordBatch>>,
) -> Result<Vec<DataFileMeta>> {
    while let Some(batch) = rows.next().await {
        let written = match batch {
            Ok(batch) => writer.write(&batch).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            writer.abort().await;
            return Err(error);
        }
    }
    writer.close().await
}

fn split_of(task: &CompactTask, files: Vec<DataFileMeta>) -> Split {
    let bucket = &task.bucket;
    Split {
        partition: bucket.partition.clone(),
        partition_values: bucket.partition_values.clone(),
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path.clone(),
        files,
        raw_convertible: false,
        deletions: task.vectors.files.clone(),
        snapshot_id: 0,
    }
}

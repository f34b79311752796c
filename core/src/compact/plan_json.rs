//! Plans as JSON, for workers elsewhere.
//!
//! ```text
//! {"format": "cenote-compact-plan", "version": 1, "table": "db.t", "snapshot": 7, "message_version": 13, "tasks": [
//!   {"kind": "key-value", "output-level": 5, …, "reason": "full", "bucket_path": "pt=1/bucket-0", "runs_before": 6,
//!    "file_count": 7, "bytes": 123456, "message": "<hex>"}, …]}
//! ```
//!
//! The files of a task travel as the bytes of a commit message (Java `CommitMessageSerializer`): those that take part as
//! files that a compaction replaces, those that stay as new files, the index files with deletion vectors as index files
//! that a compaction replaces. What stands beside is for people; nothing but the message says which files are meant.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{CompactPlan, CompactTask, Reason, TaskBucket, TaskKind, TaskVectors};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    scan::{DELETION_VECTORS, entry_types},
    spec::{data_file::DataFileMeta, layout},
    table::Table,
    types::text::{parse_hex, write_hex},
};

const FORMAT: &str = "cenote-compact-plan";
const VERSION: u32 = 1;

/// No table has as many LSM levels.
const MOST_LEVELS: i32 = 1000;

#[derive(Serialize, Deserialize)]
struct PlanJson {
    format: String,
    version: u32,
    table: String,
    snapshot: i64,
    message_version: i32,
    tasks: Vec<TaskJson>,
}

#[derive(Serialize, Deserialize)]
struct TaskJson {
    #[serde(flatten)]
    kind: TaskKind,
    reason: Reason,
    #[serde(default)]
    bucket_path: String,
    runs_before: usize,
    #[serde(default)]
    file_count: usize,
    #[serde(default)]
    bytes: i64,
    message: String,
}

impl CompactPlan {
    /// The plan as JSON; `table` is the name under which it is carried out.
    ///
    /// Errors: `Invalid` for metadata of a file that does not fit into a commit message.
    pub fn to_json(&self, table: &Table) -> Result<Vec<u8>> {
        let json = PlanJson {
            format: FORMAT.to_owned(),
            version: VERSION,
            table: table.name().to_owned(),
            snapshot: self.snapshot_id,
            message_version: CommitMessage::VERSION,
            tasks: self.tasks.iter().map(TaskJson::of).collect::<Result<_>>()?,
        };
        serde_json::to_vec(&json).map_err(|error| Error::internal("cannot write JSON").because(error))
    }

    /// Reads [`CompactPlan::to_json`]. A plan may have been edited: nothing in it can name a file outside of its bucket.
    ///
    /// Errors: `Corrupt` where it is no plan, `Invalid` where it is for another table, or says what no table of this kind
    /// has, `Unsupported` for another version.
    pub fn from_json(table: &Table, json: &[u8]) -> Result<Self> {
        let plan: PlanJson = serde_json::from_slice(json)
            .map_err(|error| Error::corrupt("expected a compaction plan in JSON").because(error))?;
        if plan.format != FORMAT {
            return Err(Error::corrupt(format!("expected a plan of format {FORMAT}, found {:?}", plan.format)));
        }
        if plan.version != VERSION {
            return Err(Error::unsupported(format!("a plan of version {}, expected {VERSION}", plan.version)));
        }
        if plan.table != table.name() {
            let message = format!("the plan was made for table {}, not {}", plan.table, table.name());
            return Err(Error::invalid(message));
        }
        let version = plan.message_version;
        let tasks = plan
            .tasks
            .into_iter()
            .enumerate()
            .map(|(place, task)| task.into_task(table, version).map_err(|error| error.with("task", place)));
        Ok(CompactPlan { snapshot_id: plan.snapshot, tasks: tasks.collect::<Result<_>>()? })
    }
}

impl TaskJson {
    fn of(task: &CompactTask) -> Result<Self> {
        let bucket = &task.bucket;
        let mut message = CommitMessage::new(bucket.partition.clone(), bucket.bucket, bucket.total_buckets);
        message.compact_before.clone_from(&task.files);
        message.new_files.clone_from(&task.others);
        message.compact_deleted_index_files.clone_from(&task.vectors.indexes);
        let mut hex = Vec::new();
        write_hex(&message.to_bytes(CommitMessage::VERSION)?, &mut hex);
        Ok(TaskJson {
            kind: task.kind.clone(),
            reason: task.reason,
            bucket_path: bucket.bucket_path.clone(),
            runs_before: task.runs_before,
            file_count: task.files.len(),
            bytes: task.bytes(),
            message: String::from_utf8(hex).map_err(|error| Error::internal("hex digits").because(error))?,
        })
    }

    fn into_task(self, table: &Table, version: i32) -> Result<CompactTask> {
        let bytes = parse_hex(&self.message).ok_or_else(|| Error::corrupt("expected a message in hex digits"))?;
        let message = CommitMessage::from_bytes(version, &bytes)?;
        let fields = table.schema().partition_fields();
        let partition_values = message.partition.decode(&entry_types(&fields))?;
        let partition_path = layout::partition_path(&fields, &partition_values, table.options());
        let bucket = TaskBucket {
            partition_values,
            bucket: message.bucket,
            total_buckets: message.total_buckets,
            bucket_path: layout::bucket_path(&partition_path, message.bucket),
            partition: message.partition,
        };
        let indexes = message.compact_deleted_index_files;
        for index in &indexes {
            check_name(&index.file_name)?;
            if index.index_type != DELETION_VECTORS {
                return Err(Error::invalid("expected an index file with deletion vectors").at(&index.file_name));
            }
        }
        let task = CompactTask {
            vectors: TaskVectors::of_indexes(table, bucket.key(), indexes)?,
            bucket,
            kind: self.kind,
            reason: self.reason,
            files: message.compact_before,
            others: message.new_files,
            runs_before: self.runs_before,
        };
        check_task(table, &task).map_err(|error| error.with("bucket", &task.bucket.bucket_path))?;
        Ok(task)
    }
}

fn check_task(table: &Table, task: &CompactTask) -> Result<()> {
    let max_level = match &task.kind {
        TaskKind::KeyValue(kind) => {
            if !(0..=kind.max_level.min(MOST_LEVELS)).contains(&kind.output_level) {
                let message = format!("expected a level of 0 to {}, found {}", kind.max_level, kind.output_level);
                return Err(Error::invalid(message));
            }
            kind.max_level
        }
        // Files that were clustered step by step keep their levels when the option goes.
        TaskKind::Append => MOST_LEVELS,
        TaskKind::Cluster(kind) => {
            kind.check(table.schema())?;
            if !(0..=MOST_LEVELS).contains(&kind.output_level) {
                return Err(Error::invalid(format!("no level {} of clustered files", kind.output_level)));
            }
            MOST_LEVELS
        }
    };
    if matches!(task.kind, TaskKind::KeyValue(_)) != table.schema().is_primary_key_table() {
        return Err(Error::invalid("a task of another kind of table").at(table.name()));
    }
    if task.bucket.bucket < 0 && task.bucket.bucket != layout::POSTPONE_BUCKET {
        return Err(Error::invalid(format!("no table has a bucket {}", task.bucket.bucket)));
    }
    if task.files.is_empty() {
        return Err(Error::invalid("a task without files"));
    }
    let mut names = HashSet::new();
    for file in task.files.iter().chain(&task.others) {
        check_file(file, max_level).map_err(|error| error.at(file.file_name.escape_debug()))?;
        if !names.insert(file.file_name.as_str()) {
            return Err(Error::invalid("a file that stands in a task twice").at(&file.file_name));
        }
    }
    Ok(())
}

fn check_file(file: &DataFileMeta, max_level: i32) -> Result<()> {
    for name in file.extra_files.iter().chain([&file.file_name]) {
        check_name(name)?;
    }
    if file.file_size < 0 || file.row_count < 0 || !(0..=max_level).contains(&file.level) {
        let (size, rows, level) = (file.file_size, file.row_count, file.level);
        return Err(Error::invalid(format!("a file of {size} bytes and {rows} rows at level {level} of {max_level}")));
    }
    Ok(())
}

/// The name of a file in its folder.
fn check_name(name: &str) -> Result<()> {
    let is_plain = !matches!(name, "" | "." | "..") && !name.contains(['/', '\\']) && !name.contains(char::is_control);
    match is_plain {
        true => Ok(()),
        false => Err(Error::invalid("expected the name of a file within its folder").at(name.escape_debug())),
    }
}

#[cfg(test)]
mod tests;

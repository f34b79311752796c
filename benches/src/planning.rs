//! Planning a table of 100,000 data files that are not there: manifests are made, data files are not.

use std::{collections::BTreeMap, fs, path::Path, process::Command, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    commit::CommitMessage,
    io::{Runtime, Storage},
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        stats::{ColumnStats, SimpleStats},
    },
    types::{DataField, DataType, Datum, TypeKind},
};
use futures::executor::block_on;

use crate::runtime::Threads;

/// Live data files.
pub(crate) const FILES: i64 = 100_000;
/// Commits that made them; the last one also compacts.
const COMMITS: i64 = 20;
const PARTITIONS: i64 = 100;
/// Files that the last commit replaces, ten by one.
const COMPACTED: i64 = 5_000;
const ROWS_PER_FILE: i64 = 10_000;

/// What planning took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    /// Files of the plan.
    pub(crate) files: i64,
    pub(crate) seconds: f64,
    /// Greatest resident memory of the process, less what it had before.
    pub(crate) megabytes: f64,
}

fn catalog(warehouse: &Path) -> Result<FileSystemCatalog> {
    let runtime: Arc<dyn Runtime> = Arc::new(Threads::new()?);
    let storage = Storage::local(warehouse.to_str().context("the folder's name is not text")?, runtime.clone())?;
    Ok(FileSystemCatalog::new(storage, runtime))
}

fn fields() -> Vec<DataField> {
    let types = [
        ("dt", TypeKind::STRING),
        ("id", TypeKind::BigInt),
        ("ts", TypeKind::Timestamp(3)),
        ("city", TypeKind::STRING),
        ("qty", TypeKind::Int),
        ("price", TypeKind::Double),
        ("note", TypeKind::STRING),
    ];
    let field = |(id, (name, kind)): (i32, (&str, TypeKind))| DataField::new(id, name, DataType::nullable(kind));
    (0..).zip(types).map(field).collect()
}

/// Makes table `b.planned` in `warehouse`, unless it is there.
pub(crate) fn make(warehouse: &Path) -> Result<()> {
    if warehouse.join("made").exists() {
        return Ok(());
    }
    let _ = fs::remove_dir_all(warehouse);
    fs::create_dir_all(warehouse)?;
    block_on(async {
        let catalog = catalog(warehouse)?;
        catalog.create_database("b", true).await?;
        let table = NewTable {
            fields: fields(),
            primary_keys: Vec::new(),
            partition_keys: vec!["dt".to_owned()],
            options: BTreeMap::from([("bucket".to_owned(), "-1".to_owned())]),
            comment: None,
        };
        catalog.create_table("b", "planned", table, true).await?;
        let table = catalog.get_table("b", "planned").await?;
        // What is compacted away is made in addition; what replaces it too.
        let plain = FILES - COMPACTED / 10 + COMPACTED;
        for commit in 0..COMMITS {
            let numbers = plain * commit / COMMITS..plain * (commit + 1) / COMMITS;
            let mut messages: BTreeMap<i64, CommitMessage> = BTreeMap::new();
            for number in numbers {
                message(&mut messages, number % PARTITIONS)?.new_files.push(file(number, FileSource::Append)?);
            }
            table.new_commit(None).commit(commit, &messages.into_values().collect::<Vec<_>>()).await?;
        }
        let mut messages = BTreeMap::new();
        for number in 0..COMPACTED {
            let message = message(&mut messages, number % PARTITIONS)?;
            message.compact_before.push(file(number, FileSource::Append)?);
            if number / PARTITIONS % 10 == 0 {
                message.compact_after.push(file(plain + number, FileSource::Compact)?);
            }
        }
        table.new_commit(None).commit(COMMITS, &messages.into_values().collect::<Vec<_>>()).await?;
        Ok::<_, anyhow::Error>(())
    })?;
    fs::write(warehouse.join("made"), "")?;
    Ok(())
}

fn message(messages: &mut BTreeMap<i64, CommitMessage>, partition: i64) -> Result<&mut CommitMessage> {
    let day = Datum::String(format!("2026-{:02}-{:02}", partition / 28 + 1, partition % 28 + 1));
    let row = BinaryRow::encode(&[DataType::nullable(TypeKind::STRING)], &[Some(day)])?;
    Ok(messages.entry(partition).or_insert_with(|| CommitMessage::new(row, 0, -1)))
}

/// A file as an append writer leaves it, with statistics of all columns.
fn file(number: i64, source: FileSource) -> Result<DataFileMeta> {
    let partition = number % PARTITIONS;
    let day = format!("2026-{:02}-{:02}", partition / 28 + 1, partition % 28 + 1);
    let start = number * ROWS_PER_FILE;
    let text = |text: String| Datum::String(text);
    let time = |millis| Datum::Timestamp { millis, nanos: 0 };
    let bounds = [
        (text(day.clone()), text(day)),
        (Datum::BigInt(start), Datum::BigInt(start + ROWS_PER_FILE - 1)),
        (time(1_767_000_000_000 + start), time(1_767_000_000_000 + start + ROWS_PER_FILE)),
        (text("amsterdam".to_owned()), text("zurich".to_owned())),
        (Datum::Int(0), Datum::Int(999)),
        (Datum::Double(0.01), Datum::Double(99.99)),
        (text(format!("note-{number}")), text(format!("note-{number}z"))),
    ];
    let columns = bounds.map(|(min, max)| ColumnStats { min: Some(min), max: Some(max), null_count: Some(0) });
    let types: Vec<DataType> = fields().into_iter().map(|field| field.data_type).collect();
    Ok(DataFileMeta {
        file_name: format!("data-{:08x}-7b1c-4e0f-9d2a-{number:012x}-0.parquet", number * 2_654_435_761 % 0xFFFF_FFFF),
        file_size: 3_000_000 + number % 1000,
        row_count: ROWS_PER_FILE,
        min_key: BinaryRow::empty(),
        max_key: BinaryRow::empty(),
        key_stats: SimpleStats::empty(),
        value_stats: SimpleStats::from_columns(&types, &columns)?,
        min_sequence_number: start,
        max_sequence_number: start + ROWS_PER_FILE - 1,
        schema_id: 0,
        level: 0,
        extra_files: Vec::new(),
        creation_time_millis: Some(1_767_000_000_000 + number),
        delete_row_count: Some(0),
        embedded_index: None,
        file_source: Some(source),
        value_stats_cols: None,
        external_path: None,
        first_row_id: None,
        write_cols: None,
        write_cols_sequences: None,
    })
}

/// Opens and plans the table in a process of its own, for its memory; `filter` may be empty.
pub(crate) fn ours(warehouse: &Path, filter: &str) -> Result<Planned> {
    let mut command = Command::new(std::env::current_exe()?);
    parse(command.arg("plan").arg(warehouse).arg(filter))
}

/// What that process does.
pub(crate) fn plan(warehouse: &Path, filter: &str) -> Result<()> {
    let before = peak_memory();
    block_on(async {
        let start = Instant::now();
        let table = catalog(warehouse)?.get_table("b", "planned").await?;
        let scan = table.scan();
        let scan = if filter.is_empty() { scan } else { scan.filter_text(filter) };
        let plan = scan.plan().await?;
        let seconds = start.elapsed().as_secs_f64();
        let files: usize = plan.splits.iter().map(|split| split.files.len()).sum();
        println!("{files} {seconds:.4} {:.1}", peak_memory() - before);
        Ok(())
    })
}

/// Runs a planner that prints files, seconds and megabytes.
pub(crate) fn parse(command: &mut Command) -> Result<Planned> {
    let output = command.output().context("planner did not start")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    match *numbers.as_slice() {
        [files, seconds, megabytes] => Ok(Planned { files: files as i64, seconds, megabytes }),
        _ => bail!("planner failed: {text} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Greatest resident memory of this process so far in MB; 0 where the system does not tell.
pub(crate) fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

//! The tables: made once with our writer, copied for each round.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    compact::{self, CompactOptions},
    io::{Runtime, Storage},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::executor::block_on;

use super::scaled;
use crate::runtime::Threads;

const CITIES: [&str; 8] = ["ams", "ber", "cdg", "dub", "lis", "mad", "osl", "prg"];
const BATCH: u64 = 65_536;

pub(super) fn catalog(warehouse: &Path) -> Result<FileSystemCatalog> {
    let runtime: Arc<dyn Runtime> = Arc::new(Threads::new()?);
    let storage = Storage::local(warehouse.to_str().context("the folder's name is not text")?, runtime.clone())?;
    Ok(FileSystemCatalog::new(storage, runtime))
}

pub(super) fn open(warehouse: &Path, name: &str) -> Result<Table> {
    Ok(block_on(catalog(warehouse)?.get_table("b", name))?)
}

/// Makes a table with the key `id`, or an append table; the folder of the table.
pub(super) fn create(warehouse: &Path, name: &str, keyed: bool, options: &[(&str, &str)]) -> Result<PathBuf> {
    let types = [
        ("id", TypeKind::BigInt),
        ("ts", TypeKind::BigInt),
        ("city", TypeKind::STRING),
        ("qty", TypeKind::Int),
        ("price", TypeKind::Double),
        ("note", TypeKind::STRING),
    ];
    let field = |(id, (name, kind)): (i32, (&str, TypeKind))| match name {
        "id" => DataField::new(id, name, DataType::not_null(kind)),
        _ => DataField::new(id, name, DataType::nullable(kind)),
    };
    let mut all = BTreeMap::from([("file.compression", "zstd"), ("file.compression.zstd-level", "1")]);
    all.extend(options.iter().copied());
    let new = NewTable {
        fields: (0..).zip(types).map(field).collect(),
        primary_keys: if keyed { vec!["id".to_owned()] } else { Vec::new() },
        partition_keys: Vec::new(),
        options: all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        comment: None,
    };
    fs::create_dir_all(warehouse)?;
    block_on(async {
        let catalog = catalog(warehouse)?;
        catalog.create_database("b", true).await?;
        catalog.create_table("b", name, new, false).await?;
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(warehouse.join("b.db").join(name))
}

/// SplitMix64, as the program in Java has it.
fn mix(number: u64) -> u64 {
    let state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

/// Rows by their numbers; ids are below `keys`, or the numbers themselves.
fn batch(numbers: std::ops::Range<u64>, keys: Option<u64>) -> Result<RecordBatch> {
    let drawn: Vec<(u64, u64, u64)> = numbers.map(|number| (number, mix(2 * number), mix(2 * number + 1))).collect();
    let id = |(number, one, _): &(u64, u64, u64)| keys.map_or(*number, |keys| one % keys) as i64;
    let city = |(_, _, two): &(u64, u64, u64)| CITIES.get((two >> 61) as usize).copied();
    let note = |(_, one, two): &(u64, u64, u64)| Some(format!("note-{}", (one ^ two) % 1_000_000));
    let columns: [(&str, ArrayRef); 6] = [
        ("id", Arc::new(drawn.iter().map(id).collect::<Int64Array>())),
        (
            "ts",
            Arc::new(drawn.iter().map(|d| 1_700_000_000_000 + (d.2 % 1_000_000_000) as i64).collect::<Int64Array>()),
        ),
        ("city", Arc::new(drawn.iter().map(city).collect::<StringArray>())),
        ("qty", Arc::new(drawn.iter().map(|d| ((d.1 >> 32) % 1000) as i32).collect::<Int32Array>())),
        ("price", Arc::new(drawn.iter().map(|d| ((d.2 >> 16) % 10_000) as f64 / 100.0).collect::<Float64Array>())),
        ("note", Arc::new(drawn.iter().map(note).collect::<StringArray>())),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// Writes rows in one commit.
pub(super) fn write(table: &Table, numbers: std::ops::Range<u64>, keys: Option<u64>) -> Result<()> {
    block_on(async {
        let mut write = table.new_write()?;
        let mut start = numbers.start;
        while start < numbers.end {
            let end = (start + BATCH).min(numbers.end);
            write.write(batch(start..end, keys)?, None).await?;
            start = end;
        }
        let messages = write.prepare_commit().await?;
        table.new_commit(None).commit(i64::MAX, &messages).await?;
        Ok(())
    })
}

/// Compacts everything.
pub(super) async fn compact_in_place(table: &Table) -> Result<()> {
    compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await?;
    Ok(())
}

fn compact_fully(table: &Table) -> Result<()> {
    block_on(compact_in_place(table))
}

/// Makes a table unless an earlier run has; gives its folder.
fn once(folder: &Path, name: &str, make: impl FnOnce(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    let warehouse = folder.join(format!("{name}-{}", super::scale()));
    let done = warehouse.join("made");
    if !done.exists() {
        let _ = fs::remove_dir_all(&warehouse);
        fs::create_dir_all(&warehouse)?;
        let table = make(&warehouse)?;
        fs::write(&done, table.to_string_lossy().as_bytes())?;
    }
    Ok(PathBuf::from(fs::read_to_string(done)?))
}

/// Five overlapping runs of a million rows over half as many more keys.
pub(super) fn runs(folder: &Path, name: &str, buckets: u32) -> Result<PathBuf> {
    let rows = scaled(1_000_000, 500);
    once(folder, name, |warehouse| {
        let made = create(warehouse, "t", true, &[("bucket", &buckets.to_string()), ("write-buffer-size", "1 gb")])?;
        let table = open(warehouse, "t")?;
        for run in 0..5 {
            write(&table, run * rows..(run + 1) * rows, Some(rows * 5 / 2))?;
        }
        Ok(made)
    })
}

/// A large run at the top and five small ones below.
pub(super) fn minor(folder: &Path) -> Result<PathBuf> {
    let rows = scaled(1_000_000, 1_000);
    once(folder, "minor", |warehouse| {
        let made = create(warehouse, "t", true, &[("bucket", "1"), ("write-buffer-size", "1 gb")])?;
        let table = open(warehouse, "t")?;
        write(&table, 0..rows, Some(rows * 5 / 2))?;
        compact_fully(&table)?;
        for run in 0..5 {
            let start = rows + run * rows / 20;
            write(&table, start..start + rows / 20, Some(rows * 5 / 2))?;
        }
        Ok(made)
    })
}

/// A thousand commits of one small file each.
pub(super) fn append(folder: &Path) -> Result<PathBuf> {
    let files = scaled(1_000, 12);
    once(folder, "append", |warehouse| {
        let made = create(warehouse, "t", false, &[("compaction.min.file-num", "5")])?;
        let table = open(warehouse, "t")?;
        for file in 0..files {
            write(&table, file * 1_000..(file + 1) * 1_000, None)?;
        }
        Ok(made)
    })
}

/// The same after a compaction: the old files go with their snapshots.
pub(super) fn append_compacted(folder: &Path, append: &Path) -> Result<PathBuf> {
    once(folder, "append-compacted", |warehouse| {
        let made = warehouse.join("b.db").join("t");
        copy(append, &made)?;
        compact_fully(&open(warehouse, "t")?)?;
        Ok(made)
    })
}

/// The same with so many other files that there are a hundred thousand, three days old.
pub(super) fn orphans(folder: &Path, append: &Path) -> Result<PathBuf> {
    once(folder, "orphans", |warehouse| {
        let made = warehouse.join("b.db").join("t");
        copy(append, &made)?;
        let old = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
        let more = scaled(100_000, 500) - scaled(1_000, 12);
        for number in 0..more {
            let name = format!("data-{:08x}-7b1c-4e0f-9d2a-{number:012x}-0.parquet", mix(number) as u32);
            let file = File::create(made.join("bucket-0").join(name))?;
            file.set_modified(old)?;
        }
        Ok(made)
    })
}

/// Copies a table. Files that nobody writes to again are linked.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let is_data = entry.file_name().to_string_lossy().starts_with("data-");
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !is_data || fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

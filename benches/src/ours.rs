//! Our side of each measurement.

use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result};
use arrow_array::RecordBatch;
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    compact::{self, CompactOptions},
    io::{Runtime, Storage},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::executor::block_on;

use crate::{checksum::Checksum, runtime::Threads};

fn catalog(warehouse: &Path) -> Result<FileSystemCatalog> {
    let runtime: Arc<dyn Runtime> = Arc::new(Threads::new()?);
    let storage = Storage::local(warehouse.to_str().context("the folder's name is not text")?, runtime.clone())?;
    Ok(FileSystemCatalog::new(storage, runtime))
}

/// Reads a table whole; gives the rows.
pub(crate) fn scan(warehouse: &Path, name: &str) -> Result<usize> {
    block_on(async {
        let table = catalog(warehouse)?.get_table("b", name).await?;
        let mut stream = table.scan().stream().await?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            rows += batch?.num_rows();
        }
        Ok(rows)
    })
}

/// The checksum of a table's rows.
pub(crate) fn checksum(warehouse: &Path, name: &str) -> Result<String> {
    block_on(async {
        let table = catalog(warehouse)?.get_table("b", name).await?;
        let mut stream = table.scan().stream().await?;
        let mut checksum = Checksum::default();
        while let Some(batch) = stream.next().await {
            checksum.add(&batch?)?;
        }
        Ok(checksum.to_string())
    })
}

/// Compacts a deduplicate table fully and makes it a first-row one, unless it is: batch reads leave out level 0 of those,
/// so there is no merge-on-read of them, and neither engine compacts them.
pub(crate) fn make_first_row(warehouse: &Path, name: &str) -> Result<()> {
    let schema = warehouse.join("b.db").join(name).join("schema").join("schema-0");
    let text = fs::read_to_string(&schema)?;
    if text.contains("first-row") {
        return Ok(());
    }
    block_on(async {
        let table = catalog(warehouse)?.get_table("b", name).await?;
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await?;
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(fs::write(schema, text.replace("deduplicate", "first-row"))?)
}

/// Writes the rows that the peer wrote; gives the seconds of appends and of upserts.
pub(crate) fn write(rows: &Path, warehouse: &Path) -> Result<(f64, f64)> {
    let _ = fs::remove_dir_all(warehouse);
    fs::create_dir_all(warehouse)?;
    block_on(async {
        let catalog = catalog(warehouse)?;
        catalog.create_database("b", true).await?;
        catalog.create_table("b", "app", new_table(&[], "-1"), true).await?;
        catalog.create_table("b", "pk", new_table(&["id"], "2"), true).await?;
        let app = write_rounds(&catalog.get_table("b", "app").await?, rows, "app", 3).await?;
        let pk = write_rounds(&catalog.get_table("b", "pk").await?, rows, "pk", 5).await?;
        Ok((app, pk))
    })
}

async fn write_rounds(table: &Table, rows: &Path, name: &str, rounds: usize) -> Result<f64> {
    let mut seconds = 0.0;
    for round in 0..rounds {
        let batches = batches(&rows.join(format!("{name}-{round}.arrow")))?;
        let start = Instant::now();
        let mut write = table.new_write()?;
        for batch in batches {
            write.write(batch, None).await?;
        }
        let messages = write.prepare_commit().await?;
        table.new_commit(None).commit(i64::MAX, &messages).await?;
        seconds += start.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn batches(file: &Path) -> Result<Vec<RecordBatch>> {
    let reader = arrow_ipc::reader::FileReader::try_new(File::open(file)?, None)?;
    Ok(reader.collect::<Result<_, _>>()?)
}

fn new_table(primary_keys: &[&str], bucket: &str) -> NewTable {
    let types = [
        ("id", TypeKind::BigInt),
        ("ts", TypeKind::Timestamp(3)),
        ("city", TypeKind::STRING),
        ("qty", TypeKind::Int),
        ("price", TypeKind::Double),
        ("note", TypeKind::STRING),
    ];
    let field = |(id, (name, kind)): (i32, (&str, TypeKind))| DataField::new(id, name, DataType::nullable(kind));
    NewTable {
        fields: (0..).zip(types).map(field).collect(),
        primary_keys: primary_keys.iter().map(|name| (*name).to_owned()).collect(),
        partition_keys: Vec::new(),
        options: [("bucket".to_owned(), bucket.to_owned())].into(),
        comment: None,
    }
}

/// Copies the peer's primary-key table and compacts the copy fully; gives the seconds of the compaction.
pub(crate) fn full_compaction(from: &Path, to: &Path) -> Result<f64> {
    let _ = fs::remove_dir_all(to);
    copy(&from.join("b.db").join("pk"), &to.join("b.db").join("pk"))?;
    block_on(async {
        let table = catalog(to)?.get_table("b", "pk").await?;
        let start = Instant::now();
        let report = compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await?;
        report.snapshot_id.context("nothing was compacted")?;
        Ok(start.elapsed().as_secs_f64())
    })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

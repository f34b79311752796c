//! The limit: the parquet crate alone on the same data files, all columns, a file a task on as many threads as we use.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Result, anyhow};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Reads every Parquet file of a table; gives the rows in files.
pub(crate) fn read(warehouse: &Path, table: &str) -> Result<usize> {
    let files = Mutex::new(parquet_files(&warehouse.join("b.db").join(table))?);
    let rows = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || -> Result<()> {
        loop {
            let Some(file) = files.lock().map_err(|_| anyhow!("a reader panicked"))?.pop() else { return Ok(()) };
            for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.with_batch_size(8192).build()? {
                rows.fetch_add(batch?.num_rows(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a reader panicked"))?)
    })?;
    Ok(rows.into_inner())
}

fn parquet_files(table: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for bucket in std::fs::read_dir(table)? {
        let bucket = bucket?;
        if bucket.file_name().to_string_lossy().starts_with("bucket-") {
            for file in std::fs::read_dir(bucket.path())? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "parquet"));
    Ok(files)
}

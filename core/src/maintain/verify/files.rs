//! One file: is it there, how long is it, and, if asked, does it hold what the metadata says?

use std::collections::HashMap;

use super::{VerifyFinding, VerifyLevel, as_finding, finding::Fault, found, rows, state::is_refusal};
use crate::{
    error::Result,
    io::Storage,
    scan::{DeletionFile, locate_external},
    spec::data_file::DataFileMeta,
    table::Table,
};

/// A file that a state needs.
pub(super) struct Wanted {
    /// Relative to the table folder, or absolute where external.
    pub(super) path: String,
    pub(super) external: bool,
    /// Length in bytes, where the metadata tells.
    pub(super) size: Option<i64>,
    pub(super) holds: Holds,
}

/// What is known of the content of a file.
pub(super) enum Holds {
    /// Nothing that could be checked.
    Nothing,
    /// Rows.
    Rows(Box<RowsOf>),
}

/// A data file and what is deleted of it.
pub(super) struct RowsOf {
    pub(super) bucket: i32,
    pub(super) file: DataFileMeta,
    pub(super) deletions: Option<DeletionFile>,
}

impl Wanted {
    /// A file of which only the name is known, and perhaps the size.
    pub(super) fn metadata(path: String, size: Option<i64>) -> Self {
        Wanted { path, external: false, size, holds: Holds::Nothing }
    }

    /// A data file and those beside it.
    pub(super) fn data(
        bucket_path: &str,
        bucket: i32,
        file: DataFileMeta,
        deletions: &HashMap<String, DeletionFile>,
    ) -> Vec<Wanted> {
        let external = file.external_path.is_some();
        let folder = match &file.external_path {
            Some(path) => path.rsplit_once('/').map_or("", |(folder, _)| folder),
            None => bucket_path,
        };
        let beside = file.extra_files.iter();
        let mut wanted: Vec<Wanted> =
            beside.map(|name| Wanted { external, ..Wanted::metadata(format!("{folder}/{name}"), None) }).collect();
        let path = file.external_path.clone().unwrap_or_else(|| format!("{bucket_path}/{}", file.file_name));
        let deletions = deletions.get(&file.file_name).cloned();
        let size = Some(file.file_size);
        let holds = Holds::Rows(Box::new(RowsOf { bucket, file, deletions }));
        wanted.push(Wanted { path, external, size, holds });
        wanted
    }
}

/// What a look at a file gave.
#[derive(Default)]
pub(super) struct Look {
    pub(super) findings: Vec<VerifyFinding>,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) skipped: Vec<String>,
}

/// Looks at a file. Errors: those of a store that does not answer.
pub(super) async fn look(table: &Table, file: Wanted, level: VerifyLevel, state: &str) -> Result<Look> {
    let mut look = Look { bytes: file.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0), ..Look::default() };
    let (storage, path) = if file.external {
        match locate_external(table.storage(), table.schema(), &file.path) {
            Ok(found) => (found.storage, found.path),
            Err(error) => {
                look.skipped.push(error.to_string());
                return Ok(look);
            }
        }
    } else {
        (table.storage().clone(), file.path.clone())
    };
    if let Some(finding) = presence(&storage, &path, &file, state, &mut look.skipped).await? {
        look.findings.push(finding);
        return Ok(look);
    }
    if level == VerifyLevel::Rows
        && let Holds::Rows(of) = &file.holds
    {
        rows::look(table, (&storage, &path), of, state, &mut look).await?;
    }
    Ok(look)
}

/// A finding where the file is not there or has another size.
async fn presence(
    storage: &Storage,
    path: &str,
    file: &Wanted,
    state: &str,
    skipped: &mut Vec<String>,
) -> Result<Option<VerifyFinding>> {
    let stat = match storage.stat(path).await {
        Err(error) if is_refusal(error.kind()) => {
            skipped.push("sizes: the store does not tell them, so that only the end of each file was read".to_owned());
            return last_byte(storage, path, file, state).await;
        }
        stat => stat?,
    };
    let Some(stat) = stat else {
        return Ok(Some(found(Fault::Missing, &file.path, state, "the metadata names it and it is not there")));
    };
    Ok(file
        .size
        .filter(|size| i64::try_from(stat.size) != Ok(*size))
        .map(|size| found(Fault::WrongSize, &file.path, state, format!("expected {size} bytes, found {}", stat.size))))
}

/// For servers that answer only GET: a file that has its last byte is there, and not shorter than it should be.
async fn last_byte(storage: &Storage, path: &str, file: &Wanted, state: &str) -> Result<Option<VerifyFinding>> {
    let read = match file.size.and_then(|size| u64::try_from(size).ok()).filter(|size| *size > 0) {
        Some(size) => storage.get_range(path, size - 1..size).await.map(drop),
        None => storage.get(path).await.map(drop),
    };
    match read {
        Ok(()) => Ok(None),
        Err(error) => as_finding(error, &file.path, state).map(Some),
    }
}

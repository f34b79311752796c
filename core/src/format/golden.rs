//! Tests that read data files of the golden tables (written by other implementations), where they are at hand.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{TryStreamExt, executor::block_on};
use serde_json::Value;

use super::{ReadRequest, read};
use crate::{
    error::Result,
    io::{InlineRuntime, Storage},
    spec::table_schema::TableSchema,
    types::json_rows,
};

/// The folder of the golden tables, if it is there.
pub(super) fn folder() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    ["../shared/golden", "../../shared/golden"].iter().map(|path| root.join(path)).find(|path| path.is_dir())
}

/// All batches of a file given as bytes.
pub(super) fn read_bytes(name: &str, file: &[u8], request: ReadRequest) -> Result<Vec<arrow_array::RecordBatch>> {
    let storage = Storage::memory(Arc::new(InlineRuntime::new(1, 0)));
    block_on(async {
        storage.put(name, file.to_vec().into()).await?;
        read(&storage, name, file.len() as u64, request).await?.try_collect().await
    })
}

/// The rows of a file given as bytes, as canonical JSON cells.
pub(super) fn read_cells(name: &str, file: &[u8], request: ReadRequest) -> Result<Vec<Vec<Value>>> {
    let fields = request.fields.clone();
    let mut rows = Vec::new();
    for batch in read_bytes(name, file, request)? {
        rows.extend(json_rows::row_cells(&batch, &fields)?);
    }
    Ok(rows)
}

fn data_files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            data_files(&path, extension, found);
        } else if path.extension().is_some_and(|end| end == extension) {
            found.push(path);
        }
    }
}

/// Compares the rows in the data files of the append-only table `case` with the expected ones; false without golden tables.
pub(super) fn check(case: &str, extension: &str) -> bool {
    let Some(folder) = folder().map(|folder| folder.join(case)) else { return false };
    let expect: Value = serde_json::from_slice(&fs::read(folder.join("expect.json")).unwrap()).unwrap();
    let part = |name: &str| expect[name].as_str().unwrap().to_owned();
    let table = folder.join(format!("warehouse/{}.db/{}", part("database"), part("table")));
    let schema = TableSchema::from_json(&fs::read(table.join("schema/schema-0")).unwrap()).unwrap();

    let mut files = Vec::new();
    let buckets = fs::read_dir(&table).unwrap().map(|entry| entry.unwrap().path());
    for bucket in buckets.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("bucket-")) {
        data_files(&bucket, extension, &mut files);
    }
    assert!(!files.is_empty(), "{case}");
    let mut found = Vec::new();
    for file in files {
        let (name, bytes) = (file.file_name().unwrap().to_str().unwrap(), fs::read(&file).unwrap());
        // Batches of odd sizes, so that most boundaries lie within pages, blocks and runs.
        for batch_rows in [8192, 3] {
            let request = ReadRequest::new(schema.fields.clone()).with_batch_rows(batch_rows);
            let rows = read_cells(name, &bytes, request).unwrap_or_else(|error| panic!("{case} {error}"));
            if batch_rows > 3 {
                found.extend(rows);
            } else {
                assert_eq!(rows, found[found.len() - rows.len()..], "{case} {name}");
            }
        }
    }
    let cells = |row: &Value| schema.fields.iter().map(|field| row[&field.name].clone()).collect::<Vec<_>>();
    let expected = expect["latest"]["rows"].as_array().unwrap().iter().map(cells).collect::<Vec<_>>();
    let sorted = |rows: Vec<Vec<Value>>| {
        let mut rows = rows.into_iter().map(Value::from).collect::<Vec<_>>();
        rows.sort_by_key(Value::to_string);
        rows
    };
    let (found, expected) = (sorted(found), sorted(expected));
    for (found, expected) in found.iter().zip(&expected) {
        for (index, field) in schema.fields.iter().enumerate() {
            assert_eq!(found[index], expected[index], "{case} {} of {expected}", field.name);
        }
    }
    assert_eq!(found.len(), expected.len(), "{case}");
    true
}

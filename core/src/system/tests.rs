//! System tables of the golden tables, where these stand beside the checkout.

use std::{fs, path::PathBuf, sync::Arc};

use arrow_array::{Array, cast::AsArray, types::Int64Type};
use futures::executor::block_on;

use super::*;
use crate::{
    io::{InlineRuntime, Runtime, Storage},
    spec::options::Bucket,
};

/// Every golden table: its case folder and a table in memory with its metadata.
fn tables(check: impl Fn(&str, &Table, &serde_json::Value)) {
    let core = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(golden) = core.ancestors().map(|folder| folder.join("shared/golden")).find(|folder| folder.is_dir())
    else {
        return;
    };
    for case in fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let expect: serde_json::Value = serde_json::from_slice(&fs::read(case.join("expect.json")).unwrap()).unwrap();
        let database = case.join("warehouse").join(format!("{}.db", expect["database"].as_str().unwrap()));
        let folder = database.join(expect["table"].as_str().unwrap());
        let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(1, 0));
        let storage = Storage::memory(Arc::clone(&runtime));
        for part in ["schema", "snapshot", "manifest", "tag", "branch", "consumer", "statistics"] {
            copy(&storage, &folder, part);
        }
        let table = block_on(Table::open(storage, name.clone(), runtime)).unwrap();
        check(&name, &table, &expect);
    }
}

fn copy(storage: &Storage, root: &PathBuf, part: &str) {
    let Ok(entries) = fs::read_dir(root.join(part)) else { return };
    for entry in entries.map(Result::unwrap) {
        let path = format!("{part}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            copy(storage, root, &path);
        } else {
            block_on(storage.put(&path, fs::read(entry.path()).unwrap().into())).unwrap();
        }
    }
}

#[test]
fn every_system_table_of_every_golden_table_reads() {
    tables(|case, table, expect| {
        let read = |name: &str| block_on(read(table, name)).unwrap_or_else(|error| panic!("{case}${name}: {error}"));
        for name in NAMES.into_iter().filter(|name| *name != "file_indexes") {
            let (fields, batch) = read(name);
            assert_eq!(fields.len(), batch.num_columns(), "{case}${name}");
        }
        let snapshots = read("snapshots").1;
        assert_eq!(snapshots.num_rows(), expect["snapshots"].as_array().unwrap().len(), "{case}");
        let live =
            expect["snapshots"].as_array().unwrap().last().map_or(0, |last| last["live_files"].as_u64().unwrap());
        let in_buckets = if table.options().bucket == Bucket::Postpone { 0 } else { live };
        assert_eq!(read("files").1.num_rows() as u64, in_buckets, "{case}");
        assert_eq!(read("tags").1.num_rows(), expect["tags"].as_object().map_or(0, serde_json::Map::len), "{case}");
        if let Some(partitions) =
            expect["partitions"].as_array().filter(|partitions| !partitions.is_empty() && in_buckets > 0)
        {
            let batch = read("partitions").1;
            let sum = |name: &str| -> i64 {
                batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().iter().sum()
            };
            let expected =
                |name: &str| partitions.iter().map(|partition| partition[name].as_i64().unwrap()).sum::<i64>();
            assert_eq!(batch.num_rows(), partitions.len(), "{case}");
            assert_eq!(sum("record_count"), expected("record_count"), "{case}");
            assert_eq!(sum("file_count"), expected("file_count"), "{case}");
        }
    });
}

/// Only metadata is copied: side-car index files are not there, embedded ones are.
#[test]
fn file_indexes_of_golden_tables_read() {
    tables(|case, table, _| match block_on(read(table, "file_indexes")) {
        Ok((_, batch)) if case.contains("index_") => {
            assert!(batch.num_rows() > 0, "{case}");
            let kinds = batch.column_by_name("index_type").unwrap().as_string::<i32>();
            let named = case.trim_start_matches("j09_").trim_start_matches("index_").replace('_', "-");
            assert!(kinds.iter().flatten().any(|kind| kind == named), "{case}: {kinds:?}");
        }
        Ok(_) => {}
        Err(error) => assert!(case.contains("index_") && error.is_not_found(), "{case}: {error}"),
    });
}

#[test]
fn texts_are_javas() {
    tables(|case, table, _| {
        let cell = |name: &str, column: &str| {
            let batch = block_on(read(table, name)).unwrap().1;
            let column = batch.column_by_name(column).unwrap();
            assert!(column.is_valid(0), "{case}${name}");
            column.as_string::<i32>().value(0).to_owned()
        };
        match case {
            "pk_dedup" => assert_eq!(cell("options", "key"), "bucket"),
            "comments_defaults" => assert_eq!(
                cell("schemas", "fields"),
                r#"[{"id":0,"name":"id","type":"INT NOT NULL","description":"the key"},{"id":1,"name":"v","type":"STRING","description":"with default","defaultValue":"dflt"},{"id":2,"name":"n","type":"INT","defaultValue":"7"}]"#
            ),
            "append_plain" => assert_eq!(cell("files", "partition"), "{}"),
            _ => {}
        }
    });
}

#[test]
fn unknown_name_is_not_found() {
    tables(|_, table, _| {
        assert_eq!(block_on(read(table, "nothing")).unwrap_err().kind(), crate::ErrorKind::NotFound);
    });
}

/// Columns and types are those of Java, which `testdata/columns.txt` holds.
#[test]
fn columns_are_javas() {
    let mut java = std::collections::BTreeMap::<&str, Vec<String>>::new();
    for line in include_str!("testdata/columns.txt").lines().filter(|line| !line.starts_with('#')) {
        let (table, column) = line.split_once(' ').unwrap();
        java.entry(table).or_default().push(column.to_owned());
    }
    let ours = |fields: Vec<DataField>| {
        fields.iter().map(|field| format!("{} {}", field.name, field.data_type)).collect::<Vec<_>>()
    };
    let here = NAMES.map(|name| (name.to_owned(), ours(fields(name).unwrap())));
    let global = GLOBAL_NAMES.map(|name| (format!("{GLOBAL_DATABASE}.{name}"), ours(global_fields(name).unwrap())));
    for (name, fields) in here.into_iter().chain(global) {
        assert_eq!(Some(fields), java.remove(name.as_str()), "{name}");
    }
    assert!(java.is_empty(), "{java:?}");
}

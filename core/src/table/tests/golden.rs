//! Every golden table opens, and its snapshots, tags, branches and schemas are those its writer saw.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::executor::block_on;
use object_store::{local::LocalFileSystem, path::Path as ObjectPath};
use serde_json::Value;

use crate::{
    catalog::FileSystemCatalog,
    error::ErrorKind,
    io::{
        Storage,
        tests::{
            golden_folder,
            refusing_store::{Refusals, RefusingStore},
            runtime,
        },
    },
    table::Table,
};

/// Folders and expectations of the golden tables; none where the corpus is absent.
fn cases() -> Vec<(String, PathBuf, Value)> {
    let Some(golden) = golden_folder() else { return Vec::new() };
    let mut cases = Vec::new();
    for entry in fs::read_dir(golden).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(expect) = fs::read(folder.join("expect.json")) else { continue };
        let expect: Value = serde_json::from_slice(&expect).unwrap();
        cases.push((expect["name"].as_str().unwrap().to_owned(), folder.join("warehouse"), expect));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn text<'a>(expect: &'a Value, member: &str) -> &'a str {
    expect[member].as_str().unwrap()
}

/// Types or options of some tables are for later: those must say so, and nothing else.
fn opened(name: &str, table: crate::Result<Table>) -> Option<Table> {
    match table {
        Ok(table) => Some(table),
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            println!("{name}: {error}");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

async fn check(name: &str, table: &Table, expect: &Value, can_list: bool) {
    let snapshots = table.snapshots();
    let latest = snapshots.latest_id().await.unwrap();
    assert_eq!(latest, expect["latest_snapshot"].as_i64(), "{name}");
    let earliest = snapshots.earliest().await.unwrap().map(|snapshot| snapshot.id);
    assert_eq!(earliest, expect["earliest_snapshot"].as_i64(), "{name}");

    let listed = snapshots.list(None).await.unwrap();
    let found = listed.iter().rev().map(|snapshot| {
        let kind = serde_json::to_value(snapshot.commit_kind).unwrap();
        (snapshot.id, snapshot.schema_id, kind, snapshot.total_record_count, snapshot.delta_record_count)
    });
    let expected = expect["snapshots"].as_array().into_iter().flatten().map(|snapshot| {
        let number = |member: &str| snapshot[member].as_i64();
        let ids = (number("id").unwrap(), number("schema_id").unwrap());
        (ids.0, ids.1, snapshot["kind"].clone(), number("total_record_count"), number("delta_record_count"))
    });
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{name}");

    let schema_ids = table.schemas().list().await.unwrap().iter().map(|schema| schema.id).collect::<Vec<_>>();
    assert_eq!(serde_json::to_value(schema_ids).unwrap(), expect["schema_ids"], "{name}");
    let schema = &expect["schema"];
    assert_eq!(Some(table.schema().id), schema["id"].as_i64(), "{name}");
    assert_eq!(serde_json::to_value(&table.schema().primary_keys).unwrap(), schema["primary_keys"], "{name}");

    for snapshot in &listed {
        let at = snapshots.at_or_before(snapshot.time_millis).await.unwrap().unwrap();
        assert_eq!((at.id >= snapshot.id, at.time_millis), (true, snapshot.time_millis), "{name}");
    }
    if let Some(first) = listed.last() {
        assert_eq!(snapshots.at_or_before(first.time_millis - 1).await.unwrap(), None, "{name}");
    }
    check_tags(name, table, expect, can_list).await;
}

async fn check_tags(name: &str, table: &Table, expect: &Value, can_list: bool) {
    let expected = expect["tags"].as_object().into_iter().flatten();
    let expected = expected.map(|(tag, id)| (tag.clone(), id.as_i64().unwrap())).collect::<BTreeMap<_, _>>();
    for (tag, id) in &expected {
        assert_eq!(table.tags().get(tag).await.unwrap().snapshot.id, *id, "{name}");
    }
    if can_list {
        let found = table.tags().list().await.unwrap();
        let found = found.into_iter().map(|(tag, value)| (tag, value.snapshot.id)).collect::<BTreeMap<_, _>>();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn golden_tables_open_through_the_catalog() {
    let mut branches = 0;
    for (name, warehouse, expect) in cases() {
        block_on(async {
            let catalog = FileSystemCatalog::new(Storage::local(&warehouse, runtime()).unwrap(), runtime());
            let (database, table) = (text(&expect, "database"), text(&expect, "table"));
            assert_eq!(catalog.list_databases().await.unwrap(), [database]);
            assert_eq!(catalog.list_tables(database).await.unwrap(), [table], "{name}");
            let Some(opened) = opened(&name, catalog.get_table(database, table).await) else { return };
            check(&name, &opened, &expect, true).await;
            let Some(expected) = expect["branches"].as_object() else { return };
            let mut names = expected.keys().cloned().collect::<Vec<_>>();
            names.sort_unstable();
            assert_eq!(opened.branches().await.unwrap(), names, "{name}");
            for branch in names {
                let branch = catalog.get_table(database, &format!("{table}$branch_{branch}")).await.unwrap();
                branch.snapshots().latest().await.unwrap();
                branches += 1;
            }
        });
    }
    assert!(branches > 0 || golden_folder().is_none());
}

#[test]
fn golden_tables_open_without_listing() {
    for (name, warehouse, expect) in cases() {
        block_on(async {
            let folder = format!("{}.db/{}", text(&expect, "database"), text(&expect, "table"));
            let root = ObjectPath::from_absolute_path(fs::canonicalize(warehouse.join(folder)).unwrap()).unwrap();
            let refusals = Refusals { list: true, absent_is_forbidden: true, ..Refusals::default() };
            let store = RefusingStore { inner: Arc::new(LocalFileSystem::new()), refusals };
            let storage = Storage::new(Arc::new(store), root, runtime());
            let Some(table) = opened(&name, Table::open(storage, &name, runtime()).await) else { return };
            check(&name, &table, &expect, false).await;
        });
    }
}

#[test]
fn the_corpus_is_where_it_should_be() {
    // A checkout without the corpus skips the tests above; beside it they must run.
    assert_eq!(golden_folder().is_some(), cases().len() > 50);
    assert!(golden_folder().is_none_or(|folder| folder.is_dir() && Path::new(&folder).is_absolute()));
}

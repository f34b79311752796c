//! What streaming reads of the golden tables gave, snapshot by snapshot.

use std::{collections::BTreeMap, fs};

use futures::executor::block_on;
use object_store::{local::LocalFileSystem, path::Path as ObjectPath};
use serde_json::Value;

use crate::{
    error::ErrorKind,
    io::{
        Storage,
        tests::{golden_folder, runtime},
    },
    table::Table,
    types::json_rows::write_ndjson,
};

/// Rows with their kinds as sorted JSON texts.
fn sorted(rows: impl Iterator<Item = (String, Value)>) -> Vec<String> {
    let mut rows: Vec<String> = rows.map(|(kind, row)| format!("{kind} {row}")).collect();
    rows.sort();
    rows
}

async fn followed(table: &Table, start: i64) -> crate::Result<BTreeMap<i64, Vec<String>>> {
    let mut follow = table.changes().follow(start);
    let mut steps = BTreeMap::new();
    while let Some(step) = follow.next().await? {
        let fields = step.plan.fields();
        let mut text = Vec::new();
        for batch in step.plan.stream()?.collect().await? {
            write_ndjson(&batch, &fields, &mut text)?;
        }
        let row = |line: &str| {
            let mut row: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
            let kind = row.remove(super::super::KIND_COLUMN).unwrap();
            (kind.as_str().unwrap().to_owned(), Value::Object(row))
        };
        steps.insert(step.snapshot.id, sorted(std::str::from_utf8(&text).unwrap().lines().map(row)));
    }
    Ok(steps)
}

#[test]
fn golden_streams_are_followed() {
    let Some(golden) = golden_folder() else { return };
    let mut compared = 0;
    for entry in fs::read_dir(golden).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(expect) = fs::read(folder.join("expect.json")) else { continue };
        let expect: Value = serde_json::from_slice(&expect).unwrap();
        let Some(stream) = expect.get("stream").filter(|stream| stream["steps"].is_array()) else { continue };
        let name = expect["name"].as_str().unwrap();
        let table = format!("{}.db/{}", expect["database"].as_str().unwrap(), expect["table"].as_str().unwrap());
        let root = fs::canonicalize(folder.join("warehouse").join(table)).unwrap();
        let root = ObjectPath::from_absolute_path(root).unwrap();
        let storage = Storage::new(std::sync::Arc::new(LocalFileSystem::new()), root, runtime());
        let steps = block_on(async {
            let table = Table::open(storage, name, runtime()).await?;
            followed(&table, stream["start"].as_i64().unwrap()).await
        });
        let steps = match steps {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                println!("{name}: {error}");
                continue;
            }
            steps => steps.unwrap(),
        };
        for step in stream["steps"].as_array().unwrap() {
            let rows = step["rows"].as_array().unwrap().iter();
            let expected = sorted(rows.map(|row| (row[0].as_str().unwrap().to_owned(), row[1].clone())));
            let found = steps.get(&step["snapshot"].as_i64().unwrap()).cloned().unwrap_or_default();
            assert_eq!(found, expected, "{name} snapshot {}", step["snapshot"]);
            compared += 1;
        }
        let known = stream["steps"].as_array().unwrap().iter().map(|step| step["snapshot"].as_i64().unwrap());
        let known = known.collect::<Vec<_>>();
        // Long streams are cut short in the corpus.
        let before = |id: &i64| known.last().is_some_and(|last| id < last);
        let more = steps.iter().filter(|(id, rows)| before(id) && !known.contains(id) && !rows.is_empty());
        let more = more.collect::<Vec<_>>();
        assert!(more.is_empty(), "{name}: {more:?}");
    }
    assert!(compared > 50, "{compared} steps");
}

//! Changes of tables whose files hold columns of the same rows.

use std::{fs, sync::Arc};

use futures::executor::block_on;
use object_store::{local::LocalFileSystem, path::Path as ObjectPath};
use serde_json::{Value, json};

use crate::{
    changes::{ChangesBuilder, ChangesMode},
    error::{ErrorKind, Result},
    io::{
        Storage,
        tests::{golden_folder, runtime},
    },
    table::Table,
    types::json_rows::write_ndjson,
};

/// 25 rows, one more row, then column `a` of all of them written anew.
fn golden_table() -> Option<Table> {
    let folder = golden_folder()?.join("rs_data_evolution/warehouse/golden.db/rs_data_evolution");
    let root = ObjectPath::from_absolute_path(fs::canonicalize(folder).unwrap()).unwrap();
    let storage = Storage::new(Arc::new(LocalFileSystem::new()), root, runtime());
    Some(block_on(Table::open(storage, "t", runtime())).unwrap())
}

async fn rows(changes: ChangesBuilder) -> Result<Vec<Value>> {
    let plan = changes.plan().await?;
    let (fields, mut text) = (plan.fields(), Vec::new());
    for batch in plan.stream()?.collect().await? {
        write_ndjson(&batch, &fields, &mut text)?;
    }
    let lines = std::str::from_utf8(&text).unwrap().lines();
    let mut rows: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    rows.sort_by_key(|row| (row["id"].as_i64(), row["a"].as_i64()));
    Ok(rows)
}

#[test]
fn what_a_range_added_to_a_row_is_one_row() {
    let Some(table) = golden_table() else { return };
    block_on(async {
        // All of it is the table as it is.
        let all = rows(table.changes()).await.unwrap();
        assert_eq!(all.len(), 26);
        assert_eq!(all[3], json!({ super::super::KIND_COLUMN: "+I", "id": 3, "a": 777, "b": "b3", "c": 3.5 }));
        assert_eq!(all[25]["a"], 777);
        // Before column `a` was written anew.
        let first = rows(table.changes().to(2)).await.unwrap();
        assert_eq!((first.len(), &first[3]["a"]), (26, &json!(6)));
        // One snapshot has only the column that it wrote.
        let last = rows(table.changes().from(2)).await.unwrap();
        assert_eq!(last.len(), 26);
        assert!(last.iter().all(|row| row["id"].is_null() && row["b"].is_null() && row["c"].is_null()), "{last:?}");
        assert_eq!(last.iter().filter(|row| row["a"] == 777).count(), 2);
        let some = rows(table.changes().columns(["a"]).filter_text("a = 777 AND id = 3")).await.unwrap();
        assert_eq!(some, [json!({ "a": 777 })]);
    });
}

#[test]
fn following_gives_snapshot_by_snapshot_what_it_wrote() {
    let Some(table) = golden_table() else { return };
    block_on(async {
        let mut follow = table.changes().follow(1);
        let mut counts = Vec::new();
        while let Some(step) = follow.next().await.unwrap() {
            let batches = step.plan.stream().unwrap().collect().await.unwrap();
            counts.push((step.snapshot.id, batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>()));
        }
        assert_eq!(counts, [(1, 25), (2, 1), (3, 26)]);
    });
}

#[test]
fn two_states_are_not_compared() {
    let Some(table) = golden_table() else { return };
    let error = block_on(rows(table.changes().from(1).mode(ChangesMode::Diff))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("mode delta"), "{error}");
}

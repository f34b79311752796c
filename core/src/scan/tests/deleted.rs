//! Files that statistics rule out while manifests are read, and deletes of such files.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{Int64Array, RecordBatch};
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use super::{assert_goes_on, expected, filtered};
use crate::{
    catalog::NewTable,
    commit::CommitMessage,
    io::{Storage, tests::runtime},
    scan::{data_files, files::read_manifests},
    table::{SchemaManager, Table},
    types::{self, DataField, DataType, TypeKind},
};

fn fields() -> Vec<DataField> {
    let field = |(id, name): (i32, &str)| DataField::new(id, name, DataType::not_null(TypeKind::BigInt));
    (0..).zip(["k", "v"]).map(field).collect()
}

/// Files of ten keys each; the value of key k is 100 + k. Those of `deleted` are deleted again, in manifests of their own.
async fn table(keyed: bool, deleted: &[usize]) -> Table {
    let storage = Storage::new(Arc::new(InMemory::new()), Path::from("t"), runtime());
    let mut new = NewTable::new(fields());
    new.options = [("bucket".to_owned(), if keyed { "1" } else { "-1" }.to_owned())].into();
    if keyed {
        new.primary_keys = vec!["k".to_owned()];
    }
    SchemaManager::new(storage.clone(), "main").commit_next(&new.into_schema(0).unwrap()).await.unwrap();
    let table = Table::open(storage, "t", runtime()).await.unwrap();
    let mut files: Vec<CommitMessage> = Vec::new();
    for start in (0..60).step_by(10) {
        let column = |offset: i64| Arc::new(Int64Array::from_iter_values((start..start + 10).map(|k| k + offset))) as _;
        let batch = RecordBatch::try_new(types::arrow::schema(&fields()), vec![column(0), column(100)]).unwrap();
        let mut write = table.new_write().unwrap();
        write.write(batch, None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        table.new_commit(None).commit(start, &messages).await.unwrap();
        files.extend(messages);
    }
    for place in deleted {
        let written = files[*place].clone();
        let mut message = CommitMessage::new(written.partition, written.bucket, written.total_buckets);
        message.compact_before = written.new_files;
        table.new_commit(None).commit(100 + *place as i64, &[message]).await.unwrap();
    }
    table
}

#[test]
fn deletes_of_files_that_are_ruled_out_delete_nothing_else() {
    block_on(async {
        for keyed in [false, true] {
            let table = table(keyed, &[1, 4]).await;
            let filters =
                ["k = 35", "k = 15", "k BETWEEN 5 AND 25", "k > 44", "k = 35 AND v = 135", "v = 135", "v < 115"];
            for filter in filters {
                let (plan, rows) = filtered(&table, filter).await.unwrap();
                assert_eq!(rows, expected(&table, filter).await.unwrap(), "keyed {keyed}: {filter}");
                let step = |name: &str| plan.explain.steps.iter().find(|step| step.name == name).cloned();
                if let Some(step) = step("entries by statistics") {
                    // Six files were added, two deleted: deletes stay whatever the filter.
                    assert_eq!(step.total, 8, "keyed {keyed}: {filter}");
                    assert!((2..8).contains(&step.kept), "keyed {keyed}: {filter} {}", step.kept);
                }
            }
            let (plan, rows) = filtered(&table, "k = 35").await.unwrap();
            let step = plan.explain.steps.iter().find(|step| step.name == "entries by statistics").unwrap();
            assert_eq!((rows.len(), step.kept, step.total, plan.explain.files), (1, 3, 8, 1), "keyed {keyed}");
            let (plan, rows) = filtered(&table, "k = 15").await.unwrap();
            assert_eq!((rows.len(), plan.explain.files), (0, 0), "keyed {keyed}: the file that held it is deleted");
        }
    });
}

/// A table of one file for each partition, of 10, 100, … rows.
async fn partitioned() -> Table {
    let storage = Storage::new(Arc::new(InMemory::new()), Path::from("t"), runtime());
    let mut new = NewTable::new(fields());
    new.partition_keys = vec!["k".to_owned()];
    new.options = [("bucket".to_owned(), "-1".to_owned())].into();
    SchemaManager::new(storage.clone(), "main").commit_next(&new.into_schema(0).unwrap()).await.unwrap();
    let table = Table::open(storage, "t", runtime()).await.unwrap();
    for (day, rows) in [(1, 10), (2, 100), (3, 1000), (4, 10_000)] {
        let columns = [std::iter::repeat_n(day, rows as usize).collect::<Vec<i64>>(), (0..rows).collect()];
        let columns = columns.map(|values| Arc::new(Int64Array::from(values)) as _);
        let batch = RecordBatch::try_new(types::arrow::schema(&fields()), columns.to_vec()).unwrap();
        let mut write = table.new_write().unwrap();
        write.write(batch, None).await.unwrap();
        table.new_commit(None).commit(day, &write.prepare_commit().await.unwrap()).await.unwrap();
    }
    table
}

#[test]
fn steps_tell_the_bytes_of_what_they_keep() {
    block_on(async {
        let table = partitioned().await;
        let snapshot = table.snapshots().latest().await.unwrap().unwrap();
        let buckets = data_files(&table, &snapshot).await.unwrap();
        let sizes: BTreeMap<i64, u64> = buckets
            .iter()
            .map(|bucket| (bucket.files[0].row_count, bucket.files[0].file_size.try_into().unwrap()))
            .collect();
        let (small, large, all) = (sizes[&10], sizes[&10_000], sizes.values().sum::<u64>());
        assert!(small < large, "{sizes:?}");
        let manifests = read_manifests(&table, &snapshot).await.unwrap();
        let of_manifests: i64 = manifests.iter().map(|meta| meta.file_size).sum();

        let plan = table.scan().plan().await.unwrap();
        assert_goes_on(&plan.explain, "no filter");
        let bytes = |plan: &super::Plan, name: &str| {
            let step = plan.explain.steps.iter().find(|step| step.name == name).unwrap();
            (step.kept_bytes.unwrap(), step.total_bytes.unwrap())
        };
        let read = u64::try_from(of_manifests).unwrap();
        assert_eq!(bytes(&plan, "manifests by partition"), (read, read));
        assert_eq!(bytes(&plan, "entries by partition"), (all, all));

        // One manifest a commit: those of other days are not read, and their files are not known.
        let (plan, _) = filtered(&table, "k = 1").await.unwrap();
        let (kept, total) = bytes(&plan, "manifests by partition");
        assert!(kept < total && total == read, "{kept} of {total}");
        assert_eq!(bytes(&plan, "entries by partition"), (small, small));

        // What the partitions do not tell, the statistics of files do: v is 0 up to the number of rows.
        let mut plan = table.scan().filter_text("v >= 1000").plan().await.unwrap();
        assert_eq!(bytes(&plan, "entries by statistics"), (large, all));
        plan.analyze().await.unwrap();
        let rows = plan.explain.steps.last().unwrap();
        assert_eq!((rows.name, rows.kept, rows.kept_bytes, rows.total_bytes), ("read: rows", 9000, None, None));
        let (kept, total) = bytes(&plan, "read: row groups by statistics");
        assert!(kept == total && 0 < total && total < large, "{kept} of {total} of {large}");
    });
}

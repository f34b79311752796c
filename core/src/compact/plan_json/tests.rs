use std::{collections::BTreeMap, sync::Arc};

use futures::executor::block_on;

use super::*;
use crate::{
    ErrorKind,
    catalog::{FileSystemCatalog, NewTable},
    compact::KeyValueTask,
    io::{InlineRuntime, Runtime, Storage},
    scan::entries::tests::file,
    spec::{
        binary_row::BinaryRow,
        index_manifest::{DeletionVectorMeta, IndexFileMeta},
    },
    types::{DataField, DataType, Datum, TypeKind},
};

async fn table() -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(7, 0));
    let catalog = FileSystemCatalog::new(Storage::memory(runtime.clone()), runtime);
    catalog.create_database("db", false).await.unwrap();
    let new = NewTable {
        fields: vec![
            DataField::new(0, "day", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
        ],
        primary_keys: vec!["day".into(), "id".into()],
        partition_keys: vec!["day".into()],
        options: BTreeMap::from([("bucket".to_owned(), "2".to_owned())]),
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

fn plan(table: &Table) -> CompactPlan {
    let partition = BinaryRow::encode(&[DataType::not_null(TypeKind::Int)], &[Some(Datum::Int(3))]).unwrap();
    let vector = DeletionVectorMeta { data_file: "b".into(), offset: 1, length: 2, cardinality: Some(3) };
    let index = IndexFileMeta {
        index_type: DELETION_VECTORS.into(),
        file_name: "index-0".into(),
        file_size: 9,
        row_count: 1,
        deletion_vectors: Some(vec![vector]),
        external_path: None,
        global_index: None,
    };
    let kind = KeyValueTask {
        output_level: 5,
        max_level: 5,
        drop_deletes: true,
        changelog: Some(crate::merge::ChangelogRule::FullCompaction(5)),
        one_by_one: false,
        rewrite_all: true,
    };
    let task = CompactTask {
        vectors: TaskVectors::of_indexes(table, (partition.clone(), 1), vec![index]).unwrap(),
        bucket: TaskBucket {
            partition,
            partition_values: vec![Some(Datum::Int(3))],
            bucket: 1,
            total_buckets: 2,
            bucket_path: "day=3/bucket-1".into(),
        },
        kind: TaskKind::KeyValue(kind),
        reason: Reason::SizeAmplification,
        files: vec![file("a", 0), file("b", 4)],
        others: vec![file("c", 5)],
        runs_before: 3,
    };
    CompactPlan { snapshot_id: 8, tasks: vec![task] }
}

#[test]
fn plans_come_back_as_they_were() {
    block_on(async {
        let table = table().await;
        let plan = plan(&table);
        let json = plan.to_json(&table).unwrap();
        assert_eq!(CompactPlan::from_json(&table, &json).unwrap(), plan);
        assert!(plan.tasks[0].has_vector("b"));
    });
}

/// An edited plan is an error, and never one that panics.
fn refused(edit: impl FnOnce(&mut CompactPlan)) -> ErrorKind {
    block_on(async {
        let table = table().await;
        let mut plan = plan(&table);
        edit(&mut plan);
        CompactPlan::from_json(&table, &plan.to_json(&table).unwrap()).unwrap_err().kind()
    })
}

#[test]
fn edited_plans_name_no_file_elsewhere() {
    for name in ["../x", "x/y", "..", ".", "", "x\\y", "x\ny"] {
        assert_eq!(refused(|plan| plan.tasks[0].files[0].file_name = name.into()), ErrorKind::Invalid, "{name:?}");
        assert_eq!(refused(|plan| plan.tasks[0].others[0].extra_files = vec![name.into()]), ErrorKind::Invalid);
        assert_eq!(refused(|plan| plan.tasks[0].vectors.indexes[0].file_name = name.into()), ErrorKind::Invalid);
    }
}

#[test]
fn edited_plans_say_nothing_that_cannot_be() {
    assert_eq!(refused(|plan| plan.tasks[0].files[0].file_size = -1), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].files[0].row_count = -1), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].files[0].level = 6), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].files.clear()), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].others[0].file_name = "a".into()), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].kind = TaskKind::Append), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].bucket.bucket = -7), ErrorKind::Invalid);
    assert_eq!(refused(|plan| plan.tasks[0].bucket.partition = BinaryRow::empty()), ErrorKind::Corrupt);
    let level = |level| {
        move |plan: &mut CompactPlan| match &mut plan.tasks[0].kind {
            TaskKind::KeyValue(kind) => kind.output_level = level,
            TaskKind::Append | TaskKind::Cluster(_) => unreachable!(),
        }
    };
    assert_eq!(refused(level(6)), ErrorKind::Invalid);
    assert_eq!(refused(level(-1)), ErrorKind::Invalid);
}

#[test]
fn broken_plans_are_corrupt() {
    block_on(async {
        let table = table().await;
        let json = String::from_utf8(plan(&table).to_json(&table).unwrap()).unwrap();
        for end in (0..json.len()).step_by(97) {
            let error = CompactPlan::from_json(&table, &json.as_bytes()[..end]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{end}");
        }
        let kind = |json: String| CompactPlan::from_json(&table, json.as_bytes()).unwrap_err().kind();
        assert_eq!(kind(json.replace("db.t", "db.u")), ErrorKind::Invalid);
        assert_eq!(kind(json.replace("\"version\":1", "\"version\":2")), ErrorKind::Unsupported);
        assert_eq!(kind(json.replace("\"message_version\":13", "\"message_version\":99")), ErrorKind::Unsupported);
        assert_eq!(kind(json.replace("\"kind\":\"key-value\"", "\"kind\":\"magic\"")), ErrorKind::Corrupt);
        let start = json.find("\"message\":\"").unwrap() + 11;
        for length in [0, 1, 7, 40, 200] {
            let cut = format!("{}\"}}]}}", &json[..start + length]);
            assert_eq!(kind(cut), ErrorKind::Corrupt, "{length}");
        }
        // Any digit of the message may be another one: a plan or an error.
        for place in (start..json.len() - 5).step_by(11) {
            let mut bytes = json.clone().into_bytes();
            bytes[place] = if bytes[place] == b'f' { b'0' } else { b'f' };
            let _ = CompactPlan::from_json(&table, &bytes);
        }
    });
}

//! Commits to a table in memory, of files that nobody opens.

mod two_phase;

use std::sync::Arc;

use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use super::*;
use crate::{
    ErrorKind,
    catalog::NewTable,
    io::{Storage, tests::runtime},
    scan::{data_files, entries::tests::file},
    spec::{
        binary_row::BinaryRow,
        data_file::FileSource,
        index_manifest::{DeletionVectorMeta, IndexFileMeta},
        snapshot::{CommitKind, Snapshot},
    },
    table::SchemaManager,
    types::{DataField, DataType, Datum, TypeKind},
};

/// A table (p INT, k INT), partitioned by p; with the primary key (p, k) where `keyed`.
async fn table(keyed: bool, options: &[(&str, &str)]) -> Table {
    let storage = Storage::new(Arc::new(InMemory::new()), Path::from("t"), runtime());
    let field = |(id, name): (i32, &str)| DataField::new(id, name, DataType::not_null(TypeKind::Int));
    let mut new = NewTable::new((0..).zip(["p", "k"]).map(field).collect());
    new.options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    new.partition_keys = vec!["p".to_owned()];
    if keyed {
        new.primary_keys = vec!["p".to_owned(), "k".to_owned()];
    }
    SchemaManager::new(storage.clone(), "main").commit_next(&new.into_schema(0).unwrap()).await.unwrap();
    Table::open(storage, "t", runtime()).await.unwrap()
}

fn key(value: i32) -> BinaryRow {
    BinaryRow::encode(&[DataType::not_null(TypeKind::Int)], &[Some(Datum::Int(value))]).unwrap()
}

/// New files of partition `p`, by name; keys are 1 to 1 of the first, 2 to 2 of the second.
fn new_files(p: i32, total_buckets: i32, names: &str) -> CommitMessage {
    let mut message = CommitMessage::new(key(p), 0, total_buckets);
    message.new_files = (1..)
        .zip(names.split_whitespace())
        .map(|(place, name)| {
            let mut file = file(name, 0);
            (file.min_key, file.max_key) = (key(place), key(place));
            file.file_source = Some(FileSource::Append);
            file
        })
        .collect();
    message
}

fn vectors(name: &str, data_file: &str) -> IndexFileMeta {
    let vector = DeletionVectorMeta { data_file: data_file.into(), offset: 1, length: 10, cardinality: Some(1) };
    IndexFileMeta {
        index_type: "DELETION_VECTORS".into(),
        file_name: name.into(),
        file_size: 10,
        row_count: 1,
        deletion_vectors: Some(vec![vector]),
        external_path: None,
        global_index: None,
    }
}

/// Names of the live files with their level, `a@0 b@5`.
async fn live(table: &Table) -> String {
    let latest = table.snapshots().latest().await.unwrap().unwrap();
    let mut names: Vec<String> = data_files(table, &latest)
        .await
        .unwrap()
        .iter()
        .flat_map(|bucket| bucket.files.iter().map(|file| format!("{}@{}", file.file_name, file.level)))
        .collect();
    names.sort();
    names.join(" ")
}

async fn latest(table: &Table) -> Snapshot {
    table.snapshots().latest().await.unwrap().unwrap()
}

#[test]
fn row_level_changes_are_overwrites_and_are_checked() {
    block_on(async {
        let table = table(false, &[("deletion-vectors.enabled", "true")]).await;
        let commit = table.new_commit(None);
        commit.commit(1, &[new_files(1, -1, "a b")]).await.unwrap();
        assert_eq!(latest(&table).await.commit_kind, CommitKind::Append);
        let mut delete = CommitMessage::new(key(1), 0, -1);
        delete.new_index_files = vec![vectors("v", "a")];
        commit.commit(2, &[delete.clone()]).await.unwrap();
        assert_eq!(latest(&table).await.commit_kind, CommitKind::Overwrite);
        // Two jobs that saw no vector: the second one must look again.
        delete.new_index_files = vec![vectors("w", "a")];
        assert_eq!(commit.commit(3, &[delete.clone()]).await.unwrap_err().kind(), ErrorKind::Conflict);
        delete.deleted_index_files = vec![vectors("v", "a")];
        commit.commit(3, &[delete]).await.unwrap();
        // Copy-on-write of a file whose rows were deleted meanwhile would bring them back.
        let mut rewrite = new_files(1, -1, "c");
        rewrite.deleted_files = vec![new_files(1, -1, "a").new_files.remove(0)];
        assert_eq!(commit.commit(4, &[rewrite.clone()]).await.unwrap_err().kind(), ErrorKind::Conflict);
        rewrite.deleted_index_files = vec![vectors("w", "a")];
        commit.commit(4, &[rewrite]).await.unwrap();
        assert_eq!(live(&table).await, "b@0 c@0");
    });
}

#[test]
fn appends_to_a_rescaled_partition_are_refused() {
    block_on(async {
        let table = table(true, &[("bucket", "2")]).await;
        let commit = table.new_commit(None);
        commit.commit(1, &[new_files(1, 2, "a")]).await.unwrap();
        let error = commit.commit(2, &[new_files(1, 3, "b")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("2 buckets") && error.to_string().contains("3"), "{error}");
        commit.commit(2, &[new_files(2, 3, "b")]).await.unwrap();
        commit.overwrite(3, &[new_files(1, 3, "c")], OverwriteTarget::Dynamic).await.unwrap();
        commit.commit(4, &[new_files(1, 3, "d")]).await.unwrap();
        assert_eq!(live(&table).await, "b@0 c@5 d@0");
    });
}

#[test]
fn overwrites_take_the_indexes_of_their_partitions_along() {
    block_on(async {
        let table = table(false, &[("deletion-vectors.enabled", "true")]).await;
        let commit = table.new_commit(None);
        for (p, name, index) in [(1, "a", "v"), (2, "b", "w")] {
            commit.commit(1, &[new_files(p, -1, name)]).await.unwrap();
            let mut delete = CommitMessage::new(key(p), 0, -1);
            delete.new_index_files = vec![vectors(index, name)];
            commit.commit(1, &[delete]).await.unwrap();
        }
        commit.overwrite(2, &[new_files(1, -1, "c")], OverwriteTarget::Dynamic).await.unwrap();
        let snapshot = latest(&table).await;
        let index = crate::scan::read_index_manifest(table.storage(), &snapshot.index_manifest.unwrap()).await.unwrap();
        assert_eq!(index.iter().map(|entry| entry.file.file_name.as_str()).collect::<Vec<_>>(), ["w"]);
        assert_eq!(live(&table).await, "b@0 c@0");
        assert_eq!(commit.overwrite(3, &[], OverwriteTarget::Dynamic).await.unwrap(), None);
        commit.truncate(4, None).await.unwrap();
        let snapshot = latest(&table).await;
        assert_eq!((snapshot.total_record_count, snapshot.operation.as_deref()), (Some(0), Some("TRUNCATE")));
        assert_eq!(live(&table).await, "");
    });
}

#[test]
fn static_overwrites_take_files_of_their_partition_only() {
    block_on(async {
        let table = table(false, &[]).await;
        let commit = table.new_commit(None);
        commit.commit(1, &[new_files(1, -1, "a"), new_files(2, -1, "b")]).await.unwrap();
        let target = || {
            let predicate = crate::predicate::parse("p = 1", &table.schema().fields).unwrap();
            OverwriteTarget::Partitions(predicate)
        };
        let error = commit.overwrite(2, &[new_files(2, -1, "c")], target()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("p=2"), "{error}");
        commit.overwrite(2, &[], target()).await.unwrap();
        assert_eq!(live(&table).await, "b@0");
    });
}

#[test]
fn strict_mode_minds_what_others_do() {
    block_on(async {
        let table = table(false, &[("commit.strict-mode.last-safe-snapshot", "1")]).await;
        let (ours, theirs) = (table.new_commit(Some("us".into())), table.new_commit(Some("them".into())));
        ours.commit(1, &[new_files(1, -1, "a"), new_files(2, -1, "b")]).await.unwrap();
        theirs.commit(2, &[new_files(1, -1, "c")]).await.unwrap();
        ours.commit(2, &[new_files(1, -1, "d")]).await.unwrap();
        let fresh = table.new_commit(Some("us".into()));
        let error = fresh.overwrite(3, &[new_files(1, -1, "e")], OverwriteTarget::Dynamic).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "they appended to the partition after snapshot 1");
        assert!(error.to_string().contains("snapshot 2 (APPEND)"), "{error}");
        fresh.overwrite(3, &[new_files(2, -1, "e")], OverwriteTarget::Dynamic).await.unwrap();
        theirs.truncate(4, None).await.unwrap_err();
        let mut compact = CommitMessage::new(key(1), 0, -1);
        compact.compact_before = new_files(1, -1, "a").new_files;
        compact.compact_after = new_files(1, -1, "f").new_files;
        theirs.commit(4, &[compact]).await.unwrap();
        assert_eq!(ours.commit(5, &[new_files(1, -1, "g")]).await.unwrap_err().kind(), ErrorKind::Conflict);
        ours.commit(5, &[new_files(2, -1, "g")]).await.unwrap();
    });
}

#[test]
fn snapshots_carry_what_the_committer_says() {
    block_on(async {
        let table = table(false, &[("commit.user-prefix", "job")]).await;
        let commit = table.new_commit(None).with_watermark(50).with_operation("WRITE");
        let commit = commit.with_properties([("a".to_owned(), "b".to_owned())]);
        assert!(commit.commit_user().starts_with("job_"));
        commit.commit(1, &[new_files(1, -1, "a")]).await.unwrap();
        let snapshot = latest(&table).await;
        assert_eq!((snapshot.watermark, snapshot.operation.as_deref()), (Some(50), Some("WRITE")));
        assert_eq!(snapshot.properties, Some([("a".to_owned(), "b".to_owned())].into()));
        table.new_commit(None).with_watermark(40).commit(2, &[new_files(1, -1, "b")]).await.unwrap();
        assert_eq!((latest(&table).await.watermark, latest(&table).await.properties), (Some(50), None));
    });
}

#[test]
fn nothing_makes_a_snapshot_only_where_it_is_asked_for() {
    block_on(async {
        let plain = table(false, &[]).await;
        assert_eq!(plain.new_commit(None).commit(1, &[]).await.unwrap(), Vec::<i64>::new());
        assert_eq!(plain.new_commit(None).with_ignore_empty(false).commit(1, &[]).await.unwrap(), [1]);
        let forced = table(false, &[("commit.force-create-snapshot", "true")]).await;
        assert_eq!(forced.new_commit(None).commit(1, &[]).await.unwrap(), [1]);
        let kept = table(false, &[("snapshot.ignore-empty-commit", "false")]).await;
        assert_eq!(kept.new_commit(None).commit(1, &[]).await.unwrap(), [1]);
    });
}

#[test]
fn files_that_are_there_can_be_discarded() {
    block_on(async {
        let plain = table(false, &[]).await;
        let commit = plain.new_commit(None).with_append_check(true);
        commit.commit(1, &[new_files(1, -1, "a")]).await.unwrap();
        assert_eq!(commit.commit(2, &[new_files(1, -1, "a b")]).await.unwrap_err().kind(), ErrorKind::Conflict);
        let discarding = table(false, &[("commit.discard-duplicate-files", "true")]).await;
        let commit = discarding.new_commit(None);
        commit.commit(1, &[new_files(1, -1, "a")]).await.unwrap();
        commit.commit(2, &[new_files(1, -1, "a b")]).await.unwrap();
        assert_eq!(live(&discarding).await, "a@0 b@0");
        assert_eq!(latest(&discarding).await.total_record_count, Some(2));
    });
}

#[test]
fn rows_are_numbered_at_commit() {
    block_on(async {
        let table = table(false, &[("row-tracking.enabled", "true")]).await;
        let commit = table.new_commit(None);
        for (identifier, names) in [(1, "a b"), (2, "c")] {
            commit.commit(identifier, &[new_files(1, -1, names)]).await.unwrap();
        }
        let snapshot = latest(&table).await;
        assert_eq!(snapshot.next_row_id, Some(3));
        let files = data_files(&table, &snapshot).await.unwrap().remove(0).files;
        let numbers = |file: &crate::spec::data_file::DataFileMeta| (file.first_row_id, file.max_sequence_number);
        let mut numbers: Vec<_> = files.iter().map(numbers).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [(Some(0), 1), (Some(1), 1), (Some(2), 2)]);
    });
}

#[test]
fn the_greatest_sequence_number_is_recorded() {
    block_on(async {
        let table = table(true, &[("bucket", "1"), ("write.sequence-number-init-mode", "snapshot")]).await;
        let commit = table.new_commit(None);
        let with_max = |name, max| {
            let mut message = new_files(1, 1, name);
            message.new_files[0].max_sequence_number = max;
            message
        };
        commit.commit(1, &[with_max("a", 7)]).await.unwrap();
        commit.commit(2, &[with_max("b", 3)]).await.unwrap();
        let properties = latest(&table).await.properties.unwrap();
        assert_eq!(properties.get("sequence.generation.max-sequence-number").map(String::as_str), Some("7"));
    });
}

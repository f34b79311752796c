//! Tables whose buckets are assigned while writing: keys stay unique whatever the order and the sizes of commits, and the
//! hash index has every key of its bucket.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use cenote_core::{
    commit::OverwriteTarget,
    io::Storage,
    spec::{index_manifest, options::CoreOptions},
    table::Table,
    types::RowKind,
};
use futures::executor::block_on;
use proptest::prelude::*;
use rows::{Row, Values, create, create_keyed, read, write};

type Model = BTreeMap<(i32, i64), Values>;

fn row() -> impl Strategy<Value = Row> {
    let kind = prop_oneof![4 => Just(RowKind::Insert), 1 => Just(RowKind::Delete)];
    (0..3i32, 0..60i64, kind, 0..100i32).prop_map(|(part, id, kind, a)| Row { part, id, kind, values: (Some(a), None) })
}

fn apply(model: &mut Model, rows: &[Row]) {
    for row in rows {
        match row.kind {
            RowKind::Insert => drop(model.insert((row.part, row.id), row.values)),
            _ => drop(model.remove(&(row.part, row.id))),
        }
    }
}

/// Keys in each bucket's index, by (partition bytes, bucket).
async fn indexed(table: &Table) -> BTreeMap<(Vec<u8>, i32), Vec<i32>> {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let manifest = table.storage().get(&format!("manifest/{}", snapshot.index_manifest.unwrap())).await.unwrap();
    let mut hashes = BTreeMap::new();
    for entry in index_manifest::decode(&manifest).unwrap() {
        assert_eq!(entry.file.index_type, "HASH");
        let bytes = table.storage().get(&format!("index/{}", entry.file.file_name)).await.unwrap();
        assert_eq!((bytes.len() as i64, entry.file.row_count * 4), (entry.file.file_size, entry.file.file_size));
        let found: Vec<i32> = bytes.chunks(4).map(|hash| i32::from_be_bytes(hash.try_into().unwrap())).collect();
        let before = hashes.insert((entry.partition.serialized().to_vec(), entry.bucket), found);
        assert!(before.is_none(), "two indexes of one bucket");
    }
    hashes
}

async fn check(options: &[(&str, &str)], commits: Vec<Vec<Row>>) {
    let table = create(Storage::memory(rows::runtime(7)), options).await;
    let mut model = Model::new();
    let mut states = Vec::new();
    let mut keys: BTreeMap<i32, BTreeSet<i64>> = BTreeMap::new();
    for commit in commits {
        let snapshot = write(&table, &commit).await.unwrap().unwrap();
        apply(&mut model, &commit);
        states.push((snapshot, model.clone()));
        for row in &commit {
            keys.entry(row.part).or_default().insert(row.id);
        }
        let index = indexed(&table).await;
        let all = index.values().map(Vec::len).sum::<usize>();
        assert_eq!(all, keys.values().map(BTreeSet::len).sum::<usize>());
        let parsed = CoreOptions::parse(&table.schema().options).unwrap();
        let fits = |hashes: &&Vec<i32>| hashes.len() as i64 <= parsed.dynamic_bucket_target_row_num;
        assert!(parsed.dynamic_bucket_max_buckets > 0 || index.values().all(|hashes| fits(&hashes)));
    }
    for (id, expected) in &states {
        assert_eq!(&read(&table, *id).await, expected, "snapshot {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn keys_stay_in_their_buckets(
        commits in proptest::collection::vec(proptest::collection::vec(row(), 1..50), 1..6),
        target in 1..20u8,
        initial in 1..4u8,
        most in prop_oneof![Just(-1), 1..5i32],
    ) {
        let (target, initial, most) = (target.to_string(), initial.to_string(), most.to_string());
        let options = [
            ("bucket", "-1"),
            ("dynamic-bucket.target-row-num", target.as_str()),
            ("dynamic-bucket.initial-buckets", initial.as_str()),
            ("dynamic-bucket.max-buckets", most.as_str()),
        ];
        block_on(check(&options, commits));
    }
}

/// What a table of the key (id) holds: each id is in one partition.
fn move_and_apply(engine: &str, model: &mut BTreeMap<i64, (i32, Values)>, rows: &[Row]) {
    for row in rows {
        if engine == "deduplicate" && row.kind == RowKind::Delete {
            model.remove(&row.id);
            continue;
        }
        let (a, b) = row.values;
        let place = model.entry(row.id).or_insert((row.part, row.values));
        *place = match (engine, *place) {
            ("partial-update", (part, (old_a, old_b))) => (part, (a.or(old_a), b.or(old_b))),
            _ => (row.part, row.values),
        };
    }
}

async fn check_moving(engine: &str, target: &str, commits: Vec<Vec<Row>>) {
    let options = [("bucket", "-1"), ("merge-engine", engine), ("dynamic-bucket.target-row-num", target)];
    let table = create_keyed(Storage::memory(rows::runtime(7)), &["id"], &options).await;
    let mut model = BTreeMap::new();
    for mut commit in commits {
        if engine != "deduplicate" {
            commit.iter_mut().for_each(|row| row.kind = RowKind::Insert);
        }
        let snapshot = write(&table, &commit).await.unwrap().unwrap();
        move_and_apply(engine, &mut model, &commit);
        let expected: Model = model.iter().map(|(id, (part, values))| ((*part, *id), *values)).collect();
        assert_eq!(read(&table, snapshot).await, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_key_is_in_one_partition_at_a_time(
        engine in prop_oneof![Just("deduplicate"), Just("partial-update")],
        target in 1..8u8,
        commits in proptest::collection::vec(proptest::collection::vec(row(), 1..40), 1..6),
    ) {
        block_on(check_moving(engine, &target.to_string(), commits));
    }

    #[test]
    fn postponed_tables_with_a_bucket_count_are_as_fixed_ones(
        commits in proptest::collection::vec(proptest::collection::vec(row(), 1..40), 1..5),
    ) {
        block_on(async {
            let options = [("bucket", "-2"), ("postpone.default-bucket-num", "3")];
            let table = create(Storage::memory(rows::runtime(7)), &options).await;
            let mut model = Model::new();
            for commit in commits {
                let snapshot = write(&table, &commit).await.unwrap().unwrap();
                apply(&mut model, &commit);
                assert_eq!(read(&table, snapshot).await, model);
            }
        });
    }
}

#[test]
fn rows_without_a_bucket_count_wait() {
    block_on(async {
        let table = create(Storage::memory(rows::runtime(7)), &[("bucket", "-2")]).await;
        let mut writer = table.new_write().unwrap();
        writer.write(rows::batch(&inserts(0..3)), None).await.unwrap();
        let messages = writer.prepare_commit().await.unwrap();
        assert_eq!((messages[0].bucket, messages[0].total_buckets), (-2, -2));
        let file = &messages[0].new_files[0];
        assert!(file.file_name.starts_with("data--u-") && file.file_name.contains("-w-"), "{}", file.file_name);
        assert_eq!((file.min_sequence_number, file.max_sequence_number, file.level), (-1, -1, 0));
        table.new_commit(None).commit(1, &messages).await.unwrap();
        assert!(read(&table, 1).await.is_empty());
        assert_eq!(table.storage().list("part=0/bucket-postpone").await.unwrap().files.len(), 1);
        // With a count now, newer rows must still wait behind these.
        let mut schema = table.schema().as_ref().clone();
        schema.options.insert("postpone.default-bucket-num".into(), "2".into());
        let counted = table.at_schema(schema.into()).unwrap();
        let mut writer = counted.new_write().unwrap();
        writer.write(rows::batch(&inserts(1..2)), None).await.unwrap();
        assert_eq!(writer.prepare_commit().await.unwrap()[0].bucket, -2);
        writer.abort().await;
    });
}

#[test]
fn first_row_tables_ignore_a_key_that_comes_again_elsewhere() {
    block_on(async {
        let options = [("bucket", "-1"), ("merge-engine", "first-row")];
        let table = create_keyed(Storage::memory(rows::runtime(7)), &["id"], &options).await;
        let rows: Vec<Row> = ["+I 0 1 1 1", "+I 1 1 2 2", "+I 1 2 3 3"].map(|row| row.parse().unwrap()).into();
        let mut writer = table.new_write().unwrap();
        writer.write(rows::batch(&rows), None).await.unwrap();
        let counts: Vec<i64> =
            writer.prepare_commit().await.unwrap().iter().map(|message| message.new_files[0].row_count).collect();
        assert_eq!(counts, [1, 1]);
    });
}

#[test]
fn a_partition_with_too_long_a_name_is_refused() {
    use cenote_core::{
        catalog::NewTable,
        types::{DataField, DataType, TypeKind},
    };
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let runtime = rows::runtime(7);
        let storage = Storage::local(folder.path(), runtime.clone()).unwrap();
        let catalog = cenote_core::catalog::FileSystemCatalog::new(storage, runtime);
        catalog.create_database("db", true).await.unwrap();
        let new = NewTable {
            fields: vec![DataField::new(0, "p", DataType::nullable(TypeKind::STRING))],
            primary_keys: vec![],
            partition_keys: vec!["p".into()],
            options: std::collections::BTreeMap::new(),
            comment: None,
        };
        catalog.create_table("db", "t", new, false).await.unwrap();
        let table = catalog.get_table("db", "t").await.unwrap();
        let batch = |value: &str| {
            let column = std::sync::Arc::new(arrow_array::StringArray::from(vec![value])) as _;
            arrow_array::RecordBatch::try_from_iter([("p", column)]).unwrap()
        };
        let mut writer = table.new_write().unwrap();
        writer.write(batch(&"x".repeat(253)), None).await.unwrap();
        let error = writer.write(batch(&"x".repeat(254)), None).await.unwrap_err().to_string();
        assert!(error.contains("256 bytes"), "{error}");
        writer.abort().await;
    });
}

fn inserts(ids: std::ops::Range<i64>) -> Vec<Row> {
    ids.map(|id| Row { part: 0, id, kind: RowKind::Insert, values: (Some(1), None) }).collect()
}

#[test]
fn a_compaction_leaves_the_index_as_it_is() {
    use cenote_core::compact::{self, CompactOptions};
    block_on(async {
        let options = [("bucket", "-1"), ("dynamic-bucket.target-row-num", "5")];
        let table = create(Storage::memory(rows::runtime(7)), &options).await;
        write(&table, &inserts(0..12)).await.unwrap();
        write(&table, &inserts(3..9)).await.unwrap();
        write(&table, &[Row { kind: RowKind::Delete, ..inserts(4..5).remove(0) }]).await.unwrap();
        let before = indexed(&table).await;
        let full = CompactOptions { full: true, ..CompactOptions::default() };
        compact::run(&table, &full).await.unwrap().snapshot_id.unwrap();
        assert_eq!(indexed(&table).await, before, "the key of a deleted row keeps its bucket too");
        let id = write(&table, &inserts(0..14)).await.unwrap().unwrap();
        assert_eq!(read(&table, id).await.len(), 14);
        assert_eq!(indexed(&table).await.values().map(Vec::len).collect::<Vec<_>>(), [5, 5, 4]);
    });
}

#[test]
fn an_overwrite_starts_with_an_empty_index() {
    block_on(async {
        let options = [("bucket", "-1"), ("dynamic-bucket.target-row-num", "5")];
        let table = create(Storage::memory(rows::runtime(7)), &options).await;
        write(&table, &inserts(0..12)).await.unwrap();
        assert_eq!(indexed(&table).await.len(), 3);
        let mut overwrite = table.new_write().unwrap().ignore_previous_files();
        overwrite.write(rows::batch(&inserts(10..14)), None).await.unwrap();
        let messages = overwrite.prepare_commit().await.unwrap();
        let commit = table.new_commit(None);
        let id = commit.overwrite(1, &messages, OverwriteTarget::WholeTable).await.unwrap().unwrap();
        assert_eq!(read(&table, id).await.len(), 4);
        let index = indexed(&table).await;
        assert_eq!(index.values().map(Vec::len).collect::<Vec<_>>(), [4]);
        write(&table, &inserts(12..20)).await.unwrap();
        assert_eq!(indexed(&table).await.values().map(Vec::len).collect::<Vec<_>>(), [5, 5]);
    });
}

#[test]
fn the_second_of_two_writers_that_extend_one_index_loses() {
    block_on(async {
        let table = create(Storage::memory(rows::runtime(7)), &[("bucket", "-1")]).await;
        write(&table, &inserts(0..3)).await.unwrap();
        let (mut one, mut other) = (table.new_write().unwrap(), table.new_write().unwrap());
        one.write(rows::batch(&inserts(3..5)), None).await.unwrap();
        other.write(rows::batch(&inserts(4..6)), None).await.unwrap();
        let messages = (one.prepare_commit().await.unwrap(), other.prepare_commit().await.unwrap());
        table.new_commit(None).commit(1, &messages.0).await.unwrap();
        let error = table.new_commit(None).commit(1, &messages.1).await.unwrap_err();
        assert_eq!(error.kind(), cenote_core::ErrorKind::Conflict);
        other.abort().await;
        write(&table, &inserts(4..6)).await.unwrap();
        assert_eq!(read(&table, 3).await.len(), 6);
    });
}

#[test]
fn abort_leaves_no_index_file() {
    block_on(async {
        let table = create(Storage::memory(rows::runtime(7)), &[("bucket", "-1")]).await;
        let mut writer = table.new_write().unwrap();
        writer.write(rows::batch(&inserts(0..3)), None).await.unwrap();
        let messages = writer.prepare_commit().await.unwrap();
        assert_eq!(messages[0].new_index_files.len(), 1);
        writer.abort().await;
        assert!(table.storage().list_all("index").await.unwrap().is_empty());
        assert!(table.storage().list_all("part=0").await.unwrap().is_empty());
    });
}

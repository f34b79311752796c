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
use rows::{Row, Values, create, read, write};

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

fn inserts(ids: std::ops::Range<i64>) -> Vec<Row> {
    ids.map(|id| Row { part: 0, id, kind: RowKind::Insert, values: (Some(1), None) }).collect()
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

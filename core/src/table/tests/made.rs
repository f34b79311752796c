//! Tables made here: what the managers ask of the store, and what they make of wrong hints.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use crate::{
    catalog::NewTable,
    error::ErrorKind,
    io::{
        PutOutcome, Storage,
        tests::{
            refusing_store::{Refusals, RefusingStore},
            runtime,
        },
    },
    spec::{
        snapshot::{CommitKind, Snapshot},
        table_schema::TableSchema,
    },
    table::{HistoryPart, SchemaManager, SnapshotManager, Table},
    types::{DataField, DataType, TypeKind},
};

fn snapshot(id: i64, schema_id: i64) -> Snapshot {
    Snapshot {
        version: 3,
        uuid: None,
        id,
        schema_id,
        base_manifest_list: format!("manifest-list-{id}-0"),
        base_manifest_list_size: None,
        delta_manifest_list: format!("manifest-list-{id}-1"),
        delta_manifest_list_size: None,
        changelog_manifest_list: None,
        changelog_manifest_list_size: None,
        index_manifest: None,
        commit_user: "user".to_owned(),
        writer_version: None,
        commit_identifier: i64::MAX,
        commit_kind: CommitKind::Append,
        time_millis: 1000 * id,
        total_record_count: None,
        delta_record_count: None,
        changelog_record_count: None,
        watermark: None,
        statistics: None,
        properties: None,
        next_row_id: None,
        operation: None,
    }
}

fn schema(id: i64) -> TableSchema {
    let fields = vec![DataField::new(0, "id", DataType::nullable(TypeKind::Int))];
    TableSchema { id, ..NewTable::new(fields).into_schema(0).unwrap() }
}

/// A store with a table `t` of these snapshots and schemas, without hints.
async fn made(snapshots: std::ops::Range<i64>, schemas: i64) -> Arc<InMemory> {
    let store = Arc::new(InMemory::new());
    let storage = Storage::new(store.clone(), Path::from("t"), runtime());
    for id in snapshots {
        SnapshotManager::new(storage.clone(), "main").publish(&snapshot(id, schemas - 1)).await.unwrap();
    }
    for id in 0..schemas {
        SchemaManager::new(storage.clone(), "main").commit_next(&schema(id)).await.unwrap();
    }
    store
}

fn listing(store: &Arc<InMemory>) -> Storage {
    Storage::new(store.clone(), Path::from("t"), runtime())
}

fn no_listing(store: &Arc<InMemory>) -> Storage {
    let refusals = Refusals { list: true, ..Refusals::default() };
    Storage::new(Arc::new(RefusingStore { inner: store.clone(), refusals }), Path::from("t"), runtime())
}

async fn hint(store: &Arc<InMemory>, name: &str, text: &'static str) {
    listing(store).put(&format!("snapshot/{name}"), Bytes::from_static(text.as_bytes())).await.unwrap();
}

/// Snapshots from `first` on, one for each watermark.
pub(crate) async fn manager_of(first: i64, watermarks: &[Option<i64>]) -> SnapshotManager {
    let storage = listing(&Arc::new(InMemory::new()));
    let snapshots = SnapshotManager::new(storage, "main");
    for (id, watermark) in (first..).zip(watermarks) {
        snapshots.publish(&Snapshot { watermark: *watermark, ..snapshot(id, 0) }).await.unwrap();
    }
    snapshots
}

/// The ends found over a store that lists and over one that does not.
async fn check_ends(store: &Arc<InMemory>, expected: Option<(i64, i64)>) {
    for storage in [listing(store), no_listing(store)] {
        let snapshots = SnapshotManager::new(storage, "main");
        assert_eq!(snapshots.latest_id().await.unwrap(), expected.map(|(_, last)| last));
        assert_eq!(snapshots.earliest().await.unwrap().map(|snapshot| snapshot.id), expected.map(|(first, _)| first));
    }
}

#[test]
fn a_cold_open_takes_five_requests() {
    block_on(async {
        let store = made(3..8, 2).await;
        hint(&store, "LATEST", "7").await;
        let storage = no_listing(&store);
        let table = Table::open(storage.clone(), "t", runtime()).await.unwrap();
        assert_eq!((table.schema().id, table.snapshot_at_open().unwrap().id), (1, 7));
        assert_eq!(
            storage.io().to_string(),
            "get snapshot/LATEST\n\
             get snapshot/snapshot-7\n\
             get snapshot/snapshot-8 absent\n\
             get schema/schema-1\n\
             get schema/schema-2 absent\n"
        );
        storage.io().reset();
        table.snapshots().latest().await.unwrap();
        table.schemas().get(1).await.unwrap();
        let again = "get snapshot/LATEST\nget snapshot/snapshot-7\nget snapshot/snapshot-8 absent\n";
        assert_eq!(storage.io().to_string(), again);
    });
}

#[test]
fn an_empty_table_opens() {
    block_on(async {
        let store = made(0..0, 1).await;
        let storage = no_listing(&store);
        let table = Table::open(storage.clone(), "t", runtime()).await.unwrap();
        assert!(table.snapshot_at_open().is_none());
        assert_eq!(
            storage.io().to_string(),
            "get snapshot/LATEST absent\n\
             list snapshot failed: Operation list not yet implemented by refusing.\n\
             get snapshot/EARLIEST absent\n\
             get snapshot/snapshot-1 absent\n\
             get schema/schema-0\n\
             get schema/schema-1 absent\n"
        );
        check_ends(&store, None).await;
        assert_eq!(table.snapshots().list(None).await.unwrap(), []);
        assert_eq!(table.snapshots().at_or_before(i64::MAX).await.unwrap(), None);
        let error = table.snapshots().get(4).await.unwrap_err();
        assert_eq!(error.message(), "there is no snapshot 4: the table has no snapshots");
    });
}

#[test]
fn no_table_is_not_found() {
    block_on(async {
        let store = Arc::new(InMemory::new());
        for storage in [listing(&store), no_listing(&store)] {
            let error = Table::open(storage.clone(), "db.t", runtime()).await.unwrap_err();
            assert!(error.is_not_found() && error.message().contains("db.t"), "{error}");
            let error = Table::open_branch(storage, "db.t", "dev", runtime()).await.unwrap_err();
            assert!(error.is_not_found() && error.message().contains("branch dev"), "{error}");
        }
    });
}

#[test]
fn hints_may_lag_be_wrong_or_missing() {
    block_on(async {
        for (latest, earliest) in [
            (Some("20"), Some("1")),
            (Some("19"), None),
            (Some("3"), None),
            (Some("21"), None),
            (Some("500"), Some("20")),
            (Some("nonsense"), Some("")),
            (Some("-4"), Some("0")),
            (Some("9223372036854775807"), None),
            (None, Some("7")),
            (None, None),
        ] {
            let store = made(1..21, 1).await;
            if let Some(text) = latest {
                hint(&store, "LATEST", text).await;
            }
            if let Some(text) = earliest {
                hint(&store, "EARLIEST", text).await;
            }
            // An EARLIEST hint that names a snapshot is believed, as Java does.
            let first = earliest.and_then(|text| text.parse().ok()).filter(|id| *id > 0).unwrap_or(1);
            check_ends(&store, Some((first, 20))).await;
        }
    });
}

#[test]
fn expired_snapshots_do_not_matter() {
    block_on(async {
        for (latest, earliest) in [("60", "37"), ("59", "12"), ("40", ""), ("30", "37"), ("70", ""), ("64", "")] {
            let store = made(37..61, 1).await;
            hint(&store, "LATEST", latest).await;
            hint(&store, "EARLIEST", earliest).await;
            check_ends(&store, Some((37, 60))).await;
            let snapshots = SnapshotManager::new(no_listing(&store), "main");
            let error = snapshots.get(9).await.unwrap_err();
            assert_eq!(error.message(), "there is no snapshot 9: the table has snapshots 37 to 60");
            let newest = snapshots.list(Some(3)).await.unwrap().iter().map(|s| s.id).collect::<Vec<_>>();
            assert_eq!(newest, [60, 59, 58]);
            assert_eq!(snapshots.list(None).await.unwrap().len(), 24);
        }
    });
}

#[test]
fn parts_of_the_history_are_listed() {
    block_on(async {
        let store = made(37..61, 1).await;
        hint(&store, "LATEST", "60").await;
        hint(&store, "EARLIEST", "37").await;
        let snapshots = SnapshotManager::new(no_listing(&store), "main");
        let ids = async |after, before, limit, spread| {
            let part = HistoryPart { after, before, limit, spread };
            snapshots.list_part(part).await.unwrap().iter().map(|s| s.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, Some(50), Some(2), false).await, [49, 48]);
        assert_eq!(ids(Some(57), None, None, false).await, [60, 59, 58]);
        assert_eq!(ids(Some(30), Some(39), None, false).await, [38, 37]);
        assert_eq!(ids(Some(55), Some(99), Some(3), false).await, [60, 59, 58]);
        assert_eq!(ids(Some(-9), Some(i64::MAX), Some(2), false).await, [60, 59]);
        assert_eq!(ids(None, None, Some(3), true).await, [60, 49, 37]);
        assert_eq!(ids(None, None, Some(24), true).await.len(), 24);
        assert_eq!(ids(None, None, Some(1), true).await, [60]);
        assert!(ids(Some(60), None, None, true).await.is_empty());
        assert!(ids(None, Some(37), None, true).await.is_empty());
    });
}

#[test]
fn time_travel_takes_the_last_snapshot_before() {
    block_on(async {
        let store = made(37..61, 1).await;
        hint(&store, "LATEST", "60").await;
        hint(&store, "EARLIEST", "37").await;
        let snapshots = SnapshotManager::new(no_listing(&store), "main");
        for (millis, expected) in [
            (36_999, None),
            (37_000, Some(37)),
            (41_500, Some(41)),
            (59_999, Some(59)),
            (60_000, Some(60)),
            (i64::MAX, Some(60)),
        ] {
            let found = snapshots.at_or_before(millis).await.unwrap().map(|snapshot| snapshot.id);
            assert_eq!(found, expected, "{millis}");
        }
    });
}

#[test]
fn forbidden_means_absent_once_the_schema_reads() {
    block_on(async {
        for snapshots in [1..4, 0..0] {
            let expected = (!snapshots.is_empty()).then_some(snapshots.end - 1);
            let store = made(snapshots, 2).await;
            let refusals = Refusals { list: true, absent_is_forbidden: true, ..Refusals::default() };
            let inner = RefusingStore { inner: store, refusals };
            let storage = Storage::new(Arc::new(inner), Path::from("t"), runtime());
            let table = Table::open(storage, "t", runtime()).await.unwrap();
            assert_eq!(table.snapshot_at_open().map(|snapshot| snapshot.id), expected);
        }
    });
}

#[test]
fn schemas_are_found_by_number() {
    block_on(async {
        for count in [1, 2, 3, 9, 40] {
            let store = made(0..0, count).await;
            for known in [None, Some(0), Some(count / 2), Some(count - 1), Some(count + 5)] {
                let schemas = SchemaManager::new(no_listing(&store), "main");
                assert_eq!(schemas.latest_from(known).await.unwrap().unwrap().id, count - 1);
                assert_eq!(schemas.list().await.unwrap().len() as i64, count);
            }
        }
        let schemas = SchemaManager::new(listing(&made(0..0, 2).await), "main");
        assert!(schemas.get(2).await.unwrap_err().is_not_found());
        assert_eq!(schemas.commit_next(&schema(1)).await.unwrap(), PutOutcome::Exists);
    });
}

#[test]
fn files_under_a_wrong_name_are_corrupt() {
    block_on(async {
        let store = made(1..3, 1).await;
        let storage = listing(&store);
        let body = storage.get("snapshot/snapshot-1").await.unwrap();
        storage.put("snapshot/snapshot-2", body).await.unwrap();
        storage.put("schema/schema-0", Bytes::from_static(b"{")).await.unwrap();
        let error = SnapshotManager::new(storage.clone(), "main").get(2).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Corrupt, "expected snapshot 2, found 1"));
        let error = SchemaManager::new(storage.clone(), "main").get(0).await.unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::Corrupt, Some(&*storage.location("schema/schema-0"))));
    });
}

#[test]
fn publishing_takes_an_id_once() {
    block_on(async {
        let store = made(0..0, 1).await;
        let snapshots = SnapshotManager::new(no_listing(&store), "main");
        assert_eq!(snapshots.publish(&snapshot(1, 0)).await.unwrap(), PutOutcome::Created);
        assert_eq!(snapshots.publish(&Snapshot { schema_id: 1, ..snapshot(1, 0) }).await.unwrap(), PutOutcome::Exists);
        snapshots.write_latest_hint(1).await;
        assert_eq!(snapshots.latest().await.unwrap(), Some(snapshot(1, 0)));
        assert_eq!(listing(&store).get("snapshot/EARLIEST").await.unwrap(), "1");
    });
}

#[test]
fn tags_keep_the_bytes_of_their_snapshot() {
    block_on(async {
        let store = made(1..4, 1).await;
        hint(&store, "LATEST", "3").await;
        let storage = listing(&store);
        let text = String::from_utf8(storage.get("snapshot/snapshot-2").await.unwrap().to_vec()).unwrap();
        let text = text.replacen('{', "{\"from-the-future\": 1,", 1);
        storage.put("snapshot/snapshot-2", text.clone().into()).await.unwrap();

        let tags = Table::open(storage.clone(), "t", runtime()).await.unwrap().tags();
        assert_eq!(tags.create("b 1.0", Some(2)).await.unwrap().snapshot.id, 2);
        assert_eq!(tags.create("a", None).await.unwrap().snapshot.id, 3);
        assert_eq!(tags.create("c", Some(2)).await.unwrap().snapshot.id, 2);
        assert_eq!(storage.get("tag/tag-b 1.0").await.unwrap(), text);
        let names = tags.list().await.unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names, ["b 1.0", "c", "a"]);

        assert_eq!(tags.create("a", Some(1)).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
        let error = tags.create("d", Some(9)).await.unwrap_err();
        assert_eq!(error.message(), "there is no snapshot 9: the table has snapshots 1 to 3");
        for name in ["", " ", "a/b", "..", "x\n"] {
            // `tag-..` is a file like any other.
            let allowed = name == "..";
            assert_eq!(tags.create(name, Some(1)).await.is_ok(), allowed, "{name:?}");
        }
        tags.delete("a").await.unwrap();
        assert!(tags.delete("a").await.unwrap_err().is_not_found());
        assert!(tags.get("a").await.unwrap_err().is_not_found());
    });
}

#[test]
fn a_branch_has_its_own_files() {
    block_on(async {
        let store = made(1..4, 1).await;
        let storage = listing(&store);
        for (from, to) in [("schema/schema-0", "schema/schema-0"), ("snapshot/snapshot-2", "snapshot/snapshot-2")] {
            let body = storage.get(from).await.unwrap();
            storage.put(&format!("branch/branch-dev/{to}"), body).await.unwrap();
        }
        let table = Table::open(storage.clone(), "t", runtime()).await.unwrap();
        assert_eq!(table.branches().await.unwrap(), ["dev"]);
        let dev = Table::open_branch(storage.clone(), "t", "dev", runtime()).await.unwrap();
        assert_eq!(dev.snapshots().latest_id().await.unwrap(), Some(2));
        dev.tags().create("here", None).await.unwrap();
        assert!(storage.get_opt("branch/branch-dev/tag/tag-here").await.unwrap().is_some());
        assert_eq!(dev.snapshots().path(3), "branch/branch-dev/snapshot/snapshot-3");
        assert!(Table::open_branch(storage, "t", "a/b", runtime()).await.is_err());
    });
}

#[test]
fn a_table_made_anew_is_not_taken_for_the_old_one() {
    block_on(async {
        let store = made(1..3, 1).await;
        let storage = listing(&store);
        let old = Table::open(storage.clone(), "t", runtime()).await.unwrap();
        old.snapshots().get(1).await.unwrap();
        // Another process drops the table and makes it again.
        let other = listing(&store);
        let options = BTreeMap::from([("write-only".to_owned(), "true".to_owned())]);
        other.put("schema/schema-0", TableSchema { options, ..schema(0) }.to_json().unwrap().into()).await.unwrap();
        for id in 1..=2 {
            let body = Snapshot { commit_user: "new".to_owned(), ..snapshot(id, 0) }.to_json().unwrap();
            other.put(&format!("snapshot/snapshot-{id}"), body.into()).await.unwrap();
        }
        assert!(old.schemas().latest().await.unwrap().unwrap().options.contains_key("write-only"));
        assert_eq!(old.snapshots().latest().await.unwrap().unwrap().commit_user, "new");
        assert_eq!(old.snapshots().get(1).await.unwrap().commit_user, "new");
    });
}

#[test]
fn futures_can_move_between_threads() {
    fn send<T: Send>(_: T) {}
    let storage = Storage::memory(runtime());
    send(Table::open(storage.clone(), "t", runtime()));
    let (snapshots, schemas) =
        (SnapshotManager::new(storage.clone(), "main"), SchemaManager::new(storage.clone(), "main"));
    send(snapshots.list(None));
    send(snapshots.at_or_before(1));
    send(schemas.list());
    send(storage.get_ranges("a", &[]));
}

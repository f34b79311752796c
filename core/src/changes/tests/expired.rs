//! Ranges over what has expired, and hints that are wrong.

use bytes::Bytes;
use futures::executor::block_on;

use super::branches::{made, write};
use crate::{
    changes::{ChangesBound, ChangesMode},
    error::ErrorKind,
    io::Storage,
    table::Table,
};

/// A table with snapshots 1 to 6, one row each, of which the first four have expired; the changes of 3 and 4 are kept.
async fn expired() -> Table {
    let table = made(&[]).await;
    for id in 1..=6 {
        write(&table, &[(0, id, "x")]).await;
    }
    let storage = table.storage();
    for id in 1..=4 {
        let body = storage.get(&table.snapshots().path(id)).await.unwrap();
        if id >= 3 {
            storage.put(&table.changelogs().path(id), body).await.unwrap();
        }
        storage.delete(&table.snapshots().path(id)).await.unwrap();
    }
    storage.forget_cached();
    table
}

async fn ids(table: &Table, from: impl Into<ChangesBound>, to: impl Into<ChangesBound>) -> crate::Result<Vec<i64>> {
    let mut ids = Vec::new();
    let changes = table.changes().from(from).to(to).columns(["id"]);
    for batch in changes.stream().await?.collect().await? {
        let column =
            arrow_array::cast::AsArray::as_primitive::<arrow_array::types::Int64Type>(batch.column(0).as_ref());
        ids.extend(column.values().iter().copied());
    }
    Ok(ids)
}

async fn put(storage: &Storage, path: &str, text: &'static str) {
    storage.put(path, Bytes::from_static(text.as_bytes())).await.unwrap();
}

#[test]
fn kept_changelogs_stand_for_expired_snapshots() {
    block_on(async {
        let table = expired().await;
        assert_eq!(ids(&table, 2, 6).await.unwrap(), [3, 4, 5, 6]);
        assert_eq!(ids(&table, ChangesBound::Open, ChangesBound::Open).await.unwrap(), [3, 4, 5, 6]);
        assert_eq!(ids(&table, 5, 6).await.unwrap(), [6]);
        assert_eq!(ids(&table, 6, 6).await.unwrap(), [0; 0]);
        for (from, to) in [(1, 6), (0, 4), (3, 7)] {
            let error = ids(&table, from, to).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
            assert!(error.message().ends_with("the table has snapshots 5 to 6, and changelogs from 3 on"), "{error}");
        }
        assert_eq!(ids(&table, 6, 5).await.unwrap_err().kind(), ErrorKind::Invalid);
        let text = |text: &str| ChangesBound::Text(text.to_owned());
        assert_eq!(ids(&table, text("4"), text("6")).await.unwrap(), [5, 6]);
        assert_eq!(ids(&table, text("4"), text("no such")).await.unwrap_err().kind(), ErrorKind::NotFound);
        let diff = table.changes().from(3).to(6).mode(ChangesMode::Diff);
        assert_eq!(diff.plan().await.unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn changelog_hints_may_be_wrong_or_missing() {
    block_on(async {
        for hint in [None, Some("3"), Some("1"), Some("4"), Some("99"), Some(""), Some("three"), Some("-3")] {
            let table = expired().await;
            if let Some(hint) = hint {
                put(table.storage(), "changelog/EARLIEST", hint).await;
            }
            // A hint that names a kept changelog is believed, as Java does.
            let expected = if hint == Some("4") { 4 } else { 3 };
            assert_eq!(table.changelogs().earliest_id(Some(5)).await.unwrap(), Some(expected), "{hint:?}");
            let unlisted = super::branches::without_listing(&table).await;
            assert_eq!(unlisted.changelogs().earliest_id(Some(5)).await.unwrap(), Some(expected), "{hint:?}");
            assert_eq!(ids(&unlisted, 4, 6).await.unwrap(), [5, 6]);
        }
    });
}

#[test]
fn followers_see_kept_changelogs_and_say_when_they_are_late() {
    block_on(async {
        let table = expired().await;
        let mut follow = table.changes().follow(3);
        let mut seen = Vec::new();
        while let Some(step) = follow.next().await.unwrap() {
            seen.push(step.snapshot.id);
        }
        assert_eq!((seen, follow.next_snapshot()), (vec![3, 4, 5, 6], 7));
        write(&table, &[(0, 7, "x")]).await;
        assert_eq!(follow.next().await.unwrap().unwrap().snapshot.id, 7);
        assert_eq!(table.changes().follow(2).next().await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(table.changes().follow(9).next().await.unwrap_err().kind(), ErrorKind::Conflict);
    });
}

#[test]
fn a_gap_between_snapshots_is_named() {
    block_on(async {
        let table = made(&[]).await;
        for id in 1..=4 {
            write(&table, &[(0, id, "x")]).await;
        }
        table.storage().delete(&table.snapshots().path(2)).await.unwrap();
        table.storage().forget_cached();
        let error = ids(&table, 0, 4).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.message().contains("the changes of snapshot 2 are gone"), "{error}");
        assert_eq!(ids(&table, 2, 4).await.unwrap(), [3, 4]);
    });
}

#[test]
fn consumers_are_listed() {
    block_on(async {
        let table = made(&[]).await;
        assert!(table.consumers().list().await.unwrap().is_empty());
        put(table.storage(), "consumer/consumer-b", r#"{"nextSnapshot": 7}"#).await;
        put(table.storage(), "consumer/consumer-a", r#"{"nextSnapshot": 3, "more": 1}"#).await;
        put(table.storage(), "consumer/other", "x").await;
        let consumers = table.consumers().list().await.unwrap();
        let consumers: Vec<_> = consumers.iter().map(|one| (one.id.as_str(), one.next_snapshot)).collect();
        assert_eq!(consumers, [("a", 3), ("b", 7)]);
        put(table.storage(), "consumer/consumer-c", "{}").await;
        assert_eq!(table.consumers().list().await.unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(table.consumers().get_opt("../x").await.unwrap_err().kind(), ErrorKind::Invalid);
    });
}

//! History under care: what is referred to, what expires, and that nothing else goes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod support;

mod crashes;
mod files;
mod random;

use cenote_core::{
    compact::{self, CompactOptions},
    io::Storage,
    maintain::{
        self, branches, expire,
        reachable::{self, Keeper},
        rollback, tags,
    },
};
use futures::executor::block_on;

use support::{Row, create, runtime, write};

fn rows(from: i64, to: i64, text: &str) -> Vec<Row> {
    (from..to).map(|id| ((id % 2) as i32, id, Some(format!("{text}{id}")))).collect()
}

#[test]
fn a_walk_names_every_file_once_written() {
    block_on(async {
        let storage = Storage::memory(runtime(1));
        let table = create(storage.clone(), "2").await;
        for round in 0..4 {
            write(&table, &rows(round, round + 6, "a")).await.unwrap();
        }
        table.tags().create("old", Some(2)).await.unwrap();
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        let found = files::referred(&table).await;
        assert_eq!(files::on_disk(&table).await, found);
        let keepers = files::keepers(&table).await;
        assert_eq!(keepers.len(), 6);
        assert!(keepers.contains(&Keeper::Tag("old".into())));
    });
}

#[test]
fn care_can_be_spawned() {
    fn sendable<T: Send>(_: T) {}
    let table = block_on(create(Storage::memory(runtime(1)), "2"));
    let options = expire::ExpireOptions::of(&table);
    sendable(expire::expire_snapshots(&table, &options));
    sendable(expire::expire_changelogs(&table, &options));
    sendable(tags::delete(&table, "t", false));
    sendable(tags::expire(&table, None, false));
    sendable(rollback::rollback(&table, &rollback::RollbackTo::Snapshot(1), false));
    sendable(branches::create(&table, "b", None));
    sendable(branches::fast_forward(&table, "b", false));
    sendable(maintain::after_commit(&table));
    sendable(reachable::roots(&table));
}

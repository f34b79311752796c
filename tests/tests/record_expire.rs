//! Rows that are older than `record-level.expire-time` are there until a compaction drops them, and no later.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "these tests move a clock of their own")]
mod rows;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cenote_core::{
    changes::ChangesMode,
    compact::{self, CompactOptions, CompactReport},
    io::{InlineRuntime, Storage},
    table::Table,
};
use futures::executor::block_on;
use proptest::prelude::*;
use rows::{Row, create, read, write};

/// Seconds at which tests begin.
const START: i64 = 1_700_000_000;

struct Lab {
    table: Table,
    clock: Arc<InlineRuntime>,
}

impl Lab {
    /// A table whose rows expire after 100 seconds, by the column `a`.
    async fn new(options: &[(&str, &str)]) -> Self {
        let clock = Arc::new(InlineRuntime::new(7, START as u64 * 1000));
        let own = [("bucket", "1"), ("record-level.expire-time", "100 s"), ("record-level.time-field", "a")];
        let table = create(Storage::memory(clock.clone()), &[&own, options].concat()).await;
        Lab { table, clock }
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn write(&self, rows: &[Row]) {
        write(&self.table, rows).await.unwrap();
    }

    async fn compact(&self, full: bool) -> CompactReport {
        compact::run(&self.table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap()
    }

    /// Ids that are there, and their `b`.
    async fn ids(&self) -> BTreeMap<i64, Option<i32>> {
        let snapshot = self.table.snapshots().latest().await.unwrap().unwrap();
        read(&self.table, snapshot.id).await.into_iter().map(|((_, id), (_, b))| (id, b)).collect()
    }
}

/// A row with a time `age` seconds before the start.
fn row(id: i64, age: i64, b: i32) -> Row {
    let time = i32::try_from(START - age).unwrap();
    format!("+I 0 {id} {time} {b}").parse().unwrap()
}

#[test]
fn a_compaction_drops_what_has_expired() {
    block_on(async {
        let lab = Lab::new(&[]).await;
        lab.write(&[row(1, 0, 1), row(2, 50, 2), row(3, 101, 3)]).await;
        lab.write(&["+I 0 4 . 4".parse().unwrap(), row(5, 100, 5)]).await;
        assert_eq!(lab.ids().await.len(), 5, "reads show them");
        lab.compact(true).await;
        assert_eq!(lab.ids().await.into_keys().collect::<Vec<_>>(), [1, 2, 4, 5]);
    });
}

#[test]
fn a_file_that_could_stay_is_written_anew_when_its_rows_expire() {
    block_on(async {
        // Every file is big enough to move up as it is.
        let lab = Lab::new(&[("compaction.small-file-ratio", "0")]).await;
        lab.write(&[row(1, 0, 1), row(2, 50, 2)]).await;
        lab.compact(true).await;
        assert_eq!(lab.compact(true).await.snapshot_id, None);
        lab.wait(51);
        let report = lab.compact(true).await;
        assert_eq!(report.buckets[0].reason.name(), "expired");
        assert_eq!(lab.ids().await.into_keys().collect::<Vec<_>>(), [1]);
        lab.wait(50);
        lab.compact(true).await;
        assert!(lab.ids().await.is_empty());
        assert_eq!(lab.compact(true).await.snapshot_id, None);
    });
}

#[test]
fn a_row_that_covered_an_older_one_takes_it_along() {
    block_on(async {
        let lab = Lab::new(&[]).await;
        lab.write(&[row(1, 10, 1)]).await;
        lab.compact(true).await;
        lab.write(&[row(1, 90, 2)]).await;
        lab.wait(20);
        // Each row is judged by itself: the new one is gone, the old one is not. Java does so, too.
        lab.compact(true).await;
        assert_eq!(lab.ids().await, [(1, Some(1))].into());
    });
}

#[test]
fn what_has_expired_is_no_row_before() {
    block_on(async {
        let lab = Lab::new(&[("changelog-producer", "lookup"), ("num-levels", "3")]).await;
        lab.write(&[row(1, 0, 1), row(2, 60, 2)]).await;
        lab.compact(true).await;
        lab.wait(50);
        lab.write(&[row(1, -40, 3), row(2, -40, 4)]).await;
        let id = lab.compact(false).await.snapshot_id.unwrap();
        let changes = lab.table.changes().from(id - 1).to(id).mode(ChangesMode::Changelog);
        let batches = changes.stream().await.unwrap().collect().await.unwrap();
        let mut kinds = Vec::new();
        for batch in &batches {
            let texts = arrow_array::cast::AsArray::as_string::<i32>(batch.column(0));
            for at in 0..batch.num_rows() {
                kinds.push((rows::row_of(batch, at, 1).1, texts.value(at).to_owned()));
            }
        }
        kinds.sort();
        assert_eq!(kinds, [(1, "+U".to_owned()), (1, "-U".to_owned()), (2, "+I".to_owned())]);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Rows that come once each: those are left that are young enough at the last full compaction.
    #[test]
    fn after_a_full_compaction_only_young_rows_are_left(
        commits in proptest::collection::vec((proptest::collection::vec(0..200i64, 1..20), 0..60u64, any::<bool>()), 1..6),
        small in any::<bool>(),
        producer in prop_oneof![Just("none"), Just("lookup"), Just("full-compaction")],
    ) {
        block_on(async {
            let ratio = if small { "0" } else { "0.7" };
            let options = [("compaction.small-file-ratio", ratio), ("changelog-producer", producer)];
            let lab = Lab::new(&options).await;
            let (mut times, mut now) = (BTreeMap::new(), START);
            for (ages, wait, compact) in commits {
                let first = times.len() as i64;
                let ages = ages.into_iter().enumerate();
                let rows: Vec<Row> = ages.map(|(n, age)| row(first + n as i64, age - (now - START), 1)).collect();
                times.extend(rows.iter().map(|row| (row.id, i64::from(row.values.0.unwrap()))));
                lab.write(&rows).await;
                lab.wait(wait);
                now += wait as i64;
                lab.compact(compact).await;
            }
            lab.compact(true).await;
            let young: Vec<i64> = times.into_iter().filter(|(_, time)| *time >= now - 100).map(|(id, _)| id).collect();
            assert_eq!(lab.ids().await.into_keys().collect::<Vec<_>>(), young);
        });
    }
}

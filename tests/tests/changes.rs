//! Changes of whole histories, applied to a plain map: they must make the map what the table is.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;

use arrow_array::{
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    changes::{ChangesBound, ChangesMode},
    compact::{self, CompactOptions},
    io::Storage,
    modify, predicate,
    table::Table,
};
use futures::executor::block_on;
use proptest::prelude::*;
use support::{Model, Row, apply, create, read, runtime};

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<Row>),
    DeleteWhere { partition: i32, below: i64 },
    Compact { full: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..3i32, 0..20i64, proptest::option::weighted(0.8, "[a-c]{0,2}"));
    prop_oneof![
        6 => proptest::collection::vec(row, 1..30).prop_map(Step::Write),
        1 => (0..3i32, 0..20i64).prop_map(|(partition, below)| Step::DeleteWhere { partition, below }),
        2 => any::<bool>().prop_map(|full| Step::Compact { full }),
    ]
}

/// Makes the history and returns what the table was at each snapshot.
async fn made(buckets: &str, steps: Vec<Step>) -> (Table, BTreeMap<i64, Model>) {
    let table = create(Storage::memory(runtime(11)), buckets).await;
    let mut model = Model::new();
    let mut history = BTreeMap::from([(0, Model::new())]);
    for step in steps {
        match step {
            Step::Write(rows) => {
                support::write(&table, &rows).await.unwrap();
                apply(&mut model, &rows);
            }
            Step::DeleteWhere { partition, below } => {
                let filter = format!("part = {partition} AND id < {below}");
                let filter = predicate::parse(&filter, &table.schema().fields).unwrap();
                modify::delete_where(&table, filter, false).await.unwrap();
                model.retain(|(p, id), _| *p != partition || *id >= below);
            }
            Step::Compact { full } => {
                compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap();
            }
        }
        if let Some(snapshot) = table.snapshots().latest().await.unwrap() {
            // A compaction after a write shares its state; ids in between are of the same state, too.
            let last = *history.keys().last().unwrap();
            for id in last + 1..=snapshot.id {
                history.insert(id, model.clone());
            }
        }
    }
    (table, history)
}

/// Applies the changes of a range to `model`; returns how many there were.
async fn apply_changes(table: &Table, from: i64, to: i64, mode: ChangesMode, model: &mut Model) -> usize {
    let changes = table.changes().from(from).to(to).mode(mode);
    let mut rows = 0;
    for batch in changes.stream().await.unwrap().collect().await.unwrap() {
        let kinds = batch.column(0).as_string::<i32>();
        let (parts, ids) = (batch.column(1).as_primitive::<Int32Type>(), batch.column(2).as_primitive::<Int64Type>());
        let values = batch.column(3).as_string::<i32>();
        rows += batch.num_rows();
        for row in 0..batch.num_rows() {
            let key = (parts.value(row), ids.value(row));
            match kinds.value(row) {
                "+I" | "+U" => drop(model.insert(key, values.value(row).to_owned())),
                kind => {
                    assert_eq!(kind, "-D");
                    model.remove(&key);
                }
            }
        }
    }
    rows
}

async fn check(buckets: &str, steps: Vec<Step>) {
    let (table, history) = made(buckets, steps).await;
    let last = *history.keys().last().unwrap();
    let mut stepwise = Model::new();
    for (id, expected) in history.iter().filter(|(id, _)| **id > 0) {
        for mode in [ChangesMode::Delta, ChangesMode::Diff, ChangesMode::Auto] {
            let mut model = Model::new();
            apply_changes(&table, 0, *id, mode, &mut model).await;
            assert_eq!(&model, expected, "{mode:?} 0 to {id}");
            let mut model = expected.clone();
            apply_changes(&table, *id, last, mode, &mut model).await;
            assert_eq!(&model, &history[&last], "{mode:?} {id} to {last}");
        }
        apply_changes(&table, id - 1, *id, ChangesMode::Delta, &mut stepwise).await;
        assert_eq!(&stepwise, expected, "step to {id}");
    }
    if last > 0 {
        assert_eq!(read(&table, None, None).await, history[&last]);
        let mut follow = table.changes().follow(1);
        let mut model = Model::new();
        while let Some(step) = follow.next().await.unwrap() {
            apply_changes(&table, step.snapshot.id - 1, step.snapshot.id, ChangesMode::Delta, &mut model).await;
        }
        assert_eq!(model, history[&last]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn changes_make_an_empty_map_the_table(steps in proptest::collection::vec(step(), 1..9), buckets in 1..3u8) {
        block_on(check(&buckets.to_string(), steps));
    }
}

#[test]
fn a_difference_tells_only_what_is_different() {
    block_on(async {
        let row = |id, value: &str| (0, id, Some(value.to_owned()));
        let steps = vec![
            Step::Write(vec![row(1, "a"), row(2, "b"), row(3, "c")]),
            Step::Write(vec![row(1, "x"), row(2, "b"), (0, 3, None)]),
            Step::Compact { full: true },
        ];
        let (table, history) = made("1", steps).await;
        let last = *history.keys().last().unwrap();
        let mut model = history[&1].clone();
        // The row with the same value is no difference once compaction has rewritten its file.
        assert_eq!(apply_changes(&table, 1, last, ChangesMode::Diff, &mut model).await, 2);
        assert_eq!(model, history[&last]);
        assert_eq!(apply_changes(&table, last - 1, last, ChangesMode::Diff, &mut model).await, 0);
        let same = table.changes().from(ChangesBound::Snapshot(2)).to(2);
        assert_eq!(same.plan().await.unwrap().splits(), 0);
    });
}

//! Whole histories against a plain map: writes, deletes, compactions and time travel, in memory, with no runtime at all.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;

use cenote_core::{
    compact::{self, CompactOptions},
    io::Storage,
    modify, predicate,
};
use futures::executor::block_on;
use proptest::prelude::*;
use support::{Model, Row, apply, create, read, runtime};

#[derive(Clone, Debug)]
enum Step {
    /// One commit of upserts (`Some`) and deletes (`None`).
    Write(Vec<Row>),
    DeleteWhere {
        partition: i32,
        below: i64,
    },
    Compact {
        full: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..3i32, 0..40i64, proptest::option::weighted(0.8, "[a-z]{0,12}"));
    prop_oneof![
        6 => proptest::collection::vec(row, 1..60).prop_map(Step::Write),
        1 => (0..3i32, 0..40i64).prop_map(|(partition, below)| Step::DeleteWhere { partition, below }),
        2 => any::<bool>().prop_map(|full| Step::Compact { full }),
    ]
}

async fn check(buckets: &str, steps: Vec<Step>) {
    let table = create(Storage::memory(runtime(7)), buckets).await;
    let mut model = Model::new();
    let mut history: BTreeMap<i64, Model> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Write(rows) => {
                support::write(&table, &rows).await.unwrap();
                apply(&mut model, &rows);
            }
            Step::DeleteWhere { partition, below } => {
                let text = format!("part = {partition} AND id < {below}");
                let filter = predicate::parse(&text, &table.schema().fields).unwrap();
                let report = modify::delete_where(&table, filter, false).await.unwrap();
                let before = model.len();
                model.retain(|(p, id), _| *p != partition || *id >= below);
                assert_eq!(report.rows as usize, before - model.len());
            }
            Step::Compact { full } => {
                compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap();
            }
        }
        if let Some(snapshot) = table.snapshots().latest().await.unwrap() {
            history.insert(snapshot.id, model.clone());
        }
        assert_eq!(read(&table, None, None).await, model);
    }
    for (id, expected) in &history {
        assert_eq!(&read(&table, Some(*id), None).await, expected, "snapshot {id}");
    }
    let filtered: Model = model.into_iter().filter(|((p, id), _)| *p == 1 && *id >= 20).collect();
    assert_eq!(read(&table, None, Some("part = 1 AND id >= 20")).await, filtered);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn upserts_deletes_and_compactions_equal_a_map(steps in proptest::collection::vec(step(), 1..14), buckets in 1..4u8) {
        block_on(check(&buckets.to_string(), steps));
    }
}

#[test]
fn deletes_look_at_the_latest_state_whatever_the_table_says_of_scans() {
    block_on(async {
        let table = create(Storage::memory(runtime(7)), "1").await;
        support::write(&table, &[(1, 1, Some("old".into()))]).await.unwrap();
        support::write(&table, &[(1, 2, Some("new".into()))]).await.unwrap();
        let with = |name: &str, value: &str| {
            let mut schema = table.schema().as_ref().clone();
            schema.options.insert(name.into(), value.into());
            table.at_schema(schema.into())
        };
        let filter = || predicate::parse("id = 2", &table.schema().fields).unwrap();
        let fallback = with("scan.fallback-branch", "b").unwrap();
        let error = modify::delete_where(&fallback, filter(), false).await.unwrap_err();
        assert!(error.to_string().contains("scan.fallback-branch"), "{error}");
        let report = modify::delete_where(&with("scan.snapshot-id", "1").unwrap(), filter(), false).await.unwrap();
        assert_eq!(report.rows, 1);
        assert_eq!(read(&table, None, None).await, Model::from([((1, 1), "old".into())]));
    });
}

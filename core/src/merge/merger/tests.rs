//! Mergers and write buffers against a model that sorts rows one by one.

use std::collections::BTreeMap;

use arrow_array::{ArrayRef, Int8Array, Int32Array, Int64Array, StringArray, cast::AsArray, types::*};
use arrow_schema::{DataType as ArrowType, Field, Schema};
use proptest::prelude::*;

use super::*;
use crate::merge::{MergeLayout, deduplicate::Deduplicate, sort_merge};

/// Column types of the key; every one is made of one small number, in its order.
#[derive(Clone, Copy, Debug)]
enum KeyKind {
    BigInt,
    TwoInts,
    LongString,
    IntAndString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    key: i64,
    user_sequence: Option<i32>,
    sequence: i64,
    kind: i8,
    value: i64,
}

#[derive(Clone, Debug)]
struct Case {
    keys: KeyKind,
    user_sequence: bool,
    descending: bool,
    ignore_delete: bool,
    keep_deletes: bool,
    batch_rows: usize,
}

impl Case {
    fn key_columns(&self, rows: &[Row]) -> Vec<ArrayRef> {
        let ints = |part: fn(i64) -> i32| -> ArrayRef {
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| part(row.key))))
        };
        let texts = |text: fn(i64) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| text(row.key))))
        };
        match self.keys {
            KeyKind::BigInt => vec![Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.key)))],
            KeyKind::TwoInts => vec![ints(|key| key as i32 / 5 - 3), ints(|key| key as i32 % 5)],
            KeyKind::LongString => vec![texts(|key| format!("a common prefix {key:04}"))],
            KeyKind::IntAndString => vec![ints(|key| key as i32 / 5 - 3), texts(|key| "x".repeat(key as usize % 5))],
        }
    }

    fn batch(&self, rows: &[Row]) -> RecordBatch {
        let mut columns = self.key_columns(rows);
        columns.push(Arc::new(Int32Array::from_iter(rows.iter().map(|row| row.user_sequence))));
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.sequence))));
        columns.push(Arc::new(Int8Array::from_iter_values(rows.iter().map(|row| row.kind))));
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.value))));
        RecordBatch::try_new(self.schema(), columns).unwrap()
    }

    fn key_count(&self) -> usize {
        self.key_columns(&[]).len()
    }

    fn schema(&self) -> Arc<Schema> {
        let mut fields: Vec<Field> = self
            .key_columns(&[])
            .iter()
            .enumerate()
            .map(|(index, column)| Field::new(format!("k{index}"), column.data_type().clone(), false))
            .collect();
        fields.push(Field::new("ts", ArrowType::Int32, true));
        fields.push(Field::new("_SEQUENCE_NUMBER", ArrowType::Int64, false));
        fields.push(Field::new("_VALUE_KIND", ArrowType::Int8, false));
        fields.push(Field::new("v", ArrowType::Int64, true));
        Arc::new(Schema::new(fields))
    }

    fn plan(&self) -> Arc<MergePlan> {
        let keys = self.key_count();
        let layout = MergeLayout {
            keys: (0..keys).collect(),
            sequence_fields: if self.user_sequence { vec![keys] } else { Vec::new() },
            sequence_descending: self.descending,
            sequence_number: Some(keys + 1),
            value_kind: Some(keys + 2),
            output: vec![keys + 3, keys + 2],
        };
        let function = Arc::new(Deduplicate { ignore_delete: self.ignore_delete });
        let plan = MergePlan::new(self.schema(), layout, function).unwrap();
        Arc::new(plan.keep_deletes(self.keep_deletes).with_batch_rows(self.batch_rows))
    }

    /// (value, kind) of each surviving key, in key order; `rows` oldest run first.
    fn model(&self, rows: &[Row]) -> Vec<(i64, i8)> {
        let mut by_key: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_key.entry(row.key).or_default().push(*row);
        }
        let merged = by_key.into_values().filter_map(|mut versions| {
            let is_add = |row: &Row| row.kind == 0 || row.kind == 2;
            let user = |row: &Row| match (self.user_sequence, self.descending, row.user_sequence) {
                (false, _, _) | (_, _, None) => (false, 0),
                (_, false, Some(value)) => (true, i64::from(value)),
                (_, true, Some(value)) => (true, -i64::from(value)),
            };
            versions.sort_by_key(|row| (user(row), row.sequence, is_add(row)));
            if self.ignore_delete && versions.len() > 1 {
                versions.retain(is_add);
            }
            versions.pop()
        });
        merged.filter(|row| self.keep_deletes || row.kind % 2 == 0).map(|row| (row.value, row.kind)).collect()
    }
}

fn output(batch: &RecordBatch) -> Vec<(i64, i8)> {
    let values = batch.column(0).as_primitive::<Int64Type>().values().to_vec();
    values.into_iter().zip(batch.column(1).as_primitive::<Int8Type>().values().iter().copied()).collect()
}

/// Runs the merger over runs of batches, as a driver would.
fn drive(plan: Arc<MergePlan>, runs: Vec<Vec<RecordBatch>>) -> Result<Vec<(i64, i8)>> {
    let limit = plan.batch_rows;
    let mut merger = Merger::new(plan, runs.len());
    let mut runs: Vec<_> = runs.into_iter().map(Vec::into_iter).collect();
    let mut rows = Vec::new();
    loop {
        match merger.advance()? {
            Step::Need(needed) => {
                assert!(!needed.is_empty());
                for run in needed {
                    merger.supply(run, runs[run].next())?;
                }
            }
            Step::Changelog(batch) => panic!("a changelog nobody asked for: {batch:?}"),
            Step::Batch(batch) => {
                assert!((1..=limit).contains(&batch.num_rows()));
                rows.extend(output(&batch));
            }
            Step::Done => return Ok(rows),
            Step::LookUp(_) => unreachable!("nothing is looked up"),
        }
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    let keys = prop_oneof![
        Just(KeyKind::BigInt),
        Just(KeyKind::TwoInts),
        Just(KeyKind::LongString),
        Just(KeyKind::IntAndString)
    ];
    (keys, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 1usize..20).prop_map(
        |(keys, user_sequence, descending, ignore_delete, keep_deletes, batch_rows)| Case {
            keys,
            user_sequence,
            descending,
            ignore_delete,
            keep_deletes,
            batch_rows,
        },
    )
}

fn any_row(keys: i64) -> impl Strategy<Value = Row> {
    (0..keys, prop::option::of(0i32..4), 0i64..6, 0i8..4).prop_map(|(key, user_sequence, sequence, kind)| Row {
        key,
        user_sequence,
        sequence,
        kind,
        value: 0,
    })
}

/// Runs of rows sorted by key, each cut into batches; values number the rows.
fn any_runs() -> impl Strategy<Value = Vec<Vec<Vec<Row>>>> {
    let keys = prop_oneof![Just(6i64), Just(60), Just(900)];
    let run = keys.prop_flat_map(|keys| prop::collection::vec(any_row(keys), 0..120));
    let runs = prop::collection::vec((run, 1usize..40), 0..7);
    runs.prop_map(|runs| {
        let mut next = 0;
        runs.into_iter()
            .map(|(mut rows, size)| {
                rows.sort_by_key(|row| row.key);
                for row in &mut rows {
                    row.value = next;
                    next += 1;
                }
                rows.chunks(size).map(<[Row]>::to_vec).collect()
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn merged_runs_equal_the_model(case in any_case(), runs in any_runs()) {
        let all: Vec<Row> = runs.iter().flatten().flatten().copied().collect();
        let batches = runs.iter().map(|run| run.iter().map(|rows| case.batch(rows)).collect()).collect();
        prop_assert_eq!(drive(case.plan(), batches).unwrap(), case.model(&all));
    }

    #[test]
    fn a_sorted_write_buffer_equals_the_model(case in any_case(), runs in any_runs()) {
        let batches: Vec<RecordBatch> = runs.iter().rev().flatten().map(|rows| case.batch(rows)).collect();
        let merged = sort_merge(case.plan(), batches).unwrap();
        let rows: Vec<(i64, i8)> = merged.flat_map(|batch| output(&batch.unwrap())).collect();
        let reversed: Vec<Row> = runs.iter().rev().flatten().flatten().copied().collect();
        prop_assert_eq!(rows, case.model(&reversed));
    }
}

fn plain() -> Case {
    Case {
        keys: KeyKind::BigInt,
        user_sequence: false,
        descending: false,
        ignore_delete: false,
        keep_deletes: false,
        batch_rows: 100,
    }
}

fn row(key: i64, sequence: i64, kind: i8) -> Row {
    Row { key, user_sequence: None, sequence, kind, value: key * 100 + sequence }
}

#[test]
fn equal_sequence_numbers_put_the_retract_first() {
    let case = plain();
    let runs = |first: Row, second: Row| vec![vec![case.batch(&[first])], vec![case.batch(&[second])]];
    assert_eq!(drive(case.plan(), runs(row(1, 5, 0), row(1, 5, 3))).unwrap(), [(105, 0)]);
    assert_eq!(drive(case.plan(), runs(row(1, 5, 3), row(1, 5, 0))).unwrap(), [(105, 0)]);
}

#[test]
fn a_big_sort_goes_by_digits() {
    let case = plain();
    let rows: Vec<Row> = (0..20_000).map(|index| row((index * 7919) % 5000 - 2500, index, 0)).collect();
    let merged = sort_merge(case.plan(), vec![case.batch(&rows[..9000]), case.batch(&rows[9000..])]).unwrap();
    let found: Vec<(i64, i8)> = merged.flat_map(|batch| output(&batch.unwrap())).collect();
    assert_eq!(found, case.model(&rows));
}

#[test]
fn long_stretches_of_one_run_are_not_copied() {
    let case = plain();
    let old: Vec<Row> = (0..1000).map(|key| row(key, 0, 0)).collect();
    let new = [row(2000, 1, 0)];
    let mut merger = Merger::new(case.plan(), 2);
    let old = case.batch(&old);
    merger.supply(0, Some(old.clone())).unwrap();
    merger.supply(0, None).unwrap();
    merger.supply(1, Some(case.batch(&new))).unwrap();
    merger.supply(1, None).unwrap();
    let Step::Batch(batch) = merger.advance().unwrap() else { panic!("expected a batch") };
    let address = |batch: &RecordBatch, column| batch.column(column).as_primitive::<Int64Type>().values().as_ptr();
    assert_eq!(address(&batch, 0), address(&old, 4));
}

#[test]
fn rows_out_of_order_are_corrupt() {
    let case = plain();
    let within = vec![vec![case.batch(&[row(2, 0, 0), row(1, 1, 0)])]];
    let across = vec![vec![case.batch(&[row(2, 0, 0)]), case.batch(&[row(1, 1, 0)])]];
    for runs in [within, across] {
        assert_eq!(drive(case.plan(), runs).err().unwrap().kind(), crate::ErrorKind::Corrupt);
    }
}

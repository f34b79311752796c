use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{RecordBatch, cast::AsArray, types::Int64Type};
use futures::{TryStreamExt, executor::block_on};

use super::{ClusterBy, ClusterTask, Strategy, sort::Keyed};
use crate::{
    catalog::{FileSystemCatalog, NewTable},
    compact::{CompactOptions, CompactTask, Reason, TaskBucket, TaskKind, TaskVectors, append_rewrite, run},
    io::{InlineRuntime, Runtime, Storage},
    scan::{EntryFilter, live_files},
    table::Table,
    types::{DataField, DataType, Datum, DatumRow, TypeKind, arrow, compare_keys, datums_to_array},
};

fn fields() -> Vec<DataField> {
    let kinds = [
        ("id", TypeKind::BigInt),
        ("flag", TypeKind::Boolean),
        ("tiny", TypeKind::TinyInt),
        ("price", TypeKind::Decimal { precision: 20, scale: 3 }),
        ("name", TypeKind::STRING),
        ("weight", TypeKind::Double),
        ("at", TypeKind::Timestamp(6)),
    ];
    let field = |(place, (name, kind))| DataField::new(place, name, DataType::nullable(kind));
    (0..).zip(kinds).map(field).collect()
}

async fn table() -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(3, 0));
    let catalog = FileSystemCatalog::new(Storage::memory(runtime.clone()), runtime);
    catalog.create_database("db", false).await.unwrap();
    let options = [("target-file-size", "4 kb"), ("row-tracking.enabled", "true")];
    let new = NewTable {
        fields: fields(),
        primary_keys: Vec::new(),
        partition_keys: Vec::new(),
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

/// Random rows, some values null.
fn rows(seed: u64, count: i64) -> RecordBatch {
    let source = InlineRuntime::new(seed, 0);
    let row = |id| {
        let next = |below: u64| (source.random_u64() % below) as i64;
        let mut row: DatumRow = vec![
            Some(Datum::BigInt(id)),
            Some(Datum::Boolean(next(2) == 0)),
            Some(Datum::TinyInt(next(256) as u8 as i8)),
            Some(Datum::Decimal { unscaled: i128::from(next(1 << 40)) - (1 << 39), scale: 3 }),
            Some(Datum::String(format!("{:x}ß{}", next(4096), next(9)))),
            Some(Datum::Double((next(1 << 20) - (1 << 19)) as f64 / 7.0)),
            Some(Datum::Timestamp { millis: next(1 << 40) - (1 << 39), nanos: 1000 * next(1000) as i32 }),
        ];
        let null = 1 + next(20) as usize;
        if let Some(value) = row.get_mut(null) {
            *value = None;
        }
        row
    };
    let rows: Vec<DatumRow> = (0..count).map(row).collect();
    let column = |(place, field): (usize, &DataField)| {
        let values: Vec<Option<Datum>> = rows.iter().map(|row| row[place].clone()).collect();
        datums_to_array(&values, &field.data_type).unwrap()
    };
    let fields = fields();
    RecordBatch::try_new(arrow::schema(&fields), fields.iter().enumerate().map(column).collect()).unwrap()
}

/// The batches of each file, in the order in which files were written.
async fn files(table: &Table) -> Vec<Vec<RecordBatch>> {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let [bucket] = &live_files(table, &snapshot, &EntryFilter::default()).await.unwrap()[..] else { panic!() };
    let mut metas = bucket.files.clone();
    let number = |name: &str| name.rsplit('-').next().unwrap().split('.').next().unwrap().parse::<u32>().unwrap();
    metas.sort_by_key(|file| number(&file.file_name));
    let mut all = Vec::new();
    for file in metas {
        let task = CompactTask {
            bucket: TaskBucket::of(bucket),
            kind: TaskKind::Append,
            reason: Reason::Full,
            files: vec![file],
            others: Vec::new(),
            vectors: TaskVectors::default(),
            runs_before: 1,
        };
        let rows = append_rewrite::live_rows(table, &task).await.unwrap();
        all.push(rows.try_collect::<Vec<_>>().await.unwrap());
    }
    all
}

/// `_ROW_ID` of each row by `id`.
fn row_ids(files: &[Vec<RecordBatch>]) -> BTreeMap<i64, i64> {
    let of_batch = |batch: &RecordBatch| {
        let column = |place: usize| batch.column(place).as_primitive::<Int64Type>().values().to_vec();
        column(0).into_iter().zip(column(7)).collect::<Vec<_>>()
    };
    files.iter().flatten().flat_map(of_batch).collect()
}

async fn check(columns: &[&str], strategy: Strategy, seed: u64) {
    let table = table().await;
    let batch = rows(seed, 6000);
    for part in 0..3 {
        let mut write = table.new_write().unwrap();
        write.write(batch.slice(part * 2000, 2000), None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
    }
    let before = row_ids(&files(&table).await);
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    let by = ClusterBy { columns: columns.clone(), strategy };
    run(&table, &CompactOptions { cluster: Some(by), ..CompactOptions::default() }).await.unwrap();
    let files = files(&table).await;
    assert!(files.len() > 2, "{}", files.len());
    let after = row_ids(&files);
    assert_eq!((after.len(), &after), (6000, &before));
    let keyed = Keyed::new(&table, &ClusterTask { columns, strategy, output_level: 0 }).unwrap();
    let mut last: Option<DatumRow> = None;
    for batch in files.iter().flatten() {
        let batch = keyed.batch(batch).unwrap();
        for row in 0..batch.num_rows() {
            let value = |place: &usize| Datum::from_array(batch.column(*place), row).unwrap();
            let key: DatumRow = keyed.keys.iter().map(value).collect();
            assert!(last.as_ref().is_none_or(|last| compare_keys(last, &key).is_le()), "{last:?} before {key:?}");
            last = Some(key);
        }
    }
}

#[test]
fn keys_never_descend_and_rows_keep_their_ids() {
    for (seed, columns) in [(1, &["tiny", "name"][..]), (2, &["price", "weight", "at"]), (3, &["flag", "at", "name"])] {
        for strategy in [Strategy::Order, Strategy::Zorder, Strategy::Hilbert] {
            block_on(check(columns, strategy, seed));
        }
    }
}

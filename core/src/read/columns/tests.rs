//! Assembly against rows kept as rows, over random layouts of files.

use std::collections::HashMap;

use arrow_array::{
    Array, Int32Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use futures::executor::block_on;
use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::*;
use crate::{
    catalog::NewTable,
    format::{FileWriter, WriterOptions},
    io::{Storage, tests::runtime},
    read::{ReadContext, ReadPlan, tasks},
    scan::{DeletionFile, Split},
    spec::{
        binary_row::BinaryRow, blob, data_file::DataFileMeta, index_manifest::DeletionVectorMeta, stats::SimpleStats,
        table_schema::TableSchema,
    },
    table::SchemaManager,
    types::{DataType, TypeKind},
};

const FIRST_ID: i64 = 100;
const COLUMNS: [&str; 3] = ["a", "b", "c"];

/// A row as it must come out: `a`, `b`, `c`, the BLOB, `_ROW_ID`, `_SEQUENCE_NUMBER`.
type Row = (Vec<Option<i32>>, Option<Vec<u8>>, i64, i64);

/// Files of one range of row ids.
#[derive(Clone, Debug)]
struct Files {
    rows: usize,
    /// Which of the columns each data file has, oldest first.
    masks: Vec<u8>,
    /// Where the blob files of each time end, oldest first; the first ones hold all rows.
    blobs: Vec<Vec<usize>>,
    deleted: Vec<u32>,
}

fn files() -> impl Strategy<Value = Files> {
    (1usize..60).prop_flat_map(|rows| {
        let blobs = prop::collection::vec(prop::collection::vec(0..rows, 1..4), 0..4);
        let deleted = prop::collection::vec(0..rows as u32, 0..6);
        (Just(rows), prop::collection::vec(1u8..8, 1..5), blobs, deleted)
            .prop_map(|(rows, masks, blobs, deleted)| Files { rows, masks, blobs, deleted })
    })
}

fn schema() -> TableSchema {
    let int = DataType::nullable(TypeKind::Int);
    let mut fields: Vec<_> = (0..).zip(COLUMNS).map(|(id, name)| DataField::new(id, name, int.clone())).collect();
    let made = NewTable::new(fields.clone()).into_schema(0).unwrap();
    fields.push(DataField::new(3, "blob", DataType::nullable(TypeKind::Blob)));
    let options = ["row-tracking.enabled", "data-evolution.enabled"].map(|name| (name.to_owned(), "true".to_owned()));
    TableSchema { fields, options: options.into(), ..made }
}

/// The value of a column that data file `file` gives a row.
fn value(file: usize, column: usize, row: usize) -> Option<i32> {
    (!(row + file + column).is_multiple_of(5)).then_some((file * 10_000 + column * 1000 + row) as i32)
}

/// The entry that the blob files of time `time` have for a row: placeholder, null or value.
fn entry(time: usize, row: usize) -> Option<Option<Vec<u8>>> {
    match (row * 7 + time * 3) % 4 {
        0 => None,
        1 => Some(None),
        n => Some(Some(format!("{time}-{row}").repeat(n).into_bytes())),
    }
}

/// Ranges of rows that the blob files of a time hold.
fn blob_ranges(files: &Files, time: usize) -> Vec<std::ops::Range<usize>> {
    let mut ends = files.blobs[time].clone();
    if time == 0 {
        ends.extend([0, files.rows]);
    }
    ends.sort_unstable();
    ends.dedup();
    ends.windows(2).map(|ends| ends[0]..ends[1]).collect()
}

fn expected(files: &Files) -> Vec<Row> {
    let row = |row: usize| {
        let newest = |column: usize| (0..files.masks.len()).rev().find(|file| files.masks[*file] & (1 << column) != 0);
        let values = (0..3).map(|column| newest(column).and_then(|file| value(file, column, row))).collect();
        let holding = |time: &usize| blob_ranges(files, *time).iter().any(|range| range.contains(&row));
        let blob = (0..files.blobs.len()).rev().filter(holding).find_map(|time| entry(time, row)).flatten();
        (values, blob, FIRST_ID + row as i64, files.masks.len() as i64)
    };
    (0..files.rows).filter(|row| !files.deleted.contains(&(*row as u32))).map(row).collect()
}

fn meta(name: String, size: usize, first: usize, rows: usize, time: usize, columns: Vec<String>) -> DataFileMeta {
    DataFileMeta {
        file_name: name,
        file_size: size as i64,
        row_count: rows as i64,
        min_key: BinaryRow::empty(),
        max_key: BinaryRow::empty(),
        key_stats: SimpleStats::empty(),
        value_stats: SimpleStats::empty(),
        min_sequence_number: time as i64,
        max_sequence_number: time as i64,
        schema_id: 0,
        level: 0,
        extra_files: vec![],
        creation_time_millis: None,
        delete_row_count: Some(0),
        embedded_index: None,
        file_source: None,
        value_stats_cols: None,
        external_path: None,
        first_row_id: Some(FIRST_ID + first as i64),
        write_cols: Some(columns),
        write_cols_sequences: None,
    }
}

async fn write_data(storage: &Storage, schema: &TableSchema, files: &Files, file: usize) -> DataFileMeta {
    let columns: Vec<usize> = (0..3).filter(|column| files.masks[file] & (1 << column) != 0).collect();
    let fields: Vec<_> = columns.iter().map(|column| schema.fields[*column].clone()).collect();
    let array = |column: &usize| -> arrow_array::ArrayRef {
        Arc::new((0..files.rows).map(|row| value(file, *column, row)).collect::<Int32Array>())
    };
    let batch = RecordBatch::try_new(arrow::schema(&fields), columns.iter().map(array).collect()).unwrap();
    // Row groups of another size in every file.
    let options = WriterOptions { block_rows: 5 + 3 * file, page_rows: 2, ..WriterOptions::default() };
    let name = format!("data-{file}.parquet");
    let mut writer = FileWriter::create(storage, &format!("bucket-0/{name}"), &fields, options).await.unwrap();
    writer.write(&batch).await.unwrap();
    let size = writer.finish().await.unwrap().file_size as usize;
    let names = columns.iter().map(|column| COLUMNS[*column].to_owned()).collect();
    meta(name, size, 0, files.rows, file + 1, names)
}

async fn write_blobs(storage: &Storage, files: &Files, time: usize) -> Vec<DataFileMeta> {
    let mut metas = Vec::new();
    for range in blob_ranges(files, time) {
        let bytes = blob::tests::file(&range.clone().map(|row| entry(time, row)).collect::<Vec<_>>());
        let name = format!("data-{time}-{}.blob", range.start);
        let size = bytes.len();
        storage.put(&format!("bucket-0/{name}"), bytes.into()).await.unwrap();
        metas.push(meta(name, size, range.start, range.len(), time + 1, vec!["blob".to_owned()]));
    }
    metas
}

/// An index file with one vector.
async fn write_deletions(storage: &Storage, files: &Files) -> HashMap<String, DeletionFile> {
    if files.deleted.is_empty() {
        return HashMap::new();
    }
    let mut body = 1_581_511_376u32.to_be_bytes().to_vec();
    files.deleted.iter().copied().collect::<RoaringBitmap>().serialize_into(&mut body).unwrap();
    let mut bytes = vec![1];
    bytes.extend((body.len() as u32).to_be_bytes());
    bytes.extend(&body);
    bytes.extend(crate::spec::checksum::crc32(&body).to_be_bytes());
    storage.put("index/index-0", bytes.into()).await.unwrap();
    let data_file = "data-0.parquet".to_owned();
    let vector =
        DeletionVectorMeta { data_file: data_file.clone(), offset: 1, length: body.len() as i32, cardinality: None };
    HashMap::from([(data_file, DeletionFile { path: "index/index-0".to_owned(), is_external: false, vector })])
}

async fn write(files: &Files) -> (Arc<ReadContext>, Split) {
    let storage = Storage::memory(runtime());
    let schema = Arc::new(schema());
    let mut metas = Vec::new();
    for file in 0..files.masks.len() {
        metas.push(write_data(&storage, &schema, files, file).await);
    }
    for time in 0..files.blobs.len() {
        metas.extend(write_blobs(&storage, files, time).await);
    }
    let deletions = write_deletions(&storage, files).await;
    let schemas = SchemaManager::new(storage.clone(), "main");
    let (runtime, counters, expiry) = (runtime(), Arc::default(), None);
    let context = Arc::new(ReadContext { storage, schemas, schema, runtime, counters, expiry, start: None });
    let split = Split {
        partition: BinaryRow::empty(),
        partition_values: Vec::new(),
        bucket: 0,
        total_buckets: -1,
        bucket_path: "bucket-0".to_owned(),
        files: metas,
        raw_convertible: false,
        deletions,
        snapshot_id: 1,
    };
    (context, split)
}

async fn read_all(
    context: &Arc<ReadContext>,
    split: &Split,
    projection: &[usize],
    filter: Option<&str>,
) -> Vec<RecordBatch> {
    let readable = context.schema.readable_fields();
    let predicate = filter.map(|text| crate::predicate::parse(text, &readable).unwrap());
    let plan = Arc::new(ReadPlan { projection: projection.to_vec(), predicate, ..ReadPlan::default() });
    let mut batches = Vec::new();
    for task in tasks::tasks(context, vec![split.clone()], plan).await.unwrap() {
        batches.extend(task.try_collect::<Vec<_>>().await.unwrap());
    }
    batches
}

/// Cells as text, in the order of `projection`.
fn shown(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let cell = |array: &arrow_array::ArrayRef, row: usize| {
        if array.is_null(row) {
            "null".to_owned()
        } else if let Some(ints) = array.as_primitive_opt::<Int32Type>() {
            ints.value(row).to_string()
        } else if let Some(longs) = array.as_primitive_opt::<Int64Type>() {
            longs.value(row).to_string()
        } else {
            String::from_utf8(array.as_binary::<i32>().value(row).to_vec()).unwrap()
        }
    };
    let rows = |batch: &RecordBatch| {
        let batch = batch.clone();
        (0..batch.num_rows()).map(move |row| batch.columns().iter().map(|array| cell(array, row)).collect())
    };
    batches.iter().flat_map(rows).collect()
}

fn cells((values, blob, id, sequence): &Row, projection: &[usize]) -> Vec<String> {
    let int = |value: &Option<i32>| value.map_or("null".to_owned(), |value| value.to_string());
    let mut all: Vec<String> = values.iter().map(int).collect();
    all.push(blob.clone().map_or("null".to_owned(), |bytes| String::from_utf8(bytes).unwrap()));
    all.extend([id.to_string(), sequence.to_string()]);
    projection.iter().map(|place| all[*place].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_are_put_together_as_if_they_were_rows(
        files in files(),
        projection in prop::collection::vec(0usize..6, 0..6),
        filter in 0usize..5,
        bound in 0usize..60,
    ) {
        block_on(async {
            let (context, split) = write(&files).await;
            let text = [
                None,
                Some(format!("a > {bound}")),
                Some("blob IS NULL AND b IS NOT NULL".to_owned()),
                Some(format!("_ROW_ID >= {} AND _ROW_ID <> {}", 100 + bound / 2, 100 + bound)),
                Some(format!("c IS NULL OR _ROW_ID < {}", 100 + bound)),
            ][filter].clone();
            let keeps = |(values, blob, id, _): &&Row| match filter {
                1 => values[0].is_some_and(|a| a > bound as i32),
                2 => blob.is_none() && values[1].is_some(),
                3 => *id >= 100 + bound as i64 / 2 && *id != 100 + bound as i64,
                4 => values[2].is_none() || *id < 100 + bound as i64,
                _ => true,
            };
            let rows = expected(&files);
            let expected: Vec<_> = rows.iter().filter(keeps).map(|row| cells(row, &projection)).collect();
            let batches = read_all(&context, &split, &projection, text.as_deref()).await;
            prop_assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), expected.len());
            prop_assert_eq!(shown(&batches), expected, "{:?}", files);
            Ok(())
        })?;
    }
}

#[test]
fn values_are_given_as_descriptors() {
    block_on(async {
        let files = Files { rows: 8, masks: vec![7], blobs: vec![vec![4]], deleted: vec![] };
        let (context, split) = write(&files).await;
        let mut schema = context.schema.as_ref().clone();
        schema.options.insert("blob-as-descriptor".to_owned(), "true".to_owned());
        let described = Arc::new(ReadContext { schema: Arc::new(schema), ..context.as_ref().clone() });
        let values = read_all(&context, &split, &[3], None).await;
        let descriptors = read_all(&described, &split, &[3], None).await;
        let mut followed = 0;
        for (values, descriptors) in values.iter().zip(&descriptors) {
            for (value, descriptor) in
                values.column(0).as_binary::<i32>().iter().zip(descriptors.column(0).as_binary::<i32>())
            {
                assert_eq!(value.is_some(), descriptor.is_some());
                let (Some(value), Some(descriptor)) = (value, descriptor) else { continue };
                let blob::BlobDescriptor { uri, offset, length } =
                    blob::BlobDescriptor::decode(descriptor).unwrap().unwrap();
                let found = context.storage.elsewhere(&uri).unwrap().unwrap();
                let bytes = found.storage.get(&found.path).await.unwrap();
                assert_eq!(&bytes[offset as usize..(offset + length) as usize], value);
                followed += 1;
            }
        }
        assert!(followed > 2);
    });
}

/// The error of a read of broken files.
fn refused(break_it: impl Fn(&mut Vec<DataFileMeta>)) -> String {
    block_on(async {
        let files = Files { rows: 10, masks: vec![7, 2], blobs: vec![vec![4]], deleted: vec![] };
        let (context, mut split) = write(&files).await;
        break_it(&mut split.files);
        let plan = Arc::new(ReadPlan { projection: vec![0, 1, 3], predicate: None, ..ReadPlan::default() });
        for task in tasks::tasks(&context, vec![split], plan).await.unwrap() {
            if let Err(error) = task.try_collect::<Vec<_>>().await {
                return error.to_string();
            }
        }
        "nothing".to_owned()
    })
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let find =
        |files: &mut Vec<DataFileMeta>, part: &str| files.iter().position(|f| f.file_name.contains(part)).unwrap();
    let without = |part: &'static str| {
        refused(move |files| {
            let place = find(files, part);
            files.remove(place);
        })
    };
    assert_eq!(refused(|_| {}), "nothing");
    assert!(without("data-0-0.blob").contains("behind a gap"));
    assert!(without("data-0-4.blob").contains("no blob file of the last ones"));
    assert!(refused(|files| files.retain(|file| file.file_name.ends_with("blob"))).contains("expected a data file"));
    let shorter = refused(|files| {
        let place = find(files, "data-1.parquet");
        files[place].row_count -= 1;
    });
    assert!(shorter.contains("another range"), "{shorter}");
    let fewer = refused(|files| {
        files.iter_mut().for_each(|file| {
            if file.file_name == "data-0-4.blob" {
                file.row_count += 5;
            }
            if file.file_name.ends_with("parquet") {
                file.row_count += 5;
            }
        })
    });
    assert!(fewer.contains("expected"), "{fewer}");
}

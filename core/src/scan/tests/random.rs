//! Random rows in small row groups, random filters, and a bitmap index: no filter loses a row.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::RecordBatch;
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};
use proptest::{collection::vec, prelude::*};
use roaring::RoaringBitmap;

use arrow_select::concat::concat_batches;

use super::{expected, filtered, lines};
use crate::{
    catalog::NewTable,
    io::{Storage, tests::runtime},
    table::{SchemaManager, Table},
    types::{self, DataField, DataType, Datum, TypeKind, datums_to_array},
};

fn fields() -> Vec<DataField> {
    let kinds = [
        ("id", TypeKind::BigInt),
        ("i", TypeKind::Int),
        ("d", TypeKind::Double),
        ("f", TypeKind::Float),
        ("s", TypeKind::STRING),
        ("dec", TypeKind::Decimal { precision: 10, scale: 2 }),
        ("big", TypeKind::Decimal { precision: 25, scale: 3 }),
        ("ts", TypeKind::Timestamp(6)),
        ("dt", TypeKind::Date),
        ("b", TypeKind::Boolean),
        ("by", TypeKind::BYTES),
    ];
    let field = |(id, (name, kind)): (usize, (&str, TypeKind))| {
        DataField::new(
            id as i32,
            name,
            match name {
                "id" => DataType::not_null(kind),
                _ => DataType::nullable(kind),
            },
        )
    };
    kinds.into_iter().enumerate().map(field).collect()
}

/// The value of a column for a small number, and the literal of it.
fn value(column: usize, n: i64) -> (Datum, String) {
    let float = match n {
        -5 => f64::NEG_INFINITY,
        0 => -0.0,
        1 => 0.0,
        8 => f64::NAN,
        n => n as f64 / 2.0,
    };
    let quoted = if float.is_nan() {
        "'NaN'".to_owned()
    } else if float.is_infinite() {
        "'-Infinity'".to_owned()
    } else {
        format!("{float:?}")
    };
    let decimal = |scale: usize| format!("{}{}.{:0scale$}", if n < 0 { "-" } else { "" }, n.abs() / 4, n.abs() % 4);
    let unscaled = |scale: u32| {
        let (whole, rest) = (i128::from(n.abs() / 4), i128::from(n.abs() % 4));
        (whole * 10_i128.pow(scale) + rest) * i128::from(n.signum())
    };
    // Longer than statistics keep of a text.
    let long = format!("the same first sixteen {}", char::from_u32(0x61 + (n + 20) as u32).unwrap());
    match column {
        0 => (Datum::BigInt(n), n.to_string()),
        1 => (Datum::Int(n as i32), n.to_string()),
        2 => (Datum::Double(float), quoted),
        3 => (Datum::Float(float as f32), quoted),
        4 if n < 0 => (Datum::String(format!("\u{10FFFF}{n}")), format!("'\u{10FFFF}{n}'")),
        4 if n == 0 => (Datum::String(String::new()), "''".to_owned()),
        4 => (Datum::String(long.clone()), format!("'{long}'")),
        5 => (Datum::Decimal { unscaled: unscaled(2), scale: 2 }, decimal(2)),
        6 => (Datum::Decimal { unscaled: unscaled(3), scale: 3 }, decimal(3)),
        7 => {
            let (millis, nanos) = (n.div_euclid(2), (n.rem_euclid(2) * 1000) as i32);
            let text = crate::types::datum_text::to_text(&Datum::Timestamp { millis, nanos }, &fields()[7].data_type);
            (Datum::Timestamp { millis, nanos }, format!("'{text}'"))
        }
        8 => {
            let text = crate::types::datum_text::to_text(&Datum::Date(n as i32), &fields()[8].data_type);
            (Datum::Date(n as i32), format!("'{text}'"))
        }
        9 => (Datum::Boolean(n > 0), if n > 0 { "TRUE" } else { "FALSE" }.to_owned()),
        _ => (Datum::Bytes([255, (n + 20) as u8].repeat(9)), format!("x'{}'", format!("ff{:02x}", n + 20).repeat(9))),
    }
}

fn leaf() -> impl Strategy<Value = String> {
    (0..fields().len(), -7..12i64, -7..12i64, 0..12usize).prop_map(|(column, a, b, form)| {
        let name = fields()[column].name.clone();
        let (a, b) = (value(column, a).1, value(column, b).1);
        match form {
            0 => format!("{name} IS NULL"),
            1 => format!("{name} IS NOT NULL"),
            2 => format!("{name} IN ({a}, {b})"),
            3 => format!("{name} NOT IN ({a}, {b})"),
            4 => format!("{name} BETWEEN {a} AND {b}"),
            5 if column == 4 => format!("{name} LIKE '{}%'", a.trim_matches('\'')),
            6 if column == 4 => format!("{name} NOT LIKE '%{}'", b.trim_matches('\'')),
            7 => format!("{name} <> {a}"),
            8 => format!("{name} < {a}"),
            9 => format!("{name} >= {a}"),
            10 => format!("{name} <= {b}"),
            _ => format!("{name} = {a}"),
        }
    })
}

fn filter() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 8, 2, |part| {
        prop_oneof![
            (part.clone(), part.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (part.clone(), part.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            part.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

/// Rows of commits; the first column is the key, some numbers come in runs.
fn commits() -> impl Strategy<Value = Vec<Vec<Vec<Option<i64>>>>> {
    let noise = vec(prop::option::weighted(0.8, -6..11i64), fields().len());
    let run = (0..60i64, -6..6i64, 1..25i64, vec(noise, 1..4)).prop_map(|(id, base, count, noise)| {
        let row = |n: i64| {
            let noise = &noise[n as usize % noise.len()];
            let cell = |(column, noise): (usize, &Option<i64>)| match column {
                0 => Some(id + n),
                _ if n % 3 == 0 => noise.map(|_| base),
                _ => *noise,
            };
            noise.iter().enumerate().map(cell).collect()
        };
        (0..count).map(row).collect::<Vec<Vec<Option<i64>>>>()
    });
    vec(vec(run, 1..4).prop_map(|runs| runs.into_iter().flatten().collect()), 1..4)
}

fn batch(rows: &[Vec<Option<i64>>]) -> RecordBatch {
    let column = |(place, field): (usize, &DataField)| {
        let datums: Vec<_> = rows.iter().map(|row| row[place].map(|n| value(place, n).0)).collect();
        datums_to_array(&datums, &field.data_type).unwrap()
    };
    let columns = fields().iter().enumerate().map(column).collect();
    RecordBatch::try_new(types::arrow::schema(&fields()), columns).unwrap()
}

/// A container with a bitmap index, version 1, of column `i`.
fn bitmap_index(rows: &[Vec<Option<i64>>]) -> bytes::Bytes {
    let mut by_value: BTreeMap<Option<i64>, RoaringBitmap> = BTreeMap::new();
    for (row, values) in rows.iter().enumerate() {
        by_value.entry(values[1]).or_default().insert(row as u32);
    }
    let mut body = Vec::new();
    let mut place = |rows: &RoaringBitmap| match rows.len() {
        1 => -1 - rows.min().unwrap() as i32,
        _ => {
            let at = body.len() as i32;
            rows.serialize_into(&mut body).unwrap();
            at
        }
    };
    let null = by_value.remove(&None).map(|rows| place(&rows));
    let mut index = vec![1];
    index.extend((rows.len() as i32).to_be_bytes());
    index.extend((by_value.len() as i32).to_be_bytes());
    index.push(null.is_some().into());
    index.extend(null.iter().flat_map(|offset| offset.to_be_bytes()));
    for (value, rows) in by_value {
        index.extend((value.unwrap() as i32).to_be_bytes());
        index.extend(place(&rows).to_be_bytes());
    }
    index.extend(&body);
    let head = 8 + 4 + 4 + 4 + (2 + 1) + 4 + (2 + 6) + 8 + 4;
    let mut container = 1_493_475_289_347_502_i64.to_be_bytes().to_vec();
    for number in [1, head, 1] {
        container.extend(i32::to_be_bytes(number));
    }
    container.extend([0, 1, b'i', 0, 0, 0, 1, 0, 6]);
    container.extend(b"bitmap");
    for number in [head, index.len() as i32, 0] {
        container.extend(number.to_be_bytes());
    }
    container.extend(index);
    container.into()
}

async fn table(keyed: bool, commits: &[Vec<Vec<Option<i64>>>]) -> Table {
    let storage = Storage::new(Arc::new(InMemory::new()), Path::from("t"), runtime());
    let mut new = NewTable::new(fields());
    new.options = [("bucket", if keyed { "1" } else { "-1" }), ("file.block-size", "2kb")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    if keyed {
        new.primary_keys = vec!["id".to_owned()];
    }
    SchemaManager::new(storage.clone(), "main").commit_next(&new.into_schema(0).unwrap()).await.unwrap();
    let table = Table::open(storage, "t", runtime()).await.unwrap();
    for (number, rows) in commits.iter().enumerate() {
        let mut write = table.new_write().unwrap();
        write.write(batch(rows), None).await.unwrap();
        let mut messages = write.prepare_commit().await.unwrap();
        // A keyed file is sorted: its rows are not in the order of the index.
        let files = messages.iter_mut().flat_map(|message| &mut message.new_files).filter(|_| !keyed);
        files.for_each(|file| file.embedded_index = Some(bitmap_index(rows)));
        table.new_commit(None).commit(number as i64, &messages).await.unwrap();
    }
    table
}

/// Rows of a scan with a limit, or of one that gives some rows first.
async fn head(table: &Table, limit: Option<usize>, first_rows: Option<usize>) -> Vec<String> {
    let mut scan = table.scan();
    if let Some(rows) = limit {
        scan = scan.limit(rows);
    }
    if let Some(rows) = first_rows {
        scan = scan.first_rows(rows);
    }
    let stream = scan.stream().await.unwrap();
    let schema = stream.schema().clone();
    lines(&concat_batches(&schema, &stream.collect().await.unwrap()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_limit_gives_the_head_of_a_full_scan(
        keyed: bool,
        commits in commits(),
        limits in vec(0..150usize, 1..6),
    ) {
        block_on(async {
            let table = table(keyed, &commits).await;
            let all = head(&table, None, None).await;
            for limit in limits {
                let expected = &all[..limit.min(all.len())];
                prop_assert_eq!(&head(&table, Some(limit), None).await, expected, "limit {}", limit);
                prop_assert_eq!(&head(&table, None, Some(limit)).await, &all, "first rows {}", limit);
            }
            Ok(())
        })?;
    }

    #[test]
    fn filtered_scans_are_filtered_full_scans(
        keyed: bool,
        commits in commits(),
        filters in vec(filter(), 1..8),
    ) {
        block_on(async {
            let table = table(keyed, &commits).await;
            for filter in filters {
                let expected = expected(&table, &filter).await.unwrap();
                prop_assert_eq!(filtered(&table, &filter).await.unwrap().1, expected, "{}", filter);
            }
            Ok(())
        })?;
    }
}

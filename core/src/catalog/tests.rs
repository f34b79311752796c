//! Databases and tables in memory and on disk, and tables that Paimon would refuse.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use bytes::Bytes;
use futures::executor::block_on;

use super::{FileSystemCatalog, NewTable};
use crate::{
    error::{ErrorKind, Result},
    io::{Storage, tests::runtime},
    spec::table_schema::TableSchema,
    types::{DataField, DataType},
};

fn columns(text: &[(&str, &str)]) -> Vec<DataField> {
    text.iter().map(|(name, data_type)| DataField::new(-1, *name, data_type.parse::<DataType>().unwrap())).collect()
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

fn table(primary_keys: &[&str], partition_keys: &[&str], options: &[(&str, &str)]) -> NewTable {
    NewTable {
        fields: columns(&[
            ("id", "BIGINT"),
            ("dt", "STRING"),
            ("v", "DECIMAL(10, 2)"),
            ("tags", "ARRAY<STRING>"),
            ("at", "TIMESTAMP(3)"),
        ]),
        primary_keys: names(primary_keys),
        partition_keys: names(partition_keys),
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        comment: None,
    }
}

fn schema(primary_keys: &[&str], partition_keys: &[&str], options: &[(&str, &str)]) -> Result<TableSchema> {
    table(primary_keys, partition_keys, options).into_schema(1234)
}

fn check_refused(primary_keys: &[&str], partition_keys: &[&str], options: &[(&str, &str)], message: &str) {
    let error = schema(primary_keys, partition_keys, options).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Unsupported), "{error}");
}

#[test]
fn usual_tables_are_accepted() {
    for (primary_keys, partition_keys, options) in [
        (&[][..], &[][..], &[][..]),
        (&[], &["dt"], &[("bucket", "-1")]),
        (&[], &["dt"], &[("bucket", "4"), ("bucket-key", "id")]),
        (&["id"], &[], &[("bucket", "2"), ("sequence.field", "at"), ("merge-engine", "deduplicate")]),
        (&["id", "dt"], &["dt"], &[("bucket", "2"), ("bucket-key", "id"), ("some.other", "option")]),
        (&["id"], &["dt"], &[]),
        (&["id"], &[], &[("bucket", "-2")]),
        (&["id"], &[], &[("merge-engine", "aggregation"), ("fields.v.aggregate-function", "sum")]),
        (&["id"], &[], &[("fields.default-aggregate-function", "last_value")]),
    ] {
        schema(primary_keys, partition_keys, options).unwrap();
    }
}

#[test]
fn contradictions_are_refused() {
    check_refused(&["nope"], &[], &[], "the primary key nope is not a column");
    check_refused(&[], &["nope"], &[], "the partition key nope is not a column");
    check_refused(&["id", "id"], &[], &[], "the primary key id is there twice");
    check_refused(&["dt"], &["dt"], &[], "a partition would have a single row");
    check_refused(&["tags"], &[], &[], "the primary key tags has the type ARRAY<STRING>");
    check_refused(&[], &["tags"], &[], "the partition key tags has the type");
    check_refused(&["id"], &[], &[("bucket", "0")], "bucket");
    check_refused(&["id"], &[], &[("merge-engine", "magic")], "merge-engine");
    check_refused(&[], &[], &[("bucket", "4")], "bucket-key");
    check_refused(&[], &[], &[("bucket-key", "id")], "bucket-key needs a number of buckets");
    check_refused(&[], &[], &[("bucket", "4"), ("bucket-key", "tags")], "the bucket key tags has the type");
    check_refused(&[], &["dt"], &[("bucket", "4"), ("bucket-key", "dt")], "bucket-key");
    check_refused(&["id", "dt"], &[], &[("bucket", "4"), ("bucket-key", "v")], "bucket-key");
    check_refused(&[], &[], &[("bucket", "-2")], "needs a primary key");
    check_refused(&["id"], &["dt"], &[("bucket", "2")], "must contain all partition keys");
    check_refused(&["id"], &[], &[("sequence.field", "nope")], "sequence.field names nope");
    check_refused(&["id"], &[], &[("sequence.field", "at,at")], "sequence field at is there twice");
    check_refused(&["id"], &["dt"], &[("sequence.field", "at")], "sequence.field needs");
    check_refused(&["id"], &[], &[("sequence.field", "at"), ("merge-engine", "first-row")], "first-row");
    check_refused(&[], &[], &[("changelog-producer", "input")], "changelog-producer needs a primary key");
    check_refused(&["id"], &[], &[("fields.nope.aggregate-function", "sum")], "names nope");
    check_refused(&["id"], &[], &[("rowkind.field", "nope")], "rowkind.field names nope");
    check_refused(&["id"], &[], &[("primary-key", "id")], "primary-key");
    check_refused(&[], &[], &[("file.format", "xls")], "expected one of parquet, orc, avro");
    check_refused(&[], &[], &[("type", "format-table")], "type=format-table");
    check_refused(&[], &[], &[("snapshot.num-retained.min", "0")], "snapshot.num-retained.min");
    check_refused(&["id"], &[], &[("row-tracking.enabled", "true"), ("bucket", "1")], "row-tracking");
}

#[test]
fn columns_have_distinct_and_free_names() {
    let refused = |fields: &[(&str, &str)]| NewTable::new(columns(fields)).into_schema(0).unwrap_err().to_string();
    assert!(refused(&[]).contains("at least one column"));
    assert!(refused(&[("a", "INT"), ("a", "INT")]).contains("the column a is there twice"));
    assert!(refused(&[(" ", "INT")]).contains("blank"));
    for name in ["_SEQUENCE_NUMBER", "_VALUE_KIND", "_KEY_id", "_ROW_ID", "_LEVEL", "rowkind"] {
        assert!(refused(&[(name, "INT")]).contains("reserved"), "{name}");
    }
    let mut fields = columns(&[("a", "INT")]);
    fields[0].default_value = Some("many".to_owned());
    let error = NewTable::new(fields).into_schema(0).unwrap_err();
    assert!(error.to_string().contains("the default \"many\" of the column a is no INT"), "{error}");
}

#[test]
fn ids_follow_java() {
    let new = NewTable {
        fields: columns(&[
            ("id", "INT"),
            ("nested", "ROW<a INT, b ROW<c INT, d INT>>"),
            ("m", "MAP<STRING, ROW<e INT>>"),
        ]),
        primary_keys: names(&["id"]),
        ..NewTable::default()
    };
    let schema = new.into_schema(1234).unwrap();
    assert_eq!((schema.id, schema.version, schema.time_millis, schema.highest_field_id), (0, 3, 1234, 7));
    assert_eq!(schema.fields.iter().map(|field| field.id).collect::<Vec<_>>(), [0, 1, 6]);
    assert!(!schema.fields[0].data_type.nullable, "keys are not null");
    // The children of b come before b.
    let json = String::from_utf8(schema.to_json().unwrap()).unwrap();
    let compact = serde_json::from_str::<serde_json::Value>(&json).unwrap()["fields"][1]["type"].to_string();
    let id = |name: &str| compact.find(&format!("\"name\":\"{name}\"")).map(|at| &compact[at - 6..at - 1]);
    assert_eq!(id("a"), Some("id\":2"), "{compact}");
    assert_eq!(id("b"), Some("id\":5"), "{compact}");
    assert_eq!(id("c"), Some("id\":3"), "{compact}");
    let sub = TableSchema::from_json(json.as_bytes()).unwrap();
    assert_eq!(sub, schema);
}

#[test]
fn keys_may_come_by_options() {
    let schema = schema(&[], &[], &[("primary-key", "id, dt"), ("partition", "dt"), ("bucket", "1")]).unwrap();
    assert_eq!((schema.primary_keys, schema.partition_keys), (names(&["id", "dt"]), names(&["dt"])));
    assert_eq!(schema.options, BTreeMap::from([("bucket".to_owned(), "1".to_owned())]));
}

fn with_catalogs(check: impl AsyncFn(FileSystemCatalog) -> Result<()>) {
    let temp = tempfile::tempdir().unwrap();
    for storage in [Storage::memory(runtime()), Storage::local(temp.path().join("wh"), runtime()).unwrap()] {
        block_on(check(FileSystemCatalog::new(storage, runtime()))).unwrap();
    }
}

#[test]
fn databases_and_tables_come_and_go() {
    with_catalogs(async |catalog| {
        assert_eq!(catalog.list_databases().await?, [] as [&str; 0]);
        catalog.create_database("shop", false).await?;
        catalog.create_database("shop", true).await?;
        assert_eq!(catalog.create_database("shop", false).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(catalog.list_databases().await?, ["shop"]);
        assert_eq!(catalog.list_tables("shop").await?, [] as [&str; 0]);
        assert!(catalog.list_tables("nope").await.unwrap_err().is_not_found());

        let made = catalog.create_table("shop", "orders", table(&["id"], &[], &[("bucket", "2")]), false).await?;
        assert_eq!((made.name(), made.schema().id, made.schema().time_millis), ("shop.orders", 0, 1_700_000_000_000));
        let again = table(&[], &[], &[]);
        let error = catalog.create_table("shop", "orders", again.clone(), false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        let kept = catalog.create_table("shop", "orders", again.clone(), true).await?;
        assert_eq!(kept.schema().primary_keys, ["id"]);
        assert!(catalog.create_table("nope", "orders", again, false).await.unwrap_err().is_not_found());

        assert_eq!(catalog.list_tables("shop").await?, ["orders"]);
        assert_eq!(catalog.get_table("shop", "orders").await?.schema().primary_keys, ["id"]);
        assert!(catalog.get_table("shop", "nope").await.unwrap_err().is_not_found());
        assert!(catalog.get_table("shop", "orders$branch_x").await.unwrap_err().is_not_found());
        assert_eq!(catalog.get_table("shop", "orders$files").await.unwrap_err().kind(), ErrorKind::Invalid);

        assert_eq!(catalog.drop_database("shop", false, false).await.unwrap_err().kind(), ErrorKind::Invalid);
        catalog.drop_table("shop", "orders", false).await?;
        assert!(catalog.drop_table("shop", "orders", false).await.unwrap_err().is_not_found());
        catalog.drop_table("shop", "orders", true).await?;
        assert_eq!(catalog.list_tables("shop").await?, [] as [&str; 0]);
        catalog.drop_database("shop", false, false).await?;
        catalog.drop_database("shop", true, false).await?;
        assert!(catalog.drop_database("shop", false, false).await.unwrap_err().is_not_found());
        Ok(())
    });
}

#[test]
fn bad_names_make_nothing() {
    with_catalogs(async |catalog| {
        for name in ["", " ", "a/b", "..", "a$b", "sys", "a\\b"] {
            assert_eq!(catalog.create_database(name, false).await.unwrap_err().kind(), ErrorKind::Invalid, "{name}");
        }
        catalog.create_database("db", false).await?;
        for name in ["", " ", "a/b", "..", "t$snapshots", "t$branch_b"] {
            let error = catalog.create_table("db", name, table(&[], &[], &[]), false).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
        }
        let refused = catalog.create_table("db", "t", table(&[], &[], &[("bucket", "x")]), false).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(catalog.list_tables("db").await?, [] as [&str; 0]);
        assert_eq!(catalog.storage().list("db.db").await?.dirs, [] as [&str; 0]);
        Ok(())
    });
}

#[test]
fn folders_without_schema_are_no_tables() {
    with_catalogs(async |catalog| {
        catalog.create_database("db", false).await?;
        let storage = catalog.storage().clone();
        storage.put("db.db/plain/file.parquet", Bytes::new()).await?;
        storage.put("other/t/schema/schema-0", Bytes::new()).await?;
        storage.put("db.db/late/schema/schema-3", Bytes::new()).await?;
        assert_eq!(catalog.list_databases().await?, ["db"]);
        assert_eq!(catalog.list_tables("db").await?, ["late"]);
        Ok(())
    });
}

#[test]
fn global_tables_tell_of_all_tables() {
    let storage = Storage::memory(runtime());
    let catalog = FileSystemCatalog::new(storage, runtime());
    block_on(catalog.create_database("b", false)).unwrap();
    block_on(catalog.create_database("a", false)).unwrap();
    for (database, name, keys) in [("b", "t", &["id"][..]), ("a", "u", &[])] {
        block_on(catalog.create_table(
            database,
            name,
            table(keys, &[], &[("bucket", "2"), ("bucket-key", "id")]),
            false,
        ))
        .unwrap();
    }
    let options = BTreeMap::from([("warehouse".to_owned(), "/w".to_owned())]);
    let rows = |name: &str| {
        let (fields, batch) = block_on(catalog.read_global_table(name, &options)).unwrap();
        assert_eq!(fields.len(), batch.num_columns());
        batch
    };
    let text = |batch: &arrow_array::RecordBatch, column: usize| {
        let column: Vec<String> = batch.column(column).as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        column.join(" ")
    };
    let tables = rows("all_tables");
    assert_eq!((text(&tables, 0), text(&tables, 1)), ("a b".to_owned(), "u t".to_owned()));
    assert_eq!(tables.column(4).as_boolean().values().iter().collect::<Vec<_>>(), [false, true]);
    assert_eq!(text(&rows("All_Table_Options"), 2), "bucket bucket-key path bucket bucket-key path");
    assert_eq!(text(&rows("catalog_options"), 1), "/w");
    assert_eq!(rows("partitions").num_rows(), 0);
    assert_eq!(block_on(catalog.read_global_table("nothing", &options)).unwrap_err().kind(), ErrorKind::NotFound);
}

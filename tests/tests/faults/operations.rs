//! The operations, as data: a kind of table, what is done to it, and what must come out.

use cenote_core::{
    Result,
    catalog::NewTable,
    commit::OverwriteTarget,
    compact::{self, CompactOptions},
    io::Storage,
    predicate,
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::{DataField, DataType, TypeKind},
    write,
};
use futures::future::BoxFuture;
use object_store::path::Path;

use crate::{
    state::{Row, State},
    support,
};

type Run = for<'a> fn(&'a Table) -> BoxFuture<'a, Result<()>>;

/// One operation on one kind of table.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Whether a second run may fail once the first is done.
    pub(crate) refuses_twice: bool,
    table: &'static [(&'static str, &'static str)],
    keys: &'static [&'static str],
    /// Done before the table is ready.
    first: Option<Run>,
    run: Run,
    expected: fn(&mut State),
}

impl Operation {
    /// Three overlapping writes.
    pub(crate) async fn prepare(&self, storage: Storage) {
        let catalog = support::catalog(storage);
        catalog.create_database("db", false).await.unwrap();
        let mut new = NewTable::new(vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "value", DataType::nullable(TypeKind::STRING)),
        ]);
        new.primary_keys = self.keys.iter().map(|key| (*key).to_owned()).collect();
        new.partition_keys = vec!["part".into()];
        new.options = self.table.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        catalog.create_table("db", "t", new, false).await.unwrap();
        let table = catalog.get_table("db", "t").await.unwrap();
        for (from, to, text) in [(0, 20, "a"), (5, 15, "b"), (0, 3, "c")] {
            support::write(&table, &rows(from, to, text)).await.unwrap();
        }
        if let Some(first) = self.first {
            first(&table).await.unwrap();
        }
    }

    pub(crate) async fn run(&self, table: &Table) -> Result<()> {
        (self.run)(table).await
    }

    pub(crate) fn expected(&self, old: &State) -> State {
        let mut new = old.clone();
        (self.expected)(&mut new);
        new.rows.sort();
        new.tags.sort();
        new
    }

    /// Whether the operation may take this file away.
    pub(crate) fn removes(&self, path: &Path) -> bool {
        self.name == "delete tag" && path.as_ref().contains("/tag/")
    }
}

fn rows(from: i64, to: i64, text: &str) -> Vec<support::Row> {
    (from..to).map(|id| ((id % 2) as i32, id, Some(format!("{text}{id}")))).collect()
}

fn append(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { support::write(table, &rows(10, 30, "new")).await })
}

fn appended(state: &mut State) {
    state.rows.extend(rows(10, 30, "new"));
}

fn upserted(state: &mut State) {
    state.rows.retain(|row| !(10..30).contains(&row.1));
    appended(state);
}

/// One new row in partition 1.
async fn overwrite(table: &Table, target: OverwriteTarget) -> Result<()> {
    let mut write = table.new_write()?.ignore_previous_files();
    write.write(support::batch(&[(1, 99, Some("over".into()))])?, None).await?;
    let messages = write.prepare_commit().await?;
    table.new_commit(None).overwrite(Snapshot::BATCH_IDENTIFIER, &messages, target).await.map(drop)
}

fn overwrite_whole(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(overwrite(table, OverwriteTarget::WholeTable))
}

fn overwrite_static(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let filter = predicate::parse("part = 1", &table.schema().fields)?;
        overwrite(table, OverwriteTarget::Partitions(filter)).await
    })
}

fn overwrite_dynamic(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(overwrite(table, OverwriteTarget::Dynamic))
}

fn overwritten() -> Row {
    (1, 99, Some("over".into()))
}

fn delete(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let filter = predicate::parse("id < 7", &table.schema().fields)?;
        write::delete_where(table, filter, false).await.map(drop)
    })
}

fn deleted(state: &mut State) {
    state.rows.retain(|row| row.1 >= 7);
}

fn compact(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await.map(drop) })
}

fn create_tag(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { table.tags().create("kept", None).await.map(drop) })
}

fn delete_tag(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { table.tags().delete("kept").await })
}

fn add_column(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let mut schema: TableSchema = table.schema().as_ref().clone();
        schema.id += 1;
        schema.highest_field_id += 1;
        schema.fields.push(DataField::new(schema.highest_field_id, "more", DataType::nullable(TypeKind::Int)));
        table.schemas().commit_next(&schema).await.map(drop)
    })
}

fn unchanged(_: &mut State) {}

const UNAWARE: &[(&str, &str)] = &[];
const BUCKETED: &[(&str, &str)] = &[("bucket", "2"), ("bucket-key", "id")];
const FIXED: &[(&str, &str)] = &[("bucket", "2")];
const KEYS: &[&str] = &["part", "id"];

pub(crate) fn operations() -> Vec<Operation> {
    let on = |name, table, keys, run: Run, expected| Operation {
        name,
        refuses_twice: false,
        table,
        keys,
        first: None,
        run,
        expected,
    };
    vec![
        on("append", UNAWARE, &[], append, appended),
        on("append, bucketed", BUCKETED, &[], append, appended),
        on("upsert", FIXED, KEYS, append, upserted),
        on("overwrite whole", FIXED, KEYS, overwrite_whole, |state| state.rows = vec![overwritten()]),
        on("overwrite static", FIXED, KEYS, overwrite_static, |state| {
            state.rows.retain(|row| row.0 != 1);
            state.rows.push(overwritten());
        }),
        on("overwrite dynamic", UNAWARE, &[], overwrite_dynamic, |state| {
            state.rows.retain(|row| row.0 != 1);
            state.rows.push(overwritten());
        }),
        on("delete", FIXED, KEYS, delete, deleted),
        on("compact", FIXED, KEYS, compact, unchanged),
        on("compact, append", UNAWARE, &[], compact, unchanged),
        Operation {
            refuses_twice: true,
            ..on("create tag", FIXED, KEYS, create_tag, |state| state.tags = vec![("kept".into(), 3)])
        },
        Operation {
            refuses_twice: true,
            first: Some(create_tag),
            ..on("delete tag", FIXED, KEYS, delete_tag, |state| state.tags.clear())
        },
        Operation {
            refuses_twice: true,
            ..on("schema change", FIXED, KEYS, add_column, |state| state.columns.push("more".into()))
        },
    ]
}

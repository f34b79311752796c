//! The operations, as data: a kind of table, what is done to it, and what must come out.

use cenote_core::{
    Error, Result,
    catalog::NewTable,
    commit::OverwriteTarget,
    compact::{self, CompactOptions, RescaleOptions},
    io::Storage,
    maintain::{
        branches,
        expire::{self, ExpireOptions},
        orphans::{self, OrphanOptions},
        rollback::{self, RollbackTo},
        tags,
    },
    modify, predicate,
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::future::BoxFuture;
use object_store::path::Path;

use crate::state::{self, Row, State};

type Run = for<'a> fn(&'a Table) -> BoxFuture<'a, Result<()>>;

/// One operation on one kind of table.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Whether a second run may fail once the first is done.
    pub(crate) refuses_twice: bool,
    /// Whether older snapshots may go.
    pub(crate) forgets: bool,
    /// Whether files may go that no snapshot needs.
    takes_files: bool,
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
        let catalog = state::catalog(storage);
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
            state::write(&table, &rows(from, to, text)).await.unwrap();
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
        self.forgets || self.takes_files || self.name == "delete tag" && path.as_ref().contains("/tag/")
    }
}

fn rows(from: i64, to: i64, text: &str) -> Vec<Row> {
    (from..to).map(|id| ((id % 2) as i32, id, Some(format!("{text}{id}")))).collect()
}

fn append(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { state::write(table, &rows(10, 30, "new")).await })
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
    write.write(state::batch(&[(1, 99, Some("over".into()))])?, None).await?;
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
        modify::delete_where(table, filter, false).await.map(drop)
    })
}

fn deleted(state: &mut State) {
    state.rows.retain(|row| row.1 >= 7);
}

fn update(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let fields = &table.schema().fields;
        let assignments = modify::Assignment::parse_list("value = 'set'", fields)?;
        let filter = predicate::parse("id < 7", fields)?;
        modify::update_where(table, assignments, filter, false).await.map(drop)
    })
}

fn updated(state: &mut State) {
    state.rows.iter_mut().filter(|row| row.1 < 7).for_each(|row| row.2 = Some("set".into()));
}

/// Ids below 10 go, those from 10 get other values, those from 20 are new.
fn merge(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let mut merge = table.merge_into(table.schema().fields.clone());
        merge.add_source(&state::batch(&rows(5, 30, "new"))?)?;
        let merge = merge.on("t.part = s.part AND t.id = s.id").when_matched("AND s.id < 10 THEN DELETE");
        merge.when_matched("UPDATE *").when_not_matched("AND s.id >= 20 THEN INSERT *").run().await.map(drop)
    })
}

fn merged(state: &mut State) {
    state.rows.retain(|row| !(5..10).contains(&row.1));
    for row in state.rows.iter_mut().filter(|row| (10..30).contains(&row.1)) {
        row.2 = Some(format!("new{}", row.1));
    }
    let known: Vec<i64> = state.rows.iter().map(|row| row.1).collect();
    state.rows.extend(rows(20, 30, "new").into_iter().filter(|row| !known.contains(&row.1)));
}

fn truncate(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { modify::truncate(table, false).await.map(drop) })
}

fn drop_partition(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let partition = vec![("part".to_owned(), "1".to_owned())];
        modify::drop_partitions(table, &[partition], false).await.map(drop)
    })
}

fn compact(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await.map(drop) })
}

fn upsert_and_compact(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        append(table).await?;
        compact(table).await
    })
}

fn rescale(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let options = RescaleOptions { buckets: Some(3), ..RescaleOptions::default() };
        compact::rescale(table, &options).await.map(drop)
    })
}

/// What the writes before come to, once their rows wait no more.
fn settled(state: &mut State) {
    let parts = [rows(0, 3, "c"), rows(3, 5, "a"), rows(5, 15, "b"), rows(15, 20, "a")];
    state.rows = parts.into_iter().flatten().collect();
}

fn create_tag(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { table.tags().create("kept", None).await.map(drop) })
}

fn delete_tag(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { table.tags().delete("kept").await })
}

/// All but the latest snapshot.
fn expire(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let options = ExpireOptions {
            retain_max: 1,
            retain_min: 1,
            older_than_millis: i64::MAX,
            max_deletes: i64::MAX,
            dry_run: false,
        };
        expire::expire_snapshots(table, &options).await.map(drop)
    })
}

fn compact_and_tag(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        create_tag(table).await?;
        compact(table).await?;
        expire(table).await
    })
}

fn delete_tag_with_files(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { tags::delete(table, "kept", false).await.map(drop) })
}

/// Before the last write.
fn roll_back(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { rollback::rollback(table, &RollbackTo::Snapshot(2), false).await.map(drop) })
}

fn rolled_back(state: &mut State) {
    state.rows.retain(|row| row.1 >= 3);
    state.rows.extend(rows(0, 3, "a"));
}

fn create_branch(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async { branches::create(table, "side", Some("kept")).await })
}

fn clean_orphans(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let options = OrphanOptions { older_than_millis: 0, allow_young: true, delete: true, external: false };
        orphans::clean(table, &options, &mut |_| {}).await.map(drop)
    })
}

fn add_column(table: &Table) -> BoxFuture<'_, Result<()>> {
    Box::pin(async {
        let mut schema: TableSchema = table.schema().as_ref().clone();
        if schema.fields.iter().any(|field| field.name == "more") {
            return Err(Error::invalid("the column is there"));
        }
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
const DYNAMIC: &[(&str, &str)] = &[("bucket", "-1"), ("dynamic-bucket.target-row-num", "3")];
const PARTIAL: &[(&str, &str)] = &[("bucket", "2"), ("merge-engine", "partial-update")];
const INPUT: &[(&str, &str)] = &[("bucket", "2"), ("changelog-producer", "input")];
const LOOKUP: &[(&str, &str)] = &[("bucket", "2"), ("changelog-producer", "lookup")];
const VECTORS: &[(&str, &str)] = &[("bucket", "2"), ("deletion-vectors.enabled", "true")];
const APPEND_VECTORS: &[(&str, &str)] = &[("deletion-vectors.enabled", "true")];
const POSTPONE: &[(&str, &str)] = &[("bucket", "-2"), ("postpone.target-row-num-per-bucket", "5")];
const KEYS: &[&str] = &["part", "id"];

pub(crate) fn operations() -> Vec<Operation> {
    let on = |name, table, keys, run: Run, expected| Operation {
        name,
        refuses_twice: false,
        forgets: false,
        takes_files: false,
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
        on("upsert, dynamic buckets", DYNAMIC, KEYS, append, upserted),
        on("upsert, partial update", PARTIAL, KEYS, append, upserted),
        on("upsert, input changelog", INPUT, KEYS, append, upserted),
        Operation {
            // Until it is compacted, nothing of such a table is visible.
            first: Some(compact),
            ..on("upsert and compact, vectors", VECTORS, KEYS, upsert_and_compact, upserted)
        },
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
        on("delete, copy on write", UNAWARE, &[], delete, deleted),
        on("delete, vectors", APPEND_VECTORS, &[], delete, deleted),
        on("update", FIXED, KEYS, update, updated),
        on("update, copy on write", UNAWARE, &[], update, updated),
        on("update, vectors", APPEND_VECTORS, &[], update, updated),
        on("merge", FIXED, KEYS, merge, merged),
        on("merge, vectors", APPEND_VECTORS, &[], merge, merged),
        on("truncate", FIXED, KEYS, truncate, |state| state.rows.clear()),
        on("drop partition", UNAWARE, &[], drop_partition, |state| state.rows.retain(|row| row.0 != 1)),
        on("compact", FIXED, KEYS, compact, unchanged),
        on("compact, lookup changelog", LOOKUP, KEYS, compact, unchanged),
        on("overwrite, dynamic buckets", DYNAMIC, KEYS, overwrite_dynamic, |state| {
            state.rows.retain(|row| row.0 != 1);
            state.rows.push(overwritten());
        }),
        on("compact, append", UNAWARE, &[], compact, unchanged),
        on("compact, postponed", POSTPONE, KEYS, compact, settled),
        on("rescale", FIXED, KEYS, rescale, unchanged),
        Operation { first: Some(compact), ..on("rescale, vectors", VECTORS, KEYS, rescale, unchanged) },
        Operation {
            refuses_twice: true,
            ..on("create tag", FIXED, KEYS, create_tag, |state| state.tags = vec![("kept".into(), 3)])
        },
        Operation {
            refuses_twice: true,
            first: Some(create_tag),
            ..on("delete tag", FIXED, KEYS, delete_tag, |state| state.tags.clear())
        },
        Operation { forgets: true, first: Some(compact), ..on("expire", FIXED, KEYS, expire, unchanged) },
        Operation { forgets: true, ..on("roll back", FIXED, KEYS, roll_back, rolled_back) },
        Operation {
            refuses_twice: true,
            forgets: true,
            first: Some(compact_and_tag),
            ..on("delete tag with its files", FIXED, KEYS, delete_tag_with_files, |state| state.tags.clear())
        },
        Operation {
            refuses_twice: true,
            first: Some(create_tag),
            ..on("create branch", FIXED, KEYS, create_branch, unchanged)
        },
        Operation { takes_files: true, ..on("orphans", FIXED, KEYS, clean_orphans, unchanged) },
        Operation {
            refuses_twice: true,
            ..on("schema change", FIXED, KEYS, add_column, |state| state.columns.push("more".into()))
        },
    ]
}

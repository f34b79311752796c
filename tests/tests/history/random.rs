//! Seeded random histories: writes, compactions, tags, branches, expiry and rollback. After each step every state that is
//! kept reads as it did when it was made, and after expiry nothing is on disk that no state needs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    changes::ChangesMode,
    compact::{self, CompactOptions},
    io::{InlineRuntime, Runtime, Storage},
    maintain::{
        branches,
        expire::{self, ExpireOptions},
        reachable::{self, Keeper},
        rollback::{self, RollbackTo},
        tags::{self, NewTag},
    },
    modify, predicate,
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::executor::block_on;

use super::files;

type Rows = Vec<(i32, i64, String)>;
type Changes = Vec<(String, i32, i64, String)>;

/// A kind of table.
#[derive(Clone, Copy, Debug)]
struct Kind {
    keyed: bool,
    options: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 7] = [
    Kind { keyed: true, options: &[("bucket", "2")] },
    Kind { keyed: true, options: &[("bucket", "1"), ("changelog-producer", "input")] },
    Kind { keyed: true, options: &[("bucket", "1"), ("changelog-producer", "lookup")] },
    Kind { keyed: true, options: &[("bucket", "1"), ("deletion-vectors.enabled", "true")] },
    Kind {
        keyed: true,
        options: &[("bucket", "1"), ("changelog-producer", "input"), ("changelog.num-retained.min", "14")],
    },
    Kind { keyed: false, options: &[("bucket", "-1"), ("deletion-vectors.enabled", "true")] },
    Kind { keyed: false, options: &[("bucket", "-1"), ("changelog.num-retained.min", "14")] },
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.roll(items.len() as u64) as usize) }
    }
}

struct World {
    seed: u64,
    storage: Storage,
    runtime: Arc<dyn Runtime>,
    kind: Kind,
    /// Rows of each snapshot of each branch, when it was made.
    rows: BTreeMap<(String, i64), Rows>,
    /// Rows of each tag of each branch.
    tags: BTreeMap<(String, String), Rows>,
    /// Changes that each snapshot of the table made.
    changes: BTreeMap<i64, Changes>,
    /// What rollbacks and dropped branches left behind, as in Java.
    orphans: BTreeSet<String>,
    /// Branches keep files that nobody asks for again once the branch is gone: those are left to `orphans`.
    branches_allowed: bool,
    log: Vec<String>,
}

impl World {
    async fn new(seed: u64, kind: Kind) -> Self {
        let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(seed, 1_700_000_000_000));
        let storage = Storage::memory(runtime.clone());
        let catalog = FileSystemCatalog::new(storage.clone(), runtime.clone());
        catalog.create_database("db", false).await.unwrap();
        let mut new = NewTable::new(vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "value", DataType::nullable(TypeKind::STRING)),
        ]);
        if kind.keyed {
            new.primary_keys = vec!["part".into(), "id".into()];
        }
        new.partition_keys = vec!["part".into()];
        new.options = kind.options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        catalog.create_table("db", "t", new, false).await.unwrap();
        let (rows, tags, changes) = Default::default();
        World {
            seed,
            storage,
            runtime,
            kind,
            rows,
            tags,
            changes,
            orphans: BTreeSet::new(),
            branches_allowed: seed.is_multiple_of(2),
            log: Vec::new(),
        }
    }

    async fn table(&self, branch: &str) -> Table {
        let storage = self.storage.child("db.db/t").unwrap();
        Table::open_branch(storage, "db.t", branch, self.runtime.clone()).await.unwrap()
    }

    async fn branches(&self) -> Vec<String> {
        self.table("main").await.branches().await.unwrap()
    }

    /// Remembers what the newest snapshots of a branch show.
    async fn learn(&mut self, branch: &str) {
        let table = self.table(branch).await;
        for id in table.snapshots().ids().await.unwrap() {
            let key = (branch.to_owned(), id);
            let known = self.rows.contains_key(&key);
            if known {
                continue;
            }
            self.rows.insert(key, read(&table, Some(id), None).await);
            if branch == "main" {
                self.changes.insert(id, changes(&table, id).await);
            }
        }
    }

    /// Gives whether something may have gone.
    async fn step(&mut self, dice: &mut Dice) -> bool {
        let mut branches_and_main = self.branches().await;
        branches_and_main.push("main".into());
        branches_and_main.push("main".into());
        let branch = dice.pick(&branches_and_main).unwrap().clone();
        let table = self.table(&branch).await;
        let roll = dice.roll(100);
        let step = match roll {
            0..38 => self.write(&table, dice).await,
            38..48 => self.delete(&table, dice).await,
            48..60 => {
                let full = dice.roll(2) == 0;
                compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap();
                format!("compact full={full}")
            }
            60..70 => self.tag(&table, dice).await,
            70..74 => self.untag(&table, dice).await,
            74..88 => self.expire(&table, dice).await,
            88..95 if !self.branches_allowed => self.expire(&table, dice).await,
            88..92 => self.branch(dice).await,
            92..95 => self.drop_or_forward(dice).await,
            95..97 => self.roll_back(&table, dice).await,
            _ => self.truncate(&table, dice).await,
        };
        self.log.push(format!("{branch}: {step}"));
        self.learn(&branch).await;
        self.learn("main").await;
        roll >= 70
    }

    async fn write(&mut self, table: &Table, dice: &mut Dice) -> String {
        let from = dice.roll(12) as i64;
        let rows: Vec<(i32, i64)> = (from..from + 1 + dice.roll(8) as i64).map(|id| ((id % 2) as i32, id)).collect();
        let value = format!("v{}", dice.roll(1_000_000));
        let batch = RecordBatch::try_from_iter([
            ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>),
            ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
            ("value", Arc::new(StringArray::from_iter_values(rows.iter().map(|_| value.as_str())))),
        ])
        .unwrap();
        let mut write = table.new_write().unwrap();
        write.write(batch, None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
        compact::after_write(table, &messages).await.unwrap();
        format!("write {} rows from {from}", rows.len())
    }

    async fn delete(&mut self, table: &Table, dice: &mut Dice) -> String {
        if table.snapshots().latest().await.unwrap().is_none() {
            return "nothing to delete".into();
        }
        let text = format!("id = {}", dice.roll(20));
        let filter = predicate::parse(&text, &table.schema().fields).unwrap();
        modify::delete_where(table, filter, false).await.unwrap();
        format!("delete {text}")
    }

    async fn truncate(&mut self, table: &Table, dice: &mut Dice) -> String {
        let part = dice.roll(2);
        if table.snapshots().latest().await.unwrap().is_none() {
            return "nothing to drop".into();
        }
        let specs = [vec![("part".to_owned(), part.to_string())]];
        modify::drop_partitions(table, &specs, false).await.unwrap();
        format!("drop part={part}")
    }

    async fn tag(&mut self, table: &Table, dice: &mut Dice) -> String {
        let ids = table.snapshots().ids().await.unwrap();
        let Some(id) = dice.pick(&ids) else { return "nothing to tag".into() };
        let name = format!("t{}", dice.roll(1_000_000));
        let new = NewTag { snapshot_id: Some(*id), ..NewTag::default() };
        tags::create(table, &name, &new).await.unwrap();
        let rows = self.rows[&(table.branch().to_owned(), *id)].clone();
        self.tags.insert((table.branch().to_owned(), name.clone()), rows);
        format!("tag {name} at {id}")
    }

    async fn untag(&mut self, table: &Table, dice: &mut Dice) -> String {
        let names: Vec<String> = table.tags().list().await.unwrap().into_iter().map(|(name, _)| name).collect();
        let Some(name) = dice.pick(&names) else { return "no tag to delete".into() };
        let preview = tags::delete(table, name, true).await.unwrap();
        let report = tags::delete(table, name, false).await.unwrap();
        assert_eq!(preview.removed.data_files, report.removed.data_files);
        self.tags.remove(&(table.branch().to_owned(), name.clone()));
        format!("delete tag {name}: {} files", report.removed.data_files)
    }

    async fn expire(&mut self, table: &Table, dice: &mut Dice) -> String {
        let retain_min = 1 + dice.roll(5) as i64;
        let options = ExpireOptions {
            retain_max: i64::from(i32::MAX),
            retain_min,
            older_than_millis: i64::MAX,
            max_deletes: i64::MAX,
            dry_run: false,
        };
        let preview = ExpireOptions { dry_run: true, ..options.clone() };
        let preview = expire::expire_snapshots(table, &preview).await.unwrap();
        let report = expire::expire_snapshots(table, &options).await.unwrap();
        assert_eq!(preview.snapshots, report.snapshots);
        let mut text = format!("expire but {retain_min}: {:?}, {:?}", report.snapshots, report.removed);
        if expire::keeps_changelogs(table) {
            let changelogs = ExpireOptions { retain_min: retain_min + 3, ..options };
            let report = expire::expire_changelogs(table, &changelogs).await.unwrap();
            text += &format!(", changelogs {:?}", report.changelogs);
        }
        text
    }

    async fn branch(&mut self, dice: &mut Dice) -> String {
        let main = self.table("main").await;
        let names: Vec<String> = main.tags().list().await.unwrap().into_iter().map(|(name, _)| name).collect();
        let Some(tag) = dice.pick(&names) else { return "no tag to branch from".into() };
        if self.branches().await.len() > 2 {
            return "enough branches".into();
        }
        let name = format!("b{}", dice.roll(1_000_000));
        branches::create(&main, &name, Some(tag)).await.unwrap();
        let rows = self.tags[&("main".to_owned(), tag.clone())].clone();
        self.tags.insert((name.clone(), tag.clone()), rows);
        self.learn(&name).await;
        format!("branch {name} from {tag}")
    }

    async fn drop_or_forward(&mut self, dice: &mut Dice) -> String {
        let names = self.branches().await;
        let Some(name) = dice.pick(&names) else { return "no branch".into() };
        let main = self.table("main").await;
        if dice.roll(2) == 0 {
            branches::delete(&main, name).await.unwrap();
            self.rows.retain(|(branch, _), _| branch != name);
            self.tags.retain(|(branch, _), _| branch != name);
            self.left_behind().await;
            return format!("drop branch {name}");
        }
        let report = branches::fast_forward(&main, name, false).await.unwrap();
        self.forget_after(report.from - 1);
        for ((branch, id), rows) in self.rows.clone() {
            if branch == *name && id >= report.from {
                self.rows.insert(("main".into(), id), rows);
            }
        }
        for ((branch, tag), rows) in self.tags.clone() {
            if branch == *name {
                self.tags.insert(("main".into(), tag), rows);
            }
        }
        let left: BTreeSet<String> =
            self.table("main").await.tags().list().await.unwrap().into_iter().map(|t| t.0).collect();
        self.tags.retain(|(branch, tag), _| branch != "main" || left.contains(tag));
        for id in self.table("main").await.snapshots().ids().await.unwrap() {
            let changes = changes(&self.table("main").await, id).await;
            self.changes.entry(id).or_insert(changes);
        }
        self.left_behind().await;
        format!("fast-forward {name}: {report:?}")
    }

    async fn roll_back(&mut self, table: &Table, dice: &mut Dice) -> String {
        let mut to: Vec<RollbackTo> =
            table.snapshots().ids().await.unwrap().into_iter().map(RollbackTo::Snapshot).collect();
        to.extend(table.tags().list().await.unwrap().into_iter().map(|(name, _)| RollbackTo::Tag(name)));
        let Some(to) = dice.pick(&to) else { return "nothing to go back to".into() };
        let report = rollback::rollback(table, to, false).await.unwrap();
        let branch = table.branch().to_owned();
        if let RollbackTo::Tag(name) = to {
            let rows = self.tags[&(branch.clone(), name.clone())].clone();
            self.rows.insert((branch.clone(), report.snapshot_id), rows);
        }
        self.rows.retain(|(known, id), _| *known != branch || *id <= report.snapshot_id);
        for tag in &report.tags {
            self.tags.remove(&(branch.clone(), tag.clone()));
        }
        if branch == "main" {
            self.changes.retain(|id, _| *id <= report.snapshot_id);
        }
        self.left_behind().await;
        format!("roll back to {to:?}: {report:?}")
    }

    fn forget_after(&mut self, id: i64) {
        self.rows.retain(|(branch, known), _| branch != "main" || *known <= id);
        self.changes.retain(|known, _| *known <= id);
    }

    async fn left_behind(&mut self) {
        let table = self.table("main").await;
        let referred = files::referred(&table).await;
        self.orphans.extend(files::on_disk(&table).await.difference(&referred).cloned());
    }

    async fn check(&self) {
        let what = || format!("seed {}, {:?}\n{}", self.seed, self.kind, self.log.join("\n"));
        let mut branches = self.branches().await;
        branches.push("main".into());
        for branch in branches {
            let table = self.table(&branch).await;
            for root in reachable::roots_of_branch(&table).await.unwrap() {
                let id = root.snapshot.id;
                match &root.keeper {
                    Keeper::Snapshot => {
                        let expected = &self.rows[&(branch.clone(), id)];
                        assert_eq!(&read(&table, Some(id), None).await, expected, "{root}: {}", what());
                        if branch == "main" && Some(id) != table.snapshots().ids().await.unwrap().first().copied() {
                            assert_eq!(changes(&table, id).await, self.changes[&id], "changes of {root}: {}", what());
                        }
                    }
                    Keeper::Tag(name) => {
                        let expected = &self.tags[&(branch.clone(), name.clone())];
                        assert_eq!(&read(&table, None, Some(name)).await, expected, "{root}: {}", what());
                    }
                    Keeper::Changelog if branch == "main" => {
                        let earliest = table.changelogs().ids().await.unwrap().first().copied();
                        if Some(id) != earliest {
                            assert_eq!(changes(&table, id).await, self.changes[&id], "changes of {root}: {}", what());
                        }
                    }
                    Keeper::Changelog => {}
                }
            }
        }
        if self.branches_allowed {
            return;
        }
        let table = self.table("main").await;
        let referred = files::referred(&table).await;
        let leaked: Vec<String> = files::on_disk(&table).await.difference(&referred).cloned().collect();
        let leaked: Vec<&String> = leaked.iter().filter(|path| !self.orphans.contains(*path)).collect();
        assert!(leaked.is_empty(), "leaked {leaked:?}: {}", what());
    }
}

async fn read(table: &Table, snapshot: Option<i64>, tag: Option<&str>) -> Rows {
    let scan = match (snapshot, tag) {
        (Some(id), _) => table.scan().snapshot(id),
        (_, Some(tag)) => table.scan().tag(tag),
        _ => table.scan(),
    };
    let mut rows = Rows::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        let (parts, ids) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            rows.push((parts.value(row), ids.value(row), batch.column(2).as_string::<i32>().value(row).to_owned()));
        }
    }
    rows.sort();
    rows
}

/// What the snapshot, or its changelog, changed.
async fn changes(table: &Table, id: i64) -> Changes {
    if id == 1 {
        return Changes::new();
    }
    let changes = table.changes().mode(ChangesMode::Auto).from(id - 1).to(id);
    let Ok(stream) = changes.stream().await else { return Changes::new() };
    let mut rows = Changes::new();
    for batch in stream.collect().await.unwrap() {
        let kinds = batch.column_by_name("_rowkind").unwrap().as_string::<i32>().clone();
        let parts = batch.column_by_name("part").unwrap().as_primitive::<Int32Type>().clone();
        let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>().clone();
        let values = batch.column_by_name("value").unwrap().as_string::<i32>().clone();
        for row in 0..batch.num_rows() {
            rows.push((kinds.value(row).to_owned(), parts.value(row), ids.value(row), values.value(row).to_owned()));
        }
    }
    rows.sort();
    rows
}

/// `CENOTE_SEEDS` tries so many, from `CENOTE_SEED` on.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let first: u64 = number("CENOTE_SEED", 1);
    first..first + number("CENOTE_SEEDS", 7)
}

async fn live_through(seed: u64) {
    let kind = KINDS[(seed % KINDS.len() as u64) as usize];
    let (mut world, mut dice) = (World::new(seed, kind).await, Dice(seed));
    for _ in 0..40 {
        if Box::pin(world.step(&mut dice)).await {
            Box::pin(world.check()).await;
        }
    }
    Box::pin(world.check()).await;
}

#[test]
fn states_read_as_they_were_and_nothing_leaks() {
    // Futures of unoptimised builds are large.
    let tries = || seeds().for_each(|seed| block_on(live_through(seed)));
    std::thread::Builder::new().stack_size(32 << 20).spawn(tries).unwrap().join().unwrap();
}

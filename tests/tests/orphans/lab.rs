//! A table in a temporary folder, histories of it, and files that nothing refers to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arrow_array::{Array, Int32Array, Int64Array, RecordBatch, StringArray};
use cenote_core::{
    Result,
    catalog::NewTable,
    commit::CommitMessage,
    compact::{self, CompactOptions},
    io::{CreateIfAbsent, InlineRuntime, Runtime, Storage, StorageTraits},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use cenote_tests::fault_store::FaultStore;
use object_store::{ObjectStore, local::LocalFileSystem};
use tempfile::TempDir;

use crate::support::{self, Model};

/// The table `db.t` in a folder of its own.
pub(crate) struct Lab {
    folder: TempDir,
    runtime: Arc<InlineRuntime>,
}

/// What a history left to look at.
pub(crate) struct Seeded {
    snapshots: Vec<i64>,
    tags: Vec<String>,
    branches: Vec<String>,
}

/// Rows of every snapshot, tag and branch.
pub(crate) type States = BTreeMap<String, Model>;

impl Lab {
    pub(crate) fn new(seed: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        Lab { folder: tempfile::tempdir().unwrap(), runtime: Arc::new(InlineRuntime::new(seed, now)) }
    }

    pub(crate) fn runtime(&self) -> Arc<dyn Runtime> {
        self.runtime.clone()
    }

    pub(crate) fn advance_days(&self, days: u64) {
        self.runtime.advance(Duration::from_secs(days * 86_400));
    }

    pub(crate) fn object_store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(LocalFileSystem::new())
    }

    pub(crate) fn storage(&self, store: Arc<dyn ObjectStore>) -> Storage {
        let traits = StorageTraits {
            can_list: true,
            visible_while_written: true,
            create_if_absent: CreateIfAbsent::Yes,
            label: String::new(),
        };
        let root = object_store::path::Path::from_absolute_path(self.folder.path()).unwrap();
        Storage::with_traits(store, root, self.runtime(), traits)
    }

    /// Creates the table, with further options.
    pub(crate) async fn create(&self, options: &[(&str, &str)]) -> Table {
        let catalog = support::catalog(self.storage(self.object_store()));
        catalog.create_database("db", false).await.unwrap();
        let option = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let new = NewTable {
            fields: vec![
                DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
                DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
                DataField::new(2, "value", DataType::nullable(TypeKind::STRING)),
            ],
            primary_keys: vec!["part".into(), "id".into()],
            partition_keys: vec!["part".into()],
            options: [("bucket", "2")].into_iter().chain(options.iter().copied()).map(option).collect(),
            comment: None,
        };
        catalog.create_table("db", "t", new, false).await.unwrap();
        catalog.get_table("db", "t").await.unwrap()
    }

    pub(crate) async fn open(&self) -> Table {
        support::catalog(self.storage(self.object_store())).get_table("db", "t").await.unwrap()
    }

    pub(crate) async fn open_over(&self, faults: &FaultStore) -> Result<Table> {
        support::catalog(self.storage(Arc::new(faults.clone()))).get_table("db", "t").await
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("db.db").join("t")
    }

    /// A folder outside of the table.
    pub(crate) fn external(&self) -> PathBuf {
        self.folder.path().join("elsewhere")
    }

    /// All files below the table folder.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        walk(&self.path(), &mut |path| {
            files.insert(path.strip_prefix(self.path()).unwrap().to_str().unwrap().to_owned());
        });
        files
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }

    /// Makes every file look so old.
    pub(crate) fn age(&self, hours: u64) {
        let then = SystemTime::now() - Duration::from_secs(hours * 3600);
        walk(self.folder.path(), &mut |path| {
            File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        });
    }

    /// Writes the files of a row, and commits nothing.
    pub(crate) async fn prepare(&self, table: &Table, part: i32, id: i64) -> Vec<CommitMessage> {
        let columns: [(&str, Arc<dyn Array>); 3] = [
            ("part", Arc::new(Int32Array::from(vec![part]))),
            ("id", Arc::new(Int64Array::from(vec![id]))),
            ("value", Arc::new(StringArray::from(vec!["x"]))),
        ];
        let mut write = table.new_write().unwrap();
        write.write(RecordBatch::try_from_iter(columns).unwrap(), None).await.unwrap();
        write.prepare_commit().await.unwrap()
    }

    /// Plants a file of each kind that nothing refers to.
    pub(crate) fn plant(&self, seed: u64) -> BTreeSet<String> {
        let uuid = format!("{seed:08x}-8cc0-490b-80d6-b403e05b6f80");
        let names = [
            "manifest/manifest-UUID-0",
            "manifest/manifest-list-UUID-1",
            "manifest/index-manifest-UUID-0",
            "manifest/.manifest-UUID-0.UUID.tmp",
            "index/index-UUID-0",
            "statistics/stat-UUID-0",
            "part=1/bucket-0/data-UUID-0.parquet",
            "part=1/bucket-0/data-UUID-0.parquet.index",
            "part=77/bucket-1/changelog-UUID-0.parquet",
            "part=1/bucket-postpone/data-u-UUID-s-0-w-UUID-1.avro",
            "part=1/bucket-0/.data-UUID-1.parquet.UUID.tmp",
            "snapshot/.snapshot-9.UUID.tmp",
            "tag/.tag-x.UUID.tmp",
            "schema/.schema-1.UUID.tmp",
        ];
        let planted: BTreeSet<String> = names.iter().map(|name| name.replace("UUID", &uuid)).collect();
        planted.iter().for_each(|name| self.put(name));
        planted
    }

    /// Plants files that are none of Paimon's, or not at their place; gives how many.
    pub(crate) fn plant_unknown(&self) -> usize {
        let uuid = "00000000-8cc0-490b-80d6-b403e05b6f80";
        let names = [
            "notes.txt",
            "part=1/bucket-0/mine.parquet",
            "part=1/bucket-0/deep/data-UUID-0.parquet",
            "bucket-0/data-UUID-0.parquet",
            "manifest/readme",
            "other/manifest/manifest-UUID-0",
        ];
        names.iter().map(|name| self.put(&name.replace("UUID", uuid))).count()
    }

    pub(crate) fn put(&self, name: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"planted").unwrap();
    }

    /// Makes a branch of the table as it is now, as Java does: schemas and the latest snapshot are copied.
    pub(crate) async fn branch(&self, name: &str) {
        let latest = self.open().await.snapshots().latest_id().await.unwrap().unwrap();
        let branch = self.path().join(format!("branch/branch-{name}"));
        for folder in ["schema", "snapshot"] {
            fs::create_dir_all(branch.join(folder)).unwrap();
        }
        fs::copy(self.path().join("schema/schema-0"), branch.join("schema/schema-0")).unwrap();
        let snapshot = format!("snapshot/snapshot-{latest}");
        fs::copy(self.path().join(&snapshot), branch.join(&snapshot)).unwrap();
        for hint in ["EARLIEST", "LATEST"] {
            fs::write(branch.join("snapshot").join(hint), latest.to_string()).unwrap();
        }
    }

    pub(crate) async fn open_branch(&self, name: &str) -> Table {
        let storage = self.storage(self.object_store()).child("db.db/t").unwrap();
        Table::open_branch(storage, "db.t", name, self.runtime()).await.unwrap()
    }

    /// Rows of every state, read anew.
    pub(crate) async fn states(&self, history: &Seeded) -> States {
        let table = self.open().await;
        let mut states = States::new();
        for id in &history.snapshots {
            states.insert(format!("snapshot {id}"), support::read(&table, Some(*id), None).await);
        }
        for name in &history.tags {
            let tagged = table.at_tag(name).await;
            states.insert(format!("tag {name}"), tagged);
        }
        for name in &history.branches {
            let branch = self.open_branch(name).await;
            states.insert(format!("branch {name}"), support::read(&branch, None, None).await);
        }
        states
    }
}

trait AtTag {
    async fn at_tag(&self, name: &str) -> Model;
}

impl AtTag for Table {
    async fn at_tag(&self, name: &str) -> Model {
        let tag = self.tags().get(name).await.unwrap();
        // A tag is read by the files of its snapshot, whether that expired or not.
        let mut rows = Model::new();
        for batch in self.scan().tag(name).stream().await.unwrap().collect().await.unwrap() {
            let parts = batch.column(0).as_any().downcast_ref::<Int32Array>().unwrap();
            let ids = batch.column(1).as_any().downcast_ref::<Int64Array>().unwrap();
            let values = batch.column(2).as_any().downcast_ref::<StringArray>().unwrap();
            for row in 0..batch.num_rows() {
                rows.insert((parts.value(row), ids.value(row)), values.value(row).to_owned());
            }
        }
        assert!(tag.snapshot.id > 0);
        rows
    }
}

impl Seeded {
    /// Upserts, deletes, compactions, tags, branches with commits of their own, and lost first snapshots.
    pub(crate) async fn run(lab: &Lab, seed: u64) -> Seeded {
        let options: &[(&str, &str)] = match seed % 4 {
            0 => &[],
            1 => &[("deletion-vectors.enabled", "true")],
            2 => &[("changelog-producer", "input"), ("file-index.bloom-filter.columns", "value")],
            _ => &[("changelog-producer", "lookup"), ("file-index.in-manifest-threshold", "1 b")],
        };
        let table = lab.create(options).await;
        let mut dice = Dice(seed);
        let (mut tags, mut branches) = (Vec::new(), Vec::new());
        for step in 0..14 {
            match dice.roll(10) {
                0..6 => write(&table, &mut dice, step).await,
                6 => drop(
                    compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap(),
                ),
                7 if step > 1 && table.snapshots().latest_id().await.unwrap().is_some() => {
                    tags.push(format!("t{step}"));
                    table.tags().create(&format!("t{step}"), None).await.unwrap();
                }
                8 if table.snapshots().latest_id().await.unwrap().is_some() => {
                    let name = format!("b{step}");
                    lab.branch(&name).await;
                    write(&lab.open_branch(&name).await, &mut dice, step).await;
                    branches.push(name);
                }
                _ => drop(lab.prepare(&table, 1, step).await.into_iter().map(|message| message.new_files)),
            }
        }
        write(&table, &mut dice, 99).await;
        // Files of dropped writers are orphans of their own: take them away, so that the planted ones are all.
        abort_leftovers(lab, &table).await;
        let latest = table.snapshots().latest_id().await.unwrap().unwrap();
        Seeded { snapshots: (1..=latest).collect(), tags, branches }
    }
}

async fn write(table: &Table, dice: &mut Dice, step: i64) {
    let row = |dice: &mut Dice| {
        let value = (dice.roll(5) > 0).then(|| format!("v{step}"));
        (1 + dice.roll(2) as i32, dice.roll(9) as i64, value)
    };
    let mut rows: Vec<support::Row> = (0..1 + dice.roll(6)).map(|_| row(dice)).collect();
    rows.push((1, step, Some("sure".to_owned())));
    support::write(table, &rows).await.unwrap();
    drop(compact::after_write(table, &[]).await.unwrap());
}

/// Removes what uncommitted writers wrote: the names that an independent look at all manifests does not show.
async fn abort_leftovers(lab: &Lab, table: &Table) {
    let mut live = BTreeSet::new();
    let mut branches = vec![table.clone()];
    for name in table.branches().await.unwrap() {
        branches.push(lab.open_branch(&name).await);
    }
    for branch in branches {
        for snapshot in branch.snapshots().list(None).await.unwrap() {
            let lists = [Some(&snapshot.base_manifest_list), Some(&snapshot.delta_manifest_list)];
            for list in lists.into_iter().flatten().chain(&snapshot.changelog_manifest_list) {
                let read = async |name: &str| table.storage().get(&format!("manifest/{name}")).await.unwrap();
                for manifest in cenote_core::spec::manifest_list::decode(&read(list).await).unwrap() {
                    for entry in cenote_core::spec::manifest::decode(&read(&manifest.file_name).await).unwrap() {
                        live.insert(entry.file.file_name);
                        live.extend(entry.file.extra_files);
                    }
                }
            }
        }
    }
    for name in lab.files() {
        let is_data = name.starts_with("part=");
        if is_data && !live.contains(name.rsplit('/').next().unwrap()) {
            lab.remove(&name);
        }
    }
}

/// Small random numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

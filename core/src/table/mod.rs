//! The handle a user holds, and the files that say what a table is: snapshots, schemas, tags.
//!
//! Everything here works without listing folders: the latest snapshot is found from the hint and by probing the next
//! ids, schemas by their numbers. Only tags and branches need a store that lists.

mod changelogs;
mod consumers;
mod hints;
mod numbering;
mod schemas;
mod snapshots;
mod tags;
mod timestamp;
mod watermark;

use std::{fmt, sync::Arc};

pub use self::{
    changelogs::ChangelogManager,
    consumers::{Consumer, ConsumerManager},
    schemas::SchemaManager,
    snapshots::{HistoryPart, SnapshotManager},
    tags::TagManager,
};
use crate::{
    error::{Error, Result},
    io::{Runtime, Storage},
    spec::{layout, options::CoreOptions, snapshot::Snapshot, table_schema::TableSchema},
};

/// A table, or a branch of one, under one version of its schema. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    name: String,
    branch: String,
    storage: Storage,
    runtime: Arc<dyn Runtime>,
    schema: Arc<TableSchema>,
    options: Arc<CoreOptions>,
    schemas: SchemaManager,
    snapshot_at_open: Option<Arc<Snapshot>>,
}

impl Table {
    /// Opens the table in the folder of `storage`. `name` is for messages, such as `db.t`.
    ///
    /// Takes five requests in three rounds for a table with a snapshot: the hint, the snapshot and the one after it,
    /// the snapshot's schema and the one after it.
    ///
    /// Errors: `NotFound` where there is no table, `Invalid` for option values that are not understood.
    pub async fn open(storage: Storage, name: impl Into<String>, runtime: Arc<dyn Runtime>) -> Result<Self> {
        Table::open_branch(storage, name, layout::MAIN_BRANCH, runtime).await
    }

    /// Opens a branch of the table in the folder of `storage`: it has its own schemas, snapshots and tags, and shares
    /// data and manifests with the table.
    pub async fn open_branch(
        storage: Storage,
        name: impl Into<String>,
        branch: &str,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Self> {
        let name = name.into();
        check_branch_name(branch)?;
        let schemas = SchemaManager::new(storage.clone(), branch);
        let snapshot = SnapshotManager::new(storage.clone(), branch).latest().await?;
        let known = snapshot.as_ref().map(|snapshot| snapshot.schema_id);
        let Some(schema) = schemas.latest_from(known).await? else {
            return Err(no_table(&name, branch, &storage, snapshot.is_some()));
        };
        let options = CoreOptions::parse(&schema.options).map_err(|error| error.with("table", &name))?;
        Ok(Table {
            name,
            branch: branch.to_owned(),
            storage,
            runtime,
            schema,
            options: Arc::new(options),
            schemas,
            snapshot_at_open: snapshot.map(Arc::new),
        })
    }

    /// The same table under another version of its schema: time travel reads rows as they were declared then.
    pub fn at_schema(&self, schema: Arc<TableSchema>) -> Result<Self> {
        let options = Arc::new(CoreOptions::parse(&schema.options)?);
        Ok(Table { schema, options, ..self.clone() })
    }

    /// The same table as it is whenever it is asked, where it was opened for one moment ([`Storage::held`]).
    #[must_use]
    pub fn now(&self) -> Self {
        let storage = self.storage.now();
        Table { schemas: SchemaManager::new(storage.clone(), &self.branch), storage, ..self.clone() }
    }

    /// Name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name of the branch, `main` for the table itself.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The schema this handle works under: the latest one, unless [`Table::at_schema`] chose another.
    pub fn schema(&self) -> &Arc<TableSchema> {
        &self.schema
    }

    /// The options of that schema.
    pub fn options(&self) -> &CoreOptions {
        &self.options
    }

    /// The table folder: data and manifests, of every branch.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Time, randomness and tasks.
    pub fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// The latest snapshot when this handle was opened, which a reader that opens and scans at once need not look up
    /// again. For anything else ask [`Table::snapshots`].
    pub fn snapshot_at_open(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot_at_open.as_ref()
    }

    /// Snapshots of this branch.
    pub fn snapshots(&self) -> SnapshotManager {
        SnapshotManager::new(self.storage.clone(), &self.branch)
    }

    /// Schema versions of this branch; shared by all clones of this handle.
    pub fn schemas(&self) -> SchemaManager {
        self.schemas.clone()
    }

    /// Tags of this branch.
    pub fn tags(&self) -> TagManager {
        TagManager::new(self.storage.clone(), &self.branch)
    }

    /// Changes of expired snapshots that this branch keeps.
    pub fn changelogs(&self) -> ChangelogManager {
        ChangelogManager::new(self.storage.clone(), &self.branch)
    }

    /// Streaming readers of this branch.
    pub fn consumers(&self) -> ConsumerManager {
        ConsumerManager::new(self.storage.clone(), &self.branch)
    }

    /// Names of the branches besides `main`, sorted. Errors: `Unsupported` where the store cannot list.
    pub async fn branches(&self) -> Result<Vec<String>> {
        let folders = self.storage.list(layout::BRANCH_FOLDER).await?.dirs;
        Ok(folders.iter().filter_map(|name| name.strip_prefix(layout::BRANCH_PREFIX)).map(str::to_owned).collect())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = f.debug_struct("Table");
        table.field("name", &self.name).field("branch", &self.branch).field("schema", &self.schema.id);
        table.field("location", &self.storage.location("")).finish()
    }
}

/// A branch name is one path segment.
fn check_branch_name(branch: &str) -> Result<()> {
    if branch.trim().is_empty() || branch.contains('/') {
        return Err(Error::invalid(format!("not a branch name: {branch:?}")));
    }
    Ok(())
}

fn no_table(name: &str, branch: &str, storage: &Storage, has_snapshot: bool) -> Error {
    let prefix = layout::branch_path(branch);
    if has_snapshot {
        return Error::corrupt("the table has snapshots, but no schema file").at(storage.location(&prefix));
    }
    let what = if branch == layout::MAIN_BRANCH {
        format!("there is no table {name}: no schema file")
    } else {
        format!("the table {name} has no branch {branch}")
    };
    Error::not_found(what).at(storage.location(prefix.trim_end_matches('/')))
}

#[cfg(test)]
mod tests;

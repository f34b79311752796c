//! The states of a table and its branches that keep files.

use std::fmt;

use crate::{
    error::Result,
    maintain::side_by_side::all,
    spec::{layout, snapshot::Snapshot},
    table::Table,
};

/// Snapshot files read at the same time.
const PARALLEL: usize = 16;

/// What keeps a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keeper {
    /// Its snapshot file.
    Snapshot,
    /// A tag of this name.
    Tag(String),
    /// A long-lived changelog: only the changes of the state are kept.
    Changelog,
}

/// A state of a branch that keeps files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The branch that has it.
    pub branch: String,
    /// What keeps it.
    pub keeper: Keeper,
    /// The state.
    pub snapshot: Snapshot,
}

impl Root {
    /// The file that keeps the state, relative to the table folder.
    pub fn path(&self) -> String {
        let path = match &self.keeper {
            Keeper::Snapshot => layout::snapshot_path(self.snapshot.id),
            Keeper::Tag(name) => layout::tag_path(name),
            Keeper::Changelog => layout::changelog_path(self.snapshot.id),
        };
        layout::branch_path(&self.branch) + &path
    }

    /// Whether the state is still kept: it may have expired since it was listed. Always asks the store.
    pub async fn is_kept(&self, table: &Table) -> Result<bool> {
        match &self.keeper {
            Keeper::Tag(name) => {
                let tag = table.tags().get_opt(name).await?;
                Ok(tag.is_some_and(|tag| tag.snapshot == self.snapshot))
            }
            _ => Ok(table.storage().get_fresh(&self.path()).await?.is_some()),
        }
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.keeper {
            Keeper::Snapshot => write!(f, "snapshot {}", self.snapshot.id)?,
            Keeper::Tag(name) => write!(f, "tag {name}")?,
            Keeper::Changelog => write!(f, "changelog {}", self.snapshot.id)?,
        }
        if self.branch == layout::MAIN_BRANCH { Ok(()) } else { write!(f, " of branch {}", self.branch) }
    }
}

/// The table and each of its branches, the table first; `table` may be any of them.
///
/// Errors: `Unsupported` where the store cannot list; `NotFound` or `Corrupt` for a branch that does not open: nobody
/// can say which files such a branch needs.
pub async fn branch_tables(table: &Table) -> Result<Vec<Table>> {
    let mut names = vec![layout::MAIN_BRANCH.to_owned()];
    names.extend(table.branches().await?);
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        if table.branch() == name {
            tables.push(table.clone());
            continue;
        }
        let base = table.name().split('$').next().unwrap_or_default();
        tables.push(Table::open_branch(table.storage().clone(), base, &name, table.runtime().clone()).await?);
    }
    Ok(tables)
}

/// The states of one branch: snapshots by id, then tags, then long-lived changelogs.
///
/// The folders are listed: hints may be behind. What vanishes meanwhile is left out.
/// Errors: `Unsupported` where the store cannot list.
pub async fn roots_of_branch(table: &Table) -> Result<Vec<Root>> {
    let root = |keeper, snapshot| Root { branch: table.branch().to_owned(), keeper, snapshot };
    let (snapshots, changelogs) = (table.snapshots(), table.changelogs());
    let ids = snapshots.ids().await?;
    let found = all(ids, PARALLEL, |id| {
        let snapshots = snapshots.clone();
        async move { snapshots.get_fresh(id).await }
    });
    let mut roots: Vec<Root> = found.await?.into_iter().flatten().map(|found| root(Keeper::Snapshot, found)).collect();
    let tags = table.tags().list().await?;
    roots.extend(tags.into_iter().map(|(name, tag)| root(Keeper::Tag(name), tag.snapshot)));
    let ids = changelogs.ids().await?;
    let found = all(ids, PARALLEL, |id| {
        let changelogs = changelogs.clone();
        async move { changelogs.get_opt(id).await }
    });
    roots.extend(found.await?.into_iter().flatten().map(|found| root(Keeper::Changelog, found)));
    Ok(roots)
}

/// The states of the table and of all its branches, each branch with the handle that its files are found under.
///
/// Errors: those of [`branch_tables`] and [`roots_of_branch`].
pub async fn roots(table: &Table) -> Result<Vec<(Table, Vec<Root>)>> {
    let mut all = Vec::new();
    for branch in branch_tables(table).await? {
        let roots = roots_of_branch(&branch).await?;
        all.push((branch, roots));
    }
    Ok(all)
}

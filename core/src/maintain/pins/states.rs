//! The states of a table and its branches that keep files, as far as they can be found.

use super::NOT_LISTED;
use crate::{
    error::{ErrorKind, Result},
    maintain::reachable::{Keeper, Root, branch_tables, roots_of_branch},
    spec::snapshot::Snapshot,
    table::{Consumer, Table},
};

/// What keeps files.
#[derive(Debug, Default)]
pub(super) struct States {
    /// Snapshots of the branch that was opened, ascending.
    pub(super) snapshots: Vec<Snapshot>,
    /// Its tags.
    pub(super) tags: Vec<(String, Snapshot)>,
    /// Its long-lived changelogs.
    pub(super) changelogs: Vec<Snapshot>,
    /// Its consumers.
    pub(super) consumers: Vec<Consumer>,
    /// The other branches with all their states.
    pub(super) branches: Vec<(Table, Vec<Root>)>,
    /// What could not be looked at.
    pub(super) not_looked_at: Vec<String>,
}

/// Finds the states. Errors: those of the store; `Corrupt` for states that do not read.
pub(super) async fn find(table: &Table) -> Result<States> {
    match listed(table).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let mut snapshots = table.snapshots().list(None).await?;
            snapshots.reverse();
            Ok(States { snapshots, not_looked_at: vec![NOT_LISTED.to_owned()], ..States::default() })
        }
        found => found,
    }
}

async fn listed(table: &Table) -> Result<States> {
    let mut states = States { consumers: table.consumers().list().await?, ..States::default() };
    for branch in branch_tables(table).await? {
        let roots = roots_of_branch(&branch).await?;
        if branch.branch() != table.branch() {
            states.branches.push((branch, roots));
            continue;
        }
        for root in roots {
            match root.keeper {
                Keeper::Snapshot => states.snapshots.push(root.snapshot),
                Keeper::Tag(name) => states.tags.push((name, root.snapshot)),
                Keeper::Changelog => states.changelogs.push(root.snapshot),
            }
        }
    }
    Ok(states)
}

impl States {
    /// The latest snapshot.
    pub(super) fn latest(&self) -> Option<&Snapshot> {
        self.snapshots.last()
    }

    /// States whose metadata is read.
    pub(super) fn count(&self) -> usize {
        let others: usize = self.branches.iter().map(|(_, roots)| roots.len()).sum();
        self.snapshots.len() + self.tags.len() + self.changelogs.len() + others
    }
}

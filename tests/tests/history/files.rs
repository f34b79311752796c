//! Files on disk against files that states refer to.

use std::collections::BTreeSet;

use cenote_core::{
    maintain::reachable::{self, FileRef, Keeper, Walk},
    table::Table,
};

/// Folders of files that states do not name: they are states themselves.
const STATES: [&str; 6] = ["schema/", "snapshot/", "tag/", "changelog/", "branch/", "consumer/"];

/// What the states of all branches refer to.
pub(crate) async fn referred(table: &Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut walk = Walk::new();
    for (branch, roots) in reachable::roots(table).await.unwrap() {
        for root in roots {
            let mut add = |file: FileRef| {
                found.insert(file.path);
            };
            let visit = walk.visit(&branch, &root, &mut add).await.unwrap();
            assert!(!visit.expired, "{root}");
        }
    }
    found
}

/// What is there of manifests, indexes and data.
pub(crate) async fn on_disk(table: &Table) -> BTreeSet<String> {
    let files = table.storage().list_all("").await.unwrap();
    let names = files.into_iter().map(|file| file.name);
    names.filter(|name| !STATES.iter().any(|state| name.starts_with(state))).collect()
}

/// What keeps the states of the table itself.
pub(crate) async fn keepers(table: &Table) -> Vec<Keeper> {
    reachable::roots_of_branch(table).await.unwrap().into_iter().map(|root| root.keeper).collect()
}

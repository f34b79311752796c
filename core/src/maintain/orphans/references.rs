//! What is referred to, by all states of all branches, at a moment when no state is left unread.
//!
//! States come and go while they are read. One that vanished is left out, one that came is read as well: reading goes on
//! until a look at all states shows none that was not read. What was read once counts to the end, so that a state that
//! moves meanwhile (a snapshot that lives on as a changelog, a branch that becomes the main one) is seen in one place or
//! the other.

use std::collections::HashSet;

use super::name_set::NameSet;
use crate::{
    error::{Error, Result},
    maintain::{
        names,
        reachable::{self, Walk},
    },
    spec::snapshot::Snapshot,
    table::Table,
};

/// Looks at the states before giving up on a table that never holds still.
const MOST_ROUNDS: usize = 20;

/// Marks every listed name that a table needs. Gives the number of states read.
///
/// Errors: `NotFound` where a state is there and a manifest of it is not; `Conflict` where the table never holds still;
/// `Unsupported` where the store cannot list, and for snapshots of a layout of the future.
pub(super) async fn mark(table: &Table, listed: &mut NameSet) -> Result<u64> {
    let mut read: HashSet<u64> = HashSet::new();
    let mut walk = Walk::new();
    for _ in 0..MOST_ROUNDS {
        let mut news = false;
        for (branch, roots) in reachable::roots(table).await? {
            for root in roots {
                if root.snapshot.version > Snapshot::CURRENT_VERSION {
                    let (known, found) = (Snapshot::CURRENT_VERSION, root.snapshot.version);
                    let message = format!("expected a snapshot of version {known} or older, found version {found}");
                    return Err(Error::unsupported(message).at(table.storage().location(&root.path())));
                }
                // The whole state: an id may come again with another content after a rollback.
                if read.insert(names::hash(&format!("{root:?}"))) {
                    news = true;
                    walk.visit(&branch, &root, &mut |file| listed.mark(file.name())).await?;
                }
            }
        }
        if !news {
            return Ok(read.len() as u64);
        }
    }
    Err(Error::conflict("snapshots came and went faster than they could be read").at(table.storage().location("")))
}

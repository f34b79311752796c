//! Notices tags and branches that come while files are about to go.

use crate::{error::Result, io::DirEntry, spec::layout, table::Table};

/// The tag files and branches of a table at one time.
///
/// Who deletes looks before it decides, takes the snapshot files away, and looks again before it removes what they kept.
/// Who tags looks after writing whether the snapshot is still there. So one of the two sees the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Watch {
    tags: Vec<DirEntry>,
    branches: Vec<String>,
}

impl Watch {
    /// Errors: `Unsupported` where the store cannot list.
    pub(super) async fn look(table: &Table) -> Result<Self> {
        let tags = format!("{}{}", layout::branch_path(table.branch()), layout::TAG_FOLDER);
        Ok(Watch { tags: table.storage().list(&tags).await?.files, branches: table.branches().await? })
    }

    /// Whether nothing came since.
    pub(super) async fn is_calm(&self, table: &Table) -> Result<bool> {
        let now = Watch::look(table).await?;
        // What went needs nothing any more.
        let known = |tag: &DirEntry| self.tags.contains(tag);
        Ok(now.tags.iter().all(known) && now.branches.iter().all(|branch| self.branches.contains(branch)))
    }
}

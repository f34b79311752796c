//! Hint files made right: `LATEST` and `EARLIEST` of snapshots and long-lived changelogs, in every branch (format digest
//! 1.1).
//!
//! Hints save requests; nothing is lost where they are wrong. But a reader that cannot list folders has nothing else to
//! start from.

use bytes::Bytes;
use serde::Serialize;

use super::reachable;
use crate::{error::Result, io::Storage, spec::layout, table::Table};

/// What is wrong with a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HintFault {
    /// There is none.
    Missing,
    /// It is no positive number.
    Unreadable,
    /// It names something else than the first or last file.
    Wrong,
    /// It is there and nothing is that it could name.
    Superfluous,
}

/// A hint that is not what the files say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HintRepair {
    /// Path of the hint, relative to the table folder.
    pub path: String,
    /// What is wrong with it.
    pub fault: HintFault,
    /// What it says now; `None` where it is missing.
    pub found: Option<String>,
    /// What it should say; `None` where there should be none.
    pub expected: Option<i64>,
    /// Whether it was written.
    pub repaired: bool,
}

/// Compares every hint of the table and its branches with the files that there are, and writes those that are wrong
/// unless `dry_run`. Tables of which all is right give nothing.
///
/// A commit that runs meanwhile writes its own hint; a hint that is one behind is no harm.
///
/// Errors: `Unsupported` where the store cannot list.
pub async fn repair(table: &Table, dry_run: bool) -> Result<Vec<HintRepair>> {
    let mut repairs = Vec::new();
    for branch in reachable::branch_tables(table).await? {
        let prefix = layout::branch_path(branch.branch());
        let snapshots = branch.snapshots().ids().await?;
        let changelogs = branch.changelogs().ids().await?;
        for (folder, ids) in [(layout::SNAPSHOT_FOLDER, snapshots), (layout::CHANGELOG_FOLDER, changelogs)] {
            for (hint, expected) in [("EARLIEST", ids.first()), ("LATEST", ids.last())] {
                let path = format!("{prefix}{folder}/{hint}");
                repairs.extend(one(table.storage(), path, expected.copied(), dry_run).await?);
            }
        }
    }
    Ok(repairs)
}

async fn one(storage: &Storage, path: String, expected: Option<i64>, dry_run: bool) -> Result<Option<HintRepair>> {
    let body = storage.get_opt(&path).await?;
    let found = body.map(|body| String::from_utf8_lossy(&body).trim().to_owned());
    let number = found.as_deref().map(|text| text.parse::<i64>().ok().filter(|number| *number > 0));
    let fault = match (number, expected) {
        (None, None) => return Ok(None),
        (Some(Some(number)), Some(expected)) if number == expected => return Ok(None),
        (None, Some(_)) => HintFault::Missing,
        (Some(_), None) => HintFault::Superfluous,
        (Some(None), Some(_)) => HintFault::Unreadable,
        (Some(Some(_)), Some(_)) => HintFault::Wrong,
    };
    if !dry_run {
        match expected {
            Some(expected) => storage.put(&path, Bytes::from(expected.to_string())).await?,
            None => storage.delete(&path).await?,
        }
    }
    Ok(Some(HintRepair { path, fault, found, expected, repaired: !dry_run }))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::io::tests::runtime;

    #[track_caller]
    fn check(body: Option<&str>, expected: Option<i64>, fault: Option<HintFault>) {
        let storage = Storage::memory(runtime());
        let path = "snapshot/LATEST";
        if let Some(body) = body {
            block_on(storage.put(path, Bytes::from(body.to_owned()))).unwrap();
        }
        let found = block_on(one(&storage, path.to_owned(), expected, false)).unwrap();
        assert_eq!(found.map(|found| found.fault), fault);
        assert_eq!(block_on(one(&storage, path.to_owned(), expected, true)).unwrap(), None, "repaired once");
    }

    #[test]
    fn hints_are_made_what_the_files_say() {
        check(Some("3"), Some(3), None);
        check(None, None, None);
        check(None, Some(3), Some(HintFault::Missing));
        check(Some("2"), Some(3), Some(HintFault::Wrong));
        check(Some("x"), Some(3), Some(HintFault::Unreadable));
        check(Some("-4"), Some(3), Some(HintFault::Unreadable));
        check(Some("3"), None, Some(HintFault::Superfluous));
    }
}

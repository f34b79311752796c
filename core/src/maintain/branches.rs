//! Branches: made of a tag or empty, taken over by the table, renamed, dropped (Java `FileSystemBranchManager`, format
//! digest 15.2). A branch has its own schemas, snapshots and tags, and shares all other files with the table.

mod fast_forward;

pub use fast_forward::{FastForwardReport, fast_forward};

use crate::{
    error::{Error, Result},
    spec::layout,
    table::{SchemaManager, SnapshotManager, Table, TagManager},
};

/// Makes a branch with the schemas of the table: empty, or at the state of a tag.
///
/// Errors: `AlreadyExists`, `Invalid` for what is no name of a branch, `NotFound` for the tag.
pub async fn create(table: &Table, name: &str, tag: Option<&str>) -> Result<()> {
    check_name(name)?;
    if exists(table, name).await? {
        return Err(Error::already_exists(format!("there is a branch {name} already")).at(table.name()));
    }
    let Some(tag) = tag else {
        return copy_schemas(table, name, table.schemas().latest().await?.map_or(table.schema().id, |last| last.id))
            .await;
    };
    let tagged = table.tags().get(tag).await?;
    let storage = table.storage();
    // Schemas first: a branch that cannot be opened would keep everybody from deleting anything.
    copy_schemas(table, name, tagged.snapshot.schema_id).await?;
    let from = layout::branch_path(table.branch()) + &layout::tag_path(tag);
    let to = layout::branch_path(name) + &layout::tag_path(tag);
    storage.put(&to, storage.get(&from).await?).await?;
    let snapshots = SnapshotManager::new(storage.clone(), name);
    let id = tagged.snapshot.id;
    let body = match storage.get_fresh(&table.snapshots().path(id)).await? {
        Some(body) => body,
        None => tagged.snapshot.to_json()?.into(),
    };
    storage.put(&snapshots.path(id), body).await?;
    snapshots.write_latest_hint(id).await;
    snapshots.write_earliest_hint(id).await;
    // Who deletes a tag looks for branches after it; we look for the tag after the branch is there.
    match table.tags().get_opt(tag).await? {
        Some(now) if now.snapshot == tagged.snapshot => Ok(()),
        _ => {
            drop_files(table, name).await?;
            Err(Error::conflict(format!("tag {tag} was deleted or replaced meanwhile")).at(table.name()))
        }
    }
}

/// Drops a branch with its schemas, snapshots and tags. Files that only it needs stay for `orphans`.
///
/// Errors: `NotFound`; `Invalid` for `main`, the branch of this handle and the one of `scan.fallback-branch`.
pub async fn delete(table: &Table, name: &str) -> Result<()> {
    check_exists(table, name).await?;
    if table.branch() == name {
        return Err(Error::invalid(format!("refused to drop branch {name} from within")).at(table.name()));
    }
    if table.options().scan_fallback_branch.as_deref() == Some(name) {
        let message = format!("branch {name} is the scan.fallback-branch of the table: reset that option first");
        return Err(Error::invalid(message).at(table.name()));
    }
    drop_files(table, name).await
}

/// Gives a branch another name: copied, then dropped under the old one.
///
/// Errors: `NotFound`, `AlreadyExists`, `Invalid` for what is no name of a branch.
pub async fn rename(table: &Table, name: &str, to: &str) -> Result<()> {
    check_name(to)?;
    check_exists(table, name).await?;
    if exists(table, to).await? {
        return Err(Error::already_exists(format!("there is a branch {to} already")).at(table.name()));
    }
    let storage = table.storage();
    let (from, to) = (layout::branch_path(name), layout::branch_path(to));
    let files = storage.list_all(from.trim_end_matches('/')).await?;
    let is_schema = |path: &str| path.starts_with(layout::SCHEMA_FOLDER);
    let (schemas, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_schema(&file.name));
    for file in schemas.iter().chain(&others) {
        let body = storage.get(&format!("{from}{}", file.name)).await?;
        storage.put(&format!("{to}{}", file.name), body).await?;
    }
    drop_files(table, name).await
}

/// Removes the files of a branch, its schemas last: as long as it has a snapshot, it opens.
async fn drop_files(table: &Table, name: &str) -> Result<()> {
    let storage = table.storage();
    let folder = layout::branch_path(name);
    let folder = folder.trim_end_matches('/');
    for file in storage.list_all(folder).await? {
        if !file.name.starts_with(layout::SCHEMA_FOLDER) {
            storage.delete(&format!("{folder}/{}", file.name)).await?;
        }
    }
    storage.delete_dir(folder).await
}

async fn copy_schemas(table: &Table, branch: &str, last: i64) -> Result<()> {
    let storage = table.storage();
    let (from, to) = (layout::branch_path(table.branch()), layout::branch_path(branch));
    for id in 0..=last {
        let path = layout::schema_path(id);
        if let Some(body) = storage.get_opt(&format!("{from}{path}")).await? {
            storage.put(&format!("{to}{path}"), body).await?;
        }
    }
    // A handle of another table may have had this name before.
    SchemaManager::new(storage.clone(), branch)
        .latest()
        .await?
        .map(drop)
        .ok_or_else(|| Error::not_found("the table has no schema to copy").at(table.name()))
}

async fn exists(table: &Table, name: &str) -> Result<bool> {
    Ok(name == layout::MAIN_BRANCH || table.branches().await?.iter().any(|known| known == name))
}

async fn check_exists(table: &Table, name: &str) -> Result<()> {
    if name == layout::MAIN_BRANCH {
        return Err(Error::invalid("main is the table itself, not a branch to drop or rename").at(table.name()));
    }
    if exists(table, name).await? {
        return Ok(());
    }
    Err(Error::not_found(format!("there is no branch {name}")).at(table.name()))
}

/// A name that Java takes too, one path segment.
fn check_name(name: &str) -> Result<()> {
    let refused = if name == layout::MAIN_BRANCH {
        "it is the table itself"
    } else if name.trim().is_empty() {
        "it is blank"
    } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
        "it has digits only"
    } else if name.contains(['/', '$']) || name.chars().any(char::is_control) {
        "it has characters that no path or table name takes"
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!("not a branch name: {name:?}: {refused}")))
}

/// Tags of a branch.
fn tags_of(table: &Table, branch: &str) -> TagManager {
    TagManager::new(table.storage().clone(), branch)
}

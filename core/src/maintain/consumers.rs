//! Consumers that nobody moves any more (Java `ConsumerManager.expire`).

use crate::{error::Result, table::Table};

/// Forgets consumers whose files were last written before `older_than_millis` (epoch): they keep no snapshots any more.
/// Gives their ids.
///
/// Errors: `Unsupported` where the store cannot list.
pub async fn expire(table: &Table, older_than_millis: i64, dry_run: bool) -> Result<Vec<String>> {
    let idle = table.consumers().idle(older_than_millis).await?;
    if !dry_run {
        for id in &idle {
            match table.consumers().delete(id).await {
                Err(error) if error.is_not_found() => {}
                done => done?,
            }
        }
    }
    Ok(idle)
}

//! The compaction that a write owes its readers.

use super::{CompactOptions, CompactReport};
use crate::{commit::CommitMessage, error::Result, merge, table::Table};

/// Compacts the buckets of `messages`, which are committed, where the new rows would not be seen otherwise: tables with
/// deletion vectors, first-row tables and those that produce their changelog by lookup (Java `lookup-wait`), and where
/// `commit.force-compact` asks for it. Does nothing for other tables, for `write-only` ones, and where `lookup-wait` is false:
/// then the next compaction shows the rows.
///
/// Errors: those of [`super::run`]. The write itself stays committed; the next compaction makes its rows visible.
pub async fn after_write(table: &Table, messages: &[CommitMessage]) -> Result<Option<CompactReport>> {
    compact_written(table, messages, false).await
}

/// As [`after_write`], of messages that replaced what was there. Java commits no changelog then: it would tell of the new
/// rows without taking back the old ones.
pub async fn after_overwrite(table: &Table, messages: &[CommitMessage]) -> Result<Option<CompactReport>> {
    compact_written(table, messages, true).await
}

async fn compact_written(
    table: &Table,
    messages: &[CommitMessage],
    without_changelog: bool,
) -> Result<Option<CompactReport>> {
    let options = table.options();
    let looks_up = merge::looks_up(options) && options.lookup_wait;
    let is_due = table.schema().is_primary_key_table() && (looks_up || options.commit_force_compact);
    let buckets = messages.iter().filter(|message| message.bucket >= 0 && !message.new_files.is_empty());
    let buckets: std::collections::HashSet<_> =
        buckets.map(|message| (message.partition.clone(), message.bucket)).collect();
    if !is_due || options.write_only || buckets.is_empty() {
        return Ok(None);
    }
    let full = options.commit_force_compact;
    let how = CompactOptions { full, buckets: Some(buckets), without_changelog, ..CompactOptions::default() };
    super::run(table, &how).await.map(Some)
}

//! What it takes to move a file to another level (Java `MergeTreeCompactTask.upgrade`, `UpgradeStrategy`). Pure.

use super::KeyValueTask;
use crate::{
    error::Result,
    format::WriterOptions,
    spec::{
        data_file::DataFileMeta,
        options::{ChangelogProducer, CoreOptions, MergeEngine},
    },
};

/// How a file without overlap gets to the level of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// It is there.
    Stays,
    /// As it is, unread.
    Unread,
    /// As it is, but read for the changelog, and for the older rows that it replaces.
    ReadAsNews,
    /// It is written anew as new rows are.
    RewrittenAsNews,
    /// It is written anew like files that are merged.
    Rewritten,
}

/// `looks_up`: whether the table looks older rows up for this compaction. Errors: `Unsupported` for unknown formats.
pub(super) fn upgrade_of(
    options: &CoreOptions,
    task: &KeyValueTask,
    looks_up: bool,
    file: &DataFileMeta,
) -> Result<Upgrade> {
    let may_delete = file.delete_row_count.is_none_or(|deletes| deletes > 0);
    let is_top = task.output_level == task.max_level;
    if is_top && may_delete || task.rewrite_all {
        return Ok(Upgrade::Rewritten);
    }
    if file.level == task.output_level {
        return Ok(Upgrade::Stays);
    }
    if options.changelog_producer == ChangelogProducer::FullCompaction {
        return Ok(if is_top { Upgrade::ReadAsNews } else { Upgrade::Unread });
    }
    if !looks_up || file.level != 0 {
        return Ok(Upgrade::Unread);
    }
    let format = |level| WriterOptions::for_level(options, level).map(|writer| writer.format);
    let is_plain = options.merge_engine == MergeEngine::Deduplicate && options.sequence_field.is_empty();
    Ok(if format(0)? != format(task.output_level)? || options.deletion_vectors_enabled && may_delete {
        Upgrade::RewrittenAsNews
    } else if is_top || is_plain {
        Upgrade::ReadAsNews
    } else {
        // Rows may have to be merged with older ones of the levels above.
        Upgrade::RewrittenAsNews
    })
}

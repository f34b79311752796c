//! `cenote expire` and `cenote rollback`, and what every write does for the table's history.

use cenote_core::{
    maintain::{
        self, Maintained, Removed,
        expire::{self, ExpireOptions},
        rollback::{self, RollbackTo},
    },
    table::Table,
};
use serde_json::{Value, json};

use crate::{
    cli::{Age, ExpireArgs, OutputArgs, ReportArgs, RollbackArgs},
    error::{Failure, Result},
    notice::notice,
    output::document,
    progress::Progress,
    session::Session,
};

/// Expires snapshots, and changelogs where they outlive them.
pub(super) async fn run(session: &Session, args: ExpireArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let older_than = args.older_than.as_deref().map(|text| moment(&table, text)).transpose()?;
    let with = |mut options: ExpireOptions| {
        options.retain_max = args.retain_max.unwrap_or(options.retain_max);
        options.retain_min = args.retain_min.unwrap_or(options.retain_min);
        options.older_than_millis = older_than.unwrap_or(options.older_than_millis);
        options.max_deletes = args.max_deletes.unwrap_or(options.max_deletes);
        options.dry_run = args.report.dry_run;
        options
    };
    let progress = Progress::start(&format!("expiring snapshots of {}", table.name()));
    let snapshots = expire::expire_snapshots(&table, &with(ExpireOptions::of(&table))).await;
    progress.finish();
    let snapshots = snapshots?;
    let verb = if args.report.dry_run { "would expire" } else { "expired" };
    let files = files(&snapshots.removed);
    notice(&match (snapshots.snapshots.first(), snapshots.snapshots.last()) {
        (Some(first), Some(last)) => {
            format!("{verb} {} snapshots ({first} to {last}) with {files}", snapshots.snapshots.len())
        }
        _ => "no snapshot is due".to_owned(),
    });
    elsewhere(&snapshots.removed);
    let mut report = json!({ "snapshots": &snapshots });
    if expire::keeps_changelogs(&table) {
        // Arguments are about snapshots; changelogs follow the options of the table.
        let options = ExpireOptions { dry_run: args.report.dry_run, ..ExpireOptions::of_changelogs(&table) };
        let changelogs = expire::expire_changelogs(&table, &options).await?;
        if !changelogs.changelogs.is_empty() {
            notice(&format!("{verb} {} changelogs", changelogs.changelogs.len()));
        }
        report = json!({ "snapshots": snapshots, "changelogs": changelogs });
    }
    print(args.report, report)
}

/// Takes a table back.
pub(super) async fn rollback(session: &Session, args: RollbackArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let to = match (args.snapshot, args.tag, args.timestamp) {
        (Some(id), ..) => RollbackTo::Snapshot(id),
        (_, Some(tag), _) => RollbackTo::Tag(tag),
        (_, _, Some(time)) => RollbackTo::Timestamp(
            table.parse_time_millis(&time).map_err(|error| Failure::argument("--timestamp", error))?,
        ),
        _ => return Err(Failure::usage("expected --snapshot, --tag or --timestamp")),
    };
    let plan = rollback::rollback(&table, &to, true).await?;
    let what = format!(
        "{} to snapshot {}: {} snapshots, {} changelogs and {} tags",
        table.name(),
        plan.snapshot_id,
        plan.snapshots.len(),
        plan.changelogs.len(),
        plan.tags.len()
    );
    if args.report.dry_run {
        notice(&format!("would roll back {what} go"));
        return print(args.report, json!(plan));
    }
    let nothing = plan.snapshots.is_empty() && plan.changelogs.is_empty() && plan.tags.is_empty();
    if !nothing && !args.yes {
        return Err(Failure::usage(format!("rolling back {what} would go for good")).hint("pass --yes to go ahead"));
    }
    let done = rollback::rollback(&table, &to, false).await?;
    notice(&format!("rolled back {what} are gone"));
    print(args.report, json!(done))
}

/// Tags, partitions, consumers and snapshots, as the options of the table say. The commit is made, whatever becomes of it.
pub(crate) async fn after_commit(table: &Table) {
    say(maintain::after_commit(table).await);
}

/// The same after a compaction, of `write-only` tables too.
pub(super) async fn after_compaction(table: &Table) {
    say(maintain::after_compaction(table).await);
}

fn say(done: cenote_core::Result<Maintained>) {
    match done {
        Ok(done) => {
            for tag in &done.auto_tags.created {
                notice(&format!("made tag {tag}"));
            }
            for tag in done.auto_tags.deleted.iter().chain(done.expired_tags.iter().map(|tag| &tag.tag)) {
                notice(&format!("deleted tag {tag}, whose time is over"));
            }
            for partition in &done.partitions.partitions {
                notice(&format!("dropped partition {partition}, which is too old"));
            }
            if !done.snapshots.snapshots.is_empty() {
                let files = files(&done.snapshots.removed);
                notice(&format!("expired {} snapshots with {files}", done.snapshots.snapshots.len()));
            }
        }
        Err(error) => notice(&format!("committed, but old snapshots and tags stay for now: {error}")),
    }
}

/// `N files of B bytes`
pub(super) fn files(removed: &Removed) -> String {
    format!("{} files of {} bytes", removed.data_files + removed.metadata_files, removed.bytes)
}

/// Says which files stayed.
pub(super) fn elsewhere(removed: &Removed) {
    if let Some(first) = removed.elsewhere.first() {
        notice(&format!("{} files outside of the opened folder stay, such as {first}", removed.elsewhere.len()));
    }
}

/// Epoch milliseconds of an age before now, or of a time.
pub(super) fn moment(table: &Table, text: &str) -> Result<i64> {
    match text.parse::<Age>() {
        Ok(age) => Ok(table.runtime().now_millis().saturating_sub(age.millis)),
        Err(_) => table.parse_time_millis(text).map_err(|error| Failure::argument("--older-than", error)),
    }
}

/// The report, where one is asked for.
pub(super) fn print(args: ReportArgs, report: Value) -> Result<()> {
    match args.output {
        Some(output) => document::print(&OutputArgs { output, ..OutputArgs::default() }, &report, None),
        None => Ok(()),
    }
}

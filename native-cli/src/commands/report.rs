//! What commands that change rows say.

use cenote_core::{
    modify::{ChangeReport, DeleteReport, TruncateReport},
    table::Table,
};
use serde_json::{Value, json};

use crate::{
    cli::{OutputArgs, ReportArgs},
    error::Result,
    notice::notice,
    output::document,
};

/// Says what an update or a merge did.
pub(super) fn change(table: &Table, done: &ChangeReport, args: ReportArgs) -> Result<()> {
    let mut parts = Vec::new();
    let counts = [("updated", done.updated_rows), ("deleted", done.deleted_rows), ("inserted", done.inserted_rows)];
    for (what, rows) in counts {
        if rows > 0 {
            parts.push(format!("{what} {rows} rows"));
        }
    }
    let files = files(done.touched_files, done.rewritten_files, done.dropped_files);
    let what = format!("{}{files}", parts.join(", "));
    say(table, (done.rows() > 0).then_some(what), done.snapshot_id, args.dry_run);
    print(
        args,
        json!({
            "updated_rows": done.updated_rows,
            "deleted_rows": done.deleted_rows,
            "inserted_rows": done.inserted_rows,
            "touched_files": done.touched_files,
            "dropped_files": done.dropped_files,
            "rewritten_files": done.rewritten_files,
            "new_files": done.new_files,
            "snapshot_id": done.snapshot_id,
        }),
    )
}

/// Says what a delete did.
pub(super) fn delete(table: &Table, done: &DeleteReport, args: ReportArgs) -> Result<()> {
    let verb = if done.snapshot_id.is_none() && args.dry_run { "delete" } else { "deleted" };
    let files = files(done.touched_files, done.rewritten_files, done.dropped_files);
    let what = format!("{verb} {} rows{files}", done.rows);
    let changes = done.rows > 0 || done.touched_files > 0;
    say(table, changes.then_some(what), done.snapshot_id, args.dry_run);
    print(
        args,
        json!({
            "deleted_rows": done.rows,
            "touched_files": done.touched_files,
            "dropped_files": done.dropped_files,
            "rewritten_files": done.rewritten_files,
            "snapshot_id": done.snapshot_id,
        }),
    )
}

/// Says what a truncate did.
pub(super) fn truncate(table: &Table, done: &TruncateReport, args: ReportArgs) -> Result<()> {
    let verb = if args.dry_run { "delete" } else { "deleted" };
    let what = format!("{verb} {} rows in {} files of {} partitions", done.rows, done.files, done.partitions);
    say(table, (done.files > 0).then_some(what), done.snapshot_id, args.dry_run);
    print(
        args,
        json!({
            "deleted_rows": done.rows,
            "dropped_files": done.files,
            "partitions": done.partitions,
            "snapshot_id": done.snapshot_id,
        }),
    )
}

fn files(touched: u64, rewritten: u64, dropped: u64) -> String {
    match (touched, rewritten, dropped) {
        (0, ..) => String::new(),
        (touched, 0, 0) => format!(" in {touched} files"),
        _ => format!(" in {touched} files ({rewritten} rewritten, {dropped} dropped)"),
    }
}

fn say(table: &Table, what: Option<String>, snapshot: Option<i64>, dry_run: bool) {
    notice(&match (what, snapshot) {
        (Some(what), Some(id)) => format!("snapshot {id}: {what} of {}", table.name()),
        (Some(what), None) if dry_run => {
            format!("would have {what} of {}", table.name()).replacen("would have delete ", "would delete ", 1)
        }
        (_, Some(id)) => format!("snapshot {id}: no row of {} was there", table.name()),
        _ => format!("no row of {} matches", table.name()),
    });
}

fn print(args: ReportArgs, report: Value) -> Result<()> {
    match args.output {
        Some(output) => document::print(&OutputArgs { output, ..OutputArgs::default() }, &report, None),
        None => Ok(()),
    }
}

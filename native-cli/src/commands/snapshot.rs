//! `cenote snapshot …`

use cenote_core::spec::snapshot::{CommitKind, Snapshot};
use serde_json::Value;

use crate::{
    cli::SnapshotCommand,
    error::{Failure, Result},
    output::{Listing, document},
    session::Session,
};

/// Lists and shows snapshots.
pub(super) async fn run(session: &Session, command: SnapshotCommand) -> Result<()> {
    match command {
        SnapshotCommand::List { table, limit, output } => {
            let table = session.table(&table.table).await?;
            let snapshots = table.snapshots().list(limit).await?;
            listing(&snapshots).print(&output)
        }
        SnapshotCommand::Show { table, id, output } => {
            let table = session.table(&table.table).await?;
            let snapshot = match id {
                Some(id) => table.snapshots().get(id).await?,
                None => table.snapshots().latest().await?.ok_or_else(|| {
                    Failure::not_found(format!("{} has no snapshot yet", table.name())).hint("write to it first")
                })?,
            };
            document::print(&output, &to_json(&snapshot), None)
        }
    }
}

fn listing(snapshots: &[Snapshot]) -> Listing {
    let integers = |get: fn(&Snapshot) -> Option<i64>| snapshots.iter().map(get);
    Listing::new()
        .integer("id", integers(|snapshot| Some(snapshot.id)))
        .integer("schema_id", integers(|snapshot| Some(snapshot.schema_id)))
        .text("kind", snapshots.iter().map(|snapshot| Some(kind(snapshot.commit_kind))))
        .instant("commit_time", integers(|snapshot| Some(snapshot.time_millis)))
        .integer("total_record_count", integers(|snapshot| snapshot.total_record_count))
        .integer("delta_record_count", integers(|snapshot| snapshot.delta_record_count))
        .integer("changelog_record_count", integers(|snapshot| snapshot.changelog_record_count))
        .text("commit_user", snapshots.iter().map(|snapshot| Some(snapshot.commit_user.as_str())))
        .integer("commit_identifier", integers(|snapshot| Some(snapshot.commit_identifier)))
        .text("operation", snapshots.iter().map(|snapshot| snapshot.operation.as_deref()))
}

/// The word in the snapshot file.
fn kind(kind: CommitKind) -> &'static str {
    match kind {
        CommitKind::Append => "APPEND",
        CommitKind::Compact => "COMPACT",
        CommitKind::Overwrite => "OVERWRITE",
        CommitKind::Analyze => "ANALYZE",
    }
}

/// The members of the snapshot file.
pub(super) fn to_json(snapshot: &Snapshot) -> Value {
    serde_json::to_value(snapshot).unwrap_or_default()
}

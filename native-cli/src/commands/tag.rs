//! `cenote tag …`

use std::time::Duration;

use cenote_core::maintain::tags::{self, NewTag};
use serde_json::json;

use super::expire::{elsewhere, files, moment, print};
use crate::{cli::TagCommand, error::Result, notice::notice, output::Listing, session::Session};

/// Creates, lists, renames, expires and deletes tags.
pub(super) async fn run(session: &Session, command: TagCommand) -> Result<()> {
    match command {
        TagCommand::Create { table, name, snapshot, retain, replace } => {
            let table = session.table(&table.table).await?;
            let time_retained = retain.map(|age| Duration::from_millis(age.millis.unsigned_abs()));
            let new = NewTag { snapshot_id: snapshot, time_retained, replace };
            let tag = tags::create(&table, &name, &new).await?;
            notice(&format!("tag {name} keeps snapshot {} of {}", tag.snapshot.id, table.name()));
            Ok(())
        }
        TagCommand::List { table, output } => {
            let tags = session.table(&table.table).await?.tags().list().await?;
            let retained = |seconds: f64| format!("{seconds} s");
            Listing::new()
                .text("tag", tags.iter().map(|(name, _)| Some(name.as_str())))
                .integer("snapshot_id", tags.iter().map(|(_, tag)| Some(tag.snapshot.id)))
                .integer("schema_id", tags.iter().map(|(_, tag)| Some(tag.snapshot.schema_id)))
                .instant("commit_time", tags.iter().map(|(_, tag)| Some(tag.snapshot.time_millis)))
                .integer("record_count", tags.iter().map(|(_, tag)| tag.snapshot.total_record_count))
                .text("time_retained", tags.iter().map(|(_, tag)| tag.time_retained_seconds.map(retained)))
                .print(&output)
        }
        TagCommand::Rename { table, name, to } => {
            let table = session.table(&table.table).await?;
            table.tags().rename(&name, &to).await?;
            notice(&format!("tag {name} of {} is {to} now", table.name()));
            Ok(())
        }
        TagCommand::Expire { table, older_than, report } => {
            let table = session.table(&table.table).await?;
            let older_than = older_than.map(|text| moment(&table, &text)).transpose()?;
            let gone = tags::expire(&table, older_than, report.dry_run).await?;
            let verb = if report.dry_run { "would delete" } else { "deleted" };
            notice(&format!("{verb} {} tags of {}", gone.len(), table.name()));
            print(report, json!({ "tags": gone }))
        }
        TagCommand::Delete { table, name, report } => {
            let table = session.table(&table.table).await?;
            let gone = tags::delete(&table, &name, report.dry_run).await?;
            let verb = if report.dry_run { "would delete" } else { "deleted" };
            let files = match gone.removed.data_files + gone.removed.metadata_files {
                0 => String::new(),
                _ => format!(" with {}", files(&gone.removed)),
            };
            notice(&format!("{verb} tag {name} of {}{files}", table.name()));
            elsewhere(&gone.removed);
            print(report, json!(gone))
        }
    }
}

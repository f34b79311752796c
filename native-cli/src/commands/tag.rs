//! `cenote tag …`

use crate::{cli::TagCommand, error::Result, notice::notice, output::Listing, session::Session};

/// Creates, lists and deletes tags.
pub(super) async fn run(session: &Session, command: TagCommand) -> Result<()> {
    match command {
        TagCommand::Create { table, name, snapshot } => {
            let table = session.table(&table.table).await?;
            let tag = table.tags().create(&name, snapshot).await?;
            notice(&format!("tag {name} keeps snapshot {} of {}", tag.snapshot.id, table.name()));
            Ok(())
        }
        TagCommand::List { table, output } => {
            let tags = session.table(&table.table).await?.tags().list().await?;
            Listing::new()
                .text("tag", tags.iter().map(|(name, _)| Some(name.as_str())))
                .integer("snapshot_id", tags.iter().map(|(_, tag)| Some(tag.snapshot.id)))
                .integer("schema_id", tags.iter().map(|(_, tag)| Some(tag.snapshot.schema_id)))
                .instant("commit_time", tags.iter().map(|(_, tag)| Some(tag.snapshot.time_millis)))
                .integer("record_count", tags.iter().map(|(_, tag)| tag.snapshot.total_record_count))
                .print(&output)
        }
        TagCommand::Delete { table, name } => {
            let table = session.table(&table.table).await?;
            table.tags().delete(&name).await?;
            notice(&format!("forgot tag {name} of {}", table.name()));
            Ok(())
        }
    }
}

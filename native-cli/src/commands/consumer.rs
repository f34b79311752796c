//! `cenote consumer …`

use cenote_core::maintain::consumers;
use serde_json::json;

use super::expire::{moment, print};
use crate::{
    cli::ConsumerCommand,
    error::{Failure, Result},
    notice::notice,
    output::Listing,
    session::Session,
};

/// Lists, moves and forgets consumers.
pub(super) async fn run(session: &Session, command: ConsumerCommand) -> Result<()> {
    match command {
        ConsumerCommand::List { table, output } => {
            let consumers = session.table(&table.table).await?.consumers().list().await?;
            Listing::new()
                .text("consumer", consumers.iter().map(|consumer| Some(consumer.id.as_str())))
                .integer("next_snapshot", consumers.iter().map(|consumer| Some(consumer.next_snapshot)))
                .print(&output)
        }
        ConsumerCommand::Reset { table, id, next } => {
            let table = session.table(&table.table).await?;
            table.consumers().reset(&id, next).await?;
            notice(&format!("consumer {id} of {} reads snapshot {next} next", table.name()));
            Ok(())
        }
        ConsumerCommand::Delete { table, id } => {
            let table = session.table(&table.table).await?;
            table.consumers().delete(&id).await?;
            notice(&format!("forgot consumer {id} of {}", table.name()));
            Ok(())
        }
        ConsumerCommand::Expire { table, older_than, report } => {
            let table = session.table(&table.table).await?;
            let older_than = match (older_than, table.options().consumer_expiration_time) {
                (Some(text), _) => moment(&table, &text)?,
                (None, Some(age)) => {
                    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
                    table.runtime().now_millis().saturating_sub(age)
                }
                (None, None) => {
                    return Err(Failure::usage("expected --older-than: the table has no consumer.expiration-time"));
                }
            };
            let gone = consumers::expire(&table, older_than, report.dry_run).await?;
            let verb = if report.dry_run { "would forget" } else { "forgot" };
            notice(&format!("{verb} {} consumers of {}", gone.len(), table.name()));
            print(report, json!({ "consumers": gone }))
        }
    }
}

//! `cenote branch …`

use cenote_core::{maintain::branches, table::Table};
use serde_json::json;

use super::expire::print;
use crate::{
    cli::BranchCommand,
    error::{Failure, Result},
    notice::notice,
    output::Listing,
    session::Session,
};

/// Makes, lists, renames, takes over and drops branches.
pub(super) async fn run(session: &Session, command: BranchCommand) -> Result<()> {
    match command {
        BranchCommand::Create { table, name, tag } => {
            let table = session.table(&table.table).await?;
            branches::create(&table, &name, tag.as_deref()).await?;
            let at = tag.map_or("empty".to_owned(), |tag| format!("at tag {tag}"));
            notice(&format!("made branch {name} of {}, {at}", table.name()));
            Ok(())
        }
        BranchCommand::List { table, output } => {
            let table = session.table(&table.table).await?;
            let names = table.branches().await?;
            let mut latest = Vec::new();
            for name in &names {
                let storage = table.storage().clone();
                let branch = Table::open_branch(storage, table.name(), name, table.runtime().clone()).await?;
                latest.push(branch.snapshot_at_open().map(|snapshot| (snapshot.id, snapshot.time_millis)));
            }
            Listing::new()
                .text("branch", names.into_iter().map(Some))
                .integer("latest_snapshot", latest.iter().map(|latest| latest.map(|(id, _)| id)))
                .instant("commit_time", latest.iter().map(|latest| latest.map(|(_, time)| time)))
                .print(&output)
        }
        BranchCommand::Rename { table, name, to } => {
            let table = session.table(&table.table).await?;
            branches::rename(&table, &name, &to).await?;
            notice(&format!("branch {name} of {} is {to} now", table.name()));
            Ok(())
        }
        BranchCommand::FastForward { table, name, yes, report } => {
            let table = session.table(&table.table).await?;
            let plan = branches::fast_forward(&table, &name, true).await?;
            let (snapshots, tags) = (plan.snapshots.len(), plan.tags.len());
            let what = format!("{} to snapshot {} of branch {name}", table.name(), plan.to);
            if report.dry_run {
                notice(&format!("would move {what}: {snapshots} snapshots and {tags} tags go"));
                return print(report, json!(plan));
            }
            if snapshots + tags > 0 && !yes {
                let message = format!("moving {what} takes {snapshots} snapshots and {tags} tags away for good");
                return Err(Failure::usage(message).hint("pass --yes to go ahead"));
            }
            let done = branches::fast_forward(&table, &name, false).await?;
            notice(&format!("moved {what}: {snapshots} snapshots and {tags} tags went"));
            print(report, json!(done))
        }
        BranchCommand::Delete { table, name, dry_run, yes } => {
            let table = session.table(&table.table).await?;
            let storage = table.storage().clone();
            let branch = Table::open_branch(storage, table.name(), &name, table.runtime().clone()).await?;
            let snapshots = branch.snapshots().ids().await?.len();
            if dry_run {
                notice(&format!("would drop branch {name} of {} with {snapshots} snapshots", table.name()));
                return Ok(());
            }
            if snapshots > 0 && !yes {
                let message = format!("branch {name} of {} has {snapshots} snapshots", table.name());
                return Err(Failure::usage(message).hint("pass --yes to drop it with all of them"));
            }
            branches::delete(&table, &name).await?;
            notice(&format!("dropped branch {name} of {}", table.name()));
            Ok(())
        }
    }
}

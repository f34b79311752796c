//! `cenote db …`

use crate::{
    cli::DbCommand,
    error::{Failure, Result},
    notice::notice,
    output::Listing,
    session::Session,
};

/// Lists, creates and drops databases.
pub(super) async fn run(session: &Session, command: DbCommand) -> Result<()> {
    let catalog = session.catalog()?;
    match command {
        DbCommand::List { output } => {
            let names = catalog.list_databases().await?;
            Listing::new().text("database", names.into_iter().map(Some)).print(&output)
        }
        DbCommand::Create { database, if_not_exists } => {
            catalog.create_database(&database, if_not_exists).await?;
            notice(&format!("database {database} is there"));
            Ok(())
        }
        DbCommand::Drop { database, cascade, if_exists, dry_run, yes } => {
            if if_exists && !catalog.list_databases().await?.contains(&database) {
                return Ok(());
            }
            let tables = catalog.list_tables(&database).await?;
            if dry_run {
                notice(&format!("would drop database {database} with {} tables: {}", tables.len(), tables.join(", ")));
                return Ok(());
            }
            if !tables.is_empty() && !yes {
                return Err(Failure::usage(format!("database {database} has {} tables", tables.len()))
                    .hint("pass --cascade --yes to drop them with all their data"));
            }
            catalog.drop_database(&database, if_exists, cascade).await?;
            notice(&format!("dropped database {database}"));
            Ok(())
        }
    }
}

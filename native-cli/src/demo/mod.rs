//! `cenote demo`: a warehouse of real data, written as it could have come in, then served with the explorer.
//!
//! ```text
//! source    the files of examples/data         flights, weather, small   the tables and their histories
//! check     what the tables must hold, worked out from the files alone
//! ```

mod check;
mod flights;
mod small;
mod source;
mod weather;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{
    cli::DemoArgs,
    commands::{self, Script},
    error::{Failure, Result},
    interrupt::Interrupts,
    notice::notice,
    progress::Progress,
    session::Session,
};

/// Definitions of the tables.
const TABLES: &str = include_str!("demo.sql");

/// Loads the data, then checks or serves it. The warehouse is `warehouse`, or a folder that goes away in the end.
pub(crate) async fn run(args: DemoArgs, warehouse: Option<String>) -> Result<()> {
    let mut interrupts = Interrupts::catch()?;
    let data = source::folder(args.data.as_deref())?;
    let folder = Folder::create(warehouse, args.keep)?;
    let session = Session::at(folder.path());
    let loading = async {
        load(&session, &data).await?;
        if args.check {
            return check::run(&session, &data).await;
        }
        Ok(())
    };
    tokio::select! {
        loaded = loading => loaded?,
        // The folder is removed on the way out.
        () = interrupts.next() => return Err(Failure::error("interrupted")),
    }
    if !args.check {
        commands::serve_warehouse(&session, &args.serve, &mut interrupts).await?;
    }
    folder.say_where_it_is();
    Ok(())
}

async fn load(session: &Session, data: &Path) -> Result<()> {
    let progress = Progress::start("creating tables");
    let catalog = session.catalog()?;
    if catalog.list_databases().await?.iter().any(|name| name == "demo") {
        return Err(Failure::error(format!("{}: there is a database demo already", session.warehouse()?))
            .hint("name an empty folder with --warehouse, or leave it out"));
    }
    commands::execute(session, TABLES, Script { is_silent: true, ..Script::default() }).await?;
    small::load(session, data, &progress).await?;
    weather::load(session, data, &progress).await?;
    flights::load(session, data, &progress).await?;
    progress.finish();
    for name in ["airlines", "airports", "planes", "weather", "flights"] {
        let table = session.table(&format!("demo.{name}")).await?;
        let snapshots = table.snapshots().latest().await?.map_or(0, |snapshot| snapshot.id);
        notice(&format!("loaded demo.{name:8} in {snapshots} snapshots"));
    }
    Ok(())
}

/// The folder of the warehouse.
enum Folder {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn create(wanted: Option<String>, keep: bool) -> Result<Self> {
        if let Some(folder) = wanted {
            if folder.contains("://") {
                return Err(Failure::usage("the demo writes to a local folder").hint("name a folder with --warehouse"));
            }
            let folder = PathBuf::from(folder);
            std::fs::create_dir_all(&folder).map_err(|error| Failure::file(folder.display(), &error))?;
            return Ok(Folder::Kept(folder));
        }
        let made = tempfile::Builder::new().prefix("cenote-demo-").tempdir();
        let made = made.map_err(|error| Failure::error(format!("cannot make a temporary folder: {error}")))?;
        Ok(if keep { Folder::Kept(made.keep()) } else { Folder::Temporary(made) })
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Temporary(folder) => folder.path(),
            Folder::Kept(path) => path,
        }
    }

    fn say_where_it_is(&self) {
        if let Folder::Kept(path) = self {
            notice(&format!("the warehouse stays in {}", path.display()));
        }
    }
}

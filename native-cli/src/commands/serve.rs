//! `cenote serve`

use std::{
    env,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use crate::{
    cli::ServeArgs,
    error::{Failure, Result},
    interrupt::Interrupts,
    notice::notice,
    serve::{self, Site, Source},
    session::Session,
};

/// Serves the warehouse until Ctrl-C.
pub(super) async fn run(session: &Session, args: ServeArgs) -> Result<()> {
    serve_warehouse(session, &args, &mut Interrupts::catch()?).await
}

/// Serves the warehouse of `session`, says where, and opens the browser where that is wanted.
pub(crate) async fn serve_warehouse(session: &Session, args: &ServeArgs, interrupts: &mut Interrupts) -> Result<()> {
    let warehouse = session.warehouse()?;
    let site = Site {
        warehouse: source(session)?,
        catalog: Arc::new(session.catalog()?),
        title: warehouse.to_owned(),
        explorer: explorer_folder(args.explorer.as_deref())?,
    };
    let has_explorer = site.explorer.is_some();
    let (listener, address) = serve::listen(args.port).await?;
    notice(&format!("serving {warehouse} at {address}/ (Ctrl-C stops)"));
    if !has_explorer {
        notice("the explorer was not found: build it with `cargo xtask explorer`, or name its folder with --explorer");
    }
    // The address alone on standard output: for scripts that started us, which need not listen.
    let _ = writeln!(stdout(), "{address}/");
    if !args.no_open && has_explorer {
        open_browser(&format!("{address}/"));
    }
    serve::run(listener, site, interrupts).await
}

/// Where the files of the warehouse are. Errors: not found, for a local folder that is absent.
fn source(session: &Session) -> Result<Source> {
    let warehouse = session.warehouse()?;
    let Some(folder) = session.local_folder() else { return Ok(Source::Store(session.storage()?)) };
    let folder = folder.canonicalize().map_err(|error| Failure::file(warehouse, &error))?;
    Ok(Source::Folder(Arc::new(folder)))
}

/// The folder of the built explorer: the one that was named, else `explorer` beside the binary, else `dist/explorer` in
/// the working folder or above it or above the binary. Errors: a folder that was named and has no index.
fn explorer_folder(named: Option<&Path>) -> Result<Option<PathBuf>> {
    let is_explorer = |folder: &PathBuf| folder.join("index.html").is_file();
    if let Some(folder) = named.map(Path::to_owned) {
        if !is_explorer(&folder) {
            return Err(Failure::not_found(format!("{}: no index.html there", folder.display()))
                .hint("build the explorer with `cargo xtask explorer`, it lands in dist/explorer"));
        }
        return Ok(Some(folder));
    }
    let here = env::current_dir().unwrap_or_default();
    let binary = env::current_exe().unwrap_or_default();
    let beside = binary.parent().map(|folder| folder.join("explorer"));
    let built = here.ancestors().chain(binary.ancestors()).map(|folder| folder.join("dist").join("explorer"));
    Ok(beside.into_iter().chain(built).find(is_explorer))
}

/// Opens the address in the user's browser, where there is a desktop; failing that is no failure.
fn open_browser(address: &str) {
    let (program, args): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else if env::var_os("DISPLAY").or_else(|| env::var_os("WAYLAND_DISPLAY")).is_some() {
        ("xdg-open", &[])
    } else {
        return;
    };
    let mut command = Command::new(program);
    let _ = command.args(args).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
